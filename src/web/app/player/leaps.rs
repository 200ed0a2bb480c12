//! Going to another moment: back, to a time, from milestone to milestone, and on until something is so.

use std::rc::Rc;

use kafkascope::{
    history::Moment, i18n::Text, kafka::limits::LimitError, lesson::until::Until, sim::Set, view::story::Lane,
};

use super::{Player, Waiting, now_ms};

impl Player {
    /// How far that is before the newest moment, in simulated microseconds; `None`: it is the newest.
    pub fn past_us(&self) -> Option<u64> {
        let past = self.runs.history().is_past();
        past.then(|| self.runs.history().end().time_us.saturating_sub(self.run().time_us()))
    }

    /// Can it go back from here?
    pub fn can_go_back(&self) -> bool {
        self.run().moment() > self.floor()
    }

    fn floor(&self) -> Moment {
        self.course.floor(self.runs.history().begin())
    }

    /// The first and the last moment that can be gone to.
    pub fn span(&self) -> (u64, u64) {
        (self.floor().time_us, self.runs.history().end().time_us)
    }

    /// One step back.
    pub fn step_back(&mut self, hidden: &Set<Lane>) -> bool {
        self.sync_run();
        let moved = self.step_run_back();
        self.arrive(hidden);
        moved
    }

    /// To the last moment by a time.
    pub fn seek(&mut self, time_us: u64, hidden: &Set<Lane>) {
        self.sync_run();
        self.seek_run(time_us);
        self.arrive(hidden);
    }

    /// To a time to which the playhead is dragged: the picture goes with it, the sentences follow.
    /// Do the page's elements show anything else then?
    pub fn drag(&mut self, time_us: u64, hidden: &Set<Lane>) -> bool {
        let before = (self.elements(), self.words_at_ms, self.past_us().is_some());
        self.in_hurry = true;
        self.dragged_at_ms = now_ms();
        self.seek(time_us, hidden);
        !self.live || before != (self.elements(), self.words_at_ms, self.past_us().is_some())
    }

    /// To the last milestone before this moment, or to the beginning.
    pub fn milestone_back(&mut self, hidden: &Set<Lane>) {
        self.sync_run();
        let now_us = self.run().time_us();
        let before = self.run().milestone_before(now_us).max(self.bookmarks.before(now_us));
        self.seek(before.unwrap_or_default(), hidden);
    }

    /// To the next milestone: one that has been is gone to, for another one the clock runs.
    pub fn milestone_next(&mut self, hidden: &Set<Lane>) {
        self.sync_run();
        let now_us = self.run().time_us();
        let milestone = self.runs.history().newest().milestone_after(now_us);
        let bookmark = self.bookmarks.after(now_us).filter(|&time_us| time_us <= self.runs.history().end().time_us);
        match milestone.into_iter().chain(bookmark).min() {
            Some(time_us) if self.runs.history().is_past() => self.seek(time_us, hidden),
            _ => self.run_until(Until::milestone(), hidden),
        }
    }

    /// Runs as fast as steps can be seen until something is so, or somebody stops the clock.
    pub fn run_until(&mut self, until: Until, hidden: &Set<Lane>) {
        self.pause(hidden);
        self.waiting = Some(Waiting { until, since: self.run().event(), reached: false });
        self.playback.fast_forward();
    }

    /// What the clock runs for.
    pub fn waits_for(&self) -> Option<&Text> {
        self.waiting.as_ref().map(|waiting| &waiting.until.text)
    }

    /// What was waited for and is so now, once; the clock stands then.
    pub fn reached(&mut self, hidden: &Set<Lane>) -> Option<Until> {
        let reached = self.waiting.take_if(|waiting| waiting.reached)?;
        // What happens in the same microsecond belongs to the moment.
        let now_us = self.run().time_us();
        self.runs.history_mut().advance_to(now_us);
        self.pause(hidden);
        self.build();
        Some(reached.until)
    }

    /// Is there a bookmark at this moment?
    pub fn has_bookmark(&self) -> bool {
        self.bookmarks.times().binary_search(&self.run().time_us()).is_ok()
    }

    /// Puts a bookmark at this moment, or takes away the one that is there.
    pub fn bookmark(&mut self, hidden: &Set<Lane>) -> Result<bool, LimitError> {
        self.sync(hidden);
        let now_us = self.run().time_us();
        Rc::make_mut(&mut self.bookmarks).toggle(now_us)
    }

    /// To the newest moment.
    pub fn seek_end(&mut self, hidden: &Set<Lane>) {
        self.sync_run();
        self.runs.history_mut().seek_end();
        self.arrive(hidden);
    }

    pub(super) fn arrive(&mut self, hidden: &Set<Lane>) {
        self.waiting = None;
        self.playback.restart(self.run().time_us());
        self.read_again();
        self.detail = None;
        self.lit_from = self.run().step_began();
        self.reveal();
        self.moved = true;
        self.build();
        if self.words_due() {
            self.refresh_words(hidden);
        }
        self.show_clock();
    }
}
