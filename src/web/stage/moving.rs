//! From one lens to the other each strip moves to its new place, so that a class sees that they are the same thing.
//!
//! Before the lens changes, [`Left`] notes where its strips stand. When the new lens has its places, a copy of each new
//! strip goes from the old place of its partition to its own, above everything, while the strip itself waits unseen.
//! Nothing of it can be reached by keyboard or is told to a screen reader, and with reduced motion nothing moves.

use std::{cell::RefCell, rc::Rc};

use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DomRect, Element, HtmlElement, window};
use yew::prelude::*;

use crate::clock::Raf;

/// How long a strip is on its way.
const WAY_MS: u32 = 360;
/// With more strips nobody could follow any of them.
const STRIPS_MAX: usize = 96;

/// Where strips stood, by the names of their partitions; of several replicas each.
#[derive(Clone, Default)]
pub struct Left(Rc<RefCell<Vec<Stood>>>);

struct Stood {
    name: String,
    rect: DomRect,
    /// Edge of its cells.
    cell: f64,
}

impl PartialEq for Left {
    fn eq(&self, other: &Left) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Left {
    /// Notes where the strips of the page stand now.
    pub fn note(&self) {
        let document = window().and_then(|window| window.document());
        let root = document.and_then(|document| document.query_selector(".stage").ok().flatten());
        *self.0.borrow_mut() = root.map_or_else(Vec::new, |root| strips(&root).into_iter().map(|one| one.1).collect());
    }

    fn take(&self) -> Vec<Stood> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

/// The strips in sight below an element, with the rows that they are in.
fn strips(root: &Element) -> Vec<(Element, Stood)> {
    let Ok(rows) = root.query_selector_all("[data-strip]") else { return Vec::new() };
    let sight = root.get_bounding_client_rect();
    (0..rows.length())
        .filter_map(|at| {
            let row = rows.item(at)?.dyn_into::<Element>().ok()?;
            let strip = row.query_selector(".strip").ok()??;
            let rect = strip.get_bounding_client_rect();
            let seen = rect.bottom() > sight.top() && rect.top() < sight.bottom();
            let cell = strip.query_selector(".c").ok()?.map_or(24.0, |cell| cell.get_bounding_client_rect().width());
            let name = row.get_attribute("data-strip")?;
            seen.then_some((row, Stood { name, rect, cell }))
        })
        .collect()
}

/// Lets the strips of a lens arrive once it has its places.
#[hook]
pub fn use_arrival(root: &NodeRef, left: &Left, placed: bool) {
    let raf = use_mut_ref(|| None::<Raf>);
    use_effect_with(placed, {
        let (root, left) = (root.clone(), left.clone());
        move |placed: &bool| {
            if *placed {
                // After the strips have their places, before they are seen.
                let frame = Raf::new(Callback::from(move |_| {
                    let stood = left.take();
                    if let Some(root) = root.cast::<HtmlElement>().filter(|_| !stood.is_empty() && !reduced()) {
                        arrive(&root, &stood);
                    }
                }));
                frame.request();
                *raf.borrow_mut() = Some(frame);
            }
        }
    });
}

fn reduced() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

fn arrive(root: &HtmlElement, stood: &[Stood]) -> Option<()> {
    let document = root.owner_document()?;
    let parent = root.parent_element()?;
    if let Some(before) = parent.query_selector(".moving-layer").ok()? {
        before.remove();
    }
    let layer: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    layer.set_class_name("stage moving-layer");
    let _ = layer.set_attribute("aria-hidden", "true");
    let _ = layer.set_attribute("inert", "");
    let origin = root.get_bounding_client_rect();
    let mut moved = 0;
    for (row, at) in strips(root) {
        for from in stood.iter().filter(|stood| stood.name == at.name) {
            if moved < STRIPS_MAX && send(&layer, &row, &origin, from, &at).is_some() {
                moved += 1;
            }
        }
    }
    if moved == 0 || moved == STRIPS_MAX {
        return None;
    }
    parent.append_child(&layer).ok()?;
    for (element, from) in
        (0..layer.children().length()).filter_map(|at| layer.children().item(at)).filter_map(|copy| {
            let from = copy.get_attribute("data-from")?;
            Some((copy, from))
        })
    {
        animate(&element, &from);
    }
    let _ = root.set_attribute("data-moving", "");
    let root = root.clone();
    Timeout::new(WAY_MS, move || {
        layer.remove();
        let _ = root.remove_attribute("data-moving");
    })
    .forget();
    Some(())
}

/// A copy of a strip in its new place, with the way that it has to go.
fn send(layer: &HtmlElement, row: &Element, origin: &DomRect, from: &Stood, to: &Stood) -> Option<()> {
    let document = layer.owner_document()?;
    let copy: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    copy.set_class_name(&format!("{} moving-strip", row.class_name()));
    let strip: HtmlElement = row.query_selector(".strip").ok()??.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    for name in ["left", "top", "width", "height"] {
        let _ = strip.style().remove_property(name);
    }
    copy.append_child(&strip).ok()?;
    let style = copy.style();
    let place = [
        ("left", to.rect.left() - origin.left()),
        ("top", to.rect.top() - origin.top()),
        ("width", to.rect.width()),
        ("height", to.rect.height()),
    ];
    for (name, value) in place {
        let _ = style.set_property(name, &format!("{value}px"));
    }
    let (dx, dy) = (from.rect.left() - to.rect.left(), from.rect.top() - to.rect.top());
    let scale = if to.cell > 0.0 { from.cell / to.cell } else { 1.0 };
    let _ = copy.set_attribute("data-from", &format!("translate({dx:.1}px, {dy:.1}px) scale({scale:.3})"));
    layer.append_child(&copy).ok().map(|_| ())
}

/// Through the browser's own animations, which the page's content security policy does not concern.
fn animate(element: &Element, from: &str) -> Option<()> {
    let frame = |transform: &str| {
        let frame = Object::new();
        let _ = Reflect::set(&frame, &"transform".into(), &transform.into());
        frame
    };
    let options = Object::new();
    let _ = Reflect::set(&options, &"duration".into(), &JsValue::from(WAY_MS));
    let _ = Reflect::set(&options, &"easing".into(), &"cubic-bezier(0.3, 0.7, 0.2, 1)".into());
    let function = Reflect::get(element, &"animate".into()).ok()?.dyn_into::<Function>().ok()?;
    function.call2(element, &Array::of2(&frame(from), &frame("none")), &options).ok().map(|_| ())
}
