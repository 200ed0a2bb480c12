//! The one request of the consumer protocol, ConsumerGroupHeartbeat: join, stay, leave (reference §7.1 to §7.5).

use super::{Change, ConsumerGroup, GroupError, Member, Surroundings};
use crate::{
    kafka::{
        coordinator::reconciliation::{CurrentAssignment, Target, reconcile},
        event::GroupReason,
        ids::{Name, TopicIdPartition},
    },
    sim::Set,
};

/// The member epoch with which a member joins.
const JOIN: i32 = 0;
/// The member epoch with which a member leaves.
pub const LEAVE: i32 = -1;
/// The member epoch with which a static member leaves but means to come back.
pub const LEAVE_FOR_A_WHILE: i32 = -2;

/// A ConsumerGroupHeartbeat. What is none has not changed since the last.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Heartbeat {
    /// Member id, made by the client.
    pub member_id: Name,
    /// `client.id`.
    pub client_id: Name,
    /// The member's epoch; 0 to join, -1 to leave, -2 to leave for a while.
    pub member_epoch: i32,
    /// `group.instance.id`.
    pub instance_id: Option<Name>,
    /// `client.rack`.
    pub rack: Option<Name>,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: Option<u64>,
    /// Topics it subscribes to.
    pub subscription: Option<Set<Name>>,
    /// The regular expression that it subscribes by; empty for none any more.
    pub regex: Option<Name>,
    /// `group.remote.assignor`.
    pub assignor: Option<Name>,
    /// What it owns.
    pub owned: Option<Set<TopicIdPartition>>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The member's epoch from now on.
    pub member_epoch: i32,
    /// What it may read from now on, if that has changed or it cannot know.
    pub assigned: Option<Set<TopicIdPartition>>,
}

/// Who asks for its place in a group.
pub(super) struct Applicant<'a> {
    /// Its member id.
    pub id: &'a Name,
    /// Its `group.instance.id`.
    pub instance_id: Option<&'a Name>,
    /// May it take a new place, or that of another process of its instance?
    pub joins: bool,
    /// Does it come by the classic protocol?
    pub is_classic: bool,
}

impl ConsumerGroup {
    /// Handles a heartbeat. A refused one changes nothing. What changes is added to `changes`, in the order in which
    /// Kafka writes it.
    ///
    /// Follows `GroupMetadataManager.consumerGroupHeartbeat`.
    pub fn heartbeat(
        &mut self,
        heartbeat: &Heartbeat,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<Answer, GroupError> {
        check_request(heartbeat, around)?;
        if heartbeat.member_epoch < JOIN {
            return self.leave(heartbeat, around, changes);
        }
        if self.members.len() >= around.max_size && self.member(&heartbeat.member_id).is_none() {
            return Err(GroupError::GroupMaxSizeReached { max_size: around.max_size });
        }
        self.check_regex(heartbeat.regex.as_ref())?;
        let who = Applicant {
            id: &heartbeat.member_id,
            instance_id: heartbeat.instance_id.as_ref(),
            joins: heartbeat.member_epoch == JOIN,
            is_classic: false,
        };
        let known = self.admit(&who, |current| check_epoch(current, heartbeat), changes)?;
        // The only refusal that comes after this is that of a state which the model's own coordinator never writes.
        let place = known.unwrap_or_else(|| self.add(who.id.clone()));
        let regex_before = self.members[place].regex.clone();
        let raises = self.follow_regex(place, heartbeat.regex.as_ref(), around, changes);
        let [says_news, subscribes_anew] = update(&mut self.members[place], heartbeat);
        let news = [says_news || regex_before != self.members[place].regex, subscribes_anew || raises];
        let owned = heartbeat.owned.as_ref();
        let before = self.move_on(place, known.is_none(), news, owned, around, changes)?;
        let after = &self.members[place].current;
        let is_full =
            heartbeat.rebalance_timeout_us.is_some() && heartbeat.subscription.is_some() && heartbeat.owned.is_some();
        let tell = who.joins || is_full || after.assigned != before.assigned;
        Ok(Answer { member_epoch: after.member_epoch, assigned: tell.then(|| after.assigned.clone()) })
    }

    /// What follows from what a member has said of itself: the group epoch, the target, and the member's own step towards
    /// it. `news`: is any of it new, and is the subscription? Returns what the member had before.
    pub(super) fn move_on(
        &mut self,
        place: usize,
        is_new: bool,
        [says_news, subscribes_anew]: [bool; 2],
        owned: Option<&Set<TopicIdPartition>>,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<CurrentAssignment, GroupError> {
        let member = &self.members[place];
        let (id, before) = (member.id.clone(), member.current.clone());
        match is_new {
            true => changes.push(Change::Joined(id.clone())),
            false if says_news => changes.push(Change::Member(id.clone())),
            false => {}
        }
        let reason = match is_new {
            true => GroupReason::Joined(id.clone()),
            false if subscribes_anew => GroupReason::SubscriptionChanged(id.clone()),
            false => GroupReason::TopicsChanged,
        };
        if self.epoch == 0 || subscribes_anew || self.have_topics_changed(around) {
            self.raise_epoch(reason, around, changes);
        }
        if self.epoch > self.assignment_epoch {
            self.compute_target(around, changes);
        }
        let member = &self.members[place];
        let target = Target { epoch: self.assignment_epoch, partitions: &member.target };
        let after = reconcile(&before, target, owned, |partition| self.is_free(partition))?;
        if after != before || is_new {
            let seen =
                CurrentAssignment { previous_member_epoch: before.previous_member_epoch, ..after.clone() } != before;
            changes.push(Change::Current(id, seen.then_some(before.member_epoch)));
        }
        self.members[place].current = after;
        Ok(before)
    }

    /// The place of who asks for one; none if it is new. `check` looks at what a known member has.
    ///
    /// Follows `GroupMetadataManager.getOrMaybeSubscribe{Dynamic,Static}ConsumerGroupMember`.
    pub(super) fn admit(
        &mut self,
        who: &Applicant<'_>,
        check: impl Fn(&CurrentAssignment) -> Result<(), GroupError>,
        changes: &mut Vec<Change>,
    ) -> Result<Option<usize>, GroupError> {
        let Some(instance_id) = who.instance_id else {
            let place = match self.place(who.id) {
                Ok(place) => place,
                Err(_) if who.joins => return Ok(None),
                Err(error) => return Err(error),
            };
            check(&self.members[place].current)?;
            return Ok(Some(place));
        };
        let Some(existing) = self.static_member(instance_id) else {
            return match who.joins {
                true => Ok(None),
                false => Err(GroupError::UnknownMemberId { member: instance_id.clone() }),
            };
        };
        if !who.joins {
            check_instance(existing, who.id, instance_id)?;
            check(&existing.current)?;
        } else if !existing.is_away() && existing.classic.is_none() && !who.is_classic {
            return Err(GroupError::UnreleasedInstanceId {
                member: who.id.clone(),
                instance_id: instance_id.clone(),
                owner: existing.id.clone(),
            });
        }
        let place = self.place(&existing.id.clone())?;
        if who.joins {
            // It takes over what the one before had and should have, with the group epoch as it was.
            let member = &mut self.members[place];
            let before = std::mem::replace(&mut member.id, who.id.clone());
            let id = member.id.clone();
            changes.extend([Change::Replaced(before, id.clone()), Change::Joined(id.clone()), Change::Target(id)]);
            member.current.member_epoch = JOIN;
            member.current.previous_member_epoch = JOIN;
        }
        Ok(Some(place))
    }

    /// Follows `GroupMetadataManager.consumerGroupLeave`.
    fn leave(
        &mut self,
        heartbeat: &Heartbeat,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<Answer, GroupError> {
        let place = match &heartbeat.instance_id {
            None => self.place(&heartbeat.member_id)?,
            Some(instance_id) => {
                let existing = self
                    .static_member(instance_id)
                    .ok_or_else(|| GroupError::UnknownMemberId { member: instance_id.clone() })?;
                check_instance(existing, &heartbeat.member_id, instance_id)?;
                self.place(&existing.id)?
            }
        };
        if heartbeat.member_epoch == LEAVE_FOR_A_WHILE {
            // It keeps what it has; nobody else gets it before its session ends.
            let member = &mut self.members[place];
            changes.push(Change::Current(member.id.clone(), Some(member.current.member_epoch)));
            member.current.member_epoch = LEAVE_FOR_A_WHILE;
            member.current.pending_revocation = Set::new();
        } else {
            let id = self.members[place].id.clone();
            self.fence(&id, GroupReason::Left(id.clone()), around, changes)?;
        }
        Ok(Answer { member_epoch: heartbeat.member_epoch, assigned: None })
    }
}

/// Follows `GroupMetadataManager.throwIfConsumerGroupHeartbeatRequestIsInvalid`.
fn check_request(heartbeat: &Heartbeat, around: &Surroundings<'_>) -> Result<(), GroupError> {
    let invalid = |why| Err(GroupError::InvalidRequest(why));
    match heartbeat.member_epoch {
        ..LEAVE_FOR_A_WHILE => return invalid("MemberEpoch is invalid."),
        LEAVE_FOR_A_WHILE if heartbeat.instance_id.is_none() => return invalid("InstanceId can't be null."),
        JOIN if heartbeat.rebalance_timeout_us.is_none() => {
            return invalid("RebalanceTimeoutMs must be provided in first request.");
        }
        JOIN if heartbeat.owned.as_ref().is_none_or(|owned| !owned.is_empty()) => {
            return invalid("TopicPartitions must be empty when (re-)joining.");
        }
        JOIN if heartbeat.subscription.is_none() && heartbeat.regex.is_none() => {
            return invalid("Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
        }
        _ => {}
    }
    if heartbeat.member_id.is_empty() {
        return invalid("MemberId can't be empty.");
    }
    let known = |name: &Name| around.assignors.iter().any(|assignor| assignor.name() == &**name);
    match heartbeat.assignor.as_ref().filter(|name| !known(name)) {
        Some(assignor) => Err(GroupError::UnsupportedAssignor { assignor: assignor.clone() }),
        None => Ok(()),
    }
}

/// An epoch behind may be the retry of a heartbeat whose answer was lost: then it is the one before, and the member owns
/// nothing that is not its own.
///
/// Follows `GroupMetadataManager.throwIfConsumerGroupMemberEpochIsInvalid`.
fn check_epoch(current: &CurrentAssignment, heartbeat: &Heartbeat) -> Result<(), GroupError> {
    let (member_epoch, known) = (heartbeat.member_epoch, current.member_epoch);
    let is_retry = member_epoch < known
        && member_epoch == current.previous_member_epoch
        && heartbeat.owned.as_ref().is_some_and(|owned| owned.is_subset(&current.assigned));
    match member_epoch == known || is_retry {
        true => Ok(()),
        false => Err(GroupError::FencedMemberEpoch { member_epoch, known }),
    }
}

/// Follows `GroupMetadataManager.throwIfInstanceIdIsFenced`.
pub(super) fn check_instance(existing: &Member, member: &Name, instance_id: &Name) -> Result<(), GroupError> {
    match existing.id == *member {
        true => Ok(()),
        false => Err(GroupError::FencedInstanceId {
            member: member.clone(),
            instance_id: instance_id.clone(),
            owner: existing.id.clone(),
        }),
    }
}

/// Takes over what the heartbeat says. Is any of it new, and is the subscription?
fn update(member: &mut Member, heartbeat: &Heartbeat) -> [bool; 2] {
    let state = |member: &Member| {
        let is_classic = member.classic.is_some();
        (member.rack.clone(), member.rebalance_timeout_us, member.assignor.clone(), is_classic)
    };
    let before = state(member);
    if let Some(rack) = &heartbeat.rack {
        member.rack = Some(rack.clone());
    }
    if let Some(timeout_us) = heartbeat.rebalance_timeout_us {
        member.rebalance_timeout_us = timeout_us;
    }
    if let Some(assignor) = &heartbeat.assignor {
        member.assignor = Some(assignor.clone());
    }
    if let Some(instance_id) = &heartbeat.instance_id {
        member.instance_id = Some(instance_id.clone());
    }
    member.client_id = heartbeat.client_id.clone();
    (member.classic, member.asked_to_join) = (None, false);
    let says_news = before != state(member);
    match &heartbeat.subscription {
        Some(subscription) if *subscription != member.subscription => {
            member.subscription = subscription.clone();
            [true, true]
        }
        _ => [says_news, false],
    }
}
