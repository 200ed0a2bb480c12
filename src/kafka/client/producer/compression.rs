//! What compression will leave of a batch, as the producer expects while it fills it (`CompressionRatioEstimator`).

use crate::kafka::log::{BATCH_OVERHEAD, Codec};

/// A ratio of 1, in millionths: what is expected of a topic of which nothing was sent yet.
const ONE: u32 = 1_000_000;
/// By how much the expectation falls with a batch that came out smaller.
const IMPROVING: u32 = 5_000;
/// By how much it rises at least with one that came out larger.
const DETERIORATING: u32 = 50_000;
/// The expectation is raised by 5 %, to be on the safe side (`COMPRESSION_RATE_ESTIMATION_FACTOR`).
const FACTOR_PERCENT: u64 = 105;

/// How a batch will be compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Compression {
    /// By which codec.
    pub codec: Codec,
    /// To how much of its records, in millionths, as it was expected when the batch was begun.
    ratio: u32,
}

impl Compression {
    /// What is expected of a batch that is begun now; `known`: the ratio of its topic so far.
    pub fn expected(codec: Codec, known: Option<&u32>) -> Option<Compression> {
        (codec != Codec::None).then(|| Compression { codec, ratio: known.copied().unwrap_or(ONE) })
    }

    /// The size that a batch of so many plain bytes is expected to have (`MemoryRecordsBuilder.estimatedBytesWritten`).
    pub fn estimate(&self, plain_bytes: u32) -> u32 {
        let records = u64::from(plain_bytes.saturating_sub(BATCH_OVERHEAD));
        let expected = records * u64::from(self.ratio) * FACTOR_PERCENT / 100 / u64::from(ONE);
        BATCH_OVERHEAD.saturating_add(u32::try_from(expected).unwrap_or(u32::MAX))
    }

    /// The ratio of the topic after a batch of `plain_bytes` came out with `bytes`: worse counts at once, better slowly.
    pub fn learn(&self, known: Option<&u32>, plain_bytes: u32, bytes: u32) -> u32 {
        let known = known.copied().unwrap_or(ONE);
        let records = u64::from(plain_bytes.saturating_sub(BATCH_OVERHEAD)).max(1);
        let seen = u64::from(bytes.saturating_sub(BATCH_OVERHEAD)) * u64::from(ONE) / records;
        let seen = u32::try_from(seen).unwrap_or(u32::MAX);
        match seen {
            _ if seen > known => seen.max(known.saturating_add(DETERIORATING)),
            _ if seen < known => known.saturating_sub(IMPROVING),
            _ => known,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expectation_falls_slowly_and_rises_at_once() {
        let begun = Compression::expected(Codec::Zstd, None).expect("compressed");
        assert_eq!(begun.estimate(BATCH_OVERHEAD + 1_000), BATCH_OVERHEAD + 1_050);
        let better = begun.learn(None, BATCH_OVERHEAD + 1_000, BATCH_OVERHEAD + 300);
        assert_eq!(better, 995_000);
        assert_eq!(begun.learn(Some(&300_000), BATCH_OVERHEAD + 1_000, BATCH_OVERHEAD + 310), 350_000);
        assert_eq!(begun.learn(Some(&300_000), BATCH_OVERHEAD + 1_000, BATCH_OVERHEAD + 900), 900_000);
        assert_eq!(begun.learn(Some(&300_000), BATCH_OVERHEAD + 1_000, BATCH_OVERHEAD + 300), 300_000);
        assert_eq!(Compression::expected(Codec::None, None), None);
    }
}
