//! Random worlds, each from its seed: every invariant after every event, and in the end everything comes right.
//!
//! `KAFKASCOPE_SEEDS=from..to cargo test --test properties` plays other seeds; a failure prints its seed and commands,
//! and `kafkascope fuzz --seeds SEED..SEED+1` the shortest list of commands that shows it.

use kafkascope::check::fuzz::{self, Script, Size};

/// Plays every second seed of a range, so that two tests share it.
fn play(half: u64) {
    let (mut runs, mut events, mut commands, mut acknowledged, mut healed_us, mut failed) = (0, 0, 0, 0, 0, Vec::new());
    for seed in seeds(2_000..2_080).filter(|seed| seed / 4 % 2 == half) {
        runs += 1;
        match fuzz::run(seed, Size::default()) {
            Ok(outcome) => {
                events += outcome.events;
                commands += outcome.commands;
                acknowledged += outcome.acknowledged;
                healed_us = healed_us.max(outcome.healed_us);
            }
            Err(failure) => {
                println!("seed {seed}: {}\n{}", failure.what, failure.script);
                failed.push(seed);
            }
        }
    }
    println!("{runs} worlds, {events} events, {commands} commands, {acknowledged} records acknowledged");
    println!("longest way back to peace: {} s", healed_us / 1_000_000);
    assert!(failed.is_empty(), "seeds {failed:?}");
}

fn seeds(otherwise: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let given = std::env::var("KAFKASCOPE_SEEDS").ok();
    let range = given.as_deref().and_then(|text| text.split_once(".."));
    let range = range.and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    range.unwrap_or(otherwise)
}

#[test]
fn random_worlds_hold_every_invariant_and_come_right() {
    play(0);
}

#[test]
fn more_random_worlds_hold_every_invariant_and_come_right() {
    play(1);
}

/// What was found once and mended: each is the shortest list of commands that showed it.
#[test]
fn what_was_found_once_is_not_found_again() {
    let mut found = Vec::new();
    for file in std::fs::read_dir("tests/found").expect("the folder is there") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let script: Script = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if let Err(failure) = script.play() {
            found.push(format!("{}: {}", path.display(), failure.what));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_script_reads_back_as_it_was_written_and_plays_the_same() {
    let text = "seed 7\nbrokers - rack-1\nset min.insync.replicas=2\n0.000000 create-topic topic=t partitions=1\n\
                0.500000 add-producer producer=p topic=t rate=5\n4.000000 crash-broker broker=1\n9.250000 peace\n";
    let script: Script = text.parse().expect("a script");
    assert_eq!(script.to_string(), text);
    assert_eq!(script.spec.racks, [None, Some("rack-1".to_owned())]);
    let outcome = script.play().expect("sound");
    assert_eq!(script.play().expect("sound"), outcome);
    assert!(outcome.acknowledged > 0, "{outcome:?}");
    let error = "seed 7\n1.5 fly-away\n".parse::<Script>().expect_err("no command");
    assert_eq!(error.to_string(), "Line 2 is no line of a script: `1.5 fly-away`.");
}
