//! Inside a partition's row: the label, the strip of cells, the lines for marks, the lag; and which records of the
//! log are in sight.

use super::{Density, Rect, rect};
use crate::view::model::PartitionView;

/// What stands inside a row, relative to its corner; the same for all rows of a topic.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGeom {
    /// How much is shown.
    pub density: Density,
    /// Label on top of the strip instead of at its left.
    pub stacked: bool,
    /// Number, leader and replicas.
    pub label: Rect,
    /// The replicas' chips, in the label.
    pub chips: Rect,
    /// The strip.
    pub strip: Rect,
    /// The lag of each group.
    pub lag: Rect,
    /// Edge of a cell.
    pub cell: f32,
    /// From one cell to the next.
    pub pitch: f32,
    /// From the strip's left edge to the first cell.
    pub pad: f32,
    /// From the strip's top edge to the cells.
    pub cell_top: f32,
    /// Top of the line for triangles.
    pub marks_y: f32,
    /// Lines for labels: 1, beside the triangles, or 2, also under them.
    pub label_rows: u8,
    /// Cells that fit.
    pub slots: usize,
}

/// Height of a line of lag.
const LAG_LINE: f32 = 20.0;
/// Height of the line for triangles, and of each line of labels.
pub const MARK_LINE: f32 = 11.0;
/// Width of a character of the strip's monospace, 11 px high.
pub const CHAR: f32 = 6.6;

impl RowGeom {
    /// What stands inside a row of this size.
    pub fn new(width: f32, height: f32, density: Density, stacked: bool) -> RowGeom {
        let (cell, gap, cell_top, strip_height, label_rows) = match density {
            Density::Roomy => (30.0, 4.0, 3.0, 47.0, 2),
            Density::Cosy => (24.0, 3.0, 3.0, 41.0, 1),
            Density::Compact => (20.0, 2.0, 2.0, 34.0, 1),
        };
        let side = if stacked { 10.0 } else { 14.0 };
        let marks_height = 2.0 + MARK_LINE * f32::from(label_rows);
        let line = if density == Density::Compact { 24.0 } else { 28.0 };
        let needed = strip_height + marks_height + if stacked { line } else { 0.0 };
        let top = ((height - needed) / 2.0).max(1.0).floor();
        let (label, strip, lag) = if stacked {
            let inner = width - 2.0 * side;
            let lag_width = (inner * 0.36).floor();
            (
                rect(side, top, inner - lag_width - 6.0, line - 4.0),
                rect(side, top + line, inner, strip_height),
                rect(side + inner - lag_width, top, lag_width, line - 4.0),
            )
        } else {
            let label_width = match density {
                Density::Roomy => 74.0,
                Density::Cosy => 94.0,
                Density::Compact => 104.0,
            };
            let lag_width = if width < 480.0 { 46.0 } else { 54.0 };
            let left = side + label_width + 4.0;
            let strip = rect(left, top, width - left - lag_width - 10.0, strip_height);
            (rect(side, 2.0, label_width, height - 4.0), strip, rect(strip.right() + 4.0, 3.0, lag_width, height - 6.0))
        };
        let chips = match (stacked, density) {
            (true, _) => rect(label.x + 102.0, label.y + 2.0, label.w - 102.0, CHIP_HEIGHT),
            (_, Density::Roomy) => rect(label.x, label.y + 40.0, label.w, CHIP_HEIGHT),
            (_, Density::Cosy) => rect(label.x, label.y + 24.0, label.w, CHIP_HEIGHT),
            (_, Density::Compact) => rect(label.x + 34.0, label.y + 8.0, label.w - 34.0, CHIP_HEIGHT),
        };
        let (pad, pitch) = (6.0, cell + gap);
        let slots = (((strip.w - 2.0 * pad + gap) / pitch).floor().max(1.0)) as usize;
        let marks_y = strip.bottom() + 2.0;
        RowGeom { density, stacked, label, chips, strip, lag, cell, pitch, pad, cell_top, marks_y, label_rows, slots }
    }

    /// How many lines of lag fit, or how many lags on the one line of a narrow row.
    pub fn lag_lines(&self) -> usize {
        if self.stacked { 3 } else { ((self.lag.h / LAG_LINE) as usize).max(1) }
    }

    /// How far labels may reach to the right, beside or under so many lines of lag.
    pub fn labels_end(&self, lags: usize) -> f32 {
        let lag_bottom = self.lag.y + lags.min(self.lag_lines()) as f32 * LAG_LINE;
        if self.stacked || lag_bottom > self.marks_y { self.strip.right() } else { self.lag.right() }
    }

    /// The boundary before slot `slot`, from the row's left edge: where a rule or a triangle stands.
    pub fn boundary(&self, slot: usize) -> f32 {
        self.strip.x + self.pad + slot as f32 * self.pitch - (self.pitch - self.cell) / 2.0
    }
}

/// The records of a partition that are in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Index of the first cell in sight.
    pub first: usize,
    /// How many are in sight.
    pub count: usize,
    /// Older records exist out of sight: the first slot shows that instead of a record.
    pub earlier: bool,
}

impl Window {
    /// The newest records that fit into `slots`; one slot tells of older ones if there are any.
    pub fn of(view: &PartitionView, slots: usize) -> Window {
        let cells = &view.cells;
        let hidden_before = cells.first().is_some_and(|cell| cell.offset > view.log_start);
        if cells.len() <= slots && !hidden_before {
            return Window { first: 0, count: cells.len(), earlier: false };
        }
        let count = cells.len().min(slots.saturating_sub(1));
        Window { first: cells.len() - count, count, earlier: true }
    }

    /// Where the boundary before `offset` is: the slot, or `None` when it is out of sight at the left.
    pub fn slot(&self, view: &PartitionView, offset: i64) -> Option<usize> {
        let cells = &view.cells[self.first..];
        let lead = usize::from(self.earlier);
        match cells.first() {
            Some(first) if offset < first.offset => (!self.earlier || offset >= first.offset).then_some(lead),
            Some(_) => Some(lead + cells.partition_point(|cell| cell.offset < offset)),
            None => (!self.earlier).then_some(0),
        }
    }
}

/// Every how many cells an offset is written, so that the numbers keep apart.
pub fn offset_stride(log_end: i64, pitch: f32) -> i64 {
    let digits = log_end.max(1).ilog10() + 1;
    let width = digits as f32 * CHAR + 3.0;
    (width / pitch).ceil().max(1.0) as i64
}

/// Do two offsets keep apart that are written this far from each other, middle to middle?
pub fn offsets_apart(one: i64, other: i64, distance: f32) -> bool {
    let digits = one.max(1).ilog10() + other.max(1).ilog10() + 2;
    digits as f32 * CHAR / 2.0 + 3.0 <= distance
}

/// Width of text in the strip's monospace at this size: a CJK character is as wide as it is high.
pub fn mono_width(text: &str, px: f32) -> f32 {
    text.chars().map(|c| if c.is_ascii() { 0.6 * px } else { px }).sum()
}

/// The start of a name that fits beside a mark.
pub fn short_name(name: &str, chars: usize) -> String {
    if name.chars().count() <= chars {
        return name.to_owned();
    }
    let mut short: String = name.chars().take(chars.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Height of a replica's chip.
pub const CHIP_HEIGHT: f32 = 18.0;
/// Space between two chips.
pub const CHIP_GAP: f32 = 3.0;

/// Width of a replica's chip.
pub fn chip_width(broker: u32) -> f32 {
    14.0 + CHAR * (1 + broker.checked_ilog10().unwrap_or(0)) as f32
}

/// The chips of these brokers from left to right, as many as fit; where some do not, room is left to say so.
pub fn chips(area: &Rect, brokers: impl Iterator<Item = u32>) -> Vec<Rect> {
    let mut x = area.x;
    let mut chips: Vec<Rect> = Vec::new();
    for broker in brokers {
        let width = chip_width(broker);
        if x + width > area.right() + 0.5 {
            chips.pop();
            break;
        }
        chips.push(rect(x, area.y, width, CHIP_HEIGHT));
        x += width + CHIP_GAP;
    }
    chips
}
