//! A member of the consumer protocol by itself: its requests are taken from its outbox and answered by hand.

use std::{collections::VecDeque, sync::Arc};

use super::*;
use crate::{
    kafka::{
        ids::TopicId,
        log::{NO_PRODUCER, RecordBatch, RecordsBuilder},
        metadata::PartitionState,
        node::{Input, Output},
        protocol::{
            Channel, ConsumerGroupHeartbeat, ConsumerGroupHeartbeatResponse, CorrelationId, FetchResult, Message,
            MetadataResponse, Request, Response, TopicMetadata,
        },
    },
    sim::{Map, NodeId},
};

const INTERVAL_US: u64 = 5_000_000;

/// A consumer of topic `t` with four partitions, all led by broker 1, which is also the coordinator.
struct Bench {
    consumer: Consumer,
    now_us: u64,
    timers: Map<Timer, u64>,
    requests: VecDeque<(Channel, CorrelationId, Request)>,
    fetch: Option<(CorrelationId, Vec<i32>)>,
    events: Vec<EventKind>,
    topics_known: bool,
}

impl Bench {
    fn new(settings: &[(&str, &str)], processing_us: u64) -> Bench {
        let given = settings.iter().chain(&[("group.protocol", "consumer")]);
        let settings = given.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = ConsumerConfig::from_settings(&settings).expect("sound settings");
        let (node, name, group) = (NodeId(1_000_000), "c".into(), Some("g".into()));
        let consumer =
            Consumer::new(1, node, name, group, vec!["t".into()], Vec::new(), config, processing_us, vec![1]);
        let (timers, requests, events) = (Map::new(), VecDeque::new(), Vec::new());
        let mut bench = Bench { consumer, now_us: 0, timers, requests, fetch: None, events, topics_known: true };
        let mut out = Outbox::default();
        bench.consumer.start(0, &mut out);
        bench.take(out);
        bench
    }

    fn take(&mut self, out: Outbox) {
        for output in out.outputs {
            match output {
                Output::Event(kind) => self.events.push(kind),
                Output::SetTimer(timer, at_us) => drop(self.timers.insert(timer, at_us)),
                Output::ClearTimer(timer) => drop(self.timers.remove(&timer)),
                Output::Send { message: Message::Request(channel, correlation, request), .. } => match request {
                    Request::Metadata { .. } => {
                        let known = metadata(self.topics_known);
                        self.answer(channel, correlation, Response::Metadata(known.into()));
                    }
                    Request::Fetch(fetch) => {
                        let wanted = fetch.partitions.iter().map(|at| at.partition.partition).collect();
                        self.fetch = Some((correlation, wanted));
                    }
                    Request::OffsetForLeaderEpoch(asked) => {
                        self.answer(channel, correlation, super::super::tests::ends(&asked, i64::MAX));
                    }
                    other => self.requests.push_back((channel, correlation, other)),
                },
                _ => {}
            }
        }
    }

    fn answer(&mut self, channel: Channel, correlation: CorrelationId, response: Response) {
        let message = Message::Response(channel, correlation, response);
        self.input(Input::Message { from: NodeId(1), message });
    }

    fn input(&mut self, input: Input) {
        let mut out = Outbox::default();
        self.consumer.on(self.now_us, input, &mut out);
        self.take(out);
    }

    fn run_to(&mut self, time_us: u64) {
        while let Some((timer, at_us)) = self.timers.iter().map(|(t, at)| (*t, *at)).min_by_key(|(_, at_us)| *at_us)
            && at_us <= time_us
        {
            self.timers.remove(&timer);
            self.now_us = at_us.max(self.now_us);
            self.input(Input::Timer(timer));
        }
        self.now_us = time_us;
    }

    /// Takes the next request, waiting for it if need be, and answers it.
    fn next(&mut self, answer: impl FnOnce(&Request) -> Response) -> Request {
        for _ in 0..600 {
            if let Some((channel, correlation, request)) = self.requests.pop_front() {
                let response = answer(&request);
                self.answer(channel, correlation, response);
                return request;
            }
            self.run_to(self.now_us + 20_000);
        }
        panic!("it asks for nothing; {:?}", self.consumer.modern);
    }

    /// The next heartbeat, answered so.
    fn beat(&mut self, answer: ConsumerGroupHeartbeatResponse) -> ConsumerGroupHeartbeat {
        match self.next(|_| Response::ConsumerGroupHeartbeat(Box::new(answer))) {
            Request::ConsumerGroupHeartbeat(heartbeat) => *heartbeat,
            other => panic!("{}", other.api().name()),
        }
    }

    /// The next commit, answered so.
    fn committed(&mut self, error: ErrorCode) -> (i32, Vec<(i32, i64)>) {
        let request = self.next(|request| match request {
            Request::OffsetCommit { offsets, .. } => Response::OffsetCommit { error, offsets: offsets.clone() },
            other => panic!("{}", other.api().name()),
        });
        let Request::OffsetCommit { member, offsets } = request else { unreachable!("checked above") };
        (member.generation, offsets.iter().map(|commit| (commit.partition.partition, commit.offset)).collect())
    }

    /// The next fetch of committed offsets: all are 10.
    fn resume(&mut self) -> (i32, Vec<i32>) {
        let request = self.next(|request| match request {
            Request::OffsetFetch { partitions, .. } => {
                let offsets = partitions.iter().map(|partition| (*partition, Some((10, 0)))).collect();
                Response::OffsetFetch { error: ErrorCode::None, offsets }
            }
            other => panic!("{}", other.api().name()),
        });
        let Request::OffsetFetch { member_epoch, partitions, .. } = request else { unreachable!("checked above") };
        (member_epoch, partitions.iter().map(|partition| partition.partition).collect())
    }

    /// A member at epoch 1 with all four partitions, all at offset 10, which has acknowledged that.
    fn member(settings: &[(&str, &str)], processing_us: u64) -> Bench {
        let mut bench = Bench::new(settings, processing_us);
        bench.next(|_| found());
        bench.beat(told(1, Some(&[0, 1, 2, 3])));
        bench.beat(told(1, None));
        assert_eq!(bench.resume(), (1, vec![0, 1, 2, 3]));
        bench
    }

    /// Answers the fetch under way with a record of partition 0.
    fn fetched(&mut self) {
        let (correlation, _) = self.fetch.take().expect("a fetch is under way");
        let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
        builder.push(0, None, Some(b"v"), &[]);
        let base_offset = self.consumer.partitions()[&at(0)].position.expect("a position");
        let batch = RecordBatch { base_offset, leader_epoch: 0, records: Arc::new(builder.build()) };
        let result = FetchResult {
            partition: at(0),
            error: ErrorCode::None,
            high_watermark: base_offset + 1,
            log_start_offset: 0,
            batches: vec![Arc::new(batch)],
            diverging_epoch: None,
            current_leader: None,
            preferred_read_replica: Default::default(),
        };
        self.answer(Channel::Data, correlation, Response::Fetch([result].into()));
    }

    fn request_commit(&mut self) {
        let mut out = Outbox::default();
        self.consumer.request_commit(self.now_us, &mut out);
        self.take(out);
    }

    /// The connection to the coordinator is gone, with whatever was asked there; returns what that was.
    fn lose_coordinator(&mut self) -> Vec<Request> {
        self.input(Input::Message { from: NodeId(1), message: Message::Disconnect(Channel::Coordinator, None) });
        self.requests.drain(..).map(|(.., request)| request).collect()
    }

    fn state(&self) -> ClientState {
        self.consumer.modern.state
    }

    fn owned(&self) -> Vec<i32> {
        self.consumer.partitions().keys().map(|partition| partition.partition).collect()
    }

    fn has(&self, wanted: impl Fn(&EventKind) -> bool) -> bool {
        self.events.iter().any(wanted)
    }
}

fn at(partition: i32) -> TopicIdPartition {
    TopicIdPartition::new(TopicId(1), partition)
}

fn metadata(known: bool) -> MetadataResponse {
    let state = PartitionState { replicas: vec![1], isr: vec![1], leader: Some(1), ..PartitionState::default() };
    let partitions = (0..4).map(|_| Arc::new(state.clone())).collect();
    let topic = TopicMetadata { error: ErrorCode::None, name: "t".into(), topic: TopicId(1), partitions };
    let metadata_offset = if known { 2 } else { 1 };
    let topics = if known { vec![topic] } else { Vec::new() };
    MetadataResponse { metadata_offset, brokers: vec![(1, None)], topics }
}

fn found() -> Response {
    Response::FindCoordinator { error: ErrorCode::None, coordinator: Some(1) }
}

fn told(member_epoch: i32, assigned: Option<&[i32]>) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse {
        error: ErrorCode::None,
        member_epoch,
        heartbeat_interval_us: INTERVAL_US,
        assignment: assigned.map(|assigned| assigned.iter().map(|partition| at(*partition)).collect()),
    }
}

fn refused(error: ErrorCode) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse::refusal(error)
}

fn owned_in(heartbeat: &ConsumerGroupHeartbeat) -> Option<Vec<i32>> {
    let owned = heartbeat.topic_partitions.as_ref()?;
    Some(owned.iter().map(|partition| partition.partition).collect())
}

#[test]
fn the_first_heartbeat_says_everything_and_the_next_only_what_is_new() {
    let mut bench = Bench::new(&[("group.remote.assignor", "range"), ("client.rack", "r")], 0);
    bench.next(|_| found());
    let join = bench.beat(told(1, Some(&[0, 1])));
    assert_eq!((join.member_epoch, join.member_id.len(), owned_in(&join)), (0, 22, Some(vec![])));
    assert_eq!(join.rebalance_timeout_us, Some(300_000_000));
    assert_eq!(join.subscribed_topic_names.as_deref(), Some(&["t".into()][..]));
    assert_eq!((join.server_assignor.as_deref(), join.rack_id.as_deref()), (Some("range"), Some("r")));
    assert_eq!(bench.owned(), [0, 1]);

    let told_at_us = bench.now_us;
    let acknowledgement = bench.beat(told(1, None));
    assert_eq!(bench.now_us, told_at_us, "it is sent at once");
    assert_eq!((acknowledgement.member_epoch, owned_in(&acknowledgement)), (1, Some(vec![0, 1])));
    assert_eq!((acknowledgement.rebalance_timeout_us, acknowledgement.server_assignor), (None, None));
    assert_eq!(bench.state(), ClientState::Stable);

    bench.resume();
    let plain = bench.beat(told(1, None));
    assert_eq!((owned_in(&plain), plain.subscribed_topic_names), (None, None));
    let late_us = bench.now_us - told_at_us;
    assert!((INTERVAL_US..INTERVAL_US + 50_000).contains(&late_us), "the interval is the coordinator's: {late_us}");
}

#[test]
fn it_commits_then_gives_up_then_says_so_and_reads_the_rest_on() {
    let mut bench = Bench::member(&[("auto.commit.interval.ms", "60000")], 0);
    bench.beat(told(1, Some(&[0, 1])));
    assert_eq!(bench.state(), ClientState::Reconciling);
    assert_eq!(bench.owned(), [0, 1, 2, 3], "it waits for the commit");
    bench.fetched();
    let wanted = bench.fetch.as_ref().map(|(_, wanted)| wanted.clone());
    assert_eq!(wanted, Some(vec![1, 0]), "what it gives up is not fetched any more, the rest is");

    bench.events.clear();
    let (epoch, offsets) = bench.committed(ErrorCode::None);
    assert_eq!((epoch, offsets.len()), (1, 4));
    bench.run_to(bench.now_us + 10);
    assert_eq!(bench.owned(), [0, 1], "at the next poll");
    let moved = |event: &EventKind| matches!(event, EventKind::PartitionsRevoked { partitions } if **partitions == [at(2), at(3)]);
    assert!(bench.has(moved));
    let acknowledgement = bench.beat(told(2, None));
    assert_eq!((acknowledgement.member_epoch, owned_in(&acknowledgement)), (1, Some(vec![0, 1])));
    assert_eq!((bench.state(), bench.consumer.generation), (ClientState::Stable, 2));
    assert_eq!(bench.consumer.partitions()[&at(0)].position, Some(11), "what it kept goes on where it was");
}

#[test]
fn a_commit_with_an_epoch_that_is_over_is_sent_again() {
    let mut bench = Bench::member(&[], 0);
    bench.beat(told(1, Some(&[0])));
    assert_eq!(bench.committed(ErrorCode::StaleMemberEpoch).0, 1);
    assert_eq!(bench.owned(), [0, 1, 2, 3]);
    assert_eq!(bench.committed(ErrorCode::None).0, 1);
    assert_eq!(bench.owned(), [0]);
}

#[test]
fn a_commit_with_an_epoch_that_is_over_is_not_sent_again_at_once() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0);
    bench.request_commit();
    bench.committed(ErrorCode::StaleMemberEpoch);
    assert_eq!(bench.consumer.last_error.map(|error| error.name()), Some("STALE_MEMBER_EPOCH"));
    bench.run_to(bench.now_us + 2_000_000);
    assert!(bench.requests.iter().all(|(.., request)| !matches!(request, Request::OffsetCommit { .. })));

    let mut bench = Bench::member(&[("auto.commit.interval.ms", "1000")], 0);
    bench.committed(ErrorCode::StaleMemberEpoch);
    let refused_us = bench.now_us;
    bench.committed(ErrorCode::None);
    assert!(bench.now_us - refused_us >= 980_000, "{}", bench.now_us - refused_us);
    assert_eq!(bench.consumer.last_error, None, "nobody waited for it");
}

#[test]
fn without_automatic_commits_it_gives_up_at_once() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0);
    bench.beat(told(1, Some(&[3])));
    assert_eq!(bench.owned(), [3]);
    assert_eq!(owned_in(&bench.beat(told(2, None))), Some(vec![3]));
}

#[test]
fn who_is_fenced_loses_everything_and_joins_with_epoch_0() {
    for error in [ErrorCode::FencedMemberEpoch, ErrorCode::UnknownMemberId] {
        let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0);
        let id = bench.consumer.member_id.clone();
        bench.beat(refused(error));
        assert!(bench.has(|event| matches!(event, EventKind::PartitionsLost { .. })), "lost, not revoked");
        assert_eq!((bench.state(), bench.owned()), (ClientState::Joining, vec![]));
        let join = bench.beat(told(5, Some(&[0])));
        assert_eq!((join.member_epoch, join.member_id.clone(), owned_in(&join)), (0, id, Some(vec![])));
        assert!(join.subscribed_topic_names.is_some());
        assert_eq!(bench.owned(), [0]);
    }
}

#[test]
fn what_it_cannot_get_over_the_application_gets() {
    for error in [ErrorCode::UnsupportedAssignor, ErrorCode::GroupMaxSizeReached, ErrorCode::UnreleasedInstanceId] {
        let mut bench = Bench::new(&[], 0);
        bench.next(|_| found());
        bench.beat(refused(error));
        assert_eq!((bench.state(), bench.consumer.last_error), (ClientState::Fatal, Some(Failure::Answer(error))));
        assert_eq!(bench.consumer.app, App::Failed);
    }
}

/// What it cannot get over is an exception of `poll`.
#[test]
fn what_it_cannot_get_over_waits_for_the_end_of_its_batch() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 20_000_000);
    bench.fetched();
    let until_us = bench.now_us + 20_000_000;
    bench.beat(refused(ErrorCode::UnsupportedAssignor));
    assert_eq!((bench.state(), bench.owned()), (ClientState::Fatal, vec![0, 1, 2, 3]));
    bench.run_to(until_us - 1);
    assert!(matches!(bench.consumer.app, App::Processing { .. }), "{:?}", bench.consumer.app);
    bench.run_to(until_us);
    assert_eq!((bench.consumer.app, bench.owned()), (App::Failed, vec![]));
    assert!(bench.has(|event| matches!(event, EventKind::RecordsProcessed { records: 1 })));
    assert!(bench.has(|event| matches!(event, EventKind::PartitionsLost { .. })));
}

#[test]
fn a_heartbeat_that_is_lost_with_its_coordinator_goes_out_again_at_once() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0);
    bench.run_to(bench.now_us + INTERVAL_US);
    assert!(matches!(bench.lose_coordinator()[..], [Request::ConsumerGroupHeartbeat(_)]));
    let lost_us = bench.now_us;
    bench.next(|_| found());
    bench.beat(told(1, None));
    assert!(bench.now_us - lost_us < 300_000, "not after the interval");
}

#[test]
fn a_commit_by_hand_that_is_lost_with_its_coordinator_is_asked_for_again() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0);
    bench.request_commit();
    assert!(matches!(bench.lose_coordinator()[..], [Request::OffsetCommit { .. }]));
    bench.next(|_| found());
    bench.committed(ErrorCode::None);
}

#[test]
fn a_coordinator_that_moved_is_found_and_told_everything() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0);
    bench.beat(refused(ErrorCode::NotCoordinator));
    assert_eq!(bench.owned(), [0, 1, 2, 3], "the membership stays");
    bench.next(|_| found());
    let full = bench.beat(told(1, Some(&[0, 1, 2, 3])));
    assert_eq!((full.member_epoch, owned_in(&full)), (1, Some(vec![0, 1, 2, 3])));
    assert!(full.subscribed_topic_names.is_some() && full.rebalance_timeout_us.is_some());
    assert_eq!((bench.state(), bench.owned()), (ClientState::Stable, vec![0, 1, 2, 3]));
}

#[test]
fn an_application_that_is_too_slow_is_out_until_it_polls() {
    let mut bench = Bench::member(&[("max.poll.interval.ms", "7000"), ("enable.auto.commit", "false")], 60_000_000);
    bench.fetched();
    let began_us = bench.now_us;
    assert_eq!(bench.beat(told(1, None)).member_epoch, 1, "it is alive beside the poll loop");
    let leave = bench.beat(told(-1, None));
    assert_eq!((leave.member_epoch, owned_in(&leave)), (-1, None));
    let waited_us = bench.now_us - began_us;
    assert!((7_000_000..7_050_000).contains(&waited_us), "{waited_us}");
    assert_eq!(bench.state(), ClientState::Stale);
    bench.run_to(began_us + 59_000_000);
    assert!(bench.requests.is_empty(), "a stale member says nothing");
    bench.run_to(began_us + 60_000_000);
    assert!(bench.has(|event| matches!(event, EventKind::PartitionsLost { .. })));
    assert_eq!(bench.beat(told(3, Some(&[1]))).member_epoch, 0);
    assert_eq!(bench.owned(), [1]);
}

#[test]
fn what_changes_while_records_are_processed_waits_for_the_next_poll() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 20_000_000);
    bench.fetched();
    let began_us = bench.now_us;
    bench.beat(told(1, Some(&[0])));
    assert_eq!((bench.state(), bench.owned()), (ClientState::Reconciling, vec![0, 1, 2, 3]));
    assert_eq!(owned_in(&bench.beat(told(1, None))), None, "meanwhile it only says that it is there");
    bench.run_to(began_us + 20_000_000);
    assert_eq!(bench.owned(), [0]);
}

#[test]
fn closing_commits_gives_up_and_says_goodbye() {
    let mut bench = Bench::member(&[], 0);
    let mut out = Outbox::default();
    bench.consumer.close(bench.now_us, &mut out);
    bench.take(out);
    assert_eq!(bench.owned().len(), 4, "it waits for its commit first");
    assert_eq!(bench.committed(ErrorCode::None).1.len(), 4);
    assert!(bench.owned().is_empty());
    let leave = bench.beat(told(-1, None));
    assert_eq!((leave.member_epoch, owned_in(&leave), leave.rebalance_timeout_us), (-1, None, None));
    assert!(bench.consumer.is_closed());
}

#[test]
fn what_it_cannot_name_yet_waits_for_metadata() {
    let mut bench = Bench::new(&[], 0);
    bench.topics_known = false;
    bench.next(|_| found());
    // Its own topic it knows already; another broker knows one more.
    let mut answer = told(1, Some(&[0]));
    answer.assignment.as_mut().expect("assigned").push(TopicIdPartition::new(TopicId(9), 0));
    bench.beat(answer);
    assert_eq!(bench.owned(), [0]);
    assert_eq!(owned_in(&bench.beat(told(1, None))), Some(vec![0]));
    assert_eq!(bench.state(), ClientState::Reconciling, "not all of it");
    let beats =
        |bench: &Bench| bench.requests.iter().filter(|(.., r)| matches!(r, Request::ConsumerGroupHeartbeat(_))).count();
    bench.resume();
    bench.run_to(bench.now_us + 1_000_000);
    assert_eq!(beats(&bench), 0, "it does not say the same again and again");
}

#[test]
fn a_static_member_names_its_instance_and_leaves_for_a_while() {
    let mut bench = Bench::member(&[("group.instance.id", "i"), ("enable.auto.commit", "false")], 0);
    let plain = bench.beat(told(1, None));
    assert_eq!(plain.instance_id.as_deref(), Some("i"));
    let mut out = Outbox::default();
    bench.consumer.close(bench.now_us, &mut out);
    bench.take(out);
    assert_eq!(bench.beat(told(-2, None)).member_epoch, -2);
}
