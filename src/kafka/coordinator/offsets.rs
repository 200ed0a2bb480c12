//! Committed offsets (reference §8): checked, stored in the log, and only then counted and acknowledged.

use super::{Committed, Context, GroupCoordinator, Then, Write, group::GroupState, records};
use crate::kafka::{
    broker::Handle,
    event::EventKind,
    ids::{Name, TopicIdPartition},
    node::Timer,
    protocol::{ErrorCode, GroupMember, OffsetAndEpoch, Response},
};
use crate::sim::faults::faulty;

impl GroupCoordinator {
    pub(super) fn commit(
        &mut self,
        context: &mut Context<'_>,
        handle: Handle,
        member: &GroupMember,
        offsets: &[OffsetAndEpoch],
    ) {
        let error = self.check_commit(context, member);
        if error != ErrorCode::None {
            context.effects.replies.push((handle, Response::OffsetCommit { error, offsets: offsets.to_vec() }));
            return;
        }
        let committed_us = context.now_us;
        let group = self.group_or_new(context.shard, &member.group_id);
        let records = offsets.iter().map(|offset| records::offset_record(&group.id, offset, committed_us)).collect();
        group.written.extend(offsets.iter().map(|offset| offset.partition));
        let (id, slot, offsets) = (group.id.clone(), group.slot, offsets.to_vec());
        let then = Then::OffsetsStored { group: id, slot, offsets, committed_us, handle: Some(handle) };
        context.effects.writes.push(Write { shard: context.shard, records, then });
    }

    fn check_commit(&mut self, context: &mut Context<'_>, member: &GroupMember) -> ErrorCode {
        let GroupMember { group_id, generation, member_id, group_instance_id } = member;
        let outside = *generation < 0 && member_id.is_empty() && group_instance_id.is_none();
        let Some(group) = self.group_mut(context.shard, group_id) else {
            // A group that exists only by its commits is made by them.
            return if outside { ErrorCode::None } else { ErrorCode::IllegalGeneration };
        };
        if faulty!(FencedCommitKept) {
            return ErrorCode::None;
        }
        if let Some(consumers) = &group.consumer {
            let checked = consumers.check_commit(member_id, *generation);
            return checked.map_or_else(|error| error.code(), |()| ErrorCode::None);
        }
        if outside {
            return if group.members.is_empty() { ErrorCode::None } else { ErrorCode::UnknownMemberId };
        }
        if let Err(error) = group.validate(member_id, group_instance_id.as_deref()) {
            return error;
        }
        let Some(known) = group.member(member_id) else { return ErrorCode::UnknownMemberId };
        if *generation != group.generation {
            return ErrorCode::IllegalGeneration;
        }
        match group.state {
            GroupState::CompletingRebalance => ErrorCode::RebalanceInProgress,
            GroupState::Dead => ErrorCode::CoordinatorNotAvailable,
            _ => {
                // A commit keeps the session alive as a heartbeat does.
                let timer = Timer::Session(group.slot, known.slot);
                context.out.set_timer(timer, context.now_us + known.session_timeout_us);
                ErrorCode::None
            }
        }
    }

    pub(super) fn offsets_stored(
        &mut self,
        context: &mut Context<'_>,
        (group, slot): (&Name, u32),
        offsets: Vec<OffsetAndEpoch>,
        committed_us: u64,
        handle: Option<Handle>,
    ) {
        // A group that was deleted meanwhile took with it what was written but not replicated.
        if let Some(group) = self.group_mut(context.shard, group).filter(|group| group.slot == slot) {
            for OffsetAndEpoch { partition, offset, leader_epoch } in offsets.iter().copied() {
                let before = match faulty!(CommitForgotten) {
                    true => None,
                    false => group.offsets.insert(partition, Committed { offset, leader_epoch, committed_us }),
                };
                if before.map(|before| before.offset) != Some(offset) {
                    let group = group.id.clone();
                    context.out.event(EventKind::OffsetCommitted { group, partition, offset });
                }
            }
        }
        if let Some(handle) = handle {
            let response = Response::OffsetCommit { error: ErrorCode::None, offsets };
            context.effects.replies.push((handle, response));
        }
    }

    /// Deletes a group that nobody is in, with its offsets (`DeleteGroups`).
    pub(super) fn delete(&mut self, context: &mut Context<'_>, id: &Name) -> ErrorCode {
        let Some(group) = self.group_mut(context.shard, id) else { return ErrorCode::GroupIdNotFound };
        if !group.is_unused() {
            return ErrorCode::NonEmptyGroup;
        }
        let records = self.remove(context, id);
        context.effects.writes.push(Write { shard: context.shard, records, then: Then::Nothing });
        ErrorCode::None
    }

    /// Forgets a group that nobody is in: the records that delete it.
    pub(super) fn remove(&mut self, context: &mut Context<'_>, id: &Name) -> Vec<records::Record> {
        let Some(group) = self.group_mut(context.shard, id) else { return Vec::new() };
        let slot = group.slot;
        for member in group.pending.values() {
            context.out.clear_timer(Timer::Session(slot, *member));
        }
        let mut records: Vec<_> =
            group.tombstoned().into_iter().map(|partition| records::offset_tombstone(id, partition)).collect();
        match &group.consumer {
            Some(consumers) => records.extend(consumers.tombstones()),
            None => records.push(records::group_tombstone(id)),
        }
        context.out.event(EventKind::GroupDeleted { group: id.clone() });
        self.slots.remove(&slot);
        if let Some(groups) = self.shards.get_mut(&context.shard) {
            groups.remove(id);
        }
        records
    }

    /// A member of the consumer protocol must say its epoch of now; who names no member may always look.
    ///
    /// Follows `ConsumerGroup.validateOffsetFetch`.
    pub(super) fn check_offset_fetch(&self, shard: i32, group: &Name, member: &Name, member_epoch: i32) -> ErrorCode {
        let group = self.shards.get(&shard).and_then(|groups| groups.get(group));
        match group.and_then(|group| group.consumer.as_ref()) {
            Some(consumers) if !member.is_empty() || member_epoch >= 0 => {
                consumers.check_commit(member, member_epoch).map_or_else(|error| error.code(), |()| ErrorCode::None)
            }
            _ => ErrorCode::None,
        }
    }

    pub(super) fn committed(
        &self,
        shard: i32,
        group: &Name,
        partitions: &[TopicIdPartition],
    ) -> Vec<(TopicIdPartition, Option<(i64, i32)>)> {
        let group = self.shards.get(&shard).and_then(|groups| groups.get(group));
        let find = |partition: &TopicIdPartition| {
            let committed = group.and_then(|group| group.offsets.get(partition));
            (*partition, committed.map(|committed| (committed.offset, committed.leader_epoch)))
        };
        partitions.iter().map(find).collect()
    }
}
