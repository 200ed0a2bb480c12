//! Every sentence of the crate is whole in both languages: there, with the same placeholders, balanced marks, and
//! ended as each language ends a sentence. A room of sentences that is not listed in [`all`] fails the last test.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use kafkascope::{
    check,
    cluster::{command_check, command_text, error},
    codec, history,
    i18n::{Template, brokers, faults, forms, lens, lesson, share, stage, ui},
    kafka::{config, ids, limits},
    view::{self, story, why},
};

/// Every sentence. Each room adds its `ALL` here.
fn all() -> Vec<Template> {
    let lists: &[&[&'static Template]] = &[
        config::ALL,
        limits::ALL,
        ids::ALL,
        command_text::ALL,
        command_check::ALL,
        codec::ALL,
        error::ALL,
        lesson::ALL,
        kafkascope::lesson::missing::ALL,
        kafkascope::lesson::until::ALL,
        ui::ALL,
        forms::ALL,
        brokers::ALL,
        faults::ALL,
        lens::ALL,
        share::ALL,
        stage::ALL,
        check::ALL,
        history::ALL,
        view::runs::ALL,
        view::TEXTS[0],
        view::TEXTS[1],
        view::TEXTS[2],
        view::group_chart::words::ALL,
        view::ledger::life::ALL,
        view::ledger::words::ALL,
        view::member_card::ALL,
        view::metrics::ALL,
        view::sequence::MOMENTS,
        view::segments::ALL,
        view::sequence::layout::ALL,
    ];
    let mut all: Vec<Template> = lists.iter().flat_map(|list| list.iter().map(|template| **template)).collect();
    all.extend(
        story::TEMPLATES
            .iter()
            .chain(why::TEMPLATES)
            .chain(view::compare::TEMPLATES)
            .flat_map(|list| list.iter().map(|template| **template)),
    );
    all.extend(config::TABLE.iter().map(|config| config.help));
    all.extend(limits::TABLE.iter().map(|limit| limit.text));
    for verb in command_text::VERBS {
        all.push(verb.help);
        all.extend(verb.params.iter().map(|param| param.help));
    }
    all
}

/// The names of the placeholders of a source, also of those within a choice of one and many.
fn placeholders(source: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in source.split('{').skip(1) {
        let name = part.split(['|', '}']).next().unwrap_or_default();
        names.insert(name.to_owned());
    }
    names
}

fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

/// How a source ends as a sentence, in the marks of English; `None` for a part of a sentence or a label.
fn ending(source: &str) -> Option<char> {
    match source.chars().last()? {
        '.' | '。' => Some('.'),
        '?' | '？' => Some('?'),
        '!' | '！' => Some('!'),
        ':' | '：' => Some(':'),
        '…' => Some('…'),
        _ => None,
    }
}

#[test]
fn there_are_many_and_none_is_empty() {
    let all = all();
    assert!(all.len() > 100, "{}", all.len());
    for template in all {
        for source in [template.en, template.zh] {
            assert!(!source.is_empty() && source.trim() == source, "{}: {source:?}", template.key);
        }
    }
}

#[test]
fn the_same_placeholders_in_both_languages() {
    for template in all() {
        assert_eq!(placeholders(template.en), placeholders(template.zh), "{}", template.key);
    }
}

#[test]
fn marks_are_balanced() {
    for template in all() {
        for source in [template.en, template.zh] {
            let mut depth = 0_i32;
            for c in source.chars() {
                depth += i32::from(c == '{') - i32::from(c == '}');
                assert!((0..=2).contains(&depth), "{}: {source}", template.key);
            }
            assert_eq!(depth, 0, "{}: {source}", template.key);
            assert_eq!(source.matches('`').count() % 2, 0, "{}: {source}", template.key);
            assert_eq!(source.matches("**").count() % 2, 0, "{}: {source}", template.key);
            for [open, close] in [['“', '”'], ['(', ')'], ['（', '）'], ['《', '》']] {
                assert_eq!(source.matches(open).count(), source.matches(close).count(), "{}: {source}", template.key);
            }
        }
    }
}

#[test]
fn sentences_end_as_sentences() {
    for template in all() {
        let Template { key, en, zh } = template;
        assert_eq!(ending(en), ending(zh), "{key}: {en} / {zh}");
        assert!(!zh.ends_with(['.', '?', '!', ':', ',']), "{key}: {zh}");
        // A part of a sentence or a label starts small; a name or a value alone has no space.
        let sentence = en.contains(' ') && !en.starts_with(|c: char| c.is_ascii_lowercase());
        let ends = ending(en).is_some() || en.ends_with('}');
        assert!(!sentence || ends || is_label(key), "{key} does not end as a sentence: {en}");
    }
}

/// Rooms whose texts stand on buttons and in headings and need not be sentences.
fn is_label(key: &str) -> bool {
    const LABEL_ROOMS: &[&str] = &[
        "brokers", "card", "chart", "compare", "faults", "forms", "ledger", "lens", "lesson", "member", "metrics",
        "moment", "producer", "run", "sequence", "share", "stage", "ui", "until",
    ];
    LABEL_ROOMS.iter().any(|room| key.starts_with(&format!("{room}.")))
}

/// Kafka's own terms, which Chinese engineers use as they are.
const TERMS: &[&str] = &[
    "High watermark",
    "Leader epoch",
    "Member id",
    "+ Producer",
    "+ Consumer",
    "+ Broker",
    "+ Topic",
    "leader B{id}",
    "**active controller**",
    "active controller",
    "broker、**active controller**",
    "high watermark {n}",
    "coordinator B{broker}",
    "broker {id}：leader",
    "KRaft controller {node}",
    "B{from} → B{to}",
    "generation {generation} · {assignor} · coordinator B{broker}",
];

#[test]
fn each_language_is_itself() {
    for Template { key, en, zh } in all() {
        assert!(!en.chars().any(is_cjk), "{key}: {en}");
        let words = en.split_whitespace().filter(|word| !word.starts_with(['`', '{'])).count();
        let is_term = TERMS.contains(&zh);
        assert!(words < 2 || is_term || zh.chars().any(is_cjk), "{key} is not Chinese: {zh}");
        // Between Chinese characters stand Chinese marks.
        let chars: Vec<char> = zh.chars().collect();
        for pair in chars.windows(2) {
            let narrow = is_cjk(pair[0]) && matches!(pair[1], ',' | '.' | ';' | ':' | '?' | '!' | '(' | ')');
            assert!(!narrow, "{key}: {zh}");
        }
    }
}

#[test]
fn keys_are_unique() {
    let mut by_key: BTreeMap<&str, Template> = BTreeMap::new();
    for template in all() {
        // A parameter of several commands is the same sentence each time.
        let first = *by_key.entry(template.key).or_insert(template);
        assert_eq!(first, template);
    }
}

#[test]
fn every_room_of_the_library_is_walked() {
    let rooms: BTreeSet<String> =
        all().iter().filter_map(|template| template.key.split_once('.')).map(|(room, _)| room.to_owned()).collect();
    let mut sources = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    let mut found = 0;
    for source in sources {
        // At the start of a line, so that an example in a comment does not count.
        for part in source.split("\ntemplates! {").skip(1) {
            let room = part.trim_start().strip_prefix('"').and_then(|rest| rest.split_once("\":"));
            let Some((room, _)) = room else { continue };
            found += 1;
            assert!(rooms.contains(room), "add the sentences of {room:?} to all() in tests/i18n.rs");
        }
    }
    assert!(found >= 4, "{found}");
}

/// The text of every source file of the library; the page and the command line are crates of their own.
fn collect(folder: &Path, sources: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("web") && !path.ends_with("bin") {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.extend(fs::read_to_string(&path));
        }
    }
}
