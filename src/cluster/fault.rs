//! Faults as data: what a person, a lesson or a file can break, and how each is healed.
//!
//! A fault names nodes as people do. Left out: what a fault does, see [`super::breakage`] and [`super::links`].

use serde::{Deserialize, Serialize};

use crate::sim::Effect;

/// Something broken, or mended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fault {
    /// Nothing gets from one side to the other.
    Cut(Link),
    /// Every message between the sides takes longer.
    SlowLink {
        /// Between whom.
        link: Link,
        /// How much longer, in microseconds.
        delay_us: u64,
    },
    /// Packets between the sides are lost, and sent again by TCP.
    LossyLink {
        /// Between whom.
        link: Link,
        /// How many of a hundred.
        percent: u32,
    },
    /// A link's fault ends.
    Heal {
        /// Its number, as the list of what is broken shows it.
        fault: u32,
    },
    /// Everything that is broken is mended: links, frozen processes, disks, clocks; what is down is started.
    HealAll,
    /// Stops a broker's process without ending it, as a long pause of its machine does.
    FreezeBroker {
        /// Broker id.
        broker: u32,
    },
    /// Lets a frozen broker go on where it was.
    ThawBroker {
        /// Broker id.
        broker: u32,
    },
    /// Stops a producer's process without ending it.
    FreezeProducer {
        /// Producer.
        producer: String,
    },
    /// Lets a frozen producer go on where it was.
    ThawProducer {
        /// Producer.
        producer: String,
    },
    /// Everything in the `log.dirs` of a broker that does not run is gone.
    WipeDisk {
        /// Broker id.
        broker: u32,
    },
    /// Every append to a broker's disk takes so many times as long; once again as long heals it.
    SlowDisk {
        /// Broker id.
        broker: u32,
        /// How many times.
        times: u32,
    },
    /// A node's clock is ahead of true time by so much, or behind it; by nothing heals it.
    SkewClock {
        /// Whose.
        node: NodeName,
        /// In microseconds.
        ahead_us: i64,
    },
}

/// Between whom a link's fault lies.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    /// One side.
    pub from: Vec<NodeName>,
    /// The other.
    pub to: Vec<NodeName>,
    /// Both ways, or only from the one to the other.
    pub direction: Direction,
}

/// Which way a link's fault goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// There and back.
    #[default]
    Both,
    /// Only from `from` to `to`.
    OneWay,
}

/// A node as people name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum NodeName {
    /// A broker, or a controller apart, by its id.
    Broker(u32),
    /// A producer or consumer by its `client.id`.
    Client(String),
    /// Every node of the cluster and every client.
    Everyone,
}

/// One thing that is broken now, and the command that mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A link.
    Link {
        /// Number of the fault.
        fault: u32,
        /// Between whom.
        link: Link,
        /// What it does.
        effect: Effect,
    },
    /// A process that is frozen.
    Frozen(NodeName),
    /// A broker that was stopped in an orderly way.
    Stopped(u32),
    /// A process that was killed.
    Crashed(NodeName),
    /// A disk that is slow.
    SlowDisk {
        /// Whose.
        broker: u32,
        /// How many times as slow.
        times: u32,
    },
    /// A clock that is ahead of true time, or behind it.
    SkewedClock {
        /// Whose.
        node: NodeName,
        /// By how much.
        ahead_us: i64,
    },
}

impl NodeName {
    /// How it is written in a command.
    pub fn print(&self) -> String {
        match self {
            NodeName::Broker(broker) => broker.to_string(),
            NodeName::Everyone => EVERYONE.to_owned(),
            NodeName::Client(name) => {
                let plain = NodeName::parse(name).as_ref() == Some(self);
                if plain { name.clone() } else { format!("{CLIENT}{name}") }
            }
        }
    }

    /// What is written in a command: digits are a broker or controller, `*` is everyone, anything else a client.
    pub fn parse(text: &str) -> Option<NodeName> {
        if text == EVERYONE {
            return Some(NodeName::Everyone);
        }
        if let Some(name) = text.strip_prefix(CLIENT) {
            return Some(NodeName::Client(name.to_owned()));
        }
        match text.is_empty() || text.bytes().any(|b| !b.is_ascii_digit()) {
            false => text.parse().ok().map(NodeName::Broker),
            true => Some(NodeName::Client(text.to_owned())),
        }
    }
}

const EVERYONE: &str = "*";
/// Before the name of a client that would else be read as something else.
const CLIENT: &str = "client:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        let client = |name: &str| NodeName::Client(name.to_owned());
        for (node, text) in [
            (NodeName::Broker(3), "3"),
            (NodeName::Everyone, "*"),
            (client("checkout"), "checkout"),
            (client("7"), "client:7"),
            (client("*"), "client:*"),
            (client("client:7"), "client:client:7"),
            (client(""), ""),
        ] {
            assert_eq!(node.print(), text);
            assert_eq!(NodeName::parse(text), Some(node));
        }
        assert_eq!(NodeName::parse("99999999999"), None, "no broker has such an id");
    }
}
