//! What can be broken, as a list to choose from, and what is broken now, each with its cure.

use std::rc::Rc;

use kafkascope::{
    cluster::command::{Command, Fault, NodeName},
    i18n::{Lang, faults as words},
    view::model::BrokenView,
};
use yew::prelude::*;

use super::{icons, modal::Modal};
use crate::{
    forms::{Kind, PALETTE},
    say::{say, tr},
    stage_api::Dialog,
};

/// The palette: what can be broken, and what each does.
pub fn palette(lang: Lang, preset: Option<&NodeName>, on_open: &Callback<Dialog>, on_close: Callback<()>) -> Html {
    let row = |(kind, name, help): &(Kind, &'static _, &'static _)| {
        let dialog = Dialog::Break(*kind, preset.cloned());
        let onclick = on_open.reform(move |_: MouseEvent| dialog.clone());
        html! {
            <li key={format!("{kind:?}")}>
                <button type="button" class="palette-row" {onclick}>
                    <span class="palette-name">{ tr(name, lang) }</span>
                    <span class="palette-help">{ tr(help, lang) }</span>
                </button>
            </li>
        }
    };
    html! {
        <Modal title={tr(&words::BREAK, lang)} {lang} {on_close}>
            <div class="modal-body palette">
                <p class="form-note">{ tr(&words::BREAK_NOTE, lang) }</p>
                { for PALETTE.iter().map(|(part, rows)| html! {
                    <section key={part.key}>
                        <h3>{ tr(part, lang) }</h3>
                        <ul>{ for rows.iter().map(row) }</ul>
                    </section>
                }) }
            </div>
        </Modal>
    }
}

/// Props of [`BrokenList`].
#[derive(Clone, PartialEq, Properties)]
pub struct BrokenProps {
    /// What is broken.
    pub broken: Rc<Vec<BrokenView>>,
    /// Language.
    pub lang: Lang,
    /// Heals.
    pub on_command: Callback<Command>,
}

/// The list under the stage; nothing while all is well.
#[component]
pub fn BrokenList(props: &BrokenProps) -> Html {
    let lang = props.lang;
    if props.broken.is_empty() {
        return Html::default();
    }
    let one = |broken: &BrokenView| {
        let heal = broken.heal.clone();
        let onclick = props.on_command.reform(move |_: MouseEvent| Command::clone(&heal));
        let what = broken.text.plain(lang);
        html! {
            <li key={what.clone()}>
                <span>{ say(&broken.text, lang) }</span>
                <button type="button" class="link" {onclick} aria-label={words::HEAL_THIS.with("what", what).plain(lang)}>
                    { tr(&words::HEAL, lang) }
                </button>
            </li>
        }
    };
    let heal_all = props.on_command.reform(|_: MouseEvent| Command::Fault(Fault::HealAll));
    html! {
        <section class="broken" aria-labelledby="broken-title">
            <h2 id="broken-title">{ icons::bolt() }{ tr(&words::BROKEN, lang) }</h2>
            <ul>{ for props.broken.iter().map(one) }</ul>
            <button type="button" class="button" onclick={heal_all}>{ tr(&words::HEAL_ALL, lang) }</button>
        </section>
    }
}
