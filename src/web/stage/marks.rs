//! What stands on and under a strip: the high watermark's rule, a triangle a group, and their labels.

use std::rc::Rc;

use kafkascope::{
    i18n::{Lang, stage},
    view::{
        geometry::{
            labels::{LabelSpot, Mark, Placed, TRIANGLE, line_top, place},
            strip::{RowGeom, Window, mono_width, offset_stride, short_name},
        },
        model::{GroupMark, PartitionView},
    },
};
use yew::prelude::*;

/// Height of the labels' type.
const TYPE: f32 = 11.0;
/// Characters of a group's name that are written under a strip.
const NAME_CHARS: usize = 14;

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
    let lang = *lang;
    let edge = geom.strip.x + 5.0;
    let at = |offset: i64| window.slot(view, offset).map(|slot| geom.boundary(slot));
    let hw_text = stage::HW.with("n", view.high_watermark).plain(lang);
    let hw = at(view.high_watermark);
    let texts: Vec<(String, String)> = view.marks.iter().map(tag).collect();
    let marks: Vec<(&GroupMark, usize, i64)> =
        view.marks.iter().enumerate().filter_map(|(index, mark)| Some((mark, index, mark.committed?))).collect();
    let to_place: Vec<Mark> = marks
        .iter()
        .map(|&(_, index, committed)| Mark {
            x: at(committed).unwrap_or(edge),
            label: mono_width(&texts[index].0, TYPE),
            short: mono_width(&texts[index].1, TYPE),
        })
        .collect();
    let hollow: Vec<(&GroupMark, f32)> = view
        .marks
        .iter()
        .filter(|mark| mark.position != mark.committed)
        .filter_map(|mark| Some((mark, at(mark.position?).unwrap_or(edge))))
        .collect();
    let others: Vec<f32> = hollow.iter().map(|(_, x)| *x).collect();
    let right = geom.labels_end(view.marks.iter().filter(|mark| mark.lag.is_some()).count());
    let hw_label = hw.map(|x| (x, mono_width(&hw_text, TYPE)));
    let placed = place(geom.strip.x, right, hw_label, &to_place, &others, geom.label_rows);
    let filled =
        marks.iter().zip(&placed.triangles).zip(&placed.labels).map(|((&(mark, index, committed), &x), spot)| {
            let left_of_sight = at(committed).is_none();
            let (long, short) = &texts[index];
            let text = spot.map(|spot| if (spot.w - mono_width(long, TYPE)).abs() < 0.5 { long } else { short });
            html! {
                <g key={mark.group.clone()} class={format!("g{}", mark.color % 4)}>
                    <path class="tri" d={triangle(x, geom.marks_y, left_of_sight)} />
                    if let (Some(spot), Some(text)) = (spot, text) {
                        { label("tag", spot, geom, text) }
                    }
                </g>
            }
        });
    let hollow = hollow.iter().map(|(mark, x)| {
        let class = format!("tri hollow g{}", mark.color % 4);
        html! { <path {class} d={triangle(*x, geom.marks_y, false)} /> }
    });
    html! {
        <svg class="at marks" width={px(*width)} height={px(*height)}>
            <g aria-hidden="true">
                { for hollow }
                { for filled }
            </g>
            if let Some(x) = hw {
                { high_watermark(x, &placed, geom, &hw_text, view, lang) }
            }
        </svg>
    }
}

fn high_watermark(x: f32, placed: &Placed, geom: &RowGeom, text: &str, view: &PartitionView, lang: Lang) -> Html {
    // Where offsets are wider than a cell, the rule ends above them.
    let over = offset_stride(view.log_end, geom.pitch) > 1;
    let top = geom.strip.y - 3.0;
    let bottom = if over { geom.strip.y + geom.cell_top + geom.cell + 1.0 } else { geom.marks_y + 1.0 };
    let alt = stage::HW_ALT.with("n", view.high_watermark).plain(lang);
    html! {
        <g class="hw" role="button" tabindex="-1" data-do="hw" aria-label={alt.clone()}>
            <title>{ alt }</title>
            <rect class="hit" x={px(x - 5.0)} y={px(top)} width="10" height={px(bottom - top)} />
            <path class="rule" d={format!("M{x:.1} {top:.1}V{bottom:.1}")} />
            if let Some(spot) = &placed.hw {
                { label("hw-tag", spot, geom, text) }
            }
        </g>
    }
}

/// The label of a committed offset, with the group's name and without.
fn tag(mark: &GroupMark) -> (String, String) {
    let number = mark.committed.map(|n| n.to_string()).unwrap_or_default();
    (format!("{} {number}", short_name(&mark.group, NAME_CHARS)), number)
}

fn label(class: &'static str, spot: &LabelSpot, geom: &RowGeom, text: &str) -> Html {
    let y = geom.marks_y + line_top(spot.row) + 9.0;
    html! { <text {class} x={px(spot.x)} y={px(y)}>{ text }</text> }
}

/// A triangle that points up at `x`, or to the left where its offset is out of sight.
fn triangle(x: f32, top: f32, left: bool) -> String {
    let (half, height) = (TRIANGLE, 9.0);
    if left {
        let middle = top + height / 2.0;
        format!("M{:.1} {middle:.1}L{:.1} {:.1}V{:.1}Z", x - half, x + half, middle - half, middle + half)
    } else {
        format!("M{x:.1} {top:.1}L{:.1} {:.1}H{:.1}Z", x + half, top + height, x - half)
    }
}

/// A length as an SVG attribute.
pub fn px(value: f32) -> AttrValue {
    AttrValue::from(format!("{value:.1}"))
}
