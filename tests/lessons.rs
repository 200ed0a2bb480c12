//! Every shipped lesson does what its texts say: it plays to its end, each prediction is decided by the world, both
//! languages fill all their placeholders, and what happens in each beat is what was accepted.
//!
//! `KAFKASCOPE_ACCEPT=1` accepts the traces as they are now; `KAFKASCOPE_SHOW=1` prints the texts as a class sees them.

mod golden;

use golden::assert_golden;
use kafkascope::{
    cluster::command_text,
    history::Run,
    i18n::{Lang, Span},
    lesson::{
        Lesson, catalogue,
        play::{self, begin, now, play_beat},
        progress::{Effect, LessonAction, LessonRun, Phase},
        question::Grade,
        view::{self, BeatView},
    },
    view::trace,
};

fn lessons() -> Vec<Lesson> {
    catalogue().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

/// Every text that a class sees of a beat, with its name.
fn texts(beat: &BeatView) -> Vec<(String, String)> {
    let mut all = vec![("title".to_owned(), plain(&beat.title)), ("body".to_owned(), plain(&beat.body))];
    let more = [("watch", &beat.watch), ("done", &beat.done)];
    all.extend(more.into_iter().filter_map(|(name, text)| Some((name.to_owned(), plain(text.as_ref()?)))));
    all.extend(beat.why.iter().map(|(label, _)| ("why".to_owned(), plain(label))));
    if let Some(question) = &beat.question {
        all.push(("ask".to_owned(), plain(&question.ask)));
        all.extend(question.options.iter().enumerate().map(|(n, option)| (format!("option {n}"), plain(&option.says))));
        all.extend(question.reply.iter().map(|reply| ("reply".to_owned(), plain(reply))));
    }
    all
}

fn shown(lesson: &Lesson, class: &LessonRun, lang: Lang) -> BeatView {
    view::build(lesson, class, lang).beat.expect("a beat")
}

#[test]
fn every_lesson_plays_to_its_end() {
    for lesson in lessons() {
        assert_eq!(play::problems(&lesson), [], "{}", lesson.id);
    }
}

#[test]
fn a_lesson_has_four_to_six_beats_and_one_question() {
    for lesson in lessons().iter().filter(|lesson| lesson.number.is_some()) {
        assert!((4..=6).contains(&lesson.beats().len()), "{}", lesson.id);
        let questions = lesson.beats().iter().filter(|beat| beat.question.is_some()).count();
        assert_eq!(questions, 1, "{}", lesson.id);
    }
}

#[test]
fn every_answer_is_graded_and_one_is_right() {
    for lesson in lessons() {
        let (mut run, mut class) = begin(&lesson).expect("it begins");
        while let Some(beat) = class.beat(&lesson) {
            let options = beat.question.as_ref().map_or(0, |question| question.options.len());
            let mut grades = Vec::new();
            for option in 0..options {
                let (mut run, mut class) = (run.clone(), class.clone());
                play_beat(&lesson, &mut run, &mut class, Some(option)).expect("it ends");
                grades.push(class.verdict().expect("a verdict").grade());
                for lang in Lang::ALL {
                    let question = shown(&lesson, &class, lang).question.expect("a question");
                    assert!(!plain(&question.reply.expect("a reply")).is_empty());
                }
            }
            let count = |grade| grades.iter().filter(|given| **given == grade).count();
            let wanted = if options == 0 { (0, 0) } else { (1, options - 1) };
            assert_eq!((count(Grade::Right), count(Grade::Wrong)), wanted, "{} {}: {grades:?}", lesson.id, beat.id);
            play_beat(&lesson, &mut run, &mut class, None).expect("it ends");
            let moment = now(&run);
            class.act(&lesson, LessonAction::Continue, run.world(), moment);
        }
    }
}

#[test]
fn again_brings_back_the_beginning_of_the_beat() {
    for lesson in lessons() {
        let (mut run, mut class) = begin(&lesson).expect("it begins");
        while class.beat(&lesson).is_some() {
            let (start, fresh) = (run.clone(), class.clone());
            play_beat(&lesson, &mut run, &mut class, None).expect("it ends");
            let (ended, end) = (class.clone(), now(&run));
            class.act(&lesson, LessonAction::Again, run.world(), end);
            assert_eq!(class, fresh);
            run = run.back_to(class.began.time_us, class.began.event).expect("it was there");
            assert_eq!(run.world().event_digest(), start.world().event_digest());
            play_beat(&lesson, &mut run, &mut class, None).expect("it ends again");
            assert_eq!((&class, now(&run)), (&ended, end), "the same once more");
            class.act(&lesson, LessonAction::Continue, run.world(), end);
        }
        assert_eq!(class.phase, Phase::Free);
    }
}

#[test]
fn every_text_is_filled_and_short_in_both_languages() {
    for lesson in lessons() {
        let (mut run, mut class) = begin(&lesson).expect("it begins");
        while class.beat(&lesson).is_some() {
            let mut seen: Vec<(Lang, String, String)> = Vec::new();
            let mut look = |class: &LessonRun| {
                for lang in Lang::ALL {
                    let beat = shown(&lesson, class, lang);
                    seen.extend(
                        texts(&beat).into_iter().map(|(name, text)| (lang, format!("{}.{name}", beat.id), text)),
                    );
                }
            };
            look(&class);
            let mut running = class.clone();
            let action = if class.phase == Phase::Predicting { LessonAction::Skip } else { LessonAction::Run };
            running.act(&lesson, action, run.world(), now(&run));
            look(&running);
            play_beat(&lesson, &mut run, &mut class, None).expect("it ends");
            look(&class);
            for (lang, name, text) in &seen {
                let place = format!("{} {} {name}: {text}", lesson.id, lang.tag());
                assert!(!text.contains(['{', '}']) && !text.contains(" –"), "a value is missing: {place}");
                assert!(!text.contains("  "), "two spaces: {place}");
                let ends: &[char] = if *lang == Lang::En { &['.', '?'] } else { &['。', '？'] };
                let sentences = text.matches(ends).count();
                if name.ends_with(".body") || name.ends_with(".done") {
                    assert!(text.ends_with(ends) && sentences <= 7, "not a paragraph: {place}");
                    let limit = if *lang == Lang::En { 330 } else { 170 };
                    assert!(text.chars().count() <= limit, "{} characters: {place}", text.chars().count());
                }
            }
            if std::env::var_os("KAFKASCOPE_SHOW").is_some() {
                for (lang, name, text) in &seen {
                    println!("{} {} {name}: {text}", lesson.id, lang.tag());
                }
                println!("-- {} at {} us, event {}", lesson.id, run.time_us(), run.event());
            }
            let moment = now(&run);
            class.act(&lesson, LessonAction::Continue, run.world(), moment);
        }
    }
}

#[test]
fn every_lesson_leaves_the_accepted_trace() {
    for lesson in lessons().iter().filter(|lesson| lesson.number.is_some()) {
        let mut text = String::new();
        let mut told = 0;
        let tell = |heading: &str, run: &Run, told: &mut u64| {
            let world = run.world();
            let new = run.events().iter().filter(|event| event.id > *told && world.is_step(event));
            let lines: String = new.map(|event| trace::line(world, event) + "\n").collect();
            *told = run.event();
            format!("== {heading}\n{lines}")
        };
        let (begun, _) = begin(lesson).expect("it begins");
        text += &tell("setup", &begun, &mut told);
        play::to_end(lesson, |run, class| {
            let beat = class.beat(lesson).map_or("", |beat| beat.id.as_str());
            text += &tell(beat, run, &mut told);
        })
        .expect("it ends");
        assert_golden(&format!("lessons/{}/expected.trace", lesson.id), &text);
    }
}

#[test]
fn a_class_that_acts_on_its_own_still_gets_through() {
    let by_hand = "send producer=checkout key=alice value=by-hand";
    for lesson in lessons().iter().filter(|lesson| lesson.number.is_some()) {
        let (mut run, mut class) = begin(lesson).expect("it begins");
        while let Some(beat) = class.beat(lesson) {
            run.apply(command_text::parse(by_hand).expect("a command")).expect("it can be sent");
            run.advance_to(run.time_us() + 70_000);
            play_beat(lesson, &mut run, &mut class, beat.question.as_ref().map(|_| 0)).expect("it ends");
            run.apply(command_text::parse(by_hand).expect("a command")).expect("it can be sent");
            let right = class.verdict().map(|verdict| verdict.right.is_some());
            assert_eq!(right, beat.question.as_ref().map(|_| true), "{} {}", lesson.id, beat.id);
            let moment = now(&run);
            class.act(lesson, LessonAction::Continue, run.world(), moment);
        }
    }
}

/// All acts of a beat, given by the class itself.
fn do_by_hand(lesson: &Lesson, run: &mut Run, beat: usize) {
    for act in 0..lesson.beats().get(beat).map_or(0, |beat| beat.acts.len()) {
        assert_eq!(play::give(run, lesson.commands(beat, act).to_vec()), [], "by hand");
        run.advance_to(run.time_us() + 15_000_000);
    }
}

/// Plays a beat whose commands the cluster may refuse.
fn play_anyway(lesson: &Lesson, run: &mut Run, class: &mut LessonRun) {
    class.act(lesson, LessonAction::Skip, run.world(), now(run));
    class.act(lesson, LessonAction::Run, run.world(), now(run));
    assert_eq!(class.phase, Phase::Running);
    play::give(run, lesson.commands(class.beat, 0).to_vec());
    let deadline_us = run.time_us() + play::BEAT_TIME_MAX_US;
    loop {
        match class.check(lesson, run.world()) {
            Effect::Ended => break,
            Effect::Apply(commands) => drop(play::give(run, commands)),
            _ => {
                let goes_on = run.step().is_some() && run.time_us() < deadline_us;
                let waits = play::waits_for(lesson, run, class).join(", ");
                assert!(goes_on, "{} beat {} waits for {waits}", lesson.id, class.beat);
            }
        }
    }
}

#[test]
fn a_beat_ends_for_a_class_that_did_it_already() {
    // While it reads what the beat is about, or before it even came to it.
    for early in [false, true] {
        for lesson in lessons().iter().filter(|lesson| lesson.number.is_some()) {
            let (mut run, mut class) = begin(lesson).expect("it begins");
            for beat in 0..lesson.beats().len() {
                if !early {
                    do_by_hand(lesson, &mut run, beat);
                }
                play_anyway(lesson, &mut run, &mut class);
                if early {
                    do_by_hand(lesson, &mut run, beat + 1);
                }
                class.act(lesson, LessonAction::Continue, run.world(), now(&run));
            }
            assert_eq!(class.phase, Phase::Free);
        }
    }
}

/// Plays a beat step by step with a deed of the class in it; the first thing that was missing.
fn play_until_missing(lesson: &Lesson, deed: Option<(usize, &str)>) -> Option<String> {
    let (mut run, mut class) = begin(lesson).expect("it begins");
    for beat in 0..lesson.beats().len() {
        class.act(lesson, LessonAction::Skip, run.world(), now(&run));
        class.act(lesson, LessonAction::Run, run.world(), now(&run));
        play::give(&mut run, lesson.commands(beat, 0).to_vec());
        if let Some((_, line)) = deed.filter(|(at, _)| *at == beat) {
            run.apply(command_text::parse(line).expect(line)).expect(line);
        }
        loop {
            if let Some(missing) = class.missing(lesson, run.world(), run.time_us()) {
                return Some(missing.plain(Lang::En));
            }
            match class.check(lesson, run.world()) {
                Effect::Ended => break,
                Effect::Apply(commands) => drop(play::give(&mut run, commands)),
                _ => assert!(run.step().is_some(), "{} beat {beat}", lesson.id),
            }
        }
        class.act(lesson, LessonAction::Continue, run.world(), now(&run));
    }
    None
}

#[test]
fn a_lesson_that_cannot_end_says_what_it_misses() {
    let lessons = lessons();
    for lesson in lessons.iter().filter(|lesson| lesson.number.is_some()) {
        assert_eq!(play_until_missing(lesson, None), None, "{}", lesson.id);
    }
    let keys = lessons.iter().find(|lesson| lesson.id == "keys-and-partitions").expect("it is shipped");
    // In the third step it is not among what ends it, but nothing else can happen without it.
    for beat in [1, 2] {
        let said = play_until_missing(keys, Some((beat, "delete-topic topic=orders"))).expect("the topic is gone");
        assert!(said.contains("no topic orders any more"), "{said}");
    }
}
