//! What a leader does: the high watermark and the ISR (reference §4.3, §4.4).

use super::Broker;
use crate::kafka::{
    event::EventKind,
    ids::{BrokerId, TopicIdPartition},
    node::{Outbox, Timer},
};
use crate::sim::faults::faulty;

impl Broker {
    /// `min(min.insync.replicas, replication factor)` of a partition.
    pub(super) fn min_insync_replicas(&self, partition: TopicIdPartition) -> usize {
        let topic = self.topic_configs.get(&partition.topic).and_then(|topic| topic.min_insync_replicas);
        let replicas = self.image.partition(partition).map_or(1, |state| state.replicas.len());
        (topic.unwrap_or(self.config.min_insync_replicas) as usize).min(replicas)
    }

    /// Is the committed ISR large enough?
    pub(super) fn has_min_isr(&self, partition: TopicIdPartition) -> bool {
        let min_isr = self.min_insync_replicas(partition);
        self.replicas
            .get(&partition)
            .and_then(|replica| replica.leader())
            .is_some_and(|leader| leader.isr.len() >= min_isr)
    }

    /// Moves the high watermark as far as every replica of the maximal ISR goes (`maybeIncrementLeaderHW`).
    pub(super) fn maybe_advance_high_watermark(&mut self, now_us: u64, partition: TopicIdPartition, out: &mut Outbox) {
        if !self.has_min_isr(partition) && !faulty!(WatermarkBelowMinIsr) {
            return;
        }
        let lag_us = self.config.replica_lag_time_max_us;
        let Some(replica) = self.replicas.get(&partition) else { return };
        let Some(leader) = replica.leader() else { return };
        let end = replica.log.log_end_offset();
        let mut candidate = end;
        for (broker, follower) in &leader.followers {
            let counts = leader.maximal_isr().any(|member| member == *broker)
                || (follower.log_end_offset >= 0
                    && follower.is_caught_up(now_us, end, lag_us)
                    && self.image.is_active(*broker));
            let has = if faulty!(WatermarkEarly) { follower.last_fetch_leader_end } else { follower.log_end_offset };
            if counts && !faulty!(WatermarkAlone) {
                candidate = candidate.min(has.max(0));
            }
        }
        let from = replica.log.high_watermark();
        if candidate <= from {
            return;
        }
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        replica.log.set_high_watermark(candidate);
        out.chain(EventKind::HighWatermarkAdvanced { partition, from, to: candidate });
        self.serve_delayed_produces(partition, candidate, out);
        self.serve_delayed_writes(now_us, partition, candidate, out);
        self.serve_parked(now_us, partition, false, out);
        out.unchain();
    }

    /// A follower's connection closed, or it lost an answer: what it was told it may not know.
    pub(super) fn forget_session(&mut self, follower: BrokerId) {
        let leaders = self.replicas.values_mut().filter_map(|replica| replica.leader_mut());
        for state in leaders.filter_map(|leader| leader.followers.get_mut(&follower)) {
            (state.told_high_watermark, state.told_log_start) = (-1, -1);
        }
    }

    /// A follower fetched: does it come (back) into the ISR?
    pub(super) fn maybe_expand_isr(
        &mut self,
        now_us: u64,
        partition: TopicIdPartition,
        broker: BrokerId,
        out: &mut Outbox,
    ) {
        let Some(replica) = self.replicas.get_mut(&partition) else { return };
        let high_watermark = replica.log.high_watermark();
        let active = self.image.is_active(broker);
        let Some(leader) = replica.leader_mut() else { return };
        let Some(follower) = leader.followers.get(&broker) else { return };
        let caught_up = follower.log_end_offset >= high_watermark.max(leader.epoch_start);
        let caught_up = caught_up || faulty!(IsrEarly);
        if leader.isr.contains(&broker) || leader.pending_isr.is_some() || !caught_up || !active {
            return;
        }
        let mut isr = leader.isr.clone();
        isr.push(broker);
        leader.pending_isr = Some(isr);
        out.chain(EventKind::FollowerCaughtUp { partition, broker });
        self.ask_for_isr(now_us, partition, out);
        out.unchain();
    }

    /// Every half of `replica.lag.time.max.ms`: drops followers that have not had everything for that long.
    pub(super) fn check_isrs(&mut self, now_us: u64, out: &mut Outbox) {
        let lag_us = self.config.replica_lag_time_max_us;
        out.set_timer(Timer::IsrCheck, now_us + lag_us / 2);
        let led: Vec<TopicIdPartition> = self.led.iter().copied().collect();
        for partition in led {
            let Some(replica) = self.replicas.get_mut(&partition) else { continue };
            let end = replica.log.log_end_offset();
            let Some(leader) = replica.leader_mut() else { continue };
            if leader.pending_isr.is_some() {
                continue;
            }
            let lags = |broker: &BrokerId| {
                leader.followers.get(broker).is_some_and(|follower| !follower.is_caught_up(now_us, end, lag_us))
            };
            let lagging: Vec<BrokerId> = leader.isr.iter().copied().filter(lags).collect();
            if lagging.is_empty() {
                continue;
            }
            let isr: Vec<BrokerId> = leader.isr.iter().copied().filter(|member| !lagging.contains(member)).collect();
            if faulty!(IsrShrinksAlone) {
                leader.isr.clone_from(&isr);
            }
            leader.pending_isr = Some(isr);
            for broker in lagging {
                out.event(EventKind::FollowerLagging { partition, broker });
            }
            self.ask_for_isr(now_us, partition, out);
        }
    }
}
