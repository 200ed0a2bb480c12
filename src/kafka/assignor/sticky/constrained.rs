//! The constrained algorithm, for members that all subscribe to the same topics: with n partitions
//! and m members each gets n div m, and n mod m of them one more.

use std::collections::VecDeque;

use super::{Group, Plan, StickyPath};
use crate::sim::sort_by_key;

/// Follows `AbstractStickyAssignor.ConstrainedAssignmentBuilder.build`.
pub(super) fn plan(group: &Group<'_>) -> Plan {
    let partition_count = group.index.partition_count();
    // Without members there is nothing to deal: topics have subscribers.
    let member_count = group.members.len().max(1);
    let mut builder = Builder {
        group,
        lists: vec![Vec::new(); group.members.len()],
        under: Vec::new(),
        exact: VecDeque::new(),
        min_quota: partition_count / member_count,
        max_quota: partition_count.div_ceil(member_count),
        over_expected: partition_count % member_count,
        over: 0,
        kept: vec![false; partition_count],
        revoked_from: vec![None; partition_count],
        transferring: Vec::new(),
    };
    builder.keep_owned();
    let mut todo: Vec<usize> = (0..partition_count).filter(|partition| !builder.kept[*partition]).collect();
    sort_by_key(&mut builder.under, |member| group.rank[*member]);
    sort_by_key(builder.exact.make_contiguous(), |member| group.rank[*member]);
    if group.racks.are_minded() {
        sort_by_key(&mut todo, |partition| group.racks.members_near(*partition));
        builder.deal_within_racks(&mut todo);
    }
    builder.deal_in_turn(todo);

    sort_by_key(&mut builder.transferring, |(partition, _)| *partition);
    Plan {
        lists: builder.lists,
        transferring: builder.transferring,
        path: StickyPath::Constrained { min_quota: builder.min_quota, members_over_min_quota: builder.over_expected },
    }
}

struct Builder<'a> {
    group: &'a Group<'a>,
    lists: Vec<Vec<usize>>,
    /// Members with less than the lower quota.
    under: Vec<usize>,
    /// Members with just the lower quota that may yet get one more.
    exact: VecDeque<usize>,
    min_quota: usize,
    max_quota: usize,
    /// How many members are to have more than the lower quota, and how many have.
    over_expected: usize,
    over: usize,
    /// Partitions that stay where they are.
    kept: Vec<bool>,
    /// The owner that may lose each partition.
    revoked_from: Vec<Option<usize>>,
    transferring: Vec<(usize, usize)>,
}

impl Builder<'_> {
    /// Lets each member keep what it owns, up to its quota: the lowest partition numbers of all
    /// topics. The first that could keep one more do.
    ///
    /// Follows `assignOwnedPartitions`.
    fn keep_owned(&mut self) {
        let Group { claims, racks, .. } = self.group;
        let order = if claims.owned.iter().all(Vec::is_empty) { Vec::new() } else { self.by_partition_number() };
        for (member, owned) in claims.owned.iter().enumerate() {
            let mut owned = owned.clone();
            owned.retain(|partition| {
                let mismatch = racks.mismatch(member, *partition);
                if mismatch {
                    self.revoked_from[*partition] = Some(member);
                }
                !mismatch && !claims.contested[*partition]
            });
            sort_by_key(&mut owned, |partition| order[*partition]);

            let mut quota = self.min_quota;
            if owned.len() < self.min_quota {
                self.under.push(member);
            } else if self.over < self.over_expected {
                if owned.len() >= self.max_quota {
                    quota = self.max_quota;
                    self.count_one_over();
                } else {
                    self.exact.push_back(member);
                }
            }
            for partition in owned.drain(quota.min(owned.len())..) {
                self.revoked_from[partition] = Some(member);
            }
            for partition in &owned {
                self.kept[*partition] = true;
            }
            self.lists[member] = owned;
        }
    }

    /// The place of each partition in the order by its number, then by topic.
    fn by_partition_number(&self) -> Vec<usize> {
        let index = &self.group.index;
        let mut places = vec![0; index.partition_count()];
        let most = index.topics.iter().map(|topic| topic.partition_count as usize).max().unwrap_or(0);
        let mut next = 0;
        for number in 0..most {
            for topic in 0..index.topics.len() {
                if let Some(partition) = index.partitions_of(topic).nth(number) {
                    places[partition] = next;
                    next += 1;
                }
            }
        }
        places
    }

    /// Once as many members have more than the lower quota as should, no other gets one more.
    fn count_one_over(&mut self) {
        self.over += 1;
        if self.over == self.over_expected {
            self.exact.clear();
        }
    }

    /// Deals each of `todo` to a member in a rack of its replicas: one under its quota, in turn,
    /// else the first of those that may have one more. What has none stays in `todo`.
    ///
    /// Follows `assignRackAwareRoundRobin`.
    fn deal_within_racks(&mut self, todo: &mut Vec<usize>) {
        let group = self.group;
        let mut turn = 0;
        todo.retain(|partition| {
            let near = |member: &usize| group.racks.match_up(*member, *partition);
            let (before, from_turn) = self.under.split_at(turn);
            let after = from_turn.iter().position(near).map(|at| turn + at);
            if let Some(mut at) = after.or_else(|| before.iter().position(near)) {
                let member = self.under[at];
                let count = self.give(*partition, member);
                if count >= self.min_quota {
                    self.under.remove(at);
                    if count < self.max_quota && self.over < self.over_expected {
                        self.exact.push_back(member);
                    }
                } else {
                    at += 1;
                }
                turn = if self.under.is_empty() { 0 } else { at % self.under.len() };
                false
            } else if let Some(at) = self.exact.iter().position(near) {
                let member = self.exact[at];
                if self.give(*partition, member) == self.max_quota {
                    self.exact.remove(at);
                    self.count_one_over();
                }
                false
            } else {
                true
            }
        });
    }

    /// Deals `todo` to the members under their quota, in turn, and then one each to those that may
    /// have one more.
    ///
    /// Follows `assignRoundRobin`.
    fn deal_in_turn(&mut self, todo: Vec<usize>) {
        let mut todo = todo.into_iter();
        while !self.under.is_empty() {
            let mut still_under = Vec::new();
            for member in std::mem::take(&mut self.under) {
                let Some(partition) = todo.next() else { return };
                if self.give(partition, member) == self.min_quota {
                    self.exact.push_back(member);
                } else {
                    still_under.push(member);
                }
            }
            self.under = still_under;
        }
        for partition in todo {
            let Some(member) = self.exact.pop_front() else { return };
            self.give(partition, member);
        }
    }

    /// Gives a partition that nobody keeps; answers how many the member has then.
    ///
    /// Follows `assignNewPartition`.
    fn give(&mut self, partition: usize, member: usize) -> usize {
        self.lists[member].push(partition);
        let elsewhere = self.revoked_from[partition].is_some_and(|owner| owner != member);
        if elsewhere || self.group.claims.contested[partition] {
            self.transferring.push((partition, member));
        }
        self.lists[member].len()
    }
}
