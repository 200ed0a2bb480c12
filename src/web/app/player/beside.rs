//! A second run below or above the one that is shown, with the same playhead: what its pane draws.
//!
//! It is one of the tree of runs and moves there. What is asked, done and selected is the shown run's. Left out: how
//! both keep to one time (`history::Together`), how they stand on the page (`app::panes`), and their figures at the end
//! (`panels::runs`).

use std::rc::Rc;

use kafkascope::{
    history::{RunId, RunsError},
    sim::{Map, Set},
    view::{
        Builder,
        compare::{Comparison, Side, compare},
        group_chart::{self, GroupCharts},
        model::ViewModel,
        runs::quoted,
        sequence::{self, Sequence},
        story::{Lane, Marks},
    },
};

use yew::Callback;

use super::{Player, now_ms};
use crate::stage_api::Left;

/// While time runs, the figures of both are compared anew no more often than this, in wall milliseconds.
const COMPARE_EVERY_MS: f64 = 500.0;

/// The second run.
pub struct Beside {
    /// Which one it is.
    pub id: RunId,
    /// Its picture.
    pub vm: Rc<ViewModel>,
    /// What has happened to its groups.
    pub charts: Rc<GroupCharts>,
    /// What was sent in it, while somebody looks at that.
    pub sequence: Rc<Sequence>,
    /// Its marks on the axis.
    pub marks: Marks,
    /// Nothing of it is on its way to another lens.
    pub left: Left,
    /// Its folds are the shown run's.
    pub on_opened: Callback<Map<String, i32>>,
    /// Both in figures, the run with the lower number on the left.
    pub compared: Option<Rc<Comparison>>,
    compared_at_ms: f64,
    builder: Builder,
    groups: group_chart::Recorder,
    sent: sequence::Recorder,
}

impl Beside {
    fn new(id: RunId) -> Beside {
        Beside {
            id,
            vm: Rc::default(),
            charts: Rc::default(),
            sequence: Rc::default(),
            marks: Marks::default(),
            left: Left::default(),
            on_opened: Callback::noop(),
            compared: None,
            compared_at_ms: 0.0,
            builder: Builder::default(),
            groups: group_chart::Recorder::default(),
            sent: sequence::Recorder::default(),
        }
    }

    /// Charts are read from the events that there are.
    pub(super) fn read_again(&mut self) {
        self.groups = group_chart::Recorder::default();
        self.sent = sequence::Recorder::default();
    }
}

impl Player {
    /// Shows another run at the same time beside the shown one, or none any more.
    pub fn show_beside(&mut self, id: Option<RunId>, hidden: &Set<Lane>) {
        self.pause(hidden);
        let id = id.filter(|id| *id != self.runs.shown().id() && self.runs.get(*id).is_some());
        self.beside = id.map(Beside::new);
        self.groups.get_or_insert_default();
        self.refresh(hidden);
    }

    /// Makes the run beside the shown one, and the other way round; both stay at their time.
    pub fn swap_beside(&mut self, hidden: &Set<Lane>) -> Result<(), RunsError> {
        let Some(other) = self.beside.as_ref().map(|beside| beside.id) else { return Ok(()) };
        self.with_runs(|runs| runs.switch(other), hidden)
    }

    /// After the shown run became another one: the one beside is not the shown one, and there is one.
    pub(super) fn keep_beside(&mut self, was_shown: RunId) {
        let Some(beside) = &self.beside else { return };
        let other = if beside.id == self.runs.shown().id() { was_shown } else { beside.id };
        let still = self.runs.get(other).is_some() && other != self.runs.shown().id();
        self.beside = still.then(|| Beside::new(other));
    }

    /// Brings the run beside to the time of the shown one, and draws it.
    pub(super) fn build_beside(&mut self) {
        let time_us = self.run().time_us();
        let Some(beside) = &mut self.beside else { return };
        let Some(history) = self.runs.together(Some(beside.id)).beside else { return };
        history.go_to(time_us);
        let run = history.run();
        beside.builder.show_copies(self.copies);
        beside.builder.open_partitions(self.opened.clone());
        beside.vm = beside.builder.build(run);
        beside.charts = beside.groups.follow(run);
        if self.sent.is_some() {
            beside.sequence = beside.sent.follow(run, &self.filter);
        }
    }

    /// What stands in words and marks about the run beside.
    pub(super) fn say_beside(&mut self) {
        let playing = self.playback.active();
        let (Some(beside), shown) = (&mut self.beside, self.runs.shown()) else { return };
        let Some(other) = self.runs.get(beside.id) else { return };
        beside.marks.follow(other.history().newest(), self.axis.0, self.axis.1);
        let run = other.history().run();
        if !playing || now_ms() - beside.compared_at_ms >= COMPARE_EVERY_MS {
            beside.compared_at_ms = now_ms();
            let names = [shown, other].map(quoted);
            let shown_side = Side { name: &names[0], run: shown.history().run(), charts: &self.charts };
            let other_side = Side { name: &names[1], run, charts: &beside.charts };
            let comparison =
                if shown.id() < other.id() { compare(shown_side, other_side) } else { compare(other_side, shown_side) };
            if beside.compared.as_deref() != Some(&comparison) {
                beside.compared = Some(Rc::new(comparison));
            }
        }
    }
}
