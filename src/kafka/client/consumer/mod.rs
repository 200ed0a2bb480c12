//! The consumer: an application that polls, the membership of its group, and a fetcher.
//!
//! After `ClassicKafkaConsumer`, `AsyncKafkaConsumer`, `AbstractCoordinator`, `ConsumerCoordinator` and `Fetcher`;
//! reference §6 to §8.

mod application;
mod closing;
mod commit;
mod fetcher;
mod heartbeat;
mod leader;
mod membership;
mod modern;
mod positions;
mod read_replica;
mod subscription;
#[cfg(test)]
mod tests;
mod validation;

pub use application::{App, Failure};
use closing::Closing;
use commit::CommitFor;
pub use fetcher::Completed;
pub use leader::{Computed, StickyComputed};
pub use membership::Membership;
pub use modern::{ClientState, Modern};
pub use read_replica::{LeftReadReplica, ReadReplica};

use std::{collections::VecDeque, sync::Arc};

use crate::{
    kafka::{
        client::metadata::{ClientMetadata, Pace},
        config::ConsumerConfig,
        event::EventKind,
        ids::{BrokerId, Name, TopicIdPartition},
        node::{Input, Outbox, Timer},
        pattern::TopicPattern,
        protocol::{Assignment, Channel, CorrelationId, FetchPartition, JoinGroupResponse, Message, Response},
    },
    sim::{Map, NodeId, Random, Rare},
};

/// A consumer node.
#[derive(Clone, Debug, Hash)]
pub struct Consumer {
    /// Its node.
    pub node: NodeId,
    /// `client.id`.
    pub name: Name,
    /// `group.id`.
    pub group: Option<Name>,
    /// Topics that it subscribes to; empty with `assign`.
    pub topics: Vec<Name>,
    /// The pattern by which it subscribes; one that the client resolves decides over `topics`.
    pub pattern: Option<TopicPattern>,
    /// Partitions that it assigns itself, by topic name; empty with `subscribe`.
    pub assign: Vec<(Name, i32)>,
    /// Its settings.
    pub config: ConsumerConfig,
    /// Processing time of one record.
    pub processing_us: u64,
    /// Paused by hand: `pause()` of all its partitions.
    pub paused: bool,
    /// Its application hangs and does not `poll`.
    pub stalled: bool,
    /// What its application does.
    pub app: App,
    /// Where it stands in its group, by the classic protocol.
    pub membership: Membership,
    /// Where it stands in its group, by the consumer protocol.
    pub modern: Modern,
    /// Member id: given by the coordinator, or made by the client itself in the consumer protocol.
    pub member_id: Name,
    /// Generation, or member epoch in the consumer protocol; −1 for none.
    pub generation: i32,
    /// Does it compute the group's assignment?
    pub is_leader: bool,
    /// The assignor that its group has chosen.
    pub protocol: Option<Name>,
    /// As leader: how the last assignment came about, for *Why?*.
    pub computed: Option<Arc<Computed>>,
    /// Records that `poll` has returned.
    pub records_consumed: u64,
    /// The last error that the application was told.
    pub last_error: Option<Failure>,
    /// What it gets at its next poll.
    failure: Option<Failure>,
    partitions: Map<TopicIdPartition, PartitionProgress>,
    completed: VecDeque<Completed>,
    fetches: Map<BrokerId, (CorrelationId, Arc<[FetchPartition]>)>,
    metadata: ClientMetadata,
    coordinator: Option<BrokerId>,
    pending: Map<CorrelationId, Pending>,
    remembered: subscription::Remembered,
    /// As leader: the topics of the whole group, and what it last assigned from.
    group_topics: Vec<Name>,
    assigned_from: leader::Snapshot,
    /// As leader: the answer to its join, while it waits for metadata.
    leading: Option<Box<JoinGroupResponse>>,
    /// The answer to its JoinGroup, until the application polls.
    joined: Option<(CorrelationId, Box<JoinGroupResponse>)>,
    /// The answer to its SyncGroup, until the application polls.
    assignment: Option<Assignment>,
    rejoin_needed: bool,
    /// The topics that it told its group when it joined last.
    joined_topics: Vec<Name>,
    /// Before it joins it has to commit and to give up what it must.
    join_unprepared: bool,
    heartbeat_in_flight: bool,
    next_heartbeat_us: u64,
    /// Not before: the next attempt to find the coordinator, to join or to reset.
    retry_at_us: u64,
    next_auto_commit_us: u64,
    last_auto_commit_us: u64,
    /// Has `poll` returned records since the last automatic commit?
    returned_since_commit: bool,
    /// A commit by hand is asked for, and tried until then.
    commit_until_us: Option<u64>,
    /// Fetches so far; with [`PartitionProgress::last_fetched`] the order in which partitions are asked for.
    fetch_count: u64,
    last_poll_us: u64,
    closing: Closing,
    closed: bool,
    correlation: CorrelationId,
    random: Random,
    attempts: u32,
    clock_ahead_us: i64,
}

/// One partition in its hands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PartitionProgress {
    /// What it waits for.
    state: FetchState,
    /// Next offset that `poll` returns, once known.
    pub position: Option<i64>,
    /// Leader epoch of the last record returned, −1 for none.
    pub epoch: i32,
    /// Committed offset as far as this consumer knows.
    pub committed: Option<i64>,
    /// The leader that it is read from, and its epoch: that of the metadata when the position was set or checked.
    current_leader: Option<(BrokerId, i32)>,
    /// High watermark in the last answer, −1 before.
    pub high_watermark: i64,
    /// Paused by the application; forgotten when it is given up.
    pub paused: bool,
    /// The follower that it is read from, as its leader advised.
    pub read_replica: Rare<Option<ReadReplica>>,
    /// No broker is asked for its position, or about it, before (`nextRetryTimeMs`).
    ask_after_us: u64,
    /// The request in which that was asked last; 0 if the answer means nothing any more.
    asked: CorrelationId,
    /// Which of the answers to fetches brought its last records.
    last_fetched: u64,
    /// Not fetched before, after an error.
    fetch_after_us: u64,
    /// It is being given up: nothing more is fetched or handed out of it.
    revoking: bool,
}

/// What a partition waits for before it is read (`SubscriptionState.FetchStates`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum FetchState {
    /// The committed offset.
    #[default]
    Initializing,
    /// A position by `auto.offset.reset`. `out_of_range`: because the old one was outside the log.
    AwaitReset { out_of_range: bool },
    /// The word of another leader that what was read is still in its log (KIP-320).
    AwaitValidation,
    /// The application, which is to be told that it is not, as there is no `auto.offset.reset`.
    Truncated,
    /// Nothing.
    Fetching,
}

/// What an answer is to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Pending {
    FindCoordinator { of: BrokerId },
    Join,
    Sync,
    Heartbeat { generation: i32 },
    Commit { what_for: CommitFor, generation: i32 },
    OffsetFetch,
    ListOffsets { of: BrokerId },
    EndsOfEpochs { of: BrokerId },
    Leave,
    MemberHeartbeat,
    Ignored,
}

impl Consumer {
    /// A consumer that starts when told.
    #[expect(clippy::too_many_arguments, reason = "what a consumer is given from outside")]
    pub fn new(
        seed: u64,
        node: NodeId,
        name: Name,
        group: Option<Name>,
        topics: Vec<Name>,
        assign: Vec<(Name, i32)>,
        config: ConsumerConfig,
        processing_us: u64,
        bootstrap: Vec<BrokerId>,
    ) -> Consumer {
        let pace = Pace {
            max_age_us: config.metadata_max_age_us,
            backoff_us: config.retry_backoff_us,
            backoff_max_us: config.retry_backoff_max_us,
        };
        let reconnects = Random::new(seed, &format!("reconnects {name} {}", node.0));
        let metadata = ClientMetadata::new(bootstrap, node.0, pace, reconnects);
        let member_id = modern::member_id(&config, seed, &name, node.0);
        Consumer {
            node,
            random: Random::new(seed, &format!("consumer {name} {}", node.0)),
            name,
            group,
            topics: subscription::set(topics),
            pattern: None,
            assign,
            config,
            processing_us,
            paused: false,
            stalled: false,
            app: App::Polling,
            membership: Membership::Unjoined,
            modern: Modern::new(),
            member_id,
            generation: -1,
            is_leader: false,
            protocol: None,
            computed: None,
            records_consumed: 0,
            last_error: None,
            failure: None,
            partitions: Map::new(),
            completed: VecDeque::new(),
            fetches: Map::new(),
            metadata,
            coordinator: None,
            pending: Map::new(),
            remembered: subscription::Remembered::default(),
            group_topics: Vec::new(),
            assigned_from: Vec::new(),
            leading: None,
            joined: None,
            assignment: None,
            rejoin_needed: true,
            joined_topics: Vec::new(),
            join_unprepared: true,
            heartbeat_in_flight: false,
            next_heartbeat_us: 0,
            retry_at_us: 0,
            next_auto_commit_us: 0,
            last_auto_commit_us: 0,
            returned_since_commit: false,
            commit_until_us: None,
            fetch_count: 0,
            last_poll_us: 0,
            closing: Closing::No,
            closed: false,
            correlation: 0,
            attempts: 0,
            clock_ahead_us: 0,
        }
    }

    /// One that subscribes by a pattern, if there is one.
    pub fn with_pattern(self, pattern: Option<TopicPattern>) -> Consumer {
        Consumer { pattern, ..self }
    }

    /// The application starts: it subscribes or assigns, and polls.
    pub fn start(&mut self, now_us: u64, out: &mut Outbox) {
        out.event(EventKind::ClientStarted);
        self.tell_pattern(out);
        for topic in self.topics.iter().chain(self.assign.iter().map(|(topic, _)| topic)) {
            self.metadata.want(topic);
        }
        self.next_auto_commit_us = now_us + self.config.auto_commit_interval_us;
        self.last_poll_us = now_us;
        if self.is_modern() {
            self.on_poll_interval(now_us, out);
        }
        self.metadata.poll(now_us, &mut self.correlation, out);
        self.poll(now_us, out);
    }

    /// Sets its clock: from where `by_duration` counts back. Its timers are monotonic.
    pub fn set_clock(&mut self, ahead_us: i64) {
        self.clock_ahead_us = ahead_us;
    }

    /// What it owns.
    pub fn partitions(&self) -> &Map<TopicIdPartition, PartitionProgress> {
        &self.partitions
    }

    /// Its coordinator, once found.
    pub fn coordinator(&self) -> Option<BrokerId> {
        self.coordinator
    }

    /// Metadata as it knows it.
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// Records that it has fetched and not returned from `poll`.
    pub fn buffered(&self) -> usize {
        self.completed.iter().map(Completed::records_left).sum()
    }

    /// When its application last called `poll`.
    pub fn last_poll_us(&self) -> u64 {
        self.last_poll_us
    }

    /// Has it closed?
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Is it closing?
    pub fn is_closing(&self) -> bool {
        self.closing > Closing::No
    }

    /// Is a fetch under way to some broker?
    pub fn is_fetching(&self) -> bool {
        !self.fetches.is_empty()
    }

    /// Requests that may wait long for their answers: to whom, where, which.
    pub fn asked(&self) -> Vec<(BrokerId, Channel, CorrelationId)> {
        let fetches = self.fetches.iter().map(|(broker, (at, _))| (*broker, Channel::Data, *at));
        let is_for_group = |pending: &Pending| {
            !matches!(pending, Pending::FindCoordinator { .. } | Pending::Ignored) && !pending.is_about_positions()
        };
        let to_group = self.pending.iter().filter(|(_, pending)| is_for_group(pending)).map(|(at, _)| *at);
        let to_group = to_group.filter_map(|at| Some((self.coordinator?, Channel::Coordinator, at)));
        fetches.chain(to_group).collect()
    }

    /// One input.
    pub fn on(&mut self, now_us: u64, input: Input, out: &mut Outbox) {
        if self.closed {
            return;
        }
        match input {
            Input::Timer(Timer::Application) => self.on_processed(now_us, out),
            Input::Timer(Timer::Heartbeat) if self.is_modern() => {}
            Input::Timer(Timer::PollInterval) => self.on_poll_interval(now_us, out),
            Input::Timer(Timer::Heartbeat) => self.on_heartbeat_timer(now_us, out),
            Input::Timer(Timer::MetadataAge) => self.metadata.on_timer(),
            Input::Timer(Timer::Reconnect) => self.metadata.set_reconnect_timer(now_us, out),
            Input::Timer(Timer::Close) => self.on_close_timeout(out),
            Input::Timer(_) => {}
            Input::Message { from, message: Message::Response(_, correlation, response) } => {
                self.on_response(now_us, from.0, correlation, response, out);
            }
            Input::Message { from, message: Message::Disconnect(channel, _) } => {
                self.on_disconnect(now_us, from.0, channel, out);
            }
            Input::Message { from, message: Message::Refused(channel, correlation) } => {
                if self.has_asked(from.0, correlation) {
                    self.on_disconnect(now_us, from.0, channel, out);
                }
            }
            Input::Message { message: Message::Request(..), .. } => unreachable!("nobody asks a consumer"),
        }
        self.take_joined(now_us, out);
        self.metadata.poll(now_us, &mut self.correlation, out);
        self.poll(now_us, out);
        self.run_background(now_us, out);
        self.run_heartbeat_thread(now_us, out);
    }

    fn on_response(
        &mut self,
        now_us: u64,
        from: BrokerId,
        correlation: CorrelationId,
        response: Response,
        out: &mut Outbox,
    ) {
        self.metadata.on_answer(from);
        match response {
            Response::Metadata(metadata) => {
                if self.metadata.on_response(now_us, correlation, &metadata, out) {
                    self.follow_topics();
                    self.check_leaders();
                    self.match_pattern(out);
                    self.go_on_leading(out);
                    self.notice_metadata();
                    if !self.is_modern() && self.membership == Membership::Stable && self.has_unnamed() {
                        self.rejoin_needed = true;
                    }
                    if self.is_modern() {
                        self.look_for_leaders(now_us, out);
                    }
                }
                return;
            }
            Response::Fetch(results) => {
                if self.fetches.get(&from).is_some_and(|(asked, _)| *asked == correlation)
                    && let Some((_, asked)) = self.fetches.remove(&from)
                {
                    self.on_fetched(now_us, &asked, &results, out);
                }
                return;
            }
            _ => {}
        }
        let Some(pending) = self.pending.remove(&correlation) else { return };
        match (pending, response) {
            (Pending::FindCoordinator { .. }, Response::FindCoordinator { error, coordinator }) => {
                self.on_coordinator(now_us, error, coordinator, out);
            }
            (Pending::Join, Response::JoinGroup(join)) => {
                self.pending.insert(correlation, Pending::Join);
                self.joined = Some((correlation, join));
            }
            (Pending::Sync, Response::SyncGroup { error, assignment }) => {
                self.on_synced(now_us, error, &assignment, out);
            }
            (Pending::MemberHeartbeat, Response::ConsumerGroupHeartbeat(answer)) => {
                self.on_member_heartbeat(now_us, *answer, out);
            }
            (Pending::Commit { what_for, .. }, Response::OffsetCommit { error, offsets }) if self.is_modern() => {
                self.on_member_commit(now_us, error, &offsets, what_for, out);
            }
            (Pending::Heartbeat { generation }, Response::Heartbeat { error }) => {
                self.on_heartbeat_answer(now_us, error, generation, out);
            }
            (Pending::Commit { what_for, generation }, Response::OffsetCommit { error, offsets }) => {
                self.on_committed(now_us, (error, generation), &offsets, what_for, out);
            }
            (Pending::OffsetFetch, Response::OffsetFetch { error, offsets }) => {
                self.on_committed_offsets(now_us, error, &offsets, out);
            }
            (Pending::ListOffsets { .. }, Response::ListOffsets(offsets)) => self.on_listed(now_us, &offsets, out),
            (Pending::EndsOfEpochs { .. }, Response::OffsetForLeaderEpoch(ends)) => {
                self.on_ends_of_epochs(now_us, correlation, &ends, out);
            }
            (Pending::Leave, _) => self.finish_closing(out),
            _ => {}
        }
    }

    /// Has it asked this broker in this request, and not heard yet?
    fn has_asked(&self, broker: BrokerId, correlation: CorrelationId) -> bool {
        self.fetches.get(&broker).is_some_and(|(asked, _)| *asked == correlation)
            || self.pending.contains_key(&correlation)
            || self.metadata.is_waiting_for(broker, correlation)
    }

    fn on_disconnect(&mut self, now_us: u64, broker: BrokerId, channel: Channel, out: &mut Outbox) {
        if channel == Channel::Data {
            if let Some((_, asked)) = self.fetches.remove(&broker) {
                self.leave_lost_read_replica(broker, &asked, out);
            }
            self.lose_answers_about_positions(now_us, broker, out);
            self.metadata.on_disconnect(now_us, broker, out);
            let before = self.pending.len();
            self.pending.retain(|_, pending| *pending != Pending::FindCoordinator { of: broker });
            if self.pending.len() < before {
                self.back_off(now_us, out);
            }
            return;
        }
        if self.coordinator == Some(broker) {
            self.lose_coordinator(now_us, out);
        }
    }

    /// Waits before the next attempt: exponential backoff.
    fn back_off(&mut self, now_us: u64, out: &mut Outbox) {
        self.attempts += 1;
        let (initial_us, max_us) = (self.config.retry_backoff_us, self.config.retry_backoff_max_us);
        let wait_us = crate::kafka::client::metadata::backoff_us(&mut self.random, self.attempts, initial_us, max_us);
        self.retry_at_us = now_us + wait_us;
        out.set_timer(Timer::Retry, self.retry_at_us);
    }

    fn ask(
        &mut self,
        to: BrokerId,
        channel: Channel,
        request: crate::kafka::protocol::Request,
        pending: Pending,
        out: &mut Outbox,
    ) {
        self.correlation += 1;
        self.pending.insert(self.correlation, pending);
        out.request(crate::kafka::node::broker_node(to), channel, self.correlation, request);
    }

    fn is_waiting_for(&self, wanted: impl Fn(&Pending) -> bool) -> bool {
        self.pending.values().any(wanted)
    }

    /// The application gets an exception and does not poll any more.
    fn fail(&mut self, error: Failure, out: &mut Outbox) {
        self.last_error = Some(error);
        self.app = App::Failed;
        out.event(EventKind::ConsumerFailed { error });
    }
}
