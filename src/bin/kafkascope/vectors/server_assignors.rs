//! The kinds `server_range`, `server_uniform_homogeneous` and `server_uniform_heterogeneous`: a group as its coordinator
//! sees it, and who gets which partitions.

use std::collections::{BTreeMap, BTreeSet};

use kafkascope::kafka::assignor::server::{
    GroupMember, GroupSpec, SubscribedTopic, SubscriptionType, assign_range, assign_uniform,
};
use kafkascope::kafka::ids::{TopicId, TopicIdPartition};
use serde::Deserialize;

use super::case::{Case, Mismatch};

/// Room beyond the model's own 64.
const MAX_TOPICS: usize = 1_000;
/// As many members as the model has.
const MAX_MEMBERS: usize = 1_000;
/// As many partitions as the model has, in all topics together.
const MAX_PARTITIONS: i64 = 10_000;

/// A call of one of the coordinator's assignors.
#[derive(Deserialize)]
pub struct ServerCase {
    id: String,
    assignor: Assignor,
    topics: BTreeMap<String, i32>,
    /// The order in which Kafka walked its set of topics.
    topic_iteration_order: Option<Vec<String>>,
    /// Where the ids break the last tie between topics.
    #[serde(default)]
    topic_ids: BTreeMap<String, String>,
    subscription_type: Subscriptions,
    members: Vec<RecordedMember>,
    expected: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
enum Assignor {
    #[serde(rename = "server-range")]
    Range,
    #[serde(rename = "server-uniform")]
    Uniform,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Subscriptions {
    Homogeneous,
    Heterogeneous,
}

#[derive(Deserialize)]
struct RecordedMember {
    id: String,
    instance_id: Option<String>,
    subscriptions: Vec<String>,
    #[serde(default)]
    owned: Vec<String>,
}

impl Case for ServerCase {
    const LAYOUT: &'static str = "`id`, `assignor`, `topics`, `topic_iteration_order`, `topic_ids`, \
         `subscription_type`, `members` (`id`, `instance_id`, `subscriptions`, `owned`) and `expected`";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        if self.topics.len() > MAX_TOPICS {
            return Err(format!("{} topics; expected at most {MAX_TOPICS}", self.topics.len()));
        }
        if let Some((topic, count)) = self.topics.iter().find(|(_, count)| **count < 0) {
            return Err(format!("topic {topic:?} has {count} partitions; expected 0 or more"));
        }
        let partitions: i64 = self.topics.values().map(|count| i64::from(*count)).sum();
        if partitions > MAX_PARTITIONS {
            return Err(format!("{partitions} partitions; expected at most {MAX_PARTITIONS}"));
        }
        if self.members.len() > MAX_MEMBERS {
            return Err(format!("{} members; expected at most {MAX_MEMBERS}", self.members.len()));
        }
        let mut ids = BTreeSet::new();
        if let Some(twice) = self.members.iter().find(|member| !ids.insert(&member.id)) {
            return Err(format!("member {:?} twice; expected once", twice.id));
        }
        if let Some((topic, id)) = self.topic_ids.iter().find(|(_, id)| uuid(id).is_none()) {
            return Err(format!("topic {topic:?} has the id {id:?}; expected 22 letters of URL-safe base64"));
        }
        let mut owned = self.members.iter().flat_map(|member| &member.owned);
        match owned.find(|partition| split(partition).is_none()) {
            Some(other) => Err(format!("`owned` has {other:?}; expected a topic, a hyphen and a partition's number")),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Mismatch> {
        let names = self.topics_in_order();
        let ids: BTreeMap<&str, TopicId> = names.iter().copied().zip((0..).map(TopicId)).collect();
        let topics: Vec<SubscribedTopic> =
            names.iter().map(|name| SubscribedTopic { id: ids[name], partition_count: self.topics[*name] }).collect();
        let members: Vec<GroupMember> = self.members.iter().map(|member| member.read(&ids)).collect();
        let subscription_type = match self.subscription_type {
            Subscriptions::Homogeneous => SubscriptionType::Homogeneous,
            Subscriptions::Heterogeneous => SubscriptionType::Heterogeneous,
        };
        let group = GroupSpec { topics: &topics, members: &members, subscription_type };
        let lists = match self.assignor {
            Assignor::Range => assign_range(&group).members,
            Assignor::Uniform => assign_uniform(&group).members,
        };
        // What a member has is a set in Kafka.
        let sorted = |mut list: Vec<String>| {
            list.sort_unstable();
            list
        };
        let got: BTreeMap<&String, Vec<String>> = self
            .members
            .iter()
            .zip(lists)
            .map(|(member, list)| {
                let named = list.iter().map(|at| format!("{}-{}", names[at.topic.0 as usize], at.partition));
                (&member.id, sorted(named.collect()))
            })
            .collect();
        let expected: BTreeMap<&String, Vec<String>> =
            self.expected.iter().map(|(member, list)| (member, sorted(list.clone()))).collect();
        let members: BTreeSet<&String> = expected.keys().chain(got.keys()).copied().collect();
        for member in members {
            let (expected, got) = (expected.get(member), got.get(member));
            if expected != got {
                return Err(Mismatch {
                    expected: format!("member {member:?} to have {}", told(expected)),
                    got: told(got),
                });
            }
        }
        Ok(())
    }
}

fn told(list: Option<&Vec<String>>) -> String {
    list.map_or("no entry".to_owned(), |list| format!("[{}]", list.join(", ")))
}

impl ServerCase {
    /// The topics in the recorded order, then in that of their ids, then in that of their names.
    fn topics_in_order(&self) -> Vec<&str> {
        let recorded = self.topic_iteration_order.iter().flatten();
        let mut by_id: Vec<&String> = self.topics.keys().collect();
        by_id.sort_by_key(|name| self.topic_ids.get(*name).and_then(|id| uuid(id)));
        let mut seen = BTreeSet::new();
        recorded
            .chain(by_id)
            .filter(|name| self.topics.contains_key(*name) && seen.insert(*name))
            .map(String::as_str)
            .collect()
    }
}

impl RecordedMember {
    fn read(&self, ids: &BTreeMap<&str, TopicId>) -> GroupMember {
        GroupMember {
            id: self.id.as_str().into(),
            group_instance_id: self.instance_id.as_deref().map(Into::into),
            subscription: self.subscriptions.iter().filter_map(|name| ids.get(name.as_str()).copied()).collect(),
            target: self
                .owned
                .iter()
                .filter_map(|owned| split(owned))
                .filter_map(|(topic, partition)| Some(TopicIdPartition::new(*ids.get(topic)?, partition)))
                .collect(),
        }
    }
}

/// `topic-partition`; a topic's name may have hyphens of its own.
fn split(text: &str) -> Option<(&str, i32)> {
    let (topic, partition) = text.rsplit_once('-')?;
    Some((topic, partition.parse().ok()?))
}

/// The two halves of a UUID, each with its sign, as Kafka compares them. It is written in URL-safe base64: 22 letters of
/// six bits, the last four of which are nothing.
fn uuid(text: &str) -> Option<(i64, i64)> {
    if text.len() != 22 {
        return None;
    }
    let mut bits = 0_u128;
    for (place, letter) in text.bytes().enumerate() {
        let six = u128::from(match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        });
        bits = match place {
            21 => bits << 2 | six >> 4,
            _ => bits << 6 | six,
        };
    }
    Some(((bits >> 64) as i64, bits as i64))
}
