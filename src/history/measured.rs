//! What a monitor of the cluster reads at one moment, added up over the nodes that run: a broker that is gone reports
//! nothing. Internal topics count, as they do in Kafka. Left out: names and words, which are `view::metrics`.

use super::Counts;
use crate::{
    cluster::World,
    kafka::{
        broker::Broker,
        config::{BrokerConfig, TopicConfig},
        ids::TopicId,
    },
    sim::Map,
};

/// The values at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// When.
    pub time_us: u64,
    /// Partitions whose leader runs and whose ISR is smaller than the set of their replicas.
    pub under_replicated: i64,
    /// Partitions without a leader, by the controller's metadata.
    pub offline: i64,
    /// Partitions whose leader runs and whose ISR is smaller than `min.insync.replicas`.
    pub under_min_isr: i64,
    /// Running nodes that hold themselves for the active controller.
    pub active_controllers: i64,
    /// What all consumers have still to read, up to the high watermarks.
    pub lag: i64,
    /// Records that producers gave up.
    pub errors: i64,
    /// What has been counted since the beginning.
    pub counts: Counts,
}

impl Measured {
    /// The values of this world.
    pub(super) fn of(world: &World, counts: Counts) -> Measured {
        let running = || world.brokers().values().filter(|broker| broker.is_up());
        let least = least_in_sync(world);
        let (mut under_replicated, mut under_min_isr) = (0, 0);
        for leader in running().flat_map(Broker::replicas).filter_map(|(id, replica)| Some((id, replica.leader()?))) {
            let (id, state) = leader;
            under_replicated += i64::from(state.isr.len() < state.replicas.len());
            let least = least.get(&id.topic).map_or(1, |least| (*least as usize).min(state.replicas.len()));
            under_min_isr += i64::from(state.isr.len() < least);
        }
        Measured {
            time_us: world.now_us(),
            under_replicated,
            offline: world.metadata().partitions().filter(|(_, state)| state.leader.is_none()).count() as i64,
            under_min_isr,
            active_controllers: world.nodes().filter(|node| node.is_up() && node.quorum.is_leader()).count() as i64,
            lag: lag(world),
            errors: world.ledger().failed as i64,
            counts,
        }
    }
}

/// Effective `min.insync.replicas` by topic.
fn least_in_sync(world: &World) -> Map<TopicId, u32> {
    let image = world.metadata();
    let default = BrokerConfig::from_settings(&image.settings).unwrap_or_default().min_insync_replicas;
    let of = |settings| TopicConfig::from_settings(settings).ok()?.min_insync_replicas;
    image.topics.iter().map(|(id, topic)| (*id, of(&topic.settings).unwrap_or(default))).collect()
}

fn lag(world: &World) -> i64 {
    let image = world.metadata();
    let owned = world.consumers().values().flat_map(|slot| slot.consumer.partitions().iter());
    let behind = owned.filter_map(|(id, progress)| {
        let state = image.partition(*id)?;
        let broker = world.brokers().get(&state.leader.or(state.isr.first().copied())?)?;
        Some((broker.replica(*id)?.log.high_watermark() - progress.position?).max(0))
    });
    behind.sum()
}
