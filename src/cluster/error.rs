//! Why a command cannot be done, as sentences for people.

#![allow(missing_docs, reason = "fields of variants bear Kafka's own names")]

use super::{ClusterSpec, command_check::CommandError};
use crate::{
    i18n::Text,
    kafka::{
        config::{self, Scope},
        ids::{BrokerId, named, named_first},
        limits,
    },
    templates,
};

/// Why a command cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorldError {
    /// It is not sound by itself.
    Command(CommandError),
    /// It does not fit the cluster as it is.
    Refused(Refusal),
}

/// What does not fit the cluster as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such broker.
    UnknownBroker { broker: BrokerId },
    /// It runs already.
    BrokerIsUp { broker: BrokerId },
    /// It does not run, or is stopping already.
    BrokerIsDown { broker: BrokerId },
    /// No such topic.
    UnknownTopic { topic: String },
    /// There is one already.
    TopicExists { topic: String },
    /// One of Kafka's own.
    InternalTopic { topic: String },
    /// Partitions are never removed.
    NotMorePartitions { topic: String, present: u32 },
    /// Together with those of other topics they are past [`limits::PARTITIONS`].
    PartitionsTogether { asked: u32, others: u64 },
    /// More replicas than brokers.
    TooFewBrokers { asked: u32, brokers: u32 },
    /// No such producer.
    UnknownProducer { producer: String },
    /// No such consumer.
    UnknownConsumer { consumer: String },
    /// A producer or consumer has it.
    NameTaken { name: String },
    /// A consumer without a group has nowhere to commit.
    NoGroup { consumer: String },
    /// Its process was killed.
    ConsumerIsDown { consumer: String },
    /// Its process is frozen: it can do nothing.
    ConsumerIsFrozen { consumer: String },
    /// Its process is not frozen.
    ConsumerIsNotFrozen { consumer: String },
    /// It assigns itself its partitions.
    ConsumerAssigns { consumer: String },
    /// It subscribes another way; Kafka throws `IllegalStateException`.
    OtherSubscription { consumer: String },
    /// The partition is not the consumer's.
    NotOwned { consumer: String, topic: String, partition: i32 },
    /// There is no such group.
    UnknownGroup { group: String },
    /// Somebody is in it.
    GroupIsActive { group: String, state: &'static str },
    /// No broker coordinates it now.
    NoCoordinator { group: String },
    /// No such partition.
    UnknownPartition { topic: String, partition: i32 },
    /// Nobody can say where its log begins and ends.
    NoLeader { topic: String, partition: i32 },
    /// Its topic is only compacted.
    OnlyCompacted { topic: String },
    /// Nobody can see so far.
    BeyondHighWatermark { topic: String, partition: i32, offset: i64, high_watermark: i64 },
    /// There is nothing to shift from.
    NothingCommitted { group: String, topic: String, partition: i32 },
    /// No replica of it comes or goes.
    NoReassignment { topic: String },
    /// Nobody is the active controller.
    NoController,
    /// Its process is frozen: it can do nothing.
    BrokerIsFrozen { broker: BrokerId },
    /// Its process is not frozen.
    BrokerIsNotFrozen { broker: BrokerId },
    /// A node that is only a controller has no replicas on its disk.
    ControllerOnly { broker: BrokerId },
    /// Its process is frozen: it can do nothing.
    ProducerIsFrozen { producer: String },
    /// Its process is not frozen.
    ProducerIsNotFrozen { producer: String },
    /// No broker, producer or consumer of that name.
    UnknownNode { node: String, field: &'static str },
    /// No link's fault of that number.
    UnknownFault { fault: u32 },
}

impl WorldError {
    /// The sentence.
    pub fn text(&self) -> Text {
        match self {
            WorldError::Command(error) => error.text(),
            WorldError::Refused(refusal) => refusal.text(),
        }
    }

    /// The field of the command that is wrong.
    pub fn field(&self) -> &str {
        match self {
            WorldError::Command(error) => error.field(),
            WorldError::Refused(refusal) => refusal.field(),
        }
    }
}

impl Refusal {
    fn text(&self) -> Text {
        match self {
            Refusal::UnknownBroker { broker } => UNKNOWN_BROKER.with("broker", *broker),
            Refusal::BrokerIsUp { broker } => BROKER_IS_UP.with("node", named_first(*broker)),
            Refusal::BrokerIsDown { broker } => BROKER_IS_DOWN.with("node", named_first(*broker)),
            Refusal::UnknownTopic { topic } => UNKNOWN_TOPIC.with("topic", topic.as_str()),
            Refusal::TopicExists { topic } => TOPIC_EXISTS.with("topic", topic.as_str()),
            Refusal::InternalTopic { topic } => INTERNAL_TOPIC.with("topic", topic.as_str()),
            Refusal::NotMorePartitions { topic, present } => {
                NOT_MORE_PARTITIONS.with("topic", topic.as_str()).with("present", *present)
            }
            Refusal::PartitionsTogether { asked, others } => {
                let rule = limits::PARTITIONS.rule();
                PARTITIONS_TOGETHER.with("asked", *asked).with("others", *others).with("rule", rule)
            }
            Refusal::TooFewBrokers { asked, brokers } => {
                TOO_FEW_BROKERS.with("asked", *asked).with("brokers", *brokers)
            }
            Refusal::UnknownProducer { producer } => UNKNOWN_PRODUCER.with("producer", producer.as_str()),
            Refusal::UnknownConsumer { consumer } => UNKNOWN_CONSUMER.with("consumer", consumer.as_str()),
            Refusal::NameTaken { name } => NAME_TAKEN.with("name", name.as_str()),
            Refusal::NoGroup { consumer } => NO_GROUP.with("consumer", consumer.as_str()),
            Refusal::ConsumerIsDown { consumer } => CONSUMER_IS_DOWN.with("consumer", consumer.as_str()),
            Refusal::ConsumerIsFrozen { consumer } => CONSUMER_IS_FROZEN.with("consumer", consumer.as_str()),
            Refusal::ConsumerIsNotFrozen { consumer } => CONSUMER_IS_NOT_FROZEN.with("consumer", consumer.as_str()),
            Refusal::NotOwned { consumer, topic, partition } => {
                NOT_OWNED.with("consumer", consumer.as_str()).with("place", format!("{topic}-{partition}"))
            }
            Refusal::UnknownGroup { group } => UNKNOWN_GROUP.with("group", group.as_str()),
            Refusal::GroupIsActive { group, state } => {
                GROUP_IS_ACTIVE.with("group", group.as_str()).with("state", *state)
            }
            Refusal::NoCoordinator { group } => NO_COORDINATOR.with("group", group.as_str()),
            Refusal::UnknownPartition { topic, partition } => {
                UNKNOWN_PARTITION.with("topic", topic.as_str()).with("partition", *partition)
            }
            Refusal::NoLeader { topic, partition } => NO_LEADER.with("place", format!("{topic}-{partition}")),
            Refusal::OnlyCompacted { topic } => ONLY_COMPACTED.with("topic", topic.as_str()),
            Refusal::BeyondHighWatermark { topic, partition, offset, high_watermark } => {
                let text = BEYOND_HIGH_WATERMARK.with("place", format!("{topic}-{partition}"));
                text.with("offset", *offset).with("high_watermark", *high_watermark)
            }
            Refusal::NothingCommitted { group, topic, partition } => {
                NOTHING_COMMITTED.with("group", group.as_str()).with("place", format!("{topic}-{partition}"))
            }
            Refusal::NoReassignment { topic } => NO_REASSIGNMENT.with("topic", topic.as_str()),
            Refusal::NoController => NO_CONTROLLER.text(),
            Refusal::ConsumerAssigns { consumer } => CONSUMER_ASSIGNS.with("consumer", consumer.as_str()),
            Refusal::BrokerIsFrozen { broker } => BROKER_IS_FROZEN.with("node", named(*broker)),
            Refusal::BrokerIsNotFrozen { broker } => BROKER_IS_NOT_FROZEN.with("node", named(*broker)),
            Refusal::ControllerOnly { broker } => CONTROLLER_ONLY.with("broker", *broker),
            Refusal::ProducerIsFrozen { producer } => PRODUCER_IS_FROZEN.with("producer", producer.as_str()),
            Refusal::ProducerIsNotFrozen { producer } => PRODUCER_IS_NOT_FROZEN.with("producer", producer.as_str()),
            Refusal::UnknownNode { node, .. } => UNKNOWN_NODE.with("node", node.as_str()),
            Refusal::UnknownFault { fault } => UNKNOWN_FAULT.with("fault", *fault),
            Refusal::OtherSubscription { consumer } => OTHER_SUBSCRIPTION.with("consumer", consumer.as_str()),
        }
    }

    fn field(&self) -> &'static str {
        match self {
            Refusal::NoController => "broker",
            Refusal::UnknownBroker { .. }
            | Refusal::BrokerIsUp { .. }
            | Refusal::BrokerIsDown { .. }
            | Refusal::BrokerIsFrozen { .. }
            | Refusal::BrokerIsNotFrozen { .. }
            | Refusal::ControllerOnly { .. } => "broker",
            Refusal::ProducerIsFrozen { .. } | Refusal::ProducerIsNotFrozen { .. } => "producer",
            Refusal::UnknownNode { field, .. } => field,
            Refusal::UnknownFault { .. } => "fault",
            Refusal::UnknownTopic { .. } | Refusal::TopicExists { .. } | Refusal::InternalTopic { .. } => "topic",
            Refusal::NoReassignment { .. } => "topic",
            Refusal::OnlyCompacted { .. } => "topic",
            Refusal::BeyondHighWatermark { .. } => "offset",
            Refusal::NotMorePartitions { .. } | Refusal::PartitionsTogether { .. } => "partitions",
            Refusal::TooFewBrokers { .. } => "replication.factor",
            Refusal::UnknownProducer { .. } => "producer",
            Refusal::UnknownConsumer { .. }
            | Refusal::NoGroup { .. }
            | Refusal::ConsumerIsDown { .. }
            | Refusal::ConsumerIsFrozen { .. }
            | Refusal::ConsumerIsNotFrozen { .. }
            | Refusal::ConsumerAssigns { .. }
            | Refusal::OtherSubscription { .. } => "consumer",
            Refusal::NotOwned { .. } | Refusal::UnknownPartition { .. } | Refusal::NoLeader { .. } => "partition",
            Refusal::UnknownGroup { .. } | Refusal::GroupIsActive { .. } | Refusal::NoCoordinator { .. } => "group",
            Refusal::NothingCommitted { .. } => "to",
            Refusal::NameTaken { .. } => "name",
        }
    }
}

impl From<CommandError> for WorldError {
    fn from(error: CommandError) -> Self {
        WorldError::Command(error)
    }
}

impl From<Refusal> for WorldError {
    fn from(refusal: Refusal) -> Self {
        WorldError::Refused(refusal)
    }
}

/// Is the beginning of a cluster sound?
/// Whether a cluster can begin so.
pub fn check_cluster(spec: &ClusterSpec) -> Result<(), WorldError> {
    limits::BROKERS.check(spec.racks.len() as u64).map_err(CommandError::from)?;
    limits::CONTROLLERS.check(spec.controllers.into()).map_err(CommandError::from)?;
    for rack in spec.racks.iter().flatten() {
        limits::check_name(&limits::RACK, rack).map_err(CommandError::from)?;
    }
    config::check(Scope::Broker, &spec.settings).map_err(CommandError::from)?;
    Ok(())
}

templates! { "refused":
    UNKNOWN_BROKER = "There is no broker {broker}.", "没有 broker {broker}。";
    BROKER_IS_UP = "{node} is running already.", "{node} 已在运行。";
    BROKER_IS_DOWN = "{node} is not running, or is stopping already.", "{node} 没有运行，或者已在停止。";
    UNKNOWN_TOPIC = "There is no topic `{topic}`.", "没有 topic `{topic}`。";
    TOPIC_EXISTS = "There is a topic `{topic}` already.", "topic `{topic}` 已存在。";
    INTERNAL_TOPIC = "`{topic}` is one of Kafka's own topics and cannot be changed by hand.", "`{topic}` 是 Kafka 的内部 topic，不能手动修改。";
    NOT_MORE_PARTITIONS = "`{topic}` has {present|one partition|{present} partitions} already; partitions can be added, never removed, so `partitions` must be higher.", "`{topic}` 已有 {present} 个分区；分区只能增加，不能减少，因此 `partitions` 必须更大。";
    PARTITIONS_TOGETHER = "`partitions` cannot be {asked}: other topics have {others|one partition|{others} partitions} already. {rule}", "`partitions` 不能是 {asked}：其他 topic 已有 {others} 个分区。{rule}";
    TOO_FEW_BROKERS = "`replication.factor` {asked} needs {asked} brokers, and there {brokers|is one|are {brokers}}.", "`replication.factor` 为 {asked} 需要 {asked} 个 broker，而现在有 {brokers} 个。";
    UNKNOWN_PRODUCER = "There is no producer `{producer}`.", "没有 producer `{producer}`。";
    UNKNOWN_CONSUMER = "There is no consumer `{consumer}`.", "没有 consumer `{consumer}`。";
    NAME_TAKEN = "A producer or consumer is called `{name}` already; names are unique on the stage.", "已有名为 `{name}` 的 producer 或 consumer；名称在台上必须唯一。";
    NO_GROUP = "`{consumer}` has no group, so it has nowhere to commit to.", "`{consumer}` 没有消费组，因此无处提交。";
    CONSUMER_IS_DOWN = "The process of `{consumer}` was killed; it can only be restarted or taken away.", "`{consumer}` 的进程已被终止；只能重新启动或移除。";
    CONSUMER_IS_FROZEN = "The process of `{consumer}` is frozen and can do nothing until it thaws.", "`{consumer}` 的进程已被冻结，解冻之前什么也做不了。";
    CONSUMER_IS_NOT_FROZEN = "The process of `{consumer}` is not frozen.", "`{consumer}` 的进程没有被冻结。";
    NOT_OWNED = "`{consumer}` does not have `{place}` now; `seek()` is only for its own `partition`s.", "`{consumer}` 目前没有 `{place}`；`seek()` 只能用于自己拥有的 `partition`。";
    UNKNOWN_GROUP = "There is no group `{group}`.", "没有消费组 `{group}`。";
    GROUP_IS_ACTIVE = "This can only be done while group `{group}` is inactive, but its state is {state}: close its members first.", "只有在消费组 `{group}` 没有成员时才能这样做，但它现在的状态是 {state}：请先关闭它的成员。";
    NO_COORDINATOR = "Group `{group}` has no coordinator now.", "消费组 `{group}` 目前没有 coordinator。";
    UNKNOWN_PARTITION = "Topic `{topic}` has no `partition` {partition}.", "topic `{topic}` 没有 `partition` {partition}。";
    NO_LEADER = "`{place}` has no leader now, so nobody can say where its log begins and ends; choose another `partition`.", "`{place}` 目前没有 leader，无法得知日志的起止；请选择其他 `partition`。";
    ONLY_COMPACTED = "Records of `topic` `{topic}` cannot be deleted: its `cleanup.policy` is only `compact` (POLICY_VIOLATION).", "不能删除 `topic` `{topic}` 的消息：它的 `cleanup.policy` 只有 `compact`（POLICY_VIOLATION）。";
    BEYOND_HIGH_WATERMARK = "`offset` {offset} of `{place}` is beyond the high watermark, {high_watermark}: what consumers cannot see yet cannot be deleted (OFFSET_OUT_OF_RANGE).", "`{place}` 的 `offset` {offset} 超出了 high watermark {high_watermark}：consumer 还看不到的消息不能删除（OFFSET_OUT_OF_RANGE）。";
    NOTHING_COMMITTED = "Group `{group}` has committed nothing for `{place}`, so there is nothing that `to` could shift from.", "消费组 `{group}` 在 `{place}` 还没有提交过，`to` 无从移动。";
    OTHER_SUBSCRIPTION = "Subscriptions to `topics`, by `pattern` and by `subscription.pattern` are mutually exclusive: to change from one to another, configure `{consumer}` anew.",
        "按 `topics`、按 `pattern` 和按 `subscription.pattern` 订阅互斥：要更换方式，请重新配置 `{consumer}`。";
    NO_REASSIGNMENT = "No replica of `{topic}` comes or goes now, so there is nothing to take back.", "`{topic}` 目前没有副本在增减，没有可撤销的。";
    NO_CONTROLLER = "Nobody is the active controller now.", "目前没有 active controller。";
    BROKER_IS_FROZEN = "The process of {node} is frozen and can do nothing until it thaws; it can only be crashed.", "{node} 的进程已被冻结，解冻之前什么也做不了；只能终止它。";
    BROKER_IS_NOT_FROZEN = "The process of {node} is not frozen.", "{node} 的进程没有被冻结。";
    CONTROLLER_ONLY = "`broker` {broker} is only a controller: its disk holds the metadata log and no replicas, so there is nothing to wipe or to slow down.", "`broker` {broker} 只是 controller：它的磁盘上只有 metadata 日志，没有副本，无可清空，也无可变慢。";
    PRODUCER_IS_FROZEN = "The process of `{producer}` is frozen and can do nothing until it thaws.", "`{producer}` 的进程已被冻结，解冻之前什么也做不了。";
    PRODUCER_IS_NOT_FROZEN = "The process of `{producer}` is not frozen.", "`{producer}` 的进程没有被冻结。";
    UNKNOWN_NODE = "There is no broker, controller, producer or consumer `{node}`.", "没有名为 `{node}` 的 broker、controller、producer 或 consumer。";
    UNKNOWN_FAULT = "No link is broken by `fault` {fault} now.", "目前没有编号为 {fault} 的链路故障（`fault`）。";
    CONSUMER_ASSIGNS = "`{consumer}` assigns itself its partitions, so it cannot subscribe.", "`{consumer}` 自行指定（assign）分区，因此不能订阅。";
}
