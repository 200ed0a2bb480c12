//! The group coordinator on one broker: groups and their committed offsets, classic protocol.
//!
//! After `group-coordinator/.../GroupMetadataManager` (classicGroup*) and `OffsetMetadataManager`; reference §6, §8.
//! A group belongs to the partition of `__consumer_offsets` that its id hashes to, and lives on that partition's
//! leader. What must survive is written there first; an answer waits until it is replicated. Groups of the consumer
//! protocol live beside the classic ones, and may have members of the classic protocol.

mod consumer;
pub mod consumer_group;
#[cfg(test)]
mod consumer_tests;
mod expiry;
mod group;
mod join;
mod mixed;
mod offsets;
pub mod reconciliation;
mod records;
mod static_members;
mod sync;
#[cfg(test)]
mod tests;

pub use consumer::MemberTimer;
pub use expiry::{Committed, RetainedSince};
pub use group::{Group, GroupState, Member};
pub use records::{GroupValue, LogKey, LogValue, MemberValue, decode, encode};

use crate::{
    kafka::{
        broker::Handle,
        config::BrokerConfig,
        event::{EventKind, GroupReason},
        ids::{BrokerId, Name, TopicId, TopicIdPartition},
        log::Log,
        metadata::{MetadataImage, TopicImage},
        node::{Outbox, Timer},
        protocol::{ErrorCode, OffsetAndEpoch, Request, Response},
    },
    sim::{Map, Random, Set},
};

/// Groups that this broker coordinates.
#[derive(Clone, Debug, Hash)]
pub struct GroupCoordinator {
    /// By partition of `__consumer_offsets`.
    shards: Map<i32, Map<Name, Group>>,
    member_ids: Random,
    next_slot: u32,
    /// Groups by the number that their timers carry.
    slots: Map<u32, (i32, Name)>,
}

/// What the coordinator wants done after an input.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Answers that go out now.
    pub replies: Vec<(Handle, Response)>,
    /// Records for the group's partition, and what follows once they are replicated.
    pub writes: Vec<Write>,
}

/// Records to write.
#[derive(Clone, Debug)]
pub struct Write {
    /// Partition of `__consumer_offsets`.
    pub shard: i32,
    /// Keys and values; no value deletes.
    pub records: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// What follows.
    pub then: Then,
}

/// What follows a write.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Then {
    /// Nothing.
    Nothing,
    /// The assignment of a generation is stored: the group becomes stable.
    AssignmentStored {
        /// Group.
        group: Name,
        /// Generation.
        generation: i32,
    },
    /// A static member took the place of another process: it is told what the group has for it.
    StaticMemberStored {
        /// Group.
        group: Name,
        /// Its new member id.
        member: Name,
    },
    /// Offsets are stored: they count from now on, and the client is told.
    OffsetsStored {
        /// Group.
        group: Name,
        /// Its number: one that was made again under its name is another.
        slot: u32,
        /// What.
        offsets: Vec<OffsetAndEpoch>,
        /// When it was asked to.
        committed_us: u64,
        /// Whom to tell, unless that has been done.
        handle: Option<Handle>,
    },
    /// What the answer rests on is stored.
    Answer {
        /// Whom to tell.
        handle: Handle,
        /// What.
        response: Response,
    },
}

/// What the coordinator needs to see.
pub(crate) struct Context<'a> {
    pub now_us: u64,
    pub shard: i32,
    pub config: &'a BrokerConfig,
    pub out: &'a mut Outbox,
    pub effects: Effects,
}

impl GroupCoordinator {
    /// A coordinator without groups.
    pub fn new(seed: u64, broker: BrokerId) -> GroupCoordinator {
        GroupCoordinator {
            shards: Map::new(),
            member_ids: Random::new(seed, &format!("member ids {broker}")),
            next_slot: 0,
            slots: Map::new(),
        }
    }

    /// A group, if it lives here.
    pub fn group(&self, group: &str) -> Option<&Group> {
        self.shards.values().find_map(|groups| groups.get(group))
    }

    /// All groups that live here.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.shards.values().flat_map(Map::values)
    }

    /// Is this broker coordinator for that partition?
    pub fn owns(&self, shard: i32) -> bool {
        self.shards.contains_key(&shard)
    }

    /// Handles a request about a group of `shard`, which is here.
    #[expect(clippy::too_many_arguments, reason = "what a coordinator needs to see")]
    pub fn handle(
        &mut self,
        now_us: u64,
        shard: i32,
        config: &BrokerConfig,
        image: &MetadataImage,
        handle: Handle,
        request: &Request,
        out: &mut Outbox,
    ) -> Effects {
        let mut context = Context { now_us, shard, config, out, effects: Effects::default() };
        match request {
            Request::JoinGroup(join) => self.join(&mut context, image, handle, join),
            Request::SyncGroup { member, .. } if self.is_consumer_group(shard, &member.group_id) => {
                self.sync_to_consumer_group(&mut context, handle, member);
            }
            Request::SyncGroup { member, assignments } => self.sync(&mut context, handle, member, assignments),
            Request::Heartbeat { member } => {
                let error = match self.is_consumer_group(shard, &member.group_id) {
                    true => self.heartbeat_to_consumer_group(&mut context, member),
                    false => self.heartbeat(&mut context, member),
                };
                context.effects.replies.push((handle, Response::Heartbeat { error }));
            }
            Request::LeaveGroup { group_id, member_id } if self.is_consumer_group(shard, group_id) => {
                self.leave_to_consumer_group(&mut context, image, handle, group_id, member_id);
            }
            Request::LeaveGroup { group_id, member_id } => {
                let error = self.leave(&mut context, group_id, member_id);
                context.effects.replies.push((handle, Response::LeaveGroup { error }));
            }
            Request::OffsetCommit { member, offsets } => self.commit(&mut context, handle, member, offsets),
            Request::OffsetFetch { group_id, member_id, member_epoch, partitions } => {
                let error = self.check_offset_fetch(shard, group_id, member_id, *member_epoch);
                let offsets = match error {
                    ErrorCode::None => self.committed(shard, group_id, partitions),
                    _ => Vec::new(),
                };
                context.effects.replies.push((handle, Response::OffsetFetch { error, offsets }));
            }
            Request::DeleteGroups { group_id } => {
                let error = self.delete(&mut context, group_id);
                context.effects.replies.push((handle, Response::DeleteGroups { error }));
            }
            other => unreachable!("{} is not for the group coordinator", other.api().name()),
        }
        context.effects
    }

    /// A group's timer fired: its join or sync phase, or with `member` a member's session.
    pub fn on_timer(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        slot: u32,
        member: Option<u32>,
        out: &mut Outbox,
    ) -> Effects {
        let Some((shard, group)) = self.slots.get(&slot).cloned() else { return Effects::default() };
        let mut context = Context { now_us, shard, config, out, effects: Effects::default() };
        match member {
            Some(member) => self.on_session_timer(&mut context, &group, member),
            None => self.on_rebalance_timer(&mut context, &group),
        }
        context.effects
    }

    /// A write is replicated.
    pub fn on_written(
        &mut self,
        now_us: u64,
        shard: i32,
        config: &BrokerConfig,
        then: Then,
        out: &mut Outbox,
    ) -> Effects {
        let mut context = Context { now_us, shard, config, out, effects: Effects::default() };
        match then {
            Then::Nothing => {}
            Then::Answer { handle, response } => context.effects.replies.push((handle, response)),
            Then::AssignmentStored { group, generation } => self.assignment_stored(&mut context, &group, generation),
            Then::StaticMemberStored { group, member } => {
                self.static_member_stored(&mut context, &group, &member, ErrorCode::None);
            }
            Then::OffsetsStored { group, slot, offsets, committed_us, handle } => {
                self.offsets_stored(&mut context, (&group, slot), offsets, committed_us, handle);
            }
        }
        context.effects
    }

    /// A write was not replicated in time: whoever waits for it must begin again.
    pub fn on_write_lost(
        &mut self,
        now_us: u64,
        shard: i32,
        config: &BrokerConfig,
        then: Then,
        out: &mut Outbox,
    ) -> Effects {
        let mut context = Context { now_us, shard, config, out, effects: Effects::default() };
        let error = ErrorCode::CoordinatorNotAvailable;
        match then {
            Then::Nothing => {}
            Then::Answer { handle, response } => context.effects.replies.push((handle, response.refused(error))),
            Then::AssignmentStored { group, generation } => self.assignment_lost(&mut context, &group, generation),
            Then::StaticMemberStored { group, member } => {
                self.static_member_stored(&mut context, &group, &member, error);
            }
            Then::OffsetsStored { offsets, handle, .. } => {
                let response = Response::OffsetCommit { error, offsets };
                context.effects.replies.extend(handle.map(|handle| (handle, response)));
            }
        }
        context.effects
    }

    /// This broker became leader of a partition of `__consumer_offsets`: its groups are read from the log. Offsets in
    /// topics that are not in the metadata any more are left out.
    pub fn load(
        &mut self,
        now_us: u64,
        shard: i32,
        config: &BrokerConfig,
        log: &Log,
        topics: &Map<TopicId, TopicImage>,
        out: &mut Outbox,
    ) {
        let mut groups: Map<Name, Group> = Map::new();
        for batch in log.batches().iter() {
            for record in batch.records.iter() {
                let (Some(key), value) = (record.key, record.value) else { continue };
                if let Some((key, value)) = decode(key, value) {
                    records::replay(&mut groups, key, value);
                }
            }
        }
        for group in groups.values_mut() {
            group.offsets.retain(|partition, _| topics.contains_key(&partition.topic));
            self.next_slot += 1;
            group.slot = self.next_slot;
            self.slots.insert(group.slot, (shard, group.id.clone()));
            if group.member_count() > 0 {
                out.event(EventKind::GroupState {
                    group: group.id.clone(),
                    from: GroupState::Dead.name(),
                    to: group.state_name(),
                    generation: group.epoch(),
                    reason: GroupReason::Loaded,
                });
            }
            consumer::begin_anew(now_us, config, group, out);
            for member in &group.members {
                out.set_timer(Timer::Session(group.slot, member.slot), now_us + member.session_timeout_us);
            }
        }
        self.shards.insert(shard, groups);
    }

    /// This broker is no longer leader of the partition: whoever waits is sent away.
    pub fn unload(&mut self, shard: i32, out: &mut Outbox) -> Vec<(Handle, Response)> {
        let mut replies = Vec::new();
        for group in self.shards.remove(&shard).unwrap_or_default().into_values() {
            self.slots.remove(&group.slot);
            consumer::lay_down(&group, out);
            out.clear_timer(Timer::Rebalance(group.slot));
            for member in group.members {
                out.clear_timer(Timer::Session(group.slot, member.slot));
                if let Some(handle) = member.join {
                    replies.push((handle, join::refusal(ErrorCode::NotCoordinator, &member.id)));
                }
                if let Some(handle) = member.sync {
                    replies.push((handle, sync::refusal(ErrorCode::NotCoordinator)));
                }
            }
        }
        replies
    }

    /// The process is gone.
    pub fn clear(&mut self) {
        self.shards.clear();
        self.slots.clear();
    }

    /// Deleted topics' offsets go, also from the log.
    pub fn forget_topics(&mut self, topics: &Set<TopicId>) -> Vec<Write> {
        let mut writes = Vec::new();
        for (shard, groups) in &mut self.shards {
            for group in groups.values_mut() {
                let of_topic = |partition: &&TopicIdPartition| topics.contains(&partition.topic);
                let gone: Vec<TopicIdPartition> = group.offsets.keys().filter(of_topic).copied().collect();
                if gone.is_empty() {
                    continue;
                }
                group.offsets.retain(|partition, _| !topics.contains(&partition.topic));
                let records = gone.iter().map(|partition| records::offset_tombstone(&group.id, *partition)).collect();
                writes.push(Write { shard: *shard, records, then: Then::Nothing });
            }
        }
        writes
    }

    fn group_mut(&mut self, shard: i32, group: &str) -> Option<&mut Group> {
        self.shards.get_mut(&shard)?.get_mut(group)
    }

    fn forget_group(&mut self, shard: i32, id: &Name) {
        if let Some(group) = self.shards.get_mut(&shard).and_then(|groups| groups.remove(id)) {
            self.slots.remove(&group.slot);
        }
    }

    /// The group, made if there is none.
    fn group_or_new(&mut self, shard: i32, id: &Name) -> &mut Group {
        let groups = self.shards.entry(shard).or_default();
        if !groups.contains_key(id) {
            self.next_slot += 1;
            self.slots.insert(self.next_slot, (shard, id.clone()));
        }
        let slot = self.next_slot;
        groups.entry(id.clone()).or_insert_with(|| Group::new(id.clone(), slot))
    }
}
