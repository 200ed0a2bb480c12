//! Why this broker leads, and why in this epoch (reference §4.5, §4.6): every replica in assignment order with what it was
//! in that election, and the rule that chose.

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        event::{ElectedBy, ElectionHeld, Event, EventKind},
        ids::{BrokerId, TopicIdPartition},
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_LEADER = "Why does broker {broker} lead?", "为什么 broker {broker} 是 leader？";
    TITLE_NOBODY = "Why does nobody lead?", "为什么没有 leader？";
    FROM_THE_START = "Broker {broker} leads since the partition was made: of the replicas in assignment order it was the first that lived.",
        "分区创建以来一直由 broker {broker} 领导：按分配顺序，它是第一个存活的副本。";
    NO_LONGER_TOLD = "That election is longer ago than the run remembers; what is registered now is this.",
        "那次选举已超出本次运行保留的事件；下面是现在的登记情况。";
    ORDER = "Replicas in assignment order: **{replicas}**. The election walks this list, not the ISR, and compares no logs.",
        "按分配顺序的副本：**{replicas}**。选举按这个列表依次查看，而不是按 ISR，也不比较日志。";
    REPLICA = "broker {broker}", "broker {broker}";
    ALIVE_IN_SYNC = "alive, in sync", "存活，同步";
    ALIVE_ELIGIBLE = "alive, not in sync, but eligible", "存活，不同步，但有资格";
    ALIVE_OUT = "alive, not in sync", "存活，不同步";
    DEAD_IN_SYNC = "not there (fenced or stopping), was in sync", "不在线（被 fence 或正在停止），原先同步";
    DEAD_OUT = "not there (fenced or stopping), not in sync", "不在线（被 fence 或正在停止），不同步";
    RULE_PREFERRED = "The preferred leader was asked for: **broker {broker}** is the first replica, lives and is in sync.",
        "要求选出首选 leader：**broker {broker}** 是第一个副本，存活且同步。";
    RULE_KEPT = "**Broker {broker}** leads on. A new epoch is written because replicas of the partition are others now, so that those who are none any more hear of it.",
        "**broker {broker}** 继续领导。由于副本变化而写入新的 epoch，好让不再是副本的 broker 得知。";
    RULE_IN_SYNC = "The first that lives and is in sync is **broker {broker}**.", "第一个存活且同步的是 **broker {broker}**。";
    RULE_ELIGIBLE = "Nobody in sync lives. When the ISR had fallen below `min.insync.replicas` {min}, the high watermark could not move any more, so whoever was in sync until then has all that is committed. Of those the first that lives is **broker {broker}**.",
        "没有存活的同步副本。ISR 低于 `min.insync.replicas` {min} 之后 high watermark 不再前进，所以此前同步的副本都拥有全部已提交的消息。其中第一个存活的是 **broker {broker}**。";
    RULE_LAST_KNOWN = "Nobody in sync and nobody eligible is there. **Broker {broker}** led last and lives: Kafka lets it lead again, though what it had not stored may be lost.",
        "既没有同步副本，也没有有资格的副本。**broker {broker}** 是最后的 leader 且存活：Kafka 让它再次领导，尽管它未写入磁盘的内容可能已丢失。";
    RULE_UNCLEAN = "Nobody in sync and nobody eligible is there, and an unclean election was allowed or asked for: the first that lives is **broker {broker}**, whatever its log has.",
        "既没有同步副本，也没有有资格的副本，而 unclean 选举被允许或被请求：第一个存活的是 **broker {broker}**，不管它的日志里有什么。";
    RULE_NOBODY = "Nobody in sync lives, and `unclean.leader.election.enable` is `false`: the partition waits for one of **{brokers}**.",
        "没有存活的同步副本，且 `unclean.leader.election.enable` 为 `false`：分区要等待 **{brokers}** 之一。";
    RULE_NONE_LIVES = "None of the replicas lives.", "没有一个副本存活。";
    EPOCH = "leader epoch", "leader 的 epoch";
    EPOCH_RULE = "The leader epoch rises with every leader that is written, even nobody, and the records that a leader appends carry it: so a follower finds where its log differs, and who believes in an older leader is refused.",
        "每写入一次 leader（哪怕是“没有”）leader epoch 就加一，leader 追加的消息都带着它：follower 由此找到日志分歧之处，仍相信旧 leader 的请求会被拒绝。";
    NOTE_UNCLEAN = "Without an unclean election the partition would have waited for a replica that has everything, and would lose nothing if one comes back.",
        "若不进行 unclean 选举，分区会等待拥有全部消息的副本；只要它能回来，就不会丢失消息。";
    NOTE_ELIGIBLE = "With `eligible.leader.replicas.version=0`, as before Kafka 4.1, only the last one of the ISR could have led.",
        "若 `eligible.leader.replicas.version=0`（Kafka 4.1 之前），只有 ISR 的最后一个成员才能当 leader。";
}

/// Why the leader is who it is. `event`: in that election; `None`: in the newest.
pub(super) fn card(run: &Run, key: &WhyKey, topic: &str, partition: i32, event: Option<u64>) -> Option<WhyCard> {
    let world = run.world();
    let found = match event {
        Some(event) => run.event_by_id(event),
        None => {
            let (topic, _) = world.metadata().topic_by_name(topic)?;
            let at = TopicIdPartition::new(topic, partition);
            newest(run, |event| matches!(&event.kind, EventKind::ElectionHeld(held) if held.partition == at))
        }
    };
    match found.map(|event| (event, &event.kind)) {
        Some((event, EventKind::ElectionHeld(held))) => Some(of_election(run, key, event, held)),
        _ => registered(run, key, topic, partition),
    }
}

fn of_election(run: &Run, key: &WhyKey, event: &Event, held: &ElectionHeld) -> WhyCard {
    let mut steps = vec![WhyStep::Sentence(ORDER.with("replicas", list(&held.replicas)))];
    for broker in held.replicas.iter() {
        let is_in = |list: &[BrokerId]| list.contains(broker);
        let words = match (is_in(&held.alive), is_in(&held.isr)) {
            (true, _) if is_in(&held.elr) => &ALIVE_ELIGIBLE,
            (true, true) => &ALIVE_IN_SYNC,
            (true, false) => &ALIVE_OUT,
            (false, true) => &DEAD_IN_SYNC,
            (false, false) => &DEAD_OUT,
        };
        let chosen = held.to == Some(*broker);
        let words: Arg = if chosen { strong(words.text()).into() } else { words.text().into() };
        steps.push(formula(REPLICA.with("broker", *broker), words));
    }
    let rule = match held.by {
        ElectedBy::Preferred => RULE_PREFERRED.text(),
        ElectedBy::Kept => RULE_KEPT.text(),
        ElectedBy::InSync => RULE_IN_SYNC.text(),
        ElectedBy::Eligible => RULE_ELIGIBLE.with("min", held.min_isr),
        ElectedBy::LastKnown => RULE_LAST_KNOWN.text(),
        ElectedBy::Unclean => RULE_UNCLEAN.text(),
        ElectedBy::Nobody if held.unclean_allowed && held.alive.is_empty() => RULE_NONE_LIVES.text(),
        ElectedBy::Nobody => {
            let safe: Vec<BrokerId> =
                held.replicas.iter().copied().filter(|b| held.isr.contains(b) || held.elr.contains(b)).collect();
            RULE_NOBODY.with("brokers", list(&safe))
        }
    };
    steps.push(WhyStep::Sentence(rule.with("broker", held.to.unwrap_or_default())));
    steps.push(formula(EPOCH.text(), strong(held.leader_epoch)));
    steps.push(WhyStep::Sentence(EPOCH_RULE.text()));
    WhyCard {
        key: key.clone(),
        title: title(held.to),
        subject: story::partition(run.world(), held.partition),
        steps,
        note: match held.by {
            ElectedBy::Unclean => Some(NOTE_UNCLEAN.text()),
            ElectedBy::Eligible => Some(NOTE_ELIGIBLE.text()),
            _ => None,
        },
        chain: with_causes(run, run.event_by_id(event.cause)),
    }
}

/// No election is remembered: what is registered.
fn registered(run: &Run, key: &WhyKey, topic: &str, partition: i32) -> Option<WhyCard> {
    let world = run.world();
    let (topic, _) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(topic, partition);
    let state = world.metadata().partition(at)?;
    let mut steps = vec![WhyStep::Sentence(ORDER.with("replicas", list(&state.replicas)))];
    match state.leader {
        Some(leader) if state.leader_epoch == 0 => {
            steps.push(WhyStep::Sentence(FROM_THE_START.with("broker", leader)));
        }
        _ => steps.push(WhyStep::Sentence(NO_LONGER_TOLD.text())),
    }
    steps.push(formula(EPOCH.text(), strong(state.leader_epoch)));
    steps.push(WhyStep::Sentence(EPOCH_RULE.text()));
    let subject = story::partition(world, at);
    Some(WhyCard { key: key.clone(), title: title(state.leader), subject, steps, note: None, chain: Vec::new() })
}

fn title(leader: Option<BrokerId>) -> Text {
    match leader {
        Some(broker) => TITLE_LEADER.with("broker", broker),
        None => TITLE_NOBODY.text(),
    }
}

fn list(brokers: &[BrokerId]) -> String {
    brokers.iter().map(BrokerId::to_string).collect::<Vec<_>>().join(", ")
}
