//! The clock's digits. While time runs they change in every frame, and an element that does costs a layout and a paint of
//! the page around it; so they are on a canvas then, and the element under it, which is what is read aloud, follows with
//! the sentences. Left out: what time it is.

use std::{cell::RefCell, rc::Rc};

use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, window};
use yew::prelude::*;

use crate::stage::flights::{palette::use_theme, pen};

/// Size of the canvas: room for thirty days.
const SIZE: (f32, f32) = (150.0, 20.0);

/// The digits, written by the shell; one, shared, compared by identity.
#[derive(Clone, Debug, Default)]
pub struct ClockFace(Rc<Face>);

#[derive(Debug, Default)]
struct Face {
    text: NodeRef,
    canvas: NodeRef,
    written: RefCell<String>,
    pen: RefCell<Option<CanvasRenderingContext2d>>,
}

impl PartialEq for ClockFace {
    fn eq(&self, other: &ClockFace) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl ClockFace {
    /// Shows a moment: on the canvas while time runs.
    pub fn show(&self, text: &str, runs: bool) {
        match &*self.0.pen.borrow() {
            Some(pen) if runs => {
                let (width, height) = (f64::from(SIZE.0), f64::from(SIZE.1));
                pen.clear_rect(0.0, 0.0, width, height);
                let _ = pen.fill_text(text, width, height / 2.0);
            }
            _ => self.write(text),
        }
    }

    /// Writes a moment into the element.
    pub fn write(&self, text: &str) {
        let Some(element) = self.0.text.cast::<Element>() else { return };
        if *self.0.written.borrow() != text {
            element.set_text_content(Some(text));
            text.clone_into(&mut self.0.written.borrow_mut());
        }
    }

    /// The canvas takes on the element's colour and type.
    fn prepare(&self) {
        let style = self.0.text.cast::<Element>().and_then(|text| window()?.get_computed_style(&text).ok().flatten());
        let pen = self.0.canvas.cast::<HtmlCanvasElement>().and_then(|canvas| pen(&canvas, SIZE.0, SIZE.1));
        if let (Some(style), Some(pen)) = (&style, &pen) {
            let get = |name: &str| style.get_property_value(name).unwrap_or_default();
            pen.set_font(&format!("{} {} {}", get("font-weight"), get("font-size"), get("font-family")));
            pen.set_fill_style_str(&get("color"));
            pen.set_text_align("right");
            pen.set_text_baseline("middle");
        }
        *self.0.pen.borrow_mut() = pen;
    }
}

/// Props of [`ClockDigits`].
#[derive(Clone, PartialEq, Properties)]
pub struct ClockDigitsProps {
    /// What is shown.
    pub face: ClockFace,
    /// Does time run?
    pub runs: bool,
}

/// The digits.
#[component]
pub fn ClockDigits(props: &ClockDigitsProps) -> Html {
    let theme = use_theme();
    use_effect_with((props.face.clone(), theme), |(face, _)| face.prepare());
    let Face { text, canvas, .. } = &*props.face.0;
    html! {
        <span class={classes!("clock-face", props.runs.then_some("runs"))}>
            <span class="clock-text" ref={text.clone()} />
            <canvas ref={canvas.clone()} aria-hidden="true"></canvas>
        </span>
    }
}
