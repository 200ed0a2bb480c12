//! The records of `__consumer_offsets`: keys that make it compactable, values, and their replay.
//!
//! Kafka's own binary schemas are not reproduced; the fields are theirs (`GroupMetadataValue`, `OffsetCommitValue`).

#![allow(missing_docs, reason = "fields of variants bear Kafka's own names")]

use serde::{Deserialize, Serialize};

use super::{
    Committed,
    consumer_group::{
        ConsumerGroup,
        records::{ConsumerMemberValue, CurrentValue, GroupEpochValue},
    },
    group::{Group, GroupState, Member},
};
use crate::kafka::{
    ids::{Name, TopicIdPartition},
    protocol::{JoinProtocol, OffsetAndEpoch, Subscription},
};
use crate::sim::Map;

/// Key of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogKey {
    /// OffsetCommitKey.
    Offset { group: Name, partition: TopicIdPartition },
    /// GroupMetadataKey.
    Group { group: Name },
    /// ConsumerGroupMetadataKey.
    ConsumerGroup { group: Name },
    /// ConsumerGroupMemberMetadataKey.
    ConsumerMember { group: Name, member: Name },
    /// ConsumerGroupTargetAssignmentMetadataKey.
    ConsumerTargetEpoch { group: Name },
    /// ConsumerGroupTargetAssignmentMemberKey.
    ConsumerTarget { group: Name, member: Name },
    /// ConsumerGroupCurrentMemberAssignmentKey.
    ConsumerCurrent { group: Name, member: Name },
    /// ConsumerGroupRegularExpressionKey.
    ConsumerRegex { group: Name, regex: Name },
}

impl LogKey {
    /// The group that the record is about.
    pub fn group(&self) -> &Name {
        match self {
            LogKey::Offset { group, .. }
            | LogKey::Group { group }
            | LogKey::ConsumerGroup { group }
            | LogKey::ConsumerMember { group, .. }
            | LogKey::ConsumerTargetEpoch { group }
            | LogKey::ConsumerTarget { group, .. }
            | LogKey::ConsumerCurrent { group, .. }
            | LogKey::ConsumerRegex { group, .. } => group,
        }
    }
}

/// Value of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogValue {
    /// OffsetCommitValue.
    Offset { offset: i64, leader_epoch: i32, committed_us: u64 },
    /// GroupMetadataValue.
    Group(GroupValue),
    /// ConsumerGroupMetadataValue.
    ConsumerGroup(GroupEpochValue),
    /// ConsumerGroupMemberMetadataValue.
    ConsumerMember(ConsumerMemberValue),
    /// ConsumerGroupTargetAssignmentMetadataValue.
    ConsumerTargetEpoch { epoch: i32 },
    /// ConsumerGroupTargetAssignmentMemberValue.
    ConsumerTarget { partitions: Vec<TopicIdPartition> },
    /// ConsumerGroupCurrentMemberAssignmentValue.
    ConsumerCurrent(CurrentValue),
    /// ConsumerGroupRegularExpressionValue.
    ConsumerRegex { topics: Vec<Name>, version: u64, at_us: u64 },
}

/// GroupMetadataValue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupValue {
    /// Generation.
    pub generation: i32,
    /// Assignor.
    pub protocol: Option<Name>,
    /// Leader's member id.
    pub leader: Option<Name>,
    /// When the group came into its state.
    pub state_us: u64,
    /// Members in order of joining.
    pub members: Vec<MemberValue>,
}

/// One member of a GroupMetadataValue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberValue {
    /// Member id.
    pub id: Name,
    /// `group.instance.id`.
    pub group_instance_id: Option<Name>,
    /// `client.id`.
    pub client_id: Name,
    /// `session.timeout.ms`.
    pub session_timeout_us: u64,
    /// `max.poll.interval.ms`.
    pub rebalance_timeout_us: u64,
    /// What it told for the assignor chosen; a new coordinator knows of no other.
    pub subscription: Subscription,
    /// Assignment.
    pub assignment: Vec<TopicIdPartition>,
}

/// A record: key and value; no value deletes.
pub(super) type Record = (Vec<u8>, Option<Vec<u8>>);

/// Bytes of a key or value.
pub fn encode(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).expect("plain data always serializes into memory")
}

/// A key and its value from bytes; nothing if they are no such record.
pub fn decode(key: &[u8], value: Option<&[u8]>) -> Option<(LogKey, Option<LogValue>)> {
    let key = postcard::from_bytes(key).ok()?;
    let value = value.map(postcard::from_bytes).transpose().ok()?;
    Some((key, value))
}

/// The record that stores a group.
pub(super) fn group_record(group: &Group) -> (Vec<u8>, Option<Vec<u8>>) {
    let chosen = group.protocol.as_deref().unwrap_or("");
    let member = |member: &Member| MemberValue {
        id: member.id.clone(),
        group_instance_id: member.group_instance_id.clone(),
        client_id: member.client_id.clone(),
        session_timeout_us: member.session_timeout_us,
        rebalance_timeout_us: member.rebalance_timeout_us,
        subscription: member.metadata(chosen).cloned().unwrap_or_default(),
        assignment: member.assignment.to_vec(),
    };
    let value = GroupValue {
        generation: group.generation,
        protocol: group.protocol.clone(),
        leader: group.leader.clone(),
        state_us: group.state_us,
        members: group.members.iter().map(member).collect(),
    };
    (encode(&LogKey::Group { group: group.id.clone() }), Some(encode(&LogValue::Group(value))))
}

/// The record that stores a committed offset.
pub(super) fn offset_record(group: &Name, commit: &OffsetAndEpoch, committed_us: u64) -> (Vec<u8>, Option<Vec<u8>>) {
    let OffsetAndEpoch { partition, offset, leader_epoch } = *commit;
    let key = encode(&LogKey::Offset { group: group.clone(), partition });
    (key, Some(encode(&LogValue::Offset { offset, leader_epoch, committed_us })))
}

/// The record that deletes a committed offset.
pub(super) fn offset_tombstone(group: &Name, partition: TopicIdPartition) -> (Vec<u8>, Option<Vec<u8>>) {
    (encode(&LogKey::Offset { group: group.clone(), partition }), None)
}

/// The record that deletes what is stored of a classic group; its offsets stay.
pub(super) fn group_tombstone(group: &Name) -> (Vec<u8>, Option<Vec<u8>>) {
    (encode(&LogKey::Group { group: group.clone() }), None)
}

/// Applies one record to groups that are being loaded.
pub(super) fn replay(groups: &mut Map<Name, Group>, key: LogKey, value: Option<LogValue>) {
    match (key, value) {
        (LogKey::Offset { group, partition }, value) => {
            let group = groups.entry(group.clone()).or_insert_with(|| Group::new(group, 0));
            match value {
                Some(LogValue::Offset { offset, leader_epoch, committed_us }) => {
                    group.offsets.insert(partition, Committed { offset, leader_epoch, committed_us });
                }
                _ => {
                    group.offsets.remove(&partition);
                }
            }
        }
        (LogKey::Group { group }, Some(LogValue::Group(value))) => {
            let group = groups.entry(group.clone()).or_insert_with(|| Group::new(group, 0));
            group.generation = value.generation;
            group.protocol = value.protocol;
            group.leader = value.leader;
            group.state_us = value.state_us;
            group.state = if value.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
            let name = group.protocol.clone().unwrap_or_else(|| "".into());
            group.members = (1..).zip(value.members).map(|(slot, member)| loaded_member(slot, &name, member)).collect();
            group.next_member_slot = group.members.len() as u32;
        }
        (LogKey::Group { group }, _) => {
            // Its offsets have records of their own, and so has a group of the other protocol under its name.
            if let Some(known) = groups.get_mut(&group) {
                known.forget_classic();
            }
            forget_if_nothing(groups, &group);
        }
        (key, value) => {
            let id = key.group().clone();
            let group = groups.entry(id.clone()).or_insert_with(|| Group::new(id.clone(), 0));
            if matches!(key, LogKey::ConsumerGroup { .. }) && value.is_none() {
                group.consumer = None;
                return forget_if_nothing(groups, &id);
            }
            if group.consumer.is_none() && value.is_none() {
                return;
            }
            group.consumer.get_or_insert_with(|| Box::new(ConsumerGroup::new(id))).replay(&key, value);
        }
    }
}

/// A group of which nothing is left in the log is no group.
fn forget_if_nothing(groups: &mut Map<Name, Group>, id: &Name) {
    groups.retain(|known, group| {
        known != id || !group.offsets.is_empty() || group.consumer.is_some() || group.generation > 0
    });
}

fn loaded_member(slot: u32, protocol: &Name, member: MemberValue) -> Member {
    Member {
        id: member.id,
        group_instance_id: member.group_instance_id,
        client_id: member.client_id,
        slot,
        session_timeout_us: member.session_timeout_us,
        rebalance_timeout_us: member.rebalance_timeout_us,
        protocols: [JoinProtocol { name: protocol.clone(), metadata: member.subscription }].into(),
        assignment: member.assignment.into(),
        join: None,
        sync: None,
        is_new: false,
        owes_sync: false,
    }
}
