//! The playhead: an element that can be focused and is read aloud, and that a canvas stands for while it moves in every
//! frame, because to move an element is work for the whole page.

use std::{cell::RefCell, rc::Rc};

use kafkascope::view::geometry::axis::Axis;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, window};
use yew::prelude::*;

use super::NAMES;
use crate::{
    clock::Raf,
    stage::flights::{palette::Palette, pen},
    stage_api::StageClock,
};

/// Where the page's own edges of a playhead are, from the top and from the bottom.
const ENDS: (f64, f64) = (2.0, 4.0);
/// Radius of its knob.
const KNOB: f64 = 6.0;
/// How strongly it is drawn where a zoomed axis does not reach.
const FAINT: f64 = 0.35;

/// What the frames need of the last render.
#[derive(Clone, Default)]
pub struct Ground {
    /// Which pixel is when.
    pub axis: Option<Axis>,
    /// Width and height of the timeline.
    pub size: (f32, f32),
    /// Colours.
    pub palette: Rc<Palette>,
}

/// What is drawn: where, and whether the axis reaches there.
#[derive(Clone, Copy, PartialEq)]
struct Spot {
    x: f32,
    is_on: bool,
}

#[derive(Default)]
struct Drawn {
    /// Where the element stands; `None` while the canvas stands for it.
    element: Option<Spot>,
    canvas: Option<Spot>,
    pen: Option<CanvasRenderingContext2d>,
    size: (f32, f32),
}

/// Moves the playhead in each frame: the element while time stands or somebody has it focused, else the canvas.
#[hook]
pub fn use_playhead(element: &NodeRef, canvas: &NodeRef, clock: &StageClock, ground: Ground) {
    let shown = use_mut_ref(Ground::default);
    *shown.borrow_mut() = ground;
    use_effect_with((), {
        let (element, canvas, clock) = (element.clone(), canvas.clone(), clock.clone());
        move |()| {
            let raf: Rc<RefCell<Option<Raf>>> = Rc::default();
            let drawn = RefCell::new(Drawn::default());
            let on_frame = {
                let raf = raf.clone();
                Callback::from(move |_: f64| {
                    let ground = shown.borrow();
                    if let (Some(axis), Some(element), Some(canvas)) =
                        (ground.axis, element.cast::<HtmlElement>(), canvas.cast::<HtmlCanvasElement>())
                    {
                        let now_us = clock.time_us();
                        let x = ((NAMES + axis.x(now_us).min(axis.width)) * 2.0).round() / 2.0;
                        // Where a zoomed axis does not reach, it stands faintly at the end that is nearer.
                        let spot = Spot { x, is_on: (axis.from_us..=axis.to_us).contains(&now_us) };
                        let moves = (clock.rate() > 0.0 || clock.live().is_some()) && !is_focused(&element);
                        drawn.borrow_mut().show(spot, moves, &element, &canvas, &ground);
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

fn is_focused(element: &HtmlElement) -> bool {
    let active = window().and_then(|window| window.document()).and_then(|document| document.active_element());
    active.is_some_and(|active| active.is_same_node(Some(element)))
}

impl Drawn {
    fn show(&mut self, spot: Spot, moves: bool, element: &HtmlElement, canvas: &HtmlCanvasElement, ground: &Ground) {
        let set = |name: &str, value: &str| {
            let _ = element.style().set_property(name, value);
        };
        if !moves {
            if self.element != Some(spot) {
                self.element = Some(spot);
                set("transform", &format!("translateX({}px)", spot.x));
                set("opacity", if spot.is_on { "1" } else { "0.35" });
            }
            if let Some(canvas) = self.canvas.take() {
                self.clear(canvas);
            }
            return;
        }
        if self.element.take().is_some() {
            set("opacity", "0");
        }
        if self.pen.is_none() || self.size != ground.size {
            (self.pen, self.size) = (pen(canvas, ground.size.0, ground.size.1), ground.size);
        }
        if self.canvas != Some(spot) {
            if let Some(old) = self.canvas.replace(spot) {
                self.clear(old);
            }
            self.draw(spot, &ground.palette);
        }
    }

    fn clear(&self, spot: Spot) {
        if let Some(pen) = &self.pen {
            pen.clear_rect(f64::from(spot.x) - KNOB - 1.0, 0.0, 2.0 * KNOB + 2.0, f64::from(self.size.1));
        }
    }

    fn draw(&self, spot: Spot, palette: &Palette) {
        let Some(pen) = &self.pen else { return };
        let (x, height) = (f64::from(spot.x), f64::from(self.size.1));
        pen.set_global_alpha(if spot.is_on { 1.0 } else { FAINT });
        pen.set_fill_style_str(&palette.accent);
        pen.begin_path();
        pen.rect(x - 1.0, ENDS.0, 2.0, height - ENDS.0 - ENDS.1);
        let _ = pen.arc(x, ENDS.0 + KNOB, KNOB, 0.0, std::f64::consts::TAU);
        pen.fill();
    }
}
