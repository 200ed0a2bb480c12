//! Why a record went to its partition, and where one would go: bytes → hash → mask → modulo (reference §1).

use super::{WhyCard, WhyKey, WhyStep, formula, newest, sticky, strong, with_causes};
use crate::{
    cluster::{ProducerSlot, World},
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        client::{
            partitioner::{Decision, Partitioner},
            serializer::Serializer,
        },
        config::PartitionerClass,
        event::{BatchSent, Event, EventKind, PartitionedBy},
        hash::{Murmur2Steps, murmur2_steps},
        ids::{BrokerId, TopicIdPartition},
    },
    sim::NodeId,
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_PARTITION = "Why partition {partition}?", "为什么是分区 {partition}？";
    TITLE_WOULD_GO = "Where would it go?", "它会去哪个分区？";
    BYTES = "`{serializer}` turns **{key}** into {n|1 byte|{n} bytes}: `{bytes}`.",
        "`{serializer}` 把 **{key}** 变成 {n} 字节：`{bytes}`。";
    BYTES_NONE = "The key is empty: a key of 0 bytes is still a key.", "key 为空：0 字节的 key 也是 key。";
    MURMUR = "murmur2(**{key}**)", "murmur2(**{key}**)";
    MASK = "& {mask}", "& {mask}";
    MODULO = "mod **{n}** {n|partition|partitions}", "mod **{n}** 个分区";
    OTHER_COUNT = "With {n} partitions the same key would go to P{partition}.",
        "如果有 {n} 个分区，同一个 key 会去 P{partition}。";
    FEWER_BEFORE = "While the topic had {n} partitions: {mask} mod **{n}** = **{partition}**, so the same key went to P{partition}.",
        "这个 topic 有 {n} 个分区时：{mask} mod **{n}** = **{partition}**，同一个 key 去的是 P{partition}。";
    GREW = "The topic has {now} partitions now; when this record was sent, its producer knew of {then}.",
        "这个 topic 现在有 {now} 个分区；发送这条消息时，producer 所知的是 {then} 个。";
    EXPLICIT = "The record names partition **{partition}** itself, so neither key nor partitioner is asked.",
        "消息自己指定了分区 **{partition}**，因此不看 key，也不问分区器。";
    ROUND_ROBIN = "`RoundRobinPartitioner` gives each record to the next partition that has a leader; keys do not count.",
        "`RoundRobinPartitioner` 把消息依次发给下一个有 leader 的分区；不看 key。";
    DERIVED = "How it was sent is not kept any more; this follows from its key.",
        "发送的经过已不再保存；以下由它的 key 推出。";
    UNKNOWN_TOPIC = "**{who}** does not know topic `{topic}` yet: `send` waits for metadata up to `max.block.ms`.",
        "**{who}** 还不知道 topic `{topic}`：`send` 会等待 metadata，最长 `max.block.ms`。";
    NOT_A_KEY = "`{serializer}` cannot take **{key}**: `send` would throw a `SerializationException`.",
        "`{serializer}` 无法处理 **{key}**：`send` 会抛出 `SerializationException`。";
    NO_SUCH_PARTITION = "**{who}** knows of {n|1 partition|{n} partitions} only: `send` waits up to `max.block.ms` for one numbered {partition}.",
        "**{who}** 只知道 {n} 个分区：`send` 会等待编号为 {partition} 的分区出现，最长 `max.block.ms`。";
    STALE = "The topic has {now} partitions, but the metadata of **{who}** is older and says {then}.",
        "这个 topic 有 {now} 个分区，但 **{who}** 的 metadata 较旧，仍是 {then} 个。";
}

/// Why the record at an offset is where it is.
pub(super) fn landed(run: &Run, key: &WhyKey, topic: &str, partition: i32, offset: i64) -> Option<WhyCard> {
    let world = run.world();
    let (topic_id, image) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(topic_id, partition);
    let holder = holder(world, at, offset)?;
    let (client, bytes) = story::record_key(world, holder, at, offset)?;
    let appended = newest(run, |event| is_append_of(event, at, offset));
    let by = appended.and_then(|event| sent_by(run, event, at)).map(|batch| batch.by);
    let now = image.partitions.len() as i32;

    let mut steps = Vec::new();
    let mut note = None;
    if by.is_none() {
        steps.push(WhyStep::Sentence(DERIVED.text()));
    }
    let fitting = bytes.as_deref().and_then(|key| counts(run, at, now).find(|n| lands(key, *n, partition)));
    match (by, &bytes, fitting) {
        (Some(PartitionedBy::Explicit), ..) | (None | Some(PartitionedBy::Key), Some(_), None) => {
            steps.push(WhyStep::Sentence(EXPLICIT.with("partition", partition)));
        }
        (Some(PartitionedBy::RoundRobin), ..) => steps.push(WhyStep::Sentence(ROUND_ROBIN.text())),
        (None | Some(PartitionedBy::Key), Some(key), Some(count)) => {
            let serializer = story::serializer_of(world, client, key);
            let before = counts(run, at, now).find(|n| *n < count);
            note = Some(by_key(&mut steps, serializer, key, count, before));
            if count != now {
                note = Some(GREW.with("now", now).with("then", count));
            }
        }
        (None | Some(PartitionedBy::Key), None, _) | (Some(PartitionedBy::Sticky), ..) => {
            let producer = world.producers().get(&client);
            note = sticky::steps(&mut steps, producer, topic, partition, bytes.is_some());
        }
    }
    Some(WhyCard {
        key: key.clone(),
        title: TITLE_PARTITION.with("partition", partition),
        subject: story::place(world, at, offset),
        steps,
        note,
        chain: with_causes(run, appended),
    })
}

/// Where a record would go that is not sent yet.
pub(super) fn would_go(
    run: &Run,
    key: &WhyKey,
    producer: &str,
    record_key: Option<&str>,
    partition: Option<i32>,
) -> Option<WhyCard> {
    let world = run.world();
    let slot = world.producers().get(&world.producer_node(producer).ok()?)?;
    let mut steps = Vec::new();
    let (title, note) = match would_decide(run, slot, record_key, partition, &mut steps) {
        Some((Some(partition), note)) => (TITLE_PARTITION.with("partition", partition), note),
        Some((None, note)) => (TITLE_WOULD_GO.text(), note),
        None => (TITLE_WOULD_GO.text(), None),
    };
    let subject = slot.load.topic.clone();
    Some(WhyCard { key: key.clone(), title, subject, steps, note, chain: Vec::new() })
}

/// The partition if it is certain, and a note; nothing if the record would not be sent now.
fn would_decide(
    run: &Run,
    slot: &ProducerSlot,
    record_key: Option<&str>,
    partition: Option<i32>,
    steps: &mut Vec<WhyStep>,
) -> Option<(Option<i32>, Option<Text>)> {
    let (producer, topic) = (&slot.producer, slot.load.topic.as_str());
    let who = || producer.name.to_string();
    let serializer = producer.load.serializer;
    let bytes = match record_key.map(|key| serializer.serialize(key)) {
        Some(Err(error)) => {
            let text = NOT_A_KEY.with("serializer", serializer.name()).with("key", error.text);
            steps.push(WhyStep::Sentence(text));
            return None;
        }
        Some(Ok(bytes)) => Some(bytes),
        None => None,
    };
    let Some(known) = producer.metadata().topic(topic) else {
        steps.push(WhyStep::Sentence(UNKNOWN_TOPIC.with("who", who()).with("topic", topic)));
        return None;
    };
    let count = known.partitions.len() as i32;
    let found = run.world().metadata().topic_by_name(topic);
    let now = found.map_or(count, |(_, image)| image.partitions.len() as i32);
    let stale = (now != count).then(|| STALE.with("who", who()).with("now", now).with("then", count));
    let class = match producer.config.partitioner_class {
        PartitionerClass::BuiltIn => Partitioner::BuiltIn,
        PartitionerClass::RoundRobin => Partitioner::RoundRobin,
    };
    let ignore_keys = producer.config.partitioner_ignore_keys;
    match class.decide(partition, bytes.as_deref(), ignore_keys, count) {
        Decision::Explicit(partition) if partition >= count => {
            let text = NO_SUCH_PARTITION.with("who", who()).with("n", count).with("partition", partition);
            steps.push(WhyStep::Sentence(text));
            None
        }
        Decision::Explicit(partition) => {
            steps.push(WhyStep::Sentence(EXPLICIT.with("partition", partition)));
            Some((Some(partition), stale))
        }
        Decision::Key(murmur2) => {
            let at = found.map(|(id, _)| TopicIdPartition::new(id, 0));
            let before = at.and_then(|at| counts(run, at, now).find(|n| *n < count));
            let note = by_key(steps, serializer, bytes.as_deref().unwrap_or_default(), count, before);
            Some((Some(murmur2.partition), stale.or(Some(note))))
        }
        Decision::RoundRobin => {
            steps.push(WhyStep::Sentence(ROUND_ROBIN.text()));
            Some((round_robin_next(slot, count), stale))
        }
        Decision::Sticky => {
            let current = producer.sticky(topic).map(|(partition, _)| partition);
            let note = sticky::steps(steps, Some(slot), topic, current.unwrap_or(-1), bytes.is_some());
            Some((current, stale.or(note)))
        }
    }
}

/// Whose turn it is.
fn round_robin_next(slot: &ProducerSlot, count: i32) -> Option<i32> {
    let topic = slot.load.topic.as_str();
    let partitions = &slot.producer.metadata().topic(topic)?.partitions;
    let available: Vec<i32> =
        (0..).zip(partitions).filter(|(_, state)| state.leader.is_some()).map(|(partition, _)| partition).collect();
    let mut turns = slot.producer.partitioner_state(topic).map(|(_, turns)| turns.clone()).unwrap_or_default();
    Some(turns.next_partition(&available, count))
}

/// Bytes → hash → mask → modulo, and what another number of partitions would change, or has: `before` the topic grew.
fn by_key(steps: &mut Vec<WhyStep>, serializer: Serializer, key: &[u8], count: i32, before: Option<i32>) -> Text {
    let Murmur2Steps { hash, positive, partition, .. } = murmur2_steps(key, count);
    let hex = hex(key);
    let shown = match serializer {
        Serializer::String => format!("\"{}\"", serializer.display(key)),
        Serializer::Integer | Serializer::Long => hex.clone(),
    };
    steps.push(WhyStep::Sentence(match key.len() {
        0 => BYTES_NONE.text(),
        n => BYTES
            .with("serializer", serializer.name())
            .with("key", serializer.display(key))
            .with("n", n)
            .with("bytes", hex),
    }));
    steps.push(formula(MURMUR.with("key", shown), format!("{:#010x}", hash as u32)));
    steps.push(formula(MASK.with("mask", "0x7fffffff"), grouped(positive)));
    steps.push(formula(MODULO.with("n", count), strong(partition)));
    if let Some(n) = before {
        let was = murmur2_steps(key, n).partition;
        return FEWER_BEFORE.with("n", n).with("mask", grouped(positive)).with("partition", was);
    }
    let (n, other) = other_count(key, count, partition);
    OTHER_COUNT.with("n", n).with("partition", other)
}

/// A larger number of partitions for which the key would go elsewhere; two more if that is one.
fn other_count(key: &[u8], count: i32, partition: i32) -> (i32, i32) {
    let with = |n: i32| (n, murmur2_steps(key, n).partition);
    let mut candidates = [2, 1, 3, 4, 5, 6, 7, 8].into_iter().map(|more| with(count.saturating_add(more)));
    candidates.find(|(_, other)| *other != partition).unwrap_or_else(|| with(count.saturating_add(2)))
}

/// The numbers of partitions that the topic has had, newest first.
fn counts(run: &Run, at: TopicIdPartition, now: i32) -> impl Iterator<Item = i32> {
    let grown = run.events().iter().rev().filter_map(move |event| match event.kind {
        EventKind::PartitionsAdded { topic, from, .. } if topic == at.topic => Some(from as i32),
        _ => None,
    });
    std::iter::once(now).chain(grown).filter(|count| *count > 0)
}

fn lands(key: &[u8], count: i32, partition: i32) -> bool {
    murmur2_steps(key, count).partition == partition
}

/// A broker that has the record: the leader if it has.
fn holder(world: &World, at: TopicIdPartition, offset: i64) -> Option<BrokerId> {
    let leader = world.metadata().partition(at).and_then(|state| state.leader);
    let has = |broker: &BrokerId| story::record_key(world, *broker, at, offset).is_some();
    leader.into_iter().chain(world.brokers().keys().copied()).find(has)
}

fn is_append_of(event: &Event, at: TopicIdPartition, offset: i64) -> bool {
    match event.kind {
        EventKind::RecordsAppended { partition, base_offset, records, .. } => {
            partition == at && (base_offset..base_offset + i64::from(records)).contains(&offset)
        }
        _ => false,
    }
}

/// The batch that an append came from: up the chain of causes.
fn sent_by<'a>(run: &'a Run, append: &'a Event, at: TopicIdPartition) -> Option<&'a BatchSent> {
    let client: NodeId = match append.kind {
        EventKind::RecordsAppended { client, .. } => client,
        _ => return None,
    };
    let causes = std::iter::successors(Some(append), |event| run.event_by_id(event.cause));
    causes.take(1_000).filter(|event| event.node == client).find_map(|event| match &event.kind {
        EventKind::BatchSent(batch) if batch.partition == at => Some(&**batch),
        _ => None,
    })
}

/// Bytes in hexadecimal, at most 24 of them.
fn hex(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
    let more = if bytes.len() > 24 { " …" } else { "" };
    shown.join(" ") + more
}

/// Digits in groups of three, with spaces that do not break.
fn grouped(number: i32) -> Arg {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    Arg::Text(text)
}
