//! The page: mounts the Yew application. What it shows lives in the modules beside this one.

use web_sys::Element;
use yew::prelude::*;

/// The page's root.
#[component]
fn App() -> Html {
    use_effect_with((), |()| {
        // The first render is on the screen: the frame of index.html has done its work.
        if let Some(frame) = by_id("boot") {
            frame.remove();
        }
    });
    html! { <main><h1>{ "Kafkascope" }</h1></main> }
}

fn by_id(id: &str) -> Option<Element> {
    web_sys::window()?.document()?.get_element_by_id(id)
}

fn main() {
    if let Some(root) = by_id("app") {
        yew::Renderer::<App>::with_root(root).render();
    }
}
