//! A client's own version of the cluster metadata, and how it keeps it (`org.apache.kafka.clients.Metadata`); also which
//! brokers it could not reach of late (`ClusterConnectionStates`).
//!
//! It is refreshed when it is older than `metadata.max.age.ms` and after errors that say it is wrong; until then a
//! client acts on what it knows, even if that is stale. Left out: choice of the least loaded node; brokers are asked
//! in turn.

use std::sync::Arc;

use crate::{
    kafka::{
        event::EventKind,
        ids::{BrokerId, Name, TopicId, TopicIdPartition},
        metadata::PartitionState,
        node::{Outbox, Timer, broker_node},
        protocol::{Channel, CorrelationId, ErrorCode, MetadataResponse, Request, TopicMetadata},
    },
    sim::{Map, Random, Set},
};

/// `reconnect.backoff.ms` and `reconnect.backoff.max.ms`.
const RECONNECT_US: u64 = 50_000;
const RECONNECT_MAX_US: u64 = 1_000_000;

/// Metadata as one client knows it.
#[derive(Clone, Debug, Hash)]
pub struct ClientMetadata {
    bootstrap: Vec<BrokerId>,
    wanted: Set<Name>,
    /// All topics, whatever they are called.
    wants_all: bool,
    known: Option<Arc<MetadataResponse>>,
    /// Topics that were ever known, by id.
    names: Map<TopicId, Name>,
    /// Leaders learnt from error answers (KIP-951), newer than `known`.
    overrides: Vec<(TopicIdPartition, BrokerId, i32)>,
    in_flight: Option<(CorrelationId, BrokerId)>,
    update_needed: bool,
    last_answer_us: Option<u64>,
    /// Answers in a row that lacked something.
    incomplete: u32,
    ask_next: usize,
    pace: Pace,
    unreachable: Map<BrokerId, Unreachable>,
    random: Random,
}

/// How often a client asks: `metadata.max.age.ms`, `retry.backoff.ms`, `retry.backoff.max.ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    /// After how long metadata is too old.
    pub max_age_us: u64,
    /// The shortest pause between two requests.
    pub backoff_us: u64,
    /// The longest pause while something is missing.
    pub backoff_max_us: u64,
}

/// A broker that closed its connection or refused one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Unreachable {
    attempts: u32,
    until_us: u64,
}

impl ClientMetadata {
    /// Nothing known yet; `bootstrap` is `bootstrap.servers`, `start` where to begin asking.
    pub fn new(bootstrap: Vec<BrokerId>, start: u32, pace: Pace, random: Random) -> ClientMetadata {
        ClientMetadata {
            bootstrap,
            wanted: Set::new(),
            wants_all: false,
            known: None,
            names: Map::new(),
            overrides: Vec::new(),
            in_flight: None,
            update_needed: true,
            last_answer_us: None,
            incomplete: 0,
            ask_next: start as usize,
            pace,
            unreachable: Map::new(),
            random,
        }
    }

    /// Wants to know a topic; asks if it is new.
    pub fn want(&mut self, topic: &Name) {
        if self.wanted.insert(topic.clone()) {
            self.update_needed = true;
        }
    }

    /// Wants to know all topics from now on, or only those it has asked for by name.
    pub fn want_all(&mut self, all: bool) {
        self.update_needed |= all;
        self.wants_all = all;
    }

    /// Asks again, unless it has done so within `retry.backoff.ms` (`timeToAllowUpdate`).
    pub fn refresh_if_allowed(&mut self, now_us: u64) {
        self.update_needed |= self.last_answer_us.is_none_or(|at_us| at_us + self.pace.backoff_us <= now_us);
    }

    /// The names of the topics that there are, as far as it knows, in order.
    pub fn topic_names(&self) -> impl Iterator<Item = &Name> {
        let topics = self.known.iter().flat_map(|known| &known.topics);
        topics.filter(|topic| topic.error == ErrorCode::None).map(|topic| &topic.name)
    }

    /// Something was wrong with what it knows: asks again, but not before `retry.backoff.ms` after the last answer.
    pub fn invalidate(&mut self, now_us: u64, out: &mut Outbox) {
        match self.last_answer_us.map(|at_us| at_us + self.pace.backoff_us) {
            Some(next_us) if next_us > now_us => out.set_timer(Timer::MetadataAge, next_us),
            _ => self.update_needed = true,
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

    /// The name of a topic that it has ever known.
    pub fn name_of(&self, topic: TopicId) -> Option<&Name> {
        self.names.get(&topic)
    }

    /// Must it ask before what it knows can be relied upon (`ensureFreshMetadata`)?
    pub fn is_update_due(&self) -> bool {
        self.update_needed
    }

    /// The same partition of a topic that was deleted and made again: Kafka's clients go by names.
    pub fn at_home(&self, partition: TopicIdPartition) -> TopicIdPartition {
        let name = self.names.get(&partition.topic);
        let topic = name.and_then(|name| self.topic(name)).map_or(partition.topic, |topic| topic.topic);
        TopicIdPartition { topic, ..partition }
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

    /// Is the broker among those that are alive, as far as it knows?
    pub fn is_online(&self, broker: BrokerId) -> bool {
        self.known.as_ref().is_some_and(|known| known.brokers.iter().any(|(id, _)| *id == broker))
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

    /// May a request be sent to the broker, or is it too soon after it could not be reached?
    pub fn is_reachable(&self, now_us: u64, broker: BrokerId) -> bool {
        self.unreachable.get(&broker).is_none_or(|unreachable| unreachable.until_us <= now_us)
    }

    /// Is there a connection to the broker? It is gone once it was closed or refused, until the broker answers again.
    /// The first one counts as there: opening it costs no time here.
    pub fn is_connected(&self, broker: BrokerId) -> bool {
        !self.unreachable.contains_key(&broker)
    }

    /// The broker answered.
    pub fn on_answer(&mut self, broker: BrokerId) {
        self.unreachable.remove(&broker);
    }

    /// A broker to ask anything: in turn, from those known that can be reached.
    pub fn any_broker(&mut self, now_us: u64) -> Option<BrokerId> {
        let known: Vec<BrokerId> = match &self.known {
            Some(known) if !known.brokers.is_empty() => known.brokers.iter().map(|(id, _)| *id).collect(),
            _ => self.bootstrap.clone(),
        };
        let reachable: Vec<BrokerId> = known.into_iter().filter(|broker| self.is_reachable(now_us, *broker)).collect();
        if reachable.is_empty() {
            return None;
        }
        self.ask_next += 1;
        Some(reachable[self.ask_next % reachable.len()])
    }

    /// Asks if it must and nothing is under way.
    pub fn poll(&mut self, now_us: u64, correlation: &mut CorrelationId, out: &mut Outbox) {
        if !self.update_needed || self.in_flight.is_some() || self.wanted.is_empty() && !self.wants_all {
            return;
        }
        let Some(broker) = self.any_broker(now_us) else { return };
        *correlation += 1;
        self.in_flight = Some((*correlation, broker));
        let topics = (!self.wants_all).then(|| self.wanted.iter().cloned().collect());
        out.request(broker_node(broker), Channel::Data, *correlation, Request::Metadata { topics });
    }

    /// The metadata timer fired: too old, or time to try again.
    pub fn on_timer(&mut self) {
        self.update_needed = true;
    }

    /// Is this the request under way?
    pub fn is_waiting_for(&self, broker: BrokerId, correlation: CorrelationId) -> bool {
        self.in_flight == Some((correlation, broker))
    }

    /// Has it asked this broker, and not heard yet?
    pub fn is_asking(&self, broker: BrokerId) -> bool {
        self.in_flight.is_some_and(|(_, asked)| asked == broker)
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
        self.update_needed = false;
        self.last_answer_us = Some(now_us);
        if self.known.as_ref().is_some_and(|known| known.metadata_offset > response.metadata_offset) {
            // Another broker that lags behind: what is known is newer.
            out.set_timer(Timer::MetadataAge, now_us + self.pace.backoff_us);
            return true;
        }
        let news = self.known.as_ref() != Some(response);
        self.known = Some(response.clone());
        let topics = response.topics.iter().filter(|topic| topic.error == ErrorCode::None);
        self.names.extend(topics.map(|topic| (topic.topic, topic.name.clone())));
        self.overrides.retain(|(partition, _, epoch)| {
            let topic = response.topics.iter().find(|topic| topic.topic == partition.topic);
            topic
                .and_then(|topic| topic.partitions.get(partition.partition as usize))
                .is_some_and(|state| state.leader_epoch < *epoch)
        });
        let has_leaders = |topic: &TopicMetadata| topic.partitions.iter().all(|state| state.leader.is_some());
        let complete = match self.wants_all {
            true => response.topics.iter().all(has_leaders),
            false => self.wanted.iter().all(|name| self.topic(name).is_some_and(has_leaders)),
        };
        let Pace { max_age_us, backoff_us, backoff_max_us } = self.pace;
        let wait_us = if complete {
            self.incomplete = 0;
            max_age_us
        } else {
            self.incomplete += 1;
            let factor = 1_u64 << (self.incomplete - 1).min(20);
            backoff_us.saturating_mul(factor).min(backoff_max_us.max(backoff_us)).min(max_age_us)
        };
        out.set_timer(Timer::MetadataAge, now_us + wait_us);
        if news {
            out.event(EventKind::MetadataRefreshed { metadata_offset: response.metadata_offset });
        }
        true
    }

    /// A broker closed the connection or refused one: it is left alone for a while, and metadata is asked for again.
    pub fn on_disconnect(&mut self, now_us: u64, broker: BrokerId, out: &mut Outbox) {
        let attempts = self.unreachable.get(&broker).map_or(1, |unreachable| unreachable.attempts + 1);
        let until_us = now_us + backoff_us(&mut self.random, attempts, RECONNECT_US, RECONNECT_MAX_US);
        self.unreachable.insert(broker, Unreachable { attempts, until_us });
        self.set_reconnect_timer(now_us, out);
        if self.is_asking(broker) {
            self.in_flight = None;
        }
        self.update_needed = false;
        out.set_timer(Timer::MetadataAge, now_us + self.pace.backoff_us);
    }

    /// When the next unreachable broker may be tried again.
    pub fn set_reconnect_timer(&mut self, now_us: u64, out: &mut Outbox) {
        let next = self.unreachable.values().map(|unreachable| unreachable.until_us).filter(|at_us| *at_us > now_us);
        if let Some(next_us) = next.min() {
            out.set_timer(Timer::Reconnect, next_us);
        }
    }
}

/// Exponential backoff with ±20 % jitter, never past its maximum (`ExponentialBackoff`).
pub fn backoff_us(random: &mut Random, attempts: u32, initial_us: u64, max_us: u64) -> u64 {
    let factor = 1_u64 << attempts.saturating_sub(1).min(20);
    random.jitter(initial_us.saturating_mul(factor).min(max_us), 20).min(max_us)
}
