//! What the cooperative protocol changes: a partition that another member still has is not given
//! until that member has given it up.

use super::{Plan, claims::Claims};

/// The partitions that are new to their member and that some other member says it has and is to
/// lose, each with the member it goes to.
///
/// Follows `CooperativeStickyAssignor.computePartitionsTransferringOwnership`.
pub(super) fn transferring(claims: &Claims, lists: &[Vec<usize>], partition_count: usize) -> Vec<(usize, usize)> {
    let mut owner = vec![None; partition_count];
    for (member, list) in lists.iter().enumerate() {
        for partition in list {
            owner[*partition] = Some(member);
        }
    }
    let mut kept = vec![false; partition_count];
    let mut lost = vec![false; partition_count];
    for (member, claimed) in claims.claimed.iter().enumerate() {
        for partition in claimed {
            let list = if owner[*partition] == Some(member) { &mut kept } else { &mut lost };
            list[*partition] = true;
        }
    }
    (0..partition_count)
        .filter(|partition| lost[*partition] && !kept[*partition])
        .filter_map(|partition| Some((partition, owner[partition]?)))
        .collect()
}

/// Takes what is transferring from whom it was assigned to.
///
/// Follows `CooperativeStickyAssignor.adjustAssignment`.
pub(super) fn adjust(plan: &mut Plan) {
    for (partition, to) in &plan.transferring {
        if let Some(at) = plan.lists[*to].iter().position(|has| has == partition) {
            plan.lists[*to].remove(at);
        }
    }
}
