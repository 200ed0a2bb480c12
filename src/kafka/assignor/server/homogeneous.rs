//! The uniform assignor where all members subscribe to the same topics: a quota a member, by its place in the list.
//!
//! It is not perfectly sticky: who holds one partition more than the others loses it to a member that comes before it,
//! though the balance was fine.

use super::{GroupSpec, Layout, NOBODY, UniformAssignment, UniformSteps};

/// Follows `UniformHomogeneousAssignmentBuilder.build`. The subscription that counts is the first member's.
pub(super) fn assign(group: &GroupSpec<'_>) -> UniformAssignment {
    let layout = Layout::new(group.topics);
    let mut subscribed = vec![false; group.topics.len()];
    let mut hint = 0;
    for id in group.members.iter().take(1).flat_map(|member| &member.subscription) {
        if let Some(topic) = layout.topic(&mut hint, *id) {
            subscribed[topic] = true;
        }
    }
    let partition_count: usize =
        (0..subscribed.len()).filter(|topic| subscribed[*topic]).map(|topic| layout.places(topic).len()).sum();
    let member_count = group.members.len().max(1);
    let (quotient, remainder) = (partition_count / member_count, partition_count % member_count);
    let quota = |member: usize| quotient + usize::from(member < remainder);

    let mut owners = vec![NOBODY; layout.len()];
    let mut unfilled: Vec<(u32, usize)> = Vec::new();
    let mut beyond_quota: Vec<usize> = Vec::new();
    // In anybody's target, kept or not.
    let mut assigned = vec![false; layout.len()];
    for (index, member) in group.members.iter().enumerate() {
        let mut left = quota(index);
        let mut hint = 0;
        for partition in &member.target {
            let Some(topic) = layout.topic(&mut hint, partition.topic).filter(|topic| subscribed[*topic]) else {
                continue;
            };
            let Some(place) = layout.place(topic, partition.partition) else { continue };
            if std::mem::replace(&mut assigned[place], true) {
                continue;
            }
            if left > 0 {
                left -= 1;
                owners[place] = index as u32;
            } else {
                beyond_quota.push(place);
            }
        }
        if left > 0 {
            unfilled.push((index as u32, left));
        }
    }

    let unassigned = (0..subscribed.len())
        .filter(|topic| subscribed[*topic])
        .flat_map(|topic| layout.places(topic))
        .filter(|place| !assigned[*place]);
    let mut to_give = unassigned.chain(beyond_quota);
    for (member, left) in unfilled {
        for place in to_give.by_ref().take(left) {
            owners[place] = member;
        }
    }
    debug_assert!(to_give.next().is_none(), "the quotas add up to all partitions");
    UniformAssignment {
        members: layout.lists(&owners, group.members.len()),
        steps: UniformSteps::Homogeneous { quotient, remainder },
    }
}
