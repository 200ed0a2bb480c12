//! Names and numbers of things.

use std::sync::Arc;

/// A name of any length, cheap to copy.
pub type Name = Arc<str>;

/// A broker's id.
pub type BrokerId = u32;

/// A topic's id: one of a deleted and created again topic is another (Kafka: a random UUID).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct TopicId(pub u32);

/// One partition of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct TopicIdPartition {
    /// Topic.
    pub topic: TopicId,
    /// Partition number.
    pub partition: i32,
}

impl TopicIdPartition {
    /// Partition `partition` of `topic`.
    pub fn new(topic: TopicId, partition: i32) -> Self {
        TopicIdPartition { topic, partition }
    }
}

/// The internal topic that holds groups and commits.
pub const CONSUMER_OFFSETS: &str = "__consumer_offsets";

/// Is it one of Kafka's own topics?
pub fn is_internal(topic: &str) -> bool {
    topic == CONSUMER_OFFSETS
}
