//! The lines of one producer, by the numbers of their batches, in blocks: copies of a run share a block until somebody
//! changes something in it, and a block whose lines are all folded costs a pointer.
//!
//! Keyframes are copies of a run, and most of a ledger is long settled when one is taken.

use std::sync::Arc;

use super::lines::Line;

/// Lines in a block.
const BLOCK: usize = 128;

/// Lines in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// `None`: all of them are folded.
    blocks: Vec<Option<Arc<Vec<Line>>>>,
    len: usize,
}

impl Row {
    /// How many there are, folded ones included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The line at a place.
    pub fn get(&self, index: usize) -> Option<&Line> {
        self.blocks.get(index / BLOCK)?.as_ref()?.get(index % BLOCK)
    }

    /// The same, to change.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut Line> {
        Arc::make_mut(self.blocks.get_mut(index / BLOCK)?.as_mut()?).get_mut(index % BLOCK)
    }

    /// All with their places, but for those whose whole block is folded.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Line)> {
        let blocks = self.blocks.iter().enumerate().filter_map(|(at, block)| Some((at * BLOCK, block.as_ref()?)));
        blocks.flat_map(|(first, block)| block.iter().enumerate().map(move |(at, line)| (first + at, line)))
    }

    /// Appends a line.
    pub fn push_back(&mut self, line: Line) {
        if self.len == self.blocks.len() * BLOCK {
            self.blocks.push(Some(Arc::default()));
        }
        if let Some(Some(last)) = self.blocks.last_mut() {
            Arc::make_mut(last).push(line);
            self.len += 1;
        }
    }

    /// Leaves nothing of a line but that it was there, and hands it over.
    pub fn fold(&mut self, index: usize) -> Option<Line> {
        let line = std::mem::replace(self.get_mut(index)?, Line::folded());
        let block = self.blocks.get_mut(index / BLOCK);
        if let Some(block) = block
            && block.as_ref().is_some_and(|lines| lines.len() == BLOCK && lines.iter().all(Line::is_folded))
        {
            *block = None;
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_folded_lines_is_gone_and_what_is_beside_it_stays() {
        let mut row = Row::default();
        let line = |event| Line { records: 1, first_event: event, ..Line::folded() };
        (0..300).for_each(|event| row.push_back(line(event)));
        let before = row.clone();
        (0..255).for_each(|index| drop(row.fold(index)));
        assert_eq!((row.len(), row.blocks.iter().flatten().count()), (300, 2), "one line of the second block is left");
        assert!(row.get(0).is_none() && row.get_mut(127).is_none());
        assert!(row.get(254).is_some_and(Line::is_folded));
        assert_eq!(row.get(255).map(|line| line.first_event), Some(255));
        assert_eq!(row.fold(255).map(|line| line.first_event), Some(255));
        assert_eq!(row.iter().map(|(index, _)| index).collect::<Vec<_>>(), (256..300).collect::<Vec<_>>());
        (300..400).for_each(|event| row.push_back(line(event)));
        (256..384).for_each(|index| drop(row.fold(index)));
        assert_eq!((row.blocks.iter().flatten().count(), row.get(399).map(|line| line.first_event)), (1, Some(399)));
        assert_eq!(before.get(0).map(|line| line.records), Some(1), "a copy does not see it");
    }
}
