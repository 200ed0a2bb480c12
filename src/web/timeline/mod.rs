//! The timeline: the moments that can be gone to, a lane a kind of event, a mark an event, labels where something joined,
//! failed or was done by hand, and the playhead, which can be dragged to any moment that has been. It follows the newest
//! moment until somebody zooms. A picture with a text alternative.
//!
//! The lanes are one canvas, drawn when the marks, the size or the colours change; what moves in each frame is apart
//! ([`playhead`]). Marks that fall on one pixel are one mark.

mod lanes;
mod playhead;
mod tip;

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, Template, stage},
    view::{
        geometry::axis::Axis,
        story::{Lane, TimelineMark},
    },
};
use web_sys::{Element, HtmlCanvasElement, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};
use yew::prelude::*;

use self::{
    lanes::Scene,
    playhead::{Ground, use_playhead},
    tip::Tip,
};
use crate::{
    panels::icons,
    say::moment,
    stage::{
        flights::{
            palette::{Palette, use_theme},
            pen,
        },
        use_size,
    },
    stage_api::TimelineProps,
};

/// Lanes drawn, with their names.
static LANES: [(Lane, &Template); 5] = [
    (Lane::Produce, &stage::LANE_PRODUCE),
    (Lane::Replicate, &stage::LANE_REPLICATE),
    (Lane::Consume, &stage::LANE_CONSUME),
    (Lane::Group, &stage::LANE_GROUP),
    (Lane::Cluster, &stage::LANE_CLUSTER),
];

/// Width of the lanes' names.
const NAMES: f32 = 72.0;
/// Space right of the axis.
const RIGHT: f32 = 16.0;
/// Pixels that a part must be wide to be chosen.
const PART: f32 = 5.0;
/// A press of a button shows so many times as much, or so much less.
const ZOOM: f64 = 1.6;
/// The same for a pixel of the wheel, less one.
const WHEEL: f64 = 0.002;
/// What can be shown of a run that is shorter, in simulated microseconds.
const MOST_US: u64 = 20_000_000;

/// What the pointer drags.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    /// Nothing.
    None,
    /// The playhead; where the pointer was last.
    Playhead(i32),
    /// A part of time to be shown, from a pixel on.
    Part(f32),
}

/// The timeline.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let TimelineProps {
        marks, from_us, to_us, lang, clock, span, on_seek, on_back, on_step, on_zoom, on_hover, ..
    } = props;
    let root = use_node_ref();
    let canvas = use_node_ref();
    let (playhead, moving) = (use_node_ref(), use_node_ref());
    let brush = use_node_ref();
    let size = use_size(&root);
    let theme = use_theme();
    let palette = use_memo(theme, |_| Palette::read());
    let scene = size.filter(|(width, _)| *width > NAMES + RIGHT + 40.0).map(|(width, height)| {
        let width = width - NAMES - RIGHT;
        let axis = match props.zoomed {
            true => Axis { from_us: *from_us, to_us: *to_us, width },
            false => Axis::rounded(*from_us, *to_us, width),
        };
        let TimelineProps { marks, stops, other, bookmarks, beats, hovered, .. } = props.clone();
        Rc::new(Scene { marks, stops, other, bookmarks, beats, hovered, zoomed: props.zoomed, axis, height })
    });
    let axis = scene.as_ref().map(|scene| scene.axis);
    use_effect_with((scene.clone(), size, *lang, palette.clone()), {
        let canvas = canvas.clone();
        move |(scene, size, lang, palette)| {
            if let (Some(canvas), Some(scene), Some((width, height))) =
                (canvas.cast::<HtmlCanvasElement>(), scene, size)
                && let Some(pen) = pen(&canvas, *width, *height)
            {
                scene.draw(&pen, palette, *lang);
            }
        }
    });
    let ground = Ground { axis, size: size.unwrap_or_default(), palette: palette.clone() };
    use_playhead(&playhead, &moving, clock, ground);
    let last_us = Axis::rounded(0, span.1.max(MOST_US), 1.0).to_us;
    let zoom = {
        let on_zoom = on_zoom.clone();
        Callback::from(move |(x, times): (Option<f32>, f64)| {
            if let Some(axis) = axis {
                on_zoom.emit(Some(axis.zoomed(x.unwrap_or(axis.width / 2.0), times, last_us)));
            }
        })
    };
    let drag = use_mut_ref(|| Drag::None);
    // Where the pointer is, from the left edge of the axis and from the top.
    let at = {
        let root = root.clone();
        move |event: &MouseEvent| {
            let rect = root.cast::<Element>().map(|root| root.get_bounding_client_rect());
            let (left, top) = rect.map_or((0.0, 0.0), |rect| (rect.left(), rect.top()));
            (event.client_x() as f32 - left as f32 - NAMES, event.client_y() as f32 - top as f32)
        }
    };
    let onpointerdown = {
        let (at, drag, root, on_seek, scene) = (at.clone(), drag.clone(), root.clone(), on_seek.clone(), scene.clone());
        Callback::from(move |event: PointerEvent| {
            let (x, y) = at(&event);
            let Some(scene) = scene.as_ref().filter(|_| event.button() == 0 && x >= -8.0) else { return };
            if let Some(root) = root.cast::<Element>() {
                let _ = root.set_pointer_capture(event.pointer_id());
            }
            if event.shift_key() || scene.is_axis(y) {
                *drag.borrow_mut() = Drag::Part(x);
            } else {
                *drag.borrow_mut() = Drag::Playhead(event.client_x());
                on_seek.emit(scene.axis.time_us(x));
            }
        })
    };
    let onpointermove = {
        let (at, drag, on_seek, on_hover, scene, brush) =
            (at.clone(), drag.clone(), on_seek.clone(), on_hover.clone(), scene.clone(), brush.clone());
        Callback::from(move |event: PointerEvent| {
            let ((x, y), Some(scene)) = (at(&event), &scene) else { return };
            match &mut *drag.borrow_mut() {
                Drag::None => on_hover.emit(scene.event_at(x + NAMES, y)),
                Drag::Part(from) => show_part(&brush, Some((*from, x)), scene.axis.width),
                Drag::Playhead(last) => {
                    if std::mem::replace(last, event.client_x()) != event.client_x() {
                        on_seek.emit(scene.axis.time_us(x));
                    }
                }
            }
        })
    };
    let end = {
        let (at, drag, on_zoom, brush) = (at.clone(), drag.clone(), on_zoom.clone(), brush.clone());
        Callback::from(move |event: PointerEvent| {
            if let (Drag::Part(from), Some(axis)) = (std::mem::replace(&mut *drag.borrow_mut(), Drag::None), axis) {
                show_part(&brush, None, axis.width);
                let to = at(&event).0;
                // A click chooses nothing.
                if (to - from).abs() >= PART {
                    on_zoom.emit(Some((axis.time_us(from.min(to)), axis.time_us(from.max(to)))));
                }
            }
        })
    };
    let onpointerleave = on_hover.reform(|_: PointerEvent| None);
    let onwheel = {
        let (at, zoom, on_zoom) = (at.clone(), zoom.clone(), on_zoom.clone());
        Callback::from(move |event: WheelEvent| {
            // With Ctrl the browser itself zooms.
            let (Some(axis), false) = (axis, event.ctrl_key()) else { return };
            let aside = if event.shift_key() { event.delta_y() } else { event.delta_x() };
            if aside.abs() > event.delta_y().abs() || event.shift_key() {
                on_zoom.emit(Some(axis.moved(-aside as f32, last_us)));
            } else {
                let x = at(&event).0;
                let by = 1.0 + event.delta_y().abs() * WHEEL;
                zoom.emit((Some(x), if event.delta_y() > 0.0 { by } else { 1.0 / by }));
            }
        })
    };
    let ondblclick = on_zoom.reform(|_: MouseEvent| None);
    let onkeydown = {
        let (on_seek, on_back, on_step, span) = (on_seek.clone(), on_back.clone(), on_step.clone(), *span);
        let (zoom, on_zoom) = (zoom.clone(), on_zoom.clone());
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => on_back.emit(()),
                "ArrowRight" | "ArrowUp" => on_step.emit(()),
                "Home" => on_seek.emit(span.0),
                "End" => on_seek.emit(span.1),
                "+" | "=" => zoom.emit((None, 1.0 / ZOOM)),
                "-" => zoom.emit((None, ZOOM)),
                "0" => on_zoom.emit(None),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let button = |words: &'static Template, icon: Html, onclick: Callback<MouseEvent>| {
        html! { <button type="button" aria-label={words.source(*lang)} title={words.source(*lang)} {onclick}>{ icon }</button> }
    };
    let at_us = clock.time_us().clamp(span.0, span.1);
    html! {
        <>
            <div class="timeline" ref={&root} {onpointerdown} {onpointermove} {onpointerleave} {onwheel} {ondblclick}
                onpointerup={end.clone()} onpointercancel={end}>
                <canvas ref={canvas} role="img" aria-label={alt(marks, axis, clock.time_us(), *lang)}></canvas>
                <canvas ref={moving} aria-hidden="true"></canvas>
                <div class="timeline-part" ref={brush}></div>
                <div class="playhead" ref={playhead} role="slider" tabindex="0" {onkeydown} aria-label={stage::PLAYHEAD.source(*lang)}
                    aria-valuemin={millis(span.0)} aria-valuemax={millis(span.1)} aria-valuenow={millis(at_us)}
                    aria-valuetext={moment(at_us)}></div>
            </div>
            <div class="timeline-zoom" role="group" aria-label={stage::ZOOM.source(*lang)}>
                { button(&stage::ZOOM_OUT, icons::minus(), zoom.reform(|_: MouseEvent| (None, ZOOM))) }
                { button(&stage::ZOOM_IN, icons::plus(), zoom.reform(|_: MouseEvent| (None, 1.0 / ZOOM))) }
                if props.zoomed {
                    { button(&stage::ZOOM_FOLLOW, icons::end(), on_zoom.reform(|_: MouseEvent| None)) }
                }
            </div>
            if let (Some(hovered), Some(scene)) = (&props.hovered, scene) {
                <Tip lang={*lang} hovered={hovered.clone()} x={scene.x(hovered.line.time_us)} root={root.clone()} />
            }
        </>
    }
}

/// Shows the part that is being chosen, or none.
fn show_part(brush: &NodeRef, part: Option<(f32, f32)>, width: f32) {
    let Some(element) = brush.cast::<HtmlElement>() else { return };
    let (from, to) = part.map_or((0.0, 0.0), |(from, to)| (from.min(to).max(0.0), from.max(to).min(width)));
    let _ = element.style().set_property("left", &format!("{}px", NAMES + from));
    let _ = element.style().set_property("width", &format!("{}px", (to - from).max(0.0)));
}

fn millis(time_us: u64) -> String {
    (time_us / 1000).to_string()
}

/// From when to when, how many events of each kind, and the moment.
fn alt(marks: &[TimelineMark], axis: Option<Axis>, now_us: u64, lang: Lang) -> String {
    let mut parts: Vec<_> = LANES
        .iter()
        .map(|(lane, name)| (name, marks.iter().filter(|mark| mark.lane == *lane).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| stage::LANE_COUNT.with("lane", name.source(lang)).with("n", count).into())
        .collect();
    if parts.is_empty() {
        parts.push(stage::TIMELINE_NOTHING.text().into());
    }
    let (from_us, to_us) = axis.map_or((0, 0), |axis| (axis.from_us, axis.to_us));
    let alt = stage::TIMELINE_ALT.with("parts", parts).with("time", moment(now_us));
    alt.with("from", moment(from_us)).with("to", moment(to_us)).plain(lang)
}
