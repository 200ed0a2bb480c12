//! The kernel of the simulation: integer time, an event queue, seeded random streams, a network.
//!
//! It knows nothing of Kafka: messages and timers are type parameters. One run is fixed by its seed and by the
//! calls made on it; the same on every target. Faults of links are rules ([`Faults`]) that whoever sends asks before
//! [`Network::arrival`]. Left out: anything that reads a real clock.
//!
//! Invariant: time never goes back, and two items due at the same microsecond are taken in the order they were
//! put in.

mod digest;
pub mod faults;
mod network;
mod ordered;
mod queue;
mod random;
mod rare;
mod rules;

pub use digest::Digest;
pub use network::{Latency, LinkClass, Network, Way};
pub use ordered::{Map, Set, sort_by, sort_by_key};
pub use queue::Queue;
pub use random::{Random, stream_of};
pub use rare::Rare;
pub use rules::{Effect, Ends, Faults, Rule, delayed_by_losses_us, resent_us};

use std::hash::{Hash, Hasher};

/// A node of the simulated network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct NodeId(pub u32);

/// What a clock shows that is ahead of true time, or behind it. No clock of the simulation shows less than 0.
pub fn clock_us(now_us: u64, ahead_us: i64) -> u64 {
    now_us.saturating_add_signed(ahead_us)
}

/// The number of an event; 0 stands for "no event". Every event has a higher number than its cause.
pub type EventId = u64;

/// Something that falls due at a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Due<M, T> {
    /// A message arrives.
    Message {
        /// Who sent it.
        from: NodeId,
        /// Where it arrives.
        to: NodeId,
        /// When it left, in simulated microseconds.
        sent_us: u64,
        /// What it says.
        message: M,
    },
    /// A timer fires.
    Timer {
        /// Whose timer.
        node: NodeId,
        /// Which timer.
        timer: T,
    },
}

/// An item taken from the queue.
#[derive(Clone, Debug)]
pub struct Fired<M, T> {
    /// The event that put it there.
    pub cause: EventId,
    /// What falls due.
    pub due: Due<M, T>,
}

/// Time, queue and timers.
#[derive(Clone, Debug)]
pub struct Kernel<M, T: Ord> {
    now_us: u64,
    last_event: EventId,
    queue: Queue<(EventId, Due<M, T>)>,
    /// Sequence number in the queue of each timer that is set; another number there is a cancelled one.
    timers: Map<(NodeId, T), u64>,
    /// How many cancelled ones are in the queue.
    cancelled: usize,
}

/// The queue is rid of cancelled timers once there are so many, and more of them than of all else.
const CANCELLED_MAX: usize = 64;

impl<M, T: Ord> Default for Kernel<M, T> {
    fn default() -> Self {
        Kernel { now_us: 0, last_event: 0, queue: Queue::default(), timers: Map::new(), cancelled: 0 }
    }
}

impl<M: Hash, T: Ord + Copy + Hash> Hash for Kernel<M, T> {
    /// Without cancelled timers: when they leave the queue depends on who looked at it, and nothing on them.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.now_us, self.last_event, &self.timers).hash(state);
        self.queue.hash_those(state, |sequence, (_, due)| is_set(&self.timers, sequence, due));
    }
}

impl<M, T: Ord + Copy> Kernel<M, T> {
    /// Simulated time in microseconds since the start of the run.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    /// The number of the last event.
    pub fn last_event(&self) -> EventId {
        self.last_event
    }

    /// Numbers a new event.
    pub fn next_event(&mut self) -> EventId {
        self.last_event += 1;
        self.last_event
    }

    /// Lets a message arrive at `arrive_us`.
    pub fn send(&mut self, cause: EventId, from: NodeId, to: NodeId, arrive_us: u64, message: M) {
        let due = Due::Message { from, to, sent_us: self.now_us, message };
        self.queue.push(arrive_us.max(self.now_us), (cause, due));
    }

    /// Lets a message arrive that was held up on its way.
    pub fn send_on(&mut self, cause: EventId, due: Due<M, T>, arrive_us: u64) {
        self.queue.push(arrive_us.max(self.now_us), (cause, due));
    }

    /// Takes the messages that `which` names off their way, in the order in which they would have arrived.
    pub fn take_messages(&mut self, which: impl Fn(NodeId, NodeId, &M) -> bool) -> Vec<(EventId, Due<M, T>)> {
        let is_wanted = |(_, due): &(EventId, Due<M, T>)| match due {
            Due::Message { from, to, message, .. } => which(*from, *to, message),
            Due::Timer { .. } => false,
        };
        self.queue.take(is_wanted)
    }

    /// Sets a timer; one that is set already is moved.
    pub fn set_timer(&mut self, cause: EventId, node: NodeId, timer: T, at_us: u64) {
        let sequence = self.queue.push(at_us.max(self.now_us), (cause, Due::Timer { node, timer }));
        let moved = self.timers.insert((node, timer), sequence).is_some();
        self.cancel(usize::from(moved));
    }

    /// Clears a timer, if it is set.
    pub fn clear_timer(&mut self, node: NodeId, timer: T) {
        let cleared = self.timers.remove(&(node, timer)).is_some();
        self.cancel(usize::from(cleared));
    }

    /// Clears all timers of a node.
    pub fn clear_timers(&mut self, node: NodeId) {
        let before = self.timers.len();
        self.timers.retain(|(owner, _), _| *owner != node);
        self.cancel(before - self.timers.len());
    }

    /// When the next item falls due.
    pub fn next_due_us(&mut self) -> Option<u64> {
        self.drop_cleared();
        self.queue.peek_time_us()
    }

    /// Takes the next item if it falls due by `until_us`, and moves time to it.
    pub fn pop(&mut self, until_us: u64) -> Option<Fired<M, T>> {
        self.drop_cleared();
        if self.queue.peek_time_us()? > until_us {
            return None;
        }
        let (time_us, _, (cause, due)) = self.queue.pop()?;
        self.now_us = time_us;
        if let Due::Timer { node, timer } = &due {
            self.timers.remove(&(*node, *timer));
        }
        Some(Fired { cause, due })
    }

    /// Moves time on without an event, as far as nothing falls due before.
    pub fn idle_until(&mut self, time_us: u64) {
        let bound = self.next_due_us().unwrap_or(u64::MAX);
        self.now_us = self.now_us.max(time_us.min(bound));
    }

    /// Messages under way: cause, arrival time and message, in no particular order.
    pub fn in_flight(&self) -> impl Iterator<Item = (EventId, u64, &Due<M, T>)> {
        self.queue.iter().map(|(time_us, (cause, due))| (*cause, time_us, due))
    }

    /// When a timer will fire, if it is set.
    pub fn timer_due_us(&self, node: NodeId, timer: T) -> Option<u64> {
        let sequence = self.timers.get(&(node, timer))?;
        self.queue.time_of(*sequence)
    }

    /// Timers that were moved or cleared stay in the queue until they come up or are the most of it; they are no
    /// events. A producer sets timers of half a minute and more for every request: all of them would be a hundred
    /// times what is under way.
    fn cancel(&mut self, count: usize) {
        self.cancelled += count;
        if self.cancelled > CANCELLED_MAX && self.cancelled > self.queue.len() / 2 {
            let timers = &self.timers;
            self.queue.retain(|sequence, (_, due)| is_set(timers, sequence, due));
            self.cancelled = 0;
        }
    }

    fn drop_cleared(&mut self) {
        while self.queue.peek().is_some_and(|(sequence, (_, due))| !is_set(&self.timers, sequence, due)) {
            self.queue.pop();
            self.cancelled -= 1;
        }
    }
}

/// Will it come, or is it a timer that was cleared or moved?
fn is_set<M, T: Ord + Copy>(timers: &Map<(NodeId, T), u64>, sequence: u64, due: &Due<M, T>) -> bool {
    match due {
        Due::Timer { node, timer } => timers.get(&(*node, *timer)) == Some(&sequence),
        Due::Message { .. } => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(1);

    fn timers(kernel: &mut Kernel<(), u8>) -> Vec<(u64, u8)> {
        let mut fired = Vec::new();
        while let Some(item) = kernel.pop(u64::MAX) {
            if let Due::Timer { timer, .. } = item.due {
                fired.push((kernel.now_us(), timer));
            }
        }
        fired
    }

    #[test]
    fn items_come_by_time_then_by_order_of_putting_in() {
        let mut kernel = Kernel::<(), u8>::default();
        for (timer, at_us) in [(1, 20), (2, 10), (3, 20), (4, 10)] {
            kernel.set_timer(0, A, timer, at_us);
        }
        assert_eq!(timers(&mut kernel), [(10, 2), (10, 4), (20, 1), (20, 3)]);
    }

    #[test]
    fn a_moved_timer_fires_once_and_a_cleared_one_never() {
        let mut kernel = Kernel::<(), u8>::default();
        kernel.set_timer(0, A, 1, 10);
        kernel.set_timer(0, A, 1, 30);
        kernel.set_timer(0, A, 2, 20);
        kernel.clear_timer(A, 2);
        assert_eq!(kernel.timer_due_us(A, 1), Some(30));
        assert_eq!(timers(&mut kernel), [(30, 1)]);
    }

    #[test]
    fn cancelled_timers_do_not_pile_up() {
        let mut kernel = Kernel::<(), u8>::default();
        for at_us in 0..10_000 {
            kernel.set_timer(0, A, 1, 1_000_000 + at_us);
            kernel.set_timer(0, A, 2, 2_000_000);
            kernel.clear_timer(A, 2);
            kernel.set_timer(0, NodeId(2), 3, 3_000_000);
            kernel.clear_timers(NodeId(2));
        }
        assert!(kernel.queue.len() <= CANCELLED_MAX + 2, "{} in the queue", kernel.queue.len());
        assert_eq!(timers(&mut kernel), [(1_009_999, 1)]);
    }

    #[test]
    fn nothing_is_taken_past_the_bound() {
        let mut kernel = Kernel::<(), u8>::default();
        kernel.set_timer(0, A, 1, 10);
        assert!(kernel.pop(9).is_none());
        kernel.idle_until(50);
        assert_eq!(kernel.now_us(), 10, "idle time ends where something falls due");
        assert!(kernel.pop(10).is_some());
    }
}
