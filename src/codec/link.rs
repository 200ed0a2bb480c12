//! The fragment of a link: `#k1=` and a run in base64, its commands in a few bytes each, sealed so that damage is found
//! and what lies before it can be kept.
//!
//! The format is versioned by the number behind `k`. Within one version lists of words grow ([`super::words`]) and
//! nothing else changes. Left out: names of runs, which are for whoever keeps them.

use super::{
    Origin, Place, Problem, ReadError, Saved, VERSION,
    bytes::{self, Reader, SealState, Writer},
    line::{LineReader, LineWriter},
    stamps::{Commands, check_scenario, controllers, event_of},
};
use crate::{
    cluster::{ClusterSpec, command_text},
    history::{AFTER_ALL, Moment, Scenario},
    i18n::Lang,
    kafka::limits::{self, LimitError},
};

/// What a fragment begins with, before the number of its version and `=`.
const MARK: char = 'k';

const ORIGIN_LESSON: u64 = 0;
const ORIGIN_LESSON_SEED: u64 = 1;
const ORIGIN_OWN: u64 = 2;
/// One with controllers apart from the brokers: before the scenario stands how many.
const ORIGIN_OWN_APART: u64 = 3;

/// The link to a run: the page's address with a fragment behind it; with an empty address the fragment alone. Too long
/// a link is an error that says by how much; a file takes any run.
pub fn write(saved: &Saved, page: &str) -> Result<String, Problem> {
    let page = page.split('#').next().unwrap_or_default();
    let sealed = bytes::seal(&payload(saved));
    let link = format!("{page}#{MARK}{VERSION}={}", bytes::to_base64(&sealed));
    let length = link.chars().count() as u64;
    if length > limits::LINK.max { Err(Problem::Long { length }) } else { Ok(link) }
}

/// Whether an address or fragment claims to be such a link, whatever its version; others are none of our business.
pub fn is_link(link: &str) -> bool {
    version(link).is_some()
}

/// The version of a link, and its base64.
fn version(link: &str) -> Option<(&str, &str)> {
    let fragment = link.trim().rsplit_once('#').map_or(link.trim(), |(_, fragment)| fragment);
    let (version, rest) = fragment.strip_prefix(MARK)?.split_once('=')?;
    let is_number = !version.is_empty() && version.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then_some((version, rest))
}

/// The run of a link, of a fragment with `#` or without.
pub fn read(link: &str) -> Result<Saved, ReadError> {
    // A link wrapped into lines is whole once the breaks are gone.
    let bare: String = link.chars().filter(|c| !c.is_whitespace()).take(limits::LINK.max as usize + 1).collect();
    if bare.chars().count() as u64 > limits::LINK.max {
        let length = link.chars().filter(|c| !c.is_whitespace()).count() as u64;
        return Err(ReadError::whole(LimitError::TooMuch { limit: &limits::LINK, value: length }));
    }
    let (version, text) = version(&bare).ok_or_else(|| ReadError::whole(Problem::Foreign))?;
    match version.parse() {
        Ok(VERSION) => {}
        Ok(0) => return Err(ReadError::whole(Problem::Foreign)),
        _ => return Err(ReadError::whole(Problem::Newer { version: format!("{MARK}{version}") })),
    }
    let (sealed, is_clean) = bytes::from_base64(text.as_bytes());
    let unsealed = bytes::unseal(&sealed);
    let problem = match unsealed.state {
        SealState::Whole if is_clean => return read_payload(&unsealed.bytes),
        SealState::Short { expected } if is_clean || text.len() % 4 == 1 => {
            Problem::Short { present: text.len() as u64, expected: bytes::base64_length(expected) }
        }
        _ => Problem::Damaged,
    };
    let sound = match read_payload(&unsealed.bytes[..unsealed.sound]) {
        Ok(saved) => Some(saved.cut_short()),
        Err(error) => error.sound,
    };
    Err(ReadError { place: Place::Whole, problem, sound })
}

fn payload(saved: &Saved) -> Vec<u8> {
    let (mut out, mut lines) = (Writer::default(), LineWriter::default());
    match &saved.origin {
        Origin::Lesson { id, seed } => {
            out.number(if seed.is_some() { ORIGIN_LESSON_SEED } else { ORIGIN_LESSON });
            lines.value(&mut out, id);
            seed.iter().for_each(|seed| out.number(*seed));
        }
        Origin::Own(scenario) => {
            match scenario.cluster.controllers {
                0 => out.number(ORIGIN_OWN),
                controllers => {
                    out.number(ORIGIN_OWN_APART);
                    out.number(controllers.into());
                }
            }
            write_scenario(&mut out, &mut lines, scenario);
        }
    }
    out.number(Lang::ALL.into_iter().position(|lang| Some(lang) == saved.lang).map_or(0, |place| place as u64 + 1));
    lines.value(&mut out, saved.lens.as_deref().unwrap_or_default());
    out.number(saved.playhead.time_us);
    out.number(event_code(saved.playhead.event, 0));
    out.number(saved.digest.map_or(0, |digest| u64::from(digest) + 1));
    let (mut last_us, mut last_event) = (0, 0);
    for stamped in &saved.commands {
        out.number(stamped.time_us.saturating_sub(last_us) + 1);
        out.number(event_code(stamped.after_event, last_event));
        lines.line(&mut out, &command_text::print(&stamped.command));
        last_us = stamped.time_us;
        last_event = if stamped.after_event == AFTER_ALL { last_event } else { stamped.after_event };
    }
    // Where a time would stand: that there is no further command.
    out.number(0);
    out.0
}

fn write_scenario(out: &mut Writer, lines: &mut LineWriter, scenario: &Scenario) {
    out.number(scenario.seed);
    out.number(scenario.cluster.racks.len() as u64);
    for rack in &scenario.cluster.racks {
        lines.value(out, rack.as_deref().unwrap_or_default());
    }
    out.number(scenario.cluster.settings.len() as u64);
    for (name, value) in &scenario.cluster.settings {
        lines.value(out, name);
        lines.value(out, value);
    }
    out.number(scenario.begin_us);
    out.number(scenario.commands.len() as u64);
    for (at_us, command) in &scenario.commands {
        out.number(*at_us);
        lines.line(out, &command_text::print(command));
    }
}

/// How far an event is from the one before, either way; 0: nobody knows it.
fn event_code(event: u64, last: u64) -> u64 {
    if event == AFTER_ALL {
        return 0;
    }
    let by = event.wrapping_sub(last) as i64;
    ((by << 1 ^ by >> 63) as u64).saturating_add(1)
}

fn event_from(code: u64, last: u64) -> u64 {
    match code.checked_sub(1) {
        None => AFTER_ALL,
        Some(zigzag) => event_of(last.wrapping_add((zigzag >> 1) ^ (zigzag & 1).wrapping_neg())),
    }
}

/// Reads fields one after the other, and knows which one it is at.
struct Fields<'a> {
    from: Reader<'a>,
    lines: LineReader<'a>,
    field: &'static str,
}

impl<'a> Fields<'a> {
    fn at(&mut self, field: &'static str) -> &mut Self {
        self.field = field;
        self
    }

    fn problem(&self) -> Problem {
        Problem::Unreadable { field: self.field }
    }

    fn number(&mut self) -> Result<u64, Problem> {
        self.from.number().ok_or_else(|| self.problem())
    }

    fn value(&mut self) -> Result<String, Problem> {
        let mut value = String::new();
        self.lines.value(&mut self.from, &mut value).ok_or_else(|| self.problem())?;
        Ok(value)
    }

    fn line(&mut self) -> Result<String, Problem> {
        self.lines.line(&mut self.from).ok_or_else(|| self.problem())
    }

    /// A number of things, each of which takes a byte at least.
    fn count(&mut self) -> Result<u64, Problem> {
        let count = self.number()?;
        if count > self.from.0.len() as u64 { Err(self.problem()) } else { Ok(count) }
    }

    fn origin(&mut self, commands: &mut Commands) -> Result<Origin, Problem> {
        match self.at("scenario").number()? {
            kind @ (ORIGIN_LESSON | ORIGIN_LESSON_SEED) => {
                let id = self.at("lesson").value()?;
                let seed = match kind {
                    ORIGIN_LESSON => None,
                    _ => Some(self.at("seed").number()?),
                };
                Ok(Origin::Lesson { id, seed })
            }
            ORIGIN_OWN => Ok(Origin::Own(Box::new(self.scenario(0, commands)?))),
            ORIGIN_OWN_APART => {
                let controllers = self.at("controllers").number()?;
                Ok(Origin::Own(Box::new(self.scenario(controllers, commands)?)))
            }
            _ => Err(self.problem()),
        }
    }

    fn scenario(&mut self, apart: u64, commands: &mut Commands) -> Result<Scenario, Problem> {
        let seed = self.at("seed").number()?;
        let mut cluster = ClusterSpec { controllers: controllers(Some(apart))?, ..ClusterSpec::default() };
        for _ in 0..self.at("brokers").count()? {
            let rack = self.value()?;
            cluster.racks.push(Some(rack).filter(|rack| !rack.is_empty()));
        }
        for _ in 0..self.at("settings").count()? {
            let name = self.value()?;
            cluster.settings.insert(name, self.value()?);
        }
        let begin_us = self.at("begin").number()?;
        check_scenario(&cluster, begin_us)?;
        for _ in 0..self.at("setup").count()? {
            let at_us = self.number()?;
            let line = self.line()?;
            commands.add_setup(at_us, &line)?;
        }
        Ok(Scenario { seed, cluster, commands: commands.setup.clone(), begin_us })
    }

    /// Everything but the commands.
    fn head(&mut self, commands: &mut Commands) -> Result<Saved, Problem> {
        let origin = self.origin(commands)?;
        let lang = match self.at("lang").number()? {
            0 => None,
            code => {
                let place = usize::try_from(code - 1).ok();
                Some(place.and_then(|place| Lang::ALL.get(place)).copied().ok_or_else(|| self.problem())?)
            }
        };
        let lens = Some(self.at("lens").value()?).filter(|lens| !lens.is_empty());
        let time_us = self.at("playhead").number()?;
        limits::TIME.check(time_us)?;
        let playhead = Moment { time_us, event: event_from(self.number()?, 0) };
        let digest = match self.at("digest").number()?.checked_sub(1) {
            None => None,
            Some(digest) => Some(u16::try_from(digest).map_err(|_| self.problem())?),
        };
        let saved = Saved { origin, lang, lens, playhead, digest, ..Saved::default() };
        saved.check_words()?;
        Ok(saved)
    }

    /// The next command; false: there is none.
    fn command(&mut self, last: &mut Moment, commands: &mut Commands) -> Result<bool, Problem> {
        let Some(later_us) = self.at("time").number()?.checked_sub(1) else { return Ok(false) };
        last.time_us = last.time_us.checked_add(later_us).ok_or_else(|| self.problem())?;
        let event = event_from(self.at("event").number()?, last.event);
        last.event = if event == AFTER_ALL { last.event } else { event };
        let line = self.at("command").line()?;
        commands.add(Moment { event, ..*last }, &line)?;
        Ok(true)
    }
}

/// The run that the bytes within a seal say.
pub(super) fn read_payload(payload: &[u8]) -> Result<Saved, ReadError> {
    let mut fields = Fields { from: Reader(payload), lines: LineReader::default(), field: "" };
    let mut commands = Commands::default();
    let head = fields.head(&mut commands).map_err(ReadError::whole)?;
    let mut last = Moment::default();
    let problem = loop {
        match fields.command(&mut last, &mut commands) {
            Ok(true) => {}
            Ok(false) if fields.from.0.is_empty() => return Ok(Saved { commands: commands.given, ..head }),
            Ok(false) => break fields.at("commands").problem(),
            Err(problem) => break problem,
        }
    };
    let place = Place::Command(commands.given.len() + 1);
    Err(ReadError { place, problem, sound: Some(Saved { commands: commands.given, ..head }.cut_short()) })
}
