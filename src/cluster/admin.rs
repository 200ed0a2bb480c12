//! The admin client: sends what a command asks of the controller, and again if that is another by now.

use std::collections::VecDeque;

use crate::kafka::{
    ids::BrokerId,
    node::{Input, Outbox, Timer, broker_node},
    protocol::{Channel, CorrelationId, ErrorCode, Message, Request},
};
use crate::sim::Map;

/// Pause before it asks again (`retry.backoff.ms`).
const RETRY_US: u64 = 100_000;

/// The admin client. It knows the active controller at once; a real one asks any broker, which forwards.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Admin {
    correlation: CorrelationId,
    under_way: Map<CorrelationId, (BrokerId, Request)>,
    waiting: VecDeque<Request>,
}

impl Admin {
    /// Asks the controller for something.
    pub fn ask(&mut self, now_us: u64, controller: Option<BrokerId>, request: Request, out: &mut Outbox) {
        self.waiting.push_back(request);
        self.send(now_us, controller, out);
    }

    /// What was asked and not answered yet.
    pub fn pending(&self) -> impl Iterator<Item = &Request> {
        self.under_way.values().map(|(_, request)| request).chain(&self.waiting)
    }

    pub fn on(&mut self, now_us: u64, controller: Option<BrokerId>, input: Input, out: &mut Outbox) {
        match input {
            Input::Message { message: Message::Response(_, correlation, response), .. } => {
                let asked = self.under_way.remove(&correlation);
                if let (Some((_, request)), ErrorCode::NotController) = (asked, response.error()) {
                    self.waiting.push_back(request);
                    out.set_timer(Timer::Retry, now_us + RETRY_US);
                }
            }
            Input::Message { from, message: Message::Disconnect(_) } => {
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
            _ => self.send(now_us, controller, out),
        }
    }

    fn send(&mut self, now_us: u64, controller: Option<BrokerId>, out: &mut Outbox) {
        if self.waiting.is_empty() {
            return;
        }
        let Some(controller) = controller else {
            out.set_timer(Timer::Retry, now_us + RETRY_US);
            return;
        };
        for request in std::mem::take(&mut self.waiting) {
            self.correlation += 1;
            out.request(broker_node(controller), Channel::Control, self.correlation, request.clone());
            self.under_way.insert(self.correlation, (controller, request));
        }
    }
}
