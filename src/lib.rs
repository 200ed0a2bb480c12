//! Kafkascope: an Apache Kafka cluster that fits in a browser tab.
//!
//! This crate is a pure, deterministic model of Kafka 4.1: brokers that lead and follow, a KRaft controller, group
//! coordinators, producers and consumers, all as state machines that talk in Kafka's own RPCs over a simulated
//! network. The page that shows it stands behind the feature `web`, the command line behind `cli`; the bare library
//! depends on neither.
//!
//! # A tour
//!
//! A [`history::Scenario`] is a seed, a cluster and some commands. A [`history::Run`] plays it:
//!
//! ```
//! use kafkascope::{cluster::command_text::parse, history::{Run, Scenario}};
//!
//! let mut scenario = Scenario { seed: 42, ..Scenario::default() };
//! scenario.cluster.racks = vec![None; 3];
//! let mut run = Run::new(&scenario).expect("three brokers are a sound cluster");
//!
//! for line in [
//!     "create-topic topic=orders partitions=6 replication.factor=3",
//!     "add-producer producer=checkout topic=orders keys=alice rate=10",
//!     "add-consumer consumer=C1 group=billing topics=orders auto.offset.reset=earliest",
//! ] {
//!     run.apply(parse(line).expect("a sound line")).expect("a command that fits the cluster");
//! }
//! run.advance_to(10_000_000); // ten simulated seconds, in microseconds
//!
//! // murmur2("alice") is 0x74504595; without its sign, modulo 6, that is partition 3.
//! let orders = run.world().metadata().topic_ids["orders"];
//! let partition = kafkascope::kafka::ids::TopicIdPartition::new(orders, 3);
//! let leader = run.world().metadata().partition(partition).and_then(|state| state.leader);
//! let replica = run.world().brokers()[&leader.expect("all brokers run")].replica(partition);
//! assert!(replica.expect("the leader holds it").log.high_watermark() > 50);
//!
//! // The group has read what is visible, after the three seconds of group.initial.rebalance.delay.ms.
//! assert!(run.world().consumers().values().all(|slot| slot.consumer.records_consumed > 50));
//! ```
//!
//! The same seed and commands give the same run, natively and in the browser: compare
//! [`cluster::World::event_digest`].
//!
//! # The rooms
//!
//! - [`sim`], the kernel: time, event queue, random streams, network. It knows nothing of Kafka.
//! - [`kafka`], Kafka itself, as sans-IO state machines.
//! - [`cluster`], the world: the only place that wires nodes to the network.
//! - [`ledger`], what became of every record that was ever sent.
//! - [`history`], a run: commands, events kept, replay.
//! - [`codec`], a run as a link, as lines to edit, and as a file.
//! - [`lesson`], scenarios with beats and questions that are graded from the world.
//! - [`view`], from the world to plain data that a page can draw, sentences and *Why?* cards.
//! - [`i18n`], every sentence in both languages.

pub mod check;
pub mod cluster;
pub mod codec;
pub mod history;
pub mod i18n;
pub mod kafka;
pub mod ledger;
pub mod lesson;
pub mod sim;
pub mod view;
