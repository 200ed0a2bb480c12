//! The range assignor by small groups that can be checked by eye; recorded ones are elsewhere.

use super::*;

fn member(id: &str, rack: &str, subscription: &[&str]) -> Member {
    Member {
        id: id.to_owned(),
        rack: Some(rack.to_owned()),
        subscription: subscription.iter().map(|topic| (*topic).to_owned()).collect(),
        ..Member::default()
    }
}

fn topic(name: &str, partition_count: i32, replica_racks: &[&[&str]]) -> Topic {
    Topic {
        name: name.to_owned(),
        partition_count,
        replica_racks: replica_racks
            .iter()
            .map(|racks| racks.iter().map(|rack| (*rack).to_owned()).collect())
            .collect(),
    }
}

/// One line a member: `id: topic-partition …`.
fn lines(assignment: &RangeAssignment) -> Vec<String> {
    assignment
        .members
        .iter()
        .map(|member| {
            let names: Vec<String> = member.partitions.iter().map(|p| p.to_string()).collect();
            format!("{}: {}", member.member_id, names.join(" "))
        })
        .collect()
}

#[test]
fn the_first_members_get_the_extra_of_every_topic() {
    let topics = [topic("t0", 3, &[]), topic("t1", 3, &[])];
    let members = [member("c1", "", &["t0", "t1"]), member("c0", "", &["t0", "t1"])];
    let assignment = assign_range(&topics, &members, false);
    assert_eq!(lines(&assignment), ["c1: t0-2 t1-2", "c0: t0-0 t0-1 t1-0 t1-1"]);
    assert_eq!(
        assignment.topics[1],
        TopicRange {
            topic: "t1".to_owned(),
            partition_count: 3,
            member_count: 2,
            quotient: 1,
            remainder: 1,
            rack_aware: false,
            shares: vec![("c0".to_owned(), vec![0, 1]), ("c1".to_owned(), vec![2])],
        }
    );
}

#[test]
fn members_without_a_share_and_topics_without_a_member() {
    let topics = [topic("t", 1, &[]), topic("alone", 2, &[]), topic("void", 0, &[])];
    let members = [member("a", "", &["t", "missing", "t", "void"]), member("b", "", &["t"]), member("c", "", &[])];
    let assignment = assign_range(&topics, &members, false);
    assert_eq!(lines(&assignment), ["a: t-0", "b: ", "c: "]);
    assert_eq!(assignment.topics.len(), 1);
    assert_eq!(assignment.topics[0].member_count, 2);
    assert_eq!(assign_range(&topics, &[], false).members, []);
}

#[test]
fn lists_follow_the_order_of_topics_unless_racks_count() {
    let members = [member("a", "r", &["y", "x"])];
    let plain = [topic("y", 1, &[]), topic("x", 1, &[])];
    assert_eq!(lines(&assign_range(&plain, &members, false)), ["a: y-0 x-0"]);
    let racks = [topic("y", 2, &[&["r"], &["s"]]), topic("x", 1, &[])];
    let assignment = assign_range(&racks, &members, false);
    assert!(assignment.rack_aware);
    assert_eq!(lines(&assignment), ["a: x-0 y-0 y-1"]);
}

#[test]
fn racks_come_first_but_nobody_gets_more() {
    let topics = [topic("t", 4, &[&["b"], &["b"], &["b"], &["a"]])];
    let members = [member("m1", "a", &["t"]), member("m2", "b", &["t"])];
    assert_eq!(lines(&assign_range(&topics, &members, false)), ["m1: t-2 t-3", "m2: t-0 t-1"]);
}

#[test]
fn a_rack_may_take_the_extra_from_the_first_member() {
    let topics = [topic("t", 3, &[&["b"], &["b"], &["b"]])];
    let spread = [topic("t", 3, &[&["b"], &["b"], &["a", "b"]])];
    let members = [member("m1", "a", &["t"]), member("m2", "b", &["t"])];
    // Every partition is in all racks there are: nothing to gain.
    let assignment = assign_range(&topics, &members, false);
    assert!(!assignment.rack_aware);
    assert_eq!(lines(&assignment), ["m1: t-0 t-1", "m2: t-2"]);
    assert_eq!(
        lines(&assign_range(&topics, &members, true)),
        ["m1: t-2", "m2: t-0 t-1"],
        "unless Kafka's tests prefer it"
    );
    assert_eq!(lines(&assign_range(&spread, &members, false)), ["m1: t-2", "m2: t-0 t-1"]);
}

#[test]
fn racks_that_never_meet_do_not_count() {
    let topics = [topic("t", 2, &[&["x"], &["y"]])];
    let members = [member("m1", "a", &["t"]), member("m2", "", &["t"])];
    let assignment = assign_range(&topics, &members, true);
    assert!(!assignment.rack_aware);
    assert_eq!(lines(&assignment), ["m1: t-0", "m2: t-1"]);
}

#[test]
fn co_partitioned_topics_go_hand_in_hand() {
    // By itself u would be dealt by racks: 0 and 1 to m2. Together only 0 suits m2 and 1 m1.
    let topics = [topic("t", 2, &[&["b"], &["a"]]), topic("u", 2, &[&["b"], &["a", "b"]])];
    let members = [member("m1", "a", &["t", "u"]), member("m2", "b", &["t", "u"])];
    assert_eq!(lines(&assign_range(&topics, &members, false)), ["m1: t-1 u-1", "m2: t-0 u-0"]);
    // With other subscribers they are no longer co-partitioned.
    let apart = [member("m1", "a", &["t", "u"]), member("m2", "b", &["t", "u"]), member("m3", "b", &["u"])];
    assert_eq!(lines(&assign_range(&topics, &apart, false)), ["m1: t-1 u-1", "m2: t-0 u-0", "m3: "]);
}

#[test]
fn a_co_partitioned_number_that_suits_nobody_in_all_topics_waits_for_the_ranges() {
    let topics = [topic("t", 2, &[&["a"], &["b"]]), topic("u", 2, &[&["b"], &["a"]])];
    let members = [member("m1", "a", &["t", "u"]), member("m2", "b", &["t", "u"])];
    assert_eq!(lines(&assign_range(&topics, &members, false)), ["m1: t-0 u-0", "m2: t-1 u-1"]);
}

#[test]
fn an_empty_rack_is_none_and_suits_every_partition() {
    let topics = [topic("t", 2, &[&["b"], &["a"]])];
    let members = [member("m1", "", &["t"]), member("m2", "b", &["t"])];
    assert_eq!(lines(&assign_range(&topics, &members, false)), ["m1: t-0", "m2: t-1"]);
}

/// Two static members of one instance id cannot be in a group, but the sort must not depend on
/// chance.
#[test]
fn members_that_sort_alike_keep_their_order() {
    let topics = [topic("t", 1, &[])];
    let twin = |id: &str| Member { group_instance_id: Some("same".to_owned()), ..member(id, "", &["t"]) };
    assert_eq!(lines(&assign_range(&topics, &[twin("z"), twin("a")], false)), ["z: t-0", "a: "]);
}
