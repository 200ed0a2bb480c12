//! Is what was read still in the log? After another leader's election, and where it begins by a commit, a consumer asks
//! the leader where the epoch of the last record ends, before it reads on (KIP-320).
//!
//! After `SubscriptionState.TopicPartitionState`, `OffsetFetcher.validatePositionsAsync` and
//! `SubscriptionState.maybeCompleteValidation`. Left out: epochs in answers do not make metadata out of date by themselves
//! (`updateLastSeenEpochIfNewer`).

use super::{Consumer, Failure, FetchState, PartitionProgress, Pending};
use crate::kafka::{
    config::AutoOffsetReset,
    event::EventKind,
    ids::BrokerId,
    node::Outbox,
    protocol::{Channel, CorrelationId, EpochAsked, EpochEnd, ErrorCode, Request},
};
use crate::sim::faults::faulty;

/// Longer than an answer takes.
const PATIENCE_US_MIN: u64 = 100_000;

/// A leader and its epoch.
type LeaderAndEpoch = (BrokerId, i32);

impl PartitionProgress {
    /// Goes to an offset. `epoch`: that of the record before it, −1 if nobody knows (`seekUnvalidated`).
    pub(super) fn seek(&mut self, offset: i64, epoch: i32, leader: Option<LeaderAndEpoch>) {
        (self.position, self.epoch, self.current_leader) = (Some(offset), epoch, leader);
        self.validate();
    }

    /// Metadata names a leader: another one has to vouch for the position (`maybeValidatePosition`).
    pub(super) fn check_leader(&mut self, leader: Option<LeaderAndEpoch>) {
        if self.position.is_some() && leader.is_some() && leader != self.current_leader {
            self.current_leader = leader;
            self.validate();
        }
    }

    /// Its position is given up, and looked for by `auto.offset.reset`.
    pub(super) fn request_reset(&mut self, out_of_range: bool) {
        (self.state, self.position) = (FetchState::AwaitReset { out_of_range }, None);
        (self.ask_after_us, self.asked) = (0, 0);
    }

    /// Without an epoch there is nothing to ask for.
    fn validate(&mut self) {
        let can_ask = self.epoch >= 0 && self.current_leader.is_some() && !faulty!(PositionUnchecked);
        self.state = if can_ask { FetchState::AwaitValidation } else { FetchState::Fetching };
        (self.ask_after_us, self.asked) = (0, 0);
    }

    /// The leader to ask about its position now, and the leader's epoch.
    fn to_validate(&self, now_us: u64) -> Option<LeaderAndEpoch> {
        let is_due = self.state == FetchState::AwaitValidation && self.ask_after_us <= now_us;
        self.current_leader.filter(|_| is_due)
    }
}

impl Consumer {
    /// Metadata may name other leaders (`validatePositionsOnMetadataChange`).
    pub(super) fn check_leaders(&mut self) {
        for (partition, progress) in &mut self.partitions {
            progress.check_leader(self.metadata.leader(*partition));
        }
    }

    /// Inside `poll`: asks about the positions in doubt. Returns whether the application polls on.
    pub(super) fn validate_positions(&mut self, now_us: u64, out: &mut Outbox) -> bool {
        if self.partitions.values().any(|progress| progress.state == FetchState::Truncated) {
            self.fail(Failure::LogTruncation, out);
            return false;
        }
        let can_ask = |(leader, _): &LeaderAndEpoch| self.metadata.is_reachable(now_us, *leader);
        let leader = |progress: &PartitionProgress| progress.to_validate(now_us).filter(can_ask);
        let Some((of, _)) = self.partitions.values().find_map(leader) else { return true };
        let (patience_us, mut asked) = (self.patience_us(), Vec::new());
        for (partition, progress) in &mut self.partitions {
            let Some((_, epoch)) = progress.to_validate(now_us).filter(|(leader, _)| *leader == of) else { continue };
            (progress.ask_after_us, progress.asked) = (now_us + patience_us, self.correlation + 1);
            let (current_leader_epoch, leader_epoch) = (epoch, progress.epoch);
            asked.push(EpochAsked { partition: *partition, current_leader_epoch, leader_epoch });
        }
        self.ask(of, Channel::Data, Request::OffsetForLeaderEpoch(asked), Pending::EndsOfEpochs { of }, out);
        self.set_partition_timer(now_us, out);
        self.validate_positions(now_us, out)
    }

    /// How long it waits for an answer about positions before it asks again: `request.timeout.ms`, and if that is nothing
    /// at all, at least so long that it does not ask without end.
    pub(super) fn patience_us(&self) -> u64 {
        self.config.request_timeout_us.max(PATIENCE_US_MIN)
    }

    /// Where the epochs of its positions end in the leaders' logs.
    pub(super) fn on_ends_of_epochs(
        &mut self,
        now_us: u64,
        correlation: CorrelationId,
        ends: &[EpochEnd],
        out: &mut Outbox,
    ) {
        let has_policy = self.config.auto_offset_reset != AutoOffsetReset::None;
        for EpochEnd { partition, error, leader_epoch, end_offset } in ends {
            let Some(progress) = self.partitions.get_mut(partition) else { continue };
            if *error != ErrorCode::None {
                progress.ask_after_us = now_us + self.config.retry_backoff_us;
                self.metadata.invalidate(now_us, out);
                continue;
            }
            // Whatever has changed since it was asked makes the answer mean nothing.
            let Some(from) = progress.position.filter(|_| progress.asked == correlation) else { continue };
            progress.asked = 0;
            let is_known = *leader_epoch >= 0 && *end_offset >= 0;
            if is_known && *end_offset >= from {
                progress.state = FetchState::Fetching;
                continue;
            }
            self.completed.retain(|completed| completed.partition != *partition);
            if !has_policy {
                progress.state = FetchState::Truncated;
            } else if is_known {
                (progress.position, progress.epoch) = (Some(*end_offset), *leader_epoch);
                progress.state = FetchState::Fetching;
                let (partition, leader_epoch) = (*partition, *leader_epoch);
                out.event(EventKind::PositionTruncated { partition, from, to: *end_offset, leader_epoch });
            } else {
                progress.request_reset(true);
            }
        }
        self.set_partition_timer(now_us, out);
    }
}

impl Pending {
    /// Is it asked of a leader, about positions?
    pub(super) fn is_about_positions(&self) -> bool {
        matches!(self, Pending::ListOffsets { .. } | Pending::EndsOfEpochs { .. })
    }
}
