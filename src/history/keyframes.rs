//! Copies of a run at some of its moments, so that going to any other moment plays only a little again.
//!
//! A copy shares sealed logs and events with the run, so it costs what has changed. Copies lie close together near the
//! moment that is looked at and further apart with the distance, as many as [`Spacing`] allows; what is thinned out is
//! played again when it is wanted, from the copy before it. Left out: the commands, which the run keeps and which are
//! never forgotten.

use std::sync::Arc;

use super::{Moment, Run};
use crate::sim::EventId;

/// How many copies there are and how close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spacing {
    /// Events between two copies, at least. In a burst hundreds happen in a frame of the page, and each copy costs what
    /// has changed since the one before.
    pub events: EventId,
    /// The same where somebody goes back to: a step back plays so many again.
    pub near: EventId,
    /// Copies at most.
    pub copies: usize,
}

impl Default for Spacing {
    fn default() -> Self {
        Spacing { events: 2_000, near: 75, copies: 240 }
    }
}

/// A copy, without its commands.
#[derive(Clone, Debug)]
struct Frame {
    run: Run,
    /// How many of the commands had been given.
    commands: usize,
}

/// Copies of one run, oldest first.
#[derive(Clone, Debug)]
pub struct Keyframes {
    frames: Vec<Arc<Frame>>,
    spacing: Spacing,
}

impl Keyframes {
    /// None yet.
    pub fn new(spacing: Spacing) -> Keyframes {
        Keyframes { frames: Vec::new(), spacing }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Is `event` so close before `to` that copies are worth taking on the way there?
    pub fn is_near(&self, event: EventId, to: EventId) -> bool {
        event.saturating_add(16 * self.spacing.near) >= to
    }

    /// Takes a copy of `run` if it is far enough from those that there are.
    pub fn keep(&mut self, run: &Run) {
        self.keep_spaced(run, self.spacing.events);
    }

    /// The same close to the moment that somebody goes to.
    pub fn keep_near(&mut self, run: &Run) {
        self.keep_spaced(run, self.spacing.near);
    }

    fn keep_spaced(&mut self, run: &Run, spacing: EventId) {
        let event = run.event();
        let place = self.frames.partition_point(|frame| frame.run.event() <= event);
        let far = |frame: Option<&Arc<Frame>>| frame.is_none_or(|frame| frame.run.event().abs_diff(event) >= spacing);
        if !far(self.frames.get(place)) || !far(place.checked_sub(1).and_then(|before| self.frames.get(before))) {
            return;
        }
        let frame = Frame { run: run.without_commands(), commands: run.log().len() };
        self.frames.insert(place, Arc::new(frame));
        if self.frames.len() > self.spacing.copies {
            self.thin(event);
        }
    }

    /// The newest copy of which something holds that holds of all before it, whole again with the commands of `of`.
    pub fn last_where(&self, holds: impl Fn(&Run) -> bool, of: &Run) -> Option<Run> {
        let before = &self.frames[..self.frames.partition_point(|frame| holds(&frame.run))];
        let Frame { run, commands } = before.last()?.as_ref();
        Some(Run { log: of.log.get(..*commands)?.to_vec(), ..run.clone() })
    }

    /// Forgets what came after a moment.
    pub fn forget_after(&mut self, moment: Moment) {
        self.frames.retain(|frame| frame.run.moment() <= moment);
    }

    /// Takes out the copy whose gap would be the smallest for its distance from `event`; the first one stays.
    fn thin(&mut self, event: EventId) {
        let event_at = |index: usize| self.frames[index].run.event();
        let surplus = (1..self.frames.len().saturating_sub(1)).min_by_key(|index| {
            let gap = event_at(index + 1) - event_at(index - 1);
            gap.saturating_mul(1_000) / (event_at(*index).abs_diff(event) + self.spacing.events)
        });
        if let Some(index) = surplus {
            self.frames.remove(index);
        }
    }
}
