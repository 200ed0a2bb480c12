//! The Brokers lens: a card a broker with a row a replica, or a map of small cards when there is too much for that.

use super::{
    Density, MapGrid, Mode, Rect, TOP, point, rect,
    strip::RowGeom,
    wire::{self, Curve},
};
use crate::view::{
    build::CELL_PARTITIONS_MAX,
    model::{BrokerState, ViewModel},
};

/// Past so many brokers, or so many replicas, the lens is a map.
const CARDS_MAX: usize = 12;
const COPIES_MAX: usize = 300;
/// No card is narrower; where fewer fit, they stand in several lines.
const CARD_MIN: f32 = 296.0;
/// No card is wider.
const CARD_MAX: f32 = 620.0;
/// Height of the line over the cards.
const HEAD: f32 = 40.0;
/// Height of a card's own heading, and of a topic's in it.
const CARD_HEAD: f32 = 44.0;
const TOPIC_HEAD: f32 = 24.0;
/// Height of a controller's card.
const APART: f32 = 84.0;
/// From a card's edge to its rows.
const INSIDE: f32 = 10.0;
/// Height of what stands under the replicas: nothing of a broker that runs, what can be done about one that is down.
const FOOT_UP: f32 = 4.0;
const FOOT_DOWN: f32 = 108.0;
/// A card narrower than this needs a line more to say what can be done.
const FOOT_LINE: (f32, f32) = (340.0, 16.0);
/// Height of a row without cells, and the space under it.
const BAR: (f32, f32) = (22.0, 2.0);
/// What stays free under the cards, for the line that says where leadership went.
const UNDER: f32 = 44.0;

/// What the layout follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokersShape {
    /// By id.
    pub brokers: Vec<BrokerShape>,
    /// Controllers apart from them.
    pub controllers: usize,
    /// Partitions of each topic of the picture; of internal ones, which are not drawn, none.
    pub topics: Vec<usize>,
}

/// One broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerShape {
    /// What it holds, as topic and partition, in that order.
    pub copies: Vec<(usize, usize)>,
    /// Its process is not running.
    pub down: bool,
}

impl BrokersShape {
    /// The shape of a picture.
    pub fn of(vm: &ViewModel) -> BrokersShape {
        let first = vm.brokers.first().map_or(1, |broker| broker.id);
        let dense = vm.brokers.iter().zip(first..).all(|(broker, id)| broker.id == id);
        let place = |id: u32| match dense {
            true => id.checked_sub(first).map(|at| at as usize).filter(|at| *at < vm.brokers.len()),
            false => vm.brokers.iter().position(|broker| broker.id == id),
        };
        let down = |state: BrokerState| {
            use BrokerState as S;
            matches!(state, S::Stopped | S::CrashedNotFenced | S::CrashedFenced)
        };
        let shape = |state| BrokerShape { copies: Vec::new(), down: down(state) };
        let mut brokers: Vec<BrokerShape> = vm.brokers.iter().map(|broker| shape(broker.state)).collect();
        for (topic, view) in vm.topics.iter().enumerate().filter(|(_, view)| !view.internal) {
            for (partition, one) in view.partitions.iter().enumerate() {
                for at in one.replicas.iter().filter_map(|replica| place(replica.broker)) {
                    brokers[at].copies.push((topic, partition));
                }
            }
        }
        let partitions = |view: &crate::view::model::TopicView| if view.internal { 0 } else { view.partitions.len() };
        let topics = vm.topics.iter().map(|view| partitions(view)).collect();
        BrokersShape { brokers, controllers: vm.controllers.len(), topics }
    }

    /// Is there too much for a row a replica?
    pub fn is_map(&self) -> bool {
        self.brokers.len() > CARDS_MAX || self.copies() > COPIES_MAX
    }

    fn copies(&self) -> usize {
        self.brokers.iter().map(|broker| broker.copies.len()).sum()
    }

    fn has_cells(&self, topic: usize) -> bool {
        self.topics.get(topic).is_some_and(|partitions| *partitions <= CELL_PARTITIONS_MAX)
    }
}

/// The whole lens.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokersLayout {
    /// How the cards stand.
    pub mode: Mode,
    /// Width, as given.
    pub width: f32,
    /// Height of all of it.
    pub height: f32,
    /// The line over the cards.
    pub head: Rect,
    /// The cards of controllers apart from the brokers, by id, over those of the brokers.
    pub controllers: Vec<Rect>,
    /// The cards.
    pub cards: BrokerCards,
}

/// How brokers are drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum BrokerCards {
    /// With a row a replica.
    Rows {
        /// By id.
        cards: Vec<CardLayout>,
        /// What stands inside a row with cells.
        geom: RowGeom,
    },
    /// With a tile a replica.
    Map(Vec<MapCard>),
}

/// A broker's card. All of it in the lens's own coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct CardLayout {
    /// The card.
    pub rect: Rect,
    /// Its heading.
    pub head: Rect,
    /// The headings of topics in it, by index; with one topic there is none.
    pub topics: Vec<(usize, Rect)>,
    /// Its replicas.
    pub rows: Vec<CopyPlace>,
    /// Its actions.
    pub foot: Rect,
}

/// Where one replica stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopyPlace {
    /// Topic by index.
    pub topic: usize,
    /// Partition.
    pub partition: usize,
    /// Drawn with cells? Else as a bar.
    pub cells: bool,
    /// The row.
    pub rect: Rect,
}

/// A broker on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapCard {
    /// The card.
    pub rect: Rect,
    /// Its name.
    pub head: Rect,
    /// Its replicas, in the order of the shape.
    pub grid: MapGrid,
}

impl BrokersLayout {
    /// Where a broker's replica stands.
    pub fn copy(&self, broker: usize, topic: usize, partition: usize) -> Option<Rect> {
        let BrokerCards::Rows { cards, .. } = &self.cards else { return None };
        let rows = &cards.get(broker)?.rows;
        rows.iter().find(|row| (row.topic, row.partition) == (topic, partition)).map(|row| row.rect)
    }

    /// The broker and which of its replicas a point of the map is in.
    pub fn tile_at(&self, x: f32, y: f32) -> Option<(usize, usize)> {
        let BrokerCards::Map(cards) = &self.cards else { return None };
        cards.iter().enumerate().find_map(|(at, card)| {
            let area = card.grid.area;
            Some((at, card.grid.at(x - area.x, y - area.y).filter(|_| y <= area.bottom())?))
        })
    }
}

/// Places everything for a lens of this width and the height that is in sight.
pub fn layout_brokers(width: f32, height_hint: f32, shape: &BrokersShape) -> BrokersLayout {
    let mode = Mode::of(width);
    let margin = if mode == Mode::Narrow { 12.0 } else { 20.0 };
    let area = rect(margin, TOP, (width - 2.0 * margin).max(120.0), height_hint - TOP);
    let head = rect(area.x, TOP, area.w, if mode == Mode::Narrow { 56.0 } else { HEAD - 8.0 });
    let (controllers, top) = controllers(area, head.bottom() + 8.0, mode, shape.controllers);
    let (cards, bottom) = match shape.is_map() {
        true => map(rect(area.x, top, area.w, 0.0), shape),
        false => rows(rect(area.x, top, area.w, (height_hint - top - UNDER).max(0.0)), mode, shape),
    };
    BrokersLayout { mode, width, height: (bottom + UNDER).max(height_hint), head, controllers, cards }
}

/// The cards of the controllers, all of one height, and where those of the brokers may begin.
fn controllers(area: Rect, top: f32, mode: Mode, count: usize) -> (Vec<Rect>, f32) {
    if count == 0 {
        return (Vec::new(), top);
    }
    let gap = if mode == Mode::Wide { 28.0 } else { 16.0 };
    let columns = columns(area.w, gap, CARD_MIN, count);
    let width = ((area.w - gap * (columns - 1) as f32) / columns as f32).min(CARD_MAX).floor();
    let all = width * columns as f32 + gap * (columns - 1) as f32;
    let left = area.x + ((area.w - all) / 2.0).max(0.0).floor();
    let place = |at: usize| {
        let (line, column) = (at / columns, at % columns);
        rect(left + column as f32 * (width + gap), top + line as f32 * (APART + gap), width, APART)
    };
    let lines = count.div_ceil(columns);
    ((0..count).map(place).collect(), top + lines as f32 * (APART + gap))
}

/// How many cards stand side by side, balanced over the lines that they take.
fn columns(width: f32, gap: f32, least: f32, count: usize) -> usize {
    let fit = (((width + gap) / (least + gap)).floor() as usize).clamp(1, count.max(1));
    count.max(1).div_ceil(count.max(1).div_ceil(fit))
}

fn rows(area: Rect, mode: Mode, shape: &BrokersShape) -> (BrokerCards, f32) {
    let gap = if mode == Mode::Wide { 28.0 } else { 16.0 };
    let count = shape.brokers.len();
    let columns = columns(area.w, gap, CARD_MIN, count);
    let lines = count.max(1).div_ceil(columns);
    let card_width = ((area.w - gap * (columns - 1) as f32) / columns as f32).min(CARD_MAX).floor();
    let all = card_width * columns as f32 + gap * (columns - 1) as f32;
    let left = area.x + ((area.w - all) / 2.0).max(0.0).floor();
    let everything: Vec<(usize, usize)> = (shape.topics.iter().enumerate())
        .flat_map(|(topic, partitions)| (0..*partitions).map(move |partition| (topic, partition)))
        .collect();
    let most = shape.brokers.iter().map(|broker| broker.copies.len()).max().unwrap_or(0);
    // Side by side each partition has its height on all cards, unless most of that would be empty.
    let aligned = lines == 1 && everything.len() * 2 <= most * 3;
    let slots = |broker: usize| if aligned { &everything } else { &shape.brokers[broker].copies };
    let several = shape.topics.iter().filter(|partitions| **partitions > 0).count() > 1;
    let foot = |line: usize| {
        let of_line = shape.brokers.iter().skip(line * columns).take(columns);
        let more = if card_width < FOOT_LINE.0 { FOOT_LINE.1 } else { 0.0 };
        if of_line.clone().any(|broker| broker.down) { FOOT_DOWN + more } else { FOOT_UP }
    };
    let needs = |broker: usize| {
        let (mut fixed, mut cells, mut before) = (CARD_HEAD + INSIDE, 0, None);
        for (topic, _) in slots(broker) {
            if several && before != Some(*topic) {
                before = Some(*topic);
                fixed += TOPIC_HEAD;
            }
            match shape.has_cells(*topic) {
                true => cells += 1,
                false => fixed += BAR.0 + BAR.1,
            }
        }
        (fixed, cells)
    };
    let needed: Vec<(f32, usize)> = (0..count).map(needs).collect();
    let fixed = needed.iter().map(|(fixed, _)| *fixed).fold(0.0, f32::max);
    let cells = needed.iter().map(|(_, cells)| *cells).max().unwrap_or(0);
    let feet: f32 = (0..lines).map(foot).sum();
    let room = (area.h - gap * (lines - 1) as f32 - feet) / lines as f32 - fixed;
    let pitch = if mode == Mode::Narrow { 62.0 } else { room / cells.max(1) as f32 };
    let (density, height, under) = match pitch {
        p if p >= 76.0 => (Density::Roomy, (p - 8.0).min(74.0).floor(), (p - 68.0).clamp(8.0, 10.0).floor()),
        p if p >= 52.0 => (Density::Cosy, (p - 5.0).clamp(47.0, 68.0).floor(), 5.0),
        _ => (Density::Compact, 38.0, 4.0),
    };
    let mut cards = Vec::with_capacity(count);
    let mut y = area.y;
    let mut line_bottom = area.y;
    for (at, broker) in shape.brokers.iter().enumerate() {
        let (line, column) = (at / columns, at % columns);
        if column == 0 && at > 0 {
            y = line_bottom + gap;
        }
        let corner = point(left + column as f32 * (card_width + gap), y);
        let mut below = corner.y + CARD_HEAD;
        let mut topics = Vec::new();
        let mut rows = Vec::new();
        for &(topic, partition) in slots(at) {
            if several && topics.last().is_none_or(|(last, _)| *last != topic) {
                topics.push((topic, rect(corner.x + INSIDE, below, card_width - 2.0 * INSIDE, TOPIC_HEAD - 2.0)));
                below += TOPIC_HEAD;
            }
            let cells = shape.has_cells(topic);
            let (height, under) = if cells { (height, under) } else { BAR };
            let place = rect(corner.x + INSIDE, below, card_width - 2.0 * INSIDE, height);
            if broker.copies.binary_search(&(topic, partition)).is_ok() {
                rows.push(CopyPlace { topic, partition, cells, rect: place });
            }
            below += height + under;
        }
        let foot = rect(corner.x + INSIDE, below, card_width - 2.0 * INSIDE, foot(line));
        let card = rect(corner.x, corner.y, card_width, foot.bottom() - corner.y + 4.0);
        line_bottom = line_bottom.max(card.bottom());
        let head = rect(corner.x, corner.y, card_width, CARD_HEAD);
        cards.push(CardLayout { rect: card, head, topics, rows, foot });
    }
    // Cards of one line end together, with their actions at the end.
    for line in cards.chunks_mut(columns) {
        let bottom = line.iter().map(|card| card.rect.bottom()).fold(0.0, f32::max);
        for card in line {
            let more = bottom - card.rect.bottom();
            card.rect.h += more;
            card.foot.y += more;
        }
    }
    let geom = copy_geom(card_width - 2.0 * INSIDE, height, density);
    (BrokerCards::Rows { cards, geom }, line_bottom)
}

/// What stands inside a replica's row.
fn copy_geom(width: f32, height: f32, density: Density) -> RowGeom {
    // The label, the edge of a cell, the height of its offset, and room right of the cells for the watermark's label.
    let (label, cell, offset, tag) = match density {
        Density::Roomy => (62.0, 24.0, 14.0, 36.0),
        Density::Cosy => (66.0, 24.0, 14.0, 36.0),
        Density::Compact => (92.0, 20.0, 11.0, 36.0),
    };
    let strip_height = 2.0 + cell + offset;
    let top = match density {
        Density::Roomy => ((height - strip_height - 12.0) / 2.0).max(3.0).floor(),
        Density::Cosy => ((height - strip_height - 8.0) / 2.0).max(2.0).floor(),
        Density::Compact => ((height - strip_height) / 2.0).max(1.0).floor(),
    };
    let left = 12.0 + label;
    let strip = rect(left, top, (width - left - 6.0).max(cell), strip_height);
    let (pad, pitch) = (4.0, cell + 2.0);
    let slots = (((strip.w - 2.0 * pad - tag) / pitch).floor().max(1.0)) as usize;
    RowGeom {
        density,
        stacked: false,
        label: rect(12.0, 2.0, label, height - 4.0),
        chips: Rect::default(),
        strip,
        lag: Rect::default(),
        cell,
        pitch,
        pad,
        cell_top: 2.0,
        marks_y: strip.bottom(),
        label_rows: 1,
        slots,
    }
}

fn map(area: Rect, shape: &BrokersShape) -> (BrokerCards, f32) {
    const NAME: f32 = 24.0;
    const PAD: f32 = 7.0;
    let (count, copies) = (shape.brokers.len(), shape.copies());
    let (gap, least) = if count > CARDS_MAX { (8.0, 96.0) } else { (16.0, 200.0) };
    let (pitch, tile) = match copies {
        0..=4_000 => (11.0, 9.0),
        4_001..=12_000 => (8.0, 7.0),
        _ => (5.0, 4.0),
    };
    let columns = columns(area.w, gap, least, count);
    let width = ((area.w - gap * (columns - 1) as f32) / columns as f32).floor();
    let per_line = (((width - 2.0 * PAD) / pitch).floor() as usize).max(1);
    let mut cards = Vec::with_capacity(count);
    let mut y = area.y;
    for line in shape.brokers.chunks(columns) {
        let most = line.iter().map(|broker| broker.copies.len()).max().unwrap_or(0);
        let tiles = most.div_ceil(per_line).max(1) as f32 * pitch;
        for (column, broker) in line.iter().enumerate() {
            let card = rect(area.x + column as f32 * (width + gap), y, width, NAME + tiles + PAD);
            let tiles = rect(card.x + PAD, card.y + NAME, per_line as f32 * pitch, tiles);
            let grid = MapGrid { area: tiles, columns: per_line, pitch, tile, count: broker.copies.len() };
            cards.push(MapCard { rect: card, head: rect(card.x, card.y, card.w, NAME), grid });
        }
        y += NAME + tiles + PAD + gap;
    }
    (BrokerCards::Map(cards), y)
}

/// From one replica's row to another's, over the cards between them; from the sides that face each other.
pub fn copy_to_copy(from: Rect, to: Rect) -> Curve {
    let beside = |a: Rect, b: Rect| a.right() <= b.x;
    let ends = match (beside(from, to), beside(to, from)) {
        (true, _) => (point(from.right(), from.mid_y()), point(to.x, to.mid_y())),
        (_, true) => (point(from.x, from.mid_y()), point(to.right(), to.mid_y())),
        _ => return wire::between(from, to),
    };
    let far = (ends.1.x - ends.0.x).abs() > from.w.min(to.w) / 2.0;
    Curve::sagging(ends.0, ends.1, if far { -34.0 } else { -8.0 })
}

/// From outside a card into a replica's row, as a request of a client comes in.
pub fn into_copy(row: Rect, geom: &RowGeom) -> Curve {
    Curve::level(point(row.x - INSIDE - 12.0, row.mid_y()), point(row.x + geom.strip.x, row.mid_y()))
}

/// Out of a replica's row past the other side of its card, as records go to a consumer.
pub fn out_of_copy(row: Rect) -> Curve {
    Curve::level(point(row.right() - 30.0, row.mid_y()), point(row.right() + INSIDE + 12.0, row.mid_y()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(brokers: usize, topics: &[usize], factor: usize) -> BrokersShape {
        let mut all: Vec<BrokerShape> = vec![BrokerShape::default(); brokers];
        for (topic, partitions) in topics.iter().enumerate() {
            for partition in 0..*partitions {
                for replica in 0..factor.min(brokers) {
                    all[(partition + replica) % brokers].copies.push((topic, partition));
                }
            }
        }
        for broker in &mut all {
            broker.copies.sort_unstable();
        }
        BrokersShape { brokers: all, controllers: 0, topics: topics.to_vec() }
    }

    fn check(width: f32, height: f32, shape: &BrokersShape) -> BrokersLayout {
        let layout = layout_brokers(width, height, shape);
        let inside = |rect: &Rect, outer: &Rect| {
            rect.x >= outer.x - 0.1
                && rect.right() <= outer.right() + 0.1
                && rect.y >= outer.y - 0.1
                && rect.bottom() <= outer.bottom() + 0.1
        };
        let whole = rect(0.0, 0.0, width, layout.height);
        match &layout.cards {
            BrokerCards::Rows { cards, geom } => {
                assert_eq!(cards.len(), shape.brokers.len());
                assert!(geom.slots >= 5, "{geom:?}");
                for (at, card) in cards.iter().enumerate() {
                    assert!(inside(&card.rect, &whole), "{card:?} in {whole:?}");
                    assert!(cards[at + 1..].iter().all(|other| !other.rect.overlaps(&card.rect)));
                    let mut parts: Vec<Rect> = vec![card.head, card.foot];
                    parts.extend(card.topics.iter().map(|(_, rect)| *rect));
                    parts.extend(card.rows.iter().map(|row| row.rect));
                    assert_eq!(card.rows.len(), shape.brokers[at].copies.len());
                    for (index, part) in parts.iter().enumerate() {
                        assert!(inside(part, &card.rect), "{part:?} in {card:?}");
                        assert!(parts[index + 1..].iter().all(|other| !other.overlaps(part)), "{part:?} {card:?}");
                    }
                }
            }
            BrokerCards::Map(cards) => {
                for (at, card) in cards.iter().enumerate() {
                    assert!(inside(&card.rect, &whole) && inside(&card.grid.area, &card.rect), "{card:?}");
                    for (index, _) in shape.brokers[at].copies.iter().enumerate() {
                        let tile = card.grid.tile(index);
                        assert!(inside(&tile, &card.rect), "{tile:?} {card:?}");
                        assert_eq!(layout.tile_at(tile.mid_x(), tile.mid_y()), Some((at, index)));
                    }
                }
            }
        }
        layout
    }

    #[test]
    fn cards_and_their_rows_never_overlap() {
        for width in [320.0, 390.0, 700.0, 900.0, 1100.0, 1600.0, 2400.0] {
            for height in [500.0, 720.0, 1000.0] {
                for brokers in [1, 2, 3, 5, 12] {
                    for topics in [&[][..], &[1], &[6], &[24], &[3, 40, 2]] {
                        check(width, height, &shape(brokers, topics, 3));
                    }
                }
            }
        }
    }

    #[test]
    fn controllers_stand_over_the_brokers() {
        for width in [320.0, 390.0, 900.0, 1100.0, 2400.0] {
            for (brokers, controllers) in [(1, 1), (3, 3), (5, 5), (100, 3)] {
                let layout = check(width, 720.0, &BrokersShape { controllers, ..shape(brokers, &[6], 3) });
                assert_eq!(layout.controllers.len(), controllers);
                let top = match &layout.cards {
                    BrokerCards::Rows { cards, .. } => cards[0].rect.y,
                    BrokerCards::Map(cards) => cards[0].rect.y,
                };
                for (at, card) in layout.controllers.iter().enumerate() {
                    assert!(
                        card.y >= layout.head.bottom() && card.bottom() <= top && card.right() <= width,
                        "{card:?}"
                    );
                    assert!(layout.controllers[at + 1..].iter().all(|other| !other.overlaps(card)), "{card:?}");
                }
            }
        }
    }

    #[test]
    fn the_start_cluster_stands_side_by_side_in_sight_and_level() {
        let layout = check(1124.0, 720.0, &shape(3, &[6], 3));
        let BrokerCards::Rows { cards, geom } = &layout.cards else { panic!("a map of three brokers") };
        assert!(layout.height <= 720.0 && geom.density != Density::Compact, "{}", layout.height);
        for partition in 0..6 {
            let tops: Vec<f32> = (0..3).filter_map(|at| layout.copy(at, 0, partition)).map(|row| row.y).collect();
            assert!(tops.len() == 3 && tops.iter().all(|y| *y == tops[0]), "{tops:?}");
        }
        assert!(cards.iter().all(|card| card.rect.y == cards[0].rect.y && card.rect.h == cards[0].rect.h));
    }

    #[test]
    fn a_large_cluster_is_a_map() {
        for (brokers, partitions) in [(100, 1_000), (3, 1_000), (128, 10_000), (40, 40)] {
            for width in [390.0, 1100.0] {
                let layout = check(width, 720.0, &shape(brokers, &[partitions], 3));
                assert!(matches!(layout.cards, BrokerCards::Map(_)), "{brokers} {partitions}");
            }
        }
    }

    #[test]
    fn a_line_between_replicas_joins_the_sides_that_face_each_other() {
        let (left, right) = (rect(30.0, 100.0, 300.0, 60.0), rect(700.0, 200.0, 300.0, 60.0));
        let curve = copy_to_copy(left, right);
        assert_eq!((curve.at(0.0), curve.at(1.0)), (point(330.0, 130.0), point(700.0, 230.0)));
        let back = copy_to_copy(right, left);
        assert_eq!((back.at(0.0), back.at(1.0)), (point(700.0, 230.0), point(330.0, 130.0)));
    }
}
