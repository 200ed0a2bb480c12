//! Faults as data.

use super::{Fields, Value, node_name};
use crate::{
    cluster::World,
    kafka::event::EventKind,
    sim::{Effect, NodeId},
};

pub(super) fn fault<'a>(
    kind: &EventKind,
    world: &World,
    fields: impl Fn(&'static str) -> Fields<'a>,
) -> Option<Fields<'a>> {
    use EventKind as E;
    let nodes = |nodes: &[NodeId]| match nodes.is_empty() {
        true => Value::from("*"),
        false => Value::List(nodes.iter().map(|node| Value::Text(node_name(world, *node))).collect()),
    };
    Some(match kind {
        E::LinkBroken { fault, from, to, one_way, effect } => {
            let (what, amount) = match effect {
                Effect::Cut => ("cut", 0),
                Effect::Delay { delay_us } => ("delay_us", *delay_us),
                Effect::Loss { percent } => ("loss_percent", u64::from(*percent)),
            };
            let link = fields("link_broken").with("fault", *fault).with("from", nodes(from)).with("to", nodes(to));
            link.with("one_way", *one_way).with("effect", what).with("amount", amount)
        }
        E::LinkHealed { fault } => fields("link_healed").with("fault", *fault),
        E::BrokerFrozen(true) => fields("broker_frozen"),
        E::BrokerFrozen(false) => fields("broker_thawed"),
        E::ConnectionTimedOut { peer, opening } => {
            fields("connection_timed_out").with("peer", node_name(world, *peer).as_str()).with("opening", *opening)
        }
        E::DiskWiped { replicas } => fields("disk_wiped").with("replicas", *replicas),
        E::DiskSlowed { times } => fields("disk_slowed").with("times", *times),
        E::ClockSkewed { ahead_us } => fields("clock_skewed").with("ahead_us", *ahead_us),
        _ => return None,
    })
}
