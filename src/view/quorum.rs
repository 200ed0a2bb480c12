//! What a controller is in the metadata quorum, and how that is said: on its card, in its inspector.

use crate::{
    i18n::{Text, brokers as said},
    kafka::{broker::Broker, ids::short_name},
};

/// A controller in the metadata quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuorumView {
    /// What it is.
    pub standing: Standing,
    /// Its quorum epoch.
    pub epoch: u32,
    /// Records in its metadata log: the offset of the next.
    pub log_end: u64,
    /// How many of them it knows to be committed.
    pub committed: u64,
}

/// What a controller is in the metadata quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its leader, the active controller.
    Active,
    /// Asks whether it would be elected.
    Prospective,
    /// Stands for election.
    Candidate,
    /// Follows this one.
    Follows(u32),
    /// Knows of nobody who leads.
    Leaderless,
    /// Its process does not run.
    Down,
}

impl QuorumView {
    /// What a node is in the quorum, if it is a voter.
    pub fn of(node: &Broker) -> Option<QuorumView> {
        let quorum = &node.quorum;
        let standing = match quorum.leader() {
            _ if !node.is_up() => Standing::Down,
            _ if quorum.is_leader() => Standing::Active,
            _ if quorum.is_prospective() => Standing::Prospective,
            _ if quorum.is_candidate() => Standing::Candidate,
            Some(leader) => Standing::Follows(leader),
            None => Standing::Leaderless,
        };
        let (log_end, committed) = (quorum.log().len(), quorum.high_watermark());
        quorum.is_voter().then(|| QuorumView { standing, epoch: quorum.epoch(), log_end, committed })
    }

    /// All of it in one line.
    pub fn text(&self) -> Text {
        let text = said::QUORUM.with("standing", self.standing.text()).with("epoch", self.epoch);
        text.with("end", self.log_end).with("committed", self.committed)
    }
}

impl Standing {
    /// In few words.
    pub fn text(self) -> Text {
        match self {
            Standing::Active => said::ACTIVE.text(),
            Standing::Prospective => said::PROSPECTIVE.text(),
            Standing::Candidate => said::CANDIDATE.text(),
            Standing::Follows(leader) => said::FOLLOWS.with("node", short_name(leader)),
            Standing::Leaderless => said::LEADERLESS.text(),
            Standing::Down => said::DOWN.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        cluster::command_text::parse,
        history::{Run, start_cluster},
        i18n::Lang,
        view::{Builder, model::BrokerState},
    };

    #[test]
    fn controllers_say_what_they_are() {
        let mut scenario = start_cluster();
        scenario.cluster.controllers = 3;
        let mut run = Run::new(&scenario).expect("sound");
        let mut builder = Builder::default();
        let mut says = |run: &Run| {
            let view = builder.build(run);
            assert!(view.brokers.len() == 3 && view.brokers.iter().all(|broker| broker.quorum.is_none()));
            for node in &view.controllers {
                let down = node.quorum.is_some_and(|quorum| quorum.standing == super::Standing::Down);
                assert_eq!(node.state, if down { BrokerState::CrashedApart } else { BrokerState::Alive });
            }
            let of = |node: &std::rc::Rc<crate::view::model::BrokerView>| {
                node.quorum.map(|quorum| quorum.standing.text().plain(Lang::En)).unwrap_or_default()
            };
            view.controllers.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(says(&run), ["active controller", "voter, follows C3000", "voter, follows C3000"]);
        run.apply(parse("crash-controller").expect("sound")).expect("somebody is active");
        let is_waiting = |said: &str| said == "voter, follows C3000" || said.starts_with("voter, knows");
        let said = says(&run);
        assert!(said[0] == "voter, not running" && said[1..].iter().all(|said| is_waiting(said)), "{said:?}");
        run.advance_to(run.time_us() + 6_000_000);
        let mut said = says(&run);
        said.sort();
        assert!(said[0] == "active controller" && said[1].starts_with("voter, follows C300"), "{said:?}");
        run.apply(parse("crash-controller").expect("sound")).expect("somebody is active");
        run.advance_to(run.time_us() + 6_000_000);
        let said = says(&run);
        assert_eq!(said.iter().filter(|said| *said == "voter, not running").count(), 2, "{said:?}");
        // The last one alone asks again and again whether it would be elected, and goes back to whom it knew.
        let mut heard = std::collections::BTreeSet::new();
        for _ in 0..20 {
            run.advance_to(run.time_us() + 500_000);
            heard.extend(says(&run).into_iter().filter(|said| *said != "voter, not running"));
        }
        let heard: Vec<&str> = heard.iter().map(String::as_str).collect();
        assert!(
            matches!(heard[..], ["asks for pre-votes", follows] if follows.starts_with("voter, follows C300")),
            "{heard:?}"
        );
        let view = Builder::default().build(&run);
        let line = view.controllers[0].quorum.map(|quorum| quorum.text().plain(Lang::En)).unwrap_or_default();
        assert!(line.starts_with("voter, not running · epoch 1 · log end "), "{line}");
    }
}
