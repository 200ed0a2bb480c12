//! The kind `sticky_partitioner`: appends without a key, one after the other, with scripted draws.

use std::collections::BTreeSet;

use kafkascope::kafka::client::partitioner::{BuiltInPartitioner, LoadSample};
use serde::{Deserialize, Deserializer};

use super::case::{Case, Mismatch};

/// As many partitions as the model has.
const MAX_PARTITIONS: i32 = 10_000;

/// A topic and what is appended to it.
#[derive(Deserialize)]
pub struct StickyCase {
    id: String,
    partitions: i32,
    #[serde(default)]
    no_leader: BTreeSet<i32>,
    sticky_batch_size: i32,
    steps: Vec<Step>,
    random_draws: Vec<i32>,
}

#[derive(Deserialize)]
struct Step {
    /// Queue lengths seen before the append: absent, as before; null, none.
    #[serde(default, deserialize_with = "present")]
    load_stats: Option<Option<Vec<i32>>>,
    #[serde(default)]
    load_ids: Option<Vec<i32>>,
    append_to: i32,
    bytes: i32,
    last_batch_full: bool,
    next: i32,
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Vec<i32>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Case for StickyCase {
    const LAYOUT: &'static str = "`id`, `partitions`, `no_leader`, `sticky_batch_size`, `steps` \
         (`append_to`, `bytes`, `last_batch_full`, `next`, `load_stats`, `load_ids`) and \
         `random_draws`";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        if !(1..=MAX_PARTITIONS).contains(&self.partitions) {
            return Err(format!("`partitions` is {}; expected 1 to {MAX_PARTITIONS}", self.partitions));
        }
        if self.sticky_batch_size < 1 {
            return Err(format!("`sticky_batch_size` is {}; expected 1 or more", self.sticky_batch_size));
        }
        if let Some(draw) = self.random_draws.iter().find(|draw| **draw < 0) {
            return Err(format!("`random_draws` has {draw}; expected 0 or more"));
        }
        self.known("no_leader", &self.no_leader)?;
        for step in &self.steps {
            let ids = step.load_ids.as_deref().unwrap_or_default();
            let sizes = step.load_stats.as_ref().and_then(Option::as_deref);
            if ids.len() != sizes.unwrap_or_default().len() {
                return Err("expected a number in `load_stats` for each of `load_ids`".to_owned());
            }
            self.known("load_ids", ids)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Mismatch> {
        let available: Vec<i32> =
            (0..self.partitions).filter(|partition| !self.no_leader.contains(partition)).collect();
        let mut draws_made = 0;
        let mut draw = || {
            let draw = self.random_draws.get(draws_made).copied().unwrap_or(0);
            draws_made += 1;
            draw
        };
        let mut partitioner = BuiltInPartitioner::new(self.sticky_batch_size);
        for (number, step) in (1..).zip(&self.steps) {
            if let Some(load_stats) = &step.load_stats {
                let ids = step.load_ids.as_deref().unwrap_or_default();
                partitioner.update_load_stats(load_stats.as_ref().map(|sizes| LoadSample {
                    queue_sizes: sizes,
                    partition_ids: ids,
                    partition_count: self.partitions,
                }));
            }
            let appended_to = partitioner.peek(&available, self.partitions, &mut draw);
            Mismatch::unless_equal(&format!("partition of step {number}"), &step.append_to, &appended_to)?;
            let next = partitioner.update(step.bytes, step.last_batch_full, &available, self.partitions, &mut draw);
            Mismatch::unless_equal(&format!("partition after step {number}"), &step.next, &next)?;
        }
        Mismatch::unless_equal("number of draws", &self.random_draws.len(), &draws_made)
    }
}

impl StickyCase {
    /// An error if one of `ids`, from `field`, is not a partition of the topic.
    fn known<'a>(&self, field: &str, ids: impl IntoIterator<Item = &'a i32>) -> Result<(), String> {
        let stranger = ids.into_iter().find(|id| !(0..self.partitions).contains(*id));
        match stranger {
            Some(id) => Err(format!("`{field}` has {id}; expected a partition below {}", self.partitions)),
            None => Ok(()),
        }
    }
}
