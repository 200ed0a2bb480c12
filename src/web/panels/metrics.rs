//! Kafka's own metrics: was, now, change.

use kafkascope::{
    history::Measured,
    i18n::Lang,
    view::metrics::{self as words, METRICS, Metric},
};
use yew::prelude::*;

use crate::say::tr;

/// Props of [`MetricsTable`].
#[derive(Clone, PartialEq, Properties)]
pub struct MetricsTableProps {
    /// The values with which those of now are compared.
    pub was: Measured,
    /// The values now.
    pub now: Measured,
    /// Language.
    pub lang: Lang,
}

/// The table; on a wide page in two halves side by side.
#[component]
pub fn MetricsTable(props: &MetricsTableProps) -> Html {
    let half = |from: usize| {
        html! {
            <table>
                <thead><tr>
                    <th scope="col">{ tr(&words::METRIC, props.lang) }</th>
                    <th scope="col">{ tr(&words::WAS, props.lang) }</th>
                    <th scope="col">{ tr(&words::NOW, props.lang) }</th>
                    <th scope="col">{ tr(&words::CHANGE, props.lang) }</th>
                </tr></thead>
                <tbody>{ for METRICS.iter().skip(from).take(METRICS.len() / 2).map(|metric| row(metric, props)) }</tbody>
            </table>
        }
    };
    html! {
        <div class="metrics-tables" role="group" aria-label={tr(&words::TITLE, props.lang)}>
            { half(0) }
            { half(METRICS.len() / 2) }
        </div>
    }
}

fn row(metric: &Metric, MetricsTableProps { was, now, lang }: &MetricsTableProps) -> Html {
    let (was, now) = ((metric.value)(was), (metric.value)(now));
    let change = match now - was {
        0 => "0".to_owned(),
        more if more > 0 => format!("+{more}"),
        less => format!("−{}", -less),
    };
    let unsound = metric.sound.is_some_and(|sound| sound != now);
    let title = format!("{}\n{}", metric.help.text().plain(*lang), metric.mbean);
    html! {
        <tr key={metric.name} class={classes!((was != now).then_some("changed"), unsound.then_some("unsound"))} {title}>
            <th scope="row"><code>{ metric.name }</code></th>
            <td>{ was }</td>
            <td class="metrics-now">{ now }</td>
            <td>{ change }</td>
        </tr>
    }
}
