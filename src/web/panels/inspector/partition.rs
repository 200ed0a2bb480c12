//! A partition: its offsets, its replicas, its readers, its newest records.

use kafkascope::{
    cluster::command::{Command, ElectionKind},
    i18n::ui,
    view::{
        model::{PartitionView, Place},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, actions,
    facts::{Facts, badge, number, table},
    link, open, why,
};
use crate::{say::tr, stage_api::Dialog};

pub fn view(props: &InspectorProps, topic: &str, number: i32) -> Option<Body> {
    let lang = props.lang;
    let view = props.vm.topics.iter().find(|view| view.name == topic)?;
    let partition = view.partitions.iter().find(|view| view.partition == number)?;
    let content = html! { <>
        { facts(props, partition) }
        { actions(props, buttons(props, partition, view.internal)) }
        { replicas(props, partition) }
        { readers(props, partition) }
        { records(props, partition) }
    </> };
    let badge = match partition.leader {
        None => badge("bad", tr(&ui::FACT_NO_LEADER, lang)),
        Some(_) => Html::default(),
    };
    Some(Body { kind: Some(&ui::KIND_PARTITION), title: format!("{topic}-{number}"), badge, content })
}

fn buttons(props: &InspectorProps, partition: &PartitionView, internal: bool) -> Vec<Html> {
    let (topic, number) = (partition.topic.clone(), partition.partition);
    let elect = |kind| Command::ElectLeaders { kind, topic: Some(topic.clone()), partition: Some(number) };
    let mut buttons = Vec::new();
    if !internal {
        buttons.push(open(props, &ui::DO_ADD_PARTITIONS, Dialog::AddPartitions(topic.clone())));
        buttons.push(open(props, &ui::DO_ADD_CONSUMER, Dialog::AddConsumer(None)));
        buttons.push(open(props, &ui::DO_DELETE_RECORDS, Dialog::DeleteRecords(topic.clone(), number)));
    }
    let preferred = elect(ElectionKind::Preferred);
    buttons.push(act(props, &ui::DO_ELECT_PREFERRED, Some(&ui::DO_ELECT_PREFERRED_HELP), preferred));
    if partition.leader.is_none() {
        let unclean = elect(ElectionKind::Unclean);
        buttons.push(act(props, &ui::DO_ELECT_UNCLEAN, Some(&ui::DO_ELECT_UNCLEAN_HELP), unclean));
    }
    buttons.push(open(props, &ui::DO_REASSIGN, Dialog::Reassign(topic.clone(), number)));
    if partition.replicas.iter().any(|replica| replica.adding || replica.removing) {
        let cancel = Command::CancelReassignment { topic: topic.clone(), partition: Some(number) };
        buttons.push(act(props, &ui::DO_CANCEL_REASSIGNMENT, None, cancel));
    }
    buttons
}

fn facts(props: &InspectorProps, partition: &PartitionView) -> Html {
    let lang = props.lang;
    let leader = match partition.leader {
        Some(id) => link(props, ui::BROKER_NAME.with("id", id).plain(lang), Place::Broker(id)),
        None => html! { <span class="bad">{ tr(&ui::FACT_NO_LEADER, lang) }</span> },
    };
    let ask = WhyKey::Leader { topic: partition.topic.clone(), partition: partition.partition, event: None };
    let epoch = html! { <><code>{ partition.leader_epoch }</code>{ " " }{ why(props, &ui::WHY, ask.clone()) }</> };
    let leader = html! { <>{ leader }{ " " }{ why(props, &ui::DO_WHY_LEADER, ask) }</> };
    let eligible: Vec<String> = partition
        .replicas
        .iter()
        .filter(|replica| replica.eligible)
        .map(|replica| format!("B{}", replica.broker))
        .collect();
    let eligible = (!eligible.is_empty()).then(|| html! { <code>{ eligible.join(", ") }</code> });
    let last = partition.last_known_leader.filter(|_| partition.leader.is_none());
    let last = last.map(|id| link(props, ui::BROKER_NAME.with("id", id).plain(lang), Place::Broker(id)));
    let staying = || partition.replicas.iter().filter(|replica| !replica.removing);
    let moving = partition.replicas.iter().any(|replica| replica.adding || replica.removing);
    let progress = moving.then(|| {
        let done = staying().filter(|replica| replica.in_sync).count();
        html! { { ui::FACT_REASSIGNING.with("done", done).with("all", staying().count()).plain(lang) } }
    });
    let hidden = partition.log_end - partition.high_watermark;
    let log_end = html! { <>
        <code>{ partition.log_end }</code>
        if hidden > 0 {
            <span class="fact-note">
                { ui::FACT_HIDDEN.with("n", hidden).plain(lang) }{ " " }
                { why(props, &ui::DO_WHY_HIDDEN, WhyKey::NotVisible { topic: partition.topic.clone(), partition: partition.partition }) }
            </span>
        }
    </> };
    Facts::new(lang)
        .row(&ui::FACT_TOPIC, link(props, partition.topic.clone(), Place::Topic(partition.topic.clone())))
        .row(&ui::FACT_LEADER, leader)
        .maybe(&ui::FACT_ELIGIBLE, eligible)
        .maybe(&ui::FACT_LAST_KNOWN, last)
        .maybe(&ui::FACT_REASSIGNMENT, progress)
        .row(&ui::FACT_EPOCH, epoch)
        .code(&ui::FACT_LOG_START, partition.log_start)
        .code(&ui::FACT_HW, partition.high_watermark)
        .row(&ui::FACT_LOG_END, log_end)
        .html()
}

fn replicas(props: &InspectorProps, partition: &PartitionView) -> Html {
    let lang = props.lang;
    let rows = partition.replicas.iter().map(|replica| {
        let role = if replica.leader { &ui::ROLE_LEADER } else { &ui::ROLE_FOLLOWER };
        let sync = match (replica.alive, replica.in_sync) {
            (false, _) => badge("bad", tr(&ui::REPLICA_DOWN, lang)),
            (true, true) => badge("ok", tr(&ui::IN_SYNC, lang)),
            (true, false) if replica.eligible => badge("warn", tr(&ui::REPLICA_ELIGIBLE, lang)),
            (true, false) => badge("warn", tr(&ui::OUT_OF_SYNC, lang)),
        };
        let moves = match (replica.adding, replica.removing) {
            (true, _) => Some(&ui::REPLICA_ADDING),
            (_, true) => Some(&ui::REPLICA_REMOVING),
            _ => None,
        };
        let moves = moves.map(|words| html! { <>{ " " }{ badge("plain", tr(words, lang)) }</> });
        let out = (!replica.in_sync).then(|| WhyKey::NotInSync {
            topic: partition.topic.clone(),
            partition: partition.partition,
            broker: replica.broker,
        });
        html! {
            <tr key={replica.broker}>
                <th scope="row">
                    { link(props, format!("B{}", replica.broker), Place::Broker(replica.broker)) }
                    <span class="faint">{ " " }{ tr(role, lang) }</span>
                </th>
                <td>{ sync }{ for moves }{ for out.map(|key| html! { <>{ " " }{ why(props, &ui::WHY, key) }</> }) }</td>
                <td class="num">{ replica.log_end }</td>
                <td class="num">{ replica.high_watermark }</td>
                <td>{ segments(props, partition, replica.broker) }</td>
            </tr>
        }
    });
    let columns = [&ui::COLUMN_BROKER, &ui::COLUMN_ISR, &ui::COLUMN_LOG_END, &ui::COLUMN_HW, &ui::COLUMN_LOG];
    table(lang, &ui::TABLE_REPLICAS, &columns, rows.collect())
}

/// Opens the segments of a replica.
fn segments(props: &InspectorProps, partition: &PartitionView, broker: u32) -> Html {
    let dialog = Dialog::Segments(partition.topic.clone(), partition.partition, broker);
    let place = format!("{}-{}", partition.topic, partition.partition);
    let label = ui::DO_SEGMENTS_OF.with("place", place).with("broker", broker).plain(props.lang);
    let onclick = props.on_open.reform(move |_: MouseEvent| dialog.clone());
    html! { <button type="button" class="link" aria-label={label} {onclick}>{ tr(&ui::DO_SEGMENTS, props.lang) }</button> }
}

fn readers(props: &InspectorProps, partition: &PartitionView) -> Html {
    if partition.marks.is_empty() {
        return Html::default();
    }
    let lang = props.lang;
    let rows = partition.marks.iter().map(|mark| {
        let group = props.vm.groups.iter().any(|group| group.group_id.as_deref() == Some(&mark.group));
        let place = if group { Place::Group(mark.group.clone()) } else { Place::Consumer(mark.group.clone()) };
        let key =
            WhyKey::Lag { group: mark.group.clone(), topic: partition.topic.clone(), partition: partition.partition };
        html! {
            <tr key={mark.group.clone()}>
                <th scope="row">{ link(props, mark.group.clone(), place) }</th>
                <td class="num">{ number(mark.committed) }</td>
                <td class="num">{ number(mark.position) }</td>
                <td class="num">{ number(mark.lag) } if group { { " " }{ why(props, &ui::WHY, key) } }</td>
            </tr>
        }
    });
    let columns = [&ui::COLUMN_GROUP, &ui::COLUMN_COMMITTED, &ui::COLUMN_POSITION, &ui::COLUMN_LAG];
    table(lang, &ui::TABLE_READERS, &columns, rows.collect())
}

/// The newest records, each with the question why it is here.
fn records(props: &InspectorProps, partition: &PartitionView) -> Html {
    if partition.cells.is_empty() {
        return Html::default();
    }
    let lang = props.lang;
    let items = partition.cells.iter().rev().take(12).map(|cell| {
        let mark = cell.key.and_then(|index| props.vm.keys.get(usize::from(index)));
        let (square, key) = match mark {
            Some(mark) => (
                html! { <span class={format!("cell cell-{}", mark.color)} aria-hidden="true">{ mark.letter.clone() }</span> },
                html! { <code>{ mark.key.clone() }</code> },
            ),
            None => (
                html! { <span class="cell cell-none" aria-hidden="true" /> },
                html! { <span class="faint">{ tr(&ui::RECORD_NO_KEY, lang) }</span> },
            ),
        };
        let ask = WhyKey::Partition { topic: partition.topic.clone(), partition: partition.partition, offset: cell.offset };
        html! {
            <li key={cell.offset}>
                <code class="offset">{ cell.offset }</code>{ square }{ key }
                if !cell.visible { { badge("warn", tr(&ui::RECORD_HIDDEN, lang)) } }
                { why(props, &ui::WHY, ask) }
            </li>
        }
    });
    html! {
        <section class="inspect-part">
            <h3>{ tr(&ui::TABLE_RECORDS, lang) }</h3>
            <ul class="records">{ for items }</ul>
        </section>
    }
}
