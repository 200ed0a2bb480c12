//! Sets of offsets as ranges: what a group has read is a few of them, however many records that are.

use std::ops::Range;

/// Ranges in ascending order that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(i64, i64)>);

impl Ranges {
    /// The ranges, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Range<i64>> {
        self.0.iter().map(|(from, to)| *from..*to)
    }

    /// None?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Is this offset in it?
    pub fn contains(&self, offset: i64) -> bool {
        self.0.get(self.first_after(offset)).is_some_and(|(from, _)| *from <= offset)
    }

    /// How many offsets of `part` are in it.
    pub fn count_in(&self, part: Range<i64>) -> u64 {
        self.in_part(part).map(|range| (range.end - range.start) as u64).sum()
    }

    /// What of `part` is in it, ascending.
    pub fn in_part(&self, part: Range<i64>) -> impl Iterator<Item = Range<i64>> {
        let first = self.first_after(part.start);
        let ranges = self.0.get(first..).filter(|_| !part.is_empty()).unwrap_or_default().iter();
        ranges
            .take_while(move |(from, _)| *from < part.end)
            .map(move |(from, to)| *from.max(&part.start)..*to.min(&part.end))
    }

    /// What of `part` is not in it, ascending.
    pub fn missing_in(&self, part: Range<i64>) -> Vec<Range<i64>> {
        let (mut missing, mut at) = (Vec::new(), part.start);
        for range in self.in_part(part.clone()) {
            if at < range.start {
                missing.push(at..range.start);
            }
            at = range.end;
        }
        if at < part.end {
            missing.push(at..part.end);
        }
        missing
    }

    /// Adds a range.
    pub fn add(&mut self, part: Range<i64>) {
        if part.is_empty() {
            return;
        }
        // Those that overlap or touch it become one with it.
        let first = self.0.partition_point(|(_, to)| *to < part.start);
        let last = self.0.partition_point(|(from, _)| *from <= part.end);
        let from = self.0.get(first).map_or(part.start, |(from, _)| *from.min(&part.start));
        let to = last.checked_sub(1).and_then(|last| self.0.get(last)).map_or(part.end, |(_, to)| *to.max(&part.end));
        match last > first {
            true => drop(self.0.splice(first..last, [(from, to)])),
            false => self.0.insert(first, (part.start, part.end)),
        }
    }

    /// Takes a range out. Returns what of it was there.
    pub fn take(&mut self, part: Range<i64>) -> Vec<Range<i64>> {
        let taken: Vec<Range<i64>> = self.in_part(part.clone()).collect();
        if taken.is_empty() {
            return taken;
        }
        let first = self.first_after(part.start);
        let last = self.0.partition_point(|(from, _)| *from < part.end);
        let left = self.0.get(first).map(|(from, _)| (*from, part.start));
        let right = last.checked_sub(1).and_then(|last| self.0.get(last)).map(|(_, to)| (part.end, *to));
        let kept = left.into_iter().chain(right).filter(|(from, to)| from < to);
        self.0.splice(first..last, kept.collect::<Vec<_>>());
        taken
    }

    /// Place of the first range that ends after `offset`.
    fn first_after(&self, offset: i64) -> usize {
        // Readers mostly look at the end.
        match self.0.last() {
            Some((from, to)) if *from <= offset && offset < *to => self.0.len() - 1,
            _ => self.0.partition_point(|(_, to)| *to <= offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Random;

    #[test]
    fn ranges_are_what_a_row_of_bits_is() {
        let mut random = Random::new(1, "ranges");
        let mut draw = |below| i64::from(random.below(below));
        let (mut ranges, mut bits) = (Ranges::default(), [false; 64]);
        for _ in 0..3_000 {
            let (from, to) = (draw(64), draw(65));
            let part = from..to;
            let inside = |at: &usize| part.contains(&(*at as i64));
            if draw(2) == 0 {
                ranges.add(part.clone());
                (0..64).filter(inside).for_each(|at| bits[at] = true);
            } else {
                let there = (0..64).filter(inside).filter(|at| bits[*at]).count() as i64;
                let taken: i64 = ranges.take(part.clone()).iter().map(|range| range.end - range.start).sum();
                assert_eq!(taken, there);
                (0..64).filter(inside).for_each(|at| bits[at] = false);
            }
            for at in 0..64 {
                assert_eq!(ranges.contains(at), bits[at as usize], "{at} of {ranges:?}");
            }
            let (from, to) = (draw(64), draw(65));
            let count = (from..to).filter(|at| bits[*at as usize]).count() as u64;
            assert_eq!(ranges.count_in(from..to), count);
            let missing: i64 = ranges.missing_in(from..to).iter().map(|range| range.end - range.start).sum();
            assert_eq!(missing as u64, (to - from).max(0) as u64 - count);
            assert!(ranges.0.windows(2).all(|pair| pair[0].1 < pair[1].0), "{ranges:?}");
            assert!(ranges.0.iter().all(|(from, to)| from < to));
        }
    }
}
