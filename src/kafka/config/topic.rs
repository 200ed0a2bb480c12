//! The settings of a topic, as the replicas of its partitions read them (`LogConfig`).
//!
//! Left out: `segment.jitter.ms`, and the brokers' own defaults for topics (`log.retention.ms` and so on); a topic that does not set a config has
//! Kafka's default.

use crate::{kafka::log::Codec, sim::Rare};

use super::{ConfigError, Scope, Settings, parse_ratio, views::Checked};

/// The settings of a topic. Each field is the config of its name; times are in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub struct TopicConfig {
    /// `None`: the broker's.
    pub min_insync_replicas: Option<u32>,
    pub max_message_bytes: u32,
    /// `None`: as the producer compressed it.
    pub compression_type: Rare<Option<Codec>>,
    /// `cleanup.policy` names `delete`.
    pub delete: bool,
    /// `cleanup.policy` names `compact`.
    pub compact: bool,
    /// `None`: for ever.
    pub retention_us: Option<u64>,
    /// `None`: without a limit.
    pub retention_bytes: Option<u64>,
    /// `internal.segment.bytes` where it is set.
    pub segment_bytes: u32,
    /// The shorter of `segment.ms` and, in a compacted topic, `max.compaction.lag.ms` (`LogConfig.maxSegmentMs`).
    pub segment_us: u64,
    pub segment_index_bytes: u32,
    pub index_interval_bytes: u32,
    /// In millionths.
    pub min_cleanable_dirty_ratio: u32,
    pub min_compaction_lag_us: u64,
    pub max_compaction_lag_us: u64,
    pub delete_retention_us: u64,
}

impl Default for TopicConfig {
    fn default() -> Self {
        Self::from_settings(&Settings::new()).expect("the defaults of the table are valid")
    }
}

impl TopicConfig {
    /// The view of these settings.
    pub fn from_settings(settings: &Settings) -> Result<Self, ConfigError> {
        let read = Checked::new(Scope::Topic, settings)?;
        let policy = read.text("cleanup.policy")?;
        let compact = policy.contains("compact");
        let max_compaction_lag_us = read.us("max.compaction.lag.ms")?;
        let segment_us = read.us("segment.ms")?;
        Ok(TopicConfig {
            min_insync_replicas: match read.is_set("min.insync.replicas") {
                true => Some(read.small("min.insync.replicas")?),
                false => None,
            },
            max_message_bytes: read.small("max.message.bytes")?,
            compression_type: Rare(match read.text("compression.type")? {
                "uncompressed" => Some(Codec::None),
                other => Codec::named(other),
            }),
            delete: policy.contains("delete"),
            compact,
            retention_us: read.bound("retention.ms")?.map(|ms| ms.saturating_mul(1_000)),
            retention_bytes: read.bound("retention.bytes")?,
            segment_bytes: match read.bound("internal.segment.bytes")? {
                Some(bytes) => u32::try_from(bytes).unwrap_or(u32::MAX),
                None => read.small("segment.bytes")?,
            },
            segment_us: if compact { segment_us.min(max_compaction_lag_us) } else { segment_us },
            segment_index_bytes: read.small("segment.index.bytes")?,
            index_interval_bytes: read.small("index.interval.bytes")?,
            min_cleanable_dirty_ratio: parse_ratio(read.text("min.cleanable.dirty.ratio")?).unwrap_or_default(),
            min_compaction_lag_us: read.us("min.compaction.lag.ms")?,
            max_compaction_lag_us,
            delete_retention_us: read.us("delete.retention.ms")?,
        })
    }
}
