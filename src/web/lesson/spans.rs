//! Styled spans as markup: text nodes, `<strong>` and `<code>`, nothing else.

use kafkascope::i18n::{Lang, Span, SpanStyle, Text};
use yew::{Html, html};

/// Spans that are ready.
pub fn spans(spans: &[Span]) -> Html {
    spans
        .iter()
        .map(|span| match span.style {
            SpanStyle::Plain => html! { { span.text.clone() } },
            SpanStyle::Strong => html! { <strong>{ span.text.clone() }</strong> },
            SpanStyle::Code => html! { <code>{ span.text.clone() }</code> },
        })
        .collect()
}

/// A sentence with its values.
pub fn say(text: &Text, lang: Lang) -> Html {
    spans(&text.render(lang))
}
