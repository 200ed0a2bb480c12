//! Every sentence of the page, the story and the command line, in both languages at once.
//!
//! A [`Template`] is one whole sentence in English and in Simplified Chinese with named placeholders;
//! a [`Text`] is a template with this case's own values. Values are inserted as text and never parsed
//! again, so a name or key from a user can never become markup. What is left out: languages other than
//! these two, and any grammar beyond a choice between one and many.
//!
//! Template syntax: `{name}` a value; `{n|one record|{n} records}` singular and plural of the number `n`;
//! `**…**` strong; `` `…` `` code.

pub mod brokers;
pub mod faults;
pub mod forms;
pub mod lens;
pub mod lesson;
mod render;
pub mod share;
pub mod stage;
#[cfg(test)]
mod tests;
pub mod ui;

pub use render::{Span, SpanStyle, moment, render_source};

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lang {
    /// English, tag `en`.
    #[default]
    En,
    /// Simplified Chinese, tag `zh-CN`.
    Zh,
}

impl Lang {
    /// Both languages, in the order of the switch.
    pub const ALL: [Lang; 2] = [Lang::En, Lang::Zh];

    /// The BCP 47 tag, as it stands in the `lang` attribute and on the command line.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// The language of a BCP 47 tag; any Chinese tag is Simplified Chinese.
    pub fn from_tag(tag: &str) -> Option<Lang> {
        match tag.split(['-', '_']).next()? {
            "en" => Some(Lang::En),
            "zh" => Some(Lang::Zh),
            _ => None,
        }
    }
}

/// One sentence in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Template {
    /// Its stable name, such as `story.appended`.
    pub key: &'static str,
    /// English.
    pub en: &'static str,
    /// Simplified Chinese.
    pub zh: &'static str,
}

impl Template {
    /// The source in one language.
    pub fn source(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.en,
            Lang::Zh => self.zh,
        }
    }

    /// This sentence without values yet.
    pub fn text(&'static self) -> Text {
        Text { template: self, args: Vec::new() }
    }

    /// This sentence with its first value.
    pub fn with(&'static self, name: &'static str, value: impl Into<Arg>) -> Text {
        self.text().with(name, value)
    }
}

/// A value in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Arg {
    /// Text of a user or a name; shown as it is.
    Text(String),
    /// A whole number, shown with digits only.
    Number(i64),
    /// A moment or length of simulated time in microseconds, shown in the unit that suits it.
    Duration(u64),
    /// A sentence of its own.
    Nested(Text),
    /// Sentences or values joined as a list.
    List(Vec<Arg>),
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Arg::Text(value.to_owned())
    }
}
impl From<String> for Arg {
    fn from(value: String) -> Self {
        Arg::Text(value)
    }
}
impl From<Text> for Arg {
    fn from(value: Text) -> Self {
        Arg::Nested(value)
    }
}
impl From<Vec<Arg>> for Arg {
    fn from(value: Vec<Arg>) -> Self {
        Arg::List(value)
    }
}
macro_rules! number_args {
    ($($kind:ty),*) => {$(impl From<$kind> for Arg {
        fn from(value: $kind) -> Self {
            Arg::Number(value as i64)
        }
    })*};
}
number_args!(i32, i64, u8, u16, u32, u64, usize);

/// A sentence with the values of one case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// The sentence.
    pub template: &'static Template,
    /// Its values by placeholder name.
    pub args: Vec<(&'static str, Arg)>,
}

impl Text {
    /// The same sentence with one more value.
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Text {
        self.args.push((name, value.into()));
        self
    }

    /// The sentence in `lang`, as styled spans.
    pub fn render(&self, lang: Lang) -> Vec<Span> {
        render::render(self, lang)
    }

    /// The sentence in `lang`, without styles.
    pub fn plain(&self, lang: Lang) -> String {
        render::plain(self, lang)
    }
}

/// Defines sentences as constants and `ALL`, the list of them that the tests walk.
///
/// `templates! { "story": APPENDED = "…", "…"; }` defines `APPENDED` with the key `story.appended`.
#[macro_export]
macro_rules! templates {
    ($room:literal: $($(#[$meta:meta])* $name:ident = $en:literal, $zh:literal;)*) => {
        $($(#[$meta])* #[allow(missing_docs)]
        pub static $name: $crate::i18n::Template = $crate::i18n::Template {
            key: concat!($room, ".", stringify!($name)), en: $en, zh: $zh,
        };)*
        /// Every sentence of this room.
        pub static ALL: &[&$crate::i18n::Template] = &[$(&$name),*];
    };
}
