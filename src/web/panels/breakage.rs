//! What can be broken, as a list to choose from, and what is broken now, each with its cure and with what Kafka's own
//! metrics say of it.

use std::rc::Rc;

use kafkascope::{
    cluster::command::{Command, Fault, NodeName},
    history::Measured,
    i18n::{Lang, faults as words},
    view::{metrics, model::BrokenView},
};
use yew::prelude::*;

use super::{icons, metrics::MetricsTable, modal::Modal};
use crate::{
    forms::{Kind, PALETTE},
    say::{say, tr},
    stage_api::Dialog,
};

/// The palette: what can be broken, and what each does.
pub fn palette(lang: Lang, preset: Option<&NodeName>, on_open: &Callback<Dialog>, on_close: Callback<()>) -> Html {
    let row = |(kind, name, help): &(Kind, &'static _, &'static _)| {
        let dialog = Dialog::Break(*kind, preset.cloned());
        let onclick = on_open.reform(move |_: MouseEvent| dialog.clone());
        html! {
            <li key={format!("{kind:?}")}>
                <button type="button" class="palette-row" {onclick}>
                    <span class="palette-name">{ tr(name, lang) }</span>
                    <span class="palette-help">{ tr(help, lang) }</span>
                </button>
            </li>
        }
    };
    html! {
        <Modal title={tr(&words::BREAK, lang)} {lang} {on_close}>
            <div class="modal-body palette">
                <p class="form-note">{ tr(&words::BREAK_NOTE, lang) }</p>
                { for PALETTE.iter().map(|(part, rows)| html! {
                    <section key={part.key}>
                        <h3>{ tr(part, lang) }</h3>
                        <ul>{ for rows.iter().map(row) }</ul>
                    </section>
                }) }
            </div>
        </Modal>
    }
}

/// Props of [`BrokenList`].
#[derive(Clone, PartialEq, Properties)]
pub struct BrokenProps {
    /// What is broken.
    pub broken: Rc<Vec<BrokenView>>,
    /// Kafka's metrics now, while there is something to compare them with.
    pub now: Option<Rc<Measured>>,
    /// And at a moment that somebody chose.
    pub chosen: Option<Rc<Measured>>,
    /// Opens the metrics of the newest fault before somebody asks.
    pub opens: bool,
    /// Language.
    pub lang: Lang,
    /// Heals.
    pub on_command: Callback<Command>,
    /// Compares metrics from here on (true), or no more.
    pub on_measure: Callback<bool>,
}

/// What the metrics are compared with.
#[derive(Clone, Debug, PartialEq)]
enum Against {
    /// Before this was broken; known by the command that heals it.
    Fault(Rc<Command>),
    /// The chosen moment.
    Chosen,
}

/// Which metrics are open.
#[derive(Clone, Debug, PartialEq)]
enum Opened {
    /// Nobody has asked yet.
    Unasked,
    /// Those, if what they are about is still there.
    This(Against),
    /// None.
    Nothing,
}

/// The values to compare with.
fn was(props: &BrokenProps, against: &Against) -> Option<Measured> {
    match against {
        Against::Fault(heal) => {
            let broken = props.broken.iter().find(|broken| broken.heal == *heal)?;
            Some(broken.fault.as_ref()?.before)
        }
        Against::Chosen => props.chosen.as_deref().copied(),
    }
}

/// What is open: as somebody said, else the newest fault's where there is room.
fn opened(props: &BrokenProps, said: &Opened) -> Option<Against> {
    match said {
        Opened::Nothing => None,
        Opened::This(against) if was(props, against).is_some() => Some(against.clone()),
        _ if props.opens && has_room() => {
            let faults = props.broken.iter().filter(|broken| broken.fault.is_some());
            let newest = faults.max_by_key(|broken| broken.fault.as_ref().map(|fault| fault.given.after_event));
            newest.map(|broken| Against::Fault(broken.heal.clone()))
        }
        _ => None,
    }
}

/// Is the window large enough for a table that nobody asked for?
fn has_room() -> bool {
    const LEAST: (f64, f64) = (1_280.0, 840.0);
    let window = web_sys::window();
    let size = |of: fn(&web_sys::Window) -> Option<f64>| window.as_ref().and_then(of).unwrap_or_default();
    let wide = size(|window| window.inner_width().ok()?.as_f64());
    let high = size(|window| window.inner_height().ok()?.as_f64());
    wide >= LEAST.0 && high >= LEAST.1
}

/// The list under the stage, with Kafka's metrics beside each fault; nothing while all is well.
#[component]
pub fn BrokenList(props: &BrokenProps) -> Html {
    let lang = props.lang;
    let said = use_state_eq(|| Opened::Unasked);
    // Who chooses a moment wants to see what comes after it.
    use_effect_with(props.chosen.clone(), {
        let set = said.setter();
        move |chosen: &Option<Rc<Measured>>| {
            if chosen.is_some() {
                set.set(Opened::This(Against::Chosen));
            }
        }
    });
    if props.broken.is_empty() && props.chosen.is_none() {
        return Html::default();
    }
    let open = opened(props, &said);
    let toggle = |against: Against, what: String| {
        let Some((was, now)) = was(props, &against).zip(props.now.as_deref()) else { return Html::default() };
        let is_open = open.as_ref() == Some(&against);
        let set = said.setter();
        let onclick = Callback::from(move |_: MouseEvent| {
            set.set(if is_open { Opened::Nothing } else { Opened::This(against.clone()) });
        });
        let n = metrics::changed(&was, now);
        html! {
            <button type="button" class="link broken-metrics" {onclick} aria-expanded={is_open.to_string()}
                aria-controls={is_open.then_some(TABLE)}
                aria-label={metrics::OPEN_ALT.with("n", n).with("what", what).plain(lang)}>
                { metrics::OPEN.with("n", n).plain(lang) }
            </button>
        }
    };
    let one = |broken: &BrokenView| {
        let heal = broken.heal.clone();
        let onclick = props.on_command.reform(move |_: MouseEvent| Command::clone(&heal));
        let what = broken.text.plain(lang);
        html! {
            <li key={what.clone()}>
                <span>{ say(&broken.text, lang) }</span>
                { toggle(Against::Fault(broken.heal.clone()), what.clone()) }
                <button type="button" class="link" {onclick} aria-label={words::HEAL_THIS.with("what", what).plain(lang)}>
                    { tr(&words::HEAL, lang) }
                </button>
            </li>
        }
    };
    let chosen = |chosen: &Rc<Measured>| {
        let from = metrics::from(chosen);
        let onclick = props.on_measure.reform(|_: MouseEvent| false);
        html! {
            <li key="chosen" class="broken-chosen">
                <span>{ say(&from, lang) }</span>
                { toggle(Against::Chosen, from.plain(lang)) }
                <button type="button" class="icon-button" {onclick} aria-label={tr(&metrics::NO_MORE, lang)}
                    title={tr(&metrics::NO_MORE, lang)}>{ icons::close() }</button>
            </li>
        }
    };
    let heal_all = props.on_command.reform(|_: MouseEvent| Command::Fault(Fault::HealAll));
    let sound = props.broken.is_empty();
    html! {
        <section class={classes!("broken", sound.then_some("sound"))} aria-labelledby="broken-title">
            if let Some(against) = &open { { table(props, against) } }
            <h2 id="broken-title">
                if sound { { tr(&metrics::TITLE, lang) } } else { { icons::bolt() }{ tr(&words::BROKEN, lang) } }
            </h2>
            <ul>{ for props.broken.iter().map(one) }{ for props.chosen.iter().map(chosen) }</ul>
            if !sound { <button type="button" class="button" onclick={heal_all}>{ tr(&words::HEAL_ALL, lang) }</button> }
        </section>
    }
}

/// The element that the table is in.
const TABLE: &str = "broken-metrics";

/// The metrics that are open, under what they are compared with.
fn table(props: &BrokenProps, against: &Against) -> Html {
    let lang = props.lang;
    let Some((was, now)) = was(props, against).zip(props.now.as_deref().copied()) else { return Html::default() };
    let fault = |heal: &Rc<Command>| {
        let broken = props.broken.iter().find(|broken| broken.heal == *heal)?;
        Some(metrics::before(broken.fault.as_ref()?))
    };
    let compared = match against {
        Against::Fault(heal) => fault(heal),
        Against::Chosen => Some(metrics::since(&was)),
    };
    html! {
        <div class="metrics" id={TABLE}>
            <p><strong>{ tr(&metrics::TITLE, lang) }</strong>{ " " }{ for compared.map(|text| say(&text, lang)) }</p>
            <MetricsTable {was} {now} {lang} />
        </div>
    }
}
