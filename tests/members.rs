//! What can happen to a consumer's process and its application, and what its group makes of it; every run under all
//! invariants.

mod common;

use common::{SECOND_US, after, give, refused};
use kafkascope::{
    check::Watched,
    cluster::{ClientProcess, ConsumerSlot, error::Refusal},
    history::start_cluster,
    kafka::{
        client::consumer::Membership,
        coordinator::{Group, GroupState},
        event::{Event, EventKind},
    },
};

/// The start cluster with a group of two that reads `orders`, settled.
fn billing(settings: &str) -> Watched {
    let start = start_cluster();
    let mut run = Watched::new(start.seed, &start.cluster, true).expect("sound");
    for line in [
        "create-topic topic=paid partitions=4 replication.factor=3",
        "add-producer producer=shop topic=paid rate=20 keys=a,b,c,d",
        &format!("add-consumer consumer=A group=g topics=paid processing.ms=1 {settings}"),
        &format!("add-consumer consumer=B group=g topics=paid processing.ms=1 {settings}"),
    ] {
        give(&mut run, line);
        run.run_to(run.world.now_us() + SECOND_US);
    }
    after(&mut run, 12);
    assert_eq!(owned(&run), [2, 2], "both read");
    run
}

fn consumer<'a>(run: &'a Watched, name: &str) -> &'a ConsumerSlot {
    run.world.consumers().values().find(|slot| &*slot.consumer.name == name).expect("it is on the stage")
}

/// How many partitions A and B have in hand.
fn owned(run: &Watched) -> [usize; 2] {
    ["A", "B"].map(|name| consumer(run, name).consumer.partitions().len())
}

fn group(run: &Watched) -> &Group {
    run.world.brokers().values().find_map(|broker| broker.groups.group("g")).expect("it has a coordinator")
}

fn happened(run: &Watched, what: impl Fn(&Event) -> bool) -> Option<u64> {
    run.events.iter().find(|event| what(event)).map(|event| event.time_us)
}

#[test]
fn a_killed_member_is_waited_for_until_its_session_ends() {
    let mut run = billing("");
    let killed_us = run.world.now_us();
    give(&mut run, "crash-consumer consumer=A");
    after(&mut run, 40);
    assert_eq!((owned(&run), group(&run).members.len()), ([0, 2], 2), "nobody reads what it had");
    after(&mut run, 20);
    assert_eq!((owned(&run), group(&run).members.len()), ([0, 4], 1));
    let removed =
        happened(&run, |event| event.time_us > killed_us && matches!(event.kind, EventKind::MemberRemoved { .. }));
    let waited_us = removed.expect("it was thrown out") - killed_us;
    // From its last heartbeat, which came at most 3 s before.
    assert!((42 * SECOND_US..=45 * SECOND_US + 100_000).contains(&waited_us), "{waited_us}");
    assert!(
        happened(&run, |event| matches!(&event.kind, EventKind::Sent(rpc) if rpc.api.name() == "LeaveGroup")).is_none()
    );

    give(&mut run, "restart-consumer consumer=A");
    after(&mut run, 10);
    assert_eq!((owned(&run), consumer(&run, "A").process), ([2, 2], ClientProcess::Running));
}

#[test]
fn a_frozen_member_comes_back_as_a_zombie_and_its_commit_is_refused() {
    let mut run = billing("session.timeout.ms=6000 auto.commit.interval.ms=1000");
    give(&mut run, "freeze-consumer consumer=A");
    after(&mut run, 12);
    assert_eq!(owned(&run), [2, 4], "the zombie believes that it has what B reads by now");
    assert_eq!(group(&run).members.len(), 1);
    let thawed_us = run.world.now_us();
    let node = consumer(&run, "A").consumer.node;
    give(&mut run, "thaw-consumer consumer=A");
    after(&mut run, 10);
    let by_a = |event: &Event| event.node == node && event.time_us >= thawed_us;
    let lost = happened(&run, |event| by_a(event) && matches!(event.kind, EventKind::PartitionsLost { .. }));
    assert!(lost.is_some(), "it was told that it lost its partitions");
    assert!(happened(&run, |event| by_a(event) && matches!(event.kind, EventKind::PartitionsRevoked { .. })).is_none());
    assert_eq!((owned(&run), group(&run).members.len()), ([2, 2], 2), "and joins again");
}

#[test]
fn a_stalled_member_stays_by_its_heartbeats_until_the_poll_interval_ends() {
    let mut run = billing("max.poll.interval.ms=20000 session.timeout.ms=6000");
    let (began_us, node) = (run.world.now_us(), consumer(&run, "A").consumer.node);
    give(&mut run, "stall-consumer consumer=A");
    after(&mut run, 15);
    assert_eq!((owned(&run), group(&run).members.len()), ([2, 2], 2), "its heartbeats keep it");
    after(&mut run, 15);
    assert_eq!((owned(&run), group(&run).members.len()), ([2, 4], 1), "its application learns of it at its next poll");
    let left = happened(&run, |event| {
        let leaves = matches!(&event.kind, EventKind::Sent(rpc) if rpc.api.name() == "LeaveGroup");
        event.node == node && event.time_us > began_us && leaves
    });
    let left_us = left.expect("the client itself leaves") - began_us;
    assert!((19_900_000..=20_100_000).contains(&left_us), "{left_us}");
    let resumed_us = run.world.now_us();
    give(&mut run, "unstall-consumer consumer=A");
    let lost = |event: &Event| event.node == node && matches!(event.kind, EventKind::PartitionsLost { .. });
    assert_eq!(happened(&run, lost), Some(resumed_us), "lost, not revoked");
    after(&mut run, 10);
    assert_eq!((owned(&run), group(&run).state), ([2, 2], GroupState::Stable));
}

#[test]
fn a_slowed_member_is_slow_from_its_next_poll_and_restarts_as_it_was() {
    let mut run = billing("");
    give(&mut run, "set-processing consumer=A processing.ms=2000");
    // What it has in hand is finished at the old speed.
    after(&mut run, 1);
    let (from_us, node) = (run.world.now_us(), consumer(&run, "A").consumer.node);
    after(&mut run, 10);
    let since = run.events.iter().filter(|event| event.node == node && event.time_us > from_us);
    let processed = since.filter_map(|event| match event.kind {
        EventKind::RecordsProcessed { records } => Some(records),
        _ => None,
    });
    let processed: u32 = processed.sum();
    assert!(processed <= 6, "{processed} records in 10 s at 2 s each");
    give(&mut run, "restart-consumer consumer=A");
    after(&mut run, 10);
    assert_eq!(consumer(&run, "A").consumer.processing_us, 1_000);
    assert_eq!(consumer(&run, "A").consumer.membership, Membership::Stable);
}

#[test]
fn another_subscription_makes_another_assignment() {
    let mut run = billing("");
    give(&mut run, "create-topic topic=refunds partitions=3 replication.factor=3");
    give(&mut run, "subscribe consumer=B topics=refunds");
    after(&mut run, 15);
    assert_eq!((owned(&run), group(&run).state), ([4, 3], GroupState::Stable));
    assert_eq!(consumer(&run, "B").work.topics, ["refunds"]);
}

#[test]
fn what_a_process_cannot_do_is_refused_by_name() {
    let mut run = billing("");
    let consumer = || "A".to_owned();
    assert_eq!(refused(&mut run, "thaw-consumer consumer=A"), Refusal::ConsumerIsNotFrozen { consumer: consumer() });
    give(&mut run, "freeze-consumer consumer=A");
    for line in ["freeze-consumer", "stall-consumer", "pause-consumer", "commit"] {
        let refusal = refused(&mut run, &format!("{line} consumer=A"));
        assert_eq!(refusal, Refusal::ConsumerIsFrozen { consumer: consumer() }, "{line}");
    }
    give(&mut run, "crash-consumer consumer=A");
    for line in ["crash-consumer", "freeze-consumer", "unstall-consumer", "resume-consumer", "commit"] {
        let refusal = refused(&mut run, &format!("{line} consumer=A"));
        assert_eq!(refusal, Refusal::ConsumerIsDown { consumer: consumer() }, "{line}");
    }
    give(&mut run, "add-consumer consumer=hand assign=paid:0");
    let refusal = refused(&mut run, "subscribe consumer=hand topics=paid");
    assert_eq!(refusal, Refusal::ConsumerAssigns { consumer: "hand".into() });
    give(&mut run, "remove-consumer consumer=A");
    assert_eq!(refused(&mut run, "restart-consumer consumer=A"), Refusal::UnknownConsumer { consumer: consumer() });
    after(&mut run, 60);
    assert_eq!(group(&run).members.len(), 1, "and its session ends all the same");
}
