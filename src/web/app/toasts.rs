//! Short messages that go away by themselves: what was refused, and what can be undone.

use gloo_timers::callback::Timeout;
use kafkascope::i18n::{Lang, Text, ui};
use yew::prelude::*;

use crate::{
    panels::icons,
    say::{say, tr},
};

/// How long a message stays, in milliseconds.
const STAYS_MS: u32 = 9_000;

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Toast {
    /// Its number.
    pub id: u32,
    /// What it says.
    pub text: Text,
    /// Is it bad news?
    pub bad: bool,
    /// Can what it tells of be undone?
    pub undo: bool,
}

/// The messages and their timers.
#[derive(Default)]
pub struct Toasts {
    next: u32,
    shown: Vec<(Toast, Timeout)>,
}

impl Toasts {
    /// Shows a message; `on_end` gets its number when it has stood long enough. The same words stand only once.
    pub fn push(&mut self, text: Text, bad: bool, undo: bool, on_end: Callback<u32>) {
        self.shown.retain(|(toast, _)| toast.text != text && !(undo && toast.undo));
        self.next += 1;
        let id = self.next;
        let timer = Timeout::new(STAYS_MS, move || on_end.emit(id));
        self.shown.push((Toast { id, text, bad, undo }, timer));
        if self.shown.len() > 3 {
            drop(self.shown.remove(0));
        }
    }

    /// Takes a message away; true if it was there, with whether it could be undone.
    pub fn remove(&mut self, id: u32) -> Option<Toast> {
        let at = self.shown.iter().position(|(toast, _)| toast.id == id)?;
        Some(self.shown.remove(at).0)
    }

    /// Takes away the message that can be undone.
    pub fn remove_undo(&mut self) {
        self.shown.retain(|(toast, _)| !toast.undo);
    }

    /// What stands there.
    pub fn list(&self) -> Vec<Toast> {
        self.shown.iter().map(|(toast, _)| toast.clone()).collect()
    }
}

/// Props of [`ToastList`].
#[derive(Clone, PartialEq, Properties)]
pub struct ToastProps {
    /// Language.
    pub lang: Lang,
    /// The messages, oldest first.
    pub toasts: Vec<Toast>,
    /// Takes one away.
    pub on_close: Callback<u32>,
    /// Undoes.
    pub on_undo: Callback<()>,
}

/// The messages.
#[component]
pub fn ToastList(props: &ToastProps) -> Html {
    let lang = props.lang;
    html! {
        <div class="toasts" role="status">
            { for props.toasts.iter().map(|toast| {
                let id = toast.id;
                html! {
                    <div class={classes!("toast", toast.bad.then_some("toast-bad"))} key={id}>
                        <p>{ say(&toast.text, lang) }</p>
                        if toast.undo {
                            <button type="button" class="link" onclick={props.on_undo.reform(|_: MouseEvent| ())}>{ tr(&ui::UNDO, lang) }</button>
                        }
                        <button type="button" class="icon-button" aria-label={tr(&ui::DISMISS, lang)}
                            onclick={props.on_close.reform(move |_: MouseEvent| id)}>{ icons::close() }</button>
                    </div>
                }
            }) }
        </div>
    }
}
