//! The classic protocol: a member goes through one rebalance at a time. Two JoinGroups of one process at its coordinator
//! would take a static member's place from one another.

use std::collections::BTreeMap;

use super::{Findings, clients, sentences as says};
use crate::{
    kafka::{
        event::{Event, EventKind, Rpc},
        protocol::Api,
    },
    sim::NodeId,
};

/// What is known of joins.
#[derive(Clone, Debug, Default)]
pub(super) struct Joins {
    /// To whom a consumer has sent a JoinGroup or a SyncGroup that was not answered yet.
    under_way: BTreeMap<NodeId, NodeId>,
}

impl Joins {
    pub fn check(&mut self, event: &Event, findings: &mut Findings<'_>) {
        use EventKind as E;
        let is_join = |rpc: &Rpc| matches!(rpc.api, Api::JoinGroup | Api::SyncGroup);
        match &event.kind {
            E::Sent(rpc) if is_join(rpc) && !rpc.response => {
                let before = self.under_way.insert(event.node, rpc.peer);
                if before == Some(rpc.peer) {
                    let text = says::JOINED_TWICE.with("consumer", clients::consumer(findings, event.node));
                    findings.add("join", text.with("broker", rpc.peer.0), event);
                }
            }
            E::Received(rpc) if is_join(rpc) && rpc.response => drop(self.under_way.remove(&event.node)),
            // What was asked on a connection that is closed is given up.
            E::Disconnected { peer, .. } | E::ConnectionTimedOut { peer, .. } => {
                self.under_way.retain(|node, of| *node != event.node || of != peer);
            }
            E::ClientClosed | E::ClientCrashed => drop(self.under_way.remove(&event.node)),
            _ => {}
        }
    }
}
