//! Draws the marks of the group lens as SVG.

use kafkascope::{
    i18n::Lang,
    view::group_chart::layout::{ChartAct, Mark, MarkKind},
};
use yew::prelude::*;

/// A length as an attribute.
pub fn px(length: f32) -> String {
    format!("{length:.1}")
}

/// One mark: a shape that is a button, and words over it; `number` finds it again when it is asked for.
pub fn draw(mark: &Mark, number: usize, gutter: f32, lang: Lang) -> Html {
    let Mark { x, y, w, h, .. } = *mark;
    let left = if mark.kind == MarkKind::Name { 0.0 } else { gutter };
    let class = match mark.kind {
        MarkKind::Name => "gl-name",
        MarkKind::Call { bad: true, .. } => "gl-call bad",
        MarkKind::Call { .. } => "gl-call",
        MarkKind::Note => "gl-note",
        MarkKind::Band("ok") => "gl-band ok",
        MarkKind::Band("warn") => "gl-band warn",
        MarkKind::Band(_) => "gl-band idle",
        MarkKind::Gap => "gl-gap",
        MarkKind::Bar => "gl-bar",
    };
    let mut shape = yew::virtual_dom::VTag::new("rect");
    let mut put = |name: &'static str, value: String| shape.add_attribute(name, value);
    if mark.act != ChartAct::Nothing {
        put("role", "button".to_owned());
        put("tabindex", "-1".to_owned());
        put("data-i", number.to_string());
        put("data-row", mark.row.to_string());
        put("aria-label", mark.said.plain(lang));
    }
    // A hairline between two that touch. Of an RPC, what can be hit is beside its name, above its member's bars.
    let (x, y, w, h) = match mark.kind {
        MarkKind::Name => (2.0, y, w - 6.0, h - 2.0),
        MarkKind::Call { .. } => (x + left - 4.0, (y - 14.0).max(0.0), 9.0 + mark.label.len() as f32 * 6.2, 15.0),
        _ => (x + left, y, (w - 1.0).max(1.5), h),
    };
    for (name, value) in [("x", x), ("y", y), ("width", w), ("height", h), ("rx", if h > 8.0 { 3.0 } else { 1.5 })] {
        put(name, px(value));
    }
    let picture = match mark.kind {
        MarkKind::Note => Html::default(),
        MarkKind::Name => html! { <>{ shape }<circle cx="14.5" cy={px(y + 9.5)} r="4.5" /></> },
        MarkKind::Call { up, down, .. } => html! { <>{ arrow(mark.x + left, mark.y, mark.w, (up, down)) }{ shape }</> },
        // The stripes begin behind the name, which could not be read on them.
        MarkKind::Bar if mark.stripes => {
            let named = if mark.label.is_empty() { 0.0 } else { 9.0 + mark.label.len() as f32 * 6.4 };
            let (x, y, w, h) = (px(x + named), px(y), px((w - named).max(0.0)), px(h));
            html! { <>{ shape }<rect class="gl-stripes" {x} {y} width={w} height={h} rx="3" /></> }
        }
        _ => shape.into(),
    };
    let words = if matches!(mark.kind, MarkKind::Call { .. }) { Html::default() } else { words(mark, left) };
    html! { <g class={format!("{class} m{}", mark.color)}>{ picture }{ words }</g> }
}

/// The name of an RPC, which stands over the arrows of all.
pub fn call_name(mark: &Mark, gutter: f32) -> Html {
    let MarkKind::Call { bad, .. } = mark.kind else { return Html::default() };
    html! { <g class={if bad { "gl-call bad" } else { "gl-call" }}>{ words(mark, gutter) }</g> }
}

fn words(mark: &Mark, left: f32) -> Html {
    if mark.label.is_empty() {
        return Html::default();
    }
    let (x, y) = match mark.kind {
        MarkKind::Name => (26.0, mark.y + 13.5),
        MarkKind::Call { .. } => (left + mark.x + 5.0, mark.y - 3.0),
        MarkKind::Band(_) => (left + mark.x + 8.0, mark.y + 15.0),
        MarkKind::Note => (left + mark.x, mark.y + 10.0),
        _ => (left + mark.x + 5.0, mark.y + mark.h / 2.0 + 3.6),
    };
    let note = (!mark.note.is_empty()).then(|| {
        let stacked = mark.h > 24.0;
        let (x, y) = if stacked { (x, y + 15.0) } else { (x + 12.0 + mark.label.chars().count() as f32 * 7.4, y) };
        html! { <text class="gl-small" aria-hidden="true" x={px(x)} y={px(y)}>{ &mark.note }</text> }
    });
    html! { <><text aria-hidden="true" x={px(x)} y={px(y)}>{ &mark.label }</text>{ for note }</> }
}

/// From the member's end up to the coordinator's band, with a head at each end that something goes to.
fn arrow(x: f32, y: f32, w: f32, (up, down): (bool, bool)) -> Html {
    // Where it goes both ways it stands upright: several at once have no one slope.
    let (above, below) = match (up, down) {
        (true, false) => (x + w, x),
        (false, true) => (x, x + w),
        _ => (x, x),
    };
    let mut line = format!("M{below:.1} {y:.1}L{above:.1} 0");
    if up {
        line.push_str(&format!("M{:.1} 6L{above:.1} 0.5L{:.1} 6", above - 3.5, above + 3.5));
    }
    if down {
        let wings = y - 6.0;
        line.push_str(&format!("M{:.1} {wings:.1}L{below:.1} {y:.1}L{:.1} {wings:.1}", below - 3.5, below + 3.5));
    }
    html! { <path d={line} /> }
}
