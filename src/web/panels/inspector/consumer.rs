//! A consumer: what it owns, where it stands, what it does, its settings.

use std::rc::Rc;

use kafkascope::{
    cluster::{
        ClientProcess,
        command::{Command, NodeName},
    },
    i18n::{Lang, Template, faults as words, ui},
    kafka::{
        config::{GroupProtocol, Scope, effective, foreign_to},
        limits::PROCESSING,
        pattern::TopicPattern,
    },
    view::{
        model::{GroupView, MemberProgress, MemberView, OwnedPartition, Place, ViewModel},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, action_parts,
    facts::{Facts, badge, number, table},
    link, links, open,
    settings::{ScopeProp, Settings},
    why,
};
use crate::{
    say::{count, say, tr},
    stage_api::Dialog,
};

/// A consumer and the group that it stands in.
pub fn find<'a>(vm: &'a ViewModel, name: &str) -> Option<(&'a Rc<GroupView>, &'a Rc<MemberView>)> {
    vm.groups.iter().find_map(|group| Some((group, group.members.iter().find(|member| member.name == name)?)))
}

pub fn view(props: &InspectorProps, name: &str) -> Option<Body> {
    let lang = props.lang;
    let (group, member) = find(&props.vm, name)?;
    let protocol = if member.progress.is_some() { GroupProtocol::Consumer } else { GroupProtocol::Classic };
    let configs: Vec<(String, String, bool)> = effective(Scope::Consumer, &member.settings)
        .into_iter()
        .filter(|(name, _, _)| !foreign_to(protocol).contains(name))
        .map(|(name, value, differs)| (name.to_owned(), value, differs))
        .collect();
    let content = html! { <>
        <p class="doing">{ say(&member.doing, lang) }</p>
        { action_parts(props, buttons(props, group, member)) }
        { owned(props, group, member) }
        { super::member::membership(props, member) }
        { facts(props, group, member) }
        <Settings {lang} scope={ScopeProp(Scope::Consumer)} {configs} />
    </> };
    let badge = match member.process {
        ClientProcess::Crashed => badge("bad", tr(&ui::CRASHED, lang)),
        ClientProcess::Frozen => badge("warn", tr(&ui::FROZEN, lang)),
        ClientProcess::Running if member.stalled => badge("warn", tr(&ui::STALLED, lang)),
        ClientProcess::Running if member.paused => badge("warn", tr(&ui::PAUSED, lang)),
        ClientProcess::Running => Html::default(),
    };
    Some(Body { kind: Some(&ui::KIND_CONSUMER), title: name.to_owned(), badge, content })
}

/// A heading, and the buttons under it.
type Part = (&'static Template, Vec<Html>);

/// What can be done to it: to its process, to its poll loop, and to what it reads.
fn buttons(props: &InspectorProps, group: &GroupView, member: &MemberView) -> Vec<Part> {
    let consumer = || member.name.clone();
    let configure = open(props, &ui::DO_CONFIGURE, Dialog::ConfigureConsumer(consumer()));
    let restart = act(props, &ui::DO_RESTART, Some(&ui::DO_RESTART_CONSUMER_HELP), {
        Command::RestartConsumer { consumer: consumer() }
    });
    let crash = act(props, &ui::DO_CRASH, Some(&ui::DO_CRASH_CONSUMER_HELP), {
        Command::CrashConsumer { consumer: consumer() }
    });
    let remove = |words| act(props, words, None, Command::RemoveConsumer { consumer: consumer() });
    match member.process {
        ClientProcess::Crashed => {
            return vec![(&ui::ACTIONS_PROCESS, vec![restart, configure, remove(&ui::DO_TAKE_AWAY)])];
        }
        ClientProcess::Frozen => {
            let thaw =
                act(props, &ui::DO_THAW, Some(&ui::DO_THAW_HELP), Command::ThawConsumer { consumer: consumer() });
            return vec![(&ui::ACTIONS_PROCESS, vec![thaw, crash, restart])];
        }
        ClientProcess::Running => {}
    }
    let freeze =
        act(props, &ui::DO_FREEZE, Some(&ui::DO_FREEZE_HELP), Command::FreezeConsumer { consumer: consumer() });
    vec![
        (&ui::ACTIONS_LOOP, loop_buttons(props, group, member)),
        (&ui::ACTIONS_READS, reading_buttons(props, member)),
        (&ui::ACTIONS_PROCESS, vec![configure, freeze, crash, restart, remove(&ui::DO_REMOVE)]),
        (&words::ACTIONS_LINKS, links(props, NodeName::Client(consumer()))),
    ]
}

/// What its application can be told while it runs.
fn loop_buttons(props: &InspectorProps, group: &GroupView, member: &MemberView) -> Vec<Html> {
    let consumer = || member.name.clone();
    let toggle = |on, (done, undo): (&'static Template, &'static Template), help, (make, end): (Make, Make)| match on {
        true => act(props, undo, None, end(consumer())),
        false => act(props, done, help, make(consumer())),
    };
    let mut buttons = vec![toggle(
        member.stalled,
        (&ui::DO_STALL, &ui::DO_UNSTALL),
        Some(&ui::DO_STALL_HELP),
        (|consumer| Command::StallConsumer { consumer }, |consumer| Command::UnstallConsumer { consumer }),
    )];
    let slow = member.slowed_us.is_some();
    let processing_us = if slow { member.processing_us } else { slower_us(member.processing_us) };
    let words = if slow { &ui::DO_SPEED_UP } else { &ui::DO_SLOW_DOWN };
    buttons.push(act(props, words, None, Command::SetProcessing { consumer: consumer(), processing_us }));
    if group.group_id.is_some() {
        buttons.push(act(props, &ui::DO_COMMIT, None, Command::Commit { consumer: consumer() }));
    }
    buttons
}

/// What it reads, and from where.
fn reading_buttons(props: &InspectorProps, member: &MemberView) -> Vec<Html> {
    let consumer = || member.name.clone();
    let mut buttons = vec![match member.paused {
        true => act(props, &ui::DO_RESUME, None, Command::ResumeConsumer { consumer: consumer() }),
        false => act(props, &ui::DO_PAUSE, Some(&ui::DO_PAUSE_CONSUMER_HELP), {
            Command::PauseConsumer { consumer: consumer() }
        }),
    }];
    if !member.owned.is_empty() {
        buttons.push(open(props, &ui::DO_SEEK, Dialog::Seek(consumer())));
    }
    if is_subscribed(member) {
        buttons.push(open(props, &ui::DO_SUBSCRIBE, Dialog::Subscribe(consumer())));
    }
    buttons
}

fn is_subscribed(member: &MemberView) -> bool {
    !member.subscription.is_empty() || member.pattern.is_some()
}

/// Makes a command for a consumer.
type Make = fn(String) -> Command;

/// Ten times as slow, and at least so that a class can watch it.
fn slower_us(processing_us: u64) -> u64 {
    (processing_us * 10).clamp(1_000_000, PROCESSING.max)
}

fn facts(props: &InspectorProps, group: &GroupView, member: &MemberView) -> Html {
    let lang = props.lang;
    let group = group.group_id.as_ref().map(|id| {
        html! { <>
            { link(props, id.clone(), Place::Group(id.clone())) }
            if member.leader { <span class="fact-note">{ tr(&ui::FACT_GROUP_LEADER, lang) }</span> }
        </> }
    });
    let member_id = match member.member_id.as_str() {
        "" => html! { { tr(&ui::FACT_NO_MEMBER_ID, lang) } },
        id => html! { <code class="long">{ id.to_owned() }</code> },
    };
    let topics = || html! { <code>{ member.subscription.join(", ") }</code> };
    let subscription = match &member.pattern {
        None if member.subscription.is_empty() => html! { { tr(&ui::FACT_ASSIGNED, lang) } },
        None => topics(),
        Some(TopicPattern::Broker(pattern)) => {
            html! { { say(&ui::FACT_BY_BROKER.with("pattern", &**pattern), lang) } }
        }
        Some(TopicPattern::Client(pattern)) => html! { <>
            { say(&ui::FACT_BY_PATTERN.with("pattern", &**pattern), lang) }
            { " " }
            if member.subscription.is_empty() { { tr(&ui::NONE, lang) } } else { { topics() } }
        </> },
    };
    let facts =
        Facts::new(lang).maybe(&ui::FACT_GROUP, group.clone()).maybe(&ui::FACT_MEMBER_ID, group.map(|_| member_id));
    let facts = match &member.progress {
        Some(progress) => progress_facts(facts, progress, lang),
        None => facts,
    };
    facts
        .row(&ui::FACT_SUBSCRIPTION, subscription)
        .code(&ui::FACT_CONSUMED, count(member.records_consumed))
        .maybe(
            &ui::FACT_LAST_ERROR,
            member.last_error.as_ref().map(|error| html! { <span class="bad">{ say(error, lang) }</span> }),
        )
        .html()
}

/// How far a member of the consumer protocol has come: what it knows, and what its coordinator knows.
fn progress_facts(facts: Facts, progress: &MemberProgress, lang: Lang) -> Facts {
    let known = match (progress.known_state, progress.known_epoch) {
        (Some(state), Some(epoch)) => {
            say(&ui::FACT_AT_COORDINATOR_VALUE.with("state", state).with("epoch", epoch), lang)
        }
        _ => html! { { tr(&ui::FACT_NO_MEMBER, lang) } },
    };
    let list = |places: &[String]| (!places.is_empty()).then(|| html! { <code>{ places.join(" ") }</code> });
    facts
        .code(&ui::FACT_MEMBER_STATE, progress.state)
        .code(&ui::FACT_MEMBER_EPOCH, progress.epoch)
        .row(&ui::FACT_AT_COORDINATOR, known)
        .maybe(&ui::FACT_TO_GIVE_UP, list(&progress.to_give_up))
        .maybe(&ui::FACT_TO_WAIT_FOR, list(&progress.to_wait_for))
}

/// The button that pauses one partition, or resumes it.
fn pause_partition(props: &InspectorProps, consumer: &str, owned: &OwnedPartition) -> Html {
    let (consumer, topic, partition) = (consumer.to_owned(), owned.topic.clone(), owned.partition);
    let place = format!("{topic}-{partition}");
    let (words, label, command) = match owned.paused {
        true => (&ui::DO_RESUME, &ui::DO_RESUME_PLACE, Command::ResumePartition { consumer, topic, partition }),
        false => (&ui::DO_PAUSE, &ui::DO_PAUSE_PLACE, Command::PausePartition { consumer, topic, partition }),
    };
    let onclick = props.on_command.reform(move |_: MouseEvent| command.clone());
    let label = label.with("place", place).plain(props.lang);
    html! { <button type="button" class="link" {onclick} aria-label={label}>{ tr(words, props.lang) }</button> }
}

/// Where a partition is read, of a consumer that says in which rack it is.
/// From whom it is read, as a row of its own: a column of the table is too narrow for it.
fn read_from(props: &InspectorProps, consumer: &str, owned: &OwnedPartition) -> Option<Html> {
    let (broker, follower) = owned.read_from?;
    let rack = props.vm.brokers.iter().find(|known| known.id == broker).and_then(|known| known.rack.as_deref());
    let text = match (follower, rack) {
        (true, Some(rack)) => ui::FROM_FOLLOWER_IN.with("rack", rack),
        (true, None) => ui::FROM_FOLLOWER.text(),
        (false, Some(rack)) => ui::FROM_LEADER_IN.with("rack", rack),
        (false, None) => ui::FROM_LEADER.text(),
    };
    let key =
        WhyKey::ReadFrom { consumer: consumer.to_owned(), topic: owned.topic.clone(), partition: owned.partition };
    Some(html! {
        <tr key={format!("{}-{} from", owned.topic, owned.partition)} class="row-note">
            <td colspan="6">
                { say(&text.with("broker", broker), props.lang) }{ " " }{ why(props, &ui::DO_WHY_LEADER, key) }
            </td>
        </tr>
    })
}

fn owned(props: &InspectorProps, group: &GroupView, member: &MemberView) -> Html {
    let lang = props.lang;
    let ask = group.group_id.clone().filter(|_| is_subscribed(member)).map(|group| {
        let consumer = member.name.clone();
        match member.owned.is_empty() {
            true => why(props, &ui::DO_WHY_IDLE, WhyKey::Idle { group, consumer }),
            false => why(props, &ui::DO_WHY_ASSIGNMENT, WhyKey::Assignment { group, consumer }),
        }
    });
    if member.owned.is_empty() {
        return html! {
            <section class="inspect-part">
                <h3>{ tr(&ui::TABLE_OWNED, lang) }</h3>
                <p class="faint">{ tr(&ui::TABLE_OWNED_NONE, lang) }{ " " }{ ask }</p>
            </section>
        };
    }
    let running = member.process == ClientProcess::Running;
    let row = |owned: &OwnedPartition| {
        let name = format!("{}-{}", owned.topic, owned.partition);
        let place = Place::Partition(owned.topic.clone(), owned.partition);
        let at = owned.committed.or(owned.position);
        html! {
            <tr key={name.clone()}>
                <th scope="row">
                    { link(props, name, place) }
                    if owned.paused { { " " }{ badge("warn", tr(&ui::PAUSED, lang)) } }
                </th>
                <td class="num">{ number(owned.committed) }</td>
                <td class="num">{ number(owned.position) }</td>
                <td class="num">{ owned.high_watermark }</td>
                <td class="num">{ number(at.map(|at| owned.high_watermark - at)) }</td>
                if running { <td>{ pause_partition(props, &member.name, owned) }</td> }
            </tr>
        }
    };
    let rows =
        member.owned.iter().flat_map(|owned| [Some(row(owned)), read_from(props, &member.name, owned)]).flatten();
    let mut columns =
        vec![&ui::COLUMN_PARTITION, &ui::COLUMN_COMMITTED, &ui::COLUMN_POSITION, &ui::COLUMN_HW, &ui::COLUMN_LAG];
    columns.extend(running.then_some(&ui::COLUMN_READING));
    html! { <>
        { table(lang, &ui::TABLE_OWNED, &columns, rows.collect()) }
        if let Some(ask) = ask { <p class="after-table">{ ask }</p> }
    </> }
}
