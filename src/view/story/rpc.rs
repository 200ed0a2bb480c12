//! Requests and answers by their names: those of a group, those that carry records, and the idle ones.

use super::names;
use crate::{
    history::Run,
    i18n::Text,
    kafka::{
        event::{Event, EventKind, Rpc},
        protocol::{Api, ErrorCode},
    },
    templates,
};

templates! {
    "story":
    JOIN = "**{who}** sent `JoinGroup` to its coordinator, {peer}.", "**{who}** 向 coordinator {peer} 发送 `JoinGroup`。";
    SYNC = "**{who}** sent `SyncGroup` to its coordinator, {peer}, and waits for its assignment.",
        "**{who}** 向 coordinator {peer} 发送 `SyncGroup`，等待分配结果。";
    SYNC_LEADER = "Leader **{who}** sent the assignment of all members to the coordinator in `SyncGroup`.",
        "组 leader **{who}** 通过 `SyncGroup` 把所有成员的分配发给 coordinator。";
    LEAVE = "**{who}** sent `LeaveGroup` to its coordinator, {peer}.", "**{who}** 向 coordinator {peer} 发送 `LeaveGroup`。";
    FETCH_ANSWER_REPLICA = "Broker {broker} answered a fetch of its follower, {peer}, with {n|1 record|{n} records}.",
        "broker {broker} 用 {n} 条消息应答了 follower {peer} 的拉取。";
    FETCH_ANSWER_CONSUMER = "Broker {broker} answered a fetch of **{peer}** with {n|1 record|{n} records}.",
        "broker {broker} 用 {n} 条消息应答了 **{peer}** 的拉取。";
    FETCH_ANSWER_EMPTY = "Broker {broker} answered a fetch of {peer} without new records.",
        "broker {broker} 应答了 {peer} 的拉取，没有新消息。";
    HEARTBEAT_REBALANCE = "The heartbeat of **{who}** was answered `REBALANCE_IN_PROGRESS`: it must join again.",
        "**{who}** 的心跳得到 `REBALANCE_IN_PROGRESS`：它必须重新加入。";
    REFUSED_ANSWER = "{who} was answered `{error}` to `{api}` by {peer}.", "{who} 的 `{api}` 得到 {peer} 的应答 `{error}`。";
    REQUEST_SENT = "{who} sent `{api}` to {peer}.", "{who} 向 {peer} 发送 `{api}`。";
    ANSWER_SENT = "{who} answered `{api}` of {peer}.", "{who} 应答了 {peer} 的 `{api}`。";
    REQUEST_RECEIVED = "{who} received `{api}` from {peer}.", "{who} 收到 {peer} 的 `{api}`。";
    ANSWER_RECEIVED = "{who} received the answer to `{api}` from {peer}.", "{who} 收到 {peer} 对 `{api}` 的应答。";
}

/// What an RPC says in the story.
pub(super) fn tell(run: &Run, event: &Event) -> Option<Text> {
    let world = run.world();
    let text = match &event.kind {
        EventKind::Sent(rpc) if rpc.response => match rpc.api {
            Api::Fetch if rpc.records == 0 => &FETCH_ANSWER_EMPTY,
            Api::Fetch if world.brokers().contains_key(&rpc.peer.0) => &FETCH_ANSWER_REPLICA,
            Api::Fetch => &FETCH_ANSWER_CONSUMER,
            _ => return None,
        }
        .with("broker", event.node.0)
        .with("n", rpc.records),
        EventKind::Sent(rpc) => match rpc.api {
            Api::Produce | Api::Fetch => return None,
            Api::JoinGroup => &JOIN,
            Api::SyncGroup if follows_computation(run, event) => &SYNC_LEADER,
            Api::SyncGroup => &SYNC,
            Api::LeaveGroup => &LEAVE,
            _ => &REQUEST_SENT,
        }
        .with("api", rpc.api.name()),
        EventKind::Received(rpc) if is_refusal(rpc) => match (rpc.api, rpc.error) {
            (Api::Heartbeat, ErrorCode::RebalanceInProgress) => &HEARTBEAT_REBALANCE,
            _ => &REFUSED_ANSWER,
        }
        .with("api", rpc.api.name())
        .with("error", rpc.error.name()),
        _ => return None,
    };
    let (EventKind::Sent(rpc) | EventKind::Received(rpc)) = &event.kind else { return None };
    Some(text.with("who", names::node(world, event.node)).with("peer", names::node(world, rpc.peer)))
}

/// Any other message, for the chain of causes.
pub(super) fn describe(run: &Run, event: &Event) -> Text {
    let world = run.world();
    let (template, rpc) = match &event.kind {
        EventKind::Sent(rpc) if rpc.response => (&ANSWER_SENT, rpc),
        EventKind::Sent(rpc) => (&REQUEST_SENT, rpc),
        EventKind::Received(rpc) if rpc.response => (&ANSWER_RECEIVED, rpc),
        EventKind::Received(rpc) => (&REQUEST_RECEIVED, rpc),
        _ => return super::timer::SOMETHING.text(),
    };
    let text = template.with("who", names::node(world, event.node)).with("api", rpc.api.name());
    text.with("peer", names::node(world, rpc.peer))
}

/// An answer that refuses; one that asks to join with the id just given is no refusal.
fn is_refusal(rpc: &Rpc) -> bool {
    rpc.response && !matches!(rpc.error, ErrorCode::None | ErrorCode::MemberIdRequired)
}

/// Is a SyncGroup the one that carries what its sender has just computed?
fn follows_computation(run: &Run, event: &Event) -> bool {
    let before = event.id.checked_sub(1).and_then(|id| run.event_by_id(id));
    before
        .is_some_and(|before| before.node == event.node && matches!(before.kind, EventKind::AssignmentComputed { .. }))
}
