//! Connections under faults: what TCP and the clients of each node make of a link that is cut, slow or lossy, and of a
//! peer that does not answer.
//!
//! Whatever is sent over a cut link waits at the sender, in order, and is sent again ever more seldom until it gets
//! through. Whoever waits for an answer closes the connection after its `request.timeout.ms` and opens another; what was
//! on its way on the old one is lost then. A connection that is not open yet needs both directions to open, within
//! `socket.connection.setup.timeout.ms`. Deadlines are watched only from the first fault of a run on: without faults
//! every request is answered in time. Left out: what is in a socket when it is closed and might still arrive; full
//! socket buffers.

use std::collections::VecDeque;

use super::{ADMIN, World, fault::Link};
use crate::{
    kafka::{
        event::{Event, EventKind},
        node::{Input, Timer},
        protocol::{Asker, Channel, CorrelationId, Message, Request},
    },
    sim::{Due, Effect, Ends, EventId, Faults, Map, NodeId, Random, Set, Way, delayed_by_losses_us, resent_us},
};

/// `socket.connection.setup.timeout.ms`, at the first attempt.
const SETUP_US: u64 = 10_000_000;
/// `controller.quorum.request.timeout.ms`.
const QUORUM_US: u64 = 2_000_000;
/// `replica.socket.timeout.ms`, `controller.socket.timeout.ms`, and the admin client's `request.timeout.ms`.
const SOCKET_US: u64 = 30_000_000;
/// A member has so long beyond its rebalance timeout to get the answer to its join (`joinGroupTimeoutMs`).
const JOIN_US: u64 = 5_000_000;

/// A connection: who asks on it, whom, which of several.
type Connection = (NodeId, NodeId, u8);

/// A request: to whom, where, which.
type Asked = (NodeId, u8, CorrelationId);

/// The state of connections, once something was broken.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Links {
    /// Was anything ever broken in this run?
    pub watching: bool,
    /// The rules.
    pub faults: Faults,
    /// Each rule's link as it was named.
    pub named: Map<u32, Link>,
    /// What could not get through yet, in order.
    stuck: Map<Way, VecDeque<Stuck>>,
    /// Until when each node's requests may wait for their answers: whom it asked, where, which.
    waiting: Map<NodeId, Map<Asked, u64>>,
    /// When each node looks at those next.
    armed: Map<NodeId, u64>,
    /// Connections that are closed.
    closed: Set<Connection>,
    losses: Map<(NodeId, NodeId, u8), Random>,
}

/// A message that could not get through.
#[derive(Clone, Debug, Hash)]
struct Stuck {
    cause: EventId,
    due: Due<Message, Timer>,
}

impl Links {
    /// Messages that wait for a link to heal: their cause, and what arrives then.
    pub fn stuck(&self) -> impl Iterator<Item = (EventId, &Due<Message, Timer>)> {
        self.stuck.values().flatten().map(|stuck| (stuck.cause, &stuck.due))
    }

    /// A client was opened again under its name: what concerned the old one concerns the new one.
    pub fn follow(&mut self, old: &[NodeId], new: NodeId) {
        let numbers: Vec<u32> = self.faults.rules().iter().map(|rule| rule.number).collect();
        for rule in numbers {
            let Some(rule) = self.faults.rule_mut(rule) else { continue };
            for ends in [&mut rule.from, &mut rule.to] {
                if let Ends::Of(nodes) = ends
                    && old.iter().any(|node| nodes.contains(node))
                {
                    nodes.insert(new);
                }
            }
        }
    }

    /// Connections between two nodes are closed: whatever is on them is lost.
    fn close(&mut self, one: NodeId, two: NodeId, channel: u8, asker: Asker) {
        for (asking, peer) in both_ways(one, two, asker) {
            self.stuck.remove(&Way { from: asking, to: peer, channel, asks: true });
            self.stuck.remove(&Way { from: peer, to: asking, channel, asks: false });
            self.closed.insert((asking, peer, channel));
        }
    }

    fn forget_requests(&mut self, asker: NodeId, peer: NodeId, channel: u8) {
        if let Some(waiting) = self.waiting.get_mut(&asker) {
            waiting.retain(|(whom, on, _), _| (*whom, *on) != (peer, channel));
        }
    }

    fn answered(&mut self, asker: NodeId, peer: NodeId, channel: u8, correlation: CorrelationId) {
        if let Some(waiting) = self.waiting.get_mut(&asker) {
            waiting.remove(&(peer, channel, correlation));
        }
    }

    /// The process is gone, and with it its requests and timers, and what it could not get through yet; also to those who
    /// are gone themselves, and whom no goodbye reaches.
    pub fn forget_process(&mut self, node: NodeId) {
        self.waiting.remove(&node);
        self.armed.remove(&node);
        self.stuck.retain(|way, _| way.from != node && way.to != node);
    }

    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        from != ADMIN && to != ADMIN && self.faults.is_cut(from, to)
    }
}

/// Who asks whom on the connections between two nodes that an [`Asker`] names.
fn both_ways(one: NodeId, two: NodeId, asker: Asker) -> impl Iterator<Item = (NodeId, NodeId)> {
    [(one, two), (two, one)].into_iter().filter(move |(asking, _)| asker.is_none_or(|asker| asker == *asking))
}

fn way(from: NodeId, to: NodeId, message: &Message) -> Way {
    Way { from, to, channel: message.channel() as u8, asks: message.is_of_asker(from) }
}

impl World {
    /// Begins to watch deadlines, with the first fault of the run.
    pub(super) fn watch_links(&mut self) {
        if std::mem::replace(&mut self.links.watching, true) {
            return;
        }
        let mut asked: Vec<(NodeId, NodeId, Channel, CorrelationId)> = Vec::new();
        for (_, _, due) in self.kernel.in_flight() {
            match due {
                Due::Message { from, to, message: Message::Request(channel, correlation, request), .. }
                    if self.patience_us(*from, *channel, request).is_some() =>
                {
                    asked.push((*from, *to, *channel, *correlation));
                }
                Due::Message { from, to, message: Message::Response(channel, correlation, _), .. } => {
                    asked.push((*to, *from, *channel, *correlation));
                }
                _ => {}
            }
        }
        let peer = |broker: u32| NodeId(broker);
        for broker in self.nodes().filter(|broker| broker.is_up()) {
            let requests = broker.asked().into_iter();
            asked.extend(requests.map(|(to, channel, at)| (NodeId(broker.id), peer(to), channel, at)));
        }
        for (node, slot) in &self.consumers {
            let requests = slot.consumer.asked().into_iter();
            asked.extend(requests.map(|(to, channel, at)| (*node, peer(to), channel, at)));
        }
        for (node, to, channel, correlation) in asked {
            let patience_us = if channel == Channel::Quorum { QUORUM_US } else { SOCKET_US };
            self.wait_for_answer(node, to, channel, correlation, patience_us);
        }
    }

    /// The rules have changed: what is on its way is held up where a link is cut, and goes on where none is any more.
    pub(super) fn rules_changed(&mut self) {
        let links = &self.links;
        let held = self.kernel.take_messages(|from, to, _| links.is_cut(from, to));
        for (cause, due) in held {
            self.hold(cause, due);
        }
        let ways: Vec<Way> = self.links.stuck.keys().copied().collect();
        for way in ways {
            self.let_through(way);
        }
    }

    /// A process starts on a node. Whatever is still on its way between the one before it and others goes over other
    /// connections: nothing of the new one's waits behind that, and its peers hear the goodbyes before they hear of it.
    pub(super) fn hasten_goodbyes(&mut self, node: NodeId) {
        let is_goodbye = |message: &Message| matches!(message, Message::Disconnect(..));
        let goodbyes = self.kernel.take_messages(|from, _, message| from == node && is_goodbye(message));
        self.network.open_anew(node);
        for (cause, due) in goodbyes {
            if let Due::Message { from, to, message, .. } = &due {
                let arrive_us = self.arrival_us(self.now_us(), way(*from, *to, message));
                self.kernel.send_on(cause, due, arrive_us);
            }
        }
    }

    fn hold(&mut self, cause: EventId, due: Due<Message, Timer>) {
        if let Due::Message { from, to, message, .. } = &due {
            self.links.stuck.entry(way(*from, *to, message)).or_default().push_back(Stuck { cause, due });
        }
    }

    /// Sends on what waited on one way, if it gets through now.
    fn let_through(&mut self, way: Way) {
        let Way { from, to, channel, .. } = way;
        let Some(first) = self.links.stuck.get(&way).and_then(|waiting| waiting.front()) else { return };
        let Due::Message { sent_us, message, .. } = &first.due else { return };
        let opens = matches!(message, Message::Request(..)) && !self.is_open(from, to, channel);
        let resent_us = resent_us(*sent_us, self.now_us(), opens);
        if self.links.is_cut(from, to) || opens && self.links.is_cut(to, from) {
            return;
        }
        if opens {
            self.links.closed.remove(&(from, to, channel));
        }
        for Stuck { cause, due } in self.links.stuck.remove(&way).unwrap_or_default() {
            if let Due::Message { message: Message::Request(on, correlation, request), .. } = &due {
                let (on, correlation, patience) = (*on, *correlation, self.patience_us(from, *on, request));
                match patience {
                    Some(patience_us) => self.wait_for_answer(from, to, on, correlation, patience_us),
                    None => self.links.answered(from, to, channel, correlation),
                }
            }
            let arrive_us = self.arrival_us(resent_us, way);
            self.kernel.send_on(cause, due, arrive_us);
        }
    }

    /// Sends a message past the rules.
    pub(super) fn send_watched(&mut self, from: NodeId, to: NodeId, cause: EventId, message: Message) {
        let way = way(from, to, &message);
        let channel = way.channel;
        let cut = self.links.is_cut(from, to);
        let mut is_stuck = cut || self.links.stuck.contains_key(&way);
        match &message {
            Message::Request(on, correlation, request) => {
                let opens = !self.is_open(from, to, channel);
                is_stuck |= opens && self.links.is_cut(to, from);
                if opens && !is_stuck {
                    self.links.closed.remove(&(from, to, channel));
                }
                let patience_us = self.patience_us(from, *on, request);
                let patience_us = match opens && is_stuck {
                    true => Some(patience_us.map_or(SETUP_US, |patience_us| patience_us.min(SETUP_US))),
                    false => patience_us,
                };
                if let Some(patience_us) = patience_us {
                    self.wait_for_answer(from, to, *on, *correlation, patience_us);
                }
            }
            Message::Disconnect(_, asker) => {
                self.links.close(from, to, channel, *asker);
                if way.asks {
                    self.links.forget_requests(from, to, channel);
                }
                is_stuck = cut;
            }
            Message::Response(..) | Message::Refused(..) => {}
        }
        let now_us = self.now_us();
        if is_stuck {
            return self.hold(cause, Due::Message { from, to, sent_us: now_us, message });
        }
        let arrive_us = self.arrival_us(now_us, way);
        self.kernel.send(cause, from, to, arrive_us, message);
    }

    /// When what leaves at `leave_us` arrives, with the delays that a rule adds.
    fn arrival_us(&mut self, leave_us: u64, way: Way) -> u64 {
        let Way { from, to, channel, .. } = way;
        let effect = if from == ADMIN || to == ADMIN { None } else { self.links.faults.effect(from, to) };
        let late_us = match effect {
            Some(Effect::Delay { delay_us }) => delay_us,
            Some(Effect::Loss { percent }) => {
                let seed = self.seed;
                let name = || format!("loss {} {} {channel}", from.0, to.0);
                let losses = self.links.losses.entry((from, to, channel));
                delayed_by_losses_us(losses.or_insert_with(|| Random::new(seed, &name())), percent)
            }
            Some(Effect::Cut) | None => 0,
        };
        let (class, cross_rack) = self.link(from, to);
        self.network.arrival(leave_us + late_us, way, class, cross_rack)
    }

    /// What an arrival says about connections and requests.
    pub(super) fn note_arrival(&mut self, from: NodeId, to: NodeId, message: &Message) {
        let channel = message.channel() as u8;
        match message {
            Message::Response(_, correlation, _) | Message::Refused(_, correlation) => {
                self.links.answered(to, from, channel, *correlation);
            }
            Message::Disconnect(_, asker) => {
                for (asking, _) in both_ways(from, to, *asker) {
                    self.links.stuck.remove(&Way { from: to, to: from, channel, asks: asking == to });
                    if asking == to {
                        self.links.forget_requests(to, from, channel);
                    }
                }
            }
            Message::Request(..) => {}
        }
    }

    /// A node has waited for an answer as long as it does: it closes the connection.
    pub(super) fn close_overdue(&mut self, node: NodeId, base: EventId, events: &mut Vec<Event>) {
        let now_us = self.now_us();
        self.links.armed.remove(&node);
        let waiting = self.links.waiting.get(&node).into_iter().flat_map(|waiting| waiting.iter());
        let overdue = waiting.filter(|(_, deadline_us)| **deadline_us <= now_us);
        let late: Set<(NodeId, u8)> = overdue.map(|((peer, on, _), _)| (*peer, *on)).collect();
        for (peer, on) in late {
            let Some(channel) = super::CHANNELS.iter().copied().find(|channel| *channel as u8 == on) else { continue };
            let closed = Message::Disconnect(channel, Some(node));
            let was_open = self.is_open(node, peer, on);
            let cause = self.event(node, base, EventKind::ConnectionTimedOut { peer, opening: !was_open }, events);
            if was_open {
                self.send(node, peer, cause, closed.clone());
            } else {
                self.links.close(node, peer, on, Some(node));
                self.links.forget_requests(node, peer, on);
            }
            let input = Input::Message { from: peer, message: closed };
            self.deliver(node, cause, input, events);
        }
        self.arm_deadline(node, base);
    }

    /// Notes until when a request may wait.
    fn wait_for_answer(&mut self, node: NodeId, to: NodeId, on: Channel, correlation: CorrelationId, patience_us: u64) {
        let deadline_us = self.now_us() + patience_us;
        self.links.waiting.entry(node).or_default().insert((to, on as u8, correlation), deadline_us);
        self.look_at(node, 0, deadline_us);
    }

    fn arm_deadline(&mut self, node: NodeId, cause: EventId) {
        let waiting = self.links.waiting.get(&node).into_iter().flat_map(|waiting| waiting.values());
        if let Some(at_us) = waiting.copied().min() {
            self.look_at(node, cause, at_us);
        }
    }

    /// Looks at a node's deadlines at this time, if not before.
    fn look_at(&mut self, node: NodeId, cause: EventId, at_us: u64) {
        if self.links.armed.get(&node).is_none_or(|armed_us| at_us < *armed_us) {
            let at_us = at_us.max(self.now_us() + 1);
            self.links.armed.insert(node, at_us);
            self.kernel.set_timer(cause, node, Timer::Connection, at_us);
        }
    }

    fn is_open(&self, asker: NodeId, peer: NodeId, channel: u8) -> bool {
        !self.links.closed.contains(&(asker, peer, channel))
            && self.network.was_used(Way { from: asker, to: peer, channel, asks: true })
    }

    /// How long a node waits for the answer to a request; nothing where it watches that itself.
    fn patience_us(&self, asker: NodeId, channel: Channel, request: &Request) -> Option<u64> {
        if let Some(broker) = self.node(asker.0) {
            return Some(match request {
                // `BrokerServer` gives its heartbeats half the session.
                Request::BrokerHeartbeat { .. } | Request::BrokerRegistration { .. } => {
                    broker.config().broker_session_timeout_us / 2
                }
                _ if channel == Channel::Quorum => QUORUM_US,
                _ => SOCKET_US,
            });
        }
        if let Some(slot) = self.producers.get(&asker) {
            let own = matches!(request, Request::Produce { .. });
            return (!own).then_some(slot.producer.config.request_timeout_us);
        }
        let Some(slot) = self.consumers.get(&asker) else { return Some(SOCKET_US) };
        let config = &slot.consumer.config;
        Some(match request {
            Request::JoinGroup(_) => config.request_timeout_us.max(config.max_poll_interval_us + JOIN_US),
            _ => config.request_timeout_us,
        })
    }
}
