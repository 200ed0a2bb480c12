//! From the word on the command line to a run at its first event, or a lesson played to its end.

use std::{fs, path::Path};

use kafkascope::{
    history::{Run, Scenario},
    i18n::Lang,
    kafka::limits,
    lesson::{self, Lesson, format::Problem, play, read},
};

use super::Options;

/// A longer file is not a saved scenario, and not a lesson.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// How long a run goes on after its scenario is handed over, if nothing else is asked.
const AFTERWARDS_US: u64 = 10_000_000;

/// A run, and the simulated time at which to stop.
pub struct Stage {
    pub run: Run,
    pub end_us: u64,
}

/// The run that is asked for, or one line on what is wrong. A lesson is played to its end, its questions skipped;
/// anything else has only begun.
pub fn stage(options: &Options) -> Result<Stage, String> {
    let name = options.scenario.as_str();
    let (scenario, lesson) = match source(name)? {
        Source::Saved(scenario) => (scenario, None),
        Source::Lesson(mut lesson) => {
            lesson.file.seed = options.seed.unwrap_or(lesson.file.seed);
            (lesson.scenario(), Some(lesson).filter(|lesson| !lesson.beats().is_empty()))
        }
    };
    if let Some(lesson) = lesson {
        let (run, _) = play::to_end(&lesson, |_, _| {}).map_err(|problem| problem.to_string())?;
        let end_us = end_us(options, run.time_us());
        return Ok(Stage { run, end_us });
    }
    let last_us = scenario.commands.iter().map(|(at_us, _)| *at_us).max().unwrap_or(0);
    let end_us = end_us(options, scenario.begin_us.max(last_us).saturating_add(AFTERWARDS_US));
    // Told from the very beginning, not only from where a class takes over.
    let scenario = Scenario { seed: options.seed.unwrap_or(scenario.seed), begin_us: 0, ..scenario };
    let run =
        Run::new(&scenario).map_err(|error| format!("{name}: {}: {}", error.field(), error.text().plain(Lang::En)))?;
    Ok(Stage { run, end_us })
}

/// Until when: as asked, or for ever if only a number of events is asked, or the usual end.
fn end_us(options: &Options, usual_us: u64) -> u64 {
    let asked = options.until_us.or(options.events.map(|_| limits::TIME.max));
    asked.unwrap_or(usual_us).min(limits::TIME.max)
}

enum Source {
    Saved(Scenario),
    Lesson(Box<Lesson>),
}

fn source(name: &str) -> Result<Source, String> {
    let path = Path::new(name);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json") => saved(name, &text(path)?).map(Source::Saved),
        Some("toml") => from_files(path).map(|lesson| Source::Lesson(Box::new(lesson))),
        _ => {
            let lessons = lesson::catalogue().map_err(one_line)?;
            let ids: Vec<String> = lessons.iter().map(|lesson| format!("`{}`", lesson.id)).collect();
            let expected = ids.join(", ");
            let found = lessons.into_iter().find(|lesson| lesson.id == name);
            found.map(|lesson| Source::Lesson(Box::new(lesson))).ok_or_else(|| {
                format!("{name}: not a scenario; expected {expected}, or the path of a lesson.toml or a saved .json")
            })
        }
    }
}

fn saved(name: &str, text: &str) -> Result<Scenario, String> {
    serde_json::from_str(text).map_err(|error| format!("{name}:{}: {error}; expected a saved scenario", error.line()))
}

/// A lesson from its `lesson.toml` and the texts beside it.
fn from_files(path: &Path) -> Result<Lesson, String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let id = fs::canonicalize(folder).ok();
    let id = id.as_deref().and_then(Path::file_name).map_or("lesson".into(), |id| id.to_string_lossy());
    let [file, en, zh] = [path.to_owned(), folder.join("en.toml"), folder.join("zh-CN.toml")].map(|file| text(&file));
    let packed = read::lesson(&id, &file?, &en?, &zh?).map_err(one_line)?;
    Lesson::load(packed).map_err(one_line)
}

fn text(path: &Path) -> Result<String, String> {
    let name = path.display();
    let size = fs::metadata(path).map_err(|error| format!("{name}: {error}"))?.len();
    if size > MAX_FILE_BYTES {
        return Err(format!("{name}: {size} bytes; expected at most {MAX_FILE_BYTES}"));
    }
    fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))
}

/// The first problem; the others are told when it is mended.
fn one_line(problems: Vec<Problem>) -> String {
    problems.first().map_or("the lessons cannot be read".to_owned(), ToString::to_string).replace('\n', " ")
}
