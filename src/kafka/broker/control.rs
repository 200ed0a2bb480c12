//! The broker as a client of the active controller: registration, heartbeats, ISR changes (reference §4.3, §4.9).

use super::{Broker, Process};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    metadata::PartitionState,
    node::{Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, Request, Response},
};
use crate::sim::Map;

/// Pause before a request to the controller is sent again.
const RETRY_US: u64 = 100_000;
/// How soon a broker that starts asks again, and, once, one that stops (`BrokerLifecycleManager`).
const SOON_WHILE_STARTING_US: u64 = 10_000;
const SOON_WHILE_STOPPING_US: u64 = 50_000;
/// How long a stopping broker waits for the controller before it just stops (`BrokerServer.beginShutdown`).
const SHUTDOWN_US: u64 = 300_000_000;

/// What is under way to the controller.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Control {
    /// This incarnation's broker epoch, 0 before registration.
    pub broker_epoch: u64,
    /// Quorum epoch in which this node is the active controller, 0 if it is not.
    pub active_epoch: u32,
    /// Heartbeat or registration under way.
    liveness: Option<Asked>,
    /// Registrations and heartbeats that the controller refused, in a row.
    refused: u32,
    /// The controller has answered that this broker may not stop yet.
    must_wait: bool,
    /// The ISR change that is wanted of each partition: its request, or nothing while it waits to be asked again.
    isr_changes: Map<TopicIdPartition, Option<Asked>>,
    /// The request to make `__consumer_offsets`.
    pub creating: Option<Asked>,
}

/// Which controller was asked, in which request.
pub(super) type Asked = (BrokerId, CorrelationId);

impl Control {
    /// Requests that are not answered yet.
    pub fn asked(&self) -> impl Iterator<Item = Asked> {
        let changes = self.isr_changes.values().copied().flatten();
        changes.chain(self.liveness).chain(self.creating)
    }
}

impl Broker {
    /// The heartbeat timer fired.
    pub(super) fn send_heartbeat(&mut self, now_us: u64, out: &mut Outbox) {
        if self.process == Process::Stopping && now_us >= self.stop_asked_us + SHUTDOWN_US {
            return self.stop_now(out);
        }
        let interval_us = self.config.broker_heartbeat_interval_us;
        let Some(controller) = self.quorum.leader() else {
            out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
            return;
        };
        let correlation = self.correlation();
        self.control.liveness = Some((controller, correlation));
        let request = if self.process == Process::Starting && self.control.broker_epoch == 0 {
            Request::BrokerRegistration {
                broker: self.id,
                rack: self.rack.clone(),
                previous_broker_epoch: self.clean_shutdown,
            }
        } else {
            Request::BrokerHeartbeat {
                broker: self.id,
                broker_epoch: self.control.broker_epoch,
                metadata_offset: self.image.offset,
                want_fence: !self.serves,
                want_shut_down: self.process == Process::Stopping,
            }
        };
        out.request(broker_node(controller), Channel::Control, correlation, request);
        out.set_timer(Timer::BrokerHeartbeat, now_us + interval_us);
    }

    /// No controller has taken its registration for `initial.broker.registration.timeout.ms`: its process ends, a
    /// controller in it as well (`BrokerLifecycleManager.RegistrationTimeoutEvent`, `KafkaRaftServer.startup`).
    pub(super) fn give_up_registration(&mut self, out: &mut Outbox) {
        self.process = Process::Stopped;
        out.event(EventKind::RegistrationTimedOut { after_us: self.config.initial_broker_registration_timeout_us });
        out.event(EventKind::BrokerStopped);
    }

    /// Asks the controller for another ISR; the leader's state says which.
    pub(super) fn ask_for_isr(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        let Some(replica) = self.replicas.get(&partition) else { return };
        let partition_epoch = replica.partition_epoch;
        let Some((leader, isr)) = replica.leader().and_then(|leader| Some((leader, leader.pending_isr.clone()?)))
        else {
            return;
        };
        let leader_epoch = leader.leader_epoch;
        let Some(controller) = self.quorum.leader() else { return self.ask_for_isr_later(now_us, partition, out) };
        let (broker, broker_epoch) = (self.id, self.control.broker_epoch);
        let request = Request::AlterPartition { broker, broker_epoch, partition, leader_epoch, partition_epoch, isr };
        let correlation = self.correlation();
        self.control.isr_changes.insert(partition, Some((controller, correlation)));
        out.request(broker_node(controller), Channel::Control, correlation, request);
    }

    /// No answer is no refusal: the controller may have written the change, so the leader goes on waiting for whoever
    /// was to be added, and asks again (`AlterPartitionManager`).
    fn ask_for_isr_later(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        self.control.isr_changes.insert(partition, None);
        out.set_timer(Timer::AlterPartition, now_us + RETRY_US);
    }

    /// It is time to ask again for the changes that were not answered.
    pub(super) fn ask_for_isrs_again(&mut self, now_us: u64, out: &mut Outbox) {
        let waiting = self.control.isr_changes.iter().filter(|(_, asked)| asked.is_none());
        let waiting: Vec<TopicIdPartition> = waiting.map(|(partition, _)| *partition).collect();
        for partition in waiting {
            self.control.isr_changes.remove(&partition);
            self.ask_for_isr(now_us, partition, out);
        }
    }

    /// The ISR change wanted of a partition means nothing any more: newer metadata came first.
    pub(super) fn forget_isr_change(&mut self, partition: TopicIdPartition) {
        self.control.isr_changes.remove(&partition);
    }

    /// The controller answered.
    pub(super) fn on_control_response(
        &mut self,
        now_us: u64,
        from: BrokerId,
        correlation: CorrelationId,
        response: Response,
        out: &mut Outbox,
    ) {
        let asked = Some((from, correlation));
        match response {
            Response::BrokerRegistration { error, broker_epoch } if self.control.liveness == asked => {
                self.control.liveness = None;
                if error == ErrorCode::None {
                    (self.control.broker_epoch, self.control.refused) = (broker_epoch, 0);
                    out.clear_timer(Timer::Registration);
                    out.set_timer(Timer::BrokerHeartbeat, now_us);
                } else {
                    self.ask_after_refusal(now_us, error, out);
                }
            }
            Response::BrokerHeartbeat { error, is_fenced, should_shut_down } if self.control.liveness == asked => {
                self.control.liveness = None;
                self.on_heartbeat_answer(now_us, error, is_fenced, should_shut_down, out);
            }
            Response::AlterPartition { error, partition, state }
                if self.control.isr_changes.get(&partition) == Some(&asked) =>
            {
                self.on_isr_answer(now_us, partition, error, state.as_deref(), out);
            }
            Response::CreateTopics { .. } if self.control.creating == asked => self.control.creating = None,
            _ => {}
        }
    }

    /// A process that has registered and applied its registration is ready.
    pub(super) fn finish_starting(&mut self, now_us: u64, out: &mut Outbox) {
        let registered = self.image.brokers.get(&self.id).map(|state| state.epoch);
        let epoch = self.control.broker_epoch;
        if self.process == Process::Starting && epoch != 0 && registered == Some(epoch) {
            self.process = Process::Running;
            self.begin_to_serve(now_us, out);
            // It wants to be unfenced at once.
            out.set_timer(Timer::BrokerHeartbeat, now_us);
        }
    }

    fn on_heartbeat_answer(
        &mut self,
        now_us: u64,
        error: ErrorCode,
        is_fenced: bool,
        should_shut_down: bool,
        out: &mut Outbox,
    ) {
        if error != ErrorCode::None {
            return self.ask_after_refusal(now_us, error, out);
        }
        self.control.refused = 0;
        match self.process {
            Process::Stopping if should_shut_down => self.stop_now(out),
            Process::Stopping if !std::mem::replace(&mut self.control.must_wait, true) => {
                out.set_timer(Timer::BrokerHeartbeat, now_us + SOON_WHILE_STOPPING_US);
            }
            Process::Starting if is_fenced => out.set_timer(Timer::BrokerHeartbeat, now_us + SOON_WHILE_STARTING_US),
            _ => {}
        }
    }

    /// A refusal is waited on ever longer, up to a session; that another is the controller is none: it is asked at once
    /// when it is known (`BrokerLifecycleManager.scheduleNextCommunicationAfterFailure`, `NodeToControllerRequestThread`).
    fn ask_after_refusal(&mut self, now_us: u64, error: ErrorCode, out: &mut Outbox) {
        let wait_us = match error {
            ErrorCode::NotController => RETRY_US,
            _ => (RETRY_US << self.control.refused.min(20)).min(self.config.broker_session_timeout_us),
        };
        self.control.refused += u32::from(error != ErrorCode::NotController);
        out.set_timer(Timer::BrokerHeartbeat, now_us + wait_us);
    }

    fn stop_now(&mut self, out: &mut Outbox) {
        out.clear_timer(Timer::BrokerHeartbeat);
        self.clean_shutdown = Some(self.control.broker_epoch);
        self.process = Process::Stopped;
        out.event(EventKind::BrokerStopped);
    }

    fn on_isr_answer(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        error: ErrorCode,
        state: Option<&PartitionState>,
        out: &mut Outbox,
    ) {
        self.control.isr_changes.remove(&partition);
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let partition_epoch = replica.partition_epoch;
        let Some(leader) = replica.leader_mut() else { return };
        match (error, state) {
            (ErrorCode::None, Some(state))
                if state.leader_epoch == leader.leader_epoch && state.partition_epoch >= partition_epoch =>
            {
                leader.isr.clone_from(&state.isr);
                leader.pending_isr = None;
                replica.partition_epoch = state.partition_epoch;
                self.maybe_advance_high_watermark(now_us, partition, out);
            }
            // What is committed stays; the follower's next fetch or the next look at lagging ones may ask again.
            (ErrorCode::IneligibleReplica, _) => leader.pending_isr = None,
            // The leader acted on an old state: newer metadata is on its way, and tells what is committed.
            (
                ErrorCode::None
                | ErrorCode::UnknownTopicOrPartition
                | ErrorCode::UnknownTopicId
                | ErrorCode::FencedLeaderEpoch
                | ErrorCode::NotLeaderOrFollower
                | ErrorCode::InvalidUpdateVersion
                | ErrorCode::NewLeaderElected,
                _,
            ) => {}
            _ => self.ask_for_isr_later(now_us, partition, out),
        }
    }

    /// A controller's process is gone (with `correlation`: was not there to take that request).
    pub(super) fn on_control_lost(
        &mut self,
        now_us: u64,
        peer: BrokerId,
        correlation: Option<CorrelationId>,
        out: &mut Outbox,
    ) {
        let is_lost = |asked: Asked| asked.0 == peer && correlation.is_none_or(|lost| lost == asked.1);
        if self.control.liveness.is_some_and(is_lost) {
            self.control.liveness = None;
            out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
        }
        self.control.creating.take_if(|asked| is_lost(*asked));
        let lost = self.control.isr_changes.iter().filter(|(_, asked)| asked.is_some_and(is_lost));
        let lost: Vec<TopicIdPartition> = lost.map(|(partition, _)| *partition).collect();
        for partition in lost {
            self.ask_for_isr_later(now_us, partition, out);
        }
    }

    /// The active controller looks after sessions, and after its own majority.
    pub(super) fn watch_sessions(&mut self, now_us: u64, out: &mut Outbox) {
        let config = self.config.clone();
        if !self.quorum.check_majority(now_us, &config, out) {
            return;
        }
        let next_us = self.controller.expire_sessions(now_us, &config, out);
        let latest_us = now_us + config.controller_quorum_fetch_timeout_us;
        let balance_us = self.controller.balance_in_time(now_us, &config, out);
        let latest_us = balance_us.map_or(latest_us, |at| at.min(latest_us));
        out.set_timer(Timer::BrokerSession, next_us.map_or(latest_us, |at| at.clamp(now_us + 1, latest_us)));
    }
}
