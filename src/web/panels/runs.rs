//! The tree of runs, what can be run again with one thing changed, and two runs beside each other in words and figures.
//!
//! Left out: two runs on the stage at once, which is `app::panes`.

use kafkascope::{
    history::{Change, Deleted, NamedRun, RunId, Runs, offers},
    i18n::{Arg, Lang, Text, share},
    view::{
        compare::{Comparison, Side, compare},
        group_chart::Recorder,
        runs::{changed, line, name, offer, quoted, refused},
    },
};
use yew::prelude::*;

use super::{modal::Modal, name_field::NameField};
use crate::{
    say::{moment, say, tr},
    stage_api::Dialog,
};

/// So much is played on at a time, in simulated microseconds.
const SLICE_US: u64 = 500_000;

/// What can be done with runs.
#[derive(Clone, Debug, PartialEq)]
pub enum RunsAct {
    /// Show another one.
    Show(RunId),
    /// Name one, or take its name away.
    Rename(RunId, Option<String>),
    /// Delete one.
    Delete(RunId),
    /// Have the one back that was deleted last.
    PutBack,
    /// Set one beside another.
    Compare(RunId, RunId),
    /// Put one on the page beside the shown one, or none any more.
    Beside(Option<RunId>),
    /// Run the one that is shown again, with something changed.
    Again(Change),
    /// Take its last command back.
    Undo,
    /// Give it again.
    Redo,
}

/// The dialog with all runs; one that was deleted can be had back.
pub fn runs(
    runs: &Runs,
    deleted: Option<&Deleted>,
    lang: Lang,
    on_act: &Callback<RunsAct>,
    on_close: Callback<()>,
) -> Html {
    let act = |act: RunsAct| on_act.reform(move |_: MouseEvent| act.clone());
    let history = runs.history();
    let taken =
        |words: &'static kafkascope::i18n::Template, given: Option<&kafkascope::history::Stamped>, what: RunsAct| {
            given.map(|given| {
                let words = words.with("command", line(&given.command));
                html! { <button type="button" class="button" onclick={act(what)}>{ say(&words, lang) }</button> }
            })
        };
    let offers = offers(history.newest());
    html! {
        <Modal title={tr(&share::RUNS, lang)} {lang} {on_close} wide={true}>
            <div class="modal-body share runs">
                <p class="faint">{ tr(&share::RUNS_NOTE, lang) }</p>
                { tree(runs, None, lang, on_act) }
                <div class="share-row">
                    if let Some(deleted) = deleted {
                        <button type="button" class="button" onclick={act(RunsAct::PutBack)}>{ say(&share::PUT_BACK.with("name", name(deleted.run())), lang) }</button>
                    }
                    { taken(&share::UNDO_COMMAND, history.can_undo(), RunsAct::Undo) }
                    { taken(&share::REDO_COMMAND, history.can_redo(), RunsAct::Redo) }
                </div>
                <h3>{ tr(&share::AGAIN, lang) }</h3>
                if offers.is_empty() {
                    <p class="faint">{ tr(&share::AGAIN_NONE, lang) }</p>
                }
                <div class="share-row">
                    { for offers.iter().map(|what| html! {
                        <button type="button" class="button" title={offer(what).plain(lang)} onclick={act(RunsAct::Again(what.change.clone()))}>
                            { say(&changed(&what.change), lang) }
                        </button>
                    }) }
                </div>
            </div>
        </Modal>
    }
}

/// The runs that began from this one, each with those that began from it; with no parent, the first ones.
fn tree(runs: &Runs, parent: Option<RunId>, lang: Lang, on_act: &Callback<RunsAct>) -> Html {
    let mut children = runs.list().iter().filter(|run| run.parent().map(|(id, _)| id) == parent).peekable();
    if children.peek().is_none() {
        return Html::default();
    }
    html! { <ul>{ for children.map(|run| row(runs, run, lang, on_act)) }</ul> }
}

fn row(runs: &Runs, run: &NamedRun, lang: Lang, on_act: &Callback<RunsAct>) -> Html {
    let id = run.id();
    let shown = runs.shown().id();
    let words = name(run).plain(lang);
    let act = |act: RunsAct| on_act.reform(move |_: MouseEvent| act.clone());
    let on_name =
        on_act.reform(move |name: String| RunsAct::Rename(id, Some(name).filter(|name| !name.trim().is_empty())));
    let refusals = match run.origin() {
        kafkascope::history::Origin::Again { refused, .. } => refused,
        _ => &[],
    };
    html! {
        <li key={id.0} class={classes!((id == shown).then_some("run-shown"))}>
            <div class="share-row">
                <NameField name={words.clone()} label={share::RUN_NAME.with("n", id.0).plain(lang)} {on_name} />
                <span class="line-time">{ moment(run.history().end().time_us) }</span>
                if id == shown {
                    <span class="badge">{ tr(&share::RUN_SHOWN, lang) }</span>
                } else {
                    <button type="button" class="button" aria-label={share::RUN_OF.with("name", words.as_str()).plain(lang)} onclick={act(RunsAct::Show(id))}>
                        { tr(&share::RUN_SHOW, lang) }</button>
                    <button type="button" class="button" aria-label={share::COMPARE_OF.with("name", words.as_str()).plain(lang)}
                        onclick={act(RunsAct::Compare(id, shown))}>{ tr(&share::RUN_COMPARE, lang) }</button>
                }
                if runs.list().len() > 1 {
                    <button type="button" class="link" aria-label={share::DELETE_OF.with("name", words.as_str()).plain(lang)} onclick={act(RunsAct::Delete(id))}>
                        { tr(&share::RUN_DELETE, lang) }</button>
                }
            </div>
            { for refusals.iter().map(|what| html! { <p class="run-refused">{ say(&refused(what), lang) }</p> }) }
            { tree(runs, Some(id), lang, on_act) }
        </li>
    }
}

/// Two runs beside each other at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    ids: [RunId; 2],
    names: [Text; 2],
    at_us: u64,
    /// Which of them was played on to that moment.
    played_on: Option<usize>,
    comparison: Comparison,
}

impl Compared {
    /// Both at the end of the longer one. The other one is played on as far as `time_left` allows, in a copy, so that
    /// what is looked at stays where it is.
    pub fn new(left: &NamedRun, right: &NamedRun, time_left: impl Fn() -> bool) -> Compared {
        let ids = [left.id(), right.id()];
        let names = [name(left), name(right)];
        let mut copies = [left, right].map(|run| run.history().clone());
        let ends_us = copies.each_ref().map(|copy| copy.end().time_us);
        let shorter = usize::from(ends_us[1] < ends_us[0]);
        let mut at_us = ends_us[shorter];
        copies[shorter].seek_end();
        while at_us < ends_us[1 - shorter] && time_left() {
            at_us = (at_us + SLICE_US).min(ends_us[1 - shorter]);
            copies[shorter].advance_to(at_us);
        }
        copies[1 - shorter].seek_time(at_us);
        let charts = copies.each_ref().map(|copy| Recorder::default().follow(copy.run()));
        let quoted = [quoted(left), quoted(right)];
        let side = |at: usize| Side { name: &quoted[at], run: copies[at].run(), charts: &charts[at] };
        let comparison = compare(side(0), side(1));
        Compared { played_on: (at_us > ends_us[shorter]).then_some(shorter), ids, names, at_us, comparison }
    }
}

/// The dialog with two runs beside each other.
pub fn compared(
    compared: &Compared,
    shown: RunId,
    lang: Lang,
    (on_open, on_act): (&Callback<Dialog>, &Callback<RunsAct>),
    on_close: Callback<()>,
) -> Html {
    let back = on_open.reform(|_: MouseEvent| Dialog::Runs);
    let Compared { ids, names, at_us, played_on, comparison } = compared;
    let other = ids.iter().copied().find(|id| *id != shown);
    let beside = on_act.reform(move |_: MouseEvent| RunsAct::Beside(other));
    let text = |text: &Text| say(text, lang);
    let differing: Vec<_> = comparison.rows.iter().filter(|row| row.change.is_some()).collect();
    let same = comparison.rows.len() - differing.len();
    html! {
        <Modal title={tr(&share::COMPARED, lang)} {lang} {on_close} wide={true}>
            <div class="modal-body share compared">
                <p>{ text(&comparison.summary) }{ " " }{ text(&share::COMPARED_AT.with("time", Arg::Duration(*at_us))) }</p>
                if let Some(at) = played_on {
                    <p class="faint">{ text(&share::COMPARED_ON.with("name", names[*at].clone())) }</p>
                }
                if !comparison.differences.is_empty() {
                    <h3>{ tr(&share::COMPARED_GIVEN, lang) }</h3>
                    <div class="compared-table">
                        <table>
                            <thead><tr><th scope="col">{ tr(&share::COMPARED_WHAT, lang) }</th><th scope="col">{ text(&names[0]) }</th><th scope="col">{ text(&names[1]) }</th></tr></thead>
                            <tbody>{ for comparison.differences.iter().map(|row| html! {
                                <tr><th scope="row">{ text(&row.what) }</th><td>{ text(&row.left) }</td><td>{ text(&row.right) }</td></tr>
                            }) }</tbody>
                        </table>
                    </div>
                    if comparison.more > 0 {
                        <p class="faint">{ text(&share::COMPARED_MORE.with("n", comparison.more)) }</p>
                    }
                }
                if !differing.is_empty() {
                    <h3>{ tr(&share::COMPARED_CHANGE, lang) }</h3>
                    <div class="compared-table">
                        <table>
                            <thead><tr>
                                <th scope="col">{ tr(&share::COMPARED_WHAT, lang) }</th><th scope="col">{ text(&names[0]) }</th>
                                <th scope="col">{ text(&names[1]) }</th><th scope="col">{ tr(&share::COMPARED_CHANGE, lang) }</th>
                            </tr></thead>
                            <tbody>{ for differing.iter().map(|row| html! {
                                <tr><th scope="row">{ text(&row.what) }</th><td>{ text(&row.left) }</td><td>{ text(&row.right) }</td>
                                    <td>{ row.change.as_ref().map(text) }</td></tr>
                            }) }</tbody>
                        </table>
                    </div>
                }
                if same > 0 {
                    <p class="faint">{ text(&share::COMPARED_SAME.with("n", same)) }</p>
                }
            </div>
            <div class="modal-foot">
                <button type="button" class="button" onclick={back}>{ tr(&share::BACK_TO_RUNS, lang) }</button>
                <button type="button" class="button button-main" onclick={beside}>{ tr(&share::BOTH_ON_STAGE, lang) }</button>
            </div>
        </Modal>
    }
}
