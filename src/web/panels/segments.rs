//! The segments of one replica: bars by size, each with what it holds; what is clean and dirty; what goes next, and what
//! was deleted lately.

use kafkascope::{
    history::Run,
    i18n::{Lang, moment, ui},
    view::{
        segments::{SegmentView, deleted, segments},
        story::StoryLine,
    },
};
use yew::prelude::*;

use super::{modal::Modal, story::told};
use crate::{
    say::{say, tr},
    stage_api::Ask,
};

/// Index entries listed of one segment.
const ENTRIES_MAX: usize = 200;

/// The dialog.
pub fn segments_of(
    run: &Run,
    (topic, partition, broker): (&str, i32, u32),
    lang: Lang,
    on_why: &Callback<Ask>,
    on_close: Callback<()>,
) -> Html {
    let title = ui::SEGMENTS_TITLE.with("place", format!("{topic}-{partition}")).with("broker", broker).plain(lang);
    let Some(view) = segments(run.world(), topic, partition, broker) else {
        return html! {
            <Modal title={title} {lang} {on_close} wide={true}>
                <div class="modal-body"><p>{ tr(&ui::SEGMENTS_GONE, lang) }</p></div>
            </Modal>
        };
    };
    let deleted = deleted(run, topic, partition, broker);
    let line = |line: &StoryLine| told(line, lang, on_why, &on_close);
    html! {
        <Modal title={title} {lang} on_close={on_close.clone()} wide={true}>
            <div class="modal-body log-segments">
                <p>{ say(&view.about, lang) }</p>
                <p class="segments-next">{ say(&view.next, lang) }</p>
                { for view.cleaning.iter().map(|text| html! { <p>{ say(text, lang) }</p> }) }
                // What scrolls can be scrolled by keyboard too.
                <div class="segment-bars" role="img" tabindex="0" aria-label={ui::SEGMENTS_BARS.with("n", view.segments.len() as i64).plain(lang)}>
                    { for view.segments.iter().map(bar) }
                </div>
                <div class="segment-table" role="region" tabindex="0" aria-label={tr(&ui::TABLE_SEGMENTS, lang)}>
                    <table>
                        <thead><tr>
                            { for [
                                &ui::COLUMN_OFFSETS, &ui::COLUMN_RECORDS, &ui::COLUMN_BYTES, &ui::COLUMN_PART, &ui::COLUMN_NEWEST,
                                &ui::COLUMN_BEGUN, &ui::COLUMN_INDEX,
                            ].into_iter().map(|name| html! { <th scope="col">{ tr(name, lang) }</th> }) }
                        </tr></thead>
                        <tbody>{ for view.segments.iter().map(|segment| row(segment, lang)) }</tbody>
                    </table>
                </div>
                <section aria-labelledby="segments-deleted">
                    <h3 id="segments-deleted">{ tr(&ui::SEGMENTS_DELETED, lang) }</h3>
                    if deleted.is_empty() {
                        <p class="faint">{ tr(&ui::SEGMENTS_NONE_DELETED, lang) }</p>
                    } else {
                        <ol class="told">{ for deleted.iter().map(line) }</ol>
                    }
                </section>
            </div>
        </Modal>
    }
}

/// As wide as its share of the log; never so small that it cannot be seen.
fn bar(segment: &SegmentView) -> Html {
    let grow = segment.share.max(20);
    html! {
        <Bar key={segment.base_offset} {grow} base={segment.base_offset}
            class={classes!("segment-bar", segment.part.class(), segment.is_next.then_some("segment-next"))} />
    }
}

/// Props of [`Bar`].
#[derive(Clone, PartialEq, Properties)]
struct BarProps {
    grow: u64,
    base: i64,
    class: Classes,
}

/// A bar; its share is set by script, because the page's policy takes no style in markup.
#[component]
fn Bar(props: &BarProps) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(props.grow, move |grow| {
            if let Some(element) = node.cast::<web_sys::HtmlElement>() {
                let _ = element.style().set_property("flex-grow", &grow.to_string());
            }
        });
    }
    html! { <div ref={node} class={props.class.clone()}><code>{ props.base }</code></div> }
}

fn row(segment: &SegmentView, lang: Lang) -> Html {
    let last = segment.end - 1;
    let offsets =
        if last < segment.base_offset { "–".to_owned() } else { format!("{}–{last}", segment.base_offset) };
    let newest = segment.newest_us.map_or("–".to_owned(), moment);
    html! {
        <tr key={segment.base_offset} class={segment.is_next.then_some("segment-next")}>
            <th scope="row"><code>{ offsets }</code></th>
            <td class="num">{ segment.records }</td>
            <td class="num">
                { segment.bytes }
                if let Some(compressed) = &segment.compressed { <small class="segment-plain">{ say(compressed, lang) }</small> }
            </td>
            <td>
                <span class={classes!("segment-swatch", segment.part.class())} aria-hidden="true" />
                { tr(segment.part.words(), lang) }
                if segment.is_next { <span class="faint">{ " · " }{ tr(&ui::SEGMENT_NEXT, lang) }</span> }
            </td>
            <td class="num">{ newest }</td>
            <td>{ say(&segment.begun_by.text(), lang) }</td>
            <td>{ index(segment, lang) }</td>
        </tr>
    }
}

fn index(segment: &SegmentView, lang: Lang) -> Html {
    let n = segment.index.len();
    if n == 0 {
        return html! { <span class="faint">{ tr(&ui::INDEX_EMPTY, lang) }</span> };
    }
    let more = n.saturating_sub(ENTRIES_MAX);
    html! {
        <details>
            <summary>{ ui::INDEX_ENTRIES.with("n", n as i64).plain(lang) }</summary>
            <ul class="index-entries">
                { for segment.index.iter().take(ENTRIES_MAX).map(|entry| html! {
                    <li key={entry.offset}>
                        { say(&ui::INDEX_ENTRY.with("offset", entry.offset).with("position", entry.position as i64).with("time", moment(entry.timestamp_us)), lang) }
                    </li>
                }) }
                if more > 0 { <li>{ ui::INDEX_MORE.with("n", more as i64).plain(lang) }</li> }
            </ul>
        </details>
    }
}
