//! The follower's side of replication: one fetcher for each leader (`ReplicaFetcherThread`; reference §4.2, §4.7).

use std::sync::Arc;

use super::{
    Broker, Role,
    fetch::shared,
    produce::{Append, Fetched},
};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    log::RecordBatch,
    node::{Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, FetchPartition, FetchRequest, FetchResult, Request, Response},
};
use crate::sim::faults::faulty;
use crate::sim::{Map, Rare, Set};

/// Pause after an error (`replica.fetch.backoff.ms`).
const BACKOFF_US: u64 = 1_000_000;
/// Bytes in one answer to a follower (`replica.fetch.response.max.bytes`, `replica.fetch.max.bytes`).
const RESPONSE_BYTES_MAX: u32 = 10_485_760;
const PARTITION_BYTES_MAX: u32 = 1_048_576;

/// What is under way to one leader.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Fetcher {
    in_flight: Option<(CorrelationId, Arc<[FetchPartition]>)>,
    /// Records that came are still on their way to the disk.
    appending: bool,
    /// Waits before asking again.
    backing_off: bool,
    /// The answer to the last fetch is lost, and with it what the leader holds for told.
    lost_answer: Rare<bool>,
    /// Partitions that failed, and until when each is left out.
    delayed: Map<TopicIdPartition, u64>,
    /// Partitions of which the leader was asked where its log lies; left out until it has told.
    pub asking: Map<TopicIdPartition, Asking>,
}

/// A question to a leader where its log ends, or else starts.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) struct Asking {
    pub correlation: CorrelationId,
    pub is_latest: bool,
}

impl Fetcher {
    /// The fetch that is not answered yet.
    pub fn asked(&self) -> Option<CorrelationId> {
        self.in_flight.as_ref().map(|(at, _)| *at)
    }
}

impl Broker {
    /// Fetches from every leader that this broker follows in some partition.
    pub(super) fn fetch_from_all(&mut self, now_us: u64, out: &mut Outbox) {
        let leaders: Set<BrokerId> = self
            .replicas
            .values()
            .filter_map(|replica| match replica.role {
                Role::Follower { leader, .. } => leader,
                _ => None,
            })
            .filter(|leader| *leader != self.id)
            .collect();
        for leader in leaders {
            let fetcher = self.fetchers.entry(leader).or_default();
            if fetcher.in_flight.is_none() && !fetcher.appending && !fetcher.backing_off {
                self.fetch_from(now_us, leader, out);
            }
        }
    }

    /// A partition has another leader or epoch: what failed before says nothing about it.
    pub(super) fn follow_anew(&mut self, partition: TopicIdPartition) {
        for fetcher in self.fetchers.values_mut() {
            fetcher.delayed.remove(&partition);
            fetcher.asking.remove(&partition);
        }
    }

    /// A partition failed: it is left out for a while.
    pub(super) fn fail_partition(&mut self, now_us: u64, leader: BrokerId, partition: TopicIdPartition) {
        self.fetchers.entry(leader).or_default().delayed.insert(partition, now_us + BACKOFF_US);
    }

    /// Fetches from a leader unless that is under way, or will be by itself.
    pub(super) fn resume_fetching(&mut self, now_us: u64, leader: BrokerId, out: &mut Outbox) {
        let idle = |fetcher: &Fetcher| fetcher.in_flight.is_none() && !fetcher.appending && !fetcher.backing_off;
        if self.fetchers.get(&leader).is_some_and(idle) {
            self.fetch_from(now_us, leader, out);
        }
    }

    /// Sends the next fetch to a leader.
    pub(super) fn fetch_from(&mut self, now_us: u64, leader: BrokerId, out: &mut Outbox) {
        let fetcher = self.fetchers.entry(leader).or_default();
        fetcher.delayed.retain(|_, until_us| *until_us > now_us);
        (fetcher.appending, fetcher.backing_off) = (false, false);
        let new_session = fetcher.lost_answer;
        let (delayed, asking) = (&fetcher.delayed, &fetcher.asking);
        let wanted: Vec<FetchPartition> = self
            .replicas
            .iter()
            .filter(|(partition, _)| !delayed.contains_key(partition) && !asking.contains_key(partition))
            .filter_map(|(partition, replica)| match replica.role {
                Role::Follower { leader: Some(to), leader_epoch } if to == leader => Some(FetchPartition {
                    partition: *partition,
                    fetch_offset: replica.log.log_end_offset(),
                    current_leader_epoch: leader_epoch,
                    last_fetched_epoch: replica.log.latest_epoch(),
                    log_start_offset: replica.log.log_start_offset(),
                    max_bytes: PARTITION_BYTES_MAX,
                }),
                _ => None,
            })
            .collect();
        if wanted.is_empty() {
            match delayed.values().min() {
                Some(until_us) => out.set_timer(Timer::ReplicaFetch(leader), *until_us),
                None if !asking.is_empty() => {}
                None => {
                    self.fetchers.remove(&leader);
                }
            }
            return;
        }
        let partitions = shared(wanted);
        let correlation = self.correlation();
        if let Some(fetcher) = self.fetchers.get_mut(&leader) {
            fetcher.in_flight = Some((correlation, partitions.clone()));
            fetcher.lost_answer = Rare(false);
        }
        let request = FetchRequest {
            replica: Some(self.id),
            max_wait_us: self.config.replica_fetch_wait_max_us,
            min_bytes: self.config.replica_fetch_min_bytes,
            max_bytes: RESPONSE_BYTES_MAX,
            partitions,
            rack_id: Rare::default(),
            new_session,
        };
        out.request(broker_node(leader), Channel::Replication, correlation, Request::Fetch(request));
    }

    /// The pause before the next fetch from a leader is over.
    pub(super) fn on_fetch_pause_over(&mut self, now_us: u64, leader: BrokerId, out: &mut Outbox) {
        if self.fetchers.get(&leader).is_some_and(|fetcher| fetcher.in_flight.is_none() && !fetcher.appending) {
            self.fetch_from(now_us, leader, out);
        }
    }

    /// A leader answered.
    pub(super) fn on_replica_response(
        &mut self,
        now_us: u64,
        leader: BrokerId,
        correlation: CorrelationId,
        response: Response,
        out: &mut Outbox,
    ) {
        if self.on_range(now_us, leader, correlation, &response, out) {
            return;
        }
        let Some(fetcher) = self.fetchers.get_mut(&leader) else { return };
        let Some((_, asked)) = fetcher.in_flight.take_if(|(at, _)| *at == correlation) else { return };
        let Response::Fetch(results) = response else { return };
        let mut to_append = Vec::new();
        for result in results.iter() {
            let partition = result.partition;
            let Ok(index) = asked.binary_search_by_key(&partition, |asked| asked.partition) else { continue };
            if !self.take_result(now_us, leader, &asked[index], result, &mut to_append, out) {
                self.fail_partition(now_us, leader, partition);
            }
        }
        if to_append.is_empty() {
            return self.fetch_from(now_us, leader, out);
        }
        if let Some(fetcher) = self.fetchers.get_mut(&leader) {
            fetcher.appending = true;
        }
        self.give_to_disk(now_us, Append::Fetched { leader, fetched: to_append }, out);
    }

    /// One partition of an answer. Returns false if it failed.
    fn take_result(
        &mut self,
        now_us: u64,
        leader: BrokerId,
        asked: &FetchPartition,
        result: &FetchResult,
        to_append: &mut Vec<Fetched>,
        out: &mut Outbox,
    ) -> bool {
        let partition = result.partition;
        let Some(replica) = self.replicas.get_mut(&partition) else { return true };
        let Role::Follower { leader: Some(current), leader_epoch } = replica.role else { return true };
        let from = replica.log.log_end_offset();
        // Whom it follows, or its own log, may have changed since it asked.
        if (current, leader_epoch, from) != (leader, asked.current_leader_epoch, asked.fetch_offset) {
            return true;
        }
        if let Some((epoch, end)) = result.diverging_epoch {
            let to = match replica.log.end_offset_for(epoch) {
                None => end.min(from),
                Some((own, own_end)) if own != epoch => own_end.min(from),
                Some((_, own_end)) => end.min(own_end).min(from),
            };
            let to = if faulty!(TruncationSkipped) { from } else { to };
            let to = if faulty!(TruncatedTooFar) { replica.log.log_start_offset() } else { to };
            replica.log.truncate_to(to);
            if to < from {
                out.event(EventKind::LogTruncated { partition, from, to, epoch });
            }
            return true;
        }
        if result.error == ErrorCode::OffsetOutOfRange {
            self.find_range(leader, partition, asked.fetch_offset, out);
            return true;
        }
        if result.error != ErrorCode::None {
            return false;
        }
        if result.batches.is_empty() {
            self.learn_high_watermark(now_us, partition, result.high_watermark, out);
            self.learn_log_start(now_us, partition, result.log_start_offset, out);
            return true;
        }
        let (batches, high_watermark) = (result.batches.clone(), result.high_watermark);
        let log_start_offset = result.log_start_offset;
        to_append.push(Fetched { partition, leader_epoch, batches, high_watermark, log_start_offset });
        true
    }

    /// The disk has taken what was fetched.
    pub(super) fn append_fetched(&mut self, now_us: u64, leader: BrokerId, fetched: Vec<Fetched>, out: &mut Outbox) {
        for Fetched { partition, leader_epoch: epoch, batches, high_watermark, log_start_offset } in fetched {
            let Some(replica) = self.replicas.get(&partition) else { continue };
            // The role may have changed while the disk was at work.
            let follows = matches!(replica.role, Role::Follower { leader: Some(to), leader_epoch } if to == leader && leader_epoch == epoch);
            if !follows && !faulty!(StaleFetchAppended) {
                continue;
            }
            self.begin_with(partition, &batches, out);
            let rolled = self.roll_fetched(partition, &batches, out);
            let Some(replica) = self.replicas.get_mut(&partition) else { continue };
            let base_offset = replica.log.log_end_offset();
            for batch in batches {
                replica.log.append_batch(batch);
            }
            let records = (replica.log.log_end_offset() - base_offset) as u32;
            out.event(EventKind::ReplicaAppended { partition, base_offset, records });
            self.note_append(now_us, partition, rolled, out);
            self.learn_high_watermark(now_us, partition, high_watermark, out);
            self.learn_log_start(now_us, partition, log_start_offset, out);
        }
        self.fetch_from(now_us, leader, out);
    }

    /// An empty log that was begun within a batch, where DeleteRecords has cut the leader's, begins where the batch does
    /// (`Partition.appendRecordsToFollowerOrFutureReplica`): a batch is never cut.
    fn begin_with(&mut self, partition: TopicIdPartition, batches: &[Arc<RecordBatch>], out: &mut Outbox) {
        let Some(log) = self.replicas.get_mut(&partition).map(|replica| &mut replica.log) else { return };
        let (end, first) = (log.log_end_offset(), batches.first());
        let holds_end = |batch: &&Arc<RecordBatch>| batch.base_offset < end && batch.next_offset() > end;
        if let Some(batch) = first.filter(|batch| log.log_start_offset() == end && holds_end(batch)) {
            log.start_anew_at(batch.base_offset);
            out.event(EventKind::LogStartedAnew { partition, end, at: batch.base_offset });
        }
    }

    /// A follower's high watermark is the leader's, as far as its own log goes.
    fn learn_high_watermark(&mut self, now_us: u64, partition: TopicIdPartition, leaders: i64, out: &mut Outbox) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let leaders = if faulty!(WatermarkOfFollower) { i64::MAX } else { leaders };
        let to = leaders.min(replica.log.log_end_offset());
        if to > replica.log.high_watermark() {
            replica.log.set_high_watermark(to);
            out.chain(EventKind::FollowerHighWatermark { partition, to });
            // Only a selector sends consumers to followers; without one nobody can be waiting here.
            if *self.config.replica_selector_rack_aware {
                self.serve_parked(now_us, partition, false, out);
            }
            out.unchain();
        }
    }

    /// A leader's process is gone (with `correlation`: was not there to take that fetch).
    pub(super) fn on_replica_disconnect(
        &mut self,
        now_us: u64,
        leader: BrokerId,
        correlation: Option<CorrelationId>,
        out: &mut Outbox,
    ) {
        let Some(fetcher) = self.fetchers.get_mut(&leader) else { return };
        fetcher.asking.retain(|_, asking| correlation.is_some_and(|lost| lost != asking.correlation));
        let lost = fetcher.in_flight.take_if(|(at, _)| correlation.is_none_or(|lost| lost == *at));
        if lost.is_some() {
            (fetcher.backing_off, fetcher.lost_answer) = (true, Rare(true));
            out.set_timer(Timer::ReplicaFetch(leader), now_us + BACKOFF_US);
        }
    }
}
