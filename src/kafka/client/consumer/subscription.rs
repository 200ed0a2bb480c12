//! What a member tells its group when it joins: its subscription, and for the sticky assignors what it has
//! (`ConsumerCoordinator.metadata`, `ConsumerPartitionAssignor.subscriptionUserData`).

use std::sync::Arc;

use super::Consumer;
use crate::kafka::{
    assignor::{Assignor, NO_GENERATION, RebalanceProtocol},
    event::EventKind,
    ids::{Name, TopicIdPartition},
    node::Outbox,
    pattern::{Matcher, TopicPattern},
    protocol::{JoinProtocol, OwnedPartitions, Subscription, UserData},
};

use crate::sim::Set;

/// What the sticky assignors of this client remember from one rebalance to the next.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Remembered {
    /// `StickyAssignor`: its last assignment and generation.
    sticky: Option<UserData>,
    /// `CooperativeStickyAssignor`: its last generation.
    cooperative: Option<i32>,
    /// The highest generation that each has seen as leader.
    pub sticky_max_generation: i32,
    pub cooperative_max_generation: i32,
}

impl Default for Remembered {
    fn default() -> Remembered {
        Remembered {
            sticky: None,
            cooperative: None,
            sticky_max_generation: NO_GENERATION,
            cooperative_max_generation: NO_GENERATION,
        }
    }
}

/// Topics each once: `subscribe()` makes a set of them, and the sticky assignors rely on it.
pub(super) fn set(mut topics: Vec<Name>) -> Vec<Name> {
    let mut seen = Set::new();
    topics.retain(|topic| seen.insert(topic.clone()));
    topics
}

impl Consumer {
    /// How it goes through a rebalance: the most advanced way that all its assignors support.
    pub fn rebalance_protocol(&self) -> RebalanceProtocol {
        RebalanceProtocol::of(&self.config.partition_assignment_strategy)
    }

    /// Does it subscribe, so that its group gives it partitions?
    pub fn is_subscribed(&self) -> bool {
        !self.topics.is_empty() || self.pattern.is_some()
    }

    /// `subscribe()`: if that makes other topics, the group hears of them when the consumer joins again, at its next
    /// poll.
    pub fn subscribe(&mut self, now_us: u64, topics: Vec<Name>, pattern: Option<TopicPattern>, out: &mut Outbox) {
        if pattern.is_none() {
            out.event(EventKind::SubscriptionChanged { topics: topics.clone().into() });
        }
        for topic in &topics {
            self.metadata.want(topic);
        }
        self.pattern = pattern;
        if !matches!(self.pattern, Some(TopicPattern::Client(_))) {
            self.topics = set(topics);
        }
        self.tell_pattern(out);
        self.match_pattern(out);
        self.metadata.poll(now_us, &mut self.correlation, out);
        self.poll(now_us, out);
    }

    /// Begins to go by its pattern: it needs to know all topics.
    pub(super) fn tell_pattern(&mut self, out: &mut Outbox) {
        self.metadata.want_all(self.pattern.is_some());
        if let Some(pattern) = &self.pattern {
            let by_broker = pattern.of_broker().is_some();
            out.event(EventKind::PatternSubscribed { pattern: pattern.text().clone(), by_broker });
        }
    }

    /// Which of the topics that it knows its pattern matches (`updatePatternSubscription`). Others than before: it joins
    /// again, or tells it in its next heartbeat.
    pub(super) fn match_pattern(&mut self, out: &mut Outbox) {
        let Some(matcher) = self.pattern.as_ref().and_then(TopicPattern::of_client).map(|text| Matcher::new(text))
        else {
            return;
        };
        // A command with a pattern that cannot be read is refused.
        let Ok(matcher) = matcher else { return };
        let topics = matcher.select(self.metadata.topic_names());
        if topics != self.topics {
            out.event(EventKind::SubscriptionChanged { topics: topics.clone().into() });
            self.topics = topics;
            self.rejoin_needed = true;
        }
    }

    /// Does it subscribe to other topics than it joined with, in whatever order
    /// (`ConsumerCoordinator.rejoinNeededOrPending`)?
    pub(super) fn has_resubscribed(&self) -> bool {
        let (now, then) = (&self.topics, &self.joined_topics);
        now.len() != then.len() || !now.iter().all(|topic| then.contains(topic))
    }

    /// What it sends for each of its assignors.
    pub(super) fn join_protocols(&self) -> Arc<[JoinProtocol]> {
        let owned = self.by_topic(self.partitions.keys());
        let of_assignor = |assignor: &Assignor| JoinProtocol {
            name: assignor.name().into(),
            metadata: Subscription {
                topics: self.topics.clone(),
                owned_partitions: owned.clone(),
                generation: self.generation,
                rack: self.config.client_rack.as_deref().map(Name::from),
                user_data: match assignor {
                    Assignor::Range | Assignor::RoundRobin => None,
                    Assignor::Sticky => self.remembered.sticky.clone(),
                    Assignor::CooperativeSticky => {
                        let generation = self.remembered.cooperative;
                        generation.map(|generation| UserData { partitions: Vec::new(), generation })
                    }
                },
            },
        };
        self.config.partition_assignment_strategy.iter().map(of_assignor).collect()
    }

    /// The assignor chosen takes note of what the member was given (`onAssignment`).
    pub(super) fn note_assignment(&mut self, assignment: &[TopicIdPartition]) {
        match self.protocol.as_deref().and_then(Assignor::by_name) {
            Some(Assignor::Sticky) => {
                let partitions = self.by_topic(assignment.iter());
                self.remembered.sticky = Some(UserData { partitions, generation: self.generation });
            }
            Some(Assignor::CooperativeSticky) => self.remembered.cooperative = Some(self.generation),
            _ => {}
        }
    }

    /// Was it given only what it subscribes to now? A topic that it has never heard of by name is taken as it comes.
    pub(super) fn has_subscribed_to(&self, assignment: &[TopicIdPartition]) -> bool {
        let matcher = self.pattern.as_ref().and_then(|pattern| Matcher::new(pattern.of_client()?).ok());
        let subscribed = |partition: &TopicIdPartition| {
            self.metadata.name_of(partition.topic).is_none_or(|name| match &matcher {
                Some(matcher) => matcher.matches(name),
                None => self.topics.contains(name),
            })
        };
        assignment.iter().all(subscribed)
    }

    fn by_topic<'a>(&self, partitions: impl Iterator<Item = &'a TopicIdPartition>) -> OwnedPartitions {
        let mut topics: OwnedPartitions = Vec::new();
        for partition in partitions {
            let Some(name) = self.metadata.name_of(partition.topic) else { continue };
            match topics.iter_mut().find(|(topic, _)| topic == name) {
                Some((_, numbers)) => numbers.push(partition.partition),
                None => topics.push((name.clone(), vec![partition.partition])),
            }
        }
        topics
    }
}
