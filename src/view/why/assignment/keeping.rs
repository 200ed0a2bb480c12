//! The steps of the sticky assignors: what each member kept, what was given and what was moved, and for the cooperative
//! one what is withheld because another still has it.

use super::{Names, SHARES_MAX, WhyStep, at, formula, strong};
use crate::{
    i18n::{Arg, Text},
    kafka::{
        assignor::{StickyPath, TopicPartition},
        client::consumer::StickyComputed,
    },
    sim::Map,
    templates,
};

templates! {
    "why":
    CONSTRAINED = "All subscribe to the same topics, so there is a fair share: {n} partitions, {m} members.",
        "所有成员订阅相同的 topic，因此有一个公平份额：{n} 个分区，{m} 个成员。";
    KEEP_DIV = "{n} div {m}", "{n} div {m}";
    KEEP_MOD = "{n} mod {m}", "{n} mod {m}";
    KEEP_EVEN = "Each member keeps what it had, up to {each}; what is left goes to those that have fewer.",
        "每个成员最多保留原有的 {each} 个分区；其余的分给不足的成员。";
    KEEP_OVER = "Each member keeps what it had, up to {each}, and {over|one member|{over} members} one more; what is left goes to those that have fewer.",
        "每个成员最多保留原有的 {each} 个分区，其中 {over} 个成员可多保留一个；其余的分给不足的成员。";
    GENERAL = "Subscriptions differ, so there is no equal share: who had a partition keeps it, the others go to whoever has the least, and then partitions are moved one by one as long as that makes the numbers more even.",
        "各成员订阅的 topic 不同，没有统一的份额：原有者保留分区，其余分给拥有最少者，然后逐个移动分区，直到不能更均匀为止。";
    KEEP_REVOKED = "Some member cannot keep something: it does not subscribe to it any more, or has no replica of it in its rack.",
        "有成员无法保留某些分区：它不再订阅该 topic，或所在 rack 没有副本。";
    EVENED = "{n|One move|{n} moves} evened it out.", "移动 {n} 次后更加均匀。";
    REVERTED = "The moves evened nothing out and were taken back.", "这些移动没有使分配更均匀，已撤回。";
    KEEP_RACKS = "Members in the rack of a replica came first.", "优先分给与副本在同一 rack 的成员。";
    KEPT = "kept", "保留";
    KEEP_GIVEN = "given, nobody had them", "新分配（之前无人拥有）";
    KEEP_MOVED = "moved from another member", "从其他成员移来";
    WITHHELD = "withheld until the next rebalance", "暂不分配，等下一次 rebalance";
    KEEP_SHARE = "{who}: {parts}", "{who}：{parts}";
    PART_KEPT = "keeps {partitions}", "保留 {partitions}";
    PART_NEW = "gets {partitions}", "得到 {partitions}";
    KEEP_NOTHING = "nothing", "无";
    WITHHELD_FROM = "{partition} is meant for {to}, but {from} still has it: {from} gives it up now and joins again, and only the rebalance after that hands it out.",
        "{partition} 应归 {to}，但 {from} 仍拥有它：{from} 现在放弃并重新加入，下一次 rebalance 才会分出。";
    NOTE_STICKY = "By range the same members would get runs of partitions whoever had them before; here {kept} of {n} stayed where they were.",
        "若用 range，则不管原来归谁，都按连续区间分配；这里 {n} 个分区中有 {kept} 个留在原处。";
    NOTE_COOPERATIVE = "{kept} of {n} partitions were read on through the whole rebalance.",
        "{n} 个分区中有 {kept} 个在整个 rebalance 期间持续被读取。";
}

/// Withheld partitions that are told one by one.
const WITHHELD_MAX: usize = 12;

pub(super) fn steps(
    steps: &mut Vec<WhyStep>,
    computed: &StickyComputed,
    cooperative: bool,
    names: &Names<'_>,
) -> Option<Text> {
    let assignment = &computed.assignment;
    let withheld: &[(TopicPartition, String)] = if cooperative { &assignment.transferring } else { &[] };
    let before = owners(computed);
    let total = assignment.members.iter().map(|member| member.partitions.len()).sum::<usize>() + withheld.len();
    path(steps, assignment.path, total, assignment.members.len());
    if assignment.rack_aware {
        steps.push(WhyStep::Sentence(KEEP_RACKS.text()));
    }

    let (mut kept, mut given, mut moved) = (0, 0, 0);
    for member in &assignment.members {
        for partition in &member.partitions {
            match before.get(&key(partition)) {
                Some(owner) if *owner == member.member_id => kept += 1,
                Some(_) => moved += 1,
                None => given += 1,
            }
        }
    }
    for (label, count) in [(&KEPT, kept), (&KEEP_GIVEN, given), (&KEEP_MOVED, moved)] {
        steps.push(formula(label.text(), strong(count)));
    }
    if cooperative {
        steps.push(formula(WITHHELD.text(), strong(withheld.len())));
    }

    for member in assignment.members.iter().take(SHARES_MAX) {
        let is_kept = |partition: &&TopicPartition| before.get(&key(partition)) == Some(&member.member_id.as_str());
        let (kept, new): (Vec<_>, Vec<_>) = member.partitions.iter().partition(is_kept);
        let mut parts: Vec<Arg> = Vec::new();
        for (template, partitions) in [(&PART_KEPT, kept), (&PART_NEW, new)] {
            if !partitions.is_empty() {
                let list: Vec<Arg> = partitions.into_iter().map(|partition| at(partition).into()).collect();
                parts.push(template.with("partitions", list).into());
            }
        }
        if parts.is_empty() {
            parts.push(KEEP_NOTHING.text().into());
        }
        let share = KEEP_SHARE.with("who", names.text(&member.member_id)).with("parts", parts);
        steps.push(WhyStep::Formula(if names.is_asked(&member.member_id) { strong(share) } else { share }));
    }
    for (partition, to) in withheld.iter().take(WITHHELD_MAX) {
        let from = before.get(&key(partition)).map(|owner| names.text(owner)).unwrap_or_default();
        let text = WITHHELD_FROM.with("partition", at(partition)).with("to", names.text(to));
        steps.push(WhyStep::Sentence(text.with("from", from)));
    }
    let note = if cooperative { &NOTE_COOPERATIVE } else { &NOTE_STICKY };
    (total > 0).then(|| note.with("kept", kept).with("n", total))
}

fn path(steps: &mut Vec<WhyStep>, path: StickyPath, n: usize, m: usize) {
    match path {
        StickyPath::Constrained { min_quota, members_over_min_quota: over } => {
            steps.push(WhyStep::Sentence(CONSTRAINED.with("n", n).with("m", m)));
            steps.push(formula(KEEP_DIV.with("n", n).with("m", m), strong(min_quota)));
            steps.push(formula(KEEP_MOD.with("n", n).with("m", m), strong(over)));
            let rule = match over {
                0 => KEEP_EVEN.with("each", min_quota),
                _ => KEEP_OVER.with("each", min_quota).with("over", over),
            };
            steps.push(WhyStep::Sentence(rule));
        }
        StickyPath::General { revocation_required, moves, reverted } => {
            steps.push(WhyStep::Sentence(GENERAL.text()));
            if revocation_required {
                steps.push(WhyStep::Sentence(KEEP_REVOKED.text()));
            }
            match (reverted, moves) {
                (true, _) => steps.push(WhyStep::Sentence(REVERTED.text())),
                (false, 0) => {}
                (false, _) => steps.push(WhyStep::Sentence(EVENED.with("n", moves))),
            }
        }
    }
}

type Key<'a> = (&'a str, i32);

fn key(partition: &TopicPartition) -> Key<'_> {
    (&partition.topic, partition.partition)
}

/// Who had each partition, by what the members said: of two that claim the same, the one of the later generation.
fn owners(computed: &StickyComputed) -> Map<Key<'_>, &str> {
    let mut newest: Map<Key<'_>, (i32, &str)> = Map::new();
    for member in &computed.members {
        let generation = member.generation.unwrap_or(-1);
        for partition in &member.owned {
            let known = newest.entry(key(partition)).or_insert((generation, &member.member.id));
            if generation > known.0 {
                *known = (generation, &member.member.id);
            }
        }
    }
    newest.into_iter().map(|(partition, (_, member))| (partition, member)).collect()
}
