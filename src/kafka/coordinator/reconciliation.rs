//! Reconciliation of one member of the consumer protocol (KIP-848): from what it has towards its target, a step a
//! heartbeat (reference §7.3).
//!
//! First it gives up what is not in the target any more, and only when it says that it has does the epoch move on; what
//! others still have it waits for. There is no barrier: each member goes at its own pace. Left out: the rebalance
//! timeout of a revocation and the checks of the heartbeat's epoch, which are the group's.

use crate::{
    kafka::ids::TopicIdPartition,
    sim::{Set, faults::faulty},
};

/// Where a member of the consumer protocol is on the way to its target (`MemberState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberState {
    /// It has its target.
    Stable,
    /// It has to give up partitions before its epoch moves on.
    UnrevokedPartitions,
    /// It has given up what it had to and waits for partitions that others have.
    UnreleasedPartitions,
    /// A state of a newer Kafka that wrote it.
    Unknown,
}

impl MemberState {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            MemberState::Stable => "STABLE",
            MemberState::UnrevokedPartitions => "UNREVOKED_PARTITIONS",
            MemberState::UnreleasedPartitions => "UNRELEASED_PARTITIONS",
            MemberState::Unknown => "UNKNOWN",
        }
    }
}

/// What a member has and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CurrentAssignment {
    /// Where it is on its way.
    pub state: MemberState,
    /// The epoch of the target that it has reached.
    pub member_epoch: i32,
    /// The epoch before that: a heartbeat with it may be one whose answer was lost.
    pub previous_member_epoch: i32,
    /// What it may read.
    pub assigned: Set<TopicIdPartition>,
    /// What it has to give up and may still be reading.
    pub pending_revocation: Set<TopicIdPartition>,
}

/// The target assignment of a member.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The assignment epoch.
    pub epoch: i32,
    /// Its partitions.
    pub partitions: &'a Set<TopicIdPartition>,
}

/// The member must drop all it has and join again: the coordinator does not know its state (`FENCED_MEMBER_EPOCH`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fenced;

impl std::fmt::Display for Fenced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.",
        )
    }
}

impl std::error::Error for Fenced {}

/// The next state of a member that heartbeats.
///
/// `owned` is what the member says it owns in this heartbeat; none if it says nothing, since nothing changed with it.
/// `is_free` says of a partition whether nobody has it, neither assigned nor pending revocation; the member itself
/// counts too, so that what it is giving up comes back to it only a heartbeat later.
///
/// Follows `CurrentAssignmentBuilder.build`.
pub fn reconcile(
    member: &CurrentAssignment,
    target: Target<'_>,
    owned: Option<&Set<TopicIdPartition>>,
    is_free: impl Fn(TopicIdPartition) -> bool,
) -> Result<CurrentAssignment, Fenced> {
    let next = |epoch| next_assignment(member, epoch, target, owned, is_free);
    match member.state {
        MemberState::Stable if member.member_epoch == target.epoch => Ok(member.clone()),
        MemberState::Stable | MemberState::UnreleasedPartitions => Ok(next(member.member_epoch)),
        MemberState::UnrevokedPartitions if may_own(owned, &member.pending_revocation) => Ok(member.clone()),
        MemberState::UnrevokedPartitions => Ok(next(member.member_epoch + 1)),
        MemberState::Unknown if owned.is_none_or(|owned| !owned.is_empty()) => Err(Fenced),
        MemberState::Unknown => Ok(next(target.epoch)),
    }
}

/// May the member still own any of these? It may, if it says nothing.
fn may_own(owned: Option<&Set<TopicIdPartition>>, partitions: &Set<TopicIdPartition>) -> bool {
    owned.is_none_or(|owned| !owned.is_disjoint(partitions))
}

/// Follows `CurrentAssignmentBuilder.computeNextAssignment`.
fn next_assignment(
    member: &CurrentAssignment,
    member_epoch: i32,
    target: Target<'_>,
    owned: Option<&Set<TopicIdPartition>>,
    is_free: impl Fn(TopicIdPartition) -> bool,
) -> CurrentAssignment {
    let mut assigned: Set<TopicIdPartition> = member.assigned.intersection(target.partitions).copied().collect();
    let to_revoke: Set<TopicIdPartition> = member.assigned.difference(target.partitions).copied().collect();
    if !to_revoke.is_empty() && may_own(owned, &to_revoke) {
        return CurrentAssignment {
            state: MemberState::UnrevokedPartitions,
            member_epoch,
            previous_member_epoch: member.member_epoch,
            assigned,
            pending_revocation: to_revoke,
        };
    }
    let mut waiting = false;
    for partition in target.partitions.difference(&member.assigned) {
        if is_free(*partition) || faulty!(UnreleasedGiven) {
            assigned.insert(*partition);
        } else {
            waiting = true;
        }
    }
    CurrentAssignment {
        state: if waiting { MemberState::UnreleasedPartitions } else { MemberState::Stable },
        member_epoch: target.epoch,
        previous_member_epoch: member.member_epoch,
        assigned,
        pending_revocation: Set::new(),
    }
}

#[cfg(test)]
mod tests;
