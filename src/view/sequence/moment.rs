//! The moments that stand between the arrows: what changed at one node, in few words.

use crate::{
    cluster::World,
    i18n::Text,
    kafka::event::{Event, EventKind},
    templates,
    view::story,
};

templates! { "moment":
    STATE = "{group}: {state}, generation {n}", "{group}：{state}，generation {n}";
    REMOVED = "{group}: {member} is out", "{group}：{member} 被移出";
    GROUP_EPOCH = "{group}: epoch {n}", "{group}：epoch {n}";
    TARGET = "{group}: target of epoch {n} by {assignor}", "{group}：用 {assignor} 计算了 epoch {n} 的目标";
    MEMBER_STEP = "{member}: epoch {n}, {state}", "{member}：epoch {n}，{state}";
    REFUSED = "{member} refused: {error}", "拒绝了 {member}：{error}";
    COMPUTED = "computed the assignment of {n|1 member|{n} members}", "计算了 {n} 个成员的分配";
    ASSIGNED = "assigned {places}", "分到 {places}";
    ASSIGNED_NOTHING = "assigned nothing new", "没有新分到分区";
    REVOKED = "revoked {places}", "放弃 {places}";
    LOST = "lost {places}", "失去 {places}";
    COMMIT_FAILED = "commit refused: {error}", "提交被拒绝：{error}";
    FAILED = "application stopped: {error}", "应用停止：{error}";
    STARTED = "started", "启动";
    CLOSED = "closed", "关闭";
    PAUSED = "paused", "暂停";
    RESUMED = "resumed", "继续";
    FROZEN = "frozen", "被冻结";
    THAWED = "goes on", "恢复运行";
    TIMED_OUT = "no answer from {peer}", "{peer} 没有应答";
    STALLED = "application hangs", "应用卡住";
    EXPIRED = "{group}: commits expired", "{group}：提交已过期";
    DELETED = "{group}: deleted", "{group}：已删除";
    CONVERTED = "{group}: {protocol} protocol, {n}", "{group}：{protocol} 协议，{n}";
    STOPPED = "stopped", "停止";
    CRASHED = "crashed", "崩溃";
    FENCED = "fenced broker {broker}", "fence 了 broker {broker}";
    CONTROLLER = "active controller, epoch {n}", "成为 active controller，epoch {n}";
    NEW_LEADER = "leader of {place}: broker {broker}", "{place} 的 leader：broker {broker}";
    NO_LEADER = "no leader of {place}", "{place} 没有 leader";
}

/// What a moment says, if it is one.
pub(super) fn moment(world: &World, event: &Event) -> Option<Text> {
    use EventKind as E;
    if event.kind.partition().is_some_and(|at| world.is_internal(at.topic)) {
        return None;
    }
    let name = |member: &str| story::member(world, member);
    Some(match &event.kind {
        E::GroupState { group, to, generation, .. } => {
            STATE.with("group", &**group).with("state", *to).with("n", *generation)
        }
        E::MemberRemoved { group, member, .. } => REMOVED.with("group", &**group).with("member", name(member)),
        E::GroupEpochRaised { group, epoch, .. } => GROUP_EPOCH.with("group", &**group).with("n", *epoch),
        E::TargetComputed { group, epoch, assignor, .. } => {
            TARGET.with("group", &**group).with("n", *epoch).with("assignor", *assignor)
        }
        E::MemberEpochChanged(step) => {
            MEMBER_STEP.with("member", name(&step.member)).with("n", step.to).with("state", step.state)
        }
        E::MemberFenced { member, error, .. } => REFUSED.with("member", name(member)).with("error", error.name()),
        E::AssignmentComputed { members, .. } => COMPUTED.with("n", *members),
        E::PartitionsAssigned { partitions, .. } if partitions.is_empty() => ASSIGNED_NOTHING.text(),
        E::PartitionsAssigned { partitions, .. } => ASSIGNED.with("places", story::places(world, partitions)),
        E::PartitionsRevoked { partitions } => REVOKED.with("places", story::places(world, partitions)),
        E::PartitionsLost { partitions } => LOST.with("places", story::places(world, partitions)),
        E::CommitFailed { error } => COMMIT_FAILED.with("error", error.name()),
        E::ConsumerFailed { error } => FAILED.with("error", error.name()),
        E::ClientStarted | E::BrokerStarted => STARTED.text(),
        E::ClientClosed => CLOSED.text(),
        E::ClientPaused(true) => PAUSED.text(),
        E::ClientPaused(false) => RESUMED.text(),
        E::ClientCrashed => CRASHED.text(),
        E::ClientFrozen(true) | E::BrokerFrozen(true) => FROZEN.text(),
        E::ClientFrozen(false) | E::BrokerFrozen(false) => THAWED.text(),
        E::ConnectionTimedOut { peer, .. } => TIMED_OUT.with("peer", story::node(world, *peer)),
        E::ApplicationStalled(true) => STALLED.text(),
        E::ApplicationStalled(false) => RESUMED.text(),
        E::GroupConverted { group, to, epoch, .. } => {
            CONVERTED.with("group", &**group).with("protocol", *to).with("n", *epoch)
        }
        E::OffsetsExpired { group, .. } => EXPIRED.with("group", &**group),
        E::GroupDeleted { group } => DELETED.with("group", &**group),
        E::BrokerStopped => STOPPED.text(),
        E::BrokerCrashed => CRASHED.text(),
        E::BrokerFenced { broker, .. } => FENCED.with("broker", *broker),
        E::ControllerElected { quorum_epoch } => CONTROLLER.with("n", *quorum_epoch),
        E::LeaderElected { partition, from: Some(_), to, .. } => {
            let place = story::partition(world, *partition);
            match to {
                Some(broker) => NEW_LEADER.with("place", place).with("broker", *broker),
                None => NO_LEADER.with("place", place),
            }
        }
        _ => return None,
    })
}
