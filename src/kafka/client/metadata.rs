//! A client's own version of the cluster metadata, and how it keeps it (`org.apache.kafka.clients.Metadata`).
//!
//! It is refreshed when it is older than `metadata.max.age.ms` and after errors that say it is wrong; until then a
//! client acts on what it knows, even if that is stale. Left out: choice of the least loaded node; brokers are asked
//! in turn.

use std::{collections::BTreeSet, sync::Arc};

use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, Name, TopicIdPartition},
    metadata::PartitionState,
    node::{Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, MetadataResponse, Request, TopicMetadata},
};

/// Metadata as one client knows it.
#[derive(Clone, Debug, Hash)]
pub struct ClientMetadata {
    bootstrap: Vec<BrokerId>,
    wanted: BTreeSet<Name>,
    known: Option<Arc<MetadataResponse>>,
    /// Leaders learnt from error answers (KIP-951), newer than `known`.
    overrides: Vec<(TopicIdPartition, BrokerId, i32)>,
    in_flight: Option<(CorrelationId, BrokerId)>,
    update_needed: bool,
    ask_next: usize,
    max_age_us: u64,
    backoff_us: u64,
}

impl ClientMetadata {
    /// Nothing known yet; `bootstrap` is `bootstrap.servers`, `start` where to begin asking.
    pub fn new(bootstrap: Vec<BrokerId>, start: u32, max_age_us: u64, backoff_us: u64) -> ClientMetadata {
        ClientMetadata {
            bootstrap,
            wanted: BTreeSet::new(),
            known: None,
            overrides: Vec::new(),
            in_flight: None,
            update_needed: true,
            ask_next: start as usize,
            max_age_us,
            backoff_us,
        }
    }

    /// Wants to know a topic; asks if it is new.
    pub fn want(&mut self, topic: &Name) {
        if self.wanted.insert(topic.clone()) {
            self.update_needed = true;
        }
    }

    /// Something was wrong with what it knows: asks again.
    pub fn invalidate(&mut self) {
        self.update_needed = true;
    }

    /// Asks again, unless it has just been told and waits before it asks again.
    pub fn invalidate_if_idle(&mut self) {
        if self.known.is_none() {
            self.update_needed = true;
        }
    }

    /// Offset of the controller's log that it reflects, 0 before the first answer.
    pub fn offset(&self) -> u64 {
        self.known.as_ref().map_or(0, |known| known.metadata_offset)
    }

    /// A topic that exists, as far as it knows.
    pub fn topic(&self, name: &str) -> Option<&TopicMetadata> {
        let known = self.known.as_ref()?;
        known.topics.iter().find(|topic| &*topic.name == name && topic.error == ErrorCode::None)
    }

    /// Has it heard about the topic at all, even that there is none?
    pub fn has_heard_of(&self, name: &str) -> bool {
        self.known.as_ref().is_some_and(|known| known.topics.iter().any(|topic| &*topic.name == name))
    }

    /// A partition's state.
    pub fn partition(&self, partition: TopicIdPartition) -> Option<&Arc<PartitionState>> {
        let topics = &self.known.as_ref()?.topics;
        let topic = topics.iter().find(|topic| topic.topic == partition.topic && topic.error == ErrorCode::None)?;
        topic.partitions.get(partition.partition as usize)
    }

    /// Leader and its epoch.
    pub fn leader(&self, partition: TopicIdPartition) -> Option<(BrokerId, i32)> {
        let state = self.partition(partition)?;
        let newer = self.overrides.iter().find(|(at, _, epoch)| *at == partition && *epoch > state.leader_epoch);
        match newer {
            Some((_, leader, epoch)) => Some((*leader, *epoch)),
            None => Some((state.leader?, state.leader_epoch)),
        }
    }

    /// Racks of brokers.
    pub fn rack(&self, broker: BrokerId) -> Option<&Name> {
        let brokers = &self.known.as_ref()?.brokers;
        brokers.iter().find(|(id, _)| *id == broker)?.1.as_ref()
    }

    /// An error answer named the leader. Returns whether that is news.
    pub fn learn_leader(&mut self, partition: TopicIdPartition, leader: BrokerId, epoch: i32) -> bool {
        let news = self.leader(partition).is_none_or(|(_, known)| known < epoch);
        if news {
            self.overrides.retain(|(at, ..)| *at != partition);
            self.overrides.push((partition, leader, epoch));
        }
        news
    }

    /// A broker to ask anything: in turn, from those known.
    pub fn any_broker(&mut self) -> Option<BrokerId> {
        let known: Vec<BrokerId> = match &self.known {
            Some(known) if !known.brokers.is_empty() => known.brokers.iter().map(|(id, _)| *id).collect(),
            _ => self.bootstrap.clone(),
        };
        self.ask_next += 1;
        (!known.is_empty()).then(|| known[self.ask_next % known.len()])
    }

    /// Asks if it must and nothing is under way.
    pub fn poll(&mut self, correlation: &mut CorrelationId, out: &mut Outbox) {
        if !self.update_needed || self.in_flight.is_some() || self.wanted.is_empty() {
            return;
        }
        let Some(broker) = self.any_broker() else { return };
        *correlation += 1;
        self.in_flight = Some((*correlation, broker));
        let topics = self.wanted.iter().cloned().collect();
        out.request(broker_node(broker), Channel::Data, *correlation, Request::Metadata { topics: Some(topics) });
    }

    /// The metadata timer fired: too old, or time to try again.
    pub fn on_timer(&mut self) {
        self.update_needed = true;
    }

    /// An answer. Returns whether it was to a request of its own.
    pub fn on_response(
        &mut self,
        now_us: u64,
        correlation: CorrelationId,
        response: &Arc<MetadataResponse>,
        out: &mut Outbox,
    ) -> bool {
        if self.in_flight.is_none_or(|(at, _)| at != correlation) {
            return false;
        }
        self.in_flight = None;
        if self.known.as_ref().is_some_and(|known| known.metadata_offset > response.metadata_offset) {
            // Another broker that lags behind: what is known is newer.
            out.set_timer(Timer::MetadataAge, now_us + self.backoff_us);
            return true;
        }
        let news = self.known.as_ref() != Some(response);
        self.known = Some(response.clone());
        self.overrides.retain(|(partition, _, epoch)| {
            let topic = response.topics.iter().find(|topic| topic.topic == partition.topic);
            topic
                .and_then(|topic| topic.partitions.get(partition.partition as usize))
                .is_some_and(|state| state.leader_epoch < *epoch)
        });
        let complete = self.wanted.iter().all(|name| {
            self.topic(name).is_some_and(|topic| topic.partitions.iter().all(|state| state.leader.is_some()))
        });
        self.update_needed = false;
        out.set_timer(Timer::MetadataAge, now_us + if complete { self.max_age_us } else { self.backoff_us });
        if news {
            out.event(EventKind::MetadataRefreshed { metadata_offset: response.metadata_offset });
        }
        true
    }

    /// A broker closed the connection: if it was asked, another is, after a pause.
    pub fn on_disconnect(&mut self, now_us: u64, broker: BrokerId, out: &mut Outbox) {
        if self.in_flight.is_some_and(|(_, asked)| asked == broker) {
            self.in_flight = None;
        }
        self.update_needed = false;
        out.set_timer(Timer::MetadataAge, now_us + self.backoff_us);
    }
}

/// Exponential backoff with ±20 % jitter (`ExponentialBackoff`).
pub fn backoff_us(random: &mut crate::sim::Random, attempts: u32, initial_us: u64, max_us: u64) -> u64 {
    let factor = 1_u64 << attempts.saturating_sub(1).min(20);
    random.jitter(initial_us.saturating_mul(factor).min(max_us), 20)
}
