//! The words of the tree of runs: names that nobody gave, what can be changed with one click, and what a run with
//! something changed could not do.

use crate::{
    cluster::{command::Command, command_text},
    history::{Change, NamedRun, Offer, Origin, Refused},
    i18n::{Arg, Text},
    kafka::config::shorten,
    templates,
};

templates! { "run":
    GIVEN = "{name}", "{name}";
    QUOTED = "“{name}”", "“{name}”";
    BEGUN = "Run {n}", "运行 {n}";
    ACTED = "Run {n}: `{command}` at {time}", "运行 {n}：{time} 时 `{command}`";
    PARTED = "Run {n}: from {time}", "运行 {n}：从 {time} 起";
    AGAIN = "Run {n}: {change}", "运行 {n}：{change}";
    STRATEGY = "`{group}` with `{value}`", "`{group}` 使用 `{value}`";
    ACKS = "`{producer}` with `acks={value}`", "`{producer}` 使用 `acks={value}`";
    PARTITIONS = "`{topic}` with {n|one partition|{n} partitions}", "`{topic}` 有 {n} 个分区";
    TO_COOPERATIVE = "Run again with group `{group}` cooperative in place of eager: `partition.assignment.strategy={value}` in place of `{from}`.",
        "让消费组 `{group}` 由 eager 改为 cooperative 重新运行：`partition.assignment.strategy` 由 `{from}` 改为 `{value}`。";
    TO_STRATEGY = "Run again with `partition.assignment.strategy={value}` in place of `{from}` in group `{group}`.",
        "让消费组 `{group}` 的 `partition.assignment.strategy` 由 `{from}` 改为 `{value}` 重新运行。";
    TO_ACKS = "Run again with `acks={value}` in place of `acks={from}` at producer `{producer}`.",
        "让 producer `{producer}` 由 `acks={from}` 改为 `acks={value}` 重新运行。";
    TO_PARTITIONS = "Run again with {n|one partition|{n} partitions} of topic `{topic}` in place of {from}.",
        "让 topic `{topic}` 由 {from} 个分区改为 {n} 个分区重新运行。";
    REFUSED = "At {time}, `{command}` could not be done again: {why}", "{time} 时无法再次执行 `{command}`：{why}";
}

/// What a run is called.
pub fn name(run: &NamedRun) -> Text {
    let n = run.id().0;
    match (run.name(), run.origin()) {
        (Some(name), _) => GIVEN.with("name", name),
        (None, Origin::Begun) => BEGUN.with("n", n),
        (None, Origin::Acted { at, command: Some(command) }) => {
            ACTED.with("n", n).with("command", line(command)).with("time", Arg::Duration(at.time_us))
        }
        (None, Origin::Acted { at, command: None }) => PARTED.with("n", n).with("time", Arg::Duration(at.time_us)),
        (None, Origin::Again { change, .. }) => AGAIN.with("n", n).with("change", changed(change)),
    }
}

/// The same to stand in a sentence: a name may be a sentence itself.
pub fn quoted(run: &NamedRun) -> Text {
    QUOTED.with("name", name(run))
}

/// What was changed, in few words.
pub fn changed(change: &Change) -> Text {
    match change {
        Change::Strategy { group, value } => STRATEGY.with("group", group.as_str()).with("value", value.as_str()),
        Change::Acks { producer, value } => ACKS.with("producer", producer.as_str()).with("value", value.as_str()),
        Change::Partitions { topic, value } => PARTITIONS.with("topic", topic.as_str()).with("n", *value),
    }
}

/// What a click would do.
pub fn offer(Offer { change, from }: &Offer) -> Text {
    let text = match change {
        Change::Strategy { group, value } => {
            let cooperative = value == "cooperative-sticky";
            let template = if cooperative { &TO_COOPERATIVE } else { &TO_STRATEGY };
            template.with("group", group.as_str()).with("value", value.as_str())
        }
        Change::Acks { producer, value } => TO_ACKS.with("producer", producer.as_str()).with("value", value.as_str()),
        Change::Partitions { topic, value } => TO_PARTITIONS.with("topic", topic.as_str()).with("n", *value),
    };
    text.with("from", from.as_str())
}

/// A command that could not be given again, and why.
pub fn refused(refused: &Refused) -> Text {
    let text = REFUSED.with("time", Arg::Duration(refused.time_us)).with("command", line(&refused.command));
    text.with("why", refused.error.text())
}

/// A command as it is written, as far as there is room for it in a sentence.
pub fn line(command: &Command) -> String {
    shorten(&command_text::print(command))
}
