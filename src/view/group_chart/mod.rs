//! The chart of the groups: who owned which partition when, what the coordinator's state was, which RPCs went between,
//! and which partition nobody read for how long.
//!
//! [`Recorder`] reads the events of a run once each, so a frame costs what is new in it; [`layout`] makes marks in
//! pixels of it. What is kept is bounded. Left out: colours, and everything of the browser.

mod follow;
pub mod layout;
mod moves;
#[cfg(test)]
mod tests;
pub mod words;

pub use follow::Recorder;
pub use moves::{Moves, Side, moves};

use std::rc::Rc;

use crate::kafka::{
    event::{GroupReason, Says},
    ids::{TopicId, TopicIdPartition},
    protocol::{Api, ErrorCode},
};

/// The charts of all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupCharts {
    /// A chart a group, by first appearance.
    pub groups: Vec<Rc<GroupChart>>,
    /// The names of the topics whose partitions are in them.
    pub topics: Vec<(TopicId, String)>,
}

/// What is known of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChart {
    /// `group.id`.
    pub group: String,
    /// Does it go by the consumer protocol, with epochs for generations?
    pub by_epochs: bool,
    /// The coordinator's states, oldest first.
    pub bands: Rc<Vec<Band>>,
    /// Members by first appearance.
    pub members: Vec<Rc<MemberRow>>,
    /// RPCs of the group, oldest first.
    pub calls: Rc<Vec<Call>>,
    /// Partitions that nobody of the group read, oldest first.
    pub gaps: Rc<Vec<Gap>>,
}

/// A state of the group, as its coordinator has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// The event that began it.
    pub event: u64,
    /// The broker that said so.
    pub broker: u32,
    /// From when on.
    pub from_us: u64,
    /// Until when; `None`: still.
    pub to_us: Option<u64>,
    /// Kafka's name of the state.
    pub state: &'static str,
    /// Generation or epoch.
    pub epoch: Epoch,
    /// Why it began.
    pub reason: GroupReason,
}

/// What numbers a group's states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Epoch {
    /// Generation of a classic group.
    Generation(i32),
    /// Group epoch of the consumer protocol.
    Epoch(i32),
}

/// A member: one client node in the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    /// Its node.
    pub node: u32,
    /// `client.id`.
    pub name: String,
    /// When it was first heard of.
    pub since_us: u64,
    /// When its process ended.
    pub gone_us: Option<u64>,
    /// Was it killed?
    pub crashed: bool,
    /// When it was first a member, after which the first frame of the chart.
    pub joined_us: Option<u64>,
    /// What it owned, by time; in one lane no two at a time.
    pub bars: Vec<Bar>,
    /// Times of waiting for an assignment.
    pub waits: Vec<Wait>,
    /// Lanes that its bars and its gaps have ever needed.
    pub lanes: u16,
}

/// A time in which a member owned a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Which.
    pub partition: TopicIdPartition,
    /// Its lane in the member's row.
    pub lane: u16,
    /// From when on.
    pub from_us: u64,
    /// Until when; `None`: still.
    pub to_us: Option<u64>,
    /// The event that gave it.
    pub event: u64,
    /// The event that took it.
    pub end_event: Option<u64>,
}

/// A time in which a member waited for an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The event that it began with: its JoinGroup left.
    pub event: u64,
    /// From when on.
    pub from_us: u64,
    /// Until when; `None`: still.
    pub to_us: Option<u64>,
}

/// A time in which nobody of the group read a partition that somebody had read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which.
    pub partition: TopicIdPartition,
    /// Node of who read it last.
    pub node: u32,
    /// Lane in that member's row.
    pub lane: u16,
    /// From when on.
    pub from_us: u64,
    /// Until when; `None`: still.
    pub to_us: Option<u64>,
    /// The event that began it.
    pub event: u64,
    /// The event that ended it.
    pub end_event: Option<u64>,
}

/// An RPC between a member and a broker, one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The event of its departure.
    pub event: u64,
    /// The member's node.
    pub node: u32,
    /// The broker.
    pub broker: u32,
    /// Name.
    pub api: Api,
    /// From the broker to the member?
    pub response: bool,
    /// Its error.
    pub error: ErrorCode,
    /// What a heartbeat of the consumer protocol says beside that somebody is alive.
    pub says: Option<Says>,
    /// When it left.
    pub from_us: u64,
    /// When it arrived.
    pub to_us: Option<u64>,
}

impl Band {
    /// Is the group between two assignments?
    pub fn is_rebalance(&self) -> bool {
        !matches!(self.state, "Stable" | "Empty" | "Dead")
    }
}

impl GroupCharts {
    /// The chart of a group.
    pub fn of(&self, group: &str) -> Option<&Rc<GroupChart>> {
        self.groups.iter().find(|chart| chart.group == group)
    }

    /// `orders-3`.
    pub fn full(&self, at: TopicIdPartition) -> String {
        format!("{}-{}", self.topic(at), at.partition)
    }

    /// `P3`, where there is one topic only.
    pub fn short(&self, at: TopicIdPartition) -> String {
        if self.topics.len() > 1 { self.full(at) } else { format!("P{}", at.partition) }
    }

    /// The topic of a partition.
    pub fn topic(&self, at: TopicIdPartition) -> &str {
        self.topics.iter().find(|(topic, _)| *topic == at.topic).map_or("?", |(_, name)| name)
    }
}

impl GroupChart {
    /// First and last moment of the newest rebalance, the second `None` while it lasts, and the event that began it.
    pub fn last_rebalance(&self) -> Option<(u64, Option<u64>, u64)> {
        let last = self.bands.iter().rposition(Band::is_rebalance)?;
        let first =
            self.bands.get(..last)?.iter().rposition(|band| !band.is_rebalance()).map_or(0, |before| before + 1);
        let (first, last) = (self.bands.get(first)?, self.bands.get(last)?);
        Some((first.from_us, last.to_us, first.event))
    }

    /// A member by its node.
    pub fn member(&self, node: u32) -> Option<&Rc<MemberRow>> {
        self.members.iter().find(|member| member.node == node)
    }
}
