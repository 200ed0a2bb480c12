//! The kind `reconciliation`: a member of the consumer protocol before and after a heartbeat.

use std::collections::{BTreeMap, BTreeSet};

use kafkascope::kafka::coordinator::reconciliation::{CurrentAssignment, MemberState, Target, reconcile};
use kafkascope::kafka::ids::{TopicId, TopicIdPartition};
use kafkascope::sim::Set;
use serde::Deserialize;

use super::case::{Case, Mismatch};

/// A call of the reconciliation.
#[derive(Deserialize)]
pub struct ReconciliationCase {
    id: String,
    member: RecordedMember,
    target_epoch: i32,
    target: Partitions,
    /// None if the heartbeat said nothing of it.
    reported_owned: Option<Partitions>,
    /// The epoch of whoever has a partition, by `topic-partition`; -1 where nobody has.
    current_partition_epoch: BTreeMap<String, i32>,
    expected: Expected,
}

type Partitions = BTreeMap<String, BTreeSet<i32>>;

#[derive(Deserialize, Debug, PartialEq)]
struct RecordedMember {
    state: State,
    member_epoch: i32,
    previous_epoch: i32,
    assigned: Partitions,
    pending_revocation: Partitions,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    Fenced { error: Exception },
    Next(RecordedMember),
}

#[derive(Deserialize, Debug, PartialEq)]
enum Exception {
    FencedMemberEpochException,
}

#[derive(Clone, Copy, Deserialize, Debug, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum State {
    Stable,
    UnrevokedPartitions,
    UnreleasedPartitions,
    Unknown,
}

impl Case for ReconciliationCase {
    const LAYOUT: &'static str = "`id`, `member` (`state`, `member_epoch`, `previous_epoch`, `assigned`, \
         `pending_revocation`), `target_epoch`, `target`, `reported_owned`, `current_partition_epoch` and `expected` \
         (the same as `member`, or the `error` FencedMemberEpochException)";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        match self.current_partition_epoch.keys().find(|partition| split(partition).is_none()) {
            Some(other) => Err(format!(
                "`current_partition_epoch` has {other:?}; expected a topic, a hyphen and a partition's number"
            )),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Mismatch> {
        let names = self.topics();
        let member = CurrentAssignment {
            state: self.member.state.of_the_model(),
            member_epoch: self.member.member_epoch,
            previous_member_epoch: self.member.previous_epoch,
            assigned: set(&names, &self.member.assigned),
            pending_revocation: set(&names, &self.member.pending_revocation),
        };
        let target = Target { epoch: self.target_epoch, partitions: &set(&names, &self.target) };
        let owned = self.reported_owned.as_ref().map(|owned| set(&names, owned));
        let is_free = |at: TopicIdPartition| {
            let partition = format!("{}-{}", names[at.topic.0 as usize], at.partition);
            self.current_partition_epoch.get(&partition).is_none_or(|epoch| *epoch == -1)
        };
        let got = reconcile(&member, target, owned.as_ref(), is_free);
        match (&self.expected, got) {
            (Expected::Fenced { .. }, Err(_)) => Ok(()),
            (Expected::Fenced { error }, Ok(next)) => {
                Err(Mismatch { expected: format!("{error:?}"), got: next.state.name().to_owned() })
            }
            (Expected::Next(expected), Err(error)) => {
                Err(Mismatch { expected: expected.state.of_the_model().name().to_owned(), got: error.to_string() })
            }
            (Expected::Next(expected), Ok(next)) => expected.compare(&names, &next),
        }
    }
}

impl RecordedMember {
    fn compare(&self, names: &[&String], got: &CurrentAssignment) -> Result<(), Mismatch> {
        Mismatch::unless_equal("state", &self.state.of_the_model(), &got.state)?;
        Mismatch::unless_equal("member epoch", &self.member_epoch, &got.member_epoch)?;
        Mismatch::unless_equal("previous epoch", &self.previous_epoch, &got.previous_member_epoch)?;
        Mismatch::unless_equal("assigned partitions", &named(&self.assigned), &listed(names, &got.assigned))?;
        Mismatch::unless_equal(
            "partitions pending revocation",
            &named(&self.pending_revocation),
            &listed(names, &got.pending_revocation),
        )
    }
}

impl State {
    fn of_the_model(self) -> MemberState {
        match self {
            State::Stable => MemberState::Stable,
            State::UnrevokedPartitions => MemberState::UnrevokedPartitions,
            State::UnreleasedPartitions => MemberState::UnreleasedPartitions,
            State::Unknown => MemberState::Unknown,
        }
    }
}

impl ReconciliationCase {
    /// All topics that the case names; a topic's id is its place among them.
    fn topics(&self) -> Vec<&String> {
        let owned = self.reported_owned.iter().flat_map(BTreeMap::keys);
        let member = self.member.assigned.keys().chain(self.member.pending_revocation.keys());
        let names: BTreeSet<&String> = member.chain(self.target.keys()).chain(owned).collect();
        names.into_iter().collect()
    }
}

fn set(names: &[&String], partitions: &Partitions) -> Set<TopicIdPartition> {
    (0..)
        .map(TopicId)
        .zip(names)
        .filter_map(|(id, name)| Some((id, partitions.get(*name)?)))
        .flat_map(|(id, numbers)| numbers.iter().map(move |number| TopicIdPartition::new(id, *number)))
        .collect()
}

fn named(partitions: &Partitions) -> Vec<String> {
    partitions.iter().flat_map(|(topic, numbers)| numbers.iter().map(move |at| format!("{topic}-{at}"))).collect()
}

fn listed(names: &[&String], partitions: &Set<TopicIdPartition>) -> Vec<String> {
    partitions.iter().map(|at| format!("{}-{}", names[at.topic.0 as usize], at.partition)).collect()
}

/// `topic-partition`; a topic's name may have hyphens of its own.
fn split(text: &str) -> Option<(&str, i32)> {
    let (topic, partition) = text.rsplit_once('-')?;
    Some((topic, partition.parse().ok()?))
}
