//! Why a rebalance began, why nobody reads a partition, why a commit was refused, why a member is idle (reference §6).

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    cluster::{ConsumerSlot, World},
    history::Run,
    i18n::{Arg, Template, Text, moment},
    kafka::{
        assignor::Assignor,
        client::consumer::Membership,
        coordinator::Group,
        event::{Event, EventKind, GroupReason, Rpc, Says},
        ids::TopicIdPartition,
        protocol::{Api, ErrorCode},
    },
    sim::NodeId,
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_REBALANCE = "Why did this rebalance begin?", "这次 rebalance 为什么开始？";
    TRIGGER_JOINED = "**{member}** joined, so the partitions must be divided among one member more.",
        "**{member}** 加入，成员多了一个，分区需要重新分配。";
    TRIGGER_REJOINED = "**{member}** joined again: what it subscribes to changed, or it leads the group, or it gave partitions up (cooperative) and asks for the round that hands them out.",
        "**{member}** 再次加入：它的订阅有变化，或者它是组 leader，或者它（cooperative）刚放弃了分区，要再来一轮把它们分出去。";
    TRIGGER_LEFT = "**{member}** said goodbye with `LeaveGroup`, so its partitions need other owners.",
        "**{member}** 用 `LeaveGroup` 告别，它的分区需要新的主人。";
    TRIGGER_SESSION = "Nothing was heard of **{member}** for `session.timeout.ms`: the coordinator takes it for dead, and its partitions need other owners.",
        "在 `session.timeout.ms` 内没有 **{member}** 的消息：coordinator 认为它已死，它的分区需要新的主人。";
    TRIGGER_OTHER = "The coordinator put the group from `{from}` to `{to}`.", "coordinator 把消费组从 `{from}` 转为 `{to}`。";
    HEARD = "The other members hear of it in the answer to their next heartbeat, every `heartbeat.interval.ms` (**{time}**), and then join again; the coordinator waits for the last of them, at most `max.poll.interval.ms`.",
        "其他成员在下一次心跳的应答中得知（每 `heartbeat.interval.ms`，即 **{time}**），然后重新加入；coordinator 等到最后一个，最多等 `max.poll.interval.ms`。";
    ALONE = "The group had no members: the coordinator waits `group.initial.rebalance.delay.ms` for more before it assigns.",
        "消费组原本没有成员：coordinator 会等 `group.initial.rebalance.delay.ms`，看是否还有成员加入。";

    TITLE_UNREAD = "Why does nobody read {place}?", "为什么没有人读 {place}？";
    TITLE_UNREAD_THEN = "Why did nobody read {place}?", "当时为什么没有人读 {place}？";
    LENGTH = "read again − given up = {to} − {from}", "重新读取 − 放弃 = {to} − {from}";
    LENGTH_OPEN = "now − given up = {to} − {from}", "现在 − 放弃 = {to} − {from}";
    GIVEN_UP = "**{who}** gave it up in `onPartitionsRevoked`, as an eager member must before it joins again, whether it gets the partition back or not.",
        "**{who}** 在 `onPartitionsRevoked` 中放弃了它：eager 成员重新加入前必须放弃全部分区，不管之后是否拿回。";
    GIVEN_UP_COOPERATIVE = "**{who}** gave it up in `onPartitionsRevoked` because the new assignment takes it away; a cooperative member keeps all else, and who gets it is given it in the next round.",
        "**{who}** 在 `onPartitionsRevoked` 中放弃了它，因为新的分配把它拿走了；cooperative 成员保留其余分区，接手者在下一轮才得到它。";
    GIVEN_UP_CLOSING = "**{who}** gave it up in `onPartitionsRevoked` because it closes.",
        "**{who}** 在 `onPartitionsRevoked` 中放弃了它，因为它正在关闭。";
    GIVEN_UP_MODERN = "**{who}** gave it up in `onPartitionsRevoked` because its coordinator no longer gives it to it; whatever else it has it reads on.",
        "**{who}** 在 `onPartitionsRevoked` 中放弃了它，因为 coordinator 不再把它分给该成员；其余分区继续读取。";
    LOST = "**{who}** lost it: it is no member of that generation any more.", "**{who}** 失去了它：它已不是那个 generation 的成员。";
    ENDED = "**{who}** closed or ended and read it last.", "**{who}** 关闭或结束了，它是最后的读者。";
    SLOWEST = "An assignment needs everyone: the last to join again was **{who}**, {time} after that.",
        "分配需要所有成员到齐：最后重新加入的是 **{who}**，晚了 {time}。";
    AGAIN = "**{who}** reads it since {time}.", "**{who}** 自 {time} 起读取它。";
    NOT_AGAIN = "Nobody has been given it since.", "此后还没有成员得到它。";

    TITLE_REFUSED = "Why was this commit refused?", "这次提交为什么被拒绝？";
    REFUSED_GENERATION = "A commit names the generation in which its sender owned the partitions. **{who}** was in generation **{mine}**, the group is in **{theirs}**: what it owned then may be another's now.",
        "提交会带上发送者拥有这些分区时的 generation。**{who}** 在 generation **{mine}**，消费组已到 **{theirs}**：它当时的分区现在可能属于别人。";
    REFUSED_MEMBER = "The coordinator knows no member with the id that **{who}** sent: its session ended, or it left. Who is no member may not commit.",
        "coordinator 不认识 **{who}** 所带的 member id：它的会话已过期或已离开。不是成员就不能提交。";
    REFUSED_REBALANCE = "The group is between two assignments; **{who}** commits again once it has joined.",
        "消费组正处于两次分配之间；**{who}** 加入后会再次提交。";
    REFUSED_OTHER = "The coordinator answered **{who}** with `{error}`.", "coordinator 对 **{who}** 的应答是 `{error}`。";
    REFUSED_NOTE = "The committed offsets are what they were; the next owner reads those records again.",
        "已提交的 offset 不变；下一个主人会重新读取这些消息。";
    REFUSED_YET = "Until a commit succeeds, whoever takes over begins at the offsets committed before.",
        "在提交成功之前，接手者会从之前提交的 offset 开始读取。";

    TITLE_IDLE = "Why is {who} idle?", "为什么 {who} 空闲？";
    IDLE_NOT_JOINED = "**{who}** is not in an assignment yet: it is joining.", "**{who}** 还没有参与分配：它正在加入。";
    IDLE_COUNT = "members − partitions = {members} − {partitions}", "成员 − 分区 = {members} − {partitions}";
    IDLE_RULE = "A partition is read by one member of a group, so of {members} members only {partitions} can own one.",
        "一个分区在消费组内只由一个成员读取，所以 {members} 个成员中只有 {partitions} 个能分到。";
    IDLE_NONE = "No topic that it subscribes to exists.", "它订阅的 topic 都不存在。";
    IDLE_ASSIGNOR = "There are partitions enough; the assignor gave them to others.", "分区足够，但分配器把它们给了别的成员。";
    IDLE_NOTE = "More partitions would give it work; more members would not.", "增加分区会让它有事可做，增加成员则不会。";
    NOT_IDLE = "**{who}** owns {n|1 partition|{n} partitions} now.", "**{who}** 现在拥有 {n} 个分区。";
}

fn sentence(text: Text) -> WhyStep {
    WhyStep::Sentence(text)
}

/// Why did this rebalance begin?
pub(super) fn rebalance(run: &Run, key: &WhyKey, event: &Event) -> Option<WhyCard> {
    let EventKind::GroupState { group, from, to, reason, generation } = &event.kind else { return None };
    let (template, member): (&'static Template, &str) = match reason {
        GroupReason::Joined(member) => (&TRIGGER_JOINED, member),
        GroupReason::Rejoined(member) => (&TRIGGER_REJOINED, member),
        GroupReason::Left(member) => (&TRIGGER_LEFT, member),
        GroupReason::SessionExpired(member) => (&TRIGGER_SESSION, member),
        _ => (&TRIGGER_OTHER, ""),
    };
    let text = template.with("member", story::member(run.world(), member)).with("from", *from).with("to", *to);
    let mut steps = vec![sentence(text)];
    let interval = of_group(run.world(), group).map(|slot| slot.consumer.config.heartbeat_interval_us).max();
    match interval {
        _ if *from == "Empty" => steps.push(sentence(ALONE.text())),
        Some(us) => steps.push(sentence(HEARD.with("time", Arg::Duration(us)))),
        None => {}
    }
    let subject = format!("{group} · {generation}");
    Some(card(run, key, TITLE_REBALANCE.text(), subject, steps, None, event))
}

fn card(
    run: &Run,
    key: &WhyKey,
    title: Text,
    subject: String,
    steps: Vec<WhyStep>,
    note: Option<Text>,
    event: &Event,
) -> WhyCard {
    WhyCard { key: key.clone(), title, subject, steps, note, chain: with_causes(run, Some(event)) }
}

fn of_group<'a>(world: &'a World, group: &str) -> impl Iterator<Item = &'a ConsumerSlot> {
    world.consumers().values().filter(move |slot| slot.consumer.group.as_deref() == Some(group))
}

/// Why does (or did) nobody read a partition, from this event on?
pub(super) fn unread(
    run: &Run,
    key: &WhyKey,
    group: &str,
    topic: &str,
    partition: i32,
    event: &Event,
) -> Option<WhyCard> {
    let world = run.world();
    let (id, _) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(id, partition);
    let who = |node: NodeId| world.client_name(node).unwrap_or("?").to_owned();
    let in_group = |node: NodeId| {
        node == event.node
            || world.consumers().get(&node).is_some_and(|slot| slot.consumer.group.as_deref() == Some(group))
    };
    let first = run.events().front()?.id;
    let after = usize::try_from(event.id.checked_sub(first)?).ok()? + 1;
    let (mut again, mut slowest) = (None, None);
    // Whatever it says next to its coordinator tells why it gave up.
    let mut says_next = None;
    for later in run.events().iter().skip(after) {
        match &later.kind {
            EventKind::PartitionsAssigned { partitions, .. } if partitions.contains(&at) && in_group(later.node) => {
                again = Some(later);
                break;
            }
            EventKind::Sent(rpc) if is_of_membership(rpc) && in_group(later.node) => {
                if later.node == event.node {
                    says_next.get_or_insert((rpc.api, rpc.says));
                }
                if rpc.api == Api::JoinGroup {
                    slowest = Some(later);
                }
            }
            _ => {}
        }
    }
    let to_us = again.map_or(run.time_us(), |again| again.time_us);
    let template = if again.is_some() { &LENGTH } else { &LENGTH_OPEN };
    let left = template.with("to", moment(to_us)).with("from", moment(event.time_us));
    let mut steps = vec![formula(left, strong(Arg::Duration(to_us - event.time_us)))];
    let is_closing = matches!(says_next, Some((Api::LeaveGroup, _) | (_, Some(Says::Leaves))));
    let is_modern = matches!(says_next, Some((Api::ConsumerGroupHeartbeat, _)));
    let how = match &event.kind {
        EventKind::PartitionsRevoked { .. } if is_closing => &GIVEN_UP_CLOSING,
        EventKind::PartitionsRevoked { .. } if is_modern => &GIVEN_UP_MODERN,
        EventKind::PartitionsRevoked { .. } if is_cooperative(run, group, event) => &GIVEN_UP_COOPERATIVE,
        EventKind::PartitionsRevoked { .. } => &GIVEN_UP,
        EventKind::PartitionsLost { .. } => &LOST,
        _ => &ENDED,
    };
    steps.push(sentence(how.with("who", who(event.node))));
    if let Some(slowest) = slowest.filter(|slowest| slowest.node != event.node) {
        let time = Arg::Duration(slowest.time_us - event.time_us);
        steps.push(sentence(SLOWEST.with("who", who(slowest.node)).with("time", time)));
    }
    steps.push(sentence(match again {
        Some(again) => AGAIN.with("who", who(again.node)).with("time", moment(again.time_us)),
        None => NOT_AGAIN.text(),
    }));
    let name = story::partition(world, at);
    let title = if again.is_some() { &TITLE_UNREAD_THEN } else { &TITLE_UNREAD };
    Some(card(run, key, title.with("place", name), group.to_owned(), steps, None, event))
}

/// A request by which a member joins, stays or leaves; heartbeats of the classic protocol say nothing of it.
fn is_of_membership(rpc: &Rpc) -> bool {
    !rpc.response && matches!(rpc.api, Api::JoinGroup | Api::LeaveGroup | Api::ConsumerGroupHeartbeat)
}

/// Was the assignment before this event computed by the cooperative assignor?
fn is_cooperative(run: &Run, group: &str, event: &Event) -> bool {
    let of_group = |before: &Event| match &before.kind {
        EventKind::AssignmentComputed { group: of, .. } => before.id < event.id && **of == *group,
        _ => false,
    };
    newest(run, of_group).is_some_and(|computed| match &computed.kind {
        EventKind::AssignmentComputed { assignor, .. } => *assignor == Assignor::CooperativeSticky,
        _ => false,
    })
}

/// Why was this commit refused?
pub(super) fn refused(run: &Run, key: &WhyKey, event: &Event) -> Option<WhyCard> {
    let EventKind::CommitFailed { error } = event.kind else { return None };
    let world = run.world();
    let name = world.client_name(event.node)?;
    let group = world.consumers().get(&event.node).and_then(|slot| slot.consumer.group.clone());
    let assigned = newest(run, |before| {
        before.id < event.id && before.node == event.node && matches!(before.kind, EventKind::PartitionsAssigned { .. })
    });
    let mine = assigned.and_then(|assigned| match assigned.kind {
        EventKind::PartitionsAssigned { generation, .. } => Some(generation),
        _ => None,
    });
    let theirs = newest(run, |before| match &before.kind {
        EventKind::GroupState { group: of, .. } => before.id < event.id && Some(of) == group.as_ref(),
        _ => false,
    });
    let theirs = theirs.and_then(|state| match state.kind {
        EventKind::GroupState { generation, .. } => Some(generation),
        _ => None,
    });
    let text = match (error, mine, theirs) {
        (ErrorCode::IllegalGeneration, Some(mine), Some(theirs)) => {
            REFUSED_GENERATION.with("mine", mine).with("theirs", theirs)
        }
        (ErrorCode::UnknownMemberId, ..) => REFUSED_MEMBER.text(),
        (ErrorCode::RebalanceInProgress, ..) => REFUSED_REBALANCE.text(),
        _ => REFUSED_OTHER.with("error", error.name()),
    };
    let steps = vec![sentence(text.with("who", name))];
    let is_final = matches!(error, ErrorCode::IllegalGeneration | ErrorCode::UnknownMemberId);
    let note = Some(if is_final { REFUSED_NOTE.text() } else { REFUSED_YET.text() });
    Some(card(run, key, TITLE_REFUSED.text(), name.to_owned(), steps, note, event))
}

/// Why does a member own nothing?
pub(super) fn idle(run: &Run, key: &WhyKey, group: &str, consumer: &str) -> Option<WhyCard> {
    let world = run.world();
    let node = world.consumer_node(consumer).ok()?;
    let slot = world.consumers().get(&node)?;
    let owned = slot.consumer.partitions().len();
    let image = world.metadata();
    let topics: Vec<usize> =
        slot.consumer.topics.iter().filter_map(|topic| Some(image.topic_by_name(topic)?.1.partitions.len())).collect();
    let partitions: usize = topics.iter().sum();
    let members = coordinated(world, group).map_or(0, |group| group.members.len());
    let mut steps = Vec::new();
    let mut note = None;
    if owned > 0 {
        steps.push(sentence(NOT_IDLE.with("who", consumer).with("n", owned)));
    } else if slot.consumer.membership != Membership::Stable {
        steps.push(sentence(IDLE_NOT_JOINED.with("who", consumer)));
    } else if topics.is_empty() {
        steps.push(sentence(IDLE_NONE.text()));
    } else if members > partitions {
        let left = IDLE_COUNT.with("members", members).with("partitions", partitions);
        steps.push(formula(left, strong(members - partitions)));
        steps.push(sentence(IDLE_RULE.with("members", members).with("partitions", partitions)));
        note = Some(IDLE_NOTE.text());
    } else {
        steps.push(sentence(IDLE_ASSIGNOR.text()));
    }
    let assigned =
        newest(run, |event| event.node == node && matches!(event.kind, EventKind::PartitionsAssigned { .. }));
    Some(WhyCard {
        key: key.clone(),
        title: TITLE_IDLE.with("who", consumer),
        subject: group.to_owned(),
        steps,
        note,
        chain: with_causes(run, assigned),
    })
}

/// The group as its coordinator has it.
fn coordinated<'a>(world: &'a World, group: &str) -> Option<&'a Group> {
    world.brokers().values().filter(|broker| broker.is_up()).find_map(|broker| broker.groups.group(group))
}
