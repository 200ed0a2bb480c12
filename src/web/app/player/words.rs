//! The sentences of a player: the story, the counts of the ledger, what can be waited for, and the marks of the timeline.

use std::rc::Rc;

use kafkascope::{
    lesson::until,
    sim::Set,
    view::{
        geometry::axis::SPAN_US_MIN,
        story::{self, Lane, StoryLine},
    },
};

use super::{Player, now_ms};
use crate::say::moment;

/// Lines of the story that are kept on the page.
const LINES: usize = 40;
/// Lines while they are too many to be read: as many as are in sight.
const LINES_IN_FLOOD: usize = 8;
/// Sentences are made anew at most so often, in wall milliseconds.
const WORDS_EVERY_MS: f64 = 100.0;
/// From so many steps a second on nobody can read them, until there are so few again.
const FLOOD: (f64, f64) = (120.0, 80.0);
/// Then they need not be new as often; nor while the playhead is dragged.
const WORDS_IN_FLOOD_EVERY_MS: f64 = 500.0;
/// Making and rendering them takes at most one part in so many of the time, while elements wait for them ...
const COST_SHARE: f64 = 80.0;
/// ... but even on a slow machine they are not older than this.
const WORDS_EVERY_MS_MAX: f64 = 1_000.0;
/// Nobody reads while dragging the playhead, and all of them are there as soon as it rests.
const WORDS_IN_DRAG_EVERY_MS_MAX: f64 = 1_500.0;
/// And marks, for which all events of the axis are gone through.
const MARKS_EVERY_MS: f64 = 250.0;
/// The timeline's first axis; later it slides.
const AXIS_US: u64 = 20_000_000;

impl Player {
    /// Are there sentences to be made yet?
    pub fn is_behind(&self) -> bool {
        self.stale || self.live
    }

    pub(super) fn words_due(&self) -> bool {
        let none_is_read = self.flood || self.live && self.in_hurry;
        let every_ms = if none_is_read { WORDS_IN_FLOOD_EVERY_MS } else { WORDS_EVERY_MS };
        // Where everything waits for them, they take no more than a small part of the time.
        let most_ms = if self.is_dragged() { WORDS_IN_DRAG_EVERY_MS_MAX } else { WORDS_EVERY_MS_MAX };
        let cheap_ms = (self.words_cost_ms.unwrap_or(0.0) * COST_SHARE).min(most_ms);
        let every_ms = if self.live { every_ms.max(cheap_ms) } else { every_ms };
        let may_wait = self.playback.active() || self.in_hurry;
        self.stale && (!may_wait || now_ms() - self.words_at_ms >= every_ms)
    }

    /// Story and timeline; lines that are the same stay the same allocation.
    pub fn refresh_words(&mut self, hidden: &Set<Lane>) -> bool {
        (self.stale, self.in_hurry) = (false, false);
        self.catch_up();
        self.face.write(&moment(self.playback.time_us()));
        self.measure_flood();
        self.words_at_ms = now_ms();
        self.words_cost_ms = None;
        self.read_metrics();
        self.note_beat();
        let totals = self.runs.history().run().ledger().totals(self.runs.history().run().world());
        if totals != *self.ledger {
            self.ledger = Rc::new(totals);
        }
        if !self.playback.active() {
            let goals = until::offered(self.runs.history().run());
            if goals != *self.goals {
                self.goals = Rc::new(goals);
            }
        }
        let hidden: Vec<Lane> = hidden.iter().copied().collect();
        let old = &self.lines;
        let count = if self.flood { LINES_IN_FLOOD } else { LINES };
        let lines = story::lines(self.runs.history().run(), &hidden, count);
        let lines: Vec<Rc<StoryLine>> = lines
            .into_iter()
            .map(|line| old.iter().find(|kept| ***kept == line).cloned().unwrap_or_else(|| Rc::new(line)))
            .collect();
        self.lines = Rc::new(lines);
        let axis = self.axis_now();
        let due = axis != self.axis || self.words_at_ms - self.marks_at_ms >= MARKS_EVERY_MS;
        if due || !self.playback.active() {
            self.marks_at_ms = self.words_at_ms;
            self.axis = axis;
            self.marks.follow(self.runs.history().newest(), self.axis.0, self.axis.1);
            self.say_beside();
        } else {
            // The marks that are due come with the next sentences.
            self.stale = true;
        }
        true
    }

    /// Do more steps happen than anyone can follow?
    fn measure_flood(&mut self) {
        let steps = self.run().step_count();
        let count = steps.abs_diff(std::mem::replace(&mut self.steps_then, steps)) as f64;
        let a_second = count * 1000.0 / (now_ms() - self.words_at_ms).max(1.0);
        let (begins, ends) = FLOOD;
        self.flood = self.playback.active() && a_second > if self.flood { ends } else { begins };
    }

    /// The page has been rendered.
    pub fn note_cost(&mut self) {
        self.words_cost_ms.get_or_insert(now_ms() - self.words_at_ms);
    }

    /// Shows another part of time on the axis, or follows the newest moment again.
    pub fn zoom(&mut self, to: Option<(u64, u64)>, hidden: &Set<Lane>) {
        self.zoomed = to.map(|(from_us, to_us)| (from_us, to_us.max(from_us.saturating_add(SPAN_US_MIN))));
        self.refresh_words(hidden);
    }

    /// Moves the part that is shown, so that the moment that is looked at is in it.
    pub(super) fn reveal(&mut self) {
        let now_us = self.run().time_us();
        if let Some((from_us, to_us)) = self.zoomed
            && !(from_us..=to_us).contains(&now_us)
        {
            let from = now_us.saturating_sub((to_us - from_us) / 4);
            self.zoomed = Some((from, from + (to_us - from_us)));
        }
    }

    /// When a lesson's step began, once.
    fn note_beat(&mut self) {
        if let Some(began) = self.course.began()
            && self.beats.last() != Some(&began.time_us)
        {
            Rc::make_mut(&mut self.beats).push(began.time_us);
        }
    }

    /// The axis ends with the newest moment, unless it is so long ago that the playhead would not be on it.
    pub(super) fn axis_now(&mut self) -> (u64, u64) {
        if self.zoomed.is_some() && self.playback.active() {
            self.reveal();
        }
        if let Some(zoomed) = self.zoomed {
            return zoomed;
        }
        let newest = axis(self.runs.history().end().time_us);
        let now_us = self.run().time_us();
        if now_us >= newest.0 { newest } else { axis(now_us) }
    }
}

/// The axis for a moment: the first 20 seconds, then a window that slides a second at a time.
pub(super) fn axis(time_us: u64) -> (u64, u64) {
    let end = (time_us + 4_000_000) / 1_000_000 * 1_000_000;
    if end <= AXIS_US { (0, AXIS_US) } else { (end - AXIS_US, end) }
}
