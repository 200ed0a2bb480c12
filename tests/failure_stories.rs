//! Stories of failure, told in the page's own sentences: what breaks, what the cluster does, and what is lost, by the
//! ledger at the end.
//! `tests/golden/failures/` holds what was accepted; `KAFKASCOPE_ACCEPT=1` accepts anew.

mod golden;
#[path = "golden/runs.rs"]
mod golden_runs;

use golden::assert_golden;
use golden_runs::assert_run;
use kafkascope::{
    cluster::{ClusterSpec, World, command_text::parse},
    history::{Run, Scenario},
    i18n::Lang,
    ledger::Filter,
    view::{
        ledger::{life, transcript},
        story::{Lane, lane_of, sentence},
    },
};

/// A story: its name, how many brokers and controllers there are, what the cluster is set to, and what happens at which millisecond.
///
/// Topic `t` has one partition, on three brokers unless the story makes it itself. Of `t-0`, `{leader}` stands for the
/// leader's broker and `{r1}`, `{r2}`, `{r3}` for its replicas in assignment order, `{follower}` for one that is not the
/// controller; `{controller}` for the active controller's, `{stopped}` for one that does not run.
struct Story {
    name: &'static str,
    seed: u64,
    brokers: usize,
    /// Controllers apart from them.
    controllers: u32,
    settings: &'static [(&'static str, &'static str)],
    acts: &'static [(u64, &'static str)],
    until_ms: u64,
}

const TOPIC: &str = "create-topic topic=t partitions=1 replication.factor=3";
/// A producer that sends only by hand, each record at once.
const PRODUCER_ONE: &str = "add-producer producer=p topic=t acks=1 linger.ms=0";
const PRODUCER_ALL: &str = "add-producer producer=p topic=t acks=all linger.ms=0";

/// A batch is refused for too few in-sync replicas while the next one is under way, and that one is taken.
macro_rules! reorder {
    ($settings:literal) => {
        &[
            (0, "create-topic topic=t partitions=1 replication.factor=3 min.insync.replicas=3"),
            (100, concat!("add-producer producer=p topic=t acks=all linger.ms=0 ", $settings)),
            (500, "send producer=p key=k value=zero"),
            (1_000, "stop-broker broker={follower}"),
            (4_000, "send producer=p key=k value=first"),
            (4_000, "configure-topic topic=t min.insync.replicas=1"),
            (4_003, "send producer=p key=k value=second"),
        ]
    };
}
const REORDER: &[(u64, &str)] = reorder!("enable.idempotence=false");
const REORDER_CURED: &[(u64, &str)] = reorder!("enable.idempotence=true");

/// The leader's answers do not get through for a while.
macro_rules! duplicate {
    ($settings:literal) => {
        &[
            (0, TOPIC),
            (100, concat!("add-producer producer=p topic=t acks=all linger.ms=0 request.timeout.ms=3000 delivery.timeout.ms=60000 ", $settings)),
            (500, "send producer=p value=zero"),
            (1_000, "cut from={leader} to=p direction=one-way"),
            (2_000, "send producer=p value=once"),
            (6_000, "heal fault=1"),
        ]
    };
}
const DUPLICATE: &[(u64, &str)] = duplicate!("enable.idempotence=false");
const DUPLICATE_CURED: &[(u64, &str)] = duplicate!("enable.idempotence=true");

/// The leader is cut off from its followers, takes a record, and crashes.
macro_rules! leader_crash {
    ($acks:literal) => {
        &[
            (0, TOPIC),
            (100, concat!("add-producer producer=p topic=t linger.ms=0 enable.idempotence=false acks=", $acks)),
            (500, "send producer=p value=first"),
            (2_000, "cut from={r1} to={r2},{r3}"),
            (2_500, "send producer=p value=second"),
            (3_000, "crash-broker broker={r1}"),
            (15_000, "heal-all"),
        ]
    };
}
const CRASH_0: &[(u64, &str)] = leader_crash!("0");
const CRASH_1: &[(u64, &str)] = leader_crash!("1");
const CRASH_ALL: &[(u64, &str)] = leader_crash!("all");

static STORIES: &[Story] = &[
    // The second record is appended while both followers' fetches are on their way, so only the leader ever has it.
    Story {
        name: "truncation-on-return",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, PRODUCER_ONE),
            (1_000, "send producer=p value=first"),
            (1_001, "send producer=p value=second"),
            (1_004, "crash-broker broker={leader}"),
            (15_000, "send producer=p value=third"),
            (20_000, "restart-broker broker={r1}"),
        ],
        until_ms: 22_000,
    },
    // The active one of three controllers apart is lost, and the leader before another is active: that one gives every
    // broker a session of its own and fences none until it is over.
    Story {
        name: "controller-lost-dedicated",
        seed: 2,
        brokers: 3,
        controllers: 3,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, PRODUCER_ALL),
            (500, "send producer=p value=before"),
            (1_000, "crash-broker broker={controller}"),
            (1_200, "crash-broker broker={leader}"),
            (1_500, "send producer=p value=meanwhile"),
            (20_000, "restart-broker broker=3000"),
            (21_000, "heal-all"),
        ],
        until_ms: 24_000,
    },
    Story {
        name: "controller-lost",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, PRODUCER_ALL),
            (1_000, "crash-broker broker={controller}"),
            (1_500, "send producer=p value=meanwhile"),
            (20_000, "restart-broker broker=1"),
        ],
        until_ms: 23_000,
    },
    // Two of three controllers: nothing of the metadata changes, yet the leader that is left goes on.
    Story {
        name: "majority-lost",
        seed: 4,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, "reassign topic=t partition=0 replicas=3,2,1"),
            (200, "elect-leaders type=preferred topic=t partition=0"),
            (500, PRODUCER_ONE),
            (1_000, "crash-controller"),
            (1_100, "crash-broker broker=2"),
            (15_000, "send producer=p value=meanwhile"),
            (16_000, "create-topic topic=u partitions=1 replication.factor=1"),
            (20_000, "restart-broker broker=2"),
        ],
        until_ms: 40_000,
    },
    // The ISR is one broker, which is enough for acks=all with the default minimum; then it dies.
    Story {
        name: "unclean-election",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, APART),
            (1_000, PRODUCER_ALL),
            (1_100, "send producer=p value=kept"),
            (2_000, "stop-broker broker={r2}"),
            (3_000, "stop-broker broker={r3}"),
            (5_000, "send producer=p value=lost"),
            (6_000, "crash-broker broker={r1}"),
            (17_000, "restart-broker broker={r2}"),
            (20_000, "elect-leaders type=unclean topic=t partition=0"),
            (22_000, "send producer=p value=after"),
            (25_000, "restart-broker broker={r1}"),
        ],
        until_ms: 27_000,
    },
    // Who had read what an unclean election takes asks the new leader, and goes back to where the logs part (KIP-320).
    Story {
        name: "unclean-election-of-what-was-read",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, APART),
            (1_000, PRODUCER_ALL),
            (1_010, "add-consumer consumer=c group=g topics=t"),
            (6_000, "send producer=p value=kept"),
            (7_000, "stop-broker broker={r2}"),
            (8_000, "stop-broker broker={r3}"),
            (10_000, "send producer=p value=lost"),
            (10_500, "send producer=p value=lost"),
            (12_000, "crash-broker broker={r1}"),
            (23_000, "restart-broker broker={r2}"),
            (26_000, "elect-leaders type=unclean topic=t partition=0"),
            (30_000, "send producer=p value=after"),
        ],
        until_ms: 32_000,
    },
    Story {
        name: "two-brokers-lost-elr-on",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[("min.insync.replicas", "2")],
        acts: TWO_LOST,
        until_ms: 32_000,
    },
    Story {
        name: "two-brokers-lost-elr-off",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[("min.insync.replicas", "2"), ("eligible.leader.replicas.version", "0")],
        acts: TWO_LOST,
        until_ms: 32_000,
    },
    // The one that alone is in sync loses its disk: with ELR on those that have the record lead, with ELR off only it may.
    Story {
        name: "last-in-sync-wiped-elr-on",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[("min.insync.replicas", "2")],
        acts: LAST_WIPED,
        until_ms: 32_000,
    },
    Story {
        name: "last-in-sync-wiped-elr-off",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[("min.insync.replicas", "2"), ("eligible.leader.replicas.version", "0")],
        acts: LAST_WIPED,
        until_ms: 32_000,
    },
    Story {
        name: "reassignment",
        seed: 1,
        brokers: 5,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, PRODUCER_ALL),
            (1_000, "send producer=p value=first"),
            (2_000, "reassign topic=t partition=0 replicas=5,4"),
            (4_000, "send producer=p value=second"),
            (6_000, "crash-broker broker=1"),
            (7_000, "reassign topic=t partition=0 replicas=5,4,1"),
            (9_000, "cancel-reassignment topic=t"),
            (20_000, "reassign topic=t replication.factor=3"),
        ],
        until_ms: 22_000,
    },
    // `a` is deleted by a tombstone, `b` has a newer record: the first pass of the cleaner takes the old records, a pass
    // after `delete.retention.ms` the tombstone. A reader from the start goes over the holes.
    Story {
        name: "compaction-with-tombstone",
        seed: 2,
        brokers: 1,
        controllers: 0,
        settings: &[("log.cleaner.backoff.ms", "5000")],
        acts: &[
            (
                0,
                "create-topic topic=t partitions=1 replication.factor=1 cleanup.policy=compact \
                 internal.segment.bytes=200 delete.retention.ms=8000",
            ),
            (100, "add-producer producer=p topic=t linger.ms=0"),
            (1_000, "send producer=p key=a value=1"),
            (1_100, "send producer=p key=b value=1"),
            (1_200, "send producer=p key=a"),
            (1_300, "send producer=p key=b value=2"),
            (1_400, "send producer=p key=c value=1"),
            (1_500, "send producer=p key=d value=1"),
            (1_600, "send producer=p key=e value=1"),
            (14_000, "send producer=p key=f value=1"),
            (14_100, "send producer=p key=f value=2"),
            (14_200, "send producer=p key=f value=3"),
            (14_300, "send producer=p key=f value=4"),
            (14_400, "send producer=p key=f value=5"),
            (14_500, "send producer=p key=f value=6"),
            (14_600, "send producer=p key=g value=1"),
            (22_000, "add-consumer consumer=C assign=t:0 auto.offset.reset=earliest"),
        ],
        until_ms: 23_000,
    },
    // Two records in one segment, the active one. Both are older than `retention.ms` at the look at 30 s: an empty segment is
    // begun, so that the active one can go too.
    Story {
        name: "retention-takes-the-active-segment",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[("log.retention.check.interval.ms", "10000")],
        acts: &[
            (0, "create-topic topic=t partitions=1 replication.factor=3 retention.ms=20000"),
            (100, PRODUCER_ALL),
            (1_000, "send producer=p value=first"),
            (5_000, "send producer=p value=second"),
        ],
        until_ms: 31_000,
    },
    // The reader is paused at offset 1 while retention takes what lies there; then `auto.offset.reset` decides.
    Story {
        name: "consumer-out-of-range",
        seed: 2,
        brokers: 1,
        controllers: 0,
        settings: &[("log.initial.task.delay.ms", "5000"), ("log.retention.check.interval.ms", "5000")],
        acts: &[
            (0, "create-topic topic=t partitions=1 replication.factor=1 internal.segment.bytes=200 retention.ms=4000"),
            (100, PRODUCER_ALL),
            (200, "add-consumer consumer=C assign=t:0 auto.offset.reset=earliest max.poll.records=1"),
            (1_000, "send producer=p value=1"),
            (1_500, "pause-consumer consumer=C"),
            (2_000, "send producer=p value=2"),
            (2_100, "send producer=p value=3"),
            (9_000, "send producer=p value=4"),
            (11_000, "resume-consumer consumer=C"),
        ],
        until_ms: 12_000,
    },
    // The leader, who is the active controller too, hears no other broker: acks=1 is still acknowledged, and lost when
    // it heals.
    Story {
        name: "cut-off-leader",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, TOPIC),
            (100, PRODUCER_ONE),
            (1_000, "send producer=p value=first"),
            (2_000, "cut from={r1} to={r2},{r3}"),
            (3_000, "send producer=p value=stranded"),
            (14_000, "send producer=p value=stranded-too"),
            (20_000, "heal fault=1"),
        ],
        until_ms: 45_000,
    },
    // Refused once and sent again after the next one was taken.
    Story { name: "reorder", seed: 2, brokers: 3, controllers: 0, settings: &[], acts: REORDER, until_ms: 16_000 },
    Story {
        name: "reorder-cured",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: REORDER_CURED,
        until_ms: 16_000,
    },
    // The answer is lost, so the producer cannot know that the batch was written.
    Story {
        name: "retry-duplicate",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: DUPLICATE,
        until_ms: 20_000,
    },
    Story {
        name: "retry-duplicate-cured",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: DUPLICATE_CURED,
        until_ms: 20_000,
    },
    Story {
        name: "min-insync-refusal",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: &[
            (0, "create-topic topic=t partitions=1 replication.factor=3 min.insync.replicas=3"),
            (100, PRODUCER_ALL),
            (500, "add-producer producer=q topic=t acks=1 linger.ms=0"),
            (1_000, "stop-broker broker={follower}"),
            (4_000, "send producer=p value=refused"),
            (4_500, "send producer=q value=taken-but-not-seen"),
            (6_000, "restart-broker broker={stopped}"),
        ],
        until_ms: 14_000,
    },
    // The leader dies before its followers have the record.
    Story {
        name: "leader-crash-acks-0",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: CRASH_0,
        until_ms: 30_000,
    },
    Story {
        name: "leader-crash-acks-1",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: CRASH_1,
        until_ms: 30_000,
    },
    Story {
        name: "leader-crash-acks-all",
        seed: 2,
        brokers: 3,
        controllers: 0,
        settings: &[],
        acts: CRASH_ALL,
        until_ms: 30_000,
    },
];

/// Away from the active controller and, but for one, from the other controllers, so that they are not lost with it.
const APART: &str = "reassign topic=t partition=0 replicas=4,5,3";

/// One after the other two replicas stop, then the leader dies.
macro_rules! last_in_sync_dies {
    ($($then:expr),* $(,)?) => {
        &[
            (0, TOPIC),
            (100, APART),
            (1_000, PRODUCER_ALL),
            (1_100, "send producer=p value=safe"),
            (2_000, "stop-broker broker={r2}"),
            (3_000, "stop-broker broker={r3}"),
            (6_000, "crash-broker broker={r1}"),
            $($then),*
        ]
    };
}

/// The second to stop comes back first.
const TWO_LOST: &[(u64, &str)] = last_in_sync_dies![
    (18_000, "restart-broker broker={r3}"),
    (20_000, "restart-broker broker={r2}"),
    (22_000, "send producer=p value=after"),
    (28_000, "restart-broker broker={r1}"),
];

/// The last leader's disk is lost, and all three come back before anybody sends again.
const LAST_WIPED: &[(u64, &str)] = last_in_sync_dies![
    (7_000, "wipe-disk broker={r1}"),
    (18_000, "restart-broker broker={r3}"),
    (20_000, "restart-broker broker={r2}"),
    (24_000, "restart-broker broker={r1}"),
    (28_000, "send producer=p value=after"),
];

fn replica(world: &World, index: usize) -> Option<u32> {
    let (_, topic) = world.metadata().topic_by_name("t")?;
    topic.partitions.first()?.replicas.get(index).copied()
}

fn replicas_of(world: &World) -> Vec<u32> {
    (0..3).filter_map(|index| replica(world, index)).collect()
}

fn leader(world: &World) -> Option<u32> {
    world.metadata().topic_by_name("t")?.1.partitions.first()?.leader
}

/// The line with the brokers that are meant at this moment.
fn meant(line: &str, world: &World) -> String {
    let controller = world.controller().map(|broker| broker.id);
    let stopped = world.brokers().values().find(|broker| !broker.is_up()).map(|broker| broker.id);
    let known = [("{leader}", leader(world)), ("{controller}", controller), ("{stopped}", stopped)];
    let follower =
        replicas_of(world).into_iter().find(|broker| Some(*broker) != leader(world) && Some(*broker) != controller);
    let known = known.into_iter().chain([("{follower}", follower)]);
    let replicas = [("{r1}", 0), ("{r2}", 1), ("{r3}", 2)].map(|(name, index)| (name, replica(world, index)));
    known.chain(replicas).fold(line.to_owned(), |line, (name, broker)| {
        line.replace(name, &broker.map_or(name.to_owned(), |broker| broker.to_string()))
    })
}

/// What happened since the last look, a line an event; heartbeats and what else is idle is left out.
fn tell(run: &Run, seen: &mut u64, told: &mut String) {
    let first = run.events().partition_point(|event| event.id <= *seen);
    for event in run.events().range(first..) {
        *seen = event.id;
        if lane_of(run.world(), event) == Lane::Idle {
            continue;
        }
        let Some((text, _)) = sentence(run, event) else { continue };
        let (seconds, micros) = (event.time_us / 1_000_000, event.time_us % 1_000_000);
        *told += &format!("{seconds:>3}.{micros:06} s  {}\n", text.plain(Lang::En));
    }
}

fn play(story: &Story) -> String {
    let settings = story.settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let cluster = ClusterSpec { racks: vec![None; story.brokers], controllers: story.controllers, settings };
    let scenario = Scenario { seed: story.seed, cluster, ..Scenario::default() };
    let mut run = Run::new(&scenario).unwrap_or_else(|error| panic!("{}: {error:?}", story.name));
    let (mut seen, mut told) = (0, String::new());
    for (at_ms, line) in story.acts.iter().copied().chain([(story.until_ms, "")]) {
        // In small steps, as a run keeps only the newest events.
        while run.time_us() < at_ms * 1_000 {
            run.advance_to((run.time_us() + 100_000).min(at_ms * 1_000));
            tell(&run, &mut seen, &mut told);
        }
        if !line.is_empty() {
            let line = meant(line, run.world());
            let command = parse(&line).unwrap_or_else(|error| panic!("{}: {line}: {error:?}", story.name));
            run.apply(command).unwrap_or_else(|error| panic!("{}: {line}: {error:?}", story.name));
        }
    }
    assert_lives(story.name, &run);
    assert_run(&format!("failure-{}", story.name), &run);
    told + "\n" + &transcript(&run, Lang::En)
}

/// Every record that was ever sent has a life, and what was written has the moment of its writing in it.
fn assert_lives(name: &str, run: &Run) {
    let page = run.ledger().list(run.world(), &Filter::All, 0, 1_000);
    assert!(!page.records.is_empty() && !page.more, "{name}");
    for id in page.records {
        let life = life(run, id).unwrap_or_else(|| panic!("{name}: {id:?} has no life"));
        assert!(life.lines.is_sorted_by_key(|line| line.event), "{name}: {id:?}");
        let standing = run.ledger().standing(run.world(), id).unwrap_or_else(|| panic!("{name}: {id:?}"));
        let written = life.lines.iter().filter(|line| line.text.plain(Lang::En).contains("ppended")).count();
        assert!(written > 0 || standing.places.is_empty(), "{name}: {id:?}: {life:#?}");
    }
}

#[test]
fn stories_of_failure_are_the_accepted_ones() {
    for story in STORIES {
        let told = play(story);
        assert!(told.lines().count() > 3, "{}: {told}", story.name);
        assert_golden(&format!("tests/golden/failures/{}.en", story.name), &told);
    }
}
