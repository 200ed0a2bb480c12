//! From the world to what the page shows: plain comparable data, sentences, *Why?* cards, geometry; no DOM.

pub mod broker_acts;
mod build;
pub mod compare;
pub mod copies;
pub mod geometry;
pub mod group_chart;
pub mod group_tool;
pub mod ledger;
pub mod member_card;
pub mod message;
pub mod metrics;
pub mod model;
mod pace;
pub mod quorum;
pub mod runs;
pub mod segments;
pub mod sequence;
pub mod story;
pub mod trace;
mod who;
pub mod why;

pub use build::{Builder, CELL_PARTITIONS_MAX, TEXTS, text_of};
pub use pace::{Pace, Tempo, same_cast};
