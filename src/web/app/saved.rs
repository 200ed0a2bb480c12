//! Runs that come in and the run that is kept: links, lines, files, and what this browser keeps between visits.
//!
//! A run that is opened is played a slice at a time, so that the page stays alive and can give up. What was there
//! before can be had back. Left out: reading and writing (`codec`), and the dialog (`panels::share`).

use gloo_timers::callback::Timeout;
use kafkascope::{
    cluster::command::Command,
    codec::{Origin, ReadError, Saved, file, link},
    history::{Opening, Runs, Stamped},
    i18n::share,
};
use web_sys::{Storage, wasm_bindgen::JsValue};
use yew::prelude::*;

use super::{App, Msg, Undo, player::now_ms};
use crate::{
    crash,
    lenses::Lens,
    stage_api::{Dialog, Source},
};

/// Where this browser keeps the run, as a file.
const KEPT: &str = "kafkascope.run";
/// Wall time of one slice of playing.
const SLICE_MS: f64 = 12.0;
/// Things that happen between two looks at the clock.
const THINGS: u32 = 200;
/// So long after something was done the run is kept.
const KEEP_AFTER_MS: u32 = 800;

/// A run that is being played to where it was saved.
pub struct Opens {
    opening: Box<Opening>,
    saved: Saved,
    source: Source,
    next: Option<Timeout>,
}

impl Opens {
    /// How far it is: simulated time, and where it will end.
    pub fn progress_us(&self) -> (u64, u64) {
        self.opening.progress_us()
    }
}

/// What the page keeps by itself.
#[derive(Default)]
pub struct Keeping {
    timer: Option<Timeout>,
    /// It was said that nothing is kept.
    told: bool,
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

impl App {
    /// What the address or this browser has for the page to begin with.
    pub(super) fn arrive(&mut self, ctx: &Context<Self>) {
        if self.follow_link(ctx) {
            return;
        }
        let Some(kept) = storage().and_then(|storage| storage.get_item(KEPT).ok().flatten()) else { return };
        let has_crashed = crash::take_mark();
        match file::read(&kept) {
            Ok(saved) if has_crashed && !saved.commands.is_empty() => self.open(Dialog::Crashed(Box::new(saved))),
            Ok(saved) => self.open_saved(ctx, saved, Source::Kept),
            Err(error) => self.open(Dialog::Wrong(Box::new(error), Source::Kept)),
        }
    }

    /// Opens the run of the address, if it has one, and takes it out of the address: what is done from here on is not
    /// in it.
    pub(super) fn follow_link(&mut self, ctx: &Context<Self>) -> bool {
        let Some(window) = web_sys::window() else { return false };
        let location = window.location();
        let hash = location.hash().unwrap_or_default();
        if !link::is_link(&hash) {
            return false;
        }
        let bare = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        if let Ok(history) = window.history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&bare));
        }
        self.handed(ctx, link::read(&hash), Source::Link);
        true
    }

    /// Something was read.
    pub(super) fn handed(&mut self, ctx: &Context<Self>, read: Result<Saved, ReadError>, source: Source) {
        match read {
            Ok(saved) => self.open_saved(ctx, saved, source),
            Err(error) => self.open(Dialog::Wrong(Box::new(error), source)),
        }
    }

    /// Begins to play a saved run.
    pub(super) fn open_saved(&mut self, ctx: &Context<Self>, saved: Saved, source: Source) {
        self.player.pause(&self.hidden);
        match saved.open(&self.player.course.lessons) {
            Ok(opening) => {
                self.dialog = None;
                self.opens = Some(Opens { opening: Box::new(opening), saved, source, next: None });
                self.open_on(ctx);
            }
            Err(error) => self.open(Dialog::Wrong(Box::new(error), source)),
        }
    }

    /// The next slice.
    pub(super) fn open_on(&mut self, ctx: &Context<Self>) {
        let Some(mut opens) = self.opens.take() else { return };
        let began = now_ms();
        loop {
            if opens.opening.go_on(THINGS) {
                self.opened(opens);
                return;
            }
            if now_ms() - began > SLICE_MS {
                break;
            }
        }
        let link = ctx.link().clone();
        opens.next = Some(Timeout::new(0, move || link.send_message(Msg::OpenOn)));
        self.opens = Some(opens);
    }

    fn opened(&mut self, opens: Opens) {
        let Opens { opening, saved, source, .. } = opens;
        let opened = opening.finish();
        if let Some(lang) = saved.lang.filter(|lang| *lang != self.prefs.lang) {
            self.set_lang(lang);
        }
        let lens = saved.lens.as_deref().and_then(|tag| Lens::ALL.into_iter().find(|lens| lens.tag() == tag));
        if let Some(lens) = lens {
            self.set_lens(lens);
        }
        let lesson = match &saved.origin {
            Origin::Lesson { id, .. } => self.player.course.lessons.iter().position(|lesson| lesson.id == *id),
            Origin::Own(_) => None,
        };
        let before = self.player.course.clone();
        let _ = self.player.course.choose(lesson.unwrap_or_default(), self.prefs.lang);
        let old = self.player.replace(Runs::new(opened.history), &self.hidden);
        self.player.moved = true;
        self.after_replace();
        self.toasts.remove_undo();
        self.undo = None;
        let end = || self.on.toast.clone();
        if source == Source::Kept {
            self.toasts.push(share::RESTORED.text(), false, false, end());
        } else {
            self.undo = Some((Undo::Runs(Box::new(old)), before));
            self.toasts.push(share::OPENED.text(), false, true, end());
        }
        if !opened.is_whole {
            self.toasts.push(share::CUT_OFF.text(), true, false, end());
        } else if let Some((_, why)) = opened.refused.first() {
            let text = share::REFUSED.with("n", opened.refused.len()).with("why", why.text());
            self.toasts.push(text, true, false, end());
        } else if saved.is_same(self.player.run()) == Some(false) {
            self.toasts.push(share::DIFFERS.text(), true, false, end());
        }
        self.keep();
    }

    /// The run as it stands, with what the page shows of it.
    pub(super) fn saved(&self) -> Saved {
        Saved {
            lens: Some(self.prefs.lens.tag().to_owned()),
            lang: Some(self.prefs.lang),
            ..Saved::of(self.player.run(), &self.player.course.lessons)
        }
    }

    /// Keeps the run in a moment: much is done in a row.
    pub(super) fn keep_soon(&mut self, ctx: &Context<Self>) {
        if self.keeping.timer.is_none() {
            let link = ctx.link().clone();
            self.keeping.timer = Some(Timeout::new(KEEP_AFTER_MS, move || link.send_message(Msg::Keep)));
        }
    }

    /// Keeps the run in this browser. A lesson begins again instead: how far the class is in it is not in a saved run.
    pub(super) fn keep(&mut self) {
        self.keeping.timer = None;
        let kept = (self.player.moved && !self.player.course.is_lesson()).then(|| self.saved());
        self.write_kept(kept.as_ref());
    }

    /// Keeps the run as it will be once a command is given: if that ends the page, it is known which it was.
    pub(super) fn keep_before(&mut self, command: &Command) {
        if self.player.course.is_lesson() {
            return;
        }
        let mut saved = self.saved();
        let moment = saved.playhead;
        saved.commands.retain(|given| (given.time_us, given.after_event) <= (moment.time_us, moment.event));
        let command = command.clone();
        saved.commands.push(Stamped { time_us: moment.time_us, after_event: moment.event, command });
        saved.digest = None;
        self.write_kept(Some(&saved));
    }

    fn write_kept(&mut self, saved: Option<&Saved>) {
        let done = storage().is_some_and(|storage| match saved {
            Some(saved) => storage.set_item(KEPT, &file::write(saved)).is_ok(),
            None => storage.remove_item(KEPT).is_ok(),
        });
        if !done && saved.is_some() && !self.keeping.told {
            self.keeping.told = true;
            self.toasts.push(share::NOT_KEPT.text(), true, false, self.on.toast.clone());
        }
    }
}
