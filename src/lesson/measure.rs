//! What a lesson can read off the world, as data: `lag billing orders`, `partition_of_key orders alice`.
//!
//! A [`Measure`] is written as its name and its arguments with spaces between. One table, [`TABLE`], says which there
//! are, what each takes and what it gives; reading, writing and the error messages come from it. Left out: the
//! reading itself, which needs a world ([`super::evaluate`]), so that the build script can use this file too.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing to read off the world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Measure {
    /// What.
    pub kind: Kind,
    /// Whose: a topic, a group, a consumer, a key, in the order of [`Row::names`].
    pub names: Vec<String>,
    /// Which partition; `None`: all of the topic's together.
    pub partition: Option<i32>,
}

/// One row of [`TABLE`].
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it is.
    pub kind: Kind,
    /// How it is written.
    pub name: &'static str,
    /// Names that follow, in order.
    pub names: &'static [&'static str],
    /// Does a partition number follow?
    pub partition: PartitionArg,
    /// Does it give words (names, states) and not a number?
    pub words: bool,
    /// What it says.
    pub help: &'static str,
}

/// Whether a measure takes a partition number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionArg {
    /// It takes none.
    Never,
    /// With one it speaks of that partition, without one of all together.
    May,
    /// It needs one.
    Must,
}

macro_rules! measures {
    ($($kind:ident $name:literal [$($arg:literal)*] $partition:ident $gives:ident $help:literal;)*) => {
        /// Which thing a [`Measure`] reads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = $help] $kind,)*
        }

        /// Every measure there is.
        pub const TABLE: &[Row] = &[$(Row {
            kind: Kind::$kind,
            name: $name,
            names: &[$($arg),*],
            partition: PartitionArg::$partition,
            words: measures!(@$gives),
            help: $help,
        },)*];
    };
    (@number) => { false };
    (@words) => { true };
}

measures! {
    PartitionCount "partition_count" ["topic"] Never number "How many partitions the topic has.";
    LogStart "log_start" ["topic"] Must number "First offset kept.";
    LogEnd "log_end" ["topic"] Must number "Offset that the next record gets.";
    HighWatermark "high_watermark" ["topic"] Must number "First offset that consumers may not see yet.";
    Stored "stored" ["topic"] May number "Offsets from log start to log end: the records in the log.";
    Visible "visible" ["topic"] May number "Offsets from log start to high watermark: the records that consumers may see.";
    EmptyPartitions "empty_partitions" ["topic"] Never number "Partitions without a record.";
    RecordsOfKey "records_of_key" ["topic" "key"] May number "Visible records with this key.";
    PartitionOfKey "partition_of_key" ["topic" "key"] Never number "Partition of the newest visible record with this key.";
    PartitionsOfKey "partitions_of_key" ["topic" "key"] Never words "Partitions that hold visible records with this key: P3, P5.";
    GroupState "group_state" ["group"] Never words "The group's state by Kafka's name, such as Stable.";
    Generation "generation" ["group"] Never number "The group's generation.";
    Members "members" ["group"] Never number "How many members the group has.";
    IdleMembers "idle_members" ["group"] Never number "Members that own no partition.";
    IdleNames "idle_names" ["group"] Never words "Names of the members that own no partition.";
    Assignment "assignment" ["group" "consumer" "topic"] Never words "Partitions that this consumer owns now: P0, P1.";
    Owned "owned" ["group" "consumer" "topic"] Never number "How many partitions this consumer owns now.";
    Owner "owner" ["group" "topic"] Must words "Consumer that owns the partition now.";
    Unowned "unowned" ["group" "topic"] Never number "Partitions that no consumer of the group owns now.";
    Committed "committed" ["group" "topic"] May number "Committed offset of the group.";
    Position "position" ["group" "topic"] May number "Next offset that the owner's poll returns.";
    Lag "lag" ["group" "topic"] May number "High watermark minus committed offset.";
    Unread "unread" ["group" "topic"] May number "High watermark minus position.";
    Consumed "consumed" ["consumer"] Never number "Records that this consumer's poll has returned.";
    Acknowledged "acknowledged" ["producer"] Never number "Records of this producer that a broker has acknowledged.";
    Unacknowledged "unacknowledged" ["producer"] Never number "Records of this producer that wait or are under way.";
    KnownPartitions "known_partitions" ["producer" "topic"] Never number "How many partitions the topic has in this producer's own metadata.";
}

impl Kind {
    /// Its row of [`TABLE`].
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

impl Measure {
    /// Reads `name argument …`; the error says what was expected.
    pub fn parse(source: &str) -> Result<Measure, String> {
        let mut words = source.split_whitespace();
        let name = words.next().ok_or("expected a measure, such as `lag billing orders`")?;
        let row = TABLE.iter().find(|row| row.name == name).ok_or_else(|| {
            let known: Vec<_> = TABLE.iter().map(|row| row.name).collect();
            format!("there is no measure `{name}`; there are {}", known.join(", "))
        })?;
        let mut names = Vec::new();
        for _ in row.names {
            names.push(words.next().ok_or_else(|| usage(row))?.to_owned());
        }
        let partition = match (row.partition, words.next()) {
            (PartitionArg::Never | PartitionArg::May, None) => None,
            (PartitionArg::May | PartitionArg::Must, Some(word)) => {
                Some(word.parse::<i32>().ok().filter(|number| *number >= 0).ok_or_else(|| usage(row))?)
            }
            (PartitionArg::Never, Some(_)) | (PartitionArg::Must, None) => return Err(usage(row)),
        };
        if words.next().is_some() {
            return Err(usage(row));
        }
        Ok(Measure { kind: row.kind, names, partition })
    }
}

fn usage(row: &Row) -> String {
    let mut line = row.name.to_owned();
    for name in row.names {
        line.push_str(&format!(" {}", name.to_uppercase()));
    }
    match row.partition {
        PartitionArg::Never => {}
        PartitionArg::May => line.push_str(" [PARTITION]"),
        PartitionArg::Must => line.push_str(" PARTITION"),
    }
    format!("expected `{line}`")
}

impl fmt::Display for Measure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.kind.row().name)?;
        for name in &self.names {
            write!(out, " {name}")?;
        }
        match self.partition {
            Some(partition) => write!(out, " {partition}"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for Measure {
    type Error = String;
    fn try_from(source: String) -> Result<Self, String> {
        Measure::parse(&source)
    }
}

impl From<Measure> for String {
    fn from(measure: Measure) -> String {
        measure.to_string()
    }
}
