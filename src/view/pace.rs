//! How much of a picture changes from one frame to the next, so that each frame costs the same on a busy stage.
//!
//! At hundreds of records a second nearly every card differs in every frame; drawing them all would take several
//! frames' time, in which still more happens. So a few parts change in each frame, in turn, and each has its turn within
//! some sixteen frames; or, where a canvas shows the strips as they are, cards change with the sentences, and of the
//! strips' elements a few in turn. The page asks for this only while more happens than anyone can read, and goes on until
//! the picture is whole. Left out: flights and numbers of the whole, which are of the moment.

use std::rc::Rc;

use super::copies::Copies;
use super::model::{GroupView, MemberView, PartitionView, ProducerView, TopicView, ViewModel};

/// Every part has its turn within so many of its frames, however many parts there are.
const TURNS: usize = 8;
/// Partitions that change in one frame at the least.
const PARTITIONS: usize = 3;
/// The same where a canvas shows them: their elements are only read aloud.
const PARTITIONS_UNSEEN: usize = 1;
/// Cards of members, and as many of producers, that change in one frame at the least.
const CARDS: usize = 1;
/// A group's own figures change once in so many frames.
const FIGURES_EVERY: usize = 8;

/// How often a picture is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tempo {
    /// In each frame.
    Frames,
    /// With the sentences, while a canvas shows the strips.
    Sentences,
}

/// Whose turn it is.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    partition: usize,
    copy: usize,
    member: usize,
    producer: usize,
    frame: usize,
}

impl Pace {
    /// What to show next: `now`, but for the parts that have to wait for their turn and stay as `shown` has them. What
    /// came or went is shown at once. When nothing has to wait it is `now` itself, by pointer.
    pub fn next(&mut self, shown: &ViewModel, now: &Rc<ViewModel>, tempo: Tempo) -> Rc<ViewModel> {
        if !same_cast(shown, now) {
            return now.clone();
        }
        self.frame = self.frame.wrapping_add(1);
        let mut view = ViewModel::clone(now);
        // Strips and cards take turns too: a frame pays for one kind.
        let (strips, cards) = match tempo {
            Tempo::Frames if self.frame.is_multiple_of(2) => (Room::AtLeast(PARTITIONS), Room::Just(0)),
            Tempo::Frames => (Room::Just(0), Room::AtLeast(CARDS)),
            Tempo::Sentences => (Room::Just(PARTITIONS_UNSEEN), Room::AtLeast(usize::MAX)),
        };
        let mut turn = Turn::new(&mut self.partition, strips, partitions(shown), partitions(now));
        view.topics = (shown.topics.iter().zip(&now.topics)).map(|(old, new)| topic(old, new, &mut turn)).collect();
        if shown.copies.copies.len() == now.copies.copies.len() {
            let (old, new) = (&shown.copies.copies, &now.copies.copies);
            let mut turn = Turn::new(&mut self.copy, strips, old.iter(), new.iter());
            let copies = old.iter().zip(new).map(|(old, new)| turn.take(old, new)).collect();
            view.copies = Rc::new(Copies { copies, ..Copies::clone(&now.copies) });
        }
        let mut turn = Turn::new(&mut self.member, cards, members(shown), members(now));
        let figures = tempo == Tempo::Sentences || self.frame % FIGURES_EVERY == 1;
        let groups = shown.groups.iter().zip(&now.groups);
        view.groups = groups.map(|(old, new)| group(old, new, figures, &mut turn)).collect();
        let mut turn = Turn::new(&mut self.producer, cards, shown.producers.iter(), now.producers.iter());
        let producers = shown.producers.iter().zip(&now.producers);
        view.producers = producers.map(|(old, new): (&Rc<ProducerView>, _)| turn.take(old, new)).collect();
        if view == **now { now.clone() } else { Rc::new(view) }
    }
}

/// How many parts of a kind may change.
#[derive(Clone, Copy)]
enum Room {
    /// So many.
    Just(usize),
    /// So many, or as many as it takes for all to have their turn in time.
    AtLeast(usize),
}

/// A walk over parts of which some may change.
struct Turn {
    at: usize,
    /// The parts that may change, by number.
    first: Vec<usize>,
}

impl Turn {
    /// From `next` on, some changed parts, round and round.
    fn new<'a, T: PartialEq + 'a>(
        next: &mut usize,
        room: Room,
        old: impl Iterator<Item = &'a Rc<T>>,
        new: impl Iterator<Item = &'a Rc<T>>,
    ) -> Turn {
        let changed = old.zip(new).enumerate().filter(|(_, (old, new))| !Rc::ptr_eq(old, new) && old != new);
        let changed: Vec<usize> = changed.map(|(at, _)| at).collect();
        let room = match room {
            Room::Just(room) => room,
            Room::AtLeast(least) => least.max(changed.len().div_ceil(TURNS)),
        };
        let split = changed.partition_point(|at| *at < *next);
        let first: Vec<usize> = changed[split..].iter().chain(&changed[..split]).copied().take(room).collect();
        *next = first.last().map_or(*next, |last| last + 1);
        Turn { at: 0, first }
    }

    fn take<T>(&mut self, old: &Rc<T>, new: &Rc<T>) -> Rc<T> {
        let mine = self.first.contains(&self.at);
        self.at += 1;
        if mine { new.clone() } else { old.clone() }
    }
}

fn partitions(view: &ViewModel) -> impl Iterator<Item = &Rc<PartitionView>> {
    view.topics.iter().flat_map(|topic| &topic.partitions)
}

fn members(view: &ViewModel) -> impl Iterator<Item = &Rc<MemberView>> {
    view.groups.iter().flat_map(|group| &group.members)
}

fn topic(old: &Rc<TopicView>, new: &Rc<TopicView>, turn: &mut Turn) -> Rc<TopicView> {
    let pairs = old.partitions.iter().zip(&new.partitions);
    let partitions: Vec<Rc<PartitionView>> = pairs.map(|(old, new)| turn.take(old, new)).collect();
    let view = TopicView { partitions, ..TopicView::clone(new) };
    if view == **old { old.clone() } else { Rc::new(view) }
}

fn group(old: &Rc<GroupView>, new: &Rc<GroupView>, figures: bool, turn: &mut Turn) -> Rc<GroupView> {
    let pairs = old.members.iter().zip(&new.members);
    let members: Vec<Rc<MemberView>> = pairs.map(|(old, new)| turn.take(old, new)).collect();
    let lag = if figures { new.lag } else { old.lag };
    let view = GroupView { members, lag, ..GroupView::clone(new) };
    if view == **old { old.clone() } else { Rc::new(view) }
}

/// Do both show the same topics, partitions, leaders, producers, groups and members, and the same keys?
pub fn same_cast(a: &ViewModel, b: &ViewModel) -> bool {
    let same_topic = |(a, b): (&Rc<TopicView>, &Rc<TopicView>)| {
        a.name == b.name
            && a.partitions.len() == b.partitions.len()
            && (a.partitions.iter().zip(&b.partitions)).all(|(a, b)| a.leader == b.leader)
    };
    let same_group = |(a, b): (&Rc<GroupView>, &Rc<GroupView>)| {
        a.group_id == b.group_id
            && a.state == b.state
            && a.generation == b.generation
            && a.members.len() == b.members.len()
            && (a.members.iter().zip(&b.members)).all(|(a, b)| a.name == b.name && a.owned.len() == b.owned.len())
    };
    a.controllers == b.controllers
        && a.topics.len() == b.topics.len()
        && a.producers.len() == b.producers.len()
        && a.groups.len() == b.groups.len()
        && a.brokers == b.brokers
        && a.keys == b.keys
        && a.topics.iter().zip(&b.topics).all(same_topic)
        && a.groups.iter().zip(&b.groups).all(same_group)
        && a.producers.iter().zip(&b.producers).all(|(a, b)| a.name == b.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cluster::command_text,
        history::{Run, start_cluster},
        view::Builder,
    };

    fn busy() -> (Run, Builder) {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let in_turn = "partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner";
        let producer = format!("add-producer producer=bulk topic=orders rate=500 {in_turn}");
        for line in ["add-partitions topic=orders partitions=24", &producer] {
            run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
            // So that the producer learns of all partitions.
            run.advance_to(run.time_us() + 10_000_000);
        }
        (run, Builder::default())
    }

    fn changes(old: &ViewModel, new: &ViewModel) -> usize {
        partitions(old).zip(partitions(new)).filter(|(old, new)| old != new).count()
    }

    #[test]
    fn few_parts_change_in_a_frame_and_each_has_its_turn() {
        let (mut run, mut builder) = busy();
        let mut pace = Pace::default();
        let mut shown = builder.build(&run);
        let start = shown.clone();
        for _ in 0..16 {
            run.advance_to(run.time_us() + 60_000);
            let now = builder.build(&run);
            let next = pace.next(&shown, &now, Tempo::Frames);
            let most = PARTITIONS.max(changes(&shown, &now).div_ceil(TURNS));
            assert!(changes(&shown, &next) <= most);
            assert_eq!((next.time_us, &next.flights), (now.time_us, &now.flights));
            shown = next;
        }
        let now = builder.build(&run);
        assert!(changes(&start, &now) > PARTITIONS * 2, "it is busy");
        let mut frames = 0;
        while !Rc::ptr_eq(&shown, &now) {
            shown = pace.next(&shown, &now, Tempo::Frames);
            frames += 1;
            assert!(frames <= 2 * TURNS, "it is whole soon after the last change");
        }
    }

    #[test]
    fn what_comes_or_goes_is_shown_at_once() {
        let (mut run, mut builder) = busy();
        let shown = builder.build(&run);
        run.apply(command_text::parse("add-partitions topic=orders partitions=25").expect("a command")).expect("done");
        run.advance_to(run.time_us() + 100_000);
        let now = builder.build(&run);
        for tempo in [Tempo::Frames, Tempo::Sentences] {
            assert_eq!(*Pace::default().next(&shown, &now, tempo), *now);
        }
    }
}
