//! *Why?* cards: the rule with this case's own values, and the chain of causes.

mod assignment;
mod chain;
mod lag;
mod leader;
mod membership;
mod partition;
mod read_from;
mod refused;
mod segment;
mod sticky;
mod target;
#[cfg(test)]
mod tests;
mod timing;
mod visible;

pub use chain::chain;
pub use refused::answered;

use serde::{Deserialize, Serialize};

use crate::{
    history::Run,
    i18n::{Arg, Template, Text, moment},
    kafka::event::{Event, EventKind},
    ledger::{LineId, RecordId},
    sim::NodeId,
    templates,
    view::{
        ledger::life,
        story::{self, StoryLine},
    },
};

templates! {
    "why":
    EQUALS = "{left} = {right}", "{left} = {right}";
    STRONG = "**{value}**", "**{value}**";
    TITLE_EVENT = "Why did this happen?", "为什么会这样？";
    NO_CAUSE = "Nothing before it caused it.", "没有更早的原因。";
    FENCED_SINCE = "The active controller had heard nothing of broker {broker} since {since}: its last heartbeat there, or, if none came, the moment at which this controller took over and began to count. After `broker.session.timeout.ms` of that it fences the broker.",
        "active controller 自 {since} 起没有收到 broker {broker} 的消息：这是最近一次心跳到达的时刻；如果从未收到，则是该 controller 上任并开始计时的时刻。超过 `broker.session.timeout.ms` 就会被 fence。";
    FENCED_AT = "{since} + {timeout}", "{since} + {timeout}";
}

/// Every sentence of the cards, by the file that it stands in.
pub static TEMPLATES: &[&[&Template]] = &[
    ALL,
    assignment::ALL,
    assignment::circle::ALL,
    assignment::keeping::ALL,
    lag::ALL,
    leader::ALL,
    membership::ALL,
    partition::ALL,
    read_from::ALL,
    segment::ALL,
    refused::ALL,
    sticky::ALL,
    target::ALL,
    timing::ALL,
    visible::ALL,
];

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WhyKey {
    /// Why did this record go to this partition?
    Partition {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// Offset.
        offset: i64,
    },
    /// Where would a record with this key go, and why? Asked before it is sent.
    WouldGo {
        /// Producer.
        producer: String,
        /// Key as text; `None`: no key.
        key: Option<String>,
        /// Explicit partition.
        partition: Option<i32>,
    },
    /// Why did this member get these partitions?
    Assignment {
        /// Group.
        group: String,
        /// Consumer name.
        consumer: String,
    },
    /// Why is this record not visible yet?
    NotVisible {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
    },
    /// Why is there this lag?
    Lag {
        /// Group.
        group: String,
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
    },
    /// Why did this batch leave when it did?
    BatchTiming {
        /// The event that sent it.
        event: u64,
    },
    /// What caused this event?
    Event {
        /// The event.
        event: u64,
    },
    /// Why did this rebalance begin?
    Rebalance {
        /// The group's change of state that began it.
        event: u64,
    },
    /// Why does nobody of the group read this partition?
    Unread {
        /// Group.
        group: String,
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// The event with which its last owner gave it up.
        event: u64,
    },
    /// Why was this commit refused?
    CommitRefused {
        /// The event at the consumer.
        event: u64,
    },
    /// Why does this broker lead, in this epoch?
    Leader {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// The election; `None`: the newest.
        event: Option<u64>,
    },
    /// Why was this write refused?
    WriteRefused {
        /// The event at the broker.
        event: u64,
    },
    /// Why is this replica out of sync?
    OutOfSync {
        /// The event at the leader that found it so.
        event: u64,
    },
    /// Why is this replica not in the ISR?
    NotInSync {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// Its broker.
        broker: u32,
    },
    /// Why does this member own nothing?
    Idle {
        /// Group.
        group: String,
        /// Consumer name.
        consumer: String,
    },
    /// Why was this segment deleted?
    SegmentDeleted {
        /// The event of its deletion.
        event: u64,
    },
    /// What became of this record?
    Record {
        /// Node of its producer.
        client: u32,
        /// Its batch there.
        batch: u32,
        /// Which of the batch.
        index: u32,
    },
    /// Why does this consumer read this partition from this broker?
    ReadFrom {
        /// Consumer name.
        consumer: String,
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
    },
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyCard {
    /// What was asked.
    pub key: WhyKey,
    /// The question, such as "Why partition 3?".
    pub title: Text,
    /// Which thing it is about, such as `orders-3@9`.
    pub subject: String,
    /// The rule step by step with this case's values.
    pub steps: Vec<WhyStep>,
    /// One closing sentence, such as what would change it.
    pub note: Option<Text>,
    /// The chain of causes, nearest first.
    pub chain: Vec<StoryLine>,
}

/// One step of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum WhyStep {
    /// A sentence.
    Sentence(Text),
    /// A line of code-like arithmetic with what is important in it marked strong.
    Formula(Text),
}

/// Events looked at, from the newest back, to find the one that a card is about.
const SCAN_MAX: usize = 100_000;

/// The answer, as far as what it is about is there.
pub fn card(run: &Run, key: &WhyKey) -> Option<WhyCard> {
    match key {
        WhyKey::Partition { topic, partition, offset } => partition::landed(run, key, topic, *partition, *offset),
        WhyKey::WouldGo { producer, key: record_key, partition } => {
            partition::would_go(run, key, producer, record_key.as_deref(), *partition)
        }
        WhyKey::Assignment { group, consumer } => {
            target::card(run, key, group, consumer).or_else(|| assignment::card(run, key, group, consumer))
        }
        WhyKey::NotVisible { topic, partition } => visible::card(run, key, topic, *partition),
        WhyKey::Lag { group, topic, partition } => lag::card(run, key, group, topic, *partition),
        WhyKey::BatchTiming { event } => timing::card(run, key, run.event_by_id(*event)?),
        WhyKey::Event { event } => Some(caused(run, key, run.event_by_id(*event)?)),
        WhyKey::Rebalance { event } => membership::rebalance(run, key, run.event_by_id(*event)?),
        WhyKey::Unread { group, topic, partition, event } => {
            membership::unread(run, key, group, topic, *partition, run.event_by_id(*event)?)
        }
        WhyKey::CommitRefused { event } => membership::refused(run, key, run.event_by_id(*event)?),
        WhyKey::Leader { topic, partition, event } => leader::card(run, key, topic, *partition, *event),
        WhyKey::WriteRefused { event } => refused::write(run, key, run.event_by_id(*event)?),
        WhyKey::OutOfSync { event } => refused::out_of_sync(run, key, run.event_by_id(*event)?),
        WhyKey::NotInSync { topic, partition, broker } => refused::not_in_sync(run, key, topic, *partition, *broker),
        WhyKey::Idle { group, consumer } => membership::idle(run, key, group, consumer),
        WhyKey::SegmentDeleted { event } => segment::card(run, key, run.event_by_id(*event)?),
        WhyKey::Record { client, batch, index } => {
            let line = LineId { client: NodeId(*client), batch: *batch };
            let life = life(run, RecordId::InBatch { line, index: *index })?;
            let steps = life.steps.into_iter().map(WhyStep::Sentence).collect();
            Some(WhyCard {
                key: key.clone(),
                title: life.title,
                subject: life.subject,
                steps,
                note: None,
                chain: life.lines,
            })
        }
        WhyKey::ReadFrom { consumer, topic, partition } => read_from::card(run, key, consumer, topic, *partition),
    }
}

/// What an event was, and the chain of its causes.
fn caused(run: &Run, key: &WhyKey, event: &Event) -> WhyCard {
    let chain = chain(run, event.id);
    let mut steps = vec![WhyStep::Sentence(story::describe(run, event))];
    if let EventKind::BrokerFenced { broker, silent_us } = event.kind {
        let since = moment(event.time_us.saturating_sub(silent_us));
        steps.push(WhyStep::Sentence(FENCED_SINCE.with("broker", broker).with("since", since.as_str())));
        steps.push(formula(
            FENCED_AT.with("since", since).with("timeout", Arg::Duration(silent_us)),
            moment(event.time_us),
        ));
    }
    WhyCard {
        key: key.clone(),
        title: TITLE_EVENT.text(),
        subject: format!("#{}", event.id),
        steps,
        note: chain.is_empty().then(|| NO_CAUSE.text()),
        chain,
    }
}

/// The newest event of which something holds.
fn newest(run: &Run, wanted: impl Fn(&Event) -> bool) -> Option<&Event> {
    run.events().iter().rev().take(SCAN_MAX).find(|event| wanted(event))
}

/// An event with its causes, nearest first.
fn with_causes(run: &Run, event: Option<&Event>) -> Vec<StoryLine> {
    let Some(event) = event else { return Vec::new() };
    let mut lines = vec![story::line(run, event)];
    lines.extend(chain(run, event.id));
    lines
}

/// A line of arithmetic.
fn formula(left: impl Into<crate::i18n::Arg>, right: impl Into<crate::i18n::Arg>) -> WhyStep {
    WhyStep::Formula(EQUALS.with("left", left).with("right", right))
}

/// A value that matters.
fn strong(value: impl Into<crate::i18n::Arg>) -> Text {
    STRONG.with("value", value)
}
