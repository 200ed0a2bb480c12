//! What was broken last and what the world was right before, and counts over the whole run: what Kafka's own metrics
//! are made of. Left out: the metrics themselves, which are `view::metrics`.

use std::sync::Arc;

use super::{Events, Run, Stamped};
use crate::{
    cluster::{World, command::Command, command_text},
    kafka::{
        event::{Event, EventKind},
        protocol::Api,
    },
    sim::EventId,
};

/// The last thing that was broken.
#[derive(Clone, Debug)]
pub struct LastFault {
    /// The command, and when it was given.
    pub given: Stamped,
    /// The world right before. A copy of a world copies pointers, and things break seldom.
    pub before: World,
    /// What had been counted by then.
    pub counts: Counts,
}

/// Things that Kafka counts and no present state tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// ISRs that a leader made smaller; what the controller takes out when it fences a broker is none of them.
    pub isr_shrinks: u64,
    /// Partitions for which the controller found another leader.
    pub leader_elections: u64,
}

impl Counts {
    /// Counts new events; `kept` has those before them.
    pub(super) fn note(&mut self, new: &[Event], kept: &Events) {
        for event in new {
            match &event.kind {
                EventKind::IsrChanged { from, to, .. } if to.len() < from.len() => {
                    self.isr_shrinks += u64::from(is_alter_partition(event.cause, new, kept));
                }
                EventKind::LeaderElected { from, to: Some(to), leader_epoch, .. } if *leader_epoch > 0 => {
                    self.leader_elections += u64::from(*from != Some(*to));
                }
                _ => {}
            }
        }
    }
}

/// Did a leader's AlterPartition cause it?
fn is_alter_partition(cause: EventId, new: &[Event], kept: &Events) -> bool {
    let find = |first: Option<&Event>| usize::try_from(cause.checked_sub(first?.id)?).ok();
    let event = find(new.first()).and_then(|at| new.get(at)).or_else(|| kept.get(find(kept.front())?));
    event.is_some_and(|event| matches!(&event.kind, EventKind::Received(rpc) if rpc.api == Api::AlterPartition))
}

impl Run {
    /// The last thing that was broken, with the world right before it.
    pub fn last_fault(&self) -> Option<&LastFault> {
        self.fault.as_deref()
    }

    /// What has been counted since the beginning.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What the world is before a command, if that breaks something.
    pub(super) fn before_fault(&self, command: &Command) -> Option<(World, Counts)> {
        command_text::breaks(command).then(|| (self.world.clone(), self.counts))
    }

    pub(super) fn note_fault(&mut self, before: Option<(World, Counts)>) {
        if let (Some((before, counts)), Some(given)) = (before, self.log.last()) {
            self.fault = Some(Arc::new(LastFault { given: given.clone(), before, counts }));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        cluster::command_text,
        history::{Run, start_cluster},
    };

    fn give(run: &mut Run, line: &str) {
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
    }

    #[test]
    fn the_world_before_the_last_fault_is_kept() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        assert!(run.last_fault().is_none());
        give(&mut run, "crash-broker broker=2");
        let (time_us, event) = (run.time_us(), run.last_fault().expect("broken").given.after_event);
        assert!(run.last_fault().expect("broken").before.brokers()[&2].is_up());
        assert_eq!(run.last_fault().expect("broken").before.last_event(), event);
        run.advance_to(time_us + 20_000_000);
        give(&mut run, "restart-broker broker=2");
        assert_eq!(run.last_fault().expect("broken").given.time_us, time_us, "mending is no fault");
        assert!(run.apply(command_text::parse("crash-broker broker=9").expect("a command")).is_err());
        assert_eq!(run.last_fault().expect("broken").given.time_us, time_us, "nor is what was refused");
    }

    /// What breaks something is what the list of what is broken gets longer by, but for an empty disk.
    #[test]
    fn every_command_that_breaks_something_is_a_fault() {
        let lines = [
            "pause-producer producer=checkout",
            "stall-consumer consumer=C1",
            "stop-broker broker=2",
            "wipe-disk broker=2",
            "restart-broker broker=2",
            "crash-broker broker=3",
            "crash-controller",
            "heal-all",
            "cut from=1 to=2",
            "slow-link from=1 to=* delay.ms=5",
            "lossy-link from=1 to=3 loss.percent=5 direction=one-way",
            "heal fault=1",
            "freeze-broker broker=3",
            "thaw-broker broker=3",
            "freeze-producer producer=checkout",
            "thaw-producer producer=checkout",
            "freeze-consumer consumer=C1",
            "thaw-consumer consumer=C1",
            "crash-consumer consumer=C2",
            "slow-disk broker=1 times=10",
            "slow-disk broker=1 times=1",
            "skew-clock node=1 ahead.ms=-500",
            "skew-clock node=1 ahead.ms=0",
            "elect-leaders type=preferred",
        ];
        let mut run = Run::new(&start_cluster()).expect("sound");
        let mut breaking = 0;
        for line in lines {
            let (before, faults) = (run.world().broken().len(), run.last_fault().map(|fault| fault.given.after_event));
            give(&mut run, line);
            // An orderly stop takes its time.
            run.advance_to(run.time_us() + 5_000_000);
            let is_fault = run.last_fault().map(|fault| fault.given.after_event) != faults;
            assert_eq!(is_fault, run.world().broken().len() > before || line.starts_with("wipe-disk"), "{line}");
            breaking += usize::from(is_fault);
        }
        assert_eq!(breaking, 13, "every row of the table that says so");
    }

    #[test]
    fn elections_are_counted_and_only_what_a_leader_shrinks() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        assert_eq!((run.counts().isr_shrinks, run.counts().leader_elections), (0, 0), "a beginning is no election");
        let led = |run: &Run, broker: u32| {
            run.world().metadata().partitions().filter(|(_, state)| state.leader == Some(broker)).count() as u64
        };
        let two = led(&run, 2);
        give(&mut run, "crash-broker broker=2");
        run.advance_to(run.time_us() + 20_000_000);
        assert_eq!(run.counts().leader_elections, two);
        assert_eq!(run.counts().isr_shrinks, 0, "fenced brokers are taken out by the controller");
    }
}
