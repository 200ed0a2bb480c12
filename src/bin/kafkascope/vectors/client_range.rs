//! The kind `client_range`: a group's members and topics, and who gets which partitions.

use std::collections::BTreeMap;

use kafkascope::kafka::assignor::{Member, assign_range};
use serde::Deserialize;

use super::case::{Case, Mismatch};
use super::group::{self, Compare, Lists, ReplicaRacks};

/// A call of the assignor.
#[derive(Deserialize)]
pub struct RangeCase {
    id: String,
    assignor: Option<String>,
    topics: BTreeMap<String, i32>,
    topic_iteration_order: Option<Vec<String>>,
    #[serde(default)]
    replica_racks: ReplicaRacks,
    #[serde(default)]
    force_rack_aware: bool,
    members: Vec<GroupMember>,
    expected: Lists,
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

impl Case for RangeCase {
    const LAYOUT: &'static str = "`id`, `topics`, `topic_iteration_order`, `replica_racks`, \
         `members` (`id`, `instance_id`, `rack`, `subscriptions`), `expected` and `compare`";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        let ids = self.members.iter().map(|member| &member.id);
        group::validate((self.assignor.as_ref(), "range"), &self.topics, &self.replica_racks, ids)
    }

    fn check(&self) -> Result<(), Mismatch> {
        let order = self.topic_iteration_order.as_deref().unwrap_or_default();
        let topics = group::topics_of(&self.topics, &self.replica_racks, order);
        let assignment = assign_range(&topics, &self.members(), self.force_rack_aware);

        // Without the order of topics only lists that were sorted in the end have one.
        let order_is_known = self.topic_iteration_order.is_some() || assignment.rack_aware;
        let compare = if order_is_known { self.compare } else { Compare::Sets };
        group::compare(&self.expected, assignment.members, compare)
    }
}

impl RangeCase {
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
