//! Kafka's own metrics beside a fault: was, now, change.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, moment},
    view::metrics::{self as words, Against, METRICS, Metric, Table},
};
use yew::prelude::*;

use crate::say::{say, tr};

/// Props of [`MetricsTable`].
#[derive(Clone, PartialEq, Properties)]
pub struct MetricsTableProps {
    /// The values, if there is anything to compare.
    pub table: Option<Rc<Table>>,
    /// Language.
    pub lang: Lang,
    /// Compares from here on (true), or with before the last fault.
    pub on_measure: Callback<bool>,
}

/// The table; on a wide page in two halves side by side.
#[component]
pub fn MetricsTable(props: &MetricsTableProps) -> Html {
    let MetricsTableProps { table, lang, on_measure } = props;
    let lang = *lang;
    let from_here = on_measure.reform(|_: MouseEvent| true);
    let from_fault = on_measure.reform(|_: MouseEvent| false);
    let against = table.as_ref().map(|table| match &table.against {
        Against::Fault(command) => {
            words::BEFORE.with("command", command.as_str()).with("at", moment(table.was.time_us))
        }
        Against::Moment => words::SINCE.with("at", moment(table.was.time_us)),
    });
    let chosen = table.as_ref().is_some_and(|table| table.against == Against::Moment);
    html! {
        <section class="metrics" aria-label={tr(&words::TITLE, lang)}>
            <div class="metrics-head">
                <h3>{ tr(&words::TITLE, lang) }</h3>
                <span class="metrics-against">
                    if let Some(against) = against { { say(&against, lang) } } else { { tr(&words::NOTHING, lang) } }
                </span>
                <button type="button" class="quiet" onclick={from_here}>{ tr(&words::FROM_HERE, lang) }</button>
                if chosen { <button type="button" class="quiet" onclick={from_fault}>{ tr(&words::FROM_FAULT, lang) }</button> }
            </div>
            if let Some(table) = table {
                <div class="metrics-tables">
                    { half(table, 0, lang) }
                    { half(table, METRICS.len() / 2, lang) }
                </div>
            }
        </section>
    }
}

fn half(table: &Table, from: usize, lang: Lang) -> Html {
    let values = table.was.values.into_iter().zip(table.now.values);
    let rows = METRICS.iter().zip(values).skip(from).take(METRICS.len() / 2);
    html! {
        <table>
            <thead><tr>
                <th scope="col">{ tr(&words::METRIC, lang) }</th>
                <th scope="col">{ tr(&words::WAS, lang) }</th>
                <th scope="col">{ tr(&words::NOW, lang) }</th>
                <th scope="col">{ tr(&words::CHANGE, lang) }</th>
            </tr></thead>
            <tbody>{ for rows.map(|(metric, (was, now))| row(metric, was, now, lang)) }</tbody>
        </table>
    }
}

fn row(metric: &Metric, was: i64, now: i64, lang: Lang) -> Html {
    let change = match now - was {
        0 => "0".to_owned(),
        more if more > 0 => format!("+{more}"),
        less => format!("−{}", -less),
    };
    let unsound = metric.sound.is_some_and(|sound| sound != now);
    let title = format!("{}\n{}", metric.help.text().plain(lang), metric.mbean);
    html! {
        <tr key={metric.name} class={classes!((was != now).then_some("changed"), unsound.then_some("unsound"))} {title}>
            <th scope="row"><code>{ metric.name }</code></th>
            <td>{ was }</td>
            <td class="metrics-now">{ now }</td>
            <td>{ change }</td>
        </tr>
    }
}
