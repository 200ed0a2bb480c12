//! The assignors that the group coordinator runs for the consumer protocol (KIP-848): uniform and range.
//!
//! They see each member's subscription and its *target* assignment, not what it owns at the moment. Where Kafka walks
//! hash maps they take lists in an explicit order: members count in the order in which they are given, topics too, and
//! the last tie between topics, which Kafka breaks by their ids, goes to the one that is given first. Left out: racks,
//! which neither minds, and when the coordinator runs an assignor.

mod heterogeneous;
mod homogeneous;
mod range;
#[cfg(test)]
mod tests;
mod uniform;

pub use range::{RangeAssignment, TopicShares, assign_range};
pub use uniform::{Move, UniformAssignment, UniformSteps, assign_uniform};

use std::ops::Range;

use crate::{
    kafka::ids::{Name, TopicId, TopicIdPartition},
    sim::{Map, Set},
};

/// A group as its coordinator hands it to an assignor.
///
/// Follows `GroupSpec` and `SubscribedTopicDescriber`.
#[derive(Clone, Copy, Debug)]
pub struct GroupSpec<'a> {
    /// The topics there are, each once. Subscriptions to others count for nothing, and so do targets in others.
    pub topics: &'a [SubscribedTopic],
    /// The members, each with an id of its own. No partition is in the target of two.
    pub members: &'a [GroupMember],
    /// Whether all subscribe to the same topics.
    pub subscription_type: SubscriptionType,
}

/// A topic that somebody may subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubscribedTopic {
    /// Its id.
    pub id: TopicId,
    /// The number of its partitions, numbered from 0.
    pub partition_count: i32,
}

/// A member as the coordinator knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupMember {
    /// `member.id`.
    pub id: Name,
    /// `group.instance.id`, if it is a static member.
    pub group_instance_id: Option<Name>,
    /// The topics it subscribes to.
    pub subscription: Set<TopicId>,
    /// Its target assignment so far, in the order in which it counts; the partitions of a topic stand together.
    pub target: Vec<TopicIdPartition>,
}

/// Whether all members of a group subscribe to the same topics (`SubscriptionType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionType {
    /// They do.
    Homogeneous,
    /// They do not.
    Heterogeneous,
}

impl SubscriptionType {
    /// The type of these members' subscriptions; homogeneous if there is no member.
    pub fn of(members: &[GroupMember]) -> SubscriptionType {
        match members.windows(2).all(|pair| pair[0].subscription == pair[1].subscription) {
            true => SubscriptionType::Homogeneous,
            false => SubscriptionType::Heterogeneous,
        }
    }
}

/// Nobody, where a partition's owner is the index of a member.
const NOBODY: u32 = u32::MAX;

/// All partitions of all topics in one row, topic by topic, so that what is known of them stands in plain lists.
struct Layout {
    ids: Vec<TopicId>,
    index: Map<TopicId, usize>,
    /// Where the partitions of each topic begin, and at last where those of the last one end.
    begins: Vec<usize>,
}

impl Layout {
    fn new(topics: &[SubscribedTopic]) -> Layout {
        let mut begins = vec![0];
        let mut end = 0;
        for topic in topics {
            end += topic.partition_count.max(0) as usize;
            begins.push(end);
        }
        Layout {
            ids: topics.iter().map(|topic| topic.id).collect(),
            index: topics.iter().enumerate().map(|(index, topic)| (topic.id, index)).collect(),
            begins,
        }
    }

    /// How many partitions there are.
    fn len(&self) -> usize {
        self.begins.last().copied().unwrap_or(0)
    }

    /// The index of a topic, and the next `hint` for a walk over topics in the order of their ids.
    fn topic(&self, hint: &mut usize, id: TopicId) -> Option<usize> {
        self.index.get_along(hint, &id).copied()
    }

    /// The places of a topic's partitions in the row.
    fn places(&self, topic: usize) -> Range<usize> {
        self.begins[topic]..self.begins[topic + 1]
    }

    /// The place of one partition of a topic, if it is there.
    fn place(&self, topic: usize, partition: i32) -> Option<usize> {
        let place = self.begins[topic] + usize::try_from(partition).ok()?;
        (place < self.begins[topic + 1]).then_some(place)
    }

    /// For each topic the members that subscribe to it, in the order of `members`.
    fn subscribers<'a>(&self, members: impl Iterator<Item = (usize, &'a GroupMember)>) -> Vec<Vec<usize>> {
        let mut subscribers = vec![Vec::new(); self.ids.len()];
        for (index, member) in members {
            let mut hint = 0;
            for id in &member.subscription {
                if let Some(topic) = self.topic(&mut hint, *id) {
                    subscribers[topic].push(index);
                }
            }
        }
        subscribers
    }

    /// Each member's partitions, in the order of the topics and ascending.
    fn lists(&self, owners: &[u32], member_count: usize) -> Vec<Vec<TopicIdPartition>> {
        let mut sizes = vec![0; member_count];
        for owner in owners.iter().filter(|owner| **owner != NOBODY) {
            sizes[*owner as usize] += 1;
        }
        let mut lists: Vec<Vec<TopicIdPartition>> = sizes.into_iter().map(Vec::with_capacity).collect();
        for (topic, id) in self.ids.iter().enumerate() {
            for (partition, owner) in (0..).zip(&owners[self.places(topic)]) {
                if *owner != NOBODY {
                    lists[*owner as usize].push(TopicIdPartition::new(*id, partition));
                }
            }
        }
        lists
    }
}
