//! A lesson's files as data: `lesson.toml`, and the texts in `en.toml` and `zh-CN.toml`.
//!
//! The build script reads the files, checks them with [`problems`] and embeds them; the page and the command line get
//! the same types back. A question's right answer stands nowhere here: each option makes claims, and the world
//! decides. Left out: whether commands are valid and whether beats end, which need the model (`lesson::validate`).

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::{condition::Condition, measure::Measure};

/// `lesson.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonFile {
    /// Where it stands among the lessons, ascending; 0: a scenario without beats, before all lessons.
    pub order: u32,
    /// The run's seed.
    pub seed: u64,
    /// What the stage is built of.
    pub cluster: ClusterFile,
    /// Commands that set the stage, one a line; `@500ms` before one: given at that time.
    pub setup: String,
    /// When the class takes over.
    pub begin: Time,
    /// The stage is set: all of these hold then.
    pub ready: Vec<Condition>,
    /// The steps of the lesson.
    #[serde(default)]
    pub beats: Vec<Beat>,
}

/// The cluster of a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterFile {
    /// How many brokers.
    pub brokers: u32,
    /// How many controllers there are apart from the brokers; 0: brokers 1 to 3 are also the controllers.
    #[serde(default)]
    pub controllers: u32,
    /// Racks, dealt to the brokers in turn; empty: none.
    #[serde(default)]
    pub racks: Vec<String>,
    /// Broker settings by Kafka's name.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
}

/// A simulated time, written `500ms` or `1.4s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time {
    /// Microseconds since the start of the run.
    pub us: u64,
}

/// One step of a lesson: predict, run, compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// Its name in the text files.
    pub id: String,
    /// What it speaks of, lit on the stage.
    pub lights: Vec<Spot>,
    /// Numbers and names for its texts, by placeholder.
    #[serde(default)]
    pub values: BTreeMap<String, Measure>,
    /// What can be asked once it has ended.
    #[serde(default)]
    pub why: Option<WhySpot>,
    /// What is done, act after act.
    pub acts: Vec<Act>,
    /// What the class bets on before it runs.
    #[serde(default)]
    pub question: Option<Question>,
}

/// Something done, and the state of the world that shows that its effect is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Commands, one a line.
    #[serde(rename = "do")]
    pub commands: String,
    /// All of these hold.
    pub until: Vec<Condition>,
}

/// A prediction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The possible answers, in order.
    pub options: Vec<Claim>,
}

/// A possible answer: it is right when all that it claims holds after the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Its name in the text files.
    pub id: String,
    /// What it says about the world.
    pub claims: Vec<Condition>,
}

/// A place on the stage: `partition orders 3`, `producer checkout`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Spot {
    /// A producer's card.
    Producer(String),
    /// A consumer's card.
    Consumer(String),
    /// A group's head.
    Group(String),
    /// A topic's head.
    Topic(String),
    /// A partition's strip.
    Partition(String, i32),
    /// A broker.
    Broker(u32),
}

/// A question that the model answers: `partition orders alice`, `assignment billing C1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WhySpot {
    /// Why did the newest record with this key go to its partition? Topic and key.
    Partition(String, String),
    /// Why did this consumer get these partitions? Group and consumer.
    Assignment(String, String),
    /// Why is there this lag? Group, topic and partition.
    Lag(String, String, i32),
    /// Why is a record not visible yet? Topic and partition.
    NotVisible(String, i32),
    /// Where would a record with this key go? Producer and key.
    WouldGo(String, String),
}

/// `en.toml` or `zh-CN.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// The lesson's name.
    pub title: String,
    /// One sentence on what it shows, for the picker.
    pub summary: String,
    /// By beat.
    #[serde(default)]
    pub beats: BTreeMap<String, BeatTexts>,
}

/// The texts of one beat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeatTexts {
    /// Its heading.
    pub title: String,
    /// What is about to be done, and what one must know to predict it.
    pub body: String,
    /// What to watch while it runs.
    pub watch: String,
    /// What happened, and the rule behind it.
    pub done: String,
    /// Words of the link to the *Why?* card.
    #[serde(default)]
    pub why: Option<String>,
    /// The question.
    #[serde(default)]
    pub ask: Option<String>,
    /// By option.
    #[serde(default)]
    pub options: BTreeMap<String, OptionTexts>,
}

/// The texts of one possible answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionTexts {
    /// The answer.
    pub says: String,
    /// The reply to who chose it: for a wrong one, what is wrong in the idea behind it.
    pub reply: String,
}

/// Everything of one lesson, as embedded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// The name of its folder.
    pub id: String,
    /// `lesson.toml`.
    pub lesson: LessonFile,
    /// `en.toml`.
    pub en: Texts,
    /// `zh-CN.toml`.
    pub zh: Texts,
}

/// Something wrong in a lesson's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which file, such as `lessons/keys-and-partitions/en.toml`.
    pub file: String,
    /// Where in it, such as `beats.grow.ask`.
    pub field: String,
    /// What is wrong and what was expected.
    pub says: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.file, self.field, self.says)
    }
}

impl Beat {
    /// Every measure that its conditions, claims and texts speak of.
    pub fn measures(&self) -> impl Iterator<Item = &Measure> {
        let until = self.acts.iter().flat_map(|act| &act.until);
        let claims = self.question.iter().flat_map(|question| &question.options).flat_map(|option| &option.claims);
        until.chain(claims).map(|condition| &condition.measure).chain(self.values.values())
    }
}

/// The command lines of a block: without blank lines and without lines that begin with `#`.
pub fn command_lines(block: &str) -> impl Iterator<Item = &str> {
    block.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Time {
    /// Reads it; the error says what was expected.
    pub fn parse(source: &str) -> Result<Time, String> {
        let unit = |name, us| Some((source.strip_suffix(name)?, us));
        let read = || {
            let (number, unit_us) = unit("ms", 1_000_u64).or_else(|| unit("s", 1_000_000))?;
            let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
            if part.is_empty() || part.len() > 3 || !part.bytes().all(|digit| digit.is_ascii_digit()) {
                return None;
            }
            let part: u64 = format!("{part:0<3}").parse().ok()?;
            let whole_us = whole.parse::<u32>().ok().map(|whole| u64::from(whole) * unit_us)?;
            Some(Time { us: whole_us + part * unit_us / 1_000 })
        };
        read().ok_or_else(|| format!("`{source}`: expected a time such as `500ms` or `1.4s`"))
    }
}

impl TryFrom<String> for Time {
    type Error = String;
    fn try_from(source: String) -> Result<Self, String> {
        Time::parse(&source)
    }
}

impl From<Time> for String {
    fn from(time: Time) -> String {
        format!("{}.{:03}ms", time.us / 1_000, time.us % 1_000)
    }
}

/// A line of `setup`: when, and the command.
pub fn timed(line: &str) -> Result<(Time, &str), String> {
    match line.strip_prefix('@').map(|rest| rest.split_once(' ')) {
        None => Ok((Time { us: 0 }, line)),
        Some(Some((time, command))) => Ok((Time::parse(time)?, command.trim_start())),
        Some(None) => Err("expected a command after the time".to_owned()),
    }
}

/// Reads a word form such as `partition orders 3`.
macro_rules! spots {
    ($kind:ident, $($variant:ident $word:literal ($($arg:ident),*) $usage:literal;)*) => {
        impl $kind {
            /// Reads it from words with spaces between; the error says what was expected.
            pub fn parse(source: &str) -> Result<$kind, String> {
                let words: Vec<&str> = source.split_whitespace().collect();
                match words.as_slice() {
                    $([$word, $($arg),*] => Ok($kind::$variant($($arg.parse().map_err(|_| {
                        format!("`{source}`: expected `{}`", $usage)
                    })?),*)),)*
                    _ => Err(format!("`{source}`: expected {}", [$(concat!("`", $usage, "`")),*].join(" or "))),
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $($kind::$variant($($arg),*) => {
                        out.write_str($word)?;
                        $(write!(out, " {}", $arg)?;)*
                        Ok(())
                    })*
                }
            }
        }

        impl TryFrom<String> for $kind {
            type Error = String;
            fn try_from(source: String) -> Result<Self, String> {
                $kind::parse(&source)
            }
        }

        impl From<$kind> for String {
            fn from(spot: $kind) -> String {
                spot.to_string()
            }
        }
    };
}

spots! { Spot,
    Producer "producer" (name) "producer NAME";
    Consumer "consumer" (name) "consumer NAME";
    Group "group" (name) "group NAME";
    Topic "topic" (name) "topic NAME";
    Partition "partition" (topic, number) "partition TOPIC NUMBER";
    Broker "broker" (number) "broker NUMBER";
}

spots! { WhySpot,
    Partition "partition" (topic, key) "partition TOPIC KEY";
    Assignment "assignment" (group, consumer) "assignment GROUP CONSUMER";
    Lag "lag" (group, topic, number) "lag GROUP TOPIC NUMBER";
    NotVisible "not-visible" (topic, number) "not-visible TOPIC NUMBER";
    WouldGo "would-go" (producer, key) "would-go PRODUCER KEY";
}
