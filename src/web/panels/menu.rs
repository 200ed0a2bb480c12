//! A button that opens a menu: actions, or choices of which one holds. Keyboard as the ARIA menu-button pattern says.
//!
//! Left out: submenus.

use web_sys::{Element, HtmlElement, wasm_bindgen::JsCast};
use yew::prelude::*;

/// A row of a menu.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A heading over what follows.
    Heading(AttrValue),
    /// Something to choose.
    Item {
        /// What the callback gets.
        id: usize,
        /// Its words.
        label: AttrValue,
        /// Small words under it.
        hint: Option<AttrValue>,
        /// For a choice: whether it holds now. `None`: an action.
        checked: Option<bool>,
        /// The key that does the same.
        key: Option<&'static str>,
    },
}

impl Row {
    /// An action.
    pub fn action(id: usize, label: impl Into<AttrValue>, key: Option<&'static str>) -> Row {
        Row::Item { id, label: label.into(), hint: None, checked: None, key }
    }

    /// A choice.
    pub fn choice(id: usize, label: impl Into<AttrValue>, hint: Option<AttrValue>, checked: bool) -> Row {
        Row::Item { id, label: label.into(), hint, checked: Some(checked), key: None }
    }
}

/// Props of [`Menu`].
#[derive(Clone, PartialEq, Properties)]
pub struct MenuProps {
    /// Accessible name of the button.
    pub label: AttrValue,
    /// Accessible name of the menu.
    pub title: AttrValue,
    /// What the button shows.
    pub children: Html,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Gets the id of the row chosen.
    pub on_pick: Callback<usize>,
    /// Classes of the whole.
    #[prop_or_default]
    pub class: Classes,
}

/// A button and its menu.
pub struct Menu {
    root: NodeRef,
    open: bool,
    focus: Option<Focus>,
}

/// What to focus after the next render.
#[derive(Clone, Copy)]
enum Focus {
    Chosen,
    Last,
}

/// What happens to it.
pub enum Msg {
    Toggle,
    Close { refocus: bool },
    Pick(usize),
    Key(KeyboardEvent),
    Blur(FocusEvent),
}

const ITEMS: &str = "[role^=menuitem]";

impl Menu {
    fn element(&self) -> Option<Element> {
        self.root.cast::<Element>()
    }

    fn items(&self) -> Vec<HtmlElement> {
        let Some(list) = self.element().and_then(|root| root.query_selector_all(ITEMS).ok()) else { return Vec::new() };
        (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
    }

    fn focus_button(&self) {
        let button = self.element().and_then(|root| root.query_selector("button").ok().flatten());
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            let _ = button.focus();
        }
    }

    fn key(&mut self, event: &KeyboardEvent) -> bool {
        let key = event.key();
        if !self.open {
            if key == "ArrowDown" || key == "ArrowUp" {
                event.prevent_default();
                event.stop_propagation();
                self.open = true;
                self.focus = Some(if key == "ArrowUp" { Focus::Last } else { Focus::Chosen });
                return true;
            }
            return false;
        }
        let items = self.items();
        let active = web_sys::window().and_then(|w| w.document()).and_then(|d| d.active_element());
        let at = active.and_then(|active| items.iter().position(|item| item.is_same_node(Some(&active))));
        let last = items.len().saturating_sub(1);
        let to = match key.as_str() {
            "ArrowDown" => at.map_or(0, |at| if at == last { 0 } else { at + 1 }),
            "ArrowUp" => at.map_or(last, |at| if at == 0 { last } else { at - 1 }),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                self.open = false;
                self.focus_button();
                return true;
            }
            _ => {
                if key.chars().count() == 1 {
                    // Single keys belong to the menu while it is open.
                    event.stop_propagation();
                }
                return false;
            }
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(item) = items.get(to) {
            let _ = item.focus();
        }
        false
    }
}

impl Component for Menu {
    type Message = Msg;
    type Properties = MenuProps;

    fn create(_ctx: &Context<Self>) -> Menu {
        Menu { root: NodeRef::default(), open: false, focus: None }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Toggle => {
                self.open = !self.open;
                self.focus = self.open.then_some(Focus::Chosen);
                true
            }
            Msg::Close { refocus } => {
                self.open = false;
                if refocus {
                    self.focus_button();
                }
                true
            }
            Msg::Pick(id) => {
                self.open = false;
                self.focus_button();
                ctx.props().on_pick.emit(id);
                true
            }
            Msg::Key(event) => self.key(&event),
            Msg::Blur(event) => {
                let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Node>().ok());
                let inside = self.element().is_some_and(|root| to.is_some_and(|to| root.contains(Some(&to))));
                if inside || !self.open {
                    return false;
                }
                self.open = false;
                true
            }
        }
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let props = ctx.props();
        let link = ctx.link();
        html! {
            <div ref={self.root.clone()} class={classes!("menu", props.class.clone())}
                onkeydown={link.callback(Msg::Key)} onfocusout={link.callback(Msg::Blur)}>
                <button type="button" class="menu-button" aria-haspopup="menu" aria-expanded={self.open.to_string()}
                    aria-label={props.label.clone()} onclick={link.callback(|_| Msg::Toggle)}>
                    { props.children.clone() }
                </button>
                if self.open {
                    <div class="menu-list" role="menu" aria-label={props.title.clone()}>
                        { for props.rows.iter().map(|row| self.row(ctx, row)) }
                    </div>
                    <div class="menu-shade" onclick={link.callback(|_| Msg::Close { refocus: true })} />
                }
            </div>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        let Some(focus) = self.focus.take() else { return };
        let items = self.items();
        let chosen = items.iter().position(|item| item.get_attribute("aria-checked").as_deref() == Some("true"));
        let index = match focus {
            Focus::Chosen => chosen.unwrap_or(0),
            Focus::Last => items.len().saturating_sub(1),
        };
        if let Some(item) = items.get(index) {
            let _ = item.focus();
        }
    }
}

impl Menu {
    fn row(&self, ctx: &Context<Self>, row: &Row) -> Html {
        match row {
            Row::Heading(words) => html! { <div class="menu-heading" role="presentation">{ words.clone() }</div> },
            Row::Item { id, label, hint, checked, key } => {
                let id = *id;
                let role = if checked.is_some() { "menuitemradio" } else { "menuitem" };
                html! {
                    <button type="button" class="menu-item" {role} tabindex="-1"
                        aria-checked={checked.map(|checked| checked.to_string())}
                        onclick={ctx.link().callback(move |_| Msg::Pick(id))}>
                        if checked.is_some() { <span class="menu-tick" aria-hidden="true" /> }
                        <span class="menu-words">
                            <span>{ label.clone() }</span>
                            if let Some(hint) = hint { <small>{ hint.clone() }</small> }
                        </span>
                        if let Some(key) = key { <kbd aria-hidden="true">{ *key }</kbd> }
                    </button>
                }
            }
        }
    }
}
