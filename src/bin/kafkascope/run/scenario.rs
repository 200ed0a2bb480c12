//! From the word on the command line to a run at its first event, or a lesson played to its end.

use kafkascope::{
    history::{Run, Scenario},
    i18n::Lang,
    kafka::limits,
    lesson::{catalogue, play},
};

use super::Options;
use crate::source::{AFTERWARDS_US, Source, one_line, source};

/// A run, and the simulated time at which to stop.
pub struct Stage {
    pub run: Run,
    pub end_us: u64,
}

/// The run that is asked for, or one line on what is wrong. A lesson is played to its end, its questions skipped;
/// anything else has only begun.
pub fn stage(options: &Options) -> Result<Stage, String> {
    let name = options.scenario.as_str();
    let (scenario, commands, playhead_us, lesson) = match source(name)? {
        Source::Saved(saved) => {
            let lessons = catalogue().map_err(one_line)?;
            let scenario = saved.scenario(&lessons).map_err(|problem| problem.text().plain(Lang::En));
            (scenario.map_err(|problem| format!("{name}: {problem}"))?, saved.commands, saved.playhead.time_us, None)
        }
        Source::Lesson(mut lesson) => {
            lesson.file.seed = options.seed.unwrap_or(lesson.file.seed);
            (lesson.scenario(), Vec::new(), 0, Some(lesson).filter(|lesson| !lesson.beats().is_empty()))
        }
    };
    if let Some(lesson) = lesson {
        let (run, _) = play::to_end(&lesson, |_, _| {}).map_err(|problem| problem.to_string())?;
        let end_us = end_us(options, run.time_us());
        return Ok(Stage { run, end_us });
    }
    let given_us = commands.iter().map(|stamped| stamped.time_us);
    let last_us = scenario.commands.iter().map(|(at_us, _)| *at_us).chain(given_us).max().unwrap_or(0).max(playhead_us);
    let end_us = end_us(options, scenario.begin_us.max(last_us).saturating_add(AFTERWARDS_US));
    // Told from the very beginning, not only from where a class takes over.
    let scenario = Scenario { seed: options.seed.unwrap_or(scenario.seed), begin_us: 0, ..scenario };
    let run = Run::to_play(&scenario, commands)
        .map_err(|error| format!("{name}: {}: {}", error.field(), error.text().plain(Lang::En)))?;
    Ok(Stage { run, end_us })
}

/// Until when: as asked, or for ever if only a number of events is asked, or the usual end.
fn end_us(options: &Options, usual_us: u64) -> u64 {
    let asked = options.until_us.or(options.events.map(|_| limits::TIME.max));
    asked.unwrap_or(usual_us).min(limits::TIME.max)
}
