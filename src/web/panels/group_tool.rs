//! A group as `kafka-consumer-groups.sh` shows it at this moment: the command as it is typed, and the tool's own words
//! and columns under it, in a terminal's type.

use kafkascope::{
    cluster::World,
    i18n::{Lang, moment, ui},
    view::group_tool::{Show, command, shown},
};
use yew::prelude::*;

use super::modal::Modal;
use crate::say::{say, tr};

/// The dialog.
pub fn group_tool(world: &World, group: &str, lang: Lang, on_close: Callback<()>) -> Html {
    let part = |show: Show| {
        let (name, id) = match show {
            Show::Offsets => (&ui::TOOL_OFFSETS, "tool-offsets"),
            Show::Members => (&ui::TOOL_MEMBERS, "tool-members"),
            Show::State => (&ui::TOOL_STATE, "tool-state"),
        };
        let answer = shown(world, group, show);
        html! {
            <section key={id}>
                <h3 {id}>{ tr(name, lang) }</h3>
                // What scrolls can be scrolled by keyboard too; the tool speaks English.
                <pre class="terminal" role="group" tabindex="0" aria-labelledby={id} lang="en">
                    <code class="typed">{ format!("$ {}", command(Some((group, show)))) }</code>
                    { "\n" }
                    { answer.trim_end() }
                </pre>
            </section>
        }
    };
    let title = ui::TOOL_TITLE.with("group", group).plain(lang);
    let note = ui::TOOL_NOTE.with("time", moment(world.now_us()));
    html! {
        <Modal title={title} {lang} {on_close} wide={true}>
            <div class="modal-body group-tool">
                <p class="faint">{ say(&note, lang) }</p>
                { for Show::ALL.into_iter().map(part) }
            </div>
        </Modal>
    }
}
