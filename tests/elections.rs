//! Elections, eligible leader replicas, reassignments and the quorum in whole clusters, under every invariant.

#[allow(unused)]
mod common;

use common::{SECOND_US, after, give, refused, since};
use kafkascope::{
    check::Watched,
    cluster::{ClusterSpec, error::Refusal},
    kafka::{
        event::{ElectedBy, Event, EventKind},
        metadata::PartitionState,
        protocol::ErrorCode,
    },
};

/// Five brokers, three of them controllers; `t-0` on brokers 4, 5 and 3, led by 4.
fn stage(settings: &[(&str, &str)]) -> Watched {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let spec = ClusterSpec { racks: vec![None; 5], settings, ..ClusterSpec::default() };
    let mut run = Watched::new(1, &spec, true).expect("a sound cluster");
    give(&mut run, "create-topic topic=t partitions=1 replication.factor=3");
    after(&mut run, 1);
    give(&mut run, "reassign topic=t partition=0 replicas=4,5,3");
    after(&mut run, 2);
    give(&mut run, "elect-leaders type=preferred topic=t partition=0");
    after(&mut run, 1);
    assert_eq!((state(&run).leader, &*state(&run).replicas), (Some(4), &[4, 5, 3][..]));
    run
}

fn state(run: &Watched) -> PartitionState {
    let found = run.world.metadata().topic_by_name("t").and_then(|(_, topic)| topic.partitions.first());
    (**found.expect("it is on the stage")).clone()
}

/// How leaders were chosen from this moment on.
fn chosen(run: &Watched, since_us: u64) -> Vec<ElectedBy> {
    let by = since(run, since_us, |kind| match kind {
        EventKind::ElectionHeld(held) => Some(held.by),
        _ => None,
    });
    by.into_iter().map(|(_, by)| by).collect()
}

fn sorted(mut brokers: Vec<u32>) -> Vec<u32> {
    brokers.sort_unstable();
    brokers
}

/// The ISR is broker 4 alone when it crashes; then 5 is back, which has not everything.
fn leaderless(settings: &[(&str, &str)]) -> Watched {
    let mut run = stage(settings);
    give(&mut run, "add-producer producer=p topic=t rate=20 acks=1");
    give(&mut run, "stop-broker broker=5");
    give(&mut run, "stop-broker broker=3");
    after(&mut run, 5);
    give(&mut run, "crash-broker broker=4");
    after(&mut run, 12);
    give(&mut run, "restart-broker broker=5");
    after(&mut run, 5);
    run
}

#[test]
fn an_unclean_election_takes_place_as_soon_as_it_is_allowed() {
    let mut run = leaderless(&[]);
    assert_eq!(state(&run).leader, None, "with the default nobody may lead");
    let now_us = run.world.now_us();
    give(&mut run, "configure-topic topic=t unclean.leader.election.enable=true");
    after(&mut run, 1);
    let after_it = state(&run);
    assert_eq!((after_it.leader, &*after_it.isr), (Some(5), &[5][..]));
    assert_eq!(chosen(&run, now_us), [ElectedBy::Unclean]);
    give(&mut run, "restart-broker broker=4");
    after(&mut run, 10);
    let cut = since(&run, now_us, |kind| matches!(kind, EventKind::LogTruncated { .. }).then_some(()));
    assert!(!cut.is_empty(), "what only broker 4 had goes");
    assert_eq!(sorted(state(&run).isr), [4, 5]);
    assert!(!state(&run).recovering, "the leader's first change of the ISR says that it has recovered");
}

#[test]
fn the_setting_of_the_cluster_counts_where_a_topic_has_none() {
    let run = leaderless(&[("unclean.leader.election.enable", "true")]);
    assert_eq!(state(&run).leader, Some(5));
}

#[test]
fn an_unclean_election_by_hand_needs_no_setting_and_a_partition_without_a_leader() {
    let mut run = leaderless(&[]);
    give(&mut run, "elect-leaders type=unclean topic=t");
    after(&mut run, 1);
    assert_eq!(state(&run).leader, Some(5));
    let now_us = run.world.now_us();
    give(&mut run, "elect-leaders type=unclean topic=t partition=0");
    after(&mut run, 1);
    let refused = since(&run, now_us, |kind| match kind {
        EventKind::ElectionRefused { error, .. } => Some(*error),
        _ => None,
    });
    assert_eq!(refused.first().map(|(_, error)| *error), Some(ErrorCode::ElectionNotNeeded));
}

#[test]
fn whoever_was_in_sync_below_the_minimum_may_lead_and_without_elr_may_not() {
    for (version, leader) in [("1", Some(3)), ("0", None)] {
        let mut run = stage(&[("min.insync.replicas", "2"), ("eligible.leader.replicas.version", version)]);
        give(&mut run, "add-producer producer=p topic=t rate=20");
        give(&mut run, "stop-broker broker=5");
        after(&mut run, 1);
        give(&mut run, "stop-broker broker=3");
        after(&mut run, 2);
        give(&mut run, "crash-broker broker=4");
        after(&mut run, 12);
        assert_eq!(state(&run).leader, None);
        let now_us = run.world.now_us();
        give(&mut run, "restart-broker broker=3");
        after(&mut run, 5);
        assert_eq!(state(&run).leader, leader, "eligible.leader.replicas.version={version}");
        if leader.is_some() {
            assert_eq!(chosen(&run, now_us), [ElectedBy::Eligible]);
        }
        give(&mut run, "restart-broker broker=5");
        give(&mut run, "restart-broker broker=4");
        after(&mut run, 10);
        assert_eq!(sorted(state(&run).isr), [3, 4, 5]);
        assert_eq!((state(&run).elr, state(&run).last_known_elr), (vec![], vec![]));
    }
}

#[test]
fn a_broker_that_crashed_is_not_eligible_when_it_is_back() {
    let mut run = stage(&[("min.insync.replicas", "2")]);
    give(&mut run, "stop-broker broker=5");
    after(&mut run, 1);
    give(&mut run, "crash-broker broker=3");
    after(&mut run, 12);
    assert_eq!((state(&run).isr, state(&run).elr), (vec![4], vec![3]));
    give(&mut run, "crash-broker broker=4");
    after(&mut run, 12);
    assert_eq!((state(&run).isr, state(&run).elr), (vec![], vec![3, 4]));
    give(&mut run, "restart-broker broker=3");
    after(&mut run, 5);
    assert_eq!((state(&run).leader, state(&run).elr), (None, vec![4]), "it has no clean shutdown file");
    let now_us = run.world.now_us();
    give(&mut run, "restart-broker broker=4");
    after(&mut run, 5);
    assert_eq!(chosen(&run, now_us), [ElectedBy::LastKnown], "nobody else is left to hope for");
    assert_eq!(state(&run).leader, Some(4));
}

#[test]
fn leaders_go_back_to_preferred_replicas_by_the_clock_unless_that_is_off() {
    for (enabled, leader) in [("true", Some(4)), ("false", Some(5))] {
        let settings = [("auto.leader.rebalance.enable", enabled), ("leader.imbalance.check.interval.seconds", "60")];
        let mut run = stage(&settings);
        give(&mut run, "stop-broker broker=4");
        after(&mut run, 5);
        give(&mut run, "restart-broker broker=4");
        after(&mut run, 10);
        assert_eq!(state(&run).leader, Some(5), "not at once");
        after(&mut run, 61);
        assert_eq!(state(&run).leader, leader, "auto.leader.rebalance.enable={enabled}");
    }
}

/// At the end the leader stays, in a later epoch: whoever waits for followers waits on.
#[test]
fn the_end_of_a_reassignment_fails_nobody_who_waits() {
    let mut run = stage(&[]);
    give(&mut run, "reassign topic=t partition=0 replicas=3,4,1");
    after(&mut run, 6);
    give(&mut run, "elect-leaders type=preferred");
    after(&mut run, 1);
    give(&mut run, "add-producer producer=p topic=t rate=900 acks=all linger.ms=0 enable.idempotence=false");
    after(&mut run, 2);
    let before = state(&run);
    give(&mut run, "reassign topic=t partition=0 replicas=3,4,2");
    after(&mut run, 6);
    let now = state(&run);
    assert_eq!((before.leader, now.leader, &*now.replicas), (Some(3), Some(3), &[3, 4, 2][..]));
    assert!(now.leader_epoch > before.leader_epoch);
    let retried: Vec<&Event> =
        run.events.iter().filter(|event| matches!(event.kind, EventKind::BatchRetried { .. })).collect();
    assert!(retried.is_empty(), "{retried:#?}");
    assert!(now.isr.contains(&2) && now.isr.contains(&4));
}

#[test]
fn a_reassignment_copies_first_and_cancels() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t rate=50");
    after(&mut run, 2);
    give(&mut run, "reassign topic=t partition=0 replicas=1,2");
    after(&mut run, 4);
    let moved = state(&run);
    assert_eq!((&*moved.replicas, moved.leader), (&[1, 2][..], Some(1)));
    assert!(moved.adding.is_empty() && moved.removing.is_empty());
    for broker in [3, 4, 5] {
        let held = run.world.brokers().get(&broker).map(|broker| broker.replicas().count());
        assert_eq!(held, Some(0), "broker {broker} has deleted its copy");
    }
    // Nobody can copy to a broker that is not there, so it stays under way until it is taken back.
    give(&mut run, "crash-broker broker=5");
    after(&mut run, 1);
    give(&mut run, "reassign topic=t partition=0 replicas=1,2,5");
    after(&mut run, 3);
    assert_eq!(state(&run).adding, [5]);
    give(&mut run, "cancel-reassignment topic=t");
    after(&mut run, 1);
    assert_eq!((state(&run).replicas, state(&run).adding), (vec![1, 2], vec![]));
    assert!(matches!(refused(&mut run, "cancel-reassignment topic=t"), Refusal::NoReassignment { .. }));
    give(&mut run, "reassign topic=t replication.factor=4");
    after(&mut run, 10);
    assert_eq!(state(&run).replicas.len(), 4);
    give(&mut run, "reassign topic=t replication.factor=1");
    after(&mut run, 10);
    assert_eq!((state(&run).replicas, state(&run).isr), (vec![1], vec![1]));
    assert!(matches!(refused(&mut run, "reassign topic=t replication.factor=9"), Refusal::TooFewBrokers { .. }));
    assert!(matches!(refused(&mut run, "reassign topic=t partition=0 replicas=1,9"), Refusal::UnknownBroker { .. }));
    assert!(matches!(refused(&mut run, "reassign topic=t partition=7 replicas=1"), Refusal::UnknownPartition { .. }));
}

#[test]
fn without_a_majority_nothing_of_the_metadata_changes_and_leaders_serve_on() {
    let mut run = stage(&[]);
    give(&mut run, "add-producer producer=p topic=t rate=20");
    after(&mut run, 2);
    give(&mut run, "crash-controller");
    give(&mut run, "crash-broker broker=2");
    assert!(run.world.controller().is_none());
    after(&mut run, 1);
    let (offset, records) = (run.world.metadata().offset, run.world.records_kept());
    give(&mut run, "create-topic topic=u partitions=1");
    after(&mut run, 60);
    assert!(run.world.controller().is_none(), "one of three controllers is no majority");
    assert_eq!(run.world.metadata().offset, offset, "nothing is committed");
    assert!(run.world.records_kept() > records + 1_000, "acks=all works while the ISR need not change");
    assert!(matches!(refused(&mut run, "crash-controller"), Refusal::NoController));
    give(&mut run, "restart-broker broker=2");
    after(&mut run, 20);
    assert!(run.world.controller().is_some());
    assert!(run.world.metadata().topic_by_name("u").is_some(), "what was asked meanwhile is done");
}

#[test]
fn an_active_controller_that_hears_no_majority_resigns() {
    let mut run = stage(&[]);
    let now_us = run.world.now_us();
    give(&mut run, "crash-broker broker=2");
    give(&mut run, "crash-broker broker=3");
    after(&mut run, 10);
    let resigned = since(&run, now_us, |kind| matches!(kind, EventKind::ControllerResigned { .. }).then_some(()));
    let when = resigned.first().map(|(time_us, ())| time_us - now_us);
    assert!(when.is_some_and(|after_us| (2 * SECOND_US..6 * SECOND_US).contains(&after_us)), "{when:?}");
    assert!(run.world.controller().is_none());
}
