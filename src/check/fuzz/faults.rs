//! Links that are cut, slow or lossy, and processes that stand still; peace heals them all.

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |_, _| {},
    mild: &[],
    wild: &[
        (4, |fuzz| fuzz.break_link("cut")),
        (1, |fuzz| fuzz.break_link("slow-link")),
        (1, |fuzz| fuzz.break_link("lossy-link")),
        (5, Fuzz::heal_link),
        (2, |fuzz| fuzz.for_a_broker("freeze-broker")),
        (4, |fuzz| fuzz.for_a_broker("thaw-broker")),
        (1, |fuzz| fuzz.for_a_producer("freeze-producer")),
        (2, |fuzz| fuzz.for_a_producer("thaw-producer")),
    ],
    peace: |_, first| if first { vec!["heal-all".to_owned()] } else { Vec::new() },
};

impl Fuzz {
    fn break_link(&mut self, verb: &str) {
        let (from, to) = (self.end_of_link(), self.end_of_link());
        let direction = self.pick(&["", "", " direction=one-way"]).unwrap_or_default();
        let more = match verb {
            "slow-link" => format!(" delay.ms={}", 1 + self.random.below(3_000)),
            "lossy-link" => format!(" loss.percent={}", 1 + self.random.below(40)),
            _ => String::new(),
        };
        self.give(&format!("{verb} from={from} to={to}{direction}{more}"));
    }

    /// A broker or two, a client, or everyone.
    fn end_of_link(&mut self) -> String {
        let brokers = self.world().brokers().len() as u32;
        let broker = 1 + self.random.below(brokers);
        match self.random.below(8) {
            0 => "*".to_owned(),
            1 => format!("{broker},{}", 1 + self.random.below(brokers)),
            2 => {
                let producers = self.world().producers().values().map(|slot| slot.producer.name.to_string());
                let consumers = self.world().consumers().values().map(|slot| slot.consumer.name.to_string());
                let clients: Vec<String> = producers.chain(consumers).collect();
                self.one_of(&clients).unwrap_or_else(|| broker.to_string())
            }
            _ => broker.to_string(),
        }
    }

    fn heal_link(&mut self) {
        // Most runs break few links; a number that is healed already is refused.
        let fault = 1 + self.random.below(6);
        self.give(&format!("heal fault={fault}"));
    }
}
