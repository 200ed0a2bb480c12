//! Which partitions the general algorithm has moved, so that it moves one back rather than another
//! of the same topic the opposite way.

use crate::sim::{Map, Set};

/// A topic with the member its partitions went from and the one they are at.
type Way = (usize, usize, usize);

/// Follows `AbstractStickyAssignor.PartitionMovements`.
#[derive(Default)]
pub(super) struct Movements {
    by_way: Map<Way, Set<usize>>,
    of_partition: Map<usize, Way>,
}

impl Movements {
    /// The partition to move instead of `partition` to `to`: one of the same topic that came from
    /// there to where this one came from. Of several the lowest; Kafka takes the first of a hash
    /// set.
    ///
    /// Follows `getTheActualPartitionToBeMoved`.
    pub(super) fn instead_of(&self, partition: usize, topic: usize, from: usize, to: usize) -> usize {
        let from = self.of_partition.get(&partition).map_or(from, |(_, origin, _)| *origin);
        let opposite = self.by_way.get(&(topic, to, from)).and_then(Set::first);
        opposite.copied().unwrap_or(partition)
    }

    /// Follows `movePartition`.
    pub(super) fn moved(&mut self, partition: usize, topic: usize, from: usize, to: usize) {
        let mut origin = from;
        if let Some(way) = self.of_partition.remove(&partition) {
            origin = way.1;
            if let Some(same) = self.by_way.get_mut(&way) {
                same.remove(&partition);
                if same.is_empty() {
                    self.by_way.remove(&way);
                }
            }
        }
        if origin != to {
            self.of_partition.insert(partition, (topic, origin, to));
            self.by_way.entry((topic, origin, to)).or_default().insert(partition);
        }
    }
}
