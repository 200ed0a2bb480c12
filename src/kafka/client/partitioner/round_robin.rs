//! `RoundRobinPartitioner`: each record to the next partition that has a leader.
//!
//! Left out: `onNewBatch`, which Kafka 4.0 removed, and with it the skipped partitions of
//! KAFKA-9965.

use crate::kafka::hash::positive;

/// The turn of one topic. Keys do not count.
///
/// Follows `org.apache.kafka.clients.producer.RoundRobinPartitioner`, whose map of counters per
/// topic is the caller's here.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
pub struct RoundRobinPartitioner {
    counter: i32,
}

impl RoundRobinPartitioner {
    /// The partition whose turn it is, and on to the next.
    ///
    /// `available` lists the partitions that have a leader, in the order of the metadata; if there
    /// is none, all `partition_count` take turns. The counter wraps as Java's `int` does.
    ///
    /// # Panics
    /// If no partition is available and `partition_count` is less than 1.
    pub fn next_partition(&mut self, available: &[i32], partition_count: i32) -> i32 {
        let turn = i64::from(positive(self.counter));
        self.counter = self.counter.wrapping_add(1);
        if available.is_empty() {
            assert!(partition_count >= 1, "a topic has at least one partition");
            return (turn % i64::from(partition_count)) as i32;
        }
        available[(turn % available.len() as i64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_turns_among_partitions_with_a_leader() {
        let mut state = RoundRobinPartitioner::default();
        let turns: Vec<i32> = (0..5).map(|_| state.next_partition(&[0, 2, 5], 6)).collect();
        assert_eq!(turns, [0, 2, 5, 0, 2]);
    }

    #[test]
    fn takes_turns_among_all_if_none_has_a_leader() {
        let mut state = RoundRobinPartitioner::default();
        let turns: Vec<i32> = (0..4).map(|_| state.next_partition(&[], 3)).collect();
        assert_eq!(turns, [0, 1, 2, 0]);
    }

    #[test]
    fn the_count_goes_on_when_the_partitions_change() {
        let mut state = RoundRobinPartitioner::default();
        assert_eq!(state.next_partition(&[0, 1], 2), 0);
        assert_eq!(state.next_partition(&[0, 1], 2), 1);
        assert_eq!(state.next_partition(&[0, 1, 2], 3), 2);
        assert_eq!(state.next_partition(&[0, 1], 3), 1);
    }

    #[test]
    fn the_counter_wraps_without_its_sign() {
        let mut state = RoundRobinPartitioner { counter: i32::MAX };
        assert_eq!(state.next_partition(&[0, 1, 2, 3], 4), 3);
        assert_eq!(state.counter, i32::MIN);
        assert_eq!(state.next_partition(&[0, 1, 2, 3], 4), 0);
        assert_eq!(state.next_partition(&[0, 1, 2, 3], 4), 1);
    }
}
