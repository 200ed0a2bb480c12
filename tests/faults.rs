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
    Fault::FencedCommitKept,
    // Caught by a script of its own, below.
    Fault::UncleanShutdownUnseen,
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

/// A record that a producer was told of with acks=all, on three brokers; two are stopped, and the last one loses its disk.
const ONE_COPY_WIPED: &str = "seed 1
brokers - - - - -
set min.insync.replicas=2
0.000000 create-topic topic=t partitions=1 replication.factor=3
0.100000 reassign topic=t partition=0 replicas=4,5,3
1.000000 add-producer producer=p topic=t acks=all linger.ms=0
1.100000 send producer=p value=safe
2.000000 stop-broker broker=5
3.000000 stop-broker broker=3
6.000000 crash-broker broker=4
7.000000 wipe-disk broker=4
24.000000 restart-broker broker=4
26.000000 end";

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
