//! What is broken now, in words, each with the command that heals it.

use std::rc::Rc;

use crate::{
    cluster::{
        World,
        fault::{Broken, Direction, Link, NodeName},
    },
    history::Run,
    i18n::{Arg, Text, faults as words},
    kafka::ids::{is_controller_only, named},
    sim::{Effect, NodeId},
    view::model::BrokenView,
};

pub(super) fn broken(run: &Run) -> Vec<BrokenView> {
    let world = run.world();
    let view = |broken: &Broken| BrokenView {
        text: text(broken),
        heal: Rc::new(world.mending(broken)),
        fault: run.fault_of(broken).cloned(),
    };
    world.broken().iter().map(view).collect()
}

/// The nodes of the cluster that a node cannot reach, or that cannot reach it.
pub(super) fn cut_from(world: &World, node: NodeId) -> Vec<u32> {
    if world.broken_links() == 0 {
        return Vec::new();
    }
    let is_cut = |other: &u32| world.is_cut(node, NodeId(*other)) || world.is_cut(NodeId(*other), node);
    // Clients have nothing to do with controllers apart from the brokers.
    let concerns = |other: &u32| !is_controller_only(*other) || world.node(node.0).is_some();
    world.nodes().map(|other| other.id).filter(concerns).filter(is_cut).collect()
}

fn text(broken: &Broken) -> Text {
    match broken {
        Broken::Link { link, effect, .. } => link_text(link, *effect),
        Broken::Frozen(node) => words::IS_FROZEN.with("who", name(node)),
        Broken::Stopped(broker) => words::IS_STOPPED.with("who", name(&NodeName::Broker(*broker))),
        Broken::Crashed(node) => words::IS_CRASHED.with("who", name(node)),
        Broken::SlowDisk { broker, times } => {
            words::IS_SLOW_DISK.with("who", name(&NodeName::Broker(*broker))).with("times", *times)
        }
        Broken::SkewedClock { node, ahead_us } => {
            let template = if *ahead_us > 0 { &words::IS_AHEAD } else { &words::IS_BEHIND };
            template.with("who", name(node)).with("by", Arg::Duration(ahead_us.unsigned_abs()))
        }
    }
}

fn link_text(link: &Link, effect: Effect) -> Text {
    let one_way = link.direction == Direction::OneWay;
    let template = match (effect, one_way) {
        (Effect::Cut, false) => &words::IS_CUT,
        (Effect::Cut, true) => &words::IS_CUT_ONE_WAY,
        (Effect::Delay { .. }, false) => &words::IS_SLOW,
        (Effect::Delay { .. }, true) => &words::IS_SLOW_ONE_WAY,
        (Effect::Loss { .. }, false) => &words::IS_LOSSY,
        (Effect::Loss { .. }, true) => &words::IS_LOSSY_ONE_WAY,
    };
    let names = |nodes: &[NodeName]| Arg::List(nodes.iter().map(name).collect());
    let text = template.with("from", names(&link.from)).with("to", names(&link.to));
    match effect {
        Effect::Cut => text,
        Effect::Delay { delay_us } => text.with("delay", Arg::Duration(delay_us)),
        Effect::Loss { percent } => text.with("percent", percent),
    }
}

fn name(node: &NodeName) -> Arg {
    match node {
        NodeName::Broker(broker) => named(*broker).into(),
        NodeName::Client(name) => Arg::Text(name.clone()),
        NodeName::Everyone => words::EVERYONE.text().into(),
    }
}
