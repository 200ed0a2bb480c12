//! The settings of a form, from the config table: Kafka's name, control, unit, default, allowed range, help.
//!
//! A setting left at its default is not sent. Rules between settings are the model's; what it refuses comes back.

use std::rc::Rc;

use kafkascope::{
    cluster::command::Settings,
    i18n::{Lang, Text, forms},
    kafka::config::{self, Config, Kind},
    sim::Set,
};
use yew::prelude::*;

use super::{
    field::{below, described_by, dom_id, input_value, select_value},
    model::SettingsPart,
};
use crate::say::{say, tr};

/// Props of [`SettingsFields`].
#[derive(Clone, PartialEq, Properties)]
pub struct SettingsProps {
    /// Language.
    pub lang: Lang,
    /// Which settings.
    pub part: Rc<SettingsPart>,
    /// What is set now.
    pub settings: Rc<Settings>,
    /// Settings that were left once, so that a wrong value may be shown.
    pub touched: Rc<Set<&'static str>>,
    /// What the model refused, with its setting.
    pub refused: Option<(String, Text)>,
    /// A new value; the default as nothing.
    pub on_setting: Callback<(&'static str, String)>,
    /// A setting was left.
    pub on_touch: Callback<&'static str>,
}

/// The duration that stands there when one is chosen.
const FIRST_DURATION: &str = "PT1H";

/// The settings of a form: the common ones, and all others behind a summary.
#[component]
pub fn SettingsFields(props: &SettingsProps) -> Html {
    let lang = props.lang;
    let all: Vec<&'static Config> = config::of_scope(props.part.scope).collect();
    let (common, others): (Vec<&Config>, Vec<&Config>) =
        all.into_iter().partition(|config| props.part.common.contains(&config.name));
    let wrong_inside = others.iter().any(|config| wrong(props, config).is_some());
    let set_inside = others.iter().any(|config| props.part.initial.contains_key(config.name));
    html! {
        <section class="form-settings">
            <h3>{ tr(&forms::SETTINGS, lang) }</h3>
            { for common.iter().map(|config| setting(props, config)) }
            if !others.is_empty() {
                <details open={wrong_inside || set_inside}>
                    <summary>{ forms::SETTINGS_ALL.with("n", others.len()).plain(lang) }</summary>
                    { for others.iter().map(|config| setting(props, config)) }
                </details>
            }
        </section>
    }
}

/// What is wrong with a setting, by the table or by the model.
pub fn wrong(props: &SettingsProps, config: &'static Config) -> Option<Text> {
    if let Some((name, text)) = &props.refused
        && name == config.name
    {
        return Some(text.clone());
    }
    let value = props.settings.get(config.name)?;
    let shown = props.touched.contains(config.name);
    shown.then(|| config.check_value(value).err().map(|error| error.text())).flatten()
}

fn setting(props: &SettingsProps, config: &'static Config) -> Html {
    let lang = props.lang;
    let name = config.name;
    let id = dom_id(name);
    let value = props.settings.get(name).cloned().unwrap_or_default();
    let wrong = wrong(props, config);
    let describe = described_by(&id, true, wrong.is_some());
    let invalid = wrong.is_some().then_some("true");
    let choices: Option<Vec<&'static str>> = match config.kind {
        Kind::Bool => Some(vec!["true", "false"]),
        // `-1` is only another spelling of `all`.
        Kind::Choice(values) => Some(values.iter().copied().filter(|value| *value != "-1").collect()),
        Kind::ChoiceOrDuration(values, prefix) => Some(values.iter().copied().chain([prefix]).collect()),
        Kind::Int { .. } | Kind::IntOrNull { .. } | Kind::Ratio | Kind::Text { .. } | Kind::List(_) => None,
    };
    let prefix = match config.kind {
        Kind::ChoiceOrDuration(_, prefix) => Some(prefix),
        _ => None,
    };
    let duration = prefix.and_then(|prefix| value.strip_prefix(prefix)).map(str::to_owned);
    let control = match choices {
        Some(values) => {
            let onchange = props.on_setting.reform(move |event: Event| {
                let value = select_value(&event);
                let value = if prefix == Some(value.as_str()) { value + FIRST_DURATION } else { value };
                (name, if value == config.default { String::new() } else { value })
            });
            let now = match prefix.filter(|_| duration.is_some()) {
                Some(prefix) => prefix,
                None if value.is_empty() => config.default,
                None => value.as_str(),
            };
            html! {
                <>
                <select id={id.clone()} {onchange} aria-describedby={describe} aria-invalid={invalid}>
                    { for values.into_iter().map(|value| html! {
                        <option {value} selected={value == now}>{ value_name(value) }
                            if value == config.default { { format!(" · {}", default_mark(config, lang)) } }
                        </option>
                    }) }
                </select>
                if let (Some(prefix), Some(duration)) = (prefix, duration) {
                    <input type="text" value={duration} aria-label={tr(&forms::DURATION, lang)} autocomplete="off"
                        spellcheck="false" aria-invalid={invalid} aria-describedby={described_by(&id, true, wrong.is_some())}
                        oninput={props.on_setting.reform(move |event: InputEvent| (name, format!("{prefix}{}", input_value(&event))))}
                        onblur={props.on_touch.reform(move |_: FocusEvent| name)} />
                }
                </>
            }
        }
        None => {
            let oninput = props.on_setting.reform(move |event: InputEvent| (name, input_value(&event)));
            let onblur = props.on_touch.reform(move |_: FocusEvent| name);
            let numeric = matches!(config.kind, Kind::Int { .. });
            html! {
                <input id={id.clone()} type="text" class={numeric.then_some("number")} {value} {oninput} {onblur}
                    placeholder={default_value(config, lang)} inputmode={numeric.then_some("numeric")} autocomplete="off"
                    spellcheck="false" aria-describedby={describe} aria-invalid={invalid} />
            }
        }
    };
    let changed = props.settings.contains_key(name);
    html! {
        <div class={classes!("setting-field", wrong.is_some().then_some("field-wrong"), changed.then_some("setting-changed"))} key={name}>
            <label for={id.clone()}><code>{ name }</code></label>
            <div class="control">
                { control }
                if let Some(unit) = config.unit.text() { <span class="unit">{ unit.plain(lang) }</span> }
            </div>
            if let Some(wrong) = &wrong { { below(&id, None, Some(wrong), lang) } }
            <p class="help" id={format!("{id}-help")}>
                { say(&config.help.text(), lang) }
                if !matches!(config.kind, Kind::Bool | Kind::Choice(_)) {
                    { " " }{ say(&forms::SETTING_ALLOWED.with("allowed", config.kind.allowed()), lang) }
                }
            </p>
        </div>
    }
}

/// Class names without their package.
fn value_name(value: &'static str) -> &'static str {
    value.rsplit('.').next().unwrap_or(value)
}

fn default_mark(_config: &Config, lang: Lang) -> &'static str {
    tr(&kafkascope::i18n::ui::SETTING_DEFAULT, lang)
}

fn default_value(config: &Config, lang: Lang) -> String {
    let value = if config.default.is_empty() { tr(&forms::SETTING_EMPTY_DEFAULT, lang) } else { config.default };
    forms::SETTING_DEFAULT.with("value", value).plain(lang)
}
