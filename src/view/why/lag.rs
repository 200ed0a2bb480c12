//! Why a group lags on a partition: high watermark, position, committed offset, and what its consumer is doing.

use super::{WhyCard, WhyKey, WhyStep, formula, newest, strong, with_causes};
use crate::{
    cluster::{ClientProcess, ConsumerSlot, World},
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        client::consumer::{App, ClientState, Consumer},
        coordinator::Group,
        event::EventKind,
        ids::TopicIdPartition,
    },
    templates,
    view::story,
};

templates! {
    "why":
    TITLE_LAG = "Why a lag of {lag}?", "为什么 lag 是 {lag}？";
    TITLE_LAG_UNKNOWN = "Why is the lag not known?", "为什么 lag 未知？";
    LAG = "high watermark − committed = {hw} − {committed}", "high watermark 减已提交 = {hw} − {committed}";
    LAG_BY_POSITION = "high watermark − position = {hw} − {position}", "high watermark 减 position = {hw} − {position}";
    NOT_POLLED = "not yet returned by `poll` = {hw} − {position}", "`poll` 尚未返回 = {hw} − {position}";
    NOT_COMMITTED = "returned and not yet committed = {position} − {committed}", "已返回但尚未提交 = {position} − {committed}";
    NOTHING_COMMITTED = "Group **{group}** has committed nothing for this partition.", "消费组 **{group}** 在这个分区还没有提交过。";
    NOBODY = "Nobody of group **{group}** reads this partition now.", "消费组 **{group}** 目前没有成员读这个分区。";
    PROCESSING = "**{who}** is processing {n|1 record|{n} records} at {each} each, until {until}.",
        "**{who}** 正在处理 {n} 条消息，每条 {each}，到 {until} 结束。";
    POLLING = "**{who}** is inside `poll` and waits for records.", "**{who}** 正在 `poll` 中等待消息。";
    HAS_BUFFERED = "**{who}** is inside `poll` and has {n|1 record|{n} records} fetched.", "**{who}** 正在 `poll` 中，已拉取 {n} 条消息。";
    JOINING = "**{who}** is joining its group and reads nothing meanwhile.", "**{who}** 正在加入消费组，期间不读任何消息。";
    PAUSED = "**{who}** is paused: it polls but fetches nothing.", "**{who}** 已暂停：它仍在 poll，但不拉取。";
    FROZEN = "The process of **{who}** is frozen: it neither polls nor sends heartbeats.", "**{who}** 的进程被冻结：既不 poll，也不发送心跳。";
    STALLED = "The application of **{who}** hangs: it does not poll, while heartbeats go on.", "**{who}** 的应用卡住了：不 poll，但心跳继续。";
    STOPPED = "The application of **{who}** has stopped.", "**{who}** 的应用已停止。";
    AUTO = "Committed trails position: **{who}** commits inside `poll`, when `auto.commit.interval.ms` ({interval}) has passed since the last time.",
        "已提交的 offset 落后于 position：**{who}** 只在 `poll` 中、距上次超过 `auto.commit.interval.ms`（{interval}）时才提交。";
    BY_HAND = "Committed trails position: `enable.auto.commit` is `false`, so **{who}** commits only when its application says so.",
        "已提交的 offset 落后于 position：`enable.auto.commit` 为 `false`，**{who}** 只在应用要求时提交。";
    NO_LAG_UNCOMMITTED = "There is no lag: `poll` has returned everything that is visible; nothing is committed yet.",
        "没有 lag：所有可见的消息 `poll` 都已返回，只是还没有提交过。";
    NO_LAG = "There is no lag: everything visible is committed.", "没有 lag：所有可见的消息都已提交。";
}

pub(super) fn card(run: &Run, key: &WhyKey, group: &str, topic: &str, partition: i32) -> Option<WhyCard> {
    let world = run.world();
    let (topic_id, _) = world.metadata().topic_by_name(topic)?;
    let at = TopicIdPartition::new(topic_id, partition);
    let leader = world.metadata().partition(at)?.leader;
    let hw = leader.and_then(|leader| Some(world.brokers().get(&leader)?.replica(at)?.log.high_watermark()));
    let known = group_of(world, group);
    let committed = known.and_then(|known| known.offsets.get(&at)).map(|committed| committed.offset);
    let reader = reader(world, group, at);
    let position = reader.and_then(|slot| slot.consumer.partitions().get(&at)?.position);

    let mut steps = Vec::new();
    let mut lag = None;
    if let (Some(hw), Some(committed)) = (hw, committed) {
        lag = Some(hw - committed);
        steps.push(formula(LAG.with("hw", hw).with("committed", committed), strong(hw - committed)));
    } else if known.is_some() {
        steps.push(WhyStep::Sentence(NOTHING_COMMITTED.with("group", group)));
    }
    if let (Some(hw), Some(position)) = (hw, position) {
        if committed.is_none() {
            lag = Some(hw - position);
            steps.push(formula(LAG_BY_POSITION.with("hw", hw).with("position", position), strong(hw - position)));
        } else {
            steps.push(formula(NOT_POLLED.with("hw", hw).with("position", position), hw - position));
        }
        if let Some(committed) = committed {
            let left = NOT_COMMITTED.with("position", position).with("committed", committed);
            steps.push(formula(left, position - committed));
        }
    }
    steps.push(WhyStep::Sentence(reader.map_or_else(|| NOBODY.with("group", group), doing)));
    let committed_event = newest(run, |event| match &event.kind {
        EventKind::OffsetCommitted { group: of, partition, .. } => *partition == at && **of == *group,
        _ => false,
    });
    Some(WhyCard {
        key: key.clone(),
        title: lag.map_or_else(|| TITLE_LAG_UNKNOWN.text(), |lag| TITLE_LAG.with("lag", lag)),
        subject: story::partition(world, at),
        steps,
        note: note(reader, lag, position, committed),
        chain: with_causes(run, committed_event),
    })
}

/// The group as its coordinator has it.
fn group_of<'a>(world: &'a World, group: &str) -> Option<&'a Group> {
    world.brokers().values().filter(|broker| broker.is_up()).find_map(|broker| broker.groups.group(group))
}

/// The consumer of the group, or the one without a group of that name, that has the partition.
fn reader<'a>(world: &'a World, group: &str, at: TopicIdPartition) -> Option<&'a ConsumerSlot> {
    world.consumers().values().find(|slot| {
        let name = slot.consumer.group.as_deref().unwrap_or(&slot.consumer.name);
        name == group && slot.consumer.partitions().contains_key(&at)
    })
}

fn doing(slot: &ConsumerSlot) -> Text {
    let consumer = &slot.consumer;
    let text = match consumer.app {
        _ if slot.process == ClientProcess::Frozen => FROZEN.text(),
        App::Failed => STOPPED.text(),
        _ if consumer.stalled => STALLED.text(),
        App::Processing { until_us, records, .. } => PROCESSING
            .with("n", records)
            .with("each", Arg::Duration(consumer.processing_us))
            .with("until", Arg::Duration(until_us)),
        App::Polling if consumer.paused => PAUSED.text(),
        App::Polling if !consumer.may_read() || is_out(consumer) => JOINING.text(),
        App::Polling if consumer.buffered() > 0 => HAS_BUFFERED.with("n", consumer.buffered()),
        App::Polling => POLLING.text(),
    };
    text.with("who", &*consumer.name)
}

/// Of the consumer protocol, and in no group at the moment.
fn is_out(consumer: &Consumer) -> bool {
    consumer.is_modern() && (consumer.modern.state.is_out() || consumer.modern.state == ClientState::Joining)
}

fn note(
    reader: Option<&ConsumerSlot>,
    lag: Option<i64>,
    position: Option<i64>,
    committed: Option<i64>,
) -> Option<Text> {
    if lag == Some(0) {
        return Some(if committed.is_some() { NO_LAG.text() } else { NO_LAG_UNCOMMITTED.text() });
    }
    let consumer = &reader?.consumer;
    if position <= committed || consumer.group.is_none() {
        return None;
    }
    Some(match consumer.config.enable_auto_commit {
        true => {
            AUTO.with("who", &*consumer.name).with("interval", Arg::Duration(consumer.config.auto_commit_interval_us))
        }
        false => BY_HAND.with("who", &*consumer.name),
    })
}
