//! Playing a saved run up to its playhead, and on to its last command and to where it had been, a slice at a time:
//! whoever asks can draw in between, show how far it is, or give up, and a hostile file ends at [`limits::REPLAY`].
//!
//! Left out: what a saved run looks like (`codec`).

use std::collections::VecDeque;

use super::{History, Moment, Refused, Run, Scenario, Stamped};
use crate::{cluster::WorldError, kafka::limits};

/// A run that is being played to where it was saved.
#[derive(Clone, Debug)]
pub struct Opening {
    stage: Stage,
    /// To be given, until the run has begun.
    commands: Vec<Stamped>,
    count: usize,
    playhead: Moment,
    /// Where it has been already; before the playhead or the last command it means nothing.
    end: Moment,
    end_us: u64,
    /// What the world refused once, to be asked again in this order.
    asks: VecDeque<Stamped>,
    refused: Vec<(usize, WorldError)>,
    asked: Vec<Refused>,
    is_whole: bool,
}

#[derive(Clone, Debug)]
enum Stage {
    /// On the way to where the scenario is handed over.
    Begins(Box<Run>),
    /// On the way to the playhead.
    Plays(Box<History>),
    /// On the way to the last command and to the end, with the run as it was at the playhead.
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
    /// What the cluster refused again of that of which it was asked.
    pub asked: Vec<Refused>,
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
            end: Moment::default(),
            end_us: last_us.max(playhead.time_us).max(scenario.begin_us),
            asks: VecDeque::new(),
            refused: Vec::new(),
            asked: Vec::new(),
            is_whole: true,
        })
    }

    /// Plays on to `end`, where it has been already, and asks the world on the way, without doing them, for commands
    /// that it refused; these are in order.
    pub fn on_to(mut self, end: Option<Moment>, refused: Vec<Stamped>) -> Result<Opening, WorldError> {
        self.end = end.unwrap_or_default();
        super::check_time(self.end.time_us)?;
        self.end_us = self.end_us.max(self.end.time_us);
        self.asks = refused.into();
        Ok(self)
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
                    let Opening { refused, asked, is_whole, .. } = self;
                    return Opened { history: *history, refused, asked, is_whole };
                }
                _ => self.next(),
            }
        }
    }

    fn is_done(&self) -> bool {
        matches!(self.stage, Stage::Done(_))
    }

    /// Asks the world for the next command that it refused once, if that was at this moment.
    fn ask(&mut self) -> bool {
        let run: &Run = match &self.stage {
            Stage::Begins(run) => run,
            Stage::Plays(history) | Stage::PlaysOn(history, _) => history.run(),
            Stage::Done(_) => return false,
        };
        let is_due = |next: &mut Stamped| next.after_event <= run.event() || next.time_us < run.time_us();
        let Some(Stamped { time_us, after_event, command }) = self.asks.pop_front_if(is_due) else { return false };
        let mut world = run.world.clone();
        world.idle_until(time_us);
        if let Err(error) = world.apply(&command, &mut Vec::new()) {
            self.asked.push(Refused { time_us, after_event, command, error });
        }
        true
    }

    fn next(&mut self) {
        if self.ask() {
            return;
        }
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
                let is_short = history.run().event() < limits::REPLAY.max;
                if let Some(by_us) = on_the_way(history, playhead).filter(|_| is_short)
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
                let is_short = history.run().event() < limits::REPLAY.max;
                let waits = history.run().script.again().next().is_some();
                let by_us = if waits { Some(limits::TIME.max) } else { on_the_way(history, self.end) };
                if let Some(by_us) = by_us.filter(|_| is_short)
                    && go_on(history, by_us, self.count, &mut self.refused)
                {
                    return;
                }
                if is_short {
                    history.idle_until(self.end.time_us);
                }
                self.is_whole = is_short || !waits && history.run().moment() >= self.end;
                if history.run().moment() != here.moment() {
                    history.leave(Run::clone(here));
                }
                self.stage = Stage::Done(history.clone());
            }
            Stage::Done(_) => {}
        }
    }
}

/// By when things happen on the way to a moment: everything before its time, and within it what happened up to its
/// event, as a script does.
fn on_the_way(history: &History, to: Moment) -> Option<u64> {
    if history.run().event() < to.event { Some(to.time_us) } else { to.time_us.checked_sub(1) }
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
