//! Where to begin: the committed offset, else `auto.offset.reset` (reference §8).

use super::{Consumer, Failure, FetchState, Membership, PartitionProgress, Pending};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    node::{Outbox, Timer},
    protocol::{Channel, CorrelationId, ErrorCode, Request},
};
use crate::sim::{Rare, clock_us};

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
    /// ones where it was in the old, with the leader epoch of what it read there.
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
                let progress = PartitionProgress { high_watermark: -1, read_replica: Rare::default(), ..progress };
                self.partitions.insert(to, progress);
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

    /// Finds a position for every partition that has none, after checking those that another leader has to vouch for.
    pub(super) fn update_positions(&mut self, now_us: u64, out: &mut Outbox) {
        if self.is_subscribed() && self.membership != Membership::Stable && !self.is_modern() {
            return;
        }
        if !self.validate_positions(now_us, out) {
            return;
        }
        if self.group.is_none() {
            let new = self.partitions.values_mut().filter(|progress| progress.state == FetchState::Initializing);
            new.for_each(|progress| progress.request_reset(false));
        } else if now_us >= self.retry_at_us {
            self.fetch_committed(out);
        }
        self.reset_positions(now_us, out);
    }

    /// Asks by `auto.offset.reset` (`OffsetFetcher.resetPositionsAsync`).
    fn reset_positions(&mut self, now_us: u64, out: &mut Outbox) {
        let is_due = |progress: &PartitionProgress| {
            matches!(progress.state, FetchState::AwaitReset { .. }) && progress.ask_after_us <= now_us
        };
        if !self.partitions.values().any(is_due) {
            return;
        }
        let Some(timestamp) = self.config.auto_offset_reset.timestamp(clock_us(now_us, self.clock_ahead_us)) else {
            // Of a position outside the log the fetcher tells; where there never was one, `SubscriptionState` does
            // (`resetInitializingPositions`).
            let never = FetchState::AwaitReset { out_of_range: false };
            let error = match self.partitions.values().any(|progress| is_due(progress) && progress.state == never) {
                true => Failure::NoOffsetForPartition,
                false => Failure::Answer(ErrorCode::OffsetOutOfRange),
            };
            return self.fail(error, out);
        };
        let leader_of = |(partition, progress): (&TopicIdPartition, &PartitionProgress)| {
            let leader = self.metadata.leader(*partition).filter(|_| is_due(progress));
            leader.filter(|(leader, _)| self.metadata.is_reachable(now_us, *leader))
        };
        let Some((of, _)) = self.partitions.iter().find_map(leader_of) else { return };
        let (patience_us, mut partitions) = (self.patience_us(), Vec::new());
        for (partition, progress) in self.partitions.iter_mut().filter(|(_, progress)| is_due(progress)) {
            let leader = self.metadata.leader(*partition).filter(|(leader, _)| *leader == of);
            let Some((_, epoch)) = leader else { continue };
            (progress.ask_after_us, progress.asked) = (now_us + patience_us, self.correlation + 1);
            partitions.push((*partition, epoch));
        }
        let request = Request::ListOffsets { replica: None, partitions, timestamp };
        self.ask(of, Channel::Data, request, Pending::ListOffsets { of }, out);
        self.set_partition_timer(now_us, out);
        self.reset_positions(now_us, out);
    }

    fn fetch_committed(&mut self, out: &mut Outbox) {
        let (Some(group), Some(coordinator)) = (self.group.clone(), self.coordinator) else { return };
        let partitions: Vec<TopicIdPartition> = self
            .partitions
            .iter()
            .filter(|(_, progress)| progress.state == FetchState::Initializing && !progress.revoking)
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
            let is_awaited = |progress: &&mut PartitionProgress| progress.state == FetchState::Initializing;
            let Some(progress) = self.partitions.get_mut(partition).filter(is_awaited) else { continue };
            let Some((offset, epoch)) = committed else {
                progress.request_reset(false);
                continue;
            };
            progress.committed = Some(*offset);
            progress.seek(*offset, *epoch, self.metadata.leader(*partition));
            out.event(EventKind::PositionFromCommit { partition: *partition, offset: *offset });
        }
    }

    pub(super) fn on_listed(
        &mut self,
        now_us: u64,
        offsets: &[(TopicIdPartition, ErrorCode, i64, i32)],
        out: &mut Outbox,
    ) {
        let policy = self.config.auto_offset_reset;
        for (partition, error, offset, _) in offsets {
            let Some(progress) = self.partitions.get_mut(partition) else { continue };
            if *error != ErrorCode::None {
                progress.ask_after_us = now_us + self.config.retry_backoff_us;
                self.metadata.invalidate(now_us, out);
                continue;
            }
            // It may have been given up and taken again while it was asked for: then the group's commit comes first
            // (`SubscriptionState.maybeSeekUnvalidated`).
            let FetchState::AwaitReset { out_of_range } = progress.state else { continue };
            if *offset < 0 {
                // No record is young enough. Kafka's consumer does not fall back to the end of the log: the partition
                // waits for `request.timeout.ms` as if there had been no answer, and is asked for again.
                let retry_us = progress.ask_after_us.saturating_sub(now_us);
                out.event(EventKind::PositionNotFound { partition: *partition, retry_us });
                continue;
            }
            progress.seek(*offset, -1, self.metadata.leader(*partition));
            out.event(EventKind::PositionReset { partition: *partition, offset: *offset, policy, out_of_range });
        }
        self.set_partition_timer(now_us, out);
    }

    /// The connection is gone over which positions were asked for.
    pub(super) fn lose_answers_about_positions(&mut self, now_us: u64, broker: BrokerId, out: &mut Outbox) {
        let is_lost = |pending: &Pending| match pending {
            Pending::ListOffsets { of } | Pending::EndsOfEpochs { of } => *of == broker,
            _ => false,
        };
        let lost: Vec<CorrelationId> =
            self.pending.iter().filter(|(_, pending)| is_lost(pending)).map(|(asked, _)| *asked).collect();
        if lost.is_empty() {
            return;
        }
        self.pending.retain(|_, pending| !is_lost(pending));
        for progress in self.partitions.values_mut().filter(|progress| lost.contains(&progress.asked)) {
            (progress.ask_after_us, progress.asked) = (now_us + self.config.retry_backoff_us, 0);
        }
        self.set_partition_timer(now_us, out);
    }

    /// When to ask again about a partition.
    pub(super) fn set_partition_timer(&mut self, now_us: u64, out: &mut Outbox) {
        let next_us = |progress: &PartitionProgress| match progress.state {
            FetchState::AwaitReset { .. } | FetchState::AwaitValidation => progress.ask_after_us,
            FetchState::Fetching => progress.fetch_after_us,
            FetchState::Initializing | FetchState::Truncated => 0,
        };
        match self.partitions.values().map(next_us).filter(|at_us| *at_us > now_us).min() {
            Some(next_us) => out.set_timer(Timer::PartitionRetry, next_us),
            None => out.clear_timer(Timer::PartitionRetry),
        }
    }
}
