//! The network: a latency for each message from a table, and arrival in order on each connection, like TCP.
//!
//! Latencies are inputs of the simulation, not claims about any real network. Left out: bandwidth; faults are rules in
//! front of this.

use super::Map;
use super::{NodeId, Random};

/// A connection: who to whom, and which of their several connections.
type Connection = (NodeId, NodeId, u8);

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
    connections: Map<Connection, Link>,
}

#[derive(Clone, Debug, Hash)]
struct Link {
    random: Random,
    last_arrival_us: u64,
}

impl Network {
    /// A network whose jitter comes from this seed.
    pub fn new(seed: u64, latency: Latency) -> Network {
        Network { seed, latency, connections: Map::new() }
    }

    /// When a message that leaves now arrives. Never before, nor together with, one sent earlier on the connection.
    pub fn arrival(
        &mut self,
        now_us: u64,
        from: NodeId,
        to: NodeId,
        channel: u8,
        class: LinkClass,
        cross_rack: bool,
    ) -> u64 {
        let base_us = match class {
            LinkClass::Local => self.latency.local_us,
            LinkClass::Inner => self.latency.inner_us,
            LinkClass::Outer => self.latency.outer_us,
        } + if cross_rack { self.latency.cross_rack_us } else { 0 };
        let seed = self.seed;
        // Each connection draws from its own stream: a node more does not change the others' latencies.
        let link = self.connections.entry((from, to, channel)).or_insert_with(|| Link {
            random: Random::new(seed, &format!("latency {} {} {channel}", from.0, to.0)),
            last_arrival_us: 0,
        });
        let arrival_us = now_us + link.random.jitter(base_us, self.latency.jitter_percent);
        link.last_arrival_us = arrival_us.max(link.last_arrival_us + 1);
        link.last_arrival_us
    }

    /// Has anything ever gone this way?
    pub fn was_used(&self, from: NodeId, to: NodeId, channel: u8) -> bool {
        self.connections.contains_key(&(from, to, channel))
    }

    /// Forgets a node that is gone for good.
    pub fn forget(&mut self, node: NodeId) {
        self.connections.retain(|(from, to, _), _| *from != node && *to != node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_on_one_connection_arrive_in_order_within_the_jitter() {
        let mut network = Network::new(3, Latency::default());
        let (a, b) = (NodeId(1), NodeId(2));
        let mut last = 0;
        for now_us in 0..500 {
            let at = network.arrival(now_us, a, b, 0, LinkClass::Inner, false);
            assert!(at > last, "in order");
            assert!(at >= now_us + 750, "not before the least latency");
            last = at;
        }
        let far = network.arrival(0, a, NodeId(9), 0, LinkClass::Outer, true);
        assert!((2_250..=3_750).contains(&far), "{far}");
    }
}
