//! The header: scenario, what can be added, language, colours, help.

use kafkascope::i18n::{Lang, faults, share, ui};
use yew::prelude::*;

use super::keys::{Act, key_of};
use crate::{
    lenses::{self, Lens},
    panels::{
        icons,
        menu::{Menu, Row},
    },
    prefs::Theme,
    say::tr,
    stage_api::Dialog,
};

/// A scenario to pick, in the language of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its name.
    pub name: AttrValue,
    /// One sentence on it.
    pub hint: AttrValue,
    /// Is it a lesson?
    pub lesson: bool,
}

/// Props of [`Header`].
#[derive(Clone, PartialEq, Properties)]
pub struct HeaderProps {
    /// Language.
    pub lang: Lang,
    /// Colours.
    pub theme: Theme,
    /// What the stage shows.
    pub lens: Lens,
    /// Scenarios.
    pub choices: Vec<Choice>,
    /// Which of them it is.
    pub chosen: usize,
    /// Is the left column shown, where it is a drawer?
    pub panel: bool,
    /// Are two runs on the page?
    pub comparing: bool,
    /// Another scenario.
    pub on_scenario: Callback<usize>,
    /// Another lens.
    pub on_lens: Callback<Lens>,
    /// Another language.
    pub on_lang: Callback<Lang>,
    /// Other colours.
    pub on_theme: Callback<Theme>,
    /// A form, or the help.
    pub on_open: Callback<Dialog>,
    /// Shows or hides the left column.
    pub on_panel: Callback<()>,
}

/// The header.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let lang = props.lang;
    let name = props.choices.get(props.chosen).map(|choice| choice.name.clone()).unwrap_or_default();
    let label = ui::SCENARIO_PICK.with("name", name.as_str()).plain(lang);
    let panel = if props.panel { &ui::PANEL_HIDE } else { &ui::PANEL_SHOW };
    let on_pick = {
        let (on_scenario, on_open, scenarios) = (props.on_scenario.clone(), props.on_open.clone(), props.choices.len());
        Callback::from(move |id: usize| match id.checked_sub(scenarios) {
            None => on_scenario.emit(id),
            Some(0) => on_open.emit(Dialog::Runs),
            Some(_) => on_open.emit(Dialog::Share),
        })
    };
    let on_add = props.on_open.reform(|id: usize| ADDS[id].2());
    let on_theme = props.on_theme.reform(|id: usize| Theme::ALL[id]);
    html! {
        <header class="header">
            <button type="button" class="icon-button panel-toggle" aria-label={tr(panel, lang)} title={tr(panel, lang)}
                aria-expanded={props.panel.to_string()} aria-controls="left" onclick={props.on_panel.reform(|_: MouseEvent| ())}>
                { icons::panel() }
            </button>
            <h1 class="brand">{ icons::logo() }<span class="brand-name">{ "kafkascope" }</span></h1>
            <Menu class="scenario" {label} title={tr(&ui::SCENARIO_LESSONS, lang)} rows={scenario_rows(props)} on_pick={on_pick}>
                <span class="scenario-name">{ name }</span>{ icons::chevron() }
            </Menu>
            <Menu class="add" label={tr(&ui::ADD_MENU, lang)} title={tr(&ui::ADD_MENU, lang)} rows={add_rows(lang)} on_pick={on_add}>
                { icons::plus() }<span class="wide-only">{ tr(&ui::ADD, lang) }</span>
            </Menu>
            <button type="button" class="menu-button break" title={format!("{} (X)", tr(&faults::BREAK, lang))} aria-label={tr(&faults::BREAK, lang)}
                aria-haspopup="dialog" onclick={props.on_open.reform(|_: MouseEvent| Dialog::Palette(None))}>
                { icons::bolt() }<span class="wide-only">{ tr(&faults::BREAK, lang) }</span>
            </button>
            if props.comparing {
                <button type="button" class="menu-button comparing" title={tr(&share::RUNS, lang)} aria-label={tr(&share::COMPARING, lang)} aria-haspopup="dialog"
                    onclick={props.on_open.reform(|_: MouseEvent| Dialog::Runs)}>
                    { icons::compare() }<span class="wide-only">{ tr(&share::COMPARING, lang) }</span>
                </button>
            }
            { lenses::switch(props.lens, lang, &props.on_lens) }
            <span class="header-gap" />
            <div class="segments" role="group" aria-label={tr(&ui::LANGUAGE, lang)}>
                { for Lang::ALL.into_iter().map(|option| {
                    let onclick = props.on_lang.reform(move |_: MouseEvent| option);
                    let words = if option == Lang::En { "EN" } else { "中文" };
                    let full = if option == Lang::En { "English" } else { "简体中文" };
                    html! {
                        <button type="button" lang={option.tag()} aria-pressed={(option == lang).to_string()} title={full} {onclick}>{ words }</button>
                    }
                }) }
            </div>
            <Menu class="theme menu-end" label={ui::THEME.with("name", tr(theme_name(props.theme), lang)).plain(lang)}
                title={tr(&ui::THEME_MENU, lang)} rows={theme_rows(props.theme, lang)} on_pick={on_theme}>
                { match props.theme {
                    Theme::System => icons::half(),
                    Theme::Light => icons::sun(),
                    Theme::Dark => icons::moon(),
                } }
            </Menu>
            <button type="button" class="icon-button help-button" aria-label={tr(&ui::HELP, lang)} title={format!("{} (?)", tr(&ui::HELP, lang))}
                onclick={props.on_open.reform(|_: MouseEvent| Dialog::Help)}>{ icons::help() }</button>
        </header>
    }
}

type Add = (&'static kafkascope::i18n::Template, Option<Act>, fn() -> Dialog);

/// What the Add menu opens.
static ADDS: [Add; 5] = [
    (&ui::ADD_TOPIC, Some(Act::Topic), || Dialog::CreateTopic),
    (&ui::ADD_PRODUCER, Some(Act::Producer), || Dialog::AddProducer(None)),
    (&ui::ADD_CONSUMER, Some(Act::Consumer), || Dialog::AddConsumer(None)),
    (&ui::ADD_BROKER, Some(Act::Broker), || Dialog::AddBroker),
    (&ui::CLUSTER_SETTINGS, None, || Dialog::ConfigureCluster),
];

fn add_rows(lang: Lang) -> Vec<Row> {
    ADDS.iter()
        .enumerate()
        .map(|(id, (words, act, _))| Row::action(id, tr(words, lang), act.and_then(key_of)))
        .collect()
}

fn scenario_rows(props: &HeaderProps) -> Vec<Row> {
    let lang = props.lang;
    let mut rows = Vec::new();
    for (lesson, heading) in [(false, &ui::SCENARIO_FREE), (true, &ui::SCENARIO_LESSONS)] {
        let mut choices = props.choices.iter().enumerate().filter(|(_, choice)| choice.lesson == lesson).peekable();
        if choices.peek().is_some() {
            rows.push(Row::Heading(tr(heading, lang).into()));
        }
        for (id, choice) in choices {
            let hint = (!choice.hint.is_empty()).then(|| choice.hint.clone());
            rows.push(Row::choice(id, choice.name.clone(), hint, id == props.chosen));
        }
    }
    rows.push(Row::Heading(tr(&share::MENU, lang).into()));
    rows.push(Row::action(props.choices.len(), tr(&share::RUNS_ITEM, lang), key_of(Act::Runs)));
    rows.push(Row::action(props.choices.len() + 1, tr(&share::MENU_ITEM, lang), key_of(Act::Share)));
    rows
}

fn theme_name(theme: Theme) -> &'static kafkascope::i18n::Template {
    match theme {
        Theme::System => &ui::THEME_SYSTEM,
        Theme::Light => &ui::THEME_LIGHT,
        Theme::Dark => &ui::THEME_DARK,
    }
}

fn theme_rows(theme: Theme, lang: Lang) -> Vec<Row> {
    let rows = Theme::ALL.into_iter().enumerate();
    rows.map(|(id, option)| Row::choice(id, tr(theme_name(option), lang), None, option == theme)).collect()
}
