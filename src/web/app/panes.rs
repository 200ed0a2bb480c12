//! The stage, or two: the shown run and another one above or below it at the same time, in the same lens.
//!
//! One of them is the one that is asked and acted in; the other is a picture, and a click on it makes it that one. Both
//! keep their places: the run with the lower number is the upper one. Left out: how their times keep together, which is
//! the player's.

use std::rc::Rc;

use kafkascope::{
    history::{NamedRun, RunId},
    i18n::{Template, share},
    sim::Map,
    view::{
        compare::Head,
        group_chart::GroupCharts,
        model::ViewModel,
        runs::name,
        sequence::{Detail, Sequence},
    },
};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::Element;
use yew::prelude::*;

use super::{App, player::Beside};
use crate::{
    lenses::{Lens, group::GroupLens, sequence::SequenceLens},
    panels::{icons, runs::RunsAct},
    say::{say, tr},
    stage::{Physical, Stage},
    stage_api::{Left, OtherRun, StageProps},
};

/// Figures above a run.
const HEADS: usize = 3;

impl App {
    /// One stage, or both.
    pub(super) fn stages(&self) -> Html {
        let Some(beside) = &self.player.beside else { return self.stage() };
        let runs = self.player.runs();
        let Some(other) = runs.get(beside.id) else { return self.stage() };
        let shown = runs.shown();
        let upper = shown.id() < other.id();
        let lang = self.prefs.lang;
        let at = |is_upper: bool| if is_upper { "pane-upper" } else { "pane-lower" };
        let words = |template: &'static Template, run: &NamedRun| template.with("name", name(run)).plain(lang);
        html! {
            <Panes>
                <section key="shown" class={classes!("pane", "pane-shown", at(upper))} aria-label={words(&share::PANE_SHOWN, shown)}>
                    { self.pane_head(shown, beside, true) }
                    <div class="pane-body">{ self.stage() }</div>
                </section>
                <section key="other" class={classes!("pane", "pane-other", at(!upper))} aria-label={words(&share::PANE_OTHER, other)} onclick={self.on.swap.reform(|_: MouseEvent| ())}>
                    { self.pane_head(other, beside, false) }
                    <div class="pane-body" inert={true}>{ self.stage_of(beside) }</div>
                </section>
            </Panes>
        }
    }

    /// Name, figures, and what can be done with two runs on the page.
    fn pane_head(&self, run: &NamedRun, beside: &Beside, is_shown: bool) -> Html {
        let lang = self.prefs.lang;
        let is_left = run.id() == run.id().min(if is_shown { beside.id } else { self.player.runs().shown().id() });
        let heads = beside.compared.as_ref().map(|both| both.heads(is_left, HEADS)).unwrap_or_default();
        let figure = |head: &Head| {
            html! { <span class={if head.is_better { "pane-figure ok" } else { "pane-figure bad" }}>{ say(&head.text, lang) }</span> }
        };
        let words = name(run);
        html! {
            <div class="pane-head">
                <h2 title={words.plain(lang)}>{ say(&words, lang) }</h2>
                if is_shown {
                    <span class="badge">{ tr(&share::PANE_ACTIVE, lang) }</span>
                } else {
                    <button type="button" class="button pane-take" aria-label={share::PANE_TAKE_OF.with("name", words).plain(lang)}>{ tr(&share::PANE_TAKE, lang) }</button>
                }
                <span class="pane-figures">{ for heads.iter().map(figure) }</span>
                if is_shown {
                    { self.pane_buttons(run.id(), beside.id) }
                }
            </div>
        }
    }

    fn pane_buttons(&self, shown: RunId, beside: RunId) -> Html {
        let lang = self.prefs.lang;
        let act = |act: RunsAct| self.on.runs.reform(move |_: MouseEvent| act.clone());
        let (left, right) = (shown.min(beside), shown.max(beside));
        html! {
            <span class="pane-buttons">
                <button type="button" class="button" onclick={act(RunsAct::Compare(left, right))}>{ tr(&share::COMPARING_FIGURES, lang) }</button>
                <button type="button" class="icon-button" aria-label={tr(&share::COMPARING_END, lang)} title={tr(&share::COMPARING_END, lang)}
                    onclick={act(RunsAct::Beside(None))}>{ icons::close() }</button>
            </span>
        }
    }

    /// What the timeline shows of the run beside.
    pub(super) fn other_run(&self) -> Option<OtherRun> {
        let beside = self.player.beside.as_ref()?;
        let runs = self.player.runs();
        let (shown, other) = (runs.shown(), runs.get(beside.id)?);
        let parts =
            |run: &NamedRun, of: &NamedRun| run.parent().filter(|(id, _)| *id == of.id()).map(|(_, at)| at.time_us);
        Some(OtherRun {
            number: beside.id.0,
            marks: beside.marks.marks.clone(),
            parts_us: parts(other, shown).or_else(|| parts(shown, other)).filter(|time_us| *time_us > 0),
        })
    }

    /// The shown run in the lens.
    fn stage(&self) -> Html {
        let player = &self.player;
        self.draw(Picture {
            vm: player.vm.clone(),
            charts: player.charts.clone(),
            sequence: player.sequence.clone(),
            detail: player.detail.clone(),
            in_flood: player.live,
            left: self.left.clone(),
            on_opened: self.on.opened.clone(),
        })
    }

    /// The run beside it. Nothing in it can be clicked, so nothing comes from its callbacks.
    fn stage_of(&self, beside: &Beside) -> Html {
        self.draw(Picture {
            vm: beside.vm.clone(),
            charts: beside.charts.clone(),
            sequence: beside.sequence.clone(),
            detail: None,
            in_flood: false,
            left: beside.left.clone(),
            on_opened: beside.on_opened.clone(),
        })
    }

    fn draw(&self, picture: Picture) -> Html {
        let Picture { vm, charts, sequence, detail, in_flood, left, on_opened } = picture;
        let (clock, lang, selection) = (self.player.clock.clone(), self.prefs.lang, self.selection.clone());
        let on = &self.on;
        match self.prefs.lens {
            Lens::Group => html! {
                <GroupLens {vm} {charts} axis={self.player.axis} {lang} {clock} {selection} window={self.window} on_window={on.window.clone()}
                    on_select={on.select.clone()} on_why={on.why.clone()} on_open={on.open.clone()} />
            },
            Lens::Sequence => html! {
                <SequenceLens {sequence} {detail} {lang} on_filter={on.filter.clone()} on_event={on.event.clone()}
                    on_select={on.select.clone()} on_why={on.why.clone()} />
            },
            lens @ (Lens::Topic | Lens::Brokers) => {
                let props = StageProps {
                    vm,
                    lang,
                    in_flood,
                    clock,
                    selection,
                    lit: self.lit.clone(),
                    on_select: on.select.clone(),
                    on_command: on.command.clone(),
                    on_open: on.open.clone(),
                    on_why: on.why.clone(),
                    left,
                    on_opened,
                    on_measure: on.measure.clone(),
                };
                if lens == Lens::Topic {
                    html! { <Stage ..props /> }
                } else {
                    html! { <Physical ..props /> }
                }
            }
        }
    }
}

/// What the two panes draw each in its own way.
struct Picture {
    vm: Rc<ViewModel>,
    charts: Rc<GroupCharts>,
    sequence: Rc<Sequence>,
    detail: Option<Rc<Detail>>,
    in_flood: bool,
    left: Left,
    on_opened: Callback<Map<String, i32>>,
}

/// Props of [`Panes`].
#[derive(Clone, PartialEq, Properties)]
struct PanesProps {
    children: Html,
}

/// Both panes. What is scrolled in the shown one is scrolled in the other, so that the same stands beside the same; but
/// for the rows of two sequences, which differ.
#[component]
fn Panes(props: &PanesProps) -> Html {
    let root = use_node_ref();
    use_effect_with(root.clone(), |root| {
        let root = root.cast::<Element>();
        let listener = root.clone().map(|root| {
            let closure = Closure::<dyn FnMut(web_sys::Event)>::new({
                let root = root.clone();
                move |event: web_sys::Event| {
                    if let Some(from) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
                        scroll_other(&root, &from);
                    }
                }
            });
            // A scroll does not bubble.
            let _ = root.add_event_listener_with_callback_and_bool("scroll", closure.as_ref().unchecked_ref(), true);
            closure
        });
        move || {
            if let (Some(root), Some(closure)) = (root, listener) {
                let _ =
                    root.remove_event_listener_with_callback_and_bool("scroll", closure.as_ref().unchecked_ref(), true);
            }
        }
    });
    html! { <div class="panes" ref={root}>{ props.children.clone() }</div> }
}

fn scroll_other(root: &Element, from: &Element) {
    let class = ["stage", "lens-scroll"].into_iter().find(|class| from.class_list().contains(class));
    let (Some(class), Ok(Some(_))) = (class, from.closest(".pane-shown :is(.stage, .group-lens)")) else { return };
    if let Ok(Some(to)) = root.query_selector(&format!(".pane-other .{class}")) {
        to.set_scroll_top(from.scroll_top());
        to.set_scroll_left(from.scroll_left());
    }
}
