//! Invariants: what must hold after every event, and an argument that a student can follow when it does not.
//!
//! A [`Checker`] looks at the world from outside, with more knowledge than any node has: it knows every replica, every
//! committed record and every generation at once. It looks only at what the events touched, so that a page can run it
//! all the time. A finding is always a bug of the model, never something that the class did. Left out: liveness (that
//! groups become stable, that lag goes to zero), which only a test can wait for; see `tests/properties.rs`.

mod clients;
mod cluster;
mod epochs;
pub mod fuzz;
mod joins;
mod known;
pub mod ledger;
mod logs;
mod members;
mod owners;
mod promises;
mod reads;
mod sentences;
mod watched;

pub use sentences::ALL;
pub use watched::Watched;

use crate::{
    cluster::World,
    i18n::Text,
    kafka::{
        event::Event,
        hash::coordinator_partition,
        ids::{BrokerId, TopicIdPartition, is_internal},
        metadata::TopicImage,
    },
    sim::EventId,
};

/// So many events in one microsecond mean that nodes answer one another without end.
const STANDSTILL: u64 = 1_000_000;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The invariant's name, such as `high-watermark`.
    pub check: &'static str,
    /// What is wrong, with this case's values, and the rule.
    pub text: Text,
    /// The events at which it showed.
    pub events: Vec<EventId>,
}

/// What the checks keep from earlier moments.
#[derive(Clone, Debug)]
pub struct Checker {
    last_event: EventId,
    time_us: u64,
    /// Events of this microsecond.
    at_once: u64,
    logs: logs::Logs,
    cluster: cluster::Cluster,
    epochs: epochs::Epochs,
    clients: clients::Clients,
    joins: joins::Joins,
    members: members::Members,
    owners: owners::Owners,
    reads: reads::Reads,
}

impl Checker {
    /// A checker that takes the world as it is now for granted and watches it from here on.
    pub fn new(world: &World) -> Checker {
        Checker {
            last_event: world.last_event(),
            time_us: world.now_us(),
            at_once: 0,
            logs: logs::Logs::new(world),
            cluster: cluster::Cluster::new(world),
            epochs: epochs::Epochs::new(world),
            clients: clients::Clients::new(world),
            joins: joins::Joins::default(),
            members: members::Members::new(world),
            owners: owners::Owners::new(world),
            reads: reads::Reads::default(),
        }
    }

    /// Checks what `events` touched; they are those since the last call, in order.
    pub fn check(&mut self, world: &World, events: &[Event]) -> Vec<Finding> {
        let mut findings = Findings { world, list: Vec::new() };
        for event in events {
            self.check_order(event, &mut findings);
            self.logs.check(event, &mut findings);
            self.cluster.check(event, &mut findings);
            self.epochs.check(event, &mut findings);
            self.clients.check(event, &self.logs, &mut findings);
            self.joins.check(event, &mut findings);
            self.members.check(event, &mut findings);
            self.owners.check(event, &self.logs, &mut findings);
            self.reads.check(event, &mut findings);
        }
        self.clients.check_conservation(events, &mut findings);
        self.owners.check_told(events, &mut findings);
        findings.list
    }

    /// Time and numbers only go up, and a cause comes before its effect.
    fn check_order(&mut self, event: &Event, findings: &mut Findings<'_>) {
        if event.time_us < self.time_us {
            let text = sentences::TIME_BACK.with("event", event.id).with("time", time(event.time_us));
            findings.add("time", text.with("before", time(self.time_us)), event);
        }
        if event.id <= self.last_event || event.cause >= event.id {
            let text = sentences::CAUSE_AFTER.with("event", event.id).with("cause", event.cause);
            findings.add("cause", text.with("last", self.last_event), event);
        }
        self.at_once = if event.time_us == self.time_us { self.at_once + 1 } else { 0 };
        if self.at_once == STANDSTILL {
            let text = sentences::STANDSTILL.with("events", self.at_once).with("time", time(event.time_us));
            findings.add("time", text, event);
        }
        self.time_us = self.time_us.max(event.time_us);
        self.last_event = self.last_event.max(event.id);
    }
}

/// Collects findings.
struct Findings<'a> {
    world: &'a World,
    list: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, check: &'static str, text: Text, event: &Event) {
        self.list.push(Finding { check, text, events: vec![event.id] });
    }

    /// A partition as people write it, such as `orders-3`.
    fn name(&self, partition: TopicIdPartition) -> String {
        name_of(self.world, partition)
    }
}

fn name_of(world: &World, partition: TopicIdPartition) -> String {
    format!("{}-{}", world.topic_name(partition.topic), partition.partition)
}

/// Is this a partition of `__consumer_offsets`, and this group's?
fn is_kept_in(world: &World, group: &str, partition: TopicIdPartition) -> bool {
    let image = world.metadata().topics.get(&partition.topic).filter(|topic| is_internal(&topic.name));
    image.is_some_and(|image| coordinator_partition(group, image.partitions.len() as i32) == partition.partition)
}

/// Is the broker the group's coordinator, and not one that has not heard yet that another is?
fn coordinates(world: &World, broker: BrokerId, group: &str) -> bool {
    let of_group = |image: &&TopicImage| is_internal(&image.name);
    world.metadata().topics.values().find(of_group).is_some_and(|image| {
        let partition = coordinator_partition(group, image.partitions.len() as i32);
        image.partitions[partition as usize].leader == Some(broker)
    })
}

fn time(us: u64) -> crate::i18n::Arg {
    crate::i18n::Arg::Duration(us)
}
