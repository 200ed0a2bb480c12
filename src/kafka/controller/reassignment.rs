//! Other replicas for a partition (reference §4.11): all of the old and the new copy until the new ones are in sync, then
//! the old ones go in one record, which [`super::partition_change`] writes by itself.
//!
//! After `ReplicationControlManager.{changePartitionReassignment,cancelPartitionReassignment}`. Left out: throttling of
//! the copies (`leader.replication.throttled.rate` and its kind).

use super::{
    Controller,
    partition_change::Election,
    partitions::{UNCLEAN, Wish},
    shared,
};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, Name, TopicIdPartition},
    metadata::PartitionState,
    node::Outbox,
    protocol::{Api, ErrorCode, Response},
};

impl Controller {
    /// What an admin client asks for: by partition the replicas wanted, or nothing to take back what is under way.
    pub(super) fn alter_reassignments(
        &mut self,
        topic: &Name,
        partitions: &[(i32, Option<Vec<BrokerId>>)],
        out: &mut Outbox,
    ) -> Response {
        let Some((topic, _)) = self.image.topic_by_name(topic) else {
            let error = self.refuse(Api::AlterPartitionReassignments, ErrorCode::UnknownTopicOrPartition, out);
            return Response::AlterPartitionReassignments { error };
        };
        let mut first = ErrorCode::None;
        for (number, wanted) in partitions {
            let partition = TopicIdPartition::new(topic, *number);
            let error = match wanted {
                Some(replicas) => self.reassign(partition, replicas, out),
                None => self.cancel_reassignment(partition, out),
            };
            if error != ErrorCode::None {
                out.event(EventKind::ReassignmentRefused { partition, error });
                first = if first == ErrorCode::None { error } else { first };
            }
        }
        Response::AlterPartitionReassignments { error: first }
    }

    /// Begins to bring a partition to these replicas, in this order.
    pub fn reassign(&mut self, partition: TopicIdPartition, wanted: &[BrokerId], out: &mut Outbox) -> ErrorCode {
        let Some(state) = self.image.partition(partition) else { return ErrorCode::UnknownTopicOrPartition };
        let is_twice = |(index, broker): (usize, &BrokerId)| wanted.iter().skip(index + 1).any(|other| other == broker);
        let unknown = |broker: &BrokerId| !self.image.brokers.contains_key(broker);
        if wanted.is_empty() || wanted.iter().enumerate().any(is_twice) || wanted.iter().any(unknown) {
            return ErrorCode::InvalidReplicaAssignment;
        }
        let without = |list: &[BrokerId], other: &[BrokerId]| -> Vec<BrokerId> {
            list.iter().copied().filter(|broker| !other.contains(broker)).collect()
        };
        let mut removing = without(&state.replicas, wanted);
        crate::sim::sort_by(&mut removing, Ord::cmp);
        // Those that an earlier reassignment brings are to come still.
        let to_come = |broker: &BrokerId| !state.replicas.contains(broker) || state.adding.contains(broker);
        let adding: Vec<BrokerId> = wanted.iter().copied().filter(to_come).collect();
        let all: Vec<BrokerId> = wanted.iter().chain(&removing).copied().collect();
        let wish = Wish { replicas: Some([all, adding, removing]), ..Wish::election(Election::Online) };
        self.change(partition, wish, out);
        ErrorCode::None
    }

    /// Takes a reassignment back: whoever was to come goes, whoever was to go stays.
    pub fn cancel_reassignment(&mut self, partition: TopicIdPartition, out: &mut Outbox) -> ErrorCode {
        let Some(state) = self.image.partition(partition) else { return ErrorCode::UnknownTopicOrPartition };
        if state.adding.is_empty() && state.removing.is_empty() {
            return ErrorCode::NoReassignmentInProgress;
        }
        let stays = |broker: &BrokerId| !state.adding.contains(broker);
        let replicas: Vec<BrokerId> = state.replicas.iter().copied().filter(stays).collect();
        // Only those that were to come are in sync: without an unclean election nobody could lead.
        let unclean = !state.isr.iter().any(stays);
        if unclean && self.setting(partition.topic, UNCLEAN) != Some("true") {
            return ErrorCode::InvalidReplicaAssignment;
        }
        let wish = Wish { replicas: Some([replicas, Vec::new(), Vec::new()]), ..Wish::election(Election::Online) };
        self.change(partition, wish, out);
        ErrorCode::None
    }

    /// What a change of a partition means for its reassignment.
    pub(super) fn tell_reassignment(
        &self,
        partition: TopicIdPartition,
        old: &PartitionState,
        new: &PartitionState,
        out: &mut Outbox,
    ) {
        let (before, now) = ((&old.adding, &old.removing), (&new.adding, &new.removing));
        if before == now && old.replicas == new.replicas {
            return;
        }
        if !new.adding.is_empty() || !new.removing.is_empty() {
            let (adding, removing) = (shared(&new.adding), shared(&new.removing));
            return out.event(EventKind::ReassignmentBegan { partition, adding, removing });
        }
        let cancelled = old.adding.iter().any(|broker| !new.replicas.contains(broker))
            || old.removing.iter().any(|broker| new.replicas.contains(broker));
        out.event(EventKind::ReassignmentEnded { partition, replicas: shared(&new.replicas), cancelled });
    }
}
