//! The consumer by itself: its requests are taken from its outbox and answered by hand.

mod closing;
mod cooperative;
mod coordinator;
mod errors;
mod leader;
mod static_member;
mod validation;

use std::sync::Arc;

use super::*;
use crate::kafka::{
    ids::TopicId,
    log::{NO_PRODUCER, RecordBatch, RecordsBuilder},
    metadata::PartitionState,
    node::Output,
    protocol::{
        EpochAsked, EpochEnd, ErrorCode, FetchResult, GroupMember, JoinGroupResponse, JoinedMember, MetadataResponse,
        OffsetAndEpoch, Request, TopicMetadata,
    },
};

/// A consumer of topic `t` with two partitions, both led by broker 1, which is also the coordinator.
struct Bench {
    consumer: Consumer,
    now_us: u64,
    timers: Map<Timer, u64>,
    /// Requests that were not looked at yet, but for fetches.
    requests: VecDeque<(Channel, CorrelationId, Request)>,
    fetch: Option<(CorrelationId, Vec<(i32, i64)>)>,
    events: Vec<EventKind>,
    /// What a broker says when it is asked.
    metadata: MetadataResponse,
    /// Do leaders vouch for every position by themselves?
    is_intact: bool,
}

impl Bench {
    fn new(settings: &[(&str, &str)], processing_us: u64) -> Bench {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = ConsumerConfig::from_settings(&settings).expect("sound settings");
        let (node, name, group) = (NodeId(1_000_000), "c".into(), Some("g".into()));
        let consumer =
            Consumer::new(1, node, name, group, vec!["t".into()], Vec::new(), config, processing_us, vec![1]);
        let (timers, requests, events) = (Map::new(), VecDeque::new(), Vec::new());
        let mut bench =
            Bench { consumer, now_us: 0, timers, requests, fetch: None, events, metadata: metadata(), is_intact: true };
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
                        self.answer(channel, correlation, Response::Metadata(self.metadata.clone().into()));
                    }
                    Request::Fetch(fetch) => {
                        let wanted = fetch.partitions.iter().map(|at| (at.partition.partition, at.fetch_offset));
                        self.fetch = Some((correlation, wanted.collect()));
                    }
                    Request::OffsetForLeaderEpoch(asked) if self.is_intact => {
                        self.answer(channel, correlation, ends(&asked, i64::MAX));
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
        for _ in 0..400 {
            if let Some((channel, correlation, request)) = self.requests.pop_front() {
                let response = answer(&request);
                self.answer(channel, correlation, response);
                return request;
            }
            self.run_to(self.now_us + 20_000);
        }
        panic!("it asks for nothing; {:?}", self.consumer.membership);
    }

    fn next_name(&mut self, answer: Response) -> &'static str {
        self.next(|_| answer).api().name()
    }

    /// Joins alone, as the leader of generation `generation`, and syncs.
    fn join(&mut self, generation: i32) {
        if self.consumer.member_id.is_empty() {
            assert_eq!(self.next_name(join_error(ErrorCode::MemberIdRequired, "c-1")), "JoinGroup");
        }
        let request = self.next(|request| joined(request, generation));
        assert_eq!(request.api().name(), "JoinGroup");
        let request = self.next(|request| match request {
            Request::SyncGroup { assignments, .. } => {
                Response::SyncGroup { error: ErrorCode::None, assignment: assignments[0].1.clone() }
            }
            other => panic!("{}", other.api().name()),
        });
        let Request::SyncGroup { member, assignments } = request else { panic!("a sync") };
        assert_eq!((member.generation, assignments.len()), (generation, 1));
    }

    /// A member in generation 1 that owns both partitions and begins at these commits.
    fn member(settings: &[(&str, &str)], processing_us: u64, committed: Option<i64>) -> Bench {
        let mut bench = Bench::new(settings, processing_us);
        assert_eq!(bench.next_name(found()), "FindCoordinator");
        bench.join(1);
        bench.next(|request| match request {
            Request::OffsetFetch { partitions, .. } => {
                let committed = committed.map(|offset| (offset, 0));
                let offsets = partitions.iter().map(|partition| (*partition, committed)).collect();
                Response::OffsetFetch { error: ErrorCode::None, offsets }
            }
            other => panic!("{}", other.api().name()),
        });
        bench
    }

    /// Answers the fetch under way with so many records of partition 0.
    fn fetched(&mut self, error: ErrorCode, records: usize) {
        let (correlation, wanted) = self.fetch.take().expect("a fetch is under way");
        let (_, from) = *wanted.iter().find(|(partition, _)| *partition == 0).expect("of partition 0");
        let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
        for _ in 0..records {
            builder.push(0, None, Some(b"v"), &[]);
        }
        let batch = RecordBatch { base_offset: from, leader_epoch: 0, records: Arc::new(builder.build()) };
        let result = FetchResult {
            partition: at(0),
            error,
            high_watermark: from + records as i64,
            log_start_offset: 0,
            batches: if records == 0 { Vec::new() } else { vec![Arc::new(batch)] },
            diverging_epoch: None,
            current_leader: None,
            preferred_read_replica: Default::default(),
        };
        self.answer(Channel::Data, correlation, Response::Fetch([result].into()));
    }

    fn close(&mut self) {
        let mut out = Outbox::default();
        self.consumer.close(self.now_us, &mut out);
        self.take(out);
    }

    /// A heartbeat is due and is answered so.
    fn heartbeat(&mut self, error: ErrorCode) {
        assert_eq!(self.next_name(Response::Heartbeat { error }), "Heartbeat");
    }
}

impl Bench {
    /// The next request must be a JoinGroup.
    fn next_join(&mut self, answer: impl FnOnce(&Request) -> Response) -> Box<crate::kafka::protocol::JoinGroup> {
        match self.next(answer) {
            Request::JoinGroup(join) => join,
            other => panic!("{}", other.api().name()),
        }
    }

    /// The callbacks so far, as `+` assigned, `-` revoked, `!` lost, with partition numbers.
    fn callbacks(&self) -> Vec<String> {
        let list = |sign: char, partitions: &[TopicIdPartition]| {
            let numbers: Vec<String> = partitions.iter().map(|at| at.partition.to_string()).collect();
            format!("{sign}{}", numbers.join(","))
        };
        let tell = |event: &EventKind| match event {
            EventKind::PartitionsAssigned { partitions, .. } => Some(list('+', partitions)),
            EventKind::PartitionsRevoked { partitions } => Some(list('-', partitions)),
            EventKind::PartitionsLost { partitions } => Some(list('!', partitions)),
            _ => None,
        };
        self.events.iter().filter_map(tell).collect()
    }

    fn owned(&self) -> Vec<(i32, Option<i64>)> {
        let partitions = self.consumer.partitions().iter();
        partitions.map(|(partition, progress)| (partition.partition, progress.position)).collect()
    }
}

/// The answer of a leader in whose log every epoch ends there.
pub(super) fn ends(asked: &[EpochAsked], end_offset: i64) -> Response {
    let end = |EpochAsked { partition, leader_epoch, .. }: &EpochAsked| {
        let (partition, leader_epoch) = (*partition, *leader_epoch);
        EpochEnd { partition, error: ErrorCode::None, leader_epoch, end_offset }
    };
    Response::OffsetForLeaderEpoch(asked.iter().map(end).collect())
}

/// The answer to a SyncGroup.
fn synced(partitions: &[i32]) -> Response {
    Response::SyncGroup { error: ErrorCode::None, assignment: partitions.iter().map(|number| at(*number)).collect() }
}

/// The answer to the join of a follower.
fn followed(request: &Request, generation: i32) -> Response {
    match joined(request, generation) {
        Response::JoinGroup(mut join) => {
            (join.leader, join.members) = ("other".into(), Vec::new());
            Response::JoinGroup(join)
        }
        other => other,
    }
}

fn at(partition: i32) -> TopicIdPartition {
    TopicIdPartition::new(TopicId(1), partition)
}

fn metadata() -> MetadataResponse {
    let state = PartitionState { replicas: vec![1], isr: vec![1], leader: Some(1), ..PartitionState::default() };
    let partitions = vec![Arc::new(state.clone()), Arc::new(state)];
    let topic = TopicMetadata { error: ErrorCode::None, name: "t".into(), topic: TopicId(1), partitions };
    MetadataResponse { metadata_offset: 1, brokers: vec![(1, None)], topics: vec![topic] }
}

fn found() -> Response {
    Response::FindCoordinator { error: ErrorCode::None, coordinator: Some(1) }
}

/// The answer to a join of the only member.
fn joined(request: &Request, generation: i32) -> Response {
    let Request::JoinGroup(join) = request else { panic!("{}", request.api().name()) };
    let (member_id, chosen) = (join.member_id.clone(), &join.protocols[0]);
    Response::JoinGroup(Box::new(JoinGroupResponse {
        error: ErrorCode::None,
        generation,
        protocol: Some(chosen.name.clone()),
        leader: member_id.clone(),
        skip_assignment: false,
        member_id: member_id.clone(),
        members: vec![JoinedMember { member_id, group_instance_id: None, metadata: chosen.metadata.clone() }],
    }))
}

fn join_error(error: ErrorCode, member_id: &str) -> Response {
    Response::JoinGroup(Box::new(JoinGroupResponse::refusal(error, &member_id.into())))
}

fn committed_by(request: &Request) -> Vec<(i32, i64)> {
    let Request::OffsetCommit { offsets, .. } = request else { panic!("{}", request.api().name()) };
    offsets.iter().map(|commit| (commit.partition.partition, commit.offset)).collect()
}

fn commit_answer(request: &Request, error: ErrorCode) -> Response {
    let Request::OffsetCommit { offsets, .. } = request else { panic!("{}", request.api().name()) };
    let offsets: Vec<OffsetAndEpoch> = offsets.clone();
    Response::OffsetCommit { error, offsets }
}

#[test]
fn it_finds_its_coordinator_gets_an_id_joins_and_assigns() {
    let mut bench = Bench::new(&[], 0);
    let not_yet = Response::FindCoordinator { error: ErrorCode::CoordinatorNotAvailable, coordinator: None };
    assert_eq!(bench.next_name(not_yet), "FindCoordinator");
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    let request = bench.next(|_| join_error(ErrorCode::MemberIdRequired, "c-1"));
    assert!(matches!(&request, Request::JoinGroup(join) if join.member_id.is_empty()));
    let request = bench.next(|request| joined(request, 1));
    assert!(matches!(&request, Request::JoinGroup(join) if &*join.member_id == "c-1"));
    let request = bench.next(|_| Response::SyncGroup { error: ErrorCode::None, assignment: [at(0), at(1)].into() });
    let Request::SyncGroup { assignments, member: GroupMember { member_id, .. } } = request else { panic!("a sync") };
    assert_eq!((&*member_id, &assignments[0].1[..]), ("c-1", &[at(0), at(1)][..]));
    assert_eq!(bench.consumer.membership, Membership::Stable);
}

#[test]
fn a_sync_during_another_rebalance_joins_again_with_the_same_id() {
    let mut bench = Bench::new(&[], 0);
    bench.next_name(found());
    bench.next_name(join_error(ErrorCode::MemberIdRequired, "c-1"));
    bench.next(|request| joined(request, 1));
    let error = ErrorCode::RebalanceInProgress;
    assert_eq!(bench.next_name(Response::SyncGroup { error, assignment: [].into() }), "SyncGroup");
    let request = bench.next(|request| joined(request, 2));
    assert!(matches!(&request, Request::JoinGroup(join) if &*join.member_id == "c-1"));
    assert_eq!(bench.consumer.generation, 2);
}

#[test]
fn a_member_of_an_old_generation_loses_its_partitions_and_a_stranger_its_id() {
    for (error, id) in [(ErrorCode::IllegalGeneration, "c-1"), (ErrorCode::UnknownMemberId, "")] {
        let mut bench = Bench::member(&[], 0, Some(0));
        bench.heartbeat(error);
        assert!(bench.consumer.partitions().is_empty(), "{error:?}");
        let lost = |event: &EventKind| matches!(event, EventKind::PartitionsLost { .. });
        assert!(bench.events.iter().any(lost), "lost, not revoked");
        let request = bench.next(|request| joined(request, 2));
        assert!(matches!(&request, Request::JoinGroup(join) if &*join.member_id == id), "{error:?}");
    }
}

#[test]
fn before_it_joins_again_it_commits_and_gives_everything_up() {
    let mut bench = Bench::member(&[], 0, Some(3));
    bench.fetched(ErrorCode::None, 2);
    bench.heartbeat(ErrorCode::RebalanceInProgress);
    let request = bench.next(|request| commit_answer(request, ErrorCode::None));
    assert_eq!(committed_by(&request), [(0, 5), (1, 3)]);
    assert!(bench.consumer.partitions().is_empty());
    assert!(bench.events.iter().any(|event| matches!(event, EventKind::PartitionsRevoked { .. })));
    bench.join(2);
    assert_eq!(bench.consumer.generation, 2);
}

#[test]
fn a_coordinator_that_moved_is_looked_for_and_the_membership_stays() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0, Some(0));
    bench.heartbeat(ErrorCode::NotCoordinator);
    assert_eq!(bench.consumer.coordinator(), None);
    assert_eq!((bench.consumer.membership, bench.consumer.generation), (Membership::Stable, 1));
    assert_eq!(bench.next_name(found()), "FindCoordinator");
    bench.heartbeat(ErrorCode::None);
}

#[test]
fn without_a_commit_the_policy_decides_where_to_begin() {
    for (policy, timestamp) in [("earliest", -2), ("latest", -1)] {
        let mut bench = Bench::member(&[("auto.offset.reset", policy)], 0, None);
        let request = bench.next(|request| match request {
            Request::ListOffsets { partitions, .. } => Response::ListOffsets(
                partitions.iter().map(|(partition, _)| (*partition, ErrorCode::None, 40, 0)).collect(),
            ),
            other => panic!("{}", other.api().name()),
        });
        assert!(matches!(request, Request::ListOffsets { timestamp: asked, .. } if asked == timestamp));
        assert_eq!(bench.fetch.as_ref().map(|(_, wanted)| wanted.clone()), Some(vec![(0, 40), (1, 40)]));
    }
    let mut bench = Bench::member(&[("auto.offset.reset", "by_duration:PT0S"), ("request.timeout.ms", "700")], 0, None);
    let mut asked = Vec::new();
    for found in [-1, 40] {
        let began_us = bench.now_us;
        let request = bench.next(|request| match request {
            Request::ListOffsets { partitions, .. } => Response::ListOffsets(
                partitions.iter().map(|(partition, _)| (*partition, ErrorCode::None, found, 0)).collect(),
            ),
            other => panic!("{}", other.api().name()),
        });
        let Request::ListOffsets { timestamp, .. } = request else { panic!("a request for offsets") };
        assert!(found < 0 || bench.now_us - began_us >= 680_000, "it waits for request.timeout.ms");
        asked.push(timestamp);
    }
    assert!((690..=720).contains(&(asked[1] - asked[0])), "by the clock of each request: {asked:?}");
    assert_eq!(bench.fetch.as_ref().map(|(_, wanted)| wanted.clone()), Some(vec![(0, 40), (1, 40)]));
    let bench = Bench::member(&[("auto.offset.reset", "none")], 0, None);
    assert_eq!(bench.consumer.app, App::Failed);
    assert!(format!("{:?}", bench.events.last()).contains("NoOffsetForPartition"), "{:?}", bench.events.last());
    let mut bench = Bench::member(&[("auto.offset.reset", "none")], 0, Some(7));
    bench.fetched(ErrorCode::OffsetOutOfRange, 0);
    assert!(format!("{:?}", bench.events.last()).contains("OffsetOutOfRange"), "{:?}", bench.events.last());
}

#[test]
fn a_commit_outweighs_the_policy_until_it_is_out_of_range() {
    let mut bench = Bench::member(&[("auto.offset.reset", "earliest")], 0, Some(7));
    assert_eq!(bench.fetch.as_ref().map(|(_, wanted)| wanted.clone()), Some(vec![(0, 7), (1, 7)]));
    bench.fetched(ErrorCode::OffsetOutOfRange, 0);
    let request = bench.next(|request| match request {
        Request::ListOffsets { partitions, .. } => {
            Response::ListOffsets(partitions.iter().map(|(partition, _)| (*partition, ErrorCode::None, 0, 0)).collect())
        }
        other => panic!("{}", other.api().name()),
    });
    assert!(matches!(&request, Request::ListOffsets { partitions, .. } if partitions.len() == 1));
    assert_eq!(bench.consumer.partitions()[&at(0)].position, Some(0));
    assert_eq!(bench.consumer.partitions()[&at(1)].position, Some(7));
}

#[test]
fn it_joins_again_only_for_another_subscription() {
    let mut bench = Bench::member(&[("enable.auto.commit", "false")], 0, Some(0));
    let subscribe = |bench: &mut Bench, topics: &[&str]| {
        let mut out = Outbox::default();
        let topics = topics.iter().map(|topic| Name::from(*topic)).collect();
        bench.consumer.subscribe(bench.now_us, topics, None, &mut out);
        bench.take(out);
    };
    subscribe(&mut bench, &["t"]);
    bench.heartbeat(ErrorCode::None);
    assert_eq!((bench.consumer.membership, bench.callbacks()), (Membership::Stable, vec!["+0,1".to_owned()]));
    subscribe(&mut bench, &["u", "t"]);
    let join = bench.next_join(|request| followed(request, 2));
    assert_eq!(join.protocols[0].metadata.topics, ["u".into(), "t".into()]);
    assert_eq!(bench.next_name(synced(&[0])), "SyncGroup");
    subscribe(&mut bench, &["t", "u"]);
    bench.run_to(bench.now_us + 1_000_000);
    assert_eq!(bench.consumer.membership, Membership::Stable, "the same, in another order");
}

#[test]
fn auto_commit_takes_what_the_previous_poll_returned() {
    let settings = [("auto.commit.interval.ms", "1000"), ("max.poll.records", "2")];
    let mut bench = Bench::member(&settings, 700_000, Some(0));
    bench.fetched(ErrorCode::None, 6);
    assert!(matches!(bench.consumer.app, App::Processing { records: 2, .. }));
    let began_us = bench.now_us;
    bench.run_to(began_us + 1_399_999);
    bench.requests.retain(|(_, _, request)| matches!(request, Request::OffsetCommit { .. }));
    assert!(bench.requests.is_empty(), "nothing is committed while records are processed, however long");
    bench.run_to(began_us + 1_400_000);
    let request = bench.next(|request| commit_answer(request, ErrorCode::None));
    assert_eq!(committed_by(&request), [(0, 2), (1, 0)], "not what this poll returns");
    assert_eq!(bench.consumer.partitions()[&at(0)].position, Some(4));
    assert_eq!(bench.consumer.partitions()[&at(0)].committed, Some(2));
}

#[test]
fn a_poll_returns_no_more_than_max_poll_records_and_what_is_left_needs_no_fetch() {
    let mut bench = Bench::member(&[("max.poll.records", "4"), ("enable.auto.commit", "false")], 1_000, Some(0));
    bench.fetched(ErrorCode::None, 6);
    assert_eq!((bench.consumer.records_consumed, bench.consumer.buffered()), (4, 2));
    bench.run_to(bench.now_us + 4_000);
    assert_eq!((bench.consumer.records_consumed, bench.consumer.buffered()), (6, 0));
    let polled = |event: &EventKind| match event {
        EventKind::RecordsPolled { from, records, .. } => Some((*from, *records)),
        _ => None,
    };
    assert_eq!(bench.events.iter().filter_map(polled).collect::<Vec<_>>(), [(0, 4), (4, 2)]);
}

/// As long as records of a broker wait to be handed out, it is not asked for those of other partitions (KAFKA-17182).
#[test]
fn a_broker_whose_records_are_in_hand_is_not_asked() {
    let mut bench = Bench::member(&[("max.poll.records", "4"), ("enable.auto.commit", "false")], 1_000, Some(0));
    bench.fetched(ErrorCode::None, 6);
    assert_eq!((bench.consumer.buffered(), &bench.fetch), (2, &None));
    bench.run_to(bench.now_us + 4_000);
    assert_eq!((bench.consumer.buffered(), bench.fetch), (0, Some((bench.consumer.correlation, vec![(1, 0), (0, 6)]))));
}

#[test]
fn an_application_that_is_too_slow_leaves_its_group() {
    let settings = [("max.poll.interval.ms", "5000"), ("session.timeout.ms", "6000")];
    let mut bench = Bench::member(&settings, 60_000_000, Some(0));
    bench.fetched(ErrorCode::None, 1);
    let began_us = bench.now_us;
    for second in 1..=10 {
        bench.run_to(began_us + second * 1_000_000);
        let beats: Vec<_> = bench.requests.drain(..).collect();
        for (channel, correlation, request) in beats {
            match request {
                Request::Heartbeat { .. } => {
                    bench.answer(channel, correlation, Response::Heartbeat { error: ErrorCode::None });
                }
                Request::LeaveGroup { .. } => {
                    assert!(second > 5, "not before max.poll.interval.ms");
                    assert_eq!(bench.consumer.membership, Membership::Unjoined);
                    return;
                }
                other => panic!("{}", other.api().name()),
            }
        }
    }
    panic!("it never left");
}
