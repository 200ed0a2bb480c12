//! Faults as the world does them: what may be broken now, what that does, and the list of what is broken.

use super::{
    ADMIN, ClientProcess, World, WorldError,
    command::{Command, Fault, Link, NodeName},
    command_check::CommandError,
    error::Refusal,
    fault::{Broken, Direction},
};
use crate::{
    kafka::{
        broker::{Broker, Process},
        event::{Event, EventKind},
        ids::BrokerId,
        limits,
        node::Outbox,
    },
    sim::{Effect, Ends, EventId, NodeId, Set},
};

impl World {
    /// Everything that is broken now: links, the newest first, then nodes in order.
    pub fn broken(&self) -> Vec<Broken> {
        let links = self.links.faults.rules().iter().filter_map(|rule| {
            let (link, effect) = (self.links.named.get(&rule.number)?.clone(), rule.effect);
            Some(Broken::Link { fault: rule.number, link, effect })
        });
        let mut broken: Vec<Broken> = links.collect();
        for broker in self.nodes() {
            match broker.process {
                Process::Stopped => broken.push(Broken::Stopped(broker.id)),
                Process::Crashed => broken.push(Broken::Crashed(NodeName::Broker(broker.id))),
                _ if self.is_frozen(NodeId(broker.id)) => broken.push(Broken::Frozen(NodeName::Broker(broker.id))),
                _ => {}
            }
        }
        for slot in self.producers.values().filter(|slot| self.is_frozen(slot.producer.node)) {
            broken.push(Broken::Frozen(NodeName::Client(slot.producer.name.to_string())));
        }
        for slot in self.consumers.values() {
            let name = || NodeName::Client(slot.consumer.name.to_string());
            match slot.process {
                ClientProcess::Running => {}
                ClientProcess::Frozen => broken.push(Broken::Frozen(name())),
                ClientProcess::Crashed => broken.push(Broken::Crashed(name())),
            }
        }
        let slow = self.brokers.values().filter(|broker| broker.disk_times() > 1);
        broken.extend(slow.map(|broker| Broken::SlowDisk { broker: broker.id, times: broker.disk_times() }));
        let skewed = self.skewed.iter();
        broken.extend(skewed.map(|(node, ahead_us)| Broken::SkewedClock { node: node.clone(), ahead_us: *ahead_us }));
        broken
    }

    /// How many faults of links there are.
    pub fn broken_links(&self) -> usize {
        self.links.faults.rules().len()
    }

    /// Does nothing get from one node to the other?
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.links.is_cut(from, to)
    }

    /// The command that mends this.
    pub fn mending(&self, broken: &Broken) -> Command {
        match broken {
            Broken::Link { fault, .. } => Command::Fault(Fault::Heal { fault: *fault }),
            Broken::Frozen(NodeName::Broker(broker)) => Command::Fault(Fault::ThawBroker { broker: *broker }),
            Broken::Frozen(NodeName::Client(name)) if self.producer_node(name).is_ok() => {
                Command::Fault(Fault::ThawProducer { producer: name.clone() })
            }
            Broken::Frozen(NodeName::Client(name)) => Command::ThawConsumer { consumer: name.clone() },
            Broken::Stopped(broker) | Broken::Crashed(NodeName::Broker(broker)) => {
                Command::RestartBroker { broker: *broker }
            }
            Broken::Crashed(NodeName::Client(name)) => Command::RestartConsumer { consumer: name.clone() },
            Broken::SlowDisk { broker, .. } => Command::Fault(Fault::SlowDisk { broker: *broker, times: 1 }),
            Broken::SkewedClock { node, .. } => Command::Fault(Fault::SkewClock { node: node.clone(), ahead_us: 0 }),
            Broken::Frozen(NodeName::Everyone) | Broken::Crashed(NodeName::Everyone) => Command::Fault(Fault::HealAll),
        }
    }

    pub(super) fn check_fault(&self, fault: &Fault) -> Result<(), WorldError> {
        match fault {
            Fault::Cut(link) | Fault::SlowLink { link, .. } | Fault::LossyLink { link, .. } => {
                let present = self.links.faults.rules().len() as u64;
                limits::FAULTS.check(present + 1).map_err(CommandError::from)?;
                self.ends("from", &link.from)?;
                self.ends("to", &link.to)?;
            }
            Fault::Heal { fault } => {
                if !self.links.named.contains_key(fault) {
                    return Err(Refusal::UnknownFault { fault: *fault }.into());
                }
            }
            Fault::HealAll => {}
            Fault::FreezeBroker { broker } | Fault::ThawBroker { broker } => {
                let frozen = self.is_frozen(NodeId(*broker));
                if matches!(self.process_of(*broker)?, Process::Stopped | Process::Crashed) {
                    return Err(Refusal::BrokerIsDown { broker: *broker }.into());
                }
                match fault {
                    Fault::FreezeBroker { .. } if frozen => {
                        return Err(Refusal::BrokerIsFrozen { broker: *broker }.into());
                    }
                    Fault::ThawBroker { .. } if !frozen => {
                        return Err(Refusal::BrokerIsNotFrozen { broker: *broker }.into());
                    }
                    _ => {}
                }
            }
            Fault::FreezeProducer { producer } => {
                self.running_producer(producer)?;
            }
            Fault::ThawProducer { producer } => {
                let node = self.producer_node(producer)?;
                if !self.is_frozen(node) {
                    return Err(Refusal::ProducerIsNotFrozen { producer: producer.clone() }.into());
                }
            }
            Fault::WipeDisk { broker } | Fault::SlowDisk { broker, .. } if self.controllers.contains_key(broker) => {
                return Err(Refusal::ControllerOnly { broker: *broker }.into());
            }
            Fault::WipeDisk { broker } => {
                if !matches!(self.process_of(*broker)?, Process::Stopped | Process::Crashed) {
                    return Err(Refusal::BrokerIsUp { broker: *broker }.into());
                }
            }
            Fault::SlowDisk { broker, .. } => {
                self.process_of(*broker)?;
            }
            // A wrong clock of a client that is gone can be put right too.
            Fault::SkewClock { node, ahead_us: 0 } if self.skewed.contains_key(node) => {}
            Fault::SkewClock { node, .. } => {
                self.ends("node", std::slice::from_ref(node))?;
            }
        }
        Ok(())
    }

    pub(super) fn carry_out_fault(&mut self, fault: &Fault, base: EventId, events: &mut Vec<Event>) {
        self.watch_links();
        match fault {
            Fault::Cut(link) => self.break_link(link, Effect::Cut, base, events),
            Fault::SlowLink { link, delay_us } => {
                self.break_link(link, Effect::Delay { delay_us: *delay_us }, base, events);
            }
            Fault::LossyLink { link, percent } => {
                self.break_link(link, Effect::Loss { percent: *percent }, base, events);
            }
            Fault::Heal { fault } => self.heal_link(*fault, base, events),
            Fault::HealAll => self.heal_all(base, events),
            Fault::FreezeBroker { .. } | Fault::FreezeProducer { .. } => {
                self.freeze(self.node_of_fault(fault), base, events);
            }
            Fault::ThawBroker { .. } | Fault::ThawProducer { .. } => self.thaw(self.node_of_fault(fault), base, events),
            Fault::WipeDisk { broker } => {
                let replicas = self.brokers.get_mut(broker).map_or(0, Broker::wipe_disk);
                self.event(NodeId(*broker), base, EventKind::DiskWiped { replicas }, events);
            }
            Fault::SlowDisk { broker, times } => self.slow_disk(*broker, *times, base, events),
            Fault::SkewClock { node, ahead_us } => self.skew_clock(node, *ahead_us, base, events),
        }
    }

    fn slow_disk(&mut self, broker: BrokerId, times: u32, base: EventId, events: &mut Vec<Event>) {
        if let Some(slow) = self.brokers.get_mut(&broker) {
            slow.set_disk_times(times);
        }
        self.event(NodeId(broker), base, EventKind::DiskSlowed { times }, events);
    }

    fn skew_clock(&mut self, name: &NodeName, ahead_us: i64, base: EventId, events: &mut Vec<Event>) {
        match ahead_us {
            0 => self.skewed.remove(name),
            _ => self.skewed.insert(name.clone(), ahead_us),
        };
        let node = self.node_named(name).unwrap_or(ADMIN);
        let (now_us, mut out) = (self.now_us(), Outbox::default());
        if let Some(broker) = self.node_mut(node.0) {
            broker.set_clock(now_us, ahead_us, &mut out);
        } else if let Some(slot) = self.producers.get_mut(&node) {
            slot.producer.set_clock(ahead_us);
        } else if let Some(slot) = self.consumers.get_mut(&node) {
            slot.consumer.set_clock(ahead_us);
        }
        let cause = self.event(node, base, EventKind::ClockSkewed { ahead_us }, events);
        self.carry_out(node, cause, out, events);
    }

    /// How far the clock of a client's machine is ahead of true time.
    pub(super) fn clock_of(&self, client: &str) -> i64 {
        match self.skewed.is_empty() {
            true => 0,
            false => self.skewed.get(&NodeName::Client(client.to_owned())).copied().unwrap_or(0),
        }
    }

    fn node_named(&self, name: &NodeName) -> Option<NodeId> {
        match name {
            NodeName::Everyone => None,
            NodeName::Broker(broker) => self.node(*broker).map(|node| NodeId(node.id)),
            NodeName::Client(client) => self.producer_node(client).or_else(|_| self.consumer_node(client)).ok(),
        }
    }

    /// The node that a fault is about.
    pub(super) fn node_of_fault(&self, fault: &Fault) -> NodeId {
        match fault {
            Fault::FreezeBroker { broker } | Fault::ThawBroker { broker } => NodeId(*broker),
            Fault::WipeDisk { broker } | Fault::SlowDisk { broker, .. } => NodeId(*broker),
            Fault::SkewClock { node, .. } => self.node_named(node).unwrap_or(ADMIN),
            Fault::FreezeProducer { producer } | Fault::ThawProducer { producer } => {
                self.producer_node(producer).unwrap_or(ADMIN)
            }
            _ => ADMIN,
        }
    }

    /// A process stops running; its connections stay open, and what reaches it waits.
    pub(super) fn freeze(&mut self, node: NodeId, base: EventId, events: &mut Vec<Event>) {
        self.watch_links();
        let is_broker = self.node(node.0).is_some();
        let kind = if is_broker { EventKind::BrokerFrozen(true) } else { EventKind::ClientFrozen(true) };
        self.event(node, base, kind, events);
        self.frozen.entry(node).or_default();
        if let Some(slot) = self.consumers.get_mut(&node) {
            slot.process = ClientProcess::Frozen;
        }
    }

    /// A frozen process goes on with what reached it meanwhile, as if no time had passed.
    pub(super) fn thaw(&mut self, node: NodeId, base: EventId, events: &mut Vec<Event>) {
        let is_broker = self.node(node.0).is_some();
        let kind = if is_broker { EventKind::BrokerFrozen(false) } else { EventKind::ClientFrozen(false) };
        self.event(node, base, kind, events);
        let held = self.frozen.remove(&node).unwrap_or_default();
        if let Some(slot) = self.consumers.get_mut(&node) {
            slot.process = ClientProcess::Running;
        }
        for (cause, input) in held {
            self.deliver(node, cause, input, events);
        }
        self.close_overdue(node, base, events);
    }

    fn break_link(&mut self, link: &Link, effect: Effect, base: EventId, events: &mut Vec<Event>) {
        // Checked before: the nodes are there.
        let (Ok(from), Ok(to)) = (self.ends("from", &link.from), self.ends("to", &link.to)) else { return };
        let nodes = |ends: &Ends| match ends {
            Ends::All => Vec::new(),
            Ends::Of(nodes) => nodes.iter().copied().collect(),
        };
        let one_way = link.direction == Direction::OneWay;
        let (from_nodes, to_nodes) = (nodes(&from).into(), nodes(&to).into());
        let fault = self.links.faults.add(from, to, one_way, effect);
        self.links.named.insert(fault, link.clone());
        let kind = EventKind::LinkBroken { fault, from: from_nodes, to: to_nodes, one_way, effect };
        self.event(ADMIN, base, kind, events);
        self.rules_changed();
    }

    fn heal_link(&mut self, fault: u32, base: EventId, events: &mut Vec<Event>) {
        self.links.faults.remove(fault);
        self.links.named.remove(&fault);
        self.event(ADMIN, base, EventKind::LinkHealed { fault }, events);
        self.rules_changed();
    }

    fn heal_all(&mut self, base: EventId, events: &mut Vec<Event>) {
        for broken in self.broken() {
            match broken {
                Broken::Link { fault, .. } => self.heal_link(fault, base, events),
                Broken::Frozen(NodeName::Broker(broker)) => self.thaw(NodeId(broker), base, events),
                Broken::Frozen(NodeName::Client(name)) => {
                    if let Ok(node) = self.producer_node(&name).or_else(|_| self.consumer_node(&name)) {
                        self.thaw(node, base, events);
                    }
                }
                Broken::Stopped(broker) | Broken::Crashed(NodeName::Broker(broker)) => {
                    self.start_broker(broker, base, events);
                }
                Broken::Crashed(NodeName::Client(name)) => {
                    let Ok(node) = self.consumer_node(&name) else { continue };
                    let again = self.consumers.get(&node).map(|slot| (slot.work.clone(), slot.settings.clone()));
                    self.take_away(node, again, base, events);
                }
                Broken::SlowDisk { broker, .. } => self.slow_disk(broker, 1, base, events),
                Broken::SkewedClock { node, .. } => self.skew_clock(&node, 0, base, events),
                Broken::Frozen(NodeName::Everyone) | Broken::Crashed(NodeName::Everyone) => {}
            }
        }
    }

    /// The nodes that these names mean.
    fn ends(&self, field: &'static str, names: &[NodeName]) -> Result<Ends, WorldError> {
        let mut nodes = Set::new();
        for name in names {
            let found = match name {
                NodeName::Everyone => return Ok(Ends::All),
                NodeName::Broker(broker) => self.node(*broker).map(|node| NodeId(node.id)),
                NodeName::Client(client) => self.producer_node(client).or_else(|_| self.consumer_node(client)).ok(),
            };
            nodes.insert(found.ok_or_else(|| Refusal::UnknownNode { node: name.print(), field })?);
        }
        Ok(Ends::Of(nodes))
    }
}
