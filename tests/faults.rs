//! The checks are checked: each deliberate fault of the model is caught by the random worlds, within so many seeds.
//!
//! A test run prints how many seeds each took, which check spoke up, and how many events had happened by then.
#![cfg(debug_assertions)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use kafkascope::{
    check::fuzz::{self, Size},
    sim::faults::{self, Fault},
};

/// Seeds after which a fault counts as not caught, unless `KAFKASCOPE_FAULT_SEEDS` says otherwise.
const SEEDS_MAX: u64 = 60;

/// What the random worlds seldom bring about, or only by going round for ever: these can be played for longer by hand, and
/// are not counted as caught.
const SELDOM: &[Fault] = &[
    Fault::IsrEarly,
    Fault::IsrOfStaleState,
    Fault::AckAtTimeout,
    Fault::GapWritten,
    Fault::EpochForgotten,
    Fault::EpochUnchecked,
    Fault::TruncationSkipped,
    Fault::MetadataAlone,
    Fault::DivergenceUnseen,
    Fault::StaleFetchAppended,
    Fault::VoteTwice,
    Fault::RetryRenumbered,
];

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
    faults::ALL.iter().filter(|(fault, _)| !SELDOM.contains(fault))
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

#[test]
fn a_fault_is_out_again_after_its_test() {
    faults::with(Fault::AckEarly, || assert!(faults::is(Fault::AckEarly)));
    assert!(!faults::is(Fault::AckEarly));
    assert!(catch_unwind(|| faults::with(Fault::AckEarly, || panic!("as a checked world may"))).is_err());
    assert!(!faults::is(Fault::AckEarly));
}
