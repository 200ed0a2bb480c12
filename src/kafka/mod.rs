//! Kafka itself, as its source says: the rules that decide where a record goes and who reads it.

pub mod assignor;
pub mod client;
pub mod config;
pub mod controller;
pub mod hash;
pub mod limits;
