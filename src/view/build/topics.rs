//! Topics and their partitions, as logical logs.

use std::rc::Rc;

use super::{Builder, CELL_PARTITIONS_MAX, kept_one};
use crate::{
    cluster::World,
    kafka::{
        broker::Replica,
        config::{BrokerConfig, Scope, TopicConfig, effective},
        ids::{TopicIdPartition, is_internal},
        metadata::{PartitionState, TopicImage},
    },
    view::model::{CELLS_MAX, Cell, GroupMark, GroupView, PartitionView, ReplicaView, TopicView},
};

impl Builder {
    pub(super) fn topics(&mut self, world: &World, groups: &[GroupView]) -> Vec<Rc<TopicView>> {
        let image = world.metadata();
        let defaults = BrokerConfig::from_settings(&image.settings).unwrap_or_default();
        let (internal, users): (Vec<_>, Vec<_>) = image.topics.iter().partition(|(_, topic)| is_internal(&topic.name));
        let old = self.previous.clone();
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
                        let view = self.partition(world, topic, id, state, cells, groups);
                        match before.and_then(|before| before.partitions.get(partition as usize)) {
                            Some(before) => kept_one(before, view),
                            None => Rc::new(view),
                        }
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

    fn has_cells(&self, topic: &TopicImage, partition: i32) -> bool {
        let opened = self.opened.as_ref();
        let few = topic.partitions.len() <= CELL_PARTITIONS_MAX && !is_internal(&topic.name);
        few || opened.is_some_and(|(name, number)| **name == *topic.name && *number == partition)
    }

    fn partition(
        &mut self,
        world: &World,
        topic: &TopicImage,
        id: TopicIdPartition,
        state: &PartitionState,
        with_cells: bool,
        groups: &[GroupView],
    ) -> PartitionView {
        let replica_of = |broker: u32| world.brokers().get(&broker)?.replica(id);
        // Without a leader the last in-sync replica is what is left of the log.
        let shown = state.leader.or(state.isr.first().copied()).and_then(replica_of);
        let (log_start, high_watermark, log_end) = shown.map_or((0, 0, 0), |replica| {
            let log = &replica.log;
            (log.log_start_offset(), log.high_watermark(), log.log_end_offset())
        });
        let replicas = state
            .replicas
            .iter()
            .map(|broker| {
                let replica = replica_of(*broker);
                ReplicaView {
                    broker: *broker,
                    leader: state.leader == Some(*broker),
                    in_sync: state.isr.contains(broker),
                    alive: world.brokers().get(broker).is_some_and(|broker| broker.is_up()),
                    log_end: replica.map_or(0, |replica| replica.log.log_end_offset()),
                    high_watermark: replica.map_or(0, |replica| replica.log.high_watermark()),
                }
            })
            .collect();
        PartitionView {
            topic: topic.name.to_string(),
            partition: id.partition,
            leader: state.leader,
            leader_epoch: state.leader_epoch,
            replicas,
            log_start,
            high_watermark,
            log_end,
            cells: match shown {
                Some(replica) if with_cells => self.cells(replica),
                _ => Vec::new(),
            },
            marks: marks(&topic.name, id.partition, high_watermark, groups, world, id),
        }
    }

    fn cells(&mut self, replica: &Replica) -> Vec<Cell> {
        let log = &replica.log;
        let (end, high_watermark) = (log.log_end_offset(), log.high_watermark());
        let from = log.log_start_offset().max(end - CELLS_MAX as i64);
        let mut cells = Vec::with_capacity((end - from).max(0) as usize);
        for batch in log.batches().from(from) {
            for (offset, record) in (batch.base_offset..).zip(batch.records.iter()) {
                if offset >= from {
                    cells.push(Cell { offset, key: self.keys.of(record.key), visible: offset < high_watermark });
                }
            }
        }
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

/// Where each group stands on a partition.
fn marks(
    topic: &str,
    partition: i32,
    high_watermark: i64,
    groups: &[GroupView],
    world: &World,
    id: TopicIdPartition,
) -> Vec<GroupMark> {
    let mut marks = Vec::new();
    for group in groups {
        let owner = group.members.iter().find_map(|member| {
            let owned = member.owned.iter().find(|owned| owned.partition == partition && *owned.topic == *topic)?;
            Some((member, owned))
        });
        let stored = group.group_id.as_deref().and_then(|group| super::groups::stored_offset(world, group, id));
        let committed = stored.or(owner.and_then(|(_, owned)| owned.committed));
        let position = owner.and_then(|(_, owned)| owned.position);
        let Some(reference) = committed.or(position) else { continue };
        let name = match (&group.group_id, owner) {
            (Some(group), _) => group.clone(),
            (None, Some((member, _))) => member.name.clone(),
            (None, None) => continue,
        };
        let lag = Some((high_watermark - reference).max(0));
        marks.push(GroupMark { group: name, color: group.color, committed, position, lag });
    }
    marks
}
