//! One replica's log: batches, log start, log end, high watermark, leader epochs, producer state.
//!
//! After `storage/.../internals/log/UnifiedLog`, `LeaderEpochFileCache` and `ProducerStateEntry`. Left out until the
//! storage issue: segments and their indexes, retention, compaction. A log is plain data that many worlds can share:
//! every 64 batches are sealed into one immutable allocation, so a copy of a log copies pointers only.

mod batches;
mod producers;
mod records;

pub use batches::Batches;
pub(crate) use producers::add_sequence;
pub use producers::{ProducerCheck, ProducerStates};
pub use records::{BATCH_OVERHEAD, NO_PRODUCER, ProducerStamp, Record, Records, RecordsBuilder, record_size};

use crate::sim::faults::faulty;
use std::sync::Arc;

/// A batch in a log: records with their place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordBatch {
    /// Offset of its first record.
    pub base_offset: i64,
    /// Epoch of the leader that wrote it.
    pub leader_epoch: i32,
    /// What it holds; shared with the producer's request and with every replica.
    pub records: Arc<Records>,
}

impl RecordBatch {
    /// Offset after its last record.
    pub fn next_offset(&self) -> i64 {
        self.base_offset + self.records.len() as i64
    }
}

/// One replica's log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Log {
    batches: Batches,
    log_start_offset: i64,
    log_end_offset: i64,
    high_watermark: i64,
    /// Each epoch with the offset at which it starts, ascending.
    epochs: Vec<(i32, i64)>,
    producers: ProducerStates,
}

impl Log {
    /// First offset kept.
    pub fn log_start_offset(&self) -> i64 {
        self.log_start_offset
    }

    /// Offset that the next record gets.
    pub fn log_end_offset(&self) -> i64 {
        self.log_end_offset
    }

    /// First offset that consumers may not see.
    pub fn high_watermark(&self) -> i64 {
        self.high_watermark
    }

    /// Moves the high watermark; bounded by the log.
    pub fn set_high_watermark(&mut self, offset: i64) {
        self.high_watermark = offset.clamp(self.log_start_offset, self.log_end_offset);
    }

    /// The batches.
    pub fn batches(&self) -> &Batches {
        &self.batches
    }

    /// What the log knows of producers.
    pub fn producers(&self) -> &ProducerStates {
        &self.producers
    }

    /// The record at an offset.
    pub fn record(&self, offset: i64) -> Option<Record<'_>> {
        let batch = self.batches.holding(offset)?;
        batch.records.get((offset - batch.base_offset) as usize)
    }

    /// Appends as the leader of `leader_epoch`, giving offsets.
    pub fn append(&mut self, leader_epoch: i32, records: Arc<Records>) -> Arc<RecordBatch> {
        let batch = Arc::new(RecordBatch { base_offset: self.log_end_offset, leader_epoch, records });
        self.append_batch(batch.clone());
        batch
    }

    /// Appends a batch as the leader wrote it. Returns false, and does nothing, if it does not follow the log's end.
    pub fn append_batch(&mut self, batch: Arc<RecordBatch>) -> bool {
        if batch.base_offset != self.log_end_offset {
            return false;
        }
        if self.latest_epoch() < batch.leader_epoch && !faulty!(EpochForgotten) {
            self.epochs.push((batch.leader_epoch, batch.base_offset));
        }
        self.log_end_offset = batch.next_offset();
        self.producers.note(&batch);
        self.batches.push(batch);
        true
    }

    /// The newest leader epoch with a start offset, −1 if there is none.
    pub fn latest_epoch(&self) -> i32 {
        self.epochs.last().map_or(-1, |(epoch, _)| *epoch)
    }

    /// Notes where a new leader's epoch starts: at the log's end (`LeaderEpochFileCache.assign`).
    pub fn start_epoch(&mut self, epoch: i32) {
        if self.latest_epoch() < epoch {
            self.epochs.push((epoch, self.log_end_offset));
        }
    }

    /// The greatest epoch up to `epoch`, and where the next one starts (`endOffsetFor`, reference §4.7).
    pub fn end_offset_for(&self, epoch: i32) -> Option<(i32, i64)> {
        let latest = self.latest_epoch();
        if epoch < 0 || epoch > latest {
            return None;
        }
        if epoch == latest {
            return Some((epoch, self.log_end_offset));
        }
        let next = self.epochs.iter().position(|(known, _)| *known > epoch)?;
        let end = self.epochs[next].1;
        match next.checked_sub(1) {
            Some(floor) => Some((self.epochs[floor].0, end)),
            None => Some((epoch, end)),
        }
    }

    /// Cuts everything from `offset` on. The cut falls between batches, as epochs do.
    pub fn truncate_to(&mut self, offset: i64) {
        let offset = offset.max(self.log_start_offset);
        if offset >= self.log_end_offset {
            // A leader that was deposed before it wrote anything has noted an epoch that nobody else knows; it goes even
            // so, else the follower would be told again and again that it diverges (`UnifiedLog.truncateTo`).
            self.epochs.retain(|(_, start)| *start < self.log_end_offset);
            return;
        }
        self.batches.truncate_to(offset);
        self.log_end_offset = offset;
        self.high_watermark = self.high_watermark.min(offset);
        self.epochs.retain(|(_, start)| *start < offset);
        self.producers = ProducerStates::default();
        for batch in self.batches.iter() {
            self.producers.note(batch);
        }
    }

    /// The first offset below `below` whose record's timestamp is not before `timestamp_us`, if there is one
    /// (`offsetsForTimes`).
    pub fn offset_for_time(&self, timestamp_us: u64, below: i64) -> Option<i64> {
        (self.log_start_offset..below)
            .find(|offset| self.record(*offset).is_some_and(|record| record.timestamp_us >= timestamp_us))
    }

    /// Bytes of the batches from the one that holds `from` on, below `below`; once `enough` are counted, no more are.
    pub fn bytes_between(&self, from: i64, below: i64, enough: u64) -> u64 {
        let mut bytes = 0;
        for batch in self.batches.from(from).take_while(|batch| batch.next_offset() <= below) {
            bytes += u64::from(batch.records.size_bytes());
            if bytes >= enough {
                break;
            }
        }
        bytes
    }

    /// Whole batches from the one that holds `from` on, below `below`, up to `max_bytes`, or with `at_least_one` one that
    /// is larger.
    pub fn read(&self, from: i64, below: i64, max_bytes: u32, at_least_one: bool) -> Vec<Arc<RecordBatch>> {
        let mut bytes = 0_u64;
        self.batches
            .from(from)
            .take_while(|batch| {
                let first = bytes == 0 && at_least_one;
                bytes += u64::from(batch.records.size_bytes());
                batch.next_offset() <= below && (first || bytes <= u64::from(max_bytes))
            })
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(count: usize) -> Arc<Records> {
        let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
        for n in 0..count {
            builder.push(0, Some(&[n as u8]), Some(b"value"), &[]);
        }
        Arc::new(builder.build())
    }

    fn log(batches: usize) -> Log {
        let mut log = Log::default();
        for n in 0..batches {
            log.append(n as i32 / 100, records(3));
        }
        log
    }

    #[test]
    fn offsets_are_dense_and_found_again() {
        let log = log(200);
        assert_eq!(log.log_end_offset(), 600);
        for offset in [0, 1, 2, 191, 192, 193, 599] {
            let record = log.record(offset).expect("kept");
            assert_eq!(record.key, Some(&[(offset % 3) as u8][..]));
        }
        assert!(log.record(600).is_none());
        assert!(log.record(-1).is_none());
    }

    #[test]
    fn reading_stops_at_the_bound_and_at_the_size_but_gives_one_batch() {
        let log = log(10);
        assert_eq!(log.read(4, 30, 1, true).len(), 1, "soft limit");
        assert_eq!(log.read(4, 30, 1, true)[0].base_offset, 3, "the batch that holds the offset");
        assert!(log.read(4, 30, 1, false).is_empty(), "strict limit");
        assert_eq!(log.read(0, 9, u32::MAX, false).len(), 3);
        assert!(log.read(30, 30, u32::MAX, true).is_empty());
    }

    #[test]
    fn epochs_end_where_the_next_starts() {
        let mut log = Log::default();
        log.append(0, records(2));
        log.append(0, records(2));
        log.start_epoch(3);
        log.append(3, records(1));
        log.append(5, records(1));
        assert_eq!(log.end_offset_for(0), Some((0, 4)));
        assert_eq!(log.end_offset_for(2), Some((0, 4)), "greatest known epoch below");
        assert_eq!(log.end_offset_for(4), Some((3, 5)));
        assert_eq!(log.end_offset_for(5), Some((5, 6)));
        assert_eq!(log.end_offset_for(6), None);
        assert_eq!(log.end_offset_for(-1), None);
    }

    #[test]
    fn truncation_forgets_offsets_epochs_and_watermark() {
        let mut log = log(150);
        log.set_high_watermark(450);
        log.truncate_to(201);
        assert_eq!((log.log_end_offset(), log.high_watermark(), log.latest_epoch()), (201, 201, 0));
        assert_eq!(log.append(4, records(1)).base_offset, 201);
        assert!(log.record(201).is_some() && log.record(202).is_none());
    }

    #[test]
    fn an_epoch_without_records_goes_though_no_record_does() {
        let mut log = log(2);
        log.start_epoch(7);
        assert_eq!(log.latest_epoch(), 7);
        log.truncate_to(6);
        assert_eq!((log.log_end_offset(), log.latest_epoch()), (6, 0));
    }

    #[test]
    fn a_copy_shares_sealed_batches() {
        let log = log(128);
        let mut copy = log.clone();
        copy.append(9, records(1));
        assert_eq!(log.log_end_offset() + 1, copy.log_end_offset());
        let (first, second) = (log.batches().iter().next(), copy.batches().iter().next());
        assert!(Arc::ptr_eq(first.expect("first"), second.expect("first")));
    }
}
