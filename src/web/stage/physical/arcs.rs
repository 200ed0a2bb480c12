//! Dotted lines from who led a partition to who leads it now, while that is news.

use kafkascope::view::{
    geometry::{BrokersLayout, copy_to_copy},
    model::ViewModel,
};
use yew::prelude::*;

use super::super::marks::px;

/// More would be a tangle; the line under the cards says it all.
const ARCS_MAX: usize = 8;

/// The layer of lines.
pub fn arcs(vm: &ViewModel, layout: &BrokersLayout) -> Html {
    let place = |broker: u32, topic: &str, partition: i32| {
        let broker = vm.brokers.iter().position(|view| view.id == broker)?;
        let topic = vm.topics.iter().position(|view| view.name == topic)?;
        layout.copy(broker, topic, usize::try_from(partition).ok()?)
    };
    let arcs: Vec<(String, String)> = vm
        .copies
        .moved
        .iter()
        .filter_map(|moved| {
            let from = place(moved.from, &moved.topic, moved.partition)?;
            let to = place(moved.to?, &moved.topic, moved.partition)?;
            // One above the other the line would run over everything between them.
            if from.x < to.right() && to.x < from.right() {
                return None;
            }
            let curve = copy_to_copy(from, to);
            // The head of the arrow looks along the end of the line.
            let (tip, before) = (curve.at(1.0), curve.at(0.94));
            let (dx, dy) = (tip.x - before.x, tip.y - before.y);
            let length = (dx * dx + dy * dy).sqrt().max(0.1);
            let (ux, uy) = (dx / length * 7.0, dy / length * 7.0);
            let head = format!(
                "M{:.1} {:.1}L{:.1} {:.1}L{:.1} {:.1}Z",
                tip.x,
                tip.y,
                tip.x - ux - uy * 0.6,
                tip.y - uy + ux * 0.6,
                tip.x - ux + uy * 0.6,
                tip.y - uy - ux * 0.6
            );
            Some((curve.path(), head))
        })
        .collect();
    if arcs.is_empty() || arcs.len() > ARCS_MAX {
        return Html::default();
    }
    html! {
        <svg class="arcs" width={px(layout.width)} height={px(layout.height)} aria-hidden="true">
            { for arcs.into_iter().map(|(d, head)| html! { <g><path class="arc" {d} /><path class="arc-head" d={head} /></g> }) }
        </svg>
    }
}
