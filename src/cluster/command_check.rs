//! Whether a command is sound by itself: its names and numbers within the limits, its settings known, in range and
//! fitting together. Asked before a command is applied, and by forms while one fills them in.
//!
//! Left out: what only the world can say, such as whether the topic exists or how many brokers there are.

use super::command::{Command, Fault, KeySerializer, Link, Load, NodeName, Settings, Work};
use crate::{
    i18n::Text,
    kafka::{
        config::{self, ConfigError, ConsumerConfig, GroupProtocol, Scope, shorten},
        limits::{self, LimitError},
        pattern::Matcher,
    },
    templates,
};

/// Why a command is refused before it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// A setting.
    Config(ConfigError),
    /// A limit or a name.
    Limit(LimitError),
    /// A key that its serializer cannot take.
    Key {
        /// The key.
        key: String,
        /// How it should become bytes.
        serializer: KeySerializer,
    },
    /// A negative partition; Kafka throws `IllegalArgumentException`.
    NegativePartition {
        /// The partition.
        partition: i32,
    },
    /// A consumer that neither subscribes nor assigns, or does both; Kafka throws `IllegalStateException`.
    SubscribeOrAssign,
    /// A pattern that is no regular expression.
    Pattern {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A pattern for the coordinator from a client of the classic protocol; Kafka throws `UnsupportedOperationException`.
    PatternNeedsConsumerProtocol,
    /// A broker that should hold two replicas of one partition.
    ReplicaTwice {
        /// The broker.
        broker: u32,
    },
    /// A reassignment that says neither which brokers nor how many, or both, or names brokers for a whole topic.
    ReplicasOrFactor,
    /// A partition of no topic.
    PartitionWithoutTopic,
    /// A consumer that subscribes without a group; Kafka throws `InvalidGroupIdException`.
    SubscribeWithoutGroup,
    /// A link's fault without one side.
    NoNode {
        /// Which side.
        field: &'static str,
    },
    /// A link's fault between a node and itself.
    LinkToItself,
}

/// Whether the command is sound by itself.
pub fn check(command: &Command) -> Result<(), CommandError> {
    match command {
        Command::AddBroker { rack: Some(rack) } => limits::check_name(&limits::RACK, rack)?,
        Command::AddBroker { rack: None }
        | Command::StopBroker { .. }
        | Command::CrashBroker { .. }
        | Command::RestartBroker { .. } => {}
        Command::CreateTopic { topic, partitions, replication_factor, settings } => {
            limits::check_topic_name(topic)?;
            limits::PARTITIONS.check(u64::from(*partitions))?;
            replication_factor.map_or(Ok(()), |factor| limits::REPLICATION_FACTOR.check(u64::from(factor)))?;
            config::check(Scope::Topic, settings)?;
        }
        Command::AddPartitions { topic, partitions } => {
            limits::check_topic_name(topic)?;
            limits::PARTITIONS.check(u64::from(*partitions))?;
        }
        Command::DeleteTopic { topic } => limits::check_topic_name(topic)?,
        Command::ConfigureTopic { topic, settings } => {
            limits::check_topic_name(topic)?;
            check_values(Scope::Topic, settings)?;
        }
        Command::ConfigureCluster { settings } => check_values(Scope::Broker, settings)?,
        Command::AddProducer { producer, load, settings } | Command::ConfigureProducer { producer, load, settings } => {
            limits::check_name(&limits::PRODUCER_ID, producer)?;
            check_load(load)?;
            config::check(Scope::Producer, settings)?;
        }
        Command::PauseProducer { producer }
        | Command::ResumeProducer { producer }
        | Command::RemoveProducer { producer } => limits::check_name(&limits::PRODUCER_ID, producer)?,
        Command::Send { producer, topic, key, value, partition, headers } => {
            limits::check_name(&limits::PRODUCER_ID, producer)?;
            topic.as_deref().map_or(Ok(()), limits::check_topic_name)?;
            check_partition(*partition)?;
            limits::check_record(key.as_ref().map(String::as_bytes), value.as_deref().unwrap_or_default(), headers)?;
        }
        Command::AddConsumer { consumer, work, settings } | Command::ConfigureConsumer { consumer, work, settings } => {
            limits::check_name(&limits::CONSUMER_ID, consumer)?;
            check_work(work)?;
            let config = match work.group {
                Some(_) => ConsumerConfig::from_settings(settings)?,
                None => ConsumerConfig::without_group(settings)?,
            };
            if work.subscription_pattern.is_some() && config.group_protocol == GroupProtocol::Classic {
                return Err(CommandError::PatternNeedsConsumerProtocol);
            }
        }
        Command::PauseConsumer { consumer }
        | Command::ResumeConsumer { consumer }
        | Command::Commit { consumer }
        | Command::RemoveConsumer { consumer }
        | Command::CrashConsumer { consumer }
        | Command::RestartConsumer { consumer }
        | Command::FreezeConsumer { consumer }
        | Command::ThawConsumer { consumer }
        | Command::StallConsumer { consumer }
        | Command::UnstallConsumer { consumer } => limits::check_name(&limits::CONSUMER_ID, consumer)?,
        Command::SetProcessing { consumer, processing_us } => {
            limits::check_name(&limits::CONSUMER_ID, consumer)?;
            limits::PROCESSING.check(*processing_us)?;
        }
        Command::Seek { consumer, topic, partition, .. }
        | Command::PausePartition { consumer, topic, partition }
        | Command::ResumePartition { consumer, topic, partition } => {
            limits::check_name(&limits::CONSUMER_ID, consumer)?;
            limits::check_topic_name(topic)?;
            check_partition(Some(*partition))?;
        }
        Command::ResetOffsets { group, topic, partition, .. } => {
            limits::check_name(&limits::GROUP_ID, group)?;
            limits::check_topic_name(topic)?;
            check_partition(*partition)?;
        }
        Command::ElectLeaders { topic, partition, .. } => {
            topic.as_deref().map_or(Ok(()), limits::check_topic_name)?;
            check_partition(*partition)?;
            if topic.is_none() && partition.is_some() {
                return Err(CommandError::PartitionWithoutTopic);
            }
        }
        Command::Reassign { topic, partition, replicas, replication_factor } => {
            limits::check_topic_name(topic)?;
            check_partition(*partition)?;
            check_replicas(partition.is_some(), replicas, *replication_factor)?;
        }
        Command::CancelReassignment { topic, partition } => {
            limits::check_topic_name(topic)?;
            check_partition(*partition)?;
        }
        Command::CrashController => {}
        Command::DeleteRecords { topic, partition, .. } => {
            limits::check_topic_name(topic)?;
            check_partition(Some(*partition))?;
        }
        Command::Fault(fault) => check_fault(fault)?,
        Command::DeleteGroup { group } => limits::check_name(&limits::GROUP_ID, group)?,
        Command::Subscribe { consumer, topics, pattern, subscription_pattern } => {
            limits::check_name(&limits::CONSUMER_ID, consumer)?;
            check_subscription(topics, pattern.as_deref(), subscription_pattern.as_deref(), false)?;
        }
    }
    Ok(())
}

fn check_fault(fault: &Fault) -> Result<(), CommandError> {
    match fault {
        Fault::Cut(link) => check_link(link),
        Fault::SlowLink { link, delay_us } => {
            limits::LINK_DELAY.check(*delay_us)?;
            check_link(link)
        }
        Fault::LossyLink { link, percent } => {
            limits::LOSS.check(u64::from(*percent))?;
            check_link(link)
        }
        Fault::FreezeProducer { producer } | Fault::ThawProducer { producer } => {
            Ok(limits::check_name(&limits::PRODUCER_ID, producer)?)
        }
        Fault::SlowDisk { times, .. } => Ok(limits::DISK_TIMES.check(u64::from(*times))?),
        Fault::SkewClock { ahead_us, .. } => Ok(limits::CLOCK_SKEW.check(ahead_us.unsigned_abs())?),
        Fault::Heal { .. } | Fault::HealAll | Fault::FreezeBroker { .. } => Ok(()),
        Fault::ThawBroker { .. } | Fault::WipeDisk { .. } => Ok(()),
    }
}

/// Two sides that are not one and the same node.
fn check_link(link: &Link) -> Result<(), CommandError> {
    for (field, side) in [("from", &link.from), ("to", &link.to)] {
        if side.is_empty() {
            return Err(CommandError::NoNode { field });
        }
    }
    let same = link.from.len() == 1 && link.from == link.to && link.from[0] != NodeName::Everyone;
    if same { Err(CommandError::LinkToItself) } else { Ok(()) }
}

/// Each setting by itself: what they change is not known here, so neither is whether they go together.
fn check_values(scope: Scope, settings: &Settings) -> Result<(), ConfigError> {
    settings.iter().try_for_each(|(name, value)| config::lookup(scope, name)?.check_value(value))
}

fn check_load(load: &Load) -> Result<(), CommandError> {
    limits::check_topic_name(&load.topic)?;
    limits::LOAD_KEYS.check(load.keys.len() as u64)?;
    load.keys.iter().try_for_each(|key| check_key(key, load.key_serializer))?;
    limits::VALUE.check_text(&load.value)?;
    limits::RATE.check(load.rate_millihertz)?;
    load.records_max.map_or(Ok(()), |records| limits::LOAD_RECORDS.check(records))?;
    check_partition(load.partition)
}

/// Whether a key can be serialized and is short enough then.
pub fn check_key(key: &str, serializer: KeySerializer) -> Result<(), CommandError> {
    let good = match serializer {
        KeySerializer::String => return Ok(limits::KEY.check_text(key)?),
        KeySerializer::Integer => key.parse::<i32>().is_ok(),
        KeySerializer::Long => key.parse::<i64>().is_ok(),
    };
    if good { Ok(()) } else { Err(CommandError::Key { key: key.to_owned(), serializer }) }
}

fn check_partition(partition: Option<i32>) -> Result<(), CommandError> {
    match partition {
        Some(partition @ ..0) => Err(CommandError::NegativePartition { partition }),
        _ => Ok(()),
    }
}

/// The replicas of a reassignment: which, or how many.
fn check_replicas(one_partition: bool, replicas: &[u32], factor: Option<u32>) -> Result<(), CommandError> {
    if replicas.is_empty() == factor.is_none() || !one_partition && factor.is_none() {
        return Err(CommandError::ReplicasOrFactor);
    }
    let wanted = factor.map_or(replicas.len() as u64, u64::from);
    limits::REPLICATION_FACTOR.check(wanted)?;
    let twice = (1..replicas.len()).find(|index| replicas[..*index].contains(&replicas[*index]));
    match twice.and_then(|index| replicas.get(index)) {
        Some(broker) => Err(CommandError::ReplicaTwice { broker: *broker }),
        None => Ok(()),
    }
}

fn check_work(work: &Work) -> Result<(), CommandError> {
    work.group.as_deref().map_or(Ok(()), |group| limits::check_name(&limits::GROUP_ID, group))?;
    let (pattern, by_broker) = (work.pattern.as_deref(), work.subscription_pattern.as_deref());
    check_subscription(&work.topics, pattern, by_broker, !work.assign.is_empty())?;
    if work.group.is_none() && work.is_subscribing() {
        return Err(CommandError::SubscribeWithoutGroup);
    }
    limits::ASSIGNMENT.check(work.assign.len() as u64)?;
    for (topic, partition) in &work.assign {
        limits::check_topic_name(topic)?;
        check_partition(Some(*partition))?;
    }
    Ok(limits::PROCESSING.check(work.processing_us)?)
}

/// The topics of a subscription.
fn check_topics(topics: &[String]) -> Result<(), CommandError> {
    limits::SUBSCRIPTION.check(topics.len() as u64)?;
    Ok(topics.iter().try_for_each(|topic| limits::check_topic_name(topic))?)
}

/// One way to get partitions, and only one.
fn check_subscription(
    topics: &[String],
    pattern: Option<&str>,
    by_broker: Option<&str>,
    assigns: bool,
) -> Result<(), CommandError> {
    let ways = [!topics.is_empty(), pattern.is_some(), by_broker.is_some(), assigns];
    if ways.into_iter().filter(|way| *way).count() != 1 {
        return Err(CommandError::SubscribeOrAssign);
    }
    check_topics(topics)?;
    for (field, pattern) in [("pattern", pattern), (SUBSCRIPTION_PATTERN, by_broker)] {
        let Some(pattern) = pattern else { continue };
        limits::PATTERN.check_text(pattern)?;
        Matcher::new(pattern).map_err(|why| CommandError::Pattern { field, why })?;
    }
    Ok(())
}

const SUBSCRIPTION_PATTERN: &str = "subscription.pattern";

impl CommandError {
    /// What is refused, as the text form calls it.
    pub fn field(&self) -> &str {
        match self {
            CommandError::Config(error) => error.field(),
            CommandError::Limit(error) => error.field(),
            CommandError::Key { .. } => "key",
            CommandError::NegativePartition { .. } | CommandError::PartitionWithoutTopic => "partition",
            CommandError::ReplicaTwice { .. } | CommandError::ReplicasOrFactor => "replicas",
            CommandError::SubscribeOrAssign => "topics",
            CommandError::SubscribeWithoutGroup => "group",
            CommandError::Pattern { field, .. } => field,
            CommandError::PatternNeedsConsumerProtocol => SUBSCRIPTION_PATTERN,
            CommandError::NoNode { field } => field,
            CommandError::LinkToItself => "to",
        }
    }

    /// What is wrong and what is allowed.
    pub fn text(&self) -> Text {
        match self {
            CommandError::Config(error) => error.text(),
            CommandError::Limit(error) => error.text(),
            CommandError::Key { key, serializer } => {
                // `StringSerializer` takes any text.
                let template = if *serializer == KeySerializer::Long { &KEY_LONG } else { &KEY_INTEGER };
                template.with("key", shorten(key))
            }
            CommandError::NegativePartition { partition } => NEGATIVE_PARTITION.with("partition", *partition),
            CommandError::ReplicaTwice { broker } => REPLICA_TWICE.with("broker", *broker),
            CommandError::ReplicasOrFactor => REPLICAS_OR_FACTOR.text(),
            CommandError::PartitionWithoutTopic => PARTITION_WITHOUT_TOPIC.text(),
            CommandError::SubscribeOrAssign => SUBSCRIBE_OR_ASSIGN.text(),
            CommandError::SubscribeWithoutGroup => SUBSCRIBE_WITHOUT_GROUP.text(),
            CommandError::Pattern { field, why } => PATTERN_UNSOUND.with("field", *field).with("why", why.as_str()),
            CommandError::PatternNeedsConsumerProtocol => PATTERN_PROTOCOL.text(),
            CommandError::NoNode { field } => NO_NODE.with("field", *field),
            CommandError::LinkToItself => LINK_TO_ITSELF.text(),
        }
    }
}

impl From<ConfigError> for CommandError {
    fn from(error: ConfigError) -> Self {
        CommandError::Config(error)
    }
}

impl From<LimitError> for CommandError {
    fn from(error: LimitError) -> Self {
        CommandError::Limit(error)
    }
}

templates! { "command_check":
    KEY_INTEGER = "The `key` “{key}” must be a whole number from -2147483648 to 2147483647 for `IntegerSerializer`.",
        "使用 `IntegerSerializer` 时，`key`“{key}”必须是介于 -2147483648 和 2147483647 之间的整数。";
    KEY_LONG = "The `key` “{key}” must be a whole number from -9223372036854775808 to 9223372036854775807 for `LongSerializer`.",
        "使用 `LongSerializer` 时，`key`“{key}”必须是介于 -9223372036854775808 和 9223372036854775807 之间的整数。";
    NEGATIVE_PARTITION = "`partition` cannot be negative, but is {partition}.", "`partition` 不能为负数，这里是 {partition}。";
    REPLICA_TWICE = "`replicas` names broker {broker} twice; a broker holds one replica of a partition at most.", "`replicas` 中 broker {broker} 出现了两次；一个 broker 最多持有一个分区的一个副本。";
    REPLICAS_OR_FACTOR = "A reassignment needs either `replicas` of one `partition`, or a `replication.factor`.", "重分配需要某个 `partition` 的 `replicas`，或者 `replication.factor`，二者取一。";
    PARTITION_WITHOUT_TOPIC = "A `partition` needs its `topic`.", "`partition` 需要与 `topic` 同用。";
    SUBSCRIBE_OR_ASSIGN = "A consumer needs one of `topics`, `pattern` or `subscription.pattern` to subscribe, or partitions to `assign`, and not more than one of them.",
        "consumer 需要 `topics`、`pattern`、`subscription.pattern`（订阅）或 `assign`（指定分区）之一，且只能用其一。";
    PATTERN_UNSOUND = "`{field}` must be a regular expression as RE2 reads it, without look-around and back-references: {why}.",
        "`{field}` 必须是 RE2 语法的正则表达式，不支持环视和反向引用：{why}。";
    PATTERN_PROTOCOL = "`subscription.pattern` is resolved by the coordinator and needs `group.protocol=consumer`; with the classic protocol use `pattern`.",
        "`subscription.pattern` 由 coordinator 解析，需要 `group.protocol=consumer`；classic 协议请用 `pattern`。";
    NO_NODE = "`{field}` must name a broker or controller by its id, a producer or consumer by its `client.id`, or everyone with `*`.",
        "`{field}` 必须写 broker 或 controller 的 id、producer 或 consumer 的 `client.id`，或用 `*` 表示所有节点。";
    LINK_TO_ITSELF = "`to` names the same node as `from`, and no link lies between a node and itself.", "`to` 与 `from` 是同一个节点，节点与自身之间没有链路。";
    SUBSCRIBE_WITHOUT_GROUP = "A consumer that subscribes needs a `group`.", "订阅 topic 的 consumer 需要 `group`。";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cluster::command_text::parse, i18n::Lang};

    #[test]
    fn sound_commands() {
        for line in [
            "add-broker",
            "add-broker rack=eu-1a",
            "create-topic topic=orders partitions=10000 replication.factor=128 min.insync.replicas=2",
            "configure-topic topic=orders max.message.bytes=100",
            "configure-cluster replica.lag.time.max.ms=100",
            "add-producer producer=p topic=orders keys=1,-2 key.serializer=IntegerSerializer rate=100000 acks=1",
            r#"send producer=p key="" value="" partition=99"#,
            "add-consumer consumer=c group=g topics=a,b processing.ms=3600000",
            "add-consumer consumer=c assign=a:0",
            "commit consumer=c",
            "cut from=1 to=2,3,checkout direction=one-way",
            "slow-link from=1 to=* delay.ms=60000",
        ] {
            assert_eq!(check(&parse(line).expect(line)), Ok(()), "{line}");
        }
    }

    #[test]
    fn refused_commands_name_their_field() {
        let long = "x".repeat(250);
        let keys = vec!["k"; 1_001].join(",");
        let cases = [
            (r#"add-broker rack="""#, "rack"),
            ("create-topic topic=a/b partitions=1", "topic"),
            (&format!("delete-topic topic={long}"), "topic"),
            ("create-topic topic=a partitions=0", "partitions"),
            ("add-partitions topic=a partitions=10001", "partitions"),
            ("create-topic topic=a partitions=1 replication.factor=129", "replication.factor"),
            (r#"add-producer producer="" topic=a"#, "producer"),
            ("add-producer producer=p topic=a rate=100000.001", "rate"),
            ("add-producer producer=p topic=a records.max=0", "records.max"),
            ("add-producer producer=p topic=a keys=a key.serializer=LongSerializer", "key"),
            (&format!("add-producer producer=p topic=a keys={keys}"), "keys"),
            ("add-producer producer=p topic=a acks=1 enable.idempotence=true", "acks"),
            (r#"remove-producer producer="a\n""#, "producer"),
            (&format!("send producer=p value={}", "v".repeat(100_001)), "value"),
            (&format!("send producer=p value=v key={}", "k".repeat(1_001)), "key"),
            ("add-consumer consumer=c group=g", "topics"),
            ("add-consumer consumer=c group=g topics=a assign=a:0", "topics"),
            ("add-consumer consumer=c topics=a", "group"),
            ("add-consumer consumer=c pattern=a.*", "group"),
            ("add-consumer consumer=c group=g topics=a pattern=a.*", "topics"),
            ("add-consumer consumer=c group=g pattern=a( ", "pattern"),
            (r#"add-consumer consumer=c group=g pattern="""#, "pattern"),
            (&format!("add-consumer consumer=c group=g pattern={}", "a".repeat(201)), "pattern"),
            ("subscribe consumer=c", "topics"),
            ("subscribe consumer=c subscription.pattern=*", "subscription.pattern"),
            ("add-consumer consumer=c group=g subscription.pattern=a.*", "subscription.pattern"),
            (r#"add-consumer consumer=c group="" topics=a"#, "group"),
            ("add-consumer consumer=c assign=a:0 enable.auto.commit=true", "enable.auto.commit"),
            ("add-consumer consumer=c group=g topics=a processing.ms=3600000.001", "processing.ms"),
            ("add-consumer consumer=c group=g topics=a session.timeout.ms=1000", "session.timeout.ms"),
            ("cut from=1 to=1", "to"),
            ("cut from= to=1", "from"),
            ("slow-link from=1 to=2 delay.ms=60000.001", "delay.ms"),
            ("lossy-link from=1 to=2 loss.percent=91", "loss.percent"),
            (r#"freeze-producer producer="""#, "producer"),
        ];
        for (line, field) in cases {
            let error = check(&parse(line).expect(line)).expect_err(line);
            assert_eq!(error.field(), field, "{line}");
            for lang in Lang::ALL {
                let text = error.text().plain(lang);
                assert!(text.contains(field) && !text.contains(['{', '}']), "{text}");
            }
        }
        let negative = CommandError::NegativePartition { partition: -1 };
        assert_eq!(check_partition(Some(-1)), Err(negative));
    }
}
