//! A topic's section: its heading and its partitions as rows of cells, as bars or as a map.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::{Rect, TopicLayout, TopicRows},
        model::{KeyMark, PartitionView, Place, TopicView},
    },
};
use yew::prelude::*;

use super::{
    acts::{Acts, Halo, doer},
    bar::Bar,
    folds::FoldAct,
    map::Map,
    row::Row,
    spot::use_rect,
};
use crate::stage_api::{Dialog, StageProps, place_id};

/// Properties of [`Topic`].
#[derive(Properties, PartialEq)]
pub struct TopicProps {
    /// The topic.
    pub view: Rc<TopicView>,
    /// Where everything of it stands.
    pub layout: Rc<TopicLayout>,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// Language of all text.
    pub lang: Lang,
    /// Is the topic itself set off?
    pub halo: Halo,
    /// Partitions that are set off.
    pub halos: Vec<(i32, Halo)>,
    /// What it can ask for.
    pub acts: Acts,
}

impl TopicProps {
    /// Which partitions of this topic are set off.
    pub fn halos(props: &StageProps, topic: &str) -> Vec<(i32, Halo)> {
        let mut numbers: Vec<i32> = props
            .selection
            .iter()
            .chain(props.lit.iter())
            .filter_map(|place| match place {
                Place::Partition(name, partition) if name == topic => Some(*partition),
                _ => None,
            })
            .collect();
        kafkascope::sim::sort_by(&mut numbers, Ord::cmp);
        numbers.dedup();
        let is = |place: &Place, at: i32| matches!(place, Place::Partition(name, n) if name == topic && *n == at);
        numbers.into_iter().map(|at| (at, Halo::of(props, |place| is(place, at)))).collect()
    }
}

/// A topic's section.
#[component]
pub fn Topic(props: &TopicProps) -> Html {
    let TopicProps { view, layout, keys, lang, acts, .. } = props;
    let lang = *lang;
    let halo =
        |partition: i32| props.halos.iter().find(|(at, _)| *at == partition).map_or(Halo::default(), |(_, halo)| *halo);
    let row = |partition: &Rc<PartitionView>, rect: Rect, geom, closable: bool| {
        html! {
            <Row key={partition.partition} view={partition.clone()} keys={keys.clone()} {rect} {geom} {lang}
                halo={halo(partition.partition)} {closable} acts={acts.clone()} />
        }
    };
    let rows = match &layout.rows {
        TopicRows::Folded => html! {},
        TopicRows::Cells { rows, geom } => {
            let geom = Rc::new(geom.clone());
            let rows = view.partitions.iter().zip(rows).map(|(one, &rect)| row(one, rect, geom.clone(), false));
            html! { <ol class="rows">{ for rows }</ol> }
        }
        TopicRows::Bars { rows, opened, geom } => {
            let geom = Rc::new(geom.clone());
            let most = view.partitions.iter().map(|one| one.log_end).max().unwrap_or(0).max(1);
            let rows = view.partitions.iter().zip(rows).enumerate().map(|(at, (one, &rect))| {
                if *opened == Some(at) {
                    return row(one, rect, geom.clone(), true);
                }
                html! {
                    <Bar key={one.partition} view={one.clone()} {rect} {most} {lang} halo={halo(one.partition)}
                        acts={acts.clone()} />
                }
            });
            html! { <ol class="rows">{ for rows }</ol> }
        }
        TopicRows::Map { opened, geom, grid } => {
            let opened = opened.and_then(|(at, rect)| Some((view.partitions.get(at)?, rect)));
            html! {
                <>
                    if let Some((one, rect)) = opened {
                        <ol class="rows">{ row(one, rect, Rc::new(geom.clone()), true) }</ol>
                    }
                    <Map view={view.clone()} grid={*grid} {lang} acts={acts.clone()} />
                </>
            }
        }
    };
    html! {
        <section class={classes!("topic", view.internal.then_some("internal"))} aria-label={view.name.clone()}>
            <TopicHead view={view.clone()} rect={layout.head} folded={layout.rows == TopicRows::Folded} {lang}
                halo={props.halo} acts={acts.clone()} />
            { rows }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct TopicHeadProps {
    view: Rc<TopicView>,
    rect: Rect,
    folded: bool,
    lang: Lang,
    halo: Halo,
    acts: Acts,
}

/// Name and facts of a topic; of an internal one, the line that opens it.
#[component]
fn TopicHead(props: &TopicHeadProps) -> Html {
    let TopicHeadProps { view, folded, lang, .. } = props;
    let lang = *lang;
    let node = use_rect(props.rect);
    let onclick =
        use_callback((view.name.clone(), props.acts.clone()), |event: MouseEvent, (name, acts)| {
            match doer(&event).as_ref().map(|(what, _)| what.as_str()) {
                Some("add") => acts.open(Dialog::AddPartitions(name.clone())),
                Some("fold") => acts.fold(FoldAct::Internal(name.clone())),
                Some("self") => acts.select(Some(Place::Topic(name.clone()))),
                _ => {}
            }
        });
    let name = html! {
        <button type="button" class="topic-name" id={place_id(&Place::Topic(view.name.clone()))} data-do="self"
            title={view.name.clone()}>{ &view.name }</button>
    };
    let class = classes!("at", "topic-head", folded.then_some("folded"), props.halo.class());
    let count = view.partitions.len();
    if view.internal {
        let label = if *folded { &stage::OPEN_INTERNAL } else { &stage::CLOSE_INTERNAL };
        return html! {
            <div {class} ref={node} {onclick}>
                <h2>{ name }</h2>
                <span class="topic-facts">{ stage::TOPIC_INTERNAL.with("n", count).plain(lang) }</span>
                <button type="button" class="quiet end" data-do="fold" aria-expanded={if *folded { "false" } else { "true" }}>
                    { label.source(lang) }
                </button>
            </div>
        };
    }
    let facts = stage::TOPIC_FACTS
        .with("n", count)
        .with("rf", view.replication_factor)
        .with("isr", view.min_insync_replicas)
        .plain(lang);
    html! {
        <div {class} ref={node} {onclick}>
            <h2>{ name }</h2>
            <span class="topic-facts" title={facts.clone()}>{ facts }</span>
            <span class="topic-direction" aria-hidden="true">{ stage::TOPIC_DIRECTION.source(lang) }</span>
            <button type="button" class="quiet end" data-do="add"
                aria-label={format!("{} {}", stage::ADD_PARTITION.source(lang),
                    stage::ADD_PARTITION_TO.with("topic", view.name.as_str()).plain(lang))}>
                { stage::ADD_PARTITION.source(lang) }
            </button>
        </div>
    }
}
