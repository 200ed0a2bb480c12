//! Groups of the classic protocol in a whole cluster, with every invariant checked after every event: cooperative
//! rebalances, the rolling change to them, static members.

mod common;

use common::{SECOND_US, after, give, owned};
use kafkascope::{
    check::Watched,
    history::start_cluster,
    kafka::{
        coordinator::{Group, GroupState},
        event::{Event, EventKind},
        ids::TopicIdPartition,
    },
};

/// A cluster with a topic of four partitions that is written to.
fn paid() -> Watched {
    let start = start_cluster();
    let mut run = Watched::new(start.seed, &start.cluster, true).expect("sound");
    give(&mut run, "create-topic topic=paid partitions=4 replication.factor=3");
    after(&mut run, 1);
    give(&mut run, "add-producer producer=shop topic=paid rate=40 keys=a,b,c,d,e,f,g,h");
    run
}

fn join(run: &mut Watched, name: &str, settings: &str) {
    give(run, &format!("add-consumer consumer={name} group=g topics=paid processing.ms=1 {settings}"));
}

fn group(run: &Watched) -> &Group {
    run.world.brokers().values().find_map(|broker| broker.groups.group("g")).expect("it has a coordinator")
}

/// Callbacks since then, as consumer, sign and number of partitions.
fn callbacks(run: &Watched, since_us: u64) -> Vec<String> {
    let name = |event: &Event| run.world.client_name(event.node).unwrap_or("?").to_owned();
    let tell = |event: &Event| {
        let told =
            |sign: char, partitions: &[TopicIdPartition]| Some(format!("{} {sign}{}", name(event), partitions.len()));
        match &event.kind {
            EventKind::PartitionsAssigned { partitions, .. } => told('+', partitions),
            EventKind::PartitionsRevoked { partitions } => told('-', partitions),
            EventKind::PartitionsLost { partitions } => told('!', partitions),
            _ => None,
        }
    };
    run.events.iter().filter(|event| event.time_us >= since_us).filter_map(tell).collect()
}

/// How long nobody read a partition since then: the longest time between two polls of it.
fn longest_gap_us(run: &Watched, since_us: u64, partition: i32) -> u64 {
    let mut at_us = since_us;
    let mut longest = 0;
    for event in run.events.iter().filter(|event| event.time_us >= since_us) {
        if matches!(event.kind, EventKind::RecordsPolled { partition: polled, .. } if polled.partition == partition) {
            longest = longest.max(event.time_us - at_us);
            at_us = event.time_us;
        }
    }
    longest.max(run.world.now_us() - at_us)
}

#[test]
fn a_cooperative_join_takes_two_rebalances_and_what_stays_is_read_on() {
    let mut run = paid();
    join(&mut run, "A", "partition.assignment.strategy=cooperative-sticky");
    after(&mut run, 10);
    assert_eq!((owned(&run, "A"), group(&run).generation), (4, 1));
    let since_us = run.world.now_us();
    join(&mut run, "B", "partition.assignment.strategy=cooperative-sticky");
    after(&mut run, 10);
    assert_eq!((owned(&run, "A"), owned(&run, "B"), group(&run).generation), (2, 2, 3));
    let told = callbacks(&run, since_us);
    let mut of_a: Vec<&str> = told.iter().map(String::as_str).filter(|line| line.starts_with('A')).collect();
    assert_eq!(of_a, ["A -2", "A +0", "A +0"]);
    of_a = told.iter().map(String::as_str).filter(|line| line.starts_with('B')).collect();
    assert_eq!(of_a, ["B +0", "B +2"]);
    // Against an eager group: there nobody reads while it waits for the other to join again.
    let mut eager = paid();
    join(&mut eager, "A", "");
    after(&mut eager, 10);
    let eager_us = eager.world.now_us();
    join(&mut eager, "B", "");
    after(&mut eager, 10);
    assert_eq!(callbacks(&eager, eager_us).iter().filter(|line| *line == "A -4").count(), 1);
    assert_eq!((owned(&eager, "A"), owned(&eager, "B"), group(&eager).generation), (2, 2, 2));
    let kept = run.world.consumers().values().find(|slot| &*slot.consumer.name == "A").expect("it is there");
    for partition in kept.consumer.partitions().keys() {
        assert!(longest_gap_us(&run, since_us, partition.partition) < SECOND_US, "{partition:?}");
    }
}

#[test]
fn a_group_is_changed_to_cooperative_one_member_after_the_other() {
    let mut run = paid();
    for name in ["A", "B", "C"] {
        join(&mut run, name, "session.timeout.ms=6000");
    }
    after(&mut run, 12);
    assert_eq!(group(&run).protocol.as_deref(), Some("range"));
    let cooperative = "partition.assignment.strategy=cooperative-sticky";
    for (changed, name) in ["A", "B", "C"].into_iter().enumerate() {
        let line = format!("configure-consumer consumer={name} group=g topics=paid processing.ms=1 {cooperative}");
        give(&mut run, &line);
        after(&mut run, 15);
        assert_eq!((group(&run).state, group(&run).members.len()), (GroupState::Stable, 3), "{name}");
        // As soon as one names nothing else all compute by it; the others stay eager until they are changed too.
        assert_eq!(group(&run).protocol.as_deref(), Some("cooperative-sticky"));
        let total: usize = ["A", "B", "C"].iter().map(|name| owned(&run, name)).sum();
        assert_eq!(total, 4, "after {} of three", changed + 1);
    }
    let since_us = run.world.now_us();
    join(&mut run, "D", cooperative);
    after(&mut run, 10);
    assert_eq!(callbacks(&run, since_us).iter().filter(|line| line.contains(" -")).count(), 1, "one gives one up");
    assert_eq!(["A", "B", "C", "D"].map(|name| owned(&run, name)), [1; 4]);
}

#[test]
fn all_go_through_joins_and_leaves_by_every_assignor() {
    for assignor in ["range", "roundrobin", "sticky", "cooperative-sticky"] {
        let mut run = paid();
        let settings = format!("partition.assignment.strategy={assignor} metadata.max.age.ms=2000");
        for name in ["A", "B", "C"] {
            join(&mut run, name, &settings);
            after(&mut run, 4);
        }
        after(&mut run, 8);
        give(&mut run, "remove-consumer consumer=A");
        after(&mut run, 8);
        give(&mut run, "add-partitions topic=paid partitions=7");
        give(&mut run, "restart-consumer consumer=B");
        after(&mut run, 15);
        assert_eq!((group(&run).state, group(&run).protocol.as_deref()), (GroupState::Stable, Some(assignor)));
        let mut counts = [owned(&run, "B"), owned(&run, "C")];
        counts.sort_unstable();
        assert_eq!(counts, [3, 4], "{assignor}");
    }
}

#[test]
fn a_static_member_that_is_started_again_makes_no_rebalance() {
    let mut run = paid();
    join(&mut run, "A", "group.instance.id=a");
    join(&mut run, "B", "group.instance.id=b");
    after(&mut run, 12);
    let (generation, since_us) = (group(&run).generation, run.world.now_us());
    for line in ["restart-consumer consumer=A", "restart-consumer consumer=B"] {
        give(&mut run, line);
        after(&mut run, 5);
    }
    assert_eq!((owned(&run, "A"), owned(&run, "B")), (2, 2));
    assert_eq!((group(&run).generation, group(&run).state), (generation, GroupState::Stable));
    let rebalanced = |event: &Event| event.time_us > since_us && matches!(event.kind, EventKind::GroupState { .. });
    assert!(!run.events.iter().any(rebalanced));
    // Killed and not started again, it is missed only when its session ends.
    give(&mut run, "crash-consumer consumer=A");
    after(&mut run, 40);
    assert_eq!((owned(&run, "B"), group(&run).generation), (2, generation));
    after(&mut run, 15);
    assert_eq!(owned(&run, "B"), 4);
}

#[test]
fn of_two_processes_with_one_instance_id_the_later_one_stays() {
    let mut run = paid();
    join(&mut run, "A", "group.instance.id=twin");
    after(&mut run, 10);
    join(&mut run, "B", "group.instance.id=twin");
    after(&mut run, 10);
    assert_eq!(owned(&run, "B"), 4);
    let slot = run.world.consumers().values().find(|slot| &*slot.consumer.name == "A").expect("it is there");
    let told = slot.consumer.last_error.map(|error| error.name());
    assert_eq!((told, group(&run).members.len()), (Some("FENCED_INSTANCE_ID"), 1));
}

#[test]
fn a_coordinator_that_is_lost_leaves_a_cooperative_group_reading() {
    let mut run = paid();
    for name in ["A", "B"] {
        join(&mut run, name, "partition.assignment.strategy=cooperative-sticky session.timeout.ms=10000");
    }
    after(&mut run, 12);
    let generation = group(&run).generation;
    let coordinator = run.world.brokers().values().find(|broker| broker.groups.group("g").is_some());
    let coordinator = coordinator.expect("it has one").id;
    give(&mut run, &format!("crash-broker broker={coordinator}"));
    after(&mut run, 30);
    assert_eq!((owned(&run, "A"), owned(&run, "B"), group(&run).state), (2, 2, GroupState::Stable));
    assert_eq!(group(&run).generation, generation, "members keep ids and generation");
}
