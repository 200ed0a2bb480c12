//! Reads the events of a run, each once, into rows.

use std::{collections::VecDeque, rc::Rc};

use super::{Apis, Filter, Lifeline, NodeKind, Row, Rows, Sequence, What, moment::moment};
use crate::{
    cluster::{ADMIN, World},
    history::Run,
    kafka::{
        event::{Event, EventKind, Rpc},
        ids::short_name,
        node::FIRST_CLIENT,
        protocol::{Api, ErrorCode},
    },
    sim::{EventId, Map, NodeId, Set},
    view::who::Groups,
};

/// When the filter changes, so many events are read again.
const AGAIN_MAX: usize = 300_000;
/// Requests of one kind between two nodes that wait for an answer.
const WAITING_MAX: usize = 16;

/// A client, a broker, and what the one asks of the other.
type Wire = (u32, u32, Api);

/// Follows a run.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    sequence: Rc<Sequence>,
    read: EventId,
    groups: Groups,
    kinds: Map<NodeId, NodeKind>,
    /// Nodes that rows speak of.
    shown: Set<u32>,
    /// Requests that are not answered yet.
    waiting: Map<Wire, VecDeque<EventId>>,
    folded: u32,
    folded_apis: Apis,
    changed: bool,
    /// What the list of nodes was last made of.
    named: (usize, usize, usize, usize, u32),
}

impl Recorder {
    /// Reads what is new, and gives the chart as it is now: the same allocation if nothing in it changed.
    pub fn follow(&mut self, run: &Run, filter: &Filter) -> Rc<Sequence> {
        let mut first = run.events().partition_point(|event| event.id <= self.read);
        if run.event() < self.read || *filter != self.sequence.filter || self.read == 0 {
            *self = Recorder::default();
            self.changed = true;
            first = run.events().len().saturating_sub(AGAIN_MAX);
            self.sequence = Rc::new(Sequence { filter: filter.clone(), ..Sequence::default() });
        }
        for event in run.events().range(first..) {
            self.groups.learn(run, event);
        }
        for event in run.events().range(first..) {
            self.take(run, event);
        }
        self.read = run.event();
        if std::mem::take(&mut self.changed) {
            self.name_nodes(run.world());
        }
        self.sequence.clone()
    }

    fn take(&mut self, run: &Run, event: &Event) {
        let world = run.world();
        match &event.kind {
            EventKind::Sent(rpc) => self.sent(world, event, rpc),
            EventKind::Received(rpc) => {
                let known = self.sequence.rows.find(event.cause).is_some();
                if known && rpc.peer != event.node {
                    let at_us = event.time_us;
                    self.rows().change(event.cause, |row| {
                        if let What::Call { arrived_us, .. } = &mut row.what {
                            *arrived_us = Some(at_us);
                        }
                    });
                }
            }
            EventKind::Disconnected { peer, asker } => {
                let ends = [event.node.0, peer.0];
                let closed = |from: u32| asker.is_none_or(|asker| asker.0 == from);
                self.waiting.retain(|(from, to, _), _| !(ends.contains(from) && ends.contains(to) && closed(*from)));
                // What came back at once because nobody was there was never sent.
                let came_back = run.event_by_id(event.cause).filter(|arrived| {
                    arrived.node == *peer && matches!(&arrived.kind, EventKind::Received(rpc) if rpc.peer == event.node)
                });
                let sent =
                    came_back.map(|arrived| arrived.cause).filter(|sent| self.sequence.rows.find(*sent).is_some());
                if let Some(sent) = sent {
                    self.rows().change(sent, |row| {
                        if let What::Call { nobody, response: false, .. } = &mut row.what {
                            *nobody = true;
                        }
                    });
                }
            }
            _ => {
                if let Some(text) = moment(world, event)
                    && self.is_of(world, event)
                {
                    self.push(event, What::Moment(Rc::new(text)));
                }
            }
        }
    }

    fn sent(&mut self, world: &World, event: &Event, rpc: &Rpc) {
        let filter = &self.sequence.filter;
        let touches = filter.node.is_none_or(|node| node == event.node.0 || node == rpc.peer.0);
        let folds = filter.folded.has(rpc.api) && !is_refusal(rpc);
        let other = self.pair(event, rpc);
        let client = if rpc.response { rpc.peer } else { event.node };
        if !touches || rpc.peer == event.node || !self.is_of_group(world, client, rpc.api) {
            return;
        }
        if !self.sequence.apis.has(rpc.api) {
            Rc::make_mut(&mut self.sequence).apis.set(rpc.api, true);
            self.changed = true;
        }
        if folds {
            self.folded += 1;
            self.folded_apis.set(rpc.api, true);
            return;
        }
        self.note(world, rpc.peer);
        if let Some(request) = other {
            let response = event.id;
            self.rows().change(request, |row| {
                if let What::Call { other, .. } = &mut row.what {
                    *other = Some(response);
                }
            });
        }
        let (to, api, response, error) = (rpc.peer.0, rpc.api, rpc.response, rpc.error);
        self.note(world, event.node);
        self.push(event, What::Call { to, api, response, error, arrived_us: None, nobody: false, other });
    }

    /// The request that a response answers: on one connection the oldest that waits.
    fn pair(&mut self, event: &Event, rpc: &Rpc) -> Option<EventId> {
        if rpc.response {
            return self.waiting.get_mut(&(rpc.peer.0, event.node.0, rpc.api))?.pop_front();
        }
        let waiting = self.waiting.entry((event.node.0, rpc.peer.0, rpc.api)).or_default();
        waiting.push_back(event.id);
        if waiting.len() > WAITING_MAX {
            waiting.pop_front();
        }
        None
    }

    fn is_of_group(&mut self, world: &World, client: NodeId, api: Api) -> bool {
        let Some(wanted) = self.sequence.filter.group.clone() else { return true };
        let is_for_data = matches!(
            api,
            Api::Produce
                | Api::Fetch
                | Api::ListOffsets
                | Api::OffsetForLeaderEpoch
                | Api::Metadata
                | Api::InitProducerId
        );
        !is_for_data && client.0 >= FIRST_CLIENT && self.groups.of(world, client).as_deref() == Some(&*wanted)
    }

    /// Does a moment pass the filter?
    fn is_of(&mut self, world: &World, event: &Event) -> bool {
        let filter = &self.sequence.filter;
        if filter.node.is_some_and(|node| node != event.node.0) {
            return false;
        }
        let Some(wanted) = filter.group.clone() else { return true };
        match &event.kind {
            EventKind::GroupState { group, .. }
            | EventKind::MemberRemoved { group, .. }
            | EventKind::GroupDeleted { group }
            | EventKind::GroupConverted { group, .. }
            | EventKind::OffsetsExpired { group, .. }
            | EventKind::AssignmentComputed { group, .. } => **group == *wanted,
            _ if event.node.0 >= FIRST_CLIENT => self.groups.of(world, event.node).as_deref() == Some(&*wanted),
            EventKind::LeaderElected { .. } => false,
            _ => true,
        }
    }

    fn rows(&mut self) -> &mut Rows {
        self.changed = true;
        &mut Rc::make_mut(&mut self.sequence).rows
    }

    fn push(&mut self, event: &Event, what: What) {
        self.shown.insert(event.node.0);
        if let What::Call { to, .. } = &what {
            self.shown.insert(*to);
        }
        let (folded, folded_apis) = (std::mem::take(&mut self.folded), std::mem::take(&mut self.folded_apis));
        let row = Row { event: event.id, time_us: event.time_us, node: event.node.0, what, folded, folded_apis };
        self.rows().push(row);
    }

    /// Remembers what a client is while it is there.
    fn note(&mut self, world: &World, node: NodeId) {
        if !self.kinds.contains_key(&node) {
            let kind = kind(world, node).unwrap_or_else(|| match self.groups.of(world, node) {
                Some(_) => NodeKind::Consumer,
                None => NodeKind::Producer,
            });
            self.kinds.insert(node, kind);
        }
    }

    fn name_nodes(&mut self, world: &World) {
        let newest = world.consumers().keys().chain(world.producers().keys()).map(|node| node.0).max();
        let up = world.nodes().filter(|broker| broker.is_up()).count();
        let now = (self.shown.len(), world.producers().len(), world.consumers().len(), up, newest.unwrap_or(1));
        if self.named == now {
            return;
        }
        self.named = now;
        let mut all: Set<u32> = world.nodes().map(|node| node.id).collect();
        world.producers().keys().chain(world.consumers().keys()).for_each(|node| {
            all.insert(node.0);
        });
        self.shown.iter().for_each(|node| {
            all.insert(*node);
        });
        let mut nodes: Vec<Lifeline> = Vec::with_capacity(all.len());
        for node in all.iter() {
            let id = NodeId(*node);
            self.note(world, id);
            let kind = self.kinds.get(&id).copied().unwrap_or(NodeKind::Producer);
            let there = match kind {
                NodeKind::Admin => true,
                NodeKind::Broker => world.node(*node).is_some_and(|broker| broker.is_up()),
                _ => world.client_name(id).is_some() && is_there(world, id),
            };
            nodes.push(Lifeline { node: *node, name: name(world, id), kind, there });
        }
        crate::sim::sort_by_key(&mut nodes, |line| (line.kind, line.node));
        let lifelines = nodes.iter().filter(|line| self.shown.contains(&line.node)).cloned().collect();
        let mut groups: Vec<Rc<str>> = Vec::new();
        for slot in world.consumers().values() {
            if let Some(group) = slot.consumer.group.as_deref()
                && groups.iter().all(|known| **known != *group)
            {
                groups.push(Rc::from(group));
            }
        }
        let sequence = Rc::make_mut(&mut self.sequence);
        (sequence.lifelines, sequence.nodes, sequence.groups) = (lifelines, nodes, groups);
    }
}

fn is_there(world: &World, client: NodeId) -> bool {
    kind(world, client).is_some()
}

/// What a node is, while it is there.
fn kind(world: &World, node: NodeId) -> Option<NodeKind> {
    match node {
        ADMIN => Some(NodeKind::Admin),
        NodeId(id) if id < FIRST_CLIENT => Some(NodeKind::Broker),
        _ if world.producers().contains_key(&node) => Some(NodeKind::Producer),
        _ if world.consumers().contains_key(&node) => Some(NodeKind::Consumer),
        _ => None,
    }
}

fn name(world: &World, node: NodeId) -> String {
    match world.client_name(node) {
        Some(name) => name.to_owned(),
        None if node == ADMIN => "admin".to_owned(),
        None => short_name(node.0),
    }
}

/// An answer that refuses; one that asks to join with the id just given is no refusal.
fn is_refusal(rpc: &Rpc) -> bool {
    rpc.response && !matches!(rpc.error, ErrorCode::None | ErrorCode::MemberIdRequired)
}
