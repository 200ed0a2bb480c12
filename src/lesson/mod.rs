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
pub mod progress;
pub mod question;
#[cfg(any(feature = "cli", test))]
pub mod read;
pub mod structure;
#[cfg(test)]
mod tests;
pub mod view;

use self::format::{Beat, LessonFile, Packed, Problem, Texts, command_lines};
use crate::{
    cluster::{command::Command, command_check, command_text},
    i18n::{Lang, Text},
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
    /// Commands given at the start.
    pub setup: Vec<Command>,
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

fn read_command(line: &str) -> Result<Command, Text> {
    let command = command_text::parse(line).map_err(|error| error.text())?;
    command_check::check(&command).map_err(|error| error.text())?;
    Ok(command)
}

impl Lesson {
    /// Reads the commands of a lesson's files. A lesson with beats has the number 1 until the catalogue counts it.
    pub fn load(packed: Packed) -> Result<Lesson, Vec<Problem>> {
        let mut problems = structure::problems(&packed);
        let file = format!("lessons/{}/lesson.toml", packed.id);
        let mut read = |field: String, block: &str| -> Vec<Command> {
            let mut commands = Vec::new();
            for line in command_lines(block) {
                match read_command(line) {
                    Ok(command) => commands.push(command),
                    Err(why) => problems.push(Problem {
                        file: file.clone(),
                        field: field.clone(),
                        says: format!("`{line}`: {}", why.plain(Lang::En)),
                    }),
                }
            }
            commands
        };
        let setup = read("setup".to_owned(), &packed.lesson.setup);
        let mut acts = Vec::new();
        for beat in &packed.lesson.beats {
            let field = |index: usize| format!("beats.{}.acts[{index}].do", beat.id);
            acts.push(beat.acts.iter().enumerate().map(|(i, act)| read(field(i), &act.commands)).collect());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let Packed { id, lesson, en, zh } = packed;
        let number = (!lesson.beats.is_empty()).then_some(1);
        Ok(Lesson { id, number, file: lesson, setup, acts, en, zh })
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
