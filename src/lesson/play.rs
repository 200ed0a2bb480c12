//! Plays a lesson without a page: for the tests and the command line, and for how the page begins one.

use super::{
    Lesson,
    evaluate::all_hold,
    format::Problem,
    progress::{Effect, LessonAction, LessonRun, Phase},
};
use crate::{
    cluster::{WorldError, command::Command},
    history::{Moment, Run},
    i18n::Lang,
};

/// A beat that has not ended after so much simulated time is stuck.
pub const BEAT_TIME_MAX_US: u64 = 60_000_000;

/// The moment at which a run is.
pub fn now(run: &Run) -> Moment {
    run.moment()
}

/// A lesson at its beginning: the run, and the class before the first beat.
pub fn begin(lesson: &Lesson) -> Result<(Run, LessonRun), WorldError> {
    let run = Run::new(&lesson.scenario())?;
    let class = LessonRun::start(lesson, run.world(), now(&run));
    Ok((run, class))
}

/// Gives the commands of a beat. One that the cluster refuses is left out: the class may have done it already.
pub fn give(run: &mut Run, commands: Vec<Command>) -> Vec<WorldError> {
    commands.into_iter().filter_map(|command| run.apply(command).err()).collect()
}

/// Answers the beat's question with `answer`, runs it, and plays on until it has ended.
pub fn play_beat(lesson: &Lesson, run: &mut Run, class: &mut LessonRun, answer: Option<usize>) -> Result<(), Problem> {
    let stuck = |class: &LessonRun, says: String| {
        let beat = class.beat(lesson).map_or("", |beat| beat.id.as_str());
        let field = format!("beats.{beat}.acts[{}]", class.act);
        Problem { file: format!("lessons/{}/lesson.toml", lesson.id), field, says }
    };
    if let Some(option) = answer {
        class.act(lesson, LessonAction::Choose(option), run.world(), now(run));
    }
    let action =
        if class.phase == Phase::Predicting && answer.is_none() { LessonAction::Skip } else { LessonAction::Run };
    let mut effect = class.act(lesson, action, run.world(), now(run));
    let deadline_us = run.time_us() + BEAT_TIME_MAX_US;
    loop {
        match effect {
            Effect::Ended => return Ok(()),
            Effect::Apply(commands) => {
                if let Some(error) = give(run, commands).first() {
                    let says = format!("a command is refused: {}", error.text().plain(Lang::En));
                    return Err(stuck(class, says));
                }
            }
            _ => {
                if run.time_us() >= deadline_us || run.step().is_none() {
                    let waits = waits_for(lesson, run, class).join(", ");
                    return Err(stuck(class, format!("does not end; still waits for {waits}")));
                }
            }
        }
        effect = class.check(lesson, run.world());
    }
}

/// The conditions that the running act still waits for.
pub fn waits_for(lesson: &Lesson, run: &Run, class: &LessonRun) -> Vec<String> {
    let act = class.beat(lesson).and_then(|beat| beat.acts.get(class.act));
    let until = act.map_or(&[][..], |act| &act.until);
    let open = until.iter().filter(|condition| !condition.holds(run.world(), &class.before));
    open.map(|condition| format!("`{condition}`")).collect()
}

/// Everything that is wrong with a lesson when it is played: the stage is not set, a beat does not end, or the world
/// makes not exactly one answer true.
pub fn problems(lesson: &Lesson) -> Vec<Problem> {
    match to_end(lesson, |_, _| {}) {
        Ok(_) => Vec::new(),
        Err(problem) => vec![problem],
    }
}

/// Plays a lesson from its beginning to its end, skipping questions. `ended` is told after each beat.
pub fn to_end(lesson: &Lesson, mut ended: impl FnMut(&Run, &LessonRun)) -> Result<(Run, LessonRun), Problem> {
    let problem = |field: &str, says: String| Problem {
        file: format!("lessons/{}/lesson.toml", lesson.id),
        field: field.to_owned(),
        says,
    };
    let (mut run, mut class) = begin(lesson).map_err(|error| problem("setup", error.text().plain(Lang::En)))?;
    if run.log().len() < lesson.scenario().commands.len() {
        return Err(problem("setup", "a command is refused, or comes after `begin`".to_owned()));
    }
    if !all_hold(&lesson.file.ready, run.world(), &class.before) {
        return Err(problem("ready", "does not hold at `begin`".to_owned()));
    }
    while let Some(beat) = class.beat(lesson) {
        play_beat(lesson, &mut run, &mut class, None)?;
        if beat.question.is_some() && class.verdict().is_none_or(|verdict| verdict.right.is_none()) {
            let field = format!("beats.{}.question", beat.id);
            return Err(problem(&field, "the world makes not exactly one option true".to_owned()));
        }
        ended(&run, &class);
        let moment = now(&run);
        class.act(lesson, LessonAction::Continue, run.world(), moment);
    }
    Ok((run, class))
}
