//! The lines under the cards: from producers to the partitions that they send to, and a ribbon from each partition to
//! the member that owns it.

use std::{cell::RefCell, rc::Rc};

use kafkascope::sim::Map;
use kafkascope::view::{
    geometry::{StageLayout, TopicRows, wire},
    model::{FlightKind, Place, ViewModel},
};
use yew::prelude::*;

use super::cells::key_mark;

/// How long a line stays after the last record went along it, in simulated microseconds.
const REMEMBERED_US: u64 = 3_000_000;

/// Which line, by the indexes of what it joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WireId {
    /// A producer to a partition.
    Send { producer: usize, topic: usize, partition: usize },
    /// A partition to a member of a group.
    Own { group: usize, member: usize, slot: usize, slots: usize, lane: usize, topic: usize, partition: usize },
}

/// A line and how it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    id: WireId,
    class: &'static str,
}

/// Lines are worked out anew only so often while time runs, in wall milliseconds: they change with nearly every record.
const EVERY_MS: f64 = 200.0;

/// The lines that are drawn, and since when.
#[derive(Default)]
pub struct Drawn {
    recent: Recent,
    at_ms: f64,
    layout: Option<Rc<StageLayout>>,
    wires: Rc<Vec<Wire>>,
}

impl Drawn {
    /// The lines of a picture; those of a moment ago if time runs and they are new enough.
    pub fn wires(&mut self, vm: &ViewModel, layout: &Rc<StageLayout>, running: bool) -> Rc<Vec<Wire>> {
        note(vm, &mut self.recent);
        let now_ms = web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now());
        let same_layout = self.layout.as_ref().is_some_and(|old| Rc::ptr_eq(old, layout));
        if !running || !same_layout || now_ms - self.at_ms >= EVERY_MS {
            self.at_ms = now_ms;
            self.layout = Some(layout.clone());
            let new = wires(vm, layout, &self.recent);
            if *self.wires != new {
                self.wires = Rc::new(new);
            }
        }
        self.wires.clone()
    }
}

/// When each producer last sent to each partition.
pub type Recent = Map<(String, String, i32), u64>;

static LIVE: [&str; 8] = [
    "wire live k0",
    "wire live k1",
    "wire live k2",
    "wire live k3",
    "wire live k4",
    "wire live k5",
    "wire live k6",
    "wire live k7",
];
static OWN: [&str; 4] = ["own m0", "own m1", "own m2", "own m3"];

/// Remembers where records go now, and forgets where they went long ago.
fn note(vm: &ViewModel, recent: &mut Recent) {
    for flight in vm.flights.iter() {
        if let (FlightKind::Produce, Place::Producer(name), Place::Partition(topic, partition)) =
            (flight.kind, &flight.from, &flight.to)
        {
            recent.insert((name.clone(), topic.clone(), *partition), flight.sent_us);
        }
    }
    recent.retain(|_, at| *at <= vm.time_us && vm.time_us - *at < REMEMBERED_US);
}

/// The lines of a picture. `recent` tells where records went a moment ago.
fn wires(vm: &ViewModel, layout: &StageLayout, recent: &Recent) -> Vec<Wire> {
    let mut live: Map<(&str, &str, i32), &'static str> = Map::new();
    for flight in vm.flights.iter() {
        if let (FlightKind::Produce, Place::Producer(name), Place::Partition(topic, partition)) =
            (flight.kind, &flight.from, &flight.to)
        {
            let mark = key_mark(&vm.keys, flight.cells.first().copied().flatten());
            live.insert((name, topic, *partition), mark.map_or("wire live", |mark| LIVE[usize::from(mark.color % 8)]));
        }
    }
    let mut wires = Vec::new();
    for (producer, view) in vm.producers.iter().enumerate().take(layout.producers.cards.len()) {
        for (topic, at) in vm.topics.iter().enumerate() {
            if layout.cluster.topics.get(topic).is_none_or(|topic| topic.rows == TopicRows::Folded) {
                continue;
            }
            for one in &at.partitions {
                let number = one.partition;
                let key = (view.name.as_str(), at.name.as_str(), number);
                let own = view.topic == at.name
                    && (view.queued.iter().any(|batch| batch.partition == number && batch.records > 0)
                        || view.sticky_partition == Some(number));
                let is_cut = view.topic == at.name && one.leader.is_some_and(|leader| view.cut_from.contains(&leader));
                let class = match live.get(&key) {
                    _ if is_cut => "wire cut",
                    Some(class) => class,
                    None if own || recent.contains_key(&(view.name.clone(), at.name.clone(), number)) => "wire idle",
                    None => continue,
                };
                let partition = usize::try_from(number).unwrap_or(0);
                wires.push(Wire { id: WireId::Send { producer, topic, partition }, class });
            }
        }
    }
    // Lines in use over idle ones.
    kafkascope::sim::sort_by_key(&mut wires, |wire: &Wire| wire.class != "wire idle");
    own(vm, layout, &mut wires);
    wires
}

fn own(vm: &ViewModel, layout: &StageLayout, wires: &mut Vec<Wire>) {
    let mut lane = 0;
    for (group, view) in vm.groups.iter().enumerate() {
        for (member, one) in view.members.iter().enumerate() {
            lane += 1;
            if layout.groups.groups.get(group).is_none_or(|at| member >= at.members.len()) {
                continue;
            }
            for (slot, owned) in one.owned.iter().enumerate() {
                let Some(topic) = vm.topics.iter().position(|topic| topic.name == owned.topic) else { continue };
                let rows = layout.cluster.topics.get(topic).map(|topic| &topic.rows);
                if !matches!(rows, Some(TopicRows::Cells { .. } | TopicRows::Bars { .. })) {
                    continue;
                }
                let partition = usize::try_from(owned.partition).unwrap_or(0);
                let (slots, lane) = (one.owned.len(), lane - 1);
                let id = WireId::Own { group, member, slot, slots, lane, topic, partition };
                let row = vm.topics[topic].partitions.get(partition);
                let is_cut = row.and_then(|row| row.leader).is_some_and(|leader| one.cut_from.contains(&leader));
                let class = if is_cut { "own cut" } else { OWN[usize::from(one.color % 4)] };
                wires.push(Wire { id, class });
            }
        }
    }
}

/// The curve of a line.
pub fn curve(layout: &StageLayout, id: WireId) -> Option<wire::Curve> {
    match id {
        WireId::Send { producer, topic, partition } => {
            let card = *layout.producers.cards.get(producer)?;
            let row = layout.cluster.topics.get(topic)?.partition(partition)?;
            Some(wire::producer_to_partition(layout.mode, card, row, producer))
        }
        WireId::Own { group, member, slot, slots, lane, topic, partition } => {
            let card = *layout.groups.groups.get(group)?.members.get(member)?;
            let row = layout.cluster.topics.get(topic)?.partition(partition)?;
            Some(wire::partition_to_member(layout.mode, row, card, slot, slots, lane))
        }
    }
}

/// Properties of [`Wires`].
#[derive(Properties, PartialEq)]
pub struct WiresProps {
    /// The lines.
    pub wires: Rc<Vec<Wire>>,
    /// Where everything stands; the paths are computed anew only when this changes.
    pub layout: Rc<StageLayout>,
}

/// The layer of lines.
#[component]
pub fn Wires(props: &WiresProps) -> Html {
    let paths = use_memo(props.layout.clone(), |_| RefCell::new(Map::<WireId, AttrValue>::new()));
    let layout = &props.layout;
    let mut paths = paths.borrow_mut();
    let mut draw = |wire: &Wire| {
        let path = paths.entry(wire.id).or_insert_with(|| {
            curve(layout, wire.id).map_or(AttrValue::Static(""), |curve| AttrValue::from(curve.path()))
        });
        let key = format!("{:?}", wire.id);
        match wire.id {
            WireId::Own { .. } => html! {
                <g {key} class={wire.class}><path class="ribbon" d={path.clone()} /><path class="thread" d={path.clone()} /></g>
            },
            WireId::Send { .. } => html! { <path {key} class={wire.class} d={path.clone()} /> },
        }
    };
    let width = AttrValue::from(layout.width.to_string());
    let height = AttrValue::from(layout.height.to_string());
    html! {
        <svg class="wires" {width} {height} aria-hidden="true">
            { for props.wires.iter().map(&mut draw) }
        </svg>
    }
}
