//! The kind `replica_placement`: partitions placed one after the other, with scripted draws.

use std::collections::BTreeSet;

use kafkascope::kafka::controller::placement::{PlacementError, RackList, UsableBroker, sorted_rack_order};
use serde::Deserialize;

use super::case::{Case, Mismatch};

/// Room beyond the model's own 128.
const MAX_BROKERS: usize = 1_000;

/// A cluster and what is placed on it.
#[derive(Deserialize)]
pub struct PlacementCase {
    id: String,
    brokers: Vec<Broker>,
    /// Each draw's bound and value.
    draws: Vec<(u32, u32)>,
    placed: Vec<Placed>,
    rack_map_order: Option<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct Broker {
    id: i32,
    rack: Option<String>,
    fenced: bool,
}

/// What came of one partition: replicas, or the text or name of an error.
#[derive(Deserialize)]
struct Placed {
    rf: i32,
    replicas: Option<Vec<i32>>,
    error: Option<String>,
}

impl Case for PlacementCase {
    const LAYOUT: &'static str = "`id`, `brokers` (`id`, `rack`, `fenced`), `draws` ([bound, \
         value]), `placed` (`rf`, `replicas`) and `rack_map_order`";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        if self.brokers.len() > MAX_BROKERS {
            return Err(format!("{} brokers; expected at most {MAX_BROKERS}", self.brokers.len()));
        }
        if self.rack_map_order.as_ref().is_some_and(|order| order.len() > MAX_BROKERS) {
            return Err(format!("expected at most {MAX_BROKERS} racks in `rack_map_order`"));
        }
        let mut ids = BTreeSet::new();
        if let Some(twice) = self.brokers.iter().find(|broker| !ids.insert(broker.id)) {
            return Err(format!("broker {} twice; expected once", twice.id));
        }
        if let Some((bound, value)) = self.draws.iter().find(|(bound, value)| value >= bound) {
            return Err(format!("a draw of {value}; expected less than its bound, {bound}"));
        }
        if self.placed.iter().any(|p| p.replicas.is_some() == p.error.is_some()) {
            return Err("expected each of `placed` to have either `replicas` or `error`".to_owned());
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Mismatch> {
        let brokers: Vec<UsableBroker> = self
            .brokers
            .iter()
            .map(|broker| UsableBroker { id: broker.id, rack: broker.rack.clone(), fenced: broker.fenced })
            .collect();
        let rack_order = match &self.rack_map_order {
            Some(order) => order.clone(),
            None => sorted_rack_order(&brokers),
        };

        let mut bounds = Vec::new();
        let mut draw = |bound: u32| {
            let scripted = self.draws.get(bounds.len());
            bounds.push(bound);
            scripted.map_or(0, |(_, value)| value % bound)
        };
        let mut racks = RackList::new(&brokers, &rack_order, &mut draw);
        let answers: Vec<Result<Vec<i32>, PlacementError>> =
            self.placed.iter().map(|placed| racks.place(placed.rf, &mut draw)).collect();

        let scripted: Vec<u32> = self.draws.iter().map(|(bound, _)| *bound).collect();
        Mismatch::unless_equal("bounds of the draws", &scripted, &bounds)?;
        for (partition, (placed, answer)) in self.placed.iter().zip(answers).enumerate() {
            if !placed.is(&answer) {
                return Err(Mismatch {
                    expected: format!("partition {partition} to be {}", placed.told()),
                    got: match answer {
                        Ok(replicas) => format!("{replicas:?}"),
                        Err(error) => format!("error {:?}", error.to_string()),
                    },
                });
            }
        }
        Ok(())
    }
}

impl Placed {
    fn is(&self, answer: &Result<Vec<i32>, PlacementError>) -> bool {
        match (answer, &self.replicas, &self.error) {
            (Ok(got), Some(expected), _) => got == expected,
            (Err(got), _, Some(expected)) => {
                expected.contains(&got.to_string())
                    || ["INVALID_REPLICATION_FACTOR", "InvalidReplicationFactorException"].contains(&expected.as_str())
            }
            _ => false,
        }
    }

    fn told(&self) -> String {
        match (&self.replicas, &self.error) {
            (Some(replicas), _) => format!("{replicas:?}"),
            (None, error) => format!("error {:?}", error.as_deref().unwrap_or_default()),
        }
    }
}
