//! Commits: automatic inside `poll`, before a rebalance and in `close`, and by hand (reference §8).

use super::{App, Closing, Consumer, Failure, FetchState, Membership, Pending};
use crate::kafka::{
    event::EventKind,
    ids::BrokerId,
    node::{Outbox, Timer},
    protocol::{Channel, ErrorCode, OffsetAndEpoch, Request},
};
use crate::sim::faults::faulty;

/// How long a poll that waits for records waits before the application polls again.
const POLL_TIMEOUT_US: u64 = 100_000;

/// What a commit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum CommitFor {
    /// `enable.auto.commit`, in `poll`.
    Interval,
    /// The same in `close()`, which waits for it.
    Close,
    /// A rebalance, which waits for it.
    Rebalance,
    /// `commitSync()`, which tries until then.
    Hand { until_us: u64 },
}

impl Consumer {
    /// Inside `poll`: commits what the previous poll returned, when `auto.commit.interval.ms` has passed.
    pub(super) fn maybe_auto_commit(&mut self, now_us: u64, out: &mut Outbox) {
        let Some(coordinator) = self.coordinator.filter(|_| self.group.is_some()) else { return };
        if let Some(until_us) = self.commit_until_us.take_if(|_| now_us >= self.retry_at_us) {
            self.commit(coordinator, CommitFor::Hand { until_us }, out);
        }
        if !self.config.enable_auto_commit {
            return;
        }
        // A poll that waits for records commits again only when the application has polled again, as it does in a loop.
        let polled_again = self.returned_since_commit || now_us >= self.last_auto_commit_us + POLL_TIMEOUT_US;
        if now_us >= self.next_auto_commit_us && polled_again {
            self.next_auto_commit_us = now_us + self.config.auto_commit_interval_us;
            (self.last_auto_commit_us, self.returned_since_commit) = (now_us, false);
            self.commit(coordinator, CommitFor::Interval, out);
        }
        out.set_timer(Timer::AutoCommit, self.next_auto_commit_us.max(self.last_auto_commit_us + POLL_TIMEOUT_US));
    }

    /// Outside a generation there is nobody to commit as, so that the client itself refuses a commit by hand
    /// (`sendOffsetCommitRequest`). Without a coordinator it waits for one first.
    pub(super) fn refuse_commit(&mut self, out: &mut Outbox) {
        if self.commit_until_us.is_some() && self.coordinator.is_some() && self.membership != Membership::Stable {
            self.commit_until_us = None;
            let error = match self.membership {
                Membership::Unjoined => ErrorCode::UnknownMemberId,
                _ => ErrorCode::RebalanceInProgress,
            };
            out.event(EventKind::CommitFailed { error });
        }
    }

    /// A commit by hand that came to nothing in its time (`TimeoutException`).
    pub(super) fn give_up_commit(&mut self, now_us: u64, out: &mut Outbox) {
        if self.group.is_some() && self.commit_until_us.take_if(|until_us| now_us >= *until_us).is_some() {
            out.event(EventKind::CommitFailed { error: ErrorCode::RequestTimedOut });
        }
    }

    /// A commit that came to nothing, and may yet: one by hand is asked for again
    /// (`ConsumerCoordinator.commitOffsetsSync`, `CommitRequestManager.commitSyncWithRetries`), an automatic one comes
    /// again after a backoff and not after its interval (`autoCommitOffsetsAsync`, `maybeResetTimerWithBackoff`).
    pub(super) fn commit_again(&mut self, now_us: u64, what_for: CommitFor) {
        match what_for {
            CommitFor::Hand { until_us } => self.commit_until_us = self.commit_until_us.max(Some(until_us)),
            CommitFor::Interval => self.next_auto_commit_us = now_us + self.config.retry_backoff_us,
            CommitFor::Close => self.closing = self.closing.min(Closing::ToCommit),
            CommitFor::Rebalance => self.prepare_again(),
        }
    }

    /// Sends a commit of all positions. Returns whether there was anything to commit.
    pub(super) fn commit(&mut self, coordinator: BrokerId, what_for: CommitFor, out: &mut Outbox) -> bool {
        let Some(member) = self.group_member() else { return false };
        let is_out = self.membership != Membership::Stable && what_for != CommitFor::Rebalance;
        if self.is_subscribed() && !self.is_modern() && is_out {
            return false;
        }
        let offsets: Vec<OffsetAndEpoch> = self
            .partitions
            .iter()
            .filter_map(|(partition, progress)| {
                let (partition, leader_epoch) = (*partition, progress.epoch);
                let is_valid = progress.state == FetchState::Fetching;
                let offset = progress.position.filter(|_| is_valid)? + i64::from(faulty!(CommitUnread));
                Some(OffsetAndEpoch { partition, offset, leader_epoch })
            })
            .collect();
        if offsets.is_empty() {
            return false;
        }
        let auto = !matches!(what_for, CommitFor::Hand { .. });
        out.event(EventKind::CommitSent { partitions: offsets.len() as u32, auto });
        let pending = Pending::Commit { what_for, generation: self.generation };
        self.ask(coordinator, Channel::Coordinator, Request::OffsetCommit { member, offsets }, pending, out);
        true
    }

    pub(super) fn on_committed(
        &mut self,
        now_us: u64,
        (error, generation): (ErrorCode, i32),
        offsets: &[OffsetAndEpoch],
        what_for: CommitFor,
        out: &mut Outbox,
    ) {
        if error == ErrorCode::None {
            for commit in offsets {
                if let Some(progress) = self.partitions.get_mut(&commit.partition) {
                    progress.committed = Some(commit.offset);
                }
            }
        } else {
            out.event(EventKind::CommitFailed { error });
            // Of a generation that is over already: nothing that it does not know.
            let is_of_now = generation == self.generation && self.app != App::Failed;
            match error {
                ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                    self.leave_coordinator(now_us, out);
                    self.commit_again(now_us, what_for);
                }
                ErrorCode::CoordinatorLoadInProgress => {
                    self.back_off(now_us, out);
                    self.commit_again(now_us, what_for);
                }
                ErrorCode::RebalanceInProgress => self.rejoin_needed = true,
                ErrorCode::IllegalGeneration | ErrorCode::UnknownMemberId if self.is_subscribed() && is_of_now => {
                    self.last_error = Some(Failure::Answer(error));
                    self.lose_membership(error == ErrorCode::UnknownMemberId, out);
                }
                ErrorCode::FencedInstanceId if is_of_now => return self.fail_for_good(error, out),
                _ => {}
            }
        }
        if what_for == CommitFor::Rebalance {
            self.give_up_and_join(now_us, out);
        }
    }
}
