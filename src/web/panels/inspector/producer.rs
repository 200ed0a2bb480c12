//! A producer: its load, its records, its batches, its settings, and one record by hand.

use kafkascope::{
    cluster::command::{Command, Fault, NodeName},
    i18n::{faults as words, ui},
    kafka::config::Scope,
    view::{
        model::{Ledger, Place, ProducerView},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, action_parts,
    facts::{Facts, badge, rate, table},
    link, links, open,
    settings::{ScopeProp, Settings},
    why,
};
use crate::{
    forms::SendOne,
    say::{count, say, tr},
    stage_api::Dialog,
};

pub fn view(props: &InspectorProps, name: &str) -> Option<Body> {
    let lang = props.lang;
    let producer = props.vm.producers.iter().find(|producer| producer.name == name)?;
    let command = |make: fn(String) -> Command| make(name.to_owned());
    let pause = if producer.paused {
        act(props, &ui::DO_RESUME, None, command(|producer| Command::ResumeProducer { producer }))
    } else {
        act(props, &ui::DO_PAUSE, None, command(|producer| Command::PauseProducer { producer }))
    };
    let freeze = if producer.frozen {
        let thaw = command(|producer| Command::Fault(Fault::ThawProducer { producer }));
        act(props, &ui::DO_THAW, Some(&ui::DO_THAW_HELP), thaw)
    } else {
        let freeze = command(|producer| Command::Fault(Fault::FreezeProducer { producer }));
        act(props, &ui::DO_FREEZE, Some(&ui::DO_FREEZE_HELP), freeze)
    };
    let process = vec![
        pause,
        freeze,
        open(props, &ui::DO_CONFIGURE, Dialog::ConfigureProducer(name.to_owned())),
        act(props, &ui::DO_REMOVE, None, command(|producer| Command::RemoveProducer { producer })),
    ];
    let process = if producer.frozen { process.into_iter().skip(1).take(1).collect() } else { process };
    let machine = links(props, NodeName::Client(name.to_owned()));
    let parts = vec![(&ui::ACTIONS_PROCESS, process), (&words::ACTIONS_LINKS, machine)];
    let partitions =
        props.vm.topics.iter().find(|topic| topic.name == producer.topic).map_or(0, |topic| topic.partitions.len());
    let content = html! { <>
        <p class="doing">{ say(&producer.doing, lang) }</p>
        { action_parts(props, parts) }
        <SendOne key={name.to_owned()} {lang} producer={name.to_owned()} load={producer.load.clone()} {partitions}
            preview={props.preview.clone()} refusal={props.refusal.clone()} asked={props.send_asked}
            on_send={props.on_send.clone()} on_preview={props.on_preview.clone()} />
        { facts(props, producer) }
        { ledger(props, &producer.ledger) }
        { queued(props, producer) }
        <Settings {lang} scope={ScopeProp(Scope::Producer)} configs={producer.configs.clone()} />
    </> };
    let badge = if producer.frozen {
        badge("warn", tr(&ui::FROZEN, lang))
    } else if producer.paused {
        badge("warn", tr(&ui::PAUSED, lang))
    } else {
        Html::default()
    };
    Some(Body { kind: Some(&ui::KIND_PRODUCER), title: name.to_owned(), badge, content })
}

fn facts(props: &InspectorProps, producer: &ProducerView) -> Html {
    let lang = props.lang;
    let speed = match producer.load.rate_millihertz {
        0 => ui::FACT_RATE_BY_HAND.text(),
        millihertz => ui::FACT_RATE_VALUE.with("n", rate(millihertz)),
    };
    let keys = if producer.load.keys.is_empty() {
        html! { { tr(&ui::FACT_NO_KEYS, lang) } }
    } else {
        html! { <code>{ producer.load.keys.join(", ") }</code> }
    };
    let metadata = if producer.metadata_stale { &ui::FACT_METADATA_STALE } else { &ui::FACT_METADATA_FRESH };
    Facts::new(lang)
        .row(&ui::FACT_TOPIC, link(props, producer.topic.clone(), Place::Topic(producer.topic.clone())))
        .text(&ui::FACT_HOW, &producer.how)
        .row(&ui::FACT_KEYS, keys)
        .text(&ui::FACT_RATE, &speed)
        .maybe(
            &ui::FACT_STICKY,
            producer.sticky_partition.map(|partition| html! { <code>{ format!("P{partition}") }</code> }),
        )
        .text(&ui::FACT_METADATA, &metadata.text())
        .maybe(
            &ui::FACT_LAST_ERROR,
            producer.last_error.as_ref().map(|error| html! { <span class="bad">{ say(error, lang) }</span> }),
        )
        .maybe(
            &ui::FACT_LAST_REFUSED,
            producer.last_refused.as_ref().map(|(refused, event)| {
                html! { <>{ say(refused, lang) }{ " " }{ why(props, &ui::WHY, WhyKey::WriteRefused { event: *event }) }</> }
            }),
        )
        .html()
}

/// What became of the records: counts that add up, as numbers and as one bar.
fn ledger(props: &InspectorProps, ledger: &Ledger) -> Html {
    let lang = props.lang;
    let parts = [
        ("acked", &ui::LEDGER_ACKED, ledger.acknowledged),
        ("in-flight", &ui::LEDGER_IN_FLIGHT, ledger.in_flight),
        ("waiting", &ui::LEDGER_WAITING, ledger.waiting),
        ("forgotten", &ui::LEDGER_FORGOTTEN, ledger.fire_and_forget),
        ("failed", &ui::LEDGER_FAILED, ledger.failed),
    ];
    let mut from = 0_u64;
    let bars = parts.iter().filter(|(_, _, n)| *n > 0).map(|(name, _, n)| {
        let scale = |value: u64| (value as f64 * 1000.0 / ledger.sent.max(1) as f64).round().to_string();
        let (x, width) = (scale(from), scale(*n));
        from += n;
        html! { <rect class={format!("tally-{name}")} {x} y="0" {width} height="8" /> }
    });
    let bars: Html = bars.collect();
    html! {
        <section class="inspect-part">
            <h3>{ tr(&ui::TABLE_LEDGER, lang) }</h3>
            <svg class="tally-bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">{ bars }</svg>
            <ul class="tally">
                <li><span>{ tr(&ui::LEDGER_SENT, lang) }</span><code>{ count(ledger.sent) }</code></li>
                { for parts.iter().filter(|(name, _, n)| *n > 0 || matches!(*name, "acked" | "in-flight" | "waiting")).map(|(name, words, n)| html! {
                    <li><i class={format!("tally-{name}")} aria-hidden="true" /><span>{ say(&words.text(), lang) }</span><code>{ count(*n) }</code></li>
                }) }
            </ul>
        </section>
    }
}

fn queued(props: &InspectorProps, producer: &ProducerView) -> Html {
    let lang = props.lang;
    let rows: Vec<Html> = producer
        .queued
        .iter()
        .filter(|batch| batch.records > 0)
        .map(|batch| {
            let place = Place::Partition(producer.topic.clone(), batch.partition);
            html! {
                <tr key={batch.partition}>
                    <th scope="row">{ link(props, format!("P{}", batch.partition), place) }</th>
                    <td>{ batch.records }</td>
                    <td>{ format!("{} ({}.{} %)", batch.bytes, batch.full_permille / 10, batch.full_permille % 10) }</td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return html! {
            <section class="inspect-part">
                <h3>{ tr(&ui::TABLE_QUEUED, lang) }</h3>
                <p class="faint">{ tr(&ui::QUEUED_NONE, lang) }</p>
            </section>
        };
    }
    table(lang, &ui::TABLE_QUEUED, &[&ui::COLUMN_PARTITION, &ui::COLUMN_RECORDS, &ui::COLUMN_BYTES], rows)
}
