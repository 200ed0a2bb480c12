//! Fetch: of consumers and of followers; and OffsetForLeaderEpoch, by which a consumer checks its positions.

use std::sync::Arc;

use super::ErrorCode;
use crate::{
    kafka::{
        ids::{BrokerId, Name, TopicIdPartition},
        log::RecordBatch,
    },
    sim::Rare,
};

/// A fetch by a consumer (`replica` is `None`) or a follower.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchRequest {
    /// The follower, or `None` for a consumer.
    pub replica: Option<BrokerId>,
    /// `fetch.max.wait.ms` or `replica.fetch.wait.max.ms`.
    pub max_wait_us: u64,
    /// `fetch.min.bytes`.
    pub min_bytes: u32,
    /// `fetch.max.bytes`; soft.
    pub max_bytes: u32,
    /// What to read.
    pub partitions: Arc<[FetchPartition]>,
    /// `client.rack` of a consumer.
    pub rack_id: Rare<Option<Name>>,
    /// A follower that lost the answer before begins a new fetch session (KIP-227): it is told everything again.
    pub new_session: Rare<bool>,
}

/// One partition of a fetch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchPartition {
    /// Which.
    pub partition: TopicIdPartition,
    /// From which offset on.
    pub fetch_offset: i64,
    /// Leader epoch that the sender believes in, −1 for none.
    pub current_leader_epoch: i32,
    /// Epoch of the last record that a follower has, −1 for none.
    pub last_fetched_epoch: i32,
    /// Where the follower's log starts, −1 for a consumer.
    pub log_start_offset: i64,
    /// `max.partition.fetch.bytes`; soft.
    pub max_bytes: u32,
}

/// What was read of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FetchResult {
    /// Which partition.
    pub partition: TopicIdPartition,
    /// Error, or NONE.
    pub error: ErrorCode,
    /// Leader's high watermark.
    pub high_watermark: i64,
    /// Leader's log start offset.
    pub log_start_offset: i64,
    /// Whole batches.
    pub batches: Vec<Arc<RecordBatch>>,
    /// Epoch and end offset where the follower's log diverges.
    pub diverging_epoch: Option<(i32, i64)>,
    /// The leader that the broker knows of (KIP-951).
    pub current_leader: Option<(BrokerId, i32)>,
    /// A follower that the consumer had better read from (KIP-392); then there are no records.
    pub preferred_read_replica: Rare<Option<BrokerId>>,
}

/// A partition in OffsetForLeaderEpoch (KIP-320).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EpochAsked {
    /// Which.
    pub partition: TopicIdPartition,
    /// Leader epoch that the sender believes in.
    pub current_leader_epoch: i32,
    /// The epoch whose end it wants to know: that of the last record it read.
    pub leader_epoch: i32,
}

/// Where an epoch ends in the leader's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EpochEnd {
    /// Which partition.
    pub partition: TopicIdPartition,
    /// Error, or NONE.
    pub error: ErrorCode,
    /// The greatest epoch up to the one asked for, −1 if the leader knows of none.
    pub leader_epoch: i32,
    /// Where the next epoch starts, or where the log ends; −1 likewise.
    pub end_offset: i64,
}
