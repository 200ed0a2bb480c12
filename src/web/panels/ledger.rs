//! The ledger on the page: a quiet line of totals that is always there, and a dialog that lists the records behind a
//! total and tells the life of one.

use std::rc::Rc;

use kafkascope::{
    history::Run,
    i18n::{Lang, Template, ui},
    ledger::{Filter, Flag, GroupView, ProducerView, RecordId, Totals, Verdict},
    view::{
        ledger::{life, record, words},
        story::StoryLine,
    },
};
use yew::prelude::*;

use super::{modal::Modal, story::told};
use crate::{
    say::{count, say, tr},
    stage_api::{Ask, Dialog},
};

/// Records of a list that are shown at once.
const PAGE: usize = 40;

/// What the dialog shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerView {
    /// Which records.
    pub filter: Filter,
    /// Which part of the list.
    pub page: usize,
    /// The record whose life is told.
    pub record: Option<RecordId>,
}

/// A total: its words, how many, the records behind it, and how much it stands out.
struct Total {
    words: &'static Template,
    records: u64,
    filter: Filter,
    class: Option<&'static str>,
}

/// A view with its totals.
struct View {
    name: AttrValue,
    totals: Vec<Total>,
}

const BAD: Option<&str> = Some("ledger-bad");
const WARN: Option<&str> = Some("ledger-warn");

fn views(totals: &Totals, lang: Lang) -> Vec<View> {
    let producer = ProducerView::ALL.iter().map(|view| Total {
        words: words::view(*view),
        records: totals.of_view(*view),
        filter: Filter::View(*view),
        class: if *view == ProducerView::Failed { BAD } else { None },
    });
    let storage = Verdict::ALL.iter().map(|verdict| Total {
        words: words::verdict(*verdict),
        records: totals.of_verdict(*verdict),
        filter: Filter::Verdict(*verdict),
        class: match verdict {
            Verdict::LostAcknowledged | Verdict::LostReported | Verdict::FailedStored => BAD,
            _ => None,
        },
    });
    let zombies = totals.groups.iter().map(|group| group.by_zombie).sum();
    let flags =
        [(Flag::StoredTwice, totals.stored_twice), (Flag::OutOfOrder, totals.out_of_order), (Flag::ByZombie, zombies)];
    let flags = flags.into_iter().map(|(flag, records)| Total {
        words: words::flag(flag),
        records,
        filter: Filter::Flag(flag),
        class: WARN,
    });
    let mut all = vec![
        View { name: tr(&ui::LEDGER_PRODUCER, lang).into(), totals: producer.collect() },
        View { name: tr(&ui::LEDGER_STORAGE, lang).into(), totals: storage.collect() },
    ];
    for group in &totals.groups {
        let of_group = GroupView::ALL.iter().map(|view| Total {
            words: words::group_view(*view),
            records: group.of(*view),
            filter: Filter::Group(group.group.clone(), *view),
            class: match view {
                GroupView::Missed => BAD,
                GroupView::Again | GroupView::Skipped => WARN,
                GroupView::NotDue | GroupView::Once => None,
            },
        });
        all.push(View { name: group.group.to_string().into(), totals: of_group.collect() });
    }
    all.push(View { name: tr(&ui::LEDGER_FLAGS, lang).into(), totals: flags.collect() });
    all
}

/// Props of [`LedgerBar`].
#[derive(Clone, PartialEq, Properties)]
pub struct LedgerBarProps {
    /// Language.
    pub lang: Lang,
    /// The totals.
    pub totals: Rc<Totals>,
    /// Opens the dialog.
    pub on_open: Callback<Dialog>,
}

/// The totals in one line: of each view what there is.
#[component]
pub fn LedgerBar(props: &LedgerBarProps) -> Html {
    let (lang, totals) = (props.lang, &props.totals);
    let views = views(totals, lang);
    let part = |view: &View| {
        let some = view.totals.iter().filter(|total| total.records > 0);
        let chips: Vec<Html> = some.map(|total| chip(total, None, lang, &props.on_open)).collect();
        (!chips.is_empty()).then(|| {
            html! {
                <span class="ledger-part" role="group" aria-label={view.name.clone()} key={view.name.to_string()}>
                    <span class="ledger-name" aria-hidden="true">{ &view.name }</span>{ for chips }
                </span>
            }
        })
    };
    let open = props.on_open.reform(|_: MouseEvent| Dialog::Ledger(Box::default()));
    html! {
        <section class="ledger-bar" aria-label={tr(&ui::LEDGER, lang)}>
            <button type="button" class="ledger-chip ledger-all" title={tr(&ui::LEDGER_OPEN, lang)} onclick={open}>
                <strong>{ count(totals.sent) }</strong>{ " " }{ tr(&ui::LEDGER_TOTAL, lang) }
            </button>
            { for views.iter().filter_map(part) }
        </section>
    }
}

/// A total that can be asked for its records.
fn chip(total: &Total, shown: Option<&Filter>, lang: Lang, on_open: &Callback<Dialog>) -> Html {
    let filter = total.filter.clone();
    let onclick = on_open.reform(move |_: MouseEvent| {
        Dialog::Ledger(Box::new(LedgerView { filter: filter.clone(), ..LedgerView::default() }))
    });
    let pressed = shown.map(|shown| (*shown == total.filter).to_string());
    html! {
        <button type="button" class={classes!("ledger-chip", total.class)} aria-pressed={pressed} {onclick}
            disabled={total.records == 0} key={total.words.key}>
            <strong>{ count(total.records) }</strong>{ " " }{ tr(total.words, lang) }
        </button>
    }
}

/// The dialog.
pub fn ledger(
    run: &Run,
    shown: &LedgerView,
    lang: Lang,
    on_open: &Callback<Dialog>,
    on_why: &Callback<Ask>,
    on_close: Callback<()>,
) -> Html {
    let totals = run.ledger().totals(run.world());
    let group = |view: View| {
        html! {
            <div class="ledger-view" role="group" aria-label={view.name.clone()} key={view.name.to_string()}>
                <span class="over" aria-hidden="true">{ &view.name }</span>
                <span class="ledger-chips">
                    { for view.totals.iter().map(|total| chip(total, Some(&shown.filter), lang, on_open)) }
                </span>
            </div>
        }
    };
    let all = Total { words: &ui::LEDGER_TOTAL, records: totals.sent, filter: Filter::All, class: None };
    let mut views = views(&totals, lang);
    views.insert(0, View { name: tr(&ui::LEDGER_ALL, lang).into(), totals: vec![all] });
    html! {
        <Modal title={tr(&ui::LEDGER, lang)} {lang} on_close={on_close.clone()} wide={true}>
            <div class="modal-body ledger">
                <p class="faint">{ tr(&ui::LEDGER_NOTE, lang) }</p>
                if totals.folded > 0 {
                    <p class="faint">{ say(&words::FOLDED.with("n", totals.folded), lang) }</p>
                }
                { for views.into_iter().map(group) }
                { list(run, shown, lang, on_open, on_why, &on_close) }
            </div>
        </Modal>
    }
}

fn list(
    run: &Run,
    shown: &LedgerView,
    lang: Lang,
    on_open: &Callback<Dialog>,
    on_why: &Callback<Ask>,
    on_close: &Callback<()>,
) -> Html {
    let page = run.ledger().list(run.world(), &shown.filter, shown.page * PAGE, PAGE);
    let mut records = page.records;
    // What is being read stays, though the list goes on under it.
    if let Some(open) = shown.record.filter(|open| !records.contains(open)) {
        records.insert(0, open);
    }
    let turn = |to: Option<usize>, words: &'static Template| {
        let view = LedgerView { page: to.unwrap_or_default(), record: None, ..shown.clone() };
        let onclick = on_open.reform(move |_: MouseEvent| Dialog::Ledger(Box::new(view.clone())));
        html! { <button type="button" class="button" disabled={to.is_none()} {onclick}>{ tr(words, lang) }</button> }
    };
    html! {
        <section class="ledger-records" aria-label={tr(&ui::LEDGER_LIST, lang)}>
            if records.is_empty() {
                <p class="ledger-none">{ tr(&ui::LEDGER_NONE, lang) }</p>
            }
            <ol>
                { for records.into_iter().filter_map(|id| row(run, shown, id, lang, on_open, on_why, on_close)) }
            </ol>
            if shown.page > 0 || page.more {
                <div class="ledger-turn">
                    { turn(shown.page.checked_sub(1), &ui::LEDGER_NEWER) }
                    { turn(page.more.then_some(shown.page + 1), &ui::LEDGER_OLDER) }
                </div>
            }
        </section>
    }
}

fn row(
    run: &Run,
    shown: &LedgerView,
    id: RecordId,
    lang: Lang,
    on_open: &Callback<Dialog>,
    on_why: &Callback<Ask>,
    on_close: &Callback<()>,
) -> Option<Html> {
    let standing = run.ledger().standing(run.world(), id)?;
    let is_open = shown.record == Some(id);
    let view = LedgerView { record: (!is_open).then_some(id), ..shown.clone() };
    let onclick = on_open.reform(move |_: MouseEvent| Dialog::Ledger(Box::new(view.clone())));
    Some(html! {
        <li key={format!("{id:?}")}>
            <button type="button" class="ledger-row" aria-expanded={is_open.to_string()} {onclick}>
                { say(&record(run.world(), &standing), lang) }
            </button>
            if is_open {
                { life_of(run, id, lang, on_why, on_close) }
            }
        </li>
    })
}

/// The life of a record under its line.
fn life_of(run: &Run, id: RecordId, lang: Lang, on_why: &Callback<Ask>, on_close: &Callback<()>) -> Html {
    let Some(life) = life(run, id) else { return Html::default() };
    let line = |line: &StoryLine| told(line, lang, on_why, on_close);
    // The line above says already what holds now.
    html! {
        <div class="ledger-life">
            <h3>{ say(&life.title, lang) }</h3>
            { for life.steps.iter().skip(1).map(|step| html! { <p>{ say(step, lang) }</p> }) }
            if !life.lines.is_empty() {
                <ol class="told">{ for life.lines.iter().map(line) }</ol>
            }
        </div>
    }
}
