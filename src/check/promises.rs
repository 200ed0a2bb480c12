//! Promises: with eligible leader replicas (KIP-966) a record that was acknowledged with acks=all stays while fewer of its
//! copies are wiped than `min.insync.replicas` asked for, and while nobody is elected uncleanly.
//!
//! So many copies there were when it was committed. A setting that was lowered since, or fewer replicas, ask for less
//! from then on: the controller forgot who was eligible, and does not know them again when the setting rises.

use std::collections::BTreeMap;

use crate::{kafka::ids::BrokerId, sim::EventId};

/// What was promised of one partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Promises {
    /// Batches that a producer was told of with acks=all, by base offset, and the events that told it.
    told: BTreeMap<i64, EventId>,
    /// How many copies must be wiped before records from an offset on may be lost.
    needed: BTreeMap<i64, usize>,
    /// How far the logs went that were wiped, and the events.
    wiped: BTreeMap<BrokerId, (i64, EventId)>,
    /// What lies before retention or DeleteRecords took, or the cleaner may have.
    removed_to: i64,
}

/// A promise that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub offset: i64,
    /// Batches from there on that are gone and were promised.
    pub batches: usize,
    pub needed: usize,
    pub told: EventId,
    pub wiped: Vec<EventId>,
}

impl Promises {
    /// What is committed from `base` on is on so many replicas at least.
    pub fn commit(&mut self, base: i64, needed: usize) {
        if self.needed.last_key_value().is_none_or(|(_, last)| *last != needed) {
            self.needed.insert(base, needed);
        }
    }

    /// From now on fewer copies are asked for.
    pub fn lower(&mut self, most: usize) {
        self.needed.values_mut().for_each(|needed| *needed = (*needed).min(most));
    }

    /// A producer was told of a batch.
    pub fn tell(&mut self, base: i64, event: EventId) {
        self.told.insert(base, event);
    }

    /// A replica whose log ended at `end` was wiped.
    pub fn wipe(&mut self, broker: BrokerId, end: i64, event: EventId) {
        let wiped = self.wiped.entry(broker).or_insert((end, event));
        if end >= wiped.0 {
            *wiped = (end, event);
        }
    }

    /// Had a broker what lies before an offset until it was wiped? Until the leader hears of it, it believes so.
    pub fn had(&self, broker: BrokerId, offset: i64) -> bool {
        self.wiped.get(&broker).is_some_and(|(end, _)| *end >= offset)
    }

    /// What lies before `to` is gone by itself, or may be.
    pub fn remove(&mut self, to: i64) {
        self.removed_to = self.removed_to.max(to);
    }

    /// Nothing is promised any more of what lay at `end` and after.
    pub fn forget(&mut self, end: i64) {
        self.told.split_off(&end);
        self.needed.split_off(&end);
    }

    /// The first promise that is broken when all is lost from `lost` on. `log_end`: how far a broker's log goes now.
    pub fn broken(&self, lost: i64, log_end: impl Fn(BrokerId) -> i64) -> Option<Broken> {
        let gone = self.told.range(lost.max(self.removed_to)..);
        let broken = gone.filter_map(|(offset, told)| {
            let needed = self.needed.range(..=*offset).next_back().map_or(0, |(_, needed)| *needed);
            // A copy that was wiped and fetched again is there.
            let is_gone = |broker: BrokerId, end: i64| end > *offset && log_end(broker) <= *offset;
            let wiped = self.wiped.iter().filter(|(broker, (end, _))| is_gone(**broker, *end));
            let wiped: Vec<EventId> = wiped.map(|(_, (_, event))| *event).collect();
            (wiped.len() < needed).then_some(Broken { offset: *offset, batches: 0, needed, told: *told, wiped })
        });
        let mut broken = broken.peekable();
        let first = broken.peek().cloned()?;
        Some(Broken { batches: broken.count(), ..first })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promised() -> Promises {
        let mut promises = Promises::default();
        promises.commit(0, 2);
        promises.tell(0, 10);
        promises.tell(5, 11);
        promises
    }

    #[test]
    fn as_many_wiped_copies_as_were_asked_for_may_lose_a_record() {
        let mut promises = promised();
        assert_eq!(promises.broken(0, |_| 0).map(|broken| (broken.offset, broken.batches)), Some((0, 2)));
        promises.wipe(1, 9, 12);
        assert_eq!(promises.broken(5, |_| 0).map(|broken| broken.wiped), Some(vec![12]), "one of two");
        promises.wipe(2, 5, 13);
        assert_eq!(promises.broken(0, |_| 0).map(|broken| broken.offset), Some(5), "the second never had this one");
        promises.wipe(2, 6, 14);
        assert_eq!(promises.broken(0, |_| 0), None);
        assert!(promises.broken(0, |broker| if broker == 2 { 6 } else { 0 }).is_some(), "fetched again");
    }

    #[test]
    fn nothing_is_promised_of_what_was_removed_or_asked_less_for() {
        let mut promises = promised();
        promises.remove(5);
        assert_eq!(promises.broken(0, |_| 0).map(|broken| broken.offset), Some(5));
        promises.lower(0);
        assert_eq!(promises.broken(0, |_| 0), None);
        let mut promises = promised();
        promises.forget(5);
        assert_eq!(promises.broken(0, |_| 0).map(|broken| broken.batches), Some(1));
    }
}
