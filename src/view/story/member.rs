//! Members of the consumer protocol (KIP-848): epochs, targets, steps, and what a member takes and gives up.

use super::{Told, caused, names, plain};
use crate::{
    history::Run,
    i18n::{Template, Text},
    kafka::{
        event::{Event, EventKind, GroupReason, MemberEpochChanged},
        protocol::ErrorCode,
    },
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    EPOCH_JOINED = "The epoch of group **{group}** rose to **{epoch}**: **{member}** joined.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：**{member}** 加入。";
    EPOCH_LEFT = "The epoch of group **{group}** rose to **{epoch}**: **{member}** left.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：**{member}** 离开。";
    EPOCH_SESSION = "The epoch of group **{group}** rose to **{epoch}**: nothing was heard of **{member}** for `group.consumer.session.timeout.ms`.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：在 `group.consumer.session.timeout.ms` 内没有收到 **{member}** 的消息。";
    EPOCH_REVOCATION = "The epoch of group **{group}** rose to **{epoch}**: **{member}** did not give up its partitions within its `max.poll.interval.ms`.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：**{member}** 没有在它的 `max.poll.interval.ms` 内放弃分区。";
    EPOCH_SUBSCRIPTION = "The epoch of group **{group}** rose to **{epoch}**: **{member}** subscribes to other topics.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：**{member}** 订阅的 topic 变了。";
    EPOCH_TOPICS = "The epoch of group **{group}** rose to **{epoch}**: a topic that it subscribes to came, went or grew.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：它订阅的 topic 有新增、删除或分区增加。";
    TARGET = "The coordinator computed the target assignment of epoch **{epoch}** of group **{group}** by `{assignor}` for {n|1 member|{n} members}; {moved|1 partition moves|{moved} partitions move} to another.",
        "coordinator 用 `{assignor}` 为消费组 **{group}** 的 {n} 个成员计算了 epoch **{epoch}** 的目标分配；{moved} 个分区换成员。";
    STEP_REVOKE = "The coordinator wants {places} back from **{member}**, which stays at epoch **{epoch}** until it has given that up.",
        "coordinator 要从 **{member}** 收回 {places}；在放弃之前它停留在 epoch **{epoch}**。";
    STEP_WAIT = "**{member}** is at epoch **{epoch}** with {places} and waits for partitions that others have not given up yet.",
        "**{member}** 到达 epoch **{epoch}**，拥有 {places}，还在等待其他成员尚未放弃的分区。";
    STEP_WAIT_EMPTY = "**{member}** is at epoch **{epoch}** without partitions and waits for those that others have not given up yet.",
        "**{member}** 到达 epoch **{epoch}**，还没有分区，正等待其他成员尚未放弃的分区。";
    STEP_STABLE = "**{member}** is at epoch **{epoch}** and may have all of its target: {places}.",
        "**{member}** 到达 epoch **{epoch}**，可以拥有它的全部目标：{places}。";
    STEP_STABLE_EMPTY = "**{member}** is at epoch **{epoch}**; its target is no partition.",
        "**{member}** 到达 epoch **{epoch}**；它的目标中没有分区。";
    STEP_AWAY = "Static member **{member}** left for a while: {places} stays its own until its session ends.",
        "静态成员 **{member}** 暂时离开：在会话结束前，{places} 仍归它所有。";
    STEP_AWAY_EMPTY = "Static member **{member}** left for a while; it had no partition.",
        "静态成员 **{member}** 暂时离开；它没有分区。";
    FENCED_EPOCH = "The coordinator does not go along with epoch **{epoch}** of **{member}** and answers `{error}`: it must drop everything and join again.",
        "coordinator 不接受 **{member}** 的 epoch **{epoch}**，应答 `{error}`：它必须放弃一切并重新加入。";
    FENCED_UNKNOWN = "The coordinator does not know **{member}** any more and answers `{error}`: it must drop everything and join again.",
        "coordinator 已不认识 **{member}**，应答 `{error}`：它必须放弃一切并重新加入。";
    FENCED_OTHER = "The coordinator refused the heartbeat of **{member}**: `{error}`.",
        "coordinator 拒绝了 **{member}** 的心跳：`{error}`。";
    MEMBERSHIP = "**{who}** is `{to}` now; it was `{from}`.", "**{who}** 现在是 `{to}`，之前是 `{from}`。";
    TOOK = "**{who}** took {places} at member epoch **{generation}**.",
        "**{who}** 在成员 epoch **{generation}** 接手了 {places}。";
    TOOK_NOTHING = "**{who}** took nothing new at member epoch **{generation}**.",
        "**{who}** 在成员 epoch **{generation}** 没有接手新的分区。";
    GAVE_UP = "**{who}** gave up {places}, for others; the rest it reads on.", "**{who}** 把 {places} 让给其他成员；其余分区继续读取。";
    GAVE_UP_ALL = "**{who}** gave up {places}.", "**{who}** 放弃了 {places}。";
    MEMBER_LOST = "**{who}** lost {places}: it is out of the group, so others may have them already.",
        "**{who}** 失去了 {places}：它已不在组内，其他成员可能已经接手。";
    STATE_REVOCATION = "Group **{group}** went from `{from}` to `{to}`: **{member}** did not give up its partitions in time.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 没有及时放弃分区。";
    STATE_SUBSCRIPTION = "Group **{group}** went from `{from}` to `{to}`: **{member}** subscribes to other topics.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 订阅的 topic 变了。";
    STATE_MEMBER_SESSION = "Group **{group}** went from `{from}` to `{to}`: nothing was heard of **{member}** for `group.consumer.session.timeout.ms`.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：在 `group.consumer.session.timeout.ms` 内没有收到 **{member}** 的消息。";
    STATE_TOPICS = "Group **{group}** went from `{from}` to `{to}`: a topic that it subscribes to came, went or grew.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：它订阅的 topic 有新增、删除或分区增加。";
    STATE_AWAY = "Group **{group}** went from `{from}` to `{to}`: static member **{member}** left for a while.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：静态成员 **{member}** 暂时离开。";
    STATE_REPLACED = "Group **{group}** went from `{from}` to `{to}`: **{member}** took the place of the process before it.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 接替了之前的进程。";
    STATE_RECONCILED = "Group **{group}** went from `{from}` to `{to}`: **{member}** has reached its target of epoch **{generation}**.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 已达到 epoch **{generation}** 的目标。";
    STATE_RECONCILING = "Group **{group}** went from `{from}` to `{to}`: **{member}** is on the way to its target of epoch **{generation}**.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：**{member}** 正在过渡到 epoch **{generation}** 的目标。";
    REMOVED_MEMBER_SESSION = "**{member}** is out of group **{group}**: nothing was heard of it for `group.consumer.session.timeout.ms`.",
        "**{member}** 被移出消费组 **{group}**：在 `group.consumer.session.timeout.ms` 内没有收到它的消息。";
    REMOVED_REVOCATION = "**{member}** is out of group **{group}**: it did not give up its partitions within its `max.poll.interval.ms`.",
        "**{member}** 被移出消费组 **{group}**：它没有在 `max.poll.interval.ms` 内放弃分区。";
    EPOCH_JOIN_EXPIRED = "The epoch of group **{group}** rose to **{epoch}**: **{member}**, by the classic protocol, did not join again within its `max.poll.interval.ms`.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：使用 classic 协议的 **{member}** 没有在它的 `max.poll.interval.ms` 内重新加入。";
    EPOCH_SYNC_EXPIRED = "The epoch of group **{group}** rose to **{epoch}**: **{member}**, by the classic protocol, did not ask for its assignment within its `max.poll.interval.ms`.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：使用 classic 协议的 **{member}** 没有在它的 `max.poll.interval.ms` 内来取分配结果。";
    STATE_JOIN_EXPIRED = "Group **{group}** went from `{from}` to `{to}`: **{member}**, by the classic protocol, did not join again in time.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：使用 classic 协议的 **{member}** 没有及时重新加入。";
    STATE_SYNC_EXPIRED = "Group **{group}** went from `{from}` to `{to}`: **{member}**, by the classic protocol, did not ask for its assignment in time.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：使用 classic 协议的 **{member}** 没有及时来取分配结果。";
    EPOCH_REGEX = "The epoch of group **{group}** rose to **{epoch}**: a regular expression of its members matches other topics.",
        "消费组 **{group}** 的 epoch 升到 **{epoch}**：成员的正则表达式匹配到的 topic 变了。";
    STATE_REGEX = "Group **{group}** went from `{from}` to `{to}`: a regular expression of its members matches other topics.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：成员的正则表达式匹配到的 topic 变了。";
    REGEX_RESOLVED = "The coordinator of group **{group}** found that `{regex}` matches {topics}.",
        "消费组 **{group}** 的 coordinator 解析得出 `{regex}` 匹配 {topics}。";
    REGEX_RESOLVED_NOTHING = "The coordinator of group **{group}** found no topic that `{regex}` matches.",
        "消费组 **{group}** 的 coordinator 没有找到 `{regex}` 匹配的 topic。";
    STATE_DOWNGRADED = "Group **{group}** went from `{from}` to `{to}`: only members of the classic protocol are left.",
        "消费组 **{group}** 从 `{from}` 变为 `{to}`：只剩下使用 classic 协议的成员。";
    REMOVED_JOIN = "**{member}** is out of group **{group}**: it did not join again within its `max.poll.interval.ms`.",
        "**{member}** 被移出消费组 **{group}**：它没有在 `max.poll.interval.ms` 内重新加入。";
    REMOVED_MEMBER_SYNC = "**{member}** is out of group **{group}**: it did not ask for its assignment within its `max.poll.interval.ms`.",
        "**{member}** 被移出消费组 **{group}**：它没有在 `max.poll.interval.ms` 内来取分配结果。";
    UPGRADED = "Group **{group}** is a group of the consumer protocol now: its first member of that protocol came. Its generation **{epoch}** is its epoch from now on, and whoever was in it stays by the classic protocol.",
        "消费组 **{group}** 转为 consumer 协议：第一个使用该协议的成员到来。它的 generation **{epoch}** 成为 epoch，原有成员继续使用 classic 协议留在组内。";
    DOWNGRADED = "Group **{group}** is a group of the classic protocol again: its last member of the consumer protocol is out. Its epoch **{epoch}** is its generation from now on.",
        "消费组 **{group}** 转回 classic 协议：最后一个使用 consumer 协议的成员已离开。它的 epoch **{epoch}** 成为 generation。";
    REMOVED_REPLACED = "The earlier process of **{member}** is out of group **{group}**: another with its `group.instance.id` took its place.",
        "**{member}** 之前的进程被移出消费组 **{group}**：具有相同 `group.instance.id` 的新进程接替了它。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let who = || names::client(world, event.node);
    match &event.kind {
        E::GroupEpochRaised { group, epoch, reason } => {
            let text = epoch_raised(reason).with("group", &**group).with("epoch", *epoch);
            caused(with_member(run, text, reason), event)
        }
        E::TargetComputed { group, epoch, assignor, members, moved } => {
            let text = TARGET.with("group", &**group).with("epoch", *epoch).with("assignor", *assignor);
            caused(text.with("n", *members).with("moved", *moved), event)
        }
        E::MemberEpochChanged(step) => {
            let who = names::member(world, &step.member);
            let key = WhyKey::Assignment { group: step.group.to_string(), consumer: who };
            Some((stepped(run, step), Some((super::WHY.text(), key))))
        }
        E::MemberFenced { member, epoch, error, .. } => {
            let template = match error {
                ErrorCode::FencedMemberEpoch => &FENCED_EPOCH,
                ErrorCode::UnknownMemberId => &FENCED_UNKNOWN,
                _ => &FENCED_OTHER,
            };
            let text = template.with("member", names::member(world, member)).with("epoch", *epoch);
            caused(text.with("error", error.name()), event)
        }
        E::RegexResolved { group, regex, topics } => {
            let template = if topics.is_empty() { &REGEX_RESOLVED_NOTHING } else { &REGEX_RESOLVED };
            let topics: Vec<String> = topics.iter().map(|topic| format!("`{topic}`")).collect();
            let text = template.with("group", &**group).with("regex", &**regex);
            caused(text.with("topics", topics.join(", ")), event)
        }
        E::GroupConverted { group, to, epoch, .. } => {
            let template = if *to == "consumer" { &UPGRADED } else { &DOWNGRADED };
            caused(template.with("group", &**group).with("epoch", *epoch), event)
        }
        E::MembershipChanged { from, to, .. } => {
            plain(MEMBERSHIP.with("who", who()).with("from", *from).with("to", *to))
        }
        E::MemberRemoved { group, member, reason } => {
            let template = match reason {
                GroupReason::MemberSessionExpired(_) => &REMOVED_MEMBER_SESSION,
                GroupReason::RevocationExpired(_) => &REMOVED_REVOCATION,
                GroupReason::Replaced(_) => &REMOVED_REPLACED,
                GroupReason::MemberJoinExpired(_) => &REMOVED_JOIN,
                GroupReason::MemberSyncExpired(_) => &REMOVED_MEMBER_SYNC,
                _ => return None,
            };
            caused(template.with("member", names::member(world, member)).with("group", &**group), event)
        }
        _ => moved(run, event),
    }
}

/// What a member of this protocol takes, gives up and loses.
fn moved(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let consumer = &world.consumers().get(&event.node)?.consumer;
    let group = consumer.group.as_ref().filter(|_| consumer.is_modern())?;
    let who = || names::client(world, event.node);
    match &event.kind {
        E::PartitionsAssigned { partitions, generation } => {
            let template = if partitions.is_empty() { &TOOK_NOTHING } else { &TOOK };
            let text = template.with("who", who()).with("places", names::places(world, partitions));
            let key = WhyKey::Assignment { group: group.to_string(), consumer: who() };
            let question = if partitions.is_empty() { &super::WHY } else { &super::WHY_THESE };
            Some((text.with("generation", *generation), Some((question.text(), key))))
        }
        E::PartitionsRevoked { partitions } => {
            let template = if consumer.is_closing() { &GAVE_UP_ALL } else { &GAVE_UP };
            caused(template.with("who", who()).with("places", names::places(world, partitions)), event)
        }
        E::PartitionsLost { partitions } => {
            caused(MEMBER_LOST.with("who", who()).with("places", names::places(world, partitions)), event)
        }
        _ => None,
    }
}

fn epoch_raised(reason: &GroupReason) -> Text {
    match reason {
        GroupReason::Joined(_) => EPOCH_JOINED.text(),
        GroupReason::MemberSessionExpired(_) => EPOCH_SESSION.text(),
        GroupReason::RevocationExpired(_) => EPOCH_REVOCATION.text(),
        GroupReason::SubscriptionChanged(_) => EPOCH_SUBSCRIPTION.text(),
        GroupReason::TopicsChanged => EPOCH_TOPICS.text(),
        GroupReason::RegexResolved => EPOCH_REGEX.text(),
        GroupReason::MemberJoinExpired(_) => EPOCH_JOIN_EXPIRED.text(),
        GroupReason::MemberSyncExpired(_) => EPOCH_SYNC_EXPIRED.text(),
        _ => EPOCH_LEFT.text(),
    }
}

fn stepped(run: &Run, step: &MemberEpochChanged) -> Text {
    let world = run.world();
    let (template, partitions) = match (step.to, step.state, step.assigned.is_empty()) {
        (..0, _, true) => (&STEP_AWAY_EMPTY, &step.assigned),
        (..0, _, false) => (&STEP_AWAY, &step.assigned),
        (_, "UNREVOKED_PARTITIONS", _) => (&STEP_REVOKE, &step.pending_revocation),
        (_, "UNRELEASED_PARTITIONS", true) => (&STEP_WAIT_EMPTY, &step.assigned),
        (_, "UNRELEASED_PARTITIONS", false) => (&STEP_WAIT, &step.assigned),
        (_, _, true) => (&STEP_STABLE_EMPTY, &step.assigned),
        (_, _, false) => (&STEP_STABLE, &step.assigned),
    };
    let text = template.with("member", names::member(world, &step.member)).with("epoch", step.to);
    text.with("places", names::places(world, partitions))
}

/// The sentence for a change of a group's state that only this protocol knows.
pub(super) fn state(reason: &GroupReason) -> Option<&'static Template> {
    Some(match reason {
        GroupReason::RevocationExpired(_) => &STATE_REVOCATION,
        GroupReason::SubscriptionChanged(_) => &STATE_SUBSCRIPTION,
        GroupReason::MemberSessionExpired(_) => &STATE_MEMBER_SESSION,
        GroupReason::TopicsChanged => &STATE_TOPICS,
        GroupReason::LeftForAWhile(_) => &STATE_AWAY,
        GroupReason::Replaced(_) => &STATE_REPLACED,
        GroupReason::Reconciled(_) => &STATE_RECONCILED,
        GroupReason::Reconciling(_) => &STATE_RECONCILING,
        GroupReason::MemberJoinExpired(_) => &STATE_JOIN_EXPIRED,
        GroupReason::MemberSyncExpired(_) => &STATE_SYNC_EXPIRED,
        GroupReason::Downgraded => &STATE_DOWNGRADED,
        GroupReason::RegexResolved => &STATE_REGEX,
        _ => return None,
    })
}

/// Names the member that a reason is about.
pub(super) fn with_member(run: &Run, text: Text, reason: &GroupReason) -> Text {
    match reason.member() {
        Some(member) => text.with("member", names::member(run.world(), member)),
        None => text,
    }
}
