//! The Sequence lens: a lifeline a node, every RPC an arrow with its name and its error, time downwards.
//!
//! Where rows and lifelines stand is `view::sequence::layout`'s, for the rows in sight only. The newest row stays in
//! sight until somebody scrolls up. What is in an RPC is shown beside it.

use std::{cell::Cell, rc::Rc};

use kafkascope::{
    i18n::{Lang, lens as words},
    view::{
        model::Place,
        sequence::{
            Detail, Filter, Lifeline, NodeKind, Sequence,
            layout::{BEYOND, Columns, Drawn, OTHERS, OTHERS_ARE, ROW, columns, concerned, rows},
        },
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlSelectElement};
use yew::prelude::*;

use super::{detail::details, keys, marks::px};
use crate::{focus::focus, say::tr, stage::use_size, stage_api::Ask};

/// Height of the bar with the filters and of the heads of the lifelines. The style sheet says so too.
const FRAME: f32 = 46.0 + 30.0;
/// From this width on the details stand beside the chart, below it under it.
const DETAILS_BESIDE: f32 = 900.0;
const DETAILS: f32 = 340.0;

/// Props of [`SequenceLens`].
#[derive(Clone, PartialEq, Properties)]
pub struct SequenceLensProps {
    /// What has happened between the nodes.
    pub sequence: Rc<Sequence>,
    /// What is shown in full.
    pub detail: Option<Rc<Detail>>,
    /// Language.
    pub lang: Lang,
    /// Another filter.
    pub on_filter: Callback<Filter>,
    /// Shows an event in full, or nothing.
    pub on_event: Callback<Option<u64>>,
    /// Opens the inspector.
    pub on_select: Callback<Option<Place>>,
    /// Asks why.
    pub on_why: Callback<Ask>,
}

/// Does the newest row stay in sight?
struct Newest {
    stays: Cell<bool>,
    /// Where the list was put last.
    put: Cell<i32>,
}

impl Newest {
    /// Puts the newest row in sight, unless somebody has scrolled up: the event of that may still be on its way.
    fn keep(&self, scroller: &Element) {
        let left = scroller.scroll_height() - scroller.scroll_top() - scroller.client_height();
        if scroller.scroll_top() < self.put.get() && left >= ROW as i32 * 2 {
            self.stays.set(false);
        }
        if self.stays.get() {
            self.go(scroller);
        }
    }

    fn go(&self, scroller: &Element) {
        self.stays.set(true);
        scroller.set_scroll_top(scroller.scroll_height());
        self.put.set(scroller.scroll_top());
    }
}

/// The lens.
#[component]
pub fn SequenceLens(props: &SequenceLensProps) -> Html {
    let SequenceLensProps { sequence, detail, lang, on_event, .. } = props;
    let lang = *lang;
    let root = use_node_ref();
    let scroller = use_node_ref();
    let size = use_size(&root);
    let top = use_state_eq(|| 0_usize);
    let newest = use_mut_ref(|| Newest { stays: Cell::new(true), put: Cell::new(0) });
    let is_newest = newest.borrow().stays.get();

    let onscroll = {
        let (top, newest) = (top.setter(), newest.clone());
        Callback::from(move |event: Event| {
            let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(at) = at {
                let left = at.scroll_height() - at.scroll_top() - at.client_height();
                newest.borrow().stays.set(left < ROW as i32 * 2);
                top.set((at.scroll_top() as f32 / ROW) as usize);
            }
        })
    };
    let count = sequence.rows.len();
    use_effect_with((count + sequence.rows.forgotten(), size), {
        let (scroller, newest) = (scroller.clone(), newest.clone());
        move |_: &(usize, Option<(f32, f32)>)| {
            if let Some(scroller) = scroller.cast::<Element>() {
                newest.borrow().keep(&scroller);
            }
        }
    });
    // What is shown in full is in sight.
    let chosen = detail.as_ref().map(|detail| detail.event);
    use_effect_with(chosen, {
        let (scroller, sequence) = (scroller.clone(), sequence.clone());
        move |chosen: &Option<u64>| {
            let place = chosen.and_then(|event| sequence.rows.find(event));
            if let (Some(place), Some(scroller)) = (place, scroller.cast::<Element>()) {
                let (y, height) = ((place as f32 * ROW) as i32, scroller.client_height());
                let top = scroller.scroll_top();
                if y < top || y + ROW as i32 > top + height {
                    scroller.set_scroll_top(y - height / 2);
                }
            }
        }
    });
    let act =
        use_callback(on_event.clone(), |(_, place): (Element, usize), on_event| on_event.emit(Some(place as u64)));
    let (onclick, _) = keys::use_marks(act.clone());
    // The row that has the focus is drawn wherever it is: without it the keyboard would be nowhere.
    let at = use_state_eq(|| None::<u64>);
    let by_key = use_mut_ref(|| false);
    let onfocusin = {
        let at = at.setter();
        Callback::from(move |event: FocusEvent| {
            if let Some((_, event)) = keys::marked(&event) {
                at.set(Some(event as u64));
            }
        })
    };
    use_effect_with(*at, {
        let (scroller, by_key) = (scroller.clone(), by_key.clone());
        move |at: &Option<u64>| {
            let row = at.filter(|_| by_key.replace(false)).and_then(|event| {
                let scroller = scroller.cast::<Element>()?;
                scroller.query_selector(&format!("[data-i=\"{event}\"]")).ok()?
            });
            if let Some(row) = row {
                focus(&row);
            }
        }
    });
    let onkeydown = {
        let (at, sequence, scroller) = (at.clone(), sequence.clone(), scroller.clone());
        Callback::from(move |event: KeyboardEvent| {
            if keys::press(&event, &act) {
                return;
            }
            let Some(scroller) = scroller.cast::<Element>() else { return };
            let here = keys::marked(&event).and_then(|(_, event)| sequence.rows.find(event as u64));
            if here.is_some() && event.key() == "Escape" {
                if let Ok(Some(chart)) = scroller.query_selector(".chart-keys") {
                    event.prevent_default();
                    event.stop_propagation();
                    focus(&chart);
                }
                return;
            }
            let Some(next) = moved_to(&event.key(), here, sequence.rows.len(), &scroller) else { return };
            event.prevent_default();
            event.stop_propagation();
            // It stands in sight before it has the focus, or the browser would put it in the middle.
            let (top, bottom) = ((next as f32 * ROW) as i32, ((next + 1) as f32 * ROW) as i32);
            let shown = scroller.scroll_top();
            scroller.set_scroll_top(shown.max(bottom - scroller.client_height()).min(top));
            *by_key.borrow_mut() = true;
            at.set(sequence.rows.get(next).map(|row| row.event));
        })
    };

    let Some((width, height)) = size.filter(|(width, _)| *width > 120.0) else {
        return html! { <div class="lens sequence-lens" ref={root}></div> };
    };
    let beside = width >= DETAILS_BESIDE && detail.is_some();
    let width = if beside { width - DETAILS } else { width };
    let in_sight = ((height - FRAME) / ROW).ceil().max(1.0) as usize;
    let first = if is_newest { count.saturating_sub(in_sight) } else { *top };
    let shown = first..(first + in_sight).min(count);
    let placed = columns(&sequence.lifelines, width, &concerned(sequence, shown.clone(), chosen));
    let within = shown.start.saturating_sub(BEYOND)..(shown.end + BEYOND).min(count);
    let apart = at.and_then(|event| sequence.rows.find(event)).filter(|place| !within.contains(place));
    let alone = |is_before: bool| {
        let place = apart.filter(|place| (*place < within.start) == is_before);
        rows(sequence, &placed, place.map_or(0..0, |place| place..place + 1), lang)
    };
    let drawn = [alone(true), rows(sequence, &placed, within.clone(), lang), alone(false)].concat();
    let to_newest = {
        let (scroller, newest) = (scroller.clone(), newest.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(scroller) = scroller.cast::<Element>() {
                newest.borrow().go(&scroller);
            }
        })
    };
    html! {
        <div class={classes!("lens", "sequence-lens", beside.then_some("beside"))} ref={root}>
            { filters(props) }
            <div class="sq-chart">
                { heads(props, &placed) }
                <div class="lens-scroll" ref={scroller} {onscroll} {onclick} {onkeydown} {onfocusin}>
                    if count == 0 {
                        <p class="lens-empty">{ tr(&words::NO_ROWS, lang) }</p>
                    } else {
                        { chart(&drawn, &placed, count, chosen, lang) }
                    }
                </div>
                if !is_newest {
                    <button type="button" class="button sq-newest" onclick={to_newest}>{ tr(&words::NEWEST, lang) }</button>
                }
            </div>
            if let Some(detail) = detail {
                { details(detail, lang, on_event, &props.on_why) }
            }
        </div>
    }
}

/// Where a key leads among the rows; from the list itself to the first that is shown.
fn moved_to(key: &str, here: Option<usize>, count: usize, scroller: &Element) -> Option<usize> {
    let last = count.checked_sub(1)?;
    let page = (scroller.client_height() as f32 / ROW) as usize;
    let from = here.unwrap_or_else(|| (scroller.scroll_top() as f32 / ROW).ceil() as usize);
    let by = usize::from(here.is_some());
    let next = match key {
        "Home" => 0,
        "End" => last,
        "ArrowUp" | "ArrowLeft" => from.saturating_sub(by),
        "ArrowDown" | "ArrowRight" => from + by,
        "PageUp" => from.saturating_sub(by * page),
        "PageDown" => from + by * page,
        _ => return None,
    };
    Some(next.min(last))
}

/// The rows in sight, in a picture as high as all of them.
fn chart(drawn: &[Drawn], placed: &Columns, count: usize, chosen: Option<u64>, lang: Lang) -> Html {
    let height = count as f32 * ROW + 10.0;
    let (top, bottom) = match (drawn.first(), drawn.last()) {
        (Some(first), Some(last)) => (first.place as f32 * ROW, (last.place + 1) as f32 * ROW + 10.0),
        _ => (0.0, 0.0),
    };
    let lines: String = placed
        .lines
        .iter()
        .map(|(_, x)| *x)
        .chain(placed.others.as_ref().map(|(x, _)| *x))
        .map(|x| format!("M{x:.1} {top:.1}V{bottom:.1}"))
        .collect();
    html! {
        <div class="chart-keys" role="group" tabindex="0" aria-label={tr(&words::ROWS, lang)}>
            <svg width={px(placed.width)} height={px(height)} role="presentation">
                // With a key like the rows beside it: else every row would be made anew when they scroll.
                <path key="lines" class="sq-lines" d={lines} />
                { for drawn.iter().map(|row| line(row, placed.width, chosen == Some(row.event), lang)) }
            </svg>
        </div>
    }
}

fn line(row: &Drawn, width: f32, chosen: bool, lang: Lang) -> Html {
    let class = classes!(
        "sq-row",
        row.response.then_some("response"),
        row.under_way.then_some("away"),
        row.refused.then_some("bad"),
        chosen.then_some("chosen"),
    );
    let arrow = match row.to {
        Some(to) => {
            let back = if to > row.from { -5.0 } else { 5.0 };
            let head = to + back;
            let tip = match row.nobody {
                true => format!("M{:.1} 15l8 8m0 -8l-8 8", to - 4.0),
                false => format!("M{head:.1} 15.5L{to:.1} 19L{head:.1} 22.5"),
            };
            html! { <><path class="sq-arrow" d={format!("M{:.1} 19H{to:.1}", row.from)} /><path class="sq-head" d={tip} /></> }
        }
        None => html! { <path class="sq-moment" d={format!("M{:.1} 8l5.5 5.5l-5.5 5.5l-5.5 -5.5z", row.from)} /> },
    };
    let (y, anchor) = match row.to {
        Some(_) => ("14", "middle"),
        None if row.words_end => ("18", "end"),
        None => ("18", "start"),
    };
    html! {
        <g key={row.event} {class} transform={format!("translate(0 {:.0})", row.place as f32 * ROW)}>
            <rect x="2" y="1" width={px(width - 4.0)} height={px(ROW - 1.0)} rx="5" role="button" tabindex="-1" data-i={row.event.to_string()}
                data-row={row.place.to_string()} aria-label={row.said.plain(lang)} aria-pressed={chosen.to_string()} />
            <text aria-hidden="true" class="sq-time" x="8" y="18">{ &row.time }</text>
            if !row.folded.is_empty() && width >= 560.0 {
                <text aria-hidden="true" class="sq-folded" x="106" y="18">{ &row.folded }</text>
            }
            { arrow }
            <text aria-hidden="true" class={if row.to.is_some() { "sq-name" } else { "sq-said" }} x={px(row.words_x)} {y} text-anchor={anchor}>
                { &row.words }
                if !row.error.is_empty() { <tspan class="sq-error" dx="6">{ &row.error }</tspan> }
            </text>
        </g>
    }
}

/// The names of the lifelines.
fn heads(props: &SequenceLensProps, placed: &Columns) -> Html {
    let named = placed.lines.iter().filter_map(|(node, x)| {
        let line = props.sequence.lifelines.iter().find(|line| line.node == *node)?;
        Some((*x, line))
    });
    let others = placed.others.as_ref().map(|(x, nodes)| {
        let folded = props.sequence.lifelines.iter().filter(|line| nodes.contains(&line.node));
        let names: Vec<_> = folded.map(|line| line.name.as_str().into()).collect();
        let said = OTHERS_ARE.with("n", nodes.len()).with("names", names).plain(props.lang);
        let (left, width) = (px(x - placed.pitch / 2.0 + 3.0), px(placed.pitch - 6.0));
        html! {
            <g class="sq-node" role="img" aria-label={said.clone()}>
                <title>{ said }</title>
                <rect x={left} y="3" {width} height="24" rx="6" />
                <text aria-hidden="true" x={px(*x)} y="19">{ OTHERS.with("n", nodes.len()).plain(props.lang) }</text>
            </g>
        }
    });
    html! {
        <svg class="sq-heads" width={px(placed.width)} height="30" role="group" aria-label={tr(&words::LIFELINES, props.lang)}>
            { for named.map(|(x, line)| head(props, x, line, placed.pitch)) }
            { for others }
        </svg>
    }
}

fn head(props: &SequenceLensProps, x: f32, line: &Lifeline, pitch: f32) -> Html {
    let place = match line.kind {
        NodeKind::Producer => Some(Place::Producer(line.name.clone())),
        NodeKind::Consumer => Some(Place::Consumer(line.name.clone())),
        NodeKind::Broker => Some(Place::Broker(line.node)),
        NodeKind::Admin => None,
    };
    let name = kafkascope::view::group_chart::layout::cut(&line.name, pitch - 10.0, 7.6);
    let (left, width) = (px(x - pitch / 2.0 + 3.0), px(pitch - 6.0));
    let class = classes!("sq-node", (!line.there).then_some("gone"));
    let words = html! { <text aria-hidden="true" x={px(x)} y="19">{ name }</text> };
    let Some(place) = place.filter(|_| line.there || line.kind == NodeKind::Broker) else {
        return html! { <g {class}><rect x={left} y="3" {width} height="24" rx="6" />{ words }</g> };
    };
    let select = {
        let (on_select, place) = (props.on_select.clone(), place);
        Callback::from(move |()| on_select.emit(Some(place.clone())))
    };
    let onclick = select.reform(|_: MouseEvent| ());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "Enter" | " ") {
            event.prevent_default();
            select.emit(());
        }
    });
    html! {
        <g {class}>
            <rect x={left} y="3" {width} height="24" rx="6" role="button" tabindex="0" aria-label={line.name.clone()} {onclick} {onkeydown} />{ words }
        </g>
    }
}

/// Which nodes, which group, which APIs.
fn filters(props: &SequenceLensProps) -> Html {
    let SequenceLensProps { sequence, lang, .. } = props;
    let lang = *lang;
    let filter = &sequence.filter;
    let nodes =
        sequence.nodes.iter().map(|line| (line.node.to_string(), line.name.clone(), filter.node == Some(line.node)));
    let groups = sequence.groups.iter().map(|group| {
        let name = group.to_string();
        (name.clone(), name, filter.group.as_deref() == Some(&**group))
    });
    let on_node = choose(props, |filter, value| filter.node = value.parse().ok());
    let on_group = choose(props, |filter, value| filter.group = (!value.is_empty()).then_some(value));
    let on_api = {
        let (on_filter, filter) = (props.on_filter.clone(), filter.clone());
        Callback::from(move |event: MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
            let name = target.and_then(|target| target.get_attribute("data-api"));
            if let Some(api) =
                name.and_then(|name| kafkascope::kafka::protocol::Api::ALL.iter().find(|api| api.name() == name))
            {
                let mut filter = filter.clone();
                let folded = filter.folded.has(*api);
                filter.folded.set(*api, !folded);
                on_filter.emit(filter);
            }
        })
    };
    html! {
        <div class="lens-bar">
            { select(&words::FILTER_NODE, &words::ALL_NODES, nodes.collect(), on_node, lang) }
            { select(&words::FILTER_GROUP, &words::ALL_GROUPS, groups.collect(), on_group, lang) }
            <div class="sq-apis" role="group" aria-label={tr(&words::FILTER_API, lang)} onclick={on_api}>
                { for sequence.apis.iter().map(|api| html! {
                    <button type="button" class="filter" key={api.name()} data-api={api.name()}
                        aria-pressed={(!filter.folded.has(api)).to_string()}>{ api.name() }</button>
                }) }
            </div>
        </div>
    }
}

/// Changes the filter by the value of a list.
fn choose(props: &SequenceLensProps, change: fn(&mut Filter, String)) -> Callback<Event> {
    let (on_filter, filter) = (props.on_filter.clone(), props.sequence.filter.clone());
    Callback::from(move |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        if let Some(target) = target {
            let mut filter = filter.clone();
            change(&mut filter, target.value());
            on_filter.emit(filter);
        }
    })
}

fn select(
    name: &'static kafkascope::i18n::Template,
    all: &'static kafkascope::i18n::Template,
    options: Vec<(String, String, bool)>,
    onchange: Callback<Event>,
    lang: Lang,
) -> Html {
    let none = options.iter().all(|(.., chosen)| !chosen);
    html! {
        <select class="sq-select" aria-label={tr(name, lang)} {onchange}>
            <option value="" selected={none}>{ tr(all, lang) }</option>
            { for options.into_iter().map(|(value, name, selected)| html! { <option {value} {selected}>{ name }</option> }) }
        </select>
    }
}
