//! From the world to what the page shows: plain comparable data, sentences, *Why?* cards, geometry; no DOM.

mod build;
pub mod geometry;
pub mod model;
pub mod story;
pub mod why;

pub use build::{Builder, CELL_PARTITIONS_MAX, TEXTS, text_of};
