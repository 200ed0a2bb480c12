//! The keyboard within a lens: a chart is one stop of the Tab key, arrow keys move between its marks.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

use crate::focus::focus;

/// What was pressed or clicked, or its nearest ancestor, that has a mark's number.
pub fn marked(event: &Event) -> Option<(Element, usize)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-i]").ok()??;
    let number = element.get_attribute("data-i")?.parse().ok()?;
    Some((element, number))
}

/// What a chart that is all drawn listens to: a click on a mark, or Enter and space, do what the mark is for; other keys move.
#[hook]
pub fn use_marks(act: Callback<(Element, usize)>) -> (Callback<MouseEvent>, Callback<KeyboardEvent>) {
    let onclick = use_callback(act.clone(), |event: MouseEvent, act| {
        if let Some(marked) = marked(&event) {
            act.emit(marked);
        }
    });
    let onkeydown = use_callback(act, |event: KeyboardEvent, act| {
        if !press(&event, act) {
            step(&event);
        }
    });
    (onclick, onkeydown)
}

/// Enter and space on a mark do what it is for; true if it was that.
pub fn press(event: &KeyboardEvent, act: &Callback<(Element, usize)>) -> bool {
    let pressed = matches!(event.key().as_str(), "Enter" | " ");
    let Some(marked) = marked(event).filter(|_| pressed) else { return false };
    event.prevent_default();
    act.emit(marked);
    true
}

fn row(element: &Element) -> i32 {
    element.get_attribute("data-row").and_then(|row| row.parse().ok()).unwrap_or(0)
}

/// Moves the focus within a chart: along a row, and from row to row to what is nearest. Returns whether the key was
/// one that moves.
pub fn step(event: &KeyboardEvent) -> bool {
    let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return false };
    let Some(chart) = at.closest(".chart-keys").ok().flatten() else { return false };
    let Ok(found) = chart.query_selector_all("[data-i]") else { return false };
    let mut items: Vec<Element> = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect();
    let number = |item: &Element| item.get_attribute("data-i").and_then(|number| number.parse::<u64>().ok());
    kafkascope::sim::sort_by(&mut items, |a, b| number(a).cmp(&number(b)));
    let here = items.iter().position(|item| *item == at);
    let last = items.len().saturating_sub(1);
    let next = match (event.key().as_str(), here) {
        ("Home", _) => items.first(),
        ("ArrowDown" | "ArrowRight", None) if at == chart => items.first(),
        ("End", _) => items.last(),
        ("ArrowLeft", Some(here)) => items.get(here.saturating_sub(1)),
        ("ArrowRight", Some(here)) => items.get((here + 1).min(last)),
        ("ArrowUp", Some(_)) => nearest(&items, &at, -1),
        ("ArrowDown", Some(_)) => nearest(&items, &at, 1),
        ("Escape", Some(_)) => Some(&chart),
        _ => return false,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(item) = next {
        focus(item);
    }
    true
}

/// What is nearest in the next row up or down.
fn nearest<'a>(items: &'a [Element], at: &Element, way: i32) -> Option<&'a Element> {
    let here = row(at);
    let beyond = |item: &&Element| (row(item) - here).signum() == way;
    let next = items.iter().filter(beyond).map(|item| (row(item) - here).abs()).min()?;
    let x = at.get_bounding_client_rect().x();
    let off = |item: &&Element| (item.get_bounding_client_rect().x() - x).abs();
    items.iter().filter(|item| row(item) - here == next * way).min_by(|a, b| off(a).total_cmp(&off(b)))
}
