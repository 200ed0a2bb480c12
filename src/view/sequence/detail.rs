//! An RPC in full: its request and its response with all fields, what caused it and what it caused.
//!
//! Events keep no messages. The run is played again up to the moment at which the message left, and there it is taken
//! off the wire; so what is shown is what was sent.

use super::moment::moment;
use crate::{
    cluster::World,
    history::{Replay, Run},
    i18n::Text,
    kafka::{
        event::{Event, EventKind},
        protocol::{self, Channel, CorrelationId},
    },
    sim::{Due, EventId, Set},
    view::{
        message::{self, Field},
        story,
    },
};

/// Events looked at for what an event caused, and effects told.
const SCAN_MAX: usize = 30_000;
const EFFECTS_MAX: usize = 10;
/// Hops from an event to what caused it that is drawn.
const HOPS_MAX: usize = 1_000;

/// An event of the chart, with all that can be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The event.
    pub event: u64,
    /// When.
    pub time_us: u64,
    /// What it was.
    pub text: Text,
    /// The request that it is or answers.
    pub request: Option<Message>,
    /// The response that it is or gets.
    pub response: Option<Message>,
    /// What caused it.
    pub cause: Option<Step>,
    /// What it caused.
    pub effects: Vec<Step>,
}

/// One half of an RPC.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The event of its departure.
    pub event: u64,
    /// When it left.
    pub time_us: u64,
    /// Number on its connection.
    pub correlation: u32,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A neighbour in the chain of causes.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The event.
    pub event: u64,
    /// When.
    pub time_us: u64,
    /// What it was.
    pub text: Text,
    /// Can the chart show it? A timer or a command is told only.
    pub drawn: bool,
}

/// A message, and its place on its connection.
type Found = ((Channel, CorrelationId), Message);

/// The run played again, kept to go on from, and the messages found last.
#[derive(Clone, Debug, Default)]
pub struct Replays(Option<Replay>, Vec<Found>);

/// Messages kept.
const FOUND_MAX: usize = 8;

impl Replays {
    /// All of an event; `other` is the other half of its RPC.
    pub fn detail(&mut self, run: &Run, id: EventId, other: Option<EventId>) -> Option<Detail> {
        let event = run.event_by_id(id)?;
        let (mut request, mut response) = (None, None);
        if let EventKind::Sent(rpc) = &event.kind {
            let (asked, answered) = if rpc.response { (other, Some(id)) } else { (Some(id), other) };
            let one = asked.and_then(|asked| self.message(run, asked));
            let two = answered.and_then(|answered| self.message(run, answered));
            // Which answer belongs to which request was a guess until here.
            let same = matches!((&one, &two), (Some(one), Some(two)) if one.0 == two.0);
            let own = |is_response: bool| same || rpc.response == is_response;
            request = one.filter(|_| own(false)).map(|(_, message)| message);
            response = two.filter(|_| own(true)).map(|(_, message)| message);
        }
        Some(Detail {
            event: id,
            time_us: event.time_us,
            text: told(run, event),
            request,
            response,
            cause: cause(run, event),
            effects: effects(run, id),
        })
    }

    /// The message that left with an event.
    fn message(&mut self, run: &Run, id: EventId) -> Option<Found> {
        if let Some(found) = self.1.iter().find(|(_, message)| message.event == id) {
            return Some(found.clone());
        }
        let found = self.look(run, id)?;
        if self.1.len() == FOUND_MAX {
            self.1.remove(0);
        }
        self.1.push(found.clone());
        Some(found)
    }

    fn look(&mut self, run: &Run, id: EventId) -> Option<Found> {
        let time_us = run.event_by_id(id)?.time_us;
        if self.0.as_ref().is_none_or(|replay| replay.event() > id) {
            self.0 = Some(Replay::new(run).ok()?);
        }
        let world = self.0.as_mut()?.world_at(run, time_us, id)?;
        let (_, _, due) = world.in_flight().find(|(cause, ..)| *cause == id)?;
        let Due::Message { message, .. } = due else { return None };
        let (wire, fields) = match message {
            protocol::Message::Request(channel, correlation, request) => {
                ((*channel, *correlation), message::request(world, request))
            }
            protocol::Message::Response(channel, correlation, response) => {
                ((*channel, *correlation), message::response(world, response))
            }
            _ => return None,
        };
        Some((wire, Message { event: id, time_us, correlation: wire.1, fields }))
    }
}

/// What an event was, in a sentence.
fn told(run: &Run, event: &Event) -> Text {
    story::describe(run, event)
}

fn is_drawn(world: &World, event: &Event) -> bool {
    match &event.kind {
        EventKind::Sent(rpc) => rpc.peer != event.node,
        _ => moment(world, event).is_some(),
    }
}

fn step(run: &Run, event: &Event) -> Step {
    let drawn = is_drawn(run.world(), event);
    Step { event: event.id, time_us: event.time_us, text: told(run, event), drawn }
}

/// The nearest cause that is drawn, or where the chain begins.
fn cause(run: &Run, event: &Event) -> Option<Step> {
    let mut at = run.event_by_id(event.cause)?;
    for _ in 0..HOPS_MAX {
        let next = run.event_by_id(at.cause);
        match next {
            Some(next) if !is_drawn(run.world(), at) => at = next,
            _ => break,
        }
    }
    Some(step(run, at))
}

/// What is drawn and was caused by an event, directly or through what is not drawn.
fn effects(run: &Run, id: EventId) -> Vec<Step> {
    let mut carried = Set::from([id]);
    let mut effects = Vec::new();
    let first = run.events().partition_point(|event| event.id <= id);
    for event in run.events().range(first..).take(SCAN_MAX) {
        if !carried.contains(&event.cause) {
            continue;
        }
        if is_drawn(run.world(), event) {
            effects.push(step(run, event));
            if effects.len() == EFFECTS_MAX {
                break;
            }
        } else {
            carried.insert(event.id);
        }
    }
    effects
}
