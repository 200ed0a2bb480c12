//! What is still to come of a run by itself: the scenario's own commands, and those that were given before somebody
//! went back.
//!
//! The one place that decides what happens next, so that a run, its scout and its replays cannot differ.

use std::{collections::VecDeque, sync::Arc};

use super::{Scenario, Stamped, fault::Before};
use crate::{
    cluster::{World, WorldError, command::Command},
    kafka::event::Event,
    sim::EventId,
};

/// Commands to come.
#[derive(Clone, Debug)]
pub struct Script {
    /// The scenario's, by the time at which each is given.
    scripted: Arc<[(u64, Command)]>,
    /// How many of them have been given.
    given: usize,
    /// Given by hand once, and given again at the same moment.
    again: VecDeque<Stamped>,
}

/// What happened next.
#[derive(Debug)]
pub enum Next {
    /// Nothing, by the time asked for.
    Nothing,
    /// Something in the world.
    World,
    /// A command was given; with how things stood before, if it breaks something.
    Gave(Stamped, Option<Before>),
    /// The world refused a command of the scenario.
    Refused(Refused),
}

/// A command that the world refused when its moment came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// When that was.
    pub time_us: u64,
    /// The last event before.
    pub after_event: EventId,
    /// What was refused.
    pub command: Command,
    /// Why.
    pub error: WorldError,
}

impl Refused {
    /// The command with its moment.
    pub fn given(&self) -> Stamped {
        Stamped { time_us: self.time_us, after_event: self.after_event, command: self.command.clone() }
    }
}

impl Script {
    /// All commands of a scenario.
    pub fn new(scenario: &Scenario) -> Script {
        let mut scripted: Vec<(u64, Command)> = scenario.commands.clone();
        crate::sim::sort_by_key(&mut scripted, |(time_us, _)| *time_us);
        Script { scripted: scripted.into(), given: 0, again: VecDeque::new() }
    }

    /// Gives these again when their moments come, and none else of those given by hand.
    pub fn give_again(&mut self, commands: impl IntoIterator<Item = Stamped>) {
        self.again.clear();
        self.again.extend(commands);
    }

    /// Gives one more again.
    pub fn and_again(&mut self, command: Stamped) {
        self.again.push_back(command);
    }

    /// Commands given by hand that are still to be given again.
    pub fn again(&self) -> impl Iterator<Item = &Stamped> {
        self.again.iter()
    }

    /// How many of those there are.
    pub fn again_len(&self) -> usize {
        self.again.len()
    }

    /// When the next command is given.
    pub fn time_us(&self) -> Option<u64> {
        let again_us = self.again.front().map(|next| next.time_us);
        self.scripted_us().into_iter().chain(again_us).min()
    }

    /// Gives a command of the scenario that is due now, before anything else happens.
    pub fn give_due(&mut self, world: &mut World, events: &mut Vec<Event>) -> Next {
        let now_us = world.now_us();
        if self.scripted_us().is_none_or(|at_us| at_us > now_us) {
            return Next::Nothing;
        }
        self.give_scripted(world, now_us, events)
    }

    fn scripted_us(&self) -> Option<u64> {
        self.scripted.get(self.given).map(|(at_us, _)| *at_us)
    }

    fn give_scripted(&mut self, world: &mut World, time_us: u64, events: &mut Vec<Event>) -> Next {
        let Some((_, command)) = self.scripted.get(self.given) else { return Next::Nothing };
        self.given += 1;
        give(world, time_us, command.clone(), events)
    }

    /// Lets the next thing happen, if it does by `until_us`; its events are appended to `events`.
    ///
    /// A command that is given again comes after everything that happens before its time, and within its time after
    /// its event. In the run that it was given in, the event alone would do, for everything that happens is an event;
    /// in one that differs (a later version of the model, a person who changed a time) the time still holds.
    pub fn next(&mut self, world: &mut World, until_us: u64, events: &mut Vec<Event>) -> Next {
        let now_us = world.now_us();
        let script_us = self.scripted_us().map_or(u64::MAX, |at_us| at_us.max(now_us));
        let again = self.again.front().map(|next| (next.time_us.max(now_us), next.after_event <= world.last_event()));
        // The last moment that is before the command that is given again, if there is one.
        let before_us = match again {
            None => Some(u64::MAX),
            Some((due_us, false)) => Some(due_us),
            Some((due_us, true)) => due_us.checked_sub(1),
        };
        if let Some(before_us) = before_us.filter(|before_us| *before_us >= now_us) {
            let until_us = until_us.min(before_us);
            if world.step(until_us.min(script_us), events) {
                return Next::World;
            }
            if script_us <= until_us {
                return self.give_scripted(world, script_us, events);
            }
        }
        match again.and_then(|(due_us, _)| Some((due_us, self.again.pop_front_if(|_| due_us <= until_us)?))) {
            Some((due_us, Stamped { command, .. })) => give(world, due_us, command, events),
            None => Next::Nothing,
        }
    }
}

fn give(world: &mut World, time_us: u64, command: Command, events: &mut Vec<Event>) -> Next {
    world.idle_until(time_us);
    let after_event: EventId = world.last_event();
    let before = Before::of(world, &command);
    match world.apply(&command, events) {
        Ok(()) => Next::Gave(Stamped { time_us, after_event, command }, before),
        Err(error) => Next::Refused(Refused { time_us, after_event, command, error }),
    }
}
