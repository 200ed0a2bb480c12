//! What can be wrong with settings, and how it is said.

use super::{Kind, Scope, of_scope};
use crate::{i18n::Text, templates};

/// Why settings are refused. Kafka throws `ConfigException` (or `IllegalArgumentException`) in the same cases.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConfigError {
    /// No config has this name in this scope.
    Unknown {
        /// Where it was looked for.
        scope: Scope,
        /// The name.
        name: String,
        /// A config of this scope with a name much like it.
        did_you_mean: Option<&'static str>,
        /// A scope that does have a config of this name.
        belongs_to: Option<Scope>,
    },
    /// The value is not one that this config may have.
    Invalid {
        /// The config.
        name: &'static str,
        /// The value refused.
        value: String,
        /// What is allowed.
        allowed: Kind,
    },
    /// Two configs do not go together.
    Conflict {
        /// The config to change.
        name: &'static str,
        /// The configs that it must go together with.
        with: &'static [&'static str],
        /// The rule, with the values of this case.
        rule: Text,
    },
}

impl ConfigError {
    /// The name of the config refused.
    pub fn field(&self) -> &str {
        match self {
            ConfigError::Unknown { name, .. } => name,
            ConfigError::Invalid { name, .. } | ConfigError::Conflict { name, .. } => name,
        }
    }

    /// What is wrong and what is allowed.
    pub fn text(&self) -> Text {
        match self {
            ConfigError::Unknown { scope, name, belongs_to: Some(other), .. } => {
                OF_ANOTHER_SCOPE.with("name", shorten(name)).with("scope", scope.text()).with("other", other.text())
            }
            ConfigError::Unknown { scope, name, did_you_mean: Some(near), .. } => {
                UNKNOWN_BUT_NEAR.with("name", shorten(name)).with("scope", scope.text()).with("near", *near)
            }
            ConfigError::Unknown { scope, name, .. } => UNKNOWN.with("name", shorten(name)).with("scope", scope.text()),
            ConfigError::Invalid { name, value, allowed } => {
                INVALID.with("name", *name).with("value", shorten(value)).with("allowed", allowed.allowed())
            }
            ConfigError::Conflict { rule, .. } => rule.clone(),
        }
    }

    pub(super) fn unknown(scope: Scope, name: &str) -> ConfigError {
        let belongs_to = Scope::ALL.into_iter().find(|other| of_scope(*other).any(|config| config.name == name));
        let did_you_mean = nearest(of_scope(scope).map(|config| config.name), name);
        ConfigError::Unknown { scope, name: name.to_owned(), did_you_mean, belongs_to }
    }
}

impl Scope {
    /// Its name, to stand before "config".
    pub fn text(self) -> Text {
        match self {
            Scope::Producer => PRODUCER.text(),
            Scope::Consumer => CONSUMER.text(),
            Scope::Broker => BROKER.text(),
            Scope::Topic => TOPIC.text(),
        }
    }
}

/// At most 60 characters of a user's text, so that a sentence stays one.
pub fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The one of `names` that `name` was probably meant to be.
pub fn nearest(names: impl Iterator<Item = &'static str>, name: &str) -> Option<&'static str> {
    let plain = letters(name);
    names
        .map(|near| (distance(&letters(near), &plain), near))
        .filter(|(distance, near)| *distance <= (near.len() / 5).max(1))
        .min()
        .map(|(_, near)| near)
}

/// A name without case and separators; `lingerMs`, `linger_ms` and `linger.ms` are alike. Cut: it is only compared.
fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).take(80).collect()
}

/// How many letters to add, drop or change to make one of the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

templates! { "config_text":
    UNKNOWN = "There is no {scope} config `{name}`.", "没有名为 `{name}` 的 {scope} 配置。";
    UNKNOWN_BUT_NEAR = "There is no {scope} config `{name}`; did you mean `{near}`?",
        "没有名为 `{name}` 的 {scope} 配置；是否想写 `{near}`？";
    OF_ANOTHER_SCOPE = "`{name}` is not a {scope} config but a {other} config.",
        "`{name}` 不是 {scope} 配置，而是 {other} 配置。";
    INVALID = "`{name}` must be {allowed}, not “{value}”.", "`{name}` 必须是{allowed}，不能是“{value}”。";
    DELIVERY_TIMEOUT = "`delivery.timeout.ms` must be at least `linger.ms` + `request.timeout.ms` = {sum} ms, not {value} ms.",
        "`delivery.timeout.ms` 不得小于 `linger.ms` + `request.timeout.ms` = {sum} ms，不能是 {value} ms。";
    IDEMPOTENCE_RETRIES = "`retries` must be at least 1 with `enable.idempotence=true`, not 0.",
        "`enable.idempotence=true` 时 `retries` 必须至少为 1，不能是 0。";
    IDEMPOTENCE_ACKS = "`acks` must be `all` with `enable.idempotence=true`, not `{value}`.",
        "`enable.idempotence=true` 时 `acks` 必须是 `all`，不能是 `{value}`。";
    IDEMPOTENCE_IN_FLIGHT = "`max.in.flight.requests.per.connection` must be at most 5 unless `enable.idempotence=false`, not {value}.",
        "除非 `enable.idempotence=false`，`max.in.flight.requests.per.connection` 不得大于 5，不能是 {value}。";
    HEARTBEAT = "`heartbeat.interval.ms` must be less than `session.timeout.ms` = {session} ms, not {value} ms.",
        "`heartbeat.interval.ms` 必须小于 `session.timeout.ms` = {session} ms，不能是 {value} ms。";
    NOT_WITH_PROTOCOL = "`{name}` cannot be set when `group.protocol={protocol}`.",
        "`group.protocol={protocol}` 时不能设置 `{name}`。";
    OUTSIDE = "`{name}` must be between `{min_name}` = {min} ms and `{max_name}` = {max} ms, not {value} ms.",
        "`{name}` 必须介于 `{min_name}` = {min} ms 和 `{max_name}` = {max} ms 之间，不能是 {value} ms。";
    GROUP_HEARTBEAT = "`group.consumer.heartbeat.interval.ms` must be less than `group.consumer.session.timeout.ms` = {session} ms, not {value} ms.",
        "`group.consumer.heartbeat.interval.ms` 必须小于 `group.consumer.session.timeout.ms` = {session} ms，不能是 {value} ms。";
    AUTO_COMMIT_WITHOUT_GROUP = "`enable.auto.commit` must be `false` for a consumer without a `group.id`.",
        "没有 `group.id` 的 consumer，`enable.auto.commit` 必须是 `false`。";
    REPLICA_FETCH_WAIT = "`replica.fetch.wait.max.ms` must be at most `replica.lag.time.max.ms` = {lag} ms, not {value} ms.",
        "`replica.fetch.wait.max.ms` 不得大于 `replica.lag.time.max.ms` = {lag} ms，不能是 {value} ms。";
    AT_LEAST = "a whole number of at least {min}", "不小于 {min} 的整数";
    BETWEEN = "a whole number from {min} to {max}", "介于 {min} 和 {max} 之间的整数";
    NULL_OR_AT_LEAST = "`null` or a whole number of at least {min}", "`null` 或不小于 {min} 的整数";
    A_RATIO = "a decimal from 0 to 1 such as `0.5`", "介于 0 和 1 之间的小数，如 `0.5`";
    TRUE_OR_FALSE = "either `true` or `false`", "布尔值 `true` 或 `false`";
    ONE_OF = "one of {values}", "以下之一：{values}";
    ONE_OF_OR_DURATION = "one of {values}, or `{prefix}` with a duration such as `PT30S`, `PT1H` or `P1DT12H` (`PnDTnHnMnS`, not negative)",
        "以下之一：{values}，或 `{prefix}` 后接时长，例如 `PT30S`、`PT1H`、`P1DT12H`（`PnDTnHnMnS`，不能为负）";
    LIST_OF = "a list with commas of at least one of {values}, each once", "以逗号分隔的列表，至少一项且不重复，可选：{values}";
    VALUE = "`{value}`", "`{value}`";
    SHORT_TEXT = "a text of at most {max} characters", "不超过 {max} 个字符的文本";
    PRODUCER = "producer", "producer";
    CONSUMER = "consumer", "consumer";
    BROKER = "broker", "broker";
    TOPIC = "topic", "topic";
    MILLISECONDS = "ms", "ms";
    MINUTES = "min", "分钟";
    SECONDS = "s", "秒";
    BYTES = "bytes", "字节";
    RECORDS = "records", "条消息";
    REQUESTS = "requests", "个请求";
    REPLICAS = "replicas", "个副本";
    PARTITIONS = "partitions", "个分区";
    MEMBERS = "members", "个成员";
}
