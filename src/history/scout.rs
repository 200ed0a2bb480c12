//! When the next step will be: a copy of a run's world goes ahead to it.
//!
//! In a large cluster in which nothing drawn happens that is a long way, so whoever draws looks a part of it at a time.
//! Left out: going there, which is the run's own.

use super::{
    Run,
    script::{Next, Script},
};
use crate::{
    cluster::World,
    kafka::{event::Event, limits},
};

/// Where nothing drawn happens for so long, it is said that nothing will: ten minutes, longer than any of Kafka's own
/// pauses between things that are drawn.
const QUIET_US_MAX: u64 = 600_000_000;

/// Items that one search for the next step may take from the queue before it gives up.
pub(super) const QUIET_ITEMS_MAX: u32 = 2_000_000;

/// After so many items it is asked whether that is enough: a look at the clock costs as much as an item.
const ASK_EVERY: u32 = 32;

/// When the next step will be, as far as somebody has looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Then.
    At(u64),
    /// Nothing drawn happens for as long as anyone would wait, or ever.
    Never,
    /// Not before this time; further nobody has looked yet.
    NotBefore(u64),
}

impl Ahead {
    /// When it will be, if that is known.
    pub(super) fn time_us(self) -> Option<u64> {
        match self {
            Ahead::At(time_us) => Some(time_us),
            Ahead::Never | Ahead::NotBefore(_) => None,
        }
    }

    /// The same of two runs: what is known of the sooner one.
    pub(super) fn sooner(self, other: Ahead) -> Ahead {
        let key = |ahead: &Ahead| match *ahead {
            Ahead::At(time_us) => (time_us, 0),
            Ahead::NotBefore(time_us) => (time_us, 1),
            Ahead::Never => (u64::MAX, 2),
        };
        std::cmp::min_by_key(self, other, key)
    }
}

/// A copy of the world that is ahead of a run.
#[derive(Clone, Debug)]
pub(super) struct Scout {
    world: World,
    script: Script,
    found: Ahead,
    /// Where this search gives up.
    quiet_us: u64,
    /// Items it has taken.
    items: u32,
}

impl Run {
    /// When the next step will be; `None`: nothing drawn happens for as long as anyone would wait, or ever.
    pub fn next_step_time_us(&mut self) -> Option<u64> {
        self.look_ahead(u64::MAX, &mut || false).time_us()
    }

    /// Looks for the next step as far as `until_us`, or until `enough` says so, and goes on there the next time.
    pub fn look_ahead(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) -> Ahead {
        if self.scout.as_ref().is_some_and(|scout| scout.world.last_event() < self.world.last_event()) {
            // The run has gone past it.
            self.scout = None;
        }
        let scout = self.scout.get_or_insert_with(|| Box::new(Scout::new(&self.world, &self.script)));
        if !matches!(scout.found, Ahead::NotBefore(_)) && scout.world.last_event() == self.world.last_event() {
            scout.begin();
        }
        scout.look(until_us, enough);
        scout.found
    }

    /// Plays on to a time, which must be before the next step, or until `enough` says so. True when it is there.
    pub fn approach(&mut self, time_us: u64, enough: &mut dyn FnMut() -> bool) -> bool {
        let until_us = time_us.min(limits::TIME.max);
        let mut items = 0_u32;
        while self.go_on(until_us) {
            items += 1;
            if items.is_multiple_of(ASK_EVERY) && enough() {
                return false;
            }
        }
        self.world.idle_until(until_us);
        true
    }
}

impl Scout {
    fn new(world: &World, script: &Script) -> Scout {
        let mut scout =
            Scout { world: world.clone(), script: script.clone(), found: Ahead::Never, quiet_us: 0, items: 0 };
        scout.begin();
        scout
    }

    /// Begins a search where it stands.
    fn begin(&mut self) {
        let now_us = self.world.now_us();
        self.found = Ahead::NotBefore(now_us);
        self.quiet_us = now_us.saturating_add(QUIET_US_MAX);
        self.items = 0;
    }

    fn look(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) {
        let mut events = Vec::new();
        while let Ahead::NotBefore(before_us) = self.found {
            if before_us > until_us {
                return;
            }
            self.found = self.go_on(&mut events);
            events.clear();
            if self.items.is_multiple_of(ASK_EVERY) && enough() {
                return;
            }
        }
    }

    /// Takes one item from the queue.
    fn go_on(&mut self, events: &mut Vec<Event>) -> Ahead {
        self.items += 1;
        if self.items > QUIET_ITEMS_MAX {
            return Ahead::Never;
        }
        // A command that is still to come is waited for however long.
        let quiet_us = self.script.time_us().unwrap_or(self.quiet_us).min(limits::TIME.max);
        if matches!(self.script.next(&mut self.world, quiet_us, events), Next::Nothing) {
            self.world.idle_until(quiet_us);
            return Ahead::Never;
        }
        let now_us = self.world.now_us();
        if events.iter().any(|event| self.world.is_step(event)) { Ahead::At(now_us) } else { Ahead::NotBefore(now_us) }
    }
}

#[cfg(test)]
mod tests {
    use super::Ahead::{At, Never, NotBefore};

    #[test]
    fn of_two_runs_the_sooner_one_counts() {
        assert_eq!(At(5).sooner(At(4)), At(4));
        assert_eq!(At(5).sooner(NotBefore(4)), NotBefore(4));
        // Whatever comes in the other, it is not before the step that is known.
        assert_eq!(NotBefore(5).sooner(At(5)), At(5));
        assert_eq!(At(5).sooner(Never), At(5));
        assert_eq!(Never.sooner(NotBefore(5)), NotBefore(5));
        assert_eq!(Never.sooner(Never), Never);
    }
}
