//! The card of a controller apart from the brokers: its state, what it is in the metadata quorum, and what can be done to it.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, brokers as said},
    view::{
        broker_acts::offered,
        geometry::Rect,
        model::{BrokerView, Place},
    },
};
use yew::prelude::*;

use super::{
    super::{
        acts::{Acts, Halo},
        spot::use_rect,
    },
    card::{button, clicked, menu},
    words,
};
use crate::{say::say, stage_api::place_id};

/// Properties of [`Apart`].
#[derive(Properties, PartialEq)]
pub struct ApartProps {
    /// The controller.
    pub view: Rc<BrokerView>,
    /// Where it stands.
    pub rect: Rect,
    /// Is it the active one?
    pub active: bool,
    /// Since when it is in its state.
    pub since_us: Option<u64>,
    /// Is it set off?
    pub halo: Halo,
    /// Language of all text.
    pub lang: Lang,
    /// What it can ask for.
    pub acts: Acts,
}

/// A controller's card.
#[component]
pub fn Apart(props: &ApartProps) -> Html {
    let ApartProps { view, lang, .. } = props;
    let lang = *lang;
    let node = use_rect(props.rect);
    let onclick =
        use_callback((view.id, props.acts.clone()), |event: MouseEvent, (id, acts)| clicked(&event, *id, acts));
    let (class, state) = words::state(view, 0, props.since_us, lang);
    let Some(quorum) = view.quorum.map(|quorum| quorum.text()) else { return Html::default() };
    let alt = said::APART_ALT.with("id", view.id).with("state", state.as_str()).with("quorum", quorum.clone());
    html! {
        <li class={classes!("at", "bcard", "apart", class, props.halo.class())} ref={node} {onclick}>
            <div class="bcard-head">
                <h3><button type="button" class="bcard-name" id={place_id(&Place::Broker(view.id))} aria-label={format!("C{}, {}", view.id, alt.plain(lang))}>
                    { said::NODE_CONTROLLER.with("id", view.id).plain(lang) }
                </button></h3>
                if props.active {
                    <svg class="controller" viewBox="0 0 12 10" role="img" aria-label="controller"><path d="M1 9V2l2.6 2.6L6 1l2.4 3.6L11 2v7z" /></svg>
                }
                <span class="bcard-state" title={state.clone()}>{ state.clone() }</span>
                { menu(view, lang, &props.acts) }
            </div>
            <div class="apart-body">
                <span class="apart-quorum" title={quorum.plain(lang)}>{ say(&quorum, lang) }</span>
                if !view.is_up() { { for offered(view).map(|act| button(act, view, lang)) } }
            </div>
        </li>
    }
}
