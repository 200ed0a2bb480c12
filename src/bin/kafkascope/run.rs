//! `kafkascope run`: plays a scenario without a page and prints its story, its events, a chart of
//! what was sent, the groups as Kafka's tool prints them, the ledger, or the world at its end.
//!
//! Left out: the texts of lessons and their questions; a lesson is played as a class that skips them.

mod arguments;
mod json;
mod scenario;
mod state;

use std::io::{self, Write};

use kafkascope::{
    history::Run,
    i18n::Lang,
    kafka::event::Event,
    view::{
        group_tool, ledger,
        sequence::{Filter, Recorder, text},
        story::{self, Lane, lane_of},
    },
};

use crate::Outcome;
pub use arguments::parse;
use scenario::Stage;

/// Played at once before what happened is printed, so that a long run is never held in memory as text.
const SLICE_US: u64 = 100_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub scenario: String,
    pub seed: Option<u64>,
    pub until_us: Option<u64>,
    pub events: Option<u64>,
    pub format: Format,
    pub lang: Lang,
    /// Of a chart or of the groups, only what concerns this group.
    pub group: Option<String>,
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
    /// Who sends what to whom: a column a node, a line an RPC or a moment.
    Chart,
    /// The groups at the end as `kafka-consumer-groups.sh` prints them.
    Groups,
    /// What became of every record: totals, then those that are not plain.
    Ledger,
}

/// Plays and prints.
pub fn run(options: &Options, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<Outcome> {
    match scenario::stage(options) {
        Ok(stage) => play(stage, options, out).map(|()| Outcome::AllWell),
        Err(problem) => writeln!(err, "kafkascope: {problem}").map(|()| Outcome::Unusable),
    }
}

fn play(Stage { mut run, end_us }: Stage, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let last = options.events.unwrap_or(u64::MAX);
    let (mut seen, mut told, mut told_us) = (0, 0, 0);
    let filter = Filter { group: options.group.clone(), ..Filter::default() };
    let mut chart = Recorder::default();
    loop {
        if options.format == Format::Chart {
            chart.follow(&run, &filter);
        }
        for event in events_after(&run, seen).take_while(|event| event.id <= last && event.time_us <= end_us) {
            match options.format {
                Format::Story => tell(&run, event, options.lang, out)?,
                Format::Json => writeln!(out, "{}", json::event(run.world(), event))?,
                Format::State | Format::Chart | Format::Groups | Format::Ledger => {}
            }
            (told, told_us) = (event.id, event.time_us);
        }
        seen = run.event();
        if seen >= last || run.time_us() >= end_us {
            break;
        }
        run.advance_to((run.time_us() + SLICE_US).min(end_us));
    }
    if matches!(options.format, Format::State | Format::Groups | Format::Ledger) {
        if told < seen {
            let at_us = if seen > last { told_us } else { end_us };
            run = run.back_to(at_us, told).unwrap_or(run);
        }
        match options.format {
            Format::Groups => write!(out, "{}", group_tool::transcript(run.world(), options.group.as_deref()))?,
            Format::Ledger => write!(out, "{}", ledger::transcript(&run, options.lang))?,
            _ => writeln!(out, "{}", state::world(&run))?,
        }
    }
    if options.format == Format::Chart {
        if told < seen && seen > last {
            run = run.back_to(told_us, told).unwrap_or(run);
        }
        write!(out, "{}", text(&chart.follow(&run, &filter), options.lang))?;
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
