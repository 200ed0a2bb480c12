//! Dashed cards: where something can be added, and what to do where nothing is yet.

use kafkascope::{
    i18n::{Lang, Template},
    view::geometry::Rect,
};
use yew::prelude::*;

use super::{acts::Acts, spot::use_rect};
use crate::stage_api::Dialog;

/// Properties of [`AddCard`].
#[derive(Properties, PartialEq)]
pub struct AddCardProps {
    /// Where.
    pub rect: Rect,
    /// What can be added, and the form for it.
    pub choices: Vec<(&'static Template, Dialog)>,
    /// Language of all text.
    pub lang: Lang,
    /// What it can ask for.
    pub acts: Acts,
}

/// A dashed card with a button a choice.
#[component]
pub fn AddCard(props: &AddCardProps) -> Html {
    let node = use_rect(props.rect);
    let button = |(label, dialog): &(&'static Template, Dialog)| {
        let (dialog, acts) = (dialog.clone(), props.acts.clone());
        let onclick = Callback::from(move |_: MouseEvent| acts.open(dialog.clone()));
        html! { <button type="button" {onclick}>{ label.source(props.lang) }</button> }
    };
    html! { <div class="at add-card" ref={node}>{ for props.choices.iter().map(button) }</div> }
}

/// Properties of [`Invite`].
#[derive(Properties, PartialEq)]
pub struct InviteProps {
    /// Where.
    pub rect: Rect,
    /// What is missing.
    pub title: &'static Template,
    /// What it would be good for.
    pub text: &'static Template,
    /// The words on the button.
    pub label: &'static Template,
    /// The form that it opens.
    pub dialog: Dialog,
    /// Language of all text.
    pub lang: Lang,
    /// With a picture of what it could look like.
    #[prop_or_default]
    pub ghost: bool,
    /// Something else comes first.
    #[prop_or_default]
    pub later: bool,
    /// What it can ask for.
    pub acts: Acts,
}

/// A dashed card that says what to do.
#[component]
pub fn Invite(props: &InviteProps) -> Html {
    let node = use_rect(props.rect);
    let (dialog, acts, lang) = (props.dialog.clone(), props.acts.clone(), props.lang);
    let onclick = Callback::from(move |_: MouseEvent| acts.open(dialog.clone()));
    html! {
        <div class={classes!("at", "invite", props.ghost.then_some("large"), props.later.then_some("later"))} ref={node}>
            if props.ghost {
                { ghost() }
            }
            <p class="invite-title">{ props.title.source(lang) }</p>
            <p class="invite-text">{ props.text.source(lang) }</p>
            <button type="button" class="invite-do" {onclick}>{ props.label.source(lang) }</button>
        </div>
    }
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
