//! A modal dialog: the browser's own `<dialog>`, so that focus, Escape and the page behind it are right by themselves.

use kafkascope::i18n::{Lang, ui};
use web_sys::{HtmlDialogElement, HtmlElement, wasm_bindgen::JsCast};
use yew::prelude::*;

use crate::say::tr;

/// Props of [`Modal`].
#[derive(Clone, PartialEq, Properties)]
pub struct ModalProps {
    /// Its heading.
    pub title: AttrValue,
    /// Language of its close button.
    pub lang: Lang,
    /// Escape, the close button.
    pub on_close: Callback<()>,
    /// What is in it.
    pub children: Html,
    /// More room.
    #[prop_or_default]
    pub wide: bool,
}

/// A modal dialog, open as long as it is rendered.
pub struct Modal {
    dialog: NodeRef,
}

impl Component for Modal {
    type Message = ();
    type Properties = ModalProps;

    fn create(_ctx: &Context<Self>) -> Modal {
        Modal { dialog: NodeRef::default() }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let on_cancel = props.on_close.reform(|event: Event| event.prevent_default());
        let on_close = props.on_close.reform(|_: MouseEvent| ());
        html! {
            <dialog ref={self.dialog.clone()} class={classes!("modal", props.wide.then_some("modal-wide"))}
                aria-labelledby="modal-title" oncancel={on_cancel}>
                <div class="modal-head">
                    <h2 id="modal-title">{ props.title.clone() }</h2>
                    <button type="button" class="icon-button" aria-label={tr(&ui::CLOSE, props.lang)} onclick={on_close}>
                        { super::icons::close() }
                    </button>
                </div>
                { props.children.clone() }
            </dialog>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first: bool) {
        if !first {
            return;
        }
        let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() else { return };
        if !dialog.open() {
            let _ = dialog.show_modal();
        }
        // The close button comes first in the order, but what is to be done should have the focus.
        let first =
            dialog.query_selector("[data-autofocus], .modal-body input, .modal-body select, .modal-body button");
        if let Some(field) = first.ok().flatten().and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            let _ = field.focus();
        }
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        // Closing gives the focus back to where it was; removing alone would not.
        if let Some(dialog) = self.dialog.cast::<HtmlDialogElement>() {
            dialog.close();
        }
    }
}
