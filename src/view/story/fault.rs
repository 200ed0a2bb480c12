//! What is broken and mended by hand, and connections that were given up.

use super::{Told, caused, names, plain};
use crate::{
    cluster::World,
    history::Run,
    i18n::Arg,
    kafka::{
        event::{Event, EventKind},
        ids::named_first,
    },
    sim::{Effect, NodeId},
    templates,
};

templates! {
    "story":
    CUT = "The link between {from} and {to} is **cut**: nothing gets through.", "{from} 与 {to} 之间的链路被**切断**：任何报文都无法通过。";
    CUT_ONE_WAY = "The link from {from} to {to} is **cut**: nothing gets through that way; the other way is open.",
        "从 {from} 到 {to} 的链路被**切断**：这个方向的报文无法通过，反方向仍然畅通。";
    SLOW = "The link between {from} and {to} is **slow**: every message takes {delay} longer.",
        "{from} 与 {to} 之间的链路**变慢**：每条报文多用 {delay}。";
    SLOW_ONE_WAY = "The link from {from} to {to} is **slow**: every message takes {delay} longer that way.",
        "从 {from} 到 {to} 的链路**变慢**：这个方向的每条报文多用 {delay}。";
    LOSSY = "The link between {from} and {to} **loses** {percent} packets of a hundred; TCP sends them again.",
        "{from} 与 {to} 之间的链路每一百个包**丢失** {percent} 个；TCP 会重传。";
    LOSSY_ONE_WAY = "The link from {from} to {to} **loses** {percent} packets of a hundred; TCP sends them again.",
        "从 {from} 到 {to} 的链路每一百个包**丢失** {percent} 个；TCP 会重传。";
    HEALED = "Fault {fault} is **healed**: what was held up is sent again at TCP's next try.", "故障 {fault} 已**恢复**：被阻塞的报文在 TCP 下一次重传时送出。";
    EVERYONE = "everyone else", "其他所有节点";
    BROKER_FROZEN = "**{node}** is **frozen**: its connections are open, but it answers nothing and sends no heartbeats.",
        "**{node}** 被**冻结**：连接仍然打开，但它什么都不回应，也不发送心跳。";
    BROKER_THAWED = "**{node}** goes on where it was, and does not know how long it was away.",
        "**{node}** 从原处继续，并不知道自己停了多久。";
    WIPED = "The disk of broker {broker} was **emptied**: {n|one replica is|{n} replicas are} gone. It comes back with nothing and copies what others still have.",
        "broker {broker} 的磁盘被**清空**：丢失 {n} 个副本。它重新启动时一无所有，只能从其他副本重新复制。";
    DISK_SLOWED = "The disk of broker {broker} takes **{n} times** as long for every append.", "broker {broker} 的磁盘每次写入用时变为 **{n} 倍**。";
    DISK_HEALED = "The disk of broker {broker} is as fast as before.", "broker {broker} 的磁盘恢复正常速度。";
    CLOCK_AHEAD = "The clock of {who} is **ahead** by {by}: the timestamps that it writes lie in the future. Its timers run as before.",
        "{who} 的时钟**快了** {by}：它写入的时间戳在未来。计时器照常运行。";
    CLOCK_BEHIND = "The clock of {who} is **behind** by {by}: the timestamps that it writes lie in the past. Its timers run as before.",
        "{who} 的时钟**慢了** {by}：它写入的时间戳在过去。计时器照常运行。";
    CLOCK_RIGHT = "The clock of {who} is right again.", "{who} 的时钟恢复准确。";
    TIMED_OUT = "{who} got no answer from {peer} in time and **closed the connection**; what it asked may or may not have been done.",
        "{who} 未能及时得到 {peer} 的应答，**关闭了连接**；它请求的操作可能已完成，也可能没有。";
    NOT_OPENED = "{who} could not open a connection to {peer} in time.", "{who} 未能及时与 {peer} 建立连接。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    match &event.kind {
        E::LinkBroken { from, to, one_way, effect, .. } => {
            let template = match (effect, one_way) {
                (Effect::Cut, false) => &CUT,
                (Effect::Cut, true) => &CUT_ONE_WAY,
                (Effect::Delay { .. }, false) => &SLOW,
                (Effect::Delay { .. }, true) => &SLOW_ONE_WAY,
                (Effect::Loss { .. }, false) => &LOSSY,
                (Effect::Loss { .. }, true) => &LOSSY_ONE_WAY,
            };
            let text = template.with("from", nodes(world, from)).with("to", nodes(world, to));
            plain(match effect {
                Effect::Cut => text,
                Effect::Delay { delay_us } => text.with("delay", Arg::Duration(*delay_us)),
                Effect::Loss { percent } => text.with("percent", *percent),
            })
        }
        E::LinkHealed { fault } => plain(HEALED.with("fault", *fault)),
        E::BrokerFrozen(true) => plain(BROKER_FROZEN.with("node", named_first(event.node.0))),
        E::BrokerFrozen(false) => plain(BROKER_THAWED.with("node", named_first(event.node.0))),
        E::ConnectionTimedOut { peer, opening } => {
            let template = if *opening { &NOT_OPENED } else { &TIMED_OUT };
            let who = names::node(world, event.node);
            caused(template.with("who", who).with("peer", names::node(world, *peer)), event)
        }
        E::DiskWiped { replicas } => plain(WIPED.with("broker", event.node.0).with("n", *replicas)),
        E::DiskSlowed { times: 1 } => plain(DISK_HEALED.with("broker", event.node.0)),
        E::DiskSlowed { times } => plain(DISK_SLOWED.with("broker", event.node.0).with("n", *times)),
        E::ClockSkewed { ahead_us } => {
            let template = match ahead_us {
                0 => &CLOCK_RIGHT,
                1.. => &CLOCK_AHEAD,
                _ => &CLOCK_BEHIND,
            };
            let text = template.with("who", names::node(world, event.node));
            plain(if *ahead_us == 0 { text } else { text.with("by", Arg::Duration(ahead_us.unsigned_abs())) })
        }
        _ => None,
    }
}

fn nodes(world: &World, nodes: &[NodeId]) -> Arg {
    if nodes.is_empty() {
        return EVERYONE.text().into();
    }
    Arg::List(nodes.iter().map(|node| names::node(world, *node)).collect())
}
