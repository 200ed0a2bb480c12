//! Paints the moments that can be gone to, the lanes with their marks and labels, the chain of causes of what is under
//! the pointer, and the axis; and tells what is under it.

use std::rc::Rc;

use kafkascope::{
    history::{Bookmarks, Milestone},
    i18n::{Arg, Lang, stage},
    view::{
        geometry::axis::{Axis, labels_that_fit},
        story::{Lane, Stop, StopKind, TimelineMark},
    },
};
use web_sys::CanvasRenderingContext2d;

use super::{LANES, NAMES};
use crate::{
    stage::flights::palette::Palette,
    stage_api::{Hovered, OtherRun},
};

/// Height of the axis' numbers.
const AXIS: f32 = 20.0;
/// Space above the rows.
const TOP: f32 = 6.0;
/// Height of a mark.
const MARK: f64 = 8.0;

/// Where the buttons for zooming end, when there are three.
const BUTTONS: f64 = 78.0;
/// How near the pointer must be to a mark.
const NEAR: f32 = 6.0;

/// What is painted.
#[derive(Clone, PartialEq)]
pub struct Scene {
    /// Marks of the lanes.
    pub marks: Rc<Vec<TimelineMark>>,
    /// Commands and milestones.
    pub stops: Rc<Vec<Stop>>,
    /// A second run, in a row below the lanes.
    pub other: Option<OtherRun>,
    /// Moments to find again.
    pub bookmarks: Rc<Bookmarks>,
    /// Beginnings of a lesson's steps.
    pub beats: Rc<Vec<u64>>,
    /// What is under the pointer.
    pub hovered: Option<Rc<Hovered>>,
    /// Whether a third button stands left of the axis' numbers.
    pub zoomed: bool,
    /// Which pixel is when.
    pub axis: Axis,
    /// Height of all.
    pub height: f32,
}

impl Scene {
    /// The middle of a row: 0 has the stops, then the lanes follow.
    fn y(&self, row: usize) -> f64 {
        f64::from((TOP + self.pitch() * (row as f32 + 0.5)).round())
    }

    fn pitch(&self) -> f32 {
        ((self.height - AXIS - TOP) / (LANES.len() + 1 + usize::from(self.other.is_some())) as f32).clamp(10.0, 20.0)
    }

    /// Does a moment stand on the axis?
    fn shows(&self, time_us: u64) -> bool {
        (self.axis.from_us..=self.axis.to_us).contains(&time_us)
    }

    /// Where a moment is, from the left edge of the whole.
    pub fn x(&self, time_us: u64) -> f32 {
        NAMES + self.axis.x(time_us)
    }

    /// Whether a place is on the numbers of the axis.
    pub fn is_axis(&self, y: f32) -> bool {
        y >= self.height - AXIS
    }

    /// The event whose mark is nearest to a place, if one is near.
    pub fn event_at(&self, x: f32, y: f32) -> Option<u64> {
        let row = ((y - TOP) / self.pitch()).floor();
        let row = (row >= 0.0).then_some(row as usize)?;
        let near = |time_us: u64| Some((self.x(time_us) - x).abs()).filter(|by| self.shows(time_us) && *by <= NEAR);
        let nearest = |events: &mut dyn Iterator<Item = (u64, u64)>| {
            let found = events.filter_map(|(event, time_us)| near(time_us).map(|by| (by, event)));
            found.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, event)| event)
        };
        if row == 0 {
            return nearest(&mut self.stops.iter().map(|stop| (stop.event, stop.time_us)));
        }
        let lane = LANES.get(row - 1)?.0;
        nearest(&mut self.marks.iter().filter(|mark| mark.lane == lane).map(|mark| (mark.event, mark.time_us)))
    }

    /// Paints all of it.
    pub fn draw(&self, pen: &CanvasRenderingContext2d, palette: &Palette, lang: Lang) {
        pen.set_text_baseline("middle");
        let name = |row: usize, name: &str| {
            pen.set_font(&palette.text_font);
            pen.set_text_align("left");
            pen.set_fill_style_str(&palette.ink_2);
            let _ = pen.fill_text(name, 10.0, self.y(row));
        };
        name(0, stage::STOPS.source(lang));
        self.draw_stops(pen, palette);
        for (index, (lane, words)) in LANES.iter().enumerate() {
            let y = self.y(index + 1);
            name(index + 1, words.source(lang));
            pen.set_fill_style_str(&palette.line);
            pen.fill_rect(f64::from(NAMES), y - 0.5, f64::from(self.axis.width), 1.0);
            let marks = self.marks.iter().filter(|mark| mark.lane == *lane && self.shows(mark.time_us));
            draw_lane(pen, palette, (*lane, lang), marks, &self.axis, y);
        }
        if let Some(other) = &self.other {
            let row = LANES.len() + 1;
            name(row, &stage::LANE_OTHER.with("n", other.number).plain(lang));
            self.draw_other(pen, palette, other, self.y(row), lang);
        }
        if let Some(hovered) = &self.hovered {
            self.draw_chain(pen, palette, hovered);
        }
        let left = if self.zoomed { BUTTONS } else { 0.0 };
        draw_axis(pen, palette, &self.axis, self.height, left);
    }

    /// Commands as diamonds, faults as crosses, leaders and stable groups as flags, what became visible as fine lines,
    /// bookmarks as ribbons, beginnings of a lesson's steps as squares.
    fn draw_stops(&self, pen: &CanvasRenderingContext2d, palette: &Palette) {
        let y = self.y(0);
        let shown =
            |kind: StopKind| self.stops.iter().filter(move |stop| stop.kind == kind && self.shows(stop.time_us));
        pen.set_fill_style_str(&palette.line);
        for stop in shown(StopKind::Milestone(Milestone::Visible)) {
            pen.fill_rect(f64::from(self.x(stop.time_us)).round(), y - 3.0, 1.0, 6.0);
        }
        for (milestone, color) in [(Milestone::Stable, &palette.warn), (Milestone::Leader, &palette.accent)] {
            pen.set_fill_style_str(color);
            for stop in shown(StopKind::Milestone(milestone)) {
                let x = f64::from(self.x(stop.time_us)).round();
                pen.fill_rect(x, y - 5.0, 1.5, 10.0);
                shape(pen, &[(x + 1.0, y - 5.0), (x + 7.0, y - 2.5), (x + 1.0, y)]);
            }
        }
        pen.set_fill_style_str(&palette.ink_2);
        for stop in shown(StopKind::Command) {
            let x = f64::from(self.x(stop.time_us));
            shape(pen, &[(x, y - 4.5), (x + 4.5, y), (x, y + 4.5), (x - 4.5, y)]);
        }
        pen.set_stroke_style_str(&palette.bad);
        pen.set_line_width(2.0);
        for stop in shown(StopKind::Milestone(Milestone::Fault)) {
            let x = f64::from(self.x(stop.time_us));
            for to in [1.0, -1.0] {
                line(pen, (x - 4.0, y - 4.0 * to), (x + 4.0, y + 4.0 * to));
            }
        }
        pen.set_fill_style_str(&palette.accent);
        for time_us in self.beats.iter().filter(|time_us| self.shows(**time_us)) {
            pen.fill_rect(f64::from(self.x(*time_us)) - 3.0, y - 3.0, 6.0, 6.0);
        }
        for time_us in self.bookmarks.times().iter().filter(|time_us| self.shows(**time_us)) {
            let x = f64::from(self.x(*time_us));
            pen.set_fill_style_str(&palette.accent);
            pen.fill_rect(x - 0.5, y, 1.0, f64::from(self.height - AXIS) - y);
            shape(pen, &[(x - 4.0, y - 6.0), (x + 4.0, y - 6.0), (x + 4.0, y + 6.0), (x, y + 2.5), (x - 4.0, y + 6.0)]);
        }
    }

    /// All marks of the second run in one row, and where it and the shown one part.
    fn draw_other(&self, pen: &CanvasRenderingContext2d, palette: &Palette, other: &OtherRun, y: f64, lang: Lang) {
        pen.set_fill_style_str(&palette.line);
        pen.fill_rect(f64::from(NAMES), y - 0.5, f64::from(self.axis.width), 1.0);
        pen.set_fill_style_str(&palette.keys[4]);
        let mut last = i32::MIN;
        for mark in other.marks.iter().filter(|mark| self.shows(mark.time_us)) {
            let x = self.x(mark.time_us);
            if x as i32 != last {
                last = x as i32;
                pen.fill_rect(f64::from(x.round()) - 1.0, y - MARK / 2.0, 2.5, MARK);
            }
        }
        let Some(parts_us) = other.parts_us.filter(|time_us| self.shows(*time_us)) else { return };
        let x = f64::from(self.x(parts_us));
        pen.set_stroke_style_str(&palette.accent);
        pen.set_line_width(1.5);
        line(pen, (x, f64::from(TOP)), (x, y + MARK / 2.0));
        pen.set_font(&palette.text_font);
        pen.set_text_align("left");
        let label = stage::LANE_FORK.with("time", Arg::Duration(parts_us)).plain(lang);
        let width = pen.measure_text(&label).map_or(0.0, |metrics| metrics.width());
        let at = if x + width + 16.0 > f64::from(NAMES + self.axis.width) { x - width - 6.0 } else { x + 6.0 };
        // Ticks would be read as part of the words.
        pen.set_fill_style_str(&palette.surface);
        pen.fill_rect(at - 3.0, y - 7.0, width + 6.0, 14.0);
        pen.set_fill_style_str(&palette.accent);
        let _ = pen.fill_text(&label, at, y);
    }

    /// From what is under the pointer to what caused it, and on to what caused that.
    fn draw_chain(&self, pen: &CanvasRenderingContext2d, palette: &Palette, hovered: &Hovered) {
        // What is idle has no lane; the sentence above the mark tells of it.
        let row = |lane: Lane| LANES.iter().position(|(drawn, _)| *drawn == lane).map(|at| at + 1);
        let chain = std::iter::once(&hovered.line).chain(&hovered.causes).filter(|line| self.shows(line.time_us));
        let at = chain.filter_map(|line| Some((f64::from(self.x(line.time_us)), self.y(row(line.lane)?))));
        let at: Vec<(f64, f64)> = at.collect();
        pen.set_stroke_style_str(&palette.accent);
        pen.set_line_width(1.5);
        for pair in at.windows(2) {
            line(pen, pair[0], pair[1]);
        }
        pen.set_line_width(2.0);
        for (x, y) in at {
            pen.begin_path();
            let _ = pen.arc(x, y, 6.0, 0.0, std::f64::consts::TAU);
            pen.stroke();
        }
    }
}

fn line(pen: &CanvasRenderingContext2d, from: (f64, f64), to: (f64, f64)) {
    pen.begin_path();
    pen.move_to(from.0, from.1);
    pen.line_to(to.0, to.1);
    pen.stroke();
}

/// Fills a shape by its corners.
fn shape(pen: &CanvasRenderingContext2d, corners: &[(f64, f64)]) {
    pen.begin_path();
    for (index, (x, y)) in corners.iter().enumerate() {
        if index == 0 { pen.move_to(*x, *y) } else { pen.line_to(*x, *y) }
    }
    pen.fill();
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

/// Numbers that would reach over `left` are left out.
fn draw_axis(pen: &CanvasRenderingContext2d, palette: &Palette, axis: &Axis, height: f32, left: f64) {
    pen.set_font(&palette.count_font);
    pen.set_text_align("center");
    pen.set_fill_style_str(&palette.ink_2);
    let y = f64::from(height - AXIS / 2.0);
    for (x, text) in axis.ticks(76.0) {
        let half = pen.measure_text(&text).map_or(20.0, |metrics| metrics.width()) / 2.0;
        let right = f64::from(NAMES + axis.width) + 14.0;
        let at = (f64::from(NAMES + x)).min(right - half).max(half);
        if at - half >= left {
            let _ = pen.fill_text(&text, at, y);
        }
    }
}
