//! The chain of causes: from an event up to what began it.
//!
//! A timer that only looks now and then, or waits for a sign of life, was set by the look or the sign before: what
//! explains its finding is who fell silent. There the chain goes on with that node's fault, or ends.

use super::SCAN_MAX;
use crate::{
    cluster::ConsumerSlot,
    history::Run,
    kafka::{
        event::{Event, EventKind},
        node::Timer,
    },
    sim::{EventId, NodeId},
    view::story::{self, Lane, StoryLine},
};

/// Lines of a chain.
const CHAIN_MAX: usize = 12;

/// Hops of a chain, told or not.
const HOPS_MAX: usize = 10_000;

/// Longer than anybody waits for a sign of life by default.
const SILENCE_US_MAX: u64 = 60_000_000;

/// What caused an event, nearest first. Hops that only carry the cause on (arrivals, disk writes, idle answers) are
/// left out, but never where the chain begins; the last line is as far as the run remembers or [`CHAIN_MAX`] allows.
pub fn chain(run: &Run, event: EventId) -> Vec<StoryLine> {
    let mut lines = Vec::new();
    let Some(mut effect) = run.event_by_id(event) else { return lines };
    let mut next = effect.cause;
    for hop in 0..HOPS_MAX {
        let Some(event) = run.event_by_id(next) else { break };
        next = event.cause;
        let is_root = run.event_by_id(next).is_none();
        if is_root || adds(run, event, hop == 0) {
            lines.push(story::line(run, event));
        }
        if lines.len() == CHAIN_MAX {
            break;
        }
        if matches!(event.kind, EventKind::TimerFired(timer) if looks(timer)) {
            let Some(fault) = silent(run, event, effect).and_then(|node| fault_of(run, node, event)) else { break };
            next = fault.id;
        }
        effect = event;
    }
    lines
}

/// Does a hop tell more than that the cause went on?
fn adds(run: &Run, event: &Event, nearest: bool) -> bool {
    match &event.kind {
        EventKind::TimerFired(timer) => !matches!(
            timer,
            Timer::AppendDone(_)
                | Timer::FetchWait(_)
                | Timer::ReplicaFetch(_)
                | Timer::QuorumFetch
                | Timer::QuorumFetchWait(_)
                | Timer::BrokerHeartbeat
        ),
        EventKind::Received(_) if nearest => true,
        _ => story::lane_of(run.world(), event) != Lane::Idle && story::sentence(run, event).is_some(),
    }
}

/// Does a timer look now and then, or wait for a sign of life?
fn looks(timer: Timer) -> bool {
    matches!(
        timer,
        Timer::BrokerSession
            | Timer::Election
            | Timer::IsrCheck
            | Timer::Session(..)
            | Timer::MemberSession(..)
            | Timer::RequestTimeout
            | Timer::Connection
            | Timer::RetentionCheck
            | Timer::Cleaner
            | Timer::OffsetExpiry
    )
}

/// Whom nothing was heard of, as far as `effect`, which the look led to, tells.
fn silent(run: &Run, look: &Event, effect: &Event) -> Option<NodeId> {
    match (&look.kind, &effect.kind) {
        (_, EventKind::BrokerFenced { broker, .. } | EventKind::FollowerLagging { broker, .. }) => {
            Some(NodeId(*broker))
        }
        (_, EventKind::ConnectionTimedOut { peer, .. }) => Some(*peer),
        (_, EventKind::MemberRemoved { member, .. }) => {
            let of_member =
                |(node, slot): (&NodeId, &ConsumerSlot)| (slot.consumer.member_id == *member).then_some(*node);
            run.world().consumers().iter().find_map(of_member)
        }
        (EventKind::TimerFired(Timer::Election), _) => {
            let was_elected = |event: &&Event| matches!(event.kind, EventKind::ControllerElected { .. });
            let before = run.events().iter().rev().skip_while(|event| event.id >= look.id);
            // A cluster begins with its first node as the active controller, elected before any event.
            let elected = before.take(SCAN_MAX).find(was_elected).map(|event| event.node);
            elected.or_else(|| run.world().nodes().find(|node| node.quorum.is_voter()).map(|node| NodeId(node.id)))
        }
        _ => None,
    }
}

/// The newest thing before an event that may have made a node fall silent, unless it was over long before.
pub(super) fn fault_of<'a>(run: &'a Run, node: NodeId, look: &Event) -> Option<&'a Event> {
    use EventKind as E;
    let concerns = |nodes: &[NodeId]| nodes.is_empty() || nodes.contains(&node);
    let (mut is_back, mut healed) = (false, Vec::new());
    let before = run.events().iter().rev().skip_while(|event| event.id >= look.id);
    before.take(SCAN_MAX).find(|event| {
        let is_own = event.node == node;
        let long_before = event.time_us + SILENCE_US_MAX < look.time_us;
        match &event.kind {
            E::BrokerStarted | E::ClientStarted => is_back |= is_own && long_before,
            E::BrokerFrozen(false) | E::ClientFrozen(false) | E::ApplicationStalled(false) => {
                is_back |= is_own && long_before;
            }
            E::LinkHealed { fault } if long_before => healed.push(*fault),
            E::BrokerCrashed | E::BrokerStopped | E::ClientCrashed | E::ClientClosed => return is_own && !is_back,
            E::BrokerFrozen(true) | E::ClientFrozen(true) | E::ApplicationStalled(true) => return is_own && !is_back,
            E::LinkBroken { fault, from, to, .. } => {
                return (concerns(from) || concerns(to)) && !healed.contains(fault);
            }
            _ => {}
        }
        false
    })
}
