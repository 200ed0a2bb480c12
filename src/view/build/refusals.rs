//! The last write that each producer was refused by a broker: what a producer itself remembers is only what it told its
//! application, and that only once it gives up.
//!
//! Each event is read once. Left out: why, which is `view::why`'s.

use std::collections::VecDeque;

use crate::{
    history::Run,
    i18n::{Text, moment},
    kafka::event::EventKind,
    sim::{EventId, Map, NodeId},
    templates,
    view::{story, why::answered},
};

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    seen: EventId,
    /// By producer, oldest first: the event that told it, and the one at the broker.
    told: Map<NodeId, VecDeque<(EventId, EventId)>>,
}

templates! { "refusals":
    WRITE_REFUSED = "`{error}` for `{place}` at {time}.", "{time}，`{place}`：`{error}`。";
}

impl Refusals {
    /// Reads what is new.
    pub fn follow(&mut self, run: &Run) {
        // The run went back: what has been read since has not happened yet.
        if run.event() < self.seen {
            for told in self.told.values_mut() {
                while told.pop_back_if(|(event, _)| *event > run.event()).is_some() {}
            }
            self.seen = run.event();
        }
        let events = run.events();
        let first = events.partition_point(|event| event.id <= self.seen);
        let forgotten = events.front().map_or(0, |event| event.id);
        for event in events.range(first..) {
            if matches!(event.kind, EventKind::BatchRetried { .. } | EventKind::BatchFailed { .. })
                && let Some(refused) = answered(run, event)
            {
                let told = self.told.entry(event.node).or_default();
                while told.pop_front_if(|(_, refused)| *refused < forgotten).is_some() {}
                told.push_back((event.id, refused.id));
            }
        }
        self.seen = run.event();
    }

    /// The last one of a producer that the run still knows, in words, and its event.
    pub fn of(&self, run: &Run, producer: NodeId) -> Option<(Text, EventId)> {
        let event = run.event_by_id(self.told.get(&producer)?.back()?.1)?;
        let EventKind::AppendRefused { partition, error } = event.kind else { return None };
        let text = WRITE_REFUSED.with("error", error.name()).with("place", story::partition(run.world(), partition));
        Some((text.with("time", moment(event.time_us)), event.id))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        cluster::{ClusterSpec, command_text::parse},
        history::{History, Run, Scenario},
        i18n::Lang,
        ledger::{Filter, ProducerView},
        view::{
            Builder,
            ledger::life,
            why::{WhyKey, card},
        },
    };

    /// Two partitions whose one follower stops; what is sent to them from then on is refused until it fails.
    fn history() -> History {
        let cluster = ClusterSpec { racks: vec![None; 2], ..ClusterSpec::default() };
        let mut history = History::new(Run::new(&Scenario { seed: 3, cluster, ..Scenario::default() }).expect("sound"));
        for (at_us, line) in [
            (100_000, "create-topic topic=t partitions=2 replication.factor=2 min.insync.replicas=2"),
            (200_000, "add-producer producer=p topic=t delivery.timeout.ms=9000 request.timeout.ms=3000"),
            (300_000, "add-producer producer=q topic=t acks=1"),
            (1_000_000, "stop-broker broker=2"),
            (5_000_000, "send producer=p key=a value=1"),
            (5_000_000, "send producer=p key=d value=1"),
            (5_000_000, "send producer=q key=a value=1"),
        ] {
            history.advance_to(at_us);
            history.apply(parse(line).expect(line)).expect(line);
        }
        history
    }

    #[test]
    fn a_refused_write_is_asked_for_at_its_producer_and_in_the_life_of_its_record() {
        let mut history = history();
        let mut builder = Builder::default();
        let mut said = |history: &History| {
            let view = builder.build(history.run());
            let of =
                |name| view.producers.iter().find(|producer| producer.name == name).expect(name).last_refused.clone();
            assert_eq!(of("q"), None, "acks=1 is not refused");
            of("p").map(|(text, event)| (text.plain(Lang::En), event))
        };
        assert_eq!(said(&history), None);
        history.advance_to(5_100_000);
        let first = said(&history).expect("refused");
        assert!(first.0.starts_with("NOT_ENOUGH_REPLICAS for t-"), "{first:?}");
        let answer = card(history.run(), &WhyKey::WriteRefused { event: first.1 }).expect("a card");
        assert!(answer.subject.starts_with("t-"));
        let early = history.run().moment();
        history.advance_to(16_000_000);
        let last = said(&history).expect("refused");
        assert!(last.1 > first.1);
        history.seek(early);
        assert_eq!(said(&history), Some(first), "what comes later has not happened yet");
        history.seek_end();
        assert_eq!(said(&history), Some(last.clone()));

        let run = history.run();
        let failed = run.ledger().list(run.world(), &Filter::View(ProducerView::Failed), 0, 10).records;
        assert_eq!(failed.len(), 2);
        let mut asked = Vec::new();
        for id in failed {
            let life = life(run, id).expect("it was sent");
            let keys = life.lines.iter().filter_map(|line| line.why.as_ref().map(|(_, key)| key.clone()));
            let of_life: Vec<u64> = keys
                .filter_map(|key| match key {
                    WhyKey::WriteRefused { event } => Some(event),
                    _ => None,
                })
                .collect();
            assert!(of_life.len() > 3, "each of its attempts can be asked: {:#?}", life.lines);
            for event in &of_life {
                let answer = card(run, &WhyKey::WriteRefused { event: *event }).expect("a card");
                assert!(life.subject.starts_with(&answer.subject), "of its own partition: {}", answer.subject);
            }
            asked.extend(of_life);
        }
        asked.sort_unstable();
        assert_eq!(asked.last(), Some(&last.1));
        asked.dedup();
        let refused = |event: &&crate::kafka::event::Event| {
            matches!(event.kind, crate::kafka::event::EventKind::AppendRefused { .. })
        };
        assert_eq!(asked.len(), run.events().iter().filter(refused).count(), "every refusal, and none twice");
    }
}
