//! The world at one moment as JSON.

use kafkascope::{
    cluster::World,
    history::Run,
    kafka::{
        broker::{Broker, Process},
        coordinator::Group,
        ids::{TopicId, TopicIdPartition, is_internal},
        metadata::{PartitionState, TopicImage},
    },
    ledger::{Flag, GroupView, ProducerView, Remover, Verdict},
    view::story,
};
use serde_json::{Value as Json, json};

use super::json::object;

/// All of it.
pub fn world(run: &Run) -> Json {
    let world = run.world();
    let topics = world.metadata().topics.iter();
    let groups = world.brokers().values().filter(|broker| broker.is_up());
    json!({
        "time_us": run.time_us(),
        "event": run.event(),
        "steps": run.step_count(),
        "seed": world.seed(),
        "controller": world.controller().map(|broker| broker.id),
        "brokers": object(world.brokers().values().map(|broker| (broker.id.to_string(), broker_state(world, broker)))),
        "controllers": object(world.controllers().values().map(|node| (node.id.to_string(), controller_state(node)))),
        "topics": object(topics.map(|(topic, image)| (image.name.to_string(), topic_state(world, *topic, image)))),
        "groups": object(groups.flat_map(|broker| {
            broker.groups.groups().map(|group| (group.id.to_string(), group_state(world, broker, group)))
        })),
        "producers": object(world.producers().values().map(|slot| {
            let ledger = slot.producer.ledger;
            let state = json!({
                "sent": ledger.sent, "acknowledged": ledger.acknowledged, "failed": ledger.failed,
                "metadata_offset": slot.producer.metadata().offset(), "paused": slot.producer.paused,
            });
            (slot.producer.name.to_string(), state)
        })),
        "consumers": object(world.consumers().values().map(|slot| {
            let positions = slot.consumer.partitions().iter();
            let state = json!({
                "group": slot.consumer.group.as_deref(), "generation": slot.consumer.generation,
                "consumed": slot.consumer.records_consumed, "paused": slot.consumer.paused,
                "positions": object(positions.map(|(at, progress)| (place(world, *at), json!(progress.position)))),
            });
            (slot.consumer.name.to_string(), state)
        })),
        "ledger": ledger(run),
    })
}

/// The totals of the ledger: each of its views adds up to `sent`.
fn ledger(run: &Run) -> Json {
    let totals = run.ledger().totals(run.world());
    let mut all = serde_json::Map::new();
    all.insert("sent".into(), json!(totals.sent));
    all.extend(ProducerView::ALL.iter().map(|view| (view.name().into(), json!(totals.of_view(*view)))));
    let storage = Verdict::ALL.iter().map(|verdict| (verdict.name().to_owned(), json!(totals.of_verdict(*verdict))));
    all.insert("storage".into(), object(storage));
    let errors = totals.errors.iter().map(|(error, records)| (error.name().to_owned(), json!(records)));
    all.insert("errors".into(), object(errors));
    let removed = Remover::ALL.iter().zip(totals.removed_by);
    all.insert("removed_by".into(), object(removed.map(|(by, records)| (by.name().to_owned(), json!(records)))));
    let groups = totals.groups.iter().map(|group| {
        let views = GroupView::ALL.iter().map(|view| (view.name().to_owned(), json!(group.of(*view))));
        let more = [("sent", group.sent), (Flag::ByZombie.name(), group.by_zombie)];
        let more = more.into_iter().map(|(name, records)| (name.to_owned(), json!(records)));
        (group.group.to_string(), object(more.chain(views)))
    });
    all.insert("groups".into(), object(groups));
    all.insert(Flag::StoredTwice.name().into(), json!(totals.stored_twice));
    all.insert(Flag::OutOfOrder.name().into(), json!(totals.out_of_order));
    Json::Object(all)
}

fn process(node: &Broker) -> &'static str {
    match node.process {
        Process::Starting => "starting",
        Process::Running => "running",
        Process::Stopping => "stopping",
        Process::Stopped => "stopped",
        Process::Crashed => "crashed",
    }
}

/// A controller apart from the brokers.
fn controller_state(node: &Broker) -> Json {
    let quorum = &node.quorum;
    json!({
        "process": process(node),
        "leader": quorum.leader(),
        "quorum_epoch": quorum.epoch(),
        "log_end": quorum.log().len(),
        "committed": quorum.high_watermark(),
        "metadata_offset": node.image.offset,
    })
}

fn broker_state(world: &World, broker: &Broker) -> Json {
    json!({
        "process": process(broker),
        "rack": broker.rack.as_deref(),
        "fenced": world.metadata().brokers.get(&broker.id).map(|state| state.fenced),
        "metadata_offset": broker.image.offset,
        "leads": world.metadata().partitions().filter(|(_, state)| state.leader == Some(broker.id)).count(),
    })
}

fn topic_state(world: &World, topic: TopicId, image: &TopicImage) -> Json {
    let partitions = (0..).zip(&image.partitions).map(|(partition, state)| {
        (i32::to_string(&partition), partition_state(world, TopicIdPartition::new(topic, partition), state))
    });
    json!({
        "internal": is_internal(&image.name),
        "configs": &*image.settings,
        "partitions": object(partitions),
    })
}

fn partition_state(world: &World, at: TopicIdPartition, state: &PartitionState) -> Json {
    let log = |broker: &u32| Some(&world.brokers().get(broker)?.replica(at)?.log);
    // Without a leader, what the last in-sync replica has.
    let main = state.leader.or(state.isr.first().copied());
    let main = main.as_ref().and_then(log);
    let ends =
        state.replicas.iter().filter_map(|broker| Some((broker.to_string(), json!(log(broker)?.log_end_offset()))));
    json!({
        "leader": state.leader,
        "leader_epoch": state.leader_epoch,
        "replicas": state.replicas,
        "isr": state.isr,
        "log_start": main.map(|log| log.log_start_offset()),
        "high_watermark": main.map(|log| log.high_watermark()),
        "log_end": object(ends),
    })
}

fn group_state(world: &World, coordinator: &Broker, group: &Group) -> Json {
    let places = |partitions: &mut dyn Iterator<Item = &TopicIdPartition>| -> Vec<String> {
        partitions.map(|at| place(world, *at)).collect()
    };
    let classic = group.members.iter().map(|member| {
        let assignment = places(&mut member.assignment.iter());
        (member.client_id.to_string(), json!({ "member_id": &*member.id, "assignment": assignment }))
    });
    let modern = group.consumer.iter().flat_map(|group| &group.members).map(|member| {
        let state = json!({
            "member_id": &*member.id,
            "state": member.current.state.name(),
            "epoch": member.current.member_epoch,
            "assignment": places(&mut member.current.assigned.iter()),
            "pending_revocation": places(&mut member.current.pending_revocation.iter()),
            "target": places(&mut member.target.iter()),
        });
        (member.client_id.to_string(), state)
    });
    let members = classic.chain(modern);
    let lags = group.offsets.iter().filter_map(|(at, committed)| {
        let leader = world.metadata().partition(*at)?.leader?;
        let high_watermark = world.brokers().get(&leader)?.replica(*at)?.log.high_watermark();
        Some((place(world, *at), json!(high_watermark - committed.offset)))
    });
    json!({
        "state": group.state_name(),
        "generation": group.epoch(),
        "protocol": group.assignor(),
        "leader": group.leader.as_deref().map(story::member_name),
        "coordinator": coordinator.id,
        "members": object(members),
        "commits": object(group.offsets.iter().map(|(at, committed)| (place(world, *at), json!(committed.offset)))),
        "lag": object(lags),
    })
}

fn place(world: &World, at: TopicIdPartition) -> String {
    story::partition(world, at)
}
