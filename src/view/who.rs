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

/// The group of each client that was heard of.
#[derive(Clone, Debug, Default)]
pub struct Groups(Map<NodeId, Rc<str>>);

impl Groups {
    /// Learns from an event; to be told all events before it is asked about them.
    pub fn learn(&mut self, run: &Run, event: &Event) {
        let EventKind::MemberIdGiven { group, .. } = &event.kind else { return };
        let asked = run.event_by_id(event.cause).and_then(|received| run.event_by_id(received.cause));
        if let Some(asked) = asked.filter(|asked| asked.node.0 >= FIRST_CLIENT) {
            self.0.insert(asked.node, Rc::from(&**group));
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
