//! The round-robin assignor of the classic protocol: the partitions of all topics in one row, the
//! members in a circle.
//!
//! A member that does not subscribe to a partition's topic is passed over, and the circle goes on
//! from whoever took it: with unequal subscriptions the result can be badly unbalanced.

use super::index::Index;
use super::{Member, MemberAssignment, Topic, member_cmp};
use crate::sim::sort_by;

/// Assigns the partitions of `topics` to `members`.
///
/// `topics` are those of the leader's metadata, each once; their order counts for nothing. Topics
/// that are not subscribed to, and subscriptions to topics that are not there, count for nothing.
/// Of `members`, each has an id of its own; their order decides only between static members with
/// the same instance id, which a group does not have, and that of the result.
///
/// Follows `org.apache.kafka.clients.consumer.RoundRobinAssignor.assign`.
pub fn assign_round_robin(topics: &[Topic], members: &[Member]) -> RoundRobinAssignment {
    let index = Index::new(topics, members.iter().map(|member| member.subscription.as_slice()));
    let mut circle: Vec<usize> = (0..members.len()).collect();
    sort_by(&mut circle, |a, b| member_cmp(&members[*a], &members[*b]));

    // Of each topic its subscribers, as places in the circle, ascending.
    let mut subscribers: Vec<Vec<usize>> = vec![Vec::new(); index.topics.len()];
    for (place, member) in circle.iter().enumerate() {
        for topic in &index.subscriptions[*member] {
            subscribers[*topic].push(place);
        }
    }

    let mut lists: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    let mut turn = 0;
    for (topic, places) in subscribers.iter().enumerate() {
        let mut at = places.partition_point(|place| *place < turn);
        for partition in index.partitions_of(topic) {
            at %= places.len();
            lists[circle[places[at]]].push(partition);
            turn = places[at] + 1;
            at += 1;
        }
    }

    let name = |member: usize| members[member].id.clone();
    RoundRobinAssignment {
        members: lists
            .into_iter()
            .enumerate()
            .map(|(member, list)| MemberAssignment {
                member_id: name(member),
                partitions: list.into_iter().map(|partition| index.name_of(partition)).collect(),
            })
            .collect(),
        circle: circle.into_iter().map(name).collect(),
    }
}

/// What the round-robin assignor gave to whom.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct RoundRobinAssignment {
    /// A list for each member, in the order in which the members were given.
    pub members: Vec<MemberAssignment>,
    /// The ids of the members in the order in which they take turns.
    pub circle: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, subscription: &[&str]) -> Member {
        Member {
            id: id.to_owned(),
            subscription: subscription.iter().map(|topic| (*topic).to_owned()).collect(),
            ..Member::default()
        }
    }

    fn topic(name: &str, partition_count: i32) -> Topic {
        Topic { name: name.to_owned(), partition_count, ..Topic::default() }
    }

    /// One line a member: `id: topic-partition …`.
    fn lines(assignment: &RoundRobinAssignment) -> Vec<String> {
        assignment
            .members
            .iter()
            .map(|member| {
                let names: Vec<String> = member.partitions.iter().map(|p| p.to_string()).collect();
                format!("{}: {}", member.member_id, names.join(" "))
            })
            .collect()
    }

    /// The second example of Kafka's own documentation of the class.
    #[test]
    fn members_that_do_not_subscribe_are_passed_over() {
        let topics = [topic("t2", 3), topic("t0", 1), topic("t1", 2)];
        let members = [member("c2", &["t0", "t1", "t2"]), member("c0", &["t0"]), member("c1", &["t1", "t0"])];
        let assignment = assign_round_robin(&topics, &members);
        assert_eq!(lines(&assignment), ["c2: t1-1 t2-0 t2-1 t2-2", "c0: t0-0", "c1: t1-0"]);
        assert_eq!(assignment.circle, ["c0", "c1", "c2"]);
    }

    #[test]
    fn the_circle_goes_on_from_topic_to_topic() {
        let topics = [topic("t0", 3), topic("t1", 3)];
        let members = [member("c0", &["t0", "t1"]), member("c1", &["t0", "t1"])];
        assert_eq!(lines(&assign_round_robin(&topics, &members)), ["c0: t0-0 t0-2 t1-1", "c1: t0-1 t1-0 t1-2"]);
    }

    #[test]
    fn topics_without_partitions_or_subscribers_count_for_nothing() {
        let topics = [topic("empty", 0), topic("t0", 1), topic("unread", 4)];
        let members = [member("c0", &["absent", "empty"]), member("c1", &["t0", "t0"])];
        assert_eq!(lines(&assign_round_robin(&topics, &members)), ["c0: ", "c1: t0-0"]);
        assert_eq!(assign_round_robin(&topics, &[]).members, []);
    }
}
