//! Elections and reassignments by hand: what `kafka-leader-election.sh` and `kafka-reassign-partitions.sh` ask for.

use super::{
    World, WorldError,
    command::{Command, ElectionKind},
    error::Refusal,
};
use crate::{
    kafka::{
        event::Event,
        ids::{BrokerId, Name},
        metadata::TopicImage,
        protocol::Request,
    },
    sim::{EventId, Map, NodeId},
};

impl World {
    /// Does such a command fit the cluster as it is?
    pub(super) fn check_elections(&self, command: &Command) -> Result<(), WorldError> {
        match command {
            Command::ElectLeaders { topic: Some(topic), partition, .. } => {
                self.partitions_of(topic, *partition)?;
            }
            Command::Reassign { topic, partition, replicas, replication_factor } => {
                self.partitions_of(topic, *partition)?;
                let image = self.newest_image();
                if let Some(broker) = replicas.iter().find(|broker| !image.brokers.contains_key(broker)) {
                    return Err(Refusal::UnknownBroker { broker: *broker }.into());
                }
                let brokers = image.brokers.len() as u32;
                if let Some(asked) = replication_factor.filter(|asked| *asked > brokers) {
                    return Err(Refusal::TooFewBrokers { asked, brokers }.into());
                }
            }
            Command::CancelReassignment { topic, partition } => {
                let (numbers, image) = self.partitions_of(topic, *partition)?;
                let is_under_way = |number: &i32| {
                    let state = image.partitions.get(*number as usize);
                    state.is_some_and(|state| !state.adding.is_empty() || !state.removing.is_empty())
                };
                if !numbers.iter().any(is_under_way) {
                    return Err(Refusal::NoReassignment { topic: topic.clone() }.into());
                }
            }
            Command::CrashController => {
                self.controller().ok_or(Refusal::NoController)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The request that such a command makes, if it makes one.
    fn election_request(&self, command: &Command) -> Option<Request> {
        match command {
            Command::ElectLeaders { kind, topic, partition } => {
                let unclean = *kind == ElectionKind::Unclean;
                let topic = topic.as_deref().map(Name::from);
                Some(Request::ElectLeaders { unclean, topic, partition: *partition })
            }
            Command::Reassign { topic, partition, replicas, replication_factor } => {
                let (numbers, image) = self.partitions_of(topic, *partition).ok()?;
                let wanted = match replication_factor {
                    Some(factor) => self.with_replicas(image, &numbers, *factor as usize),
                    None => vec![replicas.clone(); numbers.len()],
                };
                let partitions = numbers.into_iter().zip(wanted.into_iter().map(Some)).collect();
                Some(Request::AlterPartitionReassignments { topic: topic.as_str().into(), partitions })
            }
            Command::CancelReassignment { topic, partition } => {
                let (numbers, image) = self.partitions_of(topic, *partition).ok()?;
                let is_under_way = |number: &i32| {
                    let state = image.partitions.get(*number as usize);
                    state.is_some_and(|state| !state.adding.is_empty() || !state.removing.is_empty())
                };
                let partitions = numbers.into_iter().filter(is_under_way).map(|number| (number, None)).collect();
                Some(Request::AlterPartitionReassignments { topic: topic.as_str().into(), partitions })
            }
            _ => None,
        }
    }

    pub(super) fn command_elections(&mut self, command: &Command, base: EventId, events: &mut Vec<Event>) {
        if let Some(request) = self.election_request(command) {
            return self.ask(request, base, events);
        }
        if let (Command::CrashController, Some(broker)) = (command, self.controller().map(|broker| broker.id)) {
            self.process_ended(NodeId(broker), base, true, events);
        }
    }

    /// The partitions that are meant, as the controller knows them, with their topic.
    fn partitions_of(&self, topic: &str, partition: Option<i32>) -> Result<(Vec<i32>, &TopicImage), WorldError> {
        let found = self.newest_image().topic_by_name(topic);
        let (_, image) = found.ok_or_else(|| Refusal::UnknownTopic { topic: topic.to_owned() })?;
        let all = 0..image.partitions.len() as i32;
        match partition {
            None => Ok((all.collect(), image)),
            Some(number) if all.contains(&number) => Ok((vec![number], image)),
            Some(number) => Err(Refusal::UnknownPartition { topic: topic.to_owned(), partition: number }.into()),
        }
    }

    /// So many replicas for each of the partitions: the first ones stay; of the other brokers come those that live and
    /// hold the fewest replicas, from racks that the partition is not in if there are such.
    fn with_replicas(&self, topic: &TopicImage, numbers: &[i32], factor: usize) -> Vec<Vec<BrokerId>> {
        let image = self.newest_image();
        let mut held: Map<BrokerId, usize> = Map::new();
        for (_, state) in image.partitions() {
            state.replicas.iter().for_each(|broker| *held.entry(*broker).or_default() += 1);
        }
        let mut wanted = Vec::new();
        for state in numbers.iter().filter_map(|number| topic.partitions.get(*number as usize)) {
            let stays = |broker: &BrokerId| !state.removing.contains(broker);
            let mut replicas: Vec<BrokerId> = state.replicas.iter().copied().filter(stays).take(factor).collect();
            while replicas.len() < factor {
                let rack = |broker: &BrokerId| image.brokers.get(broker).and_then(|state| state.rack.clone());
                let taken: Vec<_> = replicas.iter().filter_map(rack).collect();
                let others = image.brokers.iter().filter(|(broker, _)| !replicas.contains(broker));
                let best = others.min_by_key(|(broker, state)| {
                    let same_rack = state.rack.as_ref().is_some_and(|rack| taken.contains(rack));
                    (!state.is_active(), same_rack, held.get(broker).copied().unwrap_or_default(), **broker)
                });
                let Some((broker, _)) = best else { break };
                *held.entry(*broker).or_default() += 1;
                replicas.push(*broker);
            }
            wanted.push(replicas);
        }
        wanted
    }
}
