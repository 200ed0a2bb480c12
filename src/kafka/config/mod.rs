//! Configs by Kafka's names: one table of every config that the model has, from which forms, files, the command line and
//! the docs derive, and typed views of a set of settings.
//!
//! Left out: configs without an effect in the model, and whether a broker would take a change without a restart.

mod error;
mod table;
#[cfg(test)]
mod tests;
mod topic;
mod views;

use crate::i18n::{Arg, Template, Text};
use crate::kafka::duration;
use crate::sim::Map;

pub use error::{ALL, ConfigError};
pub(crate) use error::{nearest, shorten};
pub use table::TABLE;
pub use topic::TopicConfig;
pub use views::{
    Acks, AutoOffsetReset, BrokerConfig, ConsumerConfig, FOREVER_US, GroupProtocol, PartitionerClass, ProducerConfig,
    foreign_to,
};

/// Settings by Kafka's name, as text. What is not in it has its default.
pub type Settings = Map<String, String>;

/// One config: a row of [`TABLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// Kafka's name.
    pub name: &'static str,
    /// What it is a config of.
    pub scopes: &'static [Scope],
    /// What it may be.
    pub kind: Kind,
    /// What it counts.
    pub unit: Unit,
    /// Kafka's default, as text.
    pub default: &'static str,
    /// What it does, in one sentence; its key is `config.` and the name.
    pub help: Template,
}

impl Config {
    /// Whether `value` may stand here, by itself; rules between configs are in [`check`].
    pub fn check_value(&self, value: &str) -> Result<(), ConfigError> {
        let good = match self.kind {
            Kind::Int { min, max } => value.trim().parse().is_ok_and(|number: i64| (min..=max).contains(&number)),
            Kind::IntOrNull { min } => {
                value == NULL || value.trim().parse().is_ok_and(|number: i64| (min..=i32::MAX.into()).contains(&number))
            }
            Kind::Ratio => parse_ratio(value).is_some(),
            Kind::Bool => parse_bool(value).is_some(),
            Kind::Choice(values) => values.contains(&value),
            Kind::ChoiceOrDuration(values, prefix) => values.contains(&value) || after(prefix, value).is_some(),
            Kind::Text { max } => value.chars().count() <= max as usize,
            Kind::List(words) => list(words, value).is_some(),
        };
        if good {
            return Ok(());
        }
        Err(ConfigError::Invalid { name: self.name, value: value.to_owned(), allowed: self.kind })
    }

    /// `value` as the page shows it: the same for spellings that mean the same.
    fn canonical(&self, value: &str) -> String {
        match self.kind {
            Kind::Int { .. } => value.trim().parse::<i64>().map_or_else(|_| value.to_owned(), |n| n.to_string()),
            Kind::IntOrNull { .. } => value.trim().parse::<i64>().map_or_else(|_| value.to_owned(), |n| n.to_string()),
            Kind::Ratio => parse_ratio(value).map_or_else(|| value.to_owned(), print_ratio),
            Kind::Bool => value.trim().to_ascii_lowercase(),
            Kind::Choice(_) if self.name == "acks" && value == "-1" => "all".to_owned(),
            Kind::List(words) => list(words, value).map_or_else(|| value.to_owned(), |names| names.join(",")),
            Kind::ChoiceOrDuration(_, prefix) => match after(prefix, value) {
                Some(duration_us) => format!("{prefix}{}", duration::print(duration_us)),
                None => value.to_owned(),
            },
            Kind::Choice(_) | Kind::Text { .. } => value.to_owned(),
        }
    }
}

/// What a config belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
    /// All brokers and controllers alike.
    Broker,
    /// A topic.
    Topic,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 4] = [Scope::Producer, Scope::Consumer, Scope::Broker, Scope::Topic];
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A whole number.
    Int {
        /// The smallest allowed.
        min: i64,
        /// The largest allowed.
        max: i64,
    },
    /// A whole number, or `null` for none.
    IntOrNull {
        /// The smallest allowed.
        min: i64,
    },
    /// A decimal from 0 to 1.
    Ratio,
    /// `true` or `false`.
    Bool,
    /// One of these, written exactly so.
    Choice(&'static [&'static str]),
    /// One of these, or what stands second with an ISO 8601 duration behind it.
    ChoiceOrDuration(&'static [&'static str], &'static str),
    /// Any text.
    Text {
        /// The most characters allowed.
        max: u32,
    },
    /// At least one of these in order of preference, each once: names, and the classes that mean the same.
    List(&'static [(&'static str, &'static str)]),
}

impl Kind {
    /// What is allowed, to stand after "must be".
    pub fn allowed(self) -> Text {
        match self {
            Kind::Int { min, max: i64::MAX } => error::AT_LEAST.with("min", min),
            Kind::Int { min, max } => error::BETWEEN.with("min", min).with("max", max),
            Kind::IntOrNull { min } => error::NULL_OR_AT_LEAST.with("min", min),
            Kind::Ratio => error::A_RATIO.text(),
            Kind::Bool => error::TRUE_OR_FALSE.text(),
            Kind::Choice(values) => {
                let value = |value: &&'static str| Arg::from(error::VALUE.with("value", *value));
                error::ONE_OF.with("values", values.iter().map(value).collect::<Vec<_>>())
            }
            Kind::ChoiceOrDuration(values, prefix) => {
                let value = |value: &&'static str| Arg::from(error::VALUE.with("value", *value));
                let values = values.iter().map(value).collect::<Vec<_>>();
                error::ONE_OF_OR_DURATION.with("values", values).with("prefix", prefix)
            }
            Kind::Text { max } => error::SHORT_TEXT.with("max", max),
            Kind::List(words) => {
                let name = |(name, _): &(&'static str, &'static str)| Arg::from(error::VALUE.with("value", *name));
                error::LIST_OF.with("values", words.iter().map(name).collect::<Vec<_>>())
            }
        }
    }
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Nothing that has a name, or not a number.
    None,
    /// Milliseconds.
    Milliseconds,
    /// Minutes.
    Minutes,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Records.
    Records,
    /// Requests.
    Requests,
    /// Replicas.
    Replicas,
    /// Partitions.
    Partitions,
    /// Members of a group.
    Members,
}

impl Unit {
    /// Its name, to stand after the number; `None` where there is none.
    pub fn text(self) -> Option<Text> {
        let template = match self {
            Unit::None => return None,
            Unit::Milliseconds => &error::MILLISECONDS,
            Unit::Minutes => &error::MINUTES,
            Unit::Seconds => &error::SECONDS,
            Unit::Bytes => &error::BYTES,
            Unit::Records => &error::RECORDS,
            Unit::Requests => &error::REQUESTS,
            Unit::Replicas => &error::REPLICAS,
            Unit::Partitions => &error::PARTITIONS,
            Unit::Members => &error::MEMBERS,
        };
        Some(template.text())
    }
}

/// The configs of a scope, in the order of its form.
pub fn of_scope(scope: Scope) -> impl Iterator<Item = &'static Config> {
    TABLE.iter().filter(move |config| config.scopes.contains(&scope))
}

/// The config of that name in that scope.
pub fn lookup(scope: Scope, name: &str) -> Result<&'static Config, ConfigError> {
    of_scope(scope).find(|config| config.name == name).ok_or_else(|| ConfigError::unknown(scope, name))
}

/// Whether these settings are known, in range, and go together.
pub fn check(scope: Scope, settings: &Settings) -> Result<(), ConfigError> {
    match scope {
        Scope::Producer => ProducerConfig::from_settings(settings).map(drop),
        Scope::Consumer => ConsumerConfig::from_settings(settings).map(drop),
        Scope::Broker => BrokerConfig::from_settings(settings).map(drop),
        Scope::Topic => TopicConfig::from_settings(settings).map(drop),
    }
}

/// Every config of the scope with the value that holds and whether that differs from Kafka's default, for cards.
///
/// What Kafka changes by itself is shown changed: `enable.idempotence` switched off by `acks=1`, and a
/// `delivery.timeout.ms` raised to `linger.ms` + `request.timeout.ms`.
pub fn effective(scope: Scope, settings: &Settings) -> Vec<(&'static str, String, bool)> {
    let adjusted = match scope {
        Scope::Producer => views::adjusted_producer(settings),
        _ => Vec::new(),
    };
    let value = |config: &Config| match adjusted.iter().find(|(name, _)| *name == config.name) {
        Some((_, value)) => value.clone(),
        None => config.canonical(settings.get(config.name).map_or(config.default, String::as_str)),
    };
    of_scope(scope)
        .map(|config| {
            let value = value(config);
            let differs = value != config.default;
            (config.name, value, differs)
        })
        .collect()
}

/// The names in a list with commas; `None` if it is empty or names something unknown or twice. A class may stand for
/// its name, with its package or without.
fn list(words: &'static [(&'static str, &'static str)], value: &str) -> Option<Vec<&'static str>> {
    let mut names = Vec::new();
    for item in value.split(',').map(str::trim) {
        let is_meant = |(name, class): &&(&'static str, &'static str)| {
            *name == item || *class == item || class.rsplit('.').next() == Some(item)
        };
        let (name, _) = words.iter().find(is_meant)?;
        if names.contains(name) {
            return None;
        }
        names.push(*name);
    }
    Some(names)
}

/// The microseconds of a duration behind a prefix. Signs are no part of one: Kafka refuses negative durations.
fn after(prefix: &str, value: &str) -> Option<u64> {
    duration::parse(value.strip_prefix(prefix)?)
}

/// Stands for no value.
const NULL: &str = "null";

/// A decimal from 0 to 1, in millionths: decisions know no floating point.
fn parse_ratio(value: &str) -> Option<u32> {
    let (whole, part) = value.trim().split_once('.').unwrap_or((value.trim(), "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 6 {
        return None;
    }
    let millionths = format!("{part:0<6}").parse::<u32>().ok()?;
    let all = whole.parse::<u32>().ok()?.checked_mul(1_000_000)?.checked_add(millionths)?;
    (all <= 1_000_000).then_some(all)
}

/// Millionths as a decimal, without zeros at its end.
fn print_ratio(millionths: u32) -> String {
    let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    let short = text.trim_end_matches('0');
    short.strip_suffix('.').map_or_else(|| short.to_owned(), |whole| format!("{whole}.0"))
}

/// As Kafka's `ConfigDef` reads a boolean.
fn parse_bool(value: &str) -> Option<bool> {
    match value.trim() {
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
