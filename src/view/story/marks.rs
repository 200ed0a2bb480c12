//! The ticks of the timeline, and the moments above them that can be gone to.

use std::rc::Rc;

use super::{Lane, lane_of, names};
use crate::{
    history::{Milestone, Run, milestone},
    i18n::{Template, Text},
    kafka::{
        event::{ElectedBy, Event, EventKind, GroupReason},
        ids::{is_controller_only, named, short_name},
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
    /// All, by their places.
    const ALL: [StopKind; StopKind::COUNT] = [
        StopKind::Command,
        StopKind::Milestone(Milestone::Visible),
        StopKind::Milestone(Milestone::Stable),
        StopKind::Milestone(Milestone::Leader),
        StopKind::Milestone(Milestone::Fault),
    ];

    fn place(self) -> usize {
        match self {
            StopKind::Command => 0,
            StopKind::Milestone(milestone) => 1 + milestone as usize,
        }
    }
}

/// The marks and stops of an axis, both by ascending event. Each event is read once, into lists of what has a mark; an
/// axis is made of those by leaps from place to place, so that in a run of a million events another axis costs no more
/// than what is to be seen on it.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    axis: (u64, u64),
    /// The last event that was looked at, and its time.
    last: (EventId, u64),
    /// Marks without a label and with one.
    lanes: [[List; 2]; Lane::ALL.len()],
    kinds: [List; StopKind::COUNT],
    /// Idle events have none, and where several of one lane would fall on one place, only the first has.
    pub marks: Rc<Vec<TimelineMark>>,
    /// Of several of one kind at one place only the first.
    pub stops: Rc<Vec<Stop>>,
}

/// Events of one kind, ascending.
#[derive(Clone, Debug, Default)]
struct List {
    events: Vec<EventId>,
    /// The place on the axis that is taken.
    last: Option<u64>,
}

impl List {
    /// Takes the place of a moment, if it is free.
    fn is_free(&mut self, axis: (u64, u64), time_us: u64) -> bool {
        let place = Some(time_us / bucket_us(axis));
        (axis.0..=axis.1).contains(&time_us) && std::mem::replace(&mut self.last, place) != place
    }

    /// The first event of each place on an axis.
    fn firsts(&mut self, run: &Run, axis: (u64, u64), mut on: impl FnMut(&Event)) {
        self.last = None;
        // What the run keeps no more has no mark.
        let gone = self.events.partition_point(|event| run.event_by_id(*event).is_none());
        self.events.drain(..gone);
        let time_us = |event: &EventId| run.event_by_id(*event).map_or(0, |event| event.time_us);
        let mut at = self.events.partition_point(|event| time_us(event) < axis.0);
        while let Some(event) = self.events.get(at).and_then(|event| run.event_by_id(*event)) {
            if !self.is_free(axis, event.time_us) {
                break;
            }
            on(event);
            let next_us = (event.time_us / bucket_us(axis) + 1) * bucket_us(axis);
            // Near ones first: where places are sparse, the next event is on the next place.
            let mut leap = 1;
            while self.events.get(at + leap).is_some_and(|event| time_us(event) < next_us) {
                leap *= 2;
            }
            let to = self.events.len().min(at + leap + 1);
            let from = at + leap / 2;
            at = from + self.events[from..to].partition_point(|event| time_us(event) < next_us);
        }
    }
}

/// How much time shares a place on an axis.
fn bucket_us((from_us, to_us): (u64, u64)) -> u64 {
    (to_us.saturating_sub(from_us) / BUCKETS).max(1)
}

impl Marks {
    /// The marks from `from_us` to `to_us`, both included, as far as the run has come. A run that is another one begins
    /// anew: see [`Marks::default`].
    pub fn follow(&mut self, run: &Run, from_us: u64, to_us: u64) {
        let is_same = run.event_by_id(self.last.0).is_some_and(|event| event.time_us == self.last.1);
        if self.last.0 != 0 && !is_same {
            *self = Marks::default();
        }
        let axis = (from_us, to_us);
        let is_new = std::mem::replace(&mut self.axis, axis) != axis;
        let events = run.events();
        let first = events.partition_point(|event| event.id <= self.last.0);
        for event in events.range(first..) {
            self.take(run, event, !is_new);
            self.last = (event.id, event.time_us);
        }
        if is_new {
            self.look(run);
        }
    }

    /// Reads an event, and shows it if the axis is as it was.
    fn take(&mut self, run: &Run, event: &Event, shows: bool) {
        let lane = lane_of(run.world(), event);
        if let (true, Some(lists)) = (lane != Lane::Idle, self.lanes.get_mut(lane as usize)) {
            let label = label(run, event);
            let list = &mut lists[usize::from(label.is_some())];
            list.events.push(event.id);
            if shows && list.is_free(self.axis, event.time_us) {
                let mark = TimelineMark { event: event.id, time_us: event.time_us, lane, label };
                Rc::make_mut(&mut self.marks).push(mark);
            }
        }
        let is_command = matches!(event.kind, EventKind::Command(_));
        let kinds = [is_command.then_some(StopKind::Command), milestone(run.world(), event).map(StopKind::Milestone)];
        for kind in kinds.into_iter().flatten() {
            if let Some(list) = self.kinds.get_mut(kind.place()) {
                list.events.push(event.id);
                if shows && list.is_free(self.axis, event.time_us) {
                    Rc::make_mut(&mut self.stops).push(Stop { event: event.id, time_us: event.time_us, kind });
                }
            }
        }
    }

    /// Shows another axis.
    fn look(&mut self, run: &Run) {
        let mut marks = Vec::new();
        for (lane, lists) in Lane::ALL.into_iter().zip(&mut self.lanes) {
            for list in lists {
                list.firsts(run, self.axis, |event| {
                    let label = label(run, event);
                    marks.push(TimelineMark { event: event.id, time_us: event.time_us, lane, label });
                });
            }
        }
        let mut stops = Vec::new();
        for (kind, list) in StopKind::ALL.into_iter().zip(&mut self.kinds) {
            list.firsts(run, self.axis, |event| {
                stops.push(Stop { event: event.id, time_us: event.time_us, kind });
            });
        }
        crate::sim::sort_by_key(&mut marks, |mark: &TimelineMark| mark.event);
        crate::sim::sort_by_key(&mut stops, |stop: &Stop| stop.event);
        (self.marks, self.stops) = (Rc::new(marks), Rc::new(stops));
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
        E::ControllerElected { .. } if is_controller_only(node) => CONTROLLER.with("node", short_name(node)),
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

/// Which events have a label.
#[cfg(test)]
pub(super) fn labelled(run: &Run) -> crate::sim::Set<EventId> {
    run.events().iter().filter(|event| label(run, event).is_some()).map(|event| event.id).collect()
}
