//! Partitions' strips, their marks and their lag on a canvas, for while they change in every frame.
//!
//! A strip of elements costs style, layout and paint for each record, and nobody can point at one of two hundred a
//! second; so while all of them change faster than can be read ([`StageClock::live`]) the elements wait unseen and this
//! shows the same in the same places, a few of the rows that changed in each frame. Left out: everything of a row that stays as it
//! is, which goes on being elements.
//!
//! [`StageClock::live`]: crate::stage_api::StageClock::live

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    sim::Map,
    view::{
        geometry::{
            Density, Rect, StageLayout, TopicRows,
            row_marks::RowMarks,
            strip::{RowGeom, Window, offset_stride, offsets_apart},
        },
        model::{GroupMark, KeyMark, PartitionView, ViewModel},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::{palette::Palette, pen};
use crate::stage::{
    cells::key_mark,
    row::{LAG_NOTICED, shown_lags},
};

/// Rows painted in a frame at the least.
const ROWS: usize = 4;
/// Every row that changed has its turn within so many frames that paint.
const TURNS: usize = 4;
/// Line of the offsets under the cells.
const OFFSET_LINE: f32 = 14.0;
/// The same in a low row.
const OFFSET_LINE_COMPACT: f32 = 11.0;
/// Line of a lag.
const LAG_LINE: f64 = 20.0;
/// From a lag's text to its edge.
const LAG_PAD: f64 = 3.0;

/// What the canvas shows.
#[derive(Default)]
pub struct Rows {
    pen: Option<CanvasRenderingContext2d>,
    /// What each row shows, by topic and partition.
    shown: Map<(usize, usize), Rc<PartitionView>>,
    /// The picture of the last frame, and whether it waits to be painted.
    seen: Option<Rc<ViewModel>>,
    waited: bool,
    /// Whose turn it is.
    next: (usize, usize),
    keys: Rc<Vec<KeyMark>>,
    layout: Option<Rc<StageLayout>>,
    /// Width, height and scroll position.
    sight: (f32, f32, f32),
    sprites: Map<(Option<u16>, bool, Density), HtmlCanvasElement>,
}

impl Rows {
    /// Colours have changed: everything is painted anew.
    pub fn forget(&mut self) {
        self.pen = None;
        self.sprites.clear();
    }

    /// Shows the rows of a picture; `None`: nothing.
    pub fn show(
        &mut self,
        canvas: &HtmlCanvasElement,
        live: Option<&Rc<ViewModel>>,
        layout: &Rc<StageLayout>,
        sight: (f32, f32, f32),
        style: (&Palette, Lang),
    ) {
        let Some(vm) = live else {
            if self.layout.take().is_some() {
                self.forget();
                self.shown.clear();
                self.seen = None;
                pen(canvas, 1.0, 1.0);
            }
            return;
        };
        let Some((left, width)) = column(layout) else { return };
        // A frame that brings a new picture pays for that; the next one paints it, if no other comes at once.
        let is_new = !self.seen.as_ref().is_some_and(|seen| Rc::ptr_eq(seen, vm));
        self.seen = Some(vm.clone());
        self.waited = is_new && !self.waited && self.pen.is_some();
        if self.waited {
            return;
        }
        if *self.keys != *vm.keys {
            self.keys = vm.keys.clone();
            self.forget();
        }
        let same_layout = self.layout.as_ref().is_some_and(|old| Rc::ptr_eq(old, layout));
        if self.pen.is_none() || !same_layout || self.sight != sight {
            self.shown.clear();
            self.pen = pen(canvas, width, sight.1);
            let _ = canvas.style().set_property("left", &format!("{left}px"));
            (self.layout, self.sight) = (Some(layout.clone()), sight);
        }
        let Some(pen) = self.pen.clone() else { return };
        let (_, height, top) = sight;
        let mut changed = Vec::new();
        for (at, (topic, place)) in vm.topics.iter().zip(&layout.cluster.topics).enumerate() {
            let TopicRows::Cells { rows, geom } = &place.rows else { continue };
            for (number, (view, rect)) in topic.partitions.iter().zip(rows).enumerate() {
                let is_same = self.shown.get(&(at, number)).is_some_and(|old| Rc::ptr_eq(old, view));
                if !is_same && rect.bottom() >= top && rect.y <= top + height {
                    let (x, y) = ((rect.x - left).round(), (rect.y - top).round());
                    changed.push(((at, number), Row { view, geom, x, y, width: rect.w }));
                }
            }
        }
        // In turn, so that each frame costs the same; those that show nothing yet at once.
        let room = ROWS.max(changed.len().div_ceil(TURNS));
        let next = changed.partition_point(|(row, _)| *row < self.next);
        let turns = changed[next..].iter().chain(&changed[..next]).enumerate();
        for (turn, (place, row)) in turns {
            if turn < room || !self.shown.contains_key(place) {
                row.paint(&pen, self, style);
                self.shown.insert(*place, row.view.clone());
                self.next = (place.0, place.1 + 1);
            }
        }
    }

    /// A record's square, painted once for each look.
    fn cell(
        &mut self,
        palette: &Palette,
        key: Option<u16>,
        visible: bool,
        geom: &RowGeom,
    ) -> Option<&HtmlCanvasElement> {
        let look = (key, visible, geom.density);
        if !self.sprites.contains_key(&look) {
            let document = web_sys::window()?.document()?;
            let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
            let pen = pen(&canvas, geom.cell, geom.cell)?;
            paint_cell(&pen, palette, key_mark(&self.keys, key), visible, geom);
            self.sprites.insert(look, canvas);
        }
        self.sprites.get(&look)
    }
}

/// Left edge and width of the rows.
fn column(layout: &StageLayout) -> Option<(f32, f32)> {
    let rows = layout.cluster.topics.iter().find_map(|topic| match &topic.rows {
        TopicRows::Cells { rows, .. } => rows.first(),
        _ => None,
    });
    rows.map(|row| (row.x.floor(), row.w.ceil() + 1.0))
}

/// A row and where it stands on the canvas.
struct Row<'a> {
    view: &'a Rc<PartitionView>,
    geom: &'a RowGeom,
    x: f32,
    y: f32,
    width: f32,
}

impl Row<'_> {
    fn paint(&self, pen: &CanvasRenderingContext2d, rows: &mut Rows, (palette, lang): (&Palette, Lang)) {
        let Row { view, geom, x, y, .. } = self;
        let window = Window::of(view, geom.slots);
        self.clear(pen);
        let strip = at(&geom.strip, *x, *y);
        pen.set_fill_style_str(&palette.track);
        pen.begin_path();
        let _ = pen.round_rect_with_f64(strip.0, strip.1, strip.2, strip.3, 7.0);
        pen.fill();
        self.cells(pen, rows, palette, &window);
        self.marks(pen, palette, &window, lang);
        self.lags(pen, palette, lang);
    }

    /// Everything but the label, which is an element.
    fn clear(&self, pen: &CanvasRenderingContext2d) {
        let Row { geom, x, y, width, .. } = self;
        let (left, top) = (geom.strip.x - 6.0, geom.strip.y - 4.0);
        let bottom = geom.marks_y + 11.0 * f32::from(geom.label_rows) + 2.0;
        let clear = |rect: Rect| {
            let (x, y, w, h) = at(&rect, *x, *y);
            pen.clear_rect(x, y, w, h);
        };
        clear(Rect { x: left, y: top, w: width - left - 1.0, h: bottom - top });
        clear(geom.lag);
    }

    fn cells(&self, pen: &CanvasRenderingContext2d, rows: &mut Rows, palette: &Palette, window: &Window) {
        let Row { view, geom, x, y, .. } = self;
        let cells = &view.cells[window.first..];
        let left = |slot: usize| (x + geom.strip.x + geom.pad + slot as f32 * geom.pitch).round();
        let top = y + geom.strip.y + geom.cell_top;
        let lead = usize::from(window.earlier);
        let edge = f64::from(geom.cell);
        for (slot, cell) in cells.iter().enumerate() {
            if let Some(sprite) = rows.cell(palette, cell.key, cell.visible, geom) {
                let (x, y) = (f64::from(left(slot + lead)), f64::from(top));
                let _ = pen.draw_image_with_html_canvas_element_and_dw_and_dh(sprite, x, y, edge, edge);
            }
        }
        let line = if geom.density == Density::Compact { OFFSET_LINE_COMPACT } else { OFFSET_LINE };
        let middle = f64::from(top + geom.cell + line / 2.0);
        pen.set_font(&palette.offset_font);
        pen.set_text_align("center");
        pen.set_text_baseline("middle");
        pen.set_fill_style_str(&palette.ink_2);
        let write = |slot: usize, offset: i64| {
            let _ = pen.fill_text(&offset.to_string(), f64::from(left(slot)) + edge / 2.0, middle);
        };
        if window.earlier {
            write(0, view.log_start);
        }
        let stride = offset_stride(view.log_end, geom.pitch);
        for (slot, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.offset % stride == 0) {
            let distance = (slot + 1) as f32 * geom.pitch;
            if !window.earlier || offsets_apart(view.log_start, cell.offset, distance) {
                write(slot + lead, cell.offset);
            }
        }
        if window.earlier {
            pen.set_font(letter_font(palette, geom));
            let _ = pen.fill_text("…", f64::from(left(0)) + edge / 2.0, f64::from(top) + edge / 2.0 + 0.5);
        }
    }

    fn marks(&self, pen: &CanvasRenderingContext2d, palette: &Palette, window: &Window, lang: Lang) {
        let Row { view, geom, x, y, .. } = self;
        let hw = stage::HW.with("n", view.high_watermark).plain(lang);
        let marks = RowMarks::of(view, geom, window, &hw);
        let color = |mark: usize| palette.groups[usize::from(view.marks[mark].color % 4)].as_str();
        let outline = |corners: &[(f32, f32); 3]| {
            pen.begin_path();
            for (at, (dx, dy)) in corners.iter().enumerate() {
                let (x, y) = (f64::from(x + dx), f64::from(y + dy));
                if at == 0 { pen.move_to(x, y) } else { pen.line_to(x, y) }
            }
            pen.close_path();
        };
        pen.set_text_align("left");
        pen.set_text_baseline("alphabetic");
        pen.set_line_width(1.4);
        for one in &marks.positions {
            outline(&one.triangle);
            pen.set_fill_style_str(&palette.surface);
            pen.fill();
            pen.set_stroke_style_str(color(one.mark));
            pen.stroke();
        }
        pen.set_font(&palette.offset_font);
        for one in &marks.committed {
            pen.set_fill_style_str(color(one.mark));
            outline(&one.triangle);
            pen.fill();
            if let Some((dx, dy, text)) = &one.label {
                let _ = pen.fill_text(text, f64::from(x + dx), f64::from(y + dy));
            }
        }
        let Some(rule) = &marks.high_watermark else { return };
        pen.set_stroke_style_str(&palette.ok);
        pen.set_line_width(2.0);
        pen.begin_path();
        pen.move_to(f64::from(x + rule.x), f64::from(y + rule.top));
        pen.line_to(f64::from(x + rule.x), f64::from(y + rule.bottom));
        pen.stroke();
        if let Some((dx, dy)) = rule.label {
            pen.set_font(&palette.rule_font);
            pen.set_fill_style_str(&palette.ok);
            let _ = pen.fill_text(&hw, f64::from(x + dx), f64::from(y + dy));
        }
    }

    fn lags(&self, pen: &CanvasRenderingContext2d, palette: &Palette, lang: Lang) {
        let Row { view, geom, x, y, .. } = self;
        let (lags, rest) = shown_lags(view, geom);
        let several = lags.len() + rest > 1;
        pen.set_font(&palette.lag_font);
        pen.set_text_align("right");
        pen.set_text_baseline("middle");
        let (left, top, width, _) = at(&geom.lag, *x, *y);
        let right = left + width - LAG_PAD;
        // One under the other; in a narrow row beside each other, from the right.
        let (mut to, mut middle) = (right, top + LAG_LINE / 2.0);
        let mut write = |text: &str, color: &str, swatch: Option<&str>| {
            pen.set_fill_style_str(color);
            let _ = pen.fill_text(text, to, middle);
            // The type is monospaced: six tenths of its height a character.
            let mut from = to - text.chars().count() as f64 * 7.2;
            if let Some(color) = swatch {
                from -= 14.0;
                pen.set_fill_style_str(color);
                pen.begin_path();
                pen.move_to(from + 5.0, middle - 4.0);
                pen.line_to(from + 10.0, middle + 4.0);
                pen.line_to(from, middle + 4.0);
                pen.fill();
            }
            if geom.stacked { to = from - 8.0 - 2.0 * LAG_PAD } else { middle += LAG_LINE }
        };
        let rest = (rest > 0).then(|| stage::LAG_MORE.with("n", rest).plain(lang));
        let one = |(mark, lag): &(&GroupMark, i64)| {
            let text = if several { lag.to_string() } else { stage::LAG.with("n", *lag).plain(lang) };
            let color = if *lag >= LAG_NOTICED { &palette.warn } else { &palette.ink_2 };
            (text, color, several.then(|| palette.groups[usize::from(mark.color % 4)].as_str()))
        };
        let mut texts: Vec<_> = lags.iter().map(one).collect();
        texts.extend(rest.map(|text| (text, &palette.ink_2, None)));
        if geom.stacked {
            texts.reverse();
        }
        for (text, color, swatch) in &texts {
            write(text, color, *swatch);
        }
    }
}

/// A part of a row on the canvas: left, top, width, height.
fn at(rect: &Rect, x: f32, y: f32) -> (f64, f64, f64, f64) {
    (f64::from(x + rect.x), f64::from(y + rect.y), f64::from(rect.w), f64::from(rect.h))
}

fn letter_font<'a>(palette: &'a Palette, geom: &RowGeom) -> &'a str {
    match geom.density {
        Density::Roomy => &palette.letter_fonts[0],
        Density::Cosy => &palette.letter_fonts[1],
        Density::Compact => &palette.letter_fonts[2],
    }
}

/// A record as the style sheet draws it (`.c`): filled, or dashed while it is above the high watermark; past eight keys
/// with a ring, a notch, or both.
fn paint_cell(
    pen: &CanvasRenderingContext2d,
    palette: &Palette,
    mark: Option<&KeyMark>,
    visible: bool,
    geom: &RowGeom,
) {
    let edge = f64::from(geom.cell);
    let radius = if geom.density == Density::Compact { 4.0 } else { 5.0 };
    let color = mark.map_or(palette.ink_3.as_str(), |mark| palette.keys[usize::from(mark.color % 8)].as_str());
    let ring = mark.map_or(0, |mark| mark.ring);
    if ring & 2 == 2 {
        pen.begin_path();
        for (at, (x, y)) in [(0.0, 0.0), (edge - 9.0, 0.0), (edge, 9.0), (edge, edge), (0.0, edge)].iter().enumerate() {
            if at == 0 { pen.move_to(*x, *y) } else { pen.line_to(*x, *y) }
        }
        pen.clip();
    }
    let square = |inset: f64, radius: f64| {
        pen.begin_path();
        let _ = pen.round_rect_with_f64(inset, inset, edge - 2.0 * inset, edge - 2.0 * inset, radius);
    };
    square(0.0, radius);
    let ink = if visible {
        pen.set_fill_style_str(color);
        pen.fill();
        mark.map_or(palette.surface.as_str(), |mark| palette.key_inks[usize::from(mark.color % 8)].as_str())
    } else {
        pen.set_fill_style_str(&palette.surface);
        pen.fill();
        square(1.0, radius - 1.0);
        pen.set_stroke_style_str(color);
        pen.set_line_width(2.0);
        let _ = pen.set_line_dash(&js_sys::Array::of2(&4.0.into(), &3.0.into()));
        pen.stroke();
        let _ = pen.set_line_dash(&js_sys::Array::new());
        palette.ink_1.as_str()
    };
    if ring & 1 == 1 {
        square(2.75, radius - 2.0);
        pen.set_stroke_style_str(ink);
        pen.set_line_width(1.5);
        pen.stroke();
    }
    let Some(mark) = mark else { return };
    pen.set_font(letter_font(palette, geom));
    pen.set_text_align("center");
    pen.set_text_baseline("middle");
    pen.set_fill_style_str(ink);
    let _ = pen.fill_text(&mark.letter, edge / 2.0, edge / 2.0 + 0.5);
}
