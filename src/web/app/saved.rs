//! Works that come in and the one that is kept: links, lines, files, and what this browser keeps between visits.
//!
//! Runs that are opened are played a slice at a time, so that the page stays alive and can give up. What was there
//! before can be had back. Left out: reading and writing (`codec`), the places where works are kept (`app::works`), and
//! the dialog (`panels::share`).

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use kafkascope::{
    cluster::{WorldError, command::Command},
    codec::{
        Origin, ReadError, Saved, link,
        work::{self, Work},
    },
    history::{Bookmarks, Kept, Opened, Opening, Runs, Stamped},
    i18n::{Text, share},
};
use web_sys::wasm_bindgen::JsValue;
use yew::prelude::*;

use super::{
    App, Msg, Undo,
    player::now_ms,
    works::{self, NotKept},
};
use crate::{
    crash,
    lenses::Lens,
    panels::works::WorksAct,
    stage_api::{Dialog, Source},
};

/// Wall time of one slice of playing.
const SLICE_MS: f64 = 12.0;
/// Things that happen between two looks at the clock.
const THINGS: u32 = 200;
/// So long after something was done the work is kept.
const KEEP_AFTER_MS: u32 = 800;
/// While time merely runs, how far it has come is kept so often. The text of the runs that was written last is copied and
/// only their moments are made anew: natively 0.4 ms for a thousand commands and 3 ms for ten thousand, which are as many
/// as there may be; making all of it anew would take ten times as long.
const KEEP_EVERY_MS: u32 = 5_000;

/// Runs that are being played to where they were saved, one after the other.
pub struct Opens {
    work: Work,
    /// The one that is being played now.
    opening: Box<Opening>,
    done: Vec<Kept<Opened>>,
    /// What became of the shown one, once it is there.
    told: Option<Outcome>,
    source: Source,
    /// Where the work is kept.
    number: Option<u32>,
    next: Option<Timeout>,
}

/// What is to be said of a run that was opened.
#[derive(Default)]
struct Outcome {
    refused: Vec<(usize, WorldError)>,
    is_whole: bool,
}

impl Opens {
    /// How far it is: simulated time, and where it will end.
    pub fn progress_us(&self) -> (u64, u64) {
        self.opening.progress_us()
    }
}

/// What was on the page before something else took its place.
pub struct Before {
    /// All runs.
    pub runs: Runs,
    bookmarks: Rc<Bookmarks>,
    number: Option<u32>,
    name: String,
}

/// What the page keeps by itself.
#[derive(Default)]
pub struct Keeping {
    timer: Option<Timeout>,
    /// The same while time runs.
    running: Option<Timeout>,
    /// What was kept last and the text of its runs, while nothing is done but to let time run.
    last: Option<(Work, String)>,
    /// It was said that nothing is kept.
    told: bool,
    /// Where this tab keeps its work, once it has.
    number: Option<u32>,
    /// What somebody called it.
    pub name: String,
    /// What was written there last.
    written: Option<u64>,
    /// The last one that was deleted, to be had back.
    pub deleted: Option<(u32, String)>,
}

impl Keeping {
    /// More than time has gone on: all of the work is made anew when it is kept next.
    pub fn forget_last(&mut self) {
        self.last = None;
    }
}

impl App {
    /// What the address or this browser has for the page to begin with.
    pub(super) fn arrive(&mut self, ctx: &Context<Self>) {
        if self.follow_link(ctx) {
            return;
        }
        let has_crashed = crash::take_mark();
        let Some(number) = works::own().or_else(works::last) else { return };
        let Some(kept) = works::text(number) else { return };
        match work::read(&kept) {
            Ok(work) if has_crashed && !work.shown().commands.is_empty() => {
                self.open(Dialog::Crashed(Box::new(work), number));
            }
            Ok(work) => self.open_work(ctx, work, Source::Kept, Some(number)),
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
        self.open_work(ctx, Work::alone(saved), source, None);
    }

    /// Begins to play a work.
    pub(super) fn open_work(&mut self, ctx: &Context<Self>, work: Work, source: Source, number: Option<u32>) {
        self.player.pause(&self.hidden);
        match work.runs[0].open(&self.player.course.lessons) {
            Ok(opening) => {
                self.dialog = None;
                let opening = Box::new(opening);
                self.opens = Some(Opens { work, opening, done: Vec::new(), told: None, source, number, next: None });
                self.open_on(ctx);
            }
            Err(error) => self.open(Dialog::Wrong(Box::new(error), source)),
        }
    }

    /// The next slice.
    pub(super) fn open_on(&mut self, ctx: &Context<Self>) {
        let Some(mut opens) = self.opens.take() else { return };
        let began = now_ms();
        while now_ms() - began <= SLICE_MS {
            if !opens.opening.go_on(THINGS) {
                continue;
            }
            match self.next_run(opens) {
                Ok(Some(next)) => opens = next,
                Ok(None) => return,
                Err((error, source)) => return self.open(Dialog::Wrong(Box::new(error), source)),
            }
        }
        let link = ctx.link().clone();
        opens.next = Some(Timeout::new(0, move || link.send_message(Msg::OpenOn)));
        self.opens = Some(opens);
    }

    /// One run is there: on to the next, or to the end.
    fn next_run(&mut self, mut opens: Opens) -> Result<Option<Opens>, (ReadError, Source)> {
        let kept = &opens.work.runs[opens.done.len()];
        let opened = opens.opening.finish();
        if kept.id == opens.work.shown {
            opens.told = Some(Outcome { refused: opened.refused.clone(), is_whole: opened.is_whole });
        }
        opens.done.push(kept.clone().with(|_| opened));
        let Some(next) = opens.work.runs.get(opens.done.len()) else {
            self.opened(opens.work, opens.done, opens.told.unwrap_or_default(), opens.source, opens.number);
            return Ok(None);
        };
        let opening = next.open(&self.player.course.lessons).map_err(|error| (error, opens.source))?;
        opens.opening = Box::new(opening);
        Ok(Some(opens))
    }

    fn opened(&mut self, work: Work, done: Vec<Kept<Opened>>, told: Outcome, source: Source, number: Option<u32>) {
        let Some(runs) = Runs::restore(done, work.shown) else { return };
        // What was here stays where it is kept.
        self.keep();
        let saved = work.shown();
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
        match lesson {
            Some(lesson) => drop(self.player.course.choose(lesson, self.prefs.lang)),
            None => self.player.course.choose_own(&runs.shown().history().begun_again(), self.prefs.lang),
        }
        if let Some(class) = &work.class {
            self.player.course.put_back(class.clone(), self.prefs.lang);
        }
        let old = self.replace(runs);
        self.player.bookmarks = Rc::new(work.bookmarks.clone());
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
        if !told.is_whole {
            self.toasts.push(share::CUT_OFF.text(), true, false, end());
        } else if let Some((_, why)) = told.refused.first() {
            let text = share::REFUSED.with("n", told.refused.len()).with("why", why.text());
            self.toasts.push(text, true, false, end());
        } else if work.shown().is_same(self.player.run()) == Some(false) {
            self.toasts.push(share::DIFFERS.text(), true, false, end());
        }
        (self.keeping.number, self.keeping.name) = (number, work.name);
        works::set_own(number.unwrap_or(works::NONE_YET));
        match number {
            // It is kept already, and another tab may be writing there.
            Some(number) => self.keeping.written = works::text(number).as_deref().map(works::digest),
            None => self.keep(),
        }
    }

    /// Puts other runs on the page. From here on they are a work of their own.
    pub(super) fn replace(&mut self, runs: Runs) -> Before {
        let bookmarks = self.player.bookmarks.clone();
        let runs = self.player.replace(runs, &self.hidden);
        let Keeping { number, name, last, .. } = &mut self.keeping;
        *last = None;
        Before { runs, bookmarks, number: number.take(), name: std::mem::take(name) }
    }

    /// Puts back what was there.
    pub(super) fn put_back(&mut self, before: Before) {
        drop(self.replace(before.runs));
        self.player.bookmarks = before.bookmarks;
        (self.keeping.number, self.keeping.name) = (before.number, before.name);
        self.keeping.written = before.number.and_then(works::text).as_deref().map(works::digest);
        works::set_own(before.number.unwrap_or(works::NONE_YET));
    }

    /// The shown run as it stands, with what the page shows of it.
    pub(super) fn saved(&self) -> Saved {
        self.saved_of(self.player.run())
    }

    fn saved_of(&self, run: &kafkascope::history::Run) -> Saved {
        Saved {
            lens: Some(self.prefs.lens.tag().to_owned()),
            lang: Some(self.prefs.lang),
            ..Saved::of(run, &self.player.course.lessons)
        }
    }

    /// All of them.
    fn work(&self) -> Work {
        let runs = self.player.runs();
        Work {
            name: self.keeping.name.clone(),
            kept_ms: js_sys::Date::now() as u64,
            shown: runs.shown().id(),
            bookmarks: Bookmarks::clone(&self.player.bookmarks),
            class: self.player.course.class(),
            runs: runs.kept().map(|kept| kept.with(|history| self.saved_of(history.run()))).collect(),
        }
    }

    /// Keeps the work in a moment: much is done in a row.
    pub(super) fn keep_soon(&mut self, ctx: &Context<Self>) {
        if self.keeping.timer.is_none() {
            let link = ctx.link().clone();
            self.keeping.timer = Some(Timeout::new(KEEP_AFTER_MS, move || link.send_message(Msg::Keep)));
        }
        self.keeping.forget_last();
    }

    /// Keeps how far time has come now and then.
    pub(super) fn keep_running(&mut self, ctx: &Context<Self>) {
        if self.keeping.running.is_none() && self.player.moved && self.player.playback.active() {
            let link = ctx.link().clone();
            self.keeping.running = Some(Timeout::new(KEEP_EVERY_MS, move || link.send_message(Msg::KeepMoments)));
        }
    }

    /// Keeps where the runs stand.
    pub(super) fn keep_moments(&mut self) {
        self.keeping.running = None;
        if let Some((mut work, runs)) = self.keeping.last.take()
            && work.follow(self.player.runs())
        {
            (work.kept_ms, work.class) = (js_sys::Date::now() as u64, self.player.course.class());
            self.write_kept(&work::write_over(&work, &runs));
            self.keeping.last = Some((work, runs));
        } else {
            self.keep();
        }
    }

    /// Keeps the work in this browser; the cluster of the beginning in which nothing has happened only if it has a name.
    pub(super) fn keep(&mut self) {
        self.keeping.timer = None;
        if self.player.moved || !self.keeping.name.is_empty() || self.player.course.at != 0 {
            let work = self.work();
            let runs = work::write_runs(&work);
            self.write_kept(&work::write_over(&work, &runs));
            self.keeping.last = Some((work, runs));
        } else if let Some(number) = self.keeping.number {
            works::remove(number);
        }
    }

    /// Keeps the work as it will be once a command is given: if that ends the page, it is known which it was.
    pub(super) fn keep_before(&mut self, command: &Command) {
        let mut work = self.work();
        let shown = work.shown_mut();
        let moment = shown.history.playhead;
        shown.end = Some(moment);
        let saved = &mut shown.history;
        saved.commands.retain(|given| (given.time_us, given.after_event) <= (moment.time_us, moment.event));
        let command = command.clone();
        saved.commands.push(Stamped { time_us: moment.time_us, after_event: moment.event, command });
        saved.digest = None;
        self.write_kept(&work::write(&work));
    }

    fn write_kept(&mut self, text: &str) {
        let digest = works::digest(text);
        if self.keeping.number.is_some() && self.keeping.written == Some(digest) {
            return;
        }
        let number = self.keeping.number.map_or_else(works::take_number, Ok);
        let written = number.and_then(|number| works::write(number, text).map(|()| number));
        match written {
            Ok(number) => {
                works::set_own(number);
                (self.keeping.number, self.keeping.written) = (Some(number), Some(digest));
            }
            Err(why) if !self.keeping.told => {
                self.keeping.told = true;
                let text: Text = match why {
                    NotKept::Storage => share::NOT_KEPT.text(),
                    NotKept::Full(text) => text,
                };
                self.toasts.push(text, true, false, self.on.toast.clone());
            }
            Err(_) => {}
        }
    }

    /// Another tab has kept something: where that was this tab's work, this one goes on with one of its own.
    pub(super) fn kept_elsewhere(&mut self) -> bool {
        let Some(number) = self.keeping.number else { return false };
        let now = works::text(number).as_deref().map(works::digest);
        if now.is_none() || now == self.keeping.written {
            return false;
        }
        self.keeping.number = None;
        self.keep();
        self.toasts.push(share::KEPT_ELSEWHERE.text(), false, false, self.on.toast.clone());
        true
    }

    /// Does something with the works that are kept.
    pub(super) fn with_works(&mut self, ctx: &Context<Self>, act: WorksAct) {
        match act {
            WorksAct::Name(name) => {
                self.keeping.name = name;
                self.keep();
            }
            WorksAct::Open(number) => {
                let Some(text) = works::text(number) else { return };
                return match work::read(&text) {
                    Ok(work) => self.open_work(ctx, work, Source::Handed, Some(number)),
                    Err(error) => self.open(Dialog::Wrong(Box::new(error), Source::Kept)),
                };
            }
            WorksAct::Delete(number) => {
                self.keeping.deleted = works::text(number).map(|text| (number, text));
                works::remove(number);
            }
            WorksAct::PutBack => {
                if let Some((number, text)) = self.keeping.deleted.take() {
                    let _ = works::write(number, &text);
                }
            }
        }
        self.open(Dialog::Share);
    }

    /// The number of this tab's work.
    pub(super) fn own_work(&self) -> Option<u32> {
        self.keeping.number
    }
}
