//! Cluster metadata: the records of the metadata log, and the image that a node has applied.
//!
//! As `metadata/src/main/java/org/apache/kafka/image`: the controller writes records, each broker applies them at its
//! own moment and so has its own version. Left out: features, ACLs, quotas, snapshots.

#![allow(missing_docs, reason = "fields of variants bear Kafka's own names")]

use std::sync::Arc;

use crate::kafka::{
    ids::{BrokerId, Name, TopicId, TopicIdPartition},
    protocol::{ErrorCode, MetadataResponse, Settings, TopicMetadata},
};
use crate::sim::Map;

/// A partition as the controller has committed it (`PartitionRegistration`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PartitionState {
    /// Replicas in assignment order; the first is the preferred leader.
    pub replicas: Vec<BrokerId>,
    /// In-sync replicas.
    pub isr: Vec<BrokerId>,
    /// Eligible leader replicas: they may lead when nobody is in sync (KIP-966).
    pub elr: Vec<BrokerId>,
    /// The last known leader once nobody leads (`None`: there was none), or whoever was eligible last.
    pub last_known_elr: Vec<Option<BrokerId>>,
    /// Replicas that a reassignment takes away.
    pub removing: Vec<BrokerId>,
    /// Replicas that a reassignment brings.
    pub adding: Vec<BrokerId>,
    /// Is the leader still to make sure of its log after an unclean election?
    pub recovering: bool,
    /// Leader, if there is one.
    pub leader: Option<BrokerId>,
    /// Rises when a leader is written.
    pub leader_epoch: i32,
    /// Rises with every change.
    pub partition_epoch: i32,
}

/// A broker as the controller has registered it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BrokerState {
    /// Incarnation: the metadata offset of its registration.
    pub epoch: u64,
    /// `broker.rack`.
    pub rack: Option<Name>,
    /// May it lead and be in an ISR?
    pub fenced: bool,
    /// Is it in controlled shutdown?
    pub in_controlled_shutdown: bool,
}

impl BrokerState {
    /// Registered, not fenced, not shutting down.
    pub fn is_active(&self) -> bool {
        !self.fenced && !self.in_controlled_shutdown
    }
}

/// A record of the metadata log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MetadataDelta {
    /// Starts a quorum epoch (Kafka: LeaderChangeMessage).
    LeaderChange { leader: BrokerId },
    /// RegisterBrokerRecord.
    RegisterBroker { broker: BrokerId, rack: Option<Name> },
    /// BrokerRegistrationChangeRecord.
    BrokerChange { broker: BrokerId, fenced: bool, in_controlled_shutdown: bool },
    /// TopicRecord.
    Topic { topic: TopicId, name: Name },
    /// RemoveTopicRecord.
    RemoveTopic { topic: TopicId },
    /// PartitionRecord and PartitionChangeRecord: the state after the change.
    Partition { partition: TopicIdPartition, state: Arc<PartitionState> },
    /// ConfigRecord; `None`: the brokers' cluster-wide default.
    Config { topic: Option<TopicId>, settings: Settings },
}

/// A topic in an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicImage {
    /// Name.
    pub name: Name,
    /// By number.
    pub partitions: Vec<Arc<PartitionState>>,
    /// Settings other than the default.
    pub settings: Settings,
}

/// The metadata that a node has applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MetadataImage {
    /// Records applied.
    pub offset: u64,
    /// Registered brokers.
    pub brokers: Map<BrokerId, BrokerState>,
    /// Topics.
    pub topics: Map<TopicId, TopicImage>,
    /// Topic ids by name.
    pub topic_ids: Map<Name, TopicId>,
    /// Offset of the record that brought the newest topic.
    pub topics_offset: u64,
    /// The highest topic id ever given; an id is never given again, though its topic is deleted. In an active controller
    /// also above all that earlier ones may have given and that was lost with their logs.
    pub last_topic: u32,
    /// Cluster-wide broker settings other than the default.
    pub settings: Settings,
}

impl MetadataImage {
    /// Applies the next record.
    pub fn apply(&mut self, delta: &MetadataDelta) {
        self.offset += 1;
        match delta {
            MetadataDelta::LeaderChange { .. } => {}
            MetadataDelta::RegisterBroker { broker, rack } => {
                let state =
                    BrokerState { epoch: self.offset, rack: rack.clone(), fenced: true, in_controlled_shutdown: false };
                self.brokers.insert(*broker, state);
            }
            MetadataDelta::BrokerChange { broker, fenced, in_controlled_shutdown } => {
                if let Some(state) = self.brokers.get_mut(broker) {
                    state.fenced = *fenced;
                    state.in_controlled_shutdown = *in_controlled_shutdown;
                }
            }
            MetadataDelta::Topic { topic, name } => {
                let image = TopicImage { name: name.clone(), partitions: Vec::new(), settings: Settings::default() };
                self.topics.insert(*topic, image);
                self.last_topic = self.last_topic.max(topic.0);
                self.topics_offset = self.offset;
                self.topic_ids.insert(name.clone(), *topic);
            }
            MetadataDelta::RemoveTopic { topic } => {
                if let Some(image) = self.topics.remove(topic) {
                    self.topic_ids.remove(&image.name);
                }
            }
            MetadataDelta::Partition { partition, state } => {
                if let Some(image) = self.topics.get_mut(&partition.topic) {
                    let index = partition.partition as usize;
                    match image.partitions.get_mut(index) {
                        Some(slot) => *slot = state.clone(),
                        // Partition records are written in order, so the next one is appended.
                        None => image.partitions.push(state.clone()),
                    }
                }
            }
            MetadataDelta::Config { topic: None, settings } => self.settings = merged(&self.settings, settings),
            MetadataDelta::Config { topic: Some(topic), settings } => {
                if let Some(image) = self.topics.get_mut(topic) {
                    image.settings = merged(&image.settings, settings);
                }
            }
        }
    }

    /// The state of a partition.
    pub fn partition(&self, partition: TopicIdPartition) -> Option<&Arc<PartitionState>> {
        self.topics.get(&partition.topic)?.partitions.get(usize::try_from(partition.partition).ok()?)
    }

    /// All partitions with their states, by topic and number.
    pub fn partitions(&self) -> impl Iterator<Item = (TopicIdPartition, &Arc<PartitionState>)> {
        self.topics.iter().flat_map(|(topic, image)| {
            (0..).zip(&image.partitions).map(|(partition, state)| (TopicIdPartition::new(*topic, partition), state))
        })
    }

    /// Topic and settings by name.
    pub fn topic_by_name(&self, name: &str) -> Option<(TopicId, &TopicImage)> {
        let topic = *self.topic_ids.get(name)?;
        Some((topic, self.topics.get(&topic)?))
    }

    /// Is the broker registered, unfenced and not shutting down?
    pub fn is_active(&self, broker: BrokerId) -> bool {
        self.brokers.get(&broker).is_some_and(BrokerState::is_active)
    }

    /// The answer to a Metadata request.
    pub fn respond(&self, topics: Option<&[Name]>) -> MetadataResponse {
        let describe = |name: &Name| match self.topic_by_name(name) {
            Some((topic, image)) => TopicMetadata {
                error: ErrorCode::None,
                name: name.clone(),
                topic,
                partitions: image.partitions.clone(),
            },
            None => TopicMetadata {
                error: ErrorCode::UnknownTopicOrPartition,
                name: name.clone(),
                topic: TopicId(0),
                partitions: Vec::new(),
            },
        };
        MetadataResponse {
            metadata_offset: self.offset,
            brokers: self
                .brokers
                .iter()
                .filter(|(_, state)| !state.fenced)
                .map(|(broker, state)| (*broker, state.rack.clone()))
                .collect(),
            topics: match topics {
                Some(names) => names.iter().map(describe).collect(),
                None => self.topic_ids.keys().map(describe).collect(),
            },
        }
    }
}

fn merged(old: &Settings, change: &Settings) -> Settings {
    let mut all = (**old).clone();
    all.extend(change.iter().map(|(name, value)| (name.clone(), value.clone())));
    Arc::new(all)
}
