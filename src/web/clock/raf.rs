//! Animation frames: one `requestAnimationFrame` for all that ask, at most one call a frame for each of them. Left out:
//! what a frame does.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use wasm_bindgen::{JsCast, closure::Closure};
use yew::Callback;

thread_local! {
    static FRAMES: Frames = Frames::new();
}

/// Asks for animation frames; dropping it cancels what is pending.
pub struct Raf(Rc<Asked>);

struct Asked {
    on_frame: Callback<f64>,
    pending: Cell<bool>,
}

impl Raf {
    /// `on_frame` gets the frame's time stamp in milliseconds.
    pub fn new(on_frame: Callback<f64>) -> Raf {
        Raf(Rc::new(Asked { on_frame, pending: Cell::new(false) }))
    }

    /// Asks for the next frame, unless it is already asked for.
    pub fn request(&self) {
        if !self.0.pending.replace(true) {
            FRAMES.with(|frames| frames.ask(Rc::downgrade(&self.0)));
        }
    }
}

/// The one that asks the browser. What crosses from one world into the other costs more than what is done there.
struct Frames {
    closure: Closure<dyn FnMut(f64)>,
    waiting: RefCell<Vec<Weak<Asked>>>,
}

impl Frames {
    fn new() -> Frames {
        let closure = Closure::new(|time_ms: f64| {
            // Whoever asks again is called in the next frame.
            let waiting = FRAMES.with(|frames| std::mem::take(&mut *frames.waiting.borrow_mut()));
            for asked in waiting.iter().filter_map(Weak::upgrade) {
                asked.pending.set(false);
                asked.on_frame.emit(time_ms);
            }
        });
        Frames { closure, waiting: RefCell::default() }
    }

    fn ask(&self, asked: Weak<Asked>) {
        let mut waiting = self.waiting.borrow_mut();
        if waiting.is_empty()
            && let Some(window) = web_sys::window()
        {
            let _ = window.request_animation_frame(self.closure.as_ref().unchecked_ref());
        }
        waiting.push(asked);
    }
}
