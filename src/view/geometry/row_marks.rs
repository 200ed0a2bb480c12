//! What stands on and under a partition's strip: the high watermark's rule, a triangle a group, and their labels, as
//! shapes in the row's own coordinates.
//!
//! The page draws them as elements while they can be read, and on a canvas while they change in every frame; both draw
//! these. Left out: colours, and what a click does.

use super::{
    labels::{LabelSpot, Mark, TRIANGLE, line_top, place},
    strip::{RowGeom, Window, mono_width, offset_stride, short_name},
};
use crate::view::model::PartitionView;

/// Height of the labels' type.
pub const TYPE: f32 = 11.0;
/// Characters of a group's name that are written under a strip.
const NAME_CHARS: usize = 14;

/// The marks of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowMarks {
    /// The high watermark, if it is in sight.
    pub high_watermark: Option<Rule>,
    /// Committed offsets.
    pub committed: Vec<Committed>,
    /// Positions that differ from what is committed.
    pub positions: Vec<Position>,
}

/// The rule of the high watermark.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Where it stands.
    pub x: f32,
    /// Its upper end.
    pub top: f32,
    /// Its lower end.
    pub bottom: f32,
    /// Where its label begins: left edge and baseline.
    pub label: Option<(f32, f32)>,
}

/// A group's committed offset.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// The group's place among the partition's marks.
    pub mark: usize,
    /// The triangle's corners.
    pub triangle: [(f32, f32); 3],
    /// Its label: left edge, baseline, words.
    pub label: Option<(f32, f32, String)>,
}

/// A position.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The group's place among the partition's marks.
    pub mark: usize,
    /// The triangle's corners.
    pub triangle: [(f32, f32); 3],
}

impl RowMarks {
    /// The marks of a row, of whose records `window` is in sight; `hw_label` is what stands beside the rule.
    pub fn of(view: &PartitionView, geom: &RowGeom, window: &Window, hw_label: &str) -> RowMarks {
        let edge = geom.strip.x + 5.0;
        let at = |offset: i64| window.slot(view, offset).map(|slot| geom.boundary(slot));
        let hw = at(view.high_watermark);
        let committed: Vec<(usize, i64, String, String)> = (view.marks.iter().enumerate())
            .filter_map(|(index, mark)| {
                let number = mark.committed?.to_string();
                Some((index, mark.committed?, format!("{} {number}", short_name(&mark.group, NAME_CHARS)), number))
            })
            .collect();
        let to_place: Vec<Mark> = (committed.iter())
            .map(|(_, offset, long, short)| Mark {
                x: at(*offset).unwrap_or(edge),
                label: mono_width(long, TYPE),
                short: mono_width(short, TYPE),
            })
            .collect();
        // At the edge stands one triangle that points to what is out of sight; a commit goes first, for it has a label.
        let edge_taken = committed.iter().any(|(_, offset, ..)| at(*offset).is_none());
        let positions: Vec<(usize, f32, bool)> = (view.marks.iter().enumerate())
            .filter(|(_, mark)| mark.position != mark.committed)
            .filter_map(|(index, mark)| {
                let x = at(mark.position?);
                (x.is_some() || !edge_taken).then_some((index, x.unwrap_or(edge), x.is_none()))
            })
            .collect();
        let others: Vec<f32> = positions.iter().map(|(_, x, _)| *x).collect();
        let right = geom.labels_end(view.marks.iter().filter(|mark| mark.lag.is_some()).count());
        let hw_width = hw.map(|x| (x, mono_width(hw_label, TYPE)));
        let placed = place(geom.strip.x, right, hw_width, &to_place, &others, geom.label_rows);
        let baseline = |spot: &LabelSpot| geom.marks_y + line_top(spot.row) + 9.0;
        // Where offsets are wider than a cell, the rule ends above them.
        let over = offset_stride(view.log_end, geom.pitch) > 1;
        let bottom = if over { geom.strip.y + geom.cell_top + geom.cell + 1.0 } else { geom.marks_y + 1.0 };
        RowMarks {
            high_watermark: hw.map(|x| Rule {
                x,
                top: geom.strip.y - 3.0,
                bottom,
                label: placed.hw.as_ref().map(|spot| (spot.x, baseline(spot))),
            }),
            committed: (committed.into_iter().zip(&placed.triangles).zip(&placed.labels))
                .map(|(((mark, offset, long, short), &x), spot)| Committed {
                    mark,
                    triangle: triangle(x, geom.marks_y, at(offset).is_none()),
                    label: spot.map(|spot| {
                        let text = if (spot.w - mono_width(&long, TYPE)).abs() < 0.5 { long } else { short };
                        (spot.x, baseline(&spot), text)
                    }),
                })
                .collect(),
            positions: (positions.into_iter())
                .map(|(mark, x, left)| Position { mark, triangle: triangle(x, geom.marks_y, left) })
                .collect(),
        }
    }
}

/// A triangle that points up at `x`, or to the left where its offset is out of sight.
fn triangle(x: f32, top: f32, left: bool) -> [(f32, f32); 3] {
    let (half, height) = (TRIANGLE, 9.0);
    if left {
        let middle = top + height / 2.0;
        [(x - half, middle), (x + half, middle - half), (x + half, middle + half)]
    } else {
        [(x, top), (x + half, top + height), (x - half, top + height)]
    }
}
