//! Compaction: what is clean, what is dirty, and one pass of the cleaner over a log (reference §3.5).
//!
//! After `storage/.../internals/log/{Cleaner,LogCleanerManager}`. Left out: the bound of the map's memory
//! (`log.cleaner.dedupe.buffer.size`), aborted transactions, and the time that a pass takes.

use std::sync::Arc;

use super::{Batches, Log, RecordBatch, Segment};
use crate::{kafka::config::FOREVER_US, sim::Map};

/// How clean a compacted log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cleaning {
    /// The first offset that was never cleaned.
    pub first_dirty: i64,
    /// The first offset that may not be cleaned yet.
    pub first_uncleanable: i64,
    /// Bytes of the segments before `first_dirty`.
    pub clean_bytes: u64,
    /// Bytes of the segments between the two.
    pub dirty_bytes: u64,
    /// Is a record so old that `max.compaction.lag.ms` asks for a pass, whatever the ratio is?
    pub is_overdue: bool,
}

/// What a pass of the cleaner did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cleaned {
    /// Where the part began that had never been cleaned.
    pub from: i64,
    /// Where the clean part ends now.
    pub to: i64,
    /// Records whose key has a newer one.
    pub superseded: u64,
    /// Tombstones whose time was over.
    pub tombstones: u64,
    /// Records without a key.
    pub keyless: u64,
    /// Bytes of the segments that were rewritten, before and after.
    pub bytes_before: u64,
    /// After.
    pub bytes_after: u64,
    /// Segments that were rewritten, before and after: small neighbours become one.
    pub segments_before: u32,
    /// After.
    pub segments_after: u32,
}

impl Cleaning {
    /// The share of what was never cleaned, in millionths.
    pub fn dirty_ratio(&self) -> u64 {
        let all = self.clean_bytes + self.dirty_bytes;
        self.dirty_bytes.saturating_mul(1_000_000).checked_div(all).unwrap_or_default()
    }
}

/// What becomes of a record.
enum Fate {
    Stays,
    Superseded,
    Keyless,
    Expired,
}

impl Log {
    /// How clean the log is, if its topic is compacted.
    pub fn cleaning(&self, now_us: u64) -> Option<Cleaning> {
        let active = self.segments.last().filter(|_| self.config.compact)?;
        let is_known = (self.log_start_offset..=self.log_end_offset).contains(&self.cleaned_to);
        let first_dirty = if is_known { self.cleaned_to } else { self.log_start_offset };
        let is_young = |segment: &&Segment| {
            let lag_us = self.config.min_compaction_lag_us;
            lag_us > 0 && segment.largest_timestamp_us().saturating_add(lag_us) > now_us
        };
        let dirty = || self.segments.iter().skip_while(move |segment| segment.base_offset < first_dirty);
        let young = dirty().find(is_young).map_or(i64::MAX, |segment| segment.base_offset);
        let first_uncleanable = young.min(active.base_offset).min(self.high_watermark).max(first_dirty);
        let bytes = |from: i64, to: i64| {
            let part = self.segments.iter().filter(|segment| (from..to).contains(&segment.base_offset));
            part.map(|segment| segment.size_bytes).sum::<u64>()
        };
        let overdue_us = self.config.max_compaction_lag_us;
        let is_overdue = dirty().take_while(|segment| segment.base_offset < first_uncleanable).any(|segment| {
            segment.first_timestamp_us().is_some_and(|first_us| first_us.saturating_add(overdue_us) < now_us)
        });
        Some(Cleaning {
            first_dirty,
            first_uncleanable,
            clean_bytes: bytes(0, first_dirty),
            dirty_bytes: bytes(first_dirty, first_uncleanable),
            is_overdue,
        })
    }

    /// Should the cleaner take this log?
    pub fn is_filthy(&self, now_us: u64) -> Option<Cleaning> {
        let cleaning = self.cleaning(now_us)?;
        let ratio = u64::from(self.config.min_cleanable_dirty_ratio);
        let wanted = cleaning.dirty_ratio() > ratio || cleaning.is_overdue;
        (cleaning.dirty_bytes > 0 && wanted).then_some(cleaning)
    }

    /// When the cleaner could next take this log though nothing more is appended; `None` if only more records can bring
    /// that about.
    pub fn cleaning_due_us(&self, now_us: u64) -> Option<u64> {
        let Cleaning { first_dirty, first_uncleanable, .. } = self.cleaning(now_us)?;
        let active = self.segments.last()?.base_offset;
        if active <= first_dirty {
            return None;
        }
        if self.is_filthy(now_us).is_some() || self.high_watermark < active {
            return Some(now_us);
        }
        let dirty = || self.segments.iter().filter(move |segment| (first_dirty..active).contains(&segment.base_offset));
        let lag_us = self.config.min_compaction_lag_us;
        let is_held = first_uncleanable < active;
        let free = dirty().find(|segment| segment.base_offset >= first_uncleanable).filter(|_| is_held);
        let free_us = free.map(|segment| segment.largest_timestamp_us().saturating_add(lag_us));
        let max_us = Some(self.config.max_compaction_lag_us).filter(|max_us| *max_us < FOREVER_US);
        let first_us = dirty().find_map(Segment::first_timestamp_us);
        let overdue_us = max_us.and_then(|max_us| Some(first_us?.saturating_add(max_us).saturating_add(1)));
        free_us.into_iter().chain(overdue_us).min()
    }

    /// One pass: of each key only the newest record of the dirty part stays in the log before its end, and none older.
    pub fn clean(&mut self, now_us: u64) -> Option<Cleaned> {
        let Cleaning { first_dirty, first_uncleanable: end, .. } = self.cleaning(now_us)?;
        let mut newest: Map<Vec<u8>, i64> = Map::new();
        for batch in self.batches.from(first_dirty).take_while(|batch| batch.base_offset < end) {
            for (offset, record) in batch.iter().filter(|(offset, _)| (first_dirty..end).contains(offset)) {
                if let Some(key) = record.key {
                    match newest.get_mut(key) {
                        Some(known) => *known = offset,
                        None => drop(newest.insert(key.to_vec(), offset)),
                    }
                }
            }
        }
        let mut cleaned = Cleaned {
            from: first_dirty,
            to: end,
            superseded: 0,
            tombstones: 0,
            keyless: 0,
            bytes_before: 0,
            bytes_after: 0,
            segments_before: 0,
            segments_after: 0,
        };
        let kept: Vec<Arc<RecordBatch>> = self
            .batches
            .iter()
            .filter_map(|batch| match batch.base_offset < end {
                true => self.clean_batch(now_us, batch, end, &newest, &mut cleaned),
                false => Some(batch.clone()),
            })
            .collect();
        let rewritten = self.segments.partition_point(|segment| segment.base_offset < end);
        cleaned.bytes_before = self.segments[..rewritten].iter().map(|segment| segment.size_bytes).sum();
        cleaned.segments_before = rewritten as u32;
        self.batches = kept.into_iter().collect::<Batches>();
        self.rewrite_segments(rewritten, &mut cleaned);
        self.cleaned_to = end;
        Some(cleaned)
    }

    /// A batch without what goes; none if nothing is left of it and nobody needs its header.
    fn clean_batch(
        &self,
        now_us: u64,
        batch: &Arc<RecordBatch>,
        end: i64,
        newest: &Map<Vec<u8>, i64>,
        cleaned: &mut Cleaned,
    ) -> Option<Arc<RecordBatch>> {
        let horizon_us = batch.records.delete_horizon_us();
        let fate = |offset: i64, record: &super::Record<'_>| match record.key {
            _ if offset >= end => Fate::Stays,
            None => Fate::Keyless,
            Some(key) if newest.get(key).is_some_and(|newer| *newer > offset) => Fate::Superseded,
            Some(_) if record.value.is_none() && horizon_us.is_some_and(|at_us| at_us <= now_us) => Fate::Expired,
            Some(_) => Fate::Stays,
        };
        let (mut kept, mut has_tombstone) = (Vec::with_capacity(batch.records.len()), false);
        for (index, (offset, record)) in batch.iter().enumerate() {
            match fate(offset, &record) {
                Fate::Stays => {
                    kept.push(index);
                    has_tombstone |= record.value.is_none();
                }
                Fate::Superseded => cleaned.superseded += 1,
                Fate::Keyless => cleaned.keyless += 1,
                Fate::Expired => cleaned.tombstones += 1,
            }
        }
        // Its end is where the log's clean part ends, or where its producer's sequence does.
        let is_needed = batch.next_offset() == end || self.producers.is_newest(batch);
        if kept.is_empty() && !is_needed {
            return None;
        }
        let first_horizon =
            (has_tombstone && horizon_us.is_none()).then(|| now_us.saturating_add(self.config.delete_retention_us));
        if kept.len() == batch.records.len() && first_horizon.is_none() {
            return Some(batch.clone());
        }
        let records = Arc::new(batch.records.compacted(&kept, horizon_us.or(first_horizon)));
        Some(Arc::new(RecordBatch { records, ..**batch }))
    }

    /// Makes new segments of the first `count`: neighbours that together had room in one become one.
    fn rewrite_segments(&mut self, count: usize, cleaned: &mut Cleaned) {
        let old: Vec<Segment> = self.segments.drain(..count).collect();
        let end = self.segments.first().map_or(self.log_end_offset, |segment| segment.base_offset);
        let mut groups: Vec<(Segment, u64)> = Vec::new();
        for segment in old {
            let limit = u64::from(self.config.segment_bytes);
            match groups.last_mut().filter(|(_, bytes)| bytes + segment.size_bytes <= limit) {
                Some((first, bytes)) => {
                    *bytes += segment.size_bytes;
                    first.set_modified(segment.modified_us());
                }
                None => {
                    let bytes = segment.size_bytes;
                    groups.push((segment, bytes));
                }
            }
        }
        let ends = groups.iter().skip(1).map(|(segment, _)| segment.base_offset).chain([end]);
        let new: Vec<Segment> = groups
            .iter()
            .zip(ends)
            .map(|((segment, _), end)| {
                let batches = self.batches.from(segment.base_offset).take_while(|batch| batch.base_offset < end);
                segment.again(batches.map(Arc::as_ref))
            })
            .collect();
        cleaned.bytes_after = new.iter().map(|segment| segment.size_bytes).sum();
        cleaned.segments_after = new.len() as u32;
        self.segments.splice(0..0, new);
    }
}

#[cfg(test)]
mod tests;
