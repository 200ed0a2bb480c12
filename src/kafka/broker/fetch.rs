//! Fetch requests, of consumers and followers (reference §3.6, §4.2, §4.7).

use std::sync::Arc;

use super::{Broker, FollowerState, Handle, Replica};
use crate::kafka::{
    ids::{BrokerId, TopicIdPartition},
    node::{Outbox, Timer},
    protocol::{ErrorCode, FetchPartition, FetchRequest, FetchResult, Response},
};
use crate::sim::{Rare, faults::faulty};

/// A fetch that waits for records (`DelayedFetch`).
#[derive(Clone, Debug, Hash)]
pub(super) struct Parked {
    pub handle: Handle,
    request: FetchRequest,
}

impl Broker {
    /// A fetch request. It is read before it is noted (`Partition.fetchRecords`): an answer that goes at once tells the
    /// high watermark from before, and the one that this fetch moved comes with the next.
    pub(super) fn on_fetch(&mut self, now_us: u64, handle: Handle, request: FetchRequest, out: &mut Outbox) {
        if let Some(follower) = request.replica.filter(|_| *request.new_session) {
            self.forget_session(follower);
        }
        let (results, bytes, answer_now) = self.read(&request);
        if let Some(follower) = request.replica {
            let mut hint = 0;
            for wanted in request.partitions.iter() {
                self.note_follower_fetch(now_us, follower, wanted, &mut hint, out);
            }
        }
        if answer_now || self.has_min_bytes(&request, bytes) || request.max_wait_us == 0 {
            self.answer_fetch(handle, request.replica, results, out);
            return;
        }
        self.next_parked += 1;
        out.set_timer(Timer::FetchWait(self.next_parked), now_us + request.max_wait_us);
        self.parked.insert(self.next_parked, Parked { handle, request });
    }

    /// A waiting fetch has waited long enough: it gets what there is.
    pub(super) fn on_fetch_wait(&mut self, number: u64, out: &mut Outbox) {
        if let Some(parked) = self.parked.remove(&number) {
            let (results, ..) = self.read(&parked.request);
            self.answer_fetch(parked.handle, parked.request.replica, results, out);
        }
    }

    /// A partition has new records (`for_followers`) or newly visible ones: answers fetches that waited for them.
    pub(super) fn serve_parked(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        for_followers: bool,
        out: &mut Outbox,
    ) {
        let candidates: Vec<u64> = self
            .parked
            .iter()
            .filter(|(_, parked)| {
                parked.request.replica.is_some() == for_followers
                    && parked.request.partitions.iter().any(|wanted| wanted.partition == partition)
            })
            .map(|(number, _)| *number)
            .collect();
        let _ = now_us;
        for number in candidates {
            let Some(parked) = self.parked.get(&number) else { continue };
            let (results, bytes, answer_now) = self.read(&parked.request);
            if answer_now || self.has_min_bytes(&parked.request, bytes) {
                let (handle, replica) = (parked.handle, parked.request.replica);
                self.parked.remove(&number);
                out.clear_timer(Timer::FetchWait(number));
                self.answer_fetch(handle, replica, results, out);
            }
        }
    }

    /// This broker does not lead the partition any more: fetches that waited for it are told.
    pub(super) fn fail_parked(&mut self, partition: TopicIdPartition, error: ErrorCode, out: &mut Outbox) {
        let numbers: Vec<u64> = self
            .parked
            .iter()
            .filter(|(_, parked)| parked.request.partitions.iter().any(|wanted| wanted.partition == partition))
            .map(|(number, _)| *number)
            .collect();
        for number in numbers {
            if let Some(parked) = self.parked.remove(&number) {
                out.clear_timer(Timer::FetchWait(number));
                let (results, ..) = self.read(&parked.request);
                debug_assert!(results.iter().any(|result| result.error != ErrorCode::None), "{error:?}");
                self.answer_fetch(parked.handle, parked.request.replica, results, out);
            }
        }
    }

    /// Answers a fetch, and notes which high watermarks a follower knows from now on.
    fn answer_fetch(&mut self, handle: Handle, replica: Option<u32>, results: Vec<FetchResult>, out: &mut Outbox) {
        // Where the logs diverge the follower cuts its own first, and does not learn anything.
        let heard = |result: &&FetchResult| result.error == ErrorCode::None && result.diverging_epoch.is_none();
        for result in results.iter().filter(heard) {
            let Some(follower) = replica else { break };
            let leader = self.replicas.get_mut(&result.partition).and_then(|replica| replica.leader_mut());
            if let Some(state) = leader.and_then(|leader| leader.followers.get_mut(&follower)) {
                state.told_high_watermark = result.high_watermark;
                state.told_log_start = result.log_start_offset;
            }
        }
        self.answer(handle, Response::Fetch(results.into()), out);
    }

    /// What a follower's fetch says about it: it has everything below the offset that it asks for.
    fn note_follower_fetch(
        &mut self,
        now_us: u64,
        follower: u32,
        wanted: &FetchPartition,
        hint: &mut usize,
        out: &mut Outbox,
    ) {
        let Some(replica) = self.replicas.get_along_mut(hint, &wanted.partition) else { return };
        let end = replica.log.log_end_offset();
        let is_there = (replica.log.log_start_offset()..=end).contains(&wanted.fetch_offset);
        let diverges = diverging(replica, wanted).is_some() || !is_there;
        let Some(leader) = replica.leader_mut() else { return };
        let other_epoch = leader.leader_epoch != wanted.current_leader_epoch && !faulty!(EpochUnchecked);
        if other_epoch || diverges {
            return;
        }
        let in_isr = leader.isr.contains(&follower);
        let Some(state) = leader.followers.get_mut(&follower) else { return };
        let moved = state.log_end_offset != wanted.fetch_offset;
        let start_moved = state.log_start_offset != wanted.log_start_offset;
        state.log_start_offset = wanted.log_start_offset;
        state.on_fetch(now_us, wanted.fetch_offset, end);
        if !in_isr {
            self.maybe_expand_isr(now_us, wanted.partition, follower, out);
        }
        if start_moved {
            self.serve_delayed_deletions(wanted.partition, out);
        }
        if moved {
            self.maybe_advance_high_watermark(now_us, wanted.partition, out);
        }
    }

    /// Reads what a fetch may have: results, their size, and whether it must be answered at once.
    /// Partitions that have nothing to say are left out, as in an incremental fetch session.
    fn read(&self, request: &FetchRequest) -> (Vec<FetchResult>, u32, bool) {
        let (mut results, mut bytes, mut answer_now) = (Vec::new(), 0_u32, false);
        let mut hint = 0;
        for wanted in request.partitions.iter() {
            // The limits are soft: the first batch of an answer comes whatever its size. After it they are strict.
            let left = request.max_bytes.saturating_sub(bytes);
            let first = bytes == 0;
            if left == 0 && !first {
                break;
            }
            let held = self.replicas.get_along(&mut hint, &wanted.partition).map(Box::as_ref);
            let preferred = held.and_then(|held| self.preferred_read_replica(held, request, wanted.fetch_offset));
            if preferred.is_none() && held.is_some_and(|held| has_no_news(held, request.replica, wanted)) {
                continue;
            }
            let mut result = self.read_partition(held, request.replica, wanted, left, first);
            // Whoever had better read elsewhere gets no records here (`ReplicaManager.readFromLog`).
            if preferred.is_some() && result.error == ErrorCode::None {
                (result.preferred_read_replica, result.batches) = (Rare(preferred), Vec::new());
            }
            let size: u32 = result.batches.iter().map(|batch| batch.records.size_bytes()).sum();
            let stale = result.error != ErrorCode::None
                || result.diverging_epoch.is_some()
                || result.preferred_read_replica.is_some();
            answer_now |= stale;
            bytes = bytes.saturating_add(size);
            let watermark_news = request.replica.is_some();
            if stale || size > 0 || watermark_news {
                results.push(result);
            }
        }
        (results, bytes, answer_now)
    }

    /// Is there as much to read as a fetch waits for? What its own limits hold back counts too, up to
    /// `max.partition.fetch.bytes` of each partition (`DelayedFetch.tryComplete`).
    fn has_min_bytes(&self, request: &FetchRequest, read: u32) -> bool {
        if read >= request.min_bytes || read == 0 {
            return read >= request.min_bytes;
        }
        let mut available = 0_u64;
        for wanted in request.partitions.iter() {
            let Some(replica) = self.replicas.get(&wanted.partition) else { continue };
            let below = match request.replica {
                Some(_) => replica.log.log_end_offset(),
                None => replica.log.high_watermark(),
            };
            let enough = u64::from(request.min_bytes.min(wanted.max_bytes));
            available += replica.log.bytes_between(wanted.fetch_offset, below, enough).min(wanted.max_bytes.into());
            if available >= u64::from(request.min_bytes) {
                return true;
            }
        }
        false
    }

    fn read_partition(
        &self,
        held: Option<&Replica>,
        follower: Option<u32>,
        wanted: &FetchPartition,
        max_bytes: u32,
        first: bool,
    ) -> FetchResult {
        let partition = wanted.partition;
        let failed = |error| FetchResult {
            partition,
            error,
            high_watermark: -1,
            log_start_offset: -1,
            batches: Vec::new(),
            diverging_epoch: None,
            current_leader: self.current_leader(partition, error),
            preferred_read_replica: Rare::default(),
        };
        let Some(replica) = held else { return failed(self.not_here(partition)) };
        // The epoch is looked at first, then who may read here: consumers from any replica (KIP-392), followers from the
        // leader (`Partition.getLocalLog`).
        let Some(leader_epoch) = replica.leader_epoch() else { return failed(ErrorCode::NotLeaderOrFollower) };
        match wanted.current_leader_epoch {
            _ if faulty!(EpochUnchecked) => {}
            epoch if epoch >= 0 && epoch < leader_epoch => return failed(ErrorCode::FencedLeaderEpoch),
            epoch if epoch > leader_epoch => return failed(ErrorCode::UnknownLeaderEpoch),
            _ => {}
        }
        match (follower, replica.leader()) {
            (Some(_), None) => return failed(ErrorCode::NotLeaderOrFollower),
            // A replica that a reassignment brings may hear of it before the leader does, and asks again.
            (Some(broker), Some(leader)) if !leader.followers.contains_key(&broker) && !faulty!(EpochUnchecked) => {
                return failed(ErrorCode::UnknownLeaderEpoch);
            }
            _ => {}
        }
        let log = &replica.log;
        let mut result = FetchResult {
            partition,
            error: ErrorCode::None,
            high_watermark: log.high_watermark(),
            log_start_offset: log.log_start_offset(),
            batches: Vec::new(),
            diverging_epoch: diverging(replica, wanted),
            current_leader: None,
            preferred_read_replica: Rare::default(),
        };
        // Before its start the log remembers no epochs to compare.
        if result.diverging_epoch.is_some() && wanted.fetch_offset >= log.log_start_offset() {
            return result;
        }
        if !(log.log_start_offset()..=log.log_end_offset()).contains(&wanted.fetch_offset) {
            return failed(ErrorCode::OffsetOutOfRange);
        }
        let all = follower.is_some() || faulty!(AboveWatermark);
        let below = if all { log.log_end_offset() } else { log.high_watermark() };
        result.batches = log.read(wanted.fetch_offset, below, wanted.max_bytes.min(max_bytes), first);
        result
    }

    /// The follower that a consumer had better read from, if there is one (`ReplicaManager.findPreferredReadReplica`,
    /// `RackAwareReplicaSelector`): in its rack, in sync, and with the offset that it wants; of several the one with the
    /// most. The leader itself, if it is in that rack, sends nobody away.
    fn preferred_read_replica(&self, replica: &Replica, request: &FetchRequest, offset: i64) -> Option<BrokerId> {
        let rack = request.rack_id.as_ref().filter(|_| *self.config.replica_selector_rack_aware)?;
        let leader = replica.leader().filter(|_| request.replica.is_none())?;
        let is_there = |broker: &BrokerId| {
            let known = self.image.brokers.get(broker).filter(|known| !known.fenced);
            known.is_some_and(|known| known.rack.as_ref() == Some(rack))
        };
        if is_there(&self.id) {
            return None;
        }
        let has = |state: &FollowerState| state.log_start_offset <= offset && offset <= state.log_end_offset;
        let candidates = leader.followers.iter().filter(|(broker, state)| leader.isr.contains(broker) && has(state));
        let near = candidates.filter(|(broker, _)| is_there(broker));
        near.max_by_key(|(broker, state)| (state.log_end_offset, state.last_caught_up_us, **broker)).map(|(id, _)| *id)
    }

    /// Why a partition cannot be asked for here by topic id, as Produce and Fetch do: nobody knows it, or it was
    /// reassigned to others (`ReplicaManager.getPartitionOrError`).
    pub(super) fn not_here(&self, partition: TopicIdPartition) -> ErrorCode {
        match self.not_here_by_name(partition) {
            ErrorCode::UnknownTopicOrPartition if !self.image.topics.contains_key(&partition.topic) => {
                ErrorCode::UnknownTopicId
            }
            error => error,
        }
    }

    /// The same, where topics go by their names.
    pub(super) fn not_here_by_name(&self, partition: TopicIdPartition) -> ErrorCode {
        match self.image.partition(partition) {
            Some(_) => ErrorCode::NotLeaderOrFollower,
            None => ErrorCode::UnknownTopicOrPartition,
        }
    }
}

/// Is there nothing to tell of a partition? The common case of an idle fetch, seen without reading.
fn has_no_news(held: &Replica, replica: Option<u32>, wanted: &FetchPartition) -> bool {
    if held.leader_epoch() != Some(wanted.current_leader_epoch) {
        return false;
    }
    match replica {
        None => wanted.fetch_offset == held.log.high_watermark(),
        Some(follower) => {
            let Some(leader) = held.leader() else { return false };
            wanted.fetch_offset == held.log.log_end_offset()
                && wanted.last_fetched_epoch == held.log.latest_epoch()
                && leader.followers.get(&follower).is_some_and(|state| {
                    (state.told_high_watermark, state.told_log_start)
                        == (held.log.high_watermark(), held.log.log_start_offset())
                })
        }
    }
}

/// Where a follower's log stops agreeing with the leader's, if it does (reference §4.7).
fn diverging(replica: &Replica, wanted: &FetchPartition) -> Option<(i32, i64)> {
    if wanted.last_fetched_epoch < 0 || faulty!(DivergenceUnseen) {
        return None;
    }
    let (epoch, end) = replica.log.end_offset_for(wanted.last_fetched_epoch)?;
    (epoch < wanted.last_fetched_epoch || end < wanted.fetch_offset).then_some((epoch, end))
}

/// The partitions of a fetch, shared.
pub(super) fn shared(partitions: Vec<FetchPartition>) -> Arc<[FetchPartition]> {
    partitions.into()
}
