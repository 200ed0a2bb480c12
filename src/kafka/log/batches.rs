//! A list of batches that is cheap to copy: sealed runs are shared, only the open end is copied.

use std::sync::Arc;

use super::RecordBatch;

/// Batches in one sealed run.
const RUN: usize = 64;

/// Batches by ascending offset. There may be gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Batches {
    sealed: Vec<Arc<[Arc<RecordBatch>]>>,
    open: Vec<Arc<RecordBatch>>,
    /// So many at the front of the first run were removed; they go with the rest of it.
    skipped: usize,
}

impl Batches {
    /// Appends a batch.
    pub fn push(&mut self, batch: Arc<RecordBatch>) {
        self.open.push(batch);
        if self.open.len() == RUN {
            self.sealed.push(std::mem::take(&mut self.open).into());
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.sealed.len() * RUN + self.open.len() - self.skipped
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<RecordBatch>> {
        (self.skipped..self.skipped + self.len()).map(|index| self.at(index))
    }

    /// From the batch that holds `offset`, or the first after it.
    pub fn from(&self, offset: i64) -> impl Iterator<Item = &Arc<RecordBatch>> {
        let start = self.position(offset);
        (start..self.skipped + self.len()).map(|index| self.at(index))
    }

    /// The batch that holds `offset`, if there is one.
    pub fn holding(&self, offset: i64) -> Option<&Arc<RecordBatch>> {
        let index = self.position(offset);
        let batch = (index < self.skipped + self.len()).then(|| self.at(index))?;
        (batch.base_offset <= offset).then_some(batch)
    }

    /// Removes every batch that has `offset` or anything after it: a batch is never cut (`LogSegment.truncateTo`).
    pub fn truncate_to(&mut self, offset: i64) {
        let keep = self.skipped + self.iter().take_while(|batch| batch.next_offset() <= offset).count();
        if keep >= self.sealed.len() * RUN {
            self.open.truncate(keep - self.sealed.len() * RUN);
        } else {
            self.open = self.sealed[keep / RUN][..keep % RUN].to_vec();
            self.sealed.truncate(keep / RUN);
        }
    }

    /// Removes every batch that starts before `offset`.
    pub fn remove_before(&mut self, offset: i64) {
        let gone = self.skipped + self.iter().take_while(|batch| batch.base_offset < offset).count();
        let runs = (gone / RUN).min(self.sealed.len());
        self.sealed.drain(..runs);
        self.skipped = gone - runs * RUN;
        if self.sealed.is_empty() {
            self.open.drain(..self.skipped);
            self.skipped = 0;
        }
    }

    /// Where a batch stands: runs count whole, removed batches of the first too.
    fn at(&self, index: usize) -> &Arc<RecordBatch> {
        match self.sealed.get(index / RUN) {
            Some(run) => &run[index % RUN],
            None => &self.open[index - self.sealed.len() * RUN],
        }
    }

    /// Index of the first batch that ends after `offset`.
    fn position(&self, offset: i64) -> usize {
        // Readers mostly want the newest batches, so the open end is looked at first.
        if self.open.first().is_some_and(|first| first.base_offset <= offset) {
            let inside = self.open.partition_point(|batch| batch.next_offset() <= offset);
            return (self.sealed.len() * RUN + inside).max(self.skipped);
        }
        let run = self.sealed.partition_point(|run| run[RUN - 1].next_offset() <= offset);
        let inside = self.sealed.get(run).map_or(0, |run| run.partition_point(|batch| batch.next_offset() <= offset));
        (run * RUN + inside).max(self.skipped)
    }
}

impl FromIterator<Arc<RecordBatch>> for Batches {
    fn from_iter<T: IntoIterator<Item = Arc<RecordBatch>>>(batches: T) -> Batches {
        let mut list = Batches::default();
        batches.into_iter().for_each(|batch| list.push(batch));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::log::{NO_PRODUCER, RecordsBuilder};

    fn batches(count: i64) -> Batches {
        let batch = |n| {
            let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
            builder.push(0, None, Some(b"v"), &[]);
            builder.push(0, None, Some(b"v"), &[]);
            Arc::new(RecordBatch { base_offset: n * 2, leader_epoch: 0, records: Arc::new(builder.build()) })
        };
        (0..count).map(batch).collect()
    }

    /// Whatever is removed at the front and at the end, the rest is found where it was.
    #[test]
    fn what_is_left_is_found_wherever_the_front_was_cut() {
        for cut in [0, 1, 2, 63, 64, 65, 126, 127, 128, 129, 130, 150] {
            let mut list = batches(150);
            list.remove_before(cut * 2);
            let left: Vec<i64> = list.iter().map(|batch| batch.base_offset / 2).collect();
            assert_eq!(left, (cut..150).collect::<Vec<_>>(), "cut at {cut}");
            assert_eq!((list.len(), list.is_empty()), (left.len(), left.is_empty()));
            for offset in 0..300 {
                let found = list.holding(offset).map(|batch| batch.base_offset);
                assert_eq!(found, (offset / 2 >= cut).then_some(offset / 2 * 2), "cut at {cut}, offset {offset}");
                assert_eq!(list.from(offset).count() as i64, 150 - cut.max(offset / 2), "cut at {cut}, from {offset}");
            }
            list.truncate_to(280);
            list.push(batches(1).iter().next().expect("one").clone());
            assert_eq!(list.len() as i64, (140 - cut).max(0) + 1, "cut at {cut}");
        }
    }
}
