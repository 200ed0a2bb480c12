//! A random run as data: what plays it again, whole or in part. Its text has a line for the seed, one for the brokers'
//! racks (`-` for none), one for the number of controllers if they are apart from the brokers, one for each setting of the cluster, one for each command with its simulated time in seconds,
//! and a last one that says when it ends, in `peace` or just so.

use std::fmt;
use std::str::FromStr;

use super::{Failure, Fuzz, Outcome};
use crate::{
    cluster::{ClusterSpec, command_text},
    i18n::Lang,
    sim::Random,
};

const SECOND_US: u64 = 1_000_000;

/// A cluster and the commands given to it, each with its simulated time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Seed of all random streams of the world.
    pub seed: u64,
    /// The cluster.
    pub spec: ClusterSpec,
    /// The commands in their text form.
    pub commands: Vec<(u64, String)>,
    /// When it ends.
    pub end_us: u64,
    /// Whether peace is made then, in which everything must come right.
    pub peace: bool,
}

impl Script {
    /// Plays it again. Commands that the world does not take are left out; a cluster that cannot be is an error.
    pub fn play(&self) -> Result<Outcome, Box<Failure>> {
        let empty = Script { commands: Vec::new(), ..self.clone() };
        let mut fuzz = Fuzz::of(empty, Random::new(self.seed, "fuzz")).map_err(|error| Failure {
            check: "cluster",
            what: error.text().plain(Lang::En),
            findings: Vec::new(),
            found_us: 0,
            events: 0,
            script: self.clone(),
            played: self.clone(),
        })?;
        for (at_us, line) in &self.commands {
            fuzz.watched.run_to(*at_us);
            if !fuzz.watched.findings.is_empty() {
                break;
            }
            fuzz.give(line);
        }
        fuzz.watched.run_to(self.end_us);
        fuzz.script.end_us = self.end_us;
        fuzz.end()
    }
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let racks: Vec<&str> = self.spec.racks.iter().map(|rack| rack.as_deref().unwrap_or("-")).collect();
        writeln!(out, "seed {}\nbrokers {}", self.seed, racks.join(" "))?;
        if self.spec.controllers > 0 {
            writeln!(out, "controllers {}", self.spec.controllers)?;
        }
        for (name, value) in &self.spec.settings {
            writeln!(out, "set {name}={value}")?;
        }
        for (at_us, line) in &self.commands {
            writeln!(out, "{} {line}", seconds(*at_us))?;
        }
        writeln!(out, "{} {}", seconds(self.end_us), if self.peace { "peace" } else { "end" })
    }
}

impl FromStr for Script {
    type Err = ScriptError;

    fn from_str(text: &str) -> Result<Script, ScriptError> {
        let mut script = Script::default();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            script.read(line).ok_or_else(|| ScriptError { number: index + 1, line: line.to_owned() })?;
        }
        Ok(script)
    }
}

impl Script {
    fn read(&mut self, line: &str) -> Option<()> {
        let (first, rest) = line.split_once(' ')?;
        match (first, rest) {
            ("seed", seed) => self.seed = seed.parse().ok()?,
            ("brokers", racks) => {
                let rack = |word: &str| (word != "-").then(|| word.to_owned());
                self.spec.racks = racks.split(' ').map(rack).collect();
            }
            ("controllers", count) => self.spec.controllers = count.parse().ok()?,
            ("set", setting) => {
                let (name, value) = setting.split_once('=')?;
                self.spec.settings.insert(name.to_owned(), value.to_owned());
            }
            (at, "peace" | "end") => (self.end_us, self.peace) = (micros(at)?, rest == "peace"),
            (at, command) => {
                command_text::parse(command).ok()?;
                self.commands.push((micros(at)?, command.to_owned()));
            }
        }
        Some(())
    }
}

/// A line that is none of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Which, from 1 on.
    pub number: usize,
    /// What it says.
    pub line: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Line {} is no line of a script: `{}`.", self.number, self.line)
    }
}

/// Seconds with all six places, so that nothing is lost.
fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / SECOND_US, us % SECOND_US)
}

fn micros(seconds: &str) -> Option<u64> {
    let (whole, part) = seconds.split_once('.').unwrap_or((seconds, ""));
    let part = format!("{part:0<6}");
    let part: u64 = Some(part).filter(|part| part.len() == 6)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(SECOND_US)?.checked_add(part)
}
