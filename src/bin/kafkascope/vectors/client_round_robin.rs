//! The kind `client_roundrobin`: a group's members and topics, and who gets which partitions.

use std::collections::BTreeMap;

use kafkascope::kafka::assignor::{Member, assign_round_robin};
use serde::Deserialize;

use super::case::{Case, Mismatch};
use super::group::{self, Compare, Lists, ReplicaRacks};

/// A call of the assignor.
#[derive(Deserialize)]
pub struct RoundRobinCase {
    id: String,
    assignor: Option<String>,
    topics: BTreeMap<String, i32>,
    members: Vec<GroupMember>,
    expected: Lists,
    #[serde(default)]
    compare: Compare,
}

#[derive(Deserialize)]
struct GroupMember {
    id: String,
    instance_id: Option<String>,
    subscriptions: Vec<String>,
}

impl Case for RoundRobinCase {
    const LAYOUT: &'static str =
        "`id`, `topics`, `members` (`id`, `instance_id`, `subscriptions`), `expected` and `compare`";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        let ids = self.members.iter().map(|member| &member.id);
        group::validate((self.assignor.as_ref(), "roundrobin"), &self.topics, &ReplicaRacks::new(), ids)
    }

    fn check(&self) -> Result<(), Mismatch> {
        let topics = group::topics_of(&self.topics, &ReplicaRacks::new(), &[]);
        let members: Vec<Member> = self
            .members
            .iter()
            .map(|member| Member {
                id: member.id.clone(),
                group_instance_id: member.instance_id.clone(),
                rack: None,
                subscription: member.subscriptions.clone(),
            })
            .collect();
        group::compare(&self.expected, assign_round_robin(&topics, &members).members, self.compare)
    }
}
