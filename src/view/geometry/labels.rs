//! The marks under a strip: which triangles stand where, and which labels can be written without touching another.
//!
//! The high watermark's label is placed first, then each group's in order. A label that finds no room beside its own
//! mark is shortened to its number, and then left out; its triangle stays, and the row's text alternative says it all.

use super::strip::MARK_LINE;

/// A group's mark to place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Where its committed offset is.
    pub x: f32,
    /// Width of its label.
    pub label: f32,
    /// Width of its label without the name, the offset alone, for where the whole finds no room.
    pub short: f32,
}

/// A label's place: left edge, and line 0 (beside the triangles) or 1 (under them).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelSpot {
    /// Left edge.
    pub x: f32,
    /// Line.
    pub row: u8,
    /// Width.
    pub w: f32,
}

/// Where everything went.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// The label of the high watermark.
    pub hw: Option<LabelSpot>,
    /// Triangle of each group, shifted sideways where several stand at one offset.
    pub triangles: Vec<f32>,
    /// Label of each group.
    pub labels: Vec<Option<LabelSpot>>,
}

/// Half the width of a triangle.
pub const TRIANGLE: f32 = 5.0;

/// Something on the line of triangles or under it, and where what it is of stands.
#[derive(Clone, Copy)]
struct Taken {
    spot: LabelSpot,
    of: f32,
}

/// Places the label of the rule at `hw` (its x and label width), the triangles and labels of `marks`, and keeps clear
/// of the `other` triangles; all between `left` and `right`, on one or two lines.
pub fn place(left: f32, right: f32, hw: Option<(f32, f32)>, marks: &[Mark], other: &[f32], rows: u8) -> Placed {
    let triangles = triangles(marks, left, right);
    let mut taken: Vec<Taken> = Vec::new();
    let triangle = |x: f32, of: f32| Taken { spot: LabelSpot { x: x - TRIANGLE, row: 0, w: 2.0 * TRIANGLE }, of };
    taken.extend(triangles.iter().zip(marks).map(|(&x, mark)| triangle(x, mark.x)));
    taken.extend(other.iter().map(|&x| triangle(x, x)));
    let hw_spot = hw.and_then(|(x, w)| {
        let mut spots = Vec::new();
        for shift in [4.0, 14.0, 19.0, 31.0, 43.0, 55.0] {
            spots.push(LabelSpot { x: x + shift, row: 0, w });
            spots.push(LabelSpot { x: x - shift - w, row: 0, w });
        }
        if rows > 1 {
            spots.push(LabelSpot { x: x + 4.0, row: 1, w });
            spots.push(LabelSpot { x: x - 4.0 - w, row: 1, w });
        }
        first_free(&spots, x, &taken, left, right)
    });
    if let Some((of, _)) = hw {
        taken.extend(hw_spot.map(|spot| Taken { spot, of }));
        if rows == 1 {
            // The rule itself ends in the only line of labels: nothing may be written across it.
            taken.push(Taken { spot: LabelSpot { x: of - 1.0, row: 0, w: 2.0 }, of });
        }
    }
    let mut labels = Vec::with_capacity(marks.len());
    for (mark, &x) in marks.iter().zip(&triangles) {
        let spot = [mark.label, mark.short]
            .into_iter()
            .find_map(|width| first_free(&candidates(x, width, left, right, rows), mark.x, &taken, left, right));
        taken.extend(spot.map(|spot| Taken { spot, of: mark.x }));
        labels.push(spot);
    }
    Placed { hw: hw_spot, triangles, labels }
}

fn candidates(x: f32, w: f32, left: f32, right: f32, rows: u8) -> Vec<LabelSpot> {
    let mut spots = Vec::with_capacity(15);
    if rows > 1 {
        let centred = (x - w / 2.0).min(right - w).max(left);
        spots.push(LabelSpot { x: centred, row: 1, w });
        spots.push(LabelSpot { x: x + TRIANGLE - w, row: 1, w });
        spots.push(LabelSpot { x: x - TRIANGLE, row: 1, w });
    }
    for step in 0..6 {
        let shift = TRIANGLE + 3.0 + 12.0 * step as f32;
        spots.push(LabelSpot { x: x - shift - w, row: 0, w });
        spots.push(LabelSpot { x: x + shift, row: 0, w });
    }
    spots
}

/// The first of these places for a label of what stands at `of` that is free, and read as that one's: no label or mark
/// of another offset is between the two.
fn first_free(spots: &[LabelSpot], of: f32, taken: &[Taken], left: f32, right: f32) -> Option<LabelSpot> {
    let clear = |spot: &LabelSpot, other: &Taken| {
        let apart = (other.of - of).abs() >= 1.0;
        !touches(spot, &other.spot) && !(apart && (parts(&other.spot, spot, of) || parts(spot, &other.spot, other.of)))
    };
    let inside = |spot: &LabelSpot| spot.x >= left - 0.01 && spot.x + spot.w <= right + 0.01;
    spots.iter().find(|spot| inside(spot) && taken.iter().all(|other| clear(spot, other))).copied()
}

/// Does something on the line of triangles stand between a label there and what the label is of?
fn parts(one: &LabelSpot, label: &LabelSpot, of: f32) -> bool {
    let middle = one.x + one.w / 2.0;
    one.row == 0 && label.row == 0 && of.min(label.x) < middle && middle < of.max(label.x + label.w)
}

fn touches(a: &LabelSpot, b: &LabelSpot) -> bool {
    a.row == b.row && a.x < b.x + b.w + 2.0 && b.x < a.x + a.w + 2.0
}

/// The triangles' places: at their offset, but beside each other where they would cover one another.
fn triangles(marks: &[Mark], left: f32, right: f32) -> Vec<f32> {
    const APART: f32 = 8.0;
    let mut order: Vec<usize> = (0..marks.len()).collect();
    crate::sim::sort_by(&mut order, |&a, &b| marks[a].x.total_cmp(&marks[b].x).then(a.cmp(&b)));
    let mut at = vec![0.0; marks.len()];
    let mut start = 0;
    while start < order.len() {
        let mut end = start + 1;
        let first = marks[order[start]].x;
        while end < order.len() && marks[order[end]].x - first < APART * (end - start) as f32 {
            end += 1;
        }
        let count = end - start;
        let centre = order[start..end].iter().map(|&index| marks[index].x).sum::<f32>() / count as f32;
        let half = APART * (count - 1) as f32 / 2.0;
        let from = (centre - half).min(right - 2.0 * half).max(left);
        for (step, &index) in order[start..end].iter().enumerate() {
            at[index] = from + step as f32 * APART;
        }
        start = end;
    }
    at
}

/// Top of a line of labels, from the top of the line for triangles.
pub fn line_top(row: u8) -> f32 {
    f32::from(row) * MARK_LINE
}
