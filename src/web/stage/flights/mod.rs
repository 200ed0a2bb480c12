//! What changes in every frame, on two canvases over the stage: what flies, drawn anew at the place where the simulated
//! clock says it is, and not at all while nothing moves; and partitions' rows, while they change faster than can be
//! read. Hidden from the accessibility tree; the story says it all.

mod paint;
pub mod palette;
mod route;
mod rows;
mod scene;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use kafkascope::{i18n::Lang, view::model::ViewModel};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::prelude::*;

pub use self::route::Ground;
use self::{palette::use_theme, scene::Scene};
use crate::{clock::Raf, stage_api::StageClock};

/// Properties of [`Flights`].
#[derive(Properties, PartialEq)]
pub struct FlightsProps {
    /// The picture.
    pub vm: Rc<ViewModel>,
    /// Where everything stands.
    pub ground: Ground,
    /// Width and height in sight.
    pub size: (f32, f32),
    /// The element that scrolls.
    pub scroller: NodeRef,
    /// The moment to draw.
    pub clock: StageClock,
    /// Language of all text.
    pub lang: Lang,
}

/// The canvases.
#[component]
pub fn Flights(props: &FlightsProps) -> Html {
    let (rows, canvas) = (use_node_ref(), use_node_ref());
    let theme = use_theme();
    let scene = use_mut_ref(|| Scene::new(props.clock.clone()));
    use_effect_with((props.vm.clone(), props.ground.clone(), props.size, (theme, props.lang)), {
        let scene = scene.clone();
        move |(vm, ground, size, style): &(Rc<ViewModel>, Ground, (f32, f32), (u32, Lang))| {
            scene.borrow_mut().set(vm.clone(), ground.clone(), *size, *style);
        }
    });
    use_effect_with((), {
        let (rows, canvas, scene) = (rows.clone(), canvas.clone(), scene.clone());
        let scroller = props.scroller.clone();
        move |()| {
            let raf: Rc<RefCell<Option<Raf>>> = Rc::default();
            // Asking for the scroll position in a frame would make the browser lay the page out there and then.
            let top = Rc::new(Cell::new(0.0_f32));
            let scroller = scroller.cast::<Element>();
            let on_scroll = Closure::<dyn FnMut()>::new({
                let (top, scroller) = (top.clone(), scroller.clone());
                move || top.set(scroller.as_ref().map_or(0.0, |element| element.scroll_top() as f32))
            });
            if let Some(scroller) = &scroller {
                let _ = scroller.add_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref());
            }
            let on_frame = {
                let raf = raf.clone();
                Callback::from(move |now_ms: f64| {
                    if let (Some(rows), Some(canvas)) = (rows.cast(), canvas.cast::<HtmlCanvasElement>()) {
                        scene.borrow_mut().frame(&rows, &canvas, now_ms, top.get());
                    }
                    if let Some(raf) = raf.borrow().as_ref() {
                        raf.request();
                    }
                })
            };
            let frames = Raf::new(on_frame);
            frames.request();
            *raf.borrow_mut() = Some(frames);
            move || {
                drop(raf.borrow_mut().take());
                if let Some(scroller) = scroller {
                    let _ = scroller.remove_event_listener_with_callback("scroll", on_scroll.as_ref().unchecked_ref());
                }
            }
        }
    });
    html! {
        <div class="flights-box" aria-hidden="true">
            <canvas class="flights" ref={rows}></canvas>
            <canvas class="flights" ref={canvas}></canvas>
        </div>
    }
}

/// A context for a canvas of this size, sharp on this screen and empty; coordinates are CSS pixels.
pub fn pen(canvas: &HtmlCanvasElement, width: f32, height: f32) -> Option<CanvasRenderingContext2d> {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(1.0, 3.0);
    let pixels = |length: f32| (f64::from(length) * ratio).round().clamp(1.0, 16_000.0) as u32;
    let (w, h) = (pixels(width), pixels(height));
    if canvas.width() != w || canvas.height() != h {
        canvas.set_width(w);
        canvas.set_height(h);
        let style = canvas.style();
        let _ = style.set_property("width", &format!("{width}px"));
        let _ = style.set_property("height", &format!("{height}px"));
    }
    let pen = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    let _ = pen.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
    pen.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
    Some(pen)
}
