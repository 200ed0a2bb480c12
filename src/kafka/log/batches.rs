//! A list of batches that is cheap to copy: sealed runs are shared, only the open end is copied.

use std::sync::Arc;

use super::RecordBatch;

/// Batches in one sealed run.
const RUN: usize = 64;

/// Batches by ascending offset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Batches {
    sealed: Vec<Arc<[Arc<RecordBatch>]>>,
    open: Vec<Arc<RecordBatch>>,
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
        self.sealed.len() * RUN + self.open.len()
    }

    /// None at all?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<RecordBatch>> {
        self.sealed.iter().flat_map(|run| run.iter()).chain(self.open.iter())
    }

    /// From the batch that holds `offset`, or the first after it.
    pub fn from(&self, offset: i64) -> impl Iterator<Item = &Arc<RecordBatch>> {
        let start = self.position(offset);
        (start..self.len()).map(|index| self.at(index))
    }

    /// The batch that holds `offset`.
    pub fn holding(&self, offset: i64) -> Option<&Arc<RecordBatch>> {
        let index = self.position(offset);
        let batch = (index < self.len()).then(|| self.at(index))?;
        (batch.base_offset <= offset).then_some(batch)
    }

    /// Removes every batch that starts at `offset` or after.
    pub fn truncate_to(&mut self, offset: i64) {
        let keep = self.iter().take_while(|batch| batch.base_offset < offset).count();
        if keep >= self.sealed.len() * RUN {
            self.open.truncate(keep - self.sealed.len() * RUN);
        } else {
            self.open = self.sealed[keep / RUN][..keep % RUN].to_vec();
            self.sealed.truncate(keep / RUN);
        }
    }

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
            return self.sealed.len() * RUN + self.open.partition_point(|batch| batch.next_offset() <= offset);
        }
        let run = self.sealed.partition_point(|run| run[RUN - 1].next_offset() <= offset);
        let inside = self.sealed.get(run).map_or(0, |run| run.partition_point(|batch| batch.next_offset() <= offset));
        run * RUN + inside
    }
}
