//! The two hashes Kafka places things by: murmur2 over a key's bytes (which partition) and Java's
//! string hash over a group id (which coordinator), with the string order of Java.
//!
//! Left out: everything that hashes for another reason (CRC of batches, Java's `HashMap` order).

use std::cmp::Ordering;

/// The 32-bit murmur2 hash of `data`, with Kafka's seed.
///
/// Follows `org.apache.kafka.common.utils.Utils.murmur2`. Java's `int` arithmetic wraps and its
/// `>>>` is logical, so the whole of it is done on `u32` and only the result is signed.
pub fn murmur2(data: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;

    // Java arrays are indexed by `int`: a longer key cannot exist there.
    let mut h = SEED ^ (data.len() as u32);
    let blocks = data.chunks_exact(4);
    let tail = blocks.remainder();
    for block in blocks {
        let mut k = little_endian(block).wrapping_mul(M);
        k ^= k >> 24;
        k = k.wrapping_mul(M);
        h = h.wrapping_mul(M) ^ k;
    }
    if !tail.is_empty() {
        h = (h ^ little_endian(tail)).wrapping_mul(M);
    }
    h ^= h >> 13;
    h = h.wrapping_mul(M);
    h ^= h >> 15;
    h as i32
}

/// The value of up to four bytes, the first one the lowest. Bytes are unsigned.
fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, byte| (value << 8) | u32::from(*byte))
}

/// `n` without its sign bit. Not the absolute value: `positive(-1)` is 2147483647.
///
/// Follows `org.apache.kafka.common.utils.Utils.toPositive`.
pub fn positive(n: i32) -> i32 {
    n & i32::MAX
}

/// How a key came to its partition, step by step: what a "why this partition" card shows.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub struct Murmur2Steps {
    /// [`murmur2`] of the serialized key.
    pub hash: i32,
    /// The hash without its sign bit: [`positive`].
    pub positive: i32,
    /// The number of partitions the topic had in the client's metadata.
    pub partition_count: i32,
    /// `positive` modulo `partition_count`.
    pub partition: i32,
}

/// The steps from a serialized key to its partition among `partition_count`.
///
/// Follows `BuiltInPartitioner.partitionForKey`. An empty key is a key; no key is not.
///
/// # Panics
/// If `partition_count` is less than 1: no topic is without a partition.
pub fn murmur2_steps(serialized_key: &[u8], partition_count: i32) -> Murmur2Steps {
    assert!(partition_count >= 1, "a topic has at least one partition");
    let hash = murmur2(serialized_key);
    let positive = positive(hash);
    Murmur2Steps { hash, positive, partition_count, partition: positive % partition_count }
}

/// The partition of `__consumer_offsets` (or, for a transactional id, of `__transaction_state`)
/// whose leader coordinates `id`, among `partition_count`.
///
/// Follows `GroupCoordinatorService.partitionFor` and `TransactionStateManager.partitionFor`.
///
/// # Panics
/// If `partition_count` is less than 1.
pub fn coordinator_partition(id: &str, partition_count: i32) -> i32 {
    assert!(partition_count >= 1, "a topic has at least one partition");
    java_abs(java_string_hash(id)) % partition_count
}

/// The absolute value of `n`, and 0 for the one number that has none.
///
/// Follows `org.apache.kafka.common.utils.Utils.abs`.
pub fn java_abs(n: i32) -> i32 {
    n.checked_abs().unwrap_or(0)
}

/// `java.lang.String.hashCode`: over UTF-16 code units, so that a character outside the basic
/// plane counts as its two surrogates.
pub fn java_string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0_i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// `java.lang.String.compareTo`: the order of UTF-16 code units, which everything in Kafka that is
/// "sorted by id" means. It differs from the order of Rust strings only where a character outside
/// the basic plane meets one of U+E000 to U+FFFF: the first byte of the former is 0xF0 or more, that
/// of the latter 0xEE or 0xEF.
pub fn java_string_cmp(a: &str, b: &str) -> Ordering {
    let place = |byte: u8| if matches!(byte, 0xEE | 0xEF) { byte + 0x10 } else { byte };
    match a.bytes().zip(b.bytes()).find(|(a, b)| a != b) {
        Some((a, b)) => place(a).cmp(&place(b)),
        None => a.len().cmp(&b.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UtilsTest.testMurmur2` of Kafka.
    #[test]
    fn murmur2_agrees_with_kafkas_own_test() {
        let cases = [
            ("21", -973932308),
            ("foobar", -790332482),
            ("a-little-bit-long-string", -985981536),
            ("a-little-bit-longer-string", -1486304829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
            ("abc", 479470107),
            ("", 275646681),
        ];
        for (key, hash) in cases {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key:?}");
        }
    }

    #[test]
    fn high_bytes_are_unsigned_in_block_and_tail() {
        assert_eq!(murmur2(&[0xff]), -311467685);
        assert_eq!(murmur2(&[0x80, 0x81, 0x82]), -1975640061);
        assert_eq!(murmur2(&[0xff; 7]), -71293549);
    }

    /// Keys made to hash to the numbers where a mask and an absolute value part ways.
    #[test]
    fn the_sign_is_masked_and_not_negated() {
        let minus_one = murmur2_steps(&[0xa5, 0xd4, 0x30, 0x5c], 50);
        assert_eq!((minus_one.hash, minus_one.positive), (-1, i32::MAX));
        assert_eq!(minus_one.partition, 47);
        let zero = murmur2_steps(&[0xe3, 0x87, 0x18, 0x44], 7);
        assert_eq!((zero.hash, zero.positive, zero.partition), (0, 0, 0));
        assert_eq!(positive(i32::MIN), 0);
        assert_eq!(positive(-973932308), 1173551340);
    }

    #[test]
    fn one_partition_takes_everything() {
        for key in [&b""[..], b"alice", &[0xff; 9]] {
            assert_eq!(murmur2_steps(key, 1).partition, 0);
        }
    }

    #[test]
    fn string_hash_counts_utf16_code_units() {
        assert_eq!(java_string_hash(""), 0);
        assert_eq!(java_string_hash("my-group"), -1906497762);
        assert_eq!(java_string_hash("グループ"), 383750870);
        // D83D DE00: 31 * 0xD83D + 0xDE00
        assert_eq!(java_string_hash("😀"), 31 * 0xD83D + 0xDE00);
    }

    #[test]
    fn coordinator_of_the_string_without_an_absolute_value_is_partition_0() {
        assert_eq!(java_string_hash("polygenelubricants"), i32::MIN);
        assert_eq!(coordinator_partition("polygenelubricants", 50), 0);
        // Negated, not masked: masking gives 36.
        assert_eq!(coordinator_partition("my-group", 50), 12);
        assert_eq!(coordinator_partition("consumer-1", 50), 6);
    }

    #[test]
    fn string_order_is_that_of_code_units() {
        // U+1F600 is D83D DE00 in UTF-16, below U+FF5E; in UTF-8 it is above.
        assert_eq!(java_string_cmp("😀", "～"), Ordering::Less);
        assert_eq!("😀".cmp("～"), Ordering::Greater);
        assert_eq!(java_string_cmp("a", "ab"), Ordering::Less);
        assert_eq!(java_string_cmp("B", "a"), Ordering::Less);
        assert_eq!(java_string_cmp("a", "a"), Ordering::Equal);
        // Characters at every edge of an encoding, alone and behind a character they share bytes with.
        let edges = [
            "",
            "\0",
            "\u{7f}",
            "\u{80}",
            "\u{7ff}",
            "\u{800}",
            "\u{cfff}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{efff}",
            "\u{f000}",
            "\u{ffff}",
            "\u{10000}",
            "\u{3ffff}",
            "\u{40000}",
            "\u{10ffff}",
        ];
        let texts: Vec<String> = edges.iter().flat_map(|a| edges.iter().map(move |b| format!("{a}{b}"))).collect();
        for a in &texts {
            for b in &texts {
                assert_eq!(java_string_cmp(a, b), a.encode_utf16().cmp(b.encode_utf16()), "{a:?} {b:?}");
            }
        }
    }
}
