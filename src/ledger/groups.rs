//! What the members of each group were given: ranges of offsets, so that a group costs little however much it reads.

use std::{ops::Range, sync::Arc};

use super::{
    lines::{LineId, Lines, Place},
    partition::{Changed, Partition},
    ranges::Ranges,
    verdicts::GroupView,
};
use crate::{
    cluster::World,
    kafka::{
        client::consumer::Consumer,
        coordinator::{GroupState, consumer_group},
        ids::{Name, TopicId, TopicIdPartition},
        log::RecordBatch,
    },
    sim::{Map, NodeId, Set},
};

/// All groups that a member of ever had a partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    pub list: Vec<Group>,
    places: Map<Name, usize>,
    /// The group of each consumer that was ever heard of.
    members: Map<NodeId, Option<usize>>,
}

/// A group.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub name: Name,
    /// Topics that its members were ever assigned.
    pub topics: Set<TopicId>,
    pub readers: Map<TopicIdPartition, Reader>,
    /// What was delivered of batches that are not in the partition's log: by partition, leader epoch and first offset.
    pub outside: Map<(TopicIdPartition, i32, i64), Delivered>,
    pub sum: Tally,
}

/// A group in a partition.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    pub delivered: Delivered,
    /// Where it goes on.
    pub position: Option<i64>,
    /// Of records that are only counted and have no place any more.
    lost: Tally,
    tally: Tally,
}

/// Offsets whose records `poll` returned.
#[derive(Clone, Debug, Default)]
pub(super) struct Delivered {
    pub once: Ranges,
    pub again: Ranges,
    pub by_zombie: Ranges,
}

/// Records by a group's view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub views: [u64; GroupView::COUNT],
    pub by_zombie: u64,
}

impl Tally {
    pub fn add(&mut self, other: &Tally) {
        self.views.iter_mut().zip(other.views).for_each(|(at, by)| *at += by);
        self.by_zombie += other.by_zombie;
    }

    fn subtract(&mut self, other: &Tally) {
        self.views.iter_mut().zip(other.views).for_each(|(at, by)| *at -= by);
        self.by_zombie -= other.by_zombie;
    }

    fn of(view: GroupView, records: u64) -> Tally {
        let mut tally = Tally::default();
        tally.views[view as usize] = records;
        tally
    }
}

impl Delivered {
    fn add(&mut self, part: Range<i64>, by_zombie: bool) {
        for before in self.once.take(part.clone()) {
            self.again.add(before);
        }
        for new in self.again.missing_in(part.clone()) {
            self.once.add(new);
        }
        if by_zombie {
            self.by_zombie.add(part);
        }
    }

    /// Takes out what was delivered of a part.
    fn take(&mut self, part: Range<i64>) -> Delivered {
        let ranges = |of: &mut Ranges| {
            let mut taken = Ranges::default();
            of.take(part.clone()).into_iter().for_each(|range| taken.add(range));
            taken
        };
        Delivered {
            once: ranges(&mut self.once),
            again: ranges(&mut self.again),
            by_zombie: ranges(&mut self.by_zombie),
        }
    }

    fn put(&mut self, back: &Delivered) {
        back.once.iter().for_each(|range| self.once.add(range));
        back.again.iter().for_each(|range| self.again.add(range));
        back.by_zombie.iter().for_each(|range| self.by_zombie.add(range));
    }

    /// The views of records that were removed, at a part of the offsets.
    fn tally(&self, part: Range<i64>) -> Tally {
        let (once, again) = (self.once.count_in(part.clone()), self.again.count_in(part.clone()));
        let mut tally = Tally::of(GroupView::Skipped, (part.end - part.start) as u64 - once - again);
        tally.views[GroupView::Once as usize] = once;
        tally.views[GroupView::Again as usize] = again;
        tally.by_zombie = self.by_zombie.count_in(part);
        tally
    }

    /// How often the record at an offset was delivered, 2 for more than once; and was one of those a zombie?
    fn times(&self, offset: i64) -> (u32, bool) {
        let times = if self.again.contains(offset) { 2 } else { u32::from(self.once.contains(offset)) };
        (times, self.by_zombie.contains(offset))
    }
}

impl Groups {
    /// The group of a consumer.
    pub fn of(&mut self, world: &World, node: NodeId) -> Option<usize> {
        if let Some(known) = self.members.get(&node) {
            return *known;
        }
        let group = world.consumers().get(&node)?.consumer.group.clone();
        let place = group.map(|group| self.place(&group));
        self.members.insert(node, place);
        place
    }

    /// The place of a group.
    pub fn place(&mut self, name: &Name) -> usize {
        let (next, list) = (self.list.len(), &mut self.list);
        *self.places.entry(name.clone()).or_insert_with(|| {
            let name = name.clone();
            list.push(Group {
                name,
                topics: Set::new(),
                readers: Map::new(),
                outside: Map::new(),
                sum: Tally::default(),
            });
            next
        })
    }

    /// A group by its name.
    pub fn named(&self, name: &str) -> Option<&Group> {
        self.list.get(*self.places.get(name)?)
    }

    /// Batches left the partition's log, or are in it again: what was delivered of them goes with them.
    pub fn follow_log(&mut self, at: TopicIdPartition, Changed { lost, back, folded }: &Changed) {
        for group in &mut self.list {
            let Some(reader) = group.readers.get_mut(&at) else { continue };
            for (epoch, offsets) in lost {
                let taken = reader.delivered.take(offsets.clone());
                if !taken.once.is_empty() || !taken.again.is_empty() {
                    group.outside.insert((at, *epoch, offsets.start), taken);
                }
            }
            for offsets in folded {
                let delivered = reader.delivered.take(offsets.clone());
                reader.lost.add(&delivered.tally(offsets.clone()));
            }
            for (epoch, offsets) in back {
                if let Some(known) = group.outside.remove(&(at, *epoch, offsets.start)) {
                    reader.delivered.put(&known);
                }
            }
        }
    }

    /// Counts a partition again in every group that reads its topic.
    pub fn count(&mut self, at: TopicIdPartition, partition: &Partition, lines: &Lines) {
        for group in &mut self.list {
            group.count(at, partition, lines);
        }
    }
}

impl Group {
    /// Counts a partition again, if it reads its topic.
    pub fn count(&mut self, at: TopicIdPartition, partition: &Partition, lines: &Lines) {
        if !self.topics.contains(&at.topic) {
            return;
        }
        let tally = self.tally(at, partition, lines);
        let reader = self.readers.entry(at).or_default();
        self.sum.subtract(&reader.tally);
        self.sum.add(&tally);
        reader.tally = tally;
    }

    /// `poll` returned records to a member: those from `part.start` on, up to `epoch` of the last one.
    pub fn deliver(
        &mut self,
        at: TopicIdPartition,
        partition: &Partition,
        part: Range<i64>,
        epoch: i32,
        by_zombie: bool,
    ) {
        // Most often all of it is what the partition's log holds.
        let mut rest = vec![part.clone()];
        let other = |batch: &&Arc<RecordBatch>| {
            let here = batch.base_offset < part.end && part.start < batch.next_offset() && batch.leader_epoch <= epoch;
            let now = partition.holding(batch.base_offset.max(part.start)).map(|now| now.leader_epoch);
            // It was read where the log held it: before a leader of a later epoch wrote something else there.
            here && now.is_none_or(|now| now > epoch || now < batch.leader_epoch)
        };
        for batch in partition.outside.iter().filter(other) {
            let of_it = batch.base_offset.max(part.start)..batch.next_offset().min(part.end);
            let key = (at, batch.leader_epoch, batch.base_offset);
            self.outside.entry(key).or_default().add(of_it.clone(), by_zombie);
            rest = rest.into_iter().flat_map(|range| without(range, &of_it)).collect();
        }
        let reader = self.readers.entry(at).or_default();
        for range in rest {
            reader.delivered.add(range.start..range.end.min(partition.end), by_zombie);
        }
        if !by_zombie {
            reader.position = Some(part.end);
        }
    }

    /// The views of a partition's records, from nothing.
    fn tally(&self, at: TopicIdPartition, partition: &Partition, lines: &Lines) -> Tally {
        let none = Reader::default();
        let reader = self.readers.get(&at).unwrap_or(&none);
        let mut tally = reader.tally_of(partition, 0..partition.end);
        for range in partition.nobodys.iter() {
            tally.subtract(&reader.tally_of(partition, range));
        }
        for id in partition.special.iter() {
            for copy in lines.copies(*id).filter(|copy| copy.place.has_offset()) {
                let records = lines.get(*id).map_or(0, |line| i64::from(line.records));
                tally.subtract(&reader.tally_of(partition, copy.base_offset..copy.base_offset + records));
            }
            let records = lines.get(*id).map_or(0, |line| line.records);
            for index in 0..records {
                let (view, by_zombie) = self.view(at, partition, lines, *id, index);
                tally.views[view as usize] += 1;
                tally.by_zombie += u64::from(by_zombie);
            }
        }
        let (due, gone) = lines.absent(at);
        tally.add(&Tally::of(GroupView::NotDue, due));
        tally.add(&Tally::of(GroupView::Missed, gone));
        tally.add(&reader.lost_of(partition));
        tally
    }

    /// The part of it that has no lines any more: what was removed counts by its offsets, as ever.
    pub fn folded(&self, at: TopicIdPartition, partition: &Partition, lines: &Lines) -> Tally {
        let none = Reader::default();
        let reader = self.readers.get(&at).unwrap_or(&none);
        let mut tally = reader.lost_of(partition);
        partition.folded.iter().for_each(|range| tally.add(&reader.delivered.tally(range)));
        tally.add(&Tally::of(GroupView::Missed, lines.absent_folded(at)));
        tally
    }

    /// The view of one record, and whether a zombie was given it.
    pub fn view(
        &self,
        at: TopicIdPartition,
        partition: &Partition,
        lines: &Lines,
        id: LineId,
        index: u32,
    ) -> (GroupView, bool) {
        let (mut times, mut zombie, mut was_there, mut is_ahead) = (0, false, false, false);
        let reader = self.readers.get(&at);
        for copy in lines.copies(id) {
            let offset = copy.base_offset + i64::from(index);
            let delivered = match copy.place.has_offset() {
                true => reader.map(|reader| &reader.delivered),
                false => self.outside.get(&(at, copy.epoch, copy.base_offset)),
            };
            let (count, by_zombie) = delivered.map_or((0, false), |delivered| delivered.times(offset));
            (times, zombie) = (times + count, zombie | by_zombie);
            was_there |= copy.place != Place::Outside;
            is_ahead |= copy.place.has_offset() && partition.is_ahead(reader, offset);
        }
        let is_due = lines.get(id).is_some_and(|line| line.is_due());
        let view = match times {
            0 if is_ahead => GroupView::NotDue,
            0 if was_there => GroupView::Skipped,
            0 if is_due => GroupView::NotDue,
            0 => GroupView::Missed,
            1 => GroupView::Once,
            _ => GroupView::Again,
        };
        (view, zombie)
    }
}

impl Partition {
    /// Where what may still be read begins.
    fn ahead_from(&self, reader: Option<&Reader>) -> i64 {
        reader.and_then(|reader| reader.position).unwrap_or(0).max(self.start).min(self.end)
    }

    /// May the record at an offset still be read?
    fn is_ahead(&self, reader: Option<&Reader>, offset: i64) -> bool {
        offset >= self.ahead_from(reader) && !self.holes.contains(offset)
    }
}

impl Reader {
    /// The views of records that are only counted and have no place any more. Those of which it had no part when they
    /// lost it were never delivered.
    fn lost_of(&self, partition: &Partition) -> Tally {
        let known: u64 = self.lost.views.iter().sum();
        let mut tally = self.lost;
        tally.views[GroupView::Skipped as usize] += partition.folded_lost - known;
        tally
    }

    /// The views of a part of the partition's offsets, as if each were a record of its own.
    fn tally_of(&self, partition: &Partition, part: Range<i64>) -> Tally {
        let delivered =
            |part: Range<i64>| (self.delivered.once.count_in(part.clone()), self.delivered.again.count_in(part));
        let (once, again) = delivered(part.clone());
        let ahead = partition.ahead_from(Some(self)).clamp(part.start, part.end.max(part.start))..part.end;
        let (once_ahead, again_ahead) = delivered(ahead.clone());
        let mut not_due = (ahead.end - ahead.start) as u64 - once_ahead - again_ahead;
        for hole in partition.holes.in_part(ahead) {
            let (once, again) = delivered(hole.clone());
            not_due -= (hole.end - hole.start) as u64 - once - again;
        }
        let all = (part.end - part.start) as u64;
        let mut tally = Tally { by_zombie: self.delivered.by_zombie.count_in(part), ..Tally::default() };
        tally.views[GroupView::Once as usize] = once;
        tally.views[GroupView::Again as usize] = again;
        tally.views[GroupView::NotDue as usize] = not_due;
        tally.views[GroupView::Skipped as usize] = all - once - again - not_due;
        tally
    }
}

fn without(range: Range<i64>, part: &Range<i64>) -> Vec<Range<i64>> {
    let left = range.start..range.end.min(part.start);
    let right = range.start.max(part.end)..range.end;
    [left, right].into_iter().filter(|range| range.start < range.end).collect()
}

/// Is a consumer one that its coordinator does not count as the owner of a partition any more?
///
/// It is when the coordinator does not know it as a member, or has given the partition to another one. In the classic
/// protocol the coordinator has given what the group's leader computed once the group is stable again.
pub(super) fn is_zombie(world: &World, consumer: &Consumer, partition: TopicIdPartition) -> bool {
    let Some(name) = consumer.group.as_ref().filter(|_| consumer.is_subscribed()) else { return false };
    let coordinator = world.coordinator_of(name).and_then(|broker| world.brokers().get(&broker));
    // Nobody can say so while there is no coordinator, or while it does not know the group yet.
    let Some(group) = coordinator.and_then(|broker| broker.groups.group(name)) else { return false };
    if !group.has_member(&consumer.member_id) {
        return true;
    }
    match &group.consumer {
        Some(modern) => {
            let has = |member: &consumer_group::Member| {
                member.current.assigned.contains(&partition) || member.current.pending_revocation.contains(&partition)
            };
            let own = modern.member(&consumer.member_id).is_some_and(has);
            !own && modern.members.iter().any(has)
        }
        None => {
            let own = group.member(&consumer.member_id).is_some_and(|member| member.assignment.contains(&partition));
            let given = group.members.iter().any(|member| member.assignment.contains(&partition));
            group.state == GroupState::Stable && consumer.generation < group.generation && !own && given
        }
    }
}
