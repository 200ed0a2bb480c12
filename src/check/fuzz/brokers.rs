//! Brokers that crash, stop, return and are added, and controllers apart from them.

use super::{Fuzz, Kind};
use crate::kafka::ids::{BrokerId, FIRST_CONTROLLER};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(4) == 0 {
            let lag_ms = 1_000 + random.below(10_000);
            settings.insert("replica.lag.time.max.ms".into(), lag_ms.to_string());
        }
    },
    mild: &[],
    wild: &[
        (9, |fuzz| fuzz.for_a_node("crash-broker")),
        (6, |fuzz| fuzz.for_a_node("stop-broker")),
        (15, |fuzz| fuzz.for_a_node("restart-broker")),
        (3, Fuzz::add_broker),
    ],
    peace: |fuzz, _| {
        let down = fuzz.world().nodes().filter(|node| !node.is_up());
        down.map(|node| format!("restart-broker broker={}", node.id)).collect()
    },
};

impl Fuzz {
    pub(super) fn for_a_node(&mut self, verb: &str) {
        let node = self.node();
        self.give(&format!("{verb} broker={node}"));
    }

    /// A broker, or a controller apart from them.
    pub(super) fn node(&mut self) -> BrokerId {
        let brokers = self.world().brokers().len() as u32;
        let drawn = self.random.below(brokers + self.world().controllers().len() as u32);
        drawn.checked_sub(brokers).map_or(drawn + 1, |controller| FIRST_CONTROLLER + controller)
    }

    fn add_broker(&mut self) {
        if self.world().brokers().len() < 6 {
            let rack = self.pick(&["", " rack=rack-0", " rack=rack-1"]).unwrap_or_default();
            self.give(&format!("add-broker{rack}"));
        }
    }
}
