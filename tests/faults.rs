//! The checks are checked: each deliberate fault of the model is caught by the random worlds, within so many seeds.
//!
//! A test run prints how many seeds each took, which check spoke up, and how many events had happened by then.
#![cfg(debug_assertions)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use kafkascope::{
    check::fuzz::{self, Script, Size},
    i18n::Lang,
    sim::faults::{self, Fault},
};

/// Seeds after which a fault counts as not caught, unless `KAFKASCOPE_FAULT_SEEDS` says otherwise.
const SEEDS_MAX: u64 = 60;

/// What random worlds seldom bring about, or only by going round for ever: `tests/faults` holds for each the shortest
/// list of commands of the first world that showed it.
const SELDOM: &[Fault] = &[
    Fault::IsrEarly,
    Fault::GapWritten,
    Fault::EpochForgotten,
    Fault::TruncationSkipped,
    Fault::MetadataAlone,
    Fault::DivergenceUnseen,
    Fault::StaleFetchAppended,
    Fault::VoteTwice,
    Fault::RetryRenumbered,
    Fault::FencedCommitKept,
    Fault::UncleanShutdownUnseen,
    Fault::PositionUnchecked,
];

/// Not caught, not within 1,500 seeds either: who fetches drops an answer of another epoch by itself, and logs that diverge
/// are told apart by the epoch of their last batch. Not counted.
const UNCAUGHT: &[Fault] = &[Fault::EpochUnchecked];

fn seeds_max() -> u64 {
    std::env::var("KAFKASCOPE_FAULT_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS_MAX)
}

/// Plays worlds with a fault until one fails: the number of seeds, the check, and the events of the last.
fn caught(fault: Fault) -> Option<(u64, &'static str, u64)> {
    (1..=seeds_max()).find_map(|seed| {
        let played = catch_unwind(AssertUnwindSafe(|| faults::with(fault, || fuzz::run(seed, Size::default()))));
        match played {
            Ok(Ok(_)) => None,
            Ok(Err(failure)) => Some((seed, failure.check, failure.events)),
            Err(_) => Some((seed, "panic", 0)),
        }
    })
}

/// The faults that are counted on.
fn counted() -> impl Iterator<Item = &'static (Fault, &'static str)> {
    faults::ALL.iter().filter(|(fault, _)| !SELDOM.contains(fault) && !UNCAUGHT.contains(fault))
}

/// Every other fault, so that two tests share them.
fn play(half: usize) {
    let mut missed = Vec::new();
    for (_, (fault, what)) in counted().enumerate().filter(|(index, _)| index % 2 == half) {
        match caught(*fault) {
            Some((seeds, check, events)) => {
                println!("{seeds:>3} seeds  {events:>7} events  {check:<16} {fault:?}: {what}")
            }
            None => missed.push(*fault),
        }
    }
    assert!(missed.is_empty(), "not caught within {} seeds: {missed:?}", seeds_max());
}

#[test]
fn every_deliberate_fault_is_caught() {
    assert!(counted().count() >= 25, "{}", counted().count());
    play(0);
}

#[test]
fn every_other_deliberate_fault_is_caught() {
    play(1);
}

fn script_of(fault: Fault) -> String {
    format!("tests/faults/{fault:?}.txt")
}

#[test]
fn every_seldom_fault_is_caught_by_its_script() {
    let mut missed = Vec::new();
    for fault in SELDOM {
        let path = script_of(*fault);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let script: Script = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(script.play().is_ok(), "{path} shows something without the fault, too");
        match faults::with(*fault, || script.play()) {
            Err(failure) => println!("{:>7} events  {:<16} {fault:?}", failure.events, failure.check),
            Ok(_) => missed.push(path),
        }
    }
    assert!(missed.is_empty(), "they do not show the fault: {missed:?}");
}

/// Finds a script for each seldom fault that has none; `KAFKASCOPE_FAULT_SEEDS` says how long to look, `KAFKASCOPE_FAULT`
/// for which one, since a world with a fault may go round for ever.
#[test]
#[ignore = "takes hours; only when the scripts have to be found anew"]
fn scripts_of_seldom_faults_are_looked_for() {
    let only = std::env::var("KAFKASCOPE_FAULT").ok();
    let is_wanted = |fault: &Fault| only.as_ref().is_none_or(|only| *only == format!("{fault:?}"));
    let has_script = |fault: &Fault| std::fs::exists(script_of(*fault)).is_ok_and(|is_there| is_there);
    for fault in SELDOM.iter().filter(|fault| is_wanted(fault) && !has_script(fault)) {
        let play = |seed| faults::with(*fault, || fuzz::run(seed, Size::default()).err().map(|found| (seed, found)));
        let found = (1..=seeds_max()).find_map(|seed| catch_unwind(AssertUnwindSafe(|| play(seed))).ok().flatten());
        let Some((seed, failure)) = found else {
            println!("{fault:?}: not within {} seeds", seeds_max());
            continue;
        };
        let shrunk = faults::with(*fault, || fuzz::shrink(&failure));
        let text = format!("# Seed {seed}, found by the check \"{}\".\n{}", failure.check, shrunk.failure.script);
        std::fs::write(script_of(*fault), text).expect("the folder is there");
        println!("{fault:?}: seed {seed}");
    }
}

/// A record that a producer was told of with acks=all, on three brokers; two are stopped, and the last one loses its disk.
const ONE_COPY_WIPED: &str = include_str!("faults/UncleanShutdownUnseen.txt");

#[test]
fn a_promise_that_is_broken_is_told_with_its_events() {
    let script: Script = ONE_COPY_WIPED.parse().expect("a script");
    assert!(script.play().is_ok(), "two brokers still have it, and who comes back empty may not lead");
    let failure = faults::with(Fault::UncleanShutdownUnseen, || script.play()).expect_err("it leads without it");
    let finding = &failure.findings[0];
    assert_eq!((failure.check, finding.events.len()), ("acknowledged", 3), "the election, the promise, the wipe");
    let said = finding.text.plain(Lang::En);
    assert!(said.contains("one of these copies was wiped since"), "{said}");
    let off = ONE_COPY_WIPED.replace("set min", "set eligible.leader.replicas.version=0\nset min");
    let off: Script = off.parse().expect("a script");
    assert!(off.play().is_ok(), "nothing is promised without eligible leader replicas");
}

#[test]
fn a_fault_is_out_again_after_its_test() {
    faults::with(Fault::AckEarly, || assert!(faults::is(Fault::AckEarly)));
    assert!(!faults::is(Fault::AckEarly));
    assert!(catch_unwind(|| faults::with(Fault::AckEarly, || panic!("as a checked world may"))).is_err());
    assert!(!faults::is(Fault::AckEarly));
}
