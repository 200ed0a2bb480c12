//! Turns a template and its values into styled spans. Total: an unknown placeholder is shown as written.

use super::{Arg, Lang, Text};

/// Finds the value of a placeholder by its name.
type Values<'a> = dyn Fn(&str) -> Option<&'a Arg> + 'a;

/// A run of text in one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// How it is set.
    pub style: SpanStyle,
    /// What it says.
    pub text: String,
}

/// How a span is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanStyle {
    /// Running text.
    Plain,
    /// Strong: the thing the sentence is about.
    Strong,
    /// Code: offsets, configs, partitions.
    Code,
}

pub(super) fn render(text: &Text, lang: Lang) -> Vec<Span> {
    let mut out = Out { spans: Vec::new(), style: SpanStyle::Plain };
    write_text(text, lang, &mut out);
    out.spans
}

/// A sentence that is not a [`Template`](super::Template), such as one from a lesson's file, as styled spans.
pub fn render_source<'a>(source: &str, values: &[(&'a str, &'a Arg)], lang: Lang) -> Vec<Span> {
    let mut out = Out { spans: Vec::new(), style: SpanStyle::Plain };
    let values = |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, arg)| *arg);
    write_source(source, &values, lang, &mut out);
    out.spans
}

/// A sentence without styles, in one piece: text alternatives are written with every step.
pub(super) fn plain(text: &Text, lang: Lang) -> String {
    let mut out = String::new();
    write_text(text, lang, &mut out);
    out
}

fn write_text(text: &Text, lang: Lang, out: &mut impl Sink) {
    let values = |name: &str| text.args.iter().find(|(key, _)| *key == name).map(|(_, arg)| arg);
    write_source(text.template.source(lang), &values, lang, out);
}

/// Where a sentence is written to.
trait Sink {
    /// Text in the style in force.
    fn push(&mut self, text: &str);
    /// Begins or ends a style.
    fn toggle(&mut self, style: SpanStyle);
    /// A sentence of its own within this one.
    fn nest(&mut self, text: &Text, lang: Lang);
}

impl Sink for String {
    fn push(&mut self, text: &str) {
        self.push_str(text);
    }

    fn toggle(&mut self, _: SpanStyle) {}

    fn nest(&mut self, text: &Text, lang: Lang) {
        write_text(text, lang, self);
    }
}

struct Out {
    spans: Vec<Span>,
    style: SpanStyle,
}

impl Sink for Out {
    fn push(&mut self, text: &str) {
        self.push_styled(text, self.style);
    }

    fn toggle(&mut self, style: SpanStyle) {
        self.style = if self.style == style { SpanStyle::Plain } else { style };
    }

    fn nest(&mut self, text: &Text, lang: Lang) {
        let outer = self.style;
        for span in render(text, lang) {
            let style = if span.style == SpanStyle::Plain { outer } else { span.style };
            self.push_styled(&span.text, style);
        }
    }
}

impl Out {
    fn push_styled(&mut self, text: &str, style: SpanStyle) {
        if text.is_empty() {
            return;
        }
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.text.push_str(text),
            _ => self.spans.push(Span { style, text: text.to_owned() }),
        }
    }
}

fn write_source(source: &str, values: &Values<'_>, lang: Lang, out: &mut impl Sink) {
    let mut rest = source;
    while let Some(at) = rest.find(['{', '*', '`']) {
        out.push(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("**") {
            out.toggle(SpanStyle::Strong);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('`') {
            out.toggle(SpanStyle::Code);
            rest = after;
        } else if let Some(end) = rest.starts_with('{').then(|| closing_brace(rest)).flatten() {
            write_placeholder(&rest[1..end], values, lang, out);
            rest = &rest[end + 1..];
        } else {
            out.push(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push(rest);
}

/// The byte position of the brace that closes the one at the start.
fn closing_brace(source: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in source.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn write_placeholder(inner: &str, values: &Values<'_>, lang: Lang, out: &mut impl Sink) {
    let (name, forms) = match inner.split_once('|') {
        Some((name, forms)) => (name, Some(forms)),
        None => (inner, None),
    };
    let Some(arg) = values(name) else {
        out.push("{");
        out.push(inner);
        out.push("}");
        return;
    };
    match forms {
        None => write_arg(arg, lang, out),
        Some(forms) => {
            let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
            let singular = *arg == Arg::Number(1);
            write_source(if singular { one } else { many }, values, lang, out);
        }
    }
}

fn write_arg(arg: &Arg, lang: Lang, out: &mut impl Sink) {
    match arg {
        Arg::Text(value) => out.push(value),
        Arg::Number(value) => out.push(&value.to_string()),
        Arg::Duration(us) => out.push(&duration(*us)),
        Arg::Nested(text) => out.nest(text, lang),
        Arg::List(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(if lang == Lang::Zh { "、" } else { ", " });
                }
                write_arg(item, lang, out);
            }
        }
    }
}

/// A moment as the clock shows it: `12.480 s`, `1:02.480`, `1:01:02.480`; cut to the millisecond, not rounded.
pub fn moment(time_us: u64) -> String {
    let ms = time_us / 1000;
    let (hours, minutes, seconds, ms) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{ms:03}")
    } else if minutes > 0 {
        format!("{minutes}:{seconds:02}.{ms:03}")
    } else {
        format!("{seconds}.{ms:03} s")
    }
}

/// A length of simulated time in the unit that suits it; the same in both languages.
pub(super) fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => trim(us, 1_000, "ms"),
        1_000_000..120_000_000 => trim(us, 1_000_000, "s"),
        120_000_000..7_200_000_000 => trim(us, 60_000_000, "min"),
        _ => trim(us, 3_600_000_000, "h"),
    }
}

/// `value / unit` with up to two decimals, without trailing zeros; cut, not rounded, so that it never overstates.
fn trim(us: u64, unit: u64, name: &str) -> String {
    let hundredths = us * 100 / unit;
    let (whole, part) = (hundredths / 100, hundredths % 100);
    match (part, part % 10) {
        (0, _) => format!("{whole} {name}"),
        (_, 0) => format!("{whole}.{} {name}", part / 10),
        _ => format!("{whole}.{part:02} {name}"),
    }
}
