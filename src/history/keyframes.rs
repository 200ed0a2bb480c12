//! Copies of a run at some of its moments, so that going to any other moment plays only a little again.
//!
//! A copy shares sealed logs and events with the run, so it costs what has changed. Copies lie close together near the
//! moment that is looked at and further apart with the distance, at most [`FRAMES_MAX`] of them; what is thinned out is
//! played again when it is wanted, from the copy before it. Left out: the commands, which the run keeps and which are
//! never forgotten.

use std::sync::Arc;

use super::{Moment, Run};
use crate::sim::EventId;

/// Copies at most.
const FRAMES_MAX: usize = 120;

/// Events between two copies, at least.
const SPACING: EventId = 400;

/// On the way to a moment, copies are only taken so close before it.
pub const NEAR: EventId = 16 * SPACING;

/// A copy, without its commands.
#[derive(Clone, Debug)]
struct Frame {
    run: Run,
    /// How many of the commands had been given.
    commands: usize,
}

/// Copies of one run, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Keyframes(Vec<Arc<Frame>>);

impl Keyframes {
    /// Takes a copy of `run` if it is far enough from those that there are.
    pub fn keep(&mut self, run: &Run) {
        let event = run.event();
        let place = self.0.partition_point(|frame| frame.run.event() <= event);
        let far = |frame: Option<&Arc<Frame>>| frame.is_none_or(|frame| frame.run.event().abs_diff(event) >= SPACING);
        if !far(self.0.get(place)) || !far(place.checked_sub(1).and_then(|before| self.0.get(before))) {
            return;
        }
        let frame = Frame { run: run.without_commands(), commands: run.log().len() };
        self.0.insert(place, Arc::new(frame));
        if self.0.len() > FRAMES_MAX {
            self.thin(event);
        }
    }

    /// The newest copy of which something holds that holds of all before it, whole again with the commands of `of`.
    pub fn last_where(&self, holds: impl Fn(&Run) -> bool, of: &Run) -> Option<Run> {
        let before = &self.0[..self.0.partition_point(|frame| holds(&frame.run))];
        let Frame { run, commands } = before.last()?.as_ref();
        Some(Run { log: of.log.get(..*commands)?.to_vec(), ..run.clone() })
    }

    /// Forgets what came after a moment.
    pub fn forget_after(&mut self, moment: Moment) {
        self.0.retain(|frame| frame.run.moment() <= moment);
    }

    /// Takes out the copy whose gap would be the smallest for its distance from `event`; the first one stays.
    fn thin(&mut self, event: EventId) {
        let event_at = |index: usize| self.0[index].run.event();
        let surplus = (1..self.0.len().saturating_sub(1)).min_by_key(|index| {
            let gap = event_at(index + 1) - event_at(index - 1);
            gap.saturating_mul(1_000) / (event_at(*index).abs_diff(event) + SPACING)
        });
        if let Some(index) = surplus {
            self.0.remove(index);
        }
    }
}
