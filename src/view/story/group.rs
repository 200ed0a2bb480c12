//! Group membership: who joins, who leaves, who is given what.

use super::{Told, caused, member, names, plain};
use crate::{
    history::Run,
    i18n::Template,
    kafka::{
        assignor::RebalanceProtocol,
        event::{Event, EventKind, GroupReason},
    },
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    STATE_JOINED = "Group **{group}** went from `{from}` to `{to}`: **{member}** joins.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 加入。";
    STATE_REJOINED = "Group **{group}** went from `{from}` to `{to}`: **{member}** joins again.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 重新加入。";
    STATE_LEFT = "Group **{group}** went from `{from}` to `{to}`: **{member}** left.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 离开。";
    STATE_SESSION = "Group **{group}** went from `{from}` to `{to}`: nothing was heard of **{member}** for `session.timeout.ms`.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：在 `session.timeout.ms` 内没有收到 **{member}** 的消息。";
    STATE_NOT_STORED = "Group **{group}** went from `{from}` to `{to}`: its assignment was not replicated in time.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：分配结果没有及时复制完成。";
    STATE_SYNC = "Group **{group}** went from `{from}` to `{to}`: **{member}** did not ask for its assignment in time.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 没有及时来取分配结果。";
    STATE_JOIN_COMPLETE = "Group **{group}** went from `{from}` to `{to}`: all have joined, generation **{generation}** begins.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：成员都已加入，generation **{generation}** 开始。";
    STATE_STORED = "Group **{group}** went from `{from}` to `{to}`: the assignment of generation **{generation}** is stored.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：generation **{generation}** 的分配已保存。";
    STATE_NOBODY = "Group **{group}** went from `{from}` to `{to}`: nobody is left.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：已没有成员。";
    STATE_LOADED = "Broker {broker} coordinates group **{group}** from now on: it read the group's partition of `__consumer_offsets`.",
        "broker {broker} 此后是消费组 **{group}** 的 coordinator：它读取了该组在 `__consumer_offsets` 中的分区。";
    MEMBER_ID_GIVEN = "The coordinator gave **{member}** a member id and asks it to join with that (`MEMBER_ID_REQUIRED`).",
        "coordinator 给 **{member}** 分配了 member id，要求它带上再加入（`MEMBER_ID_REQUIRED`）。";
    MEMBER_JOINED = "**{member}** is a member of group **{group}** now.", "**{member}** 已是消费组 **{group}** 的成员。";
    MEMBER_JOINED_LEADER = "**{member}** is a member of group **{group}** now and, as its leader, computes the assignment.",
        "**{member}** 已是消费组 **{group}** 的成员，并作为组 leader 计算分配。";
    REMOVED_LEFT = "**{member}** left group **{group}**.", "**{member}** 离开了消费组 **{group}**。";
    REMOVED_SESSION = "**{member}** is out of group **{group}**: nothing was heard of it for `session.timeout.ms`.",
        "**{member}** 被移出消费组 **{group}**：在 `session.timeout.ms` 内没有收到它的消息。";
    REMOVED_SYNC = "**{member}** is out of group **{group}**: it did not join or ask for its assignment in time.",
        "**{member}** 被移出消费组 **{group}**：它没有及时加入或来取分配结果。";
    COMPUTED = "Leader **{who}** computed the assignment by `{assignor}` for {n|1 member|{n} members}.",
        "组 leader **{who}** 用 `{assignor}` 为 {n} 个成员计算了分配。";
    ASSIGNED = "**{who}** was given {places} in generation **{generation}**.",
        "**{who}** 在 generation **{generation}** 中分到 {places}。";
    ASSIGNED_NOTHING = "**{who}** was given nothing in generation **{generation}**.",
        "**{who}** 在 generation **{generation}** 中没有分到分区。";
    ASSIGNED_MORE = "**{who}** was given {places} on top of what it keeps, in generation **{generation}**.",
        "**{who}** 在 generation **{generation}** 中保留原有分区，并新分到 {places}。";
    ASSIGNED_NOTHING_NEW = "**{who}** was given nothing new in generation **{generation}**.",
        "**{who}** 在 generation **{generation}** 中没有新分到分区。";
    REVOKED = "**{who}** gave up {places}.", "**{who}** 放弃了 {places}。";
    REPLACED = "**{member}** was started again and took its old place in group **{group}** under its `group.instance.id`; the process before is fenced.",
        "**{member}** 重新启动，凭 `group.instance.id` 接替了它在消费组 **{group}** 中的位置；之前的进程被 fence。";
    STATE_FULL = "Group **{group}** went from `{from}` to `{to}`: there was no room for **{member}**, as `group.max.size` members are there.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：成员数已达 `group.max.size`，**{member}** 无法加入。";
    REMOVED_FULL = "**{member}** is out of group **{group}**: `group.max.size` others came before it.",
        "**{member}** 被移出消费组 **{group}**：已有 `group.max.size` 个其他成员。";
    LOST = "**{who}** lost {places}: it is no member of that generation any more.",
        "**{who}** 失去了 {places}：它已不是那个 generation 的成员。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let who = || names::client(world, event.node);
    match &event.kind {
        E::GroupState { group, from, to, generation, reason } => {
            let text = member::with_member(run, state(reason).text(), reason)
                .with("group", &**group)
                .with("from", *from)
                .with("to", *to)
                .with("generation", *generation)
                .with("broker", event.node.0);
            if *to == "PreparingRebalance" {
                return Some((text, Some((super::WHY.text(), WhyKey::Rebalance { event: event.id }))));
            }
            caused(text, event)
        }
        E::MemberIdGiven { member, .. } => plain(MEMBER_ID_GIVEN.with("member", names::member(world, member))),
        E::MemberJoined { group, member, leader } => {
            let template = if *leader { &MEMBER_JOINED_LEADER } else { &MEMBER_JOINED };
            plain(template.with("member", names::member(world, member)).with("group", &**group))
        }
        E::MemberRemoved { group, member, reason } => {
            let template = match reason {
                GroupReason::SessionExpired(_) => &REMOVED_SESSION,
                GroupReason::GroupFull(_) => &REMOVED_FULL,
                GroupReason::SyncExpired(_) | GroupReason::JoinComplete => &REMOVED_SYNC,
                _ => &REMOVED_LEFT,
            };
            caused(template.with("member", names::member(world, member)).with("group", &**group), event)
        }
        E::AssignmentComputed { group, members, assignor, .. } => {
            let key = WhyKey::Assignment { group: group.to_string(), consumer: who() };
            let text = COMPUTED.with("who", who()).with("n", *members).with("assignor", assignor.name());
            Some((text, Some((super::WHY.text(), key))))
        }
        E::PartitionsAssigned { partitions, generation } => {
            let consumer = world.consumers().get(&event.node).map(|slot| &slot.consumer);
            let keeps = consumer.is_some_and(|consumer| {
                *generation > 1 && consumer.rebalance_protocol() == RebalanceProtocol::Cooperative
            });
            let template = match (partitions.is_empty(), keeps) {
                (true, false) => &ASSIGNED_NOTHING,
                (true, true) => &ASSIGNED_NOTHING_NEW,
                (false, false) => &ASSIGNED,
                (false, true) => &ASSIGNED_MORE,
            };
            let text = template.with("who", who()).with("places", names::places(world, partitions));
            let group = consumer.and_then(|consumer| consumer.group.as_deref());
            let key = match group {
                Some(group) if partitions.is_empty() => WhyKey::Idle { group: group.to_owned(), consumer: who() },
                Some(group) => WhyKey::Assignment { group: group.to_owned(), consumer: who() },
                None => WhyKey::Event { event: event.id },
            };
            let question = if partitions.is_empty() { &super::WHY } else { &super::WHY_THESE };
            Some((text.with("generation", *generation), Some((question.text(), key))))
        }
        E::StaticMemberReplaced { group, new, .. } => {
            caused(REPLACED.with("member", names::member_name(new)).with("group", &**group), event)
        }
        E::PartitionsRevoked { partitions } => {
            let text = REVOKED.with("who", who()).with("places", names::places(world, partitions));
            let consumer = world.consumers().get(&event.node).map(|slot| &slot.consumer);
            let is_eager = consumer.is_some_and(|consumer| {
                !consumer.is_modern() && consumer.rebalance_protocol() == RebalanceProtocol::Eager
            });
            let question = if is_eager { &super::WHY_ALL } else { &super::WHY };
            Some((text, Some((question.text(), WhyKey::Event { event: event.id }))))
        }
        E::PartitionsLost { partitions } => {
            caused(LOST.with("who", who()).with("places", names::places(world, partitions)), event)
        }
        _ => None,
    }
}

/// The sentence for a change of state.
fn state(reason: &GroupReason) -> &'static Template {
    match reason {
        GroupReason::Joined(_) => &STATE_JOINED,
        GroupReason::Rejoined(_) => &STATE_REJOINED,
        GroupReason::SessionExpired(_) => &STATE_SESSION,
        GroupReason::SyncExpired(_) => &STATE_SYNC,
        GroupReason::GroupFull(_) => &STATE_FULL,
        GroupReason::JoinComplete => &STATE_JOIN_COMPLETE,
        GroupReason::AssignmentStored => &STATE_STORED,
        GroupReason::AssignmentLost => &STATE_NOT_STORED,
        GroupReason::NobodyLeft => &STATE_NOBODY,
        GroupReason::Loaded => &STATE_LOADED,
        other => member::state(other).unwrap_or(&STATE_LEFT),
    }
}
