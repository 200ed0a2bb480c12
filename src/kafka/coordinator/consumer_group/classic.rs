//! Members of the classic protocol in a group of the consumer protocol (reference §7.7): they go by JoinGroup, SyncGroup and
//! Heartbeat, and their generation is their member epoch.
//!
//! A join says what a member owns and takes it a step towards its target, as a heartbeat does with the others; a heartbeat
//! only tells it whether it should join again. Nobody leads. The coordinator's timers and the change of a whole group from
//! one protocol to the other are in the coordinator's `mixed`.

use std::sync::Arc;

use super::{
    Change, ConsumerGroup, GroupError, Member, Surroundings,
    heartbeat::{Applicant, check_instance},
};
use crate::{
    kafka::{
        coordinator::reconciliation::MemberState,
        ids::{Name, TopicIdPartition},
        protocol::{GroupMember, JoinGroup, JoinProtocol, OwnedPartitions},
    },
    sim::Set,
};

/// What a member of the classic protocol has beside what all have (`ClassicMemberMetadata`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClassicMember {
    /// `session.timeout.ms`.
    pub session_timeout_us: u64,
    /// Its assignors, which compute nothing here; the first is what it is told was chosen.
    pub protocols: Arc<[JoinProtocol]>,
}

impl ConsumerGroup {
    /// May a member with these assignors join by the classic protocol? Not where the group is full, nor where no assignor
    /// is common to all who came by that protocol.
    pub fn check_classic_join(
        &self,
        id: &Name,
        protocols: &[JoinProtocol],
        around: &Surroundings<'_>,
    ) -> Result<(), GroupError> {
        if self.members.len() >= around.max_size && self.member(id).is_none() {
            return Err(GroupError::GroupMaxSizeReached { max_size: around.max_size });
        }
        let has =
            |classic: &ClassicMember, name: &Name| classic.protocols.iter().any(|protocol| protocol.name == *name);
        let of_all =
            |name: &Name| self.members.iter().filter_map(|member| member.classic.as_ref()).all(|at| has(at, name));
        match protocols.iter().any(|protocol| of_all(&protocol.name)) {
            true => Ok(()),
            false => Err(GroupError::InconsistentGroupProtocol { member: id.clone() }),
        }
    }

    /// Handles a join by the classic protocol, under a member id that is the coordinator's choice if `is_unknown`. A refused
    /// one changes nothing.
    ///
    /// Follows `GroupMetadataManager.classicGroupJoinToConsumerGroup`.
    pub fn join_by_classic(
        &mut self,
        id: &Name,
        join: &JoinGroup,
        is_unknown: bool,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<(), GroupError> {
        let instance_id = join.group_instance_id.as_ref();
        let joins = is_unknown || instance_id.is_none();
        let who = Applicant { id, instance_id, joins, is_classic: true };
        let known = self.admit(&who, |_| Ok(()), changes)?;
        let place = known.unwrap_or_else(|| self.add(id.clone()));
        let news = update(&mut self.members[place], join);
        let owned = join.protocols.first().map(|protocol| owned(&protocol.metadata.owned_partitions, around));
        self.move_on(place, known.is_none(), news, Some(&owned.unwrap_or_default()), around, changes)?;
        self.members[place].asked_to_join = false;
        Ok(())
    }

    /// Is this a member of the classic protocol, and of this generation?
    fn check_classic(&self, who: &GroupMember) -> Result<&Member, GroupError> {
        let unknown = |member: &Name| GroupError::UnknownMemberId { member: member.clone() };
        let member = match &who.group_instance_id {
            None => self.member(&who.member_id).ok_or_else(|| unknown(&who.member_id))?,
            Some(instance_id) => {
                let member = self.static_member(instance_id).ok_or_else(|| unknown(instance_id))?;
                check_instance(member, &who.member_id, instance_id)?;
                member
            }
        };
        if member.classic.is_none() {
            return Err(unknown(&who.member_id));
        }
        let (generation, known) = (who.generation, member.current.member_epoch);
        match generation == known {
            true => Ok(member),
            false => Err(GroupError::IllegalGeneration { generation, known }),
        }
    }

    /// The member that asks for its assignment. One that was given a new target meanwhile has to join again first, unless
    /// it has joined and gives up partitions.
    ///
    /// Follows `GroupMetadataManager.classicGroupSyncToConsumerGroup`.
    pub fn sync_by_classic(&self, who: &GroupMember) -> Result<&Member, GroupError> {
        let member = self.check_classic(who)?;
        let gives_up = member.current.state == MemberState::UnrevokedPartitions;
        match self.epoch > member.current.member_epoch && !gives_up {
            true => Err(GroupError::RebalanceInProgress { member: member.id.clone() }),
            false => Ok(member),
        }
    }

    /// The member that heartbeats, and whether it should join again: the group epoch has moved on, or it has partitions to
    /// give up, or all that it waits for is free.
    ///
    /// Follows `GroupMetadataManager.classicGroupHeartbeatToConsumerGroup`.
    pub fn heartbeat_by_classic(&self, who: &GroupMember) -> Result<(&Member, bool), GroupError> {
        let member = self.check_classic(who)?;
        let should_join = member.current.member_epoch < self.epoch
            || match member.current.state {
                MemberState::UnrevokedPartitions => true,
                MemberState::UnreleasedPartitions => !self.waits_for_others(member),
                MemberState::Stable | MemberState::Unknown => false,
            };
        Ok((member, should_join))
    }

    /// Does somebody still have what this member should have (`waitingOnUnreleasedPartition`)?
    fn waits_for_others(&self, member: &Member) -> bool {
        member.target.difference(&member.current.assigned).any(|partition| !self.is_free(*partition))
    }

    /// Are all that are left members of the classic protocol, now that this one is gone, and may they go on by it alone
    /// (`validateOnlineDowngradeWithFencedMember`)?
    pub(super) fn has_become_classic(&self, gone: &Member, around: &Surroundings<'_>) -> bool {
        !self.members.is_empty()
            && gone.classic.is_none()
            && self.members.iter().all(|member| member.classic.is_some())
            && around.downgrade_up_to.is_some_and(|most| self.members.len() <= most)
    }

    /// Would all be members of the classic protocol if a new process took the place of this one, and might they go on by
    /// it alone (`validateOnlineDowngradeWithReplacedMemberId`)?
    pub fn becomes_classic_without(&self, replaced: &Member, around: &Surroundings<'_>) -> bool {
        replaced.classic.is_none()
            && self.members.iter().all(|member| member.classic.is_some() || member.id == replaced.id)
            && around.downgrade_up_to.is_some_and(|most| self.members.len() <= most)
    }

    /// The member's timer to join again runs from now on, if it does not yet. Returns how long it has.
    pub fn ask_to_join(&mut self, id: &str) -> Option<u64> {
        let member = self.members.iter_mut().find(|member| &*member.id == id)?;
        (!std::mem::replace(&mut member.asked_to_join, true)).then_some(member.rebalance_timeout_us)
    }
}

/// Takes over what the join says. Is any of it new, and is the subscription?
fn update(member: &mut Member, join: &JoinGroup) -> [bool; 2] {
    let classic = ClassicMember { session_timeout_us: join.session_timeout_us, protocols: join.protocols.clone() };
    let metadata = join.protocols.first().map(|protocol| &protocol.metadata);
    let rack = metadata.and_then(|metadata| metadata.rack.clone()).or(member.rack.clone());
    let subscription = metadata.map(|metadata| metadata.topics.iter().cloned().collect()).unwrap_or_default();
    let says_news = member.classic.as_ref() != Some(&classic)
        || member.rack != rack
        || member.rebalance_timeout_us != join.rebalance_timeout_us
        || member.client_id != join.client_id;
    let subscribes_anew = member.subscription != subscription;
    member.instance_id = join.group_instance_id.clone().or(member.instance_id.take());
    member.client_id = join.client_id.clone();
    member.rebalance_timeout_us = join.rebalance_timeout_us;
    (member.rack, member.subscription, member.classic) = (rack, subscription, Some(classic));
    [says_news || subscribes_anew, subscribes_anew]
}

/// Partitions by topic id; a topic that is not there any more has none.
fn owned(partitions: &OwnedPartitions, around: &Surroundings<'_>) -> Set<TopicIdPartition> {
    let known = partitions.iter().filter_map(|(name, numbers)| Some(((around.topic)(name)?.id, numbers)));
    known.flat_map(|(id, numbers)| numbers.iter().map(move |number| TopicIdPartition::new(id, *number))).collect()
}
