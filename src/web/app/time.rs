//! What the page does with time: frames, play and pause, steps, leaps, speed.

use kafkascope::{
    i18n::{Template, ui},
    lesson::progress::Effect,
};

use super::App;
use crate::{
    clock::{Frame, Speed},
    say::moment,
};

impl App {
    pub(super) fn frame(&mut self, time_ms: f64) -> bool {
        let dt_ms = self.last_ms.map_or(0.0, |last| time_ms - last);
        self.last_ms = Some(time_ms);
        let shown = self.player.frame(dt_ms, &self.hidden);
        self.moved(shown.frame) || shown.render
    }

    /// Plays backwards, or pauses.
    pub(super) fn play_back(&mut self) {
        if self.player.playback.plays_back() {
            self.play();
        } else if self.player.can_go_back() {
            self.player.pause(&self.hidden);
            self.player.playback.play_back();
        }
    }

    pub(super) fn play(&mut self) {
        if self.player.playback.playing() {
            self.pause();
        } else {
            self.player.playback.play();
        }
    }

    /// Where it stands now is said: nothing was while it ran.
    fn pause(&mut self) {
        self.player.pause(&self.hidden);
        self.follow();
        self.announce_at(&ui::SAID_PAUSED);
    }

    /// Only while a beat is under way: it has an end.
    pub(super) fn forward(&mut self) {
        if self.player.playback.forward() {
            self.pause();
        } else if self.player.course.running() {
            self.player.playback.fast_forward();
        }
    }

    pub(super) fn step(&mut self) {
        let frame = self.player.step(!reduced_motion(), &self.hidden);
        self.moved(frame);
    }

    pub(super) fn back(&mut self) {
        if self.player.step_back(&self.hidden) {
            self.follow();
            self.announce_newest();
        }
    }

    pub(super) fn seek(&mut self, time_us: u64) {
        self.player.seek(time_us, &self.hidden);
        self.follow();
        self.announce_at(&ui::SAID_REACHED);
    }

    pub(super) fn end(&mut self) {
        self.player.seek_end(&self.hidden);
        self.follow();
        self.announce_at(&ui::SAID_REACHED);
    }

    pub(super) fn drag(&mut self, time_us: u64) -> bool {
        let render = self.player.drag(time_us, &self.hidden);
        self.follow() || render
    }

    pub(super) fn milestone(&mut self, next: bool) {
        if next {
            self.player.milestone_next(&self.hidden);
        } else {
            self.player.milestone_back(&self.hidden);
        }
        self.follow();
        if !self.player.playback.active() {
            self.announce_newest();
        }
    }

    pub(super) fn bookmark(&mut self) {
        match self.player.bookmark(&self.hidden) {
            Ok(true) => self.announce_at(&ui::SAID_BOOKMARK),
            Ok(false) => self.announce_at(&ui::SAID_NO_BOOKMARK),
            Err(error) => self.toasts.push(error.text(), true, false, self.on.toast.clone()),
        }
    }

    /// Says the moment, and what happened last by then.
    fn announce_at(&mut self, words: &'static Template) {
        let text = words.with("time", moment(self.player.run().time_us()));
        let text = match self.player.newest() {
            Some(line) => ui::SAID_BOTH.with("moment", text).with("what", line.text.clone()),
            None => text,
        };
        self.announced = text.plain(self.prefs.lang);
    }

    /// Takes in what a frame did; must the page be rendered for it?
    pub(super) fn moved(&mut self, frame: Frame) -> bool {
        let mut render = frame.by_hand;
        if frame.changed {
            if let Some(goal) = self.player.reached(&self.hidden) {
                render = true;
                match goal.told() {
                    Some(goal) => {
                        let said = ui::REACHED.with("goal", goal.clone());
                        self.toasts.push(said, false, false, self.on.toast.clone());
                    }
                    None => self.announce_newest(),
                }
            }
            render |= self.follow();
            let effect = self.player.course.take_effect();
            render |= !matches!(effect, Effect::None);
            self.carry_out(effect);
        }
        if frame.by_hand {
            self.announce_newest();
        }
        render
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        self.prefs.speed = speed;
        self.player.playback.set_speed(speed);
        self.prefs.save();
        self.announced = crate::panels::transport::speed_name(speed, self.prefs.lang);
    }
}

fn reduced_motion() -> bool {
    let query =
        web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}
