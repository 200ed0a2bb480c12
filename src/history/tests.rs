//! A run repeats, and the scout foresees.

use super::{Run, start_cluster};
use crate::cluster::command::Command;

#[test]
fn the_start_cluster_comes_to_life() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    run.advance_to(20_000_000);
    let world = run.world();
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

#[test]
fn going_back_is_being_there_again() {
    let send = |key: &str| Command::Send {
        producer: "checkout".to_owned(),
        topic: None,
        key: Some(key.to_owned()),
        value: "by hand".to_owned(),
        partition: None,
        headers: Vec::new(),
    };
    let mut scenario = start_cluster();
    scenario.commands.push((9_500_000, Command::AddPartitions { topic: "orders".to_owned(), partitions: 7 }));
    let mut run = Run::new(&scenario).expect("sound");
    let fresh = run.clone();
    let mut moments = vec![run.clone()];
    for round in 0..6 {
        run.apply(send("alice")).expect("sound");
        run.apply(send("bob")).expect("sound");
        moments.push(run.clone());
        for _ in 0..20 * round {
            run.step();
        }
        run.advance_to(run.time_us() + 77_777);
        moments.push(run.clone());
    }
    for mut moment in moments {
        let mut back = run.back_to(moment.time_us(), moment.event()).expect("it was there");
        assert_eq!((back.time_us(), back.event(), back.log()), (moment.time_us(), moment.event(), moment.log()));
        assert_eq!((back.step_count(), back.step_began()), (moment.step_count(), moment.step_began()));
        assert_eq!(back.world().event_digest(), moment.world().event_digest());
        // And what follows is the same.
        let later_us = moment.time_us() + 3_000_000;
        back.advance_to(later_us);
        moment.advance_to(later_us);
        assert_eq!(back.world().event_digest(), moment.world().event_digest());
        assert_eq!(back.world().state_digest(), moment.world().state_digest());
    }
    let earliest = run.back_to(0, 0).expect("it was there");
    assert_eq!(earliest.world().state_digest(), fresh.world().state_digest());
}

#[test]
fn where_nothing_drawn_happens_nothing_moves() {
    let mut scenario = start_cluster();
    scenario.commands.truncate(1);
    scenario.begin_us = 1_000_000;
    let mut run = Run::new(&scenario).expect("sound");
    let fresh = run.clone();
    assert_eq!((run.next_step_time_us(), run.step()), (None, None));
    assert_eq!((run.time_us(), run.event()), (fresh.time_us(), fresh.event()));
    assert_eq!(run.world().state_digest(), fresh.world().state_digest());
    // It is asked again once time has passed, and a script is waited for however long.
    run.advance_to(900_000_000);
    assert_eq!(run.step(), None);
    scenario.commands.push((7_200_000_000, Command::AddBroker { rack: None }));
    let mut run = Run::new(&scenario).expect("sound");
    assert!(run.step().is_some());
    assert_eq!(run.time_us(), 7_200_000_000);
}

/// A cluster of three brokers, with nothing else.
fn three_brokers() -> Run {
    let cluster = crate::cluster::ClusterSpec { racks: vec![None; 3], ..Default::default() };
    Run::new(&super::Scenario { seed: 1, cluster, ..Default::default() }).expect("sound")
}

fn give(run: &mut Run, line: &str) -> Result<(), crate::cluster::WorldError> {
    run.apply(crate::cluster::command_text::parse(line).expect(line))
}

fn replicas(run: &Run, topic: &str) -> Option<usize> {
    let (_, image) = run.world().metadata().topic_by_name(topic)?;
    Some(image.partitions.first()?.replicas.len())
}

#[test]
fn a_topic_without_a_replication_factor_gets_the_default_of_the_brokers() {
    let mut run = three_brokers();
    give(&mut run, "create-topic topic=a partitions=1").expect("allowed");
    give(&mut run, "configure-cluster default.replication.factor=2").expect("allowed");
    run.advance_to(1_000_000);
    give(&mut run, "create-topic topic=b partitions=1").expect("allowed");
    give(&mut run, "create-topic topic=c partitions=1 replication.factor=3").expect("allowed");
    give(&mut run, "configure-cluster default.replication.factor=4").expect("allowed");
    run.advance_to(2_000_000);
    assert_eq!([replicas(&run, "a"), replicas(&run, "b"), replicas(&run, "c")], [Some(1), Some(2), Some(3)]);
    let refused = give(&mut run, "create-topic topic=d partitions=1").expect_err("only three brokers");
    assert_eq!(refused.field(), "replication.factor");
}

#[test]
fn a_broker_that_leads_nothing_stops_at_once() {
    let mut run = three_brokers();
    run.advance_to(5_000_000);
    give(&mut run, "stop-broker broker=3").expect("allowed");
    run.advance_to(5_050_000);
    assert!(!run.world().brokers()[&3].is_up(), "nobody has to hear of it first");
}

#[test]
fn the_offsets_topic_has_replicas_on_fenced_brokers_too() {
    let mut run = three_brokers();
    give(&mut run, "create-topic topic=orders partitions=1").expect("allowed");
    give(&mut run, "crash-broker broker=3").expect("allowed");
    run.advance_to(20_000_000);
    give(&mut run, "add-consumer consumer=c group=g topics=orders").expect("allowed");
    run.advance_to(30_000_000);
    assert_eq!(replicas(&run, "__consumer_offsets"), Some(3));
    let (_, image) = run.world().metadata().topic_by_name("__consumer_offsets").expect("made");
    assert!(image.partitions.iter().all(|state| state.isr.len() == 2 && state.leader != Some(3)));
}
