//! What on the stage an event is about. Left out: groups, which the Group lens shows.

use crate::{
    cluster::World,
    kafka::event::{Event, EventKind},
    sim::NodeId,
    view::model::Place,
};

/// Where it happened, whom it was sent to or came from, and its partition; what is not on the stage is left out.
pub fn touched(world: &World, event: &Event) -> Vec<Place> {
    let peer = match &event.kind {
        EventKind::Sent(rpc) | EventKind::Received(rpc) => Some(rpc.peer),
        _ => None,
    };
    let mut places: Vec<Place> =
        [Some(event.node), peer].into_iter().flatten().filter_map(|node| of(world, node)).collect();
    if let Some(partition) = event.kind.partition().filter(|partition| !world.is_internal(partition.topic)) {
        places.push(Place::Partition(world.topic_name(partition.topic).to_owned(), partition.partition));
    }
    places
}

fn of(world: &World, node: NodeId) -> Option<Place> {
    if world.node(node.0).is_some() {
        return Some(Place::Broker(node.0));
    }
    let name = || world.client_name(node).map(str::to_owned);
    if world.producers().contains_key(&node) {
        return name().map(Place::Producer);
    }
    if world.consumers().contains_key(&node) { name().map(Place::Consumer) } else { None }
}
