//! The broker as a client of the active controller: registration, heartbeats, ISR changes (reference §4.9).

use super::{Broker, Process};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    node::{Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, Request, Response},
};

/// Pause before a request to the controller is sent again.
const RETRY_US: u64 = 100_000;

/// What is under way to the controller.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Control {
    /// This incarnation's broker epoch, 0 before registration.
    pub broker_epoch: u64,
    /// Quorum epoch in which this node is the active controller, 0 if it is not.
    pub active_epoch: u32,
    /// Heartbeat or registration under way.
    liveness: Option<CorrelationId>,
    /// ISR changes under way.
    isr_changes: Vec<(CorrelationId, TopicIdPartition)>,
}

impl Broker {
    /// The heartbeat timer fired.
    pub(super) fn send_heartbeat(&mut self, now_us: u64, out: &mut Outbox) {
        let interval_us = self.config.broker_heartbeat_interval_us;
        let Some(controller) = self.quorum.leader() else {
            out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
            return;
        };
        let correlation = self.correlation();
        self.control.liveness = Some(correlation);
        let request = if self.process == Process::Starting && self.control.broker_epoch == 0 {
            Request::BrokerRegistration { broker: self.id, rack: self.rack.clone() }
        } else {
            Request::BrokerHeartbeat {
                broker: self.id,
                broker_epoch: self.control.broker_epoch,
                metadata_offset: self.image.offset,
                want_fence: false,
                want_shut_down: self.process == Process::Stopping,
            }
        };
        out.request(broker_node(controller), Channel::Control, correlation, request);
        out.set_timer(Timer::BrokerHeartbeat, now_us + interval_us);
    }

    /// Asks the controller for another ISR.
    pub(super) fn ask_for_isr(&mut self, partition: TopicIdPartition, isr: Vec<BrokerId>, out: &mut Outbox) {
        let Some(replica) = self.replicas.get(&partition) else { return };
        let Some(leader) = replica.leader() else { return };
        let Some(controller) = self.quorum.leader() else {
            // Nobody to ask; the follower's next fetch, or the next look at lagging ones, asks again.
            self.forget_isr_change(partition);
            return;
        };
        let request = Request::AlterPartition {
            broker: self.id,
            broker_epoch: self.control.broker_epoch,
            partition,
            leader_epoch: leader.leader_epoch,
            partition_epoch: replica.partition_epoch,
            isr,
        };
        let correlation = self.correlation();
        self.control.isr_changes.push((correlation, partition));
        out.request(broker_node(controller), Channel::Control, correlation, request);
    }

    /// The controller answered.
    pub(super) fn on_control_response(
        &mut self,
        now_us: u64,
        correlation: CorrelationId,
        response: Response,
        out: &mut Outbox,
    ) {
        match response {
            Response::BrokerRegistration { error, broker_epoch } if self.control.liveness == Some(correlation) => {
                self.control.liveness = None;
                if error == ErrorCode::None {
                    self.control.broker_epoch = broker_epoch;
                    self.process = Process::Running;
                    out.set_timer(Timer::BrokerHeartbeat, now_us);
                } else {
                    out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
                }
            }
            Response::BrokerHeartbeat { error, is_fenced, should_shut_down }
                if self.control.liveness == Some(correlation) =>
            {
                self.control.liveness = None;
                self.on_heartbeat_answer(now_us, error, is_fenced, should_shut_down, out);
            }
            Response::AlterPartition { error, partition, state } => {
                self.control.isr_changes.retain(|(at, _)| *at != correlation);
                self.on_isr_answer(now_us, partition, error, state.as_deref(), out);
            }
            _ => {}
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
        match error {
            ErrorCode::None if should_shut_down && self.process == Process::Stopping => {
                out.clear_timer(Timer::BrokerHeartbeat);
                self.process = Process::Stopped;
                out.event(EventKind::BrokerStopped);
            }
            // A fenced broker hurries: it wants to be unfenced as soon as it has applied its registration.
            ErrorCode::None if is_fenced || self.process == Process::Stopping => {
                out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
            }
            ErrorCode::StaleBrokerEpoch => {
                self.control.broker_epoch = 0;
                self.process = Process::Starting;
                out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
            }
            ErrorCode::NotController => out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US),
            _ => {}
        }
    }

    fn on_isr_answer(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        error: ErrorCode,
        state: Option<&crate::kafka::metadata::PartitionState>,
        out: &mut Outbox,
    ) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let partition_epoch = replica.partition_epoch;
        let Some(leader) = replica.leader_mut() else { return };
        leader.pending_isr = None;
        match (error, state) {
            (ErrorCode::None, Some(state))
                if state.leader_epoch == leader.leader_epoch && state.partition_epoch > partition_epoch =>
            {
                leader.isr.clone_from(&state.isr);
                replica.partition_epoch = state.partition_epoch;
                self.maybe_advance_high_watermark(now_us, partition, out);
            }
            _ => {
                // The state that the leader acted on is old, or nobody answered: metadata or the next fetch mends it.
            }
        }
    }

    pub(super) fn on_control_disconnect(&mut self, now_us: u64, peer: BrokerId, out: &mut Outbox) {
        let _ = peer;
        if self.control.liveness.take().is_some() {
            out.set_timer(Timer::BrokerHeartbeat, now_us + RETRY_US);
        }
        let lost = std::mem::take(&mut self.control.isr_changes);
        for (_, partition) in lost {
            self.forget_isr_change(partition);
        }
    }

    fn forget_isr_change(&mut self, partition: TopicIdPartition) {
        if let Some(leader) = self.replicas.get_mut(&partition).and_then(|replica| replica.leader_mut()) {
            leader.pending_isr = None;
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
        out.set_timer(Timer::BrokerSession, next_us.map_or(latest_us, |at| at.clamp(now_us + 1, latest_us)));
    }
}
