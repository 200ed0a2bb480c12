//! Text alternatives and short forms of what the stage draws.

use kafkascope::{
    i18n::{Lang, Text, faults, stage},
    kafka::ids::named,
    view::model::{BrokerState, MemberView, OwnedPartition, PartitionView},
};

/// `orders-3`.
pub fn partition_name(view: &PartitionView) -> String {
    format!("{}-{}", view.topic, view.partition)
}

/// All that a partition's row shows, in words.
pub fn partition_alt(view: &PartitionView, lang: Lang) -> String {
    let mut parts: Vec<Text> = Vec::with_capacity(6);
    parts.push(match view.leader {
        Some(id) => stage::ALT_LEADER.with("id", id),
        None => stage::ALT_NO_LEADER.text(),
    });
    let behind: Vec<_> = view
        .replicas
        .iter()
        .filter(|replica| !replica.in_sync || !replica.alive)
        .map(|replica| stage::BROKER_NAMED.with("id", replica.broker).into())
        .collect();
    if !behind.is_empty() {
        parts.push(stage::ALT_OUT_OF_SYNC.with("brokers", behind));
    }
    parts.push(stage::ALT_RECORDS.with("n", view.log_end - view.log_start));
    parts.push(stage::ALT_HW.with("n", view.high_watermark));
    for mark in &view.marks {
        let group = mark.group.as_str();
        parts.push(match (mark.committed, mark.position) {
            (Some(n), _) => stage::ALT_COMMITTED.with("group", group).with("n", n),
            (None, Some(n)) => stage::ALT_POSITION.with("group", group).with("n", n),
            (None, None) => stage::ALT_UNCOMMITTED.with("group", group),
        });
        if let Some(lag) = mark.lag {
            parts.push(stage::ALT_LAG.with("n", lag));
        }
    }
    let mut out = format!("P{}, {}", view.partition, partition_name(view));
    for (index, part) in parts.iter().enumerate() {
        out.push_str(match (lang, index) {
            (Lang::En, 0) => ": ",
            (Lang::En, _) => ", ",
            (Lang::Zh, 0) => "：",
            (Lang::Zh, _) => "，",
        });
        out.push_str(&part.plain(lang));
    }
    out
}

/// What a member owns, as short as it can be said: `P0 P1`, `P0–P5`, or their number.
pub fn owned_short(owned: &[OwnedPartition], lang: Lang) -> String {
    let Some(first) = owned.first() else {
        return stage::OWNS_NOTHING.source(lang).to_owned();
    };
    if owned.iter().any(|one| one.topic != first.topic) {
        return stage::OWNED_COUNT.with("n", owned.len()).plain(lang);
    }
    let mut numbers: Vec<i32> = owned.iter().map(|one| one.partition).collect();
    kafkascope::sim::sort_by(&mut numbers, Ord::cmp);
    let mut out = String::new();
    for run in numbers.chunk_by(|a, b| *b == *a + 1) {
        let (start, end) = (run[0], run[run.len() - 1]);
        if !out.is_empty() {
            out.push(' ');
        }
        match run.len() {
            1 => out.push_str(&format!("P{start}")),
            2 => out.push_str(&format!("P{start} P{end}")),
            _ => out.push_str(&format!("P{start}–P{end}")),
        }
    }
    if out.chars().count() > 14 { stage::OWNED_COUNT.with("n", owned.len()).plain(lang) } else { out }
}

/// What a member owns, in full.
pub fn owned_long(member: &MemberView, lang: Lang) -> String {
    if member.owned.is_empty() {
        return stage::OWNS_NOTHING.source(lang).to_owned();
    }
    let names: Vec<String> = member.owned.iter().map(|one| format!("{}-{}", one.topic, one.partition)).collect();
    names.join(if lang == Lang::Zh { "、" } else { ", " })
}

/// What a broker is doing.
pub fn broker_state(state: BrokerState, lang: Lang) -> &'static str {
    match state {
        BrokerState::Alive => &stage::BROKER_ALIVE,
        BrokerState::Starting => &stage::BROKER_STARTING,
        BrokerState::Fenced => &stage::BROKER_RUNNING_FENCED,
        BrokerState::Stopping => &stage::BROKER_STOPPING,
        BrokerState::Stopped => &stage::BROKER_STOPPED,
        BrokerState::CrashedNotFenced => &stage::BROKER_CRASHED,
        BrokerState::CrashedFenced => &stage::BROKER_FENCED,
        BrokerState::CrashedApart => &stage::CONTROLLER_CRASHED,
    }
    .source(lang)
}

/// Which nodes of the cluster it is cut off from, if there are any.
pub fn cut_off(brokers: &[u32]) -> Option<Text> {
    let names: Vec<_> = brokers.iter().map(|id| named(*id).into()).collect();
    (!names.is_empty()).then(|| faults::CUT_OFF.with("brokers", names))
}

/// A rate in records a second with at most two decimals.
pub fn rate(millihertz: u64) -> String {
    let text = format!("{}.{:02}", millihertz / 1000, millihertz % 1000 / 10);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
