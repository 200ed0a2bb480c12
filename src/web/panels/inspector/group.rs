//! A group: its state, its coordinator, its members; things done to all of them.

use std::rc::Rc;

use kafkascope::{
    cluster::command::Command,
    i18n::{Arg, Template, ui},
    view::model::{GroupView, MemberView, Place, ViewModel},
};
use yew::prelude::*;

use super::{
    Body, InspectorProps, act, action_parts,
    facts::{Facts, badge, table},
    link, open,
};
use crate::{
    say::{say, tr},
    stage_api::Dialog,
};

/// A group by its id; the empty name is the consumers without one.
pub fn find<'a>(vm: &'a ViewModel, name: &str) -> Option<&'a Rc<GroupView>> {
    vm.groups.iter().find(|group| group.group_id.as_deref().unwrap_or_default() == name)
}

pub fn view(props: &InspectorProps, name: &str) -> Option<Body> {
    let lang = props.lang;
    let group = find(&props.vm, name)?;
    let members = &group.members;
    let all = |words: &'static Template, which: fn(&MemberView) -> bool, make: fn(String) -> Command| {
        let names: Vec<String> =
            members.iter().filter(|member| which(member)).map(|member| member.name.clone()).collect();
        let disabled = names.is_empty();
        let on_command = props.on_command.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            for name in &names {
                on_command.emit(make(name.clone()));
            }
        });
        html! { <button type="button" class="button" {onclick} {disabled}>{ tr(words, lang) }</button> }
    };
    let buttons = vec![
        open(props, &ui::DO_ADD_CONSUMER, Dialog::AddConsumer(group.group_id.clone())),
        all(&ui::DO_PAUSE_ALL, |member| !member.paused, |consumer| Command::PauseConsumer { consumer }),
        all(&ui::DO_RESUME_ALL, |member| member.paused, |consumer| Command::ResumeConsumer { consumer }),
        all(&ui::DO_CLOSE_ALL, |_| true, |consumer| Command::RemoveConsumer { consumer }),
    ];
    let mut parts = vec![(&ui::ACTIONS_MEMBERS, buttons)];
    if let Some(id) = &group.group_id {
        let delete = Command::DeleteGroup { group: id.clone() };
        let buttons = vec![
            open(props, &ui::DO_SHOW_TOOL, Dialog::GroupTool(id.clone())),
            open(props, &ui::DO_RESET_OFFSETS, Dialog::ResetOffsets(id.clone())),
            act(props, &ui::DO_DELETE_GROUP, Some(&ui::DO_DELETE_GROUP_HELP), delete),
        ];
        parts.push((&ui::ACTIONS_ADMIN, buttons));
    }
    let content = html! { <>
        { action_parts(props, parts) }
        { facts(props, group) }
        { table_of(props, group) }
        { super::member::last_rebalance(props, &props.charts, name) }
    </> };
    let badge = match group.state {
        Some(state @ "Stable") => badge("ok", state),
        Some(state @ ("Empty" | "Dead")) => badge("plain", state),
        Some(state) => badge("warn", state),
        None => Html::default(),
    };
    let (kind, title) = match &group.group_id {
        Some(id) => (&ui::KIND_GROUP, id.clone()),
        None => (&ui::KIND_CONSUMER, tr(&ui::KIND_NO_GROUP, lang).to_owned()),
    };
    Some(Body { kind: Some(kind), title, badge, content })
}

fn facts(props: &InspectorProps, group: &GroupView) -> Html {
    let lang = props.lang;
    let mut facts = Facts::new(lang);
    if group.group_id.is_some() {
        let coordinator = match (group.coordinator, group.coordinator_partition) {
            (Some(broker), Some(partition)) => {
                let text = ui::FACT_COORDINATOR_VALUE.with("broker", broker).with("partition", partition);
                html! { { say(&text, lang) } }
            }
            (Some(broker), None) => link(props, ui::BROKER_NAME.with("id", broker).plain(lang), Place::Broker(broker)),
            (None, _) => html! { { tr(&ui::NONE, lang) } },
        };
        let assignor = match &group.assignor {
            Some(name) => html! { <code>{ name.clone() }</code> },
            None => html! { { tr(&ui::NONE, lang) } },
        };
        facts = match group.assignment_epoch {
            Some(target) => {
                facts.code(&ui::FACT_GROUP_EPOCH, group.generation).code(&ui::FACT_ASSIGNMENT_EPOCH, target)
            }
            None => facts.code(&ui::FACT_GENERATION, group.generation),
        };
        facts = facts.row(&ui::FACT_ASSIGNOR, assignor).row(&ui::FACT_COORDINATOR, coordinator);
    }
    if let Some(at_us) = group.offsets_expire_us {
        let left = Arg::Duration(at_us.saturating_sub(props.vm.time_us));
        facts = facts.text(&ui::FACT_OFFSETS_EXPIRE, &ui::FACT_OFFSETS_EXPIRE_VALUE.with("left", left));
    }
    facts.code(&ui::FACT_LAG, group.lag).html()
}

fn table_of(props: &InspectorProps, group: &GroupView) -> Html {
    let lang = props.lang;
    let rows: Vec<Html> = group
        .members
        .iter()
        .map(|member| {
            let owned: Vec<String> =
                member.owned.iter().map(|owned| format!("{}-{}", owned.topic, owned.partition)).collect();
            html! {
                <tr key={member.name.clone()}>
                    <th scope="row">
                        <span class={format!("member-mark member-mark-{}", member.color)} aria-hidden="true" />
                        { link(props, member.name.clone(), Place::Consumer(member.name.clone())) }
                        if member.classic_in_consumer { { " " }{ badge("plain", tr(&ui::BY_CLASSIC, lang)) } }
                        if member.paused { { " " }{ badge("warn", tr(&ui::PAUSED, lang)) } }
                    </th>
                    <td><code>{ if owned.is_empty() { "–".to_owned() } else { owned.join(" ") } }</code></td>
                </tr>
            }
        })
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    table(lang, &ui::FACT_MEMBERS, &[&ui::COLUMN_MEMBER, &ui::COLUMN_OWNS], rows)
}
