//! Which way a flight takes: along the line that joins its two places on the stage.

use std::rc::Rc;

use kafkascope::view::{
    geometry::{
        BrokerCards, BrokersLayout, Rect, StageLayout, copy_to_copy, into_copy, out_of_copy, point,
        strip::chips,
        wire::{self, Curve},
    },
    model::{Flight, Place, ViewModel},
};

/// What the places are on.
#[derive(Clone, PartialEq)]
pub enum Ground {
    /// The Topic lens.
    Topic(Rc<StageLayout>),
    /// The Brokers lens.
    Brokers(Rc<BrokersLayout>),
}

impl Ground {
    /// Does everything stand where it does on the other?
    pub fn is_same(&self, other: &Ground) -> bool {
        match (self, other) {
            (Ground::Topic(one), Ground::Topic(other)) => Rc::ptr_eq(one, other) || one == other,
            (Ground::Brokers(one), Ground::Brokers(other)) => Rc::ptr_eq(one, other) || one == other,
            _ => false,
        }
    }
}

/// The way from one place to another, as far as both are on the ground.
pub fn route(vm: &ViewModel, ground: &Ground, flight: &Flight) -> Option<Curve> {
    match ground {
        Ground::Topic(layout) => on_stage(vm, layout, &flight.from, &flight.to),
        Ground::Brokers(layout) => between_brokers(vm, layout, flight),
    }
}

/// A client's request comes in from beside the card of the broker that is asked, a copy goes from row to row, and what
/// a consumer gets leaves the row that it is read from: the leader's, or that of a follower in the consumer's rack.
fn between_brokers(vm: &ViewModel, layout: &BrokersLayout, flight: &Flight) -> Option<Curve> {
    let (from, to, at_broker) = (&flight.from, &flight.to, flight.broker);
    let BrokerCards::Rows { geom, .. } = &layout.cards else { return None };
    let row = |topic: &str, number: i32, broker: Option<u32>| {
        let index = vm.topics.iter().position(|view| view.name == topic)?;
        let at = usize::try_from(number).ok()?;
        let broker = broker.or(vm.topics[index].partitions.get(at)?.leader)?;
        layout.copy(vm.brokers.iter().position(|view| view.id == broker)?, index, at)
    };
    match (from, to) {
        (Place::Producer(_), Place::Partition(topic, at)) => Some(into_copy(row(topic, *at, at_broker)?, geom)),
        (Place::Partition(topic, at), Place::Producer(_)) => {
            Some(into_copy(row(topic, *at, at_broker)?, geom).reversed())
        }
        (Place::Partition(topic, at), Place::Consumer(_)) => Some(out_of_copy(row(topic, *at, at_broker)?)),
        (Place::Partition(topic, at), Place::Broker(id)) => {
            Some(copy_to_copy(row(topic, *at, at_broker)?, row(topic, *at, Some(*id))?))
        }
        (Place::Broker(id), Place::Partition(topic, at)) => {
            Some(copy_to_copy(row(topic, *at, Some(*id))?, row(topic, *at, at_broker)?))
        }
        _ => None,
    }
}

fn on_stage(vm: &ViewModel, layout: &StageLayout, from: &Place, to: &Place) -> Option<Curve> {
    match (from, to) {
        (Place::Producer(name), Place::Partition(topic, partition)) => send(vm, layout, name, topic, *partition),
        (Place::Partition(topic, partition), Place::Producer(name)) => {
            Some(send(vm, layout, name, topic, *partition)?.reversed())
        }
        (Place::Partition(topic, partition), Place::Consumer(name)) => read(vm, layout, name, topic, *partition),
        (Place::Consumer(name), Place::Partition(topic, partition)) => {
            Some(read(vm, layout, name, topic, *partition)?.reversed())
        }
        (Place::Consumer(name), Place::Group(group)) => head(vm, layout, name, group),
        (Place::Group(group), Place::Consumer(name)) => Some(head(vm, layout, name, group)?.reversed()),
        (Place::Partition(topic, partition), Place::Broker(id)) => copy(vm, layout, topic, *partition, *id),
        (Place::Broker(id), Place::Partition(topic, partition)) => {
            Some(copy(vm, layout, topic, *partition, *id)?.reversed())
        }
        _ => Some(wire::between(place(vm, layout, from)?, place(vm, layout, to)?)),
    }
}

fn producer(vm: &ViewModel, layout: &StageLayout, name: &str) -> Option<(usize, Rect)> {
    let index = vm.producers.iter().position(|producer| producer.name == name)?;
    Some((index, *layout.producers.cards.get(index)?))
}

fn partition(vm: &ViewModel, layout: &StageLayout, topic: &str, partition: i32) -> Option<Rect> {
    let index = vm.topics.iter().position(|view| view.name == topic)?;
    layout.cluster.topics.get(index)?.partition(usize::try_from(partition).ok()?)
}

fn send(vm: &ViewModel, layout: &StageLayout, name: &str, topic: &str, number: i32) -> Option<Curve> {
    let (lane, card) = producer(vm, layout, name)?;
    Some(wire::producer_to_partition(layout.mode, card, partition(vm, layout, topic, number)?, lane))
}

/// The group's index, the member's card, and its number among all members.
fn member(vm: &ViewModel, layout: &StageLayout, name: &str) -> Option<(usize, usize, Rect, usize)> {
    let mut lane = 0;
    for (group, view) in vm.groups.iter().enumerate() {
        if let Some(at) = view.members.iter().position(|member| member.name == name) {
            return Some((group, at, *layout.groups.groups.get(group)?.members.get(at)?, lane + at));
        }
        lane += view.members.len();
    }
    None
}

fn read(vm: &ViewModel, layout: &StageLayout, name: &str, topic: &str, number: i32) -> Option<Curve> {
    let (group, at, card, lane) = member(vm, layout, name)?;
    let row = partition(vm, layout, topic, number)?;
    let owned = &vm.groups[group].members[at].owned;
    let slot = owned.iter().position(|one| one.topic == topic && one.partition == number);
    let (slot, slots) = slot.map_or((0, 1), |slot| (slot, owned.len()));
    Some(wire::partition_to_member(layout.mode, row, card, slot, slots, lane))
}

fn head(vm: &ViewModel, layout: &StageLayout, name: &str, group: &str) -> Option<Curve> {
    let (_, _, card, _) = member(vm, layout, name)?;
    let index = vm.groups.iter().position(|view| view.group_id.as_deref() == Some(group))?;
    Some(wire::member_to_head(card, layout.groups.groups.get(index)?.head))
}

/// From the leader's chip to a follower's, in the partition's row; in a row without chips, there is nothing to see.
fn copy(vm: &ViewModel, layout: &StageLayout, topic: &str, number: i32, to: u32) -> Option<Curve> {
    let index = vm.topics.iter().position(|view| view.name == topic)?;
    let at = usize::try_from(number).ok()?;
    let section = layout.cluster.topics.get(index)?;
    let (row, geom) = (section.partition(at)?, section.row_geom(at)?);
    let view = vm.topics[index].partitions.get(at)?;
    let rects = chips(&geom.chips, view.replicas.iter().map(|replica| replica.broker));
    let leader = view.replicas.iter().position(|replica| Some(replica.broker) == view.leader)?;
    let follower = view.replicas.iter().position(|replica| replica.broker == to)?;
    let (from, to) = (rects.get(leader)?, rects.get(follower)?);
    let top = |chip: &Rect| point(row.x + chip.mid_x(), row.y + chip.bottom() + 1.0);
    Some(Curve::sagging(top(from), top(to), 12.0))
}

/// Where a place is.
fn place(vm: &ViewModel, layout: &StageLayout, place: &Place) -> Option<Rect> {
    match place {
        Place::Producer(name) => producer(vm, layout, name).map(|(_, card)| card),
        Place::Partition(topic, number) => partition(vm, layout, topic, *number),
        Place::Broker(id) => {
            let index = vm.nodes().position(|node| node.id == *id)?;
            layout.cluster.brokers.get(index).copied()
        }
        Place::Consumer(name) => member(vm, layout, name).map(|(_, _, card, _)| card),
        Place::Group(name) => {
            let index = vm.groups.iter().position(|view| view.group_id.as_deref() == Some(name))?;
            layout.groups.groups.get(index).map(|group| group.head)
        }
        Place::Topic(name) => {
            let index = vm.topics.iter().position(|view| view.name == *name)?;
            layout.cluster.topics.get(index).map(|topic| topic.head)
        }
    }
}
