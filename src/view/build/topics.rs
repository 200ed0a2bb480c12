//! Topics and their partitions, as logical logs.

use std::rc::Rc;

use super::{Builder, CELL_PARTITIONS_MAX, kept_one};
use crate::{
    cluster::World,
    kafka::{
        config::{BrokerConfig, Scope, TopicConfig, effective},
        coordinator::Group,
        ids::{TopicIdPartition, is_internal},
        log::Log,
        metadata::{PartitionState, TopicImage},
    },
    view::model::{
        CELLS_MAX, Cell, GroupMark, GroupView, MemberView, OwnedPartition, PartitionView, ReplicaView, TopicView,
    },
};

impl Builder {
    pub(super) fn topics(&mut self, world: &World, groups: &[GroupView]) -> Vec<Rc<TopicView>> {
        let image = world.metadata();
        let defaults = BrokerConfig::from_settings(&image.settings).unwrap_or_default();
        let (internal, users): (Vec<_>, Vec<_>) = image.topics.iter().partition(|(_, topic)| is_internal(&topic.name));
        let old = self.previous.clone();
        let readers: Vec<Readers<'_>> = groups.iter().map(|group| Readers::of(world, group)).collect();
        users
            .into_iter()
            .chain(internal)
            .map(|(id, topic)| {
                let before = old.topics.iter().find(|before| *before.name == *topic.name);
                let partitions = (0..)
                    .zip(&topic.partitions)
                    .map(|(partition, state)| {
                        let id = TopicIdPartition::new(*id, partition);
                        let cells = self.has_cells(topic, partition);
                        let before = before.and_then(|before| before.partitions.get(partition as usize));
                        self.partition(world, topic, (id, state), cells, &readers, before)
                    })
                    .collect();
                let view = topic_view(topic, &defaults, partitions);
                match before {
                    Some(before) => kept_one(before, view),
                    None => Rc::new(view),
                }
            })
            .collect()
    }

    pub(super) fn has_cells(&self, topic: &TopicImage, partition: i32) -> bool {
        let few = topic.partitions.len() <= CELL_PARTITIONS_MAX && !is_internal(&topic.name);
        few || self.opened.get(&*topic.name) == Some(&partition)
    }

    fn partition(
        &mut self,
        world: &World,
        topic: &TopicImage,
        (id, state): (TopicIdPartition, &PartitionState),
        with_cells: bool,
        groups: &[Readers<'_>],
        before: Option<&Rc<PartitionView>>,
    ) -> Rc<PartitionView> {
        let replica_of = |broker: u32| world.brokers().get(&broker)?.replica(id);
        // Without a leader the last in-sync replica is what is left of the log.
        let last_known_leader = state.last_known_elr.iter().flatten().next().copied();
        let last = state.isr.first().or(state.elr.last()).copied().or(last_known_leader);
        let shown = state.leader.or(last).and_then(replica_of);
        let (log_start, high_watermark, log_end) = shown.map_or((0, 0, 0), |replica| {
            let log = &replica.log;
            (log.log_start_offset(), log.high_watermark(), log.log_end_offset())
        });
        let replicas = || {
            state.replicas.iter().map(|broker| {
                let replica = replica_of(*broker);
                ReplicaView {
                    broker: *broker,
                    leader: state.leader == Some(*broker),
                    in_sync: state.isr.contains(broker),
                    eligible: state.elr.contains(broker),
                    adding: state.adding.contains(broker),
                    removing: state.removing.contains(broker),
                    alive: world.brokers().get(broker).is_some_and(|broker| broker.is_up()),
                    log_end: replica.map_or(0, |replica| replica.log.log_end_offset()),
                    high_watermark: replica.map_or(0, |replica| replica.log.high_watermark()),
                }
            })
        };
        let marks = || marks(&topic.name, id, high_watermark, groups);
        // Of many partitions most are as they were: that is found out without allocating.
        if let Some(before) = before
            && !with_cells
            && before.cells.is_empty()
            && (before.leader, before.leader_epoch) == (state.leader, state.leader_epoch)
            && before.last_known_leader == last_known_leader
            && (before.log_start, before.high_watermark, before.log_end) == (log_start, high_watermark, log_end)
            && before.replicas.iter().copied().eq(replicas())
            && before.marks.iter().map(Standing::of).eq(marks())
        {
            return before.clone();
        }
        let view = PartitionView {
            topic: topic.name.to_string(),
            partition: id.partition,
            leader: state.leader,
            leader_epoch: state.leader_epoch,
            replicas: replicas().collect(),
            last_known_leader,
            log_start,
            high_watermark,
            log_end,
            cells: match shown {
                Some(replica) if with_cells => {
                    // Within one epoch a leader only appends.
                    let same_reign = |before: &&PartitionView| {
                        state.leader.is_some()
                            && (before.leader, before.leader_epoch) == (state.leader, state.leader_epoch)
                    };
                    self.cells(&replica.log, high_watermark, before.map(|before| &**before).filter(same_reign))
                }
                _ => Vec::new(),
            },
            marks: marks().map(Standing::mark).collect(),
        };
        match before {
            Some(before) => kept_one(before, view),
            None => Rc::new(view),
        }
    }

    /// The newest records of a log; those below `high_watermark` are visible. Where the log has only grown since
    /// `before`, only what is new is read.
    pub(super) fn cells(&mut self, log: &Log, high_watermark: i64, before: Option<&PartitionView>) -> Vec<Cell> {
        let end = log.log_end_offset();
        let from = log.log_start_offset().max(end - CELLS_MAX as i64);
        let mut cells = Vec::with_capacity((end - from).max(0) as usize);
        let grown = before.filter(|before| {
            before.log_start == log.log_start_offset() && before.log_end <= end && !log.config().compact
        });
        let known = grown.map_or(from, |before| before.log_end.max(from));
        if let Some(before) = grown {
            let kept = before.cells.iter().filter(|cell| cell.offset >= from);
            cells.extend(kept.map(|cell| Cell { visible: cell.offset < high_watermark, ..cell.clone() }));
        }
        for batch in log.batches().from(known) {
            for (offset, record) in batch.iter() {
                if offset >= known {
                    cells.push(Cell { offset, key: self.keys.of(record.key), visible: offset < high_watermark });
                }
            }
        }
        debug_assert!(grown.is_none() || cells == self.cells(log, high_watermark, None), "a log has only grown");
        cells
    }
}

fn topic_view(topic: &TopicImage, defaults: &BrokerConfig, partitions: Vec<Rc<PartitionView>>) -> TopicView {
    let replication_factor = topic.partitions.first().map_or(0, |state| state.replicas.len() as u32);
    let config = TopicConfig::from_settings(&topic.settings).unwrap_or_default();
    let min_isr = config.min_insync_replicas.unwrap_or(defaults.min_insync_replicas);
    let configs = effective(Scope::Topic, &topic.settings)
        .into_iter()
        .filter(|(.., differs)| *differs)
        .map(|(name, value, _)| (name.to_owned(), value))
        .collect();
    TopicView {
        name: topic.name.to_string(),
        internal: is_internal(&topic.name),
        replication_factor,
        min_insync_replicas: min_isr.min(replication_factor.max(1)),
        configs,
        partitions,
    }
}

/// A group, with who owns what and what its coordinator has, found once for all partitions.
struct Readers<'a> {
    group: &'a GroupView,
    stored: Option<&'a Group>,
    /// By topic and partition; of several who believe to own one, the first member.
    owners: Vec<((&'a str, i32), &'a MemberView, &'a OwnedPartition)>,
}

impl<'a> Readers<'a> {
    fn of(world: &'a World, group: &'a GroupView) -> Readers<'a> {
        let mut owners = Vec::new();
        for member in &group.members {
            owners.extend(member.owned.iter().map(|at| ((at.topic.as_str(), at.partition), &**member, at)));
        }
        crate::sim::sort_by_key(&mut owners, |owner| owner.0);
        owners.dedup_by_key(|owner| owner.0);
        let stored = group.group_id.as_deref().and_then(|group| super::groups::coordinated(world, group));
        Readers { group, stored, owners }
    }

    fn owner(&self, topic: &str, partition: i32) -> Option<(&'a MemberView, &'a OwnedPartition)> {
        let place = self.owners.binary_search_by_key(&(topic, partition), |owner| owner.0).ok()?;
        self.owners.get(place).map(|(_, member, owned)| (*member, *owned))
    }
}

/// Where a group stands on a partition, before anything is allocated for it.
#[derive(PartialEq)]
struct Standing<'a> {
    group: &'a str,
    color: u8,
    committed: Option<i64>,
    position: Option<i64>,
    lag: Option<i64>,
}

impl Standing<'_> {
    fn of(mark: &GroupMark) -> Standing<'_> {
        let GroupMark { group, color, committed, position, lag } = mark;
        Standing { group, color: *color, committed: *committed, position: *position, lag: *lag }
    }

    fn mark(self) -> GroupMark {
        GroupMark {
            group: self.group.to_owned(),
            color: self.color,
            committed: self.committed,
            position: self.position,
            lag: self.lag,
        }
    }
}

/// Where each group stands on a partition.
fn marks<'a>(
    topic: &'a str,
    id: TopicIdPartition,
    high_watermark: i64,
    groups: &'a [Readers<'a>],
) -> impl Iterator<Item = Standing<'a>> {
    groups.iter().filter_map(move |readers| {
        let group = readers.group;
        let owner = readers.owner(topic, id.partition);
        let stored = super::groups::stored_offset(readers.stored, id);
        let committed = stored.or(owner.and_then(|(_, owned)| owned.committed));
        let position = owner.and_then(|(_, owned)| owned.position);
        let reference = committed.or(position)?;
        let name = match (&group.group_id, owner) {
            (Some(group), _) => group.as_str(),
            (None, Some((member, _))) => member.name.as_str(),
            (None, None) => return None,
        };
        let lag = Some((high_watermark - reference).max(0));
        Some(Standing { group: name, color: group.color, committed, position, lag })
    })
}
