//! Builds the [`ViewModel`] from a run, and keeps what did not change.
//!
//! Left out: sentences about events, and pixels. The builder remembers in which order keys and groups came on stage,
//! so that their marks stay the same.

mod broken;
mod copies;
mod flights;
mod groups;
mod keys;
mod nodes;
mod past;
mod refusals;
#[cfg(test)]
mod tests;
mod topics;

use std::rc::Rc;

use crate::{
    cluster::World,
    history::Run,
    kafka::ids::Name,
    view::model::{GroupView, Ledger, ViewModel},
};
use keys::Keys;
pub use keys::text_of;

/// The sentences of cards, for the tests that every sentence is whole.
pub static TEXTS: [&[&crate::i18n::Template]; 3] = [groups::ALL, nodes::ALL, refusals::ALL];

/// Up to so many partitions of a topic are drawn with cells; past that only the one that is opened.
pub const CELL_PARTITIONS_MAX: usize = 24;

/// Builds view models of one run after another moment.
#[derive(Debug, Default)]
pub struct Builder {
    keys: Keys,
    groups: Vec<Name>,
    /// Partitions of large topics that have cells, by topic.
    opened: crate::sim::Map<String, i32>,
    /// Read only while the physical picture is made.
    past: Option<past::Past>,
    refusals: refusals::Refusals,
    previous: Rc<ViewModel>,
}

impl Builder {
    /// Gives one partition of each of these large topics its cells.
    pub fn open_partitions(&mut self, opened: crate::sim::Map<String, i32>) {
        self.opened = opened;
    }

    /// The view of a run now. Parts that did not change are the same [`Rc`] as before.
    pub fn build(&mut self, run: &Run) -> Rc<ViewModel> {
        let world = run.world();
        self.note_keys(world);
        self.note_groups(world);
        self.refusals.follow(run);
        let groups: Vec<GroupView> = self.groups(world);
        let topics = self.topics(world, &groups);
        let copies = self.copies(run);
        let (brokers, controllers) = nodes::brokers(world);
        let old = self.previous.clone();
        let view = ViewModel {
            time_us: run.time_us(),
            event: run.event(),
            step: run.step_count(),
            brokers: kept(&old.brokers, brokers),
            controllers: kept(&old.controllers, controllers),
            controller: world.controller().map(|broker| broker.id),
            topics,
            copies,
            producers: kept(&old.producers, self.producers(run)),
            groups: kept(&old.groups, groups),
            flights: kept_one(&old.flights, self.flights(world)),
            keys: self.keys.marks(),
            ledger: ledger(&world.ledger()),
            broken: kept_one(&old.broken, broken::broken(run)),
        };
        self.previous = Rc::new(view);
        self.previous.clone()
    }

    fn note_keys(&mut self, world: &World) {
        let mut slots: Vec<_> = world.producers().values().collect();
        crate::sim::sort_by_key(&mut slots, |slot| slot.order);
        for slot in slots {
            for (bytes, text) in slot.producer.load.keys.iter().zip(&slot.load.keys) {
                self.keys.note(bytes, text);
            }
        }
    }

    fn note_groups(&mut self, world: &World) {
        let mut slots: Vec<_> = world.consumers().values().collect();
        crate::sim::sort_by_key(&mut slots, |slot| slot.order);
        let joined = slots.iter().filter_map(|slot| slot.consumer.group.as_ref());
        let coordinated = world.brokers().values().flat_map(|broker| broker.groups.groups()).map(|group| &group.id);
        for group in joined.chain(coordinated) {
            if !self.groups.contains(group) {
                self.groups.push(group.clone());
            }
        }
    }
}

/// New parts, each replaced by the old one in its place where they are equal.
fn kept<T: PartialEq>(old: &[Rc<T>], new: Vec<T>) -> Vec<Rc<T>> {
    let keep = |(index, part): (usize, T)| match old.get(index) {
        Some(old) if **old == part => old.clone(),
        _ => Rc::new(part),
    };
    new.into_iter().enumerate().map(keep).collect()
}

/// The same for a list that is shared as a whole.
fn kept_one<T: PartialEq>(old: &Rc<T>, new: T) -> Rc<T> {
    if **old == new { old.clone() } else { Rc::new(new) }
}

fn ledger(ledger: &crate::kafka::client::producer::Ledger) -> Ledger {
    Ledger {
        sent: ledger.sent,
        waiting: ledger.waiting,
        in_flight: ledger.in_flight,
        acknowledged: ledger.acknowledged,
        failed: ledger.failed,
        fire_and_forget: ledger.fire_and_forget,
    }
}
