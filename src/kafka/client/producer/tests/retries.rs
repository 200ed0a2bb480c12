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
