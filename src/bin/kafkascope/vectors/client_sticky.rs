//! The kinds `client_sticky` and `client_cooperative_sticky`: a group's members with what they say
//! they own, and who gets which partitions.

use std::collections::BTreeMap;

use kafkascope::kafka::assignor::{
    Member, StickyAssignment, StickyMember, StickyOptions, StickyPath, Topic, TopicPartition,
    assign_cooperative_sticky, assign_sticky,
};
use serde::{Deserialize, Deserializer};

use super::case::{Case, Mismatch};
use super::group::{self, Compare, Lists, ReplicaRacks};

/// A call of the eager assignor.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct StickyCase(Call);

/// A call of the cooperative assignor.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct CooperativeStickyCase(Call);

#[derive(Deserialize)]
struct Call {
    id: String,
    assignor: Option<String>,
    topics: BTreeMap<String, i32>,
    #[serde(default)]
    replica_racks: ReplicaRacks,
    #[serde(default)]
    force_rack_aware: bool,
    owner_iteration_order: Option<Vec<String>>,
    max_generation_before: i32,
    path: Option<Path>,
    members: Vec<GroupMember>,
    expected: Lists,
    transferring_ownership: Option<BTreeMap<String, String>>,
    #[serde(default)]
    compare: Compare,
}

#[derive(Deserialize)]
struct GroupMember {
    id: String,
    instance_id: Option<String>,
    rack: Option<String>,
    subscriptions: Vec<String>,
    #[serde(default)]
    owned: Vec<String>,
    generation: Option<i32>,
    /// The subscription's own generation where it is not `generation`: null if it has none.
    #[serde(default, deserialize_with = "present")]
    generation_field: Option<Option<i32>>,
}

/// Tells a field that is null from one that is not there.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<i32>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Path {
    Constrained,
    General,
}

type Assign = fn(&[Topic], &[StickyMember], StickyOptions) -> StickyAssignment;

const LAYOUT: &str = "`id`, `topics`, `replica_racks`, `owner_iteration_order`, `max_generation_before`, `path`, \
     `members` (`id`, `instance_id`, `rack`, `subscriptions`, `owned`, `generation`, `generation_field`), `expected`, \
     `transferring_ownership` and `compare`";

impl Case for StickyCase {
    const LAYOUT: &'static str = LAYOUT;

    fn id(&self) -> String {
        self.0.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        self.0.validate("sticky")
    }

    fn check(&self) -> Result<(), Mismatch> {
        self.0.check(assign_sticky)
    }
}

impl Case for CooperativeStickyCase {
    const LAYOUT: &'static str = LAYOUT;

    fn id(&self) -> String {
        self.0.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        self.0.validate("cooperative-sticky")
    }

    fn check(&self) -> Result<(), Mismatch> {
        self.0.check(assign_cooperative_sticky)
    }
}

impl Call {
    fn validate(&self, assignor: &str) -> Result<(), String> {
        let ids = self.members.iter().map(|member| &member.id);
        group::validate((self.assignor.as_ref(), assignor), &self.topics, &self.replica_racks, ids)?;
        if let Some(name) = self.members.iter().flat_map(|member| &member.owned).find(|name| partition(name).is_none())
        {
            return Err(format!("`owned` has {name:?}; expected topic-partition"));
        }
        if let Some(order) = &self.owner_iteration_order {
            let mut order: Vec<&String> = order.iter().collect();
            let mut ids: Vec<&String> = self.members.iter().map(|member| &member.id).collect();
            order.sort_unstable();
            ids.sort_unstable();
            if order != ids {
                return Err("`owner_iteration_order` has not each member once; expected that".to_owned());
            }
        }
        Ok(())
    }

    fn check(&self, assign: Assign) -> Result<(), Mismatch> {
        let topics = group::topics_of(&self.topics, &self.replica_racks, &[]);
        let options = StickyOptions {
            max_generation: self.max_generation_before,
            prefer_rack_aware_logic: self.force_rack_aware,
        };
        let assignment = assign(&topics, &self.members(), options);
        let path = match assignment.path {
            StickyPath::Constrained { .. } => Path::Constrained,
            StickyPath::General { .. } => Path::General,
        };
        if let Some(expected) = &self.path {
            Mismatch::unless_equal("path", expected, &path)?;
        }
        // Only the constrained path notes what is transferring, and only what there is was recorded.
        if path == Path::Constrained || self.transferring_ownership.is_some() {
            let got = assignment.transferring.iter().map(|(partition, to)| (partition.to_string(), to.clone()));
            let expected = self.transferring_ownership.clone().unwrap_or_default();
            Mismatch::unless_equal("partitions transferring ownership", &expected, &got.collect())?;
        }
        group::compare(&self.expected, assignment.members, self.compare)
    }

    /// The members in the order in which Kafka walked them.
    fn members(&self) -> Vec<StickyMember> {
        let mut members: Vec<&GroupMember> = self.members.iter().collect();
        if let Some(order) = &self.owner_iteration_order {
            members.sort_by_key(|member| order.iter().position(|id| *id == member.id));
        }
        members
            .into_iter()
            .map(|member| StickyMember {
                member: Member {
                    id: member.id.clone(),
                    group_instance_id: member.instance_id.clone(),
                    rack: member.rack.clone(),
                    subscription: member.subscriptions.clone(),
                },
                owned: member.owned.iter().filter_map(|name| partition(name)).collect(),
                generation: member.generation,
                subscription_generation: member.generation_field.unwrap_or(member.generation),
            })
            .collect()
    }
}

fn partition(name: &str) -> Option<TopicPartition> {
    let (topic, partition) = name.rsplit_once('-')?;
    Some(TopicPartition { topic: topic.to_owned(), partition: partition.parse().ok()? })
}
