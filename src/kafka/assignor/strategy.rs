//! The assignors that a consumer may name in `partition.assignment.strategy`, and what they demand of the rebalance.
//!
//! Left out: the coordinator's own assignors of the consumer protocol, which are named by `group.remote.assignor`.

/// An assignor of the classic protocol, as a group's leader computes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assignor {
    /// `RangeAssignor`.
    Range,
    /// `RoundRobinAssignor`.
    RoundRobin,
    /// `StickyAssignor`.
    Sticky,
    /// `CooperativeStickyAssignor`.
    CooperativeSticky,
}

/// How a member goes through a rebalance (`ConsumerPartitionAssignor.RebalanceProtocol`), the more advanced last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RebalanceProtocol {
    /// It gives up everything before it joins.
    Eager,
    /// It keeps what it has while it joins, and gives up only what it has to.
    Cooperative,
}

/// Each assignor's name in JoinGroup, and its class.
pub const ASSIGNORS: &[(&str, &str)] = &[
    ("range", "org.apache.kafka.clients.consumer.RangeAssignor"),
    ("roundrobin", "org.apache.kafka.clients.consumer.RoundRobinAssignor"),
    ("sticky", "org.apache.kafka.clients.consumer.StickyAssignor"),
    ("cooperative-sticky", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
];

impl Assignor {
    /// Every one.
    pub const ALL: [Assignor; 4] =
        [Assignor::Range, Assignor::RoundRobin, Assignor::Sticky, Assignor::CooperativeSticky];

    /// Its name in JoinGroup (`ConsumerPartitionAssignor.name`).
    pub fn name(self) -> &'static str {
        ASSIGNORS[self as usize].0
    }

    /// The one of that name.
    pub fn by_name(name: &str) -> Option<Assignor> {
        Assignor::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    /// Those that a valid list names, in its order.
    pub fn list(names: &str) -> Vec<Assignor> {
        names.split(',').filter_map(|name| Assignor::by_name(name.trim())).collect()
    }

    /// Does it go along with the protocol (`supportedProtocols`)?
    pub fn supports(self, protocol: RebalanceProtocol) -> bool {
        protocol == RebalanceProtocol::Eager || self == Assignor::CooperativeSticky
    }
}

impl RebalanceProtocol {
    /// The most advanced that all these assignors support, as the constructor of `ConsumerCoordinator` chooses it.
    pub fn of(assignors: &[Assignor]) -> RebalanceProtocol {
        match assignors.iter().all(|assignor| assignor.supports(RebalanceProtocol::Cooperative)) {
            true => RebalanceProtocol::Cooperative,
            false => RebalanceProtocol::Eager,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_classes_are_those_of_the_variants() {
        for assignor in Assignor::ALL {
            assert_eq!(Assignor::by_name(assignor.name()), Some(assignor));
            let class = ASSIGNORS[assignor as usize].1;
            assert!(class.ends_with(&format!("{assignor:?}Assignor")), "{class}");
        }
        assert_eq!(Assignor::by_name("uniform"), None);
    }

    #[test]
    fn one_eager_assignor_makes_all_eager() {
        let of = |list: &str| RebalanceProtocol::of(&Assignor::list(list));
        assert_eq!(of("range, cooperative-sticky"), RebalanceProtocol::Eager);
        assert_eq!(of("cooperative-sticky"), RebalanceProtocol::Cooperative);
        assert_eq!(of("sticky"), RebalanceProtocol::Eager);
    }
}
