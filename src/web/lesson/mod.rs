//! The lesson panel: where the class is, what it reads, predicts, watches and learns.
//!
//! The shell owns the run and the [`LessonRun`](kafkascope::lesson::progress::LessonRun). It builds the view
//! (`kafkascope::lesson::view::build`) after each action, after each beat that ended and when the language changes,
//! and mounts
//!
//! ```ignore
//! <LessonPanel view={Rc::clone(&lesson_view)} on_act={on_lesson.clone()} on_why={on_lesson_why.clone()} />
//! ```
//!
//! On an action it calls `LessonRun::act` and does what the `Effect` says; after each step of the run it calls
//! `LessonRun::check`. `on_act` and `on_why` are stable for the life of the page. [`place`] turns what
//! `LessonRun::lights` names into places on the stage. Left out: the clock.

mod places;
mod question;
mod spans;

pub use places::{place, why_key};

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, Text, lesson as words},
    lesson::{
        progress::{LessonAction, Phase},
        view::{BeatView, LessonView, Mark},
    },
    view::why::WhyKey,
};
use web_sys::{Element, HtmlElement, HtmlInputElement, wasm_bindgen::JsCast};
use yew::prelude::*;

use self::{
    question::{Outcome, Prediction},
    spans::{say, spans},
};

/// Props of [`LessonPanel`].
#[derive(Clone, PartialEq, Properties)]
pub struct LessonPanelProps {
    /// What to show, in one language.
    pub view: Rc<LessonView>,
    /// What the step needs and is not there.
    pub missing: Option<Text>,
    /// The class does something in the panel. Running a beat also starts the clock until the beat ends.
    pub on_act: Callback<LessonAction>,
    /// The class asks why, at this element.
    pub on_why: Callback<(WhyKey, Option<Element>)>,
}

/// The panel.
#[component]
pub fn LessonPanel(props: &LessonPanelProps) -> Html {
    let LessonPanelProps { view, on_act, .. } = props;
    let lang = view.lang;
    let panel = use_node_ref();
    let heading = use_node_ref();
    use_focus_on_new_beat(&panel, &heading, view.beat.as_ref().map(|beat| beat.id.clone()));
    let content = match &view.beat {
        Some(beat) => html! {
            <>
                <div key={beat.id.clone()}>
                    <h2 id="lesson-title" class="lesson-title" tabindex="-1" ref={heading}>{ spans(&beat.title) }</h2>
                    // After a prediction the outcome says what the body announced.
                    if beat.question.is_none() || view.phase != Phase::Done {
                        <p class="lesson-body">{ spans(&beat.body) }</p>
                    }
                </div>
                { running_or_done(props, beat) }
                { buttons(view.phase, beat, view.is_last(), lang, on_act, &panel) }
            </>
        },
        None => free(view, on_act, heading),
    };
    html! {
        <section class="lesson" aria-labelledby="lesson-title" ref={panel}>
            { progress(view) }
            { content }
        </section>
    }
}

/// Where the class is: words, and a bar a beat.
fn progress(view: &LessonView) -> Html {
    let Some(number) = view.number else { return Html::default() };
    let step = words::STEP_OF.with("number", number).with("step", view.step).with("steps", view.marks.len());
    let bars = view.marks.iter().map(|mark| {
        let class = match mark {
            Mark::Done | Mark::Graded(_) => "done",
            Mark::Now => "now",
            Mark::Ahead => "ahead",
        };
        html! { <span {class} /> }
    });
    html! {
        <>
            <p class="lesson-over">{ step.plain(view.lang) }</p>
            <div class="lesson-bars" aria-hidden="true">{ for bars }</div>
        </>
    }
}

/// The question, what to watch, and how it came out.
fn running_or_done(props: &LessonPanelProps, beat: &BeatView) -> Html {
    let lang = props.view.lang;
    let ended = props.view.phase == Phase::Done;
    let why = beat.why.as_ref().map(|(label, key)| {
        let (key, on_why) = (key.clone(), props.on_why.clone());
        let onclick = Callback::from(move |event: MouseEvent| {
            let anchor = event.current_target().and_then(|target| target.dyn_into::<Element>().ok());
            on_why.emit((why_key(&key), anchor));
        });
        html! { <button type="button" class="lesson-why" {onclick}>{ spans(label) }</button> }
    });
    let asked = beat.question.as_ref().filter(|_| !ended).map(|question| match question.open {
        true => html! {
            <Prediction beat={beat.id.clone()} question={question.clone()} on_act={props.on_act.clone()} />
        },
        false => question::bet(question, lang),
    });
    html! {
        <>
            { for asked }
            <div class="lesson-happening" aria-live="polite">
                if let Some(watch) = &beat.watch {
                    <p class="lesson-watch"><strong>{ words::WATCH.source(lang) }</strong>{ spans(watch) }</p>
                }
                if let Some(missing) = &props.missing {
                    <p class="lesson-missing">{ spans(&missing.render(lang)) }</p>
                }
                if let Some(question) = beat.question.as_ref().filter(|_| ended) {
                    <Outcome {lang} question={question.clone()} />
                }
                if let Some(done) = &beat.done {
                    <p class="lesson-done">{ spans(done) }{ " " }{ for why }</p>
                }
            </div>
        </>
    }
}

/// The button that leads on stays one node through the whole lesson, so that the focus stays on it.
fn buttons(
    phase: Phase,
    beat: &BeatView,
    last: bool,
    lang: Lang,
    on_act: &Callback<LessonAction>,
    panel: &NodeRef,
) -> Html {
    let answered = beat.question.as_ref().is_none_or(|question| question.options.iter().any(|option| option.chosen));
    let (label, action) = match phase {
        Phase::Reading => (&words::RUN, Some(LessonAction::Run)),
        Phase::Predicting => (&words::RUN_AND_SEE, answered.then_some(LessonAction::Run)),
        Phase::Running => (&words::RUNNING, None),
        Phase::Done | Phase::Free if last => (&words::FINISH, Some(LessonAction::Continue)),
        Phase::Done | Phase::Free => (&words::CONTINUE, Some(LessonAction::Continue)),
    };
    let lead = {
        let (on_act, panel) = (on_act.clone(), panel.clone());
        Callback::from(move |_: MouseEvent| match action {
            Some(action) => on_act.emit(action),
            None => focus_first_choice(&panel),
        })
    };
    let act = |action: LessonAction| on_act.reform(move |_: MouseEvent| action);
    let hint = match (phase, action) {
        (Phase::Running, _) => Some(&words::RUNNING_HELP),
        (Phase::Predicting, None) => Some(&words::CHOOSE_FIRST),
        _ => None,
    };
    html! {
        <>
            <div class="lesson-buttons">
                <button type="button" key="lead" class="lesson-lead" onclick={lead}
                    aria-disabled={action.is_none().to_string()} aria-describedby={hint.map(|_| "lesson-hint")}>
                    { label.source(lang) }
                </button>
                if phase == Phase::Predicting {
                    <button type="button" key="skip" class="lesson-other" onclick={act(LessonAction::Skip)}>
                        { words::SKIP.source(lang) }
                    </button>
                }
                if matches!(phase, Phase::Running | Phase::Done) {
                    <button type="button" key="again" class="lesson-other" title={words::AGAIN_HELP.source(lang)}
                        onclick={act(LessonAction::Again)}>
                        { words::AGAIN.source(lang) }
                    </button>
                }
            </div>
            if let Some(hint) = hint {
                <p id="lesson-hint" class="lesson-hint">{ say(&hint.text(), lang) }</p>
            }
        </>
    }
}

/// After the last beat, and for a scenario without beats.
fn free(view: &LessonView, on_act: &Callback<LessonAction>, heading: NodeRef) -> Html {
    let lang = view.lang;
    if view.marks.is_empty() {
        return html! {
            <>
                <h2 id="lesson-title" class="lesson-title" tabindex="-1" ref={heading}>{ spans(&view.title) }</h2>
                <p class="lesson-body">{ spans(&view.summary) }</p>
            </>
        };
    }
    let (right, asked) = view.score();
    html! {
        <>
            <div key="free">
                <h2 id="lesson-title" class="lesson-title" tabindex="-1" ref={heading}>{ words::FREE_TITLE.source(lang) }</h2>
                <p class="lesson-body">{ say(&words::FREE_TEXT.with("n", view.marks.len()), lang) }</p>
                if asked > 0 {
                    <p class="lesson-body">{ say(&words::SCORE.with("right", right).with("asked", asked), lang) }</p>
                }
            </div>
            <div class="lesson-buttons">
                <button type="button" class="lesson-other" onclick={on_act.reform(|_: MouseEvent| LessonAction::Restart)}>
                    { words::RESTART.source(lang) }
                </button>
            </div>
        </>
    }
}

/// When another beat begins while the focus is in the panel, the heading takes it, so that it is read next.
#[hook]
fn use_focus_on_new_beat(panel: &NodeRef, heading: &NodeRef, beat: Option<String>) {
    let (panel, heading) = (panel.clone(), heading.clone());
    let first = use_mut_ref(|| true);
    use_effect_with(beat, move |_| {
        if std::mem::replace(&mut *first.borrow_mut(), false) {
            return;
        }
        let active = web_sys::window().and_then(|window| window.document()).and_then(|page| page.active_element());
        let inside = panel.cast::<Element>().is_some_and(|panel| panel.contains(active.as_deref()));
        if inside && let Some(heading) = heading.cast::<HtmlElement>() {
            let _ = heading.focus();
        }
    });
}

fn focus_first_choice(panel: &NodeRef) {
    let first = panel.cast::<Element>().and_then(|panel| panel.query_selector("input[type=radio]").ok().flatten());
    if let Some(input) = first.and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
        let _ = input.focus();
    }
}
