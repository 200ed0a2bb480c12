//! A work: all runs of a page with their names and their tree, which one is shown, the bookmarks, and how far a class is
//! in a lesson. What a browser keeps between visits is written so.
//!
//! Each run stands in it as in its own file ([`super::file`]). What changes while time merely runs, where each run is
//! looked at and how far it has been, stands before them in a line, so that it can be written anew without them. Left
//! out: where works are kept, which is the page's.

use super::{
    ReadError, Saved, bytes,
    fields::{Fields, Object, at, fields_text, invalid, items, problem, quoted},
    file,
    json::{self, Json, Node},
    problem::{
        ALLOWED_CHANGE, ALLOWED_CLASS, ALLOWED_LINES, ALLOWED_MOMENTS, ALLOWED_OBJECT, ALLOWED_RUNS, ALLOWED_SHOWN,
        ALLOWED_WHOLE, ALLOWED_WORK_VERSION, Problem,
    },
    stamps::{playhead, print_moment, print_stamped},
};
use crate::{
    cluster::command_text,
    history::{Bookmarks, Change, Kept, Moment, Opening, RunId, Runs, Stamped},
    kafka::limits::{self, LimitError},
    lesson::{Lesson, progress::LessonRun},
};

/// The format that this version writes.
const VERSION: &str = "2";
/// Those that it reads; the first one has neither moments nor what was refused.
const VERSIONS: &[&str] = &["1", VERSION];
const FIELDS: &[&str] = &["kafkascope-work", "name", "kept", "shown", "bookmarks", "class", "moments", "runs"];
const MOMENT_FIELDS: &[&str] = &["id", "playhead", "end", "digest"];
const RUN_FIELDS: &[&str] = &["id", "parent", "parts", "own", "change", "refused", "name", "run"];
const CHANGE_FIELDS: &[&str] = &["strategy", "acks", "partitions", "value"];

/// All runs of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// What somebody called it; may be empty.
    pub name: String,
    /// When it was kept, in milliseconds of the wall clock since 1970. Only for people, and to find the last one.
    pub kept_ms: u64,
    /// The run that is shown.
    pub shown: RunId,
    /// Moments to find again.
    pub bookmarks: Bookmarks,
    /// Where the class stands, in a lesson.
    pub class: Option<LessonRun>,
    /// By number; never empty.
    pub runs: Vec<Kept<Saved>>,
}

/// A place where a work is kept, for the question which one may be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Its number.
    pub number: u32,
    /// Has somebody named the work? Then it is never given up.
    pub is_named: bool,
    /// When it was kept.
    pub kept_ms: u64,
}

/// Where one more work can be kept: a number that no other has, and the one that must be given up for it if there are
/// as many as there may be, which is the oldest without a name.
pub fn room(kept: &[Shelf]) -> Result<(u32, Option<u32>), LimitError> {
    let number = kept.iter().map(|shelf| shelf.number).max().unwrap_or_default().saturating_add(1);
    let full = limits::WORKS.check(kept.len() as u64 + 1);
    let oldest = kept.iter().filter(|shelf| !shelf.is_named).min_by_key(|shelf| (shelf.kept_ms, shelf.number));
    match (full, oldest) {
        (Ok(()), _) => Ok((number, None)),
        (Err(_), Some(oldest)) => Ok((number, Some(oldest.number))),
        (Err(error), None) => Err(error),
    }
}

impl Work {
    /// A run alone.
    pub fn alone(saved: Saved) -> Work {
        let (id, start) = (RunId(1), Moment::default());
        let run = Kept {
            id,
            parent: None,
            parts: start,
            own: start,
            end: None,
            change: None,
            refused: Vec::new(),
            name: None,
            history: saved,
        };
        Work {
            name: String::new(),
            kept_ms: 0,
            shown: id,
            bookmarks: Bookmarks::default(),
            class: None,
            runs: vec![run],
        }
    }

    /// The run that is shown.
    pub fn shown(&self) -> &Saved {
        let shown = self.runs.iter().find(|run| run.id == self.shown).or(self.runs.first());
        &shown.expect("a work has a run").history
    }

    /// The same, to change it.
    pub fn shown_mut(&mut self) -> &mut Kept<Saved> {
        let place = self.runs.iter().position(|run| run.id == self.shown).unwrap_or_default();
        &mut self.runs[place]
    }

    /// After time has gone on and nothing else was done: takes in where each run is looked at and how far it has been.
    /// False, and nothing is taken in, if runs or commands have come or gone.
    pub fn follow(&mut self, runs: &Runs) -> bool {
        let is_same = |(kept, run): (&Kept<Saved>, &crate::history::NamedRun)| {
            kept.id == run.id() && kept.history.commands.len() == run.history().newest().given_by_hand().count()
        };
        let all = runs.list();
        if self.shown != runs.shown().id() || self.runs.len() != all.len() || !self.runs.iter().zip(all).all(is_same) {
            return false;
        }
        for (kept, run) in self.runs.iter_mut().zip(all) {
            kept.end = Some(run.history().end());
            kept.history.look_at(run.history().run());
        }
        true
    }
}

impl Kept<Saved> {
    /// Begins to play it: to where it was looked at, and on to where it had been.
    pub fn open(&self, lessons: &[Lesson]) -> Result<Opening, ReadError> {
        self.history.open(lessons)?.on_to(self.end, self.refused.clone()).map_err(ReadError::whole)
    }
}

/// The text of a work.
pub fn write(work: &Work) -> String {
    write_over(work, &write_runs(work))
}

/// The text of its runs, but for what [`Work::follow`] takes in.
pub fn write_runs(work: &Work) -> String {
    let runs: Vec<String> = work.runs.iter().map(write_run).collect();
    format!("[{}]", runs.join(", "))
}

/// The text of a work with the text of its runs.
pub fn write_over(work: &Work, runs: &str) -> String {
    let mut object = Object::new(1);
    object.raw("kafkascope-work", VERSION);
    if !work.name.is_empty() {
        object.text("name", &work.name);
    }
    object.raw("kept", &work.kept_ms.to_string());
    object.raw("shown", &work.shown.0.to_string());
    let times: Vec<String> = work.bookmarks.times().iter().map(u64::to_string).collect();
    object.raw("bookmarks", &format!("[{}]", times.join(", ")));
    if let Some(Ok(class)) = work.class.as_ref().map(postcard::to_allocvec) {
        object.text("class", &bytes::to_base64(&class));
    }
    let moments: Vec<String> = work.runs.iter().map(write_moments).collect();
    object.raw("moments", &format!("[{}]", moments.join(", ")));
    object.raw("runs", runs);
    object.end() + "\n"
}

fn write_moments(run: &Kept<Saved>) -> String {
    let text = |name: &str, value: String| format!(", {}: {}", quoted(name), quoted(&value));
    let playhead = text("playhead", print_moment(run.history.playhead));
    let end = run.end.map(|end| text("end", print_moment(end))).unwrap_or_default();
    let digest = run.history.digest.map(|digest| text("digest", file::print_digest(digest))).unwrap_or_default();
    format!("{{\"id\": {}{playhead}{end}{digest}}}", run.id.0)
}

fn write_run(run: &Kept<Saved>) -> String {
    let mut object = Object::new(2);
    object.raw("id", &run.id.0.to_string());
    run.parent.iter().for_each(|parent| object.raw("parent", &parent.0.to_string()));
    object.text("parts", &print_moment(run.parts));
    object.text("own", &print_moment(run.own));
    if let Some(change) = &run.change {
        let (kind, of, value) = match change {
            Change::Strategy { group, value } => ("strategy", group, value.clone()),
            Change::Acks { producer, value } => ("acks", producer, value.clone()),
            Change::Partitions { topic, value } => ("partitions", topic, value.to_string()),
        };
        object.raw("change", &format!("{{{}: {}, \"value\": {}}}", quoted(kind), quoted(of), quoted(&value)));
    }
    if !run.refused.is_empty() {
        object.list("refused", run.refused.iter().map(print_stamped));
    }
    run.name.iter().for_each(|name| object.text("name", name));
    object.raw("run", &file::object(&run.history));
    object.end()
}

/// The work of a text.
pub fn read(text: &str) -> Result<Work, ReadError> {
    limits::FILE.check_text(text).map_err(ReadError::whole)?;
    let root = json::read(text)?;
    let fields = Fields::of(&root, "kafkascope-work", FIELDS)?;
    let version = fields.need("kafkascope-work", &ALLOWED_WORK_VERSION)?;
    if !VERSIONS.iter().any(|known| version.value == Json::Number((*known).to_owned())) {
        return Err(invalid(version, "kafkascope-work", &ALLOWED_WORK_VERSION));
    }
    fields.check_names()?;
    let name = name_of(&fields)?.unwrap_or_default();
    let list = fields.need("runs", &ALLOWED_RUNS)?;
    let mut runs: Vec<Kept<Saved>> = Vec::new();
    for item in items(list, "runs", &ALLOWED_RUNS)? {
        limits::RUNS.check(runs.len() as u64 + 1).map_err(|error| problem(item.line, error.into()))?;
        let run = read_run(item)?;
        let follows = runs.last().is_none_or(|last| last.id < run.id);
        if !follows || run.parent.is_some_and(|parent| runs.iter().all(|before| before.id != parent)) {
            return Err(invalid(item, "runs", &ALLOWED_RUNS));
        }
        runs.push(run);
    }
    if runs.is_empty() {
        return Err(invalid(list, "runs", &ALLOWED_RUNS));
    }
    if let Some(node) = fields.take("moments") {
        items(node, "moments", &ALLOWED_MOMENTS)?.iter().try_for_each(|item| read_moments(item, &mut runs))?;
    }
    let shown = RunId(small(&fields, "shown")?.unwrap_or_default());
    if runs.iter().all(|run| run.id != shown) {
        return Err(invalid(fields.take("shown").unwrap_or(&root), "shown", &ALLOWED_SHOWN));
    }
    let class = match fields.take("class") {
        None => None,
        Some(node) => {
            let (bytes, is_clean) = bytes::from_base64(fields_text(node, "class")?.as_bytes());
            let class = postcard::from_bytes(&bytes).ok().filter(|_| is_clean);
            Some(class.ok_or_else(|| invalid(node, "class", &ALLOWED_CLASS))?)
        }
    };
    let kept_ms = fields.number("kept")?.unwrap_or_default();
    Ok(Work { name, kept_ms, shown, bookmarks: bookmarks(&fields)?, class, runs })
}

fn read_run(node: &Node) -> Result<Kept<Saved>, ReadError> {
    let fields = Fields::of(node, "runs", RUN_FIELDS)?;
    fields.check_names()?;
    let moment = |field| moment_of(&fields, field).map(Option::unwrap_or_default);
    let mut refused = Vec::new();
    if let Some(node) = fields.take("refused") {
        // Also what is not sound by itself was refused once.
        file::each(node, "refused", &ALLOWED_LINES, |Moment { event, time_us }, line| {
            limits::COMMANDS.check(refused.len() as u64 + 1)?;
            refused.push(Stamped { time_us, after_event: event, command: command_text::parse(line)? });
            Ok(())
        })?;
    }
    Ok(Kept {
        id: RunId(small(&fields, "id")?.filter(|id| *id > 0).ok_or_else(|| invalid(node, "id", &ALLOWED_WHOLE))?),
        parent: small(&fields, "parent")?.map(RunId),
        parts: moment("parts")?,
        own: moment("own")?,
        end: None,
        change: fields.take("change").map(change).transpose()?,
        refused,
        name: name_of(&fields)?,
        history: file::run(fields.need("run", &ALLOWED_OBJECT)?)?,
    })
}

/// What a run had come to since its commands were written.
fn read_moments(node: &Node, runs: &mut [Kept<Saved>]) -> Result<(), ReadError> {
    let fields = Fields::of(node, "moments", MOMENT_FIELDS)?;
    fields.check_names()?;
    let id = small(&fields, "id")?.map(RunId);
    let run = runs.iter_mut().find(|run| Some(run.id) == id);
    let run = run.ok_or_else(|| invalid(node, "moments", &ALLOWED_MOMENTS))?;
    if let Some(playhead) = moment_of(&fields, "playhead")? {
        run.history.playhead = playhead;
    }
    run.end = moment_of(&fields, "end")?;
    run.history.digest = fields.take("digest").map(file::digest).transpose()?;
    Ok(())
}

fn moment_of(fields: &Fields, field: &'static str) -> Result<Option<Moment>, ReadError> {
    let Some(node) = fields.take(field) else { return Ok(None) };
    playhead(fields_text(node, field)?).map(Some).map_err(at(node))
}

fn name_of(fields: &Fields) -> Result<Option<String>, ReadError> {
    let Some(node) = fields.take("name") else { return Ok(None) };
    let name = fields_text(node, "name")?;
    limits::RUN_NAME.check_text(name).map_err(|error| problem(node.line, error.into()))?;
    Ok(Some(name.to_owned()))
}

fn small(fields: &Fields, name: &'static str) -> Result<Option<u32>, ReadError> {
    let Some(number) = fields.number(name)? else { return Ok(None) };
    let small = u32::try_from(number).ok();
    small.map(Some).ok_or_else(|| problem(fields.line, whole(name)))
}

fn whole(field: &str) -> Problem {
    Problem::Invalid { field: field.to_owned(), allowed: ALLOWED_WHOLE.text() }
}

fn change(node: &Node) -> Result<Change, ReadError> {
    let wrong = || invalid(node, "change", &ALLOWED_CHANGE);
    let fields = Fields::of(node, "change", CHANGE_FIELDS)?;
    let text =
        |name: &'static str| fields.take(name).map(|node| fields_text(node, name).map(str::to_owned)).transpose();
    let value = text("value")?.ok_or_else(wrong)?;
    match (text("strategy")?, text("acks")?, text("partitions")?) {
        (Some(group), None, None) => Ok(Change::Strategy { group, value }),
        (None, Some(producer), None) => Ok(Change::Acks { producer, value }),
        (None, None, Some(topic)) => Ok(Change::Partitions { topic, value: value.parse().map_err(|_| wrong())? }),
        _ => Err(wrong()),
    }
}

fn bookmarks(fields: &Fields) -> Result<Bookmarks, ReadError> {
    let Some(node) = fields.take("bookmarks") else { return Ok(Bookmarks::default()) };
    let mut times = Vec::new();
    for item in items(node, "bookmarks", &ALLOWED_WHOLE)? {
        let number = match &item.value {
            Json::Number(number) => number.parse().ok(),
            _ => None,
        };
        times.push(number.ok_or_else(|| problem(item.line, whole("bookmarks")))?);
    }
    Bookmarks::at(times).map_err(|error| problem(node.line, error.into()))
}
