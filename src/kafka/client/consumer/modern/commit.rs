//! What a member of the consumer protocol does with the answers to its commits (`CommitRequestManager`).

use super::Consumer;
use crate::kafka::{
    client::consumer::Failure,
    event::EventKind,
    node::Outbox,
    protocol::{ErrorCode, OffsetAndEpoch},
};

impl Consumer {
    /// `before_revocation`: the commit is part of a reconciliation, which waits for it. A member epoch that is over is
    /// no loss: the commit is sent again with the one of now. Whether it is a member at all its heartbeats tell.
    pub(in crate::kafka::client::consumer) fn on_member_commit(
        &mut self,
        now_us: u64,
        error: ErrorCode,
        offsets: &[OffsetAndEpoch],
        before_revocation: bool,
        out: &mut Outbox,
    ) {
        let mut again = false;
        match error {
            ErrorCode::None => {
                for commit in offsets {
                    if let Some(progress) = self.partitions.get_mut(&commit.partition) {
                        progress.committed = Some(commit.offset);
                    }
                }
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                out.event(EventKind::CommitFailed { error });
                again = true;
                self.lose_coordinator(now_us, out);
            }
            ErrorCode::StaleMemberEpoch => {
                out.event(EventKind::CommitFailed { error });
                again = true;
                self.back_off(now_us, out);
            }
            _ => {
                out.event(EventKind::CommitFailed { error });
                self.last_error = Some(Failure::Answer(error));
            }
        }
        match (&mut self.modern.reconciliation, before_revocation) {
            (Some(reconciliation), true) if again => reconciliation.ask_again(),
            (Some(reconciliation), true) => reconciliation.commit_done(),
            (_, false) if again && self.config.enable_auto_commit => self.next_auto_commit_us = self.retry_at_us,
            (_, false) if again => self.commit_requested = true,
            _ => {}
        }
    }
}
