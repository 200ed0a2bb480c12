//! What consumers fetch, poll, process and commit.

use super::{Told, caused, names, plain};
use crate::{
    history::Run,
    i18n::Arg,
    kafka::{
        client::consumer::LeftReadReplica,
        config::AutoOffsetReset,
        duration,
        event::{Event, EventKind, Rpc},
        protocol::Api,
    },
    sim::NodeId,
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    FETCHED = "**{who}** fetched {n|1 record|{n} records} from `{place}`.",
        "**{who}** 从 `{place}` 拉取了 {n} 条消息。";
    POLLED = "`poll` gave **{who}** {n|1 record|{n} records}: `{place}`.",
        "`poll` 向 **{who}** 返回了 {n} 条消息：`{place}`。";
    PROCESSED = "**{who}** has processed {n|1 record|{n} records} and polls again.",
        "**{who}** 处理完 {n} 条消息，再次 poll。";
    COMMIT_AUTO = "**{who}** commits its positions in {n|1 partition|{n} partitions} by itself (`enable.auto.commit`).",
        "**{who}** 自动提交它在 {n} 个分区的 position（`enable.auto.commit`）。";
    COMMIT_BY_HAND = "**{who}** commits its positions in {n|1 partition|{n} partitions} because its application asks for it.",
        "**{who}** 应其应用的要求提交它在 {n} 个分区的 position。";
    COMMITTED = "**{who}** committed `{place} → {offset}`.", "**{who}** 提交了 `{place} → {offset}`。";
    COMMITTED_GROUP = "Group **{who}** committed `{place} → {offset}`.", "消费组 **{who}** 提交了 `{place} → {offset}`。";
    COMMIT_FAILED = "The commit of **{who}** was refused: `{error}`.", "**{who}** 的提交被拒绝：`{error}`。";
    POSITION_FROM_COMMIT = "**{who}** goes on in `{place}` at offset **{offset}**, as committed.",
        "**{who}** 从已提交的 offset **{offset}** 继续读 `{place}`。";
    RESET_EARLIEST = "**{who}** begins `{place}` at offset **{offset}**, the earliest, as nothing was committed (`auto.offset.reset`).",
        "**{who}** 从最早的 offset **{offset}** 开始读 `{place}`，因为没有提交过（`auto.offset.reset`）。";
    RESET_LATEST = "**{who}** begins `{place}` at offset **{offset}**, the latest, as nothing was committed (`auto.offset.reset`).",
        "**{who}** 从最新的 offset **{offset}** 开始读 `{place}`，因为没有提交过（`auto.offset.reset`）。";
    RESET_EARLIEST_RANGE = "**{who}** goes to offset **{offset}** of `{place}`, the earliest: its position was outside the log.",
        "**{who}** 转到 `{place}` 最早的 offset **{offset}**：它原来的 position 已在日志之外。";
    RESET_LATEST_RANGE = "**{who}** goes to offset **{offset}** of `{place}`, the latest: its position was outside the log.",
        "**{who}** 转到 `{place}` 最新的 offset **{offset}**：它原来的 position 已在日志之外。";
    RESET_DURATION = "**{who}** begins `{place}` at offset **{offset}**, the first record not older than `{duration}`, as nothing was committed (`auto.offset.reset`).",
        "**{who}** 从 offset **{offset}** 开始读 `{place}`，这是不早于 `{duration}` 之前的第一条消息，因为没有提交过（`auto.offset.reset`）。";
    RESET_DURATION_RANGE = "**{who}** goes to offset **{offset}** of `{place}`, the first record not older than `{duration}`: its position was outside the log.",
        "**{who}** 转到 `{place}` 的 offset **{offset}**，这是不早于 `{duration}` 之前的第一条消息：它原来的 position 已在日志之外。";
    NOT_FOUND = "**{who}** finds no record in `{place}` that is young enough for `auto.offset.reset`, reads nothing of it, and asks again in {wait} (`request.timeout.ms`).",
        "**{who}** 在 `{place}` 中找不到符合 `auto.offset.reset` 时长的消息，因此不读取该分区，{wait} 后再次查询（`request.timeout.ms`）。";
    WENT_BACK = "**{who}** goes back in `{place}` from offset **{from}** to **{to}**: in the leader's log, leader epoch {epoch} ends there, and what it read beyond is not in it.",
        "**{who}** 在 `{place}` 中从 offset **{from}** 退回到 **{to}**：在 leader 的日志中，leader epoch {epoch} 到此为止，它在那之后读到的内容不在其中。";
    READS_FOLLOWER = "**{who}** reads `{place}` from broker {broker} from now on, a follower, because both are in rack `{rack}` and leader broker {leader} is not (`replica.selector.class`).",
        "**{who}** 此后从 follower broker {broker} 读取 `{place}`，因为两者都在 rack `{rack}`，而 leader broker {leader} 不在（`replica.selector.class`）。";
    LEFT_ERROR = "**{who}** got `{error}` for `{place}` from follower broker {broker} and reads from the leader again.",
        "**{who}** 从 follower broker {broker} 读取 `{place}` 时收到 `{error}`，改回从 leader 读取。";
    LEFT_DISCONNECTED = "**{who}** cannot reach follower broker {broker} and reads `{place}` from the leader again.",
        "**{who}** 无法连接 follower broker {broker}，改回从 leader 读取 `{place}`。";
    LEFT_EXPIRED = "**{who}** asks the leader of `{place}` again, instead of follower broker {broker}: its advice is older than `metadata.max.age.ms`.",
        "**{who}** 不再从 follower broker {broker} 读取 `{place}`，重新询问 leader：它的建议已超过 `metadata.max.age.ms`。";
    LEFT_LEADER = "**{who}** asks the leader of `{place}` again, instead of follower broker {broker}: the one that advised it leads no more.",
        "**{who}** 不再从 follower broker {broker} 读取 `{place}`，改为询问新的 leader：给出建议的那个已不再是 leader。";
    LEFT_OFFLINE = "**{who}** reads `{place}` from the leader again: broker {broker} is no live replica any more.",
        "**{who}** 改回从 leader 读取 `{place}`：broker {broker} 已不是存活的副本。";
    FAILED = "The application of **{who}** stopped with `{error}`.", "**{who}** 的应用因 `{error}` 停止。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let who = || names::client(world, event.node);
    match &event.kind {
        E::RecordsFetched { partition, records, .. } => {
            let place = names::partition(world, *partition);
            plain(FETCHED.with("who", who()).with("n", *records).with("place", place))
        }
        E::RecordsPolled { partition, from, records } => {
            let place = names::range(world, *partition, *from, *records);
            plain(POLLED.with("who", who()).with("n", *records).with("place", place))
        }
        E::RecordsProcessed { records } => plain(PROCESSED.with("who", who()).with("n", *records)),
        E::CommitSent { partitions, auto } => {
            let template = if *auto { &COMMIT_AUTO } else { &COMMIT_BY_HAND };
            caused(template.with("who", who()).with("n", *partitions), event)
        }
        E::OffsetCommitted { group, partition, offset } => {
            let text = match committer(run, event) {
                Some(client) => COMMITTED.with("who", names::client(world, client)),
                None => COMMITTED_GROUP.with("who", &**group),
            };
            caused(text.with("place", names::partition(world, *partition)).with("offset", *offset), event)
        }
        E::CommitFailed { error } => {
            let text = COMMIT_FAILED.with("who", who()).with("error", error.name());
            Some((text, Some((super::WHY.text(), WhyKey::CommitRefused { event: event.id }))))
        }
        E::PositionFromCommit { partition, offset } => {
            let place = names::partition(world, *partition);
            plain(POSITION_FROM_COMMIT.with("who", who()).with("place", place).with("offset", *offset))
        }
        E::PositionReset { partition, offset, policy, out_of_range } => {
            use AutoOffsetReset as R;
            let template = match (policy, out_of_range) {
                (R::Earliest, false) => &RESET_EARLIEST,
                (R::Latest | R::None, false) => &RESET_LATEST,
                (R::ByDuration(_), false) => &RESET_DURATION,
                (R::Earliest, true) => &RESET_EARLIEST_RANGE,
                (R::Latest | R::None, true) => &RESET_LATEST_RANGE,
                (R::ByDuration(_), true) => &RESET_DURATION_RANGE,
            };
            let place = names::partition(world, *partition);
            let mut text = template.with("who", who()).with("place", place).with("offset", *offset);
            if let R::ByDuration(duration_us) = policy {
                text = text.with("duration", duration::print(*duration_us));
            }
            caused(text, event)
        }
        E::PositionNotFound { partition, retry_us } => {
            let place = names::partition(world, *partition);
            caused(NOT_FOUND.with("who", who()).with("place", place).with("wait", Arg::Duration(*retry_us)), event)
        }
        E::PositionTruncated { partition, from, to, leader_epoch } => {
            let text = WENT_BACK.with("who", who()).with("place", names::partition(world, *partition));
            caused(text.with("from", *from).with("to", *to).with("epoch", *leader_epoch), event)
        }
        E::ReadReplicaChosen { partition, broker, leader, rack } => {
            let text = READS_FOLLOWER.with("who", who()).with("place", names::partition(world, *partition));
            caused(text.with("broker", *broker).with("leader", *leader).with("rack", &**rack), event)
        }
        E::ReadReplicaLeft { partition, broker, why } => {
            let text = match why {
                LeftReadReplica::Error(error) => LEFT_ERROR.with("error", error.name()),
                LeftReadReplica::Disconnected => LEFT_DISCONNECTED.text(),
                LeftReadReplica::Expired => LEFT_EXPIRED.text(),
                LeftReadReplica::OtherLeader => LEFT_LEADER.text(),
                LeftReadReplica::Offline => LEFT_OFFLINE.text(),
            };
            let place = names::partition(world, *partition);
            caused(text.with("who", who()).with("place", place).with("broker", *broker), event)
        }
        E::ConsumerFailed { error } => caused(FAILED.with("who", who()).with("error", error.name()), event),
        _ => None,
    }
}

/// The consumer whose commit is stored: the coordinator answers it right after.
fn committer(run: &Run, event: &Event) -> Option<NodeId> {
    let first = run.events().front()?.id;
    let after = usize::try_from(event.id.checked_sub(first)?).ok()? + 1;
    run.events().iter().skip(after).take_while(|later| later.cause == event.cause && later.node == event.node).find_map(
        |later| match later.kind {
            EventKind::Sent(Rpc { peer, api: Api::OffsetCommit, response: true, .. }) => Some(peer),
            _ => None,
        },
    )
}
