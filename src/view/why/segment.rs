//! Why a segment was deleted: log start, size or time, with the record that decided (reference §3.3).

use super::{WhyCard, WhyKey, WhyStep, chain, formula, strong};
use crate::{
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        event::{Event, EventKind},
        log::{Deleted, Deletion},
    },
    templates,
    view::story::{self, bytes},
};

templates! {
    "why":
    TITLE_DELETED = "Why was this segment deleted?", "这个 segment 为什么被删除？";
    WHAT = "Segment {base} of `{place}` on broker {broker} held offsets {base} to {last}.",
        "broker {broker} 上 `{place}` 的 segment {base} 存放 offset {base} 到 {last}。";
    WHOLE = "Retention never takes single records: a segment goes as a whole, the oldest first, and only if all of it lies below the high watermark. Each replica looks at its own log.",
        "保留策略从不删除单条消息：segment 整段删除，从最旧的开始，且必须全部位于 high watermark 之前。每个副本各自检查自己的日志。";
    BY_START = "All of it lies before the log's start: records up to there were deleted by DeleteRecords, or are gone on the leader.",
        "它全部位于日志起点之前：起点之前的消息已由 DeleteRecords 删除，或者在 leader 上已不存在。";
    BY_SIZE = "Without it the log still holds `retention.bytes`; size never cuts below the limit.",
        "没有它，日志仍不少于 `retention.bytes`；按大小删除从不会低于该限制。";
    BY_TIME = "Its newest record is older than `retention.ms`. The newest one counts, not the oldest: so records may live longer than `retention.ms`, up to `segment.ms` and the time to the next look.",
        "其中最新的消息早于 `retention.ms`。起作用的是最新而非最旧的消息：因此消息可能比 `retention.ms` 活得更久，最多再加上 `segment.ms` 和到下次检查的时间。";
    WAS_ACTIVE = "It was the active segment. As all segments were due, an empty one was begun first, so that the log is never without one.",
        "它是 active segment。由于全部 segment 都已到期，先新建了一个空的，日志不会没有 segment。";
    SEGMENT_END = "end of the segment", "segment 的结尾";
    LOG_START = "start of the log", "日志起点";
    LOG_BYTES = "bytes of the log", "日志的字节数";
    SEGMENT_BYTES = "bytes of the segment", "segment 的字节数";
    LEFT_BYTES = "bytes without it", "没有它时的字节数";
    LIMIT_BYTES = "`retention.bytes`", "`retention.bytes`";
    NEWEST_OFFSET = "its newest record", "其中最新的消息";
    NEWEST_TIME = "timestamp of that", "该消息的时间戳";
    NOW = "now", "现在";
    AGE = "age", "已过时间";
    LIMIT_TIME = "`retention.ms`", "`retention.ms`";
    NEXT_LOOK = "A broker looks every `log.retention.check.interval.ms`, so a segment may be due for a while before it goes.",
        "broker 每隔 `log.retention.check.interval.ms` 检查一次，因此 segment 到期后可能过一会儿才被删除。";
}

pub(super) fn card(run: &Run, key: &WhyKey, event: &Event) -> Option<WhyCard> {
    let EventKind::SegmentDeleted { partition, deleted } = &event.kind else { return None };
    let place = story::partition(run.world(), *partition);
    let what = WHAT.with("base", deleted.segment.base_offset).with("place", place.as_str());
    let what = what.with("broker", event.node.0).with("last", deleted.end - 1);
    let mut steps = vec![WhyStep::Sentence(what), WhyStep::Sentence(WHOLE.text())];
    steps.extend(rule(deleted, event.time_us));
    if deleted.active {
        steps.push(WhyStep::Sentence(WAS_ACTIVE.text()));
    }
    Some(WhyCard {
        key: key.clone(),
        title: TITLE_DELETED.text(),
        subject: format!("{place} · {}–{}", deleted.segment.base_offset, deleted.end - 1),
        steps,
        note: Some(NEXT_LOOK.text()),
        chain: chain(run, event.id),
    })
}

fn rule(deleted: &Deleted, now_us: u64) -> Vec<WhyStep> {
    let strong = |value: Arg| Arg::Nested(strong(value));
    let line = |left: Text, right: Arg| formula(left, right);
    match deleted.why {
        Deletion::StartOffset { log_start } => vec![
            line(SEGMENT_END.text(), deleted.end.into()),
            line(LOG_START.text(), strong(log_start.into())),
            WhyStep::Sentence(BY_START.text()),
        ],
        Deletion::Size { total, limit } => vec![
            line(LOG_BYTES.text(), bytes(total)),
            line(SEGMENT_BYTES.text(), bytes(deleted.segment.size_bytes)),
            line(LEFT_BYTES.text(), strong(bytes(total - deleted.segment.size_bytes))),
            line(LIMIT_BYTES.text(), strong(bytes(limit))),
            WhyStep::Sentence(BY_SIZE.text()),
        ],
        Deletion::Time { newest_us, retention_us } => {
            let offset = deleted.segment.newest().map(|(_, offset)| line(NEWEST_OFFSET.text(), offset.into()));
            let mut steps: Vec<WhyStep> = offset.into_iter().collect();
            steps.extend([
                line(NEWEST_TIME.text(), Arg::Duration(newest_us)),
                line(NOW.text(), Arg::Duration(now_us)),
                line(AGE.text(), strong(Arg::Duration(now_us.saturating_sub(newest_us)))),
                line(LIMIT_TIME.text(), strong(Arg::Duration(retention_us))),
                WhyStep::Sentence(BY_TIME.text()),
            ]);
            steps
        }
    }
}
