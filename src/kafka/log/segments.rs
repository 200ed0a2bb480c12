//! The segments of a log: where each begins, what is in it, and when the next one begins (reference §3.1, §3.2).
//!
//! After `storage/.../internals/log/LogSegment`. Of its indexes only the number of entries is kept: an offset is found by
//! halving the list of batches, which leads to the same batch; [`Segment::index`] tells the entries for who wants to see
//! them.

use super::{Batches, RecordBatch};
use crate::kafka::config::TopicConfig;

/// Bytes of an entry of the offset index.
const OFFSET_ENTRY: u32 = 8;
/// Bytes of an entry of the time index.
const TIME_ENTRY: u32 = 12;

/// Why a segment was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RollReason {
    /// The batch would have made the one before larger than `segment.bytes`.
    Bytes,
    /// The batch was more than `segment.ms` later than the first record of the one before.
    Time,
    /// An index of the one before was full.
    IndexFull,
    /// The place of the batch's last record in the one before would not have fitted into 31 bits.
    Offsets,
    /// Retention took all segments, and a log is never without one.
    Retention,
    /// The log was begun anew at a later offset.
    StartedAnew,
}

/// One segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Its name: the offset from which on it holds batches.
    pub base_offset: i64,
    /// Bytes of its batches.
    pub size_bytes: u64,
    /// Records in it.
    pub records: u64,
    /// Entries of its offset index.
    pub index_entries: u32,
    /// Entries of its time index, without the one that it gets when the next segment begins.
    pub time_entries: u32,
    /// Why it was begun, `None` for the first of the log.
    pub begun_by: Option<RollReason>,
    /// The newest timestamp of its first batch.
    first_timestamp_us: Option<u64>,
    /// The newest timestamp, and the offset of the first record that has it.
    largest: Option<(u64, i64)>,
    /// The newest timestamp ever in it, what compaction removed included; stands for the file's modification time.
    modified_us: u64,
    /// `index.interval.bytes` when it was begun.
    index_interval: u32,
    bytes_since_entry: u32,
    indexed_timestamp_us: Option<u64>,
}

/// An entry of a segment's offset index, with that of its time index beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Offset of the last record of a batch.
    pub offset: i64,
    /// Where that batch begins in the file.
    pub position: u64,
    /// The newest timestamp up to there.
    pub timestamp_us: u64,
}

/// What is about to be appended in one go.
#[derive(Clone, Copy, Debug)]
pub struct Incoming {
    /// Bytes.
    pub bytes: u64,
    /// The newest timestamp.
    pub max_timestamp_us: u64,
    /// Offset of the last record.
    pub last_offset: i64,
}

impl Segment {
    /// An empty segment.
    pub(super) fn new(base_offset: i64, begun_by: Option<RollReason>, config: &TopicConfig) -> Segment {
        let index_interval = config.index_interval_bytes;
        Segment { base_offset, begun_by, index_interval, ..Segment::default() }
    }

    /// The newest timestamp; without a record, of the last that was there.
    pub fn largest_timestamp_us(&self) -> u64 {
        self.largest.map_or(self.modified_us, |(timestamp_us, _)| timestamp_us)
    }

    /// The first record that has the newest timestamp.
    pub fn newest(&self) -> Option<(u64, i64)> {
        self.largest
    }

    /// The newest timestamp of the first batch; rolling by time counts from there.
    pub fn first_timestamp_us(&self) -> Option<u64> {
        self.first_timestamp_us
    }

    /// Would this begin a new segment? (`LogSegment.shouldRoll`)
    pub(super) fn should_roll(&self, incoming: Incoming, config: &TopicConfig) -> Option<RollReason> {
        if self.size_bytes == 0 {
            // An empty one would be followed by one of the same name.
            return (incoming.last_offset - self.base_offset > i64::from(i32::MAX)).then_some(RollReason::Offsets);
        }
        let waited_us = incoming.max_timestamp_us.saturating_sub(self.first_timestamp_us.unwrap_or(self.modified_us));
        if self.size_bytes + incoming.bytes > u64::from(config.segment_bytes) {
            Some(RollReason::Bytes)
        } else if waited_us > config.segment_us {
            Some(RollReason::Time)
        } else if self.is_index_full(config) {
            Some(RollReason::IndexFull)
        } else if incoming.last_offset - self.base_offset > i64::from(i32::MAX) {
            Some(RollReason::Offsets)
        } else {
            None
        }
    }

    /// One entry less than fits in the time index: the last is for the moment of rolling.
    fn is_index_full(&self, config: &TopicConfig) -> bool {
        self.index_entries >= config.segment_index_bytes / OFFSET_ENTRY
            || self.time_entries >= (config.segment_index_bytes / TIME_ENTRY).saturating_sub(1)
    }

    /// Notes a batch at its end (`LogSegment.append`).
    pub(super) fn note(&mut self, batch: &RecordBatch) {
        let bytes = batch.records.size_bytes();
        let timestamp_us = batch.records.max_timestamp_us();
        self.first_timestamp_us.get_or_insert(timestamp_us);
        if !batch.records.is_empty() && self.largest.is_none_or(|(largest_us, _)| timestamp_us > largest_us) {
            let last = batch.base_offset + i64::from(batch.records.delta(batch.records.len() - 1));
            self.largest = Some((timestamp_us, last));
        }
        self.modified_us = self.modified_us.max(timestamp_us);
        if self.bytes_since_entry > self.index_interval {
            self.index_entries += 1;
            if self.indexed_timestamp_us.is_none_or(|indexed_us| indexed_us < self.largest_timestamp_us()) {
                self.indexed_timestamp_us = Some(self.largest_timestamp_us());
                self.time_entries += 1;
            }
            self.bytes_since_entry = 0;
        }
        self.bytes_since_entry = self.bytes_since_entry.saturating_add(bytes);
        self.size_bytes += u64::from(bytes);
        self.records += batch.records.len() as u64;
    }

    /// A segment of the same name that holds these batches.
    pub(super) fn again<'a>(&self, batches: impl Iterator<Item = &'a RecordBatch>) -> Segment {
        let mut segment = Segment {
            base_offset: self.base_offset,
            begun_by: self.begun_by,
            modified_us: self.modified_us,
            index_interval: self.index_interval,
            ..Segment::default()
        };
        batches.for_each(|batch| segment.note(batch));
        segment
    }

    /// The last thing written to it happened then, whatever is left of it.
    pub(super) fn set_modified(&mut self, modified_us: u64) {
        self.modified_us = modified_us;
    }

    /// When the last thing was written to it, as its file would say.
    pub(super) fn modified_us(&self) -> u64 {
        self.modified_us
    }

    /// The entries of its offset index; `end`: where the next segment begins.
    pub fn index(&self, batches: &Batches, end: i64) -> Vec<IndexEntry> {
        let (mut entries, mut since, mut position, mut newest) = (Vec::new(), 0, 0_u64, 0);
        for batch in batches.from(self.base_offset).take_while(|batch| batch.base_offset < end) {
            newest = newest.max(batch.records.max_timestamp_us());
            if since > self.index_interval {
                entries.push(IndexEntry { offset: batch.next_offset() - 1, position, timestamp_us: newest });
                since = 0;
            }
            since += batch.records.size_bytes();
            position += u64::from(batch.records.size_bytes());
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kafka::{
        config::Settings,
        log::{Log, NO_PRODUCER, Records, RecordsBuilder},
    };

    pub fn config(settings: &[(&str, &str)]) -> Arc<TopicConfig> {
        let settings: Settings = settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Arc::new(TopicConfig::from_settings(&settings).expect("allowed"))
    }

    fn records(at_us: u64) -> Arc<Records> {
        let mut builder = RecordsBuilder::new(at_us, NO_PRODUCER);
        builder.push(at_us, None, Some(&[7; 30]), &[]);
        Arc::new(builder.build())
    }

    fn bases(log: &Log) -> Vec<(i64, Option<RollReason>)> {
        log.segments().iter().map(|segment| (segment.base_offset, segment.begun_by)).collect()
    }

    fn fill(log: &mut Log, times_us: impl IntoIterator<Item = u64>) {
        for at_us in times_us {
            let records = records(at_us);
            log.roll_for(&records);
            log.append(0, records);
        }
    }

    /// A batch of 98 bytes: three fit into 300 bytes, and the fourth begins the next segment.
    #[test]
    fn a_batch_that_does_not_fit_begins_a_segment() {
        assert_eq!(records(0).size_bytes(), 98);
        let mut log = Log::new(config(&[("internal.segment.bytes", "294")]));
        fill(&mut log, [0; 7]);
        let by_bytes = Some(RollReason::Bytes);
        assert_eq!(bases(&log), [(0, None), (3, by_bytes), (6, by_bytes)]);
        assert_eq!(log.segments()[1].size_bytes, 294);
    }

    /// What counts is the time of records: from the first of the segment to the newest that comes.
    #[test]
    fn record_time_rolls_and_the_clock_does_not() {
        let mut log = Log::new(config(&[("segment.ms", "1000")]));
        fill(&mut log, [5_000, 1_005_000, 1_005_001, 900_000, 2_005_002]);
        let by_time = Some(RollReason::Time);
        assert_eq!(bases(&log), [(0, None), (2, by_time), (4, by_time)]);
        let newest: Vec<_> = log.segments().iter().map(Segment::newest).collect();
        assert_eq!(newest, [Some((1_005_000, 1)), Some((1_005_001, 2)), Some((2_005_002, 4))]);
    }

    #[test]
    fn index_entries_stand_an_interval_apart_and_a_full_index_rolls() {
        let mut log = Log::new(config(&[("index.interval.bytes", "200"), ("segment.index.bytes", "24")]));
        fill(&mut log, 0..12);
        // More than 200 bytes were written before offsets 3, 6 and 9; with the third entry the offset index is full, but the
        // time index, which keeps its last place for the moment of rolling, is full with the first.
        assert_eq!(bases(&log), [(0, None), (4, Some(RollReason::IndexFull)), (8, Some(RollReason::IndexFull))]);
        let entry = IndexEntry { offset: 3, position: 294, timestamp_us: 3 };
        assert_eq!(log.segments()[0].index(log.batches(), 4), [entry]);
        assert_eq!((log.segments()[0].index_entries, log.segments()[0].time_entries), (1, 1));
    }

    #[test]
    fn truncation_takes_segments_and_counts_what_is_left() {
        let mut log = Log::new(config(&[("internal.segment.bytes", "294")]));
        fill(&mut log, 0..8);
        log.truncate_to(5);
        assert_eq!(bases(&log).len(), 2);
        let last = &log.segments()[1];
        assert_eq!((last.base_offset, last.size_bytes, last.records, last.newest()), (3, 196, 2, Some((4, 4))));
        fill(&mut log, 20..22);
        assert_eq!(bases(&log)[2], (6, Some(RollReason::Bytes)));
    }
}
