//! The range assignor of the coordinator: topic by topic, each subscriber a run of partitions.
//!
//! Unlike the client's it knows no racks, and like that one it minds no earlier assignment. Left out: Kafka's shortcut
//! for equal subscriptions, which gives the same.

use std::ops::Range;

use super::{GroupSpec, Layout, SubscribedTopic};
use crate::{
    kafka::{
        assignor::instance_cmp,
        ids::{TopicId, TopicIdPartition},
    },
    sim::sort_by,
};

/// Assigns every partition that has a subscriber.
///
/// Follows `org.apache.kafka.coordinator.group.assignor.RangeAssignor.assign`.
pub fn assign_range(group: &GroupSpec<'_>) -> RangeAssignment {
    let layout = Layout::new(group.topics);
    let mut order: Vec<usize> = (0..group.members.len()).collect();
    let key = |at: usize| {
        let member = &group.members[at];
        (member.group_instance_id.as_deref(), &*member.id)
    };
    sort_by(&mut order, |a, b| instance_cmp(key(*a), key(*b)));
    let subscribers = layout.subscribers(order.iter().map(|at| (*at, &group.members[*at])));

    let topics: Vec<TopicShares> = group
        .topics
        .iter()
        .zip(subscribers)
        .filter(|(_, order)| !order.is_empty())
        .map(|(topic, order)| TopicShares::new(*topic, order))
        .collect();
    let mut sizes = vec![0; group.members.len()];
    for shares in &topics {
        for (member, share) in shares.shares() {
            sizes[member] += share.len();
        }
    }
    let mut members: Vec<Vec<TopicIdPartition>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for shares in &topics {
        for (member, share) in shares.shares() {
            members[member].extend(share.map(|partition| TopicIdPartition::new(shares.topic, partition)));
        }
    }
    RangeAssignment { members, topics }
}

/// What the range assignor gave to whom, and how it came to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RangeAssignment {
    /// A list for each member, in the order in which the members were given; each in the order of the topics and
    /// ascending.
    pub members: Vec<Vec<TopicIdPartition>>,
    /// The division of each topic that has a subscriber.
    pub topics: Vec<TopicShares>,
}

/// How one topic was divided: what a "why this assignment" card shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicShares {
    /// The topic.
    pub topic: TopicId,
    /// n, its partitions.
    pub partition_count: i32,
    /// n div m: what each subscriber gets at least.
    pub quotient: i32,
    /// n mod m: how many of the first get one more.
    pub remainder: i32,
    /// Its m subscribers, as indices of the members, in the order of the assignor: static members by instance id, then
    /// the others by member id.
    pub order: Vec<usize>,
}

impl TopicShares {
    /// `order` is not empty.
    fn new(topic: SubscribedTopic, order: Vec<usize>) -> TopicShares {
        let (partition_count, member_count) = (topic.partition_count.max(0), order.len() as i32);
        TopicShares {
            topic: topic.id,
            partition_count,
            quotient: partition_count / member_count,
            remainder: partition_count % member_count,
            order,
        }
    }

    /// Each subscriber, as an index of the members, with its run of partitions.
    pub fn shares(&self) -> impl Iterator<Item = (usize, Range<i32>)> {
        (0..).zip(&self.order).map(|(place, member)| {
            let begin = place * self.quotient + place.min(self.remainder);
            (*member, begin..begin + self.quotient + i32::from(place < self.remainder))
        })
    }
}
