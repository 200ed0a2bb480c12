//! A line a batch: its records have one fate in the producer and, but for what is removed, one in the log.
//!
//! A record is (producer, batch, index), so it costs nothing of its own. What waits in the accumulator has no line yet:
//! the world itself knows it.

use std::sync::Arc;

use super::rows::Row;
use super::verdicts::{Errors, ProducerView, Remover, Verdict, verdict_of_absent, verdict_of_present};
use crate::{
    kafka::{ids::TopicIdPartition, log::Records, protocol::ErrorCode},
    sim::{EventId, Map, NodeId},
};

/// A batch of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId {
    /// Its producer's node.
    pub client: NodeId,
    /// Its number there, from 1 on.
    pub batch: u32,
}

/// What is known of a batch.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where to.
    pub partition: TopicIdPartition,
    /// How many records; 0 as long as it has not left the accumulator.
    pub records: u32,
    /// How many of them stand behind a later record of their key.
    pub out_of_order: u32,
    /// What its producer knows.
    pub view: ProducerView,
    /// The error, if it failed.
    pub error: ErrorCode,
    /// With acks=0: nothing of it is under way any more.
    pub over: bool,
    /// The event at which it left, or failed without.
    pub first_event: EventId,
    /// What it holds, until some log has it.
    pub content: Option<Arc<Records>>,
    /// Its first copy in any log; the others are apart, because they are rare.
    pub(super) first: Option<Copy>,
}

/// A batch as some leader appended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Offset of its first record.
    pub base_offset: i64,
    /// Epoch of the leader that wrote it.
    pub epoch: i32,
    /// Records of it that were not removed.
    pub kept: u32,
    /// Where it is.
    pub place: Place,
    /// What removed records of it last.
    pub remover: Remover,
}

/// Where a copy is, seen from the partition's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Not in it: cut off with its leader, or truncated.
    Outside,
    /// In it, not visible.
    Stored,
    /// In it, visible.
    Visible,
    /// It was in it, and all of it was removed.
    Removed,
    /// The same, and then the log itself was lost: other records have its place.
    RemovedAndLost,
}

impl Place {
    /// Has it, or had it until it was removed, a place among the partition's offsets?
    pub fn has_offset(self) -> bool {
        !matches!(self, Place::Outside | Place::RemovedAndLost)
    }

    /// Was all of it removed?
    pub fn is_removed(self) -> bool {
        matches!(self, Place::Removed | Place::RemovedAndLost)
    }
}

/// How the records of a batch are spread over the verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spread {
    pub visible: u32,
    pub hidden: u32,
    pub removed: u32,
    pub absent: u32,
    pub twice: u32,
    pub remover: Remover,
}

/// All lines, and their sums.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    of: Map<NodeId, Row>,
    more: Map<LineId, Vec<Copy>>,
    pub sums: Sums,
    /// The part of the sums that has no lines any more.
    pub folded: Sums,
    /// Records of lines without any copy, by partition: those that may still get one, and those that will not.
    absent: Map<TopicIdPartition, (u64, u64)>,
    /// The part of the latter that has no lines any more.
    absent_folded: Map<TopicIdPartition, u64>,
}

/// Records by producer's view and verdict, without those that wait in their producers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub cells: [[u64; Verdict::COUNT]; ProducerView::COUNT],
    pub errors: Errors,
    pub removed_by: [u64; Remover::COUNT],
    pub stored_twice: u64,
    pub out_of_order: u64,
}

impl Line {
    fn new() -> Line {
        Line {
            partition: TopicIdPartition::new(crate::kafka::ids::TopicId(0), -1),
            records: 0,
            out_of_order: 0,
            view: ProducerView::Waiting,
            error: ErrorCode::None,
            over: false,
            first_event: 0,
            content: None,
            first: None,
        }
    }

    /// What is left of one that is only counted.
    pub(super) fn folded() -> Line {
        Line { first_event: EventId::MAX, ..Line::new() }
    }

    /// Is it only counted?
    pub(super) fn is_folded(&self) -> bool {
        self.records == 0 && self.first_event == EventId::MAX
    }

    /// Can it still come into a log?
    pub(super) fn is_due(&self) -> bool {
        match self.view {
            ProducerView::Waiting | ProducerView::InFlight => true,
            ProducerView::FireAndForget => !self.over,
            ProducerView::Acknowledged | ProducerView::Failed => false,
        }
    }
}

impl Lines {
    /// Producers with the number of their last batch that has a line.
    pub fn producers(&self) -> impl Iterator<Item = (NodeId, u32)> {
        self.of.iter().map(|(node, lines)| (*node, lines.len() as u32))
    }

    /// The lines of a partition: a look at every line there is.
    pub fn of_partition(&self, partition: TopicIdPartition) -> Vec<LineId> {
        self.ids(|_, line| line.partition == partition)
    }

    /// Lines that began before an event, each producer's in order.
    pub fn begun_before(&self, event: EventId) -> Vec<LineId> {
        self.ids(|_, line| line.first_event < event)
    }

    fn ids(&self, wanted: impl Fn(LineId, &Line) -> bool) -> Vec<LineId> {
        let mut ids = Vec::new();
        for (client, row) in &self.of {
            for (index, line) in row.iter().filter(|(_, line)| line.records > 0) {
                let id = LineId { client: *client, batch: index as u32 + 1 };
                if wanted(id, line) {
                    ids.push(id);
                }
            }
        }
        ids
    }

    /// From now on a line is only counted, as it is.
    pub fn fold(&mut self, id: LineId) {
        let spread = self.spread(id);
        let Some(row) = self.of.get_mut(&id.client) else { return };
        let Some(line) = row.fold(id.batch as usize - 1) else { return };
        self.folded.count(&line, &spread, true);
        if line.first.is_none() {
            *self.absent_folded.entry(line.partition).or_default() += u64::from(line.records);
        }
    }

    /// Records of lines that are only counted and were never in any log of a partition.
    pub fn absent_folded(&self, partition: TopicIdPartition) -> u64 {
        self.absent_folded.get(&partition).copied().unwrap_or_default()
    }

    /// A line, once its batch has left or failed.
    pub fn get(&self, id: LineId) -> Option<&Line> {
        let line = self.of.get(&id.client)?.get(id.batch.checked_sub(1)? as usize)?;
        (line.records > 0).then_some(line)
    }

    /// Records of a partition of which no leader ever wrote a copy: those that may still get one, and those that will not.
    pub fn absent(&self, partition: TopicIdPartition) -> (u64, u64) {
        self.absent.get(&partition).copied().unwrap_or_default()
    }

    /// Its copies.
    pub fn copies(&self, id: LineId) -> impl Iterator<Item = &Copy> {
        let first = self.get(id).and_then(|line| line.first.as_ref());
        // Most have one at the most, and then nobody looks for more.
        let more = first.and_then(|_| self.more.get(&id));
        first.into_iter().chain(more.into_iter().flatten())
    }

    /// The copy at a place.
    pub fn copy(&self, id: LineId, epoch: i32, base_offset: i64) -> Option<&Copy> {
        self.copies(id).find(|copy| (copy.epoch, copy.base_offset) == (epoch, base_offset))
    }

    /// Must it be looked at by itself, because it has more than one copy, or one outside the partition's log?
    pub fn is_special(&self, id: LineId) -> bool {
        let mut copies = self.copies(id);
        match (copies.next(), copies.next()) {
            (Some(one), None) => !one.place.has_offset(),
            (_, more) => more.is_some(),
        }
    }

    /// Changes a line, which is there afterwards, and the sums with it.
    pub fn change(&mut self, id: LineId, change: impl FnOnce(&mut Line)) {
        self.count(id, false);
        let lines = self.of.entry(id.client).or_default();
        let index = id.batch.saturating_sub(1) as usize;
        while lines.len() <= index {
            lines.push_back(Line::new());
        }
        if let Some(line) = lines.get_mut(index) {
            change(line);
        }
        self.count(id, true);
    }

    /// Changes the copy at a place.
    pub fn change_copy(&mut self, id: LineId, epoch: i32, base_offset: i64, change: impl FnOnce(&mut Copy)) {
        self.count(id, false);
        let first = self.of.get_mut(&id.client).and_then(|lines| lines.get_mut(id.batch as usize - 1));
        let first = first.and_then(|line| line.first.as_mut());
        let more = self.more.get_mut(&id).into_iter().flatten();
        if let Some(copy) =
            first.into_iter().chain(more).find(|copy| (copy.epoch, copy.base_offset) == (epoch, base_offset))
        {
            change(copy);
        }
        self.count(id, true);
    }

    /// Adds a copy.
    pub fn add_copy(&mut self, id: LineId, copy: Copy) {
        self.count(id, false);
        if let Some(line) = self.of.get_mut(&id.client).and_then(|lines| lines.get_mut(id.batch as usize - 1)) {
            match line.first {
                None => line.first = Some(copy),
                Some(_) => self.more.entry(id).or_default().push(copy),
            }
            // From now on the logs hold it.
            line.content = None;
            line.over = true;
        }
        self.count(id, true);
    }

    /// Forgets all copies: the batch goes to another topic of the same name.
    pub fn forget_copies(&mut self, id: LineId) {
        self.count(id, false);
        self.more.remove(&id);
        if let Some(line) = self.of.get_mut(&id.client).and_then(|lines| lines.get_mut(id.batch as usize - 1)) {
            line.first = None;
        }
        self.count(id, true);
    }

    /// What removed those of its records that the partition's log had and has no more: a record is there until the last
    /// of its copies goes. Later copies lie behind earlier ones, so they go later, but for those lost with the log.
    pub fn remover(&self, id: LineId) -> Option<Remover> {
        let was_inside = self.copies(id).filter(|copy| copy.place != Place::Outside);
        was_inside.max_by_key(|copy| copy.place != Place::RemovedAndLost).map(|copy| copy.remover)
    }

    /// How its records are spread.
    pub fn spread(&self, id: LineId) -> Spread {
        let Some(line) = self.get(id) else { return Spread::default() };
        let (mut visible, mut stored, mut second) = (0, 0, 0);
        for copy in self.copies(id).filter(|copy| copy.place != Place::Outside) {
            // Copies are removed from the front of the log, so what one has kept a later one has too.
            let kept = if copy.place.is_removed() { 0 } else { copy.kept };
            if copy.place == Place::Visible {
                visible = kept.max(visible);
            }
            (stored, second) = (kept.max(stored), second.max(kept.min(stored)));
        }
        match self.remover(id) {
            None => Spread { absent: line.records, ..Spread::default() },
            Some(remover) => {
                let (hidden, removed) = (stored - visible.min(stored), line.records - stored);
                Spread { visible, hidden, removed, absent: 0, twice: second, remover }
            }
        }
    }

    fn count(&mut self, id: LineId, add: bool) {
        let spread = self.spread(id);
        // Not by `get`, which would borrow the sums with it.
        let line = self.of.get(&id.client).and_then(|row| row.get((id.batch as usize).checked_sub(1)?));
        let Some(line) = line.filter(|line| line.records > 0) else { return };
        if line.first.is_none() {
            let (due, gone) = self.absent.entry(line.partition).or_default();
            step(if line.is_due() { due } else { gone }, line.records, add);
        }
        self.sums.count(line, &spread, add);
    }
}

impl Sums {
    /// How many records that is.
    pub fn records(&self) -> u64 {
        self.cells.iter().flatten().sum()
    }

    fn count(&mut self, line: &Line, spread: &Spread, add: bool) {
        let view = line.view;
        let row = &mut self.cells[view as usize];
        step(&mut row[verdict_of_present(view, true) as usize], spread.visible, add);
        step(&mut row[verdict_of_present(view, false) as usize], spread.hidden, add);
        step(&mut row[Verdict::Removed as usize], spread.removed, add);
        step(&mut row[verdict_of_absent(view) as usize], spread.absent, add);
        step(&mut self.removed_by[spread.remover as usize], spread.removed, add);
        step(&mut self.stored_twice, spread.twice, add);
        step(&mut self.out_of_order, line.out_of_order, add);
        if view == ProducerView::Failed {
            step(self.errors.entry(line.error).or_default(), line.records, add);
        }
    }
}

fn step(at: &mut u64, by: u32, add: bool) {
    match add {
        true => *at += u64::from(by),
        false => *at -= u64::from(by),
    }
}
