//! The run that throughput is measured with, natively (`benches/`) and on the page (`tests/browser/bench.mjs`): one
//! million records of 8-byte keys and 100-byte values through 12 partitions, replication factor 3, `acks=all`, full
//! batches, to 6 consumers. And what is drawn while it is measured: a group that rebalances, and a large cluster that
//! loses a broker. Left out: the clock, which is
//! the bench's.

use super::{History, Run, Scenario};
use crate::cluster::{
    ClusterSpec,
    command::{Command, KeyOrder, KeySerializer, Load, Settings, Work},
};

/// Records that are sent and read.
pub const LOAD_RECORDS: u64 = 1_000_000;
/// Bytes of each value.
pub const LOAD_VALUE_BYTES: usize = 100;
/// Partitions of the topic.
pub const LOAD_PARTITIONS: u32 = 12;

/// No machine of the model's needs longer, in simulated time.
const END_US_MAX: u64 = 600_000_000;

/// Events of the long run.
pub const LONG_EVENTS: u64 = 1_000_000;

/// The run at the moment at which every record has been read; `None` if that did not come.
pub fn full_load() -> Option<Run> {
    let mut run = Run::new(&full_load_scenario()).ok()?;
    while run.world().consumers().values().map(|slot| slot.consumer.records_consumed).sum::<u64>() < LOAD_RECORDS {
        run.advance_to(run.time_us() + 100_000);
        if run.time_us() > END_US_MAX {
            return None;
        }
    }
    Some(run)
}

/// A run of a million events with its past, advanced a sixtieth of a second at a time as the page does.
pub fn long_history() -> History {
    let mut history = History::new(Run::new(&long_scenario()).expect("the scenario is sound"));
    while history.run().event() < LONG_EVENTS {
        let next_us = history.run().time_us() + 16_667;
        history.advance_to(next_us);
    }
    history
}

/// How that run begins: the same cluster, but every record on its own, two thousand a second.
pub fn long_scenario() -> Scenario {
    let mut scenario = full_load_scenario();
    for (_, command) in &mut scenario.commands {
        if let Command::AddProducer { load, settings, .. } = command {
            (load.rate_millihertz, load.records_max) = (200_000, None);
            settings.clear();
        }
    }
    scenario
}

/// How the run of a million records begins.
pub fn full_load_scenario() -> Scenario {
    let settings = |pairs: &[(&str, &str)]| -> Settings {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let mut commands = vec![(
        0,
        Command::CreateTopic {
            topic: "orders".to_owned(),
            partitions: LOAD_PARTITIONS,
            replication_factor: Some(3),
            settings: Settings::new(),
        },
    )];
    for n in 0..6 {
        let work = Work {
            group: Some("billing".to_owned()),
            topics: vec!["orders".to_owned()],
            processing_us: 0,
            ..Work::default()
        };
        let earliest = settings(&[("auto.offset.reset", "earliest")]);
        commands.push((100_000, Command::AddConsumer { consumer: format!("c{n}"), work, settings: earliest }));
    }
    for n in 0..10 {
        let load = Load {
            topic: "orders".to_owned(),
            keys: (0..1_000).map(|n| format!("key-{n:04}")).collect(),
            key_order: KeyOrder::InTurn,
            key_serializer: KeySerializer::String,
            value: "v".repeat(LOAD_VALUE_BYTES),
            rate_millihertz: 100_000_000,
            partition: None,
            records_max: Some(LOAD_RECORDS / 10),
        };
        let full = settings(&[("linger.ms", "100"), ("batch.size", "16384")]);
        commands.push((5_000_000, Command::AddProducer { producer: format!("p{n}"), load, settings: full }));
    }
    let cluster = ClusterSpec { racks: vec![None; 3], settings: Settings::new(), ..ClusterSpec::default() };
    Scenario { seed: 1, cluster, commands, begin_us: 0 }
}

/// When the crowd is handed over; a second later its first member leaves, and four seconds after that one more joins.
const CROWD_BEGIN_US: u64 = 60_000_000;

/// A group of so many members with a partition each, at rest and about to rebalance. They wait long in their fetches
/// and nothing is produced, so that what is measured is the rebalance.
pub fn crowd(members: u32) -> Scenario {
    let member = |n: u32| Command::AddConsumer {
        consumer: format!("c{n}"),
        work: Work {
            group: Some("crowd".to_owned()),
            topics: vec!["orders".to_owned()],
            processing_us: 0,
            ..Work::default()
        },
        settings: [("fetch.max.wait.ms", "25000"), ("auto.commit.interval.ms", "60000")]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    let topic = Command::CreateTopic {
        topic: "orders".to_owned(),
        partitions: members,
        replication_factor: Some(1),
        settings: Settings::new(),
    };
    let mut commands = vec![(0, topic)];
    // A few milliseconds apart, as processes start: otherwise all heartbeats for ever fall on one moment.
    commands.extend((0..members).map(|n| (1_000_000 + u64::from(n) * 7_000, member(n))));
    commands.push((CROWD_BEGIN_US + 1_000_000, Command::RemoveConsumer { consumer: "c0".to_owned() }));
    commands.push((CROWD_BEGIN_US + 5_000_000, member(members)));
    let cluster = ClusterSpec { racks: vec![None; 3], settings: Settings::new(), ..ClusterSpec::default() };
    Scenario { seed: 1, cluster, commands, begin_us: CROWD_BEGIN_US }
}

/// Brokers and partitions of the large cluster.
pub const LARGE: (u32, u32) = (100, 1_000);
/// When the large cluster is handed over; a second later one of its brokers is killed.
const LARGE_BEGIN_US: u64 = 20_000_000;

/// A hundred brokers with a thousand partitions of three replicas each, to which a hundred records a second are sent,
/// and one broker that is lost: it is noticed nine seconds later, and its leaderships move.
pub fn large_cluster() -> Scenario {
    let (brokers, partitions) = LARGE;
    let topic = Command::CreateTopic {
        topic: "orders".to_owned(),
        partitions,
        replication_factor: Some(3),
        settings: Settings::new(),
    };
    let load = Load {
        topic: "orders".to_owned(),
        keys: (0..1_000).map(|n| format!("key-{n:04}")).collect(),
        key_order: KeyOrder::InTurn,
        key_serializer: KeySerializer::String,
        value: "v".repeat(LOAD_VALUE_BYTES),
        rate_millihertz: 100_000,
        partition: None,
        records_max: None,
    };
    let commands = vec![
        (0, topic),
        (5_000_000, Command::AddProducer { producer: "p0".to_owned(), load, settings: Settings::new() }),
        (LARGE_BEGIN_US + 1_000_000, Command::CrashBroker { broker: brokers }),
    ];
    let cluster =
        ClusterSpec { racks: vec![None; brokers as usize], settings: Settings::new(), ..ClusterSpec::default() };
    Scenario { seed: 1, cluster, commands, begin_us: LARGE_BEGIN_US }
}
