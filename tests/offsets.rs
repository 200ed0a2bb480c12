//! Where a consumer begins and what becomes of commits, in whole clusters under every invariant.

mod common;

use common::{SECOND_US, after, consumer, give, since, three_brokers};
use kafkascope::{check::Watched, kafka::event::EventKind};

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
