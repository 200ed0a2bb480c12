//! The cells of a strip: one button a record, its key as colour and letter, its offset under it.
//!
//! They are the most numerous thing on the page, so each is a single element: the offset is drawn by the style sheet
//! from an attribute, and class names come from a table.

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::strip::{RowGeom, Window, offset_stride},
        model::{Cell, KeyMark, PartitionView},
    },
};
use yew::{prelude::*, virtual_dom::Key};

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

/// The cells in sight, oldest first.
pub fn cells(view: &PartitionView, keys: &[KeyMark], geom: &RowGeom, window: Window, lang: Lang) -> Html {
    let stride = offset_stride(view.log_end, geom.pitch);
    let shown = &view.cells[window.first..];
    let mut list = Vec::with_capacity(shown.len() + 1);
    if window.earlier {
        let title = stage::EARLIER.with("offset", view.log_start).plain(lang);
        let at = AttrValue::from(view.log_start.to_string());
        list.push(html! { <span key="earlier" class="c earlier" data-o={at} {title}>{ "…" }</span> });
    }
    let newest = view.cells.last().map_or(0, |cell| cell.offset);
    for cell in shown {
        list.push(one(cell, key_mark(keys, cell.key), stride, newest, lang));
    }
    list.into_iter().collect()
}

fn one(cell: &Cell, mark: Option<&KeyMark>, stride: i64, newest: i64, lang: Lang) -> Html {
    let offset = AttrValue::from(cell.offset.to_string());
    let written = (newest - cell.offset) % stride == 0;
    let key = mark.map_or(stage::CELL_NO_KEY.source(lang), |mark| &mark.key);
    let title = if cell.visible {
        format!("{offset}: {key}")
    } else {
        format!("{offset}: {key}; {}", stage::CELL_HIDDEN.source(lang))
    };
    let letter = mark.map_or(AttrValue::Static(""), |mark| AttrValue::from(mark.letter.clone()));
    let under = written.then(|| offset.clone());
    html! {
        <button
            key={Key::from(cell.offset)}
            type="button"
            class={class(mark, cell.visible)}
            tabindex="-1"
            data-do={if cell.visible { "cell" } else { "new" }}
            value={offset}
            data-o={under}
            {title}
        >{ letter }</button>
    }
}
