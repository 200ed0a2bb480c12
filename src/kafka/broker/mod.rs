//! A node of the cluster: as a broker it leads and follows replicas and coordinates groups, as a voter it may be the active
//! controller. By its id it may be only that ([`Broker::is_broker`]).
//!
//! After `core/src/main/scala/kafka/server/{KafkaApis,ReplicaManager}` and `core/.../cluster/Partition`. It acts on
//! the metadata that it has applied itself, which trails the controller's. Left out: disks that fail, fetch sessions
//! (KIP-227: a fetch names all its partitions every time, which costs nothing here).

mod connections;
mod control;
mod fetch;
mod fetcher;
mod groups;
mod leader;
mod metadata;
mod offsets;
mod out_of_range;
mod produce;
mod replica;
mod storage;

pub use connections::Handle;
pub use replica::{FollowerState, LeaderState, Replica, Role};

use std::sync::Arc;

use crate::{
    kafka::{
        config::{BrokerConfig, TopicConfig},
        controller::{Controller, not_controller_for, quorum::Quorum},
        coordinator::{GroupCoordinator, MemberTimer},
        event::EventKind,
        ids::{BrokerId, Name, TopicIdPartition, is_controller_only},
        limits,
        metadata::{MetadataDelta, MetadataImage},
        node::{Input, Outbox, Timer},
        protocol::{Asker, Channel, ErrorCode, Message, Request, Response},
    },
    sim::{Map, NodeId, Random, Set, clock_us},
};
use connections::Connections;

/// Time that the disk takes for an append, before jitter.
const APPEND_US: u64 = 200;
/// Jitter of the disk.
const APPEND_JITTER_PERCENT: u64 = 25;

/// What the process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// Running, not registered with the active controller yet.
    Starting,
    /// Running and registered.
    Running,
    /// Asked to stop: in controlled shutdown.
    Stopping,
    /// Not running, after a controlled shutdown.
    Stopped,
    /// Not running, killed.
    Crashed,
}

/// A node of the cluster.
#[derive(Clone, Debug, Hash)]
pub struct Broker {
    /// `node.id`.
    pub id: BrokerId,
    /// `broker.rack`.
    pub rack: Option<Name>,
    /// What its process is doing.
    pub process: Process,
    /// Has it registered and taken up its roles since its process began?
    serves: bool,
    /// When it was asked to stop.
    stop_asked_us: u64,
    /// The clean shutdown file: the broker epoch of the process that stopped in an orderly way. On disk; the next process
    /// takes it away when it opens its logs, not before (`LogManager.loadLogs`).
    clean_shutdown: Option<u64>,
    /// The metadata quorum's part of it.
    pub quorum: Quorum,
    /// The controller, active only on the quorum's leader.
    pub controller: Controller,
    /// The metadata that it has applied.
    pub image: MetadataImage,
    /// Groups that it coordinates.
    pub groups: GroupCoordinator,
    config: BrokerConfig,
    topic_configs: Map<crate::kafka::ids::TopicId, Arc<TopicConfig>>,
    replicas: Map<TopicIdPartition, Box<Replica>>,
    disk: Random,
    /// How many times as long as usual the disk takes.
    disk_times: u32,
    /// How far its clock is ahead of true time.
    clock_ahead_us: i64,
    connections: Connections,
    /// Work given to the disk, by number.
    appends: Map<u64, produce::Append>,
    next_append: u64,
    parked: Map<u64, fetch::Parked>,
    next_parked: u64,
    delayed_produces: Map<u64, produce::DelayedProduce>,
    delayed_writes: Vec<groups::DelayedWrite>,
    next_write: u64,
    storage: storage::Storage,
    fetchers: Map<BrokerId, fetcher::Fetcher>,
    control: control::Control,
    next_correlation: u32,
    producer_ids_given: u64,
    /// Replicas that this broker led when it applied metadata last; to find what changed.
    led: Set<TopicIdPartition>,
}

impl Broker {
    /// A broker that has applied `records` already; it starts when told.
    pub fn new(seed: u64, id: BrokerId, rack: Option<Name>, quorum: Quorum, records: &[MetadataDelta]) -> Broker {
        let mut image = MetadataImage::default();
        records.iter().for_each(|record| image.apply(record));
        let controller = Controller::new(seed, id, image.clone());
        let mut broker = Broker {
            id,
            rack,
            process: Process::Starting,
            serves: false,
            stop_asked_us: 0,
            clean_shutdown: None,
            quorum,
            controller,
            image,
            groups: GroupCoordinator::new(seed, id),
            config: BrokerConfig::default(),
            topic_configs: Map::new(),
            replicas: Map::new(),
            disk: Random::new(seed, &format!("disk {id}")),
            disk_times: 1,
            clock_ahead_us: 0,
            connections: Connections::default(),
            appends: Map::new(),
            next_append: 0,
            parked: Map::new(),
            next_parked: 0,
            delayed_produces: Map::new(),
            delayed_writes: Vec::new(),
            next_write: 0,
            storage: storage::Storage::default(),
            fetchers: Map::new(),
            control: control::Control::default(),
            next_correlation: 0,
            producer_ids_given: 0,
            led: Set::new(),
        };
        broker.refresh_config();
        broker
    }

    /// A replica that it holds.
    pub fn replica(&self, partition: TopicIdPartition) -> Option<&Replica> {
        self.replicas.get(&partition).map(Box::as_ref)
    }

    /// All replicas that it holds, by partition.
    pub fn replicas(&self) -> impl Iterator<Item = (TopicIdPartition, &Replica)> {
        self.replicas.iter().map(|(partition, replica)| (*partition, replica.as_ref()))
    }

    /// Its settings.
    pub fn config(&self) -> &BrokerConfig {
        &self.config
    }

    /// Is it a broker, and not only a controller (`process.roles`)? Who is only a controller registers nowhere, holds no
    /// replicas and serves no clients.
    pub fn is_broker(&self) -> bool {
        !is_controller_only(self.id)
    }

    /// Is the process there?
    pub fn is_up(&self) -> bool {
        !matches!(self.process, Process::Stopped | Process::Crashed)
    }

    /// Does it take requests on such a connection? Clients and followers only once it has registered and caught up.
    pub fn listens_on(&self, channel: Channel) -> bool {
        self.serves || matches!(channel, Channel::Control | Channel::Quorum)
    }

    /// Does this broker lead the partition, as far as it knows?
    pub fn leads(&self, partition: TopicIdPartition) -> bool {
        self.replicas.get(&partition).is_some_and(|replica| matches!(replica.role, Role::Leader(_)))
    }

    /// Requests that are not answered yet: to whom, where, which.
    pub fn asked(&self) -> Vec<(BrokerId, Channel, u32)> {
        let fetches = self.fetchers.iter().filter_map(|(leader, fetcher)| Some((*leader, fetcher.asked()?)));
        let fetches = fetches.map(|(leader, at)| (leader, Channel::Replication, at));
        let control = self.control.asked().map(|(controller, at)| (controller, Channel::Control, at));
        let quorum = self.quorum.fetch_in_flight.map(|(voter, at)| (voter, Channel::Quorum, at));
        fetches.chain(control).chain(quorum).collect()
    }

    /// The process starts. `registered`: the world begins with this broker registered and unfenced.
    pub fn start(&mut self, now_us: u64, registered: bool, out: &mut Outbox) {
        let is_ready = registered || !self.is_broker();
        self.process = if is_ready { Process::Running } else { Process::Starting };
        let config = self.config.clone();
        self.quorum.start(now_us, &config, out);
        if registered && self.quorum.is_leader() {
            self.control.active_epoch = self.quorum.epoch();
            self.controller.activate(now_us, self.control.active_epoch, self.image.clone());
            self.watch_sessions(now_us, out);
        }
        if !self.is_broker() {
            self.settle(now_us, out);
        } else if registered {
            self.control.broker_epoch = self.image.brokers.get(&self.id).map_or(0, |state| state.epoch);
            self.begin_to_serve(now_us, out);
            // Heartbeats of brokers that start together do not all fall on one microsecond.
            let interval_us = config.broker_heartbeat_interval_us;
            out.set_timer(Timer::BrokerHeartbeat, now_us + 100_000 * u64::from(self.id) % interval_us);
        } else {
            out.set_timer(Timer::Registration, now_us + config.initial_broker_registration_timeout_us);
            out.set_timer(Timer::BrokerHeartbeat, now_us);
            self.settle(now_us, out);
        }
    }

    /// Takes up its roles, and listens to clients and followers. A process that has just started waits with that until
    /// it has registered and applied the metadata up to its registration, which has ended the reigns of the process
    /// before it: what it knew of its ISRs is gone, so it must not lead on in the same epoch (`BrokerServer.startup`).
    fn begin_to_serve(&mut self, now_us: u64, out: &mut Outbox) {
        self.serves = true;
        self.clean_shutdown = None;
        out.set_timer(Timer::IsrCheck, now_us + self.config.replica_lag_time_max_us / 2);
        self.begin_storage(now_us, out);
        self.apply_roles(now_us, out);
    }

    /// The application is asked to stop: controlled shutdown begins with the next heartbeat, which is now. A broker that
    /// has not registered yet has nothing to hand over, nor has a node that is only a controller.
    pub fn begin_stop(&mut self, now_us: u64, out: &mut Outbox) {
        self.stop_asked_us = now_us;
        if self.process == Process::Starting || !self.is_broker() {
            self.process = Process::Stopped;
            out.event(EventKind::BrokerStopped);
            return;
        }
        self.process = Process::Stopping;
        out.set_timer(Timer::BrokerHeartbeat, now_us);
    }

    /// The process is gone. What was in memory is lost; logs and the quorum's state stay on disk.
    pub fn end(&mut self, process: Process) {
        self.process = process;
        self.serves = false;
        self.quorum.stop();
        self.controller.deactivate();
        self.groups.clear();
        self.connections = Connections::default();
        self.appends.clear();
        self.parked.clear();
        self.delayed_produces.clear();
        self.delayed_writes.clear();
        self.storage = storage::Storage::default();
        self.fetchers.clear();
        self.control = control::Control::default();
        self.led.clear();
        for replica in self.replicas.values_mut() {
            replica.role = Role::Offline;
        }
    }

    /// How many times as long as usual its disk takes.
    pub fn disk_times(&self) -> u32 {
        self.disk_times
    }

    /// Makes its disk slow, or as fast as before.
    pub fn set_disk_times(&mut self, times: u32) {
        self.disk_times = times;
    }

    /// How far its clock is ahead of true time.
    pub fn clock_ahead_us(&self) -> i64 {
        self.clock_ahead_us
    }

    /// Sets its clock. Its timers are monotonic, so only timestamps are concerned: what it compares them with.
    pub fn set_clock(&mut self, now_us: u64, ahead_us: i64, out: &mut Outbox) {
        self.clock_ahead_us = ahead_us;
        if self.serves {
            self.plan_all_storage(now_us, out);
        }
    }

    /// What its clock shows.
    pub fn clock_us(&self, now_us: u64) -> u64 {
        clock_us(now_us, self.clock_ahead_us)
    }

    /// Loses what is in its `log.dirs`, while it does not run. The metadata log is on a disk of its own
    /// (`metadata.log.dir`). Returns how many replicas are gone.
    pub fn wipe_disk(&mut self) -> u32 {
        // The proof of a clean shutdown lay there too.
        self.clean_shutdown = None;
        std::mem::take(&mut self.replicas).len() as u32
    }

    /// One input.
    pub fn on(&mut self, now_us: u64, input: Input, out: &mut Outbox) {
        match input {
            Input::Message { from, message: Message::Request(channel, correlation, request) } => {
                let handle = Handle { node: from, channel, correlation };
                if let Some(request) = self.connections.accept(handle, request) {
                    self.on_request(now_us, handle, request, out);
                    self.serve_queued(now_us, out);
                }
            }
            Input::Message { from, message: Message::Response(channel, correlation, response) } => {
                self.on_response(now_us, from, channel, correlation, response, out);
                self.serve_queued(now_us, out);
            }
            Input::Message { from, message: Message::Disconnect(channel, asker) } => {
                self.on_disconnect(now_us, from, channel, asker, out);
            }
            Input::Message { from, message: Message::Refused(channel, correlation) } => {
                self.on_refused(now_us, from.0, channel, correlation, out);
            }
            Input::Timer(timer) => {
                self.on_timer(now_us, timer, out);
                self.serve_queued(now_us, out);
            }
        }
        self.settle(now_us, out);
    }

    /// Takes up requests whose connection has become free.
    fn serve_queued(&mut self, now_us: u64, out: &mut Outbox) {
        while let Some((handle, request)) = self.connections.next_ready() {
            self.on_request(now_us, handle, request, out);
        }
    }

    fn on_request(&mut self, now_us: u64, handle: Handle, request: Request, out: &mut Outbox) {
        let response = match &request {
            Request::Metadata { topics } => {
                let response = self.image.respond(topics.as_deref());
                Some(Response::Metadata(response.into()))
            }
            Request::InitProducerId => {
                // Kafka takes blocks of a thousand ids from the controller; here each broker knows its own blocks.
                self.producer_ids_given += 1;
                let (block, rest) = (self.producer_ids_given / 1_000, self.producer_ids_given % 1_000);
                let producer_id = (block * (limits::BROKERS.max + 1) + u64::from(self.id)) * 1_000 + rest;
                Some(Response::InitProducerId { error: ErrorCode::None, producer_id })
            }
            Request::Produce { acks, timeout_us, batches } => {
                self.on_produce(now_us, handle, *acks, *timeout_us, batches.clone(), out);
                None
            }
            Request::Fetch(fetch) => {
                self.on_fetch(now_us, handle, fetch.clone(), out);
                None
            }
            Request::ListOffsets { replica, partitions, timestamp } => {
                Some(self.list_offsets(*replica, partitions, *timestamp))
            }
            Request::OffsetForLeaderEpoch(asked) => Some(self.ends_of_epochs(asked)),
            Request::DeleteRecords { partition, offset, timeout_us } => {
                self.on_delete_records(now_us, handle, *partition, *offset, *timeout_us, out);
                None
            }
            Request::FindCoordinator { .. }
            | Request::JoinGroup(_)
            | Request::SyncGroup { .. }
            | Request::Heartbeat { .. }
            | Request::LeaveGroup { .. }
            | Request::OffsetCommit { .. }
            | Request::OffsetFetch { .. }
            | Request::DeleteGroups { .. }
            | Request::ConsumerGroupHeartbeat(_) => {
                self.on_group_request(now_us, handle, request, out);
                None
            }
            Request::Vote { .. } | Request::BeginQuorumEpoch { .. } | Request::FetchMetadataLog { .. } => {
                let config = self.config.clone();
                self.quorum.on_request(now_us, &config, handle, &request, out)
            }
            _ if self.quorum.is_leader() => {
                let config = self.config.clone();
                self.controller.handle(now_us, &config, handle, &request, out);
                None
            }
            other => Some(not_controller_for(other)),
        };
        if let Some(response) = response {
            self.answer(handle, response, out);
        }
    }

    fn on_response(
        &mut self,
        now_us: u64,
        from: NodeId,
        channel: Channel,
        correlation: u32,
        response: Response,
        out: &mut Outbox,
    ) {
        match channel {
            Channel::Quorum => {
                let config = self.config.clone();
                self.quorum.on_response(now_us, &config, from.0, correlation, &response, out);
            }
            Channel::Control => self.on_control_response(now_us, from.0, correlation, response, out),
            _ => self.on_replica_response(now_us, from.0, correlation, response, out),
        }
    }

    fn on_disconnect(&mut self, now_us: u64, from: NodeId, channel: Channel, asker: Asker, out: &mut Outbox) {
        if asker.is_none_or(|asker| asker == from) {
            // A client or follower that is gone: nothing to answer on that connection any more.
            self.connections.close(from, channel);
            self.parked.retain(|_, parked| parked.handle.node != from || parked.handle.channel != channel);
            if channel == Channel::Replication {
                self.forget_session(from.0);
            }
        }
        if asker == Some(from) {
            return;
        }
        match channel {
            Channel::Quorum => self.quorum.on_disconnect(now_us, from.0, out),
            Channel::Control => self.on_control_lost(now_us, from.0, None, out),
            Channel::Replication => self.on_replica_disconnect(now_us, from.0, None, out),
            Channel::Data | Channel::Coordinator => {}
        }
    }

    /// A request of this broker was not taken.
    fn on_refused(&mut self, now_us: u64, peer: BrokerId, channel: Channel, correlation: u32, out: &mut Outbox) {
        match channel {
            Channel::Quorum => self.quorum.on_refused(now_us, peer, correlation, out),
            Channel::Control => self.on_control_lost(now_us, peer, Some(correlation), out),
            _ => self.on_replica_disconnect(now_us, peer, Some(correlation), out),
        }
    }

    fn on_timer(&mut self, now_us: u64, timer: Timer, out: &mut Outbox) {
        let config = self.config.clone();
        match timer {
            Timer::AppendDone(number) => self.on_append_done(now_us, number, out),
            Timer::FetchWait(number) => self.on_fetch_wait(number, out),
            Timer::ProduceTimeout(number) => self.on_produce_timeout(number, out),
            Timer::ReplicaFetch(leader) => self.on_fetch_pause_over(now_us, leader, out),
            Timer::BrokerHeartbeat => self.send_heartbeat(now_us, out),
            Timer::Registration => self.give_up_registration(out),
            Timer::IsrCheck => self.check_isrs(now_us, out),
            Timer::AlterPartition => self.ask_for_isrs_again(now_us, out),
            Timer::OffsetExpiry => self.on_offset_expiry(now_us, out),
            Timer::RetentionCheck => self.check_retention(now_us, out),
            Timer::Cleaner => self.clean_logs(now_us, out),
            Timer::DeleteRecordsTimeout(number) => self.on_delete_records_timeout(number, out),
            Timer::WriteTimeout(number) => self.on_write_timeout(now_us, number, out),
            Timer::Rebalance(group) => self.on_group_timer(now_us, group, None, out),
            Timer::Session(group, member) => self.on_group_timer(now_us, group, Some(member), out),
            Timer::MemberSession(group, member) => {
                self.on_member_timer(now_us, (group, member), MemberTimer::Session, out);
            }
            Timer::Revocation(group, member) => {
                self.on_member_timer(now_us, (group, member), MemberTimer::Revocation, out);
            }
            Timer::MemberJoin(group, member) => {
                self.on_member_timer(now_us, (group, member), MemberTimer::Join, out);
            }
            Timer::MemberSync(group, member) => {
                self.on_member_timer(now_us, (group, member), MemberTimer::Sync, out);
            }
            Timer::RegexRefresh(group) => self.on_regex_timer(now_us, group, out),
            Timer::BrokerSession => self.watch_sessions(now_us, out),
            Timer::Election => self.quorum.on_election_timer(now_us, &config, out),
            Timer::QuorumFetch => self.quorum.on_fetch_timer(now_us, out),
            Timer::QuorumFetchWait(replica) => self.quorum.on_fetch_wait(replica, out),
            Timer::Application
            | Timer::Sender
            | Timer::Heartbeat
            | Timer::Retry
            | Timer::Reconnect
            | Timer::AutoCommit
            | Timer::MetadataAge
            | Timer::RequestTimeout
            | Timer::Close
            | Timer::PollInterval
            | Timer::PartitionRetry
            | Timer::Connection => unreachable!("a client's timer"),
        }
    }

    /// Answers a request and frees its connection.
    fn answer(&mut self, handle: Handle, response: Response, out: &mut Outbox) {
        handle.respond(response, out);
        self.connections.done(handle);
    }

    /// What follows from any input: the controller's records go to the quorum's log, what the quorum has committed is
    /// applied, and answers that waited for it go out.
    fn settle(&mut self, now_us: u64, out: &mut Outbox) {
        if self.quorum.is_leader() {
            if self.control.active_epoch != self.quorum.epoch() {
                self.become_controller(now_us, out);
            }
            let records = std::mem::take(&mut self.controller.outgoing);
            if !records.is_empty() {
                self.quorum.append(records, out);
            }
        } else if self.control.active_epoch != 0 {
            self.control.active_epoch = 0;
            out.clear_timer(Timer::BrokerSession);
            for (handle, response) in self.controller.deactivate() {
                handle.respond(response, out);
            }
        }
        self.apply_committed(now_us, out);
        self.finish_starting(now_us, out);
        if self.quorum.is_leader() {
            for (handle, response) in self.controller.committed(self.quorum.high_watermark()) {
                handle.respond(response, out);
            }
        }
    }

    /// This node was elected: the controller takes over with what the log holds, and begins its epoch with a record.
    fn become_controller(&mut self, now_us: u64, out: &mut Outbox) {
        self.control.active_epoch = self.quorum.epoch();
        let mut image = self.image.clone();
        for offset in image.offset..self.quorum.log().len() {
            if let Some((_, record)) = self.quorum.log().get(offset) {
                image.apply(record);
            }
        }
        self.controller.activate(now_us, self.control.active_epoch, image);
        self.quorum.append(vec![MetadataDelta::LeaderChange { leader: self.id }], out);
        self.controller.image.apply(&MetadataDelta::LeaderChange { leader: self.id });
        self.watch_sessions(now_us, out);
    }

    fn correlation(&mut self) -> u32 {
        self.next_correlation += 1;
        self.next_correlation
    }

    /// Tells that a partition was refused.
    fn refuse(&self, partition: TopicIdPartition, error: ErrorCode, out: &mut Outbox) -> ErrorCode {
        out.event(EventKind::AppendRefused { partition, error });
        error
    }
}
