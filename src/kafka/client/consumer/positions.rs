//! Where to begin: the committed offset, else `auto.offset.reset` (reference §8).

use super::{Consumer, Failure, Membership, PartitionProgress, Pending};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    node::{Outbox, Timer},
    protocol::{Channel, ErrorCode, Request},
};
use crate::sim::{Map, Rare, clock_us};

impl Consumer {
    /// With `assign`: takes its partitions as soon as metadata tells their topics' ids.
    pub(super) fn take_assigned_partitions(&mut self, now_us: u64, out: &mut Outbox) {
        if self.assign.is_empty() || !self.partitions.is_empty() {
            return;
        }
        let known: Vec<TopicIdPartition> = self
            .assign
            .iter()
            .filter_map(|(topic, partition)| {
                let topic = self.metadata.topic(topic)?;
                ((*partition as usize) < topic.partitions.len()).then(|| TopicIdPartition::new(topic.topic, *partition))
            })
            .collect();
        if known.len() == self.assign.len() {
            self.own(&known);
        } else if self.metadata.offset() > 0 {
            self.metadata.invalidate(now_us, out);
        }
    }

    /// Topics that were deleted and made again: Kafka's consumer knows its partitions by name, and goes on in the new
    /// ones where it was in the old. If that lies outside the new log, `auto.offset.reset` decides.
    pub(super) fn follow_topics(&mut self) {
        let moved: Vec<_> = self
            .partitions
            .keys()
            .map(|partition| (*partition, self.metadata.at_home(*partition)))
            .filter(|(from, to)| from != to)
            .collect();
        for (from, to) in moved {
            self.completed.retain(|completed| completed.partition != from);
            if let Some(progress) = self.partitions.remove(&from) {
                self.partitions.insert(
                    to,
                    PartitionProgress { epoch: -1, high_watermark: -1, read_replica: Rare::default(), ..progress },
                );
            }
        }
    }

    /// Takes these partitions in hand and no others: what is new comes without a position, what stays keeps its own.
    pub(super) fn own(&mut self, partitions: &[TopicIdPartition]) {
        let mut before = std::mem::take(&mut self.partitions);
        let fresh = || PartitionProgress { high_watermark: -1, epoch: -1, ..Default::default() };
        let take = |partition: &TopicIdPartition| (*partition, before.remove(partition).unwrap_or_else(fresh));
        self.partitions = partitions.iter().map(take).collect();
        self.completed.retain(|completed| self.partitions.contains_key(&completed.partition));
    }

    /// Takes more partitions in hand, without positions; the others stay as they are.
    pub(super) fn own_more(&mut self, partitions: &[TopicIdPartition]) {
        let fresh = || PartitionProgress { high_watermark: -1, epoch: -1, ..Default::default() };
        self.partitions.extend(partitions.iter().map(|partition| (*partition, fresh())));
    }

    /// Gives some partitions out of hand.
    pub(super) fn disown(&mut self, partitions: &[TopicIdPartition]) {
        self.partitions.retain(|partition, _| !partitions.contains(partition));
        self.completed.retain(|completed| !partitions.contains(&completed.partition));
    }

    /// Finds a position for every partition that has none.
    pub(super) fn update_positions(&mut self, now_us: u64, out: &mut Outbox) {
        let joined = !self.is_subscribed() || self.membership == Membership::Stable || self.is_modern();
        if !joined || now_us < self.retry_at_us {
            return;
        }
        if self.group.is_some() {
            self.fetch_committed(out);
        }
        let has_group = self.group.is_some();
        let lost = |progress: &PartitionProgress| {
            let known = progress.out_of_range || progress.committed_known || !has_group;
            progress.position.is_none() && known && progress.reset_after_us <= now_us
        };
        let missing: Vec<TopicIdPartition> =
            self.partitions.iter().filter(|(_, progress)| lost(progress)).map(|(partition, _)| *partition).collect();
        if missing.is_empty() || self.is_waiting_for(|pending| matches!(pending, Pending::ListOffsets { .. })) {
            return;
        }
        let Some(timestamp) = self.config.auto_offset_reset.timestamp(clock_us(now_us, self.clock_ahead_us)) else {
            // Of a position outside the log the fetcher tells; where there never was one, `SubscriptionState` does
            // (`resetInitializingPositions`).
            let all_outside = missing.iter().all(|at| self.partitions.get(at).is_some_and(|at| at.out_of_range));
            let error = match all_outside {
                true => Failure::Answer(ErrorCode::OffsetOutOfRange),
                false => Failure::NoOffsetForPartition,
            };
            return self.fail(error, out);
        };
        let mut by_leader: Map<BrokerId, Vec<(TopicIdPartition, i32)>> = Map::new();
        for partition in missing {
            let leader = self.metadata.leader(partition);
            if let Some((leader, epoch)) = leader.filter(|(leader, _)| self.metadata.is_reachable(now_us, *leader)) {
                by_leader.entry(leader).or_default().push((partition, epoch));
            }
        }
        for (leader, partitions) in by_leader {
            let (request, pending) = (
                Request::ListOffsets { replica: None, partitions, timestamp },
                Pending::ListOffsets { asked_us: now_us },
            );
            self.ask(leader, Channel::Data, request, pending, out);
        }
    }

    fn fetch_committed(&mut self, out: &mut Outbox) {
        let (Some(group), Some(coordinator)) = (self.group.clone(), self.coordinator) else { return };
        let partitions: Vec<TopicIdPartition> = self
            .partitions
            .iter()
            .filter(|(_, progress)| progress.position.is_none() && !progress.committed_known && !progress.out_of_range)
            .filter(|(_, progress)| !progress.revoking)
            .map(|(partition, _)| *partition)
            .collect();
        if partitions.is_empty() || self.is_waiting_for(|pending| *pending == Pending::OffsetFetch) {
            return;
        }
        let (member_id, member_epoch) = self.identity_for_offsets();
        let request = Request::OffsetFetch { group_id: group, member_id, member_epoch, partitions };
        self.ask(coordinator, Channel::Coordinator, request, Pending::OffsetFetch, out);
    }

    pub(super) fn on_committed_offsets(
        &mut self,
        now_us: u64,
        error: ErrorCode,
        offsets: &[(TopicIdPartition, Option<(i64, i32)>)],
        out: &mut Outbox,
    ) {
        match error {
            ErrorCode::None => {}
            // Its next heartbeat tells it the epoch of now, or that it is no member.
            ErrorCode::StaleMemberEpoch | ErrorCode::UnknownMemberId => return self.back_off(now_us, out),
            // It reads its log still: nothing but to ask again.
            ErrorCode::CoordinatorLoadInProgress => return self.back_off(now_us, out),
            _ => return self.leave_coordinator(now_us, out),
        }
        for (partition, committed) in offsets {
            let Some(progress) = self.partitions.get_mut(partition) else { continue };
            progress.committed_known = true;
            if let Some((offset, epoch)) = committed {
                (progress.committed, progress.position, progress.epoch) = (Some(*offset), Some(*offset), *epoch);
                out.event(EventKind::PositionFromCommit { partition: *partition, offset: *offset });
            }
        }
    }

    pub(super) fn on_listed(
        &mut self,
        now_us: u64,
        asked_us: u64,
        offsets: &[(TopicIdPartition, ErrorCode, i64, i32)],
        out: &mut Outbox,
    ) {
        let policy = self.config.auto_offset_reset;
        for (partition, error, offset, _) in offsets {
            let Some(progress) = self.partitions.get_mut(partition) else { continue };
            if *error != ErrorCode::None {
                self.metadata.invalidate(now_us, out);
                self.back_off(now_us, out);
                continue;
            }
            if progress.position.is_some() {
                continue;
            }
            if *offset < 0 {
                // No record is young enough. Kafka's consumer does not fall back to the end of the log: the partition
                // waits for `request.timeout.ms` as if there had been no answer, and is asked for again.
                progress.reset_after_us = asked_us + self.config.request_timeout_us;
                let retry_us = progress.reset_after_us.saturating_sub(now_us);
                out.event(EventKind::PositionNotFound { partition: *partition, retry_us });
                continue;
            }
            let out_of_range = std::mem::take(&mut progress.out_of_range);
            progress.position = Some(*offset);
            self.attempts = 0;
            out.event(EventKind::PositionReset { partition: *partition, offset: *offset, policy, out_of_range });
        }
        let waiting = self.partitions.values().filter(|progress| progress.position.is_none());
        if let Some(next_us) = waiting.map(|at| at.reset_after_us).filter(|at_us| *at_us > now_us).min() {
            out.set_timer(Timer::PositionReset, next_us);
        }
    }
}
