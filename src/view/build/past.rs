//! What the events say that the present state does not: since when a broker is gone, and who led before.
//!
//! Each event is read once; what was before the first look is read from what the run still keeps.

use crate::{
    cluster::World,
    history::Run,
    kafka::{
        event::{Event, EventKind},
        ids::{BrokerId, TopicIdPartition, is_controller_only, is_internal},
    },
    sim::{EventId, Map},
    view::copies::Moved,
};

/// An election is news for so long even if the old leader is still there.
const NEWS_US: u64 = 10_000_000;
/// Elections within so short a time are one: the controller writes them one after another.
const TOGETHER_US: u64 = 1_000_000;

/// What was read so far.
#[derive(Debug, Default)]
pub(super) struct Past {
    seen: EventId,
    gone_us: Map<BrokerId, u64>,
    /// The last election, by partition.
    moves: Map<TopicIdPartition, Move>,
    moved_us: u64,
}

#[derive(Debug)]
struct Move {
    from: BrokerId,
    to: Option<BrokerId>,
    time_us: u64,
}

impl Past {
    /// Reads what is new.
    pub fn follow(&mut self, run: &Run) {
        // The run went back: what has been read has not happened yet.
        if run.event() < self.seen {
            *self = Past::default();
        }
        let events = run.events();
        let first = events.front().map_or(0, |event| event.id);
        let known = usize::try_from((self.seen + 1).saturating_sub(first)).unwrap_or(0);
        for event in events.range(known.min(events.len())..) {
            self.note(event);
        }
        self.seen = run.event();
    }

    fn note(&mut self, event: &Event) {
        match &event.kind {
            EventKind::BrokerCrashed | EventKind::BrokerStopped => {
                self.gone_us.insert(event.node.0, event.time_us);
            }
            EventKind::BrokerFenced { broker, .. } => {
                self.gone_us.insert(*broker, event.time_us);
            }
            EventKind::BrokerUnfenced { broker } => {
                self.gone_us.remove(broker);
            }
            // Nobody fences it, so nobody says that it is back.
            EventKind::BrokerStarted if is_controller_only(event.node.0) => {
                self.gone_us.remove(&event.node.0);
            }
            EventKind::LeaderElected { partition, from: Some(from), to, .. } if *to != Some(*from) => {
                self.elected(*partition, Some(*from), *to, event.time_us);
            }
            EventKind::LeaderElected { partition, from: None, to: Some(to), .. } => {
                self.elected(*partition, None, Some(*to), event.time_us);
            }
            _ => {}
        }
    }

    fn elected(&mut self, partition: TopicIdPartition, from: Option<BrokerId>, to: Option<BrokerId>, time_us: u64) {
        // Who led before is known from the time when nobody could any more.
        let before = self.moves.get(&partition).filter(|moved| moved.to.is_none()).map(|moved| moved.from);
        if time_us.saturating_sub(self.moved_us) > TOGETHER_US {
            self.moves.retain(|_, moved| moved.to.is_none());
        }
        let Some(from) = from.or(before) else { return };
        self.moved_us = time_us;
        self.moves.insert(partition, Move { from, to, time_us });
    }

    /// Since when brokers are gone, or on their way back.
    pub fn since_us(&self) -> Vec<(u32, u64)> {
        self.gone_us.iter().map(|(broker, since_us)| (*broker, *since_us)).collect()
    }

    /// What is news of the last election, by topic and partition.
    pub fn moved(&self, world: &World) -> Vec<Moved> {
        let image = world.metadata();
        let is_news = |partition: &TopicIdPartition, moved: &Move| {
            let still = image.partition(*partition).is_some_and(|state| state.leader == moved.to);
            let gone = self.gone_us.contains_key(&moved.from);
            still && Some(moved.from) != moved.to && (gone || world.now_us() < moved.time_us + NEWS_US)
        };
        let view = |(partition, moved): (&TopicIdPartition, &Move)| {
            let topic = world.topic_name(partition.topic);
            (!is_internal(topic) && is_news(partition, moved)).then(|| Moved {
                topic: topic.to_owned(),
                partition: partition.partition,
                from: moved.from,
                to: moved.to,
                time_us: moved.time_us,
            })
        };
        self.moves.iter().filter_map(view).collect()
    }
}
