//! Subscriptions by pattern: a topic is subscribed to if the pattern matches its whole name.
//!
//! `subscribe(Pattern)` is resolved by the client over its own metadata, `subscribe(SubscriptionPattern)` by the group's
//! coordinator over its own (reference §6.8, §7.6). Kafka reads the first with `java.util.regex`, the second with RE2/J;
//! both are read here by `regex-lite`, whose syntax is RE2's without classes of Unicode. Left out: what only Java knows,
//! such as look-around and back-references.

use regex_lite::{Regex, RegexBuilder};

use crate::kafka::ids::{Name, is_internal};

/// How large a pattern may be once compiled: the time for a name is this times the name's length.
const SIZE_MAX_BYTES: usize = 100_000;

/// A subscription by pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TopicPattern {
    /// `subscribe(Pattern)`.
    Client(Name),
    /// `subscribe(SubscriptionPattern)`.
    Broker(Name),
}

impl TopicPattern {
    /// The regular expression.
    pub fn text(&self) -> &Name {
        match self {
            TopicPattern::Client(text) | TopicPattern::Broker(text) => text,
        }
    }

    /// The one that its client resolves.
    pub fn of_client(&self) -> Option<&Name> {
        match self {
            TopicPattern::Client(text) => Some(text),
            TopicPattern::Broker(_) => None,
        }
    }

    /// The one that the coordinator resolves.
    pub fn of_broker(&self) -> Option<&Name> {
        match self {
            TopicPattern::Client(_) => None,
            TopicPattern::Broker(text) => Some(text),
        }
    }
}

/// A regular expression, ready to be matched.
pub struct Matcher(Regex);

impl Matcher {
    /// Reads a regular expression; an error says what is wrong with it, in English.
    pub fn new(pattern: &str) -> Result<Matcher, String> {
        // By itself first: what is only sound inside of brackets is not sound.
        compile(pattern)?;
        compile(&format!("^(?:{pattern})$")).map(Matcher)
    }

    /// Does it match the whole name?
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// Those that it matches, in their order; internal topics are left out (`exclude.internal.topics`).
    pub fn select<'a>(&self, names: impl Iterator<Item = &'a Name>) -> Vec<Name> {
        names.filter(|name| !is_internal(name) && self.matches(name)).cloned().collect()
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(SIZE_MAX_BYTES).build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_name_is_matched() {
        let matcher = |pattern| Matcher::new(pattern).expect("sound");
        assert!(matcher("orders.*").matches("orders-eu"));
        assert!(!matcher("orders").matches("orders-eu") && !matcher("orders").matches("my-orders"));
        assert!(matcher("a|b").matches("b") && !matcher("a|b").matches("ab"));
        assert!(!matcher("^a$|b").matches("ab"));
        assert!(matcher("(orders|refunds)_[0-9]+").matches("refunds_12"));
        let names = ["a", "__consumer_offsets", "b"].map(Name::from);
        assert_eq!(matcher(".*").select(names.iter()), ["a", "b"].map(Name::from));
    }

    #[test]
    fn what_is_not_sound_is_refused() {
        for wrong in ["(", "a)|(b", "[", "*", "a{2,1}", "(?=a)", r"(a)\1", "(a{100}){100}"] {
            assert!(Matcher::new(wrong).is_err(), "{wrong}");
        }
    }
}
