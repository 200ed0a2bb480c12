//! Nobody who works by keyboard is left without the focus: where what had it goes away or can no longer be pressed, the
//! nearest thing that is still there takes it. Whoever points needs none: the next key would do something unforeseen.
//!
//! Left out: what gives the focus a better place of its own, like a dialog that closes or a list that scrolls.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{AddEventListenerOptions, Document, Element, Event, HtmlElement, SvgElement, window};

/// What the Tab key stops at.
const STOPS: &str = r#"button:not(:disabled, [tabindex="-1"]), input:not(:disabled), select:not(:disabled), textarea, summary, a[href], [tabindex="0"]"#;
/// Parts of the page, each of which can have the focus itself.
const PARTS: &str = "section, nav, dialog, [role=status]";
/// The part that shows a lens.
const STAGE: &str = "stage";
/// After a click, elements are as they stay within so many milliseconds.
const SETTLED_MS: u32 = 40;

/// What had the focus last and its ancestors, each with its place among its parent's children.
type Way = Rc<RefCell<Vec<(Element, u32)>>>;

/// Remembers who has the focus, and passes it on.
pub struct Keeper {
    way: Way,
}

impl Keeper {
    /// Listens from here on, for as long as the page lives.
    pub fn listen() -> Keeper {
        let way = Way::default();
        let points = Rc::new(Cell::new(false));
        on("pointerdown", &way, {
            let points = points.clone();
            move |way, _| {
                points.set(true);
                way.borrow_mut().clear();
            }
        });
        on("keydown", &way, {
            let points = points.clone();
            move |way, at| {
                if points.replace(false) {
                    *way.borrow_mut() = way_to(at);
                }
            }
        });
        on("focusin", &way, move |way, at| {
            if !points.get() {
                *way.borrow_mut() = way_to(at);
            }
        });
        on("click", &way, |way, _| {
            let way = way.clone();
            Timeout::new(SETTLED_MS, move || keep(&way, true)).forget();
        });
        Keeper { way }
    }

    /// After a render. `hidden`: parts of the page may have gone out of sight, which takes a layout to see.
    pub fn keep(&self, hidden: bool) {
        keep(&self.way, hidden);
    }
}

fn on(event: &str, way: &Way, act: impl Fn(&Way, &Element) + 'static) {
    let way = way.clone();
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if let Some(at) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            act(&way, &at);
        }
    });
    let options = AddEventListenerOptions::new();
    options.set_capture(true);
    if let Some(document) = document() {
        let listener = closure.as_ref().unchecked_ref();
        let _ = document.add_event_listener_with_callback_and_add_event_listener_options(event, listener, &options);
    }
    closure.forget();
}

fn way_to(at: &Element) -> Vec<(Element, u32)> {
    std::iter::successors(Some(at.clone()), |element| element.parent_element())
        .map(|element| {
            let before = std::iter::successors(element.previous_element_sibling(), Element::previous_element_sibling);
            let place = before.count() as u32;
            (element, place)
        })
        .collect()
}

fn keep(way: &Way, hidden: bool) {
    let active = document().and_then(|document| document.active_element());
    let next = {
        let way = way.borrow();
        let Some((had, _)) = way.first() else { return };
        let is_body =
            active.as_ref().is_none_or(|active| active.parent_element().is_none_or(|up| up.tag_name() == "HTML"));
        let has = active.as_ref() == Some(had);
        let is_there = had.is_connected() && !had.matches(":disabled").unwrap_or(false);
        if !(is_body || has) || is_there && (!hidden || is_shown(had)) {
            return;
        }
        next(&way)
    };
    if let Some(next) = next {
        focus(&next);
    }
}

/// From the inside out: what follows among the siblings of what was lost, else what precedes it; of a whole part that
/// was lost, what stands in its place, else the part around it.
fn next(way: &[(Element, u32)]) -> Option<Element> {
    for pair in way.windows(2) {
        let [(child, place), (parent, _)] = pair else { continue };
        if parent.matches(".app").unwrap_or(true) {
            break;
        }
        if !parent.is_connected() {
            continue;
        }
        let own = Some(parent).filter(|parent| is_shown(parent));
        let children = parent.children();
        let stays = child.is_connected();
        if is_part(child) && !(stays && is_shown(child)) {
            let others = (0..children.length()).filter_map(|at| children.item(at));
            let part = children.item(*place).into_iter().chain(others).find(|one| is_part(one) && is_shown(one));
            if let Some(part) = part.or_else(|| own.cloned().filter(is_part)) {
                return Some(heading(part));
            }
            continue;
        }
        // With a lens everything around the focus is gone; a button of the next one would take the Space that plays.
        if parent.id() == STAGE {
            return Some(heading(parent.clone()));
        }
        if let Some(own) = own.filter(|own| own.matches(STOPS).unwrap_or(false)) {
            return Some(own.clone());
        }
        let after =
            (place + u32::from(stays)..children.length()).filter_map(|at| stops(&children.item(at)?).first().cloned());
        let before = (0..*place).rev().filter_map(|at| stops(&children.item(at)?).last().cloned());
        if let Some(stop) = after.chain(before).next() {
            return Some(stop);
        }
        if let Some(part) = own.filter(|own| is_part(own)) {
            return Some(heading(part.clone()));
        }
    }
    let document = document()?;
    [STAGE, "left"].into_iter().filter_map(|id| document.get_element_by_id(id)).find(is_shown).map(heading)
}

/// What the Tab key stops at in it, itself included.
fn stops(within: &Element) -> Vec<Element> {
    let own = within.matches(STOPS).unwrap_or(false).then(|| within.clone());
    let found = within.query_selector_all(STOPS).ok();
    let found = found.iter().flat_map(|found| (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()));
    let reached = |stop: &Element| is_shown(stop) && stop.closest("[inert]").ok().flatten().is_none();
    own.into_iter().chain(found).filter(reached).collect()
}

/// The heading of a part that is made to be focused, else the part itself.
fn heading(part: Element) -> Element {
    if let Ok(Some(heading)) = part.query_selector(r#"h2[tabindex="-1"]"#) {
        return heading;
    }
    if !part.has_attribute("tabindex") {
        let _ = part.set_attribute("tabindex", "-1");
    }
    part
}

fn is_part(element: &Element) -> bool {
    element.matches(PARTS).unwrap_or(false)
}

fn is_shown(element: &Element) -> bool {
    let size = element.get_bounding_client_rect();
    size.width() > 0.0 && size.height() > 0.0
}

fn document() -> Option<Document> {
    window().and_then(|window| window.document())
}

/// Gives an element the focus.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    } else if let Some(element) = element.dyn_ref::<SvgElement>() {
        let _ = element.focus();
    }
}

/// The same by `id`.
pub fn focus_id(id: &str) {
    if let Some(element) = document().and_then(|document| document.get_element_by_id(id)) {
        focus(&element);
    }
}
