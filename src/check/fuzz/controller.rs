//! What is asked of the controller: elections, other replicas, and that it goes.

use super::{Fuzz, Kind};
use crate::kafka::ids::{BrokerId, TopicIdPartition};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(4) == 0 {
            settings.insert("auto.leader.rebalance.enable".into(), "false".into());
        }
        if random.below(4) == 0 {
            settings.insert("eligible.leader.replicas.version".into(), "0".into());
        }
    },
    mild: &[],
    wild: &[
        (2, |fuzz| {
            fuzz.give("elect-leaders type=preferred");
        }),
        (1, |fuzz| {
            fuzz.give("elect-leaders type=unclean");
        }),
        (2, |fuzz| fuzz.for_a_topic("cancel-reassignment")),
        (4, Fuzz::reassign),
        (2, |fuzz| {
            fuzz.give("crash-controller");
        }),
    ],
    peace: |fuzz, _| fuzz.stuck().iter().map(|at| format!("elect-leaders type=unclean {at}")).collect(),
};

impl Fuzz {
    /// Partitions without a leader in which only brokers may lead that are no replicas any more: a reassignment with fewer
    /// in-sync replicas than the minimum leaves those eligible that go, in Kafka too. Only an unclean election helps.
    fn stuck(&self) -> Vec<String> {
        let partitions = self.world().metadata().partitions();
        let stuck = partitions.filter(|(_, state)| {
            let gone = |broker: &BrokerId| !state.replicas.contains(broker);
            state.leader.is_none() && state.isr.is_empty() && !state.elr.is_empty() && state.elr.iter().all(gone)
        });
        let name =
            |at: TopicIdPartition| format!("topic={} partition={}", self.world().topic_name(at.topic), at.partition);
        stuck.map(|(at, _)| name(at)).collect()
    }

    /// A topic gets more or fewer replicas, or one of its partitions moves. Below the minimum Kafka leaves those eligible
    /// that go, and takes them for eligible still when they come back with nothing; the checks know of it.
    fn reassign(&mut self) {
        let Some(topic) = self.topic() else { return };
        let brokers = self.world().brokers().len() as u32;
        let replicas = 1 + self.random.below(brokers.min(3));
        if self.random.below(2) == 0 {
            self.give(&format!("reassign topic={topic} replication.factor={replicas}"));
            return;
        }
        let first = self.random.below(brokers);
        let moved: Vec<String> = (0..replicas).map(|n| (1 + (first + n) % brokers).to_string()).collect();
        self.give(&format!("reassign topic={topic} partition=0 replicas={}", moved.join(",")));
    }
}
