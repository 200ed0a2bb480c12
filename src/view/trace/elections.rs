//! Elections, reassignments and the quorum, as data.

use super::{Fields, Value};
use crate::kafka::event::{ElectedBy, EventKind};

pub(super) fn traced<'a>(kind: &EventKind, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    Some(match kind {
        E::ElectionHeld(held) => fields("election_held")
            .at(held.partition)
            .with("leader_epoch", held.leader_epoch)
            .with("from", held.from)
            .with("to", held.to)
            .with("by", by(held.by))
            .with("replicas", &*held.replicas)
            .with("isr", &*held.isr)
            .with("elr", &*held.elr)
            .with("alive", &*held.alive),
        E::EligibleChanged { partition, elr, last_known } => {
            fields("eligible_changed").at(*partition).with("elr", &**elr).with("last_known", *last_known)
        }
        E::ElectionRefused { partition, unclean, error } => {
            fields("election_refused").at(*partition).with("unclean", *unclean).with("error", *error)
        }
        E::LeadersBalanced { partitions } => fields("leaders_balanced").with("partitions", *partitions),
        E::UncleanShutdown { broker } => fields("unclean_shutdown").with("broker", *broker),
        E::ControllerResigned { quorum_epoch } => fields("controller_resigned").with("quorum_epoch", *quorum_epoch),
        E::ReassignmentBegan { partition, adding, removing } => {
            fields("reassignment_began").at(*partition).with("adding", &**adding).with("removing", &**removing)
        }
        E::ReassignmentEnded { partition, replicas, cancelled } => {
            fields("reassignment_ended").at(*partition).with("replicas", &**replicas).with("cancelled", *cancelled)
        }
        E::ReassignmentRefused { partition, error } => {
            fields("reassignment_refused").at(*partition).with("error", *error)
        }
        E::ReplicaRemoved { partition } => fields("replica_removed").at(*partition),
        _ => return None,
    })
}

fn by(by: ElectedBy) -> Value {
    let name = match by {
        ElectedBy::Preferred => "preferred",
        ElectedBy::Kept => "kept",
        ElectedBy::InSync => "in_sync",
        ElectedBy::Eligible => "eligible",
        ElectedBy::LastKnown => "last_known",
        ElectedBy::Unclean => "unclean",
        ElectedBy::Nobody => "nobody",
    };
    name.into()
}
