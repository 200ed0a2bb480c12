//! Conditions on the world, as data: `lag billing orders = 0`, `visible orders >= before + 3`.
//!
//! A [`Condition`] is a [`Measure`], a comparison and a value. The value is a whole number, a list of words
//! (`P0,P1,P2`; `none` for no word), or `before`: what the same measure gave when the beat began, plus or minus a
//! number. Beats end on conditions, never on a timer; the options of a question claim conditions. Left out: `or` and
//! brackets (a list of conditions means that all hold), and evaluation ([`super::evaluate`]).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::measure::Measure;

/// A measure compared with a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    /// What is read.
    pub measure: Measure,
    /// How it is compared.
    pub compare: Compare,
    /// With what.
    pub value: Value,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `<`
    Less,
}

/// What a measure is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A whole number.
    Number(i64),
    /// Words in order.
    Words(Vec<String>),
    /// What the same measure gave when the beat began, plus this.
    Before(i64),
}

impl Compare {
    /// Longer signs first, so that `>=` is not read as `>`.
    const ALL: [(Compare, &'static str); 6] = [
        (Compare::NotEqual, "!="),
        (Compare::AtLeast, ">="),
        (Compare::AtMost, "<="),
        (Compare::Equal, "="),
        (Compare::More, ">"),
        (Compare::Less, "<"),
    ];

    fn sign(self) -> &'static str {
        Compare::ALL.iter().find(|(compare, _)| *compare == self).map_or("", |(_, sign)| sign)
    }
}

impl Condition {
    /// Reads `measure comparison value`; the error says what was expected.
    pub fn parse(source: &str) -> Result<Condition, String> {
        let words: Vec<&str> = source.split_whitespace().collect();
        let found = words.iter().enumerate().find_map(|(at, word)| {
            Compare::ALL.iter().find(|(_, sign)| sign == word).map(|(compare, _)| (at, *compare))
        });
        let Some((at, compare)) = found else {
            return Err(format!(
                "`{source}`: expected a measure, one of = != >= <= > < and a value, with spaces between"
            ));
        };
        let measure = Measure::parse(&words[..at].join(" ")).map_err(|why| format!("`{source}`: {why}"))?;
        let value = parse_value(&words[at + 1..], measure.kind.row().words)
            .ok_or_else(|| format!("`{source}`: {}", expected_value(&measure)))?;
        let ordered = !matches!(compare, Compare::Equal | Compare::NotEqual);
        if measure.kind.row().words && ordered {
            return Err(format!("`{source}`: words can only be compared with = and !="));
        }
        Ok(Condition { measure, compare, value })
    }
}

fn parse_value(words: &[&str], gives_words: bool) -> Option<Value> {
    match words {
        ["before"] => Some(Value::Before(0)),
        ["before", sign @ ("+" | "-"), number] if !gives_words => {
            let number = number.parse::<i32>().ok().filter(|number| *number >= 0)?;
            Some(Value::Before(i64::from(if *sign == "-" { -number } else { number })))
        }
        [word] if !gives_words => word.parse().ok().map(Value::Number),
        ["none"] => Some(Value::Words(Vec::new())),
        [word] => Some(Value::Words(word.split(',').map(str::to_owned).collect())),
        _ => None,
    }
}

fn expected_value(measure: &Measure) -> &'static str {
    if measure.kind.row().words {
        "expected words with commas between, `none`, or `before`"
    } else {
        "expected a whole number, `before`, `before + NUMBER` or `before - NUMBER`"
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} ", self.measure, self.compare.sign())?;
        match &self.value {
            Value::Number(number) => write!(out, "{number}"),
            Value::Words(words) if words.is_empty() => out.write_str("none"),
            Value::Words(words) => out.write_str(&words.join(",")),
            Value::Before(0) => out.write_str("before"),
            Value::Before(more @ 1..) => write!(out, "before + {more}"),
            Value::Before(less) => write!(out, "before - {}", less.unsigned_abs()),
        }
    }
}

impl TryFrom<String> for Condition {
    type Error = String;
    fn try_from(source: String) -> Result<Self, String> {
        Condition::parse(&source)
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> String {
        condition.to_string()
    }
}
