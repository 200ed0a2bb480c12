//! Groups, consumers and producers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Findings, coordinates, is_kept_in, logs::Logs, sentences as says};
use crate::{
    cluster::World,
    i18n::Template,
    kafka::{
        client::{
            consumer::Consumer,
            producer::{Ledger, Producer},
        },
        config::Acks,
        coordinator::{Group, GroupState},
        event::{Event, EventKind, GroupReason},
        ids::{Name, TopicIdPartition},
    },
    sim::NodeId,
};

/// Commits of a group in a partition that are remembered: those that an answer under way may still tell of.
const COMMITS_KEPT: usize = 1_024;

/// What is known of clients.
#[derive(Clone, Debug, Default)]
pub(super) struct Clients {
    positions: BTreeMap<(NodeId, TopicIdPartition), i64>,
    /// Records acknowledged to each producer, as its events told.
    acknowledged: BTreeMap<NodeId, u64>,
    /// Batches of each producer whose end was told.
    ended: BTreeMap<NodeId, BTreeSet<u32>>,
    ledgers: BTreeMap<NodeId, Ledger>,
    commits: BTreeMap<(Name, TopicIdPartition), Commits>,
    /// Groups under whose name a consumer that assigns itself partitions has committed, as it likes and perhaps late.
    unmanaged: BTreeSet<Name>,
}

/// What is known of a group's offset in a partition.
#[derive(Clone, Debug, Default)]
struct Commits {
    /// How far any of its consumers has read, if that is known.
    read: Option<i64>,
    /// How far an application went by `seek()`, or where it stood before anything was read: it may commit that, even past
    /// the log's end.
    sought: i64,
    /// What was committed, or loaded by a coordinator, the last one last.
    offsets: VecDeque<i64>,
    /// Offsets that an admin set, or another who is no member, the last one last: of two resets the earlier may be told after the later was given, and
    /// one of which no answer came is asked for again, and told as often as it was written.
    set: VecDeque<i64>,
    /// The last one that is replicated. What a coordinator loads may not be, and may be lost with it.
    told: Option<i64>,
    /// Below this nothing is committed until a consumer goes back by itself.
    floor: Option<i64>,
    /// Commits that consumers have sent and that were not told yet, the last one last, and how often in a row.
    sent: VecDeque<(i64, u32)>,
    /// The same, from before a consumer went elsewhere: when they arrive it may be behind them.
    sent_before: VecDeque<(i64, u32)>,
}

impl Commits {
    fn note(&mut self, offset: i64) {
        self.read = self.read.max(Some(offset));
        self.offsets.push_back(offset);
        if self.offsets.len() > COMMITS_KEPT {
            self.offsets.pop_front();
        }
    }

    /// Somebody who is no member sets the offset, perhaps back.
    fn set_to(&mut self, offset: i64) {
        self.set.push_back(offset);
        if self.set.len() > COMMITS_KEPT {
            self.set.pop_front();
        }
    }

    /// A consumer has asked for a commit.
    fn send(&mut self, offset: i64) {
        match self.sent.back_mut() {
            Some((last, count)) if *last == offset => *count += 1,
            _ => self.sent.push_back((offset, 1)),
        }
        if self.sent.len() > COMMITS_KEPT {
            self.sent.pop_front();
        }
    }

    /// A consumer goes elsewhere by itself, perhaps back: what it commits from now on may be lower.
    fn go_elsewhere(&mut self) {
        self.floor = None;
        self.sent_before.append(&mut self.sent);
        while self.sent_before.len() > COMMITS_KEPT {
            self.sent_before.pop_front();
        }
    }

    /// A commit is told of. One that was sent before its consumer went elsewhere is no floor for what follows.
    fn tell(&mut self, offset: i64) {
        self.note(offset);
        self.told = Some(offset);
        let mut take = |from: fn(&mut Commits) -> &mut VecDeque<(i64, u32)>| {
            let from = from(self);
            let Some(at) = from.iter().position(|(sent, _)| *sent == offset) else { return false };
            from[at].1 -= 1;
            if from[at].1 == 0 {
                from.remove(at);
            }
            true
        };
        // Of two of the same offset the earlier one is told first.
        if !take(|commits| &mut commits.sent_before) {
            take(|commits| &mut commits.sent);
            self.floor = Some(offset);
        }
    }

    /// Nothing is known any more of what is committed.
    fn forget(&mut self) {
        (self.told, self.floor) = (None, None);
    }
}

impl Clients {
    pub fn new(world: &World) -> Clients {
        let mut clients = Clients::default();
        for (node, slot) in world.consumers() {
            for (partition, progress) in slot.consumer.partitions() {
                if let Some(position) = progress.position {
                    clients.positions.insert((*node, *partition), position);
                    clients.note_read(world, *node, *partition, position);
                }
            }
        }
        for group in world.brokers().values().flat_map(|broker| broker.groups.groups()) {
            clients.note_loaded(group);
        }
        for (node, slot) in world.producers() {
            clients.acknowledged.insert(*node, slot.producer.ledger.acknowledged);
        }
        clients
    }

    pub fn check(&mut self, event: &Event, logs: &Logs, findings: &mut Findings<'_>) {
        use EventKind as E;
        match &event.kind {
            // What a consumer keeps it reads on where it was.
            E::PartitionsAssigned { partitions, .. }
            | E::PartitionsRevoked { partitions }
            | E::PartitionsLost { partitions } => {
                for partition in partitions.iter() {
                    self.positions.remove(&(event.node, *partition));
                }
            }
            E::PositionFromCommit { partition, offset } => {
                self.check_resumed(event, *partition, *offset, findings);
                self.positions.insert((event.node, *partition), *offset);
            }
            E::PositionSought { partition, offset } => {
                self.go_elsewhere(findings.world, event.node, *partition);
                self.positions.insert((event.node, *partition), *offset);
                self.note_read(findings.world, event.node, *partition, *offset);
                let group = findings.world.consumers().get(&event.node).and_then(|slot| slot.consumer.group.clone());
                if let Some(known) = group.and_then(|group| self.commits.get_mut(&(group, *partition))) {
                    known.sought = known.sought.max(*offset);
                }
            }
            E::OffsetsReset { group, offsets } => {
                for (partition, offset) in offsets.iter() {
                    let known = self.commits.entry((group.clone(), *partition)).or_default();
                    known.read = known.read.max(Some(*offset));
                    known.set_to(*offset);
                    known.forget();
                }
            }
            E::OffsetsExpired { group, partitions, .. } => {
                for partition in partitions.iter() {
                    if let Some(known) = self.commits.get_mut(&(group.clone(), *partition)) {
                        known.forget();
                    }
                }
            }
            E::GroupDeleted { group } => {
                self.commits.retain(|(id, _), _| id != group);
            }
            E::ClientClosed => {
                self.forget_positions(event.node);
                self.acknowledged.remove(&event.node);
                self.ended.remove(&event.node);
                self.ledgers.remove(&event.node);
            }
            E::PositionReset { partition, offset, out_of_range, .. } => {
                match out_of_range {
                    true => self.go_elsewhere(findings.world, event.node, *partition),
                    false => self.check_reset(event, *partition, findings),
                }
                self.positions.insert((event.node, *partition), *offset);
                self.note_read(findings.world, event.node, *partition, *offset);
            }
            E::PositionTruncated { partition, to, .. } => {
                self.go_elsewhere(findings.world, event.node, *partition);
                self.positions.insert((event.node, *partition), *to);
            }
            E::RecordsPolled { partition, from, records } => {
                self.check_polled(event, *partition, *from, *records, logs, findings);
            }
            E::OffsetsSkipped { partition, to, .. } => {
                self.positions.insert((event.node, *partition), *to);
                self.note_read(findings.world, event.node, *partition, *to);
            }
            E::CommitSent { .. } => self.note_sent(findings.world, event.node),
            // What was written under a coordinator that has not heard of its successor may be told of late.
            E::OffsetCommitted { group, partition, offset } if !coordinates(findings.world, event.node.0, group) => {
                self.commits.entry((group.clone(), *partition)).or_default().note(*offset);
            }
            E::OffsetCommitted { group, partition, offset } => {
                // A topic that was made again under its name inherits positions, and so commits, until it is read.
                let known = self.commits.get(&(group.clone(), *partition));
                let has_read = known.is_some_and(|known| known.read.is_some() && *offset > known.sought);
                let end = logs.committed_ever(*partition).filter(|committed| has_read && offset > committed);
                if let Some(committed) = end {
                    let text = says::COMMIT_BEYOND.with("group", &**group).with("offset", *offset);
                    let text = text.with("partition", findings.name(*partition)).with("committed", committed);
                    findings.add("commit", text, event);
                }
                self.check_commit(event, group, *partition, *offset, findings);
            }
            // What was committed to `__consumer_offsets` may be lost with the records of it.
            E::BecameLeader { partition, leader_epoch, .. } if logs.has_begun_anew(*partition, *leader_epoch) => {
                self.forget_commits_in(findings.world, *partition);
            }
            E::GroupState { group, reason: GroupReason::Loaded, .. } => {
                let groups = findings.world.brokers().get(&event.node.0).map(|broker| &broker.groups);
                if let Some(group) = groups.and_then(|groups| groups.group(group)) {
                    self.check_loaded(event, group, findings);
                    self.note_loaded(group);
                }
            }
            E::GroupState { group, to, .. } if *to == GroupState::Stable.name() => {
                check_assignment(event, group, findings);
            }
            E::BatchAcknowledged { partition, batch, records, base_offset } => {
                self.check_ended(event, *partition, *batch, findings);
                self.check_acknowledged(event, (*partition, *batch, *records, *base_offset), logs, findings);
            }
            E::BatchFailed { partition, batch, .. } => self.check_ended(event, *partition, *batch, findings),
            _ => {}
        }
    }

    /// Each producer's ledger says what is really there.
    pub fn check_conservation(&mut self, events: &[Event], findings: &mut Findings<'_>) {
        let touched: BTreeMap<NodeId, &Event> = events.iter().map(|event| (event.node, event)).collect();
        for (node, event) in touched {
            let Some(slot) = findings.world.producers().get(&node) else { continue };
            let producer = &slot.producer;
            let ledger = producer.ledger;
            let name = producer.name.to_string();
            let acknowledged = *self.acknowledged.entry(node).or_insert(ledger.acknowledged);
            if !ledger.adds_up() {
                let text = says::LEDGER_UNBALANCED.with("sent", ledger.sent).with("producer", name.as_str());
                let text = text.with("waiting", ledger.waiting).with("in_flight", ledger.in_flight);
                let text = text.with("acknowledged", ledger.acknowledged).with("failed", ledger.failed);
                findings.add("conservation", text.with("forgotten", ledger.fire_and_forget), event);
            }
            if let Some(before) = self.ledgers.insert(node, ledger) {
                let states = [
                    ("sent", before.sent, ledger.sent),
                    ("acknowledged", before.acknowledged, ledger.acknowledged),
                    ("failed", before.failed, ledger.failed),
                    ("fire_and_forget", before.fire_and_forget, ledger.fire_and_forget),
                ];
                for (state, before, now) in states.into_iter().filter(|(_, before, now)| now < before) {
                    let text = says::LEDGER_BACK.with("producer", name.as_str()).with("state", state);
                    findings.add("conservation", text.with("before", before).with("now", now), event);
                }
            }
            let (waiting, in_flight) = count(producer);
            let free = producer.accumulator.memory_free();
            let held = producer.config.buffer_memory - free.min(producer.config.buffer_memory);
            let counted = [
                ("waiting", ledger.waiting, waiting),
                ("in_flight", ledger.in_flight, in_flight),
                ("acknowledged", ledger.acknowledged, acknowledged),
                ("buffer.memory", held, memory(producer)),
            ];
            for (state, counted, found) in counted.into_iter().filter(|(_, counted, found)| counted != found) {
                let text = says::LEDGER_UNTRUE.with("producer", name.as_str()).with("state", state);
                findings.add("conservation", text.with("counted", counted).with("found", found), event);
            }
        }
    }

    /// A poll returns what follows the position, and nothing that is not committed.
    fn check_polled(
        &mut self,
        event: &Event,
        partition: TopicIdPartition,
        from: i64,
        records: u32,
        logs: &Logs,
        findings: &mut Findings<'_>,
    ) {
        let end = from + i64::from(records);
        let committed = logs.committed_ever(partition).unwrap_or(0);
        if end > committed {
            let text = says::POLLED_UNCOMMITTED.with("consumer", consumer(findings, event.node));
            let text = text.with("partition", findings.name(partition)).with("end", end);
            findings.add("visible", text.with("committed", committed), event);
        }
        self.note_read(findings.world, event.node, partition, end);
        if let Some(expected) = self.positions.insert((event.node, partition), end).filter(|at| *at != from) {
            let text = says::POSITION_JUMPED.with("consumer", consumer(findings, event.node));
            let text = text.with("partition", findings.name(partition)).with("from", from);
            findings.add("position", text.with("expected", expected), event);
        }
    }

    /// What a producer is told is true.
    fn check_acknowledged(
        &mut self,
        event: &Event,
        (partition, batch, records, offset): (TopicIdPartition, u32, u32, i64),
        logs: &Logs,
        findings: &mut Findings<'_>,
    ) {
        let Some(slot) = findings.world.producers().get(&event.node) else { return };
        let producer = &slot.producer;
        if producer.config.acks == Acks::None {
            return;
        }
        *self.acknowledged.entry(event.node).or_insert(0) += u64::from(records);
        if findings.world.metadata().partition(partition).is_none() {
            // A broker that was frozen writes it and deletes the topic in the same step.
            return;
        }
        let text = if !logs.holds(partition, offset, event.node, batch, false) {
            &says::ACKNOWLEDGED_LOST
        } else if producer.config.acks == Acks::All && !logs.holds(partition, offset, event.node, batch, true) {
            &says::ACKNOWLEDGED_EARLY
        } else {
            return;
        };
        let text = text.with("producer", &*producer.name).with("batch", batch);
        findings.add("acks", text.with("partition", findings.name(partition)).with("offset", offset), event);
    }

    /// A batch succeeds once or fails once.
    fn check_ended(&mut self, event: &Event, partition: TopicIdPartition, batch: u32, findings: &mut Findings<'_>) {
        if !self.ended.entry(event.node).or_default().insert(batch) {
            let producer = findings.world.producers().get(&event.node);
            let producer = producer.map_or("?", |slot| &*slot.producer.name).to_owned();
            let text = says::ANSWERED_TWICE.with("producer", producer).with("batch", batch);
            findings.add("acks", text.with("partition", findings.name(partition)), event);
        }
    }

    /// A group commits what its consumers have read, and not back.
    fn check_commit(
        &mut self,
        event: &Event,
        group: &Name,
        partition: TopicIdPartition,
        offset: i64,
        findings: &mut Findings<'_>,
    ) {
        let managed = !self.unmanaged.contains(group);
        let known = self.commits.entry((group.clone(), partition)).or_default();
        let text = |template: &'static Template, findings: &Findings<'_>| {
            template.with("group", &**group).with("offset", offset).with("partition", findings.name(partition))
        };
        if let Some(read) = known.read.filter(|read| *read < offset && offset > known.sought) {
            let text = text(&says::COMMIT_UNREAD, findings).with("read", read);
            findings.add("commit", text, event);
        }
        let was_set = known.set.contains(&offset);
        if let Some(before) = known.floor.filter(|before| managed && *before > offset && !was_set) {
            let text = text(&says::COMMIT_BACK, findings).with("before", before);
            findings.add("commit", text, event);
        }
        known.tell(offset);
    }

    /// A consumer begins where its group has committed.
    fn check_resumed(&mut self, event: &Event, partition: TopicIdPartition, offset: i64, findings: &mut Findings<'_>) {
        let world = findings.world;
        let Some(group) = world.consumers().get(&event.node).and_then(|slot| slot.consumer.group.clone()) else {
            return;
        };
        let mut coordinators = world.brokers().values().filter_map(|broker| broker.groups.group(&group));
        let stored = coordinators.any(|group| group.offsets.get(&partition).is_some_and(|at| at.offset == offset));
        let known = self.commits.entry((group, partition)).or_default();
        if !stored && !known.offsets.contains(&offset) {
            let text = says::POSITION_NOT_COMMITTED.with("consumer", consumer(findings, event.node));
            let text = text.with("partition", findings.name(partition));
            findings.add("position", text.with("offset", offset), event);
        }
        known.read = known.read.max(Some(offset));
    }

    /// A new coordinator knows every commit that the one before told of, or one that was sent and that nobody was told of.
    fn check_loaded(&self, event: &Event, group: &Group, findings: &mut Findings<'_>) {
        if !coordinates(findings.world, event.node.0, &group.id) {
            return;
        }
        let topics = &findings.world.metadata().topics;
        let of_group = self.commits.iter().filter(|((id, at), _)| *id == group.id && topics.contains_key(&at.topic));
        let told = of_group.filter_map(|((_, partition), known)| Some((*partition, known.told?)));
        for (partition, offset) in told {
            let sent = &self.commits[&(group.id.clone(), partition)].sent;
            let is_there = |loaded: i64| loaded >= offset || sent.iter().any(|(sent, _)| *sent == loaded);
            if group.offsets.get(&partition).is_none_or(|loaded| !is_there(loaded.offset)) {
                commit_lost(event, &group.id, partition, offset, findings);
            }
        }
    }

    /// A consumer begins by `auto.offset.reset` only where its group has committed nothing.
    fn check_reset(&self, event: &Event, partition: TopicIdPartition, findings: &mut Findings<'_>) {
        let Some(slot) = findings.world.consumers().get(&event.node) else { return };
        let Some(group) = slot.consumer.group.clone().filter(|_| slot.consumer.assign.is_empty()) else { return };
        if !is_current(findings.world, &slot.consumer, &group) {
            // A process that was frozen takes up an answer from before the others committed.
            return;
        }
        if findings.world.metadata().partition(partition).is_none() {
            // With a topic that is deleted go its commits.
            return;
        }
        let known = self.commits.get(&(group.clone(), partition));
        if let Some(offset) = known.and_then(|known| known.told) {
            commit_lost(event, &group, partition, offset, findings);
        }
    }

    /// By `seek()`, or because its position lay outside the log.
    fn go_elsewhere(&mut self, world: &World, node: NodeId, partition: TopicIdPartition) {
        let group = world.consumers().get(&node).and_then(|slot| slot.consumer.group.clone());
        if let Some(known) = group.and_then(|group| self.commits.get_mut(&(group, partition))) {
            known.go_elsewhere();
        }
    }

    /// A consumer commits its positions: those of this moment, not those after what came with it.
    fn note_sent(&mut self, world: &World, node: NodeId) {
        let Some(consumer) = world.consumers().get(&node).map(|slot| &slot.consumer) else { return };
        let Some(group) = consumer.group.clone() else { return };
        if !consumer.assign.is_empty() {
            self.unmanaged.insert(group.clone());
        }
        // A group of the consumer protocol that has no members takes commits of who is none, as it does an admin's: a process
        // that hung and was put out commits what it had as it closes (`ConsumerGroup.validateOffsetCommit`).
        let is_outside = consumer.is_modern() && consumer.generation <= 0;
        // In a topic that was made again under its name positions are inherited: a commit of one may be told of only when
        // the new topic is read already.
        for (partition, progress) in consumer.partitions() {
            let known = self.commits.entry((group.clone(), *partition)).or_default();
            if let Some(position) = progress.position.filter(|_| known.read.is_none()) {
                known.sought = known.sought.max(position);
            }
        }
        for ((_, partition), position) in self.positions.iter().filter(|((of, _), _)| *of == node) {
            let known = self.commits.entry((group.clone(), *partition)).or_default();
            known.send(*position);
            if is_outside {
                known.set_to(*position);
            }
        }
    }

    /// A partition of `__consumer_offsets` has lost records: the groups in it may have lost commits.
    fn forget_commits_in(&mut self, world: &World, partition: TopicIdPartition) {
        for (_, known) in self.commits.iter_mut().filter(|((group, _), _)| is_kept_in(world, group, partition)) {
            known.forget();
        }
    }

    /// A consumer has read a partition up to `offset`.
    fn note_read(&mut self, world: &World, node: NodeId, partition: TopicIdPartition, offset: i64) {
        let group = world.consumers().get(&node).and_then(|slot| slot.consumer.group.clone());
        if let Some(group) = group {
            let known = self.commits.entry((group, partition)).or_default();
            known.read = known.read.max(Some(offset));
        }
    }

    /// A coordinator has read its group's commits from the log.
    fn note_loaded(&mut self, group: &Group) {
        for (partition, committed) in &group.offsets {
            self.commits.entry((group.id.clone(), *partition)).or_default().note(committed.offset);
        }
    }

    fn forget_positions(&mut self, node: NodeId) {
        self.positions.retain(|(owner, _), _| *owner != node);
    }
}

/// Is the consumer a member as the group is now, and not one that the group went on without?
fn is_current(world: &World, consumer: &Consumer, id: &str) -> bool {
    let coordinators = world.brokers().values().filter_map(|broker| broker.groups.group(id));
    let Some(group) = coordinators.max_by_key(|group| group.generation) else { return true };
    match &group.consumer {
        Some(modern) => modern.member(&consumer.member_id).is_some(),
        None => group.member(&consumer.member_id).is_some() && consumer.generation >= group.generation,
    }
}

fn commit_lost(event: &Event, group: &Name, partition: TopicIdPartition, offset: i64, findings: &mut Findings<'_>) {
    let text = says::COMMIT_LOST.with("group", &**group).with("offset", offset);
    findings.add("commit", text.with("partition", findings.name(partition)), event);
}

/// A stable group's assignment: each partition once, and only to members that subscribe to its topic.
fn check_assignment(event: &Event, group: &Name, findings: &mut Findings<'_>) {
    let world = findings.world;
    let Some(group) = world.brokers().get(&event.node.0).and_then(|broker| broker.groups.group(group)) else { return };
    let mut owners: BTreeMap<TopicIdPartition, &Name> = BTreeMap::new();
    for member in &group.members {
        let topics: BTreeSet<&str> = member.topics().iter().map(|topic| &**topic).collect();
        for partition in member.assignment.iter() {
            if let Some(other) = owners.insert(*partition, &member.id) {
                let text = says::TWO_OWNERS.with("generation", group.generation).with("group", &*group.id);
                let text = text.with("partition", findings.name(*partition)).with("consumer", &*member.id);
                findings.add("owner", text.with("other", &**other), event);
            }
            if !topics.contains(world.topic_name(partition.topic)) {
                let text = says::NOT_SUBSCRIBED.with("group", &*group.id).with("consumer", &*member.id);
                findings.add("owner", text.with("partition", findings.name(*partition)), event);
            }
        }
    }
}

/// Records that wait, and records that are under way or wait to be sent again.
fn count(producer: &Producer) -> (u64, u64) {
    let (mut waiting, mut in_flight) = (producer.blocked() as u64, 0);
    for (_, queue) in producer.accumulator.queues() {
        for batch in queue {
            match batch.attempts {
                0 => waiting += batch.len() as u64,
                _ => in_flight += batch.len() as u64,
            }
        }
    }
    in_flight += producer.in_flight().map(|(_, batch)| batch.len() as u64).sum::<u64>();
    (waiting, in_flight)
}

/// Memory of all batches.
fn memory(producer: &Producer) -> u64 {
    let queued = producer.accumulator.queues().flat_map(|(_, queue)| queue);
    queued.chain(producer.in_flight().map(|(_, batch)| batch)).map(|batch| batch.memory_bytes()).sum()
}

pub(super) fn consumer(findings: &Findings<'_>, node: NodeId) -> String {
    findings.world.consumers().get(&node).map_or_else(|| "?".to_owned(), |slot| slot.consumer.name.to_string())
}
