//! An RPC in full, beside the sequence chart: its request and its response, and the way along the chain of causes.

use kafkascope::{
    i18n::{Lang, Template, lens as words},
    view::{
        sequence::{Detail, Message, Step},
        why::WhyKey,
    },
};
use yew::prelude::*;

use crate::{
    panels::{icons, story::asked_at},
    say::{moment, say, tr},
    stage_api::Ask,
};

/// The panel. `on_event` shows another event, or nothing.
pub fn details(detail: &Detail, lang: Lang, on_event: &Callback<Option<u64>>, on_why: &Callback<Ask>) -> Html {
    let why = {
        let event = detail.event;
        on_why.reform(move |at: MouseEvent| Ask { key: WhyKey::Event { event }, anchor: asked_at(&at) })
    };
    html! {
        <section class="sq-detail" aria-label={tr(&words::DETAIL, lang)}>
            <div class="sq-detail-head">
                <h2><span class="line-time">{ moment(detail.time_us) }</span>{ " " }{ say(&detail.text, lang) }</h2>
                <button type="button" class="icon-button" aria-label={tr(&words::DETAIL_CLOSE, lang)} title={tr(&words::DETAIL_CLOSE, lang)}
                    onclick={on_event.reform(|_: MouseEvent| None)}>{ icons::close() }</button>
            </div>
            { steps(&words::CAUSE, detail.cause.as_slice(), "↑", (lang, on_event)) }
            { steps(&words::EFFECTS, &detail.effects, "↓", (lang, on_event)) }
            <p><button type="button" class="link" onclick={why}>{ tr(&words::WHY_CHAIN, lang) }</button></p>
            { message(&words::REQUEST, detail.request.as_ref(), lang) }
            { message(&words::RESPONSE, detail.response.as_ref(), lang) }
        </section>
    }
}

/// What caused it, or what it caused: buttons where the chart can go there.
fn steps(
    title: &'static Template,
    steps: &[Step],
    sign: &'static str,
    (lang, on_event): (Lang, &Callback<Option<u64>>),
) -> Html {
    if steps.is_empty() {
        return Html::default();
    }
    let one = |step: &Step| {
        let event = step.event;
        let words = html! { <><span aria-hidden="true">{ sign }</span>{ " " }<span class="line-time">{ moment(step.time_us) }</span>{ " " }{ say(&step.text, lang) }</> };
        if step.drawn {
            let onclick = on_event.reform(move |_: MouseEvent| Some(event));
            html! { <li key={event}><button type="button" class="sq-step" {onclick}>{ words }</button></li> }
        } else {
            html! { <li key={event} class="sq-step">{ words }</li> }
        }
    };
    html! { <><h3>{ tr(title, lang) }</h3><ul>{ for steps.iter().map(one) }</ul></> }
}

fn message(title: &'static Template, message: Option<&Message>, lang: Lang) -> Html {
    let Some(message) = message else { return Html::default() };
    html! { <>
        <h3>{ tr(title, lang) }<span class="sq-correlation">{ format!("correlationId {} · {}", message.correlation, moment(message.time_us)) }</span></h3>
        <div class="table-scroll" tabindex="0" role="group" aria-label={tr(title, lang)}>
            <table>
                <tbody>
                    { for message.fields.iter().map(|field| html! {
                        <tr><th scope="row" class={format!("depth-{}", field.depth.min(3))}>{ field.name }</th><td>{ &field.value }</td></tr>
                    }) }
                </tbody>
            </table>
        </div>
    </> }
}
