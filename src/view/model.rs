//! The picture as plain comparable data: what the page draws, and nothing of how.
//!
//! [`ViewModel`] is built from the world after each step. Parts are behind [`Rc`] and compare by value, so that a
//! part that did not change is not drawn again. All times are simulated microseconds. Left out: pixels
//! (`view::geometry`), sentences (`view::story`), and causes (`view::why`).

use std::{rc::Rc, sync::Arc};

use super::{copies::Copies, quorum::QuorumView};
use crate::{
    cluster::{
        ClientProcess,
        command::{Command, Load},
    },
    history::FaultGiven,
    i18n::Text,
    kafka::{config::Settings, ids::is_controller_only, pattern::TopicPattern},
};

/// Everything on the stage at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewModel {
    /// Simulated time.
    pub time_us: u64,
    /// Number of the last event of the kernel.
    pub event: u64,
    /// How many steps (events that change what is drawn) there have been.
    pub step: u64,
    /// Brokers by ascending id.
    pub brokers: Vec<Rc<BrokerView>>,
    /// Controllers apart from the brokers, by ascending id; none where brokers are the controllers.
    pub controllers: Vec<Rc<BrokerView>>,
    /// The node that is the active controller, if there is one now.
    pub controller: Option<u32>,
    /// Topics by creation; internal ones last.
    pub topics: Vec<Rc<TopicView>>,
    /// What each broker holds, while somebody looks at that.
    pub copies: Rc<Copies>,
    /// Producers by creation.
    pub producers: Vec<Rc<ProducerView>>,
    /// Groups by creation; consumers without a group stand in a group whose `group_id` is `None`.
    pub groups: Vec<Rc<GroupView>>,
    /// Requests and responses under way that are drawn.
    pub flights: Rc<Vec<Flight>>,
    /// Every key on stage with its mark, in order of first appearance.
    pub keys: Rc<Vec<KeyMark>>,
    /// Record counts of all producers together; each record sent is in exactly one.
    pub ledger: Ledger,
    /// What is broken now.
    pub broken: Rc<Vec<BrokenView>>,
}

impl ViewModel {
    /// Every node of the cluster: the brokers, then the controllers apart from them.
    pub fn nodes(&self) -> impl Iterator<Item = &Rc<BrokerView>> {
        self.brokers.iter().chain(&self.controllers)
    }
}

/// Something that is broken.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokenView {
    /// What, in few words.
    pub text: Text,
    /// The command that heals it.
    pub heal: Rc<Command>,
    /// The command that broke it, with how the cluster stood before; `None`: that is too long ago.
    pub fault: Option<Arc<FaultGiven>>,
}

/// What became of records sent, from the producers' side. The fields add up to `sent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ledger {
    /// Records given to `send`.
    pub sent: u64,
    /// In an accumulator.
    pub waiting: u64,
    /// In a request under way, or waiting to be sent again.
    pub in_flight: u64,
    /// Acknowledged by a broker.
    pub acknowledged: u64,
    /// Failed for good, with an error to the application.
    pub failed: u64,
    /// Sent with acks=0: nobody will ever know.
    pub fire_and_forget: u64,
}

/// How a key is drawn: colour and letter, never colour alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMark {
    /// The key as text.
    pub key: String,
    /// First letter, or first two where they collide on stage.
    pub letter: String,
    /// 0 to 7, the token `--key-N`.
    pub color: u8,
    /// 0 plain, 1 with a ring, 2 with a notch, 3 with both: keys past eight.
    pub ring: u8,
}

/// A broker, or a controller apart from them, seen from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct BrokerView {
    /// Its id.
    pub id: u32,
    /// Its rack.
    pub rack: Option<String>,
    /// What it is doing.
    pub state: BrokerState,
    /// Partitions that it leads, without internal topics.
    pub leads: usize,
    /// Replicas that it holds, without internal topics.
    pub replicas: usize,
    /// Offset of the metadata log that it has applied.
    pub metadata_offset: u64,
    /// What it is in the metadata quorum, if it is a controller.
    pub quorum: Option<QuorumView>,
    /// Its process is frozen.
    pub frozen: bool,
    /// Nodes of the cluster that it cannot reach, or that cannot reach it.
    pub cut_from: Vec<u32>,
    /// It does not run, and its disk holds no replica although there should be some.
    pub wiped: bool,
}

impl BrokerView {
    /// Does its process run?
    pub fn is_up(&self) -> bool {
        matches!(self.state, BrokerState::Alive | BrokerState::Starting | BrokerState::Fenced | BrokerState::Stopping)
    }

    /// Is it a broker, and not only a controller?
    pub fn is_broker(&self) -> bool {
        !is_controller_only(self.id)
    }
}

/// What a broker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BrokerState {
    /// Running and unfenced.
    Alive,
    /// Running, not yet unfenced by the controller.
    Starting,
    /// Running, but fenced: the controller did not hear of it for too long.
    Fenced,
    /// In controlled shutdown.
    Stopping,
    /// Not running, after a controlled shutdown.
    Stopped,
    /// Not running and the controller does not know it yet.
    CrashedNotFenced,
    /// Not running and fenced.
    CrashedFenced,
    /// A controller apart that is not running: nobody fences it.
    CrashedApart,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    /// Its name.
    pub name: String,
    /// `__consumer_offsets` and its kind: folded away.
    pub internal: bool,
    /// Replication factor.
    pub replication_factor: u32,
    /// Effective `min.insync.replicas`.
    pub min_insync_replicas: u32,
    /// Settings that differ from their default, by Kafka's name.
    pub configs: Vec<(String, String)>,
    /// Partitions by number.
    pub partitions: Vec<Rc<PartitionView>>,
}

/// A partition, the logical log: the leader's, or the last leader's when there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionView {
    /// Topic name.
    pub topic: String,
    /// Number.
    pub partition: i32,
    /// Leader, if there is one.
    pub leader: Option<u32>,
    /// Leader epoch.
    pub leader_epoch: i32,
    /// Replicas in assignment order.
    pub replicas: Vec<ReplicaView>,
    /// Who led last, while nobody may lead.
    pub last_known_leader: Option<u32>,
    /// First offset kept.
    pub log_start: i64,
    /// First offset that consumers may not see yet.
    pub high_watermark: i64,
    /// Offset that the next record gets.
    pub log_end: i64,
    /// The newest records, oldest first; at most [`CELLS_MAX`].
    pub cells: Vec<Cell>,
    /// Committed offsets and positions, by group.
    pub marks: Vec<GroupMark>,
}

/// How many of the newest records of a partition are in the view.
pub const CELLS_MAX: usize = 48;

/// One replica of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaView {
    /// Broker that holds it.
    pub broker: u32,
    /// Is it the leader?
    pub leader: bool,
    /// Is it in the ISR as the controller has committed it?
    pub in_sync: bool,
    /// May it lead when nobody is in sync (KIP-966)?
    pub eligible: bool,
    /// Does a reassignment bring it?
    pub adding: bool,
    /// Does a reassignment take it away?
    pub removing: bool,
    /// Is its broker running?
    pub alive: bool,
    /// Its log end offset.
    pub log_end: i64,
    /// Its own high watermark.
    pub high_watermark: i64,
}

/// A record as a square.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its offset.
    pub offset: i64,
    /// Index into [`ViewModel::keys`]; `None`: no key, drawn grey and without a letter.
    pub key: Option<u16>,
    /// Below the high watermark? If not, it is dashed.
    pub visible: bool,
}

/// Where one group stands on one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMark {
    /// Group, or the consumer's name for a consumer without one.
    pub group: String,
    /// 0 to 3, the token `--group-N`.
    pub color: u8,
    /// Committed offset: a filled triangle.
    pub committed: Option<i64>,
    /// Position of the consumer that reads it: a hollow triangle.
    pub position: Option<i64>,
    /// High watermark minus committed offset (or position without one).
    pub lag: Option<i64>,
}

/// A producer.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerView {
    /// `client.id`.
    pub name: String,
    /// Topic that it sends to.
    pub topic: String,
    /// `acks` as written.
    pub acks: String,
    /// How it chooses a partition, such as "key = customer" or "no key · sticky batches".
    pub how: Text,
    /// What it was told to send.
    pub load: Arc<Load>,
    /// Paused by hand?
    pub paused: bool,
    /// Its process is frozen.
    pub frozen: bool,
    /// Brokers that it cannot reach, or that cannot reach it.
    pub cut_from: Vec<u32>,
    /// What it is doing now, as a sentence: idle until linger, waiting for an answer, buffer full …
    pub doing: Text,
    /// Open and queued batches by partition of its topic: records waiting.
    pub queued: Vec<QueuedBatch>,
    /// Partition that unkeyed records stick to now.
    pub sticky_partition: Option<i32>,
    /// Its own version of the metadata is behind the controller's?
    pub metadata_stale: bool,
    /// Its records.
    pub ledger: Ledger,
    /// The last error given to the application.
    pub last_error: Option<Text>,
    /// The last write that a broker refused it, and the event at the broker.
    pub last_refused: Option<(Text, u64)>,
    /// All settings: name, value, and whether it differs from the default.
    pub configs: Vec<(String, String, bool)>,
}

/// What waits in the accumulator for one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedBatch {
    /// Partition.
    pub partition: i32,
    /// Records waiting.
    pub records: u32,
    /// Bytes of the open batch.
    pub bytes: u32,
    /// Bytes of the open batch over `batch.size`, in thousandths, at most 1000.
    pub full_permille: u16,
    /// Key of the newest record, as index into [`ViewModel::keys`].
    pub key: Option<u16>,
}

/// A consumer group, or the consumers without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// `group.id`.
    pub group_id: Option<String>,
    /// State as Kafka names it: Empty, PreparingRebalance, CompletingRebalance, Stable, Dead; in the consumer protocol
    /// Empty, Assigning, Reconciling, Stable.
    pub state: Option<&'static str>,
    /// Generation, or the group's epoch in the consumer protocol.
    pub generation: i32,
    /// Of a group of the consumer protocol: the epoch for which its target was computed.
    pub assignment_epoch: Option<i32>,
    /// Assignor chosen, such as range.
    pub assignor: Option<String>,
    /// Broker that coordinates it.
    pub coordinator: Option<u32>,
    /// Partition of `__consumer_offsets` that holds it.
    pub coordinator_partition: Option<i32>,
    /// 0 to 3, the token `--group-N`.
    pub color: u8,
    /// Members and former members still on stage, by creation.
    pub members: Vec<Rc<MemberView>>,
    /// Sum of the lag of its partitions.
    pub lag: i64,
    /// Nobody is in it: when the first of its commits will have been kept long enough.
    pub offsets_expire_us: Option<u64>,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// `client.id`, unique on stage.
    pub name: String,
    /// Member id given by the coordinator, empty before.
    pub member_id: String,
    /// Is it the group's leader, who computes the assignment?
    pub leader: bool,
    /// How far it has come in the consumer protocol.
    pub progress: Option<MemberProgress>,
    /// Is it a member of the classic protocol in a consumer group?
    pub classic_in_consumer: bool,
    /// 0 to 3, the token `--member-N`.
    pub color: u8,
    /// 0 plain, 1 and up: striped, for members past four.
    pub stripes: u8,
    /// Topics that it subscribes to, or nothing for `assign`.
    pub subscription: Vec<String>,
    /// The pattern by which.
    pub pattern: Option<TopicPattern>,
    /// What it owns, with position and end.
    pub owned: Vec<OwnedPartition>,
    /// What it is doing now, as a sentence: polling, processing alice@6, joining …
    pub doing: Text,
    /// Brokers that it cannot reach, or that cannot reach it.
    pub cut_from: Vec<u32>,
    /// Share of the records in hand that are processed, in thousandths; `None` when it processes nothing.
    pub progress_permille: Option<u16>,
    /// Paused by hand?
    pub paused: bool,
    /// Its process.
    pub process: ClientProcess,
    /// Does its application hang?
    pub stalled: bool,
    /// Processing time of a record now, in microseconds, where it is not the one that it was started with.
    pub slowed_us: Option<u64>,
    /// Processing time of a record that it was started with.
    pub processing_us: u64,
    /// Records that `poll` has returned.
    pub records_consumed: u64,
    /// The last error given to the application.
    pub last_error: Option<Text>,
    /// The settings that it was given; `config::effective` tells all.
    pub settings: Settings,
}

/// A member of the consumer protocol: what it knows of itself, and what the coordinator knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberProgress {
    /// The client's own state, such as RECONCILING.
    pub state: &'static str,
    /// Its member epoch.
    pub epoch: i32,
    /// Its state at the coordinator, such as UNREVOKED_PARTITIONS; `None`: it is no member there.
    pub known_state: Option<&'static str>,
    /// Its epoch at the coordinator.
    pub known_epoch: Option<i32>,
    /// What it has to give up, as `orders-3`.
    pub to_give_up: Vec<String>,
    /// What of its target it has to wait for.
    pub to_wait_for: Vec<String>,
}

/// One partition in the hands of a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedPartition {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Next offset that `poll` returns.
    pub position: Option<i64>,
    /// Committed offset.
    pub committed: Option<i64>,
    /// High watermark.
    pub high_watermark: i64,
    /// Its application paused it.
    pub paused: bool,
    /// Of a consumer with a `client.rack`: the broker that it is read from, and whether that is a follower.
    pub read_from: Option<(u32, bool)>,
}

/// One place on the stage that a flight or a *Why?* can start from or go to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A producer's card.
    Producer(String),
    /// A partition's strip.
    Partition(String, i32),
    /// A broker.
    Broker(u32),
    /// A consumer's card.
    Consumer(String),
    /// A group's head.
    Group(String),
    /// A topic's head.
    Topic(String),
}

/// A request or response under way. Its place is a function of simulated time alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// Event that sent it; unique with `to`.
    pub event: u64,
    /// Where from.
    pub from: Place,
    /// Where to.
    pub to: Place,
    /// Where one end is a partition: the broker whose replica that is.
    pub broker: Option<u32>,
    /// When it left.
    pub sent_us: u64,
    /// When it arrives.
    pub arrive_us: u64,
    /// What it is.
    pub kind: FlightKind,
    /// Keys of the first records in it, as indexes into [`ViewModel::keys`]; at most 4.
    pub cells: Vec<Option<u16>>,
    /// Records in it.
    pub records: u32,
}

/// What flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlightKind {
    /// Records in a Produce request.
    Produce,
    /// The answer to a Produce request.
    ProduceAnswer,
    /// Records in a Fetch response to a consumer.
    Consume,
    /// Records in a Fetch response to a follower.
    Replicate,
    /// JoinGroup, SyncGroup, LeaveGroup and their answers.
    Group,
    /// OffsetCommit and its answer.
    Commit,
}
