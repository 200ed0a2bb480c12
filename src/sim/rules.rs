//! Faults of the network as rules: an ordered list, of which the first that fits a message decides.
//!
//! A rule lies between two sets of nodes, in one direction or both. The newest stands first, so that what was asked for
//! last is what happens. Left out: what a connection makes of it; that is the business of whoever sends.

use super::{NodeId, Random, Set};

/// One end of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ends {
    /// Every node.
    All,
    /// These.
    Of(Set<NodeId>),
}

/// What a rule does to messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing gets through.
    Cut,
    /// Each takes so much longer.
    Delay {
        /// How much.
        delay_us: u64,
    },
    /// Each packet is lost with this probability, and sent again.
    Loss {
        /// Of a hundred.
        percent: u32,
    },
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// Its number in the run, from 1.
    pub number: u32,
    /// From whom.
    pub from: Ends,
    /// To whom.
    pub to: Ends,
    /// Only from there to here, not back.
    pub one_way: bool,
    /// What it does.
    pub effect: Effect,
}

/// All rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Faults {
    rules: Vec<Rule>,
    given: u32,
}

/// The first retransmission of a packet comes after so long, each further one after twice the time (Linux' least RTO).
const RESEND_US: u64 = 200_000;
/// The same of the first packet of a connection.
const RECONNECT_US: u64 = 1_000_000;
/// A retransmission never waits longer than this.
const RESEND_MAX_US: u64 = 120_000_000;
/// So often in a row a packet is lost at most.
const LOSSES_MAX: u32 = 8;

impl Ends {
    fn holds(&self, node: NodeId) -> bool {
        match self {
            Ends::All => true,
            Ends::Of(nodes) => nodes.contains(&node),
        }
    }
}

impl Rule {
    fn fits(&self, from: NodeId, to: NodeId) -> bool {
        let there = self.from.holds(from) && self.to.holds(to);
        let back = !self.one_way && self.from.holds(to) && self.to.holds(from);
        from != to && (there || back)
    }
}

impl Faults {
    /// The rules, in the order in which they are asked.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Puts a rule before all others. Returns its number.
    pub fn add(&mut self, from: Ends, to: Ends, one_way: bool, effect: Effect) -> u32 {
        self.given += 1;
        self.rules.insert(0, Rule { number: self.given, from, to, one_way, effect });
        self.given
    }

    /// Takes a rule away.
    pub fn remove(&mut self, number: u32) {
        self.rules.retain(|rule| rule.number != number);
    }

    /// A rule, to change its ends.
    pub fn rule_mut(&mut self, number: u32) -> Option<&mut Rule> {
        self.rules.iter_mut().find(|rule| rule.number == number)
    }

    /// What happens to messages from one node to another: the first rule that fits.
    pub fn effect(&self, from: NodeId, to: NodeId) -> Option<Effect> {
        self.rules.iter().find(|rule| rule.fits(from, to)).map(|rule| rule.effect)
    }

    /// Does nothing get from one node to the other?
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.effect(from, to) == Some(Effect::Cut)
    }
}

/// When a packet that was first sent at `sent_us` is sent again, at `from_us` or later. `opening`: the first packet of a
/// connection.
pub fn resent_us(sent_us: u64, from_us: u64, opening: bool) -> u64 {
    let mut wait_us = if opening { RECONNECT_US } else { RESEND_US };
    let mut at_us = sent_us;
    while at_us < from_us {
        at_us += wait_us;
        wait_us = (wait_us * 2).min(RESEND_MAX_US);
    }
    at_us
}

/// How much later a packet arrives for its losses, each drawn by itself.
pub fn delayed_by_losses_us(random: &mut Random, percent: u32) -> u64 {
    let mut delay_us = 0;
    for lost in 0..LOSSES_MAX {
        if random.below(100) >= percent {
            break;
        }
        delay_us += RESEND_US << lost;
    }
    delay_us
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(nodes: &[u32]) -> Ends {
        Ends::Of(nodes.iter().map(|node| NodeId(*node)).collect())
    }

    #[test]
    fn the_first_rule_that_fits_decides_and_the_newest_stands_first() {
        let (one, two, three) = (NodeId(1), NodeId(2), NodeId(3));
        let mut faults = Faults::default();
        assert_eq!(faults.effect(one, two), None);
        let slow = faults.add(of(&[1]), Ends::All, false, Effect::Delay { delay_us: 5 });
        let cut = faults.add(of(&[1]), of(&[2]), true, Effect::Cut);
        assert_eq!((slow, cut), (1, 2));
        assert!(faults.is_cut(one, two));
        assert_eq!(faults.effect(two, one), Some(Effect::Delay { delay_us: 5 }), "one way only");
        assert_eq!(faults.effect(three, one), Some(Effect::Delay { delay_us: 5 }), "both ways");
        assert_eq!(faults.effect(one, one), None, "nobody is far from itself");
        faults.remove(cut);
        assert!(!faults.is_cut(one, two));
        assert_eq!(faults.add(of(&[2]), of(&[3]), false, Effect::Cut), 3, "numbers are not given twice");
    }

    #[test]
    fn packets_are_sent_again_after_twice_the_time() {
        let at_ms = |from_ms: u64, opening| resent_us(0, from_ms * 1_000, opening) / 1_000;
        assert_eq!([0, 1, 201, 601, 1_401].map(|from| at_ms(from, false)), [0, 200, 600, 1_400, 3_000]);
        assert_eq!([1, 1_001, 3_001].map(|from| at_ms(from, true)), [1_000, 3_000, 7_000]);
        assert_eq!(at_ms(1_000_000, false) - at_ms(900_000, false), 120_000, "never more than two minutes apart");
    }

    #[test]
    fn losses_delay_as_often_as_they_should() {
        let mut random = Random::new(1, "loss");
        assert_eq!(delayed_by_losses_us(&mut random, 0), 0);
        assert_eq!(delayed_by_losses_us(&mut random, 100), 200_000 * 255);
        let late = (0..10_000).filter(|_| delayed_by_losses_us(&mut random, 20) > 0).count();
        assert!((1_800..2_200).contains(&late), "{late}");
    }
}
