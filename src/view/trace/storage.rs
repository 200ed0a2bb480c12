//! Events of segments, retention and compaction as data.

use super::Fields;
use crate::kafka::{
    event::{EventKind, LogStartBy},
    log::{Deletion, RollReason},
};

pub(super) fn storage<'a>(kind: &EventKind, fields: impl Fn(&'static str) -> Fields<'a>) -> Option<Fields<'a>> {
    use EventKind as E;
    Some(match kind {
        E::SegmentRolled { partition, base_offset, reason } => {
            fields("segment_rolled").at(*partition).with("base_offset", *base_offset).with("reason", roll(*reason))
        }
        E::SegmentDeleted { partition, deleted } => {
            let why = match deleted.why {
                Deletion::StartOffset { .. } => "start_offset",
                Deletion::Size { .. } => "size",
                Deletion::Time { .. } => "time",
            };
            fields("segment_deleted")
                .at(*partition)
                .with("base_offset", deleted.segment.base_offset)
                .with("end", deleted.end)
                .with("records", deleted.segment.records as i64)
                .with("bytes", deleted.segment.size_bytes as i64)
                .with("active", deleted.active)
                .with("reason", why)
                .with("why", "segment_deleted")
        }
        E::LogStartMoved { partition, from, to, by } => {
            let by = match by {
                LogStartBy::Retention => "retention",
                LogStartBy::DeleteRecords => "delete_records",
                LogStartBy::Leader => "leader",
            };
            fields("log_start_moved").at(*partition).with("from", *from).with("to", *to).with("by", by)
        }
        E::LogCleaned { partition, cleaned } => fields("log_cleaned")
            .at(*partition)
            .with("from", cleaned.from)
            .with("to", cleaned.to)
            .with("superseded", cleaned.superseded as i64)
            .with("tombstones", cleaned.tombstones as i64)
            .with("bytes_before", cleaned.bytes_before as i64)
            .with("bytes_after", cleaned.bytes_after as i64),
        E::LogStartedAnew { partition, end, at } => {
            fields("log_started_anew").at(*partition).with("end", *end).with("start", *at)
        }
        E::FollowerOutOfRange { partition, offset } => {
            fields("follower_out_of_range").at(*partition).with("offset", *offset)
        }
        E::OffsetsSkipped { partition, offsets, to } => {
            fields("offsets_skipped").at(*partition).with("offsets", *offsets).with("to", *to)
        }
        _ => return None,
    })
}

fn roll(reason: RollReason) -> &'static str {
    match reason {
        RollReason::Bytes => "bytes",
        RollReason::Time => "time",
        RollReason::IndexFull => "index_full",
        RollReason::Offsets => "offsets",
        RollReason::Retention => "retention",
        RollReason::StartedAnew => "started_anew",
    }
}
