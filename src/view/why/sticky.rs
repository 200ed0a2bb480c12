//! The sticky partition: bytes produced, the limit, and the weights of the next choice (KIP-794, reference §1.3, §1.4).

use super::{WhyStep, strong};
use crate::{
    cluster::ProducerSlot,
    i18n::{Arg, Text},
    templates,
};

templates! {
    "why":
    STICKY = "No key decides, so the built-in partitioner sticks to one partition until `batch.size` bytes have gone there.",
        "没有 key 可依据，因此内置分区器会粘在一个分区上，直到写入 `batch.size` 字节。";
    STICKY_IGNORES = "`partitioner.ignore.keys` is `true`, so the key does not count and the record sticks to one partition until `batch.size` bytes have gone there.",
        "`partitioner.ignore.keys` 为 `true`，因此不看 key，消息会粘在一个分区上，直到写入 `batch.size` 字节。";
    PRODUCED = "{bytes} of {limit} bytes have gone to P{partition} since it was chosen.",
        "自选中 P{partition} 以来已写入 {bytes} / {limit} 字节。";
    MOVED_ON = "Since then **{who}** has moved on and sticks to P{now}.", "此后 **{who}** 已换到 P{now}。";
    NOT_CHOSEN = "No partition is chosen yet: the first record draws one at random.", "还没有选定分区：第一条消息会随机选一个。";
    EQUAL = "The next choice is a random draw among all partitions that have a leader, each equally likely.",
        "下一次在所有有 leader 的分区中随机选取，概率相等。";
    WEIGHTS = "The next choice is a random draw by weight, more for shorter queues: {weights}.",
        "下一次按权重随机选取，队列越短权重越大：{weights}。";
    WEIGHT = "P{partition} × {weight}", "P{partition} × {weight}";
    TWICE = "With a batch still open it stays on, up to twice as many bytes, so that no small batch is left behind.",
        "如果 batch 尚未写满，它会继续停留，最多到两倍的字节数，以免留下零碎的 batch。";
}

/// Partitions whose weight is told.
const WEIGHTS_MAX: usize = 24;

/// The rule with its values. Returns the note.
pub(super) fn steps(
    steps: &mut Vec<WhyStep>,
    slot: Option<&ProducerSlot>,
    topic: &str,
    partition: i32,
    has_key: bool,
) -> Option<Text> {
    steps.push(WhyStep::Sentence(if has_key { STICKY_IGNORES.text() } else { STICKY.text() }));
    let slot = slot?;
    let Some((state, _)) = slot.producer.partitioner_state(topic) else {
        steps.push(WhyStep::Sentence(NOT_CHOSEN.text()));
        return None;
    };
    match state.current() {
        None => steps.push(WhyStep::Sentence(NOT_CHOSEN.text())),
        Some(now) if now == partition => {
            let text = PRODUCED.with("bytes", strong(state.produced_bytes())).with("limit", state.sticky_batch_size());
            steps.push(WhyStep::Formula(text.with("partition", now)));
        }
        Some(now) => {
            steps.push(WhyStep::Sentence(MOVED_ON.with("who", &*slot.producer.name).with("now", now)));
        }
    }
    let weights = state.weights();
    steps.push(WhyStep::Sentence(match weights.is_empty() {
        true => EQUAL.text(),
        false => {
            let weigh = |(partition, weight): &(i32, i64)| {
                Arg::Nested(WEIGHT.with("partition", *partition).with("weight", *weight))
            };
            WEIGHTS.with("weights", weights.iter().take(WEIGHTS_MAX).map(weigh).collect::<Vec<Arg>>())
        }
    }));
    Some(TWICE.text())
}
