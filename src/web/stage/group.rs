//! The right column: each group's head and the cards of its members.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::{Folds, GROUP_HEAD_TALL, GroupLayout, GroupsLayout, Rect, group_facts},
        model::{GroupView, Place, ViewModel},
    },
};
use yew::prelude::*;

use super::{
    acts::{Acts, Halo, doer},
    folds::FoldAct,
    invite::{self, LATER, Words, invite},
    member::Member,
    spot::{At, use_rect},
};
use crate::stage_api::{Dialog, StageProps, place_id};

const NO_GROUP: Words = Words { title: &stage::NO_GROUP, text: &stage::NO_GROUP_TEXT, label: &stage::NO_GROUP_DO };

/// The column.
pub fn groups(props: &StageProps, vm: &ViewModel, layout: &GroupsLayout, acts: &Acts) -> Html {
    let lang = props.lang;
    let later = vm.topics.iter().all(|topic| topic.internal).then_some(LATER);
    html! {
        <section class="groups" aria-label={stage::GROUPS.source(lang)}>
            if vm.groups.is_empty() {
                <At rect={layout.head} class="column-head"><h2>{ stage::GROUPS.source(lang) }</h2></At>
                { invite(layout.add, &NO_GROUP, &Dialog::AddConsumer(None), later, lang, acts) }
            } else {
                { for vm.groups.iter().zip(&layout.groups).map(|(view, at)| group(props, view, at, layout, acts)) }
                { add_card(vm, layout.add, lang, acts) }
            }
        </section>
    }
}

fn group(props: &StageProps, view: &Rc<GroupView>, at: &GroupLayout, layout: &GroupsLayout, acts: &Acts) -> Html {
    let lang = props.lang;
    let halo = Halo::of(props, |place| matches!((place, &view.group_id), (Place::Group(name), Some(id)) if name == id));
    let members = view.members.iter().zip(&at.members).map(|(member, &rect)| {
        let halo = Halo::of(props, |place| matches!(place, Place::Consumer(name) if *name == member.name));
        html! {
            <Member key={member.name.clone()} view={member.clone()} group={view.group_id.clone()} {rect}
                density={layout.density} {lang} {halo} acts={acts.clone()} />
        }
    });
    html! {
        <section key={view.group_id.clone().unwrap_or_default()} aria-label={view.group_id.clone()}>
            <GroupHead view={view.clone()} rect={at.head} {lang} {halo} acts={acts.clone()} />
            <ul class="cards">{ for members }</ul>
            if let Some(rect) = at.more {
                { more(view, at, rect, lang, acts) }
            }
        </section>
    }
}

fn more(view: &GroupView, at: &GroupLayout, rect: Rect, lang: Lang, acts: &Acts) -> Html {
    let key = Folds::group_key(view).to_owned();
    let acts = acts.clone();
    let onclick = Callback::from(move |_: MouseEvent| acts.fold(FoldAct::Members(key.clone())));
    let text = if at.members.len() < view.members.len() {
        stage::SHOW_ALL.with("n", view.members.len()).plain(lang)
    } else {
        stage::SHOW_FEWER.source(lang).to_owned()
    };
    html! { <At {rect}><button type="button" class="more" {onclick}>{ text }</button></At> }
}

fn add_card(vm: &ViewModel, rect: Rect, lang: Lang, acts: &Acts) -> Html {
    let named: Vec<&String> = vm.groups.iter().filter_map(|group| group.group_id.as_ref()).collect();
    let consumer = match named.as_slice() {
        [only] => Some(Dialog::AddConsumer(Some((*only).clone()))),
        _ => None,
    };
    let mut choices = Vec::with_capacity(2);
    if let Some(dialog) = consumer {
        choices.push((&stage::ADD_CONSUMER, dialog));
    }
    choices.push((&stage::ADD_GROUP, Dialog::AddConsumer(None)));
    invite::add_card(rect, &choices, lang, acts)
}

#[derive(Properties, PartialEq)]
struct GroupHeadProps {
    view: Rc<GroupView>,
    rect: Rect,
    lang: Lang,
    halo: Halo,
    acts: Acts,
}

/// Name, state and facts of a group.
#[component]
fn GroupHead(props: &GroupHeadProps) -> Html {
    let GroupHeadProps { view, lang, .. } = props;
    let lang = *lang;
    let node = use_rect(props.rect);
    let onclick = use_callback((view.group_id.clone(), props.acts.clone()), |event: MouseEvent, (group, acts)| {
        let Some(group) = group else { return };
        match doer(&event) {
            Some((what, _)) if what == "add" => acts.open(Dialog::AddConsumer(Some(group.clone()))),
            _ => acts.select(Some(Place::Group(group.clone()))),
        }
    });
    let facts = group_facts(view, lang);
    let tall = (props.rect.h >= GROUP_HEAD_TALL).then_some("tall");
    let class = classes!("at", "group-head", tall, format!("g{}", view.color % 4), props.halo.class());
    html! {
        <div {class} ref={node} {onclick}>
            <div class="group-line">
                <svg class="swatch" viewBox="0 0 10 8" aria-hidden="true"><path d="M5 0 10 8H0z" /></svg>
                <h2>
                    if let Some(id) = &view.group_id {
                        <button type="button" class="group-name" id={place_id(&Place::Group(id.clone()))} data-do="self"
                            title={id.clone()}>{ id }</button>
                    } else {
                        { stage::WITHOUT_GROUP.source(lang) }
                    }
                </h2>
                if let Some(state) = view.state {
                    <span class={classes!("badge", state_class(state))}>{ state }</span>
                }
                if let Some(id) = &view.group_id {
                    <button type="button" class="group-add" data-do="add"
                        aria-label={stage::ADD_CONSUMER_TO.with("group", id.as_str()).plain(lang)}
                        title={stage::ADD_CONSUMER_TO.with("group", id.as_str()).plain(lang)}>{ "+" }</button>
                }
            </div>
            <p class="group-facts" title={facts.clone()}>{ facts }</p>
        </div>
    }
}

fn state_class(state: &str) -> &'static str {
    match state {
        "Stable" => "ok",
        "PreparingRebalance" | "CompletingRebalance" | "Assigning" | "Reconciling" => "warn",
        "Dead" => "bad",
        _ => "idle",
    }
}
