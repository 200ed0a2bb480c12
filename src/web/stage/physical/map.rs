//! A large cluster as a map: a small card a broker on the page, and all tiles on one canvas, drawn anew only when a
//! replica changed what it is. A click on a tile opens its partition, one on a name its broker.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, brokers as said},
    view::{
        geometry::{BrokerCards, BrokersLayout, BrokersShape, MapCard, Rect},
        model::{BrokerView, PartitionView, Place, ReplicaView, TopicView},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::prelude::*;

use super::{
    super::{
        acts::Acts,
        flights::{palette::Palette, palette::use_theme, pen},
        spot::use_rect,
    },
    tr, words,
};
use crate::stage_api::place_id;

/// Properties of [`BrokersMap`].
#[derive(Properties, PartialEq)]
pub struct BrokersMapProps {
    /// What each replica is, by broker and in the order of the shape. The same value while no tile changes, so that a
    /// record draws nothing anew.
    pub tiles: Rc<Tiles>,
    /// The names of topics, by index.
    pub names: Rc<Vec<String>>,
    /// Brokers by id.
    pub brokers: Vec<Rc<BrokerView>>,
    /// The active controller.
    pub controller: Option<u32>,
    /// Where everything stands.
    pub layout: Rc<BrokersLayout>,
    /// Which replica a tile is.
    pub shape: Rc<BrokersShape>,
    /// What the inspector shows.
    pub selection: Option<Place>,
    /// Language of all text.
    pub lang: Lang,
    /// What it can ask for.
    pub acts: Acts,
}

/// The tiles of all brokers.
pub type Tiles = Vec<Vec<Tile>>;

/// What a tile says: all that is drawn of a replica here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tile {
    /// Leads.
    Leader,
    /// Is in the ISR.
    Follower,
    /// Is not.
    Out,
    /// Its broker is not running.
    Gone,
}

/// The map.
#[component]
pub fn BrokersMap(props: &BrokersMapProps) -> Html {
    let BrokersMapProps { tiles, names, brokers, layout, shape, lang, acts, .. } = props;
    let lang = *lang;
    let theme = use_theme();
    let canvas = use_node_ref();
    use_effect_with((tiles.clone(), layout.clone(), theme), {
        let canvas = canvas.clone();
        move |(tiles, layout, _): &(Rc<Tiles>, Rc<BrokersLayout>, u32)| {
            if let (Some(canvas), BrokerCards::Map(cards)) = (canvas.cast::<HtmlCanvasElement>(), &layout.cards) {
                draw(&canvas, layout, cards, tiles);
            }
        }
    });
    let onclick = use_callback((layout.clone(), shape.clone(), names.clone(), acts.clone()), {
        let canvas = canvas.clone();
        move |event: MouseEvent, (layout, shape, names, acts): &Asked| {
            // A name is a button and does what it says.
            let Some(canvas) = canvas.cast::<HtmlCanvasElement>().filter(|_| !on_button(&event)) else { return };
            event.stop_propagation();
            let corner = canvas.get_bounding_client_rect();
            let (x, y) = (f64::from(event.client_x()) - corner.left(), f64::from(event.client_y()) - corner.top());
            let place = layout.tile_at(x as f32, y as f32).and_then(|(broker, index)| {
                let (topic, partition) = *shape.brokers.get(broker)?.copies.get(index)?;
                Some(Place::Partition(names.get(topic)?.clone(), i32::try_from(partition).ok()?))
            });
            acts.select(place);
        }
    });
    let BrokerCards::Map(cards) = &layout.cards else { return Html::default() };
    let card = |((view, card), tiles): ((&Rc<BrokerView>, &MapCard), &Vec<Tile>)| {
        let behind = tiles.iter().filter(|tile| matches!(tile, Tile::Out)).count();
        html! {
            <MapName key={view.id} view={view.clone()} rect={card.rect} {behind} controller={props.controller == Some(view.id)}
                selected={props.selection == Some(Place::Broker(view.id))} {lang} acts={acts.clone()} />
        }
    };
    html! {
        <>
            <ul class="bmap" aria-label={tr(&said::CARDS, lang)} title={tr(&said::MAP_HINT, lang)} {onclick}>
                { for brokers.iter().zip(cards).zip(tiles.iter()).map(card) }
            </ul>
            <canvas class="bmap-tiles" ref={canvas} aria-hidden="true"></canvas>
        </>
    }
}

/// What a click on the map needs.
type Asked = (Rc<BrokersLayout>, Rc<BrokersShape>, Rc<Vec<String>>, Acts);

fn on_button(event: &MouseEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest("button").ok().flatten().is_some())
}

/// The tiles of a picture.
pub fn tiles(topics: &[Rc<TopicView>], brokers: &[Rc<BrokerView>], shape: &BrokersShape) -> Tiles {
    let tile = |broker: u32, one: &PartitionView| match one.replica_on(broker) {
        Some(ReplicaView { alive: false, .. }) | None => Tile::Gone,
        Some(ReplicaView { leader: true, .. }) => Tile::Leader,
        Some(ReplicaView { in_sync: true, .. }) => Tile::Follower,
        Some(_) => Tile::Out,
    };
    let of = |(view, at): (&Rc<BrokerView>, &kafkascope::view::geometry::BrokerShape)| {
        let one = |(topic, partition): &(usize, usize)| topics.get(*topic)?.partitions.get(*partition);
        at.copies.iter().map(|copy| one(copy).map_or(Tile::Gone, |one| tile(view.id, one))).collect()
    };
    brokers.iter().zip(&shape.brokers).map(of).collect()
}

/// One path a kind of tile: a few calls for thousands of tiles.
fn draw(canvas: &HtmlCanvasElement, layout: &BrokersLayout, cards: &[MapCard], tiles: &[Vec<Tile>]) {
    let Some(pen) = pen(canvas, layout.width, layout.height) else { return };
    let palette = Palette::read();
    for kind in [Tile::Leader, Tile::Follower, Tile::Out, Tile::Gone] {
        pen.begin_path();
        for (card, tiles) in cards.iter().zip(tiles) {
            for (at, _) in tiles.iter().enumerate().filter(|(_, tile)| **tile == kind) {
                let inset = if matches!(kind, Tile::Out | Tile::Gone) { 0.75 } else { 0.0 };
                let Rect { x, y, w, h } = card.grid.tile(at);
                let (x, y, w, h) = (f64::from(x), f64::from(y), f64::from(w), f64::from(h));
                pen.rect(x + inset, y + inset, w - 2.0 * inset, h - 2.0 * inset);
            }
        }
        paint(&pen, &palette, kind);
    }
}

fn paint(pen: &CanvasRenderingContext2d, palette: &Palette, kind: Tile) {
    match kind {
        Tile::Leader | Tile::Follower => {
            pen.set_global_alpha(if kind == Tile::Leader { 1.0 } else { 0.34 });
            pen.set_fill_style_str(&palette.accent);
            pen.fill();
        }
        Tile::Out | Tile::Gone => {
            pen.set_global_alpha(1.0);
            pen.set_line_width(1.5);
            pen.set_stroke_style_str(if kind == Tile::Out { &palette.warn } else { &palette.bad });
            pen.stroke();
        }
    }
    pen.set_global_alpha(1.0);
}

#[derive(Properties, PartialEq)]
struct MapNameProps {
    view: Rc<BrokerView>,
    rect: Rect,
    behind: usize,
    controller: bool,
    selected: bool,
    lang: Lang,
    acts: Acts,
}

/// A broker's small card, of which the tiles are on the canvas over it.
#[component]
fn MapName(props: &MapNameProps) -> Html {
    let MapNameProps { view, behind, controller, lang, .. } = props;
    let node = use_rect(props.rect);
    let onclick = use_callback((view.id, props.acts.clone()), |_: MouseEvent, (id, acts)| {
        acts.select(Some(Place::Broker(*id)));
    });
    let (class, state) = words::state(view, *behind, None, *lang);
    let alt = words::card(view, *controller, &state, *behind, *lang);
    let dead = !view.is_up();
    html! {
        <li class={classes!("at", "bmap-card", class, props.selected.then_some("selected"))} ref={node}>
            <button type="button" {onclick} id={place_id(&Place::Broker(view.id))} aria-label={alt.clone()} title={alt}>
                <svg class="broker-state" viewBox="0 0 10 10" aria-hidden="true">
                    if dead { <path d="M2 2 8 8M8 2 2 8" /> } else { <circle cx="5" cy="5" r="3.4" /> }
                </svg>
                { format!("B{}", view.id) }
                if *controller {
                    <svg class="controller" viewBox="0 0 12 10" aria-hidden="true"><path d="M1 9V2l2.6 2.6L6 1l2.4 3.6L11 2v7z" /></svg>
                }
                if *behind > 0 { <span class="bmap-behind">{ *behind }</span> }
            </button>
        </li>
    }
}
