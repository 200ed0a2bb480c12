//! Ten thousand random sequences of joins, leaves, crashes, pauses and added partitions, by every mix of protocols that
//! a group can have; every invariant after every event, and then peace: the group must come to rest in time, every
//! partition with one live owner, and in balance where its assignor promises that. Some members are static. With a sticky
//! assignor the group is then changed by one thing at a time, and no more may move than its balance needs.
//!
//! `KAFKASCOPE_SEQUENCES=from..to cargo test --test group_properties` plays others; a failure prints seed and commands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    ops::Range,
};

use kafkascope::{
    check::Watched,
    cluster::{ClientProcess, ClusterSpec, command_text::parse},
    kafka::{
        client::consumer::{Consumer, Failure},
        coordinator::{Group, GroupState},
        protocol::ErrorCode,
    },
    sim::Random,
};

const SECOND_US: u64 = 1_000_000;
const SESSION_S: u64 = 6;
const HEARTBEAT_S: u64 = 2;
const POLL_INTERVAL_S: u64 = 8;

/// A mix of protocols: what each next member is set to, and how long the group may take to come to rest.
struct Mix {
    name: &'static str,
    settings: &'static [&'static str],
    /// max(session timeout, rebalance timeout) + 3 heartbeat intervals, and what is written beside it.
    bound_s: u64,
    /// Does its assignor keep members within one partition of each other?
    balanced: bool,
    /// Does its assignor move nothing that may stay? Uniform promises no such thing (reference §7.6).
    sticky: bool,
}

/// Who is dead is out when its session ends, or when the rebalance that runs already has waited for its rebalance
/// timeout; whichever is longer has then begun before peace. One heartbeat later all know of the rebalance that follows,
/// two more let cooperative members go through a second round.
const CLASSIC_BOUND_S: u64 = max(SESSION_S, POLL_INTERVAL_S) + 3 * HEARTBEAT_S;
/// The coordinator decides here: a session of 45 s, heartbeats every 5 s. One heartbeat computes the target, one lets
/// members give up, one lets others take.
const CONSUMER_BOUND_S: u64 = max(45, POLL_INTERVAL_S) + 3 * 5;

const fn max(a: u64, b: u64) -> u64 {
    if a > b { a } else { b }
}

static MIXES: [Mix; 7] = [
    Mix { name: "range", settings: &["range"], bound_s: CLASSIC_BOUND_S, balanced: true, sticky: false },
    Mix { name: "round-robin", settings: &["roundrobin"], bound_s: CLASSIC_BOUND_S, balanced: true, sticky: false },
    Mix { name: "sticky", settings: &["sticky"], bound_s: CLASSIC_BOUND_S, balanced: true, sticky: true },
    Mix {
        name: "cooperative",
        settings: &["cooperative-sticky"],
        bound_s: CLASSIC_BOUND_S,
        balanced: true,
        sticky: true,
    },
    Mix {
        name: "rolling",
        settings: &["range,cooperative-sticky", "cooperative-sticky"],
        bound_s: CLASSIC_BOUND_S,
        balanced: false,
        sticky: false,
    },
    // Uniform is balanced over all topics, but a member may hold more until it has given them up.
    Mix { name: "consumer", settings: &[], bound_s: CONSUMER_BOUND_S, balanced: true, sticky: false },
    // Who comes by the consumer protocol while the group prepares its very first rebalance fails for good, as in Kafka.
    Mix {
        name: "both protocols",
        settings: &["range", "cooperative-sticky,range", BY_CONSUMER],
        bound_s: CONSUMER_BOUND_S,
        balanced: false,
        sticky: false,
    },
];

/// Instead of a list of assignors: the member comes by the consumer protocol.
const BY_CONSUMER: &str = "consumer";

struct Sequence {
    run: Watched,
    random: Random,
    mix: &'static Mix,
    script: String,
    members: u32,
    partitions: u32,
}

impl Sequence {
    fn new(seed: u64) -> Sequence {
        let mut random = Random::new(seed, "a sequence");
        let mix = &MIXES[random.below(MIXES.len() as u32) as usize];
        let settings = [("group.initial.rebalance.delay.ms", "0"), ("offsets.topic.num.partitions", "1")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        let run = Watched::new(seed, &ClusterSpec { racks: vec![None], settings, ..ClusterSpec::default() }, false)
            .expect("sound");
        let partitions = 1 + random.below(8);
        let script = format!("seed {seed}, {}\n", mix.name);
        let mut sequence = Sequence { run, random, mix, script, members: 0, partitions };
        sequence.give(&format!("create-topic topic=t partitions={partitions} replication.factor=1"));
        sequence
    }

    fn give(&mut self, line: &str) -> bool {
        let done = self.run.apply(&parse(line).expect(line)).is_ok();
        if done {
            let _ = writeln!(self.script, "@{} {line}", self.run.world.now_us());
        }
        done
    }

    fn join(&mut self) {
        self.members += 1;
        let protocol = match self.mix.settings {
            [] => "group.protocol=consumer".to_owned(),
            lists => {
                let (session_ms, heartbeat_ms) = (SESSION_S * 1_000, HEARTBEAT_S * 1_000);
                match lists[self.random.below(lists.len() as u32) as usize] {
                    BY_CONSUMER => "group.protocol=consumer".to_owned(),
                    list => format!(
                        "partition.assignment.strategy={list} session.timeout.ms={session_ms} heartbeat.interval.ms={heartbeat_ms}"
                    ),
                }
            }
        };
        let poll_ms = POLL_INTERVAL_S * 1_000;
        let member = self.members;
        let protocol = match self.random.below(4) {
            0 => format!("{protocol} group.instance.id=i{member}"),
            _ => protocol,
        };
        self.give(&format!(
            "add-consumer consumer=c{member} group=g topics=t metadata.max.age.ms=1000 max.poll.interval.ms={poll_ms} {protocol}"
        ));
    }

    fn disturb(&mut self) {
        for _ in 0..3 + self.random.below(8) {
            let member = 1 + self.random.below(self.members.max(1));
            match self.random.below(12) {
                0..=4 => self.join(),
                5 | 6 => drop(self.give(&format!("remove-consumer consumer=c{member}"))),
                7 => drop(self.give(&format!("crash-consumer consumer=c{member}"))),
                8 => drop(self.give(&format!("freeze-consumer consumer=c{member}"))),
                9 => drop(self.give(&format!("stall-consumer consumer=c{member}"))),
                10 => drop(self.give(&format!("restart-consumer consumer=c{member}"))),
                _ => {
                    let partitions = self.partitions + 1;
                    // Refused while the topic itself is not there yet.
                    self.partitions += u32::from(self.give(&format!("add-partitions topic=t partitions={partitions}")));
                }
            }
            let pause_us = [1_000, 300_000, 3_000_000, 9_000_000][self.random.below(4) as usize];
            let pause_us = u64::from(self.random.below(pause_us));
            self.run.run_to(self.run.world.now_us() + pause_us);
        }
    }

    /// Nobody hangs or is frozen any more; who is dead stays dead.
    fn make_peace(&mut self) {
        for member in 1..=self.members {
            self.give(&format!("thaw-consumer consumer=c{member}"));
            self.give(&format!("unstall-consumer consumer=c{member}"));
        }
    }

    /// Who takes part. An application that has got an exception does not: the second process of a static member of the
    /// consumer protocol is refused for as long as the session of the first, which was killed, lasts.
    fn living(&self) -> impl Iterator<Item = &Consumer> {
        let slots = self.run.world.consumers().values();
        let living = slots.filter(|slot| slot.process != ClientProcess::Crashed && !slot.consumer.is_closing());
        let refused = Some(Failure::Answer(ErrorCode::UnreleasedInstanceId));
        living.map(|slot| &slot.consumer).filter(move |consumer| consumer.last_error != refused)
    }

    /// A static leader that took its place back has computed nothing: partitions that were added meanwhile belong to
    /// nobody until the next rebalance; as in Kafka.
    fn has_skipped(&self) -> bool {
        self.living().any(|consumer| consumer.is_leader && consumer.computed.is_none())
    }

    /// What is not as it should be in the end.
    fn unrest(&self) -> Option<String> {
        let mut owners: BTreeMap<i32, u32> = (0..self.partitions as i32).map(|partition| (partition, 0)).collect();
        let mut counts = Vec::new();
        for consumer in self.living() {
            counts.push(consumer.partitions().len());
            for partition in consumer.partitions().keys() {
                *owners.entry(partition.partition).or_default() += 1;
            }
        }
        if counts.is_empty() {
            return None;
        }
        let skipped = self.has_skipped();
        let wrong = |count: u32| count != 1 && !(skipped && count == 0);
        if let Some((partition, count)) = owners.iter().find(|(_, count)| wrong(**count)) {
            return Some(format!("t-{partition} has {count} owners"));
        }
        let (least, most) = (counts.iter().min()?, counts.iter().max()?);
        (self.mix.balanced && most - least > 1).then(|| format!("out of balance: {counts:?}"))
    }

    /// How long it took to come to rest, in seconds.
    fn play(mut self) -> Result<u64, String> {
        self.disturb();
        self.make_peace();
        let seconds = self.rest(Sequence::unrest)?;
        if self.mix.sticky {
            self.change_by_one()?;
        }
        Ok(seconds)
    }

    /// Lets time go by until nothing is left of what `unrest` says.
    fn rest(&mut self, unrest: impl Fn(&Sequence) -> Option<String>) -> Result<u64, String> {
        let peace_us = self.run.world.now_us();
        loop {
            if !self.run.findings.is_empty() {
                return Err(format!("{}\n{}", self.run.report(), self.script));
            }
            let seconds = (self.run.world.now_us() - peace_us) / SECOND_US;
            let Some(unrest) = unrest(self) else {
                return Ok(seconds);
            };
            if seconds > self.mix.bound_s {
                return Err(format!("after {seconds} s of peace: {unrest}\n{}", self.script));
            }
            self.run.run_to(self.run.world.now_us() + SECOND_US / 2);
        }
    }
}

/// Who owns what, by the name of the consumer.
type Holdings = BTreeMap<String, BTreeSet<i32>>;

/// No needless move: among those that were in the group before and still are, as many keep what they had as can where
/// each has its share of the partitions, rounded down or up.
impl Sequence {
    fn change_by_one(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            if self.living().next().is_none() {
                self.join();
            }
            self.rest(|sequence| sequence.unsettled(-1))?;
            let (generation, before) = (self.generation(), self.holdings());
            let names: Vec<&String> = before.keys().collect();
            let member = names[self.random.below(names.len() as u32) as usize];
            let line = match self.random.below(4) {
                0 if names.len() > 1 => format!("remove-consumer consumer={member}"),
                1 if names.len() > 1 => format!("crash-consumer consumer={member}"),
                2 => {
                    self.partitions += 1;
                    format!("add-partitions topic=t partitions={}", self.partitions)
                }
                _ => String::new(),
            };
            match line.is_empty() {
                true => self.join(),
                false => drop(self.give(&line)),
            }
            self.rest(|sequence| sequence.unsettled(generation))?;
            let (moved, least) = moves(&before, &self.holdings());
            if moved != least {
                return Err(format!(
                    "{moved} moved, {least} would have done\n{before:?}\n{:?}\n{}",
                    self.holdings(),
                    self.script
                ));
            }
        }
        Ok(())
    }

    fn holdings(&self) -> Holdings {
        let numbers = |consumer: &Consumer| consumer.partitions().keys().map(|at| at.partition).collect();
        self.living().map(|consumer| (consumer.name.to_string(), numbers(consumer))).collect()
    }

    fn group(&self) -> Option<&Group> {
        self.run.world.brokers().values().find_map(|broker| broker.groups.group("g"))
    }

    fn generation(&self) -> i32 {
        self.group().map_or(-1, |group| group.generation)
    }

    /// Why the group is not settled in a later generation: all of it and nobody else knows that generation.
    fn unsettled(&self, after: i32) -> Option<String> {
        if let Some(unrest) = self.unrest() {
            return Some(unrest);
        }
        let group = self.group()?;
        let here = self.living().count();
        let current = self.living().filter(|consumer| consumer.generation == group.generation).count();
        let settled = group.state == GroupState::Stable && group.generation > after && group.members.len() == here;
        (!settled || current < here)
            .then(|| format!("{:?} {} of {here}, {current} know", group.state, group.members.len()))
    }
}

/// How many partitions moved between members of now, and how many had to.
fn moves(before: &Holdings, after: &Holdings) -> (usize, usize) {
    let total: usize = after.values().map(BTreeSet::len).sum();
    let (share, one_more) = (total / after.len(), total % after.len());
    let stayed = before.iter().filter_map(|(name, had)| Some((had, after.get(name)?)));
    let (mut held, mut kept, mut can_keep, mut above) = (0, 0, 0, 0);
    for (had, has) in stayed {
        held += had.len();
        kept += had.intersection(has).count();
        can_keep += had.len().min(share);
        above += usize::from(had.len() > share);
    }
    (held - kept, held - can_keep - above.min(one_more))
}

fn play(seeds: Range<u64>) -> (BTreeMap<&'static str, (u64, u64)>, Vec<String>) {
    let (mut longest, mut failed) = (BTreeMap::new(), Vec::new());
    for seed in seeds {
        let sequence = Sequence::new(seed);
        let name = sequence.mix.name;
        let (count, most) = longest.entry(name).or_insert((0, 0));
        *count += 1;
        match sequence.play() {
            Ok(seconds) => *most = seconds.max(*most),
            Err(what) => failed.push(what),
        }
    }
    (longest, failed)
}

#[test]
fn every_group_comes_to_rest_in_time() {
    let given = std::env::var("KAFKASCOPE_SEQUENCES").ok();
    let range = given.as_deref().and_then(|text| text.split_once(".."));
    let range = range.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    let (from, to): (u64, u64) = range.unwrap_or((0, 10_000));
    let middle = from.midpoint(to);
    let halves = std::thread::scope(|scope| {
        [from..middle, middle..to].map(|half| scope.spawn(move || play(half))).map(|half| half.join().expect("it ends"))
    });
    for (longest, failed) in &halves {
        println!("sequences and the longest time to rest in seconds, by mix: {longest:?}; {} failed", failed.len());
        failed.iter().take(3).for_each(|failure| println!("{failure}"));
    }
    let failed: usize = halves.iter().map(|(_, failed)| failed.len()).sum();
    assert_eq!(failed, 0, "of sequences {from}..{to}");
}
