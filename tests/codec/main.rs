//! Saved runs: what is read back is the same run to the last digit, every lesson fits into a link, and nothing that is
//! handed in takes the program down.

mod hostile;
mod schema;
mod work;

use kafkascope::{
    check::fuzz::{self, Size},
    cluster::command_text::parse,
    codec::{Origin, Place, Problem, ReadError, Saved, file, link, text},
    history::{AFTER_ALL, History, Moment, Opened, Run, Scenario, start_cluster},
    i18n::Lang,
    kafka::limits,
    lesson::{Lesson, catalogue},
    sim::Random,
};
use serde_json::Value;

fn lessons() -> Vec<Lesson> {
    catalogue().unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// A run of a random world: its first commands are the scenario's, the others are given by hand.
fn random_run(seed: u64, steps: u32) -> Run {
    let script = fuzz::script(seed, Size { steps: Some(steps) });
    let parsed = |line: &str| parse(line).expect(line);
    let first = script.commands.iter().take_while(|(at_us, _)| *at_us == 0).count();
    let (setup, by_hand) = script.commands.split_at(first);
    let commands = setup.iter().map(|(at_us, line)| (*at_us, parsed(line))).collect();
    let mut run = Run::new(&Scenario { seed, cluster: script.spec, commands, begin_us: 0 }).expect("sound");
    for (at_us, line) in by_hand {
        run.advance_to(*at_us);
        run.apply(parsed(line)).expect("the world took it once");
    }
    run.advance_to(script.end_us);
    run
}

fn digests(run: &Run) -> (u64, u64, Moment) {
    (run.world().event_digest(), run.world().state_digest(), run.moment())
}

fn opened(saved: &Saved) -> Opened {
    let opened = saved.open(&lessons()).expect("it begins").finish();
    assert!(opened.is_whole && opened.refused.is_empty(), "{:?}", opened.refused);
    opened
}

/// All three forms give the same back.
fn forms(saved: &Saved) -> bool {
    assert_eq!(file::read(&file::write(saved)).as_ref(), Ok(saved));
    assert_eq!(text::read(&text::write(saved)), Ok(Saved { digest: None, ..saved.clone() }));
    match link::write(saved, "https://example.org/kafkascope/") {
        Ok(link) => {
            let name = String::new();
            assert_eq!(link::read(&link), Ok(Saved { name, ..saved.clone() }));
            true
        }
        Err(Problem::Long { length }) => {
            assert!(length > limits::LINK.max);
            false
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn every_form_of_a_random_run_plays_to_the_same_digest() {
    let mut as_links = 0;
    for seed in 0..24 {
        let run = random_run(seed, 12 + seed as u32);
        let saved = Saved { name: format!("run {seed}"), ..Saved::of(&run, &[]) };
        assert!(matches!(&saved.origin, Origin::Own(_)));
        as_links += u32::from(forms(&saved));
        let again = opened(&text::read(&text::write(&saved)).expect("it was written"));
        assert_eq!(digests(again.history.run()), digests(&run), "seed {seed}");
        assert_eq!(again.history.run().log(), run.log());
        assert_eq!(saved.is_same(again.history.run()), Some(true));
    }
    assert!(as_links > 12, "{as_links} of 24 fit into a link");
}

#[test]
fn a_run_that_stands_in_its_past_keeps_its_future() {
    for seed in [1, 5, 6] {
        let run = random_run(seed, 25);
        let mut history = History::new(Run::new(run.scenario()).expect("sound"));
        for given in run.log().iter().skip(run.scenario().commands.len()) {
            history.advance_to(given.time_us);
            history.apply(given.command.clone()).expect("it was taken once");
        }
        history.advance_to(run.time_us());
        let mut random = Random::new(seed, "playheads");
        for _ in 0..4 {
            history.seek_time(u64::from(random.below(run.time_us() as u32)));
            let here = digests(history.run());
            let saved = Saved::of(history.run(), &[]);
            assert_eq!(saved.commands.len(), run.log().len() - run.scenario().commands.len());
            forms(&saved);
            let mut again = opened(&saved).history;
            assert_eq!(digests(again.run()), here);
            assert_eq!(saved.is_same(again.run()), Some(true));
            again.seek_end();
            assert_eq!(again.run().log().len(), run.log().len(), "what came later is there");
            again.advance_to(run.time_us());
            assert_eq!(digests(again.run()), digests(&run));
            history.seek_end();
        }
    }
}

/// Actions of a class, as varied as there are; one that does not fit is refused and not counted.
const ACTIONS: &[&str] = &[
    "send producer=checkout key=alice value=order-{n}",
    "crash-broker broker=2",
    "send producer=checkout key=customer-{n} value=\"a value with words\" headers=trace:abc{n}",
    "restart-broker broker=2",
    "create-topic topic=audit-{n} partitions=3 replication.factor=2 min.insync.replicas=2",
    "add-producer producer=producer-{n} topic=orders keys=alice,bob,carol,dave value=order rate=2.5 acks=1 linger.ms=20",
    "add-consumer consumer=member-{n} group=billing topics=orders processing.ms=180 auto.offset.reset=earliest",
    "add-consumer consumer=watcher-{n} assign=orders:0,orders:1 max.poll.records=50",
    "pause-producer producer=checkout",
    "resume-producer producer=checkout",
    "configure-producer producer=checkout topic=orders keys=alice,bob key.order=random value=order rate=4 acks=all",
    "set-processing consumer=member-6 processing.ms=950.5",
    "freeze-consumer consumer=member-6",
    "thaw-consumer consumer=member-6",
    "add-partitions topic=orders partitions={more}",
    "configure-topic topic=orders retention.ms=60000 cleanup.policy=compact",
    "configure-cluster group.initial.rebalance.delay.ms=500",
    "elect-leaders type=preferred topic=orders",
    "reassign topic=orders partition=0 replicas=2,3,1",
    "stall-consumer consumer=member-6",
    "unstall-consumer consumer=member-6",
    "seek consumer=watcher-7 topic=orders partition=0 offset=12",
    "crash-consumer consumer=member-6",
    "restart-consumer consumer=member-6",
    "delete-records topic=orders partition=1",
    "stop-broker broker=3",
    "subscribe consumer=member-6 topics=orders,audit-4",
    "restart-broker broker=3",
    "remove-producer producer=producer-5",
    "commit consumer=member-6",
    "crash-controller",
    "add-broker rack=rack-1",
];

/// Gives `count` actions at odd moments, as a class would.
fn act(run: &mut Run, count: u32) {
    let mut random = Random::new(1, "class");
    let mut given = 0;
    for round in 0.. {
        assert!(round < 10 * ACTIONS.len(), "{given} of {count} actions were taken");
        if given == count {
            return;
        }
        let line = ACTIONS[round % ACTIONS.len()];
        let line = line.replace("{n}", &round.to_string()).replace("{more}", &(7 + round / 8).to_string());
        given += u32::from(run.apply(parse(&line).expect(&line)).is_ok());
        run.advance_to(run.time_us() + 1 + u64::from(random.below(4_000_000)));
    }
}

#[test]
fn every_lesson_with_50_actions_fits_into_a_link() {
    const PAGE: &str = "https://a-school-with-a-long-name.example.org/courses/kafkascope/";
    for lesson in lessons() {
        let mut run = Run::new(&lesson.scenario()).expect("it begins");
        act(&mut run, 50);
        let saved = Saved { lens: Some("sequence".to_owned()), lang: Some(Lang::Zh), ..Saved::of(&run, &lessons()) };
        assert_eq!(saved.origin, Origin::Lesson { id: lesson.id.clone(), seed: None });
        assert_eq!(saved.commands.len(), 50);
        let link = link::write(&saved, PAGE).unwrap_or_else(|problem| panic!("{}: {problem:?}", lesson.id));
        println!("{}: {} characters", lesson.id, link.len());
        assert!(link.len() < 2_000 && link.is_ascii(), "{} {}", lesson.id, link.len());
        let read = link::read(&link).expect("it was written");
        assert_eq!(read, saved);
        assert_eq!(digests(opened(&read).history.run()), digests(&run));
    }
}

#[test]
fn past_the_limit_it_says_by_how_much_and_offers_the_file() {
    let mut run = Run::new(&start_cluster()).expect("sound");
    act(&mut run, 200);
    let saved = Saved::of(&run, &lessons());
    let Err(problem @ Problem::Long { length }) = link::write(&saved, "") else { panic!("200 actions fit") };
    for lang in Lang::ALL {
        let text = problem.text().plain(lang);
        assert!(
            text.contains(&(length - 2_000).to_string()) && text.contains(&limits::LINK.rule().plain(lang)),
            "{text}"
        );
    }
    assert_eq!(file::read(&file::write(&saved)), Ok(saved));
}

/// The lines of README and of the module's head.
const TEXT: &str = "# A comment\n\nlesson id=start seed=8\npage name=\"A broker less\" lens=brokers lang=zh-CN\n\
    @12.5s/4321 crash-broker broker=2\n@14s send producer=checkout key=alice value=afterwards\n  pause-producer producer=checkout\n\
    @20s/7000 now\n";

#[test]
fn a_text_says_all_and_may_leave_things_out() {
    let saved = text::read(TEXT).expect("sound");
    assert_eq!(saved.origin, Origin::Lesson { id: "start".to_owned(), seed: Some(8) });
    assert_eq!(
        (saved.name.as_str(), saved.lens.as_deref(), saved.lang),
        ("A broker less", Some("brokers"), Some(Lang::Zh))
    );
    let stamps: Vec<_> = saved.commands.iter().map(|given| (given.time_us, given.after_event)).collect();
    assert_eq!(stamps, [(12_500_000, 4_321), (14_000_000, AFTER_ALL), (14_000_000, AFTER_ALL)]);
    assert_eq!(saved.playhead, Moment { time_us: 20_000_000, event: 7_000 });
    // What was written by hand plays, each command at its time, and is then known to the event.
    let mut loose = saved.clone();
    loose.playhead.event = AFTER_ALL;
    let run = opened(&loose).history.run().clone();
    let times: Vec<_> = run.given_by_hand().map(|given| given.time_us).collect();
    assert_eq!(times, [12_500_000, 14_000_000, 14_000_000]);
    assert!(run.given_by_hand().all(|given| given.after_event < run.event()));
    assert_eq!(run.time_us(), 20_000_000);
    let exact = Saved::of(&run, &lessons());
    assert_eq!(digests(opened(&exact).history.run()), digests(&run));
    // Without a line of its own it begins as the start cluster; without anything it is refused, and takes nothing's place.
    assert_eq!(text::read("\u{feff}@20s now\n").map(|saved| saved.origin), Ok(Saved::default().origin));
    for nothing in ["", "\n", "# nothing\n", "page lang=en\n"] {
        assert_eq!(text::read(nothing).map_err(|error| error.problem), Err(Problem::Nothing), "{nothing:?}");
    }
    // A command from before the beginning is not moved to it.
    let early = text::read("lesson id=start\n@1s crash-broker broker=1\n@10s now\n").expect("sound so far");
    let error = early.open(&lessons()).map(drop).expect_err("the class takes over at 9 s");
    assert_eq!(error.problem, Problem::Early { begin_us: 9_000_000, time_us: 1_000_000 });
    assert_eq!(error.place, kafkascope::codec::Place::Command(1));
    let own = "cluster brokers=3 seed=7 begin=2s racks=\"a,b\",,c min.insync.replicas=2\nsetup @1s add-broker\n";
    let Ok(Saved { origin: Origin::Own(own), .. }) = text::read(own) else { panic!("{:?}", text::read(own)) };
    assert_eq!(own.cluster.racks, [Some("a,b".to_owned()), None, Some("c".to_owned())]);
    assert_eq!((own.begin_us, own.commands.len(), own.cluster.settings.len()), (2_000_000, 1, 1));
    assert_eq!(own.cluster.controllers, 0, "brokers are the controllers unless it is said otherwise");
}

#[test]
fn controllers_apart_come_back_from_every_form() {
    let saved = text::read("cluster brokers=2 controllers=3\n@5s crash-controller\n@9s now\n").expect("sound");
    let Origin::Own(own) = &saved.origin else { panic!("{saved:?}") };
    assert_eq!((own.cluster.racks.len(), own.cluster.controllers), (2, 3));
    assert_eq!(text::read(&text::write(&saved)), Ok(saved.clone()));
    assert_eq!(file::read(&file::write(&saved)), Ok(saved.clone()));
    let short = |saved: &Saved| link::write(saved, "").expect("it fits");
    assert_eq!(link::read(&short(&saved)), Ok(saved.clone()));
    let run = opened(&saved).history.run().clone();
    assert!(run.world().controllers().len() == 3 && run.world().controller().is_some_and(|node| node.id > 3_000));
    // Where there are none, every form is what it was before there could be any.
    let plain = text::read("cluster brokers=2\n@5s crash-controller\n@9s now\n").expect("sound");
    for form in [text::write(&plain), file::write(&plain)] {
        assert!(!form.contains("controllers"), "{form}");
    }
    assert!(short(&plain).len() < short(&saved).len());
}

/// What is wrong, where, of which field, and how many commands could be kept.
fn refused(error: &ReadError) -> (Place, Option<&str>, Option<usize>) {
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        assert!(text.ends_with(['.', '。', '?', '？']), "{text}");
    }
    (error.place, error.problem.field(), error.sound.as_ref().map(|saved| saved.commands.len()))
}

#[test]
fn a_text_that_is_wrong_names_line_and_field() {
    for (text, line, field, kept) in [
        ("@1s crash-broker broker=2\n\n@2s crash-brokr broker=2\n", 3, "crash-brokr", 1),
        ("@1s crash-broker broker=two\n", 1, "broker", 0),
        ("@soon crash-broker broker=2\n", 1, "time", 0),
        ("@2s/x crash-broker broker=2\n", 1, "time", 0),
        ("@2s commit consumer=C1\n@1s commit consumer=C1\n", 2, "time", 1),
        ("@721h commit consumer=C1\n", 1, "time", 0),
        ("@1s create-topic topic=\"a b\" partitions=1\n", 1, "topic", 0),
        ("@1s create-topic topic=a partitions=1 retention.ms=-5\n", 1, "retention.ms", 0),
        ("lesson id=start seed=x\n", 1, "seed", 0),
        ("lesson seed=7\n", 1, "id", 0),
        ("lesson id=start speed=7\n", 1, "speed", 0),
        ("lesson id=start\nlesson id=start\n", 2, "lesson", 0),
        ("commit consumer=C1\nlesson id=start\n", 2, "lesson", 1),
        ("cluster brokers=0\n", 1, "brokers", 0),
        ("cluster brokers=2 racks=a\n", 1, "racks", 0),
        ("cluster brokers=2 controllers=6\n", 1, "controllers", 0),
        ("cluster brokers=2 controllers=x\n", 1, "controllers", 0),
        ("cluster brokers=2 begin=1d\n", 1, "begin", 0),
        ("cluster brokers=2 nonsense=1\n", 1, "nonsense", 0),
        ("setup @1s add-broker\n", 1, "cluster", 0),
        ("cluster brokers=1\nsetup add-broker\n", 2, "setup", 0),
        ("page lang=fr\n", 1, "lang", 0),
        ("page lens=\"\"\n", 1, "lens", 0),
    ] {
        let error = text::read(text).expect_err(text);
        assert_eq!(refused(&error), (Place::Line(line), Some(field), Some(kept)), "{text}: {error:?}");
    }
    let error = text::read(&format!("page name={}\n", "x".repeat(101))).expect_err("a long name");
    assert_eq!(refused(&error).1, Some("name"));
}

#[test]
fn a_file_that_is_wrong_names_line_and_field() {
    let whole = |scenario: &str, rest: &str| {
        format!("{{\n\"kafkascope\": 1,\n\"scenario\": {scenario},\n\"commands\": []{rest}\n}}")
    };
    let start = r#"{"lesson": "start"}"#;
    for (text, line, field) in [
        (String::new(), 1, None),
        ("{\"a\": 1,\n}".to_owned(), 2, None),
        ("[".repeat(100_000), 1, None),
        ("[]".to_owned(), 1, Some("kafkascope")),
        ("{}".to_owned(), 1, Some("kafkascope")),
        ("{\"kafkascope\": \"1\"}".to_owned(), 1, Some("kafkascope")),
        ("{\"kafkascope\": 2, \"new\": true}".to_owned(), 1, None),
        ("{\"kafkascope\": 1}".to_owned(), 1, Some("scenario")),
        (whole(start, ",\n\"comands\": []"), 5, Some("comands")),
        (whole(start, ",\n\"playhead\": \"12\""), 5, Some("playhead")),
        (whole(start, ",\n\"playhead\": \"@721h\""), 5, Some("time")),
        (whole(start, ",\n\"digest\": \"xyz\""), 5, Some("digest")),
        (whole(start, ",\n\"lens\": 4"), 5, Some("lens")),
        (whole(start, ",\n\"lang\": \"fr\""), 5, Some("lang")),
        (whole("{\"lesson\": \"start\", \"brokers\": []}", ""), 3, Some("brokers")),
        (whole("{\"lesson\": 3}", ""), 3, Some("lesson")),
        (whole("{\"seed\": -1, \"brokers\": [null]}", ""), 3, Some("seed")),
        (whole("{\"brokers\": []}", ""), 3, Some("brokers")),
        (whole("{\"brokers\": [3]}", ""), 3, Some("brokers")),
        (whole("{\"brokers\": [null], \"controllers\": 6}", ""), 3, Some("controllers")),
        (whole("{\"brokers\": [null], \"controllers\": [null]}", ""), 3, Some("controllers")),
        (whole("{\"brokers\": [null], \"settings\": {\"x\": \"1\"}}", ""), 3, Some("x")),
        (whole("{\"brokers\": [null], \"settings\": {\"x\": 1}}", ""), 3, Some("settings")),
        (whole("{\"brokers\": [null],\n\"setup\": [\"@1s\",\n\"@1s fly\"]}", ""), 4, None),
        (whole("{\"brokers\": [null], \"begin\": \"soon\"}", ""), 3, Some("begin")),
        (whole("3", ""), 3, Some("scenario")),
    ] {
        let error = file::read(&text).expect_err("it is wrong");
        let (place, of, _) = refused(&error);
        assert_eq!(
            (place, of),
            (Place::Line(line), field),
            "{}: {error:?}",
            text.chars().take(200).collect::<String>()
        );
    }
    let newer = file::read("{\"kafkascope\": 2}").expect_err("newer");
    assert!(matches!(newer.problem, Problem::Newer { .. }));
    let lines = "{\"kafkascope\": 1, \"scenario\": {\"lesson\": \"start\"}, \"commands\": [\n\"@1s add-broker\",\n\"@2s add-brokr\"]}";
    let error = file::read(lines).expect_err("no command");
    assert_eq!(refused(&error), (Place::Line(3), Some("add-brokr"), Some(1)));
}

#[test]
fn an_unknown_lesson_is_named_with_those_that_there_are() {
    let saved = Saved { origin: Origin::Lesson { id: "streams".to_owned(), seed: None }, ..Saved::default() };
    let error = saved.open(&lessons()).expect_err("there is none");
    let text = error.text().plain(Lang::En);
    assert!(text.contains("streams") && lessons().iter().all(|lesson| text.contains(&lesson.id)), "{text}");
}

#[test]
fn a_link_of_another_kind_or_time_is_told_apart() {
    let link = link::write(&Saved::default(), "").expect("it fits");
    assert!(link::is_link(&link) && link::is_link("#k27=x") && !link::is_link("#section") && !link::is_link("#key=1"));
    let problem = |link: &str| link::read(link).expect_err(link).problem;
    assert_eq!(problem("#section-2"), Problem::Foreign);
    assert_eq!(problem(""), Problem::Foreign);
    assert_eq!(problem("https://example.org/"), Problem::Foreign);
    assert_eq!(problem("#k2=abc"), Problem::Newer { version: "k2".to_owned() });
    assert!(
        matches!(problem(&link[..link.len() - 1]), Problem::Short { present, expected } if present + 1 == expected)
    );
    assert_eq!(problem(&format!("{link}A")), Problem::Damaged);
    let mut changed = link.clone().into_bytes();
    changed[12] ^= 1;
    assert_eq!(problem(&String::from_utf8(changed).expect("ASCII")), Problem::Damaged);
    assert!(matches!(problem(&format!("#k1={}", "A".repeat(5_000))), Problem::Limit(_)));
    // A mail program breaks lines.
    let broken: Vec<String> =
        link.as_bytes().chunks(9).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    assert_eq!(link::read(&format!(" {}\r\n", broken.join("\r\n"))), Ok(Saved::default()));
}

/// A link made by the first version that made any. It must always be read.
#[test]
fn old_links_are_read() {
    let saved = text::read(include_str!("first-link.txt")).expect("sound");
    let link = include_str!("first-link.url").trim();
    assert_eq!(link::read(link), Ok(saved.clone()));
    assert_eq!(link::write(&saved, "https://example.org/").as_deref(), Ok(link), "and made");
}

#[test]
fn the_schema_is_the_codes() {
    let text = std::fs::read_to_string(file::SCHEMA).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let names =
        |of: &Value| -> Vec<String> { of["properties"].as_object().expect("an object").keys().cloned().collect() };
    let sorted = |fields: &[&str]| -> Vec<String> {
        let mut fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        fields.sort();
        fields
    };
    let ways = &schema["properties"]["scenario"]["oneOf"];
    assert_eq!(names(&schema), sorted(file::FIELDS));
    assert_eq!(names(&ways[0]), sorted(file::LESSON_FIELDS));
    assert_eq!(names(&ways[1]), sorted(file::OWN_FIELDS));
    assert_eq!(schema["properties"]["commands"]["maxItems"], limits::COMMANDS.max);
    assert_eq!(schema["properties"]["name"]["maxLength"], limits::RUN_NAME.max);
    assert_eq!(schema["properties"]["lens"]["maxLength"], limits::LENS.max);
    assert_eq!(ways[1]["properties"]["setup"]["maxItems"], limits::COMMANDS.max);
    assert_eq!(ways[1]["properties"]["brokers"]["maxItems"], limits::BROKERS.max);
    assert_eq!(ways[1]["properties"]["brokers"]["items"]["maxLength"], limits::RACK.max);
    let value = |text: &str| -> Value { serde_json::from_str(text).expect("JSON") };
    let mut written = std::collections::BTreeSet::new();
    let full = Saved { digest: Some(7), ..text::read(TEXT).expect("sound") };
    let runs = (0..6).map(|seed| Saved::of(&random_run(seed, 10), &[]));
    for saved in runs.chain([full, Saved::default()]) {
        let file = value(&file::write(&saved));
        assert_eq!(schema::problems(&schema, &file, "$"), Vec::<String>::new());
        written.extend(file.as_object().expect("an object").keys().cloned());
        written.extend(file["scenario"].as_object().expect("an object").keys().cloned());
    }
    let all = sorted(&[file::FIELDS, file::LESSON_FIELDS, file::OWN_FIELDS].concat());
    assert!(all.iter().all(|field| written.contains(field)), "every field is written: {written:?}");
    // What the code refuses, the schema refuses too.
    for text in [
        r#"{"kafkascope": 1, "commands": []}"#,
        r#"{"kafkascope": 2, "scenario": {"lesson": "start"}, "commands": []}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start"}}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start", "brokers": [null]}, "commands": []}"#,
        r#"{"kafkascope": 1, "scenario": {"brokers": []}, "commands": []}"#,
        r#"{"kafkascope": 1, "scenario": {"brokers": [""]}, "commands": []}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start"}, "commands": ["add-broker"]}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start"}, "commands": [], "playhead": "12"}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start"}, "commands": [], "lang": "fr"}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start"}, "commands": [], "lens": ""}"#,
        r#"{"kafkascope": 1, "scenario": {"lesson": "start"}, "commands": [], "more": 1}"#,
    ] {
        assert!(file::read(text).is_err(), "{text}");
        assert_ne!(schema::problems(&schema, &value(text), "$"), Vec::<String>::new(), "{text}");
    }
}
