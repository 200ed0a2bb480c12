//! Why a write was refused, and why a replica is out of sync (reference §2.4, §2.6, §4.3).

use super::{WhyCard, WhyKey, WhyStep, chain, formula, newest, strong, visible::min_insync_replicas, with_causes};
use crate::{
    cluster::World,
    history::Run,
    i18n::{Arg, Text, moment},
    kafka::{
        event::{Event, EventKind},
        ids::{BrokerId, TopicIdPartition},
        protocol::{Api, ErrorCode},
    },
    sim::{EventId, NodeId},
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_WRITE = "Why was this write refused?", "这次写入为什么被拒绝？";
    TITLE_SYNC = "Why is this replica out of sync?", "这个副本为什么不同步？";
    ISR_SIZE = "replicas in the ISR, as leader broker {broker} knows it", "leader broker {broker} 所知的 ISR 副本数";
    MIN_ISR = "`min.insync.replicas`", "`min.insync.replicas`";
    TOO_FEW = "With `acks=all` a leader takes nothing while its ISR is smaller than `min.insync.replicas`: nothing was written, and the producer tries again. `acks=1` and `acks=0` are not refused.",
        "`acks=all` 时，只要 ISR 小于 `min.insync.replicas`，leader 就什么都不接收：没有写入任何内容，producer 会重试。`acks=1` 和 `acks=0` 不会被拒绝。";
    NOT_LEADER = "Broker {broker} does not lead `{place}`; as far as the controller has it, the leader is **{leader}**. The producer asked by metadata that is out of date, and learns the leader from the refusal.",
        "broker {broker} 不是 `{place}` 的 leader；按 controller 的记录，leader 是 **{leader}**。producer 用了过期的 metadata，会从拒绝中得知新的 leader。";
    NO_BROKER = "nobody", "没有";
    LEADING = "broker {broker}", "broker {broker}";
    OUT_OF_ORDER = "An idempotent producer numbers its records in each partition. The leader takes only the number that follows the last one it has, so that nothing is doubled, left out or out of order; a batch before this one is missing there.",
        "幂等 producer 为每个分区的消息编号。leader 只接受紧接上一个的编号，这样不会重复、遗漏或乱序；这里缺少它之前的一个 batch。";
    TOO_LARGE = "The batch is larger than `max.message.bytes` of the topic. Sending it again as it is would not help. Kafka's producer would split a batch of several records; here it fails at once.",
        "该 batch 大于 topic 的 `max.message.bytes`，原样重发没有用。Kafka 的 producer 会把含多条消息的 batch 拆分后重发；这里则立即失败。";
    TOO_LATE = "A timestamp in the batch is more than an hour (`message.timestamp.after.max.ms`) ahead of the clock of the leader. Sending it again as it is would not help, so it fails at once.",
        "batch 中有时间戳比 leader 的时钟超前一小时以上（`message.timestamp.after.max.ms`）。原样重发没有用，因此立即失败。";
    OTHER = "The leader answered `{error}`.", "leader 应答 `{error}`。";
    LAG_LIMIT = "`replica.lag.time.max.ms`", "`replica.lag.time.max.ms`";
    LAST_CAUGHT_UP = "broker {broker} last had everything at", "broker {broker} 上次拥有全部消息的时刻";
    NEVER = "broker {broker} never had everything in this leader epoch", "broker {broker} 在这个 leader epoch 中从未拥有过全部消息";
    LOOKED_AT = "the leader looked at", "leader 检查的时刻";
    LAG_BY_TIME = "Lag is measured in time, not in records: a follower falls out of the ISR when it has not had everything for longer than that. The leader looks every half of it, so it may take half as long again.",
        "落后以时间衡量，而不是消息数：follower 超过这段时间没有拥有全部消息，就会退出 ISR。leader 每隔一半时间检查一次，因此最多会多等一半时间。";
    COMES_BACK = "It comes back into the ISR when a fetch of it reaches the high watermark.", "当它的某次拉取追上 high watermark 时，会重新进入 ISR。";
    TAKEN_OUT = "The controller took broker {broker} out of the ISR at {time}: whoever is fenced or stops is taken out at once, and so is everybody but the new leader in an unclean election.",
        "controller 在 {time} 将 broker {broker} 移出 ISR：被 fence 或正在停止的 broker 会立即移出；unclean 选举时，除新 leader 外的所有副本也会移出。";
    NOT_YET_IN = "Broker {broker} has not been in the ISR for as long as the run remembers: a replica comes into it once it has everything up to the high watermark.",
        "在本次运行保留的事件范围内，broker {broker} 从未进入 ISR：副本拥有 high watermark 之前的全部消息后才会进入。";
    LOG_END = "log end of broker {broker}", "broker {broker} 的日志末端";
    NO_LOG = "no log", "没有日志";
    IS_CUT = "Now the link between broker {leader} and broker {broker} is **cut**.", "目前 broker {leader} 与 broker {broker} 之间的链路**被切断**。";
    IS_FROZEN = "Now broker {broker} is **frozen**.", "目前 broker {broker} **被冻结**。";
    IS_DOWN = "Now broker {broker} does not run.", "目前 broker {broker} 没有运行。";
}

/// Events looked at between a request and its answer: an append waits for a disk, and others go on meanwhile.
const SCAN_MAX: EventId = 5_000;

/// The refusal that a producer was told of when it sends a batch again or gives it up.
pub fn answered<'a>(run: &'a Run, told: &Event) -> Option<&'a Event> {
    let (EventKind::BatchRetried { partition, .. } | EventKind::BatchFailed { partition, .. }) = &told.kind else {
        return None;
    };
    let of_produce = |event: &Event| matches!(&event.kind, EventKind::Received(rpc) if rpc.api == Api::Produce);
    let received = run.event_by_id(told.cause).filter(|event| of_produce(event))?;
    let answer = run.event_by_id(received.cause)?;
    let asked = |event: &&Event| {
        let is_peer = matches!(&event.kind, EventKind::Received(rpc) if rpc.peer == told.node);
        event.node == answer.node && is_peer && of_produce(event)
    };
    let before = (1..=SCAN_MAX).map_while(|back| run.event_by_id(answer.id.checked_sub(back)?));
    let refuses = |event: &&Event| {
        let of = matches!(&event.kind, EventKind::AppendRefused { partition: of, .. } if of == partition);
        event.node == answer.node && of
    };
    before.take_while(|event| !asked(event)).find(refuses)
}

pub(super) fn write(run: &Run, key: &WhyKey, event: &Event) -> Option<WhyCard> {
    let EventKind::AppendRefused { partition, error } = event.kind else { return None };
    let world = run.world();
    let broker = event.node.0;
    let topic = world.topic_name(partition.topic);
    let state = world.metadata().partition(partition);
    let place = story::partition(world, partition);
    let steps = match error {
        ErrorCode::NotEnoughReplicas => {
            let replicas = state.map_or(1, |state| state.replicas.len());
            let replica = world.brokers().get(&broker).and_then(|broker| broker.replica(partition));
            let isr = replica.and_then(|replica| replica.leader()).map(|leader| leader.isr.len());
            let mut steps = Vec::new();
            steps.extend(isr.map(|isr| formula(ISR_SIZE.with("broker", broker), strong(isr))));
            steps.push(formula(MIN_ISR.text(), strong(min_insync_replicas(run, broker, topic, replicas))));
            steps.push(WhyStep::Sentence(TOO_FEW.text()));
            steps
        }
        ErrorCode::NotLeaderOrFollower => {
            let leader = state.and_then(|state| state.leader);
            let leader = leader.map_or(NO_BROKER.text(), |leader| LEADING.with("broker", leader));
            let text = NOT_LEADER.with("broker", broker).with("place", place.as_str());
            vec![WhyStep::Sentence(text.with("leader", leader))]
        }
        ErrorCode::OutOfOrderSequenceNumber => vec![WhyStep::Sentence(OUT_OF_ORDER.text())],
        ErrorCode::MessageTooLarge => vec![WhyStep::Sentence(TOO_LARGE.text())],
        ErrorCode::InvalidTimestamp => vec![WhyStep::Sentence(TOO_LATE.text())],
        error => vec![WhyStep::Sentence(OTHER.with("error", error.name()))],
    };
    Some(card(run, key, event, (TITLE_WRITE.text(), place), steps))
}

pub(super) fn out_of_sync(run: &Run, key: &WhyKey, event: &Event) -> Option<WhyCard> {
    let EventKind::FollowerLagging { partition, broker } = event.kind else { return None };
    let world = run.world();
    let leader = event.node.0;
    let known = world.brokers().get(&leader)?;
    let follower = known.replica(partition).and_then(|replica| replica.leader()?.followers.get(&broker).copied());
    let caught_up = follower.and_then(|follower| follower.last_caught_up_us).filter(|at_us| *at_us < event.time_us);
    let steps = vec![
        match caught_up {
            Some(at_us) => formula(LAST_CAUGHT_UP.with("broker", broker), strong(Arg::Duration(at_us))),
            None => WhyStep::Sentence(NEVER.with("broker", broker)),
        },
        formula(LOOKED_AT.text(), Arg::Duration(event.time_us)),
        formula(LAG_LIMIT.text(), strong(Arg::Duration(known.config().replica_lag_time_max_us))),
        WhyStep::Sentence(LAG_BY_TIME.text()),
    ];
    let note = Some(fault(world, leader, broker));
    let about = (TITLE_SYNC.text(), story::partition(world, partition));
    Some(WhyCard { note, ..card(run, key, event, about, steps) })
}

/// The same of a replica, whatever took it out of the ISR; `None`: it is in it.
pub(super) fn not_in_sync(run: &Run, key: &WhyKey, topic: &str, partition: i32, broker: BrokerId) -> Option<WhyCard> {
    let world = run.world();
    let (topic, _) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(topic, partition);
    let state = world.metadata().partition(at)?;
    if !state.replicas.contains(&broker) || state.isr.contains(&broker) {
        return None;
    }
    let lagging = |event: &Event| {
        matches!(&event.kind, EventKind::FollowerLagging { partition, broker: follower }
            if (*partition, *follower) == (at, broker))
    };
    let taken_out = |event: &Event| {
        matches!(&event.kind, EventKind::IsrChanged { partition, from, to }
            if *partition == at && from.contains(&broker) && !to.contains(&broker))
    };
    let left = newest(run, |event| lagging(event) || taken_out(event));
    // Where its leader asked for it, that tells more: what it found before.
    let asked_for = |event: &Event| {
        let by = run.event_by_id(event.cause).map(|event| &event.kind);
        matches!(by, Some(EventKind::Received(rpc)) if rpc.api == Api::AlterPartition)
    };
    let found = left
        .filter(|event| asked_for(event))
        .and_then(|left| newest(run, |event| event.id < left.id && lagging(event)));
    if let Some(card) = found.or(left).and_then(|event| out_of_sync(run, key, event)) {
        return Some(card);
    }
    let end = |id: BrokerId| Some(world.brokers().get(&id)?.replica(at)?.log.log_end_offset());
    let mut steps = vec![WhyStep::Sentence(match left {
        Some(left) => TAKEN_OUT.with("broker", broker).with("time", moment(left.time_us)),
        None => NOT_YET_IN.with("broker", broker),
    })];
    if let Some((leader, ends)) = state.leader.and_then(|leader| Some((leader, end(leader)?))) {
        steps.push(formula(LOG_END.with("broker", leader), ends));
        let own = end(broker).map_or(Arg::from(NO_LOG.text()), Arg::from);
        steps.push(formula(LOG_END.with("broker", broker), own));
    }
    let note = Some(fault(world, state.leader.unwrap_or(broker), broker));
    let (title, subject) = (TITLE_SYNC.text(), story::partition(world, at));
    Some(WhyCard { key: key.clone(), title, subject, steps, note, chain: with_causes(run, left) })
}

/// What keeps a follower from its leader now, if it is broken; else how it comes back.
fn fault(world: &World, leader: BrokerId, broker: BrokerId) -> Text {
    let (a, b) = (NodeId(leader), NodeId(broker));
    match () {
        () if world.is_cut(a, b) || world.is_cut(b, a) => IS_CUT.with("leader", leader).with("broker", broker),
        () if world.is_frozen(b) => IS_FROZEN.with("broker", broker),
        () if world.brokers().get(&broker).is_some_and(|broker| !broker.is_up()) => IS_DOWN.with("broker", broker),
        () => COMES_BACK.text(),
    }
}

fn card(run: &Run, key: &WhyKey, event: &Event, (title, subject): (Text, String), steps: Vec<WhyStep>) -> WhyCard {
    WhyCard { key: key.clone(), title, subject, steps, note: None, chain: chain(run, event.id) }
}
