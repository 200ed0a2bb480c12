//! The marks of keys: colour and letter, in order of first appearance.

use std::{cell::RefCell, rc::Rc};

use crate::sim::Map;
use crate::view::model::KeyMark;

/// Colours of keys.
const COLORS: usize = 8;
/// Keys with a mark of their own; any beyond share the last one.
const KEYS_MAX: usize = 4_096;

/// Keys on stage.
#[derive(Debug, Default)]
pub(super) struct Keys {
    index: Map<Vec<u8>, u16>,
    texts: Vec<String>,
    marks: RefCell<Rc<Vec<KeyMark>>>,
}

impl Keys {
    /// Gives a key a mark if it has none.
    pub fn note(&mut self, bytes: &[u8], text: &str) -> u16 {
        if let Some(index) = self.index.get(bytes) {
            return *index;
        }
        let index = self.texts.len().min(KEYS_MAX - 1) as u16;
        self.index.insert(bytes.to_vec(), index);
        if self.texts.len() < KEYS_MAX {
            self.texts.push(text.to_owned());
        }
        index
    }

    /// The mark of a record's key.
    pub fn of(&mut self, key: Option<&[u8]>) -> Option<u16> {
        let key = key?;
        Some(match self.index.get(key) {
            Some(index) => *index,
            None => self.note(key, &text_of(key)),
        })
    }

    /// All marks. A letter is the key's first; the first two where that would be another key's too.
    pub fn marks(&self) -> Rc<Vec<KeyMark>> {
        let mut marks = self.marks.borrow_mut();
        if marks.len() != self.texts.len() {
            let mut firsts: Map<String, u32> = Map::new();
            for text in &self.texts {
                *firsts.entry(letters(text, 1)).or_default() += 1;
            }
            let mark = |(index, text): (usize, &String)| {
                let alone = firsts.get(&letters(text, 1)).is_some_and(|count| *count == 1);
                KeyMark {
                    key: text.clone(),
                    letter: letters(text, if alone { 1 } else { 2 }),
                    color: (index % COLORS) as u8,
                    ring: (index / COLORS % 4) as u8,
                }
            };
            *marks = Rc::new(self.texts.iter().enumerate().map(mark).collect());
        }
        marks.clone()
    }
}

/// The first letters, the first of them large; an empty key is drawn as one.
fn letters(text: &str, count: usize) -> String {
    let mut chars = text.chars().take(count);
    match chars.next() {
        None => "∅".to_owned(),
        Some(first) => first.to_uppercase().chain(chars).collect(),
    }
}

/// A key as text: as UTF-8 where it is readable, as a number where it has a number's size, else its bytes.
pub fn text_of(key: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(key)
        && !text.chars().any(char::is_control)
    {
        return text.to_owned();
    }
    if let Ok(bytes) = <[u8; 4]>::try_from(key) {
        return i32::from_be_bytes(bytes).to_string();
    }
    if let Ok(bytes) = <[u8; 8]>::try_from(key) {
        return i64::from_be_bytes(bytes).to_string();
    }
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}
