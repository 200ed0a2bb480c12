//! The story of the start cluster: every step is told, in both languages, and the lists keep to their bounds.

use super::{Lane, Marks, StopKind, describe, lane_of, lines, names::member_name, sentence, touched};
use crate::{
    cluster::command::Command,
    history::{Milestone, Run, start_cluster},
    i18n::Lang,
    kafka::{event::EventKind, protocol::Api},
    view::model::Place,
};

fn run_to(seconds: u64) -> Run {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(seconds * 1_000_000);
    run
}

/// A placeholder without its value is shown as written.
fn is_whole(text: &str) -> bool {
    !text.contains(['{', '}']) && !text.contains('?')
}

#[test]
fn every_step_is_told_and_every_sentence_is_whole() {
    let mut run = run_to(12);
    let commands = [
        Command::CrashBroker { broker: 2 },
        Command::RemoveConsumer { consumer: "C3".into() },
        Command::AddPartitions { topic: "orders".into(), partitions: 8 },
        Command::PauseProducer { producer: "checkout".into() },
        Command::RestartBroker { broker: 2 },
        Command::StopBroker { broker: 3 },
        Command::RemoveProducer { producer: "web-logs".into() },
    ];
    let mut at_us = 12_000_000;
    for command in commands {
        run.apply(command).expect("sound");
        at_us += 15_000_000;
        run.advance_to(at_us);
    }
    for event in run.events().iter() {
        let told = sentence(&run, event);
        let step = run.world().is_step(event);
        assert!(!step || told.is_some(), "{event:?}");
        assert!(!step || lane_of(run.world(), event) != Lane::Idle, "{event:?}");
        for lang in Lang::ALL {
            let text = describe(&run, event).plain(lang);
            assert!(is_whole(&text), "{text}: {event:?}");
        }
    }
}

#[test]
fn the_story_is_newest_first_and_as_long_as_asked() {
    let run = run_to(12);
    for hidden in [&[][..], &[Lane::Idle], &[Lane::Idle, Lane::Produce, Lane::Replicate]] {
        let lines = lines(&run, hidden, 40);
        assert_eq!(lines.len(), 40);
        assert!(lines.iter().all(|line| !hidden.contains(&line.lane)));
    }
    let lines = lines(&run, &[Lane::Idle], 40);
    assert!(lines.windows(2).all(|pair| pair[0].event > pair[1].event));
}

#[test]
fn what_is_idle_is_folded() {
    let run = run_to(12);
    let lines = lines(&run, &[], 200);
    let idle: Vec<_> = lines.iter().filter(|line| line.lane == Lane::Idle).collect();
    assert!(idle.iter().any(|line| line.folded > 1));
    assert!(lines.iter().all(|line| line.lane == Lane::Idle || line.folded == 1));
}

#[test]
fn marks_lie_within_their_span() {
    let run = run_to(12);
    let all = marks(&run, 0, 12_000_000).marks;
    let some = marks(&run, 6_000_000, 8_000_000).marks;
    assert!(some.len() > 3 && some.len() < all.len());
    assert!(some.iter().all(|mark| (6_000_000..=8_000_000).contains(&mark.time_us)));
    assert!(all.iter().all(|mark| mark.lane != Lane::Idle));
    let joins = all.iter().filter(|mark| mark.lane == Lane::Group && mark.label.is_some()).count();
    assert_eq!(joins, 3);
    assert!(marks(&run, 13_000_000, 14_000_000).marks.is_empty());
}

fn marks(run: &Run, from_us: u64, to_us: u64) -> Marks {
    let mut marks = Marks::default();
    marks.follow(run, from_us, to_us);
    marks
}

#[test]
fn marks_that_are_followed_are_those_that_are_read_at_once() {
    let mut run = run_to(2);
    let mut followed = Marks::default();
    for second in 2..16 {
        run.advance_to(second * 1_000_000);
        followed.follow(&run, 0, 12_000_000);
    }
    let at_once = marks(&run, 0, 12_000_000);
    assert_eq!((&followed.marks, &followed.stops), (&at_once.marks, &at_once.stops));
    let kinds = |wanted| at_once.stops.iter().filter(|stop| stop.kind == wanted).count();
    assert!(kinds(StopKind::Command) > 0 && kinds(StopKind::Milestone(Milestone::Visible)) > 3);
    assert!(at_once.stops.is_sorted_by_key(|stop| stop.event));
    // Another axis, and another run, begin anew.
    followed.follow(&run, 6_000_000, 8_000_000);
    assert_eq!(followed.marks, marks(&run, 6_000_000, 8_000_000).marks);
    let mut other = Run::new(&start_cluster()).expect("sound");
    other.apply(Command::CrashBroker { broker: 2 }).expect("it runs");
    other.advance_to(12_000_000);
    followed.follow(&other, 6_000_000, 8_000_000);
    assert_eq!(followed.marks, marks(&other, 6_000_000, 8_000_000).marks);
}

/// What the marks of an axis are by definition: of each lane and each place the first event, with and without a label.
fn by_definition(run: &Run, from_us: u64, to_us: u64) -> (Vec<u64>, Vec<u64>) {
    let mut taken = crate::sim::Set::new();
    let (mut marks, mut stops) = (Vec::new(), Vec::new());
    let place_us = ((to_us - from_us) / 2_000).max(1);
    let labels: crate::sim::Set<u64> = super::marks::labelled(run);
    for event in run.events().iter().filter(|event| (from_us..=to_us).contains(&event.time_us)) {
        let lane = super::lane_of(run.world(), event);
        let place = event.time_us / place_us;
        if lane != Lane::Idle && taken.insert((lane as usize, labels.contains(&event.id), place)) {
            marks.push(event.id);
        }
        let command = matches!(event.kind, EventKind::Command(_)).then_some(100);
        let milestone = crate::history::milestone(run.world(), event).map(|milestone| 101 + milestone as usize);
        for kind in command.into_iter().chain(milestone) {
            if taken.insert((kind, false, place)) {
                stops.push(event.id);
            }
        }
    }
    (marks, stops)
}

#[test]
fn every_axis_has_the_first_event_of_each_place() {
    let run = run_to(30);
    let mut followed = Marks::default();
    let mut random: u64 = 7;
    let mut draw = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    for _ in 0..200 {
        let from_us = draw(30_000_000);
        let to_us = from_us + [2_000, 70_000, 3_000_000, 30_000_000][draw(4) as usize] + draw(1_000);
        followed.follow(&run, from_us, to_us);
        let marks: Vec<u64> = followed.marks.iter().map(|mark| mark.event).collect();
        let stops: Vec<u64> = followed.stops.iter().map(|stop| stop.event).collect();
        assert_eq!((marks, stops), by_definition(&run, from_us, to_us), "{from_us}..={to_us}");
    }
}

#[test]
fn an_event_touches_its_node_its_peer_and_its_partition() {
    let run = run_to(12);
    let of = |found: fn(&EventKind) -> bool| {
        let event = run.events().iter().find(|event| found(&event.kind)).expect("it happened");
        touched(run.world(), event)
    };
    let appended = of(|kind| matches!(kind, EventKind::RecordsAppended { .. }));
    assert!(matches!(appended[..], [Place::Broker(_), Place::Partition(..)]), "{appended:?}");
    let sent = of(|kind| matches!(kind, EventKind::Sent(rpc) if rpc.api == Api::Produce && !rpc.response));
    assert!(matches!(sent[..], [Place::Producer(_), Place::Broker(_)]), "{sent:?}");
    let polled = of(|kind| matches!(kind, EventKind::RecordsPolled { .. }));
    assert!(matches!(polled[..], [Place::Consumer(_), Place::Partition(..)]), "{polled:?}");
}

#[test]
fn members_are_called_by_their_client_id() {
    assert_eq!(member_name("C1-9cdb0537-dea0-57f3-f4d1-255e721e0e6c"), "C1");
    assert_eq!(member_name("a-b-9cdb0537-dea0-57f3-f4d1-255e721e0e6c"), "a-b");
    assert_eq!(member_name("short"), "short");
}
