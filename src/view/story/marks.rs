//! The ticks of the timeline, and the moments above them that can be gone to.

use std::rc::Rc;

use super::{Lane, lane_of, names};
use crate::{
    history::{Milestone, Run, milestone},
    i18n::{Template, Text},
    kafka::{
        event::{ElectedBy, Event, EventKind, GroupReason},
        ids::{is_controller_only, named},
    },
    sim::EventId,
    templates,
};

templates! {
    "mark":
    JOIN = "join {who}", "{who} 加入";
    LEAVE = "leave {who}", "{who} 离开";
    BROKER_STARTED = "broker {broker} started", "broker {broker} 启动";
    BROKER_STOPPED = "broker {broker} stopped", "broker {broker} 停止";
    BROKER_CRASHED = "broker {broker} crashed", "broker {broker} 崩溃";
    CONTROLLER_STARTED = "controller {broker} started", "controller {broker} 启动";
    CONTROLLER_STOPPED = "controller {broker} stopped", "controller {broker} 停止";
    CONTROLLER_CRASHED = "controller {broker} crashed", "controller {broker} 崩溃";
    BROKER_FENCED = "broker {broker} fenced", "broker {broker} 被 fence";
    CONTROLLER = "controller: {node}", "controller：{node}";
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

/// Marks of one lane nearer than this part of the span are one; one with a label and one without stand apart.
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

/// A moment that can be gone to, above the lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Its event.
    pub event: u64,
    /// When.
    pub time_us: u64,
    /// What it is.
    pub kind: StopKind,
}

/// What a stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopKind {
    /// A command.
    Command,
    /// A milestone.
    Milestone(Milestone),
}

impl StopKind {
    const COUNT: usize = 5;

    fn place(self) -> usize {
        match self {
            StopKind::Command => 0,
            StopKind::Milestone(milestone) => 1 + milestone as usize,
        }
    }
}

/// The marks and stops of an axis, both by ascending event. They are read once: while the axis stays, only what is new
/// is looked at, so that the axis of a long run costs no more than that of a short one.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    axis: (u64, u64),
    /// The last event that was looked at, and its time.
    last: (EventId, u64),
    lanes: [(Option<u64>, Option<u64>); Lane::ALL.len()],
    kinds: [Option<u64>; StopKind::COUNT],
    /// Idle events have none, and where several of one lane would fall on one place, only the first has.
    pub marks: Rc<Vec<TimelineMark>>,
    /// Of several of one kind at one place only the first.
    pub stops: Rc<Vec<Stop>>,
}

impl Marks {
    /// Reads the events from `from_us` to `to_us`, both included, that were not read yet. A run that is another one
    /// begins anew: see [`Marks::default`].
    pub fn follow(&mut self, run: &Run, from_us: u64, to_us: u64) {
        let is_same = run.event_by_id(self.last.0).is_some_and(|event| event.time_us == self.last.1);
        if self.axis != (from_us, to_us) || !is_same {
            *self = Marks { axis: (from_us, to_us), ..Marks::default() };
        }
        let events = run.events();
        let first = match self.last.0 {
            0 => events.partition_point(|event| event.time_us < from_us),
            last => events.partition_point(|event| event.id <= last),
        };
        for event in events.range(first..).take_while(|event| event.time_us <= to_us) {
            self.take(run, event);
            self.last = (event.id, event.time_us);
        }
    }

    fn take(&mut self, run: &Run, event: &Event) {
        let bucket_us = (self.axis.1.saturating_sub(self.axis.0) / BUCKETS).max(1);
        let bucket = Some(event.time_us / bucket_us);
        let lane = lane_of(run.world(), event);
        if let (true, Some((plain, labelled))) = (lane != Lane::Idle, self.lanes.get_mut(lane as usize)) {
            let label = label(run, event);
            let last = if label.is_some() { labelled } else { plain };
            if std::mem::replace(last, bucket) != bucket {
                let mark = TimelineMark { event: event.id, time_us: event.time_us, lane, label };
                Rc::make_mut(&mut self.marks).push(mark);
            }
        }
        let is_command = matches!(event.kind, EventKind::Command(_));
        let kinds = [is_command.then_some(StopKind::Command), milestone(run.world(), event).map(StopKind::Milestone)];
        for kind in kinds.into_iter().flatten() {
            if let Some(last) = self.kinds.get_mut(kind.place())
                && std::mem::replace(last, bucket) != bucket
            {
                Rc::make_mut(&mut self.stops).push(Stop { event: event.id, time_us: event.time_us, kind });
            }
        }
    }
}

fn label(run: &Run, event: &Event) -> Option<Text> {
    use EventKind as E;
    let world = run.world();
    let node = event.node.0;
    let process = |broker: &'static Template, controller: &'static Template| {
        if is_controller_only(node) { controller.with("broker", node) } else { broker.with("broker", node) }
    };
    let text = match &event.kind {
        E::MemberIdGiven { member, .. } => JOIN.with("who", names::member(world, member)),
        E::GroupEpochRaised { reason: GroupReason::Joined(member), .. } => {
            JOIN.with("who", names::member(world, member))
        }
        E::MemberRemoved { member, .. } => LEAVE.with("who", names::member(world, member)),
        E::BrokerStarted => process(&BROKER_STARTED, &CONTROLLER_STARTED),
        E::BrokerStopped => process(&BROKER_STOPPED, &CONTROLLER_STOPPED),
        E::BrokerCrashed => process(&BROKER_CRASHED, &CONTROLLER_CRASHED),
        E::BrokerFenced { broker, .. } => BROKER_FENCED.with("broker", *broker),
        E::ControllerElected { .. } => CONTROLLER.with("node", named(node)),
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
