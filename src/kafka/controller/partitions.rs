//! What makes partitions change: brokers that go and come, and leaders that ask for another ISR (reference §4.5). How
//! they change: [`super::partition_change`]; here without eligible leader replicas and with clean elections only.

use std::sync::Arc;

use super::{
    Controller,
    partition_change::{Election, Rules, Target, build},
    shared,
};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    metadata::MetadataDelta,
    node::Outbox,
    protocol::{ErrorCode, Response},
};

/// What the model's controller goes by so far; `min.insync.replicas` only counts with eligible leader replicas.
const RULES: Rules = Rules { min_isr: 1, elr_enabled: false, use_last_known_leader: true, bump_on_isr_shrink: false };

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
            self.change(partition, isr, out);
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
            let Some(state) = self.image.partition(partition) else { continue };
            let isr = state.isr.clone();
            self.change(partition, isr, out);
        }
    }

    /// Writes a partition with the ISR wanted, electing a leader where the present one is not valid any more.
    fn change(&mut self, partition: TopicIdPartition, isr: Vec<BrokerId>, out: &mut Outbox) {
        let Some(old) = self.image.partition(partition).cloned() else { return };
        let target = Target { isr, ..Target::of(&old) };
        let change = build(&old, target, Election::Online, RULES, &|broker| self.image.is_active(broker));
        let Some(state) = change.as_ref().map(|change| change.apply(&old)) else { return };
        if state.isr != old.isr {
            out.event(EventKind::IsrChanged { partition, from: shared(&old.isr), to: shared(&state.isr) });
        }
        if state.leader_epoch != old.leader_epoch {
            let (leader, leader_epoch) = (state.leader, state.leader_epoch);
            out.event(EventKind::LeaderElected { partition, from: old.leader, to: leader, leader_epoch });
        }
        self.write(MetadataDelta::Partition { partition, state: Arc::new(state) });
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
            self.change(partition, isr.to_vec(), out);
        }
        let state = self.image.partition(partition).filter(|_| error == ErrorCode::None).cloned();
        Response::AlterPartition { error, partition, state }
    }
}
