//! How each type of parameter is read and written, and what to say when it cannot be read.

use super::{
    CommandTextError,
    error::{self, ALLOWED_WORD},
    words::{Raw, quote},
};
use crate::{
    cluster::command::{Direction, ElectionKind, KeyOrder, KeySerializer, NodeName, ResetTo},
    i18n::{Arg, Text},
    kafka::{duration, limits::decimal_text},
};

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Any text.
    Text,
    /// A whole number from 0.
    Whole {
        /// The largest allowed.
        max: u64,
    },
    /// A number from 0 with up to three decimals.
    Decimal,
    /// Where to reset offsets to.
    Reset,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Texts separated by commas.
    TextList,
    /// Ids of brokers separated by commas.
    BrokerList,
    /// `topic:partition`, separated by commas.
    PartitionList,
    /// `name:value`, separated by commas.
    HeaderList,
    /// Brokers and clients, separated by commas.
    NodeList,
    /// A broker or a client.
    Node,
    /// A number with up to three decimals.
    Signed,
}

impl ParamKind {
    /// What is allowed, to stand after "must be".
    pub fn allowed(self) -> Text {
        match self {
            ParamKind::Text => error::ALLOWED_TEXT.text(),
            ParamKind::Whole { max } => error::ALLOWED_WHOLE.with("max", max.to_string()),
            ParamKind::Decimal => error::ALLOWED_DECIMAL.text(),
            ParamKind::Reset => error::ALLOWED_RESET.text(),
            ParamKind::Choice(words) => {
                let word = |word: &&'static str| Arg::from(ALLOWED_WORD.with("word", *word));
                error::ALLOWED_CHOICE.with("words", words.iter().map(word).collect::<Vec<_>>())
            }
            ParamKind::TextList => error::ALLOWED_TEXT_LIST.text(),
            ParamKind::BrokerList => error::ALLOWED_BROKER_LIST.text(),
            ParamKind::PartitionList => error::ALLOWED_PARTITION_LIST.text(),
            ParamKind::HeaderList => error::ALLOWED_HEADER_LIST.text(),
            ParamKind::NodeList => error::ALLOWED_NODE_LIST.text(),
            ParamKind::Node => error::ALLOWED_NODE.text(),
            ParamKind::Signed => error::ALLOWED_SIGNED.text(),
        }
    }
}

/// A type of value in a line.
pub(super) trait Codec {
    type Value;
    const KIND: ParamKind;
    fn read(raw: &Raw) -> Option<Self::Value>;
    fn write(value: &Self::Value) -> String;
}

/// A parameter: a codec and what it means to leave the word out.
pub(super) trait Slot {
    type Value;
    const KIND: ParamKind;
    const REQUIRED: bool;
    fn read(name: &'static str, raw: Option<&Raw>) -> Result<Self::Value, CommandTextError>;
    /// `None`: the word is left out.
    fn write(value: &Self::Value) -> Option<String>;
}

fn read<C: Codec>(name: &'static str, raw: &Raw) -> Result<C::Value, CommandTextError> {
    C::read(raw).ok_or_else(|| CommandTextError::Invalid { name, value: raw.text(), allowed: C::KIND })
}

/// Must be there.
pub(super) struct Required<C>(C);

impl<C: Codec> Slot for Required<C> {
    type Value = C::Value;
    const KIND: ParamKind = C::KIND;
    const REQUIRED: bool = true;

    fn read(name: &'static str, raw: Option<&Raw>) -> Result<C::Value, CommandTextError> {
        match raw {
            Some(raw) => read::<C>(name, raw),
            None => Err(CommandTextError::Missing { name, allowed: C::KIND }),
        }
    }

    fn write(value: &C::Value) -> Option<String> {
        Some(C::write(value))
    }
}

/// May be left out: there is none then.
pub(super) struct Maybe<C>(C);

impl<C: Codec> Slot for Maybe<C> {
    type Value = Option<C::Value>;
    const KIND: ParamKind = C::KIND;
    const REQUIRED: bool = false;

    fn read(name: &'static str, raw: Option<&Raw>) -> Result<Self::Value, CommandTextError> {
        raw.map(|raw| read::<C>(name, raw)).transpose()
    }

    fn write(value: &Self::Value) -> Option<String> {
        value.as_ref().map(C::write)
    }
}

/// May be left out: it has its default then.
pub(super) struct OrDefault<C>(C);

impl<C: Codec<Value: Default + PartialEq>> Slot for OrDefault<C> {
    type Value = C::Value;
    const KIND: ParamKind = C::KIND;
    const REQUIRED: bool = false;

    fn read(name: &'static str, raw: Option<&Raw>) -> Result<Self::Value, CommandTextError> {
        raw.map_or_else(|| Ok(C::Value::default()), |raw| read::<C>(name, raw))
    }

    fn write(value: &Self::Value) -> Option<String> {
        (*value != C::Value::default()).then(|| C::write(value))
    }
}

/// Any text.
pub(super) struct Words;

impl Codec for Words {
    type Value = String;
    const KIND: ParamKind = ParamKind::Text;

    fn read(raw: &Raw) -> Option<String> {
        Some(raw.text())
    }

    fn write(value: &String) -> String {
        quote(value, &[])
    }
}

macro_rules! whole {
    ($($name:ident $kind:ty),*) => {$(
        /// A whole number from 0.
        pub(super) struct $name;

        impl Codec for $name {
            type Value = $kind;
            const KIND: ParamKind = ParamKind::Whole { max: <$kind>::MAX as u64 };

            fn read(raw: &Raw) -> Option<$kind> {
                raw.text().parse().ok().filter(|_| raw.text().bytes().all(|b| b.is_ascii_digit()))
            }

            fn write(value: &$kind) -> String {
                value.to_string()
            }
        }
    )*};
}
whole!(U32 u32, U64 u64, I32 i32);

fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return None;
    }
    let thousandths: u64 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}

/// Thousandths of what is written: records a second in thousandths, or milliseconds in microseconds.
pub(super) struct Thousandths;

impl Codec for Thousandths {
    type Value = u64;
    const KIND: ParamKind = ParamKind::Decimal;

    fn read(raw: &Raw) -> Option<u64> {
        thousandths(&raw.text())
    }

    fn write(value: &u64) -> String {
        decimal_text(*value)
    }
}

macro_rules! choice {
    ($name:ident $kind:ident { $($word:literal $variant:ident),* }) => {
        /// One of a few words.
        pub(super) struct $name;

        impl Codec for $name {
            type Value = $kind;
            const KIND: ParamKind = ParamKind::Choice(&[$($word),*]);

            fn read(raw: &Raw) -> Option<$kind> {
                match raw.text().as_str() {
                    $($word => Some($kind::$variant),)*
                    _ => None,
                }
            }

            fn write(value: &$kind) -> String {
                match value {
                    $($kind::$variant => $word.to_owned(),)*
                }
            }
        }
    };
}
choice!(Order KeyOrder { "in-turn" InTurn, "random" Random });
choice!(Ways Direction { "both" Both, "one-way" OneWay });
choice!(Serializer KeySerializer { "StringSerializer" String, "IntegerSerializer" Integer, "LongSerializer" Long });

choice!(Election ElectionKind { "preferred" Preferred, "unclean" Unclean });

/// Where to reset offsets to.
pub(super) struct Reset;

impl Codec for Reset {
    type Value = ResetTo;
    const KIND: ParamKind = ParamKind::Reset;

    fn read(raw: &Raw) -> Option<ResetTo> {
        let text = raw.text();
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.split_once(':').unwrap_or((&text, "")) {
            ("earliest", "") => Some(ResetTo::Earliest),
            ("latest", "") => Some(ResetTo::Latest),
            ("offset", offset) if digits(offset) => offset.parse().ok().map(ResetTo::Offset),
            ("shift", by) if digits(by.strip_prefix('-').unwrap_or(by)) => by.parse().ok().map(ResetTo::Shift),
            ("duration", duration) => duration::parse(duration).map(ResetTo::Duration),
            _ => None,
        }
    }

    fn write(to: &ResetTo) -> String {
        match to {
            ResetTo::Earliest => "earliest".to_owned(),
            ResetTo::Latest => "latest".to_owned(),
            ResetTo::Offset(offset) => format!("offset:{offset}"),
            ResetTo::Shift(by) => format!("shift:{by}"),
            ResetTo::Duration(duration_us) => format!("duration:{}", duration::print(*duration_us)),
        }
    }
}

fn join<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    values.iter().map(write).collect::<Vec<_>>().join(",")
}

/// Texts separated by commas.
pub(super) struct List;

impl Codec for List {
    type Value = Vec<String>;
    const KIND: ParamKind = ParamKind::TextList;

    fn read(raw: &Raw) -> Option<Vec<String>> {
        Some(raw.items().iter().map(Raw::text).collect())
    }

    fn write(values: &Vec<String>) -> String {
        join(values, |text| quote(text, &[',']))
    }
}

/// Ids of brokers separated by commas.
pub(super) struct Brokers;

impl Codec for Brokers {
    type Value = Vec<u32>;
    const KIND: ParamKind = ParamKind::BrokerList;

    fn read(raw: &Raw) -> Option<Vec<u32>> {
        raw.items().iter().map(U32::read).collect()
    }

    fn write(values: &Vec<u32>) -> String {
        join(values, u32::to_string)
    }
}

/// `topic:partition`, separated by commas.
pub(super) struct Partitions;

impl Codec for Partitions {
    type Value = Vec<(String, i32)>;
    const KIND: ParamKind = ParamKind::PartitionList;

    fn read(raw: &Raw) -> Option<Self::Value> {
        let one = |item: &Raw| {
            let (topic, partition) = item.pair()?;
            Some((topic, partition.parse().ok().filter(|number| *number >= 0)?))
        };
        raw.items().iter().map(one).collect()
    }

    fn write(values: &Self::Value) -> String {
        join(values, |(topic, partition)| format!("{}:{partition}", quote(topic, &[',', ':'])))
    }
}

/// `name:value`, separated by commas.
pub(super) struct Headers;

impl Codec for Headers {
    type Value = Vec<(String, String)>;
    const KIND: ParamKind = ParamKind::HeaderList;

    fn read(raw: &Raw) -> Option<Self::Value> {
        raw.items().iter().map(Raw::pair).collect()
    }

    fn write(values: &Self::Value) -> String {
        join(values, |(name, value)| format!("{}:{}", quote(name, &[',', ':']), quote(value, &[','])))
    }
}

/// A broker or a client.
pub(super) struct Node;

impl Codec for Node {
    type Value = NodeName;
    const KIND: ParamKind = ParamKind::Node;

    fn read(raw: &Raw) -> Option<NodeName> {
        NodeName::parse(&raw.text()).filter(|node| *node != NodeName::Everyone)
    }

    fn write(node: &NodeName) -> String {
        quote(&node.print(), &[])
    }
}

/// Thousandths of what is written, before zero too.
pub(super) struct SignedThousandths;

impl Codec for SignedThousandths {
    type Value = i64;
    const KIND: ParamKind = ParamKind::Signed;

    fn read(raw: &Raw) -> Option<i64> {
        let text = raw.text();
        let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |digits| (-1, digits));
        let thousandths = thousandths(digits)?;
        Some(sign * i64::try_from(thousandths).ok()?)
    }

    fn write(value: &i64) -> String {
        let sign = if *value < 0 { "-" } else { "" };
        format!("{sign}{}", decimal_text(value.unsigned_abs()))
    }
}

/// Brokers and clients, separated by commas.
pub(super) struct Nodes;

impl Codec for Nodes {
    type Value = Vec<NodeName>;
    const KIND: ParamKind = ParamKind::NodeList;

    fn read(raw: &Raw) -> Option<Self::Value> {
        raw.items().iter().map(|item| NodeName::parse(&item.text())).collect()
    }

    fn write(values: &Self::Value) -> String {
        join(values, |node| quote(&node.print(), &[',']))
    }
}
