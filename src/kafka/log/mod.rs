//! One replica's log: batches, log start, log end, high watermark, leader epochs, producer state.
//!
//! After `storage/.../internals/log/UnifiedLog`, `LeaderEpochFileCache` and `ProducerStateEntry`. A log is plain data that
//! many worlds can share: every 64 batches are sealed into one immutable allocation, so a copy of a log copies pointers
//! only. Segments say where those batches lie. Left out: files that stay until `file.delete.delay.ms` is over.

mod batches;
mod cleaner;
mod compression;
mod producers;
mod records;
mod retention;
mod segments;

pub use batches::Batches;
pub use cleaner::{Cleaned, Cleaning};
pub use compression::{Codec, ValueKind};
pub(crate) use producers::add_sequence;
pub use producers::{ProducerCheck, ProducerStates};
pub use records::{BATCH_OVERHEAD, NO_PRODUCER, ProducerStamp, Record, Records, RecordsBuilder, record_size};
pub use retention::{Deleted, Deletion};
pub use segments::{Incoming, IndexEntry, RollReason, Segment};

use crate::sim::faults::faulty;
use std::sync::Arc;

use crate::kafka::config::TopicConfig;

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
    /// Offset after its last record; that record may be gone, compacted away.
    pub fn next_offset(&self) -> i64 {
        self.base_offset + i64::from(self.records.span())
    }

    /// Offset of the record at an index.
    pub fn offset(&self, index: usize) -> i64 {
        self.base_offset + i64::from(self.records.delta(index))
    }

    /// The record at an offset, if it is still there.
    pub fn record(&self, offset: i64) -> Option<Record<'_>> {
        self.records.at(u32::try_from(offset - self.base_offset).ok()?)
    }

    /// Its records with their offsets.
    pub fn iter(&self) -> impl Iterator<Item = (i64, Record<'_>)> {
        self.records.iter().enumerate().map(|(index, record)| (self.offset(index), record))
    }
}

/// One replica's log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log {
    /// The topic's settings.
    config: Arc<TopicConfig>,
    batches: Batches,
    /// At least one; the last is active.
    segments: Vec<Segment>,
    /// Compaction has been as far as here (`cleaner-offset-checkpoint`).
    cleaned_to: i64,
    log_start_offset: i64,
    log_end_offset: i64,
    high_watermark: i64,
    /// Each epoch with the offset at which it starts, ascending.
    epochs: Vec<(i32, i64)>,
    producers: ProducerStates,
}

impl Default for Log {
    fn default() -> Self {
        Log::new(Arc::new(TopicConfig::default()))
    }
}

impl Log {
    /// An empty log.
    pub fn new(config: Arc<TopicConfig>) -> Log {
        Log {
            segments: vec![Segment::new(0, None, &config)],
            config,
            batches: Batches::default(),
            cleaned_to: 0,
            log_start_offset: 0,
            log_end_offset: 0,
            high_watermark: 0,
            epochs: Vec::new(),
            producers: ProducerStates::default(),
        }
    }

    /// The topic's settings.
    pub fn config(&self) -> &TopicConfig {
        &self.config
    }

    /// The topic has other settings from now on.
    pub fn configure(&mut self, config: Arc<TopicConfig>) {
        self.config = config;
    }

    /// The segments, oldest first; the last is active.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Bytes of all segments.
    pub fn size_bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.size_bytes).sum()
    }

    /// Records that can be read: those that are there, from the log's start on.
    pub fn records_kept(&self) -> u64 {
        let on_disk: u64 = self.segments.iter().map(|segment| segment.records).sum();
        // Only the segment of the log's start can hold records before it.
        let before = self.batches.iter().take_while(|batch| batch.base_offset < self.log_start_offset);
        on_disk
            - before.map(|batch| batch.iter().filter(|(at, _)| *at < self.log_start_offset).count() as u64).sum::<u64>()
    }

    /// Where the segment of an index ends: where the next begins, or the log's end.
    pub fn segment_end(&self, index: usize) -> i64 {
        self.segments.get(index + 1).map_or(self.log_end_offset, |next| next.base_offset)
    }

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
        if offset < self.log_start_offset {
            return None;
        }
        self.batches.holding(offset)?.record(offset)
    }

    /// Begins a new segment if these records, which are about to be appended, ask for one.
    pub fn roll_for(&mut self, records: &Records) -> Option<RollReason> {
        let last_offset = self.log_end_offset + i64::from(records.span()) - 1;
        let bytes = records.size_bytes().into();
        self.roll_for_all(
            Incoming { bytes, max_timestamp_us: records.max_timestamp_us(), last_offset },
            self.log_end_offset,
        )
    }

    /// The same for batches that a follower appends in one go: they come into one segment, which is its own affair.
    pub fn roll_for_fetched(&mut self, batches: &[Arc<RecordBatch>]) -> Option<RollReason> {
        let (first, last) = (batches.first()?, batches.last()?);
        let incoming = Incoming {
            bytes: batches.iter().map(|batch| u64::from(batch.records.size_bytes())).sum(),
            max_timestamp_us: batches.iter().map(|batch| batch.records.max_timestamp_us()).max().unwrap_or_default(),
            last_offset: last.next_offset() - 1,
        };
        self.roll_for_all(incoming, first.base_offset)
    }

    fn roll_for_all(&mut self, incoming: Incoming, first_offset: i64) -> Option<RollReason> {
        let reason = self.segments.last()?.should_roll(incoming, &self.config)?;
        self.roll(first_offset, reason);
        Some(reason)
    }

    /// Begins a new active segment.
    fn roll(&mut self, base_offset: i64, reason: RollReason) {
        let segment = Segment::new(base_offset, Some(reason), &self.config);
        self.segments.push(segment);
    }

    /// Appends as the leader of `leader_epoch`, giving offsets.
    pub fn append(&mut self, leader_epoch: i32, records: Arc<Records>) -> Arc<RecordBatch> {
        let batch = Arc::new(RecordBatch { base_offset: self.log_end_offset, leader_epoch, records });
        self.append_batch(batch.clone());
        batch
    }

    /// Appends a batch as the leader wrote it; there may be a gap before it, where compaction has removed others. Returns
    /// false, and does nothing, if it begins before the log's end.
    pub fn append_batch(&mut self, batch: Arc<RecordBatch>) -> bool {
        if batch.base_offset < self.log_end_offset {
            return false;
        }
        if self.latest_epoch() < batch.leader_epoch && !faulty!(EpochForgotten) {
            self.epochs.push((batch.leader_epoch, batch.base_offset));
        }
        self.log_end_offset = batch.next_offset();
        self.producers.note(&batch);
        if let Some(active) = self.segments.last_mut() {
            active.note(&batch);
        }
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

    /// Cuts everything from `offset` on. The cut falls between batches, as epochs do. It may lie before the start of the
    /// log: a leader that lost its disk has none of what is here, so that nothing of it may stay.
    pub fn truncate_to(&mut self, offset: i64) {
        if offset >= self.log_end_offset {
            // A leader that was deposed before it wrote anything has noted an epoch that nobody else knows; it goes even
            // so, else the follower would be told again and again that it diverges (`UnifiedLog.truncateTo`).
            self.epochs.retain(|(_, start)| *start < self.log_end_offset);
            return;
        }
        if self.segments.first().is_some_and(|first| first.base_offset > offset) {
            return self.start_anew_at(offset);
        }
        self.log_start_offset = self.log_start_offset.min(offset);
        self.batches.truncate_to(offset);
        let keep = self.segments.partition_point(|segment| segment.base_offset <= offset).max(1);
        self.segments.truncate(keep);
        if let Some(active) = self.segments.last_mut() {
            *active = active.again(self.batches.from(active.base_offset).map(Arc::as_ref));
        }
        self.cleaned_to = self.cleaned_to.min(offset);
        self.log_end_offset = offset;
        self.high_watermark = self.high_watermark.min(offset);
        self.epochs.retain(|(_, start)| *start < offset);
        self.producers = ProducerStates::default();
        for batch in self.batches.iter() {
            self.producers.note(batch);
        }
    }

    /// Throws everything away and begins again, empty, at an offset: the leader has nothing before it.
    pub fn start_anew_at(&mut self, offset: i64) {
        self.batches = Batches::default();
        self.segments = vec![Segment::new(offset, Some(RollReason::StartedAnew), &self.config)];
        (self.log_start_offset, self.log_end_offset, self.high_watermark) = (offset, offset, offset);
        self.cleaned_to = offset;
        self.epochs.clear();
        self.producers = ProducerStates::default();
    }

    /// The first offset below `below` whose record's timestamp is not before `timestamp_us`, if there is one
    /// (`offsetsForTimes`): segments and batches that are older are passed over.
    pub fn offset_for_time(&self, timestamp_us: u64, below: i64) -> Option<i64> {
        let segment = self.segments.iter().find(|segment| segment.largest_timestamp_us() >= timestamp_us)?;
        let from = segment.base_offset.max(self.log_start_offset);
        let young = |batch: &&Arc<RecordBatch>| batch.records.max_timestamp_us() >= timestamp_us;
        let mut records = self.batches.from(from).filter(young).flat_map(|batch| batch.iter());
        let (offset, _) = records.find(|(offset, record)| *offset >= from && record.timestamp_us >= timestamp_us)?;
        (offset < below).then_some(offset)
    }

    /// Where the segment that holds an offset ends.
    fn segment_end_at(&self, offset: i64) -> i64 {
        let next = self.segments.partition_point(|segment| segment.base_offset <= offset);
        self.segments.get(next).map_or(i64::MAX, |segment| segment.base_offset)
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
    /// is larger; as many as lie in one segment.
    pub fn read(&self, from: i64, below: i64, max_bytes: u32, at_least_one: bool) -> Vec<Arc<RecordBatch>> {
        let (mut bytes, mut end) = (0_u64, None);
        self.batches
            .from(from)
            .take_while(|batch| {
                let first = bytes == 0 && at_least_one;
                bytes += u64::from(batch.records.size_bytes());
                let end = *end.get_or_insert_with(|| self.segment_end_at(batch.base_offset));
                batch.base_offset < end && batch.next_offset() <= below && (first || bytes <= u64::from(max_bytes))
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
    fn a_cut_within_a_batch_takes_all_of_it_and_ends_where_it_was_asked_to() {
        let mut log = log(150);
        log.truncate_to(200);
        assert_eq!(log.log_end_offset(), 200);
        assert!(log.record(197).is_some() && log.record(198).is_none(), "the batch had 198 to 200");
        assert_eq!(log.append(4, records(3)).base_offset, 200);
        assert_eq!(log.batches().from(198).map(|batch| batch.base_offset).collect::<Vec<_>>(), [200]);
    }

    #[test]
    fn a_cut_before_the_start_leaves_nothing_and_ends_there() {
        let mut log = log(150);
        log.start_anew_at(450);
        log.append(7, records(3));
        log.truncate_to(4);
        assert_eq!((log.log_start_offset(), log.log_end_offset(), log.high_watermark()), (4, 4, 4));
        assert_eq!((log.append(9, records(1)).base_offset, log.latest_epoch()), (4, 9));
    }

    #[test]
    fn a_cut_in_the_first_segment_takes_the_start_with_it() {
        let mut log = log(150);
        log.set_high_watermark(450);
        log.advance_log_start(300);
        log.truncate_to(150);
        assert_eq!((log.log_start_offset(), log.log_end_offset(), log.high_watermark()), (150, 150, 150));
        assert!(log.read(150, 450, u32::MAX, false).is_empty());
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
