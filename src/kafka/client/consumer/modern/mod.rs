//! Membership of a group of the consumer protocol (KIP-848): the client's own state machine
//! (`ConsumerMembershipManager`, `AbstractMembershipManager`; reference §7).
//!
//! Heartbeats go beside the poll loop; what an application sees (its partitions, its callbacks) changes only inside
//! `poll`. Partitions that nothing happens to are fetched on all the while. Left out: a heartbeat that is not answered
//! within `request.timeout.ms` (a coordinator that is gone closes its connections).

mod commit;
mod heartbeat;
mod reconcile;
#[cfg(test)]
mod tests;

use super::{App, Closing, Consumer, Failure};
use crate::kafka::{
    config::{ConsumerConfig, GroupProtocol},
    event::EventKind,
    ids::{Name, TopicIdPartition, uuid},
    node::{Outbox, Timer},
    protocol::ErrorCode,
};
use crate::sim::{Random, Set};
use heartbeat::Sent;
use reconcile::Reconciliation;

/// Where a member stands (`MemberState` of the client).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientState {
    /// In no group.
    Unsubscribed,
    /// Its first heartbeat, with epoch 0, is due or under way.
    Joining,
    /// It was given another assignment and gives up or takes partitions.
    Reconciling,
    /// It has done so and says it in its next heartbeat, at once.
    Acknowledging,
    /// It has what it was given.
    Stable,
    /// It gives up all it has, to leave.
    PrepareLeaving,
    /// Its last heartbeat is due.
    Leaving,
    /// The coordinator does not go along with its epoch: it drops everything and joins again.
    Fenced,
    /// Its application did not poll for `max.poll.interval.ms`: it has left until the next poll.
    Stale,
    /// An error that it cannot get over.
    Fatal,
}

impl ClientState {
    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            ClientState::Unsubscribed => "UNSUBSCRIBED",
            ClientState::Joining => "JOINING",
            ClientState::Reconciling => "RECONCILING",
            ClientState::Acknowledging => "ACKNOWLEDGING",
            ClientState::Stable => "STABLE",
            ClientState::PrepareLeaving => "PREPARE_LEAVING",
            ClientState::Leaving => "LEAVING",
            ClientState::Fenced => "FENCED",
            ClientState::Stale => "STALE",
            ClientState::Fatal => "FATAL",
        }
    }

    /// Is it, as far as it knows, in no group?
    pub fn is_out(self) -> bool {
        matches!(self, ClientState::Unsubscribed | ClientState::Fenced | ClientState::Stale | ClientState::Fatal)
    }
}

/// What a member of the consumer protocol knows of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Modern {
    /// Where it stands.
    pub state: ClientState,
    /// Its member epoch; 0 before it has one, −1 when it leaves.
    pub epoch: i32,
    /// All that the coordinator lets it have, as told last, and how many times that was told.
    target: Option<(u64, Set<TopicIdPartition>)>,
    /// What it has of that, with the number of the target that it comes from.
    current: Option<(u64, Set<TopicIdPartition>)>,
    targets_told: u64,
    reconciliation: Option<Reconciliation>,
    sent: Sent,
    in_flight: bool,
    /// As its coordinator told it.
    pub heartbeat_interval_us: u64,
    heartbeat_due_us: u64,
}

impl Modern {
    pub(super) fn new() -> Modern {
        Modern {
            state: ClientState::Unsubscribed,
            epoch: 0,
            target: None,
            current: None,
            targets_told: 0,
            reconciliation: None,
            sent: Sent::default(),
            in_flight: false,
            heartbeat_interval_us: 0,
            heartbeat_due_us: 0,
        }
    }

    /// Has it told the coordinator last that it owns a partition?
    pub fn has_told(&self, partition: TopicIdPartition) -> bool {
        self.sent.assignment.as_ref().is_some_and(|(_, owned)| owned.contains(&partition))
    }

    /// Did it take this partition by an assignment that another had replaced already? While it commits, what it is told
    /// anew waits, and a reconciliation that has begun goes to its end (`AbstractMembershipManager.maybeReconcile`). The
    /// coordinator, which was told that the member does not own it, may have given it to another meanwhile.
    pub fn took_of_old(&self, partition: TopicIdPartition) -> bool {
        let (Some((number, _)), Some((told, target))) = (&self.current, &self.target) else { return false };
        number != told && !target.contains(&partition)
    }

    fn is_reconciled(&self) -> bool {
        self.current == self.target
    }
}

/// The member id that a client makes itself, in the consumer protocol.
pub(super) fn member_id(config: &ConsumerConfig, seed: u64, name: &str, node: u32) -> Name {
    match config.group_protocol {
        GroupProtocol::Classic => "".into(),
        GroupProtocol::Consumer => uuid(&mut Random::new(seed, &format!("member id {name} {node}"))).into(),
    }
}

impl Consumer {
    /// Does it take part in a group by the consumer protocol? One that assigns itself partitions is in no group.
    pub fn is_modern(&self) -> bool {
        self.config.group_protocol == GroupProtocol::Consumer && self.group.is_some() && self.is_subscribed()
    }

    /// The membership's part of `poll`: what may only happen on the application's thread. The rest of `poll` goes on.
    pub(super) fn poll_membership(&mut self, now_us: u64, out: &mut Outbox) {
        match self.modern.state {
            ClientState::Unsubscribed => self.begin_joining(now_us, out),
            ClientState::Fenced | ClientState::Stale => {
                self.lose_partitions(out);
                self.begin_joining(now_us, out);
            }
            ClientState::Reconciling => self.reconcile(now_us, out),
            _ => {}
        }
        self.run_background(now_us, out);
    }

    /// What the background thread does beside the poll loop, however long that takes.
    pub(super) fn run_background(&mut self, now_us: u64, out: &mut Outbox) {
        if !self.is_modern() || self.closing == Closing::Leaves || self.closed {
            return;
        }
        let Some(coordinator) = self.coordinator else { return self.find_coordinator(now_us, out) };
        if self.modern.state.is_out() {
            return;
        }
        if self.has_poll_expired(now_us) {
            self.leave_as_stale(now_us, coordinator, out);
        } else {
            self.maybe_heartbeat(now_us, coordinator, out);
        }
    }

    /// `max.poll.interval.ms` may be over.
    pub(super) fn on_poll_interval(&mut self, now_us: u64, out: &mut Outbox) {
        let began_us = if self.app == App::Polling { now_us } else { self.last_poll_us };
        let next_us = began_us + self.config.max_poll_interval_us;
        let next_us = if next_us > now_us { next_us } else { now_us + self.config.max_poll_interval_us };
        out.set_timer(Timer::PollInterval, next_us);
    }

    fn has_poll_expired(&self, now_us: u64) -> bool {
        self.app != App::Polling && now_us.saturating_sub(self.last_poll_us) >= self.config.max_poll_interval_us
    }

    fn set_state(&mut self, to: ClientState, out: &mut Outbox) {
        let from = std::mem::replace(&mut self.modern.state, to);
        if from != to {
            let (from, to, epoch) = (from.name(), to.name(), self.modern.epoch);
            out.event(EventKind::MembershipChanged { from, to, epoch });
        }
    }

    fn set_epoch(&mut self, epoch: i32) {
        self.modern.epoch = epoch;
        self.generation = if epoch > 0 { epoch } else { -1 };
    }

    /// Joins, or joins again, with epoch 0.
    fn begin_joining(&mut self, now_us: u64, out: &mut Outbox) {
        self.set_epoch(0);
        self.clear_assignment();
        self.modern.heartbeat_due_us = now_us;
        self.set_state(ClientState::Joining, out);
    }

    fn clear_assignment(&mut self) {
        (self.modern.target, self.modern.current, self.modern.reconciliation) = (None, None, None);
    }

    /// The coordinator fenced it, or does not know it.
    fn become_fenced(&mut self, out: &mut Outbox) {
        self.set_epoch(0);
        self.modern.reconciliation = None;
        self.set_state(ClientState::Fenced, out);
    }

    /// It cannot be a member: its application gets the error in its next poll, where its partitions are lost as well
    /// (`AsyncKafkaConsumer.processBackgroundEvents`).
    fn become_fatal(&mut self, error: ErrorCode, out: &mut Outbox) {
        self.set_epoch(0);
        self.clear_assignment();
        self.set_state(ClientState::Fatal, out);
        self.failure = Some(Failure::Answer(error));
    }

    /// `close()`: gives up what it has, and says goodbye if it is in a group.
    pub(super) fn leave_group(&mut self, out: &mut Outbox) {
        let out_already = self.modern.state.is_out();
        if !self.partitions.is_empty() {
            let partitions: std::sync::Arc<[_]> = self.partitions.keys().copied().collect();
            match out_already {
                true => out.event(EventKind::PartitionsLost { partitions }),
                false => out.event(EventKind::PartitionsRevoked { partitions }),
            }
            self.own(&[]);
        }
        if out_already {
            return;
        }
        self.set_state(ClientState::PrepareLeaving, out);
        self.clear_assignment();
        self.set_epoch(self.leave_epoch());
        self.set_state(ClientState::Leaving, out);
        if let Some(coordinator) = self.coordinator {
            self.send_heartbeat(coordinator, super::Pending::Leave, out);
        }
        self.set_state(ClientState::Unsubscribed, out);
    }

    /// The application is too slow: the client itself leaves, so that others get its partitions.
    fn leave_as_stale(&mut self, now_us: u64, coordinator: u32, out: &mut Outbox) {
        self.set_state(ClientState::PrepareLeaving, out);
        self.set_epoch(self.leave_epoch());
        self.clear_assignment();
        self.set_state(ClientState::Leaving, out);
        // Nobody waits for the answer, nor for one before it: it may join again before they come.
        self.pending.retain(|_, pending| *pending != super::Pending::MemberHeartbeat);
        self.modern.in_flight = false;
        self.send_heartbeat(coordinator, super::Pending::Ignored, out);
        self.modern.heartbeat_due_us = now_us;
        self.modern.sent = Sent::default();
        self.set_state(ClientState::Stale, out);
    }

    /// The coordinator is gone, and with it whatever was asked of it. A heartbeat is due again at once
    /// (`HeartbeatRequestState.onFailedAttempt`).
    pub(super) fn forget_asked(&mut self, now_us: u64) {
        if std::mem::take(&mut self.modern.in_flight) {
            self.modern.heartbeat_due_us = now_us;
        }
        self.modern.sent = Sent::default();
        if let Some(reconciliation) = &mut self.modern.reconciliation {
            reconciliation.ask_again();
        }
    }

    /// With what a commit or a fetch of commits names the member: nothing outside a group of this protocol.
    pub(super) fn identity_for_offsets(&self) -> (Name, i32) {
        match self.is_modern() && self.generation > 0 {
            true => (self.member_id.clone(), self.generation),
            false => ("".into(), -1),
        }
    }
}
