//! JSON, as much as saved runs need: a reader that is total and remembers lines, and a writer of texts.
//!
//! It is here because the package for it would add an eighth to what the page may weigh. Numbers are kept as they are
//! written, so that a seed of 64 bits stays whole. Left out: what the fields mean.

use super::{
    Place, Problem, ReadError,
    problem::{JSON_COLON, JSON_COMMA, JSON_DEPTH, JSON_END, JSON_NAME, JSON_ONCE, JSON_TEXT, JSON_VALUE},
};
use crate::{i18n::Template, kafka::limits};

/// Lists and objects within each other, at most.
const DEPTH_MAX: u32 = 8;

/// A value, and the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// From 1.
    pub line: usize,
    /// What it is.
    pub value: Json,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// An object; each name once, in the order in which they stand there.
    Object(Vec<(String, Node)>),
}

/// Reads a whole text.
pub fn read(text: &str) -> Result<Node, ReadError> {
    let mut reader = Reader { text, at: 0, line: 1, values: 0 };
    let node = reader.node(0).and_then(|node| {
        reader.space();
        if reader.at == text.len() { Ok(node) } else { Err(&JSON_END) }
    });
    node.map_err(|expected: &'static Template| ReadError {
        place: Place::Line(reader.line),
        problem: match limits::VALUES.check(reader.values) {
            Ok(()) => Problem::Json { expected: expected.text() },
            Err(error) => error.into(),
        },
        sound: None,
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    /// Read so far. A value takes much more room than the two bytes it may be written in.
    values: u64,
}

type Expected = &'static Template;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while let Some(byte @ (b' ' | b'\t' | b'\r' | b'\n')) = self.peek() {
            self.line += usize::from(byte == b'\n');
            self.at += 1;
        }
    }

    /// Takes a byte if it stands there, after any space.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn node(&mut self, depth: u32) -> Result<Node, Expected> {
        self.space();
        if depth > DEPTH_MAX {
            return Err(&JSON_DEPTH);
        }
        self.values += 1;
        if self.values > limits::VALUES.max {
            return Err(&JSON_END);
        }
        let line = self.line;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Json::Text(self.quoted()?),
            Some(b'-' | b'0'..=b'9') => Json::Number(self.number()?),
            _ => {
                let word = |(word, value): (&str, Json)| {
                    Some((word.len(), self.text[self.at..].starts_with(word).then_some(value)?))
                };
                let words = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
                let (length, value) = words.into_iter().find_map(word).ok_or(&JSON_VALUE)?;
                self.at += length;
                value
            }
        };
        Ok(Node { line, value })
    }

    fn list(&mut self, depth: u32) -> Result<Json, Expected> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.node(depth + 1)?);
            if self.takes(b']') {
                return Ok(Json::List(items));
            }
            if !self.takes(b',') {
                return Err(&JSON_COMMA);
            }
        }
    }

    fn object(&mut self, depth: u32) -> Result<Json, Expected> {
        self.at += 1;
        let mut fields: Vec<(String, Node)> = Vec::new();
        if self.takes(b'}') {
            return Ok(Json::Object(fields));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(&JSON_NAME);
            }
            let name = self.quoted()?;
            // No object of ours has many fields, so a search of all is quick; more are refused below.
            if fields.len() >= FIELDS_MAX || fields.iter().any(|(other, _)| *other == name) {
                return Err(&JSON_ONCE);
            }
            if !self.takes(b':') {
                return Err(&JSON_COLON);
            }
            let node = self.node(depth + 1)?;
            fields.push((name, node));
            if self.takes(b'}') {
                return Ok(Json::Object(fields));
            }
            if !self.takes(b',') {
                return Err(&JSON_COMMA);
            }
        }
    }

    fn number(&mut self) -> Result<String, Expected> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while reader.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                reader.at += 1;
            }
            if reader.at > from { Ok(()) } else { Err(&JSON_VALUE) }
        };
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => digits(self)?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            digits(self)?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            digits(self)?;
        }
        Ok(self.text[start..self.at].to_owned())
    }

    /// A text in quotes.
    fn quoted(&mut self) -> Result<String, Expected> {
        self.at += 1;
        let mut out = String::new();
        let text = self.text;
        loop {
            let rest = &text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').ok_or(&JSON_TEXT)?;
            out.push_str(&rest[..plain]);
            self.at += plain + 1;
            match rest.as_bytes()[plain] {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escaped().ok_or(&JSON_TEXT)?),
                _ => return Err(&JSON_TEXT),
            }
        }
    }

    /// The character of an escape, behind its backslash.
    fn escaped(&mut self) -> Option<char> {
        let escape = self.peek()?;
        self.at += 1;
        Some(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                // The other half of a pair.
                self.text[self.at..].strip_prefix("\\u")?;
                self.at += 2;
                let second = self.unit().filter(|second| (0xdc00..0xe000).contains(second))?;
                char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))?
            }
            _ => {
                // Back onto a boundary, for whoever looks on.
                self.at -= 1;
                return None;
            }
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let number =
            digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())??;
        self.at += 4;
        Some(number)
    }
}

/// Fields of one object, at most.
const FIELDS_MAX: usize = 1_000;

/// Appends a text in quotes. What would show otherwise than it is stands as an escape.
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
