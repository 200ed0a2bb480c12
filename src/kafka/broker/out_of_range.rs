//! A follower whose leader does not have the offset that it asks for (`AbstractFetcherThread.fetchOffsetAndTruncate`).
//!
//! It asks the leader where its log ends. If that is before its own end, it cuts its log there. Else it asks where the
//! leader's log starts: if all of its own log lies before that, it throws it away and begins again there.

use super::{Broker, Role, fetcher::Asking};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    node::{Outbox, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, Request, Response},
};

/// The log's end, as ListOffsets names it.
const LATEST: i64 = -1;
/// The log's start.
const EARLIEST: i64 = -2;

impl Broker {
    /// The leader refused an offset: until it has told where its log lies, nothing more of the partition is fetched.
    pub(super) fn find_range(&mut self, leader: BrokerId, partition: TopicIdPartition, offset: i64, out: &mut Outbox) {
        out.event(EventKind::FollowerOutOfRange { partition, offset });
        self.ask_for_offset(leader, partition, LATEST, out);
    }

    fn ask_for_offset(&mut self, leader: BrokerId, partition: TopicIdPartition, timestamp: i64, out: &mut Outbox) {
        let Some(Role::Follower { leader_epoch, .. }) = self.replicas.get(&partition).map(|replica| &replica.role)
        else {
            return;
        };
        let partitions = vec![(partition, *leader_epoch)];
        let correlation = self.correlation();
        let is_latest = timestamp == LATEST;
        let fetcher = self.fetchers.entry(leader).or_default();
        fetcher.asking.insert(partition, Asking { correlation, is_latest });
        let request = Request::ListOffsets { replica: Some(self.id), partitions, timestamp };
        out.request(broker_node(leader), Channel::Replication, correlation, request);
    }

    /// The leader told where its log ends or starts. Returns whether that was asked for.
    pub(super) fn on_range(
        &mut self,
        now_us: u64,
        leader: BrokerId,
        correlation: CorrelationId,
        response: &Response,
        out: &mut Outbox,
    ) -> bool {
        let Some(fetcher) = self.fetchers.get_mut(&leader) else { return false };
        let asked = fetcher.asking.iter().find(|(_, asking)| asking.correlation == correlation);
        let Some((partition, Asking { is_latest, .. })) = asked.map(|(partition, asking)| (*partition, *asking)) else {
            return false;
        };
        fetcher.asking.remove(&partition);
        let Response::ListOffsets(offsets) = response else { return true };
        let told = offsets.iter().find(|(at, ..)| *at == partition).copied();
        let follows = self.replicas.get(&partition).is_some_and(
            |replica| matches!(replica.role, Role::Follower { leader: Some(current), .. } if current == leader),
        );
        match told {
            Some((_, ErrorCode::None, offset, _)) if follows && is_latest => {
                self.on_leader_end(leader, partition, offset, out);
            }
            Some((_, ErrorCode::None, offset, _)) if follows => self.on_leader_start(now_us, partition, offset, out),
            _ => self.fail_partition(now_us, leader, partition),
        }
        self.resume_fetching(now_us, leader, out);
        true
    }

    fn on_leader_end(&mut self, leader: BrokerId, partition: TopicIdPartition, end: i64, out: &mut Outbox) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let from = replica.log.log_end_offset();
        if end < from {
            let epoch = replica.log.latest_epoch();
            replica.log.truncate_to(end);
            return out.event(EventKind::LogTruncated { partition, from, to: end, epoch });
        }
        self.ask_for_offset(leader, partition, EARLIEST, out);
    }

    fn on_leader_start(&mut self, now_us: u64, partition: TopicIdPartition, start: i64, out: &mut Outbox) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let end = replica.log.log_end_offset();
        if start > end {
            replica.log.start_anew_at(start);
            out.event(EventKind::LogStartedAnew { partition, end, at: start });
            self.plan_storage(now_us, partition, out);
        }
    }
}
