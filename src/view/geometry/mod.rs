//! Where everything on the stage stands: pure arithmetic from counts and a size to rectangles, no DOM.
//!
//! [`layout`] places the cards of all three columns, [`layout_brokers`] those of the Brokers lens; the other files
//! measure one thing each: what stands inside a partition's row ([`strip`]), its marks ([`row_marks`]), which labels
//! fit under it ([`labels`]), the lines between cards ([`wire`]), the timeline's axis ([`axis`]) and where a card may open ([`popover`]). Units
//! are CSS pixels. Left out: colours,
//! text, and what anything means.

pub mod axis;
mod brokers;
mod cluster;
mod column;
pub mod labels;
pub mod popover;
pub mod row_marks;
mod shape;
pub mod strip;
#[cfg(test)]
mod tests;
pub mod wire;

pub use brokers::{
    BrokerCards, BrokerShape, BrokersLayout, BrokersShape, CardLayout, CopyPlace, MapCard, copy_to_copy, into_copy,
    layout_brokers, out_of_copy,
};
pub use cluster::{ClusterLayout, MapGrid, TopicLayout, TopicRows};
pub use column::{GROUP_HEAD_TALL, GroupLayout, GroupsLayout, OWNED_LISTED, ProducersLayout};
pub use shape::{Folds, GroupShape, StageShape, TopicShape, group_facts};

/// The whole stage.
#[derive(Clone, Debug, PartialEq)]
pub struct StageLayout {
    /// How the columns stand.
    pub mode: Mode,
    /// Width, as given.
    pub width: f32,
    /// Height of all of it; past the height that was hoped for, the stage scrolls.
    pub height: f32,
    /// The producers.
    pub producers: ProducersLayout,
    /// Brokers and topics.
    pub cluster: ClusterLayout,
    /// Groups and their members.
    pub groups: GroupsLayout,
}

/// How the columns stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Three columns with room.
    Wide,
    /// Three columns, tight.
    Medium,
    /// One column; wires run in gutters at both sides.
    Narrow,
}

impl Mode {
    /// The mode for a stage of this width.
    pub fn of(width: f32) -> Mode {
        match width {
            w if w >= 1040.0 => Mode::Wide,
            w if w >= 860.0 => Mode::Medium,
            _ => Mode::Narrow,
        }
    }
}

/// How much of itself a card shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Density {
    /// Everything.
    Roomy,
    /// The same on fewer lines.
    Cosy,
    /// The least that still teaches.
    Compact,
}

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

/// A point from its coordinates.
pub fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Top edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

/// A rectangle from its corner and size.
pub fn rect(x: f32, y: f32, w: f32, h: f32) -> Rect {
    Rect { x, y, w, h }
}

impl Rect {
    /// Right edge.
    pub fn right(&self) -> f32 {
        self.x + self.w
    }

    /// Bottom edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }

    /// Middle, from the left.
    pub fn mid_x(&self) -> f32 {
        self.x + self.w / 2.0
    }

    /// Middle, from the top.
    pub fn mid_y(&self) -> f32 {
        self.y + self.h / 2.0
    }

    /// Do the two share any area?
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// This rectangle as seen from the corner of `outer`.
    pub fn within(&self, outer: &Rect) -> Rect {
        rect(self.x - outer.x, self.y - outer.y, self.w, self.h)
    }
}

/// Space that the stage keeps free at its lower edge.
pub(crate) const FOOT: f32 = 20.0;
/// Top edge of the first line of every column.
pub(crate) const TOP: f32 = 14.0;

/// Places everything for a stage of this width; `height_hint` is the height that is in sight, which cards are drawn
/// closer together for, down to what can still be read.
pub fn layout(width: f32, height_hint: f32, shape: &StageShape) -> StageLayout {
    let mode = Mode::of(width);
    let (producers, cluster, groups) = match mode {
        Mode::Wide | Mode::Medium => side_by_side(width, height_hint, mode, shape),
        Mode::Narrow => stacked(width, shape),
    };
    let height = producers.bottom().max(cluster.bottom).max(groups.bottom()) + FOOT;
    StageLayout { mode, width, height: height.max(height_hint), producers, cluster, groups }
}

type Columns = (ProducersLayout, ClusterLayout, GroupsLayout);

fn side_by_side(width: f32, height: f32, mode: Mode, shape: &StageShape) -> Columns {
    let (margin, left, right, gutter) = match mode {
        Mode::Wide => (
            20.0,
            (width * 0.165).clamp(176.0, 240.0).round(),
            (width * 0.205).clamp(216.0, 296.0).round(),
            (width * 0.051).clamp(48.0, 96.0).round(),
        ),
        // At 1024 what a member does has one line.
        _ => (14.0, 166.0, (width * 0.217).clamp(200.0, 222.0).round(), 38.0),
    };
    let middle = width - 2.0 * margin - left - right - 2.0 * gutter;
    let middle_x = margin + left + gutter;
    let producers = column::producers(rect(margin, TOP, left, height - TOP), shape);
    let cluster = cluster::side(rect(middle_x, TOP, middle, height - TOP), shape);
    let groups = column::groups(rect(middle_x + middle + gutter, TOP, right, height - TOP), shape);
    (producers, cluster, groups)
}

fn stacked(width: f32, shape: &StageShape) -> Columns {
    let gutter = 24.0;
    let content = (width - 2.0 * gutter).max(120.0);
    let producers = column::producers_stacked(rect(gutter, TOP, content, 0.0), shape);
    let cluster = cluster::stacked(rect(gutter, producers.bottom() + 28.0, content, 0.0), shape);
    let groups = column::groups_stacked(rect(gutter, cluster.bottom + 28.0, content, 0.0), shape);
    (producers, cluster, groups)
}
