//! A world under watch: every step is checked at once. For tests, the command line and a page's debug build.

use super::{Checker, Finding, ledger};
use crate::{
    cluster::{ClusterSpec, World, WorldError, command::Command},
    i18n::Lang,
    kafka::event::Event,
    ledger::Ledger,
    sim::EventId,
};

/// Events after which the ledgers of watched worlds fold what is settled, by the seed.
const FOLD_AFTER: [EventId; 4] = [100, 1_000, 5_000, 50_000];

/// A world and its checker.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The world.
    pub world: World,
    /// What happened so far, unless it is not kept.
    pub events: Vec<Event>,
    /// How much happened.
    pub event_count: u64,
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// What became of every record.
    pub ledger: Ledger,
    checker: Checker,
    /// Commands that were done.
    given: usize,
    keep: bool,
    buffer: Vec<Event>,
}

impl Watched {
    /// A cluster that has just begun, watched from its first event on. `keep`: keeps its events.
    pub fn new(seed: u64, spec: &ClusterSpec, keep: bool) -> Result<Watched, WorldError> {
        let mut events = Vec::new();
        let world = World::new(seed, spec, &mut events)?;
        let event_count = events.len() as u64;
        let checker = Checker::new(&world);
        // Most worlds are short, so what is settled is folded early, to see that the views still add up.
        let mut ledger = Ledger::folding_after(FOLD_AFTER[(seed % 4) as usize]);
        ledger.follow(&world, &events);
        let (findings, buffer) = (Vec::new(), Vec::new());
        Ok(Watched { world, events, event_count, findings, ledger, checker, given: 0, keep, buffer })
    }

    /// Does a command now.
    pub fn apply(&mut self, command: &Command) -> Result<(), WorldError> {
        self.world.apply(command, &mut self.buffer)?;
        self.given += 1;
        self.take_in();
        Ok(())
    }

    /// Lets the next thing happen, if it does by `until_us`.
    pub fn step(&mut self, until_us: u64) -> bool {
        let stepped = self.world.step(until_us, &mut self.buffer);
        self.take_in();
        stepped
    }

    /// Lets time pass up to `until_us`, or until something is found.
    pub fn run_to(&mut self, until_us: u64) {
        while self.findings.is_empty() && self.step(until_us) {}
        if self.findings.is_empty() {
            self.world.idle_until(until_us);
        }
    }

    /// Does again what another world did, up to its event `until`: its commands with the simulated time and the last
    /// event before each. Those that were done in an earlier call are left out.
    pub fn follow<'a>(
        &mut self,
        commands: impl Iterator<Item = (u64, EventId, &'a Command)>,
        until: EventId,
    ) -> Result<(), WorldError> {
        for (time_us, after_event, command) in commands.skip(self.given) {
            while self.findings.is_empty() && self.event_count < after_event && self.step(time_us) {}
            self.world.idle_until(time_us);
            self.apply(command)?;
        }
        while self.findings.is_empty() && self.event_count < until && self.step(u64::MAX) {}
        Ok(())
    }

    /// Counts the ledger again in another way.
    pub fn audit(&mut self) {
        self.findings.extend(ledger::audit(&self.ledger, &self.world));
    }

    /// The findings as lines, in English.
    pub fn report(&self) -> String {
        let line = |finding: &Finding| {
            format!("{} at event {:?}: {}\n", finding.check, finding.events, finding.text.plain(Lang::En))
        };
        self.findings.iter().map(line).collect()
    }

    fn take_in(&mut self) {
        let before = self.event_count;
        self.event_count += self.buffer.len() as u64;
        self.findings.extend(self.checker.check(&self.world, &self.buffer));
        let changed = self.ledger.changed();
        self.ledger.follow(&self.world, &self.buffer);
        if self.ledger.changed() != changed {
            self.findings.extend(ledger::sums(&self.ledger, &self.world));
        }
        // Now and then all of it, ever more seldom as it grows.
        if before.checked_ilog2() != self.event_count.checked_ilog2() {
            self.audit();
        }
        match self.keep {
            true => self.events.append(&mut self.buffer),
            false => self.buffer.clear(),
        }
    }
}
