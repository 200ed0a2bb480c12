//! The building blocks of the inspector: facts, tables, badges.

use kafkascope::i18n::{Lang, Template, Text};
use yew::prelude::*;

use crate::say::{say, tr};

/// Pairs of name and value; rows without a value are left out.
pub struct Facts {
    lang: Lang,
    rows: Vec<Html>,
}

impl Facts {
    pub fn new(lang: Lang) -> Facts {
        Facts { lang, rows: Vec::new() }
    }

    /// A row.
    pub fn row(mut self, name: &'static Template, value: Html) -> Facts {
        self.rows.push(html! { <div class="fact"><dt>{ tr(name, self.lang) }</dt><dd>{ value }</dd></div> });
        self
    }

    /// A row with a sentence.
    pub fn text(self, name: &'static Template, value: &Text) -> Facts {
        let value = say(value, self.lang);
        self.row(name, value)
    }

    /// A row in code type: a number, a name.
    pub fn code(self, name: &'static Template, value: impl ToString) -> Facts {
        self.row(name, html! { <code>{ value.to_string() }</code> })
    }

    /// A row, if there is a value.
    pub fn maybe(self, name: &'static Template, value: Option<Html>) -> Facts {
        match value {
            Some(value) => self.row(name, value),
            None => self,
        }
    }

    pub fn html(self) -> Html {
        html! { <dl class="facts">{ for self.rows }</dl> }
    }
}

/// A small word in a coloured box; `tone` is `ok`, `warn`, `bad` or `plain`.
pub fn badge(tone: &'static str, words: impl Into<AttrValue>) -> Html {
    html! { <span class={classes!("badge", format!("badge-{tone}"))}>{ words.into() }</span> }
}

/// A table under a heading.
pub fn table(lang: Lang, title: &'static Template, columns: &[&'static Template], rows: Vec<Html>) -> Html {
    html! {
        <section class="inspect-part">
            <h3>{ tr(title, lang) }</h3>
            <div class="table-scroll" tabindex="0" role="group" aria-label={tr(title, lang)}>
                <table>
                    <thead><tr>{ for columns.iter().map(|column| html! { <th scope="col">{ tr(column, lang) }</th> }) }</tr></thead>
                    <tbody>{ for rows }</tbody>
                </table>
            </div>
        </section>
    }
}

/// A number that may be missing.
pub fn number(value: Option<i64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| value.to_string())
}

/// Records a second from thousandths, without more digits than needed.
pub fn rate(millihertz: u64) -> String {
    let text = format!("{}.{:03}", millihertz / 1000, millihertz % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
