//! The question before the run, the bet while it runs, and the prediction beside the outcome after it.

use kafkascope::{
    i18n::{Lang, Template, lesson as words},
    lesson::{
        progress::LessonAction,
        question::Grade,
        view::{OptionView, QuestionView},
    },
};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::spans::{say, spans};

/// Props of [`Prediction`].
#[derive(Clone, PartialEq, Properties)]
pub struct PredictionProps {
    /// The beat that asks.
    pub beat: String,
    /// What it asks.
    pub question: QuestionView,
    /// Takes the choice.
    pub on_act: Callback<LessonAction>,
}

/// The question, before the run.
#[component]
pub fn Prediction(props: &PredictionProps) -> Html {
    let PredictionProps { beat, question, on_act, .. } = props;
    let onchange = use_callback(on_act.clone(), |event: Event, on_act| {
        let index = event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse().ok());
        if let Some(index) = index {
            on_act.emit(LessonAction::Choose(index));
        }
    });
    let name = format!("lesson-{beat}");
    let options = question.options.iter().enumerate().map(|(index, option)| {
        html! {
            <label key={index} class={classes!("lesson-option", option.chosen.then_some("chosen"))}>
                <input type="radio" name={name.clone()} value={index.to_string()} checked={option.chosen}
                    onchange={onchange.clone()} />
                <span>{ spans(&option.says) }</span>
            </label>
        }
    });
    html! {
        <fieldset class="lesson-question">
            <legend>{ spans(&question.ask) }</legend>
            { for options }
        </fieldset>
    }
}

/// What was predicted, while it runs.
pub fn bet(question: &QuestionView, lang: Lang) -> Html {
    let chosen = question.options.iter().find(|option| option.chosen);
    html! {
        <div class="lesson-question">
            <p class="lesson-asked">{ spans(&question.ask) }</p>
            if let Some(option) = chosen {
                <p class="lesson-bet">
                    <span class="lesson-tag yours">{ words::YOURS.source(lang) }</span>
                    <span>{ spans(&option.says) }</span>
                </p>
            }
        </div>
    }
}

/// Props of [`Outcome`].
#[derive(Clone, PartialEq, Properties)]
pub struct OutcomeProps {
    /// Language.
    pub lang: Lang,
    /// The question, graded.
    pub question: QuestionView,
}

/// What was predicted beside what happened, and the reply.
#[component]
pub fn Outcome(props: &OutcomeProps) -> Html {
    let OutcomeProps { lang, question } = props;
    let lang = *lang;
    let grade = question.grade.unwrap_or(Grade::Open);
    let (class, verdict): (_, &'static Template) = match grade {
        Grade::Right => ("right", &words::RIGHT),
        Grade::Wrong => ("wrong", &words::WRONG),
        Grade::Skipped => ("skipped", &words::SKIPPED),
        Grade::Open => ("open", &words::OPEN),
    };
    // The options that were neither predicted nor happened have had their say.
    let told = question.options.iter().enumerate().filter(|(_, option)| option.chosen || option.right == Some(true));
    html! {
        <div class={classes!("lesson-outcome", class)}>
            <p class="lesson-verdict">{ mark(grade) }<span>{ say(&verdict.text(), lang) }</span></p>
            <p class="lesson-asked">{ spans(&question.ask) }</p>
            <ul>{ for told.map(|(index, option)| outcome(index, option, lang)) }</ul>
            if let Some(reply) = &question.reply {
                <p class="lesson-reply">{ spans(reply) }</p>
            }
        </div>
    }
}

fn outcome(index: usize, option: &OptionView, lang: Lang) -> Html {
    let happened = option.right == Some(true);
    html! {
        <li key={index} class={classes!(option.chosen.then_some("chosen"), happened.then_some("happened"))}>
            <span>{ spans(&option.says) }</span>
            if option.chosen {
                <span class="lesson-tag yours">{ words::YOURS.source(lang) }</span>
            }
            if happened {
                <span class="lesson-tag truth">{ words::HAPPENED.source(lang) }</span>
            }
        </li>
    }
}

/// A tick, a cross or a dash; the words beside it say the same.
fn mark(grade: Grade) -> Html {
    let path = match grade {
        Grade::Right => "M4 9.5 7.5 13 14 5.5",
        Grade::Wrong => "M5 5 13 13 M13 5 5 13",
        Grade::Skipped | Grade::Open => "M4.5 9 H13.5",
    };
    html! {
        <svg class="lesson-mark" viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
            <path d={path} fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}
