//! Which partition a record goes to: the order in which the producer decides.
//!
//! Left out: the number of a partition is not checked here; `send` waits for metadata that knows
//! it. Batches and bytes are the accumulator's, which asks [`BuiltInPartitioner`] for itself.

mod built_in;
mod round_robin;

pub use built_in::{BuiltInPartitioner, LoadSample};
pub use round_robin::RoundRobinPartitioner;

use crate::kafka::hash::{Murmur2Steps, murmur2_steps};

/// What `partitioner.class` is set to.
#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq)]
pub enum Partitioner {
    /// Not set: keyed records by hash, others sticky ([`BuiltInPartitioner`]).
    #[default]
    BuiltIn,
    /// `RoundRobinPartitioner`: each record to the next partition, keyed or not.
    RoundRobin,
}

/// How a record comes to its partition, and the partition where that is known at once.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub enum Decision {
    /// The record names its partition.
    Explicit(i32),
    /// The hash of the key decides.
    Key(Murmur2Steps),
    /// The next in turn: ask the topic's [`RoundRobinPartitioner`].
    RoundRobin,
    /// No key counts: `RecordMetadata.UNKNOWN_PARTITION`, so the accumulator asks the topic's
    /// [`BuiltInPartitioner`] when it appends.
    Sticky,
}

impl Partitioner {
    /// Decides how a record with this `partition` and serialized `key` is placed.
    ///
    /// `ignore_keys` is `partitioner.ignore.keys`; `partition_count` is the number of all partitions
    /// of the topic in the client's metadata, those without a leader included. An empty key is a
    /// key.
    ///
    /// Follows `KafkaProducer.partition`.
    ///
    /// # Panics
    /// If the key decides and `partition_count` is less than 1.
    pub fn decide(
        self,
        partition: Option<i32>,
        key: Option<&[u8]>,
        ignore_keys: bool,
        partition_count: i32,
    ) -> Decision {
        match (partition, self, key) {
            (Some(partition), _, _) => Decision::Explicit(partition),
            (None, Partitioner::RoundRobin, _) => Decision::RoundRobin,
            (None, Partitioner::BuiltIn, Some(key)) if !ignore_keys => {
                Decision::Key(murmur2_steps(key, partition_count))
            }
            (None, Partitioner::BuiltIn, _) => Decision::Sticky,
        }
    }
}

/// The partition of a serialized key among `partition_count`.
///
/// Follows `BuiltInPartitioner.partitionForKey`; [`murmur2_steps`] shows the way to it.
///
/// # Panics
/// If `partition_count` is less than 1.
pub fn partition_for_key(serialized_key: &[u8], partition_count: i32) -> i32 {
    murmur2_steps(serialized_key, partition_count).partition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explicit_partition_comes_before_everything() {
        for partitioner in [Partitioner::BuiltIn, Partitioner::RoundRobin] {
            assert_eq!(
                partitioner.decide(Some(9), Some(b"alice"), false, 6),
                Decision::Explicit(9),
                "even one the topic does not have"
            );
        }
    }

    #[test]
    fn a_configured_partitioner_comes_before_the_key() {
        assert_eq!(Partitioner::RoundRobin.decide(None, Some(b"alice"), false, 6), Decision::RoundRobin);
    }

    #[test]
    fn a_key_decides_unless_ignored() {
        let alice = Partitioner::BuiltIn.decide(None, Some(b"alice"), false, 6);
        assert_eq!(alice, Decision::Key(murmur2_steps(b"alice", 6)));
        assert_eq!(partition_for_key(b"alice", 6), 3);
        assert_eq!(Partitioner::BuiltIn.decide(None, Some(b"alice"), true, 6), Decision::Sticky);
    }

    #[test]
    fn an_empty_key_is_a_key_and_none_is_not() {
        assert_eq!(Partitioner::BuiltIn.decide(None, Some(b""), false, 12), Decision::Key(murmur2_steps(b"", 12)));
        assert_eq!(Partitioner::BuiltIn.decide(None, None, false, 12), Decision::Sticky);
    }
}
