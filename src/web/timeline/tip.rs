//! What the event under the pointer was, and what led to it, above its mark. The story and *Why?* say the same to who
//! has no pointer, so it is hidden from screen readers.

use std::rc::Rc;

use kafkascope::i18n::{Lang, stage};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::{
    say::{moment, say},
    stage_api::Hovered,
};

/// Causes that are told; the timeline shows the way of all.
const CAUSES: usize = 3;
/// Space to the window's edge.
const EDGE: f64 = 8.0;

/// Props of [`Tip`].
#[derive(Clone, PartialEq, Properties)]
pub struct TipProps {
    /// Language of all text.
    pub lang: Lang,
    /// What is under the pointer.
    pub hovered: Rc<Hovered>,
    /// Where its mark is, from the left edge of the timeline.
    pub x: f32,
    /// The timeline.
    pub root: NodeRef,
}

/// The sentence above a mark.
#[component]
pub fn Tip(props: &TipProps) -> Html {
    let TipProps { lang, hovered, x, root } = props;
    let tip = use_node_ref();
    use_effect_with(props.clone(), {
        let (tip, root, x) = (tip.clone(), root.clone(), f64::from(*x));
        move |_| {
            let (Some(tip), Some(root)) = (tip.cast::<HtmlElement>(), root.cast::<Element>()) else { return };
            let window = web_sys::window();
            let of = |read: fn(&web_sys::Window) -> Option<f64>| window.as_ref().and_then(read).unwrap_or_default();
            let width = of(|window| window.inner_width().ok()?.as_f64());
            let height = of(|window| window.inner_height().ok()?.as_f64());
            let rect = root.get_bounding_client_rect();
            let own = f64::from(tip.offset_width());
            let left = (rect.left() + x - own / 2.0).min(width - own - EDGE).max(EDGE);
            let _ = tip.style().set_property("left", &format!("{left}px"));
            let _ = tip.style().set_property("bottom", &format!("{}px", height - rect.top() + 4.0));
        }
    });
    let Some(body) = web_sys::window().and_then(|window| window.document()?.body()) else { return Html::default() };
    // In the body, because the timeline's place cuts off what hangs over its edge.
    let tip = html! {
        <div class="timeline-tip" ref={tip} aria-hidden="true">
            <p><span class="line-time">{ moment(hovered.line.time_us) }</span>{ " " }{ say(&hovered.line.text, *lang) }</p>
            { for hovered.causes.iter().take(CAUSES).map(|line| html! {
                <p class="faint">{ say(&stage::BECAUSE.with("cause", line.text.clone()), *lang) }</p>
            }) }
        </div>
    };
    create_portal(tip, body.into())
}
