//! `close()` with automatic commits: what it waits for, and for how long.

use super::*;

/// A member that has read 5 records since it committed.
fn reader() -> Bench {
    let mut bench = Bench::member(&[], 0, Some(0));
    bench.fetched(ErrorCode::None, 5);
    bench.run_to(bench.now_us + 1_000);
    bench
}

#[test]
fn it_commits_and_then_says_goodbye() {
    let mut bench = reader();
    bench.close();
    let commit = bench.next(|request| commit_answer(request, ErrorCode::None));
    let Request::OffsetCommit { offsets, .. } = commit else { panic!("{}", commit.api().name()) };
    assert_eq!(offsets[0].offset, 5);
    assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
    assert_eq!(bench.next_name(Response::LeaveGroup { error: ErrorCode::None }), "LeaveGroup");
    assert!(bench.consumer.is_closed());
}

#[test]
fn without_a_coordinator_it_looks_for_one_first() {
    let mut bench = reader();
    bench.lose_coordinator();
    bench.close();
    assert_eq!((bench.consumer.is_closed(), bench.callbacks().len()), (false, 1));
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    bench.next(|request| commit_answer(request, ErrorCode::NotCoordinator));
    assert_eq!(bench.next_name(found()), "FindCoordinator", "what can come to something yet is tried again");
    bench.next(|request| commit_answer(request, ErrorCode::None));
    assert_eq!(bench.next_name(Response::LeaveGroup { error: ErrorCode::None }), "LeaveGroup");
    assert!(bench.consumer.is_closed());
}

#[test]
fn after_30_seconds_it_goes_without() {
    let mut bench = reader();
    bench.lose_coordinator();
    bench.close();
    bench.run_to(bench.now_us + 29_900_000);
    assert!(!bench.consumer.is_closed());
    bench.run_to(bench.now_us + 200_000);
    assert!(bench.consumer.is_closed());
    assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
}

#[test]
fn who_has_nothing_to_commit_waits_for_nobody() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0, Some(0));
    bench.lose_coordinator();
    bench.close();
    assert!(bench.consumer.is_closed());
}
