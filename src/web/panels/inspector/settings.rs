//! All settings of a thing: what differs from Kafka's default first, each with its default and its sentence of help.

use kafkascope::{
    i18n::{Lang, ui},
    kafka::config::{self, Scope},
};
use yew::prelude::*;

use crate::say::{say, tr};

/// Props of [`Settings`].
#[derive(Clone, PartialEq, Properties)]
pub struct SettingsProps {
    /// Language.
    pub lang: Lang,
    /// Whose settings.
    pub scope: ScopeProp,
    /// Name, value, differs from the default.
    pub configs: Vec<(String, String, bool)>,
}

/// A scope as a property.
#[derive(Clone, Copy, PartialEq)]
pub struct ScopeProp(pub Scope);

/// The settings of a thing.
#[component]
pub fn Settings(props: &SettingsProps) -> Html {
    let lang = props.lang;
    let row = |(name, value, differs): &(String, String, bool)| setting(props, name, value, *differs);
    let changed: Vec<Html> = props.configs.iter().filter(|(_, _, differs)| *differs).map(row).collect();
    html! {
        <section class="inspect-part settings">
            <h3>{ tr(&ui::SETTINGS, lang) }</h3>
            if changed.is_empty() {
                <p class="faint">{ tr(&ui::SETTINGS_NONE_CHANGED, lang) }</p>
            } else {
                <p class="faint">{ tr(&ui::SETTINGS_CHANGED, lang) }</p>
                { for changed }
            }
            <details class="settings-all">
                <summary>{ ui::SETTINGS_ALL.with("n", props.configs.len()).plain(lang) }</summary>
                { for props.configs.iter().map(row) }
            </details>
        </section>
    }
}

fn setting(props: &SettingsProps, name: &str, value: &str, differs: bool) -> Html {
    let lang = props.lang;
    let config = config::lookup(props.scope.0, name).ok();
    let shown = if value.is_empty() { "\"\"" } else { value };
    html! {
        <details class={classes!("setting", differs.then_some("setting-changed"))} key={name.to_owned()}>
            <summary>
                <code class="setting-name">{ name.to_owned() }</code>
                <code class="setting-value">{ shown.to_owned() }</code>
                if !differs { <span class="setting-default">{ tr(&ui::SETTING_DEFAULT, lang) }</span> }
            </summary>
            if let Some(config) = config {
                <p>{ say(&config.help.text(), lang) }</p>
                <p class="faint">
                    { ui::SETTING_DEFAULT_IS.with("value", default_text(config)).plain(lang) }
                </p>
            }
        </details>
    }
}

/// A config's default with its unit, as text.
pub fn default_text(config: &config::Config) -> String {
    if config.default.is_empty() { "\"\"".to_owned() } else { config.default.to_owned() }
}
