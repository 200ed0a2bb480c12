//! What a member of the consumer protocol does with the answers to its commits (`CommitRequestManager`).

use super::Consumer;
use crate::kafka::{
    client::consumer::{CommitFor, Failure},
    event::EventKind,
    node::Outbox,
    protocol::{ErrorCode, OffsetAndEpoch},
};

impl Consumer {
    /// A reconciliation waits for its commit. A member epoch that is over is no loss there: the commit is sent again
    /// with the one of now (`autoCommitSyncBeforeRebalanceWithRetries`). One by hand fails
    /// (`commitSyncExceptionForError`), and an automatic one waits for its next interval. Whether it is a member at all
    /// its heartbeats tell.
    pub(in crate::kafka::client::consumer) fn on_member_commit(
        &mut self,
        now_us: u64,
        error: ErrorCode,
        offsets: &[OffsetAndEpoch],
        what_for: CommitFor,
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
            ErrorCode::CoordinatorLoadInProgress => {
                out.event(EventKind::CommitFailed { error });
                again = true;
                self.back_off(now_us, out);
            }
            ErrorCode::StaleMemberEpoch if what_for == CommitFor::Rebalance => {
                out.event(EventKind::CommitFailed { error });
                again = true;
                self.back_off(now_us, out);
            }
            // Nobody waits for it.
            ErrorCode::StaleMemberEpoch if what_for == CommitFor::Interval => {
                out.event(EventKind::CommitFailed { error });
            }
            _ => {
                out.event(EventKind::CommitFailed { error });
                self.last_error = Some(Failure::Answer(error));
            }
        }
        match (&mut self.modern.reconciliation, what_for) {
            (Some(reconciliation), CommitFor::Rebalance) if again => reconciliation.ask_again(),
            (Some(reconciliation), CommitFor::Rebalance) => reconciliation.commit_done(),
            _ if again => self.commit_again(now_us, what_for),
            _ => {}
        }
    }
}
