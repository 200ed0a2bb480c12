//! The Topic lens: producers, partitions and groups as cards, lines between them, and what flies along these. And, of
//! the same parts, the Brokers lens ([`Physical`]).
//!
//! Yew renders structure, and only the card whose part of the picture changed; where everything stands comes from
//! `view::geometry`; what moves in each frame is on one canvas ([`flights`]). Left out: the inspector, the forms and
//! everything that decides, which is the shell's.

mod acts;
mod bar;
mod brokers;
mod cells;
mod chart;
pub mod flights;
mod folds;
mod group;
mod invite;
mod map;
mod marks;
mod member;
pub mod moving;
mod physical;
mod producer;
mod rove;
mod row;
mod spot;
mod topic;
mod wires;
mod words;

use std::rc::Rc;

use kafkascope::{
    i18n::stage,
    view::{
        geometry::{Mode, ProducersLayout, StageLayout, StageShape, layout},
        model::{Place, ProducerView, ViewModel},
    },
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use self::{
    acts::{Acts, Halo},
    flights::{Flights, Ground},
    folds::{FoldAct, FoldState},
    invite::{LARGE, LATER, Words, add_card, invite},
    moving::use_arrival,
    producer::Producer,
    spot::At,
    topic::{Topic, TopicProps},
    wires::Wires,
};
pub use self::{physical::Physical, spot::use_size};
use crate::stage_api::{Dialog, StageProps};

/// The stage. It fills its parent and scrolls within it.
#[component]
pub fn Stage(props: &StageProps) -> Html {
    let root = use_node_ref();
    let content = use_node_ref();
    let size = use_size(&root);
    let folds = use_reducer(FoldState::default);
    let fold = {
        let dispatch = folds.dispatcher();
        use_callback((), move |act: FoldAct, ()| dispatch.dispatch(act))
    };
    use_effect_with(folds.0.opened.clone(), {
        let on_opened = props.on_opened.clone();
        move |opened: &kafkascope::sim::Map<String, i32>| on_opened.emit(opened.clone())
    });
    let acts = use_memo(props.clone(), |props| Acts::new(props, fold.clone()));
    let acts = use_steady(Acts::clone(&acts));
    let vm = &props.vm;
    let shape = StageShape::of(vm, &folds.0);
    let placed = use_memo((size, shape), |(size, shape)| {
        size.filter(|(width, _)| *width > 0.0).map(|(width, height)| Rc::new(layout(width, height, shape)))
    });
    let drawn = use_mut_ref(wires::Drawn::default);
    let height = placed.as_ref().as_ref().map(|layout| layout.height);
    use_effect_with(height, {
        let content = content.clone();
        move |height: &Option<f32>| {
            if let (Some(element), Some(height)) = (content.cast::<HtmlElement>(), height) {
                let _ = element.style().set_property("height", &format!("{height}px"));
            }
        }
    });
    use_arrival(&root, &props.left, height.is_some());
    let running = props.clock.rate() > 0.0;
    let lines = (*placed).as_ref().map(|layout| drawn.borrow_mut().wires(vm, layout, running));
    let onclick = use_callback(acts.clone(), |event: MouseEvent, acts| {
        let on_ground = event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| {
            let classes = target.class_list();
            classes.contains("stage") || classes.contains("stage-content")
        });
        if on_ground {
            acts.select(None);
        }
    });
    let mode = match (*placed).as_ref().map(|layout| layout.mode) {
        Some(Mode::Narrow) => "narrow",
        Some(Mode::Medium) => "medium",
        _ => "wide",
    };
    html! {
        <div class={classes!("stage", mode, props.in_flood.then_some("in-flood"))} ref={root.clone()} {onclick}>
            if let (Some(layout), Some(lines), Some(size)) = ((*placed).clone(), lines, size) {
                <Flights vm={vm.clone()} ground={Ground::Topic(layout.clone())} {size} scroller={root} clock={props.clock.clone()} lang={props.lang} />
                <div class="stage-content" ref={content}>
                    <Wires wires={lines} layout={layout.clone()} />
                    { producers(props, vm, &layout.producers, &acts) }
                    { cluster(props, vm, &layout, &acts) }
                    { group::groups(props, vm, &layout.groups, &acts) }
                </div>
            }
        </div>
    }
}

/// The first of all equal values, so that what is handed down compares by pointer.
#[hook]
fn use_steady<T: Clone + PartialEq + 'static>(value: T) -> T {
    let kept = use_mut_ref(|| value.clone());
    if *kept.borrow() != value {
        *kept.borrow_mut() = value;
    }
    kept.borrow().clone()
}

const NO_PRODUCER: Words =
    Words { title: &stage::NO_PRODUCER, text: &stage::NO_PRODUCER_TEXT, label: &stage::NO_PRODUCER_DO };
const NO_TOPIC: Words = Words { title: &stage::NO_TOPIC, text: &stage::NO_TOPIC_TEXT, label: &stage::NO_TOPIC_DO };

fn producers(props: &StageProps, vm: &ViewModel, layout: &ProducersLayout, acts: &Acts) -> Html {
    let lang = props.lang;
    let names_topic = vm.topics.iter().filter(|topic| !topic.internal).count() > 1;
    let card = |(view, &rect): (&Rc<ProducerView>, _)| {
        let halo = Halo::of(props, |place| matches!(place, Place::Producer(name) if *name == view.name));
        let partitions =
            vm.topics.iter().find(|topic| topic.name == view.topic).map_or(0, |topic| topic.partitions.len());
        html! {
            <Producer key={view.name.clone()} view={view.clone()} keys={vm.keys.clone()} {partitions} {names_topic} {rect}
                density={layout.density} {lang} {halo} acts={acts.clone()} />
        }
    };
    let topic = vm.topics.iter().find(|topic| !topic.internal).map(|topic| topic.name.clone());
    let fold = {
        let acts = acts.clone();
        Callback::from(move |_: MouseEvent| acts.fold(FoldAct::Producers))
    };
    let later = topic.is_none().then_some(LATER);
    html! {
        <section class="producers" aria-label={stage::PRODUCERS.source(lang)}>
            <At rect={layout.head} class="column-head"><h2>{ stage::PRODUCERS.source(lang) }</h2></At>
            <ul class="cards">{ for vm.producers.iter().zip(&layout.cards).map(card) }</ul>
            if let Some(rect) = layout.more {
                <At {rect}>
                    <button type="button" class="more" onclick={fold}>
                        { if layout.cards.len() < vm.producers.len() {
                            stage::SHOW_ALL.with("n", vm.producers.len()).plain(lang)
                        } else { stage::SHOW_FEWER.source(lang).to_owned() } }
                    </button>
                </At>
            }
            if vm.producers.is_empty() {
                { invite(layout.add, &NO_PRODUCER, &Dialog::AddProducer(topic), later, lang, acts) }
            } else {
                { add_card(layout.add, &[(&stage::ADD_PRODUCER, Dialog::AddProducer(topic))], lang, acts) }
            }
        </section>
    }
}

fn cluster(props: &StageProps, vm: &ViewModel, layout: &StageLayout, acts: &Acts) -> Html {
    let lang = props.lang;
    let topics = vm.topics.iter().zip(&layout.cluster.topics).map(|(view, at)| {
        let halo = Halo::of(props, |place| matches!(place, Place::Topic(name) if *name == view.name));
        html! {
            <Topic key={view.name.clone()} view={view.clone()} layout={Rc::new(at.clone())} keys={vm.keys.clone()} {lang}
                {halo} halos={TopicProps::halos(props, &view.name)} acts={acts.clone()} />
        }
    });
    html! {
        <section class="cluster" aria-label={stage::CLUSTER.source(lang)}>
            { brokers::brokers(props, vm, &layout.cluster, acts) }
            if let Some(rect) = layout.cluster.empty {
                { invite(rect, &NO_TOPIC, &Dialog::CreateTopic, Some(LARGE), lang, acts) }
            }
            { for topics }
        </section>
    }
}
