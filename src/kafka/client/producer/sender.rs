//! The sender: which batches go when, and what happens to them (`Sender`, `RecordAccumulator.ready/drain`; §2.2–2.6).

use super::{InFlight, Producer, ProducerIdState, accumulator::Batch, application::Lacks};
use crate::kafka::{
    client::{metadata::backoff_us, partitioner::LoadSample},
    config::Acks,
    event::{BatchSent, EventKind, SendReason},
    ids::{BrokerId, TopicIdPartition},
    log::{NO_PRODUCER, ProducerStamp},
    node::{Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, ProduceBatch, ProduceResult, Request},
};
use crate::sim::faults::faulty;
use crate::sim::{Map, Rare, Set};

/// A `request.timeout.ms` of 0 still lets time pass between two attempts.
const SHORTEST_TIMEOUT_US: u64 = 1_000;

impl Producer {
    /// One pass of the sender: asks for what it lacks, expires, drains what is ready, and sets its next wake-up.
    pub(super) fn run_sender(&mut self, now_us: u64, out: &mut Outbox) {
        if self.closed {
            return;
        }
        self.metadata.poll(now_us, &mut self.correlation, out);
        self.ask_for_producer_id(now_us, out);
        self.expire_batches(now_us, out);
        self.mend_sequences();
        let mut wake_us = loop {
            self.update_load_stats();
            let (ready, wake_us) = self.ready(now_us);
            let mut sent = false;
            for broker in ready {
                match self.metadata.is_connected(broker) {
                    true => sent |= self.drain(now_us, broker, out),
                    false => self.open(broker, out),
                }
            }
            if !sent {
                break wake_us;
            }
        };
        self.finish_closing(out);
        if self.closed {
            return;
        }
        let expiries = self.in_flight().map(|(_, batch)| batch.created_us + self.config.delivery_timeout_us);
        for deadline_us in expiries.min().into_iter().chain(self.block_deadline_us()) {
            wake_us = Some(wake_us.map_or(deadline_us, |wake_us| wake_us.min(deadline_us)));
        }
        match wake_us {
            Some(wake_us) => out.set_timer(Timer::Sender, wake_us.max(now_us + 1)),
            None => out.clear_timer(Timer::Sender),
        }
    }

    fn ask_for_producer_id(&mut self, now_us: u64, out: &mut Outbox) {
        if self.producer_id != ProducerIdState::Missing {
            return;
        }
        let Some(broker) = self.metadata.any_broker(now_us) else { return };
        self.correlation += 1;
        self.producer_id = ProducerIdState::Asked(self.correlation, broker);
        out.request(broker_node(broker), Channel::Data, self.correlation, Request::InitProducerId);
    }

    /// Gaps that no retry can fill end with a new epoch.
    fn mend_sequences(&mut self) {
        self.idempotence.resolve();
        for partition in self.idempotence.bump() {
            let sent = self.in_flight.values_mut().flatten().flat_map(|request| &mut request.batches);
            let idempotence = &self.idempotence;
            let mut under_way: Vec<&mut Batch> =
                sent.filter(|batch| idempotence.home(batch.partition) == partition).collect();
            under_way.extend(self.accumulator.sent_before(partition));
            crate::sim::sort_by_key(&mut under_way, |batch| batch.number);
            for batch in under_way {
                self.idempotence.rewrite(batch);
            }
        }
    }

    /// Brokers with something to send, and when to look again if nothing happens before.
    fn ready(&self, now_us: u64) -> (Set<BrokerId>, Option<u64>) {
        let (mut ready, mut wake_us) = (Set::new(), None::<u64>);
        for (partition, queue) in self.accumulator.queues() {
            let Some(head) = queue.front() else { continue };
            let mut look_us = head.created_us + self.config.delivery_timeout_us;
            if let Some((leader, _)) = self.metadata.leader(partition) {
                if self.reason(now_us, head, queue.len()).is_some() {
                    if self.may_send_to(now_us, leader) && self.may_send(partition, head) {
                        ready.insert(leader);
                    }
                } else {
                    let (waited_us, limit_us) = head.wait_us(now_us, self.config.linger_us);
                    look_us = look_us.min(now_us + limit_us.saturating_sub(waited_us));
                }
            }
            wake_us = Some(wake_us.map_or(look_us, |wake_us| wake_us.min(look_us)));
        }
        (ready, wake_us)
    }

    /// Why the head batch of a queue may go now, if it may (`batchReady`).
    fn reason(&self, now_us: u64, head: &Batch, queued: usize) -> Option<SendReason> {
        let (waited_us, limit_us) = head.wait_us(now_us, self.config.linger_us);
        let over = waited_us >= limit_us;
        if head.attempts > 0 {
            return (over || self.has_later_leader(head)).then_some(SendReason::Retry);
        }
        if queued > 1 || head.is_full() {
            Some(SendReason::Full)
        } else if over {
            Some(SendReason::Linger)
        } else if self.waiting.iter().any(|waiting| waiting.lacks == Lacks::Memory) {
            Some(SendReason::BufferExhausted)
        } else {
            self.closing.then_some(SendReason::Flush)
        }
    }

    /// Is a later leader known than the one that a batch was sent to last? Then it need not wait
    /// (`ProducerBatch.hasLeaderChangedForTheOngoingRetry`).
    fn has_later_leader(&self, batch: &Batch) -> bool {
        let known = self.metadata.leader(batch.partition).map(|(_, epoch)| epoch);
        batch.leader_epoch.is_some() && known > batch.leader_epoch
    }

    fn may_send_to(&self, now_us: u64, broker: BrokerId) -> bool {
        let under_way = self.in_flight.get(&broker).map_or(0, Vec::len);
        under_way < self.config.max_in_flight_requests_per_connection as usize
            && self.metadata.is_reachable(now_us, broker)
    }

    /// May the head batch of a partition be sent beside what is under way?
    fn may_send(&self, partition: TopicIdPartition, head: &Batch) -> bool {
        let in_order = self.config.max_in_flight_requests_per_connection == 1;
        if in_order && self.in_flight().any(|(_, batch)| batch.partition == partition) {
            return false;
        }
        match self.producer_id {
            ProducerIdState::NotNeeded => true,
            ProducerIdState::Known(_) => self.idempotence.may_send(partition, head),
            ProducerIdState::Missing | ProducerIdState::Asked(..) => false,
        }
    }

    /// Opens the connection to a broker again. Until it stands, batches wait in the accumulator and spend no attempt
    /// (`Sender.sendProducerData` drains only to nodes that are `client.ready`). Kafka asks for `ApiVersions` on it
    /// first; here that is a request for the metadata of no topic, unless something else is asked of the broker.
    fn open(&mut self, broker: BrokerId, out: &mut Outbox) {
        let asks_for_id = matches!(self.producer_id, ProducerIdState::Asked(_, asked) if asked == broker);
        if asks_for_id || self.metadata.is_asking(broker) || self.opening.contains_key(&broker) {
            return;
        }
        self.correlation += 1;
        self.opening.insert(broker, self.correlation);
        let topics = Some([].into());
        out.request(broker_node(broker), Channel::Data, self.correlation, Request::Metadata { topics });
    }

    /// Sends one batch of each partition that the broker leads, in one request. Returns whether it sent any.
    fn drain(&mut self, now_us: u64, broker: BrokerId, out: &mut Outbox) -> bool {
        let led: Vec<(TopicIdPartition, SendReason)> = self
            .accumulator
            .queues()
            .filter(|(partition, _)| self.metadata.leader(*partition).is_some_and(|(leader, _)| leader == broker))
            .filter_map(|(partition, queue)| {
                let head = queue.front()?;
                let reason = self.reason(now_us, head, queue.len());
                let backing_off = head.attempts > 0 && reason.is_none();
                if backing_off || !self.may_send(partition, head) {
                    return None;
                }
                Some((partition, reason.unwrap_or(SendReason::RodeAlong)))
            })
            .collect();
        let (mut batches, mut bytes) = (Vec::new(), 0);
        // The start rotates, so that with a full request no partition is always left out.
        let start = if led.is_empty() { 0 } else { self.correlation as usize % led.len() };
        for index in 0..led.len() {
            let (partition, reason) = led[(start + index) % led.len()];
            let head_bytes =
                self.accumulator.queue(partition).and_then(|queue| queue.front()).map_or(0, Batch::size_bytes);
            if bytes > 0 && bytes + head_bytes > self.config.max_request_size {
                break;
            }
            bytes += head_bytes;
            if let Some(batch) = self.accumulator.pop(partition) {
                batches.push((batch, reason));
            }
        }
        let any = !batches.is_empty();
        if any {
            self.send_batches(now_us, broker, batches, out);
        }
        any
    }

    fn send_batches(&mut self, now_us: u64, broker: BrokerId, batches: Vec<(Batch, SendReason)>, out: &mut Outbox) {
        let (mut sent, mut content) = (Vec::new(), Vec::new());
        for (mut batch, reason) in batches {
            let records = batch.len() as u64;
            if batch.attempts == 0 {
                self.ledger.waiting -= records;
                self.ledger.in_flight += records;
            }
            batch.attempts += 1;
            batch.last_attempt_us = now_us;
            let leader = self.metadata.leader(batch.partition);
            batch.leader_epoch = batch.leader_epoch.max(leader.map(|(_, epoch)| epoch));
            let stamp = self.stamp(&mut batch);
            content.push(ProduceBatch { partition: batch.partition, records: batch.seal(stamp) });
            if batch.attempts == 1 {
                self.accumulator.note_compressed(&batch);
            }
            out.chain(EventKind::BatchSent(Box::new(BatchSent {
                partition: batch.partition,
                batch: batch.number,
                broker,
                records: records as u32,
                bytes: batch.size_bytes(),
                created_us: batch.created_us,
                reason,
                by: batch.by,
                attempt: batch.attempts,
                compressed: Rare(batch.compressed_from()),
            })));
            sent.push(batch);
        }
        self.correlation += 1;
        let acks = match self.config.acks {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        };
        let timeout_us = self.config.request_timeout_us;
        let request = Request::Produce { acks, timeout_us, batches: content.into() };
        out.request(broker_node(broker), Channel::Data, self.correlation, request);
        out.unchain();
        if acks == 0 {
            for batch in sent {
                let records = batch.len() as u64;
                self.ledger.in_flight -= records;
                self.ledger.fire_and_forget += records;
                self.accumulator.release(&batch);
                self.acknowledged(&batch, -1, out);
            }
            return;
        }
        let deadline_us = now_us + self.config.request_timeout_us.max(SHORTEST_TIMEOUT_US);
        out.set_timer(Timer::RequestTimeout, self.next_deadline_us().unwrap_or(deadline_us).min(deadline_us));
        let in_flight = InFlight { correlation: self.correlation, deadline_us, batches: sent };
        self.in_flight.entry(broker).or_default().push(in_flight);
    }

    /// The stamp of a batch: an idempotent producer numbers its records in each partition when they are first sent.
    fn stamp(&mut self, batch: &mut Batch) -> ProducerStamp {
        let plain = ProducerStamp { client: self.node, batch: batch.number, ..NO_PRODUCER };
        let ProducerIdState::Known(producer_id) = self.producer_id else { return plain };
        let (producer_epoch, base_sequence) = self.idempotence.stamp(batch);
        batch.sequence_reset = false;
        ProducerStamp { producer_id, producer_epoch, base_sequence, ..plain }
    }

    /// A produce request was answered.
    pub(super) fn on_produced(
        &mut self,
        now_us: u64,
        broker: BrokerId,
        correlation: CorrelationId,
        results: &[ProduceResult],
        out: &mut Outbox,
    ) {
        let Some(requests) = self.in_flight.get_mut(&broker) else { return };
        let Some(index) = requests.iter().position(|request| request.correlation == correlation) else { return };
        let request = requests.remove(index);
        for batch in request.batches {
            let result = results.iter().find(|result| result.partition == batch.partition);
            match result {
                Some(result) if result.error == ErrorCode::None || faulty!(ErrorTakenForSuccess) => {
                    let records = batch.len() as u64;
                    self.ledger.in_flight -= records;
                    self.ledger.acknowledged += records;
                    self.idempotence.acknowledged(&batch);
                    self.accumulator.release(&batch);
                    self.acknowledged(&batch, result.base_offset, out);
                }
                Some(result) => self.failed_once(now_us, batch, result.error, result.current_leader, out),
                None => self.failed_once(now_us, batch, ErrorCode::NetworkException, None, out),
            }
        }
    }

    fn acknowledged(&mut self, batch: &Batch, base_offset: i64, out: &mut Outbox) {
        let (partition, batch, records) = (batch.partition, batch.number, batch.len() as u32);
        out.event(EventKind::BatchAcknowledged { partition, batch, records, base_offset });
    }

    /// An attempt failed: the batch is sent again if the error and the time left allow it.
    pub(super) fn failed_once(
        &mut self,
        now_us: u64,
        mut batch: Batch,
        error: ErrorCode,
        current_leader: Option<(BrokerId, i32)>,
        out: &mut Outbox,
    ) {
        let partition = batch.partition;
        if let Some((leader, epoch)) = current_leader {
            self.metadata.learn_leader(partition, leader, epoch);
        }
        // A gap in the sequence heals when the batch before it has been sent again, or else with a new epoch.
        let gap = error == ErrorCode::OutOfOrderSequenceNumber && batch.base_sequence.is_some();
        let in_time = now_us < batch.created_us + self.config.delivery_timeout_us;
        if error.is_invalid_metadata() {
            // `Sender.completeBatch`; that too few replicas are in sync has nothing to do with metadata.
            self.metadata.invalidate(now_us, out);
        }
        if !in_time {
            self.idempotence.given_up(&batch);
            return self.fail(batch, error, out);
        }
        let is_exhausted = batch.attempts > self.config.retries;
        if is_exhausted && !gap {
            self.idempotence.exhausted(&batch);
            return self.fail(batch, error, out);
        }
        if is_exhausted || !(error.is_retriable() || gap) {
            self.idempotence.refused(&batch);
            return self.fail(batch, error, out);
        }
        if gap {
            self.idempotence.out_of_order(&batch);
        }
        let backoff = match self.has_later_leader(&batch) {
            true => 0,
            false => backoff_us(
                &mut self.random,
                batch.attempts,
                self.config.retry_backoff_us,
                self.config.retry_backoff_max_us,
            ),
        };
        if let Some(base) = batch.base_sequence.filter(|_| faulty!(RetryRenumbered)) {
            batch.restamp(batch.producer_epoch, base + batch.len() as i32);
        }
        batch.backoff_us = backoff;
        batch.last_attempt_us = now_us;
        out.event(EventKind::BatchRetried { partition, batch: batch.number, error, backoff_us: backoff });
        let home = self.metadata.at_home(partition);
        if home != partition {
            self.idempotence.move_to(partition, home);
            batch.partition = home;
        }
        self.accumulator.put_back(batch);
    }

    fn fail(&mut self, batch: Batch, error: ErrorCode, out: &mut Outbox) {
        let records = batch.len() as u64;
        match batch.attempts {
            0 => self.ledger.waiting -= records,
            _ => self.ledger.in_flight -= records,
        }
        self.ledger.failed += if faulty!(RecordUncounted) { 0 } else { records };
        self.last_error = Some(error);
        self.accumulator.release(&batch);
        let (partition, number) = (batch.partition, batch.number);
        out.event(EventKind::BatchFailed { partition, batch: number, records: records as u32, error });
    }

    /// Batches older than `delivery.timeout.ms` fail, wherever they are.
    fn expire_batches(&mut self, now_us: u64, out: &mut Outbox) {
        let timeout_us = self.config.delivery_timeout_us;
        let expired = |batch: &Batch| batch.created_us + timeout_us <= now_us;
        let mut late = self.accumulator.take_expired(expired);
        for request in self.in_flight.values_mut().flatten() {
            late.extend(request.batches.extract_if(.., |batch| expired(batch)));
        }
        for batch in late {
            self.idempotence.given_up(&batch);
            self.fail(batch, ErrorCode::RequestTimedOut, out);
        }
    }

    /// Requests that were not answered within `request.timeout.ms`: the client closes the connection, so every
    /// request on it fails.
    pub(super) fn expire_requests(&mut self, now_us: u64, out: &mut Outbox) {
        let late: Vec<BrokerId> = self
            .in_flight
            .iter()
            .filter(|(_, requests)| requests.iter().any(|request| request.deadline_us <= now_us))
            .map(|(broker, _)| *broker)
            .collect();
        for broker in late {
            out.disconnect(broker_node(broker), Channel::Data);
            // Whatever was under way to the broker counts as timed out (`NetworkClient.processTimeoutDisconnection`).
            self.on_disconnect(now_us, broker, ErrorCode::RequestTimedOut, out);
        }
        if let Some(deadline_us) = self.next_deadline_us() {
            out.set_timer(Timer::RequestTimeout, deadline_us);
        }
    }

    fn next_deadline_us(&self) -> Option<u64> {
        self.in_flight.values().flatten().map(|request| request.deadline_us).min()
    }

    /// Tells the partitioners how long the queues are (reference §1.4).
    fn update_load_stats(&mut self) {
        let mut queued: Map<_, Vec<(i32, i32)>> = Map::new();
        if !self.config.partitioner_adaptive_partitioning_enable || self.topics.is_empty() {
            return;
        }
        for (partition, queue) in self.accumulator.queues() {
            queued.entry(partition.topic).or_default().push((partition.partition, queue.len() as i32));
        }
        for (name, state) in &mut self.topics {
            let Some(topic) = self.metadata.topic(name) else { continue };
            let count = topic.partitions.len();
            let sizes = queued.get(&topic.topic).filter(|sizes| sizes.len() == count);
            let with_leader: Vec<(i32, i32)> = sizes
                .into_iter()
                .flatten()
                .copied()
                // A topic made anew with fewer partitions: queues of the old one may still stand.
                .filter(|(partition, _)| topic.partitions.get(*partition as usize).is_some_and(|p| p.leader.is_some()))
                .collect();
            let (partition_ids, queue_sizes): (Vec<i32>, Vec<i32>) = with_leader.into_iter().unzip();
            let sample =
                LoadSample { queue_sizes: &queue_sizes, partition_ids: &partition_ids, partition_count: count as i32 };
            state.sticky.update_load_stats(sizes.map(|_| sample));
        }
    }

    fn finish_closing(&mut self, out: &mut Outbox) {
        let idle = self.accumulator.is_empty() && self.in_flight.values().all(Vec::is_empty) && self.waiting.is_empty();
        if self.closing && idle {
            self.closed = true;
            out.event(EventKind::ClientClosed);
        }
    }
}
