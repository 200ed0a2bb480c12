//! Applying committed metadata: which replicas to lead, to follow, to make and to delete.

use std::sync::Arc;

use super::{
    Broker, Replica, Role,
    replica::{FollowerState, LeaderState},
};
use crate::kafka::{
    config::{BrokerConfig, TopicConfig},
    event::EventKind,
    ids::{CONSUMER_OFFSETS, TopicId, TopicIdPartition},
    log::Log,
    metadata::{MetadataDelta, PartitionState},
    node::Outbox,
    protocol::ErrorCode,
};
use crate::sim::{Set, faults::faulty};

impl Broker {
    /// Applies what the quorum has committed and this broker has not applied.
    pub(super) fn apply_committed(&mut self, now_us: u64, out: &mut Outbox) {
        let committed = self.quorum.high_watermark();
        if self.image.offset >= committed {
            return;
        }
        let mut changed = Set::new();
        let mut removed = Set::new();
        let mut configured = false;
        let mut topics_configured = Set::new();
        while self.image.offset < committed {
            let Some((_, record)) = self.quorum.log().get(self.image.offset) else { break };
            match record {
                MetadataDelta::Partition { partition, .. } => {
                    changed.insert(*partition);
                }
                MetadataDelta::RemoveTopic { topic } => {
                    removed.insert(*topic);
                }
                MetadataDelta::Config { topic: None, .. } => configured = true,
                MetadataDelta::Config { topic: Some(topic), .. } => {
                    topics_configured.insert(*topic);
                }
                _ => {}
            }
            self.image.apply(record);
        }
        out.chain(EventKind::MetadataApplied { offset: self.image.offset });
        if configured {
            self.refresh_config();
        }
        for topic in topics_configured {
            self.configure_topic(now_us, topic, out);
        }
        if self.serves {
            self.remove_topics(now_us, &removed, out);
            let changed: Vec<TopicIdPartition> =
                changed.into_iter().filter(|partition| !removed.contains(&partition.topic)).collect();
            self.apply_partitions(now_us, &changed, out);
        }
        out.unchain();
    }

    /// Takes up every role that the applied metadata gives: the process has just started.
    pub(super) fn apply_roles(&mut self, now_us: u64, out: &mut Outbox) {
        // Topics that were deleted while the process was down are gone.
        let gone: Set<_> = self
            .replicas
            .keys()
            .map(|partition| partition.topic)
            .filter(|t| !self.image.topics.contains_key(t))
            .collect();
        self.remove_topics(now_us, &gone, out);
        let all: Vec<TopicIdPartition> = self.image.partitions().map(|(partition, _)| partition).collect();
        self.apply_partitions(now_us, &all, out);
    }

    /// Reads the settings in the image again.
    pub(super) fn refresh_config(&mut self) {
        // The controller has checked them; an unknown one would keep the old settings.
        if let Ok(config) = BrokerConfig::from_settings(&self.image.settings) {
            self.config = config;
        }
    }

    /// A topic's settings, read once.
    fn topic_config(&mut self, topic: TopicId) -> Arc<TopicConfig> {
        if let Some(config) = self.topic_configs.get(&topic) {
            return config.clone();
        }
        let settings = self.image.topics.get(&topic).map(|image| &image.settings);
        // Most topics set nothing: then one of the same that is known already is shared.
        let config = match settings.filter(|settings| !settings.is_empty()) {
            Some(settings) => Arc::new(TopicConfig::from_settings(settings).unwrap_or_default()),
            None => self.storage.plain_topic(),
        };
        self.topic_configs.insert(topic, config.clone());
        config
    }

    /// A topic's settings have changed: its replicas go by them from now on.
    fn configure_topic(&mut self, now_us: u64, topic: TopicId, out: &mut Outbox) {
        self.topic_configs.remove(&topic);
        let config = self.topic_config(topic);
        let held: Vec<TopicIdPartition> = self.replicas.keys().filter(|at| at.topic == topic).copied().collect();
        for partition in held {
            if let Some(replica) = self.replicas.get_mut(&partition) {
                replica.log.configure(config.clone());
            }
            self.plan_storage(now_us, partition, out);
        }
    }

    fn apply_partitions(&mut self, now_us: u64, partitions: &[TopicIdPartition], out: &mut Outbox) {
        for partition in partitions {
            let Some(state) = self.image.partition(*partition).cloned() else { continue };
            if state.replicas.contains(&self.id) {
                self.apply_partition(now_us, *partition, &state, out);
            } else if self.replicas.contains_key(partition) {
                // It was reassigned to others: the log goes (`StopReplica` with `deletePartition`).
                let is_offsets = self.is_offsets(*partition);
                self.replicas.remove(partition);
                self.lay_down(*partition, is_offsets, out);
                out.event(EventKind::ReplicaRemoved { partition: *partition });
            }
        }
        self.fetch_from_all(now_us, out);
    }

    fn apply_partition(&mut self, now_us: u64, partition: TopicIdPartition, state: &PartitionState, out: &mut Outbox) {
        let id = self.id;
        let config = self.topic_config(partition.topic);
        let is_offsets = self.is_offsets(partition);
        let replica = self
            .replicas
            .entry(partition)
            .or_insert_with(|| Box::new(Replica { partition_epoch: -1, log: Log::new(config), role: Role::Offline }));
        let offline = matches!(replica.role, Role::Offline);
        if state.partition_epoch <= replica.partition_epoch && !offline {
            return;
        }
        replica.partition_epoch = state.partition_epoch;
        if state.leader == Some(id) {
            let log_end = replica.log.log_end_offset();
            let renewed = replica.leader().is_some_and(|leader| leader.leader_epoch < state.leader_epoch);
            if renewed {
                replica.log.start_epoch(state.leader_epoch);
            }
            if let Some(leader) = replica.leader_mut() {
                if renewed {
                    leader.renew(now_us, state, log_end);
                    out.event(EventKind::BecameLeader { partition, leader_epoch: state.leader_epoch, log_end });
                }
                leader.isr.clone_from(&state.isr);
                leader.pending_isr = None;
                leader.replicas.clone_from(&state.replicas);
                leader.followers.retain(|broker, _| state.replicas.contains(broker));
                for broker in state.replicas.iter().filter(|broker| **broker != id) {
                    leader.followers.entry(*broker).or_insert_with(FollowerState::unknown);
                }
                self.forget_isr_change(partition);
                if renewed {
                    self.fail_parked(partition, ErrorCode::FencedLeaderEpoch, out);
                }
                self.maybe_advance_high_watermark(now_us, partition, out);
                return;
            }
            let epoch_start = log_end;
            replica.log.start_epoch(state.leader_epoch);
            if faulty!(WatermarkOfNewLeader) {
                replica.log.set_high_watermark(epoch_start);
            }
            let follower = |broker: &u32| {
                let last_caught_up_us = state.isr.contains(broker).then_some(now_us);
                (*broker, FollowerState { last_caught_up_us, ..FollowerState::unknown() })
            };
            replica.role = Role::Leader(LeaderState {
                leader_epoch: state.leader_epoch,
                epoch_start,
                replicas: state.replicas.clone(),
                isr: state.isr.clone(),
                pending_isr: None,
                followers: state.replicas.iter().filter(|broker| **broker != id).map(follower).collect(),
            });
            let leader_epoch = state.leader_epoch;
            out.chain(EventKind::BecameLeader { partition, leader_epoch, log_end: epoch_start });
            self.led.insert(partition);
            self.maybe_advance_high_watermark(now_us, partition, out);
            if is_offsets {
                self.load_groups(now_us, partition, out);
            }
            out.unchain();
            return;
        }
        let before = match &replica.role {
            Role::Follower { leader, leader_epoch } => Some((*leader, *leader_epoch)),
            _ => None,
        };
        let now = (state.leader, state.leader_epoch);
        replica.role = Role::Follower { leader: state.leader, leader_epoch: state.leader_epoch };
        if before != Some(now) {
            self.follow_anew(partition);
            out.event(EventKind::BecameFollower { partition, leader: now.0, leader_epoch: now.1 });
        }
        self.lay_down(partition, is_offsets, out);
    }

    fn is_offsets(&self, partition: TopicIdPartition) -> bool {
        self.image.topics.get(&partition.topic).is_some_and(|topic| &*topic.name == CONSUMER_OFFSETS)
    }

    /// If this broker led the partition, its reign is over: whoever waits is sent away.
    fn lay_down(&mut self, partition: TopicIdPartition, is_offsets: bool, out: &mut Outbox) {
        if self.led.remove(&partition) {
            self.forget_isr_change(partition);
            self.fail_waiting(partition, out);
            if is_offsets {
                self.unload_groups(partition, out);
            }
        }
    }

    fn remove_topics(&mut self, now_us: u64, topics: &Set<crate::kafka::ids::TopicId>, out: &mut Outbox) {
        if topics.is_empty() {
            return;
        }
        let gone: Vec<TopicIdPartition> =
            self.replicas.keys().filter(|partition| topics.contains(&partition.topic)).copied().collect();
        for topic in topics {
            self.topic_configs.remove(topic);
        }
        for partition in gone {
            self.replicas.remove(&partition);
            self.led.remove(&partition);
            self.forget_isr_change(partition);
            self.fail_waiting(partition, out);
        }
        self.forget_offsets(now_us, topics, out);
    }
}
