//! The fetcher: one request under way to each leader, answers kept until `poll` hands them out (`AbstractFetch`).

use std::sync::Arc;

use super::{App, Consumer, PartitionProgress};
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    log::RecordBatch,
    node::{Outbox, broker_node},
    protocol::{Channel, ErrorCode, FetchPartition, FetchRequest, FetchResult, Request},
};
use crate::sim::Map;

/// Records of one partition that were fetched and not handed out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Completed {
    /// Which.
    pub partition: TopicIdPartition,
    batches: Vec<Arc<RecordBatch>>,
    /// Next offset to hand out.
    next: i64,
    end: i64,
}

impl Completed {
    /// Records not handed out.
    pub fn records_left(&self) -> usize {
        (self.end - self.next).max(0) as usize
    }

    /// Takes up to `max` records from `position` on: first offset, how many, leader epoch of the last.
    pub(super) fn take(&mut self, position: i64, max: u32) -> (i64, u32, i32) {
        // Whole batches come; what lies before the position is dropped here, as in the Java client.
        let from = self.next.max(position);
        let taken = (self.end - from).clamp(0, i64::from(max));
        self.next = from + taken;
        let last = self.next - 1;
        let holding = self.batches.iter().find(|batch| (batch.base_offset..batch.next_offset()).contains(&last));
        (from, taken as u32, holding.map_or(-1, |batch| batch.leader_epoch))
    }
}

impl Consumer {
    /// Fetches every partition with a position and nothing in hand, one request a leader.
    pub(super) fn send_fetches(&mut self, now_us: u64, out: &mut Outbox) {
        if self.paused || self.app == App::Failed {
            return;
        }
        let mut wanted: Map<BrokerId, Vec<FetchPartition>> = Map::new();
        for (partition, progress) in &self.partitions {
            let PartitionProgress { position: Some(position), out_of_range: false, .. } = progress else { continue };
            if progress.fetch_after_us > now_us || progress.revoking || progress.paused {
                continue;
            }
            let in_hand = self.completed.iter().any(|completed| completed.partition == *partition);
            let Some((leader, leader_epoch)) = self.metadata.leader(*partition) else { continue };
            if !in_hand && !self.fetches.contains_key(&leader) && self.metadata.is_reachable(now_us, leader) {
                wanted.entry(leader).or_default().push(FetchPartition {
                    partition: *partition,
                    fetch_offset: *position,
                    current_leader_epoch: leader_epoch,
                    last_fetched_epoch: -1,
                    max_bytes: self.config.max_partition_fetch_bytes,
                });
            }
        }
        for (leader, mut partitions) in wanted {
            // Who was served last comes last, so that none starves where an answer is full (`movePartitionToEnd`).
            crate::sim::sort_by_key(&mut partitions, |wanted| {
                self.partitions.get(&wanted.partition).map(|at| at.last_fetched)
            });
            self.correlation += 1;
            self.fetches.insert(leader, self.correlation);
            let request = FetchRequest {
                replica: None,
                max_wait_us: self.config.fetch_max_wait_us,
                min_bytes: self.config.fetch_min_bytes,
                max_bytes: self.config.fetch_max_bytes,
                partitions: partitions.into(),
            };
            out.request(broker_node(leader), Channel::Data, self.correlation, Request::Fetch(request));
        }
    }

    pub(super) fn on_fetched(&mut self, now_us: u64, results: &[FetchResult], out: &mut Outbox) {
        let mut stale = false;
        for result in results {
            let partition = result.partition;
            let Some(progress) = self.partitions.get_mut(&partition).filter(|at| !at.revoking) else { continue };
            match result.error {
                ErrorCode::None => {
                    progress.high_watermark = result.high_watermark;
                    let (Some(position), Some(last)) = (progress.position, result.batches.last()) else { continue };
                    let end = last.next_offset();
                    // The position may have been reset while the answer was under way.
                    let first = result.batches[0].base_offset;
                    if !(first..end).contains(&position) {
                        continue;
                    }
                    let records = (end - position) as u32;
                    out.event(EventKind::RecordsFetched { partition, from: position, records });
                    self.fetch_count += 1;
                    progress.last_fetched = self.fetch_count;
                    let batches = result.batches.clone();
                    self.completed.push_back(Completed { partition, batches, next: position, end });
                }
                ErrorCode::OffsetOutOfRange => {
                    progress.out_of_range = true;
                    progress.position = None;
                }
                _ => {
                    stale = true;
                    let current = result.current_leader;
                    if !current.is_some_and(|(leader, epoch)| self.metadata.learn_leader(partition, leader, epoch)) {
                        progress.fetch_after_us = now_us + self.config.retry_backoff_us;
                    }
                }
            }
        }
        if stale {
            self.metadata.invalidate(now_us, out);
            self.back_off(now_us, out);
        }
    }
}
