//! The event queue: a binary heap ordered by (time, sequence).

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    hash::{Hash, Hasher},
};

/// Items by the time they fall due; at one time, by the order they were put in.
#[derive(Clone, Debug)]
pub struct Queue<I> {
    heap: BinaryHeap<Reverse<Entry<I>>>,
    next_sequence: u64,
}

#[derive(Clone, Debug)]
struct Entry<I> {
    time_us: u64,
    sequence: u64,
    item: I,
}

impl<I> Default for Queue<I> {
    fn default() -> Self {
        Queue { heap: BinaryHeap::new(), next_sequence: 1 }
    }
}

impl<I> Queue<I> {
    /// Puts an item in and returns its sequence number.
    pub fn push(&mut self, time_us: u64, item: I) -> u64 {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        self.heap.push(Reverse(Entry { time_us, sequence, item }));
        sequence
    }

    /// Takes the next item: time, sequence number, item.
    pub fn pop(&mut self) -> Option<(u64, u64, I)> {
        self.heap.pop().map(|Reverse(entry)| (entry.time_us, entry.sequence, entry.item))
    }

    /// The next item and its sequence number.
    pub fn peek(&self) -> Option<(u64, &I)> {
        self.heap.peek().map(|Reverse(entry)| (entry.sequence, &entry.item))
    }

    /// When the next item falls due.
    pub fn peek_time_us(&self) -> Option<u64> {
        self.heap.peek().map(|Reverse(entry)| entry.time_us)
    }

    /// All items with their times, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &I)> {
        self.heap.iter().map(|Reverse(entry)| (entry.time_us, &entry.item))
    }

    /// When the item with this sequence number falls due.
    pub fn time_of(&self, sequence: u64) -> Option<u64> {
        self.heap.iter().find(|Reverse(entry)| entry.sequence == sequence).map(|Reverse(entry)| entry.time_us)
    }

    /// Takes out the items that `which` names, in the order in which they would have fallen due.
    pub fn take(&mut self, which: impl Fn(&I) -> bool) -> Vec<I> {
        let all = std::mem::take(&mut self.heap).into_vec();
        let (mut taken, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|Reverse(entry)| which(&entry.item));
        self.heap = kept.into();
        taken.sort_unstable_by_key(|Reverse(entry)| (entry.time_us, entry.sequence));
        taken.into_iter().map(|Reverse(entry)| entry.item).collect()
    }

    /// Adds the items of which `counts` holds to a digest, by order of falling due, so that the heap's inner layout
    /// does not show.
    pub fn hash_those<H: Hasher>(&self, state: &mut H, counts: impl Fn(u64, &I) -> bool)
    where
        I: Hash,
    {
        let counted = self.heap.iter().map(|Reverse(entry)| entry).filter(|entry| counts(entry.sequence, &entry.item));
        let mut entries: Vec<&Entry<I>> = counted.collect();
        entries.sort_unstable_by_key(|entry| (entry.time_us, entry.sequence));
        for entry in entries {
            entry.time_us.hash(state);
            entry.item.hash(state);
        }
    }

    /// Removes the items that `keep` refuses by sequence number and item.
    pub fn retain(&mut self, mut keep: impl FnMut(u64, &I) -> bool) {
        self.heap.retain(|Reverse(entry)| keep(entry.sequence, &entry.item));
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }
}

impl<I> Ord for Entry<I> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.time_us, self.sequence).cmp(&(other.time_us, other.sequence))
    }
}
impl<I> PartialOrd for Entry<I> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<I> PartialEq for Entry<I> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl<I> Eq for Entry<I> {}
