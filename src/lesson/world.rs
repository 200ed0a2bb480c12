//! The model's world, asked for the facts that lessons speak of.

use super::facts::{KeyPlace, WorldFacts};
use crate::{
    cluster::{ConsumerSlot, ProducerSlot, World},
    kafka::{coordinator::Group, ids::TopicIdPartition, log::Log, metadata::PartitionState},
};

impl WorldFacts for World {
    fn partition_count(&self, topic: &str) -> Option<i32> {
        let (_, image) = self.metadata().topic_by_name(topic)?;
        i32::try_from(image.partitions.len()).ok()
    }

    fn log_start(&self, topic: &str, partition: i32) -> Option<i64> {
        leader_log(self, topic, partition).map(Log::log_start_offset)
    }

    fn high_watermark(&self, topic: &str, partition: i32) -> Option<i64> {
        leader_log(self, topic, partition).map(Log::high_watermark)
    }

    fn log_end(&self, topic: &str, partition: i32) -> Option<i64> {
        leader_log(self, topic, partition).map(Log::log_end_offset)
    }

    fn places_of_key(&self, topic: &str, key: &str) -> Vec<KeyPlace> {
        (0..self.partition_count(topic).unwrap_or(0))
            .filter_map(|partition| place_of_key(self, topic, partition, key))
            .collect()
    }

    fn committed(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        let partition = named(self, topic, partition)?;
        group_of(self, group)?.offsets.get(&partition).map(|committed| committed.offset)
    }

    fn position(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        let partition = named(self, topic, partition)?;
        members_of(self, group).find_map(|slot| slot.consumer.partitions().get(&partition)?.position)
    }

    fn group_state(&self, group: &str) -> Option<String> {
        group_of(self, group).map(|group| group.state_name().to_owned())
    }

    fn generation(&self, group: &str) -> Option<i32> {
        group_of(self, group).map(Group::epoch)
    }

    fn members(&self, group: &str) -> Vec<String> {
        let Some(group) = group_of(self, group) else { return Vec::new() };
        let mut members: Vec<_> =
            group.members.iter().map(|member| (member.slot, member.client_id.to_string())).collect();
        let modern = group.consumer.iter().flat_map(|group| &group.members);
        members.extend(modern.map(|member| (member.slot, member.client_id.to_string())));
        crate::sim::sort_by(&mut members, Ord::cmp);
        members.into_iter().map(|(_, name)| name).collect()
    }

    fn owned(&self, group: &str, consumer: &str) -> Vec<(String, i32)> {
        let member = members_of(self, group).find(|slot| &*slot.consumer.name == consumer);
        let partitions = member.into_iter().flat_map(|slot| slot.consumer.partitions().keys());
        partitions.map(|partition| (self.topic_name(partition.topic).to_owned(), partition.partition)).collect()
    }

    fn consumed(&self, consumer: &str) -> Option<u64> {
        let slot = self.consumers().values().find(|slot| &*slot.consumer.name == consumer)?;
        Some(slot.consumer.records_consumed)
    }

    fn acknowledged(&self, producer: &str) -> Option<u64> {
        producer_of(self, producer).map(|slot| slot.producer.ledger.acknowledged)
    }

    fn unacknowledged(&self, producer: &str) -> Option<u64> {
        producer_of(self, producer).map(|slot| slot.producer.ledger.waiting + slot.producer.ledger.in_flight)
    }

    fn known_partitions(&self, producer: &str, topic: &str) -> Option<i32> {
        let topic = producer_of(self, producer)?.producer.metadata().topic(topic)?;
        i32::try_from(topic.partitions.len()).ok()
    }
}

fn named(world: &World, topic: &str, partition: i32) -> Option<TopicIdPartition> {
    let (topic, _) = world.metadata().topic_by_name(topic)?;
    Some(TopicIdPartition::new(topic, partition))
}

/// The leader's log; without a leader, or with one that does not run, that of a replica which is still there.
fn leader_log<'a>(world: &'a World, topic: &str, partition: i32) -> Option<&'a Log> {
    let partition = named(world, topic, partition)?;
    let state: &PartitionState = world.metadata().partition(partition)?;
    let brokers = state.leader.iter().chain(&state.replicas);
    let mut replicas = brokers.filter_map(|broker| world.brokers().get(broker)?.replica(partition));
    replicas.next().map(|replica| &replica.log)
}

fn place_of_key(world: &World, topic: &str, partition: i32, key: &str) -> Option<KeyPlace> {
    let log = leader_log(world, topic, partition)?;
    let mut place: Option<KeyPlace> = None;
    for batch in log.batches().iter() {
        let readable = log.log_start_offset()..log.high_watermark();
        for (offset, record) in batch.iter().filter(|(offset, _)| readable.contains(offset)) {
            if record.key == Some(key.as_bytes()) {
                let records = place.map_or(0, |place| place.records) + 1;
                place = Some(KeyPlace { partition, records, newest_offset: offset, newest_us: record.timestamp_us });
            }
        }
    }
    place
}

/// The group where it lives now: on its coordinator.
fn group_of<'a>(world: &'a World, group: &str) -> Option<&'a Group> {
    world.brokers().values().filter(|broker| broker.is_up()).find_map(|broker| broker.groups.group(group))
}

fn members_of<'a>(world: &'a World, group: &'a str) -> impl Iterator<Item = &'a ConsumerSlot> {
    world.consumers().values().filter(move |slot| slot.consumer.group.as_deref() == Some(group))
}

fn producer_of<'a>(world: &'a World, producer: &str) -> Option<&'a ProducerSlot> {
    world.producers().values().find(|slot| &*slot.producer.name == producer)
}
