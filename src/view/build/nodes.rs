//! Brokers and producers.

use super::{Builder, broken::cut_from, ledger};
use crate::{
    cluster::{ProducerSlot, World},
    history::Run,
    i18n::{Arg, Text, faults as words},
    kafka::{
        broker::{Broker, Process},
        client::producer::Batch,
        config::{PartitionerClass, Scope, effective},
        ids::is_internal,
    },
    sim::{Map, NodeId},
    templates,
    view::{
        model::{BrokerState, BrokerView, ProducerView, QueuedBatch},
        quorum::QuorumView,
    },
};

/// The brokers, and the controllers apart from them.
pub(super) fn brokers(world: &World) -> (Vec<BrokerView>, Vec<BrokerView>) {
    let image = world.metadata();
    // Counted in one walk: a large cluster has thousands of replicas, and this is done for every frame.
    let (mut leads, mut replicas): (Map<u32, usize>, Map<u32, usize>) = (Map::new(), Map::new());
    for topic in image.topics.values().filter(|topic| !is_internal(&topic.name)) {
        for state in &topic.partitions {
            state.leader.iter().for_each(|leader| *leads.entry(*leader).or_default() += 1);
            state.replicas.iter().for_each(|replica| *replicas.entry(*replica).or_default() += 1);
        }
    }
    let count = |counts: &Map<u32, usize>, id: u32| counts.get(&id).copied().unwrap_or(0);
    let view = |broker: &Broker| BrokerView {
        id: broker.id,
        rack: broker.rack.as_deref().map(str::to_owned),
        state: state(broker, image.brokers.get(&broker.id).is_none_or(|known| known.fenced)),
        leads: count(&leads, broker.id),
        replicas: count(&replicas, broker.id),
        metadata_offset: broker.image.offset,
        quorum: QuorumView::of(broker),
        frozen: world.is_frozen(NodeId(broker.id)),
        cut_from: cut_from(world, NodeId(broker.id)),
        wiped: !broker.is_up() && broker.replicas().next().is_none() && count(&replicas, broker.id) > 0,
    };
    (world.brokers().values().map(view).collect(), world.controllers().values().map(view).collect())
}

fn state(broker: &Broker, fenced: bool) -> BrokerState {
    match broker.process {
        Process::Crashed if !broker.is_broker() => BrokerState::CrashedApart,
        Process::Running if !broker.is_broker() => BrokerState::Alive,
        Process::Crashed if fenced => BrokerState::CrashedFenced,
        Process::Crashed => BrokerState::CrashedNotFenced,
        Process::Stopped => BrokerState::Stopped,
        Process::Stopping => BrokerState::Stopping,
        Process::Starting => BrokerState::Starting,
        Process::Running if fenced => BrokerState::Fenced,
        Process::Running => BrokerState::Alive,
    }
}

impl Builder {
    pub(super) fn producers(&mut self, run: &Run) -> Vec<ProducerView> {
        let mut slots: Vec<&ProducerSlot> = run.world().producers().values().collect();
        crate::sim::sort_by_key(&mut slots, |slot| slot.order);
        slots.into_iter().map(|slot| self.producer(run, slot)).collect()
    }

    fn producer(&mut self, run: &Run, slot: &ProducerSlot) -> ProducerView {
        let world = run.world();
        let producer = &slot.producer;
        let topic = &slot.load.topic;
        let of_topic = producer.metadata().topic(topic).map(|topic| topic.topic);
        let queued = producer
            .accumulator
            .queues()
            .filter(|(partition, queue)| Some(partition.topic) == of_topic && !queue.is_empty())
            .map(|(partition, queue)| {
                let newest = queue.back();
                let bytes = newest.map_or(0, Batch::size_bytes);
                let share = u64::from(bytes) * 1_000 / u64::from(producer.config.batch_size.max(1));
                QueuedBatch {
                    partition: partition.partition,
                    records: queue.iter().map(|batch| batch.len() as u32).sum(),
                    bytes,
                    full_permille: share.min(1_000) as u16,
                    key: newest.and_then(|batch| self.keys.of(batch.last_key())),
                }
            })
            .collect();
        let acks = effective(Scope::Producer, &slot.settings);
        ProducerView {
            name: producer.name.to_string(),
            topic: topic.clone(),
            acks: acks
                .iter()
                .find(|(name, ..)| *name == "acks")
                .map_or_else(String::new, |(_, value, _)| value.clone()),
            how: how(slot),
            load: slot.load.clone(),
            paused: producer.paused,
            frozen: world.is_frozen(producer.node),
            cut_from: cut_from(world, producer.node),
            doing: doing(world, slot),
            queued,
            sticky_partition: producer.sticky(topic).map(|(partition, _)| partition),
            metadata_stale: producer.metadata().offset() > 0
                && producer.metadata().topic(topic).map(|topic| topic.partitions.len())
                    != world.metadata().topic_by_name(topic).map(|(_, topic)| topic.partitions.len()),
            ledger: ledger(&producer.ledger),
            last_error: producer.last_error.map(|error| LAST_ERROR.with("error", error.name())),
            last_refused: self.refusals.of(run, producer.node),
            configs: acks.into_iter().map(|(name, value, differs)| (name.to_owned(), value, differs)).collect(),
        }
    }
}

/// How it chooses a partition.
fn how(slot: &ProducerSlot) -> Text {
    let load = &slot.load;
    let config = &slot.producer.config;
    match (load.partition, config.partitioner_class) {
        (Some(partition), _) => EXPLICIT.with("partition", partition),
        (None, PartitionerClass::RoundRobin) => ROUND_ROBIN.text(),
        _ if load.keys.is_empty() || config.partitioner_ignore_keys => STICKY.text(),
        _ if load.keys.len() <= 2 => {
            KEYS.with("keys", load.keys.iter().map(|key| Arg::from(key.as_str())).collect::<Vec<_>>())
        }
        _ => MANY_KEYS.with("n", load.keys.len()),
    }
}

/// What it is doing now.
fn doing(world: &World, slot: &ProducerSlot) -> Text {
    let producer = &slot.producer;
    let in_flight = producer.in_flight().count();
    if world.is_frozen(producer.node) {
        return words::PRODUCER_FROZEN.text();
    }
    if producer.is_closing() {
        return CLOSING.text();
    }
    if producer.blocked() > 0 {
        let known = producer.metadata().topic(&slot.load.topic).is_some();
        return if known { BLOCKED.with("n", producer.blocked()) } else { NO_METADATA.text() };
    }
    if in_flight > 0 {
        return IN_FLIGHT.with("n", in_flight);
    }
    let oldest =
        producer.accumulator.queues().filter_map(|(_, queue)| queue.front()).min_by_key(|batch| batch.created_us);
    if let Some(batch) = oldest {
        let waited_us = world.now_us().saturating_sub(batch.created_us);
        return match batch.attempts {
            0 => LINGERING.with("linger", Arg::Duration(producer.config.linger_us)),
            _ => RETRYING.with("waited", Arg::Duration(waited_us)),
        };
    }
    let spent = producer.load.records_max.is_some_and(|max| producer.load.sent >= max);
    match () {
        () if producer.paused => PAUSED.text(),
        () if spent => SPENT.with("n", producer.load.sent),
        () if slot.load.rate_millihertz == 0 => BY_HAND.text(),
        () => IDLE.text(),
    }
}

templates! { "producer":
    EXPLICIT = "always partition {partition}", "固定写入分区 {partition}";
    ROUND_ROBIN = "round-robin, keys ignored", "轮询，忽略 key";
    STICKY = "no key · sticky", "无 key · 粘性";
    KEYS = "keys {keys}", "key：{keys}";
    MANY_KEYS = "{n} keys", "{n} 个 key";
    LAST_ERROR = "The last error was `{error}`.", "最近的错误是 `{error}`。";
    CLOSING = "closing: sends what is left", "正在关闭：发送剩余消息";
    BLOCKED = "{n|one `send` waits|{n} calls of `send` wait} for `buffer.memory`", "{n} 次 `send` 在等待 `buffer.memory`";
    NO_METADATA = "waits for metadata of its topic", "等待 topic 的 metadata";
    IN_FLIGHT = "{n|one batch|{n} batches} in flight", "{n} 个 batch 在途";
    LINGERING = "batch waits, `linger.ms` {linger}", "batch 等待中，`linger.ms` {linger}";
    RETRYING = "will send again, {waited} old", "即将重发，已等待 {waited}";
    PAUSED = "paused", "已暂停";
    SPENT = "done after {n|one record|{n} records}", "发送 {n} 条后结束";
    BY_HAND = "sends by hand only", "仅手动发送";
    IDLE = "idle until the next record", "空闲，等待下一条消息";
}
