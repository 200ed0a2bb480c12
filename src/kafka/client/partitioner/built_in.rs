//! The built-in partitioner for records without a key: sticky by bytes, weighted by the load of
//! each partition's queue (KIP-794).
//!
//! Left out: the queues themselves and the key hash. The accumulator tells this state how many bytes
//! it appended and whether the last batch is full, and the sender how long the queues are.
//!
//! A draw is a non-negative random number. Each choice of a partition takes exactly one, even when
//! there is nothing to choose.

/// The sticky state of one topic.
///
/// Follows `org.apache.kafka.clients.producer.internals.BuiltInPartitioner`.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct BuiltInPartitioner {
    /// `batch.size`, at least 1: how much to produce to a partition before leaving it.
    sticky_batch_size: i32,
    current: Option<Sticky>,
    load_stats: Option<LoadStats>,
}

/// The partition records stick to, and the bytes appended since it was chosen.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
struct Sticky {
    partition: i32,
    produced_bytes: i32,
}

/// The weights of the partitions as a running sum, so that a draw below the last value falls to the
/// first partition whose sum is above it.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct LoadStats {
    cumulative_frequency_table: Vec<i64>,
    partition_ids: Vec<i32>,
}

/// What the sender saw of a topic's queues in one `ready()` pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadSample<'a> {
    /// Batches queued for each of `partition_ids`.
    pub queue_sizes: &'a [i32],
    /// The partitions that count: those with a leader, less those whose broker has been ready and
    /// not drained for longer than `partitioner.availability.timeout.ms`.
    pub partition_ids: &'a [i32],
    /// The number of all partitions of the topic, those left out included.
    pub partition_count: i32,
}

impl BuiltInPartitioner {
    /// The state of a topic nothing was sent to yet. `batch_size` is `batch.size`; 0 counts as 1, as
    /// `KafkaProducer` has it.
    pub fn new(batch_size: i32) -> Self {
        Self { sticky_batch_size: batch_size.max(1), current: None, load_stats: None }
    }

    /// The partition the next record sticks to, chosen now if there is none yet.
    ///
    /// `available` lists the partitions that have a leader, in the order of the metadata, and
    /// `partition_count` counts all. Follows `peekCurrentPartitionInfo`.
    pub fn peek(&mut self, available: &[i32], partition_count: i32, draw: &mut dyn FnMut() -> i32) -> i32 {
        if let Some(sticky) = self.current {
            return sticky.partition;
        }
        self.switch(available, partition_count, draw)
    }

    /// Counts `appended_bytes` to the current partition and leaves it for another once it has had
    /// enough: `batch.size` bytes if `enable_switch`, twice that in any case. Returns the partition
    /// after that. Without a current partition this chooses one first, as [`Self::peek`] does.
    ///
    /// `enable_switch` says that the partition's queue is empty or its last batch full
    /// (`RecordAccumulator.allBatchesFull`), so that leaving makes no fragment. The accumulator also
    /// calls this with 0 bytes *before* it appends, when that holds, to make up for a switch that
    /// was put off (`RecordAccumulator.partitionChanged`). `appended_bytes` is the growth of the
    /// batch, a new batch's header included.
    ///
    /// Follows `updatePartitionInfo`; sums and the doubled limit wrap as Java's `int` does.
    pub fn update(
        &mut self,
        appended_bytes: i32,
        enable_switch: bool,
        available: &[i32],
        partition_count: i32,
        draw: &mut dyn FnMut() -> i32,
    ) -> i32 {
        let partition = self.peek(available, partition_count, draw);
        let produced_bytes = self.produced_bytes().wrapping_add(appended_bytes);
        self.current = Some(Sticky { partition, produced_bytes });
        let enough = produced_bytes >= self.sticky_batch_size && enable_switch;
        let twice = produced_bytes >= self.sticky_batch_size.wrapping_mul(2);
        if enough || twice { self.switch(available, partition_count, draw) } else { partition }
    }

    /// Takes note of the topic's queues, so that the next choice favours short ones; `None` when
    /// `partitioner.adaptive.partitioning.enable` is off or some partition has no queue yet. The
    /// current partition stays.
    ///
    /// A queue of length q weighs max + 1 − q. There is nothing to weigh when no partition counts,
    /// the topic has fewer than two, or all queues are equally long and none was left out.
    ///
    /// Follows `updatePartitionLoadStats`, where `partition_count` is the length of the arrays and
    /// the number of ids their logical length.
    ///
    /// # Panics
    /// If there are not as many queue sizes as partition ids.
    pub fn update_load_stats(&mut self, sample: Option<LoadSample<'_>>) {
        self.load_stats = sample.and_then(LoadStats::of);
    }

    /// The current partition, if one was chosen.
    pub fn current(&self) -> Option<i32> {
        self.current.map(|sticky| sticky.partition)
    }

    /// The bytes appended since the current partition was chosen.
    pub fn produced_bytes(&self) -> i32 {
        self.current.map_or(0, |sticky| sticky.produced_bytes)
    }

    /// The bytes after which a partition is left: `batch.size`, at least 1.
    pub fn sticky_batch_size(&self) -> i32 {
        self.sticky_batch_size
    }

    /// The weight of each partition in the next choice, or nothing if all that have a leader are
    /// equally likely.
    pub fn weights(&self) -> Vec<(i32, i64)> {
        let Some(stats) = &self.load_stats else {
            return Vec::new();
        };
        let mut below = 0;
        stats
            .partition_ids
            .iter()
            .zip(&stats.cumulative_frequency_table)
            .map(|(partition, sum)| (*partition, sum - std::mem::replace(&mut below, *sum)))
            .collect()
    }

    fn switch(&mut self, available: &[i32], partition_count: i32, draw: &mut dyn FnMut() -> i32) -> i32 {
        let partition = self.next_partition(available, partition_count, draw);
        self.current = Some(Sticky { partition, produced_bytes: 0 });
        partition
    }

    /// Follows `nextPartition`.
    fn next_partition(&self, available: &[i32], partition_count: i32, draw: &mut dyn FnMut() -> i32) -> i32 {
        let random = i64::from(draw());
        debug_assert!(random >= 0, "a draw is not negative");
        if let Some(stats) = &self.load_stats {
            return stats.partition_at(random);
        }
        if available.is_empty() {
            assert!(partition_count >= 1, "a topic has at least one partition");
            return (random % i64::from(partition_count)) as i32;
        }
        available[(random % available.len() as i64) as usize]
    }
}

impl LoadStats {
    fn of(sample: LoadSample<'_>) -> Option<Self> {
        let LoadSample { queue_sizes, partition_ids, partition_count } = sample;
        assert_eq!(queue_sizes.len(), partition_ids.len(), "a size per id");
        let longest = i64::from(*queue_sizes.iter().max()?);
        if partition_count < 2 {
            return None;
        }
        let all_equal = queue_sizes.iter().all(|size| i64::from(*size) == longest);
        if all_equal && queue_sizes.len() as i64 == i64::from(partition_count) {
            return None;
        }
        let cumulative_frequency_table = queue_sizes
            .iter()
            .scan(0_i64, |sum, size| {
                *sum += longest + 1 - i64::from(*size);
                Some(*sum)
            })
            .collect();
        Some(Self { cumulative_frequency_table, partition_ids: partition_ids.to_vec() })
    }

    fn partition_at(&self, random: i64) -> i32 {
        let end = *self.cumulative_frequency_table.last().expect("load stats are never empty");
        let weighted = random % end;
        let index = self.cumulative_frequency_table.partition_point(|sum| *sum <= weighted);
        self.partition_ids[index]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws from a list, and fails the test when it is exhausted.
    fn script(draws: &[i32]) -> impl FnMut() -> i32 + '_ {
        let mut rest = draws.iter().copied();
        move || rest.next().expect("one draw too many")
    }

    fn sample<'a>(queue_sizes: &'a [i32], ids: &'a [i32], count: i32) -> Option<LoadSample<'a>> {
        Some(LoadSample { queue_sizes, partition_ids: ids, partition_count: count })
    }

    #[test]
    fn sticks_until_enough_bytes_and_a_full_batch() {
        let mut state = BuiltInPartitioner::new(100);
        let mut draw = script(&[1, 2]);
        let all = [0, 1, 2];
        assert_eq!(state.current(), None);
        assert_eq!(state.peek(&all, 3, &mut draw), 1);
        assert_eq!(state.peek(&all, 3, &mut draw), 1, "no second draw");
        assert_eq!(state.update(99, true, &all, 3, &mut draw), 1, "one short");
        assert_eq!(state.update(1, false, &all, 3, &mut draw), 1, "not full");
        assert_eq!(state.produced_bytes(), 100);
        assert_eq!(state.update(0, true, &all, 3, &mut draw), 2, "put off");
        assert_eq!(state.produced_bytes(), 0);
    }

    #[test]
    fn leaves_at_twice_the_limit_though_the_batch_is_open() {
        let mut state = BuiltInPartitioner::new(100);
        let mut draw = script(&[0, 1]);
        let all = [0, 1];
        assert_eq!(state.update(199, false, &all, 2, &mut draw), 0);
        assert_eq!(state.update(1, false, &all, 2, &mut draw), 1);
    }

    #[test]
    fn a_topic_of_one_partition_switches_to_itself_with_a_draw() {
        let mut state = BuiltInPartitioner::new(10);
        let mut draws = 0;
        let mut draw = || {
            draws += 1;
            7
        };
        for _ in 0..3 {
            assert_eq!(state.update(10, true, &[0], 1, &mut draw), 0);
        }
        assert_eq!(draws, 4, "the first choice and three switches");
    }

    #[test]
    fn partitions_without_a_leader_are_not_chosen_unless_none_has_one() {
        let mut some = BuiltInPartitioner::new(1);
        assert_eq!(some.peek(&[1, 4], 5, &mut script(&[3])), 4);
        let mut none = BuiltInPartitioner::new(1);
        assert_eq!(none.peek(&[], 5, &mut script(&[8])), 3);
    }

    #[test]
    fn short_queues_weigh_more() {
        let mut state = BuiltInPartitioner::new(1);
        state.update_load_stats(sample(&[0, 3, 1], &[0, 1, 2], 3));
        assert_eq!(state.weights(), [(0, 4), (1, 1), (2, 3)]);
        for (random, partition) in [(0, 0), (3, 0), (4, 1), (5, 2), (7, 2), (8, 0), (12, 1)] {
            assert_eq!(state.clone().peek(&[0, 1, 2], 3, &mut script(&[random])), partition, "{random}");
        }
    }

    #[test]
    fn nothing_to_weigh() {
        let mut state = BuiltInPartitioner::new(1);
        for useless in [None, sample(&[], &[], 3), sample(&[5], &[0], 1), sample(&[2, 2], &[0, 1], 2)] {
            state.update_load_stats(sample(&[0, 1], &[0, 1], 2));
            assert_eq!(state.weights().len(), 2);
            state.update_load_stats(useless);
            assert_eq!(state.weights(), [], "{useless:?}");
        }
    }

    #[test]
    fn equal_queues_still_count_when_a_partition_was_left_out() {
        let mut state = BuiltInPartitioner::new(1);
        state.update_load_stats(sample(&[2, 2], &[0, 2], 3));
        assert_eq!(state.weights(), [(0, 1), (2, 1)]);
        assert_eq!(state.peek(&[0, 1, 2], 3, &mut script(&[1])), 2);
        state.update_load_stats(sample(&[9], &[1], 2));
        assert_eq!(state.weights(), [(1, 1)]);
    }

    #[test]
    fn load_does_not_move_the_current_partition() {
        let mut state = BuiltInPartitioner::new(10);
        let mut draw = script(&[0, 0]);
        assert_eq!(state.peek(&[0, 1], 2, &mut draw), 0);
        state.update_load_stats(sample(&[5, 0], &[0, 1], 2));
        assert_eq!(state.peek(&[0, 1], 2, &mut draw), 0);
    }

    #[test]
    fn the_largest_batch_size_wraps_as_in_java() {
        let mut state = BuiltInPartitioner::new(i32::MAX);
        let mut draw = script(&[0, 1]);
        assert_eq!(state.update(1, false, &[0, 1], 2, &mut draw), 1);
        assert_eq!(BuiltInPartitioner::new(0).sticky_batch_size(), 1);
    }
}
