//! The ledger as text: for the command line, and for stories that are kept.

use super::words;
use crate::{
    cluster::World,
    history::Run,
    i18n::{Arg, Lang, Text},
    ledger::{Filter, Flag, GroupView, ProducerView, Remover, Standing, Totals, Verdict},
    view::{story, text_of},
};

/// So many records are told one by one.
const RECORDS_MAX: usize = 200;

/// The totals, then the records that are not plain, one a line.
pub fn transcript(run: &Run, lang: Lang) -> String {
    let (world, ledger) = (run.world(), run.ledger());
    let mut text: String = totals(&ledger.totals(world)).iter().map(|line| line.plain(lang) + "\n").collect();
    let odd = ledger.list(world, &Filter::Odd, 0, usize::MAX).records;
    if !odd.is_empty() {
        text += &format!("\n{}\n", words::NOT_PLAIN.with("count", odd.len()).plain(lang));
    }
    for id in odd.iter().take(RECORDS_MAX) {
        if let Some(standing) = ledger.standing(world, *id) {
            text += &format!("  {}\n", record(world, &standing).plain(lang));
        }
    }
    if let Some(more) = odd.len().checked_sub(RECORDS_MAX).filter(|more| *more > 0) {
        text += &format!("  {}\n", words::AND_MORE.with("count", more).plain(lang));
    }
    text
}

/// The totals, a sentence a view; what there is none of is left out.
pub fn totals(totals: &Totals) -> Vec<Text> {
    let mut lines = vec![words::SENT.with("sent", totals.sent)];
    let views = ProducerView::ALL.iter().map(|view| (words::view(*view).text(), totals.of_view(*view)));
    lines.push(words::PRODUCER_LINE.with("parts", parts(views)));
    let errors = totals.errors.iter().map(|(error, records)| {
        let what = words::WITH.with("what", words::FAILED.text()).with("detail", error.name());
        (what, *records)
    });
    if !totals.errors.is_empty() {
        lines.push(words::PRODUCER_LINE.with("parts", parts(errors)));
    }
    let verdicts = Verdict::ALL.iter().map(|verdict| (words::verdict(*verdict).text(), totals.of_verdict(*verdict)));
    lines.push(words::STORAGE_LINE.with("parts", parts(verdicts)));
    if totals.of_verdict(Verdict::Removed) > 0 {
        let removers = Remover::ALL.iter().zip(totals.removed_by);
        let removers = removers.map(|(remover, records)| (words::remover(*remover).text(), records));
        lines.push(words::STORAGE_LINE.with("parts", parts(removers)));
    }
    for group in &totals.groups {
        let views = GroupView::ALL.iter().map(|view| (words::group_view(*view).text(), group.of(*view)));
        let line = words::GROUP_LINE.with("group", &*group.group).with("sent", group.sent);
        lines.push(line.with("parts", parts(views)));
    }
    let zombies: u64 = totals.groups.iter().map(|group| group.by_zombie).sum();
    let flags = [totals.stored_twice, totals.out_of_order, zombies];
    let flags = Flag::ALL.iter().zip(flags).map(|(flag, records)| (words::flag(*flag).text(), records));
    if flags.clone().any(|(_, records)| records > 0) {
        lines.push(words::FLAGS_LINE.with("parts", parts(flags)));
    }
    if totals.folded > 0 {
        lines.push(words::FOLDED.with("n", totals.folded));
    }
    lines
}

/// What there is of each, as one list.
fn parts(of: impl Iterator<Item = (Text, u64)>) -> Arg {
    let some = of.filter(|(_, count)| *count > 0);
    let parts: Vec<Arg> =
        some.map(|(what, count)| words::PART.with("what", what).with("count", count).into()).collect();
    if parts.is_empty() { words::NOTHING.text().into() } else { Arg::List(parts) }
}

/// One record in one line.
pub fn record(world: &World, standing: &Standing) -> Text {
    let mut list = Vec::new();
    for (group, view, _) in &standing.groups {
        list.push(words::IN_GROUP.with("group", &**group).with("view", words::group_view(*view).text()));
    }
    list.extend(standing.flags.iter().map(|flag| words::AND_FLAG.with("flag", words::flag(*flag).text())));
    let text = words::RECORD.with("producer", world.client_name(standing.client).unwrap_or("?"));
    let text = text.with("place", place(world, standing)).with("key", key(standing));
    let text = text.with("view", view(standing)).with("verdict", verdict(standing));
    text.with("rest", joined(list))
}

/// Sentences one behind the other, without anything between them.
fn joined(list: Vec<Text>) -> Arg {
    let mut all = list.into_iter();
    let first = all.next().map(Arg::Nested).unwrap_or_else(|| Arg::Text(String::new()));
    all.fold(first, |a, b| Arg::Nested(words::BOTH.with("first", a).with("second", b)))
}

/// What its producer knows of it, with the error.
pub fn view(standing: &Standing) -> Text {
    let view = words::view(standing.view).text();
    match standing.view {
        ProducerView::Failed => words::WITH.with("what", view).with("detail", standing.error.name()),
        _ => view,
    }
}

/// What became of it in the log, with what removed it.
pub fn verdict(standing: &Standing) -> Text {
    let verdict = words::verdict(standing.verdict).text();
    match standing.remover {
        Some(remover) => words::WITH.with("what", verdict).with("detail", words::remover(remover).text()),
        None => verdict,
    }
}

/// Where a record is or was: `orders-3@17`, or `orders-3` if it was never written.
pub fn place(world: &World, standing: &Standing) -> String {
    let Some(partition) = standing.partition else { return standing.topic.as_deref().unwrap_or("?").to_owned() };
    let partition = story::partition(world, partition);
    let offsets: Vec<String> = standing.places.iter().map(|(offset, ..)| offset.to_string()).collect();
    match offsets.is_empty() {
        true => partition,
        false => format!("{partition}@{}", offsets.join("+")),
    }
}

/// Its key as people read it.
pub fn key(standing: &Standing) -> Arg {
    match &standing.key {
        None => words::KEY_UNKNOWN.text().into(),
        Some(None) => words::NO_KEY.text().into(),
        Some(Some(key)) => text_of(key).into(),
    }
}
