//! Grades a prediction from the world. The right answer is found after the run: it is the option whose claims hold.

use serde::{Deserialize, Serialize};

use super::{
    evaluate::{Snapshot, all_hold},
    facts::WorldFacts,
    format::Question,
};

/// What became of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The option that the class chose; `None`: it skipped the question.
    pub chosen: Option<usize>,
    /// The option that the world made true; `None`: none or several, because the class changed the world meanwhile.
    pub right: Option<usize>,
}

/// A verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// The prediction came true.
    Right,
    /// It did not.
    Wrong,
    /// There was none.
    Skipped,
    /// The world did not decide.
    Open,
}

impl Verdict {
    /// Grades against the world after the run; `before` is what it gave when the beat began.
    pub fn of(question: &Question, chosen: Option<usize>, facts: &dyn WorldFacts, before: &Snapshot) -> Verdict {
        Verdict { chosen, right: right_option(question, facts, before) }
    }

    /// The verdict in one word.
    pub fn grade(self) -> Grade {
        match (self.chosen, self.right) {
            (_, None) => Grade::Open,
            (None, _) => Grade::Skipped,
            (Some(chosen), Some(right)) if chosen == right => Grade::Right,
            _ => Grade::Wrong,
        }
    }
}

/// The one option whose claims all hold, if there is exactly one.
pub fn right_option(question: &Question, facts: &dyn WorldFacts, before: &Snapshot) -> Option<usize> {
    let holds = |(_, option): &(usize, &super::format::Claim)| all_hold(&option.claims, facts, before);
    let mut holding = question.options.iter().enumerate().filter(holds).map(|(index, _)| index);
    holding.next().filter(|_| holding.next().is_none())
}
