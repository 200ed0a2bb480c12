//! Links that are cut, slow or lossy, processes that stand still, disks that are slow or wiped, clocks that are wrong;
//! peace heals them all, as far as that can be.

use super::{Fuzz, Kind};

pub(super) const KIND: Kind = Kind {
    settings: |_, _| {},
    mild: &[],
    wild: &[
        (4, |fuzz| fuzz.break_link("cut")),
        (1, |fuzz| fuzz.break_link("slow-link")),
        (1, |fuzz| fuzz.break_link("lossy-link")),
        (5, Fuzz::heal_link),
        (2, |fuzz| fuzz.for_a_node("freeze-broker")),
        (4, |fuzz| fuzz.for_a_node("thaw-broker")),
        (1, |fuzz| fuzz.for_a_producer("freeze-producer")),
        (2, |fuzz| fuzz.for_a_producer("thaw-producer")),
        (2, Fuzz::wipe_disk),
        (2, Fuzz::slow_disk),
        (2, Fuzz::skew_clock),
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

    /// Of a broker that is down.
    fn wipe_disk(&mut self) {
        let down = self.world().brokers().values().filter(|broker| !broker.is_up());
        let down: Vec<String> = down.map(|broker| broker.id.to_string()).collect();
        if let Some(broker) = self.one_of(&down) {
            self.give(&format!("wipe-disk broker={broker}"));
        }
    }

    fn slow_disk(&mut self) {
        let broker = 1 + self.random.below(self.world().brokers().len() as u32);
        let times = self.pick(&["1", "10", "300", "5000"]).unwrap_or_default();
        self.give(&format!("slow-disk broker={broker} times={times}"));
    }

    fn skew_clock(&mut self) {
        let broker = self.node().to_string();
        let clients = self.client_names();
        let client = self.one_of(&clients).unwrap_or_else(|| broker.clone());
        let node = self.pick(&[broker.as_str(), client.as_str()]).unwrap_or_default();
        let ahead_ms = self.pick(&["0", "-700", "-60000", "900", "120000", "700000000"]).unwrap_or_default();
        self.give(&format!("skew-clock node={node} ahead.ms={ahead_ms}"));
    }

    fn client_names(&self) -> Vec<String> {
        let producers = self.world().producers().values().map(|slot| slot.producer.name.to_string());
        producers.chain(self.world().consumers().values().map(|slot| slot.consumer.name.to_string())).collect()
    }

    /// A node of the cluster or two, a client, or everyone.
    fn end_of_link(&mut self) -> String {
        let node = self.node();
        match self.random.below(8) {
            0 => "*".to_owned(),
            1 => format!("{node},{}", self.node()),
            2 => {
                let clients = self.client_names();
                self.one_of(&clients).unwrap_or_else(|| node.to_string())
            }
            _ => node.to_string(),
        }
    }

    fn heal_link(&mut self) {
        // Most runs break few links; a number that is healed already is refused.
        let fault = 1 + self.random.below(6);
        self.give(&format!("heal fault={fault}"));
    }
}
