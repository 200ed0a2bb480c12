//! The three views of a record, each with exactly one answer at any moment.
//!
//! **Producer's view**: what the client that sent it knows. Waiting: in the accumulator, or in a `send` that blocks. In
//! flight: in a request, or waiting to be sent again. Acknowledged: a broker said so. Failed: the application was given
//! an error. Fire and forget: sent with acks=0.
//!
//! **Storage**: what holds of *the partition's log*, which is the log of the replica that began to lead it with the
//! highest leader epoch so far, be it up or down. A record is visible when it lies there below the high watermark. What
//! only another replica holds (a leader that was cut off, a follower that was ahead of the new leader) is not in the
//! partition's log. A record that is not there is *removed* if the log once dropped it as it should (retention,
//! compaction, DeleteRecords, its topic was deleted), and else *not stored* as long as nobody said anything of it,
//! *lost and reported* if it failed, *lost although acknowledged* if it was acknowledged.
//!
//! **A group's view**, of the records of the topics that its members were ever assigned: delivered means that `poll`
//! returned it to a member. Skipped: never delivered, and the group's position lies past it (reset, seek, latest), or it
//! was removed before. Missed: never delivered, and it is lost. Not due yet: the rest.
//!
//! Every answer is of now: a record that was lost is not lost any more when its replica is elected again.

use crate::kafka::protocol::ErrorCode;

macro_rules! views {
    ($(#[$meta:meta])* $name:ident { $($(#[$of:meta])* $variant:ident $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { #[default] $($(#[$of])* $variant),* }
        impl $name {
            /// All of them.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// How many there are.
            pub const COUNT: usize = $name::ALL.len();
            /// Its name in JSON and on the command line.
            pub fn name(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
        }
    };
}

views! {
    /// What the producer knows of a record.
    ProducerView {
        /// In the accumulator, or in a `send` that blocks.
        Waiting "waiting",
        /// In a request, or waiting to be sent again.
        InFlight "in_flight",
        /// Acknowledged.
        Acknowledged "acknowledged",
        /// Failed for good.
        Failed "failed",
        /// Sent with acks=0.
        FireAndForget "fire_and_forget",
    }
}

views! {
    /// What became of a record in the partition's log.
    Verdict {
        /// Not there, and nobody was told anything.
        NotStored "not_stored",
        /// There, at or beyond the high watermark.
        StoredNotVisible "stored_not_visible",
        /// There, below the high watermark.
        Visible "visible",
        /// Not there, though acknowledged.
        LostAcknowledged "lost_acknowledged",
        /// Not there, and the producer knows.
        LostReported "lost_reported",
        /// There, though the producer was told that it failed.
        FailedStored "failed_stored",
        /// It was there, and was removed as it should be.
        Removed "removed",
    }
}

views! {
    /// What became of a record in a group.
    GroupView {
        /// It may still come.
        NotDue "not_due",
        /// `poll` returned it once.
        Once "delivered_once",
        /// `poll` returned it more than once.
        Again "delivered_again",
        /// The group went past it.
        Skipped "skipped",
        /// It was lost before the group read it.
        Missed "missed",
    }
}

views! {
    /// What may be true of a record besides.
    Flag {
        /// It is in the partition's log more than once: a duplicate from a retry.
        StoredTwice "stored_twice",
        /// In the partition's log its earliest copy stands behind a later record of the same producer and key.
        OutOfOrder "out_of_order",
        /// `poll` returned it to a consumer that its group did not count as the partition's owner any more.
        ByZombie "by_zombie",
    }
}

views! {
    /// What removed a record: the last of its copies, if there were several.
    Remover {
        /// The log start offset moved past it: `retention.ms` or `retention.bytes`.
        Retention "retention",
        /// A newer record of its key.
        Compaction "compaction",
        /// DeleteRecords.
        DeleteRecords "delete_records",
        /// Its topic was deleted.
        TopicDeletion "topic_deletion",
    }
}

/// The storage verdict of a record that the partition's log does not hold and did not remove.
pub fn verdict_of_absent(view: ProducerView) -> Verdict {
    match view {
        ProducerView::Waiting | ProducerView::InFlight | ProducerView::FireAndForget => Verdict::NotStored,
        ProducerView::Acknowledged => Verdict::LostAcknowledged,
        ProducerView::Failed => Verdict::LostReported,
    }
}

/// The storage verdict of a record that the partition's log holds.
pub fn verdict_of_present(view: ProducerView, visible: bool) -> Verdict {
    match (view, visible) {
        (ProducerView::Failed, _) => Verdict::FailedStored,
        (_, true) => Verdict::Visible,
        (_, false) => Verdict::StoredNotVisible,
    }
}

/// Errors with how many records failed with each, by Kafka's order of errors.
pub type Errors = crate::sim::Map<ErrorCode, u64>;
