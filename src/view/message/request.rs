//! The fields of every request.

use super::{Field, Fields, brokers};
use crate::{
    cluster::World,
    kafka::{
        ids::Name,
        protocol::{ConsumerGroupHeartbeat, GroupMember, OffsetAndEpoch, Request, Subscription},
    },
};

/// All fields of a request.
pub fn request(world: &World, request: &Request) -> Vec<Field> {
    let mut fields = Fields::new(world);
    put(&mut fields, request);
    fields.fields
}

fn put(f: &mut Fields<'_>, request: &Request) {
    match request {
        Request::Metadata { topics: None } => {
            f.put("topics", "null");
        }
        Request::Metadata { topics: Some(topics) } => f.list("topics", topics, |_, topic| topic.to_string()),
        Request::InitProducerId => {
            f.put("transactionalId", "null");
        }
        Request::Produce { acks, timeout_us, batches } => {
            f.put("acks", acks).put_ms("timeoutMs", *timeout_us);
            f.list("topicData", batches, |f, batch| {
                let stamp = &batch.records.stamp;
                f.put("producerId", stamp.producer_id as i64);
                f.put("producerEpoch", stamp.producer_epoch).put("baseSequence", stamp.base_sequence);
                let records = f.records(&batch.records);
                f.put("records", records);
                f.place(batch.partition)
            });
        }
        Request::Fetch(fetch) => {
            f.put_broker("replicaId", fetch.replica).put_ms("maxWaitMs", fetch.max_wait_us);
            f.put("minBytes", fetch.min_bytes).put("maxBytes", fetch.max_bytes);
            if let Some(rack) = fetch.rack_id.as_ref() {
                f.put("rackId", rack);
            }
            f.list("partitions", &fetch.partitions, |f, partition| {
                f.put("currentLeaderEpoch", partition.current_leader_epoch);
                f.put("fetchOffset", partition.fetch_offset).put("lastFetchedEpoch", partition.last_fetched_epoch);
                f.put("logStartOffset", partition.log_start_offset);
                f.put("partitionMaxBytes", partition.max_bytes);
                f.place(partition.partition)
            });
        }
        Request::ListOffsets { replica, partitions, timestamp } => {
            f.put_broker("replicaId", *replica).put("timestamp", timestamp);
            f.list("partitions", partitions, |f, (partition, epoch)| {
                f.put("currentLeaderEpoch", epoch);
                f.place(*partition)
            });
        }
        Request::OffsetForLeaderEpoch(asked) => f.list("topics", asked, |f, asked| {
            f.put("currentLeaderEpoch", asked.current_leader_epoch).put("leaderEpoch", asked.leader_epoch);
            f.place(asked.partition)
        }),
        Request::FindCoordinator { group_id } => {
            f.put("keyType", "0 (GROUP)").put("coordinatorKeys", format!("[{group_id}]"));
        }
        Request::JoinGroup(join) => {
            f.put("groupId", &join.group_id).put("memberId", quoted(&join.member_id));
            f.put_ms("sessionTimeoutMs", join.session_timeout_us);
            f.put_ms("rebalanceTimeoutMs", join.rebalance_timeout_us);
            f.put("protocolType", "consumer");
            f.put_name("groupInstanceId", join.group_instance_id.as_ref());
            f.list("protocols", &join.protocols, |f, protocol| {
                put_subscription(f, &protocol.metadata);
                protocol.name.to_string()
            });
        }
        Request::SyncGroup { member, assignments } => {
            put_member(f, "generationId", member);
            f.list("assignments", assignments, |f, (member, assignment)| {
                let places = f.places(assignment);
                f.put("assignment", places);
                member.to_string()
            });
        }
        Request::Heartbeat { member } => put_member(f, "generationId", member),
        Request::LeaveGroup { group_id, member_id, .. } => {
            f.put("groupId", group_id).put("memberId", member_id);
        }
        Request::OffsetCommit { member, offsets } => {
            put_member(f, "generationIdOrMemberEpoch", member);
            put_offsets(f, offsets);
        }
        Request::OffsetFetch { group_id, partitions, member_id, member_epoch } => {
            let places = f.places(partitions);
            f.put("groupId", group_id).put("memberId", quoted(member_id)).put("memberEpoch", member_epoch);
            f.put("topics", places);
        }
        Request::CreateTopics { topic, partitions, replication_factor, settings } => {
            f.put("name", topic).put("numPartitions", partitions);
            f.put("replicationFactor", replication_factor.map_or(-1, i64::from));
            for (name, value) in settings.iter() {
                f.put("config", format!("{name}={value}"));
            }
        }
        Request::CreatePartitions { topic, count } => {
            f.put("name", topic).put("count", count);
        }
        Request::DeleteTopics { topic } => {
            f.put("name", topic);
        }
        Request::IncrementalAlterConfigs { topic, settings } => {
            f.put("resourceType", if topic.is_some() { "2 (TOPIC)" } else { "4 (BROKER)" });
            f.put("resourceName", topic.as_deref().unwrap_or_default());
            for (name, value) in settings.iter() {
                f.put("config", format!("{name}={value}"));
            }
        }
        Request::BrokerRegistration { broker, rack, previous_broker_epoch } => {
            f.put("brokerId", broker).put_name("rack", rack.as_ref());
            f.put("previousBrokerEpoch", previous_broker_epoch.map_or(-1, |epoch| epoch as i64));
        }
        Request::BrokerHeartbeat { broker, broker_epoch, metadata_offset, want_fence, want_shut_down } => {
            f.put("brokerId", broker).put("brokerEpoch", broker_epoch).put("currentMetadataOffset", metadata_offset);
            f.put("wantFence", want_fence).put("wantShutDown", want_shut_down);
        }
        Request::AlterPartition { broker, broker_epoch, partition, leader_epoch, partition_epoch, isr } => {
            let place = f.place(*partition);
            f.put("brokerId", broker).put("brokerEpoch", broker_epoch).put("partition", place);
            f.put("leaderEpoch", leader_epoch).put("partitionEpoch", partition_epoch).put("newIsr", brokers(isr));
        }
        Request::FetchMetadataLog { quorum_epoch, replica, offset, last_epoch, high_watermark } => {
            f.put("topic", "__cluster_metadata-0").put("replicaId", replica).put("currentLeaderEpoch", quorum_epoch);
            f.put("fetchOffset", offset).put("lastFetchedEpoch", last_epoch).put("highWatermark", high_watermark);
        }
        Request::Vote { quorum_epoch, replica, last_epoch, last_offset, pre_vote } => {
            f.put("replicaEpoch", quorum_epoch).put("replicaId", replica);
            f.put("lastOffsetEpoch", last_epoch).put("lastOffset", last_offset).put("preVote", pre_vote);
        }
        Request::DeleteRecords { partition, offset, timeout_us } => {
            let place = f.place(*partition);
            f.put("topics", place).put("offset", offset).put_ms("timeoutMs", *timeout_us);
        }
        Request::DeleteGroups { group_id } => {
            f.put("groupsNames", format!("[{group_id}]"));
        }
        Request::BeginQuorumEpoch { quorum_epoch, leader } => {
            f.put("leaderId", leader).put("leaderEpoch", quorum_epoch);
        }
        Request::ElectLeaders { unclean, topic, partition } => {
            f.put("electionType", if *unclean { "1 (UNCLEAN)" } else { "0 (PREFERRED)" });
            f.put("topic", topic.as_deref().unwrap_or("null"));
            f.put("partitions", partition.map_or("null".to_owned(), |number| format!("[{number}]")));
        }
        Request::AlterPartitionReassignments { topic, partitions } => {
            f.put("name", topic);
            f.list("partitions", partitions, |f, (number, replicas)| {
                f.put("replicas", replicas.as_ref().map_or("null".to_owned(), |replicas| brokers(replicas)));
                number.to_string()
            });
        }
        Request::ConsumerGroupHeartbeat(heartbeat) => put_heartbeat(f, heartbeat),
    }
}

/// Only what changed is sent; the rest is null, which Kafka's schema writes so too.
fn put_heartbeat(f: &mut Fields<'_>, heartbeat: &ConsumerGroupHeartbeat) {
    f.put("groupId", &heartbeat.group_id).put("memberId", &heartbeat.member_id);
    f.put("memberEpoch", heartbeat.member_epoch).put_name("instanceId", heartbeat.instance_id.as_ref());
    f.put_name("rackId", heartbeat.rack_id.as_ref());
    match heartbeat.rebalance_timeout_us {
        Some(timeout_us) => f.put_ms("rebalanceTimeoutMs", timeout_us),
        None => f.put("rebalanceTimeoutMs", -1),
    };
    let topics = heartbeat.subscribed_topic_names.as_ref();
    f.put("subscribedTopicNames", topics.map_or("null".to_owned(), |names| format!("[{}]", names.join(", "))));
    f.put_name("subscribedTopicRegex", heartbeat.subscribed_topic_regex.as_ref());
    f.put_name("serverAssignor", heartbeat.server_assignor.as_ref());
    let owned = heartbeat.topic_partitions.as_ref().map_or("null".to_owned(), |owned| f.places(owned));
    f.put("topicPartitions", owned);
}

/// An empty text is to be seen.
fn quoted(text: &str) -> &str {
    if text.is_empty() { "\"\"" } else { text }
}

pub(super) fn put_offsets(f: &mut Fields<'_>, offsets: &[OffsetAndEpoch]) {
    f.list("partitions", offsets, |f, one| {
        f.put("committedOffset", one.offset).put("committedLeaderEpoch", one.leader_epoch);
        f.place(one.partition)
    });
}

/// As which member a request is sent.
fn put_member(f: &mut Fields<'_>, generation: &'static str, member: &GroupMember) {
    f.put("groupId", &member.group_id).put(generation, member.generation).put("memberId", quoted(&member.member_id));
    f.put_name("groupInstanceId", member.group_instance_id.as_ref());
}

/// What a member tells the group's leader (`ConsumerProtocolSubscription`).
pub(super) fn put_subscription(f: &mut Fields<'_>, subscription: &Subscription) {
    f.put("topics", format!("[{}]", subscription.topics.join(", ")));
    let owned = |(topic, partitions): &(Name, Vec<i32>)| format!("{topic}: {partitions:?}");
    let owned: Vec<String> = subscription.owned_partitions.iter().map(owned).collect();
    f.put("ownedPartitions", format!("[{}]", owned.join(", "))).put("generationId", subscription.generation);
    f.put_name("rackId", subscription.rack.as_ref());
}
