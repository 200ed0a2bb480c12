//! Records as a producer packs them: one allocation for keys and values, twelve bytes a record beside it.
//!
//! Sizes are those of Kafka's batch format v2 (`DefaultRecordBatch`, `DefaultRecord`); a codec makes another of them.

use super::compression::{Codec, compressed_size};
use crate::sim::Rare;

/// Bytes of an empty batch.
pub const BATCH_OVERHEAD: u32 = 61;

/// Who packed a batch, for idempotence and for telling what became of each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProducerStamp {
    /// Producer id, or `u64::MAX` for none.
    pub producer_id: u64,
    /// Producer epoch.
    pub producer_epoch: i16,
    /// Sequence of the first record.
    pub base_sequence: i32,
    /// The client that sent it.
    pub client: crate::sim::NodeId,
    /// Number of this batch on its client; stays the same when it is sent again.
    pub batch: u32,
}

/// The stamp of a batch that no producer sent.
pub const NO_PRODUCER: ProducerStamp = ProducerStamp {
    producer_id: u64::MAX,
    producer_epoch: -1,
    base_sequence: -1,
    client: crate::sim::NodeId(0),
    batch: 0,
};

/// Packed records.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Records {
    /// Who packed them.
    pub stamp: ProducerStamp,
    base_timestamp_us: u64,
    size_bytes: u32,
    codec: Rare<Codec>,
    data: Box<[u8]>,
    entries: Box<[Entry]>,
    /// Headers of the few records that have some, by index.
    headers: Box<[(u32, Headers)]>,
    /// What compaction has left of it, if it was there.
    compacted: Option<Box<Compacted>>,
}

/// What compaction notes in a batch that it has rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Compacted {
    /// Places within the batch of the records that are left.
    deltas: Box<[u32]>,
    /// Records that the batch had: its last offset and sequence stay.
    span: u32,
    /// From when on its tombstones may go.
    delete_horizon_us: Option<u64>,
}

type Headers = Box<[(String, String)]>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    key_end: u32,
    value_end: u32,
    timestamp_delta_us: u32,
}

/// Marks a missing key or value, in the top bit of its end.
const ABSENT: u32 = 1 << 31;

/// A record, borrowed from its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Key, `None` for no key.
    pub key: Option<&'a [u8]>,
    /// Value, `None` for a tombstone.
    pub value: Option<&'a [u8]>,
    /// CreateTime in microseconds of simulated time.
    pub timestamp_us: u64,
    /// Headers in order.
    pub headers: &'a [(String, String)],
}

impl Records {
    /// How many there are; compaction may have left fewer than [`Records::span`].
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// None?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Size in Kafka's format, compressed as the batch is.
    pub fn size_bytes(&self) -> u32 {
        self.size_bytes
    }

    /// How it is compressed.
    pub fn codec(&self) -> Codec {
        *self.codec
    }

    /// Size that it would have uncompressed; counted, unless it is.
    pub fn plain_bytes(&self) -> u32 {
        match self.codec() {
            Codec::None => self.size_bytes,
            _ => BATCH_OVERHEAD + self.sized().map(|(size, _)| size).sum::<u32>(),
        }
    }

    /// The same records, compressed by a codec.
    pub fn with_codec(mut self, codec: Codec) -> Records {
        if codec != self.codec() {
            self.size_bytes = match codec {
                Codec::None => self.plain_bytes(),
                _ => compressed_size(codec, self.sized()),
            };
            self.codec = Rare(codec);
        }
        self
    }

    /// Its records with their plain sizes.
    fn sized(&self) -> impl Iterator<Item = (u32, Record<'_>)> {
        self.iter().enumerate().map(|(index, record)| {
            let delta_ms = record.timestamp_us / 1_000 - self.base_timestamp_us / 1_000;
            (record_size(self.delta(index), delta_ms, record.key, record.value, record.headers), record)
        })
    }

    /// Timestamp of the first record.
    pub fn base_timestamp_us(&self) -> u64 {
        self.base_timestamp_us
    }

    /// Offsets that the batch takes up: the records that it had when it was written.
    pub fn span(&self) -> u32 {
        self.compacted.as_ref().map_or(self.entries.len() as u32, |compacted| compacted.span)
    }

    /// Place in the batch of the record at an index.
    pub fn delta(&self, index: usize) -> u32 {
        self.compacted.as_ref().and_then(|compacted| compacted.deltas.get(index)).copied().unwrap_or(index as u32)
    }

    /// The record at a place in the batch, if it is still there.
    pub fn at(&self, delta: u32) -> Option<Record<'_>> {
        match &self.compacted {
            None => self.get(delta as usize),
            Some(compacted) => self.get(compacted.deltas.binary_search(&delta).ok()?),
        }
    }

    /// Has compaction rewritten it?
    pub fn is_compacted(&self) -> bool {
        self.compacted.is_some()
    }

    /// From when on a cleaning removes its tombstones; set by the first cleaning that met them.
    pub fn delete_horizon_us(&self) -> Option<u64> {
        self.compacted.as_ref().and_then(|compacted| compacted.delete_horizon_us)
    }

    /// Timestamp of the newest record: a producer's clock goes only forward.
    pub fn max_timestamp_us(&self) -> u64 {
        self.base_timestamp_us + self.entries.last().map_or(0, |entry| u64::from(entry.timestamp_delta_us))
    }

    /// The batch without the records that are not kept, whose places are `kept`; it still takes up as many offsets.
    pub fn compacted(&self, kept: &[usize], delete_horizon_us: Option<u64>) -> Records {
        let mut builder = RecordsBuilder::new(self.base_timestamp_us, self.stamp);
        let mut deltas = Vec::with_capacity(kept.len());
        for index in kept {
            let Some(record) = self.get(*index) else { continue };
            let delta = self.delta(*index);
            let timestamp_delta_ms = record.timestamp_us / 1_000 - self.base_timestamp_us / 1_000;
            let size = record_size(delta, timestamp_delta_ms, record.key, record.value, record.headers);
            builder.push_sized(size, record.timestamp_us, record.key, record.value, record.headers);
            deltas.push(delta);
        }
        let compacted = Compacted { deltas: deltas.into(), span: self.span(), delete_horizon_us };
        Records { compacted: Some(Box::new(compacted)), ..builder.build() }.with_codec(self.codec())
    }

    /// The record at an index.
    pub fn get(&self, index: usize) -> Option<Record<'_>> {
        let entry = self.entries.get(index)?;
        let start = match index {
            0 => 0,
            _ => self.entries[index - 1].value_end & !ABSENT,
        } as usize;
        let (key_end, value_end) = ((entry.key_end & !ABSENT) as usize, (entry.value_end & !ABSENT) as usize);
        Some(Record {
            key: (entry.key_end & ABSENT == 0).then(|| &self.data[start..key_end]),
            value: (entry.value_end & ABSENT == 0).then(|| &self.data[key_end..value_end]),
            timestamp_us: self.base_timestamp_us + u64::from(entry.timestamp_delta_us),
            headers: match self.headers.binary_search_by_key(&(index as u32), |(at, _)| *at) {
                Ok(at) => &self.headers[at].1,
                Err(_) => &[],
            },
        })
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The same records under another stamp (idempotence stamps a batch when it is first sent).
    pub fn stamped(mut self, stamp: ProducerStamp) -> Records {
        self.stamp = stamp;
        self
    }
}

/// Packs records.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordsBuilder {
    stamp: ProducerStamp,
    base_timestamp_us: u64,
    size_bytes: u32,
    data: Vec<u8>,
    entries: Vec<Entry>,
    headers: Vec<(u32, Headers)>,
}

impl RecordsBuilder {
    /// An empty batch whose first record is stamped with this time.
    pub fn new(base_timestamp_us: u64, stamp: ProducerStamp) -> RecordsBuilder {
        RecordsBuilder {
            stamp,
            base_timestamp_us,
            size_bytes: BATCH_OVERHEAD,
            data: Vec::new(),
            entries: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// Adds a record.
    pub fn push(&mut self, now_us: u64, key: Option<&[u8]>, value: Option<&[u8]>, headers: &[(String, String)]) {
        self.push_sized(self.size_of_next(now_us, key, value, headers), now_us, key, value, headers);
    }

    /// Adds a record whose [`RecordsBuilder::size_of_next`] is known already.
    pub fn push_sized(
        &mut self,
        size: u32,
        now_us: u64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(String, String)],
    ) {
        self.size_bytes += size;
        let mark = |absent: bool, at: usize| at as u32 | if absent { ABSENT } else { 0 };
        self.data.extend_from_slice(key.unwrap_or_default());
        let key_end = mark(key.is_none(), self.data.len());
        self.data.extend_from_slice(value.unwrap_or_default());
        let value_end = mark(value.is_none(), self.data.len());
        if !headers.is_empty() {
            self.headers.push((self.entries.len() as u32, headers.into()));
        }
        let timestamp_delta_us = u32::try_from(now_us.saturating_sub(self.base_timestamp_us)).unwrap_or(u32::MAX);
        self.entries.push(Entry { key_end, value_end, timestamp_delta_us });
    }

    /// What the next record would add (`DefaultRecord.sizeInBytes`).
    pub fn size_of_next(
        &self,
        now_us: u64,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(String, String)],
    ) -> u32 {
        // A clock that was set back within a batch shows no less than its first record.
        let timestamp_delta_ms = (now_us / 1_000).saturating_sub(self.base_timestamp_us / 1_000);
        record_size(self.entries.len() as u32, timestamp_delta_ms, key, value, headers)
    }

    /// Size so far in Kafka's format.
    pub fn size_bytes(&self) -> u32 {
        self.size_bytes
    }

    /// Records so far.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// None yet?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The key of the newest record.
    pub fn last_key(&self) -> Option<&[u8]> {
        self.key(self.entries.len().checked_sub(1)?)
    }

    /// The key of the record at an index, if it has one.
    pub fn key(&self, index: usize) -> Option<&[u8]> {
        let entry = self.entries.get(index)?;
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.entries[before].value_end & !ABSENT,
        };
        (entry.key_end & ABSENT == 0).then(|| &self.data[start as usize..entry.key_end as usize])
    }

    /// Seals the batch into one immutable allocation.
    pub fn build(self) -> Records {
        Records {
            stamp: self.stamp,
            base_timestamp_us: self.base_timestamp_us,
            size_bytes: self.size_bytes,
            codec: Rare(Codec::None),
            data: self.data.into(),
            entries: self.entries.into(),
            headers: self.headers.into(),
            compacted: None,
        }
    }
}

/// Size of a record in batch format v2 (`DefaultRecord.sizeInBytes`): varints, attributes, key, value, headers.
pub fn record_size(
    offset_delta: u32,
    timestamp_delta_ms: u64,
    key: Option<&[u8]>,
    value: Option<&[u8]>,
    headers: &[(String, String)],
) -> u32 {
    let part = |bytes: Option<usize>| match bytes {
        None => varint_size(-1),
        Some(len) => varint_size(len as i64) + len as u32,
    };
    let mut size = 1 + varint_size(timestamp_delta_ms as i64) + varint_size(offset_delta.into());
    size += part(key.map(<[u8]>::len)) + part(value.map(<[u8]>::len)) + varint_size(headers.len() as i64);
    for (name, value) in headers {
        size += part(Some(name.len())) + part(Some(value.len()));
    }
    varint_size(size.into()) + size
}

/// Bytes of a zig-zag varint (`ByteUtils.sizeOfVarlong`).
fn varint_size(value: i64) -> u32 {
    let zigzag = ((value << 1) ^ (value >> 63)) as u64;
    let bits = 64 - (zigzag | 1).leading_zeros();
    // Seven bits a byte, rounded up, for 1 to 64 bits and without a division: every record is measured.
    (bits * 9 + 64) >> 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let mut builder = RecordsBuilder::new(1_000, NO_PRODUCER);
        let header = [("trace".to_owned(), "7".to_owned())];
        builder.push(1_000, Some(b"alice"), Some(b"one"), &[]);
        builder.push(1_500, None, Some(b"two"), &header);
        builder.push(2_000, Some(b""), None, &[]);
        assert_eq!(builder.last_key(), Some(&b""[..]));
        let records = builder.build();
        let all: Vec<_> = records.iter().collect();
        assert_eq!((all[0].key, all[0].value), (Some(&b"alice"[..]), Some(&b"one"[..])));
        assert_eq!((all[1].key, all[1].headers, all[1].timestamp_us), (None, &header[..], 1_500));
        assert_eq!((all[2].key, all[2].value), (Some(&b""[..]), None));
        assert!(records.get(3).is_none());
    }

    #[test]
    fn a_compacted_batch_keeps_its_places_and_its_end() {
        let mut builder = RecordsBuilder::new(1_000, NO_PRODUCER);
        for n in 0..200_u8 {
            builder.push(1_000 + u64::from(n), Some(&[n]), Some(b"value"), &[]);
        }
        let whole = builder.build();
        let left = whole.compacted(&[3, 150], Some(77));
        assert_eq!((left.len(), left.span(), left.delete_horizon_us()), (2, 200, Some(77)));
        assert_eq!(left.at(150).and_then(|record| record.key), Some(&[150][..]));
        assert_eq!((left.at(4), left.delta(1), left.max_timestamp_us()), (None, 150, 1_150));
        // A place of two bytes costs one byte more than one of one byte.
        assert_eq!(left.size_bytes(), BATCH_OVERHEAD + 13 + 14);
        let less = left.compacted(&[1], None);
        assert_eq!((less.len(), less.span(), less.delta(0)), (1, 200, 150));
        let empty = less.compacted(&[], None);
        assert_eq!((empty.len(), empty.span(), empty.size_bytes()), (0, 200, BATCH_OVERHEAD));
    }

    #[test]
    fn sizes_are_those_of_format_v2() {
        // length 1 + attributes 1 + timestamp 1 + offset 1 + key 1+5 + value 1+5 + header count 1
        assert_eq!(record_size(0, 0, Some(b"alice"), Some(b"hello"), &[]), 17);
        assert_eq!(record_size(0, 0, None, None, &[]), 7);
        for bits in 1..=63 {
            assert_eq!(varint_size(1 << (bits - 1)), (bits + 1_u32).div_ceil(7), "{bits}");
        }
        assert_eq!(varint_size(63), 1);
        assert_eq!(varint_size(64), 2);
        assert_eq!(varint_size(-1), 1);
        assert_eq!(varint_size(i64::MAX), 10);
        let mut builder = RecordsBuilder::new(0, NO_PRODUCER);
        builder.push(0, Some(b"alice"), Some(b"hello"), &[]);
        assert_eq!(builder.size_bytes(), BATCH_OVERHEAD + 17);
    }
}
