//! The leader: it knows all topics before it assigns, by the assignor that was voted for, and it watches them.

use super::*;
use crate::kafka::{assignor::Assignor, protocol::Subscription};

/// The answer to the join of a leader, with another member that subscribes to `topics`.
fn leads_with(request: &Request, generation: i32, topics: &[&str]) -> Response {
    match joined(request, generation) {
        Response::JoinGroup(mut join) => {
            let topics = topics.iter().map(|topic| Name::from(*topic)).collect();
            let metadata = Subscription { topics, generation: -1, ..Subscription::default() };
            join.members.push(JoinedMember { member_id: "d-2".into(), group_instance_id: None, metadata });
            Response::JoinGroup(join)
        }
        other => other,
    }
}

fn topic(id: u32, name: &str, racks: &[u32]) -> TopicMetadata {
    let state = |leader: &u32| PartitionState {
        replicas: vec![*leader],
        isr: vec![*leader],
        leader: Some(1),
        ..PartitionState::default()
    };
    let partitions = racks.iter().map(|leader| Arc::new(state(leader))).collect();
    TopicMetadata { error: ErrorCode::None, name: name.into(), topic: TopicId(id), partitions }
}

#[test]
fn it_waits_for_topics_that_it_does_not_know_before_it_assigns() {
    let mut bench = Bench::new(&[], 0);
    bench.metadata.topics.push(topic(2, "u", &[1, 1, 1]));
    bench.next_name(found());
    bench.next_name(join_error(ErrorCode::MemberIdRequired, "c-1"));
    bench.next_join(|request| leads_with(request, 1, &["u"]));
    let request = bench.next(|_| synced(&[0, 1]));
    let Request::SyncGroup { assignments, .. } = request else { panic!("a sync") };
    let counts: Vec<(&str, usize)> = assignments.iter().map(|(id, list)| (&**id, list.len())).collect();
    assert_eq!(counts, [("c-1", 2), ("d-2", 3)]);
    bench.run_to(bench.now_us + 2_000_000);
    let joins = bench.requests.iter().any(|(_, _, request)| request.api().name() == "JoinGroup");
    assert!(!joins, "it knew all, so nothing is new to it");
}

#[test]
fn it_computes_by_the_assignor_that_was_voted_for() {
    for assignor in Assignor::ALL {
        let mut bench = Bench::new(&[("partition.assignment.strategy", assignor.name())], 0);
        bench.next_name(found());
        bench.join(1);
        assert_eq!(bench.consumer.computed.as_ref().map(|computed| computed.assignor()), Some(assignor));
        assert_eq!(bench.owned().len(), 2);
    }
}

/// A leader of topic `t` that has learnt other metadata; the callbacks that followed.
fn after(settings: &[(&str, &str)], change: impl FnOnce(&mut MetadataResponse)) -> Vec<String> {
    let mut all = vec![("enable.auto.commit", "false")];
    all.extend(settings);
    let mut bench = Bench::member(&all, 0, Some(0));
    change(&mut bench.metadata);
    bench.metadata.metadata_offset += 1;
    bench.run_to(bench.now_us + 301_000_000);
    bench.callbacks()
}

#[test]
fn it_joins_again_when_partitions_come_topics_come_or_racks_change() {
    assert_eq!(after(&[], |_| {}), ["+0,1"]);
    let added = |metadata: &mut MetadataResponse| metadata.topics[0] = topic(1, "t", &[1, 1, 1]);
    assert_eq!(after(&[], added), ["+0,1", "-0,1"]);
    let gone = |metadata: &mut MetadataResponse| metadata.topics[0].error = ErrorCode::UnknownTopicOrPartition;
    assert_eq!(after(&[], gone), ["+0,1", "-0,1"]);
    let racks = |metadata: &mut MetadataResponse| metadata.brokers[0].1 = Some("r1".into());
    assert_eq!(after(&[], racks), ["+0,1"], "racks are nothing to a leader without one");
    assert_eq!(after(&[("client.rack", "r1")], racks), ["+0,1", "-0,1"]);
}

#[test]
fn a_topic_that_was_subscribed_to_before_it_was_there_is_noticed() {
    let mut bench = Bench::new(&[("enable.auto.commit", "false"), ("metadata.max.age.ms", "1000")], 0);
    bench.consumer.topics.push("u".into());
    bench.next_name(found());
    bench.join(1);
    bench.metadata.topics.push(topic(2, "u", &[1]));
    bench.metadata.metadata_offset += 1;
    let mut joins = 0;
    for _ in 0..400 {
        bench.run_to(bench.now_us + 20_000);
        joins += bench.requests.drain(..).filter(|(_, _, request)| request.api().name() == "JoinGroup").count();
    }
    assert_eq!(joins, 1);
}
