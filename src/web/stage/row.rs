//! A partition as a card: number, leader, replicas, the strip of its newest records, marks and lag.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::{
            Rect,
            strip::{self, RowGeom, Window},
        },
        model::{GroupMark, KeyMark, PartitionView, Place, ReplicaView},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    acts::{Acts, Halo, doer},
    cells::Strip,
    folds::FoldAct,
    marks::Marks,
    rove,
    spot::use_rect,
    words,
};
use crate::stage_api::place_id;

/// Lag from which on it is set off: less is the ordinary course of things.
pub const LAG_NOTICED: i64 = 3;

/// Properties of [`Row`].
#[derive(Properties, PartialEq)]
pub struct RowProps {
    /// The partition.
    pub view: Rc<PartitionView>,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// Where the card stands.
    pub rect: Rect,
    /// What stands where in it.
    pub geom: Rc<RowGeom>,
    /// Language of all text.
    pub lang: Lang,
    /// Set off from the others?
    pub halo: Halo,
    /// It was opened out of a bar or a map and can be closed again.
    #[prop_or_default]
    pub closable: bool,
    /// What it can ask for.
    pub acts: Acts,
}

/// A partition's card.
#[component]
pub fn Row(props: &RowProps) -> Html {
    let RowProps { view, keys, geom, lang, .. } = props;
    let lang = *lang;
    let card = use_rect(props.rect);
    let label = use_rect(geom.label);
    let chips = use_rect(geom.chips.within(&geom.label));
    let lag = use_rect(geom.lag);
    let onclick = use_callback(
        (view.topic.clone(), view.partition, props.acts.clone()),
        |event: MouseEvent, (topic, partition, acts)| click(&event, topic, *partition, acts),
    );
    let onkeydown = use_callback(
        (view.topic.clone(), view.partition, props.acts.clone()),
        |event: KeyboardEvent, (topic, partition, acts)| match doer(&event) {
            Some((what, element)) if what == "hw" && matches!(event.key().as_str(), "Enter" | " ") => {
                event.prevent_default();
                acts.why(WhyKey::NotVisible { topic: topic.clone(), partition: *partition }, Some(element));
            }
            _ => rove::step(&event),
        },
    );
    let place = Place::Partition(view.topic.clone(), view.partition);
    let name = words::partition_name(view);
    let strip_label = use_memo((name.clone(), lang), |(name, lang)| {
        AttrValue::from(stage::RECORDS_OF.with("name", name.as_str()).plain(*lang))
    });
    let window = Window::of(view, geom.slots);
    let class = classes!("at", "row", density_class(geom), props.halo.class(), view.leader.is_none().then_some("lost"));
    let leader = match view.leader {
        Some(id) => stage::LEADER.with("id", id),
        None => stage::NO_LEADER.text(),
    };
    html! {
        <li {class} ref={card} data-strip={name.clone()} {onclick} {onkeydown}>
            <div class="at label" ref={label}>
                <button type="button" class="pnum" id={place_id(&place)} data-do="self"
                    aria-label={words::partition_alt(view, lang)}>{ format!("P{}", view.partition) }</button>
                <span class="leader">{ leader.plain(lang) }</span>
                <span class="at chips" ref={chips}>{ replicas(view, &geom.chips, lang) }</span>
            </div>
            <Strip view={view.clone()} keys={keys.clone()} geom={geom.clone()} {window} label={(*strip_label).clone()} {lang} />
            <Marks view={view.clone()} geom={geom.clone()} {window} {lang} width={props.rect.w} height={props.rect.h} />
            <div class="at lag" ref={lag}>{ lags(view, geom, &name, lang) }</div>
            if props.closable {
                <button type="button" class="row-close" data-do="close"
                    aria-label={stage::CLOSE_PARTITION.with("name", name.as_str()).plain(lang)}>{ "×" }</button>
            }
        </li>
    }
}

fn density_class(geom: &RowGeom) -> &'static str {
    use kafkascope::view::geometry::Density;
    match (geom.density, geom.stacked) {
        (Density::Roomy, false) => "roomy",
        (Density::Cosy, false) => "cosy",
        (Density::Compact, false) => "compact",
        (Density::Roomy, true) => "roomy stacked",
        (Density::Cosy, true) => "cosy stacked",
        (Density::Compact, true) => "compact stacked",
    }
}

/// Does what was clicked says (`data-do`); anywhere else on the card selects the partition.
fn click(event: &MouseEvent, topic: &str, partition: i32, acts: &Acts) {
    let topic = topic.to_owned();
    let Some((what, element)) = doer(event) else {
        return acts.select(Some(Place::Partition(topic, partition)));
    };
    match what.as_str() {
        "cell" => {
            if let Some(offset) = element.get_attribute("value").and_then(|value| value.parse().ok()) {
                acts.why(WhyKey::Partition { topic, partition, offset }, Some(element));
            }
        }
        "new" | "hw" => acts.why(WhyKey::NotVisible { topic, partition }, Some(element)),
        "lag" => {
            let group = element.get_attribute("value").unwrap_or_default();
            acts.why(WhyKey::Lag { group, topic, partition }, Some(element));
        }
        "close" => acts.fold(FoldAct::Partition(topic, None)),
        _ => acts.select(Some(Place::Partition(topic, partition))),
    }
}

/// One chip a replica: the leader's solid, red dashes where the broker is dead, hollow where it is out of sync.
fn replicas(view: &PartitionView, area: &Rect, lang: Lang) -> Html {
    let room = strip::chips(area, view.replicas.iter().map(|replica| replica.broker)).len();
    let hidden = view.replicas.len() - room;
    let chip = |replica: &ReplicaView| {
        let (class, title) = match replica {
            ReplicaView { alive: false, .. } => ("chip dead", stage::REPLICA_DEAD.with("id", replica.broker)),
            ReplicaView { leader: true, .. } => ("chip lead", stage::REPLICA_LEADER.with("id", replica.broker)),
            ReplicaView { in_sync: false, .. } => {
                ("chip behind", stage::REPLICA_BEHIND.with("id", replica.broker).with("end", replica.log_end))
            }
            _ => ("chip", stage::REPLICA_IN_SYNC.with("id", replica.broker)),
        };
        let wide = match replica.broker {
            0..=9 => "w1",
            10..=99 => "w2",
            _ => "w3",
        };
        html! { <span class={classes!(class, wide)} title={title.plain(lang)}>{ format!("B{}", replica.broker) }</span> }
    };
    html! {
        <>
            { for view.replicas.iter().take(room).map(chip) }
            if hidden > 0 {
                <span class="chip w1 rest">{ format!("+{hidden}") }</span>
            }
        </>
    }
}

/// The lags that have room, and how many have none.
pub fn shown_lags<'a>(view: &'a PartitionView, geom: &RowGeom) -> (Vec<(&'a GroupMark, i64)>, usize) {
    let mut lags: Vec<_> = view.marks.iter().filter_map(|mark| mark.lag.map(|lag| (mark, lag))).collect();
    let lines = geom.lag_lines();
    let rest = if lags.len() > lines { lags.len() - (lines - 1) } else { 0 };
    lags.truncate(lags.len() - rest);
    (lags, rest)
}

/// The lag of each group: in words if there is one, with the group's triangle if there are several.
fn lags(view: &PartitionView, geom: &RowGeom, name: &str, lang: Lang) -> Html {
    let (lags, rest) = shown_lags(view, geom);
    let several = lags.len() + rest > 1;
    let one = |&(mark, lag): &(&GroupMark, i64)| {
        let alt = stage::LAG_OF.with("group", mark.group.as_str()).with("name", name).with("n", lag).plain(lang);
        let class = classes!("lag-one", (lag >= LAG_NOTICED).then_some("warn"));
        html! {
            <button key={mark.group.clone()} type="button" {class} data-do="lag" value={mark.group.clone()}
                aria-label={alt.clone()} title={alt}>
                if several {
                    <svg class={format!("swatch g{}", mark.color % 4)} viewBox="0 0 10 8" aria-hidden="true">
                        <path d="M5 0 10 8H0z" />
                    </svg>
                    { lag }
                } else {
                    { stage::LAG.with("n", lag).plain(lang) }
                }
            </button>
        }
    };
    html! {
        <>
            { for lags.iter().map(one) }
            if rest > 0 {
                <span class="lag-rest">{ stage::LAG_MORE.with("n", rest).plain(lang) }</span>
            }
        </>
    }
}
