//! A consumer as a card: what it owns, how far it is, what it is doing.

use std::rc::Rc;

use kafkascope::{
    cluster::ClientProcess,
    i18n::{Lang, Template, stage, ui},
    view::{
        geometry::{Density, OWNED_LISTED, Rect},
        model::{MemberView, OwnedPartition, Place},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    acts::{Acts, Halo, doer},
    producer::{alert, cut_off, density_class, paused},
    spot::use_rect,
    words,
};
use crate::{say::say, stage_api::place_id};

/// Properties of [`Member`].
#[derive(Properties, PartialEq)]
pub struct MemberProps {
    /// The consumer.
    pub view: Rc<MemberView>,
    /// Its group.
    pub group: Option<String>,
    /// Where the card stands.
    pub rect: Rect,
    /// How much it shows.
    pub density: Density,
    /// Language of all text.
    pub lang: Lang,
    /// Set off from the others?
    pub halo: Halo,
    /// What it can ask for.
    pub acts: Acts,
}

/// A consumer's card.
#[component]
pub fn Member(props: &MemberProps) -> Html {
    let MemberProps { view, lang, density, .. } = props;
    let lang = *lang;
    let card = use_rect(props.rect);
    let onclick = use_callback(
        (view.name.clone(), props.group.clone(), props.acts.clone()),
        |event: MouseEvent, (name, group, acts)| match (doer(&event), group) {
            (Some((what, element)), Some(group)) if what == "owned" => {
                acts.why(WhyKey::Assignment { group: group.clone(), consumer: name.clone() }, Some(element));
            }
            _ => acts.select(Some(Place::Consumer(name.clone()))),
        },
    );
    let stripes = (view.stripes > 0).then(|| format!("stripes{}", (view.stripes - 1) % 3 + 1));
    let color = format!("m{}", view.color % 4);
    let class = classes!("at", "card", "member", color, stripes, density_class(*density), props.halo.class());
    html! {
        <li {class} ref={card} {onclick}>
            <span class="member-bar" aria-hidden="true"></span>
            <div class="card-head">
                <span class="member-dot" aria-hidden="true"></span>
                <button type="button" class="card-name" id={place_id(&Place::Consumer(view.name.clone()))} data-do="self"
                    title={view.name.clone()}>{ &view.name }</button>
                { badges(props, lang) }
            </div>
            if *density == Density::Roomy {
                { rows(&view.owned, lang) }
            }
            if *density != Density::Compact {
                { progress(view.progress_permille, lang) }
                <p class="doing" title={view.doing.plain(lang)}>{ say(&view.doing, lang) }</p>
            }
        </li>
    }
}

fn badges(props: &MemberProps, lang: Lang) -> Html {
    let view = &props.view;
    let short = words::owned_short(&view.owned, lang);
    let alt =
        stage::WHY_ASSIGNED.with("name", view.name.as_str()).with("what", words::owned_long(view, lang)).plain(lang);
    html! {
        <>
            if view.leader {
                <span class="crown" role="img" aria-label={stage::GROUP_LEADER.source(lang)}
                    title={stage::GROUP_LEADER.source(lang)}>{ "★" }</span>
            }
            if let Some(error) = &view.last_error {
                { alert(stage::LAST_ERROR.with("error", error.clone()).plain(lang)) }
            }
            if let Some((class, path, words)) = sign(view) {
                <span {class} role="img" aria-label={words.source(lang)} title={words.source(lang)}>
                    <svg viewBox="0 0 10 10" aria-hidden="true"><path class="stroke" d={path} /></svg>
                </span>
            } else if view.paused {
                { paused(lang) }
            }
            if let Some(text) = words::cut_off(&view.cut_from) {
                { cut_off(&text, lang) }
            }
            if props.group.is_some() {
                <button type="button" class="badge owned" data-do="owned" aria-label={format!("{short} · {alt}")} title={alt}>{ short }</button>
            } else {
                <span class="badge">{ short }</span>
            }
        </>
    }
}

/// What happened to its process or its application.
fn sign(view: &MemberView) -> Option<(&'static str, &'static str, &'static Template)> {
    match view.process {
        ClientProcess::Crashed => Some(("alert bad", "M2 2l6 6M8 2l-6 6", &ui::CRASHED)),
        ClientProcess::Frozen => Some(("alert warn", "M5 1v8M1.5 3l7 4M8.5 3l-7 4", &ui::FROZEN)),
        ClientProcess::Running => view.stalled.then_some(("alert warn", "M2.5 1.5h5l-5 7h5z", &ui::STALLED)),
    }
}

/// One line a partition: position and high watermark.
fn rows(owned: &[OwnedPartition], lang: Lang) -> Html {
    let shown = if owned.len() > OWNED_LISTED + 1 { OWNED_LISTED } else { owned.len() };
    let line = |one: &OwnedPartition| {
        let name = format!("{}-{}", one.topic, one.partition);
        let position = one.position.map_or_else(|| "–".to_owned(), |position| position.to_string());
        let alt = stage::POSITION_ALT.with("position", position.as_str()).with("hw", one.high_watermark).plain(lang);
        html! {
            <li key={name.clone()} class="owned-line">
                <span class="owned-name" title={name.clone()}>{ name }</span>
                <span class="owned-at" title={alt}>{ format!("{position} / {}", one.high_watermark) }</span>
            </li>
        }
    };
    html! {
        <ul class="owned-list">
            if owned.is_empty() {
                <li class="owned-line none">{ stage::OWNS_NOTHING.source(lang) }</li>
            }
            { for owned.iter().take(shown).map(line) }
            if owned.len() > shown {
                <li class="owned-line none">{ stage::OWNED_MORE.with("n", owned.len() - shown).plain(lang) }</li>
            }
        </ul>
    }
}

fn progress(permille: Option<u16>, lang: Lang) -> Html {
    let share = permille.unwrap_or(0).min(1000);
    let alt = stage::PROGRESS_ALT.with("n", share / 10).plain(lang);
    let width = format!("{}.{}%", share / 10, share % 10);
    html! {
        <svg class="progress" role="img" aria-label={alt}>
            <rect class="track" width="100%" height="4" rx="2" />
            if share > 0 {
                <rect class="done" {width} height="4" rx="2" />
            }
        </svg>
    }
}
