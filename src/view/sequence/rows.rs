//! Many rows, shared in pieces: a copy of all of them is a copy of pointers, and what is appended touches one piece.

use std::{collections::VecDeque, rc::Rc};

use super::Row;

/// Rows of a piece.
const PIECE: usize = 128;
/// Pieces kept; older rows are forgotten.
const PIECES_MAX: usize = 96;

/// Rows, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pieces: VecDeque<Rc<Vec<Row>>>,
    /// Rows forgotten so far.
    forgotten: usize,
}

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.pieces.back().map_or(0, |last| (self.pieces.len() - 1) * PIECE + last.len())
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many older ones are forgotten.
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// A row by its place.
    pub fn get(&self, place: usize) -> Option<&Row> {
        self.pieces.get(place / PIECE)?.get(place % PIECE)
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.pieces.iter().flat_map(|piece| piece.iter())
    }

    /// The place of the row of an event.
    pub fn find(&self, event: u64) -> Option<usize> {
        let piece = self.pieces.partition_point(|piece| piece.last().is_some_and(|row| row.event < event));
        let place = self.pieces.get(piece)?.binary_search_by_key(&event, |row| row.event).ok()?;
        Some(piece * PIECE + place)
    }

    /// Appends.
    pub(super) fn push(&mut self, row: Row) {
        match self.pieces.back_mut().filter(|last| last.len() < PIECE) {
            Some(last) => Rc::make_mut(last).push(row),
            None => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(row);
                self.pieces.push_back(Rc::new(piece));
            }
        }
        if self.pieces.len() > PIECES_MAX {
            self.pieces.pop_front();
            self.forgotten += PIECE;
        }
    }

    /// Changes the row of an event, if it is there.
    pub(super) fn change(&mut self, event: u64, change: impl FnOnce(&mut Row)) {
        if let Some(place) = self.find(event)
            && let Some(piece) = self.pieces.get_mut(place / PIECE)
            && let Some(row) = Rc::make_mut(piece).get_mut(place % PIECE)
        {
            change(row);
        }
    }
}
