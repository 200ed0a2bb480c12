//! Timers in words; they stand only at the root of a chain of causes.

use super::names;
use crate::{history::Run, i18n::Text, kafka::node::Timer, sim::NodeId, templates};

templates! {
    "story":
    SOMETHING = "Something happened that the story does not tell.", "发生了故事中没有讲述的事。";
    BEGINNING = "The run began.", "运行开始。";
    NEXT_SEND = "The application of **{who}** called `send`, as its rate says.", "**{who}** 的应用按设定速率调用了 `send`。";
    PROCESSING_OVER = "The application of **{who}** was done with its records.", "**{who}** 的应用处理完了手中的消息。";
    SENDER = "The sender of **{who}** woke up: `linger.ms`, a backoff or a timeout was over.",
        "**{who}** 的 sender 被唤醒：`linger.ms`、退避或超时已到。";
    HEARTBEAT = "`heartbeat.interval.ms` of **{who}** was over.", "**{who}** 的 `heartbeat.interval.ms` 已到。";
    MEMBER_HEARTBEAT = "The heartbeat interval that the coordinator gave **{who}** was over (`group.consumer.heartbeat.interval.ms`).",
        "coordinator 给 **{who}** 的心跳间隔已到（`group.consumer.heartbeat.interval.ms`）。";
    RETRY = "**{who}** tried again after a pause.", "**{who}** 在等待后重试。";
    AUTO_COMMIT = "`auto.commit.interval.ms` of **{who}** was over.", "**{who}** 的 `auto.commit.interval.ms` 已到。";
    METADATA_AGE = "The metadata of **{who}** was too old.", "**{who}** 的 metadata 已过期。";
    REQUEST_TIMEOUT = "A request of **{who}** was not answered within `request.timeout.ms`.",
        "**{who}** 的一个请求在 `request.timeout.ms` 内没有得到应答。";
    BROKER_HEARTBEAT = "It was time for the next heartbeat of {who} to the controller.", "到了 {who} 向 controller 发送下一次心跳的时间。";
    APPEND_DONE = "The disk of {who} had taken the write.", "{who} 的磁盘已写入完成。";
    FETCH_WAIT = "A fetch had waited at {who} for its `max.wait.ms`.", "一个拉取请求在 {who} 上等满了 `max.wait.ms`。";
    PRODUCE_TIMEOUT = "A write at {who} was not replicated in time.", "{who} 上的一次写入没有及时复制完成。";
    REPLICA_FETCH = "{who} asked its leader again after a pause.", "{who} 在等待后再次向 leader 拉取。";
    ISR_CHECK = "{who} looked for followers that lag.", "{who} 检查落后的 follower。";
    ALTER_PARTITION = "{who} asked the controller again for the ISR changes that it had not answered.",
        "{who} 就尚未得到应答的 ISR 变更再次请求 controller。";
    WRITE_TIMEOUT = "A write of the coordinator {who} was not replicated within `offsets.commit.timeout.ms`.",
        "coordinator {who} 的一次写入在 `offsets.commit.timeout.ms` 内没有复制完成。";
    CLOSE = "`close()` of **{who}** had waited long enough.", "**{who}** 的 `close()` 已等待足够久。";
    REBALANCE = "The join or sync phase of a group was over at {who}.", "{who} 上一个消费组的 join 或 sync 阶段结束。";
    SESSION = "A member's `session.timeout.ms` was over at {who}.", "{who} 上一个成员的 `session.timeout.ms` 已到。";
    MEMBER_SESSION = "The `group.consumer.session.timeout.ms` of a member was over at {who}.",
        "{who} 上一个成员的 `group.consumer.session.timeout.ms` 已到。";
    REVOCATION = "A member had had its `max.poll.interval.ms` to give up partitions at {who}.",
        "{who} 上一个成员放弃分区的时限 `max.poll.interval.ms` 已到。";
    MEMBER_JOIN = "A member of the classic protocol in a consumer group had had its `max.poll.interval.ms` to join again at {who}.",
        "{who} 上，消费组中一个使用 classic 协议的成员重新加入的时限 `max.poll.interval.ms` 已到。";
    MEMBER_SYNC = "A member of the classic protocol in a consumer group had had its `max.poll.interval.ms` to ask for its assignment at {who}.",
        "{who} 上，消费组中一个使用 classic 协议的成员来取分配结果的时限 `max.poll.interval.ms` 已到。";
    REGEX_REFRESH = "A group's regular expressions were matched with the topics at {who}.", "{who} 用消费组的正则表达式匹配了 topic。";
    POLL_INTERVAL = "It was time to look whether `max.poll.interval.ms` of **{who}** was over.",
        "到了检查 **{who}** 的 `max.poll.interval.ms` 是否已到的时间。";
    OFFSET_EXPIRY = "It was time for {who} to look for committed offsets to delete (`offsets.retention.check.interval.ms`).",
        "到了 {who} 检查该删除的已提交 offset 的时间（`offsets.retention.check.interval.ms`）。";
    PARTITION_RETRY = "It was time for **{who}** to ask about a partition again.", "到了 **{who}** 再次查询分区的时间。";
    RETENTION_CHECK = "It was time for {who} to look for segments to delete (`log.retention.check.interval.ms`).",
        "到了 {who} 检查可删除的 segment 的时间（`log.retention.check.interval.ms`）。";
    CLEANER = "The cleaner of {who} looked for logs to compact (`log.cleaner.backoff.ms`).",
        "{who} 的 cleaner 检查需要压实的日志（`log.cleaner.backoff.ms`）。";
    DELETE_RECORDS_TIMEOUT = "A deletion of records at {who} was not taken up by every replica in time.",
        "{who} 上的一次消息删除没有及时在所有副本上生效。";
    REGISTRATION = "{who} had tried to register for `initial.broker.registration.timeout.ms`.",
        "{who} 已在 `initial.broker.registration.timeout.ms` 内一直尝试注册。";
    BROKER_SESSION = "The controller, {who}, looked for brokers whose `broker.session.timeout.ms` is over.",
        "controller {who} 检查 `broker.session.timeout.ms` 已到的 broker。";
    ELECTION = "{who} heard nothing of an active controller for `controller.quorum.fetch.timeout.ms`, or of an election for `controller.quorum.election.timeout.ms`.",
        "{who} 在 `controller.quorum.fetch.timeout.ms` 内没有收到 active controller 的消息，或在 `controller.quorum.election.timeout.ms` 内没有等到选举结果。";
    CONNECTION = "{who} looked for requests that had waited too long for their answers.", "{who} 检查等待应答过久的请求。";
    QUORUM = "It was time for {who} to go on in the metadata quorum.", "到了 {who} 继续 metadata quorum 工作的时间。";
}

/// What a timer stands for.
pub(super) fn describe(run: &Run, node: NodeId, timer: Timer) -> Text {
    let world = run.world();
    let template = match timer {
        Timer::BrokerHeartbeat => &BROKER_HEARTBEAT,
        Timer::Registration => &REGISTRATION,
        Timer::AppendDone(_) => &APPEND_DONE,
        Timer::FetchWait(_) => &FETCH_WAIT,
        Timer::ProduceTimeout(_) => &PRODUCE_TIMEOUT,
        Timer::ReplicaFetch(_) => &REPLICA_FETCH,
        Timer::IsrCheck => &ISR_CHECK,
        Timer::AlterPartition => &ALTER_PARTITION,
        Timer::WriteTimeout(_) => &WRITE_TIMEOUT,
        Timer::Close => &CLOSE,
        Timer::Rebalance(_) => &REBALANCE,
        Timer::Session(..) => &SESSION,
        Timer::MemberSession(..) => &MEMBER_SESSION,
        Timer::Revocation(..) => &REVOCATION,
        Timer::MemberJoin(..) => &MEMBER_JOIN,
        Timer::MemberSync(..) => &MEMBER_SYNC,
        Timer::RegexRefresh(_) => &REGEX_REFRESH,
        Timer::PollInterval => &POLL_INTERVAL,
        Timer::OffsetExpiry => &OFFSET_EXPIRY,
        Timer::RetentionCheck => &RETENTION_CHECK,
        Timer::Cleaner => &CLEANER,
        Timer::DeleteRecordsTimeout(_) => &DELETE_RECORDS_TIMEOUT,
        Timer::PartitionRetry => &PARTITION_RETRY,
        Timer::BrokerSession => &BROKER_SESSION,
        Timer::Election => &ELECTION,
        Timer::QuorumFetch | Timer::QuorumFetchWait(_) => &QUORUM,
        Timer::Application if is_consumer(run, node) => &PROCESSING_OVER,
        Timer::Application => &NEXT_SEND,
        Timer::Sender => &SENDER,
        Timer::Heartbeat if is_modern(run, node) => &MEMBER_HEARTBEAT,
        Timer::Heartbeat => &HEARTBEAT,
        Timer::Retry | Timer::Reconnect => &RETRY,
        Timer::AutoCommit => &AUTO_COMMIT,
        Timer::MetadataAge => &METADATA_AGE,
        Timer::RequestTimeout => &REQUEST_TIMEOUT,
        Timer::Connection => &CONNECTION,
    };
    template.with("who", names::node(world, node))
}

fn is_modern(run: &Run, node: NodeId) -> bool {
    run.world().consumers().get(&node).is_some_and(|slot| slot.consumer.is_modern())
}

fn is_consumer(run: &Run, node: NodeId) -> bool {
    run.world().consumers().contains_key(&node)
}
