//! The page.

mod stage_api;

fn main() {}
