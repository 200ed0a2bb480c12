//! A producer as a card: what it sends and how, what waits in its accumulator, one record by hand.

use std::rc::Rc;

use kafkascope::{
    cluster::command::Command,
    i18n::{Lang, Text, stage, ui},
    view::{
        geometry::{Density, Rect},
        model::{KeyMark, Place, ProducerView},
    },
};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::{
    acts::{Acts, Halo, doer},
    chart::Chart,
    spot::use_rect,
    words,
};
use crate::{
    say::say,
    stage_api::{Dialog, place_id},
};

/// Value of a record that is sent from the card; the form behind "…" takes any.
const VALUE: &str = "hello";

/// Properties of [`Producer`].
#[derive(Properties, PartialEq)]
pub struct ProducerProps {
    /// The producer.
    pub view: Rc<ProducerView>,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// Partitions of its topic.
    pub partitions: usize,
    /// Say which topic it sends to: there are several.
    pub names_topic: bool,
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

/// A producer's card.
#[component]
pub fn Producer(props: &ProducerProps) -> Html {
    let ProducerProps { view, lang, density, .. } = props;
    let lang = *lang;
    let card = use_rect(props.rect);
    let onclick =
        use_callback((view.name.clone(), props.acts.clone()), |event: MouseEvent, (name, acts)| {
            match doer(&event).as_ref().map(|(what, _)| what.as_str()) {
                Some("more") => acts.open(Dialog::SendOne(name.clone())),
                Some("form") => {}
                _ => acts.select(Some(Place::Producer(name.clone()))),
            }
        });
    let how = html! { <p class="how" title={how_plain(view, props.names_topic, lang)}>{ how(view, props.names_topic, lang) }</p> };
    let doing = html! { <p class="doing" title={view.doing.plain(lang)}>{ say(&view.doing, lang) }</p> };
    let class = classes!("at", "card", "producer", density_class(*density), props.halo.class());
    let roomy = *density == Density::Roomy;
    html! {
        <li {class} ref={card} {onclick}>
            <div class="card-head">
                <button type="button" class="card-name" id={place_id(&Place::Producer(view.name.clone()))} data-do="self"
                    title={view.name.clone()}>{ &view.name }</button>
                { badges(view, lang) }
            </div>
            if *density != Density::Compact {
                { how }
                <Chart view={view.clone()} keys={props.keys.clone()} partitions={props.partitions} {roomy} {lang} />
            }
            if roomy {
                { doing }
            }
            <SendForm name={view.name.clone()} first={view.load.keys.first().cloned()} {lang} acts={props.acts.clone()} />
        </li>
    }
}

/// The class of a density.
pub fn density_class(density: Density) -> &'static str {
    match density {
        Density::Roomy => "roomy",
        Density::Cosy => "cosy",
        Density::Compact => "compact",
    }
}

fn badges(view: &ProducerView, lang: Lang) -> Html {
    let acks = classes!("badge", matches!(view.acks.as_str(), "all" | "-1").then_some("accent"));
    html! {
        <>
            if view.metadata_stale {
                <span class="alert warn" role="img" aria-label={stage::METADATA_STALE.source(lang)}
                    title={stage::METADATA_STALE.source(lang)}>{ "↻" }</span>
            }
            if let Some(error) = &view.last_error {
                { alert(stage::LAST_ERROR.with("error", error.clone()).plain(lang)) }
            }
            if view.frozen {
                { frozen(lang) }
            } else if view.paused {
                { paused(lang) }
            }
            if let Some(text) = words::cut_off(&view.cut_from) {
                { cut_off(&text, lang) }
            }
            <span class={acks}>{ stage::ACKS.with("acks", view.acks.as_str()).plain(lang) }</span>
        </>
    }
}

/// The sign of a process that stands still.
fn frozen(lang: Lang) -> Html {
    let label = ui::FROZEN.source(lang);
    html! {
        <span class="alert warn" role="img" aria-label={label} title={label}>
            <svg viewBox="0 0 10 10" aria-hidden="true"><path class="stroke" d="M5 1v8M1.5 3l7 4M8.5 3l-7 4" /></svg>
        </span>
    }
}

/// The sign of a link that is cut: a line with a gap.
pub fn cut_off(text: &Text, lang: Lang) -> Html {
    let label = text.plain(lang);
    html! {
        <span class="alert bad" role="img" aria-label={label.clone()} title={label}>
            <svg viewBox="0 0 10 10" aria-hidden="true"><path class="stroke" d="M0 5h3M7 5h3M4 8l2-6" /></svg>
        </span>
    }
}

/// The sign of something that was paused by hand.
pub fn paused(lang: Lang) -> Html {
    let label = stage::PAUSED.source(lang);
    html! {
        <span class="alert warn" role="img" aria-label={label} title={label}>
            <svg viewBox="0 0 10 10" aria-hidden="true"><path d="M2.5 2h2v6h-2zM5.5 2h2v6h-2z" /></svg>
        </span>
    }
}

/// A sign that something went wrong, with what it was.
pub fn alert(text: String) -> Html {
    html! { <span class="alert bad" role="img" aria-label={text.clone()} title={text}>{ "!" }</span> }
}

fn how(view: &ProducerView, names_topic: bool, lang: Lang) -> Html {
    html! {
        <>
            if names_topic {
                <code>{ stage::TO_TOPIC.with("topic", view.topic.as_str()).plain(lang) }</code>{ " · " }
            }
            { say(&view.how, lang) }
            if view.paused {
                { " · " }<span class="warned">{ stage::PAUSED.source(lang) }</span>
            } else if view.load.rate_millihertz > 0 {
                { " · " }{ stage::RATE.with("n", words::rate(view.load.rate_millihertz)).plain(lang) }
            }
        </>
    }
}

fn how_plain(view: &ProducerView, names_topic: bool, lang: Lang) -> String {
    let mut out = String::new();
    if names_topic {
        out = stage::TO_TOPIC.with("topic", view.topic.as_str()).plain(lang) + " · ";
    }
    out += &view.how.plain(lang);
    if view.load.rate_millihertz > 0 {
        out += " · ";
        out += &stage::RATE.with("n", words::rate(view.load.rate_millihertz)).plain(lang);
    }
    out
}

#[derive(Properties, PartialEq)]
struct SendFormProps {
    name: String,
    first: Option<String>,
    lang: Lang,
    acts: Acts,
}

/// A key and a button: one call of `send`. Its own component, so that typing draws nothing else.
#[component]
fn SendForm(props: &SendFormProps) -> Html {
    let SendFormProps { name, lang, .. } = props;
    let lang = *lang;
    let key = use_state(|| props.first.clone().unwrap_or_default());
    let oninput = {
        let key = key.setter();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) {
                key.set(input.value());
            }
        })
    };
    let onsubmit = {
        let (key, name, acts) = (key.clone(), name.clone(), props.acts.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let key = (!key.is_empty()).then(|| (*key).clone());
            acts.command(Command::Send {
                producer: name.clone(),
                topic: None,
                key,
                value: Some(VALUE.to_owned()),
                partition: None,
                headers: Vec::new(),
            });
        })
    };
    html! {
        <form class="send" data-do="form" {onsubmit}>
            <input type="text" class="send-key" value={(*key).clone()} {oninput} maxlength="1000" spellcheck="false"
                autocomplete="off" autocapitalize="off" placeholder={stage::KEY_NONE.source(lang)}
                aria-label={stage::KEY_FIELD.with("name", name.as_str()).plain(lang)} />
            <button type="submit" class="send-do" aria-label={stage::SEND_FROM.with("name", name.as_str()).plain(lang)}>
                { stage::SEND.source(lang) }
            </button>
            <button type="button" class="send-more" data-do="more" aria-label={stage::SEND_MORE.source(lang)}
                title={stage::SEND_MORE.source(lang)}>{ "…" }</button>
        </form>
    }
}
