//! From the world to what the page shows: plain comparable data, sentences, *Why?* cards, geometry; no DOM.

mod build;
pub mod geometry;
pub mod model;
mod pace;
pub mod story;
pub mod trace;
pub mod why;

pub use build::{Builder, CELL_PARTITIONS_MAX, TEXTS, text_of};
pub use pace::Pace;
