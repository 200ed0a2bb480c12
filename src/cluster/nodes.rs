//! Clients on the stage: the node, and what it was told to be.

use super::command::{Load, Settings, Work};
use crate::{
    kafka::{
        client::{consumer::Consumer, producer::Producer},
        node::Input,
    },
    sim::EventId,
};

/// A producer and what it was told to be.
#[derive(Clone, Debug, Hash)]
pub struct ProducerSlot {
    /// The node.
    pub producer: Producer,
    /// What it sends.
    pub load: Load,
    /// Settings as given.
    pub settings: Settings,
    /// Place on the page: lower is earlier.
    pub order: u32,
    /// What it is opened again with once it has closed.
    pub(super) reopen: Option<(Load, Settings)>,
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
    /// What reached a frozen process, with its cause: it is taken up when the process goes on. At most one of each timer,
    /// one answer to each request under way, and one message for each connection that closed.
    pub(super) held: Vec<(EventId, Input)>,
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
