//! The page: mounts the Yew application. What it shows lives in the modules beside this one.

mod app;
mod clock;
mod crash;
mod focus;
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

/// Plays a saved run, as lines, to its end; hands back the digests of its events and its state, or what is wrong.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopePlay)]
pub fn kafkascope_play(lines: &str) -> String {
    let lessons = kafkascope::lesson::catalogue().unwrap_or_default();
    let opening = kafkascope::codec::text::read(lines).and_then(|saved| saved.open(&lessons));
    opening.map_or_else(
        |error| error.text().plain(kafkascope::i18n::Lang::En),
        |opening| kafkascope::history::digests(opening.finish().history.run()),
    )
}

/// Plays the run that throughput is measured with; hands back how many events it took, 0 if it failed.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeFullLoad)]
pub fn kafkascope_full_load() -> f64 {
    kafkascope::history::full_load().map_or(0.0, |run| run.event() as f64)
}

thread_local! {
    static PAST: std::cell::RefCell<Option<kafkascope::history::History>> = const { std::cell::RefCell::new(None) };
    static MARKS: std::cell::RefCell<kafkascope::view::story::Marks> = std::cell::RefCell::default();
    static APP: std::cell::RefCell<Option<yew::AppHandle<app::App>>> = const { std::cell::RefCell::new(None) };
}

/// Plays a long run a frame at a time and keeps it, so that its moments can be gone to; hands back its events.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopePast)]
pub fn kafkascope_past() -> f64 {
    let history = kafkascope::history::long_history();
    let events = history.run().event();
    PAST.set(Some(history));
    events as f64
}

/// Goes to a part of that run, 0 its beginning and 1 its end; hands back the event there.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeSeek)]
pub fn kafkascope_seek(part: f64) -> f64 {
    PAST.with_borrow_mut(|past| {
        past.as_mut().map_or(0.0, |past| {
            let (from_us, to_us) = (past.begin().time_us, past.end().time_us);
            past.seek_time(from_us + (part.clamp(0.0, 1.0) * (to_us - from_us) as f64) as u64);
            past.run().event() as f64
        })
    })
}

/// Makes the marks of a part of that run, as the timeline does for an axis; hands back how many there are.
#[wasm_bindgen::prelude::wasm_bindgen(js_name = kafkascopeAxis)]
pub fn kafkascope_axis(from: f64, to: f64) -> f64 {
    PAST.with_borrow(|past| {
        let Some(past) = past else { return 0.0 };
        let length_us = past.end().time_us as f64;
        let at = |part: f64| (part.clamp(0.0, 1.0) * length_us) as u64;
        MARKS.with_borrow_mut(|marks| {
            marks.follow(past.newest(), at(from), at(to));
            marks.marks.len() as f64
        })
    })
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
