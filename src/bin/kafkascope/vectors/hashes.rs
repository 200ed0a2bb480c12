//! The kinds `murmur2` (a key's bytes to its partition) and `coordinator_partition` (a group id to
//! the partition of `__consumer_offsets`).

use std::collections::BTreeMap;
use std::fmt;

use kafkascope::kafka::client::partitioner::partition_for_key;
use kafkascope::kafka::hash::{coordinator_partition, java_abs, java_string_hash, murmur2, positive};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::case::{Case, Mismatch};

/// A serialized key, its hash, and its partition by the number of partitions.
#[derive(Deserialize)]
pub struct Murmur2Case {
    #[serde(deserialize_with = "hex")]
    key_hex: Vec<u8>,
    len: Option<usize>,
    utf8: Option<String>,
    murmur2: i32,
    positive: i32,
    partition: BTreeMap<i32, i32>,
}

impl Case for Murmur2Case {
    const LAYOUT: &'static str = "`key_hex`, `murmur2`, `positive` and `partition` (partition count to partition)";

    fn id(&self) -> String {
        match &self.utf8 {
            Some(text) => format!("key {text:?}"),
            None => format!("key 0x{}", digits(&self.key_hex)),
        }
    }

    fn validate(&self) -> Result<(), String> {
        if self.len.is_some_and(|len| len != self.key_hex.len()) {
            return Err(format!("expected `len` to count the {} bytes of `key_hex`", self.key_hex.len()));
        }
        let utf8 = self.utf8.as_ref().map(|text| text.as_bytes());
        if utf8.is_some_and(|bytes| bytes != self.key_hex) {
            return Err("expected `key_hex` to be the bytes of `utf8`".to_owned());
        }
        match self.partition.keys().find(|count| **count < 1) {
            Some(count) => Err(format!("expected a partition count of 1 or more, not {count}")),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Mismatch> {
        let hash = murmur2(&self.key_hex);
        Mismatch::unless_equal("hash", &self.murmur2, &hash)?;
        Mismatch::unless_equal("positive", &self.positive, &positive(hash))?;
        for (count, partition) in &self.partition {
            let got = partition_for_key(&self.key_hex, *count);
            Mismatch::unless_equal(&format!("partition of {count}"), partition, &got)?;
        }
        Ok(())
    }
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from pairs of hexadecimal digits.
fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let nibbles: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16).map(|value| value as u8)).collect();
    match nibbles {
        Some(nibbles) if nibbles.len() % 2 == 0 => {
            Ok(nibbles.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
        }
        _ => Err(D::Error::custom("`key_hex` is not pairs of hexadecimal digits")),
    }
}

/// A group id or transactional id, its hash, and its partition by the number of partitions.
pub struct CoordinatorCase {
    id: String,
    hash: i32,
    abs: i32,
    /// From the fields `partition_of_N`.
    partitions: BTreeMap<i32, i32>,
}

impl Case for CoordinatorCase {
    const LAYOUT: &'static str = "`id`, `hash`, `abs` and `partition_of_N`";

    fn id(&self) -> String {
        format!("{:?}", self.id)
    }

    fn validate(&self) -> Result<(), String> {
        if self.partitions.is_empty() {
            return Err("no partition; expected a field such as `partition_of_50`".to_owned());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Mismatch> {
        let hash = java_string_hash(&self.id);
        Mismatch::unless_equal("hash", &self.hash, &hash)?;
        Mismatch::unless_equal("abs", &self.abs, &java_abs(hash))?;
        for (count, partition) in &self.partitions {
            let got = coordinator_partition(&self.id, *count);
            Mismatch::unless_equal(&format!("partition of {count}"), partition, &got)?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for CoordinatorCase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = CoordinatorCase;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut id, mut hash, mut abs) = (None, None, None);
                let mut partitions = BTreeMap::new();
                while let Some(field) = map.next_key::<String>()? {
                    match field.as_str() {
                        "id" => id = Some(map.next_value()?),
                        "hash" => hash = Some(map.next_value()?),
                        "abs" => abs = Some(map.next_value()?),
                        _ => match field.strip_prefix("partition_of_") {
                            Some(count) => {
                                let count = count.parse().ok().filter(|count| *count >= 1);
                                let count =
                                    count.ok_or_else(|| A::Error::custom(format!("`{field}` counts no partitions")))?;
                                partitions.insert(count, map.next_value()?);
                            }
                            None => {
                                map.next_value::<IgnoredAny>()?;
                            }
                        },
                    }
                }
                Ok(CoordinatorCase {
                    id: id.ok_or_else(|| A::Error::missing_field("id"))?,
                    hash: hash.ok_or_else(|| A::Error::missing_field("hash"))?,
                    abs: abs.ok_or_else(|| A::Error::missing_field("abs"))?,
                    partitions,
                })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
