//! The events of a run, oldest first, in runs that copies of it share.
//!
//! A keyframe is a copy of a run, so what it keeps of the past must cost next to nothing: only the last, open chunk is
//! copied, the sealed ones are pointers. Left out: anything about what the events mean.

use std::{collections::VecDeque, ops::RangeFrom, sync::Arc};

use crate::kafka::event::Event;

/// Events in a sealed chunk.
const CHUNK: usize = 256;

/// Events in order, the oldest forgotten a chunk at a time.
#[derive(Clone, Debug, Default)]
pub struct Events {
    sealed: VecDeque<Arc<[Event]>>,
    open: Vec<Event>,
    /// Forgotten at the front of the first sealed chunk.
    skipped: usize,
}

impl Events {
    /// How many are kept.
    pub fn len(&self) -> usize {
        self.sealed.len() * CHUNK + self.open.len() - self.skipped
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The one at a place, counted from the oldest.
    pub fn get(&self, index: usize) -> Option<&Event> {
        let index = index + self.skipped;
        match self.sealed.get(index / CHUNK) {
            Some(chunk) => chunk.get(index % CHUNK),
            None => self.open.get(index - self.sealed.len() * CHUNK),
        }
    }

    /// The oldest.
    pub fn front(&self) -> Option<&Event> {
        self.get(0)
    }

    /// The newest.
    pub fn back(&self) -> Option<&Event> {
        self.open.last().or_else(|| self.sealed.back().and_then(|chunk| chunk.last()))
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.range(0..)
    }

    /// All from a place on.
    pub fn range(&self, from: RangeFrom<usize>) -> impl DoubleEndedIterator<Item = &Event> {
        let from = from.start + self.skipped;
        let (chunk, place) = (from / CHUNK, from % CHUNK);
        // Of the first chunk only what is asked for; a place in the open chunk skips all sealed ones.
        let first = self.sealed.get(chunk).map_or(&[][..], |chunk| &chunk[place..]);
        let later = self.sealed.range((chunk + 1).min(self.sealed.len())..).flat_map(|chunk| chunk.iter());
        let open = from.saturating_sub(self.sealed.len() * CHUNK).min(self.open.len());
        first.iter().chain(later).chain(&self.open[open..])
    }

    /// The place of the first event for which `before` no longer holds.
    pub fn partition_point(&self, before: impl Fn(&Event) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle) {
                Some(event) if before(event) => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// Takes new ones in and forgets the oldest of more than `max`.
    pub fn take_in(&mut self, new: &mut Vec<Event>, max: usize) {
        for event in new.drain(..) {
            self.open.push(event);
            if self.open.len() == CHUNK {
                self.sealed.push_back(std::mem::take(&mut self.open).into());
            }
        }
        self.skipped += self.len().saturating_sub(max);
        while self.skipped >= CHUNK && self.sealed.pop_front().is_some() {
            self.skipped -= CHUNK;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kafka::event::EventKind, sim::NodeId};

    #[test]
    fn it_is_a_queue_whatever_its_chunks() {
        let event = |id| Event { id, time_us: 0, cause: 0, node: NodeId(0), kind: EventKind::Command(0) };
        for (count, max) in [(0, 10), (5, 10), (256, 1_000), (700, 700), (1_300, 300), (1_300, 512), (2_000, 1)] {
            let (mut events, mut plain) = (Events::default(), VecDeque::new());
            for id in 1..=count {
                plain.push_back(id);
                events.take_in(&mut vec![event(id)], max);
                if plain.len() > max {
                    plain.pop_front();
                }
            }
            let ids = |events: &mut dyn Iterator<Item = &Event>| events.map(|event| event.id).collect::<Vec<_>>();
            assert_eq!(ids(&mut events.iter()), plain.iter().copied().collect::<Vec<_>>());
            assert_eq!(ids(&mut events.iter().rev()), plain.iter().rev().copied().collect::<Vec<_>>());
            assert_eq!((events.len(), events.is_empty()), (plain.len(), plain.is_empty()));
            assert_eq!(events.front().map(|event| event.id), plain.front().copied());
            assert_eq!(events.back().map(|event| event.id), plain.back().copied());
            for from in [0, 1, 255, 256, 257, 299, 300, 600, 1_299] {
                let rest: Vec<_> = plain.iter().skip(from).copied().collect();
                assert_eq!(ids(&mut events.range(from..)), rest, "{count} {max} {from}");
                let point = events.partition_point(|event| event.id <= from as u64);
                assert_eq!(point, plain.iter().filter(|id| **id <= from as u64).count());
            }
        }
    }
}
