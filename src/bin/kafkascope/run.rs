//! `kafkascope run`: plays a scenario without a page and prints its story, its events, or the world at its end.
//!
//! Left out: lessons' beats, which are the lesson engine's to play.

mod arguments;
mod json;
mod scenario;
mod state;

use std::io::{self, Write};

use kafkascope::{
    history::Run,
    i18n::Lang,
    kafka::{event::Event, limits},
    view::story::{self, Lane, lane_of},
};

use crate::Outcome;
pub use arguments::parse;

/// Played at once before what happened is printed, so that a long run is never held in memory as text.
const SLICE_US: u64 = 100_000;

/// How long a run goes on after its scenario is handed over, if nothing else is asked.
const AFTERWARDS_US: u64 = 10_000_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub scenario: String,
    pub seed: Option<u64>,
    pub until_us: Option<u64>,
    pub events: Option<u64>,
    pub format: Format,
    pub lang: Lang,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The page's sentences, oldest first.
    Story,
    /// One event a line.
    Json,
    /// The world at the end.
    State,
}

/// Plays and prints.
pub fn run(options: &Options, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    let begun = scenario::load(&options.scenario).and_then(|mut scenario| {
        if let Some(seed) = options.seed {
            scenario.seed = seed;
        }
        let last_us = scenario.commands.iter().map(|(at_us, _)| *at_us).max().unwrap_or(0);
        let end_us = match (options.until_us, options.events) {
            (Some(until_us), _) => until_us,
            (None, Some(_)) => limits::TIME.max,
            (None, None) => scenario.begin_us.max(last_us) + AFTERWARDS_US,
        };
        // Told from the very beginning, not only from where a class takes over.
        scenario.begin_us = 0;
        let run = Run::new(&scenario)
            .map_err(|error| format!("{}: {}: {}", options.scenario, error.field(), error.text().plain(Lang::En)))?;
        Ok((run, end_us.min(limits::TIME.max)))
    });
    let (run, end_us) = match begun {
        Ok(begun) => begun,
        Err(problem) => {
            writeln!(err, "kafkascope: {problem}")?;
            return Ok(Outcome::Unusable);
        }
    };
    play(run, end_us, options, out)?;
    Ok(Outcome::AllWell)
}

fn play(mut run: Run, end_us: u64, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let last = options.events.unwrap_or(u64::MAX);
    let mut told = 0;
    let mut last_time_us = 0;
    loop {
        for event in events_after(&run, told).take_while(|event| event.id <= last) {
            match options.format {
                Format::Story => tell(&run, event, options.lang, out)?,
                Format::Json => writeln!(out, "{}", json::event(run.world(), event))?,
                Format::State => {}
            }
            last_time_us = event.time_us;
        }
        told = run.event();
        if told >= last || run.time_us() >= end_us {
            break;
        }
        run.advance_to((run.time_us() + SLICE_US).min(end_us));
    }
    if options.format == Format::State {
        if told > last
            && let Ok(earlier) = run.back_to(last_time_us, last)
        {
            run = earlier;
        }
        writeln!(out, "{}", state::world(&run))?;
    }
    Ok(())
}

/// The events after one that was the last.
fn events_after(run: &Run, told: u64) -> impl Iterator<Item = &Event> {
    let first = run.events().partition_point(|event| event.id <= told);
    run.events().range(first..)
}

fn tell(run: &Run, event: &Event, lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    if lane_of(run.world(), event) == Lane::Idle {
        return Ok(());
    }
    let Some((text, _)) = story::sentence(run, event) else { return Ok(()) };
    let (seconds, micros) = (event.time_us / 1_000_000, event.time_us % 1_000_000);
    writeln!(out, "{seconds}.{micros:06} s  {}", text.plain(lang))
}
