//! What a step needs and the cluster does not have: a class may delete anything while a lesson runs.
//!
//! Left out: what is there and will never come to be as the step wants it, which nobody can know.

use super::{
    Lesson,
    facts::WorldFacts,
    measure::Measure,
    progress::{LessonRun, Phase},
};
use crate::{cluster::command::Command, i18n::Text, templates};

templates! { "missing":
    TOPIC = "There is no topic `{name}` any more, and this step needs it. Create it again, or go back with **Again**.",
        "topic `{name}` 已不存在，而这一步需要它。请重新创建它，或按**再来一次**退回。";
    CONSUMER = "There is no consumer **{name}** any more, and this step needs it. Add it again, or go back with **Again**.",
        "consumer **{name}** 已不存在，而这一步需要它。请重新添加它，或按**再来一次**退回。";
    PRODUCER = "There is no producer **{name}** any more, and this step needs it. Add it again, or go back with **Again**.",
        "producer **{name}** 已不存在，而这一步需要它。请重新添加它，或按**再来一次**退回。";
}

/// What a step creates itself is there after so long.
const CREATED_US: u64 = 60_000_000;

impl LessonRun {
    /// What the step under way needs and is not there, in words.
    pub fn missing(&self, lesson: &Lesson, facts: &dyn WorldFacts, now_us: u64) -> Option<Text> {
        if self.phase != Phase::Running {
            return None;
        }
        let beat = self.beat(lesson)?;
        let act = beat.acts.get(self.act)?;
        let is_new = now_us < self.began.time_us.saturating_add(CREATED_US);
        let made = |act: usize, name: &str| lesson.commands(self.beat, act).iter().any(|it| made(it) == Some(name));
        // What an act makes is not there before it, and not at once.
        let is_to_come = |name: &str| (0..beat.acts.len()).any(|act| (is_new || act > self.act) && made(act, name));
        let open = act.until.iter().filter(|condition| !condition.holds(facts, &self.before));
        let measures = open.map(|condition| &condition.measure).chain(beat.values.values());
        measures.flat_map(named).find_map(|(kind, name)| {
            let (words, is_there) = match kind {
                "topic" => (&TOPIC, facts.partition_count(name).is_some()),
                "consumer" => (&CONSUMER, facts.consumed(name).is_some()),
                "producer" => (&PRODUCER, facts.acknowledged(name).is_some()),
                _ => return None,
            };
            (!is_there && !is_to_come(name)).then(|| words.with("name", name))
        })
    }
}

/// What a measure is about: what each thing is and its name.
fn named(measure: &Measure) -> impl Iterator<Item = (&'static str, &str)> {
    measure.kind.row().names.iter().copied().zip(measure.names.iter().map(String::as_str))
}

/// The name of what a command makes.
fn made(command: &Command) -> Option<&str> {
    match command {
        Command::CreateTopic { topic, .. } => Some(topic),
        Command::AddConsumer { consumer: name, .. } | Command::AddProducer { producer: name, .. } => Some(name),
        _ => None,
    }
}
