//! From the world to what the page shows: plain comparable data, sentences, *Why?* cards, geometry; no DOM.

pub mod model;
pub mod story;
pub mod why;
