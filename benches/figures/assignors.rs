//! The assignors of clients and of the coordinator on a large group, beside a sort of the same partitions.
//!
//! The limits are what Kafka's own Java classes took for the same, warm, on this kind of machine; for mixed
//! subscriptions a tenth of it.

use std::{hint::black_box, time::Instant};

use kafkascope::kafka::assignor::{
    Member, MemberAssignment, StickyAssignment, StickyMember, StickyOptions, Topic, TopicPartition,
    assign_cooperative_sticky, assign_range, assign_round_robin, assign_sticky,
    server::{self, GroupMember, GroupSpec, SubscribedTopic, SubscriptionType},
};
use kafkascope::kafka::ids::TopicId;

use super::{best_of, row};

const MEMBERS: u32 = 1_000;
const TOPICS: u32 = 10;
const PARTITIONS: i32 = 1_000;
const RUNS: usize = 9;

type Assign = fn(&[Topic], &[StickyMember], StickyOptions) -> StickyAssignment;

pub fn rows() {
    let topics: Vec<Topic> = (0..TOPICS)
        .map(|n| Topic { name: format!("topic-{n:02}"), partition_count: PARTITIONS, replica_racks: Vec::new() })
        .collect();
    let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    let plain: Vec<Member> = (0..MEMBERS).map(|n| member(n, names.clone())).collect();
    let equal: Vec<StickyMember> = plain.iter().cloned().map(newcomer).collect();
    let mixed: Vec<StickyMember> = (0..MEMBERS).map(|n| newcomer(member(n, seventy_percent(n, &names)))).collect();

    timed("sort_topic_partitions", 0.0, || {
        let mut all = shuffled(&topics);
        all.sort_by(|a, b| a.topic.cmp(&b.topic).then(a.partition.cmp(&b.partition)));
        all
    });
    timed("range", 20.0, || assign_range(&topics, &plain, false));
    timed("round_robin", 4.7, || assign_round_robin(&topics, &plain));
    let sticky: [(&str, Assign); 2] = [("sticky", assign_sticky), ("cooperative_sticky", assign_cooperative_sticky)];
    for (name, assign) in sticky {
        for (suffix, limit, first) in [("", 3.0, &equal), ("_mixed", 299.0, &mixed)] {
            timed(&format!("{name}{suffix}"), limit, || assign(&topics, first, StickyOptions::default()));
            // A member leaves and another joins, with everybody's partitions told.
            let given = assign_sticky(&topics, first, StickyOptions::default()).members;
            let mut changed: Vec<StickyMember> = first.iter().cloned().zip(given).map(settled).collect();
            changed[500] = newcomer(Member { id: "newcomer".to_owned(), ..changed[500].member.clone() });
            timed(&format!("{name}{suffix}_change"), limit, || assign(&topics, &changed, StickyOptions::default()));
        }
    }
    server_rows();
}

/// The coordinator's assignors, by topics' ids.
fn server_rows() {
    let numbers: Vec<String> = (0..TOPICS).map(|n| n.to_string()).collect();
    let topics: Vec<SubscribedTopic> =
        (0..TOPICS).map(|n| SubscribedTopic { id: TopicId(n), partition_count: PARTITIONS }).collect();
    let member = |n: u32, names: &[String]| GroupMember {
        id: member(n, Vec::new()).id.as_str().into(),
        group_instance_id: None,
        subscription: names.iter().filter_map(|name| name.parse().ok()).map(TopicId).collect(),
        target: Vec::new(),
    };
    let equal: Vec<GroupMember> = (0..MEMBERS).map(|n| member(n, &numbers)).collect();
    let mixed: Vec<GroupMember> = (0..MEMBERS).map(|n| member(n, &seventy_percent(n, &numbers))).collect();
    let spec = |members| GroupSpec { topics: &topics, members, subscription_type: SubscriptionType::of(members) };
    timed("server_range", 0.7, || server::assign_range(&spec(&equal)));
    timed("server_uniform", 1.1, || server::assign_uniform(&spec(&equal)));
    timed("server_uniform_mixed", 9.3, || server::assign_uniform(&spec(&mixed)));
}

fn timed<T>(name: &str, limit_ms: f64, mut work: impl FnMut() -> T) {
    let ns = best_of(RUNS, || {
        let began = Instant::now();
        let result = work();
        let ns = began.elapsed().as_nanos() as u64;
        black_box(result);
        ns
    });
    row(&format!("assignor_{name}"), ns as f64 / 1e6, "ms", limit_ms);
}

/// A member with an id as clients get them: its tail is not in the order of joining.
fn member(n: u32, subscription: Vec<String>) -> Member {
    let tail = scattered(n);
    Member { id: format!("consumer-orders-1-{tail:08x}-4e1d-4a7b-9c3f-{n:012x}"), subscription, ..Member::default() }
}

fn newcomer(member: Member) -> StickyMember {
    StickyMember { member, ..StickyMember::default() }
}

fn settled((mut member, given): (StickyMember, MemberAssignment)) -> StickyMember {
    member.owned = given.partitions;
    (member.generation, member.subscription_generation) = (Some(1), Some(1));
    member
}

fn seventy_percent(n: u32, names: &[String]) -> Vec<String> {
    let mut names: Vec<(u32, &String)> =
        (0..).zip(names).map(|(at, name)| (scattered(n * TOPICS + at), name)).collect();
    names.sort_unstable();
    names.truncate(names.len() * 7 / 10);
    names.into_iter().map(|(_, name)| name.clone()).collect()
}

fn shuffled(topics: &[Topic]) -> Vec<TopicPartition> {
    let partitions = |topic: &Topic| {
        let name = topic.name.clone();
        (0..topic.partition_count).map(move |partition| TopicPartition { topic: name.clone(), partition })
    };
    let mut all: Vec<TopicPartition> = topics.iter().flat_map(partitions).collect();
    for at in (1..all.len()).rev() {
        all.swap(at, scattered(at as u32) as usize % (at + 1));
    }
    all
}

/// A number that looks like chance, the same in every run.
fn scattered(n: u32) -> u32 {
    let n = n.wrapping_add(1).wrapping_mul(0x9E37_79B1);
    (n ^ (n >> 15)).wrapping_mul(0x85EB_CA77) ^ (n >> 7)
}
