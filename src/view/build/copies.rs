//! What each broker holds, and what of it only a broker that is gone still has.

use std::rc::Rc;

use super::{Builder, kept, past::Past};
use crate::{
    cluster::World,
    history::Run,
    kafka::{
        ids::{TopicIdPartition, is_internal},
        log::Log,
        metadata::PartitionState,
    },
    view::{
        copies::{Copies, CopyView, OnlyHere},
        model::PartitionView,
    },
};

impl Builder {
    /// Makes the physical picture too from now on, or no more.
    pub fn show_copies(&mut self, on: bool) {
        if on != self.past.is_some() {
            self.past = on.then(Past::default);
        }
    }

    pub(super) fn copies(&mut self, run: &Run) -> Rc<Copies> {
        let world = run.world();
        let old = self.previous.copies.clone();
        let Some(past) = &mut self.past else {
            return if *old == Copies::default() { old } else { Rc::default() };
        };
        past.follow(run);
        let (since_us, moved) = (past.since_us(), past.moved(world));
        let new = Copies { copies: kept(&old.copies, self.held(world)), since_us, moved };
        if *old == new { old } else { Rc::new(new) }
    }

    fn held(&mut self, world: &World) -> Vec<CopyView> {
        let image = world.metadata();
        let mut held = Vec::new();
        for (id, topic) in image.topics.iter().filter(|(_, topic)| !is_internal(&topic.name)) {
            for (partition, state) in (0..).zip(&topic.partitions) {
                if !self.has_cells(topic, partition) {
                    continue;
                }
                let id = TopicIdPartition::new(*id, partition);
                for broker in &state.replicas {
                    held.extend(self.copy(world, &topic.name, (id, state), *broker));
                }
            }
        }
        held
    }

    fn copy(
        &mut self,
        world: &World,
        topic: &str,
        (id, state): (TopicIdPartition, &PartitionState),
        broker: u32,
    ) -> Option<CopyView> {
        let replica_on = |broker: u32| world.brokers().get(&broker)?.replica(id);
        let log = &replica_on(broker)?.log;
        let visible_to = match state.leader.and_then(replica_on) {
            Some(leader) => leader.log.high_watermark(),
            None => log.high_watermark(),
        };
        let only = only_here(world, state, broker, log, |broker| replica_on(broker).map(|replica| &replica.log));
        let log = PartitionView {
            topic: topic.to_owned(),
            partition: id.partition,
            leader: state.leader,
            leader_epoch: log.latest_epoch(),
            replicas: Vec::new(),
            last_known_leader: None,
            log_start: log.log_start_offset(),
            high_watermark: log.high_watermark(),
            log_end: log.log_end_offset(),
            cells: self.cells(log, visible_to, None),
            marks: Vec::new(),
        };
        Some(CopyView { broker, log: Rc::new(log), only })
    }
}

/// Runs, and the controller lets it take part.
fn in_reach(world: &World, broker: u32) -> bool {
    let runs = world.brokers().get(&broker).is_some_and(|broker| broker.is_up());
    runs && world.metadata().brokers.get(&broker).is_some_and(|known| !known.fenced)
}

/// The end of a replica's log that no replica in reach shares. What its leader has just written is on its way to the
/// others, so a leader in reach has nothing of the kind.
fn only_here<'a>(
    world: &'a World,
    state: &PartitionState,
    broker: u32,
    log: &Log,
    log_on: impl Fn(u32) -> Option<&'a Log>,
) -> Option<OnlyHere> {
    if state.leader == Some(broker) && in_reach(world, broker) {
        return None;
    }
    let others = || state.replicas.iter().copied().filter(|other| *other != broker);
    let shared = |other: u32| log_on(other).map_or(0, |other| shared_end(log, other));
    let gone = others().filter(|other| !in_reach(world, *other));
    // While nobody is in reach, what all of them have is not lost.
    let alone = gone.clone().count() == others().count();
    let from = others().filter(|other| alone || in_reach(world, *other)).map(shared).max()?;
    let from = from.max(log.log_start_offset());
    if from >= log.log_end_offset() {
        return None;
    }
    let also = gone.filter(|other| shared(*other) > from).collect();
    Some(OnlyHere { from, also })
}

/// Up to which offset two logs hold the same records: where the last leader epoch that both know ends in one of them
/// (log matching: one leader an epoch, so that a record is known by its offset and epoch).
fn shared_end(one: &Log, other: &Log) -> i64 {
    let mut epoch = one.latest_epoch().min(other.latest_epoch());
    while let (Some((mine, my_end)), Some((theirs, their_end))) =
        (one.end_offset_for(epoch), other.end_offset_for(epoch))
    {
        if mine == theirs {
            return my_end.min(their_end);
        }
        epoch = mine.min(theirs);
    }
    0
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        cluster::command_text,
        history::start_cluster,
        kafka::log::{NO_PRODUCER, RecordsBuilder},
        view::model::ViewModel,
    };

    fn log(epochs: &[(i32, usize)]) -> Log {
        let mut log = Log::default();
        for (epoch, records) in epochs {
            log.start_epoch(*epoch);
            for _ in 0..*records {
                let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
                builder.push(0, None, Some(b"value"), &[]);
                log.append(*epoch, Arc::new(builder.build()));
            }
        }
        log
    }

    #[test]
    fn two_logs_share_what_the_same_leaders_wrote() {
        type Epochs = &'static [(i32, usize)];
        let cases: [(Epochs, Epochs, i64); 7] = [
            (&[(0, 5)], &[(0, 3)], 3),
            (&[(0, 5), (1, 2)], &[(0, 5)], 5),
            (&[(0, 7)], &[(0, 5), (1, 4)], 5),
            (&[(0, 5), (2, 3)], &[(0, 5), (1, 1), (3, 4)], 5),
            (&[(0, 2), (4, 2)], &[(0, 3), (1, 1)], 2),
            (&[(1, 4)], &[(0, 4)], 0),
            (&[], &[(0, 4)], 0),
        ];
        for (one, other, end) in cases {
            assert_eq!(shared_end(&log(one), &log(other)), end, "{one:?} {other:?}");
            assert_eq!(shared_end(&log(other), &log(one)), end, "{other:?} {one:?}");
        }
    }

    fn give(run: &mut Run, line: &str) {
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
    }

    fn built(run: &Run, builder: &mut Builder) -> Rc<ViewModel> {
        builder.show_copies(true);
        builder.build(run)
    }

    #[test]
    fn every_replica_is_there_while_somebody_looks() {
        let run = Run::new(&start_cluster()).expect("sound");
        let mut builder = Builder::default();
        assert!(builder.build(&run).copies.copies.is_empty());
        let view = built(&run, &mut builder);
        assert_eq!(view.copies.copies.len(), 6 * 3);
        for copy in &view.copies.copies {
            assert_eq!(copy.log.cells.len() as i64, copy.log.log_end - copy.log.log_start);
            assert_eq!(copy.only, None, "everybody is in reach");
        }
        let again = built(&run, &mut builder);
        assert!(Rc::ptr_eq(&view.copies, &again.copies));
        builder.show_copies(false);
        assert!(builder.build(&run).copies.copies.is_empty());
    }

    /// Both followers are killed, so that what is written then is on the leader's disk alone when it dies too.
    #[test]
    fn what_only_a_dead_broker_has_is_told() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let mut builder = Builder::default();
        built(&run, &mut builder);
        let leader =
            run.world().metadata().topic_by_name("orders").expect("there").1.partitions[1].leader.expect("led");
        let others: Vec<u32> = (1..=3).filter(|broker| *broker != leader).collect();
        give(&mut run, "add-producer producer=fast topic=orders rate=0 acks=1");
        run.advance_to(run.time_us() + 1_000_000);
        for broker in &others {
            give(&mut run, &format!("crash-broker broker={broker}"));
        }
        give(&mut run, "send producer=fast key=heidi value=x partition=1");
        run.advance_to(run.time_us() + 1_000_000);
        let log_end = |view: &ViewModel, broker: u32| view.copies.of("orders", 1, broker).expect("held").log.log_end;
        let view = built(&run, &mut builder);
        assert!(log_end(&view, leader) > log_end(&view, others[0]), "the leader took it alone");
        assert_eq!(view.copies.of("orders", 1, leader).expect("held").only, None, "it leads and is there");
        give(&mut run, &format!("crash-broker broker={leader}"));
        let view = built(&run, &mut builder);
        let from = log_end(&view, others[0]);
        let only = Some(OnlyHere { from, also: Vec::new() });
        assert_eq!(view.copies.of("orders", 1, leader).expect("held").only, only, "nobody is in reach");
        assert_eq!(view.copies.of("orders", 1, others[0]).expect("held").only, None, "what all have is not lost");
        for broker in &others {
            give(&mut run, &format!("restart-broker broker={broker}"));
        }
        run.advance_to(run.time_us() + 30_000_000);
        let view = built(&run, &mut builder);
        assert_eq!(view.copies.of("orders", 1, leader).expect("held").only, only, "nobody in reach has it");
        assert!(view.copies.since_us(leader).is_some(), "and it is told since when it is gone");
        give(&mut run, &format!("restart-broker broker={leader}"));
        run.advance_to(run.time_us() + 60_000_000);
        let view = built(&run, &mut builder);
        assert!(view.copies.copies.iter().all(|copy| copy.only.is_none()), "everybody is back");
        assert_eq!(view.copies.since_us(leader), None);
    }

    #[test]
    fn where_leadership_went_is_news_as_long_as_the_old_leader_is_gone() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let mut builder = Builder::default();
        assert!(built(&run, &mut builder).copies.moved.is_empty(), "the first leader is no news");
        let leads = |run: &Run| {
            let image = run.world().metadata();
            image
                .partitions()
                .filter(|(id, state)| !is_internal(run.world().topic_name(id.topic)) && state.leader == Some(2))
                .count()
        };
        let led = leads(&run);
        give(&mut run, "crash-broker broker=2");
        run.advance_to(run.time_us() + 30_000_000);
        let view = built(&run, &mut builder);
        assert_eq!(view.copies.moved.len(), led);
        for moved in &view.copies.moved {
            assert_eq!(moved.from, 2);
            assert_eq!(moved.to, view.topics[0].partitions[moved.partition as usize].leader);
        }
        // A look that begins later sees the same: it reads what the run has kept.
        let later = built(&run, &mut Builder::default());
        assert_eq!(later.copies.moved, view.copies.moved);
        assert_eq!(later.copies.since_us, view.copies.since_us);
        give(&mut run, "restart-broker broker=2");
        run.advance_to(run.time_us() + 30_000_000);
        assert!(built(&run, &mut builder).copies.moved.is_empty());
    }
}
