//! Epochs: a quorum's only rise, a broker that is fenced is out of what it led, and logs that share a batch share all
//! before it.

use std::collections::BTreeMap;

use super::{Findings, name_of, sentences as says};
use crate::{
    cluster::World,
    kafka::{
        event::{Event, EventKind},
        ids::{BrokerId, TopicIdPartition, named_first},
        log::{Log, RecordBatch},
    },
};

/// What is known of epochs.
#[derive(Clone, Debug, Default)]
pub(super) struct Epochs {
    /// The latest quorum epoch that each node stood in or was elected in.
    stood: BTreeMap<BrokerId, u32>,
}

impl Epochs {
    pub fn new(world: &World) -> Epochs {
        let stood: BTreeMap<BrokerId, u32> = world.nodes().map(|broker| (broker.id, broker.quorum.epoch())).collect();
        Epochs { stood }
    }

    pub fn check(&mut self, event: &Event, findings: &mut Findings<'_>) {
        match event.kind {
            EventKind::ControllerCandidate { quorum_epoch } => self.check_candidate(quorum_epoch, event, findings),
            EventKind::ControllerElected { quorum_epoch } => self.check_elected(quorum_epoch, event, findings),
            EventKind::BrokerFenced { broker, .. } => check_fenced(broker, event, findings),
            EventKind::ReplicaAppended { partition, base_offset, .. } => {
                check_matching(partition, base_offset, event, findings);
            }
            _ => {}
        }
    }

    /// Who stands does so in an epoch in which it has neither stood nor heard of a leader.
    fn check_candidate(&mut self, epoch: u32, event: &Event, findings: &mut Findings<'_>) {
        let before = self.stood.insert(event.node.0, epoch);
        if let Some(before) = before.filter(|before| *before >= epoch) {
            let text = says::STOOD_BEFORE.with("node", named_first(event.node.0)).with("epoch", epoch);
            findings.add("quorum-epoch", text.with("before", before), event);
        }
    }

    /// Who is elected is so in the epoch in which it stood last. Others may have been elected in later ones meanwhile, if
    /// it hears late of its votes; nobody follows it then.
    fn check_elected(&mut self, epoch: u32, event: &Event, findings: &mut Findings<'_>) {
        let before = self.stood.insert(event.node.0, epoch);
        if let Some(before) = before.filter(|before| *before > epoch) {
            let text = says::QUORUM_EPOCH_BACK.with("node", named_first(event.node.0)).with("epoch", epoch);
            findings.add("quorum-epoch", text.with("before", before), event);
        }
    }
}

/// Who is fenced leads nothing any more, and is in sync nowhere but where nobody else is.
fn check_fenced(broker: BrokerId, event: &Event, findings: &mut Findings<'_>) {
    let Some(controller) = findings.world.node(event.node.0) else { return };
    let image = &controller.controller.image;
    if image.is_active(broker) {
        // The same step went on, and it is back.
        return;
    }
    let in_the_way = |isr: &[BrokerId]| isr.contains(&broker) && isr.len() > 1;
    let left = image.partitions().find(|(_, state)| state.leader == Some(broker) || in_the_way(&state.isr));
    if let Some((partition, _)) = left {
        let text = says::FENCED_STAYS.with("broker", broker).with("partition", findings.name(partition));
        findings.add("fencing", text, event);
    }
}

/// A follower that appended a batch has before it what every other replica has that holds the same batch.
fn check_matching(partition: TopicIdPartition, base_offset: i64, event: &Event, findings: &mut Findings<'_>) {
    let world = findings.world;
    let log = |broker: BrokerId| Some(&world.brokers().get(&broker)?.replica(partition)?.log);
    let Some(state) = world.metadata().partition(partition) else { return };
    let Some((batch, before)) = log(event.node.0).and_then(|log| around(log, base_offset)) else { return };
    for other in state.replicas.iter().copied().filter(|other| *other != event.node.0) {
        let Some((its, its_before)) = log(other).and_then(|log| around(log, base_offset)) else { continue };
        let is_same =
            |a: &RecordBatch, b: &RecordBatch| (a.base_offset, a.leader_epoch) == (b.base_offset, b.leader_epoch);
        // What lies before a log's start is there for nobody.
        let starts = [event.node.0, other].map(|broker| log(broker).map_or(0, Log::log_start_offset));
        if starts.iter().any(|start| *start >= base_offset) {
            continue;
        }
        // Where compaction has been, one may have a gap in which the other still has a batch.
        let is_next = before.next_offset() == batch.base_offset && its_before.next_offset() == its.base_offset;
        if is_same(batch, its) && is_next && !is_same(before, its_before) {
            let text = says::LOGS_DO_NOT_MATCH.with("broker", event.node.0).with("other", other);
            let text = text.with("partition", name_of(world, partition)).with("offset", base_offset);
            let text = text.with("epoch", batch.leader_epoch).with("before", before.leader_epoch);
            findings.add("log-matching", text.with("its_before", its_before.leader_epoch), event);
        }
    }
}

/// The batch at an offset and the one before it.
fn around(log: &Log, base_offset: i64) -> Option<(&RecordBatch, &RecordBatch)> {
    let batch = log.batches().holding(base_offset)?;
    Some((batch, log.batches().holding(base_offset - 1)?))
}
