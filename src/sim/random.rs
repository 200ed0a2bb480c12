//! Named random streams: PCG32, seeded by the run's seed, one stream a purpose.
//!
//! A stream's name is part of its seed, so that one more draw in one place changes no other place.

use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg32;

use super::Digest;

/// A stream of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(Pcg32);

impl Random {
    /// The stream called `name` of the run with this seed.
    pub fn new(seed: u64, name: &str) -> Random {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..].copy_from_slice(&stream_of(name).to_le_bytes());
        Random(Pcg32::from_seed(bytes))
    }

    /// A number below `bound`, each equally likely; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        // Lemire's method: the numbers that would favour some results are drawn again.
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u64::from(self.0.next_u32()) * u64::from(bound);
            if (product as u32) >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// A non-negative `int`, as `Utils.toPositive(random.nextInt())`.
    pub fn positive_i32(&mut self) -> i32 {
        (self.0.next_u32() & 0x7fff_ffff) as i32
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// `value` with up to `percent` more or less, each equally likely.
    pub fn jitter(&mut self, value: u64, percent: u64) -> u64 {
        let span = (value * percent / 100).min(u64::from(u32::MAX / 2));
        value - span + u64::from(self.below(span as u32 * 2 + 1))
    }
}

impl std::hash::Hash for Random {
    /// By the numbers to come.
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let mut next = self.0.clone();
        state.write_u32(next.next_u32());
        state.write_u32(next.next_u32());
    }
}

/// The number of the stream called `name`.
pub fn stream_of(name: &str) -> u64 {
    Digest::of(name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_by_name_and_seed_and_repeat() {
        let draw = |seed, name: &str| {
            let mut stream = Random::new(seed, name);
            [stream.bits(), stream.bits(), stream.bits()]
        };
        assert_eq!(draw(1, "keys"), draw(1, "keys"));
        assert_ne!(draw(1, "keys"), draw(2, "keys"));
        assert_ne!(draw(1, "keys"), draw(1, "latency"));
    }

    #[test]
    fn below_and_jitter_stay_in_range() {
        let mut stream = Random::new(7, "test");
        let mut seen = [false; 5];
        for _ in 0..1_000 {
            seen[stream.below(5) as usize] = true;
            let value = stream.jitter(2_000, 25);
            assert!((1_500..=2_500).contains(&value), "{value}");
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.jitter(0, 25), 0);
    }
}
