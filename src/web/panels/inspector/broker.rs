//! A broker, or a controller apart from them: its state, its roles, the replicas on it; stop, crash, restart.

use kafkascope::{
    cluster::command::{Command, NodeName},
    i18n::{Template, faults as words, ui},
    view::{
        broker_acts::offered,
        model::{BrokerState, BrokerView, Place},
    },
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, action_parts,
    facts::{Facts, badge, table},
    link, links, open,
};
use crate::{forms::Kind, say::tr, stage_api::Dialog};

pub fn view(props: &InspectorProps, id: u32) -> Option<Body> {
    let lang = props.lang;
    let broker = props.vm.nodes().find(|node| node.id == id)?;
    let frozen = broker.frozen;
    let process =
        offered(broker).map(|one| act(props, one.words, Some(one.help_for(broker)), (one.command)(id))).collect();
    let mut machine = links(props, NodeName::Broker(id));
    if broker.is_broker() {
        machine.push(open(props, &words::DO_SLOW_DISK, Dialog::Break(Kind::SlowDisk, Some(NodeName::Broker(id)))));
    }
    let mut cluster = vec![open(props, &ui::CLUSTER_SETTINGS, Dialog::ConfigureCluster)];
    if props.vm.controller.is_some_and(|controller| controller != id) {
        cluster.push(act(props, &ui::DO_CRASH_CONTROLLER, Some(&ui::DO_CRASH_HELP), Command::CrashController));
    }
    let parts =
        vec![(&ui::ACTIONS_PROCESS, process), (&words::ACTIONS_LINKS, machine), (&words::ACTIONS_CLUSTER, cluster)];
    let content = html! { <>
        { action_parts(props, parts) }
        { facts(props, broker) }
        { partitions(props, id) }
    </> };
    let (tone, said) = if frozen { ("warn", &ui::FROZEN) } else { state(broker.state) };
    let (kind, name) = match broker.is_broker() {
        true => (&ui::KIND_BROKER, &ui::BROKER_NAME),
        false => (&ui::KIND_CONTROLLER, &ui::CONTROLLER_NAME),
    };
    let title = name.with("id", id).plain(lang);
    Some(Body { kind: Some(kind), title, badge: badge(tone, tr(said, lang)), content })
}

fn state(state: BrokerState) -> (&'static str, &'static Template) {
    match state {
        BrokerState::Alive => ("ok", &ui::STATE_ALIVE),
        BrokerState::Starting => ("warn", &ui::STATE_STARTING),
        BrokerState::Fenced => ("warn", &ui::STATE_RUNNING_FENCED),
        BrokerState::Stopping => ("warn", &ui::STATE_STOPPING),
        BrokerState::Stopped => ("plain", &ui::STATE_STOPPED),
        BrokerState::CrashedNotFenced => ("bad", &ui::STATE_CRASHED),
        BrokerState::CrashedFenced => ("bad", &ui::STATE_FENCED),
        BrokerState::CrashedApart => ("bad", &ui::STATE_CRASHED_APART),
    }
}

fn facts(props: &InspectorProps, broker: &BrokerView) -> Html {
    let role = match (broker.is_broker(), broker.quorum.is_some(), props.vm.controller == Some(broker.id)) {
        (true, _, true) => &ui::FACT_ROLE_ACTIVE,
        (true, true, false) => &ui::FACT_ROLE_VOTER,
        (true, false, false) => &ui::FACT_ROLE_BROKER,
        (false, _, true) => &ui::FACT_ROLE_ONLY_ACTIVE,
        (false, _, false) => &ui::FACT_ROLE_ONLY_VOTER,
    };
    let rack = match &broker.rack {
        Some(rack) => html! { <code>{ rack.clone() }</code> },
        None => html! { { tr(&ui::NONE, props.lang) } },
    };
    let mut facts = Facts::new(props.lang).text(&ui::FACT_ROLE, &role.text());
    if broker.is_broker() {
        facts = facts
            .row(&ui::FACT_RACK, rack)
            .text(&ui::FACT_LEADS, &ui::FACT_LEADS_VALUE.with("n", broker.leads))
            .code(&ui::FACT_REPLICAS, broker.replicas);
    }
    if let Some(quorum) = &broker.quorum {
        facts = facts
            .text(&ui::FACT_QUORUM, &quorum.standing.text())
            .code(&ui::FACT_QUORUM_EPOCH, quorum.epoch)
            .code(&ui::FACT_METADATA_END, quorum.log_end)
            .code(&ui::FACT_METADATA_COMMITTED, quorum.committed);
    }
    facts.code(&ui::FACT_METADATA_OFFSET, broker.metadata_offset).html()
}

fn partitions(props: &InspectorProps, id: u32) -> Html {
    let lang = props.lang;
    let on_it = props.vm.topics.iter().filter(|topic| !topic.internal).flat_map(|topic| topic.partitions.iter());
    let rows: Vec<Html> = on_it
        .filter_map(|partition| {
            let replica = partition.replicas.iter().find(|replica| replica.broker == id)?;
            let role = if replica.leader { &ui::ROLE_LEADER } else { &ui::ROLE_FOLLOWER };
            let sync = if replica.in_sync { ("ok", &ui::IN_SYNC) } else { ("warn", &ui::OUT_OF_SYNC) };
            let name = format!("{}-{}", partition.topic, partition.partition);
            let place = Place::Partition(partition.topic.clone(), partition.partition);
            Some(html! {
                <tr key={name.clone()}>
                    <th scope="row">{ link(props, name, place) }<span class="faint">{ " " }{ tr(role, lang) }</span></th>
                    <td>{ badge(sync.0, tr(sync.1, lang)) }</td>
                    <td class="num">{ replica.log_end }</td>
                    <td class="num">{ replica.high_watermark }</td>
                </tr>
            })
        })
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    let columns = [&ui::COLUMN_PARTITION, &ui::COLUMN_ISR, &ui::COLUMN_LOG_END, &ui::COLUMN_HW];
    table(lang, &ui::TABLE_ON_BROKER, &columns, rows)
}
