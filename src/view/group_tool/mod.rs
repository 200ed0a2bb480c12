//! What `kafka-consumer-groups.sh` of Kafka 4.1 prints of the groups at one moment, to the letter (its
//! `ConsumerGroupCommand`): columns, widths, order, `-` where nothing is known, and its messages.
//!
//! It prints what an admin client can know: the description and the committed offsets that the coordinator has, and as
//! the end of a log the high watermark at the leader. Left out: the RPCs with which it asks, addresses (a client's host
//! bears its name), and the order of Kafka's hash tables, for which members stand by their ids.

mod describe;
mod print;

use crate::cluster::World;
use describe::describe;

/// What the tool is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// `--describe`: offsets and lag of each partition.
    Offsets,
    /// `--describe --members --verbose`.
    Members,
    /// `--describe --state --verbose`.
    State,
}

impl Show {
    /// In the order in which the page shows them.
    pub const ALL: [Show; 3] = [Show::Offsets, Show::Members, Show::State];
}

/// The groups that there are (`--list`).
pub fn groups(world: &World) -> Vec<String> {
    let coordinators = world.brokers().values().filter(|broker| broker.is_up());
    let mut names: Vec<String> =
        coordinators.flat_map(|broker| broker.groups.groups()).map(|group| group.id.to_string()).collect();
    crate::sim::sort_by(&mut names, Ord::cmp);
    names.dedup();
    names
}

/// The command as it is typed; without a group `--list`.
pub fn command(asked: Option<(&str, Show)>) -> String {
    let tool = "kafka-consumer-groups.sh --bootstrap-server broker-1:9092";
    match asked {
        None => format!("{tool} --list"),
        Some((group, Show::Offsets)) => format!("{tool} --describe --group {group}"),
        Some((group, Show::Members)) => format!("{tool} --describe --group {group} --members --verbose"),
        Some((group, Show::State)) => format!("{tool} --describe --group {group} --state --verbose"),
    }
}

/// What a terminal shows after `--list`.
pub fn list(world: &World) -> String {
    groups(world).iter().map(|group| format!("{group}\n")).collect()
}

/// What a terminal shows after `--describe`: what goes to standard output and what goes to standard error.
pub fn shown(world: &World, group: &str, show: Show) -> String {
    match describe(world, group) {
        Ok(group) => match show {
            Show::Offsets => print::offsets(&group),
            Show::Members => print::members(&group),
            Show::State => print::state(&group),
        },
        Err(problem) => problem.to_string(),
    }
}

/// A terminal in which the groups were listed and each, or only this one, was described in every way.
pub fn transcript(world: &World, only: Option<&str>) -> String {
    let mut text = String::new();
    let mut entry = |command: String, answer: &str| {
        text.push_str(&format!("$ {command}\n{answer}\n"));
    };
    if only.is_none() {
        entry(command(None), &list(world));
    }
    for group in only.map_or_else(|| groups(world), |group| vec![group.to_owned()]) {
        for show in Show::ALL {
            entry(command(Some((&group, show))), &shown(world, &group, show));
        }
    }
    text
}
