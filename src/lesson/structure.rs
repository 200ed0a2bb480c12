//! Checks a lesson's files for themselves: everything named is there, once, in both languages, with the same
//! placeholders. Pure and without the model, so that the build script can refuse a broken lesson.

use std::collections::BTreeSet;

use super::format::{Beat, BeatTexts, LessonFile, Packed, Problem, Texts, command_lines};

/// A class cannot be asked more often in one lesson.
pub const QUESTIONS_MAX: usize = 5;

/// Everything that is wrong in the files of a lesson, without running it.
pub fn problems(packed: &Packed) -> Vec<Problem> {
    let mut found = Found { folder: format!("lessons/{}", packed.id), problems: Vec::new() };
    if !is_name(&packed.id, '-') {
        found.add("lesson.toml", "id", "the folder's name must be of small letters, digits and -");
    }
    lesson(&packed.lesson, &mut found);
    for (file, texts) in [("en.toml", &packed.en), ("zh-CN.toml", &packed.zh)] {
        self::texts(file, texts, &packed.lesson, &mut found);
    }
    same_placeholders(packed, &mut found);
    found.problems
}

struct Found {
    folder: String,
    problems: Vec<Problem>,
}

impl Found {
    fn add(&mut self, file: &str, field: impl Into<String>, says: impl Into<String>) {
        self.problems.push(Problem { file: format!("{}/{file}", self.folder), field: field.into(), says: says.into() });
    }
}

fn lesson(lesson: &LessonFile, found: &mut Found) {
    const FILE: &str = "lesson.toml";
    if lesson.cluster.brokers == 0 {
        found.add(FILE, "cluster.brokers", "expected at least 1");
    }
    if (lesson.order == 0) != lesson.beats.is_empty() {
        found.add(FILE, "order", "a lesson with beats has an order of at least 1, a scenario without beats has 0");
    }
    if command_lines(&lesson.setup).next().is_none() {
        found.add(FILE, "setup", "expected at least one command");
    }
    if lesson.ready.is_empty() {
        found.add(FILE, "ready", "expected at least one condition");
    }
    if lesson.beats.iter().filter(|beat| beat.question.is_some()).count() > QUESTIONS_MAX {
        found.add(FILE, "beats", format!("expected at most {QUESTIONS_MAX} questions"));
    }
    let mut seen = BTreeSet::new();
    for beat in &lesson.beats {
        let at = format!("beats.{}", beat.id);
        if !is_name(&beat.id, '-') {
            found.add(FILE, format!("{at}.id"), "expected small letters, digits and -");
        }
        if !seen.insert(&beat.id) {
            found.add(FILE, format!("{at}.id"), "there are two beats of this name");
        }
        self::beat(&at, beat, found);
    }
}

fn beat(at: &str, beat: &Beat, found: &mut Found) {
    const FILE: &str = "lesson.toml";
    if beat.lights.is_empty() {
        found.add(FILE, format!("{at}.lights"), "expected at least one place");
    }
    if beat.acts.is_empty() {
        found.add(FILE, format!("{at}.acts"), "expected at least one act");
    }
    for (index, act) in beat.acts.iter().enumerate() {
        if command_lines(&act.commands).next().is_none() {
            found.add(FILE, format!("{at}.acts[{index}].do"), "expected at least one command");
        }
        if act.until.is_empty() {
            found.add(FILE, format!("{at}.acts[{index}].until"), "expected at least one condition");
        }
    }
    for name in beat.values.keys() {
        if !is_name(name, '_') || name.ends_with(BEFORE) {
            found.add(
                FILE,
                format!("{at}.values.{name}"),
                format!("expected small letters, digits and _, not ending in {BEFORE}"),
            );
        }
    }
    let Some(question) = &beat.question else { return };
    if !(2..=5).contains(&question.options.len()) {
        found.add(FILE, format!("{at}.question.options"), "expected 2 to 5 options");
    }
    let mut seen = BTreeSet::new();
    for option in &question.options {
        let at = format!("{at}.question.options.{}", option.id);
        if !is_name(&option.id, '-') {
            found.add(FILE, &at, "expected an id of small letters, digits and -");
        }
        if !seen.insert(&option.id) {
            found.add(FILE, &at, "there are two options of this name");
        }
        if option.claims.is_empty() {
            found.add(FILE, format!("{at}.claims"), "expected at least one condition");
        }
    }
}

fn texts(file: &str, texts: &Texts, lesson: &LessonFile, found: &mut Found) {
    for (field, text) in [("title", &texts.title), ("summary", &texts.summary)] {
        self::text(file, field, text, &BTreeSet::new(), found);
    }
    let wanted: Vec<&String> = lesson.beats.iter().map(|beat| &beat.id).collect();
    same_names(file, "beats", &wanted, &texts.beats.keys().collect::<Vec<_>>(), found);
    for beat in &lesson.beats {
        let Some(texts) = texts.beats.get(&beat.id) else { continue };
        let at = format!("beats.{}", beat.id);
        present(file, &format!("{at}.why"), beat.why.is_some(), texts.why.is_some(), found);
        present(file, &format!("{at}.ask"), beat.question.is_some(), texts.ask.is_some(), found);
        let options: Vec<&String> = beat.question.iter().flat_map(|q| &q.options).map(|option| &option.id).collect();
        same_names(file, &format!("{at}.options"), &options, &texts.options.keys().collect::<Vec<_>>(), found);
        for (field, when, source) in sources(texts) {
            self::text(file, &format!("{at}.{field}"), source, &known(beat, when), found);
        }
    }
}

/// When a text is shown, which decides what its placeholders can say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    Before,
    After,
}

/// The ending of a placeholder that says what a value was when the beat began.
pub const BEFORE: &str = "_before";

/// Every text of a beat with its field.
fn sources(texts: &BeatTexts) -> Vec<(String, When, &String)> {
    let mut all = vec![
        ("title".to_owned(), When::Before, &texts.title),
        ("body".to_owned(), When::Before, &texts.body),
        ("watch".to_owned(), When::Before, &texts.watch),
        ("done".to_owned(), When::After, &texts.done),
    ];
    all.extend(texts.why.iter().map(|text| ("why".to_owned(), When::After, text)));
    all.extend(texts.ask.iter().map(|text| ("ask".to_owned(), When::Before, text)));
    for (id, option) in &texts.options {
        all.push((format!("options.{id}.says"), When::Before, &option.says));
        all.push((format!("options.{id}.reply"), When::After, &option.reply));
    }
    all
}

fn known(beat: &Beat, when: When) -> BTreeSet<String> {
    let now = beat.values.keys().cloned();
    match when {
        When::Before => now.collect(),
        When::After => now.flat_map(|name| [format!("{name}{BEFORE}"), name]).collect(),
    }
}

fn text(file: &str, field: &str, source: &str, known: &BTreeSet<String>, found: &mut Found) {
    if source.trim().is_empty() {
        found.add(file, field, "is empty");
    }
    if source.contains('\n') {
        found.add(file, field, "has a line break; end the line with \\ to go on");
    }
    if source.matches("**").count() % 2 == 1 || source.matches('`').count() % 2 == 1 {
        found.add(file, field, "opens ** or ` and does not close it");
    }
    if source.replace("**", "").contains('*') {
        found.add(file, field, "has a single *; strong text stands between ** and **");
    }
    match placeholders(source) {
        None => found.add(file, field, "opens { and does not close it"),
        Some(names) => {
            for name in names.difference(known) {
                found.add(file, field, format!("{{{name}}} is not among the beat's values at that moment"));
            }
        }
    }
}

/// Names of the placeholders in a text; `None` if a brace is not closed.
pub fn placeholders(source: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut rest = source;
    while let Some(open) = rest.find('{') {
        rest = &rest[open + 1..];
        let end = rest.find(['|', '}'])?;
        names.insert(rest[..end].to_owned());
    }
    let balanced = source.matches('{').count() == source.matches('}').count();
    balanced.then_some(names)
}

/// Both languages say the same values.
fn same_placeholders(packed: &Packed, found: &mut Found) {
    for (id, en) in &packed.en.beats {
        let Some(zh) = packed.zh.beats.get(id) else { continue };
        let zh = sources(zh);
        for (field, _, english) in sources(en) {
            let Some((_, _, chinese)) = zh.iter().find(|(name, _, _)| *name == field) else { continue };
            let (en, zh) = (placeholders(english), placeholders(chinese));
            if let (Some(en), Some(zh)) = (en, zh)
                && en != zh
            {
                let says = format!("has the placeholders {zh:?}, the English text has {en:?}");
                found.add("zh-CN.toml", format!("beats.{id}.{field}"), says);
            }
        }
    }
}

fn same_names(file: &str, at: &str, wanted: &[&String], have: &[&String], found: &mut Found) {
    for name in wanted.iter().filter(|name| !have.contains(name)) {
        found.add(file, format!("{at}.{name}"), "is missing; lesson.toml has it");
    }
    for name in have.iter().filter(|name| !wanted.contains(name)) {
        found.add(file, format!("{at}.{name}"), "lesson.toml does not have it");
    }
}

fn present(file: &str, at: &str, wanted: bool, have: bool, found: &mut Found) {
    match (wanted, have) {
        (true, false) => found.add(file, at, "is missing; lesson.toml has it"),
        (false, true) => found.add(file, at, "lesson.toml does not have it"),
        _ => {}
    }
}

fn is_name(name: &str, joint: char) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint;
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(inner)
}
