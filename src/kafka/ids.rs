//! Names and numbers of things.

use std::sync::Arc;

use crate::{i18n::Text, sim::Random, templates};

/// A name of any length, cheap to copy.
pub type Name = Arc<str>;

/// The id of a node of the cluster (`node.id`), mostly of a broker.
pub type BrokerId = u32;

/// Controllers apart from the brokers (`process.roles=controller`) are numbered from here on, as in Kafka's
/// documentation; brokers are numbered from 1 on and stay below.
pub const FIRST_CONTROLLER: BrokerId = 3_000;

/// Is it a controller apart from the brokers?
pub fn is_controller_only(node: BrokerId) -> bool {
    node >= FIRST_CONTROLLER
}

/// What a node of the cluster is called within a sentence.
pub fn named(node: BrokerId) -> Text {
    if is_controller_only(node) { CONTROLLER.with("id", node) } else { BROKER.with("id", node) }
}

/// What it is called where a sentence begins.
pub fn named_first(node: BrokerId) -> Text {
    if is_controller_only(node) { CONTROLLER_FIRST.with("id", node) } else { BROKER_FIRST.with("id", node) }
}

/// Its name where there is little room: `B1`, `C3000`.
pub fn short_name(node: BrokerId) -> String {
    format!("{}{node}", if is_controller_only(node) { 'C' } else { 'B' })
}

templates! { "node":
    BROKER = "broker {id}", "broker {id}";
    CONTROLLER = "controller {id}", "controller {id}";
    BROKER_FIRST = "Broker {id}", "broker {id}";
    CONTROLLER_FIRST = "Controller {id}", "controller {id}";
}

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

/// `Uuid.randomUuid().toString()`: 128 random bits in base 64, the first character not a hyphen.
pub fn uuid(random: &mut Random) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digit = |below: u32, random: &mut Random| DIGITS[random.below(below) as usize] as char;
    // 22 digits hold 132 bits: of the last one only 2 are left.
    let first = digit(62, random);
    let middle: String = (0..20).map(|_| digit(64, random)).collect();
    let last = DIGITS[random.below(4) as usize * 16] as char;
    format!("{first}{middle}{last}")
}
