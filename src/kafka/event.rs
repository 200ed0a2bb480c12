//! What happens, as the nodes tell it: the vocabulary of the story, the timeline and the trace.
//!
//! An event has no prose; `view::story` makes the sentences. Every RPC sent and received is an event too, so that the
//! chain of causes has no gap.

#![allow(missing_docs, reason = "fields of variants bear Kafka's own names")]

mod election;

pub use election::{ElectedBy, ElectionHeld};

use std::sync::Arc;

use crate::{
    kafka::{
        assignor::Assignor,
        client::consumer::{Failure, LeftReadReplica},
        config::AutoOffsetReset,
        coordinator::RetainedSince,
        ids::{BrokerId, Name, TopicId, TopicIdPartition},
        log::{Cleaned, Codec, Deleted, RollReason},
        node::Timer,
        protocol::{Api, Asker, ErrorCode},
    },
    sim::{Effect, EventId, NodeId, Rare},
};

/// An event of the run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// When, in simulated microseconds.
    pub time_us: u64,
    /// The event that caused it, 0 for none.
    pub cause: EventId,
    /// Where it happened.
    pub node: NodeId,
    /// What.
    pub kind: EventKind,
}

/// An RPC, as seen in passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rpc {
    /// The other side.
    pub peer: NodeId,
    /// Name.
    pub api: Api,
    /// Response, not request?
    pub response: bool,
    /// The error of a response.
    pub error: ErrorCode,
    /// Records that it carries.
    pub records: u32,
    /// What a heartbeat of the consumer protocol says beside that somebody is alive.
    pub says: Option<Says>,
}

/// What is in a ConsumerGroupHeartbeat, or in its answer, that is not in every one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Says {
    /// Member epoch 0: it joins.
    Joins,
    /// Member epoch −1, or −2 of a static member that means to come back.
    Leaves,
    /// It tells what it owns now: it has taken what it was given, or given up what it had to.
    Owns,
    /// The answer gives an assignment.
    Assigns,
}

/// Why a batch left the accumulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SendReason {
    /// `batch.size` was reached, or a next batch was begun behind it.
    Full,
    /// `linger.ms` was over.
    Linger,
    /// Another batch for the same broker was ready, so it rode along.
    RodeAlong,
    /// The producer closes: everything goes.
    Flush,
    /// `buffer.memory` was used up and a `send` waits.
    BufferExhausted,
    /// Its backoff after an error was over.
    Retry,
}

/// How a record came to its partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartitionedBy {
    /// The record named it.
    Explicit,
    /// Hash of the key.
    Key,
    /// The sticky partition.
    Sticky,
    /// RoundRobinPartitioner.
    RoundRobin,
}

/// A batch on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchSent {
    /// Where to.
    pub partition: TopicIdPartition,
    /// Number on its producer.
    pub batch: u32,
    /// Its leader, as the producer believes.
    pub broker: BrokerId,
    /// Records.
    pub records: u32,
    /// Size in Kafka's format.
    pub bytes: u32,
    /// When its first record was added.
    pub created_us: u64,
    /// Why now.
    pub reason: SendReason,
    /// How its newest record came to the partition.
    pub by: PartitionedBy,
    /// Sent before?
    pub attempt: u32,
    /// How it was compressed, and its size before.
    pub compressed: Rare<Option<(Codec, u32)>>,
}

/// Why a group began to rebalance, or changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupReason {
    /// A member joined.
    Joined(Name),
    /// A member joined again with other topics, or as leader.
    Rejoined(Name),
    /// A member said goodbye.
    Left(Name),
    /// A member's session ended.
    SessionExpired(Name),
    /// A member did not sync in time.
    SyncExpired(Name),
    /// Every member has joined, or the time for it was over.
    JoinComplete,
    /// The leader's assignment is stored.
    AssignmentStored,
    /// The leader's assignment was not replicated in time.
    AssignmentLost,
    /// Nobody is left.
    NobodyLeft,
    /// The log of `__consumer_offsets` was read by a new coordinator.
    Loaded,
    /// A member came back when `group.max.size` others were there.
    GroupFull(Name),
    /// A member did not give up its partitions within its rebalance timeout.
    RevocationExpired(Name),
    /// A member subscribes to other topics.
    SubscriptionChanged(Name),
    /// A subscribed topic came, went or grew.
    TopicsChanged,
    /// A static member left and means to come back.
    LeftForAWhile(Name),
    /// Another process of a static member took its place.
    Replaced(Name),
    /// A member has reached its target, or given up what it had to.
    Reconciled(Name),
    /// A member was given a target that it has not reached.
    Reconciling(Name),
    /// Nothing was heard of a member of the consumer protocol in time.
    MemberSessionExpired(Name),
    /// A member of the classic protocol in a consumer group was told to join again and did not in time.
    MemberJoinExpired(Name),
    /// A member of the classic protocol in a consumer group did not sync in time.
    MemberSyncExpired(Name),
    /// The last member of the consumer protocol is out: the group is a classic one again.
    Downgraded,
    /// A regular expression of the group matches other topics.
    RegexResolved,
}

impl GroupReason {
    /// The member that it is about.
    pub fn member(&self) -> Option<&Name> {
        use GroupReason as R;
        match self {
            R::Joined(member)
            | R::Rejoined(member)
            | R::Left(member)
            | R::SessionExpired(member)
            | R::SyncExpired(member)
            | R::GroupFull(member)
            | R::RevocationExpired(member)
            | R::SubscriptionChanged(member)
            | R::LeftForAWhile(member)
            | R::Replaced(member)
            | R::Reconciled(member)
            | R::Reconciling(member)
            | R::MemberSessionExpired(member)
            | R::MemberJoinExpired(member)
            | R::MemberSyncExpired(member) => Some(member),
            R::JoinComplete | R::AssignmentStored | R::AssignmentLost => None,
            R::NobodyLeft | R::Loaded | R::TopicsChanged => None,
            R::Downgraded | R::RegexResolved => None,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    // --- kernel
    /// A command was given; its index in the command log.
    Command(u32),
    /// A message left.
    Sent(Rpc),
    /// A message arrived.
    Received(Rpc),
    /// A connection was closed, by this node or by the peer.
    Disconnected { peer: NodeId, asker: Asker },
    /// A timer fired.
    TimerFired(Timer),

    // --- producer
    /// A record was put into the accumulator.
    RecordBuffered { partition: TopicIdPartition, by: PartitionedBy },
    /// Many records were put into the accumulator in one go.
    RecordsBuffered { records: u32 },
    /// The sticky partition changed.
    StickyPartitionChanged { topic: TopicId, to: i32, bytes: u32 },
    /// A batch left.
    BatchSent(Box<BatchSent>),
    /// A batch was acknowledged. `base_offset` −1: acks=0.
    BatchAcknowledged { partition: TopicIdPartition, batch: u32, records: u32, base_offset: i64 },
    /// A batch will be sent again.
    BatchRetried { partition: TopicIdPartition, batch: u32, error: ErrorCode, backoff_us: u64 },
    /// A batch failed for good.
    BatchFailed { partition: TopicIdPartition, batch: u32, records: u32, error: ErrorCode },
    /// `send` waits for `buffer.memory`.
    BufferExhausted,
    /// A record was refused by `send`.
    SendFailed { topic: Name, error: ErrorCode },

    // --- broker
    /// A leader appended records.
    RecordsAppended { partition: TopicIdPartition, base_offset: i64, records: u32, missing: u32, client: NodeId },
    /// A batch was known already: idempotence.
    DuplicateBatch { partition: TopicIdPartition, base_offset: i64 },
    /// A leader refused a batch.
    AppendRefused { partition: TopicIdPartition, error: ErrorCode },
    /// A follower appended what it fetched.
    ReplicaAppended { partition: TopicIdPartition, base_offset: i64, records: u32 },
    /// A leader moved the high watermark.
    HighWatermarkAdvanced { partition: TopicIdPartition, from: i64, to: i64 },
    /// A follower learnt the high watermark.
    FollowerHighWatermark { partition: TopicIdPartition, to: i64 },
    /// A replica cut its log.
    LogTruncated { partition: TopicIdPartition, from: i64, to: i64, epoch: i32 },
    /// A broker begins to lead a partition.
    BecameLeader { partition: TopicIdPartition, leader_epoch: i32, log_end: i64 },
    /// A broker begins to follow.
    BecameFollower { partition: TopicIdPartition, leader: Option<BrokerId>, leader_epoch: i32 },
    /// A leader found a follower that lags, and asks for a smaller ISR.
    FollowerLagging { partition: TopicIdPartition, broker: BrokerId },
    /// A leader found that a follower has caught up, and asks for a larger ISR.
    FollowerCaughtUp { partition: TopicIdPartition, broker: BrokerId },
    /// A broker applied metadata.
    MetadataApplied { offset: u64 },

    // --- controller
    /// A voter became the active controller.
    ControllerElected { quorum_epoch: u32 },
    /// A voter asks whether it would be elected (pre-vote, KIP-996), in the epoch that it is in.
    ControllerProspective { quorum_epoch: u32 },
    /// A voter stands for election.
    ControllerCandidate { quorum_epoch: u32 },
    /// A broker registered.
    BrokerRegistered { broker: BrokerId },
    /// A broker may lead and be in ISRs again.
    BrokerUnfenced { broker: BrokerId },
    /// A broker may not. `silent_us`: since its last heartbeat.
    BrokerFenced { broker: BrokerId, silent_us: u64 },
    /// A broker asked to shut down.
    ControlledShutdown { broker: BrokerId },
    /// The leader of a partition changed.
    LeaderElected { partition: TopicIdPartition, from: Option<BrokerId>, to: Option<BrokerId>, leader_epoch: i32 },
    /// The ISR of a partition changed.
    IsrChanged { partition: TopicIdPartition, from: Arc<[BrokerId]>, to: Arc<[BrokerId]> },
    /// A topic was made.
    TopicCreated { topic: TopicId, partitions: u32, replication_factor: u32 },
    /// Partitions were added.
    PartitionsAdded { topic: TopicId, from: u32, to: u32 },
    /// A topic was deleted.
    TopicDeleted { topic: TopicId },
    /// Settings were changed.
    ConfigChanged { topic: Option<TopicId> },
    /// An admin request was refused.
    AdminRefused { api: Api, error: ErrorCode },

    /// The run keeps as many records as it may: loads are paused.
    RecordLimitReached,

    // --- broker process
    /// A broker's process began.
    BrokerStarted,
    /// A broker's process could not register for `initial.broker.registration.timeout.ms`, and ends.
    RegistrationTimedOut { after_us: u64 },
    /// A broker's process ended by itself.
    BrokerStopped,
    /// A broker's process was killed.
    BrokerCrashed,

    // --- coordinator
    /// A group changed its state. `generation`: its epoch in the consumer protocol.
    GroupState { group: Name, from: &'static str, to: &'static str, generation: i32, reason: GroupReason },
    /// A new member got its id (MEMBER_ID_REQUIRED).
    MemberIdGiven { group: Name, member: Name },
    /// A member is in the group.
    MemberJoined { group: Name, member: Name, leader: bool },
    /// A member is out of the group.
    MemberRemoved { group: Name, member: Name, reason: GroupReason },
    /// A commit is stored and replicated.
    OffsetCommitted { group: Name, partition: TopicIdPartition, offset: i64 },

    // --- consumer
    /// Records arrived at a consumer.
    RecordsFetched { partition: TopicIdPartition, from: i64, records: u32 },
    /// `poll` returned records of a partition.
    RecordsPolled { partition: TopicIdPartition, from: i64, records: u32 },
    /// The records of the last poll are processed.
    RecordsProcessed { records: u32 },
    /// The group's leader computed the assignment.
    AssignmentComputed { group: Name, generation: i32, members: u32, assignor: Assignor },
    /// `onPartitionsAssigned`: what is new to the consumer. An eager one has given up everything before, so that this is
    /// all it has; a cooperative one keeps the rest, and gets this event with no partitions if nothing is new.
    /// In the consumer protocol what was added; `generation` is the member epoch there.
    PartitionsAssigned { partitions: Arc<[TopicIdPartition]>, generation: i32 },
    /// `onPartitionsRevoked`: exactly what the consumer gives up now; an eager one all it has, a cooperative one what
    /// goes to others.
    PartitionsRevoked { partitions: Arc<[TopicIdPartition]> },
    /// `onPartitionsLost`: all that the consumer had; told in its first poll after its membership ended.
    PartitionsLost { partitions: Arc<[TopicIdPartition]> },
    /// A consumer asks for a commit. `auto`: by `enable.auto.commit`.
    CommitSent { partitions: u32, auto: bool },
    /// A commit was refused.
    CommitFailed { error: ErrorCode },
    /// A position was set from a committed offset.
    PositionFromCommit { partition: TopicIdPartition, offset: i64 },
    /// A position was set by `auto.offset.reset`. `out_of_range`: because the old one was outside the log.
    PositionReset { partition: TopicIdPartition, offset: i64, policy: AutoOffsetReset, out_of_range: bool },
    /// The application got an exception and stopped.
    ConsumerFailed { error: Failure },

    // --- client
    /// A client started.
    ClientStarted,
    /// A client closed.
    ClientClosed,
    /// A client was paused (true) or resumed by hand.
    ClientPaused(bool),
    /// A client's process was killed.
    ClientCrashed,
    /// A client's process was frozen (true) or goes on.
    ClientFrozen(bool),
    /// A consumer's application hangs (true) or goes on.
    ApplicationStalled(bool),
    /// A consumer's application takes another time for a record.
    ProcessingChanged { processing_us: u64 },
    /// A consumer subscribes to other topics.
    SubscriptionChanged { topics: Arc<[Name]> },
    /// A consumer's application went to another offset.
    PositionSought { partition: TopicIdPartition, offset: i64 },
    /// The admin client asks a coordinator to set a group's offsets.
    OffsetsReset { group: Name, offsets: Arc<[(TopicIdPartition, i64)]> },
    /// A coordinator deleted a group.
    GroupDeleted { group: Name },
    /// A client learnt newer metadata.
    MetadataRefreshed { metadata_offset: u64 },

    // --- coordinator, later
    /// A process took the place of another under the same `group.instance.id`; the member id `old` is fenced.
    StaticMemberReplaced { group: Name, old: Name, new: Name },

    // --- consumer protocol (KIP-848)
    /// A group's epoch rose.
    GroupEpochRaised { group: Name, epoch: i32, reason: GroupReason },
    /// The coordinator computed the target assignment of a group epoch. `moved`: partitions that change hands.
    TargetComputed { group: Name, epoch: i32, assignor: &'static str, members: u32, moved: u32 },
    /// The coordinator moved a member a step towards its target.
    MemberEpochChanged(Box<MemberEpochChanged>),
    /// The coordinator refused a member's heartbeat.
    MemberFenced { group: Name, member: Name, epoch: i32, known: i32, error: ErrorCode },
    /// A consumer's membership changed its state. `epoch`: its member epoch then.
    MembershipChanged { from: &'static str, to: &'static str, epoch: i32 },
    /// A group with members went over to the other protocol (`classic`, `consumer`). `epoch`: its generation, which is
    /// its group epoch from now on, or the other way round.
    GroupConverted { group: Name, from: &'static str, to: &'static str, epoch: i32 },
    /// A consumer subscribes by pattern: its client resolves it, or with `by_broker` its group's coordinator.
    PatternSubscribed { pattern: Name, by_broker: bool },
    /// A coordinator found which topics a regular expression of a group matches now.
    RegexResolved { group: Name, regex: Name, topics: Arc<[Name]> },

    // --- consumer, later
    /// `auto.offset.reset=by_duration` found no record young enough: the consumer asks again after so long.
    PositionNotFound { partition: TopicIdPartition, retry_us: u64 },

    /// The leader's log ends before a consumer's position: it goes back to where the logs part (KIP-320). `leader_epoch`:
    /// the last one that both know.
    PositionTruncated { partition: TopicIdPartition, from: i64, to: i64, leader_epoch: i32 },

    // --- coordinator, expiry
    /// A coordinator deleted committed offsets that had been kept for `offsets.retention.minutes`.
    OffsetsExpired { group: Name, partitions: Arc<[TopicIdPartition]>, since: RetainedSince },

    // --- consumer, one partition
    /// A consumer's application paused one of its partitions (true) or reads it again.
    PartitionPaused { partition: TopicIdPartition, paused: bool },

    // --- controller, elections and reassignments
    /// A leader was written: among whom it was chosen, and by which rule.
    ElectionHeld(Box<ElectionHeld>),
    /// Others may lead when nobody is in sync (KIP-966). `last_known`: who led last, while nobody does.
    EligibleChanged { partition: TopicIdPartition, elr: Arc<[BrokerId]>, last_known: Option<BrokerId> },
    /// An election that was asked for did not take place.
    ElectionRefused { partition: TopicIdPartition, unclean: bool, error: ErrorCode },
    /// The controller gives so many partitions back to their preferred leaders.
    LeadersBalanced { partitions: u32 },
    /// A broker came back without proof that it stopped in an orderly way: it is not in sync nor eligible any more.
    UncleanShutdown { broker: BrokerId },
    /// The active controller has not heard a majority of the voters for too long: it is active no more.
    ControllerResigned { quorum_epoch: u32 },
    /// Replicas of a partition come and go.
    ReassignmentBegan { partition: TopicIdPartition, adding: Arc<[BrokerId]>, removing: Arc<[BrokerId]> },
    /// They have come and gone, or are as before.
    ReassignmentEnded { partition: TopicIdPartition, replicas: Arc<[BrokerId]>, cancelled: bool },
    /// A reassignment that was asked for was refused.
    ReassignmentRefused { partition: TopicIdPartition, error: ErrorCode },
    /// A broker deleted its replica: it is no replica any more.
    ReplicaRemoved { partition: TopicIdPartition },

    // --- storage
    /// A replica began a new segment.
    SegmentRolled { partition: TopicIdPartition, base_offset: i64, reason: RollReason },
    /// A replica deleted a segment.
    SegmentDeleted { partition: TopicIdPartition, deleted: Box<Deleted> },
    /// A replica's log starts later than before: what lies before `to` can be read no more.
    LogStartMoved { partition: TopicIdPartition, from: i64, to: i64, by: LogStartBy },
    /// The cleaner compacted a replica's log.
    LogCleaned { partition: TopicIdPartition, cleaned: Box<Cleaned> },
    /// A follower threw its log away and begins again where its leader's starts.
    LogStartedAnew { partition: TopicIdPartition, end: i64, at: i64 },
    /// A follower asked for an offset that its leader does not have, and asks it where its log begins and ends.
    FollowerOutOfRange { partition: TopicIdPartition, offset: i64 },
    /// A consumer went over offsets that hold no record any more: compaction has removed them. `to`: its position now.
    OffsetsSkipped { partition: TopicIdPartition, offsets: u32, to: i64 },

    // --- faults
    /// A link is cut, slow or lossy from now on. No node: every one.
    LinkBroken { fault: u32, from: Arc<[NodeId]>, to: Arc<[NodeId]>, one_way: bool, effect: Effect },
    /// A fault of a link is over.
    LinkHealed { fault: u32 },
    /// A broker's process was frozen (true) or goes on.
    BrokerFrozen(bool),
    /// A node waited too long for an answer, or for a connection to open, and closed it.
    ConnectionTimedOut { peer: NodeId, opening: bool },
    /// The disk of a broker that does not run was emptied.
    DiskWiped { replicas: u32 },
    /// Appends to a broker's disk take so many times as long from now on.
    DiskSlowed { times: u32 },
    /// A node's clock is ahead of true time by so much from now on, or behind it.
    ClockSkewed { ahead_us: i64 },

    // --- consumer, followers (KIP-392)
    /// A consumer reads a partition from a follower in its rack, as the leader advised.
    ReadReplicaChosen { partition: TopicIdPartition, broker: BrokerId, leader: BrokerId, rack: Name },
    /// It reads from the leader again.
    ReadReplicaLeft { partition: TopicIdPartition, broker: BrokerId, why: LeftReadReplica },
}

/// Why a log starts later than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogStartBy {
    /// A segment was deleted.
    Retention,
    /// DeleteRecords.
    DeleteRecords,
    /// The leader's log starts there.
    Leader,
}

/// A step of a member on the way to its target, as the coordinator took it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberEpochChanged {
    /// Group.
    pub group: Name,
    /// Member id.
    pub member: Name,
    /// Member epoch before.
    pub from: i32,
    /// Member epoch now.
    pub to: i32,
    /// Member state, by Kafka's name.
    pub state: &'static str,
    /// What it may read.
    pub assigned: Arc<[TopicIdPartition]>,
    /// What it has to give up first.
    pub pending_revocation: Arc<[TopicIdPartition]>,
}

impl EventKind {
    /// Could it change what is drawn? It does unless it concerns an internal topic; see `World::is_step`.
    pub fn is_step(&self) -> bool {
        use EventKind as E;
        match self {
            E::Sent(rpc) => rpc.records > 0 && rpc.api == Api::Fetch,
            E::Received(_) | E::TimerFired(_) | E::Command(_) | E::Disconnected { .. } => false,
            E::FollowerHighWatermark { .. } | E::MetadataApplied { .. } | E::MetadataRefreshed { .. } => false,
            E::CommitSent { .. } | E::BecameFollower { .. } | E::RecordsBuffered { .. } => false,
            E::MembershipChanged { .. } | E::PositionNotFound { .. } | E::OffsetsSkipped { .. } => false,
            // The elections that follow, and who leads then, are what shows.
            E::ElectionHeld(_) | E::LeadersBalanced { .. } => false,
            _ => true,
        }
    }

    /// The partition that it is about.
    pub fn partition(&self) -> Option<TopicIdPartition> {
        use EventKind as E;
        match self {
            E::RecordBuffered { partition, .. }
            | E::BatchAcknowledged { partition, .. }
            | E::BatchRetried { partition, .. }
            | E::BatchFailed { partition, .. }
            | E::RecordsAppended { partition, .. }
            | E::DuplicateBatch { partition, .. }
            | E::AppendRefused { partition, .. }
            | E::ReplicaAppended { partition, .. }
            | E::HighWatermarkAdvanced { partition, .. }
            | E::FollowerHighWatermark { partition, .. }
            | E::LogTruncated { partition, .. }
            | E::BecameLeader { partition, .. }
            | E::BecameFollower { partition, .. }
            | E::FollowerLagging { partition, .. }
            | E::FollowerCaughtUp { partition, .. }
            | E::LeaderElected { partition, .. }
            | E::IsrChanged { partition, .. }
            | E::OffsetCommitted { partition, .. }
            | E::RecordsFetched { partition, .. }
            | E::RecordsPolled { partition, .. }
            | E::PositionFromCommit { partition, .. }
            | E::PositionSought { partition, .. }
            | E::PositionReset { partition, .. }
            | E::PositionNotFound { partition, .. }
            | E::PositionTruncated { partition, .. }
            | E::PartitionPaused { partition, .. }
            | E::EligibleChanged { partition, .. }
            | E::ElectionRefused { partition, .. }
            | E::ReassignmentBegan { partition, .. }
            | E::ReassignmentEnded { partition, .. }
            | E::ReassignmentRefused { partition, .. }
            | E::ReplicaRemoved { partition }
            | E::SegmentRolled { partition, .. }
            | E::SegmentDeleted { partition, .. }
            | E::LogStartMoved { partition, .. }
            | E::LogCleaned { partition, .. }
            | E::LogStartedAnew { partition, .. }
            | E::FollowerOutOfRange { partition, .. }
            | E::OffsetsSkipped { partition, .. }
            | E::ReadReplicaChosen { partition, .. }
            | E::ReadReplicaLeft { partition, .. } => Some(*partition),
            E::BatchSent(batch) => Some(batch.partition),
            E::ElectionHeld(election) => Some(election.partition),
            _ => None,
        }
    }
}
