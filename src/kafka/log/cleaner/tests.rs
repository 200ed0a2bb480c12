//! What a pass of the cleaner leaves, case by case.

use std::sync::Arc;

use super::*;
use crate::kafka::{
    config::{Settings, TopicConfig},
    log::{NO_PRODUCER, ProducerStamp, RecordsBuilder},
};

/// A compacted log: each word is a batch of records, `a1` a key with a value, `a-` its tombstone, `|` a new segment.
fn log(words: &str, settings: &[(&str, &str)]) -> Log {
    let policy = [("cleanup.policy", "compact")];
    let settings: Settings = policy.iter().chain(settings).map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut log = Log::new(Arc::new(TopicConfig::from_settings(&settings).expect("allowed")));
    append(&mut log, words);
    log
}

fn append(log: &mut Log, words: &str) {
    for word in words.split(' ') {
        if word == "|" {
            log.roll(log.log_end_offset(), super::super::RollReason::Bytes);
            continue;
        }
        let at_us = log.log_end_offset() as u64 * 1_000_000;
        let mut builder = RecordsBuilder::new(at_us, NO_PRODUCER);
        for record in word.split(',') {
            let (key, value) = record.split_at(1);
            builder.push(at_us, Some(key.as_bytes()), (value != "-").then_some(value.as_bytes()), &[]);
        }
        log.append(0, Arc::new(builder.build()));
    }
    log.set_high_watermark(log.log_end_offset());
}

/// What is there: `offset:key value`.
fn left(log: &Log) -> String {
    let text = |bytes: Option<&[u8]>| bytes.map_or("-".to_owned(), |bytes| String::from_utf8_lossy(bytes).into_owned());
    let records = log.batches().iter().flat_map(|batch| batch.iter());
    let shown: Vec<String> =
        records.map(|(offset, record)| format!("{offset}:{}{}", text(record.key), text(record.value))).collect();
    shown.join(" ")
}

#[test]
fn the_newest_of_each_key_stays_and_the_active_segment_is_left_alone() {
    let mut log = log("a1,b1 a2 c1 | b2 a3 | a4", &[]);
    let cleaned = log.clean(0).expect("compacted");
    assert_eq!(left(&log), "3:c1 4:b2 5:a3 6:a4", "a4 is in the active segment, so a3 stays too");
    assert_eq!((cleaned.from, cleaned.to, cleaned.superseded, cleaned.tombstones), (0, 6, 3, 0));
    assert_eq!((cleaned.segments_before, cleaned.segments_after), (2, 1), "small neighbours become one");
    assert_eq!((log.log_start_offset(), log.log_end_offset(), log.records_kept()), (0, 7, 4));
    assert_eq!(log.size_bytes(), log.batches().iter().map(|b| u64::from(b.records.size_bytes())).sum::<u64>());
    // Whoever reads at a hole gets what comes next.
    assert_eq!(log.read(1, 7, u32::MAX, true).first().map(|batch| batch.base_offset), Some(3));
    append(&mut log, "| c2 | d1");
    log.clean(0);
    assert_eq!(left(&log), "4:b2 6:a4 7:c2 8:d1");
}

/// A batch keeps its place and its end when a part of it goes.
#[test]
fn a_batch_that_loses_records_still_ends_where_it_did() {
    let mut log = log("a1,b1,a2,c1 | c2 | d1", &[]);
    log.clean(0);
    assert_eq!(left(&log), "1:b1 2:a2 4:c2 5:d1");
    let first = log.batches().iter().next().expect("a batch");
    assert_eq!((first.base_offset, first.next_offset(), first.records.len()), (0, 4, 2));
}

#[test]
fn a_tombstone_stays_for_a_pass_and_its_time_and_goes_with_a_later_pass() {
    let mut log = log("a1 a- b1 | b2 | x1", &[("delete.retention.ms", "10000")]);
    log.clean(1_000_000);
    assert_eq!(left(&log), "1:a- 3:b2 4:x1");
    append(&mut log, "| c1 | c2");
    log.clean(10_999_999);
    assert_eq!(left(&log), "1:a- 3:b2 4:x1 5:c1 6:c2", "its time counts from the first pass that met it");
    append(&mut log, "| c3 | d1");
    assert_eq!(log.clean(11_000_000).map(|cleaned| cleaned.tombstones), Some(1));
    assert_eq!(left(&log), "3:b2 4:x1 7:c3 8:d1");
}

#[test]
fn the_last_batch_of_a_producer_stays_as_an_empty_one() {
    let mut log = log("a1 a2", &[]);
    let stamp = ProducerStamp { producer_id: 9, producer_epoch: 0, base_sequence: 0, ..NO_PRODUCER };
    let mut builder = RecordsBuilder::new(0, stamp);
    builder.push(0, Some(b"a"), Some(b"3"), &[]);
    log.append(0, Arc::new(builder.build()));
    append(&mut log, "a4 | b1 | a5 | x1");
    log.clean(0);
    append(&mut log, "| b2 | x2");
    log.clean(0);
    assert_eq!(left(&log), "5:a5 6:x1 7:b2 8:x2");
    let empty: Vec<_> = log.batches().iter().filter(|batch| batch.records.is_empty()).collect();
    assert_eq!(empty.iter().map(|batch| batch.base_offset).collect::<Vec<_>>(), [2], "the producer's newest");
    assert_eq!(empty[0].records.size_bytes(), crate::kafka::log::BATCH_OVERHEAD);
}

#[test]
fn the_dirty_ratio_decides_and_the_lags_hold_back_and_hurry() {
    // Equal bytes clean and dirty are half, which is not more than 0.5.
    let mut log = log("a1 | b1 | x1", &[]);
    assert_eq!(log.cleaning(0).map(|cleaning| cleaning.dirty_ratio()), Some(1_000_000));
    log.clean(0);
    assert_eq!((log.is_filthy(0), log.cleaning_due_us(0)), (None, None), "all clean");
    append(&mut log, "| c1 | y1");
    assert_eq!(log.cleaning(0).map(|cleaning| cleaning.dirty_ratio()), Some(500_000));
    assert_eq!((log.is_filthy(0), log.cleaning_due_us(0)), (None, None), "it waits for more records");
    append(&mut log, "| z1");
    assert!(log.is_filthy(0).is_some() && log.cleaning_due_us(7) == Some(7));

    let held = self::log("a1 | b1 | c1", &[("min.compaction.lag.ms", "5000")]);
    assert_eq!(held.is_filthy(4_999_999), None);
    assert_eq!(held.cleaning_due_us(0), Some(5_000_000), "when its oldest segment is old enough");
    assert_eq!(held.is_filthy(5_000_000).map(|cleaning| cleaning.first_uncleanable), Some(1));

    let mut late = self::log("a1 | b1 | x1", &[("max.compaction.lag.ms", "60000"), ("segment.ms", "604800000")]);
    late.clean(0);
    append(&mut late, "| y1");
    assert_eq!((late.is_filthy(62_000_000), late.cleaning_due_us(0)), (None, Some(62_000_001)));
    assert!(late.is_filthy(62_000_001).is_some_and(|cleaning| cleaning.is_overdue));
}

#[test]
fn what_is_not_replicated_is_not_cleaned() {
    let mut log = log("a1 | a2 | a3 | x1", &[]);
    log.high_watermark = 2;
    assert_eq!(log.cleaning(0).map(|cleaning| cleaning.first_uncleanable), Some(2));
    log.clean(0);
    assert_eq!(left(&log), "1:a2 2:a3 3:x1");
    assert_eq!(log.cleaning_due_us(5), Some(5), "it looks again until the rest is replicated");
}

/// Where a follower copies a compacted log it copies its holes, and compacts on its own.
#[test]
fn a_copy_takes_gaps_over() {
    let mut log = log("a1 b1 a2 | c1 | x1", &[]);
    log.clean(0);
    let mut copy = Log::new(log.config.clone());
    for batch in log.read(0, 5, u32::MAX, true).into_iter().chain(log.read(4, 5, u32::MAX, true)) {
        assert!(copy.append_batch(batch));
    }
    assert_eq!((left(&copy), copy.log_end_offset()), (left(&log), 5));
    copy.truncate_to(2);
    assert_eq!((copy.log_end_offset(), copy.records_kept()), (2, 1));
}
