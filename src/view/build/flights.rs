//! Requests and responses under way that are drawn. Heartbeats and idle fetches are not.

use super::Builder;
use crate::{
    cluster::World,
    kafka::{
        ids::{BrokerId, TopicIdPartition},
        log::RecordBatch,
        protocol::{ErrorCode, Message, Request, Response},
    },
    sim::{Due, NodeId},
    view::model::{Flight, FlightKind, Place},
};

/// Cells drawn in one flight.
const CELLS: usize = 4;

/// A message under way, without what it carries.
#[derive(Clone, Copy)]
struct Way {
    event: u64,
    sent_us: u64,
    arrive_us: u64,
}

impl Builder {
    pub(super) fn flights(&mut self, world: &World) -> Vec<Flight> {
        let mut flights = Vec::new();
        for (event, arrive_us, due) in world.in_flight() {
            let Due::Message { from, to, sent_us, message } = due else { continue };
            let way = Way { event, sent_us: *sent_us, arrive_us };
            self.flights_of(world, way, *from, *to, message, &mut flights);
        }
        crate::sim::sort_by(&mut flights, |a, b| (a.event, &a.to, &a.from).cmp(&(b.event, &b.to, &b.from)));
        flights
    }

    fn flights_of(
        &mut self,
        world: &World,
        way: Way,
        from: NodeId,
        to: NodeId,
        message: &Message,
        flights: &mut Vec<Flight>,
    ) {
        // A partition's end of the way is at the broker that is asked or answers, which need not be its leader.
        let at = if matches!(message, Message::Request(..)) { to.0 } else { from.0 };
        let strip = |id: &TopicIdPartition| Place::Partition(world.topic_name(id.topic).to_owned(), id.partition);
        match message {
            Message::Request(_, _, Request::Produce { batches, .. }) => {
                let Some(producer) = producer(world, from) else { return };
                for batch in batches.iter().filter(|batch| !world.is_internal(batch.partition.topic)) {
                    let cells = batch.records.iter().take(CELLS).map(|record| self.keys.of(record.key)).collect();
                    let records = batch.records.len() as u32;
                    let (from, to) = (producer.clone(), strip(&batch.partition));
                    flights.push(flight(way, from, to, FlightKind::Produce, cells, records).at(at));
                }
            }
            Message::Response(_, _, Response::Produce(results)) => {
                let Some(producer) = producer(world, to) else { return };
                for result in results {
                    let (from, to) = (strip(&result.partition), producer.clone());
                    flights.push(flight(way, from, to, FlightKind::ProduceAnswer, Vec::new(), 0).at(at));
                }
            }
            Message::Response(_, _, Response::Fetch(results)) => {
                let with_records = results.iter().filter(|result| !result.batches.is_empty());
                for result in with_records.filter(|result| !world.is_internal(result.partition.topic)) {
                    let records = result.batches.iter().map(|batch| batch.records.len() as u32).sum();
                    let cells = self.first_cells(&result.batches);
                    let (kind, place) = match consumer(world, to) {
                        Some(consumer) => (FlightKind::Consume, consumer),
                        None => (FlightKind::Replicate, Place::Broker(to.0 as BrokerId)),
                    };
                    flights.push(flight(way, strip(&result.partition), place, kind, cells, records).at(at));
                }
            }
            Message::Request(_, _, request) => {
                let kind = match request {
                    Request::JoinGroup(_) | Request::SyncGroup { .. } | Request::LeaveGroup { .. } => FlightKind::Group,
                    // One that only says that its member is there is not drawn.
                    Request::ConsumerGroupHeartbeat(heartbeat)
                        if heartbeat.member_epoch <= 0 || heartbeat.topic_partitions.is_some() =>
                    {
                        FlightKind::Group
                    }
                    Request::OffsetCommit { .. } => FlightKind::Commit,
                    _ => return,
                };
                if let Some((consumer, group)) = member(world, from) {
                    flights.push(flight(way, consumer, group, kind, Vec::new(), 0));
                }
            }
            Message::Response(_, _, response) => {
                let kind = match response {
                    Response::JoinGroup(_) | Response::SyncGroup { .. } | Response::LeaveGroup { .. } => {
                        FlightKind::Group
                    }
                    Response::ConsumerGroupHeartbeat(answer)
                        if answer.assignment.is_some() || answer.error != ErrorCode::None =>
                    {
                        FlightKind::Group
                    }
                    Response::OffsetCommit { .. } => FlightKind::Commit,
                    _ => return,
                };
                if let Some((consumer, group)) = member(world, to) {
                    flights.push(flight(way, group, consumer, kind, Vec::new(), 0));
                }
            }
            Message::Disconnect(..) | Message::Refused(..) => {}
        }
    }

    fn first_cells(&mut self, batches: &[std::sync::Arc<RecordBatch>]) -> Vec<Option<u16>> {
        let records = batches.iter().flat_map(|batch| batch.records.iter());
        records.take(CELLS).map(|record| self.keys.of(record.key)).collect()
    }
}

fn flight(way: Way, from: Place, to: Place, kind: FlightKind, cells: Vec<Option<u16>>, records: u32) -> Flight {
    let Way { event, sent_us, arrive_us } = way;
    Flight { event, from, to, broker: None, sent_us, arrive_us, kind, cells, records }
}

impl Flight {
    fn at(self, broker: BrokerId) -> Flight {
        Flight { broker: Some(broker), ..self }
    }
}

fn producer(world: &World, node: NodeId) -> Option<Place> {
    world.producers().get(&node).map(|slot| Place::Producer(slot.producer.name.to_string()))
}

fn consumer(world: &World, node: NodeId) -> Option<Place> {
    world.consumers().get(&node).map(|slot| Place::Consumer(slot.consumer.name.to_string()))
}

fn member(world: &World, node: NodeId) -> Option<(Place, Place)> {
    let group = world.consumers().get(&node)?.consumer.group.as_ref()?;
    Some((consumer(world, node)?, Place::Group(group.to_string())))
}
