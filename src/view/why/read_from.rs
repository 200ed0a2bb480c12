//! Why a consumer reads a partition from this broker: racks, who is in sync, and what the leader advised (KIP-392).

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        broker::Broker,
        event::EventKind,
        ids::{BrokerId, TopicIdPartition},
        metadata::PartitionState,
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE = "Why from broker {broker}?", "为什么从 broker {broker} 读取？";
    CLIENT_RACK = "`client.rack`", "`client.rack`";
    THE_LEADER = "broker {broker}, the leader", "broker {broker}，即 leader";
    FOLLOWER = "broker {broker}", "broker {broker}";
    IN_RACK = "rack {rack}", "rack {rack}";
    NO_RACK = "no rack", "没有 rack";
    IN_SYNC = "in sync, {rack}, log end {end} as its last fetch told", "已同步，{rack}，日志末端 {end}（据其上次拉取）";
    OUT_OF_SYNC = "not in sync, {rack}", "未同步，{rack}";
    BY_ADVICE = "The leader is not in the consumer's rack, so it answered a fetch with advice in place of records: read from broker {broker}. It takes whoever is in sync, in that rack, and has the offset that is wanted; of several the one with the most.",
        "leader 不在 consumer 的 rack 中，因此它对一次 fetch 的应答不含消息，而是建议从 broker {broker} 读取。被选中的副本必须已同步、在该 rack 中、且有所需的 offset；若有多个，取日志最长的一个。";
    UNTIL = "the advice holds until", "该建议的有效期至";
    NO_SELECTOR = "`replica.selector.class` is `null`: leaders advise nobody, and everybody reads from the leader.",
        "`replica.selector.class` 为 `null`：leader 不给任何建议，所有 consumer 都从 leader 读取。";
    LEADER_IS_NEAR = "The leader is in the consumer's rack itself.", "leader 自己就在 consumer 的 rack 中。";
    NOBODY_NEAR = "No follower is in sync, in the consumer's rack, and known to have the offset that is wanted; so the leader serves it itself.",
        "没有 follower 既已同步、又在 consumer 的 rack 中、且已知拥有所需的 offset；因此由 leader 自己提供。";
    NOT_YET = "Whether a follower serves it is decided when the leader gets the next fetch.",
        "是否改由 follower 提供，在 leader 收到下一次 fetch 时决定。";
    LATER = "A follower shows a record only once its own next fetch has told it the high watermark, so it comes a little later than from the leader.",
        "follower 要等自己的下一次拉取得知 high watermark 后才会提供消息，因此比从 leader 读取稍晚。";
}

pub(super) fn card(run: &Run, key: &WhyKey, name: &str, topic: &str, partition: i32) -> Option<WhyCard> {
    let world = run.world();
    let (topic_id, _) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(topic_id, partition);
    let consumer = &world.consumers().values().find(|slot| &*slot.consumer.name == name)?.consumer;
    let own = consumer.config.client_rack.as_deref()?;
    let progress = consumer.partitions().get(&at)?;
    let state = world.metadata().partition(at)?;
    let leader = world.brokers().get(&state.leader?)?;

    let mut steps = vec![formula(CLIENT_RACK.text(), strong(own))];
    let chosen = progress.read_replica.map_or(leader.id, |replica| replica.broker);
    steps.extend(state.replicas.iter().map(|broker| replica(run, at, leader, state, (*broker, chosen))));
    match *progress.read_replica {
        Some(replica) => {
            steps.push(WhyStep::Sentence(BY_ADVICE.with("broker", replica.broker)));
            steps.push(formula(UNTIL.text(), Arg::Duration(replica.until_us)));
        }
        None => steps.push(WhyStep::Sentence(why_leader(leader, state, own, progress.position, at).text())),
    }
    let is_news = |kind: &EventKind| match kind {
        EventKind::ReadReplicaChosen { partition, .. } | EventKind::ReadReplicaLeft { partition, .. } => {
            *partition == at
        }
        _ => false,
    };
    Some(WhyCard {
        key: key.clone(),
        title: TITLE.with("broker", chosen),
        subject: story::partition(world, at),
        steps,
        note: progress.read_replica.is_some().then(|| LATER.text()),
        chain: with_causes(run, newest(run, |event| event.node == consumer.node && is_news(&event.kind))),
    })
}

/// A line about one replica, as the leader sees it.
fn replica(
    run: &Run,
    at: TopicIdPartition,
    leader: &Broker,
    state: &PartitionState,
    (broker, chosen): (BrokerId, BrokerId),
) -> WhyStep {
    let rack: Text = match run.world().brokers().get(&broker).and_then(|known| known.rack.as_deref()) {
        Some(rack) => IN_RACK.with("rack", rack),
        None => NO_RACK.text(),
    };
    let told = leader.replica(at).and_then(|replica| replica.leader()?.followers.get(&broker).copied());
    let (name, words) = match told {
        _ if broker == leader.id => (&THE_LEADER, rack),
        Some(told) if state.isr.contains(&broker) => {
            (&FOLLOWER, IN_SYNC.with("rack", rack).with("end", told.log_end_offset))
        }
        _ => (&FOLLOWER, OUT_OF_SYNC.with("rack", rack)),
    };
    let words: Arg = if broker == chosen { strong(words).into() } else { words.into() };
    formula(name.with("broker", broker), words)
}

/// Why the leader serves the consumer itself.
fn why_leader(
    leader: &Broker,
    state: &PartitionState,
    own: &str,
    position: Option<i64>,
    at: TopicIdPartition,
) -> &'static crate::i18n::Template {
    let is_near = |broker: BrokerId| {
        let known = leader.image.brokers.get(&broker).filter(|known| !known.fenced);
        known.is_some_and(|known| known.rack.as_deref() == Some(own))
    };
    let followers = || leader.replica(at).and_then(|replica| replica.leader()).map(|role| &role.followers);
    let has = |broker: BrokerId| {
        let told = followers().and_then(|followers| followers.get(&broker));
        told.zip(position)
            .is_some_and(|(told, position)| (told.log_start_offset..=told.log_end_offset).contains(&position))
    };
    if !*leader.config().replica_selector_rack_aware {
        &NO_SELECTOR
    } else if is_near(leader.id) {
        &LEADER_IS_NEAR
    } else if state.isr.iter().any(|broker| *broker != leader.id && is_near(*broker) && has(*broker)) {
        &NOT_YET
    } else {
        &NOBODY_NEAR
    }
}
