//! The producer by itself: its requests are taken from its outbox and answered by hand.

mod retries;

use std::sync::Arc;

use super::*;
use crate::kafka::{
    client::serializer::Serializer,
    event::SendReason,
    ids::{TopicId, TopicIdPartition},
    metadata::PartitionState,
    node::Output,
    protocol::{MetadataResponse, ProduceBatch, ProduceResult, Request, Response, TopicMetadata},
};

const BROKER: NodeId = NodeId(1);

/// A produce request: number, and partition, first sequence and records of each batch.
type Sent = (CorrelationId, Vec<(i32, i32, usize)>);

/// A producer that knows topic `t` with two partitions, both led by broker 1.
struct Bench {
    producer: Producer,
    now_us: u64,
    timers: Map<Timer, u64>,
    /// Produce requests that were not looked at yet.
    requests: Vec<(CorrelationId, Arc<[ProduceBatch]>)>,
    events: Vec<EventKind>,
    /// What a broker says when it is asked.
    metadata: MetadataResponse,
    /// How often it was asked for metadata.
    asked: usize,
    /// The broker's process is gone.
    down: bool,
}

impl Bench {
    fn new(settings: &[(&str, &str)]) -> Bench {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let config = ProducerConfig::from_settings(&settings).expect("sound settings");
        let load = Load {
            topic: "t".into(),
            keys: Arc::default(),
            random_keys: false,
            serializer: Serializer::String,
            value: [].into(),
            rate_millihertz: 0,
            partition: None,
            records_max: None,
            sent: 0,
            owed: 0,
        };
        let producer = Producer::new(1, NodeId(1_000_000), "p".into(), config, load, vec![1]);
        let (timers, requests, events) = (Map::new(), Vec::new(), Vec::new());
        let metadata = metadata(TopicId(1), 2);
        let mut bench = Bench { producer, now_us: 0, timers, requests, events, metadata, asked: 0, down: false };
        let mut out = Outbox::default();
        bench.producer.start(0, &mut out);
        bench.take(out);
        bench
    }

    /// Does what the outbox says; what is not a produce request is answered at once.
    fn take(&mut self, out: Outbox) {
        for output in out.outputs {
            match output {
                Output::Event(kind) => self.events.push(kind),
                Output::SetTimer(timer, at_us) => drop(self.timers.insert(timer, at_us)),
                Output::ClearTimer(timer) => drop(self.timers.remove(&timer)),
                Output::Send { message: Message::Request(channel, correlation, request), .. } if self.down => {
                    self.asked += usize::from(matches!(request, Request::Metadata { .. }));
                    self.input(Input::Message { from: BROKER, message: Message::Refused(channel, correlation) });
                }
                Output::Send { message: Message::Request(_, correlation, request), .. } => match request {
                    Request::Produce { batches, .. } => self.requests.push((correlation, batches)),
                    Request::Metadata { .. } => {
                        self.asked += 1;
                        self.answer(correlation, Response::Metadata(self.metadata.clone().into()));
                    }
                    Request::InitProducerId => {
                        let error = ErrorCode::None;
                        self.answer(correlation, Response::InitProducerId { error, producer_id: 7 });
                    }
                    other => panic!("{}", other.api().name()),
                },
                _ => {}
            }
        }
    }

    fn answer(&mut self, correlation: CorrelationId, response: Response) {
        let message = Message::Response(Channel::Data, correlation, response);
        self.input(Input::Message { from: BROKER, message });
    }

    fn input(&mut self, input: Input) {
        let mut out = Outbox::default();
        self.producer.on(self.now_us, input, &mut out);
        self.take(out);
        assert!(self.producer.ledger.adds_up(), "{:?}", self.producer.ledger);
    }

    /// One `send` of a record with a value of so many bytes.
    fn send(&mut self, partition: i32, bytes: usize) {
        let mut out = Outbox::default();
        let value = vec![0; bytes];
        self.producer.send(self.now_us, "t".into(), None, Some(value), Some(partition), Vec::new(), &mut out);
        self.take(out);
    }

    /// One `send` of a record that the sticky partitioner finds a partition for.
    fn send_anywhere(&mut self, bytes: usize) {
        let mut out = Outbox::default();
        self.producer.send(self.now_us, "t".into(), None, Some(vec![0; bytes]), None, Vec::new(), &mut out);
        self.take(out);
    }

    /// Lets timers fire up to `time_us`.
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

    /// The produce requests since the last look.
    fn sent(&mut self) -> Vec<Sent> {
        let content = |batches: Arc<[ProduceBatch]>| {
            let batch = |batch: &ProduceBatch| {
                (batch.partition.partition, batch.records.stamp.base_sequence, batch.records.len())
            };
            batches.iter().map(batch).collect()
        };
        std::mem::take(&mut self.requests).into_iter().map(|(number, batches)| (number, content(batches))).collect()
    }

    /// Answers a produce request, all its batches alike.
    fn produced(&mut self, request: &Sent, error: ErrorCode) {
        let result = |(partition, ..): &(i32, i32, usize)| ProduceResult {
            partition: TopicIdPartition::new(TopicId(1), *partition),
            error,
            base_offset: if error == ErrorCode::None { 0 } else { -1 },
            current_leader: None,
        };
        self.answer(request.0, Response::Produce(request.1.iter().map(result).collect()));
    }

    fn reasons(&self) -> Vec<SendReason> {
        let reason = |event: &EventKind| match event {
            EventKind::BatchSent(sent) => Some(sent.reason),
            _ => None,
        };
        self.events.iter().filter_map(reason).collect()
    }
}

fn metadata(topic: TopicId, partitions: usize) -> MetadataResponse {
    let state = PartitionState { replicas: vec![1], isr: vec![1], leader: Some(1), ..PartitionState::default() };
    let metadata_offset = u64::from(topic.0) * 100 + partitions as u64;
    let partitions = (0..partitions).map(|_| Arc::new(state.clone())).collect();
    let topic_metadata = TopicMetadata { error: ErrorCode::None, name: "t".into(), topic, partitions };
    MetadataResponse { metadata_offset, brokers: vec![(1, None)], topics: vec![topic_metadata] }
}

#[test]
fn a_batch_waits_for_linger_and_not_longer() {
    let mut bench = Bench::new(&[("linger.ms", "5")]);
    bench.run_to(1_000);
    bench.send(0, 10);
    bench.run_to(3_000);
    bench.send(0, 10);
    bench.run_to(5_999);
    assert_eq!(bench.sent(), [], "it waits for more, from its first record on");
    bench.run_to(6_000);
    assert_eq!(bench.sent()[0].1, [(0, 0, 2)]);
    assert_eq!(bench.reasons(), [SendReason::Linger]);
}

/// Records that compress well fill a batch only once the producer has learnt how well, 0.5 % a batch (reference: KIP-126).
#[test]
fn a_compressed_batch_holds_more_once_the_producer_knows_how_well_it_compresses() {
    let counts = |codec: &str| {
        let mut bench = Bench::new(&[("linger.ms", "1000"), ("batch.size", "600"), ("compression.type", codec)]);
        let mut counts = Vec::new();
        for _ in 0..400 {
            bench.send(0, 30);
            for request in bench.sent() {
                counts.extend(request.1.iter().map(|(_, _, records)| *records));
                bench.produced(&request, ErrorCode::None);
            }
        }
        let sizes = bench.events.iter().filter_map(|event| match event {
            EventKind::BatchSent(sent) => Some((sent.bytes, *sent.compressed)),
            _ => None,
        });
        (counts, sizes.collect::<Vec<_>>())
    };
    let (plain, sizes) = counts("none");
    assert!(plain.iter().all(|count| *count == plain[0]), "{plain:?}");
    assert!(sizes.iter().all(|(_, compressed)| compressed.is_none()));
    let (zstd, sizes) = counts("zstd");
    assert!(zstd[0] < plain[0], "nothing is known yet, and the estimate is 5 % too high: {zstd:?}");
    assert!(zstd.last() > plain.last(), "{zstd:?}");
    for (bytes, compressed) in sizes {
        let (codec, before) = compressed.expect("compressed");
        assert!(codec == crate::kafka::log::Codec::Zstd && bytes < before && before <= 1_000, "{bytes} of {before}");
    }
}

#[test]
fn a_full_batch_goes_at_once_and_takes_others_along() {
    let mut bench = Bench::new(&[("linger.ms", "1000"), ("batch.size", "300")]);
    bench.send(1, 10);
    bench.send(0, 100);
    bench.send(0, 100);
    assert_eq!(bench.sent(), [], "neither is full");
    bench.send(0, 100);
    let sent = bench.sent();
    assert_eq!(sent.len(), 1, "one request for the broker");
    let mut batches = sent[0].1.clone();
    batches.sort_unstable();
    assert_eq!(batches, [(0, 0, 2), (1, 0, 1)], "the record that did not fit stays");
    let mut reasons = bench.reasons();
    reasons.sort_by_key(|reason| *reason != SendReason::Full);
    assert_eq!(reasons, [SendReason::Full, SendReason::RodeAlong]);
}

#[test]
fn no_more_requests_than_allowed_are_in_flight() {
    let settings = [("linger.ms", "0"), ("max.in.flight.requests.per.connection", "2")];
    let mut bench = Bench::new(&settings);
    for time_us in 1..=4 {
        bench.run_to(time_us * 1_000);
        bench.send(0, 10);
    }
    bench.run_to(10_000);
    let sent = bench.sent();
    assert_eq!(sent.iter().map(|request| request.1.clone()).collect::<Vec<_>>(), [[(0, 0, 1)], [(0, 1, 1)]]);
    bench.produced(&sent[0], ErrorCode::None);
    assert_eq!(bench.sent()[0].1, [(0, 2, 2)], "what gathered meanwhile is one batch");
}

#[test]
fn with_one_in_flight_a_partition_is_muted_while_its_batch_is_out() {
    let settings =
        [("linger.ms", "0"), ("max.in.flight.requests.per.connection", "1"), ("enable.idempotence", "false")];
    let mut bench = Bench::new(&settings);
    bench.send(0, 10);
    bench.run_to(1_000);
    bench.send(0, 10);
    bench.run_to(2_000);
    let sent = bench.sent();
    assert_eq!(sent.len(), 1);
    bench.produced(&sent[0], ErrorCode::NotEnoughReplicas);
    bench.send(0, 10);
    bench.run_to(500_000);
    let again = bench.sent();
    assert_eq!(again.len(), 1, "only the retry, which comes first");
    assert_eq!(again[0].1[0].2, 1);
    bench.produced(&again[0], ErrorCode::None);
    assert_eq!(bench.producer.ledger.acknowledged, 1);
    assert_eq!(bench.sent()[0].1[0].2, 2, "now what waited");
}

#[test]
fn retries_go_in_order_of_sequence_and_keep_it() {
    let mut bench = Bench::new(&[("linger.ms", "0"), ("retry.backoff.ms", "100")]);
    bench.run_to(1_000);
    bench.send(0, 10);
    bench.send(0, 10);
    bench.run_to(2_000);
    bench.send(0, 10);
    bench.run_to(3_000);
    let first = bench.sent();
    let content: Vec<_> = first.iter().flat_map(|request| request.1.clone()).collect();
    assert_eq!(content.iter().map(|batch| batch.1).collect::<Vec<_>>(), (0..content.len() as i32).collect::<Vec<_>>());
    assert!(content.len() >= 2);
    // The last one's answer comes first, as if another connection had been quicker.
    for request in first.iter().rev() {
        let error =
            if request.1[0].1 == 0 { ErrorCode::NotEnoughReplicas } else { ErrorCode::OutOfOrderSequenceNumber };
        bench.produced(request, error);
    }
    bench.send(0, 10);
    bench.run_to(60_000);
    assert_eq!(bench.sent(), [], "backoff, and nothing new overtakes");
    let mut order = Vec::new();
    for step in 1..=20 {
        bench.run_to(60_000 + step * 100_000);
        let sent = bench.sent();
        let retries = sent.iter().filter(|request| request.1[0].1 < content.len() as i32);
        assert!(retries.count() <= 1, "retries go one by one");
        for request in sent {
            order.push(request.1[0].1);
            bench.produced(&request, ErrorCode::None);
        }
    }
    assert_eq!(order, (0..=content.len() as i32).collect::<Vec<_>>(), "each with its sequence, then the new one");
    assert_eq!(bench.producer.ledger.acknowledged, bench.producer.ledger.sent);
}

#[test]
fn a_batch_fails_when_its_delivery_timeout_is_over_wherever_it_is() {
    let settings = [("linger.ms", "0"), ("delivery.timeout.ms", "100"), ("request.timeout.ms", "60")];
    let mut bench = Bench::new(&settings);
    bench.run_to(1_000);
    bench.send(0, 10);
    bench.run_to(100_999);
    assert!(!bench.sent().is_empty());
    assert_eq!(bench.producer.ledger.failed, 0);
    bench.run_to(101_000);
    assert_eq!(bench.producer.ledger.failed, 1);
    assert_eq!(bench.producer.last_error, Some(ErrorCode::RequestTimedOut));
    assert_eq!(bench.producer.accumulator.memory_free(), bench.producer.config.buffer_memory);
}

#[test]
fn what_can_not_be_retried_fails_at_once_and_frees_its_memory() {
    let mut bench = Bench::new(&[("linger.ms", "0")]);
    bench.send(0, 10);
    bench.run_to(1_000);
    let sent = bench.sent();
    bench.produced(&sent[0], ErrorCode::MessageTooLarge);
    assert_eq!((bench.producer.ledger.failed, bench.producer.ledger.in_flight), (1, 0));
    assert_eq!(bench.producer.accumulator.memory_free(), bench.producer.config.buffer_memory);
    bench.send(0, 10);
    bench.run_to(2_000);
    assert_eq!(bench.sent()[0].1, [(0, 0, 1)], "the sequences close up, in a new epoch");
}

#[test]
fn retries_are_counted() {
    let settings = [("linger.ms", "0"), ("retries", "1"), ("enable.idempotence", "false"), ("acks", "1")];
    let mut bench = Bench::new(&settings);
    bench.send(0, 10);
    for time_us in [1_000, 2_000_000] {
        bench.run_to(time_us);
        let sent = bench.sent();
        assert_eq!(sent.len(), 1);
        bench.produced(&sent[0], ErrorCode::NotLeaderOrFollower);
    }
    assert_eq!(bench.producer.ledger.failed, 1, "one attempt and one retry");
}

#[test]
fn send_blocks_while_the_buffer_is_full_and_gives_up_after_max_block() {
    let settings = [("linger.ms", "1000"), ("batch.size", "200"), ("buffer.memory", "400"), ("max.block.ms", "50")];
    let mut bench = Bench::new(&settings);
    bench.send(0, 100);
    bench.send(1, 100);
    let sent = bench.sent();
    assert_eq!(sent, [], "both linger");
    bench.send(0, 100);
    assert_eq!(bench.producer.blocked(), 1);
    assert!(bench.events.contains(&EventKind::BufferExhausted));
    let sent = bench.sent();
    assert_eq!(sent.len(), 1, "memory is short, so nothing lingers");
    bench.run_to(10_000);
    bench.produced(&sent[0], ErrorCode::None);
    assert_eq!(bench.producer.blocked(), 0, "there is room again");

    bench.send(1, 100);
    bench.send(0, 100);
    assert_eq!(bench.producer.blocked(), 1);
    bench.run_to(60_001);
    assert_eq!((bench.producer.blocked(), bench.producer.ledger.failed), (0, 1), "nobody answered for 50 ms");
}

#[test]
fn close_sends_what_waits_and_ends_when_it_is_answered() {
    let mut bench = Bench::new(&[("linger.ms", "1000")]);
    bench.send(0, 10);
    let mut out = Outbox::default();
    bench.producer.close(0, &mut out);
    bench.take(out);
    let sent = bench.sent();
    assert_eq!(sent[0].1, [(0, 0, 1)]);
    assert!(!bench.producer.is_closed());
    bench.produced(&sent[0], ErrorCode::None);
    assert!(bench.producer.is_closed());
}

#[test]
fn a_queue_of_a_partition_that_is_no_more_harms_nobody() {
    let mut bench = Bench::new(&[("linger.ms", "60000"), ("metadata.max.age.ms", "1000")]);
    bench.metadata = metadata(TopicId(1), 8);
    bench.run_to(2_000_000);
    // Without a partition of its own: the sticky partitioner looks at the queues.
    bench.send_anywhere(10);
    // Deleted, and made anew with one partition: the one queue that stands is of another.
    bench.metadata = metadata(TopicId(2), 1);
    bench.run_to(4_000_000);
    let topic = bench.producer.metadata.topic("t").expect("it is known");
    assert_eq!((topic.topic, topic.partitions.len()), (TopicId(2), 1));
    let queues: Vec<_> = bench.producer.accumulator.queues().map(|(at, queue)| (at, queue.len())).collect();
    assert!(matches!(queues[..], [(at, 1)] if at.topic == TopicId(2) && at.partition >= 1), "{queues:?}");
    bench.run_to(130_000_000);
    let ledger = bench.producer.ledger;
    assert_eq!((ledger.waiting, ledger.in_flight, ledger.failed), (0, 0, 1), "nobody leads it, so it fails in time");
}

/// `RecordAccumulator.append` looks whether to leave once more when the open batch had no room for the record.
#[test]
fn the_sticky_partitioner_leaves_no_batch_open_behind_it() {
    let mut bench = Bench::new(&[("linger.ms", "60000"), ("batch.size", "300")]);
    let mut switches = 0;
    for _ in 0..100 {
        bench.send_anywhere(100);
        for request in bench.sent() {
            bench.produced(&request, ErrorCode::None);
        }
        let queues = bench.producer.accumulator.queues();
        let open = queues.filter(|(_, queue)| queue.back().is_some_and(|batch| !batch.is_full())).count();
        assert!(open <= 1, "only where it is now");
        switches +=
            bench.events.iter().filter(|event| matches!(event, EventKind::StickyPartitionChanged { .. })).count();
        bench.events.clear();
    }
    assert!(switches > 5, "{switches}");
}
