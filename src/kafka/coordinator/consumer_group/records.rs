//! The records of a group of the consumer protocol in `__consumer_offsets`, and their replay.
//!
//! As `GroupCoordinatorRecordHelpers`: a record each for the group's epoch, a member, the target's epoch, a member's
//! target and what a member has. Kafka 4.1 keeps a hash of the subscribed topics beside the group epoch; the model keeps
//! what is hashed.

use serde::{Deserialize, Serialize};

use super::{Change, ClassicMember, ConsumerGroup, Member, ResolvedRegex};
use crate::{
    kafka::{
        assignor::server::SubscribedTopic,
        coordinator::{
            reconciliation::{CurrentAssignment, MemberState},
            records::{LogKey, LogValue, Record, encode},
        },
        event::GroupReason,
        ids::{Name, TopicId, TopicIdPartition},
        protocol::JoinProtocol,
    },
    sim::{Map, Set},
};

/// ConsumerGroupMetadataValue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEpochValue {
    /// Group epoch.
    pub epoch: i32,
    /// What the metadata hash is of: each subscribed topic with its id and partition count, if it is there.
    pub topics: Vec<(Name, Option<(TopicId, i32)>)>,
}

/// ConsumerGroupMemberMetadataValue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerMemberValue {
    /// `group.instance.id`.
    pub instance_id: Option<Name>,
    /// `client.rack`.
    pub rack_id: Option<Name>,
    /// `client.id`.
    pub client_id: Name,
    /// Topics.
    pub subscribed_topic_names: Vec<Name>,
    /// The regular expression.
    pub subscribed_topic_regex: Option<Name>,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: u64,
    /// `group.remote.assignor`.
    pub server_assignor: Option<Name>,
    /// ClassicMemberMetadata: `session.timeout.ms` and assignors.
    pub classic: Option<(u64, Vec<JoinProtocol>)>,
}

/// ConsumerGroupCurrentMemberAssignmentValue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentValue {
    /// Member epoch.
    pub member_epoch: i32,
    /// The one before.
    pub previous_member_epoch: i32,
    /// Kafka's number of the member state.
    pub state: u8,
    /// What it may read.
    pub assigned: Vec<TopicIdPartition>,
    /// What it has to give up.
    pub pending_revocation: Vec<TopicIdPartition>,
}

fn record(key: &LogKey, value: Option<&LogValue>) -> Record {
    (encode(key), value.map(encode))
}

impl ConsumerGroup {
    /// The records that store these changes.
    pub(in crate::kafka::coordinator) fn records(&self, changes: &[Change]) -> Vec<Record> {
        changes.iter().flat_map(|change| self.records_of(change)).collect()
    }

    fn records_of(&self, change: &Change) -> Vec<Record> {
        let group = || self.id.clone();
        match change {
            Change::Member(id) | Change::Joined(id) => {
                self.member(id).map(|member| self.member_record(member)).into_iter().collect()
            }
            Change::Gone(id, _) | Change::Replaced(id, _) => {
                let (group, member) = (group(), id.clone());
                vec![
                    record(&LogKey::ConsumerCurrent { group: group.clone(), member: member.clone() }, None),
                    record(&LogKey::ConsumerTarget { group: group.clone(), member: member.clone() }, None),
                    record(&LogKey::ConsumerMember { group, member }, None),
                ]
            }
            // The coordinator writes the whole group anew.
            Change::Downgraded(_) | Change::RegexesDue => Vec::new(),
            Change::RegexGone(regex) => {
                vec![record(&LogKey::ConsumerRegex { group: group(), regex: regex.clone() }, None)]
            }
            Change::RegexResolved(regex) => {
                let Some(ResolvedRegex { topics, version, at_us }) = self.resolved.get(regex) else {
                    return Vec::new();
                };
                let (topics, version, at_us) = (topics.iter().cloned().collect(), *version, *at_us);
                let value = LogValue::ConsumerRegex { topics, version, at_us };
                vec![record(&LogKey::ConsumerRegex { group: group(), regex: regex.clone() }, Some(&value))]
            }
            Change::Epoch(_) => {
                let known = |topic: &Option<SubscribedTopic>| topic.map(|topic| (topic.id, topic.partition_count));
                let topics = self.topics.iter().map(|(name, topic)| (name.clone(), known(topic))).collect();
                let value = LogValue::ConsumerGroup(GroupEpochValue { epoch: self.epoch, topics });
                vec![record(&LogKey::ConsumerGroup { group: group() }, Some(&value))]
            }
            Change::Target(id) => {
                let Some(member) = self.member(id) else { return Vec::new() };
                let value = LogValue::ConsumerTarget { partitions: member.target.iter().copied().collect() };
                vec![record(&LogKey::ConsumerTarget { group: group(), member: id.clone() }, Some(&value))]
            }
            Change::TargetEpoch => {
                let value = LogValue::ConsumerTargetEpoch { epoch: self.assignment_epoch };
                vec![record(&LogKey::ConsumerTargetEpoch { group: group() }, Some(&value))]
            }
            Change::Current(id, _) => {
                let Some(member) = self.member(id) else { return Vec::new() };
                let CurrentAssignment { state, member_epoch, previous_member_epoch, assigned, pending_revocation } =
                    &member.current;
                let value = LogValue::ConsumerCurrent(CurrentValue {
                    member_epoch: *member_epoch,
                    previous_member_epoch: *previous_member_epoch,
                    state: number_of(*state),
                    assigned: assigned.iter().copied().collect(),
                    pending_revocation: pending_revocation.iter().copied().collect(),
                });
                vec![record(&LogKey::ConsumerCurrent { group: group(), member: id.clone() }, Some(&value))]
            }
        }
    }

    fn member_record(&self, member: &Member) -> Record {
        let value = LogValue::ConsumerMember(ConsumerMemberValue {
            instance_id: member.instance_id.clone(),
            rack_id: member.rack.clone(),
            client_id: member.client_id.clone(),
            subscribed_topic_names: member.subscription.iter().cloned().collect(),
            subscribed_topic_regex: member.regex.clone(),
            rebalance_timeout_us: member.rebalance_timeout_us,
            server_assignor: member.assignor.clone(),
            classic: member.classic.as_ref().map(|classic| (classic.session_timeout_us, classic.protocols.to_vec())),
        });
        record(&LogKey::ConsumerMember { group: self.id.clone(), member: member.id.clone() }, Some(&value))
    }

    /// The records that delete the group with whoever is in it.
    pub(in crate::kafka::coordinator) fn tombstones(&self) -> Vec<Record> {
        let group = || self.id.clone();
        let members = self.members.iter().flat_map(|member| self.records_of(&Change::Gone(member.id.clone(), 0)));
        let regexes = self.resolved.keys().map(|regex| {
            let (group, regex) = (group(), regex.clone());
            record(&LogKey::ConsumerRegex { group, regex }, None)
        });
        let of_group = [LogKey::ConsumerTargetEpoch { group: group() }, LogKey::ConsumerGroup { group: group() }];
        members.chain(regexes).chain(of_group.iter().map(|key| record(key, None))).collect()
    }

    /// The records that store the whole group.
    pub(in crate::kafka::coordinator) fn all_records(&self) -> Vec<Record> {
        let of_each = |change: fn(Name) -> Change| self.members.iter().map(move |member| change(member.id.clone()));
        let epoch = [Change::Epoch(GroupReason::Loaded)];
        let all = of_each(Change::Member)
            .chain(epoch)
            .chain(of_each(Change::Target))
            .chain([Change::TargetEpoch])
            .chain(of_each(|id| Change::Current(id, None)));
        all.flat_map(|change| self.records_of(&change)).collect()
    }

    /// Applies a record while the group is loaded.
    pub(in crate::kafka::coordinator) fn replay(&mut self, key: &LogKey, value: Option<LogValue>) {
        match (key, value) {
            (LogKey::ConsumerGroup { .. }, Some(LogValue::ConsumerGroup(value))) => {
                let topic = |(id, partition_count)| SubscribedTopic { id, partition_count };
                self.epoch = value.epoch;
                self.topics = value.topics.into_iter().map(|(name, known)| (name, known.map(topic))).collect();
            }
            (LogKey::ConsumerTargetEpoch { .. }, Some(LogValue::ConsumerTargetEpoch { epoch })) => {
                self.assignment_epoch = epoch;
            }
            (LogKey::ConsumerMember { member, .. }, Some(LogValue::ConsumerMember(value))) => {
                let member = self.replayed(member);
                member.instance_id = value.instance_id;
                member.rack = value.rack_id;
                member.client_id = value.client_id;
                member.subscription = value.subscribed_topic_names.into_iter().collect();
                member.regex = value.subscribed_topic_regex;
                member.rebalance_timeout_us = value.rebalance_timeout_us;
                member.assignor = value.server_assignor;
                member.classic = value.classic.map(|(session_timeout_us, protocols)| {
                    let protocols = protocols.into();
                    ClassicMember { session_timeout_us, protocols }
                });
            }
            (LogKey::ConsumerTarget { member, .. }, Some(LogValue::ConsumerTarget { partitions })) => {
                self.replayed(member).target = partitions.into_iter().collect();
            }
            (LogKey::ConsumerCurrent { member, .. }, Some(LogValue::ConsumerCurrent(value))) => {
                self.replayed(member).current = CurrentAssignment {
                    state: state_of(value.state),
                    member_epoch: value.member_epoch,
                    previous_member_epoch: value.previous_member_epoch,
                    assigned: value.assigned.into_iter().collect::<Set<_>>(),
                    pending_revocation: value.pending_revocation.into_iter().collect::<Set<_>>(),
                };
            }
            (LogKey::ConsumerRegex { regex, .. }, Some(LogValue::ConsumerRegex { topics, version, at_us })) => {
                let topics = topics.into_iter().collect();
                self.resolved.insert(regex.clone(), ResolvedRegex { topics, version, at_us });
            }
            (LogKey::ConsumerRegex { regex, .. }, None) => drop(self.resolved.remove(regex)),
            (LogKey::ConsumerMember { member, .. }, None) => self.members.retain(|known| known.id != *member),
            (LogKey::ConsumerGroup { .. } | LogKey::ConsumerTargetEpoch { .. }, None) => {
                (self.epoch, self.assignment_epoch, self.topics) = (0, 0, Map::new());
            }
            _ => {}
        }
    }

    fn replayed(&mut self, id: &Name) -> &mut Member {
        let known = self.members.iter().position(|member| member.id == *id);
        let place = known.unwrap_or_else(|| self.add(id.clone()));
        &mut self.members[place]
    }
}

/// `MemberState.value()`.
fn number_of(state: MemberState) -> u8 {
    match state {
        MemberState::Stable => 0,
        MemberState::UnrevokedPartitions => 1,
        MemberState::UnreleasedPartitions => 2,
        MemberState::Unknown => 127,
    }
}

/// `MemberState.fromValue()`.
fn state_of(number: u8) -> MemberState {
    match number {
        0 => MemberState::Stable,
        1 => MemberState::UnrevokedPartitions,
        2 => MemberState::UnreleasedPartitions,
        _ => MemberState::Unknown,
    }
}
