//! A command's line in the bytes of a link, and back: its words by number where [`words`] has them, whole numbers as
//! numbers, and a text that comes again by its place.
//!
//! It knows the form of a line (`verb name=value name=item,item`) and nothing of any command, so whatever the text form
//! can say a link can hold.

use super::{
    bytes::{Reader, Writer},
    words,
};

/// Kinds of a value: what its number is.
const KINDS: u64 = 6;
const TEXT: u64 = 0;
const NUMBER: u64 = 1;
const AGAIN: u64 = 2;
const WORD: u64 = 3;
const COMMAS: u64 = 4;
const COLONS: u64 = 5;

/// The end of a line, and a word that is written out; the words of the lists follow.
const END: u64 = 0;
const WRITTEN_OUT: u64 = 1;
const LISTED: u64 = 2;

/// Writes lines; texts that came before are told by their place.
#[derive(Clone, Debug, Default)]
pub struct LineWriter {
    texts: Vec<String>,
}

impl LineWriter {
    /// One line.
    pub fn line(&mut self, out: &mut Writer, line: &str) {
        let mut parts = split(line).into_iter();
        word(out, words::VERBS, parts.next().unwrap_or_default());
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            word(out, words::NAMES, name);
            self.value(out, value);
        }
        out.number(END);
    }

    /// One value, or one text.
    pub fn value(&mut self, out: &mut Writer, value: &str) {
        self.item(out, value, &[(',', COMMAS), (':', COLONS)]);
    }

    fn item(&mut self, out: &mut Writer, item: &str, separators: &[(char, u64)]) {
        if let Some(((separator, kind), inner)) = separators.split_first() {
            match item.matches(*separator).count() as u64 {
                0 => return self.item(out, item, inner),
                count => out.number((count + 1) * KINDS + kind),
            }
            return item.split(*separator).for_each(|part| self.item(out, part, inner));
        }
        // A large number would not fit with its kind; it is a text then.
        let number = item.parse::<u64>().ok().filter(|number| number.to_string() == item && *number < u64::MAX / KINDS);
        if let Some(number) = number {
            out.number(number * KINDS + NUMBER);
        } else if let Some(place) = words::place(words::VALUES, item) {
            out.number(place as u64 * KINDS + WORD);
        } else if let Some(place) = self.texts.iter().position(|text| text == item) {
            out.number(place as u64 * KINDS + AGAIN);
        } else {
            out.number(item.len() as u64 * KINDS + TEXT);
            out.0.extend_from_slice(item.as_bytes());
            self.texts.push(item.to_owned());
        }
    }
}

fn word(out: &mut Writer, list: &str, word: &str) {
    match words::place(list, word) {
        Some(place) => out.number(place as u64 + LISTED),
        None => {
            out.number(WRITTEN_OUT);
            out.text(word);
        }
    }
}

/// The words of a line as they are written: spaces in quotes separate nothing.
fn split(line: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, character) in line.char_indices() {
        match character {
            ' ' if !quoted => {
                parts.push(&line[start..at]);
                start = at + 1;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    parts.push(&line[start..]);
    parts
}

/// Reads lines.
#[derive(Clone, Debug, Default)]
pub struct LineReader<'a> {
    texts: Vec<&'a str>,
}

impl<'a> LineReader<'a> {
    /// One line; none if it cannot be.
    pub fn line(&mut self, from: &mut Reader<'a>) -> Option<String> {
        let mut line = String::new();
        match from.number()? {
            END => return None,
            code => line.push_str(listed(from, words::VERBS, code)?),
        }
        loop {
            match from.number()? {
                END => return Some(line),
                code => {
                    let name = listed(from, words::NAMES, code)?;
                    line.extend([" ", name, "="]);
                    self.value(from, &mut line)?;
                }
            }
        }
    }

    /// Appends one value, or one text.
    pub fn value(&mut self, from: &mut Reader<'a>, out: &mut String) -> Option<()> {
        self.item(from, out, &[(',', COMMAS), (':', COLONS)])
    }

    fn item(&mut self, from: &mut Reader<'a>, out: &mut String, separators: &[(char, u64)]) -> Option<()> {
        let code = from.number()?;
        let (kind, number) = (code % KINDS, code / KINDS);
        let place = usize::try_from(number).ok();
        match kind {
            NUMBER => out.push_str(&number.to_string()),
            WORD => out.push_str(words::at(words::VALUES, number)?),
            AGAIN => out.push_str(self.texts.get(place?)?),
            TEXT => {
                let text = from.text_of(number)?;
                self.texts.push(text);
                out.push_str(text);
            }
            _ => {
                let at = separators.iter().position(|(_, separator_kind)| *separator_kind == kind)?;
                // Each item takes a byte at least.
                if number < 2 || place? > from.0.len() {
                    return None;
                }
                for item in 0..number {
                    if item > 0 {
                        out.push(separators[at].0);
                    }
                    self.item(from, out, &separators[at + 1..])?;
                }
            }
        }
        Some(())
    }
}

/// The word of this code.
fn listed<'a>(from: &mut Reader<'a>, list: &'static str, code: u64) -> Option<&'a str> {
    match code.checked_sub(LISTED) {
        Some(place) => words::at(list, place),
        None => {
            let length = from.number()?;
            from.text_of(length)
        }
    }
}
