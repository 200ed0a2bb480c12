//! Commands: checked as a whole, then done at this very moment.

use std::sync::Arc;

use super::{
    ADMIN, ClientProcess, World, WorldError,
    command::{Command, Load, Settings},
    command_check::{self, CommandError},
    error::Refusal,
    processes::serializer,
};
use crate::{
    kafka::{
        broker::Process,
        client::producer::Ledger,
        config::{self, BrokerConfig, Scope},
        event::{Event, EventKind},
        ids::{BrokerId, Name, is_internal},
        limits,
        node::Outbox,
        protocol::Request,
    },
    sim::{EventId, Map, NodeId},
};

impl World {
    /// Does a command, or says why it cannot be done; then nothing has changed.
    pub fn apply(&mut self, command: &Command, events: &mut Vec<Event>) -> Result<(), WorldError> {
        self.check(command)?;
        let first = events.len();
        let node = self.node_of(command);
        let base = self.event(node, 0, EventKind::Command(self.commands), events);
        self.commands += 1;
        self.carry_out_command(command, base, events);
        self.notice(first, events);
        Ok(())
    }

    /// Can the command be done now?
    pub fn check(&self, command: &Command) -> Result<(), WorldError> {
        command_check::check(command)?;
        limits::COMMANDS.check(u64::from(self.commands) + 1).map_err(CommandError::from)?;
        match command {
            Command::AddBroker { .. } => {
                limits::BROKERS.check(self.brokers.len() as u64 + 1).map_err(CommandError::from)?;
            }
            Command::StopBroker { broker } | Command::CrashBroker { broker } => {
                if matches!(command, Command::StopBroker { .. }) && self.is_frozen(NodeId(*broker)) {
                    return Err(Refusal::BrokerIsFrozen { broker: *broker }.into());
                }
                let process = self.process_of(*broker)?;
                let stopping_again = process == Process::Stopping && matches!(command, Command::StopBroker { .. });
                if matches!(process, Process::Stopped | Process::Crashed) || stopping_again {
                    return Err(Refusal::BrokerIsDown { broker: *broker }.into());
                }
            }
            Command::RestartBroker { broker } => {
                if !matches!(self.process_of(*broker)?, Process::Stopped | Process::Crashed) {
                    return Err(Refusal::BrokerIsUp { broker: *broker }.into());
                }
            }
            Command::CreateTopic { topic, partitions, replication_factor, .. } => {
                self.check_new_topic(topic, *partitions, *replication_factor)?;
            }
            Command::AddPartitions { topic, partitions } => {
                let present = self.user_topic(topic)?;
                if *partitions <= present {
                    return Err(Refusal::NotMorePartitions { topic: topic.clone(), present }.into());
                }
                self.check_partitions(topic, *partitions)?;
            }
            Command::DeleteTopic { topic } => {
                self.user_topic(topic)?;
            }
            Command::ConfigureTopic { topic, settings } => {
                self.user_topic(topic)?;
                let image = self.newest_image();
                let old = image.topic_by_name(topic).map(|(_, image)| image.settings.clone()).unwrap_or_default();
                config::check(Scope::Topic, &merged(&old, settings)).map_err(CommandError::from)?;
            }
            Command::ConfigureCluster { settings } => {
                let old = &self.newest_image().settings;
                config::check(Scope::Broker, &merged(old, settings)).map_err(CommandError::from)?;
            }
            Command::AddProducer { producer, load, .. } => {
                self.check_free_name(producer)?;
                limits::PRODUCERS.check(self.producers.len() as u64 + 1).map_err(CommandError::from)?;
                self.check_room_for_load(load)?;
            }
            Command::ConfigureProducer { producer, load, .. } => {
                self.running_producer(producer)?;
                self.check_room_for_load(load)?;
            }
            Command::PauseProducer { producer } | Command::RemoveProducer { producer } => {
                self.running_producer(producer)?;
            }
            Command::ResumeProducer { producer } => {
                self.running_producer(producer)?;
                self.check_room_for_records()?;
            }
            Command::Send { producer, key, .. } => {
                let node = self.running_producer(producer)?;
                self.check_room_for_records()?;
                if let (Some(slot), Some(key)) = (self.producers.get(&node), key) {
                    command_check::check_key(key, slot.load.key_serializer)?;
                }
            }
            Command::AddConsumer { consumer, .. } => {
                self.check_free_name(consumer)?;
                limits::MEMBERS.check(self.consumers.len() as u64 + 1).map_err(CommandError::from)?;
            }
            Command::Commit { consumer } => {
                let node = self.running_consumer(consumer)?;
                if self.consumers.get(&node).is_some_and(|slot| slot.work.group.is_none()) {
                    return Err(Refusal::NoGroup { consumer: consumer.clone() }.into());
                }
            }
            Command::Subscribe { consumer, topics, pattern, .. } => {
                let node = self.running_consumer(consumer)?;
                let Some(work) = self.consumers.get(&node).map(|slot| &slot.work) else { return Ok(()) };
                if !work.is_subscribing() {
                    return Err(Refusal::ConsumerAssigns { consumer: consumer.clone() }.into());
                }
                if (work.topics.is_empty(), work.pattern.is_none()) != (topics.is_empty(), pattern.is_none()) {
                    return Err(Refusal::OtherSubscription { consumer: consumer.clone() }.into());
                }
            }
            Command::Seek { consumer, topic, partition, .. }
            | Command::PausePartition { consumer, topic, partition }
            | Command::ResumePartition { consumer, topic, partition } => {
                let node = self.running_consumer(consumer)?;
                self.sought(node, topic, *partition)?;
            }
            Command::ResetOffsets { group, topic, partition, to } => {
                self.offsets_for(group, topic, *partition, *to)?;
            }
            Command::DeleteGroup { group } => self.check_delete_group(group)?,
            Command::ElectLeaders { .. }
            | Command::Reassign { .. }
            | Command::CancelReassignment { .. }
            | Command::CrashController => self.check_elections(command)?,
            Command::DeleteRecords { topic, partition, offset } => {
                self.check_delete_records(topic, *partition, *offset)?
            }
            Command::Fault(fault) => self.check_fault(fault)?,
            Command::ThawConsumer { consumer } => {
                if self.process_of_consumer(consumer)?.1 != ClientProcess::Frozen {
                    return Err(Refusal::ConsumerIsNotFrozen { consumer: consumer.clone() }.into());
                }
            }
            Command::CrashConsumer { consumer } => {
                if self.process_of_consumer(consumer)?.1 == ClientProcess::Crashed {
                    return Err(Refusal::ConsumerIsDown { consumer: consumer.clone() }.into());
                }
            }
            Command::PauseConsumer { consumer }
            | Command::ResumeConsumer { consumer }
            | Command::FreezeConsumer { consumer }
            | Command::StallConsumer { consumer }
            | Command::UnstallConsumer { consumer }
            | Command::SetProcessing { consumer, .. } => {
                self.running_consumer(consumer)?;
            }
            Command::ConfigureConsumer { consumer, .. }
            | Command::RestartConsumer { consumer }
            | Command::RemoveConsumer { consumer } => {
                self.consumer_node(consumer)?;
            }
        }
        Ok(())
    }

    fn carry_out_command(&mut self, command: &Command, base: EventId, events: &mut Vec<Event>) {
        let now_us = self.now_us();
        match command {
            Command::AddBroker { rack } => self.new_broker(rack.as_deref(), base, events),
            Command::StopBroker { broker } => {
                let mut out = Outbox::default();
                if let Some(broker) = self.node_mut(*broker) {
                    broker.begin_stop(now_us, &mut out);
                }
                self.carry_out(NodeId(*broker), base, out, events);
            }
            Command::CrashBroker { broker } => self.process_ended(NodeId(*broker), base, true, events),
            Command::Fault(fault) => self.carry_out_fault(fault, base, events),
            Command::RestartBroker { broker } => self.start_broker(*broker, base, events),
            Command::CreateTopic { topic, partitions, replication_factor, settings } => {
                let request = Request::CreateTopics {
                    topic: topic.as_str().into(),
                    partitions: *partitions,
                    replication_factor: *replication_factor,
                    settings: Arc::new(settings.clone()),
                };
                self.ask(request, base, events);
            }
            Command::AddPartitions { topic, partitions } => {
                let request = Request::CreatePartitions { topic: topic.as_str().into(), count: *partitions };
                self.ask(request, base, events);
            }
            Command::DeleteTopic { topic } => {
                self.ask(Request::DeleteTopics { topic: topic.as_str().into() }, base, events);
            }
            Command::ConfigureTopic { topic, settings } => {
                let topic = Some(topic.as_str().into());
                let settings = Arc::new(settings.clone());
                self.ask(Request::IncrementalAlterConfigs { topic, settings }, base, events);
            }
            Command::ConfigureCluster { settings } => {
                let settings = Arc::new(settings.clone());
                self.ask(Request::IncrementalAlterConfigs { topic: None, settings }, base, events);
            }
            Command::AddProducer { producer, load, settings } => {
                let order = self.next_order();
                let (load, settings) = (Arc::new(load.clone()), settings.clone());
                self.open_producer(producer, load, settings, order, Ledger::default(), base, events);
            }
            Command::AddConsumer { consumer, work, settings } => {
                let order = self.next_order();
                self.open_consumer(consumer, work.clone(), settings.clone(), order, base, events);
            }
            Command::ResetOffsets { group, topic, partition, to } => {
                if let Ok(offsets) = self.offsets_for(group, topic, *partition, *to) {
                    self.reset_offsets(group, offsets, base, events);
                }
            }
            Command::DeleteRecords { topic, partition, offset } => {
                self.delete_records(topic, *partition, *offset, base, events);
            }
            Command::DeleteGroup { group } => {
                self.ask(Request::DeleteGroups { group_id: group.as_str().into() }, base, events);
            }
            Command::ElectLeaders { .. }
            | Command::Reassign { .. }
            | Command::CancelReassignment { .. }
            | Command::CrashController => self.command_elections(command, base, events),
            Command::ConfigureProducer { producer, .. }
            | Command::PauseProducer { producer }
            | Command::ResumeProducer { producer }
            | Command::RemoveProducer { producer }
            | Command::Send { producer, .. } => self.command_producer(producer, command, base, events),
            Command::ConfigureConsumer { consumer, .. }
            | Command::PauseConsumer { consumer }
            | Command::ResumeConsumer { consumer }
            | Command::RemoveConsumer { consumer }
            | Command::CrashConsumer { consumer }
            | Command::RestartConsumer { consumer }
            | Command::FreezeConsumer { consumer }
            | Command::ThawConsumer { consumer }
            | Command::StallConsumer { consumer }
            | Command::UnstallConsumer { consumer }
            | Command::SetProcessing { consumer, .. }
            | Command::Subscribe { consumer, .. }
            | Command::Seek { consumer, .. }
            | Command::PausePartition { consumer, .. }
            | Command::ResumePartition { consumer, .. }
            | Command::Commit { consumer } => self.command_consumer(consumer, command, base, events),
        }
    }

    fn command_producer(&mut self, name: &str, command: &Command, base: EventId, events: &mut Vec<Event>) {
        let now_us = self.now_us();
        let Ok(node) = self.producer_node(name) else { return };
        let Some(slot) = self.producers.get_mut(&node) else { return };
        let mut out = Outbox::default();
        match command {
            Command::PauseProducer { .. } => slot.producer.set_paused(now_us, true, &mut out),
            Command::ResumeProducer { .. } => slot.producer.set_paused(now_us, false, &mut out),
            Command::RemoveProducer { .. } => {
                slot.reopen = None;
                slot.producer.close(now_us, &mut out);
            }
            Command::ConfigureProducer { load, settings, .. } => {
                slot.reopen = Some((Arc::new(load.clone()), settings.clone()));
                slot.producer.close(now_us, &mut out);
            }
            Command::Send { topic, key, value, partition, headers, .. } => {
                let serializer = serializer(slot.load.key_serializer);
                let topic: Name = topic.as_deref().unwrap_or(&slot.load.topic).into();
                // Checked before: the key can be serialized.
                let key = key.as_deref().and_then(|key| serializer.serialize(key).ok());
                let value = value.clone().map(String::into_bytes);
                slot.producer.send(now_us, topic, key, value, *partition, headers.clone(), &mut out);
            }
            _ => {}
        }
        self.carry_out(node, base, out, events);
    }

    fn command_consumer(&mut self, name: &str, command: &Command, base: EventId, events: &mut Vec<Event>) {
        let now_us = self.now_us();
        let Ok((node, process)) = self.process_of_consumer(name) else { return };
        let sought = match command {
            Command::Seek { topic, partition, .. }
            | Command::PausePartition { topic, partition, .. }
            | Command::ResumePartition { topic, partition, .. } => self.sought(node, topic, *partition).ok(),
            _ => None,
        };
        let Some(slot) = self.consumers.get_mut(&node) else { return };
        let mut out = Outbox::default();
        match command {
            Command::CrashConsumer { .. } => return self.crash_consumer(node, base, events),
            Command::FreezeConsumer { .. } => return self.freeze(node, base, events),
            Command::ThawConsumer { .. } => return self.thaw(node, base, events),
            Command::RemoveConsumer { .. } if process != ClientProcess::Running => {
                return self.take_away(node, None, base, events);
            }
            Command::RestartConsumer { .. } if process != ClientProcess::Running => {
                let again = Some((slot.work.clone(), slot.settings.clone()));
                return self.take_away(node, again, base, events);
            }
            Command::ConfigureConsumer { work, settings, .. } if process != ClientProcess::Running => {
                return self.take_away(node, Some((work.clone(), settings.clone())), base, events);
            }
            Command::RestartConsumer { .. } => {
                slot.reopen = Some((slot.work.clone(), slot.settings.clone()));
                slot.consumer.close(now_us, &mut out);
            }
            Command::Seek { offset, .. } => {
                if let Some(partition) = sought {
                    let offset = i64::try_from(*offset).unwrap_or(i64::MAX);
                    slot.consumer.seek(now_us, partition, offset, &mut out);
                }
            }
            Command::PausePartition { .. } | Command::ResumePartition { .. } => {
                let paused = matches!(command, Command::PausePartition { .. });
                if let Some(partition) = sought {
                    slot.consumer.pause_partition(now_us, partition, paused, &mut out);
                }
            }
            Command::StallConsumer { .. } => slot.consumer.set_stalled(now_us, true, &mut out),
            Command::UnstallConsumer { .. } => slot.consumer.set_stalled(now_us, false, &mut out),
            Command::SetProcessing { processing_us, .. } => slot.consumer.set_processing(*processing_us, &mut out),
            Command::Subscribe { topics, pattern, subscription_pattern, .. } => {
                slot.work.topics.clone_from(topics);
                slot.work.pattern.clone_from(pattern);
                slot.work.subscription_pattern.clone_from(subscription_pattern);
                let topics = topics.iter().map(|topic| Name::from(&**topic)).collect();
                slot.consumer.subscribe(now_us, topics, slot.work.topic_pattern(), &mut out);
            }
            Command::PauseConsumer { .. } => slot.consumer.set_paused(now_us, true, &mut out),
            Command::ResumeConsumer { .. } => slot.consumer.set_paused(now_us, false, &mut out),
            Command::Commit { .. } => slot.consumer.request_commit(now_us, &mut out),
            Command::RemoveConsumer { .. } => {
                slot.reopen = None;
                slot.consumer.close(now_us, &mut out);
            }
            Command::ConfigureConsumer { work, settings, .. } => {
                slot.reopen = Some((work.clone(), settings.clone()));
                slot.consumer.close(now_us, &mut out);
            }
            _ => {}
        }
        self.carry_out(node, base, out, events);
    }

    /// The node that a command is about.
    fn node_of(&self, command: &Command) -> NodeId {
        match command {
            Command::StopBroker { broker } | Command::CrashBroker { broker } | Command::RestartBroker { broker } => {
                NodeId(*broker)
            }
            Command::CrashController => self.controller().map_or(ADMIN, |broker| NodeId(broker.id)),
            Command::ConfigureProducer { producer, .. }
            | Command::PauseProducer { producer }
            | Command::ResumeProducer { producer }
            | Command::RemoveProducer { producer }
            | Command::Send { producer, .. } => self.producer_node(producer).unwrap_or(ADMIN),
            Command::Fault(fault) => self.node_of_fault(fault),
            Command::ConfigureConsumer { consumer, .. }
            | Command::PauseConsumer { consumer }
            | Command::ResumeConsumer { consumer }
            | Command::RemoveConsumer { consumer }
            | Command::CrashConsumer { consumer }
            | Command::RestartConsumer { consumer }
            | Command::FreezeConsumer { consumer }
            | Command::ThawConsumer { consumer }
            | Command::StallConsumer { consumer }
            | Command::UnstallConsumer { consumer }
            | Command::SetProcessing { consumer, .. }
            | Command::Subscribe { consumer, .. }
            | Command::Seek { consumer, .. }
            | Command::PausePartition { consumer, .. }
            | Command::ResumePartition { consumer, .. }
            | Command::Commit { consumer } => self.consumer_node(consumer).unwrap_or(ADMIN),
            _ => ADMIN,
        }
    }

    /// The node of a producer that is not closing for good.
    pub fn producer_node(&self, name: &str) -> Result<NodeId, WorldError> {
        let found = self.producers.iter().find(|(_, slot)| &*slot.producer.name == name);
        found.map(|(node, _)| *node).ok_or_else(|| Refusal::UnknownProducer { producer: name.to_owned() }.into())
    }

    /// The node of a consumer.
    pub fn consumer_node(&self, name: &str) -> Result<NodeId, WorldError> {
        let found = self.consumers.iter().find(|(_, slot)| &*slot.consumer.name == name);
        found.map(|(node, _)| *node).ok_or_else(|| Refusal::UnknownConsumer { consumer: name.to_owned() }.into())
    }

    /// The node of a producer whose application can do something.
    pub(super) fn running_producer(&self, name: &str) -> Result<NodeId, WorldError> {
        let node = self.producer_node(name)?;
        match self.is_frozen(node) {
            true => Err(Refusal::ProducerIsFrozen { producer: name.to_owned() }.into()),
            false => Ok(node),
        }
    }

    /// A consumer's node and process.
    fn process_of_consumer(&self, name: &str) -> Result<(NodeId, ClientProcess), WorldError> {
        let node = self.consumer_node(name)?;
        Ok((node, self.consumers.get(&node).map_or(ClientProcess::Crashed, |slot| slot.process)))
    }

    /// The node of a consumer whose application can do something.
    fn running_consumer(&self, name: &str) -> Result<NodeId, WorldError> {
        let consumer = name.to_owned();
        match self.process_of_consumer(name)? {
            (node, ClientProcess::Running) => Ok(node),
            (_, ClientProcess::Frozen) => Err(Refusal::ConsumerIsFrozen { consumer }.into()),
            (_, ClientProcess::Crashed) => Err(Refusal::ConsumerIsDown { consumer }.into()),
        }
    }

    pub(super) fn process_of(&self, broker: BrokerId) -> Result<Process, WorldError> {
        let found = self.node(broker).map(|broker| broker.process);
        found.ok_or_else(|| Refusal::UnknownBroker { broker }.into())
    }

    fn check_free_name(&self, name: &str) -> Result<(), WorldError> {
        let taken = self.producer_node(name).is_ok() || self.consumer_node(name).is_ok();
        if taken { Err(Refusal::NameTaken { name: name.to_owned() }.into()) } else { Ok(()) }
    }

    fn check_room_for_records(&self) -> Result<(), WorldError> {
        Ok(limits::RECORDS.check(self.records_expected() + 1).map_err(CommandError::from)?)
    }

    fn check_room_for_load(&self, load: &Load) -> Result<(), WorldError> {
        if load.rate_millihertz > 0 { self.check_room_for_records() } else { Ok(()) }
    }

    /// How many partitions a topic that users may change has.
    pub(super) fn user_topic(&self, topic: &str) -> Result<u32, WorldError> {
        if is_internal(topic) {
            return Err(Refusal::InternalTopic { topic: topic.to_owned() }.into());
        }
        let found = self.newest_image().topic_by_name(topic).map(|(_, image)| image.partitions.len() as u32);
        found.ok_or_else(|| Refusal::UnknownTopic { topic: topic.to_owned() }.into())
    }

    fn check_new_topic(&self, topic: &str, partitions: u32, replicas: Option<u32>) -> Result<(), WorldError> {
        if is_internal(topic) {
            return Err(Refusal::InternalTopic { topic: topic.to_owned() }.into());
        }
        let image = self.newest_image();
        if image.topic_ids.contains_key(topic) {
            return Err(Refusal::TopicExists { topic: topic.to_owned() }.into());
        }
        let names = image.topic_ids.keys().map(|name| &**name);
        limits::check_topic_collision(topic, names).map_err(CommandError::from)?;
        let topics = self.topics_expected();
        limits::TOPICS
            .check(topics.len() as u64 + u64::from(!topics.contains_key(topic)))
            .map_err(CommandError::from)?;
        self.check_partitions(topic, partitions)?;
        let brokers = image.brokers.values().filter(|state| !state.in_controlled_shutdown).count() as u32;
        let usual =
            || BrokerConfig::from_settings(&image.settings).map_or(1, |config| config.default_replication_factor);
        match replicas.unwrap_or_else(usual) {
            asked if asked > brokers => Err(Refusal::TooFewBrokers { asked, brokers }.into()),
            _ => Ok(()),
        }
    }

    /// May this topic have so many partitions, beside all others?
    fn check_partitions(&self, topic: &str, partitions: u32) -> Result<(), WorldError> {
        let mut topics = self.topics_expected();
        let count = topics.entry(topic).or_default();
        *count = partitions.max(*count);
        let count = *count;
        let others = topics.values().copied().map(u64::from).sum::<u64>() - u64::from(count);
        limits::PARTITIONS.check(count.into()).map_err(CommandError::from)?;
        match limits::PARTITIONS.check(others + u64::from(count)) {
            Ok(()) => Ok(()),
            Err(_) => Err(Refusal::PartitionsTogether { asked: partitions, others }.into()),
        }
    }

    /// User topics and their partitions, as they are once the controller has done what it was asked so far: several
    /// commands may be given at one moment, before it has heard of the first.
    fn topics_expected(&self) -> Map<&str, u32> {
        let present = self.newest_image().topics.values().filter(|topic| !is_internal(&topic.name));
        let mut topics: Map<&str, u32> = present.map(|topic| (&*topic.name, topic.partitions.len() as u32)).collect();
        for request in self.admin.pending() {
            let (topic, count) = match request {
                Request::CreateTopics { topic, partitions, .. } => (topic, *partitions),
                Request::CreatePartitions { topic, count } => (topic, *count),
                _ => continue,
            };
            let known = topics.entry(topic).or_default();
            *known = count.max(*known);
        }
        topics
    }

    /// The controller's own metadata, ahead of what is committed; without a controller the newest applied.
    pub(super) fn newest_image(&self) -> &crate::kafka::metadata::MetadataImage {
        self.controller().map_or_else(|| self.metadata(), |broker| &broker.controller.image)
    }

    fn next_order(&mut self) -> u32 {
        self.next_order += 1;
        self.next_order
    }
}

fn merged(old: &Settings, change: &Settings) -> Settings {
    let mut all = old.clone();
    all.extend(change.iter().map(|(name, value)| (name.clone(), value.clone())));
    all
}
