//! A topic: its partitions, its settings; more partitions, other settings, its end.

use kafkascope::{
    cluster::command::{Command, ElectionKind, Settings as Changed},
    i18n::ui,
    kafka::config::{self, Scope},
    view::model::{Place, ReplicaView, TopicView},
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, actions,
    facts::{Facts, table},
    link, open,
    settings::{ScopeProp, Settings},
};
use crate::{
    say::{count, tr},
    stage_api::Dialog,
};

pub fn view(props: &InspectorProps, name: &str) -> Option<Body> {
    let lang = props.lang;
    let topic = props.vm.topics.iter().find(|topic| topic.name == name)?;
    let dialog = |make: fn(String) -> Dialog| make(name.to_owned());
    let elect = Command::ElectLeaders { kind: ElectionKind::Preferred, topic: Some(name.to_owned()), partition: None };
    let mut buttons = vec![
        open(props, &ui::DO_ADD_PARTITIONS, dialog(Dialog::AddPartitions)),
        open(props, &ui::DO_CONFIGURE, dialog(Dialog::ConfigureTopic)),
        open(props, &ui::DO_ADD_PRODUCER, Dialog::AddProducer(Some(name.to_owned()))),
        open(props, &ui::DO_REPLICATION_FACTOR, dialog(Dialog::ReplicationFactor)),
        act(props, &ui::DO_ELECT_PREFERRED, Some(&ui::DO_ELECT_PREFERRED_HELP), elect),
        open(props, &ui::DO_DELETE_TOPIC, dialog(Dialog::DeleteTopic)),
    ];
    let moving = |replica: &ReplicaView| replica.adding || replica.removing;
    if topic.partitions.iter().flat_map(|partition| &partition.replicas).any(moving) {
        let cancel = Command::CancelReassignment { topic: name.to_owned(), partition: None };
        buttons.push(act(props, &ui::DO_CANCEL_REASSIGNMENT, None, cancel));
    }
    let changed: Changed = topic.configs.iter().cloned().collect();
    let configs: Vec<(String, String, bool)> = config::effective(Scope::Topic, &changed)
        .into_iter()
        .map(|(name, value, differs)| (name.to_owned(), value, differs))
        .collect();
    let content = html! { <>
        if topic.internal {
            <p class="doing">{ tr(&ui::FACT_INTERNAL, lang) }</p>
        } else {
            { actions(props, buttons) }
        }
        { facts(props, topic) }
        if !topic.internal { { partitions(props, topic) } }
        <Settings {lang} scope={ScopeProp(Scope::Topic)} {configs} />
    </> };
    Some(Body { kind: Some(&ui::KIND_TOPIC), title: name.to_owned(), badge: Html::default(), content })
}

fn facts(props: &InspectorProps, topic: &TopicView) -> Html {
    let records: i64 = topic.partitions.iter().map(|partition| partition.log_end - partition.log_start).sum();
    Facts::new(props.lang)
        .code(&ui::FACT_PARTITIONS, topic.partitions.len())
        .code(&ui::FACT_RF, topic.replication_factor)
        .code(&ui::FACT_MIN_ISR, topic.min_insync_replicas)
        .code(&ui::FACT_RECORDS, count(records))
        .html()
}

fn partitions(props: &InspectorProps, topic: &TopicView) -> Html {
    let lang = props.lang;
    let rows = topic.partitions.iter().map(|partition| {
        let place = Place::Partition(topic.name.clone(), partition.partition);
        let isr: Vec<String> =
            partition.replicas.iter().filter(|r| r.in_sync).map(|replica| replica.broker.to_string()).collect();
        html! {
            <tr key={partition.partition}>
                <th scope="row">{ link(props, format!("P{}", partition.partition), place) }</th>
                <td><code>{ partition.leader.map_or_else(|| "–".to_owned(), |id| format!("B{id}")) }</code></td>
                <td><code>{ isr.join(",") }</code></td>
                <td class="num">{ partition.high_watermark }</td>
                <td class="num">{ partition.log_end }</td>
            </tr>
        }
    });
    let columns = [&ui::COLUMN_PARTITION, &ui::COLUMN_LEADER, &ui::COLUMN_ISR, &ui::COLUMN_HW, &ui::COLUMN_LOG_END];
    table(lang, &ui::TABLE_PARTITIONS, &columns, rows.collect())
}
