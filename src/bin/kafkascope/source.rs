//! Where a scenario comes from: the id of a shipped lesson, the path of a lesson.toml, or a saved run: the path of its
//! .json or of its text form as .txt, or its link.
//!
//! Left out: playing it.

use std::{fs, path::Path};

use kafkascope::{
    codec::{self, Place, ReadError, Saved},
    i18n::Lang,
    kafka::limits,
    lesson::{self, Lesson, format::Problem, read},
};

/// How long a run goes on after its scenario is handed over, if nothing else is asked.
pub const AFTERWARDS_US: u64 = 10_000_000;

/// What a word on the command line stands for.
pub enum Source {
    /// A saved run.
    Saved(Box<Saved>),
    /// A lesson, or a scenario in the form of one.
    Lesson(Box<Lesson>),
}

/// The scenario of this id or path, or one line on what is wrong.
pub fn source(name: &str) -> Result<Source, String> {
    let path = Path::new(name);
    match path.extension().and_then(|extension| extension.to_str()) {
        _ if codec::link::is_link(name) => saved("link", codec::link::read(name)),
        Some("json") => saved(name, codec::file::read(&text(path)?)),
        Some("txt") => saved(name, codec::text::read(&text(path)?)),
        Some("toml") => from_files(path).map(|lesson| Source::Lesson(Box::new(lesson))),
        _ => {
            let lessons = lesson::catalogue().map_err(one_line)?;
            let ids: Vec<String> = lessons.iter().map(|lesson| format!("`{}`", lesson.id)).collect();
            let expected = ids.join(", ");
            let found = lessons.into_iter().find(|lesson| lesson.id == name);
            found.map(|lesson| Source::Lesson(Box::new(lesson))).ok_or_else(|| {
                format!("{name}: not a scenario; expected {expected}, the path of a lesson.toml or of a saved .json or .txt, or a link")
            })
        }
    }
}

fn saved(name: &str, read: Result<Saved, ReadError>) -> Result<Source, String> {
    read.map(|saved| Source::Saved(Box::new(saved))).map_err(|error| complaint(name, &error))
}

/// One line that names the file, the line and what was expected.
pub fn complaint(name: &str, error: &ReadError) -> String {
    let what = match error.place {
        Place::Line(line) => format!("{line}: {}", error.problem.text().plain(Lang::En)),
        _ => format!(" {}", error.text().plain(Lang::En)),
    };
    format!("{name}:{what}")
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
    limits::FILE.check(size).map_err(|error| format!("{name}: {}", error.text().plain(Lang::En)))?;
    fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))
}

/// The first problem; the others are told when it is mended.
pub fn one_line(problems: Vec<Problem>) -> String {
    problems.first().map_or("the lessons cannot be read".to_owned(), ToString::to_string).replace('\n', " ")
}
