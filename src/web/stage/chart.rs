//! A small bar chart of what waits in a producer's accumulator, a bar a partition.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::model::{KeyMark, ProducerView, QueuedBatch},
};
use yew::prelude::*;

use super::{cells::key_mark, marks::px};

/// Records that fill the chart when no partition has more.
const FULL: u32 = 8;
/// The chart's own width; it is stretched to the card's.
const WIDTH: f32 = 150.0;

/// Properties of [`Chart`].
#[derive(Properties, PartialEq)]
pub struct ChartProps {
    /// The producer.
    pub view: Rc<ProducerView>,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// Partitions of its topic.
    pub partitions: usize,
    /// With an axis under it.
    pub roomy: bool,
    /// Language of all text.
    pub lang: Lang,
}

/// The chart.
#[component]
pub fn Chart(props: &ChartProps) -> Html {
    let ChartProps { view, keys, partitions, roomy, lang } = props;
    let count = (*partitions).max(1);
    let height = if *roomy { 32.0 } else { 22.0 };
    let most = view.queued.iter().map(|batch| batch.records).max().unwrap_or(0).max(FULL);
    let pitch = WIDTH / count as f32;
    let gap = (pitch * 0.18).min(4.0);
    let base = height - 3.0;
    let x = |partition: usize| partition as f32 * pitch + gap / 2.0;
    let bar = |batch: &QueuedBatch| {
        let class = match key_mark(keys, batch.key) {
            Some(mark) => format!("bar k{}", mark.color % 8),
            None => "bar kn".to_owned(),
        };
        let tall = (batch.records as f32 / most as f32 * (height - 4.0)).max(4.0).round();
        let at = usize::try_from(batch.partition).unwrap_or(0).min(count - 1);
        html! {
            <rect key={format!("batch-{}", batch.partition)} {class} x={px(x(at))} y={px(height - tall)} width={px(pitch - gap)}
                height={px(tall)} rx="2" />
        }
    };
    let waiting = || view.queued.iter().filter(|batch| batch.records > 0);
    html! {
        <div class="chart">
            <svg viewBox={format!("0 0 {WIDTH} {height}")} preserveAspectRatio="none" role="img" aria-label={alt(view, *lang)}>
                { for (0..count).map(|at| html! {
                    <rect key={at} class="bar none" x={px(x(at))} y={px(base)} width={px(pitch - gap)} height="3" rx="1.5" />
                }) }
                { for waiting().map(bar) }
            </svg>
            if *roomy {
                <div class="chart-axis" aria-hidden="true">
                    <span>{ "P0" }</span>
                    <span>{ stage::BATCHES.source(*lang) }</span>
                    <span>{ format!("P{}", count - 1) }</span>
                </div>
            }
        </div>
    }
}

fn alt(view: &ProducerView, lang: Lang) -> String {
    let parts: Vec<_> = view
        .queued
        .iter()
        .filter(|batch| batch.records > 0)
        .map(|batch| stage::CHART_PART.with("partition", batch.partition).with("n", batch.records).into())
        .collect();
    if parts.is_empty() {
        stage::CHART_EMPTY.source(lang).to_owned()
    } else {
        stage::CHART_ALT.with("parts", parts).plain(lang)
    }
}
