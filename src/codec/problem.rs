//! What can be wrong with something that was handed in, as sentences that say where, what, and what is allowed.

use super::{Saved, time};
use crate::{
    cluster::{WorldError, command_check::CommandError, command_text::CommandTextError},
    i18n::{Arg, Text},
    kafka::{
        config::{ConfigError, shorten},
        limits::{self, LimitError},
    },
    templates,
};

/// Why something that was handed in is refused, and what of it is sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub problem: Problem,
    /// Everything before it: to be kept only if that is wanted. `None`: not even how the run begins.
    pub sound: Option<Box<Saved>>,
}

/// Where something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// All of it.
    Whole,
    /// A line of a text or a file, from 1.
    Line(usize),
    /// A command, from 1.
    Command(usize),
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is nothing in it.
    Nothing,
    /// It is nothing that this program writes.
    Foreign,
    /// A later version has written it.
    Newer {
        /// Its version, as written.
        version: String,
    },
    /// A link that ends too early.
    Short {
        /// Characters that are there.
        present: u64,
        /// Characters that there were.
        expected: u64,
    },
    /// A link whose checksum does not fit.
    Damaged,
    /// A link that would be too long.
    Long {
        /// Characters that it would have.
        length: u64,
    },
    /// Past a limit.
    Limit(LimitError),
    /// No command.
    CommandText(CommandTextError),
    /// A command that is not sound by itself.
    Command(CommandError),
    /// A cluster that cannot be.
    World(WorldError),
    /// A command before the one that it follows.
    Order,
    /// A command before the class takes over.
    Early {
        /// When that is.
        begin_us: u64,
        /// The command's time.
        time_us: u64,
    },
    /// No shipped lesson has this id.
    UnknownLesson {
        /// The id.
        id: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A field that must be there.
    Missing {
        /// The field.
        field: &'static str,
        /// What it must be.
        allowed: Text,
    },
    /// A field that is something else than it must be.
    Invalid {
        /// The field.
        field: String,
        /// What it must be.
        allowed: Text,
    },
    /// A field that is none.
    UnknownField {
        /// Its name.
        field: String,
        /// Those that there are.
        known: &'static [&'static str],
    },
    /// A field of a link that cannot be read though the checksum fits.
    Unreadable {
        /// The field.
        field: &'static str,
    },
    /// Not JSON; something else was expected there.
    Json {
        /// What was expected.
        expected: Text,
    },
}

impl ReadError {
    /// Of the whole, and nothing is sound.
    pub fn whole(problem: impl Into<Problem>) -> ReadError {
        ReadError { place: Place::Whole, problem: problem.into(), sound: None }
    }

    /// What is wrong, where, and what is allowed.
    pub fn text(&self) -> Text {
        let what = self.problem.text();
        match self.place {
            Place::Whole => what,
            Place::Line(line) => AT_LINE.with("line", line).with("what", what),
            Place::Command(number) => AT_COMMAND.with("number", number).with("what", what),
        }
    }

    /// How much could be kept; `None`: nothing.
    pub fn sound_text(&self) -> Option<Text> {
        self.sound.as_ref().map(|saved| SOUND.with("commands", saved.commands.len()))
    }
}

impl Problem {
    /// The field that is wrong; `None` where it is the whole.
    pub fn field(&self) -> Option<&str> {
        match self {
            Problem::Nothing
            | Problem::Foreign
            | Problem::Newer { .. }
            | Problem::Short { .. }
            | Problem::Damaged
            | Problem::Json { .. } => None,
            Problem::Long { .. } => Some(limits::LINK.name),
            Problem::Limit(error) => Some(error.field()),
            Problem::CommandText(error) => error.field(),
            Problem::Command(error) => Some(error.field()),
            Problem::World(error) => Some(error.field()),
            Problem::Order | Problem::Early { .. } => Some("time"),
            Problem::UnknownLesson { .. } => Some("lesson"),
            Problem::Missing { field, .. } | Problem::Unreadable { field } => Some(field),
            Problem::Invalid { field, .. } | Problem::UnknownField { field, .. } => Some(field),
        }
    }

    /// What is wrong and what is allowed.
    pub fn text(&self) -> Text {
        match self {
            Problem::Nothing => NOTHING.text(),
            Problem::Foreign => FOREIGN.text(),
            Problem::Newer { version } => NEWER.with("version", shorten(version)).with("known", super::VERSION),
            Problem::Short { present, expected } => SHORT.with("present", *present).with("expected", *expected),
            Problem::Damaged => DAMAGED.text(),
            Problem::Long { length } => {
                let over = length.saturating_sub(limits::LINK.max);
                LONG.with("length", *length).with("over", over).with("rule", limits::LINK.rule())
            }
            Problem::Limit(error) => error.text(),
            Problem::CommandText(error) => error.text(),
            Problem::Command(error) => error.text(),
            Problem::World(error) => error.text(),
            Problem::Order => ORDER.text(),
            Problem::Early { begin_us, time_us } => {
                EARLY.with("time", time::print(*time_us)).with("begin", time::print(*begin_us))
            }
            Problem::UnknownLesson { id, known } => {
                UNKNOWN_LESSON.with("id", shorten(id)).with("known", words(known.iter().map(String::as_str)))
            }
            Problem::Missing { field, allowed } => MISSING.with("field", *field).with("allowed", allowed.clone()),
            Problem::Invalid { field, allowed } => {
                INVALID.with("field", shorten(field)).with("allowed", allowed.clone())
            }
            Problem::UnknownField { field, known } => {
                UNKNOWN_FIELD.with("field", shorten(field)).with("known", words(known.iter().copied()))
            }
            Problem::Unreadable { field } => UNREADABLE.with("field", *field),
            Problem::Json { expected } => JSON.with("expected", expected.clone()),
        }
    }
}

fn words<'a>(of: impl Iterator<Item = &'a str>) -> Vec<Arg> {
    of.map(|word| Arg::from(WORD.with("word", word))).collect()
}

macro_rules! from {
    ($($error:ident $variant:ident),*) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Problem::$variant(error)
            }
        }
    )*};
}
from!(LimitError Limit, CommandTextError CommandText, CommandError Command, WorldError World);

impl From<ConfigError> for Problem {
    fn from(error: ConfigError) -> Self {
        Problem::Command(error.into())
    }
}

templates! { "codec":
    AT_LINE = "Line {line}: {what}", "第 {line} 行：{what}";
    AT_COMMAND = "Command {number}: {what}", "第 {number} 条命令：{what}";
    SOUND = "How the run begins and {commands|one command|{commands} commands} can be kept.", "可以保留运行的开头和 {commands} 条命令。";
    NOTHING = "There is nothing in it: not one command, and not how a run begins.", "其中没有内容：没有命令，也没有说明运行如何开始。";
    EARLY = "Its `time` is {time}, but the run begins at {begin}; a command is given then or later.", "它的 `time` 是 {time}，而运行从 {begin} 开始；命令不能早于这个时刻。";
    FOREIGN = "This is no link of Kafkascope: one has `#k1=` in it, and letters, digits, “-” and “_” behind that.", "这不是 Kafkascope 的链接：其中应有 `#k1=`，后面是字母、数字、“-”和“_”。";
    NEWER = "This was made by a later version of Kafkascope: its format is `{version}`, and this page reads formats up to `{known}`. Reload the page to get the newest one.", "这是由更新版本的 Kafkascope 生成的：其格式为 `{version}`，而本页面最高支持 `{known}`。请重新加载页面以获取最新版本。";
    SHORT = "The link ends too early: {present} of its {expected} characters are there.", "链接不完整：共 {expected} 个字符，这里只有 {present} 个。";
    DAMAGED = "The link is damaged: its checksum does not fit, so at least one character is not as it was.", "链接已损坏：校验和不符，至少有一个字符被改动。";
    LONG = "The link would have {length} characters, {over} too many. {rule} Save a file instead.", "链接将有 {length} 个字符，超出 {over} 个。{rule}请改为保存文件。";
    ORDER = "The `time` is earlier than that of the command before; commands stand in the order in which they are given.", "`time` 早于前一条命令；命令须按给出的先后顺序排列。";
    UNKNOWN_LESSON = "There is no `lesson` “{id}”; it must be one of {known}.", "没有名为“{id}”的 `lesson`；必须是以下之一：{known}。";
    WORD = "`{word}`", "`{word}`";
    MISSING = "`{field}` is missing; it must be {allowed}.", "缺少 `{field}`；它必须是{allowed}。";
    INVALID = "`{field}` must be {allowed}.", "`{field}` 必须是{allowed}。";
    UNKNOWN_FIELD = "There is no field `{field}` here; the fields are {known}.", "此处没有字段 `{field}`；可用的字段有 {known}。";
    UNREADABLE = "`{field}` of the link cannot be read, though its checksum fits; another program or a later version of Kafkascope has written it.", "链接中的 `{field}` 无法读取，但校验和相符；它由其他程序或更新版本的 Kafkascope 写成。";
    JSON = "This is not JSON; {expected} was expected.", "这不是 JSON；此处应为{expected}。";
    ALLOWED_WHOLE = "a whole number from 0 to 18446744073709551615", "介于 0 和 18446744073709551615 之间的整数";
    ALLOWED_VERSION = "the number 1", "数字 1";
    ALLOWED_TEXT = "a text", "一段文本";
    ALLOWED_RACKS = "a list with the rack of each broker, a text or null", "由每个 broker 的 rack 组成的列表，各项为文本或 null";
    ALLOWED_RACK_COUNT = "as many racks as there are brokers, separated by commas, with nothing for a broker without one", "与 broker 数量相同的 rack，以英文逗号分隔，没有 rack 的 broker 留空";
    ALLOWED_SETTINGS = "an object of broker configs, each value a text", "由 broker 配置组成的对象，每个值为文本";
    ALLOWED_OBJECT = "an object", "一个对象";
    ALLOWED_LINES = "a list of texts, each one command with its moment before it, such as `@12.5s/4321 crash-broker broker=2`", "文本列表，每项为一条命令，前面是其时刻，例如 `@12.5s/4321 crash-broker broker=2`";
    ALLOWED_SETUP = "a list of texts, each one command with its time before it, such as `@1.5s add-broker`", "文本列表，每项为一条命令，前面是其时间，例如 `@1.5s add-broker`";
    ALLOWED_TIME = "a simulated time such as `20s`, `500ms` or `2min`", "形如 `20s`、`500ms` 或 `2min` 的模拟时间";
    ALLOWED_MOMENT = "a simulated time, and the number of the last event by then where many share it, such as `@12.5s` or `@12.5s/4321`", "模拟时间，多个事件同时发生时再加上此前最后一个事件的编号，例如 `@12.5s` 或 `@12.5s/4321`";
    ALLOWED_DIGEST = "four hexadecimal digits, or left out", "四位十六进制数字，也可不写";
    ALLOWED_WORK_VERSION = "the number 1 or 2, with an object for each run", "数字 1 或 2，并为每次运行附一个对象";
    ALLOWED_RUNS = "a list of at least one run, each with a number above that of the run before it, and a parent among those before", "至少包含一次运行的列表，编号依次递增，父运行必须在其之前";
    ALLOWED_MOMENTS = "a list of objects, each with the `id` of one of the runs and its moments", "对象列表，每项包含其中一次运行的 `id` 及其时刻";
    ALLOWED_SHOWN = "the number of one of the runs", "其中一次运行的编号";
    ALLOWED_CHANGE = "an object with `strategy`, `acks` or `partitions`, whose value names what was changed and to what", "包含 `strategy`、`acks` 或 `partitions` 的对象，其值说明改了什么以及改成什么";
    ALLOWED_CLASS = "what this program has written there", "本程序写入的内容";
    ALLOWED_LANG = "one of `en` and `zh-CN`", "以下之一：`en`、`zh-CN`";
    JSON_VALUE = "a value", "一个值";
    JSON_NAME = "a name in quotes", "引号中的名称";
    JSON_COLON = "a colon", "冒号";
    JSON_COMMA = "a comma or the end of the list or object", "逗号，或列表、对象的结尾";
    JSON_TEXT = "a text that ends in a quote and has no control characters and no other escapes than JSON's", "以引号结尾的文本，不含控制字符，只用 JSON 的转义";
    JSON_END = "the end of the file", "文件结尾";
    JSON_DEPTH = "fewer lists and objects within each other", "更少的嵌套层数";
    JSON_ONCE = "each name once", "每个名称只出现一次";
}
