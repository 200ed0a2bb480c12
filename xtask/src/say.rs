//! What the tools say: a line for each long step, and failures that tell what to do about them.
//!
//! Everything here goes to standard error; standard output is for results alone.

use std::fmt::Display;
use std::io::Error;
use std::time::Instant;

/// Why a command cannot go on, and what would help.
#[derive(Debug)]
pub struct Failure {
    what: String,
    help: Option<String>,
}

impl Failure {
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None }
    }

    /// Adds what the reader can do, usually what to install.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A failure of the file system, with what was being done to which file.
    pub fn io(doing: impl Display, error: &Error) -> Self {
        Self::new(format!("{doing}: {error}"))
    }

    pub fn show(&self) {
        eprintln!("error: {}", self.what);
        if let Some(help) = &self.help {
            eprintln!("{help}");
        }
    }

    pub fn what(&self) -> &str {
        &self.what
    }
}

/// Announces a step; `done` on the result tells how long it took.
pub fn step(what: impl Display) -> Step {
    eprintln!("==> {what}");
    Step { began: Instant::now() }
}

/// A remark that is not a step: something found, or done in a lesser way.
pub fn note(what: impl Display) {
    eprintln!("    {what}");
}

/// A step under way.
pub struct Step {
    began: Instant,
}

impl Step {
    pub fn done(self) {
        let seconds = self.began.elapsed().as_secs();
        if seconds >= 2 {
            note(format!("done in {seconds} s"));
        }
    }
}
