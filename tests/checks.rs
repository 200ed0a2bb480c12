//! The checker: silent on a sound run, and it speaks up where something that did not happen is told as an event.

use std::sync::Arc;

use kafkascope::{
    check::{Checker, Finding, Watched},
    cluster::{World, command_text},
    history::{Run, start_cluster},
    i18n::Lang,
    kafka::{
        config::AutoOffsetReset,
        event::{Event, EventKind},
        ids::TopicIdPartition,
        protocol::ErrorCode,
    },
    sim::NodeId,
};

/// The start cluster after half a minute, watched from its first command on, and what happened.
fn watched() -> (World, Checker, Vec<Event>) {
    let run = Run::new(&start_cluster()).expect("sound");
    let mut world = run.world().clone();
    let mut checker = Checker::new(&world);
    let (mut events, mut all) = (Vec::new(), Vec::new());
    while world.step(30_000_000, &mut events) {
        let said = sentences(&checker.check(&world, &events));
        assert!(said.is_empty(), "{said:?}");
        all.append(&mut events);
    }
    (world, checker, all)
}

fn sentences(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}: {}", finding.check, finding.text.plain(Lang::En))).collect()
}

#[test]
fn the_start_cluster_is_sound() {
    watched();
}

#[test]
fn what_can_not_be_is_found_and_told() {
    let (world, checker, events) = watched();
    let orders = *world.metadata().topic_ids.get("orders").expect("there");
    let partition = TopicIdPartition::new(orders, 0);
    let (owner, position) = world
        .consumers()
        .iter()
        .find_map(|(node, slot)| Some((*node, slot.consumer.partitions().get(&partition)?.position?)))
        .expect("owned");
    let generation = world.consumers()[&owner].consumer.generation;
    let coordinator = world.consumers()[&owner].consumer.coordinator().expect("found");
    let other = *world.consumers().keys().find(|node| **node != owner).expect("three members");
    let group = || Arc::from("billing");
    let state = world.metadata().partition(partition).expect("there");
    let leader = state.leader.expect("led");
    let follower = *state.replicas.iter().find(|broker| **broker != leader).expect("three replicas");
    let end = world.brokers()[&leader].replica(partition).expect("kept").log.log_end_offset();
    let controller = world.controller().expect("active");
    let (quorum_epoch, not_controller) = (controller.quorum.epoch(), 1 + controller.id % 3);
    let acknowledged = events.iter().rev().find(|event| matches!(event.kind, EventKind::BatchAcknowledged { .. }));
    let acknowledged = acknowledged.expect("something was sent");
    let EventKind::BatchAcknowledged { partition: written, batch, records, base_offset } = acknowledged.kind else {
        unreachable!("just so")
    };
    let (error, policy) = (ErrorCode::RequestTimedOut, AutoOffsetReset::Earliest);

    let cases: Vec<(&str, u32, EventKind)> = vec![
        ("visible: ", owner.0, EventKind::RecordsPolled { partition, from: position, records: 1_000_000 }),
        ("position: ", owner.0, EventKind::RecordsPolled { partition, from: position - 1, records: 1 }),
        ("position: ", other.0, EventKind::PositionFromCommit { partition, offset: 999_999 }),
        ("commit: ", coordinator, EventKind::OffsetCommitted { group: group(), partition, offset: end + 1 }),
        ("commit: ", coordinator, EventKind::OffsetCommitted { group: group(), partition, offset: 0 }),
        ("commit: ", owner.0, EventKind::PositionReset { partition, offset: 0, policy, out_of_range: false }),
        ("owner: ", other.0, EventKind::PartitionsAssigned { partitions: [partition].into(), generation }),
        (
            "owner: C",
            other.0,
            EventKind::PartitionsAssigned { partitions: [partition].into(), generation: generation + 1 },
        ),
        ("owner: C", owner.0, EventKind::PartitionsRevoked { partitions: [partition].into() }),
        ("leader: ", follower, EventKind::BecameLeader { partition, leader_epoch: state.leader_epoch, log_end: end }),
        ("truncation: ", follower, EventKind::LogTruncated { partition, from: end, to: 0, epoch: 0 }),
        ("controller: ", not_controller, EventKind::ControllerElected { quorum_epoch }),
        (
            "acks: ",
            acknowledged.node.0,
            EventKind::BatchAcknowledged { partition: written, batch, records, base_offset },
        ),
        ("acks: ", acknowledged.node.0, EventKind::BatchFailed { partition: written, batch, records, error }),
        (
            "acks: ",
            acknowledged.node.0,
            EventKind::BatchAcknowledged { partition: written, batch: 99_999, records: 0, base_offset },
        ),
    ];
    for (expected, node, kind) in cases {
        let told = format!("{kind:?}");
        let event = Event {
            id: world.last_event() + 1,
            time_us: world.now_us(),
            cause: world.last_event(),
            node: NodeId(node),
            kind,
        };
        let said = sentences(&checker.clone().check(&world, &[event]));
        assert!(said.iter().any(|line| line.starts_with(expected)), "{told}: {said:?}");
    }
}

#[test]
fn time_numbers_and_causes_only_go_on() {
    let (world, checker, events) = watched();
    let last = events.last().expect("something happened");
    let next = Event { id: last.id + 1, cause: last.id, ..last.clone() };
    let cases = [
        ("time: ", Event { time_us: last.time_us - 1, ..next.clone() }),
        ("cause: ", Event { cause: next.id, ..next.clone() }),
        ("cause: ", Event { id: last.id, cause: 0, ..next }),
    ];
    for (expected, event) in cases {
        let said = sentences(&checker.clone().check(&world, &[event]));
        assert!(said.iter().any(|line| line.starts_with(expected)), "{said:?}");
    }
}

/// As a page's debug build does it: a second world follows the first, in several goes.
#[test]
fn a_run_is_followed_event_by_event() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    let scenario = run.scenario().clone();
    let mut watched = Watched::new(scenario.seed, &scenario.cluster, false).expect("sound");
    for line in ["crash-broker broker=2", "restart-broker broker=2", "remove-consumer consumer=C2"] {
        run.advance_to(run.time_us() + 3_000_000);
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
        for _ in 0..7 {
            run.step();
            let commands = run.log().iter().map(|stamped| (stamped.time_us, stamped.after_event, &stamped.command));
            watched.follow(commands, run.event()).expect("no command is refused");
            assert_eq!(watched.report(), "");
            assert_eq!(watched.event_count, run.event());
            assert_eq!(watched.world.event_digest(), run.world().event_digest());
        }
    }
}
