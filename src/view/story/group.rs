//! Group membership: who joins, who leaves, who is given what.

use super::{Told, caused, member, names, plain};
use crate::{
    history::Run,
    i18n::Template,
    kafka::event::{Event, EventKind, GroupReason},
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
    COMPUTED = "Leader **{who}** computed the range assignment for {n|1 member|{n} members}.",
        "组 leader **{who}** 为 {n} 个成员计算了 range 分配。";
    ASSIGNED = "**{who}** was given {places} in generation **{generation}**.",
        "**{who}** 在 generation **{generation}** 中分到 {places}。";
    ASSIGNED_NOTHING = "**{who}** was given nothing in generation **{generation}**: there are more members than partitions.",
        "**{who}** 在 generation **{generation}** 中没有分到分区：成员比分区多。";
    REVOKED = "**{who}** gave up {places} before it joins again.", "**{who}** 在重新加入前放弃了 {places}。";
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
                .with("to", *to);
            caused(text.with("generation", *generation).with("broker", event.node.0), event)
        }
        E::MemberIdGiven { member, .. } => plain(MEMBER_ID_GIVEN.with("member", names::member(world, member))),
        E::MemberJoined { group, member, leader } => {
            let template = if *leader { &MEMBER_JOINED_LEADER } else { &MEMBER_JOINED };
            plain(template.with("member", names::member(world, member)).with("group", &**group))
        }
        E::MemberRemoved { group, member, reason } => {
            let template = match reason {
                GroupReason::SessionExpired(_) => &REMOVED_SESSION,
                GroupReason::SyncExpired(_) | GroupReason::JoinComplete => &REMOVED_SYNC,
                _ => &REMOVED_LEFT,
            };
            caused(template.with("member", names::member(world, member)).with("group", &**group), event)
        }
        E::AssignmentComputed { group, members, .. } => {
            let key = WhyKey::Assignment { group: group.to_string(), consumer: who() };
            Some((COMPUTED.with("who", who()).with("n", *members), Some((super::WHY.text(), key))))
        }
        E::PartitionsAssigned { partitions, generation } => {
            let template = if partitions.is_empty() { &ASSIGNED_NOTHING } else { &ASSIGNED };
            let text = template.with("who", who()).with("places", names::places(world, partitions));
            let group = world.consumers().get(&event.node).and_then(|slot| slot.consumer.group.as_deref());
            let key = match group {
                Some(group) => WhyKey::Assignment { group: group.to_owned(), consumer: who() },
                None => WhyKey::Event { event: event.id },
            };
            let question = if partitions.is_empty() { &super::WHY } else { &super::WHY_THESE };
            Some((text.with("generation", *generation), Some((question.text(), key))))
        }
        E::PartitionsRevoked { partitions } => {
            let text = REVOKED.with("who", who()).with("places", names::places(world, partitions));
            Some((text, Some((super::WHY_ALL.text(), WhyKey::Event { event: event.id }))))
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
        GroupReason::JoinComplete => &STATE_JOIN_COMPLETE,
        GroupReason::AssignmentStored => &STATE_STORED,
        GroupReason::AssignmentLost => &STATE_NOT_STORED,
        GroupReason::NobodyLeft => &STATE_NOBODY,
        GroupReason::Loaded => &STATE_LOADED,
        other => member::state(other).unwrap_or(&STATE_LEFT),
    }
}
