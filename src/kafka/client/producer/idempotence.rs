//! Idempotence: producer id, epoch and sequences (`TransactionManager` without transactions; reference §2.6).
//!
//! Every batch gets a sequence when it is first sent and keeps it on retries, so that a leader can tell a duplicate from
//! a gap. A batch that is lost for good leaves a gap that no retry can fill; then the producer raises its own epoch and
//! begins again at zero in that partition (KIP-360).

use super::accumulator::Batch;
use crate::kafka::{ids::TopicIdPartition, log::add_sequence};
use crate::sim::{Map, Set};

/// The epoch of a producer and its sequences.
#[derive(Clone, Debug, Default, Hash)]
pub struct Idempotence {
    epoch: i16,
    bump_needed: bool,
    partitions: Map<TopicIdPartition, Sequences>,
    /// Partitions of topics that were made again: where each is now.
    moved: Map<TopicIdPartition, TopicIdPartition>,
}

/// What is known of one partition (`TxnPartitionEntry`).
#[derive(Clone, Debug, Default, Hash)]
struct Sequences {
    epoch: i16,
    /// Sequence of the next record.
    next: i32,
    last_acknowledged: Option<i32>,
    /// A batch was lost that may or may not have been written: the sequence after it.
    unresolved: Option<i32>,
    /// Begins again at zero with the next epoch.
    rewrite: bool,
    /// Batches with a sequence that are not done with, by number: under way, or waiting to be sent again.
    under_way: Set<u32>,
}

impl Sequences {
    fn is_next(&self, sequence: i32) -> bool {
        self.last_acknowledged.map_or(0, |last| add_sequence(last, 1)) == sequence
    }
}

impl Idempotence {
    /// Where a partition is now, if its topic was made again.
    pub fn home(&self, mut partition: TopicIdPartition) -> TopicIdPartition {
        while let Some(to) = self.moved.get(&partition) {
            partition = *to;
        }
        partition
    }

    fn of(&mut self, batch: &Batch) -> Option<&mut Sequences> {
        let home = self.home(batch.partition);
        self.partitions.get_mut(&home)
    }

    /// May the head batch of a partition be sent now (`shouldStopDrainBatchesForPartition`)?
    pub fn may_send(&self, partition: TopicIdPartition, head: &Batch) -> bool {
        let Some(sequences) = self.partitions.get(&partition) else { return true };
        match head.base_sequence {
            // What is sent again goes alone: only the lowest sequence that is not answered.
            Some(_) => sequences.under_way.first() == Some(&head.number),
            None => {
                let stale = sequences.epoch != self.epoch && !sequences.under_way.is_empty();
                !stale && sequences.unresolved.is_none()
            }
        }
    }

    /// A batch is sent: its epoch and first sequence, the same again when it is sent again.
    pub fn stamp(&mut self, batch: &mut Batch) -> (i16, i32) {
        let (current, count) = (self.epoch, batch.len() as i32);
        let sequences = self.partitions.entry(batch.partition).or_default();
        if let Some(base_sequence) = batch.base_sequence {
            return (batch.producer_epoch, base_sequence);
        }
        if sequences.under_way.is_empty() && sequences.epoch != current {
            (sequences.epoch, sequences.next, sequences.last_acknowledged) = (current, 0, None);
        }
        let base_sequence = sequences.next;
        sequences.next = add_sequence(base_sequence, count);
        sequences.under_way.insert(batch.number);
        (batch.base_sequence, batch.producer_epoch) = (Some(base_sequence), sequences.epoch);
        (sequences.epoch, base_sequence)
    }

    /// A batch was written.
    pub fn acknowledged(&mut self, batch: &Batch) {
        let (Some(base), Some(sequences)) = (batch.base_sequence, self.of(batch)) else { return };
        sequences.under_way.remove(&batch.number);
        if batch.producer_epoch == sequences.epoch {
            let last = add_sequence(base, batch.len() as i32 - 1);
            sequences.last_acknowledged = Some(sequences.last_acknowledged.map_or(last, |before| before.max(last)));
        }
    }

    /// A leader says that a batch leaves a gap. If it is the next one due, the gap will not be filled by any retry.
    pub fn out_of_order(&mut self, batch: &Batch) {
        let (Some(base), Some(sequences)) = (batch.base_sequence, self.of(batch)) else { return };
        let hopeless = match sequences.unresolved {
            Some(after) => base == after,
            None => !batch.sequence_reset && sequences.is_next(base),
        };
        if hopeless {
            sequences.rewrite = true;
            self.bump_needed = true;
        }
    }

    /// A batch was refused for good, so it was not written: those after it must close up.
    pub fn refused(&mut self, batch: &Batch) {
        if let Some(sequences) = self.done(batch) {
            sequences.rewrite = true;
            self.bump_needed = true;
        }
    }

    /// A batch has used up its `retries`, and nobody knows whether it was written: its sequence stays taken. If it was not,
    /// what follows leaves a gap, and is refused (`Sender.failBatch` without `adjustSequenceNumbers`).
    pub fn exhausted(&mut self, batch: &Batch) {
        self.done(batch);
    }

    /// A batch that had been sent is given up, and nobody knows whether it was written: nothing new is sent to its
    /// partition until what is under way is answered.
    pub fn given_up(&mut self, batch: &Batch) {
        let after = batch.base_sequence.map(|base| add_sequence(base, batch.len() as i32));
        if let Some(sequences) = self.done(batch) {
            sequences.unresolved = sequences.unresolved.max(after);
        }
    }

    fn done(&mut self, batch: &Batch) -> Option<&mut Sequences> {
        batch.base_sequence?;
        let sequences = self.of(batch)?;
        sequences.under_way.remove(&batch.number);
        Some(sequences)
    }

    /// Lost batches whose followers are all answered: if those were written, so was the lost one; else a new epoch.
    pub fn resolve(&mut self) {
        for sequences in self.partitions.values_mut() {
            if sequences.unresolved.is_none() || !sequences.under_way.is_empty() {
                continue;
            }
            if sequences.is_next(sequences.next) {
                sequences.unresolved = None;
            } else {
                (sequences.rewrite, self.bump_needed) = (true, true);
            }
        }
    }

    /// Raises the epoch if that is due. Returns the partitions that begin again at zero.
    pub fn bump(&mut self) -> Vec<TopicIdPartition> {
        if !std::mem::take(&mut self.bump_needed) {
            return Vec::new();
        }
        self.epoch += 1;
        let rewritten = self.partitions.iter_mut().filter(|(_, sequences)| sequences.rewrite);
        rewritten
            .map(|(partition, sequences)| {
                let under_way = std::mem::take(&mut sequences.under_way);
                *sequences = Sequences { epoch: self.epoch, under_way, ..Sequences::default() };
                *partition
            })
            .collect()
    }

    /// A batch under way gets its place in the new epoch. Called in order of sequence.
    pub fn rewrite(&mut self, batch: &mut Batch) {
        if let Some(sequences) = self.of(batch) {
            let base_sequence = sequences.next;
            sequences.next = add_sequence(base_sequence, batch.len() as i32);
            batch.restamp(sequences.epoch, base_sequence);
        }
    }

    /// A topic was made again under its name: its partitions go on where they were.
    pub fn move_to(&mut self, from: TopicIdPartition, to: TopicIdPartition) {
        if let Some(sequences) = self.partitions.remove(&from) {
            self.partitions.insert(to, sequences);
            self.moved.insert(from, to);
        }
    }
}
