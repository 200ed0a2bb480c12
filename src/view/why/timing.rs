//! Why a batch left when it did: `linger.ms`, `batch.size`, and the other reasons (reference §2.2, §2.3).

use super::{WhyCard, WhyKey, WhyStep, chain, formula, strong};
use crate::{
    history::Run,
    i18n::{Arg, Text, moment},
    kafka::{
        config::ProducerConfig,
        event::{BatchSent, Event, EventKind, SendReason},
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_TIMING = "Why did this batch leave now?", "这个 batch 为什么在此刻发出？";
    CREATED = "first record added at", "加入第一条消息的时刻";
    LEFT = "left at", "发出的时刻";
    WAITED = "waited", "等待了";
    SIZE = "bytes in the batch", "batch 的字节数";
    CODEC = "`compression.type`", "`compression.type`";
    SIZE_BEFORE = "bytes before compression", "压缩前的字节数";
    SIZE_AFTER = "bytes after it", "压缩后的字节数";
    ESTIMATED = "While it filled, the producer only estimated what compression would leave of it; the estimate falls slowly with each batch of the topic that comes out smaller, and rises at once with one that comes out larger.",
        "batch 填充期间，producer 只能估计压缩后的大小；该 topic 的 batch 压缩得更小时，估计值缓慢下降，压缩得更差时则立即上升。";
    COMPRESSED_LARGER = "It is larger than before: so few bytes, or bytes so random, do not make up for the codec's own frame.",
        "压缩后反而更大：字节太少或太随机，抵不过压缩格式自身的开销。";
    LIMIT_LINGER = "`linger.ms`", "`linger.ms`";
    LIMIT_SIZE = "`batch.size`", "`batch.size`";
    FULL = "It was full: `batch.size` was reached, or the next record no longer fitted in and began another batch.",
        "它已写满：达到了 `batch.size`，或者下一条消息放不下而开始了新的 batch。";
    LINGER = "It was not full, but `linger.ms` was over: it has waited long enough for more records.",
        "它没有写满，但 `linger.ms` 已到：等待更多消息的时间已经够了。";
    RODE_ALONG = "It was not its turn yet, but another batch for broker {broker} was, and one request takes along what there is for its broker.",
        "还没有轮到它，但发往 broker {broker} 的另一个 batch 已就绪，同一请求会把发往该 broker 的都带上。";
    FLUSH = "The producer closes, so nothing waits any more.", "producer 正在关闭，不再等待。";
    BUFFER = "`buffer.memory` was used up and a `send` waits, so nothing waits any more.",
        "`buffer.memory` 已用完，有 `send` 在等待，因此不再等待。";
    RETRY = "It was sent before and failed; its backoff was over, so this is attempt {attempt}.",
        "它之前发送失败过；退避时间已过，这是第 {attempt} 次尝试。";
    TRY_MORE = "A longer `linger.ms` would have let more records ride in it.", "如果 `linger.ms` 更长，它可以装进更多消息。";
}

pub(super) fn card(run: &Run, key: &WhyKey, event: &Event) -> Option<WhyCard> {
    let EventKind::BatchSent(batch) = &event.kind else { return None };
    let world = run.world();
    let config = world.producers().get(&event.node).map(|slot| &slot.producer.config);
    Some(WhyCard {
        key: key.clone(),
        title: TITLE_TIMING.text(),
        subject: story::partition(world, batch.partition),
        steps: steps(batch, event.time_us, config),
        note: (batch.reason == SendReason::Linger).then(|| TRY_MORE.text()),
        chain: chain(run, event.id),
    })
}

fn steps(batch: &BatchSent, left_us: u64, config: Option<&ProducerConfig>) -> Vec<WhyStep> {
    let (full, linger) = (batch.reason == SendReason::Full, batch.reason == SendReason::Linger);
    let mark = |important: bool, value: Arg| if important { Arg::Nested(strong(value)) } else { value };
    let mut steps = vec![
        formula(CREATED.text(), moment(batch.created_us)),
        formula(LEFT.text(), moment(left_us)),
        formula(WAITED.text(), mark(linger, Arg::Duration(left_us.saturating_sub(batch.created_us)))),
    ];
    if let Some(config) = config {
        steps.push(formula(LIMIT_LINGER.text(), mark(linger, Arg::Duration(config.linger_us))));
    }
    match *batch.compressed {
        None => steps.push(formula(SIZE.text(), mark(full, batch.bytes.into()))),
        Some((codec, before)) => {
            steps.push(formula(CODEC.text(), codec.name()));
            steps.push(formula(SIZE_BEFORE.text(), before));
            steps.push(formula(SIZE_AFTER.text(), mark(full, batch.bytes.into())));
        }
    }
    if let Some(config) = config {
        steps.push(formula(LIMIT_SIZE.text(), mark(full, config.batch_size.into())));
    }
    steps.push(WhyStep::Sentence(reason(batch)));
    if let Some((_, before)) = *batch.compressed {
        let grew = batch.bytes >= before;
        steps.push(WhyStep::Sentence(if grew { COMPRESSED_LARGER.text() } else { ESTIMATED.text() }));
    }
    steps
}

fn reason(batch: &BatchSent) -> Text {
    match batch.reason {
        SendReason::Full => FULL.text(),
        SendReason::Linger => LINGER.text(),
        SendReason::RodeAlong => RODE_ALONG.with("broker", batch.broker),
        SendReason::Flush => FLUSH.text(),
        SendReason::BufferExhausted => BUFFER.text(),
        SendReason::Retry => RETRY.with("attempt", batch.attempt),
    }
}
