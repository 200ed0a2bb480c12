//! Processes that begin and end, and what their peers see of it.

use std::sync::Arc;

use super::{
    ADMIN, CHANNELS, ClientProcess, ConsumerSlot, ProducerSlot, World,
    command::{KeyOrder, KeySerializer, Load, Settings, Work},
};
use crate::{
    kafka::{
        broker::{Broker, Process},
        client::{
            consumer::Consumer,
            producer::{self, Ledger, Producer},
            serializer::Serializer,
        },
        config::{ConsumerConfig, ProducerConfig},
        controller::quorum::Quorum,
        event::{Event, EventKind},
        ids::{BrokerId, Name, is_controller_only, is_internal},
        limits,
        node::Outbox,
        protocol::{Channel, Message},
    },
    sim::{EventId, NodeId},
};

impl World {
    /// The process of a node of the cluster is gone, killed or stopped: its connections close.
    pub(super) fn process_ended(&mut self, node: NodeId, cause: EventId, killed: bool, events: &mut Vec<Event>) {
        let cause = if killed { self.event(node, cause, EventKind::BrokerCrashed, events) } else { cause };
        if let Some(broker) = self.node_mut(node.0) {
            broker.end(if killed { Process::Crashed } else { Process::Stopped });
        }
        self.process_gone(node);
        let nodes = self.nodes().filter(|broker| broker.is_up()).map(|broker| NodeId(broker.id));
        let clients = self.producers.keys().chain(self.consumers.keys()).copied();
        let peers: Vec<NodeId> = nodes.chain(clients).chain([ADMIN]).collect();
        for peer in peers {
            for channel in self.channels_between(node, peer) {
                self.send(node, peer, cause, Message::Disconnect(*channel, None));
            }
        }
    }

    /// Which connections there may be between a node of the cluster and another node, or a client. Controllers apart from
    /// the brokers have none with clients, and copy no partitions.
    fn channels_between(&self, node: NodeId, peer: NodeId) -> &'static [Channel] {
        let apart = is_controller_only(node.0);
        match peer {
            ADMIN => &CHANNELS[3..4],
            _ if self.controllers.contains_key(&peer.0) => &CHANNELS[3..],
            _ if self.brokers.contains_key(&peer.0) => &CHANNELS[if apart { 3 } else { 2 }..],
            _ if apart => &[],
            _ if self.producers.contains_key(&peer) => &CHANNELS[..1],
            _ => &CHANNELS[..2],
        }
    }

    /// Starts the process of a node of the cluster.
    pub(super) fn start_broker(&mut self, broker: BrokerId, cause: EventId, events: &mut Vec<Event>) {
        let now_us = self.now_us();
        self.started_us.insert(broker, now_us);
        self.hasten_goodbyes(NodeId(broker));
        let mut out = Outbox::default();
        out.chain(EventKind::BrokerStarted);
        if let Some(broker) = self.node_mut(broker) {
            broker.start(now_us, false, &mut out);
        }
        self.carry_out(NodeId(broker), cause, out, events);
    }

    /// A broker that was never there before.
    pub(super) fn new_broker(&mut self, rack: Option<&str>, cause: EventId, events: &mut Vec<Event>) {
        let id = self.brokers.keys().next_back().map_or(1, |last| last + 1);
        let quorum = Quorum::new(self.seed, id, self.voters.clone(), None, &[]);
        let broker = Broker::new(self.seed, id, rack.map(Name::from), quorum, &[]);
        self.brokers.insert(id, broker);
        self.start_broker(id, cause, events);
    }

    /// Puts a producer on the stage and starts it. `ledger`: what it has counted already, when it is opened again.
    #[expect(clippy::too_many_arguments, reason = "what a producer is given from outside")]
    pub(super) fn open_producer(
        &mut self,
        name: &str,
        load: Arc<Load>,
        settings: Settings,
        order: u32,
        ledger: Ledger,
        cause: EventId,
        events: &mut Vec<Event>,
    ) {
        let (node, bootstrap) = self.new_client(name);
        let config = ProducerConfig::from_settings(&settings).unwrap_or_default();
        let mut producer = Producer::new(self.seed, node, name.into(), config, producer_load(&load), bootstrap);
        producer.ledger = ledger;
        producer.set_clock(self.clock_of(name));
        let mut out = Outbox::default();
        producer.start(self.now_us(), &mut out);
        self.producers.insert(node, ProducerSlot { producer, load, settings, order, reopen: None });
        self.carry_out(node, cause, out, events);
    }

    /// Puts a consumer on the stage and starts it.
    pub(super) fn open_consumer(
        &mut self,
        name: &str,
        work: Work,
        settings: Settings,
        order: u32,
        cause: EventId,
        events: &mut Vec<Event>,
    ) {
        let (node, bootstrap) = self.new_client(name);
        let config = match work.group {
            Some(_) => ConsumerConfig::from_settings(&settings),
            None => ConsumerConfig::without_group(&settings),
        };
        let mut consumer = Consumer::new(
            self.seed,
            node,
            name.into(),
            work.group.as_deref().map(Name::from),
            work.topics.iter().map(|topic| Name::from(&**topic)).collect(),
            work.assign.iter().map(|(topic, partition)| (Name::from(&**topic), *partition)).collect(),
            config.unwrap_or_default(),
            work.processing_us,
            bootstrap,
        )
        .with_pattern(work.topic_pattern());
        consumer.set_clock(self.clock_of(name));
        if consumer.is_modern() {
            self.member_clients.insert(consumer.member_id.clone(), consumer.name.clone());
        }
        let mut out = Outbox::default();
        consumer.start(self.now_us(), &mut out);
        let slot = ConsumerSlot { consumer, work, settings, order, reopen: None, process: ClientProcess::Running };
        self.consumers.insert(node, slot);
        self.carry_out(node, cause, out, events);
    }

    /// A client has closed: its connections close, and it is opened again if that was asked.
    pub(super) fn client_closed(&mut self, node: NodeId, cause: EventId, events: &mut Vec<Event>) {
        self.close_connections(node, cause);
        if let Some(slot) = self.producers.remove(&node) {
            let (name, ledger) = (slot.producer.name.clone(), slot.producer.ledger);
            match slot.reopen {
                // The card on the page goes on counting.
                Some((load, settings)) => {
                    self.open_producer(&name, load, settings, slot.order, ledger, cause, events);
                }
                None => self.closed_ledger.add(&ledger),
            }
        }
        if let Some(slot) = self.consumers.remove(&node)
            && let Some((work, settings)) = slot.reopen
        {
            self.open_consumer(&slot.consumer.name, work, settings, slot.order, cause, events);
        }
    }

    /// A consumer's process is killed. It stays on the stage until it is restarted or taken away.
    pub(super) fn crash_consumer(&mut self, node: NodeId, cause: EventId, events: &mut Vec<Event>) {
        let cause = self.event(node, cause, EventKind::ClientCrashed, events);
        self.close_connections(node, cause);
        if let Some(slot) = self.consumers.get_mut(&node) {
            slot.process = ClientProcess::Crashed;
            slot.consumer.crash();
        }
    }

    /// Takes away a consumer whose process does not run; with `again` it is opened with that.
    pub(super) fn take_away(
        &mut self,
        node: NodeId,
        again: Option<(Work, Settings)>,
        cause: EventId,
        events: &mut Vec<Event>,
    ) {
        if self.consumers.get(&node).is_some_and(|slot| slot.process != ClientProcess::Crashed) {
            self.crash_consumer(node, cause, events);
        }
        let Some(slot) = self.consumers.remove(&node) else { return };
        if let Some((work, settings)) = again {
            self.open_consumer(&slot.consumer.name, work, settings, slot.order, cause, events);
        }
    }

    /// The process of a client is gone, and with it its timers and connections.
    fn close_connections(&mut self, node: NodeId, cause: EventId) {
        self.process_gone(node);
        let brokers: Vec<NodeId> =
            self.brokers.values().filter(|broker| broker.is_up()).map(|broker| NodeId(broker.id)).collect();
        for broker in brokers {
            for channel in self.channels_between(broker, node) {
                self.send(node, broker, cause, Message::Disconnect(*channel, None));
            }
        }
    }

    /// Timers end with the process, and what it had not taken up yet is lost.
    fn process_gone(&mut self, node: NodeId) {
        self.kernel.clear_timers(node);
        self.frozen.remove(&node);
        self.links.forget_process(node);
    }

    /// Does it keep as many records as it may?
    pub fn is_full(&self) -> bool {
        self.records_expected() >= limits::RECORDS.max
    }

    /// So many records are enough: every load is paused, and the story says why.
    pub(super) fn enforce_record_limit(&mut self, cause: EventId, events: &mut Vec<Event>) {
        if !self.is_full() {
            return;
        }
        let now_us = self.now_us();
        let running: Vec<NodeId> =
            self.producers.iter().filter(|(_, slot)| !slot.producer.paused).map(|(node, _)| *node).collect();
        for node in running {
            let mut out = Outbox::default();
            out.chain(EventKind::RecordLimitReached);
            if let Some(slot) = self.producers.get_mut(&node) {
                slot.producer.set_paused(now_us, true, &mut out);
            }
            self.carry_out(node, cause, out, events);
        }
    }

    /// Records kept, and those that producers will still send.
    pub(super) fn records_expected(&self) -> u64 {
        let waiting = |slot: &ProducerSlot| slot.producer.ledger.waiting;
        self.records_kept + self.producers.values().map(waiting).sum::<u64>()
    }

    /// Counts the records of user topics again, after some were cut or deleted.
    pub(super) fn recount_records(&mut self) {
        let image = self.metadata();
        let end = |(partition, state): (_, &std::sync::Arc<crate::kafka::metadata::PartitionState>)| {
            let leader = state.leader.or(state.isr.first().copied())?;
            let replica = self.brokers.get(&leader)?.replica(partition)?;
            Some(replica.log.records_kept())
        };
        let of_users = image.partitions().filter(|(partition, _)| !is_internal(self.topic_name(partition.topic)));
        self.records_kept = of_users.filter_map(end).sum();
    }

    fn new_client(&mut self, name: &str) -> (NodeId, Vec<BrokerId>) {
        let node = NodeId(self.next_client);
        self.next_client += 1;
        if self.links.watching {
            let named = self.client_names.iter().filter(|(_, known)| &***known == name);
            let named: Vec<NodeId> = named.map(|(node, _)| *node).collect();
            self.links.follow(&named, node);
        }
        self.client_names.insert(node, name.into());
        (node, self.brokers.keys().copied().collect())
    }
}

/// A command's load as the producer has it: its keys serialized. The command was checked before.
fn producer_load(load: &Load) -> producer::Load {
    let serializer = serializer(load.key_serializer);
    producer::Load {
        topic: load.topic.as_str().into(),
        keys: load.keys.iter().filter_map(|key| serializer.serialize(key).ok()).map(Into::into).collect(),
        random_keys: load.key_order == KeyOrder::Random,
        serializer,
        value: load.value.as_bytes().into(),
        rate_millihertz: load.rate_millihertz,
        partition: load.partition,
        records_max: load.records_max,
        sent: 0,
        owed: 0,
    }
}

/// A command's serializer as the producer has it.
pub(super) fn serializer(serializer: KeySerializer) -> Serializer {
    match serializer {
        KeySerializer::String => Serializer::String,
        KeySerializer::Integer => Serializer::Integer,
        KeySerializer::Long => Serializer::Long,
    }
}
