//! What a producer does when its cluster fails it: retries and their pauses, timeouts, duplicates, order, refusals for
//! too few in-sync replicas (reference §2.4 to §2.6); every run under all invariants.

mod common;

use common::{SECOND_US, after, give, since, three_brokers};
use kafkascope::{
    check::Watched,
    kafka::{
        client::producer::Ledger,
        event::EventKind,
        ids::{BrokerId, TopicIdPartition},
        log::Log,
        protocol::ErrorCode,
    },
};

/// Topic `t` of one partition on three brokers, and producer `p` that has sent one record by hand.
fn stage(topic: &str, producer: &str) -> Watched {
    let mut run = three_brokers(&[]);
    give(&mut run, &format!("create-topic topic=t partitions=1 replication.factor=3 {topic}"));
    after(&mut run, 1);
    give(&mut run, &format!("add-producer producer=p topic=t linger.ms=0 {producer}"));
    give(&mut run, "send producer=p value=first");
    after(&mut run, 2);
    run
}

fn partition(run: &Watched) -> TopicIdPartition {
    let (id, _) = run.world.metadata().topic_by_name("t").expect("it was made");
    TopicIdPartition::new(id, 0)
}

fn leader(run: &Watched) -> BrokerId {
    run.world.metadata().partition(partition(run)).and_then(|state| state.leader).expect("it is led")
}

fn log(run: &Watched, broker: BrokerId) -> &Log {
    &run.world.brokers()[&broker].replica(partition(run)).expect("it has a replica").log
}

fn others(broker: BrokerId) -> String {
    let others: Vec<String> = (1..=3).filter(|other| *other != broker).map(|other| other.to_string()).collect();
    others.join(",")
}

/// The values in a log, in order.
fn values(run: &Watched) -> Vec<String> {
    let log = log(run, leader(run));
    let value = |offset| log.record(offset).and_then(|record| record.value.map(<[u8]>::to_vec)).unwrap_or_default();
    (0..log.log_end_offset()).map(|offset| String::from_utf8_lossy(&value(offset)).into_owned()).collect()
}

fn ledger(run: &Watched) -> Ledger {
    run.world.ledger()
}

fn retries(run: &Watched, from_us: u64) -> Vec<(u64, (ErrorCode, u64))> {
    since(run, from_us, |kind| match kind {
        EventKind::BatchRetried { error, backoff_us, .. } => Some((*error, *backoff_us)),
        _ => None,
    })
}

fn failures(run: &Watched, from_us: u64) -> Vec<(u64, ErrorCode)> {
    since(run, from_us, |kind| match kind {
        EventKind::BatchFailed { error, .. } | EventKind::SendFailed { error, .. } => Some(*error),
        _ => None,
    })
}

#[test]
fn pauses_between_retries_double_up_to_their_maximum() {
    let mut run = stage("min.insync.replicas=3", "acks=all");
    give(&mut run, "stop-broker broker=3");
    after(&mut run, 3);
    let from_us = run.world.now_us();
    give(&mut run, "send producer=p value=refused");
    after(&mut run, 8);
    let retries = retries(&run, from_us);
    let within = |pause_us: u64, expected_us: u64| {
        (expected_us * 8 / 10..=(expected_us * 12 / 10).min(1_000_000)).contains(&pause_us)
    };
    for (at, (_, (error, pause_us))) in retries.iter().enumerate() {
        assert_eq!(*error, ErrorCode::NotEnoughReplicas);
        let expected_us = (100_000_u64 << at.min(5)).min(1_000_000);
        assert!(within(*pause_us, expected_us), "retry {at}: {pause_us} for {expected_us}");
    }
    assert!(retries.len() >= 8, "{retries:?}");
    give(&mut run, "restart-broker broker=3");
    after(&mut run, 20);
    assert_eq!(values(&run), ["first", "refused"], "nothing was written while it was refused");
}

#[test]
fn delivery_timeout_ends_all_retries_and_says_so() {
    let mut run = stage("min.insync.replicas=3", "acks=all delivery.timeout.ms=40000");
    give(&mut run, "stop-broker broker=3");
    after(&mut run, 3);
    let from_us = run.world.now_us();
    give(&mut run, "send producer=p value=late");
    after(&mut run, 39);
    assert_eq!(ledger(&run).failed, 0);
    after(&mut run, 2);
    let failed = failures(&run, from_us);
    assert_eq!(failed.iter().map(|(_, error)| *error).collect::<Vec<_>>(), [ErrorCode::RequestTimedOut]);
    assert_eq!((failed[0].0 - from_us) / SECOND_US, 40);
    assert_eq!(ledger(&run), Ledger { sent: 2, acknowledged: 1, failed: 1, ..Ledger::default() });
}

#[test]
fn retries_0_fails_at_the_first_error() {
    let mut run = stage("min.insync.replicas=3", "acks=all retries=0");
    give(&mut run, "stop-broker broker=3");
    after(&mut run, 3);
    let from_us = run.world.now_us();
    give(&mut run, "send producer=p value=once");
    after(&mut run, 1);
    assert_eq!(
        failures(&run, from_us).iter().map(|(_, error)| *error).collect::<Vec<_>>(),
        [ErrorCode::NotEnoughReplicas]
    );
    assert_eq!(retries(&run, from_us), []);
}

/// A request that is not answered within `request.timeout.ms` closes the connection, and all that is on it is sent again.
#[test]
fn request_timeout_closes_the_connection_and_everything_on_it_is_sent_again() {
    let mut run = stage("", "acks=1 request.timeout.ms=5000 delivery.timeout.ms=60000");
    let (leader, from_us) = (leader(&run), run.world.now_us());
    give(&mut run, &format!("freeze-broker broker={leader}"));
    for value in ["a", "b", "c"] {
        give(&mut run, &format!("send producer=p value={value}"));
        after(&mut run, 1);
    }
    after(&mut run, 1);
    assert_eq!(retries(&run, from_us), [], "not before");
    after(&mut run, 2);
    let timed_out = retries(&run, from_us);
    assert_eq!(timed_out.len(), 3);
    assert!(
        timed_out
            .iter()
            .all(|(at_us, (error, _))| (at_us - from_us) / SECOND_US == 5 && *error == ErrorCode::RequestTimedOut)
    );
    after(&mut run, 20);
    assert_eq!(ledger(&run).acknowledged, 4, "the new leader has them");
    give(&mut run, &format!("thaw-broker broker={leader}"));
    after(&mut run, 30);
    // With acks=1 there are no sequences, so what comes back together is turned round (`RecordAccumulator.reenqueue`).
    assert_eq!(values(&run), ["first", "c", "b", "a"], "what the frozen one still took is cut off");
}

#[test]
fn a_full_buffer_blocks_send_for_max_block_and_then_fails_it() {
    let mut run = stage(
        "",
        "acks=all buffer.memory=600 batch.size=200 max.block.ms=3000 max.in.flight.requests.per.connection=1",
    );
    let (leader, from_us) = (leader(&run), run.world.now_us());
    give(&mut run, &format!("cut from=p to={leader}"));
    for _ in 0..3 {
        give(&mut run, &format!("send producer=p value={}", "v".repeat(150)));
    }
    assert_eq!(failures(&run, from_us), []);
    give(&mut run, "send producer=p value=one-too-many");
    after(&mut run, 2);
    assert_eq!(failures(&run, from_us), [], "it waits");
    after(&mut run, 2);
    let failed = failures(&run, from_us);
    assert!(
        failed.iter().all(|(at_us, error)| *error == ErrorCode::RequestTimedOut && (at_us - from_us) / SECOND_US == 3)
    );
    assert!(!failed.is_empty(), "`send` threw");
    let gave_up = failed.len() as u64;
    give(&mut run, "heal-all");
    after(&mut run, 20);
    assert_eq!(ledger(&run).failed, gave_up, "what was in the buffer arrives");
    assert_eq!(ledger(&run).acknowledged, 5 - gave_up);
}

/// Two batches are under way; the first is refused and the second taken: with several requests in flight and without
/// idempotence that is another order. With idempotence the second is out of order and waits its turn.
#[test]
fn a_retry_reorders_without_idempotence_and_not_with_it() {
    for (settings, expected) in [
        ("enable.idempotence=false max.in.flight.requests.per.connection=5", ["first", "2", "1"]),
        ("enable.idempotence=false max.in.flight.requests.per.connection=1", ["first", "1", "2"]),
        ("enable.idempotence=true", ["first", "1", "2"]),
    ] {
        let mut run = stage("min.insync.replicas=3", &format!("acks=all {settings}"));
        let follower = (2..=3).find(|broker| *broker != leader(&run)).expect("three brokers");
        give(&mut run, &format!("stop-broker broker={follower}"));
        after(&mut run, 3);
        let from_us = run.world.now_us();
        // A broker-to-client link that is slow leaves time: the first is refused, and before its producer hears of it the
        // minimum is lower and the second is under way.
        let leader = leader(&run);
        give(&mut run, &format!("slow-link from={leader} to=p delay.ms=100 direction=one-way"));
        give(&mut run, "send producer=p value=1");
        run.run_to(from_us + 20_000);
        give(&mut run, "configure-topic topic=t min.insync.replicas=1");
        run.run_to(from_us + 60_000);
        give(&mut run, "send producer=p value=2");
        after(&mut run, 20);
        assert_eq!(values(&run), expected, "{settings}: {:?}", retries(&run, from_us));
    }
}

/// A gap that will not close: the batch before was given up although it had been sent. The producer begins a new epoch.
#[test]
fn an_idempotent_producer_begins_a_new_epoch_after_a_batch_was_lost() {
    let mut run = stage("", "acks=all request.timeout.ms=2000 delivery.timeout.ms=3000");
    let leader = leader(&run);
    give(&mut run, &format!("cut from=p to={leader}"));
    give(&mut run, "send producer=p value=lost");
    after(&mut run, 5);
    assert_eq!(ledger(&run).failed, 1, "given up");
    give(&mut run, "heal-all");
    after(&mut run, 1);
    for value in ["a", "b"] {
        give(&mut run, &format!("send producer=p value={value}"));
        after(&mut run, 2);
    }
    assert_eq!(ledger(&run).acknowledged, 3);
    assert_eq!(values(&run), ["first", "a", "b"]);
    let stamps: Vec<(i16, i32)> = log(&run, leader)
        .batches()
        .from(0)
        .map(|batch| batch.records.stamp)
        .map(|s| (s.producer_epoch, s.base_sequence))
        .collect();
    assert_eq!(stamps, [(0, 0), (1, 0), (1, 1)], "sequences begin again in epoch 1");
}

#[test]
fn acks_0_never_knows_acks_1_loses_and_acks_all_does_not() {
    for (acks, lost) in [("0", true), ("1", true), ("all", false)] {
        let mut run = stage("min.insync.replicas=2", &format!("acks={acks} enable.idempotence=false"));
        let old = leader(&run);
        give(&mut run, &format!("cut from={old} to={}", others(old)));
        after(&mut run, 1);
        give(&mut run, "send producer=p value=risky");
        after(&mut run, 1);
        give(&mut run, &format!("crash-broker broker={old}"));
        after(&mut run, 30);
        give(&mut run, "heal-all");
        after(&mut run, 60);
        let ledger = ledger(&run);
        assert_eq!(values(&run).contains(&"risky".to_owned()), !lost, "acks={acks}");
        assert_eq!(ledger.failed, 0, "acks={acks}: nobody was told");
    }
}
