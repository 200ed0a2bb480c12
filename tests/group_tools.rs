//! What the tools do to a group, with the tool's own refusals: reset of offsets, deletion, and `seek()` by the
//! application; under all invariants.

mod common;

use common::{after, give, refused, three_brokers};
use kafkascope::{
    check::Watched,
    cluster::{command_text::parse, error::Refusal},
    kafka::coordinator::Group,
};

/// A group that has read 40 records of each of two partitions, ten a second.
fn read() -> Watched {
    let mut run = three_brokers(&[]);
    for line in [
        "create-topic topic=t partitions=2 replication.factor=3",
        "add-consumer consumer=C group=g topics=t auto.offset.reset=earliest auto.commit.interval.ms=500",
        "add-producer producer=p0 topic=t partition=0 rate=10 records.max=40",
        "add-producer producer=p1 topic=t partition=1 rate=10 records.max=40",
    ] {
        give(&mut run, line);
        after(&mut run, 1);
    }
    after(&mut run, 20);
    assert_eq!(committed(&run), [40, 40]);
    run
}

fn group(run: &Watched) -> Option<&Group> {
    run.world.brokers().values().find_map(|broker| broker.groups.group("g"))
}

fn committed(run: &Watched) -> Vec<i64> {
    group(run).expect("it is there").offsets.values().map(|committed| committed.offset).collect()
}

fn consumed(run: &Watched) -> u64 {
    run.world.consumers().values().map(|slot| slot.consumer.records_consumed).sum()
}

#[test]
fn offsets_are_reset_while_nobody_is_in_the_group_and_not_before() {
    let mut run = read();
    let refusal = refused(&mut run, "reset-offsets group=g topic=t to=earliest");
    assert_eq!(refusal, Refusal::GroupIsActive { group: "g".into(), state: "Stable" });
    give(&mut run, "remove-consumer consumer=C");
    after(&mut run, 2);
    for (to, expected) in [
        ("earliest", [0, 0]),
        ("latest", [40, 40]),
        ("shift:-15", [25, 25]),
        ("shift:-1000", [0, 0]),
        ("offset:7", [7, 7]),
        ("offset:1000", [40, 40]),
        ("duration:P1D", [0, 0]),
        ("duration:PT0S", [40, 40]),
    ] {
        give(&mut run, &format!("reset-offsets group=g topic=t to={to}"));
        after(&mut run, 1);
        assert_eq!(committed(&run), expected, "{to}");
    }
    give(&mut run, "reset-offsets group=g topic=t partition=1 to=offset:30");
    after(&mut run, 1);
    assert_eq!(committed(&run), [40, 30]);
    // The first records came some 33 s ago, and ten more in each second.
    give(&mut run, "reset-offsets group=g topic=t to=duration:PT31S");
    after(&mut run, 1);
    assert!(committed(&run).iter().all(|offset| (5..40).contains(offset)), "{:?}", committed(&run));

    give(&mut run, "reset-offsets group=g topic=t to=offset:30");
    give(&mut run, "add-consumer consumer=D group=g topics=t");
    after(&mut run, 10);
    assert_eq!((consumed(&run), committed(&run)), (20, vec![40, 40]), "it begins where the tool put it");
}

#[test]
fn what_cannot_be_reset_is_refused_by_name() {
    let mut run = read();
    give(&mut run, "remove-consumer consumer=C");
    after(&mut run, 2);
    let topic = || "t".to_owned();
    let refusal = refused(&mut run, "reset-offsets group=g topic=t partition=2 to=latest");
    assert_eq!(refusal, Refusal::UnknownPartition { topic: topic(), partition: 2 });
    let refusal = refused(&mut run, "reset-offsets group=g topic=nope to=latest");
    assert_eq!(refusal, Refusal::UnknownTopic { topic: "nope".into() });
    let refusal = refused(&mut run, "reset-offsets group=other topic=t to=shift:1");
    assert_eq!(refusal, Refusal::NothingCommitted { group: "other".into(), topic: topic(), partition: 0 });
    for line in ["shift:x", "offset:-1", "duration:10", "middle", "latest:1"] {
        assert!(parse(&format!("reset-offsets group=g topic=t to={line}")).is_err(), "{line}");
    }
}

#[test]
fn a_group_is_deleted_with_its_offsets_once_nobody_is_in_it() {
    let mut run = read();
    let refusal = refused(&mut run, "delete-group group=g");
    assert_eq!(refusal, Refusal::GroupIsActive { group: "g".into(), state: "Stable" });
    give(&mut run, "remove-consumer consumer=C");
    after(&mut run, 2);
    give(&mut run, "delete-group group=g");
    after(&mut run, 2);
    assert!(group(&run).is_none());
    assert_eq!(refused(&mut run, "delete-group group=g"), Refusal::UnknownGroup { group: "g".into() });
    // It is gone from the log too: the next coordinator does not find it.
    let coordinator = run.world.coordinator_of("g").expect("one");
    give(&mut run, &format!("crash-broker broker={coordinator}"));
    after(&mut run, 20);
    assert!(run.world.coordinator_of("g").is_some_and(|now| now != coordinator) && group(&run).is_none());
    give(&mut run, "add-consumer consumer=D group=g topics=t auto.offset.reset=earliest");
    after(&mut run, 10);
    assert_eq!(consumed(&run), 80, "a new group of that name knows nothing of the old one");
}

#[test]
fn seek_moves_the_position_and_commits_nothing_by_itself() {
    let mut run = read();
    let before = consumed(&run);
    give(&mut run, "seek consumer=C topic=t partition=0 offset=10");
    assert_eq!(committed(&run), [40, 40]);
    after(&mut run, 5);
    assert_eq!((consumed(&run) - before, committed(&run)), (30, vec![40, 40]));
    // Past the end: out of range, so `auto.offset.reset` decides.
    give(&mut run, "seek consumer=C topic=t partition=1 offset=1000");
    after(&mut run, 5);
    assert_eq!(consumed(&run) - before, 70);
    let refusal = refused(&mut run, "seek consumer=C topic=t partition=5 offset=0");
    assert_eq!(refusal, Refusal::NotOwned { consumer: "C".into(), topic: "t".into(), partition: 5 });
}
