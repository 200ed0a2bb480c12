//! Partition changes: elections and ISR changes (`PartitionChangeBuilder`, clean elections only; reference §4.5).

use std::sync::Arc;

use super::{Controller, shared};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    metadata::{MetadataDelta, PartitionState},
    node::Outbox,
    protocol::{ErrorCode, Response},
};

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

    /// Writes a partition with the ISR wanted, electing a leader where the present one is not valid any more:
    /// the first replica in assignment order that is in the ISR and active. Without any, the partition has no
    /// leader, and its last ISR stays recorded.
    fn change(&mut self, partition: TopicIdPartition, isr: Vec<BrokerId>, out: &mut Outbox) {
        let Some(old) = self.image.partition(partition).cloned() else { return };
        let valid = |broker: &BrokerId| isr.contains(broker) && self.image.is_active(*broker);
        let leader = match old.leader {
            Some(leader) if valid(&leader) => Some(leader),
            _ => old.replicas.iter().copied().find(valid),
        };
        let isr = if isr.is_empty() { old.isr.clone() } else { isr };
        if leader == old.leader && isr == old.isr {
            return;
        }
        let elected = leader != old.leader;
        let state = PartitionState {
            replicas: old.replicas.clone(),
            isr: isr.clone(),
            leader,
            leader_epoch: old.leader_epoch + i32::from(elected),
            partition_epoch: old.partition_epoch + 1,
        };
        if isr != old.isr {
            out.event(EventKind::IsrChanged { partition, from: shared(&old.isr), to: shared(&isr) });
        }
        if elected {
            let leader_epoch = state.leader_epoch;
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
