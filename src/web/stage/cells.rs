//! The cells of a strip: one button a record, its key as colour and letter, its offset under it.
//!
//! They are the most numerous thing on the page and the one that changes most often, so they are not rendered but
//! kept: after each step only the cells that came, went or became visible are touched. A cell is a single element; the
//! offset under it is drawn by the style sheet from an attribute, and class names come from a table.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::strip::{RowGeom, Window, offset_stride, offsets_apart},
        model::{Cell, KeyMark, PartitionView},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlElement};
use yew::prelude::*;

use super::spot::use_rect;

macro_rules! classes_of_key {
    ($($key:literal)*) => {
        [$([
            concat!("c k", $key), concat!("c hid k", $key), concat!("c r1 k", $key), concat!("c r1 hid k", $key),
            concat!("c r2 k", $key), concat!("c r2 hid k", $key), concat!("c r3 k", $key), concat!("c r3 hid k", $key),
        ]),*]
    };
}

/// Class names by colour, then ring and visibility.
static CLASSES: [[&str; 8]; 8] = classes_of_key!(0 1 2 3 4 5 6 7);

/// Class names of a cell.
fn class(mark: Option<&KeyMark>, visible: bool) -> &'static str {
    match (mark, visible) {
        (Some(mark), _) => CLASSES[usize::from(mark.color % 8)][usize::from(mark.ring % 4) * 2 + usize::from(!visible)],
        (None, true) => "c kn",
        (None, false) => "c hid kn",
    }
}

/// The mark of a key, by its index in the picture's keys.
pub fn key_mark(keys: &[KeyMark], key: Option<u16>) -> Option<&KeyMark> {
    key.and_then(|key| keys.get(usize::from(key)))
}

/// Properties of [`Strip`].
#[derive(Clone, Properties, PartialEq)]
pub struct StripProps {
    /// The partition.
    pub view: Rc<PartitionView>,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// What stands where.
    pub geom: Rc<RowGeom>,
    /// Which records are in sight.
    pub window: Window,
    /// The strip in words.
    pub label: AttrValue,
    /// Language of all text.
    pub lang: Lang,
}

/// The strip of a partition's row.
#[component]
pub fn Strip(props: &StripProps) -> Html {
    let node = use_rect(props.geom.strip);
    let cells = use_mut_ref(Cells::default);
    use_effect_with(props.clone(), {
        let node = node.clone();
        move |props: &StripProps| {
            if let Some(strip) = node.cast::<HtmlElement>() {
                cells.borrow_mut().show(&strip, props);
            }
        }
    });
    html! { <div class="at strip" ref={node} role="group" tabindex="0" aria-label={props.label.clone()}></div> }
}

/// What stands in a strip now.
#[derive(Default)]
struct Cells {
    shown: Vec<Shown>,
    /// The mark of older records out of sight, and the offset under it.
    earlier: Option<(i64, HtmlElement)>,
    lang: Lang,
}

struct Shown {
    cell: Cell,
    class: &'static str,
    letter: String,
    written: bool,
    element: HtmlElement,
}

impl Cells {
    fn show(&mut self, strip: &HtmlElement, props: &StripProps) {
        let StripProps { view, geom, window, lang, .. } = props;
        let Some(document) = strip.owner_document() else { return };
        if self.lang != *lang {
            self.lang = *lang;
            self.shown.drain(..).for_each(|shown| shown.element.remove());
            self.earlier.take().into_iter().for_each(|(_, element)| element.remove());
        }
        let wanted = &view.cells[window.first..];
        let first = wanted.first().map(|cell| cell.offset);
        let focused = document.active_element();
        let mut lost_focus = false;
        self.shown.retain(|shown| {
            // Gone at the left, or cut off or compacted away.
            let stays = first.is_some_and(|first| shown.cell.offset >= first)
                && wanted.binary_search_by_key(&shown.cell.offset, |cell| cell.offset).is_ok();
            if !stays {
                lost_focus |= focused.as_ref().is_some_and(|focused| **focused == **shown.element);
                shown.element.remove();
            }
            stays
        });
        self.show_earlier(&document, strip, props);
        let stride = offset_stride(view.log_end, geom.pitch);
        for (at, cell) in wanted.iter().enumerate() {
            let clear = !window.earlier || offsets_apart(view.log_start, cell.offset, (at + 1) as f32 * geom.pitch);
            let written = clear && cell.offset % stride == 0;
            match self.shown.get_mut(at) {
                Some(shown) if shown.cell.offset == cell.offset => shown.update(cell, props, written),
                _ => {
                    let Some(shown) = Shown::new(&document, cell, props, written) else { return };
                    let before = self.shown.get(at).map(|next| &next.element);
                    let _ = strip.insert_before(&shown.element, before.map(|element| element.as_ref()));
                    self.shown.insert(at, shown);
                }
            }
        }
        if lost_focus {
            let _ = strip.focus();
        }
    }

    fn show_earlier(&mut self, document: &Document, strip: &HtmlElement, props: &StripProps) {
        let StripProps { view, window, lang, .. } = props;
        match (&mut self.earlier, window.earlier) {
            (None, false) => {}
            (Some((_, element)), false) => {
                element.remove();
                self.earlier = None;
            }
            (Some((offset, _)), true) if *offset == view.log_start => {}
            (_, true) => {
                let element = match self.earlier.take() {
                    Some((_, element)) => Some(element),
                    None => document.create_element("span").ok().and_then(|element| element.dyn_into().ok()),
                };
                let Some(element): Option<HtmlElement> = element else { return };
                element.set_class_name("c earlier");
                element.set_text_content(Some("…"));
                let _ = element.set_attribute("data-o", &view.log_start.to_string());
                element.set_title(&stage::EARLIER.with("offset", view.log_start).plain(*lang));
                let _ = strip.insert_before(&element, strip.first_child().as_ref());
                self.earlier = Some((view.log_start, element));
            }
        }
    }
}

impl Shown {
    fn new(document: &Document, cell: &Cell, props: &StripProps, written: bool) -> Option<Shown> {
        let element: HtmlElement = document.create_element("button").ok()?.dyn_into().ok()?;
        let _ = element.set_attribute("type", "button");
        element.set_tab_index(-1);
        let _ = element.set_attribute("value", &cell.offset.to_string());
        // Nothing of a new element is right yet: what differs is set.
        let unset = Cell { offset: cell.offset, key: cell.key, visible: !cell.visible };
        let mut shown = Shown { cell: unset, class: "", letter: String::new(), written: false, element };
        shown.update(cell, props, written);
        Some(shown)
    }

    fn update(&mut self, cell: &Cell, props: &StripProps, written: bool) {
        let mark = key_mark(&props.keys, cell.key);
        let class = class(mark, cell.visible);
        if self.class != class {
            self.class = class;
            self.element.set_class_name(class);
        }
        // A cell without a letter keeps its line, so that the offset stays under it.
        let letter = mark.map_or("\u{a0}", |mark| &mark.letter);
        if self.letter != letter {
            letter.clone_into(&mut self.letter);
            self.element.set_text_content(Some(letter));
        }
        if self.written != written {
            self.written = written;
            let _ = match written {
                true => self.element.set_attribute("data-o", &cell.offset.to_string()),
                false => self.element.remove_attribute("data-o"),
            };
        }
        if self.cell != *cell {
            let key = mark.map_or(stage::CELL_NO_KEY.source(props.lang), |mark| &mark.key);
            let hidden = if cell.visible { "" } else { stage::CELL_HIDDEN.source(props.lang) };
            let stop = if cell.visible { "" } else { "; " };
            self.element.set_title(&format!("{}: {key}{stop}{hidden}", cell.offset));
            let _ = self.element.set_attribute("data-do", if cell.visible { "cell" } else { "new" });
            self.cell.clone_from(cell);
        }
    }
}
