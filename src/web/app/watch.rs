//! The invariants, checked as the page runs: a debug build plays every run a second time under watch.
//!
//! A finding is a bug of the model. It ends in the screen for crashes, which has the seed and the commands to copy.
//! Left out: release builds, which a class uses; there the tests have checked.

#[cfg(debug_assertions)]
use kafkascope::check::Watched;
use kafkascope::history::Run;

/// The second run. In a release build there is none, so that the checks weigh nothing.
#[derive(Default)]
pub struct Watch {
    #[cfg(debug_assertions)]
    watched: Option<Watched>,
}

#[cfg(not(debug_assertions))]
impl Watch {
    /// Nothing to do.
    pub fn follow(&mut self, _run: &Run) {}

    /// Nothing to do.
    pub fn forget(&mut self) {}
}

#[cfg(debug_assertions)]
impl Watch {
    /// Follows the run to where it is.
    ///
    /// # Panics
    ///
    /// When something does not hold.
    pub fn follow(&mut self, run: &Run) {
        let scenario = run.scenario();
        // A run that went back, or another one, is followed from its beginning.
        let mut watched = self
            .watched
            .take()
            .filter(|watched| watched.event_count <= run.event())
            .or_else(|| Watched::new(scenario.seed, &scenario.cluster, false).ok());
        if let Some(watched) = &mut watched {
            let commands = run.log().iter().map(|stamped| (stamped.time_us, stamped.after_event, &stamped.command));
            let followed = watched.follow(commands, run.event());
            assert!(followed.is_ok() && watched.findings.is_empty(), "an invariant broke: {}", watched.report());
        }
        self.watched = watched;
    }

    /// Another run begins.
    pub fn forget(&mut self) {
        self.watched = None;
    }
}
