//! Running a run again with one setting changed, and what can be changed so.
//!
//! The scenario and every command given by hand are given again with the setting changed where they say it, or where
//! Kafka's default stands in for them. In the new world other events happen, so the number of the last event, which
//! stamps a command, means nothing there: **a command is given at its simulated time, after everything that is due by
//! then**, as to somebody who stops the clock at that time. Until the first command that differs the two worlds are
//! one, and there each command keeps its very moment; so a run that is run again with what it had is the same run. What
//! the new world refuses is handed over, in order. Left out: words, which are `view::runs`'.

use std::collections::VecDeque;

use super::{History, Moment, Refused, Run, RunsError, Scenario};
use crate::{
    cluster::command::Command,
    kafka::{
        config::{self, Scope, Settings},
        limits,
    },
    sim::{EventId, Map},
};

const STRATEGY: &str = "partition.assignment.strategy";
const ACKS: &str = "acks";
const COOPERATIVE: &str = "cooperative-sticky";

/// One setting, and what it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Change {
    /// `partition.assignment.strategy` of every member of a group that goes by the classic protocol.
    Strategy {
        /// `group.id`.
        group: String,
        /// The assignors.
        value: String,
    },
    /// `acks` of a producer.
    Acks {
        /// `client.id`.
        producer: String,
        /// `all`, `1` or `0`.
        value: String,
    },
    /// With how many partitions a topic is created.
    Partitions {
        /// Topic.
        topic: String,
        /// How many.
        value: u32,
    },
}

/// A change that can be made with one click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What it is to be.
    pub change: Change,
    /// What it is.
    pub from: String,
}

impl Change {
    /// Whether a command says something of what is changed.
    fn is_about(&self, command: &Command) -> bool {
        match (self, command) {
            (
                Change::Strategy { group, .. },
                Command::AddConsumer { work, settings, .. } | Command::ConfigureConsumer { work, settings, .. },
            ) => work.group.as_ref() == Some(group) && is_classic(settings),
            (
                Change::Acks { producer, .. },
                Command::AddProducer { producer: of, .. } | Command::ConfigureProducer { producer: of, .. },
            ) => producer == of,
            (Change::Partitions { topic, .. }, Command::CreateTopic { topic: of, .. }) => topic == of,
            _ => false,
        }
    }

    /// The command with the change; the same command if that makes none.
    fn made_to(&self, command: &Command) -> Command {
        let mut changed = command.clone();
        if !self.is_about(command) {
            return changed;
        }
        match (self, &mut changed) {
            (
                Change::Strategy { value, .. },
                Command::AddConsumer { settings, .. } | Command::ConfigureConsumer { settings, .. },
            ) => set(Scope::Consumer, settings, STRATEGY, value),
            (
                Change::Acks { value, .. },
                Command::AddProducer { settings, .. } | Command::ConfigureProducer { settings, .. },
            ) => set(Scope::Producer, settings, ACKS, value),
            (Change::Partitions { value, .. }, Command::CreateTopic { partitions, .. }) => *partitions = *value,
            _ => {}
        }
        changed
    }
}

/// Writes a setting, unless it has that value already by default or in another spelling.
fn set(scope: Scope, settings: &mut Settings, name: &'static str, value: &str) {
    let with = Settings::from([(name.to_owned(), value.to_owned())]);
    if effective(scope, settings, name) != effective(scope, &with, name) {
        settings.insert(name.to_owned(), value.to_owned());
    }
}

fn effective(scope: Scope, settings: &Settings, name: &str) -> String {
    let all = config::effective(scope, settings);
    all.into_iter().find(|(of, _, _)| *of == name).map(|(_, value, _)| value).unwrap_or_default()
}

fn is_classic(settings: &Settings) -> bool {
    settings.get("group.protocol").is_none_or(|protocol| protocol == "classic")
}

/// Every command of a run with its time, also those of the scenario that are still to come.
pub fn commands(run: &Run) -> Vec<(u64, &Command)> {
    let mut all: Vec<(u64, &Command)> =
        run.scenario().commands.iter().map(|(time_us, command)| (*time_us, command)).collect();
    all.extend(run.given_by_hand().map(|given| (given.time_us, &given.command)));
    crate::sim::sort_by_key(&mut all, |(time_us, _)| *time_us);
    all
}

/// What can be changed with one click in a run: groups that give everything up in each rebalance, producers that do not
/// wait for all in-sync replicas, and topics that are there, which could have one partition more.
pub fn offers(run: &Run) -> Vec<Offer> {
    let commands = commands(run);
    let mut offers = Vec::new();
    let mut groups: Vec<(&String, String)> = Vec::new();
    let mut acks: Vec<(&String, String)> = Vec::new();
    let mut topics: Vec<(&String, u32)> = Vec::new();
    for (_, command) in &commands {
        match command {
            Command::AddConsumer { work, settings, .. } | Command::ConfigureConsumer { work, settings, .. } => {
                let Some(group) = work.group.as_ref().filter(|_| work.is_subscribing() && is_classic(settings)) else {
                    continue;
                };
                let strategy = effective(Scope::Consumer, settings, STRATEGY);
                // A member that can do otherwise gives everything up, and all of its group with it.
                if strategy != COOPERATIVE && groups.iter().all(|(of, _)| *of != group) {
                    groups.push((group, strategy));
                }
            }
            Command::AddProducer { producer, settings, .. } | Command::ConfigureProducer { producer, settings, .. } => {
                acks.retain(|(of, _)| *of != producer);
                acks.push((producer, effective(Scope::Producer, settings, ACKS)));
            }
            Command::CreateTopic { topic, partitions, .. } => {
                topics.retain(|(of, _)| *of != topic);
                topics.push((topic, *partitions));
            }
            _ => {}
        }
    }
    for (group, from) in groups {
        offers.push(Offer { change: Change::Strategy { group: group.clone(), value: COOPERATIVE.to_owned() }, from });
    }
    for (producer, from) in acks.into_iter().filter(|(_, acks)| acks != "all") {
        offers.push(Offer { change: Change::Acks { producer: producer.clone(), value: "all".to_owned() }, from });
    }
    let metadata = run.world().metadata();
    for (topic, partitions) in topics {
        if metadata.topic_by_name(topic).is_some() && u64::from(partitions) < limits::PARTITIONS.max {
            let change = Change::Partitions { topic: topic.clone(), value: partitions + 1 };
            offers.push(Offer { change, from: partitions.to_string() });
        }
    }
    offers.retain(|Offer { change, .. }| commands.iter().all(|(_, command)| is_sound(&change.made_to(command))));
    offers
}

/// Do the settings of a command fit each other?
fn is_sound(command: &Command) -> bool {
    match command {
        Command::AddProducer { settings, .. } | Command::ConfigureProducer { settings, .. } => {
            config::check(Scope::Producer, settings).is_ok()
        }
        _ => true,
    }
}

/// A run on the way to where another one is.
#[derive(Clone, Debug)]
pub struct Again {
    change: Change,
    history: History,
    left: VecDeque<Left>,
    end: Moment,
    looked_at: Moment,
    /// Is it the same run so far, and to its end?
    same: bool,
    over: bool,
    refused: Vec<Refused>,
    /// What the other one refused as well.
    before: Vec<Refused>,
}

/// A command that is still to be given.
#[derive(Clone, Debug)]
struct Left {
    command: Command,
    at: Moment,
    /// Is the world the same until then?
    same: bool,
}

impl Again {
    /// Begins. Refused if no command says anything of what is to be changed, or if the scenario cannot begin so.
    pub fn new(of: &History, change: &Change) -> Result<Again, RunsError> {
        let run = of.newest();
        if !commands(run).iter().any(|(_, command)| change.is_about(command)) {
            return Err(RunsError::NothingToChange(change.clone()));
        }
        let mut scenario = Scenario::clone(run.scenario());
        let mut differs_us = None;
        for (time_us, command) in &mut scenario.commands {
            let changed = change.made_to(command);
            if changed != *command {
                differs_us = Some(differs_us.map_or(*time_us, |differs_us: u64| differs_us.min(*time_us)));
                *command = changed;
            }
        }
        let mut same = true;
        let mut left = VecDeque::new();
        for given in run.given_by_hand() {
            same &= differs_us.is_none_or(|differs_us| given.time_us < differs_us);
            let command = change.made_to(&given.command);
            let differs = command != given.command;
            left.push_back(Left { command, at: given.before(), same });
            same &= !differs;
        }
        same &= differs_us.is_none();
        Ok(Again {
            change: change.clone(),
            history: History::new(Run::new(&scenario)?),
            left,
            end: of.end(),
            looked_at: of.run().moment(),
            same,
            over: false,
            refused: Vec::new(),
            before: run.refused().to_vec(),
        })
    }

    /// Plays on by so many events, or a few more; true once it has got where the other one is.
    pub fn go_on(&mut self, events: EventId) -> bool {
        let budget = self.history.run().event().saturating_add(events);
        while !self.over && self.history.run().event() < budget {
            let (at, same) = self.left.front().map_or((self.end, self.same), |next| (next.at, next.same));
            if !self.history.play_to(at, same, budget) {
                break;
            }
            match self.left.pop_front() {
                None => self.over = true,
                Some(Left { command, at, .. }) => {
                    if let Err(error) = self.history.apply(command.clone()) {
                        let after_event = self.history.run().event();
                        self.refused.push(Refused { time_us: at.time_us, after_event, command, error });
                    }
                }
            }
        }
        self.over
    }

    /// How far it is and where it will end, in simulated time.
    pub fn progress(&self) -> (u64, u64) {
        (self.history.run().time_us(), self.end.time_us)
    }

    /// Plays to the end, and stands at the time that was looked at in the other one.
    pub(super) fn finish(mut self) -> (Change, History, Vec<Refused>) {
        while !self.go_on(EventId::MAX) {}
        let Again { change, mut history, looked_at, same, mut refused, before, .. } = self;
        match same {
            true => history.seek(looked_at),
            false => history.seek_time(looked_at.time_us),
        }
        let mut known: Map<(u64, String), usize> = Map::new();
        let key = |refused: &Refused| (refused.time_us, crate::cluster::command_text::print(&refused.command));
        for refused in &before {
            *known.entry(key(refused)).or_default() += 1;
        }
        for new in history.newest().refused() {
            match known.get_mut(&key(new)) {
                Some(times) if *times > 0 => *times -= 1,
                _ => refused.push(new.clone()),
            }
        }
        crate::sim::sort_by_key(&mut refused, |refused| refused.time_us);
        (change, history, refused)
    }
}

impl History {
    /// Plays on to a moment: to the very event if it is `exact`, else through all that is due by its time. False if
    /// `budget` came first.
    fn play_to(&mut self, at: Moment, exact: bool, budget: EventId) -> bool {
        while !exact || self.run.event() < at.event {
            if self.run.event() >= budget {
                return false;
            }
            if !self.run.go_on(at.time_us) {
                break;
            }
            self.frames.keep(&self.run);
        }
        self.run.world.idle_until(at.time_us);
        true
    }
}
