//! Kafkascope: an Apache Kafka cluster that fits in a browser tab.

pub mod cluster;
pub mod history;
pub mod i18n;
pub mod kafka;
pub mod lesson;
pub mod sim;
pub mod view;
