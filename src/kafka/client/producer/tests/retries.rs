//! What is sent again, when and in which order; and what is not sent, to whom there is no connection.

use super::*;

impl Bench {
    /// The batches that were sent, by number, with how often each had been sent then.
    fn attempts(&self) -> Vec<(u32, u32)> {
        let attempt = |event: &EventKind| match event {
            EventKind::BatchSent(sent) => Some((sent.batch, sent.attempt)),
            _ => None,
        };
        self.events.iter().filter_map(attempt).collect()
    }

    /// How long each batch that failed was told to wait.
    fn backoffs(&self) -> Vec<u64> {
        let backoff = |event: &EventKind| match event {
            EventKind::BatchRetried { backoff_us, .. } => Some(*backoff_us),
            _ => None,
        };
        self.events.iter().filter_map(backoff).collect()
    }

    fn disconnect(&mut self) {
        self.input(Input::Message { from: BROKER, message: Message::Disconnect(Channel::Data, None) });
    }
}

/// `RecordAccumulator.reenqueue` sorts by sequence only where there are sequences; else each goes before all others.
#[test]
fn without_sequences_what_comes_back_is_turned_round() {
    for (idempotence, order) in [("true", [1, 2, 3, 1]), ("false", [1, 2, 3, 3])] {
        let mut bench = Bench::new(&[("linger.ms", "0"), ("enable.idempotence", idempotence)]);
        for _ in 0..3 {
            bench.send(0, 10);
        }
        bench.disconnect();
        bench.run_to(1_000_000);
        let numbers: Vec<u32> = bench.attempts().iter().map(|(batch, _)| *batch).collect();
        assert_eq!(numbers[..4], order);
        assert!(idempotence == "true" || numbers[4..] == [2, 1], "{numbers:?}");
    }
}

/// `Sender.completeBatch` asks for metadata after an `InvalidMetadataException` only.
#[test]
fn only_errors_that_speak_of_stale_metadata_ask_for_it() {
    for (error, asks) in [
        (ErrorCode::NotEnoughReplicas, false),
        (ErrorCode::NotEnoughReplicasAfterAppend, false),
        (ErrorCode::RequestTimedOut, false),
        (ErrorCode::UnknownLeaderEpoch, false),
        (ErrorCode::NotLeaderOrFollower, true),
        (ErrorCode::FencedLeaderEpoch, true),
        (ErrorCode::UnknownTopicOrPartition, true),
        (ErrorCode::UnknownTopicId, true),
        (ErrorCode::LeaderNotAvailable, true),
        (ErrorCode::NetworkException, true),
    ] {
        let mut bench = Bench::new(&[("linger.ms", "0")]);
        bench.run_to(1_000_000);
        bench.send(0, 10);
        let (request, asked) = (bench.sent().remove(0), bench.asked);
        bench.produced(&request, error);
        assert_eq!(bench.asked > asked, asks, "{}", error.name());
        assert_eq!(bench.producer.ledger.in_flight, 1, "it will be sent again");
    }
}

/// `Sender.failBatch`: it may have been written, so its sequence is not given to another; the gap that it may leave costs
/// the next one its retries, and only then the epoch rises.
#[test]
fn a_batch_whose_retries_are_used_up_keeps_its_sequence() {
    let mut bench = Bench::new(&[("linger.ms", "0"), ("retries", "1")]);
    bench.run_to(1_000_000);
    let mut sequences = Vec::new();
    for (round, error) in
        [(1, ErrorCode::NotEnoughReplicasAfterAppend), (2, ErrorCode::OutOfOrderSequenceNumber), (3, ErrorCode::None)]
    {
        bench.send(0, 10);
        for second in 1..=2 {
            bench.run_to(round * 5_000_000 + second * 2_000_000);
            for request in bench.sent() {
                sequences.push((request.1[0].1, request.1[0].2));
                bench.produced(&request, error);
            }
        }
    }
    assert_eq!(sequences, [(0, 1), (0, 1), (1, 1), (1, 1), (0, 1)]);
    assert_eq!((bench.producer.ledger.failed, bench.producer.ledger.acknowledged), (2, 1));
}

/// A request that is not answered in time closes the connection, and that asks for metadata.
#[test]
fn a_request_that_times_out_asks_for_metadata() {
    let mut bench = Bench::new(&[("linger.ms", "0"), ("request.timeout.ms", "2000")]);
    bench.run_to(1_000_000);
    bench.send(0, 10);
    let asked = bench.asked;
    bench.run_to(3_100_000);
    assert!(bench.asked > asked);
}

/// `Sender.sendProducerData` leaves out the nodes that are not `client.ready`: their batches wait, and cost no attempt.
#[test]
fn nothing_goes_to_a_broker_without_a_connection() {
    for acks in ["0", "1"] {
        let mut bench = Bench::new(&[("linger.ms", "0"), ("acks", acks), ("enable.idempotence", "false")]);
        bench.run_to(1_000_000);
        (bench.down, bench.asked) = (true, 0);
        bench.disconnect();
        bench.send(0, 10);
        bench.run_to(6_000_000);
        assert_eq!((bench.attempts(), bench.producer.ledger.waiting), (vec![], 1), "acks={acks}");
        assert!((6..=14).contains(&bench.asked), "it tries again every second at last: {}", bench.asked);
        bench.down = false;
        bench.run_to(8_000_000);
        assert_eq!(bench.attempts(), [(1, 1)], "acks={acks}");
    }
}

/// What opens the connection is a request of its own where nothing else is asked of the broker.
#[test]
fn a_closed_connection_is_opened_for_what_is_ready() {
    let mut bench = Bench::new(&[("linger.ms", "0")]);
    bench.run_to(1_000);
    bench.asked = 0;
    bench.disconnect();
    bench.send(0, 10);
    bench.run_to(30_000);
    assert_eq!((bench.attempts(), bench.asked), (vec![], 0), "it lets reconnect.backoff.ms pass");
    bench.run_to(90_000);
    assert_eq!((bench.attempts(), bench.asked), (vec![(1, 1)], 1), "before it asks for metadata");
}

/// `ProducerBatch.hasLeaderChangedForTheOngoingRetry`.
#[test]
fn no_batch_waits_once_a_later_leader_is_known() {
    let settings = [("linger.ms", "0"), ("retry.backoff.ms", "1000"), ("enable.idempotence", "false")];
    let mut bench = Bench::new(&settings);
    bench.send(0, 10);
    bench.send(0, 10);
    let (partition, error) = (TopicIdPartition::new(TopicId(1), 0), ErrorCode::NotLeaderOrFollower);
    for request in bench.sent() {
        let result = ProduceResult { partition, error, base_offset: -1, current_leader: Some((1, 1)) };
        bench.answer(request.0, Response::Produce(vec![result]));
    }
    assert_eq!((bench.backoffs(), bench.attempts().len()), (vec![0, 0], 4), "the second one too");
    for request in bench.sent() {
        bench.produced(&request, ErrorCode::NotEnoughReplicas);
    }
    bench.run_to(500_000);
    assert_eq!(bench.attempts().len(), 4, "both wait: it is the leader that refused them");

    // And now they hear of another one meanwhile.
    let state = &bench.metadata.topics[0].partitions[0];
    let later = PartitionState { leader_epoch: 2, ..PartitionState::clone(state) };
    bench.metadata.topics[0].partitions[0] = Arc::new(later);
    bench.metadata.metadata_offset += 1;
    bench.input(Input::Timer(Timer::MetadataAge));
    assert_eq!(bench.attempts().len(), 6);
}
