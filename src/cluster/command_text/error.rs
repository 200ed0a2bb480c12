//! What can be wrong with a line, and how it is said.

use super::codec::ParamKind;
use crate::{
    i18n::Text,
    kafka::config::{ConfigError, shorten},
    templates,
};

/// Why a line is not a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandTextError {
    /// There is no word in it.
    Empty,
    /// A quote is not closed.
    OpenQuote,
    /// A backslash before what it cannot stand before.
    Escape {
        /// As written.
        escape: String,
    },
    /// No command has this name.
    UnknownVerb {
        /// The first word.
        verb: String,
        /// A name much like it.
        did_you_mean: Option<&'static str>,
    },
    /// A word that is not `name=value`.
    NoValue {
        /// The word.
        word: String,
    },
    /// The command has no such parameter or setting.
    UnknownParam {
        /// The command.
        verb: &'static str,
        /// The name.
        name: String,
        /// A name much like it.
        did_you_mean: Option<&'static str>,
    },
    /// A name stands twice.
    Twice {
        /// The name.
        name: String,
    },
    /// A parameter that must be there is not.
    Missing {
        /// The parameter.
        name: &'static str,
        /// What is allowed.
        allowed: ParamKind,
    },
    /// The value cannot be read as what it must be.
    Invalid {
        /// The parameter.
        name: &'static str,
        /// The value.
        value: String,
        /// What is allowed.
        allowed: ParamKind,
    },
    /// A setting is refused.
    Config(ConfigError),
}

impl CommandTextError {
    /// The word that is wrong; `None` where it is the line.
    pub fn field(&self) -> Option<&str> {
        match self {
            CommandTextError::Empty | CommandTextError::OpenQuote => None,
            CommandTextError::Escape { escape: word }
            | CommandTextError::UnknownVerb { verb: word, .. }
            | CommandTextError::NoValue { word }
            | CommandTextError::UnknownParam { name: word, .. }
            | CommandTextError::Twice { name: word } => Some(word),
            CommandTextError::Missing { name, .. } | CommandTextError::Invalid { name, .. } => Some(name),
            CommandTextError::Config(error) => Some(error.field()),
        }
    }

    /// What is wrong and what is expected.
    pub fn text(&self) -> Text {
        match self {
            CommandTextError::Empty => EMPTY.text(),
            CommandTextError::OpenQuote => OPEN_QUOTE.text(),
            CommandTextError::Escape { escape } => ESCAPE.with("escape", escape.as_str()),
            CommandTextError::UnknownVerb { verb, did_you_mean: Some(near) } => {
                UNKNOWN_VERB_BUT_NEAR.with("verb", shorten(verb)).with("near", *near)
            }
            CommandTextError::UnknownVerb { verb, .. } => UNKNOWN_VERB.with("verb", shorten(verb)),
            CommandTextError::NoValue { word } => NO_VALUE.with("word", shorten(word)),
            CommandTextError::UnknownParam { verb, name, did_you_mean: Some(near) } => {
                UNKNOWN_PARAM_BUT_NEAR.with("verb", *verb).with("name", shorten(name)).with("near", *near)
            }
            CommandTextError::UnknownParam { verb, name, .. } => {
                UNKNOWN_PARAM.with("verb", *verb).with("name", shorten(name))
            }
            CommandTextError::Twice { name } => TWICE.with("name", shorten(name)),
            CommandTextError::Missing { name, allowed } => {
                MISSING.with("name", *name).with("allowed", allowed.allowed())
            }
            CommandTextError::Invalid { name, value, allowed } => {
                INVALID.with("name", *name).with("value", shorten(value)).with("allowed", allowed.allowed())
            }
            CommandTextError::Config(error) => error.text(),
        }
    }
}

impl From<ConfigError> for CommandTextError {
    fn from(error: ConfigError) -> Self {
        CommandTextError::Config(error)
    }
}

templates! { "command_text":
    EMPTY = "There is no command in this line.", "这一行没有命令。";
    OPEN_QUOTE = "A quote is opened and not closed.", "引号没有闭合。";
    ESCAPE = "`{escape}` is not an escape: a backslash stands before a mark, or in `\\n`, `\\r`, `\\t`, `\\u{hex}`.",
        "`{escape}` 不是有效的转义：反斜杠后面应为标点，或写作 `\\n`、`\\r`、`\\t`、`\\u{hex}`。";
    UNKNOWN_VERB = "There is no command `{verb}`.", "没有名为 `{verb}` 的命令。";
    UNKNOWN_VERB_BUT_NEAR = "There is no command `{verb}`; did you mean `{near}`?",
        "没有名为 `{verb}` 的命令；是否想写 `{near}`？";
    NO_VALUE = "`{word}` must be written as `name=value`.", "`{word}` 必须写成 `name=value` 的形式。";
    UNKNOWN_PARAM = "`{verb}` has no parameter or config `{name}`.", "`{verb}` 没有名为 `{name}` 的参数或配置。";
    UNKNOWN_PARAM_BUT_NEAR = "`{verb}` has no parameter or config `{name}`; did you mean `{near}`?",
        "`{verb}` 没有名为 `{name}` 的参数或配置；是否想写 `{near}`？";
    TWICE = "`{name}` is given twice.", "`{name}` 出现了两次。";
    MISSING = "`{name}` is missing; it must be {allowed}.", "缺少 `{name}`；它必须是{allowed}。";
    INVALID = "`{name}` must be {allowed}, not “{value}”.", "`{name}` 必须是{allowed}，不能是“{value}”。";
    ALLOWED_TEXT = "a text", "一段文本";
    ALLOWED_WHOLE = "a whole number from 0 to {max}", "介于 0 和 {max} 之间的整数";
    ALLOWED_DECIMAL = "a number from 0 with at most three decimals", "不小于 0 且最多三位小数的数";
    ALLOWED_RESET = "one of `earliest`, `latest`, `offset:5`, `shift:-3` or `duration:PT10S`", "以下之一：`earliest`、`latest`、`offset:5`、`shift:-3` 或 `duration:PT10S`";
    ALLOWED_CHOICE = "one of {words}", "以下之一：{words}";
    ALLOWED_WORD = "`{word}`", "`{word}`";
    ALLOWED_TEXT_LIST = "texts separated by commas", "以英文逗号分隔的文本";
    ALLOWED_BROKER_LIST = "ids of brokers separated by commas, such as `2,3,1`", "以英文逗号分隔的 broker id，例如 `2,3,1`";
    ALLOWED_PARTITION_LIST = "partitions such as `orders:0`, separated by commas", "形如 `orders:0` 的分区，以英文逗号分隔";
    ALLOWED_NODE = "a broker by id or a client by `client.id`", "broker 的 id 或客户端的 `client.id`";
    ALLOWED_SIGNED = "a number with at most three decimals, such as `-1500`", "最多三位小数的数，例如 `-1500`";
    ALLOWED_NODE_LIST = "brokers by id, clients by `client.id`, or `*` for everyone, separated by commas", "broker 的 id、客户端的 `client.id`，或表示所有节点的 `*`，以英文逗号分隔";
    ALLOWED_HEADER_LIST = "headers such as `trace:abc`, separated by commas", "形如 `trace:abc` 的 header，以英文逗号分隔";
}
