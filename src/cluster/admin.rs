//! The admin client: sends what a command asks of the controller or a group's coordinator, and again if that is another
//! by now.

use std::collections::VecDeque;

use crate::kafka::{
    event::EventKind,
    ids::BrokerId,
    node::{Input, Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, Message, Request},
};
use crate::sim::Map;

/// Pause before it asks again (`retry.backoff.ms`).
const RETRY_US: u64 = 100_000;

/// Whom a request is for, now: the active controller, or the coordinator of its group.
pub(super) type Find<'a> = &'a dyn Fn(&Request) -> Option<BrokerId>;

/// The admin client. It knows controller and coordinators at once; a real one asks any broker for them.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Admin {
    correlation: CorrelationId,
    under_way: Map<CorrelationId, (BrokerId, Request)>,
    waiting: VecDeque<Request>,
}

impl Admin {
    /// Asks for something.
    pub fn ask(&mut self, now_us: u64, find: Find<'_>, request: Request, out: &mut Outbox) {
        self.waiting.push_back(request);
        self.send(now_us, find, out);
    }

    /// What was asked and not answered yet.
    pub fn pending(&self) -> impl Iterator<Item = &Request> {
        self.under_way.values().map(|(_, request)| request).chain(&self.waiting)
    }

    pub fn on(&mut self, now_us: u64, find: Find<'_>, input: Input, out: &mut Outbox) {
        match input {
            Input::Message { message: Message::Response(_, correlation, response), .. } => {
                let Some((_, request)) = self.under_way.remove(&correlation) else { return };
                match response.error() {
                    ErrorCode::NotController
                    | ErrorCode::NotCoordinator
                    | ErrorCode::CoordinatorNotAvailable
                    | ErrorCode::NotLeaderOrFollower => {
                        self.waiting.push_back(request);
                        out.set_timer(Timer::Retry, now_us + RETRY_US);
                    }
                    ErrorCode::None => {}
                    // The controller tells of its refusals itself.
                    error if is_for_coordinator(&request) || matches!(request, Request::DeleteRecords { .. }) => {
                        out.event(EventKind::AdminRefused { api: request.api(), error });
                    }
                    _ => {}
                }
            }
            Input::Message { from, message: Message::Disconnect(..) } => {
                let lost = self.under_way.iter().filter(|(_, (asked, _))| *asked == from.0);
                let lost: Vec<CorrelationId> = lost.map(|(correlation, _)| *correlation).collect();
                for correlation in lost {
                    self.waiting.extend(self.under_way.remove(&correlation).map(|(_, request)| request));
                }
                out.set_timer(Timer::Retry, now_us + RETRY_US);
            }
            Input::Message { message: Message::Refused(_, correlation), .. } => {
                self.waiting.extend(self.under_way.remove(&correlation).map(|(_, request)| request));
                out.set_timer(Timer::Retry, now_us + RETRY_US);
            }
            _ => self.send(now_us, find, out),
        }
    }

    fn send(&mut self, now_us: u64, find: Find<'_>, out: &mut Outbox) {
        for request in std::mem::take(&mut self.waiting) {
            let Some(broker) = find(&request) else {
                self.waiting.push_back(request);
                out.set_timer(Timer::Retry, now_us + RETRY_US);
                continue;
            };
            self.correlation += 1;
            out.request(broker_node(broker), Channel::Control, self.correlation, request.clone());
            self.under_way.insert(self.correlation, (broker, request));
        }
    }
}

/// Is it for a group's coordinator, and not for the controller?
pub(super) fn is_for_coordinator(request: &Request) -> bool {
    matches!(request, Request::OffsetCommit { .. } | Request::DeleteGroups { .. })
}
