//! The help: what the marks mean, and the keys, from the same table that makes them act.

use kafkascope::i18n::{Lang, Template, stage, ui};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::keys::SHORTCUTS;
use crate::{
    panels::modal::Modal,
    say::{say, tr},
};

/// Props of [`Help`].
#[derive(Clone, PartialEq, Properties)]
pub struct HelpProps {
    /// Language.
    pub lang: Lang,
    /// Do single keys act?
    pub shortcuts: bool,
    /// Switches them.
    pub on_shortcuts: Callback<bool>,
    /// Closes it.
    pub on_close: Callback<()>,
}

/// The help dialog.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let lang = props.lang;
    let onchange = props
        .on_shortcuts
        .reform(|event: Event| event.target_dyn_into::<HtmlInputElement>().is_none_or(|input| input.checked()));
    html! {
        <Modal title={tr(&ui::HELP_TITLE, lang)} {lang} on_close={props.on_close.clone()} wide={true}>
            <div class="modal-body help">
                <section>
                    // There is nothing to fill in: it is read from its beginning.
                    <h3 tabindex="-1" data-autofocus="">{ tr(&ui::HELP_MARKS, lang) }</h3>
                    <ul class="legend">{ for marks().into_iter().map(|(picture, words)| html! {
                        <li>{ picture }<span>{ say(&words.text(), lang) }</span></li>
                    }) }</ul>
                </section>
                <section>
                    <h3>{ tr(&ui::HELP_KEYS, lang) }</h3>
                    <dl class="keys">
                        { for SHORTCUTS.iter().map(|shortcut| html! {
                            <div><dt>{ for shortcut.shown.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt><dd>{ tr(shortcut.help, lang) }</dd></div>
                        }) }
                    </dl>
                    <label class="check"><input type="checkbox" checked={props.shortcuts} {onchange} />{ tr(&ui::HELP_KEYS_ON, lang) }</label>
                    <p class="faint">{ tr(&ui::HELP_KEYS_HELP, lang) }</p>
                    <h3>{ tr(&ui::AREA_TIMELINE, lang) }</h3>
                    <p class="faint">{ tr(&stage::TIMELINE_HELP, lang) }</p>
                </section>
            </div>
        </Modal>
    }
}

/// Each mark as a small picture, with its meaning.
fn marks() -> Vec<(Html, &'static Template)> {
    let svg = |inside: Html| html! { <svg class="mark" viewBox="0 0 44 32" width="44" height="32" aria-hidden="true">{ inside }</svg> };
    vec![
        (
            svg(
                html! { <><rect class="mark-cell" x="10" y="4" width="24" height="24" rx="4" /><text class="mark-letter" x="22" y="21" text-anchor="middle">{ "A" }</text></> },
            ),
            &ui::MARK_RECORD,
        ),
        (
            svg(
                html! { <><rect class="mark-cell" x="13" y="1" width="18" height="18" rx="3" /><text class="mark-offset" x="22" y="30" text-anchor="middle">{ "7" }</text></> },
            ),
            &ui::MARK_OFFSET,
        ),
        (
            svg(
                html! { <><rect class="mark-dashed" x="11" y="5" width="22" height="22" rx="4" /><text class="mark-letter-open" x="22" y="21" text-anchor="middle">{ "A" }</text></> },
            ),
            &ui::MARK_DASHED,
        ),
        (
            svg(
                html! { <><rect class="mark-strip" x="3" y="8" width="38" height="16" rx="3" /><path class="mark-hw" d="M25 3v26" /></> },
            ),
            &ui::MARK_HW,
        ),
        (
            svg(
                html! { <><path class="mark-committed" d="M14 9l6 11H8z" /><path class="mark-position" d="M30 9l6 11H24z" /></> },
            ),
            &ui::MARK_COMMITTED,
        ),
        (svg(html! { <path class="mark-ribbon" d="M2 8c20 0 20 16 40 16" /> }), &ui::MARK_RIBBON),
        (
            svg(
                html! { <><path class="mark-wire" d="M2 16h40" /><rect class="mark-cell" x="15" y="9" width="14" height="14" rx="3" /></> },
            ),
            &ui::MARK_FLIGHT,
        ),
        (
            svg(html! { <>
                <path class="mark-command" d="M8 11l5 5-5 5-5-5z" /><path class="mark-fault" d="M17.5 11.5l8 9m0-9l-8 9" />
                <path class="mark-flag" d="M31 9v14h1.5v-6l8-4-8-4z" />
            </> }),
            &ui::MARK_STOPS,
        ),
    ]
}
