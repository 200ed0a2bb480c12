//! One replica: what it is, its records, its own high watermark, and what nobody else in reach has.

use std::rc::Rc;

use kafkascope::{
    i18n::{Arg, Lang, brokers as said},
    view::{
        copies::{CopyView, OnlyHere},
        geometry::{
            Density, Rect,
            strip::{RowGeom, Window, mono_width},
        },
        model::{KeyMark, PartitionView, ReplicaView},
        why::WhyKey,
    },
};
use yew::prelude::*;

use super::{
    super::{
        acts::{Acts, Halo, doer},
        cells::Strip,
        marks::px,
        rove,
        spot::{At, use_rect},
    },
    place_of, stands_for, tr, words,
};

/// Properties of [`Copy`].
#[derive(Properties, PartialEq)]
pub struct CopyProps {
    /// The partition.
    pub view: Rc<PartitionView>,
    /// The replica's own log, if it is drawn with cells and there is one.
    pub copy: Option<Rc<CopyView>>,
    /// Drawn with cells? Else as a bar.
    pub cells: bool,
    /// The broker that holds it.
    pub broker: u32,
    /// Where it stands in its card.
    pub rect: Rect,
    /// What stands where in a row with cells.
    pub geom: Rc<RowGeom>,
    /// The log end that fills a bar.
    pub most: i64,
    /// How keys are drawn.
    pub keys: Rc<Vec<KeyMark>>,
    /// Set off from the others?
    pub halo: Halo,
    /// Language of all text.
    pub lang: Lang,
    /// What it can ask for.
    pub acts: Acts,
}

/// A replica's row.
#[component]
pub fn Copy(props: &CopyProps) -> Html {
    let CopyProps { view, copy, broker, geom, lang, .. } = props;
    let lang = *lang;
    let node = use_rect(props.rect);
    let label = use_rect(geom.label);
    let onclick =
        use_callback((view.clone(), copy.clone(), props.acts.clone()), |event: MouseEvent, (view, copy, acts)| {
            // The card around it would open its broker.
            event.stop_propagation();
            click(&event, view, copy.as_deref(), acts);
        });
    let onkeydown = use_callback(props.acts.clone(), {
        let view = view.clone();
        move |event: KeyboardEvent, acts: &Acts| match doer(&event) {
            Some((what, element)) if what == "hw" && matches!(event.key().as_str(), "Enter" | " ") => {
                event.prevent_default();
                acts.why(not_visible(&view), Some(element));
            }
            _ => rove::step(&event),
        }
    });
    let Some(replica) = view.replica_on(*broker) else { return Html::default() };
    let name = format!("{}-{}", view.topic, view.partition);
    let strip_label = use_memo((name.clone(), *broker, lang), |(name, broker, lang)| {
        AttrValue::from(said::RECORDS_ON.with("name", name.as_str()).with("id", *broker).plain(*lang))
    });
    let (role, role_words) = role(replica);
    let alt = words::copy(view, replica, copy.as_deref(), lang);
    let behind = view.behind(replica).filter(|behind| *behind > 0 && !replica.in_sync);
    let size = match geom.density {
        Density::Roomy => "cosy tall",
        Density::Cosy => "cosy",
        Density::Compact => "compact",
    };
    let Some(copy) = copy else {
        if props.cells {
            return html! {
                <li class={classes!("at", "copy", "none", size, role, props.halo.class())} ref={node} {onclick}>
                    <At rect={geom.label} class="label">
                        <button type="button" class="pnum" id={stands_for(view, *broker)} data-do="self" aria-label={alt}>{ format!("P{}", view.partition) }</button>
                        <span class="role">{ tr(role_words, lang) }</span>
                    </At>
                    <At rect={geom.strip}><span class="copy-none">{ tr(&said::NOTHING_HERE, lang) }</span></At>
                </li>
            };
        }
        return html! {
            <li class={classes!("at", "copy", "as-bar", role, props.halo.class())} ref={node} {onclick}>
                <button type="button" class="copy-bar" id={stands_for(view, *broker)} aria-label={alt}>
                    <span class="pnum">{ format!("P{}", view.partition) }</span>
                    { bar(replica, view, props.most) }
                    <span class="bar-count" aria-hidden="true">{ match behind {
                        Some(n) => said::BEHIND.with("n", n).plain(lang),
                        None => replica.log_end.to_string(),
                    } }</span>
                </button>
            </li>
        };
    };
    let window = Window::of(&copy.log, geom.slots);
    html! {
        <li class={classes!("at", "copy", size, role, (!replica.alive).then_some("gone"), props.halo.class())} ref={node}
            data-strip={name} data-leads={replica.leader.then_some("")} {onclick} {onkeydown}>
            <div class="at label" ref={label}>
                <button type="button" class="pnum" id={stands_for(view, *broker)} data-do="self" aria-label={alt}>{ format!("P{}", view.partition) }</button>
                <span class="role">{ tr(role_words, lang) }</span>
                if replica.leader {
                    <span class="epoch">{ said::EPOCH.with("n", view.leader_epoch).plain(lang) }</span>
                } else if let Some(n) = behind {
                    <span class="epoch behind">{ said::BEHIND.with("n", n).plain(lang) }</span>
                }
            </div>
            <Strip view={copy.log.clone()} keys={props.keys.clone()} geom={geom.clone()} {window} label={(*strip_label).clone()} {lang} />
            { marks(props, copy, replica, &window) }
        </li>
    }
}

/// How a replica is drawn, and what it is called.
fn role(replica: &ReplicaView) -> (&'static str, &'static kafkascope::i18n::Template) {
    match replica {
        ReplicaView { leader: true, .. } => ("leads", &said::LEADER),
        ReplicaView { in_sync: true, .. } => ("follows", &said::FOLLOWER),
        _ => ("out", &said::OUT_OF_ISR),
    }
}

fn not_visible(view: &PartitionView) -> WhyKey {
    WhyKey::NotVisible { topic: view.topic.clone(), partition: view.partition }
}

/// A record or the high watermark says why; anywhere else on the row selects the partition.
fn click(event: &MouseEvent, view: &PartitionView, copy: Option<&CopyView>, acts: &Acts) {
    let (what, element) = doer(event).unzip();
    let offset = element.as_ref().and_then(|element| element.get_attribute("value")?.parse::<i64>().ok());
    // What is asked is asked of the partition's own log, which has nothing of what is only here.
    let shared = |offset: i64| copy.and_then(|copy| copy.only.as_ref()).is_none_or(|only| offset < only.from);
    match (what.as_deref(), offset) {
        (Some("cell"), Some(offset)) if shared(offset) => {
            acts.why(WhyKey::Partition { topic: view.topic.clone(), partition: view.partition, offset }, element);
        }
        (Some("new"), Some(offset)) if shared(offset) => acts.why(not_visible(view), element),
        (Some("hw"), _) => acts.why(not_visible(view), element),
        _ => acts.select(Some(place_of(view))),
    }
}

/// A replica without cells: log start to log end, and its high watermark.
fn bar(replica: &ReplicaView, view: &PartitionView, most: i64) -> Html {
    const WIDE: f32 = 100.0;
    let x = |offset: i64| (offset as f64 / most as f64 * f64::from(WIDE)) as f32;
    let (from, to, hw) = (x(view.log_start.min(replica.log_end)), x(replica.log_end), x(replica.high_watermark));
    html! {
        <svg class="copy-bar-svg" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-track" x="0" y="1" width="100" height="12" />
            <rect class="bar-log" x={px(from)} y="1" width={px((to - from).max(0.0))} height="12" />
            <path class="rule" d={format!("M{hw:.1} 0V14")} />
        </svg>
    }
}

/// Over the strip: the replica's own high watermark, and what is only here.
fn marks(props: &CopyProps, copy: &CopyView, replica: &ReplicaView, window: &Window) -> Html {
    let CopyProps { geom, lang, .. } = props;
    let at = |offset: i64| window.slot(&copy.log, offset).map(|slot| geom.boundary(slot));
    let cells_bottom = geom.strip.y + geom.cell_top + geom.cell;
    let rule = replica.alive.then(|| at(copy.log.high_watermark)).flatten().map(|x| {
        let compact = geom.density == Density::Compact;
        let (top, bottom) = ((geom.strip.y - 2.0).max(2.0), (cells_bottom + 12.0).min(props.rect.h - 4.0));
        let path = html! { <path class="rule" d={format!("M{x:.1} {top:.1}V{bottom:.1}")} /> };
        if !replica.leader {
            return path;
        }
        let alt = kafkascope::i18n::stage::HW_ALT.with("n", copy.log.high_watermark).plain(*lang);
        // Where rows are low, the label stands beside the cells instead of beside their offsets; and past those that
        // are not committed, so that it lies on none.
        let label = if compact { cells_bottom - geom.cell / 2.0 + 4.0 } else { cells_bottom + 11.0 };
        let past = at(copy.log.log_end).map_or(x, |end| end.max(x));
        let beside = compact && copy.only.is_some();
        html! {
            <g class="hw" role="button" tabindex="-1" data-do="hw" aria-label={alt.clone()}>
                <title>{ alt }</title>
                <rect class="hit" x={px(x - 5.0)} y={px(top)} width="10" height={px(bottom - top)} />
                { path }
                // There stands what is only here.
                if !beside {
                    <text class="hw-tag" x={px(past + 4.0)} y={px(label)}>{ said::HW.with("n", copy.log.high_watermark).plain(*lang) }</text>
                }
            </g>
        }
    });
    html! {
        <svg class="at marks" width={px(props.rect.w)} height={px(props.rect.h)}>
            { for rule }
            { for copy.only.as_ref().and_then(|only| only_here(props, copy, only, window)) }
        </svg>
    }
}

/// A red frame round the records that are nowhere else in reach.
fn only_here(props: &CopyProps, copy: &CopyView, only: &OnlyHere, window: &Window) -> Option<Html> {
    let CopyProps { geom, lang, .. } = props;
    let first = window.slot(&copy.log, only.from).unwrap_or(usize::from(window.earlier));
    let end = window.slot(&copy.log, copy.log.log_end)?;
    let (from, to) = (geom.boundary(first), geom.boundary(end));
    let (top, cell) = (geom.strip.y + geom.cell_top, geom.cell);
    let text = if only.also.is_empty() {
        said::ONLY_HERE.source(*lang).to_owned()
    } else {
        let mut brokers: Vec<u32> = only.also.iter().copied().chain([copy.broker]).collect();
        kafkascope::sim::sort_by(&mut brokers, Ord::cmp);
        let brokers: Vec<Arg> = brokers.into_iter().map(|id| Arg::Text(format!("B{id}"))).collect();
        said::ONLY_ON.with("brokers", brokers).plain(*lang)
    };
    let width = mono_width(&text, 11.0);
    // Under the offsets, as far as the row reaches; in a low row beside the cells.
    let (x, y) = if geom.density != Density::Compact && props.rect.h >= 54.0 {
        let middle = (from + to) / 2.0 - width / 2.0;
        (middle.min(props.rect.w - width - 4.0).max(geom.strip.x), (top + cell + 24.0).min(props.rect.h - 3.0))
    } else {
        (to + 5.0, top + cell / 2.0 + 4.0)
    };
    Some(html! {
        <g class="only" aria-hidden="true">
            <rect x={px(from - 1.0)} y={px(top - 2.0)} width={px((to - from + 1.0).max(0.0))} height={px(cell + 4.0)} rx="6" />
            <text x={px(x)} y={px(y)}>{ text }</text>
        </g>
    })
}
