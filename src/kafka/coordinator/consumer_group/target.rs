//! The target assignment of a whole group: which assignor, what it is told, what comes of it (reference §7.6).

use std::sync::Arc;

use super::{Change, ConsumerGroup, ServerAssignor, Surroundings};
use crate::kafka::{
    assignor::server::{
        GroupMember, GroupSpec, RangeAssignment, SubscribedTopic, UniformSteps, assign_range, assign_uniform,
    },
    ids::{Name, TopicIdPartition},
};

/// How a target assignment came about: what a "why this assignment" card shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Computed {
    /// The group epoch that it is for.
    pub epoch: i32,
    /// How many members had voted for the assignor; 0: it is the brokers' first.
    pub votes: usize,
    /// The subscribed topics that there are.
    pub topics: Vec<SubscribedTopic>,
    /// Each member, in the order in which the assignor walked them.
    pub members: Vec<MemberShare>,
    /// The assignor's own steps.
    pub how: How,
    /// Partitions that go from one member's target to another's.
    pub moved: u32,
}

/// What a member's target was and is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberShare {
    /// Member id.
    pub id: Name,
    /// `client.id`.
    pub client_id: Name,
    /// Its target before.
    pub before: Vec<TopicIdPartition>,
    /// Its target now.
    pub after: Vec<TopicIdPartition>,
}

/// The steps of an assignor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum How {
    /// `uniform`.
    Uniform(UniformSteps),
    /// `range`.
    Range(RangeAssignment),
}

impl How {
    /// The assignor.
    pub fn assignor(&self) -> ServerAssignor {
        match self {
            How::Uniform(_) => ServerAssignor::Uniform,
            How::Range(_) => ServerAssignor::Range,
        }
    }
}

impl ConsumerGroup {
    fn votes(&self, assignor: ServerAssignor) -> usize {
        self.members.iter().filter(|member| member.assignor.as_deref() == Some(assignor.name())).count()
    }

    /// The assignor that most members ask for; the brokers' first if nobody asks for any.
    ///
    /// Kafka takes one of a hash map where two have as many votes; here it is the one that the brokers name first.
    pub fn assignor(&self, around: &Surroundings<'_>) -> ServerAssignor {
        let mut chosen = around.assignors.first().copied().unwrap_or(ServerAssignor::Uniform);
        for assignor in around.assignors {
            if self.votes(*assignor) > self.votes(chosen) {
                chosen = *assignor;
            }
        }
        chosen
    }

    /// Computes everyone's target for the group epoch of now.
    ///
    /// Follows `TargetAssignmentBuilder.build`: the assignor sees the targets of before, not what members have.
    pub(super) fn compute_target(&mut self, around: &Surroundings<'_>, changes: &mut Vec<Change>) {
        let mut topics: Vec<SubscribedTopic> = self.topics.values().flatten().copied().collect();
        // Kafka breaks the last tie between topics by their ids.
        crate::sim::sort_by_key(&mut topics, |topic| topic.id);
        let members: Vec<GroupMember> = self
            .members
            .iter()
            .map(|member| GroupMember {
                id: member.id.clone(),
                group_instance_id: member.instance_id.clone(),
                subscription: self
                    .subscribed_topics(member)
                    .filter_map(|name| self.topics.get(name).copied().flatten())
                    .map(|topic| topic.id)
                    .collect(),
                target: member.target.iter().copied().collect(),
            })
            .collect();
        let group = GroupSpec { topics: &topics, members: &members, subscription_type: self.subscription_type() };
        let assignor = self.assignor(around);
        let (lists, how) = match assignor {
            ServerAssignor::Uniform => {
                let assigned = assign_uniform(&group);
                (assigned.members, How::Uniform(assigned.steps))
            }
            ServerAssignor::Range => {
                let assigned = assign_range(&group);
                (assigned.members.clone(), How::Range(assigned))
            }
        };
        let mut shares = Vec::with_capacity(members.len());
        for ((member, before), after) in self.members.iter_mut().zip(members).zip(lists) {
            if before.target != after {
                changes.push(Change::Target(member.id.clone()));
                member.target = after.iter().copied().collect();
            }
            let (id, client_id, before) = (member.id.clone(), member.client_id.clone(), before.target);
            shares.push(MemberShare { id, client_id, before, after });
        }
        self.assignment_epoch = self.epoch;
        let still = |share: &&MemberShare, at: &TopicIdPartition| share.after.binary_search(at).is_ok();
        let kept: usize = shares.iter().map(|share| share.before.iter().filter(|at| still(&share, at)).count()).sum();
        let had = shares.iter().flat_map(|share| &share.before);
        let given: crate::sim::Set<TopicIdPartition> = shares.iter().flat_map(|share| &share.after).copied().collect();
        let moved = (had.filter(|at| given.contains(*at)).count() - kept) as u32;
        let (epoch, votes) = (self.epoch, self.votes(assignor));
        self.computed = Some(Arc::new(Computed { epoch, votes, topics, members: shares, how, moved }));
        changes.push(Change::TargetEpoch);
    }
}
