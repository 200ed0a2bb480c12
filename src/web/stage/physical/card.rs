//! A broker's card: its state, its replicas, and what can be done to it.

use std::rc::Rc;

use kafkascope::{
    cluster::command::NodeName,
    i18n::{Lang, brokers as said},
    kafka::ids::{named, short_name},
    view::{
        broker_acts::{BROKER_ACTS, BrokerAct, RESTART, offered},
        geometry::{CardLayout, CopyPlace, strip::RowGeom},
        model::{BrokerView, KeyMark, Place},
    },
};
use yew::prelude::*;

use super::{
    super::{
        acts::{Acts, Halo, doer},
        spot::{At, use_rect},
    },
    Held,
    copy::Copy,
    place_of, tr, words,
};
use crate::{
    panels::menu::{Menu, Row},
    stage_api::{Dialog, place_id},
};

/// Properties of [`Card`].
#[derive(Properties, PartialEq)]
pub struct CardProps {
    /// The broker.
    pub view: Rc<BrokerView>,
    /// Where everything of it stands.
    pub layout: Rc<CardLayout>,
    /// What stands where in a row with cells.
    pub geom: Rc<RowGeom>,
    /// What it holds, in the order of its rows.
    pub held: Vec<Held>,
    /// The log end that fills a bar.
    pub most: i64,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// Is it the active controller?
    pub controller: bool,
    /// Since when it is in its state.
    pub since_us: Option<u64>,
    /// There are topics that must be told apart.
    pub several: bool,
    /// Is the broker set off?
    pub halo: Halo,
    /// Partitions that are set off.
    pub halos: Vec<(Place, Halo)>,
    /// Language of all text.
    pub lang: Lang,
    /// What it can ask for.
    pub acts: Acts,
}

/// A broker's card.
#[component]
pub fn Card(props: &CardProps) -> Html {
    let CardProps { view, layout, held, controller, lang, .. } = props;
    let lang = *lang;
    let node = use_rect(layout.rect);
    let onclick =
        use_callback((view.id, props.acts.clone()), |event: MouseEvent, (id, acts)| clicked(&event, *id, acts));
    let behind = held.iter().filter(|(one, _)| one.replica_on(view.id).is_some_and(|replica| !replica.in_sync)).count();
    let (class, state) = words::state(view, behind, props.since_us, lang);
    let alt = words::card(view, *controller, &state, behind, lang);
    let row = |(place, (partition, copy)): (&CopyPlace, &Held)| {
        let here = place_of(partition);
        let halo = props.halos.iter().find(|(known, _)| *known == here).map_or(Halo::default(), |(_, halo)| *halo);
        let key = format!("{}-{}", partition.topic, partition.partition);
        html! {
            <Copy {key} view={partition.clone()} copy={copy.clone()} cells={place.cells} broker={view.id} rect={place.rect.within(&layout.rect)}
                geom={props.geom.clone()} most={props.most} keys={props.keys.clone()} {halo} {lang} acts={props.acts.clone()} />
        }
    };
    let topic = |(index, rect): &(usize, kafkascope::view::geometry::Rect)| {
        let first = layout.rows.iter().position(|row| row.topic == *index);
        let name = first.and_then(|at| held.get(at)).map(|(partition, _)| partition.topic.clone());
        html! { <At key={format!("t{index}")} rect={rect.within(&layout.rect)} class="bcard-topic"><span>{ name }</span></At> }
    };
    html! {
        <li class={classes!("at", "bcard", class, props.halo.class())} ref={node} {onclick}>
            <At rect={layout.head.within(&layout.rect)} class="bcard-head">
                <h3><button type="button" class="bcard-name" id={place_id(&Place::Broker(view.id))} aria-label={alt}>
                    { said::BROKER.with("id", view.id).plain(lang) }
                </button></h3>
                if *controller {
                    <svg class="controller" viewBox="0 0 12 10" role="img" aria-label="controller"><path d="M1 9V2l2.6 2.6L6 1l2.4 3.6L11 2v7z" /></svg>
                }
                if let Some(rack) = &view.rack {
                    <span class="bcard-rack">{ said::RACK.with("rack", rack.as_str()).plain(lang) }</span>
                }
                <span class="bcard-state" title={state.clone()}>{ state.clone() }</span>
                { menu(view, lang, &props.acts) }
            </At>
            if props.several { { for layout.topics.iter().map(topic) } }
            if held.is_empty() {
                <p class="bcard-empty">{ tr(&said::HOLDS_NOTHING, lang) }</p>
            } else {
                <ol class="rows">{ for layout.rows.iter().zip(held).map(row) }</ol>
            }
            <At rect={layout.foot.within(&layout.rect)} class="bcard-foot">{ foot(view, lang) }</At>
        </li>
    }
}

/// A click on the card of a node: one of its buttons, or the card itself.
pub fn clicked(event: &MouseEvent, id: u32, acts: &Acts) {
    let act = |name: &str| BROKER_ACTS.into_iter().find(|act| act.words.key == name);
    match doer(event) {
        // Its menu stands in it and does what it says.
        Some((what, _)) if what == MENU => {}
        Some((what, _)) => act(&what).into_iter().for_each(|act| acts.command((act.command)(id))),
        None => acts.select(Some(Place::Broker(id))),
    }
}

/// A button that does this to the node.
pub fn button(act: &'static BrokerAct, view: &BrokerView, lang: Lang) -> Html {
    let (class, words) = match std::ptr::eq(act, &RESTART) {
        true => ("bcard-do", said::RESTART.with("node", short_name(view.id)).plain(lang)),
        false => ("bcard-do other", tr(act.words, lang).to_owned()),
    };
    let help = act.named(view, lang);
    html! { <button type="button" {class} data-do={act.words.key} title={help}>{ words }</button> }
}

/// Marks what a click on it is the menu's.
const MENU: &str = "menu";

/// What can be done to the node, and what can be broken of it beyond that.
pub fn menu(view: &BrokerView, lang: Lang, acts: &Acts) -> Html {
    let offered: Vec<&'static BrokerAct> = offered(view).collect();
    let item = |(id, act): (usize, &&BrokerAct)| Row::Item {
        id,
        label: tr(act.words, lang).into(),
        hint: Some(tr(act.help_for(view), lang).into()),
        checked: None,
        key: None,
    };
    let more = Row::action(offered.len(), tr(&said::MORE_TO_BREAK, lang), None);
    let rows: Vec<Row> = offered.iter().enumerate().map(item).chain([more]).collect();
    let (acts, id) = (acts.clone(), view.id);
    let on_pick = Callback::from(move |at: usize| match offered.get(at) {
        Some(act) => acts.command((act.command)(id)),
        None => acts.open(Dialog::Palette(Some(NodeName::Broker(id)))),
    });
    let title = said::ACTIONS.with("node", named(id)).plain(lang);
    html! {
        <div class="bcard-menu" data-do={MENU}>
            <Menu label={title.clone()} {title} {rows} {on_pick} class="menu-end">
                <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="3" cy="8" r="1.5" /><circle cx="8" cy="8" r="1.5" /><circle cx="13" cy="8" r="1.5" /></svg>
            </Menu>
        </div>
    }
}

/// What a broker that is down says, and what can be done about it.
fn foot(view: &BrokerView, lang: Lang) -> Html {
    if view.is_up() {
        return Html::default();
    }
    let id = view.id;
    let text = if view.wiped { &said::DOWN_WIPED } else { &said::DOWN_TEXT };
    html! {
        <div class="bcard-down">
            <p><strong>{ said::DOWN_TITLE.with("id", id).plain(lang) }</strong>{ " " }{ tr(text, lang) }</p>
            { for offered(view).map(|act| button(act, view, lang)) }
        </div>
    }
}
