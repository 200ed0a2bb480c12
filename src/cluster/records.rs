//! Deleting the records of a partition up to an offset, as `kafka-delete-records` does.

use super::{World, WorldError, error::Refusal};
use crate::{
    kafka::{event::Event, ids::TopicIdPartition, protocol::Request},
    sim::EventId,
};

/// How long the leader may wait for its replicas (`default.api.timeout.ms` of the admin client, and half of it here).
const TIMEOUT_US: u64 = 30_000_000;

impl World {
    /// The partition of a user topic, by name.
    fn partition_named(&self, topic: &str, partition: i32) -> Result<TopicIdPartition, WorldError> {
        let count = self.user_topic(topic)?;
        match self.metadata().topic_by_name(topic) {
            Some((id, _)) if u32::try_from(partition).is_ok_and(|number| number < count) => {
                Ok(TopicIdPartition::new(id, partition))
            }
            Some(_) => Err(Refusal::UnknownPartition { topic: topic.to_owned(), partition }.into()),
            None => Err(Refusal::UnknownTopic { topic: topic.to_owned() }.into()),
        }
    }

    /// Can the records be deleted? What only the leader knows, it says itself.
    pub(super) fn check_delete_records(
        &self,
        topic: &str,
        partition: i32,
        offset: Option<u64>,
    ) -> Result<(), WorldError> {
        let at = self.partition_named(topic, partition)?;
        let leader = self.metadata().partition(at).and_then(|state| self.brokers.get(&state.leader?));
        let Some(replica) = leader.filter(|broker| broker.is_up()).and_then(|broker| broker.replica(at)) else {
            return Err(Refusal::NoLeader { topic: topic.to_owned(), partition }.into());
        };
        if !replica.log.config().delete {
            return Err(Refusal::OnlyCompacted { topic: topic.to_owned() }.into());
        }
        let high_watermark = replica.log.high_watermark();
        match offset.map(|offset| i64::try_from(offset).unwrap_or(i64::MAX)) {
            Some(offset) if offset > high_watermark => {
                Err(Refusal::BeyondHighWatermark { topic: topic.to_owned(), partition, offset, high_watermark }.into())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn delete_records(
        &mut self,
        topic: &str,
        partition: i32,
        offset: Option<u64>,
        base: EventId,
        events: &mut Vec<Event>,
    ) {
        let Ok(partition) = self.partition_named(topic, partition) else { return };
        let offset = offset.map_or(-1, |offset| i64::try_from(offset).unwrap_or(i64::MAX));
        self.ask(Request::DeleteRecords { partition, offset, timeout_us: TIMEOUT_US }, base, events);
    }
}
