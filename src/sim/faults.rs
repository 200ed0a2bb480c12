//! Deliberate faults of the model, to see that the checks find them. A test puts one in at a time, for its own thread.
//!
//! Only builds with debug assertions have them, as tests are. In any other build `faulty!` is the constant `false`, and
//! this module holds nothing: a page that is released has neither the switch nor what it would switch. The switch is the
//! one global state of the model; it is here, and not in the world, so that nothing of it is in a world's state or digest.

/// Is this fault put in? `false` in a release.
#[cfg(debug_assertions)]
macro_rules! faulty {
    ($fault:ident) => {
        $crate::sim::faults::is($crate::sim::faults::Fault::$fault)
    };
}

/// Is this fault put in? `false` in a release.
#[cfg(not(debug_assertions))]
macro_rules! faulty {
    ($fault:ident) => {
        false
    };
}

pub(crate) use faulty;

#[cfg(debug_assertions)]
pub use switch::{ALL, Fault, is, with};

#[cfg(debug_assertions)]
mod switch {
    use std::cell::Cell;

    macro_rules! faults {
        ($($fault:ident $what:literal)*) => {
            /// Something that the model does wrong on purpose.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Fault {
                $(#[doc = $what] $fault,)*
            }

            /// Every fault, and what it does.
            pub static ALL: &[(Fault, &str)] = &[$((Fault::$fault, $what)),*];
        };
    }

    faults! {
        WatermarkEarly "A leader moves the high watermark one fetch early: over what it has sent and nobody has yet."
        WatermarkAlone "A leader moves the high watermark without looking at its followers."
        WatermarkBelowMinIsr "A leader moves the high watermark though fewer than min.insync.replicas are in sync."
        WatermarkOfNewLeader "A new leader takes all that it has for committed."
        WatermarkOfFollower "A follower takes all that it has for committed."
        IsrEarly "A follower comes back into the ISR before it has what is committed."
        IsrShrinksAlone "A leader stops waiting for a lagging follower before the controller has agreed."
        MinIsrUnchecked "A leader writes acks=all though fewer than min.insync.replicas are in sync."
        AckEarly "A leader acknowledges acks=all before its followers have the batch."
        AckOfDeposed "A leader that is one no more acknowledges what waited for followers."
        DuplicateWritten "A leader writes a retried batch again."
        GapWritten "A leader writes a batch of an idempotent producer though one before it is missing."
        EpochOfBefore "A leader writes its batches with the leader epoch before its own."
        EpochForgotten "A log does not note where a leader epoch begins."
        EpochUnchecked "A leader answers a fetch of another leader epoch."
        AboveWatermark "A leader gives consumers records above the high watermark."
        DivergenceUnseen "A leader does not tell a follower that their logs diverge."
        TruncationSkipped "A follower does not cut its log where it diverges."
        TruncatedTooFar "A follower cuts its whole log where it diverges."
        StaleFetchAppended "A follower appends what it fetched from a leader that it follows no more."
        ElectedOutOfSync "The controller elects a replica that is not in sync."
        LeaderEpochKept "A new leader gets the leader epoch of the one before."
        PartitionEpochKept "A change of a partition does not raise its partition epoch."
        FencedStays "A broker that is fenced keeps its partitions and its places in ISRs."
        CandidateKeepsEpoch "A controller stands for election in the quorum epoch of the one before."
        VoteTwice "A voter votes for two candidates in one quorum epoch."
        VoteUnchecked "A voter votes for a candidate that lacks committed metadata."
        MetadataAlone "The active controller commits metadata that only it has."
        FencedCommitKept "A coordinator takes a commit of a generation that is over."
        CommitForgotten "A coordinator acknowledges a commit and forgets it."
        GenerationKept "A rebalance does not begin a new generation."
        MemberForgotten "A rebalance forgets a member: it gets nothing of what the leader gave it."
        UnreleasedGiven "A coordinator gives a member what another has not given up yet."
        ErrorTakenForSuccess "A producer takes a refused batch for acknowledged."
        RetryRenumbered "A producer gives a batch that it sends again new sequence numbers."
        RecordUncounted "A producer forgets to count a batch that failed."
        PositionSkips "A consumer goes on one record further than it has read."
        PositionUnchecked "A consumer reads on under another leader without asking whether what it read is still there."
        CommitUnread "A consumer commits one record more than it has read."
        UncleanShutdownUnseen "The controller takes a broker that comes back without proof of a clean end for one that was stopped."
    }

    thread_local! {
        static IN: Cell<Option<Fault>> = const { Cell::new(None) };
    }

    /// Is this fault in the model now?
    pub fn is(fault: Fault) -> bool {
        IN.get() == Some(fault)
    }

    /// Does something with a fault in the model; also after a panic it is out again.
    pub fn with<T>(fault: Fault, what: impl FnOnce() -> T) -> T {
        struct TakeOut;
        impl Drop for TakeOut {
            fn drop(&mut self) {
                IN.set(None);
            }
        }
        let _take_out = TakeOut;
        IN.set(Some(fault));
        what()
    }
}
