//! Taking back the last command that was given by hand, and giving it again.
//!
//! A run is what its commands made of it, so to take back a command is to stand right before it, at the simulated
//! time and the event at which it was given: what came later came of it, and is gone with it. Which moment is
//! looked at makes no difference: it is the run's last command, also where it still lies ahead. No other run
//! begins. What was there is kept whole until something else is given, so that giving the command again leads to
//! the same moment of the same run; time that has passed meanwhile without it is forgotten then.

use super::{History, Moment, Run, RunsError, Stamped};
use crate::kafka::limits;

/// A command that was taken back, and the run with it.
#[derive(Clone, Debug)]
pub struct Undone {
    given: Stamped,
    /// The newest state there was.
    newest: Box<Run>,
    looked_at: Moment,
}

impl Stamped {
    /// The moment right before the command.
    pub fn before(&self) -> Moment {
        Moment { event: self.after_event, time_us: self.time_us }
    }
}

impl History {
    /// The command that can be taken back: the run's last one that the scenario did not give itself.
    pub fn can_undo(&self) -> Option<&Stamped> {
        self.newest().given_by_hand().last().filter(|given| given.before() >= self.begin())
    }

    /// The command that can be given again.
    pub fn can_redo(&self) -> Option<&Stamped> {
        self.undone.last().map(|undone| &undone.given)
    }

    /// Takes the last command back: stands right before it, and nothing is known of what comes after.
    pub fn undo(&mut self) -> Result<Stamped, RunsError> {
        let given = self.can_undo().cloned().ok_or(RunsError::NothingToUndo)?;
        limits::UNDONE.check(self.undone.len() as u64 + 1)?;
        let (looked_at, at) = (self.run.moment(), given.before());
        self.seek(at);
        let newest = self.tip.take().ok_or(RunsError::NothingToUndo)?;
        self.run.forget_future();
        self.frames.forget_after(at);
        self.undone.push(Undone { given: given.clone(), newest, looked_at });
        Ok(given)
    }

    /// Gives the command again that was taken back last: everything is as it was before that.
    pub fn redo(&mut self) -> Result<Stamped, RunsError> {
        let Undone { given, newest, looked_at } = self.undone.pop().ok_or(RunsError::NothingToRedo)?;
        self.frames.forget_after(given.before());
        (self.run, self.tip) = (*newest, None);
        self.seek(looked_at);
        Ok(given)
    }
}
