//! `close()`: first the last commit, if that is automatic, then the goodbye; at most 30 s for both.
//!
//! After `ConsumerCoordinator.close`, `AbstractCoordinator.close` and `AsyncKafkaConsumer.close`.

use super::{App, Consumer, FetchState, Membership, Pending, commit::CommitFor};
use crate::kafka::{
    event::EventKind,
    node::{Outbox, Timer},
};

/// How long it takes at most (`ConsumerUtils.DEFAULT_CLOSE_TIMEOUT_MS`).
const CLOSE_US: u64 = 30_000_000;

/// How far a consumer has come in `close()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Closing {
    /// It was not called.
    No,
    /// It is to commit its positions, and looks for the coordinator if it must.
    ToCommit,
    /// It waits for the answer to a commit, or has none to send.
    Commits,
    /// It has said goodbye.
    Leaves,
}

impl Consumer {
    /// What is being processed is dropped.
    pub fn close(&mut self, now_us: u64, out: &mut Outbox) {
        let has_positions = self.partitions.values().any(|progress| progress.state == FetchState::Fetching);
        let commits = self.config.enable_auto_commit && self.group.is_some() && has_positions;
        self.closing = if commits { Closing::ToCommit } else { Closing::Commits };
        self.stalled = false;
        self.app = App::Polling;
        out.clear_timer(Timer::Application);
        out.set_timer(Timer::Close, now_us + CLOSE_US);
        self.go_on_closing(now_us, out);
    }

    /// Whenever it has heard something, or it is time to try again.
    pub(super) fn go_on_closing(&mut self, now_us: u64, out: &mut Outbox) {
        if self.is_waiting_for(|pending| matches!(pending, Pending::Commit { .. })) {
            return;
        }
        if self.closing == Closing::ToCommit {
            // It is tried again and again, as `commitSync` is.
            let Some(coordinator) = self.coordinator else { return self.find_coordinator(now_us, out) };
            if now_us < self.retry_at_us {
                return;
            }
            self.closing = Closing::Commits;
            if self.commit(coordinator, CommitFor::Close, out) {
                return;
            }
        }
        if self.closing == Closing::Commits {
            self.say_goodbye(out);
        }
        if self.coordinator.is_none() || !self.is_waiting_for(|pending| *pending == Pending::Leave) {
            self.finish_closing(out);
        }
    }

    /// It has waited long enough.
    pub(super) fn on_close_timeout(&mut self, out: &mut Outbox) {
        if self.closing < Closing::Leaves {
            self.say_goodbye(out);
        }
        self.finish_closing(out);
    }

    pub(super) fn finish_closing(&mut self, out: &mut Outbox) {
        if self.closing > Closing::No && !self.closed {
            self.closed = true;
            self.partitions.clear();
            out.event(EventKind::ClientClosed);
        }
    }

    /// The application is told what goes, then the group, if it is known where that is.
    fn say_goodbye(&mut self, out: &mut Outbox) {
        self.closing = Closing::Leaves;
        if self.is_modern() {
            self.leave_group(out);
        } else {
            self.give_up_all(out);
            if let Some(coordinator) = self.coordinator
                && (self.membership != Membership::Unjoined || !self.member_id.is_empty())
            {
                self.leave(coordinator, out);
            }
        }
        out.clear_timer(Timer::Heartbeat);
        out.clear_timer(Timer::PollInterval);
    }
}
