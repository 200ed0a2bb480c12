//! Reads a lesson from the text of its TOML files. Errors name the file, the line and the field.
//!
//! Used by the build script and the command line; the page never parses TOML.

use serde::de::DeserializeOwned;

use super::{
    format::{Packed, Problem},
    structure,
};

/// Reads a lesson from the text of its three files, or says everything that is wrong with them.
pub fn lesson(id: &str, lesson: &str, en: &str, zh: &str) -> Result<Packed, Vec<Problem>> {
    let file = |name: &str| format!("lessons/{id}/{name}");
    let mut problems = Vec::new();
    let lesson = keep(parse(&file("lesson.toml"), lesson), &mut problems);
    let en = keep(parse(&file("en.toml"), en), &mut problems);
    let zh = keep(parse(&file("zh-CN.toml"), zh), &mut problems);
    let (Some(lesson), Some(en), Some(zh)) = (lesson, en, zh) else { return Err(problems) };
    let packed = Packed { id: id.to_owned(), lesson, en, zh };
    let problems = structure::problems(&packed);
    if problems.is_empty() { Ok(packed) } else { Err(problems) }
}

fn keep<T>(read: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|problem| problems.push(problem)).ok()
}

fn parse<T: DeserializeOwned>(file: &str, source: &str) -> Result<T, Problem> {
    toml::from_str(source).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start).min(source.len());
        Problem { file: file.to_owned(), field: place(source, at), says: error.message().trim().to_owned() }
    })
}

/// The line that holds byte `at`, and the key that stands on it.
fn place(source: &str, at: usize) -> String {
    let before = source.get(..at).unwrap_or_default();
    let line = before.matches('\n').count();
    let text = source.lines().nth(line).unwrap_or_default().trim();
    match text.split_once('=').map_or(text, |(key, _)| key.trim()) {
        "" => format!("line {}", line + 1),
        key => format!("line {} ({key})", line + 1),
    }
}
