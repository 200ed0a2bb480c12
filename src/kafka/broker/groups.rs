//! The broker as group coordinator: routing by the group's hash, and writes to `__consumer_offsets`.

use std::sync::Arc;

use super::{Broker, Handle};
use crate::kafka::{
    coordinator::{Effects, MemberTimer, Then, Write},
    hash::coordinator_partition,
    ids::{BrokerId, CONSUMER_OFFSETS, Name, TopicId, TopicIdPartition},
    log::{NO_PRODUCER, RecordsBuilder},
    node::{Outbox, Timer, broker_node},
    protocol::{Channel, ConsumerGroupHeartbeatResponse, ErrorCode, JoinGroupResponse, Request, Response},
};
use crate::sim::{Map, Set};

/// A write of the coordinator that waits until it is replicated.
#[derive(Clone, Debug, Hash)]
pub(super) struct DelayedWrite {
    number: u64,
    partition: TopicIdPartition,
    required: i64,
    then: Then,
}

impl Broker {
    /// A request about a group.
    pub(super) fn on_group_request(&mut self, now_us: u64, handle: Handle, request: Request, out: &mut Outbox) {
        let group = group_of(&request).clone();
        if let Request::FindCoordinator { .. } = request {
            let response = match self.coordinator_of(&group) {
                Some(coordinator) => {
                    Response::FindCoordinator { error: ErrorCode::None, coordinator: Some(coordinator) }
                }
                None => {
                    self.create_offsets_topic(out);
                    Response::FindCoordinator { error: ErrorCode::CoordinatorNotAvailable, coordinator: None }
                }
            };
            return self.answer(handle, response, out);
        }
        match self.shard_of(&group).filter(|shard| self.groups.owns(shard.partition)) {
            None => self.answer(handle, refusal(&request, ErrorCode::NotCoordinator), out),
            Some(shard) => {
                let config = self.config.clone();
                let (image, number) = (&self.image, shard.partition);
                let effects = match &request {
                    Request::ConsumerGroupHeartbeat(heartbeat) => {
                        self.groups.consumer_heartbeat(now_us, number, &config, image, handle, heartbeat, out)
                    }
                    request => self.groups.handle(now_us, number, &config, image, handle, request, out),
                };
                self.carry_out(now_us, shard, effects, out);
            }
        }
    }

    /// A group's timer fired.
    pub(super) fn on_group_timer(&mut self, now_us: u64, group: u32, member: Option<u32>, out: &mut Outbox) {
        let config = self.config.clone();
        let effects = self.groups.on_timer(now_us, &config, group, member, out);
        if let Some((topic, _)) = self.image.topic_by_name(CONSUMER_OFFSETS) {
            let shard = effects.writes.first().map_or(0, |write| write.shard);
            self.carry_out(now_us, TopicIdPartition::new(topic, shard), effects, out);
        }
    }

    /// A timer of a member of the consumer protocol fired.
    pub(super) fn on_member_timer(&mut self, now_us: u64, member: (u32, u32), timer: MemberTimer, out: &mut Outbox) {
        let config = self.config.clone();
        let effects = self.groups.on_member_timer(now_us, &config, &self.image, member, timer, out);
        if let Some((topic, _)) = self.image.topic_by_name(CONSUMER_OFFSETS) {
            self.carry_out(now_us, TopicIdPartition::new(topic, 0), effects, out);
        }
    }

    /// A group's regular expressions are due.
    pub(super) fn on_regex_timer(&mut self, now_us: u64, group: u32, out: &mut Outbox) {
        let config = self.config.clone();
        let effects = self.groups.on_regex_timer(now_us, &config, &self.image, group, out);
        if let Some((topic, _)) = self.image.topic_by_name(CONSUMER_OFFSETS) {
            self.carry_out(now_us, TopicIdPartition::new(topic, 0), effects, out);
        }
    }

    /// This broker became leader of a partition of `__consumer_offsets`.
    pub(super) fn load_groups(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        if let Some(replica) = self.replicas.get(&partition) {
            if !self.groups.owns_any() {
                out.set_timer(Timer::OffsetExpiry, now_us + self.config.offsets_retention_check_interval_us);
            }
            let (topics, config) = (&self.image.topics, &self.config);
            self.groups.load(now_us, partition.partition, config, &replica.log, topics, out);
        }
    }

    /// Topics were deleted: so are the offsets committed in them.
    pub(super) fn forget_offsets(&mut self, now_us: u64, topics: &Set<TopicId>, out: &mut Outbox) {
        let writes = self.groups.forget_topics(topics);
        if let Some((topic, _)) = self.image.topic_by_name(CONSUMER_OFFSETS) {
            let effects = Effects { writes, ..Effects::default() };
            self.carry_out(now_us, TopicIdPartition::new(topic, 0), effects, out);
        }
    }

    /// This broker is no longer leader of the partition.
    pub(super) fn unload_groups(&mut self, partition: TopicIdPartition, out: &mut Outbox) {
        for (handle, response) in self.groups.unload(partition.partition, out) {
            self.answer(handle, response, out);
        }
        if !self.groups.owns_any() {
            out.clear_timer(Timer::OffsetExpiry);
        }
    }

    /// It is time to look for committed offsets that have been kept long enough.
    pub(super) fn on_offset_expiry(&mut self, now_us: u64, out: &mut Outbox) {
        out.set_timer(Timer::OffsetExpiry, now_us + self.config.offsets_retention_check_interval_us);
        let Some((topic, _)) = self.image.topic_by_name(CONSUMER_OFFSETS) else { return };
        let pending = |write: &DelayedWrite| match &write.then {
            Then::OffsetsStored { group, .. } => Some(group.clone()),
            _ => None,
        };
        let busy: Set<Name> = self.delayed_writes.iter().filter_map(pending).collect();
        let effects = self.groups.expire(self.clock_us(now_us), &self.config, &self.image.topics, &busy, out);
        self.carry_out(now_us, TopicIdPartition::new(topic, 0), effects, out);
    }

    /// The high watermark of a partition moved: what waited for its writes goes on.
    pub(super) fn serve_delayed_writes(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        high_watermark: i64,
        out: &mut Outbox,
    ) {
        while let Some(index) = self
            .delayed_writes
            .iter()
            .position(|write| write.partition == partition && write.required <= high_watermark)
        {
            let mut write = self.delayed_writes.remove(index);
            out.clear_timer(Timer::WriteTimeout(write.number));
            if let Then::OffsetsStored { offsets, .. } = &mut write.then {
                // With a topic go its commits, also those that were not replicated yet.
                offsets.retain(|offset| self.image.topics.contains_key(&offset.partition.topic));
            }
            let config = self.config.clone();
            let effects = self.groups.on_written(now_us, partition.partition, &config, write.then, out);
            self.carry_out(now_us, partition, effects, out);
        }
    }

    /// This broker does not lead the partition any more: its writes may or may not survive, so the client asks again.
    pub(super) fn fail_delayed_writes(&mut self, partition: TopicIdPartition, out: &mut Outbox) {
        let (failed, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.delayed_writes).into_iter().partition(|write| write.partition == partition);
        self.delayed_writes = kept;
        for write in failed {
            out.clear_timer(Timer::WriteTimeout(write.number));
            let error = ErrorCode::NotCoordinator;
            match write.then {
                Then::OffsetsStored { offsets, handle: Some(handle), .. } => {
                    self.answer(handle, Response::OffsetCommit { error, offsets }, out);
                }
                Then::Answer { handle, response } => self.answer(handle, response.refused(error), out),
                _ => {}
            }
        }
    }

    /// `offsets.commit.timeout.ms` is over for a write: the client asks again. The records stay in the log, and count
    /// once they are replicated.
    pub(super) fn on_write_timeout(&mut self, now_us: u64, number: u64, out: &mut Outbox) {
        let Some(write) = self.delayed_writes.iter_mut().find(|write| write.number == number) else { return };
        let partition = write.partition;
        let lost = match &mut write.then {
            Then::OffsetsStored { group, slot, offsets, committed_us, handle } => {
                let (group, offsets, handle) = (group.clone(), offsets.clone(), handle.take());
                Then::OffsetsStored { group, slot: *slot, offsets, committed_us: *committed_us, handle }
            }
            then => std::mem::replace(then, Then::Nothing),
        };
        let config = self.config.clone();
        let effects = self.groups.on_write_lost(now_us, partition.partition, &config, lost, out);
        self.carry_out(now_us, partition, effects, out);
    }

    /// The leader of the group's partition of `__consumer_offsets`, as far as this broker knows.
    fn coordinator_of(&self, group: &str) -> Option<BrokerId> {
        self.image.partition(self.shard_of(group)?)?.leader
    }

    /// The group's partition of `__consumer_offsets`.
    fn shard_of(&self, group: &str) -> Option<TopicIdPartition> {
        let (topic, image) = self.image.topic_by_name(CONSUMER_OFFSETS)?;
        let partitions = i32::try_from(image.partitions.len()).ok().filter(|count| *count > 0)?;
        Some(TopicIdPartition::new(topic, coordinator_partition(group, partitions)))
    }

    /// The first one to look for a coordinator makes the topic.
    fn create_offsets_topic(&mut self, out: &mut Outbox) {
        if self.image.topic_by_name(CONSUMER_OFFSETS).is_some() || self.control.creating.is_some() {
            return;
        }
        let Some(controller) = self.quorum.leader() else { return };
        // A fenced broker may hold replicas, though none in the ISR; Kafka would refuse a factor above all of them.
        let usable = self.image.brokers.values().filter(|broker| !broker.in_controlled_shutdown).count() as u32;
        let request = Request::CreateTopics {
            topic: CONSUMER_OFFSETS.into(),
            partitions: self.config.offsets_topic_num_partitions,
            replication_factor: Some(self.config.offsets_topic_replication_factor.min(usable).max(1)),
            settings: Arc::new(offsets_topic_settings()),
        };
        let correlation = self.correlation();
        self.control.creating = Some((controller, correlation));
        out.request(broker_node(controller), Channel::Control, correlation, request);
    }

    fn carry_out(&mut self, now_us: u64, shard: TopicIdPartition, effects: Effects, out: &mut Outbox) {
        for (handle, response) in effects.replies {
            self.answer(handle, response, out);
        }
        for write in effects.writes {
            self.write_group_records(now_us, TopicIdPartition::new(shard.topic, write.shard), write, out);
        }
    }

    fn write_group_records(&mut self, now_us: u64, partition: TopicIdPartition, write: Write, out: &mut Outbox) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let Some(leader_epoch) = replica.leader().map(|leader| leader.leader_epoch) else { return };
        if write.records.is_empty() {
            // Nothing to store, but what the answer tells of may have been stored a moment ago.
            let required = replica.log.log_end_offset();
            let replicated = required <= replica.log.high_watermark();
            return self.await_write(now_us, partition, required, replicated, write.then, out);
        }
        let mut builder = RecordsBuilder::new(now_us, NO_PRODUCER);
        for (key, value) in &write.records {
            builder.push(now_us, Some(key), value.as_deref(), &[]);
        }
        let records = Arc::new(builder.build());
        let rolled = self.roll(partition, &records, out);
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let required = replica.log.append(leader_epoch, records).next_offset();
        self.note_append(now_us, partition, rolled, out);
        self.await_write(now_us, partition, required, false, write.then, out);
        self.after_append(now_us, partition, out);
    }

    /// What follows a write waits until the partition is replicated up to `required`, if it is not.
    fn await_write(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        required: i64,
        replicated: bool,
        then: Then,
        out: &mut Outbox,
    ) {
        if replicated {
            let config = self.config.clone();
            let effects = self.groups.on_written(now_us, partition.partition, &config, then, out);
            return self.carry_out(now_us, partition, effects, out);
        }
        self.next_write += 1;
        let number = self.next_write;
        if then != Then::Nothing {
            out.set_timer(Timer::WriteTimeout(number), now_us + self.config.offsets_commit_timeout_us);
        }
        self.delayed_writes.push(DelayedWrite { number, partition, required, then });
    }
}

/// What the coordinator asks for when it makes its topic (`GroupCoordinatorConfig.offsetTopicConfigs`).
fn offsets_topic_settings() -> Map<String, String> {
    let settings = [("cleanup.policy", "compact"), ("segment.bytes", "104857600")];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect()
}

fn group_of(request: &Request) -> &Name {
    match request {
        Request::FindCoordinator { group_id }
        | Request::LeaveGroup { group_id, .. }
        | Request::DeleteGroups { group_id }
        | Request::OffsetFetch { group_id, .. } => group_id,
        Request::SyncGroup { member, .. } | Request::Heartbeat { member } | Request::OffsetCommit { member, .. } => {
            &member.group_id
        }
        Request::JoinGroup(join) => &join.group_id,
        Request::ConsumerGroupHeartbeat(heartbeat) => &heartbeat.group_id,
        other => unreachable!("{} names no group", other.api().name()),
    }
}

/// The answer to a heartbeat of the consumer protocol that this broker cannot vouch for.
fn not_stored(error: ErrorCode) -> Response {
    Response::ConsumerGroupHeartbeat(Box::new(ConsumerGroupHeartbeatResponse::refusal(error)))
}

fn refusal(request: &Request, error: ErrorCode) -> Response {
    match request {
        Request::JoinGroup(join) => Response::JoinGroup(Box::new(JoinGroupResponse::refusal(error, &join.member_id))),
        Request::ConsumerGroupHeartbeat(_) => not_stored(error),
        Request::SyncGroup { .. } => Response::SyncGroup { error, assignment: [].into() },
        Request::Heartbeat { .. } => Response::Heartbeat { error },
        Request::LeaveGroup { .. } => Response::LeaveGroup { error },
        Request::DeleteGroups { .. } => Response::DeleteGroups { error },
        Request::OffsetCommit { offsets, .. } => Response::OffsetCommit { error, offsets: offsets.clone() },
        _ => Response::OffsetFetch { error, offsets: Vec::new() },
    }
}
