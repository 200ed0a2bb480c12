//! The engine on a small world of its own; the shipped lessons run on the model in `tests/lessons.rs`.

use std::collections::BTreeMap;

use super::{
    Lesson,
    condition::Condition,
    evaluate::{Snapshot, snapshot},
    facts::{KeyPlace, WorldFacts},
    format::{Spot, WhySpot},
    measure::{Measure, TABLE},
    progress::{Asked, Effect, LessonAction, LessonRun, Phase},
    question::Grade,
    read, view,
};
use crate::{
    cluster::command::Command,
    history::Moment,
    i18n::{Lang, Span},
};

/// One topic `orders`, one group `billing`, one producer `checkout`; records are (partition, key) in order.
#[derive(Clone, Default)]
struct Toy {
    partitions: i32,
    records: Vec<(i32, String)>,
    owners: BTreeMap<i32, String>,
    members: Vec<String>,
    positions: BTreeMap<i32, i64>,
}

impl Toy {
    fn log(&self, topic: &str, partition: i32) -> Option<Vec<usize>> {
        let known = topic == "orders" && (0..self.partitions).contains(&partition);
        known.then(|| (0..self.records.len()).filter(|at| self.records[*at].0 == partition).collect())
    }

    fn send(&mut self, partition: i32, key: &str) {
        self.records.push((partition, key.to_owned()));
    }
}

impl WorldFacts for Toy {
    fn partition_count(&self, topic: &str) -> Option<i32> {
        (topic == "orders").then_some(self.partitions)
    }
    fn log_start(&self, topic: &str, partition: i32) -> Option<i64> {
        self.log(topic, partition).map(|_| 0)
    }
    fn high_watermark(&self, topic: &str, partition: i32) -> Option<i64> {
        self.log_end(topic, partition)
    }
    fn log_end(&self, topic: &str, partition: i32) -> Option<i64> {
        self.log(topic, partition).map(|log| log.len() as i64)
    }
    fn places_of_key(&self, topic: &str, key: &str) -> Vec<KeyPlace> {
        let mut places = Vec::new();
        for partition in 0..self.partitions {
            let log = self.log(topic, partition).unwrap_or_default();
            let with_key: Vec<(usize, &usize)> =
                log.iter().enumerate().filter(|(_, at)| self.records[**at].1 == key).collect();
            if let Some((offset, at)) = with_key.last() {
                places.push(KeyPlace {
                    partition,
                    records: with_key.len() as u64,
                    newest_offset: *offset as i64,
                    newest_us: **at as u64,
                });
            }
        }
        places
    }
    fn committed(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        self.position(group, topic, partition)
    }
    fn position(&self, group: &str, _: &str, partition: i32) -> Option<i64> {
        self.positions.get(&partition).copied().filter(|_| group == "billing")
    }
    fn group_state(&self, group: &str) -> Option<String> {
        (group == "billing").then(|| "Stable".to_owned())
    }
    fn generation(&self, group: &str) -> Option<i32> {
        (group == "billing").then_some(1)
    }
    fn members(&self, group: &str) -> Vec<String> {
        if group == "billing" { self.members.clone() } else { Vec::new() }
    }
    fn owned(&self, _: &str, consumer: &str) -> Vec<(String, i32)> {
        let mine = self.owners.iter().filter(|(_, owner)| *owner == consumer);
        mine.map(|(partition, _)| ("orders".to_owned(), *partition)).collect()
    }
    fn consumed(&self, consumer: &str) -> Option<u64> {
        self.members.iter().any(|member| member == consumer).then_some(3)
    }
    fn acknowledged(&self, producer: &str) -> Option<u64> {
        (producer == "checkout").then_some(self.records.len() as u64)
    }
    fn unacknowledged(&self, producer: &str) -> Option<u64> {
        (producer == "checkout").then_some(0)
    }
    fn known_partitions(&self, producer: &str, topic: &str) -> Option<i32> {
        self.partition_count(topic).filter(|_| producer == "checkout")
    }
}

fn toy() -> Toy {
    let mut toy = Toy { partitions: 6, members: vec!["C1".into(), "C2".into()], ..Toy::default() };
    for partition in 0..6 {
        toy.owners.insert(partition, "C1".into());
        toy.positions.insert(partition, 0);
    }
    toy.send(3, "alice");
    toy.send(0, "bob");
    toy
}

fn holds(source: &str, world: &Toy, before: &Snapshot) -> bool {
    Condition::parse(source).expect("a condition").holds(world, before)
}

const LESSON: &str = r#"
order = 1
seed = 7
setup = '''
# the stage
create-topic topic=orders partitions=6
'''
begin = "1.5s"
ready = ["partition_count orders = 6"]

[cluster]
brokers = 3

[[beats]]
id = "first"
lights = ["producer checkout", "partition orders 3"]
values = { stored = "stored orders", where = "partitions_of_key orders alice" }
why = "partition orders alice"

[[beats.acts]]
do = "send producer=checkout key=alice value=one"
until = ["stored orders >= before + 1"]

[[beats.acts]]
do = "send producer=checkout key=alice value=two"
until = ["stored orders >= before + 2"]

[[beats]]
id = "grow"
lights = ["topic orders"]
values = { p = "partition_of_key orders alice" }
acts = [{ do = "add-partitions topic=orders partitions=8", until = ["partition_count orders = 8"] }]

[beats.question]
options = [
  { id = "same", claims = ["partition_of_key orders alice = before"] },
  { id = "other", claims = ["partition_of_key orders alice != before"] },
]
"#;

const EN: &str = r#"
title = "Title"
summary = "Summary"
[beats.first]
title = "First"
body = "There are {stored}."
watch = "Watch"
done = "Was {stored_before}, is {stored}, on {where}."
why = "Why {where}?"
[beats.grow]
title = "Grow"
body = "Body"
watch = "Watch"
done = "From P{p_before} to P{p}."
ask = "Where?"
options.same = { says = "Still P{p}", reply = "A key never moves?" }
options.other = { says = "Elsewhere", reply = "The modulus." }
"#;

fn lesson() -> Lesson {
    let packed = read::lesson("a-lesson", LESSON, EN, EN).expect("a well-formed lesson");
    Lesson::load(packed).expect("its commands are valid")
}

fn plain(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

fn sent(effect: Effect) -> Vec<Command> {
    match effect {
        Effect::Apply(commands) => commands,
        other => panic!("expected commands, got {other:?}"),
    }
}

#[test]
fn measures_and_conditions_are_written_as_they_are_read() {
    for (index, row) in TABLE.iter().enumerate() {
        assert_eq!(row.kind as usize, index, "{}", row.name);
    }
    for source in ["lag billing orders", "lag billing orders 3", "owner billing orders 0", "members billing"] {
        assert_eq!(Measure::parse(source).expect("a measure").to_string(), source);
    }
    for source in
        ["visible orders >= before + 3", "lag billing orders 2 != before", "assignment billing C1 orders = P0,P1"]
    {
        assert_eq!(Condition::parse(source).expect("a condition").to_string(), source);
    }
    for source in ["partition orders 3", "group billing", "broker 2"] {
        assert_eq!(Spot::parse(source).expect("a place").to_string(), source);
    }
    assert_eq!(WhySpot::parse("lag billing orders 3").expect("a why").to_string(), "lag billing orders 3");
}

#[test]
fn errors_say_what_was_expected() {
    let measure = |source| Measure::parse(source).expect_err("no measure");
    assert_eq!(measure("lag billing"), "expected `lag GROUP TOPIC [PARTITION]`");
    assert_eq!(measure("log_end orders"), "expected `log_end TOPIC PARTITION`");
    assert_eq!(measure("members billing 3"), "expected `members GROUP`");
    assert!(measure("lags billing").starts_with("there is no measure `lags`"));
    let condition = |source| Condition::parse(source).expect_err("no condition");
    assert!(condition("stored orders 3").contains("expected a measure, one of"));
    assert!(condition("stored orders = three").contains("expected a whole number"));
    assert!(condition("owner billing orders 0 > C1").contains("only be compared with = and !="));
    assert!(Spot::parse("partition orders").expect_err("no place").contains("`partition TOPIC NUMBER`"));
}

#[test]
fn measures_read_the_world() {
    let world = toy();
    let read = |source: &str| {
        let reading = Measure::parse(source).expect("a measure").read(&world);
        reading.map(|reading| serde_json::to_string(&reading).expect("plain data"))
    };
    let number =
        |source: &str, wanted: i64| assert_eq!(read(source), Some(format!("{{\"Number\":{wanted}}}")), "{source}");
    number("stored orders", 2);
    number("stored orders 3", 1);
    number("empty_partitions orders", 4);
    number("partition_of_key orders alice", 3);
    number("records_of_key orders bob", 1);
    number("members billing", 2);
    number("idle_members billing", 1);
    number("owned billing C1 orders", 6);
    number("unowned billing orders", 0);
    number("unread billing orders", 2);
    number("lag billing orders 3", 1);
    number("known_partitions checkout orders", 6);
    assert_eq!(read("idle_names billing"), Some("{\"Words\":[\"C2\"]}".into()));
    assert_eq!(read("partitions_of_key orders alice"), Some("{\"Words\":[\"P3\"]}".into()));
    for nothing in ["stored nowhere", "partition_of_key orders zoe", "members audit", "lag audit orders"] {
        assert_eq!(read(nothing), None, "{nothing}");
    }
}

#[test]
fn conditions_compare_with_numbers_words_and_the_past() {
    let mut world = toy();
    let measures: Vec<Measure> = ["stored orders", "assignment billing C1 orders"]
        .map(|source| Measure::parse(source).expect("a measure"))
        .into();
    let before = snapshot(&measures, &world);
    assert!(holds("stored orders = before", &world, &before));
    assert!(!holds("stored orders >= before + 1", &world, &before));
    world.send(3, "alice");
    assert!(holds("stored orders >= before + 1", &world, &before));
    assert!(holds("stored orders > 2", &world, &before) && holds("stored orders <= 3", &world, &before));
    assert!(holds("group_state billing = Stable", &world, &before));
    assert!(holds("assignment billing C1 orders = P0,P1,P2,P3,P4,P5", &world, &before));
    assert!(holds("assignment billing C2 orders = none", &world, &before));
    world.owners.remove(&5);
    assert!(holds("assignment billing C1 orders != before", &world, &before));
    assert!(!holds("stored nowhere = 0", &world, &before), "what does not exist is not zero");
    assert!(holds("records_of_key orders alice >= before + 2", &world, &before), "what was not there before was none");
}

#[test]
fn a_beat_runs_act_after_act_and_ends_on_the_world() {
    let lesson = lesson();
    let mut world = toy();
    let start = Moment { time_us: 5, event: 2 };
    let mut run = LessonRun::start(&lesson, &world, start);
    assert_eq!((run.phase, run.began), (Phase::Reading, start));
    assert_eq!(run.lights(&lesson).len(), 2);
    assert_eq!(run.act(&lesson, LessonAction::Continue, &world, start), Effect::None, "nothing has run yet");

    assert_eq!(sent(run.act(&lesson, LessonAction::Run, &world, start)).len(), 1);
    assert_eq!(run.check(&lesson, &world), Effect::None);
    world.send(3, "alice");
    assert_eq!(sent(run.check(&lesson, &world)).len(), 1, "the second act");
    assert_eq!(run.check(&lesson, &world), Effect::None);
    world.send(3, "alice");
    assert_eq!(run.check(&lesson, &world), Effect::Ended);
    assert_eq!(run.phase, Phase::Done);
    assert_eq!(run.check(&lesson, &world), Effect::None, "it ends once");
    assert_eq!(run.why, Some(Asked::Partition { topic: "orders".into(), partition: 3, offset: 2 }));

    let view = view::build(&lesson, &run, Lang::En);
    let beat = view.beat.expect("a beat");
    assert_eq!(plain(&beat.body), "There are 2.");
    assert_eq!(plain(&beat.done.expect("it ended")), "Was 2, is 4, on P3.");
    assert_eq!((view.step, view.marks.len()), (1, 2));
}

#[test]
fn a_prediction_is_graded_from_the_world() {
    let lesson = lesson();
    let at = Moment::default();
    for (newest, chosen, grade) in
        [(5, Some(0), Grade::Wrong), (5, Some(1), Grade::Right), (3, Some(0), Grade::Right), (5, None, Grade::Skipped)]
    {
        let mut world = toy();
        let mut run = LessonRun::start(&lesson, &world, at);
        run.act(&lesson, LessonAction::Run, &world, at);
        world.send(3, "alice");
        run.check(&lesson, &world);
        world.send(3, "alice");
        run.check(&lesson, &world);
        run.act(&lesson, LessonAction::Continue, &world, at);
        assert_eq!(run.phase, Phase::Predicting);
        assert_eq!(run.act(&lesson, LessonAction::Run, &world, at), Effect::None, "an answer first");
        assert_eq!(run.act(&lesson, LessonAction::Choose(9), &world, at), Effect::None);
        assert_eq!(run.chosen, None);
        match chosen {
            Some(option) => {
                run.act(&lesson, LessonAction::Choose(option), &world, at);
                sent(run.act(&lesson, LessonAction::Run, &world, at));
            }
            None => drop(sent(run.act(&lesson, LessonAction::Skip, &world, at))),
        }
        world.partitions = 8;
        world.send(newest, "alice");
        assert_eq!(run.check(&lesson, &world), Effect::Ended);
        assert_eq!(run.verdict().map(|verdict| verdict.grade()), Some(grade));

        let view = view::build(&lesson, &run, Lang::En);
        let question = view.beat.expect("a beat").question.expect("a question");
        assert_eq!(plain(&question.options[0].says), "Still P3");
        assert_eq!(question.options.iter().filter(|option| option.right == Some(true)).count(), 1);
        assert!(question.reply.is_some() && !question.open);
    }
}

#[test]
fn again_goes_back_to_the_start_of_the_beat_and_forgets_the_answer() {
    let lesson = lesson();
    let mut world = toy();
    let start = Moment { time_us: 9, event: 4 };
    let mut run = LessonRun::start(&lesson, &world, start);
    let fresh = run.clone();
    run.act(&lesson, LessonAction::Run, &world, start);
    world.send(3, "alice");
    run.check(&lesson, &world);
    assert_eq!(run.act(&lesson, LessonAction::Again, &world, start), Effect::Rewind(start));
    assert_eq!(run, fresh);
    assert_eq!(run.act(&lesson, LessonAction::Restart, &world, start), Effect::Restart);
}

#[test]
fn after_the_last_beat_the_cluster_is_the_classs_own() {
    let lesson = lesson();
    let world = toy();
    let mut run = LessonRun::start(&lesson, &world, Moment::default());
    run.phase = Phase::Done;
    run.beat = 1;
    run.act(&lesson, LessonAction::Continue, &world, Moment::default());
    assert_eq!(run.phase, Phase::Free);
    assert!(run.lights(&lesson).is_empty());
    let view = view::build(&lesson, &run, Lang::Zh);
    assert_eq!((view.step, view.beat), (2, None));
}

#[test]
fn a_run_can_be_saved() {
    let lesson = lesson();
    let mut run = LessonRun::start(&lesson, &toy(), Moment::default());
    run.act(&lesson, LessonAction::Run, &toy(), Moment::default());
    let json = serde_json::to_string(&run).expect("plain data");
    assert_eq!(serde_json::from_str::<LessonRun>(&json).expect("the same"), run);
    let bytes = postcard::to_allocvec(&run).expect("plain data");
    assert_eq!(postcard::from_bytes::<LessonRun>(&bytes).expect("the same"), run);
}

/// Breaks the lesson in one place and returns all that is said about it.
fn broken(which: usize, from: &str, to: &str) -> String {
    let mut sources = [LESSON.to_owned(), EN.to_owned(), EN.to_owned()];
    assert!(sources[which].contains(from), "{from}");
    sources[which] = sources[which].replacen(from, to, 1);
    let read = read::lesson("a-lesson", &sources[0], &sources[1], &sources[2]).and_then(Lesson::load);
    let problems = read.expect_err("a broken lesson");
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn a_wrong_file_is_refused_with_its_name_and_field() {
    for (which, from, to, says) in [
        (0, "seed = 7", "", "lessons/a-lesson/lesson.toml: "),
        (0, "seed = 7", "", "missing field `seed`"),
        (0, "seed = 7", "seed = -1", "line 3 (seed)"),
        (0, "brokers = 3", "broker = 3", "unknown field `broker`"),
        (0, "brokers = 3", "brokers = 0", "cluster.brokers: expected at least 1"),
        (0, "\"partition_count orders = 6\"", "\"partition orders = 6\"", "there is no measure `partition`"),
        (0, "\"producer checkout\"", "\"producers checkout\"", "expected `producer NAME`"),
        (0, "do = \"send producer", "do = \"sent producer", "beats.first.acts[0].do: `sent producer"),
        (0, "until = [\"stored orders >= before + 2\"]", "until = []", "beats.first.acts[1].until: expected at least"),
        (0, "id = \"grow\"", "id = \"first\"", "beats.first.id: there are two beats of this name"),
        (0, "id = \"other\"", "id = \"same\"", "beats.grow.question.options.same: there are two"),
        (0, "values = { p =", "values = { p_before =", "beats.grow.values.p_before: "),
        (1, "done = \"From", "ended = \"From", "lessons/a-lesson/en.toml: line 14 (ended): unknown field `ended`"),
        (1, "ask = \"Where?\"", "", "lessons/a-lesson/en.toml: beats.grow.ask: is missing"),
        (
            2,
            "options.other = {",
            "options.others = {",
            "lessons/a-lesson/zh-CN.toml: beats.grow.options.other: is missing",
        ),
        (2, "There are {stored}.", "There are {store}.", "beats.first.body: {store} is not among the beat's values"),
        (2, "There are {stored}.", "There are.", "zh-CN.toml: beats.first.body: has the placeholders {}"),
        (2, "There are {stored}.", "There are {stored_before}.", "{stored_before} is not among the beat's values"),
        (1, "body = \"Body\"", "body = \"**Body\"", "en.toml: beats.grow.body: opens ** or `"),
        (1, "body = \"Body\"", "body = \" \"", "en.toml: beats.grow.body: is empty"),
    ] {
        let said = broken(which, from, to);
        assert!(said.contains(says), "`{from}` → `{to}`: expected “{says}” in:\n{said}");
    }
}

#[test]
fn every_shipped_lesson_loads() {
    let lessons = super::catalogue().unwrap_or_else(|problems| panic!("{problems:#?}"));
    let names: Vec<(&str, Option<u32>)> = lessons.iter().map(|lesson| (lesson.id.as_str(), lesson.number)).collect();
    let wanted = [
        ("start", None),
        ("three-controllers-apart", None),
        ("a-log-only-grows", Some(1)),
        ("keys-and-partitions", Some(2)),
        ("a-consumer-joins", Some(3)),
    ];
    assert_eq!(names, wanted);
}

#[test]
fn the_start_scenario_is_the_start_cluster() {
    let lessons = super::catalogue().unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(lessons[0].scenario(), crate::history::start_cluster());
}

#[test]
fn times_are_read() {
    use super::format::{Time, timed};
    for (source, us) in [("0s", 0), ("500ms", 500_000), ("1.4s", 1_400_000), ("0.25ms", 250), ("90s", 90_000_000)] {
        assert_eq!(Time::parse(source).map(|time| time.us), Ok(us), "{source}");
        assert_eq!(Time::parse(&String::from(Time { us })), Ok(Time { us }), "{source}");
    }
    for source in ["5", "s", "1.s", "1.2345s", "-1s", "1 s", "1.4"] {
        assert!(Time::parse(source).is_err(), "{source}");
    }
    assert_eq!(
        timed("@1s send producer=a").map(|(time, command)| (time.us, command)),
        Ok((1_000_000, "send producer=a"))
    );
    assert!(timed("@1s").is_err());
}

#[test]
fn a_lesson_that_does_not_play_is_refused() {
    let stage = "create-topic topic=orders partitions=6\nadd-producer producer=checkout topic=orders keys=alice rate=0";
    let sound = LESSON.replace("create-topic topic=orders partitions=6", stage);
    super::validate("a-lesson", &sound, EN, EN).unwrap_or_else(|problems| panic!("{problems:#?}"));
    for (from, to, says) in [
        ("\"partition_count orders = 6\"", "\"partition_count orders = 7\"", "ready: does not hold at `begin`"),
        (
            "\"partition_count orders = 8\"",
            "\"members billing = 1\"",
            "beats.grow.acts[0]: does not end; still waits for `members",
        ),
        (
            "add-partitions topic=orders partitions=8",
            "add-partitions topic=sales partitions=8",
            "beats.grow.acts[0]: a command is refused: There is no topic",
        ),
        (
            "claims = [\"partition_of_key orders alice = before\"]",
            "claims = [\"partition_of_key orders alice != before\"]",
            "beats.grow.question: the world makes not exactly one",
        ),
        (
            "create-topic topic=orders partitions=6",
            "@2s create-topic topic=orders partitions=6",
            "setup: a command is refused, or comes after",
        ),
        ("partitions=6", "partitions=6 replication.factor=4", "setup: "),
    ] {
        assert!(sound.contains(from), "{from}");
        let problems = super::validate("a-lesson", &sound.replacen(from, to, 1), EN, EN).expect_err("a broken lesson");
        let said: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        assert!(said.contains(says), "`{from}` → `{to}`: expected “{says}” in:\n{said}");
    }
}
