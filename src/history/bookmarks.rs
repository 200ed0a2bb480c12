//! Moments that somebody wants to find again. They belong to the page, not to a run: times, which any run may have.
//! They are kept with the runs (`codec::work`).

use crate::kafka::limits::{self, LimitError};

/// Bookmarks, by ascending time, in simulated microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bookmarks {
    times: Vec<u64>,
}

impl Bookmarks {
    /// Those at these times.
    pub fn at(times: impl IntoIterator<Item = u64>) -> Result<Bookmarks, LimitError> {
        let times: crate::sim::Set<u64> = times.into_iter().collect();
        limits::BOOKMARKS.check(times.len() as u64)?;
        Ok(Bookmarks { times: times.iter().copied().collect() })
    }

    /// All of them.
    pub fn times(&self) -> &[u64] {
        &self.times
    }

    /// Puts one at a time, or takes away the one that is there. Returns whether there is one now.
    pub fn toggle(&mut self, time_us: u64) -> Result<bool, LimitError> {
        match self.times.binary_search(&time_us) {
            Ok(at) => {
                self.times.remove(at);
                Ok(false)
            }
            Err(at) => {
                limits::BOOKMARKS.check(self.times.len() as u64 + 1)?;
                self.times.insert(at, time_us);
                Ok(true)
            }
        }
    }

    /// The last one before a time.
    pub fn before(&self, time_us: u64) -> Option<u64> {
        let end = self.times.partition_point(|&time| time < time_us);
        self.times[..end].last().copied()
    }

    /// The first one after a time.
    pub fn after(&self, time_us: u64) -> Option<u64> {
        self.times.get(self.times.partition_point(|&time| time <= time_us)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_put_found_and_taken_away() {
        let mut marks = Bookmarks::default();
        for time_us in [30, 10, 20] {
            assert_eq!(marks.toggle(time_us), Ok(true));
        }
        assert_eq!(marks.times(), [10, 20, 30]);
        assert_eq!((marks.before(20), marks.after(20)), (Some(10), Some(30)));
        assert_eq!((marks.before(10), marks.after(30)), (None, None));
        assert_eq!(marks.toggle(20), Ok(false));
        assert_eq!(marks.times(), [10, 30]);
    }
}
