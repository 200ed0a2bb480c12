//! Where a class stands in a lesson. A [`LessonRun`] is plain data: it can be kept, compared, saved and put back.
//!
//! It never touches the world. [`LessonRun::act`] and [`LessonRun::check`] say what is to be done ([`Effect`]), and
//! who owns the run does it. The class may do anything else to the cluster at any moment; a beat only waits until its
//! conditions hold, whoever made them hold.

use serde::{Deserialize, Serialize};

use super::{
    Lesson,
    evaluate::{Snapshot, all_hold, newest, snapshot},
    facts::WorldFacts,
    format::{Beat, Spot, WhySpot},
    question::Verdict,
};
use crate::{cluster::command::Command, history::Moment};

/// Where a class stands in a lesson.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonRun {
    /// The lesson.
    pub lesson: String,
    /// The beat, from 0.
    pub beat: usize,
    /// The act of the beat that is under way, from 0.
    pub act: usize,
    /// What the class is doing.
    pub phase: Phase,
    /// The option chosen, before and after the run.
    pub chosen: Option<usize>,
    /// When the beat began, for Again.
    pub began: Moment,
    /// What the world gave when the beat began.
    pub before: Snapshot,
    /// What it gave when the beat ended.
    pub after: Snapshot,
    /// What can be asked now that the beat has ended.
    pub why: Option<Asked>,
    /// What became of each beat's prediction, by beat; `None`: no question, or not yet there.
    pub verdicts: Vec<Option<Verdict>>,
}

/// What the class is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// It reads what is about to be done.
    Reading,
    /// The same, with a question to answer before the run.
    Predicting,
    /// The beat's commands are given; its end condition does not hold yet.
    Running,
    /// The beat has ended; outcome and explanation stand beside the prediction.
    Done,
    /// All beats have ended; the cluster is the class's own.
    Free,
}

/// A question that the class can ask of the run, with the world's own numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// Why did this record go to this partition?
    Partition {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// Offset.
        offset: i64,
    },
    /// Why did this consumer get these partitions?
    Assignment {
        /// Group.
        group: String,
        /// Consumer.
        consumer: String,
    },
    /// Why is there this lag?
    Lag {
        /// Group.
        group: String,
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
    },
    /// Why is a record not visible yet?
    NotVisible {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
    },
    /// Where would a record with this key go?
    WouldGo {
        /// Producer.
        producer: String,
        /// Key as text.
        key: String,
    },
}

/// What a class can do in the lesson panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LessonAction {
    /// Chooses an answer; it can be changed until the run.
    Choose(usize),
    /// Runs the beat. With a question it needs an answer.
    Run,
    /// Runs the beat without an answer.
    Skip,
    /// Goes on to the next beat, or after the last one to free play.
    Continue,
    /// Goes back to the moment at which this beat began.
    Again,
    /// Goes back to the start of the scenario.
    Restart,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Apply these commands at this moment.
    Apply(Vec<Command>),
    /// The beat has ended: pause, so that the class can compare.
    Ended,
    /// Put the run back to this moment and forget what came after.
    Rewind(Moment),
    /// Build the scenario anew and start the lesson from it.
    Restart,
}

impl LessonRun {
    /// Begins at the first beat. The stage must be set: the lesson's `ready` conditions hold.
    pub fn start(lesson: &Lesson, facts: &dyn WorldFacts, now: Moment) -> LessonRun {
        let mut run = LessonRun {
            lesson: lesson.id.clone(),
            beat: 0,
            act: 0,
            phase: Phase::Free,
            chosen: None,
            began: now,
            before: Snapshot::new(),
            after: Snapshot::new(),
            why: None,
            verdicts: vec![None; lesson.beats().len()],
        };
        run.enter(lesson, 0, facts, now);
        run
    }

    /// The class does something in the panel. What does not fit the phase does nothing.
    pub fn act(&mut self, lesson: &Lesson, action: LessonAction, facts: &dyn WorldFacts, now: Moment) -> Effect {
        match (action, self.phase) {
            (LessonAction::Choose(option), Phase::Predicting) => {
                let options = self.beat(lesson).and_then(|beat| beat.question.as_ref()).map_or(0, |q| q.options.len());
                if option < options {
                    self.chosen = Some(option);
                }
                Effect::None
            }
            (LessonAction::Run, Phase::Reading) => self.run(lesson),
            (LessonAction::Run, Phase::Predicting) if self.chosen.is_some() => self.run(lesson),
            (LessonAction::Skip, Phase::Predicting) => {
                self.chosen = None;
                self.run(lesson)
            }
            (LessonAction::Continue, Phase::Done) => {
                self.enter(lesson, self.beat + 1, facts, now);
                Effect::None
            }
            (LessonAction::Again, Phase::Running | Phase::Done) => {
                self.rewind(lesson);
                Effect::Rewind(self.began)
            }
            (LessonAction::Restart, _) => Effect::Restart,
            _ => Effect::None,
        }
    }

    /// To be called after each step while the phase is [`Phase::Running`]: goes on to the beat's next act, or ends it.
    pub fn check(&mut self, lesson: &Lesson, facts: &dyn WorldFacts) -> Effect {
        if self.phase != Phase::Running {
            return Effect::None;
        }
        let Some(beat) = self.beat(lesson) else { return Effect::None };
        let Some(act) = beat.acts.get(self.act) else { return self.end(beat, facts) };
        if !all_hold(&act.until, facts, &self.before) {
            return Effect::None;
        }
        if self.act + 1 < beat.acts.len() {
            self.act += 1;
            return Effect::Apply(lesson.commands(self.beat, self.act).to_vec());
        }
        self.end(beat, facts)
    }

    /// The beat that the class is on; `None` in free play.
    pub fn beat<'a>(&self, lesson: &'a Lesson) -> Option<&'a Beat> {
        lesson.beats().get(self.beat).filter(|_| self.phase != Phase::Free)
    }

    /// What became of this beat's prediction.
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdicts.get(self.beat).copied().flatten()
    }

    /// The places to light on the stage.
    pub fn lights<'a>(&self, lesson: &'a Lesson) -> &'a [Spot] {
        self.beat(lesson).map_or(&[], |beat| &beat.lights)
    }

    fn enter(&mut self, lesson: &Lesson, beat: usize, facts: &dyn WorldFacts, now: Moment) {
        self.beat = beat;
        self.began = now;
        self.before = lesson.beats().get(beat).map(|beat| snapshot(beat.measures(), facts)).unwrap_or_default();
        self.rewind(lesson);
    }

    /// Back to how the beat began.
    fn rewind(&mut self, lesson: &Lesson) {
        self.act = 0;
        self.chosen = None;
        self.after = Snapshot::new();
        self.why = None;
        if let Some(verdict) = self.verdicts.get_mut(self.beat) {
            *verdict = None;
        }
        self.phase = match lesson.beats().get(self.beat) {
            None => Phase::Free,
            Some(beat) if beat.question.is_some() => Phase::Predicting,
            Some(_) => Phase::Reading,
        };
    }

    fn run(&mut self, lesson: &Lesson) -> Effect {
        self.phase = Phase::Running;
        self.act = 0;
        Effect::Apply(lesson.commands(self.beat, 0).to_vec())
    }

    fn end(&mut self, beat: &Beat, facts: &dyn WorldFacts) -> Effect {
        self.phase = Phase::Done;
        self.after = snapshot(beat.measures(), facts);
        self.why = beat.why.as_ref().and_then(|spot| Asked::of(spot, facts));
        if let Some(verdict) = self.verdicts.get_mut(self.beat) {
            *verdict = beat.question.as_ref().map(|q| Verdict::of(q, self.chosen, facts, &self.before));
        }
        Effect::Ended
    }
}

impl Asked {
    /// The question with the world's own numbers; `None` when what it asks about is not there.
    fn of(spot: &WhySpot, facts: &dyn WorldFacts) -> Option<Asked> {
        Some(match spot.clone() {
            WhySpot::Partition(topic, key) => {
                let place = newest(facts, &topic, &key)?;
                Asked::Partition { topic, partition: place.partition, offset: place.newest_offset }
            }
            WhySpot::Assignment(group, consumer) => Asked::Assignment { group, consumer },
            WhySpot::Lag(group, topic, partition) => Asked::Lag { group, topic, partition },
            WhySpot::NotVisible(topic, partition) => Asked::NotVisible { topic, partition },
            WhySpot::WouldGo(producer, key) => Asked::WouldGo { producer, key },
        })
    }
}
