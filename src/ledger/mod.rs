//! The ledger: what became of every record that was ever sent, in three views that each add up to what was sent.
//!
//! [`verdicts`] says exactly what each answer means. A [`Ledger`] reads every event of a run once, in order and with the
//! world as it is right after them; an event says only where to look, and what is written down is what the world's logs,
//! batches and consumers hold. So a run that is played again has the same ledger, and the world knows nothing of it.
//!
//! It costs a line a *batch* ([`lines`]), not a record, and what is settled for good is only counted after a while
//! ([`fold`]); a partition's log costs a pointer a batch ([`partition`]), a group a few ranges of offsets ([`groups`]).
//! What waits in a producer costs nothing: the world itself has it.
//!
//! Left out: consumers without a group, and internal topics, which nobody sends to.

mod chunks;
mod fold;
mod groups;
mod lines;
mod list;
mod partition;
mod ranges;
mod rows;
mod totals;
mod verdicts;

pub use lines::{Copy, Line, LineId, Place};
pub use list::{Filter, Page, RecordId, Standing};
pub use ranges::Ranges;
pub use totals::{GroupTotals, Totals};
pub use verdicts::{Errors, Flag, GroupView, ProducerView, Remover, Verdict};

use std::sync::Arc;

use crate::{
    cluster::World,
    kafka::{
        broker::Replica,
        event::{BatchSent, Event, EventKind, LogStartBy},
        ids::{BrokerId, Name, TopicId, TopicIdPartition},
        log::RecordBatch,
        protocol::{Api, ErrorCode},
    },
    sim::{EventId, Map, NodeId, Set},
};
use groups::{Groups, is_zombie};
use lines::Lines;
use partition::{Partition, line_of};

/// What became of every record.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    lines: Lines,
    partitions: Map<TopicIdPartition, Partition>,
    groups: Groups,
    /// Records that `send` itself refused.
    refused: Vec<Refused>,
    /// Records of lines by topic, and those that `send` refused.
    sent_to: Map<TopicId, u64>,
    refused_of: Map<Name, u64>,
    /// Batches sent with acks=0 of which something may still be under way.
    under_way: Set<LineId>,
    /// Topics whose deletion a controller has decided and no broker has applied: it may still be lost with its log.
    deleting: Vec<TopicId>,
    /// Partitions that a group's view must be counted again of.
    touched: Vec<TopicIdPartition>,
    changed: EventId,
    /// Settled lines are folded after so many events; `None`: as the table of limits says.
    fold_after: Option<EventId>,
    /// The event of the last look for what is settled.
    folded_at: EventId,
}

/// Records in a row that a producer's `send` refused with one error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The producer's node.
    pub client: NodeId,
    /// Where to.
    pub topic: Name,
    /// Why.
    pub error: ErrorCode,
    /// How many.
    pub records: u64,
    /// First and last of their events.
    pub events: (EventId, EventId),
}

impl Ledger {
    /// Reads events, which are those since the last call, in order; `world` is as it is after them.
    pub fn follow(&mut self, world: &World, events: &[Event]) {
        let mut is_lost = false;
        for event in events {
            is_lost |= self.take(world, event);
        }
        if is_lost && !self.under_way.is_empty() {
            self.look_for_what_is_under_way(world, events.last().map_or(0, |event| event.id));
        }
        for partition in std::mem::take(&mut self.touched) {
            if let Some(known) = self.partitions.get(&partition) {
                self.groups.count(partition, known, &self.lines);
            }
        }
        self.fold(world, events.last().map_or(0, |event| event.id));
    }

    /// The last event that changed anything.
    pub fn changed(&self) -> EventId {
        self.changed
    }

    /// A line, once its batch has left its producer or failed.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.get(id)
    }

    /// The copies of a batch in any log, the oldest first.
    pub fn copies(&self, id: LineId) -> impl Iterator<Item = &Copy> {
        self.lines.copies(id)
    }

    /// One event. Returns whether something that was under way may be lost.
    fn take(&mut self, world: &World, event: &Event) -> bool {
        use EventKind as E;
        match &event.kind {
            E::BatchSent(sent) => self.on_sent(world, event, sent),
            E::BatchAcknowledged { batch, base_offset, .. } => {
                let view = if *base_offset < 0 { ProducerView::FireAndForget } else { ProducerView::Acknowledged };
                self.on_ended(event, *batch, view, ErrorCode::None);
            }
            E::BatchFailed { partition, batch, records, error } => {
                self.begin(event, *partition, *batch, *records);
                self.on_ended(event, *batch, ProducerView::Failed, *error);
            }
            E::SendFailed { topic, error } => self.on_refused(event, topic, *error),
            E::RecordsAppended { partition, base_offset, .. } if !world.is_internal(partition.topic) => {
                self.on_appended(world, event, *partition, *base_offset);
            }
            E::HighWatermarkAdvanced { partition, to, .. } => {
                if let Some(known) = self.partitions.get_mut(partition)
                    && known.leader == Some(event.node.0)
                {
                    known.set_high_watermark(*to, &mut self.lines);
                    self.changed = event.id;
                }
            }
            E::BecameLeader { partition, leader_epoch, .. } if !world.is_internal(partition.topic) => {
                let known = self.partitions.entry(*partition).or_default();
                if !known.is_deleted && (*leader_epoch >= known.epoch || known.leader.is_none()) {
                    (known.leader, known.epoch) = (Some(event.node.0), *leader_epoch);
                    self.look_again(world, event, *partition, Remover::Retention);
                }
            }
            E::LogTruncated { partition, .. } if self.leads(event.node, *partition) => {
                self.look_again(world, event, *partition, Remover::Retention);
            }
            E::LogStartMoved { partition, by, .. } if self.leads(event.node, *partition) => {
                let remover = match by {
                    LogStartBy::DeleteRecords => Remover::DeleteRecords,
                    LogStartBy::Retention | LogStartBy::Leader => Remover::Retention,
                };
                self.look_again(world, event, *partition, remover);
            }
            E::LogCleaned { partition, .. } if self.leads(event.node, *partition) => {
                self.look_again(world, event, *partition, Remover::Compaction);
            }
            E::LogStartedAnew { partition, .. } if self.leads(event.node, *partition) => {
                self.look_again(world, event, *partition, Remover::Retention);
            }
            E::TopicDeleted { topic } => self.deleting.push(*topic),
            E::MetadataApplied { .. } if !self.deleting.is_empty() => {
                let is_there = |topic: &TopicId| world.metadata().topics.contains_key(topic);
                let (there, gone): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut self.deleting).into_iter().partition(is_there);
                self.deleting = there;
                gone.into_iter().for_each(|topic| self.on_deleted(event, topic));
            }
            E::RecordsPolled { partition, from, records } => {
                self.on_polled(world, event, *partition, *from, *records);
            }
            E::PositionFromCommit { partition, offset }
            | E::PositionSought { partition, offset }
            | E::PositionReset { partition, offset, .. }
            | E::PositionTruncated { partition, to: offset, .. }
            | E::OffsetsSkipped { partition, to: offset, .. } => {
                if let Some(group) = self.groups.of(world, event.node) {
                    self.set_position(event, group, *partition, *offset);
                }
            }
            E::OffsetsReset { group, offsets } => {
                let group = self.groups.place(group);
                for (partition, offset) in offsets.iter() {
                    self.set_position(event, group, *partition, *offset);
                }
            }
            E::PartitionsAssigned { partitions, .. } => {
                if let Some(group) = self.groups.of(world, event.node) {
                    partitions.iter().for_each(|partition| self.reads(event, group, partition.topic));
                }
            }
            // A consumer that closes at once is known by what it was told.
            E::ClientStarted => drop(self.groups.of(world, event.node)),
            E::AppendRefused { .. } | E::BrokerCrashed | E::BrokerStopped | E::Disconnected { .. } => return true,
            E::Received(rpc) => return rpc.api == Api::Produce && !rpc.response && is_down(world, event.node),
            _ => {}
        }
        false
    }

    fn leads(&self, node: NodeId, partition: TopicIdPartition) -> bool {
        self.partitions.get(&partition).is_some_and(|known| known.leader == Some(node.0))
    }

    /// The line of a batch is there from now on.
    fn begin(&mut self, event: &Event, partition: TopicIdPartition, batch: u32, records: u32) {
        let id = LineId { client: event.node, batch };
        let before = self.lines.get(id).map(|line| line.partition);
        if before == Some(partition) {
            return;
        }
        if let Some(before) = before {
            // Its topic was made anew under its name: what was stored went with the old one.
            if let Some(known) = self.partitions.get_mut(&before) {
                known.forget(id, &self.lines);
            }
            self.lines.forget_copies(id);
        }
        self.lines.change(id, |line| {
            (line.partition, line.records, line.out_of_order) = (partition, records, 0);
            if before.is_none() {
                line.first_event = event.id;
                line.view = ProducerView::InFlight;
            }
        });
        *self.sent_to.entry(partition.topic).or_default() += u64::from(records);
        self.partitions.entry(partition).or_default();
        if let Some(before) = before {
            if let Some(sent) = self.sent_to.get_mut(&before.topic) {
                *sent -= u64::from(records);
            }
            self.touch(event, before);
        }
        self.touch(event, partition);
    }

    fn on_sent(&mut self, world: &World, event: &Event, sent: &BatchSent) {
        self.begin(event, sent.partition, sent.batch, sent.records);
        let id = LineId { client: event.node, batch: sent.batch };
        if sent.attempt == 1
            && let Some(slot) = world.producers().get(&event.node)
        {
            let content = slot.producer.in_flight_at(sent.broker).find(|batch| batch.number == sent.batch);
            let content = content.and_then(|batch| batch.sealed().cloned());
            self.lines.change(id, |line| line.content = content);
        }
    }

    fn on_ended(&mut self, event: &Event, batch: u32, view: ProducerView, error: ErrorCode) {
        let id = LineId { client: event.node, batch };
        let Some(partition) = self.lines.get(id).map(|line| line.partition) else { return };
        self.lines.change(id, |line| (line.view, line.error) = (view, error));
        if view == ProducerView::FireAndForget && self.lines.get(id).is_some_and(|line| !line.over) {
            self.under_way.insert(id);
        }
        self.touch(event, partition);
    }

    fn on_refused(&mut self, event: &Event, topic: &Name, error: ErrorCode) {
        self.changed = event.id;
        *self.refused_of.entry(topic.clone()).or_default() += 1;
        let same = |last: &&mut Refused| (last.client, &last.topic, last.error) == (event.node, topic, error);
        match self.refused.last_mut().filter(same) {
            Some(last) => (last.records, last.events.1) = (last.records + 1, event.id),
            None => {
                let (client, topic, events) = (event.node, topic.clone(), (event.id, event.id));
                self.refused.push(Refused { client, topic, error, records: 1, events });
            }
        }
    }

    fn on_appended(&mut self, world: &World, event: &Event, partition: TopicIdPartition, offset: i64) {
        let Some(batch) = batch_at(world, event.node.0, partition, offset) else { return };
        let known = self.partitions.entry(partition).or_default();
        // Of a deleted topic, whose producer meanwhile sends it to the one made anew under its name.
        let is_moved = |line: &Line| line.partition != partition;
        if self.lines.get(line_of(&batch)).is_some_and(is_moved) {
            return;
        }
        match known.leader == Some(event.node.0) {
            true => known.append(&batch, &mut self.lines),
            false => known.append_outside(&batch, &mut self.lines),
        }
        self.under_way.remove(&line_of(&batch));
        self.touch(event, partition);
    }

    fn on_deleted(&mut self, event: &Event, topic: TopicId) {
        let of_topic = self.partitions.iter_mut().filter(|(partition, _)| partition.topic == topic);
        let deleted: Vec<TopicIdPartition> = of_topic
            .map(|(partition, known)| {
                known.delete(*partition, &mut self.lines);
                *partition
            })
            .collect();
        deleted.into_iter().for_each(|partition| self.touch(event, partition));
    }

    fn on_polled(&mut self, world: &World, event: &Event, partition: TopicIdPartition, from: i64, records: u32) {
        let Some(group) = self.groups.of(world, event.node) else { return };
        let Some(slot) = world.consumers().get(&event.node) else { return };
        self.reads(event, group, partition.topic);
        let epoch = slot.consumer.partitions().get(&partition).map_or(i32::MAX, |progress| progress.epoch);
        let by_zombie = is_zombie(world, &slot.consumer, partition);
        let known = self.partitions.entry(partition).or_default();
        if let Some(group) = self.groups.list.get_mut(group) {
            group.deliver(partition, known, from..from + i64::from(records), epoch, by_zombie);
        }
        self.touch(event, partition);
    }

    fn set_position(&mut self, event: &Event, group: usize, partition: TopicIdPartition, offset: i64) {
        self.reads(event, group, partition.topic);
        if let Some(group) = self.groups.list.get_mut(group) {
            group.readers.entry(partition).or_default().position = Some(offset);
        }
        self.touch(event, partition);
    }

    /// A group reads a topic from now on.
    fn reads(&mut self, event: &Event, group: usize, topic: TopicId) {
        let Some(group) = self.groups.list.get_mut(group) else { return };
        if group.topics.insert(topic) {
            let of_topic = self.partitions.iter().filter(|(partition, _)| partition.topic == topic);
            of_topic.for_each(|(partition, known)| group.count(*partition, known, &self.lines));
            self.changed = event.id;
        }
    }

    /// The partition's log is another one, or was cut.
    fn look_again(&mut self, world: &World, event: &Event, partition: TopicIdPartition, remover: Remover) {
        let Some(known) = self.partitions.get_mut(&partition) else { return };
        let Some(replica) = known.leader.and_then(|leader| replica(world, leader, partition)) else { return };
        let changed = known.look_again(partition, &replica.log, remover, &mut self.lines);
        self.groups.follow_log(partition, &changed);
        self.touch(event, partition);
    }

    /// With acks=0 nobody tells of what was refused or never arrived: it is what is neither written nor under way.
    fn look_for_what_is_under_way(&mut self, world: &World, event: EventId) {
        let still: Set<LineId> =
            world.unwritten().map(|stamp| LineId { client: stamp.client, batch: stamp.batch }).collect();
        let over: Vec<LineId> = self.under_way.iter().filter(|id| !still.contains(*id)).copied().collect();
        for id in over {
            self.under_way.remove(&id);
            self.lines.change(id, |line| line.over = true);
            if let Some(line) = self.lines.get(id) {
                self.touched.push(line.partition);
            }
            self.changed = event;
        }
    }

    fn touch(&mut self, event: &Event, partition: TopicIdPartition) {
        self.changed = event.id;
        if !self.touched.contains(&partition) {
            self.touched.push(partition);
        }
    }
}

fn replica(world: &World, broker: BrokerId, partition: TopicIdPartition) -> Option<&Replica> {
    world.brokers().get(&broker)?.replica(partition)
}

fn batch_at(world: &World, broker: BrokerId, partition: TopicIdPartition, offset: i64) -> Option<Arc<RecordBatch>> {
    let batch = replica(world, broker, partition)?.log.batches().holding(offset)?;
    (batch.base_offset == offset).then(|| batch.clone())
}

fn is_down(world: &World, node: NodeId) -> bool {
    world.brokers().get(&node.0).is_some_and(|broker| !broker.is_up())
}
