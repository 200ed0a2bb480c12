//! The ledger in words: its totals, a line for a record, and the life of one as a chain of causes.

pub mod life;
mod text;
pub mod words;

pub use life::{Life, life};
pub use text::{key, place, record, totals, transcript, verdict, view};
