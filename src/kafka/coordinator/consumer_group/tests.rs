//! A group of the consumer protocol by itself: heartbeats in, epochs and partitions out.

use super::*;
use crate::{
    kafka::{ids::TopicId, protocol::ErrorCode},
    sim::Random,
};

const TIMEOUT_US: u64 = 300_000_000;
const BOTH: [ServerAssignor; 2] = [ServerAssignor::Uniform, ServerAssignor::Range];

/// A group and the topics around it; `sales` has id 1, `clicks` 2.
struct Bench {
    group: ConsumerGroup,
    topics: Map<Name, SubscribedTopic>,
    assignors: Vec<ServerAssignor>,
    max_size: usize,
}

impl Bench {
    fn new(sales: i32, clicks: i32) -> Bench {
        let topics = [("sales", 1, sales), ("clicks", 2, clicks)]
            .map(|(name, id, partition_count)| (name.into(), SubscribedTopic { id: TopicId(id), partition_count }));
        let group = ConsumerGroup::new("g".into());
        Bench { group, topics: topics.into(), assignors: BOTH.to_vec(), max_size: 100 }
    }

    fn with<T>(&mut self, act: impl FnOnce(&mut ConsumerGroup, &Surroundings<'_>) -> T) -> T {
        let Bench { group, topics, assignors, max_size } = self;
        let topic = |name: &str| topics.get(name).copied();
        let around = Surroundings {
            assignors,
            max_size: *max_size,
            downgrade_up_to: None,
            now_us: 0,
            topics_version: 0,
            topic: &topic,
        };
        act(group, &around)
    }

    fn ask(&mut self, heartbeat: &Heartbeat) -> Result<Answer, GroupError> {
        self.with(|group, around| group.heartbeat(heartbeat, around, &mut Vec::new()))
    }

    fn join(&mut self, id: &str, topics: &[&str]) -> Answer {
        self.ask(&join(id, topics)).expect("admitted")
    }

    /// A heartbeat with the member's own epoch.
    fn beat(&mut self, id: &str, owned: Option<&[i32]>) -> Answer {
        let epoch = self.epoch(id);
        self.ask(&Heartbeat { owned: owned.map(sales), ..heartbeat(id, epoch) }).expect("no refusal")
    }

    fn epoch(&self, id: &str) -> i32 {
        self.group.member(id).expect("a member").current.member_epoch
    }

    fn code(&mut self, heartbeat: &Heartbeat) -> ErrorCode {
        let before = self.group.clone();
        let error = self.ask(heartbeat).expect_err("a refusal");
        assert!(error.to_string().ends_with('.'), "{error}");
        assert_eq!(self.group, before, "a refusal changes nothing");
        error.code()
    }

    fn fence(&mut self, id: &str) {
        let reason = GroupReason::Left(id.into());
        self.with(|group, around| group.fence(id, reason, around, &mut Vec::new()).map(drop)).expect("a member");
    }
}

fn heartbeat(id: &str, member_epoch: i32) -> Heartbeat {
    Heartbeat {
        member_id: id.into(),
        client_id: "c".into(),
        member_epoch,
        instance_id: None,
        rack: None,
        rebalance_timeout_us: None,
        subscription: None,
        regex: None,
        assignor: None,
        owned: None,
    }
}

fn join(id: &str, topics: &[&str]) -> Heartbeat {
    Heartbeat {
        rebalance_timeout_us: Some(TIMEOUT_US),
        subscription: Some(topics.iter().map(|name| Name::from(*name)).collect()),
        owned: Some(Set::new()),
        ..heartbeat(id, 0)
    }
}

fn of_instance(instance: &str, heartbeat: Heartbeat) -> Heartbeat {
    Heartbeat { instance_id: Some(instance.into()), ..heartbeat }
}

fn sales(partitions: &[i32]) -> Set<TopicIdPartition> {
    partitions.iter().map(|partition| TopicIdPartition::new(TopicId(1), *partition)).collect()
}

#[test]
fn a_second_member_gets_what_the_first_has_given_up() {
    let mut bench = Bench::new(4, 0);
    assert_eq!(bench.group.state(), ConsumerGroupState::Empty);
    let a = bench.join("a", &["sales"]);
    assert_eq!((a.member_epoch, a.assigned), (1, Some(sales(&[0, 1, 2, 3]))));
    assert_eq!(bench.group.state(), ConsumerGroupState::Stable);

    let b = bench.join("b", &["sales"]);
    assert_eq!((b.member_epoch, b.assigned), (2, Some(sales(&[]))));
    assert_eq!(bench.group.state(), ConsumerGroupState::Reconciling);

    let a = bench.beat("a", None);
    assert_eq!((a.member_epoch, a.assigned), (1, Some(sales(&[0, 1]))));
    assert_eq!(bench.group.member("a").expect("a").must_revoke_within(), Some(TIMEOUT_US));
    assert_eq!(bench.beat("b", None), Answer { member_epoch: 2, assigned: None });

    let a = bench.beat("a", Some(&[0, 1]));
    assert_eq!(a, Answer { member_epoch: 2, assigned: None });
    assert_eq!(bench.group.member("a").expect("a").must_revoke_within(), None);
    let b = bench.beat("b", None);
    assert_eq!((b.member_epoch, b.assigned), (2, Some(sales(&[2, 3]))));
    assert_eq!(bench.group.state(), ConsumerGroupState::Stable);
    assert_eq!((bench.group.epoch, bench.group.assignment_epoch), (2, 2));
}

#[test]
fn a_leave_raises_the_epoch_and_the_next_heartbeat_computes_the_target() {
    let mut bench = Bench::new(2, 0);
    bench.join("a", &["sales"]);
    bench.join("b", &["sales"]);
    let left = bench.ask(&heartbeat("a", LEAVE)).expect("no refusal");
    assert_eq!(left, Answer { member_epoch: LEAVE, assigned: None });
    assert_eq!((bench.group.epoch, bench.group.assignment_epoch), (3, 2));
    assert_eq!(bench.group.state(), ConsumerGroupState::Assigning);
    let b = bench.beat("b", None);
    assert_eq!((b.member_epoch, b.assigned), (3, Some(sales(&[0, 1]))));

    bench.fence("b");
    assert_eq!((bench.group.epoch, bench.group.state()), (4, ConsumerGroupState::Empty));
    // The epochs of a group go on when somebody comes back.
    assert_eq!(bench.join("b", &["sales"]).member_epoch, 5);
}

#[test]
fn only_what_is_subscribed_to_raises_the_epoch() {
    let mut bench = Bench::new(2, 2);
    bench.join("a", &["sales"]);
    let same = Heartbeat { rack: Some("r".into()), assignor: Some("range".into()), ..heartbeat("a", 1) };
    bench.ask(&same).expect("no refusal");
    assert_eq!(bench.group.epoch, 1);
    assert_eq!(bench.group.member("a").expect("a").rack.as_deref(), Some("r"));

    let subscription = Some(["sales".into(), "clicks".into(), "missing".into()].into());
    let more = bench.ask(&Heartbeat { subscription, ..heartbeat("a", 1) }).expect("no refusal");
    assert_eq!(more.member_epoch, 2);
    assert_eq!(more.assigned.expect("changed").len(), 4);

    // A topic grows, one is made, one is deleted; another that nobody wants changes nothing.
    let topic = |id, partition_count| SubscribedTopic { id: TopicId(id), partition_count };
    bench.topics.insert("sales".into(), topic(1, 3));
    assert_eq!(bench.beat("a", None).assigned.expect("changed").len(), 5);
    bench.topics.insert("missing".into(), topic(3, 1));
    assert_eq!(bench.beat("a", None).assigned.expect("changed").len(), 6);
    bench.topics.insert("other".into(), topic(4, 1));
    assert_eq!(bench.beat("a", None).assigned, None);
    bench.topics.remove("sales");
    assert_eq!(bench.beat("a", None).assigned.expect("changed").len(), 3);
    assert_eq!(bench.group.epoch, 5);
}

#[test]
fn epochs_that_are_wrong_are_fenced_unless_the_answer_was_lost() {
    let mut bench = Bench::new(4, 0);
    bench.join("a", &["sales"]);
    // Its answer was lost: it joins once more.
    assert_eq!(bench.join("a", &["sales"]).member_epoch, 1);
    assert_eq!(bench.group.epoch, 1);
    assert_eq!(bench.code(&heartbeat("a", 2)), ErrorCode::FencedMemberEpoch);

    bench.join("b", &["sales"]);
    bench.beat("a", None);
    bench.beat("a", Some(&[0, 1]));
    // Now 2; 1 is the one before.
    let behind = |owned: Option<&[i32]>| Heartbeat { owned: owned.map(sales), ..heartbeat("a", 1) };
    assert_eq!(bench.code(&behind(None)), ErrorCode::FencedMemberEpoch);
    assert_eq!(bench.code(&behind(Some(&[0, 1, 2]))), ErrorCode::FencedMemberEpoch);
    assert_eq!(bench.ask(&behind(Some(&[0]))).expect("a retry").member_epoch, 2);
    assert_eq!(bench.code(&join("a", &["sales"])), ErrorCode::FencedMemberEpoch);
    assert_eq!(bench.code(&heartbeat("c", 1)), ErrorCode::UnknownMemberId);
    assert_eq!(bench.code(&heartbeat("c", LEAVE)), ErrorCode::UnknownMemberId);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let mut bench = Bench::new(1, 0);
    bench.max_size = 1;
    let join = join("a", &["sales"]);
    for wrong in [
        Heartbeat { member_epoch: -3, ..join.clone() },
        Heartbeat { member_epoch: LEAVE_FOR_A_WHILE, ..join.clone() },
        Heartbeat { rebalance_timeout_us: None, ..join.clone() },
        Heartbeat { owned: None, ..join.clone() },
        Heartbeat { owned: Some(sales(&[0])), ..join.clone() },
        Heartbeat { subscription: None, ..join.clone() },
        Heartbeat { member_id: "".into(), ..join.clone() },
    ] {
        assert_eq!(bench.code(&wrong), ErrorCode::InvalidRequest, "{wrong:?}");
    }
    let sticky = Heartbeat { assignor: Some("sticky".into()), ..join.clone() };
    assert_eq!(bench.code(&sticky), ErrorCode::UnsupportedAssignor);
    bench.ask(&join).expect("admitted");
    assert_eq!(bench.code(&super::tests::join("b", &["sales"])), ErrorCode::GroupMaxSizeReached);
    bench.beat("a", None);
}

#[test]
fn a_static_member_that_is_away_keeps_its_partitions_for_its_next_process() {
    let mut bench = Bench::new(2, 0);
    bench.ask(&of_instance("i", join("a1", &["sales"]))).expect("admitted");
    bench.join("b", &["sales"]);
    bench.beat("b", None);

    // The newcomer is refused while the old process lives.
    let newcomer = of_instance("i", join("a2", &["sales"]));
    assert_eq!(bench.code(&newcomer), ErrorCode::UnreleasedInstanceId);

    let a1 = |epoch| of_instance("i", heartbeat("a1", epoch));
    bench.ask(&a1(1)).expect("no refusal");
    bench.ask(&Heartbeat { owned: Some(sales(&[0])), ..a1(1) }).expect("no refusal");
    bench.beat("b", None);
    let away = bench.ask(&a1(LEAVE_FOR_A_WHILE)).expect("no refusal");
    assert_eq!(away.member_epoch, LEAVE_FOR_A_WHILE);
    assert!(bench.group.static_member("i").expect("still there").is_away());
    assert_eq!((bench.group.epoch, bench.beat("b", None).assigned), (2, None));

    let back = bench.ask(&newcomer).expect("admitted");
    assert_eq!((back.member_epoch, back.assigned), (2, Some(sales(&[0]))));
    assert_eq!((bench.group.epoch, bench.group.state()), (2, ConsumerGroupState::Stable));
    assert_eq!(bench.group.members[0].id.as_ref(), "a2");

    assert_eq!(bench.code(&a1(2)), ErrorCode::FencedInstanceId);
    assert_eq!(bench.code(&a1(LEAVE)), ErrorCode::FencedInstanceId);
    assert_eq!(bench.code(&of_instance("j", heartbeat("a2", 2))), ErrorCode::UnknownMemberId);
    bench.ask(&of_instance("i", heartbeat("a2", LEAVE))).expect("no refusal");
    assert_eq!(bench.beat("b", None).assigned, Some(sales(&[0, 1])));
}

#[test]
fn most_votes_choose_the_assignor_and_the_first_is_the_default() {
    let mut bench = Bench::new(3, 3);
    let both = ["sales", "clicks"];
    let vote = |id: &str, assignor: &str| Heartbeat { assignor: Some(assignor.into()), ..join(id, &both) };
    let chosen = |bench: &mut Bench| bench.with(|group, around| group.assignor(around));
    bench.join("a", &both);
    assert_eq!(chosen(&mut bench), ServerAssignor::Uniform);
    bench.ask(&vote("b", "range")).expect("admitted");
    assert_eq!(chosen(&mut bench), ServerAssignor::Range);
    // The first member gets the extra of both topics.
    assert_eq!(bench.group.member("a").expect("a").target.len(), 4);
    bench.ask(&vote("c", "uniform")).expect("admitted");
    assert_eq!(chosen(&mut bench), ServerAssignor::Uniform);
    bench.assignors.reverse();
    assert_eq!(chosen(&mut bench), ServerAssignor::Range);
}

#[test]
fn a_commit_needs_the_members_epoch_of_now() {
    let mut bench = Bench::new(1, 0);
    assert_eq!(bench.group.check_commit("", -1), Ok(()));
    bench.join("a", &["sales"]);
    assert_eq!(bench.group.check_commit("a", 1), Ok(()));
    let code = |checked: Result<(), GroupError>| checked.expect_err("a refusal").code();
    assert_eq!(code(bench.group.check_commit("a", 0)), ErrorCode::StaleMemberEpoch);
    assert_eq!(code(bench.group.check_commit("a", 2)), ErrorCode::StaleMemberEpoch);
    assert_eq!(code(bench.group.check_commit("", -1)), ErrorCode::UnknownMemberId);
}

/// What a client knows: its epoch and what it reads.
struct Client {
    id: String,
    epoch: i32,
    owned: Set<TopicIdPartition>,
    told: Option<Set<TopicIdPartition>>,
    to_report: bool,
}

fn check_holders(bench: &Bench, clients: &[Client], seed: u64) {
    for topic in bench.topics.values() {
        for partition in 0..topic.partition_count {
            let at = TopicIdPartition::new(topic.id, partition);
            let current = bench.group.members.iter().map(|member| &member.current);
            let holders =
                current.filter(|at_now| at_now.assigned.contains(&at) || at_now.pending_revocation.contains(&at));
            assert!(holders.count() <= 1, "seed {seed}: {at:?} is held twice");
            let readers = clients.iter().filter(|client| client.owned.contains(&at));
            assert!(readers.count() <= 1, "seed {seed}: {at:?} is read twice");
        }
    }
}

/// Joins, leaves, crashes, changed subscriptions and growing topics, members each at its own pace: no partition is ever
/// held or read twice, and when it is quiet all have their targets and every subscribed partition is read.
#[test]
fn random_groups_share_nothing_and_come_to_rest() {
    for seed in 0..300 {
        let mut random = Random::new(seed, "consumer group");
        let mut bench = Bench::new(1 + random.below(6) as i32, random.below(6) as i32);
        let mut clients: Vec<Client> = Vec::new();
        for step in 0..60 {
            let at = random.below(clients.len().max(1) as u32) as usize;
            let topics: &[&str] = [&["sales"][..], &["clicks"], &["sales", "clicks"]][random.below(3) as usize];
            match random.below(12) {
                0 | 1 if clients.len() < 5 => {
                    let id = format!("m{step}");
                    let answer = bench.join(&id, topics);
                    let (epoch, told) = (answer.member_epoch, answer.assigned);
                    clients.push(Client { id, epoch, owned: Set::new(), told, to_report: false });
                }
                2 if !clients.is_empty() => {
                    let gone = clients.remove(at);
                    // Left or not heard of: a client that is fenced reads nothing any more.
                    match random.below(2) {
                        0 => drop(bench.ask(&heartbeat(&gone.id, LEAVE)).expect("no refusal")),
                        _ => bench.fence(&gone.id),
                    }
                }
                3 => {
                    let topic = bench.topics.values_mut().nth(random.below(2) as usize).expect("two topics");
                    topic.partition_count += random.below(2) as i32;
                }
                4 if !clients.is_empty() => {
                    let subscription = Some(topics.iter().map(|name| Name::from(*name)).collect());
                    beat(&mut bench, &mut clients[at], subscription);
                }
                5..9 if !clients.is_empty() => beat(&mut bench, &mut clients[at], None),
                _ if !clients.is_empty() => follow(&mut clients[at]),
                _ => {}
            }
            check_holders(&bench, &clients, seed);
        }
        for _ in 0..4 {
            for client in &mut clients {
                follow(client);
                beat(&mut bench, client, None);
            }
            check_holders(&bench, &clients, seed);
        }
        clients.iter_mut().for_each(follow);
        let wanted = if clients.is_empty() { ConsumerGroupState::Empty } else { ConsumerGroupState::Stable };
        assert_eq!(bench.group.state(), wanted, "seed {seed}");
        for client in &clients {
            let member = bench.group.member(&client.id).expect("a member");
            assert_eq!((&client.owned, &member.current.assigned), (&member.target, &member.target), "seed {seed}");
        }
        let read: usize = clients.iter().map(|client| client.owned.len()).sum();
        let subscribed = |name: &Name| bench.group.members.iter().any(|member| member.subscription.contains(name));
        let all = bench.topics.iter().filter(|(name, _)| subscribed(name));
        assert_eq!(read, all.map(|(_, topic)| topic.partition_count as usize).sum::<usize>(), "seed {seed}");
    }
}

fn beat(bench: &mut Bench, client: &mut Client, subscription: Option<Set<Name>>) {
    let owned = std::mem::take(&mut client.to_report).then(|| client.owned.clone());
    let request = Heartbeat { subscription, owned, ..heartbeat(&client.id, client.epoch) };
    let answer = bench.ask(&request).expect("no refusal");
    client.epoch = answer.member_epoch;
    client.told = answer.assigned.or(client.told.take());
}

fn follow(client: &mut Client) {
    if let Some(told) = client.told.take() {
        client.owned = told;
        client.to_report = true;
    }
}
