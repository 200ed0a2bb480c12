//! What a consumer reads is one log: before what it gets there is, in that log, what it read before.
//!
//! After an unclean election records that were read may be gone, and others in their place. A consumer that read on
//! without a word would have read a log that never was (KIP-320).

use std::collections::BTreeMap;

use super::{Findings, clients::consumer, logs::replica, sentences as says};
use crate::{
    cluster::World,
    kafka::{
        event::{Event, EventKind},
        ids::TopicIdPartition,
        log::Log,
    },
    sim::NodeId,
};

/// What is known of positions.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads {
    read: BTreeMap<(NodeId, TopicIdPartition), Read>,
}

/// The last record that was read, or that a commit tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Read {
    /// Offset after it.
    next: i64,
    /// Its leader epoch.
    epoch: i32,
}

impl Reads {
    pub fn check(&mut self, event: &Event, findings: &mut Findings<'_>) {
        use EventKind as E;
        match &event.kind {
            E::PositionFromCommit { partition, .. } => self.note(event.node, *partition, findings.world),
            E::RecordsPolled { partition, from, .. } => {
                let before = self.read.get(&(event.node, *partition)).copied().filter(|before| before.next == *from);
                self.note(event.node, *partition, findings.world);
                if let (Some(before), Some(now)) = (before, self.read.get(&(event.node, *partition))) {
                    check_same_log(event, *partition, before, *now, findings);
                }
            }
            E::PositionSought { partition, .. }
            | E::PositionReset { partition, .. }
            | E::PositionTruncated { partition, .. } => drop(self.read.remove(&(event.node, *partition))),
            E::PartitionsAssigned { partitions, .. }
            | E::PartitionsRevoked { partitions }
            | E::PartitionsLost { partitions } => {
                for partition in partitions.iter() {
                    self.read.remove(&(event.node, *partition));
                }
            }
            E::ClientClosed | E::ClientCrashed => self.read.retain(|(node, _), _| *node != event.node),
            _ => {}
        }
    }

    /// Where a consumer stands now, if it knows the epoch of the record before.
    fn note(&mut self, node: NodeId, partition: TopicIdPartition, world: &World) {
        let progress = world.consumers().get(&node).and_then(|slot| slot.consumer.partitions().get(&partition));
        let read =
            progress.and_then(|at| Some(Read { next: at.position?, epoch: at.epoch })).filter(|at| at.epoch >= 0);
        match read {
            Some(read) => drop(self.read.insert((node, partition), read)),
            None => drop(self.read.remove(&(node, partition))),
        }
    }
}

/// A log that holds the last record of now has the one of before before it. Logs that share a batch share all before it,
/// so that any replica's will do; one that does not hold it, or not what comes before any more, says nothing.
fn check_same_log(event: &Event, partition: TopicIdPartition, before: Read, now: Read, findings: &mut Findings<'_>) {
    let epoch_at = |log: &Log, next: i64| {
        let batch = log.batches().holding(next - 1).filter(|_| next > log.log_start_offset())?;
        Some(batch.leader_epoch)
    };
    let logs =
        findings.world.brokers().keys().filter_map(|broker| Some(&replica(findings.world, *broker, partition)?.log));
    let holding = logs.filter(|log| epoch_at(log, now.next) == Some(now.epoch));
    let found = holding.filter_map(|log| epoch_at(log, before.next)).find(|epoch| *epoch != before.epoch);
    if let Some(found) = found {
        let text = says::READ_ANOTHER_LOG.with("consumer", consumer(findings, event.node));
        let text = text.with("partition", findings.name(partition)).with("from", before.next);
        findings.add("one-log", text.with("read", before.epoch).with("found", found), event);
    }
}
