//! Typed views of settings, as the nodes of the model read them. Times are in microseconds.
//!
//! Rules between configs are Kafka's own: `ProducerConfig.postProcessAndValidateIdempotenceConfigs`,
//! `KafkaProducer.configureDeliveryTimeout`, `Heartbeat`, `ConsumerConfig.maybeOverrideEnableAutoCommit`,
//! `KafkaConfig.validateValues`. Left out: `group.id`, which is part of what a consumer's application does.

use super::{
    ConfigError, Scope, Settings, after, error, lookup, parse_bool,
    table::{BY_DURATION, RACK_AWARE, ROUND_ROBIN},
};
use crate::{
    kafka::{assignor::Assignor, log::Codec},
    sim::Rare,
};

/// Stands for any time too long to add up (36,000 years): sums of several still fit.
pub const FOREVER_US: u64 = 1 << 60;

/// `acks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Acks {
    /// `0`: no answer.
    None,
    /// `1`: the leader has it.
    Leader,
    /// `all`: every in-sync replica has it.
    All,
}

/// `partitioner.class`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartitionerClass {
    /// `null`: hash of the key, sticky without one.
    BuiltIn,
    /// `RoundRobinPartitioner`.
    RoundRobin,
}

/// `auto.offset.reset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutoOffsetReset {
    /// From the log's start.
    Earliest,
    /// From its end.
    Latest,
    /// Fails.
    None,
    /// From the first record not older than so many microseconds (KIP-1106).
    ByDuration(u64),
}

impl AutoOffsetReset {
    /// Kafka's name, without the duration.
    pub fn name(self) -> &'static str {
        match self {
            AutoOffsetReset::Earliest => "earliest",
            AutoOffsetReset::Latest => "latest",
            AutoOffsetReset::None => "none",
            AutoOffsetReset::ByDuration(_) => "by_duration",
        }
    }

    /// The timestamp to ask ListOffsets for, in milliseconds; −2 and −1 stand for the log's start and its end.
    ///
    /// A run begins at 0, so what would lie before it is 0, which every record reaches.
    pub fn timestamp(self, now_us: u64) -> Option<i64> {
        match self {
            AutoOffsetReset::Earliest => Some(-2),
            AutoOffsetReset::Latest => Some(-1),
            AutoOffsetReset::None => None,
            AutoOffsetReset::ByDuration(us) => Some((now_us.saturating_sub(us) / 1_000) as i64),
        }
    }
}

/// `group.protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupProtocol {
    /// `classic`: JoinGroup, SyncGroup, Heartbeat, LeaveGroup.
    Classic,
    /// `consumer` (KIP-848): ConsumerGroupHeartbeat alone.
    Consumer,
}

/// `group.consumer.migration.policy`: may a group with members change its protocol?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MigrationPolicy {
    /// Both ways.
    Bidirectional,
    /// Only from classic to consumer.
    Upgrade,
    /// Only from consumer to classic.
    Downgrade,
    /// Neither.
    Disabled,
}

impl MigrationPolicy {
    /// From classic to consumer?
    pub fn is_upgrade_enabled(self) -> bool {
        matches!(self, MigrationPolicy::Bidirectional | MigrationPolicy::Upgrade)
    }

    /// From consumer to classic?
    pub fn is_downgrade_enabled(self) -> bool {
        matches!(self, MigrationPolicy::Bidirectional | MigrationPolicy::Downgrade)
    }
}

/// Settings of one scope, known and in range.
pub(super) struct Checked<'a> {
    scope: Scope,
    settings: &'a Settings,
}

impl<'a> Checked<'a> {
    pub(super) fn new(scope: Scope, settings: &'a Settings) -> Result<Self, ConfigError> {
        for (name, value) in settings {
            lookup(scope, name)?.check_value(value)?;
        }
        Ok(Checked { scope, settings })
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, ConfigError> {
        let default = lookup(self.scope, name)?.default;
        Ok(self.settings.get(name).map_or(default, String::as_str))
    }

    /// A value in its one spelling.
    fn canonical(&self, name: &str) -> Result<String, ConfigError> {
        Ok(lookup(self.scope, name)?.canonical(self.text(name)?))
    }

    /// A number; within the range of its row, which for all of them starts at 0 or above.
    pub(super) fn number(&self, name: &str) -> Result<u64, ConfigError> {
        Ok(self.text(name)?.trim().parse().unwrap_or_default())
    }

    pub(super) fn small(&self, name: &str) -> Result<u32, ConfigError> {
        Ok(u32::try_from(self.number(name)?).unwrap_or(u32::MAX))
    }

    pub(super) fn us(&self, name: &str) -> Result<u64, ConfigError> {
        Ok(self.number(name)?.saturating_mul(1_000).min(FOREVER_US))
    }

    /// A number of which anything below 0 means that there is no bound.
    pub(super) fn bound(&self, name: &str) -> Result<Option<u64>, ConfigError> {
        Ok(self.text(name)?.trim().parse().ok())
    }

    fn flag(&self, name: &str) -> Result<bool, ConfigError> {
        Ok(parse_bool(self.text(name)?).unwrap_or_default())
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        self.settings.contains_key(name)
    }
}

/// Gives a view its `Default`: Kafka's defaults, as in the table.
macro_rules! kafka_defaults {
    ($($view:ident),*) => {$(impl Default for $view {
        fn default() -> Self {
            Self::from_settings(&Settings::new()).expect("the defaults of the table are valid")
        }
    })*};
}
kafka_defaults!(ProducerConfig, ConsumerConfig, BrokerConfig);

/// The settings of a producer. Each field is the config of its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct ProducerConfig {
    pub acks: Acks,
    /// What holds after `acks` and `retries` were looked at.
    pub enable_idempotence: bool,
    pub max_in_flight_requests_per_connection: u32,
    pub retries: u32,
    /// Raised to `linger.ms` + `request.timeout.ms` if it was left at its default.
    pub delivery_timeout_us: u64,
    pub request_timeout_us: u64,
    pub linger_us: u64,
    pub batch_size: u32,
    pub compression_type: Rare<Codec>,
    pub buffer_memory: u64,
    pub max_block_us: u64,
    pub max_request_size: u32,
    pub partitioner_class: PartitionerClass,
    pub partitioner_adaptive_partitioning_enable: bool,
    /// 0: off.
    pub partitioner_availability_timeout_us: u64,
    pub partitioner_ignore_keys: bool,
    pub retry_backoff_us: u64,
    pub retry_backoff_max_us: u64,
    pub metadata_max_age_us: u64,
}

impl ProducerConfig {
    /// The view of these settings.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let read = Checked::new(Scope::Producer, settings)?;
        let acks = match read.text("acks")? {
            "0" => Acks::None,
            "1" => Acks::Leader,
            _ => Acks::All,
        };
        Ok(ProducerConfig {
            acks,
            enable_idempotence: idempotence(&read, acks)?,
            max_in_flight_requests_per_connection: read.small("max.in.flight.requests.per.connection")?,
            retries: read.small("retries")?,
            delivery_timeout_us: delivery_timeout_ms(&read)? * 1_000,
            request_timeout_us: read.us("request.timeout.ms")?,
            linger_us: linger_ms(&read)? * 1_000,
            batch_size: read.small("batch.size")?,
            compression_type: Rare(Codec::named(read.text("compression.type")?).unwrap_or_default()),
            buffer_memory: read.number("buffer.memory")?,
            max_block_us: read.us("max.block.ms")?,
            max_request_size: read.small("max.request.size")?,
            partitioner_class: match read.text("partitioner.class")? {
                ROUND_ROBIN => PartitionerClass::RoundRobin,
                _ => PartitionerClass::BuiltIn,
            },
            partitioner_adaptive_partitioning_enable: read.flag("partitioner.adaptive.partitioning.enable")?,
            partitioner_availability_timeout_us: read.us("partitioner.availability.timeout.ms")?,
            partitioner_ignore_keys: read.flag("partitioner.ignore.keys")?,
            retry_backoff_us: read.us("retry.backoff.ms")?,
            retry_backoff_max_us: read.us("retry.backoff.max.ms")?,
            metadata_max_age_us: read.us("metadata.max.age.ms")?,
        })
    }
}

const INT_MAX_MS: u64 = i32::MAX as u64;

/// Kafka keeps `linger.ms` in an `int`, though the config is a `long`.
fn linger_ms(read: &Checked) -> Result<u64, ConfigError> {
    Ok(read.number("linger.ms")?.min(INT_MAX_MS))
}

fn delivery_timeout_ms(read: &Checked) -> Result<u64, ConfigError> {
    let value = read.number("delivery.timeout.ms")?;
    let sum = (linger_ms(read)? + read.number("request.timeout.ms")?).min(INT_MAX_MS);
    if value < sum && read.is_set("delivery.timeout.ms") {
        return Err(ConfigError::Conflict {
            name: "delivery.timeout.ms",
            with: &["linger.ms", "request.timeout.ms"],
            rule: error::DELIVERY_TIMEOUT.with("sum", sum).with("value", value),
        });
    }
    Ok(value.max(sum))
}

/// Whether the producer is idempotent in the end. Only what the user asked for by name is worth an error, except too
/// many requests in flight, which Kafka 4 refuses whenever idempotence was not switched off by name.
fn idempotence(read: &Checked, acks: Acks) -> Result<bool, ConfigError> {
    if !read.flag("enable.idempotence")? {
        return Ok(false);
    }
    let asked_for = read.is_set("enable.idempotence");
    let retries = read.number("retries")?;
    if retries == 0 && asked_for {
        let rule = error::IDEMPOTENCE_RETRIES.text();
        return Err(ConfigError::Conflict { name: "retries", with: &["enable.idempotence"], rule });
    }
    if acks != Acks::All && asked_for {
        let rule = error::IDEMPOTENCE_ACKS.with("value", read.text("acks")?);
        return Err(ConfigError::Conflict { name: "acks", with: &["enable.idempotence"], rule });
    }
    let in_flight = read.number("max.in.flight.requests.per.connection")?;
    if in_flight > 5 {
        return Err(ConfigError::Conflict {
            name: "max.in.flight.requests.per.connection",
            with: &["enable.idempotence"],
            rule: error::IDEMPOTENCE_IN_FLIGHT.with("value", in_flight),
        });
    }
    Ok(retries > 0 && acks == Acks::All)
}

/// What Kafka changes by itself, as text, for [`super::effective`].
pub(super) fn adjusted_producer(settings: &Settings) -> Vec<(&'static str, String)> {
    let Ok(config) = ProducerConfig::from_settings(settings) else { return Vec::new() };
    vec![
        ("enable.idempotence", config.enable_idempotence.to_string()),
        ("delivery.timeout.ms", (config.delivery_timeout_us / 1_000).to_string()),
    ]
}

/// The settings of a consumer. Each field is the config of its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct ConsumerConfig {
    pub group_protocol: GroupProtocol,
    /// `None`: not set, or empty.
    pub group_remote_assignor: Option<String>,
    pub session_timeout_us: u64,
    pub heartbeat_interval_us: u64,
    pub max_poll_interval_us: u64,
    pub max_poll_records: u32,
    pub enable_auto_commit: bool,
    pub auto_commit_interval_us: u64,
    pub auto_offset_reset: AutoOffsetReset,
    pub fetch_min_bytes: u32,
    pub fetch_max_wait_us: u64,
    pub fetch_max_bytes: u32,
    pub max_partition_fetch_bytes: u32,
    /// `None`: not set, or empty.
    pub client_rack: Option<String>,
    pub request_timeout_us: u64,
    pub retry_backoff_us: u64,
    pub retry_backoff_max_us: u64,
    pub metadata_max_age_us: u64,
    /// `None`: not set, or empty; a dynamic member.
    pub group_instance_id: Option<String>,
    /// By preference.
    pub partition_assignment_strategy: Vec<Assignor>,
}

impl ConsumerConfig {
    /// The view of these settings for a consumer with a `group.id`.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let read = Checked::new(Scope::Consumer, settings)?;
        let group_protocol = protocol(&read)?;
        let session = read.number("session.timeout.ms")?;
        let heartbeat = read.number("heartbeat.interval.ms")?;
        if heartbeat >= session {
            return Err(ConfigError::Conflict {
                name: if read.is_set("heartbeat.interval.ms") { "heartbeat.interval.ms" } else { "session.timeout.ms" },
                with: &["heartbeat.interval.ms", "session.timeout.ms"],
                rule: error::HEARTBEAT.with("session", session).with("value", heartbeat),
            });
        }
        let named = |text: &str| Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(ConsumerConfig {
            group_protocol,
            group_remote_assignor: named(read.text("group.remote.assignor")?),
            session_timeout_us: read.us("session.timeout.ms")?,
            heartbeat_interval_us: read.us("heartbeat.interval.ms")?,
            max_poll_interval_us: read.us("max.poll.interval.ms")?,
            max_poll_records: read.small("max.poll.records")?,
            enable_auto_commit: read.flag("enable.auto.commit")?,
            auto_commit_interval_us: read.us("auto.commit.interval.ms")?,
            auto_offset_reset: match read.text("auto.offset.reset")? {
                "earliest" => AutoOffsetReset::Earliest,
                "none" => AutoOffsetReset::None,
                other => after(BY_DURATION, other).map_or(AutoOffsetReset::Latest, AutoOffsetReset::ByDuration),
            },
            fetch_min_bytes: read.small("fetch.min.bytes")?,
            fetch_max_wait_us: read.us("fetch.max.wait.ms")?,
            fetch_max_bytes: read.small("fetch.max.bytes")?,
            max_partition_fetch_bytes: read.small("max.partition.fetch.bytes")?,
            client_rack: named(read.text("client.rack")?),
            request_timeout_us: read.us("request.timeout.ms")?,
            retry_backoff_us: read.us("retry.backoff.ms")?,
            retry_backoff_max_us: read.us("retry.backoff.max.ms")?,
            metadata_max_age_us: read.us("metadata.max.age.ms")?,
            group_instance_id: named(read.text("group.instance.id")?),
            partition_assignment_strategy: Assignor::list(&read.canonical("partition.assignment.strategy")?),
        })
    }

    /// The view of these settings for a consumer without a `group.id`: it commits nothing by itself, and asking for
    /// that by name is refused.
    pub fn without_group(settings: &Settings) -> Result<Self, ConfigError> {
        let config = Self::from_settings(settings)?;
        if config.enable_auto_commit && settings.contains_key("enable.auto.commit") {
            let rule = error::AUTO_COMMIT_WITHOUT_GROUP.text();
            return Err(ConfigError::Conflict { name: "enable.auto.commit", with: &["group.id"], rule });
        }
        Ok(ConsumerConfig { enable_auto_commit: false, ..config })
    }
}

/// Configs that the other side decides in this protocol, or that it does not know.
pub fn foreign_to(protocol: GroupProtocol) -> &'static [&'static str] {
    match protocol {
        GroupProtocol::Consumer => &["heartbeat.interval.ms", "session.timeout.ms", "partition.assignment.strategy"],
        GroupProtocol::Classic => &["group.remote.assignor"],
    }
}

/// Configs that mean nothing in this protocol are refused by name.
///
/// Follows `ConsumerConfig.checkUnsupportedConfigsPostProcess`.
fn protocol(read: &Checked) -> Result<GroupProtocol, ConfigError> {
    let protocol = match read.text("group.protocol")? {
        "consumer" => GroupProtocol::Consumer,
        _ => GroupProtocol::Classic,
    };
    let foreign = foreign_to(protocol);
    let given = |name: &&&'static str| read.settings.get(**name).is_some_and(|value| !value.is_empty());
    match foreign.iter().find(given) {
        Some(name) => {
            let rule = error::NOT_WITH_PROTOCOL.with("name", *name).with("protocol", read.text("group.protocol")?);
            Err(ConfigError::Conflict { name, with: &["group.protocol"], rule })
        }
        None => Ok(protocol),
    }
}

/// The settings of all brokers and controllers. Each field is the config of its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct BrokerConfig {
    pub min_insync_replicas: u32,
    pub default_replication_factor: u32,
    pub replica_lag_time_max_us: u64,
    pub replica_fetch_wait_max_us: u64,
    pub replica_fetch_min_bytes: u32,
    /// `replica.selector.class` is the rack-aware one.
    pub replica_selector_rack_aware: Rare<bool>,
    pub broker_heartbeat_interval_us: u64,
    pub broker_session_timeout_us: u64,
    pub initial_broker_registration_timeout_us: u64,
    pub controller_quorum_election_timeout_us: u64,
    pub controller_quorum_fetch_timeout_us: u64,
    pub controller_quorum_election_backoff_max_us: u64,
    pub group_initial_rebalance_delay_us: u64,
    pub group_min_session_timeout_us: u64,
    pub group_max_session_timeout_us: u64,
    pub group_max_size: u32,
    pub group_consumer_session_timeout_us: u64,
    pub group_consumer_heartbeat_interval_us: u64,
    pub group_consumer_max_size: u32,
    /// By name; the first is the default.
    pub group_consumer_assignors: Vec<String>,
    pub group_consumer_migration_policy: MigrationPolicy,
    pub offsets_topic_num_partitions: u32,
    pub offsets_topic_replication_factor: u32,
    pub offsets_commit_timeout_us: u64,
    /// `offsets.retention.minutes`.
    pub offsets_retention_us: u64,
    pub offsets_retention_check_interval_us: u64,
    pub auto_leader_rebalance_enable: bool,
    pub leader_imbalance_check_interval_us: u64,
    pub log_initial_task_delay_us: u64,
    pub log_retention_check_interval_us: u64,
    pub log_cleaner_enable: bool,
    pub log_cleaner_backoff_us: u64,
}

impl BrokerConfig {
    /// The view of these settings.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let read = Checked::new(Scope::Broker, settings)?;
        let wait = read.number("replica.fetch.wait.max.ms")?;
        let lag = read.number("replica.lag.time.max.ms")?;
        if wait > lag {
            return Err(ConfigError::Conflict {
                name: if read.is_set("replica.fetch.wait.max.ms") {
                    "replica.fetch.wait.max.ms"
                } else {
                    "replica.lag.time.max.ms"
                },
                with: &["replica.fetch.wait.max.ms", "replica.lag.time.max.ms"],
                rule: error::REPLICA_FETCH_WAIT.with("lag", lag).with("value", wait),
            });
        }
        check_group_times(&read)?;
        Ok(BrokerConfig {
            min_insync_replicas: read.small("min.insync.replicas")?,
            default_replication_factor: read.small("default.replication.factor")?,
            replica_lag_time_max_us: read.us("replica.lag.time.max.ms")?,
            replica_fetch_wait_max_us: read.us("replica.fetch.wait.max.ms")?,
            replica_fetch_min_bytes: read.small("replica.fetch.min.bytes")?,
            replica_selector_rack_aware: Rare(read.text("replica.selector.class")? == RACK_AWARE),
            broker_heartbeat_interval_us: read.us("broker.heartbeat.interval.ms")?,
            broker_session_timeout_us: read.us("broker.session.timeout.ms")?,
            initial_broker_registration_timeout_us: read.us("initial.broker.registration.timeout.ms")?,
            controller_quorum_election_timeout_us: read.us("controller.quorum.election.timeout.ms")?,
            controller_quorum_fetch_timeout_us: read.us("controller.quorum.fetch.timeout.ms")?,
            controller_quorum_election_backoff_max_us: read.us("controller.quorum.election.backoff.max.ms")?,
            group_initial_rebalance_delay_us: read.us("group.initial.rebalance.delay.ms")?,
            group_min_session_timeout_us: read.us("group.min.session.timeout.ms")?,
            group_max_session_timeout_us: read.us("group.max.session.timeout.ms")?,
            group_max_size: read.small("group.max.size")?,
            group_consumer_session_timeout_us: read.us("group.consumer.session.timeout.ms")?,
            group_consumer_heartbeat_interval_us: read.us("group.consumer.heartbeat.interval.ms")?,
            group_consumer_max_size: read.small("group.consumer.max.size")?,
            group_consumer_assignors: read.text("group.consumer.assignors")?.split(',').map(str::to_owned).collect(),
            group_consumer_migration_policy: match read.text("group.consumer.migration.policy")? {
                "upgrade" => MigrationPolicy::Upgrade,
                "downgrade" => MigrationPolicy::Downgrade,
                "disabled" => MigrationPolicy::Disabled,
                _ => MigrationPolicy::Bidirectional,
            },
            offsets_topic_num_partitions: read.small("offsets.topic.num.partitions")?,
            offsets_topic_replication_factor: read.small("offsets.topic.replication.factor")?,
            offsets_commit_timeout_us: read.us("offsets.commit.timeout.ms")?,
            offsets_retention_us: read.number("offsets.retention.minutes")?.saturating_mul(60_000_000),
            offsets_retention_check_interval_us: read.us("offsets.retention.check.interval.ms")?,
            auto_leader_rebalance_enable: read.flag("auto.leader.rebalance.enable")?,
            leader_imbalance_check_interval_us: read
                .number("leader.imbalance.check.interval.seconds")?
                .saturating_mul(1_000_000)
                .min(FOREVER_US),
            log_initial_task_delay_us: read.us("log.initial.task.delay.ms")?,
            log_retention_check_interval_us: read.us("log.retention.check.interval.ms")?,
            log_cleaner_enable: read.flag("log.cleaner.enable")?,
            log_cleaner_backoff_us: read.us("log.cleaner.backoff.ms")?,
        })
    }
}

/// What the coordinator tells members of the consumer protocol lies within the bounds that stand beside it.
///
/// Follows `GroupCoordinatorConfig`.
fn check_group_times(read: &Checked) -> Result<(), ConfigError> {
    static BOUNDED: [[&str; 3]; 2] = [
        [
            "group.consumer.session.timeout.ms",
            "group.consumer.min.session.timeout.ms",
            "group.consumer.max.session.timeout.ms",
        ],
        [
            "group.consumer.heartbeat.interval.ms",
            "group.consumer.min.heartbeat.interval.ms",
            "group.consumer.max.heartbeat.interval.ms",
        ],
    ];
    for names @ [name, min_name, max_name] in &BOUNDED {
        let (value, min, max) = (read.number(name)?, read.number(min_name)?, read.number(max_name)?);
        if !(min..=max).contains(&value) {
            let rule = error::OUTSIDE.with("name", *name).with("value", value).with("min_name", *min_name);
            let rule = rule.with("min", min).with("max_name", *max_name).with("max", max);
            return Err(ConfigError::Conflict { name, with: &names[1..], rule });
        }
    }
    let session = read.number("group.consumer.session.timeout.ms")?;
    let value = read.number("group.consumer.heartbeat.interval.ms")?;
    if value >= session {
        return Err(ConfigError::Conflict {
            name: "group.consumer.heartbeat.interval.ms",
            with: &["group.consumer.session.timeout.ms"],
            rule: error::GROUP_HEARTBEAT.with("session", session).with("value", value),
        });
    }
    Ok(())
}
