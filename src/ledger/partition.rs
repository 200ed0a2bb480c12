//! A partition's log as it stands, batch by batch, so that what a new leader lacks is known.

use std::{ops::Range, sync::Arc};

use super::{
    chunks::Chunks,
    lines::{Copy, LineId, Lines, Place},
    ranges::Ranges,
    verdicts::Remover,
};
use crate::{
    kafka::{
        ids::{BrokerId, TopicIdPartition},
        log::{Log, RecordBatch},
    },
    sim::{Map, NodeId, Set},
};

/// What is known of a partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Partition {
    /// Who began to lead with the highest epoch so far.
    pub leader: Option<BrokerId>,
    pub epoch: i32,
    /// The batches of its log from `start` on.
    pub log: Chunks<Arc<RecordBatch>>,
    pub start: i64,
    pub end: i64,
    pub high_watermark: i64,
    /// Offsets from `start` on whose records are not there any more.
    pub holes: Ranges,
    /// Offsets before `end` that are no record's: their batch went to another topic of the name, or they were lost with a
    /// disk after the cleaner had been there.
    pub nobodys: Ranges,
    /// Offsets whose records are only counted, all of them removed; and how many of such lost their place with the log.
    pub folded: Ranges,
    pub folded_lost: u64,
    /// Batches that some leader appended and that are not in the partition's log.
    pub outside: Vec<Arc<RecordBatch>>,
    /// The highest batch of each producer in the log.
    newest: Map<NodeId, u32>,
    /// Its topic was deleted: a broker that has not heard of it may go on, but this is nobody's log any more.
    pub is_deleted: bool,
    /// Lines that must be looked at by themselves.
    pub special: Set<LineId>,
    /// Lines with records that stand behind later ones of their key.
    disordered: Set<LineId>,
}

/// What a look at the leader's log changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Changed {
    /// Batches that have no place in the partition's log any more, and those that have one again: by leader epoch and
    /// offsets.
    pub lost: Vec<(i32, Range<i64>)>,
    pub back: Vec<(i32, Range<i64>)>,
    /// Offsets whose records are only counted and have no place any more.
    pub folded: Vec<Range<i64>>,
}

pub(super) fn line_of(batch: &RecordBatch) -> LineId {
    LineId { client: batch.records.stamp.client, batch: batch.records.stamp.batch }
}

impl Partition {
    /// The batch that holds an offset, if the log has it.
    pub fn holding(&self, offset: i64) -> Option<&Arc<RecordBatch>> {
        let index = self.log.partition_point(|batch| batch.next_offset() <= offset);
        self.log.get(index).filter(|batch| batch.base_offset <= offset)
    }

    /// The leader of another epoch wrote a batch: it is not in the partition's log.
    pub fn append_outside(&mut self, batch: &Arc<RecordBatch>, lines: &mut Lines) {
        let id = line_of(batch);
        if lines.get(id).is_some() {
            lines.add_copy(id, copy(batch, Place::Outside));
            self.outside.push(batch.clone());
            self.note_special(id, lines);
        }
    }

    /// The leader appended a batch.
    pub fn append(&mut self, batch: &Arc<RecordBatch>, lines: &mut Lines) {
        if batch.base_offset != self.end {
            return;
        }
        let id = line_of(batch);
        self.end = batch.next_offset();
        self.log.push_back(batch.clone());
        if lines.get(id).is_none() {
            return;
        }
        let place = if batch.next_offset() <= self.high_watermark { Place::Visible } else { Place::Stored };
        match lines.copy(id, batch.leader_epoch, batch.base_offset) {
            Some(_) => lines.change_copy(id, batch.leader_epoch, batch.base_offset, |copy| {
                (copy.place, copy.kept) = (place, batch.records.len() as u32);
            }),
            None => lines.add_copy(id, copy(batch, place)),
        }
        self.note_special(id, lines);
        let newest = self.newest.entry(id.client).or_default();
        if *newest < id.batch {
            *newest = id.batch;
        } else {
            self.note_order(id, lines);
        }
    }

    /// The leader's high watermark is at `to`.
    pub fn set_high_watermark(&mut self, to: i64, lines: &mut Lines) {
        let (from, place) =
            (self.high_watermark, if to > self.high_watermark { Place::Visible } else { Place::Stored });
        self.high_watermark = to;
        let (low, high) = (from.min(to), from.max(to));
        let first = self.log.partition_point(|batch| batch.next_offset() <= low);
        for batch in self.log.from(first).take_while(|batch| batch.next_offset() <= high) {
            lines.change_copy(line_of(batch), batch.leader_epoch, batch.base_offset, |copy| copy.place = place);
        }
    }

    /// Its topic was deleted.
    pub fn delete(&mut self, at: TopicIdPartition, lines: &mut Lines) {
        for batch in std::mem::take(&mut self.log).from(0) {
            remove(batch, Remover::TopicDeletion, lines);
        }
        (self.start, self.leader, self.holes, self.is_deleted) = (self.end, None, Ranges::default(), true);
        self.look_at_order_again(at, lines);
    }

    /// Another log is the partition's, or the leader's own was cut: compares it with what was there.
    pub fn look_again(&mut self, at: TopicIdPartition, log: &Log, remover: Remover, lines: &mut Lines) -> Changed {
        let mut changed = Changed::default();
        let (known_end, lost) = (self.end, self.lose(log, lines));
        for batch in &lost {
            let id = line_of(batch);
            lines.change_copy(id, batch.leader_epoch, batch.base_offset, |copy| copy.place = Place::Outside);
            self.outside.push(batch.clone());
            self.note_special(id, lines);
            changed.lost.push((batch.leader_epoch, offsets(batch)));
        }
        let cut = self.end;
        // Most often only batches at the end are lost. Else what was removed before may have lost its place, too.
        let mut is_patchy = cut < self.start || self.holes.count_in(cut..known_end) > 0;
        if is_patchy {
            self.lose_removed(at, cut, lines, &mut changed);
        }
        self.holes.take(cut..known_end);
        self.nobodys.take(cut..known_end);
        self.start = self.start.min(cut);
        self.high_watermark = self.high_watermark.min(cut);
        is_patchy |= cut < log.log_start_offset();
        self.move_start(log, remover, lines);
        self.compare(log, lines);
        let known = self.end;
        for batch in log.batches().from(known).cloned().collect::<Vec<_>>() {
            // One that begins before is there already. What lies between two was compacted away.
            if batch.base_offset >= self.end {
                is_patchy |= self.end < batch.base_offset;
                self.holes.add(self.end..batch.base_offset);
                self.end = batch.base_offset;
                let copy = lines.copy(line_of(&batch), batch.leader_epoch, batch.base_offset);
                if copy.is_some_and(|copy| !copy.place.has_offset()) {
                    changed.back.push((batch.leader_epoch, offsets(&batch)));
                    self.outside.retain(|other| line_of(other) != line_of(&batch) || !same_place(other, &batch));
                }
                self.append(&batch, lines);
                self.note_holes(&batch);
                self.note_special(line_of(&batch), lines);
            }
        }
        is_patchy |= self.end < log.log_end_offset();
        self.holes.add(self.end..log.log_end_offset());
        self.end = self.end.max(log.log_end_offset());
        if is_patchy {
            self.find_nobodys(at, cut, lines);
        }
        self.count_first(remover, lines);
        self.set_high_watermark(log.high_watermark(), lines);
        self.look_at_order_again(at, lines);
        changed
    }

    /// Cuts off what another log does not have, and returns it. By log matching two logs that have the same batch have the
    /// same before it.
    fn lose(&mut self, log: &Log, lines: &Lines) -> Vec<Arc<RecordBatch>> {
        let mut lost = Vec::new();
        let end = self.end.min(log.log_end_offset());
        // Of what was removed here only the copies are known: does this log still have the same there?
        let removed = log.batches().from(log.log_start_offset());
        let is_other = |batch: &&Arc<RecordBatch>| {
            lines.get(line_of(batch)).is_some()
                && lines.copy(line_of(batch), batch.leader_epoch, batch.base_offset).is_none()
        };
        let other = removed.take_while(|batch| batch.base_offset < self.start.min(end)).find(is_other);
        let end = other.map_or(end, |other| other.base_offset);
        let is_same = |batch: &RecordBatch| {
            batch.next_offset() <= log.log_start_offset()
                || log.batches().holding(batch.base_offset).is_some_and(|there| same_place(there, batch))
        };
        while self.log.back().is_some_and(|last| last.base_offset >= end || !is_same(last)) {
            lost.extend(self.log.pop_back());
        }
        self.end = match (lost.last(), self.log.back()) {
            (None, _) => end,
            (Some(_), Some(last)) => last.next_offset().min(end),
            (Some(first), None) => first.base_offset.min(self.start).min(end),
        };
        lost
    }

    /// What had been removed from an offset on has no place there any more: other records are going to have it.
    fn lose_removed(&mut self, at: TopicIdPartition, cut: i64, lines: &mut Lines, changed: &mut Changed) {
        changed.folded = self.folded.take(cut..i64::MAX);
        self.folded_lost += changed.folded.iter().map(|range| (range.end - range.start) as u64).sum::<u64>();
        let has_lost = |copy: &Copy| copy.place == Place::Removed && copy.base_offset >= cut;
        for id in lines.of_partition(at) {
            let records = lines.get(id).map_or(0, |line| i64::from(line.records));
            for copy in lines.copies(id).copied().filter(has_lost).collect::<Vec<_>>() {
                lines.change_copy(id, copy.epoch, copy.base_offset, |copy| copy.place = Place::RemovedAndLost);
                changed.lost.push((copy.epoch, copy.base_offset..copy.base_offset + records));
            }
            self.note_special(id, lines);
        }
    }

    /// Looks which offsets from one on no record has.
    fn find_nobodys(&mut self, at: TopicIdPartition, from: i64, lines: &Lines) {
        let mut had = self.folded.clone();
        for id in lines.of_partition(at) {
            let records = lines.get(id).map_or(0, |line| i64::from(line.records));
            for copy in lines.copies(id).filter(|copy| copy.place.has_offset()) {
                had.add(copy.base_offset..copy.base_offset + records);
            }
        }
        for range in had.missing_in(from..self.end.max(from)) {
            self.nobodys.add(range);
        }
    }

    /// The log begins elsewhere: later, because records were removed, or earlier, because another replica has not
    /// removed them yet.
    fn move_start(&mut self, log: &Log, remover: Remover, lines: &mut Lines) {
        let start = log.log_start_offset();
        while let Some(first) = self.log.front().filter(|first| first.next_offset() <= start) {
            remove(first, remover, lines);
            self.log.pop_front();
        }
        if start < self.start {
            let known = self.log.front().map_or(self.start, |first| first.base_offset);
            let earlier = log.batches().from(start).take_while(|batch| batch.base_offset < known);
            let mut all = Chunks::default();
            for batch in earlier {
                let place = if batch.next_offset() <= self.high_watermark { Place::Visible } else { Place::Stored };
                lines.change_copy(line_of(batch), batch.leader_epoch, batch.base_offset, |copy| {
                    (copy.place, copy.kept) = (place, batch.records.len() as u32);
                });
                all.push_back(batch.clone());
            }
            // The batch that the start lay in is whole again.
            if let Some(first) = self.log.front() {
                let kept = first.iter().filter(|(offset, _)| *offset >= start).count() as u32;
                lines.change_copy(line_of(first), first.leader_epoch, first.base_offset, |copy| copy.kept = kept);
            }
            all.extend(self.log.from(0).cloned());
            self.log = all;
        }
        if self.end < start {
            // What this log never had nobody can ask it for.
            self.end = start;
        }
        self.start = start;
        self.holes.take(0..start);
    }

    /// A batch that the start lies in is kept whole, but its first records are not to be had any more.
    fn count_first(&mut self, remover: Remover, lines: &mut Lines) {
        let start = self.start;
        if let Some(first) = self.log.front() {
            let kept = first.iter().filter(|(offset, _)| *offset >= start).count() as u32;
            lines.change_copy(line_of(first), first.leader_epoch, first.base_offset, |copy| {
                if kept < copy.kept {
                    copy.remover = remover;
                }
                copy.kept = kept;
            });
        }
    }

    /// The cleaner went over the log, or over that of an earlier leader: what is left of each batch from its start on?
    fn compare(&mut self, log: &Log, lines: &mut Lines) {
        let is_same = |batch: &Arc<RecordBatch>| {
            let there = log.batches().holding(batch.base_offset);
            there.is_some_and(|other| Arc::ptr_eq(other, batch) || other == batch)
        };
        let here = || log.batches().from(self.start).take_while(|batch| batch.base_offset < self.end);
        // Nothing was rewritten, as in every log that is not compacted.
        if self.log.from(0).all(is_same) && here().count() == self.log.len() {
            return;
        }
        let now: Chunks<Arc<RecordBatch>> = here().cloned().collect();
        for batch in self.log.from(0).filter(|batch| log.batches().holding(batch.base_offset).is_none()) {
            remove(batch, Remover::Compaction, lines);
        }
        self.holes = Ranges::default();
        let mut next = self.start;
        for batch in now.from(0) {
            self.holes.add(next..batch.base_offset);
            self.note_holes(batch);
            next = batch.next_offset();
            let place = if next <= self.high_watermark { Place::Visible } else { Place::Stored };
            let kept = batch.iter().filter(|(offset, _)| *offset >= self.start).count() as u32;
            lines.change_copy(line_of(batch), batch.leader_epoch, batch.base_offset, |copy| {
                if kept < copy.kept {
                    copy.remover = Remover::Compaction;
                }
                (copy.place, copy.kept) = (place, kept);
            });
        }
        self.holes.add(next..self.end);
        self.log = now;
    }

    /// Offsets of a batch whose records were compacted away.
    fn note_holes(&mut self, batch: &RecordBatch) {
        if batch.records.is_compacted() {
            let from = batch.base_offset.max(self.start);
            let mut next = from;
            for (offset, _) in batch.iter().filter(|(offset, _)| *offset >= from) {
                self.holes.add(next..offset);
                next = offset + 1;
            }
            self.holes.add(next..batch.next_offset());
        }
    }

    /// Is a line one that must be looked at by itself?
    pub fn note_special(&mut self, id: LineId, lines: &Lines) {
        if lines.is_special(id) {
            self.special.insert(id);
        } else if !self.special.is_empty() {
            self.special.remove(&id);
        }
    }

    /// A batch stands in the log, in one copy at least, behind a later one of its producer; or it did.
    fn note_order(&mut self, id: LineId, lines: &mut Lines) {
        let count = self.behind_later_ones(id, lines).len() as u32;
        if lines.get(id).is_some_and(|line| line.out_of_order != count) {
            lines.change(id, |line| line.out_of_order = count);
        }
        match count {
            0 => self.disordered.remove(&id),
            _ => self.disordered.insert(id),
        };
    }

    /// The records of a batch that stand behind a later one of their producer and key, by index. A record's earliest
    /// copy counts: what is there again behind it is a duplicate and says nothing of order.
    pub fn behind_later_ones(&self, id: LineId, lines: &Lines) -> Vec<u32> {
        let Some(line) = lines.get(id) else { return Vec::new() };
        let mut earliest: Map<u32, (i64, &[u8])> = Map::new();
        for (index, offset, key) in self.keyed(id, lines) {
            let known = earliest.entry(index).or_insert((offset, key));
            *known = (*known).min((offset, key));
        }
        // A producer numbers its batches through, and most are of other partitions: what offsets they have there says
        // nothing here.
        let newest = self.newest.get(&id.client).copied().unwrap_or_default();
        let later = (id.batch + 1..=newest).map(|batch| LineId { batch, ..id });
        let later = later.filter(|later| lines.get(*later).is_some_and(|other| other.partition == line.partition));
        let mut overtaken_at: Map<&[u8], i64> = Map::new();
        for (_, offset, key) in later.flat_map(|later| self.keyed(later, lines)) {
            let known = overtaken_at.entry(key).or_insert(offset);
            *known = offset.min(*known);
        }
        let is_late = |(offset, key): &(i64, &[u8])| overtaken_at.get(key).is_some_and(|at| at < offset);
        earliest.iter().filter(|(_, place)| is_late(place)).map(|(index, _)| *index).collect()
    }

    /// The records of a batch that have a key and are in the log, in any copy: index, offset and key.
    fn keyed<'a>(&'a self, id: LineId, lines: &'a Lines) -> impl Iterator<Item = (u32, i64, &'a [u8])> {
        let inside = lines.copies(id).filter(|copy| matches!(copy.place, Place::Stored | Place::Visible));
        inside.filter_map(|copy| self.at(copy)).flat_map(|batch| {
            let there = batch.iter().filter(|(offset, _)| *offset >= self.start);
            there.filter_map(|(offset, record)| Some(((offset - batch.base_offset) as u32, offset, record.key?)))
        })
    }

    /// Other records are in the log than before. That may put in order what was not, and the reverse: when the earliest
    /// copy of a record is removed, the next one's place counts.
    fn look_at_order_again(&mut self, at: TopicIdPartition, lines: &mut Lines) {
        let mut behind = std::mem::take(&mut self.disordered);
        self.newest = Map::new();
        for batch in self.log.from(0) {
            let id = line_of(batch);
            let newest = self.newest.entry(id.client).or_default();
            if id.batch < *newest {
                behind.insert(id);
            }
            *newest = id.batch.max(*newest);
        }
        // But for batches of a deleted topic, whose producer meanwhile sends them to the one made anew under its name.
        for id in behind.iter().copied() {
            if lines.get(id).is_some_and(|line| line.partition == at) {
                self.note_order(id, lines);
            }
        }
    }

    fn at(&self, copy: &Copy) -> Option<&Arc<RecordBatch>> {
        self.holding(copy.base_offset).filter(|batch| batch.base_offset == copy.base_offset)
    }

    /// What a copy holds, wherever it is, as long as it was not removed.
    pub fn content(&self, id: LineId, copy: &Copy) -> Option<&Arc<RecordBatch>> {
        match copy.place {
            Place::Outside => {
                let is = |batch: &&Arc<RecordBatch>| {
                    (batch.base_offset, batch.leader_epoch) == (copy.base_offset, copy.epoch) && line_of(batch) == id
                };
                self.outside.iter().find(is)
            }
            _ => self.at(copy),
        }
    }

    /// Is the record of a copy still there?
    pub fn has(&self, copy: &Copy, index: u32) -> bool {
        let offset = copy.base_offset + i64::from(index);
        let is_inside = matches!(copy.place, Place::Stored | Place::Visible);
        is_inside && offset >= self.start && !self.holes.contains(offset)
    }

    /// A line goes to another partition: where its copies are is nobody's place from now on.
    pub fn forget(&mut self, id: LineId, lines: &Lines) {
        let records = lines.get(id).map_or(0, |line| i64::from(line.records));
        for copy in lines.copies(id).filter(|copy| copy.place.has_offset()) {
            self.nobodys.add(copy.base_offset..copy.base_offset + records);
        }
        self.special.remove(&id);
        self.disordered.remove(&id);
    }
}

fn copy(batch: &RecordBatch, place: Place) -> Copy {
    Copy {
        base_offset: batch.base_offset,
        epoch: batch.leader_epoch,
        kept: batch.records.len() as u32,
        place,
        remover: Remover::default(),
    }
}

fn offsets(batch: &RecordBatch) -> Range<i64> {
    batch.base_offset..batch.next_offset()
}

fn same_place(a: &RecordBatch, b: &RecordBatch) -> bool {
    (a.base_offset, a.leader_epoch) == (b.base_offset, b.leader_epoch)
}

fn remove(batch: &RecordBatch, remover: Remover, lines: &mut Lines) {
    lines.change_copy(line_of(batch), batch.leader_epoch, batch.base_offset, |copy| {
        (copy.place, copy.kept, copy.remover) = (Place::Removed, 0, remover);
    });
}
