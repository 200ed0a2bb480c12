//! What the layout needs to know of the picture: counts, and what a person folded or opened.

use crate::i18n::{Lang, stage};
use crate::sim::{Map, Set};
use crate::view::model::{GroupView, ViewModel};

/// Past this many producers, the rest stand behind "show all".
pub const PRODUCERS_SHOWN: usize = 12;
/// Past this many members of a group, the rest stand behind "show all".
pub const MEMBERS_SHOWN: usize = 24;

/// What a person folded or opened on the stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// Internal topics that are open.
    pub internal_open: Set<String>,
    /// In topics drawn as bars or as a map: the partition that is drawn with its cells.
    pub opened: Map<String, i32>,
    /// Groups that show all their members.
    pub all_members: Set<String>,
    /// All producers are shown.
    pub all_producers: bool,
    /// All brokers are shown.
    pub all_brokers: bool,
}

impl Folds {
    /// The name that a group is kept under.
    pub fn group_key(group: &GroupView) -> &str {
        group.group_id.as_deref().unwrap_or("")
    }
}

/// The counts that the layout follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageShape {
    /// Brokers, and controllers apart from them.
    pub brokers: usize,
    /// How many of them are such controllers, whose names are longer.
    pub controllers: usize,
    /// All of them are shown, however many lines that takes.
    pub all_brokers: bool,
    /// Producers, and how many of them are drawn.
    pub producers: usize,
    /// Producers drawn.
    pub producers_shown: usize,
    /// Topics in the order drawn.
    pub topics: Vec<TopicShape>,
    /// Groups in the order drawn.
    pub groups: Vec<GroupShape>,
}

/// One topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicShape {
    /// How many partitions.
    pub partitions: usize,
    /// Folded away to one line.
    pub folded: bool,
    /// The partition that is drawn with its cells, where the others are bars or a map.
    pub opened: Option<usize>,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupShape {
    /// How many partitions each member drawn owns.
    pub owned: Vec<usize>,
    /// Members not drawn.
    pub hidden: usize,
    /// How wide its facts are on one line, in the language in which they are wider.
    pub facts: usize,
}

impl StageShape {
    /// The shape of a picture.
    pub fn of(vm: &ViewModel, folds: &Folds) -> StageShape {
        let producers = vm.producers.len();
        StageShape {
            brokers: vm.nodes().count(),
            controllers: vm.controllers.len(),
            all_brokers: folds.all_brokers,
            producers,
            producers_shown: if folds.all_producers { producers } else { producers.min(PRODUCERS_SHOWN) },
            topics: vm
                .topics
                .iter()
                .map(|topic| TopicShape {
                    partitions: topic.partitions.len(),
                    folded: topic.internal && !folds.internal_open.contains(&topic.name),
                    opened: folds.opened.get(&topic.name).and_then(|&partition| usize::try_from(partition).ok()),
                })
                .collect(),
            groups: vm.groups.iter().map(|group| group_shape(group, folds)).collect(),
        }
    }
}

fn group_shape(group: &GroupView, folds: &Folds) -> GroupShape {
    let all = folds.all_members.contains(Folds::group_key(group));
    let shown = if all { group.members.len() } else { group.members.len().min(MEMBERS_SHOWN) };
    GroupShape {
        owned: group.members.iter().take(shown).map(|member| member.owned.len()).collect(),
        hidden: group.members.len() - shown,
        facts: Lang::ALL.into_iter().map(|lang| facts_width(&group_facts(group, lang))).max().unwrap_or(0),
    }
}

/// About as wide as text of 13 px is; a little more rather than less.
fn facts_width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) < 0x2000 { 31 } else { 65 }).sum::<usize>() / 5
}

/// What is known of a group, on one line.
pub fn group_facts(view: &GroupView, lang: Lang) -> String {
    if view.group_id.is_none() {
        return stage::WITHOUT_GROUP_FACTS.source(lang).to_owned();
    }
    let assignor = view.assignor.clone().unwrap_or_else(|| "–".to_owned());
    if let (Some(target), Some(_)) = (view.assignment_epoch, view.state) {
        // The target's epoch is news only while it is behind.
        let text = match view.coordinator {
            _ if target != view.generation => stage::GROUP_EPOCH_AHEAD.with("target", target),
            Some(broker) => stage::GROUP_EPOCH.with("broker", broker),
            None => stage::GROUP_EPOCH_NO_COORDINATOR.text(),
        };
        return text.with("epoch", view.generation).with("assignor", assignor).plain(lang);
    }
    match (view.coordinator, view.state) {
        (Some(broker), _) => stage::GROUP_FACTS
            .with("generation", view.generation)
            .with("assignor", assignor)
            .with("broker", broker)
            .plain(lang),
        (None, Some(_)) => {
            stage::GROUP_FACTS_NO_COORDINATOR.with("generation", view.generation).with("assignor", assignor).plain(lang)
        }
        (None, None) if view.generation > 0 => {
            stage::GROUP_UNCOORDINATED.with("generation", view.generation).plain(lang)
        }
        (None, None) => stage::GROUP_NEW.source(lang).to_owned(),
    }
}
