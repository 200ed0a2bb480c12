//! Works: what is kept of a whole page reads back and plays to the same, and nothing in its place takes the page down.

use kafkascope::{
    codec::{
        Saved,
        work::{self, Shelf, Work, room},
    },
    history::{Bookmarks, Change, History, Moment, RunId, Runs},
    i18n::Lang,
    kafka::limits,
    lesson::play,
    sim::Random,
};

use super::{digests, lessons, opened};

/// A run, another that began in its past, one of that with a setting changed, and what a class has done in a lesson.
fn page() -> (Work, Runs) {
    let lessons = lessons();
    let lesson = lessons.iter().find(|lesson| lesson.number == Some(3)).expect("shipped");
    let (run, class) = play::begin(lesson).expect("it begins");
    let begin_us = run.time_us();
    let mut runs = Runs::new(History::new(run));
    let command = |line: &str| kafkascope::cluster::command_text::parse(line).expect("a command");
    runs.history_mut().advance_to(begin_us + 4_000_000);
    assert_eq!(runs.apply(command("stop-broker broker=3")), Ok(None));
    runs.history_mut().advance_to(begin_us + 9_000_000);
    runs.history_mut().seek_time(begin_us + 6_000_000);
    assert_eq!(runs.apply(command("crash-broker broker=2")), Ok(Some(RunId(2))));
    runs.history_mut().advance_to(begin_us + 8_000_000);
    runs.rename(RunId(2), Some("ohne Broker 2")).expect("a name");
    let change = kafkascope::history::offers(runs.history().newest())[0].change.clone();
    let mut again = runs.begin_again(RunId(2), &change).expect("it is offered");
    while !again.go_on(1_000) {}
    runs.add_again(RunId(2), again).expect("there is room");
    runs.switch(RunId(2)).expect("it is there");
    let saved = |history: &History| Saved { lang: Some(Lang::Zh), ..Saved::of(history.run(), &lessons) };
    let work = Work {
        name: "第三课".to_owned(),
        kept_ms: 1_795_000_000_123,
        shown: RunId(2),
        bookmarks: Bookmarks::at([5, 12_345_678]).expect("few"),
        class: Some(class),
        runs: runs.kept().map(|kept| kept.with(saved)).collect(),
    };
    (work, runs)
}

#[test]
fn a_page_comes_back_with_its_tree_and_each_run_at_its_moment() {
    let (work, runs) = page();
    let text = work::write(&work);
    let read = work::read(&text).expect("it was written");
    assert_eq!(read, work);
    assert_eq!(read.shown().commands.len(), runs.history().newest().given_by_hand().count());
    let played = read.runs.iter().map(|kept| kept.clone().with(|saved| opened(&saved).history)).collect();
    let back = Runs::restore(played, read.shown).expect("a sound tree");
    assert_eq!(back.list().len(), 3);
    for (before, after) in runs.list().iter().zip(back.list()) {
        assert_eq!(digests(after.history().run()), digests(before.history().run()), "{:?}", before.id());
        assert_eq!((after.id(), after.parent(), after.name()), (before.id(), before.parent(), before.name()));
        let words = |run| kafkascope::view::runs::name(run).plain(Lang::En);
        assert_eq!(words(after), words(before));
    }
    assert_eq!(back.shown().id(), RunId(2));
    // The next one has a number that none of them had.
    let mut back = back;
    let another = back.history().clone();
    assert_eq!(back.add(another), Ok(RunId(4)));
}

#[test]
fn every_change_that_can_be_kept_reads_back() {
    for change in [
        Change::Strategy { group: "a \"group\"".to_owned(), value: "range,sticky".to_owned() },
        Change::Acks { producer: "p".to_owned(), value: "0".to_owned() },
        Change::Partitions { topic: "t".to_owned(), value: 7 },
    ] {
        let mut work = Work::alone(Saved::default());
        work.runs[0].change = Some(change);
        assert_eq!(work::read(&work::write(&work)), Ok(work));
    }
}

#[test]
fn what_is_no_work_is_refused_by_name() {
    let text = work::write(&Work::alone(Saved::default()));
    for (from, to, says) in [
        ("\"shown\": 1", "\"shown\": 2", "shown"),
        ("\"id\": 1", "\"id\": 0", "id"),
        ("\"id\": 1", "\"id\": 1, \"parent\": 1", "runs"),
        ("\"kafkascope-work\": 1", "\"kafkascope-work\": 2", "kafkascope-work"),
        ("\"bookmarks\": []", "\"bookmarks\": [\"x\"]", "bookmarks"),
        ("\"shown\": 1", "\"shown\": 1, \"class\": \"!!\"", "class"),
        ("\"parts\": \"@0s/0\"", "\"parts\": \"soon\"", "playhead"),
    ] {
        assert!(text.contains(from), "{from} in {text}");
        let error = work::read(&text.replacen(from, to, 1)).expect_err(to);
        assert!(error.text().plain(Lang::En).contains(says), "{to}: {}", error.text().plain(Lang::En));
    }
    let twice = Work { runs: vec![Work::alone(Saved::default()).runs[0].clone(); 2], ..Work::alone(Saved::default()) };
    assert!(work::read(&work::write(&twice)).is_err());
    assert!(Runs::restore(Vec::new(), RunId(1)).is_none());
    assert!(Bookmarks::at(0..=limits::BOOKMARKS.max).is_err());
}

#[test]
fn whatever_stands_in_its_place_is_an_error_or_a_work() {
    let text = work::write(&page().0);
    let (mut read, mut refused) = (0, 0);
    let mut note = |text: &str| match work::read(text) {
        Ok(work) => {
            read += 1;
            assert!(work.runs.len() as u64 <= limits::RUNS.max && work.runs.iter().any(|run| run.id == work.shown));
        }
        Err(error) => {
            refused += 1;
            for lang in Lang::ALL {
                assert!(error.text().plain(lang).ends_with(['.', '。', '?', '？']), "{}", error.text().plain(lang));
            }
        }
    };
    for (end, _) in text.char_indices() {
        note(&text[..end]);
    }
    let mut random = Random::new(7, "works");
    for _ in 0..20_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..1 + random.below(4) {
            let at = random.below(bytes.len() as u32) as usize;
            match random.below(3) {
                0 => bytes[at] = random.below(256) as u8,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"0123456789{}[]\",:@/x"[random.below(20) as usize]),
            }
        }
        note(&String::from_utf8_lossy(&bytes));
    }
    assert!(read > 1_000 && refused > 1_000, "{read} {refused}");
}

#[test]
fn the_oldest_without_a_name_makes_room() {
    let shelf = |number, is_named, kept_ms| Shelf { number, is_named, kept_ms };
    assert_eq!(room(&[]), Ok((1, None)));
    assert_eq!(room(&[shelf(7, false, 1)]), Ok((8, None)));
    let mut all: Vec<Shelf> = (1..=limits::WORKS.max as u32).map(|number| shelf(number, true, 5)).collect();
    assert!(room(&all).is_err());
    all[3] = shelf(4, false, 9);
    all[8] = shelf(9, false, 2);
    assert_eq!(room(&all), Ok((limits::WORKS.max as u32 + 1, Some(9))));
    assert_eq!(Moment::default(), Work::alone(Saved::default()).runs[0].own);
}
