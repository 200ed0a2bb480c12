//! What a group's chart says in figures, over all that it has kept.

use crate::{
    sim::Map,
    view::group_chart::{Band, GroupChart, GroupCharts},
};

/// The figures of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Of each partition that was read before and then by nobody, by topic and number: for how long altogether.
    pub unread_us: Map<(String, i32), u64>,
    /// The longest time at a stretch.
    pub longest_us: u64,
    /// How often a partition went to another member than had it last.
    pub moves: u64,
    /// How often the group left a steady state.
    pub rebalances: u64,
    /// How long it was in none.
    pub rebalancing_us: u64,
    /// Since when it is stable, if it is.
    pub stable_us: Option<u64>,
}

/// The figures of a group's chart; what has not ended lasts until `now_us`.
pub fn figures(charts: &GroupCharts, chart: &GroupChart, now_us: u64) -> Figures {
    let mut figures = Figures { moves: moves(chart), ..Figures::default() };
    for gap in chart.gaps.iter() {
        let length_us = gap.to_us.unwrap_or(now_us).saturating_sub(gap.from_us);
        let place = (charts.topic(gap.partition).to_owned(), gap.partition.partition);
        if length_us > 0 {
            *figures.unread_us.entry(place).or_default() += length_us;
            figures.longest_us = figures.longest_us.max(length_us);
        }
    }
    let mut steady = true;
    for band in chart.bands.iter() {
        if band.is_rebalance() {
            figures.rebalances += u64::from(steady);
            figures.rebalancing_us += band.to_us.unwrap_or(now_us).saturating_sub(band.from_us);
        }
        steady = !band.is_rebalance();
    }
    // Steady states that follow each other without a rebalance between them are one.
    let stable = |band: &&Band| band.state == "Stable";
    figures.stable_us = chart.bands.iter().rev().take_while(stable).last().map(|band| band.from_us);
    figures
}

/// How often a partition was given to another member than had it last.
fn moves(chart: &GroupChart) -> u64 {
    let mut given: Vec<_> = chart
        .members
        .iter()
        .flat_map(|member| member.bars.iter().map(|bar| (bar.partition, bar.event, member.name.as_str())))
        .collect();
    crate::sim::sort_by(&mut given, Ord::cmp);
    given.windows(2).filter(|two| two[0].0 == two[1].0 && two[0].2 != two[1].2).count() as u64
}
