//! Requests and responses, by Kafka's names.
//!
//! The fields are those that the model uses, under the names of Kafka's message schemas
//! (`clients/src/main/resources/common/message`). Left out: versions, throttling, authorization, tagged fields.
//! Lists that travel unchanged many times are shared (`Arc`).

#![allow(missing_docs, reason = "fields of variants bear Kafka's own names")]

mod classic;
mod consumer_group;
mod error;
mod fetch;

pub use classic::{JoinGroup, JoinGroupResponse, JoinProtocol, JoinedMember, OwnedPartitions, Subscription, UserData};
pub use consumer_group::{ConsumerGroupHeartbeat, ConsumerGroupHeartbeatResponse};
pub use error::ErrorCode;
pub use fetch::{EpochAsked, EpochEnd, FetchPartition, FetchRequest, FetchResult};

use std::sync::Arc;

use crate::{
    kafka::{
        ids::{BrokerId, Name, TopicIdPartition},
        log::Records,
        metadata::{MetadataDelta, PartitionState},
    },
    sim::NodeId,
};

/// Which of the several connections between two nodes: a broker answers the requests of one connection in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A client's connection to a broker; produce, fetch, metadata, list offsets.
    Data,
    /// A consumer's connection to its coordinator, apart from the one for data as in the Java client.
    Coordinator,
    /// A replica fetcher's connection to a leader.
    Replication,
    /// A broker's connection to the active controller.
    Control,
    /// Between the voters and observers of the metadata quorum.
    Quorum,
}

/// Whose connection is closed: two nodes that ask each other have one each, and whoever asks has opened it. Nothing for
/// all that the two have on a channel, such as where a process has ended.
pub type Asker = Option<NodeId>;

/// Number of a request on its sender.
pub type CorrelationId = u32;

/// What travels between nodes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// A request.
    Request(Channel, CorrelationId, Request),
    /// Its answer.
    Response(Channel, CorrelationId, Response),
    /// The peer is gone or closed the connection: it answers nothing on it and wants no answer.
    Disconnect(Channel, Asker),
    /// Nobody took this request: the process that it was sent to is gone, or not ready for it.
    Refused(Channel, CorrelationId),
}

impl Request {
    /// The batches of a producer in it.
    pub fn batches(&self) -> Option<&Arc<[ProduceBatch]>> {
        if let Request::Produce { batches, .. } = self { Some(batches) } else { None }
    }
}

impl Message {
    /// Does it go over the connection on which its sender asks? Else over the one on which it answers.
    pub fn is_of_asker(&self, sender: NodeId) -> bool {
        match self {
            Message::Request(..) => true,
            Message::Response(..) | Message::Refused(..) => false,
            Message::Disconnect(_, asker) => asker.is_none_or(|asker| asker == sender),
        }
    }

    /// Which of the connections between two nodes it goes by.
    pub fn channel(&self) -> Channel {
        match self {
            Message::Request(channel, ..)
            | Message::Response(channel, ..)
            | Message::Disconnect(channel, _)
            | Message::Refused(channel, _) => *channel,
        }
    }
}

macro_rules! apis {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {
        /// The name of a request, as Kafka's `ApiKeys` has it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Api { $($(#[$meta])* $name),* }
        impl Api {
            /// All of them.
            pub const ALL: &[Api] = &[$(Api::$name),*];
            /// Kafka's name; a Fetch of the metadata log, which is one by itself here, with what it fetches.
            pub fn name(self) -> &'static str {
                if self == Api::FetchMetadataLog {
                    return "Fetch __cluster_metadata";
                }
                match self { $(Api::$name => stringify!($name)),* }
            }
        }
        impl Request {
            /// Its name.
            pub fn api(&self) -> Api {
                match self { $(Request::$name { .. } => Api::$name),* }
            }
        }
        impl Response {
            /// Its name.
            pub fn api(&self) -> Api {
                match self { $(Response::$name { .. } => Api::$name),* }
            }
        }
    };
}
apis! {
    /// Topics and brokers as the broker asked knows them.
    Metadata,
    /// A producer id for an idempotent producer.
    InitProducerId,
    /// Records to leaders.
    Produce,
    /// Records from a leader, for a consumer or a follower.
    Fetch,
    /// Offsets by time: earliest, latest.
    ListOffsets,
    /// Where leader epochs end, so that a consumer sees whether the log below its position is still the same.
    OffsetForLeaderEpoch,
    /// Who coordinates a group.
    FindCoordinator,
    /// Join phase of the classic protocol.
    JoinGroup,
    /// Sync phase of the classic protocol.
    SyncGroup,
    /// Liveness of a classic member.
    Heartbeat,
    /// Leave a group.
    LeaveGroup,
    /// Store committed offsets.
    OffsetCommit,
    /// Read committed offsets.
    OffsetFetch,
    /// Make topics.
    CreateTopics,
    /// Raise a partition count.
    CreatePartitions,
    /// Delete topics.
    DeleteTopics,
    /// Change settings of topics or brokers.
    IncrementalAlterConfigs,
    /// A broker process says that it is there.
    BrokerRegistration,
    /// A broker is alive, wants to be unfenced, or wants to shut down.
    BrokerHeartbeat,
    /// A leader asks for a change of the ISR.
    AlterPartition,
    /// The metadata log, for voters and observers (Kafka: Fetch on `__cluster_metadata-0`).
    FetchMetadataLog,
    /// A voter asks another for its vote, or (pre-vote) whether it would vote for it.
    Vote,
    /// A new quorum leader tells the voters.
    BeginQuorumEpoch,
    /// The admin client lets a coordinator delete a group that nobody is in.
    DeleteGroups,
    /// Join, stay and leave in the consumer protocol.
    ConsumerGroupHeartbeat,
    /// The admin client asks for elections.
    ElectLeaders,
    /// The admin client asks for other replicas.
    AlterPartitionReassignments,
    /// The admin client lets a leader move the start of its log.
    DeleteRecords,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// `topics`: `None` for all.
    Metadata { topics: Option<Arc<[Name]>> },
    /// A new producer id.
    InitProducerId,
    /// One batch a partition.
    Produce { acks: i8, timeout_us: u64, batches: Arc<[ProduceBatch]> },
    /// See [`FetchRequest`].
    Fetch(FetchRequest),
    /// `timestamp` −2 earliest, −1 latest; `replica`: the follower that asks, `None` for a consumer.
    ListOffsets { replica: Option<BrokerId>, partitions: Vec<(TopicIdPartition, i32)>, timestamp: i64 },
    /// By partition.
    OffsetForLeaderEpoch(Vec<EpochAsked>),
    /// By group id.
    FindCoordinator { group_id: Name },
    /// See [`JoinGroup`].
    JoinGroup(Box<JoinGroup>),
    /// `assignments` only from the leader.
    SyncGroup { member: GroupMember, assignments: Vec<(Name, Assignment)> },
    /// Alive.
    Heartbeat { member: GroupMember },
    /// Goodbye.
    LeaveGroup { group_id: Name, member_id: Name },
    /// The generation is the member epoch in the consumer protocol; −1 and an empty member id outside group management.
    OffsetCommit { member: GroupMember, offsets: Vec<OffsetAndEpoch> },
    /// Committed offsets of partitions. `member_epoch` −1 and an empty member id outside the consumer protocol.
    OffsetFetch { group_id: Name, member_id: Name, member_epoch: i32, partitions: Vec<TopicIdPartition> },
    /// One topic.
    CreateTopics { topic: Name, partitions: u32, replication_factor: Option<u32>, settings: Settings },
    /// `count`: the new total.
    CreatePartitions { topic: Name, count: u32 },
    /// One topic.
    DeleteTopics { topic: Name },
    /// `topic` `None`: the brokers' cluster-wide default.
    IncrementalAlterConfigs { topic: Option<Name>, settings: Settings },
    /// A new incarnation. `previous_broker_epoch`: of the one before, if it stopped in an orderly way.
    BrokerRegistration { broker: BrokerId, rack: Option<Name>, previous_broker_epoch: Option<u64> },
    /// `broker_epoch` from the registration.
    BrokerHeartbeat {
        broker: BrokerId,
        broker_epoch: u64,
        metadata_offset: u64,
        want_fence: bool,
        want_shut_down: bool,
    },
    /// The ISR that a leader wants, with the epochs that it knows.
    AlterPartition {
        broker: BrokerId,
        broker_epoch: u64,
        partition: TopicIdPartition,
        leader_epoch: i32,
        partition_epoch: i32,
        isr: Vec<BrokerId>,
    },
    /// From `offset` on; `epoch` of the record before it; `high_watermark` that the follower has.
    FetchMetadataLog { quorum_epoch: u32, replica: BrokerId, offset: u64, last_epoch: u32, high_watermark: u64 },
    /// A vote for `replica`; `pre_vote`: only whether it would be given (KIP-996).
    Vote { quorum_epoch: u32, replica: BrokerId, last_epoch: u32, last_offset: u64, pre_vote: bool },
    /// `leader` leads `quorum_epoch`.
    BeginQuorumEpoch { quorum_epoch: u32, leader: BrokerId },
    /// Deletes a group.
    DeleteGroups { group_id: Name },
    /// See [`ConsumerGroupHeartbeat`].
    ConsumerGroupHeartbeat(Box<ConsumerGroupHeartbeat>),
    /// `topic` `None`: every partition; `partition` `None`: every one of the topic.
    ElectLeaders { unclean: bool, topic: Option<Name>, partition: Option<i32> },
    /// By partition the replicas wanted, or `None` to take back what is under way.
    AlterPartitionReassignments { topic: Name, partitions: Vec<(i32, Option<Vec<BrokerId>>)> },
    /// What lies before `offset` is to go; −1: all that consumers can see.
    DeleteRecords { partition: TopicIdPartition, offset: i64, timeout_us: u64 },
}

/// Settings by name, for admin requests.
pub type Settings = Arc<crate::sim::Map<String, String>>;

/// A batch on its way to a leader.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceBatch {
    /// Where to.
    pub partition: TopicIdPartition,
    /// What.
    pub records: Arc<Records>,
}

/// Who speaks for which group, and in which generation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupMember {
    /// Group.
    pub group_id: Name,
    /// Generation, −1 outside group management.
    pub generation: i32,
    /// Member id, empty outside group management.
    pub member_id: Name,
    /// `group.instance.id` of a static member.
    pub group_instance_id: Option<Name>,
}

/// The partitions of one member.
pub type Assignment = Arc<[TopicIdPartition]>;

/// A committed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OffsetAndEpoch {
    /// Of which partition.
    pub partition: TopicIdPartition,
    /// The next offset to read.
    pub offset: i64,
    /// Leader epoch of the last record read, −1 for none.
    pub leader_epoch: i32,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Response {
    /// What the broker asked has applied.
    Metadata(Arc<MetadataResponse>),
    /// A producer id.
    InitProducerId { error: ErrorCode, producer_id: u64 },
    /// By partition.
    Produce(Vec<ProduceResult>),
    /// By partition that has something to say.
    Fetch(Arc<[FetchResult]>),
    /// By partition.
    ListOffsets(Vec<(TopicIdPartition, ErrorCode, i64, i32)>),
    /// By partition.
    OffsetForLeaderEpoch(Vec<EpochEnd>),
    /// The coordinator.
    FindCoordinator { error: ErrorCode, coordinator: Option<BrokerId> },
    /// See [`JoinGroupResponse`].
    JoinGroup(Box<JoinGroupResponse>),
    /// The member's partitions.
    SyncGroup { error: ErrorCode, assignment: Assignment },
    /// Only an error code.
    Heartbeat { error: ErrorCode },
    /// Only an error code.
    LeaveGroup { error: ErrorCode },
    /// By partition.
    OffsetCommit { error: ErrorCode, offsets: Vec<OffsetAndEpoch> },
    /// Committed offset and epoch by partition, `None` where there is none.
    OffsetFetch { error: ErrorCode, offsets: Vec<(TopicIdPartition, Option<(i64, i32)>)> },
    /// Only an error code, with Kafka's words.
    CreateTopics { error: ErrorCode },
    /// Only an error code.
    CreatePartitions { error: ErrorCode },
    /// Only an error code.
    DeleteTopics { error: ErrorCode },
    /// Only an error code.
    IncrementalAlterConfigs { error: ErrorCode },
    /// The incarnation's broker epoch.
    BrokerRegistration { error: ErrorCode, broker_epoch: u64 },
    /// What the controller thinks of the broker.
    BrokerHeartbeat { error: ErrorCode, is_fenced: bool, should_shut_down: bool },
    /// The state as committed.
    AlterPartition { error: ErrorCode, partition: TopicIdPartition, state: Option<Arc<PartitionState>> },
    /// Records from the offset asked for; with `diverging` the follower cuts its log there first.
    FetchMetadataLog {
        error: ErrorCode,
        quorum_epoch: u32,
        leader: Option<BrokerId>,
        high_watermark: u64,
        records: Vec<(u32, MetadataDelta)>,
        diverging: Option<(u32, u64)>,
    },
    /// Whether the vote was given, and who leads the epoch.
    Vote { quorum_epoch: u32, leader: Option<BrokerId>, granted: bool },
    /// Only an error code.
    BeginQuorumEpoch { error: ErrorCode },
    /// Deleted, or not.
    DeleteGroups { error: ErrorCode },
    /// See [`ConsumerGroupHeartbeatResponse`].
    ConsumerGroupHeartbeat(Box<ConsumerGroupHeartbeatResponse>),
    /// The first error but ELECTION_NOT_NEEDED, or that where nothing else is to be told.
    ElectLeaders { error: ErrorCode },
    /// The first error.
    AlterPartitionReassignments { error: ErrorCode },
    /// Every live replica's log starts at `low_watermark` or later.
    DeleteRecords { error: ErrorCode, low_watermark: i64 },
}

/// A broker's view of the cluster, for clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetadataResponse {
    /// Offset of the metadata log that the answering broker had applied.
    pub metadata_offset: u64,
    /// Unfenced brokers with their racks.
    pub brokers: Vec<(BrokerId, Option<Name>)>,
    /// Topics.
    pub topics: Vec<TopicMetadata>,
}

/// One topic in a metadata response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicMetadata {
    /// UNKNOWN_TOPIC_OR_PARTITION where there is none.
    pub error: ErrorCode,
    /// Name.
    pub name: Name,
    /// Id.
    pub topic: crate::kafka::ids::TopicId,
    /// By number.
    pub partitions: Vec<Arc<PartitionState>>,
}

/// What became of one batch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProduceResult {
    /// Which partition.
    pub partition: TopicIdPartition,
    /// Error, or NONE.
    pub error: ErrorCode,
    /// Offset of its first record, −1 if unknown.
    pub base_offset: i64,
    /// The leader that the broker knows of, with the errors that mean another leads (KIP-951).
    pub current_leader: Option<(BrokerId, i32)>,
}

impl Response {
    /// The answer of a coordinator instead of this one, if it cannot vouch for what this one tells.
    pub fn refused(self, error: ErrorCode) -> Response {
        match self {
            Response::JoinGroup(join) => {
                Response::JoinGroup(Box::new(JoinGroupResponse::refusal(error, &join.member_id)))
            }
            Response::SyncGroup { .. } => Response::SyncGroup { error, assignment: [].into() },
            Response::LeaveGroup { .. } => Response::LeaveGroup { error },
            _ => Response::ConsumerGroupHeartbeat(Box::new(ConsumerGroupHeartbeatResponse::refusal(error))),
        }
    }

    /// Its error; the first one where there is one by partition.
    pub fn error(&self) -> ErrorCode {
        let first = |mut errors: &mut dyn Iterator<Item = ErrorCode>| {
            Iterator::find(&mut errors, |error| *error != ErrorCode::None).unwrap_or_default()
        };
        match self {
            Response::Metadata(_) => ErrorCode::None,
            Response::Produce(results) => first(&mut results.iter().map(|result| result.error)),
            Response::Fetch(results) => first(&mut results.iter().map(|result| result.error)),
            Response::ListOffsets(offsets) => first(&mut offsets.iter().map(|(_, error, ..)| *error)),
            Response::OffsetForLeaderEpoch(ends) => first(&mut ends.iter().map(|end| end.error)),
            Response::JoinGroup(join) => join.error,
            Response::ConsumerGroupHeartbeat(heartbeat) => heartbeat.error,
            Response::Vote { .. } => ErrorCode::None,
            Response::InitProducerId { error, .. }
            | Response::FindCoordinator { error, .. }
            | Response::SyncGroup { error, .. }
            | Response::Heartbeat { error }
            | Response::LeaveGroup { error }
            | Response::OffsetCommit { error, .. }
            | Response::OffsetFetch { error, .. }
            | Response::CreateTopics { error }
            | Response::CreatePartitions { error }
            | Response::DeleteTopics { error }
            | Response::IncrementalAlterConfigs { error }
            | Response::BrokerRegistration { error, .. }
            | Response::BrokerHeartbeat { error, .. }
            | Response::AlterPartition { error, .. }
            | Response::FetchMetadataLog { error, .. }
            | Response::DeleteGroups { error }
            | Response::DeleteRecords { error, .. }
            | Response::BeginQuorumEpoch { error }
            | Response::ElectLeaders { error }
            | Response::AlterPartitionReassignments { error } => *error,
        }
    }
}
