//! What a leader tells of its log beside records: ListOffsets (reference §3.7) and OffsetForLeaderEpoch (KIP-320).

use super::{Broker, LeaderState};
use crate::kafka::{
    ids::{BrokerId, TopicIdPartition},
    log::Log,
    protocol::{EpochAsked, EpochEnd, ErrorCode, Response},
};

impl Broker {
    /// Earliest (−2) or latest (−1) offsets, or those of the first records not before a timestamp in milliseconds.
    ///
    /// Follows `Partition.fetchOffsetForTimestamp`: what consumers may not see yet counts as not there, and where
    /// nothing is found the answer is offset −1 without an error.
    /// To a follower the log ends where it ends, and not at the high watermark.
    pub(super) fn list_offsets(
        &self,
        follower: Option<BrokerId>,
        partitions: &[(TopicIdPartition, i32)],
        timestamp: i64,
    ) -> Response {
        let find = |(partition, epoch): &(TopicIdPartition, i32)| {
            let failed = |error| (*partition, error, -1, -1);
            let (log, leader) = match self.led(*partition, *epoch) {
                Ok(led) => led,
                Err(error) => return failed(error),
            };
            if timestamp == -2 {
                return (*partition, ErrorCode::None, log.log_start_offset(), leader.leader_epoch);
            }
            if timestamp == -1 && follower.is_some() {
                return (*partition, ErrorCode::None, log.log_end_offset(), leader.leader_epoch);
            }
            let found = match u64::try_from(timestamp) {
                Ok(timestamp) => log.offset_for_time(timestamp.saturating_mul(1_000), log.high_watermark()),
                Err(_) if log.high_watermark() < leader.epoch_start => None,
                Err(_) => Some(log.high_watermark()),
            };
            match found {
                Some(offset) => (*partition, ErrorCode::None, offset, leader.leader_epoch),
                // Right after an election "latest" might go back; the client asks again.
                None if log.high_watermark() < leader.epoch_start => failed(ErrorCode::OffsetNotAvailable),
                None => failed(ErrorCode::None),
            }
        };
        Response::ListOffsets(partitions.iter().map(find).collect())
    }

    /// Where epochs end, so that consumers see whether what they have read is still there
    /// (`Partition.lastOffsetForLeaderEpoch`, `LeaderEpochFileCache.endOffsetFor`).
    pub(super) fn ends_of_epochs(&self, asked: &[EpochAsked]) -> Response {
        let find = |EpochAsked { partition, current_leader_epoch, leader_epoch }: &EpochAsked| {
            let (error, end) = match self.led(*partition, *current_leader_epoch) {
                Ok((log, _)) => (ErrorCode::None, log.end_offset_for(*leader_epoch)),
                Err(error) => (error, None),
            };
            let (leader_epoch, end_offset) = end.unwrap_or((-1, -1));
            EpochEnd { partition: *partition, error, leader_epoch, end_offset }
        };
        Response::OffsetForLeaderEpoch(asked.iter().map(find).collect())
    }

    /// The log of a partition that it leads in this epoch, −1 for any (`Partition.localLogWithEpochOrThrow`).
    fn led(&self, partition: TopicIdPartition, epoch: i32) -> Result<(&Log, &LeaderState), ErrorCode> {
        let replica = self.replicas.get(&partition).ok_or_else(|| self.not_here_by_name(partition))?;
        let leader = replica.leader().ok_or(ErrorCode::NotLeaderOrFollower)?;
        match epoch {
            0.. if epoch < leader.leader_epoch => Err(ErrorCode::FencedLeaderEpoch),
            0.. if epoch > leader.leader_epoch => Err(ErrorCode::UnknownLeaderEpoch),
            _ => Ok((&replica.log, leader)),
        }
    }
}
