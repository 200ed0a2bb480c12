//! Kafka's clients.

pub mod partitioner;
