//! Playing a saved run up to its playhead, a slice at a time: whoever asks can draw in between, show how far it is, or
//! give up, and a hostile file ends at [`limits::REPLAY`].
//!
//! Left out: what a saved run looks like (`codec`).

use super::{History, Moment, Run, Scenario, Stamped};
use crate::{cluster::WorldError, kafka::limits};

/// A run that is being played to where it was saved.
#[derive(Clone, Debug)]
pub struct Opening {
    stage: Stage,
    /// To be given, until the run has begun.
    commands: Vec<Stamped>,
    count: usize,
    playhead: Moment,
    end_us: u64,
    refused: Vec<(usize, WorldError)>,
    is_whole: bool,
}

#[derive(Clone, Debug)]
enum Stage {
    /// On the way to where the scenario is handed over.
    Begins(Box<Run>),
    /// On the way to the playhead.
    Plays(Box<History>),
    /// On the way to the last command, with the run as it was at the playhead.
    PlaysOn(Box<History>, Box<Run>),
    Done(Box<History>),
}

/// A run that stands at its playhead.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The run, with its keyframes; commands behind the playhead have been given, and their future is there.
    pub history: History,
    /// Commands that the cluster refused, by their place among those that were saved, and why.
    pub refused: Vec<(usize, WorldError)>,
    /// False: it had more events than [`limits::REPLAY`] allows and stands where that was reached.
    pub is_whole: bool,
}

impl Run {
    /// A scenario at the moment at which it is handed over, with commands that are given when their moments come.
    pub fn to_play(scenario: &Scenario, commands: Vec<Stamped>) -> Result<Run, WorldError> {
        let mut run = Run::new(scenario)?;
        run.script.give_again(commands);
        Ok(run)
    }
}

impl Opening {
    /// Begins a scenario; `commands` are those that were given by hand, in order.
    pub fn new(scenario: &Scenario, commands: Vec<Stamped>, playhead: Moment) -> Result<Opening, WorldError> {
        let last_us = commands.iter().map(|command| command.time_us).max().unwrap_or(0);
        super::check_time(playhead.time_us)?;
        super::check_time(last_us.saturating_add(1))?;
        Ok(Opening {
            stage: Stage::Begins(Box::new(Run::not_begun(scenario)?)),
            count: commands.len(),
            commands,
            playhead,
            end_us: last_us.max(playhead.time_us).max(scenario.begin_us),
            refused: Vec::new(),
            is_whole: true,
        })
    }

    /// How far it is: simulated time, and where it will end.
    pub fn progress_us(&self) -> (u64, u64) {
        let run = match &self.stage {
            Stage::Begins(run) => run,
            Stage::Plays(history) | Stage::PlaysOn(history, _) | Stage::Done(history) => history.newest(),
        };
        (run.time_us(), self.end_us)
    }

    /// Lets at most so many things happen; true once it is done.
    pub fn go_on(&mut self, things: u32) -> bool {
        for _ in 0..things {
            if self.is_done() {
                return true;
            }
            self.next();
        }
        self.is_done()
    }

    /// Goes on to the end, and what it came to.
    pub fn finish(mut self) -> Opened {
        loop {
            match self.stage {
                Stage::Done(history) => {
                    return Opened { history: *history, refused: self.refused, is_whole: self.is_whole };
                }
                _ => self.next(),
            }
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    fn next(&mut self) {
        let playhead = self.playhead;
        match &mut self.stage {
            Stage::Begins(run) => {
                let begin_us = run.scenario().begin_us;
                let is_short = run.event() < limits::REPLAY.max;
                if is_short && run.go_on(begin_us) {
                    return;
                }
                if is_short {
                    run.world.idle_until(begin_us);
                }
                run.script.give_again(std::mem::take(&mut self.commands));
                self.stage = Stage::Plays(Box::new(History::new(Run::clone(run))));
            }
            Stage::Plays(history) => {
                let event = history.run().event();
                let is_short = event < limits::REPLAY.max;
                // Everything before its time, and within it what happened up to its event, as a script does.
                let by_us =
                    if event < playhead.event { Some(playhead.time_us) } else { playhead.time_us.checked_sub(1) };
                if let Some(by_us) = by_us.filter(|_| is_short)
                    && go_on(history, by_us, self.count, &mut self.refused)
                {
                    return;
                }
                if is_short {
                    history.idle_until(playhead.time_us);
                    let here = history.run().clone();
                    self.stage = Stage::PlaysOn(history.clone(), Box::new(here));
                } else {
                    self.is_whole = false;
                    self.stage = Stage::Done(history.clone());
                }
            }
            Stage::PlaysOn(history, here) => {
                let run = history.run();
                let is_short = run.event() < limits::REPLAY.max;
                let waits = run.script.again().next().is_some();
                if waits && is_short && go_on(history, limits::TIME.max, self.count, &mut self.refused) {
                    return;
                }
                self.is_whole = !waits || is_short;
                if history.run().moment() != here.moment() {
                    history.leave(Run::clone(here));
                }
                self.stage = Stage::Done(history.clone());
            }
            Stage::Done(_) => {}
        }
    }
}

/// Lets the next thing happen, and notes a command of `count` that is refused.
fn go_on(history: &mut History, until_us: u64, count: usize, refused: &mut Vec<(usize, WorldError)>) -> bool {
    let before = history.run().script.again_len();
    let known = history.run().refused().len();
    let goes_on = history.go_on(until_us);
    if let Some(new) = history.run().refused().get(known)
        && history.run().script.again_len() < before
    {
        refused.push((count - before, new.error.clone()));
    }
    goes_on
}
