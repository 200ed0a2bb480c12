//! Segments, retention, compaction and deleted records in whole clusters; every run under all invariants.

mod common;

use common::{after, consumer, give, refused, since, three_brokers};
use kafkascope::{
    check::Watched,
    cluster::error::Refusal,
    kafka::{
        event::{EventKind, LogStartBy},
        ids::TopicIdPartition,
        log::{Deletion, Log},
        node::Timer,
        protocol::ErrorCode,
    },
};

/// Looks at the disk are frequent.
const OFTEN: &[(&str, &str)] = &[
    ("log.initial.task.delay.ms", "1000"),
    ("log.retention.check.interval.ms", "1000"),
    ("log.cleaner.backoff.ms", "1000"),
];

/// A cluster with topic `t` of one partition on three brokers.
fn stage(settings: &str) -> Watched {
    let mut run = three_brokers(OFTEN);
    give(&mut run, &format!("create-topic topic=t partitions=1 replication.factor=3 {settings}"));
    after(&mut run, 1);
    run
}

fn at(run: &Watched) -> TopicIdPartition {
    let (topic, _) = run.world.metadata().topic_by_name("t").expect("made");
    TopicIdPartition::new(topic, 0)
}

fn log(run: &Watched, broker: u32) -> &Log {
    &run.world.brokers()[&broker].replica(at(run)).expect("a replica").log
}

fn leader(run: &Watched) -> u32 {
    run.world.metadata().partition(at(run)).and_then(|state| state.leader).expect("a leader")
}

fn follower(run: &Watched) -> u32 {
    let leader = leader(run);
    let state = run.world.metadata().partition(at(run)).expect("made");
    *state.replicas.iter().find(|broker| **broker != leader).expect("three replicas")
}

#[test]
fn each_replica_has_segments_of_its_own_and_deletes_them_itself() {
    let mut run = stage("internal.segment.bytes=1000 retention.ms=4000");
    give(&mut run, "add-producer producer=p topic=t rate=50");
    after(&mut run, 15);
    for broker in 1..=3 {
        let by_time = |kind: &EventKind| match kind {
            EventKind::SegmentDeleted { deleted, .. } => Some(matches!(deleted.why, Deletion::Time { .. })),
            _ => None,
        };
        let own = run.events.iter().filter(|event| event.node.0 == broker);
        let deletions: Vec<bool> = own.filter_map(|event| by_time(&event.kind)).collect();
        assert!(deletions.len() > 3 && deletions[0], "broker {broker}: {deletions:?}");
        let log = log(&run, broker);
        assert!(log.log_start_offset() > 0 && log.segments()[0].base_offset == log.log_start_offset());
        assert!(log.records_kept() < 50 * 8, "{}", log.records_kept());
    }
}

#[test]
fn a_reader_of_what_is_gone_goes_by_its_policy() {
    for (policy, expected) in [("earliest", true), ("latest", false)] {
        let mut run = stage("internal.segment.bytes=1000 retention.ms=3000");
        give(&mut run, "add-producer producer=p topic=t rate=50");
        give(&mut run, &format!("add-consumer consumer=C assign=t:0 auto.offset.reset={policy}"));
        after(&mut run, 3);
        give(&mut run, "pause-consumer consumer=C");
        after(&mut run, 15);
        let start = log(&run, leader(&run)).log_start_offset();
        let (resumed_us, high_watermark) = (run.world.now_us(), log(&run, leader(&run)).high_watermark());
        give(&mut run, "resume-consumer consumer=C");
        after(&mut run, 1);
        let reset = since(&run, resumed_us, |kind| match kind {
            EventKind::PositionReset { offset, out_of_range: true, .. } => Some(*offset),
            _ => None,
        });
        let (_, offset) = reset[0];
        assert!(if expected { offset == start } else { offset >= high_watermark }, "{policy}: {offset}");
        let position = consumer(&run, "C").partitions()[&at(&run)].position.expect("known");
        assert!(position >= offset);
    }
}

/// While a follower is away the leader deletes more than the follower has.
#[test]
fn a_follower_whose_end_is_gone_begins_again_where_the_leader_starts() {
    let mut run = stage("internal.segment.bytes=1000 retention.ms=3000");
    give(&mut run, "add-producer producer=p topic=t rate=50");
    after(&mut run, 2);
    let away = follower(&run);
    give(&mut run, &format!("crash-broker broker={away}"));
    after(&mut run, 30);
    let end = log(&run, away).log_end_offset();
    assert!(log(&run, leader(&run)).log_start_offset() > end);
    give(&mut run, &format!("restart-broker broker={away}"));
    after(&mut run, 15);
    let anew = since(&run, 0, |kind| match kind {
        EventKind::LogStartedAnew { end, at, .. } => Some((*end, *at)),
        _ => None,
    });
    assert!(anew.len() == 1 && anew[0].1.0 == end && anew[0].1.1 > end, "{anew:?}");
    let state = run.world.metadata().partition(at(&run)).expect("made");
    assert!(state.isr.contains(&away), "it is in sync again");
}

#[test]
fn deleted_records_go_from_the_leader_at_once_and_from_followers_with_their_next_fetches() {
    let mut run = stage("");
    give(&mut run, "add-producer producer=p topic=t rate=50 records.max=100");
    after(&mut run, 4);
    let asked_us = run.world.now_us();
    give(&mut run, "delete-records topic=t partition=0 offset=40");
    after(&mut run, 3);
    let moved = since(&run, asked_us, |kind| match kind {
        EventKind::LogStartMoved { to, by, .. } => Some((*to, *by)),
        _ => None,
    });
    let (by_request, by_leader) = ((40, LogStartBy::DeleteRecords), (40, LogStartBy::Leader));
    assert_eq!(moved.iter().map(|(_, moved)| *moved).collect::<Vec<_>>(), [by_request, by_leader, by_leader]);
    assert!((1..=3).all(|broker| log(&run, broker).log_start_offset() == 40));
    assert_eq!(run.world.records_kept(), 60);
    give(&mut run, "delete-records topic=t partition=0");
    after(&mut run, 3);
    assert_eq!((log(&run, 1).log_start_offset(), run.world.records_kept()), (100, 0));

    let beyond = refused(&mut run, "delete-records topic=t partition=0 offset=101");
    assert!(matches!(beyond, Refusal::BeyondHighWatermark { high_watermark: 100, .. }), "{beyond:?}");
    give(&mut run, "configure-topic topic=t cleanup.policy=compact");
    after(&mut run, 1);
    let compacted = refused(&mut run, "delete-records topic=t partition=0 offset=100");
    assert!(matches!(compacted, Refusal::OnlyCompacted { .. }), "{compacted:?}");
}

/// The leader's log starts within a batch; a follower with an empty log copies that batch whole.
#[test]
fn an_empty_follower_begins_with_the_whole_batch_that_the_leader_starts_in() {
    let mut run = stage("");
    let away = follower(&run);
    give(&mut run, &format!("crash-broker broker={away}"));
    give(&mut run, "add-producer producer=p topic=t rate=100 records.max=100 linger.ms=100");
    after(&mut run, 15);
    let of_leader = log(&run, leader(&run));
    let batch = of_leader.batches().iter().find(|batch| batch.records.len() > 2).expect("several in one");
    let (base, within) = (batch.base_offset, batch.base_offset + 1);
    give(&mut run, &format!("delete-records topic=t partition=0 offset={within}"));
    let back_us = run.world.now_us();
    give(&mut run, &format!("restart-broker broker={away}"));
    after(&mut run, 15);
    let anew = since(&run, back_us, |kind| match kind {
        EventKind::LogStartedAnew { end, at, .. } => Some((*end, *at)),
        _ => None,
    });
    let anew: Vec<_> = anew.into_iter().map(|(_, anew)| anew).collect();
    assert_eq!(anew, [(0, within), (within, base)]);
    assert_eq!((log(&run, away).log_start_offset(), log(&run, away).log_end_offset()), (within, 100));
    assert!(log(&run, away).batches().holding(within).is_some_and(|batch| batch.base_offset == base));
}

#[test]
fn a_compacted_topic_keeps_each_key_and_a_reader_passes_over_the_holes() {
    let mut run = stage("cleanup.policy=compact internal.segment.bytes=1000 min.cleanable.dirty.ratio=0.3");
    give(&mut run, "add-producer producer=p topic=t rate=50 keys=a,b,c,d records.max=500");
    after(&mut run, 15);
    for broker in 1..=3 {
        let log = log(&run, broker);
        assert!((4..60).contains(&log.records_kept()), "broker {broker} keeps {}", log.records_kept());
        assert_eq!((log.log_start_offset(), log.log_end_offset()), (0, 500), "offsets stay");
    }
    give(&mut run, "add-consumer consumer=C assign=t:0 auto.offset.reset=earliest");
    after(&mut run, 2);
    let skipped = since(&run, 0, |kind| match kind {
        EventKind::OffsetsSkipped { offsets, .. } => Some(*offsets),
        _ => None,
    });
    let polled = since(&run, 0, |kind| match kind {
        EventKind::RecordsPolled { records, .. } => Some(*records),
        _ => None,
    });
    let sum = |list: &[(u64, u32)]| list.iter().map(|(_, n)| u64::from(*n)).sum::<u64>();
    assert_eq!(sum(&polled), log(&run, leader(&run)).records_kept());
    assert_eq!(sum(&polled) + sum(&skipped), 500);
    assert_eq!(consumer(&run, "C").partitions()[&at(&run)].position, Some(500));

    // What has no key could never be the newest of its key.
    give(&mut run, "add-producer producer=q topic=t");
    after(&mut run, 1);
    give(&mut run, "send producer=q value=keyless");
    after(&mut run, 1);
    let failed = since(&run, 0, |kind| match kind {
        EventKind::BatchFailed { error, .. } => Some(*error),
        _ => None,
    });
    assert_eq!(failed.iter().map(|(_, error)| *error).collect::<Vec<_>>(), [ErrorCode::InvalidRecord]);
}

/// In a log that is compacted and deleted from, the cleaner deletes, and so nobody where it is switched off.
#[test]
fn the_cleaner_deletes_old_segments_of_a_compacted_log() {
    for (cleaner, begins_later) in [("true", true), ("false", false)] {
        let mut run = three_brokers(&[
            ("log.initial.task.delay.ms", "1000"),
            ("log.retention.check.interval.ms", "1000"),
            ("log.cleaner.backoff.ms", "2000"),
            ("log.cleaner.enable", cleaner),
        ]);
        give(
            &mut run,
            "create-topic topic=t partitions=1 replication.factor=3 cleanup.policy=compact,delete retention.ms=5000 \
             internal.segment.bytes=1000",
        );
        after(&mut run, 1);
        give(&mut run, "add-producer producer=p topic=t rate=20 records.max=100 keys=a,b,c");
        after(&mut run, 30);
        assert_eq!(log(&run, leader(&run)).log_start_offset() > 0, begins_later, "log.cleaner.enable={cleaner}");
    }
}

/// A batch that no segment can hold is refused, and followers copy whole segments' worth at most.
#[test]
fn a_batch_larger_than_a_segment_is_refused() {
    let mut run = stage("internal.segment.bytes=200");
    give(&mut run, "add-producer producer=p topic=t");
    after(&mut run, 1);
    give(&mut run, &format!("send producer=p value={}", "v".repeat(150)));
    after(&mut run, 1);
    let failed = since(&run, 0, |kind| match kind {
        EventKind::BatchFailed { error, .. } => Some(*error),
        _ => None,
    });
    assert_eq!(failed[0].1, ErrorCode::RecordListTooLarge);
}

/// Nothing wakes up for a disk on which nothing is due.
#[test]
fn a_quiet_cluster_is_left_alone() {
    let mut run = three_brokers(&[]);
    give(&mut run, "create-topic topic=t partitions=3 replication.factor=3");
    give(&mut run, "add-producer producer=p topic=t rate=10 records.max=50");
    give(&mut run, "add-consumer consumer=C group=g topics=t");
    after(&mut run, 1_200);
    let woken = since(&run, 0, |kind| match kind {
        EventKind::TimerFired(timer @ (Timer::RetentionCheck | Timer::Cleaner)) => Some(*timer),
        _ => None,
    });
    assert_eq!(woken, []);
}

/// Retention compares the records' time with the broker's own clock: each replica deletes when its own clock says so.
#[test]
fn a_broker_with_a_wrong_clock_deletes_too_early_or_too_late() {
    let mut run = stage("internal.segment.bytes=1000 retention.ms=60000");
    give(&mut run, "add-producer producer=p topic=t rate=50 records.max=300");
    after(&mut run, 10);
    let (leader, follower) = (leader(&run), follower(&run));
    give(&mut run, &format!("skew-clock node={follower} ahead.ms=3600000"));
    after(&mut run, 3);
    assert_eq!(log(&run, follower).log_start_offset(), 300, "for it all of them are an hour old");
    assert_eq!(log(&run, leader).log_start_offset(), 0);
    give(&mut run, &format!("skew-clock node={leader} ahead.ms=-3600000"));
    after(&mut run, 80);
    assert_eq!(log(&run, leader).log_start_offset(), 0, "for it they are not written yet");
    give(&mut run, "heal-all");
    after(&mut run, 3);
    assert_eq!(log(&run, leader).log_start_offset(), 300);
}
