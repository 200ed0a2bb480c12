//! How each kind of flight looks: records as cells, answers as dots, commits as triangles, group requests as diamonds.

use std::rc::Rc;

use kafkascope::sim::Map;
use kafkascope::view::{
    geometry::{Point, wire::Curve},
    model::{Flight, FlightKind, KeyMark, Place, ViewModel},
};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::palette::Palette;
use crate::stage::cells::key_mark;

/// A flash on a line.
pub struct Pulse {
    /// The line.
    pub curve: Rc<Curve>,
    /// Its colour.
    pub color: String,
}

/// Edge of a cell in flight.
const CELL: f64 = 22.0;
/// Edge of the picture of a cell, with its rim.
const SPRITE: f64 = 26.0;
/// From one cell to the next.
const PITCH: f32 = 24.0;

/// The colour that stands for a flight.
pub fn color<'a>(palette: &'a Palette, vm: &ViewModel, flight: &Flight) -> &'a str {
    match flight.kind {
        FlightKind::Produce | FlightKind::Consume | FlightKind::Replicate => {
            let mark = key_mark(&vm.keys, flight.cells.first().copied().flatten());
            mark.map_or(&palette.ink_3, |mark| &palette.keys[usize::from(mark.color % 8)])
        }
        FlightKind::ProduceAnswer => &palette.ok,
        FlightKind::Group | FlightKind::Commit => &palette.groups[group_color(vm, flight)],
    }
}

fn group_color(vm: &ViewModel, flight: &Flight) -> usize {
    let of = |place: &Place| match place {
        Place::Group(name) => vm.groups.iter().find(|group| group.group_id.as_ref() == Some(name)),
        Place::Consumer(name) => vm.groups.iter().find(|group| group.members.iter().any(|member| member.name == *name)),
        _ => None,
    };
    of(&flight.from).or_else(|| of(&flight.to)).map_or(0, |group| usize::from(group.color % 4))
}

/// Draws a flight this share of its way along.
pub fn flight(
    pen: &CanvasRenderingContext2d,
    palette: &Palette,
    sprites: &mut Sprites,
    vm: &ViewModel,
    flight: &Flight,
    curve: &Curve,
    share: f32,
) {
    match flight.kind {
        FlightKind::Produce | FlightKind::Consume => cells(pen, palette, sprites, vm, flight, curve, share),
        FlightKind::Replicate => {
            let at = curve.at(share);
            square(pen, at, 8.0, 2.0, color(palette, vm, flight), &palette.surface);
        }
        FlightKind::ProduceAnswer => dot(pen, curve.at(share), 4.0, &palette.ok, &palette.surface),
        FlightKind::Commit => {
            let (x, y) = xy(curve.at(share));
            shape(
                pen,
                &[(x, y - 6.0), (x + 6.0, y + 5.0), (x - 6.0, y + 5.0)],
                color(palette, vm, flight),
                &palette.surface,
            );
        }
        FlightKind::Group => {
            let (x, y) = xy(curve.at(share));
            let points = [(x, y - 6.5), (x + 6.5, y), (x, y + 6.5), (x - 6.5, y)];
            shape(pen, &points, color(palette, vm, flight), &palette.surface);
        }
    }
}

/// Records one behind the other, the first in front.
fn cells(
    pen: &CanvasRenderingContext2d,
    palette: &Palette,
    sprites: &mut Sprites,
    vm: &ViewModel,
    flight: &Flight,
    curve: &Curve,
    share: f32,
) {
    let behind = PITCH / curve.length().max(1.0);
    let count = flight.cells.len().max(1);
    for index in (0..count).rev() {
        let at = share - index as f32 * behind;
        if at < 0.0 {
            continue;
        }
        let key = flight.cells.get(index).copied().flatten();
        if let Some(sprite) = sprites.cell(palette, &vm.keys, key) {
            let (x, y) = xy(curve.at(at));
            let half = SPRITE / 2.0;
            let _ = pen.draw_image_with_html_canvas_element_and_dw_and_dh(sprite, x - half, y - half, SPRITE, SPRITE);
        }
    }
    let hidden = flight.records.saturating_sub(count as u32);
    if hidden > 0 {
        let (x, y) = xy(curve.at(share));
        pen.set_font(&palette.count_font);
        pen.set_text_align("left");
        pen.set_text_baseline("middle");
        pen.set_line_width(3.0);
        pen.set_stroke_style_str(&palette.surface);
        pen.set_fill_style_str(&palette.ink_2);
        let text = format!("+{hidden}");
        let _ = pen.stroke_text(&text, x + CELL / 2.0 + 3.0, y - 9.0);
        let _ = pen.fill_text(&text, x + CELL / 2.0 + 3.0, y - 9.0);
    }
}

/// Cells as small pictures, since text is slow to draw: one a key, painted once.
#[derive(Default)]
pub struct Sprites(Map<Option<u16>, HtmlCanvasElement>);

impl Sprites {
    /// Forgets all: colours or letters have changed.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    fn cell(&mut self, palette: &Palette, keys: &[KeyMark], key: Option<u16>) -> Option<&HtmlCanvasElement> {
        if !self.0.contains_key(&key) {
            let document = web_sys::window()?.document()?;
            let canvas: HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
            paint_cell(&super::pen(&canvas, SPRITE as f32, SPRITE as f32)?, palette, key_mark(keys, key));
            self.0.insert(key, canvas);
        }
        self.0.get(&key)
    }
}

fn paint_cell(pen: &CanvasRenderingContext2d, palette: &Palette, mark: Option<&KeyMark>) {
    let middle = Point { x: SPRITE as f32 / 2.0, y: SPRITE as f32 / 2.0 };
    let Some(mark) = mark else {
        return square(pen, middle, CELL, 4.0, &palette.ink_3, &palette.surface);
    };
    let color = usize::from(mark.color % 8);
    square(pen, middle, CELL, 4.0, &palette.keys[color], &palette.surface);
    let (x, y) = xy(middle);
    if mark.ring & 1 == 1 {
        pen.set_stroke_style_str(&palette.key_inks[color]);
        pen.set_line_width(1.5);
        pen.stroke_rect(x - CELL / 2.0 + 2.5, y - CELL / 2.0 + 2.5, CELL - 5.0, CELL - 5.0);
    }
    if mark.ring & 2 == 2 {
        let (right, top) = (x + CELL / 2.0 + 1.0, y - CELL / 2.0 - 1.0);
        shape(pen, &[(right - 7.0, top), (right, top), (right, top + 7.0)], &palette.surface, &palette.surface);
    }
    pen.set_font(&palette.cell_font);
    pen.set_text_align("center");
    pen.set_text_baseline("middle");
    pen.set_fill_style_str(&palette.key_inks[color]);
    let _ = pen.fill_text(&mark.letter, x, y + 0.5);
}

/// Draws a flash on a line, fading with `age` from 0 to 1.
pub fn pulse(pen: &CanvasRenderingContext2d, pulse: &Pulse, age: f32) {
    pen.set_global_alpha(f64::from((1.0 - age) * 0.8));
    pen.set_stroke_style_str(&pulse.color);
    pen.set_line_width(3.0);
    pen.set_line_cap("round");
    pen.begin_path();
    for (index, [from, a, b, to]) in pulse.curve.pieces().enumerate() {
        if index == 0 {
            let (x, y) = xy(from);
            pen.move_to(x, y);
        }
        let ((ax, ay), (bx, by), (x, y)) = (xy(a), xy(b), xy(to));
        pen.bezier_curve_to(ax, ay, bx, by, x, y);
    }
    pen.stroke();
    pen.set_global_alpha(1.0);
}

fn xy(at: Point) -> (f64, f64) {
    (f64::from(at.x), f64::from(at.y))
}

fn dot(pen: &CanvasRenderingContext2d, at: Point, radius: f64, fill: &str, edge: &str) {
    let (x, y) = xy(at);
    pen.begin_path();
    let _ = pen.arc(x, y, radius, 0.0, std::f64::consts::TAU);
    finish(pen, fill, edge);
}

fn square(pen: &CanvasRenderingContext2d, at: Point, edge: f64, radius: f64, fill: &str, rim: &str) {
    let (x, y) = xy(at);
    pen.begin_path();
    let _ = pen.round_rect_with_f64(x - edge / 2.0, y - edge / 2.0, edge, edge, radius);
    finish(pen, fill, rim);
}

fn shape(pen: &CanvasRenderingContext2d, points: &[(f64, f64)], fill: &str, edge: &str) {
    pen.begin_path();
    for (index, (x, y)) in points.iter().enumerate() {
        if index == 0 { pen.move_to(*x, *y) } else { pen.line_to(*x, *y) }
    }
    pen.close_path();
    finish(pen, fill, edge);
}

/// Fills what was outlined, with a rim that sets it off from what lies under it.
fn finish(pen: &CanvasRenderingContext2d, fill: &str, edge: &str) {
    pen.set_line_width(2.0);
    pen.set_stroke_style_str(edge);
    pen.stroke();
    pen.set_fill_style_str(fill);
    pen.fill();
}
