//! The line of brokers over the topics, and of controllers apart from them: a chip each, with its state and who is the
//! active controller.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage, ui},
    kafka::ids::short_name,
    view::{
        geometry::{ClusterLayout, Rect},
        model::{BrokerState, BrokerView, Place, ViewModel},
    },
};
use yew::prelude::*;

use super::{
    acts::{Acts, Halo},
    folds::FoldAct,
    spot::{At, use_rect},
    words,
};
use crate::stage_api::{Dialog, StageProps, place_id};

/// The line.
pub fn brokers(props: &StageProps, vm: &ViewModel, layout: &ClusterLayout, acts: &Acts) -> Html {
    let lang = props.lang;
    let chip = |(view, &rect): (&Rc<BrokerView>, &Rect)| {
        let halo = Halo::of(props, |place| *place == Place::Broker(view.id));
        let controller = vm.controller == Some(view.id);
        html! { <BrokerChip key={view.id} view={view.clone()} {rect} {controller} {lang} {halo} acts={acts.clone()} /> }
    };
    let fold = {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| acts.fold(FoldAct::Brokers))
    };
    let hidden = vm.nodes().count() - layout.brokers.len();
    let open = |dialog: Dialog| {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| acts.open(dialog.clone()))
    };
    html! {
        <>
            <ul class="brokers" aria-label={stage::BROKERS.source(lang)}>
                { for vm.nodes().zip(&layout.brokers).map(chip) }
            </ul>
            if let Some(rect) = layout.brokers_more {
                <At {rect}>
                    <button type="button" class="quiet" onclick={fold}>
                        { if hidden > 0 { stage::MORE_BROKERS.with("n", hidden).plain(lang) }
                            else { stage::SHOW_FEWER.source(lang).to_owned() } }
                    </button>
                </At>
            }
            <At rect={layout.add_broker}>
                <button type="button" class="quiet" onclick={open(Dialog::AddBroker)}>{ stage::ADD_BROKER.source(lang) }</button>
            </At>
            <At rect={layout.add_topic}>
                <button type="button" class="quiet end" onclick={open(Dialog::CreateTopic)}>{ stage::ADD_TOPIC.source(lang) }</button>
            </At>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct BrokerChipProps {
    view: Rc<BrokerView>,
    rect: Rect,
    controller: bool,
    lang: Lang,
    halo: Halo,
    acts: Acts,
}

#[component]
fn BrokerChip(props: &BrokerChipProps) -> Html {
    let BrokerChipProps { view, lang, .. } = props;
    let node = use_rect(props.rect);
    let onclick = use_callback((view.id, props.acts.clone()), |_: MouseEvent, (id, acts)| {
        acts.select(Some(Place::Broker(*id)));
    });
    let state = words::broker_state(view.state, *lang);
    let template = match (view.is_broker(), props.controller) {
        (true, true) => &stage::BROKER_CONTROLLER,
        (true, false) => &stage::BROKER_ALT,
        (false, true) => &stage::CONTROLLER_ACTIVE,
        (false, false) => &stage::CONTROLLER_ALT,
    };
    let name = short_name(view.id);
    let mut alt = format!("{name}, {}", template.with("id", view.id).with("state", state).plain(*lang));
    for more in [view.frozen.then(|| ui::FROZEN.text()), words::cut_off(&view.cut_from)].into_iter().flatten() {
        alt += &format!(", {}", more.plain(*lang));
    }
    let cut = (!view.cut_from.is_empty()).then_some("cut");
    let class = match view.state {
        BrokerState::Alive if view.frozen => "frozen",
        BrokerState::Alive => "alive",
        BrokerState::Starting | BrokerState::Fenced | BrokerState::Stopping => "between",
        _ => "dead",
    };
    html! {
        <li class="at" ref={node}>
            <button type="button" class={classes!("broker", class, cut, props.halo.class())} {onclick}
                id={place_id(&Place::Broker(view.id))} aria-label={alt.clone()} title={alt}>
                <svg class="broker-state" viewBox="0 0 10 10" aria-hidden="true">
                    if class == "dead" {
                        <path d="M2 2 8 8M8 2 2 8" />
                    } else if view.frozen {
                        <path class="stroke" d="M5 1v8M1.5 3l7 4M8.5 3l-7 4" />
                    } else {
                        <circle cx="5" cy="5" r="3.4" />
                    }
                </svg>
                { name }
                if props.controller {
                    <svg class="controller" viewBox="0 0 12 10" aria-hidden="true"><path d="M1 9V2l2.6 2.6L6 1l2.4 3.6L11 2v7z" /></svg>
                }
            </button>
        </li>
    }
}
