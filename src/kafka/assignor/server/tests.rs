//! The coordinator's assignors by small groups and by what the reference promises for any; recorded ones are elsewhere.

use super::*;
use crate::sim::Random;

fn topics(counts: &[i32]) -> Vec<SubscribedTopic> {
    (0..).map(TopicId).zip(counts).map(|(id, count)| SubscribedTopic { id, partition_count: *count }).collect()
}

/// A member with `target` as pairs of topic and partition.
fn member(id: &str, subscription: &[u32], target: &[(u32, i32)]) -> GroupMember {
    GroupMember {
        id: id.into(),
        group_instance_id: None,
        subscription: subscription.iter().copied().map(TopicId).collect(),
        target: target.iter().map(|(topic, partition)| TopicIdPartition::new(TopicId(*topic), *partition)).collect(),
    }
}

fn group<'a>(topics: &'a [SubscribedTopic], members: &'a [GroupMember]) -> GroupSpec<'a> {
    GroupSpec { topics, members, subscription_type: SubscriptionType::of(members) }
}

/// `0-1` for partition 1 of topic 0; a line a member.
fn lines(lists: &[Vec<TopicIdPartition>]) -> Vec<String> {
    let named = |list: &Vec<TopicIdPartition>| {
        list.iter().map(|at| format!("{}-{}", at.topic.0, at.partition)).collect::<Vec<_>>().join(" ")
    };
    lists.iter().map(named).collect()
}

#[test]
fn range_takes_members_by_instance_id_then_by_id_and_minds_no_target() {
    let topics = topics(&[3, 2]);
    let mut members = [member("c", &[0, 1], &[(0, 2)]), member("b", &[0, 1], &[]), member("a", &[0], &[(0, 0)])];
    members[0].group_instance_id = Some("z".into());
    let assignment = assign_range(&group(&topics, &members));
    assert_eq!(lines(&assignment.members), ["0-0 1-0", "0-2 1-1", "0-1"]);
    assert_eq!(
        assignment.topics[0],
        TopicShares { topic: TopicId(0), partition_count: 3, quotient: 1, remainder: 0, order: vec![0, 2, 1] }
    );
}

#[test]
fn range_gives_the_first_one_more_of_every_topic() {
    let topics = topics(&[3, 0, 3]);
    let members = [member("b", &[0, 1, 2], &[]), member("a", &[0, 2], &[])];
    let assignment = assign_range(&group(&topics, &members));
    assert_eq!(lines(&assignment.members), ["0-2 2-2", "0-0 0-1 2-0 2-1"]);
}

#[test]
fn uniform_counts_over_all_topics() {
    let topics = topics(&[1, 1, 1]);
    let members = [member("b", &[0, 1, 2], &[]), member("a", &[0, 1, 2], &[])];
    let assignment = assign_uniform(&group(&topics, &members));
    assert_eq!(lines(&assignment.members), ["0-0 1-0", "2-0"]);
    assert_eq!(assignment.steps, UniformSteps::Homogeneous { quotient: 1, remainder: 1 });
}

/// The balance was fine: the quota goes by the place in the list and not by who has what.
#[test]
fn uniform_moves_the_extra_partition_to_the_first_member() {
    let topics = topics(&[3]);
    let members = [member("a", &[0], &[(0, 0)]), member("b", &[0], &[(0, 1), (0, 2)])];
    let assignment = assign_uniform(&group(&topics, &members));
    assert_eq!(lines(&assignment.members), ["0-0 0-2", "0-1"]);
}

#[test]
fn what_is_beyond_the_quota_comes_after_what_nobody_has() {
    let topics = topics(&[2, 2, 1]);
    // Topic 2 is not subscribed to any more: it takes no room in the quota.
    let members =
        [member("a", &[0, 1], &[(2, 0), (1, 0), (1, 1), (0, 0)]), member("b", &[0, 1], &[]), member("c", &[0, 1], &[])];
    let assignment = assign_uniform(&group(&topics, &members));
    assert_eq!(lines(&assignment.members), ["1-0 1-1", "0-1", "0-0"]);
}

#[test]
fn nothing_comes_of_nothing() {
    let none = topics(&[]);
    let some = topics(&[2]);
    assert_eq!(assign_uniform(&group(&none, &[])).members.len(), 0);
    assert_eq!(assign_range(&group(&some, &[])).members.len(), 0);
    let members = [member("a", &[], &[(0, 1)]), member("b", &[7], &[])];
    assert_eq!(lines(&assign_uniform(&group(&some, &members)).members), ["", ""]);
    assert_eq!(lines(&assign_range(&group(&some, &members)).members), ["", ""]);
    let members = [member("a", &[], &[(0, 1)])];
    assert_eq!(lines(&assign_uniform(&group(&some, &members)).members), [""]);
}

/// Topic 1 fills a to 3, topic 2 b and c to 2, topic 3 then a to 4 and b to 5, topic 0 a to 6. So c has 2 and shares
/// topic 2 with b, which shares topic 3 with a.
#[test]
fn topics_with_most_partitions_a_subscriber_are_filled_first() {
    let topics = topics(&[2, 3, 4, 4]);
    let members = [member("a", &[0, 1, 3], &[]), member("b", &[0, 2, 3], &[]), member("c", &[2], &[])];
    let assignment = assign_uniform(&group(&topics, &members));
    let UniformSteps::Heterogeneous { order, moves, settled } = assignment.steps else { panic!("not homogeneous") };
    assert_eq!(order, [1, 2, 3, 0].map(TopicId));
    let moved = |(topic, partition, from, to): (u32, i32, usize, usize)| Move {
        partition: TopicIdPartition::new(TopicId(topic), partition),
        from,
        to,
    };
    // In the first round b gives c one and gets one of a; in the second it gives c another.
    assert_eq!(moves, [(2, 2, 1, 2), (3, 2, 0, 1), (2, 0, 1, 2)].map(moved));
    assert!(settled);
    assert_eq!(lines(&assignment.members), ["0-0 0-1 1-0 1-1 1-2", "3-0 3-1 3-2 3-3", "2-0 2-1 2-2 2-3"]);
}

/// Each topic's subscribers are within one of each other, so neither topic moves a partition.
#[test]
fn a_chain_of_subscriptions_may_stay_uneven() {
    let topics = topics(&[14, 16]);
    let held = |topic: u32, partitions: Range<i32>| partitions.map(move |partition| (topic, partition));
    let members = [
        member("a", &[0], &held(0, 0..9).collect::<Vec<_>>()),
        member("b", &[0, 1], &held(0, 9..14).chain(held(1, 0..5)).collect::<Vec<_>>()),
        member("c", &[1], &held(1, 5..16).collect::<Vec<_>>()),
    ];
    let assignment = assign_uniform(&group(&topics, &members));
    assert_eq!(assignment.members.iter().map(Vec::len).collect::<Vec<_>>(), [9, 10, 11]);
    for (list, member) in assignment.members.iter().zip(&members) {
        assert_eq!(*list, member.target);
    }
}

#[test]
fn the_last_partitions_of_the_fullest_are_moved() {
    let topics = topics(&[4, 1]);
    let members = [member("a", &[0], &[(0, 0), (0, 1), (0, 2), (0, 3)]), member("b", &[0, 1], &[(1, 0)])];
    let assignment = assign_uniform(&group(&topics, &members));
    assert_eq!(lines(&assignment.members), ["0-0 0-1 0-2", "0-3 1-0"]);
    let UniformSteps::Heterogeneous { moves, .. } = assignment.steps else { panic!("not homogeneous") };
    assert_eq!(moves, [Move { partition: TopicIdPartition::new(TopicId(0), 3), from: 0, to: 1 }]);
}

/// A group that changes at random, each time with the targets of the time before.
struct Changing {
    random: Random,
    topics: Vec<SubscribedTopic>,
    members: Vec<GroupMember>,
    named: u32,
}

impl Changing {
    fn new(seed: u64) -> Changing {
        let mut random = Random::new(seed, "server assignors");
        let count = 1 + random.below(6);
        let topics = (0..count)
            .map(|id| SubscribedTopic { id: TopicId(id), partition_count: random.below(13) as i32 })
            .collect();
        Changing { random, topics, members: Vec::new(), named: 0 }
    }

    /// Someone joins, leaves, or subscribes to something else, or a topic grows. `alike`: all subscribe to the same.
    fn change(&mut self, alike: bool) {
        match self.random.below(8) {
            0..3 => {
                self.named += 1;
                let id = format!("{}-{}", self.random.below(100), self.named);
                let mut new = member(&id, &[], &[]);
                new.group_instance_id = (self.random.below(3) == 0).then(|| id.as_str().into());
                new.subscription = match self.members.first() {
                    Some(first) if alike => first.subscription.clone(),
                    _ => self.subscription(),
                };
                let at = self.random.below(self.members.len() as u32 + 1) as usize;
                self.members.insert(at, new);
            }
            3..5 if !self.members.is_empty() => {
                let at = self.random.below(self.members.len() as u32) as usize;
                self.members.remove(at);
            }
            5..7 if !self.members.is_empty() => {
                let subscription = self.subscription();
                let at = self.random.below(self.members.len() as u32) as usize;
                for (place, member) in self.members.iter_mut().enumerate() {
                    if alike || place == at {
                        member.subscription = subscription.clone();
                    }
                }
            }
            _ => {
                let at = self.random.below(self.topics.len() as u32) as usize;
                self.topics[at].partition_count += self.random.below(3) as i32;
            }
        }
    }

    fn subscription(&mut self) -> Set<TopicId> {
        self.topics.iter().filter(|_| self.random.below(3) > 0).map(|topic| topic.id).collect()
    }

    fn group(&self, alike: bool) -> GroupSpec<'_> {
        let subscription_type = match alike {
            true => SubscriptionType::Homogeneous,
            false => SubscriptionType::Heterogeneous,
        };
        GroupSpec { topics: &self.topics, members: &self.members, subscription_type }
    }

    /// The targets are now these; the lists come in another order where the assignor may be told so.
    fn take(&mut self, lists: Vec<Vec<TopicIdPartition>>) {
        for (member, list) in self.members.iter_mut().zip(lists) {
            member.target = list;
            if self.random.below(2) == 0 {
                member.target.reverse();
            }
        }
    }

    /// Every partition that has a subscriber is one subscriber's, and lists are in the order of the topics.
    fn check_owners(&self, lists: &[Vec<TopicIdPartition>]) {
        assert_eq!(lists.len(), self.members.len());
        let mut owned = Vec::new();
        for (member, list) in self.members.iter().zip(lists) {
            assert!(list.is_sorted(), "{list:?}");
            assert!(list.iter().all(|at| member.subscription.contains(&at.topic)), "{list:?}");
            owned.extend(list.iter().copied());
        }
        owned.sort();
        let subscribed = |topic: &&SubscribedTopic| self.members.iter().any(|at| at.subscription.contains(&topic.id));
        let all: Vec<TopicIdPartition> = self
            .topics
            .iter()
            .filter(subscribed)
            .flat_map(|topic| (0..topic.partition_count).map(|partition| TopicIdPartition::new(topic.id, partition)))
            .collect();
        assert_eq!(owned, all);
    }

    /// What a member of this index still subscribes to, of its target.
    fn still_subscribed(&self, index: usize) -> impl Iterator<Item = TopicIdPartition> {
        let member = &self.members[index];
        member.target.iter().copied().filter(|at| member.subscription.contains(&at.topic))
    }
}

const SEEDS: u64 = 200;
const CHANGES: u32 = 12;

#[test]
fn range_shares_each_topic_in_runs_whatever_was_before() {
    for seed in 0..SEEDS {
        let mut changing = Changing::new(seed);
        for _ in 0..CHANGES {
            changing.change(false);
            let assignment = assign_range(&changing.group(false));
            changing.check_owners(&assignment.members);
            for shares in &assignment.topics {
                let runs: Vec<Vec<i32>> = shares
                    .order
                    .iter()
                    .map(|at| assignment.members[*at].iter().filter(|at| at.topic == shares.topic))
                    .map(|run| run.map(|at| at.partition).collect())
                    .collect();
                assert_eq!(runs.concat(), (0..shares.partition_count).collect::<Vec<_>>(), "seed {seed}");
                let sizes: Vec<i32> = runs.iter().map(|run| run.len() as i32).collect();
                assert!(sizes.is_sorted_by(|a, b| a == b || *a == b + 1), "seed {seed}: {sizes:?}");
            }
            let fresh: Vec<GroupMember> =
                changing.members.iter().map(|at| GroupMember { target: Vec::new(), ..at.clone() }).collect();
            assert_eq!(assign_range(&group(&changing.topics, &fresh)), assignment, "seed {seed}");
            changing.take(assignment.members);
        }
    }
}

/// Everyone has its quota, and keeps the first of its target up to it.
#[test]
fn uniform_with_equal_subscriptions_keeps_to_the_quota() {
    for seed in 0..SEEDS {
        let mut changing = Changing::new(seed);
        for _ in 0..CHANGES {
            changing.change(true);
            let assignment = assign_uniform(&changing.group(true));
            changing.check_owners(&assignment.members);
            let UniformSteps::Homogeneous { quotient, remainder } = assignment.steps else { panic!("seed {seed}") };
            for (index, list) in assignment.members.iter().enumerate() {
                let quota = quotient + usize::from(index < remainder);
                assert_eq!(list.len(), quota, "seed {seed}");
                for kept in changing.still_subscribed(index).take(quota) {
                    assert!(list.contains(&kept), "seed {seed}: {kept:?}");
                }
            }
            changing.take(assignment.members);
        }
    }
}

/// Every move is from a member that has two more or better; before the moves everyone has what it may keep; and where
/// the rounds did not run out, no topic is left with a move to make.
#[test]
fn uniform_with_different_subscriptions_moves_only_to_even_out() {
    let mut moved = 0;
    for seed in 0..SEEDS {
        let mut changing = Changing::new(seed);
        for _ in 0..CHANGES {
            changing.change(false);
            let assignment = assign_uniform(&changing.group(false));
            changing.check_owners(&assignment.members);
            let UniformSteps::Heterogeneous { moves, settled, .. } = assignment.steps else { panic!("seed {seed}") };

            if settled {
                for (index, list) in assignment.members.iter().enumerate() {
                    for at in list {
                        let least = changing
                            .members
                            .iter()
                            .zip(&assignment.members)
                            .filter(|(member, _)| member.subscription.contains(&at.topic))
                            .map(|(_, list)| list.len())
                            .min();
                        assert!(least.is_some_and(|least| list.len() <= least + 1), "seed {seed}: {index} {at:?}");
                    }
                }
            }

            let mut before = assignment.members.clone();
            for step in moves.iter().rev() {
                before[step.to].retain(|at| *at != step.partition);
                before[step.from].push(step.partition);
                assert!(before[step.from].len() >= before[step.to].len() + 2, "seed {seed}: {step:?}");
            }
            for (index, list) in before.iter().enumerate() {
                assert!(changing.still_subscribed(index).all(|at| list.contains(&at)), "seed {seed}: {index}");
            }
            moved += moves.len();
            changing.take(assignment.members);
        }
    }
    assert!(moved > 100, "{moved} moves show too little");
}

/// Two halves of a group that share no topic: each is balanced for itself.
#[test]
fn uniform_balances_members_with_equal_subscriptions_though_others_differ() {
    for seed in 0..SEEDS {
        let mut changing = Changing::new(seed);
        let (left, right): (Vec<TopicId>, Vec<TopicId>) =
            changing.topics.iter().map(|topic| topic.id).partition(|id| id.0 % 2 == 0);
        let halves: [Set<TopicId>; 2] = [left.into_iter().collect(), right.into_iter().collect()];
        for _ in 0..CHANGES {
            changing.change(false);
            for place in 0..changing.members.len() {
                let half = halves[changing.random.below(2) as usize].clone();
                let member = &mut changing.members[place];
                if !halves.contains(&member.subscription) {
                    member.subscription = half;
                }
            }
            let assignment = assign_uniform(&changing.group(false));
            changing.check_owners(&assignment.members);
            for half in &halves {
                let sizes = || {
                    let members = changing.members.iter().zip(&assignment.members);
                    members.filter(|(member, _)| member.subscription == *half).map(|(_, list)| list.len())
                };
                let (least, most) = (sizes().min().unwrap_or(0), sizes().max().unwrap_or(0));
                assert!(most <= least + 1, "seed {seed}: {least} to {most}");
            }
            changing.take(assignment.members);
        }
    }
}
