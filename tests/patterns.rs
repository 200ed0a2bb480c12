//! Subscriptions by pattern: resolved by the clients, and by the coordinator; every run under all invariants.

mod common;

use common::{after, consumer, give, refused, three_brokers};
use kafkascope::{
    check::Watched,
    cluster::error::Refusal,
    kafka::{
        coordinator::Group,
        event::{EventKind, GroupReason},
    },
};

/// Three brokers, topics `orders-eu` and `orders-us` with two partitions each, and `refunds`.
fn stage() -> Watched {
    let mut run = three_brokers(&[]);
    for topic in ["orders-eu", "orders-us", "refunds"] {
        give(&mut run, &format!("create-topic topic={topic} partitions=2 replication.factor=3"));
        after(&mut run, 1);
    }
    run
}

fn join(run: &mut Watched, name: &str, how: &str) {
    give(run, &format!("add-consumer consumer={name} group=g metadata.max.age.ms=10000 {how}"));
}

/// What a consumer has, by name.
fn has(run: &Watched, name: &str) -> Vec<String> {
    let partitions = consumer(run, name).partitions().keys();
    partitions.map(|at| format!("{}-{}", run.world.topic_name(at.topic), at.partition)).collect()
}

fn group(run: &Watched) -> &Group {
    let brokers = run.world.brokers().values().filter(|broker| broker.is_up());
    brokers.filter_map(|broker| broker.groups.group("g")).max_by_key(|group| group.epoch()).expect("a coordinator")
}

const BOTH: [&str; 4] = ["orders-eu-0", "orders-eu-1", "orders-us-0", "orders-us-1"];
const CLIENT: &str = "pattern=orders-.*";
const MODERN: &str = "pattern=orders-.* group.protocol=consumer";
const BROKER: &str = "subscription.pattern=orders-.* group.protocol=consumer";

#[test]
fn each_way_gives_the_topics_that_match_and_no_others() {
    for how in [CLIENT, MODERN, BROKER] {
        let mut run = stage();
        join(&mut run, "A", how);
        after(&mut run, 20);
        assert_eq!(has(&run, "A"), BOTH, "{how}");
        join(&mut run, "B", how);
        after(&mut run, 20);
        let mut all = [has(&run, "A"), has(&run, "B")].concat();
        all.sort();
        assert_eq!((all.len(), has(&run, "B").len()), (4, 2), "{how}: {all:?}");
    }
}

#[test]
fn a_new_topic_that_matches_is_found() {
    for (how, within_s) in [(CLIENT, 15), (MODERN, 25), (BROKER, 25)] {
        let mut run = stage();
        join(&mut run, "A", how);
        join(&mut run, "B", how);
        after(&mut run, 25);
        give(&mut run, "create-topic topic=orders-ap partitions=2 replication.factor=3");
        give(&mut run, "create-topic topic=payments partitions=2 replication.factor=3");
        let before = group(&run).epoch();
        after(&mut run, within_s);
        let mut all = [has(&run, "A"), has(&run, "B")].concat();
        all.sort();
        assert_eq!(all, [&["orders-ap-0", "orders-ap-1"][..], &BOTH[..]].concat(), "{how}");
        let epochs = group(&run).epoch() - before;
        // Each client of the consumer protocol tells of it by itself; the others all join with fresh metadata.
        assert!(epochs <= if how == MODERN { 2 } else { 1 }, "{how}: {epochs} rebalances for one topic");
        give(&mut run, "delete-topic topic=orders-ap");
        after(&mut run, within_s + 10);
        let mut all = [has(&run, "A"), has(&run, "B")].concat();
        all.sort();
        assert_eq!(all, BOTH, "{how}: and one that is gone is given up");
    }
}

#[test]
fn a_pattern_that_matches_nothing_yet_waits_for_its_topic() {
    for how in ["pattern=x", "pattern=x group.protocol=consumer", "subscription.pattern=x group.protocol=consumer"] {
        let mut run = stage();
        join(&mut run, "A", how);
        after(&mut run, 15);
        assert_eq!((has(&run, "A").len(), consumer(&run, "A").last_error), (0, None), "{how}");
        assert!(group(&run).has_member(&consumer(&run, "A").member_id), "{how}: it is a member all the same");
        give(&mut run, "create-topic topic=x partitions=1 replication.factor=3");
        after(&mut run, 30);
        assert_eq!(has(&run, "A"), ["x-0"], "{how}");
    }
}

#[test]
fn another_pattern_while_it_runs() {
    for (how, other) in
        [(CLIENT, "pattern=refunds"), (MODERN, "pattern=refunds"), (BROKER, "subscription.pattern=refunds")]
    {
        let mut run = stage();
        join(&mut run, "A", how);
        after(&mut run, 20);
        give(&mut run, &format!("subscribe consumer=A {other}"));
        after(&mut run, 30);
        assert_eq!(has(&run, "A"), ["refunds-0", "refunds-1"], "{how}");
    }
    let mut run = stage();
    join(&mut run, "A", CLIENT);
    after(&mut run, 5);
    let refusal = refused(&mut run, "subscribe consumer=A topics=refunds");
    assert!(matches!(refusal, Refusal::OtherSubscription { .. }), "the kinds exclude one another");
}

#[test]
fn the_coordinator_resolves_an_expression_a_moment_after_it_came() {
    let mut run = stage();
    join(&mut run, "A", BROKER);
    after(&mut run, 20);
    let resolved: Vec<(u64, usize)> = run
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::RegexResolved { topics, .. } => Some((event.time_us, topics.len())),
            _ => None,
        })
        .collect();
    assert_eq!(resolved.len(), 1, "once");
    assert_eq!(resolved[0].1, 2);
    let raised: Vec<&GroupReason> = run
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::GroupEpochRaised { reason, .. } => Some(reason),
            _ => None,
        })
        .collect();
    assert!(matches!(raised[..], [GroupReason::Joined(_), GroupReason::RegexResolved]), "{raised:?}");
    // Who comes with an expression that is known needs no second round.
    let before = group(&run).epoch();
    join(&mut run, "B", BROKER);
    after(&mut run, 15);
    assert_eq!((group(&run).epoch(), has(&run, "B").len()), (before + 1, 2));
    // The last to go takes it along.
    give(&mut run, "remove-consumer consumer=A");
    after(&mut run, 10);
    let kept = |run: &Watched| group(run).consumer.as_ref().map_or(0, |group| group.resolved.len());
    assert_eq!(kept(&run), 1);
    give(&mut run, "remove-consumer consumer=B");
    after(&mut run, 10);
    assert_eq!(kept(&run), 0);
}

#[test]
fn the_next_coordinator_knows_what_was_resolved() {
    let mut run = stage();
    join(&mut run, "A", BROKER);
    join(&mut run, "B", "topics=refunds group.protocol=consumer");
    after(&mut run, 20);
    let before = group(&run).consumer.clone().expect("a consumer group");
    let coordinator = consumer(&run, "A").coordinator().expect("found");
    give(&mut run, &format!("stop-broker broker={coordinator}"));
    after(&mut run, 40);
    let now = group(&run).consumer.clone().expect("a consumer group");
    assert_eq!((&now.resolved, now.epoch), (&before.resolved, before.epoch));
    assert_eq!((has(&run, "A").len(), has(&run, "B").len()), (4, 2));
}

#[test]
fn a_member_of_each_kind_in_one_group() {
    let mut run = stage();
    join(&mut run, "A", BROKER);
    join(&mut run, "B", MODERN);
    join(&mut run, "C", "topics=refunds,orders-eu group.protocol=consumer");
    after(&mut run, 40);
    let mut all = [has(&run, "A"), has(&run, "B"), has(&run, "C")].concat();
    all.sort();
    assert_eq!(all, [&BOTH[..], &["refunds-0", "refunds-1"][..]].concat());
    assert!(run.world.consumers().values().all(|slot| slot.consumer.last_error.is_none()));
}
