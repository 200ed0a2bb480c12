//! What a player reads from the run while somebody looks at it: the charts of groups and of what is sent, one member's
//! card, one event in full, the metrics.

use std::rc::Rc;

use kafkascope::{
    history::Measured,
    kafka::event::EventKind,
    sim::Map,
    view::{
        group_chart,
        member_card::member_card,
        sequence::{self, Filter, What},
        story, why,
    },
};

use super::Player;
use crate::{lenses::Lens, stage_api::Hovered};

impl Player {
    /// Follows what the lens shows, the groups if asked, and one member from now on (what has been is read once), and the
    /// rest no more.
    pub fn follow(&mut self, lens: Lens, groups: bool, member: Option<String>) {
        (self.lens, self.member) = (lens, member);
        let (sent, copies) = (lens == Lens::Sequence, lens == Lens::Brokers);
        if groups == self.groups.is_none() {
            self.groups = groups.then(group_chart::Recorder::default);
        }
        if sent == self.sent.is_none() {
            self.sent = sent.then(sequence::Recorder::default);
        }
        if copies == self.copies && self.live == self.is_live() {
            self.chart();
        } else {
            self.copies = copies;
            self.builder.show_copies(copies);
            self.build();
        }
    }

    pub(super) fn chart(&mut self) {
        let card = self.member.as_ref().and_then(|name| member_card(self.runs.history().run(), name));
        if card.as_ref() != self.card.as_deref() {
            self.card = card.map(Rc::new);
        }
        if let Some(recorder) = &mut self.groups {
            self.charts = recorder.follow(self.runs.history().run());
        }
        if let Some(recorder) = &mut self.sent {
            self.sequence = recorder.follow(self.runs.history().run(), &self.filter);
            // What is shown in full may have been answered meanwhile; else only what it caused can be new.
            if let Some(event) = self.detail.as_ref().map(|detail| detail.event)
                && (self.other != self.other_of(event) || !self.playback.playing())
            {
                self.make_detail(event);
            }
        }
        self.build_beside();
    }

    /// Draws these partitions of large topics with their cells; true if the picture changed.
    pub fn open_partitions(&mut self, opened: Map<String, i32>) -> bool {
        let changed = self.opened != opened;
        if changed {
            self.opened = opened;
            self.builder.open_partitions(self.opened.clone());
            self.build();
        }
        changed
    }

    /// Compares metrics from here on, or no more.
    pub fn measure(&mut self, here: bool) {
        self.measured = here.then(|| Rc::new(self.run().measured()));
        self.read_metrics();
    }

    pub(super) fn read_metrics(&mut self) {
        let asked = self.measured.is_some() || self.vm.broken.iter().any(|broken| broken.fault.is_some());
        // Its moment is shown nowhere, and would make each another one.
        let now = asked.then(|| Measured { time_us: 0, ..self.run().measured() });
        if now.as_ref() != self.metrics.as_deref() {
            self.metrics = now.map(Rc::new);
        }
    }

    /// Shows other rows of the sequence chart.
    pub fn filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.chart();
    }

    /// Shows an event in full; where it is folded or filtered away, it comes into the chart.
    pub fn show_event(&mut self, event: Option<u64>) {
        self.detail = None;
        let Some(event) = event else { return };
        if self.sequence.rows.find(event).is_none()
            && let Some(kept) = self.runs.history().run().event_by_id(event)
        {
            if let EventKind::Sent(rpc) = &kept.kind {
                self.filter.folded.set(rpc.api, false);
            }
            (self.filter.node, self.filter.group) = (None, None);
            self.chart();
        }
        self.make_detail(event);
    }

    pub(super) fn other_of(&self, event: u64) -> Option<u64> {
        let rows = &self.sequence.rows;
        match rows.find(event).and_then(|place| rows.get(place)).map(|row| &row.what) {
            Some(What::Call { other, .. }) => *other,
            _ => None,
        }
    }

    pub(super) fn make_detail(&mut self, event: u64) {
        self.other = self.other_of(event);
        let detail = self.replays.detail(self.runs.history().run(), event, self.other);
        if detail.as_ref() != self.detail.as_deref() {
            self.detail = detail.map(Rc::new);
        }
    }

    /// The pointer is over an event of the timeline, or over none. True if that is something else than before.
    pub fn hover(&mut self, event: Option<u64>) -> bool {
        if event == self.hovered.as_ref().map(|hovered| hovered.line.event) {
            return false;
        }
        let newest = self.runs.history().newest();
        self.hovered = event.and_then(|event| newest.event_by_id(event)).map(|event| {
            let mut causes = why::chain(newest, event.id);
            // A rate is a chain of the same timer; once says it.
            causes.dedup_by(|a, b| a.text == b.text);
            Rc::new(Hovered { line: story::line(newest, event), causes, places: story::touched(newest.world(), event) })
        });
        true
    }
}
