//! The lenses: what the stage shows of the run, and the switch between them. The Topic and the Brokers lens are
//! `stage`.

mod detail;
pub mod group;
mod keys;
mod marks;
pub mod sequence;
pub mod window;

use kafkascope::i18n::{Lang, Template, ui};
use yew::prelude::*;

use crate::{focus::focus_id, say::tr};

/// What the stage shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lens {
    /// Producers, partitions, groups.
    #[default]
    Topic,
    /// Brokers, and the replicas on each.
    Brokers,
    /// Who owns what, along time.
    Group,
    /// Who sends what to whom.
    Sequence,
}

impl Lens {
    /// All, in the order of the switch.
    pub const ALL: [Lens; 4] = [Lens::Topic, Lens::Brokers, Lens::Group, Lens::Sequence];

    /// Its name in the storage.
    pub fn tag(self) -> &'static str {
        match self {
            Lens::Topic => "topic",
            Lens::Brokers => "brokers",
            Lens::Group => "group",
            Lens::Sequence => "sequence",
        }
    }

    /// Its name.
    pub fn name(self) -> &'static Template {
        match self {
            Lens::Topic => &ui::LENS_TOPIC,
            Lens::Brokers => &ui::LENS_BROKERS,
            Lens::Group => &ui::LENS_GROUP,
            Lens::Sequence => &ui::LENS_SEQUENCE,
        }
    }
}

/// The switch in the header: tabs, one stop of the Tab key.
pub fn switch(lens: Lens, lang: Lang, on_lens: &Callback<Lens>) -> Html {
    let onkeydown = {
        let on_lens = on_lens.clone();
        Callback::from(move |event: KeyboardEvent| {
            let at = Lens::ALL.iter().position(|one| *one == lens).unwrap_or(0);
            let last = Lens::ALL.len() - 1;
            let next = match event.key().as_str() {
                "ArrowRight" => (at + 1) % Lens::ALL.len(),
                "ArrowLeft" => at.checked_sub(1).unwrap_or(last),
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            on_lens.emit(Lens::ALL[next]);
            focus_id(&format!("lens-{}", Lens::ALL[next].tag()));
        })
    };
    html! {
        <div class="segments lenses" role="tablist" aria-label={tr(&ui::LENSES, lang)} {onkeydown}>
            { for Lens::ALL.into_iter().enumerate().map(|(index, one)| {
                let onclick = on_lens.reform(move |_: MouseEvent| one);
                let on = one == lens;
                html! {
                    <button type="button" role="tab" id={format!("lens-{}", one.tag())} aria-selected={on.to_string()} aria-controls="stage"
                        tabindex={if on { "0" } else { "-1" }} title={format!("{} ({})", tr(one.name(), lang), index + 1)} {onclick}>{ tr(one.name(), lang) }</button>
                }
            }) }
        </div>
    }
}
