//! Segments, retention, compaction.

use super::{Told, caused, names, plain};
use crate::{
    history::Run,
    i18n::{Arg, Template},
    kafka::{
        event::{Event, EventKind, LogStartBy},
        log::{Cleaned, Deleted, Deletion, RollReason},
    },
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    ROLLED_BYTES = "Broker {broker} began segment **{base}** of `{place}`: the one before would have grown over `segment.bytes`.",
        "broker {broker} 为 `{place}` 新建了 segment **{base}**：否则前一个会超过 `segment.bytes`。";
    ROLLED_TIME = "Broker {broker} began segment **{base}** of `{place}`: its newest record is more than `segment.ms` later than the first of the segment before; where the log is compacted, `max.compaction.lag.ms` counts, too.",
        "broker {broker} 为 `{place}` 新建了 segment **{base}**：这个 batch 中最新的消息比前一个 segment 的首条消息晚超过 `segment.ms`；若日志会被压实，`max.compaction.lag.ms` 同样有效。";
    ROLLED_INDEX = "Broker {broker} began segment **{base}** of `{place}`: an index of the one before was full (`segment.index.bytes`).",
        "broker {broker} 为 `{place}` 新建了 segment **{base}**：前一个的索引已满（`segment.index.bytes`）。";
    ROLLED_OFFSETS = "Broker {broker} began segment **{base}** of `{place}`: offsets of the one before would not have fitted into 31 bits.",
        "broker {broker} 为 `{place}` 新建了 segment **{base}**：前一个的相对 offset 将超出 31 位。";
    ROLLED_RETENTION = "Broker {broker} began an empty segment **{base}** of `{place}`, because retention takes all others, the active one too.",
        "broker {broker} 为 `{place}` 新建了空的 segment **{base}**，因为其余 segment（包括 active segment）都将被保留策略删除。";
    DELETED_START = "Broker {broker} deleted segment **{base}** of `{place}` ({n|one record|{n} records}, {bytes}): all of it lay before the log's start, {start}.",
        "broker {broker} 删除了 `{place}` 的 segment **{base}**（{n} 条消息，{bytes}）：它全部位于日志起点 {start} 之前。";
    DELETED_SIZE = "Broker {broker} deleted segment **{base}** of `{place}` ({n|one record|{n} records}, {bytes}): without it the log still has {left}, and `retention.bytes` is {limit}.",
        "broker {broker} 删除了 `{place}` 的 segment **{base}**（{n} 条消息，{bytes}）：没有它日志仍有 {left}，而 `retention.bytes` 为 {limit}。";
    DELETED_TIME = "Broker {broker} deleted segment **{base}** of `{place}` ({n|one record|{n} records}, {bytes}): its newest record was {age} old, and `retention.ms` is {limit}.",
        "broker {broker} 删除了 `{place}` 的 segment **{base}**（{n} 条消息，{bytes}）：其中最新的消息已有 {age}，而 `retention.ms` 为 {limit}。";
    START_MOVED_RETENTION = "On broker {broker} the log of `{place}` starts at **{to}** now.",
        "在 broker {broker} 上，`{place}` 的日志现在从 **{to}** 开始。";
    START_MOVED_REQUEST = "Leader broker {broker} moved the start of `{place}` from {from} to **{to}**, as DeleteRecords asked: what lies before can be read no more.",
        "leader broker {broker} 按 DeleteRecords 的要求把 `{place}` 的起点从 {from} 移到 **{to}**：之前的消息再也读不到了。";
    START_MOVED_LEADER = "Broker {broker} learnt from the leader that `{place}` starts at **{to}** now.",
        "broker {broker} 从 leader 得知 `{place}` 现在从 **{to}** 开始。";
    CLEANED = "The cleaner of broker {broker} compacted `{place}` from {from} to **{to}**: {superseded|one record|{superseded} records} with a newer record of the same key went, {before} became {after}.",
        "broker {broker} 的 cleaner 压实（compaction）了 `{place}` 的 {from} 到 **{to}**：{superseded} 条已有同 key 更新消息的旧消息被移除，{before} 变为 {after}。";
    CLEANED_TOMBSTONES = "The cleaner of broker {broker} compacted `{place}` from {from} to **{to}**: {superseded|one record|{superseded} records} with a newer record of the same key went, and {tombstones|one tombstone|{tombstones} tombstones} whose `delete.retention.ms` was over; {before} became {after}.",
        "broker {broker} 的 cleaner 压实（compaction）了 `{place}` 的 {from} 到 **{to}**：{superseded} 条已有同 key 更新消息的旧消息被移除，{tombstones} 条 `delete.retention.ms` 已过的 tombstone 也被移除；{before} 变为 {after}。";
    OUT_OF_RANGE = "Broker {broker} asked for offset {offset} of `{place}`, which its leader does not have (OFFSET_OUT_OF_RANGE); it asks where the leader's log ends and starts.",
        "broker {broker} 请求 `{place}` 的 offset {offset}，但 leader 没有（OFFSET_OUT_OF_RANGE）；它向 leader 询问日志的末尾和起点。";
    STARTED_ANEW = "Broker {broker} threw away its log of `{place}`, which ended at {end}, and begins again at **{at}**, where the leader's starts.",
        "broker {broker} 丢弃了自己在 {end} 处结束的 `{place}` 日志，从 leader 的起点 **{at}** 重新开始。";
    STARTED_ANEW_EARLIER = "Broker {broker} begins its empty log of `{place}` at **{at}** and not at {end}: the batch that holds {end} begins there, and a batch is copied whole.",
        "broker {broker} 的空日志 `{place}` 从 **{at}** 而不是 {end} 开始：包含 {end} 的 batch 从那里开始，而 batch 总是整体复制。";
    SKIPPED = "**{who}** passed over {n|one offset|{n} offsets} of `{place}` whose records are gone, compacted away; its position is **{to}**.",
        "**{who}** 越过了 `{place}` 中 {n} 个消息已被压实清除的 offset；它的 position 是 **{to}**。";
    WHY_DELETED = "Why deleted?", "为什么被删除？";
    BYTES = "{n}\u{a0}B", "{n}\u{a0}B";
}

/// A size as sentences write it.
pub(crate) fn bytes(n: u64) -> Arg {
    BYTES.with("n", n as i64).into()
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let broker = event.node.0;
    let partition = |at| names::partition(world, at);
    match &event.kind {
        E::SegmentRolled { partition: at, base_offset, reason } => {
            let text = rolled(*reason).with("broker", broker).with("base", *base_offset);
            caused(text.with("place", partition(*at)), event)
        }
        E::SegmentDeleted { partition: at, deleted } => {
            let Deleted { segment, why, .. } = &**deleted;
            let text = match why {
                Deletion::StartOffset { log_start } => DELETED_START.with("start", *log_start),
                Deletion::Size { total, limit } => {
                    DELETED_SIZE.with("left", bytes(total - segment.size_bytes)).with("limit", bytes(*limit))
                }
                Deletion::Time { newest_us, retention_us } => {
                    let age_us = event.time_us.saturating_sub(*newest_us);
                    DELETED_TIME.with("age", Arg::Duration(age_us)).with("limit", Arg::Duration(*retention_us))
                }
            };
            let text = text.with("broker", broker).with("base", segment.base_offset).with("place", partition(*at));
            let text = text.with("n", segment.records as i64).with("bytes", bytes(segment.size_bytes));
            Some((text, Some((WHY_DELETED.text(), WhyKey::SegmentDeleted { event: event.id }))))
        }
        E::LogStartMoved { partition: at, from, to, by } => {
            let text = match by {
                LogStartBy::Retention => START_MOVED_RETENTION.text(),
                LogStartBy::DeleteRecords => START_MOVED_REQUEST.with("from", *from),
                LogStartBy::Leader => START_MOVED_LEADER.text(),
            };
            caused(text.with("broker", broker).with("place", partition(*at)).with("to", *to), event)
        }
        E::LogCleaned { partition: at, cleaned } => {
            let Cleaned { from, to, superseded, tombstones, bytes_before, bytes_after, .. } = **cleaned;
            let text = match tombstones {
                0 => CLEANED.text(),
                _ => CLEANED_TOMBSTONES.with("tombstones", tombstones as i64),
            };
            let text = text.with("broker", broker).with("place", partition(*at)).with("from", from).with("to", to);
            let text = text.with("superseded", superseded as i64);
            caused(text.with("before", bytes(bytes_before)).with("after", bytes(bytes_after)), event)
        }
        E::FollowerOutOfRange { partition: at, offset } => {
            caused(OUT_OF_RANGE.with("broker", broker).with("place", partition(*at)).with("offset", *offset), event)
        }
        E::LogStartedAnew { partition: at, end, at: start } => {
            let template = if start < end { &STARTED_ANEW_EARLIER } else { &STARTED_ANEW };
            let text = template.with("broker", broker).with("place", partition(*at));
            caused(text.with("end", *end).with("at", *start), event)
        }
        E::OffsetsSkipped { partition: at, offsets, to } => {
            let text = SKIPPED.with("who", names::client(world, event.node)).with("n", *offsets);
            plain(text.with("place", partition(*at)).with("to", *to))
        }
        _ => None,
    }
}

fn rolled(reason: RollReason) -> &'static Template {
    match reason {
        RollReason::Bytes => &ROLLED_BYTES,
        RollReason::Time => &ROLLED_TIME,
        RollReason::IndexFull => &ROLLED_INDEX,
        RollReason::Offsets => &ROLLED_OFFSETS,
        RollReason::Retention | RollReason::StartedAnew => &ROLLED_RETENTION,
    }
}
