//! The colours of the style sheet, for canvases, and when to read them again.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CssStyleDeclaration, MutationObserver, MutationObserverInit, window};
use yew::prelude::*;

/// Colours by what they mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette {
    /// Keys.
    pub keys: [String; 8],
    /// Letters on keys.
    pub key_inks: [String; 8],
    /// Members.
    pub members: [String; 4],
    /// Groups.
    pub groups: [String; 4],
    /// Good, soon bad, bad.
    pub ok: String,
    /// Needs attention.
    pub warn: String,
    /// Gone.
    pub bad: String,
    /// The one accent.
    pub accent: String,
    /// Text.
    pub ink_1: String,
    /// Quiet text.
    pub ink_2: String,
    /// Marks without a colour of their own.
    pub ink_3: String,
    /// Hairlines.
    pub line: String,
    /// Cards.
    pub surface: String,
    /// Strips.
    pub track: String,
    /// Type of letters on cells.
    pub cell_font: String,
    /// Type of a number beside cells, and of times.
    pub count_font: String,
    /// Type of text.
    pub text_font: String,
    /// Type of letters on the cells of strips, by density.
    pub letter_fonts: [String; 3],
    /// Type of offsets and of groups' labels.
    pub offset_font: String,
    /// Type of the high watermark's label.
    pub rule_font: String,
    /// Type of a lag.
    pub lag_font: String,
}

impl Palette {
    /// The colours in force now.
    pub fn read() -> Palette {
        let root = window().and_then(|window| window.document()).and_then(|document| document.document_element());
        let style = root.and_then(|root| window()?.get_computed_style(&root).ok().flatten());
        let Some(style) = style else { return Palette::default() };
        let get = |name: &str| value(&style, name);
        let many = |prefix: &str, index: usize| value(&style, &format!("{prefix}{index}"));
        Palette {
            keys: std::array::from_fn(|index| many("--key-", index)),
            key_inks: std::array::from_fn(|index| many("--key-ink-", index)),
            members: std::array::from_fn(|index| many("--member-", index)),
            groups: std::array::from_fn(|index| many("--group-", index)),
            ok: get("--ok"),
            warn: get("--warn"),
            bad: get("--bad"),
            accent: get("--accent"),
            ink_1: get("--ink-1"),
            ink_2: get("--ink-2"),
            ink_3: get("--ink-3"),
            line: get("--line"),
            surface: get("--surface"),
            track: get("--surface-2"),
            cell_font: format!("700 12px {}", get("--font-sans")),
            count_font: format!("500 11px {}", get("--font-mono")),
            text_font: format!("12px {}", get("--font-sans")),
            letter_fonts: [14, 13, 12].map(|size| format!("700 {size}px {}", get("--font-sans"))),
            offset_font: format!("11px {}", get("--font-mono")),
            rule_font: format!("600 11px {}", get("--font-mono")),
            lag_font: format!("600 12px {}", get("--font-mono")),
        }
    }
}

fn value(style: &CssStyleDeclaration, name: &str) -> String {
    style.get_property_value(name).unwrap_or_default().trim().to_owned()
}

/// A number that changes when the colours or the typefaces may have: by hand (`data-theme`), by the system, or because
/// a font has come.
#[hook]
pub fn use_theme() -> u32 {
    let count = use_state(|| 0_u32);
    use_effect_with((), {
        let count = count.setter();
        move |()| {
            let seen = std::cell::Cell::new(0_u32);
            let closure = Closure::<dyn FnMut()>::new(move || {
                seen.set(seen.get() + 1);
                count.set(seen.get());
            });
            let function = closure.as_ref().unchecked_ref::<js_sys::Function>();
            let observer = MutationObserver::new(function).ok();
            let root = window().and_then(|window| window.document()).and_then(|document| document.document_element());
            if let (Some(observer), Some(root)) = (&observer, root) {
                let what = MutationObserverInit::new();
                what.set_attributes(true);
                what.set_attribute_filter(&js_sys::Array::of1(&"data-theme".into()));
                let _ = observer.observe_with_options(&root, &what);
            }
            let dark = window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
            if let Some(dark) = &dark {
                let _ = dark.add_event_listener_with_callback("change", function);
            }
            let fonts = window()
                .and_then(|window| window.document())
                .and_then(|document| js_sys::Reflect::get(&document, &"fonts".into()).ok())
                .and_then(|fonts| fonts.dyn_into::<web_sys::EventTarget>().ok());
            if let Some(fonts) = &fonts {
                let _ = fonts.add_event_listener_with_callback("loadingdone", function);
            }
            move || {
                if let Some(fonts) = fonts {
                    let _ = fonts.remove_event_listener_with_callback("loadingdone", closure.as_ref().unchecked_ref());
                }
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                if let Some(dark) = dark {
                    let _ = dark.remove_event_listener_with_callback("change", closure.as_ref().unchecked_ref());
                }
            }
        }
    });
    *count
}
