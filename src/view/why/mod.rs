//! *Why?* cards: the rule with this case's own values, and the chain of causes.

use serde::{Deserialize, Serialize};

use crate::{i18n::Text, view::story::StoryLine};

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
