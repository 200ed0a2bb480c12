//! Logs: places, high watermarks, what was committed, leaders and their epochs.
//!
//! What a leader has moved its high watermark over is committed, and kept here as the one true log of the partition:
//! every replica's log below its own high watermark must be a prefix of it, and every later leader must hold it. After
//! an unclean election the new leader's log is the true one, as far as it goes: what only others had is lost.
//! Retention and compaction take records away from each replica by itself, so what is there is compared, and what is gone
//! is not missed.

use std::collections::BTreeMap;

use super::{
    Findings,
    known::{Known, Placed},
    name_of, sentences as says,
};
use crate::{
    cluster::World,
    i18n::Text,
    kafka::{
        broker::Replica,
        config::Acks,
        event::{ElectedBy, Event, EventKind},
        ids::{BrokerId, TopicIdPartition},
        metadata::MetadataDelta,
    },
    sim::NodeId,
};

const MIN_INSYNC_REPLICAS: &str = "min.insync.replicas";
const ELR_VERSION: &str = "eligible.leader.replicas.version";

/// What is known of all logs.
#[derive(Clone, Debug, Default)]
pub(super) struct Logs {
    partitions: BTreeMap<TopicIdPartition, Known>,
    replicas: BTreeMap<(BrokerId, TopicIdPartition), Seen>,
    /// Records of metadata that were looked at for what they ask for.
    applied: u64,
}

/// One replica as it was seen last.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    end: i64,
    high_watermark: i64,
    /// Leader epoch while it leads.
    reign: Option<i32>,
}

impl Logs {
    pub fn new(world: &World) -> Logs {
        let mut logs = Logs { applied: world.metadata().offset, ..Logs::default() };
        for broker in world.brokers().values() {
            for (partition, replica) in broker.replicas() {
                let known = logs.partitions.entry(partition).or_default();
                known.take_for_granted(broker.id, replica);
                let seen = Seen {
                    end: replica.log.log_end_offset(),
                    high_watermark: replica.log.high_watermark(),
                    reign: replica.leader().map(|leader| leader.leader_epoch),
                };
                logs.replicas.insert((broker.id, partition), seen);
            }
        }
        logs
    }

    /// Up to where a partition was ever committed; nothing for one that was never led.
    pub fn committed_ever(&self, partition: TopicIdPartition) -> Option<i64> {
        self.partitions.get(&partition).map(|known| known.committed_ever)
    }

    /// Has what was committed begun anew with this leader epoch, so that some of it is lost?
    pub fn has_begun_anew(&self, partition: TopicIdPartition, leader_epoch: i32) -> bool {
        self.partitions.get(&partition).is_some_and(|known| known.begun_anew == leader_epoch)
    }

    /// Is this batch of a producer at this offset: written by a leader, and with `committed` also committed?
    pub fn holds(&self, partition: TopicIdPartition, offset: i64, client: NodeId, batch: u32, committed: bool) -> bool {
        let Some(known) = self.partitions.get(&partition) else { return false };
        let is = |epoch: i32| {
            let placed = known.placed.get(&(epoch, offset));
            placed.is_some_and(|placed| (placed.stamp.client, placed.stamp.batch) == (client, batch))
        };
        let is_unseen = known.unseen.iter().any(|part| part.contains(&offset));
        let is_placed = || is_unseen || known.leaders.keys().any(|epoch| is(*epoch));
        match committed {
            // What leaders before an unclean election had committed is lost, but it was true.
            true => {
                let mut before = known.leaders.range(..known.begun_anew);
                known.committed_epoch(offset).is_some_and(is)
                    || before.any(|(epoch, _)| is(*epoch))
                    || known.was_skipped(offset) && is_placed()
            }
            false => is_placed(),
        }
    }

    pub fn check(&mut self, event: &Event, findings: &mut Findings<'_>) {
        use EventKind as E;
        let broker = event.node.0;
        match &event.kind {
            E::RecordsAppended { partition, client, .. } => {
                self.check_log(broker, *partition, event, findings);
                check_min_isr(broker, *partition, *client, event, findings);
            }
            E::ReplicaAppended { partition, .. } => self.check_log(broker, *partition, event, findings),
            E::LogTruncated { partition, to, .. } => self.check_truncated(broker, *partition, *to, event, findings),
            E::HighWatermarkAdvanced { partition, to, .. } => {
                // By the event: in the same step the topic may be deleted, and the log with it.
                let known = self.partitions.entry(*partition).or_default();
                known.committed_ever = known.committed_ever.max(*to);
                self.check_log(broker, *partition, event, findings);
                self.check_leader(broker, *partition, event, findings);
            }
            E::LogStartedAnew { partition, at, .. } => {
                let seen = self.replicas.entry((broker, *partition)).or_default();
                (seen.end, seen.high_watermark) = (*at, *at);
                self.check_bounds(broker, *partition, event, findings);
            }
            E::LogStartMoved { partition, .. }
            | E::SegmentDeleted { partition, .. }
            | E::LogCleaned { partition, .. } => {
                self.check_bounds(broker, *partition, event, findings);
                let start = replica(findings.world, broker, *partition).map(|replica| replica.log.log_start_offset());
                let known = self.partitions.entry(*partition).or_default();
                let mut removed_to = start.unwrap_or(0);
                if let E::LogCleaned { cleaned, .. } = &event.kind {
                    (known.is_compacted, removed_to) = (true, removed_to.max(cleaned.to));
                }
                known.promises.remove(removed_to);
            }
            E::BatchAcknowledged { partition, base_offset, batch, .. } => {
                let producer = findings.world.producers().get(&event.node).map(|slot| &slot.producer);
                let wants_all = producer.is_some_and(|producer| producer.config.acks == Acks::All);
                if let Some(known) = self.partitions.get_mut(partition).filter(|_| wants_all) {
                    known.promise(*base_offset, (event.node, *batch), event.id);
                }
            }
            E::MetadataApplied { .. } => self.follow_metadata(broker, findings.world),
            E::FollowerHighWatermark { partition, .. } => {
                self.check_log(broker, *partition, event, findings);
                self.check_follower(broker, *partition, event, findings);
            }
            E::BecameLeader { partition, leader_epoch, .. } => {
                self.check_log(broker, *partition, event, findings);
                self.check_new_leader(broker, *partition, *leader_epoch, event, findings);
            }
            // Its replicas are gone with what they held.
            E::DiskWiped { .. } => {
                let (gone, kept): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut self.replicas).into_iter().partition(|((of, _), _)| *of == broker);
                self.replicas = kept.into_iter().collect();
                for ((_, partition), seen) in gone {
                    let known = self.partitions.entry(partition).or_default();
                    known.wiped.insert(broker);
                    known.promises.wipe(broker, seen.end, event.id);
                }
            }
            E::BecameFollower { partition, .. } => {
                self.check_log(broker, *partition, event, findings);
                self.replicas.entry((broker, *partition)).or_default().reign = None;
            }
            E::ElectionHeld(held) if matches!(held.by, ElectedBy::Unclean | ElectedBy::LastKnown) => {
                self.partitions.entry(held.partition).or_default().unclean = Some(held.leader_epoch);
            }
            E::ReplicaRemoved { partition } => {
                self.replicas.remove(&(broker, *partition));
            }
            _ => {}
        }
    }

    /// New batches of a replica: dense, in order of epochs, and the same as anywhere else at their place.
    fn check_log(&mut self, broker: BrokerId, partition: TopicIdPartition, event: &Event, findings: &mut Findings<'_>) {
        let name = findings.name(partition);
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let seen = self.replicas.entry((broker, partition)).or_default();
        let known = self.partitions.entry(partition).or_default();
        let end = replica.log.log_end_offset();
        if end < seen.end {
            let text = says::LOG_SHRANK.with("broker", broker).with("partition", name.as_str());
            findings.add("log-end", text.with("before", seen.end).with("now", end), event);
            seen.end = end;
        }
        // A leader that was frozen writes, deletes by retention and answers in the same step.
        let start = replica.log.log_start_offset();
        if start > seen.end && seen.reign.is_some() && seen.reign == replica.leader().map(|leader| leader.leader_epoch)
        {
            known.unseen.push(seen.end..start);
        }
        // Gaps stay when a topic is not compacted any more.
        known.is_compacted |= replica.log.config().compact;
        let compacted = known.is_compacted;
        let (mut expected, mut epoch) = (seen.end.max(replica.log.log_start_offset()), i32::MIN);
        for batch in replica.log.batches().from(seen.end) {
            // Whoever copies a log that was compacted copies its gaps.
            // A log that starts within a batch has that batch whole.
            let is_whole = batch.base_offset == seen.end && batch.next_offset() >= expected;
            let is_due =
                is_whole || if compacted { batch.base_offset >= expected } else { batch.base_offset == expected };
            if !is_due {
                let text = says::OFFSETS_DENSE.with("broker", broker).with("partition", name.as_str());
                findings.add("offsets", text.with("found", batch.base_offset).with("expected", expected), event);
            }
            if batch.leader_epoch < epoch {
                let text = says::EPOCH_BACK.with("broker", broker).with("partition", name.as_str());
                let text = text.with("offset", batch.base_offset).with("epoch", batch.leader_epoch);
                findings.add("leader-epoch", text.with("before", epoch), event);
            }
            let place = (batch.leader_epoch, batch.base_offset);
            let placed = Placed::from(&**batch);
            if *known.placed.entry(place).or_insert(placed) != placed {
                let text = says::PLACE_TWICE.with("broker", broker).with("partition", name.as_str());
                findings.add("place", text.with("offset", place.1).with("epoch", place.0), event);
            }
            (expected, epoch) = (batch.next_offset(), batch.leader_epoch);
        }
        if expected != end && !compacted {
            let text = says::OFFSETS_DENSE.with("broker", broker).with("partition", name.as_str());
            findings.add("offsets", text.with("found", end).with("expected", expected), event);
        }
        seen.end = end;
    }

    /// What upkeep leaves of a log: its start is not beyond its high watermark, segments follow one another and hold what
    /// they say, and where compaction went each key is there once.
    fn check_bounds(&self, broker: BrokerId, partition: TopicIdPartition, event: &Event, findings: &mut Findings<'_>) {
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let log = &replica.log;
        let (start, high_watermark) = (log.log_start_offset(), log.high_watermark());
        let about = |text: Text| text.with("broker", broker).with("partition", name_of(findings.world, partition));
        let mut found = Vec::new();
        if start > high_watermark {
            let text = about(says::START_BEYOND.with("start", start));
            found.push(("log-start", text.with("high_watermark", high_watermark)));
        }
        let segments = log.segments();
        let sorted = segments.windows(2).all(|pair| pair[0].base_offset < pair[1].base_offset);
        let first = segments.first().map_or(start, |segment| segment.base_offset);
        let bytes: u64 = log.batches().iter().map(|batch| u64::from(batch.records.size_bytes())).sum();
        let held = log.batches().iter().next().map_or(first, |batch| batch.base_offset);
        if !sorted || first > start || held < first || bytes != log.size_bytes() {
            found.push(("segments", about(says::SEGMENTS_UNSOUND.with("bytes", bytes).with("said", log.size_bytes()))));
        }
        if let EventKind::LogCleaned { cleaned, .. } = &event.kind {
            let mut newest: BTreeMap<&[u8], i64> = BTreeMap::new();
            let clean = log.batches().iter().take_while(|batch| batch.base_offset < cleaned.to);
            let readable = start..cleaned.to;
            for (offset, record) in clean.flat_map(|batch| batch.iter()).filter(|(at, _)| readable.contains(at)) {
                let key = record.key.unwrap_or_default();
                if let Some(before) = newest.insert(key, offset) {
                    found.push(("compaction", about(says::KEY_TWICE.with("before", before).with("offset", offset))));
                }
            }
        }
        for (check, text) in found {
            findings.add(check, text, event);
        }
    }

    /// A follower cut its log: to where it says, and nothing that it knows to be committed.
    fn check_truncated(
        &mut self,
        broker: BrokerId,
        partition: TopicIdPartition,
        to: i64,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let seen = self.replicas.entry((broker, partition)).or_default();
        let (high_watermark, end) = (seen.high_watermark, replica(findings.world, broker, partition));
        seen.end = seen.end.min(to);
        seen.high_watermark = seen.high_watermark.min(to);
        let end = end.map_or(to, |replica| replica.log.log_end_offset());
        let text = if end > to {
            says::NOT_CUT.with("end", end)
        } else if to < high_watermark && self.partitions.get(&partition).is_none_or(|known| known.begun_anew == 0) {
            says::CUT_COMMITTED.with("committed", high_watermark)
        } else {
            return;
        };
        let text = text.with("broker", broker).with("partition", findings.name(partition));
        findings.add("truncation", text.with("to", to), event);
    }

    /// A leader moved its high watermark: not back, and only over what every replica that could be elected has.
    fn check_leader(
        &mut self,
        broker: BrokerId,
        partition: TopicIdPartition,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let name = findings.name(partition);
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let Some(leader) = replica.leader() else {
            // The same step ended its reign after that; what it committed stays so.
            return self.commit(broker, partition, replica.log.high_watermark(), event, findings);
        };
        let (epoch, high_watermark) = (leader.leader_epoch, replica.log.high_watermark());
        let seen = self.replicas.entry((broker, partition)).or_default();
        if seen.reign == Some(epoch) && high_watermark < seen.high_watermark {
            let text = says::HIGH_WATERMARK_BACK.with("broker", broker).with("partition", name.as_str());
            let text = text.with("epoch", epoch).with("before", seen.high_watermark).with("now", high_watermark);
            findings.add("high-watermark", text, event);
        }
        (seen.reign, seen.high_watermark) = (Some(epoch), high_watermark);

        let needed = min_insync_replicas(findings.world, broker, partition);
        if leader.isr.len() < needed {
            let text = says::HIGH_WATERMARK_ALONE.with("broker", broker).with("partition", name.as_str());
            findings.add("high-watermark", text.with("isr", leader.isr.len()).with("needed", needed), event);
        }
        let promises = self.partitions.get(&partition).map(|known| &known.promises);
        let had = |member| promises.is_some_and(|promises| promises.had(member, high_watermark));
        // Whoever is being added to the ISR may be in it already, for all that the leader knows (KIP-497). It may also have
        // completed a reassignment, and whoever that takes away deletes its copy, before the leader hears of it; and so all
        // of them do with a topic that is deleted.
        let assigned = findings.world.metadata().partition(partition).map(|state| &state.replicas);
        for member in leader.pending_isr.iter().flatten().filter(|member| **member != broker) {
            let log = findings.world.brokers().get(member).and_then(|broker| broker.replica(partition));
            if log.is_none() && assigned.is_none_or(|replicas| !replicas.contains(member)) {
                continue;
            }
            let end = log.map_or(0, |replica| replica.log.log_end_offset());
            if end < high_watermark && !had(*member) {
                let text = says::HIGH_WATERMARK_BEYOND.with("end", end).with("leader", broker);
                let text = text.with("partition", name.as_str()).with("follower", *member);
                findings.add("high-watermark", text.with("high_watermark", high_watermark), event);
            }
        }

        let committed = findings.world.metadata().partition(partition);
        // An older leader that has not heard of its successor cannot move its high watermark; were it to, the
        // successor would lack a committed record, which is found when it leads.
        if let Some(state) = committed.filter(|state| state.leader_epoch == epoch) {
            for follower in state.isr.iter().copied().filter(|member| *member != broker) {
                if !leader.maximal_isr().any(|member| member == follower) {
                    let text = says::ISR_NOT_AWAITED.with("follower", follower).with("partition", name.as_str());
                    findings.add("in-sync", text.with("leader", broker), event);
                    continue;
                }
                let log = findings.world.brokers().get(&follower).and_then(|broker| broker.replica(partition));
                let end = log.map_or(0, |replica| replica.log.log_end_offset());
                let last = |replica: &Replica| {
                    let batch = replica.log.batches().holding(high_watermark - 1)?;
                    Some((batch.base_offset, batch.leader_epoch))
                };
                // What either has deleted already, by retention or because it was asked to, it cannot have otherwise; a
                // leader that was frozen does so in the same step.
                let is_deleted = |replica: &Replica| replica.log.log_start_offset() >= high_watermark;
                let deleted = is_deleted(replica) || log.is_some_and(is_deleted);
                let text = if deleted || end < high_watermark && had(follower) {
                    continue;
                } else if end < high_watermark {
                    says::HIGH_WATERMARK_BEYOND.with("end", end)
                } else if log.and_then(last) != last(replica) {
                    says::HIGH_WATERMARK_DIVERGES.text()
                } else {
                    continue;
                };
                let text = text.with("leader", broker).with("partition", name.as_str()).with("follower", follower);
                findings.add("high-watermark", text.with("high_watermark", high_watermark), event);
            }
        }
        self.commit(broker, partition, high_watermark, event, findings);
    }

    /// What lies below the high watermark of a leader is committed from now on.
    fn commit(
        &mut self,
        broker: BrokerId,
        partition: TopicIdPartition,
        high_watermark: i64,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let name = findings.name(partition);
        let known = self.partitions.entry(partition).or_default();
        if replica.log.latest_epoch() < known.begun_anew {
            return;
        }
        let needed = match is_elr_enabled(findings.world) {
            true => min_insync_replicas(findings.world, broker, partition),
            false => 0,
        };
        let reign = replica.leader().map_or(known.begun_anew, |leader| leader.leader_epoch);
        let new: Vec<_> = replica.log.batches().from(known.committed_end).cloned().collect();
        // A leader that was frozen may move its start over what it commits in the same step; others have that still.
        let first = new.first().map_or(i64::MAX, |batch| batch.base_offset);
        known.skip_to(replica.log.log_start_offset().min(first).min(high_watermark), reign);
        for batch in new.iter().take_while(|batch| batch.base_offset < high_watermark) {
            known.check_producer(batch, &name, event, findings);
            known.commit(batch, reign);
            known.promises.commit(batch.base_offset, needed);
        }
    }

    /// Settings and replicas that ask for fewer copies than before, and who may lead without any.
    fn follow_metadata(&mut self, broker: BrokerId, world: &World) {
        let Some(broker) = world.node(broker) else { return };
        for offset in self.applied..broker.image.offset {
            match broker.quorum.log().get(offset) {
                Some((_, MetadataDelta::Config { topic, settings })) => {
                    let is_off = settings.get(ELR_VERSION).is_some_and(|version| version.trim() == "0");
                    let minimum = settings.get(MIN_INSYNC_REPLICAS).map(|value| value.trim().parse().unwrap_or(1));
                    let most = if is_off { 0 } else { minimum.unwrap_or(usize::MAX) };
                    let of_it = |at: &TopicIdPartition| topic.is_none_or(|topic| topic == at.topic);
                    self.partitions.iter_mut().filter(|(at, _)| of_it(at)).for_each(|(_, known)| {
                        known.promises.lower(most);
                    });
                }
                Some((_, MetadataDelta::Partition { partition, state })) => {
                    if let Some(known) = self.partitions.get_mut(partition) {
                        known.promises.lower(state.replicas.len());
                        known.follow(state);
                    }
                }
                _ => {}
            }
        }
        self.applied = self.applied.max(broker.image.offset);
    }

    /// A follower takes as committed only what a leader committed.
    fn check_follower(
        &mut self,
        broker: BrokerId,
        partition: TopicIdPartition,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let high_watermark = replica.log.high_watermark();
        let seen = self.replicas.entry((broker, partition)).or_default();
        let from = seen.high_watermark.min(high_watermark);
        seen.high_watermark = high_watermark;
        let committed = self.partitions.get(&partition).map_or(0, |known| known.committed_end);
        let was_lost =
            self.partitions.get(&partition).is_some_and(|known| replica.log.latest_epoch() < known.begun_anew);
        if high_watermark > committed && !was_lost {
            let text = says::FOLLOWER_AHEAD.with("broker", broker).with("partition", findings.name(partition));
            let text = text.with("high_watermark", high_watermark).with("committed", committed);
            findings.add("high-watermark", text, event);
        }
        if !was_lost {
            self.check_prefix(broker, partition, from..high_watermark.min(committed), event, findings);
        }
    }

    /// A new leader: the only one of its epoch, with every committed record.
    fn check_new_leader(
        &mut self,
        broker: BrokerId,
        partition: TopicIdPartition,
        epoch: i32,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let name = findings.name(partition);
        let known = self.partitions.entry(partition).or_default();
        let first = *known.leaders.entry(epoch).or_insert(broker);
        if first != broker {
            let text = says::TWO_LEADERS.with("broker", broker).with("partition", name.as_str());
            findings.add("leader", text.with("epoch", epoch).with("other", first), event);
        }
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let was_wiped = known.wiped.remove(&broker) && replica.log.log_end_offset() < known.committed_end;
        let was_unclean = known.unclean.take_if(|unclean| *unclean <= epoch).is_some();
        if !was_unclean {
            let finding = known.check_promises(broker, (replica, epoch), &name, event, findings.world);
            findings.list.extend(finding);
        }
        if was_unclean || was_wiped {
            known.begin_anew(epoch, replica);
        }
        let committed = known.committed_before(epoch);
        let seen = self.replicas.entry((broker, partition)).or_default();
        (seen.reign, seen.high_watermark) = (Some(epoch), replica.log.high_watermark());
        let end = replica.log.log_end_offset();
        if end < committed {
            let text = says::COMMITTED_LOST.with("broker", broker).with("partition", name.as_str());
            let text = text.with("epoch", epoch).with("end", end).with("committed", committed);
            findings.add("committed", text, event);
        }
        self.check_prefix(broker, partition, 0..committed.min(end), event, findings);
    }

    /// A part of a replica's log is the same as what was committed.
    fn check_prefix(
        &mut self,
        broker: BrokerId,
        partition: TopicIdPartition,
        part: std::ops::Range<i64>,
        event: &Event,
        findings: &mut Findings<'_>,
    ) {
        let Some(replica) = replica(findings.world, broker, partition) else { return };
        let Some(known) = self.partitions.get(&partition) else { return };
        // What lies before its start is gone for everyone, be it in a segment that still stands: one that comes back with
        // other records than the leader deleted by retention cuts its log to where the leader's starts.
        let part = part.start.max(replica.log.log_start_offset())..part.end;
        let in_part = replica.log.batches().from(part.start).take_while(|batch| batch.base_offset < part.end);
        let other = in_part.map(|batch| (batch.base_offset, batch.leader_epoch)).find(|(offset, epoch)| {
            // A batch that begins before the part was looked at before.
            *offset >= part.start && known.committed_epoch(*offset) != Some(*epoch)
        });
        if let Some((offset, _)) = other {
            let text = says::COMMITTED_CHANGED.with("broker", broker).with("partition", findings.name(partition));
            findings.add("committed", text.with("offset", offset), event);
        }
    }
}

pub(super) fn replica(world: &World, broker: BrokerId, partition: TopicIdPartition) -> Option<&Replica> {
    world.brokers().get(&broker)?.replica(partition)
}

/// With acks=all a leader writes only with as many in-sync replicas as `min.insync.replicas` asks for.
fn check_min_isr(
    broker: BrokerId,
    partition: TopicIdPartition,
    client: NodeId,
    event: &Event,
    findings: &mut Findings<'_>,
) {
    let world = findings.world;
    let wants_all = world.producers().get(&client).is_some_and(|slot| slot.producer.config.acks == Acks::All);
    let Some(leader) = replica(world, broker, partition).and_then(Replica::leader).filter(|_| wants_all) else {
        return;
    };
    let needed = min_insync_replicas(world, broker, partition);
    if leader.isr.len() < needed {
        let text = says::WRITTEN_ALONE.with("broker", broker).with("partition", findings.name(partition));
        findings.add("in-sync", text.with("isr", leader.isr.len()).with("needed", needed), event);
    }
}

/// `min(min.insync.replicas, replication factor)` as a broker knows it.
fn min_insync_replicas(world: &World, broker: BrokerId, partition: TopicIdPartition) -> usize {
    let Some(image) = world.brokers().get(&broker).map(|broker| &broker.image) else { return 0 };
    let topic = image.topics.get(&partition.topic).and_then(|topic| topic.settings.get(MIN_INSYNC_REPLICAS));
    let value = topic.or_else(|| image.settings.get(MIN_INSYNC_REPLICAS)).and_then(|value| value.trim().parse().ok());
    value.unwrap_or(1).min(image.partition(partition).map_or(0, |state| state.replicas.len()))
}

/// Does the cluster go by eligible leader replicas, as far as anybody knows?
fn is_elr_enabled(world: &World) -> bool {
    world.metadata().settings.get(ELR_VERSION).is_none_or(|version| version.trim() != "0")
}
