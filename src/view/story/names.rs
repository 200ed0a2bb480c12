//! How things are called in sentences: partitions, offsets, nodes, members, keys.

use crate::{
    cluster::World,
    i18n::Arg,
    kafka::{
        client::serializer::Serializer,
        ids::{BrokerId, TopicIdPartition, named},
    },
    sim::NodeId,
    templates,
};

templates! {
    "story":
    ADMIN_CLIENT = "the admin client", "管理客户端";
    PLACE = "`{place}`", "`{place}`";
    NO_KEY = "no key", "无 key";
    AND_MORE = "…", "…";
}

/// How many keys or partitions a sentence names before it says "…".
const NAMED_MAX: usize = 4;

/// `orders-3`.
pub fn partition(world: &World, partition: TopicIdPartition) -> String {
    format!("{}-{}", world.topic_name(partition.topic), partition.partition)
}

/// `orders-3@9`.
pub(crate) fn place(world: &World, at: TopicIdPartition, offset: i64) -> String {
    format!("{}@{offset}", partition(world, at))
}

/// `orders-3@9`, or `orders-3@9–11` for several records.
pub(crate) fn range(world: &World, at: TopicIdPartition, base_offset: i64, records: u32) -> String {
    match records {
        0 | 1 => place(world, at, base_offset),
        _ => format!("{}–{}", place(world, at, base_offset), base_offset + i64::from(records) - 1),
    }
}

/// Partitions as a list, each in code.
pub(crate) fn places(world: &World, partitions: &[TopicIdPartition]) -> Arg {
    let mut names: Vec<Arg> = partitions
        .iter()
        .take(if partitions.len() > 12 { 10 } else { 12 })
        .map(|at| PLACE.with("place", partition(world, *at)).into())
        .collect();
    if names.len() < partitions.len() {
        names.push(AND_MORE.text().into());
    }
    Arg::List(names)
}

/// A node as it stands within a sentence.
pub(crate) fn node(world: &World, node: NodeId) -> Arg {
    match world.client_name(node) {
        Some(name) => Arg::Text(name.to_owned()),
        None if node == crate::cluster::ADMIN => ADMIN_CLIENT.text().into(),
        None => named(node.0).into(),
    }
}

/// The `client.id` of a client.
pub(super) fn client(world: &World, node: NodeId) -> String {
    world.client_name(node).unwrap_or("?").to_owned()
}

/// Length of the part of a member id after the `client.id`: a hyphen and a UUID.
const MEMBER_ID_TAIL: usize = 37;

/// The consumer's name in a member id (`client.id` + `-` + UUID).
pub fn member_name(member_id: &str) -> &str {
    let end = member_id.len().checked_sub(MEMBER_ID_TAIL);
    end.and_then(|end| member_id.get(..end)).filter(|name| !name.is_empty()).unwrap_or(member_id)
}

/// The consumer that has this member id, by its `client.id`: in the consumer protocol the id is a UUID alone.
pub fn member(world: &World, member_id: &str) -> String {
    world.member_client(member_id).unwrap_or_else(|| member_name(member_id)).to_owned()
}

/// A key as text: as its producer serialized it, or by its looks when the producer is gone.
pub(crate) fn key_text(world: &World, client: NodeId, key: &[u8]) -> String {
    serializer_of(world, client, key).display(key)
}

/// The serializer that made a key.
pub(crate) fn serializer_of(world: &World, client: NodeId, key: &[u8]) -> Serializer {
    if let Some(slot) = world.producers().get(&client) {
        return slot.producer.load.serializer;
    }
    match std::str::from_utf8(key) {
        Ok(text) if !text.chars().any(char::is_control) => Serializer::String,
        _ if key.len() == 4 => Serializer::Integer,
        _ if key.len() == 8 => Serializer::Long,
        _ => Serializer::String,
    }
}

/// Who packed the record at an offset of a broker's log, and its key.
pub(crate) fn record_key(
    world: &World,
    broker: BrokerId,
    at: TopicIdPartition,
    offset: i64,
) -> Option<(NodeId, Option<Vec<u8>>)> {
    let log = &world.brokers().get(&broker)?.replica(at)?.log;
    let batch = log.batches().holding(offset)?;
    let key = batch.record(offset)?.key.map(<[u8]>::to_vec);
    Some((batch.records.stamp.client, key))
}

/// The keys of some records of a broker's log, as a list for a sentence.
pub(super) fn keys(world: &World, broker: BrokerId, at: TopicIdPartition, base_offset: i64, records: u32) -> Arg {
    let mut keys: Vec<Arg> = (base_offset..)
        .take((records as usize).min(NAMED_MAX))
        .map(|offset| match record_key(world, broker, at, offset) {
            Some((client, Some(key))) => key_text(world, client, &key).into(),
            _ => NO_KEY.text().into(),
        })
        .collect();
    if records as usize > NAMED_MAX {
        keys.push(AND_MORE.text().into());
    }
    Arg::List(keys)
}

/// A question or answer's list of brokers, `[1, 3]`.
pub(super) fn brokers(ids: &[BrokerId]) -> String {
    format!("{ids:?}")
}
