//! Brokers that crash, stop, return and are added.

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |random, settings| {
        if random.below(4) == 0 {
            let lag_ms = 1_000 + random.below(10_000);
            settings.insert("replica.lag.time.max.ms".into(), lag_ms.to_string());
        }
    },
    mild: &[],
    wild: &[
        (9, |fuzz| fuzz.for_a_broker("crash-broker")),
        (6, |fuzz| fuzz.for_a_broker("stop-broker")),
        (15, |fuzz| fuzz.for_a_broker("restart-broker")),
        (3, Fuzz::add_broker),
    ],
    peace: |fuzz, _| {
        let down = fuzz.world().brokers().values().filter(|broker| !broker.is_up());
        down.map(|broker| format!("restart-broker broker={}", broker.id)).collect()
    },
};

impl Fuzz {
    pub(super) fn for_a_broker(&mut self, verb: &str) {
        let broker = 1 + self.random.below(self.world().brokers().len() as u32);
        self.give(&format!("{verb} broker={broker}"));
    }

    fn add_broker(&mut self) {
        if self.world().brokers().len() < 6 {
            let rack = self.pick(&["", " rack=rack-0", " rack=rack-1"]).unwrap_or_default();
            self.give(&format!("add-broker{rack}"));
        }
    }
}
