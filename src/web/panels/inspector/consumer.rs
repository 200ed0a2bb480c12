//! A consumer: what it owns, where it stands, what it does, its settings.

use std::rc::Rc;

use kafkascope::{
    cluster::command::Command,
    i18n::ui,
    kafka::config::Scope,
    view::{
        model::{GroupView, MemberView, Place, ViewModel},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, actions,
    facts::{Facts, badge, number, table},
    link, open,
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
    let command = |make: fn(String) -> Command| make(name.to_owned());
    let pause = if member.paused {
        act(props, &ui::DO_RESUME, None, command(|consumer| Command::ResumeConsumer { consumer }))
    } else {
        act(props, &ui::DO_PAUSE, None, command(|consumer| Command::PauseConsumer { consumer }))
    };
    let mut buttons = vec![pause];
    if group.group_id.is_some() {
        buttons.push(act(props, &ui::DO_COMMIT, None, command(|consumer| Command::Commit { consumer })));
    }
    buttons.push(open(props, &ui::DO_CONFIGURE, Dialog::ConfigureConsumer(name.to_owned())));
    buttons.push(act(props, &ui::DO_REMOVE, None, command(|consumer| Command::RemoveConsumer { consumer })));
    let content = html! { <>
        <p class="doing">{ say(&member.doing, lang) }</p>
        { actions(props, buttons) }
        { owned(props, group, member) }
        { facts(props, group, member) }
        <Settings {lang} scope={ScopeProp(Scope::Consumer)} configs={member.configs.clone()} />
    </> };
    let badge = if member.paused { badge("warn", tr(&ui::PAUSED, lang)) } else { Html::default() };
    Some(Body { kind: Some(&ui::KIND_CONSUMER), title: name.to_owned(), badge, content })
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
    let subscription = if member.subscription.is_empty() {
        html! { { tr(&ui::FACT_ASSIGNED, lang) } }
    } else {
        html! { <code>{ member.subscription.join(", ") }</code> }
    };
    Facts::new(lang)
        .maybe(&ui::FACT_GROUP, group.clone())
        .maybe(&ui::FACT_MEMBER_ID, group.map(|_| member_id))
        .row(&ui::FACT_SUBSCRIPTION, subscription)
        .code(&ui::FACT_CONSUMED, count(member.records_consumed))
        .maybe(
            &ui::FACT_LAST_ERROR,
            member.last_error.as_ref().map(|error| html! { <span class="bad">{ say(error, lang) }</span> }),
        )
        .html()
}

fn owned(props: &InspectorProps, group: &GroupView, member: &MemberView) -> Html {
    let lang = props.lang;
    let ask =
        group.group_id.clone().filter(|_| !member.subscription.is_empty()).map(|group| {
            why(props, &ui::DO_WHY_ASSIGNMENT, WhyKey::Assignment { group, consumer: member.name.clone() })
        });
    if member.owned.is_empty() {
        return html! {
            <section class="inspect-part">
                <h3>{ tr(&ui::TABLE_OWNED, lang) }</h3>
                <p class="faint">{ tr(&ui::TABLE_OWNED_NONE, lang) }{ " " }{ ask }</p>
            </section>
        };
    }
    let rows = member.owned.iter().map(|owned| {
        let name = format!("{}-{}", owned.topic, owned.partition);
        let place = Place::Partition(owned.topic.clone(), owned.partition);
        let at = owned.committed.or(owned.position);
        html! {
            <tr key={name.clone()}>
                <th scope="row">{ link(props, name, place) }</th>
                <td class="num">{ number(owned.committed) }</td>
                <td class="num">{ number(owned.position) }</td>
                <td class="num">{ owned.high_watermark }</td>
                <td class="num">{ number(at.map(|at| owned.high_watermark - at)) }</td>
            </tr>
        }
    });
    let columns = [&ui::COLUMN_PARTITION, &ui::COLUMN_COMMITTED, &ui::COLUMN_POSITION, &ui::COLUMN_HW, &ui::COLUMN_LAG];
    html! { <>
        { table(lang, &ui::TABLE_OWNED, &columns, rows.collect()) }
        if let Some(ask) = ask { <p class="after-table">{ ask }</p> }
    </> }
}
