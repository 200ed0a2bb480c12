//! Where the replicas of a new topic's partitions go: striped over racks, and over brokers within
//! a rack.
//!
//! Left out: manual assignments, and who leads. The first replica is the preferred leader; which of
//! the replicas are alive is for the controller to say.

use std::fmt;

use crate::kafka::hash::java_string_cmp;

/// A broker that may be given replicas: registered, and not in controlled shutdown.
///
/// Follows `org.apache.kafka.metadata.placement.UsableBroker`.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct UsableBroker {
    /// `node.id`.
    pub id: i32,
    /// `broker.rack`.
    pub rack: Option<String>,
    /// Registered but not serving: it may follow, never lead at first.
    pub fenced: bool,
}

/// The replicas of `partition_count` new partitions, in order, each a list of
/// `replication_factor` brokers with the preferred leader first.
///
/// `rack_order` is the order in which racks draw their random numbers, which in Kafka is that of a
/// hash map; [`sorted_rack_order`] is a good one. Racks it does not name come last, in the order of
/// `brokers`. `draw(bound)` gives a random number from 0 up to but without `bound`.
///
/// Partitions added to a topic later are placed by a call of their own, which starts afresh.
///
/// Follows `StripedReplicaPlacer.place`, which draws before it refuses.
pub fn place(
    partition_count: u32,
    replication_factor: i32,
    brokers: &[UsableBroker],
    rack_order: &[Option<String>],
    draw: &mut dyn FnMut(u32) -> u32,
) -> Result<Vec<Vec<i32>>, PlacementError> {
    let mut racks = RackList::new(brokers, rack_order, draw);
    if replication_factor <= 0 {
        return Err(PlacementError::NotPositive { replication_factor });
    }
    if racks.unfenced_brokers == 0 {
        return Err(PlacementError::AllFenced);
    }
    (0..partition_count).map(|_| racks.place(replication_factor, draw)).collect()
}

/// The racks of `brokers`, each once: none first, then as Java sorts strings.
pub fn sorted_rack_order(brokers: &[UsableBroker]) -> Vec<Option<String>> {
    let mut racks: Vec<Option<String>> = brokers.iter().map(|b| b.rack.clone()).collect();
    crate::sim::sort_by(&mut racks, rack_name_cmp);
    racks.dedup();
    racks
}

/// Why no replicas could be placed; to a client always INVALID_REPLICATION_FACTOR.
///
/// Displays as the message of Kafka's `InvalidReplicationFactorException`.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub enum PlacementError {
    /// Zero or fewer replicas were asked for.
    NotPositive {
        /// The number asked for.
        replication_factor: i32,
    },
    /// More replicas than brokers: no broker holds two of one partition.
    TooFewBrokers {
        /// The number asked for.
        replication_factor: i32,
        /// The brokers there are, fenced or not.
        registered: u32,
    },
    /// No broker could lead.
    AllFenced,
    /// The brokers that are left were used up before the last shuffle. Only partitions of different
    /// replication factors from one [`RackList`] can come to this; Kafka, which never asks for
    /// such, would search for ever.
    Exhausted,
}

impl fmt::Display for PlacementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlacementError::NotPositive { replication_factor } => write!(
                f,
                "Invalid replication factor {replication_factor}: \
                 the replication factor must be positive."
            ),
            PlacementError::TooFewBrokers { replication_factor, registered } => write!(
                f,
                "The target replication factor of {replication_factor} cannot be reached \
                 because only {registered} broker(s) are registered."
            ),
            PlacementError::AllFenced => f.write_str("All brokers are currently fenced."),
            PlacementError::Exhausted => f.write_str("No broker is left to place a replica on."),
        }
    }
}

impl std::error::Error for PlacementError {}

/// The racks of a cluster during the placement of one topic's partitions.
///
/// Follows `StripedReplicaPlacer.RackList`. [`place`] is what to call; this is for placing
/// partitions one by one.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct RackList {
    /// In the order in which they draw.
    racks: Vec<Rack>,
    /// Indices of `racks` in the order in which they are visited: by name until the first shuffle.
    names: Vec<u32>,
    brokers: u32,
    unfenced_brokers: u32,
    epoch: u32,
    /// The place in `names` from which the next partition's racks are taken.
    offset: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct Rack {
    name: Option<String>,
    fenced: BrokerList,
    unfenced: BrokerList,
}

/// Brokers to go through from a moving start, each once an epoch.
#[derive(Clone, Debug, Default, Hash, PartialEq, Eq)]
struct BrokerList {
    brokers: Vec<i32>,
    index: u32,
    offset: u32,
    epoch: u32,
}

impl RackList {
    /// Sorts the brokers into racks and draws where to start: in each rack of `rack_order` first
    /// among the fenced, then among the others, and at last among the racks.
    pub fn new(brokers: &[UsableBroker], rack_order: &[Option<String>], draw: &mut dyn FnMut(u32) -> u32) -> Self {
        let mut racks: Vec<Rack> = Vec::new();
        let named_and_used = rack_order.iter().filter(|name| brokers.iter().any(|broker| broker.rack == **name));
        for name in named_and_used.chain(brokers.iter().map(|broker| &broker.rack)) {
            if !racks.iter().any(|rack| rack.name == *name) {
                racks.push(Rack::new(name.clone(), brokers));
            }
        }
        for rack in &mut racks {
            rack.fenced.initialize(draw);
            rack.unfenced.initialize(draw);
        }
        let mut names: Vec<u32> = (0..racks.len() as u32).collect();
        crate::sim::sort_by(&mut names, |a, b| rack_name_cmp(&racks[*a as usize].name, &racks[*b as usize].name));
        let offset = if names.is_empty() { 0 } else { draw(names.len() as u32) };
        Self {
            racks,
            names,
            brokers: brokers.len() as u32,
            unfenced_brokers: brokers.iter().filter(|broker| !broker.fenced).count() as u32,
            epoch: 0,
            offset,
        }
    }

    /// The replicas of the next partition.
    pub fn place(
        &mut self,
        replication_factor: i32,
        draw: &mut dyn FnMut(u32) -> u32,
    ) -> Result<Vec<i32>, PlacementError> {
        if replication_factor <= 0 {
            return Err(PlacementError::NotPositive { replication_factor });
        }
        if replication_factor.unsigned_abs() > self.brokers {
            return Err(PlacementError::TooFewBrokers { replication_factor, registered: self.brokers });
        }
        if self.unfenced_brokers == 0 {
            return Err(PlacementError::AllFenced);
        }
        // After as many partitions as there are leaders to be had, mix anew, so that the same lists
        // do not come again. A single one would be used up for good: its epoch goes on instead.
        if self.epoch == self.unfenced_brokers && self.unfenced_brokers > 1 {
            self.shuffle(draw);
            self.epoch = 0;
        }
        let epoch = self.epoch;
        let rack_count = self.names.len() as u32;
        if self.offset == rack_count {
            self.offset = 0;
        }

        let start = self.offset;
        let (leader_rack, leader) = (0..rack_count)
            .map(|step| (start + step) % rack_count)
            .find_map(|at| Some((at, self.rack(at).unfenced.next(epoch)?)))
            .ok_or(PlacementError::Exhausted)?;
        let mut replicas = vec![leader];

        let mut rack_to_skip = Some(leader_rack);
        let mut at = start;
        for _ in 1..replication_factor {
            let mut steps = 0;
            let replica = loop {
                // Twice round, as one rack may be skipped once.
                if steps > 2 * rack_count {
                    return Err(PlacementError::Exhausted);
                }
                steps += 1;
                let here = at;
                at = (at + 1) % rack_count;
                if rack_to_skip == Some(here) {
                    rack_to_skip = None;
                    continue;
                }
                if let Some(broker) = self.rack(here).next(epoch) {
                    break broker;
                }
            };
            replicas.push(replica);
        }
        self.epoch += 1;
        self.offset += 1;
        Ok(replicas)
    }

    fn rack(&mut self, at: u32) -> &mut Rack {
        &mut self.racks[self.names[at as usize] as usize]
    }

    fn shuffle(&mut self, draw: &mut dyn FnMut(u32) -> u32) {
        shuffle(&mut self.names, draw);
        for rack in &mut self.racks {
            shuffle(&mut rack.fenced.brokers, draw);
            shuffle(&mut rack.unfenced.brokers, draw);
        }
    }
}

impl Rack {
    fn new(name: Option<String>, brokers: &[UsableBroker]) -> Self {
        let ids = |fenced| {
            let mut ids: Vec<i32> = brokers
                .iter()
                .filter(|broker| broker.rack == name && broker.fenced == fenced)
                .map(|broker| broker.id)
                .collect();
            crate::sim::sort_by(&mut ids, Ord::cmp);
            BrokerList { brokers: ids, ..BrokerList::default() }
        };
        let (fenced, unfenced) = (ids(true), ids(false));
        Self { name, fenced, unfenced }
    }

    /// The next broker of this rack in this epoch, one that is not fenced if there is one.
    fn next(&mut self, epoch: u32) -> Option<i32> {
        self.unfenced.next(epoch).or_else(|| self.fenced.next(epoch))
    }
}

impl BrokerList {
    fn initialize(&mut self, draw: &mut dyn FnMut(u32) -> u32) {
        if !self.brokers.is_empty() {
            self.offset = draw(self.brokers.len() as u32);
        }
    }

    fn next(&mut self, epoch: u32) -> Option<i32> {
        let len = self.brokers.len() as u32;
        if len == 0 {
            return None;
        }
        if self.epoch != epoch {
            self.epoch = epoch;
            self.index = 0;
            self.offset = (self.offset + 1) % len;
        }
        if self.index >= len {
            return None;
        }
        let broker = self.brokers[((self.index + self.offset) % len) as usize];
        self.index += 1;
        Some(broker)
    }
}

/// `java.util.Collections.shuffle`.
fn shuffle<T>(list: &mut [T], draw: &mut dyn FnMut(u32) -> u32) {
    for i in (2..=list.len()).rev() {
        list.swap(i - 1, draw(i as u32) as usize);
    }
}

/// `org.apache.kafka.metadata.OptionalStringComparator`.
fn rack_name_cmp(a: &Option<String>, b: &Option<String>) -> std::cmp::Ordering {
    match (a, b) {
        (Some(a), Some(b)) => java_string_cmp(a, b),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

#[cfg(test)]
mod tests;
