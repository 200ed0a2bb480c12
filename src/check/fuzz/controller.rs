//! What is asked of the controller: elections, other replicas, and that it goes.

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(4) == 0 {
            settings.insert("auto.leader.rebalance.enable".into(), "false".into());
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
    peace: |_, _| Vec::new(),
};

impl Fuzz {
    /// A topic gets more or fewer replicas, or one of its partitions moves.
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
