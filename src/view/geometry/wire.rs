//! Lines between cards, as cubic curves that a path can be drawn from and that a flight can move along.

use std::fmt::Write as _;

use super::{Mode, Point, Rect, point};

/// One cubic curve.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cubic {
    from: Point,
    bend_from: Point,
    bend_to: Point,
    to: Point,
}

impl Cubic {
    fn line(from: Point, to: Point) -> Cubic {
        let third = |a: f32, b: f32, n: f32| a + (b - a) * n / 3.0;
        Cubic {
            from,
            bend_from: point(third(from.x, to.x, 1.0), third(from.y, to.y, 1.0)),
            bend_to: point(third(from.x, to.x, 2.0), third(from.y, to.y, 2.0)),
            to,
        }
    }

    fn at(&self, t: f32) -> Point {
        let s = 1.0 - t;
        let (a, b, c, d) = (s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t);
        point(
            a * self.from.x + b * self.bend_from.x + c * self.bend_to.x + d * self.to.x,
            a * self.from.y + b * self.bend_from.y + c * self.bend_to.y + d * self.to.y,
        )
    }
}

/// How finely a curve's length is measured.
const SAMPLES: usize = 24;

/// A line from one place to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    pieces: Vec<Cubic>,
    /// Length up to each sample, over all pieces.
    lengths: Vec<f32>,
}

impl Curve {
    fn new(pieces: Vec<Cubic>) -> Curve {
        let mut lengths = vec![0.0];
        let mut total = 0.0;
        for piece in &pieces {
            let mut before = piece.from;
            for step in 1..=SAMPLES {
                let now = piece.at(step as f32 / SAMPLES as f32);
                let (dx, dy) = (now.x - before.x, now.y - before.y);
                total += (dx * dx + dy * dy).sqrt();
                lengths.push(total);
                before = now;
            }
        }
        Curve { pieces, lengths }
    }

    /// A curve that leaves and arrives level: between columns.
    pub fn level(from: Point, to: Point) -> Curve {
        let bend = ((to.x - from.x) * 0.5).abs().max(12.0) * if to.x < from.x { -1.0 } else { 1.0 };
        Curve::new(vec![Cubic { from, bend_from: point(from.x + bend, from.y), bend_to: point(to.x - bend, to.y), to }])
    }

    /// A curve that hangs `depth` below its ends: between chips side by side.
    pub fn sagging(from: Point, to: Point, depth: f32) -> Curve {
        let low = |end: Point, other: Point| point(end.x + (other.x - end.x) * 0.2, end.y + depth);
        Curve::new(vec![Cubic { from, bend_from: low(from, to), bend_to: low(to, from), to }])
    }

    /// A straight line.
    pub fn straight(from: Point, to: Point) -> Curve {
        Curve::new(vec![Cubic::line(from, to)])
    }

    /// Straight lines through these points with their corners rounded: in gutters.
    pub fn rounded(points: &[Point], radius: f32) -> Curve {
        let mut pieces = Vec::new();
        let Some((&first, rest)) = points.split_first() else {
            return Curve::new(pieces);
        };
        let mut at = first;
        for (index, &corner) in rest.iter().enumerate() {
            let Some(&next) = rest.get(index + 1) else {
                pieces.push(Cubic::line(at, corner));
                break;
            };
            let before = toward(corner, at, radius);
            let after = toward(corner, next, radius);
            if before != at {
                pieces.push(Cubic::line(at, before));
            }
            pieces.push(Cubic { from: before, bend_from: corner, bend_to: corner, to: after });
            at = after;
        }
        Curve::new(pieces)
    }

    /// The same line the other way round.
    pub fn reversed(&self) -> Curve {
        let turn = |piece: &Cubic| Cubic {
            from: piece.to,
            bend_from: piece.bend_to,
            bend_to: piece.bend_from,
            to: piece.from,
        };
        Curve::new(self.pieces.iter().rev().map(turn).collect())
    }

    /// Its length.
    pub fn length(&self) -> f32 {
        self.lengths.last().copied().unwrap_or(0.0)
    }

    /// The point that lies this share of the way along it, 0 to 1, evenly by length.
    pub fn at(&self, share: f32) -> Point {
        if self.pieces.is_empty() {
            return Point::default();
        }
        let wanted = share.clamp(0.0, 1.0) * self.length();
        let after = self.lengths.partition_point(|&length| length < wanted).clamp(1, self.lengths.len() - 1);
        let (low, high) = (self.lengths[after - 1], self.lengths[after]);
        let part = if high > low { (wanted - low) / (high - low) } else { 0.0 };
        let sample = after - 1;
        let piece = (sample / SAMPLES).min(self.pieces.len() - 1);
        self.pieces[piece].at(((sample % SAMPLES) as f32 + part) / SAMPLES as f32)
    }

    /// The curve as SVG path data.
    pub fn path(&self) -> String {
        let mut out = String::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            if index == 0 {
                let _ = write!(out, "M{:.1} {:.1}", piece.from.x, piece.from.y);
            }
            let Cubic { bend_from: a, bend_to: b, to: c, .. } = piece;
            let _ = write!(out, "C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.x, a.y, b.x, b.y, c.x, c.y);
        }
        out
    }

    /// The curve's pieces as from, two bends, to: for a canvas.
    pub fn pieces(&self) -> impl Iterator<Item = [Point; 4]> + '_ {
        self.pieces.iter().map(|piece| [piece.from, piece.bend_from, piece.bend_to, piece.to])
    }
}

/// From `from`, `distance` towards `to`, but at most half way.
fn toward(from: Point, to: Point, distance: f32) -> Point {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = (dx * dx + dy * dy).sqrt();
    if length < 0.01 {
        return from;
    }
    let share = (distance / length).min(0.5);
    point(from.x + dx * share, from.y + dy * share)
}

/// From a producer's card to a partition. `lane` keeps lines of several producers apart in a gutter.
pub fn producer_to_partition(mode: Mode, card: Rect, row: Rect, lane: usize) -> Curve {
    if mode != Mode::Narrow {
        return Curve::level(point(card.right(), card.mid_y()), point(row.x, row.mid_y()));
    }
    let gutter = (row.x - 6.0 - 4.0 * (lane % 4) as f32).max(2.0);
    let below = card.bottom() + 7.0;
    let points = [
        point(card.x + 26.0, card.bottom()),
        point(card.x + 26.0, below),
        point(gutter, below),
        point(gutter, row.mid_y()),
        point(row.x, row.mid_y()),
    ];
    Curve::rounded(&points, 8.0)
}

/// From a partition to the card of the member that reads it; it arrives at place `index` of `count` at the card.
pub fn partition_to_member(mode: Mode, row: Rect, card: Rect, index: usize, count: usize, lane: usize) -> Curve {
    if mode != Mode::Narrow {
        return Curve::level(point(row.right(), row.mid_y()), point(card.x, member_port(card, index, count)));
    }
    let gutter = row.right() + 6.0 + 4.0 * (lane % 4) as f32;
    let above = card.y - 7.0;
    let points = [
        point(row.right(), row.mid_y()),
        point(gutter, row.mid_y()),
        point(gutter, above),
        point(card.right() - 26.0, above),
        point(card.right() - 26.0, card.y),
    ];
    Curve::rounded(&points, 8.0)
}

/// Where the ribbon of partition `index` of `count` meets a member's card, from the top.
pub fn member_port(card: Rect, index: usize, count: usize) -> f32 {
    let (from, to) = (card.y + card.h * 0.28, card.y + card.h * 0.72);
    match count {
        0 | 1 => card.mid_y(),
        _ => from + (to - from) * index as f32 / (count - 1) as f32,
    }
}

/// From a member's card to its group's head: round the right side, past the cards between them.
pub fn member_to_head(card: Rect, head: Rect) -> Curve {
    let x = card.right().max(head.right());
    let (from, to) = (point(card.right(), card.y + 18.0), point(head.right() - 4.0, head.mid_y()));
    let points = [from, point(x + 6.0, from.y), point(x + 6.0, to.y), to];
    Curve::rounded(&points, 8.0)
}

/// Between any two things, from the sides that face each other.
pub fn between(from: Rect, to: Rect) -> Curve {
    if from.right() <= to.x {
        Curve::level(point(from.right(), from.mid_y()), point(to.x, to.mid_y()))
    } else if to.right() <= from.x {
        Curve::level(point(from.x, from.mid_y()), point(to.right(), to.mid_y()))
    } else if from.bottom() <= to.y {
        Curve::straight(point(from.mid_x(), from.bottom()), point(to.mid_x(), to.y))
    } else {
        Curve::straight(point(from.mid_x(), from.y), point(to.mid_x(), to.bottom()))
    }
}
