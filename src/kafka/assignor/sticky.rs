//! The sticky assignors of the classic protocol: who has a partition keeps it, as far as everybody
//! then has about as many.
//!
//! Two algorithms: with equal subscriptions the constrained one, which gives each member its quota
//! and moves no more than that takes; else the general one, which moves partition by partition
//! while that evens out. With racks both keep and give where a member has a replica in its rack,
//! first. Left out: the bytes in which members tell what they have, which is the protocol's; the
//! claim on a partition past the end of its topic (made again, smaller), which here counts for
//! nothing, while Kafka may then assign a partition twice.

mod claims;
mod constrained;
mod cooperative;
mod general;
mod loads;
mod movements;
mod racks;

use super::index::Index;
use super::{Member, MemberAssignment, Topic, TopicPartition};
use crate::kafka::hash::java_string_cmp;
use crate::sim::sort_by;
use claims::Claims;
use racks::Racks;

/// The generation of a member that has none: `AbstractStickyAssignor.DEFAULT_GENERATION`.
pub const NO_GENERATION: i32 = -1;

/// A member with what it says it has.
///
/// Follows `AbstractStickyAssignor.MemberData` beside the subscription it was read from.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
pub struct StickyMember {
    /// The member.
    pub member: Member,
    /// What it was assigned last: for sticky by its user data, for cooperative-sticky by its
    /// subscription's field of owned partitions.
    pub owned: Vec<TopicPartition>,
    /// The generation in which it was: for sticky by the user data; for cooperative-sticky by the
    /// subscription's field, or by the user data if it has none.
    pub generation: Option<i32>,
    /// The subscription's field. Where two members claim the same partition, Kafka asks the one it
    /// came to first for this and not for the other.
    pub subscription_generation: Option<i32>,
}

/// How an assignor is called, beside topics and members.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub struct StickyOptions {
    /// The highest generation this assignor saw in earlier calls: it remembers.
    pub max_generation: i32,
    /// False but in Kafka's tests: racks are minded even where every partition is in all of them.
    pub prefer_rack_aware_logic: bool,
}

impl Default for StickyOptions {
    fn default() -> Self {
        Self { max_generation: NO_GENERATION, prefer_rack_aware_logic: false }
    }
}

/// What a sticky assignor gave to whom, and how it came to it.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct StickyAssignment {
    /// A list for each member, in the order in which the members were given: what it keeps, then
    /// what is new.
    pub members: Vec<MemberAssignment>,
    /// Partitions that go from one member to another, with the one they go to. Cooperative-sticky
    /// leaves them out of the lists; sticky only knows them on the constrained path.
    pub transferring: Vec<(TopicPartition, String)>,
    /// The algorithm, and how it went.
    pub path: StickyPath,
    /// Whether racks were minded.
    pub rack_aware: bool,
    /// The highest generation it has seen, for the next call.
    pub max_generation: i32,
}

/// The algorithm a sticky assignor took.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub enum StickyPath {
    /// All subscribe to the same topics.
    Constrained {
        /// What each member gets at least.
        min_quota: usize,
        /// How many members get one more.
        members_over_min_quota: usize,
    },
    /// Subscriptions differ.
    General {
        /// Whether a member could not keep something: it does not subscribe to it any more, or has
        /// no replica of it in its rack.
        revocation_required: bool,
        /// How often a partition was moved to even out what was assigned.
        moves: usize,
        /// Whether those moves were taken back, as they evened nothing out.
        reverted: bool,
    },
}

/// Assigns the partitions of `topics` to `members`.
///
/// `topics` are those of the leader's metadata, each once; their order counts for nothing. Topics
/// that are not subscribed to, and subscriptions to topics that are not there, count for nothing.
/// The order of `members`, each with an id of its own, is that in which Kafka walks its hash map:
/// it decides who keeps one more where several could, and between equal claims.
///
/// Follows `org.apache.kafka.clients.consumer.StickyAssignor`, which all but reading the user data
/// leaves to `AbstractStickyAssignor.assignPartitions`.
pub fn assign_sticky(topics: &[Topic], members: &[StickyMember], options: StickyOptions) -> StickyAssignment {
    let group = Group::new(topics, members, options);
    let plan = group.plan();
    group.tell(plan)
}

/// Assigns the partitions of `topics` to `members` as [`assign_sticky`] does, but leaves out what
/// another member still has: it has to be revoked there first, and is given in the rebalance that
/// follows.
///
/// Follows `org.apache.kafka.clients.consumer.CooperativeStickyAssignor.assignPartitions`.
pub fn assign_cooperative_sticky(
    topics: &[Topic],
    members: &[StickyMember],
    options: StickyOptions,
) -> StickyAssignment {
    let group = Group::new(topics, members, options);
    let mut plan = group.plan();
    if let StickyPath::General { .. } = plan.path {
        plan.transferring = cooperative::transferring(&group.claims, &plan.lists, group.index.partition_count());
    }
    cooperative::adjust(&mut plan);
    group.tell(plan)
}

/// A call's input by numbers: members by their place in the list, topics and partitions by the
/// index.
struct Group<'a> {
    members: &'a [StickyMember],
    index: Index<'a>,
    /// The place of each member in the order of their ids.
    rank: Vec<usize>,
    claims: Claims,
    racks: Racks,
}

/// The outcome by numbers.
struct Plan {
    /// The partitions of each member.
    lists: Vec<Vec<usize>>,
    /// Partitions that change their owner, with the new one.
    transferring: Vec<(usize, usize)>,
    path: StickyPath,
}

impl<'a> Group<'a> {
    fn new(topics: &'a [Topic], members: &'a [StickyMember], options: StickyOptions) -> Self {
        let index = Index::new(topics, members.iter().map(|member| member.member.subscription.as_slice()));
        let mut by_id: Vec<usize> = (0..members.len()).collect();
        sort_by(&mut by_id, |a, b| java_string_cmp(&members[*a].member.id, &members[*b].member.id));
        let mut rank = vec![0; members.len()];
        for (place, member) in by_id.into_iter().enumerate() {
            rank[member] = place;
        }
        let claims = Claims::new(&index, members, options.max_generation);
        let racks = Racks::new(&index, members, options.prefer_rack_aware_logic);
        Self { members, index, rank, claims, racks }
    }

    fn plan(&self) -> Plan {
        if self.subscriptions_are_equal() { constrained::plan(self) } else { general::plan(self) }
    }

    /// Whether all members name the same topics, there or not. Members before the first that names
    /// one count as equal to it.
    ///
    /// Follows `AbstractStickyAssignor.allSubscriptionsEqual`.
    fn subscriptions_are_equal(&self) -> bool {
        let mut lists =
            self.members.iter().map(|member| &member.member.subscription).skip_while(|list| list.is_empty());
        let Some(first) = lists.next() else { return true };
        let mut names: Vec<&String> = first.iter().collect();
        sort_by(&mut names, Ord::cmp);
        names.dedup();
        lists.all(|list| {
            list == first || list.len() == names.len() && list.iter().all(|name| names.binary_search(&name).is_ok())
        })
    }

    fn tell(&self, plan: Plan) -> StickyAssignment {
        let name = |member: usize| self.members[member].member.id.clone();
        StickyAssignment {
            members: plan
                .lists
                .into_iter()
                .enumerate()
                .map(|(member, list)| MemberAssignment {
                    member_id: name(member),
                    partitions: list.into_iter().map(|partition| self.index.name_of(partition)).collect(),
                })
                .collect(),
            transferring: plan
                .transferring
                .into_iter()
                .map(|(partition, to)| (self.index.name_of(partition), name(to)))
                .collect(),
            path: plan.path,
            rack_aware: self.racks.are_minded(),
            max_generation: self.claims.max_generation,
        }
    }
}

#[cfg(test)]
mod tests;
