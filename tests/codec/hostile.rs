//! What anybody may hand in: every beginning of a link or a file, and a hundred thousand random changes. Each is an error
//! that says what is wrong, or a run that can be played within the limits.

use kafkascope::{
    codec::{ReadError, Saved, file, link, text},
    history::Run,
    i18n::Lang,
    kafka::limits,
    sim::Random,
};

use super::{act, lessons, random_run};

/// Things that happen of a run that is read, at most: what is asked here is that it goes on, not where to.
const THINGS_MAX: u32 = 3_000;

/// Runs as a class would share them.
fn samples() -> Vec<Saved> {
    let lessons = lessons();
    let of_lessons = lessons.iter().enumerate().map(|(count, lesson)| {
        let mut run = Run::new(&lesson.scenario()).expect("it begins");
        act(&mut run, 8 * count as u32);
        Saved { lang: Some(Lang::En), lens: Some("group".to_owned()), ..Saved::of(&run, &lessons) }
    });
    let random = (0..4).map(|seed| Saved { name: "ein Läufchen".to_owned(), ..Saved::of(&random_run(seed, 4), &[]) });
    of_lessons.chain(random).collect()
}

/// What was found in all, so that a test of nothing fails.
#[derive(Debug, Default)]
struct Count {
    read: u32,
    refused: u32,
    kept: u32,
    played: u32,
    wrong: u32,
}

impl Count {
    fn note(&mut self, read: Result<Saved, ReadError>, of: &Saved) {
        match read {
            Ok(saved) => {
                self.read += 1;
                assert!(saved.commands.len() as u64 <= limits::COMMANDS.max);
                if self.read % 200 == 1 {
                    self.play(&saved);
                }
            }
            Err(error) => {
                self.refused += 1;
                for lang in Lang::ALL {
                    let text = error.text().plain(lang);
                    assert!(text.ends_with(['.', '。', '?', '？']), "{text}");
                }
                let Some(sound) = error.sound else { return };
                self.kept += 1;
                self.wrong += u32::from(!of.commands.starts_with(&sound.commands));
                if self.kept % 500 == 1 {
                    self.play(&sound);
                }
            }
        }
    }

    fn play(&mut self, saved: &Saved) {
        if let Ok(mut opening) = saved.open(&lessons()) {
            opening.go_on(THINGS_MAX);
            self.played += 1;
        }
    }
}

#[test]
fn every_beginning_of_a_link_or_a_file_is_refused_and_what_is_there_can_be_kept() {
    let mut count = Count::default();
    for saved in samples() {
        let whole = link::write(&saved, "https://example.org/").expect("it fits");
        for length in 0..whole.len() {
            let error = link::read(&whole[..length]).expect_err("it ends too early");
            if let Some(sound) = &error.sound {
                assert!(saved.commands.starts_with(&sound.commands), "{length}");
            }
            count.note(Err(error), &saved);
        }
        let whole = file::write(&saved);
        let end = whole.trim_end().len();
        for length in (0..end).filter(|length| whole.is_char_boundary(*length)) {
            count.note(Err(file::read(&whole[..length]).expect_err("it ends too early")), &saved);
        }
        let whole = text::write(&saved);
        for length in (0..whole.len()).filter(|length| whole.is_char_boundary(*length)) {
            count.note(text::read(&whole[..length]), &saved);
        }
    }
    assert!(count.refused > 5_000 && count.kept > 500 && count.wrong == 0 && count.played > 5, "{count:?}");
}

/// One to four random changes.
fn change(random: &mut Random, bytes: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() as u32 + 1) as usize;
        let byte = match random.below(3) {
            0 => random.below(256) as u8,
            1 => b"AZaz09-_#=k1"[random.below(12) as usize],
            _ => b" @/\"\\,:{}[]\n0"[random.below(13) as usize],
        };
        match random.below(6) {
            0 => bytes.insert(at, byte),
            1 => bytes.truncate(at.max(bytes.len().saturating_sub(20))),
            2 => {
                let part = bytes[at..(at + random.below(40) as usize).min(bytes.len())].to_vec();
                let to = random.below(bytes.len() as u32 + 1) as usize;
                bytes.splice(to..to, part);
            }
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            _ if at < bytes.len() => bytes[at] = byte,
            _ => {}
        }
    }
}

fn mutate(
    count: u32,
    seed: u64,
    write: impl Fn(&Saved) -> String,
    read: impl Fn(&str) -> Result<Saved, ReadError>,
) -> Count {
    let mut random = Random::new(seed, "mutations");
    let samples: Vec<(Saved, String)> = samples().into_iter().map(|saved| (saved.clone(), write(&saved))).collect();
    let mut all = Count::default();
    for round in 0..count as usize {
        let (saved, whole) = &samples[round % samples.len()];
        let mut bytes = whole.clone().into_bytes();
        change(&mut random, &mut bytes);
        all.note(read(&String::from_utf8_lossy(&bytes)), saved);
    }
    all
}

#[test]
fn a_hundred_thousand_links_that_were_changed() {
    let all = mutate(100_000, 1, |saved| link::write(saved, "").expect("it fits"), link::read);
    println!("{all:?}");
    assert!(all.refused > 90_000 && all.kept > 20_000 && all.played > 50, "{all:?}");
    assert!(all.wrong < all.kept / 100, "what is kept was there: {all:?}");
}

#[test]
fn fifty_thousand_files_and_texts_that_were_changed() {
    let files = mutate(30_000, 2, file::write, file::read);
    let texts = mutate(20_000, 3, text::write, text::read);
    println!("{files:?} {texts:?}");
    for all in [files, texts] {
        assert!(all.read > 1_000 && all.refused > 5_000 && all.kept > 500 && all.played > 10, "{all:?}");
    }
}
