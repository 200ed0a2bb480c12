//! The accumulator: batches that wait to be sent, a queue a partition (`RecordAccumulator`; reference §2.2).

use std::{collections::VecDeque, sync::Arc};

use crate::kafka::{
    config::ProducerConfig,
    event::PartitionedBy,
    ids::{TopicId, TopicIdPartition},
    log::{BATCH_OVERHEAD, Codec, NO_PRODUCER, ProducerStamp, Records, RecordsBuilder, record_size},
};
use crate::sim::{Map, Rare, clock_us};

use super::compression::Compression;

/// Batches by partition, and the memory that they hold.
#[derive(Clone, Debug, Hash)]
pub struct Accumulator {
    queues: Map<TopicIdPartition, VecDeque<Batch>>,
    memory_free: u64,
    batch_size: u32,
    next_batch: u32,
    /// How far the clock that stamps records is ahead of true time.
    pub(super) clock_ahead_us: i64,
    codec: Rare<Codec>,
    /// What compression left of the batches of a topic so far, in millionths.
    ratios: Rare<Map<TopicId, u32>>,
}

/// A batch.
#[derive(Clone, Debug, Hash)]
pub struct Batch {
    /// Number on this producer.
    pub number: u32,
    /// Where to.
    pub partition: TopicIdPartition,
    /// When its first record was added.
    pub created_us: u64,
    /// How its newest record came to the partition.
    pub by: PartitionedBy,
    /// How often it was sent.
    pub attempts: u32,
    /// When it was sent last, or put back.
    pub last_attempt_us: u64,
    /// How long to wait after that before it is sent again.
    pub backoff_us: u64,
    /// Epoch of the leader that it was sent to last.
    pub leader_epoch: Option<i32>,
    /// Sequence of its first record, once it has been sent by an idempotent producer.
    pub base_sequence: Option<i32>,
    /// Producer epoch of that sequence.
    pub producer_epoch: i16,
    /// Was it given another sequence since it was sent last?
    pub sequence_reset: bool,
    content: Content,
    /// How it will be compressed, and to how much as it was expected when it was begun.
    compression: Rare<Option<Compression>>,
    write_limit: u32,
    memory: u64,
    closed: bool,
}

#[derive(Clone, Debug, Hash)]
enum Content {
    Open(RecordsBuilder),
    Sealed(Arc<Records>),
}

/// A record to append.
#[derive(Clone, Copy, Debug)]
pub struct NewRecord<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [(String, String)],
    pub by: PartitionedBy,
}

impl Batch {
    /// Records in it.
    pub fn len(&self) -> usize {
        match &self.content {
            Content::Open(builder) => builder.len(),
            Content::Sealed(records) => records.len(),
        }
    }

    /// None yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Size in Kafka's format; of a batch that is still open and will be compressed an estimate.
    pub fn size_bytes(&self) -> u32 {
        match &self.content {
            Content::Open(builder) => match &*self.compression {
                None => builder.size_bytes(),
                Some(compression) => compression.estimate(builder.size_bytes()),
            },
            Content::Sealed(records) => records.size_bytes(),
        }
    }

    /// The codec that it is compressed with and its size before, once it is sealed.
    pub fn compressed_from(&self) -> Option<(Codec, u32)> {
        match &self.content {
            Content::Sealed(records) if records.codec() != Codec::None => {
                Some((records.codec(), records.plain_bytes()))
            }
            _ => None,
        }
    }

    /// Memory of `buffer.memory` that it holds.
    pub fn memory_bytes(&self) -> u64 {
        self.memory
    }

    /// Does it take no more records?
    pub fn is_full(&self) -> bool {
        let open = matches!(self.content, Content::Open(_)) && !self.closed;
        !open || (!self.is_empty() && self.size_bytes() >= self.write_limit)
    }

    /// Key of its newest record.
    pub fn last_key(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Open(builder) => builder.last_key(),
            Content::Sealed(records) => records.get(records.len().checked_sub(1)?)?.key,
        }
    }

    /// Keys of its first records.
    pub fn first_keys(&self, count: usize) -> Vec<Option<Vec<u8>>> {
        match &self.content {
            Content::Open(_) => Vec::new(),
            Content::Sealed(records) => {
                records.iter().take(count).map(|record| record.key.map(<[u8]>::to_vec)).collect()
            }
        }
    }

    /// What it holds, once it was sealed.
    pub fn sealed(&self) -> Option<&Arc<Records>> {
        match &self.content {
            Content::Open(_) => None,
            Content::Sealed(records) => Some(records),
        }
    }

    /// The key of the record at an index, if it has one.
    pub fn key(&self, index: usize) -> Option<&[u8]> {
        match &self.content {
            Content::Open(builder) => builder.key(index),
            Content::Sealed(records) => records.get(index)?.key,
        }
    }

    /// Seals it, stamped; the same records again when it is sent again.
    pub fn seal(&mut self, stamp: ProducerStamp) -> Arc<Records> {
        if let Content::Open(builder) = &mut self.content {
            let empty = RecordsBuilder::new(0, NO_PRODUCER);
            let records = std::mem::replace(builder, empty).build().stamped(stamp);
            let records = records.with_codec(self.compression.map_or(Codec::None, |compression| compression.codec));
            self.content = Content::Sealed(Arc::new(records));
        }
        match &self.content {
            Content::Sealed(records) => records.clone(),
            Content::Open(_) => unreachable!("sealed just above"),
        }
    }

    /// Gets another sequence, in another epoch of its producer.
    pub(super) fn restamp(&mut self, producer_epoch: i16, base_sequence: i32) {
        (self.producer_epoch, self.base_sequence, self.sequence_reset) = (producer_epoch, Some(base_sequence), true);
        if let Content::Sealed(records) = &mut self.content {
            let stamp = ProducerStamp { producer_epoch, base_sequence, ..records.stamp };
            *records = Arc::new((**records).clone().stamped(stamp));
        }
    }

    /// How long it has waited, of how long it waits at the most before it goes.
    pub fn wait_us(&self, now_us: u64, linger_us: u64) -> (u64, u64) {
        let limit_us = if self.attempts > 0 { self.backoff_us } else { linger_us };
        (now_us.saturating_sub(self.last_attempt_us), limit_us)
    }
}

impl Accumulator {
    /// An empty one.
    pub fn new(config: &ProducerConfig) -> Accumulator {
        Accumulator {
            queues: Map::new(),
            memory_free: config.buffer_memory,
            batch_size: config.batch_size,
            next_batch: 0,
            clock_ahead_us: 0,
            codec: config.compression_type,
            ratios: Rare::default(),
        }
    }

    /// Queues that hold batches, by partition.
    pub fn queues(&self) -> impl Iterator<Item = (TopicIdPartition, &VecDeque<Batch>)> {
        self.queues.iter().map(|(partition, queue)| (*partition, queue))
    }

    /// The queue of a partition; there is one from the first append on.
    pub fn queue(&self, partition: TopicIdPartition) -> Option<&VecDeque<Batch>> {
        self.queues.get(&partition)
    }

    /// Free memory of `buffer.memory`.
    pub fn memory_free(&self) -> u64 {
        self.memory_free
    }

    /// Is nothing waiting?
    pub fn is_empty(&self) -> bool {
        self.queues.values().all(VecDeque::is_empty)
    }

    /// Is there no batch with room in the partition's queue (`allBatchesFull`)?
    pub fn all_batches_full(&self, partition: TopicIdPartition) -> bool {
        self.queues.get(&partition).and_then(VecDeque::back).is_none_or(Batch::is_full)
    }

    /// Appends a record. Returns by how many bytes its batch grew (a new batch counts whole), or nothing if there is
    /// not enough memory for a new batch.
    pub fn append(&mut self, now_us: u64, partition: TopicIdPartition, record: NewRecord<'_>) -> Option<u32> {
        self.append_to_open(now_us, partition, record).or_else(|| self.append_to_new(now_us, partition, record))
    }

    /// Appends a record to the newest batch of its partition. If that has no room for it, it takes no more from now on.
    pub(super) fn append_to_open(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        record: NewRecord<'_>,
    ) -> Option<u32> {
        let timestamp_us = clock_us(now_us, self.clock_ahead_us);
        self.queues.entry(partition).or_default().back_mut()?.try_append(timestamp_us, &record)
    }

    /// Is there memory for a new batch that begins with this record?
    pub(super) fn has_memory_for(&self, record: NewRecord<'_>) -> bool {
        u64::from(self.limit_of_new(record)) <= self.memory_free
    }

    /// How large a batch may grow that begins with this record.
    fn limit_of_new(&self, record: NewRecord<'_>) -> u32 {
        self.batch_size.max(BATCH_OVERHEAD + record_size(0, 0, record.key, record.value, record.headers))
    }

    /// Appends a record to a new batch, if there is memory for it.
    pub(super) fn append_to_new(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        record: NewRecord<'_>,
    ) -> Option<u32> {
        if !self.has_memory_for(record) {
            return None;
        }
        let timestamp_us = clock_us(now_us, self.clock_ahead_us);
        let write_limit = self.limit_of_new(record);
        let memory = u64::from(write_limit);
        self.memory_free -= memory;
        self.next_batch += 1;
        let mut batch = Batch {
            number: self.next_batch,
            partition,
            created_us: now_us,
            by: record.by,
            attempts: 0,
            last_attempt_us: now_us,
            backoff_us: 0,
            leader_epoch: None,
            base_sequence: None,
            producer_epoch: 0,
            sequence_reset: false,
            content: Content::Open(RecordsBuilder::new(timestamp_us, NO_PRODUCER)),
            compression: Rare(Compression::expected(*self.codec, self.ratios.get(&partition.topic))),
            write_limit,
            memory,
            closed: false,
        };
        batch.try_append(timestamp_us, &record);
        let size = batch.size_bytes();
        self.queues.entry(partition).or_default().push_back(batch);
        Some(size)
    }

    /// Takes the head batch of a partition.
    pub fn pop(&mut self, partition: TopicIdPartition) -> Option<Batch> {
        self.queues.get_mut(&partition)?.pop_front()
    }

    /// Puts a batch back to be sent again: before all that were not sent, and by sequence among those that were. One
    /// without a sequence goes before all others, so that several that come back are turned round
    /// (`RecordAccumulator.reenqueue`).
    pub fn put_back(&mut self, batch: Batch) {
        let queue = self.queues.entry(batch.partition).or_default();
        let in_sequence = batch.base_sequence.is_some();
        let earlier = |other: &Batch| in_sequence && other.attempts > 0 && other.number < batch.number;
        let at = queue.iter().take_while(|other| earlier(other)).count();
        queue.insert(at, batch);
    }

    /// A batch was sealed: what compression left of it tells what to expect of the next ones of its topic.
    pub(super) fn note_compressed(&mut self, batch: &Batch) {
        if let (Some(compression), Content::Sealed(records)) = (&*batch.compression, &batch.content) {
            let known = self.ratios.get(&batch.partition.topic);
            let ratio = compression.learn(known, records.plain_bytes(), records.size_bytes());
            self.ratios.insert(batch.partition.topic, ratio);
        }
    }

    /// A batch is done with: its memory is free again.
    pub fn release(&mut self, batch: &Batch) {
        self.memory_free += batch.memory;
    }

    /// Batches that wait to be sent again, in order of sequence.
    pub(super) fn sent_before(&mut self, partition: TopicIdPartition) -> impl Iterator<Item = &mut Batch> {
        self.queues.get_mut(&partition).into_iter().flatten().filter(|batch| batch.attempts > 0)
    }

    /// A topic was made again under its name: what waits for one of its partitions goes to the new one.
    pub(super) fn move_to(&mut self, from: TopicIdPartition, to: TopicIdPartition) {
        let Some(mut moved) = self.queues.remove(&from) else { return };
        moved.iter_mut().for_each(|batch| batch.partition = to);
        let queue = self.queues.entry(to).or_default();
        moved.append(queue);
        *queue = moved;
    }

    /// Takes out the oldest batches that have expired.
    pub fn take_expired(&mut self, expired: impl Fn(&Batch) -> bool) -> Vec<Batch> {
        let mut taken = Vec::new();
        for queue in self.queues.values_mut() {
            while queue.front().is_some_and(&expired) {
                taken.extend(queue.pop_front());
            }
        }
        taken
    }
}

impl Batch {
    fn try_append(&mut self, timestamp_us: u64, record: &NewRecord<'_>) -> Option<u32> {
        if self.is_full() {
            return None;
        }
        let before = if self.is_empty() { 0 } else { self.size_bytes() };
        let Content::Open(builder) = &mut self.content else { return None };
        let growth = builder.size_of_next(timestamp_us, record.key, record.value, record.headers);
        // What is new counts as if it would not be compressed (`MemoryRecordsBuilder.hasRoomFor`).
        if before > 0 && before + growth > self.write_limit {
            // It will take no more, so that the sender need not wait for it.
            self.closed = true;
            return None;
        }
        builder.push_sized(growth, timestamp_us, record.key, record.value, record.headers);
        self.by = record.by;
        Some(self.size_bytes() - before)
    }
}
