//! What the client does with each error of a group (reference §6.6).

use super::*;

#[test]
fn errors_of_a_join_that_end_the_application() {
    for error in [
        ErrorCode::InconsistentGroupProtocol,
        ErrorCode::GroupMaxSizeReached,
        ErrorCode::InvalidSessionTimeout,
        ErrorCode::FencedInstanceId,
    ] {
        let mut bench = Bench::new(&[], 0);
        bench.next_name(found());
        assert_eq!(bench.next_name(join_error(error, "")), "JoinGroup");
        assert_eq!((bench.consumer.app, bench.consumer.last_error), (App::Failed, Some(Failure::Answer(error))));
        bench.run_to(60_000_000);
        assert!(bench.requests.is_empty(), "{error:?}");
    }
}

#[test]
fn errors_of_a_join_after_which_it_tries_again() {
    // Each with the name of its next request and the member id of its next join.
    for (error, next, id) in [
        (ErrorCode::CoordinatorLoadInProgress, "JoinGroup", "c-1"),
        (ErrorCode::RebalanceInProgress, "JoinGroup", "c-1"),
        (ErrorCode::UnknownMemberId, "JoinGroup", ""),
        (ErrorCode::NotCoordinator, "FindCoordinator", "c-1"),
        (ErrorCode::CoordinatorNotAvailable, "FindCoordinator", "c-1"),
    ] {
        let mut bench = Bench::new(&[], 0);
        bench.next_name(found());
        bench.next_name(join_error(ErrorCode::MemberIdRequired, "c-1"));
        bench.next_name(join_error(error, "c-1"));
        if next == "FindCoordinator" {
            assert_eq!(bench.next_name(found()), next, "{error:?}");
        }
        let join = bench.next_join(|request| followed(request, 1));
        assert_eq!(&*join.member_id, id, "{error:?}");
    }
}

#[test]
fn errors_of_a_sync() {
    // Each with whether its partitions' generation is over, and the member id of its next join.
    for (error, finds, id) in [
        (ErrorCode::RebalanceInProgress, false, "c-1"),
        (ErrorCode::IllegalGeneration, false, "c-1"),
        (ErrorCode::UnknownMemberId, false, ""),
        (ErrorCode::NotCoordinator, true, "c-1"),
        (ErrorCode::CoordinatorNotAvailable, true, "c-1"),
    ] {
        let mut bench = Bench::new(&[], 0);
        bench.next_name(found());
        bench.next_name(join_error(ErrorCode::MemberIdRequired, "c-1"));
        bench.next_join(|request| followed(request, 1));
        assert_eq!(bench.next_name(Response::SyncGroup { error, assignment: [].into() }), "SyncGroup");
        if finds {
            assert_eq!(bench.next_name(found()), "FindCoordinator", "{error:?}");
        }
        let join = bench.next_join(|request| followed(request, 2));
        assert_eq!(&*join.member_id, id, "{error:?}");
    }
}

/// A member that has sent a commit by hand, which was answered so.
fn committed(error: ErrorCode) -> Bench {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0, Some(3));
    let mut out = Outbox::default();
    bench.consumer.request_commit(bench.now_us, &mut out);
    bench.take(out);
    bench.next(|request| commit_answer(request, error));
    let failed = |event: &EventKind| matches!(event, EventKind::CommitFailed { error: told } if *told == error);
    assert_eq!(bench.events.iter().any(failed), error != ErrorCode::None, "{error:?}");
    bench
}

#[test]
fn errors_of_a_commit() {
    let mut bench = committed(ErrorCode::RebalanceInProgress);
    assert_eq!(bench.callbacks(), ["+0,1", "-0,1"], "nothing is lost, it only joins again");
    assert_eq!(&*bench.next_join(|request| followed(request, 2)).member_id, "c-1");
    for (error, id) in [(ErrorCode::IllegalGeneration, "c-1"), (ErrorCode::UnknownMemberId, "")] {
        let mut bench = committed(error);
        assert_eq!(bench.callbacks(), ["+0,1", "!0,1"]);
        assert_eq!(&*bench.next_join(|request| followed(request, 2)).member_id, id);
    }
    for error in [ErrorCode::NotCoordinator, ErrorCode::CoordinatorNotAvailable] {
        let mut bench = committed(error);
        assert_eq!((bench.consumer.membership, bench.consumer.generation), (Membership::Stable, 1));
        assert_eq!(bench.next_name(found()), "FindCoordinator");
    }
    assert_eq!(committed(ErrorCode::FencedInstanceId).consumer.app, App::Failed);
}

#[test]
fn an_answer_to_an_older_generation_changes_nothing() {
    let strategy = ("partition.assignment.strategy", "cooperative-sticky");
    let mut bench = Bench::member(&[strategy, ("enable.auto.commit", "false")], 0, Some(3));
    let mut out = Outbox::default();
    bench.consumer.request_commit(bench.now_us, &mut out);
    bench.take(out);
    let (channel, correlation, commit) = bench.requests.pop_front().expect("it commits");
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    bench.next_join(|request| followed(request, 2));
    bench.answer(channel, correlation, commit_answer(&commit, ErrorCode::IllegalGeneration));
    assert_eq!((bench.consumer.generation, bench.callbacks()), (2, vec!["+0,1".to_owned()]));
}
