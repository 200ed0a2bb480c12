//! "Send one": a record by hand, and before it is sent, where it would go and why.

use std::{rc::Rc, sync::Arc};

use kafkascope::{
    cluster::command::{Command, Load},
    i18n::{Lang, forms, ui},
    view::why::{WhyCard, WhyKey, WhyStep},
};
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::{
    Refusal,
    field::{below, described_by, input_value, select_value},
};
use crate::say::{say, tr};

/// Props of [`SendOne`].
#[derive(Clone, PartialEq, Properties)]
pub struct SendProps {
    /// Language.
    pub lang: Lang,
    /// The producer.
    pub producer: String,
    /// What it sends by itself, whose keys are suggested.
    pub load: Arc<Load>,
    /// Partitions of its topic.
    pub partitions: usize,
    /// Where the record would go.
    pub preview: Option<Rc<WhyCard>>,
    /// Why the last record was refused.
    pub refusal: Option<Refusal>,
    /// Changes when the form is asked for by name.
    pub asked: u32,
    /// Sends.
    pub on_send: Callback<Command>,
    /// Asks where the record would go.
    pub on_preview: Callback<WhyKey>,
}

/// The form with what stands in it.
pub struct SendOne {
    key_field: NodeRef,
    key: String,
    value: String,
    /// The value is null.
    tombstone: bool,
    partition: Option<i32>,
    headers: String,
    /// A header line without a colon.
    bad_header: Option<String>,
    refusal: Option<Refusal>,
    asked: u32,
}

/// What happens in it.
pub enum Msg {
    Key(String),
    Value(String),
    Tombstone(bool),
    Partition(Option<i32>),
    Headers(String),
    Send,
}

impl Component for SendOne {
    type Message = Msg;
    type Properties = SendProps;

    fn create(ctx: &Context<Self>) -> SendOne {
        let key = ctx.props().load.keys.first().cloned().unwrap_or_default();
        let form = SendOne {
            key_field: NodeRef::default(),
            key,
            value: "by hand".to_owned(),
            tombstone: false,
            partition: None,
            headers: String::new(),
            bad_header: None,
            refusal: None,
            asked: 0,
        };
        form.preview(ctx);
        form
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &SendProps) -> bool {
        let props = ctx.props();
        if props.refusal != old.refusal {
            self.refusal = props.refusal.clone();
        }
        if props.partitions != old.partitions {
            self.preview(ctx);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Key(key) => {
                self.key = key;
                self.refusal = None;
                self.preview(ctx);
            }
            Msg::Value(value) => self.value = value,
            Msg::Tombstone(tombstone) => self.tombstone = tombstone,
            Msg::Partition(partition) => {
                self.partition = partition;
                self.refusal = None;
                self.preview(ctx);
            }
            Msg::Headers(headers) => {
                self.headers = headers;
                self.bad_header = None;
            }
            Msg::Send => {
                self.refusal = None;
                match self.headers() {
                    Ok(headers) => ctx.props().on_send.emit(Command::Send {
                        producer: ctx.props().producer.clone(),
                        topic: None,
                        key: self.record_key(),
                        value: (!self.tombstone).then(|| self.value.clone()),
                        partition: self.partition,
                        headers,
                    }),
                    Err(line) => self.bad_header = Some(line),
                }
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let lang = props.lang;
        let link = ctx.link();
        let onsubmit = link.callback(|event: SubmitEvent| {
            event.prevent_default();
            Msg::Send
        });
        let wrong = self.refusal.as_ref().map(|refusal| &refusal.text);
        let wrong_key = wrong.filter(|_| self.refused("key"));
        let wrong_value = wrong.filter(|_| self.refused("value"));
        let wrong_partition = wrong.filter(|_| self.refused("partition"));
        let whole = wrong.filter(|_| wrong_key.is_none() && wrong_value.is_none() && wrong_partition.is_none());
        let bad = self.bad_header.as_ref().map(|line| forms::ERROR_HEADER.with("line", line.as_str()));
        let partition = self.partition.map(|partition| partition.to_string()).unwrap_or_default();
        let invalid = |wrong: bool| wrong.then_some("true");
        html! {
            <section class="inspect-part send-one">
                <h3>{ tr(&forms::SEND_TITLE, lang) }</h3>
                <form {onsubmit} novalidate={true}>
                    <div class="send-row">
                        <div class="field">
                            <label for="send-key">{ tr(&forms::KEY, lang) }</label>
                            <input id="send-key" type="text" ref={self.key_field.clone()} value={self.key.clone()} list="send-keys"
                                placeholder={tr(&ui::FACT_NO_KEYS, lang)} autocomplete="off" spellcheck="false"
                                aria-describedby={described_by("send-key", true, wrong_key.is_some())} aria-invalid={invalid(wrong_key.is_some())}
                                oninput={link.callback(|event: InputEvent| Msg::Key(input_value(&event)))} />
                            <datalist id="send-keys">{ for props.load.keys.iter().map(|key| html! { <option value={key.clone()} /> }) }</datalist>
                        </div>
                        <div class="field">
                            <label for="send-value">{ tr(&forms::VALUE, lang) }</label>
                            <input id="send-value" type="text" value={self.value.clone()} autocomplete="off" disabled={self.tombstone}
                                aria-describedby={described_by("send-value", false, wrong_value.is_some())} aria-invalid={invalid(wrong_value.is_some())}
                                oninput={link.callback(|event: InputEvent| Msg::Value(input_value(&event)))} />
                        </div>
                        <button type="submit" class="button button-main">{ tr(&forms::DO_SEND, lang) }</button>
                    </div>
                    { below("send-key", None, wrong_key, lang) }
                    { below("send-value", None, wrong_value, lang) }
                    if let Some(whole) = whole { <p class="wrong" role="alert">{ say(whole, lang) }</p> }
                    <details class="more-fields" open={wrong_partition.is_some() || bad.is_some()}>
                        <summary>{ tr(&forms::MORE, lang) }</summary>
                        <div class="field">
                            <label for="send-partition">{ tr(&forms::PARTITION, lang) }</label>
                            <select id="send-partition" aria-invalid={invalid(wrong_partition.is_some())}
                                aria-describedby={described_by("send-partition", false, wrong_partition.is_some())}
                                onchange={link.callback(|event: Event| Msg::Partition(select_value(&event).parse().ok()))}>
                                <option value="" selected={partition.is_empty()}>{ tr(&forms::PARTITION_CHOSEN, lang) }</option>
                                { for (0..props.partitions).map(|number| {
                                    let value = number.to_string();
                                    let selected = value == partition;
                                    html! { <option value={value.clone()} {selected}>{ format!("P{value}") }</option> }
                                }) }
                            </select>
                            { below("send-partition", None, wrong_partition, lang) }
                        </div>
                        <div class="field">
                            <label class="check">
                                <input id="send-tombstone" type="checkbox" checked={self.tombstone} onchange={link.callback(|event: Event| {
                                    Msg::Tombstone(event.target_dyn_into::<HtmlInputElement>().is_some_and(|field| field.checked()))
                                })} />
                                { tr(&forms::TOMBSTONE, lang) }
                            </label>
                        </div>
                        <div class="field">
                            <label for="send-headers">{ tr(&forms::HEADERS, lang) }</label>
                            <textarea id="send-headers" rows="2" spellcheck="false" value={self.headers.clone()}
                                aria-describedby={described_by("send-headers", true, bad.is_some())} aria-invalid={invalid(bad.is_some())}
                                oninput={link.callback(|event: InputEvent| {
                                    Msg::Headers(event.target_dyn_into::<HtmlTextAreaElement>().map(|area| area.value()).unwrap_or_default())
                                })} />
                            { below("send-headers", Some(&forms::HEADERS_HELP.text()), bad.as_ref(), lang) }
                        </div>
                    </details>
                </form>
                <div class="preview" id="send-key-help" aria-live="polite">
                    if let Some(card) = props.preview.as_ref().filter(|card| self.is_mine(ctx, card)) { { preview(card, lang) } }
                </div>
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let asked = ctx.props().asked;
        if asked == self.asked {
            return;
        }
        self.asked = asked;
        if let Some(field) = self.key_field.cast::<HtmlElement>() {
            let _ = field.focus();
        }
        if let Some(field) = self.key_field.cast::<HtmlInputElement>() {
            field.select();
        }
    }
}

impl SendOne {
    fn record_key(&self) -> Option<String> {
        (!self.key.is_empty()).then(|| self.key.clone())
    }

    fn question(&self, ctx: &Context<Self>) -> WhyKey {
        WhyKey::WouldGo { producer: ctx.props().producer.clone(), key: self.record_key(), partition: self.partition }
    }

    fn preview(&self, ctx: &Context<Self>) {
        ctx.props().on_preview.emit(self.question(ctx));
    }

    fn is_mine(&self, ctx: &Context<Self>, card: &WhyCard) -> bool {
        card.key == self.question(ctx)
    }

    fn refused(&self, field: &str) -> bool {
        self.refusal.as_ref().and_then(|refusal| refusal.field.as_deref()) == Some(field)
    }

    /// `name: value`, one a line; or the first line that is not.
    fn headers(&self) -> Result<Vec<(String, String)>, String> {
        let lines = self.headers.lines().map(str::trim).filter(|line| !line.is_empty());
        lines
            .map(|line| {
                let (name, value) = line.split_once([':', '：']).ok_or_else(|| line.to_owned())?;
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            })
            .collect()
    }
}

fn preview(card: &WhyCard, lang: Lang) -> Html {
    html! { <>
        <p class="preview-title">{ say(&card.title, lang) } if !card.subject.is_empty() { <code>{ card.subject.clone() }</code> }</p>
        { for card.steps.iter().map(|step| match step {
            WhyStep::Sentence(text) => html! { <p class="preview-step">{ say(text, lang) }</p> },
            WhyStep::Formula(text) => html! { <p class="preview-step formula">{ say(text, lang) }</p> },
        }) }
        if let Some(note) = &card.note { <p class="faint">{ say(note, lang) }</p> }
    </> }
}
