//! Dashed cards: where something can be added, and what to do where nothing is yet.

use kafkascope::{
    i18n::{Lang, Template},
    view::geometry::Rect,
};
use yew::prelude::*;

use super::{acts::Acts, spot::At};
use crate::stage_api::Dialog;

/// With a picture of what it could look like.
pub const LARGE: &str = "large";
/// Something else comes first.
pub const LATER: &str = "later";

/// A dashed card with a button for each thing that can be added, which opens its form.
pub fn add_card(rect: Rect, choices: &[(&'static Template, Dialog)], lang: Lang, acts: &Acts) -> Html {
    let button = |(label, dialog): &(&'static Template, Dialog)| {
        html! { <button type="button" onclick={opening(dialog, acts)}>{ label.source(lang) }</button> }
    };
    html! { <At {rect} class="add-card">{ for choices.iter().map(button) }</At> }
}

/// What an [`invite`] says.
pub struct Words {
    /// What is missing.
    pub title: &'static Template,
    /// What it would be good for.
    pub text: &'static Template,
    /// The words on the button.
    pub label: &'static Template,
}

/// A dashed card that says what to do: with a form, and a class of its own.
pub fn invite(
    rect: Rect,
    words: &Words,
    dialog: &Dialog,
    class: Option<&'static str>,
    lang: Lang,
    acts: &Acts,
) -> Html {
    html! {
        <At {rect} class={classes!("invite", class)}>
            if class == Some(LARGE) {
                { ghost() }
            }
            <p class="invite-title">{ words.title.source(lang) }</p>
            <p class="invite-text">{ words.text.source(lang) }</p>
            <button type="button" class="invite-do" onclick={opening(dialog, acts)}>{ words.label.source(lang) }</button>
        </At>
    }
}

fn opening(dialog: &Dialog, acts: &Acts) -> Callback<MouseEvent> {
    let (dialog, acts) = (dialog.clone(), acts.clone());
    Callback::from(move |_: MouseEvent| acts.open(dialog.clone()))
}

/// Three strips of empty cells: what a topic will look like.
fn ghost() -> Html {
    let strip = |line: usize| {
        let cells = [6, 3, 5][line];
        html! {
            <g key={line}>
                <rect class="ghost-strip" x="0.5" y={(line * 30).to_string()} width="259" height="24" rx="5" />
                { for (0..cells).map(|at| html! {
                    <rect key={at} class="ghost-cell" x={(5 + at * 22).to_string()} y={(3 + line * 30).to_string()}
                        width="18" height="18" rx="3" />
                }) }
            </g>
        }
    };
    html! {
        <svg class="ghost" viewBox="0 -1 260 88" width="260" height="88" aria-hidden="true">
            { for (0..3).map(strip) }
        </svg>
    }
}
