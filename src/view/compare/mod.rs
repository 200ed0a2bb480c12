//! Two runs beside each other, in words and figures: what became of the records, what each group's rebalances cost, and
//! which commands and settings differ.
//!
//! Each run is compared at the moment at which it stands; [`Comparison::apart`] says when those are not the same time.
//! The figures of records are the ledger's, those of groups the charts' (`view::group_chart`), whose bounds hold here
//! too. Left out: the runs themselves, and any picture.

mod commands;
mod figures;
mod heads;

pub use commands::{DIFFERENCES_MAX, Difference};
pub use heads::Head;

use crate::{
    history::Run,
    i18n::{Arg, Template, Text},
    ledger::{GroupTotals, GroupView, ProducerView, Totals, Verdict},
    sim::{Map, Set},
    templates,
    view::group_chart::GroupCharts,
};
use figures::{Figures, figures};

templates! { "compare":
    SENT = "Records sent", "发送的消息";
    ACKNOWLEDGED = "Records acknowledged", "已确认的消息";
    VISIBLE = "Records that consumers can read", "consumer 可读取的消息";
    ONCE = "Records that group `{group}` was given once", "消费组 `{group}` 收到一次的消息";
    LOST_ACKNOWLEDGED = "Records lost although acknowledged", "已确认却丢失的消息";
    LOST_REPORTED = "Records lost, as their producer was told", "丢失且 producer 已获知的消息";
    DUPLICATED = "Records stored more than once", "重复存储的消息";
    REORDERED = "Records out of order within their key", "同一 key 内乱序的消息";
    AGAIN = "Records that group `{group}` was given more than once", "消费组 `{group}` 重复收到的消息";
    SKIPPED = "Records that group `{group}` skipped", "消费组 `{group}` 跳过的消息";
    MISSED = "Records that were lost before group `{group}` read them", "消费组 `{group}` 尚未读取便已丢失的消息";
    MOVES = "Partitions of group `{group}` that moved to another member", "消费组 `{group}` 中换了成员的分区次数";
    STOPPED = "Partitions of group `{group}` that nobody read for a while", "消费组 `{group}` 中曾无人读取的分区";
    LONGEST = "The longest time for which a partition of group `{group}` went unread", "消费组 `{group}` 中单个分区无人读取的最长时间";
    UNREAD = "Time for which partitions of group `{group}` went unread, added up", "消费组 `{group}` 各分区无人读取的时间合计";
    UNREAD_OF = "Time for which group `{group}` left `{place}` unread", "消费组 `{group}` 未读取 `{place}` 的时间";
    REBALANCES = "Rebalances of group `{group}`", "消费组 `{group}` 的 rebalance 次数";
    REBALANCING = "Time that group `{group}` spent rebalancing", "消费组 `{group}` 用于 rebalance 的时间";
    STABLE = "Since when group `{group}` is stable", "消费组 `{group}` 从何时起稳定";
    COUNT = "{n}", "{n}";
    TIME = "{time}", "{time}";
    AT = "since {time}", "从 {time} 起";
    NOT_STABLE = "not stable", "不稳定";
    NO_GROUP = "no such group", "没有该消费组";
    MORE = "{n} more in {right} than in {left}.", "{right} 比 {left} 多 {n}。";
    FEWER = "{n} fewer in {right} than in {left}.", "{right} 比 {left} 少 {n}。";
    LONGER = "{time} more in {right} than in {left}.", "{right} 比 {left} 多 {time}。";
    SHORTER = "{time} less in {right} than in {left}.", "{right} 比 {left} 少 {time}。";
    LATER = "{time} later in {right} than in {left}.", "{right} 比 {left} 晚 {time}。";
    EARLIER = "{time} earlier in {right} than in {left}.", "{right} 比 {left} 早 {time}。";
    ONLY = "Only in {name}.", "仅在 {name} 中。";
    NOTHING = "Nothing differs between {left} and {right}.", "{left} 与 {right} 没有差别。";
    SOMETHING = "{left} and {right} differ in {commands|one command or setting|{commands} commands or settings} and in {rows|one figure|{rows} figures}.",
        "{left} 与 {right} 有 {commands} 处命令或设置不同，{rows} 项数据不同。";
    APART = "They are not compared at the same time: {left} stands at {left_time}, {right} at {right_time}.",
        "两者比较的时刻不同：{left} 在 {left_time}，{right} 在 {right_time}。";
}

/// Every sentence of comparisons, by the file that it stands in.
pub static TEMPLATES: &[&[&Template]] = &[ALL, commands::ALL, heads::ALL];

/// One of the two runs.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it is called, to stand in a sentence.
    pub name: &'a Text,
    /// The run at the moment at which it is compared.
    pub run: &'a Run,
    /// Its groups, up to that moment.
    pub charts: &'a GroupCharts,
}

/// Two runs beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The whole in a sentence.
    pub summary: Text,
    /// That they do not stand at the same time, if so.
    pub apart: Option<Text>,
    /// Commands and settings that differ, oldest first.
    pub differences: Vec<Difference>,
    /// How many more of those there are than are listed.
    pub more: usize,
    /// Figures, also those that are the same.
    pub rows: Vec<Row>,
}

/// One figure of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is counted or measured.
    pub what: Text,
    /// On the left, in words.
    pub left: Text,
    /// On the right.
    pub right: Text,
    /// The same as numbers, in records, partitions or microseconds; `None`: there is none.
    pub values: (Option<u64>, Option<u64>),
    /// How the right one differs, in a sentence; `None`: not at all.
    pub change: Option<Text>,
    /// Does less of it mean that more went well? Else neither is better.
    pub less_is_better: bool,
}

/// What a figure is a figure of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Count,
    Time,
    /// Since when the group is stable.
    Moment,
}

impl Comparison {
    /// Does nothing differ?
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.rows.iter().all(|row| row.change.is_none())
    }
}

/// Compares two runs.
pub fn compare(left: Side<'_>, right: Side<'_>) -> Comparison {
    let (differences, more) = commands::differences(left.run, right.run);
    let mut rows = Rows { left: left.name, right: right.name, rows: Vec::new() };
    let totals = [left, right].map(|side| side.run.ledger().totals(side.run.world()));
    records(&mut rows, &totals);
    for group in group_names(&left, &right, &totals) {
        of_group(&mut rows, &group, [left, right], &totals);
    }
    let changed = rows.rows.iter().filter(|row| row.change.is_some()).count();
    let commands = differences.len() + more;
    let summary = match changed + commands {
        0 => NOTHING.text(),
        _ => SOMETHING.with("commands", commands).with("rows", changed),
    };
    let (left_us, right_us) = (left.run.time_us(), right.run.time_us());
    let apart = (left_us != right_us).then(|| {
        let text = APART.with("left_time", Arg::Duration(left_us)).with("right_time", Arg::Duration(right_us));
        rows.named(text)
    });
    Comparison { summary: rows.named(summary), apart, differences, more, rows: rows.rows }
}

fn records(rows: &mut Rows<'_>, [left, right]: &[Totals; 2]) {
    let verdict = |totals: &Totals, verdict| Some(totals.of_verdict(verdict));
    rows.add(SENT.text(), Kind::Count, false, Some(left.sent), Some(right.sent));
    let acknowledged = |totals: &Totals| Some(totals.of_view(ProducerView::Acknowledged));
    rows.add(ACKNOWLEDGED.text(), Kind::Count, false, acknowledged(left), acknowledged(right));
    rows.add(VISIBLE.text(), Kind::Count, false, verdict(left, Verdict::Visible), verdict(right, Verdict::Visible));
    for (what, lost) in [(&LOST_ACKNOWLEDGED, Verdict::LostAcknowledged), (&LOST_REPORTED, Verdict::LostReported)] {
        rows.add(what.text(), Kind::Count, true, verdict(left, lost), verdict(right, lost));
    }
    rows.add(DUPLICATED.text(), Kind::Count, true, Some(left.stored_twice), Some(right.stored_twice));
    rows.add(REORDERED.text(), Kind::Count, true, Some(left.out_of_order), Some(right.out_of_order));
}

/// The groups of either, by name.
fn group_names(left: &Side<'_>, right: &Side<'_>, totals: &[Totals; 2]) -> Vec<String> {
    let charts = [left, right].into_iter().flat_map(|side| side.charts.groups.iter().map(|chart| chart.group.clone()));
    let ledgers = totals.iter().flat_map(|totals| totals.groups.iter().map(|group| group.group.to_string()));
    let names: Set<String> = charts.chain(ledgers).collect();
    names.iter().cloned().collect()
}

fn of_group(rows: &mut Rows<'_>, group: &str, sides: [Side<'_>; 2], totals: &[Totals; 2]) {
    let text = |template: &'static Template| template.with("group", group);
    let [left, right] = totals.each_ref().map(|totals| totals.groups.iter().find(|of| &*of.group == group));
    if left.is_some() || right.is_some() {
        let once = |totals: Option<&GroupTotals>| totals.map(|totals| totals.of(GroupView::Once));
        rows.add(text(&ONCE), Kind::Count, false, once(left), once(right));
        let views = [(&AGAIN, GroupView::Again), (&SKIPPED, GroupView::Skipped), (&MISSED, GroupView::Missed)];
        for (what, view) in views {
            let of = |totals: Option<&GroupTotals>| totals.map(|totals| totals.of(view));
            rows.add(text(what), Kind::Count, true, of(left), of(right));
        }
    }
    let [left, right] =
        sides.map(|side| side.charts.of(group).map(|chart| figures(side.charts, chart, side.run.time_us())));
    if left.is_none() && right.is_none() {
        return;
    }
    let mut add = |what: &'static Template, kind: Kind, of: fn(&Figures) -> Option<u64>| {
        rows.add(text(what), kind, true, left.as_ref().and_then(of), right.as_ref().and_then(of));
    };
    add(&REBALANCES, Kind::Count, |of| Some(of.rebalances));
    add(&REBALANCING, Kind::Time, |of| Some(of.rebalancing_us));
    add(&MOVES, Kind::Count, |of| Some(of.moves));
    add(&STOPPED, Kind::Count, |of| Some(of.unread_us.len() as u64));
    add(&LONGEST, Kind::Time, |of| Some(of.longest_us));
    add(&UNREAD, Kind::Time, |of| Some(of.unread_us.values().sum()));
    add(&STABLE, Kind::Moment, |of| of.stable_us);
    let none = Map::new();
    let [left_us, right_us] = [&left, &right].map(|of| of.as_ref().map_or(&none, |of| &of.unread_us));
    let places: Set<&(String, i32)> = left_us.keys().chain(right_us.keys()).collect();
    for place in places.iter() {
        let of = |unread: &Map<(String, i32), u64>| Some(unread.get(*place).copied().unwrap_or_default());
        let what = text(&UNREAD_OF).with("place", format!("{}-{}", place.0, place.1));
        rows.add(what, Kind::Time, true, left.as_ref().and(of(left_us)), right.as_ref().and(of(right_us)));
    }
}

/// Rows so far, and the names that stand in their sentences.
struct Rows<'a> {
    left: &'a Text,
    right: &'a Text,
    rows: Vec<Row>,
}

impl Rows<'_> {
    fn named(&self, text: Text) -> Text {
        text.with("left", self.left.clone()).with("right", self.right.clone())
    }

    fn add(&mut self, what: Text, kind: Kind, less_is_better: bool, left: Option<u64>, right: Option<u64>) {
        let change = match (left, right) {
            (Some(left), Some(right)) if left != right => {
                let by = left.abs_diff(right);
                let (template, by) = match kind {
                    Kind::Count => (if right > left { &MORE } else { &FEWER }, ("n", Arg::from(by))),
                    Kind::Time => (if right > left { &LONGER } else { &SHORTER }, ("time", Arg::Duration(by))),
                    Kind::Moment => (if right > left { &LATER } else { &EARLIER }, ("time", Arg::Duration(by))),
                };
                Some(self.named(template.with(by.0, by.1)))
            }
            (Some(_), None) => Some(ONLY.with("name", self.left.clone())),
            (None, Some(_)) => Some(ONLY.with("name", self.right.clone())),
            _ => None,
        };
        let words = |value: Option<u64>| match (kind, value) {
            (Kind::Count, Some(n)) => COUNT.with("n", n),
            (Kind::Time, Some(us)) => TIME.with("time", Arg::Duration(us)),
            (Kind::Moment, Some(us)) => AT.with("time", Arg::Duration(us)),
            (Kind::Moment, None) => NOT_STABLE.text(),
            (_, None) => NO_GROUP.text(),
        };
        let (values, left, right) = ((left, right), words(left), words(right));
        self.rows.push(Row { what, left, right, values, change, less_is_better });
    }
}
