//! What a user, a lesson or a file can do to the cluster. A run is a seed and a list of these.
//!
//! The text form, one command a line, is in [`super::command_text`]; both derive from the same table there.
//! Left out: anything that only concerns the page (lens, language, playhead).

use serde::{Deserialize, Serialize};

pub use super::fault::{Direction, Fault, Link, NodeName};
pub use crate::kafka::config::Settings;
use crate::kafka::pattern::TopicPattern;

/// One thing done to the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Starts one more broker; its id is the next free one.
    AddBroker {
        /// `broker.rack`.
        rack: Option<String>,
    },
    /// Controlled shutdown.
    StopBroker {
        /// Broker id.
        broker: u32,
    },
    /// Kills the broker's process at once; its disk stays.
    CrashBroker {
        /// Broker id.
        broker: u32,
    },
    /// Starts a stopped or crashed broker again, with the disk it had.
    RestartBroker {
        /// Broker id.
        broker: u32,
    },
    /// Asks the controller for a topic.
    CreateTopic {
        /// Name.
        topic: String,
        /// How many partitions.
        partitions: u32,
        /// `replication.factor`; `None`: `default.replication.factor` of the brokers.
        replication_factor: Option<u32>,
        /// Topic settings.
        settings: Settings,
    },
    /// Raises a topic's partition count.
    AddPartitions {
        /// Topic.
        topic: String,
        /// The new total.
        partitions: u32,
    },
    /// Deletes a topic.
    DeleteTopic {
        /// Topic.
        topic: String,
    },
    /// Changes settings of a topic.
    ConfigureTopic {
        /// Topic.
        topic: String,
        /// Settings to change.
        settings: Settings,
    },
    /// Changes settings of the whole cluster (broker settings, as dynamic cluster-wide defaults).
    ConfigureCluster {
        /// Settings to change.
        settings: Settings,
    },
    /// Starts a producer.
    AddProducer {
        /// `client.id`.
        producer: String,
        /// What it sends.
        load: Load,
        /// Producer settings.
        settings: Settings,
    },
    /// Changes a producer: it is closed and opened again with the new load and settings, as an application would.
    ConfigureProducer {
        /// Producer.
        producer: String,
        /// What it sends from now on.
        load: Load,
        /// Producer settings.
        settings: Settings,
    },
    /// Its application stops calling `send`.
    PauseProducer {
        /// Producer.
        producer: String,
    },
    /// Its application calls `send` again.
    ResumeProducer {
        /// Producer.
        producer: String,
    },
    /// `close()`: what is buffered is sent first.
    RemoveProducer {
        /// Producer.
        producer: String,
    },
    /// One call of `send`.
    Send {
        /// Producer.
        producer: String,
        /// Topic; `None`: the topic of its load.
        topic: Option<String>,
        /// Key as text, serialized as the load says; `None`: no key.
        key: Option<String>,
        /// Value; `None`: null, which is a tombstone where the topic is compacted.
        value: Option<String>,
        /// Explicit partition.
        partition: Option<i32>,
        /// Headers in order.
        headers: Vec<(String, String)>,
    },
    /// Starts a consumer.
    AddConsumer {
        /// `client.id`.
        consumer: String,
        /// What it does.
        work: Work,
        /// Consumer settings.
        settings: Settings,
    },
    /// Changes a consumer: it is closed and opened again with the new work and settings.
    ConfigureConsumer {
        /// Consumer.
        consumer: String,
        /// What it does from now on.
        work: Work,
        /// Consumer settings.
        settings: Settings,
    },
    /// `pause()` of all its partitions: it polls on and stays a member, but fetches nothing.
    PauseConsumer {
        /// Consumer.
        consumer: String,
    },
    /// `resume()` of all its partitions.
    ResumeConsumer {
        /// Consumer.
        consumer: String,
    },
    /// `commitSync()` at its next poll: its positions.
    Commit {
        /// Consumer.
        consumer: String,
    },
    /// `close()`: commits if it commits automatically, leaves the group. A process that does not run is only taken away.
    RemoveConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Kills the consumer's process at once: it commits nothing and leaves no group.
    CrashConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Starts a crashed consumer again, as it was; one that runs is closed first, a frozen one killed.
    RestartConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Stops the process without ending it, as a long pause of the machine does: no heartbeats, yet its connections
    /// stay open.
    FreezeConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Lets a frozen process go on where it was.
    ThawConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Its application hangs: it does not `poll`, while its heartbeats go on.
    StallConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Its application goes on.
    UnstallConsumer {
        /// Consumer.
        consumer: String,
    },
    /// Its application takes another time for a record from now on.
    SetProcessing {
        /// Consumer.
        consumer: String,
        /// Processing time of one record, in microseconds.
        processing_us: u64,
    },
    /// `subscribe()` to other topics than before, or by another pattern; one of the three.
    Subscribe {
        /// Consumer.
        consumer: String,
        /// All topics from now on.
        topics: Vec<String>,
        /// `subscribe(Pattern)`.
        pattern: Option<String>,
        /// `subscribe(SubscriptionPattern)`.
        subscription_pattern: Option<String>,
    },
    /// `seek()`: the next poll returns what is there. It commits nothing.
    Seek {
        /// Consumer.
        consumer: String,
        /// Topic.
        topic: String,
        /// Partition; it must be the consumer's now.
        partition: i32,
        /// Next offset to read.
        offset: u64,
    },
    /// `kafka-consumer-groups --reset-offsets --execute` on a group that nobody is in.
    ResetOffsets {
        /// `group.id`.
        group: String,
        /// Topic.
        topic: String,
        /// One partition; `None`: all of the topic.
        partition: Option<i32>,
        /// Where the group begins from now on.
        to: ResetTo,
    },
    /// `kafka-consumer-groups --delete` on a group that nobody is in: its committed offsets are gone.
    DeleteGroup {
        /// `group.id`.
        group: String,
    },
    /// `pause()` of one partition: it keeps its position, and nothing more of it is fetched or returned. Forgotten when
    /// the partition is given up.
    PausePartition {
        /// Consumer.
        consumer: String,
        /// Topic.
        topic: String,
        /// Partition; it must be the consumer's now.
        partition: i32,
    },
    /// `resume()` of one partition.
    ResumePartition {
        /// Consumer.
        consumer: String,
        /// Topic.
        topic: String,
        /// Partition; it must be the consumer's now.
        partition: i32,
    },
    /// `kafka-leader-election.sh`.
    ElectLeaders {
        /// `--election-type`.
        kind: ElectionKind,
        /// One topic; `None`: all (`--all-topic-partitions`).
        topic: Option<String>,
        /// One partition of it; `None`: all.
        partition: Option<i32>,
    },
    /// `kafka-reassign-partitions.sh --execute`: other replicas, named or as many as are wanted.
    Reassign {
        /// Topic.
        topic: String,
        /// One partition; `None`: all of the topic.
        partition: Option<i32>,
        /// The brokers, the preferred leader first; empty with a replication factor. Only for one partition.
        replicas: Vec<u32>,
        /// So many replicas: the first ones stay, brokers with few replicas come.
        replication_factor: Option<u32>,
    },
    /// `kafka-reassign-partitions.sh --cancel`: whoever was to come goes, whoever was to go stays.
    CancelReassignment {
        /// Topic.
        topic: String,
        /// One partition; `None`: all of the topic.
        partition: Option<i32>,
    },
    /// Kills the process of whichever broker is the active controller now; its disk stays.
    CrashController,
    /// `kafka-delete-records`: the partition's log starts later, so that nobody can read what lies before.
    DeleteRecords {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// The first offset that stays; `None`: the high watermark, so that nothing visible stays.
        offset: Option<u64>,
    },
    /// Breaks something, or mends it.
    Fault(Fault),
}

/// `--election-type` of `kafka-leader-election.sh`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ElectionKind {
    /// The first replica in assignment order, if it is in sync.
    Preferred,
    /// Of partitions without a leader: anybody who lives.
    Unclean,
}

/// Where `--reset-offsets` puts a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ResetTo {
    /// `--to-earliest`: the log's start.
    Earliest,
    /// `--to-latest`: the log's end, as consumers see it.
    Latest,
    /// `--to-offset`: this one, or the nearest that there is.
    Offset(u64),
    /// `--shift-by`: so many from the committed offset, forward or back, or as far as there is.
    Shift(i64),
    /// `--by-duration`: the first record that is not older, in microseconds; if there is none, the end.
    Duration(u64),
}

/// What a producer's application sends.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Load {
    /// Topic.
    pub topic: String,
    /// Keys that it chooses from; empty: no key.
    pub keys: Vec<String>,
    /// How it chooses among them.
    pub key_order: KeyOrder,
    /// `key.serializer`.
    pub key_serializer: KeySerializer,
    /// Value of every record, as text.
    pub value: String,
    /// Records a second, in thousandths; 0: only by hand.
    pub rate_millihertz: u64,
    /// Explicit partition of every record.
    pub partition: Option<i32>,
    /// Stops by itself after so many records; `None`: never.
    pub records_max: Option<u64>,
}

impl Work {
    /// The pattern that it subscribes by.
    pub fn topic_pattern(&self) -> Option<TopicPattern> {
        topic_pattern(self.pattern.as_deref(), self.subscription_pattern.as_deref())
    }

    /// Does it subscribe, by name or by pattern?
    pub fn is_subscribing(&self) -> bool {
        !self.topics.is_empty() || self.topic_pattern().is_some()
    }
}

/// The pattern of a subscription, of which a command says at most one.
pub fn topic_pattern(pattern: Option<&str>, subscription_pattern: Option<&str>) -> Option<TopicPattern> {
    let by_broker = subscription_pattern.map(|text| TopicPattern::Broker(text.into()));
    pattern.map(|text| TopicPattern::Client(text.into())).or(by_broker)
}

/// How a load chooses its next key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyOrder {
    /// One after the other, again from the start.
    #[default]
    InTurn,
    /// Each equally likely, from the run's seed.
    Random,
}

/// How a key becomes bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeySerializer {
    /// StringSerializer: UTF-8.
    #[default]
    String,
    /// IntegerSerializer: 4 bytes, big-endian.
    Integer,
    /// LongSerializer: 8 bytes, big-endian.
    Long,
}

/// What a consumer's application does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Work {
    /// `group.id`; `None` only with `assign`.
    pub group: Option<String>,
    /// Topics to `subscribe` to; empty with `assign` or a pattern.
    pub topics: Vec<String>,
    /// `subscribe(Pattern)`: the client subscribes to the topics whose whole name it matches.
    pub pattern: Option<String>,
    /// `subscribe(SubscriptionPattern)`: the group's coordinator finds those topics; only in the consumer protocol.
    pub subscription_pattern: Option<String>,
    /// Partitions to `assign`, as (topic, partition); empty with `subscribe`.
    pub assign: Vec<(String, i32)>,
    /// Processing time of one record, in microseconds.
    pub processing_us: u64,
}
