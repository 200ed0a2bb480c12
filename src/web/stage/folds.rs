//! What a person folded or opened on the stage: kept here, never in the run.

use std::rc::Rc;

use kafkascope::view::geometry::Folds;
use yew::Reducible;

/// A change of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoldAct {
    /// Opens or folds an internal topic.
    Internal(String),
    /// Draws a partition of a large topic with its cells; `None`: none.
    Partition(String, Option<i32>),
    /// Shows all members of a group, or the first.
    Members(String),
    /// Shows all producers, or the first.
    Producers,
    /// Shows all brokers, or the first.
    Brokers,
}

/// The state, as Yew wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoldState(pub Folds);

impl Reducible for FoldState {
    type Action = FoldAct;

    fn reduce(self: Rc<Self>, act: FoldAct) -> Rc<Self> {
        let mut folds = self.0.clone();
        match act {
            FoldAct::Internal(topic) => {
                if !folds.internal_open.remove(&topic) {
                    folds.internal_open.insert(topic);
                }
            }
            FoldAct::Partition(topic, Some(partition)) => {
                folds.opened.insert(topic, partition);
            }
            FoldAct::Partition(topic, None) => {
                folds.opened.remove(&topic);
            }
            FoldAct::Members(group) => {
                if !folds.all_members.remove(&group) {
                    folds.all_members.insert(group);
                }
            }
            FoldAct::Producers => folds.all_producers = !folds.all_producers,
            FoldAct::Brokers => folds.all_brokers = !folds.all_brokers,
        }
        Rc::new(FoldState(folds))
    }
}
