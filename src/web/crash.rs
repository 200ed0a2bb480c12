//! When the program panics: hands the message, the seed and the commands to the screen in `static/boot.js`.

use std::cell::RefCell;

use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static REPORT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what to show if the program stops: how to get here again.
pub fn keep_report(report: String) {
    REPORT.with(|slot| *slot.borrow_mut() = report);
}

/// Where it is marked that the program stopped.
const MARK: &str = "kafkascope.crashed";

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Did the program stop last time? It is asked once.
pub fn take_mark() -> bool {
    let Some(storage) = storage() else { return false };
    let marked = storage.get_item(MARK).ok().flatten().is_some();
    let _ = storage.remove_item(MARK);
    marked
}

/// Shows a panic to the user instead of a frozen page. Through Yew, which would put its own hook in the place of one
/// that it does not know.
pub fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let message = info.to_string();
        let report = REPORT.with(|slot| slot.try_borrow().map(|text| text.clone()).unwrap_or_default());
        if let Some(storage) = storage() {
            let _ = storage.set_item(MARK, "1");
        }
        web_sys::console::error_1(&JsValue::from_str(&message));
        let Some(window) = web_sys::window() else { return };
        let show = js_sys::Reflect::get(&window, &JsValue::from_str("kafkascopeCrash"));
        if let Some(show) = show.ok().and_then(|value| value.dyn_into::<js_sys::Function>().ok()) {
            let _ = show.call2(&window, &JsValue::from_str(&message), &JsValue::from_str(&report));
        }
    }));
}
