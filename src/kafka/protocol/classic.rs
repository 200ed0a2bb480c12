//! What travels in the join phase of the classic group protocol: `JoinGroupRequest`, `JoinGroupResponse` and, inside
//! them, `ConsumerProtocolSubscription` and the user data of the sticky assignors.
//!
//! Partitions go by their topic's name here, as in Kafka's schema. Left out: `ProtocolType`, which is always `consumer`,
//! and the reason for a join.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ErrorCode;
use crate::kafka::ids::Name;

/// Join of the classic protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroup {
    /// Group.
    pub group_id: Name,
    /// Empty at first.
    pub member_id: Name,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Name>,
    /// For the new member id.
    pub client_id: Name,
    /// `session.timeout.ms`.
    pub session_timeout_us: u64,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: u64,
    /// Assignors by preference, each with what it is told.
    pub protocols: Arc<[JoinProtocol]>,
}

/// An assignor that a member supports (`JoinGroupRequestProtocol`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct JoinProtocol {
    /// Its name.
    pub name: Name,
    /// What the group's leader is told if it is chosen.
    pub metadata: Subscription,
}

/// The metadata that a member sends for its group's leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subscription {
    /// Topics.
    pub topics: Vec<Name>,
    /// What it has while it joins; an eager member has given up everything.
    pub owned_partitions: OwnedPartitions,
    /// The generation of what it has, −1 for none.
    pub generation: i32,
    /// `client.rack`.
    pub rack: Option<Name>,
    /// What the sticky assignors add.
    pub user_data: Option<UserData>,
}

/// Partition numbers by topic.
pub type OwnedPartitions = Vec<(Name, Vec<i32>)>;

/// What a sticky assignor remembers of the last assignment (`StickyAssignor`, `CooperativeStickyAssignor`: no partitions).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UserData {
    /// What it was assigned.
    pub partitions: OwnedPartitions,
    /// In which generation.
    pub generation: i32,
}

/// Answer to a join.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinGroupResponse {
    /// Error, or NONE.
    pub error: ErrorCode,
    /// Generation.
    pub generation: i32,
    /// Assignor chosen.
    pub protocol: Option<Name>,
    /// The group's leader.
    pub leader: Name,
    /// The leader came back as a static member: what was assigned still holds, so it computes nothing.
    pub skip_assignment: bool,
    /// The id that the coordinator gave.
    pub member_id: Name,
    /// All members with what they told, for the leader only.
    pub members: Vec<JoinedMember>,
}

impl JoinGroupResponse {
    /// The answer to a join that fails.
    pub fn refusal(error: ErrorCode, member_id: &Name) -> JoinGroupResponse {
        JoinGroupResponse {
            error,
            generation: -1,
            protocol: None,
            leader: "".into(),
            skip_assignment: false,
            member_id: member_id.clone(),
            members: Vec::new(),
        }
    }
}

/// A member as the group's leader is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JoinedMember {
    /// Member id.
    pub member_id: Name,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Name>,
    /// What it told for the assignor chosen.
    pub metadata: Subscription,
}
