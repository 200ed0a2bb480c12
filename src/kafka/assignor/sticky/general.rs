//! The general algorithm, for members with different subscriptions: who owns a partition keeps it,
//! the others go to whoever has least, then partitions move one by one while that evens out.

use super::loads::{self, Loads, Ranks};
use super::movements::Movements;
use super::{Group, NO_GENERATION, Plan, StickyPath};
use crate::sim::sort_by_key;

/// Follows `AbstractStickyAssignor.GeneralAssignmentBuilder.build` and `balance`.
pub(super) fn plan(group: &Group<'_>) -> Plan {
    let mut builder = Builder::new(group);
    let revocation_required = builder.keep_owned();
    let all = builder.in_dealing_order();
    let mut todo: Vec<usize> = all.iter().copied().filter(|partition| builder.owner[*partition].is_none()).collect();
    let starts_afresh = builder.lists.iter().all(Vec::is_empty);

    if group.racks.are_minded() {
        let mut left = todo.clone();
        left.retain(|partition| !builder.deal(*partition, true));
        left.retain(|partition| !builder.deal(*partition, false));
    } else {
        for partition in &todo {
            builder.deal(*partition, false);
        }
    }

    // What only one member may have does not move, and members that have just that do not take part.
    todo.retain(|partition| builder.can_move(*partition));
    let mut movable = all;
    movable.retain(|partition| builder.can_move(*partition));
    builder.leave_out_fixed_members();

    let before = (builder.lists.clone(), score(builder.loads.all()));
    let mut moves = if revocation_required { 0 } else { builder.even_out(&todo) };
    let moves_of_all = builder.even_out(&movable);
    moves += moves_of_all;
    let reverted = !starts_afresh && moves_of_all > 0 && score(builder.loads.all()) >= before.1;
    if reverted {
        builder.lists = before.0;
    }
    Plan {
        lists: builder.lists,
        transferring: Vec::new(),
        path: StickyPath::General { revocation_required, moves, reverted },
    }
}

/// How uneven the numbers of partitions are, given in ascending order: the sum of the differences
/// of all pairs.
///
/// Follows `getBalanceScore`.
fn score(ascending: impl Iterator<Item = usize>) -> u64 {
    let (mut score, mut sum) = (0, 0);
    for (before, load) in (0_u64..).zip(ascending) {
        score += before * load as u64 - sum;
        sum += load as u64;
    }
    score
}

struct Builder<'a> {
    group: &'a Group<'a>,
    /// The member of each rank.
    by_rank: Vec<usize>,
    /// Of each topic its subscribers, and how many there are.
    subscribers: Vec<Ranks>,
    subscriber_count: Vec<usize>,
    /// The topic of each partition.
    topic_of: Vec<usize>,
    lists: Vec<Vec<usize>>,
    owner: Vec<Option<usize>>,
    loads: Loads,
    movements: Movements,
    /// For each partition the member that claims it by the latest of the older generations.
    previous: Vec<Option<usize>>,
    /// Whether such a member does not subscribe to it any more.
    previous_strays: bool,
    /// Members by rack, if racks are minded, and those without one.
    in_rack: Vec<Ranks>,
    without_rack: Ranks,
}

impl<'a> Builder<'a> {
    fn new(group: &'a Group<'a>) -> Self {
        let (index, member_count) = (&group.index, group.members.len());
        let mut by_rank = vec![0; member_count];
        let mut subscribers = vec![loads::nobody(member_count); index.topics.len()];
        let mut subscriber_count = vec![0; index.topics.len()];
        let mut in_rack = vec![loads::nobody(member_count); group.racks.members_in.len()];
        let mut without_rack = loads::nobody(member_count);
        for (member, rank) in group.rank.iter().enumerate() {
            by_rank[*rank] = member;
            for topic in &index.subscriptions[member] {
                loads::put(&mut subscribers[*topic], *rank);
                subscriber_count[*topic] += 1;
            }
            match group.racks.of_member.get(member) {
                Some(Some(rack)) => loads::put(&mut in_rack[*rack], *rank),
                _ => loads::put(&mut without_rack, *rank),
            }
        }
        let mut builder = Self {
            group,
            by_rank,
            subscribers,
            subscriber_count,
            topic_of: (0..index.topics.len())
                .flat_map(|topic| index.partitions_of(topic).map(move |_| topic))
                .collect(),
            lists: Vec::new(),
            owner: vec![None; index.partition_count()],
            loads: Loads::new(std::iter::empty()),
            movements: Movements::default(),
            previous: vec![None; index.partition_count()],
            previous_strays: false,
            in_rack,
            without_rack,
        };
        builder.note_older_claims();
        builder
    }

    /// Follows `prepopulateCurrentAssignments`.
    fn note_older_claims(&mut self) {
        let claims = &self.group.claims;
        let mut newest = vec![None; self.previous.len()];
        for (member, claimed) in claims.claimed.iter().enumerate() {
            let generation = self.group.members[member].generation.unwrap_or(NO_GENERATION);
            if generation >= claims.max_generation {
                continue;
            }
            for partition in claimed {
                if newest[*partition].is_none_or(|newest| generation > newest) {
                    newest[*partition] = Some(generation);
                    self.previous[*partition] = Some(member);
                }
            }
        }
        self.previous_strays = self
            .previous
            .iter()
            .zip(&self.topic_of)
            .any(|(member, topic)| member.is_some_and(|member| !self.subscribes(member, *topic)));
    }

    fn subscribes(&self, member: usize, topic: usize) -> bool {
        self.group.index.subscriptions[member].contains(&topic)
    }

    /// Lets members keep what they own, but what they do not subscribe to any more or what is not
    /// in their rack; answers whether there was such.
    ///
    /// Follows `assignOwnedPartitions`.
    fn keep_owned(&mut self) -> bool {
        let mut revocation_required = false;
        self.lists = self.group.claims.owned.clone();
        for member in 0..self.lists.len() {
            let mut list = std::mem::take(&mut self.lists[member]);
            list.retain(|partition| {
                let keeps = self.subscribes(member, self.topic_of[*partition])
                    && !self.group.racks.mismatch(member, *partition);
                revocation_required |= !keeps;
                if keeps {
                    self.owner[*partition] = Some(member);
                }
                keeps
            });
            self.lists[member] = list;
        }
        self.loads = Loads::new(self.by_rank.iter().map(|member| self.lists[*member].len()));
        revocation_required
    }

    /// All partitions: those of topics with fewer subscribers first.
    fn in_dealing_order(&self) -> Vec<usize> {
        let mut topics: Vec<usize> = (0..self.subscribers.len()).collect();
        sort_by_key(&mut topics, |topic| self.subscriber_count[*topic]);
        topics.into_iter().flat_map(|topic| self.group.index.partitions_of(topic)).collect()
    }

    /// Gives a partition to the member with the least that subscribes to it and, if `in_racks`, is
    /// in a rack of its replicas or in none; answers whether there is one.
    ///
    /// Follows `maybeAssignPartition`.
    fn deal(&mut self, partition: usize, in_racks: bool) -> bool {
        let subscribers = &self.subscribers[self.topic_of[partition]];
        let first = if in_racks {
            let racks = &self.group.racks.of_partition[partition];
            let near = |word: usize| {
                racks.iter().fold(self.without_rack[word], |members, rack| members | self.in_rack[*rack][word])
            };
            let set: Ranks = subscribers.iter().enumerate().map(|(word, members)| members & near(word)).collect();
            self.loads.first_of(&set)
        } else {
            self.loads.first_of(subscribers)
        };
        let Some((rank, load)) = first else { return false };
        let member = self.by_rank[rank];
        self.lists[member].push(partition);
        self.owner[partition] = Some(member);
        self.loads.set(rank, load + 1);
        true
    }

    fn can_move(&self, partition: usize) -> bool {
        self.subscriber_count[self.topic_of[partition]] >= 2
    }

    /// How many partitions the member's topics have.
    fn most_for(&self, member: usize) -> usize {
        self.group.index.subscriptions[member].iter().map(|topic| self.group.index.partitions_of(*topic).len()).sum()
    }

    /// Follows `canConsumerParticipateInReassignment`.
    fn leave_out_fixed_members(&mut self) {
        for (member, list) in self.lists.iter().enumerate() {
            if list.len() >= self.most_for(member) && !list.iter().any(|partition| self.can_move(*partition)) {
                self.loads.remove(self.group.rank[member]);
            }
        }
    }

    /// Moves partitions of the list from members with more to the one with the least, again and
    /// again until none is left to move; answers how often it did.
    ///
    /// Kafka asks before each whether all is balanced, which costs it most of its time. But what
    /// is balanced for it leaves no subscriber that has two less than an owner, so nothing would
    /// move anyway; only a former owner that no longer subscribes can make a difference.
    ///
    /// Follows `performReassignments`, whose first search, in the same rack, leads to the same move
    /// as the second.
    fn even_out(&mut self, list: &[usize]) -> usize {
        let mut moves = 0;
        loop {
            let before = moves;
            for partition in list {
                if self.previous_strays && self.is_balanced() {
                    break;
                }
                moves += usize::from(self.even_out_one(*partition));
            }
            if moves == before {
                return moves;
            }
        }
    }

    fn even_out_one(&mut self, partition: usize) -> bool {
        let load_of = |member: usize| self.loads.of(self.group.rank[member]);
        let Some(owner) = self.owner[partition] else { return false };
        let Some(load) = load_of(owner) else { return false };
        let previous = self.previous[partition].filter(|previous| load_of(*previous).is_some_and(|has| load > has + 1));
        let to = previous.or_else(|| {
            let (rank, least) = self.loads.first_of(&self.subscribers[self.topic_of[partition]])?;
            (load > least + 1).then(|| self.by_rank[rank])
        });
        let Some(to) = to else { return false };
        let partition = self.movements.instead_of(partition, self.topic_of[partition], owner, to);
        self.shift(partition, to);
        true
    }

    /// Follows `processPartitionMovement`.
    fn shift(&mut self, partition: usize, to: usize) {
        let Some(from) = self.owner[partition].replace(to) else { return };
        self.movements.moved(partition, self.topic_of[partition], from, to);
        if let Some(at) = self.lists[from].iter().position(|has| *has == partition) {
            self.lists[from].remove(at);
        }
        self.lists[to].push(partition);
        for member in [from, to] {
            self.loads.set(self.group.rank[member], self.lists[member].len());
        }
    }

    /// Whether nobody has two more than another who subscribes to something of theirs.
    ///
    /// Follows `isBalanced`.
    fn is_balanced(&self) -> bool {
        let (least, most) = (self.loads.all().next().unwrap_or(0), self.loads.all().next_back().unwrap_or(0));
        if most <= least + 1 {
            return true;
        }
        let mut most_of_owners = vec![0; self.subscribers.len()];
        for (owner, topic) in self.owner.iter().zip(&self.topic_of) {
            let load = owner.and_then(|owner| self.loads.of(self.group.rank[owner]));
            most_of_owners[*topic] = load.unwrap_or(0).max(most_of_owners[*topic]);
        }
        (0..self.lists.len()).all(|member| {
            let topics = &self.group.index.subscriptions[member];
            self.loads
                .of(self.group.rank[member])
                .filter(|load| *load != self.most_for(member))
                .is_none_or(|load| topics.iter().all(|topic| load + 1 >= most_of_owners[*topic]))
        })
    }
}
