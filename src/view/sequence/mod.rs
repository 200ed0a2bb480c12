//! The sequence chart: a lifeline a node, every RPC an arrow with its name and its error, and the moments between.
//!
//! [`Recorder`] reads the events of a run once each into [`Rows`]; what a [`Filter`] folds is counted. [`detail`] shows
//! an RPC in full by playing the run again, [`text`] prints a chart. Left out: pixels, and everything of the browser.

mod detail;
mod follow;
pub mod layout;
mod moment;
mod rows;
#[cfg(test)]
mod tests;
mod text;

pub use detail::{Detail, Message, Replays, Step};
pub use follow::Recorder;
pub use moment::ALL as MOMENTS;
pub use rows::Rows;
pub use text::text;

use std::rc::Rc;

use crate::{
    i18n::Text,
    kafka::protocol::{Api, ErrorCode},
};

/// A line of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The event.
    pub event: u64,
    /// When.
    pub time_us: u64,
    /// Where it happened, or from where it went.
    pub node: u32,
    /// What.
    pub what: What,
    /// RPCs folded between the row before and this one.
    pub folded: u32,
    /// Their names.
    pub folded_apis: Apis,
}

/// What a row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A request or a response.
    Call {
        /// The other side.
        to: u32,
        /// Name.
        api: Api,
        /// A response?
        response: bool,
        /// Error of a response.
        error: ErrorCode,
        /// When it arrived.
        arrived_us: Option<u64>,
        /// Nobody listened there: what was to be sent found no connection.
        nobody: bool,
        /// The event of the other half, where it is known: of the request the response, of the response the request.
        other: Option<u64>,
    },
    /// Something at one node.
    Moment(Rc<Text>),
}

/// A lifeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifeline {
    /// The node.
    pub node: u32,
    /// How it is called: a client's name, `B1`, `admin`.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Is it still there?
    pub there: bool,
}

/// What a node is; in this order they stand, as data flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// The admin client.
    Admin,
    /// A producer.
    Producer,
    /// A broker.
    Broker,
    /// A consumer.
    Consumer,
}

/// A set of APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Apis(u64);

/// What happens so often that it is folded unless asked for; an answer that refuses is always shown.
const FOLDED: [Api; 6] =
    [Api::Fetch, Api::Heartbeat, Api::Metadata, Api::BrokerHeartbeat, Api::FetchMetadataLog, Api::BeginQuorumEpoch];

impl Apis {
    /// What is folded unless asked for.
    pub fn folded() -> Apis {
        let mut apis = Apis::default();
        FOLDED.into_iter().for_each(|api| apis.set(api, true));
        apis
    }

    /// Is it in?
    pub fn has(self, api: Api) -> bool {
        self.0 & (1 << api as u64) != 0
    }

    /// Puts it in or takes it out.
    pub fn set(&mut self, api: Api, on: bool) {
        let bit = 1 << api as u64;
        self.0 = if on { self.0 | bit } else { self.0 & !bit };
    }

    /// Those of both.
    pub fn and(self, other: Apis) -> Apis {
        Apis(self.0 | other.0)
    }

    /// Those of this one that are not in the other.
    pub fn without(self, other: Apis) -> Apis {
        Apis(self.0 & !other.0)
    }

    /// In Kafka's order.
    pub fn iter(self) -> impl Iterator<Item = Api> {
        Api::ALL.iter().copied().filter(move |api| self.has(*api))
    }
}

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Folded APIs.
    pub folded: Apis,
    /// Only what this node sends, gets or does.
    pub node: Option<u32>,
    /// Only what concerns this group, and the cluster.
    pub group: Option<String>,
}

impl Default for Filter {
    fn default() -> Self {
        Filter { folded: Apis::folded(), node: None, group: None }
    }
}

/// A chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Its rows.
    pub rows: Rows,
    /// The lifelines that they need, in their order.
    pub lifelines: Vec<Lifeline>,
    /// Every node that could be shown.
    pub nodes: Vec<Lifeline>,
    /// Every API seen.
    pub apis: Apis,
    /// Every group.
    pub groups: Vec<Rc<str>>,
    /// The filter.
    pub filter: Filter,
}
