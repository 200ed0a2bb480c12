//! A row that copies of a run share: a chunk of it is copied only when something is appended or taken off.
//!
//! Keyframes are copies of a run, and most of a ledger is long settled when one is taken.

use std::sync::Arc;

/// Items in a chunk.
const CHUNK: usize = 128;

/// Items in order; the first ones can be forgotten.
#[derive(Clone, Debug)]
pub struct Chunks<T> {
    chunks: Vec<Arc<Vec<T>>>,
    /// Items forgotten in the first chunk.
    skipped: usize,
    len: usize,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Chunks { chunks: Vec::new(), skipped: 0, len: 0 }
    }
}

impl<T: Clone> Chunks<T> {
    /// How many.
    pub fn len(&self) -> usize {
        self.len
    }

    /// The item at a place.
    pub fn get(&self, index: usize) -> Option<&T> {
        let index = index + self.skipped;
        self.chunks.get(index / CHUNK)?.get(index % CHUNK)
    }

    /// The first item.
    pub fn front(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last item.
    pub fn back(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// All from a place on.
    pub fn from(&self, first: usize) -> impl Iterator<Item = &T> {
        (first..self.len).map_while(|index| self.get(index))
    }

    /// Where the items begin of which something does not hold that holds of all before.
    pub fn partition_point(&self, mut holds: impl FnMut(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).is_some_and(&mut holds) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// Appends an item.
    pub fn push_back(&mut self, item: T) {
        if self.skipped + self.len == self.chunks.len() * CHUNK {
            self.chunks.push(Arc::new(Vec::new()));
        }
        if let Some(last) = self.chunks.last_mut() {
            Arc::make_mut(last).push(item);
            self.len += 1;
        }
    }

    /// Takes the last item off.
    pub fn pop_back(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        let last = self.chunks.last_mut()?;
        let item = Arc::make_mut(last).pop();
        if last.is_empty() {
            self.chunks.pop();
        }
        item
    }

    /// Forgets the first item.
    pub fn pop_front(&mut self) {
        if self.len == 0 {
            return;
        }
        (self.len, self.skipped) = (self.len - 1, self.skipped + 1);
        if self.skipped == CHUNK {
            self.chunks.remove(0);
            self.skipped = 0;
        }
        if self.len == 0 {
            *self = Chunks::default();
        }
    }
}

impl<T: Clone> Extend<T> for Chunks<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push_back(item));
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut row = Chunks::default();
        row.extend(items);
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Random;
    use std::collections::VecDeque;

    #[test]
    fn a_row_in_chunks_is_a_row_and_a_copy_is_apart() {
        let mut random = Random::new(1, "chunks");
        let (mut row, mut plain) = (Chunks::default(), VecDeque::new());
        for n in 0..20_000_u32 {
            match random.below(7) {
                0 => {
                    row.pop_front();
                    plain.pop_front();
                }
                1 => assert_eq!(row.pop_back(), plain.pop_back()),
                _ => {
                    row.push_back(n);
                    plain.push_back(n);
                }
            }
            assert_eq!((row.len(), row.front(), row.back()), (plain.len(), plain.front(), plain.back()));
        }
        assert!(row.from(0).eq(plain.iter()));
        let before = row.clone();
        row.pop_back();
        row.push_back(u32::MAX);
        assert!(before.from(0).eq(plain.iter()), "a copy does not see it");
        let mut sorted = Chunks::default();
        sorted.extend(0..1_000);
        (0..300).for_each(|_| sorted.pop_front());
        assert_eq!(sorted.partition_point(|item| *item < 555), 255);
    }
}
