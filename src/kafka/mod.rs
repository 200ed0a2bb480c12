//! Kafka itself, as its source says.

pub mod config;
pub mod limits;
