//! A run to keep or to hand on: how it begins, the commands given by hand, and where one stood in it. As a link
//! ([`link`]), as lines that a person can edit ([`text`]), and as a file ([`file`]); all three hold the same, but for
//! the name (not in a link) and the digest (not in the text, which is made to be changed).
//!
//! What is read may come from anywhere: reading is total, takes time and memory in proportion to what is handed in,
//! which has a limit, and ends in a run whose commands are each sound, or in a [`ReadError`] that says what is wrong
//! and what could be kept. Playing it is bounded by [`limits::REPLAY`]; see [`Opening`]. Left out: files, addresses and
//! the clipboard, which are the page's and the command line's; how far a class is in a lesson.

mod bytes;
mod fields;
pub mod file;
mod json;
mod line;
pub mod link;
mod problem;
mod stamps;
#[cfg(test)]
mod tests;
pub mod text;
pub mod time;
pub mod words;
pub mod work;

pub use problem::{ALL, Place, Problem, ReadError};

use crate::{
    history::{Moment, Opening, Run, Scenario, Stamped},
    i18n::Lang,
    kafka::limits,
    lesson::Lesson,
};

/// The format that this version writes, and the newest that it reads.
pub const VERSION: u32 = 1;

/// A run to keep or to hand on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// What somebody called it; may be empty.
    pub name: String,
    /// How it begins.
    pub origin: Origin,
    /// What was given by hand, in order.
    pub commands: Vec<Stamped>,
    /// Where one stood; commands may lie behind it.
    pub playhead: Moment,
    /// A few bits of the digest of what had happened by then, to tell whether playing it came to the same.
    pub digest: Option<u16>,
    /// The tag of the lens.
    pub lens: Option<String>,
    /// The language.
    pub lang: Option<Lang>,
}

/// How a run begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A shipped lesson, or the start cluster.
    Lesson {
        /// Its id.
        id: String,
        /// Another seed than its own.
        seed: Option<u64>,
    },
    /// A scenario of its own.
    Own(Box<Scenario>),
}

/// The scenario that the page opens with.
pub const START: &str = "start";

impl Default for Saved {
    /// The start cluster, and nothing done yet.
    fn default() -> Self {
        Saved {
            name: String::new(),
            origin: Origin::Lesson { id: START.to_owned(), seed: None },
            commands: Vec::new(),
            playhead: Moment::default(),
            digest: None,
            lens: None,
            lang: None,
        }
    }
}

impl Origin {
    /// The lesson that begins so, whatever its seed, or the scenario itself.
    pub fn of(scenario: &Scenario, lessons: &[Lesson]) -> Origin {
        for lesson in lessons {
            let shipped = lesson.scenario();
            let seed = (shipped.seed != scenario.seed).then_some(scenario.seed);
            if (Scenario { seed: scenario.seed, ..shipped }) == *scenario {
                return Origin::Lesson { id: lesson.id.clone(), seed };
            }
        }
        Origin::Own(Box::new(scenario.clone()))
    }
}

impl Saved {
    /// A run as it stands, with all commands given by hand, those behind the playhead included. Name, lens and language
    /// are the caller's to add.
    pub fn of(run: &Run, lessons: &[Lesson]) -> Saved {
        let origin = Origin::of(run.scenario(), lessons);
        let mut saved = Saved { origin, commands: run.given_by_hand().cloned().collect(), ..Saved::default() };
        saved.look_at(run);
        saved
    }

    /// How it begins.
    pub fn scenario(&self, lessons: &[Lesson]) -> Result<Scenario, Problem> {
        match &self.origin {
            Origin::Own(scenario) => Ok(Scenario::clone(scenario)),
            Origin::Lesson { id, seed } => {
                let known = || lessons.iter().map(|lesson| lesson.id.clone()).collect();
                let lesson = lessons.iter().find(|lesson| lesson.id == *id);
                let lesson = lesson.ok_or_else(|| Problem::UnknownLesson { id: id.clone(), known: known() })?;
                let scenario = lesson.scenario();
                Ok(Scenario { seed: seed.unwrap_or(scenario.seed), ..scenario })
            }
        }
    }

    /// Begins to play it up to its playhead.
    pub fn open(&self, lessons: &[Lesson]) -> Result<Opening, ReadError> {
        let scenario = self.scenario(lessons).map_err(ReadError::whole)?;
        let begin_us = scenario.begin_us;
        if let Some(place) = self.commands.iter().position(|command| command.time_us < begin_us) {
            let problem = Problem::Early { begin_us, time_us: self.commands[place].time_us };
            return Err(ReadError { place: Place::Command(place + 1), problem, sound: None });
        }
        Opening::new(&scenario, self.commands.clone(), self.playhead).map_err(ReadError::whole)
    }

    /// Notes where the run is looked at; its commands are the same.
    fn look_at(&mut self, run: &Run) {
        (self.playhead, self.digest) = (run.moment(), Some(short_digest(run)));
    }

    /// Whether a run that stands at the playhead has come to what was saved; `None`: that is not known. It has not
    /// where another version of the model plays it, where its lesson has changed, or where somebody has changed it.
    pub fn is_same(&self, run: &Run) -> Option<bool> {
        self.digest.map(|digest| digest == short_digest(run))
    }

    /// What stays of it when the rest cannot be read: it ends at its last command.
    fn cut_short(mut self) -> Box<Saved> {
        let last = self.commands.last();
        let end = last.map(|last| Moment { time_us: last.time_us, event: crate::history::AFTER_ALL });
        self.playhead = end.unwrap_or_default();
        self.digest = None;
        Box::new(self)
    }

    /// Whether the texts beside the run are short enough.
    fn check_words(&self) -> Result<(), Problem> {
        if !self.name.is_empty() {
            limits::RUN_NAME.check_text(&self.name)?;
        }
        match &self.lens {
            Some(lens) => Ok(limits::check_name(&limits::LENS, lens)?),
            None => Ok(()),
        }
    }
}

fn short_digest(run: &Run) -> u16 {
    let digest = run.world().event_digest();
    (digest ^ digest >> 16 ^ digest >> 32 ^ digest >> 48) as u16
}
