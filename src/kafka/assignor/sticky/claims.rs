//! Who owns what before: what members say they have, and who is believed where two say the same.

use super::{NO_GENERATION, StickyMember};
use crate::kafka::assignor::index::Index;

/// What members claim, and what of that counts.
pub(super) struct Claims {
    /// Of each member all it claims that exists.
    pub(super) claimed: Vec<Vec<usize>>,
    /// Of each member what it owns: no partition has two owners.
    pub(super) owned: Vec<Vec<usize>>,
    /// Partitions that two members of the same generation claimed; nobody keeps those.
    pub(super) contested: Vec<bool>,
    /// The highest generation seen in this call and before.
    pub(super) max_generation: i32,
}

impl Claims {
    /// Follows the walk over subscriptions of `AbstractStickyAssignor.allSubscriptionsEqual`.
    pub(super) fn new(index: &Index<'_>, members: &[StickyMember], max_generation_before: i32) -> Self {
        let mut max_generation = max_generation_before;
        let mut owned: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
        let mut contested = vec![false; index.partition_count()];
        // The last member that was believed. A contested partition has one, though it owns it no more.
        let mut claimant: Vec<Option<usize>> = vec![None; index.partition_count()];
        let claimed: Vec<Vec<usize>> = members.iter().map(|member| index.numbers_of(&member.owned)).collect();

        for (member, claims) in claimed.iter().enumerate() {
            let generation = members[member].generation.unwrap_or(NO_GENERATION);
            max_generation = max_generation.max(generation);
            for partition in claims {
                if let Some(other) = claimant[*partition] {
                    let other_generation = members[other].subscription_generation.unwrap_or(NO_GENERATION);
                    if generation < other_generation {
                        continue;
                    }
                    if generation == other_generation {
                        contested[*partition] = true;
                    } else {
                        owned[member].push(*partition);
                    }
                    if let Some(at) = owned[other].iter().position(|owned| owned == partition) {
                        owned[other].remove(at);
                    }
                } else {
                    owned[member].push(*partition);
                }
                claimant[*partition] = Some(member);
            }
        }
        Self { claimed, owned, contested, max_generation }
    }
}
