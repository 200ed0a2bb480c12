//! Paints the lanes, their marks and labels, and the axis.

use kafkascope::{
    i18n::Lang,
    view::{
        geometry::axis::{Axis, labels_that_fit},
        story::{Lane, TimelineMark},
    },
};
use web_sys::CanvasRenderingContext2d;

use super::{LANES, NAMES};
use crate::stage::flights::palette::Palette;

/// Height of the axis' numbers.
const AXIS: f32 = 20.0;
/// Height of a mark.
const MARK: f64 = 8.0;

/// Paints all of it.
pub fn draw(pen: &CanvasRenderingContext2d, marks: &[TimelineMark], axis: &Axis, height: f32, lang: Lang) {
    let palette = Palette::read();
    let top = 8.0_f32;
    let pitch = ((height - AXIS - top) / LANES.len() as f32).clamp(10.0, 20.0);
    pen.set_text_baseline("middle");
    for (index, (lane, name)) in LANES.iter().enumerate() {
        let y = f64::from((top + pitch * (index as f32 + 0.5)).round());
        pen.set_font(&palette.text_font);
        pen.set_text_align("left");
        pen.set_fill_style_str(&palette.ink_2);
        let _ = pen.fill_text(name.source(lang), 10.0, y);
        pen.set_fill_style_str(&palette.line);
        pen.fill_rect(f64::from(NAMES), y - 0.5, f64::from(axis.width), 1.0);
        draw_lane(pen, &palette, (*lane, lang), marks.iter().filter(|mark| mark.lane == *lane), axis, y);
    }
    draw_axis(pen, &palette, axis, height);
}

fn color(palette: &Palette, lane: Lane) -> &str {
    match lane {
        Lane::Produce => &palette.keys[0],
        Lane::Replicate => &palette.ok,
        Lane::Consume => &palette.members[2],
        Lane::Group => &palette.warn,
        Lane::Cluster | Lane::Idle => &palette.ink_2,
    }
}

fn draw_lane<'a>(
    pen: &CanvasRenderingContext2d,
    palette: &Palette,
    (lane, lang): (Lane, Lang),
    marks: impl Iterator<Item = &'a TimelineMark>,
    axis: &Axis,
    y: f64,
) {
    pen.set_fill_style_str(color(palette, lane));
    let mut last = i32::MIN;
    let mut labelled: Vec<(f32, String)> = Vec::new();
    for mark in marks {
        let x = NAMES + axis.x(mark.time_us);
        match &mark.label {
            Some(label) => labelled.push((x, label.plain(lang))),
            None if x as i32 == last => {}
            None => {
                last = x as i32;
                pen.fill_rect(f64::from(x.round()) - 1.0, y - MARK / 2.0, 2.5, MARK);
            }
        }
    }
    pen.set_font(&palette.text_font);
    let widths: Vec<(f32, f32)> = labelled
        .iter()
        .map(|(x, label)| {
            let width = pen.measure_text(label).map_or(0.0, |metrics| metrics.width());
            (*x - 4.0, width as f32 + 20.0)
        })
        .collect();
    let fits = labels_that_fit(&widths, NAMES + axis.width + 12.0);
    for ((x, label), fits) in labelled.iter().zip(fits) {
        let x = f64::from(*x);
        pen.set_fill_style_str(color(palette, lane));
        pen.begin_path();
        let _ = pen.round_rect_with_f64(x - 4.0, y - MARK / 2.0 - 0.5, 9.0, MARK + 1.0, 3.0);
        pen.fill();
        if fits {
            pen.set_line_width(3.0);
            pen.set_stroke_style_str(&palette.surface);
            let _ = pen.stroke_text(label, x + 9.0, y);
            pen.set_fill_style_str(&palette.ink_2);
            let _ = pen.fill_text(label, x + 9.0, y);
        }
    }
}

fn draw_axis(pen: &CanvasRenderingContext2d, palette: &Palette, axis: &Axis, height: f32) {
    pen.set_font(&palette.count_font);
    pen.set_text_align("center");
    pen.set_fill_style_str(&palette.ink_2);
    let y = f64::from(height - AXIS / 2.0);
    for (x, text) in axis.ticks(76.0) {
        let half = pen.measure_text(&text).map_or(20.0, |metrics| metrics.width()) / 2.0;
        let right = f64::from(NAMES + axis.width) + 14.0;
        let at = (f64::from(NAMES + x)).min(right - half).max(half);
        let _ = pen.fill_text(&text, at, y);
    }
}
