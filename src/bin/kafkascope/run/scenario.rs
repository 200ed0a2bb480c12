//! From the word on the command line to a run at its first event, or a lesson played to its end.

use kafkascope::{
    history::{Run, Scenario},
    i18n::Lang,
    kafka::limits,
    lesson::play,
};

use super::Options;
use crate::source::{AFTERWARDS_US, Source, source};

/// A run, and the simulated time at which to stop.
pub struct Stage {
    pub run: Run,
    pub end_us: u64,
}

/// The run that is asked for, or one line on what is wrong. A lesson is played to its end, its questions skipped;
/// anything else has only begun.
pub fn stage(options: &Options) -> Result<Stage, String> {
    let name = options.scenario.as_str();
    let (scenario, lesson) = match source(name)? {
        Source::Saved(scenario) => (scenario, None),
        Source::Lesson(mut lesson) => {
            lesson.file.seed = options.seed.unwrap_or(lesson.file.seed);
            (lesson.scenario(), Some(lesson).filter(|lesson| !lesson.beats().is_empty()))
        }
    };
    if let Some(lesson) = lesson {
        let (run, _) = play::to_end(&lesson, |_, _| {}).map_err(|problem| problem.to_string())?;
        let end_us = end_us(options, run.time_us());
        return Ok(Stage { run, end_us });
    }
    let last_us = scenario.commands.iter().map(|(at_us, _)| *at_us).max().unwrap_or(0);
    let end_us = end_us(options, scenario.begin_us.max(last_us).saturating_add(AFTERWARDS_US));
    // Told from the very beginning, not only from where a class takes over.
    let scenario = Scenario { seed: options.seed.unwrap_or(scenario.seed), begin_us: 0, ..scenario };
    let run =
        Run::new(&scenario).map_err(|error| format!("{name}: {}: {}", error.field(), error.text().plain(Lang::En)))?;
    Ok(Stage { run, end_us })
}

/// Until when: as asked, or for ever if only a number of events is asked, or the usual end.
fn end_us(options: &Options, usual_us: u64) -> u64 {
    let asked = options.until_us.or(options.events.map(|_| limits::TIME.max));
    asked.unwrap_or(usual_us).min(limits::TIME.max)
}
