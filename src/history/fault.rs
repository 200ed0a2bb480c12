//! What was broken, each with how the cluster stood right before, and counts over the whole run: what Kafka's own
//! metrics are made of. Left out: the metrics by their names, which are `view::metrics`.

use std::sync::Arc;

use super::{Events, Measured, Run, Stamped};
use crate::{
    cluster::{World, command::Command, command_text, fault::Broken},
    kafka::{
        event::{Event, EventKind},
        protocol::Api,
    },
    sim::EventId,
};

/// So many faults are remembered; those before them are forgotten.
const FAULTS_KEPT: usize = 128;

/// Something that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultGiven {
    /// The command, and when it was given.
    pub given: Stamped,
    /// What is in the list of what is broken for it, until that is mended; an empty disk is not.
    pub broke: Option<Broken>,
    /// How the cluster stood right before.
    pub before: Measured,
}

/// How things stand right before a command that breaks something.
#[derive(Debug)]
pub struct Before {
    measured: Measured,
    broken: Vec<Broken>,
}

impl Before {
    /// `None`: the command breaks nothing.
    pub(super) fn of(world: &World, command: &Command) -> Option<Before> {
        let breaks = command_text::breaks(command);
        breaks.then(|| Before { measured: Measured::of(world, Counts::default()), broken: world.broken() })
    }
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
    /// The last thing that was broken.
    pub fn last_fault(&self) -> Option<&FaultGiven> {
        self.faults.last().map(Arc::as_ref)
    }

    /// The command that broke this, and how the cluster stood before it.
    pub fn fault_of(&self, broken: &Broken) -> Option<&Arc<FaultGiven>> {
        self.faults.iter().rev().find(|fault| fault.broke.as_ref() == Some(broken))
    }

    /// What has been counted since the beginning.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// What a monitor of the cluster would read now.
    pub fn measured(&self) -> Measured {
        Measured::of(&self.world, self.counts)
    }

    /// The last command given broke something. Its events are still to be counted.
    pub(super) fn note_fault(&mut self, before: Option<Before>) {
        let (Some(before), Some(given)) = (before, self.log.last()) else { return };
        let broke = match &given.command {
            // An orderly stop takes its time; it is in the list once the process has ended.
            Command::StopBroker { broker } => Some(Broken::Stopped(*broker)),
            _ => self.world.broken().into_iter().find(|one| !before.broken.contains(one)),
        };
        let before = Measured { counts: self.counts, ..before.measured };
        if self.faults.len() == FAULTS_KEPT {
            self.faults.remove(0);
        }
        self.faults.push(Arc::new(FaultGiven { given: given.clone(), broke, before }));
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        cluster::command_text,
        history::{History, Run, start_cluster},
    };

    fn give(run: &mut Run, line: &str) {
        run.apply(command_text::parse(line).expect("a command")).expect("it can be done");
    }

    #[test]
    fn how_things_stood_before_a_fault_is_kept() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        assert!(run.last_fault().is_none());
        let sound = run.measured();
        give(&mut run, "crash-broker broker=2");
        let time_us = run.time_us();
        assert_eq!(run.last_fault().expect("broken").before, sound);
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
            for broken in run.world().broken() {
                let fault = run.fault_of(&broken).unwrap_or_else(|| panic!("{line}: nothing broke {broken:?}"));
                assert!(fault.before.time_us <= run.time_us());
            }
            let is_fault = run.last_fault().map(|fault| fault.given.after_event) != faults;
            assert_eq!(is_fault, run.world().broken().len() > before || line.starts_with("wipe-disk"), "{line}");
            breaking += usize::from(is_fault);
        }
        assert_eq!(breaking, 13, "every row of the table that says so");
    }

    /// Of two faults of the same kind each has its own moment; and a run that is played again has them too.
    #[test]
    fn each_fault_has_how_things_stood_before_it_in_a_replay_too() {
        let mut run = Run::new(&start_cluster()).expect("sound");
        let begin_us = run.time_us();
        let lines = [
            "stop-broker broker=3",
            "cut from=1 to=3",
            "cut from=1 to=3",
            "crash-controller",
            "skew-clock node=2 ahead.ms=9",
        ];
        let mut times = Vec::new();
        for line in lines {
            give(&mut run, line);
            times.push(run.time_us());
            run.advance_to(run.time_us() + 5_000_000);
        }
        let moments = |run: &Run| {
            let faults: Vec<_> = run.world().broken().iter().map(|broken| run.fault_of(broken).cloned()).collect();
            assert!(faults.iter().all(Option::is_some), "{faults:?}");
            faults
        };
        let mut seen: Vec<u64> = moments(&run).iter().flatten().map(|fault| fault.before.time_us).collect();
        seen.sort_unstable();
        assert_eq!(seen, times);
        let mut history = History::new(run.clone());
        history.seek_time(begin_us);
        history.seek_time(run.time_us());
        assert_eq!(moments(history.run()), moments(&run));
        let again = run.back_to(run.time_us(), run.event()).expect("it was there");
        assert_eq!(moments(&again), moments(&run));
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
