//! The layout at every size and count: nothing overlaps, nothing leaves the stage.

use super::{
    axis::{Axis, SPAN_US_MIN},
    labels,
    labels::Mark,
    row_marks::RowMarks,
    strip::RowGeom,
    strip::Window,
    *,
};
use crate::view::model::{Cell, GroupMark, GroupView, PartitionView, ViewModel};

const WIDTHS: [f32; 7] = [390.0, 600.0, 900.0, 965.0, 1024.0, 1125.0, 1440.0];
const HEIGHTS: [f32; 3] = [420.0, 640.0, 744.0];

fn shape(producers: usize, partitions: &[usize], groups: &[usize]) -> StageShape {
    StageShape {
        brokers: 3,
        producers,
        producers_shown: producers.min(shape::PRODUCERS_SHOWN),
        topics: partitions.iter().map(|&partitions| TopicShape { partitions, folded: false, opened: None }).collect(),
        groups: groups
            .iter()
            .map(|&n| GroupShape { owned: (0..n).map(|at| at % 6).collect(), hidden: 0, facts: 200 + 40 * n })
            .collect(),
        ..StageShape::default()
    }
}

/// Every card of a layout with a name for the message.
fn cards(layout: &StageLayout) -> Vec<(String, Rect)> {
    let mut cards = Vec::new();
    let mut push = |name: String, rect: Rect| cards.push((name, rect));
    push("producers' heading".into(), layout.producers.head);
    for (at, &card) in layout.producers.cards.iter().enumerate() {
        push(format!("producer {at}"), card);
    }
    layout.producers.more.iter().for_each(|&more| push("more producers".into(), more));
    push("+ producer".into(), layout.producers.add);
    for (at, &chip) in layout.cluster.brokers.iter().enumerate() {
        push(format!("broker {at}"), chip);
    }
    layout.cluster.brokers_more.iter().for_each(|&more| push("more brokers".into(), more));
    push("+ broker".into(), layout.cluster.add_broker);
    push("+ topic".into(), layout.cluster.add_topic);
    layout.cluster.empty.iter().for_each(|&empty| push("no topic".into(), empty));
    for (at, topic) in layout.cluster.topics.iter().enumerate() {
        push(format!("topic {at}"), topic.head);
        match &topic.rows {
            TopicRows::Folded => {}
            TopicRows::Cells { rows, .. } | TopicRows::Bars { rows, .. } => {
                rows.iter().enumerate().for_each(|(p, &row)| push(format!("topic {at} partition {p}"), row));
            }
            TopicRows::Map { opened, grid, .. } => {
                opened.iter().for_each(|&(_, row)| push(format!("topic {at} opened"), row));
                push(format!("topic {at} map"), grid.area);
            }
        }
    }
    if layout.groups.groups.is_empty() {
        push("groups' heading".into(), layout.groups.head);
    }
    for (at, group) in layout.groups.groups.iter().enumerate() {
        push(format!("group {at}"), group.head);
        group.members.iter().enumerate().for_each(|(m, &card)| push(format!("group {at} member {m}"), card));
        group.more.iter().for_each(|&more| push(format!("group {at} more"), more));
    }
    push("+ consumer".into(), layout.groups.add);
    cards
}

fn check(width: f32, height: f32, shape: &StageShape) {
    let layout = layout(width, height, shape);
    let cards = cards(&layout);
    for (index, (name, card)) in cards.iter().enumerate() {
        let case = format!("{name} {card:?} at {width}×{height} of {shape:?}");
        assert!(card.x >= 0.0 && card.right() <= width + 0.01, "outside: {case}");
        assert!(card.y >= 0.0 && card.bottom() <= layout.height, "outside: {case}");
        assert!(card.w > 20.0 && card.h > 5.0, "nothing left: {case}");
        for (other_name, other) in &cards[index + 1..] {
            assert!(!card.overlaps(other), "{other_name} {other:?} overlaps {case}");
        }
    }
}

#[test]
fn zooming_keeps_the_moment_under_the_pointer() {
    let axis = Axis { from_us: 10_000_000, to_us: 30_000_000, width: 1_000.0 };
    assert_eq!(axis.zoomed(500.0, 0.5, 60_000_000), (15_000_000, 25_000_000));
    assert_eq!(axis.zoomed(0.0, 0.5, 60_000_000), (10_000_000, 20_000_000));
    assert_eq!(axis.zoomed(1_000.0, 2.0, 60_000_000), (0, 40_000_000), "nothing is before the beginning");
    assert_eq!(axis.zoomed(300.0, 99.0, 60_000_000), (0, 60_000_000), "all there is");
    let (from_us, to_us) = axis.zoomed(500.0, 0.0, 60_000_000);
    assert_eq!(to_us - from_us, SPAN_US_MIN);
    assert_eq!(axis.moved(100.0, 60_000_000), (8_000_000, 28_000_000));
    assert_eq!(axis.moved(-9_999.0, 60_000_000), (40_000_000, 60_000_000));
}

#[test]
fn no_card_overlaps_another_or_leaves_the_stage() {
    let group_sets: [&[usize]; 8] = [&[], &[0], &[1], &[3], &[12], &[3, 3], &[4, 0, 5], &[3, 3, 3, 3]];
    for width in WIDTHS {
        for height in HEIGHTS {
            for producers in 0..=6 {
                for (at, partitions) in (0..=24).enumerate() {
                    check(width, height, &shape(producers, &[partitions], group_sets[at % group_sets.len()]));
                }
                check(width, height, &shape(producers, &[], &[]));
                check(width, height, &shape(producers, &[3, 6, 1], &[2]));
            }
        }
    }
}

#[test]
fn a_group_whose_facts_are_long_has_two_lines_for_them() {
    let mut view = GroupView {
        group_id: Some("billing".into()),
        state: Some("Stable"),
        generation: 1,
        assignment_epoch: None,
        assignor: Some("range".into()),
        coordinator: Some(2),
        coordinator_partition: Some(0),
        color: 0,
        members: Vec::new(),
        lag: 0,
        offsets_expire_us: None,
    };
    let head = |view: &GroupView, width: f32| {
        let vm = ViewModel { groups: vec![view.clone().into()], ..ViewModel::default() };
        layout(width, 744.0, &StageShape::of(&vm, &Folds::default())).groups.groups[0].head.h
    };
    let short = [390.0, 1024.0, 1440.0].map(|width| head(&view, width));
    assert_eq!(short, [46.0, GROUP_HEAD_TALL, 46.0]);
    (view.generation, view.assignor) = (12, Some("cooperative-sticky".into()));
    assert_eq!([340.0, 1024.0, 1440.0].map(|width| head(&view, width)), [GROUP_HEAD_TALL; 3]);
}

#[test]
fn large_clusters_stand_too() {
    for width in WIDTHS {
        let mut large = shape(40, &[50, 1000, 6], &[24, 24]);
        large.groups[0].hidden = 900;
        large.brokers = 128;
        large.topics[0].opened = Some(7);
        large.topics[1].opened = Some(999);
        check(width, 744.0, &large);
        large.all_brokers = true;
        large.topics.push(TopicShape { partitions: 50, folded: true, opened: None });
        check(width, 744.0, &large);
        check(width, 744.0, &shape(1, &[10_000], &[1]));
    }
}

#[test]
fn rows_shrink_from_comfortable_to_compact() {
    let row = |partitions| match &layout(1125.0, 744.0, &shape(2, &[partitions], &[3])).cluster.topics[0].rows {
        TopicRows::Cells { rows, geom } => (rows[0].h, geom.density),
        other => panic!("{other:?}"),
    };
    assert!((84.0..=104.0).contains(&row(6).0) && row(6).1 == Density::Roomy, "{:?}", row(6));
    assert_eq!(row(8).1, Density::Cosy);
    assert!((44.0..=50.0).contains(&row(24).0) && row(24).1 == Density::Compact, "{:?}", row(24));
    let six = layout(1125.0, 744.0, &shape(2, &[6], &[3]));
    assert!(six.height <= 744.0, "six partitions fit without scrolling: {}", six.height);
}

#[test]
fn what_stands_in_a_row_stays_in_it() {
    for width in [330.0, 376.0, 420.0, 560.0, 760.0] {
        for (density, height) in [(Density::Roomy, 86.0), (Density::Cosy, 62.0), (Density::Compact, 48.0)] {
            for stacked in [false, true] {
                if width < 376.0 && !stacked {
                    continue;
                }
                let height = if stacked { height + 28.0 } else { height };
                let geom = RowGeom::new(width, height, density, stacked);
                let last = geom.boundary(geom.slots);
                assert!(last <= geom.strip.right(), "{geom:?}");
                assert!(geom.slots >= 6, "{geom:?}");
                assert!(geom.lag.right() <= width && geom.label.x >= 0.0, "{geom:?}");
                assert!(!geom.label.overlaps(&geom.strip) && !geom.lag.overlaps(&geom.strip), "{geom:?}");
                assert!(geom.chips.x >= geom.label.x && geom.chips.right() <= geom.label.right() + 0.1, "{geom:?}");
                assert_eq!(strip::chips(&geom.chips, 1..=3).len(), 3, "{geom:?}");
                let bottom = geom.marks_y + strip::MARK_LINE * f32::from(geom.label_rows);
                assert!(bottom <= height, "{bottom} {height} {geom:?}");
            }
        }
    }
}

fn partition(log_start: i64, cells: std::ops::Range<i64>) -> PartitionView {
    PartitionView {
        topic: "orders".into(),
        partition: 0,
        leader: Some(1),
        leader_epoch: 0,
        replicas: Vec::new(),
        last_known_leader: None,
        log_start,
        high_watermark: cells.end,
        log_end: cells.end,
        cells: cells.map(|offset| Cell { offset, key: None, visible: true }).collect(),
        marks: Vec::new(),
    }
}

#[test]
fn the_window_keeps_the_newest_and_says_that_there_were_others() {
    let all = partition(2, 2..9);
    assert_eq!(Window::of(&all, 12), Window { first: 0, count: 7, earlier: false });
    assert_eq!(Window::of(&all, 12).slot(&all, 9), Some(7));
    assert_eq!(Window::of(&all, 12).slot(&all, 0), Some(0), "below the first record kept");
    let long = partition(0, 100..148);
    let window = Window::of(&long, 12);
    assert_eq!(window, Window { first: 37, count: 11, earlier: true });
    assert_eq!(window.slot(&long, 148), Some(12));
    assert_eq!(window.slot(&long, 137), Some(1));
    assert_eq!(window.slot(&long, 100), None);
    let empty = partition(0, 0..0);
    assert_eq!(Window::of(&empty, 12).slot(&empty, 0), Some(0));
}

#[test]
fn labels_never_touch() {
    let mut state = 7_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    for _ in 0..5000 {
        let rows = 1 + random(2) as u8;
        let x = |random: &mut dyn FnMut(u32) -> u32| 6.0 + random(12) as f32 * 34.0;
        let hw = (x(&mut random), 36.0);
        let count = random(5) as usize;
        let marks: Vec<Mark> =
            (0..count).map(|_| Mark { x: x(&mut random), label: 20.0 + random(70) as f32, short: 14.0 }).collect();
        let placed = labels::place(0.0, 420.0, Some(hw), &marks, &[], rows);
        let spots: Vec<_> = placed.hw.iter().chain(placed.labels.iter().flatten()).collect();
        for (at, a) in spots.iter().enumerate() {
            assert!(a.x >= -0.1 && a.x + a.w <= 420.1 && a.row < rows, "{placed:?}");
            for b in &spots[at + 1..] {
                assert!(a.row != b.row || a.x + a.w <= b.x || b.x + b.w <= a.x, "{placed:?}");
            }
            for &triangle in &placed.triangles {
                let half = labels::TRIANGLE;
                assert!(a.row != 0 || a.x + a.w <= triangle - half || triangle + half <= a.x, "{placed:?}");
            }
        }
        for (at, a) in placed.triangles.iter().enumerate() {
            for b in &placed.triangles[at + 1..] {
                assert!((a - b).abs() > 1.0, "two triangles at one place: {placed:?}");
            }
        }
        // What stands on the line of triangles, and the offset that it is of.
        let of_labels = marks.iter().zip(&placed.labels).filter_map(|(mark, label)| Some((mark.x, (*label)?)));
        let labels: Vec<_> = placed.hw.map(|label| (hw.0, label)).into_iter().chain(of_labels).collect();
        let on_line = labels.iter().filter(|(_, label)| label.row == 0);
        let middles: Vec<(f32, f32)> = (on_line.clone().map(|(of, label)| (*of, label.x + label.w / 2.0)))
            .chain(marks.iter().map(|mark| mark.x).zip(placed.triangles.iter().copied()))
            .collect();
        for (of, label) in on_line {
            let (from, to) = (of.min(label.x), of.max(label.x + label.w));
            let foreign = |(other, middle): &&(f32, f32)| other != of && from < *middle && *middle < to;
            assert_eq!(middles.iter().find(foreign), None, "between {of} and {label:?}: {marks:?} {placed:?}");
        }
    }
}

#[test]
fn one_group_always_has_its_label() {
    for slot in 0..=12 {
        for rule in slot..=12 {
            for rows in [1, 2] {
                let mark = Mark { x: 6.0 + slot as f32 * 34.0, label: 60.0, short: 7.0 };
                let (at, width) = (6.0 + rule as f32 * 34.0, 36.0);
                let placed = labels::place(0.0, 420.0, Some((at, width)), &[mark], &[], rows);
                // On one line the rule's own label would have to stand beyond the mark.
                let beyond = rows == 1 && at + 4.0 + width > 420.0 && slot < rule && at - mark.x < width + 4.0 + 7.0;
                assert!(placed.labels[0].is_some(), "{slot} {rule} {rows} {placed:?}");
                assert_eq!(placed.hw.is_none(), beyond, "{slot} {rule} {rows} {placed:?}");
            }
        }
    }
}

#[test]
fn a_position_out_of_sight_points_there() {
    let mut view = partition(0, 100..148);
    let mark = |committed, position| GroupMark { group: "billing".into(), color: 0, committed, position, lag: None };
    let geom = RowGeom::new(560.0, 86.0, Density::Roomy, false);
    let window = Window::of(&view, geom.slots);
    view.marks = vec![mark(None, Some(7))];
    let marks = RowMarks::of(&view, &geom, &window, "HW 148");
    let [tip, upper, lower] = marks.positions[0].triangle;
    assert!(tip.0 < upper.0 && upper.0 == lower.0 && upper.1 < tip.1 && tip.1 < lower.1, "{marks:?}");
    // The group's committed offset points there already.
    view.marks = vec![mark(Some(5), Some(7))];
    let marks = RowMarks::of(&view, &geom, &window, "HW 148");
    assert!(marks.positions.is_empty() && marks.committed.len() == 1, "{marks:?}");
    view.marks = vec![mark(Some(5), Some(148))];
    assert_eq!(RowMarks::of(&view, &geom, &window, "HW 148").positions.len(), 1);
}

#[test]
fn a_flight_moves_evenly_from_end_to_end() {
    let cards = (rect(20.0, 100.0, 180.0, 160.0), rect(260.0, 420.0, 560.0, 88.0));
    for mode in [Mode::Wide, Mode::Narrow] {
        let curve = wire::producer_to_partition(mode, cards.0, cards.1, 0);
        let (start, end) = (curve.at(0.0), curve.at(1.0));
        assert!((end.x - cards.1.x).abs() < 0.1 && (end.y - cards.1.mid_y()).abs() < 0.1, "{end:?}");
        let mut before = start;
        let step = curve.length() / 50.0;
        for n in 1..=50 {
            let now = curve.at(n as f32 / 50.0);
            let moved = ((now.x - before.x).powi(2) + (now.y - before.y).powi(2)).sqrt();
            assert!(moved < step * 1.3, "{mode:?} jumps {moved} of {step} at {n}");
            before = now;
        }
        let back = curve.reversed();
        let (there, here) = (curve.at(0.3), back.at(0.7));
        assert!((there.x - here.x).abs() < 1.0 && (there.y - here.y).abs() < 1.0);
        assert!(curve.path().starts_with('M'));
    }
}

#[test]
fn a_popover_stays_in_the_window() {
    for (w, h) in [(1440.0, 900.0), (1024.0, 768.0), (390.0, 844.0)] {
        for x in (0..=(w as i32 - 20)).step_by(37) {
            for y in (0..=(h as i32 - 20)).step_by(41) {
                let anchor = rect(x as f32, y as f32, 30.0, 20.0);
                let at = popover::beside(anchor, (360.0, 240.0), w, h);
                let card = rect(at.x, at.y, 360.0, 240.0);
                assert!(card.x >= 9.0 && card.right() <= w - 9.0, "{anchor:?} {card:?} in {w}");
                assert!(card.y >= 9.0 && card.bottom() <= h - 9.0, "{anchor:?} {card:?} in {h}");
                assert!(!card.overlaps(&anchor), "{anchor:?} {card:?}");
            }
        }
    }
}

#[test]
fn the_axis_has_sensible_ticks() {
    let axis = axis::Axis::rounded(0, 12_480_000, 1000.0);
    assert_eq!(axis.to_us, 20_000_000);
    let ticks = axis.ticks(80.0);
    assert_eq!(ticks[1].1, "2 s");
    assert!(ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 80.0));
    let short = axis::Axis::rounded(0, 3_000, 1000.0);
    assert_eq!(short.to_us, 30_000);
    assert_eq!(short.ticks(80.0)[1].1, "0.005 s");
    let long = axis::Axis::rounded(0, 2_592_000_000_000, 600.0);
    assert!(long.ticks(70.0).len() > 2, "thirty days");
    assert_eq!(axis::labels_that_fit(&[(0.0, 50.0), (40.0, 30.0), (90.0, 20.0)], 200.0), [false, true, true]);
    let under_a_mark = [(0.0, 60.0), (50.0, 50.0), (90.0, 20.0)];
    assert_eq!(axis::labels_that_fit(&under_a_mark, 200.0), [false, false, true], "no mark lies on a label");
}
