//! The controller and the metadata log.

use std::{collections::BTreeMap, sync::Arc};

use super::{Findings, sentences as says};
use crate::{
    cluster::World,
    kafka::{
        event::{Event, EventKind},
        ids::{BrokerId, TopicIdPartition, named, named_first},
        metadata::{MetadataDelta, PartitionState},
    },
};

/// What is known of the metadata log.
#[derive(Clone, Debug, Default)]
pub(super) struct Cluster {
    /// Committed records, as the first broker that applied each had it.
    log: Vec<(u32, MetadataDelta)>,
    /// Quorum epoch of that broker then: the one in which each was committed, or a later one. Ascending.
    committed_in: Vec<u32>,
    /// How many of them each broker has applied.
    applied: BTreeMap<BrokerId, usize>,
    partitions: BTreeMap<TopicIdPartition, Arc<PartitionState>>,
    controllers: BTreeMap<u32, BrokerId>,
}

impl Cluster {
    pub fn new(world: &World) -> Cluster {
        let mut cluster = Cluster::default();
        let furthest = world.nodes().max_by_key(|broker| broker.image.offset);
        if let Some(broker) = furthest {
            let record = |offset| broker.quorum.log().get(offset).cloned();
            cluster.log = (0..broker.image.offset).filter_map(record).collect();
            cluster.committed_in = vec![0; cluster.log.len()];
            cluster.partitions = broker.image.partitions().map(|(at, state)| (at, state.clone())).collect();
        }
        for broker in world.nodes() {
            cluster.applied.insert(broker.id, broker.image.offset as usize);
            if broker.quorum.is_leader() {
                cluster.controllers.insert(broker.quorum.epoch(), broker.id);
            }
        }
        cluster
    }

    pub fn check(&mut self, event: &Event, findings: &mut Findings<'_>) {
        match event.kind {
            EventKind::MetadataApplied { .. } => self.check_applied(event, findings),
            EventKind::ControllerElected { quorum_epoch } => self.check_elected(quorum_epoch, event, findings),
            _ => {}
        }
    }

    /// What a broker applied is what every other broker applies.
    fn check_applied(&mut self, event: &Event, findings: &mut Findings<'_>) {
        let Some(broker) = findings.world.node(event.node.0) else { return };
        let from = self.applied.insert(broker.id, broker.image.offset as usize).unwrap_or(0);
        if (broker.image.offset as usize) < from {
            let text = says::METADATA_BACK.with("node", named_first(broker.id)).with("before", from);
            findings.add("metadata", text.with("now", broker.image.offset), event);
        }
        for offset in from..broker.image.offset as usize {
            let Some(record) = broker.quorum.log().get(offset as u64) else { continue };
            match self.log.get(offset) {
                Some(known) if known == record => {}
                Some(_) => {
                    let text = says::METADATA_DIFFERS.with("node", named_first(broker.id)).with("offset", offset);
                    findings.add("metadata", text, event);
                }
                None => {
                    self.log.push(record.clone());
                    let before = self.committed_in.last().copied().unwrap_or_default();
                    self.committed_in.push(before.max(broker.quorum.epoch()));
                    if let MetadataDelta::Partition { partition, state } = &record.1 {
                        self.check_partition(*partition, state, event, findings);
                    }
                }
            }
        }
    }

    /// A quorum epoch has one leader, and it has what was committed.
    fn check_elected(&mut self, epoch: u32, event: &Event, findings: &mut Findings<'_>) {
        let broker = event.node.0;
        let first = *self.controllers.entry(epoch).or_insert(broker);
        if first != broker {
            let text = says::TWO_CONTROLLERS
                .with("node", named_first(broker))
                .with("epoch", epoch)
                .with("other", named(first));
            findings.add("controller", text, event);
        }
        let Some(log) = findings.world.node(broker).map(|broker| broker.quorum.log()) else { return };
        // Of one that hears late of its votes, others may have been elected since: what those committed it need not have.
        let committed = self.committed_in.partition_point(|of| *of < epoch);
        let same = (0..committed).rev().take(64).all(|at| log.get(at as u64) == self.log.get(at));
        if (log.len() as usize) < committed || !same {
            let text = says::METADATA_LOST.with("node", named_first(broker)).with("records", log.len());
            findings.add("metadata", text.with("committed", committed), event);
        }
    }

    /// A partition's new state fits its replicas and the state before.
    fn check_partition(
        &mut self,
        partition: TopicIdPartition,
        state: &Arc<PartitionState>,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let name = findings.name(partition);
        let mut members = state.isr.clone();
        members.sort_unstable();
        members.dedup();
        let sound = members.len() == state.isr.len() && members.iter().all(|member| state.replicas.contains(member));
        // Without a leader nobody need be in sync, where the cluster goes by eligible leader replicas.
        if !sound || members.is_empty() && state.leader.is_some() {
            let text = says::ISR_UNSOUND.with("partition", name.as_str()).with("isr", list(&state.isr));
            findings.add("in-sync", text.with("replicas", list(&state.replicas)), event);
        }
        let before = self.partitions.insert(partition, state.clone());
        let isr = before.as_ref().map_or(&state.isr, |before| &before.isr);
        let old_leader = before.as_ref().and_then(|before| before.leader);
        let elected = state.leader.filter(|leader| Some(*leader) != old_leader);
        let may_lead = |leader: &BrokerId| {
            let was_eligible = before.as_ref().is_some_and(|before| before.elr.contains(leader));
            // The record that completes a reassignment brings its last replica into the ISR and may let it lead.
            let completes = before.as_ref().is_some_and(|before| is_reassigned(before) && !is_reassigned(state));
            let has_come = completes && state.isr.contains(leader);
            isr.contains(leader) || was_eligible || has_come || state.recovering
        };
        if let Some(leader) = elected.filter(|leader| !may_lead(leader)) {
            let text = says::LEADER_NOT_IN_SYNC.with("leader", leader).with("partition", name.as_str());
            findings.add("leader", text.with("isr", list(isr)), event);
        }
        let (leader_before, partition_before) =
            before.as_ref().map_or((0, -1), |before| (before.leader_epoch, before.partition_epoch));
        // Who is no replica any more must hear of it by a new epoch.
        let is_gone = |before: &PartitionState| before.replicas.iter().any(|broker| !state.replicas.contains(broker));
        let raised = before.as_ref().is_some_and(|before| before.leader != state.leader || is_gone(before));
        let expected = (leader_before + i32::from(raised), partition_before + 1);
        if (state.leader_epoch, state.partition_epoch) != expected {
            let text = says::EPOCH_UNSOUND.with("partition", name).with("leader_epoch", state.leader_epoch);
            let text = text.with("partition_epoch", state.partition_epoch).with("leader_before", leader_before);
            findings.add("leader-epoch", text.with("partition_before", partition_before), event);
        }
    }
}

/// Are its replicas being changed?
fn is_reassigned(state: &PartitionState) -> bool {
    !state.adding.is_empty() || !state.removing.is_empty()
}

fn list(brokers: &[BrokerId]) -> String {
    brokers.iter().map(BrokerId::to_string).collect::<Vec<_>>().join(", ")
}
