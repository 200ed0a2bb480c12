//! Who owns which partition, by what the members are told: at most one in a generation, and none while another member
//! of the same group still has it.
//!
//! Callbacks tell what comes and what goes; a cooperative member keeps the rest. So ownership is added up here from
//! `onPartitionsAssigned`, `onPartitionsRevoked` and `onPartitionsLost`, and must be what the consumer has in hand. It
//! goes by topics' names, as clients do: to them a topic that was deleted and made again is the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, is_kept_in, logs::Logs, sentences as says};
use crate::{
    cluster::World,
    kafka::{
        client::consumer::Consumer,
        coordinator::Group,
        event::{Event, EventKind},
        ids::{Name, TopicIdPartition},
    },
    sim::NodeId,
};

/// Generations of a group whose owners are remembered: those that consumers may still believe in.
const GENERATIONS_KEPT: usize = 4;

/// What is known of ownership.
#[derive(Clone, Debug, Default)]
pub(super) struct Owners {
    /// Who had what, by group and generation.
    generations: BTreeMap<Name, BTreeMap<i32, BTreeMap<String, Owner>>>,
    /// What each consumer was told that it has.
    told: BTreeMap<NodeId, BTreeSet<String>>,
}

/// An owner within a generation: a process that takes the place of another under its instance id is the same.
#[derive(Clone, Debug)]
struct Owner {
    node: NodeId,
    instance: Option<String>,
}

impl Owner {
    fn of(node: NodeId, consumer: &Consumer) -> Owner {
        Owner { node, instance: consumer.config.group_instance_id.clone() }
    }

    fn is(&self, other: &Owner) -> bool {
        self.node == other.node || self.instance.is_some() && self.instance == other.instance
    }
}

impl Owners {
    pub fn new(world: &World) -> Owners {
        let mut owners = Owners::default();
        for (node, slot) in world.consumers() {
            let consumer = &slot.consumer;
            if !consumer.is_subscribed() {
                continue;
            }
            let has: BTreeSet<String> =
                consumer.partitions().keys().map(|partition| super::name_of(world, *partition)).collect();
            if let Some(group) = consumer.group.as_ref().filter(|_| consumer.generation >= 0 && !consumer.is_modern()) {
                let generations = owners.generations.entry(group.clone()).or_default();
                let of_generation = generations.entry(consumer.generation).or_default();
                of_generation.extend(has.iter().map(|partition| (partition.clone(), Owner::of(*node, consumer))));
            }
            owners.told.insert(*node, has);
        }
        owners
    }

    pub fn check(&mut self, event: &Event, logs: &Logs, findings: &mut Findings<'_>) {
        match &event.kind {
            EventKind::PartitionsAssigned { partitions, generation } => {
                let told = self.told.entry(event.node).or_default();
                told.extend(partitions.iter().map(|partition| findings.name(*partition)));
                self.check_generation(event, *generation, findings);
                self.check_others(event, partitions, findings);
            }
            EventKind::PartitionsRevoked { partitions } | EventKind::PartitionsLost { partitions } => {
                let told = self.told.entry(event.node).or_default();
                for partition in partitions.iter() {
                    told.remove(&findings.name(*partition));
                }
            }
            // Generations begin anew when the group is made again, or comes back from the consumer protocol.
            EventKind::GroupDeleted { group } | EventKind::GroupEpochRaised { group, .. } => {
                self.generations.remove(group);
            }
            // Or after it was lost with the partition of `__consumer_offsets` that it is kept in.
            EventKind::BecameLeader { partition, leader_epoch, .. }
                if logs.has_begun_anew(*partition, *leader_epoch) =>
            {
                self.generations.retain(|group, _| !is_kept_in(findings.world, group, *partition));
            }
            EventKind::ClientClosed | EventKind::ClientCrashed => drop(self.told.remove(&event.node)),
            _ => {}
        }
    }

    /// What the last of these events told a consumer is what it has in hand.
    pub fn check_told(&self, events: &[Event], findings: &mut Findings<'_>) {
        use EventKind as E;
        let tells = |event: &&Event| {
            matches!(event.kind, E::PartitionsAssigned { .. } | E::PartitionsRevoked { .. } | E::PartitionsLost { .. })
        };
        let last: BTreeMap<NodeId, &Event> = events.iter().filter(tells).map(|event| (event.node, event)).collect();
        for (node, event) in last {
            let Some(slot) = findings.world.consumers().get(&node) else { continue };
            let told = self.told.get(&node).cloned().unwrap_or_default();
            let has: BTreeSet<String> =
                slot.consumer.partitions().keys().map(|partition| findings.name(*partition)).collect();
            if slot.consumer.is_subscribed() && has != told {
                let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
                let text = says::OWNED_UNTOLD.with("consumer", &*slot.consumer.name);
                findings.add("owner", text.with("told", list(&told)).with("has", list(&has)), event);
            }
        }
    }

    /// Within a generation a partition has at most one owner.
    fn check_generation(&mut self, event: &Event, generation: i32, findings: &mut Findings<'_>) {
        let Some(slot) = findings.world.consumers().get(&event.node) else { return };
        // A member epoch of the consumer protocol is no generation; see `members`.
        let Some(group) = slot.consumer.group.clone().filter(|_| !slot.consumer.is_modern()) else { return };
        let generations = self.generations.entry(group.clone()).or_default();
        let owners = generations.entry(generation).or_default();
        let owner = Owner::of(event.node, &slot.consumer);
        for partition in self.told.get(&event.node).into_iter().flatten() {
            let first = owners.entry(partition.clone()).or_insert_with(|| owner.clone());
            if !first.is(&owner) {
                let text = says::TWO_OWNERS.with("generation", generation).with("group", &*group);
                let text = text.with("partition", partition.as_str());
                let text = text.with("consumer", super::clients::consumer(findings, event.node));
                findings.add("owner", text.with("other", super::clients::consumer(findings, first.node)), event);
            }
        }
        while generations.len() > GENERATIONS_KEPT {
            generations.pop_first();
        }
    }

    /// What a member is given no other member of the group has in hand any more. Who is no member any more may not know
    /// yet; nor may a static member that was away while the others rebalanced.
    fn check_others(&self, event: &Event, partitions: &[TopicIdPartition], findings: &mut Findings<'_>) {
        let world = findings.world;
        let Some(slot) = world.consumers().get(&event.node) else { return };
        let Some(id) = &slot.consumer.group else { return };
        let coordinators = || world.brokers().values().filter_map(|broker| broker.groups.group(id));
        let Some(group) = coordinators().max_by_key(|group| group.generation) else { return };
        if slot.consumer.generation < group.generation {
            // A frozen process takes up an answer that is long out of date: the group has gone on without it.
            return;
        }
        // While the coordinator moves there may be two: one that was cut off still counts whom the other has put out.
        let is_member = |other: &Consumer| coordinators().all(|group| is_up_to_date(other, &slot.consumer, group));
        let others = world.consumers().iter().filter(|(node, other)| {
            **node != event.node && other.consumer.group.as_ref() == Some(id) && is_member(&other.consumer)
        });
        for (node, other) in others {
            let Some(has) = self.told.get(node) else { continue };
            // Whoever has not heard of a topic cannot say by its name, when it joins, that it has something of it.
            let can_say = |at: &&TopicIdPartition| other.consumer.metadata().name_of(at.topic).is_some();
            let taken = partitions.iter().filter(|partition| !slot.consumer.modern.took_of_old(**partition));
            let taken = taken.filter(can_say);
            let names = taken.map(|partition| super::name_of(world, *partition));
            for partition in names.filter(|partition| has.contains(partition)) {
                let text = says::STILL_OWNED.with("group", &**id).with("partition", partition);
                let text = text.with("consumer", &*slot.consumer.name).with("other", &*other.consumer.name);
                findings.add("owner", text, event);
            }
        }
    }
}

/// Is `other` a member that has joined whatever `of` has?
fn is_up_to_date(other: &Consumer, of: &Consumer, group: &Group) -> bool {
    let Some(member) = group.member(&other.member_id) else { return false };
    other.generation >= 0 && (member.group_instance_id.is_none() || other.generation >= of.generation)
}
