//! Groups and their members.

use std::rc::Rc;

use super::Builder;
use crate::{
    cluster::{ClientProcess, ConsumerSlot, World},
    i18n::Text,
    kafka::{
        client::consumer::{App, ClientState, Consumer, Membership},
        config::{BrokerConfig, Settings},
        coordinator::{Committed, Group},
        hash::coordinator_partition,
        ids::{CONSUMER_OFFSETS, Name, TopicIdPartition},
    },
    templates,
    view::model::{GroupView, MemberProgress, MemberView, OwnedPartition},
};

/// Colours of groups, and of members.
const COLORS: usize = 4;

impl Builder {
    pub(super) fn groups(&self, world: &World) -> Vec<GroupView> {
        let mut slots: Vec<&ConsumerSlot> = world.consumers().values().collect();
        crate::sim::sort_by_key(&mut slots, |slot| slot.order);
        let named = self.groups.iter().enumerate().map(|(index, id)| {
            let members: Vec<&ConsumerSlot> =
                slots.iter().copied().filter(|slot| slot.consumer.group.as_ref() == Some(id)).collect();
            let before = self.previous.groups.iter().find(|before| before.group_id.as_deref() == Some(&**id));
            group_view(world, id, (index % COLORS) as u8, (&members, &slots), before.map(|before| &**before))
        });
        // A group that nobody is in, and that was never stored, is not there any more.
        let mut views: Vec<GroupView> =
            named.filter(|group| !group.members.is_empty() || group.state.is_some()).collect();
        let alone: Vec<&ConsumerSlot> = slots.iter().copied().filter(|slot| slot.consumer.group.is_none()).collect();
        if !alone.is_empty() {
            let before = self.previous.groups.iter().find(|before| before.group_id.is_none());
            views.push(GroupView {
                group_id: None,
                state: None,
                generation: -1,
                assignment_epoch: None,
                assignor: None,
                coordinator: None,
                coordinator_partition: None,
                color: (self.groups.len() % COLORS) as u8,
                members: members(world, None, (&alone, &slots), before.map(|before| &**before)),
                lag: 0,
                offsets_expire_us: None,
            });
        }
        views
    }
}

fn group_view(
    world: &World,
    id: &Name,
    color: u8,
    slots: (&[&ConsumerSlot], &[&ConsumerSlot]),
    before: Option<&GroupView>,
) -> GroupView {
    let found = coordinated(world, id);
    let image = world.metadata();
    let shard = image.topic_by_name(CONSUMER_OFFSETS).map(|(topic, offsets)| {
        TopicIdPartition::new(topic, coordinator_partition(id, offsets.partitions.len().max(1) as i32))
    });
    let members = members(world, found, slots, before);
    let lag = members.iter().flat_map(|member| &member.owned).map(|owned| {
        let reference = owned.committed.or(owned.position).unwrap_or(owned.high_watermark);
        (owned.high_watermark - reference).max(0)
    });
    // While nobody coordinates it, its members go by what they were told last.
    let known_to_members = || slots.0.iter().map(|slot| slot.consumer.generation).max().unwrap_or(0).max(0);
    let is_up = |broker: &u32| world.brokers().get(broker).is_some_and(|broker| broker.is_up());
    GroupView {
        group_id: Some(id.to_string()),
        state: found.map(Group::state_name),
        generation: found.map_or_else(known_to_members, Group::epoch),
        assignment_epoch: found.and_then(|group| group.consumer.as_ref()).map(|group| group.assignment_epoch),
        assignor: found.and_then(Group::assignor).map(str::to_owned),
        coordinator: shard.and_then(|shard| image.partition(shard)?.leader).filter(is_up),
        coordinator_partition: shard.map(|shard| shard.partition),
        color,
        lag: lag.sum(),
        offsets_expire_us: found.and_then(|group| offsets_expire_us(world, group)),
        members,
    }
}

/// The group as its coordinator has it.
pub(super) fn coordinated<'a>(world: &'a World, id: &str) -> Option<&'a Group> {
    let found = world.brokers().values().filter(|broker| broker.is_up()).filter_map(|broker| broker.groups.group(id));
    // While the coordinator moves, two brokers may believe to be it; the later generation is the one that counts.
    found.max_by_key(|group| (group.epoch(), group.member_count()))
}

/// When the first commit of a group without members goes, if nobody joins.
fn offsets_expire_us(world: &World, group: &Group) -> Option<u64> {
    let image = world.metadata();
    let retention_us = BrokerConfig::from_settings(&image.settings).ok()?.offsets_retention_us;
    let goes_us = |(partition, committed): (&TopicIdPartition, &Committed)| {
        let topic = image.topics.get(&partition.topic).map_or("", |topic| &topic.name);
        group.expires_us(committed, topic, retention_us)
    };
    group.offsets.iter().filter(|_| group.member_count() == 0).filter_map(goes_us).min()
}

/// A committed offset as the coordinator has it.
pub(super) fn stored_offset(group: Option<&Group>, partition: TopicIdPartition) -> Option<i64> {
    group?.offsets.get(&partition).map(|committed| committed.offset)
}

/// The members of a group, or consumers in none; `all` by their order, in which colours are given. A member that is as
/// it was before is the same allocation, found out without making another.
fn members(
    world: &World,
    group: Option<&Group>,
    (slots, all): (&[&ConsumerSlot], &[&ConsumerSlot]),
    before: Option<&GroupView>,
) -> Vec<Rc<MemberView>> {
    let place = |slot: &ConsumerSlot| all.binary_search_by_key(&slot.order, |other| other.order).unwrap_or(0);
    let view = |(index, slot): (usize, &&ConsumerSlot)| {
        let mut now = plain(world, group, slot, place(slot));
        let owned = || owned(world, group, slot);
        if let Some(before) = before.and_then(|before| before.members.get(index))
            && is_same(before, &now, slot)
            && before.owned.iter().map(Owned::of).eq(owned())
        {
            return before.clone();
        }
        let consumer = &slot.consumer;
        now.name = consumer.name.to_string();
        now.member_id = consumer.member_id.to_string();
        now.subscription = consumer.topics.iter().map(|topic| topic.to_string()).collect();
        now.pattern = consumer.pattern.clone();
        now.owned = owned().map(Owned::view).collect();
        now.settings = slot.settings.clone();
        Rc::new(now)
    };
    slots.iter().enumerate().map(view).collect()
}

/// A partition in a member's hands, before anything is allocated for it.
#[derive(PartialEq)]
struct Owned<'a> {
    topic: &'a str,
    partition: i32,
    position: Option<i64>,
    committed: Option<i64>,
    high_watermark: i64,
    paused: bool,
    read_from: Option<(u32, bool)>,
}

impl Owned<'_> {
    fn of(view: &OwnedPartition) -> Owned<'_> {
        let OwnedPartition { topic, partition, position, committed, high_watermark, paused, read_from } = view;
        Owned {
            topic,
            partition: *partition,
            position: *position,
            committed: *committed,
            high_watermark: *high_watermark,
            paused: *paused,
            read_from: *read_from,
        }
    }

    fn view(self) -> OwnedPartition {
        OwnedPartition {
            topic: self.topic.to_owned(),
            partition: self.partition,
            position: self.position,
            committed: self.committed,
            high_watermark: self.high_watermark,
            paused: self.paused,
            read_from: self.read_from,
        }
    }
}

fn owned<'a>(world: &'a World, group: Option<&'a Group>, slot: &'a ConsumerSlot) -> impl Iterator<Item = Owned<'a>> {
    slot.consumer.partitions().iter().map(move |(id, progress)| {
        let state = world.metadata().partition(*id);
        let leader = state.and_then(|state| state.leader.or(state.isr.first().copied()));
        let replica = leader.and_then(|leader| world.brokers().get(&leader)?.replica(*id));
        Owned {
            topic: world.topic_name(id.topic),
            partition: id.partition,
            position: progress.position,
            committed: stored_offset(group, *id).or(progress.committed),
            high_watermark: replica.map_or(0, |replica| replica.log.high_watermark()),
            paused: progress.paused,
            read_from: read_from(&slot.consumer, *id),
        }
    })
}

/// The broker that a consumer with a `client.rack` reads a partition from, and whether that is a follower.
fn read_from(consumer: &Consumer, id: TopicIdPartition) -> Option<(u32, bool)> {
    consumer.config.client_rack.as_ref()?;
    match *consumer.partitions().get(&id)?.read_replica {
        Some(replica) => Some((replica.broker, true)),
        None => consumer.metadata().leader(id).map(|(leader, _)| (leader, false)),
    }
}

/// Is a member as it was, but for what it owns? `now` has no names yet.
fn is_same(before: &MemberView, now: &MemberView, slot: &ConsumerSlot) -> bool {
    // Without `..`: a field that is added has to be compared here, or to be left out on purpose.
    let MemberView {
        name,
        member_id,
        leader,
        progress,
        classic_in_consumer,
        color,
        stripes,
        subscription,
        pattern,
        owned: _,
        doing,
        cut_from,
        progress_permille,
        paused,
        process,
        stalled,
        slowed_us,
        processing_us,
        records_consumed,
        last_error,
        settings,
    } = before;
    let consumer = &slot.consumer;
    let named = **name == *consumer.name
        && **member_id == *consumer.member_id
        && subscription.iter().map(String::as_str).eq(consumer.topics.iter().map(|topic| &**topic))
        && *pattern == consumer.pattern
        && *settings == slot.settings;
    let does = *doing == now.doing
        && (*progress_permille, *process) == (now.progress_permille, now.process)
        && (*paused, *stalled, *leader) == (now.paused, now.stalled, now.leader)
        && (*slowed_us, *processing_us) == (now.slowed_us, now.processing_us)
        && *records_consumed == now.records_consumed
        && *last_error == now.last_error;
    let stands =
        *cut_from == now.cut_from && *progress == now.progress && *classic_in_consumer == now.classic_in_consumer;
    named && does && stands && (*color, *stripes) == (now.color, now.stripes)
}

/// A member without its names, lists and settings: nothing in it costs an allocation for most members.
fn plain(world: &World, group: Option<&Group>, slot: &ConsumerSlot, place: usize) -> MemberView {
    let consumer = &slot.consumer;
    let progress_permille = match consumer.app {
        App::Processing { since_us, until_us, .. } => {
            let done_us = world.now_us().saturating_sub(since_us);
            Some((done_us * 1_000 / (until_us - since_us).max(1)).min(1_000) as u16)
        }
        _ => None,
    };
    MemberView {
        name: String::new(),
        member_id: String::new(),
        leader: consumer.is_leader,
        progress: progress(world, group, slot),
        classic_in_consumer: group.is_some_and(|group| is_classic_in_consumer(group, consumer)),
        color: (place % COLORS) as u8,
        stripes: (place / COLORS).min(255) as u8,
        subscription: Vec::new(),
        pattern: None,
        owned: Vec::new(),
        doing: doing(group, slot),
        cut_from: super::broken::cut_from(world, consumer.node),
        progress_permille,
        paused: consumer.paused,
        process: slot.process,
        stalled: consumer.stalled,
        slowed_us: Some(consumer.processing_us).filter(|now| *now != slot.work.processing_us),
        processing_us: slot.work.processing_us,
        records_consumed: consumer.records_consumed,
        last_error: consumer.last_error.map(|error| ERROR.with("error", error.name())),
        settings: Settings::new(),
    }
}

fn is_classic_in_consumer(group: &Group, consumer: &Consumer) -> bool {
    let member = group.consumer.as_ref().and_then(|group| group.member(&consumer.member_id));
    member.is_some_and(|member| member.classic.is_some())
}

/// How far a member of the consumer protocol has come.
fn progress(world: &World, group: Option<&Group>, slot: &ConsumerSlot) -> Option<MemberProgress> {
    let consumer = &slot.consumer;
    consumer.group.as_ref().filter(|_| consumer.is_modern())?;
    let known = group.and_then(|group| group.consumer.as_ref()?.member(&consumer.member_id));
    let name = |at: &TopicIdPartition| format!("{}-{}", world.topic_name(at.topic), at.partition);
    Some(MemberProgress {
        state: consumer.modern.state.name(),
        epoch: consumer.modern.epoch,
        known_state: known.map(|known| known.current.state.name()),
        known_epoch: known.map(|known| known.current.member_epoch),
        to_give_up: known.iter().flat_map(|known| &known.current.pending_revocation).map(name).collect(),
        to_wait_for: known
            .iter()
            .flat_map(|known| known.target.difference(&known.current.assigned))
            .map(name)
            .collect(),
    })
}

fn doing(group: Option<&Group>, slot: &ConsumerSlot) -> Text {
    let consumer = &slot.consumer;
    let is_member = || group.is_some_and(|group| group.has_member(&consumer.member_id));
    match (consumer.app, consumer.membership) {
        _ if slot.process == ClientProcess::Crashed && is_member() => CRASHED.text(),
        _ if slot.process == ClientProcess::Crashed => GONE.text(),
        _ if slot.process == ClientProcess::Frozen => FROZEN.text(),
        (App::Failed, _) => FAILED.text(),
        _ if consumer.is_closing() => CLOSING.text(),
        _ if consumer.stalled => STALLED.text(),
        (App::Processing { since_us, until_us, records }, _) => {
            PROCESSING.with("n", records).with("time", crate::i18n::Arg::Duration(until_us - since_us))
        }
        _ if consumer.paused => PAUSED.text(),
        _ if consumer.group.is_some() && consumer.coordinator().is_none() => FINDING.text(),
        _ if consumer.is_modern() => doing_as_member(consumer),
        (_, Membership::Preparing) => PREPARING.text(),
        (_, Membership::Joining) => JOINING.text(),
        (_, Membership::Syncing) => SYNCING.text(),
        (_, Membership::Unjoined) if consumer.is_subscribed() => UNJOINED.text(),
        _ if consumer.partitions().is_empty() => NOTHING_OWNED.text(),
        _ => POLLING.text(),
    }
}

/// What a member of the consumer protocol does inside `poll`.
fn doing_as_member(consumer: &Consumer) -> Text {
    match consumer.modern.state {
        ClientState::Joining => HEARTBEAT_JOIN.text(),
        ClientState::Reconciling => RECONCILING.text(),
        ClientState::Fenced => FENCED.text(),
        ClientState::Stale => STALE.text(),
        _ if consumer.partitions().is_empty() => NOTHING_OWNED.text(),
        _ => POLLING.text(),
    }
}

templates! { "member":
    HEARTBEAT_JOIN = "joining by a heartbeat with epoch 0", "用 epoch 0 的心跳加入";
    RECONCILING = "on the way to what it was given", "正在过渡到新的分配";
    FENCED = "fenced: drops everything", "已被 fence：放弃一切";
    STALE = "out of the group until it polls", "已离组，直到再次 poll";
    ERROR = "It was told `{error}`.", "收到错误 `{error}`。";
    FAILED = "stopped by an exception", "因异常停止";
    CRASHED = "killed: its group waits for its session to end", "已被终止：消费组要等到它的 session 超时";
    GONE = "killed", "已被终止";
    FROZEN = "frozen: no heartbeats, no polls", "已冻结：没有心跳，也不 poll";
    STALLED = "hangs: heartbeats, but does not poll", "卡住：有心跳，但不 poll";
    CLOSING = "closing", "正在关闭";
    PROCESSING = "processing {n|one record|{n} records} · {time}", "正在处理 {n} 条消息 · {time}";
    PAUSED = "paused: polls, fetches nothing", "已暂停：继续 poll，不再拉取";
    FINDING = "looking for its coordinator", "正在查找 coordinator";
    PREPARING = "committing before it rejoins", "重新加入前提交 offset";
    JOINING = "joined, waiting for the others", "已发出 JoinGroup，等待其他成员";
    SYNCING = "waiting for its assignment", "等待分配结果";
    UNJOINED = "about to join", "即将加入";
    NOTHING_OWNED = "idle: owns no partition", "空闲：没有分到分区";
    POLLING = "polling", "正在 poll";
}
