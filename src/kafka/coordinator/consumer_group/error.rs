//! Why a group of the consumer protocol refuses a request: Kafka's errors with Kafka's sentences.

use std::fmt;

use crate::kafka::{coordinator::reconciliation::Fenced, ids::Name, protocol::ErrorCode};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupError {
    /// A request that makes no sense.
    InvalidRequest(&'static str),
    /// Nobody with this id, or this instance id, is in the group.
    UnknownMemberId {
        /// Which.
        member: Name,
    },
    /// The group is full.
    GroupMaxSizeReached {
        /// `group.consumer.max.size`.
        max_size: usize,
    },
    /// A member epoch ahead of what the coordinator knows, or behind it and no retry.
    FencedMemberEpoch {
        /// What the member says.
        member_epoch: i32,
        /// What the coordinator knows.
        known: i32,
    },
    /// A member whose state the coordinator does not know.
    UnknownState(Fenced),
    /// Another process has this instance id and has not left: the newcomer is refused.
    UnreleasedInstanceId {
        /// The newcomer.
        member: Name,
        /// The instance id.
        instance_id: Name,
        /// Who has it.
        owner: Name,
    },
    /// Another process has taken over this instance id.
    FencedInstanceId {
        /// Who asked.
        member: Name,
        /// The instance id.
        instance_id: Name,
        /// Who has it.
        owner: Name,
    },
    /// An assignor that the brokers do not have.
    UnsupportedAssignor {
        /// Its name.
        assignor: Name,
    },
    /// A commit with an epoch that is not the member's.
    StaleMemberEpoch {
        /// What the member says.
        member_epoch: i32,
        /// What the coordinator knows.
        known: i32,
    },
    /// A member of the classic protocol with a generation that is not its epoch.
    IllegalGeneration {
        /// What the member says.
        generation: i32,
        /// Its member epoch.
        known: i32,
    },
    /// A member of the classic protocol without an assignor that all others of it have.
    InconsistentGroupProtocol {
        /// Which.
        member: Name,
    },
    /// A regular expression that cannot be read.
    InvalidRegularExpression {
        /// What is wrong with it.
        why: String,
    },
    /// A member of the classic protocol has to join again first.
    RebalanceInProgress {
        /// Which.
        member: Name,
    },
}

impl GroupError {
    /// The code that the client gets.
    pub fn code(&self) -> ErrorCode {
        match self {
            GroupError::InvalidRequest(_) => ErrorCode::InvalidRequest,
            GroupError::UnknownMemberId { .. } => ErrorCode::UnknownMemberId,
            GroupError::GroupMaxSizeReached { .. } => ErrorCode::GroupMaxSizeReached,
            GroupError::FencedMemberEpoch { .. } | GroupError::UnknownState(_) => ErrorCode::FencedMemberEpoch,
            GroupError::UnreleasedInstanceId { .. } => ErrorCode::UnreleasedInstanceId,
            GroupError::FencedInstanceId { .. } => ErrorCode::FencedInstanceId,
            GroupError::UnsupportedAssignor { .. } => ErrorCode::UnsupportedAssignor,
            GroupError::StaleMemberEpoch { .. } => ErrorCode::StaleMemberEpoch,
            GroupError::IllegalGeneration { .. } => ErrorCode::IllegalGeneration,
            GroupError::InconsistentGroupProtocol { .. } => ErrorCode::InconsistentGroupProtocol,
            GroupError::InvalidRegularExpression { .. } => ErrorCode::InvalidRegularExpression,
            GroupError::RebalanceInProgress { .. } => ErrorCode::RebalanceInProgress,
        }
    }
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GroupError::InvalidRequest(why) => f.write_str(why),
            GroupError::UnknownMemberId { member } => write!(f, "Member {member} is not a member of the group."),
            GroupError::GroupMaxSizeReached { max_size } => {
                write!(f, "The consumer group has reached its maximum capacity of {max_size} members.")
            }
            GroupError::FencedMemberEpoch { member_epoch, known } => {
                let order = if member_epoch > known { "greater" } else { "smaller" };
                write!(
                    f,
                    "The consumer group member has a {order} member epoch ({member_epoch}) than the one known by the \
                     group coordinator ({known}). The member must abandon all its partitions and rejoin."
                )
            }
            GroupError::UnknownState(fenced) => fenced.fmt(f),
            GroupError::UnreleasedInstanceId { member, instance_id, owner } => write!(
                f,
                "Static member {member} with instance id {instance_id} cannot join the group because the instance id \
                 is owned by {owner} member."
            ),
            GroupError::FencedInstanceId { member, instance_id, owner } => {
                write!(f, "Static member {member} with instance id {instance_id} was fenced by member {owner}.")
            }
            GroupError::UnsupportedAssignor { assignor } => write!(f, "ServerAssignor {assignor} is not supported."),
            GroupError::StaleMemberEpoch { member_epoch, known } => {
                write!(f, "The received member epoch {member_epoch} does not match the expected member epoch {known}.")
            }
            GroupError::IllegalGeneration { generation, known } => {
                write!(f, "The request generation id {generation} is not equal to the member epoch {known}.")
            }
            GroupError::InconsistentGroupProtocol { member } => {
                write!(f, "Member {member}'s protocols are not supported.")
            }
            GroupError::InvalidRegularExpression { why } => {
                write!(f, "SubscribedTopicRegex is not a valid regular expression: {why}.")
            }
            GroupError::RebalanceInProgress { member } => {
                write!(f, "A new rebalance is triggered in the group and member {member} should rejoin to catch up.")
            }
        }
    }
}

impl std::error::Error for GroupError {}

impl From<Fenced> for GroupError {
    fn from(fenced: Fenced) -> GroupError {
        GroupError::UnknownState(fenced)
    }
}
