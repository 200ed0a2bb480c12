//! Produce requests: through the disk into the leader's log, then an answer when `acks` says so (reference §2.4).

use std::sync::Arc;

use super::{APPEND_JITTER_PERCENT, APPEND_US, Broker, Handle};
use crate::kafka::{
    config::TopicConfig,
    event::EventKind,
    ids::TopicIdPartition,
    log::{ProducerCheck, RecordBatch, Records},
    node::{Outbox, Timer},
    protocol::{ErrorCode, ProduceBatch, ProduceResult, Request, Response},
};
use crate::sim::Map;
use crate::sim::faults::faulty;

/// `message.timestamp.after.max.ms`: how far a timestamp may be ahead of the broker's clock.
const TIMESTAMP_AFTER_US_MAX: u64 = 3_600_000_000;

/// Work given to the disk.
#[derive(Clone, Debug, Hash)]
pub(super) enum Append {
    /// A client's batches.
    Produce { handle: Handle, acks: i8, timeout_us: u64, batches: Arc<[ProduceBatch]> },
    /// What a follower fetched from a leader.
    Fetched { leader: u32, fetched: Vec<Fetched> },
}

/// What a follower fetched of one partition.
#[derive(Clone, Debug, Hash)]
pub(super) struct Fetched {
    pub partition: TopicIdPartition,
    /// Epoch in which it was asked for.
    pub leader_epoch: i32,
    pub batches: Vec<Arc<RecordBatch>>,
    /// The leader's high watermark.
    pub high_watermark: i64,
    /// Where the leader's log starts.
    pub log_start_offset: i64,
}

/// A produce with acks=all that waits for followers (`DelayedProduce`).
#[derive(Clone, Debug, Hash)]
pub(super) struct DelayedProduce {
    handle: Handle,
    results: Vec<ProduceResult>,
    /// Offsets that the high watermark must reach, by partition.
    required: Map<TopicIdPartition, i64>,
}

impl Broker {
    /// Batches of producers that the disk has not taken yet.
    pub fn unwritten(&self) -> impl Iterator<Item = &Arc<[ProduceBatch]>> {
        let taken = self.appends.values().filter_map(|append| match append {
            Append::Produce { batches, .. } => Some(batches),
            Append::Fetched { .. } => None,
        });
        taken.chain(self.connections.waiting().filter_map(Request::batches))
    }

    /// A produce request: its batches go to the disk.
    pub(super) fn on_produce(
        &mut self,
        now_us: u64,
        handle: Handle,
        acks: i8,
        timeout_us: u64,
        batches: Arc<[ProduceBatch]>,
        out: &mut Outbox,
    ) {
        self.give_to_disk(now_us, Append::Produce { handle, acks, timeout_us, batches }, out);
    }

    /// Gives work to the disk.
    pub(super) fn give_to_disk(&mut self, now_us: u64, append: Append, out: &mut Outbox) {
        self.next_append += 1;
        self.appends.insert(self.next_append, append);
        let done_us = now_us + self.disk.jitter(APPEND_US, APPEND_JITTER_PERCENT) * u64::from(self.disk_times);
        out.set_timer(Timer::AppendDone(self.next_append), done_us);
    }

    /// The disk has taken work.
    pub(super) fn on_append_done(&mut self, now_us: u64, number: u64, out: &mut Outbox) {
        match self.appends.remove(&number) {
            Some(Append::Produce { handle, acks, timeout_us, batches }) => {
                self.append_produced(now_us, handle, acks, timeout_us, &batches, out);
            }
            Some(Append::Fetched { leader, fetched }) => self.append_fetched(now_us, leader, fetched, out),
            None => {}
        }
    }

    fn append_produced(
        &mut self,
        now_us: u64,
        handle: Handle,
        acks: i8,
        timeout_us: u64,
        batches: &[ProduceBatch],
        out: &mut Outbox,
    ) {
        let mut required = Map::new();
        let results: Vec<ProduceResult> = batches
            .iter()
            .map(|batch| {
                let appended = self.append_as_leader(now_us, batch.partition, acks, &batch.records, out);
                if let Ok(base_offset) = appended {
                    required.insert(batch.partition, base_offset + batch.records.len() as i64);
                }
                self.result(batch.partition, appended)
            })
            .collect();
        if acks == 0 && results.iter().any(|result| result.error != ErrorCode::None) {
            // There is no answer that could tell of the error; a closed connection makes the producer look again.
            self.connections.close(handle.node, handle.channel);
            out.disconnect(handle.node, handle.channel);
        } else if acks == 0 {
            self.connections.done(handle);
        } else if acks == 1 || required.is_empty() || faulty!(AckEarly) {
            self.answer(handle, Response::Produce(results), out);
        } else {
            self.next_parked += 1;
            let number = self.next_parked;
            out.set_timer(Timer::ProduceTimeout(number), now_us + timeout_us);
            self.delayed_produces.insert(number, DelayedProduce { handle, results, required });
        }
        // Copies and visibility follow only now, so that the answer above is never caused by its own consequence.
        for batch in batches {
            self.after_append(now_us, batch.partition, out);
            // A duplicate may long be replicated: then no move of the high watermark will answer it.
            let high_watermark = self.replicas.get(&batch.partition).map_or(0, |replica| replica.log.high_watermark());
            self.serve_delayed_produces(batch.partition, high_watermark, out);
        }
    }

    /// Appends one batch, or says why not.
    fn append_as_leader(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        acks: i8,
        records: &Arc<Records>,
        out: &mut Outbox,
    ) -> Result<i64, ErrorCode> {
        let (min_isr, clock_us) = (self.min_insync_replicas(partition), self.clock_us(now_us));
        let Some(replica) = self.replicas.get_mut(&partition) else {
            return Err(self.refuse(partition, self.not_here(partition), out));
        };
        let Some(leader) = replica.leader() else {
            return Err(self.refuse(partition, ErrorCode::NotLeaderOrFollower, out));
        };
        if acks == -1 && leader.isr.len() < min_isr && !faulty!(MinIsrUnchecked) {
            return Err(self.refuse(partition, ErrorCode::NotEnoughReplicas, out));
        }
        let came = records;
        let records = &compressed_for(replica.log.config(), came);
        if let Some(error) = unacceptable(replica.log.config(), clock_us, came, records) {
            return Err(self.refuse(partition, error, out));
        }
        let (leader_epoch, missing) = (leader.leader_epoch, leader.isr.len() as u32 - 1);
        match replica.log.producers().check(records) {
            ProducerCheck::Accept => {}
            ProducerCheck::Duplicate(_) if faulty!(DuplicateWritten) => {}
            ProducerCheck::OutOfOrder if faulty!(GapWritten) => {}
            ProducerCheck::Duplicate(base_offset) => {
                out.event(EventKind::DuplicateBatch { partition, base_offset });
                return Ok(base_offset);
            }
            ProducerCheck::OutOfOrder => {
                return Err(self.refuse(partition, ErrorCode::OutOfOrderSequenceNumber, out));
            }
            ProducerCheck::OldEpoch => return Err(self.refuse(partition, ErrorCode::InvalidProducerEpoch, out)),
        }
        let rolled = self.roll(partition, records, out);
        let Some(replica) = self.replicas.get_mut(&partition) else { return Err(ErrorCode::UnknownTopicOrPartition) };
        let batch = replica.log.append(leader_epoch - i32::from(faulty!(EpochOfBefore)), records.clone());
        out.event(EventKind::RecordsAppended {
            partition,
            base_offset: batch.base_offset,
            records: records.len() as u32,
            missing,
            client: records.stamp.client,
        });
        self.note_append(now_us, partition, rolled, out);
        Ok(batch.base_offset)
    }

    /// Followers that wait get the new records; with one replica they are visible at once.
    pub(super) fn after_append(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        self.maybe_advance_high_watermark(now_us, partition, out);
        self.serve_parked(now_us, partition, true, out);
    }

    fn result(&self, partition: TopicIdPartition, appended: Result<i64, ErrorCode>) -> ProduceResult {
        let error = appended.err().unwrap_or_default();
        ProduceResult {
            partition,
            error,
            base_offset: appended.unwrap_or(-1),
            current_leader: self.current_leader(partition, error),
        }
    }

    /// The leader that this broker knows of, with the errors that mean that another leads (KIP-951).
    pub(super) fn current_leader(&self, partition: TopicIdPartition, error: ErrorCode) -> Option<(u32, i32)> {
        if !matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch) {
            return None;
        }
        let state = self.image.partition(partition)?;
        Some((state.leader?, state.leader_epoch))
    }

    /// The high watermark of a partition moved: answers what waited for it.
    pub(super) fn serve_delayed_produces(
        &mut self,
        partition: TopicIdPartition,
        high_watermark: i64,
        out: &mut Outbox,
    ) {
        let waiting: Vec<u64> = self
            .delayed_produces
            .iter()
            .filter(|(_, delayed)| delayed.required.get(&partition).is_some_and(|at| *at <= high_watermark))
            .map(|(number, _)| *number)
            .collect();
        let enough = self.has_min_isr(partition);
        for number in waiting {
            let Some(delayed) = self.delayed_produces.get_mut(&number) else { continue };
            delayed.required.remove(&partition);
            if !enough && let Some(result) = delayed.results.iter_mut().find(|result| result.partition == partition) {
                result.error = ErrorCode::NotEnoughReplicasAfterAppend;
            }
            self.finish_delayed_produce(number, out);
        }
    }

    fn finish_delayed_produce(&mut self, number: u64, out: &mut Outbox) {
        if self.delayed_produces.get(&number).is_some_and(|delayed| delayed.required.is_empty())
            && let Some(delayed) = self.delayed_produces.remove(&number)
        {
            out.clear_timer(Timer::ProduceTimeout(number));
            self.answer(delayed.handle, Response::Produce(delayed.results), out);
        }
    }

    /// `request.timeout.ms` is over for a produce that waits.
    pub(super) fn on_produce_timeout(&mut self, number: u64, out: &mut Outbox) {
        if let Some(mut delayed) = self.delayed_produces.remove(&number) {
            for result in &mut delayed.results {
                if delayed.required.contains_key(&result.partition) {
                    result.error = ErrorCode::RequestTimedOut;
                }
            }
            self.answer(delayed.handle, Response::Produce(delayed.results), out);
        }
    }

    /// This broker does not lead the partition any more: whoever waits is told.
    pub(super) fn fail_waiting(&mut self, partition: TopicIdPartition, out: &mut Outbox) {
        let error = ErrorCode::NotLeaderOrFollower;
        let current_leader = self.current_leader(partition, error);
        let waiting: Vec<u64> = self
            .delayed_produces
            .iter()
            .filter(|(_, delayed)| delayed.required.contains_key(&partition))
            .map(|(number, _)| *number)
            .collect();
        for number in waiting {
            let Some(delayed) = self.delayed_produces.get_mut(&number) else { continue };
            delayed.required.remove(&partition);
            let of_it = |result: &&mut ProduceResult| result.partition == partition && !faulty!(AckOfDeposed);
            for result in delayed.results.iter_mut().filter(of_it) {
                (result.error, result.current_leader) = (error, current_leader);
            }
            self.finish_delayed_produce(number, out);
        }
        self.serve_delayed_deletions(partition, out);
        self.fail_parked(partition, error, out);
        self.fail_delayed_writes(partition, out);
    }
}

/// A batch as the topic's `compression.type` wants it (`LogValidator`): mostly the very one that came.
fn compressed_for(config: &TopicConfig, records: &Arc<Records>) -> Arc<Records> {
    match *config.compression_type {
        Some(codec) if codec != records.codec() => Arc::new((**records).clone().with_codec(codec)),
        _ => records.clone(),
    }
}

/// Why a topic does not take a batch, if it does not, as it came and as it would be stored (`LogValidator`,
/// `UnifiedLog.append`).
fn unacceptable(config: &TopicConfig, clock_us: u64, came: &Records, records: &Records) -> Option<ErrorCode> {
    if came.max_timestamp_us() > clock_us + TIMESTAMP_AFTER_US_MAX {
        return Some(ErrorCode::InvalidTimestamp);
    }
    if came.size_bytes().max(records.size_bytes()) > config.max_message_bytes {
        return Some(ErrorCode::MessageTooLarge);
    }
    if records.size_bytes() > config.segment_bytes {
        return Some(ErrorCode::RecordListTooLarge);
    }
    // What has no key can never be the newest of its key.
    (config.compact && records.iter().any(|record| record.key.is_none())).then_some(ErrorCode::InvalidRecord)
}
