//! What has not come right yet in a random world that is at peace: for people to read, empty when all is well.

use std::fmt::Write;

use super::Fuzz;
use crate::kafka::{
    broker::Process,
    client::consumer::{App, ClientState, Consumer, Membership},
    coordinator::GroupState,
};

impl Fuzz {
    /// What has not come right yet.
    pub(super) fn open_ends(&self) -> String {
        let mut open = String::new();
        let world = self.world();
        self.open_brokers(&mut open);
        let image = world.metadata();
        for (partition, state) in image.partitions() {
            let name = format!("{}-{}", world.topic_name(partition.topic), partition.partition);
            if state.leader.is_none() || state.isr.len() != state.replicas.len() {
                let _ = writeln!(open, "{name}: {state:?}");
            }
            let logs = state.replicas.iter().map(|broker| {
                let replica = world.brokers().get(broker).and_then(|broker| broker.replica(partition));
                replica.map(|replica| (replica.log.log_end_offset(), replica.log.high_watermark()))
            });
            let logs: Vec<_> = logs.collect();
            // Groups go on committing, so the internal topic never rests.
            let differ = logs.iter().any(|log| *log != logs[0] || log.is_none_or(|(end, committed)| end != committed));
            if differ && !world.is_internal(partition.topic) {
                let _ = writeln!(open, "{name}: ends and high watermarks {logs:?}");
            }
        }
        for slot in world.producers().values() {
            let (ledger, name) = (slot.producer.ledger, &slot.producer.name);
            if ledger.waiting + ledger.in_flight > 0 {
                let _ = writeln!(open, "{name}: {ledger:?}");
            }
        }
        self.open_consumers(&mut open);
        self.open_groups(&mut open);
        open
    }

    fn open_brokers(&self, open: &mut String) {
        let world = self.world();
        let Some(controller) = world.controller() else {
            let _ = writeln!(open, "no active controller");
            return;
        };
        for node in world.controllers().values() {
            if node.process != Process::Running || node.image.offset != controller.controller.image.offset {
                let (id, process, offset) = (node.id, node.process, node.image.offset);
                let end = controller.controller.image.offset;
                let _ = writeln!(open, "controller {id}: {process:?}, applied {offset} of {end}");
            }
        }
        for broker in world.brokers().values() {
            let registered = controller.controller.image.brokers.get(&broker.id);
            let active = registered.is_some_and(|state| state.is_active());
            let applied = broker.image.offset == controller.image.offset;
            if broker.process != Process::Running || !active || !applied {
                let (id, process, offset) = (broker.id, broker.process, broker.image.offset);
                let end = controller.image.offset;
                let _ = writeln!(open, "broker {id}: {process:?}, {registered:?}, applied {offset} of {end}");
            }
        }
    }

    fn open_consumers(&self, open: &mut String) {
        let world = self.world();
        for slot in world.consumers().values() {
            let consumer = &slot.consumer;
            let name = &consumer.name;
            if consumer.is_closing() {
                let _ = writeln!(open, "{name} is still closing");
                continue;
            }
            if consumer.app == App::Failed {
                let _ = writeln!(open, "{name} failed with {:?}", consumer.last_error);
            }
            if consumer.is_modern() {
                if consumer.modern.state != ClientState::Stable {
                    let _ = writeln!(open, "{name} is {:?}", consumer.modern);
                }
            } else if consumer.is_subscribed() && consumer.membership != Membership::Stable {
                let _ = writeln!(open, "{name} is {:?}", consumer.membership);
            }
            for (partition, progress) in consumer.partitions() {
                let Some(state) = world.metadata().partition(*partition) else {
                    if !consumer.assign.is_empty() || self.has_skipped(consumer.group.as_deref()) {
                        continue;
                    }
                    let _ = writeln!(open, "{name} owns {partition:?} of a deleted topic");
                    continue;
                };
                let leader = state.leader.and_then(|leader| world.brokers().get(&leader));
                let end =
                    leader.and_then(|leader| leader.replica(*partition)).map(|replica| replica.log.high_watermark());
                if progress.position != end {
                    let _ = writeln!(open, "{name} is at {progress:?} of {partition:?}, which ends at {end:?}");
                }
                if consumer.config.enable_auto_commit && consumer.group.is_some() && progress.committed != end {
                    let _ = writeln!(open, "{name} has committed {:?} of {partition:?} to {end:?}", progress.committed);
                }
            }
        }
    }

    /// A static leader that took its place back has computed nothing: partitions that were added meanwhile belong to
    /// nobody, and those of topics that are gone to whoever had them, until the next rebalance; as in Kafka. So it is where
    /// no member knows that it leads: they joined a group of the consumer protocol, which tells none, and the coordinator
    /// that made it a classic one was gone before they joined again.
    fn has_skipped(&self, group: Option<&str>) -> bool {
        let consumers = self.world().consumers().values().map(|slot| &slot.consumer);
        let mut members = consumers.filter(|consumer| consumer.group.as_deref() == group);
        if members.clone().all(|consumer| !consumer.is_modern() && !consumer.is_leader) {
            return true;
        }
        // What a leader computes it computes for itself, too; what it computed as a process before, for another member id.
        let has_computed = |consumer: &Consumer| {
            let computed = consumer.computed.as_ref().map(|computed| computed.members()).unwrap_or_default();
            computed.iter().any(|member| *member.member_id == *consumer.member_id)
        };
        members.any(|consumer| consumer.is_leader && !has_computed(consumer))
    }

    fn open_groups(&self, open: &mut String) {
        let world = self.world();
        let groups: std::collections::BTreeSet<_> = world
            .consumers()
            .values()
            .filter(|slot| slot.consumer.is_subscribed() && !slot.consumer.is_closing())
            .filter_map(|slot| slot.consumer.group.clone())
            .collect();
        for id in groups {
            let members: Vec<_> = world
                .consumers()
                .values()
                .map(|slot| &slot.consumer)
                .filter(|consumer| consumer.group.as_ref() == Some(&id) && !consumer.is_closing())
                .collect();
            let coordinators: Vec<_> = world.brokers().values().filter_map(|broker| broker.groups.group(&id)).collect();
            let [group] = coordinators[..] else {
                let _ = writeln!(open, "group {id} has {} coordinators", coordinators.len());
                continue;
            };
            if group.state_name() != GroupState::Stable.name() || group.member_count() != members.len() {
                let classic = group.members.iter().map(|member| &member.client_id);
                let modern = group.consumer.iter().flat_map(|group| &group.members).map(|member| &member.client_id);
                let ids: Vec<_> = classic.chain(modern).collect();
                let _ = writeln!(open, "group {id} is {} with {ids:?}", group.state_name());
            }
            let skipped = self.has_skipped(Some(&id));
            // Every partition of a topic that someone subscribes to has its owner.
            for (partition, _) in world.metadata().partitions() {
                let topic = world.topic_name(partition.topic);
                let wanted = members.iter().any(|member| member.topics.iter().any(|name| &**name == topic));
                let owners = members.iter().filter(|member| member.partitions().contains_key(&partition)).count();
                if wanted && owners != 1 && !(skipped && owners == 0) {
                    let _ = writeln!(open, "group {id}: {topic}-{} has {owners} owners", partition.partition);
                }
            }
        }
    }
}
