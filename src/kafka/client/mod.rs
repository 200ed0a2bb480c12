//! Kafka's clients: producers, consumers and the admin client.

pub mod consumer;
pub mod metadata;
pub mod partitioner;
pub mod producer;
pub mod serializer;
