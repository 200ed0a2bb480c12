//! `kafkascope link` and `kafkascope open`: a scenario or a saved run to a link's fragment, and a link to a saved run.
//!
//! Left out: playing it; `run` and `check` take links and saved runs too.

use std::io::{self, Write};

use kafkascope::{
    codec::{self, ReadError, Saved},
    history::Run,
    i18n::Lang,
    lesson,
};
use lexopt::{Arg, Parser};

use crate::{
    Outcome,
    source::{Source, complaint, one_line, source},
};

/// What `link` is asked for.
pub struct LinkOptions {
    scenario: String,
    /// The page's address; empty: the fragment alone.
    page: String,
}

/// What `open` is asked for.
pub struct OpenOptions {
    link: String,
    format: Format,
    /// Whether what is sound of a damaged link is printed.
    keep_sound: bool,
}

#[derive(Clone, Copy)]
enum Format {
    Text,
    Json,
}

/// Reads the arguments of `link`; `None`: help is asked for.
pub fn parse_link(args: &mut Parser) -> Result<Option<LinkOptions>, lexopt::Error> {
    let mut options = LinkOptions { scenario: String::new(), page: String::new() };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("page") => options.page = args.value()?.to_string_lossy().into_owned(),
            Arg::Value(word) if options.scenario.is_empty() => options.scenario = word.to_string_lossy().into_owned(),
            other => return Err(other.unexpected()),
        }
    }
    if options.scenario.is_empty() {
        return Err("expected a scenario after `link`, such as `start`".into());
    }
    Ok(Some(options))
}

/// Reads the arguments of `open`; `None`: help is asked for.
pub fn parse_open(args: &mut Parser) -> Result<Option<OpenOptions>, lexopt::Error> {
    let mut options = OpenOptions { link: String::new(), format: Format::Text, keep_sound: false };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(None),
            Arg::Long("keep-sound") => options.keep_sound = true,
            Arg::Long("format") => {
                options.format = match &*args.value()?.to_string_lossy() {
                    "text" => Format::Text,
                    "json" => Format::Json,
                    other => return Err(format!("--format {other}: expected `text` or `json`").into()),
                }
            }
            Arg::Value(word) if options.link.is_empty() => options.link = word.to_string_lossy().into_owned(),
            other => return Err(other.unexpected()),
        }
    }
    if options.link.is_empty() {
        return Err("expected a link after `open`, in quotes".into());
    }
    Ok(Some(options))
}

/// Prints a link.
pub fn link(options: &LinkOptions, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    let name = options.scenario.as_str();
    let link = saved(name).and_then(|saved| {
        codec::link::write(&saved, &options.page)
            .map_err(|problem| format!("{name}: {}", problem.text().plain(Lang::En)))
    });
    match link {
        Ok(link) => writeln!(out, "{link}").map(|()| Outcome::AllWell),
        Err(problem) => writeln!(err, "kafkascope: {problem}").map(|()| Outcome::Unusable),
    }
}

/// A saved run, or a scenario at the moment at which it is handed over.
fn saved(name: &str) -> Result<Saved, String> {
    let lesson = match source(name)? {
        Source::Saved(saved) => return Ok(*saved),
        Source::Lesson(lesson) => lesson,
    };
    let lessons = lesson::catalogue().map_err(one_line)?;
    let run = Run::new(&lesson.scenario());
    let run = run.map_err(|error| format!("{name}: {}: {}", error.field(), error.text().plain(Lang::En)))?;
    Ok(Saved::of(&run, &lessons))
}

/// Prints what a link holds.
pub fn open(options: &OpenOptions, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    let print = |out: &mut dyn Write, saved: &Saved| match options.format {
        Format::Text => out.write_all(codec::text::write(saved).as_bytes()),
        Format::Json => out.write_all(codec::file::write(saved).as_bytes()),
    };
    match codec::link::read(&options.link) {
        Ok(saved) => print(out, &saved).map(|()| Outcome::AllWell),
        Err(error) => {
            writeln!(err, "kafkascope: {}{}", complaint("link", &error), how_to_keep(&error, options.keep_sound))?;
            match error.sound.filter(|_| options.keep_sound) {
                Some(saved) => print(out, &saved).map(|()| Outcome::Unusable),
                None => Ok(Outcome::Unusable),
            }
        }
    }
}

/// That something can be kept, and how.
fn how_to_keep(error: &ReadError, keep_sound: bool) -> String {
    let text = error.sound_text().filter(|_| !keep_sound);
    text.map_or(String::new(), |text| format!(" {} Call it with --keep-sound.", text.plain(Lang::En)))
}
