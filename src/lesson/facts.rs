//! What a lesson asks of the world, in Kafka's words. The world implements it; the tests have a small one of their own.
//!
//! Every question is answered with `None` when the thing does not exist (yet). Left out: anything that is not a plain
//! fact of one moment, such as what happened before.

/// A world that can be asked.
pub trait WorldFacts {
    /// How many partitions a topic has, as the controller knows.
    fn partition_count(&self, topic: &str) -> Option<i32>;
    /// First offset kept, on the leader.
    fn log_start(&self, topic: &str, partition: i32) -> Option<i64>;
    /// First offset that consumers may not see yet, on the leader.
    fn high_watermark(&self, topic: &str, partition: i32) -> Option<i64>;
    /// Offset that the next record gets, on the leader.
    fn log_end(&self, topic: &str, partition: i32) -> Option<i64>;
    /// Where visible records with this key lie: one entry a partition that has any.
    fn places_of_key(&self, topic: &str, key: &str) -> Vec<KeyPlace>;
    /// Committed offset, as the coordinator knows.
    fn committed(&self, group: &str, topic: &str, partition: i32) -> Option<i64>;
    /// Next offset that the owner's poll returns.
    fn position(&self, group: &str, topic: &str, partition: i32) -> Option<i64>;
    /// The group's state by Kafka's name: Empty, PreparingRebalance, CompletingRebalance, Stable, Dead.
    fn group_state(&self, group: &str) -> Option<String>;
    /// The group's generation.
    fn generation(&self, group: &str) -> Option<i32>;
    /// Names (`client.id`) of the group's members that the coordinator knows, by creation.
    fn members(&self, group: &str) -> Vec<String>;
    /// Partitions that this member has in its hands now; none while the group rebalances eagerly.
    fn owned(&self, group: &str, consumer: &str) -> Vec<(String, i32)>;
    /// Records that this consumer's poll has returned.
    fn consumed(&self, consumer: &str) -> Option<u64>;
    /// Records of this producer that a broker has acknowledged.
    fn acknowledged(&self, producer: &str) -> Option<u64>;
    /// Records of this producer that wait in its accumulator or are under way.
    fn unacknowledged(&self, producer: &str) -> Option<u64>;
    /// How many partitions the topic has in this producer's own metadata.
    fn known_partitions(&self, producer: &str, topic: &str) -> Option<i32>;

    /// Name of the consumer that has the partition in its hands now.
    fn owner(&self, group: &str, topic: &str, partition: i32) -> Option<String> {
        let wanted = (topic.to_owned(), partition);
        self.members(group).into_iter().find(|consumer| self.owned(group, consumer).contains(&wanted))
    }
}

/// Records with one key in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyPlace {
    /// Partition.
    pub partition: i32,
    /// How many there are.
    pub records: u64,
    /// Offset of the newest.
    pub newest_offset: i64,
    /// When the newest was sent (its timestamp), in microseconds.
    pub newest_us: u64,
}
