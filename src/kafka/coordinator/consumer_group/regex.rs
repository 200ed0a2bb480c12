//! Subscriptions by regular expression (`SubscriptionPattern`), which the coordinator resolves (reference §7.6).
//!
//! An expression is resolved beside the heartbeats: a moment after somebody came with it, and again when there are new
//! topics, but not more often than every ten seconds; all of a group at once, so that one change makes one rebalance. What
//! a new one matches is known only after that, so its member joins with nothing.

use super::{Change, ConsumerGroup, GroupError, Member, Surroundings};
use crate::{
    kafka::{event::GroupReason, ids::Name, pattern::Matcher},
    sim::Set,
};

/// `REGEX_BATCH_REFRESH_INTERVAL_MS`.
const REFRESH_INTERVAL_US: u64 = 10_000_000;

/// What a regular expression matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResolvedRegex {
    /// The topics.
    pub topics: Set<Name>,
    /// Offset of the metadata that was searched.
    pub version: u64,
    /// When.
    pub at_us: u64,
}

impl ConsumerGroup {
    /// The topics that a member subscribes to: by name, and by its expression as it was resolved last.
    pub fn subscribed_topics<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = &'a Name> {
        let resolved = member.regex.as_ref().and_then(|regex| self.resolved.get(regex));
        let matched = resolved.into_iter().flat_map(|resolved| &resolved.topics);
        member.subscription.iter().chain(matched.filter(|name| !member.subscription.contains(*name)))
    }

    /// The expressions that somebody subscribes by.
    fn regexes(&self) -> Set<Name> {
        self.members.iter().filter_map(|member| member.regex.clone()).collect()
    }

    /// How many members subscribe by it.
    fn count_regex(&self, regex: &Name) -> usize {
        self.members.iter().filter(|member| member.regex.as_ref() == Some(regex)).count()
    }

    /// May a member come with this expression?
    pub(super) fn check_regex(&self, regex: Option<&Name>) -> Result<(), GroupError> {
        match regex.filter(|regex| !regex.is_empty() && self.count_regex(regex) == 0).map(|regex| Matcher::new(regex)) {
            Some(Err(why)) => Err(GroupError::InvalidRegularExpression { why }),
            _ => Ok(()),
        }
    }

    /// A member has said by which expression it subscribes from now on (`None`: as before), which is sound. Returns whether
    /// the group epoch rises: if what it matches is known.
    ///
    /// Follows `GroupMetadataManager.maybeUpdateRegularExpressions`.
    pub(super) fn follow_regex(
        &mut self,
        place: usize,
        regex: Option<&Name>,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) -> bool {
        let (mut raises, mut refreshes) = (false, false);
        let said = regex.map(|regex| Some(regex.clone()).filter(|regex| !regex.is_empty()));
        if let Some(new) = said.filter(|new| *new != self.members[place].regex) {
            if let Some(new) = &new {
                match self.count_regex(new) {
                    0 => refreshes = true,
                    _ => raises = self.resolved.contains_key(new),
                }
            }
            if let Some(old) = std::mem::replace(&mut self.members[place].regex, new) {
                self.forget_regex(&old, changes);
            }
        }
        let regexes = self.regexes();
        let last = self.resolved.values().next();
        let is_recent = last.is_some_and(|last| around.now_us <= last.at_us + REFRESH_INTERVAL_US);
        if regexes.is_empty() || self.is_resolving || is_recent {
            return raises;
        }
        refreshes |= regexes.len() != self.resolved.len();
        refreshes |= last.is_some_and(|last| last.version < around.topics_version);
        if refreshes {
            self.is_resolving = true;
            changes.push(Change::RegexesDue);
        }
        raises
    }

    /// Nobody may subscribe by it any more.
    pub(super) fn forget_regex(&mut self, regex: &Name, changes: &mut Vec<Change>) {
        if self.count_regex(regex) == 0 && self.resolved.remove(regex).is_some() {
            changes.push(Change::RegexGone(regex.clone()));
        }
    }

    /// Resolves all expressions over the topics that there are. Others than before: the group epoch rises.
    ///
    /// Follows `GroupMetadataManager.refreshRegularExpressions` and `handleRegularExpressionsResult`.
    pub fn resolve_regexes(
        &mut self,
        names: &[Name],
        version: u64,
        around: &Surroundings<'_>,
        changes: &mut Vec<Change>,
    ) {
        self.is_resolving = false;
        let mut differs = false;
        for regex in self.regexes() {
            let Ok(matcher) = Matcher::new(&regex) else { continue };
            let topics: Set<Name> = names.iter().filter(|name| matcher.matches(name)).cloned().collect();
            let before = self.resolved.get(&regex).map(|resolved| &resolved.topics);
            differs |= before.map_or(!topics.is_empty(), |before| *before != topics);
            self.resolved.insert(regex.clone(), ResolvedRegex { topics, version, at_us: around.now_us });
            changes.push(Change::RegexResolved(regex));
        }
        if differs || self.topics_now(around) != self.topics {
            self.raise_epoch(GroupReason::RegexResolved, around, changes);
        }
    }
}
