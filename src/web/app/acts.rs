//! What each message does.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use kafkascope::{
    cluster::command::Command,
    i18n::{Lang, ui},
    view::model::Place,
};
use web_sys::{HtmlElement, wasm_bindgen::JsCast};
use yew::prelude::*;

use super::{App, Asked, Msg, Open, keys::Act};
use crate::{
    clock::{Pace, Speed},
    forms::{Current, Refusal},
    model::{CommandError, Run},
    panels::inspector,
    say::tr,
    stage_api::{Ask, Dialog, place_id},
};

/// Preferences are remembered so long after the last change, in milliseconds.
const SAVE_AFTER_MS: u32 = 300;

impl App {
    /// Does it; true if the page must be rendered.
    pub(super) fn handle(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Frame(time_ms) => return self.frame(time_ms),
            Msg::Key(act) => return self.key(ctx, act),
            Msg::Play => self.play(),
            Msg::Step => self.step(),
            Msg::Reset => self.reset(ctx),
            Msg::Undo => self.undo(),
            Msg::Speed(speed) => self.set_speed(ctx, speed),
            Msg::Select(place) => self.select(place),
            Msg::Command(command) => self.command(ctx, command),
            Msg::Submit(command) => self.submit(command),
            Msg::Send(command) => self.send(command),
            Msg::Preview(key) => {
                let card = self.player.why(&key).map(Rc::new);
                self.preview = Some((key, card));
            }
            Msg::Open(dialog) => self.open(dialog),
            Msg::CloseDialog => self.dialog = None,
            Msg::Why(ask) => self.ask(ask),
            Msg::CloseWhy => self.close_why(),
            Msg::Lane(lane) => {
                let hidden = Rc::make_mut(&mut self.hidden);
                if !hidden.remove(&lane) {
                    hidden.insert(lane);
                }
                self.prefs.hidden = hidden.clone();
                self.player.refresh_words(&self.hidden);
                self.save_soon(ctx);
            }
            Msg::Lang(lang) => self.set_lang(ctx, lang),
            Msg::Theme(theme) => {
                self.prefs.theme = theme;
                self.show_prefs();
                self.save_soon(ctx);
            }
            Msg::Scenario(index) => self.choose(index),
            Msg::Lesson(id) => {
                let _ = id;
            }
            Msg::Panel => self.panel = !self.panel,
            Msg::Tab(tab) => self.tab = tab,
            Msg::ToastEnd(id) => {
                if self.toasts.remove(id).is_some_and(|toast| toast.undo) {
                    self.undo = None;
                }
            }
            Msg::Shortcuts(on) => {
                self.prefs.shortcuts = on;
                self.single_keys.set(on);
                self.save_soon(ctx);
            }
            Msg::Save => {
                self.prefs.save();
                return false;
            }
        }
        true
    }

    fn frame(&mut self, time_ms: f64) -> bool {
        let dt_ms = self.last_ms.map_or(0.0, |last| time_ms - last);
        self.last_ms = Some(time_ms);
        let shown = self.player.frame(dt_ms, &self.hidden);
        if shown.frame.changed {
            self.follow();
        }
        if shown.frame.by_hand {
            self.announce_newest();
        }
        shown.render
    }

    fn key(&mut self, ctx: &Context<Self>, act: Act) -> bool {
        match act {
            Act::Play => self.play(),
            Act::Step => self.step(),
            Act::Reset => self.reset(ctx),
            Act::Faster => self.set_speed(ctx, self.prefs.speed.at(self.prefs.speed.index() + 1)),
            Act::Slower => self.set_speed(ctx, self.prefs.speed.at(self.prefs.speed.index().saturating_sub(1))),
            Act::Pace => {
                let pace = if self.prefs.speed.pace == Pace::Event { Pace::Clock } else { Pace::Event };
                self.set_speed(ctx, Speed { pace, ..self.prefs.speed });
            }
            Act::Producer => self.open(Dialog::AddProducer(None)),
            Act::Consumer => self.open(Dialog::AddConsumer(None)),
            Act::Topic => self.open(Dialog::CreateTopic),
            Act::Broker => self.open(Dialog::AddBroker),
            Act::Panel => self.panel = !self.panel,
            Act::Language => {
                let lang = if self.prefs.lang == Lang::En { Lang::Zh } else { Lang::En };
                self.set_lang(ctx, lang);
            }
            Act::Help => self.open(Dialog::Help),
            Act::Close => return self.close_something(),
        }
        true
    }

    /// Escape: the card, then the inspector, then the drawer.
    fn close_something(&mut self) -> bool {
        if self.asked.is_some() {
            self.close_why();
        } else if self.selection.is_some() {
            self.select(None);
        } else if self.panel {
            self.panel = false;
        } else {
            return false;
        }
        true
    }

    pub(super) fn play(&mut self) {
        if self.player.playback.playing() {
            self.player.pause(&self.hidden);
            self.follow();
        } else {
            self.player.playback.play();
        }
    }

    fn step(&mut self) {
        let frame = self.player.step(!reduced_motion(), &self.hidden);
        if frame.changed {
            self.follow();
        }
        if frame.by_hand {
            self.announce_newest();
        }
    }

    fn reset(&mut self, ctx: &Context<Self>) {
        if !self.player.moved {
            return;
        }
        let Ok(run) = Run::new(&self.scenario) else { return };
        self.undo = Some(self.player.replace(run, &self.hidden));
        self.after_replace();
        self.toasts.push(ui::TOAST_RESET.text(), false, true, ctx.link().callback(Msg::ToastEnd));
        self.announced = tr(&ui::TOAST_RESET, self.prefs.lang).to_owned();
    }

    fn undo(&mut self) {
        let Some(run) = self.undo.take() else { return };
        self.player.replace(run, &self.hidden);
        self.player.moved = true;
        self.toasts.remove_undo();
        self.after_replace();
    }

    fn choose(&mut self, _index: usize) {
        let Ok(run) = Run::new(&self.scenario) else { return };
        self.player.replace(run, &self.hidden);
        self.undo = None;
        self.toasts.remove_undo();
        self.after_replace();
    }

    fn after_replace(&mut self) {
        self.asked = None;
        self.preview = None;
        self.send_refusal = None;
        self.follow();
    }

    fn set_speed(&mut self, ctx: &Context<Self>, speed: Speed) {
        self.prefs.speed = speed;
        self.player.playback.set_speed(speed);
        self.announced = crate::panels::transport::speed_name(speed, self.prefs.lang);
        self.save_soon(ctx);
    }

    fn set_lang(&mut self, ctx: &Context<Self>, lang: Lang) {
        self.prefs.lang = lang;
        self.announced.clear();
        self.show_prefs();
        self.save_soon(ctx);
    }

    fn select(&mut self, place: Option<Place>) {
        if place == self.selection {
            return;
        }
        let left = self.selection.take();
        self.preview = None;
        self.send_refusal = None;
        self.send_asked = 0;
        if place.is_none() {
            if let Some(left) = left {
                return_focus(&left);
            }
        }
        self.selection = place;
    }

    fn command(&mut self, ctx: &Context<Self>, command: Command) {
        if let Err(error) = self.apply(command) {
            let text = ui::TOAST_REFUSED.with("reason", error.text());
            self.toasts.push(text, true, false, ctx.link().callback(Msg::ToastEnd));
        }
    }

    fn submit(&mut self, command: Command) {
        match self.apply(command) {
            Ok(()) => self.dialog = None,
            Err(error) => {
                let refusal = self.refusal(&error);
                if let Some(open) = &mut self.dialog {
                    open.refusal = Some(refusal);
                }
            }
        }
    }

    fn send(&mut self, command: Command) {
        self.send_refusal = match self.apply(command) {
            Ok(()) => None,
            Err(error) => Some(self.refusal(&error)),
        };
    }

    pub(super) fn apply(&mut self, command: Command) -> Result<(), CommandError> {
        self.player.apply(command, &self.hidden)?;
        self.follow();
        if !self.player.playback.playing() {
            self.announce_newest();
        }
        Ok(())
    }

    fn refusal(&mut self, error: &CommandError) -> Refusal {
        self.refusals += 1;
        Refusal { field: error.field().map(str::to_owned), text: error.text(), count: self.refusals }
    }

    fn open(&mut self, dialog: Dialog) {
        if let Dialog::SendOne(producer) = &dialog {
            let place = Place::Producer(producer.clone());
            let asked = self.send_asked;
            self.select(Some(place));
            self.send_asked = asked + 1;
            return;
        }
        let current = self.current(&dialog).map(Rc::new);
        self.asked = None;
        self.dialog = Some(Open { dialog, vm: self.player.vm.clone(), current, refusal: None });
    }

    /// What is there already, for the forms that change it.
    fn current(&self, dialog: &Dialog) -> Option<Current> {
        let run = &self.player.run;
        match dialog {
            Dialog::ConfigureProducer(name) => run.load(name).map(|(load, settings)| Current::Producer(load, settings)),
            Dialog::ConfigureConsumer(name) => run.work(name).map(|(work, settings)| Current::Consumer(work, settings)),
            Dialog::ConfigureTopic(name) => {
                let topic = self.player.vm.topics.iter().find(|topic| topic.name == *name)?;
                Some(Current::Settings(topic.configs.iter().cloned().collect()))
            }
            _ => None,
        }
    }

    fn ask(&mut self, ask: Ask) {
        if let Some(card) = self.player.why(&ask.key) {
            // A question asked within the card opens beside what the card stands beside.
            let inside = |anchor: &web_sys::Element| anchor.closest(".why-card").ok().flatten().is_some();
            let before = self.asked.take().and_then(|asked| asked.anchor);
            let anchor = match ask.anchor {
                Some(anchor) if inside(&anchor) => before,
                anchor => anchor,
            };
            self.asked = Some(Asked { card: Rc::new(card), anchor });
        }
    }

    fn close_why(&mut self) {
        let anchor = self.asked.take().and_then(|asked| asked.anchor);
        if let Some(anchor) = anchor.and_then(|anchor| anchor.dyn_into::<HtmlElement>().ok()) {
            let _ = anchor.focus();
        }
    }

    /// After the run moved: what speaks of things that are gone closes, what shows values shows the new ones.
    fn follow(&mut self) {
        if self.selection.as_ref().is_some_and(|place| !inspector::exists(&self.player.vm, place)) {
            self.selection = None;
            focus_id("stage");
        }
        if let Some(asked) = &mut self.asked {
            if let Some(card) = self.player.why(&asked.card.key).filter(|card| *card != *asked.card) {
                asked.card = Rc::new(card);
            }
        }
        if let Some((key, card)) = &mut self.preview {
            let now = self.player.why(key);
            if now.as_ref() != card.as_deref() {
                *card = now.map(Rc::new);
            }
        }
    }

    fn announce_newest(&mut self) {
        let lang = self.prefs.lang;
        if let Some(line) = self.player.newest() {
            self.announced = line.text.plain(lang);
        }
    }

    pub(super) fn show_prefs(&self) {
        self.prefs.apply(tr(&ui::TITLE, self.prefs.lang));
    }

    fn save_soon(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.save = Some(Timeout::new(SAVE_AFTER_MS, move || link.send_message(Msg::Save)));
    }
}

/// Gives the focus back to the thing on the stage, if the inspector had it.
fn return_focus(place: &Place) {
    let document = web_sys::window().and_then(|window| window.document());
    let active = document.as_ref().and_then(|document| document.active_element());
    let inside = active.is_some_and(|active| active.closest(".inspector").ok().flatten().is_some());
    if inside {
        focus_id(&place_id(place));
    }
}

fn focus_id(id: &str) {
    let element = web_sys::window().and_then(|window| window.document()).and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element {
        if let Some(element) = element.dyn_ref::<HtmlElement>() {
            let _ = element.focus();
        } else if let Some(element) = element.dyn_ref::<web_sys::SvgElement>() {
            let _ = element.focus();
        }
    }
}

fn reduced_motion() -> bool {
    let query = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}
