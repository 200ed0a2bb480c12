//! The segments of one replica: what is in each, what is clean and what dirty, and what goes next.
//!
//! Left out: pixels; a segment's share of the log is in thousandths.

use crate::{
    cluster::World,
    history::Run,
    i18n::{Arg, Template, Text},
    kafka::{
        broker::Broker,
        event::{Event, EventKind},
        ids::{BrokerId, TopicIdPartition},
        log::{Codec, Deletion, IndexEntry, Log, RollReason},
    },
    templates,
    view::story::{self, StoryLine, bytes},
};

templates! {
    "segments":
    ABOUT = "Broker {broker}'s own log of `{place}`: {segments|one segment|{segments} segments}, {bytes}, offsets {start} to {end}, high watermark {high_watermark}. Each replica has segments of its own.",
        "broker {broker} 自己的 `{place}` 日志：{segments} 个 segment，{bytes}，offset 从 {start} 到 {end}，high watermark 为 {high_watermark}。每个副本都有自己的 segment。";
    NEXT_BY_START = "Next to go: segment **{base}** at {time}, because all of it lies before the log's start, {start}.",
        "接下来删除：segment **{base}**，时间 {time}，因为它全部位于日志起点 {start} 之前。";
    NEXT_BY_SIZE = "Next to go: segment **{base}** at {time}, because without it the log still has {left}, and `retention.bytes` is {limit}.",
        "接下来删除：segment **{base}**，时间 {time}，因为没有它日志仍有 {left}，而 `retention.bytes` 为 {limit}。";
    NEXT_BY_TIME = "Next to go: segment **{base}** at {time}, if nothing more is written into it: its newest record, of {newest}, is older than `retention.ms` ({limit}) then.",
        "接下来删除：segment **{base}**，时间 {time}（如果不再有写入）：届时其中最新的消息（{newest}）将早于 `retention.ms`（{limit}）。";
    NEXT_WAITS = "Segment **{base}** is due, but not all of it lies below the high watermark yet.",
        "segment **{base}** 已到期，但它还没有全部位于 high watermark 之前。";
    NEXT_NEVER_COMPACT = "Retention takes nothing here: `cleanup.policy` is only `compact`.",
        "这里不会按保留策略删除：`cleanup.policy` 只有 `compact`。";
    NEXT_NEVER = "As things stand, retention takes nothing: there is nothing in the log, or it has no limit.",
        "按目前的情况，保留策略不会删除任何内容：日志为空，或没有限制。";
    CLEANING = "Compaction: clean up to {clean}, {dirty} dirty of {all} that can be cleaned, which is {ratio} %; the cleaner takes the log above {needed} %.",
        "压实（compaction）：已清理到 {clean}，可清理的 {all} 中有 {dirty} 未清理过，占 {ratio} %；超过 {needed} % 时 cleaner 会清理该日志。";
    CLEANING_NEXT = "The cleaner takes it at {time}.", "cleaner 将在 {time} 清理它。";
    CLEANING_NOTHING = "Compaction: nothing but the active segment was written since the last pass, and that is never cleaned.",
        "压实（compaction）：上次清理之后只写入了 active segment，而它从不被清理。";
    BEGUN_FIRST = "the first of the log", "日志的第一个";
    BEGUN_BYTES = "the one before reached `segment.bytes`", "前一个达到 `segment.bytes`";
    BEGUN_TIME = "the one before reached `segment.ms`", "前一个达到 `segment.ms`";
    BEGUN_INDEX = "a full index of the one before", "前一个的索引已满";
    BEGUN_OFFSETS = "offsets beyond 31 bits", "offset 超出 31 位";
    BEGUN_RETENTION = "retention took all others", "其余都被保留策略删除";
    BEGUN_ANEW = "begun anew", "重新开始";
    COMPRESSED = "by {codecs}; {before} without", "经 {codecs} 压缩；未压缩为 {before}";
    PART_ACTIVE = "active", "active";
    PART_HIDDEN = "before the log's start", "位于日志起点之前";
    PART_CLEAN = "clean", "已清理";
    PART_DIRTY = "dirty", "未清理";
    PART_HELD = "may not be cleaned yet", "尚不能清理";
    PART_CLOSED = "closed", "已关闭";
}

/// The log of one replica as segments.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentsView {
    /// What it is, in a sentence.
    pub about: Text,
    /// What retention takes next, and when.
    pub next: Text,
    /// How clean it is, if it is compacted.
    pub cleaning: Vec<Text>,
    /// Oldest first.
    pub segments: Vec<SegmentView>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentView {
    /// First offset.
    pub base_offset: i64,
    /// Offset after the last.
    pub end: i64,
    /// Bytes.
    pub bytes: u64,
    /// Where batches in it are compressed: by what, and how many bytes all of it would have without.
    pub compressed: Option<Text>,
    /// Share of the log's bytes, in thousandths.
    pub share: u64,
    /// Records in it.
    pub records: u64,
    /// Timestamp of its newest record.
    pub newest_us: Option<u64>,
    /// Why it was begun.
    pub begun_by: &'static Template,
    /// What it is.
    pub part: Part,
    /// Does retention take it next?
    pub is_next: bool,
    /// Entries of its offset and time index.
    pub index: Vec<IndexEntry>,
}

/// What a segment is to retention and compaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The one that is written to.
    Active,
    /// Cleaned before.
    Clean,
    /// The cleaner may take it.
    Dirty,
    /// The cleaner may not take it yet.
    Held,
    /// Before the log's start: nobody can read it any more.
    Hidden,
    /// Any other.
    Closed,
}

impl Part {
    /// In words.
    pub fn words(self) -> &'static Template {
        match self {
            Part::Active => &PART_ACTIVE,
            Part::Clean => &PART_CLEAN,
            Part::Dirty => &PART_DIRTY,
            Part::Held => &PART_HELD,
            Part::Hidden => &PART_HIDDEN,
            Part::Closed => &PART_CLOSED,
        }
    }

    /// Its class on the page.
    pub fn class(self) -> &'static str {
        match self {
            Part::Active => "segment-active",
            Part::Clean => "segment-clean",
            Part::Dirty => "segment-dirty",
            Part::Held => "segment-held",
            Part::Hidden => "segment-hidden",
            Part::Closed => "segment-closed",
        }
    }
}

/// Events looked at for segments that were deleted, and the most of those that are told.
const SCAN_MAX: usize = 100_000;
const DELETED_MAX: usize = 12;

/// The segments of a broker's replica that were deleted lately, the last one first; each says why and can be asked.
pub fn deleted(run: &Run, topic: &str, partition: i32, broker: BrokerId) -> Vec<StoryLine> {
    let Some((id, _)) = run.world().metadata().topic_by_name(topic) else { return Vec::new() };
    let at = TopicIdPartition::new(id, partition);
    let is_of = |event: &&Event| {
        let of_partition = matches!(&event.kind, EventKind::SegmentDeleted { partition, .. } if *partition == at);
        of_partition && event.node.0 == broker
    };
    let events = run.events().iter().rev().take(SCAN_MAX).filter(is_of);
    events.take(DELETED_MAX).map(|event| story::line(run, event)).collect()
}

/// The segments of a broker's replica.
pub fn segments(world: &World, topic: &str, partition: i32, broker: BrokerId) -> Option<SegmentsView> {
    let (id, _) = world.metadata().topic_by_name(topic)?;
    let broker = world.brokers().get(&broker)?;
    let partition = TopicIdPartition::new(id, partition);
    let log = &broker.replica(partition)?.log;
    let (now_us, clock_us) = (world.now_us(), broker.clock_us(world.now_us()));
    let about = ABOUT.with("broker", broker.id).with("place", format!("{topic}-{}", partition.partition));
    let about = about.with("segments", log.segments().len() as i64).with("bytes", bytes(log.size_bytes()));
    let about = about.with("start", log.log_start_offset()).with("end", log.log_end_offset());
    let next = log.deletion_due_us().and_then(|due_us| broker.deletion_look_us(now_us, partition, due_us));
    Some(SegmentsView {
        about: about.with("high_watermark", log.high_watermark()),
        next: next_deletion(broker, log, next),
        cleaning: cleaning(broker, log, now_us),
        segments: (0..log.segments().len()).filter_map(|index| segment(log, index, clock_us, next)).collect(),
    })
}

fn segment(log: &Log, index: usize, clock_us: u64, next_us: Option<u64>) -> Option<SegmentView> {
    let segment = log.segments().get(index)?;
    let end = log.segment_end(index);
    Some(SegmentView {
        base_offset: segment.base_offset,
        end,
        bytes: segment.size_bytes,
        compressed: compressed(log, segment.base_offset, end),
        share: (segment.size_bytes * 1_000).checked_div(log.size_bytes()).unwrap_or_default(),
        records: segment.records,
        newest_us: segment.newest().map(|(newest_us, _)| newest_us),
        begun_by: begun(segment.begun_by),
        part: part(log, index, clock_us),
        is_next: index == 0 && next_us.is_some(),
        index: segment.index(log.batches(), end),
    })
}

/// What compression makes of the batches between two offsets; each is compressed as a whole.
fn compressed(log: &Log, from: i64, end: i64) -> Option<Text> {
    let (mut codecs, mut before) = ([false; Codec::ALL.len()], 0);
    for batch in log.batches().from(from).take_while(|batch| batch.base_offset < end) {
        codecs[batch.records.codec() as usize] = true;
        before += u64::from(batch.records.plain_bytes());
    }
    let used = Codec::ALL.into_iter().filter(|codec| *codec != Codec::None && codecs[*codec as usize]);
    let used: Vec<&str> = used.map(Codec::name).collect();
    (!used.is_empty()).then(|| COMPRESSED.with("codecs", used.join(", ")).with("before", bytes(before)))
}

fn part(log: &Log, index: usize, clock_us: u64) -> Part {
    let segments = log.segments();
    let Some(segment) = segments.get(index) else { return Part::Closed };
    if index + 1 == segments.len() {
        return Part::Active;
    }
    if log.segment_end(index) <= log.log_start_offset() {
        return Part::Hidden;
    }
    match log.cleaning(clock_us) {
        None => Part::Closed,
        Some(cleaning) if segment.base_offset < cleaning.first_dirty => Part::Clean,
        Some(cleaning) if segment.base_offset < cleaning.first_uncleanable => Part::Dirty,
        Some(_) => Part::Held,
    }
}

fn begun(reason: Option<RollReason>) -> &'static Template {
    match reason {
        None => &BEGUN_FIRST,
        Some(RollReason::Bytes) => &BEGUN_BYTES,
        Some(RollReason::Time) => &BEGUN_TIME,
        Some(RollReason::IndexFull) => &BEGUN_INDEX,
        Some(RollReason::Offsets) => &BEGUN_OFFSETS,
        Some(RollReason::Retention) => &BEGUN_RETENTION,
        Some(RollReason::StartedAnew) => &BEGUN_ANEW,
    }
}

/// What retention takes at its next look at which something is due.
fn next_deletion(broker: &Broker, log: &Log, look_us: Option<u64>) -> Text {
    let (Some(look_us), Some(first)) = (look_us, log.segments().first()) else {
        let is_compacted = log.config().compact && !log.config().delete;
        return if is_compacted { NEXT_NEVER_COMPACT.text() } else { NEXT_NEVER.text() };
    };
    let text = match log.next_deletion(broker.clock_us(look_us)) {
        Some(Deletion::StartOffset { log_start }) => NEXT_BY_START.with("start", log_start),
        Some(Deletion::Size { total, limit }) => {
            NEXT_BY_SIZE.with("left", bytes(total - first.size_bytes)).with("limit", bytes(limit))
        }
        Some(Deletion::Time { newest_us, retention_us }) => {
            NEXT_BY_TIME.with("newest", crate::i18n::moment(newest_us)).with("limit", Arg::Duration(retention_us))
        }
        None => return NEXT_WAITS.with("base", first.base_offset),
    };
    text.with("base", first.base_offset).with("time", crate::i18n::moment(look_us))
}

fn cleaning(broker: &Broker, log: &Log, now_us: u64) -> Vec<Text> {
    let clock_us = broker.clock_us(now_us);
    let Some(cleaning) = log.cleaning(clock_us) else { return Vec::new() };
    let active = log.segments().last().map_or(0, |active| active.base_offset);
    if cleaning.first_dirty >= active {
        return vec![CLEANING_NOTHING.text()];
    }
    let percent = |millionths: u64| format!("{}.{}", millionths / 10_000, millionths / 1_000 % 10);
    let text = CLEANING.with("clean", cleaning.first_dirty).with("dirty", bytes(cleaning.dirty_bytes));
    let text = text.with("all", bytes(cleaning.clean_bytes + cleaning.dirty_bytes));
    let text = text.with("ratio", percent(cleaning.dirty_ratio()));
    let mut texts = vec![text.with("needed", percent(log.config().min_cleanable_dirty_ratio.into()))];
    if broker.config().log_cleaner_enable
        && let Some(due_us) = log.cleaning_due_us(clock_us)
    {
        let look_us = broker.cleaner_look_us(now_us, due_us);
        texts.push(CLEANING_NEXT.with("time", crate::i18n::moment(look_us)));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cluster::{ClusterSpec, command_text::parse},
        history::Scenario,
        i18n::Lang,
        view::why::WhyKey,
    };

    fn run(lines: &[&str]) -> Run {
        let cluster = ClusterSpec { racks: vec![None], ..ClusterSpec::default() };
        let mut run = Run::new(&Scenario { seed: 3, cluster, ..Scenario::default() }).expect("sound");
        for line in lines {
            run.apply(parse(line).expect(line)).expect(line);
            run.advance_to(run.time_us() + 200_000);
        }
        run
    }

    #[test]
    fn a_view_says_what_goes_next_and_when() {
        let create =
            "create-topic topic=t partitions=1 replication.factor=1 internal.segment.bytes=1000 retention.ms=60000";
        let mut run = run(&[create, "add-producer producer=p topic=t rate=20 keys=a,b records.max=40"]);
        run.advance_to(10_000_000);
        let view = segments(run.world(), "t", 0, 1).expect("a replica");
        assert!(view.segments.len() > 2);
        assert!(view.segments.windows(2).all(|pair| pair[0].end == pair[1].base_offset));
        assert_eq!(view.segments.last().map(|last| (last.part, last.end)), Some((Part::Active, 40)));
        assert_eq!(view.segments.iter().map(|segment| segment.is_next).filter(|next| *next).count(), 1);
        // The first look that is late enough: 30 s, 330 s, …
        let next = view.next.plain(Lang::En);
        assert!(next.contains("segment 0 at 5:30.000") && next.contains("(60 s)"), "{next}");
        assert_eq!(view.cleaning, []);
        assert_eq!(deleted(&run, "t", 0, 1), []);
        run.advance_to(331_000_000);
        let gone = deleted(&run, "t", 0, 1);
        let bases = gone.iter().map(|line| line.text.plain(Lang::En)).collect::<Vec<_>>();
        assert!(gone.len() > 2 && gone.len() < DELETED_MAX, "{bases:#?}");
        assert!(bases.last().is_some_and(|first| first.contains("segment 0")), "the last one first: {bases:#?}");
        for line in &gone {
            let (_, key) = line.why.clone().expect("it can be asked");
            assert_eq!(key, WhyKey::SegmentDeleted { event: line.event });
            assert!(crate::view::why::card(&run, &key).is_some());
        }
        assert_eq!((deleted(&run, "t", 0, 2), deleted(&run, "u", 0, 1)), (Vec::new(), Vec::new()));
    }

    #[test]
    fn a_compacted_log_shows_its_clean_and_its_dirty_part() {
        let create =
            "create-topic topic=t partitions=1 replication.factor=1 internal.segment.bytes=500 cleanup.policy=compact";
        let mut run = run(&[create, "add-producer producer=p topic=t rate=20 keys=a,b records.max=40"]);
        run.advance_to(14_000_000);
        let view = segments(run.world(), "t", 0, 1).expect("a replica");
        assert!(view.segments.iter().filter(|segment| segment.part == Part::Dirty).count() > 2);
        assert_eq!(view.next, NEXT_NEVER_COMPACT.text());
        assert!(view.cleaning.len() == 2, "{:?}", view.cleaning);
        run.advance_to(16_000_000);
        let view = segments(run.world(), "t", 0, 1).expect("a replica");
        assert_eq!(view.segments[0].part, Part::Clean);
        assert_eq!(view.cleaning, [CLEANING_NOTHING.text()]);
    }
}
