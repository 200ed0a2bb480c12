//! What an admin client is told of a group: DescribeGroups or ConsumerGroupDescribe, and OffsetFetch, by its
//! coordinator; ListOffsets by the leaders.

use std::fmt;

use crate::{
    cluster::World,
    kafka::{coordinator::Group, ids::TopicIdPartition},
};

/// A group as its coordinator describes it.
pub(super) struct Description {
    pub group: String,
    pub state: &'static str,
    pub coordinator: u32,
    /// Assignor; empty while a classic group has not agreed on one.
    pub assignor: String,
    /// Of the consumer protocol: group epoch and assignment epoch.
    pub epochs: Option<(i32, i32)>,
    pub members: Vec<Member>,
    /// Committed offsets, with the end of each log where a leader can be asked.
    pub committed: Vec<Offset>,
    /// The ends of the logs of what is assigned and not committed.
    pub ends: Vec<(Partition, Option<i64>)>,
}

/// A topic's name and a number.
pub(super) type Partition = (String, i32);

pub(super) struct Member {
    pub id: String,
    /// Empty for a dynamic member.
    pub instance: String,
    pub host: String,
    pub client: String,
    pub assignment: Vec<Partition>,
    pub target: Vec<Partition>,
    /// In a group of the consumer protocol: its member epoch.
    pub epoch: Option<i32>,
    /// There: has it come by that protocol, and not by the classic one?
    pub upgraded: Option<bool>,
}

pub(super) struct Offset {
    pub at: Partition,
    pub committed: i64,
    pub end: Option<i64>,
}

/// Why there is nothing to print.
pub(super) enum Problem {
    /// The coordinator does not know it.
    NotFound(String),
    /// There is nobody to ask.
    NoCoordinator,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let package = "org.apache.kafka.common.errors";
        let failed = "\nError: Executing consumer group command failed due to";
        match self {
            Problem::NotFound(group) => {
                writeln!(f, "{failed} {package}.GroupIdNotFoundException: Group {group} not found.")
            }
            Problem::NoCoordinator => writeln!(
                f,
                "{failed} {package}.TimeoutException: Timed out waiting for a node assignment. Call: findCoordinator"
            ),
        }
    }
}

pub(super) fn describe(world: &World, group: &str) -> Result<Description, Problem> {
    let coordinator = world.coordinator_of(group).ok_or(Problem::NoCoordinator)?;
    let found = world.brokers().get(&coordinator).and_then(|broker| broker.groups.group(group));
    let found = found.ok_or_else(|| Problem::NotFound(group.to_owned()))?;
    let mut members = members(world, found);
    // The most partitions first; Kafka's order among equals is a hash table's.
    crate::sim::sort_by(&mut members, |a, b| b.assignment.len().cmp(&a.assignment.len()).then_with(|| a.id.cmp(&b.id)));
    let named = |at: &TopicIdPartition| (world.topic_name(at.topic).to_owned(), at.partition);
    let mut committed: Vec<Offset> = found
        .offsets
        .iter()
        .map(|(at, committed)| Offset { at: named(at), committed: committed.offset, end: end_of(world, *at) })
        .collect();
    crate::sim::sort_by(&mut committed, |a, b| a.at.cmp(&b.at));
    let assigned = members.iter().flat_map(|member| &member.assignment);
    let mut ends: Vec<(Partition, Option<i64>)> = assigned
        .filter_map(|(topic, partition)| {
            let (id, _) = world.metadata().topic_by_name(topic)?;
            Some(((topic.clone(), *partition), end_of(world, TopicIdPartition::new(id, *partition))))
        })
        .collect();
    crate::sim::sort_by(&mut ends, |a, b| a.0.cmp(&b.0));
    let assignor = match &found.consumer {
        Some(_) => found.assignor().unwrap_or("uniform"),
        None => found.assignor().filter(|_| found.state_name() == "Stable").unwrap_or_default(),
    };
    Ok(Description {
        group: group.to_owned(),
        state: found.state_name(),
        coordinator,
        assignor: assignor.to_owned(),
        epochs: found.consumer.as_ref().map(|group| (group.epoch, group.assignment_epoch)),
        members,
        committed,
        ends,
    })
}

fn members(world: &World, group: &Group) -> Vec<Member> {
    let named = |at: &TopicIdPartition| (world.topic_name(at.topic).to_owned(), at.partition);
    let list = |partitions: &mut dyn Iterator<Item = &TopicIdPartition>| -> Vec<Partition> {
        let mut list: Vec<Partition> = partitions.map(named).collect();
        crate::sim::sort_by(&mut list, Ord::cmp);
        list
    };
    // A classic group tells what its members have only while it is stable (`ClassicGroup.describeNoMetadata`).
    let tells = group.state_name() == "Stable";
    let text = |name: &Option<crate::kafka::ids::Name>| name.as_deref().unwrap_or_default().to_owned();
    let classic = group.members.iter().map(|member| Member {
        id: member.id.to_string(),
        instance: text(&member.group_instance_id),
        host: format!("/{}", member.client_id),
        client: member.client_id.to_string(),
        assignment: list(&mut member.assignment.iter().filter(|_| tells)),
        target: Vec::new(),
        epoch: None,
        upgraded: None,
    });
    let modern = group.consumer.iter().flat_map(|group| &group.members).map(|member| Member {
        id: member.id.to_string(),
        instance: text(&member.instance_id),
        host: format!("/{}", member.client_id),
        client: member.client_id.to_string(),
        assignment: list(&mut member.current.assigned.iter()),
        target: list(&mut member.target.iter()),
        epoch: Some(member.current.member_epoch),
        upgraded: Some(member.classic.is_none()),
    });
    classic.chain(modern).collect()
}

/// The end of a log as its leader would answer ListOffsets: its high watermark.
fn end_of(world: &World, at: TopicIdPartition) -> Option<i64> {
    let leader = world.metadata().partition(at)?.leader?;
    let broker = world.brokers().get(&leader).filter(|broker| broker.is_up())?;
    Some(broker.replica(at)?.log.high_watermark())
}
