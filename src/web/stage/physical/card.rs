//! A broker's card: its state, its replicas, and what can be done to it.

use std::rc::Rc;

use kafkascope::{
    cluster::command::Command,
    i18n::{Lang, brokers as said},
    view::{
        geometry::{CardLayout, CopyPlace, strip::RowGeom},
        model::{BrokerState, BrokerView, KeyMark, Place},
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
use crate::stage_api::place_id;

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
    let onclick = use_callback((view.id, props.acts.clone()), |event: MouseEvent, (id, acts)| {
        let broker = *id;
        match doer(&event).as_ref().map(|(what, _)| what.as_str()) {
            Some("restart") => acts.command(Command::RestartBroker { broker }),
            Some("stop") => acts.command(Command::StopBroker { broker }),
            Some("crash") => acts.command(Command::CrashBroker { broker }),
            _ => acts.select(Some(Place::Broker(broker))),
        }
    });
    let behind = held.iter().filter(|(one, _)| one.replica_on(view.id).is_some_and(|replica| !replica.in_sync)).count();
    let (class, state) = words::state(view, behind, props.since_us, lang);
    let alt = words::card(view, *controller, &state, behind, lang);
    let row = |(place, (partition, copy)): (&CopyPlace, &Held)| {
        let here = place_of(partition);
        let halo = props.halos.iter().find(|(known, _)| *known == here).map_or(Halo::default(), |(_, halo)| *halo);
        let key = format!("{}-{}", partition.topic, partition.partition);
        html! {
            <Copy {key} view={partition.clone()} copy={copy.clone()} broker={view.id} rect={place.rect.within(&layout.rect)}
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

/// What can be done to the broker here and now.
fn foot(view: &BrokerView, lang: Lang) -> Html {
    let id = view.id;
    let quiet = |what: &'static str, name, alt: &'static kafkascope::i18n::Template| {
        let alt = alt.with("id", id).plain(lang);
        html! { <button type="button" class="quiet" data-do={what} title={alt.clone()} aria-label={alt}>{ tr(name, lang) }</button> }
    };
    match view.state {
        BrokerState::Alive | BrokerState::Starting => html! { <>
            { quiet("stop", &said::STOP, &said::STOP_ALT) }
            { quiet("crash", &said::CRASH, &said::CRASH_ALT) }
        </> },
        BrokerState::Stopping => quiet("crash", &said::CRASH, &said::CRASH_ALT),
        BrokerState::Stopped | BrokerState::CrashedNotFenced | BrokerState::CrashedFenced => html! {
            <div class="bcard-down">
                <p><strong>{ said::DOWN_TITLE.with("id", id).plain(lang) }</strong>{ " " }{ tr(&said::DOWN_TEXT, lang) }</p>
                <button type="button" class="bcard-do" data-do="restart">{ said::RESTART.with("id", id).plain(lang) }</button>
            </div>
        },
    }
}
