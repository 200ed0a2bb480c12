//! How a field is drawn: label, control, unit, help, and what is wrong with it.

use kafkascope::i18n::{Lang, Text};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{
    faults,
    model::{Control, Field, Label, Values},
};
use crate::say::say;

/// What a field reports: its id and what stands in it now.
pub type Change = (&'static str, String);

/// The DOM id of a field or setting.
pub fn dom_id(id: &str) -> String {
    format!("field-{id}")
}

/// A field with what stands in it.
pub fn view(field: &Field, values: &Values, wrong: Option<&Text>, lang: Lang, on_change: &Callback<Change>) -> Html {
    let value = values.get(field.id).map(String::as_str).unwrap_or_default();
    let id = dom_id(field.id);
    let describe = described_by(&id, field.help.is_some(), wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    let class = classes!("field", field.half.then_some("field-half"), wrong.is_some().then_some("field-wrong"));
    let name = field.id;
    let on_input = on_change.reform(move |event: InputEvent| (name, input_value(&event)));
    let label = say(&field.label.text(), lang);
    let control = match &field.control {
        Control::Line(suggestions) => {
            let list = (!suggestions.is_empty()).then(|| format!("{id}-list"));
            html! { <>
                <input id={id.clone()} type="text" value={value.to_owned()} oninput={on_input} list={list.clone()}
                    autocomplete="off" spellcheck="false" aria-describedby={describe} aria-invalid={invalid} />
                if let Some(list) = list {
                    <datalist id={list}>{ for suggestions.iter().map(|s| html! { <option value={s.clone()} /> }) }</datalist>
                }
            </> }
        }
        Control::Number => html! {
            <input id={id.clone()} type="text" inputmode="decimal" class="number" value={value.to_owned()} oninput={on_input}
                autocomplete="off" aria-describedby={describe} aria-invalid={invalid} />
        },
        Control::Choice(options) => {
            let onchange = on_change.reform(move |event: Event| (name, select_value(&event)));
            select(&id, options, value, lang, onchange, describe, invalid)
        }
        Control::Many(options) => {
            let offered = options.iter().filter(|(option, _)| faults::offered(field.id, option, values));
            return many(field, &offered.collect::<Vec<_>>(), value, wrong, lang, on_change);
        }
    };
    html! {
        <div {class} key={field.id}>
            <label for={id.clone()}>{ label }</label>
            <div class="control">
                { control }
                if let Some(unit) = field.unit { <span class="unit">{ unit.source(lang) }</span> }
            </div>
            { below(&id, field.help.as_ref(), wrong, lang) }
        </div>
    }
}

fn select(
    id: &str,
    options: &[(String, Label)],
    value: &str,
    lang: Lang,
    onchange: Callback<Event>,
    describe: Option<String>,
    invalid: Option<&'static str>,
) -> Html {
    let options = options.iter().map(|(option, words)| {
        html! { <option value={option.clone()} selected={option == value}>{ label_text(words, lang) }</option> }
    });
    html! {
        <select id={id.to_owned()} {onchange} aria-describedby={describe} aria-invalid={invalid}>{ for options }</select>
    }
}

/// Check boxes, of which any may be on.
fn many(
    field: &Field,
    options: &[&(String, Label)],
    value: &str,
    wrong: Option<&Text>,
    lang: Lang,
    on_change: &Callback<Change>,
) -> Html {
    let id = dom_id(field.id);
    let chosen: Vec<&str> = value.lines().collect();
    let name = field.id;
    let boxes = options.iter().map(|(option, words)| {
        let checked = chosen.contains(&option.as_str());
        let next: Vec<&str> = options
            .iter()
            .map(|(other, _)| other.as_str())
            .filter(|other| if *other == option { !checked } else { chosen.contains(other) })
            .collect();
        let next = next.join("\n");
        let onchange = on_change.reform(move |_: Event| (name, next.clone()));
        html! {
            <label class="check" key={option.clone()}><input type="checkbox" {checked} {onchange} />{ label_text(words, lang) }</label>
        }
    });
    html! {
        <fieldset class={classes!("field", wrong.is_some().then_some("field-wrong"))} id={id.clone()} key={field.id} tabindex="-1"
            aria-describedby={described_by(&id, field.help.is_some(), wrong.is_some())}>
            <legend>{ say(&field.label.text(), lang) }</legend>
            <div class="checks">{ for boxes }</div>
            { below(&id, field.help.as_ref(), wrong, lang) }
        </fieldset>
    }
}

/// Help, and what is wrong.
pub fn below(id: &str, help: Option<&Text>, wrong: Option<&Text>, lang: Lang) -> Html {
    html! { <>
        if let Some(wrong) = wrong { <p class="wrong" id={format!("{id}-wrong")}>{ say(wrong, lang) }</p> }
        if let Some(help) = help { <p class="help" id={format!("{id}-help")}>{ say(help, lang) }</p> }
    </> }
}

/// The ids of what describes a field.
pub fn described_by(id: &str, help: bool, wrong: bool) -> Option<String> {
    let ids: Vec<String> = [(wrong, "wrong"), (help, "help")]
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, part)| format!("{id}-{part}"))
        .collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// What stands in an input.
pub fn input_value(event: &InputEvent) -> String {
    event.target_dyn_into::<HtmlInputElement>().map(|input| input.value()).unwrap_or_default()
}

/// What is chosen in a select.
pub fn select_value(event: &Event) -> String {
    event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value()).unwrap_or_default()
}

fn label_text(label: &Label, lang: Lang) -> String {
    match label {
        Label::Name(name) => name.clone(),
        Label::Words(text) => text.plain(lang),
    }
}
