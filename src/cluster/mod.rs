//! The world: brokers and clients wired to the network. The only place that does so.
//!
//! [`World::step`] takes the next item from the kernel's queue, lets the node concerned act, and numbers what
//! happened. One seed and one list of commands make one run, on every target. Left out: history ([`crate::history`]),
//! checks ([`crate::check`]), and any picture.

mod admin;
mod apply;
mod breakage;
pub mod command;
pub mod command_check;
pub mod command_text;
mod elections;
pub mod error;
pub mod fault;
mod groups;
mod links;
mod nodes;
mod processes;
mod records;

pub use error::WorldError;
pub use nodes::{ClientProcess, ConsumerSlot, ProducerSlot};

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use crate::{
    kafka::{
        broker::Broker,
        client::producer::Ledger,
        controller::quorum::Quorum,
        event::{Event, EventKind, Rpc},
        ids::{BrokerId, FIRST_CONTROLLER, Name, TopicId, is_controller_only, is_internal},
        log::ProducerStamp,
        metadata::{MetadataDelta, MetadataImage},
        node::{Input, Outbox, Output, Timer},
        protocol::{Channel, ErrorCode, Message, ProduceBatch, Request, Response},
    },
    sim::{Digest, Due, EventId, Fired, Kernel, Latency, LinkClass, Map, Network, NodeId, Set, Way},
};
use command::Settings;

/// The admin client's node: it sends what commands ask of the controller.
pub const ADMIN: NodeId = NodeId(crate::kafka::node::FIRST_CLIENT - 1);

/// How a cluster begins: its brokers, all registered and unfenced; the first of its controllers is the active one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ClusterSpec {
    /// The rack of each broker, from broker 1 on.
    pub racks: Vec<Option<String>>,
    /// How many controllers there are apart from the brokers, with the ids [`FIRST_CONTROLLER`] and following. 0: brokers
    /// 1 to 3 are also the controllers.
    pub controllers: u32,
    /// Broker settings of the whole cluster other than the defaults.
    pub settings: Settings,
}

/// The cluster and its clients at one moment.
#[derive(Clone, Debug)]
pub struct World {
    seed: u64,
    kernel: Kernel<Message, Timer>,
    network: Network,
    brokers: Map<BrokerId, Broker>,
    /// Nodes that are only controllers.
    controllers: Map<BrokerId, Broker>,
    /// The controllers: those apart from the brokers, else the first three brokers of the beginning. For good.
    voters: Arc<[BrokerId]>,
    /// When each node's process began; what was sent to an earlier one does not reach it.
    started_us: Map<BrokerId, u64>,
    links: links::Links,
    /// What reached each frozen process, with its cause: it is taken up when the process goes on. At most one of each
    /// timer and what its peers sent before they gave up waiting.
    frozen: Map<NodeId, Vec<(EventId, Input)>>,
    /// Clocks that are wrong, by whose: a client that is opened again has the clock of its machine.
    skewed: Map<fault::NodeName, i64>,
    producers: Map<NodeId, ProducerSlot>,
    consumers: Map<NodeId, ConsumerSlot>,
    admin: admin::Admin,
    next_client: u32,
    next_order: u32,
    /// Every client there ever was, with its `client.id`.
    client_names: Map<NodeId, Name>,
    /// Member ids that consumers of the consumer protocol made, with their `client.id`.
    member_clients: Map<Name, Name>,
    /// Every topic there ever was, with its name.
    topic_names: Map<TopicId, Name>,
    internal_topics: Set<TopicId>,
    records_kept: u64,
    /// What became of the records of producers that have closed.
    closed_ledger: Ledger,
    commands: u32,
    digest: Digest,
}

impl World {
    /// A cluster that has just begun.
    pub fn new(seed: u64, spec: &ClusterSpec, events: &mut Vec<Event>) -> Result<World, WorldError> {
        error::check_cluster(spec)?;
        let racks: Vec<Option<Name>> = spec.racks.iter().map(|rack| rack.as_deref().map(Name::from)).collect();
        let ids = || 1..=racks.len() as BrokerId;
        let controllers = || FIRST_CONTROLLER..FIRST_CONTROLLER + spec.controllers;
        let voters: Arc<[BrokerId]> =
            if spec.controllers > 0 { controllers().collect() } else { ids().take(3).collect() };
        let leader = voters.first().copied();
        let mut records: Vec<MetadataDelta> =
            leader.into_iter().map(|leader| MetadataDelta::LeaderChange { leader }).collect();
        if !spec.settings.is_empty() {
            records.push(MetadataDelta::Config { topic: None, settings: Arc::new(spec.settings.clone()) });
        }
        for (broker, rack) in ids().zip(&racks) {
            records.push(MetadataDelta::RegisterBroker { broker, rack: rack.clone() });
            records.push(MetadataDelta::BrokerChange { broker, fenced: false, in_controlled_shutdown: false });
        }
        let make = |(node, rack): (BrokerId, &Option<Name>)| {
            let quorum = Quorum::new(seed, node, voters.clone(), leader, &records);
            (node, Broker::new(seed, node, rack.clone(), quorum, &records))
        };
        let mut world = World {
            seed,
            kernel: Kernel::default(),
            network: Network::new(seed, Latency::default()),
            brokers: ids().zip(&racks).map(make).collect(),
            controllers: controllers().map(|node| make((node, &None))).collect(),
            voters: voters.clone(),
            started_us: Map::new(),
            links: links::Links::default(),
            frozen: Map::new(),
            skewed: Map::new(),
            producers: Map::new(),
            consumers: Map::new(),
            admin: admin::Admin::default(),
            next_client: crate::kafka::node::FIRST_CLIENT,
            next_order: 0,
            client_names: Map::new(),
            member_clients: Map::new(),
            topic_names: Map::new(),
            internal_topics: Set::new(),
            records_kept: 0,
            closed_ledger: Ledger::default(),
            commands: 0,
            digest: Digest::default(),
        };
        for id in ids().chain(controllers()) {
            let mut out = Outbox::default();
            if let Some(node) = world.node_mut(id) {
                node.start(0, true, &mut out);
            }
            world.carry_out(NodeId(id), 0, out, events);
        }
        Ok(world)
    }

    /// Simulated time in microseconds.
    pub fn now_us(&self) -> u64 {
        self.kernel.now_us()
    }

    /// The number of the last event.
    pub fn last_event(&self) -> EventId {
        self.kernel.last_event()
    }

    /// When something happens next.
    pub fn next_due_us(&mut self) -> Option<u64> {
        self.kernel.next_due_us()
    }

    /// Lets time pass up to `time_us`, as far as nothing happens before.
    pub fn idle_until(&mut self, time_us: u64) {
        self.kernel.idle_until(time_us);
    }

    /// Lets the next thing happen, if it does by `until_us`. Its events are appended to `events`; there is at least one.
    pub fn step(&mut self, until_us: u64, events: &mut Vec<Event>) -> bool {
        let Some(fired) = self.kernel.pop(until_us) else { return false };
        let first = events.len();
        self.handle(fired, events);
        self.notice(first, events);
        true
    }

    /// A digest of everything that has happened.
    pub fn event_digest(&self) -> u64 {
        self.digest.finish()
    }

    /// A digest of the present state.
    pub fn state_digest(&self) -> u64 {
        let mut digest = Digest::default();
        self.kernel.hash(&mut digest);
        self.brokers.hash(&mut digest);
        if !self.controllers.is_empty() {
            self.controllers.hash(&mut digest);
        }
        self.producers.hash(&mut digest);
        self.consumers.hash(&mut digest);
        if self.links.watching {
            self.links.hash(&mut digest);
            self.frozen.hash(&mut digest);
        }
        digest.finish()
    }

    /// Brokers by id.
    pub fn brokers(&self) -> &Map<BrokerId, Broker> {
        &self.brokers
    }

    /// Controllers apart from the brokers, by id; none where brokers are the controllers.
    pub fn controllers(&self) -> &Map<BrokerId, Broker> {
        &self.controllers
    }

    /// Every node of the cluster: the brokers, then the controllers apart from them.
    pub fn nodes(&self) -> impl Iterator<Item = &Broker> + Clone {
        self.brokers.values().chain(self.controllers.values())
    }

    /// A node of the cluster, broker or not.
    pub fn node(&self, id: BrokerId) -> Option<&Broker> {
        if is_controller_only(id) { self.controllers.get(&id) } else { self.brokers.get(&id) }
    }

    fn node_mut(&mut self, id: BrokerId) -> Option<&mut Broker> {
        if is_controller_only(id) { self.controllers.get_mut(&id) } else { self.brokers.get_mut(&id) }
    }

    /// Producers by node; their order on the page is in the slot.
    pub fn producers(&self) -> &Map<NodeId, ProducerSlot> {
        &self.producers
    }

    /// Consumers by node.
    pub fn consumers(&self) -> &Map<NodeId, ConsumerSlot> {
        &self.consumers
    }

    /// The active controller, if there is one that runs.
    pub fn controller(&self) -> Option<&Broker> {
        let leaders = self.nodes().filter(|broker| broker.is_up() && broker.quorum.is_leader());
        leaders.max_by_key(|broker| broker.quorum.epoch())
    }

    /// The newest committed metadata that any node has applied.
    pub fn metadata(&self) -> &MetadataImage {
        let images = self.nodes().map(|broker| &broker.image);
        images.max_by_key(|image| image.offset).expect("a cluster has at least one broker")
    }

    /// The name of a topic, even of one that was deleted.
    pub fn topic_name(&self, topic: TopicId) -> &str {
        self.topic_names.get(&topic).map_or("?", |name| name)
    }

    /// The `client.id` of a producer or consumer, even of one that has closed.
    pub fn client_name(&self, node: NodeId) -> Option<&str> {
        self.client_names.get(&node).map(|name| &**name)
    }

    /// The `client.id` of the consumer that made this member id, even of one that has closed.
    pub fn member_client(&self, member_id: &str) -> Option<&str> {
        self.member_clients.get(member_id).map(|name| &**name)
    }

    /// Is it one of Kafka's own topics?
    pub fn is_internal(&self, topic: TopicId) -> bool {
        self.internal_topics.contains(&topic)
    }

    /// Does an event change what is drawn? Internal topics are folded away, so nothing in them does by itself.
    pub fn is_step(&self, event: &Event) -> bool {
        let topic = match &event.kind {
            // A producer's card says whether its metadata is behind.
            EventKind::MetadataRefreshed { .. } => return self.producers.contains_key(&event.node),
            EventKind::TopicCreated { topic, .. } => Some(*topic),
            kind => kind.partition().map(|partition| partition.topic),
        };
        event.kind.is_step() && topic.is_none_or(|topic| !self.is_internal(topic))
    }

    /// Records in the leaders' logs of user topics.
    pub fn records_kept(&self) -> u64 {
        self.records_kept
    }

    /// What became of every record that any producer was ever given.
    pub fn ledger(&self) -> Ledger {
        let mut all = self.closed_ledger;
        self.producers.values().for_each(|slot| all.add(&slot.producer.ledger));
        all
    }

    /// Messages under way: cause, time of arrival, message. What a cut link holds up arrives at no time that is known.
    pub fn in_flight(&self) -> impl Iterator<Item = (EventId, u64, &Due<Message, Timer>)> {
        self.kernel.in_flight().chain(self.links.stuck().map(|(cause, due)| (cause, u64::MAX, due)))
    }

    /// Is this node's process frozen?
    pub fn is_frozen(&self, node: NodeId) -> bool {
        self.frozen.contains_key(&node)
    }

    /// The batches of producers that are in a request under way, or that a broker has taken and not written yet.
    pub fn unwritten(&self) -> impl Iterator<Item = ProducerStamp> {
        fn batches(message: &Message) -> Option<&Arc<[ProduceBatch]>> {
            if let Message::Request(_, _, request) = message { request.batches() } else { None }
        }
        let under_way = self.in_flight().filter_map(|(_, _, due)| match due {
            Due::Message { message, .. } => batches(message),
            Due::Timer { .. } => None,
        });
        let held = self.frozen.values().flatten().filter_map(|(_, input)| match input {
            Input::Message { message, .. } => batches(message),
            Input::Timer(_) => None,
        });
        let taken = self.brokers.values().filter(|broker| broker.is_up()).flat_map(Broker::unwritten);
        under_way.chain(held).chain(taken).flat_map(|batches| batches.iter()).map(|batch| batch.records.stamp)
    }

    /// When a node's timer fires.
    pub fn timer_due_us(&self, node: NodeId, timer: Timer) -> Option<u64> {
        self.kernel.timer_due_us(node, timer)
    }

    /// The run's seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    #[inline(never)] // It is large, and steps are taken from several places.
    fn handle(&mut self, fired: Fired<Message, Timer>, events: &mut Vec<Event>) {
        match fired.due {
            Due::Timer { node, timer } => {
                let base = self.event(node, fired.cause, EventKind::TimerFired(timer), events);
                if timer == Timer::Connection {
                    if !self.is_frozen(node) {
                        self.close_overdue(node, base, events);
                    }
                    return;
                }
                self.deliver(node, base, Input::Timer(timer), events);
            }
            Due::Message { from, to, sent_us, message } => {
                let base = self.event(to, fired.cause, self.received(from, &message), events);
                if self.is_unreachable(to, sent_us, &message) {
                    if let Message::Request(channel, correlation, _) = message {
                        self.send(to, from, base, Message::Refused(channel, correlation));
                    }
                    return;
                }
                // Only of what the process gets: a goodbye to the one before it says nothing of its own connections.
                if self.links.watching {
                    self.note_arrival(from, to, &message);
                }
                self.deliver(to, base, Input::Message { from, message }, events);
            }
        }
    }

    /// Is nobody there, or another process than the message was sent to, or one that does not listen yet?
    fn is_unreachable(&self, node: NodeId, sent_us: u64, message: &Message) -> bool {
        let Some(broker) = self.node(node.0) else { return false };
        let earlier_process = self.started_us.get(&node.0).is_some_and(|start| sent_us < *start);
        let not_ready = matches!(message, Message::Request(channel, ..) if !broker.listens_on(*channel));
        !broker.is_up() || earlier_process || not_ready
    }

    /// Gives a node its input and carries out what it wants.
    fn deliver(&mut self, node: NodeId, base: EventId, input: Input, events: &mut Vec<Event>) {
        if let Some(held) = self.frozen.get_mut(&node) {
            return held.push((base, input));
        }
        let now_us = self.now_us();
        let mut out = Outbox::default();
        if let Some(broker) = self.node_mut(node.0) {
            if !broker.is_up() {
                return;
            }
            broker.on(now_us, input, &mut out);
        } else if let Some(slot) = self.producers.get_mut(&node) {
            slot.producer.on(now_us, input, &mut out);
        } else if let Some(slot) = self.consumers.get_mut(&node) {
            if slot.process == ClientProcess::Running {
                slot.consumer.on(now_us, input, &mut out);
            }
        } else if node == ADMIN {
            self.with_admin(|admin, find| admin.on(now_us, find, input, &mut out));
        }
        self.carry_out(node, base, out, events);
    }

    /// Numbers the events of an outbox, and puts its messages and timers into the kernel.
    fn carry_out(&mut self, node: NodeId, base: EventId, out: Outbox, events: &mut Vec<Event>) {
        let (mut cause, mut last) = (base, base);
        for output in out.outputs {
            match output {
                Output::Event(kind) => last = self.event(node, cause, kind, events),
                Output::Chain => cause = last,
                Output::Unchain => cause = base,
                Output::Send { to, message } => {
                    last = self.event(node, cause, self.sent(to, &message), events);
                    self.send(node, to, last, message);
                }
                Output::SetTimer(timer, at_us) => self.kernel.set_timer(cause, node, timer, at_us),
                Output::ClearTimer(timer) => self.kernel.clear_timer(node, timer),
            }
        }
    }

    fn event(&mut self, node: NodeId, cause: EventId, kind: EventKind, events: &mut Vec<Event>) -> EventId {
        let id = self.kernel.next_event();
        let event = Event { id, time_us: self.now_us(), cause, node, kind };
        event.hash(&mut self.digest);
        events.push(event);
        id
    }

    fn send(&mut self, from: NodeId, to: NodeId, cause: EventId, message: Message) {
        if self.links.watching {
            return self.send_watched(from, to, cause, message);
        }
        let channel = message.channel();
        let (class, cross_rack) = self.link(from, to);
        let now_us = self.now_us();
        let way = Way { from, to, channel: channel as u8, asks: message.is_of_asker(from) };
        let arrive_us = self.network.arrival(now_us, way, class, cross_rack);
        self.kernel.send(cause, from, to, arrive_us, message);
    }

    fn link(&self, from: NodeId, to: NodeId) -> (LinkClass, bool) {
        let class = match (self.node(from.0).is_some(), self.node(to.0).is_some()) {
            (true, true) if from == to => LinkClass::Local,
            (true, true) => LinkClass::Inner,
            _ => LinkClass::Outer,
        };
        let cross_rack = match (self.rack(from), self.rack(to)) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        };
        (class, cross_rack)
    }

    fn rack(&self, node: NodeId) -> Option<&str> {
        match self.brokers.get(&node.0) {
            Some(broker) => broker.rack.as_deref(),
            None => self.consumers.get(&node)?.consumer.config.client_rack.as_deref(),
        }
    }

    /// What the world itself does about events: processes that ended, clients that closed, limits.
    #[inline(never)] // It is large, and steps are taken from several places.
    fn notice(&mut self, first: usize, events: &mut Vec<Event>) {
        let mut recount = false;
        for index in first..events.len() {
            let Event { id, node, ref kind, .. } = events[index];
            match *kind {
                EventKind::BrokerStopped => self.process_ended(node, id, false, events),
                EventKind::ClientClosed => self.client_closed(node, id, events),
                EventKind::TopicCreated { topic, .. } => self.note_topic(node, topic),
                EventKind::RecordsAppended { partition, records, .. } if !self.is_internal(partition.topic) => {
                    self.records_kept += u64::from(records);
                    self.enforce_record_limit(id, events);
                }
                EventKind::LogTruncated { .. }
                | EventKind::TopicDeleted { .. }
                | EventKind::DiskWiped { .. }
                | EventKind::LogStartMoved { .. }
                | EventKind::LogCleaned { .. } => recount = true,
                _ => {}
            }
        }
        if recount {
            self.recount_records();
        }
    }

    fn note_topic(&mut self, controller: NodeId, topic: TopicId) {
        let image = self.node(controller.0).and_then(|node| node.controller.image.topics.get(&topic));
        if let Some(name) = image.map(|image| image.name.clone()) {
            self.topic_names.insert(topic, name.clone());
            if is_internal(&name) {
                self.internal_topics.insert(topic);
            }
        }
    }

    fn sent(&self, to: NodeId, message: &Message) -> EventKind {
        self.rpc(to, message).map_or(disconnected(to, message), EventKind::Sent)
    }

    fn received(&self, from: NodeId, message: &Message) -> EventKind {
        self.rpc(from, message).map_or(disconnected(from, message), EventKind::Received)
    }

    /// An RPC in passing; only records of user topics count, because only they are drawn.
    fn rpc(&self, peer: NodeId, message: &Message) -> Option<Rpc> {
        match message {
            Message::Request(_, _, request) => {
                let records = match request {
                    Request::Produce { batches, .. } => batches.iter().map(|batch| batch.records.len() as u32).sum(),
                    _ => 0,
                };
                let says = match request {
                    Request::ConsumerGroupHeartbeat(heartbeat) => heartbeat.says(),
                    _ => None,
                };
                Some(Rpc { peer, api: request.api(), response: false, error: ErrorCode::None, records, says })
            }
            Message::Response(_, _, response) => {
                let records = match response {
                    Response::Fetch(results) => {
                        let users = results.iter().filter(|result| !self.is_internal(result.partition.topic));
                        users.flat_map(|result| &result.batches).map(|batch| batch.records.len() as u32).sum()
                    }
                    _ => 0,
                };
                let says = match response {
                    Response::ConsumerGroupHeartbeat(answer) => answer.says(),
                    _ => None,
                };
                Some(Rpc { peer, api: response.api(), response: true, error: response.error(), records, says })
            }
            Message::Disconnect(..) | Message::Refused(..) => None,
        }
    }
}

/// No RPC: what else a message says, a connection is gone.
fn disconnected(peer: NodeId, message: &Message) -> EventKind {
    let asker = if let Message::Disconnect(_, asker) = message { *asker } else { None };
    EventKind::Disconnected { peer, asker }
}

/// Every connection that a node may have.
const CHANNELS: [Channel; 5] =
    [Channel::Data, Channel::Coordinator, Channel::Replication, Channel::Control, Channel::Quorum];
