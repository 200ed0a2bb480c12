//! How a run begins.

use crate::cluster::{
    ClusterSpec,
    command::{Command, KeyOrder, KeySerializer, Load, Settings, Work},
};

/// Everything that fixes a run before anyone acts.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Scenario {
    /// Seed of all random streams.
    pub seed: u64,
    /// Brokers and cluster-wide settings.
    pub cluster: ClusterSpec,
    /// Commands with the simulated time at which each is given.
    pub commands: Vec<(u64, Command)>,
    /// When the class takes over.
    pub begin_us: u64,
}

/// The cluster that the page opens with: small, alive, and of every kind one.
pub fn start_cluster() -> Scenario {
    let settings = |pairs: &[(&str, &str)]| -> Settings {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let keys = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
    let load = |keys: &[&str], value: &str, rate_millihertz| Load {
        topic: "orders".to_owned(),
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        key_order: KeyOrder::Random,
        key_serializer: KeySerializer::String,
        value: value.to_owned(),
        rate_millihertz,
        partition: None,
        records_max: None,
    };
    let member = |name: &str| Command::AddConsumer {
        consumer: name.to_owned(),
        work: Work {
            group: Some("billing".to_owned()),
            topics: vec!["orders".to_owned()],
            processing_us: 180_000,
            ..Work::default()
        },
        settings: settings(&[("auto.offset.reset", "earliest")]),
    };
    Scenario {
        seed: 7,
        cluster: ClusterSpec { racks: vec![None, None, None], settings: Settings::new(), ..ClusterSpec::default() },
        commands: vec![
            (
                0,
                Command::CreateTopic {
                    topic: "orders".to_owned(),
                    partitions: 6,
                    replication_factor: Some(3),
                    settings: settings(&[("min.insync.replicas", "2")]),
                },
            ),
            (
                500_000,
                Command::AddProducer {
                    producer: "checkout".to_owned(),
                    load: load(&keys, "order", 4_000),
                    settings: Settings::new(),
                },
            ),
            (
                700_000,
                Command::AddProducer {
                    producer: "web-logs".to_owned(),
                    load: load(&[], "page view", 1_500),
                    settings: settings(&[("acks", "1")]),
                },
            ),
            (1_000_000, member("C1")),
            (1_200_000, member("C2")),
            (1_400_000, member("C3")),
        ],
        begin_us: 9_000_000,
    }
}
