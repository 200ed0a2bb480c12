//! Puts elements where the geometry says, and measures the one size that the geometry starts from.
//!
//! Places are set through the CSSOM, because the page's content security policy blocks `style` attributes.

use kafkascope::view::geometry::Rect;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, ResizeObserver};
use yew::prelude::*;

/// A reference for an absolutely positioned element that stands at `rect`.
#[hook]
pub fn use_rect(rect: Rect) -> NodeRef {
    let node = use_node_ref();
    use_effect_with(rect, {
        let node = node.clone();
        move |rect: &Rect| {
            if let Some(element) = node.cast::<HtmlElement>() {
                place(&element, rect);
            }
        }
    });
    node
}

/// Puts an element at `rect`.
pub fn place(element: &HtmlElement, rect: &Rect) {
    let style = element.style();
    for (name, value) in [("left", rect.x), ("top", rect.y), ("width", rect.w), ("height", rect.h)] {
        let _ = style.set_property(name, &format!("{value}px"));
    }
}

/// The inner width and height of an element, followed as it changes; nothing before it is measured.
#[hook]
pub fn use_size(node: &NodeRef) -> Option<(f32, f32)> {
    let size = use_state_eq(|| None);
    use_effect_with((), {
        let (node, size) = (node.clone(), size.setter());
        move |()| {
            let element = node.cast::<Element>();
            let measure = {
                let element = element.clone();
                move || {
                    if let Some(element) = &element {
                        size.set(Some((element.client_width() as f32, element.client_height() as f32)));
                    }
                }
            };
            measure();
            let closure = Closure::<dyn FnMut()>::new(measure);
            let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(closure);
            }
        }
    });
    *size
}

/// Properties of [`At`].
#[derive(Properties, PartialEq)]
pub struct AtProps {
    /// Where.
    pub rect: Rect,
    /// Class names.
    #[prop_or_default]
    pub class: Classes,
    /// What stands there.
    #[prop_or_default]
    pub children: Children,
}

/// Something at a place of the stage.
#[component]
pub fn At(props: &AtProps) -> Html {
    let node = use_rect(props.rect);
    html! { <div class={classes!("at", props.class.clone())} ref={node}>{ props.children.clone() }</div> }
}
