//! Two runs that keep to one time, as when both are on the page: the shown one leads, and the other is where it is.
//!
//! A step is the next one of either, a step back the last one. Left out: which two, which [`super::Runs`] says.

use super::{Ahead, History};
use crate::sim::EventId;

/// The shown run, and the one that keeps to its time if there is one.
#[derive(Debug)]
pub struct Together<'a> {
    /// The shown one.
    pub shown: &'a mut History,
    /// The other one.
    pub beside: Option<&'a mut History>,
}

impl Together<'_> {
    /// Plays both on to a time; true if something drawn changed in one of them.
    pub fn advance_to(&mut self, time_us: u64) -> bool {
        let changed = self.shown.advance_to(time_us);
        self.beside.as_mut().is_some_and(|beside| beside.go_to(time_us)) || changed
    }

    /// When either has its next step.
    pub fn next_step_time_us(&mut self) -> Option<u64> {
        self.look_ahead(u64::MAX, &mut || false).time_us()
    }

    /// The same as far as `until_us`, or until `enough` says so.
    pub fn look_ahead(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) -> Ahead {
        let own = self.shown.look_ahead(until_us, enough);
        let Some(beside) = &mut self.beside else { return own };
        // A step of the shown one that is known bounds the search in the other.
        let until_us = if let Ahead::At(own_us) = own { own_us.min(until_us) } else { until_us };
        own.sooner(beside.look_ahead(until_us, enough))
    }

    /// Plays both on to a time before the next step of either, or the shown one until `enough` says so. True when both
    /// are there.
    pub fn approach(&mut self, time_us: u64, enough: &mut dyn FnMut() -> bool) -> bool {
        let there = self.shown.approach(time_us, enough);
        let shown_us = self.shown.run().time_us();
        if let Some(beside) = &mut self.beside {
            beside.go_to(shown_us);
        }
        there
    }

    /// Plays on to the next step of either. The last event of the shown one then.
    pub fn step(&mut self) -> Option<EventId> {
        let time_us = self.next_step_time_us()?;
        // Only as far as this step: the one after it may be a long way off.
        if self.shown.look_ahead(time_us, &mut || false) == Ahead::At(time_us) {
            self.shown.step()?;
        } else {
            self.shown.advance_to(time_us);
        }
        if let Some(beside) = &mut self.beside {
            beside.go_to(time_us);
        }
        Some(self.shown.run().event())
    }

    /// Back to where the last step of either ended. False at the beginning of both.
    pub fn step_back(&mut self) -> bool {
        let moved = self.shown.step_back();
        let Some(beside) = &mut self.beside else { return moved };
        let other = beside.step_back();
        let (own_us, other_us) = (self.shown.run().time_us(), beside.run().time_us());
        if other && other_us > own_us {
            self.shown.seek_time(other_us);
        } else {
            beside.go_to(own_us);
        }
        moved || other
    }
}

impl History {
    /// To a time: forward by playing on, also past the end; back by its copies. True if anything drawn may have changed.
    pub fn go_to(&mut self, time_us: u64) -> bool {
        let now_us = self.run().time_us();
        if now_us > time_us {
            self.seek_time(time_us);
            return true;
        }
        now_us < time_us && self.advance_to(time_us)
    }
}
