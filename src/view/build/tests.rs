//! The view of the start cluster: whole, consistent, and the same where nothing changed.

use std::rc::Rc;

use super::Builder;
use crate::{
    history::{Run, start_cluster},
    view::model::FlightKind,
};

#[test]
fn the_start_cluster_has_everything_on_stage() {
    let run = Run::new(&start_cluster()).expect("sound");
    let view = Builder::default().build(&run);
    assert_eq!(view.brokers.len(), 3);
    assert_eq!(view.controller, Some(1));
    let orders = &view.topics[0];
    assert_eq!((orders.name.as_str(), orders.partitions.len(), orders.replication_factor), ("orders", 6, 3));
    assert_eq!(orders.min_insync_replicas, 2);
    assert!(view.topics[1].internal);
    for partition in &orders.partitions {
        assert_eq!(partition.cells.len() as i64, partition.log_end - partition.log_start);
        assert_eq!(partition.cells.iter().filter(|cell| cell.visible).count() as i64, partition.high_watermark);
        assert_eq!(partition.replicas.iter().filter(|replica| replica.leader).count(), 1);
    }
    let group = &view.groups[0];
    assert_eq!((group.group_id.as_deref(), group.state, group.members.len()), (Some("billing"), Some("Stable"), 3));
    assert_eq!(group.members.iter().map(|member| member.owned.len()).sum::<usize>(), 6);
    assert_eq!(view.producers.len(), 2);
    assert_eq!(view.keys.len(), 8);
}

#[test]
fn what_did_not_change_is_shared_and_letters_tell_keys_apart() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let mut builder = Builder::default();
    let before = builder.build(&run);
    run.step();
    let after = builder.build(&run);
    let shared = before.topics[0].partitions.iter().zip(&after.topics[0].partitions).filter(|(a, b)| Rc::ptr_eq(a, b));
    assert!(shared.count() >= 4, "one step touches few partitions");
    let mut letters: Vec<&str> = after.keys.iter().map(|mark| mark.letter.as_str()).collect();
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), after.keys.len());
}

#[test]
fn flights_are_drawn_while_they_are_under_way() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let mut builder = Builder::default();
    let mut kinds = crate::sim::Set::new();
    for _ in 0..400 {
        run.step();
        let view = builder.build(&run);
        for flight in view.flights.iter() {
            assert!(flight.sent_us <= view.time_us && view.time_us <= flight.arrive_us);
            kinds.insert(flight.kind);
        }
    }
    for kind in
        [FlightKind::Produce, FlightKind::ProduceAnswer, FlightKind::Replicate, FlightKind::Consume, FlightKind::Commit]
    {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}
