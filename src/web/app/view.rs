//! How the page is put together.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, render_source, ui},
    lesson::Lesson,
    view::model::Place,
};
use yew::prelude::*;

use super::{
    App, Tab, Undo,
    header::{Choice, Header},
    help::Help,
    toasts::ToastList,
};
use crate::{
    clock::Note,
    forms::FormDialog,
    lenses::Lens,
    lesson::LessonPanel,
    panels::{
        breakage::{BrokenList, palette},
        group_tool::group_tool,
        inspector::Inspector,
        ledger::{LedgerBar, ledger},
        runs::{compared, runs},
        segments::segments_of,
        share::{Share, crashed, opening, wrong},
        story::Story,
        transport::Transport,
        welcome::Welcome,
        works::Works,
    },
    say::tr,
    stage_api::Dialog,
    timeline::Timeline,
    why::WhyPopover,
};

/// The scenario that the page begins with.
const START: &str = "start";

impl App {
    /// The whole page.
    pub(super) fn page(&self) -> Html {
        let lang = self.prefs.lang;
        let right = matches!(self.selection, Some(Place::Producer(_)));
        let class = classes!(
            "app",
            match self.tab {
                Tab::Cluster => "tab-cluster",
                Tab::Story => "tab-story",
                Tab::Lesson => "tab-lesson",
            },
            self.panel.then_some("panel-open"),
            self.selection.is_some().then_some("inspecting"),
            right.then_some("inspect-right"),
            self.player.beside.is_some().then_some("comparing"),
        );
        let ondragover = Callback::from(|event: DragEvent| event.prevent_default());
        let ondrop = {
            let on_file = self.on.file.clone();
            Callback::from(move |event: DragEvent| {
                event.prevent_default();
                let files = event.data_transfer().and_then(|data| data.files());
                if let Some(file) = files.and_then(|files| files.get(0)) {
                    on_file.emit(file);
                }
            })
        };
        html! {
            <div {class} {ondragover} {ondrop}>
                <a class="skip" href="#stage">{ tr(&ui::SKIP, lang) }</a>
                { self.header() }
                { self.tabs() }
                <main class="room">
                    <section class="left" id="left" aria-label={tr(&ui::AREA_LEFT, lang)}>
                        <div class="slot">{ self.slot() }</div>
                        <Story {lang} still={!self.player.playback.active() && !self.player.is_running()} lines={self.player.lines.clone()} lit_from={self.player.lit_from} hidden={self.hidden.clone()}
                            on_why={self.on.why.clone()} on_lane={self.on.lane.clone()} />
                    </section>
                    { self.inspector() }
                    <section class="stage-slot" id="stage" tabindex="-1" aria-label={tr(&ui::AREA_STAGE, lang)}>
                        { self.stages() }
                        <BrokenList {lang} broken={self.player.vm.broken.clone()} now={self.player.metrics.clone()}
                            chosen={self.player.measured.clone()} opens={self.prefs.lens == Lens::Brokers}
                            on_command={self.on.command.clone()} on_measure={self.on.measure.clone()} />
                    </section>
                </main>
                <LedgerBar {lang} totals={self.player.ledger.clone()} on_open={self.on.open.clone()} />
                { self.transport() }
                <section class="timeline-slot" aria-label={tr(&ui::AREA_TIMELINE, lang)}>{ self.timeline() }</section>
                { self.why() }
                { self.dialog() }
                <ToastList {lang} toasts={self.toasts.list()} on_close={self.on.toast.clone()} on_undo={self.on.undo.clone()} />
                <p class="sr-only" aria-live="polite">{ &self.announced }</p>
            </div>
        }
    }

    fn header(&self) -> Html {
        let lang = self.prefs.lang;
        let course = &self.player.course;
        let choices: Vec<Choice> = course.choices().map(|lesson| choice(lesson, lang)).collect();
        html! {
            <Header {lang} theme={self.prefs.theme} lens={self.prefs.lens} on_lens={self.on.lens.clone()} {choices} chosen={course.at} panel={self.panel} comparing={self.player.beside.is_some()}
                on_scenario={self.on.scenario.clone()} on_lang={self.on.lang.clone()} on_theme={self.on.theme.clone()}
                on_open={self.on.open.clone()} on_panel={self.on.panel.clone()} />
        }
    }

    /// Where only one part fits: which.
    fn tabs(&self) -> Html {
        let lang = self.prefs.lang;
        let third = if self.player.course.is_lesson() { &ui::TAB_LESSON } else { &ui::TAB_ABOUT };
        let tabs = [(Tab::Story, &ui::TAB_STORY), (Tab::Lesson, third)];
        html! {
            <nav class="tabs" aria-label={tr(&ui::TABS, lang)}>
                { for Lens::ALL.into_iter().map(|lens| {
                    let onclick = self.on.lens.reform(move |_: MouseEvent| lens);
                    let current = (self.tab == Tab::Cluster && lens == self.prefs.lens).then_some("true");
                    html! { <button type="button" aria-current={current} {onclick}>{ tr(lens.name(), lang) }</button> }
                }) }
                { for tabs.into_iter().map(|(tab, words)| {
                    let onclick = self.on.tab.reform(move |_: MouseEvent| tab);
                    let current = (tab == self.tab).then_some("true");
                    html! { <button type="button" aria-current={current} {onclick}>{ tr(words, lang) }</button> }
                }) }
            </nav>
        }
    }

    /// The lesson, or what stands in its place.
    fn slot(&self) -> Html {
        let (course, lang) = (&self.player.course, self.prefs.lang);
        if course.is_lesson() {
            return html! {
                <LessonPanel key={course.lesson().id.clone()} view={course.view()} missing={course.missing().cloned()} on_act={self.on.lesson.clone()} on_why={self.on.lesson_why.clone()} />
            };
        }
        let lessons: Vec<(usize, AttrValue)> = (course.lessons.iter().enumerate())
            .filter(|(_, lesson)| lesson.number.is_some())
            .map(|(index, lesson)| (index, choice(lesson, lang).name))
            .collect();
        let about = choice(course.lesson(), lang);
        let other = (course.lesson().id != START).then_some((about.name, about.hint));
        html! { <Welcome {lang} {lessons} {other} on_lesson={self.on.scenario.clone()} /> }
    }

    fn inspector(&self) -> Html {
        let Some(place) = &self.selection else { return Html::default() };
        html! {
            <Inspector vm={self.player.vm.clone()} charts={self.player.charts.clone()} card={self.player.card.clone()} lang={self.prefs.lang} place={place.clone()}
                preview={self.preview.as_ref().and_then(|(_, card)| card.clone())} refusal={self.send_refusal.clone()}
                send_asked={self.send_asked} on_command={self.on.command.clone()} on_send={self.on.send.clone()}
                on_preview={self.on.preview.clone()} on_open={self.on.open.clone()} on_why={self.on.why.clone()}
                on_select={self.on.select.clone()} />
        }
    }

    fn timeline(&self) -> Html {
        let (from_us, to_us) = self.player.axis;
        html! {
            <Timeline marks={self.player.marks.marks.clone()} stops={self.player.marks.stops.clone()} bookmarks={self.player.bookmarks.clone()}
                beats={self.player.beats.clone()} zoomed={self.player.zoomed.is_some()} hovered={self.player.hovered.clone()}
                on_zoom={self.on.zoom.clone()} on_hover={self.on.hover.clone()} {from_us} {to_us} lang={self.prefs.lang} clock={self.player.clock.clone()}
                other={self.other_run()} span={self.player.span()} on_seek={self.on.seek.clone()} on_back={self.on.back.clone()} on_step={self.on.step.clone()} />
        }
    }

    fn transport(&self) -> Html {
        let playback = &self.player.playback;
        let forward = self.player.course.running().then(|| playback.forward());
        let news = self.player.lines.first().filter(|line| line.event >= self.player.lit_from).cloned();
        html! {
            <Transport {news} {forward} on_forward={self.on.forward.clone()} lang={self.prefs.lang} playing={playback.playing()} speed={playback.speed()} step={self.player.course.steps(self.player.vm.step)}
                note={if self.player.run().world().is_full() { Note::Full } else { playback.note() }} at_start={!self.player.moved} can_go_back={self.player.can_go_back()} past_us={self.player.past_us()} on_back={self.on.back.clone()} on_end={self.on.end.clone()} face={self.player.face.clone()} runs={self.player.is_running()} on_play={self.on.play.clone()} plays_back={playback.plays_back()} on_play_back={self.on.play_back.clone()}
                goals={self.player.goals.clone()} waits_for={self.player.waits_for().cloned()}
                on_milestone={self.on.milestone.clone()} has_bookmark={self.player.has_bookmark()} on_bookmark={self.on.bookmark.clone()} on_until={self.on.until.clone()}
                on_step={self.on.step.clone()} on_reset={self.on.reset.clone()} on_speed={self.on.speed.clone()} />
        }
    }

    fn why(&self) -> Html {
        let Some(asked) = &self.asked else { return Html::default() };
        html! {
            <WhyPopover card={asked.card.clone()} lang={self.prefs.lang} anchor={asked.anchor.clone()}
                on_close={self.on.close_why.clone()} on_why={self.on.why.clone()} on_open={self.on.open.clone()} />
        }
    }

    fn dialog(&self) -> Html {
        let lang = self.prefs.lang;
        if let Some(again) = &self.again {
            return opening(again.progress_us(), lang, self.on.open_stop.clone());
        }
        if let Some(opens) = &self.opens {
            return opening(opens.progress_us(), lang, self.on.open_stop.clone());
        }
        let Some(open) = &self.dialog else { return Html::default() };
        let on_close = self.on.close_dialog.clone();
        match &open.dialog {
            Dialog::Help => html! {
                <Help {lang} shortcuts={self.prefs.shortcuts} on_shortcuts={self.on.shortcuts.clone()} {on_close} />
            },
            Dialog::Runs => {
                let deleted = self.undo.as_ref().and_then(|(undo, _)| match undo {
                    Undo::Deleted(deleted) => Some(&**deleted),
                    _ => None,
                });
                runs(self.player.runs(), deleted, lang, &self.on.runs, on_close)
            }
            Dialog::Compare(both) => {
                let shown = self.player.runs().shown().id();
                compared(both, shown, lang, (&self.on.open, &self.on.runs), on_close)
            }
            Dialog::Share => html! {
                <Share {lang} saved={open.saved.clone()} lessons={self.player.course.lessons.clone()} on_saved={self.on.saved.clone()} on_file={self.on.file.clone()} {on_close}>
                    <Works {lang} rows={open.works.clone()} own={self.own_work()} name={self.keeping.name.clone()} has_deleted={self.keeping.deleted.is_some()}
                        lessons={self.player.course.lessons.clone()} on_act={self.on.works.clone()} />
                </Share>
            },
            Dialog::Wrong(error, source) => wrong(error, *source, lang, &self.on.saved, on_close),
            Dialog::Crashed(work, number) => crashed(work, *number, lang, &self.on.work, on_close),
            Dialog::Palette(node) => palette(lang, node.as_ref(), &self.on.open, on_close),
            Dialog::GroupTool(group) => group_tool(self.player.run().world(), group, lang, on_close),
            Dialog::Segments(topic, partition, broker) => {
                segments_of(self.player.run(), (topic, *partition, *broker), lang, &self.on.why, on_close)
            }
            Dialog::Ledger(shown) => ledger(self.player.run(), shown, lang, &self.on.open, &self.on.why, on_close),
            dialog => html! {
                <FormDialog key={open.number} dialog={dialog.clone()} {lang} vm={Rc::clone(&open.vm)} current={open.current.clone()}
                    refusal={open.refusal.clone()} on_submit={self.on.submit.clone()} {on_close} />
            },
        }
    }
}

/// A scenario as the header names it.
fn choice(lesson: &Lesson, lang: Lang) -> Choice {
    let title = lesson.title(lang);
    let name = match lesson.number {
        Some(number) => ui::LESSON_NAME.with("number", number).with("title", title).plain(lang),
        None => title.to_owned(),
    };
    let summary = spans(&lesson.texts(lang).summary, lang);
    Choice { name: name.into(), hint: summary.into(), lesson: lesson.number.is_some() }
}

/// A lesson's source text without its marks.
fn spans(source: &str, lang: Lang) -> String {
    render_source(source, &[], lang).into_iter().map(|span| span.text).collect()
}
