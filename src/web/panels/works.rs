//! The works that this browser keeps: the one on the page, to name, and the others, to open and to delete.

use std::rc::Rc;

use kafkascope::{
    codec::Origin,
    i18n::{Lang, share},
    kafka::limits,
    lesson::Lesson,
};
use yew::prelude::*;

use super::name_field::NameField;
use crate::{
    say::{say, tr},
    stage_api::WorkRow,
};

/// What can be done with works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorksAct {
    /// Name the one on the page; without a name it makes room for newer ones.
    Name(String),
    /// Open one.
    Open(u32),
    /// Delete one.
    Delete(u32),
    /// Have the one back that was deleted last.
    PutBack,
}

/// Props of [`Works`].
#[derive(Clone, PartialEq, Properties)]
pub struct WorksProps {
    /// Language.
    pub lang: Lang,
    /// All that are kept, the last one first.
    pub rows: Rc<Vec<WorkRow>>,
    /// The one on the page, if it is kept already.
    pub own: Option<u32>,
    /// What that is called.
    pub name: String,
    /// Can one be had back?
    pub has_deleted: bool,
    /// For what the others began with.
    pub lessons: Rc<[Lesson]>,
    /// Does something.
    pub on_act: Callback<WorksAct>,
}

/// The list.
#[component]
pub fn Works(props: &WorksProps) -> Html {
    let lang = props.lang;
    let on_name = props.on_act.reform(|name: String| WorksAct::Name(name.trim().to_owned()));
    let act = |act: WorksAct| props.on_act.reform(move |_: MouseEvent| act.clone());
    let others: Vec<_> = props.rows.iter().filter(|row| Some(row.number) != props.own).collect();
    html! {
        <>
            <h3>{ tr(&share::WORKS, lang) }</h3>
            <div class="share-row">
                <label for="work-name">{ tr(&share::WORK_NAME, lang) }</label>
                <NameField id="work-name" name={props.name.clone()} chars_max={limits::RUN_NAME.max} described_by="works-note" {on_name} />
            </div>
            <p class="faint" id="works-note">{ say(&share::WORKS_NOTE.with("max", limits::WORKS.max), lang) }</p>
            <ul class="works">
                { for others.into_iter().map(|row| {
                    let name = title(row, &props.lessons, lang);
                    let commands = share::WORK_HOLDS.with("commands", row.commands).with("runs", row.runs);
                    html! {
                        <li key={row.number} class="share-row">
                            <span class="work-name">{ &name }</span>
                            <span class="faint">{ say(&commands, lang) }{ " · " }{ when(row.kept_ms, lang) }</span>
                            <button type="button" class="button" aria-label={share::WORK_OPEN_OF.with("name", name.as_str()).plain(lang)}
                                onclick={act(WorksAct::Open(row.number))}>{ tr(&share::WORK_OPEN, lang) }</button>
                            <button type="button" class="link" aria-label={share::DELETE_OF.with("name", name.as_str()).plain(lang)}
                                onclick={act(WorksAct::Delete(row.number))}>{ tr(&share::RUN_DELETE, lang) }</button>
                        </li>
                    }
                }) }
            </ul>
            if props.has_deleted {
                <button type="button" class="button" onclick={act(WorksAct::PutBack)}>{ tr(&share::WORK_PUT_BACK, lang) }</button>
            }
        </>
    }
}

/// Its name, or else what it began with.
fn title(row: &WorkRow, lessons: &[Lesson], lang: Lang) -> String {
    if !row.name.is_empty() {
        return row.name.clone();
    }
    let lesson = match &row.origin {
        Origin::Lesson { id, .. } => lessons.iter().find(|lesson| lesson.id == *id),
        Origin::Own(_) => None,
    };
    lesson.map_or_else(|| tr(&share::WORK_OWN, lang).to_owned(), |lesson| lesson.title(lang).to_owned())
}

/// Day and time, as people of this language write them.
fn when(kept_ms: u64, lang: Lang) -> String {
    let date = js_sys::Date::new(&(kept_ms as f64).into());
    let text = date.to_locale_string(lang.tag(), &wasm_bindgen::JsValue::UNDEFINED);
    text.into()
}
