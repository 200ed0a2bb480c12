//! The sums of the ledger, which stand on the page all the time.

use super::{
    Ledger,
    verdicts::{Errors, GroupView, ProducerView, Remover, Verdict},
};
use crate::{
    cluster::World,
    kafka::ids::{Name, TopicId},
    sim::{Map, Set},
};

/// How many records there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Given to `send`, as the producers count.
    pub sent: u64,
    /// By producer's view and storage verdict.
    pub cells: [[u64; Verdict::COUNT]; ProducerView::COUNT],
    /// The failed ones by error.
    pub errors: Errors,
    /// The removed ones by what removed them.
    pub removed_by: [u64; Remover::COUNT],
    /// Those that are in the partition's log more than once.
    pub stored_twice: u64,
    /// Those that stand behind a later one of their producer and key.
    pub out_of_order: u64,
    /// Those that are so old and so settled that they are only counted, and in no list.
    pub folded: u64,
    /// Group by group, by first appearance.
    pub groups: Vec<GroupTotals>,
}

/// The records of the topics that a group reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTotals {
    /// `group.id`.
    pub group: Name,
    /// Sent to those topics.
    pub sent: u64,
    /// By the group's view.
    pub views: [u64; GroupView::COUNT],
    /// Those that a zombie was given.
    pub by_zombie: u64,
}

impl Totals {
    /// Records of a producer's view.
    pub fn of_view(&self, view: ProducerView) -> u64 {
        self.cells.get(view as usize).map_or(0, |row| row.iter().sum())
    }

    /// Records of a storage verdict.
    pub fn of_verdict(&self, verdict: Verdict) -> u64 {
        self.cells.iter().filter_map(|row| row.get(verdict as usize)).sum()
    }

    /// Does each view add up to what was sent?
    pub fn adds_up(&self) -> bool {
        self.cells.iter().flatten().sum::<u64>() == self.sent && self.groups.iter().all(GroupTotals::adds_up)
    }

    /// Is every record acknowledged, visible and nothing more, or on its way to that?
    pub fn is_plain(&self) -> bool {
        let odd = [Verdict::LostAcknowledged, Verdict::LostReported, Verdict::FailedStored];
        let lost = odd.iter().map(|verdict| self.of_verdict(*verdict)).sum::<u64>();
        lost + self.stored_twice + self.out_of_order == 0 && self.groups.iter().all(GroupTotals::is_plain)
    }
}

impl GroupTotals {
    /// Records of a view.
    pub fn of(&self, view: GroupView) -> u64 {
        self.views.get(view as usize).copied().unwrap_or_default()
    }

    fn adds_up(&self) -> bool {
        self.views.iter().sum::<u64>() == self.sent
    }

    fn is_plain(&self) -> bool {
        self.of(GroupView::Again) + self.of(GroupView::Skipped) + self.of(GroupView::Missed) + self.by_zombie == 0
    }
}

impl Ledger {
    /// The sums of now.
    pub fn totals(&self, world: &World) -> Totals {
        let sums = &self.lines.sums;
        let mut totals = Totals {
            sent: world.ledger().sent,
            cells: sums.cells,
            errors: sums.errors.clone(),
            removed_by: sums.removed_by,
            stored_twice: sums.stored_twice,
            out_of_order: sums.out_of_order,
            folded: self.lines.folded.records(),
            groups: Vec::new(),
        };
        totals.errors.retain(|_, records| *records > 0);
        let mut waiting: Map<TopicId, u64> = Map::new();
        let mut blocked: Map<&str, u64> = Map::new();
        let mut all_waiting = 0;
        for slot in world.producers().values() {
            for (partition, queue) in slot.producer.accumulator.queues() {
                let unsent = queue.iter().filter(|batch| batch.attempts == 0);
                let records: u64 = unsent.map(|batch| batch.len() as u64).sum();
                if records > 0 {
                    *waiting.entry(partition.topic).or_default() += records;
                    all_waiting += records;
                }
            }
            for (topic, _) in slot.producer.blocked_records() {
                *blocked.entry(topic).or_default() += 1;
                all_waiting += 1;
            }
        }
        let refused: u64 = self.refused.iter().map(|refused| refused.records).sum();
        totals.cells[ProducerView::Waiting as usize][Verdict::NotStored as usize] += all_waiting;
        totals.cells[ProducerView::Failed as usize][Verdict::LostReported as usize] += refused;
        for run in &self.refused {
            *totals.errors.entry(run.error).or_default() += run.records;
        }
        for group in &self.groups.list {
            let mut views = group.sum.views;
            let mut sent = group.topics.iter().filter_map(|topic| self.sent_to.get(topic)).sum::<u64>();
            // A topic that was deleted and made again is two topics of one name.
            let names: Set<&str> = group.topics.iter().map(|topic| world.topic_name(*topic)).collect();
            let mut waits = group.topics.iter().filter_map(|topic| waiting.get(topic)).sum::<u64>();
            let mut fails = 0;
            for name in names.iter() {
                waits += blocked.get(name).copied().unwrap_or_default();
                fails += self.refused_of.get(*name).copied().unwrap_or_default();
            }
            views[GroupView::NotDue as usize] += waits;
            views[GroupView::Missed as usize] += fails;
            sent += waits + fails;
            totals.groups.push(GroupTotals { group: group.name.clone(), sent, views, by_zombie: group.sum.by_zombie });
        }
        totals
    }
}
