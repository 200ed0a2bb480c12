//! Registration, heartbeats, fencing and controlled shutdown of brokers (reference §4.9).

use super::{Controller, Session, partitions::BALANCED_MAX};
use crate::kafka::{
    config::BrokerConfig,
    event::EventKind,
    ids::{BrokerId, Name},
    metadata::MetadataDelta,
    node::Outbox,
    protocol::{ErrorCode, Response},
};
use crate::sim::faults::faulty;

impl Controller {
    pub(super) fn register(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        broker: BrokerId,
        rack: &Option<Name>,
        previous_broker_epoch: Option<u64>,
        out: &mut Outbox,
    ) -> Response {
        let alive = self
            .sessions
            .get(&broker)
            .is_some_and(|session| session.last_heartbeat_us + config.broker_session_timeout_us > now_us);
        if alive && self.image.is_active(broker) {
            // The old process may still be there; only its session's end proves that it is not.
            return Response::BrokerRegistration { error: ErrorCode::DuplicateBrokerRegistration, broker_epoch: 0 };
        }
        // The process before this one is gone, and so are its reigns and its place in the ISRs.
        if let Some(known) = self.image.brokers.get(&broker) {
            let is_clean = previous_broker_epoch == Some(known.epoch);
            self.end_incarnation(broker, is_clean, out);
        }
        self.write(MetadataDelta::RegisterBroker { broker, rack: rack.clone() });
        let session = Session { last_heartbeat_us: now_us, metadata_offset: 0, shutdown_offset: None };
        self.sessions.insert(broker, session);
        out.event(EventKind::BrokerRegistered { broker });
        Response::BrokerRegistration { error: ErrorCode::None, broker_epoch: self.image.offset }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of the request")]
    pub(super) fn heartbeat(
        &mut self,
        now_us: u64,
        broker: BrokerId,
        broker_epoch: u64,
        metadata_offset: u64,
        want_fence: bool,
        want_shut_down: bool,
        out: &mut Outbox,
    ) -> Response {
        let answer =
            |error, is_fenced, should_shut_down| Response::BrokerHeartbeat { error, is_fenced, should_shut_down };
        let Some(state) = self.image.brokers.get(&broker).filter(|state| state.epoch == broker_epoch) else {
            return answer(ErrorCode::StaleBrokerEpoch, true, false);
        };
        let (fenced, shutting_down) = (state.fenced, state.in_controlled_shutdown);
        let caught_up = metadata_offset >= state.epoch;
        let session = self.sessions.entry(broker).or_insert(Session {
            last_heartbeat_us: now_us,
            metadata_offset,
            shutdown_offset: None,
        });
        session.last_heartbeat_us = now_us;
        session.metadata_offset = metadata_offset;

        if want_shut_down {
            return answer(ErrorCode::None, fenced, self.shut_down(broker, fenced, shutting_down, out));
        }
        if fenced && !want_fence && caught_up {
            self.unfence(broker, out);
            return answer(ErrorCode::None, false, false);
        }
        answer(ErrorCode::None, fenced, false)
    }

    /// A broker may lead and be in sync again: where nobody leads it may be its turn.
    fn unfence(&mut self, broker: BrokerId, out: &mut Outbox) {
        out.chain(EventKind::BrokerUnfenced { broker });
        self.write(MetadataDelta::BrokerChange { broker, fenced: false, in_controlled_shutdown: false });
        self.elect_leaderless(out);
        out.unchain();
    }

    /// A broker may not lead any more, and is in sync nowhere.
    fn fence(&mut self, broker: BrokerId, silent_us: u64, out: &mut Outbox) {
        let Some(state) = self.image.brokers.get(&broker).filter(|state| !state.fenced) else { return };
        let in_controlled_shutdown = state.in_controlled_shutdown;
        out.chain(EventKind::BrokerFenced { broker, silent_us });
        self.write(MetadataDelta::BrokerChange { broker, fenced: true, in_controlled_shutdown });
        if !faulty!(FencedStays) {
            self.leave_isrs(broker, out);
        }
        out.unchain();
    }

    /// One heartbeat of a broker that wants to stop. Returns whether it may stop now.
    fn shut_down(&mut self, broker: BrokerId, fenced: bool, shutting_down: bool, out: &mut Outbox) -> bool {
        if fenced {
            return true;
        }
        let leads = self.image.partitions().any(|(_, state)| state.leader == Some(broker));
        if !shutting_down && !leads {
            // Nothing to hand over, so nobody has to hear of it first (`BrokerHeartbeatManager`).
            out.chain(EventKind::ControlledShutdown { broker });
            self.write(MetadataDelta::BrokerChange { broker, fenced: true, in_controlled_shutdown: false });
            self.leave_isrs(broker, out);
            out.unchain();
            self.sessions.remove(&broker);
            return true;
        }
        if !shutting_down {
            out.chain(EventKind::ControlledShutdown { broker });
            self.write(MetadataDelta::BrokerChange { broker, fenced: false, in_controlled_shutdown: true });
            self.leave_isrs(broker, out);
            out.unchain();
            let offset = self.image.offset;
            if let Some(session) = self.sessions.get_mut(&broker) {
                session.shutdown_offset = Some(offset);
            }
        }
        let needed = self.sessions.get(&broker).and_then(|session| session.shutdown_offset).unwrap_or(0);
        let leads = self.image.partitions().any(|(_, state)| state.leader == Some(broker));
        let all_know = self.sessions.iter().all(|(other, session)| {
            *other == broker || !self.image.is_active(*other) || session.metadata_offset >= needed
        });
        let may_stop = !leads && all_know;
        if may_stop {
            self.write(MetadataDelta::BrokerChange { broker, fenced: true, in_controlled_shutdown: true });
            self.sessions.remove(&broker);
        }
        may_stop
    }

    /// Fences every broker whose session is over. Returns when to look again.
    pub fn expire_sessions(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) -> Option<u64> {
        let timeout_us = config.broker_session_timeout_us;
        let silent: Vec<(BrokerId, u64)> = self
            .sessions
            .iter()
            .filter(|(_, session)| session.last_heartbeat_us + timeout_us <= now_us)
            .map(|(broker, session)| (*broker, now_us - session.last_heartbeat_us))
            .collect();
        for (broker, silent_us) in silent {
            self.sessions.remove(&broker);
            self.fence(broker, silent_us, out);
        }
        self.sessions.values().map(|session| session.last_heartbeat_us + timeout_us).min()
    }

    /// Every `leader.imbalance.check.interval.seconds` gives leaderships back to preferred leaders; at once again if
    /// there were more than are done at once. Returns when to look again.
    pub fn balance_in_time(&mut self, now_us: u64, config: &BrokerConfig, out: &mut Outbox) -> Option<u64> {
        if !config.auto_leader_rebalance_enable {
            return None;
        }
        let interval_us = config.leader_imbalance_check_interval_us;
        if now_us < self.balanced_us.saturating_add(interval_us) {
            return Some(self.balanced_us.saturating_add(interval_us));
        }
        if self.balance_leaders(out).len() >= BALANCED_MAX {
            return Some(now_us + 1);
        }
        self.balanced_us = now_us;
        Some(now_us.saturating_add(interval_us))
    }
}
