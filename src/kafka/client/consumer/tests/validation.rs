//! What a consumer does when another leader has to vouch for what it read (KIP-320).

use super::*;

/// A member that has read 10 records of partition 0 in epoch 0; its requests for ends of epochs are answered by hand.
fn reader(settings: &[(&str, &str)]) -> Bench {
    let mut bench = Bench::member(settings, 0, Some(0));
    bench.fetched(ErrorCode::None, 10);
    bench.run_to(bench.now_us + 1_000);
    assert_eq!(bench.owned()[0], (0, Some(10)));
    bench.is_intact = false;
    bench
}

/// The leader of partition 0 in the fetch under way refuses its epoch, and names the next one (KIP-951).
fn elect(bench: &mut Bench, leader_epoch: i32) {
    let (correlation, _) = bench.fetch.take().expect("a fetch is under way");
    let result = FetchResult {
        partition: at(0),
        error: ErrorCode::FencedLeaderEpoch,
        high_watermark: -1,
        log_start_offset: -1,
        batches: Vec::new(),
        diverging_epoch: None,
        current_leader: Some((1, leader_epoch)),
        preferred_read_replica: Default::default(),
    };
    bench.answer(Channel::Data, correlation, Response::Fetch([result].into()));
}

fn asked(request: Request) -> (i32, i32, i32) {
    match request {
        Request::OffsetForLeaderEpoch(asked) => {
            assert_eq!(asked.len(), 1, "{asked:?}");
            (asked[0].partition.partition, asked[0].current_leader_epoch, asked[0].leader_epoch)
        }
        other => panic!("{}", other.api().name()),
    }
}

/// From where it fetches partition 0 now, once there is no other fetch under way.
fn fetched_from(bench: &mut Bench) -> Option<i64> {
    if let Some((correlation, _)) = bench.fetch.take_if(|(_, wanted)| wanted.iter().all(|(at, _)| *at != 0)) {
        bench.answer(Channel::Data, correlation, Response::Fetch([].into()));
    }
    let wanted = bench.fetch.as_ref().map(|(_, wanted)| wanted.clone()).unwrap_or_default();
    wanted.iter().find(|(partition, _)| *partition == 0).map(|(_, offset)| *offset)
}

fn went_back(bench: &Bench) -> Vec<(i64, i64, i32)> {
    let told = |event: &EventKind| match event {
        EventKind::PositionTruncated { from, to, leader_epoch, .. } => Some((*from, *to, *leader_epoch)),
        _ => None,
    };
    bench.events.iter().filter_map(told).collect()
}

fn answered(end_offset: i64) -> impl FnOnce(&Request) -> Response {
    move |request| match request {
        Request::OffsetForLeaderEpoch(asked) => ends(asked, end_offset),
        other => panic!("{}", other.api().name()),
    }
}

#[test]
fn another_leader_is_asked_before_it_reads_on() {
    let mut bench = reader(&[]);
    elect(&mut bench, 1);
    assert_eq!(fetched_from(&mut bench), None, "not before the leader has answered");
    let request = bench.next(answered(10));
    assert_eq!(asked(request), (0, 1, 0));
    assert_eq!((fetched_from(&mut bench), went_back(&bench)), (Some(10), vec![]));
}

#[test]
fn where_the_logs_part_it_goes_back() {
    let mut bench = reader(&[]);
    elect(&mut bench, 1);
    bench.next(answered(7));
    assert_eq!((fetched_from(&mut bench), went_back(&bench)), (Some(7), vec![(10, 7, 0)]));
}

#[test]
fn without_a_policy_the_application_is_told() {
    let mut bench = reader(&[("auto.offset.reset", "none")]);
    elect(&mut bench, 1);
    bench.next(answered(7));
    assert_eq!((bench.consumer.app, bench.consumer.last_error), (App::Failed, Some(Failure::LogTruncation)));
}

#[test]
fn a_leader_that_knows_no_such_epoch_leaves_it_to_the_policy() {
    let mut bench = reader(&[("auto.offset.reset", "earliest")]);
    elect(&mut bench, 1);
    bench.next(|request| match request {
        Request::OffsetForLeaderEpoch(asked) => {
            let end =
                EpochEnd { partition: asked[0].partition, error: ErrorCode::None, leader_epoch: -1, end_offset: -1 };
            Response::OffsetForLeaderEpoch(vec![end])
        }
        other => panic!("{}", other.api().name()),
    });
    let request = bench.next(|request| match request {
        Request::ListOffsets { partitions, .. } => {
            Response::ListOffsets(vec![(partitions[0].0, ErrorCode::None, 3, 1)])
        }
        other => panic!("{}", other.api().name()),
    });
    assert!(matches!(request, Request::ListOffsets { timestamp: -2, .. }));
    assert_eq!(fetched_from(&mut bench), Some(3));
}

/// The one asked leads no more: it is asked again after `retry.backoff.ms`, and whom metadata names by then.
#[test]
fn an_error_is_no_answer() {
    let mut bench = reader(&[]);
    elect(&mut bench, 1);
    let refuse = |request: &Request| match request {
        Request::OffsetForLeaderEpoch(asked) => {
            let (partition, error) = (asked[0].partition, ErrorCode::NotLeaderOrFollower);
            Response::OffsetForLeaderEpoch(vec![EpochEnd { partition, error, leader_epoch: -1, end_offset: -1 }])
        }
        other => panic!("{}", other.api().name()),
    };
    bench.next(refuse);
    let refused_us = bench.now_us;
    assert_eq!(fetched_from(&mut bench), None);
    bench.next(answered(10));
    assert!((100_000..=120_000).contains(&(bench.now_us - refused_us)), "{}", bench.now_us - refused_us);
    assert_eq!(fetched_from(&mut bench), Some(10));
}

/// What was fetched before, and not handed out yet, may be what the new leader does not have.
#[test]
fn records_in_hand_wait_for_no_answer_and_are_fetched_again() {
    let mut bench = Bench::member(&[("max.poll.records", "4")], 1_000, Some(0));
    bench.fetched(ErrorCode::None, 10);
    bench.is_intact = false;
    assert_eq!((bench.owned()[0], bench.consumer.buffered()), ((0, Some(4)), 6));
    // It learns of the new leader while its application is at work on the first four.
    bench.metadata.metadata_offset += 1;
    let state = PartitionState { leader_epoch: 1, ..(*bench.metadata.topics[0].partitions[0]).clone() };
    bench.metadata.topics[0].partitions[0] = Arc::new(state);
    bench.consumer.metadata.on_timer();
    bench.input(Input::Timer(Timer::MetadataAge));
    bench.run_to(bench.now_us + 5_000);
    assert_eq!((bench.consumer.buffered(), fetched_from(&mut bench)), (0, None));
    assert_eq!(asked(bench.next(answered(9))), (0, 1, 0));
    assert_eq!((fetched_from(&mut bench), went_back(&bench)), (Some(4), vec![]));
}

/// Revoked and assigned again while it was asked for: the answer is to a question that nobody has any more.
#[test]
fn a_late_answer_by_the_policy_sets_no_position_of_a_new_assignment() {
    let mut bench = Bench::member(&[("auto.offset.reset", "earliest"), ("enable.auto.commit", "false")], 0, Some(7));
    bench.fetched(ErrorCode::OffsetOutOfRange, 0);
    let (channel, correlation, request) = bench.requests.pop_front().expect("it looks for a position");
    assert!(matches!(request, Request::ListOffsets { .. }));
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    bench.join(2);
    assert_eq!(bench.owned()[0], (0, None));
    bench.answer(channel, correlation, Response::ListOffsets(vec![(at(0), ErrorCode::None, 0, 0)]));
    assert_eq!(bench.owned()[0], (0, None), "the group's commit comes first");
}

/// `request.timeout.ms=0` is allowed; nobody is asked again and again for that.
#[test]
fn with_no_time_for_an_answer_it_does_not_ask_without_end() {
    for committed in [Some(3), None] {
        let mut bench = Bench::member(&[("request.timeout.ms", "0"), ("retry.backoff.ms", "0")], 0, committed);
        bench.is_intact = false;
        let began = bench.consumer.correlation;
        bench.run_to(bench.now_us + 1_000_000);
        let asked = bench.consumer.correlation - began;
        assert!(asked < 60, "{asked}");
    }
}
