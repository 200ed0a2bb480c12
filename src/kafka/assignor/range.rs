//! The range assignor of the classic protocol: topic by topic, each member a run of partitions.
//!
//! With racks (KIP-881) each topic is first dealt to members that have a replica in their rack,
//! topics with equal members and partition counts hand in hand, and the rest by ranges; no member
//! ever gets more than without racks. Left out: the server-side range assignor of the consumer
//! protocol, which is another algorithm.

use super::{Member, MemberAssignment, Topic, TopicPartition, member_cmp};
use crate::kafka::hash::java_string_cmp;
use crate::sim::{Map, Set};

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
pub fn assign_range(topics: &[Topic], members: &[Member], prefer_rack_aware_logic: bool) -> RangeAssignment {
    let subscribers = members_per_topic(members);
    let mut states: Vec<TopicState<'_>> = topics
        .iter()
        .filter(|topic| topic.partition_count > 0)
        .filter_map(|topic| Some((topic, subscribers.get(topic.name.as_str())?)))
        .map(|(topic, order)| TopicState::new(topic, order, members, prefer_rack_aware_logic))
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
            list.sort_by(|a, b| java_string_cmp(&a.topic, &b.topic).then(a.partition.cmp(&b.partition)));
        }
    }

    RangeAssignment {
        rack_aware,
        topics: states.into_iter().map(|state| state.into_trace(members)).collect(),
        members: members
            .iter()
            .zip(lists)
            .map(|(member, partitions)| MemberAssignment { member_id: member.id.clone(), partitions })
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

/// The subscribers of each topic, as indices of the members, in the order of the assignor.
///
/// Follows `RangeAssignor.consumersPerTopic`.
fn members_per_topic(members: &[Member]) -> Map<&str, Vec<usize>> {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by(|a, b| member_cmp(&members[*a], &members[*b]));
    let mut subscribers: Map<&str, Vec<usize>> = Map::new();
    for at in order {
        for topic in &members[at].subscription {
            let list = subscribers.entry(topic).or_default();
            // A member may name a topic twice.
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
    }
    subscribers
}

/// `RangeAssignor.TopicAssignmentState`.
struct TopicState<'a> {
    topic: &'a Topic,
    /// The subscribers, as indices of the members, in the order of the assignor.
    order: Vec<usize>,
    /// The rack of each of `order`.
    racks: Vec<Option<&'a str>>,
    /// The racks of each partition; empty if no subscriber has one.
    partition_racks: Vec<Set<&'a str>>,
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
    fn new(topic: &'a Topic, order: &[usize], members: &'a [Member], prefer_rack_aware_logic: bool) -> Self {
        let racks: Vec<Option<&str>> =
            order.iter().map(|at| members[*at].rack.as_deref().filter(|rack| !rack.is_empty())).collect();

        let member_racks: Set<&str> = racks.iter().flatten().copied().collect();
        let partition_racks: Vec<Set<&str>> = if member_racks.is_empty() {
            Vec::new()
        } else {
            (0..topic.partition_count as usize)
                .map(|p| topic.replica_racks.get(p).into_iter().flatten())
                .map(|racks| racks.map(String::as_str).collect())
                .collect()
        };
        let all_racks: Set<&str> = partition_racks.iter().flatten().copied().collect();
        let needs_rack_aware = !member_racks.is_disjoint(&all_racks)
            && (prefer_rack_aware_logic || partition_racks.iter().any(|racks| *racks != all_racks));

        let member_count = order.len() as i32;
        Self {
            topic,
            quotient: topic.partition_count / member_count,
            extras_left: topic.partition_count % member_count,
            owner: vec![None; topic.partition_count as usize],
            unassigned: topic.partition_count as usize,
            given: vec![0; order.len()],
            order: order.to_vec(),
            racks,
            partition_racks,
            needs_rack_aware,
        }
    }

    /// Whether the member at `place` in the order has no rack, or `partition` a replica in it.
    fn racks_match(&self, place: usize, partition: usize) -> bool {
        self.racks[place]
            .is_none_or(|rack| self.partition_racks.get(partition).is_some_and(|racks| racks.contains(rack)))
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
            lists[self.order[place]]
                .push(TopicPartition { topic: self.topic.name.clone(), partition: *partition as i32 });
        }
        self.unassigned -= partitions.len();
        self.given[place] += partitions.len() as i32;
        if self.given[place] > self.quotient {
            self.extras_left -= 1;
        }
    }

    fn into_trace(self, members: &[Member]) -> TopicRange {
        let mut shares: Vec<(String, Vec<i32>)> =
            self.order.iter().map(|at| (members[*at].id.clone(), Vec::new())).collect();
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
    let mut groups: Map<(Vec<usize>, usize), Vec<&mut TopicState<'_>>> = Map::new();
    for state in states {
        groups.entry((state.order.clone(), state.partition_racks.len())).or_default().push(state);
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
            group.iter().all(|state| state.racks_match(*place, partition) && state.max_assignable(*place) > 0)
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
mod tests;
