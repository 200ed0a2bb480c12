//! A group of the consumer protocol (KIP-848): its epochs, its members and their targets (reference §7).
//!
//! There is no leader and no barrier. A change of who subscribes to what raises the group epoch; the next heartbeat of
//! anybody computes the target assignment of all; and each member goes there by itself, a step a heartbeat. Timers are
//! the coordinator's: it begins a session with each answer, and the rebalance timeout where
//! [`Member::must_revoke_within`] says so. What must survive is told as [`Change`]s. Members of the classic protocol may
//! be in the group too: see [`classic`]; and members may subscribe by regular expression: see [`regex`].

mod classic;
mod error;
mod heartbeat;
pub(super) mod records;
mod regex;
mod target;
#[cfg(test)]
mod tests;

pub use classic::ClassicMember;
pub use error::GroupError;
pub use heartbeat::{Answer, Heartbeat, LEAVE, LEAVE_FOR_A_WHILE};
pub use regex::ResolvedRegex;
pub use target::{Computed, How, MemberShare};

use std::sync::Arc;

use super::reconciliation::{CurrentAssignment, MemberState};
use crate::{
    kafka::{
        assignor::server::{SubscribedTopic, SubscriptionType},
        event::GroupReason,
        ids::{Name, TopicIdPartition},
    },
    sim::{Map, Set},
};

/// What a group needs to know of the brokers it lives on.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// `group.consumer.assignors`, by name; the first is the default. Not empty.
    pub assignors: &'a [ServerAssignor],
    /// `group.consumer.max.size`.
    pub max_size: usize,
    /// How many members a group may have to become a classic one when its last member of the consumer protocol goes; none
    /// if `group.consumer.migration.policy` does not let it.
    pub downgrade_up_to: Option<usize>,
    /// Now.
    pub now_us: u64,
    /// Offset of the metadata that brought the newest topic.
    pub topics_version: u64,
    /// The topics that there are, by name.
    pub topic: &'a dyn Fn(&str) -> Option<SubscribedTopic>,
}

/// An assignor of the coordinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServerAssignor {
    /// `uniform`.
    Uniform,
    /// `range`.
    Range,
}

impl ServerAssignor {
    /// The one of this name.
    pub fn named(name: &str) -> Option<ServerAssignor> {
        [ServerAssignor::Uniform, ServerAssignor::Range].into_iter().find(|assignor| assignor.name() == name)
    }

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            ServerAssignor::Uniform => "uniform",
            ServerAssignor::Range => "range",
        }
    }
}

/// State of a group (`ConsumerGroupState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsumerGroupState {
    /// No members; offsets may exist.
    Empty,
    /// The target assignment is older than the group: the next heartbeat computes it.
    Assigning,
    /// Some member has not reached its target.
    Reconciling,
    /// All have.
    Stable,
}

impl ConsumerGroupState {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            ConsumerGroupState::Empty => "Empty",
            ConsumerGroupState::Assigning => "Assigning",
            ConsumerGroupState::Reconciling => "Reconciling",
            ConsumerGroupState::Stable => "Stable",
        }
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerGroup {
    /// `group.id`.
    pub id: Name,
    /// Raised when members or what they subscribe to change.
    pub epoch: i32,
    /// The group epoch for which the target was computed.
    pub assignment_epoch: i32,
    /// Members in the order of joining; who takes a static member's place takes it here too. The assignors walk them in
    /// this order.
    pub members: Vec<Member>,
    /// The topics of all subscriptions as they were when the group epoch was raised last; one that is not there has
    /// none.
    topics: Map<Name, Option<SubscribedTopic>>,
    /// What the members' regular expressions matched last.
    pub resolved: Map<Name, ResolvedRegex>,
    /// Are they about to be resolved? Not in the log.
    is_resolving: bool,
    /// How the target came about, as long as the coordinator that computed it is there.
    pub computed: Option<Arc<Computed>>,
    next_slot: u32,
}

/// Something of a group that changed; what must survive the coordinator is written for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// A member says something new of itself.
    Member(Name),
    /// A member is new, by itself or in the place of an earlier process.
    Joined(Name),
    /// A member is out, and the number of its timers is free.
    Gone(Name, u32),
    /// An earlier process of a static member is out: this one has its place.
    Replaced(Name, Name),
    /// The group epoch rose.
    Epoch(GroupReason),
    /// The last member of the consumer protocol is out, which left or was fenced: the group goes on as a classic one.
    Downgraded(GroupReason),
    /// The regular expressions are to be resolved in a moment.
    RegexesDue,
    /// What a regular expression matches is known, or known anew.
    RegexResolved(Name),
    /// Nobody subscribes by this regular expression any more.
    RegexGone(Name),
    /// A member's target is another.
    Target(Name),
    /// The target was computed for the group epoch of now.
    TargetEpoch,
    /// What a member has is written anew. With the epoch that it had, unless that is all as it was but for the previous
    /// epoch that the coordinator remembers.
    Current(Name, Option<i32>),
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Member id.
    pub id: Name,
    /// `client.id`.
    pub client_id: Name,
    /// Number that its timers carry.
    pub slot: u32,
    /// `group.instance.id` of a static member.
    pub instance_id: Option<Name>,
    /// `client.rack`.
    pub rack: Option<Name>,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: u64,
    /// `group.remote.assignor`.
    pub assignor: Option<Name>,
    /// Topics it subscribes to.
    pub subscription: Set<Name>,
    /// And the regular expression that it subscribes by.
    pub regex: Option<Name>,
    /// What it is by, if by the classic protocol.
    pub classic: Option<ClassicMember>,
    /// As one of the classic protocol: was it told to join again and has not yet? Not in the log.
    pub asked_to_join: bool,
    /// What it has, and how far it has come.
    pub current: CurrentAssignment,
    /// What it shall have.
    pub target: Set<TopicIdPartition>,
}

impl Member {
    fn new(id: Name, slot: u32) -> Member {
        Member {
            client_id: id.clone(),
            id,
            slot,
            instance_id: None,
            rack: None,
            rebalance_timeout_us: 0,
            assignor: None,
            subscription: Set::new(),
            regex: None,
            classic: None,
            asked_to_join: false,
            current: CurrentAssignment {
                state: MemberState::Stable,
                member_epoch: 0,
                previous_member_epoch: -1,
                assigned: Set::new(),
                pending_revocation: Set::new(),
            },
            target: Set::new(),
        }
    }

    /// How long it may take to give up what it has to; none if it has to give up nothing, or has joins to show it by as a
    /// member of the classic protocol has. The time begins when it is told, and anew when it is told of more.
    pub fn must_revoke_within(&self) -> Option<u64> {
        let must = self.current.state == MemberState::UnrevokedPartitions && self.classic.is_none();
        must.then_some(self.rebalance_timeout_us)
    }

    /// How long it may be silent; the coordinator's `group.consumer.session.timeout.ms` if it has no say in it.
    pub fn session_timeout_us(&self, group_us: u64) -> u64 {
        self.classic.as_ref().map_or(group_us, |classic| classic.session_timeout_us)
    }

    /// Has it left for a while, as a static member may?
    pub fn is_away(&self) -> bool {
        self.current.member_epoch == LEAVE_FOR_A_WHILE
    }

    /// Has it all that it should have, at this assignment epoch?
    pub fn has_reached(&self, assignment_epoch: i32) -> bool {
        self.current.state == MemberState::Stable && self.current.member_epoch == assignment_epoch
    }
}

impl ConsumerGroup {
    /// An empty group.
    pub fn new(id: Name) -> ConsumerGroup {
        ConsumerGroup {
            id,
            epoch: 0,
            assignment_epoch: 0,
            members: Vec::new(),
            topics: Map::new(),
            resolved: Map::new(),
            is_resolving: false,
            computed: None,
            next_slot: 0,
        }
    }

    /// A new member, at the end.
    pub(super) fn add_member(&mut self, id: Name) -> &mut Member {
        let place = self.add(id);
        &mut self.members[place]
    }

    /// A place for a new member, at the end.
    fn add(&mut self, id: Name) -> usize {
        self.next_slot += 1;
        self.members.push(Member::new(id, self.next_slot));
        self.members.len() - 1
    }

    /// A member by its id.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| &*member.id == id)
    }

    /// A static member by its instance id.
    pub fn static_member(&self, instance_id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.instance_id.as_deref() == Some(instance_id))
    }

    fn place(&self, id: &str) -> Result<usize, GroupError> {
        let place = self.members.iter().position(|member| &*member.id == id);
        place.ok_or_else(|| GroupError::UnknownMemberId { member: id.into() })
    }

    /// Its state.
    pub fn state(&self) -> ConsumerGroupState {
        if self.members.is_empty() {
            ConsumerGroupState::Empty
        } else if self.epoch > self.assignment_epoch {
            ConsumerGroupState::Assigning
        } else if self.members.iter().any(|member| !member.has_reached(self.assignment_epoch)) {
            ConsumerGroupState::Reconciling
        } else {
            ConsumerGroupState::Stable
        }
    }

    /// Does nobody have this partition, neither to read nor to give up?
    pub fn is_free(&self, partition: TopicIdPartition) -> bool {
        self.members.iter().all(|member| {
            !member.current.assigned.contains(&partition) && !member.current.pending_revocation.contains(&partition)
        })
    }

    /// Whether a commit, or a fetch of commits, with this member id and epoch counts. Without members anybody without a
    /// member id may commit, as a tool does that sets offsets.
    ///
    /// Follows `ConsumerGroup.validateOffsetCommit`.
    pub fn check_commit(&self, member: &str, member_epoch: i32) -> Result<(), GroupError> {
        if member_epoch < 0 && self.members.is_empty() {
            return Ok(());
        }
        let member = &self.members[self.place(member)?];
        let known = member.current.member_epoch;
        match member_epoch == known {
            true => Ok(()),
            false if member.classic.is_some() => Err(GroupError::IllegalGeneration { generation: member_epoch, known }),
            false => Err(GroupError::StaleMemberEpoch { member_epoch, known }),
        }
    }

    /// Takes a member out, which has left or was not heard of in time or did not give up in time: what it had is free,
    /// and the group epoch rises. The target is computed when somebody heartbeats. If only members of the classic protocol
    /// are left, the group is theirs.
    ///
    /// Follows `GroupMetadataManager.consumerGroupFenceMember`.
    pub fn fence(
        &mut self,
        member: &str,
        reason: GroupReason,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) -> Result<Member, GroupError> {
        let place = self.place(member)?;
        let gone = self.members.remove(place);
        changes.push(Change::Gone(gone.id.clone(), gone.slot));
        if let Some(regex) = &gone.regex {
            self.forget_regex(regex, changes);
        }
        match self.has_become_classic(&gone, around) {
            true => changes.push(Change::Downgraded(reason)),
            false => self.raise_epoch(reason, around, changes),
        }
        Ok(gone)
    }

    fn raise_epoch(&mut self, reason: GroupReason, around: &Surroundings<'_>, changes: &mut Vec<Change>) {
        self.epoch += 1;
        self.topics = self.topics_now(around);
        changes.push(Change::Epoch(reason));
    }

    fn topics_now(&self, around: &Surroundings<'_>) -> Map<Name, Option<SubscribedTopic>> {
        let names: Set<&Name> = self.members.iter().flat_map(|member| self.subscribed_topics(member)).collect();
        names.into_iter().map(|name| (name.clone(), (around.topic)(name))).collect()
    }

    /// Has a subscribed topic come, gone or grown since the group epoch was raised last?
    fn have_topics_changed(&self, around: &Surroundings<'_>) -> bool {
        self.topics.iter().any(|(name, topic)| (around.topic)(name) != *topic)
    }

    /// Whether all members subscribe to the same names; topics that are not there count.
    fn subscription_type(&self) -> SubscriptionType {
        let alike = |pair: &[Member]| match (&pair[0].regex, &pair[1].regex) {
            (None, None) => pair[0].subscription == pair[1].subscription,
            _ => {
                let [a, b] = [0, 1].map(|at| self.subscribed_topics(&pair[at]).cloned().collect::<Set<Name>>());
                a == b
            }
        };
        match self.members.windows(2).all(alike) {
            true => SubscriptionType::Homogeneous,
            false => SubscriptionType::Heterogeneous,
        }
    }
}
