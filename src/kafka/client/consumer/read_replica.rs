//! Reading from a follower, as the leader advised (KIP-392).
//!
//! After `AbstractFetch.selectReadReplica`, `FetchCollector` and `SubscriptionState.TopicPartitionState`.

use super::{Consumer, PartitionProgress};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    node::Outbox,
    protocol::{ErrorCode, FetchPartition},
};

/// Why a consumer does not read from a follower any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftReadReplica {
    /// It answered with this error.
    Error(ErrorCode),
    /// It closed the connection, or did not take one.
    Disconnected,
    /// `metadata.max.age.ms` is over since the leader advised it.
    Expired,
    /// The leader that advised it leads no more.
    OtherLeader,
    /// It is no live replica any more.
    Offline,
}

impl LeftReadReplica {
    /// A word for traces; of an error Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            LeftReadReplica::Error(error) => error.name(),
            LeftReadReplica::Disconnected => "disconnected",
            LeftReadReplica::Expired => "expired",
            LeftReadReplica::OtherLeader => "other_leader",
            LeftReadReplica::Offline => "offline",
        }
    }
}

/// The follower that a partition is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReadReplica {
    /// Which broker.
    pub broker: BrokerId,
    /// The leader that advised it, and its epoch.
    pub leader: (BrokerId, i32),
    /// Until when the advice holds: `metadata.max.age.ms` after it was given.
    pub until_us: u64,
}

impl PartitionProgress {
    /// Reads from the leader again.
    pub(super) fn leave_read_replica(&mut self, partition: TopicIdPartition, why: LeftReadReplica, out: &mut Outbox) {
        if let Some(ReadReplica { broker, .. }) = self.read_replica.take() {
            out.event(EventKind::ReadReplicaLeft { partition, broker, why });
        }
    }
}

impl Consumer {
    /// The leader advised to read a partition from this broker.
    pub(super) fn read_from(&mut self, now_us: u64, partition: TopicIdPartition, broker: BrokerId, out: &mut Outbox) {
        let Some(leader) = self.metadata.leader(partition) else { return };
        let until_us = now_us.saturating_add(self.config.metadata_max_age_us);
        let rack = self.config.client_rack.as_deref().unwrap_or_default().into();
        let Some(progress) = self.partitions.get_mut(&partition) else { return };
        // The same advice again does not hold longer.
        if progress.read_replica.is_none_or(|now| now.broker != broker) {
            *progress.read_replica = Some(ReadReplica { broker, leader, until_us });
            out.event(EventKind::ReadReplicaChosen { partition, broker, leader: leader.0, rack });
        }
    }

    /// Advice ends with its time, with the reign of the leader that gave it, and when metadata does not have the broker
    /// as a live replica any more.
    pub(super) fn check_read_replicas(&mut self, now_us: u64, out: &mut Outbox) {
        if self.config.client_rack.is_none() {
            return;
        }
        let mut stale = false;
        for (partition, progress) in &mut self.partitions {
            let Some(ReadReplica { broker, leader, until_us }) = *progress.read_replica else { continue };
            let is_replica = self.metadata.partition(*partition).is_some_and(|at| at.replicas.contains(&broker));
            let why = if self.metadata.leader(*partition).is_some_and(|now| now != leader) {
                LeftReadReplica::OtherLeader
            } else if now_us > until_us {
                LeftReadReplica::Expired
            } else if !is_replica || !self.metadata.is_online(broker) {
                LeftReadReplica::Offline
            } else {
                continue;
            };
            stale |= why == LeftReadReplica::Offline;
            progress.leave_read_replica(*partition, why, out);
        }
        // It may be the metadata that is old, and not the advice.
        if stale {
            self.metadata.invalidate(now_us, out);
        }
    }

    /// The connection over which these partitions were asked for is gone.
    pub(super) fn leave_lost_read_replica(&mut self, broker: BrokerId, asked: &[FetchPartition], out: &mut Outbox) {
        for FetchPartition { partition, .. } in asked {
            if let Some(progress) = self.partitions.get_mut(partition)
                && progress.read_replica.is_some_and(|replica| replica.broker == broker)
            {
                progress.leave_read_replica(*partition, LeftReadReplica::Disconnected, out);
            }
        }
    }
}
