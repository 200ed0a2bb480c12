//! A group's topics and partitions by numbers, so that an assignor looks names up once and then
//! works on integers.

use super::{Topic, TopicPartition};
use crate::kafka::hash::java_string_cmp;
use crate::sim::{Map, sort_by};

/// The topics an assignor deals: those of the metadata that have partitions and a subscriber, by
/// name. Their partitions are numbered through, topic by topic.
///
/// Follows what `AbstractPartitionAssignor.assign` hands to an assignor as `partitionsPerTopic`.
pub(super) struct Index<'a> {
    pub(super) topics: Vec<&'a Topic>,
    /// Of each member the topics it subscribes to, ascending, each once.
    pub(super) subscriptions: Vec<Vec<usize>>,
    /// The number of the first partition of each topic, and of one more behind the last.
    first: Vec<usize>,
    by_name: Map<&'a str, usize>,
}

impl<'a> Index<'a> {
    /// Numbers the topics that somebody in `subscriptions` subscribes to.
    pub(super) fn new<'m>(topics: &'a [Topic], subscriptions: impl Iterator<Item = &'m [String]>) -> Self {
        let mut topics: Vec<&Topic> = topics.iter().filter(|topic| topic.partition_count > 0).collect();
        sort_by(&mut topics, |a, b| java_string_cmp(&a.name, &b.name));
        let all: Map<&str, usize> = topics.iter().zip(0..).map(|(topic, at)| (topic.name.as_str(), at)).collect();

        // In most groups all members have the same list: then it is looked up once.
        let mut before: (&[String], Vec<usize>) = (&[], Vec::new());
        let mut subscriptions: Vec<Vec<usize>> = subscriptions
            .map(|names| {
                if names != before.0 {
                    let mut list: Vec<usize> =
                        names.iter().filter_map(|name| all.get(name.as_str()).copied()).collect();
                    sort_by(&mut list, Ord::cmp);
                    list.dedup();
                    before = (names, list);
                }
                before.1.clone()
            })
            .collect();

        let mut subscribed = vec![false; topics.len()];
        for topic in subscriptions.iter().flatten() {
            subscribed[*topic] = true;
        }
        let place: Vec<usize> = subscribed
            .iter()
            .scan(0, |left, here| {
                let place = *left;
                *left += usize::from(*here);
                Some(place)
            })
            .collect();
        for topic in subscriptions.iter_mut().flatten() {
            *topic = place[*topic];
        }
        let mut here = subscribed.into_iter();
        topics.retain(|_| here.next() == Some(true));

        let mut first = vec![0];
        let mut next = 0;
        for topic in &topics {
            next += topic.partition_count as usize;
            first.push(next);
        }
        let by_name = topics.iter().zip(0..).map(|(topic, at)| (topic.name.as_str(), at)).collect();
        Self { topics, subscriptions, first, by_name }
    }

    /// How many partitions there are in all topics together.
    pub(super) fn partition_count(&self) -> usize {
        self.first[self.topics.len()]
    }

    /// The numbers of a topic's partitions.
    pub(super) fn partitions_of(&self, topic: usize) -> std::ops::Range<usize> {
        self.first[topic]..self.first[topic + 1]
    }

    /// The topic a partition belongs to.
    pub(super) fn topic_of(&self, partition: usize) -> usize {
        self.first.partition_point(|first| *first <= partition) - 1
    }

    /// The numbers of those of `named` that exist, in their order.
    pub(super) fn numbers_of(&self, named: &[TopicPartition]) -> Vec<usize> {
        let mut topic = 0;
        let mut number_of = |named: &TopicPartition| {
            // Lists mostly go on with the same topic.
            if self.topics.get(topic).is_none_or(|topic| topic.name != named.topic) {
                topic = *self.by_name.get(named.topic.as_str())?;
            }
            let partitions = self.partitions_of(topic);
            let at = partitions.start.checked_add(usize::try_from(named.partition).ok()?)?;
            partitions.contains(&at).then_some(at)
        };
        named.iter().filter_map(&mut number_of).collect()
    }

    /// A partition by its name.
    pub(super) fn name_of(&self, partition: usize) -> TopicPartition {
        let topic = self.topic_of(partition);
        TopicPartition { topic: self.topics[topic].name.clone(), partition: (partition - self.first[topic]) as i32 }
    }
}
