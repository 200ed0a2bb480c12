//! Kafkascope: an Apache Kafka cluster that fits in a browser tab.

pub mod check;
pub mod cluster;
pub mod history;
pub mod i18n;
pub mod kafka;
pub mod sim;
pub mod view;
