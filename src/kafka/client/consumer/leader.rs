//! What the leader of a classic group does: it computes who reads what, by the assignor that the group voted for, over
//! the metadata that this client has (`ConsumerCoordinator.onLeaderElected`; reference §6.8, §6.9).

use super::Consumer;
use crate::kafka::{
    assignor::{
        Assignor, Member, MemberAssignment, RangeAssignment, RoundRobinAssignment, StickyAssignment, StickyMember,
        StickyOptions, Topic, TopicPartition, assign_cooperative_sticky, assign_range, assign_round_robin,
        assign_sticky,
    },
    event::EventKind,
    hash::java_string_cmp,
    ids::{BrokerId, Name, TopicIdPartition},
    metadata::PartitionState,
    node::Outbox,
    protocol::{Assignment, JoinGroupResponse, JoinedMember, OwnedPartitions, Subscription},
};
use crate::sim::Set;
use std::sync::Arc;

/// How an assignment came about, for *Why?*.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Computed {
    /// Topic by topic in runs.
    Range(RangeAssignment),
    /// In a circle.
    RoundRobin(RoundRobinAssignment),
    /// Who has a partition keeps it.
    Sticky(StickyComputed),
    /// And what another still has is withheld.
    CooperativeSticky(StickyComputed),
}

/// An assignment by one of the sticky assignors, with what the members said they have.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StickyComputed {
    /// The members as the assignor saw them.
    pub members: Vec<StickyMember>,
    /// What came out.
    pub assignment: StickyAssignment,
}

impl Computed {
    /// The assignor.
    pub fn assignor(&self) -> Assignor {
        match self {
            Computed::Range(_) => Assignor::Range,
            Computed::RoundRobin(_) => Assignor::RoundRobin,
            Computed::Sticky(_) => Assignor::Sticky,
            Computed::CooperativeSticky(_) => Assignor::CooperativeSticky,
        }
    }

    /// Each member's partitions.
    pub fn members(&self) -> &[MemberAssignment] {
        match self {
            Computed::Range(computed) => &computed.members,
            Computed::RoundRobin(computed) => &computed.members,
            Computed::Sticky(computed) | Computed::CooperativeSticky(computed) => &computed.assignment.members,
        }
    }
}

/// Topics with the racks of each partition's replicas, as an assignment was computed from them. Racks count only for a
/// leader that has one itself (`MetadataSnapshot`).
pub(super) type Snapshot = Vec<(Name, Vec<Set<Name>>)>;

impl Consumer {
    /// Computes the assignment, or nothing if that of before still holds.
    pub(super) fn lead(&mut self, join: &JoinGroupResponse, out: &mut Outbox) -> Vec<(Name, Assignment)> {
        self.group_topics = group_topics(&join.members);
        if join.skip_assignment {
            self.assigned_from = self.snapshot();
            return Vec::new();
        }
        let Some(assignor) = join.protocol.as_deref().and_then(Assignor::by_name) else { return Vec::new() };
        let topics: Vec<Topic> = self.group_topics.iter().filter_map(|name| self.assignor_topic(name)).collect();
        let computed = self.compute(assignor, &topics, &join.members);
        let to_ids = |partitions: &[TopicPartition]| -> Assignment {
            let ids = partitions.iter().filter_map(|partition| {
                Some(TopicIdPartition::new(self.metadata.topic(&partition.topic)?.topic, partition.partition))
            });
            ids.collect()
        };
        let of_member = |member: &MemberAssignment| (Name::from(&*member.member_id), to_ids(&member.partitions));
        let assignments = computed.members().iter().map(of_member).collect();
        self.assigned_from = self.snapshot();
        self.computed = Some(Arc::new(computed));
        if let Some(group) = self.group.clone() {
            let (generation, members) = (self.generation, join.members.len() as u32);
            out.event(EventKind::AssignmentComputed { group, generation, members, assignor });
        }
        assignments
    }

    fn compute(&mut self, assignor: Assignor, topics: &[Topic], members: &[JoinedMember]) -> Computed {
        let plain = || members.iter().map(assignor_member).collect::<Vec<Member>>();
        match assignor {
            Assignor::Range => Computed::Range(assign_range(topics, &plain(), false)),
            Assignor::RoundRobin => Computed::RoundRobin(assign_round_robin(topics, &plain())),
            Assignor::Sticky => {
                let members: Vec<StickyMember> = members.iter().map(sticky_member).collect();
                let max_generation = self.remembered.sticky_max_generation;
                let options = StickyOptions { max_generation, ..StickyOptions::default() };
                let assignment = assign_sticky(topics, &members, options);
                self.remembered.sticky_max_generation = assignment.max_generation;
                Computed::Sticky(StickyComputed { members, assignment })
            }
            Assignor::CooperativeSticky => {
                let members: Vec<StickyMember> = members.iter().map(cooperative_member).collect();
                let max_generation = self.remembered.cooperative_max_generation;
                let options = StickyOptions { max_generation, ..StickyOptions::default() };
                let assignment = assign_cooperative_sticky(topics, &members, options);
                self.remembered.cooperative_max_generation = assignment.max_generation;
                Computed::CooperativeSticky(StickyComputed { members, assignment })
            }
        }
    }

    fn assignor_topic(&self, name: &Name) -> Option<Topic> {
        let topic = self.metadata.topic(name)?;
        let racks = |state: &Arc<PartitionState>| {
            let rack = |broker: &BrokerId| self.metadata.rack(*broker).map(|rack| rack.to_string());
            state.replicas.iter().filter_map(rack).collect()
        };
        Some(Topic {
            name: name.to_string(),
            partition_count: topic.partitions.len() as i32,
            replica_racks: topic.partitions.iter().map(racks).collect(),
        })
    }

    /// The topics of the whole group and its own, as it knows them now.
    fn snapshot(&self) -> Snapshot {
        let with_racks = self.config.client_rack.is_some();
        let racks = |state: &Arc<PartitionState>| -> Set<Name> {
            let known = state.replicas.iter().filter(|_| with_racks).filter_map(|broker| self.metadata.rack(*broker));
            known.cloned().collect()
        };
        let own = self.topics.iter().filter(|name| !self.group_topics.contains(name));
        self.group_topics
            .iter()
            .chain(own)
            .filter_map(|name| Some((name.clone(), self.metadata.topic(name)?.partitions.iter().map(racks).collect())))
            .collect()
    }

    /// Is what it computed the assignment from not what it knows now? Topics that came or went, other counts of
    /// partitions, other racks.
    pub(super) fn metadata_differs(&self) -> bool {
        self.is_leader && self.snapshot() != self.assigned_from
    }
}

/// The topics that somebody in the group subscribes to.
pub(super) fn group_topics(members: &[JoinedMember]) -> Vec<Name> {
    let mut names: Vec<Name> = members.iter().flat_map(|member| member.metadata.topics.clone()).collect();
    crate::sim::sort_by(&mut names, |a, b| java_string_cmp(a, b));
    names.dedup();
    names
}

fn assignor_member(joined: &JoinedMember) -> Member {
    let Subscription { topics, rack, .. } = &joined.metadata;
    Member {
        id: joined.member_id.to_string(),
        group_instance_id: joined.group_instance_id.as_deref().map(str::to_owned),
        rack: rack.as_deref().map(str::to_owned),
        subscription: topics.iter().map(|topic| topic.to_string()).collect(),
    }
}

/// `StickyAssignor.memberData`: only what the user data says, as eager members own nothing when they join.
fn sticky_member(joined: &JoinedMember) -> StickyMember {
    let data = joined.metadata.user_data.as_ref();
    StickyMember {
        member: assignor_member(joined),
        owned: data.map(|data| topic_partitions(&data.partitions)).unwrap_or_default(),
        generation: data.map(|data| data.generation),
        subscription_generation: known(joined.metadata.generation),
    }
}

/// `CooperativeStickyAssignor.memberData`: the fields of the subscription, and the user data only for a generation.
fn cooperative_member(joined: &JoinedMember) -> StickyMember {
    let field = known(joined.metadata.generation);
    StickyMember {
        member: assignor_member(joined),
        owned: topic_partitions(&joined.metadata.owned_partitions),
        generation: field.or(joined.metadata.user_data.as_ref().map(|data| data.generation)),
        subscription_generation: field,
    }
}

fn known(generation: i32) -> Option<i32> {
    (generation >= 0).then_some(generation)
}

fn topic_partitions(owned: &OwnedPartitions) -> Vec<TopicPartition> {
    let of_topic = |(topic, partitions): &(Name, Vec<i32>)| {
        let topic = topic.to_string();
        let at = move |partition: &i32| TopicPartition { topic: topic.clone(), partition: *partition };
        partitions.iter().map(at).collect::<Vec<_>>()
    };
    owned.iter().flat_map(of_topic).collect()
}
