//! A field for a name, whose text is the writer's until the field is left.
//!
//! An input that is told its value gets it back whenever the page is rendered, and time that runs renders it often. So
//! this one is told only when the name has changed. Left out: what a name may be.

use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Props of [`NameField`].
#[derive(Clone, PartialEq, Properties)]
pub struct NameFieldProps {
    /// The name as it is.
    pub name: AttrValue,
    /// What the field is called, where no label is bound to it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// For a label and a note.
    #[prop_or_default]
    pub id: Option<AttrValue>,
    /// The note.
    #[prop_or_default]
    pub described_by: Option<AttrValue>,
    /// The longest name that can be typed.
    #[prop_or_default]
    pub chars_max: Option<u64>,
    /// It was left with another name.
    pub on_name: Callback<String>,
}

/// The field.
#[component]
pub fn NameField(props: &NameFieldProps) -> Html {
    let node = use_node_ref();
    use_effect_with(props.name.clone(), {
        let node = node.clone();
        move |name| {
            if let Some(input) = node.cast::<HtmlInputElement>() {
                input.set_value(name);
            }
        }
    });
    let onchange = Callback::from({
        let (name, on_name) = (props.name.clone(), props.on_name.clone());
        move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            let text = input.value();
            if text.trim().is_empty() {
                // The name that it has then may be the one that it had.
                input.set_value(&name);
            }
            on_name.emit(text);
        }
    });
    html! {
        <input ref={node} type="text" id={props.id.clone()} maxlength={props.chars_max.map(|max| max.to_string())} {onchange}
            aria-label={props.label.clone()} aria-describedby={props.described_by.clone()} />
    }
}
