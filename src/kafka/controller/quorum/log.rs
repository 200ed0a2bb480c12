//! The metadata log of one node: records with the quorum epoch of each.

use std::sync::Arc;

use crate::kafka::metadata::MetadataDelta;

/// The metadata log; a copy shares the records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MetadataLog {
    sealed: Vec<Arc<[(u32, MetadataDelta)]>>,
    open: Vec<(u32, MetadataDelta)>,
}

/// Records in a sealed run.
const RUN: usize = 256;

impl MetadataLog {
    /// Records in it: the offset of the next.
    pub fn len(&self) -> u64 {
        (self.sealed.len() * RUN + self.open.len()) as u64
    }

    /// None yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record at an offset and its epoch.
    pub fn get(&self, offset: u64) -> Option<&(u32, MetadataDelta)> {
        let index = offset as usize;
        match self.sealed.get(index / RUN) {
            Some(run) => run.get(index % RUN),
            None => self.open.get(index - self.sealed.len() * RUN),
        }
    }

    pub(super) fn push(&mut self, record: (u32, MetadataDelta)) {
        self.open.push(record);
        if self.open.len() == RUN {
            self.sealed.push(std::mem::take(&mut self.open).into());
        }
    }

    pub(super) fn last_epoch(&self) -> u32 {
        self.len().checked_sub(1).and_then(|last| self.get(last)).map_or(0, |(epoch, _)| *epoch)
    }

    pub(super) fn truncate(&mut self, offset: u64) {
        let keep = offset as usize;
        if keep / RUN < self.sealed.len() {
            self.open = self.sealed[keep / RUN][..keep % RUN].to_vec();
            self.sealed.truncate(keep / RUN);
        } else {
            self.open.truncate(keep - self.sealed.len() * RUN);
        }
    }

    /// The greatest epoch up to `epoch` that has records, 0 for none, and where it ends.
    pub(super) fn end_of_epoch(&self, epoch: u32) -> (u32, u64) {
        let mut end = self.len();
        while let Some((at, _)) = end.checked_sub(1).and_then(|last| self.get(last)) {
            if *at <= epoch {
                return (*at, end);
            }
            end -= 1;
        }
        (0, 0)
    }
}
