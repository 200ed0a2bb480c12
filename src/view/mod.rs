//! From the world to what the page shows: plain comparable data, sentences, *Why?* cards, geometry; no DOM.

pub mod geometry;
pub mod model;
pub mod story;
pub mod why;
