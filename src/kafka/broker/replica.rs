//! One replica of a partition on one broker: its log, and what it knows as a leader or a follower.

use crate::kafka::{ids::BrokerId, log::Log, metadata::PartitionState};
use crate::sim::Map;

/// A replica.
#[derive(Clone, Debug, Default, Hash)]
pub struct Replica {
    /// Its log; on disk, so it outlives the process.
    pub log: Log,
    /// What it is now.
    pub role: Role,
    /// Partition epoch of the last metadata applied, −1 for none.
    pub partition_epoch: i32,
}

/// What a replica is, as its own broker believes.
#[derive(Clone, Debug, Default, Hash)]
pub enum Role {
    /// The process is down, or has not applied the partition's metadata.
    #[default]
    Offline,
    /// Leader.
    Leader(LeaderState),
    /// Follower of `leader`, if there is one.
    Follower {
        /// Whom it fetches from.
        leader: Option<BrokerId>,
        /// Its epoch.
        leader_epoch: i32,
    },
}

/// What a leader knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeaderState {
    /// Its epoch.
    pub leader_epoch: i32,
    /// Where its epoch starts.
    pub epoch_start: i64,
    /// Replicas in assignment order.
    pub replicas: Vec<BrokerId>,
    /// The ISR as committed by the controller.
    pub isr: Vec<BrokerId>,
    /// The ISR that it has asked for, while the controller has not answered.
    pub pending_isr: Option<Vec<BrokerId>>,
    /// The other replicas.
    pub followers: Map<BrokerId, FollowerState>,
}

/// What a leader knows of a follower (`Replica` in `Partition.scala`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FollowerState {
    /// Its log end offset, as its last fetch told; −1 before the first.
    pub log_end_offset: i64,
    /// When it last had everything; `None`: longer ago than any time allowed, whatever the clock says.
    pub last_caught_up_us: Option<u64>,
    /// When it last fetched from this leader.
    pub last_fetch_us: Option<u64>,
    /// The leader's log end offset then.
    pub last_fetch_leader_end: i64,
    /// The high watermark that it was told last; it is told again when it moves, as in a fetch session (KIP-227).
    pub told_high_watermark: i64,
    /// The leader's log start that it was told last.
    pub told_log_start: i64,
    /// Where its log starts, as its last fetch told; −1 before the first.
    pub log_start_offset: i64,
}

impl LeaderState {
    /// It leads on in a later epoch, as at the end of a reassignment. Whoever waits for the high watermark waits on, and of
    /// its followers it knows what it knew (`Partition.makeLeader`, `Replica.resetReplicaState`).
    pub fn renew(&mut self, now_us: u64, state: &PartitionState, log_end: i64) {
        (self.leader_epoch, self.epoch_start) = (state.leader_epoch, log_end);
        for (broker, follower) in &mut self.followers {
            follower.last_caught_up_us = state.isr.contains(broker).then_some(now_us);
        }
    }

    /// Committed ISR and whoever is being added: what the high watermark waits for (KIP-497, "maximal ISR").
    pub fn maximal_isr(&self) -> impl Iterator<Item = BrokerId> {
        let pending = self.pending_isr.iter().flatten().filter(|broker| !self.isr.contains(broker));
        self.isr.iter().chain(pending).copied()
    }
}

impl FollowerState {
    /// One that has not fetched from this leader yet.
    pub fn unknown() -> FollowerState {
        FollowerState {
            log_end_offset: -1,
            told_high_watermark: -1,
            told_log_start: -1,
            log_start_offset: -1,
            ..FollowerState::default()
        }
    }

    /// Notes a fetch at `offset` (reference §4.2).
    pub fn on_fetch(&mut self, now_us: u64, offset: i64, leader_end: i64) {
        if offset >= leader_end {
            self.last_caught_up_us = self.last_caught_up_us.max(Some(now_us));
        } else if offset >= self.last_fetch_leader_end {
            self.last_caught_up_us = self.last_caught_up_us.max(self.last_fetch_us);
        }
        self.log_end_offset = offset;
        self.last_fetch_us = Some(now_us);
        self.last_fetch_leader_end = leader_end;
    }

    /// Had it everything within the last `lag_us`?
    pub fn is_caught_up(&self, now_us: u64, leader_end: i64, lag_us: u64) -> bool {
        self.log_end_offset == leader_end
            || self.last_caught_up_us.is_some_and(|caught_up_us| now_us.saturating_sub(caught_up_us) <= lag_us)
    }
}

impl Replica {
    /// The leader's state, if this replica leads.
    pub fn leader(&self) -> Option<&LeaderState> {
        match &self.role {
            Role::Leader(state) => Some(state),
            _ => None,
        }
    }

    /// The leader epoch that its broker has applied, unless it is offline.
    pub fn leader_epoch(&self) -> Option<i32> {
        match &self.role {
            Role::Offline => None,
            Role::Leader(state) => Some(state.leader_epoch),
            Role::Follower { leader_epoch, .. } => Some(*leader_epoch),
        }
    }

    /// The same, to change.
    pub(super) fn leader_mut(&mut self) -> Option<&mut LeaderState> {
        match &mut self.role {
            Role::Leader(state) => Some(state),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_being_added_to_the_isr_is_waited_for_already() {
        let mut state = LeaderState {
            leader_epoch: 0,
            epoch_start: 0,
            replicas: vec![1, 2, 3],
            isr: vec![1, 2],
            pending_isr: Some(vec![1, 2, 3]),
            followers: Map::new(),
        };
        assert_eq!(state.maximal_isr().collect::<Vec<_>>(), [1, 2, 3]);
        state.pending_isr = Some(vec![1]);
        assert_eq!(state.maximal_isr().collect::<Vec<_>>(), [1, 2], "and whoever leaves is, until that is committed");
    }

    /// A leader's clock may show less than `replica.lag.time.max.ms`; a follower that never had everything still lags.
    #[test]
    fn a_follower_that_never_had_everything_lags_from_the_first_second() {
        let mut follower = FollowerState { log_end_offset: -1, ..FollowerState::default() };
        assert!(!follower.is_caught_up(1_000_000, 100, 30_000_000));
        follower.on_fetch(1_000_000, 0, 100);
        assert!(!follower.is_caught_up(1_000_000, 100, 30_000_000), "it has nothing yet");
        follower.on_fetch(2_000_000, 100, 150);
        assert_eq!(follower.last_caught_up_us, Some(1_000_000), "it has what there was at the fetch before");
        assert!(follower.is_caught_up(31_000_000, 150, 30_000_000));
        assert!(!follower.is_caught_up(31_000_001, 150, 30_000_000));
    }
}
