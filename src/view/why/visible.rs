//! Why a record is not visible yet: what each in-sync replica has, and the two-fetch rule (reference §4.2, §4.3).

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        broker::LeaderState,
        event::EventKind,
        ids::{BrokerId, TopicIdPartition},
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_VISIBLE = "Why is it not visible yet?", "为什么还不可见？";
    TITLE_ALL_VISIBLE = "What is visible?", "哪些是可见的？";
    NO_LEADER = "The partition has no leader, so nothing moves: consumers cannot fetch and the high watermark stays.",
        "这个分区没有 leader，一切都停着：consumer 无法拉取，high watermark 也不动。";
    PENDING = "The log of leader broker {leader} ends at **{end}**, but consumers see only what is below the high watermark, **{hw}**.",
        "leader broker {leader} 的日志末端是 **{end}**，但 consumer 只能看到 high watermark **{hw}** 以下的消息。";
    NOTHING_PENDING = "Log end and high watermark of leader broker {leader} are both **{hw}**: everything is visible.",
        "leader broker {leader} 的日志末端和 high watermark 都是 **{hw}**：全部可见。";
    LEADER_END = "log end of leader broker {broker}", "leader broker {broker} 的日志末端";
    FOLLOWER_END = "log end of broker {broker}, as its last fetch told", "broker {broker} 的日志末端（据其上次拉取）";
    FOLLOWER_UNKNOWN = "log end of broker {broker}: it has not fetched in this epoch", "broker {broker} 的日志末端：它在这个 epoch 还没有拉取过";
    HW_MIN = "high watermark as the least of them", "high watermark 取其中最小值";
    HW_STAYS = "high watermark: it has not moved", "high watermark：没有前进";
    TWO_FETCHES = "A follower says how far it is only with its next fetch: one fetch brings the record, the next one tells the leader that it arrived.",
        "follower 只在下一次拉取时才说明自己到了哪里：一次拉取取走消息，再下一次才让 leader 知道已送达。";
    WAITS_FOR = "What is missing is the next fetch of {followers}.", "还缺 {followers} 的下一次拉取。";
    TOO_SMALL = "The ISR has {have|1 replica|{have} replicas}, fewer than `min.insync.replicas` {need}: the high watermark stays until it has grown again.",
        "ISR 只有 {have} 个副本，少于 `min.insync.replicas` {need}：在它恢复之前 high watermark 不会前进。";
    LARGE_ENOUGH = "The ISR has {have|1 replica|{have} replicas}; `min.insync.replicas` {need} is met.",
        "ISR 有 {have} 个副本，满足 `min.insync.replicas` {need}。";
    BROKER = "broker {broker}", "broker {broker}";
}

pub(super) fn card(run: &Run, key: &WhyKey, topic: &str, partition: i32) -> Option<WhyCard> {
    let world = run.world();
    let (topic_id, _) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(topic_id, partition);
    let state = world.metadata().partition(at)?;
    let replica = state.leader.and_then(|leader| Some((leader, world.brokers().get(&leader)?.replica(at)?)));
    let mut steps = Vec::new();
    let mut note = None;
    let mut pending = true;
    match replica.and_then(|(leader, replica)| Some((leader, &replica.log, replica.leader()?))) {
        None => steps.push(WhyStep::Sentence(NO_LEADER.text())),
        Some((leader, log, role)) => {
            let (end, hw) = (log.log_end_offset(), log.high_watermark());
            pending = hw < end;
            let text = if pending { PENDING.with("end", end) } else { NOTHING_PENDING.text() };
            steps.push(WhyStep::Sentence(text.with("leader", leader).with("hw", hw)));
            let (late, least) = ends(&mut steps, role, leader, end);
            steps.push(formula(if least == hw { HW_MIN.text() } else { HW_STAYS.text() }, strong(hw)));
            let (have, need) = (role.isr.len(), min_insync_replicas(run, leader, topic, state.replicas.len()));
            let enough = if have < need { &TOO_SMALL } else { &LARGE_ENOUGH };
            steps.push(WhyStep::Sentence(enough.with("have", have).with("need", need)));
            steps.push(WhyStep::Sentence(TWO_FETCHES.text()));
            note = waits_for(late).filter(|_| pending && have >= need);
        }
    }
    let appended =
        newest(run, |event| matches!(event.kind, EventKind::RecordsAppended { partition, .. } if partition == at));
    Some(WhyCard {
        key: key.clone(),
        title: if pending { TITLE_VISIBLE.text() } else { TITLE_ALL_VISIBLE.text() },
        subject: story::partition(world, at),
        steps,
        note,
        chain: with_causes(run, appended),
    })
}

/// The log end of every replica that the high watermark waits for. Returns those that are behind the leader, and the
/// least log end; −1 as long as one has not fetched.
fn ends(steps: &mut Vec<WhyStep>, role: &LeaderState, leader: BrokerId, end: i64) -> (Vec<BrokerId>, i64) {
    let mut late = Vec::new();
    let mut least = end;
    for broker in role.maximal_isr() {
        if broker == leader {
            steps.push(formula(LEADER_END.with("broker", broker), end));
            continue;
        }
        let told = role.followers.get(&broker).map_or(-1, |follower| follower.log_end_offset);
        least = least.min(told);
        if told < end {
            late.push(broker);
        }
        match told {
            ..0 => steps.push(WhyStep::Formula(FOLLOWER_UNKNOWN.with("broker", broker))),
            _ => {
                let value: Arg = if told < end { strong(told).into() } else { told.into() };
                steps.push(formula(FOLLOWER_END.with("broker", broker), value));
            }
        }
    }
    (late, least)
}

fn waits_for(late: Vec<BrokerId>) -> Option<Text> {
    if late.is_empty() {
        return None;
    }
    let late: Vec<Arg> = late.into_iter().map(|broker| BROKER.with("broker", broker).into()).collect();
    Some(WAITS_FOR.with("followers", late))
}

/// `min(min.insync.replicas, replication factor)`.
pub(super) fn min_insync_replicas(run: &Run, leader: BrokerId, topic: &str, replicas: usize) -> usize {
    let world = run.world();
    let own = world
        .metadata()
        .topic_by_name(topic)
        .and_then(|(_, image)| image.settings.get("min.insync.replicas")?.parse::<usize>().ok());
    let cluster = world.brokers().get(&leader).map_or(1, |broker| broker.config().min_insync_replicas as usize);
    own.unwrap_or(cluster).min(replicas)
}
