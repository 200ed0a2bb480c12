//! The columns of cards: producers at the left, groups and their members at the right.

use super::{Density, Rect, StageShape, rect, shape::GroupShape};

/// The producers.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducersLayout {
    /// The heading.
    pub head: Rect,
    /// How much each card shows.
    pub density: Density,
    /// The cards, in order.
    pub cards: Vec<Rect>,
    /// The line that shows or hides the rest.
    pub more: Option<Rect>,
    /// The dashed card that adds one.
    pub add: Rect,
}

/// The groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupsLayout {
    /// The heading, for when there is no group whose head could be one.
    pub head: Rect,
    /// How much each member's card shows.
    pub density: Density,
    /// One after the other.
    pub groups: Vec<GroupLayout>,
    /// The dashed card that adds a consumer or a group.
    pub add: Rect,
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupLayout {
    /// Name and state.
    pub head: Rect,
    /// The members' cards, in order.
    pub members: Vec<Rect>,
    /// The line that shows or hides the rest.
    pub more: Option<Rect>,
}

impl ProducersLayout {
    /// Lower edge of the last thing.
    pub fn bottom(&self) -> f32 {
        self.add.bottom()
    }
}

impl GroupsLayout {
    /// Lower edge of the last thing.
    pub fn bottom(&self) -> f32 {
        self.add.bottom()
    }
}

/// Height of a column's heading.
const HEAD: f32 = 24.0;
/// From the column's top to its first card, in a column beside others.
const FIRST: f32 = 42.0;
/// Height of a group's head.
const GROUP_HEAD: f32 = 46.0;
/// Width that the facts of a group at rest need to stand on one line: a head does not grow by every rebalance.
const GROUP_FACTS: f32 = 230.0;
/// Height of a group's head whose facts take two lines.
pub const GROUP_HEAD_TALL: f32 = 64.0;
/// Height of the dashed card under the others.
const ADD: f32 = 46.0;
/// Height of the dashed card where it stands alone and says what to do.
const ADD_ALONE: f32 = 132.0;
/// Height of a "show all" line.
const MORE: f32 = 28.0;
/// Partitions that a roomy member card lists by themselves.
pub const OWNED_LISTED: usize = 4;

/// Height of a producer's card.
fn producer_height(density: Density) -> f32 {
    match density {
        Density::Roomy => 194.0,
        Density::Cosy => 124.0,
        Density::Compact => 72.0,
    }
}

/// Height of a member's card that owns this many partitions.
fn member_height(density: Density, owned: usize) -> f32 {
    match density {
        Density::Roomy => 84.0 + 20.0 * owned.clamp(1, OWNED_LISTED + 1) as f32,
        Density::Cosy => 80.0,
        Density::Compact => 40.0,
    }
}

/// The roomiest density whose cards fit, by total height.
fn densest_that_fits(room: f32, total: impl Fn(Density) -> f32) -> Density {
    [Density::Roomy, Density::Cosy].into_iter().find(|&density| total(density) <= room).unwrap_or(Density::Compact)
}

pub(super) fn producers(area: Rect, shape: &StageShape) -> ProducersLayout {
    let shown = shape.producers_shown;
    let hidden = shape.producers > shown || shown > super::shape::PRODUCERS_SHOWN;
    let add_height = if shown == 0 { ADD_ALONE } else { ADD };
    let tail = add_height + super::FOOT + if hidden { MORE + 8.0 } else { 0.0 };
    let room = area.h - FIRST - tail;
    let density = densest_that_fits(room, |density| shown as f32 * (producer_height(density) + 12.0));
    let height = producer_height(density);
    let gap = spread(room - shown as f32 * height, shown, 12.0, 40.0);
    let mut y = area.y + FIRST;
    let mut cards = Vec::with_capacity(shown);
    for _ in 0..shown {
        cards.push(rect(area.x, y, area.w, height));
        y += height + gap;
    }
    let more = hidden.then(|| rect(area.x, y, area.w, MORE));
    if hidden {
        y += MORE + 8.0;
    }
    ProducersLayout {
        head: rect(area.x, area.y, area.w, HEAD),
        density,
        cards,
        more,
        add: rect(area.x, y, area.w, add_height),
    }
}

pub(super) fn producers_stacked(area: Rect, shape: &StageShape) -> ProducersLayout {
    let shown = shape.producers_shown;
    let hidden = shape.producers > shown || shown > super::shape::PRODUCERS_SHOWN;
    let density = if shown > 4 { Density::Cosy } else { Density::Roomy };
    let head = rect(area.x, area.y, area.w, HEAD);
    let (cards, mut y) = grid(area, head.bottom() + 8.0, &vec![producer_height(density); shown]);
    let more = hidden.then(|| rect(area.x, y, area.w, MORE));
    if hidden {
        y += MORE + 8.0;
    }
    let add = rect(area.x, y, area.w, if shown == 0 { ADD_ALONE } else { ADD });
    ProducersLayout { head, density, cards, more, add }
}

pub(super) fn groups(area: Rect, shape: &StageShape) -> GroupsLayout {
    let members: usize = shape.groups.iter().map(|group| group.owned.len()).sum();
    let count = shape.groups.len();
    let add_height = if count == 0 { ADD_ALONE } else { ADD };
    let hidden = shape.groups.iter().filter(|group| has_more(group)).count();
    let heads: f32 = shape.groups.iter().map(|group| head_height(group, area.w) + 8.0).sum();
    let heads = heads + count.saturating_sub(1) as f32 * 12.0;
    let room = area.h - heads - hidden as f32 * (MORE + 8.0) - add_height - super::FOOT;
    let sum = |density| shape.groups.iter().flat_map(|group| &group.owned).map(|&n| member_height(density, n)).sum();
    let density = densest_that_fits(room, |density| {
        let cards: f32 = sum(density);
        cards + members as f32 * 10.0
    });
    let cards: f32 = sum(density);
    let gap = spread(room - cards, members, if density == Density::Compact { 6.0 } else { 10.0 }, 40.0);
    let mut y = area.y;
    let mut groups = Vec::with_capacity(count);
    for (index, group) in shape.groups.iter().enumerate() {
        if index > 0 {
            y += 12.0;
        }
        let head = rect(area.x, y, area.w, head_height(group, area.w));
        y = head.bottom() + 8.0;
        let mut members = Vec::with_capacity(group.owned.len());
        for &owned in &group.owned {
            let height = member_height(density, owned);
            members.push(rect(area.x, y, area.w, height));
            y += height + gap;
        }
        let more = has_more(group).then(|| rect(area.x, y, area.w, MORE));
        if more.is_some() {
            y += MORE + 8.0;
        }
        groups.push(GroupLayout { head, members, more });
    }
    let head = rect(area.x, area.y, area.w, HEAD);
    let y = if count == 0 { area.y + FIRST } else { y };
    GroupsLayout { head, density, groups, add: rect(area.x, y, area.w, add_height) }
}

pub(super) fn groups_stacked(area: Rect, shape: &StageShape) -> GroupsLayout {
    let members: usize = shape.groups.iter().map(|group| group.owned.len()).sum();
    let density = if members > 6 { Density::Cosy } else { Density::Roomy };
    let head = rect(area.x, area.y, area.w, HEAD);
    let mut y = if shape.groups.is_empty() { head.bottom() + 8.0 } else { area.y };
    let mut groups = Vec::with_capacity(shape.groups.len());
    for group in &shape.groups {
        let head = rect(area.x, y, area.w, head_height(group, area.w));
        let heights: Vec<f32> = group.owned.iter().map(|&owned| member_height(density, owned)).collect();
        let (members, below) = grid(area, head.bottom() + 8.0, &heights);
        y = below;
        let more = has_more(group).then(|| rect(area.x, y, area.w, MORE));
        if more.is_some() {
            y += MORE + 8.0;
        }
        groups.push(GroupLayout { head, members, more });
        y += 8.0;
    }
    let add = rect(area.x, y, area.w, if shape.groups.is_empty() { ADD_ALONE } else { ADD });
    GroupsLayout { head, density, groups, add }
}

fn head_height(group: &GroupShape, width: f32) -> f32 {
    if width < GROUP_FACTS.max(group.facts as f32) { GROUP_HEAD_TALL } else { GROUP_HEAD }
}

fn has_more(group: &GroupShape) -> bool {
    group.hidden > 0 || group.owned.len() > super::shape::MEMBERS_SHOWN
}

/// The gap that spreads `count` cards over what room is left.
fn spread(left: f32, count: usize, least: f32, most: f32) -> f32 {
    if count == 0 { least } else { (left / count as f32).clamp(least, most).floor() }
}

/// Cards side by side as far as they stay wide enough to read, row after row; also where the next thing may start.
fn grid(area: Rect, top: f32, heights: &[f32]) -> (Vec<Rect>, f32) {
    const GAP: f32 = 14.0;
    let columns = ((area.w / 300.0).floor() as usize).clamp(1, 3);
    let width = ((area.w - (columns - 1) as f32 * GAP) / columns as f32).floor();
    let mut cards = Vec::with_capacity(heights.len());
    let mut y = top;
    for row in heights.chunks(columns) {
        for (column, &height) in row.iter().enumerate() {
            cards.push(rect(area.x + column as f32 * (width + GAP), y, width, height));
        }
        y += row.iter().copied().fold(0.0, f32::max) + GAP;
    }
    (cards, y)
}
