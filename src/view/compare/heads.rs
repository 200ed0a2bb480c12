//! What stands above each of two runs that are on the page together: the figures that tell them apart, in few words.
//!
//! Left out: figures of which neither more nor less is better, and those of a group that only one of them has.

use super::{
    AGAIN, Comparison, DUPLICATED, LONGEST, LOST_ACKNOWLEDGED, LOST_REPORTED, MISSED, REORDERED, SKIPPED, STABLE,
    STOPPED,
};
use crate::{
    i18n::{Arg, Lang, Template, Text},
    templates,
};

templates! { "compare":
    HEAD_LOST = "{n} lost although acknowledged", "{n} 条已确认却丢失";
    HEAD_REPORTED = "{n} lost and reported", "{n} 条丢失且已告知";
    HEAD_DUPLICATED = "{n} stored twice", "{n} 条重复存储";
    HEAD_REORDERED = "{n} out of order", "{n} 条乱序";
    HEAD_AGAIN = "{n} given to `{group}` more than once", "`{group}` 重复收到 {n} 条";
    HEAD_SKIPPED = "{n} skipped by `{group}`", "`{group}` 跳过 {n} 条";
    HEAD_MISSED = "{n} missed by `{group}`", "`{group}` 错过 {n} 条";
    HEAD_STOPPED = "{n|one partition|{n} partitions} of `{group}` stopped", "`{group}` 有 {n} 个分区停止读取";
    HEAD_LONGEST = "unread for up to {time}", "最长 {time} 无人读取";
    HEAD_STABLE = "stable since {time}", "{time} 起稳定";
}

/// A figure's long words and its short ones, the worst first.
static HEADS: [(&Template, &Template); 10] = [
    (&LOST_ACKNOWLEDGED, &HEAD_LOST),
    (&LOST_REPORTED, &HEAD_REPORTED),
    (&MISSED, &HEAD_MISSED),
    (&DUPLICATED, &HEAD_DUPLICATED),
    (&REORDERED, &HEAD_REORDERED),
    (&AGAIN, &HEAD_AGAIN),
    (&SKIPPED, &HEAD_SKIPPED),
    (&STOPPED, &HEAD_STOPPED),
    (&LONGEST, &HEAD_LONGEST),
    (&STABLE, &HEAD_STABLE),
];

/// A figure of one of two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// In words.
    pub text: Text,
    /// Did this one do better than the other?
    pub is_better: bool,
}

impl Comparison {
    /// The figures of the left one or the right one that differ and of which less is better, `most` of them at most.
    pub fn heads(&self, is_left: bool, most: usize) -> Vec<Head> {
        let heads = HEADS.iter().flat_map(|(long, short)| {
            let rows = self.rows.iter().filter(move |row| std::ptr::eq(row.what.template, *long));
            rows.filter_map(move |row| {
                let (Some(left), Some(right)) = row.values else { return None };
                let (own, other) = if is_left { (left, right) } else { (right, left) };
                let text = |value: u64| {
                    let mut text = short.with("n", value).with("time", Arg::Duration(value));
                    text.args.extend(row.what.args.iter().cloned());
                    text
                };
                // What reads the same is the same: nobody can do anything with a few microseconds.
                let differs = text(own).plain(Lang::En) != text(other).plain(Lang::En);
                differs.then(|| Head { text: text(own), is_better: own < other })
            })
        });
        heads.take(most).collect()
    }
}
