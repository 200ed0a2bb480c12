//! What the kinds of client assignors have in common: a group's topics, and who gets which
//! partitions.

use std::collections::{BTreeMap, BTreeSet};

use kafkascope::kafka::assignor::{MemberAssignment, Topic};
use serde::Deserialize;

use super::case::Mismatch;

/// Room beyond the model's own 64.
const MAX_TOPICS: usize = 1_000;
/// As many members as the model has.
const MAX_MEMBERS: usize = 1_000;
/// As many partitions as the model has, in all topics together.
const MAX_PARTITIONS: i64 = 10_000;

/// The racks of each partition's replicas, by topic.
pub type ReplicaRacks = BTreeMap<String, Vec<Vec<Option<String>>>>;

/// Each member's partitions as `topic-partition`.
pub type Lists = BTreeMap<String, Vec<String>>;

/// Whether the order of a member's partitions counts.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    #[default]
    OrderedLists,
    Sets,
}

/// Says what is wrong if the case is of another assignor or beyond the model's limits.
pub fn validate<'a>(
    assignor: (Option<&String>, &str),
    topics: &BTreeMap<String, i32>,
    replica_racks: &ReplicaRacks,
    members: impl ExactSizeIterator<Item = &'a String>,
) -> Result<(), String> {
    if let (Some(other), own) = assignor
        && other != own
    {
        return Err(format!("`assignor` is {other:?}; expected {own:?}"));
    }
    if topics.len() > MAX_TOPICS {
        return Err(format!("{} topics; expected at most {MAX_TOPICS}", topics.len()));
    }
    if let Some((topic, count)) = topics.iter().find(|(_, count)| **count < 0) {
        return Err(format!("topic {topic:?} has {count} partitions; expected 0 or more"));
    }
    let partitions: i64 = topics.values().map(|count| i64::from(*count)).sum();
    if partitions > MAX_PARTITIONS {
        return Err(format!("{partitions} partitions; expected at most {MAX_PARTITIONS}"));
    }
    for (topic, racks) in replica_racks {
        let count = topics.get(topic).copied().unwrap_or(0);
        if racks.len() as i64 != i64::from(count) {
            return Err(format!("`replica_racks` has {} partitions of topic {topic:?}; expected {count}", racks.len()));
        }
    }
    if members.len() > MAX_MEMBERS {
        return Err(format!("{} members; expected at most {MAX_MEMBERS}", members.len()));
    }
    let mut ids = BTreeSet::new();
    let mut members = members;
    match members.find(|id| !ids.insert(*id)) {
        Some(twice) => Err(format!("member {twice:?} twice; expected once")),
        None => Ok(()),
    }
}

/// The topics by name, after those of `first` in their order.
pub fn topics_of(topics: &BTreeMap<String, i32>, replica_racks: &ReplicaRacks, first: &[String]) -> Vec<Topic> {
    let mut named = BTreeSet::new();
    first
        .iter()
        .chain(topics.keys())
        .filter(|name| named.insert(*name))
        .filter_map(|name| Some((name, *topics.get(name)?)))
        .map(|(name, partition_count)| Topic {
            name: name.clone(),
            partition_count,
            replica_racks: replica_racks
                .get(name)
                .into_iter()
                .flatten()
                .map(|racks| racks.iter().flatten().cloned().collect())
                .collect(),
        })
        .collect()
}

/// An error if some member was given something else than `expected`.
pub fn compare(expected: &Lists, got: Vec<MemberAssignment>, compare: Compare) -> Result<(), Mismatch> {
    let mut expected = expected.clone();
    let mut got: Lists = got
        .into_iter()
        .map(|member| (member.member_id, member.partitions.iter().map(|p| p.to_string()).collect()))
        .collect();
    if compare == Compare::Sets {
        for list in expected.values_mut().chain(got.values_mut()) {
            list.sort_unstable();
        }
    }
    let members: BTreeSet<&String> = expected.keys().chain(got.keys()).collect();
    for member in members {
        let (expected, got) = (expected.get(member), got.get(member));
        if expected != got {
            return Err(Mismatch { expected: format!("member {member:?} to have {}", told(expected)), got: told(got) });
        }
    }
    Ok(())
}

fn told(list: Option<&Vec<String>>) -> String {
    list.map_or("no entry".to_owned(), |list| format!("[{}]", list.join(", ")))
}
