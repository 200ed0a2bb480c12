//! The chart against runs of the model: what it says is what the members own.

use std::rc::Rc;

use super::{layout::*, *};
use crate::{
    cluster::command::{Command, Work},
    history::{Run, start_cluster},
    i18n::Lang,
    kafka::ids::TopicIdPartition,
    sim::Set,
    view::{Builder, geometry::axis::Axis},
};

fn member(name: &str) -> Command {
    Command::AddConsumer {
        consumer: name.into(),
        work: Work {
            group: Some("billing".into()),
            topics: vec!["orders".into()],
            processing_us: 20_000,
            ..Work::default()
        },
        settings: [("auto.offset.reset".to_owned(), "earliest".to_owned())].into_iter().collect(),
    }
}

/// C4 joins the start cluster's group of three, and C2 leaves.
fn eventful() -> Run {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.apply(member("C4")).expect("sound");
    run.advance_to(20_000_000);
    run.apply(Command::RemoveConsumer { consumer: "C2".into() }).expect("sound");
    run.advance_to(30_000_000);
    run
}

fn charts(run: &Run) -> Rc<GroupCharts> {
    Recorder::default().follow(run)
}

fn sight(from_us: u64, to_us: u64) -> Sight {
    let axis = Axis { from_us, to_us, width: 1000.0 };
    Sight { axis, top: 0.0, bottom: 900.0, gutter: 120.0, now_us: to_us, lang: Lang::En }
}

#[test]
fn open_bars_are_what_the_members_own() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.apply(member("C4")).expect("sound");
    let mut recorder = Recorder::default();
    for at_us in (9_000_000..25_000_000).step_by(37_000) {
        run.advance_to(at_us);
        let charts = recorder.follow(&run);
        let chart = charts.of("billing").expect("it is there");
        for (node, slot) in run.world().consumers().iter() {
            let row = chart.member(node.0).expect("every consumer of the group has a row");
            let owned: Set<TopicIdPartition> =
                row.bars.iter().filter(|bar| bar.to_us.is_none()).map(|bar| bar.partition).collect();
            let truly: Set<TopicIdPartition> = slot.consumer.partitions().keys().copied().collect();
            assert_eq!(owned, truly, "{} at {at_us}", row.name);
        }
    }
}

#[test]
fn step_by_step_or_at_once_is_the_same() {
    let whole = eventful();
    let mut run = Run::new(&start_cluster()).expect("sound");
    let mut recorder = Recorder::default();
    recorder.follow(&run);
    run.apply(member("C4")).expect("sound");
    for at_us in (9_000_000..20_000_000).step_by(11_000) {
        run.advance_to(at_us);
        recorder.follow(&run);
    }
    run.advance_to(20_000_000);
    run.apply(Command::RemoveConsumer { consumer: "C2".into() }).expect("sound");
    for at_us in (20_000_000..=30_000_000).step_by(13_000) {
        run.advance_to(at_us);
        recorder.follow(&run);
    }
    run.advance_to(30_000_000);
    assert_eq!(recorder.follow(&run), charts(&whole));
    let same = recorder.follow(&run);
    assert!(Rc::ptr_eq(&same, &recorder.follow(&run)), "nothing new, nothing made anew");
}

#[test]
fn gaps_are_the_times_in_which_nobody_read() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    // The join stopped all six, the leave too, as the protocol is eager.
    assert_eq!(chart.gaps.len(), 12, "{:?}", chart.gaps);
    for gap in chart.gaps.iter() {
        let to_us = gap.to_us.expect("somebody read it again");
        let overlaps = |bar: &Bar| {
            bar.partition == gap.partition && bar.from_us < to_us && bar.to_us.is_none_or(|end| end > gap.from_us)
        };
        assert!(!chart.members.iter().any(|row| row.bars.iter().any(overlaps)), "{gap:?} is owned");
        assert!(chart.members.iter().any(|row| row.bars.iter().any(|bar| Some(bar.event) == gap.end_event)));
    }
}

#[test]
fn no_lane_holds_two_things_at_a_time() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    for row in &chart.members {
        let bars = row.bars.iter().map(|bar| (bar.lane, bar.from_us, bar.to_us.unwrap_or(u64::MAX)));
        let gaps = chart.gaps.iter().filter(|gap| gap.node == row.node);
        let gaps = gaps.map(|gap| (gap.lane, gap.from_us, gap.to_us.unwrap_or(u64::MAX)));
        let all: Vec<_> = bars.chain(gaps).collect();
        for (index, a) in all.iter().enumerate() {
            assert!(a.0 < row.lanes);
            for b in &all[index + 1..] {
                assert!(a.0 != b.0 || a.2 <= b.1 || b.2 <= a.1, "{}: {a:?} and {b:?}", row.name);
            }
        }
    }
}

#[test]
fn bands_follow_one_another_and_name_the_generation() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    for pair in chart.bands.windows(2) {
        assert_eq!(pair[0].to_us, Some(pair[1].from_us));
    }
    let last = chart.bands.last().expect("there are some");
    assert_eq!((last.state, last.epoch, last.to_us), ("Stable", Epoch::Generation(3), None));
    let (from_us, to_us, event) = chart.last_rebalance().expect("there was one");
    assert!(from_us >= 20_000_000 && to_us == Some(last.from_us));
    assert!(chart.bands.iter().any(|band| band.event == event && band.state == "PreparingRebalance"));
}

#[test]
fn a_label_stays_within_what_is_in_sight_of_its_band() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    let (_, to_us, _) = chart.last_rebalance().expect("there was one");
    let stable_us = to_us.expect("it is over");
    for beyond_us in [10_000, 100_000, 300_000, 1_000_000] {
        // The axis ends soon after the last band begins, and time has gone on for long.
        let seen = Sight { now_us: 30_000_000, ..sight(stable_us - 1_000_000, stable_us + beyond_us) };
        let drawn = layout(&charts, chart, None, &seen);
        for band in &drawn.bands {
            assert!(band.label.chars().count() as f32 * 6.0 <= band.w.max(1.0), "{:?} in {}", band.label, band.w);
        }
    }
}

#[test]
fn the_cost_of_a_move_is_told_with_the_least_that_would_have_done() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    let moves = moves(chart).expect("there was a rebalance");
    assert!(moves.over);
    let before: usize = moves.members.iter().map(|side| side.before.len()).sum();
    let after: usize = moves.members.iter().map(|side| side.after.len()).sum();
    assert_eq!((before, after), (6, 6));
    // Range over four members is 2, 2, 1, 1, over three 2 each; C2 had two, which had to move.
    assert_eq!(moves.least, 2, "{moves:?}");
    assert!(moves.moved >= moves.least);
}

#[test]
fn the_summary_names_the_longest_gap() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    let (text, bad) = words::summary(&charts, chart, run.time_us()).expect("there was a rebalance");
    let text = text.plain(Lang::En);
    assert!(bad && text.ends_with("6 of 6 partitions stopped") && text.contains(" unread "), "{text}");
}

#[test]
fn marks_stand_on_the_axis_and_are_no_more_than_can_be_seen() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    for number in 4..60 {
        run.apply(member(&format!("C{number}"))).expect("sound");
    }
    run.advance_to(20_000_000);
    let charts = charts(&run);
    let vm = Builder::default().build(&run);
    let chart = charts.of("billing").expect("it is there");
    assert_eq!(chart.members.len(), 59);
    let drawn = layout(&charts, chart, Some(&vm.groups[0]), &sight(0, 20_000_000));
    for mark in drawn.marks.iter().chain(&drawn.bands).filter(|mark| mark.kind != MarkKind::Name) {
        assert!(mark.x >= 0.0 && mark.x + mark.w <= 1004.0, "{mark:?}");
        assert!(mark.y >= 0.0 && mark.y <= drawn.height, "{mark:?}");
    }
    let low = Sight { bottom: 100.0, ..sight(0, 20_000_000) };
    let fewer = layout(&charts, chart, Some(&vm.groups[0]), &low);
    assert_eq!(fewer.height, drawn.height, "the height is that of all rows");
    assert!(fewer.rules.len() < 10 && drawn.rules.len() > 30, "{} {}", fewer.rules.len(), drawn.rules.len());
    let near = layout(&charts, chart, Some(&vm.groups[0]), &sight(12_000_000, 12_020_000));
    assert!(near.marks.len() < 1_500, "{}", near.marks.len());
}

#[test]
fn several_rpcs_on_one_place_are_one_mark_that_looks_closer() {
    let run = eventful();
    let charts = charts(&run);
    let chart = charts.of("billing").expect("it is there");
    let vm = Builder::default().build(&run);
    let calls = |from_us, to_us| -> Vec<Mark> {
        let drawn = layout(&charts, chart, Some(&vm.groups[0]), &sight(from_us, to_us));
        drawn.marks.into_iter().filter(|mark| matches!(mark.kind, MarkKind::Call { .. })).collect()
    };
    let far = calls(0, 30_000_000);
    let looks = far.iter().find_map(|mark| match mark.act {
        ChartAct::Look(from_us, to_us) => Some((from_us, to_us)),
        _ => None,
    });
    let (from_us, to_us) = looks.expect("a join is several RPCs at once");
    let near = calls(from_us, to_us);
    assert!(near.len() >= 2, "{near:?}");
    assert!(near.iter().all(|mark| matches!(mark.act, ChartAct::Why(_))), "{near:?}");
    let answered = |error: &str| {
        let said = |mark: &&Mark| mark.said.plain(Lang::En).contains(error);
        near.iter().find(said).map(|mark| matches!(mark.kind, MarkKind::Call { bad: true, .. }))
    };
    assert_eq!(answered("COORDINATOR_NOT_AVAILABLE"), Some(true), "{near:?}");
    assert_ne!(answered("MEMBER_ID_REQUIRED"), Some(true), "to be asked for a member id is no refusal");
}

#[test]
fn text_is_cut_where_there_is_no_room() {
    assert_eq!(cut("consumer", 80.0, 8.0), "consumer");
    assert_eq!(cut("a-long-consumer-name", 80.0, 8.0), "a-long-co…");
    assert_eq!(cut("消费组成员", 48.0, 8.0), "消费…");
}

/// Two members of the consumer protocol; the second joins when the first owns all, and leaves again.
fn by_epochs() -> Run {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let modern = |name: &str| {
        let Command::AddConsumer { consumer, mut work, mut settings } = member(name) else { unreachable!() };
        work.group = Some("audit".into());
        settings.insert("group.protocol".to_owned(), "consumer".to_owned());
        Command::AddConsumer { consumer, work, settings }
    };
    run.apply(modern("A")).expect("sound");
    run.advance_to(30_000_000);
    run.apply(modern("B")).expect("sound");
    run.advance_to(60_000_000);
    run.apply(Command::RemoveConsumer { consumer: "B".into() }).expect("sound");
    run.advance_to(80_000_000);
    run
}

#[test]
fn of_the_consumer_protocol_the_heartbeats_that_say_something_are_drawn() {
    let run = by_epochs();
    let charts = charts(&run);
    let chart = charts.of("audit").expect("it is there");
    let said = |name: &str, says: Says| {
        let node = chart.members.iter().find(|row| row.name == name).expect("it has a row").node;
        chart.calls.iter().filter(|call| call.node == node && call.says == Some(says)).count()
    };
    assert_eq!([said("A", Says::Joins), said("B", Says::Joins)], [1, 1]);
    assert_eq!([said("A", Says::Leaves), said("B", Says::Leaves)], [0, 2], "request and answer");
    // A is given all, then told to give up three, and given them again; each is acknowledged.
    assert!(said("A", Says::Assigns) >= 3 && said("A", Says::Owns) >= 3, "{:?}", chart.calls);
    let beats = chart.calls.iter().filter(|call| call.api == Api::ConsumerGroupHeartbeat);
    let idle = beats.filter(|call| call.says.is_none() && call.error == ErrorCode::None).count();
    assert_eq!(idle, 0, "somebody is alive: that is every few seconds so");
    // Each is an arrow with a word of its own, alone and with others.
    let words = |from_us, to_us| -> String {
        let drawn = layout(&charts, chart, None, &sight(from_us, to_us));
        drawn.marks.iter().map(|mark| format!("{}\n", mark.label)).collect()
    };
    let close = words(29_990_000, 30_060_000);
    assert!(close.contains("\njoins\n") && close.contains("\nConsumerGroupHeartbeat acknowledges\n"), "{close}");
    let far = words(59_000_000, 70_000_000);
    assert!(far.contains("\nassigns · OffsetCommit · acknowledges\n") && far.contains("\nleaves\n"), "{far}");
}

#[test]
fn of_a_crowd_only_the_rows_in_sight_are_marks() {
    let mut run = Run::new(&crate::history::crowd(500)).expect("sound");
    let mut recorder = Recorder::default();
    let mut builder = Builder::default();
    recorder.follow(&run);
    let mut states = Set::new();
    for at_us in (60_000_000..72_000_000).step_by(500_000) {
        run.advance_to(at_us);
        let charts = recorder.follow(&run);
        let chart = charts.of("crowd").expect("it is there");
        let vm = builder.build(&run);
        let view = vm.groups.iter().find(|view| view.group_id.as_deref() == Some("crowd")).expect("it is there");
        states.insert(view.state.expect("it has one"));
        let drawn = layout(&charts, chart, Some(view), &sight(60_000_000, 72_000_000));
        let rows = drawn.marks.iter().filter(|mark| mark.kind == MarkKind::Name).count();
        // 900 pixels of rows of 22, and a few beyond for the keyboard.
        assert!((40..60).contains(&rows), "{rows} rows");
        assert!(drawn.marks.len() < 600 && drawn.height > 10_000.0, "{} marks", drawn.marks.len());
    }
    assert!(states.contains(&"Stable") && states.contains(&"PreparingRebalance"), "{states:?}");
    let owners = builder.build(&run).groups.iter().flat_map(|group| group.members.clone()).collect::<Vec<_>>();
    assert_eq!(owners.len(), 500);
    assert!(owners.iter().all(|member| member.owned.len() == 1), "one each, after both rebalances");
}
