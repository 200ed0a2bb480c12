//! What the ledger costs: the load of a million records in a bare world, once with a ledger that follows it and once
//! without. Everything else that a run does with its events is left out of both.

use std::time::Instant;

use kafkascope::{
    cluster::World,
    history::{LOAD_RECORDS, full_load_scenario},
    ledger::Ledger,
};

use super::row;

/// Rows: the world alone, and how much longer it takes with the ledger.
pub fn rows() {
    // In turn, so that a machine that slows down does so for both.
    let (mut without, mut with) = (u64::MAX, u64::MAX);
    for _ in 0..3 {
        without = without.min(play(None));
        with = with.min(play(Some(Ledger::default())));
    }
    let per_record = |ns: u64| ns as f64 / LOAD_RECORDS as f64;
    row("world_without_ledger", per_record(without), "ns/record", 0.0);
    row("world_with_ledger", per_record(with), "ns/record", 0.0);
    row("ledger_of_throughput", (1.0 - without as f64 / with as f64) * 100.0, "% of the time", 0.0);
}

/// Nanoseconds until every record has been read.
fn play(mut ledger: Option<Ledger>) -> u64 {
    let scenario = full_load_scenario();
    let mut events = Vec::new();
    let began = Instant::now();
    let mut world = World::new(scenario.seed, &scenario.cluster, &mut events).expect("sound");
    let mut commands = scenario.commands.iter().peekable();
    let read = |world: &World| world.consumers().values().map(|slot| slot.consumer.records_consumed).sum::<u64>();
    for steps in 0_u64.. {
        let due_us = commands.peek().map_or(u64::MAX, |(at_us, _)| *at_us);
        if !world.step(due_us, &mut events)
            && let Some((at_us, command)) = commands.next()
        {
            world.idle_until(*at_us);
            world.apply(command, &mut events).expect("sound");
        }
        if let Some(ledger) = &mut ledger {
            ledger.follow(&world, &events);
        }
        events.clear();
        if steps.is_multiple_of(1_000) && read(&world) == LOAD_RECORDS {
            break;
        }
    }
    let ns = began.elapsed().as_nanos() as u64;
    assert_eq!(read(&world), LOAD_RECORDS);
    let sent = ledger.map(|ledger| ledger.totals(&world).sent);
    assert!(sent.is_none_or(|sent| sent == LOAD_RECORDS), "{sent:?}");
    ns
}
