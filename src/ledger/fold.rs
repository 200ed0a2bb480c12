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

#[cfg(test)]
mod tests {
    use crate::{
        check::Watched,
        cluster::{ClusterSpec, command_text::parse},
        kafka::config::Settings,
        ledger::{Filter, GroupView, Verdict},
    };

    /// Two replicas whose segments go after 2 s, a group that reads on, and a batch that a deleted topic took along.
    fn watched(seed: u64) -> Watched {
        let settings = [("log.initial.task.delay.ms", "1000"), ("log.retention.check.interval.ms", "1000")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let spec = ClusterSpec { racks: vec![None; 2], settings: Settings::from(settings) };
        let mut watched = Watched::new(seed, &spec, false).expect("sound");
        let lines = [
            "create-topic topic=t partitions=2 replication.factor=2 internal.segment.bytes=300 retention.ms=2000",
            "create-topic topic=gone partitions=1 replication.factor=2",
            "add-producer producer=p topic=t rate=20 keys=a,b",
            "add-producer producer=q topic=gone rate=10 records.max=5",
            "add-consumer consumer=C1 group=g topics=t auto.offset.reset=earliest",
        ];
        for line in lines {
            watched.apply(&parse(line).expect(line)).expect(line);
        }
        watched.run_to(5_000_000);
        watched.apply(&parse("delete-topic topic=gone").expect("sound")).expect("it is there");
        watched
    }

    fn totals(watched: &Watched) -> crate::ledger::Totals {
        let totals = watched.ledger.totals(&watched.world);
        let listed = watched.ledger.list(&watched.world, &Filter::All, 0, usize::MAX).records.len() as u64;
        assert!(totals.adds_up());
        assert_eq!(listed + totals.folded, totals.sent);
        totals
    }

    fn sound(watched: &mut Watched) {
        watched.audit();
        assert_eq!(watched.report(), "");
    }

    #[test]
    fn what_is_settled_is_only_counted_and_every_view_adds_up_as_before() {
        let mut watched = watched(4);
        watched.run_to(30_000_000);
        sound(&mut watched);
        let before = totals(&watched);
        let removed = before.of_verdict(Verdict::Removed);
        assert!(before.folded > 300 && before.folded <= removed, "{} of {removed}", before.folded);
        assert_eq!(watched.ledger.folded().sent, before.folded);
        let listed = watched.ledger.list(&watched.world, &Filter::Verdict(Verdict::Removed), 0, usize::MAX);
        assert_eq!(listed.records.len() as u64 + before.folded, removed);
        let group = |totals: &crate::ledger::Totals, at: usize| totals.groups[at].clone();
        assert!(group(&before, 0).of(GroupView::Once) > before.folded, "what was read counts as read");
        // A group that comes later has skipped what is only counted, and one that goes on is as it was.
        let join = parse("add-consumer consumer=C2 group=late topics=t auto.offset.reset=earliest").expect("sound");
        watched.apply(&join).expect("there is room");
        watched.run_to(50_000_000);
        sound(&mut watched);
        let after = totals(&watched);
        assert!(after.folded > before.folded);
        let late = group(&after, 1);
        assert!(late.of(GroupView::Skipped) >= before.folded - 5 && late.of(GroupView::Once) > 0, "{late:?}");
    }

    #[test]
    fn a_log_that_is_lost_with_its_disks_begins_anew_beside_what_is_only_counted() {
        let mut watched = watched(4);
        watched.run_to(30_000_000);
        let before = totals(&watched);
        for line in ["crash-broker broker=2", "crash-broker broker=1", "wipe-disk broker=1", "wipe-disk broker=2"] {
            watched.apply(&parse(line).expect(line)).expect(line);
        }
        for line in ["restart-broker broker=1", "restart-broker broker=2"] {
            watched.apply(&parse(line).expect(line)).expect(line);
        }
        watched.run_to(45_000_000);
        watched.apply(&parse("elect-leaders type=unclean").expect("sound")).expect("sound");
        watched.run_to(70_000_000);
        sound(&mut watched);
        let after = totals(&watched);
        assert!(after.folded >= before.folded && after.sent > before.sent);
        assert_eq!(after.groups[0].of(GroupView::Again), before.groups[0].of(GroupView::Again), "none was read twice");
        assert!(
            watched.ledger.partitions.values().any(|known| known.folded_lost > 0),
            "other records have their place"
        );
    }

    #[test]
    fn what_is_younger_than_the_limit_is_listed() {
        let mut watched = watched(3);
        watched.run_to(30_000_000);
        sound(&mut watched);
        let totals = totals(&watched);
        assert!(totals.of_verdict(Verdict::Removed) > 0 && watched.event_count < 50_000);
        assert_eq!(totals.folded, 0);
    }
}
