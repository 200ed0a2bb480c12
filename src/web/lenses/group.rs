//! The Group lens: time to the right, a row a member, a bar a partition owned, the coordinator's state as a band, RPCs
//! as arrows, and what nobody reads in red dashes.
//!
//! Where everything stands is `view::group_chart::layout`'s, for the rows in sight only. What is still owned is drawn
//! to the right edge; a veil over the future, and the playhead, are all that moves in a frame.

use std::{cell::RefCell, rc::Rc};

use kafkascope::{
    i18n::{Lang, lens as words, moment},
    view::{
        geometry::axis::Axis,
        group_chart::{
            GroupChart, GroupCharts,
            layout::{BAND, ChartAct, Drawn, MarkKind, Sight, layout},
            words::{facts, summary},
        },
        model::{GroupView, Place, ViewModel},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::{
    keys,
    marks::{call_name, draw, px},
    window::Window,
};
use crate::{
    clock::Raf,
    say::tr,
    stage::use_size,
    stage_api::{Ask, Dialog, StageClock, place_id},
};

/// Height of a group's heading, and the room between groups. The style sheet says so too.
const HEAD: f32 = 44.0;
const BETWEEN: f32 = 14.0;
/// Height of the bar above the charts and of the axis below.
const FRAME: f32 = 67.0;
/// Room left and right of the axis.
const GUTTER: f32 = 132.0;
const GUTTER_NARROW: f32 = 92.0;
const RIGHT: f32 = 18.0;
/// Scrolling is followed in jerks of so many pixels.
const SCROLL: f32 = 64.0;

/// Props of [`GroupLens`].
#[derive(Clone, PartialEq, Properties)]
pub struct GroupLensProps {
    /// The picture, for colours, roles and assignors.
    pub vm: Rc<ViewModel>,
    /// What has happened to the groups.
    pub charts: Rc<GroupCharts>,
    /// First and last moment of the timeline.
    pub axis: (u64, u64),
    /// Which of it is shown.
    pub window: Window,
    /// Another part.
    pub on_window: Callback<Window>,
    /// Language.
    pub lang: Lang,
    /// The playhead, read in each animation frame.
    pub clock: StageClock,
    /// What the inspector shows.
    pub selection: Option<Place>,
    /// Opens the inspector.
    pub on_select: Callback<Option<Place>>,
    /// Asks why.
    pub on_why: Callback<Ask>,
    /// Opens a form.
    pub on_open: Callback<Dialog>,
}

/// What the frames need of the last render.
#[derive(Clone, Copy, PartialEq)]
struct Shown {
    axis: Axis,
    gutter: f32,
}

/// The lens.
#[component]
pub fn GroupLens(props: &GroupLensProps) -> Html {
    let lang = props.lang;
    let root = use_node_ref();
    let size = use_size(&root);
    let top = use_state_eq(|| 0.0_f32);
    let window = props.window;
    let shown = use_mut_ref(|| None::<Shown>);
    let acts = use_mut_ref(Vec::<ChartAct>::new);
    use_playhead(&root, &shown, &props.clock);

    let onscroll = use_callback(top.setter(), |event: Event, top| {
        let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(at) = at {
            top.set((at.scroll_top() as f32 / SCROLL).floor() * SCROLL);
        }
    });
    let act = {
        let acts = acts.clone();
        let deps = (props.on_select.clone(), props.on_why.clone(), props.on_window.clone());
        use_callback(deps, move |(anchor, number): (Element, usize), (on_select, on_why, on_window)| {
            match acts.borrow().get(number).cloned() {
                Some(ChartAct::Inspect(place)) => on_select.emit(Some(place)),
                Some(ChartAct::Why(key)) => on_why.emit(Ask { key, anchor: Some(anchor) }),
                Some(ChartAct::Look(from_us, to_us)) => on_window.emit(Window::Pinned(from_us, to_us)),
                Some(ChartAct::Nothing) | None => {}
            }
        })
    };
    let (onclick, onkeydown) = keys::use_marks(act);

    let now_us = props.clock.time_us();
    let Some((width, height)) = size.filter(|(width, _)| *width > 120.0) else {
        return html! { <div class="lens group-lens" ref={root}></div> };
    };
    let height = height - FRAME;
    let gutter = if width < 640.0 { GUTTER_NARROW } else { GUTTER };
    let axis = window.axis(props.axis, now_us, width - gutter - RIGHT);
    *shown.borrow_mut() = Some(Shown { axis, gutter });

    let mut numbered = Vec::new();
    let mut y = 0.0;
    let groups: Vec<Html> = props
        .charts
        .groups
        .iter()
        .map(|chart| {
            let view = props.vm.groups.iter().find(|view| view.group_id.as_deref() == Some(&chart.group));
            let body = y + HEAD + BAND;
            let sight = Sight { axis, top: *top - body, bottom: *top - body + height + SCROLL, gutter, now_us, lang };
            let drawn = layout(&props.charts, chart, view.map(|view| &**view), &sight);
            y = body + drawn.height + BETWEEN;
            group(props, chart, view.map(|view| &**view), &drawn, &mut numbered, (width, &sight))
        })
        .collect();
    *acts.borrow_mut() = numbered;
    let empty = groups.is_empty();
    html! {
        <div class="lens group-lens" ref={root} {onclick} {onkeydown}>
            <svg class="lens-patterns" aria-hidden="true">
                <pattern id="gl-stripes" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0M-1 1L1 -1M5 7L7 5" /></pattern>
            </svg>
            { bar(props, &axis) }
            <div class="lens-scroll" {onscroll}>
                { for groups }
                if empty {
                    <div class="lens-empty">
                        <p>{ tr(&words::NO_GROUPS, lang) }</p>
                        <button type="button" class="button button-main"
                            onclick={props.on_open.reform(|_: MouseEvent| Dialog::AddConsumer(None))}>{ tr(&words::ADD_CONSUMER, lang) }</button>
                    </div>
                }
            </div>
            <svg class="lens-axis" width={px(width)} height="20" aria-hidden="true">
                { for axis.ticks(if width < 640.0 { 64.0 } else { 90.0 }).into_iter().map(|(x, text)| {
                    let x = (gutter + x).min(width - 24.0);
                    html! { <text x={px(x)} y="13">{ text }</text> }
                }) }
            </svg>
            <div class="playhead" aria-hidden="true"></div>
        </div>
    }
}

/// What stands above the charts: which time is shown.
fn bar(props: &GroupLensProps, axis: &Axis) -> Html {
    let (lang, window) = (props.lang, props.window);
    let button = |name: &'static kafkascope::i18n::Template, sign: &'static str, to: Window, off: bool| {
        let onclick = props.on_window.reform(move |_: MouseEvent| to);
        html! {
            <button type="button" class="button lens-button" aria-label={tr(name, lang)} title={tr(name, lang)} disabled={off} {onclick}>
                { if sign.is_empty() { tr(name, lang) } else { sign } }
            </button>
        }
    };
    let ends = props.charts.groups.iter().filter_map(|chart| chart.last_rebalance());
    let last = ends.max_by_key(|(from_us, ..)| *from_us);
    let last =
        last.map(|(from_us, to_us, _)| Window::around(from_us, to_us.unwrap_or(props.clock.time_us()).max(from_us)));
    html! {
        <div class="lens-bar" role="group" aria-label={tr(&words::TIME_SHOWN, lang)}>
            <span class="lens-span">{ words::SPAN.with("from", moment(axis.from_us)).with("to", moment(axis.to_us)).plain(lang) }</span>
            { button(&words::LAST_REBALANCE, "", last.unwrap_or_default(), last.is_none() || last == Some(window)) }
            { button(&words::FOLLOW, "", Window::Whole, window == Window::Whole) }
            { button(&words::EARLIER, "‹", window.pan(false, axis), axis.from_us == 0) }
            { button(&words::LATER, "›", window.pan(true, axis), axis.to_us > props.clock.time_us()) }
            { button(&words::LONGER, "−", window.zoom(false, axis), window == Window::Whole) }
            { button(&words::CLOSER, "+", window.zoom(true, axis), Window::is_closest(axis)) }
        </div>
    }
}

/// One group: heading, band, rows.
fn group(
    props: &GroupLensProps,
    chart: &GroupChart,
    view: Option<&GroupView>,
    drawn: &Drawn,
    acts: &mut Vec<ChartAct>,
    (width, sight): (f32, &Sight),
) -> Html {
    let lang = props.lang;
    let id = chart.group.clone();
    // Numbered in the order in which arrow keys go; drawn so that the veil covers what lasts.
    let (mut bands, mut under, mut above) = (Vec::new(), Vec::new(), Vec::new());
    for mark in drawn.bands.iter().chain(&drawn.marks) {
        let list = match mark.kind {
            MarkKind::Band(_) => &mut bands,
            MarkKind::Bar | MarkKind::Gap => &mut under,
            _ => &mut above,
        };
        list.push(draw(mark, acts.len(), sight.gutter, lang));
        acts.push(mark.act.clone());
    }
    let summary = summary(&props.charts, chart, sight.now_us).map(|(text, bad)| {
        html! { <span class={if bad { "gl-sum bad" } else { "gl-sum ok" }}>{ text.plain(lang) }</span> }
    });
    let facts: Vec<String> = facts(view, chart).iter().map(|fact| fact.plain(lang)).collect();
    let onclick = {
        let place = Place::Group(id.clone());
        props.on_select.reform(move |_: MouseEvent| Some(place.clone()))
    };
    let selected = props.selection.as_ref().is_some_and(|place| *place == Place::Group(id.clone()));
    let veil = |height: f32| {
        html! { <rect class="gl-veil" x={px(sight.gutter)} y="0" width={px(width)} height={px(height)} /> }
    };
    html! {
        <section class={classes!("gl-group", selected.then_some("selected"))} key={id.clone()} aria-label={id.clone()}>
            <div class="gl-head">
                <h2>
                    if view.is_some() {
                        <button type="button" id={place_id(&Place::Group(id.clone()))} {onclick}>{ &id }</button>
                    } else { { &id } }
                </h2>
                <span class="gl-facts" title={facts.join(" · ")}>{ facts.join(" · ") }</span>
                { for summary }
            </div>
            <div class="chart-keys" role="group" tabindex="0" aria-label={words::CHART_OF.with("group", id.as_str()).plain(lang)}>
                <svg class="gl-bands" width={px(width)} height={px(BAND)} role="group" aria-label={words::STATES_OF.with("group", id.as_str()).plain(lang)}>
                    { for bands }
                    { veil(BAND) }
                </svg>
                <svg width={px(width)} height={px(drawn.height.max(1.0))} role="group" aria-label={words::MEMBERS_OF.with("group", id.as_str()).plain(lang)}>
                    { for drawn.rules.iter().map(|y| html! { <path class="gl-rule" d={format!("M0 {y:.1}H{width:.0}")} /> }) }
                    { for under }
                    { veil(drawn.height) }
                    { for above }
                    { for drawn.marks.iter().map(|mark| call_name(mark, sight.gutter)) }
                </svg>
            </div>
        </section>
    }
}

/// Moves the playhead, and the veils over what has not been yet, in each frame.
#[hook]
fn use_playhead(root: &NodeRef, shown: &Rc<RefCell<Option<Shown>>>, clock: &StageClock) {
    // After each render there may be other veils.
    let stale = use_mut_ref(|| true);
    {
        let stale = stale.clone();
        use_effect(move || *stale.borrow_mut() = true);
    }
    use_effect_with((), {
        let (root, shown, clock) = (root.clone(), shown.clone(), clock.clone());
        move |()| {
            let raf: Rc<RefCell<Option<Raf>>> = Rc::default();
            let last = std::cell::Cell::new(f32::NAN);
            let on_frame = {
                let raf = raf.clone();
                Callback::from(move |_: f64| {
                    if let (Some(shown), Some(root)) = (*shown.borrow(), root.cast::<Element>()) {
                        // A moment after those shown is out of sight, and nothing is veiled.
                        let at = shown.axis.x(clock.time_us());
                        let at = if at > shown.axis.width { shown.axis.width + 60.0 } else { at };
                        let x = shown.gutter + at;
                        let x = (x * 2.0).round() / 2.0;
                        if last.replace(x) != x || stale.replace(false) {
                            place(&root, x);
                        }
                    }
                    if let Some(raf) = raf.borrow().as_ref() {
                        raf.request();
                    }
                })
            };
            let frames = Raf::new(on_frame);
            frames.request();
            *raf.borrow_mut() = Some(frames);
            move || drop(raf.borrow_mut().take())
        }
    });
}

fn place(root: &Element, x: f32) {
    if let Ok(Some(playhead)) = root.query_selector(".playhead")
        && let Some(playhead) = playhead.dyn_ref::<HtmlElement>()
    {
        let _ = playhead.style().set_property("transform", &format!("translateX({x}px)"));
    }
    let Ok(veils) = root.query_selector_all(".gl-veil") else { return };
    for at in 0..veils.length() {
        if let Some(veil) = veils.item(at).and_then(|veil| veil.dyn_into::<Element>().ok()) {
            let _ = veil.set_attribute("x", &px(x));
        }
    }
}
