//! Random worlds: a cluster, clients and disturbances from one seed, every event checked, and then a time of peace in
//! which everything must come right again.
//!
//! What must come right: every partition has a leader and a full ISR, all replicas are the same, every group is stable
//! with all its members, every record was acknowledged or has failed, and no lag is left. Left out: shrinking of a
//! failing run; its report names seed and commands, which play it again.

mod open_ends;

use std::fmt::Write;

use super::Watched;
use crate::{
    cluster::{ClientProcess, ClusterSpec, World, command_text},
    kafka::{
        client::consumer::{App, PartitionProgress},
        ids::is_internal,
        protocol::ErrorCode,
    },
    sim::Random,
};

const SECOND_US: u64 = 1_000_000;
/// How long everything may take to come right: longer than the longest rebalance and the longest delivery.
const PEACE_US: u64 = 900 * SECOND_US;

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
    /// The seed.
    pub seed: u64,
    /// What is wrong.
    pub what: String,
    /// Cluster and commands.
    pub script: String,
}

struct Fuzz {
    watched: Watched,
    random: Random,
    script: String,
    commands: u32,
    clients: u32,
    topics: u32,
}

/// Plays the random run of `seed`. `disturb`: brokers crash, stop and return, topics come and go.
pub fn run(seed: u64, disturb: bool) -> Result<Outcome, Box<Failure>> {
    let mut fuzz = Fuzz::new(seed);
    fuzz.set_stage();
    let peace_us = fuzz.disturb(disturb);
    let outcome = fuzz.make_peace(peace_us);
    match outcome {
        Ok(healed_us) => Ok(Outcome {
            events: fuzz.watched.event_count,
            commands: fuzz.commands,
            acknowledged: fuzz.watched.world.ledger().acknowledged,
            healed_us,
        }),
        Err(what) => Err(Box::new(Failure { seed, what, script: fuzz.script })),
    }
}

impl Fuzz {
    fn new(seed: u64) -> Fuzz {
        let mut random = Random::new(seed, "fuzz");
        let brokers = 1 + random.below(5);
        let with_racks = random.below(3) == 0;
        let racks = (0..brokers).map(|_| with_racks.then(|| format!("rack-{}", random.below(3)))).collect();
        let mut spec = ClusterSpec { racks, ..ClusterSpec::default() };
        if random.below(3) == 0 {
            spec.settings.insert("offsets.topic.num.partitions".into(), (1 + random.below(50)).to_string());
        }
        if random.below(4) == 0 {
            spec.settings.insert("min.insync.replicas".into(), (1 + random.below(3)).to_string());
        }
        if random.below(4) == 0 {
            let lag_ms = 1_000 + random.below(10_000);
            spec.settings.insert("replica.lag.time.max.ms".into(), lag_ms.to_string());
        }
        if random.below(2) == 0 {
            let short = [("min.session.timeout.ms", "6000"), ("session.timeout.ms", "6000")];
            let more = [("min.heartbeat.interval.ms", "1000"), ("heartbeat.interval.ms", "1000")];
            for (name, value) in short.into_iter().chain(more) {
                spec.settings.insert(format!("group.consumer.{name}"), value.into());
            }
        }
        let script = format!("seed={seed} racks={:?} settings={:?}\n", spec.racks, spec.settings);
        let watched = Watched::new(seed, &spec, false).expect("a sound cluster");
        Fuzz { watched, random, script, commands: 0, clients: 0, topics: 0 }
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
            let _ = writeln!(self.script, "@{} {line}", self.world().now_us());
        }
        done
    }

    fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> Option<&'a T> {
        let index = self.random.below(of.len() as u32) as usize;
        of.get(index).copied()
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

    /// Gives random commands for a while. Returns when that ends.
    fn disturb(&mut self, wild: bool) -> u64 {
        let end_us = SECOND_US * u64::from(15 + self.random.below(30));
        loop {
            let pause_us = match self.random.below(4) {
                0 => u64::from(self.random.below(3_000)),
                1 => u64::from(self.random.below(200_000)),
                _ => u64::from(self.random.below(4_000_000)),
            };
            let at_us = self.world().now_us() + pause_us;
            self.watched.run_to(at_us.min(end_us));
            if at_us >= end_us || !self.watched.findings.is_empty() {
                return end_us;
            }
            match wild {
                true => self.wild_command(),
                false => self.mild_command(),
            }
        }
    }

    fn mild_command(&mut self) {
        match self.random.below(20) {
            10 => self.for_a_consumer("crash-consumer"),
            11 => self.for_a_consumer("restart-consumer"),
            12 => self.for_a_consumer("freeze-consumer"),
            13 => self.for_a_consumer("thaw-consumer"),
            14 => self.for_a_consumer("stall-consumer"),
            15 => self.for_a_consumer("unstall-consumer"),
            16 => self.subscribe(),
            17 => self.for_a_partition(),
            18 => {
                let (group, to) = (self.random.below(3), ["earliest", "latest", "shift:-5", "offset:3"]);
                let (topic, to) = (self.topic().unwrap_or_default(), self.pick(&to).unwrap_or_default());
                self.give(&format!("reset-offsets group=g{group} topic={topic} to={to}"));
            }
            19 => {
                let group = self.random.below(3);
                self.give(&format!("delete-group group=g{group}"));
            }
            0 | 1 => self.add_consumer(),
            2 | 3 => self.for_a_consumer("remove-consumer"),
            4 => self.for_a_consumer("pause-consumer"),
            5 => self.for_a_consumer("resume-consumer"),
            6 => self.for_a_consumer("commit"),
            7 => self.for_a_producer("pause-producer"),
            8 => self.for_a_producer("resume-producer"),
            _ => self.add_partitions(),
        }
    }

    fn wild_command(&mut self) {
        let broker = 1 + self.random.below(self.world().brokers().len() as u32);
        match self.random.below(24) {
            0..=2 => {
                self.give(&format!("crash-broker broker={broker}"));
            }
            3 | 4 => {
                self.give(&format!("stop-broker broker={broker}"));
            }
            5..=9 => {
                self.give(&format!("restart-broker broker={broker}"));
            }
            10 if self.world().brokers().len() < 6 => {
                self.give("add-broker");
            }
            11 => {
                if let Some(topic) = self.topic() {
                    self.give(&format!("delete-topic topic={topic}"));
                }
            }
            12 => self.create_topic(),
            13 => {
                if let Some(topic) = self.topic() {
                    let replicas = 1 + self.random.below(3);
                    self.give(&format!("configure-topic topic={topic} min.insync.replicas={replicas}"));
                }
            }
            14 => self.add_producer(),
            15 => self.for_a_producer("remove-producer"),
            16 => self.send(),
            _ => self.mild_command(),
        }
    }

    fn create_topic(&mut self) {
        // Few names, so that a deleted topic often comes back under its own.
        self.topics += 1;
        let (name, partitions) = (self.topics % 4, 1 + self.random.below(6));
        let alive = self.world().brokers().len() as u32;
        let replicas = 1 + self.random.below(alive.min(3));
        let mut line = format!("create-topic topic=t{name} partitions={partitions} replication.factor={replicas}");
        if self.random.below(3) == 0 {
            let _ = write!(line, " min.insync.replicas={}", 1 + self.random.below(replicas));
        }
        self.give(&line);
    }

    /// A topic that is there.
    fn topic(&mut self) -> Option<String> {
        let names: Vec<String> = self.world().metadata().topic_ids.keys().map(|name| name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !is_internal(name)).collect();
        self.pick(&names).map(str::to_owned)
    }

    fn add_partitions(&mut self) {
        let Some(topic) = self.topic() else { return };
        let present = self.world().metadata().topic_by_name(&topic).map_or(0, |(_, image)| image.partitions.len());
        if present < 12 {
            let more = 1 + self.random.below(3);
            self.give(&format!("add-partitions topic={topic} partitions={}", present as u32 + more));
        }
    }

    fn add_producer(&mut self) {
        self.clients += 1;
        let topic = self.topic().unwrap_or_else(|| "t1".to_owned());
        let rate = match self.random.below(12) {
            0 => 1_500 + self.random.below(3_000),
            1 => 300,
            _ => 1 + self.random.below(40),
        };
        let mut line = format!("add-producer producer=p{} topic={topic} rate={rate}", self.clients);
        let _ = write!(line, " records.max={}", 3_000 + self.random.below(3_000));
        if self.random.below(2) == 0 {
            let _ = write!(line, " keys=a,b,c,d,e,f,g key.order=random");
        }
        let value = self.pick(&["1", "a value of some length", &"long ".repeat(60)]).unwrap_or_default().to_owned();
        let _ = write!(line, " value=\"{value}\"");
        let idempotent = self.random.below(3) > 0;
        if !idempotent {
            line += " enable.idempotence=false";
            line += &self.setting("acks", &["0", "1", "all"]);
            line += &self.setting("retries", &["0", "1", "10"]);
            line += &self.setting("max.in.flight.requests.per.connection", &["1", "2", "10"]);
        } else {
            line += &self.setting("max.in.flight.requests.per.connection", &["1", "2", "5"]);
        }
        line += &self.setting("linger.ms", &["0", "5", "100", "1000"]);
        line += &self.setting("batch.size", &["0", "100", "500", "16384"]);
        line += &self.setting("buffer.memory", &["600", "5000", "33554432"]);
        line += &self.setting("max.block.ms", &["0", "500", "60000"]);
        line += &self.setting("metadata.max.age.ms", &["1000", "5000", "300000"]);
        line += &self.setting("max.request.size", &["1000", "1048576"]);
        line += &self.setting("retry.backoff.ms", &["0", "100", "1000"]);
        line += &self.setting("partitioner.adaptive.partitioning.enable", &["true", "false"]);
        if self.random.below(4) == 0 {
            line += " partitioner.class=org.apache.kafka.clients.producer.RoundRobinPartitioner";
        }
        if self.random.below(3) == 0 {
            line += " request.timeout.ms=2000 delivery.timeout.ms=4000";
        }
        self.give(&line);
    }

    fn add_consumer(&mut self) {
        self.clients += 1;
        let mut line = format!("add-consumer consumer=c{}", self.clients);
        let topic = self.topic().unwrap_or_else(|| "t1".to_owned());
        match self.random.below(8) {
            0 => {
                let _ = write!(line, " assign={topic}:0");
                if self.random.below(2) == 0 {
                    let _ = write!(line, " group=alone{}", self.clients);
                }
            }
            1 => {
                let _ = write!(line, " group=g{} topics={topic},t1", self.random.below(4));
            }
            _ => {
                let _ = write!(line, " group=g{} topics={topic}", self.random.below(4));
            }
        }
        line += self.pick(&["", " processing.ms=0.1", " processing.ms=5", " processing.ms=20"]).unwrap_or_default();
        line += &self.setting("auto.offset.reset", &["earliest", "latest"]);
        line += &self.setting("max.poll.records", &["1", "10", "500"]);
        line += &self.setting("fetch.max.wait.ms", &["30", "100", "500"]);
        // Small answers that nevertheless wait to be large take `fetch.max.wait.ms` for each batch: then no time of peace
        // is long enough to catch up.
        match self.random.below(2) {
            0 => line += &self.setting("fetch.min.bytes", &["0", "1", "2000"]),
            _ => {
                line += &self.setting("fetch.max.bytes", &["0", "200", "52428800"]);
                line += &self.setting("max.partition.fetch.bytes", &["0", "200", "1048576"]);
            }
        }
        // Shorter than the defaults, so that what waits for them comes right sooner.
        line += &format!(" metadata.max.age.ms={}", self.pick(&["1000", "5000", "60000"]).unwrap_or_default());
        line += &format!(" max.poll.interval.ms={}", self.pick(&["10000", "60000"]).unwrap_or_default());
        line += &self.setting("auto.commit.interval.ms", &["0", "300", "5000"]);
        // The protocol belongs to the group, but for one that has members of both.
        let modern = line.contains("group=g2 ") || line.contains("group=g3 ") && self.random.below(2) == 0;
        if modern {
            line += " group.protocol=consumer";
            line += &self.setting("group.remote.assignor", &["uniform", "range"]);
        } else if !line.contains("assign=") {
            // In each group all name the one that is chosen: a new coordinator knows of its members only that (Kafka stores no
            // other), and who does not support it fails for good.
            let strategies: &[&str] = match () {
                () if line.contains("group=g0") => &["range,cooperative-sticky", "range", "range,roundrobin"],
                () if line.contains("group=g1") => &["cooperative-sticky", "cooperative-sticky,roundrobin"],
                () => &["sticky,range", "sticky"],
            };
            line += &format!(" partition.assignment.strategy={}", self.pick(strategies).unwrap_or_default());
        }
        if !line.contains("assign=") {
            if self.random.below(4) == 0 {
                line += &format!(" group.instance.id=i{}", self.clients);
            }
            line += &self.setting("enable.auto.commit", &["true", "false"]);
        }
        if !modern && self.random.below(2) == 0 {
            line += " session.timeout.ms=6000 heartbeat.interval.ms=1000";
        }
        self.give(&line);
    }

    fn send(&mut self) {
        let names: Vec<String> = self.world().producers().values().map(|slot| slot.producer.name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let Some(producer) = self.pick(&names) else { return };
        let mut line = format!("send producer={producer} value=by-hand");
        match self.random.below(4) {
            0 => line += " key=k",
            1 => line += " partition=0",
            2 => line += " partition=9",
            _ => {}
        }
        self.give(&line);
    }

    fn for_a_consumer(&mut self, verb: &str) {
        let names: Vec<String> = self.world().consumers().values().map(|slot| slot.consumer.name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let Some(name) = self.pick(&names) {
            self.give(&format!("{verb} consumer={name}"));
        }
    }

    fn for_a_partition(&mut self) {
        let owned = self.places(|_| true);
        let owned: Vec<&str> = owned.iter().map(String::as_str).collect();
        let what = self.random.below(400);
        if let Some(place) = self.pick(&owned) {
            match what {
                200..300 => self.give(&format!("pause-partition {place}")),
                300.. => self.give(&format!("resume-partition {place}")),
                offset => self.give(&format!("seek {place} offset={offset}")),
            };
        }
    }

    /// Partitions in consumers' hands, as commands name them.
    fn places(&self, which: impl Fn(&PartitionProgress) -> bool) -> Vec<String> {
        let slots = self.world().consumers().values();
        let partitions = slots.flat_map(|slot| slot.consumer.partitions().iter().map(|at| (&slot.consumer.name, at)));
        partitions
            .filter(|(_, (_, progress))| which(progress))
            .map(|(name, (at, _))| {
                format!("consumer={name} topic={} partition={}", self.world().topic_name(at.topic), at.partition)
            })
            .collect()
    }

    fn subscribe(&mut self) {
        let Some(topic) = self.topic() else { return };
        let names: Vec<String> = self.world().consumers().values().map(|slot| slot.consumer.name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let Some(name) = self.pick(&names) {
            self.give(&format!("subscribe consumer={name} topics={topic}"));
        }
    }

    fn for_a_producer(&mut self, verb: &str) {
        let names: Vec<String> = self.world().producers().values().map(|slot| slot.producer.name.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let Some(name) = self.pick(&names) {
            self.give(&format!("{verb} producer={name}"));
        }
    }

    /// All brokers return, nobody is paused, loads end; then everything must come right. Returns how long that took.
    fn make_peace(&mut self, from_us: u64) -> Result<u64, String> {
        let names = |slots: Vec<String>, verb: &str, kind: &str| -> Vec<String> {
            slots.into_iter().map(|name| format!("{verb} {kind}={name}")).collect()
        };
        let producers = self.world().producers().values().map(|slot| slot.producer.name.to_string()).collect();
        let consumers: Vec<String> =
            self.world().consumers().values().map(|slot| slot.consumer.name.to_string()).collect();
        let mut lines = names(producers, "pause-producer", "producer");
        for verb in ["thaw-consumer", "unstall-consumer", "resume-consumer"] {
            lines.extend(names(consumers.clone(), verb, "consumer"));
        }
        lines.extend(self.places(|progress| progress.paused).iter().map(|place| format!("resume-partition {place}")));
        let crashed = self.world().consumers().values().filter(|slot| slot.process == ClientProcess::Crashed);
        let crashed = crashed.map(|slot| slot.consumer.name.to_string()).collect();
        lines.extend(names(crashed, "restart-consumer", "consumer"));
        // What asks for more in-sync replicas than there can be would never come right.
        let topics: Vec<String> = self.world().metadata().topic_ids.keys().map(|name| name.to_string()).collect();
        let user_topics = topics.iter().filter(|name| !is_internal(name));
        lines.extend(user_topics.map(|topic| format!("configure-topic topic={topic} min.insync.replicas=1")));
        lines.push("configure-cluster min.insync.replicas=1".to_owned());
        let mut open = String::new();
        while self.world().now_us() < from_us + PEACE_US {
            if !self.watched.findings.is_empty() {
                return Err(self.watched.report());
            }
            let down: Vec<u32> = self.world().brokers().values().filter(|b| !b.is_up()).map(|b| b.id).collect();
            for broker in down {
                self.give(&format!("restart-broker broker={broker}"));
            }
            lines.extend(names(self.shut_out(), "restart-consumer", "consumer"));
            for line in std::mem::take(&mut lines) {
                self.give(&line);
            }
            open = self.open_ends();
            if open.is_empty() {
                return Ok(self.world().now_us() - from_us);
            }
            let until_us = self.world().now_us() + SECOND_US;
            self.watched.run_to(until_us);
        }
        Err(format!("after {} s of peace:\n{open}", PEACE_US / SECOND_US))
    }

    /// Consumers that failed as Kafka's do and have to be started again: those that came while their group could not change
    /// its protocol, or thawed when it had changed or was deleted; and the second process of a static member whose first
    /// was killed, until the session of that is over.
    fn shut_out(&self) -> Vec<String> {
        let consumers = self.world().consumers().values().map(|slot| &slot.consumer);
        let refused =
            [ErrorCode::UnreleasedInstanceId, ErrorCode::UnknownServerError, ErrorCode::GroupIdNotFound].map(Some);
        let failed = consumers.filter(|consumer| consumer.app == App::Failed && refused.contains(&consumer.last_error));
        failed.map(|consumer| consumer.name.to_string()).collect()
    }
}
