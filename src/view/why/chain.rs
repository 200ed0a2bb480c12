//! The chain of causes: from an event up to what began it.

use crate::{
    history::Run,
    kafka::{
        event::{Event, EventKind},
        node::Timer,
    },
    sim::EventId,
    view::story::{self, Lane, StoryLine},
};

/// Lines of a chain.
const CHAIN_MAX: usize = 12;

/// Hops of a chain, told or not.
const HOPS_MAX: usize = 10_000;

/// What caused an event, nearest first. Hops that only carry the cause on (arrivals, disk writes, idle answers) are
/// left out, but never where the chain begins; the last line is as far as the run remembers or [`CHAIN_MAX`] allows.
pub fn chain(run: &Run, event: EventId) -> Vec<StoryLine> {
    let mut lines = Vec::new();
    let mut next = run.event_by_id(event).map_or(0, |event| event.cause);
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
