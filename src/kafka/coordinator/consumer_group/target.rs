//! The target assignment of a whole group: which assignor, what it is told, what comes of it (reference §7.6).

use super::{ConsumerGroup, ServerAssignor, Surroundings};
use crate::kafka::assignor::server::{GroupMember, GroupSpec, SubscribedTopic, assign_range, assign_uniform};

impl ConsumerGroup {
    /// The assignor that most members ask for; the brokers' first if nobody asks for any.
    ///
    /// Kafka takes one of a hash map where two have as many votes; here it is the one that the brokers name first.
    pub fn assignor(&self, around: &Surroundings<'_>) -> ServerAssignor {
        let votes = |assignor: &ServerAssignor| {
            self.members.iter().filter(|member| member.assignor.as_deref() == Some(assignor.name())).count()
        };
        let mut chosen = around.assignors.first().copied().unwrap_or(ServerAssignor::Uniform);
        for assignor in around.assignors {
            if votes(assignor) > votes(&chosen) {
                chosen = *assignor;
            }
        }
        chosen
    }

    /// Computes everyone's target for the group epoch of now.
    ///
    /// Follows `TargetAssignmentBuilder.build`: the assignor sees the targets of before, not what members have.
    pub(super) fn compute_target(&mut self, around: &Surroundings<'_>) {
        let mut topics: Vec<SubscribedTopic> = self.topics.values().flatten().copied().collect();
        // Kafka breaks the last tie between topics by their ids.
        crate::sim::sort_by_key(&mut topics, |topic| topic.id);
        let members: Vec<GroupMember> = self
            .members
            .iter()
            .map(|member| GroupMember {
                id: member.id.clone(),
                group_instance_id: member.instance_id.clone(),
                subscription: member
                    .subscription
                    .iter()
                    .filter_map(|name| self.topics.get(name).copied().flatten())
                    .map(|topic| topic.id)
                    .collect(),
                target: member.target.iter().copied().collect(),
            })
            .collect();
        let group = GroupSpec { topics: &topics, members: &members, subscription_type: self.subscription_type() };
        let lists = match self.assignor(around) {
            ServerAssignor::Uniform => assign_uniform(&group).members,
            ServerAssignor::Range => assign_range(&group).members,
        };
        for (member, list) in self.members.iter_mut().zip(lists) {
            member.target = list.into_iter().collect();
        }
        self.assignment_epoch = self.epoch;
    }
}
