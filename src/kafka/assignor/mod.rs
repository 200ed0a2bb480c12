//! Assignors: who of a group reads which partition.
//!
//! They take explicitly ordered lists where Kafka walks hash maps, so that the same input always
//! gives the same result. Left out: how subscriptions come in and assignments go out, which is the
//! group protocol's.

mod index;
mod range;
mod round_robin;
pub mod server;
mod sticky;
mod strategy;

pub use range::{RangeAssignment, TopicRange, assign_range};
pub use round_robin::{RoundRobinAssignment, assign_round_robin};
pub use sticky::{
    NO_GENERATION, StickyAssignment, StickyMember, StickyOptions, StickyPath, assign_cooperative_sticky, assign_sticky,
};
pub use strategy::{ASSIGNORS, Assignor, RebalanceProtocol};

use std::cmp::Ordering;
use std::fmt;

use crate::kafka::hash::java_string_cmp;

/// A member of a group, as the group's leader sees it.
///
/// Follows `ConsumerPartitionAssignor.Subscription` with its member id.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
pub struct Member {
    /// `member.id`.
    pub id: String,
    /// `group.instance.id`, if it is a static member.
    pub group_instance_id: Option<String>,
    /// `client.rack`; an empty one counts as none.
    pub rack: Option<String>,
    /// The topics it subscribes to.
    pub subscription: Vec<String>,
}

/// A topic, as the leader's metadata has it.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// The number of its partitions, numbered from 0.
    pub partition_count: i32,
    /// For each partition the racks of its replicas, those without a rack left out. Partitions past
    /// the end of the list have none.
    pub replica_racks: Vec<Vec<String>>,
}

/// A partition of a topic.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct TopicPartition {
    /// The topic's name.
    pub topic: String,
    /// The partition's number.
    pub partition: i32,
}

impl fmt::Display for TopicPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.topic, self.partition)
    }
}

/// What one member is given, in order.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct MemberAssignment {
    /// `member.id`.
    pub member_id: String,
    /// Its partitions.
    pub partitions: Vec<TopicPartition>,
}

/// The order of members in an assignor: static members first, by instance id, then the others by
/// member id.
///
/// Follows `AbstractPartitionAssignor.MemberInfo.compareTo`.
pub fn member_cmp(a: &Member, b: &Member) -> Ordering {
    instance_cmp((a.group_instance_id.as_deref(), &a.id), (b.group_instance_id.as_deref(), &b.id))
}

/// [`member_cmp`] by instance id and member id alone. Follows also `RangeAssignor.sortMemberIds` of the coordinator.
fn instance_cmp(a: (Option<&str>, &str), b: (Option<&str>, &str)) -> Ordering {
    match (a.0, b.0) {
        (Some(a), Some(b)) => java_string_cmp(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => java_string_cmp(a.1, b.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_members_come_first_by_instance_id() {
        let member = |id: &str, instance: Option<&str>| Member {
            id: id.to_owned(),
            group_instance_id: instance.map(str::to_owned),
            ..Member::default()
        };
        let mut members = [member("b", None), member("a", Some("z")), member("a2", None), member("z", Some("y"))];
        members.sort_by(member_cmp);
        let order: Vec<&str> = members.iter().map(|member| member.id.as_str()).collect();
        assert_eq!(order, ["z", "a", "a2", "b"]);
    }
}
