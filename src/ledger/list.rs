//! The records behind a total, one by one, the newest first.

use super::{
    Ledger,
    lines::{LineId, Place},
    verdicts::{Flag, GroupView, ProducerView, Remover, Verdict, verdict_of_absent, verdict_of_present},
};
use crate::{
    cluster::World,
    kafka::{
        client::producer::Batch,
        ids::{Name, TopicIdPartition},
        protocol::ErrorCode,
    },
    sim::{EventId, NodeId},
};

/// Which record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordId {
    /// One of a batch, be it in the accumulator or long stored.
    InBatch {
        /// The batch.
        line: LineId,
        /// Which of its records.
        index: u32,
    },
    /// One whose `send` blocks: the how-manyeth of its producer.
    Blocked {
        /// The producer.
        client: NodeId,
        /// Its place in the queue.
        index: u32,
    },
    /// One that `send` refused: the how-manyeth of the how-manyeth row of such.
    Refused {
        /// The row.
        row: u32,
        /// Which in it.
        index: u32,
    },
}

/// Which records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those of a producer's view.
    View(ProducerView),
    /// Those of a storage verdict.
    Verdict(Verdict),
    /// Those of both.
    Cell(ProducerView, Verdict),
    /// Those of a group's view.
    Group(Name, GroupView),
    /// Those that a zombie of a group was given.
    Zombie(Name),
    /// Those with a flag; of [`Flag::ByZombie`] those of any group.
    Flag(Flag),
    /// Those of which something is odd: lost, failed, stored twice, out of order.
    Odd,
}

/// A part of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The records.
    pub records: Vec<RecordId>,
    /// Are there more behind them?
    pub more: bool,
}

/// What holds of one record now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its producer's node.
    pub client: NodeId,
    /// Where to; nothing before `send` has chosen.
    pub partition: Option<TopicIdPartition>,
    /// The topic, where no partition was chosen.
    pub topic: Option<Name>,
    /// Its key; the outer option is nothing if that is not known any more.
    pub key: Option<Option<Vec<u8>>>,
    /// What its producer knows.
    pub view: ProducerView,
    /// The error, if it failed.
    pub error: ErrorCode,
    /// What became of it in the partition's log.
    pub verdict: Verdict,
    /// What removed it.
    pub remover: Option<Remover>,
    /// Where it was ever written: offset, leader epoch, place.
    pub places: Vec<(i64, i32, Place)>,
    /// What is true of it besides.
    pub flags: Vec<Flag>,
    /// What became of it in each group that reads its topic, and whether a zombie was given it.
    pub groups: Vec<(Name, GroupView, bool)>,
    /// The event at which it left its producer, or was refused.
    pub first_event: Option<EventId>,
}

impl Ledger {
    /// What holds of a record, if there is such a one.
    pub fn standing(&self, world: &World, id: RecordId) -> Option<Standing> {
        match id {
            RecordId::InBatch { line, index } => self.standing_in_batch(world, line, index),
            RecordId::Blocked { client, index } => {
                let producer = &world.producers().get(&client)?.producer;
                let (topic, key) = producer.blocked_records().nth(index as usize)?;
                let mut standing = bare(client, ProducerView::Waiting);
                (standing.topic, standing.key) = (Some(topic.clone()), Some(key.map(<[u8]>::to_vec)));
                standing.groups = self.groups_of_topic(world, topic, GroupView::NotDue);
                Some(standing)
            }
            RecordId::Refused { row, index } => {
                let refused = self.refused.get(row as usize).filter(|row| u64::from(index) < row.records)?;
                let mut standing = bare(refused.client, ProducerView::Failed);
                (standing.topic, standing.error) = (Some(refused.topic.clone()), refused.error);
                standing.groups = self.groups_of_topic(world, &refused.topic, GroupView::Missed);
                standing.first_event = Some(if index == 0 { refused.events.0 } else { refused.events.1 });
                Some(standing)
            }
        }
    }

    fn standing_in_batch(&self, world: &World, id: LineId, index: u32) -> Option<Standing> {
        let Some(line) = self.lines.get(id) else {
            let batch = unsent(world, id.client).find(|batch| batch.number == id.batch)?;
            let mut standing = bare(id.client, ProducerView::Waiting);
            standing.partition = Some(batch.partition);
            standing.key = Some(batch.key(index as usize).map(<[u8]>::to_vec));
            // By its id: until its producer hears that the topic was deleted and made again, it waits for the old one.
            let reads = |of: &&super::groups::Group| of.topics.iter().any(|id| *id == batch.partition.topic);
            let groups = self.groups.list.iter().filter(reads);
            standing.groups = groups.map(|group| (group.name.clone(), GroupView::NotDue, false)).collect();
            return (index < batch.len() as u32).then_some(standing);
        };
        if index >= line.records {
            return None;
        }
        let (view, partition) = (line.view, self.partitions.get(&line.partition)?);
        let (mut there, mut visible, mut twice) = (false, false, false);
        let mut key = line.content.as_ref().and_then(|content| content.get(index as usize)).map(|record| record.key);
        let mut places = Vec::new();
        for copy in self.lines.copies(id) {
            let is_there = partition.has(copy, index);
            let place = match copy.place {
                Place::Outside => Place::Outside,
                place if is_there => place,
                _ => Place::Removed,
            };
            places.push((copy.base_offset + i64::from(index), copy.epoch, place));
            (twice, there) = (twice | (there && is_there), there | is_there);
            visible |= place == Place::Visible;
            let content = partition.content(id, copy).filter(|_| place != Place::Removed);
            key = key.or(content.and_then(|batch| batch.records.at(index)).map(|record| record.key));
        }
        let remover = self.lines.remover(id).filter(|_| !there);
        let verdict = match (there, remover) {
            (true, _) => verdict_of_present(view, visible),
            (false, Some(_)) => Verdict::Removed,
            (false, None) => verdict_of_absent(view),
        };
        let mut standing = Standing {
            partition: Some(line.partition),
            key: key.map(|key| key.map(<[u8]>::to_vec)),
            error: line.error,
            verdict,
            remover,
            places,
            first_event: Some(line.first_event),
            ..bare(id.client, view)
        };
        if twice {
            standing.flags.push(Flag::StoredTwice);
        }
        if line.out_of_order > 0 && partition.behind_later_ones(id, &self.lines).contains(&index) {
            standing.flags.push(Flag::OutOfOrder);
        }
        for group in self.groups.list.iter().filter(|group| group.topics.contains(&line.partition.topic)) {
            let (view, zombie) = group.view(line.partition, partition, &self.lines, id, index);
            standing.groups.push((group.name.clone(), view, zombie));
        }
        if standing.groups.iter().any(|(_, _, zombie)| *zombie) {
            standing.flags.push(Flag::ByZombie);
        }
        Some(standing)
    }

    fn groups_of_topic(&self, world: &World, topic: &str, view: GroupView) -> Vec<(Name, GroupView, bool)> {
        let reads = |of: &&super::groups::Group| of.topics.iter().any(|id| world.topic_name(*id) == topic);
        self.groups.list.iter().filter(reads).map(|group| (group.name.clone(), view, false)).collect()
    }

    /// The records that a filter lets through, the newest first, from the `skip`th on, at most `limit`.
    pub fn list(&self, world: &World, filter: &Filter, skip: usize, limit: usize) -> Page {
        let mut page = Page::default();
        let mut passed = 0;
        // Returns whether the page is full.
        let mut add = |id: RecordId| {
            passed += 1;
            if page.records.len() == limit {
                page.more = true;
            } else if passed > skip {
                page.records.push(id);
            }
            page.more
        };
        let lets = |id: RecordId| {
            matches!(filter, Filter::All) || self.standing(world, id).is_some_and(|standing| filter.lets(&standing))
        };
        if filter.may_wait() {
            for (client, slot) in world.producers() {
                let blocked = 0..slot.producer.blocked() as u32;
                let blocked = blocked.rev().map(|index| RecordId::Blocked { client: *client, index });
                let batches = unsent(world, *client).flat_map(|batch| {
                    let line = LineId { client: *client, batch: batch.number };
                    (0..batch.len() as u32).rev().map(move |index| RecordId::InBatch { line, index })
                });
                if blocked.chain(batches).filter(|id| lets(*id)).any(&mut add) {
                    return page;
                }
            }
        }
        let mut rows = (0..self.refused.len() as u32).zip(&self.refused).rev().peekable();
        let mut lines = Newest::new(self);
        while let Some(next) = lines.peek().map(|(event, _)| event).or(rows.peek().map(|_| 0)) {
            if let Some((row, refused)) = rows.next_if(|(_, refused)| refused.events.1 > next) {
                let all = (0..refused.records as u32).rev().map(|index| RecordId::Refused { row, index });
                if all.filter(|id| lets(*id)).any(&mut add) {
                    return page;
                }
                continue;
            }
            let Some((_, line)) = lines.next() else { break };
            if !self.may_be(filter, line) {
                continue;
            }
            let records = self.lines.get(line).map_or(0, |line| line.records);
            let all = (0..records).rev().map(|index| RecordId::InBatch { line, index });
            if all.filter(|id| lets(*id)).any(&mut add) {
                return page;
            }
        }
        page
    }

    /// May any record of a line pass? What is sorted out here need not be looked at one by one.
    fn may_be(&self, filter: &Filter, id: LineId) -> bool {
        let Some(line) = self.lines.get(id) else { return false };
        let spread = || self.lines.spread(id);
        let has = |verdict: Verdict| {
            let spread = spread();
            verdict == Verdict::Removed && spread.removed > 0
                || spread.visible > 0 && verdict == verdict_of_present(line.view, true)
                || spread.hidden > 0 && verdict == verdict_of_present(line.view, false)
                || spread.absent > 0 && verdict == verdict_of_absent(line.view)
        };
        match filter {
            Filter::View(view) => *view == line.view,
            Filter::Verdict(verdict) => has(*verdict),
            Filter::Cell(view, verdict) => *view == line.view && has(*verdict),
            Filter::Flag(Flag::OutOfOrder) => line.out_of_order > 0,
            Filter::Flag(Flag::StoredTwice) => spread().twice > 0,
            Filter::Group(name, _) | Filter::Zombie(name) => {
                self.groups.named(name).is_some_and(|group| group.topics.contains(&line.partition.topic))
            }
            Filter::Odd => {
                let lost = [Verdict::LostAcknowledged, Verdict::LostReported, Verdict::FailedStored];
                line.out_of_order > 0 || spread().twice > 0 || lost.into_iter().any(has)
            }
            Filter::All | Filter::Flag(Flag::ByZombie) => true,
        }
    }
}

impl Filter {
    /// Does a record pass?
    pub fn lets(&self, standing: &Standing) -> bool {
        match self {
            Filter::All => true,
            Filter::View(view) => standing.view == *view,
            Filter::Verdict(verdict) => standing.verdict == *verdict,
            Filter::Cell(view, verdict) => (standing.view, standing.verdict) == (*view, *verdict),
            Filter::Group(name, view) => standing.groups.iter().any(|(group, of, _)| group == name && of == view),
            Filter::Zombie(name) => standing.groups.iter().any(|(group, _, zombie)| group == name && *zombie),
            Filter::Flag(flag) => standing.flags.contains(flag),
            Filter::Odd => {
                let lost = [Verdict::LostAcknowledged, Verdict::LostReported, Verdict::FailedStored];
                !standing.flags.is_empty() || lost.contains(&standing.verdict)
            }
        }
    }

    /// May a record pass that still waits in its producer?
    fn may_wait(&self) -> bool {
        match self {
            Filter::All | Filter::View(ProducerView::Waiting) | Filter::Verdict(Verdict::NotStored) => true,
            Filter::Cell(view, _) => *view == ProducerView::Waiting,
            Filter::Group(_, view) => *view == GroupView::NotDue,
            _ => false,
        }
    }
}

/// A record that is nowhere.
fn bare(client: NodeId, view: ProducerView) -> Standing {
    Standing {
        client,
        partition: None,
        topic: None,
        key: None,
        view,
        error: ErrorCode::None,
        verdict: verdict_of_absent(view),
        remover: None,
        places: Vec::new(),
        flags: Vec::new(),
        groups: Vec::new(),
        first_event: None,
    }
}

/// The batches of a producer that have never left it, the newest first.
fn unsent(world: &World, client: NodeId) -> impl Iterator<Item = &Batch> {
    let queues = world.producers().get(&client).into_iter().flat_map(|slot| slot.producer.accumulator.queues());
    let mut batches: Vec<&Batch> =
        queues.flat_map(|(_, queue)| queue.iter()).filter(|batch| batch.attempts == 0).collect();
    crate::sim::sort_by_key(&mut batches, |batch| std::cmp::Reverse(batch.number));
    batches.into_iter()
}

/// Lines of all producers, those that left last first.
struct Newest<'a> {
    ledger: &'a Ledger,
    /// Each producer with how many of its lines are still to come.
    left: Vec<(NodeId, u32)>,
}

impl<'a> Newest<'a> {
    fn new(ledger: &'a Ledger) -> Newest<'a> {
        Newest { ledger, left: ledger.lines.producers().collect() }
    }

    fn peek(&mut self) -> Option<(EventId, LineId)> {
        let lines = &self.ledger.lines;
        let mut newest = None;
        for (client, left) in &mut self.left {
            // A batch that waits still has no line.
            while *left > 0 && lines.get(LineId { client: *client, batch: *left }).is_none() {
                *left -= 1;
            }
            let id = LineId { client: *client, batch: *left };
            newest = newest.max(lines.get(id).map(|line| (line.first_event, id)));
        }
        newest
    }

    fn next(&mut self) -> Option<(EventId, LineId)> {
        let (event, id) = self.peek()?;
        if let Some((_, left)) = self.left.iter_mut().find(|(client, _)| *client == id.client) {
            *left -= 1;
        }
        Some((event, id))
    }
}
