//! The application: it calls `send`, which chooses a partition and appends, or blocks (reference §1, §2.1).

use std::sync::Arc;

use super::{Producer, TopicState, accumulator::NewRecord};
use crate::{
    kafka::{
        client::partitioner::{Decision, Partitioner},
        client::serializer::Serializer,
        config::PartitionerClass,
        event::{EventKind, PartitionedBy},
        ids::{Name, TopicIdPartition},
        log::{BATCH_OVERHEAD, record_size},
        node::{Outbox, Timer},
        protocol::ErrorCode,
    },
    sim::Random,
};

/// The shortest pause between two wake-ups of the application; faster loads send several records at each.
const TICK_US: u64 = 1_000;
/// Thousandths of a record a second × microseconds: one record.
const PARTS: u64 = 1_000_000_000;

/// What the application sends by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Load {
    /// Topic.
    pub topic: Name,
    /// Serialized keys that it chooses from; empty: no key.
    pub keys: Arc<[Arc<[u8]>]>,
    /// Chooses at random, not in turn.
    pub random_keys: bool,
    /// `key.serializer`.
    pub serializer: Serializer,
    /// Value of every record.
    pub value: Arc<[u8]>,
    /// Records a second, in thousandths; 0: only by hand.
    pub rate_millihertz: u64,
    /// Explicit partition.
    pub partition: Option<i32>,
    /// Stops after so many.
    pub records_max: Option<u64>,
    /// How many it has sent.
    pub sent: u64,
    /// The part of a record that is due besides, in thousand millionths; for loads of many records a wake-up.
    pub owed: u64,
}

/// A call of `send` that blocks: on metadata, or on memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Waiting {
    pub(super) topic: Name,
    pub(super) key: Option<Arc<[u8]>>,
    /// `None`: null, a tombstone.
    value: Option<Arc<[u8]>>,
    partition: Option<i32>,
    headers: Vec<(String, String)>,
    since_us: u64,
    /// By hand, not by the load.
    by_hand: bool,
    /// What it waits for, once it has tried.
    pub(super) lacks: Lacks,
}

/// What a call of `send` waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Lacks {
    /// Its turn.
    #[default]
    Turn,
    /// Metadata that knows its topic or partition.
    Metadata,
    /// Free memory of `buffer.memory`.
    Memory,
}

/// What became of an attempt to append.
enum Sent {
    Done,
    Blocks(Lacks),
    Failed(ErrorCode),
}

impl Producer {
    /// One call of `send` by hand.
    #[expect(clippy::too_many_arguments, reason = "the fields of a ProducerRecord")]
    pub fn send(
        &mut self,
        now_us: u64,
        topic: Name,
        key: Option<Vec<u8>>,
        value: Option<Vec<u8>>,
        partition: Option<i32>,
        headers: Vec<(String, String)>,
        out: &mut Outbox,
    ) {
        self.metadata.want(&topic);
        let (key, value) = (key.map(Arc::from), value.map(Arc::from));
        let (since_us, by_hand, lacks) = (now_us, true, Lacks::Turn);
        let record = Waiting { topic, key, value, partition, headers, since_us, by_hand, lacks };
        self.call_send(now_us, &record, false, out);
        self.run_sender(now_us, out);
    }

    /// Stops calling `send`, or begins again.
    pub fn set_paused(&mut self, now_us: u64, paused: bool, out: &mut Outbox) {
        self.paused = paused;
        out.event(EventKind::ClientPaused(paused));
        match paused {
            true => out.clear_timer(Timer::Application),
            false => self.schedule_next_send(now_us, out),
        }
    }

    /// `close()`: nothing new, everything that waits goes at once.
    pub fn close(&mut self, now_us: u64, out: &mut Outbox) {
        self.closing = true;
        out.clear_timer(Timer::Application);
        self.run_sender(now_us, out);
    }

    pub(super) fn on_application_timer(&mut self, now_us: u64, out: &mut Outbox) {
        if self.closing || self.paused {
            return;
        }
        let (count, quiet) = self.load.due();
        let left = self.load.records_max.map_or(u64::MAX, |max| max.saturating_sub(self.load.sent));
        let mut buffered = 0;
        let mut record = self.record_of_load(now_us);
        for _ in 0..count.min(left) {
            record.key = self.load.next_key(&mut self.keys_random);
            self.load.sent += 1;
            buffered += 1;
            self.call_send(now_us, &record, quiet, out);
            if !self.waiting.is_empty() {
                break;
            }
        }
        if quiet && buffered > 0 {
            out.event(EventKind::RecordsBuffered { records: buffered });
        }
        if !self.waiting.iter().any(|waiting| !waiting.by_hand) {
            self.schedule_next_send(now_us, out);
        }
    }

    pub(super) fn schedule_next_send(&mut self, now_us: u64, out: &mut Outbox) {
        let done = self.load.records_max.is_some_and(|max| self.load.sent >= max);
        if self.load.rate_millihertz == 0 || done || self.closing || self.paused {
            return;
        }
        let pause_us = self.load.pause_us();
        out.set_timer(Timer::Application, now_us + pause_us);
    }

    /// Tries again what blocks; gives up what has blocked for `max.block.ms`.
    pub(super) fn retry_waiting(&mut self, now_us: u64, out: &mut Outbox) {
        let mut load_waited = false;
        while let Some(mut record) = self.waiting.pop_front() {
            let expired = now_us >= record.since_us + self.config.max_block_us;
            let outcome = match self.append(now_us, &record, false, out) {
                Sent::Blocks(_) if expired => Sent::Failed(ErrorCode::RequestTimedOut),
                outcome => outcome,
            };
            load_waited |= !record.by_hand;
            match outcome {
                Sent::Done => {}
                Sent::Blocks(lacks) => {
                    load_waited &= record.by_hand;
                    record.lacks = lacks;
                    self.waiting.push_front(record);
                    break;
                }
                Sent::Failed(error) => self.send_failed(&record.topic, error, out),
            }
        }
        if load_waited && !self.waiting.iter().any(|waiting| !waiting.by_hand) {
            self.schedule_next_send(now_us, out);
        }
    }

    /// When the oldest call that blocks gives up.
    pub(super) fn block_deadline_us(&self) -> Option<u64> {
        self.waiting.front().map(|waiting| waiting.since_us + self.config.max_block_us)
    }

    /// What all records of the load have in common.
    fn record_of_load(&self, now_us: u64) -> Waiting {
        Waiting {
            topic: self.load.topic.clone(),
            key: None,
            value: Some(self.load.value.clone()),
            partition: self.load.partition,
            headers: Vec::new(),
            since_us: now_us,
            by_hand: false,
            lacks: Lacks::Turn,
        }
    }

    /// One call of `send`; `quiet`: one of many in one go, without an event of its own.
    fn call_send(&mut self, now_us: u64, record: &Waiting, quiet: bool, out: &mut Outbox) {
        self.ledger.sent += 1;
        self.ledger.waiting += 1;
        if !self.waiting.is_empty() {
            // Calls block in order.
            self.waiting.push_back(record.clone());
            return;
        }
        match self.append(now_us, record, quiet, out) {
            Sent::Done => {}
            Sent::Blocks(lacks) => {
                if lacks == Lacks::Memory {
                    out.event(EventKind::BufferExhausted);
                }
                self.waiting.push_back(Waiting { lacks, ..record.clone() });
            }
            Sent::Failed(error) => self.send_failed(&record.topic, error, out),
        }
    }

    fn send_failed(&mut self, topic: &Name, error: ErrorCode, out: &mut Outbox) {
        self.ledger.waiting -= 1;
        self.ledger.failed += 1;
        self.last_error = Some(error);
        out.event(EventKind::SendFailed { topic: topic.clone(), error });
    }

    /// Chooses the partition and appends.
    fn append(&mut self, now_us: u64, record: &Waiting, quiet: bool, out: &mut Outbox) -> Sent {
        // What it does not know it goes on asking for by itself.
        let Some(topic) = self.metadata.topic(&record.topic) else { return Sent::Blocks(Lacks::Metadata) };
        let (topic_id, count) = (topic.topic, topic.partitions.len() as i32);
        let (key, value) = (record.key.as_deref(), record.value.as_deref());
        let limit = u64::from(self.config.max_request_size).min(self.config.buffer_memory);
        // Most are far from it: then the exact size, with its varints, need not be known.
        let certainly_fits = record.headers.is_empty()
            && u64::from(BATCH_OVERHEAD) + 64 + (key.map_or(0, <[u8]>::len) + value.map_or(0, <[u8]>::len)) as u64
                <= limit;
        let size = || BATCH_OVERHEAD + record_size(0, 0, key, value, &record.headers);
        if !certainly_fits && u64::from(size()) > limit {
            return Sent::Failed(ErrorCode::MessageTooLarge);
        }
        if u64::from(self.config.batch_size) > self.config.buffer_memory {
            // No batch will ever fit; Kafka throws IllegalArgumentException (`BufferPool.allocate`).
            return Sent::Failed(ErrorCode::InvalidConfig);
        }
        let class = match self.config.partitioner_class {
            PartitionerClass::BuiltIn => Partitioner::BuiltIn,
            PartitionerClass::RoundRobin => Partitioner::RoundRobin,
        };
        let decision = class.decide(record.partition, key, self.config.partitioner_ignore_keys, count);
        let id = |partition| TopicIdPartition::new(topic_id, partition);
        let buffered = |partition, by, out: &mut Outbox| {
            if !quiet {
                out.event(EventKind::RecordBuffered { partition: id(partition), by });
            }
        };
        let new = |by| NewRecord { key, value, headers: &record.headers, by };
        let (partition, by) = match decision {
            Decision::Explicit(partition) if partition >= count => {
                // It may be a partition that is only just being added: `send` waits for metadata that knows it.
                self.metadata.invalidate(now_us, out);
                return Sent::Blocks(Lacks::Metadata);
            }
            Decision::Explicit(partition) => (partition, PartitionedBy::Explicit),
            Decision::Key(steps) => (steps.partition, PartitionedBy::Key),
            Decision::RoundRobin => {
                let available = available(&topic.partitions);
                let state = topic_state(&mut self.topics, &record.topic, self.config.batch_size);
                let before = state.round_robin.clone();
                let partition = state.round_robin.next_partition(&available, count);
                if self.accumulator.append(now_us, id(partition), new(PartitionedBy::RoundRobin)).is_none() {
                    state.round_robin = before;
                    return Sent::Blocks(Lacks::Memory);
                }
                buffered(partition, PartitionedBy::RoundRobin, out);
                return Sent::Done;
            }
            Decision::Sticky => {
                let available = available(&topic.partitions);
                let state = topic_state(&mut self.topics, &record.topic, self.config.batch_size);
                let random = &mut self.random;
                let mut draw = || random.positive_i32();
                let record = new(PartitionedBy::Sticky);
                let changed = |to, bytes: i32, out: &mut Outbox| {
                    let bytes = bytes.max(0) as u32;
                    out.event(EventKind::StickyPartitionChanged { topic: topic_id, to, bytes });
                };
                // A switch that was put off while a batch was open is made up for before the append, and looked for
                // once more when the open batch had no room (`RecordAccumulator.append`, `partitionChanged`).
                let mut had_no_room = None;
                let (partition, growth) = loop {
                    let partition = state.sticky.peek(&available, count, &mut draw);
                    if self.accumulator.all_batches_full(id(partition)) {
                        let bytes = state.sticky.produced_bytes();
                        let next = state.sticky.update(0, true, &available, count, &mut draw);
                        if next != partition {
                            changed(next, bytes, out);
                            continue;
                        }
                    }
                    let growth = match had_no_room == Some(partition) {
                        true => self.accumulator.append_to_new(now_us, id(partition), record),
                        false => self.accumulator.append_to_open(now_us, id(partition), record),
                    };
                    if let Some(growth) = growth {
                        break (partition, growth);
                    }
                    if !self.accumulator.has_memory_for(record) {
                        return Sent::Blocks(Lacks::Memory);
                    }
                    had_no_room = Some(partition);
                };
                let full = self.accumulator.all_batches_full(id(partition));
                let bytes = state.sticky.produced_bytes() + growth as i32;
                let next = state.sticky.update(growth as i32, full, &available, count, &mut draw);
                buffered(partition, PartitionedBy::Sticky, out);
                if next != partition {
                    changed(next, bytes, out);
                }
                return Sent::Done;
            }
        };
        if self.accumulator.append(now_us, id(partition), new(by)).is_none() {
            return Sent::Blocks(Lacks::Memory);
        }
        buffered(partition, by, out);
        Sent::Done
    }
}

impl Load {
    /// The pause between two wake-ups.
    fn pause_us(&self) -> u64 {
        (PARTS / self.rate_millihertz.max(1)).max(TICK_US)
    }

    /// How many records are due at a wake-up, and whether that may be many: then they are told of together.
    fn due(&mut self) -> (u64, bool) {
        if PARTS / self.rate_millihertz.max(1) >= TICK_US {
            return (1, false);
        }
        self.owed += self.rate_millihertz * TICK_US;
        let count = self.owed / PARTS;
        self.owed %= PARTS;
        (count, true)
    }

    fn next_key(&self, random: &mut Random) -> Option<Arc<[u8]>> {
        if self.keys.is_empty() {
            return None;
        }
        let index = match self.random_keys {
            true => random.below(self.keys.len() as u32) as usize,
            false => (self.sent % self.keys.len() as u64) as usize,
        };
        self.keys.get(index).cloned()
    }
}

/// Partitions that have a leader, in the order of the metadata.
fn available(partitions: &[std::sync::Arc<crate::kafka::metadata::PartitionState>]) -> Vec<i32> {
    (0..).zip(partitions).filter(|(_, state)| state.leader.is_some()).map(|(partition, _)| partition).collect()
}

fn topic_state<'a>(
    topics: &'a mut crate::sim::Map<Name, TopicState>,
    topic: &Name,
    batch_size: u32,
) -> &'a mut TopicState {
    topics.entry(topic.clone()).or_insert_with(|| TopicState {
        sticky: super::BuiltInPartitioner::new(batch_size as i32),
        round_robin: super::RoundRobinPartitioner::default(),
    })
}
