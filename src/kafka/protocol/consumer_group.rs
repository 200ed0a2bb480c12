//! The one request of the consumer protocol (KIP-848) and its answer (reference §7.1).
//!
//! What is none has not changed since the last request on this membership.

use super::{Assignment, ErrorCode};
use crate::kafka::{
    event::Says,
    ids::{Name, TopicIdPartition},
};

/// Join, stay, leave.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerGroupHeartbeat {
    /// Group.
    pub group_id: Name,
    /// Made by the client.
    pub member_id: Name,
    /// 0 to join, −1 to leave, −2 to leave as a static member that means to come back.
    pub member_epoch: i32,
    /// `group.instance.id`.
    pub instance_id: Option<Name>,
    /// `client.rack`.
    pub rack_id: Option<Name>,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: Option<u64>,
    /// What it subscribes to.
    pub subscribed_topic_names: Option<Vec<Name>>,
    /// The regular expression that it subscribes by; empty for none any more.
    pub subscribed_topic_regex: Option<Name>,
    /// `group.remote.assignor`.
    pub server_assignor: Option<Name>,
    /// What it owns.
    pub topic_partitions: Option<Assignment>,
    /// `client.id`, from the header of the request.
    pub client_id: Name,
}

impl ConsumerGroupHeartbeat {
    /// What it says that not every heartbeat does.
    pub fn says(&self) -> Option<Says> {
        match self.member_epoch {
            0 => Some(Says::Joins),
            epoch if epoch < 0 => Some(Says::Leaves),
            _ => self.topic_partitions.as_ref().map(|_| Says::Owns),
        }
    }
}

/// What the coordinator says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConsumerGroupHeartbeatResponse {
    /// Error, or NONE.
    pub error: ErrorCode,
    /// The member's epoch from now on.
    pub member_epoch: i32,
    /// When the next heartbeat is due.
    pub heartbeat_interval_us: u64,
    /// All that the member may have from now on.
    pub assignment: Option<Vec<TopicIdPartition>>,
}

impl ConsumerGroupHeartbeatResponse {
    /// A refusal.
    pub fn refusal(error: ErrorCode) -> ConsumerGroupHeartbeatResponse {
        ConsumerGroupHeartbeatResponse { error, member_epoch: 0, heartbeat_interval_us: 0, assignment: None }
    }

    /// What it says that not every answer does.
    pub fn says(&self) -> Option<Says> {
        match self.member_epoch {
            _ if self.error != ErrorCode::None => None,
            epoch if epoch < 0 => Some(Says::Leaves),
            _ => self.assignment.as_ref().map(|_| Says::Assigns),
        }
    }
}
