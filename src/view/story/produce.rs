//! What producers do, and what leaders do with their batches.

use super::{Told, WHY, caused, names, plain};
use crate::{
    history::Run,
    i18n::Text,
    kafka::{
        event::{BatchSent, Event, EventKind, PartitionedBy},
        ids::TopicIdPartition,
    },
    sim::NodeId,
    templates,
    view::why::{WhyKey, answered},
};

templates! {
    "story":
    BUFFERED_KEY = "**{who}** buffered a record for `{place}`, where its key belongs.",
        "**{who}** 缓存了一条发往 `{place}` 的消息，分区由它的 key 决定。";
    BUFFERED_EXPLICIT = "**{who}** buffered a record for `{place}`, which the record names itself.",
        "**{who}** 缓存了一条发往 `{place}` 的消息，分区由消息自己指定。";
    BUFFERED_STICKY = "**{who}** buffered a record without a key for `{place}`, its sticky partition now.",
        "**{who}** 缓存了一条没有 key 的消息，发往当前的粘性分区 `{place}`。";
    BUFFERED_ROUND_ROBIN = "**{who}** buffered a record for `{place}`, whose turn it is.",
        "**{who}** 缓存了一条消息，轮到发往 `{place}`。";
    BUFFERED_MANY = "**{who}** buffered {n|1 record|{n} records}.", "**{who}** 缓存了 {n} 条消息。";
    STICKY_CHANGED = "**{who}** sends records without a key to `{place}` from now on: the partition before had {bytes} bytes.",
        "**{who}** 此后把没有 key 的消息发往 `{place}`：上一个分区已写入 {bytes} 字节。";
    BATCH_SENT = "**{who}** sent a batch of {n|1 record|{n} records} to `{place}` on broker {broker}.",
        "**{who}** 向 broker {broker} 上的 `{place}` 发送了一个 batch，含 {n} 条消息。";
    BATCH_SENT_AGAIN = "**{who}** sent a batch of {n|1 record|{n} records} to `{place}` on broker {broker} again: attempt {attempt}.",
        "**{who}** 再次向 broker {broker} 上的 `{place}` 发送含 {n} 条消息的 batch：第 {attempt} 次尝试。";
    BATCH_ACKNOWLEDGED = "**{who}** was told that `{place}` {n|is|are} stored.",
        "**{who}** 收到确认：`{place}` 的 {n} 条消息已写入。";
    BATCH_FORGOTTEN = "**{who}** waits for no answer to its batch for `{place}` (`acks=0`).",
        "**{who}** 不等待 `{place}` 的 batch 的应答（`acks=0`）。";
    BATCH_RETRIED = "**{who}** got `{error}` for its batch for `{place}` and sends it again in {backoff}.",
        "**{who}** 发往 `{place}` 的 batch 收到 `{error}`，将在 {backoff} 后重发。";
    BATCH_RETRIED_AT_ONCE = "**{who}** got `{error}` for its batch for `{place}` and sends it again at once.",
        "**{who}** 发往 `{place}` 的 batch 收到 `{error}`，立即重发。";
    BATCH_FAILED = "**{who}** gave up {n|1 record|{n} records} for `{place}`: `{error}`.",
        "**{who}** 放弃了发往 `{place}` 的 {n} 条消息：`{error}`。";
    BUFFER_EXHAUSTED = "A `send` of **{who}** waits: `buffer.memory` is used up.",
        "**{who}** 的一次 `send` 正在等待：`buffer.memory` 已用完。";
    SEND_FAILED = "A `send` of **{who}** failed: `{error}`.", "**{who}** 的一次 `send` 失败：`{error}`。";
    LIMIT_REACHED = "**{who}** was paused: the run keeps as many records as it may.",
        "**{who}** 已暂停：本次运行保存的消息数已达上限。";
    APPENDED_ALONE = "Broker {broker} appended **{keys}** at `{place}`; the ISR has nobody else.",
        "broker {broker} 将 **{keys}** 追加到 `{place}`；ISR 中没有其他副本。";
    APPENDED = "Broker {broker} appended **{keys}** at `{place}`; {missing|1 follower does|{missing} followers do} not have it yet.",
        "broker {broker} 将 **{keys}** 追加到 `{place}`；还有 {missing} 个 follower 尚未复制。";
    APPENDED_UNKEYED_ALONE = "Broker {broker} appended a record without a key at `{place}`; the ISR has nobody else.",
        "broker {broker} 将一条没有 key 的消息追加到 `{place}`；ISR 中没有其他副本。";
    APPENDED_UNKEYED = "Broker {broker} appended a record without a key at `{place}`; {missing|1 follower does|{missing} followers do} not have it yet.",
        "broker {broker} 将一条没有 key 的消息追加到 `{place}`；还有 {missing} 个 follower 尚未复制。";
    APPENDED_MANY_ALONE = "Broker {broker} appended {n} records ({keys}) at `{place}`; the ISR has nobody else.",
        "broker {broker} 将 {n} 条消息（{keys}）追加到 `{place}`；ISR 中没有其他副本。";
    APPENDED_MANY = "Broker {broker} appended {n} records ({keys}) at `{place}`; {missing|1 follower does|{missing} followers do} not have them yet.",
        "broker {broker} 将 {n} 条消息（{keys}）追加到 `{place}`；还有 {missing} 个 follower 尚未复制。";
    DUPLICATE = "Broker {broker} has this batch at `{place}` already and does not append it again: the producer is idempotent.",
        "broker {broker} 在 `{place}` 已有这个 batch，不再追加：producer 是幂等的。";
    REFUSED = "Broker {broker} refused a batch for `{place}`: `{error}`.",
        "broker {broker} 拒绝了发往 `{place}` 的 batch：`{error}`。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let who = || names::client(world, event.node);
    let broker = event.node.0;
    match &event.kind {
        E::RecordBuffered { partition, by } => {
            let template = match by {
                PartitionedBy::Explicit => &BUFFERED_EXPLICIT,
                PartitionedBy::Key => &BUFFERED_KEY,
                PartitionedBy::Sticky => &BUFFERED_STICKY,
                PartitionedBy::RoundRobin => &BUFFERED_ROUND_ROBIN,
            };
            plain(template.with("who", who()).with("place", names::partition(world, *partition)))
        }
        E::RecordsBuffered { records } => plain(BUFFERED_MANY.with("who", who()).with("n", *records)),
        E::StickyPartitionChanged { topic, to, bytes } => {
            let place = names::partition(world, TopicIdPartition::new(*topic, *to));
            caused(STICKY_CHANGED.with("who", who()).with("place", place).with("bytes", *bytes), event)
        }
        E::BatchSent(batch) => Some(batch_sent(run, event, batch)),
        E::BatchAcknowledged { partition, base_offset: -1, .. } => {
            plain(BATCH_FORGOTTEN.with("who", who()).with("place", names::partition(world, *partition)))
        }
        E::BatchAcknowledged { partition, records, base_offset, .. } => {
            let place = names::range(world, *partition, *base_offset, *records);
            plain(BATCH_ACKNOWLEDGED.with("who", who()).with("place", place).with("n", *records))
        }
        E::BatchRetried { partition, error, backoff_us, .. } => {
            let template = if *backoff_us == 0 { &BATCH_RETRIED_AT_ONCE } else { &BATCH_RETRIED };
            let text = template.with("who", who()).with("place", names::partition(world, *partition));
            let text = text.with("error", error.name()).with("backoff", crate::i18n::Arg::Duration(*backoff_us));
            told_by_broker(run, text, event)
        }
        E::BatchFailed { partition, records, error, .. } => {
            let text = BATCH_FAILED.with("who", who()).with("place", names::partition(world, *partition));
            told_by_broker(run, text.with("n", *records).with("error", error.name()), event)
        }
        E::BufferExhausted => caused(BUFFER_EXHAUSTED.with("who", who()), event),
        E::SendFailed { error, .. } => caused(SEND_FAILED.with("who", who()).with("error", error.name()), event),
        E::RecordLimitReached => plain(LIMIT_REACHED.with("who", who())),
        E::RecordsAppended { partition, base_offset, records, missing, client } => {
            let text = appended(run, event.node, (*partition, *base_offset, *records), *missing, *client);
            Some((text, appended_question(run, *partition, *base_offset)))
        }
        E::DuplicateBatch { partition, base_offset } => {
            let place = names::place(world, *partition, *base_offset);
            caused(DUPLICATE.with("broker", broker).with("place", place), event)
        }
        E::AppendRefused { partition, error } => {
            let text = REFUSED.with("broker", broker).with("place", names::partition(world, *partition));
            let why = WhyKey::WriteRefused { event: event.id };
            Some((text.with("error", error.name()), Some((WHY.text(), why))))
        }
        _ => None,
    }
}

/// Where a broker refused the batch, that is asked for; else what else caused it.
fn told_by_broker(run: &Run, text: Text, event: &Event) -> Option<Told> {
    match answered(run, event) {
        Some(refused) => Some((text, Some((WHY.text(), WhyKey::WriteRefused { event: refused.id })))),
        None => caused(text, event),
    }
}

fn batch_sent(run: &Run, event: &Event, batch: &BatchSent) -> Told {
    let world = run.world();
    let template = if batch.attempt > 1 { &BATCH_SENT_AGAIN } else { &BATCH_SENT };
    let text = template
        .with("who", names::client(world, event.node))
        .with("n", batch.records)
        .with("place", names::partition(world, batch.partition))
        .with("broker", batch.broker)
        .with("attempt", batch.attempt);
    (text, Some((super::WHY_NOW.text(), WhyKey::BatchTiming { event: event.id })))
}

fn appended(run: &Run, broker: NodeId, at: (TopicIdPartition, i64, u32), missing: u32, client: NodeId) -> Text {
    let world = run.world();
    let (partition, base_offset, records) = at;
    let first = names::record_key(world, broker.0, partition, base_offset).and_then(|(_, key)| key);
    let alone = missing == 0;
    let text = match (records, first) {
        (0 | 1, Some(key)) => {
            let template = if alone { &APPENDED_ALONE } else { &APPENDED };
            template.with("keys", names::key_text(world, client, &key))
        }
        (0 | 1, None) => if alone { &APPENDED_UNKEYED_ALONE } else { &APPENDED_UNKEYED }.text(),
        _ => {
            let template = if alone { &APPENDED_MANY_ALONE } else { &APPENDED_MANY };
            template.with("n", records).with("keys", names::keys(world, broker.0, partition, base_offset, records))
        }
    };
    let place = names::range(world, partition, base_offset, records);
    text.with("broker", broker.0).with("place", place).with("missing", missing)
}

fn appended_question(run: &Run, at: TopicIdPartition, offset: i64) -> Option<(Text, WhyKey)> {
    let topic = run.world().topic_name(at.topic).to_owned();
    let question = super::WHY_PARTITION.with("partition", at.partition);
    Some((question, WhyKey::Partition { topic, partition: at.partition, offset }))
}
