//! What the parts of the room promise: bytes, seals, lines, JSON; and that no payload whatever makes a reader panic.

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg32;

use super::{
    Origin, ReadError, Saved,
    bytes::{Reader, SealState, Writer, base64_length, from_base64, seal, to_base64, unseal},
    json::{self, Json, Node},
    line::{LineReader, LineWriter},
    link, words,
};
use crate::{
    cluster::{
        ClusterSpec, command_check,
        command_text::{self, VERBS, tests::Draw},
    },
    history::{AFTER_ALL, Moment, Scenario, Stamped},
    i18n::Lang,
    kafka::config,
    sim::Digest,
};

fn draw(seed: u64) -> Draw {
    Draw(Pcg32::seed_from_u64(seed))
}

#[test]
fn numbers_read_back_and_have_one_spelling() {
    for number in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
        let mut out = Writer::default();
        out.number(number);
        assert_eq!(Reader(&out.0).number(), Some(number));
        assert_eq!(Reader(&out.0[..out.0.len() - 1]).number(), None, "cut off");
    }
    assert_eq!(Reader(&[0x80, 0x00]).number(), None, "longer than it need be");
    assert_eq!(Reader(&[0xff; 12]).number(), None, "without an end");
    let mut past = [0xff; 10];
    past[9] = 0x02;
    assert_eq!(Reader(&past).number(), None, "past 64 bits");
}

#[test]
fn base64_reads_back_and_has_one_spelling() {
    let bytes: Vec<u8> = (0..=255).collect();
    for length in 0..=256 {
        let text = to_base64(&bytes[..length]);
        assert_eq!(text.len() as u64, base64_length(length as u64));
        assert_eq!(from_base64(text.as_bytes()), (bytes[..length].to_vec(), true));
    }
    assert_eq!(to_base64(&[0xfb, 0xff, 0xfe]), "-__-", "RFC 4648, section 5");
    assert_eq!(from_base64(b"AB"), (vec![0], false), "bits that no byte has");
    assert_eq!(from_base64(b"A"), (Vec::new(), false));
    assert_eq!(from_base64(b"AAAA+AAA"), (vec![0, 0, 0], false));
}

#[test]
fn a_seal_tells_what_is_sound() {
    let bytes: Vec<u8> = (0..300_u32).map(|at| (at * 7) as u8).collect();
    let sealed = seal(&bytes);
    let whole = unseal(&sealed);
    assert_eq!((whole.state, whole.sound, &whole.bytes), (SealState::Whole, 300, &bytes));
    let head = sealed.len() - bytes.len();
    for length in 0..sealed.len() {
        let cut = unseal(&sealed[..length]);
        let expected = SealState::Short { expected: sealed.len() as u64 };
        assert!(cut.state == expected || length < 2 && cut.state == SealState::Damaged, "{length}: {cut:?}");
        assert_eq!(cut.sound, length.saturating_sub(head) / 32 * 32, "whole blocks of what is there");
    }
    let mut behind = 0;
    for at in 0..bytes.len() {
        let mut damaged = sealed.clone();
        damaged[head + at] ^= 1 << (at % 8);
        let unsealed = unseal(&damaged);
        assert_eq!(unsealed.state, SealState::Damaged);
        assert!(unsealed.sound >= at / 32 * 32, "what lies before it is sound");
        behind += u32::from(unsealed.sound > at);
    }
    assert!(behind <= 4, "a block that is not sound passes once in 256 times: {behind}");
    assert_eq!(unseal(&[sealed.clone(), vec![0]].concat()).state, SealState::Damaged, "and one byte more");
    // Lengths that nothing could have.
    for head in [&[0xff; 12][..], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1, 2, 3, 4, 5]] {
        assert_eq!(unseal(head).sound, 0);
    }
}

#[test]
fn every_line_reads_back() {
    let mut draw = draw(1);
    let (mut lines, mut out) = (Vec::new(), Writer::default());
    let mut writer = LineWriter::default();
    for round in 0..8_000 {
        let line = command_text::print(&draw.command(round % VERBS.len()));
        writer.line(&mut out, &line);
        lines.push(line);
        // As many texts as a link could have.
        if round % 200 == 199 {
            let (mut from, mut reader) = (Reader(&out.0), LineReader::default());
            for line in lines.drain(..) {
                assert_eq!(reader.line(&mut from).as_ref(), Some(&line));
            }
            assert!(from.0.is_empty());
            (out, writer) = (Writer::default(), LineWriter::default());
        }
    }
}

#[test]
fn the_lists_of_words_have_every_word_once_and_never_change() {
    let lists = [("verbs", words::VERBS, 51), ("names", words::NAMES, 119), ("values", words::VALUES, 88)];
    let pinned = lists.map(|(name, list, count)| {
        let words: Vec<&str> = list.split_ascii_whitespace().collect();
        for (place, word) in words.iter().enumerate() {
            assert_eq!(words::place(list, word), Some(place), "{word} stands twice in the {name}");
            assert_eq!(words::at(list, place as u64), Some(*word));
        }
        (name, format!("{:016x}", Digest::of(words[..count].join(" ").as_bytes())))
    });
    let expected = [("verbs", "c20cbf58286cc523"), ("names", "2f804ae0041dfdce"), ("values", "21ef0f8b8b2b9c25")]
        .map(|(name, digest)| (name, digest.to_owned()));
    assert_eq!(pinned, expected, "links that were made would mean something else: only append");
    let names = VERBS.iter().flat_map(|verb| verb.params).map(|param| param.name);
    let names: Vec<&str> = names.chain(config::TABLE.iter().map(|config| config.name)).collect();
    let lacks = |list, words: &mut dyn Iterator<Item = &'static str>| -> Vec<&str> {
        words.filter(|word| words::place(list, word).is_none()).collect()
    };
    let none: Vec<&str> = Vec::new();
    assert_eq!(lacks(words::VERBS, &mut VERBS.iter().map(|verb| verb.name)), none, "to be appended to VERBS");
    assert_eq!(lacks(words::NAMES, &mut names.into_iter()), none, "to be appended to NAMES");
}

/// A saved run that nobody ever played, of sound commands of every kind.
fn drawn(draw: &mut Draw) -> Saved {
    let mut at = Moment::default();
    let mut commands = Vec::new();
    for _ in 0..draw.below(30) {
        let verb = draw.below(VERBS.len() as u32) as usize;
        let command = draw.command(verb);
        at.time_us += u64::from(draw.below(3)) * u64::from(draw.below(5_000_000));
        at.event += u64::from(draw.below(2_000));
        let is_text = command_text::print(&command).len() < 300;
        if is_text && command_check::check(&command).is_ok() {
            let after_event = if draw.below(5) == 0 { AFTER_ALL } else { at.event };
            commands.push(Stamped { time_us: at.time_us, after_event, command });
        }
    }
    let seed = draw.number();
    let origin = match draw.below(3) {
        0 => Origin::Lesson { id: "start".to_owned(), seed: None },
        1 => Origin::Lesson { id: draw.text(), seed: Some(seed) },
        _ => {
            let racks = (0..1 + draw.below(5)).map(|rack| (rack % 2 == 1).then(|| format!("rack {rack}, of:{seed}")));
            let settings = [("min.insync.replicas".to_owned(), "2".to_owned())].into_iter().collect();
            let controllers = draw.below(3) * 2;
            let cluster = ClusterSpec { racks: racks.collect(), controllers, settings };
            let setup =
                (0..draw.below(4)).map(|at| (u64::from(at) * 7, command_text::parse("add-broker").expect("sound")));
            Origin::Own(Box::new(Scenario { seed, cluster, commands: setup.collect(), begin_us: 9_000_001 }))
        }
    };
    let playhead = Moment {
        time_us: u64::from(draw.below(90_000_000)),
        event: if seed.is_multiple_of(2) { AFTER_ALL } else { seed >> 20 },
    };
    let lens = seed.is_multiple_of(3).then(|| "brokers".to_owned());
    let lang = [None, Some(Lang::En), Some(Lang::Zh)][draw.below(3) as usize];
    let digest = (!seed.is_multiple_of(5)).then_some(seed as u16);
    Saved { name: String::new(), origin, commands, playhead, digest, lens, lang }
}

#[test]
fn what_is_written_reads_back_in_every_form() {
    let mut draw = draw(3);
    let (mut links, mut commands) = (0, 0);
    for _ in 0..1_500 {
        let mut saved = drawn(&mut draw);
        commands += saved.commands.len();
        if let Ok(link) = link::write(&saved, "https://example.org/a/") {
            assert_eq!(link::read(&link).as_ref(), Ok(&saved), "{link}");
            assert_eq!(link::read(&link[link.find('#').expect("a fragment") + 1..]).as_ref(), Ok(&saved));
            links += 1;
        }
        saved.name = draw.text();
        let file = super::file::write(&saved);
        assert_eq!(super::file::read(&file).as_ref(), Ok(&saved), "{file}");
        saved.digest = None;
        let text = super::text::write(&saved);
        assert_eq!(super::text::read(&text).as_ref(), Ok(&saved), "{text}");
    }
    assert!(links > 1_000 && commands > 5_000, "{links} {commands}");
}

/// A payload as it would be after its checksums had been made to fit: what reads it must not rely on them.
#[test]
fn no_payload_panics() {
    let mut draw = draw(4);
    let (mut sound, mut partial, mut refused) = (0, 0, 0);
    for _ in 0..60 {
        let saved = drawn(&mut draw);
        let Ok(link) = link::write(&saved, "") else { continue };
        let payload = unseal(&from_base64(&link.as_bytes()[4..]).0).bytes;
        for _ in 0..1_000 {
            let mut bytes = payload.clone();
            for _ in 0..=draw.below(3) {
                let at = draw.below(bytes.len() as u32 + 1) as usize;
                match draw.below(5) {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, draw.0.next_u32() as u8),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    3 if at < bytes.len() => bytes[at] ^= 1 << draw.below(8),
                    _ if at < bytes.len() => bytes[at] = draw.0.next_u32() as u8,
                    _ => {}
                }
            }
            match link::read_payload(&bytes) {
                Ok(read) => {
                    sound += 1;
                    assert_eq!(link::read(&format!("#k1={}", to_base64(&seal(&bytes)))), Ok(read));
                }
                Err(error) => {
                    partial += u32::from(error.sound.is_some());
                    refused += 1;
                    says_what_is_wrong(&error);
                }
            }
        }
    }
    assert!(sound > 1_000 && partial > 1_000 && refused > 10_000, "{sound} {partial} {refused}");
}

fn says_what_is_wrong(error: &ReadError) {
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        assert!(text.ends_with(['.', '。', '?', '？']), "{text} {error:?}");
    }
}

/// The same value as another reader has it.
fn same(node: &Node, other: &serde_json::Value) -> bool {
    match (&node.value, other) {
        (Json::Null, serde_json::Value::Null) => true,
        (Json::Bool(one), serde_json::Value::Bool(other)) => one == other,
        (Json::Text(one), serde_json::Value::String(other)) => one == other,
        (Json::Number(one), serde_json::Value::Number(_)) => {
            serde_json::from_str::<serde_json::Value>(one).is_ok_and(|number| number == *other)
        }
        (Json::List(one), serde_json::Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(one), serde_json::Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => false,
    }
}

#[test]
fn json_is_read_as_another_reader_reads_it() {
    const WHOLE: &str = "{\"a\": [1, -0.5e+3, 18446744073709551615, true, false, null], \"b\\u0041\\ud83d\\ude42\": \"x\\\\\\\"\\n\\/é🙂\",\n\
        \"c\": {}, \"d\": [], \"e\": {\"f\": [[[\"\"]]]}}";
    const LETTERS: &[&str] = &[
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", "u", "\\ud83d", "\u{1}", " ", "é", "null", "\n",
        "1",
    ];
    let mut draw = draw(5);
    let (mut read, mut refused) = (0, 0);
    for round in 0..60_000 {
        let mut chars: Vec<String> = WHOLE.chars().map(String::from).collect();
        for _ in 0..if round == 0 { 0 } else { 1 + draw.below(3) } {
            let at = draw.below(chars.len().max(1) as u32) as usize;
            let letter = LETTERS[draw.below(LETTERS.len() as u32) as usize].to_owned();
            match draw.below(4) {
                0 => chars.truncate(at + 1),
                1 if at < chars.len() => drop(chars.remove(at)),
                2 => chars.insert(at, letter),
                _ if at < chars.len() => chars[at] = letter,
                _ => {}
            }
        }
        let text = chars.concat();
        match (json::read(&text), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(ours), Ok(theirs)) => {
                read += 1;
                assert!(same(&ours, &theirs), "{text}: {ours:?}");
            }
            (Err(error), Err(_)) => {
                refused += 1;
                says_what_is_wrong(&error);
            }
            // A name that stands twice, and a number that is no number to a computer, are matters of opinion.
            (Err(_), Ok(theirs)) => assert!(theirs.as_object().is_some_and(|all| all.len() < 5), "{text}"),
            (Ok(_), Err(error)) => assert!(error.to_string().contains("number out of range"), "{text}: {error}"),
        }
    }
    assert!(read > 4_000 && refused > 20_000, "{read} {refused}");
}
