//! How a node talks to the world: inputs in, outputs out, time as an argument.
//!
//! A node is a state machine. It never calls another node, never reads a clock, and keeps no global state: it gets
//! an [`Input`] and puts messages, timers and events into its [`Outbox`]. The cluster numbers the events and puts
//! the rest on the network.

use crate::{
    kafka::{
        event::EventKind,
        ids::BrokerId,
        protocol::{Channel, CorrelationId, Message, Request, Response},
    },
    sim::NodeId,
};

/// A timer of a node. Setting one that is set moves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Broker: next heartbeat to the controller.
    BrokerHeartbeat,
    /// Broker: it has tried to register for long enough.
    Registration,
    /// Broker: the disk has taken what was given to it under this number.
    AppendDone(u64),
    /// Broker: a waiting fetch has waited `max_wait`.
    FetchWait(u64),
    /// Broker: a produce with acks=all was not replicated in time.
    ProduceTimeout(u64),
    /// Broker: ask this leader again after an error.
    ReplicaFetch(BrokerId),
    /// Broker: look for followers that lag.
    IsrCheck,
    /// Broker: ask the controller again for the ISR changes that it has not answered.
    AlterPartition,
    /// Coordinator: a write was not replicated in time.
    WriteTimeout(u64),
    /// Coordinator: a group's join or sync phase ends.
    Rebalance(u32),
    /// Coordinator: a member's session ends.
    Session(u32, u32),
    /// Controller: look for brokers whose session is over.
    BrokerSession,
    /// Quorum: no fetch from the leader for too long, or an election that led nowhere.
    Election,
    /// Quorum: fetch from the leader again.
    QuorumFetch,
    /// Quorum leader: a waiting fetch has waited its time.
    QuorumFetchWait(BrokerId),
    /// Client: the application acts (a producer's next record, a consumer's next poll).
    Application,
    /// Producer: the sender looks at the accumulator.
    Sender,
    /// Consumer: background heartbeat.
    Heartbeat,
    /// Consumer: try again after a backoff.
    Retry,
    /// Consumer: a poll that waits wakes for auto-commit.
    AutoCommit,
    /// Client: metadata is too old.
    MetadataAge,
    /// Client: a broker that could not be reached may be asked again.
    Reconnect,
    /// Client: a request was not answered within `request.timeout.ms`.
    RequestTimeout,
    /// Client: `close()` has waited long enough.
    Close,
    /// Coordinator: a session of a member of the consumer protocol ends.
    MemberSession(u32, u32),
    /// Coordinator: a member of the consumer protocol has had its rebalance timeout to give up partitions.
    Revocation(u32, u32),
    /// Consumer: `max.poll.interval.ms` may be over.
    PollInterval,
    /// Coordinator: a member of the classic protocol in a consumer group has had its time to join again.
    MemberJoin(u32, u32),
    /// Coordinator: a member of the classic protocol in a consumer group has had its time to sync.
    MemberSync(u32, u32),
    /// Coordinator: a group's regular expressions are resolved.
    RegexRefresh(u32),
    /// Consumer: ask again about a partition: for a position, whether it is still right, or for records.
    PartitionRetry,
    /// Coordinator: look for committed offsets that have been kept long enough.
    OffsetExpiry,
    /// Broker: look for segments to delete.
    RetentionCheck,
    /// Broker: the cleaner looks for logs that are dirty enough.
    Cleaner,
    /// Leader: a deletion of records was not taken up by every replica in time.
    DeleteRecordsTimeout(u64),
    /// Any node, once something was broken: a request may have waited too long for its answer; the world looks.
    Connection,
}

/// What a node is told.
#[derive(Clone, Debug, Hash)]
pub enum Input {
    /// A message arrived.
    Message {
        /// From whom.
        from: NodeId,
        /// What.
        message: Message,
    },
    /// A timer fired.
    Timer(Timer),
}

/// What a node gives back, in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// Something happened.
    Event(EventKind),
    /// What follows is caused by the event just put out.
    Chain,
    /// What follows is caused by the input again.
    Unchain,
    /// A message leaves.
    Send {
        /// To whom.
        to: NodeId,
        /// What.
        message: Message,
    },
    /// A timer is set.
    SetTimer(Timer, u64),
    /// A timer is cleared.
    ClearTimer(Timer),
}

/// Collects what a node puts out.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// In order.
    pub outputs: Vec<Output>,
}

impl Outbox {
    /// Something happened.
    pub fn event(&mut self, kind: EventKind) {
        self.outputs.push(Output::Event(kind));
    }

    /// Something happened, and it is the cause of what follows until [`Outbox::unchain`].
    pub fn chain(&mut self, kind: EventKind) {
        self.outputs.push(Output::Event(kind));
        self.outputs.push(Output::Chain);
    }

    /// The input is the cause of what follows again.
    pub fn unchain(&mut self) {
        self.outputs.push(Output::Unchain);
    }

    /// Sends a request.
    pub fn request(&mut self, to: NodeId, channel: Channel, correlation: CorrelationId, request: Request) {
        self.outputs.push(Output::Send { to, message: Message::Request(channel, correlation, request) });
    }

    /// Answers a request.
    pub fn respond(&mut self, to: NodeId, channel: Channel, correlation: CorrelationId, response: Response) {
        self.outputs.push(Output::Send { to, message: Message::Response(channel, correlation, response) });
    }

    /// Closes a connection between a client and a broker.
    pub fn disconnect(&mut self, from: NodeId, channel: Channel) {
        self.outputs.push(Output::Send { to: from, message: Message::Disconnect(channel, None) });
    }

    /// Sets a timer.
    pub fn set_timer(&mut self, timer: Timer, at_us: u64) {
        self.outputs.push(Output::SetTimer(timer, at_us));
    }

    /// Clears a timer.
    pub fn clear_timer(&mut self, timer: Timer) {
        self.outputs.push(Output::ClearTimer(timer));
    }
}

/// The network node of a broker.
pub fn broker_node(broker: BrokerId) -> NodeId {
    NodeId(broker)
}

/// Client nodes are numbered from here on, brokers below.
pub const FIRST_CLIENT: u32 = 1_000_000;
