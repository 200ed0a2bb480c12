//! Where a consumer begins and what becomes of commits, in whole clusters under every invariant.

mod common;

use common::{SECOND_US, after, consumer, find_group, give, refused, since, three_brokers};
use kafkascope::{check::Watched, cluster::error::Refusal, kafka::event::EventKind};

/// Topic `t` with one partition and a record a second for so many seconds.
fn written(seconds: u32) -> Watched {
    let mut run = three_brokers(&[]);
    give(&mut run, "create-topic topic=t partitions=1 replication.factor=3");
    after(&mut run, 1);
    give(&mut run, &format!("add-producer producer=p topic=t partition=0 rate=1 records.max={seconds}"));
    after(&mut run, u64::from(seconds) + 1);
    run
}

/// Where `by_duration` and its relatives began, with the moment.
fn resets(run: &Watched, since_us: u64) -> Vec<(u64, i64)> {
    since(run, since_us, |kind| match kind {
        EventKind::PositionReset { offset, .. } => Some(*offset),
        _ => None,
    })
}

fn not_found(run: &Watched, since_us: u64) -> Vec<u64> {
    let found = since(run, since_us, |kind| matches!(kind, EventKind::PositionNotFound { .. }).then_some(()));
    found.into_iter().map(|(at_us, ())| at_us).collect()
}

#[test]
fn by_duration_begins_at_the_first_record_that_is_young_enough() {
    for (duration, offsets) in [("PT10S", 15..=25), ("P1D", 0..=0)] {
        let mut run = written(30);
        let began_us = run.world.now_us();
        give(&mut run, &format!("add-consumer consumer=C assign=t:0 auto.offset.reset=by_duration:{duration}"));
        after(&mut run, 5);
        let at = resets(&run, began_us);
        assert!(at.len() == 1 && offsets.contains(&at[0].1), "{duration}: {at:?}");
        let asked_us = at[0].0 - duration_us(duration).min(at[0].0);
        let stamp_us = |offset: i64| record_us(&run, offset);
        // The response takes up to 5 ms, in which the bound moves on.
        assert!(stamp_us(at[0].1) + 20_000 >= asked_us);
        assert!(at[0].1 == 0 || stamp_us(at[0].1 - 1) < asked_us, "the record before is too old");
        assert!(consumer(&run, "C").records_consumed > 0);
    }
}

fn duration_us(text: &str) -> u64 {
    kafkascope::kafka::duration::parse(text).expect("a duration")
}

fn record_us(run: &Watched, offset: i64) -> u64 {
    let (topic, _) = run.world.metadata().topic_by_name("t").expect("it is there");
    let partition = kafkascope::kafka::ids::TopicIdPartition::new(topic, 0);
    let leader = run.world.metadata().partition(partition).and_then(|at| at.leader).expect("led");
    let log = &run.world.brokers()[&leader].replica(partition).expect("kept").log;
    log.record(offset).expect("kept").timestamp_us
}

#[test]
fn where_no_record_is_young_enough_the_consumer_asks_again_and_reads_nothing_before_one_comes() {
    let mut run = written(5);
    after(&mut run, 20);
    let began_us = run.world.now_us();
    give(&mut run, "add-consumer consumer=C assign=t:0 auto.offset.reset=by_duration:PT4S request.timeout.ms=6000");
    after(&mut run, 14);
    let asked = not_found(&run, began_us);
    assert_eq!(asked.len(), 3, "at once, after 6 s and after 12 s");
    for pair in asked.windows(2) {
        let apart = pair[1] - pair[0];
        assert!(apart.abs_diff(6 * SECOND_US) < 10_000, "{apart}");
    }
    assert_eq!((resets(&run, began_us), consumer(&run, "C").records_consumed), (Vec::new(), 0));
    // Six records in the 6 s until it asks again: those of the first two seconds are too old by then.
    give(&mut run, "add-producer producer=q topic=t partition=0 rate=1 records.max=6");
    after(&mut run, 8);
    let at = resets(&run, began_us);
    assert!(at.len() == 1 && (5..8).contains(&at[0].1), "{at:?}");
    assert!(consumer(&run, "C").records_consumed > 0);
}

/// Commits are kept for a minute, and looked through every ten seconds.
const SHORT: &[(&str, &str)] = &[("offsets.retention.minutes", "1"), ("offsets.retention.check.interval.ms", "10000")];

/// Member C of group g has read and committed ten records of topic `t`.
fn read(settings: &str) -> Watched {
    let mut run = three_brokers(SHORT);
    for line in [
        "create-topic topic=t partitions=1 replication.factor=3",
        "create-topic topic=u partitions=1 replication.factor=3",
        "add-producer producer=p topic=t partition=0 rate=10 records.max=10",
        &format!("add-consumer consumer=C group=g {settings} auto.offset.reset=earliest auto.commit.interval.ms=500"),
    ] {
        give(&mut run, line);
        after(&mut run, 1);
    }
    after(&mut run, 12);
    let group = find_group(&run, "g").expect("it is there");
    assert_eq!(group.offsets.values().map(|committed| committed.offset).collect::<Vec<_>>(), [10]);
    run
}

/// When commits of the group went since then, and when the group itself.
fn expiries(run: &Watched, since_us: u64) -> (Vec<u64>, Vec<u64>) {
    let of = |wanted: fn(&EventKind) -> bool| {
        since(run, since_us, |kind| wanted(kind).then_some(())).into_iter().map(|(at_us, ())| at_us).collect()
    };
    let expired = of(|kind| matches!(kind, EventKind::OffsetsExpired { group, .. } if &**group == "g"));
    (expired, of(|kind| matches!(kind, EventKind::GroupDeleted { group } if &**group == "g")))
}

/// Did it happen once, at the first check after that?
fn assert_at_the_check_after(expiries: &(Vec<u64>, Vec<u64>), due_us: u64) {
    let (expired, deleted) = expiries;
    assert_eq!((expired.len(), deleted), (1, expired), "once, and nothing is left of the group");
    assert!((due_us..due_us + 10 * SECOND_US).contains(&expired[0]), "{} for {due_us}", expired[0]);
}

/// What a broker that reads the log anew knows of the group.
fn is_known_to_the_next_coordinator(run: &mut Watched) -> bool {
    let coordinator = run.world.coordinator_of("g").expect("its partition is led");
    give(run, &format!("crash-broker broker={coordinator}"));
    after(run, 12);
    assert_ne!(run.world.coordinator_of("g"), Some(coordinator));
    find_group(run, "g").is_some()
}

#[test]
fn the_commits_of_an_empty_group_go_with_the_group_and_are_gone_from_the_log() {
    let mut run = read("topics=t");
    give(&mut run, "remove-consumer consumer=C");
    let empty_us = run.world.now_us();
    after(&mut run, 58);
    assert!(find_group(&run, "g").is_some() && expiries(&run, 0).0.is_empty(), "they are kept");
    after(&mut run, 14);
    assert_at_the_check_after(&expiries(&run, 0), empty_us + 60 * SECOND_US);
    assert!(!is_known_to_the_next_coordinator(&mut run));
    // Nothing is committed any more, so the policy decides.
    let back_us = run.world.now_us();
    give(&mut run, "add-consumer consumer=D group=g topics=t auto.offset.reset=earliest");
    after(&mut run, 12);
    assert_eq!(resets(&run, back_us).iter().map(|(_, offset)| *offset).collect::<Vec<_>>(), [0]);
}

#[test]
fn the_next_coordinator_knows_since_when_the_group_is_empty() {
    let mut run = read("topics=t");
    give(&mut run, "remove-consumer consumer=C");
    let empty_us = run.world.now_us();
    after(&mut run, 40);
    assert!(is_known_to_the_next_coordinator(&mut run));
    after(&mut run, 22);
    assert_at_the_check_after(&expiries(&run, 0), empty_us + 60 * SECOND_US);
}

fn committed_us(run: &Watched) -> u64 {
    let group = find_group(run, "g").expect("it is there");
    group.offsets.values().next().expect("one commit").committed_us
}

#[test]
fn what_a_member_subscribes_to_is_kept_and_the_rest_counts_from_its_commit() {
    for settings in ["topics=t", "topics=t group.protocol=consumer"] {
        let mut run = read(settings);
        after(&mut run, 100);
        assert_eq!(expiries(&run, 0), (Vec::new(), Vec::new()), "{settings}: it is subscribed to");
        give(&mut run, "subscribe consumer=C topics=u");
        // It commits once more before it gives the partition up.
        after(&mut run, 10);
        let due_us = committed_us(&run) + 60 * SECOND_US;
        after(&mut run, 65);
        let (expired, deleted) = expiries(&run, 0);
        assert_eq!((expired.len(), deleted.len()), (1, 0), "{settings}: the group has a member");
        assert!((due_us..due_us + 10 * SECOND_US).contains(&expired[0]), "{settings}");
        let group = find_group(&run, "g").expect("it is there");
        let (u, _) = run.world.metadata().topic_by_name("u").expect("it is there");
        assert!(group.offsets.keys().all(|at| at.topic == u), "{settings}: what is subscribed to now stays");
    }
}

#[test]
fn without_members_a_group_of_the_consumer_protocol_and_one_that_was_never_joined_count_from_the_commit() {
    for settings in ["topics=t group.protocol=consumer", "assign=t:0"] {
        let mut run = read(settings);
        after(&mut run, 20);
        give(&mut run, "crash-consumer consumer=C");
        let due_us = committed_us(&run) + 60 * SECOND_US;
        after(&mut run, 75);
        assert_at_the_check_after(&expiries(&run, 0), due_us);
        let removed = since(&run, 0, |kind| matches!(kind, EventKind::MemberRemoved { .. }).then_some(()));
        assert!(
            removed.iter().all(|(at_us, ())| *at_us + 60 * SECOND_US > due_us + 10 * SECOND_US),
            "not from then on"
        );
    }
}

/// Consumers of topic `t`, whose four partitions get ten records a second each.
fn reading(consumers: &[&str], settings: &str) -> Watched {
    let mut run = three_brokers(&[]);
    give(&mut run, "create-topic topic=t partitions=4 replication.factor=3");
    after(&mut run, 1);
    for partition in 0..4 {
        give(&mut run, &format!("add-producer producer=p{partition} topic=t partition={partition} rate=10"));
    }
    for name in consumers {
        give(&mut run, &format!("add-consumer consumer={name} group=g topics=t {settings}"));
    }
    after(&mut run, 15);
    run
}

/// Records that a consumer's `poll` returned of a partition since then.
fn polled(run: &Watched, since_us: u64, of: i32) -> u32 {
    let records = since(run, since_us, |kind| match kind {
        EventKind::RecordsPolled { partition, records, .. } if partition.partition == of => Some(*records),
        _ => None,
    });
    records.iter().map(|(_, records)| records).sum()
}

#[test]
fn a_paused_partition_keeps_its_position_while_the_others_are_read() {
    let mut run = reading(&["C"], "processing.ms=1");
    let position = |run: &Watched| {
        let at = consumer(run, "C").partitions().iter().find(|(at, _)| at.partition == 1).map(|(_, at)| at.position);
        at.flatten().expect("it has a position")
    };
    give(&mut run, "pause-partition consumer=C topic=t partition=1");
    let (paused_us, paused_at) = (run.world.now_us(), position(&run));
    after(&mut run, 10);
    assert_eq!((polled(&run, paused_us, 1), position(&run)), (0, paused_at));
    assert!(polled(&run, paused_us, 0) > 80, "the others are read");
    assert_eq!(find_group(&run, "g").expect("there").state_name(), "Stable");
    give(&mut run, "resume-partition consumer=C topic=t partition=1");
    let resumed_us = run.world.now_us();
    after(&mut run, 5);
    let first = since(&run, resumed_us, |kind| match kind {
        EventKind::RecordsPolled { partition, from, .. } if partition.partition == 1 => Some(*from),
        _ => None,
    });
    assert_eq!(first[0].1, paused_at, "from where it stood");
    assert!(polled(&run, resumed_us, 1) > 130, "what it missed and what came");
    assert!(matches!(refused(&mut run, "pause-partition consumer=C topic=t partition=9"), Refusal::NotOwned { .. }));
}

#[test]
fn what_was_fetched_of_a_paused_partition_stays_until_it_is_resumed() {
    let mut run = reading(&["C"], "max.poll.records=1 processing.ms=50");
    let held = |run: &Watched| consumer(run, "C").buffered();
    assert!(held(&run) > 0, "it lags");
    for partition in 0..4 {
        give(&mut run, &format!("pause-partition consumer=C topic=t partition={partition}"));
    }
    after(&mut run, 5);
    let (before, quiet_us) = (held(&run), run.world.now_us());
    assert!(before > 0);
    after(&mut run, 5);
    assert_eq!((held(&run), (0..4).map(|at| polled(&run, quiet_us, at)).sum::<u32>()), (before, 0));
}

#[test]
fn a_partition_that_was_given_up_is_not_paused_when_it_comes_back() {
    // Eager members give up everything in each rebalance, cooperative ones and those of KIP-848 what goes to others.
    for (settings, kept) in [
        ("processing.ms=1 partition.assignment.strategy=range", false),
        ("processing.ms=1 partition.assignment.strategy=cooperative-sticky", true),
        ("processing.ms=1 group.protocol=consumer", true),
    ] {
        let mut run = reading(&["C"], settings);
        for partition in 0..4 {
            give(&mut run, &format!("pause-partition consumer=C topic=t partition={partition}"));
        }
        give(&mut run, &format!("add-consumer consumer=D group=g topics=t {settings}"));
        after(&mut run, 20);
        let paused = |run: &Watched| consumer(run, "C").partitions().values().filter(|at| at.paused).count();
        assert_eq!((paused(&run), consumer(&run, "C").partitions().len()), (if kept { 2 } else { 0 }, 2), "{settings}");
        give(&mut run, "remove-consumer consumer=D");
        after(&mut run, 20);
        assert_eq!((paused(&run), consumer(&run, "C").partitions().len()), (if kept { 2 } else { 0 }, 4), "{settings}");
    }
}
