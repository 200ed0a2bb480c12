//! Where this browser keeps works: one text a work, each under a number of its own.
//!
//! Each tab has its own; a new tab goes on with the one that was kept last. Storage may be full or forbidden: then
//! whoever asks is told. Left out: what stands in a work (`codec::work`).

use std::hash::Hasher;

use kafkascope::{
    codec::work::{self, Shelf, Work, room},
    i18n::Text,
    sim::Digest,
};
use web_sys::Storage;

use crate::stage_api::WorkRow;

/// What each place is called, before its number.
const PLACE: &str = "kafkascope.work.";
/// Where a tab has its number.
const OWN: &str = "kafkascope.work";

/// The number of a tab whose work has not been kept yet.
pub const NONE_YET: u32 = 0;

/// Why something was not kept.
pub enum NotKept {
    /// The browser does not let it.
    Storage,
    /// There are as many as there may be.
    Full(Text),
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn session() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}

/// What is kept under a number.
pub fn text(number: u32) -> Option<String> {
    storage()?.get_item(&format!("{PLACE}{number}")).ok().flatten()
}

/// The number of this tab, if it has one.
pub fn own() -> Option<u32> {
    session()?.get_item(OWN).ok().flatten()?.parse().ok()
}

/// Gives this tab a number.
pub fn set_own(number: u32) {
    if let Some(session) = session() {
        let _ = session.set_item(OWN, &number.to_string());
    }
}

fn numbers() -> Vec<u32> {
    let Some(storage) = storage() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or_default()).filter_map(|at| storage.key(at).ok().flatten());
    let mut numbers: Vec<u32> = keys.filter_map(|key| key.strip_prefix(PLACE)?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

/// Every work that can be read, and its number.
fn works() -> impl Iterator<Item = (u32, Work)> {
    numbers().into_iter().filter_map(|number| Some((number, work::read(&text(number)?).ok()?)))
}

/// The work that was kept last. One that cannot be read counts as older than all others.
pub fn last() -> Option<u32> {
    let read = works().max_by_key(|(number, work)| (work.kept_ms, *number)).map(|(number, _)| number);
    read.or_else(|| numbers().last().copied())
}

/// The list for people, the last one first.
pub fn rows() -> Vec<WorkRow> {
    let mut rows: Vec<WorkRow> = works()
        .map(|(number, work)| WorkRow {
            number,
            commands: work.shown().commands.len(),
            runs: work.runs.len(),
            origin: work.shown().origin.clone(),
            name: work.name,
            kept_ms: work.kept_ms,
        })
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.kept_ms), row.number));
    rows
}

/// A number for one more, whose room is made.
pub fn take_number() -> Result<u32, NotKept> {
    let shelves: Vec<Shelf> = works()
        .map(|(number, work)| Shelf { number, is_named: !work.name.is_empty(), kept_ms: work.kept_ms })
        .collect();
    let (number, given_up) = room(&shelves).map_err(|error| NotKept::Full(error.text()))?;
    given_up.into_iter().for_each(remove);
    // One that cannot be read has its number still.
    Ok(number.max(numbers().last().map_or(0, |last| last + 1)))
}

/// Keeps a text under a number.
pub fn write(number: u32, text: &str) -> Result<(), NotKept> {
    let storage = storage().ok_or(NotKept::Storage)?;
    storage.set_item(&format!("{PLACE}{number}"), text).map_err(|_| NotKept::Storage)
}

/// Of a work's text without when it was kept: what tells whether it says anything new, or was written by another tab.
pub fn digest(text: &str) -> u64 {
    let mut digest = Digest::default();
    text.lines().filter(|line| !line.starts_with("  \"kept\"")).for_each(|line| digest.write(line.as_bytes()));
    digest.finish()
}

/// Keeps nothing under a number any more.
pub fn remove(number: u32) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&format!("{PLACE}{number}"));
    }
}
