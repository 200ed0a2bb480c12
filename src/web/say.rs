//! Sentences as markup: text nodes, `<strong>` and `<code>`, nothing else; and numbers as they stand on the page.

use kafkascope::i18n::{Lang, SpanStyle, Template, Text};
use yew::{Html, html};

pub use kafkascope::i18n::moment;

/// A sentence with its values.
pub fn say(text: &Text, lang: Lang) -> Html {
    text.render(lang)
        .into_iter()
        .map(|span| match span.style {
            SpanStyle::Plain => html! { { span.text } },
            SpanStyle::Strong => html! { <strong>{ span.text }</strong> },
            SpanStyle::Code => html! { <code>{ span.text }</code> },
        })
        .collect()
}

/// A sentence that has no values but may have styles.
pub fn say_plain(template: &'static Template, lang: Lang) -> Html {
    say(&template.text(), lang)
}

/// The words of a sentence without values and styles: labels, titles.
pub fn tr(template: &'static Template, lang: Lang) -> &'static str {
    template.source(lang)
}

/// A count with thin spaces between thousands.
pub fn count(value: impl Into<i128>) -> String {
    let value = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut out = String::from(if value < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_counts() {
        assert_eq!(moment(12_480_999), "12.480 s");
        assert_eq!(moment(62_480_000), "1:02.480");
        assert_eq!(moment(3_662_000_000), "1:01:02.000");
        assert_eq!(count(1234_u32), "1234");
        assert_eq!(count(-12345), "−12\u{202f}345");
    }
}
