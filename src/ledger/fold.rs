//! Lines that are only counted: so that the ledger of a long run does not grow with it, a line whose answers can never
//! change any more is folded once its batch left its producer more than [`limits::LISTED`] events ago.
//!
//! Its producer's view is final, nothing of it is under way, and either no leader ever wrote it, or its one copy was
//! removed and no broker has it on its disk any more. The sums go on counting it, and so does each group, for that
//! counts offsets and not lines ([`super::groups`]). Left out: lines that must be looked at by themselves (batches with
//! several copies, or one that was cut off), which stay.

use super::{Ledger, line_of, verdicts::ProducerView};
use crate::{
    cluster::World,
    kafka::limits,
    ledger::{Copy, GroupTotals, Line, LineId, Place, Totals},
    sim::{EventId, Set},
};

/// A look at all lines comes after so many parts of the limit.
const LOOKS: EventId = 16;

impl Ledger {
    /// One that folds what is settled after fewer events than [`limits::LISTED`]: what is tested.
    pub fn folding_after(events: EventId) -> Ledger {
        Ledger { fold_after: Some(events), ..Ledger::default() }
    }

    /// What is only counted.
    pub fn folded(&self) -> Totals {
        let folded = &self.lines.folded;
        let mut totals = Totals {
            sent: folded.records(),
            cells: folded.cells,
            errors: folded.errors.clone(),
            removed_by: folded.removed_by,
            folded: folded.records(),
            ..Totals::default()
        };
        for group in &self.groups.list {
            let mut tally = super::groups::Tally::default();
            let read = self.partitions.iter().filter(|(at, _)| group.topics.contains(&at.topic));
            read.for_each(|(at, partition)| tally.add(&group.folded(*at, partition, &self.lines)));
            let sent = tally.views.iter().sum();
            let by_zombie = tally.by_zombie;
            totals.groups.push(GroupTotals { group: group.name.clone(), sent, views: tally.views, by_zombie });
        }
        totals
    }

    /// Folds what is settled, if it is time to look again.
    pub(super) fn fold(&mut self, world: &World, now: EventId) {
        let after = self.fold_after.unwrap_or(limits::LISTED.max);
        if now <= after || now < self.folded_at + (after / LOOKS).max(1) {
            return;
        }
        self.folded_at = now;
        let under_way: Set<LineId> =
            world.unwritten().map(|stamp| LineId { client: stamp.client, batch: stamp.batch }).collect();
        for id in self.lines.begun_before(now - after) {
            let Some(line) = self.lines.get(id).filter(|line| is_final(line) && !under_way.contains(&id)) else {
                continue;
            };
            if self.lines.is_special(id) {
                continue;
            }
            let (at, records) = (line.partition, i64::from(line.records));
            if let Some(copy) = line.first {
                if copy.place != Place::Removed || is_on_a_disk(world, id, line, &copy) {
                    continue;
                }
                let Some(known) = self.partitions.get_mut(&at) else { continue };
                known.folded.add(copy.base_offset..copy.base_offset + records);
            }
            self.lines.fold(id);
        }
    }
}

/// Has its producer said its last word?
fn is_final(line: &Line) -> bool {
    let is_told = matches!(line.view, ProducerView::Acknowledged | ProducerView::Failed);
    (is_told || line.view == ProducerView::FireAndForget && line.over) && line.out_of_order == 0
}

/// Does any broker, be it up or down, still have the batch in some log of its partition?
fn is_on_a_disk(world: &World, id: LineId, line: &Line, copy: &Copy) -> bool {
    world
        .brokers()
        .values()
        .filter_map(|broker| broker.replica(line.partition))
        .any(|replica| replica.log.batches().holding(copy.base_offset).is_some_and(|batch| line_of(batch) == id))
}
