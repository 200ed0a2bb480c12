//! The KRaft controller: who is a broker, who leads, who is in sync, which topics there are.
//!
//! After `metadata/.../controller/{QuorumController,ReplicationControlManager,ClusterControlManager}`. Every voter
//! holds a [`Controller`], but only the one on the quorum's leader is active. It writes records to the metadata log;
//! an answer waits until its records are committed. Left out: unregistration of brokers.

mod admin;
mod brokers;
pub mod partition_change;
mod partitions;
pub mod placement;
pub mod quorum;
mod reassignment;

use std::sync::Arc;

use crate::{
    kafka::{
        broker::Handle,
        config::BrokerConfig,
        event::EventKind,
        ids::BrokerId,
        metadata::{MetadataDelta, MetadataImage},
        node::Outbox,
        protocol::{ErrorCode, Request, Response},
    },
    sim::{Map, Random},
};

/// Topic ids that a quorum epoch has for itself: many more than anybody makes topics in one.
const TOPICS_AN_EPOCH: u32 = 1 << 12;

/// The controller on one voter.
#[derive(Clone, Debug, Hash)]
pub struct Controller {
    /// The metadata as of the end of its log; ahead of what is committed.
    pub(crate) image: MetadataImage,
    /// Draws of the replica placer.
    placement: Random,
    /// What it knows of each registered broker while it is active.
    sessions: Map<BrokerId, Session>,
    /// Records to append to the metadata log.
    pub(crate) outgoing: Vec<MetadataDelta>,
    /// Answers that wait until the metadata log is committed up to an offset.
    waiting: Vec<(u64, Handle, Response)>,
    /// When it looked last for partitions that their preferred leader does not lead, or became active.
    balanced_us: u64,
}

/// A broker's session with the active controller (`BrokerHeartbeatManager`).
#[derive(Clone, Debug, Hash)]
struct Session {
    last_heartbeat_us: u64,
    metadata_offset: u64,
    /// Offset that every active broker must have applied before this one may stop.
    shutdown_offset: Option<u64>,
}

impl Controller {
    /// A controller that has applied `image`.
    pub fn new(seed: u64, id: BrokerId, image: MetadataImage) -> Controller {
        Controller {
            image,
            placement: Random::new(seed, &format!("placement {id}")),
            sessions: Map::new(),
            outgoing: Vec::new(),
            waiting: Vec::new(),
            balanced_us: 0,
        }
    }

    /// The metadata as of the end of its log.
    pub fn image(&self) -> &MetadataImage {
        &self.image
    }

    /// Becomes the active one of a quorum epoch with the metadata that its log holds. Every broker's session begins anew,
    /// so a fencing that was due comes later (reference §5).
    pub fn activate(&mut self, now_us: u64, epoch: u32, image: MetadataImage) {
        let sessions = image.brokers.iter().filter(|(_, state)| !state.fenced).map(|(broker, _)| {
            let session = Session { last_heartbeat_us: now_us, metadata_offset: 0, shutdown_offset: None };
            (*broker, session)
        });
        self.sessions = sessions.collect();
        self.image = image;
        // A topic that an earlier controller made may be lost with the end of its log, while clients and brokers have heard
        // of its id. Kafka draws ids at random and so never gives one twice; here each epoch has some of its own.
        self.image.last_topic = self.image.last_topic.max(epoch.saturating_sub(1).saturating_mul(TOPICS_AN_EPOCH));
        self.balanced_us = now_us;
        self.outgoing.clear();
        self.waiting.clear();
    }

    /// Is no longer active: nobody gets an answer from it.
    pub fn deactivate(&mut self) -> Vec<(Handle, Response)> {
        self.sessions.clear();
        self.outgoing.clear();
        let unanswered = std::mem::take(&mut self.waiting);
        unanswered.into_iter().map(|(_, handle, response)| (handle, not_controller(&response))).collect()
    }

    /// Handles a request to the active controller.
    pub fn handle(&mut self, now_us: u64, config: &BrokerConfig, handle: Handle, request: &Request, out: &mut Outbox) {
        let response = match request {
            Request::BrokerRegistration { broker, rack, previous_broker_epoch } => {
                self.register(now_us, config, *broker, rack, *previous_broker_epoch, out)
            }
            Request::BrokerHeartbeat { broker, broker_epoch, metadata_offset, want_fence, want_shut_down } => {
                self.heartbeat(now_us, *broker, *broker_epoch, *metadata_offset, *want_fence, *want_shut_down, out)
            }
            Request::AlterPartition { broker, broker_epoch, partition, leader_epoch, partition_epoch, isr } => {
                self.alter_partition(*broker, *broker_epoch, *partition, *leader_epoch, *partition_epoch, isr, out)
            }
            Request::CreateTopics { topic, partitions, replication_factor, settings } => {
                // A request that names none leaves it to the brokers' setting (KIP-464).
                let replication_factor = replication_factor.unwrap_or(config.default_replication_factor);
                self.create_topic(topic, *partitions, replication_factor, settings, out)
            }
            Request::CreatePartitions { topic, count } => self.create_partitions(topic, *count, out),
            Request::DeleteTopics { topic } => self.delete_topic(topic, out),
            Request::IncrementalAlterConfigs { topic, settings } => self.alter_configs(topic.as_ref(), settings, out),
            Request::ElectLeaders { unclean, topic, partition } => {
                self.elect_leaders(*unclean, topic.as_ref(), *partition, out)
            }
            Request::AlterPartitionReassignments { topic, partitions } => {
                self.alter_reassignments(topic, partitions, out)
            }
            other => unreachable!("{} is not for the controller", other.api().name()),
        };
        // What was written to the image so far is the offset that must be committed before the answer goes out.
        self.waiting.push((self.image.offset, handle, response));
    }

    /// Answers that were waiting for the log to be committed up to `high_watermark`.
    pub fn committed(&mut self, high_watermark: u64) -> Vec<(Handle, Response)> {
        let (ready, waiting) =
            std::mem::take(&mut self.waiting).into_iter().partition(|(at, ..)| *at <= high_watermark);
        self.waiting = waiting;
        let ready: Vec<(u64, Handle, Response)> = ready;
        ready.into_iter().map(|(_, handle, response)| (handle, response)).collect()
    }

    /// Writes a record: the image has it at once, the log as soon as the node takes [`Controller::outgoing`].
    fn write(&mut self, delta: MetadataDelta) {
        self.image.apply(&delta);
        self.outgoing.push(delta);
    }

    fn refuse(&self, api: crate::kafka::protocol::Api, error: ErrorCode, out: &mut Outbox) -> ErrorCode {
        out.event(EventKind::AdminRefused { api, error });
        error
    }
}

/// The answer to a controller request by a node that is not the active controller.
pub fn not_controller_for(request: &Request) -> Response {
    let error = ErrorCode::NotController;
    match request {
        Request::BrokerRegistration { .. } => Response::BrokerRegistration { error, broker_epoch: 0 },
        Request::BrokerHeartbeat { .. } => {
            Response::BrokerHeartbeat { error, is_fenced: true, should_shut_down: false }
        }
        Request::AlterPartition { partition, .. } => {
            Response::AlterPartition { error, partition: *partition, state: None }
        }
        Request::CreateTopics { .. } => Response::CreateTopics { error },
        Request::CreatePartitions { .. } => Response::CreatePartitions { error },
        Request::DeleteTopics { .. } => Response::DeleteTopics { error },
        Request::ElectLeaders { .. } => Response::ElectLeaders { error },
        Request::AlterPartitionReassignments { .. } => Response::AlterPartitionReassignments { error },
        _ => Response::IncrementalAlterConfigs { error },
    }
}

fn not_controller(response: &Response) -> Response {
    let error = ErrorCode::NotController;
    match response {
        Response::BrokerRegistration { .. } => Response::BrokerRegistration { error, broker_epoch: 0 },
        Response::BrokerHeartbeat { .. } => {
            Response::BrokerHeartbeat { error, is_fenced: true, should_shut_down: false }
        }
        Response::AlterPartition { partition, .. } => {
            Response::AlterPartition { error, partition: *partition, state: None }
        }
        Response::CreateTopics { .. } => Response::CreateTopics { error },
        Response::CreatePartitions { .. } => Response::CreatePartitions { error },
        Response::DeleteTopics { .. } => Response::DeleteTopics { error },
        Response::ElectLeaders { .. } => Response::ElectLeaders { error },
        Response::AlterPartitionReassignments { .. } => Response::AlterPartitionReassignments { error },
        _ => Response::IncrementalAlterConfigs { error },
    }
}

/// A sorted copy, for events.
fn shared(brokers: &[BrokerId]) -> Arc<[BrokerId]> {
    brokers.into()
}
