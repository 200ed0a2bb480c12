//! A run repeats, and the scout foresees.

use super::{Run, start_cluster};

#[test]
fn the_start_cluster_comes_to_life() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(20_000_000);
    for event in run.events().iter().filter(|event| event.kind.is_step()).take(60) {
        println!("{} {} <-{} {:?} {:?}", event.id, event.time_us, event.cause, event.node, event.kind);
    }
    let world = run.world();
    println!("{:?} {}", world.ledger(), run.event());
    for slot in world.consumers().values() {
        println!(
            "{} {:?} {:?} {:?}",
            slot.consumer.name,
            slot.consumer.membership,
            slot.consumer.app,
            slot.consumer.partitions()
        );
    }
    assert!(world.ledger().acknowledged > 60, "{:?}", world.ledger());
    assert!(world.consumers().values().map(|slot| slot.consumer.records_consumed).sum::<u64>() > 50);
}

#[test]
fn the_same_seed_and_commands_give_the_same_run() {
    let digest = |seed| {
        let mut scenario = start_cluster();
        scenario.seed = seed;
        let mut run = Run::new(&scenario).expect("sound");
        run.advance_to(15_000_000);
        (run.world().event_digest(), run.world().state_digest())
    };
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn the_scout_foresees_each_step_and_changes_nothing() {
    let mut plain = Run::new(&start_cluster()).expect("sound");
    let mut foreseen = plain.clone();
    for _ in 0..300 {
        let time_us = foreseen.next_step_time_us();
        assert_eq!(plain.step(), foreseen.step());
        assert_eq!(time_us, Some(foreseen.time_us()));
    }
    assert_eq!(plain.world().state_digest(), foreseen.world().state_digest());
}

#[test]
fn reset_is_the_beginning() {
    let fresh = Run::new(&start_cluster()).expect("sound");
    let mut run = fresh.clone();
    run.advance_to(12_000_000);
    run.reset();
    assert_eq!(run.world().state_digest(), fresh.world().state_digest());
    assert_eq!((run.step_count(), run.event()), (fresh.step_count(), fresh.event()));
}
