//! Which commands and settings two runs do not have in common.

use crate::{
    cluster::command::Command,
    history::Run,
    i18n::{Arg, Text},
    kafka::config::{self, Scope, Settings},
    sim::{Map, Set},
    templates,
    view::runs,
};

/// Differences that are listed at most.
pub const DIFFERENCES_MAX: usize = 200;

templates! { "compare":
    COMMAND = "`{command}` at {time}", "{time} 时 `{command}`";
    GIVEN = "given", "已执行";
    NOT_GIVEN = "not given", "未执行";
    SETTING = "`{name}` of {who}", "{who} 的 `{name}`";
    VALUE = "`{value}`", "`{value}`";
    NO_VALUE = "none", "无";
    SEED = "The seed of chance", "随机种子";
    BROKERS = "Brokers at the beginning", "开始时的 broker 数";
    CONTROLLERS = "Controllers apart from the brokers", "独立的 controller 数";
    CONSUMER = "consumer `{name}`", "consumer `{name}`";
    PRODUCER = "producer `{name}`", "producer `{name}`";
    TOPIC = "topic `{name}`", "topic `{name}`";
    CLUSTER = "the cluster", "集群";
}

/// A command or a setting that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// When it was given; 0 for what a run begins with.
    pub time_us: u64,
    /// What differs.
    pub what: Text,
    /// On the left.
    pub left: Text,
    /// On the right.
    pub right: Text,
}

/// What differs up to the moments at which two runs stand, oldest first, and how much more there is.
pub fn differences(left: &Run, right: &Run) -> (Vec<Difference>, usize) {
    let mut found = beginnings(left, right);
    let (left, mut right) = apart(left, right);
    for (time_us, ours) in left {
        let twin = right.iter().position(|(at_us, theirs)| *at_us == time_us && bare(ours) == bare(theirs));
        match twin.map(|place| right.remove(place)) {
            Some((_, theirs)) => of_settings(&mut found, time_us, ours, theirs),
            None => found.push(only(time_us, ours, [&GIVEN, &NOT_GIVEN].map(|word| word.text()))),
        }
    }
    found.extend(
        right.into_iter().map(|(at_us, theirs)| only(at_us, theirs, [&NOT_GIVEN, &GIVEN].map(|word| word.text()))),
    );
    crate::sim::sort_by_key(&mut found, |difference| difference.time_us);
    let more = found.len().saturating_sub(DIFFERENCES_MAX);
    found.truncate(DIFFERENCES_MAX);
    (found, more)
}

fn only(time_us: u64, command: &Command, [left, right]: [Text; 2]) -> Difference {
    let what = COMMAND.with("command", runs::line(command)).with("time", Arg::Duration(time_us));
    Difference { time_us, what, left, right }
}

/// Of what they begin with.
fn beginnings(left: &Run, right: &Run) -> Vec<Difference> {
    let (left, right) = (left.scenario(), right.scenario());
    let mut found = Vec::new();
    let mut add = |what: Text, left: String, right: String| {
        if left != right {
            let [left, right] = [left, right].map(|value| VALUE.with("value", value));
            found.push(Difference { time_us: 0, what, left, right });
        }
    };
    add(SEED.text(), left.seed.to_string(), right.seed.to_string());
    add(BROKERS.text(), left.cluster.racks.len().to_string(), right.cluster.racks.len().to_string());
    add(CONTROLLERS.text(), left.cluster.controllers.to_string(), right.cluster.controllers.to_string());
    settings(&mut found, 0, &CLUSTER.text(), Scope::Broker, [&left.cluster.settings, &right.cluster.settings]);
    found
}

/// Commands with their times.
type Given<'a> = Vec<(u64, &'a Command)>;

/// What only the left one was given, and what only the right one.
fn apart<'a>(left: &'a Run, right: &'a Run) -> (Given<'a>, Given<'a>) {
    // Two futures of one past have it in common, however long it is.
    let common = left.log().iter().zip(right.log()).take_while(|(left, right)| left == right).count();
    let [left, mut right] = [left, right].map(|run| {
        let rest = run.log().iter().skip(common);
        rest.map(|given| (given.time_us, &given.command)).collect::<Vec<_>>()
    });
    let mut left_only = Vec::new();
    for given in left {
        match right.iter().position(|other| *other == given) {
            Some(place) => _ = right.remove(place),
            None => left_only.push(given),
        }
    }
    (left_only, right)
}

/// A command without what can be compared setting by setting.
fn bare(command: &Command) -> Command {
    let mut bare = command.clone();
    match &mut bare {
        Command::CreateTopic { settings, partitions, .. } => {
            settings.clear();
            *partitions = 0;
        }
        Command::ConfigureTopic { settings, .. }
        | Command::ConfigureCluster { settings }
        | Command::AddProducer { settings, .. }
        | Command::ConfigureProducer { settings, .. }
        | Command::AddConsumer { settings, .. }
        | Command::ConfigureConsumer { settings, .. } => settings.clear(),
        _ => {}
    }
    bare
}

/// Whose settings a command gives.
fn settings_of(command: &Command) -> Option<(Text, Scope, &Settings)> {
    let name = |template: &'static crate::i18n::Template, name: &str| template.with("name", name);
    Some(match command {
        Command::CreateTopic { topic, settings, .. } | Command::ConfigureTopic { topic, settings } => {
            (name(&TOPIC, topic), Scope::Topic, settings)
        }
        Command::ConfigureCluster { settings } => (CLUSTER.text(), Scope::Broker, settings),
        Command::AddProducer { producer, settings, .. } | Command::ConfigureProducer { producer, settings, .. } => {
            (name(&PRODUCER, producer), Scope::Producer, settings)
        }
        Command::AddConsumer { consumer, settings, .. } | Command::ConfigureConsumer { consumer, settings, .. } => {
            (name(&CONSUMER, consumer), Scope::Consumer, settings)
        }
        _ => return None,
    })
}

/// Of two commands that are the same but for their settings.
fn of_settings(found: &mut Vec<Difference>, time_us: u64, left: &Command, right: &Command) {
    let (Some((who, scope, ours)), Some((_, _, theirs))) = (settings_of(left), settings_of(right)) else { return };
    let partitions = |command: &Command| match command {
        Command::CreateTopic { partitions, .. } => *partitions,
        _ => 0,
    };
    let [one, other] = [left, right].map(partitions);
    if one != other {
        let what = SETTING.with("name", "partitions").with("who", who.clone());
        let [left, right] = [one, other].map(|n| VALUE.with("value", n.to_string()));
        found.push(Difference { time_us, what, left, right });
    }
    settings(found, time_us, &who, scope, [ours, theirs]);
}

/// Setting by setting, with the default where there is none.
fn settings(found: &mut Vec<Difference>, time_us: u64, who: &Text, scope: Scope, sides: [&Settings; 2]) {
    let names: Set<&String> = sides.iter().flat_map(|settings| settings.keys()).collect();
    let known = sides.map(|settings| {
        let all = config::effective(scope, settings).into_iter();
        all.map(|(name, value, _)| (name, value)).collect::<Map<&'static str, String>>()
    });
    for name in names.iter() {
        let values = known.each_ref().map(|known| known.get(name.as_str()));
        if sides[0].get(*name) == sides[1].get(*name) {
            continue;
        }
        let [left, right] = values.map(|value| match value {
            Some(value) => VALUE.with("value", value.as_str()),
            None => NO_VALUE.text(),
        });
        let what = SETTING.with("name", name.as_str()).with("who", who.clone());
        found.push(Difference { time_us, what, left, right });
    }
}
