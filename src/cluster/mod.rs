//! The world: nodes wired to the network.

pub mod command;
pub mod command_check;
pub mod command_text;
