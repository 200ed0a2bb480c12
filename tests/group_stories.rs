//! Ten stories of a group, each in the eager, the cooperative and the consumer protocol, as sequence charts: every RPC
//! that does not beat idly, and every moment that shows. `tests/golden/groups/` holds what was accepted;
//! `KAFKASCOPE_ACCEPT=1` accepts anew.

mod golden;
#[path = "golden/runs.rs"]
mod golden_runs;

use golden::assert_golden;
use golden_runs::assert_run;
use kafkascope::{
    cluster::{ClusterSpec, command_text::parse},
    history::{Run, Scenario},
    i18n::Lang,
    kafka::protocol::Api,
    view::sequence::{Filter, Recorder, text},
};

const SECOND_US: u64 = 1_000_000;

/// A protocol: its name, and what its members are set to.
type Protocol = (&'static str, &'static str);

/// Shorter times than Kafka's, so that a chart can be read; where the group decides, its own defaults hold.
const PROTOCOLS: [Protocol; 3] = [
    ("eager", "partition.assignment.strategy=range session.timeout.ms=6000 heartbeat.interval.ms=2000"),
    (
        "cooperative",
        "partition.assignment.strategy=cooperative-sticky session.timeout.ms=6000 heartbeat.interval.ms=2000",
    ),
    ("consumer", "group.protocol=consumer"),
];

/// A story: its name, whether two members are there before it, what all members are set to besides, what happens with
/// the second of each, and how long it lasts. `{}` stands for the settings, `{c}` for the coordinator's broker.
struct Story {
    name: &'static str,
    settled: bool,
    settings: &'static str,
    acts: &'static [(u64, &'static str)],
    seconds: u64,
}

const JOIN_A: &str = "add-consumer consumer=A group=g topics=t {}";
const JOIN_B: &str = "add-consumer consumer=B group=g topics=t {}";
const JOIN_C: &str = "add-consumer consumer=C group=g topics=t {}";
const JOIN_D: &str = "add-consumer consumer=D group=g topics=t {}";

static STORIES: [Story; 10] = [
    Story { name: "first-start", settled: false, settings: "", acts: &[(0, JOIN_A), (0, JOIN_B)], seconds: 14 },
    Story { name: "join", settled: true, settings: "", acts: &[(0, JOIN_C)], seconds: 12 },
    Story { name: "clean-leave", settled: true, settings: "", acts: &[(0, "remove-consumer consumer=B")], seconds: 10 },
    Story { name: "crash", settled: true, settings: "", acts: &[(0, "crash-consumer consumer=B")], seconds: 60 },
    Story {
        name: "slow-poll",
        settled: true,
        settings: "max.poll.interval.ms=8000",
        acts: &[(0, "stall-consumer consumer=B"), (16, "unstall-consumer consumer=B")],
        seconds: 28,
    },
    Story {
        name: "static-restart",
        settled: true,
        settings: "group.instance.id=i-",
        acts: &[(0, "restart-consumer consumer=B")],
        seconds: 10,
    },
    Story {
        name: "zombie-commit",
        settled: true,
        settings: "enable.auto.commit=false",
        acts: &[(0, "freeze-consumer consumer=B"), (60, "thaw-consumer consumer=B"), (60, "commit consumer=B")],
        seconds: 72,
    },
    Story {
        name: "added-partitions",
        settled: true,
        settings: "metadata.max.age.ms=5000",
        acts: &[(0, "add-partitions topic=t partitions=6")],
        seconds: 16,
    },
    Story {
        name: "coordinator-lost",
        settled: true,
        settings: "",
        acts: &[(0, "crash-broker broker={c}")],
        seconds: 24,
    },
    Story { name: "two-at-once", settled: true, settings: "", acts: &[(0, JOIN_C), (0, JOIN_D)], seconds: 14 },
];

fn give(run: &mut Run, line: &str, settings: &str) {
    let coordinator = run.world().coordinator_of("g").unwrap_or_default().to_string();
    let mut line = line.replace("{}", settings).replace("{c}", &coordinator);
    // A static member has an id of its own.
    if let Some(name) = line.split("consumer=").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned) {
        line = line.replace("group.instance.id=i-", &format!("group.instance.id=i-{name}"));
    }
    run.apply(parse(&line).expect(&line)).unwrap_or_else(|error| panic!("{line}: {error:?}"));
}

/// Lets time go by in small steps: the recorder takes its rows from what the run still keeps.
fn after(run: &mut Run, chart: &mut Recorder, filter: &Filter, until_us: u64) {
    while run.time_us() < until_us {
        run.advance_to((run.time_us() + SECOND_US / 10).min(until_us));
        chart.follow(run, filter);
    }
}

fn play(story: &Story, protocol: Protocol) -> String {
    let settings = format!("{} {}", protocol.1, story.settings);
    let spec = ClusterSpec { racks: vec![None; 3], ..ClusterSpec::default() };
    let mut run = Run::new(&Scenario { seed: 5, cluster: spec, ..Scenario::default() }).expect("sound");
    let mut filter = Filter { group: Some("g".to_owned()), ..Filter::default() };
    if protocol.0 == "consumer" {
        filter.folded.set(Api::ConsumerGroupHeartbeat, false);
    }
    let mut chart = Recorder::default();
    give(&mut run, "create-topic topic=t partitions=4 replication.factor=3", "");
    after(&mut run, &mut chart, &filter, SECOND_US);
    if story.settled {
        give(&mut run, JOIN_A, &settings);
        give(&mut run, JOIN_B, &settings);
        after(&mut run, &mut chart, &filter, 31 * SECOND_US);
    }
    let began_us = run.time_us();
    for (at, line) in story.acts {
        after(&mut run, &mut chart, &filter, began_us + at * SECOND_US);
        give(&mut run, line, &settings);
    }
    after(&mut run, &mut chart, &filter, began_us + story.seconds * SECOND_US);
    assert_run(&format!("group-{}.{}", story.name, protocol.0), &run);
    let chart = text(&chart.follow(&run, &filter), Lang::En);
    let since = |line: &&str| {
        let seconds = line.trim_start().split(' ').next().and_then(|time| time.parse::<f64>().ok());
        seconds.is_none_or(|seconds| seconds * 1e6 >= began_us as f64)
    };
    chart.lines().filter(since).map(|line| format!("{line}\n")).collect()
}

#[test]
fn ten_stories_in_three_protocols_are_the_accepted_ones() {
    for story in &STORIES {
        for protocol in PROTOCOLS {
            let chart = play(story, protocol);
            assert!(chart.lines().count() > 3, "{} in {}: {chart}", story.name, protocol.0);
            assert_golden(&format!("tests/golden/groups/{}.{}.chart", story.name, protocol.0), &chart);
        }
    }
}
