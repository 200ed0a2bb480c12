//! Every message of an eventful run has its fields, under Kafka's names.

use super::*;
use crate::{
    cluster::command::Command,
    history::{Run, start_cluster},
    kafka::protocol::{ErrorCode, GroupMember, Message, Request, Response},
    sim::{Due, Set},
};

#[test]
fn every_message_of_an_eventful_run_has_fields() {
    let mut run = Run::new(&crate::history::Scenario { begin_us: 0, ..start_cluster() }).expect("sound");
    let mut seen: Set<(&'static str, bool)> = Set::new();
    for at_us in (0..19_000_000).step_by(1_000) {
        run.advance_to(at_us);
        if at_us == 16_500_000 {
            run.apply(Command::CrashBroker { broker: 1 }).expect("sound");
        }
        if at_us == 12_000_000 {
            run.apply(Command::RemoveConsumer { consumer: "C2".into() }).expect("sound");
        }
        let world = run.world();
        for (_, _, due) in world.in_flight() {
            let Due::Message { message, .. } = due else { continue };
            let (fields, key) = match message {
                Message::Request(_, _, message) => (request(world, message), (message.api().name(), false)),
                Message::Response(_, _, message) => (response(world, message), (message.api().name(), true)),
                _ => continue,
            };
            assert!(!fields.is_empty(), "{key:?}");
            assert!(fields.iter().all(|field| field.name.starts_with(char::is_lowercase)), "{fields:?}");
            seen.insert(key);
        }
    }
    for api in
        ["Produce", "Fetch", "Metadata", "FindCoordinator", "JoinGroup", "SyncGroup", "Heartbeat", "OffsetCommit"]
    {
        assert!(seen.contains(&(api, false)) && seen.contains(&(api, true)), "{api}: {seen:?}");
    }
}

#[test]
fn names_and_nesting_are_kafkas() {
    let run = Run::new(&start_cluster()).expect("sound");
    let world = run.world();
    let line = |fields: &[Field]| -> Vec<String> {
        fields.iter().map(|field| format!("{}{}={}", " ".repeat(field.depth.into()), field.name, field.value)).collect()
    };
    let (group_id, member_id) = ("billing".into(), "C1-x".into());
    let member = GroupMember { group_id, generation: 3, member_id, group_instance_id: None };
    let asked = Request::SyncGroup { member, assignments: vec![("C1-x".into(), std::sync::Arc::from([]))] };
    let expected = ["groupId=billing", "generationId=3", "memberId=C1-x", "groupInstanceId=null", "assignments=C1-x"];
    let expected = [&expected[..], &[" assignment=[]"]].concat();
    assert_eq!(line(&request(world, &asked)), expected);
    let answer = Response::FindCoordinator { error: ErrorCode::CoordinatorNotAvailable, coordinator: None };
    assert_eq!(line(&response(world, &answer)), ["errorCode=15 (COORDINATOR_NOT_AVAILABLE)", "nodeId=-1"]);
    let asked = Request::Vote { quorum_epoch: 4, replica: 1, last_epoch: 3, last_offset: 9, pre_vote: true };
    let expected = ["replicaEpoch=4", "replicaId=1", "lastOffsetEpoch=3", "lastOffset=9", "preVote=true"];
    assert_eq!(line(&request(world, &asked)), expected);
    let answer = Response::Vote { quorum_epoch: 4, leader: Some(3), granted: false };
    assert_eq!(line(&response(world, &answer)), ["leaderId=3", "leaderEpoch=4", "voteGranted=false"]);
}
