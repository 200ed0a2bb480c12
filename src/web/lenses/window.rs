//! Which span of time the group lens shows: the timeline's own, a shorter one that follows the playhead, or one that
//! stays where it is.

use kafkascope::view::geometry::axis::Axis;

/// Lengths, in microseconds.
const SPANS: [u64; 10] =
    [10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000];

/// A span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// As the timeline.
    #[default]
    Whole,
    /// So long, and with the playhead in it.
    Follow(u64),
    /// From here to there.
    Pinned(u64, u64),
}

impl Window {
    /// The axis at a moment.
    pub fn axis(self, (from_us, to_us): (u64, u64), now_us: u64, width: f32) -> Axis {
        match self {
            Window::Whole => Axis::rounded(from_us, to_us, width),
            Window::Follow(span) => {
                // It goes on in jerks, so that what is drawn mostly stands.
                let jerk = span / 5;
                let from_us = now_us.saturating_sub(span * 7 / 10) / jerk * jerk;
                Axis { from_us, to_us: from_us + span, width }
            }
            Window::Pinned(from_us, to_us) => Axis { from_us, to_us: to_us.max(from_us + 1_000), width },
        }
    }

    /// A shorter (`closer`) or longer span around the same middle.
    pub fn zoom(self, closer: bool, axis: &Axis) -> Window {
        let span = axis.to_us - axis.from_us;
        let next = match closer {
            true => SPANS.into_iter().rfind(|one| *one < span),
            false => SPANS.into_iter().find(|one| *one > span),
        };
        match (self, next) {
            (_, None) if closer => self,
            (_, None) => Window::Whole,
            (Window::Pinned(..), Some(next)) => {
                let from_us = (axis.from_us + span / 2).saturating_sub(next / 2);
                Window::Pinned(from_us, from_us + next)
            }
            (_, Some(next)) => Window::Follow(next),
        }
    }

    /// Half a span earlier or later.
    pub fn pan(self, later: bool, axis: &Axis) -> Window {
        let span = axis.to_us - axis.from_us;
        let from_us = if later { axis.from_us + span / 2 } else { axis.from_us.saturating_sub(span / 2) };
        Window::Pinned(from_us, from_us + span)
    }

    /// A span with a little room on both sides.
    pub fn around(from_us: u64, to_us: u64) -> Window {
        let margin = ((to_us - from_us) / 8).max(2_000);
        Window::Pinned(from_us.saturating_sub(margin), to_us + margin)
    }

    /// Is there a shorter one?
    pub fn is_closest(axis: &Axis) -> bool {
        axis.to_us - axis.from_us <= SPANS[0]
    }
}
