//! A random run as data: what plays it again, whole or in part.

use std::fmt;

use super::{Failure, Fuzz, Outcome};
use crate::{cluster::ClusterSpec, sim::Random};

/// A cluster and the commands given to it, each with its simulated time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Seed of all random streams of the world.
    pub seed: u64,
    /// The cluster.
    pub spec: ClusterSpec,
    /// The commands in their text form.
    pub commands: Vec<(u64, String)>,
    /// When peace is made.
    pub peace_us: u64,
}

impl Script {
    /// Plays it again, and makes peace. Commands that the world does not take are left out.
    pub fn play(&self) -> Result<Outcome, Box<Failure>> {
        let empty = Script { commands: Vec::new(), ..self.clone() };
        let mut fuzz = Fuzz::of(empty, Random::new(self.seed, "fuzz"));
        for (at_us, line) in &self.commands {
            fuzz.watched.run_to(*at_us);
            if !fuzz.watched.findings.is_empty() {
                break;
            }
            fuzz.give(line);
        }
        fuzz.watched.run_to(self.peace_us);
        fuzz.end()
    }
}

/// A line for the cluster, then a line a command.
impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "seed={} racks={:?} settings={:?}", self.seed, self.spec.racks, self.spec.settings)?;
        for (at_us, line) in &self.commands {
            writeln!(out, "@{at_us} {line}")?;
        }
        writeln!(out, "@{} peace", self.peace_us)
    }
}
