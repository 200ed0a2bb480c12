//! "What just happened": one sentence an event, newest first, with filters and *Why?*.
//!
//! Lines come ready, at most a few dozen and at most ten times a second; a line that did not change is not rendered
//! again. It is a log, but a silent one: the shell announces a sentence when somebody steps, and not while it plays.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, Template, ui},
    sim::Set,
    view::story::{Lane, StoryLine},
};
use web_sys::{Element, wasm_bindgen::JsCast};
use yew::prelude::*;

use crate::{
    prefs::lane_tag,
    say::{moment, say, say_plain, tr},
    stage_api::Ask,
};

/// Props of [`Story`].
#[derive(Clone, PartialEq, Properties)]
pub struct StoryProps {
    /// Language.
    pub lang: Lang,
    /// Time stands.
    pub still: bool,
    /// Newest first.
    pub lines: Rc<Vec<Rc<StoryLine>>>,
    /// Lines of this event and later ones belong to the step under the playhead.
    pub lit_from: u64,
    /// Lanes not shown.
    pub hidden: Rc<Set<Lane>>,
    /// Asks why.
    pub on_why: Callback<Ask>,
    /// Shows or hides a lane.
    pub on_lane: Callback<Lane>,
}

/// The story.
#[component]
pub fn Story(props: &StoryProps) -> Html {
    let lang = props.lang;
    let chips = Lane::ALL.into_iter().map(|lane| {
        let shown = !props.hidden.contains(&lane);
        let onclick = props.on_lane.reform(move |_: MouseEvent| lane);
        html! {
            <button type="button" key={lane_tag(lane)} class={classes!("filter", format!("lane-{}", lane_tag(lane)))}
                aria-pressed={shown.to_string()} title={tr(lane_name(lane), lang)} {onclick}>
                <span class="lane-dot" aria-hidden="true" />{ tr(lane_short(lane), lang) }
            </button>
        }
    });
    let empty = if props.hidden.len() == Lane::ALL.len() { &ui::STORY_ALL_HIDDEN } else { &ui::STORY_EMPTY };
    html! {
        <section class="story" aria-labelledby="story-title">
            <div class="story-head">
                <h2 class="over" id="story-title">{ tr(&ui::STORY, lang) }</h2>
                <div class="filters" role="group" aria-label={tr(&ui::STORY_FILTER, lang)}>{ for chips }</div>
            </div>
            if props.lines.is_empty() {
                <p class="story-empty">{ say_plain(empty, lang) }</p>
            }
            <div class={classes!("story-lines", props.still.then_some("still"))} role="log" aria-live="off" aria-labelledby="story-title" tabindex="0">
                { for props.lines.iter().map(|line| html! {
                    <Line key={line.event} {lang} line={line.clone()} lit={line.event >= props.lit_from} on_why={props.on_why.clone()} />
                }) }
            </div>
        </section>
    }
}

/// Props of [`Line`].
#[derive(Clone, PartialEq, Properties)]
struct LineProps {
    lang: Lang,
    line: Rc<StoryLine>,
    lit: bool,
    on_why: Callback<Ask>,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let LineProps { lang, line, lit, on_why } = props;
    let lang = *lang;
    let why = line.why.as_ref().map(|(question, key)| {
        let key = key.clone();
        let onclick = on_why.reform(move |event: MouseEvent| Ask { key: key.clone(), anchor: asked_at(&event) });
        html! { <button type="button" class="link ask" {onclick}>{ say(question, lang) }</button> }
    });
    html! {
        <div class={classes!("line", format!("lane-{}", lane_tag(line.lane)), lit.then_some("lit"))}
            aria-current={lit.then_some("step")}>
            <span class="line-time">{ moment(line.time_us) }</span>
            <p class="line-text">
                { say(&line.text, lang) }
                if line.folded > 1 {
                    <span class="folded" title={ui::STORY_FOLDED_HELP.with("n", line.folded).plain(lang)}>
                        { ui::STORY_FOLDED.with("n", line.folded).plain(lang) }
                    </span>
                }
                if let Some(why) = why { { " " }{ why } }
            </p>
        </div>
    }
}

/// A line in a dialog: its question closes the dialog and is answered where answers stand.
pub fn told(line: &StoryLine, lang: Lang, on_why: &Callback<Ask>, on_close: &Callback<()>) -> Html {
    let why = line.why.as_ref().map(|(question, key)| {
        let (key, on_why, on_close) = (key.clone(), on_why.clone(), on_close.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            on_close.emit(());
            on_why.emit(Ask { key: key.clone(), anchor: None });
        });
        html! { <>{ " " }<button type="button" class="link" {onclick}>{ say(question, lang) }</button></> }
    });
    html! {
        <li key={line.event}>
            <span class="line-time">{ moment(line.time_us) }</span>
            <span>{ say(&line.text, lang) }{ for why }</span>
        </li>
    }
}

/// The element that a question is asked at.
pub fn asked_at(event: &MouseEvent) -> Option<Element> {
    event.current_target().or_else(|| event.target()).and_then(|target| target.dyn_into().ok())
}

/// A lane's name.
pub fn lane_name(lane: Lane) -> &'static Template {
    match lane {
        Lane::Produce => &ui::LANE_PRODUCE,
        Lane::Replicate => &ui::LANE_REPLICATE,
        Lane::Consume => &ui::LANE_CONSUME,
        Lane::Group => &ui::LANE_GROUP,
        Lane::Cluster => &ui::LANE_CLUSTER,
        Lane::Idle => &ui::LANE_IDLE,
    }
}

fn lane_short(lane: Lane) -> &'static Template {
    if lane == Lane::Idle { &ui::LANE_IDLE_SHORT } else { lane_name(lane) }
}
