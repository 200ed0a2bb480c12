//! What an admin client does to groups, after `kafka-consumer-groups`: reset of offsets and deletion, with the tool's own
//! refusals; and `seek()`, which is for a consumer's own partitions.
//!
//! As the tool does, offsets are computed first, from what the leaders would answer to ListOffsets and the coordinator
//! to OffsetFetch, and then committed from outside the group. Left out: the RPCs of that first part, and the tool's
//! dry run.

use std::sync::Arc;

use super::{
    ADMIN, World, WorldError,
    admin::{Admin, Find, is_for_coordinator},
    command::ResetTo,
    error::Refusal,
};
use crate::{
    kafka::{
        coordinator::Group,
        event::{Event, EventKind},
        hash::coordinator_partition,
        ids::{BrokerId, CONSUMER_OFFSETS, TopicIdPartition},
        node::Outbox,
        protocol::{GroupMember, OffsetAndEpoch, Request},
    },
    sim::{EventId, NodeId},
};

impl World {
    /// The broker that coordinates a group now, if there is one.
    pub fn coordinator_of(&self, group: &str) -> Option<BrokerId> {
        let (_, image) = self.metadata().topic_by_name(CONSUMER_OFFSETS)?;
        let shard = coordinator_partition(group, image.partitions.len().max(1) as i32);
        let mut brokers = self.brokers.values().filter(|broker| broker.is_up() && broker.groups.owns(shard));
        brokers.next().map(|broker| broker.id)
    }

    /// The group as its coordinator has it.
    fn group(&self, group: &str) -> Option<&Group> {
        self.brokers.get(&self.coordinator_of(group)?)?.groups.group(group)
    }

    /// Lets the admin client do something with those whom it asks.
    pub(super) fn with_admin(&mut self, act: impl FnOnce(&mut Admin, Find<'_>)) {
        let mut admin = std::mem::take(&mut self.admin);
        let find = |request: &Request| match request {
            Request::OffsetCommit { member, .. } => self.coordinator_of(&member.group_id),
            Request::DeleteGroups { group_id } => self.coordinator_of(group_id),
            Request::DeleteRecords { partition, .. } => self.metadata().partition(*partition).and_then(|at| at.leader),
            request => {
                debug_assert!(!is_for_coordinator(request), "a request for a coordinator names its group");
                self.controller().map(|broker| broker.id)
            }
        };
        act(&mut admin, &find);
        self.admin = admin;
    }

    /// Can a group be deleted?
    pub(super) fn check_delete_group(&self, group: &str) -> Result<(), WorldError> {
        self.check_inactive(group)?;
        match self.group(group) {
            Some(_) => Ok(()),
            None => Err(Refusal::UnknownGroup { group: group.to_owned() }.into()),
        }
    }

    /// The tool changes nothing while anybody is in the group.
    fn check_inactive(&self, group: &str) -> Result<(), WorldError> {
        if self.coordinator_of(group).is_none() {
            return Err(Refusal::NoCoordinator { group: group.to_owned() }.into());
        }
        match self.group(group) {
            Some(found) if found.member_count() > 0 => {
                Err(Refusal::GroupIsActive { group: group.to_owned(), state: found.state_name() }.into())
            }
            _ => Ok(()),
        }
    }

    /// The offsets that a reset comes to, or why it cannot be done.
    pub(super) fn offsets_for(
        &self,
        group: &str,
        topic: &str,
        partition: Option<i32>,
        to: ResetTo,
    ) -> Result<Vec<OffsetAndEpoch>, WorldError> {
        let count = self.user_topic(topic)? as i32;
        self.check_inactive(group)?;
        let Some((id, _)) = self.metadata().topic_by_name(topic) else {
            return Err(Refusal::UnknownTopic { topic: topic.to_owned() }.into());
        };
        let partitions = match partition {
            Some(partition) if partition >= count => {
                return Err(Refusal::UnknownPartition { topic: topic.to_owned(), partition }.into());
            }
            Some(partition) => partition..partition + 1,
            None => 0..count,
        };
        let offset = |partition: i32| {
            let at = TopicIdPartition::new(id, partition);
            let offset = self.offset_for(group, topic, at, to)?;
            // The tool knows no leader epoch.
            Ok(OffsetAndEpoch { partition: at, offset, leader_epoch: -1 })
        };
        partitions.map(offset).collect()
    }

    fn offset_for(&self, group: &str, topic: &str, at: TopicIdPartition, to: ResetTo) -> Result<i64, WorldError> {
        let leader = self.metadata().partition(at).and_then(|state| self.brokers.get(&state.leader?));
        let replica = leader.filter(|broker| broker.is_up()).and_then(|broker| broker.replica(at));
        let (topic, partition) = (topic.to_owned(), at.partition);
        let Some(replica) = replica else { return Err(Refusal::NoLeader { topic, partition }.into()) };
        let (start, end) = (replica.log.log_start_offset(), replica.log.high_watermark());
        let wanted = match to {
            ResetTo::Earliest => start,
            ResetTo::Latest => end,
            ResetTo::Offset(offset) => i64::try_from(offset).unwrap_or(i64::MAX),
            ResetTo::Shift(by) => match self.group(group).and_then(|group| group.offsets.get(&at)) {
                Some(committed) => committed.offset.saturating_add(by),
                None => {
                    let group = group.to_owned();
                    return Err(Refusal::NothingCommitted { group, topic, partition }.into());
                }
            },
            ResetTo::Duration(duration_us) => {
                let from_us = self.now_us().saturating_sub(duration_us);
                replica.log.offset_for_time(from_us, end).unwrap_or(end)
            }
        };
        Ok(wanted.clamp(start, end))
    }

    /// Commits offsets from outside the group.
    pub(super) fn reset_offsets(
        &mut self,
        group: &str,
        offsets: Vec<OffsetAndEpoch>,
        base: EventId,
        events: &mut Vec<Event>,
    ) {
        let told: Arc<[(TopicIdPartition, i64)]> = offsets.iter().map(|at| (at.partition, at.offset)).collect();
        let base = self.event(ADMIN, base, EventKind::OffsetsReset { group: group.into(), offsets: told }, events);
        let (member_id, group_id) = ("".into(), group.into());
        let member = GroupMember { group_id, generation: -1, member_id, group_instance_id: None };
        let request = Request::OffsetCommit { member, offsets };
        self.ask(request, base, events);
    }

    /// The partition that a consumer seeks in, if it is its own.
    pub(super) fn sought(&self, node: NodeId, topic: &str, partition: i32) -> Result<TopicIdPartition, WorldError> {
        let slot = self.consumers.get(&node);
        let mut own = slot.into_iter().flat_map(|slot| slot.consumer.partitions().keys());
        let found = own.find(|at| at.partition == partition && self.topic_name(at.topic) == topic);
        found.copied().ok_or_else(|| {
            let consumer = slot.map(|slot| slot.consumer.name.to_string()).unwrap_or_default();
            Refusal::NotOwned { consumer, topic: topic.to_owned(), partition }.into()
        })
    }

    /// Lets the admin client ask for something.
    pub(super) fn ask(&mut self, request: Request, base: EventId, events: &mut Vec<Event>) {
        let now_us = self.now_us();
        let mut out = Outbox::default();
        self.with_admin(|admin, find| admin.ask(now_us, find, request, &mut out));
        self.carry_out(ADMIN, base, out, events);
    }
}
