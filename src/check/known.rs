//! What is known of one partition over all replicas and leaders: the one true log, what was promised of it, and what is
//! left of it after an unclean election.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Findings, logs, promises::Promises, sentences as says};
use crate::{
    cluster::World,
    kafka::{
        broker::Replica,
        event::Event,
        ids::BrokerId,
        log::{NO_PRODUCER, ProducerStamp, RecordBatch, add_sequence},
        metadata::PartitionState,
    },
    sim::{EventId, NodeId},
};

/// One partition, over all replicas and leaders.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Every batch that was ever anywhere, by leader epoch and base offset.
    pub placed: BTreeMap<(i32, i64), Placed>,
    /// Base offset and leader epoch of each committed batch.
    pub committed: Vec<(i64, i32)>,
    pub committed_end: i64,
    /// From which offset on it was committed by the leader of which epoch.
    pub reigns: Vec<(i64, i32)>,
    /// Compaction may have taken batches away, if not by now then once.
    pub is_compacted: bool,
    /// How far it ever was committed, also by leaders that did not know that their reign was over.
    pub committed_ever: i64,
    pub leaders: BTreeMap<i32, BrokerId>,
    /// Epoch and next sequence of each idempotent producer.
    pub sequences: BTreeMap<u64, (i16, i32)>,
    /// Parts that their leader wrote and deleted in one step, so that nobody saw whose they were.
    pub unseen: Vec<std::ops::Range<i64>>,
    /// Parts that were committed and deleted in one step.
    skipped: Vec<std::ops::Range<i64>>,
    /// Committed batches of idempotent producers, with the producer epoch.
    pub batches: BTreeMap<(NodeId, u32), i16>,
    /// Leader epoch of an unclean election whose leader has not taken over yet.
    pub unclean: Option<i32>,
    /// Leader epoch of the last one that has; what older leaders go on committing is lost.
    pub begun_anew: i32,
    /// Brokers that are eligible to lead although a reassignment took their copy away: with fewer in-sync replicas than
    /// the minimum it leaves them so, in Kafka too (`PartitionChangeBuilder.maybePopulateTargetElr`, 4.0 to 4.3). If they
    /// come back as replicas, they have nothing and are eligible still.
    pub taken_away: BTreeSet<BrokerId>,
    /// Brokers whose copy was wiped: what is left when one of them leads is what it has fetched since.
    pub wiped: BTreeSet<BrokerId>,
    pub promises: Promises,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub next_offset: i64,
    pub stamp: ProducerStamp,
    pub timestamp_us: u64,
}

impl From<&RecordBatch> for Placed {
    fn from(batch: &RecordBatch) -> Self {
        Placed {
            next_offset: batch.next_offset(),
            stamp: batch.records.stamp,
            timestamp_us: batch.records.base_timestamp_us(),
        }
    }
}

impl Known {
    pub fn committed_epoch(&self, offset: i64) -> Option<i32> {
        let index = self.committed.binary_search_by_key(&offset, |(base, _)| *base).ok()?;
        Some(self.committed[index].1)
    }

    /// The controller wrote another state. Where a broker is elected that was eligible all the time since its copy was
    /// taken away, what others had is lost, as in an unclean election.
    pub fn follow(&mut self, state: &PartitionState) {
        if state.leader.is_some_and(|leader| self.taken_away.contains(&leader)) {
            self.unclean = Some(state.leader_epoch);
        }
        self.taken_away.retain(|broker| state.elr.contains(broker));
        self.taken_away.extend(state.elr.iter().filter(|broker| !state.replicas.contains(broker)));
    }

    /// How much of what was committed a replica has, or had before it was removed there.
    pub fn left(&self, replica: &Replica) -> usize {
        let log = &replica.log;
        let has = |(base, of): &(i64, i32)| match log.batches().holding(*base) {
            _ if *base < log.log_start_offset() => true,
            Some(batch) => batch.base_offset > *base || batch.leader_epoch == *of,
            // The cleaner took it.
            None => *base < log.log_end_offset(),
        };
        self.committed.iter().take_while(|batch| has(batch)).count()
    }

    /// A batch was committed by the leader of an epoch.
    pub fn commit(&mut self, batch: &RecordBatch, reign: i32) {
        if self.reigns.last().is_none_or(|(_, last)| *last != reign) {
            self.reigns.push((self.committed_end, reign));
        }
        self.committed.push((batch.base_offset, batch.leader_epoch));
        self.committed_end = batch.next_offset();
    }

    /// What lies before an offset was committed and deleted in one step, so that nobody saw what it was.
    pub fn skip_to(&mut self, offset: i64, reign: i32) {
        if offset > self.committed_end {
            self.reigns.push((self.committed_end, reign));
            self.skipped.push(self.committed_end..offset);
            (self.committed_end, self.sequences) = (offset, BTreeMap::new());
        }
    }

    /// Was it committed and deleted in one step?
    pub fn was_skipped(&self, offset: i64) -> bool {
        self.skipped.iter().any(|part| part.contains(&offset))
    }

    /// How far it was committed by leaders before this epoch: what one has that hears of its election only after the next.
    pub fn committed_before(&self, epoch: i32) -> i64 {
        self.reigns.iter().find(|(_, reign)| *reign >= epoch).map_or(self.committed_end, |(from, _)| *from)
    }

    /// After an unclean election what the new leader has of the committed log is all that is left of it.
    pub fn begin_anew(&mut self, epoch: i32, replica: &Replica) {
        self.begun_anew = epoch;
        let lost = self.committed.split_off(self.left(replica));
        if let Some((base, _)) = lost.first() {
            self.committed_end = *base;
        }
        self.reigns.retain(|(from, _)| *from < self.committed_end);
        self.promises.forget(self.committed_end);
        (self.sequences, self.batches) = (BTreeMap::new(), BTreeMap::new());
    }

    /// A producer was told with acks=all that its batch is there.
    pub fn promise(&mut self, base_offset: i64, batch: (NodeId, u32), told: EventId) {
        let epoch = self.committed_epoch(base_offset);
        let placed = epoch.and_then(|epoch| self.placed.get(&(epoch, base_offset)));
        if placed.is_some_and(|placed| (placed.stamp.client, placed.stamp.batch) == batch) {
            self.promises.tell(base_offset, told);
        }
    }

    /// A leader that was elected cleanly has what was acknowledged, unless too many copies were wiped.
    pub fn check_promises(
        &self,
        broker: BrokerId,
        (replica, epoch): (&Replica, i32),
        name: &str,
        event: &Event,
        world: &World,
    ) -> Option<Finding> {
        let (lost, _) =
            self.committed.get(self.left(replica)).filter(|(lost, _)| *lost < self.committed_before(epoch))?;
        let partition = event.kind.partition()?;
        let log_end =
            |broker| logs::replica(world, broker, partition).map_or(0, |replica| replica.log.log_end_offset());
        let broken = self.promises.broken(*lost, log_end)?;
        let text = says::PROMISE_BROKEN.with("broker", broker).with("partition", name).with("offset", broken.offset);
        let text = text.with("told", broken.told).with("batches", broken.batches);
        let text = text.with("wiped", broken.wiped.len()).with("needed", broken.needed);
        let events = [event.id, broken.told].into_iter().chain(broken.wiped).collect();
        Some(Finding { check: "acknowledged", text, events })
    }

    /// A replica as it is when the checker begins.
    pub fn take_for_granted(&mut self, broker: BrokerId, replica: &Replica) {
        for batch in replica.log.batches().iter() {
            self.placed.insert((batch.leader_epoch, batch.base_offset), Placed::from(&**batch));
        }
        if let Some(leader) = replica.leader() {
            self.leaders.insert(leader.leader_epoch, broker);
        }
        self.committed_ever = self.committed_ever.max(replica.log.high_watermark());
        if replica.log.high_watermark() > self.committed_end {
            let committed = replica.log.batches().from(self.committed_end);
            for batch in committed.take_while(|batch| batch.base_offset < replica.log.high_watermark()) {
                self.committed.push((batch.base_offset, batch.leader_epoch));
                self.committed_end = batch.next_offset();
                let stamp = batch.records.stamp;
                if stamp.producer_id != NO_PRODUCER.producer_id {
                    let next = add_sequence(stamp.base_sequence, batch.records.len() as i32);
                    self.sequences.insert(stamp.producer_id, (stamp.producer_epoch, next));
                    self.batches.insert((stamp.client, stamp.batch), stamp.producer_epoch);
                }
            }
        }
    }

    /// Records of an idempotent producer are committed in order, each once.
    pub fn check_producer(&mut self, batch: &RecordBatch, name: &str, event: &Event, findings: &mut Findings<'_>) {
        let stamp = batch.records.stamp;
        if stamp.producer_id == NO_PRODUCER.producer_id {
            return;
        }
        let next = add_sequence(stamp.base_sequence, batch.records.len() as i32);
        let before = self.sequences.insert(stamp.producer_id, (stamp.producer_epoch, next));
        // A leader that knows nothing of a producer takes any first sequence.
        let expected = match before {
            None => stamp.base_sequence,
            Some((epoch, expected)) if epoch == stamp.producer_epoch => expected,
            Some(_) => 0,
        };
        let epoch_back = before.is_some_and(|(epoch, _)| epoch > stamp.producer_epoch);
        if stamp.base_sequence != expected || epoch_back {
            let text = says::SEQUENCE_BROKEN.with("partition", name).with("offset", batch.base_offset);
            let text = text.with("sequence", stamp.base_sequence).with("producer", stamp.producer_id);
            let text = text.with("epoch", i32::from(stamp.producer_epoch)).with("expected", expected);
            findings.add("idempotence", text, event);
        }
        // A producer that raised its epoch numbers anew what it was not told of, and an earlier leader may have it.
        let written = self.batches.insert((stamp.client, stamp.batch), stamp.producer_epoch);
        if written == Some(stamp.producer_epoch) {
            let text = says::WRITTEN_TWICE.with("partition", name).with("offset", batch.base_offset);
            let producer = findings.world.producers().get(&stamp.client);
            let producer = producer.map_or("?", |slot| &slot.producer.name).to_owned();
            findings.add("idempotence", text.with("batch", stamp.batch).with("producer", producer), event);
        }
    }
}
