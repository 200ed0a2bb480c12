//! The background thread of the classic consumer: heartbeats, and the watch over the poll loop (`HeartbeatThread`;
//! reference §6.5, §6.6).

use super::{App, Consumer, Membership, Pending, closing::Closing};
use crate::kafka::{
    ids::BrokerId,
    node::{Outbox, Timer},
    protocol::{Channel, ErrorCode, Request},
};

impl Consumer {
    pub(super) fn schedule_heartbeat(&mut self, now_us: u64, out: &mut Outbox) {
        self.heartbeat_in_flight = false;
        self.next_heartbeat_us = now_us + self.config.heartbeat_interval_us;
        out.set_timer(Timer::Heartbeat, self.next_heartbeat_us);
    }

    /// The background thread's timer: it beats beside the poll loop, however long that takes.
    pub(super) fn on_heartbeat_timer(&mut self, now_us: u64, out: &mut Outbox) {
        if self.closing == Closing::Leaves || self.member_id.is_empty() || self.generation < 0 {
            return;
        }
        let poll_deadline_us = self.last_poll_us.saturating_add(self.config.max_poll_interval_us);
        let polls = matches!(self.app, App::Polling);
        if !polls && now_us > poll_deadline_us {
            // The application is too slow: the client itself leaves, and joins again at the next poll. A static member
            // says nothing; its session ends for lack of heartbeats.
            if let Some(coordinator) = self.coordinator {
                self.leave(coordinator, out);
            }
            return self.lose_membership(true, out);
        }
        if now_us >= self.next_heartbeat_us && self.coordinator.is_some() {
            self.beat(out);
            self.next_heartbeat_us = now_us + self.config.heartbeat_interval_us;
        }
        // What is due without a coordinator goes out when that is found.
        let is_due = self.next_heartbeat_us <= now_us;
        let beat_us = if is_due { now_us + self.config.heartbeat_interval_us } else { self.next_heartbeat_us };
        let next_us = if polls { beat_us } else { beat_us.min(poll_deadline_us + 1) };
        out.set_timer(Timer::Heartbeat, next_us.max(now_us + 1));
    }

    /// Beside the poll loop a member looks for its coordinator too, so that it can beat on however long its application
    /// takes (`AbstractCoordinator.HeartbeatThread.run`).
    pub(super) fn run_heartbeat_thread(&mut self, now_us: u64, out: &mut Outbox) {
        let is_member = self.membership == Membership::Stable && self.closing < Closing::Leaves && !self.closed;
        if is_member && self.coordinator.is_none() {
            self.find_coordinator(now_us, out);
        }
    }

    fn beat(&mut self, out: &mut Outbox) {
        let (Some(coordinator), Some(member), false) =
            (self.coordinator, self.group_member(), self.heartbeat_in_flight)
        else {
            return;
        };
        if matches!(self.membership, Membership::Stable | Membership::Syncing) {
            self.heartbeat_in_flight = true;
            let generation = self.generation;
            let pending = Pending::Heartbeat { generation };
            self.ask(coordinator, Channel::Coordinator, Request::Heartbeat { member }, pending, out);
        }
    }

    /// An answer to a heartbeat of `generation`; one of an older generation tells nothing of this.
    pub(super) fn on_heartbeat_answer(&mut self, now_us: u64, error: ErrorCode, generation: i32, out: &mut Outbox) {
        self.heartbeat_in_flight = false;
        let is_of_now = generation == self.generation;
        match error {
            ErrorCode::RebalanceInProgress if self.membership == Membership::Stable => self.rejoin_needed = true,
            ErrorCode::IllegalGeneration | ErrorCode::UnknownMemberId if is_of_now => {
                self.lose_membership(error == ErrorCode::UnknownMemberId, out);
            }
            ErrorCode::FencedInstanceId if is_of_now => self.fail_for_good(error, out),
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                self.next_heartbeat_us = now_us;
                self.leave_coordinator(now_us, out);
            }
            _ => {}
        }
    }

    /// Says goodbye, unless it is a static member: those come back.
    pub(super) fn leave(&mut self, coordinator: BrokerId, out: &mut Outbox) {
        let (Some(group_id), member_id) = (self.group.clone(), self.member_id.clone()) else { return };
        if member_id.is_empty() || self.config.group_instance_id.is_some() {
            return;
        }
        self.ask(coordinator, Channel::Coordinator, Request::LeaveGroup { group_id, member_id }, Pending::Leave, out);
    }
}
