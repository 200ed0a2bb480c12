//! What a rebalance moved: who owned what before and after it, and how little would have done.

use super::{Band, GroupChart};
use crate::{kafka::ids::TopicIdPartition, sim::Map};

/// A member's partitions before and after a rebalance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// `client.id`.
    pub name: String,
    /// Its node.
    pub node: u32,
    /// Before; what nobody read any more still counts for who read it last.
    pub before: Vec<TopicIdPartition>,
    /// After; so far, while the rebalance lasts.
    pub after: Vec<TopicIdPartition>,
}

/// The newest rebalance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moves {
    /// The event that began it.
    pub event: u64,
    /// When it began.
    pub from_us: u64,
    /// Is it over?
    pub over: bool,
    /// Members that own something before or after.
    pub members: Vec<Side>,
    /// Partitions that another member has now.
    pub moved: usize,
    /// The least number of partitions that had to move for each member to have as many as it has now.
    pub least: usize,
}

/// Who moved what in the newest rebalance of a group.
pub fn moves(chart: &GroupChart) -> Option<Moves> {
    let (from_us, _, event) = chart.last_rebalance()?;
    let mut members: Vec<Side> = Vec::new();
    let mut owner: Map<TopicIdPartition, u32> = Map::new();
    for member in &chart.members {
        let covers = |from: u64, to: Option<u64>| from < from_us && to.is_none_or(|to| to >= from_us);
        let bars = member.bars.iter().filter(|bar| covers(bar.from_us, bar.to_us)).map(|bar| bar.partition);
        let gaps = chart.gaps.iter().filter(|gap| gap.node == member.node && covers(gap.from_us, gap.to_us));
        let mut before: Vec<TopicIdPartition> = bars.chain(gaps.map(|gap| gap.partition)).collect();
        let mut after: Vec<TopicIdPartition> =
            member.bars.iter().filter(|bar| bar.to_us.is_none()).map(|bar| bar.partition).collect();
        crate::sim::sort_by(&mut before, Ord::cmp);
        before.dedup();
        crate::sim::sort_by(&mut after, Ord::cmp);
        if before.is_empty() && after.is_empty() {
            continue;
        }
        for partition in &before {
            owner.insert(*partition, member.node);
        }
        members.push(Side { name: member.name.clone(), node: member.node, before, after });
    }
    let stays = |side: &Side| side.after.iter().filter(|partition| owner.get(partition) == Some(&side.node)).count();
    let known = |side: &Side| side.after.iter().filter(|partition| owner.contains_key(partition)).count();
    let total: usize = members.iter().map(known).sum();
    let kept: usize = members.iter().map(stays).sum();
    let possible: usize = members.iter().map(|side| side.before.len().min(side.after.len())).sum();
    let over = chart.bands.last().is_some_and(|band: &Band| !band.is_rebalance());
    Some(Moves { event, from_us, over, members, moved: total - kept, least: total.saturating_sub(possible) })
}
