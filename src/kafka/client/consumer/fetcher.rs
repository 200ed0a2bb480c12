//! The fetcher: one request under way to each leader, answers kept until `poll` hands them out (`AbstractFetch`).

use std::sync::Arc;

use super::{App, Consumer, FetchState, LeftReadReplica, PartitionProgress};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, Name, TopicIdPartition},
    log::RecordBatch,
    node::{Outbox, broker_node},
    protocol::{Channel, ErrorCode, FetchPartition, FetchRequest, FetchResult, Request},
};
use crate::sim::{Map, Rare};

/// Records of one partition that were fetched and not handed out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Completed {
    /// Which.
    pub partition: TopicIdPartition,
    batches: Vec<Arc<RecordBatch>>,
    /// Next offset to hand out.
    next: i64,
    end: i64,
    /// Do some offsets hold no record? Compaction has removed them.
    has_gaps: bool,
}

/// What is handed out of one partition at once.
pub(super) struct Taken {
    /// First offset.
    pub from: i64,
    /// Records.
    pub records: u32,
    /// Leader epoch of the last, −1 without any.
    pub epoch: i32,
    /// The position afterwards.
    pub next: i64,
}

impl Completed {
    /// What was fetched from a position on.
    fn new(partition: TopicIdPartition, batches: &[Arc<RecordBatch>], position: i64) -> Completed {
        let end = batches.last().map_or(position, |batch| batch.next_offset());
        let whole: usize = batches.iter().map(|batch| batch.records.len()).sum();
        // The first batch may begin before the position; one that begins after it has a gap before it.
        let has_gaps = batches.first().is_some_and(|first| whole as i64 != end - first.base_offset.min(position));
        Completed { partition, batches: batches.to_vec(), next: position, end, has_gaps }
    }

    /// Records not handed out.
    pub fn records_left(&self) -> usize {
        match self.has_gaps {
            true => self.left().count(),
            false => (self.end - self.next).max(0) as usize,
        }
    }

    /// Is it used up?
    pub(super) fn is_done(&self) -> bool {
        self.next >= self.end
    }

    /// Offsets and leader epochs of the records not handed out.
    fn left(&self) -> impl Iterator<Item = (i64, i32)> {
        let batches = self.batches.iter().filter(|batch| batch.next_offset() > self.next);
        let records = batches.flat_map(|batch| {
            let offsets = (0..batch.records.len()).map(|index| batch.offset(index));
            offsets.map(|offset| (offset, batch.leader_epoch))
        });
        records.filter(|(offset, _)| *offset >= self.next)
    }

    /// Takes up to `max` records from `position` on.
    pub(super) fn take(&mut self, position: i64, max: u32) -> Taken {
        // Whole batches come; what lies before the position is dropped here, as in the Java client.
        let from = self.next.max(position);
        if self.has_gaps {
            return self.take_with_gaps(from, max);
        }
        let taken = (self.end - from).clamp(0, i64::from(max));
        self.next = from + taken;
        let last = self.next - 1;
        let holding = self.batches.iter().find(|batch| (batch.base_offset..batch.next_offset()).contains(&last));
        let epoch = holding.map_or(-1, |batch| batch.leader_epoch);
        Taken { from, records: taken as u32, epoch, next: self.next }
    }

    /// Where the last record was, the position goes on to the end of what was fetched, over any gap.
    fn take_with_gaps(&mut self, from: i64, max: u32) -> Taken {
        self.next = from;
        let taken: Vec<(i64, i32)> = self.left().take(max as usize).collect();
        let (first, last) = (taken.first().copied(), taken.last().copied());
        self.next = last.map_or(from, |(offset, _)| offset + 1);
        if self.left().next().is_none() {
            self.next = self.end;
        }
        Taken {
            from: first.map_or(from, |(offset, _)| offset),
            records: taken.len() as u32,
            epoch: last.map_or(-1, |(_, epoch)| epoch),
            next: self.next,
        }
    }
}

/// From where a partition is fetched, and what.
struct Fetchable {
    broker: BrokerId,
    position: i64,
    leader_epoch: i32,
}

impl PartitionProgress {
    /// Whether it may be fetched (`SubscriptionState.isFetchable`), from its leader or the follower that it advised.
    fn fetchable(&self) -> Option<Fetchable> {
        let position =
            self.position.filter(|_| self.state == FetchState::Fetching && !self.revoking && !self.paused)?;
        let (leader, leader_epoch) = self.current_leader?;
        let broker = self.read_replica.as_ref().map_or(leader, |replica| replica.broker);
        Some(Fetchable { broker, position, leader_epoch })
    }
}

impl Consumer {
    /// Fetches every partition with a position and nothing in hand, one request a broker.
    pub(super) fn send_fetches(&mut self, now_us: u64, out: &mut Outbox) {
        if self.paused || self.app == App::Failed {
            return;
        }
        self.check_read_replicas(now_us, out);
        let in_hand: Vec<TopicIdPartition> = self.completed.iter().map(|completed| completed.partition).collect();
        // Whose records wait to be handed out is not asked for more of them, nor of others (KAFKA-17182).
        let busy: Vec<BrokerId> =
            in_hand.iter().filter_map(|at| Some(self.partitions.get(at)?.fetchable()?.broker)).collect();
        let mut wanted: Map<BrokerId, Vec<FetchPartition>> = Map::new();
        for (partition, progress) in &self.partitions {
            let Some(Fetchable { broker, position, leader_epoch }) = progress.fetchable() else { continue };
            if progress.fetch_after_us > now_us || in_hand.contains(partition) || busy.contains(&broker) {
                continue;
            }
            if !self.fetches.contains_key(&broker) && self.metadata.is_reachable(now_us, broker) {
                wanted.entry(broker).or_default().push(FetchPartition {
                    partition: *partition,
                    fetch_offset: position,
                    current_leader_epoch: leader_epoch,
                    last_fetched_epoch: -1,
                    log_start_offset: -1,
                    max_bytes: self.config.max_partition_fetch_bytes,
                });
            }
        }
        let rack: Option<Name> = self.config.client_rack.as_deref().map(Name::from);
        for (broker, mut partitions) in wanted {
            // Who was served last comes last, so that none starves where an answer is full (`movePartitionToEnd`).
            crate::sim::sort_by_key(&mut partitions, |wanted| {
                self.partitions.get(&wanted.partition).map(|at| at.last_fetched)
            });
            let partitions: Arc<[FetchPartition]> = partitions.into();
            self.correlation += 1;
            self.fetches.insert(broker, (self.correlation, partitions.clone()));
            let request = FetchRequest {
                replica: None,
                max_wait_us: self.config.fetch_max_wait_us,
                min_bytes: self.config.fetch_min_bytes,
                max_bytes: self.config.fetch_max_bytes,
                partitions,
                rack_id: Rare(rack.clone()),
                new_session: Rare(false),
            };
            out.request(broker_node(broker), Channel::Data, self.correlation, Request::Fetch(request));
        }
    }

    pub(super) fn on_fetched(
        &mut self,
        now_us: u64,
        asked: &[FetchPartition],
        results: &[FetchResult],
        out: &mut Outbox,
    ) {
        let mut stale = false;
        for result in results {
            let partition = result.partition;
            let Some(progress) = self.partitions.get_mut(&partition).filter(|at| !at.revoking) else { continue };
            let current = result.current_leader;
            let is_news = current.is_some_and(|(leader, epoch)| self.metadata.learn_leader(partition, leader, epoch));
            if is_news {
                progress.check_leader(self.metadata.leader(partition));
            }
            // With a position in doubt the rest of the answer says nothing (`hasValidPosition`).
            if progress.state != FetchState::Fetching {
                continue;
            }
            // The position may have been reset while the answer was under way.
            let is_asked = |position: &i64| {
                asked.iter().any(|wanted| (wanted.partition, wanted.fetch_offset) == (partition, *position))
            };
            let asked_for = progress.position.filter(is_asked);
            match result.error {
                ErrorCode::None => {
                    progress.high_watermark = result.high_watermark;
                    let Some(position) = asked_for else { continue };
                    if let Some(broker) = *result.preferred_read_replica {
                        self.read_from(now_us, partition, broker, out);
                        continue;
                    }
                    if result.batches.is_empty() {
                        continue;
                    }
                    let completed = Completed::new(partition, &result.batches, position);
                    let records = completed.records_left() as u32;
                    out.event(EventKind::RecordsFetched { partition, from: position, records });
                    self.fetch_count += 1;
                    progress.last_fetched = self.fetch_count;
                    self.completed.push_back(completed);
                }
                ErrorCode::OffsetOutOfRange if progress.read_replica.is_some() => {
                    // A follower may lack what the leader has: it is asked before anything is reset.
                    progress.leave_read_replica(partition, LeftReadReplica::Error(result.error), out);
                }
                ErrorCode::OffsetOutOfRange => {
                    if asked_for.is_some() {
                        progress.request_reset(true);
                    }
                }
                _ => {
                    if result.error != ErrorCode::UnknownLeaderEpoch {
                        progress.leave_read_replica(partition, LeftReadReplica::Error(result.error), out);
                    }
                    stale = true;
                    if !is_news {
                        progress.fetch_after_us = now_us + self.config.retry_backoff_us;
                    }
                }
            }
        }
        if stale {
            self.metadata.invalidate(now_us, out);
            self.set_partition_timer(now_us, out);
        }
    }
}
