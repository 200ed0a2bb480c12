//! A run at any of its moments: back, forth, and on from there.
//!
//! The run that is looked at is an ordinary [`Run`]. Whoever goes back leaves the newest one aside; the commands of the
//! way there are given again at their moments when time goes on. Whoever acts in the past begins another run, and the
//! one that was there is handed over whole. Left out: the tree of runs, which is [`super::Runs`].

use super::{
    Ahead, Run, Stamped,
    keyframes::{Keyframes, Spacing},
    undo::Undone,
};
use crate::{
    cluster::{WorldError, command::Command},
    sim::EventId,
};

/// A moment of a run. Many events share a microsecond, so a time alone would not do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Moment {
    /// The last event so far.
    pub event: EventId,
    /// Simulated time.
    pub time_us: u64,
}

/// A run, its keyframes, and how far it has been already.
#[derive(Clone, Debug)]
pub struct History {
    pub(super) run: Run,
    pub(super) frames: Keyframes,
    /// The beginning, before which nobody can go.
    begin: Moment,
    steps_at_begin: u64,
    /// The newest state there was, while an earlier one is looked at.
    pub(super) tip: Option<Box<Run>>,
    /// Commands that were taken back, the last one last.
    pub(super) undone: Vec<Undone>,
}

impl History {
    /// A run at its beginning, or one that has gone on already.
    pub fn new(run: Run) -> History {
        History::spaced(run, Spacing::default())
    }

    /// The same, with copies as close and as many as is said: what is measured and tested.
    pub fn spaced(run: Run, spacing: Spacing) -> History {
        let (begin, steps_at_begin) = (run.moment(), run.step_count());
        let mut history =
            History { frames: Keyframes::new(spacing), begin, steps_at_begin, tip: None, undone: Vec::new(), run };
        history.frames.keep(&history.run);
        history
    }

    /// The run at the moment that is looked at.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The last moment there has been.
    pub fn end(&self) -> Moment {
        self.tip.as_ref().map_or(self.run.moment(), |tip| tip.moment())
    }

    /// The earliest moment there is.
    pub fn begin(&self) -> Moment {
        self.begin
    }

    /// Is there a later moment that has been already?
    pub fn is_past(&self) -> bool {
        self.tip.is_some()
    }

    /// The run as far as it has been.
    pub fn newest(&self) -> &Run {
        self.tip.as_deref().unwrap_or(&self.run)
    }

    /// How many copies of it there are.
    pub fn copies(&self) -> usize {
        self.frames.len()
    }

    /// Does a command at this moment. In the past, what came later becomes another run, which is handed over.
    pub fn apply(&mut self, command: Command) -> Result<Option<History>, WorldError> {
        let again: Vec<Stamped> = self.run.script.again().cloned().collect();
        self.run.script.give_again([]);
        if let Err(error) = self.run.apply(command) {
            self.run.script.give_again(again);
            return Err(error);
        }
        let branch = self.tip.take().map(|tip| History {
            run: *tip,
            frames: self.frames.clone(),
            begin: self.begin,
            steps_at_begin: self.steps_at_begin,
            tip: None,
            undone: std::mem::take(&mut self.undone),
        });
        self.undone.clear();
        self.frames.forget_after(self.run.moment());
        Ok(branch)
    }

    /// Plays on to a time; true if something drawn changed.
    pub fn advance_to(&mut self, time_us: u64) -> bool {
        let changed = self.run.advance_to(time_us);
        self.moved();
        changed
    }

    /// When the next step will be.
    pub fn next_step_time_us(&mut self) -> Option<u64> {
        self.run.next_step_time_us()
    }

    /// The same as far as `until_us`, or until `enough` says so.
    pub fn look_ahead(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) -> Ahead {
        self.run.look_ahead(until_us, enough)
    }

    /// Plays on to a time before the next step, or until `enough` says so. True when it is there.
    pub fn approach(&mut self, time_us: u64, enough: &mut dyn FnMut() -> bool) -> bool {
        let there = self.run.approach(time_us, enough);
        self.moved();
        there
    }

    /// Plays on to the next step.
    pub fn step(&mut self) -> Option<EventId> {
        let step = self.run.step();
        self.moved();
        step
    }

    /// Goes to a moment, or to the beginning or the end where it would be outside of them.
    pub fn seek(&mut self, moment: Moment) {
        let moment = moment.clamp(self.begin, self.end());
        if moment == self.end() {
            self.seek_end();
        } else if moment != self.run.moment() && self.stand_before(|run| run.moment() <= moment) {
            self.go_on_to(moment.event, |run| run.event() < moment.event, moment.time_us);
            self.run.world.idle_until(moment.time_us);
        }
    }

    /// Goes to the last moment by a time.
    pub fn seek_time(&mut self, time_us: u64) {
        let time_us = time_us.max(self.begin.time_us);
        if time_us >= self.end().time_us {
            self.seek_end();
        } else if self.stand_before(|run| run.time_us() <= time_us) {
            self.run.advance_to(time_us);
            // Who drags the playhead comes by here again.
            self.frames.keep_near(&self.run);
        }
    }

    /// Back to the moment right after the last step, or to that of the step before it if that is where it stands.
    /// False at the beginning.
    pub fn step_back(&mut self) -> bool {
        let now = self.run.moment();
        let step = self.run.step_count() - u64::from(self.run.step_ended == now);
        if now <= self.begin {
            return false;
        }
        if step <= self.steps_at_begin || !self.stand_before(|run| run.step_count() < step) {
            self.seek(self.begin);
        } else {
            self.go_on_to(now.event, |run| run.step_count() < step, now.time_us);
        }
        true
    }

    /// A run that has just begun as this one did.
    pub fn begun_again(&self) -> Run {
        let mut history = self.clone();
        history.seek(self.begin);
        history.run.script.give_again([]);
        history.run
    }

    /// Goes to the last moment there has been.
    pub fn seek_end(&mut self) {
        if let Some(tip) = self.tip.take() {
            self.run = *tip;
        }
    }

    /// Stands at the nearest copy of which something holds, or stays if that holds of where it stands and no copy is
    /// nearer. What holds of a moment holds of all before it.
    fn stand_before(&mut self, holds: impl Fn(&Run) -> bool) -> bool {
        let here = holds(&self.run).then(|| self.run.moment());
        let Some(frame) = self.frames.last_where(&holds, self.newest()) else { return here.is_some() };
        if here.is_none_or(|here| here < frame.moment()) {
            self.leave(frame);
        }
        true
    }

    /// Goes on while something holds, and takes copies near `event`, which is about where that will end.
    fn go_on_to(&mut self, event: EventId, holds: impl Fn(&Run) -> bool, until_us: u64) {
        while holds(&self.run) && self.run.go_on(until_us) {
            if self.frames.is_near(self.run.event(), event) {
                self.frames.keep_near(&self.run);
            }
        }
    }

    /// Lets the next thing happen if it does by `until_us`.
    pub(super) fn go_on(&mut self, until_us: u64) -> bool {
        let goes_on = self.run.go_on(until_us);
        self.frames.keep(&self.run);
        goes_on
    }

    /// Lets time pass up to a moment by which nothing more happens.
    pub(super) fn idle_until(&mut self, time_us: u64) {
        self.run.world.idle_until(time_us);
    }

    /// Leaves the newest state aside for an earlier one.
    pub(super) fn leave(&mut self, mut earlier: Run) {
        // What it still meant to give is among what the newest has been given.
        earlier.script.give_again([]);
        let given: Vec<Stamped> =
            self.newest().given_by_hand().skip(earlier.given_by_hand().count()).cloned().collect();
        let left = std::mem::replace(&mut self.run, earlier);
        self.tip.get_or_insert_with(|| Box::new(left));
        self.run.script.give_again(given);
    }

    /// After time has gone on: past the end it is the newest again.
    fn moved(&mut self) {
        if self.tip.as_ref().is_some_and(|tip| tip.moment() <= self.run.moment()) {
            self.tip = None;
        }
        self.frames.keep(&self.run);
    }
}

impl Run {
    /// The moment at which it stands.
    pub fn moment(&self) -> Moment {
        Moment { event: self.event(), time_us: self.time_us() }
    }

    /// A copy without its commands, past and to come, and without what can be found out again.
    pub(super) fn without_commands(&self) -> Run {
        let mut script = self.script.clone();
        script.give_again([]);
        Run {
            scenario: self.scenario.clone(),
            world: self.world.clone(),
            ledger: self.ledger.clone(),
            events: self.events.clone(),
            faults: self.faults.clone(),
            log: Vec::new(),
            refused: self.refused.clone(),
            script,
            scout: None,
            buffer: Vec::new(),
            ..*self
        }
    }
}
