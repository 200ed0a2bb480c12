//! Which members and partitions are in the same racks (KIP-881), if that is to be minded.

use super::StickyMember;
use crate::kafka::assignor::index::Index;
use crate::sim::{Map, sort_by};

/// The racks by numbers. Empty if racks are not minded.
///
/// Follows `AbstractStickyAssignor.RackInfo`.
#[derive(Default)]
pub(super) struct Racks {
    /// The rack of each member.
    pub(super) of_member: Vec<Option<usize>>,
    /// The racks of each partition's replicas, ascending.
    pub(super) of_partition: Vec<Vec<usize>>,
    /// How many members are in each rack.
    pub(super) members_in: Vec<usize>,
}

impl Racks {
    /// Racks are minded if some member is in a rack of some replica, and, unless `prefer`, not
    /// every partition is in all racks.
    pub(super) fn new(index: &Index<'_>, members: &[StickyMember], prefer: bool) -> Self {
        let mut numbers: Map<&str, usize> = Map::new();
        let mut number_of = |rack| {
            let next = numbers.len();
            *numbers.entry(rack).or_insert(next)
        };
        let of_member: Vec<Option<usize>> = members
            .iter()
            .map(|member| member.member.rack.as_deref().filter(|rack| !rack.is_empty()).map(&mut number_of))
            .collect();
        if of_member.iter().all(Option::is_none) {
            return Self::default();
        }
        let mut of_partition: Vec<Vec<usize>> = Vec::with_capacity(index.partition_count());
        for topic in &index.topics {
            for partition in 0..topic.partition_count as usize {
                let racks = topic.replica_racks.get(partition).into_iter().flatten();
                let mut racks: Vec<usize> = racks.map(|rack| number_of(rack)).collect();
                sort_by(&mut racks, Ord::cmp);
                racks.dedup();
                of_partition.push(racks);
            }
        }
        let mut members_in = vec![0; numbers.len()];
        for rack in of_member.iter().flatten() {
            members_in[*rack] += 1;
        }
        let mut with_replicas = vec![false; numbers.len()];
        for rack in of_partition.iter().flatten() {
            with_replicas[*rack] = true;
        }

        let shared = with_replicas.iter().zip(&members_in).any(|(replicas, members)| *replicas && *members > 0);
        let racks = with_replicas.iter().filter(|replicas| **replicas).count();
        if shared && (prefer || of_partition.iter().any(|replicas| replicas.len() != racks)) {
            Self { of_member, of_partition, members_in }
        } else {
            Self::default()
        }
    }

    pub(super) fn are_minded(&self) -> bool {
        !self.of_member.is_empty()
    }

    /// Whether the member has a rack and the partition no replica in it.
    pub(super) fn mismatch(&self, member: usize, partition: usize) -> bool {
        let rack = self.of_member.get(member).copied().flatten();
        rack.is_some_and(|rack| !self.of_partition[partition].contains(&rack))
    }

    /// Whether the member has a rack and the partition a replica in it.
    pub(super) fn match_up(&self, member: usize, partition: usize) -> bool {
        let rack = self.of_member.get(member).copied().flatten();
        rack.is_some_and(|rack| self.of_partition[partition].contains(&rack))
    }

    /// How many members are in a rack of the partition's replicas.
    pub(super) fn members_near(&self, partition: usize) -> usize {
        self.of_partition[partition].iter().map(|rack| self.members_in[*rack]).sum()
    }
}
