//! The timeline: a lane a kind of event, a mark an event, labels where something joined, failed or was done by hand,
//! and the playhead, which can be dragged to any moment that has been. A picture with a text alternative.
//!
//! The lanes are one canvas, drawn when the marks, the size or the colours change; the playhead is an element of its
//! own that each frame moves. Marks that fall on one pixel are one mark.

mod lanes;

use std::{cell::RefCell, rc::Rc};

use kafkascope::{
    i18n::{Lang, Template, stage},
    view::{
        geometry::axis::Axis,
        story::{Lane, TimelineMark},
    },
};
use web_sys::{Element, HtmlCanvasElement, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use crate::{
    clock::Raf,
    say::moment,
    stage::{
        flights::{palette::use_theme, pen},
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

/// The timeline.
#[component]
pub fn Timeline(props: &TimelineProps) -> Html {
    let TimelineProps { marks, from_us, to_us, lang, clock, span, on_seek, on_back, on_step } = props;
    let root = use_node_ref();
    let canvas = use_node_ref();
    let playhead = use_node_ref();
    let size = use_size(&root);
    let theme = use_theme();
    let axis = size
        .filter(|(width, _)| *width > NAMES + RIGHT + 40.0)
        .map(|(width, _)| Axis::rounded(*from_us, *to_us, width - NAMES - RIGHT));
    use_effect_with((marks.clone(), axis, size, *lang, theme), {
        let canvas = canvas.clone();
        move |(marks, axis, size, lang, _)| {
            if let (Some(canvas), Some(axis), Some((width, height))) = (canvas.cast::<HtmlCanvasElement>(), axis, size)
                && let Some(pen) = pen(&canvas, *width, *height)
            {
                lanes::draw(&pen, marks, axis, *height, *lang);
            }
        }
    });
    let shown_axis = use_mut_ref(|| None::<Axis>);
    *shown_axis.borrow_mut() = axis;
    use_effect_with((), {
        let (playhead, clock) = (playhead.clone(), clock.clone());
        move |()| {
            let raf: Rc<RefCell<Option<Raf>>> = Rc::default();
            let mut_x = std::cell::Cell::new(f32::NAN);
            let on_frame = {
                let raf = raf.clone();
                Callback::from(move |_: f64| {
                    if let Some(axis) = *shown_axis.borrow() {
                        let x = ((NAMES + axis.x(clock.time_us()).min(axis.width)) * 2.0).round() / 2.0;
                        if mut_x.replace(x) != x
                            && let Some(element) = playhead.cast::<HtmlElement>()
                        {
                            let _ = element.style().set_property("transform", &format!("translateX({x}px)"));
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
    let drag = use_mut_ref(|| None::<i32>);
    let put = {
        let (root, on_seek) = (root.clone(), on_seek.clone());
        move |event: &PointerEvent| {
            let left = root.cast::<Element>().map_or(0.0, |root| root.get_bounding_client_rect().left());
            if let Some(axis) = axis {
                on_seek.emit(axis.time_us(event.client_x() as f32 - left as f32 - NAMES));
            }
        }
    };
    let onpointerdown = {
        let (put, drag, root) = (put.clone(), drag.clone(), root.clone());
        Callback::from(move |event: PointerEvent| {
            let from_axis = f64::from(event.client_x())
                >= root
                    .cast::<Element>()
                    .map_or(0.0, |root| root.get_bounding_client_rect().left() + f64::from(NAMES) - 8.0);
            if event.button() != 0 || !from_axis {
                return;
            }
            if let Some(root) = root.cast::<Element>() {
                let _ = root.set_pointer_capture(event.pointer_id());
            }
            *drag.borrow_mut() = Some(event.client_x());
            put(&event);
        })
    };
    let onpointermove = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            let mut at = drag.borrow_mut();
            if at.is_some_and(|x| x != event.client_x()) {
                *at = Some(event.client_x());
                put(&event);
            }
        })
    };
    let end = Callback::from(move |_: PointerEvent| *drag.borrow_mut() = None);
    let onkeydown = {
        let (on_seek, on_back, on_step, span) = (on_seek.clone(), on_back.clone(), on_step.clone(), *span);
        Callback::from(move |event: KeyboardEvent| {
            match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => on_back.emit(()),
                "ArrowRight" | "ArrowUp" => on_step.emit(()),
                "Home" => on_seek.emit(span.0),
                "End" => on_seek.emit(span.1),
                _ => return,
            }
            event.prevent_default();
        })
    };
    let at_us = clock.time_us().clamp(span.0, span.1);
    html! {
        <div class="timeline" ref={root} {onpointerdown} {onpointermove} onpointerup={end.clone()} onpointercancel={end}>
            <canvas ref={canvas} role="img" aria-label={alt(marks, clock.time_us(), *lang)}></canvas>
            <div class="playhead" ref={playhead} role="slider" tabindex="0" {onkeydown} aria-label={stage::PLAYHEAD.source(*lang)}
                aria-valuemin={millis(span.0)} aria-valuemax={millis(span.1)} aria-valuenow={millis(at_us)}
                aria-valuetext={moment(at_us)}></div>
        </div>
    }
}

fn millis(time_us: u64) -> String {
    (time_us / 1000).to_string()
}

/// How many events of each kind, and the moment.
fn alt(marks: &[TimelineMark], now_us: u64, lang: Lang) -> String {
    let parts: Vec<_> = LANES
        .iter()
        .map(|(lane, name)| (name, marks.iter().filter(|mark| mark.lane == *lane).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| stage::LANE_COUNT.with("lane", name.source(lang)).with("n", count).into())
        .collect();
    if parts.is_empty() {
        return stage::TIMELINE_EMPTY.source(lang).to_owned();
    }
    stage::TIMELINE_ALT.with("parts", parts).with("time", moment(now_us)).plain(lang)
}
