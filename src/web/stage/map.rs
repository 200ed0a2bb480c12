//! A topic of very many partitions as a map on a canvas: a tile each, darker with more records. A click opens one with
//! its cells; for the keyboard there is a field with its number.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::{MapGrid, Rect},
        model::TopicView,
    },
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlCanvasElement, HtmlInputElement};
use yew::prelude::*;

use super::{acts::Acts, flights::palette::Palette, folds::FoldAct, spot::use_rect};

/// Properties of [`Map`].
#[derive(Properties, PartialEq)]
pub struct MapProps {
    /// The topic.
    pub view: Rc<TopicView>,
    /// Where its tiles stand.
    pub grid: MapGrid,
    /// Language of all text.
    pub lang: Lang,
    /// What it can ask for.
    pub acts: Acts,
}

/// The map.
#[component]
pub fn Map(props: &MapProps) -> Html {
    let MapProps { view, grid, lang, acts } = props;
    let node = use_rect(grid.area);
    let canvas = use_node_ref();
    use_effect_with((view.clone(), *grid), {
        let canvas = canvas.clone();
        move |(view, grid): &(Rc<TopicView>, MapGrid)| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                draw(&canvas, view, grid);
            }
        }
    });
    let open = {
        let (acts, topic) = (acts.clone(), view.name.clone());
        move |partition: usize| {
            if let Ok(partition) = i32::try_from(partition) {
                acts.fold(FoldAct::Partition(topic.clone(), Some(partition)));
            }
        }
    };
    let onclick = {
        let (grid, open) = (*grid, open.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(at) = grid.at(event.offset_x() as f32, event.offset_y() as f32) {
                open(at);
            }
        })
    };
    let count = view.partitions.len();
    let onchange = Callback::from(move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(at) = input.and_then(|input| input.value().parse::<usize>().ok()).filter(|&at| at < count) {
            open(at);
        }
    });
    html! {
        <div class="at map" ref={node}>
            <label class="map-field">
                { stage::MAP_HINT.source(*lang) }
                <input type="number" min="0" max={(count.saturating_sub(1)).to_string()} {onchange}
                    aria-label={stage::MAP_FIELD.source(*lang)} />
            </label>
            <canvas ref={canvas} {onclick} role="img"
                aria-label={stage::MAP_ALT.with("n", count).with("topic", view.name.as_str()).plain(*lang)}></canvas>
        </div>
    }
}

fn draw(canvas: &HtmlCanvasElement, view: &TopicView, grid: &MapGrid) {
    let Some(pen) = super::flights::pen(canvas, grid.area.w, grid.area.h) else { return };
    let palette = Palette::read();
    let most = view.partitions.iter().map(|one| one.log_end - one.log_start).max().unwrap_or(0).max(1);
    let corner = grid.area;
    for (at, one) in view.partitions.iter().enumerate() {
        let Rect { x, y, w, h } = grid.tile(at).within(&corner);
        let (x, y, w, h) = (f64::from(x), f64::from(y), f64::from(w), f64::from(h));
        let share = (one.log_end - one.log_start) as f64 / most as f64;
        pen.set_global_alpha(1.0);
        pen.set_fill_style_str(&palette.track);
        pen.fill_rect(x, y, w, h);
        pen.set_fill_style_str(&palette.accent);
        pen.set_global_alpha(0.15 + 0.85 * share);
        if share > 0.0 {
            pen.fill_rect(x, y, w, h);
        }
        pen.set_global_alpha(1.0);
        if one.leader.is_none() {
            pen.set_stroke_style_str(&palette.bad);
            pen.stroke_rect(x + 0.5, y + 0.5, w - 1.0, h - 1.0);
        } else if one.marks.iter().any(|mark| mark.lag.is_some_and(|lag| lag > 0)) {
            pen.set_fill_style_str(&palette.warn);
            pen.fill_rect(x, y + h - 2.0, w, 2.0);
        }
    }
}
