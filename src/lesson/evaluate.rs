//! Reads measures off a world and decides conditions. Pure: the same facts give the same answers.

use crate::sim::Map;
use serde::{Deserialize, Serialize};

use super::{
    condition::{Compare, Condition, Value},
    facts::{KeyPlace, WorldFacts},
    measure::{Kind, Measure},
};

/// What a measure gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reading {
    /// A number.
    Number(i64),
    /// Words in order.
    Words(Vec<String>),
}

/// What measures gave at one moment; a measure that gave nothing is not in it.
pub type Snapshot = Map<Measure, Reading>;

/// Reads all `measures` at this moment.
pub fn snapshot<'a>(measures: impl IntoIterator<Item = &'a Measure>, facts: &dyn WorldFacts) -> Snapshot {
    measures.into_iter().filter_map(|measure| Some((measure.clone(), measure.read(facts)?))).collect()
}

/// Do all `conditions` hold? `before` is what the world gave when the beat began.
pub fn all_hold(conditions: &[Condition], facts: &dyn WorldFacts, before: &Snapshot) -> bool {
    conditions.iter().all(|condition| condition.holds(facts, before))
}

impl Condition {
    /// Does it hold? It does not when the measure gives nothing, or gave nothing before.
    pub fn holds(&self, facts: &dyn WorldFacts, before: &Snapshot) -> bool {
        self.measure.read(facts).is_some_and(|reading| self.holds_for(&reading, before))
    }

    /// The same with a reading taken earlier.
    pub fn holds_for(&self, reading: &Reading, before: &Snapshot) -> bool {
        let wanted = match &self.value {
            Value::Number(number) => Reading::Number(*number),
            Value::Words(words) => Reading::Words(words.clone()),
            Value::Before(more) => match before.get(&self.measure) {
                Some(Reading::Number(number)) => Reading::Number(number + more),
                Some(words) => words.clone(),
                // What was not there before counts as none of it, so that `before + 3` can speak of a new thing.
                None if self.measure.kind.row().words => Reading::Words(Vec::new()),
                None => Reading::Number(*more),
            },
        };
        match (self.compare, reading, &wanted) {
            (Compare::Equal, have, want) => have == want,
            (Compare::NotEqual, have, want) => have != want,
            (compare, Reading::Number(have), Reading::Number(want)) => match compare {
                Compare::AtLeast => have >= want,
                Compare::AtMost => have <= want,
                Compare::More => have > want,
                _ => have < want,
            },
            _ => false,
        }
    }
}

impl Measure {
    /// What it gives now; `None` when what it speaks of does not exist.
    pub fn read(&self, facts: &dyn WorldFacts) -> Option<Reading> {
        if self.kind.row().words {
            self.words(facts).map(Reading::Words)
        } else {
            self.number(facts).map(Reading::Number)
        }
    }

    fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    fn number(&self, facts: &dyn WorldFacts) -> Option<i64> {
        let (first, second) = (self.name(0), self.name(1));
        let one = self.partition.unwrap_or(0);
        match self.kind {
            Kind::PartitionCount => facts.partition_count(first).map(i64::from),
            Kind::LogStart => facts.log_start(first, one),
            Kind::LogEnd => facts.log_end(first, one),
            Kind::HighWatermark => facts.high_watermark(first, one),
            Kind::Stored => self.sum(facts, first, |p| Some(facts.log_end(first, p)? - facts.log_start(first, p)?)),
            Kind::Visible => {
                self.sum(facts, first, |p| Some(facts.high_watermark(first, p)? - facts.log_start(first, p)?))
            }
            Kind::EmptyPartitions => {
                self.sum(facts, first, |p| Some(i64::from(facts.log_end(first, p)? == facts.log_start(first, p)?)))
            }
            Kind::RecordsOfKey => {
                let places = facts.places_of_key(first, second);
                let wanted = places.iter().filter(|place| self.partition.is_none_or(|p| p == place.partition));
                Some(wanted.map(|place| place.records as i64).sum())
            }
            Kind::PartitionOfKey => newest(facts, first, second).map(|place| i64::from(place.partition)),
            Kind::Generation => facts.generation(first).map(i64::from),
            Kind::Members => {
                facts.group_state(first)?;
                Some(facts.members(first).len() as i64)
            }
            Kind::IdleMembers => Some(idle(facts, first)?.len() as i64),
            Kind::Owned => Some(owned(facts, first, second, self.name(2))?.len() as i64),
            Kind::Unowned => {
                let partitions = facts.partition_count(second)?;
                Some((0..partitions).filter(|p| facts.owner(first, second, *p).is_none()).count() as i64)
            }
            Kind::Committed => self.sum(facts, second, |p| facts.committed(first, second, p)),
            Kind::Position => self.sum(facts, second, |p| facts.position(first, second, p)),
            Kind::Lag => {
                self.sum(facts, second, |p| Some(facts.high_watermark(second, p)? - facts.committed(first, second, p)?))
            }
            Kind::Unread => {
                self.sum(facts, second, |p| Some(facts.high_watermark(second, p)? - facts.position(first, second, p)?))
            }
            Kind::Consumed => facts.consumed(first).map(|n| n as i64),
            Kind::Acknowledged => facts.acknowledged(first).map(|n| n as i64),
            Kind::Unacknowledged => facts.unacknowledged(first).map(|n| n as i64),
            Kind::KnownPartitions => facts.known_partitions(first, second).map(i64::from),
            Kind::PartitionsOfKey | Kind::GroupState | Kind::IdleNames | Kind::Assignment | Kind::Owner => None,
        }
    }

    fn words(&self, facts: &dyn WorldFacts) -> Option<Vec<String>> {
        let (first, second) = (self.name(0), self.name(1));
        match self.kind {
            Kind::PartitionsOfKey => {
                let mut places: Vec<i32> = facts.places_of_key(first, second).iter().map(|p| p.partition).collect();
                crate::sim::sort_by(&mut places, Ord::cmp);
                Some(places.into_iter().map(short).collect())
            }
            Kind::GroupState => facts.group_state(first).map(|state| vec![state]),
            Kind::IdleNames => idle(facts, first),
            Kind::Assignment => Some(owned(facts, first, second, self.name(2))?.into_iter().map(short).collect()),
            Kind::Owner => facts.owner(first, second, self.partition?).map(|name| vec![name]),
            _ => None,
        }
    }

    /// `of` the partition asked for, or the sum over all; `None` if it is `None` for any.
    fn sum(&self, facts: &dyn WorldFacts, topic: &str, of: impl Fn(i32) -> Option<i64>) -> Option<i64> {
        match self.partition {
            Some(partition) => of(partition),
            None => (0..facts.partition_count(topic)?).map(of).sum(),
        }
    }
}

/// Where the newest visible record with this key lies.
pub fn newest(facts: &dyn WorldFacts, topic: &str, key: &str) -> Option<KeyPlace> {
    facts.places_of_key(topic, key).into_iter().max_by_key(|place| (place.newest_us, place.newest_offset))
}

fn short(partition: i32) -> String {
    format!("P{partition}")
}

/// Partitions of `topic` in this consumer's hands, ascending; `None` when the group or the topic does not exist.
fn owned(facts: &dyn WorldFacts, group: &str, consumer: &str, topic: &str) -> Option<Vec<i32>> {
    facts.group_state(group)?;
    facts.partition_count(topic)?;
    let all = facts.owned(group, consumer);
    let mut here: Vec<i32> =
        all.into_iter().filter(|(name, _)| name == topic).map(|(_, partition)| partition).collect();
    crate::sim::sort_by(&mut here, Ord::cmp);
    Some(here)
}

/// Members that own nothing; `None` when the group does not exist.
fn idle(facts: &dyn WorldFacts, group: &str) -> Option<Vec<String>> {
    facts.group_state(group)?;
    Some(facts.members(group).into_iter().filter(|member| facts.owned(group, member).is_empty()).collect())
}
