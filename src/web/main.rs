//! The page: mounts the Yew application. What it shows lives in the modules beside this one.

mod app;
mod clock;
mod crash;
mod forms;
mod lenses;
mod lesson;
mod panels;
mod prefs;
mod say;
mod stage;
mod stage_api;
mod timeline;
mod why;

/// The digest of a recorded run, for the test that the model is the same in wasm as natively.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeDigest)]
pub fn kafkascope_digest() -> String {
    kafkascope::history::determinism_digest()
}

/// Plays the run that throughput is measured with; hands back how many events it took, 0 if it failed.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeFullLoad)]
pub fn kafkascope_full_load() -> f64 {
    kafkascope::history::full_load().map_or(0.0, |run| run.event() as f64)
}

fn main() {
    crash::install();
    let root = web_sys::window().and_then(|window| window.document()).and_then(|d| d.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
