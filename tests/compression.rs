//! Compressed batches in whole clusters: what they weigh on the wire and on disk. Every run under all invariants.

mod common;

use common::{after, give, since, three_brokers};
use kafkascope::{
    check::Watched,
    kafka::{
        event::EventKind,
        ids::TopicIdPartition,
        log::{Codec, Log},
        protocol::ErrorCode,
    },
};

/// A JSON value of some hundred bytes.
const VALUE: &str = r#"{"customer":"alice","city":"Ghent","items":["pen","paper","ink"],"total":1799,"paid":true}"#;

/// Topic `t` of one partition on three brokers, and five seconds of batches of 25 records.
fn stage(topic: &str, producer: &str) -> Watched {
    let mut run = three_brokers(&[]);
    give(&mut run, &format!("create-topic topic=t partitions=1 replication.factor=3 {topic}"));
    after(&mut run, 1);
    let value = VALUE.replace('"', "\\\"");
    give(&mut run, &format!("add-producer producer=p topic=t rate=50 value=\"{value}\" linger.ms=500 {producer}"));
    after(&mut run, 5);
    run
}

fn log(run: &Watched, broker: u32) -> &Log {
    let (topic, _) = run.world.metadata().topic_by_name("t").expect("made");
    &run.world.brokers()[&broker].replica(TopicIdPartition::new(topic, 0)).expect("a replica").log
}

/// The codecs of the stored batches, and the bytes of the first ones.
fn stored(run: &Watched, broker: u32) -> (Vec<Codec>, u32) {
    let log = log(run, broker);
    let codecs = log.batches().iter().map(|batch| batch.records.codec()).collect();
    (codecs, log.batches().iter().take(8).map(|batch| batch.records.size_bytes()).sum())
}

#[test]
fn the_topic_keeps_the_codec_of_the_producer_and_segments_weigh_less() {
    let mut sizes = Vec::new();
    for codec in Codec::ALL {
        let run = stage("internal.segment.bytes=4000", &format!("compression.type={}", codec.name()));
        for broker in 1..=3 {
            let (codecs, bytes) = stored(&run, broker);
            assert!(codecs.len() >= 8 && codecs.iter().all(|stored| *stored == codec), "{codecs:?}");
            sizes.push(bytes);
            assert_eq!(log(&run, broker).segments().len() > 4, codec == Codec::None);
        }
    }
    assert!(sizes.chunks(3).all(|replicas| replicas[0] == replicas[1] && replicas[1] == replicas[2]), "{sizes:?}");
    let [none, gzip, snappy, lz4, zstd] = [0, 3, 6, 9, 12].map(|at| sizes[at]);
    assert!(zstd < gzip && gzip < lz4 && lz4 < snappy && snappy * 3 < none, "{sizes:?}");
}

#[test]
fn a_topic_with_another_codec_makes_its_leader_compress_again() {
    for (topic, producer, expected) in
        [("zstd", "none", Codec::Zstd), ("uncompressed", "gzip", Codec::None), ("lz4", "gzip", Codec::Lz4)]
    {
        let run = stage(&format!("compression.type={topic}"), &format!("compression.type={producer}"));
        for broker in 1..=3 {
            let (codecs, _) = stored(&run, broker);
            assert!(!codecs.is_empty() && codecs.iter().all(|stored| *stored == expected), "{topic}: {codecs:?}");
        }
        let sent = since(&run, 0, |kind| match kind {
            EventKind::BatchSent(sent) => Some(sent.compressed.map(|(codec, _)| codec.name())),
            _ => None,
        });
        let came = (producer != "none").then_some(producer);
        assert!(sent.iter().all(|(_, codec)| *codec == came), "the wire carries what the producer made: {sent:?}");
    }
}

/// 25 records are 3 kB as they are and some 200 bytes compressed.
#[test]
fn limits_count_what_compression_leaves() {
    let refusals = |run: &Watched| {
        since(run, 0, |kind| {
            matches!(kind, EventKind::BatchFailed { error: ErrorCode::MessageTooLarge, .. }).then_some(())
        })
        .len()
    };
    let plain = stage("max.message.bytes=1000", "");
    assert!(refusals(&plain) > 0 && log(&plain, 1).log_end_offset() == 0);
    let zipped = stage("max.message.bytes=1000", "compression.type=gzip");
    assert!(refusals(&zipped) == 0 && log(&zipped, 1).log_end_offset() > 150);
    let undone = stage("max.message.bytes=1000 compression.type=uncompressed", "compression.type=gzip");
    assert!(refusals(&undone) > 0 && log(&undone, 1).log_end_offset() == 0, "what would be stored counts too");
}

/// A fetch of 1,000 bytes brings several compressed batches at once, and one that is not compressed.
#[test]
fn fetches_count_what_compression_leaves() {
    let most = |codec: &str| {
        let mut run = stage("", &format!("compression.type={codec}"));
        give(&mut run, "add-consumer consumer=C assign=t:0 auto.offset.reset=earliest max.partition.fetch.bytes=1000");
        after(&mut run, 2);
        let fetched = since(&run, 0, |kind| match kind {
            EventKind::RecordsFetched { records, .. } => Some(*records),
            _ => None,
        });
        fetched.into_iter().map(|(_, records)| records).max()
    };
    let (plain, zipped) = (most("none"), most("zstd"));
    assert!(plain <= Some(27) && zipped >= Some(75), "{plain:?} {zipped:?}");
}
