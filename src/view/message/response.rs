//! The fields of every response.

use super::{
    Field, Fields, brokers,
    request::{put_offsets, put_subscription},
};
use crate::{
    cluster::World,
    kafka::{
        ids::BrokerId,
        metadata::PartitionState,
        protocol::{ErrorCode, Response},
    },
};

/// All fields of a response.
pub fn response(world: &World, response: &Response) -> Vec<Field> {
    let mut fields = Fields::new(world);
    put(&mut fields, response);
    fields.fields
}

fn put(f: &mut Fields<'_>, response: &Response) {
    match response {
        Response::Metadata(metadata) => {
            f.list("brokers", &metadata.brokers, |f, (broker, rack)| {
                f.put_name("rack", rack.as_ref());
                broker.to_string()
            });
            f.list("topics", &metadata.topics, |f, topic| {
                put_error(f, topic.error);
                f.list("partitions", &topic.partitions, |f, state| put_state(f, state));
                topic.name.to_string()
            });
        }
        Response::InitProducerId { error, producer_id } => {
            put_error(f, *error);
            f.put("producerId", producer_id);
        }
        Response::Produce(results) => f.list("responses", results, |f, result| {
            put_error(f, result.error);
            f.put("baseOffset", result.base_offset);
            put_current_leader(f, result.current_leader);
            f.place(result.partition)
        }),
        Response::Fetch(results) => f.list("responses", results, |f, result| {
            put_error(f, result.error);
            f.put("highWatermark", result.high_watermark).put("logStartOffset", result.log_start_offset);
            if let Some((epoch, end)) = result.diverging_epoch {
                f.put("divergingEpoch", format!("epoch {epoch}, endOffset {end}"));
            }
            put_current_leader(f, result.current_leader);
            if let Some(broker) = *result.preferred_read_replica {
                f.put("preferredReadReplica", broker);
            }
            f.list("records", &result.batches, |f, batch| {
                format!("baseOffset {} · {}", batch.base_offset, f.records(&batch.records))
            });
            f.place(result.partition)
        }),
        Response::ListOffsets(offsets) => f.list("partitions", offsets, |f, (partition, error, offset, epoch)| {
            put_error(f, *error);
            f.put("offset", offset).put("leaderEpoch", epoch);
            f.place(*partition)
        }),
        Response::OffsetForLeaderEpoch(ends) => f.list("topics", ends, |f, end| {
            put_error(f, end.error);
            f.put("leaderEpoch", end.leader_epoch).put("endOffset", end.end_offset);
            f.place(end.partition)
        }),
        Response::FindCoordinator { error, coordinator } => {
            put_error(f, *error);
            f.put_broker("nodeId", *coordinator);
        }
        Response::JoinGroup(join) => {
            put_error(f, join.error);
            f.put("generationId", join.generation).put_name("protocolName", join.protocol.as_ref());
            f.put("leader", &join.leader).put("memberId", &join.member_id);
            f.list("members", &join.members, |f, member| {
                f.put_name("groupInstanceId", member.group_instance_id.as_ref());
                put_subscription(f, &member.metadata);
                member.member_id.to_string()
            });
        }
        Response::SyncGroup { error, assignment } => {
            put_error(f, *error);
            let places = f.places(assignment);
            f.put("assignment", places);
        }
        Response::OffsetCommit { error, offsets } => {
            put_error(f, *error);
            put_offsets(f, offsets);
        }
        Response::OffsetFetch { error, offsets } => {
            put_error(f, *error);
            f.list("partitions", offsets, |f, (partition, found)| {
                let (offset, epoch) = found.unwrap_or((-1, -1));
                f.put("committedOffset", offset).put("committedLeaderEpoch", epoch);
                f.place(*partition)
            });
        }
        Response::BrokerRegistration { error, broker_epoch } => {
            put_error(f, *error);
            f.put("brokerEpoch", broker_epoch);
        }
        Response::BrokerHeartbeat { error, is_fenced, should_shut_down } => {
            put_error(f, *error);
            f.put("isFenced", is_fenced).put("shouldShutDown", should_shut_down);
        }
        Response::AlterPartition { error, partition, state } => {
            put_error(f, *error);
            let place = f.place(*partition);
            f.put("partition", place);
            if let Some(state) = state {
                put_state(f, state);
            }
        }
        Response::FetchMetadataLog { error, quorum_epoch, leader, high_watermark, records, diverging } => {
            put_error(f, *error);
            f.put("leaderEpoch", quorum_epoch).put_broker("leaderId", *leader).put("highWatermark", high_watermark);
            f.put("records", records.len());
            if let Some((epoch, end)) = diverging {
                f.put("divergingEpoch", format!("epoch {epoch}, endOffset {end}"));
            }
        }
        Response::Vote { quorum_epoch, leader, granted } => {
            f.put_broker("leaderId", *leader).put("leaderEpoch", quorum_epoch).put("voteGranted", granted);
        }
        Response::Heartbeat { .. }
        | Response::LeaveGroup { .. }
        | Response::CreateTopics { .. }
        | Response::CreatePartitions { .. }
        | Response::DeleteTopics { .. }
        | Response::IncrementalAlterConfigs { .. }
        | Response::ElectLeaders { .. }
        | Response::AlterPartitionReassignments { .. }
        | Response::BeginQuorumEpoch { .. } => put_error(f, response.error()),
        Response::DeleteGroups { error } => put_error(f, *error),
        Response::DeleteRecords { error, low_watermark } => {
            put_error(f, *error);
            f.put("lowWatermark", low_watermark);
        }
        Response::ConsumerGroupHeartbeat(answer) => {
            put_error(f, answer.error);
            f.put("memberEpoch", answer.member_epoch).put_ms("heartbeatIntervalMs", answer.heartbeat_interval_us);
            let assignment = answer.assignment.as_ref().map_or("null".to_owned(), |given| f.places(given));
            f.put("assignment", assignment);
        }
    }
}

/// Kafka's number with its name.
fn put_error(f: &mut Fields<'_>, error: ErrorCode) {
    f.put("errorCode", format!("{} ({})", error.code(), error.name()));
}

fn put_current_leader(f: &mut Fields<'_>, leader: Option<(BrokerId, i32)>) {
    if let Some((broker, epoch)) = leader {
        f.put("currentLeader", format!("leaderId {broker}, leaderEpoch {epoch}"));
    }
}

/// A partition's state below its number.
fn put_state(f: &mut Fields<'_>, state: &PartitionState) -> String {
    f.put("leaderEpoch", state.leader_epoch).put("replicaNodes", brokers(&state.replicas));
    f.put("isrNodes", brokers(&state.isr));
    format!("leaderId {}", state.leader.map_or(-1, i64::from))
}
