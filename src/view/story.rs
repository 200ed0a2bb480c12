//! One sentence an event, newest first, and the lanes of the timeline.

use crate::{i18n::Text, view::why::WhyKey};

/// A line of "What just happened".
#[derive(Clone, Debug, PartialEq)]
pub struct StoryLine {
    /// The event.
    pub event: u64,
    /// The event that caused it, 0 for none.
    pub cause: u64,
    /// When.
    pub time_us: u64,
    /// What happened.
    pub text: Text,
    /// What can be asked of it, with the words of the question.
    pub why: Option<(Text, WhyKey)>,
    /// The lane it belongs to, also its filter.
    pub lane: Lane,
    /// How many like it are folded into this line (1: none); heartbeats and idle fetches fold.
    pub folded: u32,
}

/// What kind of event it is; the lanes of the timeline and the filters of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Sending and appending.
    Produce,
    /// Copies, high watermark, ISR.
    Replicate,
    /// Fetching, polling, committing.
    Consume,
    /// Group membership.
    Group,
    /// Brokers, controller, topics, commands.
    Cluster,
    /// Heartbeats and idle fetches: folded, hidden unless asked for.
    Idle,
}

impl Lane {
    /// The lanes drawn, in the order of the timeline.
    pub const ALL: [Lane; 6] = [Lane::Produce, Lane::Replicate, Lane::Consume, Lane::Group, Lane::Cluster, Lane::Idle];
}

/// A mark on the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineMark {
    /// The event.
    pub event: u64,
    /// When.
    pub time_us: u64,
    /// Its lane.
    pub lane: Lane,
    /// A short label, for joins, faults and commands.
    pub label: Option<String>,
}
