//! The moments that a class goes between: a record became visible, a group became stable, a leader was elected,
//! something was broken.
//!
//! Everything that happens in one microsecond is one moment, so an outage that elects fifty leaders is one stop.
//! Internal topics have no milestones. Left out: where a lesson's step began, which the lesson knows.

use super::Run;
use crate::{
    cluster::World,
    kafka::event::{Event, EventKind},
    sim::EventId,
};

/// What makes a moment one to stop at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Milestone {
    /// A high watermark moved over records.
    Visible,
    /// A group became stable.
    Stable,
    /// A partition or the cluster got a leader.
    Leader,
    /// Something was broken or healed.
    Fault,
}

/// Does an event make its moment a milestone?
pub fn milestone(world: &World, event: &Event) -> Option<Milestone> {
    use EventKind as E;
    match &event.kind {
        E::HighWatermarkAdvanced { partition, .. } if !world.is_internal(partition.topic) => Some(Milestone::Visible),
        E::GroupState { to: "Stable", .. } => Some(Milestone::Stable),
        E::LeaderElected { partition, to: Some(_), .. } if !world.is_internal(partition.topic) => {
            Some(Milestone::Leader)
        }
        E::ControllerElected { .. } => Some(Milestone::Leader),
        E::BrokerCrashed
        | E::BrokerStopped
        | E::BrokerFrozen(_)
        | E::ClientCrashed
        | E::ClientFrozen(_)
        | E::LinkBroken { .. }
        | E::LinkHealed { .. }
        | E::DiskWiped { .. }
        | E::DiskSlowed { .. }
        | E::ClockSkewed { .. } => Some(Milestone::Fault),
        _ => None,
    }
}

impl Run {
    /// When the last milestone before a time was.
    pub fn milestone_before(&self, time_us: u64) -> Option<u64> {
        let end = self.events().partition_point(|event| event.time_us < time_us);
        let mut before = (0..end).rev().filter_map(|index| self.events().get(index));
        before.find(|event| milestone(self.world(), event).is_some()).map(|event| event.time_us)
    }

    /// When the first milestone after a time was.
    pub fn milestone_after(&self, time_us: u64) -> Option<u64> {
        let first = self.events().partition_point(|event| event.time_us <= time_us);
        let mut after = self.events().range(first..);
        after.find(|event| milestone(self.world(), event).is_some()).map(|event| event.time_us)
    }

    /// Was there a milestone since an event, this one or any?
    pub fn has_passed(&self, wanted: Option<Milestone>, since: EventId) -> bool {
        let first = self.events().partition_point(|event| event.id <= since);
        let mut new = self.events().range(first..).filter_map(|event| milestone(self.world(), event));
        new.any(|found| wanted.is_none_or(|wanted| wanted == found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cluster::command_text::parse, history::start_cluster};

    /// The start cluster for some seconds, with a crash in it.
    fn run() -> Run {
        let mut run = Run::new(&start_cluster()).expect("sound");
        run.advance_to(12_000_000);
        run.apply(parse("crash-broker broker=2").expect("a command")).expect("it runs");
        run.advance_to(40_000_000);
        run
    }

    #[test]
    fn the_way_back_is_the_way_on() {
        let run = run();
        let mut on = Vec::new();
        let mut time_us = 0;
        while let Some(next) = run.milestone_after(time_us) {
            assert!(next > time_us);
            time_us = next;
            on.push(next);
        }
        let mut back = Vec::new();
        time_us = u64::MAX;
        while let Some(before) = run.milestone_before(time_us) {
            time_us = before;
            back.push(before);
        }
        back.reverse();
        assert_eq!(on, back);
        assert!(on.contains(&12_000_000), "the crash is one");
    }

    #[test]
    fn each_kind_is_passed_once_it_has_been() {
        let run = run();
        let crash = run.events().iter().find(|event| matches!(event.kind, EventKind::BrokerCrashed)).expect("it was");
        for kind in [Milestone::Visible, Milestone::Leader, Milestone::Stable] {
            assert!(run.has_passed(Some(kind), 0), "{kind:?}");
        }
        assert!(run.has_passed(Some(Milestone::Fault), crash.id - 1));
        assert!(!run.has_passed(Some(Milestone::Fault), crash.id));
        assert!(!run.has_passed(None, run.event()));
    }
}
