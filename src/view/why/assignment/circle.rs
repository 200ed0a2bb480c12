//! The steps of the round-robin assignor: the circle of members, and each partition of the row with its taker.

use super::{Names, WhyStep, at, strong};
use crate::{
    i18n::{Arg, Text},
    kafka::assignor::{MemberAssignment, RoundRobinAssignment, TopicPartition},
    templates,
};

templates! {
    "why":
    CIRCLE = "All partitions stand in one row, topic by topic, and the members take turns in this order (static members first, by `group.instance.id`, the others by member id): {members}.",
        "所有分区按 topic 排成一列，成员按此顺序依次轮流领取（静态成员在前，按 `group.instance.id`，其余按 member id）：{members}。";
    CIRCLE_TURN = "{partition} → {who}", "{partition} → {who}";
    CIRCLE_MORE = "… and {n|one partition|{n} partitions} more.", "……以及另外 {n} 个分区。";
    CIRCLE_SKIPPED = "Who does not subscribe to a topic is passed over in its partitions, so the numbers may differ by more than one.",
        "没有订阅某个 topic 的成员在其分区处被跳过，因此各成员的数量可能相差不止一个。";
    CIRCLE_EVEN = "Nobody has more than one partition more than another: {counts}.", "任何两个成员的分区数最多相差一个：{counts}。";
    CIRCLE_UNEVEN = "The numbers differ by more than one: {counts}.", "各成员的分区数相差不止一个：{counts}。";
    CIRCLE_COUNT = "{who} {n}", "{who} {n}";
}

/// Partitions whose turn is told.
const TURNS_MAX: usize = 32;

pub(super) fn steps(steps: &mut Vec<WhyStep>, computed: &RoundRobinAssignment, names: &Names<'_>) -> Option<Text> {
    let circle: Vec<Arg> = computed.circle.iter().map(|member| names.text(member).into()).collect();
    steps.push(WhyStep::Sentence(CIRCLE.with("members", circle)));
    let mut row: Vec<(&TopicPartition, &str)> = computed
        .members
        .iter()
        .flat_map(|member| member.partitions.iter().map(|partition| (partition, member.member_id.as_str())))
        .collect();
    crate::sim::sort_by(&mut row, |(a, _), (b, _)| super::in_order(a, b));
    for (partition, member) in row.iter().take(TURNS_MAX) {
        let turn = CIRCLE_TURN.with("partition", at(partition)).with("who", names.text(member));
        steps.push(WhyStep::Formula(if names.is_asked(member) { strong(turn) } else { turn }));
    }
    if row.len() > TURNS_MAX {
        steps.push(WhyStep::Sentence(CIRCLE_MORE.with("n", row.len() - TURNS_MAX)));
    }
    let of = |id: &String| computed.members.iter().find(|member| member.member_id == *id);
    Some(counted(&computed.circle.iter().filter_map(of).collect::<Vec<_>>(), names, steps))
}

/// How many partitions each member has, and whether that is even.
fn counted(members: &[&MemberAssignment], names: &Names<'_>, steps: &mut Vec<WhyStep>) -> Text {
    let count = |member: &&MemberAssignment| -> Arg {
        CIRCLE_COUNT.with("who", names.text(&member.member_id)).with("n", member.partitions.len()).into()
    };
    let counts: Vec<Arg> = members.iter().map(count).collect();
    let sizes = || members.iter().map(|member| member.partitions.len());
    let (least, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
    if most <= least + 1 {
        return CIRCLE_EVEN.with("counts", counts);
    }
    steps.push(WhyStep::Sentence(CIRCLE_SKIPPED.text()));
    CIRCLE_UNEVEN.with("counts", counts)
}
