//! The range assignor of the classic protocol: topic by topic, each member a run of partitions.
//!
//! With racks (KIP-881) each topic is first dealt to members that have a replica in their rack,
//! topics with equal members and partition counts hand in hand, and the rest by ranges; no member
//! ever gets more than without racks. Left out: the server-side range assignor of the consumer
//! protocol, which is another algorithm.

use std::collections::{BTreeMap, BTreeSet};

use super::{Member, MemberAssignment, Topic, TopicPartition, member_cmp};
use crate::kafka::hash::java_string_cmp;

/// Assigns the partitions of `topics` to `members`.
///
/// `topics` are those of the leader's metadata, in the order in which they are dealt, each once;
/// topics that are not subscribed to, and subscriptions to topics that are not there, count for
/// nothing. Of `members`, each has an id of its own; their order decides only between static
/// members with the same instance id, which a group does not have, and that of the result.
/// `prefer_rack_aware_logic` is false but in Kafka's tests: it uses racks even where every
/// partition is in all of them.
///
/// Follows `org.apache.kafka.clients.consumer.RangeAssignor.assignPartitions`.
pub fn assign_range(
    topics: &[Topic],
    members: &[Member],
    prefer_rack_aware_logic: bool,
) -> RangeAssignment {
    let mut states: Vec<TopicState<'_>> = topics
        .iter()
        .filter(|topic| topic.partition_count > 0)
        .map(|topic| TopicState::new(topic, members, prefer_rack_aware_logic))
        .filter(|state| !state.order.is_empty())
        .collect();
    let mut lists: Vec<Vec<TopicPartition>> = vec![Vec::new(); members.len()];

    let rack_aware = states.iter().any(|state| state.needs_rack_aware);
    if rack_aware {
        assign_with_rack_matching(&mut states, &mut lists);
    }
    for state in &mut states {
        state.assign_ranges(false, &mut lists);
    }
    if rack_aware {
        for list in &mut lists {
            list.sort_by(|a, b| {
                java_string_cmp(&a.topic, &b.topic).then(a.partition.cmp(&b.partition))
            });
        }
    }

    RangeAssignment {
        rack_aware,
        topics: states
            .into_iter()
            .map(|state| state.into_trace(members))
            .collect(),
        members: members
            .iter()
            .zip(lists)
            .map(|(member, partitions)| MemberAssignment {
                member_id: member.id.clone(),
                partitions,
            })
            .collect(),
    }
}

/// What the range assignor gave to whom, and how it came to it.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct RangeAssignment {
    /// A list for each member, in the order in which the members were given.
    pub members: Vec<MemberAssignment>,
    /// The division of each topic that has a subscriber, in the order in which they were dealt.
    pub topics: Vec<TopicRange>,
    /// Whether any topic was dealt by racks; the lists are then sorted by topic and partition.
    pub rack_aware: bool,
}

/// How one topic was divided: what a "why this assignment" card shows.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct TopicRange {
    /// The topic.
    pub topic: String,
    /// n, its partitions.
    pub partition_count: i32,
    /// m, its subscribers.
    pub member_count: i32,
    /// n div m: what each member gets at least.
    pub quotient: i32,
    /// n mod m: how many members get one more. Without racks those are the first.
    pub remainder: i32,
    /// Whether racks were minded: some subscriber is in a rack of some replica, and not every
    /// partition is in all racks.
    pub rack_aware: bool,
    /// The subscribers in the order of the assignor, each with its partitions in ascending order;
    /// without racks those are a run without a gap.
    pub shares: Vec<(String, Vec<i32>)>,
}

/// `RangeAssignor.TopicAssignmentState`.
struct TopicState<'a> {
    topic: &'a Topic,
    /// The subscribers, as indices of the members, in the order of the assignor.
    order: Vec<usize>,
    /// The rack of each of `order`.
    racks: Vec<Option<&'a str>>,
    /// The racks of each partition; empty if no subscriber has one.
    partition_racks: Vec<BTreeSet<&'a str>>,
    needs_rack_aware: bool,
    quotient: i32,
    /// Members that may still get one more than `quotient`.
    extras_left: i32,
    /// For each partition the place in `order` it went to.
    owner: Vec<Option<usize>>,
    unassigned: usize,
    /// How many partitions each of `order` got.
    given: Vec<i32>,
}

impl<'a> TopicState<'a> {
    fn new(topic: &'a Topic, members: &'a [Member], prefer_rack_aware_logic: bool) -> Self {
        let mut order: Vec<usize> = (0..members.len())
            .filter(|at| members[*at].subscription.contains(&topic.name))
            .collect();
        order.sort_by(|a, b| member_cmp(&members[*a], &members[*b]));
        let racks: Vec<Option<&str>> = order
            .iter()
            .map(|at| members[*at].rack.as_deref().filter(|rack| !rack.is_empty()))
            .collect();

        let member_racks: BTreeSet<&str> = racks.iter().flatten().copied().collect();
        let partition_racks: Vec<BTreeSet<&str>> = if member_racks.is_empty() {
            Vec::new()
        } else {
            (0..topic.partition_count as usize)
                .map(|p| topic.replica_racks.get(p).into_iter().flatten())
                .map(|racks| racks.map(String::as_str).collect())
                .collect()
        };
        let all_racks: BTreeSet<&str> = partition_racks.iter().flatten().copied().collect();
        let needs_rack_aware = !member_racks.is_disjoint(&all_racks)
            && (prefer_rack_aware_logic || partition_racks.iter().any(|racks| *racks != all_racks));

        let member_count = (order.len() as i32).max(1);
        Self {
            topic,
            quotient: topic.partition_count / member_count,
            extras_left: topic.partition_count % member_count,
            owner: vec![None; topic.partition_count as usize],
            unassigned: topic.partition_count as usize,
            given: vec![0; order.len()],
            order,
            racks,
            partition_racks,
            needs_rack_aware,
        }
    }

    /// Whether the member at `place` in the order has no rack, or `partition` a replica in it.
    fn racks_match(&self, place: usize, partition: usize) -> bool {
        self.racks[place].is_none_or(|rack| {
            self.partition_racks
                .get(partition)
                .is_some_and(|racks| racks.contains(rack))
        })
    }

    /// How many more partitions the member at `place` may get now.
    fn max_assignable(&self, place: usize) -> i32 {
        let most = self.quotient + i32::from(self.extras_left > 0);
        (most - self.given[place]).max(0)
    }

    /// Gives each member in turn the first partitions that are left, as many as it may get; with
    /// `match_racks` only such as are in its rack.
    fn assign_ranges(&mut self, match_racks: bool, lists: &mut [Vec<TopicPartition>]) {
        for place in 0..self.order.len() {
            if self.unassigned == 0 {
                break;
            }
            let partitions: Vec<usize> = (0..self.owner.len())
                .filter(|p| self.owner[*p].is_none())
                .filter(|p| !match_racks || self.racks_match(place, *p))
                .take(self.max_assignable(place) as usize)
                .collect();
            if !partitions.is_empty() {
                self.assign(place, &partitions, lists);
            }
        }
    }

    fn assign(&mut self, place: usize, partitions: &[usize], lists: &mut [Vec<TopicPartition>]) {
        for partition in partitions {
            self.owner[*partition] = Some(place);
            lists[self.order[place]].push(TopicPartition {
                topic: self.topic.name.clone(),
                partition: *partition as i32,
            });
        }
        self.unassigned -= partitions.len();
        self.given[place] += partitions.len() as i32;
        if self.given[place] > self.quotient {
            self.extras_left -= 1;
        }
    }

    fn into_trace(self, members: &[Member]) -> TopicRange {
        let mut shares: Vec<(String, Vec<i32>)> = self
            .order
            .iter()
            .map(|at| (members[*at].id.clone(), Vec::new()))
            .collect();
        for (partition, place) in (0..).zip(&self.owner) {
            if let Some(place) = place {
                shares[*place].1.push(partition);
            }
        }
        let member_count = shares.len() as i32;
        TopicRange {
            topic: self.topic.name.clone(),
            partition_count: self.topic.partition_count,
            member_count,
            quotient: self.quotient,
            remainder: self.topic.partition_count % member_count,
            rack_aware: self.needs_rack_aware,
            shares,
        }
    }
}

/// `RangeAssignor.assignWithRackMatching`. Topics count as co-partitioned by the number of
/// partitions whose racks are known, which is 0 for a topic without a subscriber in a rack.
fn assign_with_rack_matching(states: &mut [TopicState<'_>], lists: &mut [Vec<TopicPartition>]) {
    let mut groups: BTreeMap<(Vec<usize>, usize), Vec<&mut TopicState<'_>>> = BTreeMap::new();
    for state in states {
        groups
            .entry((state.order.clone(), state.partition_racks.len()))
            .or_default()
            .push(state);
    }
    for ((order, partition_count), mut group) in groups {
        match group.as_mut_slice() {
            [single] => {
                if single.needs_rack_aware {
                    single.assign_ranges(true, lists);
                }
            }
            several => assign_co_partitioned(order.len(), partition_count, several, lists),
        }
    }
}

/// `RangeAssignor.assignCoPartitionedWithRackMatching`: a partition number goes to one member in
/// all topics, or to nobody yet.
fn assign_co_partitioned(
    member_count: usize,
    partition_count: usize,
    group: &mut [&mut TopicState<'_>],
    lists: &mut [Vec<TopicPartition>],
) {
    let mut open: Vec<usize> = (0..member_count).collect();
    for partition in 0..partition_count {
        let matching = open.iter().position(|place| {
            group.iter().all(|state| {
                state.racks_match(*place, partition) && state.max_assignable(*place) > 0
            })
        });
        let Some(at) = matching else { continue };
        let place = open[at];
        for state in group.iter_mut() {
            state.assign(place, &[partition], lists);
        }
        if group.iter().all(|state| state.max_assignable(place) == 0) {
            open.remove(at);
            if open.is_empty() {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, rack: &str, subscription: &[&str]) -> Member {
        Member {
            id: id.to_owned(),
            rack: Some(rack.to_owned()),
            subscription: subscription
                .iter()
                .map(|topic| (*topic).to_owned())
                .collect(),
            ..Member::default()
        }
    }

    fn topic(name: &str, partition_count: i32, replica_racks: &[&[&str]]) -> Topic {
        Topic {
            name: name.to_owned(),
            partition_count,
            replica_racks: replica_racks
                .iter()
                .map(|racks| racks.iter().map(|rack| (*rack).to_owned()).collect())
                .collect(),
        }
    }

    /// One line a member: `id: topic-partition …`.
    fn lines(assignment: &RangeAssignment) -> Vec<String> {
        assignment
            .members
            .iter()
            .map(|member| {
                let names: Vec<String> = member.partitions.iter().map(|p| p.to_string()).collect();
                format!("{}: {}", member.member_id, names.join(" "))
            })
            .collect()
    }

    #[test]
    fn the_first_members_get_the_extra_of_every_topic() {
        let topics = [topic("t0", 3, &[]), topic("t1", 3, &[])];
        let members = [
            member("c1", "", &["t0", "t1"]),
            member("c0", "", &["t0", "t1"]),
        ];
        let assignment = assign_range(&topics, &members, false);
        assert_eq!(
            lines(&assignment),
            ["c1: t0-2 t1-2", "c0: t0-0 t0-1 t1-0 t1-1"]
        );
        assert_eq!(
            assignment.topics[1],
            TopicRange {
                topic: "t1".to_owned(),
                partition_count: 3,
                member_count: 2,
                quotient: 1,
                remainder: 1,
                rack_aware: false,
                shares: vec![("c0".to_owned(), vec![0, 1]), ("c1".to_owned(), vec![2])],
            }
        );
    }

    #[test]
    fn members_without_a_share_and_topics_without_a_member() {
        let topics = [
            topic("t", 1, &[]),
            topic("alone", 2, &[]),
            topic("void", 0, &[]),
        ];
        let members = [
            member("a", "", &["t", "missing", "t", "void"]),
            member("b", "", &["t"]),
            member("c", "", &[]),
        ];
        let assignment = assign_range(&topics, &members, false);
        assert_eq!(lines(&assignment), ["a: t-0", "b: ", "c: "]);
        assert_eq!(assignment.topics.len(), 1);
        assert_eq!(assignment.topics[0].member_count, 2);
        assert_eq!(assign_range(&topics, &[], false).members, []);
    }

    #[test]
    fn lists_follow_the_order_of_topics_unless_racks_count() {
        let members = [member("a", "r", &["y", "x"])];
        let plain = [topic("y", 1, &[]), topic("x", 1, &[])];
        assert_eq!(
            lines(&assign_range(&plain, &members, false)),
            ["a: y-0 x-0"]
        );
        let racks = [topic("y", 2, &[&["r"], &["s"]]), topic("x", 1, &[])];
        let assignment = assign_range(&racks, &members, false);
        assert!(assignment.rack_aware);
        assert_eq!(lines(&assignment), ["a: x-0 y-0 y-1"]);
    }

    #[test]
    fn racks_come_first_but_nobody_gets_more() {
        let topics = [topic("t", 4, &[&["b"], &["b"], &["b"], &["a"]])];
        let members = [member("m1", "a", &["t"]), member("m2", "b", &["t"])];
        assert_eq!(
            lines(&assign_range(&topics, &members, false)),
            ["m1: t-2 t-3", "m2: t-0 t-1"]
        );
    }

    #[test]
    fn a_rack_may_take_the_extra_from_the_first_member() {
        let topics = [topic("t", 3, &[&["b"], &["b"], &["b"]])];
        let spread = [topic("t", 3, &[&["b"], &["b"], &["a", "b"]])];
        let members = [member("m1", "a", &["t"]), member("m2", "b", &["t"])];
        // Every partition is in all racks there are: nothing to gain.
        let assignment = assign_range(&topics, &members, false);
        assert!(!assignment.rack_aware);
        assert_eq!(lines(&assignment), ["m1: t-0 t-1", "m2: t-2"]);
        assert_eq!(
            lines(&assign_range(&topics, &members, true)),
            ["m1: t-2", "m2: t-0 t-1"],
            "unless Kafka's tests prefer it"
        );
        assert_eq!(
            lines(&assign_range(&spread, &members, false)),
            ["m1: t-2", "m2: t-0 t-1"]
        );
    }

    #[test]
    fn racks_that_never_meet_do_not_count() {
        let topics = [topic("t", 2, &[&["x"], &["y"]])];
        let members = [member("m1", "a", &["t"]), member("m2", "", &["t"])];
        let assignment = assign_range(&topics, &members, true);
        assert!(!assignment.rack_aware);
        assert_eq!(lines(&assignment), ["m1: t-0", "m2: t-1"]);
    }

    #[test]
    fn co_partitioned_topics_go_hand_in_hand() {
        // By itself u would be dealt by racks: 0 and 1 to m2. Together only 0 suits m2 and 1 m1.
        let topics = [
            topic("t", 2, &[&["b"], &["a"]]),
            topic("u", 2, &[&["b"], &["a", "b"]]),
        ];
        let members = [
            member("m1", "a", &["t", "u"]),
            member("m2", "b", &["t", "u"]),
        ];
        assert_eq!(
            lines(&assign_range(&topics, &members, false)),
            ["m1: t-1 u-1", "m2: t-0 u-0"]
        );
        // With other subscribers they are no longer co-partitioned.
        let apart = [
            member("m1", "a", &["t", "u"]),
            member("m2", "b", &["t", "u"]),
            member("m3", "b", &["u"]),
        ];
        assert_eq!(
            lines(&assign_range(&topics, &apart, false)),
            ["m1: t-1 u-1", "m2: t-0 u-0", "m3: "]
        );
    }

    #[test]
    fn a_co_partitioned_number_that_suits_nobody_in_all_topics_waits_for_the_ranges() {
        let topics = [
            topic("t", 2, &[&["a"], &["b"]]),
            topic("u", 2, &[&["b"], &["a"]]),
        ];
        let members = [
            member("m1", "a", &["t", "u"]),
            member("m2", "b", &["t", "u"]),
        ];
        assert_eq!(
            lines(&assign_range(&topics, &members, false)),
            ["m1: t-0 u-0", "m2: t-1 u-1"]
        );
    }
}
