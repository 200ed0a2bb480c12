//! The kind `client_range`: a group's members and topics, and who gets which partitions.

use std::collections::{BTreeMap, BTreeSet};

use kafkascope::kafka::assignor::{Member, Topic, assign_range};
use serde::Deserialize;

use super::case::{Case, Mismatch};

/// Room beyond the model's own 64.
const MAX_TOPICS: usize = 1_000;
/// As many members as the model has.
const MAX_MEMBERS: usize = 1_000;
/// As many partitions as the model has, in all topics together.
const MAX_PARTITIONS: i64 = 10_000;

/// A call of the assignor.
#[derive(Deserialize)]
pub struct RangeCase {
    id: String,
    assignor: Option<String>,
    topics: BTreeMap<String, i32>,
    topic_iteration_order: Option<Vec<String>>,
    #[serde(default)]
    replica_racks: BTreeMap<String, Vec<Vec<Option<String>>>>,
    #[serde(default)]
    force_rack_aware: bool,
    members: Vec<GroupMember>,
    expected: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    compare: Compare,
}

#[derive(Deserialize)]
struct GroupMember {
    id: String,
    instance_id: Option<String>,
    rack: Option<String>,
    subscriptions: Vec<String>,
}

/// Whether the order of a member's partitions counts.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Compare {
    #[default]
    OrderedLists,
    Sets,
}

impl Case for RangeCase {
    const LAYOUT: &'static str = "`id`, `topics`, `topic_iteration_order`, `replica_racks`, \
         `members` (`id`, `instance_id`, `rack`, `subscriptions`), `expected` and `compare`";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        if let Some(other) = self.assignor.as_ref().filter(|name| *name != "range") {
            return Err(format!("`assignor` is {other:?}; expected \"range\""));
        }
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
        for (topic, racks) in &self.replica_racks {
            let count = self.topics.get(topic).copied().unwrap_or(0);
            if racks.len() as i64 != i64::from(count) {
                return Err(format!(
                    "`replica_racks` has {} partitions of topic {topic:?}; expected {count}",
                    racks.len()
                ));
            }
        }
        if self.members.len() > MAX_MEMBERS {
            return Err(format!("{} members; expected at most {MAX_MEMBERS}", self.members.len()));
        }
        let mut ids = BTreeSet::new();
        match self.members.iter().find(|member| !ids.insert(&member.id)) {
            Some(twice) => Err(format!("member {:?} twice; expected once", twice.id)),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Mismatch> {
        let assignment = assign_range(&self.topics(), &self.members(), self.force_rack_aware);

        // Without the order of topics only lists that were sorted in the end have one.
        let order_is_known = self.topic_iteration_order.is_some() || assignment.rack_aware;
        let as_sets = self.compare == Compare::Sets || !order_is_known;
        let mut expected = self.expected.clone();
        let mut got: BTreeMap<String, Vec<String>> = assignment
            .members
            .into_iter()
            .map(|member| {
                let partitions = member.partitions.iter().map(|p| p.to_string());
                (member.member_id, partitions.collect())
            })
            .collect();
        if as_sets {
            for list in expected.values_mut().chain(got.values_mut()) {
                list.sort_unstable();
            }
        }
        let members: BTreeSet<&String> = expected.keys().chain(got.keys()).collect();
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

impl RangeCase {
    /// The topics in the recorded order; those it does not name follow by name.
    fn topics(&self) -> Vec<Topic> {
        let recorded = self.topic_iteration_order.iter().flatten();
        let mut named = BTreeSet::new();
        recorded
            .chain(self.topics.keys())
            .filter(|name| named.insert(*name))
            .filter_map(|name| Some((name, *self.topics.get(name)?)))
            .map(|(name, partition_count)| Topic {
                name: name.clone(),
                partition_count,
                replica_racks: self
                    .replica_racks
                    .get(name)
                    .into_iter()
                    .flatten()
                    .map(|racks| racks.iter().flatten().cloned().collect())
                    .collect(),
            })
            .collect()
    }

    fn members(&self) -> Vec<Member> {
        self.members
            .iter()
            .map(|member| Member {
                id: member.id.clone(),
                group_instance_id: member.instance_id.clone(),
                rack: member.rack.clone(),
                subscription: member.subscriptions.clone(),
            })
            .collect()
    }
}
