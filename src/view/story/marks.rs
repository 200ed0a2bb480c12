//! The ticks of the timeline.

use super::{Lane, lane_of, names};
use crate::{
    history::Run,
    i18n::Text,
    kafka::event::{ElectedBy, Event, EventKind, GroupReason},
    templates,
};

templates! {
    "mark":
    JOIN = "join {who}", "{who} 加入";
    LEAVE = "leave {who}", "{who} 离开";
    BROKER_STARTED = "broker {broker} started", "broker {broker} 启动";
    BROKER_STOPPED = "broker {broker} stopped", "broker {broker} 停止";
    BROKER_CRASHED = "broker {broker} crashed", "broker {broker} 崩溃";
    BROKER_FENCED = "broker {broker} fenced", "broker {broker} 被 fence";
    CONTROLLER = "controller: broker {broker}", "controller：broker {broker}";
    LEADER = "leader of `{place}`: {broker}", "`{place}`：leader {broker}";
    NO_LEADER = "no leader of `{place}`", "`{place}`：没有 leader";
    UNCLEAN = "unclean election: `{place}`", "unclean 选举：`{place}`";
    REASSIGNED = "reassigned `{place}`", "已重分配 `{place}`";
    CONTROLLER_LOST = "no controller", "没有 controller";
    STARTED = "start {who}", "{who} 启动";
    CLOSED = "close {who}", "{who} 关闭";
    TOPIC = "topic `{topic}`", "topic `{topic}`";
    PARTITIONS = "grown to {n}: `{topic}`", "`{topic}`：{n} 个分区";
    DELETED = "deleted `{topic}`", "`{topic}` 已删除";
}

/// Unlabelled marks of one lane nearer than this part of the span are one.
const BUCKETS: u64 = 2_000;

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineMark {
    /// The event.
    pub event: u64,
    /// When.
    pub time_us: u64,
    /// Its lane.
    pub lane: Lane,
    /// A short label, for joins, faults, elections and what was made.
    pub label: Option<Text>,
}

/// The marks from `from_us` to `to_us`, both included, oldest first. Idle events have none, and where several of one
/// lane would fall on one place, only the first has, unless it has a label.
pub fn marks(run: &Run, from_us: u64, to_us: u64) -> Vec<TimelineMark> {
    let world = run.world();
    let events = run.events();
    let first = events.partition_point(|event| event.time_us < from_us);
    let bucket_us = (to_us.saturating_sub(from_us) / BUCKETS).max(1);
    let mut last_bucket = [None::<u64>; Lane::ALL.len()];
    let mut marks = Vec::new();
    for event in events.range(first..).take_while(|event| event.time_us <= to_us) {
        let lane = lane_of(world, event);
        if lane == Lane::Idle {
            continue;
        }
        let label = label(run, event);
        let bucket = Some(event.time_us / bucket_us);
        let Some(last) = last_bucket.get_mut(lane as usize) else { continue };
        if label.is_none() && *last == bucket {
            continue;
        }
        *last = bucket;
        marks.push(TimelineMark { event: event.id, time_us: event.time_us, lane, label });
    }
    marks
}

fn label(run: &Run, event: &Event) -> Option<Text> {
    use EventKind as E;
    let world = run.world();
    let broker = event.node.0;
    let text = match &event.kind {
        E::MemberIdGiven { member, .. } => JOIN.with("who", names::member(world, member)),
        E::GroupEpochRaised { reason: GroupReason::Joined(member), .. } => {
            JOIN.with("who", names::member(world, member))
        }
        E::MemberRemoved { member, .. } => LEAVE.with("who", names::member(world, member)),
        E::BrokerStarted => BROKER_STARTED.with("broker", broker),
        E::BrokerStopped => BROKER_STOPPED.with("broker", broker),
        E::BrokerCrashed => BROKER_CRASHED.with("broker", broker),
        E::BrokerFenced { broker, .. } => BROKER_FENCED.with("broker", *broker),
        E::ControllerElected { .. } => CONTROLLER.with("broker", broker),
        E::LeaderElected { partition, from: Some(_), to: Some(to), .. } => {
            LEADER.with("place", names::partition(world, *partition)).with("broker", *to)
        }
        E::LeaderElected { partition, to: None, .. } => NO_LEADER.with("place", names::partition(world, *partition)),
        E::ElectionHeld(held) if matches!(held.by, ElectedBy::Unclean | ElectedBy::LastKnown) => {
            UNCLEAN.with("place", names::partition(world, held.partition))
        }
        E::ReassignmentEnded { partition, .. } => REASSIGNED.with("place", names::partition(world, *partition)),
        E::ControllerResigned { .. } => CONTROLLER_LOST.text(),
        E::ClientStarted => STARTED.with("who", names::client(world, event.node)),
        E::ClientClosed => CLOSED.with("who", names::client(world, event.node)),
        E::TopicCreated { topic, .. } => TOPIC.with("topic", world.topic_name(*topic)),
        E::PartitionsAdded { topic, to, .. } => PARTITIONS.with("topic", world.topic_name(*topic)).with("n", *to),
        E::TopicDeleted { topic } => DELETED.with("topic", world.topic_name(*topic)),
        _ => return None,
    };
    Some(text)
}
