//! Commands, brokers, the controller, topics, and clients that come and go.

use super::{Told, caused, elections, names, plain};
use crate::{
    cluster::command_text,
    history::Run,
    i18n::{Arg, Text},
    kafka::{
        coordinator::RetainedSince,
        event::{Event, EventKind},
        ids::{BrokerId, TopicIdPartition, named_first},
        protocol::Api,
    },
    templates,
};

templates! {
    "story":
    COMMAND = "Command: `{command}`.", "命令：`{command}`。";
    BECAME_LEADER = "Broker {broker} leads `{place}` now, in leader epoch {epoch}, from offset {log_end} on.",
        "broker {broker} 现在是 `{place}` 的 leader，leader epoch {epoch}，从 offset {log_end} 开始。";
    BECAME_FOLLOWER = "Broker {broker} follows broker {leader} for `{place}` now, in leader epoch {epoch}.",
        "broker {broker} 现在是 `{place}` 的 follower，leader 是 broker {leader}，leader epoch {epoch}。";
    FOLLOWS_NOBODY = "Broker {broker} has nobody to follow for `{place}`.", "broker {broker} 上的 `{place}` 没有 leader 可以跟随。";
    ELECTED_FIRST = "The controller made **broker {to}** the leader of `{place}`, leader epoch {epoch}.",
        "controller 选 **broker {to}** 为 `{place}` 的 leader，leader epoch {epoch}。";
    ELECTED = "The controller moved the leadership of `{place}` from broker {from} to **broker {to}**, leader epoch {epoch}.",
        "controller 把 `{place}` 的 leader 从 broker {from} 换成 **broker {to}**，leader epoch {epoch}。";
    ELECTED_AGAIN = "The controller let broker {to} lead `{place}` on, in leader epoch {epoch}: its replicas are others now, and all must hear of it.",
        "controller 让 broker {to} 继续领导 `{place}`，leader epoch {epoch}：副本变了，所有副本都要知道。";
    ELECTED_NOBODY = "`{place}` has **no leader** now: no replica that may lead is there to take over.",
        "`{place}` 现在**没有 leader**：没有可以接任的副本。";
    CONTROLLER_ELECTED = "**{node}** is the active controller now, in quorum epoch {epoch}.",
        "**{node}** 现在是 active controller，quorum epoch {epoch}。";
    CONTROLLER_PROSPECTIVE = "{node} asks the other controllers whether they would elect it (pre-vote); the quorum epoch stays {epoch}.",
        "{node} 询问其他 controller 是否愿意选它（pre-vote）；quorum epoch 仍是 {epoch}。";
    CONTROLLER_CANDIDATE = "{node} stands for election as controller in quorum epoch {epoch}.",
        "{node} 在 quorum epoch {epoch} 中竞选 controller。";
    REGISTERED = "**Broker {broker}** registered with the controller.", "**broker {broker}** 向 controller 注册。";
    UNFENCED = "Controller unfenced **broker {broker}**: it may lead and be in ISRs.",
        "controller 解除了对 **broker {broker}** 的 fence：它可以当 leader、进入 ISR。";
    FENCED = "Controller fenced **broker {broker}**: no heartbeat for {silent}.",
        "controller 对 **broker {broker}** 执行了 fence：已有 {silent} 没有心跳。";
    SHUTDOWN = "**Broker {broker}** asked the controller to let it shut down.", "**broker {broker}** 请求 controller 允许它关闭。";
    STARTED = "**{node}** started.", "**{node}** 启动。";
    STOPPED = "**{node}** stopped.", "**{node}** 停止。";
    NOT_REGISTERED = "**{node}** found no controller that registers it for `initial.broker.registration.timeout.ms` ({time}), so its process **ends**.",
        "**{node}** 在 `initial.broker.registration.timeout.ms`（{time}）内没有找到接受其注册的 controller，进程**退出**。";
    CRASHED = "**{node}** crashed.", "**{node}** 崩溃。";
    TOPIC_CREATED = "Controller made topic `{topic}`: {partitions|1 partition|{partitions} partitions}, replication factor {factor}.",
        "controller 创建了 topic `{topic}`：{partitions} 个分区，副本因子 {factor}。";
    PARTITIONS_ADDED = "Topic `{topic}` grew from {from} to **{to}** partitions.", "topic `{topic}` 的分区从 {from} 个增加到 **{to}** 个。";
    TOPIC_DELETED = "Topic `{topic}` was deleted.", "topic `{topic}` 已删除。";
    CONFIG_TOPIC = "Settings of topic `{topic}` were changed.", "topic `{topic}` 的配置已修改。";
    CONFIG_CLUSTER = "Settings of the cluster were changed.", "集群的配置已修改。";
    ADMIN_REFUSED = "The controller refused `{api}`: `{error}`.", "controller 拒绝了 `{api}`：`{error}`。";
    CLIENT_STARTED = "**{who}** started.", "**{who}** 启动。";
    CLIENT_CLOSED = "**{who}** closed.", "**{who}** 关闭。";
    CLIENT_PAUSED = "**{who}** was paused.", "**{who}** 已暂停。";
    CLIENT_RESUMED = "**{who}** goes on.", "**{who}** 继续运行。";
    CLIENT_CRASHED = "**{who}** was **killed**: it commits nothing and tells nobody.", "**{who}** 被**终止**：它不提交 offset，也不通知任何人。";
    CLIENT_FROZEN = "**{who}** is **frozen**: no heartbeats and no polls, though its connections are open.",
        "**{who}** 被**冻结**：没有心跳，也不 poll，但连接仍然打开。";
    CLIENT_THAWED = "**{who}** goes on where it was, and does not know how long it was away.", "**{who}** 从原处继续，并不知道自己停了多久。";
    STALLED = "The application of **{who}** hangs: no `poll`, while heartbeats go on.", "**{who}** 的应用卡住了：不再 `poll`，但心跳继续。";
    UNSTALLED = "The application of **{who}** goes on.", "**{who}** 的应用继续运行。";
    PROCESSING = "**{who}** takes {each} for a record from now on.", "**{who}** 此后处理每条消息需要 {each}。";
    SOUGHT = "**{who}** goes to offset **{offset}** of `{place}` by `seek`; nothing is committed by that.",
        "**{who}** 用 `seek` 跳到 `{place}` 的 offset **{offset}**；这不会提交 offset。";
    PARTITION_PAUSED = "**{who}** pauses `{place}`: it keeps its position there, and reads nothing of it until it resumes or gives it up.",
        "**{who}** 暂停读取 `{place}`：保留其 position，恢复或放弃该分区之前不再读取。";
    PARTITION_RESUMED = "**{who}** reads `{place}` again.", "**{who}** 恢复读取 `{place}`。";
    OFFSETS_RESET = "The admin client sets the offsets of group **{group}**: {offsets}.", "管理客户端重设消费组 **{group}** 的 offset：{offsets}。";
    GROUP_DELETED = "The coordinator deleted group **{group}** with its offsets.", "coordinator 删除了消费组 **{group}** 及其 offset。";
    EXPIRED_EMPTY = "The coordinator deleted the commits of group **{group}** in `{places}`: nobody has been in the group for `offsets.retention.minutes`.",
        "coordinator 删除了消费组 **{group}** 在 `{places}` 中的提交：该组无成员的时间已达 `offsets.retention.minutes`。";
    EXPIRED_COMMIT = "The coordinator deleted the commits of group **{group}** in `{places}`: they are older than `offsets.retention.minutes`, and nobody in the group subscribes there.",
        "coordinator 删除了消费组 **{group}** 在 `{places}` 中的提交：它们已超过 `offsets.retention.minutes`，且组内无人订阅该处。";
    GROUP_REFUSED = "The coordinator refused `{api}`: `{error}`.", "coordinator 拒绝了 `{api}`：`{error}`。";
    SUBSCRIBED_PATTERN = "**{who}** subscribes to all topics whose name matches `{pattern}`, as far as its own metadata knows them.",
        "**{who}** 订阅名称匹配 `{pattern}` 的所有 topic，以它自己的 metadata 为准。";
    SUBSCRIBED_REGEX = "**{who}** subscribes to all topics whose name matches `{pattern}`; its group's coordinator finds them.",
        "**{who}** 订阅名称匹配 `{pattern}` 的所有 topic，由消费组的 coordinator 查找。";
    SUBSCRIBED_NOTHING = "**{who}** subscribes to no topic: none that it knows of matches its pattern.",
        "**{who}** 没有订阅任何 topic：它所知的 topic 都不匹配 pattern。";
    SUBSCRIBED = "**{who}** subscribes to `{topics}` now.", "**{who}** 现在订阅 `{topics}`。";
    METADATA_APPLIED = "{node} applied the metadata log up to offset {offset}.",
        "{node} 应用了 metadata 日志，直到 offset {offset}。";
    METADATA_REFRESHED = "**{who}** has newer metadata.", "**{who}** 得到了更新的 metadata。";
    DISCONNECTED = "{who}: the connection to {peer} was closed.", "{who}：与 {peer} 的连接已关闭。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let broker = event.node.0;
    let node = || named_first(broker);
    let who = || names::client(world, event.node);
    let partition = |at: &TopicIdPartition| names::partition(world, *at);
    match &event.kind {
        E::Command(index) => {
            let command = &run.log().get(*index as usize)?.command;
            plain(COMMAND.with("command", command_text::print(command)))
        }
        E::BecameLeader { partition: at, leader_epoch, log_end } => {
            let text = BECAME_LEADER.with("broker", broker).with("place", partition(at));
            caused(text.with("epoch", *leader_epoch).with("log_end", *log_end), event)
        }
        E::BecameFollower { partition: at, leader, leader_epoch } => {
            let text = match leader {
                Some(leader) => BECAME_FOLLOWER.with("leader", *leader),
                None => FOLLOWS_NOBODY.text(),
            };
            plain(text.with("broker", broker).with("place", partition(at)).with("epoch", *leader_epoch))
        }
        E::LeaderElected { partition: at, from, to, leader_epoch } => {
            let text = elected(*from, *to).with("place", partition(at)).with("epoch", *leader_epoch);
            match elections::held_with(run, event) {
                Some((id, held)) => Some((text, Some(elections::why_leader(run, id, held)))),
                None => caused(text, event),
            }
        }
        E::ControllerElected { quorum_epoch } => {
            caused(CONTROLLER_ELECTED.with("node", node()).with("epoch", *quorum_epoch), event)
        }
        E::ControllerProspective { quorum_epoch } => {
            caused(CONTROLLER_PROSPECTIVE.with("node", node()).with("epoch", *quorum_epoch), event)
        }
        E::ControllerCandidate { quorum_epoch } => {
            caused(CONTROLLER_CANDIDATE.with("node", node()).with("epoch", *quorum_epoch), event)
        }
        E::BrokerRegistered { broker } => plain(REGISTERED.with("broker", *broker)),
        E::BrokerUnfenced { broker } => caused(UNFENCED.with("broker", *broker), event),
        E::BrokerFenced { broker, silent_us } => {
            caused(FENCED.with("broker", *broker).with("silent", Arg::Duration(*silent_us)), event)
        }
        E::ControlledShutdown { broker } => caused(SHUTDOWN.with("broker", *broker), event),
        E::BrokerStarted => plain(STARTED.with("node", node())),
        E::RegistrationTimedOut { after_us } => {
            caused(NOT_REGISTERED.with("node", node()).with("time", Arg::Duration(*after_us)), event)
        }
        E::BrokerStopped => caused(STOPPED.with("node", node()), event),
        E::BrokerCrashed => plain(CRASHED.with("node", node())),
        E::TopicCreated { topic, partitions, replication_factor } => {
            let text = TOPIC_CREATED.with("topic", world.topic_name(*topic)).with("partitions", *partitions);
            plain(text.with("factor", *replication_factor))
        }
        E::PartitionsAdded { topic, from, to } => {
            plain(PARTITIONS_ADDED.with("topic", world.topic_name(*topic)).with("from", *from).with("to", *to))
        }
        E::TopicDeleted { topic } => plain(TOPIC_DELETED.with("topic", world.topic_name(*topic))),
        E::ConfigChanged { topic: Some(topic) } => plain(CONFIG_TOPIC.with("topic", world.topic_name(*topic))),
        E::ConfigChanged { topic: None } => plain(CONFIG_CLUSTER.text()),
        E::AdminRefused { api: api @ (Api::OffsetCommit | Api::DeleteGroups), error } => {
            caused(GROUP_REFUSED.with("api", api.name()).with("error", error.name()), event)
        }
        E::AdminRefused { api, error } => {
            caused(ADMIN_REFUSED.with("api", api.name()).with("error", error.name()), event)
        }
        E::ClientStarted => plain(CLIENT_STARTED.with("who", who())),
        E::ClientClosed => plain(CLIENT_CLOSED.with("who", who())),
        E::ClientPaused(true) => plain(CLIENT_PAUSED.with("who", who())),
        E::ClientPaused(false) => plain(CLIENT_RESUMED.with("who", who())),
        E::PositionSought { partition: at, offset } => {
            plain(SOUGHT.with("who", who()).with("place", partition(at)).with("offset", *offset))
        }
        E::OffsetsReset { group, offsets } => {
            let one = |(at, offset): &(TopicIdPartition, i64)| {
                format!("`{}-{}` → {offset}", world.topic_name(at.topic), at.partition)
            };
            let offsets: Vec<String> = offsets.iter().map(one).collect();
            plain(OFFSETS_RESET.with("group", &**group).with("offsets", offsets.join(", ")))
        }
        E::PartitionPaused { partition: at, paused } => {
            let template = if *paused { &PARTITION_PAUSED } else { &PARTITION_RESUMED };
            plain(template.with("who", who()).with("place", partition(at)))
        }
        E::OffsetsExpired { group, partitions, since } => {
            let template = match since {
                RetainedSince::GroupEmpty => &EXPIRED_EMPTY,
                RetainedSince::Commit => &EXPIRED_COMMIT,
            };
            let places = names::places(world, partitions);
            caused(template.with("group", &**group).with("places", places), event)
        }
        E::GroupDeleted { group } => caused(GROUP_DELETED.with("group", &**group), event),
        E::ClientCrashed => plain(CLIENT_CRASHED.with("who", who())),
        E::ClientFrozen(true) => plain(CLIENT_FROZEN.with("who", who())),
        E::ClientFrozen(false) => plain(CLIENT_THAWED.with("who", who())),
        E::ApplicationStalled(true) => plain(STALLED.with("who", who())),
        E::ApplicationStalled(false) => plain(UNSTALLED.with("who", who())),
        E::ProcessingChanged { processing_us } => {
            plain(PROCESSING.with("who", who()).with("each", Arg::Duration(*processing_us)))
        }
        E::PatternSubscribed { pattern, by_broker } => {
            let template = if *by_broker { &SUBSCRIBED_REGEX } else { &SUBSCRIBED_PATTERN };
            plain(template.with("who", who()).with("pattern", &**pattern))
        }
        E::SubscriptionChanged { topics } if topics.is_empty() => plain(SUBSCRIBED_NOTHING.with("who", who())),
        E::SubscriptionChanged { topics } => plain(SUBSCRIBED.with("who", who()).with("topics", topics.join(", "))),
        E::MetadataApplied { offset } => plain(METADATA_APPLIED.with("node", node()).with("offset", *offset)),
        E::MetadataRefreshed { .. } => plain(METADATA_REFRESHED.with("who", who())),
        E::Disconnected { peer, .. } => {
            let text = DISCONNECTED.with("who", names::node(world, event.node));
            plain(text.with("peer", names::node(world, *peer)))
        }
        _ => None,
    }
}

fn elected(from: Option<BrokerId>, to: Option<BrokerId>) -> Text {
    match (from, to) {
        (Some(from), Some(to)) if from == to => ELECTED_AGAIN.with("to", to),
        (Some(from), Some(to)) => ELECTED.with("from", from).with("to", to),
        (None, Some(to)) => ELECTED_FIRST.with("to", to),
        (_, None) => ELECTED_NOBODY.text(),
    }
}
