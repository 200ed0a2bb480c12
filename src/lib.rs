//! Kafkascope: an Apache Kafka cluster that fits in a browser tab.

pub mod kafka;
