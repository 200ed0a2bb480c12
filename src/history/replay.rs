//! Going back to an earlier moment of a run, by playing it again.

use super::{Moment, Run, Scenario, Stamped};
use crate::{
    cluster::{World, WorldError, command::Command},
    sim::EventId,
};

/// A run played again beside the one that goes on, from its very beginning and only forwards: to look at what is not
/// kept of it, such as messages under way.
#[derive(Clone, Debug)]
pub struct Replay {
    run: Run,
    /// Commands given by hand so far.
    given: usize,
}

impl Replay {
    /// At the beginning of a run.
    pub fn new(of: &Run) -> Result<Replay, WorldError> {
        let scenario = Scenario { begin_us: 0, ..Scenario::clone(&of.scenario) };
        Ok(Replay { run: Run::new(&scenario)?, given: 0 })
    }

    /// The last event so far.
    pub fn event(&self) -> EventId {
        self.run.event()
    }

    /// The world right after an event of the run that it plays again; nothing if that is past.
    pub fn world_at(&mut self, of: &Run, time_us: u64, event: EventId) -> Option<&World> {
        if self.run.event() > event {
            return None;
        }
        for command in of.given_by_hand().skip(self.given) {
            self.run.script.and_again(command.clone());
            self.given += 1;
        }
        self.run.go_to(Moment { time_us, event });
        Some(&self.run.world)
    }
}

impl Run {
    /// This run as it was at `time_us` with `last_event` as its last event: the scenario again, and every command given
    /// until then. What came later is forgotten. The scenario's own beginning is the earliest there is.
    pub fn back_to(&self, time_us: u64, last_event: EventId) -> Result<Run, WorldError> {
        let mut run = Run::new(&self.scenario)?;
        run.script.give_again(self.given_by_hand().cloned());
        run.go_to(Moment { time_us, event: last_event });
        run.script.give_again([]);
        Ok(run)
    }

    /// The commands that the scenario did not give itself, those that are still to be given again included.
    pub fn given_by_hand(&self) -> impl Iterator<Item = &Stamped> {
        let mut script: Vec<_> = self.scenario.commands.iter().collect();
        crate::sim::sort_by_key(&mut script, |(at_us, _)| *at_us);
        let mut rest = &script[..];
        let given: Vec<&Stamped> = (self.log.iter())
            .filter(|stamped| {
                // What was refused is in no log, so the scenario's next one may be some further on.
                let is_it = |at: &&(u64, Command)| at.0 == stamped.time_us && at.1 == stamped.command;
                let by_then = rest.partition_point(|(at_us, _)| *at_us <= stamped.time_us);
                let found = rest[..by_then].iter().position(is_it);
                rest = found.map_or(rest, |place| &rest[place + 1..]);
                found.is_none()
            })
            .collect();
        given.into_iter().chain(self.script.again())
    }

    /// Plays on until `event` is the last event, and lets time pass up to `time_us`.
    pub(super) fn go_to(&mut self, Moment { time_us, event }: Moment) {
        while self.event() < event && self.go_on(time_us) {}
        self.world.idle_until(time_us);
    }
}
