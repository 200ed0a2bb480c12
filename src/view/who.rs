//! Which group a client belongs to, also one that has gone since: the events of a client do not say.

use std::rc::Rc;

use crate::{
    cluster::World,
    history::Run,
    kafka::{
        event::{Event, EventKind},
        node::FIRST_CLIENT,
    },
    sim::{Map, NodeId},
};

/// So many causes lie at most between a request and what its broker does about it.
const CAUSES_MAX: usize = 8;

/// The group of each client that was heard of.
#[derive(Clone, Debug, Default)]
pub struct Groups(Map<NodeId, Rc<str>>);

impl Groups {
    /// Learns from an event; to be told all events before it is asked about them.
    pub fn learn(&mut self, run: &Run, event: &Event) {
        let world = run.world();
        match &event.kind {
            EventKind::MemberIdGiven { group, .. } => {
                let asked = client_behind(run, event);
                if let Some(node) = asked {
                    self.0.insert(node, Rc::from(&**group));
                }
            }
            // In the consumer protocol a member makes its id itself, and is first heard of by its epoch.
            EventKind::MemberEpochChanged(change) if change.from <= 0 => {
                let asked = client_behind(run, event);
                let is_it = |node: &NodeId| {
                    world.client_name(*node).is_some_and(|name| world.member_client(&change.member) == Some(name))
                };
                if let Some(node) = asked.filter(is_it) {
                    self.0.insert(node, Rc::from(&*change.group));
                }
            }
            _ => {}
        }
    }

    /// The group of a client.
    pub fn of(&mut self, world: &World, node: NodeId) -> Option<Rc<str>> {
        if let Some(group) = self.0.get(&node) {
            return Some(group.clone());
        }
        let group: Rc<str> = Rc::from(world.consumers().get(&node)?.consumer.group.as_deref()?);
        self.0.insert(node, group.clone());
        Some(group)
    }
}

/// The client whose request an event followed from.
fn client_behind(run: &Run, event: &Event) -> Option<NodeId> {
    let mut cause = event.cause;
    for _ in 0..CAUSES_MAX {
        let event = run.event_by_id(cause)?;
        if event.node.0 >= FIRST_CLIENT {
            return Some(event.node);
        }
        cause = event.cause;
    }
    None
}
