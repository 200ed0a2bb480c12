//! The kind `partition_change`: what the controller writes for a partition, and whom it elects.

use kafkascope::kafka::controller::partition_change::{Election, PartitionChange, Rules, Target, build, elect};
use kafkascope::kafka::ids::BrokerId;
use kafkascope::kafka::metadata::PartitionState;
use serde::{Deserialize, Deserializer};

use super::case::{Case, Mismatch};

/// A call of `electLeader` or `build`.
#[derive(Deserialize)]
pub struct PartitionChangeCase {
    id: String,
    op: Op,
    metadata_version: String,
    partition: RecordedPartition,
    acceptable_leaders_among_0_to_9: Vec<BrokerId>,
    min_isr: usize,
    election: RecordedElection,
    elr_enabled: bool,
    use_last_known_leader: bool,
    target: RecordedTarget,
    expected: Expected,
    /// What the release that is modelled does, where that is something else.
    expected_since_4_1: Option<Expected>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Op {
    Elect,
    Build,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordedElection {
    Preferred,
    Online,
    Unclean,
}

impl RecordedElection {
    pub fn of_the_model(self) -> Election {
        match self {
            RecordedElection::Preferred => Election::Preferred,
            RecordedElection::Online => Election::Online,
            RecordedElection::Unclean => Election::Unclean,
        }
    }
}

#[derive(Clone, Copy, Deserialize, Debug, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
pub enum Recovery {
    Recovered,
    Recovering,
}

#[derive(Deserialize)]
struct RecordedPartition {
    replicas: Vec<BrokerId>,
    isr: Vec<BrokerId>,
    elr: Vec<BrokerId>,
    #[serde(deserialize_with = "brokers_or_nobody")]
    last_known_elr: Vec<Option<BrokerId>>,
    removing: Vec<BrokerId>,
    adding: Vec<BrokerId>,
    #[serde(deserialize_with = "leader")]
    leader: Option<BrokerId>,
    recovery: Recovery,
    leader_epoch: i32,
    partition_epoch: i32,
}

#[derive(Deserialize)]
struct RecordedTarget {
    isr: Vec<BrokerId>,
    replicas: Vec<BrokerId>,
    removing: Vec<BrokerId>,
    adding: Vec<BrokerId>,
    #[serde(default)]
    unclean_shutdown: Vec<BrokerId>,
    recovery: Recovery,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    Elected {
        #[serde(deserialize_with = "leader")]
        leader: Option<BrokerId>,
        unclean: bool,
    },
    Built {
        change: Option<Box<RecordedChange>>,
        after: Option<Box<RecordedPartition>>,
    },
}

#[derive(Deserialize)]
struct RecordedChange {
    #[serde(default, deserialize_with = "leader_written")]
    leader: Option<Option<BrokerId>>,
    isr: Option<Vec<BrokerId>>,
    elr: Option<Vec<BrokerId>>,
    #[serde(default, deserialize_with = "written_brokers_or_nobody")]
    last_known_elr: Option<Vec<Option<BrokerId>>>,
    replicas: Option<Vec<BrokerId>>,
    removing: Option<Vec<BrokerId>>,
    adding: Option<Vec<BrokerId>>,
    recovery: Option<Recovery>,
}

fn leader<'de, D: Deserializer<'de>>(from: D) -> Result<Option<BrokerId>, D::Error> {
    Ok(leader_or_nobody(i64::deserialize(from)?))
}

/// -1 is nobody.
pub fn leader_or_nobody(broker: i64) -> Option<BrokerId> {
    u32::try_from(broker).ok()
}

/// A list of brokers in which Kafka writes -1 for a leader that there was not.
pub fn nobody_in_list(brokers: &[i64]) -> Vec<Option<BrokerId>> {
    brokers.iter().map(|broker| leader_or_nobody(*broker)).collect()
}

fn leader_written<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<BrokerId>>, D::Error> {
    leader(from).map(Some)
}

fn brokers_or_nobody<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Option<BrokerId>>, D::Error> {
    Ok(nobody_in_list(&Vec::<i64>::deserialize(from)?))
}

fn written_brokers_or_nobody<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Option<BrokerId>>>, D::Error> {
    brokers_or_nobody(from).map(Some)
}

impl Case for PartitionChangeCase {
    const LAYOUT: &'static str = "`id`, `op` (elect or build), `metadata_version` (such as 4.0-IV1), `partition` \
         (`replicas`, `isr`, `elr`, `last_known_elr`, `removing`, `adding`, `leader`, `recovery`, `leader_epoch`, \
         `partition_epoch`), `acceptable_leaders_among_0_to_9`, `min_isr`, `election` (PREFERRED, ONLINE, UNCLEAN), \
         `elr_enabled`, `use_last_known_leader`, `target` (`isr`, `replicas`, `removing`, `adding`, `unclean_shutdown`, \
         `recovery`) and `expected` (`leader` and `unclean`, or `change` and `after`)";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        match is_before_3_6(&self.metadata_version) {
            Some(_) => Ok(()),
            None => Err(format!("`metadata_version` is {:?}; expected one such as 4.0-IV1", self.metadata_version)),
        }
    }

    fn check(&self) -> Result<(), Mismatch> {
        let partition = self.partition.of_the_model();
        let rules = Rules {
            min_isr: self.min_isr,
            elr_enabled: self.elr_enabled,
            use_last_known_leader: self.use_last_known_leader,
            bump_on_isr_shrink: is_before_3_6(&self.metadata_version) == Some(true),
        };
        let target = Target {
            isr: self.target.isr.clone(),
            replicas: self.target.replicas.clone(),
            removing: self.target.removing.clone(),
            adding: self.target.adding.clone(),
            unclean_shutdown: self.target.unclean_shutdown.clone(),
            recovering: self.target.recovery == Recovery::Recovering,
        };
        // The cases name the brokers from 0 to 9 that may lead.
        let is_acceptable = |broker: BrokerId| self.acceptable_leaders_among_0_to_9.contains(&broker);
        let election = self.election.of_the_model();
        let expected = self.expected_since_4_1.as_ref().unwrap_or(&self.expected);
        match (self.op, expected) {
            (Op::Elect, Expected::Elected { leader, unclean }) => {
                let elected = elect(&partition, target, election, rules, &is_acceptable);
                Mismatch::unless_equal("leader", leader, &elected.leader)?;
                Mismatch::unless_equal("unclean", unclean, &elected.unclean)
            }
            (Op::Build, Expected::Built { change, after }) => {
                let got = build(&partition, target, election, rules, &is_acceptable);
                Mismatch::unless_equal("change", &change.as_ref().map(|change| change.of_the_model()), &got)?;
                let applied = got.map(|change| change.apply(&partition));
                match after {
                    Some(after) => Mismatch::unless_equal("partition", &Some(after.of_the_model()), &applied),
                    None => Ok(()),
                }
            }
            (Op::Elect, Expected::Built { .. }) => Err(unlike("a leader")),
            (Op::Build, Expected::Elected { .. }) => Err(unlike("a change")),
        }
    }
}

fn unlike(answer: &str) -> Mismatch {
    Mismatch { expected: "the answer of another call".to_owned(), got: answer.to_owned() }
}

impl RecordedPartition {
    fn of_the_model(&self) -> PartitionState {
        PartitionState {
            replicas: self.replicas.clone(),
            isr: self.isr.clone(),
            elr: self.elr.clone(),
            last_known_elr: self.last_known_elr.clone(),
            removing: self.removing.clone(),
            adding: self.adding.clone(),
            leader: self.leader,
            recovering: self.recovery == Recovery::Recovering,
            leader_epoch: self.leader_epoch,
            partition_epoch: self.partition_epoch,
        }
    }
}

impl RecordedChange {
    fn of_the_model(&self) -> PartitionChange {
        PartitionChange {
            leader: self.leader,
            isr: self.isr.clone(),
            elr: self.elr.clone(),
            last_known_elr: self.last_known_elr.clone(),
            replicas: self.replicas.clone(),
            removing: self.removing.clone(),
            adding: self.adding.clone(),
            recovering: self.recovery.map(|recovery| recovery == Recovery::Recovering),
        }
    }
}

/// Is this metadata version one in which the leader epoch rises when the ISR shrinks?
fn is_before_3_6(version: &str) -> Option<bool> {
    let (major, rest) = version.split_once('.')?;
    let (minor, _) = rest.split_once("-IV")?;
    Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?) < (3, 6))
}
