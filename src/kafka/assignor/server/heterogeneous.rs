//! The uniform assignor where members subscribe to different topics: keep what may be kept, fill topic by topic from the
//! least loaded subscriber up, then even out.
//!
//! Evening out looks at one topic's subscribers at a time, so over a chain of overlapping subscriptions it stops at
//! 9, 10, 11 partitions where 10, 10, 10 would do; and it stops after 16 rounds.

use super::{GroupSpec, Layout, Move, NOBODY, UniformAssignment, UniformSteps};
use crate::{
    kafka::ids::TopicIdPartition,
    sim::{sort_by, sort_by_key},
};

/// `MAX_ITERATION_COUNT`.
const MAX_ROUNDS: usize = 16;

/// Follows `UniformHeterogeneousAssignmentBuilder.build`.
pub(super) fn assign(group: &GroupSpec<'_>) -> UniformAssignment {
    let layout = Layout::new(group.topics);
    let subscribers = layout.subscribers(group.members.iter().enumerate());
    let order = topic_order(&layout, &subscribers);
    let mut builder = Builder {
        owners: vec![NOBODY; layout.len()],
        sizes: vec![0; group.members.len()],
        moves: Vec::new(),
        layout,
        subscribers,
    };
    builder.keep(group);
    builder.fill(&order);
    let settled = builder.even_out(&order);
    UniformAssignment {
        members: builder.layout.lists(&builder.owners, group.members.len()),
        steps: UniformSteps::Heterogeneous {
            order: order.iter().map(|topic| builder.layout.ids[*topic]).collect(),
            moves: builder.moves,
            settled,
        },
    }
}

/// The topics that have a subscriber: most partitions a subscriber first, then fewest subscribers, then as given.
///
/// Kafka compares the quotients as doubles. Here the fractions are compared crosswise, which gives the same at the
/// model's sizes: two of them that differ do so in far fewer than 53 bits.
fn topic_order(layout: &Layout, subscribers: &[Vec<usize>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..subscribers.len()).filter(|topic| !subscribers[*topic].is_empty()).collect();
    let counts = |topic: usize| (layout.places(topic).len() as u64, subscribers[topic].len() as u64);
    sort_by(&mut order, |a, b| {
        let ((partitions_a, members_a), (partitions_b, members_b)) = (counts(*a), counts(*b));
        (partitions_b * members_a).cmp(&(partitions_a * members_b)).then(members_a.cmp(&members_b))
    });
    order
}

struct Builder {
    layout: Layout,
    /// For each topic, as indices of the members, ascending.
    subscribers: Vec<Vec<usize>>,
    /// For each partition the index of a member.
    owners: Vec<u32>,
    /// How many partitions each member has.
    sizes: Vec<usize>,
    moves: Vec<Move>,
}

impl Builder {
    /// Each member keeps of its target what it still subscribes to.
    fn keep(&mut self, group: &GroupSpec<'_>) {
        for (index, member) in group.members.iter().enumerate() {
            let mut hint = 0;
            for partition in &member.target {
                if !member.subscription.contains(&partition.topic) {
                    continue;
                }
                let Some(topic) = self.layout.topic(&mut hint, partition.topic) else { continue };
                let Some(place) = self.layout.place(topic, partition.partition) else { continue };
                if self.owners[place] == NOBODY {
                    self.give(place, index);
                }
            }
        }
    }

    fn give(&mut self, place: usize, member: usize) {
        self.owners[place] = member as u32;
        self.sizes[member] += 1;
    }

    /// Gives every partition that nobody has to the least loaded subscriber of its topic.
    fn fill(&mut self, order: &[usize]) {
        for topic in order {
            let free: Vec<usize> = self.layout.places(*topic).filter(|place| self.owners[*place] == NOBODY).collect();
            if free.is_empty() {
                continue;
            }
            let mut levels = Levels::new(&self.subscribers[*topic], &self.sizes);
            for place in free {
                let member = levels.next_least_loaded(&self.sizes);
                self.give(place, member);
            }
        }
    }

    /// Moves partitions from the most to the least loaded subscribers, topic by topic, until a whole round changes
    /// nothing; false if the rounds ran out.
    ///
    /// Follows `UniformHeterogeneousAssignmentBuilder.balanceTopics`.
    fn even_out(&mut self, order: &[usize]) -> bool {
        // A topic with one subscriber has nobody to move anything to.
        let order: Vec<usize> = order.iter().copied().filter(|topic| self.subscribers[*topic].len() >= 2).collect();
        let mut last_changed = None;
        for _ in 0..MAX_ROUNDS {
            for topic in &order {
                if last_changed == Some(*topic) {
                    return true;
                }
                let moved = self.even_out_topic(*topic);
                if moved || last_changed.is_none() {
                    last_changed = Some(*topic);
                }
            }
        }
        order.is_empty()
    }

    /// Follows `UniformHeterogeneousAssignmentBuilder.balanceTopic`; says whether it moved anything.
    fn even_out_topic(&mut self, topic: usize) -> bool {
        let mut levels = Levels::new(&self.subscribers[topic], &self.sizes);
        if levels.imbalance(&self.sizes) <= 1 {
            return false;
        }
        let mut held = Held::new(&self.owners[self.layout.places(topic)], self.sizes.len());
        let moves_before = self.moves.len();
        while !levels.are_even() {
            let Some((from, partition)) = self.take_from_most_loaded(&mut levels, &mut held) else { break };
            let to = levels.next_least_loaded(&self.sizes);
            if levels.are_even() {
                break;
            }
            let place = self.layout.places(topic).start + partition;
            self.sizes[from] -= 1;
            self.give(place, to);
            let partition = TopicIdPartition::new(self.layout.ids[topic], partition as i32);
            self.moves.push(Move { partition, from, to });
        }
        self.moves.len() > moves_before
    }

    /// The most loaded subscriber that has a partition of the topic, and the last of those.
    fn take_from_most_loaded(&self, levels: &mut Levels, held: &mut Held) -> Option<(usize, usize)> {
        loop {
            let member = levels.next_most_loaded(&self.sizes)?;
            match held.pop(member) {
                Some(partition) => return Some((member, partition)),
                None => levels.exclude_most_loaded(),
            }
        }
    }
}

/// The partitions of one topic by owner, as they were when evening it out began.
struct Held {
    /// All of them, those of one owner together and ascending.
    partitions: Vec<usize>,
    /// For each member where its own begin and end; what was taken off the end is gone, what came since is not here.
    begins: Vec<usize>,
    ends: Vec<usize>,
}

impl Held {
    fn new(owners: &[u32], member_count: usize) -> Held {
        let mut sizes = vec![0; member_count];
        for owner in owners {
            sizes[*owner as usize] += 1;
        }
        let mut next = 0;
        let begins: Vec<usize> = sizes
            .iter()
            .map(|size| {
                let begin = next;
                next += size;
                begin
            })
            .collect();
        let mut ends = begins.clone();
        let mut partitions = vec![0; owners.len()];
        for (partition, owner) in owners.iter().enumerate() {
            let end = &mut ends[*owner as usize];
            partitions[*end] = partition;
            *end += 1;
        }
        Held { partitions, begins, ends }
    }

    fn pop(&mut self, member: usize) -> Option<usize> {
        if self.ends[member] <= self.begins[member] {
            return None;
        }
        self.ends[member] -= 1;
        Some(self.partitions[self.ends[member]])
    }
}

/// The subscribers of a topic by their load, with a range of the least and one of the most loaded, which are levelled up
/// and down a partition at a time.
///
/// Follows `UniformHeterogeneousAssignmentBuilder.MemberAssignmentBalancer`, whose comments draw it. The sizes that it
/// is asked with are those of the moment.
struct Levels {
    /// By number of partitions at the beginning, then by index.
    sorted: Vec<usize>,
    /// The least loaded are `sorted[..least_end]`; all had `least_level` partitions before they got another.
    least_end: usize,
    /// One below zero before the first is asked for.
    least_level: i64,
    next_least: usize,
    /// The most loaded are `sorted[most_begin..most_end]`; all had `most_level` partitions before they lost one. Behind
    /// are those that have none to lose.
    most_begin: usize,
    most_end: usize,
    most_level: i64,
    /// One past the place of the next to lose a partition.
    next_most: usize,
}

impl Levels {
    /// `members` is not empty: a topic is only looked at if it has a subscriber.
    fn new(members: &[usize], sizes: &[usize]) -> Levels {
        let mut sorted = members.to_vec();
        sort_by_key(&mut sorted, |member| (sizes[*member], *member));
        let level = |place: usize| sorted.get(place).map_or(0, |member| sizes[*member] as i64);
        Levels {
            least_end: 0,
            least_level: level(0) - 1,
            next_least: 0,
            most_begin: sorted.len(),
            most_end: sorted.len(),
            most_level: level(sorted.len() - 1) + 1,
            next_most: sorted.len(),
            sorted,
        }
    }

    fn imbalance(&self, sizes: &[usize]) -> usize {
        sizes[self.sorted[self.sorted.len() - 1]] - sizes[self.sorted[0]]
    }

    fn level(&self, place: usize, sizes: &[usize]) -> i64 {
        sizes[self.sorted[place]] as i64
    }

    /// The member to get the next partition: each of the range in turn; then the level rises, and with it come those
    /// that were on it already.
    fn next_least_loaded(&mut self, sizes: &[usize]) -> usize {
        if self.next_least >= self.least_end {
            self.least_level += 1;
            while self.least_end < self.sorted.len() && self.level(self.least_end, sizes) == self.least_level {
                self.least_end += 1;
            }
            self.next_least = 0;
        }
        self.next_least += 1;
        self.sorted[self.next_least - 1]
    }

    /// The member to lose the next partition, from the right; none if nobody is left that has any.
    fn next_most_loaded(&mut self, sizes: &[usize]) -> Option<usize> {
        if self.next_most <= self.most_begin {
            if self.most_end <= self.most_begin && self.most_begin > 0 {
                // All of the range were excluded: the next level may be further down than one.
                self.most_level = self.level(self.most_begin - 1, sizes);
            } else {
                self.most_level -= 1;
            }
            while self.most_begin > 0 && self.level(self.most_begin - 1, sizes) == self.most_level {
                self.most_begin -= 1;
            }
            self.next_most = self.most_end;
        }
        self.next_most = self.next_most.checked_sub(1)?;
        Some(self.sorted[self.next_most])
    }

    /// Takes the member that was returned last out of the range of the most loaded.
    fn exclude_most_loaded(&mut self) {
        self.most_end -= 1;
        self.sorted.swap(self.next_most, self.most_end);
    }

    fn are_even(&self) -> bool {
        self.most_level - self.least_level <= 1
    }
}
