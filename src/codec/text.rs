//! A run as lines that a person can read, edit and paste: how it begins, and one command a line with its moment.
//!
//! ```text
//! # Comments and blank lines mean nothing.
//! lesson id=start seed=8
//! page name="A broker less" lens=brokers lang=en
//! @12.5s/4321 crash-broker broker=2
//! @14s send producer=checkout key=alice value=afterwards
//! @20s/7000 now
//! ```
//!
//! A moment is a simulated time and the number of the last event before it, which may be left out; a command without a
//! moment follows the one before it at once. In place of `lesson` stands `cluster brokers=3 seed=7 begin=9s` with
//! broker configs behind it, and `setup @0.5s create-topic …` for each command of the scenario; without either it is
//! the start cluster. Left out: the digest, which would not fit any more once a line is changed.

use super::{
    Origin, Place, Problem, ReadError, Saved,
    problem::{
        ALLOWED_LANG, ALLOWED_MOMENT, ALLOWED_RACK_COUNT, ALLOWED_SETUP, ALLOWED_TEXT, ALLOWED_TIME, ALLOWED_WHOLE,
    },
    stamps::{Commands, check_scenario, controllers, moment, playhead, print_moment, print_setup, print_stamped},
    time,
};
use crate::{
    cluster::{
        ClusterSpec,
        command_text::{
            CommandTextError,
            words::{Raw, quote, words},
        },
    },
    history::{AFTER_ALL, Moment, Scenario},
    i18n::{Lang, Template},
    kafka::limits,
};

/// The text of a run.
pub fn write(saved: &Saved) -> String {
    let mut out = String::from("# Kafkascope: a command a line, behind @simulated time/last event before it.\n");
    let mut line = |text: String| out.extend([text.as_str(), "\n"]);
    match &saved.origin {
        Origin::Lesson { id, seed } => {
            let seed = seed.map(|seed| format!(" seed={seed}")).unwrap_or_default();
            line(format!("lesson id={}{seed}", quote(id, &[])));
        }
        Origin::Own(scenario) => {
            line(cluster_line(scenario));
            print_setup(scenario).for_each(|setup| line(format!("setup {setup}")));
        }
    }
    let name = Some(saved.name.as_str()).filter(|name| !name.is_empty());
    let page = [("name", name), ("lens", saved.lens.as_deref()), ("lang", saved.lang.map(Lang::tag))];
    let page: String =
        page.iter().filter_map(|(name, value)| Some(format!(" {name}={}", quote((*value)?, &[])))).collect();
    if !page.is_empty() {
        line(format!("page{page}"));
    }
    saved.commands.iter().for_each(|stamped| line(print_stamped(stamped)));
    line(format!("{} now", print_moment(saved.playhead)));
    out
}

fn cluster_line(Scenario { seed, cluster, begin_us, .. }: &Scenario) -> String {
    let mut line = format!("cluster brokers={}", cluster.racks.len());
    if cluster.controllers > 0 {
        line += &format!(" controllers={}", cluster.controllers);
    }
    line += &format!(" seed={seed} begin={}", time::print(*begin_us));
    if cluster.racks.iter().any(Option::is_some) {
        let racks: Vec<String> = cluster
            .racks
            .iter()
            .map(|rack| rack.as_deref().map_or(String::new(), |rack| quote(rack, &[','])))
            .collect();
        line.extend([" racks=", &racks.join(",")]);
    }
    for (name, value) in &cluster.settings {
        line.extend([" ", &quote(name, &[]), "=", &quote(value, &[])]);
    }
    line
}

/// The run that a text says.
pub fn read(text: &str) -> Result<Saved, ReadError> {
    limits::FILE.check_text(text).map_err(ReadError::whole)?;
    let mut reading = Reading::default();
    // Some editors begin a file with a mark that nobody sees.
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(problem) = reading.line(line) {
            let sound = reading.saved().ok().map(Saved::cut_short);
            return Err(ReadError { place: Place::Line(index + 1), problem, sound });
        }
    }
    if !reading.has_origin && !reading.has_playhead && reading.commands.given.is_empty() {
        return Err(ReadError::whole(Problem::Nothing));
    }
    reading.saved().map_err(ReadError::whole)
}

#[derive(Default)]
struct Reading {
    /// Without its commands, until the end.
    saved: Saved,
    own: Option<Scenario>,
    commands: Commands,
    has_origin: bool,
    has_playhead: bool,
}

impl Reading {
    fn line(&mut self, line: &str) -> Result<(), Problem> {
        if line.starts_with('@') {
            let invalid = Problem::Invalid { field: "time".to_owned(), allowed: ALLOWED_MOMENT.text() };
            let (at, rest) = moment(line).ok_or(invalid)?;
            if rest != "now" {
                return self.commands.add(at, rest);
            }
            self.saved.playhead = playhead(&print_moment(at))?;
            self.has_playhead = true;
            return Ok(());
        }
        let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match verb {
            "lesson" => self.lesson(rest),
            "cluster" => self.cluster(rest),
            "setup" => self.setup(rest.trim()),
            "page" => self.page(rest),
            _ => {
                let at = Moment { time_us: self.commands.last_us(), event: AFTER_ALL };
                self.commands.add(at, line)
            }
        }
    }

    /// How it begins is said once, and before anything happens.
    fn begins(&mut self, word: &'static str) -> Result<(), Problem> {
        let is_late = !self.commands.given.is_empty() || !self.commands.setup.is_empty();
        if std::mem::replace(&mut self.has_origin, true) || is_late {
            return Err(Problem::CommandText(CommandTextError::Twice { name: word.to_owned() }));
        }
        Ok(())
    }

    fn lesson(&mut self, rest: &str) -> Result<(), Problem> {
        self.begins("lesson")?;
        let mut words = Words::of(rest)?;
        let id = words.text("id")?.ok_or_else(|| missing("id", &ALLOWED_TEXT))?;
        let seed = words.number("seed")?;
        self.saved.origin = Origin::Lesson { id, seed };
        words.end(&["id", "seed"])
    }

    fn cluster(&mut self, rest: &str) -> Result<(), Problem> {
        self.begins("cluster")?;
        let mut words = Words::of(rest)?;
        let brokers = words.number("brokers")?.ok_or_else(|| missing("brokers", &ALLOWED_WHOLE))?;
        limits::BROKERS.check(brokers)?;
        let controllers = controllers(words.number("controllers")?)?;
        let seed = words.number("seed")?.unwrap_or_default();
        let begin_us = match words.text("begin")? {
            None => 0,
            Some(text) => time::parse(&text).ok_or_else(|| invalid("begin", &ALLOWED_TIME))?,
        };
        let mut racks = vec![None; brokers as usize];
        if let Some(raw) = words.take("racks")? {
            let items: Vec<String> = raw.items().iter().map(Raw::text).collect();
            if items.len() != racks.len() {
                return Err(invalid("racks", &ALLOWED_RACK_COUNT));
            }
            racks = items.into_iter().map(|rack| Some(rack).filter(|rack| !rack.is_empty())).collect();
        }
        let mut cluster = ClusterSpec { racks, controllers, ..ClusterSpec::default() };
        for (name, raw) in words.left {
            if cluster.settings.insert(name.clone(), raw.text()).is_some() {
                return Err(Problem::CommandText(CommandTextError::Twice { name }));
            }
        }
        check_scenario(&cluster, begin_us)?;
        self.own = Some(Scenario { seed, cluster, begin_us, commands: Vec::new() });
        Ok(())
    }

    fn setup(&mut self, rest: &str) -> Result<(), Problem> {
        if self.own.is_none() {
            return Err(missing("cluster", &ALLOWED_WHOLE));
        }
        let (at, command) = moment(rest).ok_or_else(|| invalid("setup", &ALLOWED_SETUP))?;
        self.commands.add_setup(at.time_us, command)
    }

    fn page(&mut self, rest: &str) -> Result<(), Problem> {
        let mut words = Words::of(rest)?;
        let mut saved = self.saved.clone();
        saved.name = words.text("name")?.unwrap_or(saved.name);
        saved.lens = words.text("lens")?.or(saved.lens);
        if let Some(tag) = words.text("lang")? {
            saved.lang = Some(lang(&tag)?);
        }
        saved.check_words()?;
        self.saved = saved;
        words.end(&["name", "lens", "lang"])
    }

    /// What has been read so far.
    fn saved(&self) -> Result<Saved, Problem> {
        let mut saved = self.saved.clone();
        if let Some(own) = &self.own {
            saved.origin = Origin::Own(Box::new(Scenario { commands: self.commands.setup.clone(), ..own.clone() }));
        }
        if !self.has_playhead {
            saved.playhead = Moment { time_us: self.commands.last_us(), event: AFTER_ALL };
        }
        saved.commands.clone_from(&self.commands.given);
        Ok(saved)
    }
}

/// The language of a tag, written exactly so.
pub(super) fn lang(tag: &str) -> Result<Lang, Problem> {
    Lang::ALL.into_iter().find(|lang| lang.tag() == tag).ok_or_else(|| invalid("lang", &ALLOWED_LANG))
}

fn missing(field: &'static str, allowed: &'static Template) -> Problem {
    Problem::Missing { field, allowed: allowed.text() }
}

fn invalid(field: &str, allowed: &'static Template) -> Problem {
    Problem::Invalid { field: field.to_owned(), allowed: allowed.text() }
}

/// `name=value` words, taken one by one.
struct Words {
    left: Vec<(String, Raw)>,
}

impl Words {
    fn of(line: &str) -> Result<Words, Problem> {
        let mut left = Vec::new();
        for word in words(line)? {
            let Some(raw) = word.value else {
                return Err(CommandTextError::NoValue { word: word.name }.into());
            };
            left.push((word.name, raw));
        }
        Ok(Words { left })
    }

    fn take(&mut self, name: &str) -> Result<Option<Raw>, Problem> {
        let Some(place) = self.left.iter().position(|(given, _)| given == name) else { return Ok(None) };
        let (_, raw) = self.left.remove(place);
        match self.left.iter().any(|(given, _)| given == name) {
            true => Err(CommandTextError::Twice { name: name.to_owned() }.into()),
            false => Ok(Some(raw)),
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        Ok(self.take(name)?.map(|raw| raw.text()))
    }

    fn number(&mut self, name: &'static str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let digits = text.bytes().all(|digit| digit.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map(Some).ok_or_else(|| invalid(name, &ALLOWED_WHOLE))
    }

    /// Nothing else may stand there.
    fn end(self, known: &'static [&'static str]) -> Result<(), Problem> {
        match self.left.into_iter().next() {
            Some((field, _)) => Err(Problem::UnknownField { field, known }),
            None => Ok(()),
        }
    }
}
