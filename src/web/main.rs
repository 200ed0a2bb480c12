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

thread_local! {
    static APP: std::cell::RefCell<Option<yew::AppHandle<app::App>>> = const { std::cell::RefCell::new(None) };
}

/// Puts a group of so many members on the stage, about to rebalance: what drawing it costs is measured then.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeCrowd)]
pub fn kafkascope_crowd(members: u32) {
    let scenario = kafkascope::history::crowd(members);
    APP.with_borrow(|app| app.iter().for_each(|app| app.send_message(app::Msg::Stage(scenario.clone()))));
}

/// Puts a large cluster on the stage that is about to lose a broker: what drawing it costs is measured then.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeLarge)]
pub fn kafkascope_large() {
    let scenario = kafkascope::history::large_cluster();
    APP.with_borrow(|app| app.iter().for_each(|app| app.send_message(app::Msg::Stage(scenario.clone()))));
}

fn main() {
    crash::install();
    let root = web_sys::window().and_then(|window| window.document()).and_then(|d| d.get_element_by_id("app"));
    if let Some(root) = root {
        let app = yew::Renderer::<app::App>::with_root(root).render();
        APP.with_borrow_mut(|place| *place = Some(app));
    }
}
