//! A coordinator that moves or is lost: what goes on beside the poll loop, and what is asked again.

use super::*;

/// A member without automatic commits.
fn by_hand(processing_us: u64) -> Bench {
    Bench::member(&[("enable.auto.commit", "false")], processing_us, Some(3))
}

impl Bench {
    /// The connection to the coordinator is gone, with whatever was asked there; returns what that was.
    pub(super) fn lose_coordinator(&mut self) -> Vec<&'static str> {
        self.input(Input::Message { from: NodeId(1), message: Message::Disconnect(Channel::Coordinator, None) });
        self.requests.drain(..).map(|(.., request)| request.api().name()).collect()
    }

    fn request_commit(&mut self) {
        let mut out = Outbox::default();
        self.consumer.request_commit(self.now_us, &mut out);
        self.take(out);
    }

    fn refused_commits(&self) -> Vec<ErrorCode> {
        let refused = |event: &EventKind| match event {
            EventKind::CommitFailed { error } => Some(*error),
            _ => None,
        };
        self.events.iter().filter_map(refused).collect()
    }
}

#[test]
fn one_that_processes_looks_for_it_and_beats_on() {
    let mut bench = by_hand(60_000_000);
    bench.fetched(ErrorCode::None, 1);
    bench.heartbeat(ErrorCode::NotCoordinator);
    let not_yet = Response::FindCoordinator { error: ErrorCode::CoordinatorNotAvailable, coordinator: None };
    let began_us = bench.now_us;
    assert_eq!(bench.next_name(not_yet), "FindCoordinator");
    assert!(bench.now_us - began_us >= 80_000, "after a backoff");
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    bench.heartbeat(ErrorCode::None);
    assert!(matches!(bench.consumer.app, App::Processing { .. }));
}

#[test]
fn a_commit_by_hand_is_asked_for_again() {
    for error in [ErrorCode::NotCoordinator, ErrorCode::CoordinatorNotAvailable, ErrorCode::CoordinatorLoadInProgress] {
        let mut bench = by_hand(0);
        bench.request_commit();
        bench.next(|request| commit_answer(request, error));
        if error != ErrorCode::CoordinatorLoadInProgress {
            assert_eq!(bench.next_name(found()), "FindCoordinator");
        }
        bench.next(|request| commit_answer(request, ErrorCode::None));
        assert_eq!((bench.consumer.partitions()[&at(0)].committed, bench.refused_commits()), (Some(3), vec![error]));
        bench.heartbeat(ErrorCode::None);
    }
    let mut bench = by_hand(0);
    bench.request_commit();
    assert_eq!(bench.lose_coordinator(), ["OffsetCommit"]);
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    bench.next(|request| commit_answer(request, ErrorCode::None));
}

#[test]
fn a_commit_by_hand_fails_after_default_api_timeout() {
    let mut bench = by_hand(0);
    bench.request_commit();
    let began_us = bench.now_us;
    bench.lose_coordinator();
    while bench.refused_commits().is_empty() && bench.now_us < began_us + 70_000_000 {
        let error = ErrorCode::CoordinatorNotAvailable;
        bench.next_name(Response::FindCoordinator { error, coordinator: None });
    }
    let waited_us = bench.now_us - began_us;
    assert!((60_000_000..62_000_000).contains(&waited_us), "{waited_us}");
    assert_eq!(bench.refused_commits(), [ErrorCode::RequestTimedOut]);
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    bench.heartbeat(ErrorCode::None);
}

#[test]
fn an_automatic_commit_is_asked_for_again_after_a_backoff() {
    for answered in [true, false] {
        let mut bench = Bench::member(&[("heartbeat.interval.ms", "14000")], 0, Some(3));
        bench.run_to(bench.now_us + 5_000_000);
        if answered {
            bench.next(|request| commit_answer(request, ErrorCode::NotCoordinator));
        } else {
            assert_eq!(bench.lose_coordinator(), ["OffsetCommit"]);
        }
        let began_us = bench.now_us;
        assert_eq!(bench.next_name(found()), "FindCoordinator");
        bench.next(|request| commit_answer(request, ErrorCode::None));
        assert!(bench.now_us - began_us < 300_000, "not after auto.commit.interval.ms");
    }
}

#[test]
fn a_heartbeat_that_is_lost_with_it_goes_out_again_at_once() {
    for processing_us in [0, 60_000_000] {
        let mut bench = by_hand(processing_us);
        bench.fetched(ErrorCode::None, 1);
        bench.run_to(bench.now_us + 3_000_000);
        assert_eq!(bench.lose_coordinator(), ["Heartbeat"]);
        let began_us = bench.now_us;
        assert_eq!(bench.next_name(found()), "FindCoordinator");
        bench.heartbeat(ErrorCode::None);
        assert!(bench.now_us - began_us < 300_000, "not after heartbeat.interval.ms");
    }
}

#[test]
fn the_commit_before_a_rebalance_is_asked_for_again() {
    for answered in [true, false] {
        let mut bench = Bench::member(&[], 0, Some(3));
        bench.heartbeat(ErrorCode::RebalanceInProgress);
        if answered {
            bench.next(|request| commit_answer(request, ErrorCode::NotCoordinator));
        } else {
            assert_eq!(bench.lose_coordinator(), ["OffsetCommit"]);
        }
        assert_eq!(bench.next_name(found()), "FindCoordinator");
        assert_eq!(bench.callbacks(), ["+0,1"], "it has them until that is committed");
        bench.next(|request| commit_answer(request, ErrorCode::None));
        assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
        bench.next_join(|request| followed(request, 2));
    }
}
