//! Requests of one connection are handled one at a time, in order, as Kafka's network threads do: a connection is
//! muted from a request's arrival until its answer is sent (`SocketServer.processCompletedReceives`).
//!
//! So with several produce requests in flight, the second is not even looked at before the first is answered.

use std::collections::VecDeque;

use crate::{
    kafka::{
        node::Outbox,
        protocol::{Channel, CorrelationId, Request, Response},
    },
    sim::{Map, NodeId},
};

/// Whom to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    /// Who asked.
    pub node: NodeId,
    /// On which connection.
    pub channel: Channel,
    /// The request's number.
    pub correlation: CorrelationId,
}

impl Handle {
    /// Sends the answer.
    pub fn respond(self, response: Response, out: &mut Outbox) {
        out.respond(self.node, self.channel, self.correlation, response);
    }
}

/// The broker's side of all connections.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Connections {
    muted: Map<(NodeId, Channel), Muted>,
    ready: VecDeque<(NodeId, Channel)>,
}

/// A connection with a request at work.
#[derive(Clone, Debug, Hash)]
struct Muted {
    at_work: CorrelationId,
    queue: VecDeque<(CorrelationId, Request)>,
}

impl Connections {
    /// Requests that wait for the one before them.
    pub fn waiting(&self) -> impl Iterator<Item = &Request> {
        self.muted.values().flat_map(|muted| muted.queue.iter().map(|(_, request)| request))
    }

    /// A request arrived: gives it back if it can be handled now, else keeps it.
    pub fn accept(&mut self, handle: Handle, request: Request) -> Option<Request> {
        if matches!(handle.channel, Channel::Quorum | Channel::Control) {
            // The controller's listener has its own threads, and its requests do not wait behind one another here.
            return Some(request);
        }
        match self.muted.get_mut(&(handle.node, handle.channel)) {
            Some(muted) => {
                muted.queue.push_back((handle.correlation, request));
                None
            }
            None => {
                let muted = Muted { at_work: handle.correlation, queue: VecDeque::new() };
                self.muted.insert((handle.node, handle.channel), muted);
                Some(request)
            }
        }
    }

    /// A request was answered: the connection is free. Nothing, if the request came on a connection that was closed
    /// since and opened anew.
    pub fn done(&mut self, handle: Handle) {
        let connection = (handle.node, handle.channel);
        match self.muted.get(&connection) {
            Some(muted) if muted.at_work != handle.correlation => {}
            Some(muted) if muted.queue.is_empty() => {
                self.muted.remove(&connection);
            }
            Some(_) => self.ready.push_back(connection),
            None => {}
        }
    }

    /// The next request whose connection is free.
    pub fn next_ready(&mut self) -> Option<(Handle, Request)> {
        let connection = self.ready.pop_front()?;
        let muted = self.muted.get_mut(&connection)?;
        let (correlation, request) = muted.queue.pop_front()?;
        muted.at_work = correlation;
        Some((Handle { node: connection.0, channel: connection.1, correlation }, request))
    }

    /// A connection is closed.
    pub fn close(&mut self, node: NodeId, channel: Channel) {
        self.muted.remove(&(node, channel));
        self.ready.retain(|connection| *connection != (node, channel));
    }
}
