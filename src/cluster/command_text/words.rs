//! The words of a line: `name=value`, where `"…"` holds what would else separate, and a backslash takes the next
//! character as it is (`\n`, `\r`, `\t` and `\u{…}` are the control characters). Total: any text gives words or an error.

use super::CommandTextError;

/// One word of a line.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// What stands before the first `=`; the whole word if there is none.
    pub name: String,
    /// What stands after it.
    pub value: Option<Raw>,
}

/// A value as written: its characters, each with whether it stood in quotes or after a backslash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw {
    chars: Vec<(char, bool)>,
    /// Where the last quote stood, as a count of the characters before it.
    quote: Option<usize>,
}

impl Raw {
    /// The value as one text.
    pub fn text(&self) -> String {
        self.chars.iter().map(|(c, _)| *c).collect()
    }

    /// The items of a list; `keys=` is no item, `keys=""` is one empty item.
    pub fn items(&self) -> Vec<Raw> {
        if self.chars.is_empty() && self.quote.is_none() {
            return Vec::new();
        }
        let part = |chars: &[(char, bool)]| Raw { chars: chars.to_vec(), quote: None };
        self.chars.split(|c| *c == (',', false)).map(part).collect()
    }

    /// The parts before and after the first `:` that is not quoted.
    pub fn pair(&self) -> Option<(String, String)> {
        let at = self.chars.iter().position(|c| *c == (':', false))?;
        let text = |chars: &[(char, bool)]| chars.iter().map(|(c, _)| *c).collect();
        Some((text(&self.chars[..at]), text(&self.chars[at + 1..])))
    }
}

/// Splits a line into its words.
pub(crate) fn words(line: &str) -> Result<Vec<Word>, CommandTextError> {
    let mut words = Vec::new();
    let mut word: Option<Raw> = None;
    let mut in_quotes = false;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c.is_whitespace() && !in_quotes {
            words.extend(word.take().map(Word::new));
            continue;
        }
        let raw = word.get_or_insert_default();
        match c {
            '"' => {
                in_quotes = !in_quotes;
                raw.quote = Some(raw.chars.len());
            }
            '\\' => raw.chars.push((escaped(&mut chars)?, true)),
            _ => raw.chars.push((c, in_quotes)),
        }
    }
    if in_quotes {
        return Err(CommandTextError::OpenQuote);
    }
    words.extend(word.map(Word::new));
    Ok(words)
}

impl Word {
    fn new(raw: Raw) -> Word {
        let Some(at) = raw.chars.iter().position(|c| *c == ('=', false)) else {
            return Word { name: raw.text(), value: None };
        };
        let name = raw.chars[..at].iter().map(|(c, _)| *c).collect();
        let quote = raw.quote.filter(|quote| *quote > at);
        Word { name, value: Some(Raw { chars: raw.chars[at + 1..].to_vec(), quote }) }
    }
}

/// The character that an escape stands for.
fn escaped(chars: &mut std::str::Chars) -> Result<char, CommandTextError> {
    match chars.next() {
        None => Err(CommandTextError::Escape { escape: "\\".to_owned() }),
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some('u') => unicode(chars),
        Some(c) if c.is_alphanumeric() => Err(CommandTextError::Escape { escape: format!("\\{c}") }),
        Some(c) => Ok(c),
    }
}

/// The character of `{hex}`, after `\u`.
fn unicode(chars: &mut std::str::Chars) -> Result<char, CommandTextError> {
    let rest = chars.as_str();
    let code = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(hex, _)| hex);
    let good = |hex: &&str| hex.len() <= 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let number = code.filter(good).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(c) = number.and_then(char::from_u32) else {
        let seen: String = rest.chars().take(8).collect();
        return Err(CommandTextError::Escape { escape: format!("\\u{seen}") });
    };
    chars.by_ref().find(|c| *c == '}');
    Ok(c)
}

/// `text` as it stands in a line: in quotes if it needs them, with `also` among the characters that do.
pub(crate) fn quote(text: &str, also: &[char]) -> String {
    let special = |c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '=') || hidden(c) || also.contains(&c);
    if !text.is_empty() && !text.chars().any(special) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if hidden(c) => out.extend(c.escape_unicode()),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters that would break a line or show it otherwise than it is: controls, line separators, and those that
/// change the direction of writing.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
