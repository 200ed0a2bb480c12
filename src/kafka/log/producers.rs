//! What a log knows of idempotent producers: the last five batches of each (`ProducerStateEntry`).
//!
//! Left out until the failure issue: expiry by `producer.id.expiration.ms`, transactions.

use crate::sim::Map;
use std::collections::VecDeque;

use super::{RecordBatch, Records};

/// Batches remembered of one producer; also why at most five requests may be in flight.
const BATCHES_KEPT: usize = 5;

/// Producer state by producer id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProducerStates(Map<u64, ProducerState>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ProducerState {
    epoch: i16,
    /// First sequence, last sequence, base offset.
    batches: VecDeque<(i32, i32, i64)>,
}

/// What a leader does with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerCheck {
    /// Write it.
    Accept,
    /// It was written before, at this base offset: answer success, write nothing.
    Duplicate(i64),
    /// It is not the next one: OUT_OF_ORDER_SEQUENCE_NUMBER.
    OutOfOrder,
    /// The producer has gone on to a later epoch: INVALID_PRODUCER_EPOCH.
    OldEpoch,
}

impl ProducerStates {
    /// Checks a batch before it is appended by a leader (reference §2.6).
    pub fn check(&self, records: &Records) -> ProducerCheck {
        let stamp = &records.stamp;
        let Some(state) = self.0.get(&stamp.producer_id) else { return ProducerCheck::Accept };
        let last_sequence = add_sequence(stamp.base_sequence, records.len() as i32 - 1);
        if stamp.producer_epoch < state.epoch {
            return ProducerCheck::OldEpoch;
        }
        if stamp.producer_epoch > state.epoch {
            // A new epoch begins anew.
            return if stamp.base_sequence == 0 { ProducerCheck::Accept } else { ProducerCheck::OutOfOrder };
        }
        let same = |batch: &&(i32, i32, i64)| (batch.0, batch.1) == (stamp.base_sequence, last_sequence);
        if let Some((_, _, base_offset)) = state.batches.iter().find(same) {
            return ProducerCheck::Duplicate(*base_offset);
        }
        match state.batches.back() {
            Some((_, last, _)) if add_sequence(*last, 1) != stamp.base_sequence => ProducerCheck::OutOfOrder,
            _ => ProducerCheck::Accept,
        }
    }

    /// Is this the newest batch of a producer? Compaction keeps its header, for the sequence.
    pub fn is_newest(&self, batch: &RecordBatch) -> bool {
        let newest = self.0.get(&batch.records.stamp.producer_id).and_then(|state| state.batches.back());
        newest.is_some_and(|(_, _, base_offset)| *base_offset == batch.base_offset)
    }

    /// Notes a batch that was appended, on leaders and followers alike.
    pub fn note(&mut self, batch: &RecordBatch) {
        let stamp = &batch.records.stamp;
        if stamp.producer_id == super::NO_PRODUCER.producer_id {
            return;
        }
        let state = self
            .0
            .entry(stamp.producer_id)
            .or_insert_with(|| ProducerState { epoch: stamp.producer_epoch, batches: VecDeque::new() });
        if state.epoch != stamp.producer_epoch {
            *state = ProducerState { epoch: stamp.producer_epoch, batches: VecDeque::new() };
        }
        let last_sequence = add_sequence(stamp.base_sequence, batch.records.span() as i32 - 1);
        state.batches.push_back((stamp.base_sequence, last_sequence, batch.base_offset));
        if state.batches.len() > BATCHES_KEPT {
            state.batches.pop_front();
        }
    }
}

/// Sequences wrap from 2147483647 to 0 (`DefaultRecordBatch.incrementSequence`).
pub(crate) fn add_sequence(sequence: i32, count: i32) -> i32 {
    sequence.checked_add(count).unwrap_or_else(|| count - (i32::MAX - sequence) - 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kafka::log::{Log, NO_PRODUCER, ProducerStamp, RecordsBuilder};

    fn batch(base_sequence: i32, count: usize) -> Arc<Records> {
        batch_of_epoch(0, base_sequence, count)
    }

    fn batch_of_epoch(producer_epoch: i16, base_sequence: i32, count: usize) -> Arc<Records> {
        let stamp = ProducerStamp { producer_id: 7, producer_epoch, base_sequence, ..NO_PRODUCER };
        let mut builder = RecordsBuilder::new(0, stamp);
        for _ in 0..count {
            builder.push(0, None, Some(b"v"), &[]);
        }
        Arc::new(builder.build())
    }

    #[test]
    fn duplicates_are_known_for_five_batches_and_gaps_are_refused() {
        let mut log = Log::default();
        for n in 0..7 {
            let records = batch(n * 2, 2);
            assert_eq!(log.producers().check(&records), ProducerCheck::Accept);
            log.append(0, records);
        }
        assert_eq!(log.producers().check(&batch(12, 2)), ProducerCheck::Duplicate(12));
        assert_eq!(log.producers().check(&batch(4, 2)), ProducerCheck::Duplicate(4), "the fifth from the end");
        assert_eq!(log.producers().check(&batch(2, 2)), ProducerCheck::OutOfOrder, "the sixth is forgotten");
        assert_eq!(log.producers().check(&batch(16, 1)), ProducerCheck::OutOfOrder, "a gap");
        assert_eq!(log.producers().check(&batch(14, 1)), ProducerCheck::Accept);
    }

    #[test]
    fn a_later_epoch_begins_at_zero_and_ends_the_one_before() {
        let mut log = Log::default();
        log.append(0, batch_of_epoch(1, 40, 2));
        assert_eq!(log.producers().check(&batch_of_epoch(2, 42, 1)), ProducerCheck::OutOfOrder);
        assert_eq!(log.producers().check(&batch_of_epoch(2, 0, 1)), ProducerCheck::Accept);
        log.append(0, batch_of_epoch(2, 0, 1));
        assert_eq!(log.producers().check(&batch_of_epoch(1, 42, 1)), ProducerCheck::OldEpoch);
        assert_eq!(log.producers().check(&batch_of_epoch(2, 1, 1)), ProducerCheck::Accept);
    }

    #[test]
    fn a_producer_unknown_here_may_begin_anywhere() {
        let log = Log::default();
        assert_eq!(log.producers().check(&batch(900, 3)), ProducerCheck::Accept);
    }

    #[test]
    fn sequences_wrap() {
        assert_eq!(add_sequence(i32::MAX, 1), 0);
        assert_eq!(add_sequence(i32::MAX - 1, 3), 1);
    }
}
