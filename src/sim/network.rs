//! The network: a latency for each message from a table, and arrival in order on each connection, like TCP.
//!
//! Latencies are inputs of the simulation, not claims about any real network. Left out: bandwidth; faults are rules in
//! front of this.

use super::Map;
use super::{NodeId, Random};

/// One direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// Who sends.
    pub from: NodeId,
    /// Who receives.
    pub to: NodeId,
    /// Which of their several connections.
    pub channel: u8,
    /// Does the sender ask on it? Else it answers. Two nodes that ask each other have a connection each.
    pub asks: bool,
}

/// What lies between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkClass {
    /// From a node to itself.
    Local,
    /// Between two nodes of the same kind, such as two brokers.
    Inner,
    /// Between a client and a server.
    Outer,
}

/// One-way latencies in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Latency {
    /// Between a client and a broker.
    pub outer_us: u64,
    /// Between two brokers.
    pub inner_us: u64,
    /// On top, between nodes of different racks.
    pub cross_rack_us: u64,
    /// From a node to itself.
    pub local_us: u64,
    /// Each message takes up to so much more or less.
    pub jitter_percent: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Latency { outer_us: 2_000, inner_us: 1_000, cross_rack_us: 1_000, local_us: 50, jitter_percent: 25 }
    }
}

/// The state of all connections.
#[derive(Clone, Debug, Hash)]
pub struct Network {
    seed: u64,
    latency: Latency,
    links: Map<(NodeId, NodeId, u8), Link>,
}

#[derive(Clone, Debug, Hash)]
struct Link {
    random: Random,
    /// Of what the sender answers and of what it asks, each in order by itself; 0 before the first.
    last_arrival_us: [u64; 2],
}

impl Network {
    /// A network whose jitter comes from this seed.
    pub fn new(seed: u64, latency: Latency) -> Network {
        Network { seed, latency, links: Map::new() }
    }

    /// When a message that leaves now arrives. Never before, nor together with, one sent earlier on the connection.
    pub fn arrival(&mut self, now_us: u64, way: Way, class: LinkClass, cross_rack: bool) -> u64 {
        let Way { from, to, channel, asks } = way;
        let base_us = match class {
            LinkClass::Local => self.latency.local_us,
            LinkClass::Inner => self.latency.inner_us,
            LinkClass::Outer => self.latency.outer_us,
        } + if cross_rack { self.latency.cross_rack_us } else { 0 };
        let seed = self.seed;
        // Each pair of nodes draws from its own stream: a node more does not change the others' latencies.
        let link = self.links.entry((from, to, channel)).or_insert_with(|| Link {
            random: Random::new(seed, &format!("latency {} {} {channel}", from.0, to.0)),
            last_arrival_us: [0; 2],
        });
        let arrival_us = now_us + link.random.jitter(base_us, self.latency.jitter_percent);
        let last_us = &mut link.last_arrival_us[usize::from(asks)];
        *last_us = arrival_us.max(*last_us + 1);
        *last_us
    }

    /// Has anything ever gone this way?
    pub fn was_used(&self, way: Way) -> bool {
        let link = self.links.get(&(way.from, way.to, way.channel));
        link.is_some_and(|link| link.last_arrival_us[usize::from(way.asks)] > 0)
    }

    /// A process begins on a node: its connections are new, and do not wait for what the last ones still carry.
    pub fn open_anew(&mut self, node: NodeId) {
        let of_node = self.links.iter_mut().filter(|((from, to, _), _)| *from == node || *to == node);
        for last_us in of_node.flat_map(|(_, link)| &mut link.last_arrival_us) {
            *last_us = (*last_us).min(1);
        }
    }

    /// Forgets a node that is gone for good.
    pub fn forget(&mut self, node: NodeId) {
        self.links.retain(|(from, to, _), _| *from != node && *to != node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_on_one_connection_arrive_in_order_within_the_jitter() {
        let mut network = Network::new(3, Latency::default());
        let way = Way { from: NodeId(1), to: NodeId(2), channel: 0, asks: true };
        let mut last = 0;
        for now_us in 0..500 {
            let at = network.arrival(now_us, way, LinkClass::Inner, false);
            assert!(at > last, "in order");
            assert!(at >= now_us + 750, "not before the least latency");
            last = at;
        }
        let far = network.arrival(0, Way { to: NodeId(9), ..way }, LinkClass::Outer, true);
        assert!((2_250..=3_750).contains(&far), "{far}");
    }

    #[test]
    fn answers_do_not_wait_for_what_their_sender_asks_over_its_own_connection() {
        let mut network = Network::new(3, Latency::default());
        let asks = Way { from: NodeId(1), to: NodeId(2), channel: 0, asks: true };
        let late = network.arrival(1_000_000, asks, LinkClass::Inner, false);
        let answer = Way { asks: false, ..asks };
        assert!(!network.was_used(answer), "nothing was answered yet");
        assert!(network.arrival(0, answer, LinkClass::Inner, false) < late);
        assert!(network.was_used(answer));
    }
}
