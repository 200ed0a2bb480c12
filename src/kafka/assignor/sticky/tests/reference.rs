//! Kafka's algorithms once more, as its Java has them: by names, in lists searched from the start,
//! asking for balance before each step. Slow, and what the fast ones are measured against.

use std::collections::{BTreeMap, BTreeSet};

use super::super::*;

/// A partition by its topic and number.
type Name = (String, i32);

pub(super) struct Reference<'a> {
    topics: BTreeMap<&'a str, &'a Topic>,
    members: &'a [StickyMember],
    /// `consumerToOwnedPartitions`, then `currentAssignment`.
    current: BTreeMap<usize, Vec<Name>>,
    contested: BTreeSet<Name>,
    max_generation: i32,
    racks_are_minded: bool,
    pub(super) transferring: BTreeMap<Name, usize>,
    movements: BTreeMap<Name, (usize, usize)>,
}

impl<'a> Reference<'a> {
    pub(super) fn new(topics: &'a [Topic], members: &'a [StickyMember], options: StickyOptions) -> Self {
        let subscribed = |topic: &&Topic| members.iter().any(|m| m.member.subscription.contains(&topic.name));
        let topics: BTreeMap<&str, &Topic> = topics
            .iter()
            .filter(|topic| topic.partition_count > 0)
            .filter(subscribed)
            .map(|topic| (topic.name.as_str(), topic))
            .collect();
        let mut reference = Self {
            topics,
            members,
            current: BTreeMap::new(),
            contested: BTreeSet::new(),
            max_generation: options.max_generation,
            racks_are_minded: false,
            transferring: BTreeMap::new(),
            movements: BTreeMap::new(),
        };
        let member_racks: BTreeSet<&str> = members.iter().filter_map(|m| m.member.rack.as_deref()).collect();
        let sets: Vec<BTreeSet<&str>> = reference.all().iter().map(|p| reference.racks_of(p)).collect();
        let all: BTreeSet<&str> = sets.iter().flatten().copied().collect();
        reference.racks_are_minded =
            !member_racks.is_disjoint(&all) && (options.prefer_rack_aware_logic || sets.iter().any(|set| *set != all));
        reference.resolve_claims();
        reference
    }

    /// The lists of the members and whether the constrained algorithm made them.
    pub(super) fn assign(&mut self) -> (Vec<Vec<Name>>, bool) {
        let names =
            |member: &StickyMember| -> BTreeSet<String> { member.member.subscription.iter().cloned().collect() };
        let mut all: BTreeSet<String> = BTreeSet::new();
        let mut constrained = true;
        for member in self.members {
            if all.is_empty() {
                all = names(member);
            } else {
                constrained &= names(member) == all;
            }
        }
        if constrained {
            self.constrained()
        } else {
            self.general()
        }
        let lists = (0..self.members.len()).map(|member| self.current[&member].clone()).collect();
        (lists, constrained)
    }

    fn all(&self) -> Vec<Name> {
        let of = |topic: &Topic| (0..topic.partition_count).map(|n| (topic.name.clone(), n)).collect::<Vec<_>>();
        self.topics.values().flat_map(|topic| of(topic)).collect()
    }

    fn racks_of(&self, partition: &Name) -> BTreeSet<&'a str> {
        let racks = self.topics[partition.0.as_str()].replica_racks.get(partition.1 as usize);
        racks.into_iter().flatten().map(String::as_str).collect()
    }

    fn rack_of(&self, member: usize) -> Option<&'a str> {
        self.members[member].member.rack.as_deref().filter(|_| self.racks_are_minded)
    }

    fn mismatch(&self, member: usize, partition: &Name) -> bool {
        self.rack_of(member).is_some_and(|rack| !self.racks_of(partition).contains(rack))
    }

    fn id(&self, member: usize) -> &'a str {
        &self.members[member].member.id
    }

    fn subscribes(&self, member: usize, partition: &Name) -> bool {
        self.members[member].member.subscription.contains(&partition.0)
    }

    fn claims(&self, member: usize) -> Vec<Name> {
        let exists = |p: &&TopicPartition| {
            self.topics.get(p.topic.as_str()).is_some_and(|topic| p.partition < topic.partition_count)
        };
        self.members[member].owned.iter().filter(exists).map(|p| (p.topic.clone(), p.partition)).collect()
    }

    fn resolve_claims(&mut self) {
        let mut believed: BTreeMap<Name, usize> = BTreeMap::new();
        for member in 0..self.members.len() {
            let generation = self.members[member].generation.unwrap_or(-1);
            self.max_generation = self.max_generation.max(generation);
            self.current.insert(member, Vec::new());
            for p in self.claims(member) {
                let Some(other) = believed.get(&p).copied() else {
                    self.current.get_mut(&member).unwrap().push(p.clone());
                    believed.insert(p, member);
                    continue;
                };
                let other_generation = self.members[other].subscription_generation.unwrap_or(-1);
                if generation >= other_generation {
                    if generation == other_generation {
                        self.contested.insert(p.clone());
                    } else {
                        self.current.get_mut(&member).unwrap().push(p.clone());
                    }
                    self.take(other, &p);
                    believed.insert(p, member);
                }
            }
        }
    }

    fn take(&mut self, member: usize, p: &Name) {
        let list = self.current.get_mut(&member).unwrap();
        if let Some(at) = list.iter().position(|has| has == p) {
            list.remove(at);
        }
    }

    fn constrained(&mut self) {
        let (count, members) = (self.all().len(), self.members.len());
        let (low, high, expected) = (count / members, count.div_ceil(members), count % members);
        let (mut under, mut exact, mut over) = (Vec::new(), Vec::new(), 0);
        let mut revoked: BTreeMap<Name, usize> = BTreeMap::new();
        let mut todo = self.all();
        for member in 0..members {
            let mut owned = self.current[&member].clone();
            revoked.extend(owned.iter().filter(|p| self.mismatch(member, p)).map(|p| (p.clone(), member)));
            owned.retain(|p| !self.mismatch(member, p) && !self.contested.contains(p));
            owned.sort_by_key(|(topic, number)| (*number, topic.clone()));
            let keep = if owned.len() < low {
                under.push(member);
                owned.len()
            } else if owned.len() >= high && over < expected {
                over += 1;
                if over == expected {
                    exact.clear();
                }
                high
            } else {
                if over < expected {
                    exact.push(member);
                }
                low
            };
            revoked.extend(owned.split_off(keep).into_iter().map(|p| (p, member)));
            todo.retain(|p| !owned.contains(p));
            self.current.insert(member, owned);
        }
        under.sort_by_key(|member| self.id(*member));
        exact.sort_by_key(|member| self.id(*member));
        if self.racks_are_minded {
            let near = |p: &Name| {
                let racks = self.racks_of(p);
                (0..members).filter(|m| self.rack_of(*m).is_some_and(|rack| racks.contains(rack))).count()
            };
            todo.sort_by_key(near);
            let mut turn = 0;
            for p in std::mem::take(&mut todo) {
                let racks = self.racks_of(&p);
                let near = |member: usize| self.rack_of(member).is_some_and(|rack| racks.contains(rack));
                let next = (0..under.len()).map(|i| (turn + i) % under.len()).find(|at| near(under[*at]));
                let first = (0..exact.len()).find(|at| near(exact[*at]));
                if let Some(mut at) = next {
                    let member = under[at];
                    let after = self.current[&member].len() + 1;
                    if after >= low {
                        under.remove(at);
                        if after < high && over < expected {
                            exact.push(member);
                        }
                    } else {
                        at += 1;
                    }
                    turn = if under.is_empty() { 0 } else { at % under.len() };
                    self.give(&revoked, p, member);
                } else if let Some(at) = first {
                    let member = exact.remove(at);
                    over += 1;
                    if over == expected {
                        exact.clear();
                    }
                    self.give(&revoked, p, member);
                } else {
                    todo.push(p);
                }
            }
        }
        let mut at = 0;
        for p in todo {
            if at >= under.len() {
                at = 0;
            }
            let member = if under.is_empty() { exact.remove(0) } else { under[at] };
            self.give(&revoked, p, member);
            if !under.is_empty() {
                at += 1;
                if self.current[&member].len() == low {
                    at -= 1;
                    exact.push(under.remove(at));
                }
            }
        }
    }

    fn give(&mut self, revoked: &BTreeMap<Name, usize>, p: Name, member: usize) {
        if revoked.get(&p).is_some_and(|from| *from != member) || self.contested.contains(&p) {
            self.transferring.insert(p.clone(), member);
        }
        self.current.get_mut(&member).unwrap().push(p);
    }

    fn potential(&self, p: &Name) -> Vec<usize> {
        (0..self.members.len()).filter(|member| self.subscribes(*member, p)).collect()
    }

    fn most_for(&self, member: usize) -> usize {
        self.all().iter().filter(|p| self.subscribes(member, p)).count()
    }

    fn owner(&self, p: &Name) -> usize {
        *self.current.iter().find(|(_, list)| list.contains(p)).unwrap().0
    }

    /// `sortedCurrentSubscriptions`.
    fn sorted(&self) -> Vec<usize> {
        let mut sorted: Vec<usize> = self.current.keys().copied().collect();
        sorted.sort_by_key(|member| (self.current[member].len(), self.id(*member)));
        sorted
    }

    fn general(&mut self) {
        let mut previous: BTreeMap<Name, (usize, i32)> = BTreeMap::new();
        for member in 0..self.members.len() {
            let generation = self.members[member].generation.unwrap_or(-1);
            if generation < self.max_generation {
                for p in self.claims(member) {
                    if previous.get(&p).is_none_or(|(_, before)| generation > *before) {
                        previous.insert(p, (member, generation));
                    }
                }
            }
        }
        let mut revocation_required = false;
        for member in 0..self.members.len() {
            let mut list = self.current.remove(&member).unwrap();
            let before = list.len();
            list.retain(|p| self.subscribes(member, p) && !self.mismatch(member, p));
            revocation_required |= list.len() < before;
            self.current.insert(member, list);
        }
        let mut all = self.all();
        all.sort_by_key(|p| (self.potential(p).len(), p.clone()));
        let mut todo = all.clone();
        todo.retain(|p| !self.current.values().any(|list| list.contains(p)));
        let afresh = self.current.values().all(Vec::is_empty);

        for with_racks in [true, false] {
            for p in &todo {
                let fits = |m: &usize| self.subscribes(*m, p) && !(with_racks && self.mismatch(*m, p));
                if !self.current.values().any(|list| list.contains(p))
                    && let Some(member) = self.sorted().into_iter().find(fits)
                {
                    self.current.get_mut(&member).unwrap().push(p.clone());
                }
            }
        }
        all.retain(|p| self.potential(p).len() >= 2);
        todo.retain(|p| self.potential(p).len() >= 2);
        let mut fixed = BTreeMap::new();
        for member in 0..self.members.len() {
            let list = &self.current[&member];
            if list.len() >= self.most_for(member) && list.iter().all(|p| self.potential(p).len() < 2) {
                fixed.insert(member, self.current.remove(&member).unwrap());
            }
        }
        let before = self.current.clone();
        if !revocation_required {
            self.reassign_all(&todo, &previous);
        }
        if self.reassign_all(&all, &previous) && !afresh && score(&self.current) >= score(&before) {
            self.current = before;
        }
        self.current.append(&mut fixed);
    }

    fn is_balanced(&self) -> bool {
        let sorted = self.sorted();
        let (Some(first), Some(last)) = (sorted.first(), sorted.last()) else { return true };
        let count = |member: &usize| self.current[member].len();
        count(first) + 1 >= count(last)
            || sorted.iter().filter(|m| count(m) != self.most_for(**m)).all(|m| {
                let all = self.all();
                let mut others = all.iter().filter(|p| self.subscribes(*m, p) && !self.current[m].contains(p));
                others.all(|p| count(m) + 1 >= count(&self.owner(p)))
            })
    }

    fn reassign_all(&mut self, list: &[Name], previous: &BTreeMap<Name, (usize, i32)>) -> bool {
        let mut performed = false;
        for pass in 0.. {
            assert!(pass < 1_000, "it ends");
            let mut modified = false;
            for p in list {
                if self.is_balanced() {
                    break;
                }
                let count = |member: usize| self.current.get(&member).map(Vec::len);
                let has = count(self.owner(p)).unwrap();
                // Kafka trips over a former owner that takes no part.
                let back = previous.get(p).map(|(member, _)| *member);
                let back = back.filter(|member| count(*member).is_some_and(|least| has > least + 1));
                let other = self.potential(p).into_iter().find(|m| count(*m).is_some_and(|least| has > least + 1));
                let first = other.and_then(|_| self.sorted().into_iter().find(|m| self.subscribes(*m, p)));
                if let Some(to) = back.or(first) {
                    self.reassign(p, to);
                    modified = true;
                }
            }
            if !modified {
                break;
            }
            performed = true;
        }
        performed
    }

    fn reassign(&mut self, p: &Name, to: usize) {
        let origin = self.movements.get(p).map_or(self.owner(p), |(from, _)| *from);
        let opposite = self.movements.iter().find(|(q, way)| q.0 == p.0 && **way == (to, origin));
        let p = opposite.map_or(p, |(q, _)| q).clone();
        let from = self.owner(&p);
        let origin = self.movements.remove(&p).map_or(from, |(origin, _)| origin);
        if origin != to {
            self.movements.insert(p.clone(), (origin, to));
        }
        self.take(from, &p);
        self.current.get_mut(&to).unwrap().push(p);
    }
}

fn score(assignment: &BTreeMap<usize, Vec<Name>>) -> usize {
    let pairs = assignment.values().flat_map(|a| assignment.values().map(|b| a.len().abs_diff(b.len())));
    pairs.sum::<usize>() / 2
}
