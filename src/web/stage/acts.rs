//! What a card can ask of the shell: one handle that all share and that never changes, so that no card is drawn again
//! for it.

use std::rc::Rc;

use kafkascope::{
    cluster::command::Command,
    view::{model::Place, why::WhyKey},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};
use yew::Callback;

use super::folds::FoldAct;
use crate::stage_api::{Ask, Dialog, StageProps};

/// The callbacks of the stage.
#[derive(Clone)]
pub struct Acts(Rc<Inner>);

#[derive(PartialEq)]
struct Inner {
    select: Callback<Option<Place>>,
    command: Callback<Command>,
    open: Callback<Dialog>,
    why: Callback<Ask>,
    fold: Callback<FoldAct>,
}

impl Acts {
    /// The handle for these callbacks.
    pub fn new(props: &StageProps, fold: Callback<FoldAct>) -> Acts {
        Acts(Rc::new(Inner {
            select: props.on_select.clone(),
            command: props.on_command.clone(),
            open: props.on_open.clone(),
            why: props.on_why.clone(),
            fold,
        }))
    }

    /// Opens the inspector on a place, or closes it.
    pub fn select(&self, place: Option<Place>) {
        self.0.select.emit(place);
    }

    /// Does something to the cluster.
    pub fn command(&self, command: Command) {
        self.0.command.emit(command);
    }

    /// Opens a dialog.
    pub fn open(&self, dialog: Dialog) {
        self.0.open.emit(dialog);
    }

    /// Opens a *Why?* card beside an element.
    pub fn why(&self, key: WhyKey, anchor: Option<Element>) {
        self.0.why.emit(Ask { key, anchor });
    }

    /// Folds or opens a part of the stage.
    pub fn fold(&self, act: FoldAct) {
        self.0.fold.emit(act);
    }
}

impl PartialEq for Acts {
    fn eq(&self, other: &Acts) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// The element that an event happened at, or its nearest ancestor, that says what a click on it does (`data-do`).
pub fn doer(event: &Event) -> Option<(String, Element)> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let element = target.closest("[data-do]").ok()??;
    Some((element.get_attribute("data-do")?, element))
}

/// How a thing is set off from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Halo {
    /// The inspector shows it.
    pub selected: bool,
    /// A lesson or an open *Why?* speaks of it.
    pub lit: bool,
}

impl Halo {
    /// The halo of the place that `is` recognises.
    pub fn of(props: &StageProps, is: impl Fn(&Place) -> bool) -> Halo {
        Halo { selected: props.selection.as_ref().is_some_and(&is), lit: props.lit.iter().any(is) }
    }

    /// As class names.
    pub fn class(self) -> &'static str {
        match (self.selected, self.lit) {
            (false, false) => "",
            (true, false) => "selected",
            (false, true) => "lit",
            (true, true) => "selected lit",
        }
    }
}
