//! The kind `controller_scenarios`: what the model's controller makes of brokers that come and go, ISRs that change and
//! elections that somebody asks for, step by step.

use std::collections::BTreeMap;

use kafkascope::kafka::{
    broker::Handle,
    config::{BrokerConfig, Settings},
    controller::Controller,
    ids::{BrokerId, TopicId, TopicIdPartition},
    metadata::MetadataImage,
    node::Outbox,
    protocol::{Channel, ErrorCode, Request},
};
use kafkascope::sim::NodeId;
use serde::Deserialize;

use super::case::{Case, Mismatch};
use super::partition_change::{Recovery, leader_or_nobody, nobody_in_list};

/// A run of a controller.
#[derive(Deserialize)]
pub struct ControllerCase {
    id: String,
    brokers: Vec<BrokerId>,
    elr_enabled: bool,
    steps: Vec<RecordedStep>,
}

#[derive(Deserialize)]
struct RecordedStep {
    #[serde(flatten)]
    step: Step,
    /// Partitions after the step, by number.
    #[serde(default)]
    expect: BTreeMap<String, ExpectedPartition>,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum Step {
    Unfence {
        brokers: Vec<BrokerId>,
    },
    Fence {
        brokers: Vec<BrokerId>,
    },
    ControlledShutdown {
        brokers: Vec<BrokerId>,
    },
    ReRegister {
        brokers: Vec<BrokerId>,
    },
    Create {
        assignment: Vec<Vec<BrokerId>>,
    },
    AlterIsr {
        partition: i32,
        isr: Vec<BrokerId>,
    },
    SetMinIsr {
        value: u32,
    },
    Elect {
        #[serde(rename = "type")]
        kind: ElectionType,
        partitions: Vec<i32>,
        #[serde(default)]
        result: BTreeMap<String, String>,
    },
    Balance {
        result: Vec<i32>,
    },
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum ElectionType {
    Preferred,
    Unclean,
}

#[derive(Deserialize)]
struct ExpectedPartition {
    leader: Option<i64>,
    isr: Option<Vec<BrokerId>>,
    elr: Option<Vec<BrokerId>>,
    last_known_elr: Option<Vec<i64>>,
    leader_epoch: Option<i32>,
    partition_epoch: Option<i32>,
    recovery: Option<Recovery>,
}

/// The one topic of a case.
const TOPIC: &str = "t";

impl Case for ControllerCase {
    const LAYOUT: &'static str = "`id`, `brokers`, `elr_enabled` and `steps`, each with `do` (unfence, fence, \
         controlled-shutdown, re-register with `brokers`; create with `assignment`; alter-isr with `partition` and `isr`; \
         set-min-isr with `value`; elect with `type`, `partitions` and `result`; balance with `result`) and `expect` by \
         partition";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn validate(&self) -> Result<(), String> {
        let named = self.steps.iter().flat_map(|step| match &step.step {
            Step::Unfence { brokers }
            | Step::Fence { brokers }
            | Step::ControlledShutdown { brokers }
            | Step::ReRegister { brokers } => brokers.clone(),
            Step::Create { assignment } => assignment.concat(),
            Step::AlterIsr { isr, .. } => isr.clone(),
            Step::SetMinIsr { .. } | Step::Elect { .. } | Step::Balance { .. } => Vec::new(),
        });
        if let Some(other) = named.into_iter().find(|broker| !self.brokers.contains(broker)) {
            return Err(format!("a step names broker {other}, which is not among `brokers`"));
        }
        match self.steps.iter().flat_map(|step| step.expect.keys()).find(|key| key.parse::<i32>().is_err()) {
            Some(other) => Err(format!("`expect` has {other:?}; expected the number of a partition")),
            None => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Mismatch> {
        let version = u8::from(self.elr_enabled).to_string();
        let settings: Settings = [("eligible.leader.replicas.version".to_owned(), version)].into_iter().collect();
        let image = MetadataImage { settings: settings.into(), ..MetadataImage::default() };
        let mut bench = Bench {
            controller: Controller::new(0, 0, image),
            config: BrokerConfig::default(),
            now_us: 0,
            topic: TopicId(0),
        };
        for broker in &self.brokers {
            bench.register(*broker);
        }
        for (number, step) in self.steps.iter().enumerate() {
            let at = format!("step {}", number + 1);
            bench.take(&step.step, &at)?;
            for (partition, expected) in &step.expect {
                let number = partition.parse().unwrap_or(-1);
                bench.compare(number, expected, &format!("{at}, partition {partition}"))?;
            }
        }
        Ok(())
    }
}

/// A controller and what is done to it.
struct Bench {
    controller: Controller,
    config: BrokerConfig,
    now_us: u64,
    topic: TopicId,
}

impl Bench {
    fn take(&mut self, step: &Step, at: &str) -> Result<(), Mismatch> {
        let mut out = Outbox::default();
        match step {
            Step::Unfence { brokers } => brokers.iter().for_each(|broker| self.heartbeat(*broker, false)),
            Step::ControlledShutdown { brokers } => brokers.iter().for_each(|broker| self.heartbeat(*broker, true)),
            Step::ReRegister { brokers } => brokers.iter().for_each(|broker| self.register(*broker)),
            Step::Fence { brokers } => brokers.iter().for_each(|broker| self.fence(*broker)),
            Step::Create { assignment } => {
                self.topic = self.controller.create_assigned(&TOPIC.into(), assignment.clone(), &mut out);
            }
            Step::AlterIsr { partition, isr } => self.alter_isr(*partition, isr),
            Step::SetMinIsr { value } => {
                let settings: Settings = [("min.insync.replicas".to_owned(), value.to_string())].into_iter().collect();
                let (topic, settings) = (Some(TOPIC.into()), settings.into());
                self.ask(Request::IncrementalAlterConfigs { topic, settings });
            }
            Step::Elect { kind, partitions, result } => {
                for partition in partitions {
                    let unclean = *kind == ElectionType::Unclean;
                    let error = self.controller.elect_leader(self.at(*partition), unclean, &mut out);
                    let expected = result.get(&partition.to_string()).map_or(ErrorCode::None.name(), String::as_str);
                    Mismatch::unless_equal(&format!("{at}: answer for {partition}"), &expected, &error.name())?;
                }
            }
            Step::Balance { result } => {
                let given = self.controller.balance_leaders(&mut out);
                let given: Vec<i32> = given.iter().map(|at| at.partition).collect();
                Mismatch::unless_equal(&format!("{at}: partitions given back"), result, &given)?;
            }
        }
        Ok(())
    }

    fn at(&self, partition: i32) -> TopicIdPartition {
        TopicIdPartition::new(self.topic, partition)
    }

    fn ask(&mut self, request: Request) {
        let handle = Handle { node: NodeId(1_000_000), channel: Channel::Control, correlation: 1 };
        self.controller.handle(self.now_us, &self.config, handle, &request, &mut Outbox::default());
    }

    fn register(&mut self, broker: BrokerId) {
        // The session of the process before is over.
        self.now_us += self.config.broker_session_timeout_us;
        self.ask(Request::BrokerRegistration { broker, rack: None, previous_broker_epoch: None });
    }

    /// A broker that has all metadata heartbeats: it is unfenced, or stops.
    fn heartbeat(&mut self, broker: BrokerId, want_shut_down: bool) {
        let image = self.controller.image();
        let Some(broker_epoch) = image.brokers.get(&broker).map(|state| state.epoch) else { return };
        let metadata_offset = image.offset;
        self.ask(Request::BrokerHeartbeat { broker, broker_epoch, metadata_offset, want_fence: false, want_shut_down });
    }

    /// All but this broker heartbeat until its session is over.
    fn fence(&mut self, broker: BrokerId) {
        let active = self.controller.image().brokers.iter().filter(|(_, state)| state.is_active());
        let others: Vec<BrokerId> = active.map(|(id, _)| *id).filter(|id| *id != broker).collect();
        self.now_us += self.config.broker_session_timeout_us;
        for other in others {
            self.heartbeat(other, false);
        }
        self.controller.expire_sessions(self.now_us, &self.config, &mut Outbox::default());
    }

    /// The leader asks for this ISR.
    fn alter_isr(&mut self, partition: i32, isr: &[BrokerId]) {
        let partition = self.at(partition);
        let image = self.controller.image();
        let Some(state) = image.partition(partition).cloned() else { return };
        let Some(broker) = state.leader else { return };
        let Some(broker_epoch) = image.brokers.get(&broker).map(|state| state.epoch) else { return };
        let (leader_epoch, partition_epoch) = (state.leader_epoch, state.partition_epoch);
        let isr = isr.to_vec();
        self.ask(Request::AlterPartition { broker, broker_epoch, partition, leader_epoch, partition_epoch, isr });
    }

    fn compare(&self, partition: i32, expected: &ExpectedPartition, at: &str) -> Result<(), Mismatch> {
        let Some(state) = self.controller.image().partition(self.at(partition)) else {
            return Err(Mismatch { expected: format!("{at}: a partition"), got: "none".to_owned() });
        };
        let what = |field: &str| format!("{at}: {field}");
        if let Some(leader) = expected.leader {
            Mismatch::unless_equal(&what("leader"), &leader_or_nobody(leader), &state.leader)?;
        }
        if let Some(isr) = &expected.isr {
            Mismatch::unless_equal(&what("ISR"), isr, &state.isr)?;
        }
        if let Some(elr) = &expected.elr {
            Mismatch::unless_equal(&what("ELR"), elr, &state.elr)?;
        }
        if let Some(known) = &expected.last_known_elr {
            Mismatch::unless_equal(&what("last known ELR"), &nobody_in_list(known), &state.last_known_elr)?;
        }
        if let Some(epoch) = &expected.leader_epoch {
            Mismatch::unless_equal(&what("leader epoch"), epoch, &state.leader_epoch)?;
        }
        if let Some(epoch) = &expected.partition_epoch {
            Mismatch::unless_equal(&what("partition epoch"), epoch, &state.partition_epoch)?;
        }
        if let Some(recovery) = &expected.recovery {
            let got = if state.recovering { Recovery::Recovering } else { Recovery::Recovered };
            Mismatch::unless_equal(&what("recovery"), recovery, &got)?;
        }
        Ok(())
    }
}
