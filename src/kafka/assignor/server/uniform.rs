//! The uniform assignor of the coordinator: the choice between its two ways, and what they have in common.
//!
//! Left out: the ways themselves, which have files of their own.

use super::{GroupSpec, SubscriptionType, heterogeneous, homogeneous};
use crate::kafka::ids::{TopicId, TopicIdPartition};

/// Assigns every partition that has a subscriber, over all topics at once.
///
/// Follows `org.apache.kafka.coordinator.group.assignor.UniformAssignor.assign`.
pub fn assign_uniform(group: &GroupSpec<'_>) -> UniformAssignment {
    match group.subscription_type {
        SubscriptionType::Homogeneous => homogeneous::assign(group),
        SubscriptionType::Heterogeneous => heterogeneous::assign(group),
    }
}

/// What the uniform assignor gave to whom, and how it came to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UniformAssignment {
    /// A list for each member, in the order in which the members were given; each in the order of the topics and
    /// ascending.
    pub members: Vec<Vec<TopicIdPartition>>,
    /// How it came to it.
    pub steps: UniformSteps,
}

/// The steps of the uniform assignor: what a "why this assignment" card shows. What a member kept and what was given
/// to it can be told from its lists before and after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UniformSteps {
    /// All members subscribe to the same topics.
    Homogeneous {
        /// N div k: what each member gets at least.
        quotient: usize,
        /// N mod k: how many of the first members get one more.
        remainder: usize,
    },
    /// They do not.
    Heterogeneous {
        /// The topics in the order in which they were filled and evened out: most partitions a subscriber first.
        order: Vec<TopicId>,
        /// What was moved in the end to even out the members, in order.
        moves: Vec<Move>,
        /// Whether nothing was left to move; if not, the last round that is allowed still moved something.
        settled: bool,
    },
}

/// A partition that a fuller member handed to an emptier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Move {
    /// Which.
    pub partition: TopicIdPartition,
    /// Index of the member that had it.
    pub from: usize,
    /// Index of the member that has it now.
    pub to: usize,
}
