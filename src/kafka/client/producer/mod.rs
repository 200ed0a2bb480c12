//! The producer: an application that calls `send`, an accumulator, and a sender.
//!
//! After `KafkaProducer`, `RecordAccumulator`, `Sender` and `TransactionManager`; reference §1, §2. Left out until the
//! failure issue: splitting of batches that are too large, transactions.

mod accumulator;
mod application;
mod compression;
mod idempotence;
mod sender;
#[cfg(test)]
mod tests;

pub use accumulator::{Accumulator, Batch};
pub use application::{Load, Waiting};

use crate::{
    kafka::{
        client::{
            metadata::{ClientMetadata, Pace},
            partitioner::{BuiltInPartitioner, RoundRobinPartitioner},
        },
        config::ProducerConfig,
        event::EventKind,
        ids::{BrokerId, Name},
        node::{Input, Outbox, Timer},
        protocol::{Channel, CorrelationId, ErrorCode, Message, Response},
    },
    sim::{Map, NodeId, Random},
};

/// A producer node.
#[derive(Clone, Debug, Hash)]
pub struct Producer {
    /// Its node.
    pub node: NodeId,
    /// `client.id`.
    pub name: Name,
    /// Its settings.
    pub config: ProducerConfig,
    /// What its application sends.
    pub load: Load,
    /// Paused by hand.
    pub paused: bool,
    /// What waits to be sent.
    pub accumulator: Accumulator,
    /// What became of its records.
    pub ledger: Ledger,
    /// The last error that the application was told.
    pub last_error: Option<ErrorCode>,
    metadata: ClientMetadata,
    topics: Map<Name, TopicState>,
    producer_id: ProducerIdState,
    idempotence: idempotence::Idempotence,
    in_flight: Map<BrokerId, Vec<InFlight>>,
    /// Connections that are being opened again, and the request that does it.
    opening: Map<BrokerId, CorrelationId>,
    /// Calls of `send` that block, oldest first.
    waiting: std::collections::VecDeque<Waiting>,
    closing: bool,
    closed: bool,
    correlation: CorrelationId,
    random: Random,
    keys_random: Random,
}

/// What became of records, counted; each record sent is in exactly one of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// Given to `send`.
    pub sent: u64,
    /// In the accumulator, or in a `send` that blocks.
    pub waiting: u64,
    /// In a request, or waiting to be sent again.
    pub in_flight: u64,
    /// Acknowledged.
    pub acknowledged: u64,
    /// Failed for good.
    pub failed: u64,
    /// Sent with acks=0.
    pub fire_and_forget: u64,
}

impl Ledger {
    /// Adds another producer's counts.
    pub fn add(&mut self, other: &Ledger) {
        self.sent += other.sent;
        self.waiting += other.waiting;
        self.in_flight += other.in_flight;
        self.acknowledged += other.acknowledged;
        self.failed += other.failed;
        self.fire_and_forget += other.fire_and_forget;
    }

    /// Does every record sent have exactly one state?
    pub fn adds_up(&self) -> bool {
        self.sent == self.waiting + self.in_flight + self.acknowledged + self.failed + self.fire_and_forget
    }
}

/// What a producer keeps for a topic.
#[derive(Clone, Debug, Hash)]
struct TopicState {
    sticky: BuiltInPartitioner,
    round_robin: RoundRobinPartitioner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ProducerIdState {
    /// Not idempotent.
    NotNeeded,
    Missing,
    Asked(CorrelationId, BrokerId),
    Known(u64),
}

/// A produce request under way.
#[derive(Clone, Debug, Hash)]
struct InFlight {
    correlation: CorrelationId,
    deadline_us: u64,
    batches: Vec<Batch>,
}

impl Producer {
    /// A producer that starts when told.
    pub fn new(
        seed: u64,
        node: NodeId,
        name: Name,
        config: ProducerConfig,
        load: Load,
        bootstrap: Vec<BrokerId>,
    ) -> Producer {
        let random = Random::new(seed, &format!("producer {name} {}", node.0));
        let keys_random = Random::new(seed, &format!("keys {name}"));
        let producer_id = match config.enable_idempotence {
            true => ProducerIdState::Missing,
            false => ProducerIdState::NotNeeded,
        };
        let pace = Pace {
            max_age_us: config.metadata_max_age_us,
            backoff_us: config.retry_backoff_us,
            backoff_max_us: config.retry_backoff_max_us,
        };
        let reconnects = Random::new(seed, &format!("reconnects {name} {}", node.0));
        let metadata = ClientMetadata::new(bootstrap, node.0, pace, reconnects);
        Producer {
            node,
            name,
            accumulator: Accumulator::new(&config),
            config,
            load,
            paused: false,
            ledger: Ledger::default(),
            last_error: None,
            metadata,
            topics: Map::new(),
            producer_id,
            idempotence: idempotence::Idempotence::default(),
            in_flight: Map::new(),
            opening: Map::new(),
            waiting: std::collections::VecDeque::new(),
            closing: false,
            closed: false,
            correlation: 0,
            random,
            keys_random,
        }
    }

    /// The application starts.
    pub fn start(&mut self, now_us: u64, out: &mut Outbox) {
        out.event(EventKind::ClientStarted);
        let topic = self.load.topic.clone();
        self.metadata.want(&topic);
        self.schedule_next_send(now_us, out);
        self.run_sender(now_us, out);
    }

    /// Sets its clock: what it stamps records with. Its timers are monotonic.
    pub fn set_clock(&mut self, ahead_us: i64) {
        self.accumulator.clock_ahead_us = ahead_us;
    }

    /// Is everything sent and answered after `close()`?
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Is it closing?
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    /// Calls of `send` that block.
    pub fn blocked(&self) -> usize {
        self.waiting.len()
    }

    /// The topics and keys of the calls of `send` that block, the oldest first.
    pub fn blocked_records(&self) -> impl Iterator<Item = (&Name, Option<&[u8]>)> {
        self.waiting.iter().map(|waiting| (&waiting.topic, waiting.key.as_deref()))
    }

    /// Metadata as it knows it.
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// The partition that unkeyed records of a topic stick to, and bytes produced to it.
    pub fn sticky(&self, topic: &str) -> Option<(i32, i32)> {
        let sticky = &self.topics.get(topic)?.sticky;
        Some((sticky.current()?, sticky.produced_bytes()))
    }

    /// The weights of the next choice of a sticky partition, and the counter of the round-robin partitioner's topic.
    pub fn partitioner_state(&self, topic: &str) -> Option<(&BuiltInPartitioner, &RoundRobinPartitioner)> {
        self.topics.get(topic).map(|state| (&state.sticky, &state.round_robin))
    }

    /// Batches under way or waiting to be answered, by broker.
    pub fn in_flight(&self) -> impl Iterator<Item = (BrokerId, &Batch)> {
        self.in_flight.iter().flat_map(|(broker, requests)| {
            requests.iter().flat_map(|request| &request.batches).map(|batch| (*broker, batch))
        })
    }

    /// Batches under way to one broker, those sent last first.
    pub fn in_flight_at(&self, broker: BrokerId) -> impl Iterator<Item = &Batch> {
        let requests = self.in_flight.get(&broker).into_iter().flatten();
        requests.rev().flat_map(|request| &request.batches)
    }

    /// One input.
    pub fn on(&mut self, now_us: u64, input: Input, out: &mut Outbox) {
        match input {
            Input::Timer(Timer::Application) => self.on_application_timer(now_us, out),
            Input::Timer(Timer::MetadataAge) => self.metadata.on_timer(),
            Input::Timer(Timer::RequestTimeout) => self.expire_requests(now_us, out),
            Input::Timer(Timer::Reconnect) => self.metadata.set_reconnect_timer(now_us, out),
            Input::Timer(_) => {}
            Input::Message { from, message: Message::Response(_, correlation, response) } => {
                self.on_response(now_us, BrokerId::from(from.0), correlation, response, out);
            }
            Input::Message { from, message: Message::Disconnect(channel, _) } => {
                debug_assert!(channel == Channel::Data, "a producer has one connection to a broker");
                self.on_disconnect(now_us, from.0, ErrorCode::NetworkException, out);
            }
            Input::Message { from, message: Message::Refused(_, correlation) } => {
                if self.is_waiting_for(from.0, correlation) {
                    self.on_disconnect(now_us, from.0, ErrorCode::NetworkException, out);
                }
            }
            Input::Message { message: Message::Request(..), .. } => unreachable!("nobody asks a producer"),
        }
        self.retry_waiting(now_us, out);
        self.run_sender(now_us, out);
    }

    fn on_response(
        &mut self,
        now_us: u64,
        from: BrokerId,
        correlation: CorrelationId,
        response: Response,
        out: &mut Outbox,
    ) {
        if self.is_waiting_for(from, correlation) {
            self.metadata.on_answer(from);
            self.opening.remove(&from);
        }
        match response {
            Response::Metadata(metadata) => {
                let taken = self.metadata.on_response(now_us, correlation, &metadata, out);
                taken.then(|| {
                    self.drop_unknown_topics();
                    self.follow_topics();
                });
            }
            Response::InitProducerId { error, producer_id } => {
                let asked = matches!(self.producer_id, ProducerIdState::Asked(asked, _) if asked == correlation);
                match error {
                    _ if !asked => {}
                    ErrorCode::None => self.producer_id = ProducerIdState::Known(producer_id),
                    _ => self.producer_id = ProducerIdState::Missing,
                }
            }
            Response::Produce(results) => self.on_produced(now_us, from, correlation, &results, out),
            _ => {}
        }
    }

    fn on_disconnect(&mut self, now_us: u64, broker: BrokerId, error: ErrorCode, out: &mut Outbox) {
        if matches!(self.producer_id, ProducerIdState::Asked(_, asked) if asked == broker) {
            self.producer_id = ProducerIdState::Missing;
        }
        self.opening.remove(&broker);
        let asked_for_metadata = self.metadata.is_asking(broker);
        self.metadata.on_disconnect(now_us, broker, out);
        if !asked_for_metadata {
            // Only a request for metadata that failed waits for its backoff
            // (`NetworkClient.DefaultMetadataUpdater.handleServerDisconnect`).
            self.metadata.invalidate(now_us, out);
        }
        for request in self.in_flight.remove(&broker).unwrap_or_default() {
            for batch in request.batches {
                self.failed_once(now_us, batch, error, None, out);
            }
        }
    }

    /// Has it asked this broker in this request, and not heard yet?
    fn is_waiting_for(&self, broker: BrokerId, correlation: CorrelationId) -> bool {
        let produces = self.in_flight.get(&broker).into_iter().flatten();
        self.metadata.is_waiting_for(broker, correlation)
            || self.producer_id == ProducerIdState::Asked(correlation, broker)
            || self.opening.get(&broker) == Some(&correlation)
            || produces.map(|request| request.correlation).any(|at| at == correlation)
    }

    /// Topics that were deleted and made again: what waits for them goes to those of the same name.
    fn follow_topics(&mut self) {
        let queues = self.accumulator.queues().map(|(partition, _)| partition);
        let moved: Vec<_> = queues.map(|from| (from, self.metadata.at_home(from))).filter(|(a, b)| a != b).collect();
        for (from, to) in moved {
            self.accumulator.move_to(from, to);
            self.idempotence.move_to(from, to);
        }
    }

    /// Partitions of a deleted topic are not sent to any more.
    fn drop_unknown_topics(&mut self) {
        let metadata = &self.metadata;
        self.topics.retain(|name, _| !metadata.has_heard_of(name) || metadata.topic(name).is_some());
    }
}
