//! What a broker does with its logs beside writing: retention, compaction, DeleteRecords (reference §3.3–3.5).
//!
//! After `LogManager.cleanupLogs` and `LogCleaner`: both run on every replica, whatever its role. Kafka looks at every log
//! at fixed intervals; here a broker sets a timer only for the first of those moments at which there can be something to
//! do, so that a quiet cluster does nothing. Left out: the time that deleting and cleaning take.

use std::sync::Arc;

use super::{Broker, Handle};
use crate::kafka::{
    config::TopicConfig,
    event::{EventKind, LogStartBy},
    ids::TopicIdPartition,
    log::{RecordBatch, RollReason},
    node::{Outbox, Timer},
    protocol::{ErrorCode, Response},
};
use crate::sim::Map;

/// What a broker knows of its disk's upkeep.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Storage {
    /// When the process began; the moments of looking count from there.
    started_us: u64,
    /// When it will look for segments to delete, if a timer is set.
    deletion_at_us: Option<u64>,
    /// When the cleaner will look for logs.
    cleaning_at_us: Option<u64>,
    /// The settings of a topic that sets nothing.
    plain_topic: Option<Arc<TopicConfig>>,
    /// Deletions of records that wait for replicas.
    waiting: Map<u64, DelayedDeletion>,
    next_waiting: u64,
}

/// A deletion of records that not every replica has taken up (`DelayedDeleteRecords`).
#[derive(Clone, Debug, Hash)]
struct DelayedDeletion {
    handle: Handle,
    partition: TopicIdPartition,
    offset: i64,
}

impl Storage {
    /// Kafka's defaults for a topic, read once.
    pub fn plain_topic(&mut self) -> Arc<TopicConfig> {
        self.plain_topic.get_or_insert_with(|| Arc::new(TopicConfig::default())).clone()
    }
}

impl Broker {
    /// The process has come up with its logs.
    pub(super) fn begin_storage(&mut self, now_us: u64, out: &mut Outbox) {
        self.storage.started_us = now_us;
        self.plan_all_storage(now_us, out);
    }

    /// Looks at every log for what may be due: it has just begun, or its clock shows another time.
    pub(super) fn plan_all_storage(&mut self, now_us: u64, out: &mut Outbox) {
        let held: Vec<TopicIdPartition> = self.replicas.keys().copied().collect();
        for partition in held {
            self.plan_storage(now_us, partition, out);
        }
    }

    /// Something about a log has changed that may bring a deletion or a cleaning nearer.
    pub(super) fn plan_storage(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        self.plan_deletion(now_us, partition, out);
        self.plan_cleaning(now_us, partition, out);
    }

    /// When something that is due by this broker's clock is due in true time, but not before the next moment; 0 is due
    /// whatever the clock shows.
    fn true_us(&self, now_us: u64, due_us: u64) -> u64 {
        let true_us = if due_us == 0 { 0 } else { due_us.saturating_add_signed(-self.clock_ahead_us) };
        true_us.max(now_us + 1)
    }

    fn plan_deletion(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        let due_us = self.replicas.get(&partition).and_then(|replica| replica.log.deletion_due_us());
        let Some(due_us) = due_us else { return };
        if self.is_compacted(partition) {
            return self.plan_look_of_cleaner(now_us, due_us, out);
        }
        let at_us = self.retention_look_us(now_us, due_us);
        if self.storage.deletion_at_us.is_none_or(|known_us| at_us < known_us) {
            self.storage.deletion_at_us = Some(at_us);
            out.set_timer(Timer::RetentionCheck, at_us);
        }
    }

    /// When this broker looks for segments to delete for the first time once its clock shows `due_us`.
    fn retention_look_us(&self, now_us: u64, due_us: u64) -> u64 {
        let first_us = self.storage.started_us + self.config.log_initial_task_delay_us;
        next_look(first_us, self.config.log_retention_check_interval_us, self.true_us(now_us, due_us))
    }

    /// When its cleaner looks for logs for the first time once its clock shows `due_us`.
    pub fn cleaner_look_us(&self, now_us: u64, due_us: u64) -> u64 {
        next_look(self.storage.started_us, self.config.log_cleaner_backoff_us, self.true_us(now_us, due_us))
    }

    fn plan_cleaning(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        let clock_us = self.clock_us(now_us);
        let due_us = self.replicas.get(&partition).and_then(|replica| replica.log.cleaning_due_us(clock_us));
        if let Some(due_us) = due_us {
            self.plan_look_of_cleaner(now_us, due_us, out);
        }
    }

    fn plan_look_of_cleaner(&mut self, now_us: u64, due_us: u64, out: &mut Outbox) {
        if !self.config.log_cleaner_enable {
            return;
        }
        let at_us = self.cleaner_look_us(now_us, due_us);
        if self.storage.cleaning_at_us.is_none_or(|known_us| at_us < known_us) {
            self.storage.cleaning_at_us = Some(at_us);
            out.set_timer(Timer::Cleaner, at_us);
        }
    }

    /// Before an append: `reason` if it begins a new segment. After it something may be due earlier than known.
    pub(super) fn note_append(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        rolled: Option<RollReason>,
        out: &mut Outbox,
    ) {
        let Some(log) = self.replicas.get(&partition).map(|replica| &replica.log) else { return };
        if rolled.is_some() {
            return self.plan_storage(now_us, partition, out);
        }
        // In between only the size can make more due, and the first record of a log starts its time.
        let is_first =
            log.segments().first().is_some_and(|first| first.newest().is_some_and(|(_, at)| at == first.base_offset));
        if log.config().retention_bytes.is_some() || is_first {
            self.plan_deletion(now_us, partition, out);
        }
    }

    /// Before a leader appends records: begins a segment if they ask for one.
    pub(super) fn roll(
        &mut self,
        partition: TopicIdPartition,
        batch: &crate::kafka::log::Records,
        out: &mut Outbox,
    ) -> Option<RollReason> {
        let log = &mut self.replicas.get_mut(&partition)?.log;
        let reason = log.roll_for(batch)?;
        let base_offset = log.segments().last()?.base_offset;
        out.event(EventKind::SegmentRolled { partition, base_offset, reason });
        Some(reason)
    }

    /// The same before a follower appends what it fetched.
    pub(super) fn roll_fetched(
        &mut self,
        partition: TopicIdPartition,
        batches: &[Arc<RecordBatch>],
        out: &mut Outbox,
    ) -> Option<RollReason> {
        let log = &mut self.replicas.get_mut(&partition)?.log;
        let reason = log.roll_for_fetched(batches)?;
        let base_offset = log.segments().last()?.base_offset;
        out.event(EventKind::SegmentRolled { partition, base_offset, reason });
        Some(reason)
    }

    /// It is time to look for segments to delete, in every log that is not compacted: in those the cleaner does it
    /// (`LogManager.cleanupLogs`, `LogCleanerManager.deletableLogs`).
    pub(super) fn check_retention(&mut self, now_us: u64, out: &mut Outbox) {
        self.storage.deletion_at_us = None;
        for partition in self.held(false) {
            self.delete_old_segments(now_us, partition, out);
            self.plan_deletion(now_us, partition, out);
        }
    }

    /// When segments of a log are looked at once this broker's clock shows `due_us`, by the retention check or, where the
    /// log is compacted, by the cleaner; nothing where that is switched off.
    pub fn deletion_look_us(&self, now_us: u64, partition: TopicIdPartition, due_us: u64) -> Option<u64> {
        match self.is_compacted(partition) {
            true => self.config.log_cleaner_enable.then(|| self.cleaner_look_us(now_us, due_us)),
            false => Some(self.retention_look_us(now_us, due_us)),
        }
    }

    fn is_compacted(&self, partition: TopicIdPartition) -> bool {
        self.replicas.get(&partition).is_some_and(|replica| replica.log.config().compact)
    }

    fn held(&self, compacted: bool) -> Vec<TopicIdPartition> {
        let of_kind = self.replicas.iter().filter(|(_, replica)| replica.log.config().compact == compacted);
        of_kind.map(|(partition, _)| *partition).collect()
    }

    fn delete_old_segments(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        let clock_us = self.clock_us(now_us);
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let mut start = replica.log.log_start_offset();
        for deleted in replica.log.delete_old(clock_us) {
            let end = deleted.end;
            if deleted.active {
                let (base_offset, reason) = (end, RollReason::Retention);
                out.event(EventKind::SegmentRolled { partition, base_offset, reason });
            }
            out.chain(EventKind::SegmentDeleted { partition, deleted: Box::new(deleted) });
            if end > start {
                out.event(EventKind::LogStartMoved { partition, from: start, to: end, by: LogStartBy::Retention });
                start = end;
            }
            out.unchain();
        }
        self.serve_delayed_deletions(partition, out);
    }

    /// The cleaner wakes: it takes every log that is dirty enough, the dirtiest first.
    pub(super) fn clean_logs(&mut self, now_us: u64, out: &mut Outbox) {
        self.storage.cleaning_at_us = None;
        let clock_us = self.clock_us(now_us);
        let filthy = |(partition, replica): (TopicIdPartition, &super::Replica)| {
            Some((std::cmp::Reverse(replica.log.is_filthy(clock_us)?.dirty_ratio()), partition))
        };
        let mut filthy: Vec<_> = self.replicas().filter_map(filthy).collect();
        filthy.sort_unstable();
        for (_, partition) in filthy.into_iter().filter(|_| self.config.log_cleaner_enable) {
            let cleaned = self.replicas.get_mut(&partition).and_then(|replica| replica.log.clean(clock_us));
            if let Some(cleaned) = cleaned {
                out.event(EventKind::LogCleaned { partition, cleaned: Box::new(cleaned) });
            }
        }
        for partition in self.held(true) {
            if self.config.log_cleaner_enable {
                self.delete_old_segments(now_us, partition, out);
            }
            self.plan_deletion(now_us, partition, out);
            self.plan_cleaning(now_us, partition, out);
        }
    }

    /// A follower's log starts where its leader's does, or later.
    pub(super) fn learn_log_start(&mut self, now_us: u64, partition: TopicIdPartition, leaders: i64, out: &mut Outbox) {
        self.move_log_start(now_us, partition, leaders, LogStartBy::Leader, out);
    }

    fn move_log_start(&mut self, now_us: u64, partition: TopicIdPartition, to: i64, by: LogStartBy, out: &mut Outbox) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let from = replica.log.log_start_offset();
        if replica.log.advance_log_start(to) {
            let to = replica.log.log_start_offset();
            out.event(EventKind::LogStartMoved { partition, from, to, by });
            self.plan_deletion(now_us, partition, out);
        }
    }

    /// DeleteRecords: the leader's log starts at the offset at once; the answer waits until every live replica's does.
    pub(super) fn on_delete_records(
        &mut self,
        now_us: u64,
        handle: Handle,
        partition: TopicIdPartition,
        offset: i64,
        timeout_us: u64,
        out: &mut Outbox,
    ) {
        let error = match self.replicas.get(&partition) {
            None => ErrorCode::UnknownTopicOrPartition,
            Some(replica) if replica.leader().is_none() => ErrorCode::NotLeaderOrFollower,
            Some(replica) if !replica.log.config().delete => ErrorCode::PolicyViolation,
            Some(replica) if offset > replica.log.high_watermark() => ErrorCode::OffsetOutOfRange,
            Some(_) => ErrorCode::None,
        };
        if error != ErrorCode::None {
            return self.answer(handle, Response::DeleteRecords { error, low_watermark: -1 }, out);
        }
        let high_watermark = self.replicas.get(&partition).map_or(0, |replica| replica.log.high_watermark());
        let offset = if offset < 0 { high_watermark } else { offset };
        self.move_log_start(now_us, partition, offset, LogStartBy::DeleteRecords, out);
        self.storage.next_waiting += 1;
        let number = self.storage.next_waiting;
        self.storage.waiting.insert(number, DelayedDeletion { handle, partition, offset });
        out.set_timer(Timer::DeleteRecordsTimeout(number), now_us + timeout_us);
        self.serve_delayed_deletions(partition, out);
    }

    /// The least of the starts of all live replicas' logs, as the leader knows them (`Partition.lowWatermarkIfLeader`).
    fn low_watermark(&self, partition: TopicIdPartition) -> Option<i64> {
        let replica = self.replicas.get(&partition)?;
        let leader = replica.leader()?;
        let live = leader.followers.iter().filter(|(broker, _)| self.image.is_active(**broker));
        let followers = live.map(|(_, follower)| follower.log_start_offset);
        Some(followers.min().unwrap_or(i64::MAX).min(replica.log.log_start_offset()))
    }

    /// The start of a replica's log moved: answers deletions that waited for it.
    pub(super) fn serve_delayed_deletions(&mut self, partition: TopicIdPartition, out: &mut Outbox) {
        let waiting: Vec<u64> = (self.storage.waiting.iter())
            .filter(|(_, delayed)| delayed.partition == partition)
            .map(|(number, _)| *number)
            .collect();
        for number in waiting {
            let low_watermark = self.low_watermark(partition);
            let Some(delayed) = self.storage.waiting.get(&number) else { continue };
            let (handle, error) = match low_watermark {
                None => (delayed.handle, ErrorCode::NotLeaderOrFollower),
                Some(low) if low >= delayed.offset => (delayed.handle, ErrorCode::None),
                Some(_) => continue,
            };
            self.storage.waiting.remove(&number);
            out.clear_timer(Timer::DeleteRecordsTimeout(number));
            let low_watermark = low_watermark.unwrap_or(-1);
            self.answer(handle, Response::DeleteRecords { error, low_watermark }, out);
        }
    }

    /// A replica has not taken a deletion up in time; the records are gone from this leader even so.
    pub(super) fn on_delete_records_timeout(&mut self, number: u64, out: &mut Outbox) {
        if let Some(delayed) = self.storage.waiting.remove(&number) {
            let low_watermark = self.low_watermark(delayed.partition).unwrap_or(-1);
            let error = ErrorCode::RequestTimedOut;
            self.answer(delayed.handle, Response::DeleteRecords { error, low_watermark }, out);
        }
    }
}

/// The first of the moments `first`, `first + interval`, … that is not before `due`.
fn next_look(first_us: u64, interval_us: u64, due_us: u64) -> u64 {
    match due_us.checked_sub(first_us) {
        None => first_us,
        Some(late_us) => first_us.saturating_add(late_us.div_ceil(interval_us.max(1)).saturating_mul(interval_us)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_look_is_the_first_that_is_not_too_early() {
        assert_eq!(next_look(30, 100, 0), 30);
        assert_eq!(next_look(30, 100, 30), 30);
        assert_eq!(next_look(30, 100, 31), 130);
        assert_eq!(next_look(30, 100, 130), 130);
        assert_eq!(next_look(30, 100, u64::MAX), u64::MAX);
    }
}
