//! The inspector: the whole state of one thing on the stage, and what can be done to it.
//!
//! It reads only the view model and sends commands; each kind of thing has a file. Left out: where it stands on the
//! page (the style sheet's grid), and the forms it opens.

mod broker;
mod consumer;
mod facts;
mod group;
mod member;
mod partition;
mod producer;
mod settings;
mod topic;

use std::rc::Rc;

use kafkascope::{
    cluster::command::{Command, NodeName},
    i18n::{Lang, Template, faults as words, ui},
    view::{
        group_chart::GroupCharts,
        member_card::MemberCard,
        model::{Place, ViewModel},
        why::{WhyCard, WhyKey},
    },
};
use web_sys::HtmlElement;
use yew::prelude::*;

use super::icons;
use crate::{
    forms::{Kind, Refusal},
    say::tr,
    stage_api::{Ask, Dialog},
};

/// Props of [`Inspector`].
#[derive(Clone, PartialEq, Properties)]
pub struct InspectorProps {
    /// The picture.
    pub vm: Rc<ViewModel>,
    /// Language.
    pub lang: Lang,
    /// What is inspected.
    pub place: Place,
    /// What has happened to the groups.
    pub charts: Rc<GroupCharts>,
    /// The membership of the consumer that is inspected.
    pub card: Option<Rc<MemberCard>>,
    /// Where the record in the "Send one" form would go.
    pub preview: Option<Rc<WhyCard>>,
    /// Why the last record by hand was refused.
    pub refusal: Option<Refusal>,
    /// Counts the times that the "Send one" form is asked for by name: then it gets the focus.
    pub send_asked: u32,
    /// Does something.
    pub on_command: Callback<Command>,
    /// Sends a record by hand; a refusal comes back in `refusal`.
    pub on_send: Callback<Command>,
    /// Asks where a record would go.
    pub on_preview: Callback<WhyKey>,
    /// Opens a form.
    pub on_open: Callback<Dialog>,
    /// Asks why.
    pub on_why: Callback<Ask>,
    /// Inspects something else.
    pub on_select: Callback<Option<Place>>,
}

/// The inspector.
pub struct Inspector {
    heading: NodeRef,
    shown: Option<Place>,
}

impl Component for Inspector {
    type Message = ();
    type Properties = InspectorProps;

    fn create(_ctx: &Context<Self>) -> Inspector {
        Inspector { heading: NodeRef::default(), shown: None }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let body = match &props.place {
            Place::Producer(name) => producer::view(props, name),
            Place::Partition(topic, partition) => partition::view(props, topic, *partition),
            Place::Broker(id) => broker::view(props, *id),
            Place::Consumer(name) => consumer::view(props, name),
            Place::Group(name) => group::view(props, name),
            Place::Topic(name) => topic::view(props, name),
        };
        let body = body.unwrap_or_default();
        let on_close = props.on_select.reform(|_: MouseEvent| None);
        html! {
            <section class="inspector" aria-labelledby="inspector-kind inspector-title">
                <header class="inspector-head">
                    <p class="over" id="inspector-kind">{ tr(body.kind.unwrap_or(&ui::NONE), props.lang) }</p>
                    <h2 id="inspector-title" tabindex="-1" ref={self.heading.clone()}>{ body.title }</h2>
                    { body.badge }
                    <button type="button" class="icon-button inspector-close" aria-label={tr(&ui::INSPECT_CLOSE, props.lang)}
                        title={format!("{} (Esc)", tr(&ui::CLOSE, props.lang))} onclick={on_close}>{ icons::close() }</button>
                </header>
                <div class="inspector-body">{ body.content }</div>
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let place = &ctx.props().place;
        if self.shown.as_ref() == Some(place) {
            return;
        }
        self.shown = Some(place.clone());
        // Who asked for the form by name gets its field focused instead.
        if ctx.props().send_asked > 0 {
            return;
        }
        if let Some(heading) = self.heading.cast::<HtmlElement>() {
            let options = web_sys::FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = heading.focus_with_options(&options);
        }
    }
}

/// What a kind of thing puts into the frame.
#[derive(Default)]
struct Body {
    kind: Option<&'static Template>,
    title: String,
    badge: Html,
    content: Html,
}

/// Is this thing still on the stage?
pub fn exists(vm: &ViewModel, place: &Place) -> bool {
    match place {
        Place::Producer(name) => vm.producers.iter().any(|producer| producer.name == *name),
        Place::Partition(topic, partition) => vm
            .topics
            .iter()
            .any(|view| view.name == *topic && view.partitions.iter().any(|view| view.partition == *partition)),
        Place::Broker(id) => vm.nodes().any(|node| node.id == *id),
        Place::Consumer(name) => consumer::find(vm, name).is_some(),
        Place::Group(name) => group::find(vm, name).is_some(),
        Place::Topic(name) => vm.topics.iter().any(|topic| topic.name == *name),
    }
}

/// A button that sends a command.
fn act(props: &InspectorProps, words: &'static Template, help: Option<&'static Template>, command: Command) -> Html {
    let onclick = props.on_command.reform(move |_: MouseEvent| command.clone());
    let title = help.map(|help| tr(help, props.lang));
    html! { <button type="button" class="button" {onclick} {title}>{ tr(words, props.lang) }</button> }
}

/// A button that opens a form.
fn open(props: &InspectorProps, words: &'static Template, dialog: Dialog) -> Html {
    let onclick = props.on_open.reform(move |_: MouseEvent| dialog.clone());
    html! { <button type="button" class="button" {onclick}>{ tr(words, props.lang) }</button> }
}

/// Buttons that break a node's links, or its clock.
fn links(props: &InspectorProps, node: NodeName) -> Vec<Html> {
    let of = |kind| Dialog::Break(kind, Some(node.clone()));
    vec![
        open(props, &words::DO_CUT_OFF, of(Kind::Cut)),
        open(props, &words::DO_SLOW_DOWN_LINK, of(Kind::SlowLink)),
        open(props, &words::DO_SKEW, of(Kind::Skew)),
    ]
}

/// A button that asks why.
fn why(props: &InspectorProps, words: &'static Template, key: WhyKey) -> Html {
    let onclick =
        props.on_why.reform(move |event: MouseEvent| Ask { key: key.clone(), anchor: super::story::asked_at(&event) });
    html! { <button type="button" class="link ask" {onclick}>{ tr(words, props.lang) }</button> }
}

/// A name that leads to the inspector of that thing.
fn link(props: &InspectorProps, words: impl Into<AttrValue>, place: Place) -> Html {
    let onclick = props.on_select.reform(move |_: MouseEvent| Some(place.clone()));
    html! { <button type="button" class="link" {onclick}>{ words.into() }</button> }
}

/// The row of buttons.
fn actions(props: &InspectorProps, buttons: Vec<Html>) -> Html {
    html! { <div class="actions" role="group" aria-label={tr(&ui::ACTIONS, props.lang)}>{ for buttons }</div> }
}

/// Several rows of buttons, each under a small heading that says what they act on.
fn action_parts(props: &InspectorProps, parts: Vec<(&'static Template, Vec<Html>)>) -> Html {
    let part = |(name, buttons): (&'static Template, Vec<Html>)| {
        let id = format!("actions-{}", name.key.replace('.', "-"));
        html! {
            <div class="actions-part" role="group" aria-labelledby={id.clone()}>
                <h3 {id}>{ tr(name, props.lang) }</h3>
                <div class="actions">{ for buttons }</div>
            </div>
        }
    };
    html! { <div class="actions-parts" role="group" aria-label={tr(&ui::ACTIONS, props.lang)}>{ for parts.into_iter().map(part) }</div> }
}
