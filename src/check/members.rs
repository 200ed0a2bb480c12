//! Groups of the consumer protocol: who holds what, at the coordinator and in the clients' hands.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, sentences as says};
use crate::{
    cluster::World,
    kafka::{
        client::consumer::Consumer,
        coordinator::{
            consumer_group::{ConsumerGroup, Member},
            reconciliation::CurrentAssignment,
        },
        event::{Event, EventKind, MemberEpochChanged},
        ids::{Name, TopicIdPartition},
    },
};

/// Member epochs of which it is remembered what was given in them: those that a member may still be at.
const EPOCHS_KEPT: usize = 4;

/// What is kept from earlier moments.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// What the coordinator gave each member in each of its epochs.
    given: BTreeMap<Name, BTreeMap<i32, BTreeSet<TopicIdPartition>>>,
}

impl Members {
    pub fn new(world: &World) -> Members {
        let mut members = Members::default();
        let groups = world.brokers().values().flat_map(|broker| broker.groups.groups());
        for member in groups.filter_map(|group| group.consumer.as_deref()).flat_map(|group| &group.members) {
            let current = &member.current;
            members.give(&member.id, current.member_epoch, current.assigned.iter().chain(&current.pending_revocation));
        }
        members
    }

    /// Checks an event of the consumer protocol.
    pub fn check(&mut self, event: &Event, findings: &mut Findings<'_>) {
        use EventKind as E;
        match &event.kind {
            E::MemberEpochChanged(step) => {
                let MemberEpochChanged { member, to, assigned, pending_revocation, .. } = &**step;
                self.give(member, *to, assigned.iter().chain(&**pending_revocation));
                check_held(event, &step.group, findings);
            }
            E::MemberRemoved { group, member, .. } => {
                self.given.remove(member);
                check_held(event, group, findings);
            }
            E::TargetComputed { group, .. } => check_target(event, group, findings),
            E::PartitionsAssigned { partitions, .. } => self.check_taken(event, partitions, findings),
            _ => {}
        }
    }

    fn give<'a>(&mut self, member: &Name, epoch: i32, partitions: impl Iterator<Item = &'a TopicIdPartition>) {
        let epochs = self.given.entry(member.clone()).or_default();
        epochs.entry(epoch).or_default().extend(partitions);
        while epochs.len() > EPOCHS_KEPT {
            epochs.pop_first();
        }
    }

    /// What a client takes its coordinator has given it, and no other member still has it in hand.
    fn check_taken(&self, event: &Event, partitions: &[TopicIdPartition], findings: &mut Findings<'_>) {
        let world = findings.world;
        let Some(consumer) = world.consumers().get(&event.node).map(|slot| &slot.consumer) else { return };
        let Some(id) = consumer.group.as_deref() else { return };
        let coordinators = world.brokers().values().filter(|broker| broker.is_up());
        let known = coordinators.filter_map(|broker| broker.groups.group(id)?.consumer.as_deref());
        // While the coordinator moves, two brokers may believe to be it; the later epoch is the one that counts.
        let Some(group) = known.clone().max_by_key(|group| (group.epoch, group.members.len())) else { return };
        let others = || {
            let consumers = world.consumers().values().map(|slot| &slot.consumer);
            consumers.filter(|other| other.node != event.node && other.group.as_deref() == Some(id))
        };
        // To a client a topic that was made again under its name is the same; to the coordinator it has another id.
        let is_namesake = |at: &TopicIdPartition, partition: &TopicIdPartition| {
            at != partition
                && at.partition == partition.partition
                && world.topic_name(at.topic) == world.topic_name(partition.topic)
        };
        // Who still has the partition of the topic before reads the new one's by its name, until it heartbeats.
        let must_have_given_up = |other: &Consumer, partition: &TopicIdPartition| {
            let holds = |current: &CurrentAssignment| {
                current.assigned.iter().chain(&current.pending_revocation).any(|at| is_namesake(at, partition))
            };
            // Of a member of the classic protocol the coordinator knows what it has only once it has joined: a group that has
            // just changed its protocol goes by what members shall have.
            let is_known =
                |member: &Member| member.classic.is_none() || other.generation == member.current.member_epoch;
            // A static member that leaves for a while gives up at once what it still had to, although its application, which may
            // hang, learns of it in its next poll only; as one that is no member any more.
            let is_here = |member: &Member| is_known(member) && !member.is_away();
            // One that had not heard yet of its topic said that it had nothing, and took it while the coordinator, which
            // believed that, gave it to another; as in Kafka.
            let has_told = !other.is_modern() || other.modern.has_told(*partition);
            has_told && group.member(&other.member_id).is_some_and(|member| is_here(member) && !holds(&member.current))
        };
        for partition in partitions.iter().filter(|partition| !consumer.modern.took_of_old(**partition)) {
            let text = |template: &'static crate::i18n::Template, findings: &Findings<'_>| {
                template.with("group", id).with("member", &*consumer.name).with("partition", findings.name(*partition))
            };
            // Who is no member any more, because its process was frozen for too long, may take up an answer from before.
            let Some(member) = group.member(&consumer.member_id) else { continue };
            let have = others().filter(|other| other.partitions().contains_key(partition));
            for other in have.filter(|other| must_have_given_up(other, partition)) {
                let text = text(&says::READ_TWICE, findings).with("other", &*other.name);
                findings.add("owner", text, event);
            }
            let same = |at: &TopicIdPartition| at == partition || is_namesake(at, partition);
            let gives =
                |current: &CurrentAssignment| current.assigned.iter().chain(&current.pending_revocation).any(same);
            let mut of_each = known.clone().filter_map(|group| group.member(&consumer.member_id));
            if of_each.any(|member| gives(&member.current)) {
                continue;
            }
            // A topic of which a member has not heard yet it cannot take; it says that it has nothing of it, so that the
            // coordinator may give it to another and be an epoch further before the member hears of the topic.
            let epoch = consumer.modern.epoch;
            let given = self.given.get(&consumer.member_id).and_then(|epochs| epochs.get(&epoch));
            let was_given = given.is_some_and(|given| given.iter().any(same));
            if member.current.member_epoch <= epoch || !was_given {
                let text = text(&says::TOOK_UNGIVEN, findings);
                findings.add("owner", text, event);
            }
        }
    }
}

/// The group on the broker of the event.
fn group_at<'a>(world: &'a World, event: &Event, group: &str) -> Option<&'a ConsumerGroup> {
    world.brokers().get(&event.node.0)?.groups.group(group)?.consumer.as_deref()
}

/// A partition is held by one member at most, to read or to give up, and epochs do not overtake one another.
fn check_held(event: &Event, id: &str, findings: &mut Findings<'_>) {
    let world = findings.world;
    let Some(group) = group_at(world, event, id) else { return };
    let mut holders: BTreeMap<TopicIdPartition, &str> = BTreeMap::new();
    for member in &group.members {
        for partition in member.current.assigned.iter().chain(&member.current.pending_revocation) {
            if let Some(other) = holders.insert(*partition, &member.id).filter(|other| *other != &*member.id) {
                let text = says::HELD_TWICE.with("group", id).with("partition", findings.name(*partition));
                let text = text.with("member", name_of(world, &member.id));
                findings.add("owner", text.with("other", name_of(world, other)), event);
            }
        }
        let (member_epoch, assignment_epoch) = (member.current.member_epoch, group.assignment_epoch);
        if member_epoch > assignment_epoch || assignment_epoch > group.epoch {
            let text = says::EPOCH_AHEAD.with("group", id).with("member", name_of(world, &member.id));
            let text = text.with("member_epoch", member_epoch).with("assignment_epoch", assignment_epoch);
            findings.add("epoch", text.with("epoch", group.epoch), event);
        }
    }
}

/// A target gives each partition once, to a member that subscribes to its topic.
fn check_target(event: &Event, id: &str, findings: &mut Findings<'_>) {
    let world = findings.world;
    let Some(group) = group_at(world, event, id) else { return };
    let mut owners: BTreeMap<TopicIdPartition, &str> = BTreeMap::new();
    for member in &group.members {
        for partition in &member.target {
            let who = || name_of(world, &member.id);
            if let Some(other) = owners.insert(*partition, &member.id) {
                let text = says::TARGET_TWICE.with("group", id).with("epoch", group.assignment_epoch);
                let text = text.with("partition", findings.name(*partition)).with("member", who());
                findings.add("owner", text.with("other", name_of(world, other)), event);
            }
            let topic = world.topic_name(partition.topic);
            if !group.subscribed_topics(member).any(|name| &**name == topic) {
                let text = says::TARGET_NOT_SUBSCRIBED.with("group", id).with("member", who());
                findings.add("owner", text.with("partition", findings.name(*partition)), event);
            }
        }
    }
}

/// A member by the `client.id` of its consumer.
fn name_of<'a>(world: &'a World, member_id: &'a str) -> &'a str {
    world.member_client(member_id).unwrap_or(member_id)
}
