//! The lesson panel as plain comparable data in one language: what `web::lesson` draws, and nothing of how.

use super::{
    Lesson,
    evaluate::{Reading, Snapshot},
    format::{Beat, BeatTexts},
    progress::{Asked, LessonRun, Phase},
    question::Grade,
    structure::BEFORE,
};
use crate::i18n::{Arg, Lang, Span, render_source};

/// Everything in the lesson panel.
#[derive(Clone, Debug, PartialEq)]
pub struct LessonView {
    /// The language of its texts.
    pub lang: Lang,
    /// The lesson's number, if it has beats.
    pub number: Option<u32>,
    /// The lesson's name.
    pub title: Vec<Span>,
    /// One sentence on the lesson.
    pub summary: Vec<Span>,
    /// One mark a beat.
    pub marks: Vec<Mark>,
    /// The beat the class is on, from 1; the number of beats in free play.
    pub step: usize,
    /// What the class is doing.
    pub phase: Phase,
    /// The beat; `None` in free play.
    pub beat: Option<BeatView>,
}

impl LessonView {
    /// Is the class on the last beat?
    pub fn is_last(&self) -> bool {
        self.step == self.marks.len()
    }

    /// How many predictions came true, of how many that the world decided.
    pub fn score(&self) -> (usize, usize) {
        let graded = |wanted: &[Grade]| {
            self.marks.iter().filter(|mark| matches!(mark, Mark::Graded(grade) if wanted.contains(grade))).count()
        };
        (graded(&[Grade::Right]), graded(&[Grade::Right, Grade::Wrong]))
    }
}

/// How far a beat has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It has ended.
    Done,
    /// It has ended, and its prediction was graded so.
    Graded(Grade),
    /// The class is on it.
    Now,
    /// It lies ahead.
    Ahead,
}

/// One beat.
#[derive(Clone, Debug, PartialEq)]
pub struct BeatView {
    /// Its name.
    pub id: String,
    /// Its heading.
    pub title: Vec<Span>,
    /// What is about to be done.
    pub body: Vec<Span>,
    /// The question, before and after the run.
    pub question: Option<QuestionView>,
    /// What to watch: while it runs.
    pub watch: Option<Vec<Span>>,
    /// What happened: once it has ended.
    pub done: Option<Vec<Span>>,
    /// What can be asked: once it has ended.
    pub why: Option<(Vec<Span>, Asked)>,
}

/// A prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct QuestionView {
    /// What is asked.
    pub ask: Vec<Span>,
    /// The possible answers.
    pub options: Vec<OptionView>,
    /// Can it still be answered?
    pub open: bool,
    /// What became of it, once the beat has ended.
    pub grade: Option<Grade>,
    /// The reply: to the answer chosen, or for a skipped question to the right one.
    pub reply: Option<Vec<Span>>,
}

/// A possible answer.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionView {
    /// What it says.
    pub says: Vec<Span>,
    /// Did the class choose it?
    pub chosen: bool,
    /// Did the world make it true? `None` before the beat has ended, and when the world did not decide.
    pub right: Option<bool>,
}

/// The panel for where the class stands.
pub fn build(lesson: &Lesson, run: &LessonRun, lang: Lang) -> LessonView {
    let texts = lesson.texts(lang);
    let beats = lesson.beats();
    let beat = run.beat(lesson);
    LessonView {
        lang,
        number: lesson.number,
        title: render_source(&texts.title, &[], lang),
        summary: render_source(&texts.summary, &[], lang),
        marks: (0..beats.len()).map(|index| mark(run, index)).collect(),
        step: (run.beat + 1).min(beats.len()),
        phase: run.phase,
        beat: beat.and_then(|beat| Some(beat_view(beat, texts.beats.get(&beat.id)?, run, lang))),
    }
}

fn mark(run: &LessonRun, index: usize) -> Mark {
    let ended = index < run.beat || run.phase == Phase::Done && index == run.beat;
    match run.verdicts.get(index).copied().flatten() {
        Some(verdict) if ended => Mark::Graded(verdict.grade()),
        _ if ended => Mark::Done,
        _ if index == run.beat => Mark::Now,
        _ => Mark::Ahead,
    }
}

fn beat_view(beat: &Beat, texts: &BeatTexts, run: &LessonRun, lang: Lang) -> BeatView {
    let before = values(beat, &run.before, "");
    let mut after = values(beat, &run.after, "");
    after.extend(values(beat, &run.before, BEFORE));
    let ended = run.phase == Phase::Done;
    let words = Words { lang, before: &before, after: &after };
    BeatView {
        id: beat.id.clone(),
        title: words.before(&texts.title),
        body: words.before(&texts.body),
        question: texts.ask.as_ref().map(|ask| question_view(beat, ask, texts, run, &words)),
        watch: (run.phase == Phase::Running).then(|| words.before(&texts.watch)),
        done: ended.then(|| words.after(&texts.done)),
        why: texts.why.as_ref().zip(run.why.clone()).map(|(label, key)| (words.after(label), key)),
    }
}

fn question_view(beat: &Beat, ask: &str, texts: &BeatTexts, run: &LessonRun, words: &Words<'_>) -> QuestionView {
    let options = beat.question.as_ref().map_or(&[][..], |question| &question.options);
    let verdict = run.verdict();
    let right = verdict.and_then(|verdict| verdict.right);
    let text = |index: usize| texts.options.get(&options.get(index)?.id);
    // Without a world that decided, no reply would be true.
    let replied = right.map(|right| run.chosen.unwrap_or(right));
    QuestionView {
        ask: words.before(ask),
        options: options
            .iter()
            .enumerate()
            .map(|(index, _)| OptionView {
                says: text(index).map_or_else(Vec::new, |text| words.before(&text.says)),
                chosen: run.chosen == Some(index),
                right: right.map(|right| right == index),
            })
            .collect(),
        open: run.phase == Phase::Predicting,
        grade: verdict.map(super::question::Verdict::grade),
        reply: replied.and_then(text).map(|text| words.after(&text.reply)),
    }
}

/// The values of a beat's placeholders at one moment, with `ending` after their names; `–` for what is not there.
fn values(beat: &Beat, moment: &Snapshot, ending: &str) -> Vec<(String, Arg)> {
    let value = |reading: Option<&Reading>| match reading {
        Some(Reading::Words(words)) if words.is_empty() => Arg::from("–"),
        Some(Reading::Words(words)) => Arg::List(shorten(words).into_iter().map(Arg::from).collect()),
        Some(Reading::Number(number)) => Arg::Number(*number),
        None => Arg::from("–"),
    };
    beat.values.iter().map(|(name, measure)| (format!("{name}{ending}"), value(moment.get(measure)))).collect()
}

/// Three or more partitions in a row as a range: `P0–P5`.
fn shorten(words: &[String]) -> Vec<String> {
    let number = |word: &String| word.strip_prefix('P')?.parse::<i32>().ok();
    let follows = |a: &String, b: &String| number(a).is_some_and(|a| number(b) == Some(a + 1));
    let mut short = Vec::new();
    for run in words.chunk_by(follows) {
        match run {
            [first, _, .., last] => short.push(format!("{first}–{last}")),
            _ => short.extend_from_slice(run),
        }
    }
    short
}

struct Words<'a> {
    lang: Lang,
    before: &'a [(String, Arg)],
    after: &'a [(String, Arg)],
}

impl Words<'_> {
    fn before(&self, source: &str) -> Vec<Span> {
        self.render(source, self.before)
    }

    fn after(&self, source: &str) -> Vec<Span> {
        self.render(source, self.after)
    }

    fn render(&self, source: &str, values: &[(String, Arg)]) -> Vec<Span> {
        let values: Vec<(&str, &Arg)> = values.iter().map(|(name, arg)| (name.as_str(), arg)).collect();
        render_source(source, &values, self.lang)
    }
}
