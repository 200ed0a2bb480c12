//! The physical picture as plain comparable data: what each broker holds, which records only a broker that is gone
//! still has, and where leadership went.
//!
//! It is made only while somebody looks at it (`Builder::show_copies`), because it has every strip once for each
//! replica. What is true of a replica without its records (leader, in sync, log end) is in
//! [`ReplicaView`](super::model::ReplicaView) already. Left out: pixels (`view::geometry`) and sentences.

use std::rc::Rc;

use super::model::{PartitionView, ReplicaView};

/// What the Brokers lens shows beyond what every lens does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// Every replica of the partitions that are drawn with cells, by topic, partition and assignment order.
    pub copies: Vec<Rc<CopyView>>,
    /// Since when a broker is in the state that it is in, where that is not from the beginning.
    pub since_us: Vec<(u32, u64)>,
    /// Where leadership went in the last election, as long as that is news.
    pub moved: Vec<Moved>,
}

/// One replica, with the records that are on this broker's disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyView {
    /// Broker that holds it.
    pub broker: u32,
    /// The log as this broker has it: offsets, cells and leader epoch are its own, and nobody's marks stand on it. A
    /// cell is visible if its offset is below the leader's high watermark.
    pub log: Rc<PartitionView>,
    /// Records that nobody else in reach has.
    pub only: Option<OnlyHere>,
}

/// The end of a log that no broker in reach has: it is lost if the broker does not come back, and cut off if it does
/// and does not lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlyHere {
    /// First offset that is nowhere in reach.
    pub from: i64,
    /// Brokers that are gone too and have some of it.
    pub also: Vec<u32>,
}

/// A leadership that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Who led it.
    pub from: u32,
    /// Who leads it now; `None`: nobody can.
    pub to: Option<u32>,
    /// When.
    pub time_us: u64,
}

impl Copies {
    /// A replica drawn with cells.
    pub fn of(&self, topic: &str, partition: i32, broker: u32) -> Option<&Rc<CopyView>> {
        self.copies
            .iter()
            .find(|copy| copy.broker == broker && copy.log.partition == partition && copy.log.topic == topic)
    }

    /// Since when a broker is as it is.
    pub fn since_us(&self, broker: u32) -> Option<u64> {
        self.since_us.iter().find(|(id, _)| *id == broker).map(|(_, since_us)| *since_us)
    }
}

impl PartitionView {
    /// The replica on a broker.
    pub fn replica_on(&self, broker: u32) -> Option<&ReplicaView> {
        self.replicas.iter().find(|replica| replica.broker == broker)
    }

    /// How many records a replica lacks that its leader has; `None` without a leader, and for the leader itself.
    pub fn behind(&self, replica: &ReplicaView) -> Option<i64> {
        let leader = self.replica_on(self.leader?)?;
        (leader.broker != replica.broker).then(|| (leader.log_end - replica.log_end).max(0))
    }
}
