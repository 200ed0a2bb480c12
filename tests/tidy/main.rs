//! The house rules that the compiler does not check: which room may know which, what the model
//! must not use, how files look, and that the page's colours can be read.
//!
//! - `source`: the project's files, and Rust source without comments and strings
//! - `rooms`: who may import whom
//! - `purity`: what the model's rooms must not use
//! - `files`: heads, lengths, unfinished work
//! - `colours`: the design tokens and their contrast
//!
//! What Clippy can forbid stands in `clippy.toml`.

mod colours;
mod files;
mod purity;
mod rooms;
mod source;

/// Fails with all findings at once.
fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}
