//! The timeline's axis: which time a pixel stands for, where ticks stand, which labels have room.

/// Simulated time along pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Time at the left edge.
    pub from_us: u64,
    /// Time at the right edge; later than `from_us`.
    pub to_us: u64,
    /// Width.
    pub width: f32,
}

/// Lengths that a tick may stand apart, in microseconds.
const STEPS: [u64; 29] = [
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
    300_000_000,
    600_000_000,
    1_200_000_000,
    1_800_000_000,
    3_600_000_000,
    7_200_000_000,
    14_400_000_000,
    28_800_000_000,
    86_400_000_000,
    172_800_000_000,
    345_600_000_000,
    864_000_000_000,
];

/// The least that an axis shows.
pub const SPAN_US_MIN: u64 = 10_000;

impl Axis {
    /// An axis that shows `from_us` to at least `to_us` and ends at a round time, so that it stands still while time
    /// goes by and then widens at once.
    pub fn rounded(from_us: u64, to_us: u64, width: f32) -> Axis {
        let span = to_us.saturating_sub(from_us).max(20_000);
        let wanted = span + span / 16;
        let mut unit = 1_000_u64;
        let span = loop {
            let found = [1, 2, 3, 5, 8].into_iter().map(|n| n * 10 * unit).find(|&nice| nice >= wanted);
            match found {
                Some(nice) => break nice,
                None => unit = unit.saturating_mul(10),
            }
        };
        Axis { from_us, to_us: from_us.saturating_add(span), width }
    }

    /// Where a moment is.
    pub fn x(&self, time_us: u64) -> f32 {
        let span = (self.to_us - self.from_us).max(1) as f64;
        (time_us.saturating_sub(self.from_us) as f64 / span * f64::from(self.width)) as f32
    }

    /// Which moment a pixel stands for; those outside of the axis stand for its ends.
    pub fn time_us(&self, x: f32) -> u64 {
        let part = f64::from(x / self.width.max(1.0)).clamp(0.0, 1.0);
        self.from_us + ((self.to_us - self.from_us) as f64 * part) as u64
    }

    /// The part of time that is shown once the moment at `x` stays where it is and a pixel stands for `times` as much, at
    /// most for all from 0 to `last_us`.
    pub fn zoomed(&self, x: f32, times: f64, last_us: u64) -> (u64, u64) {
        let span = (self.to_us - self.from_us) as f64;
        let wanted = (span * times).clamp(SPAN_US_MIN as f64, last_us.max(SPAN_US_MIN) as f64);
        let part = f64::from(x / self.width.max(1.0)).clamp(0.0, 1.0);
        let from = (self.from_us as f64 + part * (span - wanted)).round() as i64;
        shifted(from, wanted as u64, last_us)
    }

    /// The part of time that is shown once everything has moved by so many pixels.
    pub fn moved(&self, by: f32, last_us: u64) -> (u64, u64) {
        let span = self.to_us - self.from_us;
        let by_us = f64::from(by / self.width.max(1.0)) * span as f64;
        shifted((self.from_us as f64 - by_us).round() as i64, span, last_us)
    }

    /// Ticks at least `apart` pixels from each other: where, and what is written there.
    pub fn ticks(&self, apart: f32) -> Vec<(f32, String)> {
        let span = self.to_us.saturating_sub(self.from_us).max(1);
        let least = (span as f64 * f64::from(apart) / f64::from(self.width.max(1.0))) as u64;
        let step = STEPS.into_iter().find(|&step| step >= least.max(1)).unwrap_or(STEPS[STEPS.len() - 1]);
        let mut time = self.from_us.div_ceil(step) * step;
        let mut ticks = Vec::new();
        while time <= self.to_us && ticks.len() < 200 {
            ticks.push((self.x(time), tick_label(time, step)));
            time += step;
        }
        ticks
    }
}

/// `span` from `from` on, within 0 and `last_us` as far as it fits.
fn shifted(from: i64, span: u64, last_us: u64) -> (u64, u64) {
    let from = u64::try_from(from).unwrap_or(0).min(last_us.saturating_sub(span));
    (from, from + span)
}

/// A moment as short as the step between ticks allows; the same in both languages.
fn tick_label(time_us: u64, step: u64) -> String {
    if step >= 3_600_000_000 {
        return format!("{} h", time_us / 3_600_000_000);
    }
    let (minutes, us) = (time_us / 60_000_000, time_us % 60_000_000);
    let decimals = match step {
        1_000_000.. => 0,
        100_000.. => 1,
        10_000.. => 2,
        _ => 3,
    };
    let fraction = us % 1_000_000 / 10_u64.pow(6 - decimals);
    let seconds = us / 1_000_000;
    let fraction =
        if decimals == 0 { String::new() } else { format!(".{fraction:0width$}", width = decimals as usize) };
    match (minutes, minutes / 60) {
        (0, _) => format!("{seconds}{fraction} s"),
        (_, 0) => format!("{minutes}:{seconds:02}{fraction}"),
        (_, hours) => format!("{hours}:{:02}:{seconds:02}{fraction}", minutes % 60),
    }
}

/// Which of these labels, given by left edge and width in ascending order, can be written on one line before `right`.
/// A later one wins where two touch, since what happened last matters most; and its mark is there with or without it.
pub fn labels_that_fit(labels: &[(f32, f32)], right: f32) -> Vec<bool> {
    let mut fits = vec![false; labels.len()];
    let mut free_until = right;
    for (index, &(x, w)) in labels.iter().enumerate().rev() {
        fits[index] = x + w <= free_until;
        free_until = x - 6.0;
    }
    fits
}
