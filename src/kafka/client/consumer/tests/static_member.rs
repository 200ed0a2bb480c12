//! A static member: it names its instance, and says nothing when it goes.

use super::*;

const STATIC: (&str, &str) = ("group.instance.id", "i-1");

#[test]
fn it_names_its_instance_and_needs_no_second_join() {
    let mut bench = Bench::new(&[STATIC], 0);
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    let given = |request: &Request| match followed(request, 1) {
        Response::JoinGroup(mut join) => {
            join.member_id = "i-1-uuid".into();
            Response::JoinGroup(join)
        }
        other => other,
    };
    let join = bench.next_join(given);
    assert_eq!((&*join.member_id, join.group_instance_id.as_deref()), ("", Some("i-1")));
    let request = bench.next(|_| synced(&[0]));
    let Request::SyncGroup { member, .. } = request else { panic!("a sync") };
    assert_eq!((&*member.member_id, member.group_instance_id.as_deref()), ("i-1-uuid", Some("i-1")));
    assert_eq!(bench.owned().len(), 1);
}

#[test]
fn closing_it_commits_and_says_no_goodbye() {
    for (settings, goodbye) in [(&[STATIC][..], false), (&[][..], true)] {
        let mut bench = Bench::member(settings, 0, Some(3));
        bench.close();
        bench.next(|request| commit_answer(request, ErrorCode::None));
        assert_eq!(bench.callbacks(), ["+0,1", "-0,1"]);
        let asked: Vec<&str> = bench.requests.iter().map(|(_, _, request)| request.api().name()).collect();
        assert_eq!(asked, if goodbye { &["LeaveGroup"][..] } else { &[] });
        assert_eq!(bench.consumer.is_closed(), !goodbye);
    }
}

#[test]
fn one_that_is_too_slow_just_stops_beating_and_comes_back_under_its_instance() {
    let settings = [STATIC, ("max.poll.interval.ms", "5000"), ("enable.auto.commit", "false")];
    let mut bench = Bench::member(&settings, 60_000_000, Some(0));
    bench.fetched(ErrorCode::None, 1);
    bench.run_to(bench.now_us + 30_000_000);
    let asked: Vec<&str> = bench.requests.drain(..).map(|(_, _, request)| request.api().name()).collect();
    assert_eq!(asked, ["Heartbeat"], "the first was not answered, and after 5 s there are no others");
    assert_eq!(bench.consumer.membership, Membership::Unjoined);
    bench.run_to(bench.now_us + 31_000_000);
    let join = bench.next_join(|request| followed(request, 2));
    assert_eq!((&*join.member_id, join.group_instance_id.as_deref()), ("", Some("i-1")));
    assert_eq!(bench.callbacks(), ["+0,1", "!0,1"]);
}

#[test]
fn another_process_under_its_instance_ends_it() {
    let fenced = ErrorCode::FencedInstanceId;
    let mut beating = Bench::member(&[STATIC], 0, Some(3));
    beating.heartbeat(fenced);
    let mut committing = Bench::member(&[STATIC], 0, Some(3));
    let mut out = Outbox::default();
    committing.consumer.request_commit(committing.now_us, &mut out);
    committing.take(out);
    committing.next(|request| commit_answer(request, fenced));
    let mut joining = Bench::new(&[STATIC], 0);
    joining.next_name(found());
    joining.next_name(join_error(fenced, ""));
    for bench in [&mut beating, &mut committing, &mut joining] {
        assert_eq!((bench.consumer.app, bench.consumer.last_error), (App::Failed, Some(Failure::Answer(fenced))));
        bench.run_to(bench.now_us + 60_000_000);
        assert!(bench.requests.is_empty(), "it does not come back: {:?}", bench.requests);
    }
}

/// What ends it is an exception of `poll`.
#[test]
fn one_that_is_fenced_goes_through_its_batch_first() {
    for commits in [false, true] {
        let mut bench = Bench::member(&[STATIC, ("enable.auto.commit", "false")], 20_000_000, Some(3));
        let mut out = Outbox::default();
        if commits {
            bench.consumer.request_commit(bench.now_us, &mut out);
            bench.take(out);
        }
        bench.fetched(ErrorCode::None, 1);
        let until_us = bench.now_us + 20_000_000;
        match commits {
            true => drop(bench.next(|request| commit_answer(request, ErrorCode::FencedInstanceId))),
            false => bench.heartbeat(ErrorCode::FencedInstanceId),
        }
        bench.run_to(until_us - 1);
        assert!(matches!(bench.consumer.app, App::Processing { .. }), "{:?}", bench.consumer.app);
        assert!(bench.requests.is_empty(), "it is no member any more: {:?}", bench.requests);
        bench.run_to(until_us + 60_000_000);
        assert!(bench.events.iter().any(|event| matches!(event, EventKind::RecordsProcessed { records: 1 })));
        assert_eq!(bench.consumer.app, App::Failed);
        assert!(bench.requests.is_empty(), "it does not come back: {:?}", bench.requests);
    }
}

/// Two at once would take its place from one another.
#[test]
fn it_does_not_join_again_while_it_joins_whatever_a_heartbeat_tells() {
    type Answer = fn(&Request) -> Response;
    let answers: [Answer; 3] = [
        |_| join_error(ErrorCode::UnknownMemberId, ""),
        |_| join_error(ErrorCode::RebalanceInProgress, ""),
        |request| joined(request, 2),
    ];
    for answer in answers {
        let mut bench = Bench::member(&[STATIC, ("enable.auto.commit", "false")], 0, Some(3));
        let names = |bench: &Bench| bench.requests.iter().map(|(.., request)| request.api().name()).collect::<Vec<_>>();
        bench.run_to(bench.now_us + 3_000_000);
        let (channel, heartbeat, _) = bench.requests.pop_front().expect("a heartbeat");
        bench.consumer.rejoin_needed = true;
        bench.fetched(ErrorCode::None, 0);
        assert_eq!(names(&bench), ["JoinGroup"]);
        bench.answer(channel, heartbeat, Response::Heartbeat { error: ErrorCode::UnknownMemberId });
        bench.run_to(bench.now_us + 1_000_000);
        assert_eq!(names(&bench), ["JoinGroup"], "the one that is under way");
        bench.next(answer);
        let again = bench.next_join(|request| followed(request, 3));
        assert_eq!((&*again.member_id, names(&bench)), ("", vec!["SyncGroup"]));
    }
}

#[test]
fn a_leader_that_came_back_computes_nothing() {
    let mut bench = Bench::new(&[STATIC], 0);
    bench.next_name(found());
    bench.next_join(|request| match joined(request, 4) {
        Response::JoinGroup(mut join) => {
            join.skip_assignment = true;
            (join.member_id, join.leader) = ("i-1-uuid".into(), "i-1-uuid".into());
            Response::JoinGroup(join)
        }
        other => other,
    });
    let request = bench.next(|_| synced(&[1]));
    assert!(matches!(request, Request::SyncGroup { assignments, .. } if assignments.is_empty()));
    assert!(bench.consumer.computed.is_none() && bench.consumer.is_leader);
    // But it watches the topics as the leader does.
    let partition = bench.metadata.topics[0].partitions[0].clone();
    bench.metadata.topics[0].partitions.push(partition);
    bench.metadata.metadata_offset += 1;
    bench.heartbeat_and_join_again();
}

impl Bench {
    /// Metadata is asked for again by its age; then it joins again.
    fn heartbeat_and_join_again(&mut self) {
        self.run_to(self.now_us + 301_000_000);
        let asked: Vec<&str> = self.requests.iter().map(|(_, _, request)| request.api().name()).collect();
        assert!(asked.contains(&"JoinGroup") || asked.contains(&"OffsetCommit"), "{asked:?}");
    }
}
