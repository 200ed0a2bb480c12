//! Topics: create, grow, delete, configure (`ReplicationControlManager.createTopics` and its kind).

use std::sync::Arc;

use super::{
    Controller,
    placement::{UsableBroker, place, sorted_rack_order},
};
use crate::kafka::{
    config::{Scope, check},
    event::EventKind,
    ids::{BrokerId, Name, TopicId, TopicIdPartition, is_internal},
    metadata::{MetadataDelta, PartitionState},
    node::Outbox,
    protocol::{Api, ErrorCode, Response, Settings},
};

impl Controller {
    pub(super) fn create_topic(
        &mut self,
        name: &Name,
        partitions: u32,
        replication_factor: u32,
        settings: &Settings,
        out: &mut Outbox,
    ) -> Response {
        if self.image.topic_ids.contains_key(name) && is_internal(name) {
            // Two brokers wanted to make it at the same time; nobody asked by hand.
            return Response::CreateTopics { error: ErrorCode::TopicAlreadyExists };
        }
        if self.image.topic_ids.contains_key(name) {
            let error = self.refuse(Api::CreateTopics, ErrorCode::TopicAlreadyExists, out);
            return Response::CreateTopics { error };
        }
        if partitions == 0 {
            return Response::CreateTopics { error: self.refuse(Api::CreateTopics, ErrorCode::InvalidPartitions, out) };
        }
        if check(Scope::Topic, settings).is_err() {
            return Response::CreateTopics { error: self.refuse(Api::CreateTopics, ErrorCode::InvalidConfig, out) };
        }
        let placed = match self.place(partitions, replication_factor) {
            Ok(placed) => placed,
            Err(error) => return Response::CreateTopics { error: self.refuse(Api::CreateTopics, error, out) },
        };
        let topic = TopicId(self.image.last_topic + 1);
        out.event(EventKind::TopicCreated { topic, partitions, replication_factor });
        self.write(MetadataDelta::Topic { topic, name: name.clone() });
        if !settings.is_empty() {
            self.write(MetadataDelta::Config { topic: Some(topic), settings: settings.clone() });
        }
        self.write_partitions(topic, 0, placed);
        Response::CreateTopics { error: ErrorCode::None }
    }

    /// Makes a topic whose replicas somebody has placed by hand.
    pub fn create_assigned(&mut self, name: &Name, assignment: Vec<Vec<BrokerId>>, out: &mut Outbox) -> TopicId {
        let topic = TopicId(self.image.last_topic + 1);
        let replication_factor = assignment.first().map_or(0, Vec::len) as u32;
        out.event(EventKind::TopicCreated { topic, partitions: assignment.len() as u32, replication_factor });
        self.write(MetadataDelta::Topic { topic, name: name.clone() });
        self.write_partitions(topic, 0, assignment);
        topic
    }

    pub(super) fn create_partitions(&mut self, name: &Name, count: u32, out: &mut Outbox) -> Response {
        let error = match self.image.topic_by_name(name) {
            None => ErrorCode::UnknownTopicOrPartition,
            Some((_, image)) if count as usize <= image.partitions.len() => ErrorCode::InvalidPartitions,
            Some((topic, image)) => {
                let (from, first) = (image.partitions.len() as u32, image.partitions.first());
                // Added partitions take the replication factor of partition 0 and are placed afresh.
                let replication_factor = first.map_or(1, |state| state.replicas.len() as u32);
                match self.place(count - from, replication_factor) {
                    Err(error) => error,
                    Ok(placed) => {
                        out.event(EventKind::PartitionsAdded { topic, from, to: count });
                        self.write_partitions(topic, from, placed);
                        return Response::CreatePartitions { error: ErrorCode::None };
                    }
                }
            }
        };
        Response::CreatePartitions { error: self.refuse(Api::CreatePartitions, error, out) }
    }

    pub(super) fn delete_topic(&mut self, name: &Name, out: &mut Outbox) -> Response {
        let Some((topic, _)) = self.image.topic_by_name(name) else {
            let error = self.refuse(Api::DeleteTopics, ErrorCode::UnknownTopicOrPartition, out);
            return Response::DeleteTopics { error };
        };
        out.event(EventKind::TopicDeleted { topic });
        self.write(MetadataDelta::RemoveTopic { topic });
        Response::DeleteTopics { error: ErrorCode::None }
    }

    pub(super) fn alter_configs(&mut self, topic: Option<&Name>, settings: &Settings, out: &mut Outbox) -> Response {
        let target = match topic {
            None => Ok((None, Scope::Broker)),
            Some(name) => match self.image.topic_by_name(name) {
                Some((topic, _)) => Ok((Some(topic), Scope::Topic)),
                None => Err(ErrorCode::UnknownTopicOrPartition),
            },
        };
        let error = match target {
            Err(error) => error,
            Ok((_, scope)) if check(scope, settings).is_err() => ErrorCode::InvalidConfig,
            Ok((topic, _)) => {
                out.chain(EventKind::ConfigChanged { topic });
                self.write(MetadataDelta::Config { topic, settings: settings.clone() });
                let names: Vec<&str> = settings.keys().map(String::as_str).collect();
                self.settings_changed(topic, &names, out);
                out.unchain();
                return Response::IncrementalAlterConfigs { error: ErrorCode::None };
            }
        };
        Response::IncrementalAlterConfigs { error: self.refuse(Api::IncrementalAlterConfigs, error, out) }
    }

    fn place(&mut self, partitions: u32, replication_factor: u32) -> Result<Vec<Vec<BrokerId>>, ErrorCode> {
        let usable: Vec<UsableBroker> = self
            .image
            .brokers
            .iter()
            .filter(|(_, state)| !state.in_controlled_shutdown)
            .map(|(broker, state)| UsableBroker {
                id: *broker as i32,
                rack: state.rack.as_deref().map(str::to_owned),
                fenced: state.fenced,
            })
            .collect();
        let placement = &mut self.placement;
        let placed = place(partitions, replication_factor as i32, &usable, &sorted_rack_order(&usable), &mut |bound| {
            placement.below(bound)
        });
        let placed = placed.map_err(|_| ErrorCode::InvalidReplicationFactor)?;
        Ok(placed.into_iter().map(|replicas| replicas.into_iter().map(|id| id as BrokerId).collect()).collect())
    }

    fn write_partitions(&mut self, topic: TopicId, from: u32, placed: Vec<Vec<BrokerId>>) {
        for (partition, replicas) in (from as i32..).zip(placed) {
            let isr: Vec<BrokerId> = replicas.iter().copied().filter(|broker| self.image.is_active(*broker)).collect();
            let leader = isr.first().copied();
            let state = PartitionState { replicas, isr, leader, ..PartitionState::default() };
            let partition = TopicIdPartition::new(topic, partition);
            self.write(MetadataDelta::Partition { partition, state: Arc::new(state) });
        }
    }
}
