//! Copies, high watermark and ISR.

use super::{Told, WHY, caused, names, plain};
use crate::{
    history::Run,
    kafka::{
        event::{Event, EventKind, Rpc},
        protocol::Api,
    },
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    REPLICA_APPENDED = "Broker {broker} copied `{place}` from the leader.",
        "broker {broker} 从 leader 复制了 `{place}`。";
    HW_BY_FETCH = "High watermark of `{place}` moved **{from} → {to}**: every in-sync replica has it, broker {last} as the last.",
        "`{place}` 的 high watermark 前移 **{from} → {to}**：所有同步副本都有了，最后一个是 broker {last}。";
    HW_ALONE = "High watermark of `{place}` moved **{from} → {to}**: every in-sync replica has it.",
        "`{place}` 的 high watermark 前移 **{from} → {to}**：所有同步副本都有了。";
    FOLLOWER_HW = "Broker {broker} learnt that the high watermark of `{place}` is **{to}**.",
        "broker {broker} 得知 `{place}` 的 high watermark 是 **{to}**。";
    TRUNCATED = "Broker {broker} cut its log of `{place}` from **{from}** back to **{to}**: what the leader of epoch {epoch} does not have goes.",
        "broker {broker} 把 `{place}` 的日志从 **{from}** 截断到 **{to}**：epoch {epoch} 的 leader 没有的内容被丢弃。";
    LAGGING = "Broker {broker} wants **broker {follower}** out of the ISR of `{place}`: it has not had everything for `replica.lag.time.max.ms`.",
        "broker {broker} 要把 **broker {follower}** 移出 `{place}` 的 ISR：它在 `replica.lag.time.max.ms` 内一直没有追上。";
    CAUGHT_UP = "Broker {broker} wants **broker {follower}** in the ISR of `{place}`: it has caught up.",
        "broker {broker} 要把 **broker {follower}** 加入 `{place}` 的 ISR：它已追上。";
    ISR_CHANGED = "ISR of `{place}` changed: **{from} → {to}**.",
        "`{place}` 的 ISR 变化：**{from} → {to}**。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let broker = event.node.0;
    let partition = |at| names::partition(world, at);
    match &event.kind {
        E::ReplicaAppended { partition, base_offset, records } => {
            let place = names::range(world, *partition, *base_offset, *records);
            plain(REPLICA_APPENDED.with("broker", broker).with("place", place))
        }
        E::HighWatermarkAdvanced { partition: at, from, to } => {
            let text = match last_follower(run, event) {
                Some(last) => HW_BY_FETCH.with("last", last),
                None => HW_ALONE.text(),
            };
            caused(text.with("place", partition(*at)).with("from", *from).with("to", *to), event)
        }
        E::FollowerHighWatermark { partition: at, to } => {
            plain(FOLLOWER_HW.with("broker", broker).with("place", partition(*at)).with("to", *to))
        }
        E::LogTruncated { partition: at, from, to, epoch } => {
            let text = TRUNCATED.with("broker", broker).with("place", partition(*at));
            caused(text.with("from", *from).with("to", *to).with("epoch", *epoch), event)
        }
        E::FollowerLagging { partition: at, broker: follower } => {
            let text = LAGGING.with("broker", broker).with("place", partition(*at)).with("follower", *follower);
            Some((text, Some((WHY.text(), WhyKey::OutOfSync { event: event.id }))))
        }
        E::FollowerCaughtUp { partition: at, broker: follower } => {
            caused(CAUGHT_UP.with("broker", broker).with("place", partition(*at)).with("follower", *follower), event)
        }
        E::IsrChanged { partition: at, from, to } => {
            let text = ISR_CHANGED.with("place", partition(*at));
            caused(text.with("from", names::brokers(from)).with("to", names::brokers(to)), event)
        }
        _ => None,
    }
}

/// The follower whose fetch moved the high watermark.
fn last_follower(run: &Run, event: &Event) -> Option<u32> {
    match run.event_by_id(event.cause)?.kind {
        EventKind::Received(Rpc { peer, api: Api::Fetch, response: false, .. }) => Some(peer.0),
        _ => None,
    }
}
