//! Random worlds: a cluster, clients and disturbances from one seed, every event checked, and then a time of peace in
//! which everything must come right again.
//!
//! What must come right: every partition has a leader and a full ISR, all replicas are the same, every group is stable
//! with all its members, every record was acknowledged or has failed, and no lag is left. Each kind of command has a
//! file of its own and a row in [`KINDS`].

mod brokers;
mod consumers;
mod controller;
mod faults;
mod groups;
mod open_ends;
mod producers;
mod script;
mod shrink;
mod storage;
mod topics;

pub use script::{Script, ScriptError};
pub use shrink::{Shrunk, shrink};

use super::{Finding, Watched};
use crate::{
    cluster::{ClusterSpec, World, WorldError, command::Settings, command_text},
    sim::Random,
};

const SECOND_US: u64 = 1_000_000;
/// How long everything may take to come right: longer than the longest rebalance and the longest delivery.
const PEACE_US: u64 = 900 * SECOND_US;
/// An answer that is smaller holds one batch.
const BATCH_BYTES: u32 = 1_000;

/// All that random worlds draw.
static KINDS: &[Kind] =
    &[faults::KIND, brokers::KIND, topics::KIND, producers::KIND, consumers::KIND, groups::KIND, controller::KIND];

/// The kinds of a seed: in a third of the worlds the logs are looked after, too.
fn kinds(seed: u64) -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().chain((seed % 3 == 2).then_some(&storage::KIND))
}

/// How many controllers there are apart from the brokers: some in a fifth of the worlds. From a stream of its own, so that
/// all other worlds stay what they were.
fn controllers(seed: u64) -> u32 {
    match seed % 5 {
        4 => 1 + 2 * Random::new(seed, "fuzz controllers").below(3),
        _ => 0,
    }
}

/// Gives a random command of one sort.
type Draw = fn(&mut Fuzz);

/// One kind of command: what is drawn of it, how often, and what ends it.
struct Kind {
    /// Settings of the whole cluster that it likes to vary.
    settings: fn(&mut Random, &mut Settings),
    /// What happens in any world: weights, and what gives the command.
    mild: &'static [(u32, Draw)],
    /// What happens only in a world that is disturbed.
    wild: &'static [(u32, Draw)],
    /// Commands that end what its draws began: asked for when peace begins (`true`) and in every second of it.
    peace: fn(&Fuzz, bool) -> Vec<String>,
}

/// How a random run went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Events of the kernel.
    pub events: u64,
    /// Commands given.
    pub commands: u32,
    /// Records acknowledged.
    pub acknowledged: u64,
    /// Simulated time until everything had come right after the disturbances ended.
    pub healed_us: u64,
}

/// A run that failed: what was found, and how to play it again.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The check that failed first: the name of an invariant, or [`PEACE`].
    pub check: &'static str,
    /// What is wrong, in English; a line each.
    pub what: String,
    /// What broke the invariants.
    pub findings: Vec<Finding>,
    /// When it showed.
    pub found_us: u64,
    /// Events up to then.
    pub events: u64,
    /// Cluster and commands that were given, without those that make peace.
    pub script: Script,
    /// The same with those that make peace, up to when it showed.
    pub played: Script,
}

/// The check that everything comes right once there is peace.
pub const PEACE: &str = "peace";

/// How large a random world is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Commands that are drawn after it was set up; without it, as many as fall into 15 to 45 seconds.
    pub steps: Option<u32>,
}

struct Fuzz {
    watched: Watched,
    random: Random,
    script: Script,
    commands: u32,
    clients: u32,
    topics: u32,
}

/// Plays the random run of `seed`. In three worlds of four brokers crash, stop and return, and topics come and go.
pub fn run(seed: u64, size: Size) -> Result<Outcome, Box<Failure>> {
    let mut fuzz = Fuzz::new(seed);
    fuzz.set_stage();
    fuzz.disturb(!seed.is_multiple_of(4), size);
    fuzz.end()
}

/// The cluster and the commands of the random run of `seed`, without the peace at its end.
pub fn script(seed: u64, size: Size) -> Script {
    let mut fuzz = Fuzz::new(seed);
    fuzz.set_stage();
    fuzz.disturb(!seed.is_multiple_of(4), size);
    Script { peace: false, ..fuzz.script }
}

impl Fuzz {
    fn new(seed: u64) -> Fuzz {
        let mut random = Random::new(seed, "fuzz");
        let brokers = 1 + random.below(5);
        let with_racks = random.below(3) == 0;
        let racks = (0..brokers).map(|_| with_racks.then(|| format!("rack-{}", random.below(3)))).collect();
        let mut spec = ClusterSpec { racks, controllers: controllers(seed), ..ClusterSpec::default() };
        for kind in kinds(seed) {
            (kind.settings)(&mut random, &mut spec.settings);
        }
        Fuzz::of(Script { seed, spec, peace: true, ..Script::default() }, random).expect("a sound cluster")
    }

    fn of(script: Script, random: Random) -> Result<Fuzz, WorldError> {
        let watched = Watched::new(script.seed, &script.spec, false)?;
        Ok(Fuzz { watched, random, script, commands: 0, clients: 0, topics: 0 })
    }

    fn world(&self) -> &World {
        &self.watched.world
    }

    /// Gives a command if the world takes it.
    fn give(&mut self, line: &str) -> bool {
        let command = command_text::parse(line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        let done = self.watched.apply(&command).is_ok();
        if done {
            self.commands += 1;
            self.script.commands.push((self.world().now_us(), line.to_owned()));
        }
        done
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        let index = self.random.below(of.len() as u32) as usize;
        of.get(index).copied()
    }

    fn one_of(&mut self, names: &[String]) -> Option<String> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.pick(&names).map(str::to_owned)
    }

    /// One of these settings half of the time, or none.
    fn setting(&mut self, name: &str, values: &[&str]) -> String {
        match self.random.below(2) {
            0 => String::new(),
            _ => format!(" {name}={}", self.pick(values).unwrap_or_default()),
        }
    }

    fn set_stage(&mut self) {
        for _ in 0..1 + self.random.below(3) {
            self.create_topic();
        }
        let settle_us = u64::from(self.random.below(2)) * 50_000;
        self.watched.run_to(settle_us);
        for _ in 0..1 + self.random.below(3) {
            self.add_producer();
        }
        for _ in 0..self.random.below(5) {
            self.add_consumer();
        }
    }

    /// Gives random commands for a while.
    fn disturb(&mut self, wild: bool, size: Size) {
        let drawn_us = SECOND_US * u64::from(15 + self.random.below(30));
        let end_us = size.steps.map_or(drawn_us, |_| u64::MAX);
        let of = |kind: &Kind| kind.mild.iter().chain(kind.wild.iter().filter(|_| wild)).copied().collect::<Vec<_>>();
        let draws: Vec<_> = kinds(self.script.seed).flat_map(of).collect();
        let weight = draws.iter().map(|(weight, _)| weight).sum();
        for step in 0.. {
            let pause_us = match self.random.below(4) {
                0 => u64::from(self.random.below(3_000)),
                1 => u64::from(self.random.below(200_000)),
                _ => u64::from(self.random.below(4_000_000)),
            };
            let at_us = self.world().now_us() + pause_us;
            self.watched.run_to(at_us.min(end_us));
            self.script.end_us = self.world().now_us();
            if at_us >= end_us || Some(step) == size.steps || !self.watched.findings.is_empty() {
                return;
            }
            let mut drawn = self.random.below(weight);
            let draw = draws.iter().find(|(weight, _)| {
                let is_it = drawn < *weight;
                drawn = drawn.saturating_sub(*weight);
                is_it
            });
            if let Some((_, draw)) = draw {
                draw(self);
            }
        }
    }

    /// Makes peace, if that is wanted, and says how it went.
    fn end(mut self) -> Result<Outcome, Box<Failure>> {
        let script = self.script.clone();
        let healed = match script.peace {
            true => self.make_peace(),
            false => Ok(0),
        };
        let found = self.watched.findings.first();
        match healed {
            Ok(healed_us) if found.is_none() => Ok(Outcome {
                events: self.watched.event_count,
                commands: self.commands,
                acknowledged: self.watched.world.ledger().acknowledged,
                healed_us,
            }),
            open => Err(Box::new(Failure {
                check: found.map_or(PEACE, |finding| finding.check),
                what: if found.is_some() { self.watched.report() } else { open.err().unwrap_or_default() },
                found_us: self.world().now_us(),
                events: self.watched.event_count,
                played: Script { end_us: self.world().now_us(), peace: false, ..self.script },
                findings: self.watched.findings,
                script,
            })),
        }
    }

    /// All brokers return, nobody is paused, loads end; then everything must come right. Returns how long that took.
    fn make_peace(&mut self) -> Result<u64, String> {
        let from_us = self.world().now_us();
        let mut open = String::new();
        let mut first = true;
        self.watched.audit();
        let patience_us = PEACE_US + self.small_answers_us();
        while self.watched.findings.is_empty() && self.world().now_us() < from_us + patience_us {
            let seed = self.script.seed;
            let lines: Vec<String> = kinds(seed).flat_map(|kind| (kind.peace)(self, first)).collect();
            for line in lines {
                self.give(&line);
            }
            first = false;
            open = self.open_ends();
            if open.is_empty() {
                self.watched.audit();
                return Ok(self.world().now_us() - from_us);
            }
            let until_us = self.world().now_us() + SECOND_US;
            self.watched.run_to(until_us);
        }
        Err(open)
    }

    /// How long those may take besides that are given a batch at a time: while it is being read, what is asked of the
    /// same broker is only the partitions that have nothing, and the answer takes `fetch.max.wait.ms`; as in Kafka.
    fn small_answers_us(&self) -> u64 {
        let configs = self.world().consumers().values().map(|slot| &slot.consumer.config);
        let small = configs.filter(|config| config.fetch_max_bytes.min(config.max_partition_fetch_bytes) < BATCH_BYTES);
        self.world().records_kept() * small.map(|config| config.fetch_max_wait_us).max().unwrap_or(0)
    }
}
