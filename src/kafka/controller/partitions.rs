//! What makes partitions change: brokers that go and come, leaders that ask for another ISR, elections that somebody asks
//! for (reference §4.5, §4.8). How they change: [`super::partition_change`].

use std::sync::Arc;

use super::{
    Controller,
    partition_change::{Election, Rules, Target, build},
    shared,
};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    metadata::{MetadataDelta, PartitionState},
    node::Outbox,
    protocol::{ErrorCode, Response},
};

const MIN_ISR: &str = "min.insync.replicas";

impl Controller {
    /// Takes a broker out of every ISR; where it led, the next one is elected.
    pub(super) fn leave_isrs(&mut self, broker: BrokerId, out: &mut Outbox) {
        let affected: Vec<TopicIdPartition> = self
            .image
            .partitions()
            .filter(|(_, state)| state.isr.contains(&broker) || state.leader == Some(broker))
            .map(|(partition, _)| partition)
            .collect();
        for partition in affected {
            let Some(state) = self.image.partition(partition) else { continue };
            let isr = state.isr.iter().copied().filter(|member| *member != broker).collect();
            self.change(partition, Some(isr), Election::Online, out);
        }
    }

    /// Elects leaders for partitions that have none and an active replica in the ISR.
    pub(super) fn elect_leaderless(&mut self, out: &mut Outbox) {
        let leaderless: Vec<TopicIdPartition> = self
            .image
            .partitions()
            .filter(|(_, state)| state.leader.is_none())
            .map(|(partition, _)| partition)
            .collect();
        for partition in leaderless {
            self.change(partition, None, Election::Online, out);
        }
    }

    /// Elects the preferred leader, or anybody at all: ELECTION_NOT_NEEDED where there is nothing to do.
    ///
    /// Follows `ReplicationControlManager.electLeader`.
    pub fn elect_leader(&mut self, partition: TopicIdPartition, unclean: bool, out: &mut Outbox) -> ErrorCode {
        let Some(state) = self.image.partition(partition) else { return ErrorCode::UnknownTopicOrPartition };
        let is_needed = if unclean { state.leader.is_none() } else { !has_preferred_leader(state) };
        if !is_needed {
            return ErrorCode::ElectionNotNeeded;
        }
        let election = if unclean { Election::Unclean } else { Election::Preferred };
        match (self.change(partition, None, election, out), unclean) {
            (true, _) => ErrorCode::None,
            (false, false) => ErrorCode::PreferredLeaderNotAvailable,
            (false, true) => ErrorCode::EligibleLeadersNotAvailable,
        }
    }

    /// Gives every partition back to its preferred leader that may have it. Returns which it gave back.
    ///
    /// Follows `ReplicationControlManager.maybeBalancePartitionLeaders`.
    pub fn balance_leaders(&mut self, out: &mut Outbox) -> Vec<TopicIdPartition> {
        let imbalanced = self.image.partitions().filter(|(_, state)| !has_preferred_leader(state));
        let imbalanced: Vec<TopicIdPartition> = imbalanced.map(|(partition, _)| partition).collect();
        imbalanced.into_iter().filter(|at| self.change(*at, None, Election::Preferred, out)).collect()
    }

    /// Writes a partition with the ISR wanted (`None`: as it is), electing a leader where that is due. Returns whether
    /// anything was written.
    fn change(
        &mut self,
        partition: TopicIdPartition,
        isr: Option<Vec<BrokerId>>,
        election: Election,
        out: &mut Outbox,
    ) -> bool {
        let Some(old) = self.image.partition(partition).cloned() else { return false };
        let as_it_is = Target::of(&old);
        let target = Target { isr: isr.unwrap_or_else(|| old.isr.clone()), ..as_it_is };
        let rules = self.rules(partition, old.replicas.len());
        let change = build(&old, target, election, rules, &|broker| self.image.is_active(broker));
        let Some(state) = change.as_ref().map(|change| change.apply(&old)) else { return false };
        if state.isr != old.isr {
            out.event(EventKind::IsrChanged { partition, from: shared(&old.isr), to: shared(&state.isr) });
        }
        if state.leader_epoch != old.leader_epoch {
            let (leader, leader_epoch) = (state.leader, state.leader_epoch);
            out.event(EventKind::LeaderElected { partition, from: old.leader, to: leader, leader_epoch });
        }
        self.write(MetadataDelta::Partition { partition, state: Arc::new(state) });
        true
    }

    /// What counts for a partition (`getTopicEffectiveMinIsr`).
    fn rules(&self, partition: TopicIdPartition, replicas: usize) -> Rules {
        let of_topic = self.image.topics.get(&partition.topic).and_then(|topic| topic.settings.get(MIN_ISR));
        let min_isr = of_topic.or_else(|| self.image.settings.get(MIN_ISR)).and_then(|value| value.parse().ok());
        Rules {
            min_isr: min_isr.unwrap_or(1).min(replicas),
            elr_enabled: self.elr_enabled,
            use_last_known_leader: true,
            bump_on_isr_shrink: false,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of the request")]
    pub(super) fn alter_partition(
        &mut self,
        broker: BrokerId,
        broker_epoch: u64,
        partition: TopicIdPartition,
        leader_epoch: i32,
        partition_epoch: i32,
        isr: &[BrokerId],
        out: &mut Outbox,
    ) -> Response {
        let error = match self.image.partition(partition) {
            None => ErrorCode::UnknownTopicOrPartition,
            Some(_) if self.image.brokers.get(&broker).is_none_or(|state| state.epoch != broker_epoch) => {
                ErrorCode::StaleBrokerEpoch
            }
            Some(state) if state.leader_epoch > leader_epoch => ErrorCode::FencedLeaderEpoch,
            Some(state) if state.leader_epoch < leader_epoch => ErrorCode::NotController,
            Some(state) if state.leader != Some(broker) => ErrorCode::NotLeaderOrFollower,
            Some(state) if state.partition_epoch != partition_epoch => ErrorCode::InvalidUpdateVersion,
            Some(state) => {
                let eligible = |member: &BrokerId| state.replicas.contains(member) && self.image.is_active(*member);
                if isr.contains(&broker) && isr.iter().all(eligible) {
                    ErrorCode::None
                } else {
                    ErrorCode::IneligibleReplica
                }
            }
        };
        if error == ErrorCode::None {
            self.change(partition, Some(isr.to_vec()), Election::Online, out);
        }
        let state = self.image.partition(partition).filter(|_| error == ErrorCode::None).cloned();
        Response::AlterPartition { error, partition, state }
    }
}

fn has_preferred_leader(state: &PartitionState) -> bool {
    state.leader.is_some() && state.leader == state.replicas.first().copied()
}
