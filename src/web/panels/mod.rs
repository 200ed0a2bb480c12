//! What stands around the stage: transport, story, inspector, menus, dialogs.

pub mod breakage;
pub mod clock_face;
pub mod group_tool;
pub mod icons;
pub mod inspector;
pub mod ledger;
pub mod menu;
pub mod metrics;
pub mod modal;
mod name_field;
pub mod runs;
pub mod segments;
pub mod share;
pub mod story;
pub mod transport;
pub mod welcome;
pub mod works;
