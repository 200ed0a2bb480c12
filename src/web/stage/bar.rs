//! A partition of a large topic as a bar: log start to log end, the high watermark, commits as ticks.

use std::rc::Rc;

use kafkascope::{
    i18n::Lang,
    view::{
        geometry::Rect,
        model::{PartitionView, Place},
    },
};
use yew::prelude::*;

use super::{
    acts::{Acts, Halo},
    folds::FoldAct,
    marks::px,
    spot::use_rect,
    words,
};
use crate::stage_api::place_id;

/// Properties of [`Bar`].
#[derive(Properties, PartialEq)]
pub struct BarProps {
    /// The partition.
    pub view: Rc<PartitionView>,
    /// Where it stands.
    pub rect: Rect,
    /// The log end that fills the width: the largest of the topic.
    pub most: i64,
    /// Language of all text.
    pub lang: Lang,
    /// Set off from the others?
    pub halo: Halo,
    /// What it can ask for.
    pub acts: Acts,
}

/// Width that the label takes.
const LABEL: f32 = 52.0;
/// Width that the number of records takes.
const COUNT: f32 = 60.0;

/// A partition's bar; a click opens its cells.
#[component]
pub fn Bar(props: &BarProps) -> Html {
    let BarProps { view, rect, most, lang, .. } = props;
    let node = use_rect(*rect);
    let onclick = use_callback(
        (view.topic.clone(), view.partition, props.acts.clone()),
        |_: MouseEvent, (topic, partition, acts)| acts.fold(FoldAct::Partition(topic.clone(), Some(*partition))),
    );
    let width = rect.w - LABEL - COUNT;
    let x = |offset: i64| LABEL + (offset as f64 / *most as f64 * f64::from(width)) as f32;
    let bar = |class: &'static str, from: i64, to: i64| {
        let (left, right) = (x(from), x(to));
        html! { <rect {class} x={px(left)} y="5" width={px((right - left).max(0.0))} height="12" rx="2" /> }
    };
    let tick = |mark: &kafkascope::view::model::GroupMark| {
        let at = x(mark.committed?);
        let class = format!("tri g{}", mark.color % 4);
        let d = format!("M{at:.1} 17L{:.1} 24H{:.1}Z", at + 4.0, at - 4.0);
        Some(html! { <path key={mark.group.clone()} {class} {d} /> })
    };
    let hw = x(view.high_watermark);
    let lost = view.leader.is_none().then_some("lost");
    html! {
        <li class={classes!("at", "bar-row", props.halo.class(), lost)} ref={node}>
            <button type="button" class="bar-button" {onclick} id={place_id(&Place::Partition(view.topic.clone(), view.partition))}
                aria-expanded="false" aria-label={words::partition_alt(view, *lang)}>
                <span class="pnum">{ format!("P{}", view.partition) }</span>
                <svg class="at bar-svg" width={px(rect.w)} height={px(rect.h)} aria-hidden="true">
                    <rect class="bar-track" x={px(LABEL)} y="5" width={px(width)} height="12" rx="3" />
                    { bar("bar-log", view.log_start, view.high_watermark) }
                    { bar("bar-new", view.high_watermark, view.log_end) }
                    <path class="rule" d={format!("M{hw:.1} 3V19")} />
                    { for view.marks.iter().filter_map(tick) }
                </svg>
                <span class="bar-count">{ view.log_end - view.log_start }</span>
            </button>
        </li>
    }
}
