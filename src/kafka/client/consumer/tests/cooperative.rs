//! A cooperative member: what it keeps while it joins, what it gives up and when, and how it differs from an eager one.

use super::*;

const COOPERATIVE: (&str, &str) = ("partition.assignment.strategy", "cooperative-sticky");

/// A member in generation 1 that has both partitions, at offset 3.
fn member(processing_us: u64) -> Bench {
    Bench::member(&[COOPERATIVE, ("enable.auto.commit", "false")], processing_us, Some(3))
}

#[test]
fn it_tells_what_it_has_reads_on_while_it_joins_and_gives_up_only_what_goes_to_others() {
    let mut bench = member(0);
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    // Its join is under way, and it reads on.
    assert_eq!(bench.consumer.membership, Membership::Joining);
    assert_eq!(bench.owned(), [(0, Some(3)), (1, Some(3))]);
    bench.fetched(ErrorCode::None, 2);
    assert_eq!(bench.owned(), [(0, Some(5)), (1, Some(3))]);
    bench.run_to(bench.now_us + 100);
    let join = bench.next_join(|request| followed(request, 2));
    let metadata = &join.protocols[0].metadata;
    assert_eq!((&*join.protocols[0].name, metadata.generation), ("cooperative-sticky", 1));
    assert_eq!(metadata.owned_partitions, [("t".into(), vec![0, 1])]);
    assert_eq!(bench.next_name(synced(&[0])), "SyncGroup");
    assert_eq!(bench.callbacks(), ["+0,1", "-1", "+"]);
    assert_eq!(bench.owned(), [(0, Some(5))], "what it keeps it reads on where it was");
    // It gave something up, so it joins again at once, with the rest.
    let join = bench.next_join(|request| followed(request, 3));
    assert_eq!(join.protocols[0].metadata.owned_partitions, [("t".into(), vec![0])]);
    assert_eq!(join.protocols[0].metadata.generation, 2);
    assert_eq!(bench.next_name(synced(&[0])), "SyncGroup");
    assert_eq!(bench.callbacks(), ["+0,1", "-1", "+", "+"]);
    let beats = bench.next_name(Response::Heartbeat { error: ErrorCode::None });
    assert_eq!((beats, bench.consumer.membership), ("Heartbeat", Membership::Stable), "it gave nothing up");
}

#[test]
fn one_that_closes_in_the_middle_of_a_rebalance_has_lost_what_it_had() {
    for syncing in [false, true] {
        let mut bench = member(0);
        bench.heartbeat(ErrorCode::RebalanceInProgress);
        if syncing {
            bench.next_join(|request| followed(request, 2));
        }
        let mut out = Outbox::default();
        bench.consumer.close(bench.now_us, &mut out);
        bench.take(out);
        assert_eq!(bench.callbacks(), ["+0,1", "!0,1"]);
    }
}

#[test]
fn what_is_new_comes_without_a_position_and_what_stays_keeps_its_own() {
    let mut bench = member(0);
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    bench.next_join(|request| followed(request, 2));
    assert_eq!(bench.next_name(synced(&[1])), "SyncGroup");
    bench.next_join(|request| followed(request, 3));
    assert_eq!(bench.next_name(synced(&[0, 1])), "SyncGroup");
    assert_eq!(bench.owned(), [(0, None), (1, Some(3))]);
    let request = bench.next(|request| match request {
        Request::OffsetFetch { partitions, .. } => {
            let offsets = partitions.iter().map(|partition| (*partition, Some((9, 0)))).collect();
            Response::OffsetFetch { error: ErrorCode::None, offsets }
        }
        other => panic!("{}", other.api().name()),
    });
    assert!(matches!(&request, Request::OffsetFetch { partitions, .. } if partitions[..] == [at(0)]));
    assert_eq!(bench.owned(), [(0, Some(9)), (1, Some(3))]);
}

#[test]
fn what_it_gives_up_and_what_it_gets_are_told_apart() {
    let mut bench = member(0);
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    bench.next_join(|request| followed(request, 2));
    assert_eq!(bench.next_name(synced(&[1])), "SyncGroup");
    bench.next_join(|request| followed(request, 3));
    assert_eq!(bench.next_name(synced(&[0])), "SyncGroup");
    assert_eq!(bench.callbacks(), ["+0,1", "-0", "+", "-1", "+0"]);
}

#[test]
fn a_join_and_an_assignment_wait_until_the_application_polls() {
    let mut bench = member(10_000_000);
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    bench.fetched(ErrorCode::None, 1);
    assert!(matches!(bench.consumer.app, App::Processing { .. }), "it reads while it joins");
    bench.next_join(|request| followed(request, 2));
    bench.run_to(bench.now_us + 9_000_000);
    assert_eq!(bench.consumer.membership, Membership::Joining, "the answer to its join waits for the next poll");
    bench.run_to(bench.now_us + 1_000_000);
    bench.fetched(ErrorCode::None, 1);
    assert!(matches!(bench.consumer.app, App::Processing { .. }), "it reads while it syncs");
    assert_eq!(bench.next_name(synced(&[1])), "SyncGroup");
    assert_eq!(bench.callbacks(), ["+0,1"], "nothing is taken from an application that is at work");
    bench.run_to(bench.now_us + 10_000_000);
    assert_eq!(bench.callbacks(), ["+0,1", "-0", "+"]);
}

#[test]
fn a_rebalance_that_is_overtaken_costs_it_nothing() {
    let mut bench = Bench::member(&[COOPERATIVE], 0, Some(3));
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    let commit = bench.next(|request| commit_answer(request, ErrorCode::None));
    assert_eq!(committed_by(&commit), [(0, 3), (1, 3)], "it commits before it joins, if that is automatic");
    bench.next_join(|request| followed(request, 2));
    let overtaken = Response::SyncGroup { error: ErrorCode::RebalanceInProgress, assignment: [].into() };
    assert_eq!(bench.next_name(overtaken), "SyncGroup");
    let join = bench.next_join(|request| followed(request, 3));
    assert_eq!(join.protocols[0].metadata.owned_partitions, [("t".into(), vec![0, 1])]);
    assert_eq!((bench.callbacks(), bench.owned().len()), (vec!["+0,1".to_owned()], 2));
}

#[test]
fn a_member_that_is_out_loses_what_it_had_also_when_it_is_cooperative() {
    for (error, id) in [(ErrorCode::IllegalGeneration, "c-1"), (ErrorCode::UnknownMemberId, "")] {
        let mut bench = member(0);
        bench.heartbeat(error);
        assert_eq!(bench.callbacks(), ["+0,1", "!0,1"]);
        let join = bench.next_join(|request| joined(request, 7));
        let metadata = &join.protocols[0].metadata;
        assert_eq!((&*join.member_id, metadata.generation, metadata.owned_partitions.len()), (id, -1, 0));
        // The assignor remembers in which generation it was given something last.
        assert_eq!(metadata.user_data.as_ref().map(|data| data.generation), Some(1));
    }
}

#[test]
fn partitions_are_lost_in_the_next_poll_and_not_while_the_application_is_at_work() {
    let mut bench = member(10_000_000);
    bench.fetched(ErrorCode::None, 1);
    bench.heartbeat(ErrorCode::UnknownMemberId);
    assert_eq!((bench.callbacks(), bench.consumer.membership), (vec!["+0,1".to_owned()], Membership::Unjoined));
    bench.run_to(bench.now_us + 10_000_000);
    assert_eq!(bench.callbacks(), ["+0,1", "!0,1"]);
}

#[test]
fn one_eager_assignor_makes_it_give_up_everything_whatever_the_group_uses() {
    let strategy = ("partition.assignment.strategy", "cooperative-sticky,sticky");
    let mut bench = Bench::member(&[strategy, ("enable.auto.commit", "false")], 0, Some(3));
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
    let join = bench.next_join(|request| followed(request, 2));
    let [cooperative, sticky] = &join.protocols[..] else { panic!("two assignors") };
    assert_eq!((&*cooperative.name, &*sticky.name), ("cooperative-sticky", "sticky"));
    assert!(cooperative.metadata.owned_partitions.is_empty() && cooperative.metadata.generation == 1);
    assert_eq!(sticky.metadata.user_data, None, "the sticky assignor has assigned nothing yet");
}

#[test]
fn the_sticky_assignor_tells_by_its_user_data_what_an_eager_member_had() {
    let strategy = ("partition.assignment.strategy", "sticky");
    let mut bench = Bench::member(&[strategy, ("enable.auto.commit", "false")], 0, Some(3));
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    let join = bench.next_join(|request| followed(request, 2));
    let metadata = &join.protocols[0].metadata;
    let data = metadata.user_data.as_ref().expect("it was assigned something");
    assert_eq!((data.generation, &data.partitions[..]), (1, &[("t".into(), vec![0, 1])][..]));
    assert!(metadata.owned_partitions.is_empty());
}

#[test]
fn a_topic_that_it_does_not_subscribe_to_any_more_goes_before_it_joins() {
    let mut bench = member(0);
    let mut out = Outbox::default();
    bench.consumer.subscribe(bench.now_us, vec!["u".into()], None, &mut out);
    bench.take(out);
    assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
    let join = bench.next_join(|request| followed(request, 2));
    assert_eq!(join.protocols[0].metadata.topics, ["u".into()]);
    // What the group gave by the old subscription is not taken; it joins again.
    assert_eq!(bench.next_name(synced(&[0])), "SyncGroup");
    bench.next_join(|request| followed(request, 3));
    assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
}

#[test]
fn while_it_joins_the_client_itself_refuses_commits() {
    let mut bench = member(0);
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    let mut out = Outbox::default();
    bench.consumer.request_commit(bench.now_us, &mut out);
    bench.take(out);
    let failed = |event: &EventKind| match event {
        EventKind::CommitFailed { error } => Some(*error),
        _ => None,
    };
    assert_eq!(bench.events.iter().filter_map(failed).collect::<Vec<_>>(), [ErrorCode::RebalanceInProgress]);
    bench.next_join(|request| followed(request, 2));
}
