//! Heartbeats of a member (`ConsumerHeartbeatRequestManager`): when, with what, and what the answer changes.

use super::{ClientState, Consumer};
use crate::kafka::{
    client::consumer::Pending,
    coordinator::consumer_group::{LEAVE, LEAVE_FOR_A_WHILE},
    ids::{BrokerId, Name, TopicIdPartition},
    node::{Outbox, Timer},
    pattern::TopicPattern,
    protocol::{Channel, ConsumerGroupHeartbeat, ConsumerGroupHeartbeatResponse, ErrorCode, Request},
};
use crate::sim::Set;

/// What the coordinator has been told: it is told again only when it changes, or after an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Sent {
    /// The settings, which do not change while a consumer lives.
    settings: bool,
    /// What it subscribes to.
    topics: Vec<Name>,
    /// The pattern by which, if the coordinator resolves it.
    regex: Option<Name>,
    /// What it owns.
    pub(super) assignment: Option<(u64, Set<TopicIdPartition>)>,
}

impl Consumer {
    /// Sends a heartbeat if one is due: by the interval that the coordinator gave, or because there is something to say.
    pub(super) fn maybe_heartbeat(&mut self, now_us: u64, coordinator: BrokerId, out: &mut Outbox) {
        let has_to_say = matches!(self.modern.state, ClientState::Joining | ClientState::Acknowledging);
        if self.modern.in_flight || !(has_to_say || now_us >= self.modern.heartbeat_due_us) {
            return;
        }
        self.modern.in_flight = true;
        self.send_heartbeat(coordinator, Pending::MemberHeartbeat, out);
        self.modern.heartbeat_due_us = now_us + self.modern.heartbeat_interval_us;
        out.set_timer(Timer::Heartbeat, self.modern.heartbeat_due_us);
        if self.modern.state == ClientState::Acknowledging {
            let next = match self.modern.is_reconciled() {
                true => ClientState::Stable,
                false => ClientState::Reconciling,
            };
            self.set_state(next, out);
        }
    }

    pub(super) fn send_heartbeat(&mut self, coordinator: BrokerId, pending: Pending, out: &mut Outbox) {
        let Some(group_id) = self.group.clone() else { return };
        let leaves = self.modern.epoch < 0;
        let all = self.modern.state == ClientState::Joining;
        let settings = !leaves && (all || !self.modern.sent.settings);
        let topics = !leaves && (all || self.modern.sent.topics != self.topics);
        let regex = self.pattern.as_ref().and_then(TopicPattern::of_broker).cloned();
        let regex_told = !leaves && (all && regex.is_some() || self.modern.sent.regex != regex);
        let owned = (!leaves && (all || self.modern.current != self.modern.sent.assignment))
            .then(|| self.modern.current.iter().flat_map(|(_, current)| current).copied().collect());
        let named = |text: &Option<String>| text.as_deref().map(Name::from);
        let request = ConsumerGroupHeartbeat {
            group_id,
            member_id: self.member_id.clone(),
            member_epoch: self.modern.epoch,
            instance_id: named(&self.config.group_instance_id),
            rack_id: named(&self.config.client_rack).filter(|_| settings),
            rebalance_timeout_us: settings.then_some(self.config.max_poll_interval_us),
            subscribed_topic_names: topics.then(|| self.topics.clone()),
            subscribed_topic_regex: regex_told.then(|| regex.clone().unwrap_or_else(|| "".into())),
            server_assignor: named(&self.config.group_remote_assignor).filter(|_| settings),
            topic_partitions: owned,
            client_id: self.name.clone(),
        };
        self.modern.sent =
            Sent { settings: !leaves, topics: self.topics.clone(), regex, assignment: self.modern.current.clone() };
        let request = Request::ConsumerGroupHeartbeat(Box::new(request));
        self.ask(coordinator, Channel::Coordinator, request, pending, out);
    }

    /// The member epoch with which it leaves; a static member means to come back.
    pub(super) fn leave_epoch(&self) -> i32 {
        if self.config.group_instance_id.is_some() { LEAVE_FOR_A_WHILE } else { LEAVE }
    }

    /// The coordinator answered a heartbeat.
    pub(in crate::kafka::client::consumer) fn on_member_heartbeat(
        &mut self,
        now_us: u64,
        answer: ConsumerGroupHeartbeatResponse,
        out: &mut Outbox,
    ) {
        self.modern.in_flight = false;
        if answer.error != ErrorCode::None {
            return self.on_heartbeat_refused(now_us, answer.error, out);
        }
        if answer.heartbeat_interval_us != self.modern.heartbeat_interval_us {
            self.modern.heartbeat_interval_us = answer.heartbeat_interval_us;
            self.modern.heartbeat_due_us = now_us + answer.heartbeat_interval_us;
            out.set_timer(Timer::Heartbeat, self.modern.heartbeat_due_us);
        }
        self.attempts = 0;
        if self.modern.state.is_out() || answer.member_epoch < 0 {
            return;
        }
        self.set_epoch(answer.member_epoch);
        let takes = matches!(
            self.modern.state,
            ClientState::Joining | ClientState::Stable | ClientState::Reconciling | ClientState::Acknowledging
        );
        if let Some(assignment) = answer.assignment.filter(|_| takes) {
            self.take_target(assignment.into_iter().collect(), out);
        }
    }

    fn take_target(&mut self, target: Set<TopicIdPartition>, out: &mut Outbox) {
        if self.modern.target.as_ref().is_none_or(|(_, known)| *known != target) {
            self.modern.targets_told += 1;
            self.modern.target = Some((self.modern.targets_told, target));
        }
        if !self.modern.is_reconciled() {
            self.set_state(ClientState::Reconciling, out);
        } else if matches!(self.modern.state, ClientState::Reconciling | ClientState::Joining) {
            self.set_state(ClientState::Stable, out);
        }
    }

    fn on_heartbeat_refused(&mut self, now_us: u64, error: ErrorCode, out: &mut Outbox) {
        self.modern.sent = Sent::default();
        match error {
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                // The next one goes out as soon as the coordinator is found.
                self.modern.heartbeat_due_us = now_us;
                self.lose_coordinator(now_us, out);
            }
            ErrorCode::CoordinatorLoadInProgress => self.back_off(now_us, out),
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId if !self.modern.state.is_out() => {
                self.become_fenced(out);
            }
            _ if self.modern.state.is_out() => {}
            fatal => self.become_fatal(fatal, out),
        }
    }
}
