//! What a run may hold and how long a text may be: one table, so that a tab never freezes or runs out of memory, and
//! the checks of names, which are Kafka's own where Kafka has them.
//!
//! Each check is of one number or one text; who counts brokers or records asks with the number it would come to. Left
//! out: the ranges of configs, which are in [`super::config`].

#[cfg(test)]
mod tests;

use crate::{
    i18n::{Arg, Template, Text},
    templates,
};

/// One limit: a row of [`TABLE`].
#[derive(Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited, as the text form of commands calls it where it has a word for it.
    pub name: &'static str,
    /// The smallest allowed.
    pub min: u64,
    /// The largest allowed.
    pub max: u64,
    /// What `min` and `max` count.
    pub unit: LimitUnit,
    /// The limit in one sentence, with `{max}`; its key is `limit.` and the name of the item.
    pub text: Template,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitUnit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Unicode characters.
    Characters,
    /// Microseconds of simulated time.
    Microseconds,
    /// Thousandths of a record a second.
    Millihertz,
}

macro_rules! limits {
    ($($(#[$meta:meta])* $item:ident $name:literal, $min:literal..=$max:literal $unit:ident; $en:literal $zh:literal)*) => {
        $($(#[$meta])* pub static $item: Limit = Limit {
            name: $name,
            min: $min,
            max: $max,
            unit: LimitUnit::$unit,
            text: Template { key: concat!("limit.", stringify!($item)), en: $en, zh: $zh },
        };)*
        /// Every limit.
        pub static TABLE: &[&Limit] = &[$(&$item),*];
    };
}

limits! {
    /// Brokers that exist, stopped and crashed ones included.
    BROKERS "brokers", 1..=128 Count;
    "A cluster has at most {max} brokers." "一个集群最多有 {max} 个 broker。"
    /// Controllers apart from the brokers.
    CONTROLLERS "controllers", 0..=5 Count;
    "A cluster has at most {max} controllers apart from its brokers." "一个集群最多有 {max} 个独立的 controller。"
    /// Topics without internal ones.
    TOPICS "topics", 0..=64 Count;
    "A cluster has at most {max} topics, internal ones not counted." "一个集群最多有 {max} 个 topic，不计内部 topic。"
    /// Partitions of all topics together without internal ones; also the most that one topic may have.
    PARTITIONS "partitions", 1..=10_000 Count;
    "All topics together have at most {max} partitions, internal topics not counted."
    "所有 topic 合计最多有 {max} 个分区，不计内部 topic。"
    /// Replicas of a partition.
    REPLICATION_FACTOR "replication.factor", 1..=128 Count;
    "A partition has at most one replica on each broker, so at most {max}." "一个分区在每个 broker 上最多有一个副本，因此最多 {max} 个。"
    /// Producers.
    PRODUCERS "producers", 0..=256 Count;
    "There are at most {max} producers." "最多有 {max} 个 producer。"
    /// Consumers, members of groups or not.
    MEMBERS "members", 0..=1_000 Count;
    "There are at most {max} consumers, in groups or not." "最多有 {max} 个 consumer，无论是否属于消费组。"
    /// Records in all partitions, replicas counted once.
    RECORDS "records", 0..=1_000_000 Count;
    "A run keeps at most {max} records, replicas counted once." "一次运行最多保存 {max} 条消息，副本只计一次。"
    /// Events of the history of a run.
    EVENTS "events", 0..=1_000_000 Count;
    "A run keeps at most {max} events." "一次运行最多保存 {max} 个事件。"
    /// Events for which the ledger lists a record, however settled it is.
    LISTED "listed", 0..=1_000_000 Count;
    "The ledger lists what was sent within the last {max} events, and what may still change; what is older is only counted."
    "账目逐条列出最近 {max} 个事件内发送的消息，以及结果仍可能变化的消息；更早的只计数。"
    /// Commands of a run.
    COMMANDS "commands", 0..=10_000 Count;
    "A run has at most {max} commands." "一次运行最多有 {max} 条命令。"
    /// Simulated time of a run.
    TIME "time", 0..=2_592_000_000_000 Microseconds;
    "A run lasts at most 30 days ({max}) of simulated time." "一次运行的模拟时间最长为 30 天（{max}）。"
    /// A topic's name.
    TOPIC_NAME "topic", 1..=249 Characters;
    "A topic's name has at most {max} characters." "topic 名称最多 {max} 个字符。"
    /// `group.id`.
    GROUP_ID "group", 1..=249 Characters;
    "A group's id has at most {max} characters." "group id 最多 {max} 个字符。"
    /// `client.id` of a producer.
    PRODUCER_ID "producer", 1..=100 Characters;
    "A producer's `client.id` has at most {max} characters." "producer 的 `client.id` 最多 {max} 个字符。"
    /// `client.id` of a consumer.
    CONSUMER_ID "consumer", 1..=100 Characters;
    "A consumer's `client.id` has at most {max} characters." "consumer 的 `client.id` 最多 {max} 个字符。"
    /// `broker.rack`, `client.rack`.
    RACK "rack", 1..=64 Characters;
    "A rack's name has at most {max} characters." "rack 名称最多 {max} 个字符。"
    /// A record's key, serialized.
    KEY "key", 0..=1_000 Bytes;
    "A key has at most {max} bytes." "key 最多 {max} 字节。"
    /// A record's value.
    VALUE "value", 0..=100_000 Bytes;
    "A value has at most {max} bytes." "value 最多 {max} 字节。"
    /// Headers of a record.
    HEADERS "headers", 0..=32 Count;
    "A record has at most {max} headers." "一条消息最多有 {max} 个 header。"
    /// One header, its key and its value together.
    HEADER_BYTES "header", 0..=1_000 Bytes;
    "A header's key and value together have at most {max} bytes." "一个 header 的 key 与 value 合计最多 {max} 字节。"
    /// Keys that a producer chooses from.
    LOAD_KEYS "keys", 0..=1_000 Count;
    "A producer chooses from at most {max} keys." "一个 producer 最多从 {max} 个 key 中选取。"
    /// Records a second that a producer sends by itself.
    RATE "rate", 0..=100_000_000 Millihertz;
    "A producer sends at most {max} records a second." "一个 producer 每秒最多发送 {max} 条消息。"
    /// After how many records a producer stops by itself.
    LOAD_RECORDS "records.max", 1..=1_000_000 Count;
    "A producer stops after at most {max} records." "一个 producer 最多发送 {max} 条消息后停止。"
    /// Processing time of one record.
    PROCESSING "processing.ms", 0..=3_600_000_000 Microseconds;
    "A record takes at most {max} to process." "处理一条消息最多用时 {max}。"
    /// Topics that a consumer subscribes to.
    SUBSCRIPTION "topics", 0..=64 Count;
    "A consumer subscribes to at most {max} topics." "一个 consumer 最多订阅 {max} 个 topic。"
    /// A pattern to subscribe by.
    PATTERN "pattern", 1..=200 Characters;
    "A pattern has at most {max} characters." "pattern 最多 {max} 个字符。"
    /// Faults of links at one time.
    FAULTS "faults", 0..=64 Count;
    "At most {max} links are broken at one time." "同时最多有 {max} 处链路故障。"
    /// How much longer a message takes on a slow link.
    LINK_DELAY "delay.ms", 0..=60_000_000 Microseconds;
    "A slow link adds at most {max} to each message." "慢速链路最多给每条报文增加 {max}。"
    /// Packets that a lossy link loses.
    LOSS "loss.percent", 1..=90 Count;
    "A lossy link loses at most {max} packets of a hundred." "丢包链路每一百个包最多丢失 {max} 个。"
    /// How many times as long an append takes on a slow disk.
    DISK_TIMES "times", 1..=50_000 Count;
    "An append takes at most {max} times as long." "一次写入最多用 {max} 倍的时间。"
    /// How far a clock may be from true time.
    CLOCK_SKEW "ahead.ms", 0..=604_800_000_000 Microseconds;
    "A clock is at most {max} ahead of true time or behind it." "时钟最多比真实时间快或慢 {max}。"
    /// Partitions that a consumer assigns itself.
    ASSIGNMENT "assign", 0..=10_000 Count;
    "A consumer assigns itself at most {max} partitions." "一个 consumer 最多为自己指定 {max} 个分区。"
    /// A link to a run, the page's address included: what chat programs, mail and codes to photograph let through.
    LINK "link", 0..=2_000 Characters;
    "A link has at most {max} characters." "链接最多 {max} 个字符。"
    /// A saved run, as a file or as text.
    FILE "file", 0..=16_777_216 Bytes;
    "A saved run has at most {max} bytes." "保存的运行最多 {max} 字节。"
    /// Values in a file, each text, number, list and object counted.
    VALUES "values", 0..=200_000 Count;
    "A saved run has at most {max} values." "保存的运行最多包含 {max} 个值。"
    /// Events up to the playhead and the last command of a run that is opened from a link or a file.
    REPLAY "replay", 0..=3_000_000 Count;
    "A run that is opened is played for at most {max} events." "打开一次运行时最多回放 {max} 个事件。"
    /// The tag of a lens in a saved run.
    LENS "lens", 1..=20 Characters;
    "The name of a lens has at most {max} characters." "视图的名称最多 {max} 个字符。"
    /// Runs that are kept side by side.
    RUNS "runs", 1..=16 Count;
    "At most {max} runs are kept; delete one first." "最多保留 {max} 个运行；请先删除一个。"
    /// Works that a browser keeps.
    WORKS "works", 0..=20 Count;
    "A browser keeps at most {max} works with a name; delete one first." "浏览器最多保留 {max} 份已命名的存档；请先删除一份。"
    /// The name that somebody gives a run.
    RUN_NAME "name", 1..=100 Characters;
    "A run's name has at most {max} characters." "运行的名称最多 {max} 个字符。"
    /// Commands that are taken back one after the other and can be given again.
    UNDONE "undone", 0..=100 Count;
    "At most {max} commands can be taken back one after the other." "最多可连续撤销 {max} 条命令。"
    /// Bookmarks on the timeline.
    BOOKMARKS "bookmarks", 0..=100 Count;
    "There are at most {max} bookmarks; take one away first." "最多有 {max} 个书签；请先去掉一个。"
}

impl Limit {
    /// Whether `value`, counted in this limit's unit, is allowed.
    pub fn check(&'static self, value: u64) -> Result<(), LimitError> {
        if value > self.max {
            Err(LimitError::TooMuch { limit: self, value })
        } else if value < self.min {
            Err(LimitError::TooLittle { limit: self })
        } else {
            Ok(())
        }
    }

    /// Whether a text is short and long enough.
    pub fn check_text(&'static self, text: &str) -> Result<(), LimitError> {
        self.check(match self.unit {
            LimitUnit::Characters => text.chars().count() as u64,
            _ => text.len() as u64,
        })
    }

    /// The limit in one sentence.
    pub fn rule(&'static self) -> Text {
        self.text.with("max", self.unit.arg(self.max))
    }
}

impl LimitUnit {
    fn arg(self, value: u64) -> Arg {
        match self {
            LimitUnit::Microseconds => Arg::Duration(value),
            LimitUnit::Millihertz => Arg::from(decimal_text(value)),
            _ => Arg::from(value),
        }
    }

    /// To the last digit: what is refused may be hardly more than what is allowed.
    fn exact(self, value: u64) -> Arg {
        match self {
            LimitUnit::Microseconds => Arg::from(format!("{} ms", decimal_text(value))),
            _ => self.arg(value),
        }
    }
}

/// Why a number or a name is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitError {
    /// Past a limit.
    TooMuch {
        /// The limit.
        limit: &'static Limit,
        /// What it would be.
        value: u64,
    },
    /// Below what is needed.
    TooLittle {
        /// The limit.
        limit: &'static Limit,
    },
    /// A topic may not be called `.` or `..`.
    DotName,
    /// A character that a topic's name may not have.
    TopicCharacter {
        /// The character.
        character: char,
    },
    /// A control character in a name.
    ControlCharacter {
        /// The limit of the name.
        limit: &'static Limit,
    },
    /// Two topics whose names differ only in `.` and `_`, which are one in the names of metrics.
    Collision {
        /// The new one.
        topic: String,
        /// The one that is there.
        with: String,
    },
}

impl LimitError {
    /// What is refused, as the text form of commands calls it where it has a word for it.
    pub fn field(&self) -> &'static str {
        match self {
            LimitError::TooMuch { limit, .. }
            | LimitError::TooLittle { limit }
            | LimitError::ControlCharacter { limit } => limit.name,
            LimitError::DotName | LimitError::TopicCharacter { .. } | LimitError::Collision { .. } => TOPIC_NAME.name,
        }
    }

    /// What is wrong and what is allowed.
    pub fn text(&self) -> Text {
        let text = match self {
            LimitError::TooMuch { limit, value } => {
                let template = match limit.unit {
                    LimitUnit::Bytes => &TOO_MANY_BYTES,
                    LimitUnit::Characters => &TOO_MANY_CHARACTERS,
                    LimitUnit::Count | LimitUnit::Microseconds | LimitUnit::Millihertz => &TOO_MUCH,
                };
                template.with("value", limit.unit.exact(*value)).with("rule", limit.rule())
            }
            LimitError::TooLittle { limit } if limit.unit == LimitUnit::Characters => EMPTY.text(),
            LimitError::TooLittle { limit } => TOO_LITTLE.with("min", limit.unit.arg(limit.min)),
            LimitError::DotName => DOT_NAME.text(),
            LimitError::TopicCharacter { character } => {
                TOPIC_CHARACTER.with("character", character.escape_debug().to_string())
            }
            LimitError::ControlCharacter { .. } => CONTROL_CHARACTER.text(),
            LimitError::Collision { topic, with } => {
                COLLISION.with("topic", topic.as_str()).with("other", with.as_str())
            }
        };
        text.with("field", self.field())
    }
}

/// A topic's name, as `Topic.validate`.
pub fn check_topic_name(name: &str) -> Result<(), LimitError> {
    TOPIC_NAME.check_text(name)?;
    if name == "." || name == ".." {
        return Err(LimitError::DotName);
    }
    let legal = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match name.chars().find(|c| !legal(c)) {
        Some(character) => Err(LimitError::TopicCharacter { character }),
        None => Ok(()),
    }
}

/// A new topic's name beside those that are there, as `Topic.hasCollision`. The same name is no collision: the topic
/// exists, which is another error.
pub fn check_topic_collision<'a>(name: &str, topics: impl IntoIterator<Item = &'a str>) -> Result<(), LimitError> {
    let unified = name.replace('.', "_");
    match topics.into_iter().find(|other| *other != name && other.replace('.', "_") == unified) {
        Some(with) => Err(LimitError::Collision { topic: name.to_owned(), with: with.to_owned() }),
        None => Ok(()),
    }
}

/// A name that Kafka leaves free: [`GROUP_ID`], [`PRODUCER_ID`], [`CONSUMER_ID`] or [`RACK`].
pub fn check_name(limit: &'static Limit, name: &str) -> Result<(), LimitError> {
    limit.check_text(name)?;
    match name.chars().any(char::is_control) {
        true => Err(LimitError::ControlCharacter { limit }),
        false => Ok(()),
    }
}

/// A record's key as bytes, its value, and its headers.
pub fn check_record(key: Option<&[u8]>, value: &str, headers: &[(String, String)]) -> Result<(), LimitError> {
    KEY.check(key.map_or(0, <[u8]>::len) as u64)?;
    VALUE.check_text(value)?;
    HEADERS.check(headers.len() as u64)?;
    headers.iter().try_for_each(|(name, value)| HEADER_BYTES.check(name.len() as u64 + value.len() as u64))
}

/// Thousandths as a decimal number, such as `0.5` for 500.
pub fn decimal_text(thousandths: u64) -> String {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    match part {
        0 => whole.to_string(),
        _ => format!("{whole}.{part:03}").trim_end_matches('0').to_owned(),
    }
}

templates! { "limit_text":
    TOO_MUCH = "`{field}` cannot be {value}. {rule}", "`{field}` 不能是 {value}。{rule}";
    TOO_MANY_BYTES = "`{field}` cannot be {value} bytes long. {rule}", "`{field}` 的长度不能是 {value} 字节。{rule}";
    TOO_MANY_CHARACTERS = "`{field}` cannot be {value} characters long. {rule}", "`{field}` 的长度不能是 {value} 个字符。{rule}";
    TOO_LITTLE = "`{field}` must be at least {min}.", "`{field}` 必须至少为 {min}。";
    EMPTY = "`{field}` must not be empty.", "`{field}` 不能为空。";
    DOT_NAME = "`{field}` cannot be “.” or “..”.", "`{field}` 不能是“.”或“..”。";
    TOPIC_CHARACTER = "`{field}` cannot have the character “{character}”; a topic's name is made of the letters a to z and A to Z, digits, “.”, “_” and “-”.",
        "`{field}` 不能包含字符“{character}”；topic 名称只能由字母 a–z、A–Z、数字、“.”、“_”和“-”组成。";
    CONTROL_CHARACTER = "`{field}` cannot have line breaks or other control characters.", "`{field}` 不能包含换行或其他控制字符。";
    COLLISION = "`{field}` cannot be `{topic}` beside `{other}`: Kafka's metrics write “.” as “_”, so the two would collide.",
        "已有 `{other}` 时 `{field}` 不能是 `{topic}`：Kafka 的监控指标会把“.”写成“_”，两者会冲突。";
}
