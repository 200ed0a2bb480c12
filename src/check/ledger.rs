//! The ledger: every view adds up to what was sent, says what the producers say, and holds what the logs hold.
//!
//! [`sums`] is cheap and looked at after every change. [`audit`] counts everything again in another way: record by
//! record, and from the logs of the leaders that the metadata names; it is for the ends of runs and now and then.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, sentences as says};
use crate::{
    cluster::World,
    i18n::Text,
    kafka::{
        ids::{TopicIdPartition, is_internal},
        log::Log,
    },
    ledger::{Filter, Flag, GroupView, Ledger, LineId, Place, ProducerView, RecordId, Totals, Verdict},
    sim::NodeId,
};

/// What the ledger says of a partition: the visible records by offset, producer and batch; and by batch and index those
/// that are out of order.
#[derive(Default)]
struct Said {
    visible: Vec<(i64, NodeId, u32)>,
    out_of_order: BTreeSet<(LineId, u32)>,
}

/// Does each view add up to what was sent, and does the producers' view say what they say themselves?
pub fn sums(ledger: &Ledger, world: &World) -> Vec<Finding> {
    let (totals, told) = (ledger.totals(world), world.ledger());
    let mut found = Found { list: Vec::new(), event: world.last_event() };
    let all: u64 = totals.cells.iter().flatten().sum();
    found.expect("sent", all, told.sent);
    let views = [
        (ProducerView::Waiting, told.waiting),
        (ProducerView::InFlight, told.in_flight),
        (ProducerView::Acknowledged, told.acknowledged),
        (ProducerView::Failed, told.failed),
        (ProducerView::FireAndForget, told.fire_and_forget),
    ];
    for (view, told) in views {
        found.expect(view.name(), totals.of_view(view), told);
    }
    found.expect("errors", totals.errors.values().sum(), told.failed);
    found.expect("removed", totals.removed_by.iter().sum(), totals.of_verdict(Verdict::Removed));
    for group in &totals.groups {
        found.expect(&group.group, group.views.iter().sum(), group.sent);
    }
    found.list
}

/// Counts everything again: record by record, and from the logs.
pub fn audit(ledger: &Ledger, world: &World) -> Vec<Finding> {
    let totals = ledger.totals(world);
    let mut found = Found { list: sums(ledger, world), event: world.last_event() };
    // What is only counted is in no list.
    let mut counted = ledger.folded();
    let mut said: BTreeMap<TopicIdPartition, Said> = BTreeMap::new();
    for id in ledger.list(world, &Filter::All, 0, usize::MAX).records {
        let Some(standing) = ledger.standing(world, id) else {
            found.expect("records without a line", 1, 0);
            continue;
        };
        counted.sent += 1;
        counted.cells[standing.view as usize][standing.verdict as usize] += 1;
        if standing.view == ProducerView::Failed {
            *counted.errors.entry(standing.error).or_default() += 1;
        }
        if let Some(remover) = standing.remover {
            counted.removed_by[remover as usize] += 1;
        }
        counted.stored_twice += u64::from(standing.flags.contains(&Flag::StoredTwice));
        counted.out_of_order += u64::from(standing.flags.contains(&Flag::OutOfOrder));
        for (name, view, zombie) in &standing.groups {
            if let Some(group) = counted.groups.iter_mut().find(|group| group.group == *name) {
                group.sent += 1;
                group.views[*view as usize] += 1;
                group.by_zombie += u64::from(*zombie);
            }
        }
        if let (RecordId::InBatch { line, index }, Some(partition)) = (id, standing.partition) {
            let seen = standing.places.iter().filter(|(.., place)| *place == Place::Visible);
            let seen = seen.map(|(offset, ..)| (*offset, line.client, line.batch));
            let said = said.entry(partition).or_default();
            said.visible.extend(seen);
            if standing.flags.contains(&Flag::OutOfOrder) {
                said.out_of_order.insert((line, index));
            }
        }
    }
    found.expect_same(&totals, &counted);
    check_logs(ledger, world, said, &mut found);
    found.list
}

/// What a consumer could read now is what the ledger calls visible, and what the log has out of order is what it calls
/// so, in every partition that has a leader.
fn check_logs(ledger: &Ledger, world: &World, mut said: BTreeMap<TopicIdPartition, Said>, found: &mut Found) {
    for (partition, state) in world.metadata().partitions() {
        let broker = state.leader.and_then(|leader| world.brokers().get(&leader)).filter(|broker| broker.is_up());
        let Some(replica) = broker.and_then(|broker| broker.replica(partition)) else { continue };
        // A leader that has not heard of its election is none yet.
        let leads = replica.leader().is_some_and(|leader| leader.leader_epoch == state.leader_epoch);
        if !leads || is_internal(world.topic_name(partition.topic)) {
            continue;
        }
        let readable = replica.log.log_start_offset()..replica.log.high_watermark();
        let batches = replica.log.batches().iter();
        let of_batches = batches.flat_map(|batch| {
            let stamp = batch.records.stamp;
            batch.iter().map(move |(offset, _)| (offset, stamp.client, stamp.batch))
        });
        let in_log: Vec<_> = of_batches.filter(|(offset, ..)| readable.contains(offset)).collect();
        let Said { visible: mut in_ledger, out_of_order } = said.remove(&partition).unwrap_or_default();
        in_ledger.sort_unstable();
        let name = super::name_of(world, partition);
        let behind = behind_later_ones(ledger, partition, &replica.log);
        let what = format!("{}, {name}", Flag::OutOfOrder.name());
        found.expect(&what, out_of_order.len() as u64, behind.len() as u64);
        found.expect(&format!("{what}, elsewhere"), out_of_order.difference(&behind).count() as u64, 0);
        found.expect(&name, in_ledger.len() as u64, in_log.len() as u64);
        if let Some((ledger, log)) = in_ledger.iter().zip(&in_log).find(|(ledger, log)| ledger != log) {
            found.expect(&format!("{name}@{}", log.0), ledger.0 as u64, log.0 as u64);
            found.expect(&format!("{name}@{} batch", log.0), ledger.2.into(), log.2.into());
        }
    }
}

/// The records of a log that stand behind a later one of the same producer and key, but for second copies.
fn behind_later_ones(ledger: &Ledger, partition: TopicIdPartition, log: &Log) -> BTreeSet<(LineId, u32)> {
    let (mut behind, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut newest: BTreeMap<(NodeId, &[u8]), u32> = BTreeMap::new();
    for batch in log.batches().iter() {
        let line = LineId { client: batch.records.stamp.client, batch: batch.records.stamp.batch };
        // Of a deleted topic, whose producer meanwhile sends it to the one made anew under its name.
        if ledger.line(line).is_none_or(|known| known.partition != partition) {
            continue;
        }
        for (offset, record) in batch.iter().filter(|(offset, _)| *offset >= log.log_start_offset()) {
            let (id, Some(key)) = ((line, (offset - batch.base_offset) as u32), record.key) else { continue };
            let newest = newest.entry((line.client, key)).or_default();
            if seen.insert(id) && line.batch < *newest {
                behind.insert(id);
            }
            *newest = line.batch.max(*newest);
        }
    }
    behind
}

struct Found {
    list: Vec<Finding>,
    event: u64,
}

impl Found {
    fn add(&mut self, text: Text) {
        self.list.push(Finding { check: "ledger", text, events: vec![self.event] });
    }

    fn expect(&mut self, what: &str, ledger: u64, found: u64) {
        if ledger != found {
            self.add(says::LEDGER_WRONG.with("what", what.to_owned()).with("ledger", ledger).with("found", found));
        }
    }

    fn expect_same(&mut self, totals: &Totals, counted: &Totals) {
        self.expect("records", totals.sent, counted.sent);
        for view in ProducerView::ALL {
            for verdict in Verdict::ALL {
                let of = |totals: &Totals| totals.cells[*view as usize][*verdict as usize];
                self.expect(&format!("{}, {}", view.name(), verdict.name()), of(totals), of(counted));
            }
        }
        for (error, records) in &totals.errors {
            self.expect(error.name(), *records, counted.errors.get(error).copied().unwrap_or_default());
        }
        for (at, remover) in crate::ledger::Remover::ALL.iter().enumerate() {
            self.expect(remover.name(), totals.removed_by[at], counted.removed_by[at]);
        }
        self.expect(Flag::StoredTwice.name(), totals.stored_twice, counted.stored_twice);
        self.expect(Flag::OutOfOrder.name(), totals.out_of_order, counted.out_of_order);
        for (total, counted) in totals.groups.iter().zip(&counted.groups) {
            self.expect(&format!("sent to {}", total.group), total.sent, counted.sent);
            for view in GroupView::ALL {
                self.expect(&format!("{}, {}", total.group, view.name()), total.of(*view), counted.of(*view));
            }
            self.expect(&format!("{}, {}", total.group, Flag::ByZombie.name()), total.by_zombie, counted.by_zombie);
        }
    }
}
