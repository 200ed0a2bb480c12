//! What a consumer's inspector says of its membership: state, what moves, timers that run down; and what a group's says
//! of the last rebalance: who owned what before and after, and how little would have done.

use kafkascope::{
    i18n::{Arg, Lang, Text, ui},
    view::{
        group_chart::{GroupCharts, moves},
        member_card::{CardTimer, MemberCard},
        model::{MemberView, Place},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    InspectorProps,
    facts::{Facts, table},
    link, why,
};
use crate::say::{say, tr};

/// The membership of a consumer in a group.
pub fn membership(props: &InspectorProps, member: &MemberView) -> Html {
    let lang = props.lang;
    let Some(card) = props.card.as_ref().filter(|card| card.name == member.name) else { return Html::default() };
    let places = |list: &[String]| (!list.is_empty()).then(|| html! { <code>{ list.join(", ") }</code> });
    let facts = Facts::new(lang)
        .maybe(&ui::FACT_MEMBERSHIP, card.state.as_ref().map(|(text, generation)| state(card, text, *generation, lang)))
        .maybe(&ui::FACT_TO_REVOKE, places(&card.to_revoke))
        .maybe(&ui::FACT_PENDING, places(&card.pending))
        .html();
    html! {
        <section class="inspect-part">
            <h3>{ tr(&ui::TABLE_MEMBERSHIP, lang) }</h3>
            { facts }
            <ul class="timers">{ for card.timers.iter().map(|timer| run_down(timer, lang)) }</ul>
        </section>
    }
}

fn state(card: &MemberCard, text: &Text, generation: i32, lang: Lang) -> Html {
    html! { <>
        { say(text, lang) }
        if generation >= 0 { { " · " }{ ui::MEMBER_GENERATION.with("n", generation).plain(lang) } }
        if let Some(there) = &card.there { <span class="fact-note">{ say(there, lang) }</span> }
    </> }
}

/// A timer as a bar that becomes shorter.
fn run_down(timer: &CardTimer, lang: Lang) -> Html {
    let left: Text = match timer.left_us {
        Some(left) => ui::TIMER_LEFT.with("left", Arg::Duration(left)).with("of", Arg::Duration(timer.length_us)),
        None => ui::TIMER_STOPPED.with("of", Arg::Duration(timer.length_us)),
    };
    let permille = timer.left_us.map_or(0, |left| left.saturating_mul(1_000) / timer.length_us.max(1)).min(1_000);
    html! {
        <li title={timer.text.plain(lang)}>
            <code>{ timer.setting }</code><span>{ say(&left, lang) }</span>
            <svg aria-hidden="true"><rect class="track" width="100%" height="4" rx="2" />
                <rect class="done" width={format!("{}.{}%", permille / 10, permille % 10)} height="4" rx="2" /></svg>
        </li>
    }
}

/// The last rebalance of a group.
pub fn last_rebalance(props: &InspectorProps, charts: &GroupCharts, group: &str) -> Html {
    let lang = props.lang;
    let Some(moves) = charts.of(group).and_then(|chart| moves(chart)) else { return Html::default() };
    let cost = match (moves.moved, moves.least) {
        _ if moves.members.iter().all(|side| side.before.is_empty()) => ui::MOVED_FIRST.text(),
        (0, _) => ui::MOVED_NONE.text(),
        (moved, least) if moved > least => ui::MOVED_MORE.with("moved", moved).with("least", least),
        (moved, _) => ui::MOVED_LEAST.with("moved", moved),
    };
    let owner = |at| moves.members.iter().find(|side| side.before.contains(at)).map(|side| side.node);
    let rows = moves.members.iter().map(|side| {
        let before: Vec<String> = side.before.iter().map(|at| charts.short(*at)).collect();
        let there = props.vm.groups.iter().any(|group| group.members.iter().any(|member| member.name == side.name));
        let name = if there {
            link(props, side.name.clone(), Place::Consumer(side.name.clone()))
        } else {
            html! { { side.name.clone() } }
        };
        html! {
            <tr key={side.node}>
                <th scope="row">{ name }</th>
                <td><code>{ if before.is_empty() { "–".to_owned() } else { before.join(" ") } }</code></td>
                <td><code>
                    { for side.after.iter().map(|at| {
                        let short = charts.short(*at);
                        match owner(at) {
                            Some(node) if node != side.node => html! { <><mark title={tr(&ui::MOVED, lang)}>{ short }</mark>{ " " }</> },
                            _ => html! { { short + " " } },
                        }
                    }) }
                    { if side.after.is_empty() { "–" } else { "" } }
                </code></td>
            </tr>
        }
    });
    let columns =
        [&ui::COLUMN_MEMBER, &ui::COLUMN_BEFORE, if moves.over { &ui::COLUMN_AFTER } else { &ui::COLUMN_SO_FAR }];
    html! { <>
        { table(lang, &ui::TABLE_REBALANCE, &columns, rows.collect()) }
        <p class="after-table">
            { say(&cost, lang) }{ " " }{ why(props, &ui::DO_WHY_REBALANCE, WhyKey::Rebalance { event: moves.event }) }
        </p>
    </> }
}
