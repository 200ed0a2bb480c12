//! A classic group and its members (`ClassicGroup`, `ClassicGroupMember`).

use std::sync::Arc;

use super::{Committed, consumer_group::ConsumerGroup};
use crate::kafka::{
    broker::Handle,
    ids::{Name, TopicIdPartition},
    protocol::{Assignment, ErrorCode, JoinProtocol, JoinedMember, Subscription},
};
use crate::sim::{Map, Set};

/// State of a classic group (reference §6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupState {
    /// No members; offsets may exist.
    Empty,
    /// Collecting joins.
    PreparingRebalance,
    /// Waiting for the leader's assignment.
    CompletingRebalance,
    /// Everyone has an assignment.
    Stable,
    /// Not here any more.
    Dead,
}

impl GroupState {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            GroupState::Empty => "Empty",
            GroupState::PreparingRebalance => "PreparingRebalance",
            GroupState::CompletingRebalance => "CompletingRebalance",
            GroupState::Stable => "Stable",
            GroupState::Dead => "Dead",
        }
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// `group.id`.
    pub id: Name,
    /// Number that its timers carry.
    pub slot: u32,
    /// State.
    pub state: GroupState,
    /// Generation.
    pub generation: i32,
    /// Assignor chosen.
    pub protocol: Option<Name>,
    /// Member id of the leader: the first member that ever joined, while it lives.
    pub leader: Option<Name>,
    /// Members in order of joining.
    pub members: Vec<Member>,
    /// Ids that were given and have not joined yet, with the number of their timer.
    pub pending: Map<Name, u32>,
    /// Committed offsets.
    pub offsets: Map<TopicIdPartition, Committed>,
    /// Partitions of which a commit was ever written, though it may not be replicated yet.
    pub written: Set<TopicIdPartition>,
    /// When it came into its state; 0 for a classic group that nobody ever joined.
    pub state_us: u64,
    /// The group in the consumer protocol; then nothing of the classic one is used.
    pub consumer: Option<Box<ConsumerGroup>>,
    pub(super) next_member_slot: u32,
    /// While the first join phase of an empty group waits: how long it may still be prolonged.
    pub(super) initial_delay: Option<InitialDelay>,
}

/// The wait of `group.initial.rebalance.delay.ms`, prolonged while members keep arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct InitialDelay {
    pub delay_us: u64,
    pub remaining_us: u64,
    pub new_member_added: bool,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Member id.
    pub id: Name,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Name>,
    /// `client.id`.
    pub client_id: Name,
    /// Number that its timer carries.
    pub slot: u32,
    /// `session.timeout.ms`.
    pub session_timeout_us: u64,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: u64,
    /// Assignors by preference, each with what the member tells its group's leader.
    pub protocols: Arc<[JoinProtocol]>,
    /// Its partitions.
    pub assignment: Assignment,
    /// It waits for the join phase to end.
    pub(super) join: Option<Handle>,
    /// It waits for the assignment.
    pub(super) sync: Option<Handle>,
    /// It has not been through a join phase yet.
    pub(super) is_new: bool,
    /// It has not asked for its assignment since the join phase ended.
    pub(super) owes_sync: bool,
}

impl Member {
    /// Topics that it subscribes to: the same whatever assignor is chosen.
    pub fn topics(&self) -> &[Name] {
        self.protocols.first().map_or(&[], |protocol| &protocol.metadata.topics)
    }

    /// What it tells the leader for an assignor.
    pub(super) fn metadata(&self, protocol: &str) -> Option<&Subscription> {
        self.protocols.iter().find(|at| &*at.name == protocol).map(|protocol| &protocol.metadata)
    }

    /// Does it wait for the join phase to end?
    pub fn is_joining(&self) -> bool {
        self.join.is_some()
    }

    /// Does it wait for its assignment?
    pub fn is_syncing(&self) -> bool {
        self.sync.is_some()
    }
}

impl Group {
    /// Partitions whose commits have to be deleted with the group: also those that are not replicated yet.
    pub fn tombstoned(&self) -> Set<TopicIdPartition> {
        self.offsets.keys().chain(&self.written).copied().collect()
    }

    /// An empty group.
    pub(super) fn new(id: Name, slot: u32) -> Group {
        Group {
            id,
            slot,
            state: GroupState::Empty,
            generation: 0,
            protocol: None,
            leader: None,
            members: Vec::new(),
            pending: Map::new(),
            offsets: Map::new(),
            written: Set::new(),
            state_us: 0,
            consumer: None,
            next_member_slot: 0,
            initial_delay: None,
        }
    }

    /// Its state in its protocol, by Kafka's name.
    pub fn state_name(&self) -> &'static str {
        self.consumer.as_ref().map_or(self.state.name(), |group| group.state().name())
    }

    /// Its generation, or its epoch in the consumer protocol.
    pub fn epoch(&self) -> i32 {
        self.consumer.as_ref().map_or(self.generation, |group| group.epoch)
    }

    /// The assignor chosen: by the members, or by the coordinator for the target of now.
    pub fn assignor(&self) -> Option<&str> {
        match &self.consumer {
            Some(group) => group.computed.as_ref().map(|computed| computed.how.assignor().name()),
            None => self.protocol.as_deref(),
        }
    }

    /// How many members it has in its protocol.
    pub fn member_count(&self) -> usize {
        self.consumer.as_ref().map_or(self.members.len(), |group| group.members.len())
    }

    /// Is nobody in it, in the sense in which a group can be deleted?
    pub(super) fn is_unused(&self) -> bool {
        self.member_count() == 0 && self.state == GroupState::Empty
    }

    /// Is this a member in its protocol?
    pub fn has_member(&self, id: &str) -> bool {
        let modern = self.consumer.as_ref().is_some_and(|group| group.member(id).is_some());
        modern || self.member(id).is_some()
    }

    /// Only its offsets are left of the classic group.
    pub(super) fn forget_classic(&mut self) {
        let empty = Group::new(self.id.clone(), self.slot);
        let (offsets, consumer) = (std::mem::take(&mut self.offsets), self.consumer.take());
        *self = Group { offsets, consumer, next_member_slot: self.next_member_slot, ..empty };
    }

    /// A member by its id.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| &*member.id == id)
    }

    pub(super) fn member_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| &*member.id == id)
    }

    /// The member with that instance id.
    pub(super) fn static_member(&self, instance: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.group_instance_id.as_deref() == Some(instance))
    }

    /// May somebody speak under this member id and instance id (`ClassicGroup.validateMember`)?
    pub(super) fn validate(&self, member: &str, instance: Option<&str>) -> Result<(), ErrorCode> {
        if let Some(instance) = instance {
            match self.static_member(instance) {
                None => return Err(ErrorCode::UnknownMemberId),
                Some(present) if &*present.id != member => return Err(ErrorCode::FencedInstanceId),
                Some(_) => {}
            }
        }
        self.member(member).map(drop).ok_or(ErrorCode::UnknownMemberId)
    }

    /// All members as the leader is told of them (`currentClassicGroupMembers`).
    pub(super) fn joined_members(&self) -> Vec<JoinedMember> {
        let protocol = self.protocol.as_deref().unwrap_or("");
        let told = |member: &Member| JoinedMember {
            member_id: member.id.clone(),
            group_instance_id: member.group_instance_id.clone(),
            metadata: member.metadata(protocol).cloned().unwrap_or_default(),
        };
        self.members.iter().map(told).collect()
    }

    /// How many members wait for the join phase to end.
    pub(super) fn joining(&self) -> usize {
        self.members.iter().filter(|member| member.is_joining()).count()
    }

    /// Has every known member joined, and is no given id still to come?
    pub(super) fn has_all_joined(&self) -> bool {
        self.pending.is_empty() && self.members.iter().all(|member| member.join.is_some())
    }

    /// The longest rebalance timeout of its members.
    pub(super) fn rebalance_timeout_us(&self) -> u64 {
        self.members.iter().map(|member| member.rebalance_timeout_us).max().unwrap_or(0)
    }

    /// The assignor: among those that all support, each votes for its first; most votes win. At a tie Kafka takes the
    /// first of a hash map; here it is the first voted for (reference §0.2).
    pub(super) fn choose_protocol(&self) -> Option<Name> {
        let mut votes: Vec<(&Name, usize)> = Vec::new();
        for member in &self.members {
            let mut choices = member.protocols.iter().map(|protocol| &protocol.name);
            let Some(choice) = choices.find(|name| self.all_support(name)) else { continue };
            match votes.iter_mut().find(|(name, _)| *name == choice) {
                Some((_, count)) => *count += 1,
                None => votes.push((choice, 1)),
            }
        }
        let most = votes.iter().map(|(_, count)| *count).max()?;
        votes.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name.clone())
    }

    /// Would a member with these assignors find one that all members support? A member that joins again counts with
    /// what it supported before, as in Kafka (`supportsProtocols`).
    pub(super) fn supports(&self, protocols: &[JoinProtocol]) -> bool {
        protocols.iter().any(|protocol| self.all_support(&protocol.name))
    }

    fn all_support(&self, name: &str) -> bool {
        self.members.iter().all(|member| member.metadata(name).is_some())
    }
}
