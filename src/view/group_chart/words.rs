//! The words of the group lens.

use super::{Band, Call, Epoch, GroupChart, GroupCharts};
use crate::{
    i18n::{Arg, Lang, Template, Text, moment},
    kafka::{event::Says, protocol::ErrorCode},
    templates,
    view::model::GroupView,
};

templates! { "chart":
    GENERATION = "generation {n}", "generation {n}";
    EPOCH = "epoch {n}", "epoch {n}";
    GENERATION_SHORT = "gen {n}", "gen {n}";
    STATE = "{state} · {epoch}", "{state} · {epoch}";
    COORDINATOR = "coordinator B{broker}", "coordinator B{broker}";
    NO_COORDINATOR = "no coordinator", "无 coordinator";
    PROTOCOL_EAGER = "{assignor} · eager: everyone stops", "{assignor} · eager：全部停止";
    PROTOCOL_COOPERATIVE = "{assignor} · cooperative: only what moves", "{assignor} · cooperative：只停移动的分区";
    PROTOCOL_CONSUMER = "{assignor} · consumer protocol: the coordinator assigns", "{assignor} · consumer 协议：由 coordinator 分配";
    ROLE_LEADER = "leader", "leader";
    ROLE_LEFT = "left at {time}", "{time} 离开";
    ROLE_CRASHED = "crashed at {time}", "{time} 崩溃";
    ROLE_FROZEN = "frozen", "已冻结";
    ROLE_STALLED = "hangs", "卡住";
    ROLE_IDLE = "owns nothing", "没有分区";
    ROLE_JOINING = "joining", "正在加入";
    ROLE_PAUSED = "paused", "已暂停";
    WAITING = "waiting for the others to rejoin", "等待其他成员重新加入";
    NOBODY = "{place} read by nobody · {time}", "{place} 无人读取 · {time}";
    NOBODY_SHORT = "{place} {time}", "{place} {time}";
    COUNT = "{n|1 partition|{n} partitions}", "{n} 个分区";
    CALL_JOINS = "joins", "加入";
    CALL_LEAVES = "leaves", "离开";
    CALL_OWNS = "acknowledges", "确认";
    CALL_ASSIGNS = "assigns", "分配";
    RPCS = "{n} RPCs", "{n} 个 RPC";
    UNREAD = "{place} unread {time}", "{place} 无人读取 {time}";
    UNREAD_NONE = "nothing was unread", "没有分区中断读取";
    STOPPED = "{n} of {all} partitions stopped", "{all} 个分区中 {n} 个停止";
    SUMMARY = "{unread} · {stopped}", "{unread} · {stopped}";

    SAID_BAND = "{group}: {state}, {epoch}, {span}. Why?", "{group}：{state}，{epoch}，{span}。为什么？";
    SAID_MEMBER = "{name}, {role}", "{name}，{role}";
    SAID_BAR = "{who} owns {place}, {span}. Why?", "{who} 拥有 {place}，{span}。为什么？";
    SAID_BARS = "{who} owns {count}, {span}. Why?", "{who} 拥有 {count}，{span}。为什么？";
    SAID_GAP = "{place} read by nobody for {time}, {span}. Why?", "{place} 无人读取，持续 {time}，{span}。为什么？";
    SAID_REQUEST = "{who} sent {api} to B{broker} at {time}. Why?", "{who} 于 {time} 向 B{broker} 发送 {api}。为什么？";
    SAID_ANSWER = "B{broker} answered {api} of {who}: {error}, at {time}. Why?", "B{broker} 于 {time} 应答 {who} 的 {api}：{error}。为什么？";
    SAID_JOINS = "{who} joined with {api} to B{broker} at {time}. Why?", "{who} 于 {time} 向 B{broker} 发送 {api} 加入。为什么？";
    SAID_LEAVES = "{who} left with {api} to B{broker} at {time}. Why?", "{who} 于 {time} 向 B{broker} 发送 {api} 离开。为什么？";
    SAID_OWNS = "{who} told B{broker} with {api} what it owns now, at {time}. Why?", "{who} 于 {time} 用 {api} 告诉 B{broker} 它现在拥有的分区。为什么？";
    SAID_ASSIGNS = "B{broker} answered {api} of {who} with an assignment, at {time}. Why?", "B{broker} 于 {time} 应答 {who} 的 {api}，给出分配。为什么？";
    SAID_CALLS = "{who}: {n} RPCs around {time}: {apis}. Look closer.", "{who}：{time} 前后 {n} 个 RPC：{apis}。放大查看。";
    SPAN = "from {from} to {to}", "从 {from} 到 {to}";
    SPAN_OPEN = "since {from}", "自 {from} 起";
}

/// Generation or epoch.
pub fn epoch(epoch: Epoch) -> Text {
    match epoch {
        Epoch::Generation(n) => GENERATION.with("n", n),
        Epoch::Epoch(n) => EPOCH.with("n", n),
    }
}

/// A span of time in words.
pub(super) fn span(from_us: u64, to_us: Option<u64>) -> Text {
    let text = |to| match to {
        Some(to) => SPAN.with("to", moment(to)),
        None => SPAN_OPEN.text(),
    };
    text(to_us).with("from", moment(from_us))
}

/// What stands beside the name of a group: assignor, protocol, coordinator.
pub fn facts(view: Option<&GroupView>, chart: &GroupChart) -> Vec<Text> {
    let mut facts = Vec::with_capacity(2);
    if let Some(assignor) = view.and_then(|view| view.assignor.as_deref()) {
        let template = match (chart.bands.last().map(|band| band.epoch), assignor) {
            (Some(Epoch::Epoch(_)), _) => &PROTOCOL_CONSUMER,
            (_, "cooperative-sticky") => &PROTOCOL_COOPERATIVE,
            _ => &PROTOCOL_EAGER,
        };
        facts.push(template.with("assignor", assignor));
    }
    facts.push(match view.and_then(|view| view.coordinator) {
        Some(broker) => COORDINATOR.with("broker", broker),
        None => NO_COORDINATOR.text(),
    });
    facts
}

/// What the newest rebalance cost: the longest time that a partition was read by nobody, and how many of those that
/// had been read stopped. And is that bad?
pub fn summary(charts: &GroupCharts, chart: &GroupChart, now_us: u64) -> Option<(Text, bool)> {
    let (from_us, to_us, _) = chart.last_rebalance()?;
    let end_us = to_us.unwrap_or(now_us);
    let overlaps = |from: u64, to: Option<u64>| from <= end_us && to.is_none_or(|to| to >= from_us);
    let gaps: Vec<_> = chart.gaps.iter().filter(|gap| overlaps(gap.from_us, gap.to_us)).collect();
    let mut stopped: Vec<_> = gaps.iter().map(|gap| gap.partition).collect();
    crate::sim::sort_by(&mut stopped, Ord::cmp);
    stopped.dedup();
    let bars = chart.members.iter().flat_map(|member| &member.bars);
    let mut all: Vec<_> =
        bars.filter(|bar| bar.from_us < from_us && overlaps(bar.from_us, bar.to_us)).map(|bar| bar.partition).collect();
    all.extend(stopped.iter().copied());
    crate::sim::sort_by(&mut all, Ord::cmp);
    all.dedup();
    if all.is_empty() {
        return None;
    }
    // Of several as long, the first partition.
    let mut longest: Option<(u64, _)> = None;
    for gap in gaps {
        let length = gap.to_us.unwrap_or(now_us).saturating_sub(gap.from_us);
        if longest.is_none_or(|(most, at)| length > most || (length == most && gap.partition < at)) {
            longest = Some((length, gap.partition));
        }
    }
    let unread = match longest {
        Some((us, at)) => UNREAD.with("place", charts.short(at)).with("time", Arg::Duration(us)),
        None => UNREAD_NONE.text(),
    };
    let text = STOPPED.with("n", stopped.len()).with("all", all.len());
    Some((SUMMARY.with("unread", unread).with("stopped", text), longest.is_some()))
}

/// How a state is coloured: `ok`, `warn`, or `idle`.
pub(super) fn tone(band: &Band) -> &'static str {
    match band.state {
        "Stable" => "ok",
        _ if band.is_rebalance() => "warn",
        _ => "idle",
    }
}

/// What an RPC says of itself, aloud.
pub(super) fn said_call(call: &Call, who: &str) -> Text {
    let template = match call.says {
        Some(Says::Joins) => &SAID_JOINS,
        Some(Says::Leaves) if !call.response => &SAID_LEAVES,
        Some(Says::Owns) => &SAID_OWNS,
        Some(Says::Assigns) => &SAID_ASSIGNS,
        _ if call.response => &SAID_ANSWER,
        _ => &SAID_REQUEST,
    };
    let said = template.with("who", who).with("api", call.api.name()).with("broker", call.broker);
    said.with("error", call.error.name()).with("time", moment(call.from_us))
}

/// What can be written beside RPCs, the longest first.
pub(super) fn call_labels(heap: &[&Call], lang: Lang) -> Vec<String> {
    let [one] = heap else {
        let mut words: Vec<String> = Vec::new();
        for call in heap {
            let word = word(call).map_or_else(|| call.api.name().to_owned(), |word| word.source(lang).to_owned());
            if !words.contains(&word) {
                words.push(word);
            }
        }
        return vec![words.join(" · "), RPCS.with("n", heap.len()).plain(lang)];
    };
    let api = one.api.name();
    let goodbye = one.response && one.says == Some(Says::Leaves);
    match word(one).filter(|_| !goodbye) {
        Some(word) => vec![format!("{api} {}", word.source(lang)), word.source(lang).to_owned()],
        None if one.error != ErrorCode::None => vec![format!("{api} {}", one.error.name()), api.to_owned()],
        None => vec![api.to_owned()],
    }
}

/// What a heartbeat says that not every one does.
fn word(call: &Call) -> Option<&'static Template> {
    match call.says? {
        Says::Joins => Some(&CALL_JOINS),
        Says::Leaves => Some(&CALL_LEAVES),
        Says::Owns => Some(&CALL_OWNS),
        Says::Assigns => Some(&CALL_ASSIGNS),
    }
}

/// The names of several RPCs, each once.
pub(super) fn names(heap: &[&Call]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for call in heap {
        if !names.contains(&call.api.name()) {
            names.push(call.api.name());
        }
    }
    names
}
