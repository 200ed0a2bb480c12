//! `kafkascope check`: does a scenario or lesson hold? It loads, every beat ends, every question is decided, no invariant
//! breaks. That every text exists in both languages is part of loading.
//!
//! One line a scenario on standard output, `NAME well` or `NAME N problems`; what is wrong on standard error.

use std::io::{self, Write};

use kafkascope::{
    check::Watched,
    codec::Saved,
    history::Run,
    i18n::Lang,
    kafka::limits,
    lesson::{self, play},
};

use crate::{
    Outcome,
    source::{AFTERWARDS_US, Source, one_line, source},
};

/// Checks each; the worst outcome counts.
pub fn run(names: &[String], out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    let mut worst = Outcome::AllWell;
    for name in names {
        let found = match source(name) {
            Ok(source) => problems(&source),
            Err(problem) => {
                writeln!(err, "kafkascope: {problem}")?;
                worst = worst.max(Outcome::Unusable);
                continue;
            }
        };
        for problem in &found {
            writeln!(err, "{name}: {problem}")?;
        }
        match found.len() {
            0 => writeln!(out, "{name} well")?,
            1 => writeln!(out, "{name} 1 problem")?,
            count => writeln!(out, "{name} {count} problems")?,
        }
        if !found.is_empty() {
            worst = worst.max(Outcome::CheckFailed);
        }
    }
    Ok(worst)
}

/// Everything that is wrong with it, a line each.
fn problems(source: &Source) -> Vec<String> {
    let run = match source {
        Source::Lesson(lesson) => play::to_end(lesson, |_, _| {}).map(|(run, _)| run).map_err(|it| it.to_string()),
        Source::Saved(run) => saved(run),
    };
    match run {
        Ok(run) => broken(&run, run.time_us().saturating_add(AFTERWARDS_US)),
        Err(problem) => vec![problem],
    }
}

/// A saved run, played to its playhead and its last command.
fn saved(saved: &Saved) -> Result<Run, String> {
    let lessons = lesson::catalogue().map_err(one_line)?;
    let opened = saved.open(&lessons).map_err(|error| error.text().plain(Lang::En))?.finish();
    if let Some((place, error)) = opened.refused.first() {
        return Err(format!("command {} is refused: {}", place + 1, error.text().plain(Lang::En)));
    }
    if !opened.is_whole {
        return Err(limits::REPLAY.rule().plain(Lang::En));
    }
    let run = opened.history.newest();
    match run.log().len() < run.scenario().commands.len() + saved.commands.len() {
        true => Err("setup: a command is refused".to_owned()),
        false => Ok(run.clone()),
    }
}

/// The invariants that break when the run's commands are given again, each at its moment, and time goes on to `end_us`.
fn broken(run: &Run, end_us: u64) -> Vec<String> {
    let scenario = run.scenario();
    let mut watched = match Watched::new(scenario.seed, &scenario.cluster, false) {
        Ok(watched) => watched,
        Err(error) => return vec![error.text().plain(Lang::En)],
    };
    let commands = run.log().iter().map(|stamped| (stamped.time_us, stamped.after_event, &stamped.command));
    if let Err(error) = watched.follow(commands, run.event()) {
        return vec![error.text().plain(Lang::En)];
    }
    watched.run_to(end_us);
    watched.report().lines().map(str::to_owned).collect()
}
