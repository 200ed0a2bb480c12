//! The tree of runs: showing another one, undo and redo, and running one again with something changed.
//!
//! Running again plays a slice at a time, so that the page stays alive and can give up.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use kafkascope::{
    history::{Again, RunId, RunsError},
    i18n::share,
    view::runs::name,
};
use yew::prelude::*;

use super::{App, Msg, Undo, player::now_ms};
use crate::{
    panels::runs::{Compared, RunsAct},
    stage_api::Dialog,
};

/// Wall time of one slice of playing.
const SLICE_MS: f64 = 12.0;
/// The shorter of two runs is played on for the comparison no longer than this, in wall time.
const COMPARE_MS: f64 = 400.0;
/// Events between two looks at the clock.
const EVENTS: u64 = 200;

/// A run that is being run again.
pub struct RunsAgain {
    of: RunId,
    again: Box<Again>,
    _next: Option<Timeout>,
}

impl RunsAgain {
    /// How far it is: simulated time, and where it will end.
    pub fn progress_us(&self) -> (u64, u64) {
        self.again.progress()
    }
}

impl App {
    /// Does something with the runs; what cannot be done is said.
    pub(super) fn with_runs(&mut self, ctx: &Context<Self>, act: RunsAct) {
        let hidden = self.hidden.clone();
        let player = &mut self.player;
        let done = match act {
            RunsAct::Show(id) => player.with_runs(|runs| runs.switch(id), &hidden),
            RunsAct::Rename(id, name) => player.with_runs(|runs| runs.rename(id, name.as_deref()), &hidden),
            RunsAct::Delete(id) => {
                let course = player.course.clone();
                match player.with_runs(|runs| runs.delete(id), &hidden) {
                    Ok(deleted) => {
                        self.after_runs(Ok(()));
                        let text = share::RUN_DELETED.with("name", name(deleted.run()));
                        self.toasts.push(text, false, true, self.on.toast.clone());
                        self.undo = Some((Undo::Deleted(Box::new(deleted)), course));
                        return;
                    }
                    Err(error) => Err(error),
                }
            }
            RunsAct::PutBack => {
                self.undo();
                return;
            }
            RunsAct::Beside(id) => {
                self.player.show_beside(id, &hidden);
                self.follow_lens();
                if id.is_some() {
                    self.dialog = None;
                }
                Ok(())
            }
            RunsAct::Undo => player.with_runs(|runs| runs.undo().map(drop), &hidden),
            RunsAct::Redo => player.with_runs(|runs| runs.redo().map(drop), &hidden),
            RunsAct::Compare(left, right) => {
                self.compare(left, right);
                Ok(())
            }
            RunsAct::Again(change) => {
                let of = player.runs().shown().id();
                player.pause(&hidden);
                player.runs().begin_again(of, &change).map(|again| {
                    self.again = Some(RunsAgain { of, again: Box::new(again), _next: None });
                    self.again_on(ctx);
                })
            }
        };
        self.after_runs(done);
    }

    /// The other of two runs on the page becomes the one that is asked and acted in.
    pub(super) fn swap(&mut self) {
        let done = self.player.swap_beside(&self.hidden);
        self.after_runs(done);
        self.announced = name(self.player.runs().shown()).plain(self.prefs.lang);
    }

    /// The next slice.
    pub(super) fn again_on(&mut self, ctx: &Context<Self>) {
        let Some(mut running) = self.again.take() else { return };
        let began = now_ms();
        loop {
            if running.again.go_on(EVENTS) {
                let RunsAgain { of, again, .. } = running;
                let done = self.player.with_runs(|runs| runs.add_again(of, *again), &self.hidden);
                if let Ok(new) = done {
                    self.compare(of, new);
                }
                self.after_runs(done.map(drop));
                return;
            }
            if now_ms() - began > SLICE_MS {
                break;
            }
        }
        let link = ctx.link().clone();
        running._next = Some(Timeout::new(0, move || link.send_message(Msg::AgainOn)));
        self.again = Some(running);
    }

    fn compare(&mut self, left: RunId, right: RunId) {
        let began = now_ms();
        let runs = self.player.runs();
        if let (Some(left), Some(right)) = (runs.get(left), runs.get(right)) {
            let compared = Compared::new(left, right, || now_ms() - began < COMPARE_MS);
            self.open(Dialog::Compare(Rc::new(compared)));
        }
    }

    fn after_runs(&mut self, done: Result<(), RunsError>) {
        if let Err(error) = done {
            self.toasts.push(error.text(), true, false, self.on.toast.clone());
        }
        self.undo = None;
        self.toasts.remove_undo();
        self.after_replace();
    }
}
