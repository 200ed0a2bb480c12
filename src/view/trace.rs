//! Events as data and as one line each, without language: for golden files and for machines.
//!
//! A line is time, node, kind and the event's own fields; numbers of events are left out, so that an event more of a
//! kind that is not traced changes nothing. Left out: prose, which is the story's.

mod elections;
mod fault;

use crate::{
    cluster::{ADMIN, World},
    history::Run,
    kafka::{
        coordinator::RetainedSince,
        event::{Event, EventKind, GroupReason, PartitionedBy, Rpc, Says, SendReason},
        ids::{BrokerId, TopicIdPartition, is_controller_only},
        log::Codec,
        protocol::ErrorCode,
    },
    sim::NodeId,
    view::story,
};

mod storage;

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A name.
    Text(String),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// Several.
    List(Vec<Value>),
    /// Nothing.
    Nothing,
}

/// An event as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traced {
    /// Its kind in snake_case; a batch that leaves is a `produce_request`.
    pub kind: &'static str,
    /// Its fields in a fixed order, `topic` and `partition` first.
    pub fields: Vec<(&'static str, Value)>,
}

/// The steps of a run that are still kept, a line each.
pub fn trace(run: &Run) -> String {
    let world = run.world();
    let steps = run.events().iter().filter(|event| world.is_step(event));
    steps.map(|event| line(world, event) + "\n").collect()
}

/// One event as a line: `7116557 broker-1 group_state group=billing from=… to=…`.
pub fn line(world: &World, event: &Event) -> String {
    let Traced { kind, fields } = traced(world, event);
    let mut line = format!("{} {} {kind}", event.time_us, node_name(world, event.node));
    for (name, value) in fields {
        line.push_str(&format!(" {name}={}", shown(&value)));
    }
    line
}

/// A node's name without spaces: `checkout`, `broker-1`, `admin`.
pub fn node_name(world: &World, node: NodeId) -> String {
    match world.client_name(node) {
        Some(name) => name.to_owned(),
        None if node == ADMIN => "admin".to_owned(),
        None if is_controller_only(node.0) => format!("controller-{}", node.0),
        None => format!("broker-{}", node.0),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
        Value::List(values) => format!("[{}]", values.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Nothing => "-".to_owned(),
    }
}

macro_rules! number_values {
    ($($kind:ty),*) => {$(impl From<$kind> for Value {
        fn from(value: $kind) -> Self {
            Value::Number(value as i64)
        }
    })*};
}
number_values!(i32, i64, u32, u64);

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.to_owned())
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Flag(value)
    }
}
impl From<Option<BrokerId>> for Value {
    fn from(value: Option<BrokerId>) -> Self {
        value.map_or(Value::Nothing, Value::from)
    }
}
impl From<&[BrokerId]> for Value {
    fn from(values: &[BrokerId]) -> Self {
        Value::List(values.iter().map(|broker| Value::from(*broker)).collect())
    }
}
impl From<ErrorCode> for Value {
    fn from(error: ErrorCode) -> Self {
        Value::from(error.name())
    }
}

/// Collects the fields of one event.
struct Fields<'a> {
    world: &'a World,
    kind: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Fields<'_> {
    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    fn at(self, partition: TopicIdPartition) -> Self {
        let topic = self.world.topic_name(partition.topic).to_owned();
        self.with("topic", topic.as_str()).with("partition", partition.partition)
    }

    fn places(self, partitions: &[TopicIdPartition]) -> Self {
        let names = partitions.iter().map(|at| Value::Text(story::partition(self.world, *at))).collect();
        self.with("partitions", Value::List(names))
    }

    fn compressed(self, how: Option<(Codec, u32)>) -> Self {
        match how {
            None => self,
            Some((codec, before)) => self.with("codec", codec.name()).with("bytes_before", before),
        }
    }

    fn rpc(self, rpc: &Rpc) -> Self {
        let peer = node_name(self.world, rpc.peer);
        let fields = self
            .with("api", rpc.api.name())
            .with("response", rpc.response)
            .with("peer", peer.as_str())
            .with("error", rpc.error)
            .with("records", rpc.records);
        match rpc.says {
            None => fields,
            Some(Says::Joins) => fields.with("says", "joins"),
            Some(Says::Leaves) => fields.with("says", "leaves"),
            Some(Says::Owns) => fields.with("says", "owns"),
            Some(Says::Assigns) => fields.with("says", "assigns"),
        }
    }
}

/// An event as data.
pub fn traced(world: &World, event: &Event) -> Traced {
    let fields = |kind: &'static str| Fields { world, kind, fields: Vec::new() };
    let Fields { kind, fields, .. } =
        producer(&event.kind, fields).or_else(|| broker(&event.kind, world, fields)).unwrap_or_else(|| {
            controller(&event.kind, world, fields)
                .or_else(|| group(&event.kind, world, fields))
                .or_else(|| member(&event.kind, world, fields))
                .or_else(|| consumer(&event.kind, fields))
                .or_else(|| storage::storage(&event.kind, fields))
                .or_else(|| fault::fault(&event.kind, world, fields))
                .unwrap_or_else(|| kernel(&event.kind, world, fields))
        });
    Traced { kind, fields }
}

fn why(by: PartitionedBy) -> &'static str {
    match by {
        PartitionedBy::Explicit => "partition.explicit",
        PartitionedBy::Key => "partition.murmur2",
        PartitionedBy::Sticky => "partition.sticky",
        PartitionedBy::RoundRobin => "partition.round_robin",
    }
}

fn reason(reason: SendReason) -> &'static str {
    match reason {
        SendReason::Full => "full",
        SendReason::Linger => "linger",
        SendReason::RodeAlong => "rode_along",
        SendReason::Flush => "flush",
        SendReason::BufferExhausted => "buffer_exhausted",
        SendReason::Retry => "retry",
    }
}

fn producer<'a>(kind: &EventKind, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    Some(match kind {
        E::RecordBuffered { partition, by } => fields("record_buffered").at(*partition).with("why", why(*by)),
        E::RecordsBuffered { records } => fields("records_buffered").with("records", *records),
        E::StickyPartitionChanged { topic, to, bytes } => {
            fields("sticky_partition_changed").at(TopicIdPartition::new(*topic, *to)).with("bytes", *bytes)
        }
        E::BatchSent(batch) => fields("produce_request")
            .at(batch.partition)
            .with("why", why(batch.by))
            .with("broker", batch.broker)
            .with("batch", batch.batch)
            .with("records", batch.records)
            .with("bytes", batch.bytes)
            .with("created_us", batch.created_us)
            .with("reason", reason(batch.reason))
            .with("attempt", batch.attempt)
            .compressed(*batch.compressed),
        E::BatchAcknowledged { partition, batch, records, base_offset } => fields("batch_acknowledged")
            .at(*partition)
            .with("batch", *batch)
            .with("records", *records)
            .with("base_offset", *base_offset),
        E::BatchRetried { partition, batch, error, backoff_us } => fields("batch_retried")
            .at(*partition)
            .with("batch", *batch)
            .with("error", *error)
            .with("backoff_us", *backoff_us),
        E::BatchFailed { partition, batch, records, error } => {
            fields("batch_failed").at(*partition).with("batch", *batch).with("records", *records).with("error", *error)
        }
        E::BufferExhausted => fields("buffer_exhausted"),
        E::SendFailed { topic, error } => fields("send_failed").with("topic", &**topic).with("error", *error),
        E::RecordLimitReached => fields("record_limit_reached"),
        _ => return None,
    })
}

fn broker<'a>(kind: &EventKind, world: &World, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    Some(match kind {
        E::RecordsAppended { partition, base_offset, records, missing, client } => fields("records_appended")
            .at(*partition)
            .with("base_offset", *base_offset)
            .with("records", *records)
            .with("missing", *missing)
            .with("client", node_name(world, *client).as_str()),
        E::DuplicateBatch { partition, base_offset } => {
            fields("duplicate_batch").at(*partition).with("base_offset", *base_offset)
        }
        E::AppendRefused { partition, error } => fields("append_refused").at(*partition).with("error", *error),
        E::ReplicaAppended { partition, base_offset, records } => {
            fields("replica_appended").at(*partition).with("base_offset", *base_offset).with("records", *records)
        }
        E::HighWatermarkAdvanced { partition, from, to } => {
            fields("high_watermark_advanced").at(*partition).with("from", *from).with("to", *to)
        }
        E::FollowerHighWatermark { partition, to } => fields("follower_high_watermark").at(*partition).with("to", *to),
        E::LogTruncated { partition, from, to, epoch } => {
            fields("log_truncated").at(*partition).with("from", *from).with("to", *to).with("epoch", *epoch)
        }
        E::BecameLeader { partition, leader_epoch, log_end } => {
            fields("became_leader").at(*partition).with("leader_epoch", *leader_epoch).with("log_end", *log_end)
        }
        E::BecameFollower { partition, leader, leader_epoch } => {
            fields("became_follower").at(*partition).with("leader", *leader).with("leader_epoch", *leader_epoch)
        }
        E::FollowerLagging { partition, broker } => fields("follower_lagging").at(*partition).with("broker", *broker),
        E::FollowerCaughtUp { partition, broker } => {
            fields("follower_caught_up").at(*partition).with("broker", *broker)
        }
        E::MetadataApplied { offset } => fields("metadata_applied").with("offset", *offset),
        E::BrokerStarted => fields("broker_started"),
        E::RegistrationTimedOut { after_us } => fields("registration_timed_out").with("after_us", *after_us),
        E::BrokerStopped => fields("broker_stopped"),
        E::BrokerCrashed => fields("broker_crashed"),
        _ => return None,
    })
}

fn controller<'a>(kind: &EventKind, world: &World, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    Some(match kind {
        E::ControllerElected { quorum_epoch } => fields("controller_elected").with("quorum_epoch", *quorum_epoch),
        E::ControllerProspective { quorum_epoch } => {
            fields("controller_prospective").with("quorum_epoch", *quorum_epoch)
        }
        E::ControllerCandidate { quorum_epoch } => fields("controller_candidate").with("quorum_epoch", *quorum_epoch),
        E::BrokerRegistered { broker } => fields("broker_registered").with("broker", *broker),
        E::BrokerUnfenced { broker } => fields("broker_unfenced").with("broker", *broker),
        E::BrokerFenced { broker, silent_us } => {
            fields("broker_fenced").with("broker", *broker).with("silent_us", *silent_us)
        }
        E::ControlledShutdown { broker } => fields("controlled_shutdown").with("broker", *broker),
        E::LeaderElected { partition, from, to, leader_epoch } => fields("leader_elected")
            .at(*partition)
            .with("from", *from)
            .with("to", *to)
            .with("leader_epoch", *leader_epoch),
        E::IsrChanged { partition, from, to } => {
            fields("isr_changed").at(*partition).with("from", &**from).with("to", &**to)
        }
        E::TopicCreated { topic, partitions, replication_factor } => fields("topic_created")
            .with("topic", world.topic_name(*topic))
            .with("partitions", *partitions)
            .with("replication_factor", *replication_factor),
        E::PartitionsAdded { topic, from, to } => {
            fields("partitions_added").with("topic", world.topic_name(*topic)).with("from", *from).with("to", *to)
        }
        E::TopicDeleted { topic } => fields("topic_deleted").with("topic", world.topic_name(*topic)),
        E::ConfigChanged { topic } => {
            let topic = topic.map_or(Value::Nothing, |topic| world.topic_name(topic).into());
            fields("config_changed").with("topic", topic)
        }
        E::AdminRefused { api, error } => fields("admin_refused").with("api", api.name()).with("error", *error),
        _ => return elections::traced(kind, fields),
    })
}

fn group<'a>(kind: &EventKind, world: &World, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    let member = |member: &str| Value::from(&*story::member(world, member));
    Some(match kind {
        E::GroupState { group, from, to, generation, reason } => {
            let (reason, who) = group_reason(reason);
            fields("group_state")
                .with("group", &**group)
                .with("from", *from)
                .with("to", *to)
                .with("generation", *generation)
                .with("reason", reason)
                .with("member", who.map_or(Value::Nothing, member))
        }
        E::MemberIdGiven { group, member: id } => {
            fields("member_id_given").with("group", &**group).with("member", member(id))
        }
        E::MemberJoined { group, member: id, leader } => {
            fields("member_joined").with("group", &**group).with("member", member(id)).with("leader", *leader)
        }
        E::MemberRemoved { group, member: id, reason } => fields("member_removed")
            .with("group", &**group)
            .with("member", member(id))
            .with("reason", group_reason(reason).0),
        E::StaticMemberReplaced { group, new, .. } => {
            fields("static_member_replaced").with("group", &**group).with("member", member(new))
        }
        E::OffsetCommitted { group, partition, offset } => {
            fields("offset_committed").at(*partition).with("group", &**group).with("offset", *offset)
        }
        _ => return None,
    })
}

/// The consumer protocol.
fn member<'a>(kind: &EventKind, world: &World, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    let member = |member: &str| Value::from(&*story::member(world, member));
    let list = |partitions: &[TopicIdPartition]| {
        Value::List(partitions.iter().map(|at| Value::Text(story::partition(world, *at))).collect())
    };
    Some(match kind {
        E::GroupEpochRaised { group, epoch, reason } => {
            let (reason, who) = group_reason(reason);
            fields("group_epoch_raised")
                .with("group", &**group)
                .with("epoch", *epoch)
                .with("reason", reason)
                .with("member", who.map_or(Value::Nothing, member))
        }
        E::TargetComputed { group, epoch, assignor, members, moved } => fields("target_computed")
            .with("group", &**group)
            .with("epoch", *epoch)
            .with("assignor", *assignor)
            .with("members", *members)
            .with("moved", *moved),
        E::MemberEpochChanged(step) => fields("member_epoch_changed")
            .with("group", &*step.group)
            .with("member", member(&step.member))
            .with("from", step.from)
            .with("to", step.to)
            .with("state", step.state)
            .with("assigned", list(&step.assigned))
            .with("pending_revocation", list(&step.pending_revocation)),
        E::MemberFenced { group, member: id, epoch, known, error } => fields("member_fenced")
            .with("group", &**group)
            .with("member", member(id))
            .with("epoch", *epoch)
            .with("known", *known)
            .with("error", *error),
        E::MembershipChanged { from, to, epoch } => {
            fields("membership_changed").with("from", *from).with("to", *to).with("epoch", *epoch)
        }
        E::GroupConverted { group, from, to, epoch } => {
            fields("group_converted").with("group", &**group).with("from", *from).with("to", *to).with("epoch", *epoch)
        }
        _ => return None,
    })
}

fn group_reason(reason: &GroupReason) -> (&'static str, Option<&str>) {
    let name = match reason {
        GroupReason::Joined(_) => "joined",
        GroupReason::Rejoined(_) => "rejoined",
        GroupReason::Left(_) => "left",
        GroupReason::SessionExpired(_) | GroupReason::MemberSessionExpired(_) => "session_expired",
        GroupReason::SyncExpired(_) => "sync_expired",
        GroupReason::GroupFull(_) => "group_full",
        GroupReason::JoinComplete => "join_complete",
        GroupReason::AssignmentStored => "assignment_stored",
        GroupReason::AssignmentLost => "assignment_lost",
        GroupReason::NobodyLeft => "nobody_left",
        GroupReason::Loaded => "loaded",
        GroupReason::RevocationExpired(_) => "revocation_expired",
        GroupReason::SubscriptionChanged(_) => "subscription_changed",
        GroupReason::TopicsChanged => "topics_changed",
        GroupReason::LeftForAWhile(_) => "left_for_a_while",
        GroupReason::Replaced(_) => "replaced",
        GroupReason::Reconciled(_) => "reconciled",
        GroupReason::Reconciling(_) => "reconciling",
        GroupReason::MemberJoinExpired(_) => "join_expired",
        GroupReason::MemberSyncExpired(_) => "sync_expired",
        GroupReason::Downgraded => "downgraded",
        GroupReason::RegexResolved => "regex_resolved",
    };
    (name, reason.member().map(|member| &**member))
}

fn consumer<'a>(kind: &EventKind, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    Some(match kind {
        E::RecordsFetched { partition, from, records } => {
            fields("records_fetched").at(*partition).with("from", *from).with("records", *records)
        }
        E::RecordsPolled { partition, from, records } => {
            fields("records_polled").at(*partition).with("from", *from).with("records", *records)
        }
        E::RecordsProcessed { records } => fields("records_processed").with("records", *records),
        E::AssignmentComputed { group, generation, members, assignor } => fields("assignment_computed")
            .with("group", &**group)
            .with("generation", *generation)
            .with("members", *members)
            .with("assignor", assignor.name())
            .with("why", "assignment"),
        E::PartitionsAssigned { partitions, generation } => {
            fields("partitions_assigned").places(partitions).with("generation", *generation).with("why", "assignment")
        }
        E::PartitionsRevoked { partitions } => fields("partitions_revoked").places(partitions),
        E::PartitionsLost { partitions } => fields("partitions_lost").places(partitions),
        E::CommitSent { partitions, auto } => fields("commit_sent").with("partitions", *partitions).with("auto", *auto),
        E::CommitFailed { error } => fields("commit_failed").with("error", *error),
        E::PositionFromCommit { partition, offset } => {
            fields("position_from_commit").at(*partition).with("offset", *offset)
        }
        E::PositionReset { partition, offset, policy, out_of_range } => fields("position_reset")
            .at(*partition)
            .with("offset", *offset)
            .with("policy", policy.name())
            .with("out_of_range", *out_of_range),
        E::PositionNotFound { partition, retry_us } => {
            fields("position_not_found").at(*partition).with("retry_us", *retry_us)
        }
        E::PositionTruncated { partition, from, to, leader_epoch } => fields("position_truncated")
            .at(*partition)
            .with("from", *from)
            .with("to", *to)
            .with("leader_epoch", *leader_epoch),
        E::ReadReplicaChosen { partition, broker, leader, rack } => fields("read_replica_chosen")
            .at(*partition)
            .with("broker", *broker)
            .with("leader", *leader)
            .with("rack", &**rack),
        E::ReadReplicaLeft { partition, broker, why } => {
            fields("read_replica_left").at(*partition).with("broker", *broker).with("reason", why.name())
        }
        E::ConsumerFailed { error } => fields("consumer_failed").with("error", error.name()),
        E::ClientStarted => fields("client_started"),
        E::ClientClosed => fields("client_closed"),
        E::ClientPaused(true) => fields("client_paused"),
        E::ClientPaused(false) => fields("client_resumed"),
        E::PositionSought { partition, offset } => fields("position_sought").at(*partition).with("offset", *offset),
        E::OffsetsReset { group, offsets } => {
            fields("offsets_reset").with("group", &**group).with("partitions", offsets.len() as u32)
        }
        E::PartitionPaused { partition, paused } => fields("partition_paused").at(*partition).with("paused", *paused),
        E::OffsetsExpired { group, partitions, since } => {
            let since = match since {
                RetainedSince::GroupEmpty => "group_empty",
                RetainedSince::Commit => "commit",
            };
            fields("offsets_expired").with("group", &**group).places(partitions).with("since", since)
        }
        E::GroupDeleted { group } => fields("group_deleted").with("group", &**group),
        E::ClientCrashed => fields("client_crashed"),
        E::ClientFrozen(true) => fields("client_frozen"),
        E::ClientFrozen(false) => fields("client_thawed"),
        E::ApplicationStalled(true) => fields("application_stalled"),
        E::ApplicationStalled(false) => fields("application_unstalled"),
        E::ProcessingChanged { processing_us } => fields("processing_changed").with("processing_us", *processing_us),
        E::PatternSubscribed { pattern, by_broker } => {
            fields("pattern_subscribed").with("pattern", &**pattern).with("by_broker", *by_broker)
        }
        E::RegexResolved { group, regex, topics } => fields("regex_resolved")
            .with("group", &**group)
            .with("regex", &**regex)
            .with("topics", topics.join(",").as_str()),
        E::SubscriptionChanged { topics } => fields("subscription_changed").with("topics", topics.join(",").as_str()),
        E::MetadataRefreshed { metadata_offset } => {
            fields("metadata_refreshed").with("metadata_offset", *metadata_offset)
        }
        _ => return None,
    })
}

fn kernel<'a>(kind: &EventKind, world: &World, fields: impl Fn(&'static str) -> Fields<'a>) -> Fields<'a> {
    match kind {
        EventKind::Command(index) => fields("command").with("index", *index),
        EventKind::Sent(rpc) => fields("sent").rpc(rpc),
        EventKind::Received(rpc) => fields("received").rpc(rpc),
        EventKind::Disconnected { peer, .. } => fields("disconnected").with("peer", node_name(world, *peer).as_str()),
        EventKind::TimerFired(timer) => fields("timer_fired").with("timer", format!("{timer:?}").as_str()),
        // Every other kind is in one of the lists above; the test below walks them.
        _ => fields("unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cluster::command::Command, history::start_cluster};

    #[test]
    fn every_event_of_an_eventful_run_has_a_kind_of_its_own() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        run.apply(Command::CrashBroker { broker: 1 }).expect("sound");
        run.advance_to(40_000_000);
        run.apply(Command::RemoveConsumer { consumer: "C1".into() }).expect("sound");
        run.apply(Command::RestartBroker { broker: 1 }).expect("sound");
        run.advance_to(60_000_000);
        for event in run.events().iter() {
            let traced = traced(run.world(), event);
            assert_ne!(traced.kind, "unknown", "{event:?}");
            assert_eq!(line(run.world(), event).lines().count(), 1);
        }
        let trace = trace(&run);
        assert!(trace.lines().count() > 500);
        assert!(trace.contains(" checkout produce_request topic=orders partition="));
    }
}
