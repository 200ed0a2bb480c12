//! A run: a scenario, the commands given since, the world they lead to, and the events kept for the story.
//!
//! The scenario's seed and the command log are the whole history; every state is a replay of them. [`History`] goes back
//! and forth in one, [`Runs`] holds the tree of all that there are, and [`Again`] makes one of another with one setting
//! changed.

mod again;
mod bookmarks;
mod events;
mod fault;
mod golden;
mod keyframes;
mod load;
mod measured;
mod milestone;
mod opening;
mod replay;
mod runs;
mod scenario;
mod scout;
mod script;
#[cfg(test)]
mod tests;
mod timeline;
mod together;
mod undo;

pub use again::{Again, Change, Offer, commands, offers};
pub use bookmarks::Bookmarks;
pub use events::Events;
pub use fault::{Counts, FaultGiven};
pub use golden::{determinism_digest, digests};
pub use keyframes::Spacing;
pub use load::{
    LARGE, LOAD_PARTITIONS, LOAD_RECORDS, LOAD_VALUE_BYTES, LONG_EVENTS, crowd, full_load, full_load_scenario,
    large_cluster, long_history, long_scenario,
};
pub use measured::Measured;
pub use milestone::{Milestone, milestone};
pub use opening::{Opened, Opening};
pub use replay::Replay;
pub use runs::{ALL, Deleted, Kept, NamedRun, Origin, RunId, Runs, RunsError};
pub use scenario::{Scenario, start_cluster};
pub use scout::Ahead;
pub use script::Refused;
pub use timeline::{History, Moment};
pub use together::Together;

use fault::Before;
use scout::{QUIET_ITEMS_MAX, Scout};
use script::{Next, Script};
use std::sync::Arc;

use crate::{
    cluster::{World, WorldError, command::Command, command_check::CommandError, command_text},
    kafka::{event::Event, limits},
    ledger::Ledger,
    sim::EventId,
};

/// After everything that happens at a time: the event of a moment that a person wrote down without one.
pub const AFTER_ALL: EventId = EventId::MAX;

/// A command and the moment at which it was given.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamped {
    /// Simulated time.
    pub time_us: u64,
    /// The last event before it; many events share a microsecond, so the time alone would not replay. [`AFTER_ALL`]
    /// where nobody knows.
    pub after_event: EventId,
    /// The command.
    pub command: Command,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    scenario: Arc<Scenario>,
    world: World,
    /// What became of every record; shared with copies of the run until either goes on.
    ledger: Arc<Ledger>,
    events: Events,
    log: Vec<Stamped>,
    /// Commands that were due and that the world refused.
    refused: Vec<Refused>,
    steps: u64,
    /// Number of the first event of the last step.
    step_began: EventId,
    /// The moment right after the last step.
    step_ended: Moment,
    /// What is still to come by itself.
    script: Script,
    /// A copy of the world that is one step ahead, to know when the next step will be.
    scout: Option<Box<Scout>>,
    buffer: Vec<Event>,
    /// What was broken, oldest first.
    faults: Vec<Arc<FaultGiven>>,
    counts: Counts,
}

impl Run {
    /// Begins a scenario and plays it up to the moment at which it is handed over.
    pub fn new(scenario: &Scenario) -> Result<Run, WorldError> {
        let mut run = Run::not_begun(scenario)?;
        run.advance_to(scenario.begin_us);
        Ok(run)
    }

    /// A scenario at its very first moment.
    fn not_begun(scenario: &Scenario) -> Result<Run, WorldError> {
        check_time(scenario.begin_us)?;
        // What is done at the very end could have no effect any more.
        scenario.commands.iter().try_for_each(|(time_us, _)| check_time(time_us.saturating_add(1)))?;
        let mut buffer = Vec::new();
        let world = World::new(scenario.seed, &scenario.cluster, &mut buffer)?;
        let mut run = Run {
            scenario: Arc::new(scenario.clone()),
            world,
            ledger: Arc::default(),
            events: Events::default(),
            log: Vec::new(),
            refused: Vec::new(),
            steps: 0,
            step_began: 0,
            step_ended: Moment::default(),
            script: Script::new(scenario),
            scout: None,
            buffer,
            faults: Vec::new(),
            counts: Counts::default(),
        };
        run.take_in();
        run.play_script()?;
        Ok(run)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The world now.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What became of every record that was ever sent.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Simulated time.
    pub fn time_us(&self) -> u64 {
        self.world.now_us()
    }

    /// The number of the last event.
    pub fn event(&self) -> EventId {
        self.world.last_event()
    }

    /// How many steps there have been: moments at which what is drawn changed.
    pub fn step_count(&self) -> u64 {
        self.steps
    }

    /// The events of the last step are those from this one on.
    pub fn step_began(&self) -> EventId {
        self.step_began
    }

    /// The events kept, oldest first; those before them are forgotten (`limits::EVENTS`).
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// An event that is still kept.
    pub fn event_by_id(&self, id: EventId) -> Option<&Event> {
        let first = self.events.front()?.id;
        self.events.get(usize::try_from(id.checked_sub(first)?).ok()?)
    }

    /// The commands given so far, the scenario's own included.
    pub fn log(&self) -> &[Stamped] {
        &self.log
    }

    /// Commands that were due and that the world refused so far.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// Does a command at this moment.
    pub fn apply(&mut self, command: Command) -> Result<(), WorldError> {
        let (time_us, after_event) = (self.time_us(), self.event());
        check_time(time_us + 1)?;
        let before = Before::of(&self.world, &command);
        self.world.apply(&command, &mut self.buffer)?;
        self.log.push(Stamped { time_us, after_event, command });
        self.note_fault(before);
        self.scout = None;
        self.take_in();
        Ok(())
    }

    /// Plays on to `time_us`. Returns whether anything drawn changed.
    pub fn advance_to(&mut self, time_us: u64) -> bool {
        let until_us = time_us.min(limits::TIME.max);
        let before = self.steps;
        while self.go_on(until_us) {}
        self.world.idle_until(until_us);
        self.steps != before
    }

    /// Lets the next thing happen, if it does by `until_us`.
    fn go_on(&mut self, until_us: u64) -> bool {
        match self.script.next(&mut self.world, until_us, &mut self.buffer) {
            Next::Nothing => return false,
            Next::World => {}
            Next::Refused(refused) => self.refused.push(refused),
            Next::Gave(command, before) => {
                self.log.push(command);
                self.note_fault(before);
                self.scout = None;
            }
        }
        self.take_in();
        true
    }

    /// Plays on to the next step, and through everything that belongs to its moment's event. Without a next step
    /// nothing moves.
    pub fn step(&mut self) -> Option<EventId> {
        self.next_step_time_us()?;
        let before = self.steps;
        for _ in 0..QUIET_ITEMS_MAX {
            if !self.go_on(limits::TIME.max) {
                return None;
            }
            if self.steps != before {
                return Some(self.event());
            }
        }
        None
    }

    /// Back to the moment at which the scenario was handed over.
    pub fn reset(&mut self) {
        // The scenario began once, so it begins again.
        if let Ok(run) = Run::new(&self.scenario) {
            *self = run;
        }
    }

    /// Seed and commands as text, for a report or to play again.
    pub fn report(&self) -> String {
        let cluster = &self.scenario.cluster;
        let mut report = format!("seed={} brokers={}", self.scenario.seed, cluster.racks.len());
        if cluster.controllers > 0 {
            report += &format!(" controllers={}", cluster.controllers);
        }
        report.push('\n');
        for Stamped { time_us, after_event, command } in &self.log {
            report.push_str(&format!("@{time_us}/{after_event} {}\n", command_text::print(command)));
        }
        report.push_str(&format!("@{}/{} now\n", self.time_us(), self.event()));
        report
    }

    /// Gives the scenario's commands of its very beginning, whose refusal means that there is no such run.
    fn play_script(&mut self) -> Result<(), WorldError> {
        loop {
            match self.script.give_due(&mut self.world, &mut self.buffer) {
                Next::Gave(command, before) => {
                    self.log.push(command);
                    self.note_fault(before);
                }
                Next::Refused(refused) => return Err(refused.error),
                Next::Nothing | Next::World => return Ok(()),
            }
            self.take_in();
        }
    }

    /// Takes new events in, and counts a step if one of them changes what is drawn.
    fn take_in(&mut self) {
        let first = self.buffer.first().map(|event| event.id);
        if self.buffer.iter().any(|event| self.world.is_step(event)) {
            self.steps += 1;
            self.step_began = first.unwrap_or_default();
            self.step_ended = self.moment();
        }
        self.counts.note(&self.buffer, &self.events);
        Arc::make_mut(&mut self.ledger).follow(&self.world, &self.buffer);
        self.events.take_in(&mut self.buffer, limits::EVENTS.max as usize);
    }
}

fn check_time(time_us: u64) -> Result<(), WorldError> {
    Ok(limits::TIME.check(time_us).map_err(CommandError::from)?)
}
