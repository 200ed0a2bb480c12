//! Which lane an event belongs to. Everything in internal topics is idle: they are folded away on the page.

use crate::{
    cluster::World,
    kafka::{
        event::{ElectedBy, Event, EventKind, Rpc},
        protocol::{Api, ErrorCode},
    },
};

/// What kind of event it is; the lanes of the timeline and the filters of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Sending and appending.
    Produce,
    /// Copies, high watermark, ISR.
    Replicate,
    /// Fetching, polling, committing.
    Consume,
    /// Group membership.
    Group,
    /// Brokers, controller, topics, commands.
    Cluster,
    /// Heartbeats and idle fetches: folded, hidden unless asked for.
    Idle,
}

impl Lane {
    /// The lanes drawn, in the order of the timeline.
    pub const ALL: [Lane; 6] = [Lane::Produce, Lane::Replicate, Lane::Consume, Lane::Group, Lane::Cluster, Lane::Idle];
}

/// The lane of an event.
pub fn lane_of(world: &World, event: &Event) -> Lane {
    use EventKind as E;
    let topic = match &event.kind {
        E::TopicCreated { topic, .. } => Some(*topic),
        kind => kind.partition().map(|partition| partition.topic),
    };
    if topic.is_some_and(|topic| world.is_internal(topic)) {
        return Lane::Idle;
    }
    match &event.kind {
        E::Sent(rpc) => sent_lane(world, rpc),
        E::Received(rpc) => received_lane(rpc),
        E::TimerFired(_) | E::Disconnected { .. } => Lane::Idle,
        E::FollowerHighWatermark { .. } | E::BecameFollower { .. } => Lane::Idle,
        // A producer places keys by what it knows; its card says whether that is behind.
        E::MetadataRefreshed { .. } if world.producers().contains_key(&event.node) => Lane::Cluster,
        E::MetadataApplied { .. } | E::MetadataRefreshed { .. } => Lane::Idle,

        E::RecordBuffered { .. } | E::RecordsBuffered { .. } | E::StickyPartitionChanged { .. } => Lane::Produce,
        E::BatchSent(_) | E::BatchAcknowledged { .. } | E::BatchRetried { .. } | E::BatchFailed { .. } => Lane::Produce,
        E::BufferExhausted | E::SendFailed { .. } | E::RecordLimitReached => Lane::Produce,
        E::RecordsAppended { .. } | E::DuplicateBatch { .. } | E::AppendRefused { .. } => Lane::Produce,

        E::ReplicaAppended { .. } | E::HighWatermarkAdvanced { .. } | E::LogTruncated { .. } => Lane::Replicate,
        E::FollowerLagging { .. } | E::FollowerCaughtUp { .. } | E::IsrChanged { .. } => Lane::Replicate,

        E::OffsetCommitted { .. } | E::CommitSent { .. } | E::CommitFailed { .. } => Lane::Consume,
        E::RecordsFetched { .. } | E::RecordsPolled { .. } | E::RecordsProcessed { .. } => Lane::Consume,
        E::PositionFromCommit { .. }
        | E::PositionReset { .. }
        | E::PositionNotFound { .. }
        | E::PositionTruncated { .. }
        | E::ConsumerFailed { .. } => Lane::Consume,

        E::GroupState { .. } | E::MemberIdGiven { .. } | E::MemberJoined { .. } => Lane::Group,
        E::MemberRemoved { .. } | E::AssignmentComputed { .. } | E::PartitionsAssigned { .. } => Lane::Group,
        E::PartitionsRevoked { .. } | E::PartitionsLost { .. } | E::StaticMemberReplaced { .. } => Lane::Group,
        E::GroupEpochRaised { .. } | E::TargetComputed { .. } | E::MemberEpochChanged(_) => Lane::Group,
        E::MemberFenced { .. } | E::GroupConverted { .. } => Lane::Group,
        // What follows from it has events of its own.
        E::MembershipChanged { .. } => Lane::Idle,

        E::Command(_) | E::BecameLeader { .. } | E::LeaderElected { .. } => Lane::Cluster,
        E::ControllerElected { .. } | E::ControllerProspective { .. } | E::ControllerCandidate { .. } => Lane::Cluster,
        E::BrokerRegistered { .. } | E::BrokerUnfenced { .. } | E::BrokerFenced { .. } => Lane::Cluster,
        E::ControlledShutdown { .. }
        | E::RegistrationTimedOut { .. }
        | E::BrokerStarted
        | E::BrokerStopped
        | E::BrokerCrashed => Lane::Cluster,
        E::TopicCreated { .. } | E::PartitionsAdded { .. } | E::TopicDeleted { .. } => Lane::Cluster,
        E::ConfigChanged { .. } | E::AdminRefused { .. } => Lane::Cluster,
        E::ClientStarted | E::ClientClosed | E::ClientPaused(_) | E::ClientCrashed | E::ClientFrozen(_) => {
            Lane::Cluster
        }
        E::LinkBroken { .. } | E::LinkHealed { .. } | E::BrokerFrozen(_) => Lane::Cluster,
        E::ConnectionTimedOut { .. } | E::DiskWiped { .. } => Lane::Cluster,
        E::DiskSlowed { .. } | E::ClockSkewed { .. } => Lane::Cluster,

        // Where a leader was chosen by the plain rule, the sentence of the change says all.
        E::ElectionHeld(held) if matches!(held.by, ElectedBy::InSync | ElectedBy::Kept | ElectedBy::Nobody) => {
            Lane::Idle
        }
        E::ElectionHeld(_) | E::EligibleChanged { .. } | E::ElectionRefused { .. } => Lane::Cluster,
        E::LeadersBalanced { .. } | E::UncleanShutdown { .. } | E::ControllerResigned { .. } => Lane::Cluster,
        E::ReassignmentBegan { .. } | E::ReassignmentEnded { .. } => Lane::Cluster,
        E::ReassignmentRefused { .. } | E::ReplicaRemoved { .. } => Lane::Cluster,

        E::SegmentRolled { .. } | E::SegmentDeleted { .. } | E::LogStartMoved { .. } => Lane::Cluster,
        E::LogCleaned { .. } => Lane::Cluster,
        E::LogStartedAnew { .. } | E::FollowerOutOfRange { .. } => Lane::Replicate,
        E::OffsetsSkipped { .. } | E::ReadReplicaChosen { .. } | E::ReadReplicaLeft { .. } => Lane::Consume,
        E::PositionSought { .. } | E::PartitionPaused { .. } | E::OffsetsReset { .. } => Lane::Consume,
        E::GroupDeleted { .. } | E::OffsetsExpired { .. } => Lane::Group,
        E::ApplicationStalled(_) | E::ProcessingChanged { .. } => Lane::Consume,
        E::SubscriptionChanged { .. } | E::PatternSubscribed { .. } | E::RegexResolved { .. } => Lane::Group,
    }
}

fn sent_lane(world: &World, rpc: &Rpc) -> Lane {
    match rpc.api {
        Api::Fetch if rpc.response && rpc.records > 0 => match world.brokers().contains_key(&rpc.peer.0) {
            true => Lane::Replicate,
            false => Lane::Consume,
        },
        Api::JoinGroup | Api::SyncGroup | Api::LeaveGroup if !rpc.response => Lane::Group,
        _ => Lane::Idle,
    }
}

/// Only answers that refuse and have no event of their own.
fn received_lane(rpc: &Rpc) -> Lane {
    match rpc.api {
        _ if !rpc.response || matches!(rpc.error, ErrorCode::None | ErrorCode::MemberIdRequired) => Lane::Idle,
        Api::JoinGroup | Api::SyncGroup | Api::Heartbeat | Api::LeaveGroup => Lane::Group,
        // What else it is refused for the coordinator tells.
        Api::ConsumerGroupHeartbeat if rpc.error.is_retriable() => Lane::Group,
        Api::OffsetFetch => Lane::Consume,
        _ => Lane::Idle,
    }
}
