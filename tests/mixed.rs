//! Groups with members of both protocols (reference §7.7): the change while members live, both ways; every run under all
//! invariants.

mod common;

use common::{SECOND_US, after, consumer, give, owned, stage};
use kafkascope::{
    check::Watched,
    kafka::{
        client::consumer::Failure,
        coordinator::{Group, consumer_group::ConsumerGroup},
        event::{EventKind, GroupReason},
        protocol::ErrorCode,
    },
};

const CLASSIC: &str = "";
const COOPERATIVE: &str = "partition.assignment.strategy=cooperative-sticky";
const CONSUMER: &str = "group.protocol=consumer";

/// With A and B in group `g`, settled.
fn group_of_two(settings: &str, of_brokers: &[(&str, &str)]) -> Watched {
    let mut run = stage(of_brokers);
    join(&mut run, "A", settings);
    join(&mut run, "B", settings);
    after(&mut run, 20);
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2), "both read");
    run
}

fn join(run: &mut Watched, name: &str, settings: &str) {
    let of_all = "session.timeout.ms=6000 heartbeat.interval.ms=1000";
    let of_all = if settings.contains("protocol=consumer") { "" } else { of_all };
    let of_all = if settings.contains("session.timeout.ms") { "heartbeat.interval.ms=1000" } else { of_all };
    let earliest = "auto.offset.reset=earliest";
    give(run, &format!("add-consumer consumer={name} group=g topics=t {earliest} {of_all} {settings}"));
}

fn group(run: &Watched) -> &Group {
    let brokers = run.world.brokers().values().filter(|broker| broker.is_up());
    brokers.filter_map(|broker| broker.groups.group("g")).max_by_key(|group| group.epoch()).expect("a coordinator")
}

/// The group's changes of protocol so far, with its epoch then.
fn conversions(run: &Watched) -> Vec<(&'static str, i32)> {
    let converted = run.events.iter().filter_map(|event| match &event.kind {
        EventKind::GroupConverted { to, epoch, .. } => Some((*to, *epoch)),
        _ => None,
    });
    converted.collect()
}

/// Are all four partitions owned, each by one consumer, and does each of them go on reading?
fn is_shared_out(run: &Watched) -> bool {
    let consumers = || run.world.consumers().values().map(|slot| &slot.consumer);
    let mut all: Vec<_> = consumers().flat_map(|consumer| consumer.partitions().keys().copied()).collect();
    all.sort_unstable();
    let each_once = all.len() == 4 && all.windows(2).all(|pair| pair[0] != pair[1]);
    each_once && consumers().all(|consumer| consumer.partitions().values().all(|at| at.position.is_some()))
}

fn revoked(run: &Watched, name: &str, from_us: u64) -> Vec<usize> {
    let node = consumer(run, name).node;
    let of_it = run.events.iter().filter(|event| event.node == node && event.time_us >= from_us);
    let lists = of_it.filter_map(|event| match &event.kind {
        EventKind::PartitionsRevoked { partitions } => Some(partitions.len()),
        EventKind::PartitionsLost { .. } => panic!("{name} lost partitions"),
        _ => None,
    });
    lists.collect()
}

#[test]
fn the_first_member_of_the_consumer_protocol_changes_the_group_and_the_others_stay() {
    let mut run = group_of_two(CLASSIC, &[]);
    let generation = group(&run).generation;
    let from_us = run.world.now_us();
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    assert_eq!(conversions(&run), [("consumer", generation)], "its generation is its epoch");
    let consumers = group(&run).consumer.as_deref().expect("a consumer group");
    let classic: Vec<bool> = consumers.members.iter().map(|member| member.classic.is_some()).collect();
    assert_eq!(classic, [true, true, false]);
    assert_eq!((consumers.epoch, group(&run).state_name()), (generation + 1, "Stable"));
    assert_eq!([owned(&run, "A"), owned(&run, "B"), owned(&run, "C")].iter().sum::<usize>(), 4);
    assert!(owned(&run, "C") > 0 && is_shared_out(&run));
    // An eager member gives up all it has whenever it joins again; nobody lost anything.
    assert_eq!(revoked(&run, "A", from_us).first(), Some(&2));
    assert_eq!(consumer(&run, "A").generation, consumers.epoch, "its generation is its member epoch");
    assert!(!consumer(&run, "A").is_leader && !consumer(&run, "B").is_leader, "nobody leads");
}

#[test]
fn a_cooperative_member_keeps_what_it_may() {
    let mut run = group_of_two(COOPERATIVE, &[]);
    let from_us = run.world.now_us();
    join(&mut run, "C", CONSUMER);
    join(&mut run, "D", CONSUMER);
    after(&mut run, 30);
    assert!(is_shared_out(&run));
    assert_eq!(["A", "B", "C", "D"].map(|name| owned(&run, name)), [1, 1, 1, 1]);
    for name in ["A", "B"] {
        assert_eq!(revoked(&run, name, from_us).iter().sum::<usize>(), 1, "{name} gives up one partition and no more");
    }
}

#[test]
fn the_last_member_of_the_consumer_protocol_changes_it_back() {
    let mut run = group_of_two(CLASSIC, &[]);
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    let epoch = group(&run).epoch();
    give(&mut run, "remove-consumer consumer=C");
    after(&mut run, 20);
    assert_eq!(conversions(&run).last(), Some(&("classic", epoch)));
    let group = group(&run);
    assert!(group.consumer.is_none());
    assert_eq!((group.state_name(), group.generation), ("Stable", epoch + 1), "with a rebalance");
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
    assert!(is_shared_out(&run));
}

#[test]
fn a_killed_member_changes_it_back_when_its_session_ends() {
    let short = [("group.consumer.min.session.timeout.ms", "6000"), ("group.consumer.session.timeout.ms", "6000")];
    let mut run = group_of_two(COOPERATIVE, &short);
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    give(&mut run, "crash-consumer consumer=C");
    after(&mut run, 25);
    let reasons: Vec<&GroupReason> = run
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::MemberRemoved { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    assert!(matches!(reasons[..], [GroupReason::MemberSessionExpired(_)]), "{reasons:?}");
    assert_eq!(conversions(&run).len(), 2);
    assert!(is_shared_out(&run));
}

#[test]
fn a_classic_member_joins_a_consumer_group_and_leaves_it() {
    let mut run = group_of_two(CONSUMER, &[("group.consumer.migration.policy", "disabled")]);
    join(&mut run, "C", CLASSIC);
    after(&mut run, 20);
    assert_eq!(conversions(&run), [], "the policy is about whole groups");
    assert!(owned(&run, "C") > 0 && is_shared_out(&run));
    give(&mut run, "remove-consumer consumer=C");
    after(&mut run, 20);
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
}

#[test]
fn a_killed_classic_member_is_missed_after_its_own_session() {
    let mut run = group_of_two(CONSUMER, &[]);
    join(&mut run, "C", CLASSIC);
    after(&mut run, 20);
    let from_us = run.world.now_us();
    give(&mut run, "crash-consumer consumer=C");
    after(&mut run, 20);
    let removed = run.events.iter().find(|event| matches!(event.kind, EventKind::MemberRemoved { .. }));
    let took_us = removed.expect("it is missed").time_us - from_us;
    assert!((5 * SECOND_US..=6 * SECOND_US).contains(&took_us), "{took_us}: its own 6 s, not the group's 45");
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
}

#[test]
fn the_policy_keeps_a_group_as_it_is() {
    for policy in ["disabled", "downgrade"] {
        let mut run = group_of_two(CLASSIC, &[("group.consumer.migration.policy", policy)]);
        join(&mut run, "C", CONSUMER);
        after(&mut run, 10);
        assert_eq!(consumer(&run, "C").last_error, Some(Failure::Answer(ErrorCode::GroupIdNotFound)), "{policy}");
        assert!(group(&run).consumer.is_none());
        assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
    }
    let mut run = group_of_two(CLASSIC, &[("group.consumer.migration.policy", "upgrade")]);
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    give(&mut run, "remove-consumer consumer=C");
    after(&mut run, 20);
    assert_eq!(conversions(&run).len(), 1, "it stays a consumer group, of classic members only");
    assert!(group(&run).consumer.is_some());
    assert!(is_shared_out(&run));
}

#[test]
fn a_group_in_its_very_first_rebalance_cannot_change() {
    let mut run = stage(&[]);
    join(&mut run, "A", CLASSIC);
    after(&mut run, 2);
    assert_eq!(group(&run).state_name(), "PreparingRebalance");
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    assert_eq!(consumer(&run, "C").last_error, Some(Failure::Answer(ErrorCode::UnknownServerError)));
    assert_eq!(owned(&run, "A"), 4, "the others go on");
}

#[test]
fn a_static_member_takes_its_place_over_by_the_other_protocol() {
    let mut run = stage(&[]);
    join(&mut run, "A", "group.instance.id=i-1");
    join(&mut run, "B", "");
    after(&mut run, 20);
    // A rolling change: the process is killed and its successor speaks the other protocol. Nobody waits for a session.
    give(&mut run, "crash-consumer consumer=A");
    join(&mut run, "A2", "group.protocol=consumer group.instance.id=i-1");
    after(&mut run, 20);
    assert_eq!((owned(&run, "A2"), owned(&run, "B")), (2, 2));
    assert_eq!(conversions(&run).len(), 1);
    give(&mut run, "crash-consumer consumer=A2");
    join(&mut run, "A3", "group.instance.id=i-1");
    after(&mut run, 20);
    assert_eq!(conversions(&run).last().map(|(to, _)| *to), Some("classic"));
    assert_eq!(group(&run).state_name(), "Stable");
    assert_eq!((owned(&run, "A3"), owned(&run, "B")), (2, 2));
}

#[test]
fn the_next_coordinator_knows_both_kinds_of_members() {
    let mut run = group_of_two(CLASSIC, &[]);
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    let coordinator = consumer(&run, "C").coordinator().expect("found");
    let before = group(&run).consumer.clone().expect("a consumer group");
    give(&mut run, &format!("stop-broker broker={coordinator}"));
    after(&mut run, 40);
    assert_ne!(consumer(&run, "C").coordinator(), Some(coordinator));
    let now = group(&run).consumer.clone().expect("still one");
    assert_eq!(now.epoch, before.epoch, "without a rebalance");
    let kinds = |group: &ConsumerGroup| group.members.iter().map(|at| at.classic.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&now), kinds(&before));
    assert!(is_shared_out(&run));
}

#[test]
fn a_classic_member_that_does_not_join_again_in_time_is_out() {
    let mut run = stage(&[]);
    join(&mut run, "A", CLASSIC);
    // Static, so that its client does not leave by itself when the application does not poll.
    join(&mut run, "B", "group.instance.id=b max.poll.interval.ms=8000 session.timeout.ms=30000");
    after(&mut run, 20);
    give(&mut run, "stall-consumer consumer=B");
    let from_us = run.world.now_us();
    join(&mut run, "C", CONSUMER);
    after(&mut run, 20);
    let removed = run.events.iter().find_map(|event| match &event.kind {
        EventKind::MemberRemoved { reason, .. } => Some((event.time_us - from_us, reason.clone())),
        _ => None,
    });
    let (took_us, reason) = removed.expect("it is out");
    assert!(matches!(reason, GroupReason::MemberJoinExpired(_)), "{reason:?}");
    assert!(
        (8 * SECOND_US..10 * SECOND_US).contains(&took_us),
        "{took_us}: max.poll.interval.ms from when it was told"
    );
    give(&mut run, "unstall-consumer consumer=B");
    after(&mut run, 20);
    assert!(is_shared_out(&run), "and comes back");
}
