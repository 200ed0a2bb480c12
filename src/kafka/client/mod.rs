//! Kafka's clients.

pub mod partitioner;
pub mod serializer;
