//! Error codes, by Kafka's names and numbers: those that the model uses.

macro_rules! error_codes {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $code:literal, $retriable:literal;)*) => {
        /// Kafka's error codes, as `org.apache.kafka.common.protocol.Errors` has them.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode { #[default] $($(#[$meta])* $variant),* }
        impl ErrorCode {
            /// Every code.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant),*];
            /// Kafka's name.
            pub fn name(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name),* }
            }
            /// Kafka's number.
            pub fn code(self) -> i16 {
                match self { $(ErrorCode::$variant => $code),* }
            }
            /// Does a client try again?
            pub fn is_retriable(self) -> bool {
                match self { $(ErrorCode::$variant => $retriable),* }
            }
        }
    };
}

error_codes! {
    /// No error.
    None = "NONE", 0, false;
    /// A fetch position outside the log.
    OffsetOutOfRange = "OFFSET_OUT_OF_RANGE", 1, false;
    /// No such topic or partition here.
    UnknownTopicOrPartition = "UNKNOWN_TOPIC_OR_PARTITION", 3, true;
    /// The same, of a request that goes by topic ids.
    UnknownTopicId = "UNKNOWN_TOPIC_ID", 100, true;
    /// The partition has no leader now.
    LeaderNotAvailable = "LEADER_NOT_AVAILABLE", 5, true;
    /// This broker does not lead the partition.
    NotLeaderOrFollower = "NOT_LEADER_OR_FOLLOWER", 6, true;
    /// No answer in time.
    RequestTimedOut = "REQUEST_TIMED_OUT", 7, true;
    /// A batch larger than the topic's `max.message.bytes`.
    MessageTooLarge = "MESSAGE_TOO_LARGE", 10, false;
    /// The connection broke before the answer.
    NetworkException = "NETWORK_EXCEPTION", 13, true;
    /// The coordinator is still reading its log.
    CoordinatorLoadInProgress = "COORDINATOR_LOAD_IN_PROGRESS", 14, true;
    /// There is no coordinator now.
    CoordinatorNotAvailable = "COORDINATOR_NOT_AVAILABLE", 15, true;
    /// This broker does not coordinate the group.
    NotCoordinator = "NOT_COORDINATOR", 16, true;
    /// Too few in-sync replicas; nothing was written.
    NotEnoughReplicas = "NOT_ENOUGH_REPLICAS", 19, true;
    /// Too few in-sync replicas after writing; the record stays.
    NotEnoughReplicasAfterAppend = "NOT_ENOUGH_REPLICAS_AFTER_APPEND", 20, true;
    /// A generation that is over.
    IllegalGeneration = "ILLEGAL_GENERATION", 22, false;
    /// No assignor in common.
    InconsistentGroupProtocol = "INCONSISTENT_GROUP_PROTOCOL", 23, false;
    /// The coordinator does not know the member.
    UnknownMemberId = "UNKNOWN_MEMBER_ID", 25, false;
    /// `session.timeout.ms` outside what the broker allows.
    InvalidSessionTimeout = "INVALID_SESSION_TIMEOUT", 26, false;
    /// Join again.
    RebalanceInProgress = "REBALANCE_IN_PROGRESS", 27, false;
    /// The topic exists already.
    TopicAlreadyExists = "TOPIC_ALREADY_EXISTS", 36, false;
    /// A count that is not allowed.
    InvalidPartitions = "INVALID_PARTITIONS", 37, false;
    /// A replication factor that the brokers cannot carry.
    InvalidReplicationFactor = "INVALID_REPLICATION_FACTOR", 38, false;
    /// A setting that is not allowed.
    InvalidConfig = "INVALID_CONFIG", 40, false;
    /// This controller is not the active one.
    NotController = "NOT_CONTROLLER", 41, true;
    /// A batch that is not the next of its producer.
    OutOfOrderSequenceNumber = "OUT_OF_ORDER_SEQUENCE_NUMBER", 45, false;
    /// A batch that was written before.
    DuplicateSequenceNumber = "DUPLICATE_SEQUENCE_NUMBER", 46, false;
    /// A producer epoch that is over.
    InvalidProducerEpoch = "INVALID_PRODUCER_EPOCH", 47, false;
    /// A leader epoch that is over.
    FencedLeaderEpoch = "FENCED_LEADER_EPOCH", 74, true;
    /// A leader epoch that this broker has not heard of yet.
    UnknownLeaderEpoch = "UNKNOWN_LEADER_EPOCH", 75, true;
    /// The high watermark has not reached the new leader's start yet.
    OffsetNotAvailable = "OFFSET_NOT_AVAILABLE", 78, true;
    /// Join again with the member id given.
    MemberIdRequired = "MEMBER_ID_REQUIRED", 79, false;
    /// The group is full.
    GroupMaxSizeReached = "GROUP_MAX_SIZE_REACHED", 81, false;
    /// A broker epoch that is over.
    StaleBrokerEpoch = "STALE_BROKER_EPOCH", 77, false;
    /// Another change of the partition came first.
    InvalidUpdateVersion = "INVALID_UPDATE_VERSION", 95, false;
    /// The id is in use by a live broker.
    DuplicateBrokerRegistration = "DUPLICATE_BROKER_REGISTRATION", 101, false;
    /// A replica that may not join the ISR.
    IneligibleReplica = "INELIGIBLE_REPLICA", 107, false;
    /// A request that makes no sense.
    InvalidRequest = "INVALID_REQUEST", 42, false;
    /// Another member has taken over the instance id.
    FencedInstanceId = "FENCED_INSTANCE_ID", 82, false;
    /// A member epoch that the coordinator does not go along with: drop everything and join again.
    FencedMemberEpoch = "FENCED_MEMBER_EPOCH", 110, false;
    /// A live member has the instance id.
    UnreleasedInstanceId = "UNRELEASED_INSTANCE_ID", 111, false;
    /// An assignor that the coordinator does not have.
    UnsupportedAssignor = "UNSUPPORTED_ASSIGNOR", 112, false;
    /// A commit with a member epoch that is over.
    StaleMemberEpoch = "STALE_MEMBER_EPOCH", 113, false;
    /// Somebody is in the group.
    NonEmptyGroup = "NON_EMPTY_GROUP", 68, false;
    /// There is no such group, or it is of another protocol.
    GroupIdNotFound = "GROUP_ID_NOT_FOUND", 69, false;
    /// The broker met an exception that it did not expect.
    UnknownServerError = "UNKNOWN_SERVER_ERROR", -1, false;
    /// A subscription by something that is no regular expression.
    InvalidRegularExpression = "INVALID_REGULAR_EXPRESSION", 128, false;
    /// The preferred leader does not live or is not in sync.
    PreferredLeaderNotAvailable = "PREFERRED_LEADER_NOT_AVAILABLE", 80, true;
    /// Nobody lives who could lead.
    EligibleLeadersNotAvailable = "ELIGIBLE_LEADERS_NOT_AVAILABLE", 83, true;
    /// The partition has the leader that it should have.
    ElectionNotNeeded = "ELECTION_NOT_NEEDED", 84, true;
    /// Replicas that cannot be: none, one twice, or a broker that is not registered.
    InvalidReplicaAssignment = "INVALID_REPLICA_ASSIGNMENT", 39, false;
    /// Nothing is under way that could be taken back.
    NoReassignmentInProgress = "NO_REASSIGNMENT_IN_PROGRESS", 85, false;
    /// The ISR was changed as asked, and that made another broker the leader.
    NewLeaderElected = "NEW_LEADER_ELECTED", 108, false;
    /// A batch larger than a segment may be.
    RecordListTooLarge = "RECORD_LIST_TOO_LARGE", 18, false;
    /// What the topic's settings forbid.
    PolicyViolation = "POLICY_VIOLATION", 44, false;
    /// A record that the topic does not take, such as one without a key where compaction is on.
    InvalidRecord = "INVALID_RECORD", 87, false;
    /// A record whose timestamp is too far ahead of the broker's clock.
    InvalidTimestamp = "INVALID_TIMESTAMP", 32, false;
}

impl ErrorCode {
    /// Does it say that the metadata may be out of date (`InvalidMetadataException`)?
    pub fn is_invalid_metadata(self) -> bool {
        matches!(
            self,
            ErrorCode::UnknownTopicOrPartition
                | ErrorCode::UnknownTopicId
                | ErrorCode::LeaderNotAvailable
                | ErrorCode::NotLeaderOrFollower
                | ErrorCode::NetworkException
                | ErrorCode::FencedLeaderEpoch
                | ErrorCode::PreferredLeaderNotAvailable
                | ErrorCode::EligibleLeadersNotAvailable
                | ErrorCode::ElectionNotNeeded
        )
    }
}
