//! Lessons: a stage, and beats on which a class predicts, runs, compares and explains.
//!
//! A lesson is files ([`format`]): commands, conditions on the world, texts in both languages. The engine is pure: it
//! reads the world through [`facts::WorldFacts`] and answers with commands, so that a lesson runs the same on the
//! page, on the command line and in the tests. Left out: clocks and drawing (`web::lesson`), and everything that a
//! beat cannot say as commands and conditions.

pub mod condition;
pub mod evaluate;
pub mod facts;
pub mod format;
pub mod measure;
pub mod missing;
pub mod play;
pub mod progress;
pub mod question;
#[cfg(any(feature = "cli", test))]
pub mod read;
pub mod structure;
#[cfg(test)]
mod tests;
pub mod until;
pub mod view;
mod world;

use std::collections::BTreeMap;

use self::format::{Beat, ClusterFile, LessonFile, Packed, Problem, Texts, Time, command_lines, timed};
use crate::{
    cluster::{ClusterSpec, command::Command, command_check, command_text},
    history::Scenario,
    i18n::{Lang, share},
};

/// The lessons as the build script has packed them.
static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/lessons.postcard"));

/// A lesson, ready to run: its commands are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Its stable name, also in links: `keys-and-partitions`.
    pub id: String,
    /// Its place among the lessons, from 1; `None`: a scenario without beats, such as the start cluster.
    pub number: Option<u32>,
    /// What its file says.
    pub file: LessonFile,
    /// Commands that set the stage, with the time of each.
    setup: Vec<(u64, Command)>,
    /// How it begins, if that stands in no file of lessons.
    own: Option<Box<Scenario>>,
    /// Commands by beat and act.
    acts: Vec<Vec<Vec<Command>>>,
    en: Texts,
    zh: Texts,
}

/// Every shipped lesson, scenarios without beats first, then by number. Decodes them: call it once and keep them.
pub fn catalogue() -> Result<Vec<Lesson>, Vec<Problem>> {
    let unreadable = |error: postcard::Error| {
        vec![Problem { file: "lessons".into(), field: "bytes".into(), says: error.to_string() }]
    };
    let packed: Vec<Packed> = postcard::from_bytes(PACKED).map_err(unreadable)?;
    let mut number = 0;
    let mut lessons = Vec::new();
    for packed in packed {
        let mut lesson = Lesson::load(packed)?;
        if !lesson.file.beats.is_empty() {
            number += 1;
            lesson.number = Some(number);
        }
        lessons.push(lesson);
    }
    Ok(lessons)
}

/// Reads a lesson from the text of its files and plays it: everything that is wrong with it, or the lesson.
#[cfg(any(feature = "cli", test))]
pub fn validate(id: &str, lesson: &str, en: &str, zh: &str) -> Result<Lesson, Vec<Problem>> {
    let lesson = Lesson::load(read::lesson(id, lesson, en, zh)?)?;
    let problems = play::problems(&lesson);
    if problems.is_empty() { Ok(lesson) } else { Err(problems) }
}

fn read_command(line: &str) -> Result<Command, String> {
    let command = command_text::parse(line).map_err(|error| error.text().plain(Lang::En))?;
    command_check::check(&command).map_err(|error| error.text().plain(Lang::En))?;
    Ok(command)
}

impl Lesson {
    /// Reads the commands of a lesson's files. A lesson with beats has the number 1 until the catalogue counts it.
    pub fn load(packed: Packed) -> Result<Lesson, Vec<Problem>> {
        let mut problems = structure::problems(&packed);
        let file = format!("lessons/{}/lesson.toml", packed.id);
        let mut problem = |field: &str, line: &str, says: String| {
            let says = format!("`{line}`: {says}");
            problems.push(Problem { file: file.clone(), field: field.to_owned(), says });
        };
        let mut setup = Vec::new();
        for line in command_lines(&packed.lesson.setup) {
            match timed(line).and_then(|(time, command)| Ok((time.us, read_command(command)?))) {
                Ok(command) => setup.push(command),
                Err(why) => problem("setup", line, why),
            }
        }
        let mut acts = Vec::new();
        for beat in &packed.lesson.beats {
            let mut of_beat = Vec::new();
            for (index, act) in beat.acts.iter().enumerate() {
                let mut of_act = Vec::new();
                for line in command_lines(&act.commands) {
                    match read_command(line) {
                        Ok(command) => of_act.push(command),
                        Err(why) => problem(&format!("beats.{}.acts[{index}].do", beat.id), line, why),
                    }
                }
                of_beat.push(of_act);
            }
            acts.push(of_beat);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let Packed { id, lesson, en, zh } = packed;
        let number = (!lesson.beats.is_empty()).then_some(1);
        Ok(Lesson { id, number, file: lesson, setup, own: None, acts, en, zh })
    }

    /// What stands in a lesson's place for a run that begins as none does: it came with a link, a file or as lines.
    pub fn own(scenario: Scenario) -> Lesson {
        let texts = |lang| Texts {
            title: share::WORK_OWN.source(lang).to_owned(),
            summary: share::OWN_SUMMARY.source(lang).to_owned(),
            beats: BTreeMap::new(),
        };
        let (en, zh) = (texts(Lang::En), texts(Lang::Zh));
        let cluster = ClusterFile { brokers: 0, controllers: 0, racks: Vec::new(), settings: BTreeMap::new() };
        let begin = Time { us: scenario.begin_us };
        let setup = String::new();
        let file =
            LessonFile { order: 0, seed: scenario.seed, cluster, setup, begin, ready: Vec::new(), beats: Vec::new() };
        let own = Some(Box::new(scenario));
        Lesson { id: "own".to_owned(), number: None, file, setup: Vec::new(), own, acts: Vec::new(), en, zh }
    }

    /// How its run begins.
    pub fn scenario(&self) -> Scenario {
        if let Some(own) = &self.own {
            return Scenario::clone(own);
        }
        let cluster = &self.file.cluster;
        let rack = |broker: u32| {
            let count = cluster.racks.len().max(1);
            cluster.racks.get(broker as usize % count).cloned()
        };
        Scenario {
            seed: self.file.seed,
            cluster: ClusterSpec {
                racks: (0..cluster.brokers).map(rack).collect(),
                controllers: cluster.controllers,
                settings: cluster.settings.clone().into_iter().collect(),
            },
            commands: self.setup.clone(),
            begin_us: self.file.begin.us,
        }
    }

    /// Its steps.
    pub fn beats(&self) -> &[Beat] {
        &self.file.beats
    }

    /// What one act of a beat does; empty where there is none.
    pub fn commands(&self, beat: usize, act: usize) -> &[Command] {
        self.acts.get(beat).and_then(|acts| acts.get(act)).map_or(&[], Vec::as_slice)
    }

    /// Its texts in one language.
    pub fn texts(&self, lang: Lang) -> &Texts {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    /// Its name.
    pub fn title(&self, lang: Lang) -> &str {
        &self.texts(lang).title
    }
}
