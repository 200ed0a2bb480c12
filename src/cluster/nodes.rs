//! Clients on the stage: the node, and what it was told to be.

use std::sync::Arc;

use super::command::{Load, Settings, Work};
use crate::kafka::client::{consumer::Consumer, producer::Producer};

/// A producer and what it was told to be.
#[derive(Clone, Debug, Hash)]
pub struct ProducerSlot {
    /// The node.
    pub producer: Producer,
    /// What it sends; shared with every copy of the world, since it may be a thousand keys and a large value.
    pub load: Arc<Load>,
    /// Settings as given.
    pub settings: Settings,
    /// Place on the page: lower is earlier.
    pub order: u32,
    /// What it is opened again with once it has closed.
    pub(super) reopen: Option<(Arc<Load>, Settings)>,
}

/// A consumer and what it was told to be.
#[derive(Clone, Debug, Hash)]
pub struct ConsumerSlot {
    /// The node.
    pub consumer: Consumer,
    /// What it does.
    pub work: Work,
    /// Settings as given.
    pub settings: Settings,
    /// Place on the page: lower is earlier.
    pub order: u32,
    /// What it is opened again with once it has closed.
    pub(super) reopen: Option<(Work, Settings)>,
    /// Its process.
    pub process: ClientProcess,
}

/// The process of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClientProcess {
    /// It runs.
    #[default]
    Running,
    /// Nothing in it runs, neither the application nor heartbeats; its connections are open.
    Frozen,
    /// It was killed.
    Crashed,
}
