//! The state of play, pause and step, and what one frame does to the run.

use kafkascope::history::Ahead;

use super::{Pace, Speed};

/// What playback needs of a run; the run itself has it, tests have a small one.
pub trait Timeline {
    /// Called after each step that playback takes; true ends the frame there. A lesson watches for its end so.
    fn watch(&mut self) -> bool {
        false
    }
    /// Must every step be watched? Then time by clock also goes from step to step.
    fn watched(&self) -> bool {
        false
    }
    /// Simulated time now.
    fn time_us(&self) -> u64;
    /// Runs all events up to a time; true if something drawn changed.
    fn advance_to(&mut self, time_us: u64) -> bool;
    /// Looks for the next step as far as `until_us`, or until `enough` says so.
    fn look_ahead(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) -> Ahead;
    /// Plays on to a time before the next step, or until `enough` says so; true when it is there.
    fn approach(&mut self, time_us: u64, enough: &mut dyn FnMut() -> bool) -> bool;
    /// Runs to the next step.
    fn step(&mut self) -> Option<u64>;
    /// Goes back to where the last step ended, and tells when that was; `None`: there is nothing before.
    fn step_back(&mut self) -> Option<u64>;
    /// Goes to a time that has been, or to the earliest that there is.
    fn seek(&mut self, time_us: u64);
}

/// Steps a second while fast-forwarding.
const FORWARD: f64 = 60.0;
/// The longest wall time that one frame stands for; a tab that slept does not leap.
const FRAME_MAX_MS: f64 = 100.0;
/// Wall time of one step by hand.
const STEP_MS: f64 = 220.0;
/// A gap between two steps from which on the clock says that it skips.
const SKIP_FROM_US: u64 = 250_000;
/// Steps in one frame at most; at 60 a second and 60 frames it is one.
const STEPS_PER_FRAME_MAX: u32 = 4;
/// By clock, a frame's work is cut into so many slices, and ends early when its budget is spent.
const SLICES: u32 = 16;
/// Wall time that the model may take of one frame.
const BUDGET_MS: f64 = 7.0;
/// The same while nothing is drawn that moves: on the way through time in which nothing changes.
const QUIET_BUDGET_MS: f64 = 25.0;
/// A search for the next step that takes longer is spoken of.
const LOOKING_MS: f64 = 200.0;

/// What stands beside the clock, when there is something to say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Note {
    /// Nothing.
    #[default]
    None,
    /// The next step is a long way off, and not found yet.
    Looking,
    /// So many microseconds without a step go by at once.
    Skipping(u64),
    /// Something was done while the clock stands: what follows from it comes with time.
    Acted,
    /// Nothing drawn will change until somebody acts.
    Ended,
    /// By clock: the model cannot keep up; it runs at this many simulated seconds a second.
    Behind(f64),
    /// The run keeps as many records as it may.
    Full,
}

/// What a frame did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Did something drawn change?
    pub changed: bool,
    /// The last step that happened in it, when it is known.
    pub step: Option<u64>,
    /// Was that step the end of a step by hand?
    pub by_hand: bool,
}

/// From one step to the next: simulated time glides there over some wall time.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Glide {
    from_us: u64,
    to_us: u64,
    wall_ms: f64,
    spent_ms: f64,
}

impl Glide {
    /// Is the way so long that going it may take time?
    fn is_long(&self) -> bool {
        self.to_us.saturating_sub(self.from_us) >= SKIP_FROM_US
    }

    fn time_us(&self) -> u64 {
        let part = (self.spent_ms / self.wall_ms.max(1.0)).clamp(0.0, 1.0);
        // Slow glides ease at both ends; fast ones run evenly, or a flight across several steps would stutter.
        let eased = if self.wall_ms > 150.0 { part * part * (3.0 - 2.0 * part) * 0.5 + part * 0.5 } else { part };
        let gone = (self.to_us.abs_diff(self.from_us) as f64 * eased) as u64;
        if self.to_us < self.from_us { self.from_us - gone } else { self.from_us + gone }
    }
}

/// Play, pause and step.
#[derive(Clone, Debug, Default)]
pub struct Playback {
    playing: bool,
    speed: Speed,
    /// Steps by hand that are still to be shown: 0 or 1.
    by_hand: bool,
    /// How long that one glides, in wall milliseconds.
    by_hand_ms: f64,
    /// For how long the next step has been looked for, in wall milliseconds.
    looking_ms: f64,
    glide: Option<Glide>,
    /// The moment that is drawn.
    time_us: u64,
    /// By clock: the part of a microsecond that is left over.
    remainder: f64,
    rate: f64,
    /// As fast as steps can be seen, until the next pause.
    forward: bool,
    /// The clock runs backwards.
    back: bool,
    note: Note,
}

impl Playback {
    /// Paused, at the run's moment.
    pub fn new(speed: Speed, time_us: u64) -> Playback {
        Playback { speed, time_us, ..Playback::default() }
    }

    /// Does the clock run?
    pub fn playing(&self) -> bool {
        self.playing
    }

    /// Is another frame wanted?
    pub fn active(&self) -> bool {
        self.playing || self.by_hand
    }

    /// The moment that is drawn.
    pub fn time_us(&self) -> u64 {
        self.time_us
    }

    /// Simulated microseconds a wall millisecond, now.
    pub fn rate(&self) -> f64 {
        if self.active() { self.rate } else { 0.0 }
    }

    /// What to say beside the clock.
    pub fn note(&self) -> Note {
        self.note
    }

    /// Pace and speed.
    pub fn speed(&self) -> Speed {
        self.speed
    }

    /// Changes pace or speed; a glide under way goes on at the new one.
    pub fn set_speed(&mut self, speed: Speed) {
        if speed.pace != self.speed.pace {
            self.glide = None;
            self.note = Note::None;
        }
        self.speed = speed;
        if let (Some(glide), false, Pace::Event) = (&mut self.glide, self.by_hand, speed.pace) {
            let wall_ms = 1000.0 / speed.value();
            glide.spent_ms *= wall_ms / glide.wall_ms;
            glide.wall_ms = wall_ms;
        }
    }

    /// Does the clock run backwards?
    pub fn plays_back(&self) -> bool {
        self.playing && self.back
    }

    /// Starts the clock backwards, at the pace and speed of playing.
    pub fn play_back(&mut self) {
        self.play();
        (self.back, self.forward, self.glide) = (true, false, None);
    }

    /// Is it fast-forwarding?
    pub fn forward(&self) -> bool {
        self.forward
    }

    /// Starts the clock, as fast as steps can be seen, until the next pause.
    pub fn fast_forward(&mut self) {
        self.play();
        self.forward = true;
        self.glide = None;
    }

    /// Says that something was done while the clock stands.
    pub fn acted(&mut self) {
        if !self.playing {
            self.note = Note::Acted;
        }
    }

    /// Steps a second now.
    fn pace(&self) -> f64 {
        let speed = self.speed.value();
        if self.forward { speed.max(FORWARD) } else { speed }
    }

    /// Starts the clock.
    pub fn play(&mut self) {
        self.playing = true;
        self.by_hand = false;
        self.looking_ms = 0.0;
        if std::mem::take(&mut self.back) {
            self.glide = None;
        }
        self.note = Note::None;
    }

    /// Stops the clock where it is: a record in flight stays in the air.
    pub fn pause(&mut self, run: &mut impl Timeline) -> bool {
        self.playing = false;
        self.by_hand = false;
        self.forward = false;
        let changed = self.sync(run);
        self.back = false;
        self.note = Note::None;
        changed
    }

    /// Brings the run to the moment that is drawn, so that what is done now is done at that moment.
    pub fn sync(&mut self, run: &mut impl Timeline) -> bool {
        if let Some(glide) = self.glide.take() {
            // Not past the step that the glide leads to or comes from: it has not happened yet.
            let step_us = glide.to_us.max(glide.from_us);
            self.time_us = self.time_us.min(step_us.saturating_sub(1)).max(run.time_us());
        }
        let changed = self.time_us > run.time_us() && run.advance_to(self.time_us);
        self.time_us = run.time_us();
        if !matches!(self.note, Note::Behind(_)) {
            self.note = Note::None;
        }
        changed
    }

    /// One step by hand. While the last one is still gliding, that one is finished at once; while the next one is
    /// still looked for or a long way off, that goes on. `now_ms` tells the wall time.
    pub fn step(&mut self, run: &mut impl Timeline, gliding: bool, now_ms: impl Fn() -> f64) -> Frame {
        let mut frame = Frame::default();
        if self.playing {
            frame.changed = self.pause(run);
        } else if self.by_hand {
            let Some(glide) = &mut self.glide else { return frame };
            if glide.is_long() {
                glide.spent_ms = glide.wall_ms;
                return frame;
            }
            frame = self.finish_step(run);
        }
        self.by_hand = true;
        self.by_hand_ms = if gliding { STEP_MS } else { 0.0 };
        self.looking_ms = 0.0;
        let begun = self.frame_by_event(run, 0.0, now_ms);
        if begun.by_hand { begun } else { frame }
    }

    /// After a reset or another scenario.
    pub fn restart(&mut self, time_us: u64) {
        *self = Playback::new(self.speed, time_us);
    }

    /// One animation frame: `dt_ms` of wall time went by. `now_ms` tells the wall time within the frame.
    pub fn frame(&mut self, run: &mut impl Timeline, dt_ms: f64, now_ms: impl Fn() -> f64) -> Frame {
        let dt_ms = dt_ms.clamp(0.0, FRAME_MAX_MS);
        if dt_ms == 0.0 || !self.active() {
            return Frame::default();
        }
        if self.plays_back() {
            self.frame_back(run, dt_ms)
        } else if self.by_hand || self.forward || self.speed.pace == Pace::Event {
            self.frame_by_event(run, dt_ms, now_ms)
        } else {
            self.frame_by_clock(run, dt_ms, now_ms)
        }
    }

    /// Backwards. Between two steps the picture is that after the earlier one, as on the way there, and time falls.
    fn frame_back(&mut self, run: &mut impl Timeline, dt_ms: f64) -> Frame {
        let mut frame = Frame::default();
        let mut left_ms = dt_ms;
        if self.speed.pace == Pace::Clock {
            let asked = dt_ms * 1000.0 * self.speed.value() + self.remainder;
            let before_us = run.time_us().max(self.time_us);
            self.remainder = asked.fract();
            run.seek(before_us.saturating_sub(asked as u64));
            self.time_us = run.time_us();
            self.rate = asked / dt_ms;
            frame.changed = true;
            // Less than a microsecond may be asked of a frame.
            self.playing = self.time_us < before_us || asked < 1.0;
            return frame;
        }
        for _ in 0..STEPS_PER_FRAME_MAX {
            let glide = match &mut self.glide {
                Some(glide) => glide,
                None => {
                    let from_us = self.time_us.max(run.time_us());
                    let Some(to_us) = run.step_back() else {
                        self.playing = false;
                        self.time_us = run.time_us();
                        return frame;
                    };
                    frame.changed = true;
                    let (gap, wall_ms) = (from_us.saturating_sub(to_us), 1000.0 / self.pace());
                    self.note = if gap >= SKIP_FROM_US { Note::Skipping(gap) } else { Note::None };
                    self.rate = gap as f64 / wall_ms;
                    self.glide.insert(Glide { from_us: from_us.max(to_us), to_us, wall_ms, spent_ms: 0.0 })
                }
            };
            let to_end = glide.wall_ms - glide.spent_ms;
            if left_ms < to_end {
                glide.spent_ms += left_ms;
                self.time_us = glide.time_us();
                return frame;
            }
            left_ms -= to_end;
            self.time_us = glide.to_us;
            self.glide = None;
        }
        frame
    }

    fn frame_by_event(&mut self, run: &mut impl Timeline, dt_ms: f64, now_ms: impl Fn() -> f64) -> Frame {
        let mut frame = Frame::default();
        let mut left_ms = dt_ms;
        let start_ms = now_ms();
        let mut enough = || now_ms() - start_ms > QUIET_BUDGET_MS;
        for _ in 0..STEPS_PER_FRAME_MAX {
            if self.glide.is_none() {
                match run.look_ahead(u64::MAX, &mut enough) {
                    Ahead::At(next_us) => self.start_glide(run, next_us),
                    Ahead::Never => {
                        self.note = Note::Ended;
                        self.playing = false;
                        self.by_hand = false;
                        self.forward = false;
                        return frame;
                    }
                    Ahead::NotBefore(_) => {
                        self.looking_ms += dt_ms;
                        if self.looking_ms > LOOKING_MS {
                            self.note = Note::Looking;
                        }
                        return frame;
                    }
                }
            }
            let Some(glide) = &mut self.glide else { return frame };
            let left = glide.wall_ms - glide.spent_ms;
            let ahead = Glide { spent_ms: glide.spent_ms + left_ms.min(left), ..*glide };
            let drawn_us = if left_ms < left { ahead.time_us() } else { ahead.to_us };
            // The run comes along where the way is long, or the last frame would have to go all of it.
            if ahead.is_long() && !run.approach(drawn_us.min(ahead.to_us - 1), &mut enough) {
                self.time_us = self.time_us.max(run.time_us());
                return frame;
            }
            if left_ms < left {
                *glide = ahead;
                self.time_us = drawn_us;
                return frame;
            }
            left_ms -= left;
            if self.by_hand {
                return self.finish_step(run);
            }
            frame.step = self.take_step(run).or(frame.step);
            frame.changed = true;
            if run.watch() {
                break;
            }
        }
        frame
    }

    fn frame_by_clock(&mut self, run: &mut impl Timeline, dt_ms: f64, now_ms: impl Fn() -> f64) -> Frame {
        let asked = dt_ms * 1000.0 * self.speed.value();
        let goal = asked + self.remainder;
        let start_us = run.time_us().max(self.time_us);
        let start_ms = now_ms();
        let mut changed = false;
        let mut done = goal;
        for slice in 1..=SLICES {
            let part = goal * f64::from(slice) / f64::from(SLICES);
            if run.watched() {
                let mut enough = || now_ms() - start_ms > QUIET_BUDGET_MS;
                let (stepped, there) = advance_watched(run, start_us + part as u64, &mut enough);
                changed |= stepped;
                if !there {
                    self.time_us = run.time_us();
                    return Frame { changed, step: None, by_hand: false };
                }
            }
            changed |= run.advance_to(start_us + part as u64);
            if slice < SLICES && now_ms() - start_ms > BUDGET_MS {
                done = part;
                break;
            }
        }
        self.remainder = if done < goal { 0.0 } else { done.fract() };
        self.time_us = start_us + done as u64;
        self.rate = done / dt_ms;
        let behind = done < asked * 0.9;
        self.note = if behind { Note::Behind(done / dt_ms / 1000.0) } else { Note::None };
        Frame { changed, step: None, by_hand: false }
    }

    fn start_glide(&mut self, run: &impl Timeline, next_us: u64) {
        let from_us = self.time_us.max(run.time_us());
        let to_us = next_us.max(from_us);
        let gap = to_us - from_us;
        let wall_ms = if self.by_hand { self.by_hand_ms } else { 1000.0 / self.pace() };
        self.note = if gap >= SKIP_FROM_US { Note::Skipping(gap) } else { Note::None };
        self.rate = gap as f64 / wall_ms.max(1.0);
        self.looking_ms = 0.0;
        self.glide = Some(Glide { from_us, to_us, wall_ms, spent_ms: 0.0 });
    }

    fn finish_step(&mut self, run: &mut impl Timeline) -> Frame {
        self.by_hand = false;
        let step = self.take_step(run);
        run.watch();
        Frame { changed: step.is_some(), step, by_hand: true }
    }

    fn take_step(&mut self, run: &mut impl Timeline) -> Option<u64> {
        self.glide = None;
        let step = run.step();
        if step.is_none() {
            self.note = Note::Ended;
        }
        self.time_us = run.time_us().max(self.time_us);
        step
    }
}

/// Step by step up to a time: whether there was a step, and whether it came there; the watch may end it before.
fn advance_watched(run: &mut impl Timeline, until_us: u64, enough: &mut dyn FnMut() -> bool) -> (bool, bool) {
    let mut stepped = false;
    loop {
        match run.look_ahead(until_us, enough) {
            Ahead::At(next_us) if next_us <= until_us => {}
            Ahead::NotBefore(before_us) if before_us <= until_us => return (stepped, false),
            Ahead::At(_) | Ahead::NotBefore(_) | Ahead::Never => return (stepped, true),
        }
        run.step();
        stepped = true;
        if run.watch() {
            return (true, false);
        }
    }
}
