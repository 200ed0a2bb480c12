//! What `kafka-consumer-groups.sh` would print of groups in every state. `tests/golden/group_tool/` holds what was
//! accepted; `KAFKASCOPE_ACCEPT=1` accepts anew.

mod golden;

use golden::assert_golden;
use kafkascope::{
    cluster::{ClusterSpec, command_text::parse},
    history::{Run, Scenario},
    view::group_tool::{Show, groups, shown, transcript},
};

const SECOND_US: u64 = 1_000_000;

/// Three brokers, and two topics with records.
fn cluster() -> Run {
    let spec = ClusterSpec { racks: vec![None; 3], ..ClusterSpec::default() };
    let mut run = Run::new(&Scenario { seed: 11, cluster: spec, commands: Vec::new(), begin_us: 0 }).expect("sound");
    for line in [
        "create-topic topic=orders partitions=3 replication.factor=3",
        "create-topic topic=a-very-long-topic-name partitions=1 replication.factor=1",
        "add-producer producer=p topic=orders keys=a,b,c,d rate=10 records.max=40",
        "add-producer producer=q topic=a-very-long-topic-name rate=10 records.max=7",
    ] {
        give(&mut run, line);
    }
    run
}

fn give(run: &mut Run, line: &str) {
    run.apply(parse(line).expect(line)).unwrap_or_else(|error| panic!("{line}: {error:?}"));
    after(run, SECOND_US);
}

fn after(run: &mut Run, us: u64) {
    run.advance_to(run.time_us() + us);
}

fn golden(run: &Run, name: &str) {
    assert_golden(&format!("tests/golden/group_tool/{name}.txt"), &transcript(run.world(), None));
}

/// Until the group is in this state.
fn until(run: &mut Run, group: &str, state: &str) {
    for _ in 0..200_000 {
        if shown(run.world(), group, Show::State).contains(&format!(" {state} ")) {
            return;
        }
        after(run, 1_000);
    }
    panic!("{group} never was {state}: {}", transcript(run.world(), Some(group)));
}

const EARLY: &str = "auto.offset.reset=earliest auto.commit.interval.ms=500";

#[test]
fn a_classic_group_tells_its_assignment_only_while_it_is_stable() {
    let mut run = cluster();
    give(&mut run, &format!("add-consumer consumer=C1 group=billing topics=orders {EARLY}"));
    give(&mut run, &format!("add-consumer consumer=C2 group=billing topics=orders,a-very-long-topic-name {EARLY}"));
    after(&mut run, 20 * SECOND_US);
    golden(&run, "classic-stable");
    give(&mut run, &format!("add-consumer consumer=C3 group=billing topics=orders {EARLY} group.instance.id=third"));
    until(&mut run, "billing", "PreparingRebalance");
    golden(&run, "classic-rebalancing");
    until(&mut run, "billing", "Stable");
    after(&mut run, 5 * SECOND_US);
    golden(&run, "classic-static");
}

#[test]
fn a_group_that_nobody_is_in_has_offsets_and_no_members() {
    let mut run = cluster();
    give(&mut run, &format!("add-consumer consumer=C1 group=billing topics=orders {EARLY}"));
    after(&mut run, 20 * SECOND_US);
    give(&mut run, "remove-consumer consumer=C1");
    after(&mut run, 5 * SECOND_US);
    golden(&run, "classic-empty");
    assert_eq!(groups(run.world()), ["billing"]);
    give(&mut run, "delete-group group=billing");
    after(&mut run, SECOND_US);
    assert!(groups(run.world()).is_empty());
    let gone = shown(run.world(), "billing", Show::Offsets);
    assert!(gone.ends_with("GroupIdNotFoundException: Group billing not found.\n"), "{gone}");
}

#[test]
fn a_group_of_the_consumer_protocol_has_epochs_and_targets() {
    let mut run = cluster();
    let modern = format!("group.protocol=consumer {EARLY}");
    give(&mut run, &format!("add-consumer consumer=C1 group=audit topics=orders,a-very-long-topic-name {modern}"));
    after(&mut run, 20 * SECOND_US);
    golden(&run, "consumer-stable");
    give(&mut run, &format!("add-consumer consumer=C2 group=audit topics=orders {modern}"));
    until(&mut run, "audit", "Reconciling");
    golden(&run, "consumer-reconciling");
    until(&mut run, "audit", "Stable");
    after(&mut run, 5 * SECOND_US);
    golden(&run, "consumer-two");
}

#[test]
fn what_no_leader_can_be_asked_for_is_a_dash() {
    let mut run = cluster();
    give(&mut run, &format!("add-consumer consumer=C1 group=billing topics=a-very-long-topic-name {EARLY}"));
    after(&mut run, 20 * SECOND_US);
    let stable = shown(run.world(), "billing", Show::Offsets);
    assert!(stable.contains(" 7               7               0 "), "{stable}");
    // The one replica of the topic goes with its broker; the group's coordinator may have to move first.
    let leader = run
        .world()
        .metadata()
        .partitions()
        .find(|(at, _)| run.world().topic_name(at.topic) == "a-very-long-topic-name");
    let broker = leader.and_then(|(_, state)| state.leader).expect("it has a leader");
    give(&mut run, &format!("crash-broker broker={broker}"));
    after(&mut run, 30 * SECOND_US);
    let dark = shown(run.world(), "billing", Show::Offsets);
    assert!(dark.contains(" 7               -               -   "), "{dark}");
    for other in [1, 2, 3].into_iter().filter(|other| *other != broker) {
        give(&mut run, &format!("crash-broker broker={other}"));
    }
    after(&mut run, SECOND_US);
    let nobody = shown(run.world(), "billing", Show::State);
    assert!(
        nobody.contains("TimeoutException: Timed out waiting for a node assignment. Call: findCoordinator"),
        "{nobody}"
    );
}

#[test]
fn a_group_of_both_protocols_tells_who_is_upgraded() {
    let mut run = cluster();
    give(&mut run, &format!("add-consumer consumer=C1 group=billing topics=orders {EARLY}"));
    until(&mut run, "billing", "Stable");
    give(&mut run, &format!("add-consumer consumer=C2 group=billing topics=orders group.protocol=consumer {EARLY}"));
    after(&mut run, 20 * SECOND_US);
    assert!(shown(run.world(), "billing", Show::Members).contains("UPGRADED"));
    golden(&run, "both");
}
