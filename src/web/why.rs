//! The *Why?* card: the rule with this case's values, beside the thing asked about.
//!
//! It opens where `view::geometry::popover` says, stays in the window, and is a sheet at the bottom on a phone. It
//! takes the focus, keeps the Tab key inside, closes with Escape, and gives the focus back. What the answer is, is
//! `view::why`'s.

use kafkascope::{
    i18n::{Lang, Text, stage},
    view::{
        geometry::{popover, rect},
        story::StoryLine,
        why::{WhyCard, WhyKey, WhyStep},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, window};
use yew::prelude::*;

use crate::{
    say::{moment, say},
    stage_api::{Ask, Dialog, WhyProps},
};

/// Windows narrower than this get a sheet at the bottom (`static/stage.css` says so too).
const SHEET_BELOW: f64 = 640.0;

/// The card.
#[component]
pub fn WhyPopover(props: &WhyProps) -> Html {
    let WhyProps { card, lang, anchor, on_close, .. } = props;
    let lang = *lang;
    let node = use_node_ref();
    use_effect_with((card.key.clone(), anchor.clone()), {
        let node = node.clone();
        move |(_, anchor): &(WhyKey, Option<Element>)| {
            let element = node.cast::<HtmlElement>();
            if let Some(element) = &element {
                put(element, anchor.as_ref());
                let _ = element.focus();
            }
            let anchor = anchor.clone();
            move || give_back(element.as_ref(), anchor.as_ref())
        }
    });
    let onkeydown =
        use_callback((node.clone(), on_close.clone()), |event: KeyboardEvent, (node, on_close)| {
            match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    on_close.emit(());
                }
                "Tab" => {
                    if let Some(card) = node.cast::<Element>() {
                        keep_inside(&event, &card);
                    }
                }
                _ => {}
            }
        });
    let close = use_callback(on_close.clone(), |_: MouseEvent, on_close| on_close.emit(()));
    html! {
        <div class="why" ref={node} role="dialog" aria-labelledby="why-title" tabindex="-1" {onkeydown}>
            <div class="why-head">
                <h2 id="why-title">{ say(&card.title, lang) }</h2>
                <span class="why-subject" title={card.subject.clone()}>{ &card.subject }</span>
                <button type="button" class="why-close" onclick={close} aria-label={stage::WHY_CLOSE.source(lang)}>
                    <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2 10 10M10 2 2 10" /></svg>
                </button>
            </div>
            <div class="why-body">
                { for card.steps.iter().map(|step| step_line(step, lang)) }
                if let Some(note) = &card.note {
                    { note_line(note, card, props) }
                }
                if !card.chain.is_empty() {
                    { chain(&card.chain, props) }
                }
            </div>
        </div>
    }
}

fn step_line(step: &WhyStep, lang: Lang) -> Html {
    match step {
        WhyStep::Sentence(text) => html! { <p class="why-sentence">{ say(text, lang) }</p> },
        WhyStep::Formula(text) => html! { <p class="why-formula">{ say(text, lang) }</p> },
    }
}

/// What would change it, with the form to try it in, where there is one.
fn note_line(note: &Text, card: &WhyCard, props: &WhyProps) -> Html {
    let dialog = match &card.key {
        WhyKey::Partition { topic, .. } => Some(Dialog::AddPartitions(topic.clone())),
        _ => None,
    };
    let try_it = dialog.map(|dialog| {
        let on_open = props.on_open.clone();
        let onclick = Callback::from(move |_: MouseEvent| on_open.emit(dialog.clone()));
        html! { <>{ " " }<button type="button" class="why-link" {onclick}>{ stage::WHY_TRY.source(props.lang) }</button></> }
    });
    html! { <p class="why-note">{ say(note, props.lang) }{ for try_it }</p> }
}

fn chain(lines: &[StoryLine], props: &WhyProps) -> Html {
    let lang = props.lang;
    let line = |line: &StoryLine| {
        let ask = line.why.as_ref().map(|(question, key)| {
            let (key, on_why, anchor) = (key.clone(), props.on_why.clone(), props.anchor.clone());
            let onclick = Callback::from(move |_: MouseEvent| {
                on_why.emit(Ask { key: key.clone(), anchor: anchor.clone() });
            });
            html! { <>{ " " }<button type="button" class="why-link" {onclick}>{ say(question, lang) }</button></> }
        });
        html! {
            <li key={line.event}>
                <span class="why-time">{ moment(line.time_us) }</span>
                <span>{ say(&line.text, lang) }{ for ask }</span>
            </li>
        }
    };
    html! {
        <details class="why-chain">
            <summary>{ stage::WHY_CHAIN.source(lang) }<span class="why-count">{ lines.len() }</span></summary>
            <ol>{ for lines.iter().map(line) }</ol>
        </details>
    }
}

/// Puts the card beside its anchor; a sheet stays where the style sheet has it.
fn put(card: &HtmlElement, anchor: Option<&Element>) {
    let Some(window) = window() else { return };
    let length = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|v| v.as_f64()).unwrap_or(0.0);
    let (width, height) = (length(window.inner_width()), length(window.inner_height()));
    let style = card.style();
    if width < SHEET_BELOW {
        let _ = style.remove_property("left");
        let _ = style.remove_property("top");
        return;
    }
    let size = card.get_bounding_client_rect();
    let size = (size.width() as f32, size.height() as f32);
    let at = match anchor.filter(|anchor| anchor.is_connected()) {
        Some(anchor) => {
            let at = anchor.get_bounding_client_rect();
            let at = rect(at.x() as f32, at.y() as f32, at.width() as f32, at.height() as f32);
            popover::beside(at, size, width as f32, height as f32)
        }
        None => {
            popover::beside(rect(width as f32 / 2.0, height as f32 / 3.0, 0.0, 0.0), size, width as f32, height as f32)
        }
    };
    let _ = style.set_property("left", &format!("{}px", at.x));
    let _ = style.set_property("top", &format!("{}px", at.y));
}

/// Gives the focus back to what was asked about, unless it has gone elsewhere meanwhile.
fn give_back(card: Option<&HtmlElement>, anchor: Option<&Element>) {
    let active = window().and_then(|window| window.document()).and_then(|document| document.active_element());
    let ours = match (&active, card) {
        (Some(active), Some(card)) => active.tag_name() == "BODY" || card.contains(Some(active)),
        _ => true,
    };
    if let (true, Some(anchor)) = (ours, anchor.filter(|anchor| anchor.is_connected())) {
        if let Some(element) = anchor.dyn_ref::<HtmlElement>() {
            let _ = element.focus();
        } else if let Some(element) = anchor.dyn_ref::<web_sys::SvgElement>() {
            let _ = element.focus();
        }
    }
}

/// From the last thing that takes the focus, Tab goes to the first, and back.
fn keep_inside(event: &KeyboardEvent, card: &Element) {
    let Ok(found) = card.query_selector_all("button, summary, a[href], input") else { return };
    let visible = |element: &HtmlElement| element.offset_parent().is_some();
    let items: Vec<HtmlElement> =
        (0..found.length()).filter_map(|at| found.item(at)?.dyn_into::<HtmlElement>().ok()).filter(visible).collect();
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return };
    let active = window().and_then(|window| window.document()).and_then(|document| document.active_element());
    let at = |element: &HtmlElement| active.as_ref().is_some_and(|active| **active == ***element);
    let on_card = active.as_ref() == Some(card);
    let next = match event.shift_key() {
        true if at(first) || on_card => last,
        false if at(last) => first,
        _ => return,
    };
    event.prevent_default();
    let _ = next.focus();
}
