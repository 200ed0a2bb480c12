//! The middle column: the brokers' line and the topics, one section under the other.

use super::{Density, Rect, StageShape, TopicShape, rect, strip::RowGeom};

/// Up to so many partitions, each row shows cells.
pub const CELLS_PARTITIONS_MAX: usize = 24;
/// Up to so many, each row is a bar; past that, the topic is a map.
pub const BARS_PARTITIONS_MAX: usize = 60;

/// Brokers and topics.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterLayout {
    /// One chip a broker.
    pub brokers: Vec<Rect>,
    /// The chip that shows or hides the rest of the brokers.
    pub brokers_more: Option<Rect>,
    /// The buttons after them: add a broker, add a topic.
    pub add_broker: Rect,
    /// Adds a topic.
    pub add_topic: Rect,
    /// Topics in order.
    pub topics: Vec<TopicLayout>,
    /// Where the invitation stands while there is no topic to draw.
    pub empty: Option<Rect>,
    /// Lower edge of the last thing.
    pub bottom: f32,
}

/// One topic's section.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicLayout {
    /// Its heading, or its one line when folded.
    pub head: Rect,
    /// Its partitions.
    pub rows: TopicRows,
}

/// How the partitions of a topic are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum TopicRows {
    /// Folded away.
    Folded,
    /// A row with cells each.
    Cells {
        /// The rows.
        rows: Vec<Rect>,
        /// What stands inside each.
        geom: RowGeom,
    },
    /// A bar each, one of them perhaps opened.
    Bars {
        /// The rows; the opened one is taller.
        rows: Vec<Rect>,
        /// The one drawn with cells.
        opened: Option<usize>,
        /// What stands inside it.
        geom: RowGeom,
    },
    /// A map of tiles, one partition perhaps opened above it.
    Map {
        /// The opened partition and its row.
        opened: Option<(usize, Rect)>,
        /// What stands inside it.
        geom: RowGeom,
        /// The tiles.
        grid: MapGrid,
    },
}

/// Tiles in rows, one a partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapGrid {
    /// Where.
    pub area: Rect,
    /// Tiles in a row.
    pub columns: usize,
    /// From one tile to the next.
    pub pitch: f32,
    /// Edge of a tile.
    pub tile: f32,
    /// How many.
    pub count: usize,
}

impl MapGrid {
    fn new(x: f32, y: f32, w: f32, count: usize) -> MapGrid {
        let (pitch, tile) = match count {
            0..=400 => (24.0, 20.0),
            401..=2500 => (15.0, 12.0),
            _ => (9.0, 7.0),
        };
        let columns = ((w / pitch).floor() as usize).max(1);
        let lines = count.div_ceil(columns);
        MapGrid { area: rect(x, y, w, lines as f32 * pitch), columns, pitch, tile, count }
    }

    /// The tile of a partition.
    pub fn tile(&self, index: usize) -> Rect {
        let (line, column) = (index / self.columns, index % self.columns);
        let (x, y) = (self.area.x + column as f32 * self.pitch, self.area.y + line as f32 * self.pitch);
        rect(x, y, self.tile, self.tile)
    }

    /// The partition whose tile this point is in; the point is relative to the map's corner.
    pub fn at(&self, x: f32, y: f32) -> Option<usize> {
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (column, line) = ((x / self.pitch) as usize, (y / self.pitch) as usize);
        let index = line * self.columns + column;
        (column < self.columns && index < self.count).then_some(index)
    }
}

impl TopicLayout {
    /// The place of a partition, whatever it is drawn as.
    pub fn partition(&self, index: usize) -> Option<Rect> {
        match &self.rows {
            TopicRows::Folded => Some(self.head),
            TopicRows::Cells { rows, .. } | TopicRows::Bars { rows, .. } => rows.get(index).copied(),
            TopicRows::Map { opened, grid, .. } => match opened {
                Some((at, row)) if *at == index => Some(*row),
                _ if index < grid.count => {
                    let tile = grid.tile(index);
                    Some(rect(grid.area.x, tile.y, grid.area.w, tile.h))
                }
                _ => None,
            },
        }
    }

    /// What stands inside this partition's row, if it is drawn with cells.
    pub fn row_geom(&self, index: usize) -> Option<&RowGeom> {
        match &self.rows {
            TopicRows::Folded => None,
            TopicRows::Cells { geom, .. } => Some(geom),
            TopicRows::Bars { opened, geom, .. } => (*opened == Some(index)).then_some(geom),
            TopicRows::Map { opened, geom, .. } => (opened.map(|(at, _)| at) == Some(index)).then_some(geom),
        }
    }
}

/// Height of a topic's heading.
const TOPIC_HEAD: f32 = 30.0;
/// Height of a folded topic's line.
const FOLDED: f32 = 28.0;
/// Space between two topics.
const TOPIC_GAP: f32 = 18.0;
/// Height and width of a broker's chip.
const CHIP: (f32, f32) = (58.0, 28.0);
/// The same where there are controllers apart, whose names are longer.
const CHIP_APART: (f32, f32) = (84.0, 28.0);
/// Height of the field over a map.
const MAP_FIELD: f32 = 56.0;
/// Height of a bar's row and the space under it.
const BAR: (f32, f32) = (26.0, 2.0);

pub(super) fn side(area: Rect, shape: &StageShape) -> ClusterLayout {
    let open = || shape.topics.iter().filter(|topic| !topic.folded);
    let rows: usize =
        open().filter(|topic| topic.partitions <= CELLS_PARTITIONS_MAX).map(|topic| topic.partitions).sum();
    let (brokers, top) = brokers(area, shape);
    let heads = open().count() as f32 * (TOPIC_HEAD + 6.0) + open().count().saturating_sub(1) as f32 * TOPIC_GAP;
    let folded = (shape.topics.len() - open().count()) as f32 * (FOLDED + 4.0);
    let room = area.y + area.h - top - heads - folded - super::FOOT;
    let pitch = if rows == 0 { 104.0 } else { room / rows as f32 };
    let (density, height, gap) = match pitch {
        p if p >= 94.0 => {
            let gap = (p * 0.14).clamp(8.0, 16.0).floor();
            (Density::Roomy, (p - gap).clamp(86.0, 96.0).floor(), gap)
        }
        p if p >= 70.0 => (Density::Cosy, (p - 8.0).clamp(62.0, 80.0).floor(), 8.0),
        p => (Density::Compact, (p - 6.0).clamp(48.0, 60.0).floor(), 6.0),
    };
    sections(area, top, brokers, shape, Rows { density, height, gap, stacked: false })
}

pub(super) fn stacked(area: Rect, shape: &StageShape) -> ClusterLayout {
    let rows: usize = shape.topics.iter().filter(|topic| !topic.folded).map(|topic| topic.partitions).sum();
    let (brokers, top) = brokers(area, shape);
    let rows = if rows <= 12 {
        Rows { density: Density::Roomy, height: 112.0, gap: 10.0, stacked: true }
    } else {
        Rows { density: Density::Compact, height: 76.0, gap: 6.0, stacked: true }
    };
    sections(area, top, brokers, shape, rows)
}

struct Rows {
    density: Density,
    height: f32,
    gap: f32,
    stacked: bool,
}

struct Brokers {
    chips: Vec<Rect>,
    more: Option<Rect>,
    add_broker: Rect,
    add_topic: Rect,
}

/// The brokers' chips, the buttons after them, and where the first topic may start.
fn brokers(area: Rect, shape: &StageShape) -> (Brokers, f32) {
    const GAP: f32 = 6.0;
    let (width, height) = if shape.controllers > 0 { CHIP_APART } else { CHIP };
    let buttons = 96.0 + 84.0 + 2.0 * GAP;
    let per_line = (((area.w + GAP) / (width + GAP)).floor() as usize).max(1);
    let fits = (((area.w - buttons + GAP) / (width + GAP)).floor().max(0.0) as usize).max(1);
    let (shown, more) = match shape.brokers {
        n if n <= fits || shape.all_brokers || n <= per_line => (n, false),
        n => (n.min(per_line.saturating_sub(1)), n > per_line.saturating_sub(1)),
    };
    let has_more = more || (shape.all_brokers && shape.brokers > per_line);
    let spot = |index: usize| {
        let (line, column) = (index / per_line, index % per_line);
        rect(area.x + column as f32 * (width + GAP), area.y + line as f32 * (height + GAP), width, height)
    };
    let chips: Vec<Rect> = (0..shown).map(spot).collect();
    let more = has_more.then(|| spot(shown));
    let used = shown + usize::from(has_more);
    let last = spot(used.saturating_sub(1));
    let mut y = last.y;
    let mut x = if used == 0 { area.x } else { last.right() + GAP };
    if x + buttons - GAP > area.right() {
        x = area.x;
        y += height + GAP;
    }
    let add_broker = rect(x, y, 96.0, height);
    let add_topic = rect(area.right() - 84.0, y, 84.0, height);
    (Brokers { chips, more, add_broker, add_topic }, y + height + 10.0)
}

fn sections(area: Rect, top: f32, brokers: Brokers, shape: &StageShape, rows: Rows) -> ClusterLayout {
    let mut y = top;
    let mut topics = Vec::with_capacity(shape.topics.len());
    let any_open = shape.topics.iter().any(|topic| !topic.folded);
    let empty = (!any_open).then(|| {
        let invitation = rect(area.x, y, area.w, if rows.stacked { 220.0 } else { 260.0 });
        y = invitation.bottom() + TOPIC_GAP;
        invitation
    });
    for (index, topic) in shape.topics.iter().enumerate() {
        if topic.folded {
            let head = rect(area.x, y, area.w, FOLDED);
            y = head.bottom() + 4.0;
            topics.push(TopicLayout { head, rows: TopicRows::Folded });
            continue;
        }
        if index > 0 {
            y += TOPIC_GAP;
        }
        let head = rect(area.x, y, area.w, TOPIC_HEAD);
        y = head.bottom() + 6.0;
        topics.push(TopicLayout { head, rows: topic_rows(area, &mut y, topic, &rows) });
    }
    let Brokers { chips, more, add_broker, add_topic } = brokers;
    ClusterLayout { brokers: chips, brokers_more: more, add_broker, add_topic, topics, empty, bottom: y }
}

fn topic_rows(area: Rect, y: &mut f32, topic: &TopicShape, rows: &Rows) -> TopicRows {
    let opened = topic.opened.filter(|&at| at < topic.partitions);
    if topic.partitions <= CELLS_PARTITIONS_MAX {
        let geom = RowGeom::new(area.w, rows.height, rows.density, rows.stacked);
        return TopicRows::Cells { rows: stack(area, y, topic.partitions, rows.gap, |_| rows.height), geom };
    }
    let height = if rows.stacked { 112.0 } else { 88.0 };
    let geom = RowGeom::new(area.w, height, Density::Roomy, rows.stacked);
    if topic.partitions <= BARS_PARTITIONS_MAX {
        let row_height = |at: usize| if opened == Some(at) { height } else { BAR.0 };
        return TopicRows::Bars { rows: stack(area, y, topic.partitions, BAR.1, row_height), opened, geom };
    }
    let opened = opened.map(|at| {
        let row = rect(area.x, *y, area.w, height);
        *y = row.bottom() + 10.0;
        (at, row)
    });
    let grid = MapGrid::new(area.x, *y + MAP_FIELD, area.w, topic.partitions);
    *y = grid.area.bottom() + 8.0;
    TopicRows::Map { opened, geom, grid }
}

fn stack(area: Rect, y: &mut f32, count: usize, gap: f32, height: impl Fn(usize) -> f32) -> Vec<Rect> {
    (0..count)
        .map(|at| {
            let row = rect(area.x, *y, area.w, height(at));
            *y = row.bottom() + gap;
            row
        })
        .collect()
}
