//! What stands on and under a strip, as elements: the high watermark's rule, a triangle a group, and their labels.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::{
            row_marks::{Committed, Position, RowMarks, Rule},
            strip::{RowGeom, Window},
        },
        model::PartitionView,
    },
};
use yew::prelude::*;

/// Properties of [`Marks`].
#[derive(Properties, PartialEq)]
pub struct MarksProps {
    /// The partition.
    pub view: Rc<PartitionView>,
    /// What stands where.
    pub geom: Rc<RowGeom>,
    /// Which records are in sight.
    pub window: Window,
    /// Language of all text.
    pub lang: Lang,
    /// Width of the row.
    pub width: f32,
    /// Height of the row.
    pub height: f32,
}

/// The marks of a row, drawn over the whole of it.
#[component]
pub fn Marks(props: &MarksProps) -> Html {
    let MarksProps { view, geom, window, lang, width, height } = props;
    let hw_text = stage::HW.with("n", view.high_watermark).plain(*lang);
    let marks = RowMarks::of(view, geom, window, &hw_text);
    let color = |mark: usize| view.marks[mark].color % 4;
    let committed = |one: &Committed| {
        html! {
            <g key={view.marks[one.mark].group.clone()} class={format!("g{}", color(one.mark))}>
                <path class="tri" d={path(&one.triangle)} />
                if let Some((x, y, text)) = &one.label {
                    { label("tag", *x, *y, text) }
                }
            </g>
        }
    };
    let position = |one: &Position| {
        let class = format!("tri hollow g{}", color(one.mark));
        html! { <path {class} d={path(&one.triangle)} /> }
    };
    html! {
        <svg class="at marks" width={px(*width)} height={px(*height)}>
            <g aria-hidden="true">
                { for marks.positions.iter().map(position) }
                { for marks.committed.iter().map(committed) }
            </g>
            if let Some(rule) = &marks.high_watermark {
                { high_watermark(rule, &hw_text, view, *lang) }
            }
        </svg>
    }
}

fn high_watermark(rule: &Rule, text: &str, view: &PartitionView, lang: Lang) -> Html {
    let Rule { x, top, bottom, label: spot } = rule;
    let alt = stage::HW_ALT.with("n", view.high_watermark).plain(lang);
    html! {
        <g class="hw" role="button" tabindex="-1" data-do="hw" aria-label={alt.clone()}>
            <title>{ alt }</title>
            <rect class="hit" x={px(x - 5.0)} y={px(*top)} width="10" height={px(bottom - top)} />
            <path class="rule" d={format!("M{x:.1} {top:.1}V{bottom:.1}")} />
            if let Some((x, y)) = spot {
                { label("hw-tag", *x, *y, text) }
            }
        </g>
    }
}

fn label(class: &'static str, x: f32, y: f32, text: &str) -> Html {
    html! { <text {class} x={px(x)} y={px(y)}>{ text }</text> }
}

/// A triangle by its corners.
fn path([a, b, c]: &[(f32, f32); 3]) -> String {
    format!("M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z", a.0, a.1, b.0, b.1, c.0, c.1)
}

/// A length as an SVG attribute.
pub fn px(value: f32) -> AttrValue {
    AttrValue::from(format!("{value:.1}"))
}
