//! The Brokers lens: a card a broker, each replica in its place; a map when there are too many.
//!
//! It shows the same partitions as the Topic lens, as they lie on the brokers' disks: leaders outlined, followers pale,
//! what is out of the ISR with how far it is behind, and what only a broker that is gone still has in red. It is drawn
//! with the stage's own parts: strips, flights, what a click does. Left out: the inspector and the forms.

mod apart;
mod arcs;
mod card;
mod copy;
mod map;
mod words;

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, brokers as said},
    view::{
        copies::CopyView,
        geometry::{BrokerCards, BrokersLayout, BrokersShape, CardLayout, Mode, Rect, layout_brokers},
        metrics,
        model::{BrokerView, PartitionView, Place, ViewModel},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use self::{apart::Apart, arcs::arcs, card::Card, map::BrokersMap};
use super::{
    acts::{Acts, Halo},
    flights::{Flights, Ground},
    moving::use_arrival,
    spot::{At, use_size},
    use_steady,
};
use crate::stage_api::{Dialog, StageProps, place_id};

/// The lens. It fills its parent and scrolls within it.
#[component]
pub fn Physical(props: &StageProps) -> Html {
    let root = use_node_ref();
    let content = use_node_ref();
    let size = use_size(&root);
    let acts = use_memo(props.clone(), |props| Acts::new(props, Callback::noop()));
    let acts = use_steady(Acts::clone(&acts));
    let vm = &props.vm;
    let shape = use_memo((vm.topics.clone(), vm.brokers.clone(), vm.controllers.len()), |_| BrokersShape::of(vm));
    let shape = use_steady(shape);
    let is_map = shape.is_map();
    let tiles = use_memo((vm.topics.clone(), vm.brokers.clone(), shape.clone()), |(topics, brokers, shape)| {
        if is_map { map::tiles(topics, brokers, shape) } else { map::Tiles::new() }
    });
    let tiles = use_steady(tiles);
    let names = use_steady(Rc::new(vm.topics.iter().map(|topic| topic.name.clone()).collect::<Vec<_>>()));
    let placed = use_memo((size, shape.clone()), |(size, shape)| {
        let place = |(width, height): (f32, f32)| Rc::new(layout_brokers(width, height, shape));
        size.filter(|(width, _)| *width > 0.0).map(place)
    });
    let height = placed.as_ref().as_ref().map(|layout| layout.height);
    use_effect_with(height, {
        let content = content.clone();
        move |height: &Option<f32>| {
            if let (Some(element), Some(height)) = (content.cast::<HtmlElement>(), height) {
                let _ = element.style().set_property("height", &format!("{height}px"));
            }
        }
    });
    use_arrival(&root, &props.left, height.is_some());
    let onclick = use_callback(acts.clone(), |event: MouseEvent, acts| {
        let on_ground = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| {
            let classes = target.class_list();
            classes.contains("stage") || classes.contains("stage-content")
        });
        if on_ground {
            acts.select(None);
        }
    });
    let mode = match (*placed).as_ref().map(|layout| layout.mode) {
        Some(Mode::Narrow) => "narrow",
        Some(Mode::Medium) => "medium",
        _ => "wide",
    };
    html! {
        <div class={classes!("stage", "physical", mode)} ref={root.clone()} {onclick}>
            if let (Some(layout), Some(size)) = ((*placed).clone(), size) {
                <Flights vm={vm.clone()} ground={Ground::Brokers(layout.clone())} {size} scroller={root} clock={props.clock.clone()} lang={props.lang} />
                <div class="stage-content" ref={content}>
                    { head(props, &layout, &acts) }
                    { controllers(props, &layout, &acts) }
                    { cards(props, &layout, (&shape, &tiles, &names), &acts) }
                    { arcs(vm, &layout) }
                </div>
                <div class="moved-box" role="status">
                    { for words::moved(&vm.copies.moved, vm, props.lang).map(|text| html! { <p class="moved">{ text }</p> }) }
                </div>
            }
        </div>
    }
}

/// The line over the cards: what there is, and what can be added.
fn head(props: &StageProps, layout: &BrokersLayout, acts: &Acts) -> Html {
    let (vm, lang) = (&props.vm, props.lang);
    let facts = words::facts(vm, lang);
    let open = |dialog: Dialog| {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| acts.open(dialog.clone()))
    };
    html! {
        <At rect={layout.head} class="physical-head">
            <h2>{ said::TITLE.source(lang) }</h2>
            <span class="topic-facts" title={facts.clone()}>{ facts.clone() }</span>
            <button type="button" class="quiet" onclick={props.on_measure.reform(|_: MouseEvent| true)} title={metrics::SHOW_ALT.source(lang)}
                aria-label={metrics::SHOW_ALT.source(lang)}>{ metrics::SHOW.source(lang) }</button>
            <button type="button" class="quiet" onclick={open(Dialog::AddBroker)}>{ kafkascope::i18n::stage::ADD_BROKER.source(lang) }</button>
            <button type="button" class="quiet" onclick={open(Dialog::CreateTopic)}>{ kafkascope::i18n::stage::ADD_TOPIC.source(lang) }</button>
        </At>
    }
}

/// Controllers apart from the brokers, if there are any.
fn controllers(props: &StageProps, layout: &BrokersLayout, acts: &Acts) -> Html {
    let (vm, lang) = (&props.vm, props.lang);
    if vm.controllers.is_empty() {
        return Html::default();
    }
    let card = |(view, &rect): (&Rc<BrokerView>, &Rect)| {
        let halo = Halo::of(props, |place| *place == Place::Broker(view.id));
        html! {
            <Apart key={view.id} view={view.clone()} {rect} active={vm.controller == Some(view.id)} since_us={vm.copies.since_us(view.id)}
                {halo} {lang} acts={acts.clone()} />
        }
    };
    html! { <ul class="bcards" aria-label={said::APART.source(lang)}>{ for vm.controllers.iter().zip(&layout.controllers).map(card) }</ul> }
}

/// What the map is made of.
type Mapped<'a> = (&'a Rc<BrokersShape>, &'a Rc<map::Tiles>, &'a Rc<Vec<String>>);

fn cards(props: &StageProps, layout: &Rc<BrokersLayout>, (shape, tiles, names): Mapped<'_>, acts: &Acts) -> Html {
    let (vm, lang) = (&props.vm, props.lang);
    match &layout.cards {
        BrokerCards::Rows { cards, geom } => {
            let geom = Rc::new(geom.clone());
            let several = vm.topics.iter().filter(|topic| !topic.internal).count() > 1;
            let card = |(view, at): (&Rc<BrokerView>, &CardLayout)| {
                let halo = Halo::of(props, |place| *place == Place::Broker(view.id));
                html! {
                    <Card key={view.id} view={view.clone()} layout={Rc::new(at.clone())} geom={geom.clone()} held={held(vm, view.id, at)}
                        most={most(vm)} keys={vm.keys.clone()} controller={vm.controller == Some(view.id)} since_us={vm.copies.since_us(view.id)}
                        {several} {halo} halos={halos(props)} {lang} acts={acts.clone()} />
                }
            };
            html! {
                <ul class="bcards" aria-label={said::CARDS.source(lang)}>
                    { for vm.brokers.iter().zip(cards).map(card) }
                </ul>
            }
        }
        BrokerCards::Map(_) => html! {
            <BrokersMap tiles={tiles.clone()} names={names.clone()} brokers={vm.brokers.clone()} controller={vm.controller} layout={layout.clone()} shape={shape.clone()}
                selection={props.selection.clone()} {lang} acts={acts.clone()} />
        },
    }
}

/// A replica as a card is handed it: its partition, and its records where it is drawn with cells.
pub type Held = (Rc<PartitionView>, Option<Rc<CopyView>>);

/// What a broker holds, in the order of its card's rows.
fn held(vm: &ViewModel, broker: u32, card: &CardLayout) -> Vec<Held> {
    let view = |row: &kafkascope::view::geometry::CopyPlace| {
        let partition = vm.topics.get(row.topic)?.partitions.get(row.partition)?;
        let copy = vm.copies.of(&partition.topic, partition.partition, broker).cloned();
        Some((partition.clone(), copy))
    };
    card.rows.iter().filter_map(view).collect()
}

/// The log end that fills a bar: the largest there is.
fn most(vm: &ViewModel) -> i64 {
    let users = vm.topics.iter().filter(|topic| !topic.internal);
    users.flat_map(|topic| &topic.partitions).map(|one| one.log_end).max().unwrap_or(0).max(1)
}

/// Partitions that are set off.
fn halos(props: &StageProps) -> Vec<(Place, Halo)> {
    let places = props.selection.iter().chain(props.lit.iter()).filter(|place| matches!(place, Place::Partition(..)));
    let mut halos: Vec<(Place, Halo)> = Vec::new();
    for place in places {
        if halos.iter().all(|(known, _)| known != place) {
            halos.push((place.clone(), Halo::of(props, |other| other == place)));
        }
    }
    halos
}

/// The one element that stands for a partition on this lens: its leader's row, or that of its first replica.
fn stands_for(view: &PartitionView, broker: u32) -> Option<String> {
    let one = view.leader.or(view.replicas.first().map(|replica| replica.broker));
    (one == Some(broker)).then(|| place_id(&Place::Partition(view.topic.clone(), view.partition)))
}

/// The place of a partition, to open.
fn place_of(view: &PartitionView) -> Place {
    Place::Partition(view.topic.clone(), view.partition)
}

/// A template's text as an attribute.
fn tr(template: &'static kafkascope::i18n::Template, lang: Lang) -> &'static str {
    template.source(lang)
}
