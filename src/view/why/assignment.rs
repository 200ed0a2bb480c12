//! Why a member got its partitions: the assignor's own steps for this input, as the group's leader computed it
//! (reference §6.9).

pub(super) mod circle;
pub(super) mod keeping;

use std::cmp::Ordering;

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    cluster::World,
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        assignor::{RangeAssignment, TopicPartition, TopicRange},
        client::consumer::Computed,
        event::EventKind,
        hash::java_string_cmp,
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_ASSIGNMENT = "Why these partitions for {who}?", "为什么 {who} 得到这些分区？";
    LEADER = "**{who}** leads the group and computed this by the `{assignor}` assignor; the coordinator only passes it on.",
        "**{who}** 是组 leader，用 `{assignor}` 分配器算出了这个结果；coordinator 只负责转发。";
    GIVEN = "`{topic}`: n = **{n}** {n|partition|partitions}, m = **{m}** {m|member|members}.",
        "`{topic}`：n = **{n}** 个分区，m = **{m}** 个成员。";
    DIVIDED = "{n} div {m}", "{n} div {m}";
    REMAINDER = "{n} mod {m}", "{n} mod {m}";
    RULE_EVEN = "Each member gets {each|1 partition|{each} partitions} in a row; static members stand first, by `group.instance.id`, the others by member id.",
        "每个成员得到连续的 {each} 个分区；静态成员在前，按 `group.instance.id` 排序，其余按 member id 排序。";
    RULE = "Each member gets {each|1 partition|{each} partitions} in a row and the first {more|member gets|{more} members get} one more; static members stand first, by `group.instance.id`, the others by member id.",
        "每个成员得到连续的 {each} 个分区，前 {more} 个成员各多一个；静态成员在前，按 `group.instance.id` 排序，其余按 member id 排序。";
    RULE_RACKS = "Members in the rack of a replica came first; the rest was divided by ranges.",
        "先按副本所在的 rack 匹配成员，其余再按 range 分配。";
    SHARE = "{who}: {partitions}", "{who}：{partitions}";
    PARTITION = "P{partition}", "P{partition}";
    AT = "`{topic}-{partition}`", "`{topic}-{partition}`";
    NOTHING = "nothing", "无";
    NOT_COMPUTED = "Nobody has computed an assignment for this group that is still known.",
        "这个消费组目前没有已知的分配结果。";
    ONE_MORE = "With one member more, each would get {each|1 partition|{each} partitions} of `{topic}`, and the first {more|member|{more} members} one more.",
        "如果再多一个成员，每个成员会得到 `{topic}` 的 {each} 个分区，前 {more} 个成员各多一个。";
    ONE_MORE_EVEN = "With one member more, each would get {each|1 partition|{each} partitions} of `{topic}`.",
        "如果再多一个成员，每个成员会得到 `{topic}` 的 {each} 个分区。";
}

/// Members whose share is told.
const SHARES_MAX: usize = 24;

pub(super) fn card(run: &Run, key: &WhyKey, group: &str, consumer: &str) -> Option<WhyCard> {
    let world = run.world();
    let of_group = || world.consumers().values().filter(|slot| slot.consumer.group.as_deref() == Some(group));
    let node = world.consumer_node(consumer).ok();
    let mut steps = Vec::new();
    let mut note = None;
    let leader = of_group().find(|slot| slot.consumer.is_leader && slot.consumer.computed.is_some());
    match leader.and_then(|slot| Some((&slot.consumer.name, slot.consumer.computed.as_deref()?))) {
        Some((leader, computed)) => {
            let assignor = computed.assignor().name();
            steps.push(WhyStep::Sentence(LEADER.with("who", &**leader).with("assignor", assignor)));
            let names = Names { world, asked: consumer };
            note = match computed {
                Computed::Range(computed) => divide(&mut steps, computed, &names),
                Computed::RoundRobin(computed) => circle::steps(&mut steps, computed, &names),
                Computed::Sticky(computed) => keeping::steps(&mut steps, computed, false, &names),
                Computed::CooperativeSticky(computed) => keeping::steps(&mut steps, computed, true, &names),
            };
        }
        None => steps.push(WhyStep::Sentence(NOT_COMPUTED.text())),
    }
    let assigned =
        newest(run, |event| Some(event.node) == node && matches!(event.kind, EventKind::PartitionsAssigned { .. }));
    Some(WhyCard {
        key: key.clone(),
        title: TITLE_ASSIGNMENT.with("who", consumer),
        subject: group.to_owned(),
        steps,
        note,
        chain: with_causes(run, assigned),
    })
}

/// The members' names.
struct Names<'a> {
    world: &'a World,
    asked: &'a str,
}

impl Names<'_> {
    /// The consumer with a member id; of a static one the id does not tell it. Else what the id tells.
    fn text(&self, member_id: &str) -> String {
        let mut consumers = self.world.consumers().values().map(|slot| &slot.consumer);
        let found = consumers.find(|consumer| &*consumer.member_id == member_id);
        found.map_or_else(|| story::member_name(member_id).to_owned(), |consumer| consumer.name.to_string())
    }

    fn is_asked(&self, member_id: &str) -> bool {
        self.text(member_id) == self.asked
    }
}

fn at(partition: &TopicPartition) -> Text {
    AT.with("topic", partition.topic.as_str()).with("partition", partition.partition)
}

fn in_order(a: &TopicPartition, b: &TopicPartition) -> Ordering {
    java_string_cmp(&a.topic, &b.topic).then(a.partition.cmp(&b.partition))
}

fn divide(steps: &mut Vec<WhyStep>, computed: &RangeAssignment, names: &Names<'_>) -> Option<Text> {
    let mut note = None;
    for topic in &computed.topics {
        let TopicRange { partition_count: n, member_count: m, quotient, remainder, .. } = *topic;
        let given = GIVEN.with("topic", topic.topic.as_str()).with("n", n).with("m", m);
        steps.push(WhyStep::Sentence(given));
        steps.push(formula(DIVIDED.with("n", n).with("m", m), strong(quotient)));
        steps.push(formula(REMAINDER.with("n", n).with("m", m), strong(remainder)));
        let rule = match (topic.rack_aware, remainder) {
            (true, _) => RULE_RACKS.text(),
            (false, 0) => RULE_EVEN.with("each", quotient),
            (false, _) => RULE.with("each", quotient).with("more", remainder),
        };
        steps.push(WhyStep::Sentence(rule));
        for (member, partitions) in topic.shares.iter().take(SHARES_MAX) {
            steps.push(WhyStep::Formula(share(member, partitions, names)));
        }
        let (each, more) = (n / (m + 1), n % (m + 1));
        let next = if more == 0 { &ONE_MORE_EVEN } else { &ONE_MORE };
        note = note.or(Some(next.with("each", each).with("more", more).with("topic", topic.topic.as_str())));
    }
    note
}

fn share(member: &str, partitions: &[i32], names: &Names<'_>) -> Text {
    let list: Vec<Arg> = match partitions {
        [] => vec![NOTHING.text().into()],
        _ => partitions.iter().map(|partition| PARTITION.with("partition", *partition).into()).collect(),
    };
    let text = SHARE.with("who", names.text(member)).with("partitions", list);
    if names.is_asked(member) { strong(text) } else { text }
}
