//! Arrow keys inside a strip: the strip is one stop of the Tab key, its cells and the high watermark are reached from
//! there. When the cell that has the focus scrolls out of sight, [`super::cells`] gives the focus back to the strip.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::focus::focus;

/// What arrow keys move between, in order: the cells, then the high watermark.
fn items(strip: &Element) -> Vec<Element> {
    let mut items = Vec::new();
    let mut collect = |root: &Element, selector: &str| {
        if let Ok(found) = root.query_selector_all(selector) {
            items.extend((0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<Element>().ok()));
        }
    };
    collect(strip, "button");
    if let Some(row) = strip.parent_element() {
        collect(&row, "[data-do=hw]");
    }
    items
}

/// Moves the focus along the strip that a key was pressed in.
pub fn step(event: &KeyboardEvent) {
    let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    let row = at.closest(".row, .copy").ok().flatten();
    let Some(strip) = row.and_then(|row| row.query_selector(".strip").ok().flatten()) else { return };
    let items = items(&strip);
    let here = items.iter().position(|item| *item == at);
    if here.is_none() && at != strip {
        return;
    }
    let last = items.len().saturating_sub(1);
    let next = match (event.key().as_str(), here) {
        ("ArrowLeft", Some(here)) => items.get(here.saturating_sub(1)),
        ("ArrowRight", Some(here)) => items.get((here + 1).min(last)),
        ("ArrowLeft" | "ArrowRight", None) | ("End", _) => items.last(),
        ("Home", _) => items.first(),
        ("Escape", Some(_)) => Some(&strip),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(item) = next {
        focus(item);
    }
}
