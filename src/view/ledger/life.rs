//! The life of one record: what happened to it, oldest first, and why it is where it is now.
//!
//! The ledger knows where the record was written; the events that the run still keeps say when, and what came of it.
//! Left out: what happened before the oldest event kept.

use std::collections::BTreeSet;

use super::{text, words};
use crate::{
    history::Run,
    i18n::Text,
    kafka::{
        event::{Event, EventKind},
        ids::TopicIdPartition,
    },
    ledger::{Copy, Flag, LineId, Place, ProducerView, RecordId, Standing, Verdict},
    sim::EventId,
    templates,
    view::story::{self, StoryLine},
};

templates! { "life":
    TITLE_LIFE = "What became of this record?", "这条消息经历了什么？";
    TITLE_LOST = "Why was this record lost?", "这条消息为什么丢失？";
    TITLE_TWICE = "Why is this record stored twice?", "这条消息为什么存了两份？";
    TITLE_HIDDEN = "Why is this record not visible?", "这条消息为什么不可见？";
    TITLE_LATE = "Why is this record out of order?", "这条消息为什么乱序？";
    NOW = "Now: {record}.", "现在：{record}。";
    NEW_LEADER = "Broker {broker} began to lead `{partition}` in epoch {epoch} with the records below offset {end}. This one stood at {offset}, so it is not in the partition's log any more.",
        "broker {broker} 在 epoch {epoch} 成为 `{partition}` 的 leader，只有 offset {end} 之前的消息。这条位于 {offset}，所以不再属于该分区的日志。";
    NOT_OF_LEADER = "It was written at offset {offset} in epoch {epoch}, by a leader whose log is not the partition's any more.",
        "它由 epoch {epoch} 的 leader 写入 offset {offset}，而那份日志已不再是该分区的日志。";
    EARLY_ACK = "The producer had its acknowledgement before every in-sync replica had the record (`acks=1`).",
        "producer 在所有同步副本都得到这条消息之前就收到了确认（`acks=1`）。";
    NEVER_STORED = "No leader ever wrote it; its application was given the error `{error}`.",
        "从来没有 leader 写入过它；应用得到了错误 `{error}`。";
    YET_STORED = "Its application was given the error `{error}`, but a leader had written it: the producer only knows that nobody told it so in time.",
        "应用得到了错误 `{error}`，但 leader 其实已经写入：producer 只知道没有及时得到答复。";
    WRITTEN_AT = "Its batch was written at {offsets}: the producer was not answered in time, or with an error, and sent it again. Without idempotence no leader can tell that it has it already; with it neither, once the producer has raised its epoch.",
        "它所在的 batch 被写入 {offsets}：producer 没有及时得到答复，或得到了错误，于是重发。没有幂等时，leader 认不出自己已经有了它；即使有幂等，producer 提升 epoch 之后也认不出。";
    HIDDEN = "It stands at offset {offset}, and consumers see only what is below the high watermark. Why that is where it is can be asked at the partition.",
        "它位于 offset {offset}，而 consumer 只能看到 high watermark 以下的消息。其原因可以在分区上查看。";
    OVERTAKEN = "A later record of the same producer and key stands before it: its batch was refused or unanswered, and while it waited to be sent again another one in flight was written.",
        "同一 producer、同一 key 的一条较晚的消息排在它前面：它的 batch 被拒绝或没有得到答复，在等待重发时，另一个在途的 batch 先被写入。";
    GONE = "With `acks=0` nobody told the producer that it did not arrive.", "由于 `acks=0`，没有人告诉 producer 它没有送达。";
    REMOVED_BY = "The log has dropped it {remover}.", "日志已{remover}清除了它。";
    FORGOTTEN = "What happened before event {event} is not kept any more.", "事件 {event} 之前发生的事情已不再保留。";
}

/// Lines of a life: the first and the last ones of a long one.
const LINES_MAX: usize = 60;

/// A record's life.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// The question that it answers.
    pub title: Text,
    /// Which record: `orders-3@17`.
    pub subject: String,
    /// What holds of it now, and why.
    pub steps: Vec<Text>,
    /// What happened to it, oldest first.
    pub lines: Vec<StoryLine>,
}

/// The life of a record, if there is such a one.
pub fn life(run: &Run, id: RecordId) -> Option<Life> {
    let standing = run.ledger().standing(run.world(), id)?;
    let lines = match id {
        RecordId::InBatch { line, index } => of_batch(run, line, index, standing.partition),
        RecordId::Refused { .. } => standing
            .first_event
            .and_then(|event| run.event_by_id(event))
            .into_iter()
            .map(|e| story::line(run, e))
            .collect(),
        RecordId::Blocked { .. } => Vec::new(),
    };
    let mut steps = vec![words_now(run, &standing)];
    because(run, id, &standing, &mut steps);
    let oldest = run.events().front().map_or(0, |event| event.id);
    if standing.first_event.is_some_and(|first| first < oldest) {
        steps.push(FORGOTTEN.with("event", oldest));
    }
    Some(Life { title: title(&standing), subject: text::place(run.world(), &standing), steps, lines })
}

fn words_now(run: &Run, standing: &Standing) -> Text {
    NOW.with("record", text::record(run.world(), standing))
}

fn title(standing: &Standing) -> Text {
    let is_gone = standing.view == ProducerView::FireAndForget && standing.verdict == Verdict::NotStored;
    match standing.verdict {
        Verdict::LostAcknowledged | Verdict::LostReported => TITLE_LOST.text(),
        _ if is_gone => TITLE_LOST.text(),
        _ if standing.flags.contains(&Flag::StoredTwice) => TITLE_TWICE.text(),
        _ if standing.flags.contains(&Flag::OutOfOrder) => TITLE_LATE.text(),
        Verdict::StoredNotVisible => TITLE_HIDDEN.text(),
        _ => TITLE_LIFE.text(),
    }
}

/// The sentences that say why.
fn because(run: &Run, id: RecordId, standing: &Standing, steps: &mut Vec<Text>) {
    let outside = standing.places.iter().find(|(.., place)| *place == Place::Outside);
    if let (Some((offset, epoch, _)), Some(partition)) = (outside, standing.partition) {
        steps.push(not_in_log(run, id, partition, (*offset, *epoch)));
        let acks_one = standing.verdict == Verdict::LostAcknowledged;
        steps.extend(acks_one.then(|| EARLY_ACK.text()).filter(|_| sent_with_one_ack(run, standing)));
    }
    let error = standing.error.name();
    match standing.verdict {
        Verdict::LostReported if standing.places.is_empty() => steps.push(NEVER_STORED.with("error", error)),
        Verdict::FailedStored => steps.push(YET_STORED.with("error", error)),
        Verdict::NotStored if standing.view == ProducerView::FireAndForget => steps.push(GONE.text()),
        Verdict::StoredNotVisible => {
            let offset = standing.places.iter().map(|(offset, ..)| *offset).max().unwrap_or_default();
            steps.push(HIDDEN.with("offset", offset));
        }
        _ => {}
    }
    if let Some(remover) = standing.remover {
        steps.push(REMOVED_BY.with("remover", words::remover(remover).text()));
    }
    if standing.flags.contains(&Flag::StoredTwice) {
        let offsets: Vec<String> = standing.places.iter().map(|(offset, ..)| format!("@{offset}")).collect();
        steps.push(WRITTEN_AT.with("offsets", offsets.join(", ")));
    }
    if standing.flags.contains(&Flag::OutOfOrder) {
        steps.push(OVERTAKEN.text());
    }
}

/// Which new leader lacked it, if the run still knows.
fn not_in_log(run: &Run, id: RecordId, at: TopicIdPartition, (offset, epoch): (i64, i32)) -> Text {
    let since = match id {
        RecordId::InBatch { line, .. } => run.ledger().line(line).map_or(0, |line| line.first_event),
        _ => 0,
    };
    let lacks = after(run, since).find_map(|event| match &event.kind {
        EventKind::BecameLeader { partition, leader_epoch, log_end } => (*partition == at
            && *leader_epoch > epoch
            && *log_end <= offset)
            .then_some((event, *leader_epoch, *log_end)),
        _ => None,
    });
    match lacks {
        Some((event, epoch, end)) => {
            let text = NEW_LEADER.with("broker", event.node.0).with("partition", story::partition(run.world(), at));
            text.with("epoch", epoch).with("end", end).with("offset", offset)
        }
        None => NOT_OF_LEADER.with("offset", offset).with("epoch", epoch),
    }
}

fn sent_with_one_ack(run: &Run, standing: &Standing) -> bool {
    let slot = run.world().producers().get(&standing.client);
    slot.is_some_and(|slot| slot.producer.config.acks == crate::kafka::config::Acks::Leader)
}

/// The events from one on.
fn after(run: &Run, event: EventId) -> impl DoubleEndedIterator<Item = &Event> {
    let first = run.events().partition_point(|known| known.id < event);
    run.events().range(first..)
}

fn of_batch(run: &Run, id: LineId, index: u32, partition: Option<TopicIdPartition>) -> Vec<StoryLine> {
    let Some(line) = run.ledger().line(id) else { return Vec::new() };
    let mut copies: Vec<(Copy, bool)> = run.ledger().copies(id).map(|copy| (*copy, true)).collect();
    let mut committed = BTreeSet::new();
    let mut found = Vec::new();
    for event in after(run, line.first_event) {
        if concerns(event, id, index, partition, &mut copies, &mut committed) {
            found.push(event);
        }
    }
    let surplus = found.len().saturating_sub(LINES_MAX);
    if surplus > 0 {
        found.drain(LINES_MAX / 2..LINES_MAX / 2 + surplus);
    }
    found.into_iter().map(|event| story::line(run, event)).collect()
}

/// Is an event one of this record's life? A copy is followed until a new leader lacks it.
fn concerns(
    event: &Event,
    id: LineId,
    index: u32,
    at: Option<TopicIdPartition>,
    copies: &mut [(Copy, bool)],
    committed: &mut BTreeSet<String>,
) -> bool {
    use EventKind as E;
    let own = event.node == id.client;
    match &event.kind {
        E::BatchSent(sent) => return own && sent.batch == id.batch,
        E::BatchAcknowledged { batch, .. } | E::BatchRetried { batch, .. } | E::BatchFailed { batch, .. } => {
            return own && *batch == id.batch;
        }
        E::TopicDeleted { topic } => return at.is_some_and(|at| at.topic == *topic),
        kind if kind.partition().is_none() || kind.partition() != at => return false,
        _ => {}
    }
    let mut concerned = false;
    for (copy, followed) in copies.iter_mut() {
        let offset = copy.base_offset + i64::from(index);
        concerned |= match &event.kind {
            E::RecordsAppended { base_offset, .. } | E::DuplicateBatch { base_offset, .. } => {
                *followed && *base_offset == copy.base_offset
            }
            E::ReplicaAppended { base_offset, records, .. } => {
                *followed && (*base_offset..*base_offset + i64::from(*records)).contains(&offset)
            }
            E::HighWatermarkAdvanced { from, to, .. } => *followed && (*from..*to).contains(&offset),
            E::RecordsPolled { from, records, .. } => {
                *followed && (*from..*from + i64::from(*records)).contains(&offset)
            }
            E::BecameLeader { leader_epoch, log_end, .. } => {
                let lacks = *leader_epoch > copy.epoch && *log_end <= offset && *followed;
                *followed &= !lacks;
                lacks
            }
            E::LogTruncated { from, to, .. } => !*followed && (*to..*from).contains(&offset),
            E::OffsetCommitted { group, offset: to, .. } => {
                *followed && *to > offset && committed.insert(group.to_string())
            }
            _ => false,
        };
    }
    concerned
}
