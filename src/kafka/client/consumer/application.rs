//! The application: a loop of `poll` and processing (reference §8).

use std::collections::VecDeque;

use super::{Consumer, FetchState, Membership, Modern, fetcher::Taken};
use crate::kafka::{
    event::EventKind,
    ids::TopicIdPartition,
    node::{Outbox, Timer},
    protocol::ErrorCode,
};
use crate::sim::faults::faulty;

/// Between two polls of a loop that has nothing to process, so that time moves.
const LOOP_US: u64 = 10;
/// How long a call tries what may come to something yet (`default.api.timeout.ms`).
const API_US: u64 = 60_000_000;

/// What the application does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum App {
    /// It is inside `poll` and waits.
    Polling,
    /// It processes what `poll` returned.
    Processing {
        /// Since when.
        since_us: u64,
        /// Until when.
        until_us: u64,
        /// How many records.
        records: u32,
    },
    /// It got an exception and stopped.
    Failed,
}

/// The exception that an application got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// That of an error which a broker answered with.
    Answer(ErrorCode),
    /// There is no committed offset, and `auto.offset.reset` is `none`. No broker answers with that.
    NoOffsetForPartition,
    /// What was read is not in the leader's log, and `auto.offset.reset` is `none`. No broker answers with that.
    LogTruncation,
}

impl Failure {
    /// Kafka's name of the error, or of the exception where there is no such error.
    pub fn name(self) -> &'static str {
        match self {
            Failure::Answer(error) => error.name(),
            Failure::NoOffsetForPartition => "NoOffsetForPartitionException",
            Failure::LogTruncation => "LogTruncationException",
        }
    }
}

impl Consumer {
    /// Inside `poll`: everything that the client does on the application's thread.
    pub(super) fn poll(&mut self, now_us: u64, out: &mut Outbox) {
        if self.app != App::Polling || self.closed {
            return;
        }
        if self.is_closing() {
            return self.go_on_closing(now_us, out);
        }
        if let Some(failure) = self.failure.take() {
            if self.is_modern() {
                self.lose_partitions(out);
            }
            return self.fail(failure, out);
        }
        self.last_poll_us = now_us;
        self.give_up_commit(now_us, out);
        self.take_assigned_partitions(now_us, out);
        if !self.poll_coordinator(now_us, out) {
            // A cooperative member goes on with what it keeps while it joins.
            if !self.partitions.is_empty() && self.may_read() {
                self.refuse_commit(out);
                self.return_records(now_us, out);
                self.send_fetches(now_us, out);
            }
            return;
        }
        self.maybe_auto_commit(now_us, out);
        self.update_positions(now_us, out);
        self.return_records(now_us, out);
        self.send_fetches(now_us, out);
    }

    /// Hands out up to `max.poll.records` of what was fetched; then the application processes them.
    fn return_records(&mut self, now_us: u64, out: &mut Outbox) {
        let mut left = self.config.max_poll_records;
        let mut returned = 0;
        // What was fetched of a paused partition stays, behind the rest (`FetchCollector.collectFetch`).
        let mut held = VecDeque::new();
        while left > 0 && !self.paused {
            let Some(completed) = self.completed.front_mut() else { break };
            let partition = completed.partition;
            let Some(progress) = self.partitions.get_mut(&partition).filter(|progress| !progress.revoking) else {
                self.completed.pop_front();
                continue;
            };
            if progress.paused {
                held.extend(self.completed.pop_front());
                continue;
            }
            let Some(position) = progress.position.filter(|_| progress.state == FetchState::Fetching) else {
                self.completed.pop_front();
                continue;
            };
            let Taken { from, records, epoch, next } = completed.take(position, left);
            if completed.is_done() {
                self.completed.pop_front();
            }
            progress.position = Some(next.max(position) + i64::from(records > 0 && faulty!(PositionSkips)));
            let skipped = |offsets: i64, to: i64, out: &mut Outbox| {
                if let Some(offsets) = u32::try_from(offsets).ok().filter(|offsets| *offsets > 0) {
                    out.event(EventKind::OffsetsSkipped { partition, offsets, to });
                }
            };
            skipped(from - position, from, out);
            if records > 0 {
                progress.epoch = epoch;
                left -= records;
                returned += records;
                out.event(EventKind::RecordsPolled { partition, from, records });
            }
            skipped(next - from - i64::from(records), next, out);
        }
        self.completed.append(&mut held);
        if returned > 0 {
            self.returned_since_commit = true;
            self.records_consumed += u64::from(returned);
            let until_us = now_us + (self.processing_us * u64::from(returned)).max(LOOP_US);
            self.app = App::Processing { since_us: now_us, until_us, records: returned };
            out.set_timer(Timer::Application, until_us);
        }
    }

    /// The application has processed its records and polls again.
    pub(super) fn on_processed(&mut self, _now_us: u64, out: &mut Outbox) {
        if self.stalled {
            return;
        }
        if let App::Processing { records, .. } = self.app {
            self.app = App::Polling;
            if records > 0 {
                out.event(EventKind::RecordsProcessed { records });
            }
        }
    }

    /// The application hangs, or goes on with what it did. While it hangs the client's heartbeats go on.
    pub fn set_stalled(&mut self, now_us: u64, stalled: bool, out: &mut Outbox) {
        self.stalled = stalled;
        out.event(EventKind::ApplicationStalled(stalled));
        match self.app {
            App::Polling if stalled => {
                self.last_poll_us = now_us;
                self.app = App::Processing { since_us: now_us, until_us: now_us, records: 0 };
            }
            App::Processing { until_us, .. } if !stalled && until_us <= now_us => {
                self.on_processed(now_us, out);
                self.poll(now_us, out);
            }
            _ => {}
        }
    }

    /// The application takes another time for a record, from its next poll on.
    pub fn set_processing(&mut self, processing_us: u64, out: &mut Outbox) {
        self.processing_us = processing_us;
        out.event(EventKind::ProcessingChanged { processing_us });
    }

    /// `seek()`: the next poll returns what is there. Returns whether the partition is its own.
    pub fn seek(&mut self, now_us: u64, partition: TopicIdPartition, offset: i64, out: &mut Outbox) -> bool {
        let Some(progress) = self.partitions.get_mut(&partition) else { return false };
        progress.seek(offset, -1, self.metadata.leader(partition));
        self.completed.retain(|completed| completed.partition != partition);
        out.event(EventKind::PositionSought { partition, offset });
        self.poll(now_us, out);
        true
    }

    /// The process was killed: whatever it knew is gone.
    pub fn crash(&mut self) {
        self.closed = true;
        self.partitions.clear();
        self.completed.clear();
        self.fetches.clear();
        self.pending.clear();
        self.app = App::Polling;
        self.membership = Membership::Unjoined;
        self.modern = Modern::new();
        self.is_leader = false;
        self.stalled = false;
        self.failure = None;
    }

    /// `pause()` or `resume()` of all partitions, by hand.
    pub fn set_paused(&mut self, now_us: u64, paused: bool, out: &mut Outbox) {
        self.paused = paused;
        out.event(EventKind::ClientPaused(paused));
        self.poll(now_us, out);
    }

    /// `pause()` or `resume()` of one partition. Returns whether it is its own.
    pub fn pause_partition(&mut self, now_us: u64, at: TopicIdPartition, paused: bool, out: &mut Outbox) -> bool {
        let Some(progress) = self.partitions.get_mut(&at) else { return false };
        progress.paused = paused;
        out.event(EventKind::PartitionPaused { partition: at, paused });
        self.poll(now_us, out);
        true
    }

    /// `commitSync()` at the next poll.
    pub fn request_commit(&mut self, now_us: u64, out: &mut Outbox) {
        self.commit_until_us = Some(now_us + API_US);
        self.poll(now_us, out);
    }
}
