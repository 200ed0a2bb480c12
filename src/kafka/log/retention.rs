//! Retention: which segments go, why, and when the next one could (reference §3.3, §3.4).
//!
//! After `UnifiedLog.deleteOldSegments`. A record with a timestamp in the future keeps its segment and all newer ones.

use super::{Log, RollReason, Segment};

/// Why a segment is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deletion {
    /// All of it lies before the log's start, which a deletion of records or the leader has moved.
    StartOffset {
        /// The log's start.
        log_start: i64,
    },
    /// Without it the log still holds `retention.bytes`.
    Size {
        /// Bytes of the log before.
        total: u64,
        /// `retention.bytes`.
        limit: u64,
    },
    /// Its newest record is older than `retention.ms`.
    Time {
        /// The newest timestamp.
        newest_us: u64,
        /// `retention.ms`.
        retention_us: u64,
    },
}

/// A segment that was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deleted {
    /// The segment as it was.
    pub segment: Segment,
    /// Where it ended.
    pub end: i64,
    /// Why.
    pub why: Deletion,
    /// Was it the active one? Then an empty one was begun first.
    pub active: bool,
}

impl Log {
    /// Moves the log's start; only forward, and not past the high watermark. What lies before it can be read no more, and
    /// its segments go at the next look. Returns whether it moved.
    pub fn advance_log_start(&mut self, offset: i64) -> bool {
        let offset = offset.min(self.high_watermark);
        if offset <= self.log_start_offset {
            return false;
        }
        self.log_start_offset = offset;
        // The epoch of the first record stays, and starts with it (`LeaderEpochFileCache.truncateFromStart`).
        let first = self.epochs.partition_point(|(_, start)| *start <= offset).saturating_sub(1);
        self.epochs.drain(..first);
        if let Some((_, start)) = self.epochs.first_mut() {
            *start = (*start).max(offset);
        }
        true
    }

    /// When retention could next delete something, as far as is known now; `None` if nothing that is here ever goes.
    pub fn deletion_due_us(&self) -> Option<u64> {
        let first = self.segments.first()?;
        if self.segments.get(1).is_some_and(|next| next.base_offset <= self.log_start_offset) {
            return Some(0);
        }
        if !self.config.delete || (self.segments.len() == 1 && first.size_bytes == 0) {
            return None;
        }
        if self.config.retention_bytes.is_some_and(|limit| self.size_bytes() - first.size_bytes >= limit) {
            return Some(0);
        }
        let retention_us = self.config.retention_us?;
        Some(first.largest_timestamp_us().saturating_add(retention_us).saturating_add(1))
    }

    /// What retention would take next, and why, if the high watermark lets it.
    pub fn next_deletion(&self, now_us: u64) -> Option<Deletion> {
        let first = self.segments.first()?;
        let next = self.segments.get(1);
        if next.is_none() && first.size_bytes == 0 || self.high_watermark < self.segment_end(0) {
            return None;
        }
        if next.is_some_and(|next| next.base_offset <= self.log_start_offset) {
            return Some(Deletion::StartOffset { log_start: self.log_start_offset });
        }
        if !self.config.delete {
            return None;
        }
        let total = self.size_bytes();
        if let Some(limit) = self.config.retention_bytes.filter(|limit| total - first.size_bytes >= *limit) {
            return Some(Deletion::Size { total, limit });
        }
        let (newest_us, retention_us) = (first.largest_timestamp_us(), self.config.retention_us?);
        (now_us.saturating_sub(newest_us) > retention_us).then_some(Deletion::Time { newest_us, retention_us })
    }

    /// Deletes what is due, oldest first.
    pub fn delete_old(&mut self, now_us: u64) -> Vec<Deleted> {
        let mut deleted = Vec::new();
        while let Some(why) = self.next_deletion(now_us) {
            let end = self.segment_end(0);
            let active = self.segments.len() == 1;
            if active {
                self.roll(self.log_end_offset, RollReason::Retention);
            }
            let segment = self.segments.remove(0);
            self.advance_log_start(end);
            self.batches.remove_before(end);
            deleted.push(Deleted { segment, end, why, active });
        }
        if !deleted.is_empty() && self.cleaned_to < self.log_start_offset {
            self.cleaned_to = self.log_start_offset;
        }
        deleted
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kafka::{
        config::{Settings, TopicConfig},
        log::{NO_PRODUCER, RecordsBuilder},
    };

    /// Segments of three batches, each of one record and 98 bytes, one a second.
    fn log(batches: u64, settings: &[(&str, &str)]) -> Log {
        let segments = [("internal.segment.bytes", "294")];
        let settings: Settings =
            segments.iter().chain(settings).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut log = Log::new(Arc::new(TopicConfig::from_settings(&settings).expect("allowed")));
        for n in 0..batches {
            let mut builder = RecordsBuilder::new(n * 1_000_000, NO_PRODUCER);
            builder.push(n * 1_000_000, None, Some(&[7; 30]), &[]);
            let records = Arc::new(builder.build());
            log.roll_for(&records);
            log.append(n as i32 / 2, records);
        }
        log.set_high_watermark(batches as i64);
        log
    }

    fn gone(log: &mut Log, now_us: u64) -> Vec<(i64, i64, Deletion)> {
        log.delete_old(now_us).into_iter().map(|gone| (gone.segment.base_offset, gone.end, gone.why)).collect()
    }

    /// Bytes over the limit are not enough: the rest must still hold the limit.
    #[test]
    fn size_never_cuts_below_the_limit() {
        let mut just = log(8, &[("retention.bytes", "490"), ("retention.ms", "-1")]);
        assert_eq!(just.size_bytes(), 784);
        assert_eq!(just.deletion_due_us(), Some(0));
        assert_eq!(gone(&mut just, 0), [(0, 3, Deletion::Size { total: 784, limit: 490 })]);
        assert_eq!((just.log_start_offset(), just.size_bytes(), just.deletion_due_us()), (3, 490, None));
        assert!(just.record(2).is_none() && just.record(3).is_some());

        let mut over = log(8, &[("retention.bytes", "491"), ("retention.ms", "-1")]);
        assert_eq!(gone(&mut over, 0), []);
    }

    /// The newest record of a segment decides, and it must be older than the time, not as old.
    #[test]
    fn time_takes_whole_segments_and_at_last_the_active_one() {
        let mut log = log(8, &[("retention.ms", "10000")]);
        assert_eq!(log.deletion_due_us(), Some(12_000_001));
        assert_eq!(gone(&mut log, 12_000_000), []);
        let why = Deletion::Time { newest_us: 2_000_000, retention_us: 10_000_000 };
        assert_eq!(gone(&mut log, 12_000_001), [(0, 3, why)]);
        assert_eq!(log.delete_old(60_000_000).iter().map(|gone| gone.active).collect::<Vec<_>>(), [false, true]);
        assert_eq!((log.log_start_offset(), log.log_end_offset(), log.segments().len()), (8, 8, 1));
        assert_eq!(log.segments()[0].begun_by, Some(RollReason::Retention));
        assert_eq!((log.deletion_due_us(), log.delete_old(u64::MAX)), (None, Vec::new()), "an empty one stays");
        assert_eq!(log.end_offset_for(3), Some((3, 8)), "the newest epoch is remembered");
    }

    #[test]
    fn what_is_not_replicated_stays() {
        let mut log = log(8, &[("retention.ms", "1")]);
        log.high_watermark = 5;
        assert_eq!(gone(&mut log, u64::MAX).len(), 1);
        assert_eq!(log.log_start_offset(), 3);
    }

    /// A log's start in the middle of a segment hides records; the segment goes when all of it is before the start.
    #[test]
    fn a_moved_start_hides_records_and_takes_segments_even_of_a_compacted_log() {
        let mut log = log(8, &[("cleanup.policy", "compact")]);
        assert!(log.advance_log_start(4) && !log.advance_log_start(2));
        assert_eq!((log.log_start_offset(), log.record(3), log.records_kept()), (4, None, 4));
        assert_eq!(log.end_offset_for(1), Some((1, 4)), "an epoch that is gone ends at the log's start");
        assert_eq!(gone(&mut log, u64::MAX), [(0, 3, Deletion::StartOffset { log_start: 4 })]);
        assert_eq!((log.log_start_offset(), log.size_bytes(), log.records_kept()), (4, 490, 4));
        assert!(!log.advance_log_start(9) || log.log_start_offset() == 8, "never past the high watermark");
    }
}
