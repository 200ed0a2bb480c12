//! Random worlds, each from its seed: every invariant after every event, and in the end everything comes right.
//!
//! `KAFKASCOPE_SEEDS=from..to cargo test --test properties` plays other seeds; a failure prints its seed and commands.

use kafkascope::check::fuzz;

fn play(seeds: std::ops::Range<u64>, disturb: bool) {
    let (mut events, mut commands, mut acknowledged, mut healed_us, mut failed) = (0, 0, 0, 0, Vec::new());
    let runs = seeds.end - seeds.start;
    for seed in seeds {
        match fuzz::run(seed, disturb) {
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
fn groups_and_loads_without_faults() {
    play(seeds(0..40), false);
}

#[test]
fn brokers_that_crash_stop_and_return() {
    play(seeds(2_000..2_040), true);
}
