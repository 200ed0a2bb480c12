//! Who may lead and why, reassignments, and the quorum.

use super::{Told, caused, names, plain};
use crate::{
    history::Run,
    kafka::{
        event::{ElectedBy, ElectionHeld, Event, EventKind},
        ids::{BrokerId, named_first},
        protocol::ErrorCode,
    },
    templates,
    view::why::WhyKey,
};

templates! {
    "story":
    WHY_LEADER = "Why broker {broker}?", "为什么是 broker {broker}？";
    WHY_NOBODY = "Why nobody?", "为什么没有？";
    BY_PREFERENCE = "Broker {broker} is the preferred leader of `{place}`, the first of its replicas, and is in sync.",
        "broker {broker} 是 `{place}` 的首选 leader（第一个副本），并且已同步。";
    BY_ELIGIBILITY = "Nobody is in sync for `{place}`, but broker {broker} is **eligible**: it was in the ISR when that fell below `min.insync.replicas`, so the controller takes it to have everything that is committed.",
        "`{place}` 没有同步副本，但 broker {broker} **有资格**：ISR 低于 `min.insync.replicas` 时它在其中，因此 controller 认为它拥有全部已提交的消息。";
    BY_MEMORY = "Nobody is in sync nor eligible for `{place}`: **broker {broker}**, who led last, leads again, and what its disk has is the log now (an **unclean** election).",
        "`{place}` 既没有同步副本也没有有资格的副本：最后的 leader **broker {broker}** 再次当选，以其磁盘上的日志为准（**unclean** 选举）。";
    BY_FORCE = "**Unclean election** for `{place}`: broker {broker} is not in sync, but lives. What it does not have is **lost**, acknowledged or not.",
        "`{place}` 发生 **unclean 选举**：broker {broker} 不同步，但存活。它没有的消息都会**丢失**，不管是否确认过。";
    ELR_NOW = "Eligible to lead `{place}` without being in sync: **{brokers}**. With the ISR below `min.insync.replicas` nothing more is committed, so they have all that is.",
        "`{place}` 不同步但有资格当 leader 的副本：**{brokers}**。ISR 低于 `min.insync.replicas` 时不会再有新的提交，因此它们拥有全部已提交的消息。";
    ELR_NOBODY = "Nobody is eligible to lead `{place}` any more; the last known leader is **broker {leader}**.",
        "`{place}` 已没有有资格当 leader 的副本；最后已知的 leader 是 **broker {leader}**。";
    ELR_NOT_NEEDED = "`{place}` needs no eligible replicas beside its ISR any more.", "`{place}` 除 ISR 之外不再需要有资格的副本。";
    NOT_NEEDED = "No election for `{place}`: the preferred leader leads already.", "`{place}` 无需选举：首选 leader 已在任。";
    NOT_NEEDED_UNCLEAN = "No election for `{place}`: it has a leader, and an unclean election is only for partitions without one.",
        "`{place}` 无需选举：它有 leader，unclean 选举只用于没有 leader 的分区。";
    NOT_AVAILABLE = "No election for `{place}`: the preferred leader does not live or is not in sync (`{error}`).",
        "`{place}` 没有选举：首选 leader 不在线或不同步（`{error}`）。";
    NOBODY_LIVES = "No election for `{place}`: none of its replicas lives (`{error}`).", "`{place}` 没有选举：没有一个副本存活（`{error}`）。";
    BALANCED = "The controller gives {n|1 partition|{n} partitions} back to their preferred leaders (`auto.leader.rebalance.enable`).",
        "controller 把 {n} 个分区交还给首选 leader（`auto.leader.rebalance.enable`）。";
    UNCLEAN_SHUTDOWN = "**Broker {broker}** comes back without proof of an orderly stop: what its disk had not stored may be gone, so it leaves every ISR and is eligible nowhere.",
        "**broker {broker}** 回来了，但没有正常关闭的证明：磁盘未写入的内容可能已丢失，因此它退出所有 ISR，也不再有资格。";
    RESIGNED = "**{node}** is no longer the active controller: it has not heard a majority of the controllers. Until somebody has one, nothing of the metadata changes.",
        "**{node}** 不再是 active controller：它已听不到多数 controller。在有人获得多数之前，metadata 不会有任何变化。";
    REASSIGNING = "Reassignment of `{place}`: **{adding}** come, **{removing}** go once all that stay are in sync.",
        "`{place}` 开始重分配：**{adding}** 加入；其余副本全部同步后，**{removing}** 离开。";
    REASSIGNING_ADD = "Reassignment of `{place}`: **{adding}** come and copy it.", "`{place}` 开始重分配：**{adding}** 加入并复制。";
    REASSIGNING_REMOVE = "Reassignment of `{place}`: **{removing}** go once all others are in sync.",
        "`{place}` 开始重分配：其余副本全部同步后，**{removing}** 离开。";
    REASSIGNED = "Reassignment of `{place}` is complete: its replicas are **{replicas}**.", "`{place}` 重分配完成：副本为 **{replicas}**。";
    REASSIGN_CANCELLED = "The reassignment of `{place}` was taken back: its replicas are **{replicas}**.",
        "`{place}` 的重分配已撤销：副本为 **{replicas}**。";
    REASSIGN_REFUSED = "The controller refused the reassignment of `{place}`: `{error}`.", "controller 拒绝了 `{place}` 的重分配：`{error}`。";
    REPLICA_REMOVED = "Broker {broker} deleted its copy of `{place}`: it is no replica any more.",
        "broker {broker} 删除了 `{place}` 的副本：它不再是副本。";
}

pub(super) fn tell(run: &Run, event: &Event) -> Option<Told> {
    use EventKind as E;
    let world = run.world();
    let partition = |at| names::partition(world, at);
    match &event.kind {
        E::ElectionHeld(held) => {
            let template = match held.by {
                ElectedBy::Preferred => &BY_PREFERENCE,
                ElectedBy::Eligible => &BY_ELIGIBILITY,
                ElectedBy::LastKnown => &BY_MEMORY,
                ElectedBy::Unclean => &BY_FORCE,
                ElectedBy::InSync | ElectedBy::Kept | ElectedBy::Nobody => return None,
            };
            let text = template.with("broker", held.to.unwrap_or_default()).with("place", partition(held.partition));
            Some((text, Some(why_leader(run, event.id, held))))
        }
        E::EligibleChanged { partition: at, elr, last_known } => {
            let text = match (elr.is_empty(), last_known) {
                (false, _) => ELR_NOW.with("brokers", names::brokers(elr)),
                (true, Some(leader)) => ELR_NOBODY.with("leader", *leader),
                (true, None) => ELR_NOT_NEEDED.text(),
            };
            caused(text.with("place", partition(*at)), event)
        }
        E::ElectionRefused { partition: at, unclean, error } => {
            let template = match (unclean, error) {
                (false, ErrorCode::ElectionNotNeeded) => &NOT_NEEDED,
                (true, ErrorCode::ElectionNotNeeded) => &NOT_NEEDED_UNCLEAN,
                (false, _) => &NOT_AVAILABLE,
                (true, _) => &NOBODY_LIVES,
            };
            caused(template.with("place", partition(*at)).with("error", error.name()), event)
        }
        E::LeadersBalanced { partitions } => caused(BALANCED.with("n", *partitions), event),
        E::UncleanShutdown { broker } => caused(UNCLEAN_SHUTDOWN.with("broker", *broker), event),
        E::ControllerResigned { .. } => caused(RESIGNED.with("node", named_first(event.node.0)), event),
        E::ReassignmentBegan { partition: at, adding, removing } => {
            let template = match (adding.is_empty(), removing.is_empty()) {
                (false, false) => &REASSIGNING,
                (false, true) => &REASSIGNING_ADD,
                (true, _) => &REASSIGNING_REMOVE,
            };
            let text = template.with("place", partition(*at)).with("adding", names::brokers(adding));
            caused(text.with("removing", names::brokers(removing)), event)
        }
        E::ReassignmentEnded { partition: at, replicas, cancelled } => {
            let template = if *cancelled { &REASSIGN_CANCELLED } else { &REASSIGNED };
            caused(template.with("place", partition(*at)).with("replicas", names::brokers(replicas)), event)
        }
        E::ReassignmentRefused { partition: at, error } => {
            caused(REASSIGN_REFUSED.with("place", partition(*at)).with("error", error.name()), event)
        }
        E::ReplicaRemoved { partition: at } => {
            plain(REPLICA_REMOVED.with("broker", event.node.0).with("place", partition(*at)))
        }
        _ => None,
    }
}

/// The question that an election raises.
pub(super) fn why_leader(run: &Run, event: u64, held: &ElectionHeld) -> (crate::i18n::Text, WhyKey) {
    let key = WhyKey::Leader {
        topic: run.world().topic_name(held.partition.topic).to_owned(),
        partition: held.partition.partition,
        event: Some(event),
    };
    (why_words(held.to), key)
}

fn why_words(to: Option<BrokerId>) -> crate::i18n::Text {
    match to {
        Some(broker) => WHY_LEADER.with("broker", broker),
        None => WHY_NOBODY.text(),
    }
}

/// The election that a change of leadership came from: told right behind it.
pub(super) fn held_with<'a>(run: &'a Run, event: &Event) -> Option<(u64, &'a ElectionHeld)> {
    let next = run.event_by_id(event.id + 1)?;
    match &next.kind {
        EventKind::ElectionHeld(held) if event.kind.partition() == Some(held.partition) => Some((next.id, held)),
        _ => None,
    }
}
