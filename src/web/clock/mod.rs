//! How simulated time goes by on the wall: paces, speeds, one step at a time.
//!
//! [`Playback`] knows the run and milliseconds, nothing of the page, so it is tested without a browser. Where a packet
//! is drawn is a function of simulated time alone; this file only shapes how that time passes. By event, each step
//! takes the same wall time and idle time is skipped; by clock, time falls as fast as asked. Left out: going back
//! (history seeks), and who calls [`Playback::frame`] ([`raf`]).

mod playback;
mod raf;
#[cfg(test)]
mod tests;

pub use playback::{Frame, Note, Playback, Timeline};
pub use raf::Raf;

use kafkascope::{i18n::Template, i18n::ui};

/// What one unit of wall time is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// So many steps a second; idle time is skipped.
    #[default]
    Event,
    /// So many simulated seconds a second.
    Clock,
}

impl Pace {
    /// Both, in the order of the menu.
    pub const ALL: [Pace; 2] = [Pace::Event, Pace::Clock];

    /// Its name in the preferences.
    pub fn tag(self) -> &'static str {
        match self {
            Pace::Event => "event",
            Pace::Clock => "clock",
        }
    }

    /// Its name in the menu.
    pub fn label(self) -> &'static Template {
        match self {
            Pace::Event => &ui::PACE_EVENT,
            Pace::Clock => &ui::PACE_CLOCK,
        }
    }

    /// What it means.
    pub fn help(self) -> &'static Template {
        match self {
            Pace::Event => &ui::PACE_EVENT_HELP,
            Pace::Clock => &ui::PACE_CLOCK_HELP,
        }
    }

    /// Its speeds, slowest first: steps a second, or simulated seconds a second.
    pub fn speeds(self) -> &'static [f64] {
        match self {
            Pace::Event => &[0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0],
            Pace::Clock => &[0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0],
        }
    }

    /// The index in [`Pace::speeds`] to start with.
    pub fn default_speed(self) -> usize {
        match self {
            Pace::Event => 3,
            Pace::Clock => 3,
        }
    }
}

/// Pace and the speed chosen for each pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// The pace in force.
    pub pace: Pace,
    /// Index into the speeds of [`Pace::Event`].
    pub by_event: usize,
    /// Index into the speeds of [`Pace::Clock`].
    pub by_clock: usize,
}

impl Default for Speed {
    fn default() -> Speed {
        Speed { pace: Pace::Event, by_event: Pace::Event.default_speed(), by_clock: Pace::Clock.default_speed() }
    }
}

impl Speed {
    /// Index of the speed in force.
    pub fn index(self) -> usize {
        match self.pace {
            Pace::Event => self.by_event,
            Pace::Clock => self.by_clock,
        }
    }

    /// The speed in force.
    pub fn value(self) -> f64 {
        let speeds = self.pace.speeds();
        speeds[self.index().min(speeds.len() - 1)]
    }

    /// The same with another speed of the pace in force; past the ends it stays at the end.
    pub fn at(mut self, index: usize) -> Speed {
        let index = index.min(self.pace.speeds().len() - 1);
        match self.pace {
            Pace::Event => self.by_event = index,
            Pace::Clock => self.by_clock = index,
        }
        self
    }
}

/// A speed without more digits than it needs: `0.25`, `4`, `100`.
pub fn speed_number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
