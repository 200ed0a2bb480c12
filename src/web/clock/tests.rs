//! Playback on a small timeline whose steps are known.

use std::cell::Cell;

use kafkascope::history::Ahead;

use super::{Pace, Playback, Speed, Timeline, playback::Note};

/// Between two steps something happens as often as this.
const ITEM_US: u64 = 1_000_000;

/// Steps at fixed times.
struct Steps {
    now: u64,
    looked: u64,
    at: Vec<u64>,
    taken: usize,
}

impl Steps {
    fn new(at: &[u64]) -> Steps {
        Steps { now: 0, looked: 0, at: at.to_vec(), taken: 0 }
    }
}

impl Timeline for Steps {
    fn time_us(&self) -> u64 {
        self.now
    }
    fn advance_to(&mut self, time_us: u64) -> bool {
        let before = self.taken;
        self.now = self.now.max(time_us);
        while self.at.get(self.taken).is_some_and(|at| *at <= self.now) {
            self.taken += 1;
        }
        self.taken > before
    }
    fn look_ahead(&mut self, until_us: u64, enough: &mut dyn FnMut() -> bool) -> Ahead {
        let Some(&at) = self.at.get(self.taken) else { return Ahead::Never };
        self.looked = self.looked.max(self.now);
        while self.looked < at {
            if self.looked > until_us || enough() {
                return Ahead::NotBefore(self.looked);
            }
            self.looked = (self.looked + ITEM_US).min(at);
        }
        Ahead::At(at)
    }
    fn approach(&mut self, time_us: u64, enough: &mut dyn FnMut() -> bool) -> bool {
        assert!(self.at.get(self.taken).is_none_or(|at| *at > time_us), "a step is on the way");
        while self.now < time_us {
            self.now = (self.now + ITEM_US).min(time_us);
            if enough() {
                return false;
            }
        }
        true
    }
    fn step(&mut self) -> Option<u64> {
        self.now = *self.at.get(self.taken)?;
        self.taken += 1;
        Some(self.taken as u64)
    }
    fn step_back(&mut self) -> Option<u64> {
        self.looked = 0;
        self.taken -= usize::from(self.taken > 0 && self.at[self.taken - 1] == self.now);
        let before = self.now;
        self.now = if self.taken > 0 { self.at[self.taken - 1] } else { 0 };
        (before > 0).then_some(self.now)
    }
    fn seek(&mut self, time_us: u64) {
        (self.now, self.looked) = (time_us, 0);
        self.taken = self.at.iter().filter(|at| **at <= time_us).count();
    }
}

fn frames(play: &mut Playback, run: &mut Steps, ms: f64) {
    for _ in 0..(ms / 10.0) as u32 {
        play.frame(run, 10.0, || 0.0);
    }
}

#[test]
fn four_steps_a_second_whatever_lies_between_them() {
    let mut run = Steps::new(&[1_000, 2_000, 9_000_000, 9_000_001]);
    let mut play = Playback::new(Speed::default(), 0);
    play.play();
    frames(&mut play, &mut run, 510.0);
    assert_eq!(run.taken, 2);
    assert_eq!(play.note(), Note::Skipping(8_998_000));
    frames(&mut play, &mut run, 250.0);
    assert_eq!(run.taken, 3);
}

#[test]
fn time_never_passes_the_step_it_leads_to_and_a_pause_keeps_it() {
    let mut run = Steps::new(&[10_000]);
    let mut play = Playback::new(Speed::default(), 0);
    play.play();
    frames(&mut play, &mut run, 130.0);
    let shown = play.time_us();
    assert!(shown > 3_000 && shown < 7_000, "{shown}");
    assert!(!play.pause(&mut run));
    assert_eq!((play.time_us(), run.now, run.taken), (shown, shown, 0));
}

#[test]
fn a_step_by_hand_is_one_step_and_a_second_press_finishes_the_first() {
    let mut run = Steps::new(&[1_000, 2_000, 3_000]);
    let mut play = Playback::new(Speed::default(), 0);
    play.step(&mut run, true, || 0.0);
    assert_eq!(run.taken, 0);
    let frame = play.step(&mut run, true, || 0.0);
    assert_eq!((frame.step, run.taken), (Some(1), 1));
    frames(&mut play, &mut run, 1_000.0);
    assert_eq!(run.taken, 2);
    assert!(!play.active());
    assert_eq!(play.step(&mut run, false, || 0.0).step, Some(3));
}

#[test]
fn the_end_stops_the_clock_and_says_so() {
    let mut run = Steps::new(&[1_000]);
    let mut play = Playback::new(Speed::default(), 0);
    play.play();
    frames(&mut play, &mut run, 1_000.0);
    assert!(!play.playing());
    assert_eq!(play.note(), Note::Ended);
}

#[test]
fn by_clock_time_falls_as_fast_as_asked_and_no_microsecond_is_lost() {
    let mut run = Steps::new(&[]);
    let speed = Speed { pace: Pace::Clock, ..Speed::default() }.at(0);
    assert_eq!(speed.value(), 0.01);
    let mut play = Playback::new(speed, 0);
    play.play();
    for _ in 0..600 {
        play.frame(&mut run, 16.67, || 0.0);
    }
    assert!((99_900..=100_100).contains(&play.time_us()), "{}", play.time_us());
}

#[test]
fn no_time_on_the_wall_no_time_in_the_run() {
    let mut run = Steps::new(&[1_000]);
    let mut play = Playback::new(Speed::default(), 0);
    play.play();
    play.frame(&mut run, 0.0, || 0.0);
    assert_eq!((play.time_us(), run.now), (0, 0));
}

#[test]
fn fast_forward_ends_with_the_next_pause() {
    let at: Vec<u64> = (1..100).map(|n| n * 1_000).collect();
    let mut run = Steps::new(&at);
    let mut play = Playback::new(Speed::default(), 0);
    play.fast_forward();
    frames(&mut play, &mut run, 500.0);
    assert!((28..=32).contains(&run.taken), "{}", run.taken);
    play.pause(&mut run);
    assert!(!play.forward());
    let taken = run.taken;
    play.play();
    frames(&mut play, &mut run, 500.0);
    assert!(run.taken - taken <= 2);
}

#[test]
fn backwards_the_steps_come_the_other_way_round_and_time_falls_between_them() {
    let mut run = Steps::new(&[1_000, 2_000, 9_000_000]);
    let mut play = Playback::new(Speed::default(), 0);
    play.play();
    frames(&mut play, &mut run, 760.0);
    assert_eq!(run.taken, 3);
    play.play_back();
    assert!(play.plays_back());
    frames(&mut play, &mut run, 120.0);
    // The last step is undone, and time is on its way to the one before.
    assert_eq!((run.taken, play.note()), (2, Note::Skipping(8_998_000)));
    assert!(play.time_us() > 2_000 && play.time_us() < 9_000_000, "{}", play.time_us());
    frames(&mut play, &mut run, 260.0);
    assert_eq!(run.taken, 1);
    // A pause keeps the moment; forth again it goes on from there.
    play.pause(&mut run);
    assert_eq!((play.time_us(), play.plays_back()), (run.now, false));
    play.play();
    frames(&mut play, &mut run, 260.0);
    assert_eq!(run.taken, 2);
    play.play_back();
    frames(&mut play, &mut run, 2_000.0);
    assert_eq!((run.taken, play.time_us(), play.playing()), (0, 0, false));
}

#[test]
fn backwards_by_clock_time_falls_as_fast_as_asked() {
    let mut run = Steps::new(&[100_000, 400_000]);
    let speed = Speed { pace: Pace::Clock, ..Speed::default() };
    let speed = (0..20).map(|index| speed.at(index)).find(|speed| speed.value() == 1.0).expect("there is one");
    let mut play = Playback::new(speed, 0);
    play.play();
    frames(&mut play, &mut run, 500.0);
    assert_eq!((run.taken, play.time_us()), (2, 500_000));
    play.play_back();
    frames(&mut play, &mut run, 200.0);
    assert_eq!((run.taken, play.time_us()), (1, 300_000));
    frames(&mut play, &mut run, 1_000.0);
    assert_eq!((run.taken, play.time_us(), play.playing()), (0, 0, false));
}

/// A clock that goes on by a millisecond whenever somebody looks at it.
fn slow() -> impl Fn() -> f64 {
    let ms = Cell::new(0.0);
    move || ms.replace(ms.get() + 1.0)
}

#[test]
fn a_step_that_is_a_long_way_off_is_looked_for_a_frame_at_a_time() {
    let far_us = 600 * ITEM_US;
    let mut run = Steps::new(&[far_us, far_us + 1_000]);
    let mut play = Playback::new(Speed::default(), 0);
    let now_ms = slow();
    play.step(&mut run, true, &now_ms);
    let (mut frames, mut noted) = (0, false);
    while run.taken == 0 {
        let (looked, now, drawn) = (run.looked, run.now, play.time_us());
        // Asking again changes nothing.
        play.step(&mut run, true, &now_ms);
        play.frame(&mut run, 16.0, &now_ms);
        noted |= play.note() == Note::Looking;
        assert!(run.looked - looked <= 60 * ITEM_US && (run.taken == 1 || run.now - now <= 60 * ITEM_US));
        assert!(play.time_us() >= drawn);
        frames += 1;
    }
    assert!(frames > 10 && noted, "{frames}");
    assert_eq!((run.taken, play.time_us(), play.active()), (1, far_us, false));
    assert!(matches!(play.note(), Note::Skipping(_)), "{:?}", play.note());
}

#[test]
fn without_gliding_a_step_that_is_a_long_way_off_comes_as_soon_as_it_is_found() {
    let mut run = Steps::new(&[100 * ITEM_US]);
    let mut play = Playback::new(Speed::default(), 0);
    let now_ms = slow();
    assert_eq!(play.step(&mut run, false, &now_ms).step, None);
    let steps: Vec<u64> = (0..20).filter_map(|_| play.frame(&mut run, 16.0, &now_ms).step).collect();
    assert_eq!((steps, play.active()), (vec![1], false));
}

#[test]
fn a_pause_on_a_long_way_stands_where_the_way_has_come_to() {
    let mut run = Steps::new(&[100 * ITEM_US]);
    let mut play = Playback::new(Speed::default(), 0);
    let now_ms = slow();
    play.play();
    while run.now == 0 {
        play.frame(&mut run, 16.0, &now_ms);
    }
    assert!(!play.pause(&mut run));
    assert_eq!((play.time_us(), run.taken), (run.now, 0));
    assert!(run.now < 100 * ITEM_US);
}
