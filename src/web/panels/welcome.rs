//! What stands in the lesson's place while there is none: what this cluster is, and the way to the lessons.

use kafkascope::i18n::{Lang, ui};
use yew::prelude::*;

use crate::say::{say_plain, tr};

/// Props of [`Welcome`].
#[derive(Clone, PartialEq, Properties)]
pub struct WelcomeProps {
    /// Language.
    pub lang: Lang,
    /// Name and summary of another scenario than the start cluster.
    pub other: Option<(AttrValue, AttrValue)>,
    /// Place among the scenarios and name of each lesson.
    pub lessons: Vec<(usize, AttrValue)>,
    /// Starts a lesson.
    pub on_lesson: Callback<usize>,
}

/// The panel of a scenario that is no lesson.
#[component]
pub fn Welcome(props: &WelcomeProps) -> Html {
    let lang = props.lang;
    let lessons = props.lessons.iter().map(|(id, name)| {
        let id = *id;
        let onclick = props.on_lesson.reform(move |_: MouseEvent| id);
        html! { <li key={id}><button type="button" class="link" {onclick}>{ name.clone() }</button></li> }
    });
    html! {
        <section class="welcome" aria-labelledby="welcome-title">
            if let Some((name, summary)) = &props.other {
                <h2 id="welcome-title">{ name.clone() }</h2>
                <p>{ summary.clone() }</p>
            } else {
                <p class="over">{ tr(&ui::SCENARIO_START, lang) }</p>
                <h2 id="welcome-title">{ tr(&ui::WELCOME, lang) }</h2>
                <p>{ say_plain(&ui::WELCOME_TEXT, lang) }</p>
            }
            <p>{ say_plain(&ui::WELCOME_DO, lang) }</p>
            if !props.lessons.is_empty() {
                <h3>{ tr(&ui::WELCOME_LESSONS, lang) }</h3>
                <ul class="welcome-lessons">{ for lessons }</ul>
            }
        </section>
    }
}
