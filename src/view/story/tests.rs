//! The story of the start cluster: every step is told, in both languages, and the lists keep to their bounds.

use super::{Lane, describe, lane_of, lines, marks, names::member_name, sentence};
use crate::{
    cluster::command::Command,
    history::{Run, start_cluster},
    i18n::Lang,
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
    let all = marks(&run, 0, 12_000_000);
    let some = marks(&run, 6_000_000, 8_000_000);
    assert!(some.len() > 3 && some.len() < all.len());
    assert!(some.iter().all(|mark| (6_000_000..=8_000_000).contains(&mark.time_us)));
    assert!(all.iter().all(|mark| mark.lane != Lane::Idle));
    let joins = all.iter().filter(|mark| mark.lane == Lane::Group && mark.label.is_some()).count();
    assert_eq!(joins, 3);
    assert!(marks(&run, 13_000_000, 14_000_000).is_empty());
}

#[test]
fn members_are_called_by_their_client_id() {
    assert_eq!(member_name("C1-9cdb0537-dea0-57f3-f4d1-255e721e0e6c"), "C1");
    assert_eq!(member_name("a-b-9cdb0537-dea0-57f3-f4d1-255e721e0e6c"), "a-b");
    assert_eq!(member_name("short"), "short");
}
