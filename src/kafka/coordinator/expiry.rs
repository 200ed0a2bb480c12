//! The end of committed offsets (reference §8), after `OffsetMetadataManager.cleanupExpiredOffsets`, `ClassicGroup` and
//! `ModernGroup` (`offsetExpirationCondition`).
//!
//! Kafka has a timer for each partition of `__consumer_offsets` from the moment it was loaded; here one of the broker
//! serves all that it leads, from the moment it led the first.

use super::{
    Context, Effects, GroupCoordinator, Then, Write, consumer_group::ConsumerGroup, group::Group, group::GroupState,
    records,
};
use crate::kafka::{
    config::BrokerConfig,
    event::EventKind,
    ids::{Name, TopicId, TopicIdPartition},
    metadata::TopicImage,
    node::Outbox,
};
use crate::sim::{Map, Set};

/// A committed offset, as its coordinator has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Committed {
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, −1 for none.
    pub leader_epoch: i32,
    /// When its coordinator was asked to store it.
    pub committed_us: u64,
}

/// From when on `offsets.retention.minutes` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RetainedSince {
    /// The moment at which the last member of a classic group was gone.
    GroupEmpty,
    /// The commit.
    Commit,
}

impl Group {
    /// From when on the retention of its offsets counts; nothing while all are kept.
    ///
    /// A group of the consumer protocol counts from the commit even when nobody is in it; so does a classic one that
    /// nobody ever joined.
    pub fn retained_since(&self) -> Option<RetainedSince> {
        let was_joined = self.generation > 0 || self.state != GroupState::Empty;
        if self.consumer.is_some() || !was_joined {
            return Some(RetainedSince::Commit);
        }
        match self.state {
            GroupState::Empty => Some(RetainedSince::GroupEmpty),
            GroupState::Stable => Some(RetainedSince::Commit),
            GroupState::PreparingRebalance | GroupState::CompletingRebalance | GroupState::Dead => None,
        }
    }

    /// When an offset may go; never while somebody in the group subscribes to its topic.
    pub fn expires_us(&self, committed: &Committed, topic: &str, retention_us: u64) -> Option<u64> {
        let since_us = match self.retained_since()? {
            RetainedSince::GroupEmpty => self.state_us,
            RetainedSince::Commit => committed.committed_us,
        };
        (!self.subscribes_to(topic)).then(|| since_us.saturating_add(retention_us))
    }

    fn subscribes_to(&self, topic: &str) -> bool {
        let modern = |group: &ConsumerGroup| {
            group.members.iter().any(|member| group.subscribed_topics(member).any(|name| &**name == topic))
        };
        self.consumer.as_deref().is_some_and(modern)
            || self.members.iter().any(|member| member.topics().iter().any(|name| &**name == topic))
    }
}

impl GroupCoordinator {
    /// Does it coordinate anything?
    pub fn owns_any(&self) -> bool {
        !self.shards.is_empty()
    }

    /// `offsets.retention.check.interval.ms` is over: deletes the offsets whose time has come, and groups without members
    /// that have none left. `busy` groups have writes under way and are looked at next time.
    pub fn expire(
        &mut self,
        now_us: u64,
        config: &BrokerConfig,
        topics: &Map<TopicId, TopicImage>,
        busy: &Set<Name>,
        out: &mut Outbox,
    ) -> Effects {
        let mut writes = Vec::new();
        let shards: Vec<i32> = self.shards.keys().copied().collect();
        for shard in shards {
            let mut context = Context { now_us, shard, config, out: &mut *out, effects: Effects::default() };
            let groups: Vec<Name> = self.shards.get(&shard).into_iter().flat_map(Map::keys).cloned().collect();
            let mut records = Vec::new();
            for group in groups.iter().filter(|group| !busy.contains(*group)) {
                records.extend(self.expire_group(&mut context, group, topics));
            }
            if !records.is_empty() {
                writes.push(Write { shard, records, then: Then::Nothing });
            }
        }
        Effects { writes, ..Effects::default() }
    }

    fn expire_group(
        &mut self,
        context: &mut Context<'_>,
        id: &Name,
        topics: &Map<TopicId, TopicImage>,
    ) -> Vec<records::Record> {
        let (now_us, retention_us) = (context.now_us, context.config.offsets_retention_us);
        let Some(group) = self.group_mut(context.shard, id) else { return Vec::new() };
        let is_over = |(partition, committed): &(&TopicIdPartition, &Committed)| {
            let topic = topics.get(&partition.topic).map_or("", |topic| &topic.name);
            group.expires_us(committed, topic, retention_us).is_some_and(|at_us| at_us <= now_us)
        };
        let over: Vec<TopicIdPartition> =
            group.offsets.iter().filter(is_over).map(|(partition, _)| *partition).collect();
        let mut records: Vec<_> = over.iter().map(|partition| records::offset_tombstone(id, *partition)).collect();
        if let Some(since) = group.retained_since().filter(|_| !over.is_empty()) {
            group.offsets.retain(|partition, _| !over.contains(partition));
            let (group, partitions) = (id.clone(), over.into());
            context.out.event(EventKind::OffsetsExpired { group, partitions, since });
        }
        if group.is_unused() && group.offsets.is_empty() {
            records.extend(self.remove(context, id));
        }
        records
    }
}
