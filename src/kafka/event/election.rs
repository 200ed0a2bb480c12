//! An election as the controller held it, for the event that tells of it.

use std::sync::Arc;

use crate::kafka::ids::{BrokerId, TopicIdPartition};

/// By which rule a leader was chosen (`PartitionChangeBuilder`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElectedBy {
    /// It is the preferred leader, and that was asked for.
    Preferred,
    /// It leads on, in a new epoch.
    Kept,
    /// It is the first in the assignment that is in sync and lives.
    InSync,
    /// Nobody is in sync; it is the first in the assignment that is eligible and lives.
    Eligible,
    /// Nobody is in sync nor eligible; it led last, and lives.
    LastKnown,
    /// It lives; what it has not is lost.
    Unclean,
    /// Nobody may lead.
    Nobody,
}

/// An election as the controller held it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ElectionHeld {
    /// Of which partition.
    pub partition: TopicIdPartition,
    /// The leader epoch that begins.
    pub leader_epoch: i32,
    /// Who led before.
    pub from: Option<BrokerId>,
    /// Who leads.
    pub to: Option<BrokerId>,
    /// By which rule.
    pub by: ElectedBy,
    /// In assignment order.
    pub replicas: Arc<[BrokerId]>,
    /// In sync before.
    pub isr: Arc<[BrokerId]>,
    /// Eligible while nobody is in sync.
    pub elr: Arc<[BrokerId]>,
    /// Of the replicas, those that could lead: registered, not fenced, not shutting down.
    pub alive: Arc<[BrokerId]>,
    /// `min.insync.replicas` as it counts for the partition.
    pub min_isr: u32,
    /// Was an unclean election allowed, or asked for?
    pub unclean_allowed: bool,
}
