//! One pending `requestAnimationFrame` at a time. Left out: what a frame does.

use std::{cell::Cell, rc::Rc};

use wasm_bindgen::{JsCast, closure::Closure};
use yew::Callback;

/// Asks for animation frames; dropping it cancels what is pending.
pub struct Raf {
    closure: Closure<dyn FnMut(f64)>,
    pending: Rc<Cell<Option<i32>>>,
}

impl Raf {
    /// `on_frame` gets the frame's time stamp in milliseconds.
    pub fn new(on_frame: Callback<f64>) -> Raf {
        let pending = Rc::new(Cell::new(None));
        let closure = Closure::new({
            let pending = pending.clone();
            move |time_ms: f64| {
                pending.set(None);
                on_frame.emit(time_ms);
            }
        });
        Raf { closure, pending }
    }

    /// Asks for the next frame, unless it is already asked for.
    pub fn request(&self) {
        if self.pending.get().is_some() {
            return;
        }
        let window = web_sys::window();
        let id = window.and_then(|w| w.request_animation_frame(self.closure.as_ref().unchecked_ref()).ok());
        self.pending.set(id);
    }
}

impl Drop for Raf {
    fn drop(&mut self) {
        if let (Some(id), Some(window)) = (self.pending.get(), web_sys::window()) {
            let _ = window.cancel_animation_frame(id);
        }
    }
}
