//! Going back to an earlier moment of a run, by playing it again.

use super::{Run, Scenario, Stamped};
use crate::{
    cluster::{World, WorldError},
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
        let scenario = Scenario { begin_us: 0, ..of.scenario.clone() };
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
        for Stamped { time_us: at_us, after_event, command } in of.given_by_hand().skip(self.given) {
            if *after_event >= event {
                break;
            }
            self.run.go_to(*at_us, *after_event);
            self.run.apply(command.clone()).ok()?;
            self.given += 1;
        }
        self.run.go_to(time_us, event);
        Some(&self.run.world)
    }
}

impl Run {
    /// This run as it was at `time_us` with `last_event` as its last event: the scenario again, and every command given
    /// until then. What came later is forgotten. The scenario's own beginning is the earliest there is.
    pub fn back_to(&self, time_us: u64, last_event: EventId) -> Result<Run, WorldError> {
        let mut run = Run::new(&self.scenario)?;
        for Stamped { time_us: at_us, after_event, command } in self.given_by_hand() {
            // A command is an event itself, so one given at the moment asked for came after it.
            if *after_event >= last_event {
                break;
            }
            run.go_to(*at_us, *after_event);
            run.apply(command.clone())?;
        }
        run.go_to(time_us, last_event);
        Ok(run)
    }

    /// The commands that the scenario did not give itself.
    fn given_by_hand(&self) -> impl Iterator<Item = &Stamped> {
        let mut script: Vec<_> = self.scenario.commands.iter().collect();
        crate::sim::sort_by_key(&mut script, |(at_us, _)| *at_us);
        let mut script = script.into_iter().peekable();
        self.log.iter().filter(move |stamped| {
            script.next_if(|(at_us, command)| *at_us == stamped.time_us && *command == stamped.command).is_none()
        })
    }

    /// Plays on until `event` is the last event, and lets time pass up to `time_us`.
    fn go_to(&mut self, time_us: u64, event: EventId) {
        while self.event() < event {
            let script_us = self.scripted.front().map_or(u64::MAX, |(at_us, _)| *at_us);
            if self.world.step(script_us.min(time_us), &mut self.buffer) {
                self.take_in();
            } else if script_us <= time_us {
                self.world.idle_until(script_us);
                if self.play_script().is_err() {
                    break;
                }
            } else {
                break;
            }
        }
        self.world.idle_until(time_us);
    }
}
