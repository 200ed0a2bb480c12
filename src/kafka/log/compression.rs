//! Compression of batches: the batch is the unit, its header stays as it is.
//!
//! Nothing is really compressed: the size that comes out is computed from one table of ratios by kind of value. That is a
//! simplification; what real codecs do depends on every byte.

use super::{BATCH_OVERHEAD, Record};

/// `compression.type` of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codec {
    /// Not compressed.
    #[default]
    None,
    /// gzip.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4.
    Lz4,
    /// Zstandard.
    Zstd,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Codec; 5] = [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd];

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            Codec::None => "none",
            Codec::Gzip => "gzip",
            Codec::Snappy => "snappy",
            Codec::Lz4 => "lz4",
            Codec::Zstd => "zstd",
        }
    }

    /// The codec of a name.
    pub fn named(name: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| codec.name() == name)
    }
}

/// What a value looks like to a codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueKind {
    /// The same as the one before it in the batch, or a few bytes over and over.
    Repeated,
    /// JSON or XML: begins with `{`, `[` or `<`.
    Structured,
    /// Other text, and no value at all.
    Text,
    /// No text, or one word of 32 bytes or more, such as base64.
    Random,
}

/// What is left of 1,000 bytes of records: a row a codec, columns in the order of [`ValueKind`].
const RATIOS: [[u64; 4]; 5] = [
    [1_000, 1_000, 1_000, 1_000],
    // gzip
    [40, 320, 550, 1_000],
    // snappy
    [100, 480, 750, 1_000],
    // lz4
    [80, 460, 730, 1_000],
    // zstd
    [30, 300, 520, 1_000],
];

/// Bytes that a codec's own frame adds to each batch; so a small batch may grow, and large ones gain more.
const FRAMES: [u64; 5] = [0, 20, 20, 15, 13];

/// A run of at least so many bytes with at most so many different ones is repetition.
const RUN_BYTES: usize = 16;
const RUN_DIFFERENT: u32 = 4;
/// One word of at least so many bytes is a token of random characters.
const TOKEN_BYTES: usize = 32;

impl ValueKind {
    /// What a value looks like after the one before it in its batch.
    pub fn of(value: Option<&[u8]>, before: Option<&[u8]>) -> ValueKind {
        let Some(bytes) = value.filter(|bytes| !bytes.is_empty()) else { return ValueKind::Text };
        if before == Some(bytes) || (bytes.len() >= RUN_BYTES && different(bytes) <= RUN_DIFFERENT) {
            return ValueKind::Repeated;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return ValueKind::Random };
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || "+/=-_".contains(letter);
        match text.trim_start().chars().next() {
            Some('{' | '[' | '<') => ValueKind::Structured,
            _ if text.chars().any(|letter| letter.is_control() && !letter.is_whitespace()) => ValueKind::Random,
            _ if bytes.len() >= TOKEN_BYTES && text.chars().all(is_word) => ValueKind::Random,
            _ => ValueKind::Text,
        }
    }
}

/// How many different bytes there are.
fn different(bytes: &[u8]) -> u32 {
    let mut seen = [0_u64; 4];
    for byte in bytes {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    seen.iter().map(|part| part.count_ones()).sum()
}

/// Size of a batch with a codec, of records with their plain sizes.
pub(super) fn compressed_size<'a>(codec: Codec, records: impl Iterator<Item = (u32, Record<'a>)>) -> u32 {
    let (ratios, frame) = (&RATIOS[codec as usize], FRAMES[codec as usize]);
    let (mut thousandths, mut before) = (0_u64, None);
    for (size, record) in records {
        thousandths += u64::from(size) * ratios[ValueKind::of(record.value, before) as usize];
        before = record.value;
    }
    u32::try_from(u64::from(BATCH_OVERHEAD) + frame + thousandths.div_ceil(1_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::log::{NO_PRODUCER, Records, RecordsBuilder};

    fn batch(values: &[&str]) -> Records {
        let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
        values.iter().for_each(|value| builder.push(0, None, Some(value.as_bytes()), &[]));
        builder.build()
    }

    #[test]
    fn kinds_are_told_from_the_bytes_alone() {
        let kind = |value: &str| ValueKind::of(Some(value.as_bytes()), Some(b"before"));
        assert_eq!(kind("before"), ValueKind::Repeated);
        assert_eq!(kind("abababababababab"), ValueKind::Repeated);
        assert_eq!(kind("ababababababab"), ValueKind::Text, "too short to tell");
        assert_eq!(kind(" {\"id\": 7}"), ValueKind::Structured);
        assert_eq!(kind("<order/>"), ValueKind::Structured);
        assert_eq!(kind("a quiet sentence of more than thirty-two bytes"), ValueKind::Text);
        assert_eq!(kind("q8Zr1TnB0xKc7VwLd5YpHs3GfMj9UeAo"), ValueKind::Random);
        assert_eq!(kind(""), ValueKind::Text);
        assert_eq!(kind("a\u{1}b"), ValueKind::Random);
        assert_eq!(ValueKind::of(Some(&[0xff, 0, 7]), None), ValueKind::Random);
        assert_eq!(ValueKind::of(None, None), ValueKind::Text);
    }

    /// By hand: a record without a key is nine bytes longer than its value of some 100 bytes.
    #[test]
    fn sizes_come_from_the_table() {
        let value = format!("{{{}", "x".repeat(99));
        let one = batch(&[&value]);
        assert_eq!(one.size_bytes(), BATCH_OVERHEAD + 109);
        assert_eq!(one.clone().with_codec(Codec::Gzip).size_bytes(), BATCH_OVERHEAD + 20 + 5);
        let json = format!("{{\"id\": 1, \"name\": \"{}\"}}", "abcdefghij".repeat(8));
        assert_eq!(json.len(), 101);
        let one = batch(&[&json]);
        let plain = one.size_bytes() - BATCH_OVERHEAD;
        let zstd = one.clone().with_codec(Codec::Zstd);
        assert_eq!((plain, zstd.size_bytes()), (110, BATCH_OVERHEAD + 13 + 33));
        assert_eq!((zstd.codec(), zstd.plain_bytes()), (Codec::Zstd, one.size_bytes()));
        assert_eq!(zstd.clone().with_codec(Codec::None), one, "and back");
        let ten = batch(&[json.as_str(); 10]).with_codec(Codec::Zstd);
        assert_eq!(ten.size_bytes(), BATCH_OVERHEAD + 13 + 63, "the other nine are repetition");
    }

    #[test]
    fn a_small_or_random_batch_grows() {
        let one = batch(&["hi"]);
        for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
            assert!(one.clone().with_codec(codec).size_bytes() > one.size_bytes(), "{codec:?}");
        }
    }

    #[test]
    fn what_compaction_leaves_is_compressed_again() {
        let whole = batch(&["{\"a\": 1}", "{\"b\": 2}", "{\"c\": 3}"]).with_codec(Codec::Lz4);
        let left = whole.compacted(&[1], None);
        assert_eq!(left.codec(), Codec::Lz4);
        assert_eq!(left.plain_bytes(), BATCH_OVERHEAD + 15);
        assert_eq!(left.size_bytes(), BATCH_OVERHEAD + 15 + 7);
    }
}
