//! What each message does.

use std::rc::Rc;

use kafkascope::{
    cluster::{WorldError, command::Command},
    history::{History, Run, Runs, Scenario},
    i18n::{Lang, ui},
    lesson::progress::{Effect, LessonAction},
    view::{model::Place, why::WhyKey},
};
use web_sys::{HtmlElement, wasm_bindgen::JsCast};
use yew::prelude::*;

use super::{App, Asked, Msg, Open, Tab, Undo, keys::Act, works};
use crate::{
    clock::{Pace, Speed},
    focus::focus_id,
    forms::{Current, Refusal},
    lenses::Lens,
    panels::{inspector, share::read_file},
    say::tr,
    stage_api::{Ask, Dialog, Source, place_id},
};

/// From this width on the left column stands beside the stage (`static/app.css` says so too).
const LEFT_FITS_FROM: f64 = 1280.0;
/// Below this width one of them is shown at a time, as a tab (so does it).
const TABS_BELOW: f64 = 900.0;

impl App {
    /// Does it; true if the page must be rendered.
    pub(super) fn handle(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Frame(time_ms) => return self.frame(time_ms),
            Msg::Key(act) => return self.key(ctx, act),
            Msg::Play => self.play(),
            Msg::PlayBack => self.play_back(),
            Msg::Step => self.step(),
            Msg::Back => self.back(),
            Msg::End => self.end(),
            Msg::Seek(time_us) => return self.drag(time_us),
            Msg::Zoom(to) => self.player.zoom(to, &self.hidden),
            Msg::Hover(event) => {
                if !self.player.hover(event) {
                    return false;
                }
                self.light();
            }
            Msg::Bookmark => self.bookmark(),
            Msg::Milestone(next) => self.milestone(next),
            Msg::Until(goal) => {
                if let Some(until) = self.player.goals.get(goal).cloned() {
                    self.player.run_until(until, &self.hidden);
                }
            }
            Msg::Forward => self.forward(),
            Msg::Reset => self.reset(ctx),
            Msg::Undo => self.undo(),
            Msg::Speed(speed) => self.set_speed(speed),
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
                self.prefs.save();
                self.player.refresh_words(&self.hidden);
            }
            Msg::Lang(lang) => self.set_lang(lang),
            Msg::Theme(theme) => {
                self.prefs.theme = theme;
                self.show_prefs();
            }
            Msg::Scenario(index) => self.choose(index),
            Msg::Stage(scenario) => self.put_on_stage(&scenario),
            Msg::Lesson(action) => self.lesson(action),
            Msg::Panel => self.panel = !self.panel,
            Msg::Lens(lens) => self.set_lens(lens),
            Msg::Window(window) => self.window = window,
            Msg::Swap => self.swap(),
            Msg::Opened(opened) => return self.player.open_partitions(opened),
            Msg::Runs(act) => self.with_runs(ctx, act),
            Msg::AgainOn => self.again_on(ctx),
            Msg::Arrive => self.arrive(ctx),
            Msg::Address => return self.follow_link(ctx),
            Msg::OpenSaved(saved) => self.open_saved(ctx, *saved, Source::Handed),
            Msg::OpenOn => self.open_on(ctx),
            Msg::OpenStop => (self.opens, self.again) = (None, None),
            Msg::File(file) => {
                let on_read = ctx.link().callback(|read| Msg::Handed(Box::new(read)));
                read_file(&file, on_read);
            }
            Msg::Handed(read) => self.handed(ctx, *read, Source::Handed),
            Msg::Keep => self.keep(),
            Msg::KeepMoments => self.keep_moments(),
            Msg::Elsewhere => return self.kept_elsewhere(),
            Msg::Works(act) => self.with_works(ctx, act),
            Msg::OpenWork(work, number) => self.open_work(ctx, *work, Source::Kept, Some(number)),
            Msg::Measure(here) => self.player.measure(here),
            Msg::Filter(filter) => self.player.filter(filter),
            Msg::Event(event) => self.player.show_event(event),
            Msg::Tab(tab) => self.tab = tab,
            Msg::ToastEnd(id) => {
                if self.toasts.remove(id).is_some_and(|toast| toast.undo) {
                    self.undo = None;
                }
            }
            Msg::Shortcuts(on) => {
                self.prefs.shortcuts = on;
                self.single_keys.set(on);
                self.prefs.save();
            }
        }
        true
    }

    fn key(&mut self, ctx: &Context<Self>, act: Act) -> bool {
        match act {
            Act::Play => self.play(),
            Act::PlayBack => self.play_back(),
            Act::Step => self.step(),
            Act::Back => self.back(),
            Act::Begin => self.seek(0),
            Act::End => self.end(),
            Act::MilestoneBack => self.milestone(false),
            Act::MilestoneNext => self.milestone(true),
            Act::Bookmark => self.bookmark(),
            Act::Forward => self.forward(),
            Act::Reset => self.reset(ctx),
            Act::Faster => self.set_speed(self.prefs.speed.at(self.prefs.speed.index() + 1)),
            Act::Slower => self.set_speed(self.prefs.speed.at(self.prefs.speed.index().saturating_sub(1))),
            Act::Pace => {
                let pace = if self.prefs.speed.pace == Pace::Event { Pace::Clock } else { Pace::Event };
                self.set_speed(Speed { pace, ..self.prefs.speed });
            }
            Act::Producer => self.open(Dialog::AddProducer(None)),
            Act::Consumer => self.open(Dialog::AddConsumer(None)),
            Act::Topic => self.open(Dialog::CreateTopic),
            Act::Broker => self.open(Dialog::AddBroker),
            Act::Runs => self.open(Dialog::Runs),
            Act::Share => self.open(Dialog::Share),
            Act::Break => self.open(Dialog::Palette(None)),
            Act::Lens(lens) => self.set_lens(lens),
            Act::Panel => self.panel = !self.panel,
            Act::Language => {
                let lang = if self.prefs.lang == Lang::En { Lang::Zh } else { Lang::En };
                self.set_lang(lang);
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
        } else if self.player.detail.is_some() && self.prefs.lens == Lens::Sequence {
            self.player.show_event(None);
        } else if self.selection.is_some() {
            self.select(None);
        } else if self.panel {
            self.panel = false;
        } else {
            return false;
        }
        true
    }

    /// The class does something in the lesson's panel.
    fn lesson(&mut self, action: LessonAction) {
        self.player.sync(&self.hidden);
        // A lesson goes on from where it is, not from what is looked at.
        if self.player.past_us().is_some() {
            self.player.seek_end(&self.hidden);
        }
        let effect = self.player.act(action);
        let runs = matches!(action, LessonAction::Run | LessonAction::Skip) && self.player.course.running();
        self.carry_out(effect);
        if !runs {
            return;
        }
        // The class may have done it already, and nothing more would happen that ends the beat.
        while self.player.check() {
            let effect = self.player.course.take_effect();
            self.carry_out(effect);
        }
        if self.player.course.running() {
            self.player.playback.play();
            self.show_stage();
        }
    }

    /// Where lesson and stage do not fit side by side: the stage while a beat runs.
    fn show_stage(&mut self) {
        self.tab = Tab::Cluster;
        self.panel = false;
        let width = web_sys::window().and_then(|window| window.inner_width().ok()).and_then(|width| width.as_f64());
        let Some(width) = width.filter(|width| *width < LEFT_FITS_FROM) else { return };
        if width < TABS_BELOW {
            // The stage is not there before the next render; the keeper of the focus finds it then.
            self.announced = tr(&ui::SAID_STAGE, self.prefs.lang).to_owned();
        } else {
            focus_id("stage");
        }
    }

    /// And the lesson once it has ended.
    fn show_lesson(&mut self) {
        self.panel = true;
        if self.tab == Tab::Cluster {
            self.tab = Tab::Lesson;
        }
    }

    /// What a lesson asks to be done.
    pub(super) fn carry_out(&mut self, effect: Effect) {
        if !matches!(effect, Effect::None) {
            self.keeping.forget_last();
        }
        match effect {
            Effect::None => {}
            Effect::Apply(commands) => {
                self.player.give(commands, &self.hidden);
                self.follow();
            }
            Effect::Ended => {
                self.player.pause(&self.hidden);
                self.follow();
                self.show_lesson();
            }
            Effect::Rewind(moment) => {
                if let Ok(run) = self.player.run().back_to(moment.time_us, moment.event) {
                    // The same work goes on.
                    self.player.replace(Runs::new(History::new(run)), &self.hidden);
                    self.player.moved = true;
                    self.after_replace();
                }
            }
            Effect::Restart => {
                let (at, lang) = (self.player.course.at, self.prefs.lang);
                if let Some(run) = self.player.course.choose(at, lang) {
                    self.player.replace(Runs::new(History::new(run)), &self.hidden);
                    self.after_replace();
                }
            }
        }
        self.player.course.refresh(self.prefs.lang);
        self.light();
    }

    /// What the open card speaks of is lit, else what the lesson speaks of.
    fn light(&mut self) {
        let asked = self.asked.as_ref().and_then(|asked| place_of(&asked.card.key));
        self.lit = match (asked, &self.player.hovered) {
            (Some(place), _) => Rc::from([place]),
            (None, Some(hovered)) => hovered.places.as_slice().into(),
            (None, None) => self.player.course.lights(),
        };
    }

    fn reset(&mut self, ctx: &Context<Self>) {
        if !self.player.moved {
            return;
        }
        let (before, at) = (self.player.course.clone(), self.player.course.at);
        let Some(run) = self.begin(at) else { return };
        self.keep();
        let was = self.replace(Runs::new(History::new(run)));
        self.undo = Some((Undo::Runs(Box::new(was)), before));
        works::set_own(works::NONE_YET);
        self.after_replace();
        self.toasts.push(ui::TOAST_RESET.text(), false, true, ctx.link().callback(Msg::ToastEnd));
        self.announced = tr(&ui::TOAST_RESET, self.prefs.lang).to_owned();
    }

    pub(super) fn undo(&mut self) {
        let Some((undo, course)) = self.undo.take() else { return };
        self.player.course = course;
        self.player.course.refresh(self.prefs.lang);
        match undo {
            Undo::Runs(before) => self.put_back(*before),
            Undo::Deleted(deleted) => {
                let done = self.player.with_runs(|runs| runs.put_back(*deleted), &self.hidden);
                if let Err(error) = done {
                    self.toasts.push(error.text(), true, false, self.on.toast.clone());
                }
            }
            Undo::Fork(old, new) => {
                let done = self.player.with_runs(
                    |runs| {
                        runs.switch(old)?;
                        runs.delete(new)
                    },
                    &self.hidden,
                );
                drop(done);
            }
        }
        self.player.moved = true;
        self.toasts.remove_undo();
        self.after_replace();
    }

    /// A scenario from its beginning; the run's own is as it was handed over.
    fn begin(&mut self, index: usize) -> Option<Run> {
        let course = &mut self.player.course;
        if course.own.is_none() || index != course.at {
            return course.choose(index, self.prefs.lang);
        }
        Some(self.player.runs().history().begun_again())
    }

    fn choose(&mut self, index: usize) {
        self.keep();
        let Some(run) = self.begin(index) else { return };
        self.replace(Runs::new(History::new(run)));
        works::set_own(works::NONE_YET);
        self.keep();
        self.undo = None;
        self.toasts.remove_undo();
        self.after_replace();
        self.panel = self.player.course.is_lesson();
        self.tab = if self.panel { Tab::Lesson } else { Tab::Cluster };
        self.announced = self.player.course.lesson().title(self.prefs.lang).to_owned();
    }

    /// What cannot begin leaves the page as it is.
    fn put_on_stage(&mut self, scenario: &Scenario) {
        let Ok(run) = Run::new(scenario) else { return };
        self.replace(Runs::new(History::new(run)));
        self.undo = None;
        self.toasts.remove_undo();
        self.after_replace();
    }

    pub(super) fn after_replace(&mut self) {
        self.asked = None;
        self.preview = None;
        self.send_refusal = None;
        self.follow();
        self.light();
    }

    pub(super) fn set_lens(&mut self, lens: Lens) {
        let strips = |lens: Lens| matches!(lens, Lens::Topic | Lens::Brokers);
        if lens != self.prefs.lens && strips(lens) && strips(self.prefs.lens) {
            self.left.note();
        }
        self.prefs.lens = lens;
        self.tab = Tab::Cluster;
        self.prefs.save();
        self.follow_lens();
        self.announced = tr(lens.name(), self.prefs.lang).to_owned();
    }

    /// Charts are made only while somebody looks at them.
    pub(super) fn follow_lens(&mut self) {
        let (lens, place) = (self.prefs.lens, self.selection.as_ref());
        let member = match place {
            Some(Place::Consumer(name)) => Some(name.clone()),
            _ => None,
        };
        let groups = lens == Lens::Group || matches!(place, Some(Place::Group(_))) || self.player.beside.is_some();
        self.player.follow(lens, groups, member);
    }

    pub(super) fn set_lang(&mut self, lang: Lang) {
        self.prefs.lang = lang;
        self.announced.clear();
        self.player.course.refresh(lang);
        self.show_prefs();
    }

    fn select(&mut self, place: Option<Place>) {
        if place == self.selection {
            return;
        }
        let left = self.selection.take();
        self.preview = None;
        self.send_refusal = None;
        self.send_asked = 0;
        if place.is_none()
            && let Some(left) = left
        {
            return_focus(&left);
        }
        self.selection = place;
        self.follow_lens();
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

    pub(super) fn apply(&mut self, command: Command) -> Result<(), WorldError> {
        self.keep_before(&command);
        let before = self.player.past_us().map(|_| self.player.course.clone());
        let shown = self.player.runs().shown().id();
        let branch = self.player.apply(command, &self.hidden)?;
        if let (Some(new), Some(course)) = (branch, before) {
            self.undo = Some((Undo::Fork(shown, new), course));
            self.toasts.push(ui::TOAST_BRANCH.text(), false, true, self.on.toast.clone());
        }
        self.player.playback.acted();
        self.follow();
        if !self.player.playback.playing() {
            self.announce_newest();
        }
        Ok(())
    }

    fn refusal(&mut self, error: &WorldError) -> Refusal {
        self.refusals += 1;
        Refusal { field: Some(error.field().to_owned()), text: error.text(), count: self.refusals }
    }

    pub(super) fn open(&mut self, dialog: Dialog) {
        if let Dialog::SendOne(producer) = &dialog {
            let place = Place::Producer(producer.clone());
            let asked = self.send_asked;
            self.select(Some(place));
            self.send_asked = asked + 1;
            return;
        }
        let current = self.current(&dialog).map(Rc::new);
        self.asked = None;
        let (saved, works) = if dialog == Dialog::Share {
            self.player.sync(&self.hidden);
            (Rc::new(self.saved()), Rc::new(works::rows()))
        } else {
            Default::default()
        };
        self.dialogs += 1;
        let (number, vm) = (self.dialogs, self.player.vm.clone());
        self.dialog = Some(Open { number, dialog, vm, current, refusal: None, saved, works });
    }

    /// What is there already, for the forms that change it.
    fn current(&self, dialog: &Dialog) -> Option<Current> {
        let world = self.player.run().world();
        match dialog {
            Dialog::ConfigureProducer(name) => {
                let slot = world.producers().values().find(|slot| *slot.producer.name == **name)?;
                Some(Current::Producer((*slot.load).clone(), slot.settings.clone()))
            }
            Dialog::ConfigureConsumer(name) => {
                let slot = world.consumers().values().find(|slot| *slot.consumer.name == **name)?;
                Some(Current::Consumer(slot.work.clone(), slot.settings.clone()))
            }
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
            let inside = |anchor: &web_sys::Element| anchor.closest(".why").ok().flatten().is_some();
            let before = self.asked.take().and_then(|asked| asked.anchor);
            let anchor = match ask.anchor {
                Some(anchor) if inside(&anchor) => before,
                anchor => anchor,
            };
            self.asked = Some(Asked { card: Rc::new(card), anchor });
            self.light();
        }
    }

    fn close_why(&mut self) {
        let anchor = self.asked.take().and_then(|asked| asked.anchor);
        self.light();
        if let Some(anchor) = anchor.and_then(|anchor| anchor.dyn_into::<HtmlElement>().ok()) {
            let _ = anchor.focus();
        }
    }

    /// After the run moved: what speaks of things that are gone closes, what shows values shows the new ones.
    /// What is selected and asked keeps to the moment; true if something that was selected is gone.
    pub(super) fn follow(&mut self) -> bool {
        self.player.look_for_missing();
        let gone = self.selection.as_ref().is_some_and(|place| !inspector::exists(&self.player.vm, place));
        if gone {
            self.selection = None;
            self.follow_lens();
            focus_id("stage");
        }
        if let Some(asked) = &mut self.asked
            && let Some(card) = self.player.why(&asked.card.key).filter(|card| *card != *asked.card)
        {
            asked.card = Rc::new(card);
        }
        if let Some((key, card)) = &mut self.preview {
            let now = self.player.why(key);
            if now.as_ref() != card.as_deref() {
                *card = now.map(Rc::new);
            }
        }
        gone
    }

    pub(super) fn announce_newest(&mut self) {
        let lang = self.prefs.lang;
        if let Some(line) = self.player.newest() {
            self.announced = line.text.plain(lang);
        }
    }

    /// Remembered before it is shown: whoever sees the change and reloads at once finds it again.
    fn show_prefs(&self) {
        self.prefs.save();
        self.prefs.apply(tr(&ui::TITLE, self.prefs.lang));
    }
}

/// The place that a question is about.
fn place_of(key: &WhyKey) -> Option<Place> {
    match key.clone() {
        WhyKey::Partition { topic, partition, .. }
        | WhyKey::NotVisible { topic, partition }
        | WhyKey::Unread { topic, partition, .. }
        | WhyKey::Leader { topic, partition, .. }
        | WhyKey::NotInSync { topic, partition, .. }
        | WhyKey::Lag { topic, partition, .. } => Some(Place::Partition(topic, partition)),
        WhyKey::WouldGo { producer, .. } => Some(Place::Producer(producer)),
        WhyKey::Assignment { consumer, .. } | WhyKey::Idle { consumer, .. } | WhyKey::ReadFrom { consumer, .. } => {
            Some(Place::Consumer(consumer))
        }
        WhyKey::Record { .. }
        | WhyKey::BatchTiming { .. }
        | WhyKey::Event { .. }
        | WhyKey::Rebalance { .. }
        | WhyKey::CommitRefused { .. }
        | WhyKey::WriteRefused { .. }
        | WhyKey::OutOfSync { .. }
        | WhyKey::SegmentDeleted { .. } => None,
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
