//! Kafka itself, as sans-IO state machines that talk in Kafka's own RPCs.

pub mod assignor;
pub mod broker;
pub mod client;
pub mod config;
pub mod controller;
pub mod coordinator;
pub mod duration;
pub mod event;
pub mod hash;
pub mod ids;
pub mod limits;
pub mod log;
pub mod metadata;
pub mod node;
pub mod pattern;
pub mod protocol;
